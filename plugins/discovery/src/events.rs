//! What happened elsewhere: an alert becomes a clue, and the benefits tell what became of the applications the measure helped with.

use crate::cases::Case;
use crate::clue::{self, Filed, Report};
use crate::reporting::{self, News};
use crate::rules::clock::Stand;
use crate::rules::words::{CaseOutcome, Difficulty, Source, Urgency};
use doudi_sdk::prelude::*;
use serde::Deserialize;

/// The payload of `monitoring.raised`, and what of it `monitoring.eligible` repeats.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Raised {
    rule: String,
    level: String,
    due: Option<Date>,
    /// `end`: the household may no longer qualify. That is monitoring's to verify, and no hardship.
    disposition: String,
}

impl React for crate::Discovery {
    fn react(context: &Context, event: Event) -> Result<Effects> {
        match event.topic.as_str() {
            // Whoever heard of the alert has its clue already; a county that began here later gets it now.
            "monitoring.raised" | "monitoring.eligible" => raised(context, &event),
            "dibao.confirmed" | "care-contracts.confirmed" => result(context, &event, CaseOutcome::Granted),
            "dibao.refused" | "care-contracts.refused" => result(context, &event, CaseOutcome::Refused),
            _ => Ok(Effects::new()),
        }
    }
}

/// 监测预警: the town gets a clue, with the alert's own day where that is earlier. The second delivery of an alert changes nothing.
fn raised(context: &Context, event: &Event) -> Result<Effects> {
    let (Some(household), Some(alert)) = (event.household, event.document) else { return Ok(Effects::new()) };
    let known = clue::of_household(household)?;
    if known.iter().any(|clue| clue.body.alerts().any(|seen| seen == alert)) {
        return Ok(Effects::new());
    }
    let raised = event.payload::<Option<Raised>>()?.unwrap_or_default();
    if raised.disposition == "end" {
        return Ok(Effects::new());
    }
    let news = News {
        household: Some(household),
        person: event.person,
        village: None,
        difficulty: Difficulty::of_rule(&raised.rule),
        urgency: if raised.level == "red" { Urgency::Urgent } else { Urgency::Ordinary },
        whereabouts: String::new(),
        wish: None,
        stand: Stand::Reported,
        report: Report {
            on: context.today,
            source: Source::Monitoring,
            finder: "监测平台".to_owned(),
            officer: None,
            description: raised.rule,
            alert: Some(alert),
        },
        due: raised.due,
    };
    let put = reporting::file(context, news)?;
    Ok(Effects::new().document(put))
}

/// A benefit was decided: the clues about that household whose application waits for it go on.
fn result(context: &Context, event: &Event, outcome: CaseOutcome) -> Result<Effects> {
    let Some(household) = event.household else { return Ok(Effects::new()) };
    let mut effects = Effects::new();
    for filed in clue::of_household(household)? {
        if waits_for(&filed, event.person) {
            effects = effects.document(ended(context, filed, outcome, event.document, context.today)?);
        }
    }
    Ok(effects)
}

/// Whether a clue waits for a decision about a person, or about the household as a whole.
fn waits_for(filed: &Filed, person: Option<Id>) -> bool {
    let Some(application) = filed.body.application.as_ref().filter(|_| filed.stand == Stand::Applying) else {
        return false;
    };
    match (person, application.applicant) {
        (Some(person), Some(applicant)) => person == applicant,
        _ => true,
    }
}

/// The application ended; the grid officer is to be told.
///
/// # Errors
/// Missing parameters.
pub fn ended(context: &Context, filed: Filed, outcome: CaseOutcome, case: Option<Id>, on: Date) -> Result<DocumentPut> {
    let Filed { document, mut body, .. } = filed;
    if let Some(application) = body.application.as_mut() {
        application.case = case.or(application.case);
        application.outcome = Some(outcome);
        application.ended = Some(on);
    }
    body.decided.get_or_insert(on);
    body.to(&document, Stand::Feedback, context.today, format!("代办申请：{}", outcome.zh()))
}

/// The case a clue's application led to: of the same household, and person where both say one, opened on the day or later; the
/// applied-for benefit first, since a family that asks for one may be given another.
pub fn case_of<'c>(filed: &Filed, cases: &'c [Case]) -> Option<&'c Case> {
    let application = filed.body.application.as_ref()?;
    let household = filed.document.household?;
    let fits = cases.iter().filter(|case| {
        let person_fits = match (case.person, application.applicant) {
            (Some(one), Some(other)) => one == other,
            _ => true,
        };
        case.household == household && case.opened >= application.on && person_fits
    });
    fits.min_by_key(|case| (case.scheme != application.scheme, case.opened, case.document))
}
