//! Acceptance cases of a county: saved, withdrawn, never changed.

use crate::engine::{Row, args, broken};
use crate::{Snapshot, Write};
use doudi_domain::acceptance::{AcceptanceCase, Source};
use doudi_domain::{AcceptanceId, Date, Error, Result};
use serde_json::json;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewAcceptance {
    pub plugin: String,
    pub name: String,
    pub date: Date,
    /// A scenario document (JSON).
    pub scenario: String,
    pub source: Source,
    pub note: String,
}

macro_rules! acceptance_columns {
    () => {
        "county, id, plugin, name, date, scenario, source, note, saved_at, saved_by, saved_by_name, withdrawn_at,
         withdrawn_by_name"
    };
}

fn read(row: &Row) -> Result<AcceptanceCase> {
    let source: String = row.get("source")?;
    Ok(AcceptanceCase {
        id: row.get("id")?,
        county: row.get("county")?,
        plugin: row.get("plugin")?,
        name: row.get("name")?,
        date: row.get("date")?,
        scenario: row.get("scenario")?,
        source: Source::parse(&source).ok_or_else(|| broken(format!("an acceptance case from {source}")))?,
        note: row.get("note")?,
        saved_at: row.get("saved_at")?,
        saved_by: row.get("saved_by")?,
        saved_by_name: row.get("saved_by_name")?,
        withdrawn_at: row.get("withdrawn_at")?,
        withdrawn_by_name: row.get("withdrawn_by_name")?,
    })
}

impl Snapshot {
    /// The county's cases for a plugin (for all when empty), in the order they were saved; withdrawn ones only when asked for.
    pub async fn acceptance_list(&mut self, plugin: &str, withdrawn: bool) -> Result<Vec<AcceptanceCase>> {
        self.reach.require_county()?;
        let sql = concat!(
            "SELECT ",
            acceptance_columns!(),
            " FROM acceptance_case WHERE county = $1 AND (plugin = $2 OR $2 = '') AND (withdrawn_at IS NULL OR $3 = 1)
             ORDER BY plugin, id"
        );
        self.tx.all(sql, args![self.reach.county, plugin, withdrawn]).await?.iter().map(read).collect()
    }

    pub async fn acceptance_fetch(&mut self, id: AcceptanceId) -> Result<AcceptanceCase> {
        self.reach.require_county()?;
        let sql = concat!("SELECT ", acceptance_columns!(), " FROM acceptance_case WHERE county = $1 AND id = $2");
        let row = self.tx.optional(sql, args![self.reach.county, id]).await?;
        row.as_ref().map(read).transpose()?.ok_or(Error::not_found("验收用例"))
    }
}

impl Write {
    /// `Conflict` when the county has one of that name for the plugin.
    pub async fn acceptance_save(&mut self, new: &NewAcceptance) -> Result<AcceptanceId> {
        let id = AcceptanceId(self.tx.new_id().await?);
        let sql =
            "INSERT INTO acceptance_case (county, id, plugin, name, date, scenario, source, note, saved_at, saved_by,
                   saved_by_name) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
        let name = self.actor.name().to_owned();
        let values = args![
            self.county,
            id,
            &new.plugin,
            &new.name,
            new.date,
            &new.scenario,
            new.source.code(),
            &new.note,
            self.now,
            self.actor.user_id(),
            name
        ];
        self.tx.run(sql, values).await?;
        let detail = json!({ "plugin": new.plugin, "name": new.name, "source": new.source.code() });
        self.audit("acceptance.save", format_args!("acceptance/{id}"), detail);
        Ok(id)
    }

    /// It is asked no more. `NotFound` when there is none that still is.
    pub async fn acceptance_withdraw(&mut self, id: AcceptanceId, reason: &str) -> Result<()> {
        let sql = "UPDATE acceptance_case SET withdrawn_at = $3, withdrawn_by = $4, withdrawn_by_name = $5
                   WHERE county = $1 AND id = $2 AND withdrawn_at IS NULL";
        let name = self.actor.name().to_owned();
        if self.tx.run(sql, args![self.county, id, self.now, self.actor.user_id(), name]).await? == 0 {
            return Err(Error::not_found("验收用例"));
        }
        self.audit("acceptance.withdraw", format_args!("acceptance/{id}"), json!({ "reason": reason }));
        Ok(())
    }
}
