//! Revisions: what a reader saw, and whether it has moved since. This is how a call into a plugin, which reads for a while
//! and writes afterwards, never writes over somebody else's change: the read set is checked inside the write.
//!
//! A key names a thing or a *list* of things, so that a row inserted meanwhile (a phantom) counts as a change:
//!
//! | key | moves with |
//! |---|---|
//! | `household/{id}` | the household, its memberships, its members, their facts and its own |
//! | `person/{id}` | the person, memberships and facts of the person |
//! | `document/{id}` | that document |
//! | `documents` | any document of the county |
//! | `documents/{plugin}/{collection}` | any document of the collection |
//! | `documents/{plugin}/{collection}/household/{id}` | any document of the collection about that household |
//! | `decisions` | any decision of the county |
//! | `decisions/household/{id}` | any decision about that household |
//! | `payments` | any payment line or envelope of the county |
//! | `payments/scheme/{scheme}`, `payments/document/{id}` | any line or envelope of the scheme, of the roster document |
//! | `parameters`, `enablements` | any parameter, any pin of the county |
//! | `calendar` | the statutory calendar, which all counties share |
//! | `divisions` | the administrative tree, which all counties share |

use crate::engine::{Arg, Kind, Tx, args};
use doudi_domain::{County, DocumentId, HouseholdId, PersonId, Result};
use std::collections::BTreeMap;

/// Key → revision at the moment of the snapshot; 0 for what has never been written.
pub type ReadSet = BTreeMap<String, i64>;

pub fn household(id: HouseholdId) -> String {
    format!("household/{id}")
}

pub fn person(id: PersonId) -> String {
    format!("person/{id}")
}

pub fn document(id: DocumentId) -> String {
    format!("document/{id}")
}

pub fn collection(plugin: &str, collection: &str) -> String {
    format!("documents/{plugin}/{collection}")
}

pub fn collection_of_household(plugin: &str, collection: &str, household: HouseholdId) -> String {
    format!("documents/{plugin}/{collection}/household/{household}")
}

pub fn decisions_of_household(household: HouseholdId) -> String {
    format!("decisions/household/{household}")
}

pub fn payments_of_document(document: DocumentId) -> String {
    format!("payments/document/{document}")
}

pub fn payments_of_scheme(scheme: &str) -> String {
    format!("payments/scheme/{scheme}")
}

pub const PAYMENTS: &str = "payments";
pub const DOCUMENTS: &str = "documents";
pub const DECISIONS: &str = "decisions";
pub const PARAMETERS: &str = "parameters";
pub const ENABLEMENTS: &str = "enablements";
pub const CALENDAR: &str = "calendar";
pub const DIVISIONS: &str = "divisions";

/// Calendar and tree belong to no county.
const SHARED: County = County(0);

fn home(county: County, key: &str) -> County {
    if matches!(key, CALENDAR | DIVISIONS) { SHARED } else { county }
}

/// The revisions of these keys; those never written are missing.
pub(crate) async fn current(tx: &mut Tx, county: County, keys: &[String]) -> Result<ReadSet> {
    if keys.is_empty() {
        return Ok(ReadSet::new());
    }
    let sql = "SELECT county, key, rev FROM revision WHERE county IN ($1, $2) AND key @any $3";
    let mut set = ReadSet::new();
    for row in tx.all(sql, args![county, SHARED, keys.to_vec()]).await? {
        let key: String = row.get("key")?;
        if row.get::<County>("county")? == home(county, &key) {
            set.insert(key, row.get("rev")?);
        }
    }
    Ok(set)
}

pub(crate) async fn bump(tx: &mut Tx, county: County, keys: impl IntoIterator<Item = String>) -> Result<()> {
    let rows: Vec<Vec<Arg>> = keys.into_iter().map(|key| args![home(county, &key), key, 1]).collect();
    let columns = [("county", Kind::Int), ("key", Kind::Text), ("rev", Kind::Int)];
    tx.insert_many("revision", &columns, rows, "ON CONFLICT (county, key) DO UPDATE SET rev = revision.rev + 1").await
}
