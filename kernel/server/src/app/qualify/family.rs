//! One household's columns, changed in one place: an amount, a value, an item more or less, a member more. And many such
//! households one after the other, so that a plugin answers all of them in one call.

use doudi_domain::catalogue::Table;
use doudi_domain::columns::{Column, ColumnData, Columns, TableColumns};

/// What an item row is made of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Item {
    /// Position among the fetched fields of its table.
    pub kind: i64,
    pub value: i64,
    /// First day, in days.
    pub from: i64,
}

/// The integer of a column, if it is there.
pub(super) fn int(table: &TableColumns, column: &str, row: usize) -> Option<i64> {
    table.column(column)?.int(row)
}

/// Sets a value; nothing happens where there is no such column.
pub(super) fn set(columns: &mut Columns, table: Table, column: &str, row: usize, value: i64) {
    let Some(table) = columns.tables.iter_mut().find(|known| known.table == table) else { return };
    let Some(column) = table.columns.iter_mut().find(|known| known.name == column) else { return };
    column.clear_null(row);
    if let ColumnData::Ints(values) = &mut column.data
        && let Some(cell) = values.get_mut(row)
    {
        *cell = value;
    }
    column.seal_nulls();
}

/// Takes an item away.
pub(super) fn remove_item(columns: &mut Columns, table: Table, row: usize) {
    let Some(table) = columns.tables.iter_mut().find(|known| known.table == table) else { return };
    table.rows -= 1;
    for end in table.ends.iter_mut().filter(|end| **end as usize > row) {
        *end -= 1;
    }
    for column in &mut table.columns {
        let cells: Vec<Cell> = (0..column.len()).filter(|at| *at != row).map(|at| Cell::of(column, at)).collect();
        rebuild(column, cells);
    }
}

/// Gives a person one more item.
pub(super) fn add_item(columns: &mut Columns, table: Table, person: usize, item: Item) {
    let Some(table) = columns.tables.iter_mut().find(|known| known.table == table) else { return };
    let Some(place) = table.ends.get(person).map(|end| *end as usize) else { return };
    table.rows += 1;
    for end in &mut table.ends[person..] {
        *end += 1;
    }
    for column in &mut table.columns {
        let new = match column.name.as_str() {
            "kind" => Cell::Int(Some(item.kind)),
            "value" => Cell::Int(Some(item.value)),
            "from" => Cell::Int(Some(item.from)),
            "to" => Cell::Int(None),
            _ => Cell::Int(Some(0)),
        };
        let mut cells: Vec<Cell> = (0..column.len()).map(|at| Cell::of(column, at)).collect();
        cells.insert(place, new);
        rebuild(column, cells);
    }
}

/// One member more, of whom nothing is known but that she lives in the household.
pub(super) fn add_member(columns: &mut Columns, born: i64) {
    let mut persons = 0;
    for table in &mut columns.tables {
        match table.table {
            Table::Household => {}
            Table::Person => {
                table.rows += 1;
                persons = table.rows as usize;
                if let Some(end) = table.ends.last_mut() {
                    *end += 1;
                }
                for column in &mut table.columns {
                    let new = match column.name.as_str() {
                        "person.id" => Cell::Int(Some(-1)),
                        "person.co-resident" => Cell::Int(Some(1)),
                        "person.birth-date" => Cell::Int(Some(born)),
                        _ if matches!(column.data, ColumnData::Texts(_)) => Cell::Text(None),
                        _ => Cell::Int(None),
                    };
                    let mut cells: Vec<Cell> = (0..column.len()).map(|at| Cell::of(column, at)).collect();
                    cells.push(new);
                    rebuild(column, cells);
                }
            }
            _ => table.ends.resize(persons, table.rows),
        }
    }
}

/// Households one after the other. All have the same tables and columns.
pub(super) fn concat(families: &[Columns]) -> Columns {
    let Some(first) = families.first() else { return Columns::default() };
    let mut joined = Columns { households: Vec::new(), tables: Vec::new() };
    for family in families {
        joined.households.extend_from_slice(&family.households);
    }
    for (at, table) in first.tables.iter().enumerate() {
        let parts: Vec<&TableColumns> = families.iter().map(|family| &family.tables[at]).collect();
        let mut ends = Vec::new();
        let mut rows = 0;
        for part in &parts {
            ends.extend(part.ends.iter().map(|end| end + rows));
            rows += part.rows;
        }
        let columns = table.columns.iter().enumerate().map(|(column, named)| {
            let cells = parts.iter().flat_map(|part| {
                let column = &part.columns[column];
                (0..column.len()).map(|row| Cell::of(column, row))
            });
            let mut joined = Column { name: named.name.clone(), data: named.data.clone(), nulls: Vec::new() };
            let cells: Vec<Cell> = cells.collect();
            rebuild(&mut joined, cells);
            joined
        });
        let columns = columns.collect();
        joined.tables.push(TableColumns { table: table.table, rows, ends, columns });
    }
    joined
}

/// One value of a column.
enum Cell {
    Int(Option<i64>),
    Text(Option<String>),
}

