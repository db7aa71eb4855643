//! An invented county: two towns with a village each, and a neighbour county. Names and numbers are made up; the numbers
//! carry a correct check character.

use doudi_domain::catalogue::{self, FieldCode};
use doudi_domain::fact::{NewFact, Subject, Value};
use doudi_domain::household::NewHousehold;
use doudi_domain::id_number::IdNumber;
use doudi_domain::identity::Role;
use doudi_domain::person::NewPerson;
use doudi_domain::{Actor, County, Date, DivisionCode, Error, HouseholdId, Instant, PersonId, Result, Scope, UserId};
use doudi_storage::document::{DocumentPut, DocumentTarget};
use doudi_storage::household::NewMembership;
use doudi_storage::{Snapshot, Storage, Write};
use jiff::civil::date;

pub const COUNTY: i64 = 340_223_000_000;
pub const TOWN: i64 = 340_223_100_000;
pub const VILLAGE: i64 = 340_223_100_201;
pub const OTHER_TOWN: i64 = 340_223_101_000;
pub const OTHER_VILLAGE: i64 = 340_223_101_201;
pub const OTHER_COUNTY: i64 = 340_202_000_000;
pub const OTHER_COUNTY_VILLAGE: i64 = 340_202_001_001;
pub const CITY: i64 = 340_200_000_000;

/// 2022-07-06 10:00 in China.
pub const NOW: Instant = Instant(1_657_072_800_000_000);

pub fn code(value: i64) -> DivisionCode {
    DivisionCode::new(value).expect("a 12-digit code")
}

pub fn scope(value: i64) -> Scope {
    Scope { division: code(value) }
}

pub fn system(division: i64) -> Actor {
    Actor::System { division: code(division) }
}

pub fn officer(role: Role, division: i64) -> Actor {
    Actor::User { id: UserId(9_000), name: "测试人员".into(), role, division: code(division) }
}

pub fn county() -> County {
    code(COUNTY).county()
}

pub fn today() -> Date {
    NOW.date()
}

pub fn day(text: &str) -> Date {
    text.parse().expect("a date")
}

pub fn field(code: &str) -> FieldCode {
    catalogue::find(code).expect("a field of the catalogue").code
}

/// The number of a person born on that day; `sequence` 0–999 tells people apart.
pub fn id_number(born: Date, sequence: u32) -> IdNumber {
    let mut digits = format!("340223{:04}{:02}{:02}{sequence:03}", born.year(), born.month(), born.day());
    digits.push(IdNumber::check_character(digits.as_bytes()) as char);
    IdNumber::parse(&digits).expect("a correct number")
}

pub fn person(name: &str, sequence: u32, division: i64) -> NewPerson {
    let born = date(1970 + (sequence / 900) as i16, 3, 5);
    let number = id_number(born, sequence % 900 + 1);
    NewPerson {
        name: name.into(),
        sex: number.sex(),
        id_number: number,
        birth_date: born,
        ethnicity: 1,
        hukou_address: "某县某镇某村".into(),
        phone: Some(format!("1380000{:04}", 1000 + sequence % 9000)),
        division: code(division),
    }
}

pub fn household(number: &str, division: i64) -> NewHousehold {
    NewHousehold {
        number: number.into(), division: code(division), hukou_division: None, address: "1 组 2 号".into()
    }
}

pub fn membership(household: HouseholdId, person: PersonId, relation: u8) -> NewMembership {
    NewMembership { household, person, relation, co_resident: true, uncounted_reason: 0, from: date(2020, 1, 1) }
}

pub fn fact(subject: Subject, code: &str, value: Value) -> NewFact {
    NewFact {
        subject,
        field: field(code),
        value,
        qualifier: 0,
        from: date(2022, 1, 1),
        to: None,
        source: 1,
        note: String::new(),
        batch: None,
        evidence: None,
        supersedes: None,
    }
}

/// A family of these names in the village; `first` keeps its numbers apart from other families'.
pub async fn family(
    write: &mut Write,
    number: &str,
    division: i64,
    first: u32,
    names: &[&str],
) -> Result<(HouseholdId, Vec<PersonId>)> {
    let id = write.household_create(&household(number, division)).await?;
    let mut persons = Vec::new();
    for (index, name) in names.iter().enumerate() {
        let person = write.person_create(&person(name, first + index as u32, division)).await?;
        write.membership_add(&membership(id, person, if index == 0 { 2 } else { 20 })).await?;
        persons.push(person);
    }
    Ok((id, persons))
}

/// The same, committed.
pub async fn settled(
    storage: &Storage,
    number: &str,
    division: i64,
    first: u32,
    names: &[&str],
) -> (HouseholdId, Vec<PersonId>) {
    let county = code(division).county().division().value();
    let mut write = storage.write(&system(county), NOW).await.expect("a write");
    let made = family(&mut write, number, division, first, names).await.expect("a family");
    write.commit().await.expect("a commit");
    made
}

pub async fn snapshot(storage: &Storage, division: i64) -> Snapshot {
    storage.snapshot(scope(division)).await.expect("a snapshot")
}

pub async fn write(storage: &Storage) -> Write {
    storage.write(&system(COUNTY), NOW).await.expect("a write")
}

pub fn case(key: &str, household: Option<HouseholdId>, division: i64) -> DocumentPut {
    DocumentPut {
        target: DocumentTarget::New { plugin: "sample".into(), collection: "case".into(), key: key.into() },
        title: format!("申请 {key}"),
        household,
        person: None,
        division: code(division),
        state: "draft".into(),
        assignee_role: Some(Role::TownCaseworker),
        assignee: None,
        since: today(),
        due: Some(day("2022-07-10")),
        final_state: false,
        body: r#"{"a":1}"#.into(),
        index: vec![("year".into(), "2022".into())],
        action: "begin".into(),
        note: String::new(),
    }
}

#[track_caller]
pub fn assert_not_found<T: std::fmt::Debug>(result: Result<T>) {
    assert!(matches!(result, Err(Error::NotFound { .. })), "{result:?}");
}

#[track_caller]
pub fn assert_conflict<T: std::fmt::Debug>(result: Result<T>) {
    assert!(matches!(result, Err(Error::Conflict { .. })), "{result:?}");
}

#[track_caller]
pub fn assert_forbidden<T: std::fmt::Debug>(result: Result<T>) {
    assert!(matches!(result, Err(Error::Forbidden { .. })), "{result:?}");
}
