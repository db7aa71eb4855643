//! All documents of a query, page by page.

use doudi_sdk::prelude::*;
use serde::de::DeserializeOwned;

/// What the kernel gives at once.
const AT_ONCE: usize = 200;

/// Every document of a query with its body, in order of id.
///
/// # Errors
/// As [`documents::find`]; `internal` when a body cannot be read.
pub fn all<B: DeserializeOwned>(query: documents::Query) -> Result<Vec<(Document, B)>> {
    let mut found = Vec::new();
    let mut after = Id(0);
    loop {
        let page = documents::find(query.clone().after(after))?;
        let full = page.len() == AT_ONCE;
        after = page.last().map_or(after, |document| document.id);
        for document in page {
            let body = document.body()?;
            found.push((document, body));
        }
        if !full {
            return Ok(found);
        }
    }
}
