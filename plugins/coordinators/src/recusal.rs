//! 回避: an open case of a household the coordinator of its village has declared as his own or a near relative's. The town gives it to
//! somebody else; that it did is on record.

use crate::post::{Entry, Post};
use doudi_sdk::prelude::*;
use serde::{Deserialize, Serialize};

/// The collection.
pub const RECUSAL: &str = "recusal";

/// One case and one coordinator.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Recusal {
    pub post: Id,
    pub officer: Id,
    /// As in [`crate::post::Relative`].
    pub relation: String,
    /// What the other measure calls the case, and its document there.
    pub case: String,
    pub document: Id,
    /// Who handles it instead.
    pub instead: Option<Id>,
}

impl Recusal {
    /// One for each case and officer, however often it is found.
    pub fn key(officer: Id, household: Id, case: Id) -> String {
        format!("{}-{}-{}", officer.0, household.0, case.0)
    }

    pub fn open(&self, household: Id) -> DocumentPut {
        DocumentPut::create(RECUSAL, format!("协理员回避：{}", self.case))
            .key(Recusal::key(self.officer, household, self.document))
            .household(household)
            .state("open")
            .index("post", self.post.0)
            .note("协理员申报为本人或近亲属家庭，应当回避")
            .body(self)
    }
}

/// What the declarations of a post say about a household.
pub fn relation_to(post: &Post, household: Id) -> Option<&str> {
    post.relatives.iter().find(|relative| relative.household == household).map(|relative| relative.relation.as_str())
}

/// Whether an officer may not handle a household's cases, by what he has declared in any post he is bound to.
///
/// # Errors
/// As [`documents::find`].
pub fn conflicts(officer: Id, household: Id) -> Result<bool> {
    Ok(crate::post::of_officer(officer)?.iter().any(|entry: &Entry| entry.body.is_kin(household)))
}
