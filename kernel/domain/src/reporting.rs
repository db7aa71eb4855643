//! What figures are about: a month, a quarter, a year, or any inclusive days. One word of an address says which
//! (`month=2022-07`), and each knows the period before it, with which it is compared.

use crate::calendar::{days, from_days, month_start};
use crate::error::{Error, Result};
use jiff::civil::{Date, date};
use std::fmt;

/// Longest period in days: five years. Measures go through it month by month.
pub const MOST_DAYS: i32 = 5 * 366;

/// Years that are anybody's business: those of the statutory calendar and some to come.
const YEARS: std::ops::RangeInclusive<i16> = 2000..=2199;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ReportingPeriod {
    /// By its first day.
    Month(Date),
    /// By its first day: January, April, July or October.
    Quarter(Date),
    Year(i16),
    /// Inclusive.
    Days {
        from: Date,
        to: Date,
    },
}

impl ReportingPeriod {
    pub fn month_of(day: Date) -> ReportingPeriod {
        ReportingPeriod::Month(day.first_of_month())
    }

    pub fn quarter_of(day: Date) -> ReportingPeriod {
        ReportingPeriod::Quarter(month_start(day, -i32::from((day.month() - 1) % 3)))
    }

    pub fn year_of(day: Date) -> ReportingPeriod {
        ReportingPeriod::Year(day.year())
    }

    /// `2022-07`.
    pub fn parse_month(text: &str) -> Result<ReportingPeriod> {
        let wrong = || Error::invalid("month", "period.month", format!("“{text}”不是月份，应写成 2022-07"));
        let (year, month) = text.trim().split_once('-').ok_or_else(wrong)?;
        match (year.parse(), month.parse()) {
            (Ok(year), Ok(month)) if YEARS.contains(&year) && month_digits(text) => {
                Date::new(year, month, 1).map(ReportingPeriod::Month).map_err(|_| wrong())
            }
            _ => Err(wrong()),
        }
    }

    /// `2022-3`: the third quarter.
    pub fn parse_quarter(text: &str) -> Result<ReportingPeriod> {
        let wrong = || Error::invalid("quarter", "period.quarter", format!("“{text}”不是季度，应写成 2022-3"));
        let (year, quarter) = text.trim().split_once('-').ok_or_else(wrong)?;
        match (year.parse(), quarter.parse::<i8>()) {
            (Ok(year), Ok(quarter @ 1..=4)) if YEARS.contains(&year) => {
                Ok(ReportingPeriod::Quarter(date(year, quarter * 3 - 2, 1)))
            }
            _ => Err(wrong()),
        }
    }

    /// `2022`.
    pub fn parse_year(text: &str) -> Result<ReportingPeriod> {
        match text.trim().parse() {
            Ok(year) if YEARS.contains(&year) => Ok(ReportingPeriod::Year(year)),
            _ => Err(Error::invalid("year", "period.year", format!("“{text}”不是年份，应写成 2022"))),
        }
    }

    /// Both days count.
    pub fn of_days(from: Date, to: Date) -> Result<ReportingPeriod> {
        let wrong = |message: String| Err(Error::invalid("to", "period.days", message));
        if !YEARS.contains(&from.year()) || !YEARS.contains(&to.year()) {
            return wrong(format!("日期应在 {} 年至 {} 年之间", YEARS.start(), YEARS.end()));
        }
        if to < from {
            return wrong(format!("结束日期 {to} 早于开始日期 {from}，请对调或更正"));
        }
        if days(to) - days(from) >= MOST_DAYS {
            return wrong("一次最多统计五年，请缩短起止日期".to_owned());
        }
        Ok(ReportingPeriod::Days { from, to })
    }

    pub fn begins(&self) -> Date {
        match *self {
            ReportingPeriod::Month(first) | ReportingPeriod::Quarter(first) => first,
            ReportingPeriod::Year(year) => date(year, 1, 1),
            ReportingPeriod::Days { from, .. } => from,
        }
    }

    /// The last day, which still counts.
    pub fn ends(&self) -> Date {
        match *self {
            ReportingPeriod::Month(first) => first.last_of_month(),
            ReportingPeriod::Quarter(first) => month_start(first, 2).last_of_month(),
            ReportingPeriod::Year(year) => date(year, 12, 31),
            ReportingPeriod::Days { to, .. } => to,
        }
    }

    /// The one just before, of the same length.
    pub fn before(&self) -> ReportingPeriod {
        self.moved(-1)
    }

    pub fn after(&self) -> ReportingPeriod {
        self.moved(1)
    }

    fn moved(&self, by: i32) -> ReportingPeriod {
        match *self {
            ReportingPeriod::Month(first) => ReportingPeriod::Month(month_start(first, by)),
            ReportingPeriod::Quarter(first) => ReportingPeriod::Quarter(month_start(first, 3 * by)),
            ReportingPeriod::Year(year) => ReportingPeriod::Year(year.saturating_add(by as i16)),
            ReportingPeriod::Days { from, to } => {
                let length = (days(to) - days(from) + 1) * by;
                ReportingPeriod::Days { from: from_days(days(from) + length), to: from_days(days(to) + length) }
            }
        }
    }

