//! From column blocks to plain structs. `#[derive(Input)]` writes the field list and a reader that resolves every column once
//! per block and then fills one and the same struct for each household: nothing is allocated per row, and the rule sees
//! ordinary Rust.
//!
//! ```
//! use doudi_sdk::prelude::*;
//!
//! /// In the order of the manifest's income fields; `doudi_sdk::manifest!` writes such enums by itself.
//! #[derive(ItemKind, Clone, Copy, PartialEq, Eq, Debug)]
//! #[item(table = "income")]
//! enum Income {
//!     #[item("income.wage")]
//!     Wage,
//!     #[item("income.business")]
//!     Business,
//! }
//!
//! #[derive(Input, Default)]
//! #[input(table = "person")]
//! struct Member {
//!     #[input("person.birth-date")]
//!     birth: Date,
//!     #[input("person.disability-grade")]
//!     disability: Option<Code>,
//!     #[input("person.job-refusals", default)]
//!     refusals: u32,
//!     #[input(items)]
//!     incomes: Vec<Item<Income>>,
//! }
//!
//! #[derive(Input, Default)]
//! #[input(table = "household")]
//! struct Family {
//!     #[input("household.id")]
//!     id: Id,
//!     #[input(rows)]
//!     members: Rows<Member>,
//! }
//!
//! fn total(block: &Block) -> Result<Fen> {
//!     let mut sum = Fen::ZERO;
//!     let mut families = block.read::<Family>()?;
//!     while let Some(family) = families.next() {
//!         sum += family.members.iter().flat_map(|member| &member.incomes).map(|income| income.value).sum();
//!     }
//!     Ok(sum)
//! }
//! ```
//!
//! A field of type `Option<T>` takes what is absent as `None`; one marked `default` takes it as the type's default (no fact
//! recorded: not refused once); any other must be there, and a block that lacks it is refused with the household named.

use crate::block::{Block, Ints, Table, Texts};
use crate::date::Date;
use crate::fen::Fen;
use crate::refusal::{Refusal, Result};
use doudi_documents::Id;
use std::ops::{Deref, DerefMut};

/// A struct that is read from a table of a block. Derived, never written by hand.
pub trait Input: Default {
    /// `household`, `person`, or a table of a topic.
    const TABLE: &'static str;

    /// The columns, found once per block.
    type Columns<'a>;

    /// Appends the catalogue codes it reads, its own first, then those of its members.
    fn fields(into: &mut Vec<&'static str>);

    /// Finds the columns in a block.
    fn columns<'a>(block: &'a Block) -> Result<Self::Columns<'a>>;

    /// Fills the struct from one row, keeping what it has allocated.
    fn read(&mut self, columns: &Self::Columns<'_>, row: usize);
}

/// A value that is one integer in a column.
pub trait Scalar: Sized {
    /// The value of an integer of a column.
    fn from_int(value: i64) -> Self;
}

/// A number of one of the kernel's code tables.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Code(pub i32);

macro_rules! scalars {
    ($($type:ty: |$value:ident| $read:expr;)+) => {
        $( impl Scalar for $type {
            #[inline]
            fn from_int($value: i64) -> $type { $read }
        } )+
    };
}

// Codes and counts are far below the bounds of their types; beyond them a number stops at the bound rather than wrap.
scalars! {
    i64: |value| value;
    i32: |value| value.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32;
    u32: |value| value.clamp(0, i64::from(u32::MAX)) as u32;
    u16: |value| value.clamp(0, i64::from(u16::MAX)) as u16;
    u8: |value| value.clamp(0, i64::from(u8::MAX)) as u8;
    bool: |value| value != 0;
    Date: |value| Date::from_days(i32::from_int(value));
    Fen: |value| Fen(value);
    Id: |value| Id(value);
    Code: |value| Code(i32::from_int(value));
}

/// One income, asset or spending of a person. `K` tells which: an enum in the order of the manifest's fields.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Item<K> {
    /// The fact behind it, for reasons.
    pub fact: Id,
    /// Which income, asset or spending it is.
    pub kind: K,
    /// Per month in `income` and `spending`, at its date in `asset`. Zero where only the existence is recorded.
    pub value: Fen,
    /// The item's second code (kind of vehicle, of home), 0 where there is none.
    pub qualifier: i32,
    /// Its first day.
    pub from: Date,
    /// Inclusive; absent while it lasts.
    pub to: Option<Date>,
    /// Code of the table `source`.
    pub source: i32,
}

impl<K> Item<K> {
    /// Whether it holds on a day.
    #[inline]
    pub fn covers(&self, day: Date) -> bool {
        self.from <= day && self.to.is_none_or(|to| day <= to)
    }
}

