//! A made-up snapshot for calls without a database: a few households, nothing else, and a count of what was read.

use async_trait::async_trait;
use doudi_domain::calendar::WorkCalendar;
use doudi_domain::catalogue::{FieldCode, Table};
use doudi_domain::columns::{Column, ColumnData, Columns, TableColumns};
use doudi_domain::decision::Decision;
use doudi_domain::document::Document;
use doudi_domain::parameter::Parameter;
use doudi_domain::{Date, DecisionId, DocumentId, Error, HouseholdId, Result};
use doudi_plugin_host::reads::DocumentQuery;
use doudi_plugin_host::{Block, Reads};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

/// The shipped calendar, read once.
pub fn statutory() -> Arc<WorkCalendar> {
    static CALENDAR: OnceLock<Arc<WorkCalendar>> = OnceLock::new();
    let read = || WorkCalendar::parse_csv(include_str!("../../../data/statutory-days.csv")).expect("well formed");
    CALENDAR.get_or_init(|| Arc::new(read())).clone()
}

/// Households 1 to 3, one person each; the person's id is the household's and a thousand.
#[derive(Clone, Default)]
pub struct SmallTown {
    pub asked: Arc<AtomicU32>,
}

impl SmallTown {
    pub const HOUSEHOLDS: std::ops::RangeInclusive<i64> = 1..=3;

    pub fn boxed() -> Box<dyn Reads> {
        Box::new(SmallTown::default())
    }

    /// The households asked for that exist, with these fields; every value is 2.
    pub fn columns(ids: &[HouseholdId], fields: &[FieldCode]) -> Columns {
        let households: Vec<HouseholdId> = ids.iter().copied().filter(|id| Self::HOUSEHOLDS.contains(&id.0)).collect();
        let rows = households.len();
        let column = |name: &str, values: Vec<i64>| Column {
            name: name.to_owned(),
            data: ColumnData::Ints(values),
            nulls: Vec::new(),
        };
        let of = |table: Table| {
            fields
                .iter()
                .filter(move |field| field.field().table == table)
                .map(|field| column(field.as_str(), vec![2; rows]))
        };
        let ids = |offset: i64| households.iter().map(|id| id.0 + offset).collect::<Vec<i64>>();
        let household = TableColumns {
            table: Table::Household,
            rows: rows as u32,
            ends: Vec::new(),
            columns: std::iter::once(column("household.id", ids(0))).chain(of(Table::Household)).collect(),
        };
        let person = TableColumns {
            table: Table::Person,
            rows: rows as u32,
            ends: (1..=rows as u32).collect(),
            columns: std::iter::once(column("person.id", ids(1_000))).chain(of(Table::Person)).collect(),
        };
        Columns { tables: vec![household, person], households }
    }
}

#[async_trait]
impl Reads for SmallTown {
    async fn households(&mut self, ids: &[HouseholdId], fields: &[FieldCode], _as_of: Date) -> Result<Columns> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        Ok(SmallTown::columns(ids, fields))
    }

    async fn recipients(&mut self, _: &str, _: Date, _: HouseholdId, _: u32) -> Result<Vec<HouseholdId>> {
        Ok(Vec::new())
    }

    async fn document_get(&mut self, _: &str, _: DocumentId) -> Result<Document> {
        Err(Error::not_found("办件"))
    }

    async fn documents_find(&mut self, _: &str, _: &DocumentQuery) -> Result<Vec<Document>> {
        Ok(Vec::new())
    }

    async fn decisions_of_household(&mut self, _: HouseholdId) -> Result<Vec<Decision>> {
        Ok(Vec::new())
    }

    async fn decision_get(&mut self, _: DecisionId) -> Result<Decision> {
        Err(Error::not_found("决定"))
    }

    async fn parameter(&mut self, _: &str, _: Date) -> Result<Option<Parameter>> {
        Ok(None)
    }

    async fn calendar(&mut self) -> Result<Arc<WorkCalendar>> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        Ok(statutory())
    }

    async fn ask(&mut self, _: &str, _: Date, _: Block, _: u8) -> Result<Vec<(String, Block)>> {
        Ok(Vec::new())
    }
}
