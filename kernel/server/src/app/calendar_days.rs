//! The statutory calendar: listed days, and adding those of a new year's announcement.

use super::{App, in_own_task};
use doudi_domain::calendar::{DayKind, WorkCalendar};
use doudi_domain::policy::{self, Permission};
use doudi_domain::{Actor, Date, Error, Result};

/// A listed day, as the console shows it.
pub type ListedDay = (Date, DayKind, String);

pub async fn list(app: &App, actor: &Actor) -> Result<WorkCalendar> {
    policy::require(actor, Permission::ConfigurationRead)?;
    app.storage.snapshot(actor.scope()).await?.calendar().await
}

/// The same for drawing deadlines on anybody's page: the statutory calendar is public.
pub async fn statutory(app: &App, actor: &Actor) -> Result<WorkCalendar> {
    app.storage.snapshot(actor.scope()).await?.calendar().await
}

/// Adds days, or gives listed ones another kind. Returns how many changed.
pub async fn add(app: &App, actor: &Actor, days: Vec<ListedDay>) -> Result<usize> {
    policy::require(actor, Permission::Configure)?;
    if days.is_empty() {
        return Err(Error::invalid("日期", "calendar.empty", "没有要添加的日期"));
    }
    let (app, actor) = (app.clone(), actor.clone());
    in_own_task(async move {
        let mut write = app.storage.write(&actor, app.now()).await?;
        let changed = write.calendar_add(&days).await?;
        write.commit().await?;
        Ok(changed)
    })
    .await
}

/// Adds the days of a file `date,kind,occasion` with a heading line.
pub async fn import(app: &App, actor: &Actor, text: &str) -> Result<usize> {
    let calendar = WorkCalendar::parse_csv(text.trim_start_matches('\u{feff}'))?;
    add(app, actor, calendar.listed().map(|(day, kind, occasion)| (day, kind, occasion.to_owned())).collect()).await
}
