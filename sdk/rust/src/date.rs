//! A civil date: a number of days since 1970-01-01 with a calendar on top. No clock, no time zone, no library: "today" is
//! handed in with every call, and that is all a rule needs.

use crate::refusal::Refusal;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// A day of the Gregorian calendar, years 1–9999. Ordered, four bytes, free to copy.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Date(i32);

impl Date {
    /// 0001-01-01.
    pub const MIN: Date = Date(-719_162);
    /// 9999-12-31.
    pub const MAX: Date = Date(2_932_896);

    /// The date that many days after 1970-01-01, as it travels; beyond the calendar it stops at [`Date::MIN`] and [`Date::MAX`].
    #[inline]
    pub const fn from_days(days: i32) -> Date {
        if days < Date::MIN.0 {
            Date::MIN
        } else if days > Date::MAX.0 {
            Date::MAX
        } else {
            Date(days)
        }
    }

    /// Days since 1970-01-01.
    #[inline]
    pub const fn days(self) -> i32 {
        self.0
    }

    /// A date by year, month and day; `None` for 30 February.
    #[inline]
    pub const fn new(year: i32, month: u32, day: u32) -> Option<Date> {
        if year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month) {
            return None;
        }
        Some(Date(days_from_civil(year, month, day)))
    }

    /// A date that is known to exist, for the dates of laws: `const NOTICE: Date = Date::of(2022, 10, 20);`.
    ///
    /// # Panics
    /// When there is no such day; in a constant that is a compile error.
    pub const fn of(year: i32, month: u32, day: u32) -> Date {
        match Date::new(year, month, day) {
            Some(date) => date,
            None => panic!("no such day in the calendar"),
        }
    }

    /// Year, month 1–12, day 1–31.
    #[inline]
    pub const fn parts(self) -> (i32, u32, u32) {
        // Years begin on 1 March, so that the leap day is the last of its year: the day number then falls out of the
        // month by one linear formula. Eras of 400 years all have 146,097 days.
        let days = self.0 + 719_468;
        let era = days.div_euclid(146_097);
        let of_era = days.rem_euclid(146_097);
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * of_year + 2) / 153;
        let day = of_year - (153 * shifted + 2) / 5 + 1;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        let year = year_of_era + era * 400 + if month <= 2 { 1 } else { 0 };
        (year, month as u32, day as u32)
    }

    /// The year.
    #[inline]
    pub const fn year(self) -> i32 {
        self.parts().0
    }

    /// The month, 1–12.
    #[inline]
    pub const fn month(self) -> u32 {
        self.parts().1
    }

    /// The day of the month, 1–31.
    #[inline]
    pub const fn day(self) -> u32 {
        self.parts().2
    }

    /// Monday is 1, Sunday is 7.
    #[inline]
    pub const fn weekday(self) -> u32 {
        // 1970-01-01 was a Thursday.
        (self.0 + 3).rem_euclid(7) as u32 + 1
    }

    /// That many days later, or earlier.
    #[inline]
    pub const fn add_days(self, days: i32) -> Date {
        Date::from_days(self.0.saturating_add(days))
    }

    /// Days from this date to another; negative when it lies before.
    #[inline]
    pub const fn days_until(self, other: Date) -> i32 {
        other.0 - self.0
    }

    /// The same day of a later (or, negative, earlier) month; the last day where that month is shorter.
    pub const fn add_months(self, months: i32) -> Date {
        let (year, month, day) = self.parts();
        let index = (year as i64) * 12 + (month as i64 - 1) + months as i64;
        let year = index.div_euclid(12);
        let month = index.rem_euclid(12) as u32 + 1;
        if year < 1 {
            return Date::MIN;
        }
        if year > 9999 {
            return Date::MAX;
        }
        let year = year as i32;
        let longest = days_in_month(year, month);
        Date(days_from_civil(year, month, if day < longest { day } else { longest }))
    }

    /// The same day of a later or earlier year; 28 February for a 29th that is not there.
    pub const fn add_years(self, years: i32) -> Date {
        self.add_months(years.saturating_mul(12))
    }

    /// The first day of its month.
    #[inline]
    pub const fn first_of_month(self) -> Date {
        Date(self.0 - self.day() as i32 + 1)
    }

    /// The last day of its month.
    #[inline]
    pub const fn last_of_month(self) -> Date {
        let (year, month, day) = self.parts();
        Date(self.0 + (days_in_month(year, month) - day) as i32)
    }

    /// The first day of the month after this one: from when most benefits are paid, or stopped.
    pub const fn first_of_next_month(self) -> Date {
        Date::from_days(self.last_of_month().0 + 1)
    }

    /// Whole months from this date to another: from 15 January to 14 March is one. Negative when it lies before.
    pub const fn months_until(self, other: Date) -> i32 {
        let (year, month, day) = self.parts();
        let (other_year, other_month, other_day) = other.parts();
        let months = (other_year - year) * 12 + other_month as i32 - month as i32;
        if months > 0 && other_day < day {
            months - 1
        } else if months < 0 && other_day > day {
            months + 1
        } else {
            months
        }
    }

    /// Months from the month of this date to the month of another, whatever the days.
    pub const fn calendar_months_until(self, other: Date) -> i32 {
        let (year, month, _) = self.parts();
        let (other_year, other_month, _) = other.parts();
        (other_year - year) * 12 + other_month as i32 - month as i32
    }

    /// Completed years of life (周岁) on a day, this date being the birth: 60 from the 60th birthday on. A birthday on
    /// 29 February is reached on 1 March. Before the birth it is negative.
    #[inline]
    pub const fn age_on(self, day: Date) -> i32 {
        let (year, month, date) = self.parts();
        let (on_year, on_month, on_date) = day.parts();
        if on_month < month || (on_month == month && on_date < date) { on_year - year - 1 } else { on_year - year }
    }

    /// Whoever was born on or before this date has completed `years` on `self`. Computed once, it replaces [`Date::age_on`]
    /// in a loop over many people by one comparison.
    pub const fn latest_birth_for_age(self, years: u32) -> Date {
        self.add_months(-12 * years as i32)
    }

    /// `2022-07`, as indexes and addresses have it.
    pub fn month_code(self) -> String {
        let (year, month, _) = self.parts();
        format!("{year:04}-{month:02}")
    }

    /// The first day of the month a code such as `2022-07` names.
    pub fn of_month(code: &str) -> Option<Date> {
        if code.len() != 7 {
            return None;
        }
        format!("{code}-01").parse().ok()
    }

    /// `2022年7月6日`, as sentences have it.
    pub fn chinese(self) -> String {
        let (year, month, day) = self.parts();
        format!("{year}年{month}月{day}日")
    }

    /// `2022年7月`.
    pub fn chinese_month(self) -> String {
        let (year, month, _) = self.parts();
        format!("{year}年{month}月")
    }
}

