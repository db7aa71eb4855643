//! An alert: the body of its document. It holds clues, never a finding: what is the matter is said by whoever was there.

use crate::rules::clue::Clue;
use crate::rules::compare::Course;
use crate::rules::matrix::{Disposition, Level, RuleId};
use crate::rules::visit::Visit;
use doudi_sdk::prelude::*;
use serde::{Deserialize, Serialize};

/// The collection.
pub const ALERT: &str = "alert";
/// Nobody has been there yet: more clues of the same kind join it.
pub const FRESH: [&str; 2] = ["raised", "dispatched"];
/// Not settled: another alert of the same rule and person would be the same one.
pub const OPEN: [&str; 7] = ["raised", "dispatched", "visited", "proven", "council", "handling", "feedback"];
/// Clues an alert keeps: the newest.
const CLUES: usize = 24;

/// 预警.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    pub rule: RuleId,
    pub level: Level,
    pub raised: Date,
    /// By when it must be verified; a return begins no new term.
    #[serde(default)]
    pub due: Option<Date>,
    /// Newest last.
    #[serde(default)]
    pub clues: Vec<Clue>,
    /// The batch that raised it.
    #[serde(default)]
    pub batch: Option<Id>,
    #[serde(default)]
    pub visit: Option<Visit>,
    /// 属实 or not.
    #[serde(default)]
    pub truth: Option<bool>,
    #[serde(default)]
    pub finding: String,
    #[serde(default)]
    pub judged: Option<Date>,
    #[serde(default)]
    pub disposition: Option<Disposition>,
    #[serde(default)]
    pub disposed: Option<Date>,
    /// What is done, in words.
    #[serde(default)]
    pub measure: String,
    /// A benefit was granted since.
    #[serde(default)]
    pub aided: Option<Date>,
    /// What the department was told.
    #[serde(default)]
    pub reply: String,
    #[serde(default)]
    pub closed: Option<Date>,
}

/// Whom an alert is about: a person, or the household where no person is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Target {
    pub household: Id,
    pub person: Option<Id>,
}

impl Target {
    /// Part of the key of an alert.
    fn key(self) -> String {
        match self.person {
            Some(person) => format!("p{}", person.0),
            None => format!("h{}", self.household.0),
        }
    }
}

impl Alert {
    pub fn new(rule: RuleId, level: Level, raised: Date, due: Option<Date>) -> Alert {
        Alert {
            rule,
            level,
            raised,
            due,
            clues: Vec::new(),
            batch: None,
            visit: None,
            truth: None,
            finding: String::new(),
            judged: None,
            disposition: None,
            disposed: None,
            measure: String::new(),
            aided: None,
            reply: String::new(),
            closed: None,
        }
    }

    /// As worklists show it: the risk, for a village reads them, too.
    pub fn title(&self) -> String {
        format!("{}预警：{}", self.level.label(), self.rule.rule().risk.label())
    }

    /// One document for each rule and person, day and batch that raise it.
    pub fn key(&self, target: Target) -> String {
        let batch = self.batch.map_or_else(String::new, |batch| format!("-{}", batch.0));
        format!("{}-{}-{}{batch}", self.rule.code(), target.key(), self.raised)
    }

    /// A new alert.
    pub fn open(&self, target: Target) -> DocumentPut {
        let put = DocumentPut::create(ALERT, self.title())
            .key(self.key(target))
            .household(target.household)
            .state("raised")
            .index("rule", self.rule.code())
            .index("month", self.raised.month_code())
            .note("发现疑点，核实前不作认定")
            .body(self);
        let put = match self.batch {
            Some(batch) => put.index("batch", batch.0),
            None => put,
        };
        let put = match self.due {
            Some(due) => put.due(due),
            None => put,
        };
        match target.person {
            Some(person) => put.person(person),
            None => put,
        }
    }

    /// Moves the document on with this body. Until it is verified the deadline is the alert's own.
    pub fn to(&self, document: &Document, state: &str, note: impl Into<String>) -> DocumentPut {
        let put = document.to(state).note(note).body(self);
        match self.due {
            Some(due) if FRESH.contains(&state) || state == "visited" => put.due(due),
            _ => put,
        }
    }

