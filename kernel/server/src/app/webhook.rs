//! Addresses outside that a county's events are told to: registered, switched off and on, and what came of each attempt.
//!
//! What is sent is made here, too: the event as JSON, and a signature by which the receiver knows who speaks.

use super::{App, in_own_task};
use crate::outward::Address;
use doudi_domain::event::Event;
use doudi_domain::id_number::IdNumber;
use doudi_domain::policy::{self, Permission};
use doudi_domain::webhook::{self, Delivery, Webhook};
use doudi_domain::{Actor, Error, Instant, Problem, Result, WebhookId};
use doudi_storage::Page;
use doudi_storage::webhook::NewWebhook;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

/// More than this many addresses in a county are a mistake.
const MOST: usize = 50;

#[derive(Clone, Debug)]
pub struct WebhookDraft {
    pub url: String,
    /// As typed: apart by spaces, commas or lines.
    pub topics: String,
}

/// A new address with its secret, which is shown this once.
#[derive(Clone)]
pub struct Registered {
    pub id: WebhookId,
    pub secret: String,
}

/// All of the actor's county.
pub async fn list(app: &App, actor: &Actor) -> Result<Vec<Webhook>> {
    policy::require(actor, Permission::Configure)?;
    app.storage.snapshot(actor.scope()).await?.webhooks_list().await
}

/// One address with its latest attempts.
pub async fn deliveries(
    app: &App,
    actor: &Actor,
    id: WebhookId,
    cursor: Option<&str>,
    limit: u32,
) -> Result<(Webhook, Page<Delivery>)> {
    policy::require(actor, Permission::Configure)?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let webhook = snapshot.webhook_fetch(id).await?;
    let page = snapshot.deliveries_page(id, cursor, limit).await?;
    Ok((webhook, page))
}

/// Registers an address. `Invalid` for one that cannot be called and for topics that cannot be; `Conflict` for one that is
/// registered already.
pub async fn add(app: &App, actor: &Actor, draft: WebhookDraft) -> Result<Registered> {
    policy::require(actor, Permission::Configure)?;
    let mut problems = Vec::new();
    if let Err(error) = Address::parse(&draft.url, app.config.allow_internal_webhooks) {
        match error {
            Error::Invalid(wrong) => problems.extend(wrong),
            other => return Err(other),
        }
    }
    let topics = topics(&draft.topics, &mut problems);
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    let mut random = [0u8; 32];
    getrandom::fill(&mut random).map_err(|error| Error::failure("系统没有提供随机数，没有登记。请稍后重试", error))?;
    let secret = hex::encode(random);
    let new = NewWebhook { url: draft.url.trim().to_owned(), topics, secret: secret.clone() };
    let (app, actor) = (app.clone(), actor.clone());
    in_own_task(async move {
        let known = app.storage.snapshot(actor.scope()).await?.webhooks_list().await?;
        if known.len() >= MOST {
            return Err(Error::refused(format!("一个县区最多登记 {MOST} 个通知地址。请先核对已有的登记")));
        }
        let mut write = app.storage.write(&actor, app.now()).await?;
        let id = write.webhook_add(&new).await?;
        write.commit().await?;
        Ok(Registered { id, secret })
    })
    .await
}

fn topics(text: &str, problems: &mut Vec<Problem>) -> Vec<String> {
    let mut topics: Vec<String> = Vec::new();
    for topic in text.split(|c: char| c.is_whitespace() || matches!(c, ',' | '，' | '、' | ';' | '；')) {
        if topic.is_empty() || topics.iter().any(|known| known == topic) {
            continue;
        }
        if !webhook::is_topic(topic) {
            let how = "主题由小写字母、数字、横线和点组成，例如 decision.recorded；一类主题写作 decision.*，全部写作 *";
            problems.push(Problem::new("topics", "webhook.topic", format!("“{topic}”不是事件主题。{how}")));
        }
        topics.push(topic.to_owned());
    }
    if topics.is_empty() {
        problems.push(Problem::new("topics", "webhook.topics", "请至少填写一个事件主题；全部写作 *"));
    }
    topics
}

/// Switches an address off or on. What happened while it was off is not made up for.
pub async fn switch(app: &App, actor: &Actor, id: WebhookId, enabled: bool) -> Result<()> {
    policy::require(actor, Permission::Configure)?;
    let (app, actor) = (app.clone(), actor.clone());
    in_own_task(async move {
        let mut write = app.storage.write(&actor, app.now()).await?;
        write.webhook_switch(id, enabled).await?;
        write.commit().await
    })
    .await
}

