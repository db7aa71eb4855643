//! A token: what another program shows instead of signing in. It acts as one user, with her office and in her part of the
//! tree, and may do less than she may: its scopes say what. It ends by itself, and can be taken back at any time.

use crate::calendar::Instant;
use crate::error::{Error, Result};
use crate::ids::{TokenId, UserId};
use std::collections::BTreeSet;
use std::fmt;

/// Longest label of a token in characters.
pub const NAME_LENGTH: usize = 50;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Token {
    pub id: TokenId,
    pub user: UserId,
    pub login: String,
    pub user_name: String,
    /// What it is for, in the words of who made it: 医保局数据交换.
    pub name: String,
    pub scopes: Scopes,
    pub created_at: Instant,
    pub expires_at: Instant,
    /// Written at most once a minute.
    pub seen_at: Option<Instant>,
    pub revoked_at: Option<Instant>,
}

impl Token {
    /// May it be used at this moment?
    pub fn holds(&self, now: Instant) -> bool {
        self.revoked_at.is_none() && now < self.expires_at
    }
}

/// What a request does, for the words of a token.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Deed {
    /// Reads, masked as on the screen; tries and recomputes.
    Read,
    /// Enters and decides: the work of caseworkers.
    Write,
    /// Configures: measures, parameters, users.
    Admin,
    /// Shows a citizen in clear; recorded.
    Reveal,
}

/// What requests are about; each can be granted alone, as `households:read`.
pub const RESOURCES: [(&str, &str); 15] = [
    ("households", "家庭档案"),
    ("documents", "办件与工作台"),
    ("decisions", "决定与待遇"),
    ("notices", "文书"),
    ("imports", "花名册导入"),
    ("measures", "措施页面与试算"),
    ("plugins", "措施管理"),
    ("trust", "签名与信任"),
    ("parameters", "政策参数"),
    ("calendar", "工作日历"),
    ("divisions", "区划"),
    ("users", "用户"),
    ("audit", "审计日志"),
    ("jobs", "任务与事件"),
    ("figures", "各县区统计"),
];

/// Words that cover every resource, with what they allow.
pub const GROUPS: [(&str, &str); 4] = [
    ("read", "查看（遮盖姓名和号码）"),
    ("write", "登记和办理"),
    ("admin", "配置措施、参数、日历、用户"),
    ("reveal", "显示完整姓名、号码（记入审计日志）"),
];

/// The words of a token, sorted, each known.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Scopes(BTreeSet<String>);

impl Scopes {
    /// Words apart by blanks or commas. `Invalid` for an unknown word, and for none at all: a token that may do nothing is a
    /// mistake.
    pub fn parse(text: &str) -> Result<Scopes> {
        let words: BTreeSet<String> = text
            .split(|c: char| c.is_whitespace() || c == ',' || c == '，')
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect();
        if words.is_empty() {
            return Err(Error::invalid("权限范围", "token.scopes", "请至少选择一项权限范围，例如 read"));
        }
        match words.iter().find(|word| !is_known(word)) {
            Some(word) => Err(Error::invalid(
                "权限范围",
                "token.scopes",
                format!(
                    "没有权限范围“{word}”，可填 read、write、admin、reveal，或某一类的 households:read、documents:write 等"
                ),
            )),
            None => Ok(Scopes(words)),
        }
    }

    /// Do they cover doing this to that resource? Configuring one resource is covered by its own `:write`, too; showing in
    /// clear only ever by `reveal`.
    pub fn allow(&self, deed: Deed, resource: &str) -> bool {
        let has = |word: &str| self.0.contains(word);
        match deed {
            Deed::Read => has("read") || has(&format!("{resource}:read")),
            Deed::Write => has("write") || has(&format!("{resource}:write")),
            Deed::Admin => has("admin") || has(&format!("{resource}:write")),
            Deed::Reveal => has("reveal"),
        }
    }

    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words().collect::<Vec<_>>().join(" "))
    }
}

fn is_known(word: &str) -> bool {
    let resource = word.strip_suffix(":read").or_else(|| word.strip_suffix(":write"));
    match resource {
        Some(resource) => RESOURCES.iter().any(|(known, _)| *known == resource),
        None => GROUPS.iter().any(|(known, _)| *known == word),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_allow_what_they_name_and_nothing_else() {
        use Deed::{Admin, Read, Reveal, Write};
        let cases: &[(&str, Deed, &str, bool)] = &[
            ("read", Read, "households", true),
            ("read", Write, "households", false),
            ("read", Reveal, "households", false),
            ("write", Read, "households", false),
            ("write", Write, "documents", true),
            ("write", Admin, "plugins", false),
            ("admin", Admin, "plugins", true),
            ("admin", Write, "documents", false),
            ("read write admin", Reveal, "households", false),
            ("reveal", Reveal, "households", true),
            ("households:read", Read, "households", true),
            ("households:read", Read, "documents", false),
            ("parameters:write", Admin, "parameters", true),
            ("parameters:write", Admin, "plugins", false),
        ];
        for (words, deed, resource, expected) in cases {
            let scopes = Scopes::parse(words).expect("known words");
            assert_eq!(scopes.allow(*deed, resource), *expected, "{words}: {deed:?} {resource}");
        }
    }

    #[test]
    fn words_are_sorted_and_unknown_ones_refused() {
        assert_eq!(Scopes::parse("write, read  read").expect("known").to_string(), "read write");
        for text in ["", " , ", "all", "read:households", "rivers:read", "households:", "households:reveal", "READ"] {
            assert!(matches!(Scopes::parse(text), Err(Error::Invalid(_))), "{text}");
        }
    }
}
