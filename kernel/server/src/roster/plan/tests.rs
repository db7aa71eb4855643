//! Households from rows, without a database: heads, places, duplicates, and what differs from the record.

use super::*;
use crate::roster::sheet;
use doudi_domain::division::Division;
use doudi_domain::household::{Household, Membership};
use doudi_domain::{County, FactId, Instant, Level, MembershipId, catalogue};

const TODAY: Date = Date::constant(2022, 7, 6);

fn tree() -> Tree {
    let division = |code: i64, name: &str, level| Division {
        code: DivisionCode::new(code).unwrap(),
        name: name.into(),
        level,
        parent: None,
    };
    Tree::new(vec![
        division(340223000000, "南陵县", Level::County),
        division(340223100001, "五里居委会", Level::Village),
        division(340223100002, "春谷居委会", Level::Village),
    ])
}

fn id(sequence: u32) -> String {
    let first = format!("34022319700101{sequence:03}");
    format!("{first}{}", IdNumber::check_character(first.as_bytes()) as char)
}

fn read(rows: &[String]) -> (Vec<Family>, Vec<String>, BTreeSet<usize>) {
    let text = format!("户编号,与户主关系,姓名,公民身份号码,居住村（居）,住址,工资性收入\n{}\n", rows.join("\n"));
    let sheet = sheet::read(text.as_bytes()).unwrap();
    let layout = Layout::of(&sheet).unwrap();
    let scope = Scope { division: County(340223).division() };
    let (families, problems, failed) = families(&layout, &sheet, &tree(), scope, TODAY);
    (families, problems.iter().map(ToString::to_string).collect(), failed)
}

fn row(number: &str, relation: &str, name: &str, sequence: u32, village: &str) -> String {
    format!("{number},{relation},{name},{},{village},1 号,1800", id(sequence))
}

#[test]
fn rows_of_one_number_are_a_household_with_its_head_first() {
    let (families, problems, failed) = read(&[
        row("H-1", "妻", "李某", 2, ""),
        row("H-1", "户主", "张某", 1, "五里居委会"),
        row("H-2", "户主", "王某", 3, "春谷居委会"),
    ]);
    assert!(problems.is_empty() && failed.is_empty(), "{problems:?}");
    assert_eq!(families.len(), 2);
    assert_eq!(families[0].rows.iter().map(|row| row.line).collect::<Vec<_>>(), [3, 2]);
    assert_eq!(families[0].division.value(), 340223100001);
}

#[test]
fn a_household_with_a_fault_fails_whole_and_the_others_go_on() {
    let cases: &[(Vec<String>, &[&str])] = &[
        (
            vec![row("H-1", "子", "张某", 1, "五里居委会"), row("H-2", "户主", "王某", 3, "春谷居委会")],
            &["第 2 行 与户主关系 户编号“H-1”没有户主，请把其中一人的关系填为“户主”"],
        ),
        (
            vec![row("H-1", "户主", "张某", 1, "五里居委会"), row("H-1", "户主", "李某", 2, "五里居委会")],
            &[
                "第 2 行 与户主关系 户编号“H-1”有 2 名户主，每户只能有一名",
                "第 3 行 与户主关系 户编号“H-1”有 2 名户主，每户只能有一名",
            ],
        ),
        (
            vec![row("H-1", "户主", "张某", 1, "五里居委会"), row("H-1", "妻", "李某", 2, "春谷居委会")],
            &["第 3 行 居住村（居） 与同一户第 2 行填写的不一致", "第 2 行 同一户的第 3 行有错误，整户没有导入"],
        ),
        (
            vec![row("H-1", "户主", "张某", 1, "五里居委会"), row("H-2", "户主", "王某", 1, "春谷居委会")],
            &[
                "第 2 行 公民身份号码 与第 3 行重复，请核对后只保留一行",
                "第 3 行 公民身份号码 与第 2 行重复，请核对后只保留一行",
            ],
        ),
        (
            vec![row("H-1", "户主", "张某", 1, "五里居委会"), row("H-1", "邻居", "李某", 2, "")],
            &[
                "第 3 行 与户主关系 “邻居”不在“与户主关系”代码表中，请按填写说明填写文字或代码",
                "第 2 行 同一户的第 3 行有错误，整户没有导入",
            ],
        ),
        (vec![row("H-1", "户主", "张某", 1, "")], &["第 2 行 居住村（居） 这一户没有填写"]),
    ];
    for (rows, expected) in cases {
        let (_, problems, failed) = read(rows);
        assert_eq!(problems, *expected);
        assert_eq!(failed.len(), problems.len(), "{problems:?}");
    }
    let (families, _, _) = read(&cases[0].0);
    assert_eq!(families.iter().map(|family| family.number.as_str()).collect::<Vec<_>>(), ["H-2"]);
}

