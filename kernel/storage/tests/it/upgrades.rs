//! Upgrades: opened once, signed by somebody else, switched with the documents in one transaction, rolled back as they were;
//! planned pins taken back; acceptance cases kept and withdrawn.

use crate::fixture::*;
use doudi_domain::acceptance::Source;
use doudi_domain::document::Document;
use doudi_domain::identity::Role;
use doudi_domain::upgrade::{Bounds, Difference, State};
use doudi_domain::{Actor, Date, DocumentId, Error, Fen, UpgradeId, UserId};
use doudi_storage::Storage;
use doudi_storage::acceptance::NewAcceptance;
use doudi_storage::document::{DocumentPut, DocumentTarget};
use doudi_storage::enablement::NewEnablement;
use doudi_storage::package::NewRelease;
use doudi_storage::test_support::each_engine;
use doudi_storage::upgrade::NewUpgrade;
use doudi_storage::upgrade::documents::{MIGRATED, RESTORED, Rewritten};

fn release(version: &str) -> NewRelease {
    NewRelease {
        plugin: "sample".into(),
        version: version.into(),
        publisher: "测试".into(),
        manifest: "{}".into(),
        component: version.as_bytes().to_vec(),
    }
}

fn pin(digest: &str, from: Date) -> NewEnablement {
    NewEnablement {
        plugin: "sample".into(),
        digest: digest.into(),
        from,
        settings: r#"{"old":1}"#.into(),
        grants: vec!["read:person.sex".into()],
    }
}

fn somebody(id: i64, name: &str) -> Actor {
    Actor::User { id: UserId(id), name: name.into(), role: Role::CountyIt, division: code(COUNTY) }
}

/// Two versions installed, the first pinned since the beginning of the year; their digests.
async fn two_versions(storage: &Storage) -> [String; 2] {
    let mut writer = write(storage).await;
    let old = writer.release_install(&release("1.0.0")).await.expect("installed");
    let new = writer.release_install(&release("2.0.0")).await.expect("installed");
    writer.enablement_set(&pin(&old, day("2022-01-01"))).await.expect("pinned");
    writer.commit().await.expect("committed");
    [old, new]
}

async fn opened(storage: &Storage, digests: &[String; 2], begins: Date) -> UpgradeId {
    let mut writer = storage.write(&somebody(7, "何志"), NOW).await.expect("a write");
    let new = NewUpgrade {
        plugin: "sample".into(),
        from_digest: digests[0].clone(),
        to_digest: digests[1].clone(),
        begins,
        settings: r#"{"new":2}"#.into(),
        grants: vec!["read:person.sex".into(), "read:person.health".into()],
    };
    let id = writer.upgrade_open(&new).await.expect("opened");
    writer.commit().await.expect("committed");
    id
}

/// Cases with an index value each.
async fn cases(storage: &Storage, count: usize) -> Vec<Document> {
    let mut writer = write(storage).await;
    let mut made = Vec::new();
    for number in 0..count {
        made.push(writer.document_put(&case(&format!("n-{number}"), None, VILLAGE)).await.expect("inserted"));
    }
    writer.commit().await.expect("committed");
    made
}

fn rewritten(document: &Document, index: &[(String, String)]) -> Rewritten {
    Rewritten {
        title: format!("{}（新）", document.title),
        state: "begun".into(),
        assignee_role: Some(Role::CountyOfficer),
        assignee: None,
        since: document.since,
        due: None,
        final_state: false,
        body: r#"{"b":{"a":1}}"#.into(),
        index: vec![("kind".into(), "x".into()), ("year".into(), "22".into())],
        old: document.clone(),
        old_index: index.to_vec(),
    }
}

/// Rewrites all that waits; how many that were.
async fn rewrite_all(storage: &Storage, id: UpgradeId) -> usize {
    let mut reader = snapshot(storage, COUNTY).await;
    let upgrade = reader.upgrade_fetch(id).await.expect("there");
    let (mut after, mut done) = (DocumentId(0), 0);
    loop {
        let waiting = reader.upgrade_waiting(&upgrade, after, 2).await.expect("documents");
        let Some((last, _)) = waiting.last() else { return done };
        after = last.id;
        done += waiting.len();
        let laid: Vec<Rewritten> = waiting.iter().map(|(document, index)| rewritten(document, index)).collect();
        let mut writer = write(storage).await;
        writer.upgrade_documents_put(id, &laid).await.expect("laid aside");
        writer.commit().await.expect("committed");
    }
}

