//! A made-up county for the procedure tests: a small cast, buttons that are pressed, days that pass. The kernel's own checks
//! (office, state, deadlines) are tested with the kernel.
#![allow(dead_code, reason = "each test file uses its own part of the cast")]

use care_contracts::CareContracts;
use care_contracts::running::SCHEME;
use doudi_sdk::doc::scenario::Scenario;
use doudi_sdk::prelude::*;
use doudi_sdk::testing::World;
use serde_json::{Value, json};

const MANIFEST: &str = include_str!("../../plugin.toml");
const CALENDAR: &str = include_str!("../../../../data/statutory-days.csv");
pub const FAMILY: Id = Id(1);
/// The person who applies.
pub const OLD: Id = Id(1);

/// User ids and offices.
pub const VILLAGE: (i64, &str) = (31, "village-coordinator");
pub const CASEWORKER: (i64, &str) = (11, "town-caseworker");
pub const REVIEWER: (i64, &str) = (12, "town-reviewer");
pub const OFFICER: (i64, &str) = (21, "county-officer");
pub const APPROVER: (i64, &str) = (22, "county-approver");
pub const SYSTEM: (i64, &str) = (0, "system");

pub struct County {
    pub world: World,
}

pub fn household(members: Value) -> Scenario {
    serde_json::from_value(json!({
        "name": "家庭", "date": "2022-07-01", "members": members, "expect": { "outcome": "granted" }
    }))
    .expect("a household")
}

/// 67 years old, living alone, `income` yuan a month.
pub fn alone(income: i64) -> Scenario {
    household(json!([
        { "who": "老人", "fields": { "person.relation": 2, "person.birth-date": "1955-03-08", "person.co-resident": true },
          "items": [{ "field": "income.other", "value": income * 100 }] },
    ]))
}

impl County {
    pub fn new(scenario: &Scenario) -> County {
        let settings = json!({
            "contact": "许镇民政办 0553-0000000", "reconsideration": "南陵县人民政府", "court": "南陵县人民法院",
            "word": "南民特困", "unit": "南陵县民政局 0553-0000001",
        });
        let world = World::new("2022-07-01")
            .manifest(MANIFEST)
            .example_parameters()
            .calendar(CALENDAR)
            .settings(&settings)
            .household(1, scenario);
        County { world }
    }

    pub fn as_user(&mut self, date: &str, (user, role): (i64, &str)) {
        self.world = self.world.clone().on(date).actor(user, role, 340_223_101_000);
    }

    /// Presses a button on a document, or creates one; applies what comes of it.
    pub fn try_press(
        &mut self,
        date: &str,
        who: (i64, &str),
        on: Option<Document>,
        (collection, id): (&str, &str),
        values: Value,
    ) -> Result<Effects> {
        self.as_user(date, who);
        let values = FormValues::parse(&values.to_string())?;
        let action = Action::new(collection, id).household(FAMILY).values(values);
        let action = match on {
            Some(document) => action.on(document),
            None => action,
        };
        let effects = self.world.run(|context| CareContracts::act(context, action))?;
        self.world.apply(&effects);
        Ok(effects)
    }

    /// Creates a document.
    pub fn create(&mut self, date: &str, who: (i64, &str), button: (&str, &str), values: Value) -> Effects {
        self.try_press(date, who, None, button, values).unwrap_or_else(|refusal| panic!("{button:?}: {refusal}"))
    }

    /// Presses a button on the newest document of the collection.
    pub fn press(&mut self, date: &str, who: (i64, &str), button: (&str, &str), values: Value) -> Effects {
        let document = self.world.latest(button.0);
        self.try_press(date, who, Some(document), button, values)
            .unwrap_or_else(|refusal| panic!("{button:?}: {refusal}"))
    }

    pub fn refused(&mut self, date: &str, who: (i64, &str), button: (&str, &str), values: Value) -> Refusal {
        let creating =
            matches!(button.1, "apply" | "report" | "start" | "draft" | "register" | "record-new" | "submit")
                && !(button.0 == "application" && button.1 == "submit");
        let document = (!creating).then(|| self.world.latest(button.0));
        match self.try_press(date, who, document, button, values) {
            Err(refusal) => refusal,
            Ok(effects) => panic!("{button:?} was not refused: {effects:?}"),
        }
    }

