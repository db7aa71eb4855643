//! `doudi audit verify`.

use super::{Outcome, city_operator, county, print_json};
use crate::app::{App, audit, division};
use doudi_domain::{Actor, Result};

#[derive(clap::Subcommand)]
pub(super) enum AuditCommand {
    /// 核验审计日志的链条是否完整
    Verify {
        /// 只核验一个县区；默认全市
        #[arg(long)]
        county: Option<String>,
        #[arg(long)]
        json: bool,
    },
}

impl AuditCommand {
    pub(super) async fn run(self, app: &App) -> Result<Outcome> {
        let AuditCommand::Verify { county: only, json } = self;
        let mut actors: Vec<(String, Actor)> = Vec::new();
        match only {
            Some(text) => {
                let county = county(app, &text).await?;
                actors.push((text, Actor::System { division: county.division() }));
            }
            None => {
                actors.push(("市级".to_owned(), city_operator(app).await?));
                for (county, name) in division::counties(app).await? {
                    actors.push((name, Actor::System { division: county.division() }));
                }
            }
        }
        let mut whole = true;
        let mut rows = Vec::new();
        for (name, actor) in actors {
            let verdict = audit::verify(app, &actor).await?;
            whole &= verdict.broken.is_none();
            let broken = verdict.broken.as_ref();
            if json {
                rows.push(serde_json::json!({
                    "county": actor.county().to_string(), "entries": verdict.entries, "head": verdict.head,
                    "broken": broken.map(|broken| serde_json::json!({"seq": broken.seq, "reason": broken.reason})),
                }));
                continue;
            }
            match broken {
                None => say!("{name}：{} 条，完整。末条校验值 {}", verdict.entries, verdict.head),
                Some(broken) => eprintln!("{name}：第 {} 条有问题：{}", broken.seq, broken.reason),
            }
        }
        if json {
            print_json(&rows.into());
        }
        Ok(if whole { Outcome::Done } else { Outcome::Wanting })
    }
}
