//! 张家: a couple and their son in 黄墓村 of 许镇, invented, with computed check digits. 王芳 enters them as she would.

use super::people;
use super::server::TestServer;
use doudi_domain::id_number::IdNumber;
use doudi_domain::{Date, DivisionCode, HouseholdId, PersonId};
use doudi_server::app::household::{self, FactDraft, HouseholdDraft, MemberDraft, PersonDraft};
use jiff::civil::date;

/// The family's number, street and names: what nobody outside may come across.
pub const NUMBER: &str = "XZ-2022-0417";
pub const ADDRESS: &str = "黄墓村七组槐树下";
pub const HEAD: &str = "张建国";
pub const WIFE: &str = "李秀英";
pub const SON: &str = "张小军";
pub const PHONE: &str = "13800000417";

pub struct Family {
    pub household: HouseholdId,
    pub head: PersonId,
    pub wife: PersonId,
}

/// A number with its check character: 17 digits given.
pub fn id_number(first_17: &str) -> String {
    format!("{first_17}{}", IdNumber::check_character(first_17.as_bytes()) as char)
}

pub fn head_number() -> String {
    id_number("34022319680512041")
}

pub fn wife_number() -> String {
    id_number("34262319700823062")
}

pub fn son_number() -> String {
    id_number("34022320080910017")
}

fn person(name: &str, id_number: String, phone: &str) -> PersonDraft {
    PersonDraft {
        name: name.to_owned(),
        id_number,
        ethnicity: 1,
        hukou_address: ADDRESS.to_owned(),
        phone: phone.to_owned(),
    }
}

/// A fact of a person as an officer types it.
pub fn fact(person: PersonId, field: &str, value: &str, from: Date) -> FactDraft {
    FactDraft {
        person: Some(person),
        field: field.to_owned(),
        value: value.to_owned(),
        qualifier: 0,
        from,
        to: None,
        source: 1,
        note: String::new(),
        supersedes: None,
        evidence: None,
    }
}

impl Family {
    /// Three members; wage 1,800 with 300 of employment cost: the first worked example of the handbook.
    pub async fn enter(server: &TestServer) -> Family {
        let (app, wang_fang) = (&server.app, server.actor(people::WANG_FANG));
        let since = date(2021, 1, 1);
        let draft = HouseholdDraft {
            number: NUMBER.to_owned(),
            division: DivisionCode::new(people::VILLAGE).expect("a village"),
            hukou_division: None,
            address: ADDRESS.to_owned(),
            head: person(HEAD, head_number(), PHONE),
        };
        let household = household::create(app, &wang_fang, draft).await.unwrap_or_else(|error| panic!("{error}"));
        let mut members = Vec::new();
        for (name, number, relation) in [(WIFE, wife_number(), 12), (SON, son_number(), 20)] {
            let draft = MemberDraft {
                person: person(name, number, ""),
                relation,
                co_resident: true,
                uncounted_reason: 0,
                from: since,
            };
            members.push(
                household::add_member(app, &wang_fang, household, draft)
                    .await
                    .unwrap_or_else(|error| panic!("{error}")),
            );
        }
        let [wife, son] = members[..] else { panic!("two members were added") };
        let file = household::file(app, &wang_fang, household, None).await.expect("her own family");
        let head = file.members.iter().find(|member| member.is_head).expect("a head").person;
        for (person, field, value) in [
            (head, "income.wage", "1800"),
            (head, "income.employment-cost", "300"),
            (head, "person.employment", "2"),
            (head, "person.labour-capacity", "1"),
            (wife, "person.employment", "5"),
            (wife, "person.labour-capacity", "2"),
            (son, "person.employment", "7"),
            (son, "person.study", "3"),
        ] {
            household::record_fact(app, &wang_fang, household, fact(person, field, value, since))
                .await
                .unwrap_or_else(|error| panic!("{field}: {error}"));
        }
        Family { household, head, wife }
    }
}
