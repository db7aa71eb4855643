//! Forms that react: the trial beside an application or a decision, the level an assessment would give, the carers to choose from.
//! What is shown is an answer on the file as it stands; it is no decision, and says so.

use crate::agreement::{Agreement, load_of};
use crate::application::{Application, Circumstances};
use crate::assessment::{self, Assessment, ITEMS};
use crate::carer;
use crate::family::describe;
use crate::pages::trial_page;
use crate::review::Review;
use crate::rules::form::Form;
use crate::rules::level::Level;
use crate::running::{self, Line};
use crate::terms_on;
use crate::trial::{About, Trial};
use doudi_sdk::prelude::*;

impl FillForm for crate::CareContracts {
    fn fill(context: &Context, request: FillRequest) -> Result<Fill> {
        match request.form.as_str() {
            "application" => application(context, &request),
            "drop-obligor" => drop_obligor(&request),
            "confirm" => institutions(Fill::new()),
            "review-decide" => review(context, &request),
            "assessment" => Ok(assessed(&request.values)),
            "agreement" => agreement(context, &request),
            _ => Ok(Fill::new()),
        }
    }
}

/// Who applies decides what is asked of the rules; what is not signed is missing.
fn application(context: &Context, request: &FillRequest) -> Result<Fill> {
    let Some(household) = request.household else { return Ok(Fill::new()) };
    let mut body: Application = match &request.document {
        Some(document) => document.body()?,
        None => Application::default(),
    };
    body.fill(&request.values);
    let Some(person) = body.applicant else { return Ok(Fill::new()) };
    let about = About { household, person, circumstances: &body.circumstances, form: Form::Scattered, as_minor: false };
    let trial = Trial::of(&about, context.today, context.today)?;
    let mut page = trial_page(&trial, context.today);
    for problem in body.missing(&trial.family, &trial.terms).iter() {
        page = page.missing(problem.message.as_str());
    }
    let minor = trial.family.member(person).and_then(|member| member.age(context.today)).is_some_and(|age| age < 18);
    let fill = Fill::new().aside(page);
    Ok(if minor { fill } else { fill.set("orphan", "none").hide("orphan") })
}

fn circumstances(document: &Document) -> Result<Circumstances> {
    Ok(match document.collection.as_str() {
        "review" => document.body::<Review>()?.circumstances,
        _ => document.body::<Application>()?.circumstances,
    })
}

fn drop_obligor(request: &FillRequest) -> Result<Fill> {
    let Some(document) = &request.document else { return Ok(Fill::new()) };
    let known = circumstances(document)?;
    let choices = known
        .obligors
        .iter()
        .enumerate()
        .map(|(place, obligor)| Choice::new(place.to_string(), describe(obligor.relation, obligor.birth)));
    Ok(Fill::new().choices("which", choices))
}

fn institutions(fill: Fill) -> Result<Fill> {
    let open = carer::institutions()?;
    let choices = open.iter().map(|(document, body)| {
        Choice::new(document.id.0.to_string(), format!("{}（{} 张床位）", body.name, body.beds))
    });
    Ok(fill.choices("institution", choices))
}

fn review(context: &Context, request: &FillRequest) -> Result<Fill> {
    let fill = institutions(Fill::new())?;
    let (Some(household), Some(document)) = (request.household, &request.document) else { return Ok(fill) };
    let body: Review = document.body()?;
    let Ok(old) = running::require(household, body.member, context.today) else { return Ok(fill) };
    let form = request.values.text("form").and_then(Form::parse).unwrap_or_else(|| old.form());
    let about = About {
        household,
        person: old.person.unwrap_or_default(),
        circumstances: &body.circumstances,
        form,
        as_minor: old.is_as_minor(),
    };
    let trial = Trial::of(&about, context.today, context.today.first_of_next_month())?;
    Ok(fill.aside(trial_page(&trial, context.today)))
}

/// How many items fail so far, and the level they give.
fn assessed(values: &FormValues) -> Fill {
    let answered = ITEMS.iter().filter(|(item, _)| values.text(item).is_some()).count();
    let failed = ITEMS.iter().filter(|(item, _)| values.text(item) == Some("no")).count() as i64;
    let page = Page::untitled().heading("评估结果");
    let page = match Level::from_failed(failed).filter(|_| answered == ITEMS.len()) {
        Some(level) => page.note(Tone::Progress, format!("{failed} 项不能达到：{}。", level.zh())),
        None => page.note(Tone::Neutral, format!("已填 {answered} 项，共 {} 项。", ITEMS.len())),
    };
    Fill::new().aside(page)
}

/// The carers of the register with their load, and what level, fee and interval the county's numbers give.
fn agreement(context: &Context, request: &FillRequest) -> Result<Fill> {
    let before: Option<Agreement> = match request.document.as_ref().filter(|it| it.collection == "agreement") {
        Some(document) => Some(document.body()?),
        None => None,
    };
    let person = before.as_ref().map(|before| before.member).or_else(|| request.values.id("member"));
    let params = terms_on(context.today)?.params;
    let mut choices = Vec::new();
    for document in documents::all(documents::Query::of("carer").state("active"))?.iter().take(SHOWN) {
        let body: carer::Carer = document.body()?;
        let load = load_of(document.id, person.unwrap_or_default())?;
        let question =
            if body.questions(params.carer_age, context.today).is_empty() { "" } else { "，照料能力待核实" };
        let label = format!("{} {}，已照料 {load} 人{question}", document.key, body.describe());
        choices.push(Choice::new(document.id.0.to_string(), label));
    }
    let mut fill = Fill::new().choices("carer", choices);
    if let Some(before) = &before {
        fill = fill.set("member", before.member.0.to_string());
    }
    let Some(person) = person else { return Ok(fill) };
    let mut page = Page::untitled().heading("照料档次");
    let assessments = assessment::of_person(person)?;
    let level = assessment::governing(&assessments, context.today).and_then(Assessment::level);
    match level {
        None => page = page.missing("自理能力评估"),
        Some(level) => {
            page = page.note(Tone::Progress, format!("最近一次评估：{}。", level.zh()));
            if request.values.money("fee").is_none()
                && let Some(fee) = params.care_fee(level)
            {
                fill = fill.set("fee", fee);
            }
            if request.values.number("visit-days").is_none()
                && let Some(days) = params.visit_interval(level)
            {
                fill = fill.set("visit-days", days);
            }
        }
    }
    if let (None, Some(before)) = (request.values.id("carer"), &before) {
        fill = fill.set("carer", before.carer.0.to_string());
    }
    Ok(fill.aside(page))
}

/// Carers a form offers: each is counted by itself.
const SHOWN: usize = 300;
