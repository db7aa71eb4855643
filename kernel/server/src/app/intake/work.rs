//! Taking a file in, block after block, from wherever it stands. Effects of a block and how far the file is are written in one
//! transaction; whoever finds a block dealt with already goes on with the next.

use super::{Consultation, File, IntakeStep, all_refused, refuses_block, rejections};
use crate::app::outbox::{self, FeedJob};
use crate::app::{App, consult, in_own_task};
use doudi_documents::feed::{FeedTaken, TAKEN};
use doudi_domain::feed::FeedRun;
use doudi_domain::{Actor, County, Error, FeedRunId, Problem, Result};
use doudi_storage::Write;
use doudi_storage::feed::FeedStep;
use std::collections::BTreeSet;
use std::time::Duration;

/// Blocks one job deals with; then another one goes on, so that a server that is to stop need not wait for a hundred.
const AT_A_TIME: usize = 20;
/// Between two tries of a block that meets other work.
const PAUSES: [Duration; 3] = [Duration::from_millis(200), Duration::from_millis(500), Duration::from_secs(1)];
/// How long the bytes of a file are kept after its end: long enough to mend what was wrong and to ask why.
const KEPT_SECONDS: i64 = 30 * 24 * 60 * 60;

/// A short file, before its officer's eyes. What goes wrong is the file's end and stands on its page.
pub(super) async fn at_once(app: &App, actor: &Actor, run: FeedRunId, file: &File) -> Result<()> {
    match blocks(app, actor, run, file, 0, usize::MAX).await {
        Ok(_) => Ok(()),
        Err(error) => stop(app, actor, run, &error).await,
    }
}

/// A job's part of a file: at most so many blocks, then the next job. `last_attempt`: nobody will try again.
pub(crate) async fn carry_on(
    app: &App,
    system: &Actor,
    id: FeedRunId,
    most: Option<usize>,
    last_attempt: bool,
) -> Result<()> {
    let mut snapshot = app.storage.snapshot(system.scope()).await?;
    let run = snapshot.feed_run_fetch(id).await?;
    if run.is_over() {
        return Ok(());
    }
    // For the one who uploaded it, with what she may do now.
    let actor = match run.by {
        None => Actor::System { division: run.division },
        Some(user) => {
            let user = snapshot.user_fetch(user).await?;
            if !user.active {
                snapshot.close().await?;
                let error = Error::refused("上传人的账号已停用，没有处理完。请由其他人员重新上传");
                return stop(app, system, id, &error).await;
            }
            Actor::from(&user)
        }
    };
    snapshot.close().await?;
    match some(app, &actor, &run, most.unwrap_or(AT_A_TIME)).await {
        Ok(None) => Ok(()),
        Ok(Some(next)) => {
            let mut write = app.storage.write(system, app.now()).await?;
            write.job_enqueue(&FeedJob { run: id.0, block: next }.job(app.now())).await?;
            write.commit().await
        }
        Err(error @ Error::Failure { .. }) if !last_attempt => Err(error),
        Err(error) => stop(app, &actor, id, &error).await,
    }
}

/// The next few blocks. Gives the block to go on with; `None` at the end.
async fn some(app: &App, actor: &Actor, run: &FeedRun, most: usize) -> Result<Option<i64>> {
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let content = snapshot.feed_content_reveal(run.id).await?;
    snapshot.close().await?;
    let content = content.ok_or(Error::refused("上传的文件已不再保留，没有处理完。请重新上传"))?;
    let file = File::read(app, actor, run.document, &run.feed, &content, &run.file_name).await?;
    blocks(app, actor, run.id, &file, run.block, most).await
}

async fn blocks(app: &App, actor: &Actor, run: FeedRunId, file: &File, from: i64, most: usize) -> Result<Option<i64>> {
    let mut number = from;
    for _ in 0..most {
        let Some(lines) = file.block(number) else { return Ok(None) };
        let ready = file.ready(app, actor, Some(run), number, lines).await?;
        let outcome = match ready.step.good.is_empty() {
            // Nothing the plugin could take.
            true => note(app, actor, file, &ready.step).await,
            false => match taken(app, actor, file.consultation(&ready)).await {
                Ok(()) => Ok(()),
                Err(error) if refuses_block(&error) => {
                    let mut step = ready.step;
                    step.problems.extend(all_refused(&step, &error));
                    step.good.clear();
                    note(app, actor, file, &step).await
                }
                Err(error) => Err(error),
            },
        };
        outcome?;
        number += 1;
    }
    Ok(file.block(number).is_some().then_some(number))
}

