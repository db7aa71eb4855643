//! dibao: every readable case of its `scenarios/`, with the household in a real database of either engine, read by the kernel's
//! prefetch and decided by the component in the sandbox. The plugin's own tests run the same files natively.

use crate::support::server::{TestServer, each_engine};
use crate::support::{family, guests, people};
use async_trait::async_trait;
use doudi_documents::Manifest;
use doudi_documents::scenario::{Member, Scenario};
use doudi_domain::calendar::{self, WorkCalendar};
use doudi_domain::catalogue::{self, FieldCode, Origin, Table};
use doudi_domain::columns::Columns;
use doudi_domain::decision::Decision;
use doudi_domain::document::Document;
use doudi_domain::fact::Value;
use doudi_domain::household::NewHousehold;
use doudi_domain::id_number::IdNumber;
use doudi_domain::parameter::Parameter;
use doudi_domain::person::{NewPerson, Sex};
use doudi_domain::{
    Actor, County, Date, DecisionId, DivisionCode, DocumentId, Error, HouseholdId, Instant, ParameterId, Result,
};
use doudi_plugin_host::{Block, CallContext, DocumentQuery, Grants, Reads};
use doudi_storage::import::{ImportFact, ImportHousehold, ImportMember, ImportPerson};
use doudi_storage::person::PersonChange;
use jiff::civil::date;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A scenario's parameters over a household that was read from the database.
struct ScenarioParameters {
    parameters: BTreeMap<String, i64>,
    columns: Columns,
}

#[async_trait]
impl Reads for ScenarioParameters {
    async fn households(&mut self, _: &[HouseholdId], _: &[FieldCode], _: Date) -> Result<Columns> {
        Ok(self.columns.clone())
    }

    async fn recipients(&mut self, _: &str, _: Date, _: HouseholdId, _: u32) -> Result<Vec<HouseholdId>> {
        Ok(Vec::new())
    }

    async fn document_get(&mut self, _: &str, _: DocumentId) -> Result<Document> {
        Err(Error::not_found("办件"))
    }

    async fn documents_find(&mut self, _: &str, _: &DocumentQuery) -> Result<Vec<Document>> {
        Ok(Vec::new())
    }

    async fn decisions_of_household(&mut self, _: HouseholdId) -> Result<Vec<Decision>> {
        Ok(Vec::new())
    }

    async fn decision_get(&mut self, _: DecisionId) -> Result<Decision> {
        Err(Error::not_found("决定"))
    }

    async fn parameter(&mut self, code: &str, _: Date) -> Result<Option<Parameter>> {
        let name = code.split_once('.').map_or(code, |(_, name)| name);
        Ok(self.parameters.get(name).map(|value| Parameter {
            id: ParameterId(1),
            county: County(340_223),
            code: code.to_owned(),
            value: *value,
            from: date(2019, 1, 1),
            source: "示例".to_owned(),
            verified: false,
            recorded_at: Instant(0),
            recorded_by: None,
            replaced_by: None,
        }))
    }

    async fn calendar(&mut self) -> Result<Arc<WorkCalendar>> {
        WorkCalendar::parse_csv(include_str!("../../../data/statutory-days.csv")).map(Arc::new)
    }

    async fn ask(&mut self, _: &str, _: Date, _: Block, _: u8) -> Result<Vec<(String, Block)>> {
        Ok(Vec::new())
    }
}

/// A field's value as the database holds it.
fn stored(code: &str, value: &serde_json::Value) -> Value {
    match (catalogue::find(code).expect("a catalogue code").kind, value) {
        (_, serde_json::Value::Number(number)) => Value::Int(number.as_i64().expect("an integer")),
        (_, serde_json::Value::Bool(yes)) => Value::Int(i64::from(*yes)),
        (catalogue::Kind::Date, serde_json::Value::String(text)) => {
            Value::Int(i64::from(calendar::days(text.parse().expect("a date"))))
        }
        (_, serde_json::Value::String(text)) => Value::Text(text.clone()),
        (_, other) => panic!("{code}: {other}"),
    }
}

fn int(member: &Member, code: &str) -> Option<i64> {
    member.fields.get(code).map(|value| match stored(code, value) {
        Value::Int(value) => value,
        Value::Text(text) => panic!("{code}: {text}"),
    })
}