/// The kinds of one item table. Derived, or written by `doudi_sdk::manifest!`.
pub trait ItemKind: Copy {
    /// `income`, `asset` or `spending`.
    const TABLE: &'static str;
    /// Catalogue codes in the order of the manifest.
    const CODES: &'static [&'static str];

    /// The kind at a position among the manifest's fields of that table.
    fn from_index(index: usize) -> Option<Self>;

    /// Its position.
    fn index(self) -> usize;

    /// Its catalogue code.
    fn code(self) -> &'static str {
        Self::CODES[self.index()]
    }
}

/// Members of a household. Reads like a slice; keeps the memory of members that the next, smaller household has not, with
/// the lists inside them. A `Vec` works too and forgets those.
#[derive(Clone, Debug)]
pub struct Rows<T> {
    rows: Vec<T>,
    len: usize,
}

impl<T> Default for Rows<T> {
    fn default() -> Rows<T> {
        Rows { rows: Vec::new(), len: 0 }
    }
}

impl<T> Deref for Rows<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        &self.rows[..self.len]
    }
}

impl<T> DerefMut for Rows<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.rows[..self.len]
    }
}

impl<'a, T> IntoIterator for &'a Rows<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> std::slice::Iter<'a, T> {
        self.iter()
    }
}

impl<T> From<Vec<T>> for Rows<T> {
    fn from(rows: Vec<T>) -> Rows<T> {
        Rows { len: rows.len(), rows }
    }
}

impl<T> FromIterator<T> for Rows<T> {
    fn from_iter<I: IntoIterator<Item = T>>(rows: I) -> Rows<T> {
        rows.into_iter().collect::<Vec<T>>().into()
    }
}

impl<T: PartialEq> PartialEq for Rows<T> {
    fn eq(&self, other: &Rows<T>) -> bool {
        **self == **other
    }
}

/// What holds the members: [`Rows`] or [`Vec`]. For the derive.
#[doc(hidden)]
pub trait RowList {
    type Row: Input;
    fn refill(&mut self, count: usize, fill: impl FnMut(&mut Self::Row, usize));
}

impl<T: Input> RowList for Rows<T> {
    type Row = T;

    #[inline]
    fn refill(&mut self, count: usize, mut fill: impl FnMut(&mut T, usize)) {
        if self.rows.len() < count {
            self.rows.resize_with(count, T::default);
        }
        self.len = count;
        for (index, row) in self.rows[..count].iter_mut().enumerate() {
            fill(row, index);
        }
    }
}

impl<T: Input> RowList for Vec<T> {
    type Row = T;

    #[inline]
    fn refill(&mut self, count: usize, mut fill: impl FnMut(&mut T, usize)) {
        self.resize_with(count, T::default);
        for (index, row) in self.iter_mut().enumerate() {
            fill(row, index);
        }
    }
}

/// What holds items. For the derive.
#[doc(hidden)]
pub trait ItemList {
    type Kind: ItemKind;
}

impl<K: ItemKind> ItemList for Vec<Item<K>> {
    type Kind = K;
}

/// The rows of a child table, by row of the parent. For the derive.
#[doc(hidden)]
pub struct Child<'a, C> {
    ends: &'a [u32],
    pub columns: C,
}

impl<'a, C> Child<'a, C> {
    /// Finds the child table and its columns.
    pub fn find(
        block: &'a Block,
        parent: &str,
        name: &str,
        columns: impl FnOnce(&'a Table) -> Result<C>,
    ) -> Result<Child<'a, C>> {
        let parents = block.table(parent)?.rows as usize;
        let table = block.table(name)?;
        Ok(Child { ends: table.checked_ends(parents)?, columns: columns(table)? })
    }

    #[inline]
    pub fn range(&self, parent: usize) -> std::ops::Range<usize> {
        let start = if parent == 0 { 0 } else { self.ends[parent - 1] as usize };
        start..self.ends[parent] as usize
    }
}

/// The columns of an item table. For the derive.
#[doc(hidden)]
pub struct ItemColumns<'a, K> {
    fact: Ints<'a>,
    kinds: Vec<K>,
    kind: Ints<'a>,
    value: Ints<'a>,
    qualifier: Ints<'a>,
    from: Ints<'a>,
    to: Ints<'a>,
    source: Ints<'a>,
}

