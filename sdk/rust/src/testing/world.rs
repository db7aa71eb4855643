//! A made-up county: what the reading functions answer while a test runs. Scope and grants are the kernel's business and not
//! played here; shapes, errors and orders are as in the kernel.

use super::calendar::Calendar;
use super::household::{Case, block_of};
use super::payments::Payments;
use crate::bindings::kernel::doudi::kernel::{documents, parameters, payments, questions};
use crate::bindings::kernel::doudi::types::types::{self, Block, Error};
use crate::block::Table;
use crate::context::{Actor, Context};
use crate::date::Date;
use crate::decisions::Decision;
use crate::divisions::Division;
use crate::document::Document;
use crate::effects::Effects;
use crate::fen::Fen;
use crate::refusal::Refusal;
use doudi_documents::Id;
use doudi_documents::effect::{DecisionRecord, DocumentPut, EffectPayload};
use doudi_documents::manifest::Manifest;
use doudi_documents::projection::{self, Envelope, Wanted};
use doudi_documents::scenario::Scenario;
use serde::Serialize;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// A made-up county on a day.
///
/// ```
/// use doudi_sdk::prelude::*;
/// use doudi_sdk::testing::World;
///
/// let world = World::new("2022-07-20").parameter("standard", "2020-07-01", 66_200).parameter("standard", "2022-07-01", 71_000);
/// world.run(|context| {
///     assert_eq!(parameters::require("standard", context.today)?.fen(), Fen::yuan(710));
///     assert_eq!(parameters::require("standard", Date::of(2022, 6, 30))?.fen(), Fen::yuan(662));
///     assert_eq!(parameters::get("standard", Date::of(2020, 6, 30))?, None);
///     Ok::<(), Refusal>(())
/// }).unwrap();
/// ```
#[derive(Clone, Debug)]
pub struct World {
    context: Context,
    manifest: Option<Manifest>,
    parameters: Vec<StoredParameter>,
    documents: Vec<StoredDocument>,
    decisions: Vec<Decision>,
    /// Decisions another one took the place of: each at most once, as the kernel insists.
    superseded: std::collections::BTreeSet<Id>,
    households: Vec<Case>,
    answers: BTreeMap<String, Vec<(String, Answering)>>,
    payments: Payments,
    calendar: Calendar,
    divisions: Vec<Division>,
    log: Rc<RefCell<Vec<String>>>,
}

#[derive(Clone, Debug)]
struct StoredParameter {
    code: String,
    begins: Date,
    value: i64,
}

#[derive(Clone, Debug)]
struct StoredDocument {
    document: Document,
    indexes: BTreeMap<String, String>,
}

/// What another measure answers on a day to a block.
type Answer = dyn Fn(Date, &Block) -> Block;

#[derive(Clone)]
struct Answering(Rc<Answer>);

impl std::fmt::Debug for Answering {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Answering")
    }
}

thread_local! {
    // Shared: a rule that asks a hundred times must not copy a county a hundred times.
    static CURRENT: RefCell<Vec<Rc<World>>> = const { RefCell::new(Vec::new()) };
}

impl World {
    /// An empty county on a legal date: a caseworker of a town acts.
    ///
    /// # Panics
    /// When the date is none.
    pub fn new(today: &str) -> World {
        World {
            context: Context {
                today: day(today),
                now: i64::from(day(today).days()) * 86_400_000_000,
                actor: Actor { user: Id(1), role: "town-caseworker".to_owned(), division: 340_223_101_000 },
                county: 340_223,
                seed: 1,
                trial: false,
                settings: "{}".to_owned(),
            },
            manifest: None,
            parameters: Vec::new(),
            documents: Vec::new(),
            decisions: Vec::new(),
            superseded: Default::default(),
            households: Vec::new(),
            answers: BTreeMap::new(),
            payments: Payments::default(),
            calendar: Calendar::default(),
            divisions: super::divisions::nanling(),
            log: Rc::default(),
        }
    }

