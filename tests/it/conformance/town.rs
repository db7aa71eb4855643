//! What the suite's calls read: three households with absent values, texts beyond the first plane and no members at all; one document;
//! a parameter; another measure that answers.

use async_trait::async_trait;
use doudi_domain::calendar::WorkCalendar;
use doudi_domain::catalogue::{FieldCode, Table};
use doudi_domain::columns::{Column, ColumnData, Columns, TableColumns};
use doudi_domain::decision::{Decision, Governing};
use doudi_domain::document::Document;
use doudi_domain::parameter::Parameter;
use doudi_domain::payment::Payment;
use doudi_domain::{
    County, Date, DecisionId, DivisionCode, DocumentId, Error, HouseholdId, Instant, ParameterId, Result, Role,
};
use doudi_plugin_host::reads::{DocumentQuery, PaymentQuery};
use doudi_plugin_host::{Block, BlockTable, Reads};
use std::sync::Arc;

pub const CERTIFICATE: &str = "低保𠮷号，二〇二二";

/// Absent where `None`.
fn ints(name: &str, values: &[Option<i64>]) -> Column {
    let mut column = Column::ints(name);
    for (row, value) in values.iter().enumerate() {
        if let ColumnData::Ints(list) = &mut column.data {
            list.push(value.unwrap_or(0));
        }
        if value.is_none() {
            column.set_null(row);
        }
    }
    column.seal_nulls();
    column
}

fn texts(name: &str, values: &[Option<&str>]) -> Column {
    let mut column = Column::texts(name);
    for (row, value) in values.iter().enumerate() {
        if let ColumnData::Texts(list) = &mut column.data {
            list.push(value.unwrap_or_default().to_owned());
        }
        if value.is_none() {
            column.set_null(row);
        }
    }
    column.seal_nulls();
    column
}

fn some(values: &[i64]) -> Vec<Option<i64>> {
    values.iter().map(|value| Some(*value)).collect()
}

/// Households 1 (two members), 2 (nobody) and 3 (one member), in the layout of the manifest.
pub fn households() -> Columns {
    let items = |table: Table, ends: Vec<u32>, rows: [&[i64]; 4]| TableColumns {
        table,
        rows: rows[0].len() as u32,
        ends,
        columns: vec![
            ints("fact", &some(rows[0])),
            ints("kind", &some(rows[1])),
            ints("value", &some(rows[2])),
            ints("qualifier", &some(rows[3])),
            ints("from", &vec![Some(18_993); rows[0].len()]),
            ints("to", &vec![None; rows[0].len()]),
            ints("source", &vec![Some(1); rows[0].len()]),
        ],
    };
    Columns {
        households: vec![HouseholdId(1), HouseholdId(2), HouseholdId(3)],
        tables: vec![
            TableColumns {
                table: Table::Household,
                rows: 3,
                ends: vec![],
                columns: vec![
                    ints("household.id", &some(&[1, 2, 3])),
                    texts("household.certificate", &[Some(CERTIFICATE), None, Some("")]),
                    ints("household.hukou-kind", &[Some(1), None, Some(2)]),
                ],
            },
            TableColumns {
                table: Table::Person,
                rows: 3,
                ends: vec![2, 2, 3],
                columns: vec![
                    ints("person.id", &some(&[11, 12, 31])),
                    ints("person.birth-date", &some(&[-1, 11_016, 0])),
                    ints("person.job-refusals", &[Some(2), None, None]),
                ],
            },
            // 2⁵³ − 1 fen: the largest number every language carries exactly.
            items(
                Table::Income,
                vec![1, 2, 3],
                [&[101, 102, 103], &[0, 1, 1], &[180_000, 9_007_199_254_740_991 - 180_000, -5], &[0, 0, 0]],
            ),
            items(Table::Asset, vec![0, 1, 1], [&[104], &[0], &[3_000_000], &[1]]),
        ],
    }
}

/// The same layout without a household.
pub fn nobody() -> Columns {
    let emptied = |column: Column| match column.data {
        ColumnData::Ints(_) => ints(&column.name, &[]),
        ColumnData::Texts(_) => texts(&column.name, &[]),
    };
    let tables = households().tables.into_iter().map(|table| TableColumns {
        rows: 0,
        ends: vec![],
        columns: table.columns.into_iter().map(emptied).collect(),
        ..table
    });
    Columns { households: vec![], tables: tables.collect() }
}

#[derive(Clone, Default)]
pub struct Town;

impl Town {
    pub fn boxed() -> Box<dyn Reads> {
        Box::new(Town)
    }
}

/// Document 7, as it would lie in storage.
pub fn document(body: &str) -> Document {
    Document {
        id: DocumentId(7),
        plugin: "conformance".into(),
        collection: "note".into(),
        key: "2022-000007".into(),
        title: "标题𠮷".into(),
        household: Some(HouseholdId(1)),
        person: None,
        division: DivisionCode::new(340_223_103_201).expect("a village"),
        state: "kept".into(),
        assignee_role: Some(Role::TownCaseworker),
        assignee: None,
        since: super::TODAY,
        due: None,
        final_state: true,
        body: body.into(),
        revision: 3,
        created_at: Instant(0),
        updated_at: Instant(0),
    }
}

