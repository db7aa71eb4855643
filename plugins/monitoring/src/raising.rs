//! From clues to alerts: one for each rule and person while it is open; a new clue joins it; what a person settled is not raised again
//! within the county's quiet months.

use crate::alert::{ALERT, Alert, FRESH, Standing, Target};
use crate::parameters;
use crate::rules::clue::Clue;
use crate::rules::matrix::{Level, RuleId};
use crate::settings::Settings;
use doudi_sdk::prelude::*;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// Clues by what they would raise.
pub type Clues = BTreeMap<(RuleId, Target), Vec<Clue>>;

/// What is known before the first clue is looked at: read once for a block.
#[derive(Debug)]
pub struct Desk {
    today: Date,
    settings: Settings,
    standing: Standing,
    due: BTreeMap<Level, Option<Date>>,
    /// Open alerts that were read because a clue may join them.
    read: RefCell<Read>,
}

/// Documents by id, and how many were asked for one by one.
#[derive(Debug, Default)]
struct Read {
    documents: BTreeMap<Id, Document>,
    singly: usize,
}

/// Alerts asked for one by one; when clues join more of them, all that are open are read at once.
const SINGLY: usize = 100;

impl Desk {
    /// For some rules.
    ///
    /// # Errors
    /// What the kernel says; `refused` when the statutory calendar is not on record.
    pub fn open(context: &Context, rules: &BTreeSet<RuleId>) -> Result<Desk> {
        let today = context.today;
        let mut due = BTreeMap::new();
        for level in [Level::Red, Level::Yellow] {
            due.insert(level, if rules.is_empty() { None } else { parameters::due(level, today)? });
        }
        let quiet = parameters::quiet_months(today)?;
        let settings: Settings = context.settings()?;
        let standing = Standing::of(rules.iter().copied(), today, quiet)?;
        Ok(Desk { today, settings, standing, due, read: RefCell::default() })
    }

    /// Whether such an alert is open.
    pub fn is_open(&self, rule: RuleId, target: Target) -> bool {
        self.standing.open.contains_key(&(rule, target))
    }

    /// An open alert of a rule.
    fn document(&self, rule: RuleId, id: Id) -> Result<Document> {
        let mut read = self.read.borrow_mut();
        if let Some(document) = read.documents.get(&id) {
            return Ok(document.clone());
        }
        if read.singly < SINGLY {
            read.singly += 1;
            return documents::get(id);
        }
        let open = documents::all(documents::Query::of(ALERT).states(&FRESH).index("rule", rule.code()))?;
        read.documents.extend(open.into_iter().map(|document| (document.id, document)));
        match read.documents.get(&id) {
            Some(document) => Ok(document.clone()),
            None => documents::get(id),
        }
    }

    /// The alert the clues raise or join; none when they tell nothing new, the county does not use the rule, or a person has settled it.
    ///
    /// # Errors
    /// `internal` when an alert cannot be read.
    pub fn raise(
        &self,
        rule: RuleId,
        target: Target,
        clues: &[Clue],
        batch: Option<Id>,
    ) -> Result<Option<DocumentPut>> {
        if !self.settings.uses(rule) {
            return Ok(None);
        }
        if let Some(open) = self.standing.open.get(&(rule, target)) {
            if !open.fresh {
                return Ok(None);
            }
            let document = self.document(rule, open.id)?;
            let mut alert: Alert = document.body()?;
            let mut new = false;
            for clue in clues {
                new |= alert.add(clue.clone());
            }
            return Ok(new.then(|| alert.to(&document, &document.state, "又有新的疑点")));
        }
        if self.standing.quiet.contains(&(rule, target)) {
            return Ok(None);
        }
        let level = self.settings.level(rule.rule());
        let mut alert = Alert::new(rule, level, self.today, self.due.get(&level).copied().flatten());
        alert.batch = batch;
        for clue in clues {
            alert.add(clue.clone());
        }
        Ok(Some(alert.open(target)))
    }
}

/// Raises everything of a list at once.
///
/// # Errors
/// As [`Desk::open`] and [`Desk::raise`].
pub fn raise_all(context: &Context, clues: &Clues) -> Result<Vec<DocumentPut>> {
    let rules = clues.keys().map(|(rule, _)| *rule).collect();
    let desk = Desk::open(context, &rules)?;
    let mut alerts = Vec::new();
    for ((rule, target), clues) in clues {
        alerts.extend(desk.raise(*rule, *target, clues, None)?);
    }
    Ok(alerts)
}