/// What an address is sent of an event: the same bytes at every attempt.
pub(crate) fn body(event: &Event) -> Result<Vec<u8>> {
    let payload: Value = serde_json::from_str(&event.payload)
        .map_err(|error| Error::failure("事件内容无法读取，没有发出通知", error))?;
    let body = json!({
        "event": event.id.to_string(),
        "topic": event.topic,
        "county": event.county.to_string(),
        "at": rfc3339(event.at),
        "subject": event.subject,
        "payload": discreet(payload),
    });
    Ok(body.to_string().into_bytes())
}

/// `t=…,v1=…`: the seconds since 1970 and the HMAC-SHA-256, under the secret, of `{t}.{body}`. The time stands inside, so that
/// an old message cannot be sent again by somebody else.
pub(crate) fn signature(secret: &str, seconds: i64, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(seconds.to_string().as_bytes());
    mac.update(b".");
    mac.update(body);
    format!("t={seconds},v1={}", hex::encode(mac.finalize().into_bytes()))
}

/// `2022-07-06T14:05:09+08:00`.
fn rfc3339(at: Instant) -> String {
    let seconds = (at.0.div_euclid(1_000_000) + 8 * 3600).rem_euclid(86_400);
    format!("{}T{:02}:{:02}:{:02}+08:00", at.date(), seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// Events carry no sealed values by rule; a measure that puts an ID number or a telephone number into its own words all the
/// same does not send it outside.
fn discreet(value: Value) -> Value {
    match value {
        Value::String(text) if tells_a_number(&text) => Value::String("（号码不对外发送）".to_owned()),
        Value::Number(number) if tells_a_number(&number.to_string()) => Value::Null,
        Value::Array(list) => list.into_iter().map(discreet).collect(),
        Value::Object(map) => map.into_iter().map(|(key, value)| (key, discreet(value))).collect(),
        other => other,
    }
}

fn tells_a_number(text: &str) -> bool {
    let mut words = text.split(|c: char| !c.is_ascii_alphanumeric());
    words.any(|word| {
        let is_phone = word.len() == 11 && word.starts_with('1') && word.bytes().all(|b| b.is_ascii_digit());
        // Long runs, too: an account, or a number glued to other digits.
        let is_account = word.len() >= 15 && word.bytes().filter(u8::is_ascii_digit).count() >= 15;
        is_phone || is_account || IdNumber::parse(word).is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use doudi_domain::{County, EventId};

    fn event(payload: &str) -> Event {
        Event {
            id: EventId(17),
            county: County(340_223),
            topic: "sample.confirmed".into(),
            subject: "document/5".into(),
            payload: payload.into(),
            at: Instant(1_657_087_509_000_000),
            depth: 0,
            root: EventId(17),
        }
    }

    #[test]
    fn the_words_are_the_same_at_every_attempt_and_say_when_it_happened() {
        let text = String::from_utf8(body(&event(r#"{"to":"done","household":"12"}"#)).unwrap()).unwrap();
        assert_eq!(
            text,
            r#"{"at":"2022-07-06T14:05:09+08:00","county":"340223","event":"17","payload":{"household":"12","to":"done"},"subject":"document/5","topic":"sample.confirmed"}"#
        );
    }

    #[test]
    fn numbers_of_people_do_not_leave() {
        let number = format!("34022319680512041{}", IdNumber::check_character(b"34022319680512041") as char);
        let payload = json!({
            "note": format!("证号{number}，电话 13800000417"), "phone": 13_800_000_417_i64,
            "list": [number, "6222020000000000123"], "amount": 63_000, "kept": "2022-07-06 通过",
        });
        let text = String::from_utf8(body(&event(&payload.to_string())).unwrap()).unwrap();
        for secret in [number.as_str(), "13800000417", "6222020000000000123"] {
            assert!(!text.contains(secret), "{text}");
        }
        assert!(text.contains("63000") && text.contains("2022-07-06 通过"), "{text}");
    }

    #[test]
    fn a_signature_is_of_time_and_body() {
        // Computed with another tool: printf '1657087509.{}' | openssl dgst -sha256 -hmac secret
        let given = signature("secret", 1_657_087_509, b"{}");
        assert!(given.starts_with("t=1657087509,v1="));
        assert_ne!(given, signature("secret", 1_657_087_510, b"{}"));
        assert_ne!(given, signature("Secret", 1_657_087_509, b"{}"));
        assert_eq!(&given[16..], EXPECTED);
    }

    const EXPECTED: &str = "68b921a64912ece414be52fb35be2f31fbd88e21580a82a43fe5820a3f4054dd";

    #[test]
    fn topics_are_read_as_people_type_them() {
        let mut problems = Vec::new();
        assert_eq!(topics(" person.died，decision.*\n person.died ", &mut problems), ["person.died", "decision.*"]);
        assert!(problems.is_empty());
        topics("Person", &mut problems);
        topics("", &mut problems);
        assert_eq!(problems.len(), 2);
    }
}