    /// The manifest, for the columns of households, for the parameters that exist and for the effects of outcomes.
    ///
    /// # Panics
    /// When it cannot be read.
    pub fn manifest(mut self, plugin_toml: &str) -> World {
        self.manifest = Some(super::manifest(plugin_toml));
        self
    }

    /// Another day, the rest unchanged.
    pub fn on(mut self, today: &str) -> World {
        self.context.today = day(today);
        self
    }

    /// Another actor: role code and 12-digit division.
    pub fn actor(mut self, user: i64, role: &str, division: i64) -> World {
        self.context.actor = Actor { user: Id(user), role: role.to_owned(), division };
        self
    }

    /// The county's settings.
    ///
    /// # Panics
    /// When they cannot be written as JSON.
    pub fn settings(mut self, settings: &impl Serialize) -> World {
        self.context.settings = serde_json::to_string(settings).expect("settings can be written as JSON");
        self
    }

    /// Another seed for [`Context::chance`].
    pub fn seed(mut self, seed: u64) -> World {
        self.context.seed = seed;
        self
    }

    /// The call is a preview.
    pub fn trial(mut self) -> World {
        self.context.trial = true;
        self
    }

    /// A parameter's value since a day.
    pub fn parameter(mut self, code: &str, begins: &str, value: i64) -> World {
        self.parameters.push(StoredParameter { code: code.to_owned(), begins: day(begins), value });
        self
    }

    /// The illustrative value of every parameter of the manifest that has one, since 2000; call it after
    /// [`World::manifest`].
    pub fn example_parameters(mut self) -> World {
        let declared = self.manifest.iter().flat_map(|manifest| &manifest.parameters);
        let examples: Vec<StoredParameter> = declared
            .filter_map(|parameter| {
                Some(StoredParameter {
                    code: parameter.code.clone(),
                    begins: Date::of(2000, 1, 1),
                    value: parameter.example?,
                })
            })
            .collect();
        self.parameters.extend(examples);
        self
    }

    /// A household as a scenario describes it; its date, parameters and expectation are not used.
    pub fn household(mut self, id: i64, scenario: &Scenario) -> World {
        self.households.retain(|case| case.household != id);
        self.households.push(Case::of(id, scenario));
        self
    }

    /// A scenario as a whole: its household as number 1, its parameters, its date.
    pub fn scenario(mut self, scenario: &Scenario) -> World {
        self.context.today = day(&scenario.date);
        for (code, value) in &scenario.parameters {
            self.parameters.push(StoredParameter { code: code.clone(), begins: Date::MIN, value: *value });
        }
        self.household(1, scenario)
    }

    /// A document that exists. It gets the next id, revision 1, and the state and body of the effect.
    pub fn document(mut self, put: DocumentPut) -> World {
        self.put(&put);
        self
    }

    /// A decision on record.
    pub fn decision(mut self, decision: Decision) -> World {
        self.decisions.push(decision);
        self
    }

    /// The statutory calendar as `date,kind,occasion` with a heading line.
    ///
    /// # Panics
    /// On a line that cannot be read.
    pub fn calendar(mut self, csv: &str) -> World {
        self.calendar = Calendar::parse(csv);
        self
    }

    /// Another tree of places than the few of 南陵县 there are, as `code,name,level,parent` with a heading line.
    ///
    /// # Panics
    /// On a line that cannot be read.
    pub fn divisions(mut self, csv: &str) -> World {
        self.divisions = super::divisions::parse(csv);
        self
    }

    /// What another measure answers to a topic.
    pub fn answer(self, topic: &str, plugin: &str, block: Block) -> World {
        self.answer_with(topic, plugin, move |_, _| block.clone())
    }

    /// What another measure answers to a topic, by the day and the block it is asked.
    pub fn answer_with(mut self, topic: &str, plugin: &str, answer: impl Fn(Date, &Block) -> Block + 'static) -> World {
        self.answers.entry(topic.to_owned()).or_default().push((plugin.to_owned(), Answering(Rc::new(answer))));
        self
    }

