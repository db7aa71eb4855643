//! 义务日历: what is due, by week, what is overdue first; and the one line of it on the worklist.

use super::error::Answer;
use super::frame::{Frame, Who};
use super::{format, show as page};
use crate::App;
use crate::app::duty::{self, Duties, Duty, Window, monday};
use askama::Template;
use axum::extract::{Query, State};
use doudi_domain::calendar::{days, from_days, month_start};
use doudi_domain::reporting::ReportingPeriod;
use doudi_domain::{Date, Instant};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Debug, Default, Deserialize)]
pub struct MonthAsk {
    #[serde(default)]
    month: String,
}

#[derive(Template)]
#[template(path = "duties/index.html")]
struct DutiesPage {
    frame: Frame,
    duties: Arc<Duties>,
    as_of: Option<Instant>,
    /// The first of the month shown; `None`: now.
    month: Option<Date>,
}

/// The duties of one week, under its heading.
struct Group<'a> {
    title: String,
    tone: &'static str,
    duties: Vec<&'a Duty>,
}

impl DutiesPage {
    fn first(&self) -> Date {
        self.month.unwrap_or_else(|| self.frame.today.first_of_month())
    }

    fn month_words(&self) -> String {
        super::periods::words(&self.frame, ReportingPeriod::month_of(self.first()))
    }

    fn neighbour(&self, months: i32) -> String {
        format!("/duties?{}", ReportingPeriod::month_of(month_start(self.first(), months)).query())
    }

    /// What is overdue, then week by week.
    fn groups(&self) -> Vec<Group<'_>> {
        let (overdue, ahead): (Vec<&Duty>, Vec<&Duty>) = self.duties.duties.iter().partition(|duty| duty.overdue());
        let mut groups = Vec::new();
        if !overdue.is_empty() {
            groups.push(Group { title: self.frame.t("已超期").to_owned(), tone: "bad", duties: overdue });
        }
        for duty in ahead {
            let title = self.week(duty.week());
            match groups.last_mut() {
                Some(last) if last.title == title => last.duties.push(duty),
                _ => groups.push(Group { title, tone: "", duties: vec![duty] }),
            }
        }
        groups
    }

    /// 本周（7月18日至7月24日）.
    fn week(&self, first: Date) -> String {
        let last = from_days(days(first) + 6);
        let span = if self.frame.english {
            format!("{first} to {last}")
        } else {
            format!("{}至{}", format::date_short(first, self.frame.today), format::date_short(last, self.frame.today))
        };
        let near = match (days(first) - days(monday(self.frame.today))) / 7 {
            -1 => "上周",
            0 => "本周",
            1 => "下周",
            _ => return span,
        };
        format!("{} {span}", self.frame.t(near))
    }

    fn counts(&self) -> [usize; 3] {
        let duties = &self.duties.duties;
        let overdue = duties.iter().filter(|duty| duty.overdue()).count();
        let done = duties.iter().filter(|duty| duty.finished()).count();
        [overdue, duties.len() - overdue - done, done]
    }

    fn day(&self, day: &Date) -> String {
        if self.frame.english { day.to_string() } else { format::date_short(*day, self.frame.today) }
    }

    fn tone(&self, duty: &Duty) -> &'static str {
        if duty.finished() { "good" } else { format::due_tone(&duty.due) }
    }

    fn distance(&self, duty: &Duty) -> String {
        duty.due.words(self.frame.today)
    }
}

pub async fn index(State(app): State<App>, frame: Frame, Who(actor): Who, Query(ask): Query<MonthAsk>) -> Answer {
    let month = match ask.month.trim() {
        "" => None,
        text => match ReportingPeriod::parse_month(text) {
            Ok(period) => Some(period.begins()).filter(|first| *first != frame.today.first_of_month()),
            Err(_) => return Err(doudi_domain::Error::refused("月份应写成 2022-07").into()),
        },
    };
    let window = month.map_or_else(|| Window::of(frame.today), Window::month);
    let (duties, as_of) = duty::due(&app, &actor, window).await?;
    page(&DutiesPage { frame, duties, as_of, month })
}

/// 本月义务 at the head of the worklist.
#[derive(Template)]
#[template(path = "duties/_line.html")]
pub struct DutyLine {
    frame: Frame,
    line: duty::Line,
}

/// How many stand in the line by name.
const NAMED: usize = 4;

impl DutyLine {
    pub fn new(frame: &Frame, line: duty::Line) -> DutyLine {
        DutyLine { frame: frame.clone(), line }
    }

    /// Overdue ones first, then what is still to come, then what is done.
    fn named<'a>(&self, duties: &'a Duties) -> Vec<&'a Duty> {
        let mut named: Vec<&Duty> = duties.duties.iter().collect();
        named.sort_by_key(|duty| (duty.finished(), !duty.overdue(), duty.due.date));
        named.truncate(NAMED);
        named
    }

    fn more(&self, duties: &Duties) -> usize {
        duties.duties.len().saturating_sub(NAMED)
    }

    fn day(&self, day: &Date) -> String {
        if self.frame.english { day.to_string() } else { format::date_short(*day, self.frame.today) }
    }
}
