//! What a household is paid now. A household is covered as a whole by one line of decisions, or some of its members alone
//! (单人户) by one line each; in each line the newest decision that has begun governs, as in the kernel: whoever decides later
//! knows what was decided before, even where his decision reaches further back.

use crate::codes::{code, figure};
use doudi_sdk::prelude::*;

/// Monthly payments.
pub const SCHEME: &str = "dibao";
/// As rosters and other measures call it.
pub const LABEL: &str = "最低生活保障";
/// The status of a 边缘 family; pays nothing.
pub const EDGE: &str = "dibao-edge";

/// A line that pays on a day, as far as figures and lists over a whole county ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    pub household: Id,
    pub person: Option<Id>,
    /// The Chinese word of the outcome.
    pub label: &'static str,
    /// Pays on for a while although the family no longer qualifies (渐退).
    pub grace: bool,
    pub covered: i64,
    pub amount: Fen,
    pub decided: Date,
    /// The class of its rechecks, if it has one.
    pub recheck: Option<i64>,
    /// The standard it was decided on, in fen.
    pub standard: Option<i64>,
}

/// Every line that pays on a day, by household.
///
/// # Errors
/// As [`decisions::scan`].
pub fn lines_on(day: Date) -> Result<Vec<Line>> {
    let (recheck, standard) = (code(figure::RECHECK_CLASS), code(figure::STANDARD));
    let mut found = Vec::new();
    decisions::scan(SCHEME, day, &[recheck, standard], |line| {
        found.push(Line {
            household: line.household,
            person: line.person,
            label: label(line.outcome),
            grace: line.outcome == "grace",
            covered: line.covered,
            amount: line.amount,
            decided: line.decided,
            recheck: line.figure(recheck),
            standard: line.figure(standard),
        });
        Ok(())
    })?;
    Ok(found)
}

/// The decisions that pay a household on a day, one for each line.
///
/// # Errors
/// `not-found` outside the scope.
pub fn paying(household: Id, on: Date) -> Result<Vec<Decision>> {
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

/// As [`paying`], counting a decision made this month whose first month has not begun.
///
/// # Errors
/// As [`paying`].
pub fn paying_or_granted(household: Id, on: Date) -> Result<Vec<Decision>> {
    let now = paying(household, on)?;
    if now.is_empty() { paying(household, on.first_of_next_month()) } else { Ok(now) }
}

/// The running decision a recheck or change of this person (or of the household as a whole) is about.
///
/// # Errors
/// `refused` when nobody is covered.
pub fn require(household: Id, person: Option<Id>, on: Date) -> Result<Decision> {
    // What was decided this month for the next is the latest word, and what a further decision takes the place of.
    let mut lines = paying(household, on.first_of_next_month())?;
    if lines.is_empty() {
        lines = paying(household, on)?;
        // A payment without a last day that is gone next month has been stopped by a decision of this month.
        if lines.iter().any(|line| line.ends.is_none()) {
            return Err(Refusal::new("该家庭已决定自下月起停发，不能再作核查或变更的决定。还有未办结的核查请取消"));
        }
    }
    let own =
        lines.iter().find(|line| line.person == person).or_else(|| lines.iter().find(|line| line.person.is_none()));
    own.or(lines.first())
        .cloned()
        .ok_or_else(|| Refusal::new("该家庭目前不在保，不能办理核查或变更。需要保障的请新建低保申请"))
}

/// The Chinese word of an outcome.
pub fn label(outcome: &str) -> &'static str {
    <crate::Dibao as Plugin>::OUTCOMES.iter().find(|entry| entry.code == outcome).map_or("", |entry| entry.zh)
}
