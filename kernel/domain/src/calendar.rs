//! Dates, instants, periods and working days. "Today" is a value somebody hands in; nothing here asks a clock.
//!
//! A working day follows the statutory calendar with its make-up days: a date listed `workday` is worked, one listed
//! `holiday` is not, any other follows Monday to Friday. Outside the listed years the answer is a refusal, never a guess:
//! the State Council announces each year's days, and an administrator adds them.

use crate::error::{Error, Result};
use jiff::civil::{Date, Weekday, date};
use jiff::{Span, ToSpan};
use std::collections::BTreeMap;

/// Microseconds since 1970-01-01T00:00Z. An integer, so that it sorts the same in both databases.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Instant(pub i64);

/// Where "now" comes from. The server has a real one, tests a fixed one, plugins none.
pub trait Clock: Send + Sync {
    fn now(&self) -> Instant;

    /// The legal date in China at this moment.
    fn today(&self) -> Date {
        self.now().date()
    }
}

impl Instant {
    /// The civil date in China (UTC+8, no summer time since 1991).
    pub fn date(self) -> Date {
        from_days((self.0 + 8 * 3_600_000_000).div_euclid(86_400_000_000) as i32)
    }

    /// The first moment of a day in China.
    pub fn begin_of(day: Date) -> Instant {
        Instant((i64::from(days(day)) * 24 - 8) * 3_600_000_000)
    }

    /// `2022-07-06 14:05` in China.
    pub fn minute(self) -> String {
        let seconds = (self.0 + 8 * 3_600_000_000).rem_euclid(86_400_000_000) / 1_000_000;
        format!("{} {:02}:{:02}", self.date(), seconds / 3600, seconds / 60 % 60)
    }

    pub const fn plus_seconds(self, seconds: i64) -> Instant {
        Instant(self.0 + seconds * 1_000_000)
    }
}

const EPOCH: Date = date(1970, 1, 1);

/// Days since 1970-01-01: how dates are stored and passed to plugins.
pub fn days(day: Date) -> i32 {
    EPOCH.until(day).map(|span| span.get_days()).unwrap_or_default()
}

/// The date `days` after 1970-01-01; years −9999 to 9999, clamped.
pub fn from_days(days: i32) -> Date {
    // Guests hand in any 32-bit number; one beyond jiff's range must not panic.
    Span::new().try_days(days).and_then(|span| EPOCH.checked_add(span)).unwrap_or(if days < 0 {
        Date::MIN
    } else {
        Date::MAX
    })
}

/// Completed years of life on a day (周岁): 60 from the 60th birthday on. A birthday on 29 February is reached on 1 March.
pub fn age_on(birth: Date, day: Date) -> i16 {
    let years = day.year() - birth.year();
    if (day.month(), day.day()) < (birth.month(), birth.day()) { years - 1 } else { years }
}

/// Inclusive days; open when `to` is `None`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Period {
    pub from: Date,
    pub to: Option<Date>,
}

impl Period {
    pub fn covers(&self, day: Date) -> bool {
        self.from <= day && self.to.is_none_or(|to| day <= to)
    }
}

/// First day of the month `months` after the month of `day`; clamped like [`from_days`].
pub fn month_start(day: Date, months: i32) -> Date {
    let first = day.first_of_month();
    Span::new().try_months(months).and_then(|span| first.checked_add(span)).unwrap_or(if months < 0 {
        Date::MIN
    } else {
        Date::MAX
    })
}

/// Why a listed day differs from its weekday.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum DayKind {
    Holiday,
    Workday,
}

/// The statutory calendar: listed days, and the years the list is complete for.
#[derive(Clone, Debug, Default)]
pub struct WorkCalendar {
    days: BTreeMap<Date, (DayKind, String)>,
    /// Changes whenever a day is added; stored beside every computed deadline.
    version: u32,
}

impl WorkCalendar {
    pub fn new(days: impl IntoIterator<Item = (Date, DayKind, String)>, version: u32) -> WorkCalendar {
        WorkCalendar { days: days.into_iter().map(|(day, kind, occasion)| (day, (kind, occasion))).collect(), version }
    }

