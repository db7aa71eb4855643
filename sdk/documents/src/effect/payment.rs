//! Payloads of the effects `payment.*`: what a plugin wishes to be paid. A roster document of the plugin has an **envelope**; lines
//! are drawn into it, checked, **sealed** under control totals (count and amount), passed on in steps that must match these
//! totals, and settled by what the bank reports. The kernel keeps lines, keys and totals, so that nobody is paid twice for one
//! scheme and month, whatever plugin draws.

use crate::text::{Id, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Lines one [`PaymentDraw`] may hold, and lines or results the others may name.
pub const MAX_LINES: usize = 4_096;

/// Opens an envelope for a roster document of this plugin.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct PaymentOpen {
    /// A document that exists. Absent: the document created in the same list, by collection and key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<Id>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub collection: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub key: String,
    pub scheme: String,
    /// The month of the roster: `2022-08`.
    pub month: String,
}

/// Draws lines into an envelope that is not sealed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct PaymentDraw {
    pub document: Id,
    /// As the envelope's.
    pub scheme: String,
    /// At most [`MAX_LINES`].
    pub lines: Vec<PaymentLine>,
}

/// What one household (or one of its members) is paid for one month.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct PaymentLine {
    pub household: Id,
    /// The payee where the benefit is personal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Id>,
    /// Everybody the line covers. None of them can be on another line of the scheme, month and cause.
    pub persons: Vec<Id>,
    /// The month it is for: `2022-08`.
    pub month: String,
    pub purpose: PaymentPurpose,
    /// The decision it follows from.
    pub decision: Id,
    /// Fen. Above zero; below zero in a recovery, and there only.
    pub amount: i64,
    /// Fen: 保障金额 and 分类施保金 in it.
    pub base: i64,
    #[serde(default)]
    pub supplement: i64,
    pub covered: u32,
    #[serde(default)]
    pub flag: PaymentFlag,
    /// Item of the budget it is booked under: `2081902`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub budget: String,
    /// Drawn and held at once, for this reason: a word of the plugin's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<String>,
    /// One line for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// What a line pays for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PaymentPurpose {
    /// The month of the roster. One for each person, scheme and month.
    #[default]
    Regular,
    /// 补发 of an earlier month. One for each person, scheme, month and decision.
    BackPay,
    /// 扣回 of an earlier month, keyed as back-pay; never mixed into a regular line.
    Recovery,
}

/// How a line compares with the roster of the month before.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PaymentFlag {
    /// 新增.
    New,
    /// 续发.
    #[default]
    Same,
    /// 变更.
    Changed,
}

/// Where a line stands: `drawn` ⇄ `held` → `sealed` → `credited` or `returned` → (re-issued) `sealed`; `dropped` only before
/// sealing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PaymentState {
    Drawn,
    Held,
    Dropped,
    Sealed,
    Credited,
    Returned,
}

/// Holds lines back, lets them go again or drops them, before the envelope is sealed. A dropped line frees its keys.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct PaymentMark {
    pub document: Id,
    /// At most [`MAX_LINES`].
    pub lines: Vec<Id>,
    /// Why, as a word of the plugin's; required to hold and to drop.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub code: String,
    /// One line for the audit log.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// Seals an envelope: refused unless count and sum of the lines that are not held or dropped are these. Held lines stay behind,
/// unpaid. Afterwards nothing can be drawn, held or dropped.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct PaymentSeal {
    pub document: Id,
    pub lines: u32,
    /// Fen.
    pub amount: i64,
}

/// A later step took over the sealed envelope: sent to finance, paid over, handed to the bank. Refused unless its totals are
/// the sealed ones. The same step once more changes nothing.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct PaymentStep {
    pub document: Id,
    /// A word of the plugin's, once for each envelope.
    pub step: String,
    pub label: Text,
    pub lines: u32,
    /// Fen.
    pub amount: i64,
}

/// What the bank reports. Each line once for each attempt; the same result again changes nothing, another is refused.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct PaymentSettle {
    pub document: Id,
    /// At most [`MAX_LINES`].
    pub results: Vec<PaymentResult>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct PaymentResult {
    pub line: Id,
    /// Of which attempt, as in the bank's serial; absent: of the current one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u32>,
    pub outcome: PaymentOutcome,
    /// Required when it came back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<ReturnReason>,
    /// The day the bank did it: `2022-08-12`.
    pub on: String,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PaymentOutcome {
    Credited,
    Returned,
}

/// Why a bank sends money back.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ReturnReason {
    /// 账号错误.
    AccountWrong,
    /// 户名不符.
    NameMismatch,
    /// 销户.
    AccountClosed,
    /// 冻结.
    Frozen,
    Other,
}

