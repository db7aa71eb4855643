//! What the files say about a delegated decision before anybody has looked: clues for the check, never its conclusion.

use doudi_sdk::prelude::*;

/// A clue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Clue {
    /// No joint meeting had the case on its agenda.
    NoMeeting,
    /// The meeting took place, or its minutes were signed, after the decision.
    MinutesLater,
    /// The meeting voted otherwise.
    AgainstVote,
    /// Who surveyed took part in the vote.
    SurveyorVoted,
    /// Who surveyed also confirmed.
    SurveyorDecided,
    /// A near relative's case without a recusal.
    NoRecusal,
}

impl Clue {
    pub const ALL: [Clue; 6] = [
        Clue::NoMeeting,
        Clue::MinutesLater,
        Clue::AgainstVote,
        Clue::SurveyorVoted,
        Clue::SurveyorDecided,
        Clue::NoRecusal,
    ];

    pub fn code(self) -> &'static str {
        match self {
            Clue::NoMeeting => "no-meeting",
            Clue::MinutesLater => "minutes-later",
            Clue::AgainstVote => "against-vote",
            Clue::SurveyorVoted => "surveyor-voted",
            Clue::SurveyorDecided => "surveyor-decided",
            Clue::NoRecusal => "no-recusal",
        }
    }

    pub fn of(code: &str) -> Option<Clue> {
        Clue::ALL.into_iter().find(|clue| clue.code() == code)
    }

    pub fn label(self) -> &'static str {
        match self {
            Clue::NoMeeting => "没有联审联批会议记录",
            Clue::MinutesLater => "会议或者签发的会议纪要晚于审核确认",
            Clue::AgainstVote => "审核确认结果与会议表决不一致",
            Clue::SurveyorVoted => "入户调查人参加了表决",
            Clue::SurveyorDecided => "入户调查人又是审核确认人",
            Clue::NoRecusal => "近亲属备案家庭表决时没有人回避",
        }
    }
}

/// What is known of a decision.
#[derive(Debug, Clone, Default)]
pub struct Decision {
    /// `granted`, `refused` …
    pub outcome: String,
    pub on: Date,
    pub surveyor: Option<Id>,
    pub decider: Option<Id>,
    pub relative: bool,
}

/// How a meeting dealt with the case.
#[derive(Debug, Clone, Default)]
pub struct Dealt {
    pub meeting: Id,
    pub on: Date,
    /// The day the minutes were signed.
    pub signed: Option<Date>,
    /// `granted` or `refused`: what was put to the vote, when it passed.
    pub outcome: Option<String>,
    /// Users who voted.
    pub voters: Vec<Id>,
    pub recused: usize,
}

/// Everything the files say.
pub fn of(decision: &Decision, dealt: &[Dealt]) -> Vec<Clue> {
    let mut clues = Vec::new();
    // Of several meetings the one that came before the decision speaks for it.
    let before = |dealt: &&Dealt| dealt.on <= decision.on && dealt.signed.is_some_and(|signed| signed <= decision.on);
    match dealt.iter().filter(before).max_by_key(|dealt| dealt.on).or_else(|| dealt.first()) {
        None => clues.push(Clue::NoMeeting),
        Some(meeting) => {
            if !before(&meeting) {
                clues.push(Clue::MinutesLater);
            }
            if meeting.outcome.as_deref() != Some(decision.outcome.as_str()) {
                clues.push(Clue::AgainstVote);
            }
            if decision.surveyor.is_some_and(|surveyor| meeting.voters.contains(&surveyor)) {
                clues.push(Clue::SurveyorVoted);
            }
            if decision.relative && meeting.recused == 0 {
                clues.push(Clue::NoRecusal);
            }
        }
    }
    if decision.surveyor.is_some() && decision.surveyor == decision.decider {
        clues.push(Clue::SurveyorDecided);
    }
    clues
}
