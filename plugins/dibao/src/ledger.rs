//! 台账: applications and changes by the month they were closed, and applications by the month of their limit. Figures, answers to
//! other measures, duties and the lists behind them all read here, so that they always count the same cases.

use crate::application::Application;
use doudi_sdk::prelude::*;
use std::collections::BTreeMap;

/// The first days of the months a period touches.
pub fn months(from: Date, to: Date) -> impl Iterator<Item = Date> {
    let first = from.first_of_month();
    (0..).map(move |count| first.add_months(count)).take_while(move |month| *month <= to)
}

/// What the kernel gives at once.
const PAGE: usize = 200;

/// Documents of a collection closed in one of the states within a period (inclusive), in order of id, above a cursor.
///
/// # Errors
/// As [`documents::find`].
pub fn closed(
    collection: &str,
    states: &[&str],
    (from, to): (Date, Date),
    after: Id,
    limit: usize,
) -> Result<Vec<Document>> {
    let mut found = Vec::new();
    for month in months(from, to) {
        let query = documents::Query::of(collection).states(states).index("closed", month.month_code());
        let (mut cursor, mut own) = (after, Vec::new());
        loop {
            let page = documents::find(query.clone().after(cursor))?;
            let full = page.len() == PAGE;
            cursor = page.last().map_or(cursor, |last| last.id);
            own.extend(page.into_iter().filter(|document| document.since >= from && document.since <= to));
            if !full || own.len() >= limit {
                break;
            }
        }
        found.extend(own);
    }
    found.sort_by_key(|document| document.id);
    found.truncate(limit);
    Ok(found)
}

/// An application and the day by which it must be decided.
#[derive(Debug)]
pub struct Limited {
    pub limit: Date,
    pub document: Document,
    pub body: Application,
}

impl Limited {
    /// The day it was closed, whatever the end.
    pub fn closed(&self) -> Option<Date> {
        Application::CLOSED.contains(&self.document.state.as_str()).then_some(self.document.since)
    }

    /// Whether it was decided in time; nothing is said of what may still be, and of what the family took back.
    pub fn in_time(&self, today: Date) -> Option<bool> {
        match self.document.state.as_str() {
            "confirmed" | "refused" => Some(self.document.since <= self.limit),
            "withdrawn" | "ended" => None,
            _ if today > self.limit => Some(false),
            _ => None,
        }
    }
}

/// Applications whose limit lies in a period (inclusive), by limit.
///
/// # Errors
/// As [`documents::find`].
pub fn limited(from: Date, to: Date) -> Result<Vec<Limited>> {
    // Open ones are few and looked at one by one: their limit may have been set before there was an index.
    let mut documents: BTreeMap<Id, Document> = BTreeMap::new();
    for document in documents::all(documents::Query::of("application").states(&Application::OPEN))? {
        documents.insert(document.id, document);
    }
    for month in months(from, to) {
        let closed =
            documents::Query::of("application").states(&Application::CLOSED).index("limit", month.month_code());
        documents.extend(documents::all(closed)?.into_iter().map(|document| (document.id, document)));
    }
    let mut found = Vec::new();
    for document in documents.into_values() {
        let body: Application = document.body()?;
        if let Some(limit) = body.limit.filter(|limit| *limit >= from && *limit <= to) {
            found.push(Limited { limit, document, body });
        }
    }
    found.sort_by_key(|case| (case.limit, case.document.id));
    Ok(found)
}