    /// The context of a call in this world.
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// Runs a test in this world: the reading functions answer from it, in this thread.
    pub fn run<R>(&self, test: impl FnOnce(&Context) -> R) -> R {
        struct Leave;
        impl Drop for Leave {
            fn drop(&mut self) {
                CURRENT.with_borrow_mut(|worlds| worlds.pop());
            }
        }
        CURRENT.with_borrow_mut(|worlds| worlds.push(Rc::new(self.clone())));
        let _leave = Leave;
        test(&self.context)
    }

    /// Takes the answers to a topic away, so that a test can give the next month's.
    pub fn forget_answers(mut self, topic: &str) -> World {
        self.answers.remove(topic);
        self
    }

    /// A finding of the kernel about the lines of a household, as [`crate::payments::conflicts`] gives it: `shared-account`
    /// with the other household, `holder-differs`, `no-account`, `other-county` with the code. Persons on another scheme's
    /// lines of the month are found without being told.
    pub fn conflict(mut self, household: Id, code: &str, other: Option<&str>, other_household: Option<Id>) -> World {
        self.payments.tell(household, code, other, other_household);
        self
    }

    /// Carries out document, decision and payment effects, so that a test can walk through a workflow. Other effects change
    /// nothing that a plugin could read.
    ///
    /// # Panics
    /// When a document is not there or was changed since it was read: the kernel would refuse and call again; and whenever
    /// [`World::try_apply`] refuses.
    pub fn apply(&mut self, effects: &Effects) {
        self.try_apply(effects).unwrap_or_else(|refusal| panic!("{refusal}"));
    }

    /// As [`World::apply`], with the kernel's refusal of payments for a test to look at: nothing of the list is done then.
    ///
    /// # Errors
    /// `refused` as the kernel does: somebody would be paid twice, totals do not agree, the envelope is sealed …
    ///
    /// # Panics
    /// As [`World::apply`], for documents.
    pub fn try_apply(&mut self, effects: &Effects) -> std::result::Result<(), Refusal> {
        let mut after = self.clone();
        for effect in effects.iter() {
            match effect {
                EffectPayload::DocumentPut(put) => after.put(put),
                EffectPayload::DecisionRecord(decision) => after.record(decision),
                EffectPayload::PaymentOpen(open) => {
                    let by_key = |stored: &&StoredDocument| {
                        stored.document.collection == open.collection && stored.document.key == open.key
                    };
                    let document = match open.document {
                        Some(id) => id,
                        None => after
                            .documents
                            .iter()
                            .find(by_key)
                            .map(|stored| stored.document.id)
                            .ok_or_else(|| Refusal::not_found(format!("没有编号为“{}”的办件", open.key)))?,
                    };
                    after.payments.open(document, open)?;
                }
                other => {
                    let (today, division) = (after.context.today, after.context.actor.division);
                    after.payments.apply(other, today, division)?;
                }
            }
        }
        *self = after;
        Ok(())
    }

    /// All payment lines there are, in order of id, dropped ones included.
    pub fn payments(&self) -> &[crate::payments::Line] {
        self.payments.lines()
    }

    /// The documents there are, in order of id.
    pub fn documents(&self) -> impl Iterator<Item = &Document> {
        self.documents.iter().map(|stored| &stored.document)
    }

    /// The newest document of a collection.
    ///
    /// # Panics
    /// When there is none.
    pub fn latest(&self, collection: &str) -> Document {
        let found = self.documents().filter(|document| document.collection == collection).last();
        found.unwrap_or_else(|| panic!("没有 {collection} 的办件")).clone()
    }

    /// The decisions on record, oldest first.
    pub fn decisions(&self) -> &[Decision] {
        &self.decisions
    }

    /// What was logged, as `level: message`.
    pub fn logged(&self) -> Vec<String> {
        self.log.borrow().clone()
    }

