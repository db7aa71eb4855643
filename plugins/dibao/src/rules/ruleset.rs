//! Which national and city rules hold on a date. A decision of August 2022 and one of November 2022 follow different
//! articles; both stay reproducible, because the rule set is chosen by the legal date and by nothing else.
//!
//! What stands here is written in the named rules for the whole country or city. What a county sets is a parameter.

use doudi_sdk::prelude::*;

/// The numbers and articles of one period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RuleSet {
    /// The latest document that changed something.
    pub document: &'static str,
    pub year: i32,
    pub month: u32,
    pub day: u32,
    /// An adult jobless severely disabled person may apply in his own right (民发〔2022〕83号).
    pub own_right: bool,
    /// 渐退期 in months: the least, what needs no special reason, and the most.
    pub grace_least: u32,
    pub grace_in_principle: u32,
    pub grace_most: u32,
    /// 周岁 from which a person is an adult, and from which old (老年人).
    pub adult_age: u32,
    pub old_age: u32,
    /// Refusals in a row from which the person's share is reduced (57号 第三十四条).
    pub refusals: i64,
    /// Recheck interval in months of a stable household, and of one with irregular income or someone able to work
    /// (57号 第三十一条), where the county has set no other.
    pub recheck_stable: u32,
    pub recheck_unstable: u32,
    /// Days a town and a county have in all, from acceptance (57号 第二十二条; 83号 when delegated), in working days.
    pub days_total: u32,
    pub days_delegated: u32,
    pub days_special: u32,
    /// A death is to be processed within this many months (83号; before it no limit was set).
    pub death_months: Option<u32>,
}

const OPINION_2021: RuleSet = RuleSet {
    document: "民发〔2021〕57号",
    year: 2021,
    month: 7,
    day: 1,
    own_right: false,
    grace_least: 1,
    grace_in_principle: 12,
    grace_most: 12,
    adult_age: 18,
    old_age: 60,
    refusals: 3,
    recheck_stable: 12,
    recheck_unstable: 6,
    days_total: 30,
    days_delegated: 30,
    days_special: 45,
    death_months: None,
};

const NOTICE_2022: RuleSet = RuleSet {
    document: "芜湖市社会救助重点工作通知（2022年6月23日）",
    year: 2022,
    month: 6,
    day: 23,
    grace_least: 6,
    ..OPINION_2021
};

const EXPANSION_2022: RuleSet = RuleSet {
    document: "民发〔2022〕83号",
    year: 2022,
    month: 10,
    day: 20,
    own_right: true,
    grace_least: 1,
    grace_in_principle: 6,
    days_delegated: 20,
    death_months: Some(3),
    ..NOTICE_2022
};

/// Oldest first.
pub const ALL: [RuleSet; 3] = [OPINION_2021, NOTICE_2022, EXPANSION_2022];

impl RuleSet {
    /// First day in force.
    pub fn begins(&self) -> Date {
        Date::of(self.year, self.month, self.day)
    }

    /// The rules in force on a date; none before 民发〔2021〕57号 (2021-07-01), whose predecessors this measure does not know.
    pub fn on(date: Date) -> Option<RuleSet> {
        ALL.into_iter().rev().find(|rules| rules.begins() <= date)
    }
}
