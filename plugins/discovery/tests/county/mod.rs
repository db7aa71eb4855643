//! A made-up village for the tests: who presses what on which day, what the nights do, and what the pages say.

#![allow(dead_code, reason = "each test binary uses its part")]

use discovery::Discovery;
use discovery::clue::Filed;
use discovery::rules::genuine::Doubt;
use discovery::visit::Visit;
use doudi_sdk::doc::page::{Block as PageBlock, TableRow};
use doudi_sdk::doc::scenario::Scenario;
use doudi_sdk::prelude::*;
use doudi_sdk::testing::World;
use serde_json::{Value, json};

pub const MANIFEST: &str = include_str!("../../plugin.toml");
pub const CALENDAR: &str = include_str!("../../../../data/statutory-days.csv");
pub const FAMILY: Id = Id(1);
/// 仙坊村, where everybody lives, and 许镇社区 beside it.
pub const VILLAGE_CODE: i64 = 340_223_101_201;
pub const OTHER_VILLAGE: i64 = 340_223_101_001;

/// User ids and offices.
pub const VILLAGE: (i64, &str) = (11, "village-coordinator");
pub const TOWN: (i64, &str) = (12, "town-caseworker");
pub const COUNTY: (i64, &str) = (21, "county-officer");
pub const SYSTEM: (i64, &str) = (0, "system");
/// Nothing speaks against it.
pub const NO_DOUBT: [Doubt; 0] = [];

pub fn day(text: &str) -> Date {
    text.parse().expect("a test date")
}

/// A household of the village; `monitoring` by the code table, 0 for none.
pub fn household(monitoring: i64) -> Scenario {
    serde_json::from_value(json!({
        "name": "家庭", "date": "2022-06-01", "household": { "household.division": VILLAGE_CODE, "household.monitoring": monitoring },
        "members": [{ "who": "户主" }], "expect": { "outcome": "none" }
    }))
    .expect("a household")
}

/// The form of a new clue about the family.
pub fn clue(source: &str, difficulty: &str) -> Value {
    json!({ "source": source, "difficulty": difficulty, "description": "户主住院，自付费用较高" })
}

/// The form of a visit to the family's home.
pub fn visit(moment: &str) -> Value {
    json!({
        "moment": moment, "place": "home", "seen": ["1"], "findings": "户主在家，情况正常", "wish": "none",
        "position": { "latitude": "31.352100", "longitude": "118.433100", "accuracy": 12 }
    })
}

/// The form of a verification that found it true.
pub fn verified(unable: bool) -> Value {
    json!({ "genuine": true, "findings": "住院费用自付 12000 元", "unable": unable })
}

pub struct County {
    pub world: World,
}

impl County {
    /// One family in the village.
    pub fn new() -> County {
        County::with_households(1)
    }

    pub fn with_households(count: i64) -> County {
        let world = World::new("2022-06-01").manifest(MANIFEST).example_parameters().calendar(CALENDAR);
        let world = (1..=count).fold(world, |world, id| world.household(id, &household(0)));
        County { world }
    }

    /// The town has a clue, and somebody was there.
    pub fn until_visited(&mut self) {
        self.press("2022-06-07", TOWN, "clue", "register", clue("12345", "medical")).expect("registered");
        let officer = json!({ "officer": "11", "urgency": "ordinary" });
        self.press("2022-06-08", TOWN, "clue", "triage", officer).expect("handed on");
        self.press("2022-06-08", VILLAGE, "clue", "visit", visit("2022-06-08T09:30")).expect("visited");
    }

    /// The town has a clue that proved true.
    pub fn verified() -> County {
        let mut county = County::new();
        county.until_visited();
        county.press("2022-06-09", TOWN, "clue", "verify", verified(false)).expect("verified");
        county
    }

    pub fn as_user(&mut self, date: &str, (user, role): (i64, &str)) {
        let division = match role {
            "village-coordinator" => VILLAGE_CODE,
            "town-caseworker" => 340_223_101_000,
            _ => 340_223_000_000,
        };
        self.world = self.world.clone().on(date).actor(user, role, division);
    }

