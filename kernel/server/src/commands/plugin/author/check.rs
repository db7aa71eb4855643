//! `doudi plugin check`: everything admission checks, and what the county will read before it grants anything.

use super::{Place, kib};
use crate::app::plugin::permissions;
use crate::commands::{Outcome, print_json};
use doudi_documents::manifest::{Manifest, ResourceClass};
use doudi_domain::Result;

#[derive(clap::Args)]
pub(in crate::commands) struct Check {
    #[command(flatten)]
    place: Place,
    #[arg(long)]
    json: bool,
}

/// Admission takes more; a county's line and disk like less. By class.
const COMFORTABLE: [(ResourceClass, u64); 2] =
    [(ResourceClass::Rust, 1024 * 1024), (ResourceClass::Script, 24 * 1024 * 1024)];

impl Check {
    pub(super) async fn run(&self) -> Result<Outcome> {
        let (host, admitted, took) = self.place.admitted().await?;
        let manifest = &admitted.manifest;
        let loaded = host.loading_time(&admitted.digest);
        let warnings = warnings(manifest, admitted.size);
        if self.json {
            let permissions: Vec<_> =
                permissions(manifest).into_iter().map(|permission| permission.sentence.zh).collect();
            print_json(&serde_json::json!({
                "plugin": manifest.id, "version": manifest.version.to_string(), "digest": admitted.digest,
                "size": admitted.size, "admission_ms": took.as_millis() as u64,
                "load_ms": loaded.map(|time| time.as_secs_f64() * 1000.0),
                "permissions": permissions, "warnings": warnings,
            }));
            return Ok(Outcome::Done);
        }
        say!("{}（{} {}）可以安装", manifest.name.zh, manifest.id, manifest.version);
        say!("摘要：{}", admitted.digest);
        say!(
            "大小：{}；检查用时 {:.1} 秒（含编译和 {} 个示例）",
            kib(admitted.size),
            took.as_secs_f64(),
            manifest.scenarios.len()
        );
        if let Some(time) = loaded {
            say!("再次装载用时：{:.1} 毫秒", time.as_secs_f64() * 1000.0);
        }
        say!("实现：{}；读取：{}", list(&manifest.points), list(&manifest.imports));
        say!("县区启用时将看到的权限：");
        let sentences = permissions(manifest);
        for permission in &sentences {
            say!("  {}{}", permission.sentence.zh, if permission.sensitive { "（敏感）" } else { "" });
        }
        if sentences.is_empty() {
            say!("  不需要任何授权");
        }
        for warning in &warnings {
            say!("提醒：{warning}");
        }
        Ok(Outcome::Done)
    }
}

fn list(words: &[String]) -> String {
    if words.is_empty() { "无".to_owned() } else { words.join("、") }
}

/// What is allowed and still worth a thought.
fn warnings(manifest: &Manifest, size: u64) -> Vec<String> {
    let mut warnings = Vec::new();
    for (class, comfortable) in COMFORTABLE {
        if manifest.class == class && size > comfortable {
            warnings.push(format!("插件包有 {}，同类插件一般不超过 {}", kib(size), kib(comfortable)));
        }
    }
    let assesses = manifest.points.iter().any(|point| point == "assess");
    if assesses && manifest.scenarios.len() < 3 {
        warnings.push(format!("只有 {} 个示例。示例随包分发，县区凭它们判断插件是否可信", manifest.scenarios.len()));
    }
    for outcome in manifest.outcomes.iter().filter(|_| assesses) {
        if !manifest.scenarios.iter().any(|scenario| scenario.expect.outcome == outcome.code) {
            warnings.push(format!("没有一个示例得出结论“{}”（{}）", outcome.label.zh, outcome.code));
        }
    }
    for input in manifest.inputs.iter().filter(|input| input.purpose.zh.chars().count() < 4) {
        warnings.push(format!(
            "读取 {} 的用途只写了“{}”，县区看不出为什么需要",
            input.fields.join("、"),
            input.purpose.zh
        ));
    }
    let words = [("name", &manifest.name), ("summary", &manifest.summary)];
    for (field, _) in words.iter().filter(|(_, text)| text.en.is_empty()) {
        warnings.push(format!("{field} 没有英文"));
    }
    for reason in manifest.reasons.iter().filter(|reason| !reason.article_verified) {
        warnings.push(format!("理由“{}”的条文号标为待核", reason.code));
    }
    warnings
}
