//! `doudi plugin test`: bundled scenarios one by one, then the properties every plugin must have, through the sandbox.

use super::Place;
use crate::commands::{Outcome, print_json};
use doudi_domain::{Error, Result};
use doudi_plugin_host::PluginHost;
use std::time::Instant;

#[derive(clap::Args)]
pub(in crate::commands) struct Test {
    #[command(flatten)]
    place: Place,
    /// 随机家庭的户数
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(2..=4096))]
    households: u32,
    /// 随机家庭的种子；同样的种子给出同样的家庭
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[arg(long)]
    json: bool,
}

impl Test {
    pub(super) async fn run(&self) -> Result<Outcome> {
        let package = self.place.package()?;
        let bytes = crate::commands::read_file(&package)?;
        let host: PluginHost = super::host(&self.place.target(), false)?;
        let started = Instant::now();
        // Loaded without admission: a scenario that fails must be told as one of many, not as a refusal of the package.
        let plugin = host.load(&doudi_plugin_host::digest(&bytes), &bytes).await.map_err(|error| match error {
            Error::Failure { inside, .. } => {
                Error::refused(format!("插件不能装载：{inside}。请先运行 doudi plugin check"))
            }
            other => other,
        })?;
        let proof = host.prove(&plugin, self.seed, self.households).await;
        let failed = proof.scenarios.iter().filter(|(_, message)| message.is_some()).count();
        let passed = failed == 0 && proof.findings.is_empty();
        if self.json {
            print_json(&serde_json::json!({
                "scenarios": proof.scenarios.iter().map(|(name, failed)| serde_json::json!({"name": name, "failed": failed})).collect::<Vec<_>>(),
                "tried": proof.tried, "findings": proof.findings, "remarks": proof.remarks, "households": proof.households,
            }));
        } else {
            say!("示例 {} 个：", proof.scenarios.len());
            for (name, message) in &proof.scenarios {
                match message {
                    None => say!("  通过  {name}"),
                    Some(message) => say!("  未过  {name}：{message}"),
                }
            }
            say!("性质检查（种子 {}）：", self.seed);
            for tried in &proof.tried {
                say!("  查过  {tried}");
            }
            for finding in &proof.findings {
                say!("  未过  {finding}");
            }
            for remark in &proof.remarks {
                say!("  提醒  {remark}");
            }
            let verdict = if passed { "全部通过" } else { "有问题" };
            say!("{verdict}（用时 {:.1} 秒）", started.elapsed().as_secs_f64());
        }
        Ok(if passed { Outcome::Done } else { Outcome::Wanting })
    }
}