    pub fn state(&self, collection: &str) -> String {
        self.world.latest(collection).state
    }

    pub fn body<T: serde::de::DeserializeOwned>(&self, collection: &str) -> T {
        self.world.latest(collection).body().expect("a body")
    }

    pub fn tick(&mut self, date: &str, job: &str) -> Effects {
        self.as_user(date, SYSTEM);
        let due: Date = date.parse().expect("a date");
        let step = self.world.run(|context| CareContracts::tick(context, job, due, None)).expect("a step");
        self.world.apply(&step.effects);
        assert_eq!(step.next, None);
        step.effects
    }

    pub fn react(&mut self, date: &str, event: Event) -> Effects {
        self.as_user(date, SYSTEM);
        let effects = self.world.run(|context| CareContracts::react(context, event)).expect("effects");
        self.world.apply(&effects);
        effects
    }

    pub fn ask(&self, topic: &str, on: &str, block: Block) -> Block {
        let on: Date = on.parse().expect("a date");
        self.world.run(|context| CareContracts::answer(context, topic, on, block)).expect("an answer")
    }

    /// The page as JSON.
    pub fn page(&self, request: PageRequest) -> String {
        let page = self.world.run(|context| CareContracts::view(context, request)).expect("a page");
        serde_json::to_string(&page).expect("JSON")
    }

    pub fn indicator(&mut self, on: &str, code: &str) -> (i64, i64) {
        self.as_user(on, OFFICER);
        let on: Date = on.parse().expect("a date");
        let figures = self
            .world
            .run(|context| CareContracts::indicators(context, on.first_of_month(), on.last_of_month()))
            .expect("figures");
        let figure = figures.into_iter().find(|figure| figure.code == code).expect("the figure");
        (figure.part, figure.whole)
    }

    /// Accepted, with everything the survey needs but the survey.
    pub fn accepted(scenario: &Scenario, values: Value) -> County {
        let mut county = County::new(scenario);
        county.create("2022-07-01", CASEWORKER, ("application", "apply"), values);
        county.press("2022-07-01", CASEWORKER, ("application", "submit"), json!({}));
        county.press("2022-07-04", CASEWORKER, ("application", "accept"), json!({}));
        county.press("2022-07-06", OFFICER, ("application", "record-check"), check());
        county
    }

    /// A self-care assessment of the person, `failed` of six items not met.
    pub fn assessed(&mut self, date: &str, failed: usize) -> Effects {
        self.assess(date, failed, true, None)
    }

    pub fn assess(&mut self, date: &str, failed: usize, will: bool, advice: Option<&str>) -> Effects {
        let cause = if self.world.decisions().is_empty() { "first" } else { "change" };
        let report = json!({ "member": "1", "cause": cause, "reported-on": date, "description": "中风后行动不便" });
        self.create(date, VILLAGE, ("assessment", "report"), report);
        self.press(date, OFFICER, ("assessment", "assess"), items(date, failed, will, advice))
    }

    /// From the survey to the county's desk: the first case of the year is always drawn for the county's check.
    pub fn reach_the_desk(&mut self) {
        self.press("2022-07-08", CASEWORKER, ("application", "survey"), survey(13, "2022-07-08"));
        self.press("2022-07-11", REVIEWER, ("application", "opine"), json!({ "proposal": "grant" }));
        self.press("2022-07-12", CASEWORKER, ("application", "post"), json!({ "place": "奎湖村公示栏" }));
        let values = json!({ "no-objection": true, "papers": ["7"] });
        self.press("2022-07-20", CASEWORKER, ("application", "close-posting"), values);
        self.press("2022-07-21", OFFICER, ("application", "county-visit"), survey(23, "2022-07-21"));
    }

