//! Whose signature counts: the publishers' keys the city knows, and what each county asks of a package before it may be
//! enabled.
//!
//! Two dates matter. A signature is received on a day the kernel writes down itself, for a signature can say of itself what it
//! likes; a key that has run out counts for what had been received before, and a revoked key for nothing. What is asked of a
//! package is asked when it is enabled, by the policy of the day it will begin. An empty list of keys is nobody: no policy made
//! of it is ever met.

use crate::calendar::Instant;
use crate::division::County;
use crate::ids::{TrustPolicyId, UserId};
use jiff::civil::Date;
use std::collections::BTreeSet;

/// A publisher's key the city knows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PublisherKey {
    /// What policies call it; never used twice.
    pub name: String,
    /// Who holds it.
    pub publisher: String,
    /// `RW…`, as in minisign's file.
    pub public_key: String,
    /// The short number signatures find it by.
    pub key_id: String,
    /// From this day on it counts.
    pub from: Date,
    /// What is received on this day or later does not count.
    pub to: Option<Date>,
    pub revoked: Option<Revocation>,
    pub added_at: Instant,
    pub added_by: Option<UserId>,
}

/// A key that is trusted no more, for whatever it ever signed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Revocation {
    pub at: Instant,
    pub by: Option<UserId>,
    pub reason: String,
}

/// A signature as it was stored with a release.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReleaseSignature {
    /// Of the release.
    pub digest: String,
    pub key_id: String,
    /// The four lines.
    pub text: String,
    pub received_at: Instant,
    pub received_by: Option<UserId>,
}

/// What a signature is worth.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Standing {
    Valid,
    /// The key counts from a later day on.
    NotYet,
    /// The key had run out when the signature was received.
    Expired,
    Revoked,
    /// Made with a key the city does not know.
    Unknown,
    /// The key is known and did not make this signature over these bytes.
    Wrong,
}

impl Standing {
    pub const ALL: [Standing; 6] =
        [Standing::Valid, Standing::NotYet, Standing::Expired, Standing::Revoked, Standing::Unknown, Standing::Wrong];

    pub const fn code(self) -> &'static str {
        match self {
            Standing::Valid => "valid",
            Standing::NotYet => "not-yet",
            Standing::Expired => "expired",
            Standing::Revoked => "revoked",
            Standing::Unknown => "unknown-key",
            Standing::Wrong => "wrong",
        }
    }

    pub const fn zh(self) -> &'static str {
        match self {
            Standing::Valid => "有效",
            Standing::NotYet => "公钥未到有效期",
            Standing::Expired => "公钥已过有效期",
            Standing::Revoked => "公钥已撤销",
            Standing::Unknown => "公钥未登记",
            Standing::Wrong => "与措施包不符",
        }
    }
}

impl PublisherKey {
    /// What a true signature by this key, received on one day, is worth on another.
    pub fn standing(&self, received: Date, day: Date) -> Standing {
        if self.revoked.is_some() {
            Standing::Revoked
        } else if self.to.is_some_and(|to| received >= to) {
            Standing::Expired
        } else if day < self.from {
            Standing::NotYet
        } else {
            Standing::Valid
        }
    }
}

/// How many of a policy's keys must have signed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TrustRule {
    AllOf,
    AnyOf,
    AtLeast(u32),
}

impl TrustRule {
    pub const fn code(self) -> &'static str {
        match self {
            TrustRule::AllOf => "all-of",
            TrustRule::AnyOf => "any-of",
            TrustRule::AtLeast(_) => "at-least",
        }
    }

    /// `number` matters to `at-least` only.
    pub fn parse(code: &str, number: u32) -> Option<TrustRule> {
        match code {
            "all-of" => Some(TrustRule::AllOf),
            "any-of" => Some(TrustRule::AnyOf),
            "at-least" => Some(TrustRule::AtLeast(number)),
            _ => None,
        }
    }

    /// How many of `keys` keys; never none.
    fn needs(self, keys: usize) -> usize {
        match self {
            TrustRule::AllOf => keys.max(1),
            TrustRule::AnyOf => 1,
            TrustRule::AtLeast(number) => (number as usize).max(1),
        }
    }
}

