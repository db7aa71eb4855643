//! WIT ↔ domain, both directions, and nothing else. Texts of a column cross as one buffer with end offsets; everything the
//! guest says is checked before it is believed.

use crate::bindings::doudi::types::types as wit;
use crate::block::{Block, BlockTable};
use crate::context::CallContext;
use doudi_domain::calendar;
use doudi_domain::columns::{Column, ColumnData, Columns};
use doudi_domain::decision::Decision;
use doudi_domain::document::Document;
use doudi_domain::{Date, Error, Problem};

pub(crate) fn context(context: &CallContext) -> wit::Context {
    wit::Context {
        today: calendar::days(context.today),
        now: context.now.0,
        actor: wit::Actor {
            user: context.actor.user_id().map_or(0, |id| id.0),
            role: context.actor.role().map_or("system", |role| role.code()).to_owned(),
            division: context.actor.division().value(),
        },
        county: context.county.0,
        seed: context.seed,
        settings: context.settings.clone(),
        trial: context.trial,
    }
}

/// A date a guest names, if it lies in the years the calendar can hold.
pub(crate) fn date(days: wit::Date) -> Option<Date> {
    let date = calendar::from_days(days);
    (calendar::days(date) == days).then_some(date)
}

pub(crate) fn document(document: &Document) -> wit::Document {
    wit::Document {
        id: document.id.0,
        collection: document.collection.clone(),
        key: document.key.clone(),
        title: document.title.clone(),
        household: document.household.map(|id| id.0),
        person: document.person.map(|id| id.0),
        division: document.division.value(),
        state: document.state.clone(),
        since: calendar::days(document.since),
        due: document.due.map(calendar::days),
        revision: document.revision,
        body: document.body.clone(),
        created: calendar::days(document.created_at.date()),
    }
}

pub(crate) fn decision(decision: &Decision) -> wit::Decision {
    wit::Decision {
        id: decision.id.0,
        scheme: decision.scheme.clone(),
        household: decision.household.0,
        person: decision.person.map(|id| id.0),
        document: decision.document.map(|id| id.0),
        outcome: decision.outcome.clone(),
        effect: decision.effect.code().to_owned(),
        amount: decision.amount.0,
        covered_persons: u32::try_from(decision.covered_persons).unwrap_or(0),
        begins: calendar::days(decision.from),
        ends: decision.to.map(calendar::days),
        as_of: calendar::days(decision.as_of),
        decided: calendar::days(decision.decided_at.date()),
        figures: decision.figures.iter().map(|figure| (figure.code.clone(), figure.value)).collect(),
    }
}

pub(crate) fn columns(columns: Columns) -> wit::Block {
    block(Block::from(columns))
}

pub(crate) fn block(block: Block) -> wit::Block {
    let tables = block
        .tables
        .into_iter()
        .map(|table| wit::Table {
            name: table.name,
            rows: table.rows,
            ends: table.ends,
            columns: table.columns.into_iter().map(column).collect(),
        })
        .collect();
    wit::Block { tables }
}

fn column(column: Column) -> wit::Column {
    let values = match column.data {
        ColumnData::Ints(values) => wit::Values::Ints(values),
        ColumnData::Texts(texts) => {
            let mut ends = Vec::with_capacity(texts.len());
            let mut bytes = Vec::with_capacity(texts.iter().map(String::len).sum());
            for text in &texts {
                bytes.extend_from_slice(text.as_bytes());
                ends.push(bytes.len() as u32);
            }
            wit::Values::Texts(wit::TextValues { ends, bytes })
        }
    };
    wit::Column { name: column.name, values, nulls: column.nulls }
}

