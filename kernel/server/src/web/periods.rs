//! The choice of a period on pages of figures: which one the address asks for, and the links to its neighbours.

use super::error::Failed;
use super::field::{Drawer, FieldView};
use super::form_data::Posted;
use super::frame::Frame;
use askama::Template;
use doudi_domain::reporting::ReportingPeriod;
use doudi_domain::{Date, Error, Result};
use serde::Deserialize;

/// One of `month`, `quarter`, `year`, or `from` and `to`; nothing means this month.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct PeriodAsk {
    #[serde(default)]
    pub month: String,
    #[serde(default)]
    pub quarter: String,
    #[serde(default)]
    pub year: String,
    #[serde(default)]
    pub from: String,
    #[serde(default)]
    pub to: String,
}

impl PeriodAsk {
    pub fn period(&self, today: Date) -> Result<ReportingPeriod> {
        let words = [&self.month, &self.quarter, &self.year].map(|word| word.trim());
        match words {
            ["", "", ""] if self.from.is_empty() && self.to.is_empty() => Ok(ReportingPeriod::month_of(today)),
            ["", "", ""] => ReportingPeriod::of_days(day(&self.from, "from")?, day(&self.to, "to")?),
            [month, "", ""] => ReportingPeriod::parse_month(month),
            ["", quarter, ""] => ReportingPeriod::parse_quarter(quarter),
            ["", "", year] => ReportingPeriod::parse_year(year),
            _ => Err(Error::invalid("month", "period.several", "月、季、年只能选一种")),
        }
    }

    /// For a page: a period that cannot be one is a refused address, said in words.
    pub fn for_page(&self, today: Date) -> std::result::Result<ReportingPeriod, Failed> {
        self.period(today).map_err(|error| match error {
            Error::Invalid(problems) => {
                let words: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
                Error::refused(words.join("；")).into()
            }
            error => error.into(),
        })
    }
}

fn day(text: &str, field: &str) -> Result<Date> {
    text.trim().parse().map_err(|_| Error::invalid(field, "period.day", format!("“{text}”不是日期，应写成 2022-07-06")))
}

/// The bar above the figures.
#[derive(Template)]
#[template(path = "scorecard/_periods.html")]
pub struct PeriodBar {
    frame: Frame,
    /// Where the links lead, with everything of the address but the period: `/scorecard?county=340223&`.
    base: String,
    action: String,
    kept: Vec<(String, String)>,
    now: ReportingPeriod,
    before: ReportingPeriod,
    after: ReportingPeriod,
    from: FieldView,
    to: FieldView,
}

impl PeriodBar {
    /// `kept` are the words of the address that stay.
    pub fn new(frame: &Frame, action: &str, kept: &[(&str, String)], now: ReportingPeriod) -> PeriodBar {
        let kept: Vec<(String, String)> =
            kept.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let words = serde_urlencoded::to_string(&kept).unwrap_or_default();
        let base = if words.is_empty() { format!("{action}?") } else { format!("{action}?{words}&") };
        let empty = Posted::default();
        let draw = Drawer { words: frame.words(), posted: &empty, problems: &[] };
        PeriodBar {
            base,
            action: action.to_owned(),
            kept,
            from: draw.date("from", "从", &now.begins().to_string()),
            to: draw.date("to", "到", &now.ends().to_string()),
            frame: frame.clone(),
            now,
            before: now.before(),
            after: now.after(),
        }
    }

    fn address(&self, period: &ReportingPeriod) -> String {
        format!("{}{}", self.base, period.query())
    }

    fn is(&self, period: &ReportingPeriod) -> bool {
        self.now == *period
    }

    /// This month, quarter and year, with their words.
    fn usual(&self) -> [(&'static str, ReportingPeriod); 4] {
        let today = self.frame.today;
        let month = ReportingPeriod::month_of(today);
        [
            ("上月", month.before()),
            ("本月", month),
            ("本季度", ReportingPeriod::quarter_of(today)),
            ("本年", ReportingPeriod::year_of(today)),
        ]
    }

    fn words(&self, period: &ReportingPeriod) -> String {
        words(&self.frame, *period)
    }
}

/// A period in the language of the page.
pub fn words(frame: &Frame, period: ReportingPeriod) -> String {
    match period {
        _ if !frame.english => period.zh(),
        ReportingPeriod::Quarter(_) => period.to_string().replace('-', " Q"),
        ReportingPeriod::Days { from, to } => format!("{from} to {to}"),
        period => period.to_string(),
    }
}