#[async_trait]
impl Reads for Town {
    async fn households(&mut self, ids: &[HouseholdId], _: &[FieldCode], _: Date) -> Result<Columns> {
        let all = households();
        Ok(match ids {
            [HouseholdId(1)] => Columns {
                households: vec![HouseholdId(1)],
                tables: all
                    .tables
                    .into_iter()
                    .take(1)
                    .map(|table| TableColumns {
                        rows: 1,
                        columns: vec![
                            ints("household.id", &some(&[1])),
                            texts("household.certificate", &[Some(CERTIFICATE)]),
                            ints("household.hukou-kind", &[Some(1)]),
                        ],
                        ..table
                    })
                    .chain([
                        TableColumns {
                            table: Table::Person,
                            rows: 0,
                            ends: vec![0],
                            columns: ["person.id", "person.birth-date", "person.job-refusals"]
                                .map(|name| ints(name, &[]))
                                .into(),
                        },
                        nothing(Table::Income),
                        nothing(Table::Asset),
                    ])
                    .collect(),
            },
            _ => Columns { households: vec![], tables: vec![] },
        })
    }

    async fn recipients(&mut self, _: &str, _: Date, _: HouseholdId, _: u32) -> Result<Vec<HouseholdId>> {
        Ok(vec![])
    }

    async fn document_get(&mut self, _: &str, id: DocumentId) -> Result<Document> {
        if id == DocumentId(7) { Ok(document(r#"{"word":"存𠮷"}"#)) } else { Err(Error::not_found("办件")) }
    }

    async fn documents_find(&mut self, _: &str, query: &DocumentQuery) -> Result<Vec<Document>> {
        let wanted = query.collection == "note" && query.states == ["kept"] && query.limit == 10;
        Ok(if wanted { vec![document("{}")] } else { vec![] })
    }

    async fn decisions_of_household(&mut self, _: HouseholdId) -> Result<Vec<Decision>> {
        Ok(vec![])
    }

    async fn decision_get(&mut self, _: DecisionId) -> Result<Decision> {
        Err(Error::not_found("决定"))
    }

    async fn decisions_governing(&mut self, _: &Governing<'_>) -> Result<Vec<Decision>> {
        Ok(vec![])
    }

    async fn payment_lines(&mut self, _: &str, _: &[String], _: &PaymentQuery) -> Result<Vec<Payment>> {
        Ok(vec![])
    }

    async fn parameter(&mut self, code: &str, on: Date) -> Result<Option<Parameter>> {
        Ok((code == "conformance.rate").then(|| Parameter {
            id: ParameterId(4),
            county: County(340_223),
            code: code.to_owned(),
            value: 100,
            from: on,
            source: "南民〔2022〕1号".into(),
            verified: true,
            recorded_at: Instant(0),
            recorded_by: None,
            replaced_by: None,
        }))
    }

    async fn calendar(&mut self) -> Result<Arc<WorkCalendar>> {
        Ok(crate::support::reads::statutory())
    }

    async fn ask(&mut self, _: &str, _: Date, block: Block, _: u8) -> Result<Vec<(String, Block)>> {
        // The question arrived as it was asked.
        let page = block.table("page").expect("the question's table");
        assert_eq!((page.rows, page.columns.len()), (1, 2));
        let answer = |ids: &[i64]| Block {
            tables: vec![BlockTable {
                name: "recipient".into(),
                rows: ids.len() as u32,
                ends: vec![],
                columns: vec![ints("household", &some(ids))],
            }],
        };
        Ok(vec![("one".into(), answer(&[1, 3])), ("two".into(), answer(&[]))])
    }
}

fn nothing(table: Table) -> TableColumns {
    let names = ["fact", "kind", "value", "qualifier", "from", "to", "source"];
    TableColumns { table, rows: 0, ends: vec![], columns: names.map(|name| ints(name, &[])).into() }
}

/// A block of every shape: absent values in the first, a middle and the last row, empty and wide texts, a child and its child.
pub fn every_shape() -> Block {
    let table = |name: &str, ends: Vec<u32>, columns: Vec<Column>| BlockTable {
        name: name.into(),
        rows: columns[0].len() as u32,
        ends,
        columns,
    };
    let many: Vec<Option<i64>> = (0..17).map(|row| (row % 8 != 0).then_some(row - 8)).collect();
    let words: Vec<Option<&str>> =
        (0..17).map(|row| ["", "a", "é", "中", "𠮷", "a\u{0}b"].get(row % 7).copied()).collect();
    Block {
        tables: vec![
            table(
                "subject",
                vec![],
                vec![ints("number", &many), texts("word", &words), ints("full", &vec![Some(-1); 17])],
            ),
            table("part", (1..=17).map(|row| row / 2).collect(), vec![ints("n", &[None; 8])]),
            table("piece", vec![0, 0, 2, 2, 2, 2, 3, 3], vec![texts("t", &[Some("x"), None, Some("𠮷")])]),
        ],
    }
}

/// Rows of the feed: a word, nothing, a word.
pub fn feed() -> Block {
    Block {
        tables: vec![BlockTable {
            name: "row".into(),
            rows: 3,
            ends: vec![],
            columns: vec![ints("line", &some(&[2, 3, 4])), texts("word", &[Some("一"), None, Some("三𠮷")])],
        }],
    }
}
