//! A made-up county for the tests: two towns with two villages each and a park with a virtual community (as the SDK plays 南陵县), who
//! holds which office, and the usual way into a post.

use coordinators::Coordinators;
use coordinators::quota::{Quota, Row};
use doudi_sdk::doc::page::Block as Shown;
use doudi_sdk::doc::scenario::Scenario;
use doudi_sdk::prelude::*;
use doudi_sdk::testing::World;
use serde_json::json;
use std::collections::BTreeMap;

pub const MANIFEST: &str = include_str!("../../plugin.toml");

/// Villages and communities, and what is none.
pub const WULI: i64 = 340_223_100_001;
pub const CHAFENG: i64 = 340_223_100_201;
pub const XUZHEN: i64 = 340_223_101_001;
pub const XIANFANG: i64 = 340_223_101_201;
pub const XUZHEN_TOWN: i64 = 340_223_101_000;
pub const VIRTUAL: i64 = 340_223_400_498;

/// User ids and offices.
pub const TOWN: (i64, &str) = (11, "town-caseworker");
pub const OFFICER: (i64, &str) = (21, "county-officer");
pub const APPROVER: (i64, &str) = (22, "county-approver");
pub const SYSTEM: (i64, &str) = (0, "system");

pub fn day(text: &str) -> Date {
    text.parse().expect("a test date")
}

pub fn population(village: i64, on: &str, count: i64) -> serde_json::Value {
    json!({ "division": village.to_string(), "on": on, "count": count, "source": "公安户籍年报" })
}

/// A full-time post of the public welfare.
pub fn post(village: i64, officer: i64) -> serde_json::Value {
    json!({ "division": village.to_string(), "officer": officer.to_string(), "time": "full", "source": "welfare", "allowance": 150_000, "kin": "no" })
}

/// A village cadre beside his office.
pub fn cadre(village: i64, officer: i64, allowance: i64) -> serde_json::Value {
    json!({ "division": village.to_string(), "officer": officer.to_string(), "time": "part", "source": "cadre", "allowance": allowance, "kin": "no" })
}

/// A contract of a year.
pub fn taking_up(from: &str) -> serde_json::Value {
    let until = day(from).add_years(1).add_days(-1);
    json!({ "from": from, "until": until.to_string(), "no-objection": true })
}

pub struct County {
    pub world: World,
    /// Open cases of another measure: document, household.
    cases: Vec<(i64, i64)>,
}

impl County {
    pub fn new() -> County {
        let world = World::new("2022-01-01").manifest(MANIFEST).example_parameters().settings(&json!({}));
        County { world, cases: Vec::new() }
    }

    pub fn as_user(&mut self, date: &str, (user, role): (i64, &str)) {
        self.world = self.world.clone().on(date).actor(user, role, 340_223_000_000);
    }

    /// A household of three in a village, covered by a measure that is invented here, with an open case.
    pub fn with_case(&mut self, household: i64, village: i64, document: i64) {
        let scenario: Scenario = serde_json::from_value(json!({
            "name": "家庭", "date": "2022-01-01", "household": { "household.division": village },
            "members": [{ "who": "户主", "fields": {} }], "expect": { "outcome": "" }
        }))
        .expect("a household");
        self.cases.push((document, household));
        let cases = self.cases.clone();
        let after = |block: &Block| {
            block.table("page").and_then(|page| page.int_column("after").map(|column| column.value(0))).expect("a page")
        };
        let open = cases.clone();
        self.world = self
            .world
            .clone()
            .household(household, &scenario)
            .forget_answers("benefit.cases")
            .forget_answers("benefit.recipients")
            .answer_with("benefit.cases", "relief", move |_, block| {
                let own: Vec<_> = open.iter().filter(|(document, _)| *document > after(block)).collect();
                let table = Table::new("case", own.len())
                    .ints("document", own.iter().map(|(document, _)| *document))
                    .ints("household", own.iter().map(|(_, household)| *household))
                    .texts("label", own.iter().map(|_| "困难救助"))
                    .ints("opened", own.iter().map(|_| day("2022-03-01")));
                Block::of(table)
            })
            .answer_with("benefit.recipients", "relief", move |_, block| {
                let own: Vec<_> = cases.iter().filter(|(_, household)| *household > after(block)).collect();
                let table = Table::new("recipient", own.len())
                    .ints("household", own.iter().map(|(_, household)| *household))
                    .ints("covered", own.iter().map(|_| 3_i64));
                Block::of(table)
            });
    }

    pub fn press_on(
        &mut self,
        date: &str,
        who: (i64, &str),
        document: Document,
        id: &str,
        values: serde_json::Value,
    ) -> Result<Effects> {
        self.as_user(date, who);
        let action = Action::new(&document.collection, id).on(document).values(FormValues::parse(&values.to_string())?);
        self.act(action)
    }

    /// Presses a button on the newest document of a collection.
    pub fn press(
        &mut self,
        date: &str,
        who: (i64, &str),
        collection: &str,
        id: &str,
        values: serde_json::Value,
    ) -> Result<Effects> {
        self.press_on(date, who, self.latest(collection), id, values)
    }

    /// Presses a button that creates a document.
    pub fn create(
        &mut self,
        date: &str,
        who: (i64, &str),
        collection: &str,
        id: &str,
        values: serde_json::Value,
    ) -> Result<Effects> {
        self.as_user(date, who);
        self.act(Action::new(collection, id).values(FormValues::parse(&values.to_string())?))
    }