    fn put(&mut self, put: &DocumentPut) {
        let body = put.body.to_string();
        let due = put.due.as_deref().map(day);
        let today = self.context.today;
        let place = put.division.as_deref().map(|code| self.place(code));
        assert!(place.is_none() || put.household.is_none(), "有家庭的办件以家庭所在区划为准，不能另定区划");
        if let Some(id) = put.id {
            let stored = self.documents.iter_mut().find(|stored| stored.document.id == id);
            let stored = stored.unwrap_or_else(|| panic!("没有办件 {}", id.0));
            let document = &mut stored.document;
            assert_eq!(put.expected_revision, Some(document.revision), "办件 {} 已被改动", id.0);
            if document.state != put.state {
                document.since = today;
            }
            assert!(
                put.household.is_none() || document.household.is_none_or(|old| Some(old) == put.household),
                "办件 {} 已属于另一户",
                id.0
            );
            assert!(
                put.person.is_none() || document.person.is_none_or(|old| Some(old) == put.person),
                "办件 {} 已属于另一人",
                id.0
            );
            document.household = document.household.or(put.household);
            document.person = document.person.or(put.person);
            document.division = place.unwrap_or(document.division);
            document.state.clone_from(&put.state);
            document.title.clone_from(&put.title.zh);
            document.revision += 1;
            document.due = due;
            document.body = body;
            stored.indexes.extend(put.indexes.clone());
            return;
        }
        let number = self.documents.len() as i64 + 1;
        let key = if put.key.is_empty() { format!("{}-{number:06}", today.year()) } else { put.key.clone() };
        let taken = self.documents().any(|other| other.collection == put.collection && other.key == key);
        assert!(!taken, "{} 已有编号为 {key} 的办件", put.collection);
        let document = Document {
            id: Id(number),
            collection: put.collection.clone(),
            key,
            title: put.title.zh.clone(),
            household: put.household,
            person: put.person,
            division: place.unwrap_or(self.context.actor.division),
            state: put.state.clone(),
            since: today,
            due,
            revision: 1,
            created: today,
            body,
        };
        self.documents.push(StoredDocument { document, indexes: put.indexes.clone() });
    }

    /// The documents of a query, in order of id.
    fn found<'a>(&'a self, query: &'a documents::Query, most: u32) -> impl Iterator<Item = &'a Document> {
        let wanted = move |stored: &&StoredDocument| {
            let document = &stored.document;
            document.collection == query.collection
                && (query.states.is_empty() || query.states.contains(&document.state))
                && query.household.is_none_or(|household| document.household == Some(Id(household)))
                && query.person.is_none_or(|person| document.person == Some(Id(person)))
                && query.due_by.is_none_or(|by| document.due.is_some_and(|due| due.days() <= by))
                && query.by_index.as_ref().is_none_or(|(name, value)| stored.indexes.get(name) == Some(value))
                && document.id.0 > query.after
        };
        let found = self.documents.iter().filter(wanted).take(query.limit.min(most) as usize);
        found.map(|stored| &stored.document)
    }

    /// As in the kernel: the latest recorded decision takes the place of the others from its first day on.
    fn governing(&self, scheme: &str, on: Date, decided_since: Option<i32>, after: i64, limit: u32) -> Vec<&Decision> {
        let own = || self.decisions.iter().filter(|decision| decision.scheme == scheme);
        let touched = |household: Id| {
            decided_since.is_none_or(|since| {
                own().any(|decision| decision.household == household && decision.decided.days() >= since)
            })
        };
        let mut governing: BTreeMap<(Id, Option<Id>), &Decision> = BTreeMap::new();
        for decision in own().filter(|decision| decision.effect != "refuse" && decision.begins <= on) {
            let newest = governing.entry((decision.household, decision.person)).or_insert(decision);
            if newest.id < decision.id {
                *newest = decision;
            }
        }
        let mut households = std::collections::BTreeSet::new();
        governing
            .into_values()
            .filter(|decision| decision.household.0 > after && touched(decision.household))
            .filter(|decision| decided_since.is_some() || decision.pays_on(on))
            .take_while(|decision| {
                households.insert(decision.household);
                households.len() <= limit.min(4_096) as usize
            })
            .collect()
    }

