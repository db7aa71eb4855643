//! The worklist (工作台): what an office must act on, by when, over all measures at once.

use crate::Snapshot;
use crate::document::{self, document_columns};
use crate::engine::Query;
use crate::page::{self, Page};
use doudi_domain::calendar::days;
use doudi_domain::document::Document;
use doudi_domain::identity::Role;
use doudi_domain::{Date, Result, UserId};
use jiff::ToSpan;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WorklistQuery {
    pub role: Role,
    /// Leaves out what a colleague of the same office has taken; `None` shows all.
    pub user: Option<UserId>,
    pub today: Date,
    pub plugin: Option<String>,
    pub state: Option<String>,
    pub due: Option<DueWindow>,
    pub cursor: Option<String>,
    pub limit: u32,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DueWindow {
    Overdue,
    Today,
    /// Today and the six days after.
    Week,
}

/// Earliest due first, those without a due date last. The counts are of the whole list, not of the page or its filters.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Worklist {
    pub page: Page<Document>,
    pub counts: WorklistCounts,
}

#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct WorklistCounts {
    pub total: i64,
    pub overdue: i64,
    pub due_today: i64,
    /// Today and the six days after.
    pub due_this_week: i64,
    pub by_state: Vec<StateCount>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StateCount {
    pub plugin: String,
    pub collection: String,
    pub state: String,
    pub count: i64,
}

/// Sorts after every due date: documents without one come last.
const NEVER: i64 = i64::MAX;

impl Snapshot {
    /// Open documents of the scope whose next step is this office's.
    pub async fn worklist(&mut self, query: &WorklistQuery) -> Result<Worklist> {
        let counts = self.worklist_counts(query).await?;
        let limit = page::clamp(query.limit);
        let mut sql = Query::new(concat!("SELECT ", document_columns!(), " FROM document d"));
        self.worklist_conditions(&mut sql, query);
        if let Some(plugin) = &query.plugin {
            sql.push(" AND d.plugin = ").bind(plugin);
        }
        if let Some(state) = &query.state {
            sql.push(" AND d.state = ").bind(state);
        }
        match query.due {
            None => {}
            Some(DueWindow::Overdue) => {
                sql.push(" AND d.due < ").bind(query.today);
            }
            Some(DueWindow::Today) => {
                sql.push(" AND d.due = ").bind(query.today);
            }
            Some(DueWindow::Week) => {
                sql.push(" AND d.due BETWEEN ").bind(query.today).push(" AND ").bind(week_end(query.today));
            }
        }
        if let Some([due, id]) = page::integers(query.cursor.as_deref()) {
            sql.push(" AND (COALESCE(d.due, ").bind(NEVER).push(") > ").bind(due);
            sql.push(" OR (COALESCE(d.due, ")
                .bind(NEVER)
                .push(") = ")
                .bind(due)
                .push(" AND d.id > ")
                .bind(id)
                .push("))");
        }
        sql.push(" ORDER BY COALESCE(d.due, ").bind(NEVER).push("), d.id LIMIT ").bind(limit + 1);
        let rows = self.tx.built(sql).await?.iter().map(document::read).collect::<Result<Vec<_>>>()?;
        let due = |document: &Document| document.due.map_or(NEVER, |day| i64::from(days(day)));
        let page = Page::cut(rows, limit, |document| page::cursor(&[due(document), document.id.0]));
        Ok(Worklist { page, counts })
    }

    async fn worklist_counts(&mut self, query: &WorklistQuery) -> Result<WorklistCounts> {
        let mut sql = Query::new("SELECT d.plugin, d.collection, d.state, COUNT(*) AS count, ");
        let sums = [("overdue", Bound::Below), ("due_today", Bound::On), ("due_this_week", Bound::Week)];
        for (index, (name, bound)) in sums.into_iter().enumerate() {
            sql.push(if index > 0 { ", " } else { "" }).push("CAST(SUM(CASE WHEN d.due ");
            match bound {
                Bound::Below => sql.push("< ").bind(query.today),
                Bound::On => sql.push("= ").bind(query.today),
                Bound::Week => sql.push("BETWEEN ").bind(query.today).push(" AND ").bind(week_end(query.today)),
            };
            sql.push(" THEN 1 ELSE 0 END) AS BIGINT) AS ").push(name);
        }
        sql.push(" FROM document d");
        self.worklist_conditions(&mut sql, query);
        sql.push(" GROUP BY d.plugin, d.collection, d.state ORDER BY d.plugin, d.collection, d.state");
        let mut counts = WorklistCounts::default();
        for row in self.tx.built(sql).await? {
            let count: i64 = row.get("count")?;
            counts.total += count;
            counts.overdue += row.get::<i64>("overdue")?;
            counts.due_today += row.get::<i64>("due_today")?;
            counts.due_this_week += row.get::<i64>("due_this_week")?;
            let (plugin, collection, state) = (row.get("plugin")?, row.get("collection")?, row.get("state")?);
            counts.by_state.push(StateCount { plugin, collection, state, count });
        }
        Ok(counts)
    }

    fn worklist_conditions(&self, sql: &mut Query, query: &WorklistQuery) {
        sql.push(" WHERE d.final_state = 0 AND d.county = ").bind(self.reach.county);
        sql.push(" AND d.division BETWEEN ").bind(self.reach.low).push(" AND ").bind(self.reach.high);
        sql.push(" AND d.assignee_role = ").bind(query.role);
        if let Some(user) = query.user {
            sql.push(" AND (d.assignee IS NULL OR d.assignee = ").bind(user).push(")");
        }
    }
}

enum Bound {
    Below,
    On,
    Week,
}

fn week_end(today: Date) -> Date {
    today.saturating_add(6.days())
}
