//! Rows of a block that one call could not work off, kept until the next: a block of a thousand rows may state more than the thousand
//! things a call may wish for. The body of its document, and the steps that empty it.

use crate::batch::Batch;
use crate::matching::work;
use crate::rules::clue::{Row, Sender};
use doudi_sdk::prelude::*;
use serde::{Deserialize, Serialize};

/// The collection.
pub const REST: &str = "rest";
/// The topic of the next step.
pub const GO_ON: &str = "monitoring.rest";

/// 待处理数据.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Rest {
    pub batch: Id,
    pub rows: Vec<Row>,
}

/// Keeps what a block left over, under the block's own key: a block that comes twice leaves one rest.
///
/// # Errors
/// As [`documents::first`].
pub fn keep(batch: &Document, file: &FeedFile, rows: Vec<Row>) -> Result<Effects> {
    if rows.is_empty() {
        return Ok(Effects::new());
    }
    let key = format!("{}-{:.12}-{}", batch.id.0, file.digest, file.block);
    let body = Rest { batch: batch.id, rows };
    let known = documents::first(documents::Query::of(REST).index("block", &key))?;
    let put = match &known {
        Some(document) => document.to("waiting"),
        None => DocumentPut::create(REST, "待处理的比对数据").key(&key).state("waiting").index("block", &key),
    };
    let put = put.index("batch", batch.id.0).note(format!("还有 {} 行待处理", body.rows.len())).body(&body);
    Ok(Effects::new().document(put).event(go_on(batch.id)))
}

fn go_on(batch: Id) -> EventPublish {
    EventPublish::new(GO_ON).document(batch).payload(serde_json::json!({ "batch": batch }))
}

/// One step: the first rest of the batch that waits.
///
/// # Errors
/// As [`work`].
pub fn step(context: &Context, batch: Id) -> Result<Effects> {
    let waiting = documents::first(documents::Query::of(REST).state("waiting").index("batch", batch.0))?;
    let Some(document) = waiting else { return Ok(Effects::new()) };
    let mut body: Rest = document.body()?;
    let of = documents::get(batch)?;
    let sent: Batch = of.body()?;
    let sender = Sender { department: sent.department, batch: &of.key };
    let before = body.rows.len();
    let (effects, rows) = work(context, sender, batch, std::mem::take(&mut body.rows))?;
    body.rows = rows;
    let note = format!("处理 {} 行，还有 {} 行", before - body.rows.len(), body.rows.len());
    let state = if body.rows.is_empty() { "done" } else { "waiting" };
    let effects = effects.document(document.to(state).note(note).body(&body));
    Ok(if body.rows.is_empty() { effects } else { effects.event(go_on(batch)) })
}
