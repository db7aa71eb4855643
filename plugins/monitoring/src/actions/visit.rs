//! 入户核实: the visit as it is registered, compared with the other visits of the same officer and day and with the photos of any visit.

use super::required;
use crate::alert::{ALERT, Alert};
use crate::parameters;
use crate::rules::visit::{Other, Visit, doubts};
use doudi_sdk::prelude::*;

/// Photos whose digests are kept to be found again.
const FOUND_AGAIN: usize = 3;
const PHOTO_INDEXES: [&str; FOUND_AGAIN] = ["photo-1", "photo-2", "photo-3"];

/// Registers it on an alert.
///
/// # Errors
/// `refused` with everything that speaks against the visit.
pub fn register(context: &Context, action: &Action) -> Result<Effects> {
    let document = action.document()?;
    let household = action.about()?;
    let values = &action.values;
    let at = values
        .moment("at")
        .ok_or_else(|| Refusal::invalid("请填写入户时间").problem("at", "请填写入户的日期和时间"))?;
    let photos = values.files("photos");
    let digests =
        action.files.iter().filter(|file| photos.contains(&file.id)).map(|file| file.digest.clone()).collect();
    let visit = Visit {
        by: Some(context.actor.user),
        at: Some(at),
        on: at.date,
        met: values.ids("met"),
        position: values.position("position"),
        no_position: values.text("no-position").unwrap_or_default().to_owned(),
        photos: digests,
        found: required(values, "found", "入户情况")?.to_owned(),
        taken: action.taken(),
        elsewhere: false,
    };
    let mut alert: Alert = document.body()?;
    let limits = parameters::visit_limits(context.today)?;
    let others = others(document.id, &visit)?;
    doubts(&visit, household, alert.raised, context.today, &limits, &others).refuse("入户登记不能通过")?;
    let mut note = format!("{}入户核实", at.date.chinese());
    if visit.position.is_none() {
        note.push_str("，无定位");
    }
    let visitor = visitor(context.actor.user, at.date);
    let kept: Vec<String> = visit.photos.iter().take(FOUND_AGAIN).cloned().collect();
    alert.visit = Some(visit);
    let mut put = alert.to(document, "visited", note).index("visitor", visitor);
    for (name, digest) in PHOTO_INDEXES.into_iter().zip(&kept) {
        put = put.index(name, digest);
    }
    Ok(Effects::new().document(put).attach(AttachmentLink::new(document.id, "入户照片", photos)))
}

/// One officer's visits of a day.
fn visitor(user: Id, on: Date) -> String {
    format!("{}@{on}", user.0)
}

/// Visits to compare with.
fn others(own: Id, visit: &Visit) -> Result<Vec<Other>> {
    let user = visit.by.unwrap_or_default();
    let mut found = documents::find(documents::Query::of(ALERT).index("visitor", visitor(user, visit.on)))?;
    for digest in &visit.photos {
        for name in PHOTO_INDEXES {
            found.extend(documents::find(documents::Query::of(ALERT).index(name, digest).limit(5))?);
        }
    }
    let mut others = Vec::new();
    for document in found.iter().filter(|document| document.id != own) {
        let alert: Alert = document.body()?;
        others.extend(alert.visit.map(|visit| Other { household: document.household, visit }));
    }
    Ok(others)
}
