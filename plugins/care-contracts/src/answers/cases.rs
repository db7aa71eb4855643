//! `benefit.cases` and `approval.decided`: applications under way, and those decided in a period.

use crate::application::Application;
use crate::running::{LABEL, SCHEME};
use doudi_sdk::prelude::*;
use doudi_sdk::topics::Period;

/// Decided applications an answer holds at most: each asks for the decisions of its household.
const DECIDED: usize = 300;
/// Documents looked at at once: who asks for a few does not want them all read.
const AT_ONCE: u32 = 200;

/// Applications after a document, as many as are wanted.
fn after(
    query: &documents::Query,
    start: Id,
    limit: usize,
    mut keep: impl FnMut(Document) -> Result<bool>,
) -> Result<()> {
    let mut after = start;
    let mut kept = 0;
    loop {
        let page = documents::find(query.clone().after(after).limit(AT_ONCE))?;
        let full = page.len() == AT_ONCE as usize;
        for document in page {
            after = document.id;
            kept += usize::from(keep(document)?);
            if kept == limit {
                return Ok(());
            }
        }
        if !full {
            return Ok(());
        }
    }
}

struct Case {
    document: Document,
    closed: Option<Date>,
    outcome: Option<&'static str>,
    proxy: bool,
}

/// Open applications; with `since` also those closed on or after that day.
pub fn cases(asked: &Asked) -> Result<Block> {
    let mut rows: Vec<Case> = Vec::new();
    after(&documents::Query::of("application"), asked.after, asked.limit as usize, |document| {
        let closed = Application::CLOSED.contains(&document.state.as_str()).then_some(document.since);
        if closed.is_some_and(|closed| asked.since.is_none_or(|since| closed < since)) {
            return Ok(false);
        }
        let outcome = match document.state.as_str() {
            "confirmed" => Some("granted"),
            "refused" => Some("refused"),
            "withdrawn" | "ended" => Some("withdrawn"),
            _ => None,
        };
        // Helped by an officer: one who found him in the village, not a relative.
        let proxy = document.body::<Application>()?.proxy_officer.is_some();
        rows.push(Case { closed, outcome, proxy, document });
        Ok(true)
    })?;
    Ok(Block::of(
        Table::new("case", rows.len())
            .ints("document", rows.iter().map(|row| row.document.id.0))
            .ints("household", rows.iter().map(|row| row.document.household.unwrap_or_default().0))
            .optional_ints("person", rows.iter().map(|row| row.document.person.map(|person| person.0)))
            .texts("scheme", rows.iter().map(|_| SCHEME))
            .texts("label", rows.iter().map(|_| LABEL))
            .ints("opened", rows.iter().map(|row| row.document.created))
            .optional_ints("closed", rows.iter().map(|row| row.closed))
            .optional_texts("outcome", rows.iter().map(|row| row.outcome))
            .ints("proxy", rows.iter().map(|row| i64::from(row.proxy))),
    ))
}

struct Decided {
    document: Document,
    body: Application,
    decision: Option<Id>,
}

impl Decided {
    fn on(&self) -> Date {
        self.body.decided.as_ref().map_or(self.document.since, |decided| decided.on)
    }
}

/// Applications decided in a period.
pub fn decided(period: Period, asked: &Asked) -> Result<Block> {
    let query = documents::Query::of("application").states(&["confirmed", "refused"]);
    let mut rows: Vec<Decided> = Vec::new();
    after(&query, asked.after, (asked.limit as usize).min(DECIDED), |document| {
        let row = Decided { body: document.body()?, document, decision: None };
        let inside = period.contains(row.on());
        if inside {
            rows.push(row);
        }
        Ok(inside)
    })?;
    for row in &mut rows {
        let Some(household) = row.document.household else { continue };
        let decisions = decisions::of_household(household)?;
        row.decision =
            decisions.iter().find(|decision| decision.document == Some(row.document.id)).map(|decision| decision.id);
    }
    let text = |granted: &'static str, refused: &'static str| {
        move |row: &Decided| if row.document.state == "confirmed" { granted } else { refused }
    };
    Ok(Block::of(
        Table::new("decided", rows.len())
            .ints("document", rows.iter().map(|row| row.document.id.0))
            .ints("household", rows.iter().map(|row| row.document.household.unwrap_or_default().0))
            .optional_ints("person", rows.iter().map(|row| row.document.person.map(|person| person.0)))
            .texts("scheme", rows.iter().map(|_| SCHEME))
            .texts("label", rows.iter().map(|_| LABEL))
            .texts("outcome", rows.iter().map(text("granted", "refused")))
            .texts("level", rows.iter().map(|row| if row.body.delegated { "town" } else { "county" }))
            .ints("on", rows.iter().map(Decided::on))
            .optional_ints(
                "surveyor",
                rows.iter().map(|row| {
                    let survey = row.body.survey.as_ref();
                    survey.and_then(|survey| survey.visitors.first()).map(|user| user.0)
                }),
            )
            .optional_ints("decider", rows.iter().map(|row| row.body.decided.as_ref().map(|decided| decided.by.0)))
            .ints("relative", rows.iter().map(|row| i64::from(row.body.near_relative)))
            .ints("objection", rows.iter().map(|row| i64::from(!row.body.objections.is_empty())))
            .ints("amount", rows.iter().map(|row| row.body.decided.as_ref().map_or(0, |decided| decided.amount)))
            .optional_ints("decision", rows.iter().map(|row| row.decision.map(|decision| decision.0))),
    ))
}
