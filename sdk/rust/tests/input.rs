//! `#[derive(Input)]`: what is absent, whose rows are whose, and that nothing of one household stays in the next.

use doudi_sdk::prelude::*;
use doudi_sdk::testing::{block, check_inputs, manifest};
use proptest::prelude::*;

#[derive(ItemKind, Clone, Copy, PartialEq, Eq, Debug)]
#[item(table = "income")]
enum Income {
    #[item("income.wage")]
    Wage,
    #[item("income.business")]
    Business,
}

#[derive(Input, Clone, PartialEq, Debug, Default)]
#[input(table = "person")]
struct Member {
    #[input("person.id")]
    id: Id,
    #[input("person.birth-date")]
    birth: Date,
    #[input("person.disability-grade")]
    grade: Option<Code>,
    #[input("person.job-refusals", default)]
    refusals: u32,
    #[input(items = "income")]
    incomes: Vec<Item<Income>>,
    /// The author's own scratch.
    #[input(skip)]
    seen: bool,
}

#[derive(Input, Clone, PartialEq, Debug, Default)]
#[input(table = "household")]
struct Family {
    #[input("household.id")]
    id: Id,
    #[input("household.account-bank")]
    bank: Option<String>,
    #[input("household.hukou-kind")]
    hukou: Option<Code>,
    #[input(rows)]
    members: Rows<Member>,
}

/// The same with a `Vec`, which forgets the memory of members but not their values.
#[derive(Input, Clone, PartialEq, Debug, Default)]
#[input(table = "household")]
struct PlainFamily {
    #[input("household.id")]
    id: Id,
    #[input(rows)]
    members: Vec<Member>,
}

const BIRTH: i64 = 1_000;

/// A member of the model: disability grade, and incomes as kind and value.
type ModelMember = (Option<i64>, Vec<(i64, i64)>);

/// Columns of households given as lists of members.
fn columns(households: &[Vec<ModelMember>]) -> Block {
    let members: Vec<&ModelMember> = households.iter().flatten().collect();
    let incomes: Vec<(i64, i64)> = members.iter().flat_map(|(_, incomes)| incomes.clone()).collect();
    let ends = |lengths: Vec<usize>| {
        lengths
            .into_iter()
            .scan(0, |end, length| {
                *end += length as u32;
                Some(*end)
            })
            .collect::<Vec<u32>>()
    };
    Block::of(
        Table::new("household", households.len())
            .ints("household.id", 1..=households.len() as i64)
            .optional_texts(
                "household.account-bank",
                (0..households.len()).map(|n| (n % 2 == 0).then(|| format!("银行{n}"))),
            )
            .optional_ints(
                "household.hukou-kind",
                (0..households.len() as i64).map(|n| (n % 3 == 0).then_some(1 + n % 2)),
            ),
    )
    .with(
        Table::new("person", members.len())
            .ends(ends(households.iter().map(Vec::len).collect()))
            .ints("person.id", 1..=members.len() as i64)
            .ints("person.birth-date", members.iter().map(|_| BIRTH))
            .optional_ints("person.disability-grade", members.iter().map(|(grade, _)| *grade))
            .optional_ints("person.job-refusals", members.iter().map(|(grade, _)| *grade)),
    )
    .with(
        Table::new("income", incomes.len())
            .ends(ends(members.iter().map(|(_, incomes)| incomes.len()).collect()))
            .ints("fact", 1..=incomes.len() as i64)
            .ints("kind", incomes.iter().map(|(kind, _)| *kind))
            .ints("value", incomes.iter().map(|(_, value)| *value))
            .ints("qualifier", incomes.iter().map(|_| 0_i64))
            .ints("from", incomes.iter().map(|_| 10_i64))
            .optional_ints("to", incomes.iter().map(|(_, value)| (value % 2 == 0).then_some(20_i64)))
            .ints("source", incomes.iter().map(|_| 3_i64)),
    )
}

#[test]
fn absent_present_and_defaulted_values() {
    let block = columns(&[vec![(None, vec![(0, 5)]), (Some(2), vec![])], vec![]]);
    let families = block.read::<Family>().unwrap().to_vec();
    assert_eq!(families.len(), 2);
    assert_eq!((families[0].bank.as_deref(), families[1].bank.as_deref()), (Some("银行0"), None));
    assert_eq!((families[0].hukou, families[1].hukou), (Some(Code(1)), None));
    let [first, second] = &*families[0].members else { panic!("two members") };
    assert_eq!((first.grade, first.refusals, first.birth), (None, 0, Date::from_days(BIRTH as i32)));
    assert_eq!((second.grade, second.refusals, second.incomes.len()), (Some(Code(2)), 2, 0));
    let item = first.incomes[0];
    assert_eq!((item.fact, item.kind, item.value, item.source, item.to), (Id(1), Income::Wage, Fen(5), 3, None));
    assert!(!item.covers(Date::from_days(9)) && item.covers(Date::from_days(10)));
    assert!(families[1].members.is_empty());
}

#[test]
fn no_household_is_no_row() {
    let block = columns(&[]);
    let mut families = block.read::<Family>().unwrap();
    assert!(families.is_empty());
    assert_eq!(families.next(), None);
}

#[test]
fn a_value_that_must_be_there_names_the_person_who_lacks_it() {
    let mut block = columns(&[vec![(None, vec![]), (None, vec![])]]);
    let person = &mut block.tables[1];
    let position = person.columns.iter().position(|column| column.name == "person.birth-date").unwrap();
    person.columns[position].nulls = vec![0b10];
    let refusal = block.read::<Family>().err().unwrap();
    assert_eq!(refusal.code, "invalid");
    assert!(refusal.message.contains("人员 2") && refusal.message.contains("person.birth-date"), "{refusal}");
}

