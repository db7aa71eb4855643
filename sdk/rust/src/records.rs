//! Households, their members and facts, in the fields the manifest declares and the county has granted. Names and numbers of
//! people are not here: pages point at people by id and the kernel fills the names in.

use crate::block::Block;
use crate::date::Date;
use crate::host;
use crate::refusal::{Refusal, Result};
use doudi_documents::Id;

/// The households as of a date, in the order asked, with every declared field. At most 4,096.
///
/// # Errors
/// `not-found` for the first household outside the scope; `limit` for too many.
pub fn households(ids: &[Id], as_of: Date) -> Result<Block> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    host::households(&ids, as_of.days()).map_err(Refusal::from)
}

/// One household, read into a struct with `#[derive(Input)]`.
///
/// # Errors
/// As [`households`], and as [`crate::input::Families::new`].
pub fn household<F: crate::input::Input + Clone>(id: Id, as_of: Date) -> Result<F> {
    let block = households(&[id], as_of)?;
    block.read::<F>()?.to_vec().pop().ok_or_else(|| Refusal::not_found(format!("没有家庭 {}，或不在您的辖区", id.0)))
}

/// Ids of all households in scope, ascending, after a cursor (`Id(0)` to begin), at most `limit` and never more than 4,096: for
/// what looks for families nobody decided about.
///
/// # Errors
/// `limit` for too many at once.
pub fn all(after: Id, limit: u32) -> Result<Vec<Id>> {
    Ok(host::households_all(after.0, limit)?.into_iter().map(Id).collect())
}

/// Ids of households with a decision of this plugin's schemes in force on a date, ascending, after a cursor (`Id(0)` to
/// begin), at most `limit`.
///
/// # Errors
/// `unknown` for a scheme that is not this plugin's; `limit` for too many at once.
pub fn recipients(scheme: &str, as_of: Date, after: Id, limit: u32) -> Result<Vec<Id>> {
    Ok(host::recipients(scheme, as_of.days(), after.0, limit)?.into_iter().map(Id).collect())
}