    /// A place as an effect names it. Whether it is the actor's is the kernel's business.
    fn place(&self, code: &str) -> i64 {
        let known = self.divisions.iter().find(|division| format!("{:012}", division.code) == code);
        known.unwrap_or_else(|| panic!("本县没有区划 {code}")).code
    }

    fn record(&mut self, decision: &DecisionRecord) {
        let effect = self
            .manifest
            .as_ref()
            .and_then(|manifest| manifest.outcome(&decision.outcome))
            .map(|outcome| {
                serde_json::to_value(outcome.effect).expect("a word").as_str().unwrap_or_default().to_owned()
            })
            .unwrap_or_else(|| panic!("清单中没有结论“{}”，请先用 World::manifest 给出清单", decision.outcome));
        if let Some(old) = decision.supersedes {
            let known = self.decisions.iter().any(|other| {
                other.id == old && other.household == decision.household && other.scheme == decision.scheme
            });
            assert!(known, "要取代的原决定 {} 不属于同一家庭的同一项救助", old.0);
            assert!(self.superseded.insert(old), "原决定 {} 已被另一个决定取代", old.0);
        }
        self.decisions.push(Decision {
            id: Id(self.decisions.len() as i64 + 1),
            scheme: decision.scheme.clone(),
            household: decision.household,
            person: decision.person,
            document: decision.document,
            outcome: decision.outcome.clone(),
            effect,
            amount: Fen(decision.amount),
            covered: decision.covered_persons,
            begins: day(&decision.from),
            ends: decision.to.as_deref().map(day),
            as_of: day(&decision.as_of),
            decided: self.context.today,
            figures: decision.figures.iter().map(|(code, value)| (code.clone(), *value)).collect(),
        });
    }
}

fn day(text: &str) -> Date {
    text.parse().unwrap_or_else(|refusal| panic!("{refusal}"))
}

fn ask_world<R>(read: impl FnOnce(&World) -> R) -> R {
    let world = CURRENT.with_borrow(|worlds| worlds.last().cloned());
    read(&world.expect("outside the sandbox the kernel is played by a `World`: call this inside `World::run`"))
}

type Result<T> = std::result::Result<T, Error>;

fn not_found(what: impl std::fmt::Display) -> Error {
    Refusal::not_found(format!("没有{what}，或不在您的辖区")).into()
}

fn too_many(message: &str) -> Error {
    Error { code: "limit".to_owned(), message: message.to_owned(), problems: Vec::new() }
}

pub fn households(ids: &[i64], _as_of: i32) -> Result<Block> {
    ask_world(|world| {
        if ids.len() > 4_096 {
            return Err(too_many("一次最多读取 4096 户"));
        }
        let manifest = world.manifest.as_ref().expect("give the world its manifest: `World::manifest`");
        let find = |id: &i64| {
            let case = world.households.iter().find(|case| case.household == *id);
            case.cloned().ok_or_else(|| not_found(format_args!("家庭 {id}")))
        };
        Ok(block_of(manifest, &ids.iter().map(find).collect::<Result<Vec<Case>>>()?))
    })
}

pub fn households_all(after: i64, limit: u32) -> Result<Vec<i64>> {
    ask_world(|world| {
        if limit > 4_096 {
            return Err(too_many("一次最多读取 4096 户的编号"));
        }
        let mut ids: Vec<i64> = world.households.iter().map(|case| case.household).filter(|id| *id > after).collect();
        ids.sort_unstable();
        ids.truncate(limit as usize);
        Ok(ids)
    })
}

pub fn divisions_all() -> Result<Block> {
    ask_world(|world| Ok(super::divisions::block_of(&world.divisions)))
}

