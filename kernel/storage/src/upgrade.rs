//! Upgrades of a county from one version of a plugin to another: asked for, signed, switched, rolled back. The switch sets the
//! pin and takes over the documents rewritten for it ([`documents`]) in one transaction; so does the way back.

pub mod documents;

use crate::enablement::NewEnablement;
use crate::engine::{Row, args, broken};
use crate::{Snapshot, Write, revision};
use doudi_domain::upgrade::{Bounds, Deed, Difference, SignOff, State, Upgrade};
use doudi_domain::{Date, EnablementId, Error, Fen, Result, UpgradeId};
use serde_json::{Value, json};

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewUpgrade {
    pub plugin: String,
    pub from_digest: String,
    pub to_digest: String,
    pub begins: Date,
    /// JSON by the settings schema of the other version.
    pub settings: String,
    pub grants: Vec<String>,
}

/// Calls of one digest that were put on record, by how they ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CallCount {
    pub digest: String,
    /// `ok`, `refused`, or the code of what went wrong.
    pub outcome: String,
    pub calls: i64,
    pub micros: i64,
}

macro_rules! upgrade_columns {
    () => {
        "county, id, plugin, from_digest, to_digest, begins, settings, grants, state, opened_at, opened_by, opened_by_name,
         signed_at, signed_by, signed_by_name, sign_reason, signed_difference, switched_at, switched_by, switched_by_name, pin,
         documents, grace_until, ended_at, ended_by, ended_by_name, end_reason"
    };
}

fn read(row: &Row) -> Result<Upgrade> {
    let deed = |at: &'static str, by: &'static str, name: &'static str| -> Result<Option<Deed>> {
        let Some(at) = row.get(at)? else { return Ok(None) };
        Ok(Some(Deed { at, by: row.get(by)?, by_name: row.get::<Option<String>>(name)?.unwrap_or_default() }))
    };
    let signed = match (
        deed("signed_at", "signed_by", "signed_by_name")?,
        row.get::<Option<String>>("sign_reason")?,
        row.get::<Option<String>>("signed_difference")?,
    ) {
        (Some(deed), Some(reason), Some(difference)) => {
            Some(SignOff { deed, reason, difference: difference_of(&difference)? })
        }
        _ => None,
    };
    let ended = deed("ended_at", "ended_by", "ended_by_name")?.zip(row.get::<Option<String>>("end_reason")?);
    Ok(Upgrade {
        id: row.get("id")?,
        county: row.get("county")?,
        plugin: row.get("plugin")?,
        from_digest: row.get("from_digest")?,
        to_digest: row.get("to_digest")?,
        begins: row.get("begins")?,
        settings: row.get("settings")?,
        grants: serde_json::from_str(&row.get::<String>("grants")?).map_err(broken)?,
        state: State::parse(&row.get::<String>("state")?).ok_or_else(|| broken("an upgrade in no known state"))?,
        opened: deed("opened_at", "opened_by", "opened_by_name")?.ok_or_else(|| broken("an upgrade nobody opened"))?,
        signed,
        switched: deed("switched_at", "switched_by", "switched_by_name")?,
        pin: row.get("pin")?,
        documents: row.get("documents")?,
        grace_until: row.get("grace_until")?,
        ended,
    })
}

fn difference_json(difference: &Difference) -> Value {
    json!({
        "compared": difference.compared, "receiving": difference.receiving, "gained": difference.gained,
        "lost": difference.lost, "changed": difference.changed, "before": difference.before.0, "after": difference.after.0,
    })
}

fn difference_of(text: &str) -> Result<Difference> {
    let value: Value = serde_json::from_str(text).map_err(broken)?;
    let number = |name: &str| value[name].as_i64().ok_or_else(|| broken(format!("a signed difference without {name}")));
    Ok(Difference {
        compared: number("compared")?,
        receiving: number("receiving")?,
        gained: number("gained")?,
        lost: number("lost")?,
        changed: number("changed")?,
        before: Fen(number("before")?),
        after: Fen(number("after")?),
    })
}

