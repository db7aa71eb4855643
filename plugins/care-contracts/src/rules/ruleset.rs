//! Which national rules hold on a date. What stands here is written in 民发〔2021〕43号 for the whole country; what a county sets
//! is a parameter. Before 2021-07-01 another measure of the ministry held, which this one does not know.

use doudi_sdk::prelude::*;

/// The numbers of one period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RuleSet {
    pub document: &'static str,
    pub year: i32,
    pub month: u32,
    pub day: u32,
    /// 周岁 from which a person is old, and below which a minor has no labour capacity (第五条).
    pub old_age: u32,
    pub minor_age: u32,
    /// 周岁 to which a supported minor stays supported, school or not (第二十四条).
    pub adult_age: u32,
    /// 周岁 from which an obligor on dibao, and one with low means, is not able (第八条).
    pub obligor_dibao_age: u32,
    pub obligor_old_age: u32,
    /// Working days for survey and opinion (第十三条), and for the county's decision (第十六条).
    pub days_opinion: u32,
    pub days_decision: u32,
    /// Working days to settle an objection (第十五条), to serve a refusal (第十八条), to assess after a report (第二十三条).
    pub days_objection: u32,
    pub days_refusal: u32,
    pub days_assessment: u32,
    /// Days a posting is shown after the day it begins (第十五条, 第二十六条).
    pub days_posting: i32,
    /// Least share of cases the county checks, drawn at random, basis points (第十六条).
    pub check_share: i64,
}

/// 特困人员认定办法.
pub const OPINION_2021: RuleSet = RuleSet {
    document: "民发〔2021〕43号",
    year: 2021,
    month: 7,
    day: 1,
    old_age: 60,
    minor_age: 16,
    adult_age: 18,
    obligor_dibao_age: 60,
    obligor_old_age: 70,
    days_opinion: 15,
    days_decision: 15,
    days_objection: 15,
    days_refusal: 3,
    days_assessment: 10,
    days_posting: 7,
    check_share: 3_000,
};

impl RuleSet {
    /// First day in force.
    pub fn begins(&self) -> Date {
        Date::of(self.year, self.month, self.day)
    }

    /// The rules in force on a date.
    pub fn on(date: Date) -> Option<RuleSet> {
        (OPINION_2021.begins() <= date).then_some(OPINION_2021)
    }
}
