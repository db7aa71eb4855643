//! The buttons of a visit: one made without an errand, and the town's answer to the questions raised. What proves not to have been a
//! visit is taken out of everything that counted it.

use super::{outing, required};
use crate::clue::{CLUE, Filed};
use crate::parameters;
use crate::patrol;
use crate::review::{REVIEW, Review};
use crate::rules::clock::Stand;
use crate::visit::{Errand, Visit};
use doudi_sdk::prelude::*;

pub fn act(context: &Context, action: &Action) -> Result<Effects> {
    if action.id == "record" {
        return record(context, action);
    }
    let document = action.document()?;
    let mut body: Visit = document.body()?;
    if body.officer == context.actor.user {
        return Err(Refusal::new("您是走访人，疑点须由其他人员核实"));
    }
    required(&action.values, "note", "核实情况")?.clone_into(&mut body.settled);
    match action.id.as_str() {
        "genuine" => {
            let note = format!("核实无误：{}", body.settled);
            Ok(Effects::new().document(document.to("genuine").note(note).body(&body)))
        }
        "reject" => {
            let note = format!("走访不实：{}", body.settled);
            let rejected = Effects::new().document(document.to("rejected").note(note).body(&body));
            Ok(rejected.and(uncount(context, document, &body)?))
        }
        other => Err(Refusal::unknown("操作", other)),
    }
}

fn record(context: &Context, action: &Action) -> Result<Effects> {
    let household = action.about()?;
    let visit = outing::read(context, action, Errand::Chance, patrol::stay_of(Some(household))?)?;
    Ok(Effects::new()
        .document(outing::put(&visit, Some(household), None))
        .and(outing::told_others(&visit, Some(household), None, &[]))
        .and(outing::patrolled(context, &visit, Some(household))?)
        .and(outing::clues(context, &visit, Some(household), None)?))
}

/// The patrol is due again, the review open again, the clue unvisited again.
fn uncount(context: &Context, document: &Document, visit: &Visit) -> Result<Effects> {
    let mut effects = Effects::new();
    if visit.nobody {
        return Ok(effects);
    }
    if let Some(household) = document.household
        && let Some((listed, mut patrol)) = patrol::of(household)?
        && patrol::counts(visit, &patrol)
    {
        patrol.unvisited(visit.moment.date);
        let intervals = parameters::intervals(context.today)?;
        effects = effects.document(patrol.to(&listed, context.today, &intervals, "走访不实，须重新走访"));
    }
    let Some(subject) = visit.subject.filter(|_| visit.errand != Errand::Patrol) else { return Ok(effects) };
    let subject = documents::get(subject)?;
    if subject.collection == REVIEW && subject.state == "visited" {
        let mut review: Review = subject.body()?;
        review.visited = None;
        review.wish = None;
        effects = effects.document(subject.to("open").due(context.today).note("走访不实，须重新走访").body(&review));
    } else if subject.collection == CLUE {
        let mut clue = Filed::of(subject)?;
        clue.body.visits.retain(|went| went.on != visit.moment.date || went.officer != visit.officer);
        let undone = matches!(clue.stand, Stand::Verifying | Stand::Verified) && clue.body.visits.is_empty();
        if undone {
            clue.body.verified = None;
            let put = clue.body.to(&clue.document, Stand::Verifying, context.today, "走访不实，须重新核实")?;
            effects = effects.document(put);
        } else if !clue.stand.is_over() {
            let put = clue.body.to(&clue.document, clue.stand, context.today, "一次走访不实，不作为核实依据")?;
            effects = effects.document(put);
        }
    }
    Ok(effects)
}
