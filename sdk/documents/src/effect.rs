//! Effects: what a plugin wishes. WIT carries `{kind, target, payload}`; these are the payloads of the kinds kernel 1 knows.
//! The kernel checks each against schema, grants, workflow and the actor's rights, and applies all or none.

mod build;
mod payment;

pub use payment::*;

use crate::text::{Id, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The registry of kinds. A kind that is not here refuses the whole list.
pub mod kinds {
    pub const DOCUMENT_PUT: &str = "document.put";
    pub const DECISION_RECORD: &str = "decision.record";
    pub const FACT_PROPOSE: &str = "fact.propose";
    pub const EVENT_PUBLISH: &str = "event.publish";
    pub const NOTICE_ISSUE: &str = "notice.issue";
    pub const ATTACHMENT_LINK: &str = "attachment.link";
    pub const PAYMENT_OPEN: &str = "payment.open";
    pub const PAYMENT_DRAW: &str = "payment.draw";
    pub const PAYMENT_HOLD: &str = "payment.hold";
    pub const PAYMENT_RELEASE: &str = "payment.release";
    pub const PAYMENT_DROP: &str = "payment.drop";
    pub const PAYMENT_SEAL: &str = "payment.seal";
    pub const PAYMENT_STEP: &str = "payment.step";
    pub const PAYMENT_SETTLE: &str = "payment.settle";
    pub const PAYMENT_REISSUE: &str = "payment.reissue";
    pub const ALL: [&str; 15] = [
        DOCUMENT_PUT,
        DECISION_RECORD,
        FACT_PROPOSE,
        EVENT_PUBLISH,
        NOTICE_ISSUE,
        ATTACHMENT_LINK,
        PAYMENT_OPEN,
        PAYMENT_DRAW,
        PAYMENT_HOLD,
        PAYMENT_RELEASE,
        PAYMENT_DROP,
        PAYMENT_SEAL,
        PAYMENT_STEP,
        PAYMENT_SETTLE,
        PAYMENT_REISSUE,
    ];
    /// What of them is aimed at a scheme: `*` in the manifest is whatever scheme answers.
    pub const OF_ANY_SCHEME: [&str; 2] = [PAYMENT_OPEN, PAYMENT_DRAW];
}

/// All payloads, by kind: what the SDK builds and the kernel parses.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", content = "payload")]
pub enum EffectPayload {
    #[serde(rename = "document.put")]
    DocumentPut(DocumentPut),
    #[serde(rename = "decision.record")]
    DecisionRecord(DecisionRecord),
    #[serde(rename = "fact.propose")]
    FactPropose(FactPropose),
    #[serde(rename = "event.publish")]
    EventPublish(EventPublish),
    #[serde(rename = "notice.issue")]
    NoticeIssue(NoticeIssue),
    #[serde(rename = "attachment.link")]
    AttachmentLink(AttachmentLink),
    #[serde(rename = "payment.open")]
    PaymentOpen(PaymentOpen),
    #[serde(rename = "payment.draw")]
    PaymentDraw(PaymentDraw),
    #[serde(rename = "payment.hold")]
    PaymentHold(PaymentMark),
    #[serde(rename = "payment.release")]
    PaymentRelease(PaymentMark),
    #[serde(rename = "payment.drop")]
    PaymentDrop(PaymentMark),
    #[serde(rename = "payment.seal")]
    PaymentSeal(PaymentSeal),
    #[serde(rename = "payment.step")]
    PaymentStep(PaymentStep),
    #[serde(rename = "payment.settle")]
    PaymentSettle(PaymentSettle),
    #[serde(rename = "payment.reissue")]
    PaymentReissue(PaymentReissue),
}

/// Creates a document (no `id`) or moves one on (`id` and the revision that was read).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct DocumentPut {
    pub collection: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Id>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_revision: Option<i64>,
    /// Unique in county, plugin and collection. Empty on creation: the kernel numbers it (`2022-000123`).
    #[serde(default)]
    pub key: String,
    pub title: Text,
    /// An existing document that has none may be given one, within the actor's scope; one that has one keeps it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub household: Option<Id>,
    /// As `household`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Id>,
    /// 12-digit place of a document without a household, within the actor's scope; left out: the actor's own place on creation, as
    /// it was later. With a household it is the household's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub division: Option<String>,
    pub state: String,
    /// Overrides the deadline of the state (an extension, a carried-over rest); `2022-08-12`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
    /// Overrides the office of the state, by its role code, where the case and not the state tells who must act (确认权下放);
    /// an office that has a button there. Holds until the document leaves the state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<String>,
    /// One line for the timeline: why, or what was found.
    #[serde(default)]
    pub note: String,
    /// Values of the collection's declared indexes. Of an existing document those not named stay as they are.
    #[serde(default, skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    pub indexes: std::collections::BTreeMap<String, String>,
    pub body: serde_json::Value,
}

