//! Small sentences the pages and the command line share: deadlines with their distance, sources, states.

use doudi_domain::calendar::WorkCalendar;
use doudi_domain::{Date, codes};

/// A deadline as the screen says it: the date and how far away it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Due {
    pub date: Date,
    pub overdue: bool,
    /// Days of `counted` from today to the date; negative when it has passed.
    pub distance: i32,
    /// The distance is in working days; in calendar days where the statutory calendar of the year is not on record.
    pub working: bool,
}

impl Due {
    pub fn new(date: Date, today: Date, calendar: &WorkCalendar) -> Due {
        match calendar.working_days_between(today, date) {
            Ok(distance) => Due { date, overdue: date < today, distance, working: true },
            Err(_) => {
                let distance = doudi_domain::calendar::days(date) - doudi_domain::calendar::days(today);
                Due { date, overdue: date < today, distance, working: false }
            }
        }
    }

    /// `还剩 3 个工作日`, `今天到期`, `已超 2 个工作日`.
    pub fn words(&self, today: Date) -> String {
        let unit = if self.working { "个工作日" } else { "天" };
        if self.date == today {
            "今天到期".to_owned()
        } else if self.overdue {
            match self.distance.unsigned_abs() {
                // Past by a weekend or holiday only.
                0 => "已超期".to_owned(),
                days => format!("已超 {days} {unit}"),
            }
        } else {
            match self.distance {
                0 => "即将到期".to_owned(),
                days => format!("还剩 {days} {unit}"),
            }
        }
    }
}

/// `2022年7月6日`.
pub fn long_date(day: Date) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}

/// The word of a fact's source: 本人申报, 人社 …
pub fn source(code: u8) -> &'static str {
    codes::SOURCE.find(i32::from(code)).map_or("其他来源", |source| source.zh)
}

/// The word of a code in one of the kernel's tables, or the number itself.
pub fn code_word(table: &codes::CodeTable, code: i32) -> String {
    table.find(code).map_or_else(|| code.to_string(), |code| code.zh.to_owned())
}
