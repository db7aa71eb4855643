//! `divisions`: the county's tree of places, whatever part of it the actor works in.

use super::answered;
use crate::bindings::doudi::kernel::divisions::{Block, Error, Host};
use crate::block::{Block as HostBlock, BlockTable};
use crate::convert;
use crate::state::{HostState, ReadError};
use doudi_domain::columns::{Column, ColumnData};
use doudi_domain::{Division, Level};

impl Host for HostState {
    async fn all(&mut self) -> wasmtime::Result<Result<Block, Error>> {
        answered!(self, "divisions.all", (), self.read_divisions())
    }
}

impl HostState {
    async fn read_divisions(&mut self) -> Result<Block, ReadError> {
        let divisions = self.live().divisions().await?;
        self.count_rows(divisions.len())?;
        Ok(convert::block(block_of(&divisions)))
    }
}

/// The county has no parent here: the city is not the plugin's business.
fn block_of(divisions: &[Division]) -> HostBlock {
    let ints = |name: &str, values: Vec<i64>| Column {
        name: name.to_owned(),
        data: ColumnData::Ints(values),
        nulls: Vec::new(),
    };
    let texts = |name: &str, values: Vec<String>| Column {
        name: name.to_owned(),
        data: ColumnData::Texts(values),
        nulls: Vec::new(),
    };
    let parent_of = |division: &Division| match division.level {
        Level::City | Level::County => None,
        Level::Town | Level::Village => division.parent.map(|code| code.value()),
    };
    let of = || divisions.iter();
    let mut parents = ints("parent", of().map(|division| parent_of(division).unwrap_or(0)).collect());
    for (row, _) in of().enumerate().filter(|(_, division)| parent_of(division).is_none()) {
        parents.set_null(row);
    }
    parents.seal_nulls();
    let columns = vec![
        ints("code", of().map(|division| division.code.value()).collect()),
        parents,
        texts("level", of().map(|division| division.level.code().to_owned()).collect()),
        texts("name", of().map(|division| division.name.clone()).collect()),
    ];
    let rows = u32::try_from(divisions.len()).unwrap_or(u32::MAX);
    HostBlock { tables: vec![BlockTable { name: "division".to_owned(), rows, ends: Vec::new(), columns }] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use doudi_domain::DivisionCode;

    #[test]
    fn the_county_stands_without_a_parent() {
        let of = |code: i64, name: &str| {
            let code = DivisionCode::new(code).unwrap();
            let parent = DivisionCode::new(340_200_000_000).ok().filter(|_| code.level() == Level::County);
            Division { code, name: name.to_owned(), level: code.level(), parent: parent.or(code.town()) }
        };
        let block =
            block_of(&[of(340_223_000_000, "南陵县"), of(340_223_101_000, "许镇镇"), of(340_223_101_001, "村")]);
        assert_eq!(block.inconsistency(), None);
        let table = &block.tables[0];
        let parents = table.column("parent").unwrap();
        let levels = ColumnData::Texts(["county", "town", "village"].map(str::to_owned).to_vec());
        assert!(parents.is_null(0) && !parents.is_null(1));
        assert_eq!(parents.int(2), Some(340_223_101_000));
        assert_eq!(table.column("level").map(|column| &column.data), Some(&levels));
    }
}
