//! `divisions`: the county's tree of places, whatever part of it the actor works in.

use super::answered;
use crate::bindings::doudi::kernel::divisions::{Block, Error, Host};
use crate::block::Block as HostBlock;
use crate::convert;
use crate::state::{HostState, ReadError};
use crate::tables::{ints, optional_ints, table, texts};
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
    let parent_of = |division: &Division| match division.level {
        Level::City | Level::County => None,
        Level::Town | Level::Village => division.parent.map(|code| code.value()),
    };
    let of = || divisions.iter();
    let columns = vec![
        ints("code", of().map(|division| division.code.value())),
        optional_ints("parent", of().map(parent_of)),
        texts("level", of().map(|division| division.level.code().to_owned())),
        texts("name", of().map(|division| division.name.clone())),
    ];
    HostBlock { tables: vec![table("division", divisions.len(), Vec::new(), columns)] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use doudi_domain::DivisionCode;
    use doudi_domain::columns::ColumnData;

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
