//! Column blocks: segments, the bitmap of absent rows, and reading by name.

use super::*;
use proptest::prelude::*;

#[test]
fn rows_hang_on_their_parents() {
    let persons =
        TableColumns { table: Table::Person, rows: 5, ends: vec![2, 2, 5], columns: vec![Column::ints("person.id")] };
    assert_eq!([0, 1, 2].map(|parent| persons.rows_of(parent)), [0..2, 2..2, 2..5]);
    assert!(persons.column("person.id").is_some() && persons.column("person.sex").is_none());
    let block = Columns { households: vec![HouseholdId(7)], tables: vec![persons] };
    assert!(block.table(Table::Person).is_some() && block.table(Table::Income).is_none());
}

#[test]
fn absent_values_are_not_zero() {
    let mut wages = Column::ints("value");
    wages.data = ColumnData::Ints(vec![0, 180_000, 0]);
    wages.set_null(2);
    assert_eq!([0, 1, 2, 3].map(|row| wages.int(row)), [Some(0), Some(180_000), None, None]);
    assert_eq!(wages.text(0), None, "a number is no text");
    let mut notes = Column::texts("note");
    assert!(notes.is_empty());
    notes.data = ColumnData::Texts(vec!["某服装厂".into(), String::new()]);
    notes.set_null(1);
    assert_eq!((notes.text(0), notes.text(1), notes.int(0)), (Some("某服装厂"), None, None));
}

proptest! {
    #[test]
    fn the_bitmap_says_exactly_what_was_marked(marks in prop::collection::vec(any::<bool>(), 0..40)) {
        let mut column = Column::ints("value");
        column.data = ColumnData::Ints((0..marks.len() as i64).collect());
        for (row, absent) in marks.iter().enumerate() {
            column.set_null(row);
            if !absent { column.clear_null(row); }
        }
        column.seal_nulls();
        for (row, absent) in marks.iter().enumerate() {
            prop_assert_eq!(column.is_null(row), *absent);
            prop_assert_eq!(column.int(row), (!absent).then_some(0), "what was absent once begins with 0 again");
        }
        let expected = if marks.contains(&true) { marks.len().div_ceil(8) } else { 0 };
        prop_assert_eq!(column.nulls.len(), expected, "published form: nothing, or a bit for every row");
    }
}
