//! A run in the background: a large county takes seconds, so a page never waits for one. What is asked is written down with a
//! job of the same transaction, whichever server is free carries it out, and anybody can see how far it is.

use super::draft::ShadowDraft;
use super::{run_for, sides};
use crate::app::outbox::ShadowJob;
use crate::app::{App, in_own_task};
use doudi_domain::policy::{self, Permission};
use doudi_domain::shadow::ShadowOrder;
use doudi_domain::{Actor, Error, Result, ShadowOrderId};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How often the database is told how far a run is.
const TELL: Duration = Duration::from_millis(700);

/// Asks for a run. What can be seen to be wrong is refused now, not in the background.
pub async fn order(app: &App, actor: &Actor, draft: &ShadowDraft) -> Result<ShadowOrderId> {
    policy::require(actor, Permission::Simulate)?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?.without_noting();
    sides::Sides::choose(app, actor, &mut snapshot, draft).await?;
    drop(snapshot);
    let text = serde_json::to_string(draft).map_err(|error| Error::failure("测算没有开始，请重试", error))?;
    let (app, actor) = (app.clone(), actor.clone());
    in_own_task(async move {
        let mut write = app.storage.write(&actor, app.now()).await?;
        let id = write.shadow_order_add(&text).await?;
        write.job_enqueue(&ShadowJob { order: id.0 }.job(app.now())).await?;
        write.commit().await?;
        Ok(id)
    })
    .await
}

/// How far a run is, and what became of it.
pub async fn progress(app: &App, actor: &Actor, id: ShadowOrderId) -> Result<ShadowOrder> {
    policy::require(actor, Permission::ConfigurationRead)?;
    app.storage.snapshot(actor.scope()).await?.shadow_order_fetch(id).await
}

/// Carries an order out for the one who asked, with what she may do now. Whatever goes wrong is the order's end and stands on
/// its page: who asked can ask again. Only a server that dies lets the job begin anew.
pub(crate) async fn carry_out(app: &App, system: &Actor, id: ShadowOrderId) -> Result<()> {
    let mut snapshot = app.storage.snapshot(system.scope()).await?;
    let order = snapshot.shadow_order_fetch(id).await?;
    if order.run.is_some() || order.problem.is_some() {
        return Ok(());
    }
    let actor = match order.by {
        None => Actor::System { division: order.division },
        Some(user) => Actor::from(&snapshot.user_fetch(user).await?),
    };
    drop(snapshot);
    let draft = serde_json::from_str(&order.draft).map_err(|error| Error::failure("测算要求无法读取", error))?;
    match told(app, &actor, &draft, id).await {
        Ok(()) => Ok(()),
        Err(error) => {
            if let Error::Failure { outside, inside } = &error {
                tracing::warn!(order = id.0, outside, inside, "a shadow run failed");
            }
            app.storage.shadow_order_failed(order.county, id, &described(&error)).await
        }
    }
}

/// Runs while the database is told how far it is.
async fn told(app: &App, actor: &Actor, draft: &ShadowDraft, id: ShadowOrderId) -> Result<()> {
    let far = Arc::new((AtomicU64::new(0), AtomicU64::new(0)));
    let (storage, county, seen) = (app.storage.clone(), actor.county(), far.clone());
    let over = Arc::new(Mutex::new(false));
    let ended = over.clone();
    let teller = tokio::spawn(async move {
        loop {
            tokio::time::sleep(TELL).await;
            if *ended.lock().unwrap_or_else(PoisonError::into_inner) {
                return;
            }
            let (done, total) = (seen.0.load(Ordering::Relaxed), seen.1.load(Ordering::Relaxed));
            // Somebody who looks sees it a little later; the run itself does not depend on it.
            if let Err(error) = storage.shadow_order_progress(county, id, done as i64, total as i64).await {
                tracing::debug!(%error, "the progress of a shadow run could not be noted");
            }
        }
    });
    let mut progress = |done: u64, total: u64| {
        far.0.store(done, Ordering::Relaxed);
        far.1.store(total, Ordering::Relaxed);
    };
    let outcome = run_for(app, actor, draft, Some(id), &mut progress).await;
    *over.lock().unwrap_or_else(PoisonError::into_inner) = true;
    drop(teller);
    outcome.map(drop)
}

fn described(error: &Error) -> String {
    match error {
        Error::Invalid(problems) => problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("；"),
        other => other.to_string(),
    }
}
