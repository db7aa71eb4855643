//! `doudi plugin shadow`, `doudi plugin compare` and `doudi parameter what-if`: the same report, asked for in three ways.

use super::{Outcome, bar, date, operator, print_json, write_file};
use crate::app::App;
use crate::app::shadow::report::{ReasonTally, ShadowReport, SideView};
use crate::app::shadow::{self, ReleaseChoice, RowView, ShadowDraft, ShadowRowQuery, SideDraft, workbook};
use doudi_domain::{Actor, Date, Error, Fen, Result};
use serde_json::{Value, json};
use std::path::PathBuf;

/// What every one of the three takes.
#[derive(clap::Args)]
pub(super) struct Shown {
    #[arg(long)]
    county: String,
    /// 报告用 JSON 输出
    #[arg(long)]
    json: bool,
    /// 报告写到工作簿（XLSX），包含逐户清单
    #[arg(long)]
    xlsx: Option<PathBuf>,
    /// 列出差额最大的多少户
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(0..=4000))]
    top: u32,
}

#[derive(clap::Args)]
pub(super) struct Shadow {
    /// 要试运行的版本：插件编号@版本号，已经安装，不必启用
    release: String,
    /// 按哪一天的参数和家庭情况计算；默认今天
    #[arg(long, value_parser = date)]
    as_of: Option<Date>,
    #[command(flatten)]
    shown: Shown,
}

#[derive(clap::Args)]
pub(super) struct Compare {
    /// 插件编号
    plugin: String,
    /// 比较前：哪一天的家庭情况
    #[arg(long, value_parser = date)]
    before: Date,
    /// 比较后：哪一天的家庭情况
    #[arg(long, value_parser = date)]
    after: Date,
    /// 比较前用的版本；默认当天启用的版本
    #[arg(long)]
    before_release: Option<String>,
    /// 比较后用的版本；默认当天启用的版本
    #[arg(long)]
    after_release: Option<String>,
    /// 比较前用哪一天的参数；默认与家庭情况同一天
    #[arg(long, value_parser = date)]
    before_parameters: Option<Date>,
    /// 比较后用哪一天的参数；默认与家庭情况同一天
    #[arg(long, value_parser = date)]
    after_parameters: Option<Date>,
    #[command(flatten)]
    shown: Shown,
}

#[derive(clap::Args)]
pub(super) struct WhatIf {
    /// 插件编号
    plugin: String,
    /// 按哪一天的规则和家庭情况计算；默认今天
    #[arg(long, value_parser = date)]
    as_of: Option<Date>,
    /// 假设的参数值，例如 --set standard=740；可重复
    #[arg(long, required = true, value_parser = assignment)]
    set: Vec<(String, String)>,
    #[command(flatten)]
    shown: Shown,
}

fn assignment(text: &str) -> std::result::Result<(String, String), String> {
    match text.split_once('=') {
        Some((code, value)) if !code.trim().is_empty() => Ok((code.trim().to_owned(), value.trim().to_owned())),
        _ => Err(format!("“{text}”应写成 参数=值，例如 standard=740")),
    }
}

impl Shadow {
    pub(super) async fn run(self, app: &App) -> Result<Outcome> {
        let Some((plugin, _)) = self.release.split_once('@') else {
            return Err(Error::invalid(
                "版本",
                "shadow.release",
                format!("“{}”应写成 插件编号@版本号（见 doudi plugin list）", self.release),
            ));
        };
        let draft = ShadowDraft::release(plugin, &self.release, self.as_of.unwrap_or_else(|| app.today()));
        self.shown.run(app, &draft).await
    }
}

impl Compare {
    pub(super) async fn run(self, app: &App) -> Result<Outcome> {
        let side = |release: Option<String>, on, parameters_on| SideDraft {
            parameters_on,
            ..SideDraft::new(release.map_or(ReleaseChoice::InForce, ReleaseChoice::Named), on)
        };
        let draft = ShadowDraft {
            before: side(self.before_release, self.before, self.before_parameters),
            after: side(self.after_release, self.after, self.after_parameters),
            plugin: self.plugin,
        };
        self.shown.run(app, &draft).await
    }
}

impl WhatIf {
    pub(super) async fn run(self, app: &App) -> Result<Outcome> {
        let actor = operator(app, &self.shown.county).await?;
        let as_of = self.as_of.unwrap_or_else(|| app.today());
        let values = shadow::typed_parameters(app, &actor, &self.plugin, as_of, &self.set).await?;
        self.shown.run(app, &ShadowDraft::what_if(&self.plugin, as_of, values)).await
    }
}

impl Shown {
    async fn run(self, app: &App, draft: &ShadowDraft) -> Result<Outcome> {
        let actor = operator(app, &self.county).await?;
        let bar = bar("试运行");
        let mut progress = |done: u64, total: u64| {
            bar.set_length(total);
            bar.set_position(done);
        };
        let outcome = shadow::run(app, &actor, draft, &mut progress).await;
        bar.finish_and_clear();
        let report = outcome?;
        if let Some(path) = &self.xlsx {
            write_file(path, &workbook::workbook(app, &actor, report.run.id).await?)?;
        }
        let rows = self.rows(app, &actor, &report).await?;
        if self.json {
            print_json(&report_json(&report, &rows));
        } else {
            print(app, &actor, &report, &rows).await?;
            if let Some(path) = &self.xlsx {
                say!("工作簿：{}", path.display());
            }
        }
        Ok(Outcome::Done)
    }