#[test]
fn a_block_that_does_not_fit_is_refused() {
    type Damage = fn(&mut Block);
    let damage: [(&str, Damage); 5] = [
        ("person", |block| {
            block.tables.remove(1);
        }),
        ("person.job-refusals", |block| block.tables[1].columns.retain(|column| column.name != "person.job-refusals")),
        ("对不上", |block| block.tables[1].ends = vec![2]),
        ("对不上", |block| block.tables[2].ends[0] = 9),
        ("第 2 种", |block| {
            block.tables[2] = {
                let mut table = block.tables[2].clone();
                let kind = table.columns.iter_mut().find(|column| column.name == "kind").unwrap();
                kind.values = doudi_sdk::block::Values::Ints(vec![2]);
                table
            }
        }),
    ];
    for (message, damage) in damage {
        let mut block = columns(&[vec![(None, vec![(1, 5)])]]);
        damage(&mut block);
        let refusal = block.read::<Family>().err().unwrap();
        assert!(refusal.code == "internal" && refusal.message.contains(message), "{message}: {refusal}");
    }
}

#[test]
fn fields_are_listed_in_order_without_ids() {
    let mut fields = Vec::new();
    Family::fields(&mut fields);
    assert_eq!(
        fields,
        [
            "household.account-bank",
            "household.hukou-kind",
            "person.birth-date",
            "person.disability-grade",
            "person.job-refusals",
            "income.wage",
            "income.business"
        ]
    );
    assert_eq!(Income::Business.code(), "income.business");
    assert_eq!(Income::from_index(2), None);
}

const MANIFEST: &str = r#"
id = "inputs"
version = "1.0.0"
publisher = "Doudi"
license = "Apache-2.0"
measures = []
contract = "^1.0"
points = ["assess"]
name = { zh = "输入" }
summary = { zh = "测试" }
[[inputs]]
fields = ["household.account-bank", "household.hukou-kind", "person.birth-date", "person.disability-grade", "person.job-refusals"]
purpose = { zh = "测试" }
[[inputs]]
fields = ["income.wage", "income.business"]
purpose = { zh = "测试" }
"#;

#[test]
fn a_manifest_must_declare_what_is_read_in_the_same_order() {
    check_inputs::<Family>(&manifest(MANIFEST));
    let swapped = MANIFEST.replace(r#""income.wage", "income.business""#, r#""income.business", "income.wage""#);
    assert!(std::panic::catch_unwind(|| check_inputs::<Family>(&manifest(&swapped))).is_err());
    let missing = MANIFEST.replace(r#""household.hukou-kind", "#, "");
    assert!(std::panic::catch_unwind(|| check_inputs::<Family>(&manifest(&missing))).is_err());
}

#[test]
fn a_scenario_becomes_the_block_a_kernel_would_send() {
    let scenario = serde_json::from_value(serde_json::json!({
        "name": "一户两人", "date": "2022-07-20",
        "household": { "household.account-bank": "农商行" },
        "members": [
            { "who": "户主", "fields": { "person.birth-date": "1970-01-11", "person.disability-grade": 2 },
              "items": [{ "field": "income.business", "value": 7 }, { "field": "income.wage", "value": 5, "to": "2022-06-30" }] },
            { "who": "子", "fields": { "person.birth-date": "2000-02-29" } }
        ],
        "expect": { "outcome": "any" }
    }))
    .unwrap();
    let block = block(&manifest(MANIFEST), &scenario);
    let family = block.read::<Family>().unwrap().to_vec().swap_remove(0);
    assert_eq!((family.id, family.bank.as_deref(), family.hukou), (Id(1), Some("农商行"), None));
    assert_eq!(family.members.iter().map(|member| member.id).collect::<Vec<_>>(), [Id(1), Id(2)]);
    assert_eq!(family.members[0].birth, Date::from_days(10));
    let items = &family.members[0].incomes;
    assert_eq!((items[0].kind, items[0].value, items[0].fact), (Income::Business, Fen(7), Id(1)));
    assert_eq!((items[0].from, items[0].to), (Date::of(2022, 1, 1), None));
    assert_eq!((items[1].kind, items[1].fact, items[1].to), (Income::Wage, Id(2), Some(Date::of(2022, 6, 30))));
    assert!(family.members[1].incomes.is_empty());
}

proptest! {
    /// Whatever the households, reading them one after another into the same struct gives what reading each alone gives.
    #[test]
    fn nothing_stays_from_the_household_before(
        households in proptest::collection::vec(
            proptest::collection::vec(
                (proptest::option::of(0..5_i64), proptest::collection::vec((0..2_i64, 0..100_i64), 0..4)),
                0..6,
            ),
            0..12,
        )
    ) {
        let block = columns(&households);
        let all = block.read::<Family>().unwrap().to_vec();
        let plain = block.read::<PlainFamily>().unwrap().to_vec();
        prop_assert_eq!(all.len(), households.len());
        for ((family, plain), model) in all.iter().zip(&plain).zip(&households) {
            prop_assert_eq!(&*family.members, plain.members.as_slice());
            prop_assert_eq!(family.members.len(), model.len());
            for (member, (grade, incomes)) in family.members.iter().zip(model) {
                prop_assert_eq!(member.grade.map(|code| i64::from(code.0)), *grade);
                let read: Vec<(i64, i64)> =
                    member.incomes.iter().map(|item| (item.kind.index() as i64, item.value.0)).collect();
                prop_assert_eq!(&read, incomes);
                prop_assert!(!member.seen);
            }
        }
    }
}
