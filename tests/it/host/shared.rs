//! A page that is the same for everybody of an office: the plugin is not told who looks. What changed is seen at once by whoever changed
//! it; others may see what was true a moment ago, and are told so.

use super::TODAY;
use crate::support::guests;
use crate::support::people;
use crate::support::server::{Client, TestServer};
use doudi_documents::Manifest;
use doudi_domain::Role;
use doudi_server::app::document::{self, Press, Target};
use doudi_server::app::kept::Kept;
use doudi_server::app::plugin::{self, EnableDraft, GrantChoice};
use jiff::civil::date;
use serde_json::json;
use std::time::Duration;

const COLLEAGUE: &str = "zhang.hong";

async fn city(change: impl FnOnce(&mut Manifest)) -> TestServer {
    // However quick the machine is, a page asked to be slow takes more than this.
    let mut server = TestServer::keeping(TODAY, Kept::showing_aged_after(Duration::from_millis(20))).await;
    server.hire(COLLEAGUE, "张红", Role::TownCaseworker, people::TOWN).await;
    let package = guests::with_manifest("asker", change);
    let digest = server.enable(&package, &[people::COUNTY], date(2022, 1, 1), GrantChoice::All).await;
    let put = json!({"collection": "case", "title": {"zh": "询问"}, "state": "open", "body": {}});
    let draft = EnableDraft {
        plugin: "asker".to_owned(),
        digest,
        from: TODAY,
        settings: Some(json!({ "effects": [{"kind": "document.put", "target": "case", "payload": put}] })),
        grants: GrantChoice::All,
        accept_unsigned: true,
    };
    let system = server.system(people::COUNTY);
    plugin::enable(&server.app, &system, draft).await.unwrap_or_else(|error| panic!("{error}"));
    server
}

/// A case about nobody's household.
async fn begin(server: &TestServer) {
    let target =
        Target::New { plugin: "asker".to_owned(), collection: "case".to_owned(), household: None, person: None };
    let press = Press { target, action: "do".to_owned(), values: Default::default(), idempotency_key: String::new() };
    document::act(&server.app, &server.actor(people::WANG_FANG), press).await.expect("a case");
}

/// What the page says, and whether it says that something has changed since.
async fn look(client: &Client<'_>) -> (String, bool) {
    let text = client.get("/measures/asker/home?slow=1").await.ok().text();
    let said = text.split_whitespace().skip_while(|word| *word != "user").take(5).collect::<Vec<_>>().join(" ");
    (said, text.contains("正在重新汇总"))
}

#[tokio::test]
async fn a_page_of_its_own_is_told_who_looks() {
    let server = city(|_| {}).await;
    let user = server.user_id(people::WANG_FANG);
    let (said, _) = look(&server.client(people::WANG_FANG).await).await;
    assert_eq!(said, format!("user {user}, town-caseworker, cases 0"));
    server.close().await;
}

#[tokio::test]
async fn a_shared_page_is_worked_out_for_an_office_and_seen_new_by_whoever_changed_something() {
    let server = city(|manifest| manifest.pages.iter_mut().for_each(|page| page.shared = true)).await;
    let (own, colleague) = (server.client(people::WANG_FANG).await, server.client(COLLEAGUE).await);
    let cases = |count: usize| format!("user 0, town-caseworker, cases {count}");
    assert_eq!(look(&own).await, (cases(0), false));
    assert_eq!(look(&colleague).await, (cases(0), false), "the same for both");

    begin(&server).await;
    assert_eq!(look(&colleague).await, (cases(0), true), "a moment old, and it says so");
    assert_eq!(look(&own).await, (cases(1), false), "she sees what she did");
    assert_eq!(look(&colleague).await, (cases(1), false), "and so does he from then on");

    // Behind a reader it is worked out again, and the next one has it.
    begin(&server).await;
    server.clock.advance_seconds(30);
    assert_eq!(look(&colleague).await, (cases(1), true));
    let mut seen = (String::new(), true);
    for _ in 0..200 {
        seen = look(&colleague).await;
        if !seen.1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(seen, (cases(2), false));

    // After a minute nobody is shown anything old.
    begin(&server).await;
    server.clock.advance_seconds(60);
    assert_eq!(look(&colleague).await, (cases(3), false));
    server.close().await;
}
