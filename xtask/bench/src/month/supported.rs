//! The people of the large county who are supported as 特困: old, alone, without income. Their support has run for a month, each has
//! been assessed, nine of ten live at home with an agreement that holds, and a carer looks after four of them.

use crate::city::{self, City};
use anyhow::{Context, Result, bail};
use care_contracts::agreement::{Agreement, Payee};
use care_contracts::assessment::{Assessment, ITEMS};
use care_contracts::carer::Carer;
use care_contracts::rules::agreement::Signatures;
use care_contracts::rules::form::Form;
use care_contracts::rules::level::Level;
use doudi_demo::family::Family;
use doudi_demo::make_up::Maker;
use doudi_documents::Manifest;
use doudi_domain::division::UnitKind;
use doudi_domain::person::Sex;
use doudi_domain::{DivisionCode, DocumentId, HouseholdId, PersonId};
use doudi_sdk::prelude::{Date as Day, Id};
use doudi_server::app::assess;
use doudi_storage::decision::NewDecision;
use doudi_storage::document::{DocumentPut, DocumentTarget};
use serde_json::json;

const NUMBERS: &str = "TK-";
const SCHEME: &str = "tekun";
const PLUGIN: &str = "care-contracts";
/// One in so many lives in an institution.
const CENTRAL: usize = 10;
const CARED_FOR_BY_ONE: usize = 4;

/// Whether a household of this number is one of them.
pub fn is_one(number: &str) -> bool {
    number.starts_with(NUMBERS)
}

pub fn families(maker: &mut Maker<'_>, count: usize) -> Result<Vec<Family>> {
    let tree = city::tree()?;
    let lowest = |code: &DivisionCode| matches!(code.unit_kind(), UnitKind::Community | UnitKind::Village);
    let inside = tree.iter().map(|division| division.code).filter(|code| crate::COUNTY.division().contains(*code));
    let villages: Vec<DivisionCode> = inside.filter(lowest).collect();
    let mut families = Vec::with_capacity(count);
    for number in 0..count {
        let village = maker.village(villages[number % villages.len()]).context("a village of the county")?;
        let sex = if number % 3 == 0 { Sex::Female } else { Sex::Male };
        let head = maker.person("王", sex, 62 + (number % 27) as i64, 2);
        let family = maker.house(village, vec![head], 1);
        families.push(Family { number: format!("{NUMBERS}{number:06}"), ..family });
    }
    Ok(families)
}

/// One of them on file.
struct Person {
    household: HouseholdId,
    person: PersonId,
    division: DivisionCode,
    row: assess::AssessRow,
}

/// Decides about all of them, assesses them, and has agreements signed.
pub async fn settle(city: &City, manifest: &Manifest, count: usize) -> Result<()> {
    city.clock.set(city::DECIDED);
    let people = people(city).await?;
    if people.len() != count {
        bail!("{} of {count} are supported by the rule", people.len());
    }
    let invocation = city.cause().await?;
    for (number, block) in people.chunks(1_000).enumerate() {
        let first = number * 1_000;
        let decisions: Vec<NewDecision> = block
            .iter()
            .enumerate()
            .map(|(at, one)| {
                let mut row = one.row.clone();
                for (code, value) in &mut row.figures {
                    match code.as_str() {
                        "level" => *value = level(first + at).code(),
                        "form" => *value = form(first + at).code(),
                        _ => {}
                    }
                }
                let granted = city::granted(manifest, &row, one.division, invocation);
                NewDecision { scheme: SCHEME.to_owned(), person: Some(one.person), ..granted }
            })
            .collect();
        let mut write = city.write().await?;
        write.decisions_record_many(&decisions).await?;
        let assessments: Vec<DocumentPut> =
            block.iter().enumerate().map(|(at, one)| assessment(one, first + at)).collect::<Result<_>>()?;
        write.documents_create_many(&assessments).await?;
        let carers: Vec<DocumentPut> = block
            .iter()
            .step_by(CARED_FOR_BY_ONE)
            .enumerate()
            .map(|(at, one)| carer(one, first + at))
            .collect::<Result<_>>()?;
        let carers: Vec<DocumentId> = write.documents_create_many(&carers).await?.iter().map(|made| made.id).collect();
        let at_home = block.iter().enumerate().filter(|(at, _)| form(first + at) == Form::Scattered);
        let agreements: Vec<DocumentPut> = at_home
            .map(|(at, one)| agreement(one, first + at, carers[at / CARED_FOR_BY_ONE]))
            .collect::<Result<_>>()?;
        write.documents_create_many(&agreements).await?;
        write.commit().await?;
    }
    Ok(())
}

