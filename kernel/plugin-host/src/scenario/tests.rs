//! A scenario becomes a block in the declared layout, and an answer is compared with what the law gives.

use super::*;
use crate::sample;
use doudi_documents::manifest::Manifest;

fn fields(manifest: &Manifest) -> Vec<FieldCode> {
    manifest.fields().into_iter().filter_map(catalogue::find).map(|field| field.code).collect()
}

#[test]
fn the_household_stands_in_the_columns_as_it_was_written() {
    let manifest = sample::manifest();
    let block = columns(&manifest.scenarios[0], &fields(&manifest)).unwrap();
    assert_eq!(block.table(Table::Household).unwrap().column("household.hukou-kind").unwrap().int(0), Some(2));
    let person = block.table(Table::Person).unwrap();
    assert_eq!((person.rows, person.ends.as_slice()), (2, [2].as_slice()));
    let born = i64::from(calendar::days(Date::constant(1950, 1, 2)));
    assert_eq!(person.column("person.birth-date").unwrap().int(0), Some(born));
    assert_eq!(person.column("person.health").unwrap().int(0), None, "not stated is absent");
    assert_eq!(person.column("person.health").unwrap().int(1), Some(40));

    let income = block.table(Table::Income).unwrap();
    assert_eq!((income.rows, income.ends.as_slice()), (2, [1, 2].as_slice()));
    let column = |name: &str| (0..2).map(|row| income.column(name).unwrap().int(row)).collect::<Vec<_>>();
    assert_eq!(column("kind"), [Some(1), Some(0)], "business is the second declared income, wage the first");
    assert_eq!(column("value"), [Some(5_000), Some(90_000)]);
    let january = i64::from(calendar::days(Date::constant(2022, 1, 1)));
    let march = i64::from(calendar::days(Date::constant(2022, 3, 1)));
    assert_eq!(column("from"), [Some(january), Some(march)]);
    assert_eq!(column("to")[0], None, "open");
    assert_eq!(block.table(Table::Asset).unwrap().rows, 1);
    assert_eq!(Block::from(block).inconsistency(), None);
}

#[test]
fn mistakes_in_a_scenario_are_named() {
    type Spoil = fn(&mut Scenario);
    let manifest = sample::manifest();
    let spoiled = |spoil: Spoil| {
        let mut scenario = manifest.scenarios[0].clone();
        spoil(&mut scenario);
        columns(&scenario, &fields(&manifest)).unwrap_err()
    };
    let cases: [(&str, Spoil); 5] = [
        ("inputs 没有申报", |s| {
            s.household.insert("household.housing".into(), 1.into());
        }),
        ("不是日期", |s| {
            s.members[0].fields.insert("person.birth-date".into(), "1950-13-01".into());
        }),
        ("没有代码", |s| {
            s.members[0].fields.insert("person.health".into(), 999.into());
        }),
        ("应为整数", |s| {
            s.household.insert("household.hukou-kind".into(), serde_json::json!([1]));
        }),
        ("不是日期", |s| s.members[0].items[0].from = Some("soon".into())),
    ];
    for (fault, spoil) in cases {
        let message = spoiled(spoil);
        assert!(message.contains(fault), "{message} should say {fault}");
    }
}

#[test]
fn every_difference_from_the_expectation_is_told() {
    let manifest = sample::manifest();
    let reason = crate::ReasonRow { code: "members", args: &[2], facts: vec![] };
    let row = OutcomeRow {
        outcome: &manifest.outcomes[1],
        amount: doudi_domain::Fen(5),
        covered: 2,
        figures: vec![("income", 1)],
        reasons: vec![reason],
    };
    let mut expect = manifest.scenarios[0].expect.clone();
    expect.without = vec!["members".into()];
    let message = compare(&expect, &row).unwrap_err();
    for fault in
        ["结论应为“granted”", "金额应为 100", "缺少理由“below”", "不应有理由“members”", "计算值“income”应为 95000"]
    {
        assert!(message.contains(fault), "{message} should say {fault}");
    }
    let right = Expect {
        outcome: "refused".into(),
        amount: 5,
        reasons: vec!["members".into()],
        ..Expect { outcome: String::new(), amount: 0, reasons: vec![], without: vec![], figures: Default::default() }
    };
    assert_eq!(compare(&right, &row), Ok(()));
}