/// Sends lines that came back to the bank once more: `returned` → `sealed`, the next attempt.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct PaymentReissue {
    pub document: Id,
    /// At most [`MAX_LINES`].
    pub lines: Vec<Id>,
}

/// The words of a code table that travels as text, both ways.
macro_rules! words {
    ($name:ident { $($variant:ident = $word:literal),* $(,)? }) => {
        impl $name {
            pub const ALL: &[$name] = &[$($name::$variant),*];

            pub const fn code(self) -> &'static str {
                match self { $($name::$variant => $word),* }
            }

            pub fn parse(word: &str) -> Option<$name> {
                match word { $($word => Some($name::$variant),)* _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.code())
            }
        }
    };
}
words!(PaymentPurpose { Regular = "regular", BackPay = "back-pay", Recovery = "recovery" });
words!(PaymentFlag { New = "new", Same = "same", Changed = "changed" });
words!(PaymentState {
    Drawn = "drawn",
    Held = "held",
    Dropped = "dropped",
    Sealed = "sealed",
    Credited = "credited",
    Returned = "returned",
});
words!(PaymentOutcome { Credited = "credited", Returned = "returned" });
words!(ReturnReason {
    AccountWrong = "account-wrong",
    NameMismatch = "name-mismatch",
    AccountClosed = "account-closed",
    Frozen = "frozen",
    Other = "other",
});

impl PaymentOpen {
    /// For a document that exists.
    pub fn of(document: Id, scheme: &str, month: impl Into<String>) -> PaymentOpen {
        PaymentOpen {
            document: Some(document),
            collection: String::new(),
            key: String::new(),
            scheme: scheme.to_owned(),
            month: month.into(),
        }
    }

    /// For the document the same list creates with this key.
    pub fn of_new(collection: &str, key: impl Into<String>, scheme: &str, month: impl Into<String>) -> PaymentOpen {
        PaymentOpen {
            document: None,
            collection: collection.to_owned(),
            key: key.into(),
            scheme: scheme.to_owned(),
            month: month.into(),
        }
    }
}

impl PaymentLine {
    /// The whole amount as base; nobody covered yet.
    pub fn new(
        purpose: PaymentPurpose,
        household: Id,
        month: impl Into<String>,
        decision: Id,
        fen: i64,
    ) -> PaymentLine {
        PaymentLine {
            household,
            person: None,
            persons: Vec::new(),
            month: month.into(),
            purpose,
            decision,
            amount: fen,
            base: fen,
            supplement: 0,
            covered: 0,
            flag: PaymentFlag::Same,
            budget: String::new(),
            hold: None,
            note: String::new(),
        }
    }

    /// The payee, where the benefit is personal.
    pub fn person(mut self, person: Option<Id>) -> PaymentLine {
        self.person = person;
        self
    }

    /// Everybody it covers; sets the number too.
    pub fn covering(mut self, persons: impl IntoIterator<Item = Id>) -> PaymentLine {
        self.persons = persons.into_iter().collect();
        self.covered = u32::try_from(self.persons.len()).unwrap_or(u32::MAX);
        self
    }

    /// Its two parts, in fen.
    pub fn parts(mut self, base: i64, supplement: i64) -> PaymentLine {
        self.base = base;
        self.supplement = supplement;
        self
    }

    pub fn flag(mut self, flag: PaymentFlag) -> PaymentLine {
        self.flag = flag;
        self
    }

    pub fn budget(mut self, item: impl Into<String>) -> PaymentLine {
        self.budget = item.into();
        self
    }

    /// Drawn, but not to be paid until it is released.
    pub fn hold(mut self, code: impl Into<String>) -> PaymentLine {
        self.hold = Some(code.into());
        self
    }

    pub fn note(mut self, note: impl Into<String>) -> PaymentLine {
        self.note = note.into();
        self
    }
}

impl PaymentMark {
    pub fn new(document: Id, lines: impl IntoIterator<Item = Id>, code: &str) -> PaymentMark {
        PaymentMark { document, lines: lines.into_iter().collect(), code: code.to_owned(), note: String::new() }
    }

    pub fn note(mut self, note: impl Into<String>) -> PaymentMark {
        self.note = note.into();
        self
    }
}

impl PaymentResult {
    pub fn credited(line: Id, on: impl ToString) -> PaymentResult {
        PaymentResult { line, attempt: None, outcome: PaymentOutcome::Credited, reason: None, on: on.to_string() }
    }

    pub fn returned(line: Id, reason: ReturnReason, on: impl ToString) -> PaymentResult {
        PaymentResult {
            line,
            attempt: None,
            outcome: PaymentOutcome::Returned,
            reason: Some(reason),
            on: on.to_string(),
        }
    }

    pub fn attempt(mut self, attempt: u32) -> PaymentResult {
        self.attempt = Some(attempt);
        self
    }
}
