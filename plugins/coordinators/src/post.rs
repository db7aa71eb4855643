//! A coordinator's post: one officer in one village or town, from the proposal to the handover. People are users of the county; their
//! names are the kernel's, and who of them is a near relative of which household is declared here and nowhere else.

use crate::rules::staffing::Held;
use doudi_sdk::prelude::*;
use serde::{Deserialize, Serialize};

/// The collection.
pub const POST: &str = "post";
/// States in which the officer holds the post.
pub const HELD: [&str; 3] = ["in-post", "leaving", "handed"];
/// States in which the officer is bound to it: nobody is put up for a second one.
pub const BOUND: [&str; 5] = ["proposed", "posting", "in-post", "leaving", "handed"];

/// 协理员岗位.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Post {
    pub division: i64,
    pub officer: Id,
    /// Beside other work.
    pub part_time: bool,
    pub source: Source,
    /// Monthly fen.
    pub allowance: i64,
    pub qualification: String,
    /// Declared: a near relative of the village's secretary or committee members.
    pub kin_of_cadre: bool,
    /// Why the county took him nevertheless.
    pub kin_reason: String,
    pub posted: Option<Posted>,
    /// First day in the post.
    pub from: Option<Date>,
    /// Last day of the contract.
    pub contract_until: Option<Date>,
    pub appraisals: Vec<Appraisal>,
    pub relatives: Vec<Relative>,
    /// Last day in the post, once he leaves.
    pub last: Option<Date>,
    pub leaving: String,
    pub handover: Option<Handover>,
    /// The account of the system was closed, as the county states.
    pub account_closed: bool,
}

/// Where the post comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// 公益性岗位.
    #[default]
    Welfare,
    /// 政府购买服务.
    Purchased,
    /// 村(居)干部兼任.
    Cadre,
}

/// 选聘公示.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Posted {
    pub place: String,
    pub from: Date,
}

/// 年度考核.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Appraisal {
    pub year: i32,
    /// `good`, `fair`, `poor`.
    pub result: String,
    pub remark: String,
    pub on: Date,
}

/// A household he may not handle: his own, or a near relative's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Relative {
    pub household: Id,
    /// `own`, `spouse`, `parent`, `child`, `sibling`, `grandparent`, `grandchild`.
    pub relation: String,
    pub on: Date,
}

/// 离岗交接.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Handover {
    pub to: Id,
    pub on: Date,
    /// Open matters of the village on that day, as far as other measures tell.
    pub open: u32,
    pub matters: String,
}

impl Source {
    pub fn of(code: &str) -> Option<Source> {
        [Source::Welfare, Source::Purchased, Source::Cadre].into_iter().find(|source| source.code() == code)
    }

    pub const fn code(self) -> &'static str {
        match self {
            Source::Welfare => "welfare",
            Source::Purchased => "purchased",
            Source::Cadre => "cadre",
        }
    }

    pub const fn label(self) -> &'static str {
        match self {
            Source::Welfare => "公益性岗位",
            Source::Purchased => "政府购买服务",
            Source::Cadre => "村（居）干部兼任",
        }
    }
}

impl Post {
    /// From the first to the last day in the post; nothing before he took it up.
    pub fn held(&self) -> Option<Held> {
        self.from.map(|from| Held { from, to: self.last })
    }

    pub fn held_on(&self, day: Date) -> bool {
        self.held().is_some_and(|held| held.on(day))
    }

    pub fn is_kin(&self, household: Id) -> bool {
        self.relatives.iter().any(|relative| relative.household == household)
    }

    /// The document with this body. Its place and officer are found by index.
    pub fn to(&self, document: &Document, state: &str, note: impl Into<String>) -> DocumentPut {
        document.to(state).note(note).body(self)
    }

    pub fn open(&self) -> DocumentPut {
        DocumentPut::create(POST, format!("协理员岗位（{}）", self.source.label()))
            .division(self.division)
            .state("proposed")
            .index("division", self.division)
            .index("officer", self.officer.0)
            .note("提出人选")
            .body(self)
    }
}

/// A post with its document.
#[derive(Debug, Clone)]
pub struct Entry {
    pub document: Document,
    pub body: Post,
}

/// Every post in the states, in order of id; without states all there are.
///
/// # Errors
/// As [`documents::find`].
pub fn all(states: &[&str]) -> Result<Vec<Entry>> {
    let query = documents::Query::of(POST).states(states);
    let found = documents::all(query)?;
    found.into_iter().map(|document| Ok(Entry { body: document.body()?, document })).collect()
}

/// The posts an officer is bound to.
///
/// # Errors
/// As [`documents::find`].
pub fn of_officer(officer: Id) -> Result<Vec<Entry>> {
    let found = documents::find(documents::Query::of(POST).states(&BOUND).index("officer", officer.0))?;
    found.into_iter().map(|document| Ok(Entry { body: document.body()?, document })).collect()
}

/// The words of a relation.
pub fn relation_word(relation: &str) -> &'static str {
    match relation {
        "own" => "本人家庭",
        "spouse" => "配偶",
        "parent" => "父母",
        "child" => "子女",
        "sibling" => "兄弟姐妹",
        "grandparent" => "祖父母、外祖父母",
        "grandchild" => "孙子女、外孙子女",
        _ => "其他近亲属",
    }
}