    fn act(&mut self, date: &str, who: (i64, &str), action: Action) -> Result<Effects> {
        self.as_user(date, who);
        let effects = self.world.run(|context| Discovery::act(context, action))?;
        self.world.apply(&effects);
        Ok(effects)
    }

    /// Presses a button on the newest document of a collection; what creates one is about the family.
    pub fn press(
        &mut self,
        date: &str,
        who: (i64, &str),
        collection: &str,
        id: &str,
        values: Value,
    ) -> Result<Effects> {
        if matches!(id, "register" | "record") {
            return self.press_new_about(date, who, collection, id, values);
        }
        let document = self.world.latest(collection);
        self.press_on(date, who, document, id, values, &[])
    }

    /// Creates a document about the family.
    pub fn press_new_about(
        &mut self,
        date: &str,
        who: (i64, &str),
        collection: &str,
        id: &str,
        values: Value,
    ) -> Result<Effects> {
        let values = FormValues::parse(&values.to_string())?;
        self.act(date, who, Action::new(collection, id).household(FAMILY).values(values))
    }

    /// Creates a document from the menu, about nobody on file.
    pub fn press_new(
        &mut self,
        date: &str,
        who: (i64, &str),
        collection: &str,
        id: &str,
        values: Value,
    ) -> Result<Effects> {
        let values = FormValues::parse(&values.to_string())?;
        self.act(date, who, Action::new(collection, id).values(values))
    }

    /// Presses a button on a document, with files of these digests numbered from 51.
    pub fn press_on(
        &mut self,
        date: &str,
        who: (i64, &str),
        document: Document,
        id: &str,
        values: Value,
        digests: &[&str],
    ) -> Result<Effects> {
        let values = FormValues::parse(&values.to_string())?;
        let action = Action::new(&document.collection.clone(), id).on(document).values(values);
        let numbered = digests.iter().zip(51..);
        let action = numbered.fold(action, |action, (digest, file)| action.file(Id(file), digest, 100_000));
        self.act(date, who, action)
    }

    /// The same from a phone: filled in at one moment, arrived at another.
    #[allow(clippy::too_many_arguments, reason = "a row of a table")]
    pub fn press_offline(
        &mut self,
        date: &str,
        who: (i64, &str),
        document: Document,
        id: &str,
        values: Value,
        taken: &str,
        sent: &str,
    ) -> Result<Effects> {
        let values = FormValues::parse(&values.to_string())?;
        let action = Action::new(&document.collection.clone(), id).on(document).values(values).offline(taken, sent);
        self.act(date, who, action)
    }

    /// What another measure or the kernel tells.
    pub fn hear(&mut self, date: &str, event: Event) -> Effects {
        self.as_user(date, SYSTEM);
        let effects = self.world.run(|context| Discovery::react(context, event)).expect("effects");
        self.world.apply(&effects);
        effects
    }

    /// A job, to its end. Returns its steps.
    pub fn tick(&mut self, date: &str, job: &str) -> usize {
        self.as_user(date, SYSTEM);
        let (mut cursor, mut steps) = (None, 0);
        loop {
            let step = self
                .world
                .run(|context| Discovery::tick(context, job, context.today, cursor.as_deref()))
                .unwrap_or_else(|refusal| panic!("{job} {date}: {refusal}"));
            self.world.apply(&step.effects);
            steps += 1;
            assert!(steps < 100, "{job} does not end");
            match step.next {
                Some(next) => cursor = Some(next),
                None => return steps,
            }
        }
    }

    pub fn page(&mut self, date: &str, who: (i64, &str), request: PageRequest) -> Page {
        self.as_user(date, who);
        self.world.run(|context| Discovery::view(context, request)).unwrap_or_else(|refusal| panic!("{refusal}"))
    }

    /// The panel of the newest document of a collection, as it travels.
    pub fn document_page(&mut self, date: &str, who: (i64, &str), collection: &str) -> String {
        let document = self.world.latest(collection);
        self.page(date, who, PageRequest::new(collection).of_document(document)).to_json()
    }

