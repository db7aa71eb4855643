//! Rewriting the documents of a plugin for another state version: in chunks, aside, by the other version's `migrate`, while the
//! version in force goes on working. Nothing of it is a document before the switch takes it over.

use super::Ends;
use crate::app::reads::{Shared, SnapshotReads};
use crate::app::{App, consult, in_own_task};
use doudi_documents::EffectPayload;
use doudi_documents::effect::DocumentPut;
use doudi_domain::document::Document;
use doudi_domain::identity::Role;
use doudi_domain::upgrade::{Upgrade, state_major};
use doudi_domain::{Actor, Date, DocumentId, Error, Result};
use doudi_plugin_host::{CallContext, CallError, Grants, Plugin, Recording};
use doudi_storage::Snapshot;
use doudi_storage::upgrade::documents::Rewritten;
use std::sync::Arc;
use tokio::sync::Mutex;

/// Documents in one call of `migrate`.
const CHUNK: u32 = 200;

/// How the documents stand.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Documents {
    /// The other version keeps its documents in another form.
    pub needed: bool,
    pub total: i64,
    /// Rewritten as they stand.
    pub ready: i64,
    /// Why they cannot be rewritten at all.
    pub obstacle: Option<String>,
}

/// Another number before the dot: other bodies. Only the number behind it: what was written before can be read.
pub(super) fn needed(ends: &Ends) -> bool {
    state_major(&ends.from.state_version) < state_major(&ends.to.state_version)
}

pub(super) async fn plan(snapshot: &mut Snapshot, ends: &Ends, upgrade: Option<&Upgrade>) -> Result<Documents> {
    if !needed(ends) {
        return Ok(Documents::default());
    }
    let exports = ends.to.points.iter().any(|point| point == "migrate");
    let obstacle = (!exports).then(|| "新版本的办件格式不同，却没有提供办件转换".to_owned());
    let (total, ready) = match upgrade {
        Some(upgrade) => {
            let progress = snapshot.upgrade_progress(upgrade).await?;
            (progress.documents, progress.ready)
        }
        None => {
            let query =
                doudi_storage::document::DocumentQuery { plugin: Some(ends.pin.plugin.clone()), ..Default::default() };
            (snapshot.documents_count(&query).await?, 0)
        }
    };
    Ok(Documents { needed: true, total, ready, obstacle })
}

/// Rewrites what is not rewritten as it stands, until there is nothing left. How many documents that were.
pub(super) async fn rewrite(app: &App, actor: &Actor, upgrade: &Upgrade, ends: &Ends) -> Result<u64> {
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let plugin = consult::load(app, &mut snapshot, &upgrade.to_digest).await?;
    drop(snapshot);
    let (mut after, mut done) = (DocumentId(0), 0);
    loop {
        let mut snapshot = app.storage.snapshot(actor.scope()).await?.without_noting();
        let waiting = snapshot.upgrade_waiting(upgrade, after, CHUNK).await?;
        let Some((last, _)) = waiting.last() else { return Ok(done) };
        after = last.id;
        done += waiting.len() as u64;
        let rewritten = chunk(app, actor, upgrade, ends, &plugin, snapshot, waiting).await?;
        let (app, actor, id) = (app.clone(), actor.clone(), upgrade.id);
        in_own_task(async move {
            let mut write = app.storage.write(&actor, app.now()).await?;
            write.upgrade_documents_put(id, &rewritten).await?;
            write.commit().await
        })
        .await?;
    }
}

async fn chunk(
    app: &App,
    actor: &Actor,
    upgrade: &Upgrade,
    ends: &Ends,
    plugin: &Arc<Plugin>,
    snapshot: Snapshot,
    waiting: Vec<(Document, Vec<(String, String)>)>,
) -> Result<Vec<Rewritten>> {
    let (today, now) = (app.today(), app.now());
    let mut context = CallContext::new(actor.clone(), today, now);
    context.settings = upgrade.settings.clone();
    context.grants = Grants::new(upgrade.grants.iter().cloned());
    context.recording = Recording::Off;
    let shared: Shared = Arc::new(Mutex::new(snapshot));
    let reads = Box::new(SnapshotReads::new(app, actor, &shared, plugin.id(), today, now, false));
    let documents: Vec<Document> = waiting.iter().map(|(document, _)| document.clone()).collect();
    let called = app
        .host
        .migrate(plugin, &context, reads, &ends.from.state_version, &documents)
        .await
        .map_err(CallError::into_domain)?;
    let mut puts: Vec<DocumentPut> = called
        .value
        .into_iter()
        .filter_map(|effect| match effect {
            EffectPayload::DocumentPut(put) => Some(put),
            // The host lets nothing else through.
            _ => None,
        })
        .collect();
    let mut rewritten = Vec::with_capacity(waiting.len());
    for (old, old_index) in waiting {
        let at = puts.iter().position(|put| put.id.is_some_and(|id| id.0 == old.id.0));
        let put = at.map(|at| puts.swap_remove(at));
        let put = put.ok_or_else(|| fault(plugin, &old, "没有转换这个办件"))?;
        rewritten.push(taken_over(plugin, old, old_index, put)?);
    }
    Ok(rewritten)
}

/// What may change is what the plugin's own: title, state, deadline, index values, body. Whose document it is stays.
fn taken_over(plugin: &Plugin, old: Document, old_index: Vec<(String, String)>, put: DocumentPut) -> Result<Rewritten> {
    let no = |cause: &str| Err(fault(plugin, &old, cause));
    if put.expected_revision != Some(old.revision) {
        return no("依据的版本不对");
    }
    if put.collection != old.collection {
        return no("换了办件类别");
    }
    if !put.key.trim().is_empty() && put.key.trim() != old.key {
        return no("换了编号");
    }
    let household = put.household.map(|id| id.0);
    let person = put.person.map(|id| id.0);
    if household.is_some() && household != old.household.map(|id| id.0)
        || person.is_some() && person != old.person.map(|id| id.0)
    {
        return no("换了家庭或人员");
    }
    let state = plugin.manifest().collection(&put.collection).and_then(|known| known.workflow.state(&put.state));
    let Some(state) = state else { return no("新的流程中没有这个状态") };
    if state.last != old.final_state {
        return no(if old.final_state {
            "重新打开了已经办结的办件"
        } else {
            "把还在办理的办件办结了"
        });
    }
    let moved = put.state != old.state;
    let due = match &put.due {
        Some(text) => Some(text.parse::<Date>().map_err(|_| fault(plugin, &old, "期限不是日期"))?),
        None => old.due,
    };
    let given = put.assignee.as_deref().and_then(Role::parse);
    let of_state = || state.role.as_deref().and_then(Role::parse);
    Ok(Rewritten {
        title: put.title.zh,
        assignee_role: given.or_else(|| if moved { of_state() } else { old.assignee_role }),
        assignee: old.assignee.filter(|_| !moved),
        since: old.since,
        due,
        final_state: state.last,
        body: put.body.to_string(),
        index: put.indexes.into_iter().collect(),
        state: put.state,
        old,
        old_index,
    })
}

fn fault(plugin: &Plugin, document: &Document, cause: &str) -> Error {
    Error::failure(
        format!(
            "插件 {} {} 转换办件 {} 时出错：{cause}。没有切换，正在使用的版本不受影响。请联系供应商",
            plugin.id(),
            plugin.version(),
            document.key
        ),
        "a migration that does not keep the envelope",
    )
}
