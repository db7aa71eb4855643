//! How grants have been made use of: added up from what each server has counted. Not in the audit log: it is a figure about
//! measures, not an act of a person.

use crate::engine::{Row, args};
use crate::{Snapshot, Storage};
use doudi_domain::package::GrantUse;
use doudi_domain::{County, Result};

fn read(row: &Row) -> Result<GrantUse> {
    Ok(GrantUse {
        digest: row.get("digest")?,
        capability: row.get("capability")?,
        used: row.get("used")?,
        denied: row.get("denied")?,
        last_used: row.get("last_used")?,
        last_denied: row.get("last_denied")?,
    })
}

impl Storage {
    /// Adds what was counted since the last time, of one county.
    pub async fn grant_use_add(&self, county: County, counted: &[GrantUse]) -> Result<()> {
        let mut tx = self.db.write().await?;
        // The later of two moments, where either may be absent.
        let sql = "INSERT INTO grant_use (county, digest, capability, used, denied, last_used, last_denied)
                   VALUES ($1, $2, $3, $4, $5, $6, $7)
                   ON CONFLICT (county, digest, capability) DO UPDATE SET
                   used = grant_use.used + excluded.used, denied = grant_use.denied + excluded.denied,
                   last_used = CASE WHEN grant_use.last_used > excluded.last_used OR excluded.last_used IS NULL
                     THEN grant_use.last_used ELSE excluded.last_used END,
                   last_denied = CASE WHEN grant_use.last_denied > excluded.last_denied OR excluded.last_denied IS NULL
                     THEN grant_use.last_denied ELSE excluded.last_denied END";
        // Always in one order: two servers that add at once must not wait for each other.
        let mut counted: Vec<&GrantUse> = counted.iter().collect();
        counted.sort_by(|a, b| (&a.digest, &a.capability).cmp(&(&b.digest, &b.capability)));
        for GrantUse { digest, capability, used, denied, last_used, last_denied } in counted {
            tx.run(sql, args![county, digest, capability, *used, *denied, *last_used, *last_denied]).await?;
        }
        tx.commit().await
    }
}

impl Snapshot {
    /// Of all digests, by digest and capability; needs a county-level scope.
    pub async fn grant_use_list(&mut self) -> Result<Vec<GrantUse>> {
        self.reach.require_county()?;
        let sql = "SELECT digest, capability, used, denied, last_used, last_denied FROM grant_use WHERE county = $1
                   ORDER BY digest, capability";
        self.tx.all(sql, args![self.reach.county]).await?.iter().map(read).collect()
    }
}
