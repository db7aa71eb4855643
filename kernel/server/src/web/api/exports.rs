//! Lists as files over the API; who took out which list is recorded.

use super::call::{Call, Kinds};
use super::problem::Answer;
use super::reply::File;
use crate::app::export;

/// UTF-8 with a byte-order mark.
pub struct Csv;

impl Kinds for Csv {
    const TYPES: &'static [&'static str] = &["text/csv"];
}

pub async fn worklist(call: Call) -> Answer<File<Csv>> {
    let csv = export::worklist_csv(&call.app, &call.actor).await?;
    Ok(File::new(&format!("工作台-{}.csv", call.app.today()), "text/csv; charset=utf-8", csv))
}

pub async fn decisions(call: Call) -> Answer<File<Csv>> {
    let csv = export::decisions_csv(&call.app, &call.actor).await?;
    Ok(File::new(&format!("决定与待遇-{}.csv", call.app.today()), "text/csv; charset=utf-8", csv))
}
