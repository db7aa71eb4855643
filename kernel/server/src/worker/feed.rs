//! A long file of a feed, or a short one whose server died before it was done.

use super::{TERMS, broken_payload};
use crate::app::outbox::FeedJob;
use crate::app::{App, intake};
use doudi_domain::event::Job;
use doudi_domain::{Actor, FeedRunId, Result};

pub(super) async fn run(app: &App, actor: &Actor, job: &Job) -> Result<()> {
    let payload: FeedJob = serde_json::from_str(&job.payload).map_err(broken_payload)?;
    intake::carry_on(app, actor, FeedRunId(payload.run), None, job.attempts >= TERMS.max_attempts).await
}

/// Takes at most so many blocks of a file in, as its job would: for tests of servers that die.
#[doc(hidden)]
pub async fn take_feed(app: &App, actor: &Actor, run: FeedRunId, blocks: usize) -> Result<()> {
    intake::carry_on(app, actor, run, Some(blocks), false).await
}
