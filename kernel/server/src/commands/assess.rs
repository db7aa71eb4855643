//! `doudi assess PLUGIN --county C --as-of DATE`: a whole county, or one household and what would turn its answer; without
//! writing.

use super::{Outcome, bar, date, operator, print_json};
use crate::app::App;
use crate::app::assess::{self, AssessRow, AssessTotals};
use crate::app::qualify;
use doudi_domain::{Actor, Date, Error, Fen, Result};
use std::path::PathBuf;

#[derive(clap::Args)]
pub(super) struct Assess {
    /// 插件编号
    plugin: String,
    #[arg(long)]
    county: String,
    /// 按哪一天的规则、参数和家庭情况计算
    #[arg(long, value_parser = date)]
    as_of: Date,
    /// 逐户结果写到 CSV 文件
    #[arg(long)]
    csv: Option<PathBuf>,
    /// 合计用 JSON 输出
    #[arg(long)]
    json: bool,
    /// 只看一户：户编号
    #[arg(long, conflicts_with = "csv")]
    household: Option<String>,
    /// 不符合条件的，找出最少改变哪一项情况就能符合；须同时写明 --household
    #[arg(long, requires = "household")]
    would_qualify_if: bool,
}

impl Assess {
    pub(super) async fn run(self, app: &App) -> Result<Outcome> {
        let actor = operator(app, &self.county).await?;
        if let Some(number) = &self.household {
            return self.one(app, &actor, number).await;
        }
        let mut writer = match &self.csv {
            Some(path) => Some(open_csv(path)?),
            None => None,
        };
        let mut sink = |rows: Vec<AssessRow>| match &mut writer {
            Some(writer) => rows.iter().try_for_each(|row| write_row(writer, row)),
            None => Ok(()),
        };
        let bar = bar("试算");
        let mut progress = |done: u64, total: u64| {
            bar.set_length(total);
            bar.set_position(done);
        };
        let outcome = assess::county(app, &actor, &self.plugin, self.as_of, &mut sink, &mut progress).await;
        bar.finish_and_clear();
        let totals = outcome?;
        if let Some(mut writer) = writer {
            writer.flush().map_err(csv_failed)?;
        }
        if self.json {
            print_totals_json(&totals)
        } else {
            print_totals(&totals)
        }
        Ok(Outcome::Done)
    }
}

impl Assess {
    /// One household, and what would turn its answer.
    async fn one(&self, app: &App, actor: &Actor, number: &str) -> Result<Outcome> {
        let household = qualify::by_number(app, actor, number).await?;
        let found = match self.would_qualify_if {
            true => qualify::would_qualify(app, actor, household, &self.plugin, self.as_of).await?,
            false => qualify::answer(app, actor, household, &self.plugin, self.as_of).await?,
        };
        if self.json {
            let findings: Vec<_> = found
                .findings
                .iter()
                .map(|finding| {
                    serde_json::json!({
                        "change": finding.sentence, "field": finding.field.map(|field| field.as_str()),
                        "size_fen": finding.size.map(|size| size.0), "outcome": finding.answer.outcome.zh,
                        "amount_fen": finding.answer.amount.0, "covered": finding.answer.covered,
                    })
                })
                .collect();
            print_json(&serde_json::json!({
                "household": found.household.to_string(), "outcome": found.now.outcome.zh,
                "amount_fen": found.now.amount.0, "covered": found.now.covered, "pays": found.pays,
                "would_qualify_if": findings,
            }));
            return Ok(Outcome::Done);
        }
        say!(
            "{} {}：{}，每月 {} 元，{} 人",
            found.household_title,
            found.division_name,
            found.now.outcome.zh,
            found.now.amount,
            found.now.covered
        );
        if !self.would_qualify_if || found.pays {
            return Ok(Outcome::Done);
        }
        match found.findings.is_empty() {
            true => say!("没有哪一项情况单独改变就能符合条件（试了 {} 种情况）", found.tried),
            false => say!("只要有下列任何一项，就能符合条件（逐项重新计算核实）："),
        }
        for finding in &found.findings {
            let answer = &finding.answer;
            say!("  {} → {}，每月 {} 元", finding.sentence, answer.outcome.zh, answer.amount);
        }
        Ok(Outcome::Done)
    }
}

type Writer = csv::Writer<std::io::BufWriter<std::fs::File>>;

fn csv_failed(error: impl std::fmt::Display) -> Error {
    Error::failure("CSV 文件没有写完，请检查目录的写权限和磁盘空间", error)
}

fn open_csv(path: &std::path::Path) -> Result<Writer> {
    use std::io::Write;
    let mut file = std::io::BufWriter::new(std::fs::File::create(path).map_err(csv_failed)?);
    file.write_all(b"\xef\xbb\xbf").map_err(csv_failed)?;
    let mut writer = csv::Writer::from_writer(file);
    writer
        .write_record(["家庭", "户编号", "结论代码", "结论", "每月金额（元）", "人数", "计算值", "理由"])
        .map_err(csv_failed)?;
    Ok(writer)
}

fn write_row(writer: &mut Writer, row: &AssessRow) -> Result<()> {
    let joined = |parts: Vec<String>| parts.join("；");
    writer
        .write_record([
            row.household.to_string(),
            crate::roster::report::guarded(&row.number),
            row.outcome.clone(),
            row.outcome_zh.clone(),
            // For a spreadsheet to add up: no commas between the digits.
            row.amount.to_string().replace(',', ""),
            row.covered.to_string(),
            joined(row.figures.iter().map(|(code, value)| format!("{code}={value}")).collect()),
            joined(row.reasons.iter().map(|(_, words)| words.clone()).collect()),
        ])
        .map_err(csv_failed)
}

fn print_totals(totals: &AssessTotals) {
    for (code, label, households, amount) in &totals.by_outcome {
        say!("{label}（{code}）：{households} 户，每月 {} 元", Fen(*amount));
    }
    say!("合计：{} 户，每月 {} 元。没有写入任何内容", totals.households, Fen(totals.amount));
}

fn print_totals_json(totals: &AssessTotals) {
    let outcomes: Vec<_> = totals
        .by_outcome
        .iter()
        .map(|(code, label, households, amount)| {
            serde_json::json!({"outcome": code, "label": label, "households": households, "amount_fen": amount})
        })
        .collect();
    print_json(&serde_json::json!({
        "households": totals.households, "amount_fen": totals.amount, "outcomes": outcomes,
    }));
}
