//! A county's settings: from which month it pays through this system, when each step is due, and how strict the checks are.

use crate::rules::path::{Days, Path, path};
use doudi_sdk::prelude::*;
use serde::{Deserialize, Serialize};

/// By the schema in `plugin.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// `2022-08`. Months before it were paid elsewhere: nothing of them is drawn, owed or recovered here.
    pub first_month: String,
    pub send_day: u32,
    pub allocate_day: u32,
    pub credit_day: u32,
    /// “5日前” includes the 5th.
    pub inclusive: bool,
    /// Working days between the freeze and the advised day of sending.
    pub freeze_days: u32,
    /// Months back-pay and overpayments reach back at most.
    pub look_back: u32,
    pub require_posting: bool,
    /// `scheme=item;scheme=item`.
    pub budget_codes: String,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            first_month: String::new(),
            send_day: 5,
            allocate_day: 10,
            credit_day: 15,
            inclusive: true,
            freeze_days: 1,
            look_back: 12,
            require_posting: true,
            budget_codes: String::new(),
        }
    }
}

impl Settings {
    /// The first day of the first month paid here.
    pub fn first_month(&self) -> Option<Date> {
        Date::of_month(&self.first_month)
    }

    /// The dates of a month's rosters.
    ///
    /// # Errors
    /// `refused` when the statutory calendar of the year is not on record.
    pub fn path(&self, month: Date) -> Result<Path> {
        path(month, self.days(), calendar::is_working_day)
    }

    fn days(&self) -> Days {
        Days {
            send: self.send_day,
            allocate: self.allocate_day,
            credit: self.credit_day,
            inclusive: self.inclusive,
            freeze: self.freeze_days,
        }
    }

    /// The budget item of a scheme; empty where the county has entered none.
    pub fn budget(&self, scheme: &str) -> &str {
        self.budget_items().find(|(of, _)| *of == scheme).map_or("", |(_, item)| item)
    }

    fn budget_items(&self) -> impl Iterator<Item = (&str, &str)> {
        let parts = self.budget_codes.split([';', '；']).map(str::trim).filter(|part| !part.is_empty());
        parts.map(|part| part.split_once(['=', '＝']).map_or((part, ""), |(of, item)| (of.trim(), item.trim())))
    }
}

impl CheckSettings for crate::Disbursement {
    type Settings = Settings;

    fn check_settings(settings: Settings) -> Result<Problems> {
        let mut problems = Problems::new();
        if !settings.first_month.is_empty() && settings.first_month().is_none() {
            problems.add("first_month", "应写作 2022-08 的样式；不由本系统发放的请留空");
        }
        if !(settings.send_day < settings.allocate_day && settings.allocate_day < settings.credit_day) {
            problems.add("allocate_day", "报送、拨付、入账的日期应当依次递增，例如 5、10、15");
        }
        for (_, item) in settings.budget_items() {
            if item.is_empty() || !item.chars().all(|c| c.is_ascii_digit()) {
                problems.add("budget_codes", "应写作 方案=科目 的样式，科目为数字，多项用分号分开");
                break;
            }
        }
        Ok(problems)
    }
}