    /// The old man supported at home in half care since August 2022, without an agreement yet.
    pub fn supported() -> County {
        let mut county = County::accepted(&alone(0), complete());
        county.assessed("2022-07-07", 3);
        county.reach_the_desk();
        county.press("2022-07-25", APPROVER, ("application", "confirm"), json!({ "form": "scattered" }));
        county
    }

    /// A carer on the register; returns his document.
    pub fn carer(&mut self, values: Value) -> Id {
        let mut form = json!({
            "division": "340223101201", "kind": "neighbour", "label": "三组邻居", "birth": "1972-05-01", "tekun": false,
            "healthy": true, "card": true,
        });
        merge(&mut form, values);
        self.create("2022-07-26", CASEWORKER, ("carer", "register"), form);
        self.world.latest("carer").id
    }

    /// Supported, with an agreement signed on 2022-08-01 for a year.
    pub fn cared() -> County {
        let mut county = County::supported();
        let carer = county.carer(json!({}));
        county.create("2022-07-27", CASEWORKER, ("agreement", "draft"), agreement(carer));
        county.press("2022-07-27", CASEWORKER, ("agreement", "print"), json!({}));
        county.press("2022-08-01", CASEWORKER, ("agreement", "sign"), signed("2022-08-01"));
        county
    }
}

pub fn merge(into: &mut Value, from: Value) {
    let (Some(into), Value::Object(from)) = (into.as_object_mut(), from) else { return };
    into.extend(from);
}

pub fn complete() -> Value {
    json!({
        "applicant": "1", "orphan": "none", "wish": "scattered", "no-obligors": true, "signed": true,
        "account-ready": true, "near-relative": false, "declared": true,
    })
}

pub fn check() -> Value {
    json!({ "result": "pass", "report": "核对〔2022〕0001 号", "checked-on": "2022-07-06" })
}

pub fn survey(second: i64, on: &str) -> Value {
    json!({
        "visited-on": on, "second": second.to_string(), "met": "1", "signed": true, "obligors-verified": true,
        "findings": "与申报一致",
    })
}

pub fn items(on: &str, failed: usize, will: bool, advice: Option<&str>) -> Value {
    let mut form = json!({ "assessed-on": on, "second": "24", "will": will });
    for (place, item) in ["bath", "walk", "toilet", "bed", "dress", "eat"].into_iter().enumerate() {
        form[item] = json!(if place < failed { "no" } else { "yes" });
    }
    if let Some(advice) = advice {
        form["advice"] = json!(advice);
    }
    form
}

pub fn agreement(carer: Id) -> Value {
    json!({
        "member": "1", "party": "town", "carer": carer.0.to_string(), "services": ["living", "watch", "hospital"],
        "times": 7, "from": "2022-08-01", "to": "2023-07-31", "fee": 20000, "payer": "county", "payee": "carer",
        "method": "每月打卡发放", "visitor": "31", "visit-days": 15, "emergency": ["village", "120"],
    })
}

pub fn signed(on: &str) -> Value {
    json!({
        "signed-on": on, "by-person": "self", "by-carer": "self", "by-party": true, "witness": "13", "papers": ["9"],
    })
}

pub fn visited(at: &str, more: Value) -> Value {
    let mut form = json!({
        "member": "1", "visited-at": at, "seen": true, "carer-came": true, "living": "good", "weaker": false,
        "where": "home", "card": "self", "findings": "精神尚好", "photos": ["41"],
    });
    merge(&mut form, more);
    form
}

/// Decisions of effects as `outcome yuan from`.
pub fn decided(effects: &Effects) -> Vec<String> {
    let line = |decision: &DecisionRecord| {
        assert_eq!(decision.scheme, SCHEME);
        format!("{} {} {}", decision.outcome, Fen(decision.amount), decision.from)
    };
    effects.decisions().map(line).collect()
}

/// The sentences of the first letter.
pub fn letter(effects: &Effects) -> String {
    let notice = effects.notices().next().expect("a letter");
    notice.paragraphs.iter().map(|text| text.zh.as_str()).collect::<Vec<_>>().join("\n")
}
