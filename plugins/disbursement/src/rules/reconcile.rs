//! 三方对账: Σ roster = Σ allocated = Σ credited + Σ returned, in number and in fen; and the figures of a month's work.

use doudi_sdk::prelude::*;
use serde::{Deserialize, Serialize};

/// A number of lines and their sum: a control total.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    pub lines: i64,
    pub amount: Fen,
}

impl Totals {
    pub fn new(lines: i64, amount: Fen) -> Totals {
        Totals { lines, amount }
    }
}

impl std::ops::Add for Totals {
    type Output = Totals;
    fn add(self, other: Totals) -> Totals {
        Totals { lines: self.lines + other.lines, amount: self.amount + other.amount }
    }
}

impl std::ops::AddAssign for Totals {
    fn add_assign(&mut self, other: Totals) {
        *self = *self + other;
    }
}

impl std::iter::Sum for Totals {
    fn sum<I: Iterator<Item = Totals>>(totals: I) -> Totals {
        totals.fold(Totals::default(), |sum, next| sum + next)
    }
}

impl std::fmt::Display for Totals {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} 笔 {} 元", self.lines, self.amount)
    }
}

/// The three parties' books of one roster.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Books {
    /// As locked when it was sent.
    pub roster: Totals,
    pub allocated: Option<Totals>,
    pub credited: Totals,
    pub returned: Totals,
    /// With the bank, no answer yet.
    pub waiting: Totals,
}

impl Books {
    /// Everything that does not agree, as sentences; nothing when the books are closed.
    pub fn disagreements(&self) -> Vec<String> {
        let mut found = Vec::new();
        match self.allocated {
            None => found.push("财政尚未登记拨付".to_owned()),
            Some(allocated) if allocated != self.roster => {
                found.push(format!("名单 {}，拨付 {allocated}，两者不一致", self.roster));
            }
            Some(_) => {}
        }
        if self.waiting != Totals::default() {
            found.push(format!("还有 {} 没有回盘", self.waiting));
        }
        let answered = self.credited + self.returned + self.waiting;
        if answered != self.roster {
            found.push(format!("名单 {}，入账与退回合计 {answered}，两者不一致", self.roster));
        }
        found
    }

    /// What was allocated and has reached nobody.
    pub fn unpaid(&self) -> Fen {
        self.roster.amount - self.credited.amount
    }
}

/// One month's figures, for the scorecard.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    /// Rosters whose step was due, and those that took it in time: sending, allocation, crediting.
    pub sent: (i64, i64),
    pub allocated: (i64, i64),
    pub credited: (i64, i64),
    /// Lines credited at the first attempt, of all lines answered at the first attempt.
    pub first_try: (i64, i64),
    /// Failures cleared within five working days, of all that are cleared or overdue.
    pub cleared: (i64, i64),
    /// Fen: credited of sealed.
    pub full: (i64, i64),
    /// Fen paid for months after a death, not yet recovered, of what was found.
    pub after_death: (i64, i64),
}

/// Whether a step was taken in time; nothing while it is neither taken nor overdue.
pub fn on_time(done: Option<Date>, due: Date, today: Date) -> Option<bool> {
    match done {
        Some(done) => Some(done <= due),
        None if today > due => Some(false),
        None => None,
    }
}
