//! A made-up county for the tests: two towns, a few households, measures that are invented (`relief`, `care`), and people with offices.

use delegated_approval::DelegatedApproval;
use delegated_approval::check::Check;
use delegated_approval::draw::Draw;
use doudi_sdk::doc::manifest::Manifest;
use doudi_sdk::doc::scenario::Scenario;
use doudi_sdk::prelude::*;
use doudi_sdk::testing::World;
use serde_json::json;
use std::sync::OnceLock;

pub const MANIFEST: &str = include_str!("../../plugin.toml");
const CALENDAR: &str = include_str!("../../../../data/statutory-days.csv");

pub const COUNTY: i64 = 340_223_000_000;
pub const XU: i64 = 340_223_101_000;
pub const JISHAN: i64 = 340_223_100_000;

/// User ids and offices.
pub type Who = (i64, &'static str);
pub const CASEWORKER: Who = (11, "town-caseworker");
pub const REVIEWER: Who = (12, "town-reviewer");
pub const SURVEYOR: Who = (13, "town-caseworker");
pub const OFFICER: Who = (21, "county-officer");
pub const APPROVER: Who = (22, "county-approver");
pub const SECOND: Who = (23, "county-officer");
pub const SYSTEM: Who = (0, "system");

pub fn day(text: &str) -> Date {
    text.parse().expect("a test date")
}

/// One decision of an invented measure; its case was opened ten days before.
#[derive(Clone, Debug)]
pub struct Ruled {
    pub document: i64,
    pub household: i64,
    pub scheme: &'static str,
    pub outcome: &'static str,
    pub level: &'static str,
    pub on: Date,
    pub surveyor: i64,
    pub decider: i64,
    pub relative: bool,
    pub objection: bool,
}

/// A case under way.
#[derive(Clone, Debug)]
pub struct Open {
    pub document: i64,
    pub household: i64,
    pub scheme: &'static str,
    pub opened: Date,
    pub surveyor: Option<i64>,
}

pub fn granted(document: i64, household: i64, on: &str) -> Ruled {
    Ruled {
        document,
        household,
        scheme: "relief",
        outcome: "granted",
        level: "town",
        on: day(on),
        surveyor: SURVEYOR.0,
        decider: REVIEWER.0,
        relative: false,
        objection: false,
    }
}

pub fn refused(document: i64, household: i64, on: &str) -> Ruled {
    Ruled { outcome: "refused", ..granted(document, household, on) }
}

fn label(scheme: &str) -> &'static str {
    if scheme == "relief" { "困难救助" } else { "照料补助" }
}

/// The columns of `approval.decided`.
pub fn decided_block(scheme: &str, ruled: &[Ruled], question: &Block) -> Block {
    let period = question.table("period").expect("the question has a period");
    let value = |name: &str| period.int_column(name).expect("a column").get(0).expect("a value");
    let (from, to, after, limit) = (value("from"), value("to"), value("after"), value("limit") as usize);
    let on = |row: &&Ruled| i64::from(row.on) >= from && i64::from(row.on) <= to;
    let mut rows: Vec<&Ruled> =
        ruled.iter().filter(|row| row.scheme == scheme && row.document > after).filter(on).collect();
    rows.sort_by_key(|row| row.document);
    rows.truncate(limit);
    Block::of(
        Table::new("decided", rows.len())
            .ints("document", rows.iter().map(|row| row.document))
            .ints("household", rows.iter().map(|row| row.household))
            .optional_ints("person", rows.iter().map(|_| None::<i64>))
            .texts("scheme", rows.iter().map(|row| row.scheme))
            .texts("label", rows.iter().map(|row| label(row.scheme)))
            .texts("outcome", rows.iter().map(|row| row.outcome))
            .texts("level", rows.iter().map(|row| row.level))
            .ints("on", rows.iter().map(|row| row.on))
            .ints("surveyor", rows.iter().map(|row| row.surveyor))
            .ints("decider", rows.iter().map(|row| row.decider))
            .ints("relative", rows.iter().map(|row| i64::from(row.relative)))
            .ints("objection", rows.iter().map(|row| i64::from(row.objection)))
            .ints("amount", rows.iter().map(|row| if row.outcome == "granted" { 63_000_i64 } else { 0 }))
            .ints("decision", rows.iter().map(|row| row.document + 10_000)),
    )
}

