//! The clock of a clue: how many days each step has. Urgent clues have their own, the same day by default, and it runs from the moment
//! it is called urgent until something was done: no step of it starts again.

use doudi_sdk::prelude::*;

/// Where a clue stands. Codes are those of the workflow in `plugin.toml`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stand {
    Registered,
    Reported,
    Verifying,
    Verified,
    Applying,
    Referred,
    Resting,
    Feedback,
    Following,
    CheckingOff,
    Closed,
    Archived,
    Merged,
}

impl Stand {
    pub const ALL: [Stand; 13] = [
        Stand::Registered,
        Stand::Reported,
        Stand::Verifying,
        Stand::Verified,
        Stand::Applying,
        Stand::Referred,
        Stand::Resting,
        Stand::Feedback,
        Stand::Following,
        Stand::CheckingOff,
        Stand::Closed,
        Stand::Archived,
        Stand::Merged,
    ];
    /// Nobody has decided yet.
    pub const UNDECIDED: [Stand; 4] = [Stand::Registered, Stand::Reported, Stand::Verifying, Stand::Verified];

    /// The state of the workflow.
    pub const fn state(self) -> &'static str {
        match self {
            Stand::Registered => "registered",
            Stand::Reported => "reported",
            Stand::Verifying => "verifying",
            Stand::Verified => "verified",
            Stand::Applying => "applying",
            Stand::Referred => "referred",
            Stand::Resting => "resting",
            Stand::Feedback => "feedback",
            Stand::Following => "following",
            Stand::CheckingOff => "checking-off",
            Stand::Closed => "closed",
            Stand::Archived => "archived",
            Stand::Merged => "merged",
        }
    }

    pub fn of(state: &str) -> Option<Stand> {
        Stand::ALL.into_iter().find(|stand| stand.state() == state)
    }

    pub const fn zh(self) -> &'static str {
        match self {
            Stand::Registered => "待上报",
            Stand::Reported => "待分派",
            Stand::Verifying => "核实中",
            Stand::Verified => "待处置",
            Stand::Applying => "代办申请中",
            Stand::Referred => "转介中",
            Stand::Resting => "暂不申请",
            Stand::Feedback => "待反馈",
            Stand::Following => "待回访",
            Stand::CheckingOff => "待销号",
            Stand::Closed => "已销号",
            Stand::Archived => "已归档",
            Stand::Merged => "并入其他线索",
        }
    }

    pub const fn is_undecided(self) -> bool {
        matches!(self, Stand::Registered | Stand::Reported | Stand::Verifying | Stand::Verified)
    }

    /// Nothing more is to be done about it.
    pub const fn is_over(self) -> bool {
        matches!(self, Stand::Closed | Stand::Archived | Stand::Merged)
    }
}

/// Days a step has: working days, but for the follow-up, which waits for life to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days {
    /// Working days for the village to report.
    pub report: u32,
    /// Working days for the town to hand it to somebody.
    pub triage: u32,
    /// Working days to go there.
    pub verify: u32,
    /// Working days to decide what is done.
    pub dispose: u32,
    /// Calendar days an urgent clue has for all of that; 0 is the same day.
    pub urgent: i32,
    /// Working days a partner has to answer.
    pub referral: u32,
    /// Working days to tell the grid officer.
    pub feedback: u32,
    /// Calendar days until somebody looks again.
    pub follow_up: i32,
    /// Working days to strike it off.
    pub close: u32,
}

/// By when a clue that enters a state today must leave it; of an urgent one the day it was called so tells. `None` where nobody waits
/// for a person here.
///
/// # Errors
/// What the calendar says outside its years.
pub fn due(
    stand: Stand,
    urgent_since: Option<Date>,
    today: Date,
    days: &Days,
    add_working_days: impl Fn(Date, u32) -> Result<Date>,
) -> Result<Option<Date>> {
    if let Some(since) = urgent_since.filter(|_| stand.is_undecided()) {
        return Ok(Some(since.add_days(days.urgent)));
    }
    let working = match stand {
        Stand::Registered => days.report,
        Stand::Reported => days.triage,
        Stand::Verifying => days.verify,
        Stand::Verified => days.dispose,
        Stand::Referred => days.referral,
        Stand::Feedback => days.feedback,
        Stand::CheckingOff => days.close,
        Stand::Following => return Ok(Some(today.add_days(days.follow_up))),
        Stand::Applying | Stand::Resting | Stand::Closed | Stand::Archived | Stand::Merged => return Ok(None),
    };
    add_working_days(today, working).map(Some)
}

/// Whether a day to try again may be promised: after today, and not so far off that it means never.
pub fn may_try_again_on(again: Date, today: Date, at_most_days: i32) -> bool {
    again > today && today.days_until(again) <= at_most_days
}
