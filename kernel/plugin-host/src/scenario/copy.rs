//! A real household as a scenario: what the columns say, without anything that says who it is. Names, numbers, addresses,
//! telephone numbers and accounts stay behind, and the village too; what the rules count with stays, dates of birth included.

use doudi_documents::scenario::{Item, Member};
use doudi_domain::calendar;
use doudi_domain::catalogue::{self, FieldCode, Kind, Sensitivity, Table};
use doudi_domain::codes;
use doudi_domain::columns::{Columns, TableColumns};
use serde_json::Value;
use std::collections::BTreeMap;

/// Fields that may stand in a masked copy.
pub fn copied_fields() -> Vec<FieldCode> {
    let tells_who = |field: &&catalogue::Field| {
        field.sensitivity == Sensitivity::Sealed
            || matches!(field.kind, Kind::Text)
            || field.code.as_str() == "household.division"
    };
    catalogue::FIELDS.iter().filter(|field| !tells_who(field)).map(|field| field.code).collect()
}

/// Household fields and members of the first household of a block read with `fields` (some of [`copied_fields`]).
pub fn masked_copy(columns: &Columns, fields: &[FieldCode]) -> (BTreeMap<String, Value>, Vec<Member>) {
    let empty = TableColumns { table: Table::Household, rows: 0, ends: Vec::new(), columns: Vec::new() };
    let household = columns.table(Table::Household).unwrap_or(&empty);
    let person = columns.table(Table::Person).unwrap_or(&empty);
    let persons = person.rows_of(0);
    let members = persons
        .enumerate()
        .map(|(at, row)| {
            let fields_of_person = values(person, row, fields);
            Member { who: who(at, &fields_of_person), fields: fields_of_person, items: items(columns, row, fields) }
        })
        .collect();
    (values(household, 0, fields), members)
}

/// 户主, 配偶, 之子: the relation, and a number where several have it. Never a name.
fn who(at: usize, fields: &BTreeMap<String, Value>) -> String {
    let relation = fields.get("person.relation").and_then(Value::as_i64).and_then(|code| i32::try_from(code).ok());
    let word = relation.and_then(|code| codes::RELATION.find(code)).map_or("成员", |entry| entry.zh);
    format!("{} {word}", at + 1)
}

fn values(table: &TableColumns, row: usize, fields: &[FieldCode]) -> BTreeMap<String, Value> {
    let mut values = BTreeMap::new();
    for code in fields.iter().filter(|code| code.field().table == table.table) {
        let Some(value) = table.column(code.as_str()).and_then(|column| column.int(row)) else { continue };
        let value = match code.field().kind {
            Kind::Date => Value::from(day(value).to_string()),
            Kind::YesNo => Value::from(value != 0),
            _ => Value::from(value),
        };
        values.insert(code.as_str().to_owned(), value);
    }
    values
}

fn items(columns: &Columns, person: usize, fields: &[FieldCode]) -> Vec<Item> {
    let mut items = Vec::new();
    for table in columns.tables.iter().filter(|table| table.table.is_items()) {
        let kinds: Vec<FieldCode> = fields.iter().copied().filter(|code| code.field().table == table.table).collect();
        let cell = |name: &str, row: usize| table.column(name).and_then(|column| column.int(row));
        for row in table.rows_of(person) {
            let kind = cell("kind", row).and_then(|kind| usize::try_from(kind).ok());
            let Some(field) = kind.and_then(|kind| kinds.get(kind)) else { continue };
            items.push(Item {
                field: field.as_str().to_owned(),
                value: cell("value", row).unwrap_or(0),
                qualifier: cell("qualifier", row).and_then(|code| i32::try_from(code).ok()).unwrap_or(0),
                from: cell("from", row).map(|days| day(days).to_string()),
                to: cell("to", row).map(|days| day(days).to_string()),
            });
        }
    }
    items
}

fn day(days: i64) -> doudi_domain::Date {
    calendar::from_days(i32::try_from(days).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::columns;
    use doudi_documents::scenario::{Expect, Scenario};
    use serde_json::json;

    /// What is copied from a block and made a block again is the same block.
    #[test]
    fn a_copy_gives_the_columns_it_was_made_from() {
        let fields = copied_fields();
        let member = |who: &str, relation: i64, born: &str| Member {
            who: who.into(),
            fields: [
                ("person.relation".to_owned(), json!(relation)),
                ("person.birth-date".to_owned(), json!(born)),
                ("person.co-resident".to_owned(), json!(true)),
            ]
            .into(),
            items: vec![Item {
                field: "income.wage".into(),
                value: 180_000,
                qualifier: 0,
                from: Some("2021-01-01".into()),
                to: None,
            }],
        };
        let scenario = Scenario {
            name: "两口之家".into(),
            date: "2022-07-20".into(),
            parameters: BTreeMap::new(),
            household: [("household.hukou-kind".to_owned(), json!(2))].into(),
            members: vec![member("户主", 2, "1968-05-12"), member("配偶", 12, "1970-08-23")],
            expect: Expect {
                outcome: "granted".into(),
                amount: 0,
                reasons: vec![],
                without: vec![],
                figures: BTreeMap::new(),
            },
        };
        let before = columns(&scenario, &fields).expect("a block");
        let (household, members) = masked_copy(&before, &fields);
        assert!(members[0].who.starts_with("1 ") && members[1].who.starts_with("2 "), "{members:?}");
        let copy = Scenario { household, members, ..scenario };
        assert_eq!(columns(&copy, &fields).expect("a block"), before);
    }

    #[test]
    fn nothing_that_tells_who_it_is_may_be_copied() {
        let copied: Vec<&str> = copied_fields().iter().map(|code| code.as_str()).collect();
        for code in [
            "person.name",
            "person.id-number",
            "person.phone",
            "household.account-number",
            "household.account-name",
            "household.certificate",
            "person.disability-certificate",
            "household.division",
        ] {
            assert!(!copied.contains(&code), "{code}");
        }
        assert!(copied.contains(&"income.wage") && copied.contains(&"person.birth-date"));
    }
}
