//! Webhooks: addresses outside that a county tells of its events, and what came of each attempt.

use crate::calendar::Instant;
use crate::division::County;
use crate::ids::{DeliveryId, EventId, UserId, WebhookId};

/// An address of another system. Its secret stands apart: it is sealed, and only signing unseals it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Webhook {
    pub id: WebhookId,
    pub county: County,
    pub url: String,
    /// Topics as in [`crate::event::Event::topic`]; `sample.*` for all that begin so, `*` for all.
    pub topics: Vec<String>,
    pub enabled: bool,
    pub created_at: Instant,
    pub created_by: Option<UserId>,
}

impl Webhook {
    pub fn wants(&self, topic: &str) -> bool {
        self.enabled && self.topics.iter().any(|pattern| matches(pattern, topic))
    }
}

fn matches(pattern: &str, topic: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some("") => true,
        Some(prefix) => prefix.ends_with('.') && topic.starts_with(prefix),
        None => pattern == topic,
    }
}

/// Is this a topic, or a pattern of topics?
pub fn is_topic(text: &str) -> bool {
    let words = text.strip_suffix(".*").unwrap_or(text);
    let is_word = |word: &str| {
        !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    text == "*" || (text.len() <= 100 && words.split('.').all(is_word))
}

/// One attempt to tell an address of an event.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Delivery {
    pub id: DeliveryId,
    pub webhook: WebhookId,
    pub event: EventId,
    /// 1 for the first.
    pub attempt: i32,
    pub at: Instant,
    /// What the address answered; `None` when it did not.
    pub status: Option<i32>,
    pub millis: i64,
    /// Why it does not count as delivered.
    pub error: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_and_patterns() {
        let cases = [
            ("decision.recorded", "decision.recorded", true),
            ("decision.recorded", "decision.recorded.late", false),
            ("decision.*", "decision.recorded", true),
            ("decision.*", "decisions.other", false),
            ("decision.*", "decision", false),
            ("*", "person.died", true),
            ("deci*", "decision.recorded", false),
        ];
        for (pattern, topic, expected) in cases {
            assert_eq!(matches(pattern, topic), expected, "{pattern} {topic}");
        }
        for good in ["*", "person.died", "sample.*", "sample-2.batch.sent"] {
            assert!(is_topic(good), "{good}");
        }
        for bad in ["", ".", "Person.died", "a..b", "*.died", "per*", "a b", ".*"] {
            assert!(!is_topic(bad), "{bad}");
        }
    }

    #[test]
    fn who_is_switched_off_wants_nothing() {
        let mut webhook = Webhook {
            id: WebhookId(1),
            county: County(340223),
            url: "https://receiver.example/doudi".into(),
            topics: vec!["*".into()],
            enabled: true,
            created_at: Instant(0),
            created_by: None,
        };
        assert!(webhook.wants("person.died"));
        webhook.enabled = false;
        assert!(!webhook.wants("person.died"));
    }
}
