//! The periods decisions are sampled by: months, or quarters where the county says so. The notice names none.

use doudi_sdk::prelude::*;
use serde::{Deserialize, Serialize};

/// How long a period is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    Month,
    Quarter,
}

impl Length {
    /// The parameter `period`: 2 is a quarter, anything else a month.
    pub fn of(value: i64) -> Length {
        if value == 2 { Length::Quarter } else { Length::Month }
    }

    fn months(self) -> u32 {
        match self {
            Length::Month => 1,
            Length::Quarter => 3,
        }
    }
}

/// Whole months, inclusive days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Default)]
pub struct Period {
    pub from: Date,
    pub to: Date,
}

impl Period {
    /// The period a day lies in.
    pub fn containing(day: Date, length: Length) -> Period {
        let (year, month, _) = day.parts();
        let months = length.months();
        let from = Date::of(year, (month - 1) / months * months + 1, 1);
        Period { from, to: from.add_months(months as i32 - 1).last_of_month() }
    }

    /// The one before it.
    pub fn before(self, length: Length) -> Period {
        Period::containing(self.from.add_days(-1), length)
    }

    pub fn contains(self, day: Date) -> bool {
        self.from <= day && day <= self.to
    }

    /// `2022-07`, `2022-Q3`: the key of its draw.
    pub fn code(self) -> String {
        let (year, month, _) = self.from.parts();
        match self.from.calendar_months_until(self.to) {
            0 => format!("{year:04}-{month:02}"),
            _ => format!("{year:04}-Q{}", (month - 1) / 3 + 1),
        }
    }

    /// 2022年7月, 2022年第3季度.
    pub fn chinese(self) -> String {
        let (year, month, _) = self.from.parts();
        match self.from.calendar_months_until(self.to) {
            0 => self.from.chinese_month(),
            _ => format!("{year}年第{}季度", (month - 1) / 3 + 1),
        }
    }
}
