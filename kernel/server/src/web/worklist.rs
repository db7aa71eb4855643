//! 工作台: what the visitor's office must do, by when. Filters stand in the address, so that a list can be kept and sent on.

use super::duties::DutyLine;
use super::error::Answer;
use super::frame::{Frame, Who};
use super::{download, format, show};
use crate::App;
use crate::app::document::{self, DueWindow, StateTab, WorkRow, WorklistFilter, WorklistView};
use crate::app::{duty, export};
use askama::Template;
use axum::extract::{Query, State};
use doudi_domain::Date;
use doudi_domain::policy::Permission;
use serde::Deserialize;

#[derive(Debug, Default, Deserialize)]
pub struct Filter {
    #[serde(default)]
    due: String,
    #[serde(default)]
    plugin: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    sort: String,
    #[serde(default)]
    cursor: String,
}

#[derive(Template)]
#[template(path = "worklist/index.html")]
struct WorklistPage {
    frame: Frame,
    filter: Filter,
    list: WorklistView,
    /// 本月义务.
    duties: DutyLine,
    exports: bool,
}

impl WorklistPage {
    fn window(&self, due: &str) -> String {
        self.frame.with(&[("due", due), ("plugin", ""), ("state", "")])
    }

    fn tab(&self, tab: &StateTab) -> String {
        self.frame.with(&[("due", ""), ("plugin", &tab.plugin), ("state", &tab.state)])
    }

    fn is_all(&self) -> bool {
        self.filter.due.is_empty() && self.filter.state.is_empty() && self.filter.plugin.is_empty()
    }

    fn is_tab(&self, tab: &StateTab) -> bool {
        self.filter.plugin == tab.plugin && self.filter.state == tab.state
    }

    fn due_text(&self, date: &Date) -> String {
        format::date_short(*date, self.frame.today)
    }
}

pub async fn index(State(app): State<App>, frame: Frame, Who(actor): Who, Query(filter): Query<Filter>) -> Answer {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let asked = WorklistFilter {
        due: match filter.due.as_str() {
            "overdue" => Some(DueWindow::Overdue),
            "today" => Some(DueWindow::Today),
            "week" => Some(DueWindow::Week),
            _ => None,
        },
        plugin: some(&filter.plugin),
        state: some(&filter.state),
        cursor: some(&filter.cursor),
        limit: 0,
    };
    let mut list = document::worklist(&app, &actor, &asked).await?;
    sort(&mut list.rows, &filter.sort);
    let duties = DutyLine::new(&frame, duty::line(&app, &actor).await);
    show(&WorklistPage { exports: frame.may(Permission::Export), frame, filter, list, duties })
}

/// Storage gives the earliest deadline first; a page can be read in another order.
fn sort(rows: &mut [WorkRow], by: &str) {
    match by {
        "state" => rows.sort_by(|a, b| a.row.document.state.cmp(&b.row.document.state)),
        "title" => rows.sort_by(|a, b| a.row.document.key.cmp(&b.row.document.key)),
        "since" => rows.sort_by_key(|row| row.row.document.since),
        _ => {}
    }
}

pub async fn export(State(app): State<App>, Who(actor): Who) -> Answer {
    let csv = export::worklist_csv(&app, &actor).await?;
    Ok(download(&format!("工作台-{}.csv", app.today()), "text/csv; charset=utf-8", csv, false))
}
