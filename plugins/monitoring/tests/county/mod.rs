//! A made-up county for the tests: households, files of departments, the steps of the kernel's outbox. Facts that are proposed become part
//! of the households, as they would in the kernel.

#![allow(dead_code, reason = "each test file uses its part")]

pub mod cases;

use doudi_sdk::doc::effect::EffectPayload;
use doudi_sdk::doc::scenario::Scenario;
use doudi_sdk::prelude::*;
use doudi_sdk::testing::World;
use monitoring::Monitoring;
use monitoring::alert::Alert;
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};

pub const MANIFEST: &str = include_str!("../../plugin.toml");
pub const CALENDAR: &str = include_str!("../../../../data/statutory-days.csv");

/// User ids and offices.
pub const VILLAGE: (i64, &str) = (5, "village-coordinator");
pub const CASEWORKER: (i64, &str) = (11, "town-caseworker");
pub const REVIEWER: (i64, &str) = (12, "town-reviewer");
pub const OFFICER: (i64, &str) = (21, "county-officer");
pub const APPROVER: (i64, &str) = (22, "county-approver");
pub const SYSTEM: (i64, &str) = (0, "system");

pub fn day(text: &str) -> Date {
    text.parse().expect("a test date")
}

/// A member of a household by place: the first of household 7 is 7001.
pub fn person(household: i64, place: i64) -> Id {
    Id(household * 1_000 + place)
}

/// One row of a file, as the kernel hands it over.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// Absent: not in our files.
    pub person: Option<Id>,
    pub event: Option<i64>,
    pub on: Option<&'static str>,
    pub amount: Option<i64>,
    pub grade: Option<i64>,
    pub category: Option<i64>,
    pub count: Option<i64>,
    pub note: &'static str,
}

pub fn row(person: Id, event: monitoring::rules::event::Event) -> Row {
    Row { person: Some(person), event: Some(event.number()), on: Some("2022-05-10"), ..Row::default() }
}

