//! A family and a made-up county for the tests: who holds which office, and the usual way from the draft to the payment.

#![allow(dead_code, reason = "each test binary uses its part")]

use dibao::Dibao;
use doudi_sdk::doc::scenario::Scenario;
use doudi_sdk::prelude::*;
use doudi_sdk::testing::World;
use serde_json::json;

pub const MANIFEST: &str = include_str!("../../plugin.toml");
pub const CALENDAR: &str = include_str!("../../../../data/statutory-days.csv");
pub const FAMILY: Id = Id(1);

/// User ids and offices.
pub const CASEWORKER: (i64, &str) = (11, "town-caseworker");
pub const REVIEWER: (i64, &str) = (12, "town-reviewer");
pub const OFFICER: (i64, &str) = (21, "county-officer");
pub const APPROVER: (i64, &str) = (22, "county-approver");
pub const SYSTEM: (i64, &str) = (0, "system");

pub struct County {
    pub world: World,
}

pub fn household(members: serde_json::Value) -> Scenario {
    serde_json::from_value(json!({
        "name": "家庭", "date": "2022-07-01", "members": members, "expect": { "outcome": "dibao" }
    }))
    .expect("a household")
}

/// 户主 earns `wage` yuan with 300 of employment cost, 妻子 does not work, 女儿 goes to school.
pub fn three(wage: i64) -> Scenario {
    household(json!([
        { "who": "户主", "fields": { "person.relation": 2, "person.birth-date": "1975-03-08", "person.co-resident": true, "person.labour-capacity": 1, "person.employment": 1 },
          "items": [{ "field": "income.wage", "value": wage * 100 }, { "field": "income.employment-cost", "value": 30000 }] },
        { "who": "妻子", "fields": { "person.relation": 12, "person.birth-date": "1978-09-12", "person.co-resident": true, "person.labour-capacity": 2, "person.employment": 4 } },
        { "who": "女儿", "fields": { "person.relation": 30, "person.birth-date": "2012-05-01", "person.co-resident": true, "person.study": 2 } },
    ]))
}

impl County {
    pub fn new(scenario: &Scenario) -> County {
        let settings = json!({ "contact": "许镇民政办 0553-0000000", "reconsideration": "南陵县人民政府", "court": "南陵县人民法院", "word": "南民低保" });
        let world = World::new("2022-07-01")
            .manifest(MANIFEST)
            .example_parameters()
            .calendar(CALENDAR)
            .settings(&settings)
            .household(1, scenario);
        County { world }
    }

    pub fn as_user(&mut self, date: &str, (user, role): (i64, &str)) {
        self.world = self.world.clone().on(date).actor(user, role, 340_223_102_000);
    }

    /// Presses a button on the newest document of a collection, or creates one; applies what comes of it.
    pub fn press(
        &mut self,
        date: &str,
        who: (i64, &str),
        collection: &str,
        id: &str,
        values: serde_json::Value,
    ) -> Result<Effects> {
        self.as_user(date, who);
        let values = FormValues::parse(&values.to_string())?;
        let creating = matches!(id, "apply" | "start" | "report" | "file");
        let action = Action::new(collection, id).household(FAMILY).values(values);
        let action = if creating { action } else { action.on(self.world.latest(collection)) };
        let effects = self.world.run(|context| Dibao::act(context, action))?;
        self.world.apply(&effects);
        Ok(effects)
    }

    pub fn application(&mut self, date: &str, who: (i64, &str), id: &str, values: serde_json::Value) -> Effects {
        self.press(date, who, "application", id, values).unwrap_or_else(|refusal| panic!("{id}: {refusal}"))
    }

    pub fn refused(
        &mut self,
        date: &str,
        who: (i64, &str),
        collection: &str,
        id: &str,
        values: serde_json::Value,
    ) -> Refusal {
        match self.press(date, who, collection, id, values) {
            Err(refusal) => refusal,
            Ok(effects) => panic!("{id} was not refused: {effects:?}"),
        }
    }

    /// What a form shows when it opens on the newest document of a collection.
    pub fn opened(
        &mut self,
        date: &str,
        who: (i64, &str),
        collection: &str,
        form: &str,
    ) -> std::collections::BTreeMap<String, serde_json::Value> {
        self.as_user(date, who);
        let request = FillRequest {
            form: form.to_owned(),
            document: Some(self.world.latest(collection)),
            household: Some(FAMILY),
            ..FillRequest::default()
        };
        let fill = self.world.run(|context| Dibao::fill(context, request)).expect("a form");
        fill.values.into_iter().collect()
    }

    pub fn state(&self, collection: &str) -> String {
        self.world.latest(collection).state
    }

    /// Everything up to the opinion, complete from the start.
    pub fn surveyed(&mut self) {
        self.application("2022-07-01", CASEWORKER, "apply", complete());
        self.application("2022-07-01", CASEWORKER, "submit", json!({}));
        self.application("2022-07-04", CASEWORKER, "accept", json!({}));
        self.application("2022-07-05", CASEWORKER, "request-check", json!({}));
        self.application("2022-07-06", OFFICER, "record-check", check());
        self.application("2022-07-08", CASEWORKER, "survey", visit(13));
    }

    /// From the survey to the county's desk.
    pub fn posted(&mut self) {
        self.application("2022-07-11", REVIEWER, "opine", json!({ "proposal": "grant" }));
        self.application("2022-07-12", CASEWORKER, "post", json!({ "place": "奎湖村公示栏" }));
        self.application("2022-07-20", CASEWORKER, "close-posting", json!({ "no-objection": true, "papers": ["7"] }));
    }

    /// The household covered since August 2022.
    pub fn covered() -> County {
        let mut county = County::new(&three(1_800));
        county.surveyed();
        county.posted();
        county.application("2022-07-21", APPROVER, "confirm", json!({}));
        county
    }

    pub fn tick(&mut self, date: &str, job: &str) -> Effects {
        self.as_user(date, SYSTEM);
        let due: Date = date.parse().expect("a date");
        let step = self.world.run(|context| Dibao::tick(context, job, due, None)).expect("a step");
        self.world.apply(&step.effects);
        assert_eq!(step.next, None);
        step.effects
    }
}

pub fn complete() -> serde_json::Value {
    json!({ "applicant": "1", "basis": "family", "signed": ["1", "2"], "no-income": ["2"], "account-ready": true, "near-relative": "0", "declared": true })
}

pub fn check() -> serde_json::Value {
    json!({ "result": "pass", "report": "核对〔2022〕0001 号", "checked-on": "2022-07-06" })
}

pub fn visit(second: i64) -> serde_json::Value {
    json!({ "visited-on": "2022-07-08", "second": second.to_string(), "met": "1", "signed": true, "findings": "与申报一致" })
}
