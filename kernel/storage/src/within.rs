//! Which of these things lie within the reader's scope: asked before something is offered as a link, so that nobody is led to a
//! closed door. Nothing is read of them but that.

use crate::Snapshot;
use crate::engine::args;
use crate::snapshot::Reach;
use doudi_domain::{DecisionId, DocumentId, HouseholdId, Result};
use std::collections::{BTreeMap, BTreeSet};

impl Snapshot {
    pub async fn households_within(&mut self, ids: &[HouseholdId]) -> Result<BTreeSet<HouseholdId>> {
        let Reach { county, low, high, .. } = self.reach;
        let list: Vec<i64> = ids.iter().map(|id| id.0).collect();
        let sql = "SELECT id FROM household WHERE county = $1 AND id @any $2 AND division BETWEEN $3 AND $4";
        self.tx.all(sql, args![county, list, low, high]).await?.iter().map(|row| row.at(0)).collect()
    }

    /// With the plugin and the collection each belongs to: offices see some kinds of cases and others not.
    pub async fn documents_within(&mut self, ids: &[DocumentId]) -> Result<BTreeMap<DocumentId, (String, String)>> {
        let Reach { county, low, high, .. } = self.reach;
        let list: Vec<i64> = ids.iter().map(|id| id.0).collect();
        let sql = "SELECT id, plugin, collection FROM document
                   WHERE county = $1 AND id @any $2 AND division BETWEEN $3 AND $4";
        let rows = self.tx.all(sql, args![county, list, low, high]).await?;
        rows.iter().map(|row| Ok((row.at(0)?, (row.at(1)?, row.at(2)?)))).collect()
    }

    pub async fn decisions_within(&mut self, ids: &[DecisionId]) -> Result<BTreeSet<DecisionId>> {
        let Reach { county, low, high, .. } = self.reach;
        let list: Vec<i64> = ids.iter().map(|id| id.0).collect();
        let sql = "SELECT id FROM decision WHERE county = $1 AND id @any $2 AND division BETWEEN $3 AND $4";
        self.tx.all(sql, args![county, list, low, high]).await?.iter().map(|row| row.at(0)).collect()
    }
}
