//! Payments: what a decision's entitlement becomes, month by month. A **line** pays one household (or one of its members) for
//! one month; a roster document has an **envelope** of lines, sealed under control totals that every later step must match.
//!
//! Nobody twice: a line holds one **key** for each person it covers (county, scheme, month, person, cause). Storage keeps the
//! keys unique whatever plugin draws, and frees them only when a line is dropped before sealing.

use crate::calendar::Instant;
use crate::division::DivisionCode;
use crate::ids::{DecisionId, DocumentId, HouseholdId, PaymentId, PersonId};
use crate::money::Fen;
use jiff::civil::Date;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$case:meta])* $variant:ident = $code:literal $zh:literal $en:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum $name { $($(#[$case])* $variant),+ }

        impl $name {
            pub const ALL: &[$name] = &[$($name::$variant),+];

            pub const fn code(self) -> &'static str {
                match self { $($name::$variant => $code),+ }
            }

            pub fn parse(code: &str) -> Option<$name> {
                match code { $($code => Some($name::$variant),)+ _ => None }
            }

            pub const fn zh(self) -> &'static str {
                match self { $($name::$variant => $zh),+ }
            }

            pub const fn en(self) -> &'static str {
                match self { $($name::$variant => $en),+ }
            }
        }
    };
}

words! {
    /// What a line pays for.
    Purpose {
        /// The month of the roster.
        Regular = "regular" "正常发放" "Regular",
        /// Too little was paid for an earlier month.
        BackPay = "back-pay" "补发" "Back-pay",
        /// Too much was paid for an earlier month; the amount is below zero.
        Recovery = "recovery" "扣回" "Recovery",
    }
}
words! {
    /// How a line compares with the roster of the month before.
    Flag {
        New = "new" "新增" "New",
        Same = "same" "续发" "Continued",
        Changed = "changed" "变更" "Changed",
    }
}
words! {
    /// `drawn` ⇄ `held` → `sealed` → `credited` or `returned` → (re-issued) `sealed`; `dropped` only before sealing.
    State {
        Drawn = "drawn" "待发" "Drawn",
        Held = "held" "暂缓" "Held",
        Dropped = "dropped" "剔除" "Dropped",
        Sealed = "sealed" "已报送" "Sealed",
        Credited = "credited" "已入账" "Credited",
        Returned = "returned" "退回" "Returned",
    }
}
words! {
    /// Why a bank sends money back.
    ReturnReason {
        AccountWrong = "account-wrong" "账号错误" "Wrong account number",
        NameMismatch = "name-mismatch" "户名不符" "Name does not match",
        AccountClosed = "account-closed" "销户" "Account closed",
        Frozen = "frozen" "冻结" "Account frozen",
        Other = "other" "其他" "Other",
    }
}

/// One payment line. Append-only but for its state.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Payment {
    pub id: PaymentId,
    /// The roster document whose envelope holds it.
    pub document: DocumentId,
    pub scheme: String,
    pub household: HouseholdId,
    /// The payee where the benefit is personal.
    pub person: Option<PersonId>,
    /// First day of the month it is for.
    pub month: Date,
    pub purpose: Purpose,
    pub decision: DecisionId,
    pub amount: Fen,
    /// 保障金额 and 分类施保金 in it.
    pub base: Fen,
    pub supplement: Fen,
    pub covered: i32,
    pub flag: Flag,
    /// Item of the budget it is booked under; empty when the plugin names none.
    pub budget: String,
    pub state: State,
    /// Why it is held, while it is: the plugin's word.
    pub hold: String,
    pub note: String,
    /// How often it went to the bank; 0 before sealing.
    pub attempt: i32,
    pub settled_on: Option<Date>,
    /// Of the last attempt, if it came back.
    pub reason: Option<ReturnReason>,
    /// The household's when it was drawn.
    pub division: DivisionCode,
}

/// A line before it is drawn; meanings as in [`Payment`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewPayment {
    pub household: HouseholdId,
    pub person: Option<PersonId>,
    /// Everybody it covers: one key each.
    pub persons: Vec<PersonId>,
    pub month: Date,
    pub purpose: Purpose,
    pub decision: DecisionId,
    pub amount: Fen,
    pub base: Fen,
    pub supplement: Fen,
    pub covered: i32,
    pub flag: Flag,
    pub budget: String,
    /// Held from the beginning, for this reason.
    pub hold: Option<String>,
    pub note: String,
}

