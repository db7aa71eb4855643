//! Files of feeds: kept sealed, moved on block by block and never twice, within the county and the subtree of whoever uploaded
//! them. And what a block needs at once: people behind numbers, their households, facts and documents in one go.

use crate::fixture::*;
use doudi_domain::fact::{Subject, Value};
use doudi_domain::feed::FeedProblem;
use doudi_domain::{Division, DocumentId, FeedRunId, HouseholdId, PersonId};
use doudi_storage::Storage;
use doudi_storage::feed::{FeedStep, NewFeedRun};
use doudi_storage::test_support::each_engine;
use std::collections::BTreeSet;

const CONTENT: &[u8] = "身份证号\n34022319640229017X\n".as_bytes();

async fn batch(storage: &Storage, key: &str) -> DocumentId {
    let mut writer = write(storage).await;
    let document = writer.document_put(&case(key, None, COUNTY)).await.expect("a document");
    writer.commit().await.expect("a commit");
    document.id
}

async fn begun(storage: &Storage, document: DocumentId) -> FeedRunId {
    let mut writer = write(storage).await;
    let new = NewFeedRun {
        plugin: "sample".into(),
        feed: "list".into(),
        document,
        file_name: "名单.csv".into(),
        content: CONTENT.to_vec(),
        rows: 1_500,
    };
    let run = writer.feed_run_begin(&new).await.expect("begun");
    writer.commit().await.expect("a commit");
    run
}

