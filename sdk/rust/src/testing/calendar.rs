//! The statutory calendar for tests, from the same CSV the kernel reads: `date,kind,occasion`.

use crate::date::Date;
use crate::refusal::{Refusal, Result};
use std::collections::BTreeMap;

/// Listed days: true where a day is worked.
#[derive(Clone, Debug, Default)]
pub struct Calendar(BTreeMap<Date, bool>);

impl Calendar {
    /// # Panics
    /// On a line that is not `2022-10-01,holiday,国庆节` or `…,workday,…`: the test's data is wrong.
    pub fn parse(csv: &str) -> Calendar {
        let lines = csv.lines().skip(1).filter(|line| !line.trim().is_empty());
        Calendar(
            lines
                .map(|line| {
                    let mut cells = line.split(',').map(str::trim);
                    let day =
                        cells.next().unwrap_or_default().parse().unwrap_or_else(|_| panic!("calendar line: {line}"));
                    match cells.next() {
                        Some("holiday") => (day, false),
                        Some("workday") => (day, true),
                        _ => panic!("calendar line: {line}"),
                    }
                })
                .collect(),
        )
    }

    pub fn is_working_day(&self, day: Date) -> Result<bool> {
        let year = day.year();
        if self.0.range(Date::of(year, 1, 1)..=Date::of(year, 12, 31)).next().is_none() {
            return Err(Refusal::new(format!("{year} 年的法定节假日安排尚未录入，无法计算工作日")));
        }
        Ok(self.0.get(&day).copied().unwrap_or(day.weekday() < 6))
    }

    pub fn add_working_days(&self, start: Date, count: u32) -> Result<Date> {
        let mut day = start;
        let mut left = count;
        while left > 0 {
            day = day.add_days(1);
            left -= u32::from(self.is_working_day(day)?);
        }
        Ok(day)
    }

    pub fn between(&self, first: Date, second: Date) -> Result<i32> {
        let (from, to, sign) = if first <= second { (first, second, 1) } else { (second, first, -1) };
        let mut count = 0;
        let mut day = from;
        while day < to {
            day = day.add_days(1);
            count += i32::from(self.is_working_day(day)?);
        }
        Ok(sign * count)
    }
}