/// Records an immutable decision; the kernel adds the cause, the moment, the actor and the words of the reasons.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct DecisionRecord {
    pub scheme: String,
    pub household: Id,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Id>,
    /// The case it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<Id>,
    /// One of the manifest's outcomes.
    pub outcome: String,
    /// Fen per month.
    pub amount: i64,
    pub covered_persons: u32,
    /// First day of effect, and inclusive last day if limited.
    pub from: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The legal date the rules were applied for.
    pub as_of: String,
    pub reasons: Vec<GivenReason>,
    /// Values of the manifest's figures, by code.
    #[serde(default, skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    pub figures: std::collections::BTreeMap<String, i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<Id>,
}

/// A reason by its code in the manifest, with the numbers for its sentence and the facts it used.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct GivenReason {
    pub code: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub args: Vec<i64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<Id>,
}

/// A statement the kernel is asked to record, with the plugin as its channel.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct FactPropose {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub household: Option<Id>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Id>,
    /// Catalogue code.
    pub field: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    #[serde(default)]
    pub qualifier: i32,
    pub from: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Code of the table `source`.
    pub source: u8,
    #[serde(default)]
    pub note: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<Id>,
}

/// Topics are the plugin's own: `<plugin id>.<word>`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct EventPublish {
    pub topic: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub household: Option<Id>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Id>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<Id>,
    #[serde(default)]
    pub payload: serde_json::Value,
}

/// A letter or posting. What is printed is stored. Names stand as references; the kernel fills them in when printing.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct NoticeIssue {
    pub form: NoticeForm,
    pub title: Text,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<Id>,
    pub household: Id,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Id>,
    /// For a letter: its paragraphs. For a posting the kernel prints name, members, amount and dates only, whatever stands here.
    pub paragraphs: Vec<Text>,
    /// For a posting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub posting: Option<Posting>,
    /// Must be served by this date, if the rule sets one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serve_by: Option<String>,
    /// The county's word in front of the number (机关代字): 南民低保. The kernel counts by county, word, form and year and
    /// prints 南民低保告字〔2022〕12号; without a word 告字〔2022〕12号.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub word: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NoticeForm {
    /// 告知书 to the applicant.
    Letter,
    /// 公示 at the village: name, household size and amount only.
    Posting,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Posting {
    pub members: u32,
    pub covered: u32,
    pub proposal: Text,
    /// Fen per month.
    pub amount: i64,
    pub from: String,
    pub to: String,
    #[serde(default)]
    pub contact: String,
}

/// Ties uploaded files to a document, with what they show.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct AttachmentLink {
    pub document: Id,
    pub attachments: Vec<Id>,
    pub label: Text,
}