const fn is_leap(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

const fn days_in_month(year: i32, month: u32) -> u32 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

const fn days_from_civil(year: i32, month: u32, day: u32) -> i32 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let shifted = if month > 2 { month as i32 - 3 } else { month as i32 + 9 };
    let of_year = (153 * shifted + 2) / 5 + day as i32 - 1;
    let of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year;
    era * 146_097 + of_era - 719_468
}

/// `2022-07-06`.
impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.parts();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Reads `2022-07-06` and nothing else; [`Refusal`] of code `invalid` says what is expected.
impl FromStr for Date {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Date, Refusal> {
        let bad = || Refusal::invalid(format!("日期“{text}”不能识别，应写作 2022-07-06 的样式"));
        let bytes = text.as_bytes();
        let digits = |range: std::ops::Range<usize>| -> Option<u32> {
            bytes[range]
                .iter()
                .try_fold(0, |number, byte| byte.is_ascii_digit().then(|| number * 10 + u32::from(byte - b'0')))
        };
        if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
            return Err(bad());
        }
        let parts = (digits(0..4), digits(5..7), digits(8..10));
        let (Some(year), Some(month), Some(day)) = parts else { return Err(bad()) };
        Date::new(year as i32, month, day).ok_or_else(bad)
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(|refusal: Refusal| serde::de::Error::custom(refusal.message))
    }
}

