//! The body of a joint meeting (联审联批会议): who belonged to the group that day, who was there, and each case with its votes.

use crate::group::Member;
use crate::rules::clues::Dealt;
use crate::rules::vote::{Ballot, Seat, Tally, count};
use doudi_sdk::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The collection.
pub const MEETING: &str = "meeting";

/// 联审联批会议.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Meeting {
    pub town: i64,
    pub on: Date,
    pub place: String,
    /// The group on that day.
    pub members: Vec<Member>,
    /// Empty until attendance is taken.
    pub present: Vec<Seat>,
    pub items: Vec<Item>,
    /// 会议纪要.
    pub minutes: String,
    /// The day the minutes were signed.
    pub signed: Option<Date>,
}

/// A case on the agenda.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Item {
    /// The benefit's document.
    pub case: Id,
    pub household: Id,
    pub person: Option<Id>,
    pub scheme: String,
    pub label: String,
    /// The day the case was opened.
    pub opened: Date,
    /// Who surveyed, where the measure says it.
    pub surveyor: Option<Id>,
    /// A member of the household is a near relative of a handler.
    pub relative: bool,
    pub vote: Option<Vote>,
}

/// The vote on a case.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Vote {
    /// What was put to the vote: `granted` or `refused`.
    pub proposal: String,
    pub recused: Vec<Seat>,
    /// Why they left, or why nobody had to.
    pub grounds: String,
    pub against: Vec<Seat>,
    pub abstain: Vec<Seat>,
    pub approve: u32,
    pub passed: bool,
    pub remark: String,
}

impl Meeting {
    pub fn member(&self, seat: Seat) -> Option<&Member> {
        self.members.iter().find(|member| member.seat == seat)
    }

    pub fn item(&self, case: Id) -> Option<&Item> {
        self.items.iter().find(|item| item.case == case)
    }

    /// The ballot as the form gives it.
    pub fn ballot(&self, vote: &Vote) -> Ballot {
        Ballot {
            entitled: self.members.iter().map(|member| member.seat).collect(),
            present: self.present.clone(),
            recused: vote.recused.clone(),
            against: vote.against.clone(),
            abstain: vote.abstain.clone(),
        }
    }

    /// Present members with an account, by seat.
    pub fn seats_of(&self, user: Id) -> Vec<Seat> {
        let here = |member: &&Member| member.user == Some(user) && self.present.contains(&member.seat);
        self.members.iter().filter(here).map(|member| member.seat).collect()
    }

    /// How it dealt with a case, for whoever checks the decision.
    pub fn dealt(&self, meeting: Id, item: &Item) -> Option<Dealt> {
        let vote = item.vote.as_ref()?;
        let voted = |member: &&Member| self.present.contains(&member.seat) && !vote.recused.contains(&member.seat);
        Some(Dealt {
            meeting,
            on: self.on,
            signed: self.signed,
            outcome: vote.passed.then(|| vote.proposal.clone()),
            voters: self.members.iter().filter(voted).filter_map(|member| member.user).collect(),
            recused: vote.recused.len(),
        })
    }
}

impl Vote {
    pub fn tally(&self) -> Tally {
        Tally {
            approve: self.approve as usize,
            against: self.against.len(),
            abstain: self.abstain.len(),
            recused: self.recused.len(),
        }
    }

    /// Counts the ballot of a meeting under a quorum and keeps the result.
    ///
    /// # Errors
    /// Why the ballot does not count.
    pub fn settle(mut self, meeting: &Meeting, quorum: i64) -> std::result::Result<Vote, crate::rules::vote::Spoilt> {
        let tally = count(&meeting.ballot(&self), quorum)?;
        self.approve = u32::try_from(tally.approve).unwrap_or(u32::MAX);
        self.passed = tally.passed();
        Ok(self)
    }
}

/// The meetings of some months, by month code, whatever their state.
///
/// # Errors
/// As [`documents::find`].
pub fn of_month(month: &str, states: &[&str]) -> Result<Vec<(Document, Meeting)>> {
    documents::bodies(documents::Query::of(MEETING).states(states).index("month", month))
}

/// How each case was dealt with in the signed meetings of the months from `from` to `to`.
///
/// # Errors
/// As [`documents::find`].
pub fn dealings(from: Date, to: Date) -> Result<BTreeMap<Id, Vec<Dealt>>> {
    let mut dealings: BTreeMap<Id, Vec<Dealt>> = BTreeMap::new();
    let mut month = from.first_of_month();
    while month <= to {
        for (document, meeting) in of_month(&month.month_code(), &["signed"])? {
            for item in &meeting.items {
                if let Some(dealt) = meeting.dealt(document.id, item) {
                    dealings.entry(item.case).or_default().push(dealt);
                }
            }
        }
        month = month.add_months(1);
    }
    Ok(dealings)
}
