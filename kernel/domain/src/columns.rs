//! Column blocks: the requested fields of many households at once, one vector per field. This is what a plugin's `assess`
//! receives: columns cross into a sandbox ten times faster than records, and gain a field without breaking what is compiled.
//!
//! The tables hang together by **ends**: `ends[i]` is the end offset, exclusive, of the rows that belong to the `i`-th row of
//! the parent table; they begin where those of row `i - 1` end. Persons hang on households, items on persons.

use crate::catalogue::Table;
use crate::ids::HouseholdId;

/// A block of households. Tables stand in the order of [`Table::ALL`], without those nobody asked for; `household` and
/// `person` are always there.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Columns {
    /// In the order asked for; households the reader may not see are missing.
    pub households: Vec<HouseholdId>,
    pub tables: Vec<TableColumns>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TableColumns {
    pub table: Table,
    pub rows: u32,
    /// One end offset per row of the parent table (household → person, person → items); empty for `household`.
    pub ends: Vec<u32>,
    pub columns: Vec<Column>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Column {
    /// A field code; `household.id` and `person.id` as leading columns; in item tables the fixed names
    /// `fact`, `kind`, `value`, `qualifier`, `from`, `to`, `source`.
    pub name: String,
    pub data: ColumnData,
    /// Bit `i % 8` of byte `i / 8` is set when row `i` is absent; the value there is 0 or empty. No bytes: none is absent.
    pub nulls: Vec<u8>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ColumnData {
    /// Fen, codes, counts, yes/no, and days for dates.
    Ints(Vec<i64>),
    Texts(Vec<String>),
}

impl Columns {
    pub fn table(&self, table: Table) -> Option<&TableColumns> {
        self.tables.iter().find(|columns| columns.table == table)
    }
}

impl TableColumns {
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The rows that belong to row `parent` of the parent table.
    pub fn rows_of(&self, parent: usize) -> std::ops::Range<usize> {
        let end = |index: usize| self.ends.get(index).map_or(0, |end| *end as usize);
        let start = if parent == 0 { 0 } else { end(parent - 1) };
        start..end(parent)
    }
}

impl Column {
    /// An empty column of integers.
    pub fn ints(name: impl Into<String>) -> Column {
        Column { name: name.into(), data: ColumnData::Ints(Vec::new()), nulls: Vec::new() }
    }

    /// An empty column of texts.
    pub fn texts(name: impl Into<String>) -> Column {
        Column { name: name.into(), data: ColumnData::Texts(Vec::new()), nulls: Vec::new() }
    }

    pub fn len(&self) -> usize {
        match &self.data {
            ColumnData::Ints(values) => values.len(),
            ColumnData::Texts(values) => values.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn is_null(&self, row: usize) -> bool {
        self.nulls.get(row / 8).is_some_and(|byte| byte >> (row % 8) & 1 == 1)
    }

    /// Marks a row absent; its value becomes 0, or no text. The bitmap then covers every row up to it; later rows count as
    /// present until marked.
    pub fn set_null(&mut self, row: usize) {
        match &mut self.data {
            ColumnData::Ints(values) => values.get_mut(row).into_iter().for_each(|value| *value = 0),
            ColumnData::Texts(values) => values.get_mut(row).into_iter().for_each(String::clear),
        }
        if self.nulls.len() <= row / 8 {
            self.nulls.resize(row / 8 + 1, 0);
        }
        self.nulls[row / 8] |= 1 << (row % 8);
    }

    /// Marks a row present again, with the value 0 or no text.
    pub fn clear_null(&mut self, row: usize) {
        if let Some(byte) = self.nulls.get_mut(row / 8) {
            *byte &= !(1 << (row % 8));
        }
    }

    /// Brings the bitmap to its published form: no bytes when nothing is absent, else one bit for every row.
    pub fn seal_nulls(&mut self) {
        if self.nulls.iter().all(|byte| *byte == 0) {
            self.nulls.clear();
        } else {
            self.nulls.resize(self.len().div_ceil(8), 0);
        }
    }

    /// The integer of a row, if it is there.
    pub fn int(&self, row: usize) -> Option<i64> {
        match &self.data {
            ColumnData::Ints(values) if !self.is_null(row) => values.get(row).copied(),
            _ => None,
        }
    }

    /// The text of a row, if it is there.
    pub fn text(&self, row: usize) -> Option<&str> {
        match &self.data {
            ColumnData::Texts(values) if !self.is_null(row) => values.get(row).map(String::as_str),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
