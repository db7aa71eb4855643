//! The bodies of visits to people at home, and of cards kept by somebody else.

use doudi_sdk::prelude::*;
use serde::{Deserialize, Serialize};

/// 走访.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Visit {
    pub member: Option<Id>,
    /// The day by which it was due; absent for one nobody asked for.
    pub due: Option<Date>,
    pub done: Option<Date>,
    /// `09:30`, local.
    pub time: String,
    pub visitor: Option<Id>,
    pub has_position: bool,
    pub seen: bool,
    pub carer_came: bool,
    pub living_good: bool,
    pub weaker: bool,
    /// `home`, `hospital`, `institution`, `prison`, `unknown`, `died`.
    pub place: String,
    /// Who keeps the bank card: `self`, `carer`, `village`, `other`.
    pub card: String,
    pub findings: String,
    pub photos: Vec<Id>,
    /// SHA-256 of the photos, so that the same picture is noticed twice.
    pub digests: Vec<String>,
    pub concerns: Vec<String>,
    pub settled: String,
}

impl Visit {
    /// A visit that is due. The key names the visit before it, so that opening it twice is harmless.
    pub fn open(household: Id, person: Id, due: Date, after: Option<Id>) -> DocumentPut {
        let body = Visit { member: Some(person), due: Some(due), ..Visit::default() };
        DocumentPut::create("visit", "走访")
            .key(format!("{}-{}", person.0, after.unwrap_or_default().0))
            .household(household)
            .person(person)
            .state("due")
            .due(due)
            .index("person", person.0)
            .index("month", due.month_code())
            .note("到期走访")
            .body(&body)
    }
}

pub fn place_word(place: &str) -> &'static str {
    match place {
        "hospital" => "住院",
        "institution" => "在供养机构",
        "prison" => "服刑或者被羁押",
        "unknown" => "下落不明",
        "died" => "已去世",
        _ => "在家",
    }
}

pub fn keeper_word(keeper: &str) -> &'static str {
    match keeper {
        "self" => "本人",
        "guardian" => "监护人",
        "kin" => "亲属",
        "carer" => "照料人",
        "village" => "村（居）干部",
        _ => "其他人",
    }
}

/// 银行卡代管备案.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Card {
    pub member: Option<Id>,
    /// `guardian`, `kin`, `village`.
    pub keeper: String,
    pub signed: Option<Date>,
    pub reason: String,
}

/// Whether a written agreement about the person's card is filed with the county.
///
/// # Errors
/// As [`documents::find`].
pub fn card_is_filed(person: Id) -> Result<bool> {
    Ok(documents::first(documents::Query::of("card").person(person).state("filed"))?.is_some())
}
