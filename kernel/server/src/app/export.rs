//! Lists that leave the system as files: within the actor's scope, with masked names, counted in the audit log.

use super::document::{WorklistFilter, worklist};
use super::{App, decision, in_own_task};
use crate::roster::report::guarded;
use doudi_domain::policy::{self, Permission};
use doudi_domain::{Actor, Error, Result};
use doudi_storage::decision::DecisionQuery;

/// Rows read in one step.
const STEP: u32 = 500;

/// The worklist of the actor's office as CSV in UTF-8 with a byte-order mark, which spreadsheets on office PCs read rightly.
pub async fn worklist_csv(app: &App, actor: &Actor) -> Result<Vec<u8>> {
    policy::require(actor, Permission::Export)?;
    let today = app.today();
    let mut table = Table::new(&["期限", "距离", "事项", "家庭", "编号", "标题", "当前环节", "下一步"]);
    let mut filter = WorklistFilter { limit: STEP, ..Default::default() };
    loop {
        let list = worklist(app, actor, &filter).await?;
        for row in list.rows {
            let (due, distance) = match row.row.due {
                Some(due) => (due.date.to_string(), due.words(today)),
                None => Default::default(),
            };
            table.row(&[
                due,
                distance,
                format!("{} {}", row.row.plugin_name.zh, row.row.collection_label.zh),
                row.household_title.unwrap_or_default(),
                row.row.document.key,
                row.row.document.title,
                row.row.state_label.zh,
                row.row.todo.map(|todo| todo.zh).unwrap_or_default(),
            ]);
        }
        match list.next {
            Some(next) => filter.cursor = Some(next),
            None => break,
        }
    }
    finish(app, actor, "worklist", table).await
}

/// Decisions in the actor's area as CSV, oldest first.
pub async fn decisions_csv(app: &App, actor: &Actor) -> Result<Vec<u8>> {
    policy::require(actor, Permission::Export)?;
    let mut table = Table::new(&[
        "决定编号",
        "作出日期",
        "家庭",
        "村（居）",
        "结论",
        "每月金额（元）",
        "人数",
        "起",
        "止",
        "规则版本",
    ]);
    let mut query = DecisionQuery { limit: STEP, ..Default::default() };
    loop {
        let page = decision::page(app, actor, &query).await?;
        for row in page.items {
            let decision = row.decision;
            table.row(&[
                decision.id.to_string(),
                decision.decided_at.date().to_string(),
                row.household_title,
                row.division_name,
                decision.outcome_zh,
                decision.amount.to_string(),
                decision.covered_persons.to_string(),
                decision.from.to_string(),
                decision.to.map(|to| to.to_string()).unwrap_or_default(),
                format!("{} {}", decision.cause.plugin, decision.cause.version),
            ]);
        }
        match page.next {
            Some(next) => query.cursor = Some(next),
            None => break,
        }
    }
    finish(app, actor, "decisions", table).await
}

pub(crate) struct Table {
    writer: csv::Writer<Vec<u8>>,
    rows: u64,
}

impl Table {
    pub fn new(headings: &[&str]) -> Table {
        let mut table = Table { writer: csv::Writer::from_writer(b"\xef\xbb\xbf".to_vec()), rows: 0 };
        table.write(headings.iter().map(|heading| (*heading).to_owned()));
        table
    }

    pub fn row(&mut self, cells: &[String]) {
        self.rows += 1;
        self.write(cells.iter().map(|cell| guarded(cell)));
    }

    fn write(&mut self, cells: impl Iterator<Item = String>) {
        self.writer.write_record(cells.collect::<Vec<_>>()).expect("memory takes every row of equal length");
    }
}

/// Who took out which list, and how long it was, is recorded before it leaves.
pub(crate) async fn finish(app: &App, actor: &Actor, list: &'static str, table: Table) -> Result<Vec<u8>> {
    let rows = table.rows;
    let bytes = table.writer.into_inner().map_err(|error| Error::failure("导出没有完成，请重试", error.to_string()))?;
    let (app, actor) = (app.clone(), actor.clone());
    in_own_task(async move {
        let mut write = app.storage.write(&actor, app.now()).await?;
        write.audit_add("export", list, &serde_json::json!({ "rows": rows }).to_string());
        write.commit().await?;
        Ok(bytes)
    })
    .await
}
