//! `doudi plugin upgrade|upgrades|rollback|cancel`: an upgrade from the machine, with the same questions as on the page.

use super::{Outcome, bar, date, operator, print_json, read_text};
use crate::app::App;
use crate::app::plugin::{self, GrantChoice};
use crate::app::upgrade::{self, Path, Step, StepKind, StepState, UpgradeDraft};
use doudi_domain::upgrade::{State, Upgrade};
use doudi_domain::{Actor, Date, Error, Result, UpgradeId};
use serde_json::json;
use std::path::PathBuf;

#[derive(clap::Args)]
pub(super) struct UpgradeCommand {
    /// 插件编号@版本号；版本已经安装
    release: String,
    /// 县区：6 位代码或名称
    #[arg(long)]
    county: String,
    /// 从哪一天起用新版本；默认今天
    #[arg(long, value_parser = date)]
    from: Option<Date>,
    /// 只核对切换之前的各项，不登记升级、不切换
    #[arg(long)]
    check: bool,
    /// 对新版本的授权：keep 沿用现有（新版本多申请的须另行写明）、all 全部申请项，或用逗号分开的授权项
    #[arg(long, default_value = "keep")]
    grant: String,
    /// 设置文件（JSON）；默认沿用现有设置
    #[arg(long)]
    settings: Option<PathBuf>,
    /// 改用比正在使用的更旧的版本
    #[arg(long)]
    older: bool,
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
pub(super) struct Upgrades {
    #[arg(long)]
    county: String,
    /// 只列一个插件的
    #[arg(long, default_value = "")]
    plugin: String,
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
pub(super) struct Rollback {
    /// 插件编号：回退它最近一次切换
    plugin: String,
    #[arg(long)]
    county: String,
    /// 为什么回退
    #[arg(long)]
    reason: String,
}

#[derive(clap::Args)]
pub(super) struct Cancel {
    /// 插件编号：取消准备中的升级，或计划在以后启用、停用的版本
    plugin: String,
    #[arg(long)]
    county: String,
    /// 为什么取消
    #[arg(long, default_value = "命令行取消")]
    reason: String,
}

impl UpgradeCommand {
    pub(super) async fn run(self, app: &App) -> Result<Outcome> {
        let actor = operator(app, &self.county).await?;
        let draft = self.draft(app)?;
        let path = upgrade::path(app, &actor, &draft).await?;
        if self.check {
            return Ok(self.told(&path));
        }
        let id = match &path.upgrade {
            Some(open) => open.id,
            None => upgrade::open(app, &actor, &draft).await?,
        };
        let path = self.looked(app, &actor, id).await?;
        if !path.ready() {
            let outcome = self.told(&path);
            if !self.json {
                say!("升级 {id} 已登记，还没有切换。处理好以上各项后，再次执行同一命令即可切换");
            }
            return Ok(outcome);
        }
        let switched = upgrade::switch(app, &actor, id).await?;
        if self.json {
            let documents = switched.documents;
            print_json(&json!({
                "upgrade": id.to_string(), "switched": true, "pin": switched.pin.to_string(), "documents": documents,
                "took_micros": i64::try_from(switched.took.as_micros()).unwrap_or(i64::MAX),
            }));
        } else {
            steps(&path.steps);
            let when = if path.begins > app.today() {
                format!("自 {} 起使用", path.begins)
            } else {
                "已切换到".to_owned()
            };
            say!(
                "{} {when} {} {}，用时 {} 毫秒",
                self.county,
                path.to.name.zh,
                path.to.version,
                switched.took.as_millis()
            );
            if switched.documents > 0 {
                say!("已转换 {} 个办件", switched.documents);
            }
            let plugin = &path.to.id;
            say!("如有问题，立即回退：doudi plugin rollback {plugin} --county {} --reason 原因", self.county);
        }
        Ok(Outcome::Done)
    }

    fn draft(&self, app: &App) -> Result<UpgradeDraft> {
        let Some((plugin, target)) = self.release.split_once('@') else {
            return Err(Error::invalid("版本", "upgrade.release", "请写成 插件编号@版本号，例如 sample@1.2.0"));
        };
        let settings = self.settings.as_deref().map(read_text).transpose()?;
        let settings = settings.map(|text| serde_json::from_str(&text)).transpose().map_err(|error| {
            Error::invalid("--settings", "settings.json", format!("设置文件不是合法的 JSON：{error}"))
        })?;
        Ok(UpgradeDraft {
            plugin: plugin.to_owned(),
            target: target.to_owned(),
            begins: self.from.unwrap_or_else(|| app.today()),
            settings,
            grants: match self.grant.as_str() {
                "all" => GrantChoice::All,
                "keep" => GrantChoice::Keep,
                list => GrantChoice::These(
                    list.split([',', '，'])
                        .map(|grant| grant.trim().to_owned())
                        .filter(|grant| !grant.is_empty())
                        .collect(),
                ),
            },
            older: self.older,
        })
    }

    /// The path, with a shadow run made where one is missing: on the machine nobody waits for a page.
    async fn looked(&self, app: &App, actor: &Actor, id: UpgradeId) -> Result<Path> {
        let path = upgrade::show(app, actor, id).await?;
        let missing = |step: &Step| step.kind == StepKind::Shadow && step.state == StepState::Open;
        if !path.steps.iter().any(missing) {
            return Ok(path);
        }
        let bar = bar("试运行");
        upgrade::run_shadow(app, actor, id, &mut |done, total| {
            bar.set_length(total);
            bar.set_position(done);
        })
        .await?;
        bar.finish_and_clear();
        upgrade::show(app, actor, id).await
    }