    /// Reads `date,kind,occasion` with a heading line, as in `data/statutory-days.csv`.
    pub fn parse_csv(text: &str) -> Result<WorkCalendar> {
        let mut days: BTreeMap<Date, (DayKind, String)> = BTreeMap::new();
        for (index, line) in text.lines().enumerate().skip(1).filter(|(_, line)| !line.trim().is_empty()) {
            let bad = |what: &str| {
                Error::invalid(
                    format!("第 {} 行", index + 1),
                    "calendar.line",
                    format!("{what}：“{line}”。应为 日期,holiday 或 workday,节日名称"),
                )
            };
            let mut cells = line.trim().splitn(3, ',');
            let day: Date = cells.next().unwrap_or_default().parse().map_err(|_| bad("日期不能识别"))?;
            let kind = cells.next().and_then(DayKind::parse).ok_or_else(|| bad("类别不能识别"))?;
            if days.insert(day, (kind, cells.next().unwrap_or_default().to_owned())).is_some() {
                return Err(bad("日期重复"));
            }
        }
        Ok(WorkCalendar { days, version: 1 })
    }

    pub fn version(&self) -> u32 {
        self.version
    }

    pub fn listed(&self) -> impl Iterator<Item = (Date, DayKind, &str)> {
        self.days.iter().map(|(day, (kind, occasion))| (*day, *kind, occasion.as_str()))
    }

    /// A year is known when both its 1 January (元旦) and its 1 October (国庆节) are listed: the first and the last holiday of
    /// every year. One day alone proves nothing: a year's arrangement reaches into its neighbours' December, and a list is
    /// entered from January on.
    pub fn knows(&self, year: i16) -> bool {
        [(1, 1), (10, 1)]
            .into_iter()
            .all(|(month, day)| Date::new(year, month, day).is_ok_and(|day| self.days.contains_key(&day)))
    }

    pub fn is_working_day(&self, day: Date) -> Result<bool> {
        if !self.knows(day.year()) {
            return Err(Error::refused(format!(
                "{} 年的法定节假日安排尚未录入，无法计算工作日。请系统管理员在“日历”中添加国务院办公厅公布的安排",
                day.year()
            )));
        }
        Ok(match self.days.get(&day) {
            Some((DayKind::Workday, _)) => true,
            Some((DayKind::Holiday, _)) => false,
            None => !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday),
        })
    }

    /// The `count`-th working day after `start`; the day of the event itself is not counted. `count` 0 is `start`.
    pub fn add_working_days(&self, start: Date, count: u32) -> Result<Date> {
        let mut day = start;
        let mut left = count;
        while left > 0 {
            day = day.saturating_add(1.day());
            if self.is_working_day(day)? {
                left -= 1;
            }
        }
        Ok(day)
    }

    /// Working days after `from` up to and including `to`; negative when `to` lies before `from`.
    pub fn working_days_between(&self, from: Date, to: Date) -> Result<i32> {
        let (first, last, sign) = if from <= to { (from, to, 1) } else { (to, from, -1) };
        let mut count = 0;
        let mut day = first;
        while day < last {
            day = day.saturating_add(1.day());
            if self.is_working_day(day)? {
                count += 1;
            }
        }
        Ok(sign * count)
    }

    /// The last working day on or before `day`: the advised date when a deadline falls on a holiday.
    pub fn working_day_on_or_before(&self, day: Date) -> Result<Date> {
        let mut day = day;
        while !self.is_working_day(day)? {
            day = day.saturating_sub(1.day());
        }
        Ok(day)
    }
}

impl DayKind {
    pub const fn code(self) -> &'static str {
        match self {
            DayKind::Holiday => "holiday",
            DayKind::Workday => "workday",
        }
    }

    pub fn parse(text: &str) -> Option<DayKind> {
        match text.trim() {
            "holiday" => Some(DayKind::Holiday),
            "workday" => Some(DayKind::Workday),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
