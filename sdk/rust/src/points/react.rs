//! Events.

use crate::bindings::kernel::doudi::types::types;
use crate::bindings::react::exports::doudi::measure::react as wit;
use crate::context::Context;
use crate::effects::Effects;
use crate::refusal::{Refusal, Result};
use doudi_documents::Id;
use doudi_documents::feed::{FeedTaken, TAKEN};
use serde::de::DeserializeOwned;

/// Something happened. Kernel topics: `person.died`, `household.changed`, `decision.recorded`, `feed.taken`; plugins' topics
/// begin with their id.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Event {
    /// What happened.
    pub topic: String,
    /// The household it concerns.
    pub household: Option<Id>,
    /// The person it concerns.
    pub person: Option<Id>,
    /// The document it concerns.
    pub document: Option<Id>,
    pub(crate) payload: String,
}

/// Something happened that the manifest subscribes to. Delivered at least once; the kernel applies the effects once.
pub trait React {
    /// Effects the event calls for; none is a good answer.
    ///
    /// # Errors
    /// A refusal puts the event among those an operator must look at.
    fn react(context: &Context, event: Event) -> Result<Effects>;
}

impl Event {
    /// An event without a subject yet. For tests.
    pub fn new(topic: &str) -> Event {
        Event { topic: topic.to_owned(), ..Event::default() }
    }

    /// About this household.
    pub fn household(mut self, household: Id) -> Event {
        self.household = Some(household);
        self
    }

    /// About this person.
    pub fn person(mut self, person: Id) -> Event {
        self.person = Some(person);
        self
    }

    /// About this document.
    pub fn document(mut self, document: Id) -> Event {
        self.document = Some(document);
        self
    }

    /// With this payload.
    pub fn with_payload(mut self, payload: &serde_json::Value) -> Event {
        self.payload = payload.to_string();
        self
    }

    /// The last block of a file was taken in, as [`crate::doc::feed::TAKEN`] tells it. For tests.
    ///
    /// # Panics
    /// Never: the payload is plain.
    pub fn feed_taken(taken: &FeedTaken) -> Event {
        Event::new(TAKEN).with_payload(&serde_json::to_value(taken).expect("texts and numbers"))
    }

    /// What came with it.
    ///
    /// # Errors
    /// `invalid` when it does not fit the type.
    pub fn payload<T: DeserializeOwned>(&self) -> Result<T> {
        let json = if self.payload.is_empty() { "null" } else { &self.payload };
        serde_json::from_str(json)
            .map_err(|error| Refusal::invalid(format!("事件“{}”的内容不能读取：{error}", self.topic)))
    }
}

impl<P: React> wit::Guest for P {
    fn react(context: types::Context, event: wit::Event) -> Result<Vec<types::Effect>, types::Error> {
        let event = Event {
            topic: event.topic,
            household: event.household.map(Id),
            person: event.person.map(Id),
            document: event.document.map(Id),
            payload: event.payload,
        };
        Ok(P::react(&context.into(), event)?.into())
    }
}