pub fn recipients(scheme: &str, as_of: i32, after: i64, limit: u32) -> Result<Vec<i64>> {
    ask_world(|world| {
        let on = Date::from_days(as_of);
        let mut governing: BTreeMap<i64, &Decision> = BTreeMap::new();
        let begun =
            |decision: &&Decision| decision.scheme == scheme && decision.effect != "refuse" && decision.begins <= on;
        for decision in world.decisions.iter().filter(begun) {
            let newest = governing.entry(decision.household.0).or_insert(decision);
            if (newest.begins, newest.id) <= (decision.begins, decision.id) {
                *newest = decision;
            }
        }
        let paid = governing.into_iter().filter(|(id, decision)| *id > after && decision.pays_on(on));
        Ok(paid.map(|(id, _)| id).take(limit as usize).collect())
    })
}

pub fn document_get(id: i64) -> Result<types::Document> {
    ask_world(|world| {
        let found = world.documents().find(|document| document.id == Id(id));
        found.map(wire_document).ok_or_else(|| not_found(format_args!("办件 {id}")))
    })
}

pub fn documents_find(query: &documents::Query) -> Result<Vec<types::Document>> {
    ask_world(|world| Ok(world.found(query, 200).map(wire_document).collect()))
}

pub fn documents_columns(query: &documents::Query, values: &[String]) -> Result<Block> {
    ask_world(|world| {
        let wanted = |name: &String| Wanted::parse(name).ok_or_else(|| Error::from(Refusal::unknown("内容", name)));
        let wanted: Vec<Wanted> = values.iter().map(wanted).collect::<Result<_>>()?;
        let found: Vec<&Document> = world.found(query, 4_096).collect();
        let envelopes = found.iter().map(|document| Envelope {
            key: &document.key,
            household: document.household.map(|id| id.0),
            person: document.person.map(|id| id.0),
            division: document.division,
            state: &document.state,
            since: document.since.days(),
            due: document.due.map(Date::days),
            created: document.created.days(),
            body: &document.body,
        });
        let mut table = Table::new("document", found.len()).ints("id", found.iter().map(|document| document.id.0));
        for (name, column) in values.iter().zip(projection::columns(&wanted, envelopes)) {
            table = match column {
                projection::Values::Ints(values) => table.optional_ints(name, values),
                projection::Values::Texts(values) => table.optional_texts(name, values),
            };
        }
        Ok(Block::of(table))
    })
}

pub fn decisions_of_household(household: i64) -> Result<Vec<types::Decision>> {
    ask_world(|world| {
        let own = world.decisions.iter().filter(|decision| decision.household == Id(household));
        Ok(own.map(wire_decision).collect())
    })
}

pub fn decision_get(id: i64) -> Result<types::Decision> {
    ask_world(|world| {
        let found = world.decisions.iter().find(|decision| decision.id == Id(id));
        found.map(wire_decision).ok_or_else(|| not_found(format_args!("决定 {id}")))
    })
}

pub fn decisions_in_force(
    scheme: &str,
    on: i32,
    decided_since: Option<i32>,
    after: i64,
    limit: u32,
) -> Result<Vec<types::Decision>> {
    ask_world(|world| {
        let found = world.governing(scheme, Date::from_days(on), decided_since, after, limit);
        Ok(found.into_iter().map(wire_decision).collect())
    })
}

pub fn decisions_in_force_columns(
    scheme: &str,
    on: i32,
    decided_since: Option<i32>,
    after: i64,
    limit: u32,
    figures: &[String],
) -> Result<Block> {
    ask_world(|world| {
        let found = world.governing(scheme, Date::from_days(on), decided_since, after, limit);
        let of = || found.iter();
        let mut table = Table::new("decision", found.len())
            .ints("id", of().map(|decision| decision.id.0))
            .ints("household", of().map(|decision| decision.household.0))
            .optional_ints("person", of().map(|decision| decision.person.map(|id| id.0)))
            .texts("outcome", of().map(|decision| &decision.outcome))
            .texts("effect", of().map(|decision| &decision.effect))
            .ints("amount", of().map(|decision| decision.amount.0))
            .ints("covered", of().map(|decision| decision.covered))
            .ints("begins", of().map(|decision| decision.begins.days()))
            .optional_ints("ends", of().map(|decision| decision.ends.map(Date::days)))
            .ints("decided", of().map(|decision| decision.decided.days()));
        for code in figures {
            table = table.optional_ints(code, of().map(|decision| decision.figure(code)));
        }
        Ok(Block::of(table))
    })
}

