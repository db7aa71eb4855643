//! Column blocks as authors meet them: in `answer`, `questions` and `intake`, where the columns are the topic's. For
//! households there is no need to see a column: [`crate::input`] reads them into plain structs.

pub use crate::bindings::kernel::doudi::types::types::{Block, Column, Table, TextValues, Values};
use crate::refusal::{Refusal, Result};

/// One column of integers: codes, counts, fen, days, yes and no.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ints<'a> {
    values: &'a [i64],
    nulls: &'a [u8],
}

/// One column of texts.
#[derive(Clone, Copy, Debug, Default)]
pub struct Texts<'a> {
    ends: &'a [u32],
    bytes: &'a [u8],
    nulls: &'a [u8],
}

#[inline]
fn absent(nulls: &[u8], row: usize) -> bool {
    nulls.get(row / 8).is_some_and(|byte| byte >> (row % 8) & 1 == 1)
}

impl<'a> Ints<'a> {
    /// The value of a row; 0 where it is absent.
    ///
    /// # Panics
    /// Beyond the last row.
    #[inline]
    pub fn value(&self, row: usize) -> i64 {
        self.values[row]
    }

    /// The value of a row, if it is there.
    #[inline]
    pub fn get(&self, row: usize) -> Option<i64> {
        let value = *self.values.get(row)?;
        if !self.nulls.is_empty() && absent(self.nulls, row) { None } else { Some(value) }
    }

    /// All values, 0 where they are absent.
    pub fn values(&self) -> &'a [i64] {
        self.values
    }

    /// The first row without a value.
    pub fn first_absent(&self) -> Option<usize> {
        // Most columns lack nothing: whole bytes tell, before any row is looked at.
        let byte = self.nulls.iter().position(|byte| *byte != 0)?;
        let row = byte * 8 + self.nulls[byte].trailing_zeros() as usize;
        (row < self.values.len()).then_some(row)
    }
}

impl<'a> Texts<'a> {
    /// The text of a row, if it is there. What is not UTF-8 counts as absent; the kernel sends none such.
    #[inline]
    pub fn get(&self, row: usize) -> Option<&'a str> {
        if absent(self.nulls, row) {
            return None;
        }
        let end = *self.ends.get(row)? as usize;
        let start = if row == 0 { 0 } else { self.ends[row - 1] as usize };
        std::str::from_utf8(self.bytes.get(start..end)?).ok()
    }
}

impl Default for Block {
    fn default() -> Block {
        Block::new()
    }
}

impl Block {
    /// A block without tables.
    pub fn new() -> Block {
        Block { tables: Vec::new() }
    }

    /// A block of one table.
    pub fn of(table: Table) -> Block {
        Block { tables: vec![table] }
    }

    /// Adds a table: the root first, children after their parents.
    pub fn with(mut self, table: Table) -> Block {
        self.tables.push(table);
        self
    }

    /// The table of that name, if there is one.
    pub fn find(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name == name)
    }

    /// The table of that name.
    ///
    /// # Errors
    /// `internal` when the block has none.
    pub fn table(&self, name: &str) -> Result<&Table> {
        self.find(name).ok_or_else(|| Refusal::internal(format!("数据块中没有表“{name}”")))
    }

    /// Rows of the root table.
    pub fn rows(&self) -> usize {
        self.tables.first().map_or(0, |table| table.rows as usize)
    }

    /// Reads the rows of a table into a struct with `#[derive(Input)]`.
    pub fn read<F: crate::input::Input>(&self) -> Result<crate::input::Families<'_, F>> {
        crate::input::Families::new(self)
    }
}

impl Table {
    /// A table of that many rows, without columns yet.
    pub fn new(name: impl Into<String>, rows: usize) -> Table {
        let rows = u32::try_from(rows).expect("a block has at most 4,096 root rows and their children");
        Table { name: name.into(), rows, ends: Vec::new(), columns: Vec::new() }
    }

    /// Makes it a child: where the rows of each parent row end.
    pub fn ends(mut self, ends: Vec<u32>) -> Table {
        self.ends = ends;
        self
    }

    /// Adds a column of integers.
    pub fn ints<T: Into<i64>>(mut self, name: &str, values: impl IntoIterator<Item = T>) -> Table {
        let values: Vec<i64> = values.into_iter().map(Into::into).collect();
        self.columns.push(Column { name: name.to_owned(), values: Values::Ints(values), nulls: Vec::new() });
        self
    }

    /// Adds a column of integers some of which are absent.
    pub fn optional_ints<T: Into<i64>>(mut self, name: &str, values: impl IntoIterator<Item = Option<T>>) -> Table {
        let mut nulls = Nulls::default();
        let values: Vec<i64> = values.into_iter().map(|value| nulls.note(value.map(Into::into)).unwrap_or(0)).collect();
        self.columns.push(Column { name: name.to_owned(), values: Values::Ints(values), nulls: nulls.bitmap() });
        self
    }

    /// Adds a column of texts.
    pub fn texts<T: AsRef<str>>(self, name: &str, values: impl IntoIterator<Item = T>) -> Table {
        self.optional_texts(name, values.into_iter().map(Some))
    }

