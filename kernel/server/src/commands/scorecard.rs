//! `doudi scorecard --county C --month 2022-07`, and `doudi duty`: what the pages of the same names show.

use super::{Outcome, date, operator, print_json};
use crate::app::scorecard::workbook::verdict_zh;
use crate::app::{App, duty, scorecard};
use doudi_documents::manifest::IndicatorUnit;
use doudi_domain::reporting::ReportingPeriod;
use doudi_domain::{Date, Result};
use serde_json::json;

#[derive(clap::Args)]
pub(super) struct Scorecard {
    /// 县区：6 位代码或名称
    #[arg(long)]
    county: String,
    #[command(flatten)]
    period: Period,
    #[arg(long)]
    json: bool,
}

/// 统计期间：只填一种，默认本月
#[derive(clap::Args)]
#[group(multiple = true)]
struct Period {
    /// 月份，例如 2022-07
    #[arg(long, conflicts_with_all = ["quarter", "year", "from", "to"])]
    month: Option<String>,
    /// 季度，例如 2022-3
    #[arg(long, conflicts_with_all = ["year", "from", "to"])]
    quarter: Option<String>,
    /// 年份，例如 2022
    #[arg(long, conflicts_with_all = ["from", "to"])]
    year: Option<String>,
    /// 自选的第一天
    #[arg(long, value_parser = date, requires = "to")]
    from: Option<Date>,
    /// 自选的最后一天
    #[arg(long, value_parser = date, requires = "from")]
    to: Option<Date>,
}

impl Period {
    fn of(&self, today: Date) -> Result<ReportingPeriod> {
        match (&self.month, &self.quarter, &self.year, self.from, self.to) {
            (Some(month), ..) => ReportingPeriod::parse_month(month),
            (_, Some(quarter), ..) => ReportingPeriod::parse_quarter(quarter),
            (_, _, Some(year), ..) => ReportingPeriod::parse_year(year),
            (.., Some(from), Some(to)) => ReportingPeriod::of_days(from, to),
            _ => Ok(ReportingPeriod::month_of(today)),
        }
    }
}

impl Scorecard {
    pub(super) async fn run(self, app: &App) -> Result<Outcome> {
        let actor = operator(app, &self.county).await?;
        let period = self.period.of(app.today())?;
        let card = scorecard::county(app, &actor, None, period).await?;
        let failed = card.measures.iter().any(|measure| measure.figures.is_err());
        if self.json {
            print_json(&as_json(&card));
        } else {
            say!("{} {} 督查考核", card.county_name, period.zh());
            for measure in card.measures.iter() {
                say!("\n{}", measure.plugin.name.zh);
                match &measure.figures {
                    Ok(figures) => figures.iter().for_each(print),
                    Err(message) => say!("  不能回答：{message}"),
                }
            }
        }
        Ok(if failed { Outcome::Wanting } else { Outcome::Done })
    }
}

/// `95.00%`, or `12.5天` for a number of days.
fn shown(unit: IndicatorUnit, points: Option<i64>) -> String {
    match (points, unit) {
        (None, _) => "—".to_owned(),
        (Some(points), IndicatorUnit::Days) => format!("{}.{}天", points / 10_000, points % 10_000 / 1_000),
        (Some(points), _) => format!("{}.{:02}%", points / 100, points % 100),
    }
}

fn print(figure: &scorecard::Figure) {
    let scorecard::Share { part, whole } = figure.share;
    let (share, target) = (shown(figure.unit, figure.share.basis_points()), shown(figure.unit, figure.target));
    say!("  {}  {share}（{part}/{whole}）  目标 {target}  {}", figure.label.zh, verdict_zh(figure.verdict()));
}

fn as_json(card: &scorecard::Scorecard) -> serde_json::Value {
    let measures: Vec<serde_json::Value> = card
        .measures
        .iter()
        .map(|measure| match &measure.figures {
            Err(message) => json!({"plugin": measure.plugin.id, "problem": message}),
            Ok(figures) => {
                let figures: Vec<serde_json::Value> = figures
                    .iter()
                    .map(|figure| {
                        json!({
                            "code": figure.code, "label": figure.label.zh, "definition": figure.definition.zh,
                            "part": figure.share.part, "whole": figure.share.whole, "target": figure.target,
                            "verdict": verdict_zh(figure.verdict()),
                        })
                    })
                    .collect();
                json!({"plugin": measure.plugin.id, "figures": figures})
            }
        })
        .collect();
    json!({
        "county": card.county.to_string(), "from": card.period.begins().to_string(),
        "to": card.period.ends().to_string(), "measures": measures,
    })
}

#[derive(clap::Args)]
pub(super) struct Duty {
    /// 县区：6 位代码或名称
    #[arg(long)]
    county: String,
    /// 月份，例如 2022-07；默认本月、今后两周和以前没有完成的
    #[arg(long)]
    month: Option<String>,
    #[arg(long)]
    json: bool,
}

impl Duty {
    pub(super) async fn run(self, app: &App) -> Result<Outcome> {
        let actor = operator(app, &self.county).await?;
        let today = app.today();
        let window = match &self.month {
            Some(month) => duty::Window::month(ReportingPeriod::parse_month(month)?.begins()),
            None => duty::Window::of(today),
        };
        let (duties, _) = duty::due(app, &actor, window).await?;
        if self.json {
            let items: Vec<serde_json::Value> = duties
                .duties
                .iter()
                .map(|duty| {
                    json!({
                        "plugin": duty.plugin.id, "code": duty.code, "label": duty.label,
                        "due": duty.due.date.to_string(), "advised": duty.advised.map(|day| day.to_string()),
                        "done": duty.done, "of": duty.of, "overdue": duty.overdue(), "article": duty.article,
                    })
                })
                .collect();
            print_json(&items.into());
        } else {
            for duty in &duties.duties {
                let state = if duty.finished() { "已完成".to_owned() } else { duty.due.words(today) };
                let plugin = &duty.plugin.name.zh;
                say!("{}  {}（{plugin}）  {}/{}  {state}", duty.due.date, duty.label, duty.done, duty.of);
            }
        }
        for (name, message) in &duties.failed {
            eprintln!("{}不能回答：{message}", name.zh);
        }
        let wanting = !duties.failed.is_empty() || duties.duties.iter().any(duty::Duty::overdue);
        Ok(if wanting { Outcome::Wanting } else { Outcome::Done })
    }
}
