//! Six families of 南陵县 whose answers a caseworker works out in her head, at a standard of 710.00 and financial assets of 24
//! months of it.

use crate::support::server::TestServer;
use crate::support::{family, guests, people};
use doudi_domain::catalogue;
use doudi_domain::fact::Value;
use doudi_domain::household::NewHousehold;
use doudi_domain::id_number::IdNumber;
use doudi_domain::person::NewPerson;
use doudi_domain::{Date, DivisionCode, HouseholdId};
use doudi_server::app::plugin::GrantChoice;
use doudi_storage::import::{ImportFact, ImportHousehold, ImportMember, ImportPerson};
use jiff::civil::date;

pub const DAY: Date = date(2022, 7, 20);
/// A village of another town.
const OTHER_VILLAGE: i64 = 340_223_100_201;

/// A family: its number, where, members on file, of whom the last is not counted, and what is on file of the head: field,
/// amount, from, to.
struct Case {
    number: &'static str,
    village: i64,
    members: u32,
    uncounted: bool,
    facts: &'static [(&'static str, i64, Date, Option<Date>)],
}

const SINCE: Date = date(2021, 1, 1);

const CASES: [Case; 6] = [
    // 1,500 between three: 2,130 − 1,500 = 630.00. Earns 333.33 less from the next spring on.
    Case {
        number: "worker",
        village: people::VILLAGE,
        members: 3,
        uncounted: false,
        facts: &[
            ("income.wage", 150_000, SINCE, Some(date(2022, 8, 31))),
            ("income.wage", 116_667, date(2022, 9, 1), None),
        ],
    },
    // 1,500 between two is not below 1,420, and within 2,130: 边缘, without money.
    Case {
        number: "edge",
        village: people::VILLAGE,
        members: 2,
        uncounted: false,
        facts: &[("income.wage", 150_000, SINCE, None)],
    },
    // No income, 10,000 saved of 17,040 allowed: 710.00.
    Case {
        number: "saver",
        village: people::VILLAGE,
        members: 1,
        uncounted: false,
        facts: &[("asset.deposit", 1_000_000, SINCE, None)],
    },
    // Two of three are counted: 1,420 − 400 = 1,020.00.
    Case {
        number: "uncounted",
        village: people::VILLAGE,
        members: 3,
        uncounted: true,
        facts: &[("income.wage", 40_000, SINCE, None)],
    },
    // No income, 50,000 saved of 34,080 allowed.
    Case {
        number: "rich",
        village: people::VILLAGE,
        members: 2,
        uncounted: false,
        facts: &[("asset.deposit", 5_000_000, SINCE, None)],
    },
    // 5,000 between four lies above 4,260.
    Case {
        number: "far",
        village: OTHER_VILLAGE,
        members: 4,
        uncounted: false,
        facts: &[("income.wage", 500_000, SINCE, None)],
    },
];

pub struct Caseload {
    households: Vec<HouseholdId>,
}

impl Caseload {
    /// The families, the measure with everything it asks for, and the county's parameters.
    pub async fn enter(server: &TestServer) -> Caseload {
        Caseload::enter_with(server, GrantChoice::All).await
    }

    pub async fn enter_with(server: &TestServer, grants: GrantChoice) -> Caseload {
        server.enable(&guests::plugin("dibao"), &[people::COUNTY], date(2022, 1, 1), grants).await;
        Caseload::parameters(server).await;
        Caseload::families(server).await
    }

    pub async fn parameters(server: &TestServer) {
        let days = |day| i64::from(doudi_domain::calendar::days(day));
        for (code, value) in [
            ("dibao.standard", 71_000),
            ("dibao.edge-ratio", 15_000),
            ("dibao.pension-exclusion-until", days(date(2025, 12, 31))),
            ("dibao.asset-financial-months", 24),
        ] {
            server.set_parameter(people::COUNTY, code, value, date(2022, 7, 1)).await;
        }
    }

    pub async fn families(server: &TestServer) -> Caseload {
        let actor = server.system(people::COUNTY);
        let mut write = server.app.storage.write(&actor, server.app.now()).await.expect("a write");
        let mut sequence = 0;
        let households: Vec<ImportHousehold> = CASES.iter().map(|case| household(case, &mut sequence)).collect();
        let imported =
            write.household_import_many(&households, "shadow").await.unwrap_or_else(|error| panic!("{error}"));
        write.commit().await.expect("the families are entered");
        Caseload { households: imported.into_iter().map(|imported| imported.household).collect() }
    }

    pub fn number(&self, household: HouseholdId) -> &'static str {
        let at = self.households.iter().position(|known| *known == household).expect("a family of these");
        CASES[at].number
    }

    pub fn id(&self, number: &str) -> HouseholdId {
        let at = CASES.iter().position(|case| case.number == number).expect("a family of these");
        self.households[at]
    }
}

fn household(case: &Case, sequence: &mut u32) -> ImportHousehold {
    let members = (0..case.members).map(|place| {
        *sequence += 1;
        let facts = case.facts.iter().filter(|_| place == 0).map(|(code, value, from, to)| ImportFact {
            field: catalogue::find(code).expect("a catalogue code").code,
            value: Value::Int(*value),
            qualifier: 0,
            from: *from,
            to: *to,
            source: 1,
            note: String::new(),
        });
        let number = family::id_number(&format!("34022319800101{sequence:03}"));
        let id_number = IdNumber::parse(&number).unwrap_or_else(|error| panic!("{number}: {error}"));
        ImportMember {
            person: ImportPerson::New(NewPerson {
                name: format!("周某{sequence}"),
                sex: id_number.sex(),
                id_number,
                birth_date: date(1980, 1, 1),
                ethnicity: 1,
                hukou_address: String::new(),
                phone: None,
                division: DivisionCode::new(case.village).expect("a village"),
            }),
            relation: if place == 0 { 2 } else { 20 },
            co_resident: true,
            uncounted_reason: u8::from(case.uncounted && place + 1 == case.members),
            from: SINCE,
            facts: facts.collect(),
        }
    });
    ImportHousehold {
        household: NewHousehold {
            number: case.number.to_owned(),
            division: DivisionCode::new(case.village).expect("a village"),
            hukou_division: None,
            address: String::new(),
        },
        members: members.collect(),
        facts: Vec::new(),
    }
}