/// A case of another measure: document, household, the day it was opened, the day it was closed and how.
pub type Case = (i64, i64, &'static str, Option<(&'static str, &'static str)>);

#[derive(Clone)]
pub struct County {
    pub world: World,
    households: BTreeMap<i64, Value>,
    /// Events of effects, oldest first.
    pub outbox: VecDeque<EventPublish>,
    pub facts: usize,
}

impl County {
    /// 户主 of 1975, a spouse, and a child of fifteen, `count` times from household 2.
    pub fn new(count: i64) -> County {
        let world =
            World::new("2022-05-20").manifest(MANIFEST).example_parameters().calendar(CALENDAR).settings(&json!({}));
        let mut county = County { world, households: BTreeMap::new(), outbox: VecDeque::new(), facts: 0 };
        for household in 2..2 + count {
            let members = json!([
                { "who": "户主", "fields": { "person.relation": 2, "person.birth-date": "1975-03-08", "person.co-resident": true }, "items": [] },
                { "who": "妻子", "fields": { "person.relation": 12, "person.birth-date": "1978-09-12", "person.co-resident": true }, "items": [] },
                { "who": "儿子", "fields": { "person.relation": 20, "person.birth-date": "2007-01-20", "person.co-resident": true }, "items": [] },
            ]);
            county.file(household, json!({ "household.division": 340_223_101_001_i64 }), members);
        }
        county
    }

    /// Files a household, or another version of it.
    pub fn file(&mut self, id: i64, fields: Value, members: Value) {
        let value = json!({
            "name": "家庭", "date": "2022-05-01", "household": fields, "members": members, "expect": { "outcome": "refused" }
        });
        self.households.insert(id, value);
        self.refile(id);
    }

    /// Another world in place of this one, without a copy.
    pub fn change(&mut self, change: impl FnOnce(World) -> World) {
        let world = std::mem::replace(&mut self.world, World::new("2022-05-20"));
        self.world = change(world);
    }

    /// Changes a field of a member.
    pub fn set(&mut self, household: i64, place: usize, field: &str, value: Value) {
        let home = self.households.get_mut(&household).expect("a household");
        home["members"][place - 1]["fields"][field] = value;
        self.refile(household);
    }

    /// Adds an item to a member.
    pub fn item(&mut self, household: i64, place: usize, item: Value) {
        let home = self.households.get_mut(&household).expect("a household");
        home["members"][place - 1]["items"].as_array_mut().expect("items").push(item);
        self.refile(household);
    }

    fn refile(&mut self, id: i64) {
        let scenario: Scenario = serde_json::from_value(self.households[&id].clone()).expect("a household");
        self.change(|world| world.household(id, &scenario));
    }

    /// What another measure pays: household, person, covered, since.
    pub fn pays(&mut self, plugin: &str, lines: &[(i64, Option<Id>, i64, &str)]) {
        let lines: Vec<(i64, Option<i64>, i64, i64)> = lines
            .iter()
            .map(|(household, person, covered, since)| (*household, person.map(|id| id.0), *covered, day(since).into()))
            .collect();
        self.change(|world| {
            world.answer_with("benefit.recipients", plugin, move |_, asked| {
                let page = asked.table("page").expect("a page");
                let after = page.int_column("after").expect("after").value(0);
                let limit = page.int_column("limit").expect("limit").value(0);
                let mut own: Vec<_> = lines.iter().filter(|line| line.0 > after).copied().collect();
                own.sort_unstable();
                let mut homes: Vec<i64> = own.iter().map(|line| line.0).collect();
                homes.dedup();
                homes.truncate(usize::try_from(limit).expect("a limit"));
                own.retain(|line| homes.contains(&line.0));
                Block::of(
                    Table::new("recipient", own.len())
                        .ints("household", own.iter().map(|line| line.0))
                        .optional_ints("person", own.iter().map(|line| line.1))
                        .ints("covered", own.iter().map(|line| line.2))
                        .ints("begins", own.iter().map(|line| line.3)),
                )
            })
        });
    }

    /// Cases of another measure: document, household, opened, closed with its outcome.
    pub fn cases(&mut self, plugin: &str, cases: &[Case]) {
        let rows: Vec<_> = cases
            .iter()
            .map(|(document, household, opened, closed)| {
                (*document, *household, day(opened), closed.map(|(on, outcome)| (day(on), outcome)))
            })
            .collect();
        self.change(|world| {
            world.answer_with("benefit.cases", plugin, move |_, asked| {
                let page = asked.table("page").expect("a page");
                let after = page.int_column("after").expect("after").value(0);
                let since = page.int_column("since").expect("since").get(0);
                let wanted = rows.iter().filter(|case| case.0 > after);
                let wanted = wanted.filter(|case| {
                    case.3.is_none_or(|(closed, _)| since.is_some_and(|since| i64::from(closed.days()) >= since))
                });
                let own: Vec<_> = wanted.copied().collect();
                Block::of(
                    Table::new("case", own.len())
                        .ints("document", own.iter().map(|case| case.0))
                        .ints("household", own.iter().map(|case| case.1))
                        .optional_ints("person", own.iter().map(|_| None::<i64>))
                        .texts("scheme", own.iter().map(|_| "dibao"))
                        .texts("label", own.iter().map(|_| "最低生活保障"))
                        .ints("opened", own.iter().map(|case| case.2))
                        .optional_ints("closed", own.iter().map(|case| case.3.map(|closed| closed.0)))
                        .optional_texts("outcome", own.iter().map(|case| case.3.map(|closed| closed.1)))
                        .ints("proxy", own.iter().map(|_| 0_i64)),
                )
            })
        });
    }

    pub fn on(&mut self, date: &str, (user, role): (i64, &str)) {
        self.change(|world| world.on(date).actor(user, role, 340_223_101_000));
    }

    /// Carries effects out: documents by the world, facts into the households, events into the outbox.
    pub fn apply(&mut self, effects: &Effects) {
        assert!(effects.len() <= 1_000, "the kernel takes a thousand effects, not {}", effects.len());
        let known: Effects = effects.iter().filter(|effect| played(effect)).cloned().collect();
        self.world.apply(&known);
        let mut changed: Vec<i64> = Vec::new();
        for effect in effects.iter() {
            if let EffectPayload::FactPropose(fact) = effect {
                changed.push(self.record(fact));
            }
        }
        changed.sort_unstable();
        changed.dedup();
        for household in changed {
            self.refile(household);
        }
        self.outbox.extend(effects.events().cloned());
    }

    fn record(&mut self, fact: &FactPropose) -> i64 {
        self.facts += 1;
        let household = fact.household.map_or_else(|| fact.person.expect("a subject").0 / 1_000, |id| id.0);
        let home = self.households.get_mut(&household).expect("a household");
        let Some(person) = fact.person else {
            home["household"][fact.field.as_str()] = json!(fact.value);
            return household;
        };
        let member = &mut home["members"][usize::try_from(person.0 % 1_000 - 1).expect("a place")];
        if fact.field.starts_with("person.") {
            member["fields"][fact.field.as_str()] = json!(fact.value);
        } else {
            let mut item = json!({ "field": fact.field, "value": fact.value, "from": fact.from });
            if let Some(to) = &fact.to {
                item["to"] = json!(to);
            }
            member["items"].as_array_mut().expect("items").push(item);
        }
        household
    }

    /// Delivers the plugin's own events until there are none; others are kept as told.
    pub fn settle(&mut self) -> Vec<EventPublish> {
        let mut told = Vec::new();
        while let Some(event) = self.outbox.pop_front() {
            if !matches!(event.topic.as_str(), "monitoring.dispatch" | "monitoring.rest" | "monitoring.withdraw") {
                told.push(event);
                continue;
            }
            let happened = Event::new(&event.topic).with_payload(&event.payload);
            self.react(match event.document {
                Some(document) => happened.document(document),
                None => happened,
            });
        }
        told
    }

    pub fn react(&mut self, event: Event) {
        let effects = self.world.run(|context| Monitoring::react(context, event)).unwrap_or_else(|no| panic!("{no}"));
        self.apply(&effects);
    }

    /// Presses a button on a document.
    pub fn press(&mut self, date: &str, who: (i64, &str), action: Action) -> Result<Effects> {
        self.on(date, who);
        let effects = self.world.run(|context| Monitoring::act(context, action))?;
        self.apply(&effects);
        Ok(effects)
    }

    /// On the newest document of a collection.
    pub fn act(&mut self, date: &str, who: (i64, &str), collection: &str, id: &str, values: Value) -> Result<Effects> {
        let values = FormValues::parse(&values.to_string())?;
        let action = Action::new(collection, id).on(self.world.latest(collection)).values(values);
        self.press(date, who, action)
    }

    /// Every job of a day, step by step.
    pub fn tick(&mut self, date: &str, job: &str) {
        self.on(date, SYSTEM);
        let mut cursor: Option<String> = None;
        loop {
            let step = self.world.run(|context| Monitoring::tick(context, job, day(date), cursor.as_deref()));
            let step = step.unwrap_or_else(|no| panic!("{job}: {no}"));
            self.apply(&step.effects);
            match step.next {
                Some(next) => cursor = Some(next),
                None => return,
            }
        }
    }

    /// Announces a batch; its document.
    pub fn batch(&mut self, date: &str, source: &str, month: &str, event: i64, sent: i64) -> Document {
        self.on(date, OFFICER);
        let values =
            json!({ "source": source, "period": month, "event": event.to_string(), "sent": sent, "sender": "某" });
        let values = FormValues::parse(&values.to_string()).expect("values");
        let action = Action::new("batch", "receive").values(values);
        self.press(date, OFFICER, action).unwrap_or_else(|no| panic!("{no}"));
        self.world.latest("batch")
    }

    /// One block of a file on a batch.
    pub fn block(
        &mut self,
        batch: Id,
        digest: &str,
        number: i64,
        last: bool,
        total: i64,
        rows: &[Row],
    ) -> Result<Taken> {
        let file =
            FeedFile { digest: digest.to_owned(), name: "数据.xlsx".to_owned(), rows: total, block: number, last };
        let block = Block::of(table(batch, rows)).with(file.table());
        let taken = self.world.run(|context| Monitoring::intake(context, "comparison", block))?;
        self.apply(&taken.effects);
        Ok(taken)
    }

    /// A whole file in blocks, and what follows it; rows that were not taken.
    pub fn upload(&mut self, date: &str, batch: Id, digest: &str, rows: &[Row], size: usize) -> usize {
        self.on(date, OFFICER);
        let blocks: Vec<&[Row]> = rows.chunks(size).collect();
        let mut failed = 0;
        for (number, part) in blocks.iter().enumerate() {
            let last = number + 1 == blocks.len();
            let taken = self.block(batch, digest, number as i64, last, rows.len() as i64, part);
            failed += taken.unwrap_or_else(|no| panic!("{no}")).rejected.len();
        }
        self.through(batch, digest, rows.len(), failed);
        failed
    }

    /// The kernel says that the last block was taken.
    pub fn through(&mut self, batch: Id, digest: &str, rows: usize, failed: usize) {
        let taken = FeedTaken {
            feed: "comparison".to_owned(),
            digest: digest.to_owned(),
            name: "数据.xlsx".to_owned(),
            rows: rows as u64,
            taken: (rows - failed) as u64,
            failed: failed as u64,
        };
        self.react(Event::feed_taken(&taken).document(batch));
    }

    pub fn alerts(&self) -> Vec<(Document, Alert)> {
        let alerts = self.world.documents().filter(|document| document.collection == "alert");
        alerts.map(|document| (document.clone(), document.body().expect("an alert"))).collect()
    }

    /// Rule and person of every alert, sorted.
    pub fn raised(&self) -> Vec<(String, i64)> {
        let alerts = self.alerts();
        let mut all: Vec<(String, i64)> = alerts
            .iter()
            .map(|(document, alert)| {
                let about = document.person.or(document.household).unwrap_or_default();
                (alert.rule.code().to_owned(), about.0)
            })
            .collect();
        all.sort();
        all
    }

    pub fn page(&self, request: PageRequest) -> Page {
        self.world.run(|context| Monitoring::view(context, request)).unwrap_or_else(|no| panic!("{no}"))
    }
}

/// What the world plays of effects.
fn played(effect: &EffectPayload) -> bool {
    matches!(effect, EffectPayload::DocumentPut(_) | EffectPayload::DecisionRecord(_))
}

fn table(batch: Id, rows: &[Row]) -> Table {
    let ints = |pick: fn(&Row) -> Option<i64>| rows.iter().map(pick).collect::<Vec<_>>();
    Table::new("row", rows.len())
        .ints("line", (0..rows.len()).map(|line| line as i64 + 2))
        .ints("document", rows.iter().map(|_| batch.0))
        .optional_ints("person", ints(|row| row.person.map(|id| id.0)))
        .optional_ints("person-household", ints(|row| row.person.map(|id| id.0 / 1_000)))
        .optional_ints("event", ints(|row| row.event))
        .optional_ints("on", ints(|row| row.on.map(|on| i64::from(day(on)))))
        .optional_ints("amount", ints(|row| row.amount))
        .optional_ints("grade", ints(|row| row.grade))
        .optional_ints("category", ints(|row| row.category))
        .optional_ints("count", ints(|row| row.count))
        .optional_texts("note", rows.iter().map(|row| (!row.note.is_empty()).then_some(row.note)))
}
