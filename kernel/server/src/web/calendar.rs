//! The statutory calendar: the listed days of a year, and adding those of a new announcement.

use super::error::{Answer, problems};
use super::field::{Drawer, FieldView, OptionView};
use super::form_data::Posted;
use super::frame::{Frame, Who};
use super::{go, problems::summary, show as page, show_with};
use crate::App;
use crate::app::calendar_days;
use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use doudi_domain::calendar::DayKind;
use doudi_domain::policy::Permission;
use doudi_domain::{Actor, Date, Error, Problem, Result};
use jiff::ToSpan;
use serde::Deserialize;

#[derive(Debug, Default, Deserialize)]
pub struct Year {
    #[serde(default)]
    year: String,
}

#[derive(Template)]
#[template(path = "calendar/index.html")]
struct IndexPage {
    frame: Frame,
    year: i16,
    years: Vec<i16>,
    days: Vec<(Date, DayKind, String)>,
    /// This year or the next is not on record: deadlines cannot be counted.
    unknown: Vec<i16>,
    summary: String,
    fields: Vec<FieldView>,
    may_configure: bool,
}

impl IndexPage {
    fn is_year(&self, year: &i16) -> bool {
        self.year == *year
    }
}

pub async fn index(State(app): State<App>, frame: Frame, Who(actor): Who, Query(year): Query<Year>) -> Answer {
    page(&index_page(&app, frame, &actor, &year.year, &Posted::default(), &[]).await?)
}

async fn index_page(
    app: &App,
    frame: Frame,
    actor: &Actor,
    year: &str,
    posted: &Posted,
    problems: &[Problem],
) -> Result<IndexPage> {
    let calendar = calendar_days::list(app, actor).await?;
    let this = frame.today.year();
    let year = year.parse().unwrap_or(this);
    let mut years: Vec<i16> = calendar.listed().map(|(day, ..)| day.year()).collect();
    years.dedup();
    let days = calendar
        .listed()
        .filter(|(day, ..)| day.year() == year)
        .map(|(day, kind, occasion)| (day, kind, occasion.to_owned()))
        .collect();
    // The next year's days are announced in autumn.
    let needed = if frame.today.month() >= 11 { vec![this, this + 1] } else { vec![this] };
    let unknown = needed.into_iter().filter(|year| !calendar.knows(*year)).collect();
    let draw = Drawer { words: frame.words(), posted, problems };
    let kinds = [(DayKind::Holiday, "放假"), (DayKind::Workday, "调休上班")].map(|(kind, label)| OptionView {
        value: kind.code().to_owned(),
        label: frame.t(label).to_owned(),
        chosen: kind == DayKind::Holiday,
    });
    let fields = vec![
        draw.date("from", "从", "").required(),
        draw.date("to", "到", "").help("只有一天的不填"),
        draw.choice("kind", "类别", kinds.to_vec()).required(),
        draw.line("occasion", "节日名称").required(),
    ];
    let summary = summary(frame.words(), problems, &fields);
    let may_configure = frame.may(Permission::Configure);
    Ok(IndexPage { frame, year, years, days, unknown, summary, fields, may_configure })
}

/// Longest run of days entered at once: no announcement has more.
const MOST: i32 = 31;

pub async fn create(State(app): State<App>, frame: Frame, Who(actor): Who, posted: Posted) -> Answer {
    match days(&posted) {
        Ok(days) => {
            let year = days.first().map_or(frame.today.year(), |(day, ..)| day.year());
            match calendar_days::add(&app, &actor, days).await {
                Ok(_) => go(&format!("/calendar?year={year}"), "saved"),
                Err(error) => refuse(&app, frame, &actor, &posted, error).await,
            }
        }
        Err(error) => refuse(&app, frame, &actor, &posted, error).await,
    }
}

async fn refuse(app: &App, frame: Frame, actor: &Actor, posted: &Posted, error: Error) -> Answer {
    let problems = problems(error)?;
    show_with(StatusCode::UNPROCESSABLE_ENTITY, &index_page(app, frame, actor, "", posted, &problems).await?)
}

fn days(posted: &Posted) -> Result<Vec<calendar_days::ListedDay>> {
    let mut wrong = Vec::new();
    let from = posted.parse::<Date>("from", "开始日期", &mut wrong);
    let to = posted.parse_optional::<Date>("to", "结束日期", &mut wrong);
    let kind = DayKind::parse(posted.get("kind"));
    if kind.is_none() {
        wrong.push(Problem::new("kind", "calendar.kind", "请选择类别"));
    }
    if posted.get("occasion").is_empty() {
        wrong.push(Problem::new("occasion", "calendar.occasion", "请填写节日名称"));
    }
    let (Some(from), Some(kind), true) = (from, kind, wrong.is_empty()) else { return Err(Error::Invalid(wrong)) };
    let to = to.unwrap_or(from);
    let length = doudi_domain::calendar::days(to) - doudi_domain::calendar::days(from);
    if !(0..MOST).contains(&length) {
        return Err(Error::invalid("to", "calendar.period", "结束日期应不早于开始日期，一次最多 31 天"));
    }
    let day = |offset: i32| from.saturating_add(i64::from(offset).days());
    Ok((0..=length).map(|offset| (day(offset), kind, posted.get("occasion").to_owned())).collect())
}