/// The scenario's member as a roster would bring her in; her number is made from her birth date.
fn member(member: &Member, sequence: &mut u32, since: Date, january: Date) -> (ImportMember, Option<Date>) {
    let birth = calendar::from_days(int(member, "person.birth-date").expect("every member has a birth date") as i32);
    *sequence += 1;
    // The sequence has three digits, the place three more to vary.
    let place = 340_200 + *sequence / 1_000;
    let number = family::id_number(&format!("{place}{}{:03}", birth.strftime("%Y%m%d"), *sequence % 1_000));
    let id_number = IdNumber::parse(&number).unwrap_or_else(|error| panic!("{number}: {error}"));
    let facts = member
        .fields
        .iter()
        .filter(|(code, _)| catalogue::find(code).is_some_and(|field| field.origin == Origin::Fact))
        .map(|(code, value)| ImportFact {
            field: catalogue::find(code).expect("a catalogue code").code,
            value: stored(code, value),
            qualifier: 0,
            from: since,
            to: None,
            source: 1,
            note: String::new(),
        })
        .chain(member.items.iter().map(|item| ImportFact {
            field: catalogue::find(&item.field).expect("a catalogue code").code,
            value: Value::Int(item.value),
            qualifier: item.qualifier,
            from: item.from.as_deref().map_or(january, |day| day.parse().expect("a date")),
            to: item.to.as_deref().map(|day| day.parse().expect("a date")),
            source: 1,
            note: String::new(),
        }))
        .collect();
    let imported = ImportMember {
        person: ImportPerson::New(NewPerson {
            name: member.who.chars().take(20).collect(),
            sex: if id_number.sex() == Sex::Male { Sex::Male } else { Sex::Female },
            id_number,
            birth_date: birth,
            ethnicity: 1,
            hukou_address: String::new(),
            phone: None,
            division: DivisionCode::new(people::VILLAGE).expect("a village"),
        }),
        relation: int(member, "person.relation").unwrap_or(2) as u8,
        co_resident: int(member, "person.co-resident").unwrap_or(1) == 1,
        uncounted_reason: int(member, "person.uncounted-reason").unwrap_or(0) as u8,
        from: since,
        facts,
    };
    let death = int(member, "person.death-date").map(|day| calendar::from_days(day as i32));
    (imported, death)
}

/// Enters every scenario's household and returns their ids, in order.
async fn enter(server: &TestServer, scenarios: &[Scenario]) -> Vec<HouseholdId> {
    let actor = server.system(people::COUNTY);
    let mut write = server.app.storage.write(&actor, server.app.now()).await.expect("a write");
    let mut sequence = 0;
    let mut deaths = Vec::new();
    let households: Vec<ImportHousehold> = scenarios
        .iter()
        .enumerate()
        .map(|(index, scenario)| {
            let today: Date = scenario.date.parse().expect("a date");
            let january = Date::new(today.year(), 1, 1).expect("a date");
            let members = scenario
                .members
                .iter()
                .enumerate()
                .map(|(place, of)| {
                    let (imported, death) = member(of, &mut sequence, date(2010, 1, 1), january);
                    deaths.extend(death.map(|death| (index, place, death)));
                    imported
                })
                .collect();
            ImportHousehold {
                household: NewHousehold {
                    number: format!("SC-{:04}", index + 1),
                    division: DivisionCode::new(people::VILLAGE).expect("a village"),
                    hukou_division: None,
                    address: String::new(),
                },
                members,
                facts: Vec::new(),
            }
        })
        .collect();
    let imported =
        write.household_import_many(&households, "scenarios").await.unwrap_or_else(|error| panic!("{error}"));
    for (index, place, death) in deaths {
        let change = PersonChange { death_date: Some(Some(death)), ..PersonChange::default() };
        write.person_update(imported[index].persons[place], 1, &change).await.unwrap_or_else(|error| panic!("{error}"));
    }
    write.commit().await.expect("the households are entered");
    imported.into_iter().map(|imported| imported.household).collect()
}

