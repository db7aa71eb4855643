//! The console's two pages about what measures may do to the machine and to people's data: limits with those that rest, and
//! fields by measure.

use super::error::Answer;
use super::frame::{Frame, Who};
use super::{download, go, show as page};
use crate::App;
use crate::app::field_use::{self, FieldCell, FieldRow, FieldTable};
use crate::app::limits::{self, LimitsView};
use askama::Template;
use axum::extract::{Path, State};
use doudi_domain::catalogue::Sensitivity;
use doudi_domain::policy::Permission;
use doudi_plugin_host::Amount;

#[derive(Template)]
#[template(path = "plugins/limits.html")]
struct LimitsPage {
    frame: Frame,
    view: LimitsView,
    may_configure: bool,
}

impl LimitsPage {
    /// `64 兆字节`, `500 毫秒`; in English as the host writes it.
    fn amount(&self, amount: &Amount) -> String {
        if self.frame.english { amount.to_string() } else { chinese(*amount) }
    }

    fn bytes(&self, bytes: &u64) -> String {
        self.amount(&Amount::Bytes(usize::try_from(*bytes).unwrap_or(usize::MAX)))
    }

    fn time(&self, time: &std::time::Duration) -> String {
        self.amount(&Amount::Time(*time))
    }

    /// `4 分 10 秒` until a rest ends.
    fn rest(&self, seconds: &u64) -> String {
        match (self.frame.english, seconds / 60, seconds % 60) {
            (true, 0, seconds) => format!("{seconds} s"),
            (true, minutes, seconds) => format!("{minutes} min {seconds} s"),
            (false, 0, seconds) => format!("{seconds} 秒"),
            (false, minutes, seconds) => format!("{minutes} 分 {seconds} 秒"),
        }
    }
}

fn chinese(amount: Amount) -> String {
    const MIB: usize = 1024 * 1024;
    match amount {
        Amount::Bytes(bytes) if bytes % MIB == 0 => format!("{} 兆字节", bytes / MIB),
        Amount::Bytes(bytes) if bytes % 1024 == 0 => format!("{} 千字节", bytes / 1024),
        Amount::Bytes(bytes) => format!("{bytes} 字节"),
        Amount::Time(time) if time.subsec_millis() == 0 => format!("{} 秒", time.as_secs()),
        Amount::Time(time) => format!("{} 毫秒", time.as_millis()),
        Amount::Times(times) => format!("{times} 倍"),
        Amount::Count(_) => amount.to_string(),
    }
}

pub async fn limits(State(app): State<App>, frame: Frame, Who(actor): Who) -> Answer {
    let view = limits::view(&app, &actor).await?;
    let may_configure = frame.may(Permission::Configure);
    page(&LimitsPage { frame, view, may_configure })
}

pub async fn release(State(app): State<App>, Who(actor): Who, Path(digest): Path<String>) -> Answer {
    limits::release(&app, &actor, &digest).await?;
    go("/plugins/limits", "released")
}

#[derive(Template)]
#[template(path = "plugins/fields.html")]
struct FieldsPage {
    frame: Frame,
    table: FieldTable,
}

impl FieldsPage {
    fn sensitivity(&self, row: &FieldRow) -> (&'static str, &'static str) {
        let tone = match row.sensitivity {
            Sensitivity::Internal => "",
            Sensitivity::Sensitive => "soon",
            Sensitivity::Sealed => "bad",
        };
        (field_use::sensitivity_word(row.sensitivity), tone)
    }

    /// Word and tone of a cell.
    fn standing(&self, cell: &FieldCell) -> (&'static str, &'static str) {
        match (cell.declared, cell.granted, cell.read > 0) {
            (false, ..) => ("—", ""),
            (true, false, _) => ("未授权", "soon"),
            (true, true, false) => ("已授权，未读取", "progress"),
            (true, true, true) => ("已授权，在读取", "good"),
        }
    }
}

pub async fn fields(State(app): State<App>, frame: Frame, Who(actor): Who) -> Answer {
    let table = field_use::table(&app, &actor).await?;
    page(&FieldsPage { frame, table })
}

pub async fn fields_csv(State(app): State<App>, Who(actor): Who) -> Answer {
    let csv = field_use::table_csv(&app, &actor).await?;
    Ok(download(&format!("措施读取字段-{}.csv", app.today()), "text/csv; charset=utf-8", csv, false))
}
