//! Enablements: which county runs which digest of a plugin, from which date, with which settings and grants.

use crate::engine::{Row, args, broken};
use crate::{Snapshot, Write, revision};
use doudi_domain::package::Enablement;
use doudi_domain::{Date, EnablementId, Error, Result};
use serde_json::json;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewEnablement {
    pub plugin: String,
    pub digest: String,
    pub from: Date,
    /// JSON by the manifest's settings schema.
    pub settings: String,
    pub grants: Vec<String>,
}

macro_rules! enablement_columns {
    () => {
        "id, county, plugin, digest, valid_from, valid_to, settings, grants, enabled_at, enabled_by"
    };
}

fn read(row: &Row) -> Result<Enablement> {
    Ok(Enablement {
        id: row.get("id")?,
        county: row.get("county")?,
        plugin: row.get("plugin")?,
        digest: row.get("digest")?,
        from: row.get("valid_from")?,
        to: row.get("valid_to")?,
        settings: row.get("settings")?,
        grants: serde_json::from_str(&row.get::<String>("grants")?).map_err(broken)?,
        enabled_at: row.get("enabled_at")?,
        enabled_by: row.get("enabled_by")?,
    })
}

impl Snapshot {
    /// The pin in force on the day, if any.
    pub async fn enablement_at(&mut self, plugin: &str, day: Date) -> Result<Option<Enablement>> {
        Ok(self.enablements_at(day).await?.into_iter().find(|pin| pin.plugin == plugin))
    }

    /// All pins in force on the day, by plugin.
    pub async fn enablements_at(&mut self, day: Date) -> Result<Vec<Enablement>> {
        self.note(|| revision::ENABLEMENTS.to_owned());
        let sql = concat!(
            "SELECT ",
            enablement_columns!(),
            " FROM enablement
             WHERE county = $1 AND valid_from <= $2 AND (valid_to IS NULL OR valid_to > $2)"
        );
        let rows = self.tx.all(sql, args![self.reach.county, day]).await?;
        let mut pins = rows.iter().map(read).collect::<Result<Vec<_>>>()?;
        pins.sort_by(|a, b| a.plugin.cmp(&b.plugin));
        Ok(pins)
    }

    /// Every pin the county ever had, by plugin and date. One that was replaced before it began ends on the day it begins.
    pub async fn enablements_list(&mut self) -> Result<Vec<Enablement>> {
        self.note(|| revision::ENABLEMENTS.to_owned());
        let sql = concat!("SELECT ", enablement_columns!(), " FROM enablement WHERE county = $1");
        let rows = self.tx.all(sql, args![self.reach.county]).await?;
        let mut pins = rows.iter().map(read).collect::<Result<Vec<_>>>()?;
        pins.sort_by(|a, b| (&a.plugin, a.from, a.id).cmp(&(&b.plugin, b.from, b.id)));
        Ok(pins)
    }
}

impl Write {
    /// Pins a digest from a date: closes the pin in force at that date, and voids those that would begin on it or later. So
    /// there is never a gap or an overlap.
    pub async fn enablement_set(&mut self, new: &NewEnablement) -> Result<EnablementId> {
        let sql = "SELECT COUNT(*) AS count FROM release WHERE digest = $1 AND plugin = $2";
        if crate::storage::count(&mut self.tx, sql, args![&new.digest, &new.plugin]).await? == 0 {
            return Err(Error::not_found("程序包"));
        }
        self.pins_close(&new.plugin, new.from).await?;
        let id = EnablementId(self.tx.new_id().await?);
        let grants = serde_json::to_string(&new.grants).map_err(broken)?;
        let sql =
            "INSERT INTO enablement (county, id, plugin, digest, valid_from, settings, grants, enabled_at, enabled_by)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        let values = args![
            self.county,
            id,
            &new.plugin,
            &new.digest,
            new.from,
            &new.settings,
            grants,
            self.now,
            self.actor.user_id()
        ];
        self.tx.run(sql, values).await?;
        let detail = json!({
            "plugin": new.plugin, "digest": new.digest, "from": new.from.to_string(), "settings": new.settings,
            "grants": new.grants,
        });
        self.audit("enablement.set", format_args!("enablement/{id}"), detail);
        self.moves(revision::ENABLEMENTS.to_owned());
        Ok(id)
    }

    /// Ends the pin in force: from this day on the plugin is not enabled. `NotFound` when none is, nor will be.
    pub async fn enablement_end(&mut self, plugin: &str, from: Date) -> Result<()> {
        if self.pins_close(plugin, from).await? == 0 {
            return Err(Error::not_found("已启用的措施"));
        }
        let detail = json!({ "plugin": plugin, "from": from.to_string() });
        self.audit("enablement.end", format_args!("plugin/{plugin}"), detail);
        self.moves(revision::ENABLEMENTS.to_owned());
        Ok(())
    }

    /// How many pins this changed.
    async fn pins_close(&mut self, plugin: &str, from: Date) -> Result<u64> {
        let sql = "UPDATE enablement SET valid_to = CASE WHEN valid_from >= $3 THEN valid_from ELSE $3 END
                   WHERE county = $1 AND plugin = $2 AND (valid_to IS NULL OR valid_to > $3)";
        self.tx.run(sql, args![self.county, plugin, from]).await
    }
}
