//! What contract 1.2 brought, through the real host and the pages: cases about no family and where they belong, forms for the
//! field, files noticed by their digest, departments' lists in the background, all households and places in due work. The measure
//! is `tests/census`.

mod clues;
mod hostile;
mod lists;
mod long;

use crate::support::guests;
use crate::support::people;
use crate::support::server::TestServer;
use doudi_domain::{DivisionCode, DocumentId};
use doudi_server::app::document;
use doudi_server::app::plugin::GrantChoice;
use jiff::civil::{Date, date};
use serde_json::Value;

const TODAY: Date = date(2022, 7, 20);

fn package() -> Vec<u8> {
    guests::built_in("tests/census", "census")
}

/// From today on: nothing is due.
async fn enabled(server: &TestServer) {
    enabled_from(server, TODAY).await;
}

async fn enabled_from(server: &TestServer, day: Date) {
    server.enable(&package(), &[people::COUNTY, people::OTHER_COUNTY], day, GrantChoice::All).await;
}

/// The body of a document as its officer's page gets it.
async fn body(server: &TestServer, login: &'static str, document: DocumentId) -> Value {
    let view = document::view(&server.app, &server.actor(login), document).await.unwrap_or_else(|e| panic!("{e}"));
    serde_json::from_str(&view.document.body).expect("a body")
}

/// The document an address leads to: `/documents/17?done=acted`.
fn led_to(address: &str) -> DocumentId {
    let rest = address.strip_prefix("/documents/").unwrap_or_else(|| panic!("{address} is no document"));
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    DocumentId(digits.parse().expect("an id"))
}

fn place(code: i64) -> DivisionCode {
    DivisionCode::new(code).expect("a code")
}
