//! Bulk data as it crosses the sandbox: named tables of columns. Households come as the vocabulary's
//! [`Columns`](doudi_domain::columns::Columns); questions between measures and rows of a feed have tables of their own
//! names, so the host speaks of a [`Block`], of which `Columns` is one kind.

use doudi_domain::columns::{Column, Columns};

/// A root table first, then its children. At most [`Block::MAX_ROWS`] root rows.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Block {
    pub tables: Vec<BlockTable>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BlockTable {
    pub name: String,
    pub rows: u32,
    /// Where the rows of each parent row end, exclusive; empty for the root table.
    pub ends: Vec<u32>,
    pub columns: Vec<Column>,
}

impl Block {
    /// Root rows of one block: bounds how long a call runs and how much crosses at once.
    pub const MAX_ROWS: u32 = 4_096;

    /// Rows of the root table.
    pub fn rows(&self) -> u32 {
        self.tables.first().map_or(0, |table| table.rows)
    }

    pub fn table(&self, name: &str) -> Option<&BlockTable> {
        self.tables.iter().find(|table| table.name == name)
    }

    /// What is inconsistent about it, in Chinese, if anything: lengths, ends and bitmaps must agree before anyone indexes.
    pub fn inconsistency(&self) -> Option<String> {
        let mut parents: Vec<u32> = Vec::new();
        for (position, table) in self.tables.iter().enumerate() {
            if position > 0 {
                let ends_agree = parents.contains(&(table.ends.len() as u32))
                    && table.ends.is_sorted()
                    && table.ends.last().copied().unwrap_or(0) == table.rows;
                if !ends_agree {
                    return Some(format!("表“{}”的分段与行数不符", table.name));
                }
            } else if !table.ends.is_empty() || table.rows > Block::MAX_ROWS {
                return Some(format!("首表“{}”不应有分段，且不得超过 {} 行", table.name, Block::MAX_ROWS));
            }
            for column in &table.columns {
                let rows = table.rows as usize;
                if column.len() != rows || (!column.nulls.is_empty() && column.nulls.len() != rows.div_ceil(8)) {
                    return Some(format!("表“{}”的列“{}”与行数 {} 不符", table.name, column.name, table.rows));
                }
            }
            parents.push(table.rows);
        }
        None
    }
}

impl BlockTable {
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}

impl From<Columns> for Block {
    fn from(columns: Columns) -> Block {
        let tables = columns
            .tables
            .into_iter()
            .map(|table| BlockTable {
                name: table.table.code().to_owned(),
                rows: table.rows,
                ends: table.ends,
                columns: table.columns,
            })
            .collect();
        Block { tables }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use doudi_domain::columns::ColumnData;

    fn ints(name: &str, values: Vec<i64>) -> Column {
        Column { name: name.into(), data: ColumnData::Ints(values), nulls: Vec::new() }
    }

    fn block(ends: Vec<u32>, people: Vec<i64>) -> Block {
        Block {
            tables: vec![
                BlockTable {
                    name: "household".into(),
                    rows: 2,
                    ends: vec![],
                    columns: vec![ints("household.id", vec![1, 2])],
                },
                BlockTable { name: "person".into(), rows: 3, ends, columns: vec![ints("person.id", people)] },
            ],
        }
    }

    #[test]
    fn ends_columns_and_bitmaps_must_agree_with_the_rows() {
        assert_eq!(block(vec![1, 3], vec![7, 8, 9]).inconsistency(), None);
        assert!(block(vec![1, 2], vec![7, 8, 9]).inconsistency().is_some(), "the last end is not the number of rows");
        assert!(block(vec![3, 1], vec![7, 8, 9]).inconsistency().is_some(), "ends fall");
        assert!(block(vec![3], vec![7, 8, 9]).inconsistency().is_some(), "an end for each parent row");
        assert!(block(vec![1, 3], vec![7, 8]).inconsistency().is_some(), "a column is too short");
        let mut bitmap = block(vec![1, 3], vec![7, 8, 9]);
        bitmap.tables[1].columns[0].nulls = vec![0, 0];
        assert!(bitmap.inconsistency().is_some(), "a bitmap is too long");
    }
}
