//! What other measures are asked: decisions of a period (`approval.decided`), and cases under way (`benefit.cases`). Which measures
//! answer is nobody's business here. The columns stand in `docs/reference/topics.md`.

use doudi_sdk::prelude::*;

/// Decisions of a period.
pub const DECIDED: &str = "approval.decided";
/// Cases.
pub const CASES: &str = "benefit.cases";

/// A decision of a measure.
#[derive(Input, Debug, Clone, Default, PartialEq)]
#[input(table = "decided")]
pub struct Decided {
    #[input("document")]
    pub document: Id,
    #[input("household")]
    pub household: Id,
    #[input("person")]
    pub person: Option<Id>,
    #[input("scheme")]
    pub scheme: String,
    #[input("label")]
    pub label: String,
    /// `granted`, `refused`, `stopped`.
    #[input("outcome")]
    pub outcome: String,
    /// `town` or `county`.
    #[input("level")]
    pub level: String,
    #[input("on")]
    pub on: Date,
    #[input("surveyor")]
    pub surveyor: Option<Id>,
    #[input("decider")]
    pub decider: Option<Id>,
    #[input("relative", default)]
    pub relative: bool,
    #[input("objection", default)]
    pub objection: bool,
    #[input("amount", default)]
    pub amount: Fen,
    #[input("decision")]
    pub decision: Option<Id>,
}

/// A case of a measure.
#[derive(Input, Debug, Clone, Default, PartialEq)]
#[input(table = "case")]
pub struct Case {
    #[input("document")]
    pub document: Id,
    #[input("household")]
    pub household: Id,
    #[input("person")]
    pub person: Option<Id>,
    #[input("scheme")]
    pub scheme: String,
    #[input("label")]
    pub label: String,
    #[input("opened")]
    pub opened: Date,
    #[input("closed")]
    pub closed: Option<Date>,
    #[input("surveyor")]
    pub surveyor: Option<Id>,
}

/// Some rows of all measures together, and where to go on; absent when there are no more.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Page<R> {
    pub rows: Vec<R>,
    pub next: Option<Id>,
}

/// Merges the pages of several measures by document. A page may end before the measure's last row, so all end with the one that ends
/// first; the others are asked for the rest again.
pub fn merge<R>(replies: Vec<Vec<R>>, after: Id, document: impl Fn(&R) -> Id) -> Page<R> {
    let mut replies = replies;
    for rows in &mut replies {
        // Whoever does not heed the cursor shall not be asked for ever.
        rows.retain(|row| document(row) > after);
        rows.sort_by_key(&document);
    }
    let upto = replies.iter().filter_map(|rows| rows.last().map(&document)).min();
    let mut rows: Vec<R> = replies.into_iter().flatten().collect();
    if let Some(upto) = upto {
        rows.retain(|row| document(row) <= upto);
    }
    rows.sort_by_key(&document);
    Page { rows, next: upto }
}

/// Decisions of the inclusive days `from` to `to`, of documents after `after`.
///
/// # Errors
/// As [`questions::ask`]; `internal` when an answer lacks a column of the topic.
pub fn decided(from: Date, to: Date, after: Id, limit: u32, on: Date) -> Result<Page<Decided>> {
    let period = Table::new("period", 1)
        .ints("from", [from])
        .ints("to", [to])
        .ints("after", [after.0])
        .ints("limit", [i64::from(limit)]);
    let mut replies = Vec::new();
    for reply in questions::ask(DECIDED, on, &Block::of(period))? {
        let mut rows = rows::<Decided>(&reply.block)?;
        rows.retain(|row| from <= row.on && row.on <= to);
        replies.push(rows);
    }
    Ok(merge(replies, after, |row| row.document))
}

/// Rows of a page of cases.
const CASES_AT_ONCE: i64 = 2_000;

/// Cases under way in the area of whoever asks. With `since` also those closed on or after that day.
///
/// # Errors
/// As [`decided`].
pub fn cases(on: Date, since: Option<Date>) -> Result<Vec<Case>> {
    let mut found = Vec::new();
    let mut after = Id(0);
    loop {
        let page = Table::new("page", 1)
            .ints("after", [after.0])
            .ints("limit", [CASES_AT_ONCE])
            .optional_ints("since", [since]);
        let mut replies = Vec::new();
        for reply in questions::ask(CASES, on, &Block::of(page))? {
            replies.push(rows::<Case>(&reply.block)?);
        }
        let page = merge(replies, after, |case| case.document);
        found.extend(page.rows);
        match page.next {
            Some(next) => after = next,
            None => return Ok(found),
        }
    }
}

/// Columns of the topics that may be absent; a measure that never has any may leave the column out.
const OPTIONAL: [&str; 7] = ["person", "surveyor", "decider", "decision", "closed", "outcome", "amount"];

/// The rows of an answer; a measure that has none may send no table.
fn rows<R: Input + Clone>(block: &Block) -> Result<Vec<R>> {
    let Some(table) = block.find(R::TABLE) else { return Ok(Vec::new()) };
    let lacking: Vec<&str> = OPTIONAL.into_iter().filter(|name| table.find(name).is_none()).collect();
    if lacking.is_empty() {
        return Ok(block.read::<R>()?.to_vec());
    }
    let mut table = table.clone();
    for name in lacking {
        let count = table.rows as usize;
        table = table.optional_ints(name, std::iter::repeat_n(None::<i64>, count));
    }
    Ok(Block::of(table).read::<R>()?.to_vec())
}