/// Somebody who was quicker is gone in a moment; what is still a conflict then is one of the rows' own.
async fn taken(app: &App, actor: &Actor, consultation: Consultation) -> Result<()> {
    for pause in PAUSES {
        match consult::carry_out(app, actor, consultation.clone()).await {
            Err(Error::Conflict { .. }) => tokio::time::sleep(pause).await,
            outcome => return outcome.map(drop),
        }
    }
    consult::carry_out(app, actor, consultation).await.map(drop)
}

/// A block of which nothing was taken.
async fn note(app: &App, actor: &Actor, file: &File, step: &IntakeStep) -> Result<()> {
    let (app, actor, step, plugin) = (app.clone(), actor.clone(), step.clone(), file.plugin.clone());
    in_own_task(async move {
        let mut write = app.storage.write(&actor, app.now()).await?;
        advance(&mut write, &plugin, &step, &[]).await?;
        outbox::commit(write).await
    })
    .await
}

async fn stop(app: &App, actor: &Actor, run: FeedRunId, error: &Error) -> Result<()> {
    if let Error::Failure { inside, .. } = error {
        tracing::error!(error = %inside, run = run.0, "a file could not be taken in to its end");
    }
    let (app, actor, problem) = (app.clone(), actor.clone(), error.to_string());
    in_own_task(async move {
        let mut write = app.storage.write(&actor, app.now()).await?;
        write.feed_run_stop(run, &problem).await?;
        write.commit().await
    })
    .await
}

/// Notes how far a file is, in the transaction of what was taken of it; with the last block its plugin is told that the file is
/// taken. False when this block was dealt with before: then the whole transaction is not to be.
pub(crate) async fn advance(
    write: &mut Write,
    plugin: &str,
    step: &IntakeStep,
    rejected: &[(u32, Problem)],
) -> Result<bool> {
    let Some(run) = step.run else { return Ok(true) };
    if !write.feed_run_advance(&dealt(step, run, rejected)).await? {
        return Ok(false);
    }
    if step.last
        && let Some(run) = write.feed_run_end(run).await?
    {
        let count = |number: i64| u64::try_from(number).unwrap_or(0);
        let taken = FeedTaken {
            feed: run.feed,
            digest: run.digest,
            name: run.file_name,
            rows: count(run.rows),
            taken: count(run.taken),
            failed: count(run.failed),
        };
        let document = run.document;
        // Enveloped as a plugin's own event is; `plugin` says who gets it.
        let payload = serde_json::json!({
            "household": null, "document": document.0, "plugin": plugin, "payload": taken,
        });
        write.event_publish(TAKEN, &format!("document/{document}"), &payload.to_string()).await?;
    }
    Ok(true)
}

/// Of a block: how many rows were taken, and what was wrong with the others.
fn dealt(step: &IntakeStep, run: FeedRunId, rejected: &[(u32, Problem)]) -> FeedStep {
    let mut problems = step.problems.clone();
    problems.extend(rejections(step, rejected));
    let failed: BTreeSet<i64> = problems.iter().map(|problem| problem.line).collect();
    let failed = failed.len().min(step.rows);
    FeedStep {
        run,
        block: step.block,
        rows: step.rows as i64,
        taken: (step.rows - failed) as i64,
        failed: failed as i64,
        problems,
    }
}

/// Once a day: what ended long ago keeps its totals and loses its bytes.
pub(crate) async fn forget(app: &App, county: County) -> Result<()> {
    let before = app.now().plus_seconds(-KEPT_SECONDS);
    let forgotten = app.storage.feed_contents_forget(county, before).await?;
    if forgotten > 0 {
        tracing::info!(%county, forgotten, "files of feeds were forgotten");
    }
    Ok(())
}
