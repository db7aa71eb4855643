//! Documents, their index values, steps and the worklist.

use crate::fixture::*;
use doudi_domain::UserId;
use doudi_domain::identity::Role;
use doudi_storage::document::{DocumentPut, DocumentQuery, DocumentTarget};
use doudi_storage::test_support::each_engine;
use doudi_storage::worklist::{DueWindow, WorklistQuery};

fn next(id: doudi_domain::DocumentId, revision: i64, state: &str, base: DocumentPut) -> DocumentPut {
    DocumentPut {
        target: DocumentTarget::Existing { id, expected_revision: revision },
        state: state.into(),
        action: format!("to-{state}"),
        ..base
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_moves_by_steps_and_only_from_the_revision_seen() {
    each_engine(async |storage| {
        let (id, _) = settled(&storage, "A-1", VILLAGE, 0, &["王德福"]).await;
        let mut writer = write(&storage).await;
        let base = case("2022-1", Some(id), VILLAGE);
        let first = writer.document_put(&base).await.expect("inserted");
        assert_eq!((first.revision, first.created_at), (1, NOW));
        let mut accepted = next(first.id, 1, "accepted", base.clone());
        accepted.index =
            vec![("year".into(), "2023".into()), ("year".into(), "2024".into()), ("kind".into(), "a".into())];
        accepted.note = "材料齐全".into();
        let second = writer.document_put(&accepted).await.expect("updated");
        assert_eq!((second.revision, second.state.as_str(), second.key.as_str()), (2, "accepted", "2022-1"));
        assert_conflict(writer.document_put(&accepted).await);
        // Moved on, with one value named again: the others still find it.
        let mut moved = next(first.id, 2, "archived", base.clone());
        moved.index = vec![("kind".into(), "b".into())];
        writer.document_put(&moved).await.expect("moved on");
        let topics: Vec<&str> = writer.events_published().iter().map(|event| event.topic.as_str()).collect();
        assert_eq!(topics, ["document.moved"; 3]);
        writer.commit().await.expect("committed");
        let mut reader = snapshot(&storage, VILLAGE).await;
        let steps = reader.document_steps(first.id).await.expect("steps");
        let steps: Vec<_> = steps
            .iter()
            .map(|s| (s.action.as_str(), s.from_state.as_deref(), s.to_state.as_str(), s.note.as_str()))
            .collect();
        let expected = [
            ("begin", None, "draft", ""),
            ("to-accepted", Some("draft"), "accepted", "材料齐全"),
            ("to-archived", Some("accepted"), "archived", ""),
        ];
        assert_eq!(steps, expected);
        let index = reader.document_index(first.id).await.expect("index values");
        let index: Vec<_> = index.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(index, [("kind", "b"), ("year", "2023"), ("year", "2024")]);
        // A key is taken once; the same key in another collection is another document.
        let mut writer = write(&storage).await;
        assert_conflict(writer.document_put(&base).await);
        writer.rollback().await.expect("rolled back");
        assert_eq!(
            reader.document_by_key("sample", "case", "2022-1").await.expect("an answer").map(|d| d.id),
            Some(first.id)
        );
        assert_eq!(reader.document_by_key("sample", "visit", "2022-1").await.expect("an answer"), None);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_pages_through_exactly_what_it_asks_for() {
    each_engine(async |storage| {
        let (id, _) = settled(&storage, "A-1", VILLAGE, 0, &["王德福"]).await;
        let mut writer = write(&storage).await;
        for number in 0..25 {
            let mut put = case(&format!("n-{number}"), (number % 2 == 0).then_some(id), VILLAGE);
            put.state = if number < 20 { "draft" } else { "closed" }.into();
            put.final_state = number >= 20;
            put.due = Some(day("2022-07-01").saturating_add(jiff::Span::new().days(number)));
            put.index = vec![("parity".into(), (number % 2).to_string())];
            writer.document_put(&put).await.expect("inserted");
        }
        writer.commit().await.expect("committed");
        let mut reader = snapshot(&storage, COUNTY).await;
        for (query, expected) in [
            (DocumentQuery::default(), 25),
            (DocumentQuery { states: vec!["draft".into()], ..Default::default() }, 20),
            (DocumentQuery { states: vec!["draft".into(), "closed".into()], ..Default::default() }, 25),
            (DocumentQuery { household: Some(id), ..Default::default() }, 13),
            (DocumentQuery { index: Some(("parity".into(), "1".into())), ..Default::default() }, 12),
            (DocumentQuery { index: Some(("parity".into(), "2".into())), ..Default::default() }, 0),
            (DocumentQuery { due_before: Some(day("2022-07-05")), ..Default::default() }, 5),
            (DocumentQuery { final_state: Some(true), ..Default::default() }, 5),
            (DocumentQuery { plugin: Some("other".into()), ..Default::default() }, 0),
            (DocumentQuery { assignee_role: Some(Role::Finance), ..Default::default() }, 0),
        ] {
            assert_eq!(reader.documents_count(&query).await.expect("a count"), expected as i64, "{query:?}");
            let mut found = Vec::new();
            let mut query = DocumentQuery { limit: 4, ..query };
            loop {
                let page = reader.documents_query(&query).await.expect("a page");
                assert!(page.items.len() <= 4);
                found.extend(page.items.into_iter().map(|document| document.id));
                match page.next {
                    Some(cursor) => query.cursor = Some(cursor),
                    None => break,
                }
            }
            assert_eq!(found.len(), expected, "{query:?}");
            assert!(found.is_sorted() && found.windows(2).all(|pair| pair[0] != pair[1]));
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_worklist_counts_and_orders_by_due_date() {
    each_engine(async |storage| {
        let mut writer = write(&storage).await;
        let today = day("2022-07-06");
        for (key, due, role, assignee, is_final) in [
            ("late", Some("2022-07-05"), Role::TownCaseworker, None, false),
            ("now", Some("2022-07-06"), Role::TownCaseworker, None, false),
            ("week", Some("2022-07-12"), Role::TownCaseworker, Some(1), false),
            ("next", Some("2022-07-13"), Role::TownCaseworker, Some(2), false),
            ("open", None, Role::TownCaseworker, None, false),
            ("done", Some("2022-07-05"), Role::TownCaseworker, None, true),
            ("other office", Some("2022-07-05"), Role::CountyOfficer, None, false),
        ] {
            let mut put = case(key, None, VILLAGE);
            put.title = key.into();
            put.due = due.map(day);
            put.assignee_role = Some(role);
            put.assignee = assignee.map(UserId);
            put.final_state = is_final;
            put.state = if key == "open" { "waiting" } else { "draft" }.into();
            writer.document_put(&put).await.expect("inserted");
        }
        writer.commit().await.expect("committed");
        let mut reader = snapshot(&storage, TOWN).await;
        let base = WorklistQuery {
            role: Role::TownCaseworker,
            user: None,
            today,
            plugin: None,
            state: None,
            due: None,
            cursor: None,
            limit: 10,
        };
        let titles = async |reader: &mut doudi_storage::Snapshot, query: WorklistQuery| {
            let list = reader.worklist(&query).await.expect("a worklist");
            list.page.items.into_iter().map(|document| document.title).collect::<Vec<_>>()
        };
        assert_eq!(titles(&mut reader, base.clone()).await, ["late", "now", "week", "next", "open"]);
        assert_eq!(
            titles(&mut reader, WorklistQuery { user: Some(UserId(1)), ..base.clone() }).await,
            ["late", "now", "week", "open"]
        );
        assert_eq!(
            titles(&mut reader, WorklistQuery { due: Some(DueWindow::Overdue), ..base.clone() }).await,
            ["late"]
        );
        assert_eq!(titles(&mut reader, WorklistQuery { due: Some(DueWindow::Today), ..base.clone() }).await, ["now"]);
        assert_eq!(
            titles(&mut reader, WorklistQuery { due: Some(DueWindow::Week), ..base.clone() }).await,
            ["now", "week"]
        );
        assert_eq!(
            titles(&mut reader, WorklistQuery { state: Some("waiting".into()), ..base.clone() }).await,
            ["open"]
        );
        let counts = reader.worklist(&base).await.expect("a worklist").counts;
        assert_eq!((counts.total, counts.overdue, counts.due_today, counts.due_this_week), (5, 1, 1, 2));
        let states: Vec<(&str, i64)> =
            counts.by_state.iter().map(|count| (count.state.as_str(), count.count)).collect();
        assert_eq!(states, [("draft", 4), ("waiting", 1)]);
        let mut paged = Vec::new();
        let mut query = WorklistQuery { limit: 2, ..base };
        loop {
            let list = reader.worklist(&query).await.expect("a worklist");
            paged.extend(list.page.items.into_iter().map(|document| document.title));
            match list.page.next {
                Some(cursor) => query.cursor = Some(cursor),
                None => break,
            }
        }
        assert_eq!(paged, ["late", "now", "week", "next", "open"]);
    })
    .await;
}
