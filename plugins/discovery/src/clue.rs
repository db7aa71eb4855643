//! 线索: one document for each difficulty of a person or household that somebody noticed, from the first word to 销号. Reports of the
//! same difficulty within the window are added to it.

use crate::parameters;
use crate::rules::clock::{self, Stand};
use crate::rules::duplicate::Known;
use crate::rules::words::{CaseOutcome, Difficulty, Measure, Partner, Source, Urgency, Wish};
use doudi_sdk::prelude::*;
use serde::{Deserialize, Serialize};

/// The collection.
pub const CLUE: &str = "clue";

/// Somebody told it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    pub on: Date,
    pub source: Source,
    /// Who noticed, in words: a teacher, a neighbour, the officer's office.
    #[serde(default)]
    pub finder: String,
    /// The officer who entered it; absent for alerts.
    #[serde(default)]
    pub officer: Option<Id>,
    #[serde(default)]
    pub description: String,
    /// The alert's document in the measure that raised it.
    #[serde(default)]
    pub alert: Option<Id>,
}

/// Somebody was there for this clue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Went {
    pub on: Date,
    pub officer: Id,
}

/// 核实.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verified {
    pub on: Date,
    pub genuine: bool,
    pub findings: String,
    /// They cannot apply by themselves, so they must be helped (57号 第六条, 43号 第十一条).
    #[serde(default)]
    pub unable: bool,
}

/// The family was told what it may apply for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    pub on: Date,
    pub how: String,
}

/// 代办申请, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Application {
    /// The benefit, by the word topics carry.
    pub scheme: String,
    #[serde(default)]
    pub applicant: Option<Id>,
    /// The officer who helps.
    pub proxy: Id,
    pub on: Date,
    /// The case's document in the measure that decides.
    #[serde(default)]
    pub case: Option<Id>,
    #[serde(default)]
    pub outcome: Option<CaseOutcome>,
    #[serde(default)]
    pub ended: Option<Date>,
}

/// 转介.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Referral {
    pub to: Partner,
    pub need: String,
    pub on: Date,
    #[serde(default)]
    pub reply: String,
    #[serde(default)]
    pub replied: Option<Date>,
}

/// The family did not wish to apply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declined {
    pub on: Date,
    pub reason: String,
    /// When somebody tries again.
    pub again: Date,
}

/// 回访.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Followed {
    pub on: Date,
    pub findings: String,
    pub resolved: bool,
}

/// The body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clue {
    pub source: Source,
    pub difficulty: Difficulty,
    pub urgency: Urgency,
    /// The day it was called urgent: its clock runs from there.
    #[serde(default)]
    pub urgent_since: Option<Date>,
    pub found: Date,
    /// The first report and all later ones.
    pub reports: Vec<Report>,
    /// Where to find somebody who is not on file.
    #[serde(default)]
    pub whereabouts: String,
    /// A grid list had the household when it was found.
    #[serde(default)]
    pub on_grid: bool,
    #[serde(default)]
    pub wish: Option<Wish>,
    /// 上报镇街.
    #[serde(default)]
    pub reported: Option<Date>,
    /// The village let the day pass; the system reported it.
    #[serde(default)]
    pub parked: bool,
    /// Who is to go there.
    #[serde(default)]
    pub officer: Option<Id>,
    #[serde(default)]
    pub visits: Vec<Went>,
    #[serde(default)]
    pub verified: Option<Verified>,
    #[serde(default)]
    pub told: Option<Told>,
    #[serde(default)]
    pub measure: Option<Measure>,
    /// Why, or what was given.
    #[serde(default)]
    pub remark: String,
    #[serde(default)]
    pub application: Option<Application>,
    #[serde(default)]
    pub referral: Option<Referral>,
    /// The day it was decided what is done; of an application the day the benefit was decided.
    #[serde(default)]
    pub decided: Option<Date>,
    /// 反馈网格员.
    #[serde(default)]
    pub fed_back: Option<Date>,
    #[serde(default)]
    pub followed: Option<Followed>,
    /// 销号.
    #[serde(default)]
    pub closed: Option<Date>,
    #[serde(default)]
    pub declined: Vec<Declined>,
}

impl Clue {
    pub fn new(difficulty: Difficulty, urgency: Urgency, first: Report) -> Clue {
        Clue {
            source: first.source,
            difficulty,
            urgency,
            urgent_since: None,
            found: first.on,
            reports: vec![first],
            whereabouts: String::new(),
            on_grid: false,
            wish: None,
            reported: None,
            parked: false,
            officer: None,
            visits: Vec::new(),
            verified: None,
            told: None,
            measure: None,
            remark: String::new(),
            application: None,
            referral: None,
            decided: None,
            fed_back: None,
            followed: None,
            closed: None,
            declined: Vec::new(),
        }
    }

