//! The workbook is what the families are: read back with an independent reader.

use super::*;
use crate::{Plan, divisions, roster};
use calamine::{Data, Reader, Xlsx, open_workbook};
use doudi_domain::County;
use jiff::civil::date;

fn families(households: usize) -> Vec<Family> {
    let divisions = divisions(include_str!("../../../../data/wuhu-divisions.csv")).expect("the file is good");
    roster(&divisions, &Plan { county: County(340_223), day: date(2022, 7, 1), seed: 7, households })
}

fn headings(keys: &[&str]) -> Vec<Heading> {
    keys.iter().map(|key| Heading { title: format!("列 {key}"), key: (*key).to_owned() }).collect()
}

#[test]
fn what_is_read_back_is_what_was_written() {
    let families = families(12);
    let headings = headings(&[
        "household.number",
        "person.name",
        "person.id-number",
        "person.relation",
        "income.wage",
        "household.division",
    ]);
    let file = std::env::temp_dir().join(format!("doudi-workbook-{}.xlsx", std::process::id()));
    write(&file, "花名册", &headings, &rows(&families, &headings)).expect("it can be written");
    let mut book: Xlsx<_> = open_workbook(&file).expect("it can be opened");
    let sheet = book.worksheet_range("花名册").expect("it has the sheet");
    let people: usize = families.iter().map(Family::size).sum();
    assert_eq!(sheet.height(), people + 1);
    let first: Vec<&Data> = sheet.rows().nth(1).expect("a first person").iter().collect();
    let head = &families[0].members[0];
    assert_eq!(first[0], &Data::String("NL-000001".into()));
    assert_eq!(first[1], &Data::String("张建国".into()));
    assert_eq!(first[2], &Data::String(head.id.expose().to_owned()), "numbers of people stay text");
    assert_eq!(first[3], &Data::String("户主".into()));
    assert_eq!(first[4], &Data::Float(1_800.0));
    assert_eq!(first[5], &Data::String("340223101216".into()));
    assert_eq!(
        sheet.get_value((2, 5)).unwrap_or(&Data::Empty),
        &Data::Empty,
        "the village stands in the row of the head"
    );
    assert_eq!(sheet.get_value((2, 0)), Some(&Data::String("NL-000001".into())), "the number in every row");
    std::fs::remove_file(&file).expect("it is there");
}

#[test]
fn cells_are_found_by_the_key_of_their_column() {
    let families = families(8);
    let (wang, chen) = (&families[2], &families[3]);
    let son = &wang.members[2];
    assert_eq!(cell(wang, son, "person.disability-category"), Cell::Text("智力".into()));
    assert_eq!(cell(wang, son, "person.disability-grade"), Cell::Text("三级".into()));
    assert_eq!(cell(wang, son, "person.disability-certificate"), Cell::Text(format!("{}53", son.id.expose())));
    assert_eq!(cell(wang, &wang.members[0], "income.wage"), Cell::Money(240_000));
    assert_eq!(cell(wang, &wang.members[0], "spending.medical"), Cell::Empty);
    assert_eq!(cell(chen, &chen.members[0], "asset.vehicle/qualifier"), Cell::Text("普通机动车".into()));
    assert_eq!(cell(chen, &chen.members[1], "asset.vehicle/qualifier"), Cell::Empty);
    assert_eq!(cell(wang, son, "person.co-resident"), Cell::Text("是".into()));
    assert_eq!(cell(wang, son, "no.such-field"), Cell::Empty);
}

#[test]
fn the_file_of_mistakes_has_one_good_row_and_eleven_bad_ones() {
    let families = families(40);
    let headings =
        headings(&["household.number", "person.name", "person.id-number", "household.division", "income.wage"]);
    let rows = mistakes(&families[20..], &families[0], &headings);
    assert_eq!(rows.len(), 12);
    let id = |row: &[Cell]| match &row[2] {
        Cell::Text(text) => doudi_domain::id_number::IdNumber::parse(text).is_ok(),
        _ => false,
    };
    assert!(id(&rows[0]), "the first row is good");
    assert!(rows[1..4].iter().all(|row| !id(row)), "three numbers that cannot be");
    assert_eq!(rows[4][1], Cell::Empty);
}
