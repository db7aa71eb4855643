//! What a caseworker would swear to at the end of a month.

use super::book::Book;
use crate::support::people;
use crate::support::server::TestServer;
use doudi_domain::decision::{Decision, Effect};
use doudi_domain::document::Document;
use doudi_domain::{Date, DocumentId};
use doudi_server::app::decision::{self, DecisionQuery};
use doudi_server::app::document::{self, WorklistFilter};
use doudi_server::app::{audit, household};
use doudi_storage::document::DocumentQuery;
use std::collections::BTreeSet;

/// Everything but replaying, today and for the month to come.
pub async fn all(server: &TestServer, book: &Book) {
    let today = server.app.today();
    let next = today.last_of_month().tomorrow().expect("a next day");
    for (family, home) in book.families() {
        let actor = server.actor(people::ZHAO_MIN);
        let decisions = decision::list_of_household(&server.app, &actor, home.id).await.expect("she may");
        for day in [today, next] {
            let place = format!("{} on {today} for {day}", home.number);
            let paid = in_force(&decisions, day);
            assert!(paid.len() <= 1, "{place}: two decisions of one scheme: {paid:?}");
            let amount = paid.first().map_or(0, |decision| decision.amount.0);
            assert_eq!(amount, book.paid(family, day), "{place}: what is decided, and what the book says");
            let file = household::file(&server.app, &actor, home.id, Some(day)).await;
            if let Ok(file) = file {
                let shown: i64 = file.in_force.iter().map(|decision| decision.amount.0).sum();
                assert_eq!(shown, amount, "{place}: the household's page");
            }
        }
    }
    nothing_is_forgotten(server, today).await;
    let verdict = audit::verify(&server.app, &server.actor(people::ZHOU_MIN)).await.expect("she may");
    assert!(verdict.broken.is_none() && verdict.entries > 0, "{today}: {verdict:?}");
    let mut snapshot = server.app.storage.snapshot(server.actor(people::ZHAO_MIN).scope()).await.expect("a snapshot");
    let queue = snapshot.queue_figures(server.app.now()).await.expect("figures");
    snapshot.close().await.expect("closed");
    assert_eq!(queue.dead, 0, "{today}: due work was given up");
}

/// Decisions that pay on a day, by the words of the law alone: begun, not over, and nothing decided later has begun.
fn in_force(decisions: &[Decision], day: Date) -> Vec<&Decision> {
    let pays = |decision: &&Decision| {
        decision.scheme == "dibao"
            && matches!(decision.effect, Effect::Grant | Effect::Change)
            && decision.from <= day
            && decision.to.is_none_or(|to| day <= to)
    };
    let replaced = |decision: &Decision| {
        decisions.iter().any(|later| {
            later.scheme == "dibao" && later.id > decision.id && later.effect != Effect::Refuse && later.from <= day
        })
    };
    decisions.iter().filter(pays).filter(|decision| !replaced(decision)).collect()
}

/// Every open case with a limit is on the worklist of some office, and everything overdue is counted there.
async fn nothing_is_forgotten(server: &TestServer, today: Date) {
    let (mut listed, mut overdue): (BTreeSet<DocumentId>, i64) = (BTreeSet::new(), 0);
    for login in [people::WANG_FANG, people::LI_MING, people::CHEN_LI, people::ZHAO_MIN] {
        let filter = WorklistFilter { limit: 200, ..WorklistFilter::default() };
        let list = document::worklist(&server.app, &server.actor(login), &filter).await.expect("her worklist");
        assert!(list.next.is_none(), "a town so small has no second page");
        overdue += list.overdue;
        listed.extend(list.rows.iter().map(|row| row.row.document.id));
    }
    let scope = server.system(people::COUNTY).scope();
    let mut snapshot = server.app.storage.snapshot(scope).await.expect("a snapshot");
    let query = DocumentQuery { final_state: Some(false), limit: 200, ..DocumentQuery::default() };
    let open: Vec<Document> = snapshot.documents_query(&query).await.expect("documents").items;
    for case in open.iter().filter(|case| case.due.is_some()) {
        assert!(listed.contains(&case.id), "{today}: {} {} {} is on no worklist", case.title, case.key, case.state);
    }
    let late = open.iter().filter(|case| case.due.is_some_and(|due| due < today)).count();
    assert_eq!(overdue, late as i64, "{today}: overdue");
}

/// Every decision there is gives the same bytes again. Returns how many there are.
pub async fn every_decision_replays(server: &TestServer) -> usize {
    let actor = server.actor(people::ZHAO_MIN);
    let mut query = DecisionQuery { limit: 200, ..DecisionQuery::default() };
    let mut count = 0;
    loop {
        let page = decision::page(&server.app, &actor, &query).await.expect("she may");
        for row in &page.items {
            let replayed = decision::replay(&server.app, &actor, row.decision.id).await;
            let replayed = replayed.unwrap_or_else(|error| panic!("{}: {error}: {error:?}", row.decision.id));
            assert!(replayed.same, "{}: {}", row.decision.id, replayed.difference);
            count += 1;
        }
        match page.next {
            Some(next) => query.cursor = Some(next),
            None => return count,
        }
    }
}
