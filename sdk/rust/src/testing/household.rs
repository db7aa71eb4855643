//! From the household of a scenario to the column block the kernel would send.

use crate::block::{Block, Table};
use crate::date::Date;
use doudi_documents::manifest::Manifest;
use doudi_documents::scenario::{Member, Scenario};
use serde_json::Value;
use std::collections::BTreeMap;

/// One household as a scenario describes it, with the ids the block gives it.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub household: i64,
    pub fields: BTreeMap<String, Value>,
    pub members: Vec<Member>,
    /// The year items begin in when they do not say.
    pub year: i32,
}

impl Case {
    pub fn of(household: i64, scenario: &Scenario) -> Case {
        let date: Date = scenario.date.parse().unwrap_or_else(|refusal| panic!("场景“{}”：{refusal}", scenario.name));
        Case { household, fields: scenario.household.clone(), members: scenario.members.clone(), year: date.year() }
    }
}

/// The declared fields of a table, in the manifest's order.
pub fn fields_of<'m>(manifest: &'m Manifest, table: &str) -> Vec<&'m str> {
    let prefix = format!("{table}.");
    manifest.fields().into_iter().filter(|field| field.starts_with(&prefix)).collect()
}

/// The block of one scenario's household: id 1, members from 1, facts from 1.
///
/// # Panics
/// When the scenario names a field the manifest does not declare, or a value that is none: the test's data is wrong.
pub fn block(manifest: &Manifest, scenario: &Scenario) -> Block {
    block_of(manifest, &[Case::of(1, scenario)])
}

/// The block of several households.
pub(crate) fn block_of(manifest: &Manifest, cases: &[Case]) -> Block {
    for case in cases {
        check_names(manifest, case);
    }
    let households = Table::new("household", cases.len()).ints("household.id", cases.iter().map(|case| case.household));
    let households = fields_of(manifest, "household")
        .into_iter()
        .fold(households, |table, field| column(table, field, cases.iter().map(|case| case.fields.get(field))));

    let rows: Vec<(&Case, &Member)> =
        cases.iter().flat_map(|case| case.members.iter().map(move |member| (case, member))).collect();
    let ids = cases.iter().flat_map(|case| (0..case.members.len()).map(move |place| person_id(case.household, place)));
    let persons =
        Table::new("person", rows.len()).ends(ends(cases.iter().map(|case| case.members.len()))).ints("person.id", ids);
    let persons = fields_of(manifest, "person")
        .into_iter()
        .fold(persons, |table, field| column(table, field, rows.iter().map(|(_, member)| member.fields.get(field))));

    let mut block = Block::of(households).with(persons);
    for name in ["income", "asset", "spending"] {
        let kinds = fields_of(manifest, name);
        if !kinds.is_empty() {
            block = block.with(items(name, &kinds, &rows));
        }
    }
    block
}

/// The id of a member: its place in household 1, with the household in front of it in others (3002 is the second of 3).
pub(crate) fn person_id(household: i64, place: usize) -> i64 {
    if household == 1 { place as i64 + 1 } else { household * 1_000 + place as i64 + 1 }
}

fn ends(lengths: impl Iterator<Item = usize>) -> Vec<u32> {
    lengths
        .scan(0_u32, |end, length| {
            *end += u32::try_from(length).expect("a test household is small");
            Some(*end)
        })
        .collect()
}

fn items(name: &str, kinds: &[&str], rows: &[(&Case, &Member)]) -> Table {
    let mut facts = 0_i64;
    let (mut fact, mut kind, mut value, mut qualifier) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut from, mut to, mut source, mut lengths) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (case, member) in rows {
        let mut count = 0;
        for item in &member.items {
            facts += 1;
            let Some(position) = kinds.iter().position(|code| *code == item.field) else { continue };
            count += 1;
            fact.push(facts);
            kind.push(position as i64);
            value.push(item.value);
            qualifier.push(i64::from(item.qualifier));
            from.push(item.from.as_deref().map_or_else(|| Date::of(case.year, 1, 1), |day| date(&item.field, day)));
            to.push(item.to.as_deref().map(|day| date(&item.field, day)));
            source.push(1_i64);
        }
        lengths.push(count);
    }
    Table::new(name, fact.len())
        .ends(ends(lengths.into_iter()))
        .ints("fact", fact)
        .ints("kind", kind)
        .ints("value", value)
        .ints("qualifier", qualifier)
        .ints("from", from)
        .optional_ints("to", to)
        .ints("source", source)
}

fn date(field: &str, text: &str) -> Date {
    text.parse().unwrap_or_else(|refusal| panic!("{field}：{refusal}"))
}

/// A column by the kind of its values: texts that are no dates make a column of texts, all else is integers.
fn column<'v>(table: Table, field: &str, values: impl Iterator<Item = Option<&'v Value>>) -> Table {
    let values: Vec<Option<&Value>> = values.map(|value| value.filter(|value| !value.is_null())).collect();
    let is_text = |value: &&Value| value.as_str().is_some_and(|text| text.parse::<Date>().is_err());
    if values.iter().flatten().any(is_text) {
        let texts = values
            .iter()
            .map(|value| value.map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned)));
        return table.optional_texts(field, texts);
    }
    table.optional_ints(field, values.iter().map(|value| value.map(|value| integer(field, value))))
}

fn integer(field: &str, value: &Value) -> i64 {
    match value {
        Value::Bool(yes) => i64::from(*yes),
        Value::Number(number) => number.as_i64().unwrap_or_else(|| panic!("{field}：{value} 不是整数，金额以分计")),
        Value::String(text) => date(field, text).into(),
        _ => panic!("{field}：{value} 不是一个值"),
    }
}

fn check_names(manifest: &Manifest, case: &Case) {
    let declared = manifest.fields();
    let check = |name: &str, whose: &str| {
        assert!(declared.contains(&name), "{whose} 写了 {name}，但清单的 inputs 没有声明它");
    };
    case.fields.keys().for_each(|name| check(name, "家庭"));
    for member in &case.members {
        member.fields.keys().for_each(|name| check(name, &member.who));
        member.items.iter().for_each(|item| check(&item.field, &member.who));
    }
}
