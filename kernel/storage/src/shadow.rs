//! Reports of shadow runs, written once; their rows by rank; and the runs that were asked for, with how far they are.

use crate::engine::{Arg, Kind, Query, Row, args, broken};
use crate::page::{self, Page};
use crate::snapshot::Reach;
use crate::{Snapshot, Storage, Write};
use doudi_domain::shadow::{Change, ShadowKind, ShadowOrder, ShadowRow, ShadowRun, ShadowTotals};
use doudi_domain::{County, Date, DivisionCode, Error, Fen, Result, ShadowOrderId, ShadowRunId};
use serde_json::json;

/// A report before it has a number; meanings as in [`ShadowRun`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewShadowRun {
    pub plugin: String,
    pub kind: ShadowKind,
    pub before_digest: Option<String>,
    pub after_digest: String,
    pub as_of: Date,
    pub parameters_hash: String,
    pub totals: ShadowTotals,
    pub report: String,
    /// In the order of their ranks.
    pub rows: Vec<ShadowRow>,
}

/// Which runs a list shows; newest first.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct ShadowQuery {
    pub plugin: Option<String>,
    pub after_digest: Option<String>,
    pub kind: Option<ShadowKind>,
    pub cursor: Option<String>,
    pub limit: u32,
}

/// Which households of a run a list shows; by rank.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct ShadowRowQuery {
    pub change: Option<Change>,
    /// A town or village.
    pub division: Option<DivisionCode>,
    pub cursor: Option<String>,
    pub limit: u32,
}

macro_rules! run_columns {
    () => {
        "county, id, plugin, kind, division, before_digest, after_digest, as_of, parameters_hash, households, gained, lost,
         changed, unchanged, amount_before, amount_after, report, at, by_user, by_name"
    };
}

macro_rules! row_columns {
    () => {
        "rank, household, division, change, outcome_before, outcome_after, amount_before, amount_after, covered_before,
         covered_after, detail"
    };
}

fn read(row: &Row) -> Result<ShadowRun> {
    let kind: String = row.get("kind")?;
    Ok(ShadowRun {
        id: row.get("id")?,
        county: row.get("county")?,
        plugin: row.get("plugin")?,
        kind: ShadowKind::parse(&kind).ok_or_else(|| broken(format!("unknown kind {kind}")))?,
        division: row.get("division")?,
        before_digest: row.get("before_digest")?,
        after_digest: row.get("after_digest")?,
        as_of: row.get("as_of")?,
        parameters_hash: row.get("parameters_hash")?,
        totals: ShadowTotals {
            households: row.get("households")?,
            gained: row.get("gained")?,
            lost: row.get("lost")?,
            changed: row.get("changed")?,
            unchanged: row.get("unchanged")?,
            before: row.get("amount_before")?,
            after: row.get("amount_after")?,
        },
        report: row.get("report")?,
        at: row.get("at")?,
        by: row.get("by_user")?,
        by_name: row.get("by_name")?,
    })
}

fn read_row(row: &Row) -> Result<ShadowRow> {
    let change: String = row.get("change")?;
    Ok(ShadowRow {
        rank: row.get("rank")?,
        household: row.get("household")?,
        division: row.get("division")?,
        change: Change::parse(&change).ok_or_else(|| broken(format!("unknown change {change}")))?,
        outcome_before: row.get("outcome_before")?,
        outcome_after: row.get("outcome_after")?,
        before: row.get::<Fen>("amount_before")?,
        after: row.get::<Fen>("amount_after")?,
        covered_before: row.get("covered_before")?,
        covered_after: row.get("covered_after")?,
        detail: row.get("detail")?,
    })
}

impl Snapshot {
    /// `NotFound` when absent, or when it went over more than this scope sees.
    pub async fn shadow_run_fetch(&mut self, id: ShadowRunId) -> Result<ShadowRun> {
        let Reach { county, low, high, .. } = self.reach;
        let sql = concat!(
            "SELECT ",
            run_columns!(),
            " FROM shadow_run WHERE county = $1 AND id = $2 AND division BETWEEN $3 AND $4"
        );
        let row = self.tx.optional(sql, args![county, id, low, high]).await?;
        row.as_ref().map(read).transpose()?.ok_or(Error::not_found("测算报告"))
    }