    /// Adds a column of texts some of which are absent.
    pub fn optional_texts<T: AsRef<str>>(mut self, name: &str, values: impl IntoIterator<Item = Option<T>>) -> Table {
        let mut nulls = Nulls::default();
        let mut texts = TextValues { ends: Vec::new(), bytes: Vec::new() };
        for value in values {
            if let Some(text) = nulls.note(value) {
                texts.bytes.extend_from_slice(text.as_ref().as_bytes());
            }
            texts
                .ends
                .push(u32::try_from(texts.bytes.len()).expect("the texts of a block are far below four gigabytes"));
        }
        self.columns.push(Column { name: name.to_owned(), values: Values::Texts(texts), nulls: nulls.bitmap() });
        self
    }

    /// The column of that name, if there is one.
    pub fn find(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    fn column(&self, name: &str) -> Result<&Column> {
        self.find(name).ok_or_else(|| {
            Refusal::internal(format!(
                "数据块的表“{}”中没有列“{name}”，请检查插件清单的 inputs 是否声明了它",
                self.name
            ))
        })
    }

    fn misshapen(&self, column: &str, what: &str) -> Refusal {
        Refusal::internal(format!("数据块的表“{}”列“{column}”{what}", self.name))
    }

    /// A column of integers.
    ///
    /// # Errors
    /// `internal` when it is missing, holds texts or has not one value for each row.
    pub fn int_column(&self, name: &str) -> Result<Ints<'_>> {
        let column = self.column(name)?;
        match &column.values {
            Values::Ints(values) if values.len() == self.rows as usize => Ok(Ints { values, nulls: &column.nulls }),
            Values::Ints(_) => Err(self.misshapen(name, "的长度与行数不符")),
            Values::Texts(_) => Err(self.misshapen(name, "应为数字，却是文字")),
        }
    }

    /// A column of texts. A column of integers that is absent everywhere is accepted: nothing was there to tell its kind.
    ///
    /// # Errors
    /// `internal` when it is missing, holds integers or has not one text for each row.
    pub fn text_column(&self, name: &str) -> Result<Texts<'_>> {
        let column = self.column(name)?;
        match &column.values {
            Values::Texts(texts) if texts.ends.len() == self.rows as usize => {
                Ok(Texts { ends: &texts.ends, bytes: &texts.bytes, nulls: &column.nulls })
            }
            Values::Ints(values) if (0..values.len()).all(|row| absent(&column.nulls, row)) => Ok(Texts::default()),
            Values::Texts(_) => Err(self.misshapen(name, "的长度与行数不符")),
            Values::Ints(_) => Err(self.misshapen(name, "应为文字，却是数字")),
        }
    }

    /// Where the rows of each of `parents` rows end, checked: ascending, and the last is the number of rows.
    pub(crate) fn checked_ends(&self, parents: usize) -> Result<&[u32]> {
        let ascending = self.ends.windows(2).all(|pair| pair[0] <= pair[1]);
        let last = self.ends.last().copied().unwrap_or(0);
        if self.ends.len() != parents || !ascending || last != self.rows {
            return Err(Refusal::internal(format!("数据块的表“{}”与上级表的行对不上", self.name)));
        }
        Ok(&self.ends)
    }
}

/// Notes which values are absent while a column is built.
#[derive(Default)]
struct Nulls {
    bits: Vec<u8>,
    rows: usize,
    any: bool,
}

impl Nulls {
    fn note<T>(&mut self, value: Option<T>) -> Option<T> {
        if self.rows.is_multiple_of(8) {
            self.bits.push(0);
        }
        if value.is_none() {
            self.bits[self.rows / 8] |= 1 << (self.rows % 8);
            self.any = true;
        }
        self.rows += 1;
        value
    }

    fn bitmap(self) -> Vec<u8> {
        if self.any { self.bits } else { Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_give_back_what_went_in() {
        let table = Table::new("household", 9)
            .ints("id", 1..=9_i64)
            .optional_ints("code", (0..9_i64).map(|n| (n != 8).then_some(n)))
            .optional_texts("word", (0..9).map(|n| (n % 3 != 0).then(|| format!("第{n}"))));
        assert_eq!(table.int_column("id").unwrap().get(8), Some(9));
        let codes = table.int_column("code").unwrap();
        assert_eq!((codes.get(7), codes.get(8), codes.get(9)), (Some(7), None, None));
        assert_eq!(codes.first_absent(), Some(8));
        let words = table.text_column("word").unwrap();
        assert_eq!((words.get(0), words.get(1), words.get(8)), (None, Some("第1"), Some("第8")));
        assert!(table.find("id").unwrap().nulls.is_empty());
    }

    #[test]
    fn misshapen_columns_are_named() {
        let table = Table::new("household", 2).ints("short", [1_i64]).texts("words", ["a", "b"]);
        assert!(table.int_column("short").unwrap_err().message.contains("short"));
        assert!(table.int_column("words").unwrap_err().message.contains("应为数字"));
        assert!(table.int_column("none").unwrap_err().message.contains("inputs"));
        for ends in [vec![1], vec![1, 1], vec![2, 1]] {
            assert!(Table::new("person", 2).ends(ends).checked_ends(2).is_err());
        }
    }
}
