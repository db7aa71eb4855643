//! The county's spot check found a decision of a town wrong. A family that is paid is looked at again, for the county to decide; one
//! that was refused gets a draft, for the family to complete. What people decided stands until people decide otherwise.

use super::alert::look;
use crate::application::Application;
use crate::once;
use crate::origin::{Finder, Origin};
use crate::running::{self, SCHEME};
use doudi_sdk::prelude::*;
use serde::Deserialize;

/// The payload of `delegated-approval.reversed`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Reversed {
    scheme: String,
    #[serde(deserialize_with = "super::told_id")]
    decision: Option<Id>,
    /// The application of this measure.
    #[serde(deserialize_with = "super::told_id")]
    case: Option<Id>,
    finding: String,
}

pub fn react(context: &Context, event: &Event) -> Result<Effects> {
    let reversed: Reversed = event.payload::<Option<Reversed>>()?.unwrap_or_default();
    let (Some(household), true) = (event.household, reversed.scheme == SCHEME) else { return Ok(Effects::new()) };
    let decision = reversed.decision.map(decisions::get).transpose()?;
    let case = reversed.case.or_else(|| decision.as_ref().and_then(|decision| decision.document));
    let application = match case.map(documents::get).transpose()? {
        Some(document) if document.collection == "application" => Some((document.body::<Application>()?, document)),
        _ => None,
    };
    let reason =
        format!("县级抽查认定原审核确认有误（{}），请重新核查，由县级民政部门决定", finding_word(&reversed.finding));
    let origin = Origin { case, finding: reversed.finding, ..Origin::of(Finder::SpotCheck, event.document) };
    let refused = match (&decision, &application) {
        (Some(decision), _) => decision.effect == "refuse",
        (None, Some((_, document))) => document.state == "refused",
        (None, None) => false,
    };
    if refused {
        return refused_wrongly(context, household, application.map(|(body, _)| body), origin);
    }
    if origin.opened_before("recheck")? {
        return Ok(Effects::new());
    }
    let person = decision.and_then(|decision| decision.person).or(event.person);
    let lines = running::paying_or_granted(household, context.today)?;
    let Some(line) = lines.iter().find(|line| line.person == person).or(lines.first()) else {
        return Ok(Effects::new());
    };
    Ok(Effects::new().document(look(context, line, &origin, &reason)?))
}

/// The codes stand in `docs/reference/topics.md`.
fn finding_word(finding: &str) -> &'static str {
    match finding {
        "wrong-cover" => "错保",
        "missed" => "漏保",
        "amount" => "金额有误",
        "favour" => "人情保",
        "connection" => "关系保",
        _ => "实体错误",
    }
}

/// 漏保: who applies and how is taken over; what was stated and signed must be so again.
fn refused_wrongly(context: &Context, household: Id, old: Option<Application>, origin: Origin) -> Result<Effects> {
    let old = old.unwrap_or_default();
    let body = Application {
        applicant: old.applicant,
        single: old.single,
        exempt_support: old.exempt_support,
        near_relative: old.near_relative,
        origin: Some(origin.clone()),
        ..Application::default()
    };
    if origin.opened_before("application")?
        || once::is_covered(household, &body, context.today)?
        || once::open_case(household, &body, None)?.is_some()
    {
        return Ok(Effects::new());
    }
    Ok(Effects::new().document(body.draft(household, "县级抽查认定原不予确认有误，请协助申请人重新申请")))
}
