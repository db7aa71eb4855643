//! A county's settings: on which day 户籍人口 is counted, by when the year's numbers are fixed, which real town answers for the villages of
//! a park, and whether those who do it beside other work count.

use doudi_sdk::prelude::*;
use serde::{Deserialize, Serialize};

/// By the schema in `plugin.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Month and day of the count: year end.
    pub count_month: u32,
    pub count_day: u32,
    /// The year's numbers are to be fixed by the end of this month.
    pub quota_month: u32,
    /// Part-time coordinators fill a required post.
    pub part_time_counts: bool,
    /// `park=town;park=town`, twelve digits each: villages under a park answer to a real town.
    pub responsible_towns: String,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            count_month: 12,
            count_day: 31,
            quota_month: 3,
            part_time_counts: true,
            responsible_towns: String::new(),
        }
    }
}

impl Settings {
    /// The last day of counting on or before a day.
    pub fn counted_on(&self, day: Date) -> Date {
        let of = |year: i32| {
            let month = Date::new(year, self.count_month.clamp(1, 12), 1).unwrap_or(day);
            let last = month.last_of_month();
            month.add_days(self.count_day.max(1) as i32 - 1).min(last)
        };
        match of(day.year()) {
            this if this <= day => this,
            _ => of(day.year() - 1),
        }
    }

    /// The day by which the numbers of a year are to be fixed.
    pub fn quota_by(&self, year: i32) -> Date {
        Date::new(year, self.quota_month.clamp(1, 12), 1).unwrap_or(Date::MIN).last_of_month()
    }

    /// The town that answers for a unit under a park, where the county has named it.
    pub fn responsible(&self, park: i64) -> Option<i64> {
        self.pairs().find(|(from, _)| *from == Some(park)).and_then(|(_, to)| to)
    }

    fn pairs(&self) -> impl Iterator<Item = (Option<i64>, Option<i64>)> {
        let parts = self.responsible_towns.split([';', '；']).map(str::trim).filter(|part| !part.is_empty());
        parts.map(|part| {
            let (from, to) = part.split_once(['=', '＝']).unwrap_or((part, ""));
            (town(from), town(to))
        })
    }
}

/// A town's code: twelve digits, of which the last three are zeros.
fn town(text: &str) -> Option<i64> {
    let text = text.trim();
    let code: i64 = text.parse().ok().filter(|_| text.len() == 12)?;
    (code % 1_000 == 0 && code / 1_000 % 1_000 != 0).then_some(code)
}

impl CheckSettings for crate::Coordinators {
    type Settings = Settings;

    fn check_settings(settings: Settings) -> Result<Problems> {
        let mut problems = Problems::new();
        let day = Date::new(2023, settings.count_month, settings.count_day);
        problems.require(day.is_some(), "count_day", "户籍人口统计日不是一个日期，例如 12 月 31 日");
        for (park, responsible) in settings.pairs() {
            let (Some(park), Some(responsible)) = (park, responsible) else {
                problems.add("responsible_towns", "应写作 园区=乡镇 的样式，都是 12 位区划代码，多项用分号分开");
                break;
            };
            if responsible / 1_000 % 1_000 >= 400 {
                problems.add("responsible_towns", "等号右边应是实有的镇街，不能是园区");
            }
            if park / 1_000 % 1_000 < 400 {
                problems.add("responsible_towns", "等号左边应是园区，实有的镇街不需要指定");
            }
            if park / 1_000_000 != responsible / 1_000_000 {
                problems.add("responsible_towns", "园区和镇街应在同一个县（市、区）");
            }
        }
        Ok(problems)
    }
}
