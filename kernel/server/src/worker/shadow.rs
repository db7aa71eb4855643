//! A shadow run somebody asked for on a page or over the API.

use super::broken_payload;
use crate::app::App;
use crate::app::outbox::ShadowJob;
use crate::app::shadow::order;
use doudi_domain::{Actor, Result, ShadowOrderId};

pub(super) async fn run(app: &App, actor: &Actor, payload: &str) -> Result<()> {
    let job: ShadowJob = serde_json::from_str(payload).map_err(broken_payload)?;
    order::carry_out(app, actor, ShadowOrderId(job.order)).await
}