    /// As the address says it: `month=2022-07`, `quarter=2022-3`, `year=2022`, `from=2022-07-01&to=2022-07-20`.
    pub fn query(&self) -> String {
        match self {
            ReportingPeriod::Month(_) => format!("month={self}"),
            ReportingPeriod::Quarter(_) => format!("quarter={self}"),
            ReportingPeriod::Year(_) => format!("year={self}"),
            ReportingPeriod::Days { from, to } => format!("from={from}&to={to}"),
        }
    }

    /// `2022年7月`, `2022年第三季度`, `2022年`, `2022-07-01 至 2022-07-20`.
    pub fn zh(&self) -> String {
        match *self {
            ReportingPeriod::Month(first) => format!("{}年{}月", first.year(), first.month()),
            ReportingPeriod::Quarter(first) => {
                let quarter = ["一", "二", "三", "四"][(first.month() as usize - 1) / 3 % 4];
                format!("{}年第{quarter}季度", first.year())
            }
            ReportingPeriod::Year(year) => format!("{year}年"),
            ReportingPeriod::Days { from, to } => format!("{from} 至 {to}"),
        }
    }
}

/// `2022-07`, as browsers and everybody else write it.
impl fmt::Display for ReportingPeriod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReportingPeriod::Month(first) => write!(f, "{}-{:02}", first.year(), first.month()),
            ReportingPeriod::Quarter(first) => write!(f, "{}-{}", first.year(), (first.month() - 1) / 3 + 1),
            ReportingPeriod::Year(year) => write!(f, "{year}"),
            ReportingPeriod::Days { from, to } => write!(f, "{from}..{to}"),
        }
    }
}

fn month_digits(text: &str) -> bool {
    text.trim().len() == 7
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_period_knows_its_days_its_words_and_the_one_before() {
        let cases = [
            (ReportingPeriod::parse_month("2022-07"), "2022-07-01", "2022-07-31", "2022年7月", "month=2022-06"),
            (ReportingPeriod::parse_month("2024-02"), "2024-02-01", "2024-02-29", "2024年2月", "month=2024-01"),
            (ReportingPeriod::parse_month("2022-01"), "2022-01-01", "2022-01-31", "2022年1月", "month=2021-12"),
            (ReportingPeriod::parse_quarter("2022-3"), "2022-07-01", "2022-09-30", "2022年第三季度", "quarter=2022-2"),
            (ReportingPeriod::parse_quarter("2022-1"), "2022-01-01", "2022-03-31", "2022年第一季度", "quarter=2021-4"),
            (ReportingPeriod::parse_year("2022"), "2022-01-01", "2022-12-31", "2022年", "year=2021"),
            (
                ReportingPeriod::of_days(date(2022, 7, 1), date(2022, 7, 20)),
                "2022-07-01",
                "2022-07-20",
                "2022-07-01 至 2022-07-20",
                "from=2022-06-11&to=2022-06-30",
            ),
        ];
        for (period, begins, ends, words, before) in cases {
            let period = period.expect("a period");
            assert_eq!(period.begins().to_string(), begins);
            assert_eq!(period.ends().to_string(), ends);
            assert_eq!(period.zh(), words);
            assert_eq!(period.before().query(), before);
            assert_eq!(period.before().after(), period);
            assert_eq!(calendar_gap(period), 1, "{words}: the period before ends on the day before");
        }
        assert_eq!(ReportingPeriod::quarter_of(date(2022, 9, 30)).query(), "quarter=2022-3");
    }

    fn calendar_gap(period: ReportingPeriod) -> i32 {
        days(period.begins()) - days(period.before().ends())
    }

    #[test]
    fn what_is_no_period_is_refused_with_the_way_to_write_it() {
        for text in ["2022", "2022-13", "2022-7", "07-2022", "1999-07", "二〇二二", "2022-07-01", ""] {
            assert!(ReportingPeriod::parse_month(text).is_err(), "{text}");
        }
        for text in ["2022-0", "2022-5", "2022-Q3", "2022", ""] {
            assert!(ReportingPeriod::parse_quarter(text).is_err(), "{text}");
        }
        for text in ["22", "9999", "今年", ""] {
            assert!(ReportingPeriod::parse_year(text).is_err(), "{text}");
        }
        let (first, last) = (date(2022, 7, 1), date(2022, 7, 20));
        assert!(ReportingPeriod::of_days(last, first).is_err(), "the wrong way round");
        assert!(ReportingPeriod::of_days(date(2017, 7, 1), last).is_err(), "more than five years");
        assert!(ReportingPeriod::of_days(first, first).is_ok(), "a single day");
    }
}