/// A date on a page.
impl From<Date> for doudi_documents::page::Cell {
    fn from(date: Date) -> doudi_documents::page::Cell {
        doudi_documents::page::Cell::Date { date: date.to_string() }
    }
}

/// Its days: how dates stand among the numbers of a reason.
impl From<Date> for i64 {
    #[inline]
    fn from(date: Date) -> i64 {
        i64::from(date.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_days() {
        for (text, days, weekday) in [
            ("1970-01-01", 0, 4),
            ("1969-12-31", -1, 3),
            ("2000-02-29", 11_016, 2),
            ("2000-03-01", 11_017, 3),
            ("1900-03-01", -25_508, 4),
            ("2022-07-06", 19_179, 3),
            ("2022-10-20", 19_285, 4),
            ("0001-01-01", -719_162, 1),
            ("9999-12-31", 2_932_896, 5),
        ] {
            let date: Date = text.parse().expect(text);
            assert_eq!(date.days(), days, "{text}");
            assert_eq!(date.weekday(), weekday, "{text}");
            assert_eq!(date.to_string(), text);
        }
    }

    #[test]
    fn every_day_of_four_centuries_follows_the_one_before() {
        let mut day = Date::of(1800, 1, 1);
        let (mut year, mut month, mut date) = (1800, 1, 1);
        while day < Date::of(2200, 12, 31) {
            assert_eq!(day.parts(), (year, month, date));
            assert_eq!(Date::new(year, month, date), Some(day));
            day = day.add_days(1);
            date += 1;
            let length = match month {
                4 | 6 | 9 | 11 => 30,
                2 if (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 => 29,
                2 => 28,
                _ => 31,
            };
            if date > length {
                (month, date) = (month + 1, 1);
            }
            if month > 12 {
                (year, month) = (year + 1, 1);
            }
        }
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            "2022-7-6",
            "2022-02-30",
            "2021-02-29",
            "2022-13-01",
            "2022/07/06",
            "2022-07-06 ",
            "２０２２-07-06",
            "abcd-ef-gh",
        ] {
            let refusal = text.parse::<Date>().expect_err(text);
            assert_eq!(refusal.code, "invalid");
            assert!(refusal.message.contains(text));
        }
    }

    #[test]
    fn months() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        assert_eq!(day("2022-01-31").add_months(1), day("2022-02-28"));
        assert_eq!(day("2024-01-31").add_months(1), day("2024-02-29"));
        assert_eq!(day("2022-12-15").add_months(1), day("2023-01-15"));
        assert_eq!(day("2022-01-15").add_months(-1), day("2021-12-15"));
        assert_eq!(day("2024-02-29").add_years(1), day("2025-02-28"));
        assert_eq!(day("2022-07-20").first_of_month(), day("2022-07-01"));
        assert_eq!(day("2024-02-10").last_of_month(), day("2024-02-29"));
        assert_eq!(day("2022-12-31").first_of_next_month(), day("2023-01-01"));
        assert_eq!(day("2022-01-15").months_until(day("2022-03-14")), 1);
        assert_eq!(day("2022-01-15").months_until(day("2022-03-15")), 2);
        assert_eq!(day("2022-03-15").months_until(day("2022-01-16")), -1);
        assert_eq!(day("2022-01-31").calendar_months_until(day("2022-03-01")), 2);
    }

    #[test]
    fn age_is_reached_on_the_birthday() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let birth = day("1962-07-06");
        assert_eq!(birth.age_on(day("2022-07-05")), 59);
        assert_eq!(birth.age_on(day("2022-07-06")), 60);
        let leap = day("2004-02-29");
        assert_eq!(leap.age_on(day("2022-02-28")), 17);
        assert_eq!(leap.age_on(day("2022-03-01")), 18);
    }

    #[test]
    fn latest_birth_agrees_with_age() {
        // Around a leap day on either side, every birth and every day.
        for today in (0..800).map(|n| Date::of(2023, 1, 1).add_days(n)) {
            for years in [1, 16, 18, 60] {
                let latest = today.latest_birth_for_age(years);
                for birth in (-3..4).map(|n| latest.add_days(n)) {
                    assert_eq!(birth <= latest, birth.age_on(today) >= years as i32, "{birth} on {today}, {years}");
                }
            }
        }
    }
}
