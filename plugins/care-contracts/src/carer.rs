//! The registers of carers and of institutions. A carer is known by a word and a year of birth; his name stands on the paper,
//! not here (a measure knows no names).

use crate::rules::agreement::{CarerQuestion, CarerState, carer_questions};
use doudi_sdk::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// 照料人.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Carer {
    /// `kin`, `neighbour`, `cadre`, `institution`, `provider`.
    pub kind: String,
    pub label: String,
    pub birth: Option<Date>,
    pub tekun: bool,
    pub healthy: bool,
    /// The county's answer to the question about age, state or fitness.
    pub answered: Option<Answered>,
    pub left: Option<Left>,
}

/// What the county found when it looked at a carer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    pub on: Date,
    pub finding: String,
}

/// When and why he cares no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left {
    pub on: Date,
    /// `died`, `unfit`, `left`, `breach`.
    pub reason: String,
}

impl Carer {
    pub fn is_person(&self) -> bool {
        !matches!(self.kind.as_str(), "institution" | "provider")
    }

    /// Questions that stand open on a day, by the county's limit of age.
    pub fn questions(&self, age_limit: Option<i64>, on: Date) -> Vec<CarerQuestion> {
        if self.answered.is_some() {
            return Vec::new();
        }
        let age = self.birth.map(|birth| i64::from(birth.age_on(on)));
        carer_questions(age, age_limit, self.tekun, self.healthy)
    }

    /// As validity asks. Age alone does not end an agreement; being unfit or 特困 himself does, unless the county has looked.
    pub fn state(&self) -> CarerState {
        CarerState {
            left: self.left.as_ref().map(|left| left.on),
            fit: self.answered.is_some() || carer_questions(None, None, self.tekun, self.healthy).is_empty(),
        }
    }

    /// `邻居、村民：三组邻居（1960年出生）`.
    pub fn describe(&self) -> String {
        let kind = kind_word(&self.kind);
        match self.birth {
            Some(birth) => format!("{kind}：{}（{}年出生）", self.label, birth.year()),
            None => format!("{kind}：{}", self.label),
        }
    }
}

pub fn kind_word(kind: &str) -> &'static str {
    match kind {
        "kin" => "亲属",
        "neighbour" => "邻居、村民",
        "cadre" => "村（居）干部、协理员",
        "institution" => "供养服务机构",
        _ => "服务单位",
    }
}

pub fn leaving_word(reason: &str) -> &'static str {
    match reason {
        "died" => "去世",
        "unfit" => "丧失照料能力",
        "breach" => "违反协议",
        _ => "不再担任",
    }
}

/// 供养服务机构.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Institution {
    pub name: String,
    pub beds: i64,
}

/// The state of every carer on register, those who left included, by id.
///
/// # Errors
/// As [`documents::scan`].
pub fn register() -> Result<BTreeMap<Id, CarerState>> {
    let mut register = BTreeMap::new();
    documents::scan(documents::Query::of("carer"), &["/tekun", "/healthy", "/answered", "/left"], |row| {
        let carer = Carer {
            tekun: row.flag("/tekun"),
            healthy: row.flag("/healthy"),
            answered: row.read("/answered")?,
            left: row.read("/left")?,
            ..Carer::default()
        };
        register.insert(row.id, carer.state());
        Ok(())
    })?;
    Ok(register)
}

/// One carer.
///
/// # Errors
/// `not-found` when the id is none of the register.
pub fn get(id: Id) -> Result<(Document, Carer)> {
    let document = documents::get(id)?;
    if document.collection != "carer" {
        return Err(Refusal::invalid("所选照料人不在登记册中").problem("carer", "请从名单中选择照料人"));
    }
    let body = document.body()?;
    Ok((document, body))
}

/// Institutions that are open.
///
/// # Errors
/// As [`documents::find`].
pub fn institutions() -> Result<Vec<(Document, Institution)>> {
    let found = documents::all(documents::Query::of("institution").state("active"))?;
    found.into_iter().map(|document| Ok((document.clone(), document.body()?))).collect()
}

/// The institution a form names.
///
/// # Errors
/// `invalid` when none is named, or it is closed.
pub fn institution(values: &FormValues) -> Result<Id> {
    let id = values
        .id("institution")
        .ok_or_else(|| Refusal::invalid("集中供养的，请选择供养服务机构").problem("institution", "请选择机构"))?;
    if institutions()?.iter().any(|(document, _)| document.id == id) {
        return Ok(id);
    }
    Err(Refusal::invalid("所选机构没有登记或者已停用").problem("institution", "请从名单中选择机构"))
}
