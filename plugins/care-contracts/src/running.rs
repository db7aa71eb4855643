//! Who is supported now. Support is of one person: each person of a household has a line of decisions of his own, and in each
//! line the newest decision that has begun governs, as in the kernel.

use crate::codes::{figure, name};
use crate::rules::form::Form;
use crate::rules::labour::Ground;
use crate::rules::level::Level;
use doudi_sdk::codes::FigureCode;
use doudi_sdk::prelude::*;

/// Monthly support of 特困 people.
pub const SCHEME: &str = "tekun";
/// As rosters and other measures call it.
pub const LABEL: &str = "特困人员救助供养";
/// Lines the kernel gives at once.
const AT_ONCE: u32 = 2_000;

/// The decisions that support people of a household on a day, one for each person.
///
/// # Errors
/// `not-found` outside the scope.
pub fn lines(household: Id, on: Date) -> Result<Vec<Decision>> {
    let mut lines: Vec<Decision> = Vec::new();
    for decision in decisions::of_household(household)? {
        if decision.scheme != SCHEME || decision.effect == "refuse" || decision.begins > on {
            continue;
        }
        match lines.iter_mut().find(|line| line.person == decision.person) {
            Some(line) if line.id <= decision.id => *line = decision,
            Some(_) => {}
            None => lines.push(decision),
        }
    }
    lines.retain(|decision| decision.pays_on(on));
    Ok(lines)
}

/// The decision that supports a person on a day.
///
/// # Errors
/// As [`lines`].
pub fn supports(household: Id, person: Id, on: Date) -> Result<Option<Decision>> {
    Ok(lines(household, on)?.into_iter().find(|line| line.person == Some(person)))
}

/// As [`supports`], counting a decision made this month whose first month has not begun.
///
/// # Errors
/// As [`lines`].
pub fn supports_or_will(household: Id, person: Id, on: Date) -> Result<Option<Decision>> {
    match supports(household, person, on)? {
        Some(line) => Ok(Some(line)),
        None => supports(household, person, on.first_of_next_month()),
    }
}

/// The latest word on a person, which a further decision takes the place of.
///
/// # Errors
/// `refused` when he is not supported, or was stopped this month for the next.
pub fn require(household: Id, person: Option<Id>, on: Date) -> Result<Decision> {
    let person = person.ok_or_else(|| Refusal::invalid("请选择供养对象").problem("member", "请选择供养对象"))?;
    if let Some(line) = supports(household, person, on.first_of_next_month())? {
        return Ok(line);
    }
    Err(Refusal::new(match supports(household, person, on)? {
        Some(_) => "已决定自下月起终止供养，不能再作变更的决定。还有未办结的核查请取消",
        None => "该人员目前不在供养，不能办理核查或变更。需要供养的请新建特困供养申请",
    }))
}

/// Everybody supported on a day, by household.
///
/// # Errors
/// As [`decisions::in_force`].
pub fn everybody(on: Date) -> Result<Vec<Decision>> {
    let mut all: Vec<Decision> = Vec::new();
    loop {
        let after = all.last().map_or(Id(0), |line| line.household);
        let page = decisions::in_force(SCHEME, on, None, after, AT_ONCE)?;
        let households = page.iter().map(|line| line.household).collect::<std::collections::BTreeSet<_>>().len();
        all.extend(page.into_iter().filter(|line| line.pays_on(on)));
        if households < AT_ONCE as usize {
            return Ok(all);
        }
    }
}

/// What a decision says beyond its amount.
pub trait Line {
    fn value(&self, figure: FigureCode) -> i64;

    fn form(&self) -> Form {
        Form::from_code(self.value(figure::FORM)).unwrap_or_default()
    }

    fn level(&self) -> Option<Level> {
        Level::from_code(self.value(figure::LEVEL))
    }

    fn is_as_minor(&self) -> bool {
        Ground::is_of_minors(self.value(figure::GROUND))
    }
}

impl Line for Decision {
    fn value(&self, figure: FigureCode) -> i64 {
        self.figure(name(figure)).unwrap_or(0)
    }
}

/// The Chinese word of an outcome.
pub fn label(outcome: &str) -> &'static str {
    <crate::CareContracts as Plugin>::OUTCOMES.iter().find(|entry| entry.code == outcome).map_or("", |entry| entry.zh)
}