fn absent() -> Error {
    Error::not_found("升级记录")
}

/// What somebody else did in the meantime.
fn moved_on() -> Error {
    Error::conflict("这次升级刚被别人处理，本次操作没有保存。请刷新后查看最新状态")
}

impl Snapshot {
    pub async fn upgrade_fetch(&mut self, id: UpgradeId) -> Result<Upgrade> {
        self.reach.require_county()?;
        let sql = concat!("SELECT ", upgrade_columns!(), " FROM upgrade WHERE county = $1 AND id = $2");
        let row = self.tx.optional(sql, args![self.reach.county, id]).await?;
        row.as_ref().map(read).transpose()?.ok_or_else(absent)
    }

    /// The county's upgrades of a plugin (of all when empty), newest first.
    pub async fn upgrades_list(&mut self, plugin: &str, limit: u32) -> Result<Vec<Upgrade>> {
        self.reach.require_county()?;
        let sql = concat!(
            "SELECT ",
            upgrade_columns!(),
            " FROM upgrade WHERE county = $1 AND (plugin = $2 OR $2 = '') ORDER BY id DESC LIMIT $3"
        );
        let rows = self.tx.all(sql, args![self.reach.county, plugin, crate::page::clamp(limit)]).await?;
        rows.iter().map(read).collect()
    }

    /// What the county has decided about upgrades, if anything, and who did.
    pub async fn upgrade_bounds(&mut self) -> Result<Option<(Bounds, Deed)>> {
        let sql =
            "SELECT lost, changed, money, grace_days, report_days, set_at, set_by, set_by_name FROM upgrade_bounds
                   WHERE county = $1";
        let Some(row) = self.tx.optional(sql, args![self.reach.county]).await? else { return Ok(None) };
        let bounds = Bounds {
            lost: row.get("lost")?,
            changed: row.get("changed")?,
            money: row.get("money")?,
            grace_days: row.get("grace_days")?,
            report_days: row.get("report_days")?,
        };
        let deed = Deed { at: row.get("set_at")?, by: row.get("set_by")?, by_name: row.get("set_by_name")? };
        Ok(Some((bounds, deed)))
    }

    /// Recorded calls of a plugin with ids between two others, the last `most` of them, by digest and outcome. Ids only grow, so
    /// that those above a pin's are the calls since it was set.
    pub async fn calls_counted(&mut self, plugin: &str, above: i64, below: i64, most: u32) -> Result<Vec<CallCount>> {
        self.reach.require_county()?;
        let sql = "SELECT c.digest, c.outcome, COUNT(*) AS calls, CAST(SUM(c.micros) AS BIGINT) AS micros FROM
                   (SELECT digest, outcome, micros FROM invocation
                    WHERE county = $1 AND plugin = $2 AND id > $3 AND id < $4 ORDER BY id DESC LIMIT $5) c
                   GROUP BY c.digest, c.outcome";
        let rows = self.tx.all(sql, args![self.reach.county, plugin, above, below, most]).await?;
        let mut counts = rows
            .iter()
            .map(|row| {
                Ok(CallCount {
                    digest: row.get("digest")?,
                    outcome: row.get("outcome")?,
                    calls: row.get("calls")?,
                    micros: row.get("micros")?,
                })
            })
            .collect::<Result<Vec<_>>>()?;
        counts.sort_by(|a, b| (&a.digest, &a.outcome).cmp(&(&b.digest, &b.outcome)));
        Ok(counts)
    }
}