/// The same rules compiled for this machine: outcome, amount, persons covered, figures.
fn natively(manifest: &Manifest, scenario: &Scenario) -> (u32, i64, u32, Vec<i64>) {
    use doudi_sdk::testing::{World, block};
    use doudi_sdk::{Assess, Outcomes, input::Families};
    World::new(&scenario.date).scenario(scenario).run(|context| {
        let block = block(manifest, scenario);
        let families = Families::new(&block).unwrap_or_else(|refusal| panic!("{}: {refusal:?}", scenario.name));
        let mut out = Outcomes::new(manifest.figures.len());
        dibao::Dibao::assess(context, families, &mut out)
            .unwrap_or_else(|refusal| panic!("{}: {refusal:?}", scenario.name));
        let row = out.get(0).expect("a row for the household");
        (row.outcome.0, row.amount.0, row.covered, row.figures.to_vec())
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn every_scenario_through_the_sandbox_on_both_engines() {
    let package = guests::plugin("dibao");
    each_engine(date(2026, 6, 1), async |server| {
        let host = &server.app.host;
        let plugin = guests::load(host, &package).await;
        let scenarios = &plugin.manifest().scenarios;
        assert!(scenarios.len() >= 100, "the package carries only {} scenarios", scenarios.len());
        let ids = enter(server, scenarios).await;
        let fields: Vec<FieldCode> = plugin
            .manifest()
            .fields()
            .into_iter()
            .map(|code| catalogue::find(code).expect("a catalogue code").code)
            .collect();
        assert!(fields.iter().any(|field| field.field().table == Table::Income));
        let mut wrong = Vec::new();
        for (scenario, id) in scenarios.iter().zip(&ids) {
            let today: Date = scenario.date.parse().expect("a date");
            let scope = Actor::from(server.user(people::WANG_FANG)).scope();
            let mut snapshot = server.app.storage.snapshot(scope).await.expect("a snapshot");
            let columns = snapshot
                .household_columns(&[*id], &fields, today, None)
                .await
                .unwrap_or_else(|error| panic!("{error}"));
            snapshot.close().await.expect("closed");
            let reads = ScenarioParameters { parameters: scenario.parameters.clone(), columns: columns.clone() };
            let context = CallContext {
                grants: Grants::all(plugin.manifest()),
                settings: plugin
                    .manifest()
                    .settings
                    .as_ref()
                    .map_or("{}".to_owned(), |settings| settings.defaults.to_string()),
                ..CallContext::new(server.actor(people::WANG_FANG), today, server.app.now())
            };
            let called = host
                .assess(&plugin, &context, Box::new(reads), columns)
                .await
                .unwrap_or_else(|error| panic!("{}: {error}", scenario.name));
            let row = called.value.row(0);
            let expect = &scenario.expect;
            let given: Vec<&str> = row.reasons.iter().map(|reason| reason.code).collect();
            let figures_fit = expect.figures.iter().all(|(code, value)| row.figures.contains(&(code.as_str(), *value)));
            let fits = row.outcome.code == expect.outcome
                && row.amount.0 == expect.amount
                && expect.reasons.iter().all(|code| given.contains(&code.as_str()))
                && !expect.without.iter().any(|code| given.contains(&code.as_str()))
                && figures_fit;
            if !fits {
                wrong.push(format!(
                    "{}: expected {} {} {:?} {:?}, got {} {} {given:?} {:?}",
                    scenario.name,
                    expect.outcome,
                    expect.amount,
                    expect.reasons,
                    expect.figures,
                    row.outcome.code,
                    row.amount.0,
                    row.figures
                ));
            }
            let sandboxed = (
                called.value.outcomes()[0],
                row.amount.0,
                row.covered,
                row.figures.iter().map(|(_, value)| *value).collect::<Vec<i64>>(),
            );
            assert_eq!(
                sandboxed,
                natively(plugin.manifest(), scenario),
                "{}: sandbox and native differ",
                scenario.name
            );
            // Every reason reads as a sentence with its article, and cites facts of this very household only.
            for reason in called.value.reasons(0) {
                assert!(!reason.zh.contains('{') && !reason.en.contains('{'), "{}: {}", scenario.name, reason.zh);
            }
            // The same call again gives the same bytes.
            match host.replay(&plugin, &called.record).await {
                Ok(doudi_plugin_host::Replay::Same) => {}
                other => wrong.push(format!("{}: replay {other:?}", scenario.name)),
            }
        }
        assert!(
            wrong.is_empty(),
            "{} of {} on {}:\n{}",
            wrong.len(),
            scenarios.len(),
            server.app.storage.engine_name(),
            wrong.join("\n")
        );
    })
    .await;
}

/// A package of ours asks for nothing but what is lent, and is small.
#[tokio::test(flavor = "multi_thread")]
async fn the_package_is_admitted_with_its_scenarios() {
    let mut config = guests::host_config();
    config.scenario_calendar =
        Arc::new(WorkCalendar::parse_csv(include_str!("../../../data/statutory-days.csv")).expect("well formed"));
    let host = doudi_plugin_host::PluginHost::new(config).expect("the pool fits");
    let package = guests::plugin("dibao");
    assert!(package.len() < 2 << 20, "{} bytes", package.len());
    let admitted = host.admit(&package).await.unwrap_or_else(|refusal| panic!("{refusal}"));
    assert_eq!(admitted.manifest.id, "dibao");
}
