//! The households of the bench: those of the demonstration's roster, laid out as storage lays them out for a plugin.

use doudi_demo::family::{Family, Member};
use doudi_domain::catalogue::{self, Field, Origin, Table};
use doudi_domain::columns::{Column, ColumnData, Columns, TableColumns};
use doudi_domain::{HouseholdId, calendar};
use jiff::civil::date;

/// When the statements of the roster begin.
const SINCE: jiff::civil::Date = date(2021, 1, 1);

/// A block of families with the declared fields as columns: households, their members, their items.
pub fn columns(families: &[Family], fields: &[&str]) -> Columns {
    let fields: Vec<&'static Field> = fields.iter().filter_map(|code| catalogue::find(code)).collect();
    let members: Vec<&Member> = families.iter().flat_map(|family| &family.members).collect();
    let households: Vec<HouseholdId> = (1..=families.len() as i64).map(HouseholdId).collect();
    let mut tables = vec![household_table(families, &households, &fields), person_table(families, &members, &fields)];
    for table in [Table::Income, Table::Asset, Table::Spending] {
        let kinds: Vec<&str> = of(&fields, table).map(|field| field.code.as_str()).collect();
        if !kinds.is_empty() {
            tables.push(item_table(table, &members, &kinds));
        }
    }
    Columns { households, tables }
}

fn of<'a>(fields: &'a [&'static Field], table: Table) -> impl Iterator<Item = &'static Field> + 'a {
    fields.iter().copied().filter(move |field| field.table == table)
}

fn household_table(families: &[Family], ids: &[HouseholdId], fields: &[&'static Field]) -> TableColumns {
    let mut columns = vec![filled("household.id", ids.iter().map(|id| Some(id.0)))];
    for field in of(fields, Table::Household) {
        let code = field.code.as_str();
        columns.push(filled(
            code,
            families.iter().map(|family| match code {
                "household.division" => Some(family.village.value()),
                code => family.codes.get(code).copied(),
            }),
        ));
    }
    TableColumns { table: Table::Household, rows: ids.len() as u32, ends: Vec::new(), columns }
}

fn person_table(families: &[Family], members: &[&Member], fields: &[&'static Field]) -> TableColumns {
    let mut columns = vec![filled("person.id", (1..=members.len() as i64).map(Some))];
    for field in of(fields, Table::Person) {
        let code = field.code.as_str();
        columns.push(filled(
            code,
            members.iter().map(|member| match code {
                "person.birth-date" => Some(i64::from(calendar::days(member.birth))),
                "person.sex" => Some(i64::from(member.sex.code())),
                // A fact nobody recorded is absent, not zero: storage sends none either.
                code if field.origin == Origin::Fact => member.codes.get(code).copied().filter(|value| *value != 0),
                code => member.codes.get(code).copied(),
            }),
        ));
    }
    let ends = ends(families.iter().map(|family| family.members.len()));
    TableColumns { table: Table::Person, rows: members.len() as u32, ends, columns }
}

fn item_table(table: Table, members: &[&Member], kinds: &[&str]) -> TableColumns {
    let kind_of = |field: &str| kinds.iter().position(|kind| *kind == field);
    let items = |member: &&Member| {
        member
            .items
            .iter()
            .filter_map(|item| Some((kind_of(item.field)?, item.fen, item.qualifier)))
            .collect::<Vec<_>>()
    };
    let per_member: Vec<Vec<(usize, i64, i64)>> = members.iter().map(items).collect();
    let flat: Vec<(usize, i64, i64)> = per_member.iter().flatten().copied().collect();
    let since = i64::from(calendar::days(SINCE));
    let columns = vec![
        filled("fact", (1..=flat.len() as i64).map(Some)),
        filled("kind", flat.iter().map(|(kind, _, _)| Some(*kind as i64))),
        filled("value", flat.iter().map(|(_, fen, _)| Some(*fen))),
        filled("qualifier", flat.iter().map(|(_, _, qualifier)| Some(*qualifier))),
        filled("from", flat.iter().map(|_| Some(since))),
        filled("to", flat.iter().map(|_| None)),
        filled("source", flat.iter().map(|_| Some(17))),
    ];
    TableColumns { table, rows: flat.len() as u32, ends: ends(per_member.iter().map(Vec::len)), columns }
}

fn filled(name: &str, values: impl Iterator<Item = Option<i64>>) -> Column {
    let values: Vec<Option<i64>> = values.collect();
    let mut column = Column::ints(name);
    column.data = ColumnData::Ints(values.iter().map(|value| value.unwrap_or(0)).collect());
    for (row, _) in values.iter().enumerate().filter(|(_, value)| value.is_none()) {
        column.set_null(row);
    }
    column.seal_nulls();
    column
}

fn ends(counts: impl Iterator<Item = usize>) -> Vec<u32> {
    counts
        .scan(0u32, |end, count| {
            *end += count as u32;
            Some(*end)
        })
        .collect()
}