impl Write {
    /// `Conflict` when one of this plugin is open already.
    pub async fn upgrade_open(&mut self, new: &NewUpgrade) -> Result<UpgradeId> {
        let id = UpgradeId(self.tx.new_id().await?);
        let sql = "INSERT INTO upgrade (county, id, plugin, from_digest, to_digest, begins, settings, grants, state, opened_at,
                   opened_by, opened_by_name, documents) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open', $9, $10, $11, 0)";
        let grants = serde_json::to_string(&new.grants).map_err(broken)?;
        let name = self.actor.name().to_owned();
        let values = args![
            self.county,
            id,
            &new.plugin,
            &new.from_digest,
            &new.to_digest,
            new.begins,
            &new.settings,
            grants,
            self.now,
            self.actor.user_id(),
            name
        ];
        self.tx.run(sql, values).await?;
        let detail = json!({
            "plugin": new.plugin, "from": new.from_digest, "to": new.to_digest, "begins": new.begins.to_string(),
            "settings": new.settings, "grants": new.grants,
        });
        self.audit("upgrade.open", format_args!("upgrade/{id}"), detail);
        Ok(id)
    }

    /// A second person answers for this difference. Whoever asked for the upgrade cannot: the database refuses it, too.
    pub async fn upgrade_sign(&mut self, id: UpgradeId, reason: &str, difference: &Difference) -> Result<()> {
        let sql = "UPDATE upgrade SET signed_at = $3, signed_by = $4, signed_by_name = $5, sign_reason = $6,
                   signed_difference = $7 WHERE county = $1 AND id = $2 AND state = 'open'";
        let (name, difference) = (self.actor.name().to_owned(), difference_json(difference));
        let user = self.actor.user_id();
        let values = args![self.county, id, self.now, user, name, reason, difference.to_string()];
        if self.tx.run(sql, values).await? == 0 {
            return Err(moved_on());
        }
        let detail = json!({ "reason": reason, "difference": difference });
        self.audit("upgrade.sign", format_args!("upgrade/{id}"), detail);
        Ok(())
    }

    /// Pins the other version and takes over the documents that were rewritten for it; all at once. `Conflict` when a document
    /// has moved since it was rewritten, or one was added: rewrite those and come again.
    pub async fn upgrade_switch(
        &mut self,
        id: UpgradeId,
        migrates: bool,
        grace_until: Option<Date>,
    ) -> Result<EnablementId> {
        let upgrade = self.upgrade_in(id, State::Open).await?;
        let documents = if migrates { self.documents_take_over(&upgrade).await? } else { 0 };
        let pin = self
            .enablement_set(&NewEnablement {
                plugin: upgrade.plugin.clone(),
                digest: upgrade.to_digest.clone(),
                from: upgrade.begins,
                settings: upgrade.settings,
                grants: upgrade.grants,
            })
            .await?;
        let sql = "UPDATE upgrade SET state = 'switched', switched_at = $3, switched_by = $4, switched_by_name = $5, pin = $6,
                   documents = $7, grace_until = $8 WHERE county = $1 AND id = $2";
        let name = self.actor.name().to_owned();
        let grace_until = grace_until.filter(|_| migrates);
        let values = args![self.county, id, self.now, self.actor.user_id(), name, pin, documents as i64, grace_until];
        self.tx.run(sql, values).await?;
        let detail = json!({
            "plugin": upgrade.plugin, "from": upgrade.from_digest, "to": upgrade.to_digest,
            "begins": upgrade.begins.to_string(), "documents": documents,
        });
        self.audit("upgrade.switch", format_args!("upgrade/{id}"), detail);
        Ok(pin)
    }

    /// Pins the version from before again, with its settings and grants, and puts the documents back as they were. `Conflict`
    /// when somebody has worked on one since: see [`Snapshot::upgrade_obstacles`].
    pub async fn upgrade_roll_back(
        &mut self,
        id: UpgradeId,
        before: &NewEnablement,
        reason: &str,
    ) -> Result<EnablementId> {
        let upgrade = self.upgrade_in(id, State::Switched).await?;
        if upgrade.grace_until.is_some() {
            self.documents_give_back(&upgrade).await?;
        }
        let pin = self.enablement_set(before).await?;
        self.upgrade_end(&upgrade, State::RolledBack, reason).await?;
        Ok(pin)
    }

    /// Gives up what has not been switched.
    pub async fn upgrade_cancel(&mut self, id: UpgradeId, reason: &str) -> Result<()> {
        let upgrade = self.upgrade_in(id, State::Open).await?;
        self.documents_forget(id).await?;
        self.upgrade_end(&upgrade, State::Cancelled, reason).await
    }

    /// A switch that was planned and is taken back before its day: its pin is void already.
    pub async fn upgrade_withdraw(&mut self, id: UpgradeId, reason: &str) -> Result<()> {
        let upgrade = self.upgrade_in(id, State::Switched).await?;
        self.upgrade_end(&upgrade, State::RolledBack, reason).await
    }

    async fn upgrade_end(&mut self, upgrade: &Upgrade, state: State, reason: &str) -> Result<()> {
        let sql = "UPDATE upgrade SET state = $3, ended_at = $4, ended_by = $5, ended_by_name = $6, end_reason = $7
                   WHERE county = $1 AND id = $2";
        let name = self.actor.name().to_owned();
        let values = args![self.county, upgrade.id, state.code(), self.now, self.actor.user_id(), name, reason];
        self.tx.run(sql, values).await?;
        let what = if state == State::Cancelled { "upgrade.cancel" } else { "upgrade.roll-back" };
        let detail = json!({ "plugin": upgrade.plugin, "to": upgrade.to_digest, "reason": reason });
        self.audit(what, format_args!("upgrade/{}", upgrade.id), detail);
        Ok(())
    }

    /// The upgrade, if nobody has taken it further than the caller believes.
    async fn upgrade_in(&mut self, id: UpgradeId, state: State) -> Result<Upgrade> {
        let sql = concat!("SELECT ", upgrade_columns!(), " FROM upgrade WHERE county = $1 AND id = $2");
        let row = self.tx.optional(sql, args![self.county, id]).await?.ok_or_else(absent)?;
        let upgrade = read(&row)?;
        if upgrade.state == state { Ok(upgrade) } else { Err(moved_on()) }
    }

    pub async fn upgrade_bounds_set(&mut self, bounds: &Bounds) -> Result<()> {
        let sql = "INSERT INTO upgrade_bounds (county, lost, changed, money, grace_days, report_days, set_at, set_by,
                   set_by_name) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
                   ON CONFLICT (county) DO UPDATE SET lost = $2, changed = $3, money = $4, grace_days = $5, report_days = $6,
                   set_at = $7, set_by = $8, set_by_name = $9";
        let name = self.actor.name().to_owned();
        let Bounds { lost, changed, money, grace_days, report_days } = *bounds;
        let user = self.actor.user_id();
        let values = args![self.county, lost, changed, money, grace_days, report_days, self.now, user, name];
        self.tx.run(sql, values).await?;
        let detail = json!({
            "lost": lost, "changed": changed, "money": money, "grace_days": grace_days, "report_days": report_days,
        });
        self.audit("upgrade.bounds", "county", detail);
        Ok(())
    }

    /// Where a pin or the end of one is planned for later than `today`: takes it back, and what held before goes on holding.
    /// `NotFound` when nothing of the plugin is planned.
    pub async fn enablement_cancel_planned(&mut self, plugin: &str, today: Date) -> Result<()> {
        let planned = "UPDATE enablement SET valid_to = valid_from
                       WHERE county = $1 AND plugin = $2 AND valid_from > $3 AND (valid_to IS NULL OR valid_to > valid_from)";
        let pins = self.tx.run(planned, args![self.county, plugin, today]).await?;
        // The pin that holds today was to end on the day the planned one begins, or is to end without another.
        let holding = "UPDATE enablement SET valid_to = NULL
                       WHERE county = $1 AND plugin = $2 AND valid_from <= $3 AND valid_to > $3";
        let ends = self.tx.run(holding, args![self.county, plugin, today]).await?;
        if pins + ends == 0 {
            return Err(Error::not_found("计划中的启用或停用"));
        }
        let detail = json!({ "plugin": plugin, "pins": pins, "ends": ends });
        self.audit("enablement.cancel", format_args!("plugin/{plugin}"), detail);
        self.moves(revision::ENABLEMENTS.to_owned());
        Ok(())
    }
}