    fn told(&self, path: &Path) -> Outcome {
        if self.json {
            print_json(&path_json(path));
        } else {
            show(path);
        }
        if path.ready() { Outcome::Done } else { Outcome::Wanting }
    }
}

fn show(path: &Path) {
    say!("{}：{} → {}，自 {} 起", path.to.name.zh, path.from.version, path.to.version, path.begins);
    for change in &path.changes {
        let part = |word: &str, texts: &[doudi_documents::Text]| {
            let names: Vec<&str> = texts.iter().map(|text| text.zh.as_str()).collect();
            if names.is_empty() { String::new() } else { format!("  {word} {}", first_few(&names)) }
        };
        let words =
            [part("新增", &change.added), part("取消", &change.removed), part("改动", &change.changed)].concat();
        say!("  {}：{words}", change.part);
    }
    for line in &path.permissions.wider {
        let mark = if line.granted { "同意" } else { "没有同意" };
        say!("  多申请 {}（{mark}）  {}  {}", line.label.zh, line.grant, line.purpose.zh);
    }
    for result in path.acceptance.results.iter().filter(|result| !result.passed()) {
        say!("  用例“{}”：{}", result.view.case.name, result.faults.join("；"));
    }
    steps(&path.steps);
}

/// The first few of many names, and how many there are.
fn first_few(names: &[&str]) -> String {
    const FEW: usize = 8;
    let shown = names.iter().take(FEW).copied().collect::<Vec<_>>().join("、");
    if names.len() > FEW { format!("{shown} 等 {} 项", names.len()) } else { shown }
}

fn steps(steps: &[Step]) {
    for step in steps {
        let mend = if step.mend.is_empty() { String::new() } else { format!("。{}", step.mend) };
        say!("[{}] {}：{}{mend}", step.state.zh(), step.kind.zh(), step.sentence);
    }
}

fn path_json(path: &Path) -> serde_json::Value {
    let steps: Vec<_> = path
        .steps
        .iter()
        .map(|step| {
            json!({ "step": step.kind.code(), "state": step.state.code(), "sentence": step.sentence, "mend": step.mend })
        })
        .collect();
    let wider: Vec<_> =
        path.permissions.wider.iter().map(|line| json!({ "grant": line.grant, "granted": line.granted })).collect();
    json!({
        "plugin": path.to.id, "from": path.from.version, "to": path.to.version, "begins": path.begins,
        "upgrade": path.upgrade.as_ref().map(|upgrade| upgrade.id.to_string()), "ready": path.ready(), "steps": steps,
        "wider": wider, "report": path.report.as_ref().map(|report| report.id.to_string()),
        "cases": path.acceptance.results.len(), "cases_passed": path.acceptance.passed(),
    })
}

impl Upgrades {
    pub(super) async fn run(self, app: &App) -> Result<Outcome> {
        let rows = upgrade::list(app, &operator(app, &self.county).await?, &self.plugin).await?;
        if self.json {
            let rows: Vec<_> = rows
                .iter()
                .map(|row| {
                    json!({
                        "id": row.upgrade.id.to_string(), "plugin": row.upgrade.plugin, "from": row.from.version,
                        "to": row.to.version, "begins": row.upgrade.begins, "state": row.upgrade.state.code(),
                        "documents": row.upgrade.documents, "grace_until": row.upgrade.grace_until,
                    })
                })
                .collect();
            print_json(&rows.into());
            return Ok(Outcome::Done);
        }
        for row in &rows {
            let Upgrade { id, begins, state, opened, ended, .. } = &row.upgrade;
            let reason = ended.as_ref().map(|(_, reason)| format!("：{reason}")).unwrap_or_default();
            let (name, by) = (&row.to.name.zh, &opened.by_name);
            say!(
                "{id}  {name} {} → {}  自 {begins} 起  {}{reason}  {by}",
                row.from.version,
                row.to.version,
                state.zh()
            );
        }
        say!("共 {} 次升级", rows.len());
        Ok(Outcome::Done)
    }
}

impl Rollback {
    pub(super) async fn run(self, app: &App) -> Result<Outcome> {
        let actor = operator(app, &self.county).await?;
        let id = newest(app, &actor, &self.plugin, State::Switched).await?;
        let id = id.ok_or_else(|| Error::refused("没有可以回退的切换"))?;
        let took = upgrade::roll_back(app, &actor, id, &self.reason).await?;
        say!("{} 的 {} 已回退，用时 {} 毫秒", self.county, self.plugin, took.as_millis());
        Ok(Outcome::Done)
    }
}

impl Cancel {
    pub(super) async fn run(self, app: &App) -> Result<Outcome> {
        let actor = operator(app, &self.county).await?;
        match newest(app, &actor, &self.plugin, State::Open).await? {
            Some(id) => {
                upgrade::cancel(app, &actor, id, &self.reason).await?;
                say!("准备中的升级 {id} 已取消");
            }
            None => {
                plugin::cancel_planned(app, &actor, &self.plugin).await?;
                say!("{} 计划中的启用或停用已取消", self.plugin);
            }
        }
        Ok(Outcome::Done)
    }
}

async fn newest(app: &App, actor: &Actor, plugin: &str, state: State) -> Result<Option<UpgradeId>> {
    let rows = upgrade::list(app, actor, plugin).await?;
    Ok(rows.into_iter().find(|row| row.upgrade.state == state).map(|row| row.upgrade.id))
}
