//! `doudi decision list|show|replay|export`.

use super::{Outcome, bar, county, print_json, read_file, write_file};
use crate::app::decision::{self, DecisionQuery, DecisionView, Replayed};
use crate::app::{App, division};
use crate::config::Config;
use doudi_domain::{Actor, DecisionId, Error, Result};
use std::path::{Path, PathBuf};

#[derive(clap::Subcommand)]
pub(super) enum DecisionCommand {
    /// 按先后列出一个县区的决定
    List {
        /// 县区：6 位代码或名称
        #[arg(long)]
        county: String,
        #[arg(long)]
        json: bool,
    },
    /// 查看一个决定及其理由
    Show {
        id: i64,
        #[arg(long)]
        json: bool,
    },
    /// 用当时的输入和当时的插件重算，逐字节核对
    Replay {
        /// 决定编号
        #[arg(required_unless_present_any = ["all", "bundle"])]
        id: Option<i64>,
        /// 核对全部决定
        #[arg(long, conflicts_with = "id")]
        all: bool,
        /// 只核对一个县区
        #[arg(long)]
        county: Option<String>,
        /// 核对导出的决定文件，不需要数据库
        #[arg(long, conflicts_with_all = ["id", "all", "county"])]
        bundle: Option<PathBuf>,
        #[arg(long)]
        json: bool,
    },
    /// 把一个决定连同当时的规则程序、输入和读取导出为一个文件，可在任何一台机器上重算
    Export { id: i64, file: PathBuf },
}

impl DecisionCommand {
    pub(super) async fn run(self, app: &App) -> Result<Outcome> {
        match self {
            DecisionCommand::List { county, json } => list(app, &county, json).await,
            DecisionCommand::Show { id, json } => {
                let (actor, id) = find(app, id).await?;
                let view = decision::view(app, &actor, id).await?;
                if json {
                    print_json(&view_json(&view))
                } else {
                    show(&view)
                }
                Ok(Outcome::Done)
            }
            DecisionCommand::Replay { id: Some(id), json, .. } => {
                let (actor, id) = find(app, id).await?;
                let replayed = decision::replay(app, &actor, id).await?;
                Ok(print_replayed(&[replayed], json))
            }
            DecisionCommand::Replay { id: None, county, json, .. } => replay_all(app, county, json).await,
            DecisionCommand::Export { id, file } => {
                let (actor, id) = find(app, id).await?;
                let bytes = decision::bundle::export(app, &actor, id).await?;
                write_file(&file, &bytes)?;
                say!("决定 {id} 已导出到 {}（{} 字节）", file.display(), bytes.len());
                say!(
                    "文件中有这个家庭的收入等信息，请妥善保管。核对：doudi decision replay --bundle {}",
                    file.display()
                );
                Ok(Outcome::Done)
            }
        }
    }

    /// The file to be replayed, when it is one: that needs no database.
    pub(super) fn bundle(&self) -> Option<(&Path, bool)> {
        match self {
            DecisionCommand::Replay { bundle: Some(file), json, .. } => Some((file, *json)),
            _ => None,
        }
    }
}

/// Replays an exported decision on a host of its own.
pub(super) async fn replay_bundle(config: &Config, file: &Path, json: bool) -> Result<Outcome> {
    let bytes = read_file(file)?;
    let scratch = std::env::temp_dir().join(format!("doudi-replay-{}", std::process::id()));
    let host = config.host_apart(&scratch)?;
    let replayed = decision::bundle::replay(&host, &bytes).await;
    drop(host);
    // Compiled for this once.
    let _ = std::fs::remove_dir_all(&scratch);
    Ok(print_replayed(&[replayed?], json))
}

