//! Rechecks of a period: those that are open or done, and those the calendar will open because a line of decisions falls due
//! (57号 第三十一条: yearly when stable, half-yearly otherwise).

use crate::rules::recheck::Class;
use crate::running::{Line, lines_on};
use crate::terms_on;
use doudi_sdk::prelude::*;
use std::collections::BTreeSet;

/// One household to be looked at by a day.
#[derive(Debug)]
pub struct Planned {
    pub due: Date,
    pub household: Id,
    pub person: Option<Id>,
    /// Absent for one that was started by hand, by an alert or by a spot check.
    pub class: Option<Class>,
    /// Absent while the calendar has not opened it.
    pub document: Option<Id>,
    /// The day somebody was there.
    pub done: Option<Date>,
}

impl Planned {
    /// Whether it was done by the day it was due; nothing is said of what may still be.
    pub fn in_time(&self, today: Date) -> Option<bool> {
        match self.done {
            Some(done) => Some(done <= self.due),
            None if today > self.due => Some(false),
            None => None,
        }
    }
}

/// Every recheck due in a period (inclusive), by day; cancelled ones are none.
///
/// # Errors
/// `refused` when a parameter is missing.
pub fn planned(from: Date, to: Date, today: Date) -> Result<Vec<Planned>> {
    let mut found = opened(from, to)?;
    if to >= today {
        let known: BTreeSet<(Id, Option<Id>)> =
            found.iter().map(|planned| (planned.household, planned.person)).collect();
        let to_come = to_come(from.max(today), to, today)?;
        found.extend(to_come.into_iter().filter(|planned| !known.contains(&(planned.household, planned.person))));
    }
    found.sort_by_key(|planned| (planned.due, planned.household, planned.person));
    Ok(found)
}

fn opened(from: Date, to: Date) -> Result<Vec<Planned>> {
    let mut found = Vec::new();
    let mut day = from;
    while day <= to {
        let query = documents::Query::of("recheck").index("due", day);
        documents::scan(query, &["state", "household", "person", "/class", "/visit/on"], |row| {
            let (Some(household), false) = (row.id_of("household"), row.text("state") == Some("cancelled")) else {
                return Ok(());
            };
            found.push(Planned {
                due: day,
                household,
                person: row.id_of("person"),
                class: row.text("/class").and_then(Class::from_letter),
                done: row.date("/visit/on"),
                document: Some(row.id),
            });
            Ok(())
        })?;
        day = day.add_days(1);
    }
    Ok(found)
}

/// By the lines that will still pay when the period ends, those granted for next month included.
fn to_come(from: Date, to: Date, today: Date) -> Result<Vec<Planned>> {
    let terms = terms_on(today)?;
    let mut found = Vec::new();
    for Line { household, person, grace, decided, recheck, .. } in lines_on(to)? {
        let Some(class) = recheck.and_then(Class::from_code) else { continue };
        let due = class.due(decided, &terms.params, &terms.rules);
        if !grace && due >= from && due <= to {
            found.push(Planned { due, household, person, class: Some(class), document: None, done: None });
        }
    }
    Ok(found)
}