/// What a county asks of packages, from a day on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TrustPolicy {
    pub id: TrustPolicyId,
    pub county: County,
    pub from: Date,
    pub rule: TrustRule,
    /// Names of keys.
    pub keys: Vec<String>,
    /// On whose authority: a document, a decision.
    pub reason: String,
    pub set_at: Instant,
    pub set_by: Option<UserId>,
}

impl TrustPolicy {
    /// `甲公司、市民政局 都要签名`.
    pub fn sentence(&self) -> String {
        let names = self.keys.join("、");
        match self.rule {
            _ if self.keys.is_empty() => "名单是空的：不信任任何签名，不能启用新的措施包".to_owned(),
            TrustRule::AllOf if self.keys.len() == 1 => format!("须有 {names} 的签名"),
            TrustRule::AllOf => format!("{names} 都要签名"),
            TrustRule::AnyOf => format!("{names} 中任何一个签名即可"),
            TrustRule::AtLeast(_) => format!("{names} 中至少 {} 个签名", self.rule.needs(self.keys.len())),
        }
    }
}

/// What applies where a county has set nothing.
pub const NO_POLICY: &str =
    "本县区没有设定签名要求：全市登记的任何一个有效公钥签名即可；没有签名的，只能由系统运维人员在服务器上启用";

/// Whether a package meets what is asked of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verdict {
    pub trusted: bool,
    /// Nobody the city knows stands for it today: it counts as unsigned.
    pub unsigned: bool,
    /// A key that signed it was revoked.
    pub revoked: bool,
    /// Keys that count.
    pub by: Vec<String>,
    /// What is missing, in words; empty when nothing is.
    pub lacking: String,
}

/// Judges a package by what its signatures are worth on that day: the name of each known key, and its standing.
pub fn judge(policy: Option<&TrustPolicy>, signatures: &[(String, Standing)]) -> Verdict {
    let valid: BTreeSet<&str> =
        signatures.iter().filter(|(_, standing)| *standing == Standing::Valid).map(|(name, _)| name.as_str()).collect();
    let (by, needed): (Vec<&str>, usize) = match policy {
        None => (valid.iter().copied().collect(), 1),
        Some(policy) => {
            let asked: BTreeSet<&str> = policy.keys.iter().map(String::as_str).collect();
            (asked.intersection(&valid).copied().collect(), policy.rule.needs(asked.len()))
        }
    };
    let trusted = by.len() >= needed;
    let missing: Vec<&str> = match policy {
        Some(policy) => policy.keys.iter().map(String::as_str).filter(|name| !by.contains(name)).collect(),
        None => Vec::new(),
    };
    let has = match by.as_slice() {
        [] => "现在没有一个有效".to_owned(),
        names => format!("现在有效的是 {}", names.join("、")),
    };
    let lacking = match policy {
        _ if trusted => String::new(),
        None => format!("{NO_POLICY}。这个措施包{has}"),
        Some(policy) if policy.keys.is_empty() => policy.sentence(),
        // Where all must sign, those who have not; where some are enough, how many more.
        Some(policy) if needed == policy.keys.len() => {
            format!("本县区要求：{}；{has}，缺 {}", policy.sentence(), missing.join("、"))
        }
        Some(policy) => {
            format!("本县区要求：{}；{has}，还差 {} 个", policy.sentence(), needed.saturating_sub(by.len()))
        }
    };
    Verdict {
        trusted,
        unsigned: valid.is_empty(),
        revoked: signatures.iter().any(|(_, standing)| *standing == Standing::Revoked),
        by: by.into_iter().map(str::to_owned).collect(),
        lacking,
    }
}

#[cfg(test)]
mod tests;
