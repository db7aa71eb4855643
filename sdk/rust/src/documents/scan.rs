//! Chosen values of very many documents: what a list of fifteen thousand or a figure of the scorecard reads. The kernel takes the
//! values out of the documents and sends them in columns; here they are rows again.

use super::Query;
use crate::block::{Ints, Table, Texts};
use crate::date::Date;
use crate::host;
use crate::refusal::{Refusal, Result};
use doudi_documents::Id;
use serde::de::DeserializeOwned;

/// Documents the kernel gives at once in columns.
const AT_ONCE: u32 = 4_096;

/// One document of a [`scan`], with the values that were asked for.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    /// The document's id.
    pub id: Id,
    columns: &'a [(&'a str, Column<'a>)],
    row: usize,
}

#[derive(Clone, Copy, Debug)]
enum Column<'a> {
    Ints(Ints<'a>),
    Texts(Texts<'a>),
}

impl<'a> Column<'a> {
    fn of(table: &'a Table, name: &str) -> Result<Column<'a>> {
        match table.int_column(name) {
            Ok(ints) => Ok(Column::Ints(ints)),
            Err(_) => Ok(Column::Texts(table.text_column(name)?)),
        }
    }
}

impl<'a> Row<'a> {
    /// # Panics
    /// When the scan did not ask for the value: a slip of the pen that the first test finds.
    fn column(&self, value: &str) -> &'a Column<'a> {
        let found = self.columns.iter().find(|(name, _)| *name == value);
        &found.unwrap_or_else(|| panic!("the scan does not ask for {value:?}")).1
    }

    /// A whole number, if it is there.
    ///
    /// # Panics
    /// When the scan did not ask for it; so do all of these.
    pub fn int(&self, value: &str) -> Option<i64> {
        match self.column(value) {
            Column::Ints(ints) => ints.get(self.row),
            Column::Texts(texts) => texts.get(self.row)?.parse().ok(),
        }
    }

    /// A text, if it is there.
    pub fn text(&self, value: &str) -> Option<&'a str> {
        match self.column(value) {
            Column::Texts(texts) => texts.get(self.row),
            Column::Ints(_) => None,
        }
    }

    /// Yes or no; no when it is absent.
    pub fn flag(&self, value: &str) -> bool {
        self.int(value) == Some(1)
    }

    /// An id: of the envelope a number, in a body a text.
    pub fn id_of(&self, value: &str) -> Option<Id> {
        self.int(value).map(Id)
    }

    /// A day: of the envelope a number, in a body `2022-07-06`.
    pub fn date(&self, value: &str) -> Option<Date> {
        match self.column(value) {
            Column::Ints(ints) => ints.get(self.row).and_then(|day| i32::try_from(day).ok()).map(Date::from_days),
            Column::Texts(texts) => texts.get(self.row)?.parse().ok(),
        }
    }

    /// A list, an object or one of a few words, read into its type; the type's default when it is absent.
    ///
    /// # Errors
    /// `internal` when it does not fit.
    pub fn read<T: DeserializeOwned + Default>(&self, value: &str) -> Result<T> {
        let Some(text) = self.text(value) else { return Ok(T::default()) };
        let read = match text.as_bytes().first() {
            Some(b'[' | b'{') => serde_json::from_str(text),
            // A word stands in the column without its quotes.
            _ => serde_json::from_value(serde_json::Value::from(text)),
        };
        read.map_err(|error| Refusal::internal(format!("办件 {} 的 {value} 不能读取：{error}", self.id.0)))
    }
}

/// Chosen values of every document a query finds, in order of id; the query's own limit does not matter. A value is the document's
/// own (`state`, `person`, `due` …) or a JSON Pointer into its body (`/assessed`).
///
/// ```
/// use doudi_sdk::prelude::*;
/// # doudi_sdk::testing::World::new("2022-07-20").run(|context| {
/// let mut late = 0;
/// documents::scan(documents::Query::of("visit").state("due"), &["due", "/carer"], |visit| {
///     late += i64::from(visit.date("due").is_some_and(|due| due < context.today));
///     Ok(())
/// })?;
/// # assert_eq!(late, 0);
/// # Ok::<(), Refusal>(()) }).unwrap();
/// ```
///
/// # Errors
/// `unknown` for a collection, an index or a value that does not exist; `limit` beyond the rows one call may read, ten documents to a
/// row; whatever `each` gives up with.
pub fn scan(query: Query, values: &[&str], mut each: impl FnMut(Row<'_>) -> Result<()>) -> Result<()> {
    let names: Vec<String> = values.iter().map(|name| (*name).to_owned()).collect();
    let mut query = query.limit(AT_ONCE);
    loop {
        let block = host::documents_columns(&query.raw, &names)?;
        let table = block.table("document")?;
        let ids = table.int_column("id")?;
        let columns: Vec<(&str, Column<'_>)> =
            values.iter().map(|name| Ok((*name, Column::of(table, name)?))).collect::<Result<_>>()?;
        let rows = table.rows as usize;
        for row in 0..rows {
            each(Row { id: Id(ids.value(row)), columns: &columns, row })?;
        }
        if rows < AT_ONCE as usize {
            return Ok(());
        }
        query = query.after(Id(ids.value(rows - 1)));
    }
}