fn step(run: FeedRunId, block: i64, rows: i64, problems: &[(i64, &str)]) -> FeedStep {
    let failed = problems.iter().map(|(line, _)| *line).collect::<BTreeSet<i64>>().len() as i64;
    let one = |(line, message): &(i64, &str)| FeedProblem {
        line: *line,
        column: "身份证号".into(),
        message: (*message).to_owned(),
    };
    FeedStep { run, block, rows, taken: rows - failed, failed, problems: problems.iter().map(one).collect() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_moves_on_block_by_block_and_never_twice() {
    each_engine(async |storage| {
        let document = batch(&storage, "2022-01").await;
        let run = begun(&storage, document).await;

        let mut writer = write(&storage).await;
        let first = step(run, 0, 1_000, &[(3, "校验位不符"), (3, "没有填写"), (9, "没有填写")]);
        assert!(writer.feed_run_advance(&first).await.expect("moved on"));
        writer.commit().await.expect("a commit");
        // The same block again, and one that is not next: nothing.
        for block in [0, 2] {
            let mut writer = write(&storage).await;
            assert!(!writer.feed_run_advance(&step(run, block, 500, &[])).await.expect("looked at"));
            writer.commit().await.expect("a commit");
        }
        // A step that is not committed has not happened.
        let mut writer = write(&storage).await;
        assert!(writer.feed_run_advance(&step(run, 1, 500, &[])).await.expect("moved on"));
        writer.rollback().await.expect("rolled back");
        let view = snapshot(&storage, COUNTY).await.feed_run_fetch(run).await.expect("there");
        assert_eq!((view.block, view.done, view.taken, view.failed, view.is_over()), (1, 1_000, 998, 2, false));

        let mut writer = write(&storage).await;
        assert!(writer.feed_run_advance(&step(run, 1, 500, &[])).await.expect("moved on"));
        let ended = writer.feed_run_end(run).await.expect("ended").expect("the first time");
        assert_eq!((ended.rows, ended.taken, ended.failed), (1_500, 1_498, 2));
        assert_eq!(writer.feed_run_end(run).await.expect("looked at"), None);
        assert!(!writer.feed_run_advance(&step(run, 2, 0, &[])).await.expect("looked at"), "after the end");
        writer.feed_run_stop(run, "太晚了").await.expect("too late, and no harm");
        writer.commit().await.expect("a commit");

        let mut here = snapshot(&storage, COUNTY).await;
        let view = here.feed_run_fetch(run).await.expect("there");
        assert!(view.is_over() && view.problem.is_none());
        let problems = here.feed_problems(run).await.expect("a list");
        let told: Vec<(i64, &str)> = problems.iter().map(|one| (one.line, one.message.as_str())).collect();
        assert_eq!(told, [(3, "校验位不符"), (3, "没有填写"), (9, "没有填写")]);
        assert_eq!(here.feed_runs_of_document(document).await.expect("a list"), [view]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_sealed_seen_by_its_county_alone_and_forgotten_in_time() {
    each_engine(async |storage| {
        let document = batch(&storage, "2022-01").await;
        let run = begun(&storage, document).await;
        let mut here = snapshot(&storage, COUNTY).await;
        assert_eq!(here.feed_content_reveal(run).await.expect("kept").as_deref(), Some(CONTENT));
        here.close().await.expect("closed");
        for elsewhere in [TOWN, OTHER_COUNTY] {
            let mut there = snapshot(&storage, elsewhere).await;
            assert_not_found(there.feed_run_fetch(run).await);
            assert_not_found(there.feed_problems(run).await);
            assert_not_found(there.feed_content_reveal(run).await);
            assert_eq!(there.feed_runs_of_document(document).await.expect("a list"), []);
        }
        // Under way it is kept, however long it takes.
        let later = NOW.plus_seconds(1_000);
        assert_eq!(storage.feed_contents_forget(county(), later).await.expect("looked"), 0);
        let mut writer = write(&storage).await;
        writer.feed_run_stop(run, "措施已停用").await.expect("stopped");
        writer.commit().await.expect("a commit");
        assert_eq!(storage.feed_contents_forget(county(), NOW).await.expect("looked"), 0, "not before its time");
        assert_eq!(storage.feed_contents_forget(code(OTHER_COUNTY).county(), later).await.expect("looked"), 0);
        assert_eq!(storage.feed_contents_forget(county(), later).await.expect("forgotten"), 1);
        let mut here = snapshot(&storage, COUNTY).await;
        assert_eq!(here.feed_content_reveal(run).await.expect("looked"), None);
        let view = here.feed_run_fetch(run).await.expect("its totals stay");
        assert_eq!(view.problem.as_deref(), Some("措施已停用"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn people_behind_numbers_and_their_households_are_found_in_scope() {
    each_engine(async |storage| {
        let (near, near_members) = settled(&storage, "A-1", VILLAGE, 1, &["甲", "乙"]).await;
        let (far, far_members) = settled(&storage, "B-1", OTHER_VILLAGE, 10, &["丙"]).await;
        let all: Vec<PersonId> = near_members.iter().chain(&far_members).copied().collect();

        let mut here = snapshot(&storage, COUNTY).await;
        assert_eq!(here.persons_within(&all).await.expect("found"), all.iter().copied().collect());
        let homes = here.households_of_persons(&all, today()).await.expect("found");
        let expected = [(all[0], near), (all[1], near), (all[2], far)];
        assert_eq!(homes.into_iter().collect::<Vec<_>>(), expected);
        assert!(
            here.households_of_persons(&all, day("2019-12-31")).await.expect("found").is_empty(),
            "before they moved in"
        );
        assert!(here.persons_within(&[]).await.expect("found").is_empty());
        let read = here.read_set().await.expect("a read set");
        assert!(read.contains_key(&format!("person/{}", all[2])), "who was asked about counts as read: {read:?}");

        let mut town = snapshot(&storage, TOWN).await;
        assert_eq!(town.persons_within(&all).await.expect("found"), near_members.iter().copied().collect());
        assert_eq!(town.households_of_persons(&all, today()).await.expect("found").len(), 2);
        let mut elsewhere = snapshot(&storage, OTHER_COUNTY).await;
        assert!(elsewhere.persons_within(&all).await.expect("found").is_empty());
        assert!(elsewhere.households_of_persons(&all, today()).await.expect("found").is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_countys_places_are_the_same_for_all_its_parts_and_no_others() {
    each_engine(async |storage| {
        let of = |code: i64, parent: Option<i64>| Division {
            code: crate::fixture::code(code),
            name: format!("区划{code}"),
            level: crate::fixture::code(code).level(),
            parent: parent.map(crate::fixture::code),
        };
        let tree = [
            of(CITY, None),
            of(COUNTY, Some(CITY)),
            of(TOWN, Some(COUNTY)),
            of(VILLAGE, Some(TOWN)),
            of(OTHER_TOWN, Some(COUNTY)),
            of(OTHER_COUNTY, Some(CITY)),
        ];
        let mut writer = storage.write(&system(CITY), NOW).await.expect("a write");
        writer.division_import(&tree).await.expect("imported");
        writer.commit().await.expect("a commit");
        let whole = snapshot(&storage, COUNTY).await.divisions_of_county().await.expect("a tree");
        assert_eq!(whole, tree[1..5]);
        assert_eq!(snapshot(&storage, VILLAGE).await.divisions_of_county().await.expect("a tree"), whole);
        let other = snapshot(&storage, OTHER_COUNTY).await.divisions_of_county().await.expect("a tree");
        assert_eq!(other, tree[5..]);
    })
    .await;
}

/// In one go or one by one: the same rows, events and revisions.
#[tokio::test(flavor = "multi_thread")]
async fn facts_and_documents_in_one_go_are_those_of_one_by_one() {
    each_engine(async |storage| {
        let (home, members) = settled(&storage, "A-1", VILLAGE, 1, &["甲", "乙"]).await;
        let (other, _) = settled(&storage, "B-1", OTHER_VILLAGE, 10, &["丙"]).await;
        let facts = [
            fact(Subject::Person(members[0]), "income.wage", Value::Int(100_000)),
            fact(Subject::Person(members[1]), "income.wage", Value::Int(200_000)),
            fact(Subject::Household(other), "household.housing", Value::Int(1)),
        ];
        let puts = [case("1", Some(home), VILLAGE), case("2", None, OTHER_TOWN)];
        let mut writer = write(&storage).await;
        let ids = writer.facts_record_many(&facts).await.expect("recorded");
        let documents = writer.documents_create_many(&puts).await.expect("created");
        let told: BTreeSet<(String, String)> =
            writer.events_published().iter().map(|event| (event.topic.clone(), event.subject.clone())).collect();
        writer.commit().await.expect("a commit");
        assert_eq!((ids.len(), documents.len()), (3, 2));
        let changed = |id: HouseholdId| ("household.changed".to_owned(), format!("household/{id}"));
        let moved = |id: DocumentId| ("document.moved".to_owned(), format!("document/{id}"));
        let expected = [changed(home), changed(other), moved(documents[0].id), moved(documents[1].id)];
        assert_eq!(told, expected.into_iter().collect());

        let mut here = snapshot(&storage, COUNTY).await;
        assert_eq!(here.facts_fetch(&ids).await.expect("there").len(), 3);
        for (document, put) in documents.iter().zip(&puts) {
            let fetched = here.document_fetch(document.id).await.expect("there");
            assert_eq!(&fetched, document);
            assert_eq!(here.document_index(document.id).await.expect("an index"), put.index);
            let steps = here.document_steps(document.id).await.expect("steps");
            assert_eq!((steps.len(), steps[0].action.as_str(), steps[0].revision), (1, "begin", 1));
        }
        // A fact takes another's place, as one by one.
        let mut later = fact(Subject::Person(members[0]), "income.wage", Value::Int(150_000));
        later.supersedes = Some(ids[0]);
        let mut writer = write(&storage).await;
        writer.facts_record_many(&[later.clone()]).await.expect("recorded");
        assert_conflict(writer.facts_record_many(&[later]).await);
        writer.rollback().await.expect("rolled back");
        // A key is taken once.
        let mut writer = write(&storage).await;
        assert_conflict(writer.documents_create_many(&[case("3", None, TOWN), case("1", None, TOWN)]).await);
        writer.rollback().await.expect("rolled back");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_writes_in_one_go_outside_her_part() {
    each_engine(async |storage| {
        let (_, far) = settled(&storage, "B-1", OTHER_VILLAGE, 10, &["丙"]).await;
        let (theirs, _) = settled(&storage, "C-1", OTHER_COUNTY_VILLAGE, 20, &["丁"]).await;
        let town = system(TOWN);
        let fact_of = |subject, code| fact(subject, code, Value::Int(1));
        for outside in
            [fact_of(Subject::Person(far[0]), "income.wage"), fact_of(Subject::Household(theirs), "household.housing")]
        {
            let mut writer = storage.write(&town, NOW).await.expect("a write");
            assert_not_found(writer.facts_record_many(&[outside]).await);
            writer.rollback().await.expect("rolled back");
        }
        let mut writer = storage.write(&town, NOW).await.expect("a write");
        assert_forbidden(writer.documents_create_many(&[case("1", None, OTHER_TOWN)]).await);
        assert_forbidden(writer.documents_create_many(&[case("1", None, OTHER_COUNTY)]).await);
        assert_not_found(writer.documents_create_many(&[case("1", Some(theirs), TOWN)]).await);
        writer.rollback().await.expect("rolled back");
    })
    .await;
}
