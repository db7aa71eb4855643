//! The audit log of a county, with filters and the state of its chain.

use super::error::Answer;
use super::frame::{Frame, Who};
use super::{format, show as page};
use crate::App;
use crate::app::audit::{self, AuditEntry, AuditQuery, AuditVerdict};
use askama::Template;
use axum::extract::{Query, State};
use doudi_domain::identity::Role;
use doudi_domain::{Date, Instant, UserId, calendar};
use serde::Deserialize;

const PAGE: u32 = 100;

#[derive(Debug, Default, Deserialize)]
pub struct Filter {
    #[serde(default)]
    what: String,
    #[serde(default)]
    subject: String,
    #[serde(default)]
    user: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    cursor: String,
    /// Walk the whole chain now.
    #[serde(default)]
    verify: String,
}

#[derive(Template)]
#[template(path = "audit/index.html")]
struct AuditPage {
    frame: Frame,
    filter: Filter,
    entries: Vec<AuditEntry>,
    next: Option<String>,
    verdict: Option<AuditVerdict>,
}

impl AuditPage {
    fn office(&self, entry: &AuditEntry) -> String {
        Role::parse(&entry.role)
            .map_or_else(|| self.frame.t("系统").to_owned(), |role| self.frame.role(role).to_owned())
    }

    fn head(&self, verdict: &AuditVerdict) -> String {
        format::grouped(&verdict.head)
    }
}

pub async fn index(State(app): State<App>, frame: Frame, Who(actor): Who, Query(filter): Query<Filter>) -> Answer {
    let some = |text: &str| (!text.trim().is_empty()).then(|| text.trim().to_owned());
    let query = AuditQuery {
        what: some(&filter.what),
        subject: some(&filter.subject),
        user: filter.user.parse().ok().map(UserId),
        from: filter.from.parse().ok().map(midnight),
        // The last day is meant whole.
        to: filter.to.parse().ok().map(|day| midnight(day).plus_seconds(86_400)),
        cursor: some(&filter.cursor),
        limit: PAGE,
    };
    let found = audit::page(&app, &actor, &query).await?;
    let verdict = if filter.verify.is_empty() { None } else { Some(audit::verify(&app, &actor).await?) };
    page(&AuditPage { frame, filter, entries: found.items, next: found.next, verdict })
}

/// The first moment of a day in China.
fn midnight(day: Date) -> Instant {
    Instant(i64::from(calendar::days(day)) * 86_400_000_000 - 8 * 3_600_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_in_china() {
        let day = Date::constant(2022, 7, 6);
        assert_eq!(midnight(day).minute(), "2022-07-06 00:00");
        assert_eq!(midnight(day).plus_seconds(-60).minute(), "2022-07-05 23:59");
    }
}
