//! The same rule without a sandbox: the plugin's own crate, compiled for this machine, over the same columns.

use anyhow::{Result, bail};
use doudi_domain::columns::{ColumnData, Columns};
use doudi_sdk::block::{Block, Column, Table, Values};

/// A block in the SDK's own shape, as the sandbox receives it.
pub fn block(columns: &Columns) -> Result<Block> {
    let mut block = Block::new();
    for table in &columns.tables {
        let mut copy = Table::new(table.table.code(), table.rows as usize).ends(table.ends.clone());
        for column in &table.columns {
            let ColumnData::Ints(values) = &column.data else { bail!("the bench knows columns of integers only") };
            copy.columns.push(Column {
                name: column.name.clone(),
                values: Values::Ints(values.clone()),
                nulls: column.nulls.clone(),
            });
        }
        block = block.with(copy);
    }
    Ok(block)
}
