//! Who is supported now. Support is of one person: each person of a household has a line of decisions of his own, and in each
//! line the newest decision that has begun governs, as in the kernel.

use crate::codes::{figure, name};
use crate::rules::form::Form;
use crate::rules::labour::Ground;
use crate::rules::level::Level;
use doudi_sdk::codes::FigureCode;
use doudi_sdk::decisions::InForce;
use doudi_sdk::prelude::*;

/// Monthly support of 特困 people.
pub const SCHEME: &str = "tekun";
/// As rosters and other measures call it.
pub const LABEL: &str = "特困人员救助供养";
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

/// One person's support, as lists and figures over a whole county read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Support {
    pub household: Id,
    pub person: Option<Id>,
    pub form: Form,
    /// The care he was last decided to need.
    pub level: Option<Level>,
    pub amount: Fen,
    pub basic: Fen,
    pub care: Fen,
    pub begins: Date,
    pub decided: Date,
}

impl From<&Decision> for Support {
    fn from(line: &Decision) -> Support {
        Support {
            household: line.household,
            person: line.person,
            form: line.form(),
            level: line.level(),
            amount: line.amount,
            basic: Fen(line.value(figure::BASIC)),
            care: Fen(line.value(figure::CARE)),
            begins: line.begins,
            decided: line.decided,
        }
    }
}

impl Support {
    /// What is read of each decision.
    pub fn figures() -> [&'static str; 4] {
        [figure::FORM, figure::LEVEL, figure::BASIC, figure::CARE].map(name)
    }

    /// Of a decision that was read with [`Support::figures`].
    pub fn of(line: &InForce<'_>) -> Support {
        let [form, level, basic, care] = Support::figures().map(|code| line.figure(code).unwrap_or(0));
        Support {
            household: line.household,
            person: line.person,
            form: Form::from_code(form).unwrap_or_default(),
            level: Level::from_code(level),
            amount: line.amount,
            basic: Fen(basic),
            care: Fen(care),
            begins: line.begins,
            decided: line.decided,
        }
    }
}

/// Everybody supported on a day, by household.
///
/// # Errors
/// As [`decisions::scan`].
pub fn everybody(on: Date) -> Result<Vec<Support>> {
    let mut all = Vec::new();
    decisions::scan(SCHEME, on, &Support::figures(), |line| {
        all.push(Support::of(&line));
        Ok(())
    })?;
    Ok(all)
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
