//! Reading many of the plugin's own documents: the kernel gives 200 at once.

use doudi_sdk::prelude::*;

/// Documents the kernel gives at once.
pub const AT_ONCE: usize = 200;

/// Every document a query finds, in order of id.
///
/// # Errors
/// As [`documents::find`].
pub fn all(query: documents::Query) -> Result<Vec<Document>> {
    let mut all = Vec::new();
    let mut after = Id(0);
    loop {
        let page = documents::find(query.clone().after(after).limit(AT_ONCE as u32))?;
        let full = page.len() == AT_ONCE;
        after = page.last().map_or(after, |last| last.id);
        all.extend(page);
        if !full {
            return Ok(all);
        }
    }
}

/// The state goes on and its due date with it.
pub fn keep_due(document: &Document, put: DocumentPut) -> DocumentPut {
    match document.due {
        Some(due) => put.due(due),
        None => put,
    }
}
