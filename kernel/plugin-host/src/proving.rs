//! What an author's tool asks of a plugin beyond its own scenarios, through the very sandbox a county runs: properties that must hold
//! for any household, over households nobody thought of, and how long a block takes. Nothing here is a rule of any measure.
//!
//! The properties: the same input gives the same answer; a household's answer does not depend on who else is in the block; what is
//! refused pays nothing; fields that are not granted are absent, not a crash; pages, jobs and figures over an empty county answer or
//! refuse. A **refusal** is an answer. A failure (a panic, time, memory, an unusable answer) is a finding.

mod town;

use crate::capability::Grants;
use crate::context::{CallContext, Recording};
use crate::error::CallError;
use crate::exports::assess::Outcomes;
use crate::exports::view::ViewInput;
use crate::host::PluginHost;
use crate::plugin::Plugin;
use crate::points::Point;
use crate::scenario::{self, default_settings, noon};
use doudi_documents::manifest::{OutcomeEffect, Place};
use doudi_domain::columns::Columns;
use doudi_domain::identity::Actor;
use doudi_domain::{Date, HouseholdId};
use std::sync::Arc;
use std::time::{Duration, Instant};
use town::RandomTown;

/// Households in one block of a measurement.
const BLOCK: u32 = 4_096;
/// How often the smallest blocks are measured; the median is told.
const REPEATS: usize = 20;

/// What was tried and what was found.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Proof {
    /// Scenarios by name; the message of those that failed.
    pub scenarios: Vec<(String, Option<String>)>,
    /// Properties that were tried, in words.
    pub tried: Vec<String>,
    /// Properties that do not hold.
    pub findings: Vec<String>,
    /// What an author should know though it breaks nothing.
    pub remarks: Vec<String>,
    /// Random households that were assessed.
    pub households: u32,
}

/// How long blocks of one size take.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Measured {
    pub households: u32,
    /// Wall time of all blocks, instances and copying included.
    pub wall: Duration,
    /// Time inside the plugin.
    pub guest: Duration,
    /// What the plugin carried out for all blocks, where the host counts ([`crate::HostConfig::count_instructions`]): the same on
    /// every machine and at every hour.
    pub instructions: Option<u64>,
}

impl PluginHost {
    /// Runs the bundled scenarios and every property. `seed` chooses the random households; the same seed gives the same.
    pub async fn prove(&self, plugin: &Arc<Plugin>, seed: u64, households: u32) -> Proof {
        let mut proof = Proof::default();
        for bundled in &plugin.manifest().scenarios {
            let failed = scenario::run(self, plugin, bundled).await.err();
            proof.scenarios.push((bundled.name.clone(), failed));
        }
        let town = RandomTown::new(plugin, self.config().scenario_calendar.clone(), seed);
        if plugin.offers(Point::Assess) {
            self.prove_assess(plugin, &town, households.clamp(2, BLOCK), &mut proof).await;
        }
        self.prove_others(plugin, &town, &mut proof).await;
        proof
    }

    /// Assesses that many random households in blocks.
    pub async fn measure(&self, plugin: &Arc<Plugin>, households: u32) -> Result<Measured, CallError> {
        let town = RandomTown::new(plugin, self.config().scenario_calendar.clone(), 1);
        let blocks: Vec<Columns> = (0..households.div_ceil(BLOCK))
            .map(|block| {
                let first = block * BLOCK;
                town.columns(&ids(first + 1, (households - first).min(BLOCK)))
            })
            .collect();
        let repeats = if households > 1_000 { 3 } else { REPEATS };
        let mut runs = Vec::with_capacity(repeats);
        for _ in 0..repeats {
            let (started, mut guest, mut instructions) = (Instant::now(), Duration::ZERO, None);
            for block in &blocks {
                let called = self.assess(plugin, &context(plugin, town.today()), town.reads(), block.clone()).await?;
                guest += called.spent;
                instructions = called.instructions.map(|counted| counted + instructions.unwrap_or(0));
            }
            runs.push((started.elapsed(), guest, instructions));
        }
        runs.sort();
        let (wall, guest, instructions) = runs[runs.len() / 2];
        Ok(Measured { households, wall, guest, instructions })
    }