/// The county whose decision it is: the operator does not have to know.
async fn find(app: &App, id: i64) -> Result<(Actor, DecisionId)> {
    let id = DecisionId(id);
    for actor in actors(app, None).await? {
        match app.storage.snapshot(actor.scope()).await?.decision_fetch(id).await {
            Ok(_) => return Ok((actor, id)),
            Err(Error::NotFound { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Err(Error::not_found("决定"))
}

async fn actors(app: &App, only: Option<&str>) -> Result<Vec<Actor>> {
    let counties = match only {
        Some(text) => vec![county(app, text).await?],
        None => division::counties(app).await?.into_iter().map(|(county, _)| county).collect(),
    };
    Ok(counties.into_iter().map(|county| Actor::System { division: county.division() }).collect())
}

/// A county may have very many: people's lines are printed page by page.
async fn list(app: &App, county_text: &str, json: bool) -> Result<Outcome> {
    let actor = Actor::System { division: county(app, county_text).await?.division() };
    let mut query = DecisionQuery { limit: 200, ..Default::default() };
    let (mut rows, mut count) = (Vec::new(), 0);
    loop {
        let page = decision::page(app, &actor, &query).await?;
        count += page.items.len();
        for row in &page.items {
            let decision = &row.decision;
            if json {
                rows.push(serde_json::json!({
                    "id": decision.id.to_string(), "scheme": decision.scheme,
                    "household": decision.household.to_string(), "effect": decision.effect.code(),
                    "outcome": decision.outcome, "outcome_label": decision.outcome_zh,
                    "amount_fen": decision.amount.0, "from": decision.from, "to": decision.to,
                }));
            } else {
                say!(
                    "{}  {}  {}  {}，每月 {} 元，自 {} 起",
                    decision.id,
                    row.household_title,
                    row.division_name,
                    decision.outcome_zh,
                    decision.amount,
                    decision.from
                );
            }
        }
        match page.next {
            Some(next) => query.cursor = Some(next),
            None => break,
        }
    }
    if json {
        print_json(&rows.into());
    } else {
        say!("共 {count} 个决定");
    }
    Ok(Outcome::Done)
}

async fn replay_all(app: &App, only: Option<String>, json: bool) -> Result<Outcome> {
    let mut replayed = Vec::new();
    let bar = bar("重算");
    for actor in actors(app, only.as_deref()).await? {
        let mut query = DecisionQuery { limit: 200, ..Default::default() };
        loop {
            let page = decision::page(app, &actor, &query).await?;
            bar.inc_length(page.items.len() as u64);
            for row in &page.items {
                replayed.push(decision::replay(app, &actor, row.decision.id).await?);
                bar.inc(1);
            }
            match page.next {
                Some(next) => query.cursor = Some(next),
                None => break,
            }
        }
    }
    bar.finish_and_clear();
    Ok(print_replayed(&replayed, json))
}

fn print_replayed(replayed: &[Replayed], json: bool) -> Outcome {
    let different: Vec<&Replayed> = replayed.iter().filter(|one| !one.same).collect();
    if json {
        let differences: Vec<_> = different
            .iter()
            .map(|one| serde_json::json!({"decision": one.decision.to_string(), "difference": one.difference}))
            .collect();
        print_json(&serde_json::json!({
            "decisions": replayed.len(), "same": replayed.len() - different.len(), "different": differences,
        }));
    } else {
        for one in &different {
            eprintln!("决定 {}：{}", one.decision, one.difference);
        }
        say!(
            "重算 {} 个决定，结果一致 {} 个，不一致 {} 个",
            replayed.len(),
            replayed.len() - different.len(),
            different.len()
        );
    }
    if different.is_empty() { Outcome::Done } else { Outcome::Wanting }
}

fn show(view: &DecisionView) {
    let decision = &view.decision;
    say!("决定 {}  {}  {}", decision.id, view.household_title, view.division_name);
    say!(
        "{}，每月 {} 元，{} 人，自 {} 起",
        decision.outcome_zh,
        decision.amount,
        decision.covered_persons,
        decision.from
    );
    for reason in &decision.reasons {
        let mark = if view.unverified_articles.contains(&reason.code) { "（条文待核）" } else { "" };
        say!("  {}  {}{mark}", reason.zh, reason.article);
    }
    for parameter in &view.parameters {
        let mark = if parameter.parameter.verified { "" } else { "（未核实）" };
        say!("  参数 {}：{}{mark}，{}", parameter.label.zh, parameter.shown, parameter.parameter.source);
    }
    say!("规则 {} {}，摘要 {}", view.plugin.name.zh, decision.cause.version, decision.cause.digest);
}

fn view_json(view: &DecisionView) -> serde_json::Value {
    let decision = &view.decision;
    let reasons: Vec<_> = decision
        .reasons
        .iter()
        .map(|reason| {
            let facts: Vec<String> = reason.facts.iter().map(ToString::to_string).collect();
            serde_json::json!({
                "code": reason.code, "verdict": reason.verdict.code(), "article": reason.article,
                "article_verified": !view.unverified_articles.contains(&reason.code), "text": reason.zh,
                "facts": facts,
            })
        })
        .collect();
    let figures: serde_json::Map<String, serde_json::Value> =
        decision.figures.iter().map(|figure| (figure.code.clone(), figure.value.into())).collect();
    serde_json::json!({
        "id": decision.id.to_string(), "scheme": decision.scheme, "household": decision.household.to_string(),
        "effect": decision.effect.code(), "outcome": decision.outcome, "outcome_label": decision.outcome_zh,
        "amount_fen": decision.amount.0, "covered_persons": decision.covered_persons, "from": decision.from,
        "to": decision.to, "as_of": decision.as_of, "reasons": reasons, "figures": figures,
        "plugin": decision.cause.plugin, "version": decision.cause.version, "digest": decision.cause.digest,
        "input_hash": decision.cause.input_hash,
    })
}
