//! A decision as one file: the component that decided, what was handed in, what was read, what came back, and the decision as
//! it is kept. Any machine with this program can run it again without a database and without a network.
//!
//! Every part carries its checksum, so that a byte that changed on the way is found and its part named. The checksums keep
//! nobody from changing both: what stands against that is that the call is run again, and that the decision names component and
//! input by their hashes, which the county can compare with its own.
//!
//! It holds the family's data as the rules saw them. Exporting one is recorded.

use super::record_of;
use super::replayed::{Kept, Replayed, replay as replay_record};
use crate::app::App;
use doudi_domain::decision::Decision;
use doudi_domain::policy::{self, Permission};
use doudi_domain::{Actor, DecisionId, Error, Fen, Result};
use doudi_plugin_host::{CallRecord, PluginHost};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

const FORMAT: &str = "doudi-decision/1";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Bundle {
    format: String,
    decision: Part,
    record: CallRecord,
    checksums: Checksums,
    /// The bytes of the component, hex.
    component: String,
}

/// The decision as it is kept.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Part {
    id: i64,
    county: i32,
    scheme: String,
    household: i64,
    outcome: String,
    amount_fen: i64,
    covered_persons: i64,
    from: String,
    to: Option<String>,
    as_of: String,
    reasons: Vec<String>,
    plugin: String,
    version: String,
    digest: String,
    input_hash: String,
    decided_at_micros: i64,
    decided_by: String,
}

#[derive(PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Checksums {
    decision: String,
    request: String,
    reads: Vec<String>,
    result: String,
}

impl Checksums {
    fn of(decision: &Part, record: &CallRecord) -> Checksums {
        Checksums {
            decision: hash(decision),
            request: hash(&record.request),
            reads: record.reads.iter().map(hash).collect(),
            result: hash(&record.result),
        }
    }

    /// The first part that is not what it was.
    fn first_difference(&self, found: &Checksums, record: &CallRecord) -> Option<String> {
        if self.decision != found.decision {
            return Some("决定的内容".to_owned());
        }
        if self.request != found.request {
            return Some("交给规则的输入".to_owned());
        }
        if self.reads.len() != found.reads.len() {
            return Some(format!("读取的次数：应为 {} 次，文件中有 {} 次", self.reads.len(), found.reads.len()));
        }
        if let Some(at) = self.reads.iter().zip(&found.reads).position(|(kept, now)| kept != now) {
            return Some(format!("第 {} 次读取（{}）", at + 1, record.reads[at].call));
        }
        (self.result != found.result).then(|| "规则给出的结果".to_owned())
    }
}

fn hash(value: &impl Serialize) -> String {
    // Through `Value`, whose objects are sorted maps: the same content has the same bytes.
    let text = serde_json::to_value(value).unwrap_or(Value::Null).to_string();
    hex::encode(Sha256::digest(text))
}

impl Part {
    fn of(decision: &Decision, actor: &Actor) -> Part {
        let kept = Kept::from(decision);
        Part {
            id: decision.id.0,
            county: actor.county().0,
            scheme: kept.scheme,
            household: kept.household,
            outcome: kept.outcome,
            amount_fen: kept.amount.0,
            covered_persons: kept.covered,
            from: kept.from,
            to: kept.to,
            as_of: kept.as_of,
            reasons: kept.reasons,
            plugin: decision.cause.plugin.clone(),
            version: decision.cause.version.clone(),
            digest: decision.cause.digest.clone(),
            input_hash: kept.input_hash,
            decided_at_micros: decision.decided_at.0,
            decided_by: decision.decided_by_name.clone(),
        }
    }

    fn kept(&self) -> Kept {
        Kept {
            id: DecisionId(self.id),
            scheme: self.scheme.clone(),
            household: self.household,
            outcome: self.outcome.clone(),
            amount: Fen(self.amount_fen),
            covered: self.covered_persons,
            from: self.from.clone(),
            to: self.to.clone(),
            as_of: self.as_of.clone(),
            reasons: self.reasons.clone(),
            input_hash: self.input_hash.clone(),
        }
    }
}

/// The file of a decision. That it was made is recorded: it leaves the system with a family's data.
pub async fn export(app: &App, actor: &Actor, id: DecisionId) -> Result<Vec<u8>> {
    policy::require(actor, Permission::DecisionRead)?;
    policy::require(actor, Permission::FinanceRead)?;
    policy::require(actor, Permission::Export)?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let decision = snapshot.decision_fetch(id).await?;
    let record = record_of(&mut snapshot, &decision).await?;
    let component = snapshot.component_fetch(&decision.cause.digest).await?;
    drop(snapshot);
    let part = Part::of(&decision, actor);
    let bundle = Bundle {
        format: FORMAT.to_owned(),
        checksums: Checksums::of(&part, &record),
        decision: part,
        record,
        component: hex::encode(component),
    };
    let text = serde_json::to_vec(&bundle).map_err(|error| Error::failure("决定没有导出，请重试", error))?;
    let (app, actor) = (app.clone(), actor.clone());
    crate::app::in_own_task(async move {
        let mut write = app.storage.write(&actor, app.now()).await?;
        write.audit_add("decision.export", &format!("decision/{id}"), "{}");
        write.commit().await
    })
    .await?;
    Ok(text)
}

/// Runs the file's call again on the file's component, and names the first thing that is not as it was. Needs no database.
pub async fn replay(host: &PluginHost, file: &[u8]) -> Result<Replayed> {
    let bundle: Bundle = serde_json::from_slice(file).map_err(|error| {
        Error::invalid("文件", "bundle.format", format!("这不是导出的决定文件，或文件已损坏：{error}"))
    })?;
    if bundle.format != FORMAT {
        let message = format!("不能识别的文件格式“{}”，需要 {FORMAT}", bundle.format);
        return Err(Error::invalid("文件", "bundle.format", message));
    }
    let (part, record) = (&bundle.decision, &bundle.record);
    let differs = |difference: String| Ok(Replayed::differs(DecisionId(part.id), difference));
    let Ok(component) = hex::decode(&bundle.component) else {
        return differs("文件中的程序已损坏".to_owned());
    };
    let digest = doudi_plugin_host::digest(&component);
    if digest != part.digest || record.digest != part.digest {
        return differs(format!(
            "文件中的程序不是作出决定的程序：决定记录的摘要为 {}，文件中的为 {digest}",
            part.digest
        ));
    }
    let changed = bundle.checksums.first_difference(&Checksums::of(part, record), record);
    let plugin = host.load(&digest, &component).await?;
    let replayed = replay_record(host, &plugin, record, &part.kept()).await?;
    match changed {
        None => Ok(replayed),
        Some(what) if replayed.same => differs(format!("已被改动：{what}")),
        Some(what) => differs(format!("已被改动：{what}。{}", replayed.difference)),
    }
}