/// Nothing contradicts itself. Events are handed on by the server, which is not here.
async fn whole(storage: &Storage) {
    let mut findings = storage.integrity().await.expect("a check");
    findings.retain(|finding| finding.what != "事件没有安排分发");
    assert_eq!(findings, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_are_rewritten_aside_taken_over_at_once_and_given_back() {
    each_engine(async |storage| {
        let digests = two_versions(&storage).await;
        let made = cases(&storage, 5).await;
        let id = opened(&storage, &digests, today()).await;
        assert_eq!(rewrite_all(&storage, id).await, 5);
        let mut reader = snapshot(&storage, COUNTY).await;
        let upgrade = reader.upgrade_fetch(id).await.expect("there");
        let progress = reader.upgrade_progress(&upgrade).await.expect("counts");
        assert_eq!((progress.documents, progress.ready), (5, 5));
        assert_eq!(reader.document_fetch(made[0].id).await.expect("there").body, made[0].body, "aside is aside");

        // Somebody works on one meanwhile, and somebody begins another: the switch would lose both.
        let base = case("n-0", None, VILLAGE);
        let moved = DocumentPut {
            target: DocumentTarget::Existing { id: made[0].id, expected_revision: 1 },
            action: "go-on".into(),
            ..base
        };
        let mut writer = write(&storage).await;
        writer.document_put(&moved).await.expect("worked on");
        writer.commit().await.expect("committed");
        assert_conflict(write(&storage).await.upgrade_switch(id, true, Some(day("2022-08-05"))).await);
        assert_eq!(rewrite_all(&storage, id).await, 1, "only what has moved is rewritten again");
        cases_named(&storage, "late").await;
        assert_conflict(write(&storage).await.upgrade_switch(id, true, Some(day("2022-08-05"))).await);
        assert_eq!(rewrite_all(&storage, id).await, 1);

        let mut writer = write(&storage).await;
        let switched = writer.upgrade_switch(id, true, Some(day("2022-08-05"))).await.expect("switched");
        writer.commit().await.expect("committed");
        let mut reader = snapshot(&storage, COUNTY).await;
        let pinned = reader.enablement_at("sample", today()).await.expect("an answer").expect("pinned");
        assert_eq!((pinned.id, &pinned.digest, pinned.grants.len()), (switched, &digests[1], 2));
        let upgrade = reader.upgrade_fetch(id).await.expect("there");
        assert_eq!((upgrade.state, upgrade.documents), (State::Switched, 6));
        assert_eq!(upgrade.grace_until, Some(day("2022-08-05")));
        let now = reader.document_fetch(made[0].id).await.expect("there");
        assert_eq!((now.state.as_str(), now.body.as_str(), now.revision), ("begun", r#"{"b":{"a":1}}"#, 3));
        assert_eq!((now.assignee_role, now.due), (Some(Role::CountyOfficer), None));
        let index = reader.document_index(made[0].id).await.expect("values");
        assert_eq!(index, [("kind".to_owned(), "x".to_owned()), ("year".to_owned(), "22".to_owned())]);
        assert_eq!(reader.document_steps(made[0].id).await.expect("steps").last().expect("one").action, MIGRATED);
        assert_eq!(reader.upgrade_obstacles(&upgrade).await.expect("a list"), (vec![], 0));
        whole(&storage).await;

        // Back: every document is what it was, to the letter, and its past tells of both.
        let mut writer = write(&storage).await;
        writer.upgrade_roll_back(id, &pin(&digests[0], today()), "算错了").await.expect("rolled back");
        writer.commit().await.expect("committed");
        let mut reader = snapshot(&storage, COUNTY).await;
        let again = reader.document_fetch(made[1].id).await.expect("there");
        let same = |document: &Document| Document { revision: 0, updated_at: NOW, ..document.clone() };
        assert_eq!(same(&again), same(&made[1]));
        assert_eq!(reader.document_index(made[1].id).await.expect("values"), [("year".to_owned(), "2022".to_owned())]);
        assert_eq!(reader.document_steps(made[1].id).await.expect("steps").last().expect("one").action, RESTORED);
        let pinned = reader.enablement_at("sample", today()).await.expect("an answer").expect("pinned");
        assert_eq!((pinned.digest.as_str(), pinned.settings.as_str()), (digests[0].as_str(), r#"{"old":1}"#));
        let upgrade = reader.upgrade_fetch(id).await.expect("there");
        assert_eq!(upgrade.state, State::RolledBack);
        assert_eq!(upgrade.ended.expect("ended").1, "算错了");
        assert_conflict(write(&storage).await.upgrade_switch(id, true, None).await);
        whole(&storage).await;

        let mut writer = write(&storage).await;
        assert_eq!(writer.upgrade_documents_expire(today()).await.expect("forgotten"), 1);
        assert_eq!(writer.upgrade_documents_expire(today()).await.expect("nothing left"), 0);
        writer.commit().await.expect("committed");
        assert_eq!(storage.count_rows("upgrade_document").await.expect("a count"), 0);
    })
    .await;
}

async fn cases_named(storage: &Storage, key: &str) {
    let mut writer = write(storage).await;
    writer.document_put(&case(key, None, VILLAGE)).await.expect("inserted");
    writer.commit().await.expect("committed");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_worked_on_since_stands_in_the_way_and_is_listed() {
    each_engine(async |storage| {
        let digests = two_versions(&storage).await;
        let made = cases(&storage, 3).await;
        let id = opened(&storage, &digests, today()).await;
        rewrite_all(&storage, id).await;
        let mut writer = write(&storage).await;
        writer.upgrade_switch(id, true, Some(day("2022-08-05"))).await.expect("switched");
        writer.commit().await.expect("committed");
        let moved = DocumentPut {
            target: DocumentTarget::Existing { id: made[2].id, expected_revision: 2 },
            ..case("n-2", None, VILLAGE)
        };
        let mut writer = write(&storage).await;
        writer.document_put(&moved).await.expect("worked on");
        writer.commit().await.expect("committed");
        cases_named(&storage, "late").await;
        assert_conflict(write(&storage).await.upgrade_roll_back(id, &pin(&digests[0], today()), "x").await);
        let mut reader = snapshot(&storage, COUNTY).await;
        let upgrade = reader.upgrade_fetch(id).await.expect("there");
        let (obstacles, all) = reader.upgrade_obstacles(&upgrade).await.expect("a list");
        let keys: Vec<_> = obstacles.iter().map(|one| (one.key.as_str(), one.is_new)).collect();
        assert_eq!((keys, all), (vec![("n-2", false), ("late", true)], 2));
        let pinned = reader.enablement_at("sample", today()).await.expect("an answer").expect("pinned");
        assert_eq!(pinned.digest, digests[1], "nothing was rolled back");
        whole(&storage).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_at_a_time_two_people_and_no_other_county() {
    each_engine(async |storage| {
        let digests = two_versions(&storage).await;
        let id = opened(&storage, &digests, today()).await;
        let mut second = write(&storage).await;
        let new = NewUpgrade {
            plugin: "sample".into(),
            from_digest: digests[0].clone(),
            to_digest: digests[1].clone(),
            begins: today(),
            settings: "{}".into(),
            grants: vec![],
        };
        assert_conflict(second.upgrade_open(&new).await);
        drop(second);
        let difference =
            Difference { compared: 9, receiving: 5, gained: 1, lost: 2, changed: 3, before: Fen(100), after: Fen(90) };
        let mut own = storage.write(&somebody(7, "何志"), NOW).await.expect("a write");
        let refused = own.upgrade_sign(id, "没问题", &difference).await;
        assert!(
            matches!(&refused, Err(Error::Refused { message, .. }) if message.contains("不能自己签认")),
            "{refused:?}"
        );
        drop(own);
        let mut other = storage.write(&somebody(8, "赵敏"), NOW).await.expect("a write");
        other.upgrade_sign(id, "已逐户核对", &difference).await.expect("signed");
        other.commit().await.expect("committed");
        let mut reader = snapshot(&storage, COUNTY).await;
        let signed = reader.upgrade_fetch(id).await.expect("there").signed.expect("signed");
        assert_eq!((signed.deed.by_name.as_str(), signed.difference), ("赵敏", difference));
        assert_eq!(reader.upgrades_list("sample", 10).await.expect("a list").len(), 1);
        assert_forbidden(snapshot(&storage, TOWN).await.upgrades_list("", 10).await);
        assert_not_found(snapshot(&storage, OTHER_COUNTY).await.upgrade_fetch(id).await);
        let mut writer = write(&storage).await;
        writer.upgrade_cancel(id, "等下个版本").await.expect("given up");
        writer.commit().await.expect("committed");
        assert_conflict(write(&storage).await.upgrade_cancel(id, "再一次").await);
        opened(&storage, &digests, today()).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_planned_can_be_taken_back() {
    each_engine(async |storage| {
        let digests = two_versions(&storage).await;
        let later = day("2022-09-01");
        let at = async |when: Date| {
            let mut reader = snapshot(&storage, COUNTY).await;
            reader.enablement_at("sample", when).await.expect("an answer").map(|pin| pin.digest)
        };
        let cancel = async || {
            let mut writer = write(&storage).await;
            let outcome = writer.enablement_cancel_planned("sample", today()).await;
            if outcome.is_ok() {
                writer.commit().await.expect("committed");
            }
            outcome
        };
        assert_not_found(cancel().await);
        let mut writer = write(&storage).await;
        writer.enablement_set(&pin(&digests[1], later)).await.expect("planned");
        writer.commit().await.expect("committed");
        assert_eq!((at(today()).await, at(later).await), (Some(digests[0].clone()), Some(digests[1].clone())));
        cancel().await.expect("taken back");
        assert_eq!(at(later).await, Some(digests[0].clone()), "what held goes on holding");
        let mut writer = write(&storage).await;
        writer.enablement_end("sample", later).await.expect("an end is planned");
        writer.commit().await.expect("committed");
        assert_eq!(at(later).await, None);
        cancel().await.expect("taken back");
        assert_eq!(at(later).await, Some(digests[0].clone()));
        // An end that has come is no plan.
        let mut writer = write(&storage).await;
        writer.enablement_end("sample", today()).await.expect("ended");
        writer.commit().await.expect("committed");
        assert_not_found(cancel().await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bounds_are_the_countys_own_and_cases_are_kept() {
    each_engine(async |storage| {
        let bounds = Bounds { lost: 1, changed: 2, money: 3, grace_days: 4, report_days: 5 };
        for lost in [9, 1] {
            let mut writer = storage.write(&somebody(8, "赵敏"), NOW).await.expect("a write");
            writer.upgrade_bounds_set(&Bounds { lost, ..bounds }).await.expect("set");
            writer.commit().await.expect("committed");
        }
        let (found, deed) = snapshot(&storage, COUNTY).await.upgrade_bounds().await.expect("read").expect("set");
        assert_eq!((found, deed.by_name.as_str()), (bounds, "赵敏"));
        assert_eq!(snapshot(&storage, OTHER_COUNTY).await.upgrade_bounds().await.expect("read"), None);

        let new = NewAcceptance {
            plugin: "sample".into(),
            name: "三口之家".into(),
            date: day("2022-07-20"),
            scenario: "{}".into(),
            source: Source::Form,
            note: "信访件".into(),
        };
        let mut writer = write(&storage).await;
        let id = writer.acceptance_save(&new).await.expect("saved");
        writer.commit().await.expect("committed");
        assert_conflict(write(&storage).await.acceptance_save(&new).await);
        let mut reader = snapshot(&storage, COUNTY).await;
        assert_eq!(reader.acceptance_list("sample", false).await.expect("a list").len(), 1);
        assert_eq!(reader.acceptance_list("other", true).await.expect("a list").len(), 0);
        assert_not_found(snapshot(&storage, OTHER_COUNTY).await.acceptance_fetch(id).await);
        let mut writer = write(&storage).await;
        writer.acceptance_withdraw(id, "政策已变").await.expect("withdrawn");
        assert_not_found(writer.acceptance_withdraw(id, "再一次").await);
        writer.acceptance_save(&new).await.expect("the name is free again");
        writer.commit().await.expect("committed");
        let mut reader = snapshot(&storage, COUNTY).await;
        assert_eq!(reader.acceptance_list("sample", false).await.expect("a list").len(), 1);
        assert_eq!(reader.acceptance_list("sample", true).await.expect("a list").len(), 2);
    })
    .await;
}
