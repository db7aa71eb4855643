//! The roster of one scheme and month: the body of its document. Lines and control totals are the kernel's; here stands what the
//! three parties did and when.

use crate::rules::path::Path;
use crate::rules::reconcile::{Books, Totals};
use doudi_sdk::doc::effect::PaymentState;
use doudi_sdk::payments::Envelope;
use doudi_sdk::prelude::*;
use serde::{Deserialize, Serialize};

/// The collection.
pub const ROSTER: &str = "roster";

/// 发放名单.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Roster {
    /// First day of the month that is paid.
    pub month: Date,
    pub scheme: String,
    /// What the measure calls the benefit.
    pub label: String,
    /// 1 for the first drawing; each drawing again counts on.
    pub version: u32,
    /// The day changes were frozen: decisions recorded from this day on are looked at by the next roster.
    pub frozen: Option<Date>,
    pub budget: String,
    /// Deadlines by the letter of the rule, and the days they are advised for.
    pub send_by: Option<Date>,
    pub send_advised: Option<Date>,
    pub allocate_by: Option<Date>,
    pub allocate_advised: Option<Date>,
    pub credit_by: Option<Date>,
    pub credit_advised: Option<Date>,
    /// What the reviewer saw: the sender can send nothing else.
    pub reviewed: Option<Totals>,
    pub sealed: Option<Totals>,
    pub sent: Option<Date>,
    pub passed: Option<Date>,
    pub allocated: Option<Totals>,
    pub allocated_on: Option<Date>,
    pub voucher: String,
    /// The day of the last crediting the bank reported, once no line waits for an answer.
    pub credited_on: Option<Date>,
    /// Answers to the first attempt: how many lines were credited, and how many came back.
    pub first_credited: i64,
    pub first_returned: i64,
    pub place: String,
}

impl Roster {
    /// One for each month, scheme and version: drawing up a month twice finds it there.
    pub fn key(month: Date, scheme: &str) -> String {
        format!("{}-{scheme}-1", month.month_code())
    }

    /// A new roster whose lines are about to be drawn.
    pub fn open(month: Date, scheme: &str, label: &str, budget: &str, path: &Path, today: Date) -> DocumentPut {
        let body = Roster {
            month,
            scheme: scheme.to_owned(),
            label: label.to_owned(),
            version: 1,
            frozen: Some(today),
            budget: budget.to_owned(),
            send_by: Some(path.send.due),
            send_advised: Some(path.send.advised),
            allocate_by: Some(path.allocate.due),
            allocate_advised: Some(path.allocate.advised),
            credit_by: Some(path.credit.due),
            credit_advised: Some(path.credit.advised),
            ..Roster::default()
        };
        DocumentPut::create(ROSTER, body.title())
            .key(Roster::key(month, scheme))
            .state("drawing")
            .due(path.send.advised)
            .index("month", month.month_code())
            .index("scheme", scheme)
            .note(format!("冻结变更，{}起的新决定在下月名单中补发或追回", today.chinese()))
            .body(&body)
    }

    pub fn title(&self) -> String {
        format!("{}{}发放名单", self.month.chinese_month(), self.label)
    }

    /// When the state must end.
    pub fn due(&self, state: &str) -> Option<Date> {
        match state {
            "drawing" | "checking" | "reviewing" | "sending" => self.send_advised,
            "auditing" | "allocating" => self.allocate_advised,
            "crediting" => self.credit_advised,
            _ => None,
        }
    }

    /// Moves the document on with this body.
    pub fn to(&self, document: &Document, state: &str, note: impl Into<String>) -> DocumentPut {
        let put = document
            .to(state)
            .note(note)
            .index("month", self.month.month_code())
            .index("scheme", &self.scheme)
            .body(self);
        match self.due(state) {
            Some(due) => put.due(due),
            None => put,
        }
    }

    /// The three parties' books, from the kernel's totals and what finance entered.
    pub fn books(&self, envelope: &Envelope) -> Books {
        let of = |state| totals_of(envelope, &[state]);
        Books {
            roster: envelope
                .sealed
                .map_or(Totals::default(), |sealed| Totals::new(i64::from(sealed.lines), sealed.amount)),
            allocated: self.allocated,
            credited: of(PaymentState::Credited),
            returned: of(PaymentState::Returned),
            waiting: of(PaymentState::Sealed),
        }
    }
}

/// Number and sum of an envelope's lines in some states.
pub fn totals_of(envelope: &Envelope, states: &[PaymentState]) -> Totals {
    let (lines, amount) = envelope.sum(states);
    Totals::new(i64::from(lines), amount)
}

/// The rosters of a month, by scheme.
///
/// # Errors
/// As [`documents::find`].
pub fn of_month(month: Date) -> Result<Vec<(Document, Roster)>> {
    let found = documents::find(documents::Query::of(ROSTER).index("month", month.month_code()))?;
    let mut rosters = Vec::with_capacity(found.len());
    for document in found {
        let body: Roster = document.body()?;
        rosters.push((document, body));
    }
    rosters.sort_by(|(_, left), (_, right)| left.scheme.cmp(&right.scheme));
    Ok(rosters)
}