/// Those the rule supports, of the households made for it.
async fn people(city: &City) -> Result<Vec<Person>> {
    let mut rows = Vec::new();
    let mut sink = |mut block: Vec<assess::AssessRow>| {
        block.retain(|row| is_one(&row.number) && row.outcome == "granted");
        block.iter_mut().for_each(|row| row.reasons.clear());
        rows.append(&mut block);
        Ok(())
    };
    assess::county(&city.app, &city.actor(), PLUGIN, city::DECIDED, &mut sink, &mut |_, _| {}).await?;
    let mut people = Vec::with_capacity(rows.len());
    let mut snapshot = city.app.storage.snapshot(city.actor().scope()).await?.without_noting();
    for row in rows {
        let household = snapshot.household_fetch(row.household).await?;
        let person = household.head.context("a household without a head")?;
        people.push(Person { household: row.household, person, division: household.division, row });
    }
    Ok(people)
}

fn form(number: usize) -> Form {
    if number.is_multiple_of(CENTRAL) { Form::Central } else { Form::Scattered }
}

fn level(number: usize) -> Level {
    [Level::SelfCaring, Level::Half, Level::Full][number % 3]
}

fn day(text: &str) -> Result<Day> {
    text.parse().map_err(|refusal| anyhow::anyhow!("{text}: {refusal}"))
}

fn put(one: &Person, collection: &str, key: String, state: &str, body: String) -> DocumentPut {
    DocumentPut {
        target: DocumentTarget::New { plugin: PLUGIN.to_owned(), collection: collection.to_owned(), key },
        title: collection.to_owned(),
        household: Some(one.household),
        person: Some(one.person),
        division: one.division,
        state: state.to_owned(),
        assignee_role: None,
        assignee: None,
        since: city::DECIDED,
        due: None,
        final_state: false,
        body,
        index: vec![("person".to_owned(), one.person.0.to_string())],
        action: "import".to_owned(),
        note: String::new(),
    }
}

fn assessment(one: &Person, number: usize) -> Result<DocumentPut> {
    let failed = [0, 2, 5][number % 3];
    let body = Assessment {
        member: Some(Id(one.person.0)),
        cause: "first".to_owned(),
        reported: Some(day("2022-05-10")?),
        assessed: Some(day("2022-05-20")?),
        failed: ITEMS.iter().take(failed).map(|(item, _)| (*item).to_owned()).collect(),
        will: true,
        finding: "入户评估".to_owned(),
        governs: Some(day("2022-06-01")?),
        ..Assessment::default()
    };
    Ok(put(one, "assessment", format!("bench-{number}"), "valid", json!(body).to_string()))
}

fn carer(one: &Person, number: usize) -> Result<DocumentPut> {
    let body = Carer {
        kind: "neighbour".to_owned(),
        label: format!("邻居{number}"),
        birth: Some(day("1970-03-01")?),
        healthy: true,
        ..Carer::default()
    };
    let made = put(one, "carer", format!("bench-{}", one.person), "active", json!(body).to_string());
    Ok(DocumentPut { household: None, person: None, index: Vec::new(), ..made })
}

fn agreement(one: &Person, number: usize, carer: DocumentId) -> Result<DocumentPut> {
    let body = Agreement {
        member: Id(one.person.0),
        party: "town".to_owned(),
        carer: Id(carer.0),
        override_reason: String::new(),
        services: vec!["living".to_owned(), "watch".to_owned()],
        times: 7,
        from: day("2022-06-01")?,
        to: day("2023-05-31")?,
        level: level(number),
        fee: 20_000,
        payer: "county".to_owned(),
        payee: Payee::Carer,
        method: String::new(),
        visitor: Id(1),
        visit_days: 30,
        emergency: vec!["carer".to_owned()],
        printed: Some(day("2022-05-30")?),
        signed: Some(day("2022-05-31")?),
        signatures: Signatures { party: true, ..Signatures::default() },
        witness: None,
        pauses: Vec::new(),
        ended: None,
        end_reason: String::new(),
        replaces: None,
    };
    let mut made = put(one, "agreement", format!("bench-{number}"), "active", json!(body).to_string());
    made.index.push(("carer".to_owned(), carer.0.to_string()));
    Ok(made)
}