/// The columns of `benefit.cases`, without those a measure may leave out.
pub fn cases_block(scheme: &str, open: &[Open], question: &Block) -> Block {
    let page = question.table("page").expect("the question has a page");
    let after = page.int_column("after").expect("a column").get(0).expect("a value");
    let rows: Vec<&Open> = open.iter().filter(|row| row.scheme == scheme && row.document > after).collect();
    let surveyed = rows.iter().any(|row| row.surveyor.is_some());
    let table = Table::new("case", rows.len())
        .ints("document", rows.iter().map(|row| row.document))
        .ints("household", rows.iter().map(|row| row.household))
        .texts("scheme", rows.iter().map(|row| row.scheme))
        .texts("label", rows.iter().map(|row| label(row.scheme)))
        .ints("opened", rows.iter().map(|row| row.opened))
        .ints("proxy", rows.iter().map(|_| 0_i64));
    Block::of(if surveyed { table.optional_ints("surveyor", rows.iter().map(|row| row.surveyor)) } else { table })
}

#[derive(Clone)]
pub struct County {
    pub world: World,
    pub ruled: Vec<Ruled>,
    pub open: Vec<Open>,
}

/// A household in a village; `relative`: its head is a near relative of a handler.
pub fn home(village: i64, relative: bool) -> Scenario {
    serde_json::from_value(json!({
        "name": "家庭", "date": "2022-07-01", "expect": { "outcome": "none" },
        "household": { "household.division": village },
        "members": [{ "who": "户主", "fields": { "person.near-relative": i64::from(relative) }, "items": [] }],
    }))
    .expect("a household")
}

impl County {
    /// Households 1 to 40 live in 许镇镇, 41 to 80 in 籍山镇; 40 is a near relative's.
    pub fn new() -> County {
        let mut world = World::new("2022-06-01")
            .manifest(MANIFEST)
            .example_parameters()
            .calendar(CALENDAR)
            .settings(&json!({ "schemes": "relief=困难救助" }));
        for id in 1..=80 {
            let village = if id <= 40 { XU + 201 } else { JISHAN + 201 };
            world = world.household(id, &home(village, id == 40));
        }
        County { world, ruled: Vec::new(), open: Vec::new() }
    }

    /// The two towns have the power since 1 July.
    pub fn delegated() -> County {
        let mut county = County::new();
        for town in [XU, JISHAN] {
            county.order("2022-06-20", town, "2022-07-01");
        }
        county
    }

    pub fn order(&mut self, on: &str, town: i64, from: &str) {
        self.press(on, OFFICER, "order", "draft", order_form(town, from)).expect("drafted");
        self.press(on, APPROVER, "order", "adopt", json!({})).expect("adopted");
    }

    pub fn as_user(&mut self, date: &str, (user, role): Who) {
        let division = if role.starts_with("town") { XU } else { COUNTY };
        let mut world = self
            .world
            .clone()
            .on(date)
            .actor(user, role, division)
            .forget_answers("approval.decided")
            .forget_answers("benefit.cases");
        for scheme in ["care", "relief"] {
            let (ruled, open) = (self.ruled.clone(), self.open.clone());
            world = world
                .answer_with("approval.decided", scheme, move |_, block| decided_block(scheme, &ruled, block))
                .answer_with("benefit.cases", scheme, move |_, block| cases_block(scheme, &open, block));
        }
        self.world = world;
    }

    /// Presses a button on the newest document of a collection, or creates one; applies what comes of it.
    pub fn press(
        &mut self,
        date: &str,
        who: Who,
        collection: &str,
        id: &str,
        values: serde_json::Value,
    ) -> Result<Effects> {
        let creating = matches!(id, "draft" | "found" | "convene");
        let document = (!creating).then(|| self.world.latest(collection));
        self.press_on(date, who, collection, document, id, values)
    }

    pub fn press_on(
        &mut self,
        date: &str,
        who: Who,
        collection: &str,
        document: Option<Document>,
        id: &str,
        values: serde_json::Value,
    ) -> Result<Effects> {
        self.as_user(date, who);
        assert_may(collection, id, who, document.as_ref());
        let values = FormValues::parse(&values.to_string())?;
        let action = Action::new(collection, id).values(values);
        let action = match document {
            Some(document) => action.on(document),
            None => action,
        };
        let effects = self.world.run(|context| DelegatedApproval::act(context, action))?;
        for put in effects.documents() {
            assert_way(put, &self.world, id);
        }
        self.world.apply(&effects);
        Ok(effects)
    }

    /// Presses a button and expects a refusal.
    pub fn refuse(&mut self, date: &str, who: Who, collection: &str, id: &str, values: serde_json::Value) -> Refusal {
        match self.press(date, who, collection, id, values) {
            Err(refusal) => refusal,
            Ok(effects) => panic!("{id} was not refused: {effects:?}"),
        }
    }