    pub fn of(&self, collection: &str) -> Vec<Document> {
        self.world.documents().filter(|document| document.collection == collection).cloned().collect()
    }

    /// The newest clue.
    pub fn clue(&self) -> Filed {
        Filed::of(self.world.latest("clue")).expect("a clue")
    }

    pub fn patrol(&self) -> Document {
        self.world.latest("patrol")
    }

    /// The doubts about a visit, as it stands now.
    pub fn doubts(&self, visit: &Document) -> Vec<Doubt> {
        let stored = self.world.documents().find(|document| document.id == visit.id).expect("the visit");
        let body: Visit = stored.body().expect("a visit");
        body.questions.iter().map(|question| question.doubt).collect()
    }

    pub fn set_up(&mut self, date: &str, village: i64, code: &str) -> Result<Effects> {
        let values = json!({ "village": village.to_string(), "code": code, "name": "河东组", "leader": "11" });
        self.press_new(date, TOWN, "grid", "set-up", values)
    }

    pub fn grid(&mut self, date: &str, village: i64, code: &str) {
        self.set_up(date, village, code).expect("a grid");
    }

    /// Lists a household in the newest grid.
    pub fn list_in(&mut self, date: &str, household: &str, risk: &str, stay: &str) -> Result<Effects> {
        let values = json!({ "household": household, "risk": risk, "reason": "living-alone", "stay": stay });
        self.press(date, VILLAGE, "grid", "list", values)
    }

    /// Lists a household in a grid of the village it lives in.
    pub fn list_household(&mut self, date: &str, household: i64, risk: &str, stay: &str) {
        let in_village =
            self.world.documents().any(|document| document.collection == "grid" && document.division == VILLAGE_CODE);
        if !in_village {
            self.grid(date, VILLAGE_CODE, "01");
        }
        self.list_in(date, &household.to_string(), risk, stay).expect("listed");
    }

    pub fn list(&mut self, date: &str, risk: &str, stay: &str) {
        self.list_household(date, 1, risk, stay);
    }
}

/// The first table of a page that has rows.
fn table(page: &Page) -> Option<(&Vec<doudi_sdk::doc::page::ColumnHead>, &Vec<TableRow>)> {
    page.blocks.iter().find_map(|block| match block {
        PageBlock::Table { columns, rows, .. } if !rows.is_empty() => Some((columns, rows)),
        _ => None,
    })
}

/// The heads of the first table with rows.
pub fn heads(page: &Page) -> Vec<String> {
    table(page).map_or(Vec::new(), |(columns, _)| columns.iter().map(|head| head.label.zh.clone()).collect())
}

/// The rows of the first table that has any, as an officer reads them; people are the kernel's to name.
pub fn rows(page: &Page) -> Vec<Vec<String>> {
    let Some((_, rows)) = table(page) else { return Vec::new() };
    rows.iter().map(|row| row.cells.iter().map(word).collect()).collect()
}

/// The big numbers of a page, block by block.
pub fn figures(page: &Page) -> Vec<(String, String)> {
    let blocks = page.blocks.iter().filter_map(|block| match block {
        PageBlock::Figures { items } => Some(items),
        _ => None,
    });
    blocks.flatten().map(|item| (item.label.zh.clone(), word(&item.value))).collect()
}

pub fn text(page: &Page) -> String {
    page.to_json()
}

fn word(cell: &Cell) -> String {
    match cell {
        Cell::Text { text } | Cell::Badge { text, .. } => text.zh.clone(),
        Cell::Number { number } => number.to_string(),
        Cell::Ratio { basis_points } => format!("{basis_points}bp"),
        Cell::Date { date } | Cell::Due { date } => date.clone(),
        Cell::Division { division } => division.clone(),
        Cell::Person { .. } => "某人".to_owned(),
        Cell::Household { .. } => "某户".to_owned(),
        Cell::Code { table, code } => format!("{table}:{code}"),
        Cell::Money { fen } => format!("{fen} fen"),
        Cell::Empty => String::new(),
    }
}
