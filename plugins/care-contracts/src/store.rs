//! Writing one of the plugin's own documents back.

use doudi_sdk::prelude::*;

/// The state goes on and its due date with it.
pub fn keep_due(document: &Document, put: DocumentPut) -> DocumentPut {
    match document.due {
        Some(due) => put.due(due),
        None => put,
    }
}
