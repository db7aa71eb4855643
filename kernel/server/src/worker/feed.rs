//! A long file of a feed, or a short one whose server died before it was done.

use super::{TERMS, broken_payload};
use crate::app::outbox::FeedJob;
use crate::app::{App, intake};
use doudi_domain::event::Job;
use doudi_domain::{Actor, Result};

pub(super) async fn run(app: &App, actor: &Actor, job: &Job) -> Result<()> {
    let payload: FeedJob = serde_json::from_str(&job.payload).map_err(broken_payload)?;
    intake::carry_on(app, actor, &payload, job.attempts >= TERMS.max_attempts).await
}
