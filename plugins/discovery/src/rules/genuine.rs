//! Was somebody really there? What a visit's record says against itself raises a question for the town to verify. A question is a
//! reason to look, never a finding: phones run empty, clocks are wrong, and two old people sit in one photo.

use super::position::{Spot, too_far};
use super::words::{Place, Stay};
use doudi_sdk::prelude::*;
use serde::{Deserialize, Serialize};

words! {
    /// What speaks against a visit.
    Doubt {
        SameMinute = "same-minute" "同一分钟内还有另一次走访",
        SamePhoto = "same-photo" "照片与以前的走访相同",
        NoPosition = "no-position" "没有定位",
        Far = "far" "定位远离该户以往位置",
        FilledLate = "filled-late" "走访后很久才填写",
        FilledBefore = "filled-before" "填写时间早于走访时间",
        SentLate = "sent-late" "填写后很久才上传",
        ClockWrong = "clock-wrong" "上传时间早于填写时间",
        WrongPlace = "wrong-place" "走访地点与登记的居住情况不符",
    }
}

/// A question raised, with what it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    pub doubt: Doubt,
    /// The other visit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other: Option<Id>,
    /// Metres or hours, by the doubt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<i64>,
}

impl Question {
    fn new(doubt: Doubt) -> Question {
        Question { doubt, other: None, amount: None }
    }

    /// As the town reads it.
    pub fn sentence(&self) -> String {
        match (self.doubt, self.amount) {
            (Doubt::Far, Some(metres)) => format!("{}约 {metres} 米", self.doubt.zh()),
            (Doubt::FilledLate | Doubt::SentLate, Some(hours)) => format!("{}（相隔 {hours} 小时）", self.doubt.zh()),
            _ => self.doubt.zh().to_owned(),
        }
    }
}

/// How strict a county is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Metres from earlier places.
    pub far_metres: i64,
    /// Hours between the visit and the form, and between the form and its arrival.
    pub late_hours: i64,
}

/// One visit and what was found around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    pub moment: Moment,
    /// When the form was filled in on the phone; at the desk, the end of the day it was entered.
    pub filled: Moment,
    /// When it arrived; absent for what was entered at the desk.
    pub sent: Option<Moment>,
    pub place: Place,
    /// As the grid list has it; absent for who is on none.
    pub stay: Option<Stay>,
    pub here: Option<Spot>,
    /// Places of earlier visits to the household at the same kind of place, questioned ones left out.
    pub before: Vec<Spot>,
    /// Another visit of the same officer in the same minute.
    pub same_minute: Option<Id>,
    /// An earlier visit with the same photo.
    pub same_photo: Option<Id>,
}

/// Everything that raises a question, in the order of the words. A limit itself is within bounds.
pub fn questions(visit: &Record, limits: &Limits) -> Vec<Question> {
    let mut questions = Vec::new();
    if let Some(other) = visit.same_minute {
        questions.push(Question { other: Some(other), ..Question::new(Doubt::SameMinute) });
    }
    if let Some(other) = visit.same_photo {
        questions.push(Question { other: Some(other), ..Question::new(Doubt::SamePhoto) });
    }
    match &visit.here {
        // Nobody stands anywhere during a call.
        _ if visit.place == Place::Phone => {}
        None => questions.push(Question::new(Doubt::NoPosition)),
        Some(here) => {
            if let Some(metres) = too_far(here, &visit.before, limits.far_metres) {
                questions.push(Question { amount: Some(metres), ..Question::new(Doubt::Far) });
            }
        }
    }
    let late = |minutes: i64| (minutes > limits.late_hours * 60).then_some(minutes / 60);
    if visit.filled < visit.moment {
        questions.push(Question::new(Doubt::FilledBefore));
    } else if let Some(hours) = late(visit.moment.minutes_until(visit.filled)) {
        questions.push(Question { amount: Some(hours), ..Question::new(Doubt::FilledLate) });
    }
    if let Some(sent) = visit.sent {
        if sent < visit.filled {
            questions.push(Question::new(Doubt::ClockWrong));
        } else if let Some(hours) = late(visit.filled.minutes_until(sent)) {
            questions.push(Question { amount: Some(hours), ..Question::new(Doubt::SentLate) });
        }
    }
    // People who live in an institution are not found at their empty home, and the other way round.
    let at_odds = matches!(
        (visit.stay, visit.place),
        (Some(Stay::Institution), Place::Home)
            | (Some(Stay::Home), Place::Institution)
            | (Some(Stay::Away), Place::Home)
    );
    if at_odds {
        questions.push(Question::new(Doubt::WrongPlace));
    }
    questions
}
