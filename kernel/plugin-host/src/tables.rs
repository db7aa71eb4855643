//! Tables of columns, as the kernel's interfaces answer them.

use crate::block::BlockTable;
use doudi_domain::calendar;
use doudi_domain::columns::{Column, ColumnData};

/// What crosses in a few columns costs a tenth of what crosses whole: so many count as one row read.
pub(crate) const LIGHTER: usize = 10;

pub(crate) fn ints(name: &str, values: impl Iterator<Item = i64>) -> Column {
    Column { name: name.to_owned(), data: ColumnData::Ints(values.collect()), nulls: Vec::new() }
}

pub(crate) fn texts(name: &str, values: impl Iterator<Item = String>) -> Column {
    Column { name: name.to_owned(), data: ColumnData::Texts(values.collect()), nulls: Vec::new() }
}

pub(crate) fn optional_ints(name: &str, values: impl Iterator<Item = Option<i64>>) -> Column {
    let values: Vec<Option<i64>> = values.collect();
    let mut column = ints(name, values.iter().map(|value| value.unwrap_or(0)));
    mark_absent(&mut column, values.iter().map(Option::is_none));
    column
}

/// An empty text is no text.
pub(crate) fn optional_texts(name: &str, values: impl Iterator<Item = String>) -> Column {
    absent_texts(name, values.map(|text| Some(text).filter(|text| !text.is_empty())))
}

pub(crate) fn absent_texts(name: &str, values: impl Iterator<Item = Option<String>>) -> Column {
    let values: Vec<Option<String>> = values.collect();
    let absent: Vec<bool> = values.iter().map(Option::is_none).collect();
    let mut column = texts(name, values.into_iter().map(Option::unwrap_or_default));
    mark_absent(&mut column, absent.into_iter());
    column
}

fn mark_absent(column: &mut Column, absent: impl Iterator<Item = bool>) {
    for (row, _) in absent.enumerate().filter(|(_, absent)| *absent) {
        column.set_null(row);
    }
    column.seal_nulls();
}

pub(crate) fn day(date: doudi_domain::Date) -> i64 {
    i64::from(calendar::days(date))
}

pub(crate) fn table(name: &str, rows: usize, ends: Vec<u32>, columns: Vec<Column>) -> BlockTable {
    BlockTable { name: name.to_owned(), rows: rows as u32, ends, columns }
}
