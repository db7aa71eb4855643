//! What PostgreSQL's planner believes about the tables. It learns by itself within a minute or so of a change, which is too late for
//! whoever reads a county right after it came in: without figures every query about the whole county is planned as if a county
//! were two hundredths of the table, and reads it whole for each block. SQLite plans by rules, and needs no figures.

use crate::Storage;
use crate::engine::{Db, args};
use doudi_domain::Result;

/// Tables that grow by thousands of rows at once: an import, a night.
const GROWING: &str =
    "ANALYZE household, person, membership, fact, term, document, decision, notice, payment, payment_key";

impl Storage {
    /// To be called after much was written at once; a second or two, and readers and writers go on meanwhile.
    pub async fn refresh_statistics(&self) -> Result<()> {
        if matches!(self.db, Db::Postgres(_)) {
            let mut tx = self.db.write().await?;
            tx.run(GROWING, args![]).await?;
            tx.commit().await?;
        }
        Ok(())
    }
}
