//! A death recorded anywhere opens a change for the household, once, when it is covered. The amount is for people to confirm.

use crate::change::Change;
use crate::family::Family;
use crate::rules::change::death_due;
use crate::{running, terms_on};
use doudi_sdk::prelude::*;
use serde::Deserialize;

/// The kernel's payload of `person.died`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Died {
    date: Option<Date>,
}

pub fn react(context: &Context, event: &Event) -> Result<Effects> {
    let (Some(household), Some(person)) = (event.household, event.person) else { return Ok(Effects::new()) };
    let lines = running::paying_or_granted(household, context.today)?;
    if !lines.iter().any(|line| line.person.is_none_or(|covered| covered == person)) {
        return Ok(Effects::new());
    }
    let known = documents::find(documents::Query::of("change").household(household).person(person))?;
    for document in &known {
        if document.state != "dropped" && document.body::<Change>()?.kind == "death" {
            return Ok(Effects::new());
        }
    }
    let payload: Option<Died> = event.payload()?;
    let on = match payload.and_then(|died| died.date) {
        Some(date) => date,
        None => {
            let family: Family = records::household(household, context.today)?;
            family.member(person).and_then(|member| member.death).unwrap_or(context.today)
        }
    };
    let body = Change {
        kind: "death".to_owned(),
        member: Some(person),
        on: Some(on),
        description: "系统收到死亡登记，请核实".to_owned(),
        ..Change::default()
    };
    let due = death_due(on, &terms_on(context.today)?.rules);
    Ok(Effects::new().document(body.open(household, due)))
}
