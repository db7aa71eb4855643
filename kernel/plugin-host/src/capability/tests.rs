//! Grants: requested ∩ granted, nothing by default, and columns that never carry what was not granted.

use super::*;
use crate::sample;

fn effective(words: &[&str]) -> Effective {
    Effective::resolve(&sample::manifest(), &Grants::new(words.iter().copied()))
}

#[test]
fn an_empty_list_grants_nothing() {
    let nothing = effective(&[]);
    assert!(nothing.granted_fields().is_empty());
    assert_eq!(nothing.denied_fields().count(), 6);
    for (kind, target) in every_declared_effect() {
        assert_eq!(nothing.effect(kind, target), Allowance::Ungranted, "{kind} {target:?}");
    }
    assert_eq!(nothing.topic("benefit.payables"), Allowance::Ungranted);
}

#[test]
fn everything_requested_can_be_granted_at_once() {
    let manifest = sample::manifest();
    let all = Effective::resolve(&manifest, &Grants::all(&manifest));
    assert_eq!(all.denied_fields().count(), 0);
    for (kind, target) in every_declared_effect() {
        assert_eq!(all.effect(kind, target), Allowance::Granted, "{kind} {target:?}");
    }
    assert_eq!(all.topic("benefit.payables"), Allowance::Granted);
}

#[test]
fn what_is_not_declared_cannot_be_granted() {
    let wide = effective(&[
        "read:person.id-number",
        "effect:decision.record",
        "effect:fact.propose:person.sex",
        "ask:other.topic",
    ]);
    assert!(wide.granted_fields().is_empty(), "an undeclared field is never read");
    assert_eq!(wide.effect(kinds::DECISION_RECORD, Some("pension")), Allowance::Undeclared);
    assert_eq!(wide.effect(kinds::FACT_PROPOSE, Some("person.sex")), Allowance::Undeclared);
    assert_eq!(wide.topic("other.topic"), Allowance::Undeclared);
}

#[test]
fn a_kind_can_be_granted_whole_or_by_target() {
    let whole = effective(&["effect:decision.record"]);
    assert_eq!(whole.effect(kinds::DECISION_RECORD, Some("sample")), Allowance::Granted);
    assert_eq!(whole.effect(kinds::DECISION_RECORD, Some("sample-edge")), Allowance::Granted);
    let one = effective(&["effect:decision.record:sample"]);
    assert_eq!(one.effect(kinds::DECISION_RECORD, Some("sample")), Allowance::Granted);
    assert_eq!(one.effect(kinds::DECISION_RECORD, Some("sample-edge")), Allowance::Ungranted);
    assert_eq!(one.effect(kinds::DECISION_RECORD, None), Allowance::Undeclared, "a decision always has a scheme");
}

#[test]
fn the_grant_screen_has_a_line_for_each_capability() {
    let list = requested(&sample::manifest());
    let line = list.iter().find(|capability| capability.code == "read:income.wage").unwrap();
    assert_eq!(line.label.zh, "读取 工资性收入");
    assert_eq!(line.purpose.zh, "计算收入");
    let codes: BTreeSet<&str> = list.iter().map(|capability| capability.code.as_str()).collect();
    assert_eq!(codes.len(), list.len(), "each once");
    assert!(codes.contains("effect:decision.record:sample-edge") && codes.contains("ask:benefit.payables"));
}

fn every_declared_effect() -> Vec<(&'static str, Option<&'static str>)> {
    vec![
        (kinds::DOCUMENT_PUT, None),
        (kinds::DECISION_RECORD, Some("sample")),
        (kinds::DECISION_RECORD, Some("sample-edge")),
        (kinds::FACT_PROPOSE, Some("person.health")),
        (kinds::FACT_PROPOSE, Some("asset.vehicle")),
        (kinds::EVENT_PUBLISH, None),
        (kinds::NOTICE_ISSUE, None),
        (kinds::ATTACHMENT_LINK, None),
    ]
}

fn ints(name: &str, values: &[i64]) -> Column {
    Column { name: name.into(), data: ColumnData::Ints(values.to_vec()), nulls: vec![] }
}

fn item_columns(facts: &[i64], kinds: &[i64]) -> Vec<Column> {
    let rest = |name: &str| ints(name, &vec![0; facts.len()]);
    vec![
        ints("fact", facts),
        ints("kind", kinds),
        rest("value"),
        rest("qualifier"),
        rest("from"),
        rest("to"),
        rest("source"),
    ]
}