    fn act(&mut self, action: Action) -> Result<Effects> {
        let effects = self.world.run(|context| Coordinators::act(context, action))?;
        self.world.apply(&effects);
        Ok(effects)
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

    pub fn record(&mut self, date: &str, village: i64, on: &str, count: i64) {
        let values = population(village, on, count);
        self.create(date, OFFICER, "population", "record", values).unwrap_or_else(|refusal| panic!("{refusal}"));
    }

    /// Corrects the newest number of a village.
    pub fn correct(&mut self, date: &str, village: i64, count: i64) {
        let own = |document: &&Document| document.collection == "population" && document.division == village;
        let document = self.world.documents().filter(own).last().expect("a number").clone();
        let values = json!({ "count": count, "reason": "漏登" });
        self.press_on(date, OFFICER, document, "correct", values).unwrap_or_else(|refusal| panic!("{refusal}"));
    }

    /// From the proposal into the post, ten days earlier than the day.
    pub fn take_up(&mut self, from: &str, values: serde_json::Value) {
        let before = day(from).add_days(-10).to_string();
        self.create(&before, TOWN, "post", "propose", values).unwrap_or_else(|refusal| panic!("{refusal}"));
        self.press(&before, OFFICER, "post", "publish", json!({ "place": "村公示栏" })).expect("posted");
        self.press(from, OFFICER, "post", "take-up", taking_up(from)).unwrap_or_else(|refusal| panic!("{refusal}"));
    }

    pub fn in_post(&mut self, from: &str, village: i64, officer: i64) {
        self.take_up(from, post(village, officer));
    }

    pub fn latest(&self, collection: &str) -> Document {
        self.world.latest(collection)
    }

    /// The post an officer is bound to.
    pub fn post_of(&self, officer: i64) -> Document {
        let posts = self.world.run(|_| coordinators::post::of_officer(Id(officer))).expect("posts");
        posts.first().expect("a post").document.clone()
    }

    /// What the newest paper gives each village.
    pub fn numbers(&self) -> Vec<(i64, u32)> {
        let body: Quota = self.latest("quota").body().expect("a quota");
        body.rows.iter().map(|row: &Row| (row.division, row.number())).collect()
    }

    pub fn tick(&mut self, date: &str, job: &str) -> Effects {
        self.as_user(date, SYSTEM);
        let step = self.world.run(|context| Coordinators::tick(context, job, context.today, None)).expect("a step");
        self.world.apply(&step.effects);
        assert_eq!(step.next, None);
        step.effects
    }

    pub fn intake(&mut self, date: &str, rows: Block) -> Taken {
        self.as_user(date, OFFICER);
        let taken = self.world.run(|context| Coordinators::intake(context, "population", rows)).expect("taken");
        self.world.apply(&taken.effects);
        taken
    }

    pub fn page(&self, request: PageRequest) -> String {
        let name = request.page.clone();
        let page = self.world.run(|context| Coordinators::view(context, request));
        serde_json::to_string(&page.unwrap_or_else(|refusal| panic!("{name}: {refusal}"))).expect("JSON")
    }

    fn indicators(&self, begins: &str, ends: &str) -> Vec<Indicator> {
        self.world.run(|context| Coordinators::indicators(context, day(begins), day(ends))).expect("figures")
    }

    /// Part and whole by code.
    pub fn figures(&self, begins: &str, ends: &str) -> BTreeMap<String, (i64, i64)> {
        self.indicators(begins, ends).into_iter().map(|figure| (figure.code, (figure.part, figure.whole))).collect()
    }

    /// Each figure against the list behind it: `trained` and `several` count its rows, `staffing` adds up its column of requirements.
    pub fn compare_lists(&self, begins: &str, ends: &str) {
        for figure in self.indicators(begins, ends) {
            let rows = self.rows(&figure.drill_down);
            let column = |at: usize| {
                rows.iter().map(move |row| match &row[at] {
                    Cell::Number { number } => *number,
                    other => panic!("{other:?} is no number"),
                })
            };
            let (counted, expected) = match figure.code.as_str() {
                "staffing" => (column(4).sum(), figure.whole),
                "vacancy-days" => (column(2).sum(), figure.whole),
                "several" => (rows.len() as i64, figure.part),
                _ => (rows.len() as i64, figure.whole),
            };
            assert_eq!(counted, expected, "{}", figure.drill_down);
        }
    }

    /// The rows of the longest table of a page.
    fn rows(&self, address: &str) -> Vec<Vec<Cell>> {
        let (name, query) = address.split_once('?').unwrap_or((address, ""));
        let mut request = PageRequest::new(name);
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').expect("key=value");
            request = request.with(key, value);
        }
        let page = self.world.run(|context| Coordinators::view(context, request)).expect("the page");
        let last = page.blocks.iter().rev().find_map(|block| match block {
            Shown::Table { rows, .. } => Some(rows.iter().map(|row| row.cells.clone()).collect()),
            _ => None,
        });
        last.unwrap_or_default()
    }

    /// Duties as `code due done/of`.
    pub fn duties(&self, begins: &str, ends: &str) -> Vec<String> {
        let period = Table::new("period", 1).ints("begins", [day(begins)]).ints("ends", [day(ends)]);
        let answer = self
            .world
            .run(|context| Coordinators::answer(context, "duty.due", context.today, Block::of(period)))
            .expect("an answer");
        let table = answer.table("duty").expect("the table");
        let ints = |name: &str| table.int_column(name).expect("numbers");
        (0..table.rows as usize)
            .map(|row| {
                let code = table.text_column("code").expect("codes").get(row).unwrap_or_default();
                let due = Date::from_days(ints("due").value(row) as i32);
                format!("{code} {due} {}/{}", ints("done").value(row), ints("of").value(row))
            })
            .collect()
    }
}