    pub fn title(&self) -> String {
        let urgent = if self.urgency == Urgency::Urgent { "（紧急）" } else { "" };
        format!("{}线索{urgent}", self.difficulty.zh())
    }

    /// Rates it; what becomes urgent has the day on which it did.
    pub fn rate(&mut self, urgency: Urgency, today: Date) {
        self.urgency = urgency;
        self.urgent_since = match urgency {
            Urgency::Urgent => self.urgent_since.or(Some(today)),
            Urgency::Ordinary => None,
        };
    }

    /// Alerts it answers.
    pub fn alerts(&self) -> impl Iterator<Item = Id> + '_ {
        self.reports.iter().filter_map(|report| report.alert)
    }

    /// What a new report is compared with.
    pub fn known(&self, document: &Document) -> Known {
        Known { document: document.id, person: document.person, difficulty: self.difficulty, found: self.found }
    }

    /// It proved to be somebody in need, or nobody has looked yet: it is a case, not a mistake.
    pub fn is_case(&self) -> bool {
        self.measure != Some(Measure::NoNeed)
    }

    /// Days from finding to deciding.
    pub fn days_to_decision(&self) -> Option<i64> {
        self.decided.map(|decided| i64::from(self.found.days_until(decided)))
    }

    /// By when it must leave a state it enters today.
    ///
    /// # Errors
    /// Missing parameters, or a year without a calendar.
    pub fn due(&self, stand: Stand, today: Date) -> Result<Option<Date>> {
        let days = parameters::steps(today)?;
        clock::due(stand, self.urgent_since, today, &days, calendar::add_working_days)
    }

    /// The document moved to a state, with its day and what it is found by.
    ///
    /// # Errors
    /// As [`Clue::due`].
    pub fn to(&self, document: &Document, stand: Stand, today: Date, note: impl Into<String>) -> Result<DocumentPut> {
        let put = document.to(stand.state()).title(self.title()).note(note).body(self);
        Ok(match self.due(stand, today)? {
            // Where it stays in its state its day stays, unless it has become urgent.
            Some(_) if document.state == stand.state() && self.urgency == Urgency::Ordinary => match document.due {
                Some(due) => put.due(due),
                None => put,
            },
            Some(due) => put.due(due),
            None => put,
        })
    }

    /// A new document.
    ///
    /// # Errors
    /// As [`Clue::due`].
    pub fn create(&self, stand: Stand, today: Date, note: impl Into<String>) -> Result<DocumentPut> {
        let put = DocumentPut::create(CLUE, self.title())
            .state(stand.state())
            .note(note)
            .index("month", self.found.month_code())
            .body(self);
        Ok(match self.due(stand, today)? {
            Some(due) => put.due(due),
            None => put,
        })
    }
}

/// A clue with where it stands.
#[derive(Debug, Clone)]
pub struct Filed {
    pub document: Document,
    pub body: Clue,
    pub stand: Stand,
}

impl Filed {
    /// Reads a document of the collection.
    ///
    /// # Errors
    /// `internal` when another version wrote it.
    pub fn of(document: Document) -> Result<Filed> {
        let body = document.body()?;
        let stand = Stand::of(&document.state)
            .ok_or_else(|| Refusal::internal(format!("线索 {} 的状态“{}”不能识别", document.key, document.state)))?;
        Ok(Filed { document, body, stand })
    }
}

/// The clues about a household, oldest first.
///
/// # Errors
/// What the kernel says.
pub fn of_household(household: Id) -> Result<Vec<Filed>> {
    documents::find(documents::Query::of(CLUE).household(household))?.into_iter().map(Filed::of).collect()
}

/// The clues found in a month, oldest first.
///
/// # Errors
/// What the kernel says.
pub fn of_month(month: Date) -> Result<Vec<Filed>> {
    let found = documents::all(documents::Query::of(CLUE).index("month", month.month_code()))?;
    found.into_iter().map(Filed::of).collect()
}

/// The clues found in an inclusive period, oldest first; those merged into others left out.
///
/// # Errors
/// What the kernel says.
pub fn found_between(begins: Date, ends: Date) -> Result<Vec<Filed>> {
    let mut clues = Vec::new();
    let mut month = begins.first_of_month();
    while month <= ends {
        clues.extend(
            of_month(month)?
                .into_iter()
                .filter(|clue| clue.body.found >= begins && clue.body.found <= ends && clue.stand != Stand::Merged),
        );
        month = month.add_months(1);
    }
    Ok(clues)
}