pub fn payment_lines(query: &payments::Query) -> Result<Block> {
    ask_world(|world| Ok(world.payments.find(query)?))
}

pub fn payment_totals(document: i64) -> Result<Block> {
    ask_world(|world| Ok(world.payments.totals(Id(document))?))
}

pub fn payment_conflicts(document: i64, after: i64, limit: u32) -> Result<Block> {
    ask_world(|world| Ok(world.payments.conflicts(Id(document), Id(after), limit)?))
}

pub fn parameter(code: &str, on: i32) -> Result<Option<parameters::Parameter>> {
    ask_world(|world| {
        if let Some(manifest) = &world.manifest
            && !manifest.parameters.iter().any(|parameter| parameter.code == code)
        {
            return Err(Refusal::unknown("参数", code).into());
        }
        let dated = world.parameters.iter().enumerate();
        let begun = dated.filter(|(_, parameter)| parameter.code == code && parameter.begins.days() <= on);
        Ok(begun.max_by_key(|(place, parameter)| (parameter.begins, *place)).map(|(place, parameter)| {
            parameters::Parameter {
                version: place as i64 + 1,
                value: parameter.value,
                begins: parameter.begins.days(),
                source: "测试文件".to_owned(),
                verified: false,
            }
        }))
    })
}

pub fn is_working_day(day: i32) -> Result<bool> {
    ask_world(|world| Ok(world.calendar.is_working_day(Date::from_days(day))?))
}

pub fn add_working_days(start: i32, count: u32) -> Result<i32> {
    ask_world(|world| Ok(world.calendar.add_working_days(Date::from_days(start), count)?.days()))
}

pub fn working_days_between(first: i32, second: i32) -> Result<i32> {
    ask_world(|world| Ok(world.calendar.between(Date::from_days(first), Date::from_days(second))?))
}

pub fn ask(topic: &str, on: i32, block: &Block) -> Result<Vec<questions::Answer>> {
    ask_world(|world| {
        if let Some(manifest) = &world.manifest
            && !manifest.questions.iter().any(|declared| declared == topic)
        {
            return Err(Refusal::unknown("可询问的事项", topic).into());
        }
        let answers = world.answers.get(topic).into_iter().flatten();
        let answered = |(plugin, answering): &(String, Answering)| questions::Answer {
            plugin: plugin.clone(),
            block: (answering.0)(Date::from_days(on), block),
        };
        Ok(answers.map(answered).collect())
    })
}

/// Lines go nowhere outside a world: a rule under test may log.
pub fn log(level: &str, message: &str) {
    CURRENT.with_borrow(|worlds| {
        if let Some(world) = worlds.last() {
            world.log.borrow_mut().push(format!("{level}: {message}"));
        }
    });
}

fn wire_document(document: &Document) -> types::Document {
    types::Document {
        id: document.id.0,
        collection: document.collection.clone(),
        key: document.key.clone(),
        title: document.title.clone(),
        household: document.household.map(|id| id.0),
        person: document.person.map(|id| id.0),
        division: document.division,
        state: document.state.clone(),
        since: document.since.days(),
        due: document.due.map(Date::days),
        revision: document.revision,
        body: document.body.clone(),
        created: document.created.days(),
    }
}

fn wire_decision(decision: &Decision) -> types::Decision {
    types::Decision {
        id: decision.id.0,
        scheme: decision.scheme.clone(),
        household: decision.household.0,
        person: decision.person.map(|id| id.0),
        document: decision.document.map(|id| id.0),
        outcome: decision.outcome.clone(),
        effect: decision.effect.clone(),
        amount: decision.amount.0,
        covered_persons: decision.covered,
        begins: decision.begins.days(),
        ends: decision.ends.map(Date::days),
        as_of: decision.as_of.days(),
        decided: decision.decided.days(),
        figures: decision.figures.clone(),
    }
}
