//! What happened elsewhere and concerns this measure. An event is a clue: it opens a case for people, or leaves a note on one that is
//! open; it never decides. Told twice, each changes nothing the second time.

mod alert;
mod clue;
mod death;
mod reversal;

use doudi_sdk::prelude::*;

impl React for crate::Dibao {
    fn react(context: &Context, event: Event) -> Result<Effects> {
        match event.topic.as_str() {
            "person.died" => death::react(context, &event),
            "discovery.application" => clue::react(context, &event),
            "monitoring.ended" => alert::react(context, &event),
            "delegated-approval.reversed" => reversal::react(context, &event),
            _ => Ok(Effects::new()),
        }
    }
}

/// An id in another measure's payload: a decimal string, or a number where its author wrote one.
fn told_id<'de, D: serde::Deserializer<'de>>(from: D) -> std::result::Result<Option<Id>, D::Error> {
    #[derive(serde::Deserialize)]
    #[serde(untagged)]
    enum Told {
        Id(Id),
        Number(i64),
    }
    let told: Option<Told> = serde::Deserialize::deserialize(from)?;
    Ok(told.map(|told| match told {
        Told::Id(id) => id,
        Told::Number(number) => Id(number),
    }))
}
