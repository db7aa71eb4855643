//! What a household was entitled to, less what was drawn for it, month by month. A month that was paid too little is owed and
//! goes on the next roster as a line of its own; a month that was paid too much is for people to recover, and is never taken off
//! another month in silence (the notice, item 10; 社会救助暂行办法 第六十八条).

use doudi_sdk::prelude::*;

/// One month of one payee.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Month {
    /// Its first day.
    pub month: Date,
    /// By the decisions known today.
    pub entitled: Fen,
    /// Regular lines and back-pay of this month that are not dropped, whatever became of them since.
    pub drawn: Fen,
    /// Found as overpaid and being recovered, or recovered.
    pub claimed: Fen,
    /// Found as overpaid and left with the household by a person's decision.
    pub tolerated: Fen,
}

/// What the months come to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Differences {
    /// Months and what is owed for each.
    pub owed: Vec<(Date, Fen)>,
    /// Months and what was paid too much in each.
    pub overpaid: Vec<(Date, Fen)>,
}

impl Differences {
    /// Compares each month by itself.
    pub fn of(months: impl IntoIterator<Item = Month>) -> Differences {
        let mut differences = Differences::default();
        for Month { month, entitled, drawn, claimed, tolerated } in months {
            // What is being recovered was never due: the household keeps the rest.
            let kept = drawn - claimed;
            if entitled > kept {
                differences.owed.push((month, entitled - kept));
            } else if kept - tolerated > entitled {
                differences.overpaid.push((month, kept - tolerated - entitled));
            }
        }
        differences
    }

    /// Sum of what is owed.
    pub fn owing(&self) -> Fen {
        self.owed.iter().map(|(_, amount)| *amount).sum()
    }

    /// Sum of what was paid too much.
    pub fn over(&self) -> Fen {
        self.overpaid.iter().map(|(_, amount)| *amount).sum()
    }
}

/// The months a roster looks back over: from the later of the first month ever paid here and `look_back` months before, up to the
/// month before the roster's own.
pub fn months_before(month: Date, first: Date, look_back: u32) -> Vec<Date> {
    let begin = first.first_of_month().max(month.add_months(-(look_back as i32)));
    let mut months = Vec::new();
    let mut at = begin;
    while at < month {
        months.push(at);
        at = at.add_months(1);
    }
    months
}