    /// A job, to its end; what its steps wished.
    pub fn tick(&mut self, date: &str, job: &str) -> Vec<Effects> {
        self.as_user(date, SYSTEM);
        let mut cursor: Option<String> = None;
        let mut wished = Vec::new();
        loop {
            let step = self
                .world
                .run(|context| DelegatedApproval::tick(context, job, context.today, cursor.as_deref()))
                .unwrap_or_else(|refusal| panic!("{date} {cursor:?}: {refusal}"));
            for put in step.effects.documents() {
                assert_way(put, &self.world, "");
            }
            self.world.apply(&step.effects);
            wished.push(step.effects);
            match step.next {
                Some(next) => {
                    assert_ne!(cursor.as_ref(), Some(&next), "a step comes twice");
                    cursor = Some(next);
                }
                None => return wished,
            }
            assert!(wished.len() < 100, "the job does not end");
        }
    }

    /// Every day's job from one day to another, both included.
    pub fn days(&mut self, from: &str, to: &str) {
        let mut day = day(from);
        while day <= self::day(to) {
            self.tick(&day.to_string(), "spot-check");
            day = day.add_days(1);
        }
    }

    pub fn draw(&self, period: &str) -> (Document, Draw) {
        let found = self.world.documents().find(|document| document.collection == "draw" && document.key == period);
        let document = found.unwrap_or_else(|| panic!("no draw of {period}")).clone();
        let body = document.body().expect("the body of a draw");
        (document, body)
    }

    pub fn checks(&self) -> Vec<(Document, Check)> {
        let checks = self.world.documents().filter(|document| document.collection == "check");
        checks.map(|document| (document.clone(), document.body().expect("the body of a check"))).collect()
    }

    pub fn check_of(&self, case: i64) -> (Document, Check) {
        self.checks()
            .into_iter()
            .find(|(_, check)| check.case == Id(case))
            .unwrap_or_else(|| panic!("no check of {case}"))
    }

    pub fn state(&self, collection: &str) -> String {
        self.world.latest(collection).state
    }

    /// What the town or county is told of a household's case accepted on a day.
    pub fn authority(&self, household: i64, scheme: &str, on: &str) -> String {
        let block = Block::of(Table::new("case", 1).ints("household", [household]).texts("scheme", [scheme]));
        let answer = self.world.run(|context| DelegatedApproval::answer(context, "approval.authority", day(on), block));
        let answer = answer.expect("an answer");
        let table = answer.table("authority").expect("the table");
        table.text_column("level").expect("levels").get(0).expect("a level").to_owned()
    }

    pub fn page(&self, request: PageRequest) -> String {
        let name = request.page.clone();
        let page = self.world.run(|context| DelegatedApproval::view(context, request));
        serde_json::to_string(&page.unwrap_or_else(|refusal| panic!("{name}: {refusal}"))).expect("JSON")
    }
}

pub fn order_form(town: i64, from: &str) -> serde_json::Value {
    json!({
        "number": format!("南民〔2022〕{}号", town % 1_000_000 / 1_000), "issuer": "南陵县民政局", "issued": "2022-06-15",
        "town": format!("{town:012}"), "schemes": ["relief"], "from": from,
    })
}

/// Read once: the file is long.
pub fn manifest() -> &'static Manifest {
    static READ: OnceLock<Manifest> = OnceLock::new();
    READ.get_or_init(|| Manifest::from_toml(MANIFEST).expect("the manifest"))
}

/// What the kernel checks before a plugin is asked: state and office.
fn assert_may(collection: &str, id: &str, (_, role): Who, document: Option<&Document>) {
    let manifest = manifest();
    let workflow = &manifest.collection(collection).expect("the collection").workflow;
    let action = workflow.action(id).unwrap_or_else(|| panic!("no action {id}"));
    let state = document.map_or(workflow.initial.as_str(), |document| document.state.as_str());
    assert!(action.from.iter().any(|from| from == state), "{id} from {state}");
    assert!(action.roles.iter().any(|allowed| allowed == role), "{id} by {role}");
}

/// What the kernel checks of a wish: indexes, state, and a way that leads there.
fn assert_way(put: &DocumentPut, world: &World, id: &str) {
    let manifest = manifest();
    let collection = manifest.collection(&put.collection).expect("the collection");
    assert!(put.indexes.keys().all(|index| collection.indexes.contains(index)), "{:?}", put.indexes);
    let workflow = &collection.workflow;
    assert!(workflow.state(&put.state).is_some(), "no state {}", put.state);
    let existing = put.id.and_then(|id| world.documents().find(|document| document.id == id));
    let from = existing.map_or(workflow.initial.as_str(), |document| document.state.as_str());
    let leads = |action: &doudi_sdk::doc::workflow::Action| {
        action.from.iter().any(|state| state == from) && action.to.contains(&put.state)
    };
    let way = workflow.action(id).is_some_and(leads)
        || (existing.is_some() && from == put.state)
        || workflow.actions.iter().any(leads);
    assert!(way, "no way from {from} to {} in {}", put.state, put.collection);
}
