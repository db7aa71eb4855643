//! What is read of households: where they live, and whether a member is a near relative of a handler.

use crate::rules::town::town_of;
use doudi_sdk::prelude::*;
use std::collections::BTreeMap;

/// A household as this measure sees it.
#[derive(Input, Debug, Clone, Default)]
#[input(table = "household")]
pub struct Home {
    #[input("household.id")]
    pub id: Id,
    /// The village, 12 digits; absent when the county has not granted it.
    #[input("household.division")]
    pub division: Option<i64>,
    #[input(rows)]
    pub members: Vec<Member>,
}

/// A member.
#[derive(Input, Debug, Clone, Default)]
#[input(table = "person")]
pub struct Member {
    /// Code table `near-relative`; 0: of nobody.
    #[input("person.near-relative", default)]
    pub near_relative: i64,
}

impl Home {
    pub fn town(&self) -> Option<i64> {
        self.division.and_then(town_of)
    }

    pub fn has_relative(&self) -> bool {
        self.members.iter().any(|member| member.near_relative != 0)
    }
}

/// Households by id. Those that have left the county since are not among them, and stop nobody else's.
///
/// # Errors
/// What the kernel says, but `not-found`.
pub fn homes(ids: &[Id], on: Date) -> Result<BTreeMap<Id, Home>> {
    let mut wanted = ids.to_vec();
    wanted.sort_unstable();
    wanted.dedup();
    if wanted.is_empty() {
        return Ok(BTreeMap::new());
    }
    let read = |ids: &[Id]| -> Result<Vec<Home>> { Ok(records::households(ids, on)?.read::<Home>()?.to_vec()) };
    let homes = match read(&wanted) {
        Err(refusal) if refusal.code == "not-found" => {
            let mut homes = Vec::with_capacity(wanted.len());
            for id in &wanted {
                match read(&[*id]) {
                    Ok(found) => homes.extend(found),
                    Err(refusal) if refusal.code == "not-found" => {}
                    Err(refusal) => return Err(refusal),
                }
            }
            homes
        }
        other => other?,
    };
    Ok(homes.into_iter().map(|home| (home.id, home)).collect())
}
