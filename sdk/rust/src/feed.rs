//! The file a block of rows came from: the same in every block, but for which block it is.

use crate::block::{Block, Table};
use crate::refusal::Result;

/// The table `file` of a block that [`crate::Intake`] gets.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct FeedFile {
    /// SHA-256 of the file's bytes, lower-case hex: a file that was taken before has the same.
    pub digest: String,
    /// What the officer's file was called.
    pub name: String,
    /// Data rows in the whole file, those the kernel could not read included.
    pub rows: i64,
    /// 0-based number of this block.
    pub block: i64,
    /// Whether this is the last one.
    pub last: bool,
}

impl FeedFile {
    /// Reads it.
    ///
    /// # Errors
    /// `internal` when the block has no such table: the kernel is older than contract 1.2.
    pub fn of(block: &Block) -> Result<FeedFile> {
        let table = block.table("file")?;
        let text =
            |name: &str| -> Result<String> { Ok(table.text_column(name)?.get(0).unwrap_or_default().to_owned()) };
        let int = |name: &str| -> Result<i64> { Ok(table.int_column(name)?.get(0).unwrap_or_default()) };
        Ok(FeedFile {
            digest: text("digest")?,
            name: text("name")?,
            rows: int("rows")?,
            block: int("block")?,
            last: int("last")? == 1,
        })
    }

    /// The table, for tests.
    pub fn table(&self) -> Table {
        Table::new("file", 1)
            .texts("digest", [&self.digest])
            .texts("name", [&self.name])
            .ints("rows", [self.rows])
            .ints("block", [self.block])
            .ints("last", [i64::from(self.last)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_reads_as_it_is_written() {
        let file =
            FeedFile { digest: "ab01".to_owned(), name: "八月.csv".to_owned(), rows: 2_500, block: 2, last: true };
        let block = Block::of(Table::new("row", 0)).with(file.table());
        assert_eq!(FeedFile::of(&block).unwrap(), file);
        assert_eq!(FeedFile::of(&Block::of(Table::new("row", 0))).unwrap_err().code, "internal");
    }
}