    async fn prove_assess(&self, plugin: &Arc<Plugin>, town: &RandomTown, count: u32, proof: &mut Proof) {
        proof.households = count;
        let all = ids(1, count);
        let assess = async |ids: &[HouseholdId], grants: Grants| {
            let context = CallContext { grants, ..context(plugin, town.today()) };
            self.assess(plugin, &context, town.reads(), town.columns(ids)).await.map(|called| called.value)
        };
        let granted = || Grants::all(plugin.manifest());

        proof.tried.push(format!("随机家庭 {count} 户：能给出结论，金额不为负"));
        let whole = match assess(&all, granted()).await {
            Ok(outcomes) => outcomes,
            Err(error @ CallError::Failed(_)) => {
                proof.findings.push(format!("随机家庭：{error}"));
                return;
            }
            // One household that lacks what the plugin needs refuses a block: tell it, and go on with those that pass.
            Err(error) => {
                proof.remarks.push(format!("有的家庭缺少必需的信息，插件拒绝整批：{error}"));
                return self.prove_one_by_one(plugin, town, &all, proof).await;
            }
        };
        for row in 0..whole.len() {
            let found = whole.row(row);
            let pays_nothing = matches!(found.outcome.effect, OutcomeEffect::Refuse | OutcomeEffect::Stop);
            if pays_nothing && found.amount.0 != 0 {
                let words = format!("第 {} 户结论为“{}”，金额却是 {} 分", row + 1, found.outcome.code, found.amount.0);
                proof.findings.push(words);
                break;
            }
        }
        proof.tried.push("不予发放的结论，金额为零".into());

        proof.tried.push("同样的输入，两次结果逐字节相同".into());
        match assess(&all, granted()).await {
            Ok(again) if again == whole => {}
            Ok(again) => {
                let row = (0..whole.len()).find(|row| whole.row(*row) != again.row(*row)).unwrap_or(0);
                proof.findings.push(format!("同样的输入，两次结果不同（第 {} 户）：插件用了不在输入里的东西", row + 1));
            }
            Err(error) => proof.findings.push(format!("第二次调用失败：{error}")),
        }

        proof.tried.push("一户的结论与同批的其他家庭无关".into());
        for row in [0, count as usize / 2, count as usize - 1] {
            match assess(&all[row..=row], granted()).await {
                Ok(alone) if same(&alone, 0, &whole, row) => {}
                Ok(_) => proof
                    .findings
                    .push(format!("第 {} 户单独评估与成批评估的结论不同：插件把前一户的数据带到了后一户", row + 1)),
                Err(error) => proof.findings.push(format!("第 {} 户单独评估失败：{error}", row + 1)),
            }
        }

        proof.tried.push("空批次和未授权的信息不使插件出错".into());
        for (what, ids, grants) in [("空批次", &all[..0], granted()), ("全部未授权", &all[..], Grants::none())]
        {
            if let Err(error @ CallError::Failed(_)) = assess(ids, grants).await {
                proof.findings.push(format!("{what}：{error}"));
            }
        }
    }

    async fn prove_one_by_one(&self, plugin: &Arc<Plugin>, town: &RandomTown, all: &[HouseholdId], proof: &mut Proof) {
        let mut refused = 0;
        // A tenth is enough: each is a call of its own.
        for id in all.iter().step_by(10) {
            let context = context(plugin, town.today());
            match self.assess(plugin, &context, town.reads(), town.columns(&[*id])).await {
                Ok(_) => {}
                Err(CallError::Refused { .. }) => refused += 1,
                Err(error) => {
                    proof.findings.push(format!("第 {} 户：{error}", id.0));
                    break;
                }
            }
        }
        proof.remarks.push(format!("逐户评估 {} 户，其中 {refused} 户因缺少信息被拒绝", all.len().div_ceil(10)));
    }

    /// Pages, jobs, figures and settings, over a county with households and nothing else.
    async fn prove_others(&self, plugin: &Arc<Plugin>, town: &RandomTown, proof: &mut Proof) {
        let manifest = plugin.manifest().clone();
        let context = context(plugin, town.today());
        let mut failed = |what: String, error: CallError| {
            if let CallError::Failed(_) = error {
                proof.findings.push(format!("{what}：{error}"));
            }
        };
        if plugin.offers(Point::View) {
            for page in manifest.pages.iter().filter(|page| page.place != Place::Document) {
                let household = (page.place == Place::Household).then_some(HouseholdId(1));
                let input = ViewInput { page: page.id.clone(), household, ..ViewInput::default() };
                if let Err(error) = self.view(plugin, &context, town.reads(), input).await {
                    failed(format!("页面“{}”", page.title.zh), error);
                }
            }
        }
        if plugin.offers(Point::Tick) {
            for job in &manifest.jobs {
                if let Err(error) = self.tick(plugin, &context, town.reads(), &job.id, town.today(), None).await {
                    failed(format!("任务“{}”", job.label.zh), error);
                }
            }
        }
        if plugin.offers(Point::Indicators) {
            let begins = town.today().first_of_year();
            if let Err(error) = self.indicators(plugin, &context, town.reads(), begins, town.today()).await {
                failed("督查指标".into(), error);
            }
        }
        let checked = if plugin.offers(Point::CheckSettings) {
            self.check_settings(plugin, &context, town.reads()).await
        } else {
            Ok(None)
        };
        match checked {
            Err(error) => failed("设置检查".into(), error),
            Ok(Some(called)) if !called.value.is_empty() => {
                proof.findings.push(format!("插件不接受自己的默认设置：{}", called.value[0]));
            }
            Ok(_) => {}
        }
        let others = [
            (Point::View, "页面"),
            (Point::Tick, "任务"),
            (Point::Indicators, "指标"),
            (Point::CheckSettings, "默认设置"),
        ];
        let names: Vec<&str> =
            others.into_iter().filter(|(point, _)| plugin.offers(*point)).map(|(_, name)| name).collect();
        if !names.is_empty() {
            proof.tried.push(format!("{}在空的县里能回答", names.join("、")));
        }
    }
}

/// Whether a row of one answer says what a row of another does. Facts are numbered by household, so they compare too.
fn same(left: &Outcomes, row: usize, right: &Outcomes, other: usize) -> bool {
    left.row(row) == right.row(other)
}

fn ids(first: u32, count: u32) -> Vec<HouseholdId> {
    (first..first + count).map(|id| HouseholdId(i64::from(id))).collect()
}

fn context(plugin: &Plugin, today: Date) -> CallContext {
    CallContext {
        settings: default_settings(plugin),
        grants: Grants::all(plugin.manifest()),
        trial: true,
        recording: Recording::Off,
        ..CallContext::new(Actor::System { division: town::COUNTY.division() }, today, noon(today))
    }
}