    /// Newest first.
    pub async fn shadow_runs_page(&mut self, query: &ShadowQuery) -> Result<Page<ShadowRun>> {
        let Reach { county, low, high, .. } = self.reach;
        let limit = page::clamp(query.limit);
        let mut sql = Query::new(concat!("SELECT ", run_columns!(), " FROM shadow_run WHERE county = "));
        sql.bind(county).push(" AND division BETWEEN ").bind(low).push(" AND ").bind(high);
        if let Some(plugin) = &query.plugin {
            sql.push(" AND plugin = ").bind(plugin);
        }
        if let Some(digest) = &query.after_digest {
            sql.push(" AND after_digest = ").bind(digest);
        }
        if let Some(kind) = query.kind {
            sql.push(" AND kind = ").bind(kind.code());
        }
        if let Some([before]) = page::integers(query.cursor.as_deref()) {
            sql.push(" AND id < ").bind(before);
        }
        sql.push(" ORDER BY id DESC LIMIT ").bind(limit + 1);
        let runs = self.tx.built(sql).await?.iter().map(read).collect::<Result<Vec<_>>>()?;
        Ok(Page::cut(runs, limit, |run| page::cursor(&[run.id.0])))
    }

    /// Households of a run within scope, largest difference first. Nothing of a run this scope may not see.
    pub async fn shadow_rows_page(&mut self, run: ShadowRunId, query: &ShadowRowQuery) -> Result<Page<ShadowRow>> {
        self.shadow_run_fetch(run).await?;
        let Reach { county, low, high, .. } = self.reach;
        let limit = page::clamp(query.limit);
        let mut sql = Query::new(concat!("SELECT ", row_columns!(), " FROM shadow_row WHERE county = "));
        sql.bind(county).push(" AND run = ").bind(run);
        sql.push(" AND division BETWEEN ").bind(low).push(" AND ").bind(high);
        if let Some(division) = query.division {
            let (from, to) = division.subtree();
            sql.push(" AND division BETWEEN ").bind(from).push(" AND ").bind(to);
        }
        if let Some(change) = query.change {
            sql.push(" AND change = ").bind(change.code());
        }
        if let Some([after]) = page::integers(query.cursor.as_deref()) {
            sql.push(" AND rank > ").bind(after);
        }
        sql.push(" ORDER BY rank LIMIT ").bind(limit + 1);
        let rows = self.tx.built(sql).await?.iter().map(read_row).collect::<Result<Vec<_>>>()?;
        Ok(Page::cut(rows, limit, |row| page::cursor(&[row.rank])))
    }

    /// `NotFound` when absent or out of scope.
    pub async fn shadow_order_fetch(&mut self, id: ShadowOrderId) -> Result<ShadowOrder> {
        let Reach { county, low, high, .. } = self.reach;
        let sql = "SELECT county, id, draft, division, done, total, run, problem, at, by_user FROM shadow_order
                   WHERE county = $1 AND id = $2 AND division BETWEEN $3 AND $4";
        let row = self.tx.optional(sql, args![county, id, low, high]).await?;
        let row = row.ok_or(Error::not_found("测算任务"))?;
        Ok(ShadowOrder {
            id: row.get("id")?,
            county: row.get("county")?,
            draft: row.get("draft")?,
            division: row.get("division")?,
            done: row.get("done")?,
            total: row.get("total")?,
            run: row.get("run")?,
            problem: row.get("problem")?,
            at: row.get("at")?,
            by: row.get("by_user")?,
        })
    }
}