/// A block a guest gave, believed only when its lengths and texts agree; the message is Chinese.
pub(crate) fn block_from_guest(block: wit::Block) -> Result<Block, String> {
    let mut tables = Vec::with_capacity(block.tables.len());
    for table in block.tables {
        let mut columns = Vec::with_capacity(table.columns.len());
        for column in table.columns {
            let data = match column.values {
                wit::Values::Ints(values) => ColumnData::Ints(values),
                wit::Values::Texts(texts) => ColumnData::Texts(
                    split_texts(&texts)
                        .ok_or_else(|| format!("表“{}”的列“{}”的文字分段有误", table.name, column.name))?,
                ),
            };
            columns.push(Column { name: column.name, data, nulls: column.nulls });
        }
        tables.push(BlockTable { name: table.name, rows: table.rows, ends: table.ends, columns });
    }
    let block = Block { tables };
    match block.inconsistency() {
        Some(problem) => Err(problem),
        None => Ok(block),
    }
}

fn split_texts(texts: &wit::TextValues) -> Option<Vec<String>> {
    let mut start = 0;
    let mut list = Vec::with_capacity(texts.ends.len());
    for end in &texts.ends {
        let piece = texts.bytes.get(start..*end as usize)?;
        list.push(std::str::from_utf8(piece).ok()?.to_owned());
        start = *end as usize;
    }
    (start == texts.bytes.len()).then_some(list)
}

pub(crate) fn problem(problem: wit::Problem) -> Problem {
    Problem { field: problem.field, code: problem.code, message: problem.message }
}

/// A kernel error as the guest hears it; `None` when the call must end instead.
pub(crate) fn error(error: &Error) -> Option<wit::Error> {
    let (code, problems) = match error {
        Error::NotFound { .. } => ("not-found", Vec::new()),
        Error::Forbidden { .. } => ("denied", Vec::new()),
        Error::Invalid(problems) => ("invalid", problems.clone()),
        Error::Refused { problems, .. } => ("refused", problems.clone()),
        Error::Conflict { .. } | Error::Failure { .. } => return None,
    };
    let problems = problems
        .into_iter()
        .map(|problem| wit::Problem { field: problem.field, code: problem.code, message: problem.message })
        .collect();
    Some(wit::Error { code: code.to_owned(), message: error.to_string(), problems })
}

/// An error of the host's own.
pub(crate) fn guest_error(code: &str, message: impl Into<String>) -> wit::Error {
    wit::Error { code: code.to_owned(), message: message.into(), problems: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_crosses_and_comes_back_the_same() {
        let mut names = Column {
            name: "name".into(),
            data: ColumnData::Texts(vec!["甲".into(), String::new(), "丙丁".into()]),
            nulls: vec![],
        };
        names.set_null(1);
        let ids = Column { name: "household.id".into(), data: ColumnData::Ints(vec![1, 2, 3]), nulls: vec![] };
        let original = Block {
            tables: vec![BlockTable { name: "household".into(), rows: 3, ends: vec![], columns: vec![ids, names] }],
        };
        assert_eq!(block_from_guest(block(original.clone())).unwrap(), original);
    }

    #[test]
    fn texts_that_split_a_character_or_miss_bytes_are_refused() {
        let texts = |ends: Vec<u32>| wit::Block {
            tables: vec![wit::Table {
                name: "household".into(),
                rows: ends.len() as u32,
                ends: vec![],
                columns: vec![wit::Column {
                    name: "name".into(),
                    values: wit::Values::Texts(wit::TextValues { ends, bytes: "甲乙".into() }),
                    nulls: vec![],
                }],
            }],
        };
        assert!(block_from_guest(texts(vec![3, 6])).is_ok());
        for ends in [vec![2, 6], vec![3, 5], vec![6, 3], vec![3, 9]] {
            assert!(block_from_guest(texts(ends.clone())).is_err(), "{ends:?}");
        }
    }

    #[test]
    fn dates_out_of_the_calendar_are_not_clamped() {
        assert_eq!(date(0), Some(calendar::from_days(0)));
        assert_eq!(date(i32::MAX), None);
        assert_eq!(date(i32::MIN), None);
    }
}