impl NewPayment {
    /// The last part of its keys: one regular payment a month, one difference for each decision.
    pub fn cause(&self) -> String {
        match self.purpose {
            Purpose::Regular => "regular".to_owned(),
            Purpose::BackPay | Purpose::Recovery => format!("difference/{}", self.decision),
        }
    }
}

/// Count and sum: what every later step must match.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Control {
    pub lines: i64,
    pub amount: Fen,
}

/// The envelope of a roster document.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Envelope {
    pub document: DocumentId,
    pub plugin: String,
    pub scheme: String,
    /// First day of the roster's month.
    pub month: Date,
    /// What would be paid: neither dropped nor held.
    pub open: Control,
    pub held: Control,
    pub sealed: Option<Sealed>,
}

/// The control totals of a sealed envelope.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sealed {
    pub control: Control,
    pub at: Instant,
}

/// A later step that took the sealed envelope over, with its totals.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    pub step: String,
    pub label: String,
    pub control: Control,
    pub at: Instant,
    pub by_name: String,
}

/// The lines of an envelope that agree in these, together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Total {
    pub state: State,
    pub purpose: Purpose,
    pub flag: Flag,
    pub budget: String,
    pub control: Control,
}

/// What the kernel alone can see wrong with a line: the plugin sees neither accounts nor names, nor other schemes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Conflict {
    pub line: PaymentId,
    pub household: HouseholdId,
    pub kind: ConflictKind,
    /// The other scheme or county.
    pub other: Option<String>,
    pub other_household: Option<HouseholdId>,
}

words! {
    /// Which finding.
    ConflictKind {
        SharedAccount = "shared-account" "账号与其他家庭相同" "Account shared with another household",
        HolderDiffers = "holder-differs" "户名不是保障对象" "Account holder is no covered member",
        NoAccount = "no-account" "没有登记账号" "No account on file",
        OtherScheme = "other-scheme" "同月另有其他救助" "On another scheme for the month",
        OtherCounty = "other-county" "同月在其他县区领取" "Paid in another county for the month",
    }
}

/// What the bank says of one attempt.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settlement {
    pub line: PaymentId,
    /// `None`: the current one.
    pub attempt: Option<i32>,
    /// `None` when it was credited.
    pub returned: Option<ReturnReason>,
    pub on: Date,
}

/// The number a bank's file carries for one attempt of a line, and brings back: `1024-1`.
pub fn serial(line: PaymentId, attempt: i32) -> String {
    format!("{line}-{attempt}")
}

/// Reads [`serial`].
pub fn serial_parse(text: &str) -> Option<(PaymentId, i32)> {
    let (line, attempt) = text.trim().split_once('-')?;
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(line) || !digits(attempt) {
        return None;
    }
    Some((line.parse().ok()?, attempt.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serials_come_back_as_they_went() {
        for (text, expected) in [
            ("1024-1", Some((PaymentId(1024), 1))),
            (" 7-12 ", Some((PaymentId(7), 12))),
            ("1024", None),
            ("-1", None),
            ("1024-", None),
            ("10 24-1", None),
            ("+1-1", None),
            ("99999999999999999999-1", None),
        ] {
            assert_eq!(serial_parse(text), expected, "{text}");
        }
        assert_eq!(serial_parse(&serial(PaymentId(5), 3)), Some((PaymentId(5), 3)));
    }

    #[test]
    fn a_month_has_one_regular_cause_and_one_for_each_decision() {
        let line = |purpose, decision| NewPayment {
            household: HouseholdId(1),
            person: None,
            persons: vec![PersonId(2)],
            month: jiff::civil::date(2022, 8, 1),
            purpose,
            decision: DecisionId(decision),
            amount: Fen(1),
            base: Fen(1),
            supplement: Fen(0),
            covered: 1,
            flag: Flag::Same,
            budget: String::new(),
            hold: None,
            note: String::new(),
        };
        assert_eq!(line(Purpose::Regular, 3).cause(), line(Purpose::Regular, 4).cause());
        assert_eq!(line(Purpose::BackPay, 3).cause(), line(Purpose::Recovery, 3).cause());
        assert_ne!(line(Purpose::BackPay, 3).cause(), line(Purpose::BackPay, 4).cause());
    }
}
