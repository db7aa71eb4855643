//! Forms that react: the trial calculation beside the questions. What is shown is an answer on the file as it stands, with
//! what the form adds; it is no decision, and says so.

use crate::actions::finding::Finding;
use crate::application::Application;
use crate::codes::{Asset, Income, Spending};
use crate::family::{Family, Member};
use crate::pages::trial_page;
use crate::recheck::Recheck;
use crate::rules::Case;
use crate::running;
use crate::trial::{Trial, case_of, decided};
use doudi_sdk::prelude::*;

impl FillForm for crate::Dibao {
    fn fill(context: &Context, request: FillRequest) -> Result<Fill> {
        let Some(household) = request.household else { return Ok(Fill::new()) };
        match request.form.as_str() {
            "application" => application(context, household, &request),
            "finding" => finding(context, household, &request),
            "recheck-decide" => recheck(context, household, &request),
            _ => Ok(Fill::new()),
        }
    }
}

/// Who applies decides what is asked of the rules; who has signed decides what is missing. A form that opens to change an application
/// shows what stands in it.
fn application(context: &Context, household: Id, request: &FillRequest) -> Result<Fill> {
    let standing = request.document.as_ref().filter(|_| request.changed.is_empty());
    let (body, begun) = match standing {
        Some(document) => {
            let body: Application = document.body()?;
            let begun = as_it_stands(&body);
            (body, begun)
        }
        None => {
            let mut body = Application::default();
            body.fill(&request.values, &context.actor);
            (body, Fill::new())
        }
    };
    let trial = Trial::of(household, context.today, &body.case())?;
    let mut page = trial_page(&trial, context.today);
    for problem in body.missing(&trial.family, &trial.terms).iter() {
        page = page.missing(problem.message.as_str());
    }
    let fill = begun.aside(page);
    Ok(if body.single { fill } else { fill.hide("exempt-support") })
}

/// The fields of an application; files are with the case already.
fn as_it_stands(body: &Application) -> Fill {
    let ids = |ids: &[Id]| ids.iter().map(|id| id.0.to_string()).collect::<Vec<String>>();
    let fill = Fill::new()
        .set("basis", if body.single { "single" } else { "family" })
        .set("proxy", body.proxy)
        .set("signed", ids(&body.signed))
        .set("no-income", ids(&body.no_income))
        .set("account-ready", body.account_ready)
        .set("declared", body.declared);
    let fill = if body.proxy { fill.set("proxy-relation", body.proxy_relation.as_str()) } else { fill };
    let fill = if body.exempt_support > 0 { fill.set("exempt-support", body.exempt_support) } else { fill };
    // A draft that was begun for the family has not asked about relatives: that answer is the officer's.
    let asked = body.declared || body.near_relative != 0;
    let fill = if asked { fill.set("near-relative", body.near_relative.to_string()) } else { fill };
    match body.applicant {
        Some(applicant) => fill.set("applicant", applicant.0.to_string()),
        None => fill,
    }
}

/// The answer as it would be with the finding on file.
fn finding(context: &Context, household: Id, request: &FillRequest) -> Result<Fill> {
    let case = case_of_document(context, household, request)?;
    let mut trial = Trial::of(household, context.today, &case)?;
    if let Ok(finding) = Finding::read(context, &request.values) {
        add(&mut trial.family, &finding, context.today);
        trial.decided = decided(&trial.family, &trial.terms, &case)?;
    }
    Ok(Fill::new().aside(trial_page(&trial, context.today)))
}

fn recheck(context: &Context, household: Id, request: &FillRequest) -> Result<Fill> {
    let case = case_of_document(context, household, request)?;
    let trial = Trial::of(household, context.today, &case)?;
    let fill = Fill::new().aside(trial_page(&trial, context.today));
    let grace = request.values.text("decision") == Some("grace");
    Ok(match trial.terms.params.grace_months {
        Some(months) if grace && request.values.number("months").is_none() => fill.set("months", months),
        _ => fill,
    })
}

/// What is asked for the document the form belongs to.
fn case_of_document(context: &Context, household: Id, request: &FillRequest) -> Result<Case> {
    let Some(document) = &request.document else { return Ok(Case::default()) };
    if document.collection == "application" {
        return Ok(document.body::<Application>()?.case());
    }
    Ok(match running::require(household, document.person, context.today) {
        Ok(decision) => case_of(&decision),
        Err(_) => Case::default(),
    })
}

/// Puts a finding into a family that has been read, as the kernel would after it is recorded.
fn add(family: &mut Family, finding: &Finding, today: Date) {
    let Some(member) = family.members.iter_mut().find(|member| member.person == finding.member) else { return };
    let Member { incomes, assets, spending, .. } = member;
    put::<Income>(incomes, finding, today);
    put::<Asset>(assets, finding, today);
    put::<Spending>(spending, finding, today);
}

fn put<K: ItemKind>(items: &mut Vec<Item<K>>, finding: &Finding, today: Date) {
    let Some(kind) = K::CODES.iter().position(|code| *code == finding.field).and_then(K::from_index) else { return };
    if finding.replaces {
        items.retain(|item| item.kind.code() != finding.field || !item.covers(today));
    }
    items.push(Item {
        fact: Id(0),
        kind,
        value: Fen(finding.amount),
        qualifier: finding.qualifier,
        from: finding.from,
        to: None,
        source: i32::from(finding.source),
    });
}

/// A recheck's class in words.
pub fn class_word(body: &Recheck) -> String {
    if body.class.is_empty() { "另行发起".to_owned() } else { format!("{}类", body.class) }
}
