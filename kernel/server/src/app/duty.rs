//! 义务日历: what the law wants done by when, from the measures that know it. The kernel asks every enabled measure the topic
//! `duty.due` (docs/reference/topics.md) within the scope of whoever looks, and puts the answers in the order of the days.
//!
//! A measure that fails says so in its own place. The worklist shows one line of the same answers; it never waits long for them.

use super::display::Due;
use super::kept::Reader;
use super::plugin::PluginRef;
use super::scorecard::page_address;
use super::{App, consult, kept, manifests};
use doudi_documents::{Manifest, Text};
use doudi_domain::calendar::{WorkCalendar, days, from_days, month_start};
use doudi_domain::columns::{Column, ColumnData};
use doudi_domain::policy::{self, Permission};
use doudi_domain::{Actor, Date, Error, Instant, Result};
use doudi_plugin_host::{Block, BlockTable};
use doudi_storage::Snapshot;
use std::sync::Arc;
use std::time::Duration;

/// What the kernel asks.
const TOPIC: &str = "duty.due";

/// What is to be done in a period.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Duties {
    /// By day; those overdue first.
    pub duties: Vec<Duty>,
    /// Measures that could not be asked, and why.
    pub failed: Vec<(Text, String)>,
    /// How many measures know of duties at all.
    pub asked: usize,
}

/// Something to be done by a day: `done` of `of` are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Duty {
    pub plugin: PluginRef,
    pub code: String,
    pub label: String,
    pub due: Due,
    /// An earlier day that is wiser: the last working day before a holiday.
    pub advised: Option<Date>,
    pub done: i64,
    pub of: i64,
    pub article: String,
    /// The page that lists what is meant, for those who may open it.
    pub list: Option<String>,
}

impl Duty {
    pub fn finished(&self) -> bool {
        self.done >= self.of
    }

    pub fn overdue(&self) -> bool {
        self.due.overdue && !self.finished()
    }

    /// The Monday of its week.
    pub fn week(&self) -> Date {
        monday(self.due.date)
    }
}

pub fn monday(day: Date) -> Date {
    from_days(days(day) - i32::from(day.weekday().to_monday_zero_offset()))
}

/// Inclusive days. A duty before `shown_from` is shown only while it is not done.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Window {
    pub asked_from: Date,
    pub shown_from: Date,
    pub to: Date,
}

/// How far back what is not done is still looked for.
const MONTHS_BACK: i32 = 3;

impl Window {
    /// This month and the two weeks from today, with everything that should have been done before.
    pub fn of(today: Date) -> Window {
        let first = today.first_of_month();
        let soon = from_days(days(today) + 14);
        Window { asked_from: month_start(first, -MONTHS_BACK), shown_from: first, to: today.last_of_month().max(soon) }
    }

    /// Another month, as it stands.
    pub fn month(first: Date) -> Window {
        Window { asked_from: first, shown_from: first, to: first.last_of_month() }
    }
}

/// The duties of a window as they are, or were a moment ago, and when, if something has changed since.
pub async fn due(app: &App, actor: &Actor, window: Window) -> Result<(Arc<Duties>, Option<Instant>)> {
    policy::require(actor, Permission::CaseRead)?;
    let desk = app.host.desk(actor.county()).await?;
    let snapshot = app.storage.snapshot(actor.scope()).await?;
    let key = (Reader::of(actor), app.today(), window);
    let work = {
        let (app, office) = (app.clone(), actor.anybody_of_office());
        async move { ask(&app, &office, window).await }
    };
    let whole = |duties: &Duties| duties.failed.is_empty();
    let look = kept::look(app, actor, (desk, snapshot), |kept| &kept.duties, key, whole, work).await?;
    Ok((look.value, look.as_of))
}

/// How long a line of the worklist may be old, and how long the worklist waits for a new one.
const KEPT_SECONDS: i64 = 300;
const PATIENCE: Duration = Duration::from_millis(400);

/// What the head of the worklist says.
#[derive(Clone, Debug)]
pub enum Line {
    /// No enabled measure knows of duties.
    Nothing,
    /// They are still being asked; the page of duties will know.
    Asking,
    Known(Arc<Duties>),
}

/// The duties of today without keeping anybody waiting: those of a moment ago, else what comes soon enough. What comes later is
/// there for the next one who looks.
pub async fn line(app: &App, actor: &Actor) -> Line {
    let today = app.today();
    let key = (Reader::of(actor), today, Window::of(today));
    if let Some((_, known)) = app.kept.duties.get(&key, app.now(), KEPT_SECONDS) {
        return said(known);
    }
    let asking = tokio::spawn({
        let (app, actor) = (app.clone(), actor.clone());
        async move { due(&app, &actor, Window::of(today)).await }
    });
    match tokio::time::timeout(PATIENCE, asking).await {
        Ok(Ok(Ok((duties, _)))) => said(duties),
        Ok(Ok(Err(error))) => {
            tracing::warn!(%error, "the duties of the worklist could not be asked");
            Line::Nothing
        }
        Ok(Err(_)) | Err(_) => Line::Asking,
    }
}

