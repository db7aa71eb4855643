//! The statutory calendar, shared by all counties; an administrator adds each year's announcement.

use crate::engine::{args, broken};
use crate::{Snapshot, Write, revision};
use doudi_domain::calendar::{DayKind, WorkCalendar};
use doudi_domain::{Date, Result};
use serde_json::json;

impl Snapshot {
    /// With the calendar's version, which moves with every addition.
    pub async fn calendar(&mut self) -> Result<WorkCalendar> {
        self.note(|| revision::CALENDAR.to_owned());
        let key = revision::CALENDAR.to_owned();
        let county = self.reach.county;
        let current = revision::current(&mut self.tx, county, std::slice::from_ref(&key)).await?;
        let version = current.get(&key).copied().unwrap_or(0);
        let rows = self.tx.all("SELECT day, kind, occasion FROM calendar_day ORDER BY day", args![]).await?;
        let mut days = Vec::with_capacity(rows.len());
        for row in rows {
            let kind = DayKind::parse(&row.get::<String>("kind")?).ok_or_else(|| broken("unknown kind of day"))?;
            days.push((row.get("day")?, kind, row.get("occasion")?));
        }
        Ok(WorkCalendar::new(days, u32::try_from(version).map_err(broken)?))
    }
}

impl Write {
    /// Adds days; one listed already takes the new kind and occasion. Returns how many changed.
    pub async fn calendar_add(&mut self, days: &[(Date, DayKind, String)]) -> Result<usize> {
        let mut changed = 0;
        let sql = "INSERT INTO calendar_day (day, kind, occasion) VALUES ($1, $2, $3)
                   ON CONFLICT (day) DO UPDATE SET kind = $2, occasion = $3
                   WHERE calendar_day.kind <> $2 OR calendar_day.occasion <> $3";
        for (day, kind, occasion) in days {
            changed += self.tx.run(sql, args![*day, kind.code(), occasion]).await? as usize;
        }
        if changed > 0 {
            let first = days.iter().map(|(day, _, _)| *day).min().map(|day| day.to_string());
            let last = days.iter().map(|(day, _, _)| *day).max().map(|day| day.to_string());
            self.audit("calendar.add", "calendar", json!({ "changed": changed, "first": first, "last": last }));
            self.moves(revision::CALENDAR.to_owned());
        }
        Ok(changed)
    }
}