fn on_file(family: &Family) -> (HouseholdFile, Vec<Option<Person>>) {
    let persons: Vec<Person> = family
        .rows
        .iter()
        .enumerate()
        .map(|(index, row)| Person {
            id: PersonId(index as i64 + 1),
            name: row.name.clone(),
            id_number: Some(row.id_number.clone()),
            sex: row.id_number.sex(),
            birth_date: row.id_number.birth_date(),
            ethnicity: 1,
            hukou_address: String::new(),
            phone: None,
            death_date: None,
            revision: 1,
        })
        .collect();
    let members = family
        .rows
        .iter()
        .zip(&persons)
        .map(|(row, person)| {
            let membership = Membership {
                id: MembershipId(person.id.0),
                household: HouseholdId(9),
                person: person.id,
                relation: row.relation,
                co_resident: true,
                uncounted_reason: 0,
                from: TODAY,
                to: None,
            };
            (membership, person.clone())
        })
        .collect();
    let household = Household {
        id: HouseholdId(9),
        number: family.number.clone(),
        division: family.division,
        hukou_division: None,
        address: family.address.clone(),
        head: Some(PersonId(1)),
        created_at: Instant(0),
        revision: 1,
    };
    (HouseholdFile { household, members }, persons.into_iter().map(Some).collect())
}

fn wage(id: i64, person: i64, value: i64, source: u8) -> Fact {
    Fact {
        id: FactId(id),
        subject: Subject::Person(PersonId(person)),
        field: catalogue::find("income.wage").unwrap().code,
        value: doudi_domain::fact::Value::Int(value),
        qualifier: 0,
        from: TODAY,
        to: None,
        source,
        note: String::new(),
        batch: None,
        evidence: None,
        recorded_at: Instant(id),
        recorded_by: None,
        superseded_by: None,
        superseded_at: None,
    }
}

#[test]
fn the_same_statement_again_changes_nothing_and_another_takes_the_place_of_the_import() {
    let (families, _, _) = read(&[row("H-1", "户主", "张某", 1, "五里居委会")]);
    let family = &families[0];
    let (file, persons) = on_file(family);
    let step = |facts: &[Fact]| {
        let mut notes = Vec::new();
        let step = compare(family, &file, facts, &persons, TODAY, &mut notes).unwrap();
        match step {
            Step::Same => Ok(()),
            Step::Change(change) => Err(change.facts),
            _ => panic!("neither same nor changed"),
        }
    };
    assert_eq!(step(&[wage(1, 1, 180_000, SOURCE)]), Ok(()));
    // Declared by the person herself: the same amount is the same statement.
    assert_eq!(step(&[wage(1, 1, 180_000, 1)]), Ok(()));
    let changed = step(&[wage(1, 1, 150_000, SOURCE)]).unwrap_err();
    assert_eq!((changed.len(), changed[0].supersedes), (1, Some(FactId(1))));
    // What a department reported stays beside it.
    let beside = step(&[wage(1, 1, 150_000, 6)]).unwrap_err();
    assert_eq!((beside.len(), beside[0].supersedes), (1, None));
}

#[test]
fn nobody_is_taken_out_by_being_absent_and_a_changed_relation_is_refused() {
    let (families, _, _) = read(&[row("H-1", "户主", "张某", 1, "五里居委会"), row("H-1", "妻", "李某", 2, "")]);
    let (file, persons) = on_file(&families[0]);
    let facts = [wage(1, 1, 180_000, SOURCE), wage(2, 2, 180_000, SOURCE)];

    let (alone, _, _) = read(&[row("H-1", "户主", "张某", 1, "五里居委会")]);
    let mut notes = Vec::new();
    let step = compare(&alone[0], &file, &facts, &persons[..1], TODAY, &mut notes).unwrap();
    assert!(matches!(step, Step::Same));
    assert!(notes[0].contains("李*") && notes[0].contains("没有改动"), "{notes:?}");

    let (other, _, _) = read(&[row("H-1", "户主", "张某", 1, "五里居委会"), row("H-1", "女", "李某", 2, "")]);
    let Step::Refuse(problems) = compare(&other[0], &file, &facts, &persons, TODAY, &mut notes).unwrap() else {
        panic!("accepted")
    };
    assert_eq!(problems[0].column, "与户主关系");
}

#[test]
fn a_number_with_another_head_and_a_name_that_disagrees_are_never_guessed_at() {
    let (families, _, _) = read(&[row("H-1", "户主", "张某", 1, "五里居委会")]);
    let (file, persons) = on_file(&families[0]);
    let (others, _, _) = read(&[row("H-1", "户主", "王某", 5, "五里居委会")]);
    assert!(number_conflict(&others[0], &file, &[None]).unwrap().message.contains("已属于另一户（户主 张*）"));
    assert_eq!(number_conflict(&families[0], &file, &persons), None);

    let person = persons[0].clone().unwrap();
    let (renamed, _, _) = read(&[row("H-1", "户主", "张某某", 1, "五里居委会")]);
    assert!(disagreement(&renamed[0].rows[0], &person).unwrap().message.contains("不一致"));
    let dead = Person { death_date: Some(TODAY), ..person.clone() };
    assert!(disagreement(&families[0].rows[0], &dead).unwrap().message.contains("死亡"));
    assert_eq!(disagreement(&families[0].rows[0], &person), None);
}
