//! The one button of a watch-list review: go there. Hardship seen becomes a clue, and the wish of the family is what conversion counts.

use super::outing;
use crate::patrol;
use crate::review::Review;
use crate::rules::words::Place;
use crate::visit::Errand;
use doudi_sdk::prelude::*;

pub fn act(context: &Context, action: &Action) -> Result<Effects> {
    if action.id != "visit" {
        return Err(Refusal::unknown("操作", &action.id));
    }
    let document = action.document()?;
    let mut body: Review = document.body()?;
    let visit = outing::read(context, action, Errand::Review, patrol::stay_of(action.household)?)?;
    if visit.place == Place::Phone {
        return Err(Refusal::new("监测户排查须有人上门，电话或视频联系不算").problem("place", "请选择实际走访的地点"));
    }
    let visited = outing::put(&visit, action.household, None);
    if visit.nobody {
        let put = document.to("open").note("无人应答，须再次走访").body(&body);
        let put = match document.due {
            Some(due) => put.due(due),
            None => put,
        };
        return Ok(Effects::new().document(put).document(visited));
    }
    body.visited = Some(visit.moment.date);
    body.officer = Some(context.actor.user);
    body.wish = Some(visit.wish);
    body.findings.clone_from(&visit.findings);
    Ok(Effects::new()
        .document(document.to("visited").note(format!("已走访，{}", visit.wish.zh())).body(&body))
        .document(visited)
        .and(outing::told_others(&visit, action.household, Some(document.id), &[]))
        .and(outing::patrolled(context, &visit, action.household)?)
        .and(outing::clues(context, &visit, action.household, None)?))
}
