//! Forms that react: who may be chosen for a training depends on its day and town; and beside a handover stands what is open in the
//! village.

use crate::cases;
use crate::establishment::lies_in;
use crate::pages::words::cases_table;
use crate::post::{self, Entry, Post};
use doudi_sdk::prelude::*;
use std::collections::BTreeMap;

impl FillForm for crate::Coordinators {
    fn fill(context: &Context, request: FillRequest) -> Result<Fill> {
        match request.form.as_str() {
            "training" => {
                let on = request.values.date("on").unwrap_or(context.today);
                Ok(Fill::new().choices("posts", holders(on, request.values.division("town"))?))
            }
            "training-more" => {
                let training: crate::training::Training = match &request.document {
                    Some(document) => document.body()?,
                    None => return Ok(Fill::new()),
                };
                let choices = holders(training.on, None)?;
                let missing = choices
                    .into_iter()
                    .filter(|choice| choice.value.parse().is_ok_and(|id| !training.posts.contains(&Id(id))));
                Ok(Fill::new().choices("posts", missing))
            }
            "hand-over" => {
                let Some(document) = &request.document else { return Ok(Fill::new()) };
                let body: Post = document.body()?;
                let open = cases::of_village(body.division, context.today)?;
                Ok(Fill::new().aside(Page::untitled().heading("本村（居）未办结事项").table(cases_table(&open))))
            }
            _ => Ok(Fill::new()),
        }
    }
}

/// Posts held on a day, by place: a measure knows places and numbers, no names.
fn holders(on: Date, town: Option<i64>) -> Result<Vec<Choice>> {
    let names: BTreeMap<i64, String> =
        divisions::list()?.into_iter().map(|division| (division.code, division.name)).collect();
    let mut posts = post::all(&[])?;
    posts.retain(|entry| entry.body.held_on(on) && town.is_none_or(|town| lies_in(entry.body.division, town)));
    posts.sort_by_key(|entry| (entry.body.division, entry.document.id));
    let choice = |entry: &Entry| {
        let place = names.get(&entry.body.division).map_or("", String::as_str);
        Choice::new(entry.document.id.0.to_string(), format!("{place}（岗位 {}）", entry.document.key))
    };
    Ok(posts.iter().map(choice).collect())
}
