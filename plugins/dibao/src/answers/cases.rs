//! `benefit.cases` and `approval.decided`: the applications themselves, for those who look for people nobody has reached and for
//! those who check what towns decided, refusals included.

use crate::application::Application;
use crate::ledger;
use crate::running::{LABEL, SCHEME};
use doudi_sdk::prelude::*;
use doudi_sdk::topics::Period;

/// Decided applications an answer holds at most: each costs one look at the household's decisions.
const DECIDED: usize = 400;

/// Open applications; with `since` also those closed on or after that day and by the day asked.
pub fn cases(on: Date, asked: &Asked) -> Result<Block> {
    let limit = asked.limit as usize;
    let found = match asked.household {
        Some(household) => of_household(household, on, asked)?,
        None => of_everybody(on, asked, limit)?,
    };
    let mut rows = Vec::with_capacity(found.len());
    for document in found {
        let (Some(household), body) = (document.household, document.body::<Application>()?) else { continue };
        rows.push((household, document, body));
    }
    Ok(Block::of(
        Table::new("case", rows.len())
            .ints("document", rows.iter().map(|(_, document, _)| document.id.0))
            .ints("household", rows.iter().map(|(household, ..)| household.0))
            .optional_ints("person", rows.iter().map(|(.., body)| body.alone().map(|person| person.0)))
            .texts("scheme", rows.iter().map(|_| SCHEME))
            .texts("label", rows.iter().map(|_| LABEL))
            .ints("opened", rows.iter().map(|(_, document, _)| document.created))
            .optional_ints("closed", rows.iter().map(|(_, document, _)| closed(document)))
            .optional_texts("outcome", rows.iter().map(|(_, document, _)| outcome(document)))
            .ints("proxy", rows.iter().map(|(.., body)| i64::from(body.helper.is_some())))
            .optional_ints("surveyor", rows.iter().map(|(.., body)| body.surveyor().map(|user| user.0))),
    ))
}

fn of_everybody(on: Date, asked: &Asked, limit: usize) -> Result<Vec<Document>> {
    let mut found: Vec<Document> = Vec::new();
    let mut cursor = asked.after;
    while found.len() < limit {
        let query = documents::Query::of("application").states(&Application::OPEN).after(cursor);
        let some = documents::find(query)?;
        let Some(last) = some.last() else { break };
        cursor = last.id;
        found.extend(some);
    }
    if let Some(since) = asked.since {
        found.extend(ledger::closed("application", &Application::CLOSED, (since, on), asked.after, limit)?);
        found.sort_by_key(|document| document.id);
    }
    found.truncate(limit);
    Ok(found)
}

/// A household has a handful in all its years.
fn of_household(household: Id, on: Date, asked: &Asked) -> Result<Vec<Document>> {
    let mut found = documents::all(documents::Query::of("application").household(household).after(asked.after))?;
    found.retain(|document| match closed(document) {
        None => true,
        Some(day) => asked.since.is_some_and(|since| since <= day && day <= on),
    });
    Ok(found)
}

fn closed(document: &Document) -> Option<Date> {
    Application::CLOSED.contains(&document.state.as_str()).then_some(document.since)
}

fn outcome(document: &Document) -> Option<&'static str> {
    match document.state.as_str() {
        "confirmed" => Some("granted"),
        "refused" => Some("refused"),
        "withdrawn" | "ended" => Some("withdrawn"),
        _ => None,
    }
}

/// One decided application, as a spot check wants it.
struct Decided {
    household: Id,
    document: Document,
    body: Application,
    decision: Option<Id>,
}

/// What was decided in a period, by whichever office.
pub fn decided(period: Period, asked: &Asked) -> Result<Block> {
    let limit = (asked.limit as usize).min(DECIDED);
    let found = ledger::closed("application", &["confirmed", "refused"], (period.from, period.to), asked.after, limit)?;
    let mut rows = Vec::with_capacity(found.len());
    for document in found {
        let (Some(household), body) = (document.household, document.body::<Application>()?) else { continue };
        let decision = decisions::of_household(household)?
            .iter()
            .find(|decision| decision.scheme == SCHEME && decision.document == Some(document.id))
            .map(|decision| decision.id);
        rows.push(Decided { household, document, body, decision });
    }
    Ok(Block::of(
        Table::new("decided", rows.len())
            .ints("document", rows.iter().map(|row| row.document.id.0))
            .ints("household", rows.iter().map(|row| row.household.0))
            .optional_ints("person", rows.iter().map(|row| row.body.alone().map(|person| person.0)))
            .texts("scheme", rows.iter().map(|_| SCHEME))
            .texts("label", rows.iter().map(|_| LABEL))
            .texts("outcome", rows.iter().map(|row| outcome(&row.document).unwrap_or("refused")))
            .texts("level", rows.iter().map(|row| if row.body.delegated { "town" } else { "county" }))
            .ints("on", rows.iter().map(|row| row.document.since))
            .optional_ints("surveyor", rows.iter().map(|row| row.body.surveyor().map(|user| user.0)))
            .optional_ints("decider", rows.iter().map(|row| row.body.ruling.as_ref().map(|ruling| ruling.by.0)))
            .ints("relative", rows.iter().map(|row| i64::from(row.body.was_relative())))
            .ints("objection", rows.iter().map(|row| i64::from(!row.body.objections.is_empty())))
            .ints("amount", rows.iter().map(Decided::amount))
            .optional_ints("decision", rows.iter().map(|row| row.decision.map(|decision| decision.0))),
    ))
}

impl Decided {
    fn amount(&self) -> i64 {
        let opinion = self.body.opinion.as_ref().filter(|_| self.document.state == "confirmed");
        self.body.ruling.as_ref().map(|ruling| ruling.amount).or(opinion.map(|opinion| opinion.amount)).unwrap_or(0)
    }
}