impl Cell {
    fn of(column: &Column, row: usize) -> Cell {
        match &column.data {
            ColumnData::Ints(_) => Cell::Int(column.int(row)),
            ColumnData::Texts(_) => Cell::Text(column.text(row).map(str::to_owned)),
        }
    }

    fn is_absent(&self) -> bool {
        matches!(self, Cell::Int(None) | Cell::Text(None))
    }
}

fn rebuild(column: &mut Column, cells: Vec<Cell>) {
    let absent: Vec<usize> = (0..).zip(&cells).filter(|(_, cell)| cell.is_absent()).map(|(row, _)| row).collect();
    let ints = |cell: &Cell| if let Cell::Int(value) = cell { value.unwrap_or(0) } else { 0 };
    let texts = |cell: Cell| if let Cell::Text(value) = cell { value.unwrap_or_default() } else { String::new() };
    column.data = match &column.data {
        ColumnData::Ints(_) => ColumnData::Ints(cells.iter().map(ints).collect()),
        ColumnData::Texts(_) => ColumnData::Texts(cells.into_iter().map(texts).collect()),
    };
    column.nulls.clear();
    for row in absent {
        column.set_null(row);
    }
    column.seal_nulls();
}

#[cfg(test)]
mod tests {
    use super::*;
    use doudi_domain::HouseholdId;

    fn ints(name: &str, values: &[Option<i64>]) -> Column {
        let mut column = Column::ints(name);
        column.data = ColumnData::Ints(values.iter().map(|value| value.unwrap_or(0)).collect());
        for (row, _) in values.iter().enumerate().filter(|(_, value)| value.is_none()) {
            column.set_null(row);
        }
        column.seal_nulls();
        column
    }

    /// Two persons; the first has two incomes, the second one.
    fn family() -> Columns {
        let item = |name: &str, values: [i64; 3]| ints(name, &values.map(Some));
        Columns {
            households: vec![HouseholdId(7)],
            tables: vec![
                TableColumns {
                    table: Table::Household,
                    rows: 1,
                    ends: vec![],
                    columns: vec![ints("household.id", &[Some(7)])],
                },
                TableColumns {
                    table: Table::Person,
                    rows: 2,
                    ends: vec![2],
                    columns: vec![
                        ints("person.id", &[Some(1), Some(2)]),
                        ints("person.disability-grade", &[None, Some(2)]),
                    ],
                },
                TableColumns {
                    table: Table::Income,
                    rows: 3,
                    ends: vec![2, 3],
                    columns: vec![
                        item("fact", [11, 12, 13]),
                        item("kind", [0, 1, 0]),
                        item("value", [100, 200, 300]),
                        item("from", [0, 0, 0]),
                        ints("to", &[None, Some(9), None]),
                    ],
                },
            ],
        }
    }

    fn values(columns: &Columns, column: &str) -> Vec<Option<i64>> {
        let table = columns.tables.iter().find(|table| table.column(column).is_some()).expect("a table");
        let column = table.column(column).expect("a column");
        (0..column.len()).map(|row| column.int(row)).collect()
    }

    #[test]
    fn one_place_is_changed_and_the_rest_stays() {
        let mut changed = family();
        set(&mut changed, Table::Income, "value", 1, 150);
        assert_eq!(values(&changed, "value"), [Some(100), Some(150), Some(300)]);
        set(&mut changed, Table::Person, "person.disability-grade", 0, 1);
        assert_eq!(values(&changed, "person.disability-grade"), [Some(1), Some(2)]);

        let mut less = family();
        remove_item(&mut less, Table::Income, 0);
        assert_eq!(values(&less, "value"), [Some(200), Some(300)]);
        assert_eq!(values(&less, "to"), [Some(9), None]);
        assert_eq!(less.tables[2].ends, [1, 2]);

        let mut more = family();
        add_item(&mut more, Table::Income, 0, Item { kind: 3, value: 50, from: 5 });
        assert_eq!(values(&more, "value"), [Some(100), Some(200), Some(50), Some(300)]);
        assert_eq!(values(&more, "to"), [None, Some(9), None, None]);
        assert_eq!(more.tables[2].ends, [3, 4]);

        let mut larger = family();
        add_member(&mut larger, 19_000);
        assert_eq!(values(&larger, "person.id"), [Some(1), Some(2), Some(-1)]);
        assert_eq!(values(&larger, "person.disability-grade"), [None, Some(2), None]);
        assert_eq!((larger.tables[1].ends.as_slice(), larger.tables[2].ends.as_slice()), (&[3][..], &[2, 3, 3][..]));
    }

    #[test]
    fn families_stand_one_after_the_other() {
        let mut other = family();
        remove_item(&mut other, Table::Income, 2);
        let joined = concat(&[family(), other]);
        assert_eq!(joined.households, [HouseholdId(7), HouseholdId(7)]);
        assert_eq!((joined.tables[0].rows, joined.tables[1].rows, joined.tables[2].rows), (2, 4, 5));
        assert_eq!(joined.tables[1].ends, [2, 4]);
        assert_eq!(joined.tables[2].ends, [2, 3, 5, 5]);
        assert_eq!(values(&joined, "to"), [None, Some(9), None, None, Some(9)]);
    }
}