impl Write {
    /// Keeps a report over the actor's whole scope.
    pub async fn shadow_run_record(&mut self, new: &NewShadowRun) -> Result<ShadowRunId> {
        let division = self.reach.scope.division;
        if let Some(row) = new.rows.iter().find(|row| !division.contains(row.division)) {
            return Err(broken(format!("household {} lies outside {division}", row.household)));
        }
        let id = ShadowRunId(self.tx.new_id().await?);
        let sql = "INSERT INTO shadow_run (county, id, plugin, kind, division, before_digest, after_digest, as_of, parameters_hash,
                   households, gained, lost, changed, unchanged, amount_before, amount_after, report, at, by_user, by_name)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)";
        let totals = new.totals;
        let name = self.actor.name().to_owned();
        let values = args![
            self.county,
            id,
            &new.plugin,
            new.kind.code(),
            division,
            new.before_digest.clone(),
            &new.after_digest,
            new.as_of,
            &new.parameters_hash,
            totals.households,
            totals.gained,
            totals.lost,
            totals.changed,
            totals.unchanged,
            totals.before,
            totals.after,
            &new.report,
            self.now,
            self.actor.user_id(),
            name
        ];
        self.tx.run(sql, values).await?;
        let rows = new.rows.iter().map(|row| {
            args![
                self.county,
                id,
                row.rank,
                row.household,
                row.division,
                row.change.code(),
                &row.outcome_before,
                &row.outcome_after,
                row.before,
                row.after,
                row.covered_before,
                row.covered_after,
                &row.detail
            ]
        });
        let rows: Vec<Vec<Arg>> = rows.collect();
        self.tx.insert_many("shadow_row", &ROW_COLUMNS, rows, "").await?;
        let detail = json!({
            "plugin": new.plugin, "kind": new.kind.code(), "before": new.before_digest, "after": new.after_digest,
            "as_of": new.as_of.to_string(), "parameters": new.parameters_hash, "households": totals.households,
            "gained": totals.gained, "lost": totals.lost, "changed": totals.changed,
            "amount_before": totals.before.0, "amount_after": totals.after.0,
        });
        self.audit("shadow.run", format_args!("shadow/{id}"), detail);
        Ok(id)
    }

    /// Notes that somebody has asked for a run; a job of the same transaction carries it out.
    pub async fn shadow_order_add(&mut self, draft: &str) -> Result<ShadowOrderId> {
        let id = ShadowOrderId(self.tx.new_id().await?);
        let sql = "INSERT INTO shadow_order (county, id, draft, division, done, total, at, by_user)
                   VALUES ($1, $2, $3, $4, 0, 0, $5, $6)";
        let division = self.reach.scope.division;
        self.tx.run(sql, args![self.county, id, draft, division, self.now, self.actor.user_id()]).await?;
        self.audit("shadow.order", format_args!("shadow-order/{id}"), json!({}));
        Ok(id)
    }

    /// The order has its report. It is written in the transaction of the report.
    pub async fn shadow_order_done(&mut self, id: ShadowOrderId, run: ShadowRunId) -> Result<()> {
        let sql = "UPDATE shadow_order SET run = $3, done = total WHERE county = $1 AND id = $2 AND run IS NULL";
        match self.tx.run(sql, args![self.county, id, run]).await? {
            1 => Ok(()),
            _ => Err(Error::conflict("这项测算已经有了报告")),
        }
    }
}

const ROW_COLUMNS: [(&str, Kind); 13] = [
    ("county", Kind::Int),
    ("run", Kind::Int),
    ("rank", Kind::Int),
    ("household", Kind::Int),
    ("division", Kind::Int),
    ("change", Kind::Text),
    ("outcome_before", Kind::Text),
    ("outcome_after", Kind::Text),
    ("amount_before", Kind::Int),
    ("amount_after", Kind::Int),
    ("covered_before", Kind::Int),
    ("covered_after", Kind::Int),
    ("detail", Kind::Text),
];

impl Storage {
    /// How far a run is. No audit entry: nothing has happened yet.
    pub async fn shadow_order_progress(&self, county: County, id: ShadowOrderId, done: i64, total: i64) -> Result<()> {
        let mut tx = self.db.write().await?;
        let sql = "UPDATE shadow_order SET done = $3, total = $4 WHERE county = $1 AND id = $2 AND run IS NULL";
        tx.run(sql, args![county, id, done, total]).await?;
        tx.commit().await
    }

    /// Why there will be no report.
    pub async fn shadow_order_failed(&self, county: County, id: ShadowOrderId, problem: &str) -> Result<()> {
        let mut tx = self.db.write().await?;
        let sql = "UPDATE shadow_order SET problem = $3 WHERE county = $1 AND id = $2 AND run IS NULL";
        tx.run(sql, args![county, id, problem]).await?;
        tx.commit().await
    }
}