    async fn rows(&self, app: &App, actor: &Actor, report: &ShadowReport) -> Result<Vec<RowView>> {
        if self.top == 0 {
            return Ok(Vec::new());
        }
        let query = ShadowRowQuery { limit: self.top, ..ShadowRowQuery::default() };
        Ok(shadow::rows(app, actor, report.run.id, &query).await?.items)
    }
}

/// With its sign, for what goes up or down.
fn signed(amount: Fen) -> String {
    if amount.0 > 0 { format!("+{amount}") } else { amount.to_string() }
}

fn side(side: &SideView) -> String {
    let parameters = match side.parameters_on {
        on if on == side.on => String::new(),
        on => format!("，用 {on} 的参数"),
    };
    format!("{} 版，{} 的家庭情况{parameters}", side.version, side.on)
}

async fn print(app: &App, actor: &Actor, report: &ShadowReport, rows: &[RowView]) -> Result<()> {
    let tree = crate::app::division::tree(app, actor).await?;
    let (run, body) = (&report.run, &report.body);
    let totals = run.totals;
    say!("{} {}（报告 {}，{} 户）", body.name.zh, run.kind.zh(), run.id, totals.households);
    say!("比较前：{}", body.before.as_ref().map_or_else(|| "未启用".to_owned(), side));
    say!("比较后：{}", side(&body.after));
    for change in &body.parameters {
        let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "没有".to_owned());
        say!("  {}：{} → {}", change.label.zh, shown(&change.before), shown(&change.after));
    }
    if !body.extra_grants.is_empty() {
        let labels: Vec<&str> = body.extra_grants.iter().map(|extra| extra.label.zh.as_str()).collect();
        say!("注意：按新版本申请的授权计算，其中目前没有授予的有：{}", labels.join("、"));
    }
    say!(
        "新增 {} 户，退出 {} 户，变动 {} 户，不变 {} 户",
        totals.gained,
        totals.lost,
        totals.changed,
        totals.unchanged
    );
    say!(
        "每月 {} 元 → {} 元，差额 {} 元，全年 {} 元",
        totals.before,
        totals.after,
        signed(report.difference()),
        signed(report.difference_a_year())
    );
    if body.effects.len() > 1 {
        say!("差额由以下各项依次引起，合计相等：");
        for effect in &body.effects {
            say!("  {}：{} 元", effect.factor.zh(), signed(Fen(effect.amount)));
        }
    }
    let moves: Vec<_> = body.moves.iter().filter(|step| step.before != step.after).collect();
    if !moves.is_empty() {
        say!("结论变化：");
    }
    for step in moves {
        say!("  {} → {}：{} 户", step.before_label.zh, step.after_label.zh, step.households);
    }
    say!("分镇街：");
    for town in &body.towns {
        let name = town.code().map(|code| tree.name(code)).unwrap_or_default();
        let difference = signed(Fen(town.after - town.before));
        say!(
            "  {name}：{} 户，新增 {}，退出 {}，变动 {}，差额 {difference} 元",
            town.households,
            town.gained,
            town.lost,
            town.changed
        );
    }
    if !body.reasons.is_empty() {
        say!("主要原因：");
    }
    for reason in body.reasons.iter().take(8) {
        say!("  {}", reason_line(reason));
    }
    if !rows.is_empty() {
        say!("差额最大的家庭：");
    }
    for view in rows {
        let label = |code: &str| report.outcome(code).map_or_else(|| code.to_owned(), |label| label.zh.clone());
        let row = &view.row;
        say!(
            "  {}. {} {}：{} {} 元 → {} {} 元（{}）",
            row.rank,
            view.household_title,
            view.place,
            label(&row.outcome_before),
            row.before,
            label(&row.outcome_after),
            row.after,
            signed(row.difference())
        );
    }
    say!("没有改动任何家庭、办件和决定");
    Ok(())
}

fn reason_line(reason: &ReasonTally) -> String {
    let counted = [("新适用", reason.appears), ("不再适用", reason.vanishes), ("数值不同", reason.differs)];
    let counted: Vec<String> = counted
        .into_iter()
        .filter(|(_, households)| *households > 0)
        .map(|(word, households)| format!("{word} {households} 户"))
        .collect();
    format!("{}：{}（{}）", counted.join("，"), reason.sentence.zh, reason.article)
}

fn report_json(report: &ShadowReport, rows: &[RowView]) -> Value {
    let (run, totals) = (&report.run, report.run.totals);
    let rows: Vec<Value> = rows
        .iter()
        .map(|view| {
            json!({
                "rank": view.row.rank, "household": view.row.household.to_string(), "title": view.household_title,
                "place": view.place, "change": view.row.change.code(), "outcome_before": view.row.outcome_before,
                "outcome_after": view.row.outcome_after, "before_fen": view.row.before.0, "after_fen": view.row.after.0,
                "reasons": view.detail.reasons, "effects_fen": view.detail.effects,
            })
        })
        .collect();
    json!({
        "report": run.id.to_string(), "plugin": run.plugin, "kind": run.kind.code(), "households": totals.households,
        "gained": totals.gained, "lost": totals.lost, "changed": totals.changed, "unchanged": totals.unchanged,
        "before_fen": totals.before.0, "after_fen": totals.after.0, "difference_fen": report.difference().0,
        "difference_a_year_fen": report.difference_a_year().0, "before_digest": run.before_digest,
        "after_digest": run.after_digest, "parameters_hash": run.parameters_hash, "details": report.body, "rows": rows,
    })
}
