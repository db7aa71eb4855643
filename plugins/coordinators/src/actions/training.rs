//! 业务培训: who was there is told by post, because a measure knows no names.

use super::{amiss, past_date, required};
use crate::post::{POST, Post};
use crate::training::Training;
use doudi_sdk::prelude::*;

pub fn act(context: &Context, action: &Action) -> Result<Effects> {
    let values = &action.values;
    if action.id == "hold" {
        let on = past_date(context, values, "on", "培训日期")?;
        let hours = values.number("hours").and_then(|hours| u32::try_from(hours).ok()).filter(|hours| *hours > 0);
        let body = Training {
            on,
            hours: hours.ok_or_else(|| amiss("hours", "请填写学时"))?,
            topic: required(values, "topic", "培训内容")?.to_owned(),
            organiser: required(values, "organiser", "举办单位")?.to_owned(),
            test: values.yes("test"),
            posts: attended(values, on)?,
        };
        return Ok(Effects::new().document(body.open()));
    }
    let document = action.document()?;
    let mut body: Training = document.body()?;
    match action.id.as_str() {
        "add" => {
            let more: Vec<Id> =
                attended(values, body.on)?.into_iter().filter(|post| !body.posts.contains(post)).collect();
            if more.is_empty() {
                return Err(amiss("posts", "所选人员都已登记"));
            }
            let note = format!("补登 {} 人", more.len());
            body.posts.extend(more);
            Ok(Effects::new().document(document.to("held").note(note).body(&body)))
        }
        "void" => {
            let reason = required(values, "reason", "原因")?;
            Ok(Effects::new().document(document.to("void").note(format!("作废：{reason}"))))
        }
        other => Err(Refusal::unknown("操作", other)),
    }
}

/// Posts whose holders were there. Nobody is trained in a post he does not hold that day.
fn attended(values: &FormValues, on: Date) -> Result<Vec<Id>> {
    let mut posts: Vec<Id> = values.choices("posts").iter().filter_map(|post| post.parse().ok().map(Id)).collect();
    posts.sort_unstable();
    posts.dedup();
    if posts.is_empty() {
        return Err(amiss("posts", "请选择参加培训的协理员"));
    }
    for post in &posts {
        let document = documents::get(*post)?;
        if document.collection != POST || !document.body::<Post>()?.held_on(on) {
            return Err(amiss("posts", format!("岗位 {} 在培训当日没有在岗人员，请重新选择", document.key)));
        }
    }
    Ok(posts)
}