impl<'a, K: ItemKind> ItemColumns<'a, K> {
    pub fn find(table: &'a Table) -> Result<ItemColumns<'a, K>> {
        let kinds: Vec<K> = (0..K::CODES.len()).filter_map(K::from_index).collect();
        let kind = table.int_column("kind")?;
        if let Some(stray) = kind
            .values()
            .iter()
            .find(|kind| usize::try_from(**kind).is_ok_and(|kind| kind >= kinds.len()) || **kind < 0)
        {
            return Err(Refusal::internal(format!(
                "数据块的表“{}”中有第 {stray} 种条目，插件只认识 {} 种，请检查其顺序与清单的 inputs 是否一致",
                table.name,
                kinds.len()
            )));
        }
        Ok(ItemColumns {
            fact: table.int_column("fact")?,
            kinds,
            kind,
            value: table.int_column("value")?,
            qualifier: table.int_column("qualifier")?,
            from: table.int_column("from")?,
            to: table.int_column("to")?,
            source: table.int_column("source")?,
        })
    }

    #[inline]
    pub fn read(&self, rows: std::ops::Range<usize>, into: &mut Vec<Item<K>>) {
        into.clear();
        if rows.is_empty() {
            return;
        }
        into.reserve(rows.len());
        // Slices of one length, so that the loop checks no bounds.
        let part = |column: &Ints<'a>| &column.values()[rows.clone()];
        let columns = part(&self.fact).iter().zip(part(&self.kind)).zip(part(&self.value)).zip(part(&self.qualifier));
        let columns = columns.zip(part(&self.from)).zip(part(&self.source)).zip(rows.clone());
        for ((((((fact, kind), value), qualifier), from), source), row) in columns {
            into.push(Item {
                fact: Id(*fact),
                kind: self.kinds[*kind as usize],
                value: Fen(*value),
                qualifier: i32::from_int(*qualifier),
                from: Date::from_int(*from),
                to: self.to.get(row).map(Date::from_int),
                source: i32::from_int(*source),
            });
        }
    }
}

/// An integer column that must be there in every row. For the derive.
#[doc(hidden)]
pub fn required_ints<'a>(table: &'a Table, name: &str) -> Result<Ints<'a>> {
    let column = table.int_column(name)?;
    match column.first_absent() {
        None => Ok(column),
        Some(row) => Err(missing(table, name, row)),
    }
}

/// A text column that must be there in every row. For the derive.
#[doc(hidden)]
pub fn required_texts<'a>(table: &'a Table, name: &str) -> Result<Texts<'a>> {
    let column = table.text_column(name)?;
    match (0..table.rows as usize).find(|row| column.get(*row).is_none()) {
        None => Ok(column),
        Some(row) => Err(missing(table, name, row)),
    }
}

fn missing(table: &Table, name: &str, row: usize) -> Refusal {
    let id = table.int_column(&format!("{}.id", table.name)).ok().and_then(|ids| ids.get(row));
    let subject = match (table.name.as_str(), id) {
        ("household", Some(id)) => format!("家庭 {id}"),
        ("person", Some(id)) => format!("人员 {id}"),
        _ => format!("第 {} 行", row + 1),
    };
    Refusal::invalid(format!("{subject} 缺少“{name}”，请在家庭档案中补录，或由本县信息化人员授权读取"))
        .problem(name, "缺少这一项，无法计算")
}

/// Puts a text where there was one, keeping its memory. For the derive.
#[doc(hidden)]
#[inline]
pub fn refill_text(into: &mut String, text: &str) {
    into.clear();
    into.push_str(text);
}

/// The households of a block, one after another in the same struct: `while let Some(family) = families.next()`.
pub struct Families<'a, F: Input> {
    columns: F::Columns<'a>,
    family: F,
    next: usize,
    rows: usize,
}

impl<'a, F: Input> Families<'a, F> {
    /// Finds the columns of `F` in a block.
    ///
    /// # Errors
    /// `internal` when a table or column is missing or misshapen (the manifest does not declare it); `invalid` when a value
    /// that must be there is absent.
    pub fn new(block: &'a Block) -> Result<Families<'a, F>> {
        Ok(Families {
            columns: F::columns(block)?,
            family: F::default(),
            next: 0,
            rows: block.table(F::TABLE)?.rows as usize,
        })
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// The next household. It lends the one struct it owns, so it is no `Iterator`; clone what must stay.
    #[allow(clippy::should_implement_trait, reason = "a lending iterator cannot be an `Iterator`")]
    #[inline]
    pub fn next(&mut self) -> Option<&F> {
        if self.next >= self.rows {
            return None;
        }
        self.family.read(&self.columns, self.next);
        self.next += 1;
        Some(&self.family)
    }

    /// All of them, copied out; for the few of a form, not for a county.
    pub fn to_vec(mut self) -> Vec<F>
    where
        F: Clone,
    {
        let mut all = Vec::with_capacity(self.rows);
        while let Some(family) = self.next() {
            all.push(family.clone());
        }
        all
    }
}

#[doc(hidden)]
pub const fn same_word(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    if left.len() != right.len() {
        return false;
    }
    let mut index = 0;
    while index < left.len() {
        if left[index] != right[index] {
            return false;
        }
        index += 1;
    }
    true
}