fn said(duties: Arc<Duties>) -> Line {
    if duties.asked == 0 { Line::Nothing } else { Line::Known(duties) }
}

async fn ask(app: &App, actor: &Actor, window: Window) -> Result<Duties> {
    let _desk = app.host.desk(actor.county()).await?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let calendar = snapshot.calendar().await?;
    let manifests = manifests::in_force(&mut snapshot, app.today()).await?;
    drop(snapshot);
    let mut found = Duties::default();
    for manifest in manifests.iter().filter(|manifest| manifest.answers.iter().any(|topic| topic == TOPIC)) {
        found.asked += 1;
        let snapshot = app.storage.snapshot(actor.scope()).await?;
        match ask_one(app, actor, snapshot, manifest, window, &calendar).await {
            Ok(duties) => found.duties.extend(duties),
            Err(error) => found.failed.push((manifest.name.clone(), error.to_string())),
        }
    }
    found.duties.retain(|duty| duty.due.date >= window.shown_from || !duty.finished());
    found.duties.sort_by_key(|duty| (!duty.overdue(), duty.due.date, duty.finished()));
    Ok(found)
}

async fn ask_one(
    app: &App,
    actor: &Actor,
    mut snapshot: Snapshot,
    manifest: &Manifest,
    window: Window,
    calendar: &WorkCalendar,
) -> Result<Vec<Duty>> {
    let pin = consult::pin(app, &mut snapshot, &manifest.id, app.today()).await?;
    let plugin = consult::plugin_ref(&mut snapshot, pin.plugin.digest()).await?;
    let answered = consult::answer(app, actor, &pin, snapshot, TOPIC, question(window)).await?;
    let read = read(&answered, &plugin, |due| Due::new(due, app.today(), calendar));
    let mut duties = read.map_err(|what| {
        let outside = format!("{} {} 版的答复不合规定：{what}", plugin.name.zh, plugin.version);
        Error::failure(outside, format!("{TOPIC}: {what}"))
    })?;
    for (duty, page) in &mut duties {
        duty.list = actor.role().and_then(|role| page_address(manifest, role, page));
    }
    Ok(duties.into_iter().map(|(duty, _)| duty).filter(|duty| duty.due.date <= window.to).collect())
}

fn question(window: Window) -> Block {
    let day = |name: &str, day: Date| Column {
        name: name.to_owned(),
        data: ColumnData::Ints(vec![i64::from(days(day))]),
        nulls: Vec::new(),
    };
    let columns = vec![day("begins", window.asked_from), day("ends", window.to)];
    Block { tables: vec![BlockTable { name: "period".to_owned(), rows: 1, ends: Vec::new(), columns }] }
}

/// The rows of the answer, each with the page it names; what is wrong with it, if anything.
fn read(
    block: &Block,
    plugin: &PluginRef,
    distance: impl Fn(Date) -> Due,
) -> std::result::Result<Vec<(Duty, String)>, String> {
    let Some(table) = block.table("duty") else {
        // Nothing is due.
        return if block.rows() == 0 { Ok(Vec::new()) } else { Err("没有表 duty".to_owned()) };
    };
    let text = |row: usize, name: &str| table.column(name).and_then(|column| column.text(row)).map(str::to_owned);
    let int = |row: usize, name: &str| table.column(name).and_then(|column| column.int(row));
    let date = |row: usize, name: &str| {
        int(row, name)
            .and_then(|day| i32::try_from(day).ok())
            .map(from_days)
            .filter(|day| (1900..2200).contains(&day.year()))
    };
    (0..table.rows as usize)
        .map(|row| {
            let missing = |name: &str| format!("第 {} 行的 {name} 缺失或有误", row + 1);
            let label = text(row, "label").filter(|label| !label.trim().is_empty()).ok_or_else(|| missing("label"))?;
            let (done, of) = (int(row, "done").unwrap_or(0), int(row, "of").unwrap_or(0));
            if done < 0 || of < done {
                return Err(format!("第 {} 行完成 {done} 件，多于应完成的 {of} 件", row + 1));
            }
            let duty = Duty {
                plugin: plugin.clone(),
                code: text(row, "code").ok_or_else(|| missing("code"))?,
                label: label.chars().take(60).collect(),
                due: distance(date(row, "due").ok_or_else(|| missing("due"))?),
                advised: date(row, "advised"),
                done,
                of,
                article: text(row, "article").unwrap_or_default().chars().take(80).collect(),
                list: None,
            };
            Ok((duty, text(row, "page").unwrap_or_default()))
        })
        .collect()
}

#[cfg(test)]
mod tests;