    /// Adds evidence; says whether it is new. The newest stay, whatever the order they came in.
    pub fn add(&mut self, clue: Clue) -> bool {
        match self.clues.binary_search(&clue) {
            Ok(_) => return false,
            Err(place) => self.clues.insert(place, clue.clone()),
        }
        if self.clues.len() > CLUES {
            let dropped = self.clues.remove(0);
            return dropped != clue;
        }
        true
    }

    /// Where the clues come from.
    pub fn from(&self) -> String {
        let mut names: Vec<&str> =
            self.clues.iter().map(|clue| clue.department.map_or("定期巡查", |of| of.label())).collect();
        names.sort_unstable();
        names.dedup();
        names.join("、")
    }

    /// As the figures count it.
    pub fn course(&self) -> Course {
        Course {
            due: self.due,
            judged: self.judged,
            truth: self.truth,
            disposition: self.disposition,
            aided: self.aided.is_some(),
        }
    }
}

/// An alert as the figures count it, and its document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    pub id: Id,
    /// Closed or withdrawn.
    pub settled: bool,
    pub withdrawn: bool,
    pub course: Course,
}

/// How the alerts of a query stand, in order of id.
///
/// # Errors
/// As [`documents::scan`].
pub fn counted(query: documents::Query) -> Result<Vec<Counted>> {
    let mut found = Vec::new();
    documents::scan(query, &["state", "/due", "/judged", "/truth", "/disposition", "/aided"], |row| {
        let state = row.text("state").unwrap_or_default();
        let course = Course {
            due: row.date("/due"),
            judged: row.date("/judged"),
            truth: row.int("/truth").map(|truth| truth == 1),
            disposition: row.read("/disposition")?,
            aided: row.date("/aided").is_some(),
        };
        let withdrawn = state == "withdrawn";
        found.push(Counted { id: row.id, settled: withdrawn || state == "closed", withdrawn, course });
        Ok(())
    })?;
    Ok(found)
}

/// An alert that is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Open {
    pub id: Id,
    /// Nobody has been there yet: another clue may join it.
    pub fresh: bool,
}

/// What stands against raising a rule again: open alerts, which take the new clue, and those closed within the county's quiet months,
/// whose decision a person made.
#[derive(Debug, Default)]
pub struct Standing {
    pub open: std::collections::BTreeMap<(RuleId, Target), Open>,
    pub quiet: std::collections::BTreeSet<(RuleId, Target)>,
}

/// About whom a row of a scan is.
fn target_of(row: &documents::Row<'_>) -> Target {
    Target { household: row.id_of("household").unwrap_or_default(), person: row.id_of("person") }
}

impl Standing {
    /// Of some rules, as of a day.
    ///
    /// # Errors
    /// As [`documents::scan`].
    pub fn of(rules: impl IntoIterator<Item = RuleId>, today: Date, quiet_months: i32) -> Result<Standing> {
        let mut standing = Standing::default();
        for rule in rules {
            let open = documents::Query::of(ALERT).states(&OPEN).index("rule", rule.code());
            documents::scan(open, &["household", "person", "state"], |row| {
                let fresh = row.text("state").is_some_and(|state| FRESH.contains(&state));
                standing.open.insert((rule, target_of(&row)), Open { id: row.id, fresh });
                Ok(())
            })?;
            for back in 0..=quiet_months.max(0) {
                let month = today.first_of_month().add_months(-back).month_code();
                let closed = documents::Query::of(ALERT).index("closed", closed_index(rule, &month));
                documents::scan(closed, &["household", "person"], |row| {
                    standing.quiet.insert((rule, target_of(&row)));
                    Ok(())
                })?;
            }
        }
        Ok(standing)
    }
}

/// Alerts of a rule closed in a month.
pub fn closed_index(rule: RuleId, month: &str) -> String {
    format!("{}@{month}", rule.code())
}