/// Two households with one and two members, in the given fields; wages and business incomes of the three members.
fn columns(household: Vec<Column>, person: Vec<Column>, incomes: Option<(&[u32], Vec<Column>)>) -> Columns {
    let mut tables = vec![
        TableColumns { table: Table::Household, rows: 2, ends: vec![], columns: household },
        TableColumns { table: Table::Person, rows: 3, ends: vec![1, 3], columns: person },
    ];
    if let Some((ends, columns)) = incomes {
        tables.push(TableColumns { table: Table::Income, rows: columns[0].len() as u32, ends: ends.to_vec(), columns });
    }
    Columns { households: vec![doudi_domain::HouseholdId(1), doudi_domain::HouseholdId(2)], tables }
}

#[test]
fn columns_read_for_a_part_of_the_fields_come_back_in_the_declared_layout() {
    // Granted: hukou, health and business income. Not: birth date, wage, deposit.
    let granted = effective(&["read:household.hukou-kind", "read:person.health", "read:income.business"]);
    let read = columns(
        vec![ints("household.id", &[1, 2]), ints("household.hukou-kind", &[1, 2])],
        vec![ints("person.id", &[5, 6, 7]), ints("person.health", &[10, 40, 10])],
        Some((&[0, 1, 2], item_columns(&[91, 92], &[0, 0]))),
    );
    let wide = granted.widen(read);
    let names: Vec<&str> =
        wide.table(Table::Person).unwrap().columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["person.id", "person.birth-date", "person.health"]);
    let birth = wide.table(Table::Person).unwrap().column("person.birth-date").unwrap();
    assert!((0..3).all(|row| birth.is_null(row)), "no row has a birth date");
    assert_eq!(birth.nulls, [0b111], "and no bit stands for a row that is not there");
    let kinds = wide.table(Table::Income).unwrap().column("kind").unwrap();
    assert_eq!(
        kinds.data,
        ColumnData::Ints(vec![1, 1]),
        "business is the second declared income, though the only one read"
    );
    let assets = wide.table(Table::Asset).unwrap();
    assert_eq!((assets.rows, assets.ends.as_slice(), assets.columns.len()), (0, [0, 0, 0].as_slice(), 7));
    assert_eq!(crate::block::Block::from(wide).inconsistency(), None);
}

#[test]
fn columns_that_carry_too_much_are_masked() {
    let granted = effective(&["read:household.hukou-kind", "read:person.birth-date", "read:income.business"]);
    let mut all = columns(
        vec![ints("household.id", &[1, 2]), ints("household.hukou-kind", &[1, 2])],
        vec![
            ints("person.id", &[5, 6, 7]),
            ints("person.birth-date", &[1, 2, 3]),
            ints("person.health", &[10, 40, 10]),
        ],
        Some((&[1, 3, 4], item_columns(&[91, 92, 93, 94], &[0, 1, 0, 1]))),
    );
    all.tables[2].columns[5].set_null(1);
    all.tables[2].columns[5].seal_nulls();
    granted.mask(&mut all);
    let health = all.table(Table::Person).unwrap().column("person.health").unwrap();
    assert_eq!((health.int(0), health.int(1)), (None, None));
    assert_eq!(health.data, ColumnData::Ints(vec![0, 0, 0]), "no value stays behind the null");
    let incomes = all.table(Table::Income).unwrap();
    assert_eq!(incomes.column("fact").unwrap().data, ColumnData::Ints(vec![92, 94]), "wages are gone");
    assert_eq!((incomes.rows, incomes.ends.as_slice()), (2, [0, 1, 2].as_slice()));
    assert!(
        incomes.column("to").unwrap().is_null(0) && !incomes.column("to").unwrap().is_null(1),
        "bitmaps moved along"
    );
    assert_eq!(crate::block::Block::from(all).inconsistency(), None);
}

#[test]
fn with_everything_granted_nothing_is_touched() {
    let manifest = sample::manifest();
    let all = Effective::resolve(&manifest, &Grants::all(&manifest));
    let read = columns(
        vec![ints("household.id", &[1, 2]), ints("household.hukou-kind", &[1, 2])],
        vec![ints("person.id", &[5, 6, 7]), ints("person.birth-date", &[1, 2, 3]), ints("person.health", &[1, 2, 3])],
        Some((&[1, 3, 4], item_columns(&[91, 92, 93, 94], &[0, 1, 0, 1]))),
    );
    let mut masked = read.clone();
    all.mask(&mut masked);
    assert_eq!(masked, read);
    assert_eq!(all.widen(read.clone()), read);
}

#[test]
fn equal_lists_are_equal_grants_whatever_their_order() {
    assert_eq!(Grants::new(["a", "b"]), Grants::new(["b", "a", "a"]));
    assert_ne!(Grants::new(["a"]), Grants::none());
}