impl EffectPayload {
    pub const fn kind(&self) -> &'static str {
        match self {
            EffectPayload::DocumentPut(_) => kinds::DOCUMENT_PUT,
            EffectPayload::DecisionRecord(_) => kinds::DECISION_RECORD,
            EffectPayload::FactPropose(_) => kinds::FACT_PROPOSE,
            EffectPayload::EventPublish(_) => kinds::EVENT_PUBLISH,
            EffectPayload::NoticeIssue(_) => kinds::NOTICE_ISSUE,
            EffectPayload::AttachmentLink(_) => kinds::ATTACHMENT_LINK,
            EffectPayload::PaymentOpen(_) => kinds::PAYMENT_OPEN,
            EffectPayload::PaymentDraw(_) => kinds::PAYMENT_DRAW,
            EffectPayload::PaymentHold(_) => kinds::PAYMENT_HOLD,
            EffectPayload::PaymentRelease(_) => kinds::PAYMENT_RELEASE,
            EffectPayload::PaymentDrop(_) => kinds::PAYMENT_DROP,
            EffectPayload::PaymentSeal(_) => kinds::PAYMENT_SEAL,
            EffectPayload::PaymentStep(_) => kinds::PAYMENT_STEP,
            EffectPayload::PaymentSettle(_) => kinds::PAYMENT_SETTLE,
            EffectPayload::PaymentReissue(_) => kinds::PAYMENT_REISSUE,
        }
    }

    /// Parses the payload of a known kind; `None` for an unknown one.
    pub fn parse(kind: &str, payload: &str) -> Option<Result<EffectPayload, serde_json::Error>> {
        let read = |result: Result<EffectPayload, serde_json::Error>| Some(result);
        match kind {
            kinds::DOCUMENT_PUT => read(serde_json::from_str(payload).map(EffectPayload::DocumentPut)),
            kinds::DECISION_RECORD => read(serde_json::from_str(payload).map(EffectPayload::DecisionRecord)),
            kinds::FACT_PROPOSE => read(serde_json::from_str(payload).map(EffectPayload::FactPropose)),
            kinds::EVENT_PUBLISH => read(serde_json::from_str(payload).map(EffectPayload::EventPublish)),
            kinds::NOTICE_ISSUE => read(serde_json::from_str(payload).map(EffectPayload::NoticeIssue)),
            kinds::ATTACHMENT_LINK => read(serde_json::from_str(payload).map(EffectPayload::AttachmentLink)),
            kinds::PAYMENT_OPEN => read(serde_json::from_str(payload).map(EffectPayload::PaymentOpen)),
            kinds::PAYMENT_DRAW => read(serde_json::from_str(payload).map(EffectPayload::PaymentDraw)),
            kinds::PAYMENT_HOLD => read(serde_json::from_str(payload).map(EffectPayload::PaymentHold)),
            kinds::PAYMENT_RELEASE => read(serde_json::from_str(payload).map(EffectPayload::PaymentRelease)),
            kinds::PAYMENT_DROP => read(serde_json::from_str(payload).map(EffectPayload::PaymentDrop)),
            kinds::PAYMENT_SEAL => read(serde_json::from_str(payload).map(EffectPayload::PaymentSeal)),
            kinds::PAYMENT_STEP => read(serde_json::from_str(payload).map(EffectPayload::PaymentStep)),
            kinds::PAYMENT_SETTLE => read(serde_json::from_str(payload).map(EffectPayload::PaymentSettle)),
            kinds::PAYMENT_REISSUE => read(serde_json::from_str(payload).map(EffectPayload::PaymentReissue)),
            _ => None,
        }
    }

    /// The payload alone, as it travels.
    pub fn payload(&self) -> String {
        let json = match self {
            EffectPayload::DocumentPut(payload) => serde_json::to_string(payload),
            EffectPayload::DecisionRecord(payload) => serde_json::to_string(payload),
            EffectPayload::FactPropose(payload) => serde_json::to_string(payload),
            EffectPayload::EventPublish(payload) => serde_json::to_string(payload),
            EffectPayload::NoticeIssue(payload) => serde_json::to_string(payload),
            EffectPayload::AttachmentLink(payload) => serde_json::to_string(payload),
            EffectPayload::PaymentOpen(payload) => serde_json::to_string(payload),
            EffectPayload::PaymentDraw(payload) => serde_json::to_string(payload),
            EffectPayload::PaymentHold(payload) => serde_json::to_string(payload),
            EffectPayload::PaymentRelease(payload) => serde_json::to_string(payload),
            EffectPayload::PaymentDrop(payload) => serde_json::to_string(payload),
            EffectPayload::PaymentSeal(payload) => serde_json::to_string(payload),
            EffectPayload::PaymentStep(payload) => serde_json::to_string(payload),
            EffectPayload::PaymentSettle(payload) => serde_json::to_string(payload),
            EffectPayload::PaymentReissue(payload) => serde_json::to_string(payload),
        };
        json.expect("payloads hold strings, numbers and lists only")
    }
}
