//! Read sets and concurrent writers: whoever read something that has moved since does not write.

use crate::fixture::*;
use doudi_domain::fact::{Subject, Value};
use doudi_domain::{Error, PersonId};
use doudi_storage::document::DocumentQuery;
use doudi_storage::household::HouseholdChange;
use doudi_storage::parameter::NewParameter;
use doudi_storage::test_support::each_engine;
use doudi_storage::{ReadSet, Storage, Write};

/// What moves, and what somebody had read before.
async fn moved(storage: &Storage, read: ReadSet, change: impl AsyncFnOnce(&mut Write)) -> bool {
    let mut before = write(storage).await;
    before.check(&read).await.expect("nothing has moved yet");
    before.rollback().await.expect("rolled back");
    let mut writer = write(storage).await;
    change(&mut writer).await;
    writer.commit().await.expect("committed");
    let mut after = write(storage).await;
    let checked = after.check(&read).await;
    after.rollback().await.expect("rolled back");
    assert!(matches!(checked, Ok(()) | Err(Error::Conflict { .. })), "{checked:?}");
    checked.is_err()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_set_moves_with_what_was_read_and_with_nothing_else() {
    each_engine(async |storage| {
        let (id, persons) = settled(&storage, "A-1", VILLAGE, 0, &["王德福"]).await;
        let (other, others) = settled(&storage, "A-2", VILLAGE, 5, &["李建国"]).await;
        let read_household = async || {
            let mut reader = snapshot(&storage, VILLAGE).await;
            reader.household_file(id, today(), false).await.expect("a file");
            reader.read_set().await.expect("a read set")
        };
        let wage = |person: PersonId| fact(Subject::Person(person), "income.wage", Value::Int(1));
        assert!(
            moved(&storage, read_household().await, async |w: &mut Write| {
                w.fact_record(&wage(persons[0])).await.expect("a fact of a member");
            })
            .await
        );
        assert!(
            !moved(&storage, read_household().await, async |w: &mut Write| {
                w.fact_record(&wage(others[0])).await.expect("a fact of another family");
            })
            .await
        );
        assert!(
            moved(&storage, read_household().await, async |w: &mut Write| {
                let person = w.person_create(&person("新成员", 40, VILLAGE)).await.expect("a person");
                w.membership_add(&membership(id, person, 20)).await.expect("a new member");
            })
            .await
        );
        assert!(
            moved(&storage, read_household().await, async |w: &mut Write| {
                let change = HouseholdChange { address: Some("新址".into()), ..Default::default() };
                let seen = snapshot(&storage, COUNTY).await.household_fetch(id).await.expect("a household").revision;
                w.household_update(id, seen, &change).await.expect("an update");
            })
            .await
        );

        // Phantoms: a list that was empty is a thing that was read.
        let list = |household| DocumentQuery {
            plugin: Some("sample".into()),
            collection: Some("case".into()),
            household,
            limit: 5,
            ..Default::default()
        };
        let read_list = async |household| {
            let mut reader = snapshot(&storage, VILLAGE).await;
            reader.documents_query(&list(household)).await.expect("a page");
            reader.read_set().await.expect("a read set")
        };
        assert!(
            moved(&storage, read_list(Some(id)).await, async |w: &mut Write| {
                w.document_put(&case("1", Some(id), VILLAGE)).await.expect("a document");
            })
            .await
        );
        assert!(
            !moved(&storage, read_list(Some(id)).await, async |w: &mut Write| {
                w.document_put(&case("2", Some(other), VILLAGE)).await.expect("a document");
            })
            .await
        );
        assert!(
            moved(&storage, read_list(None).await, async |w: &mut Write| {
                w.document_put(&case("3", Some(other), VILLAGE)).await.expect("a document");
            })
            .await
        );
        let absent = async || {
            let mut reader = snapshot(&storage, VILLAGE).await;
            assert_eq!(reader.document_by_key("sample", "case", "4").await.expect("an answer"), None);
            reader.read_set().await.expect("a read set")
        };
        assert!(
            moved(&storage, absent().await, async |w: &mut Write| {
                w.document_put(&case("4", None, VILLAGE)).await.expect("a document");
            })
            .await
        );

        let decided = async || {
            let mut reader = snapshot(&storage, VILLAGE).await;
            reader.decisions_in_force(&[id], None, today()).await.expect("decisions");
            reader.read_set().await.expect("a read set")
        };
        assert!(
            !moved(&storage, decided().await, async |w: &mut Write| {
                crate::decisions::record(w, other, VILLAGE, None).await;
            })
            .await
        );
        assert!(
            moved(&storage, decided().await, async |w: &mut Write| {
                crate::decisions::record(w, id, VILLAGE, None).await;
            })
            .await
        );
        let priced = async || {
            let mut reader = snapshot(&storage, VILLAGE).await;
            reader.parameter_at("sample.standard", today(), None).await.expect("an answer");
            reader.calendar().await.expect("a calendar");
            reader.read_set().await.expect("a read set")
        };
        assert!(
            moved(&storage, priced().await, async |w: &mut Write| {
                let new = NewParameter {
                    code: "sample.standard".into(),
                    value: 1,
                    from: today(),
                    source: "某文件".into(),
                    verified: false,
                };
                w.parameter_set(&new).await.expect("a parameter");
            })
            .await
        );
        assert!(
            moved(&storage, priced().await, async |w: &mut Write| {
                let days = [(day("2022-10-01"), doudi_domain::calendar::DayKind::Holiday, "国庆节".to_owned())];
                assert_eq!(w.calendar_add(&days).await.expect("added"), 1);
            })
            .await
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pass_over_a_county_notes_nothing() {
    each_engine(async |storage| {
        let (id, _) = settled(&storage, "A-1", VILLAGE, 0, &["王德福"]).await;
        let mut reader = snapshot(&storage, COUNTY).await.without_noting();
        reader.household_file(id, today(), false).await.expect("a file");
        assert!(reader.read_set().await.expect("a read set").is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_writers_who_read_the_same_one_wins() {
    each_engine(async |storage| {
        let (id, persons) = settled(&storage, "A-1", VILLAGE, 0, &["王德福"]).await;
        let mut reader = snapshot(&storage, VILLAGE).await;
        reader.household_file(id, today(), false).await.expect("a file");
        let read = reader.read_set().await.expect("a read set");
        reader.close().await.expect("closed");
        let barrier = std::sync::Arc::new(tokio::sync::Barrier::new(4));
        let tasks: Vec<_> = (0..4)
            .map(|amount| {
                let (storage, read, barrier, person) = (storage.clone(), read.clone(), barrier.clone(), persons[0]);
                tokio::spawn(async move {
                    barrier.wait().await;
                    let mut writer = storage.write(&system(COUNTY), NOW).await?;
                    writer.check(&read).await?;
                    writer.fact_record(&fact(Subject::Person(person), "income.wage", Value::Int(amount))).await?;
                    writer.commit().await
                })
            })
            .collect();
        let mut won = 0;
        for task in tasks {
            match task.await.expect("no panic") {
                Ok(()) => won += 1,
                Err(Error::Conflict { .. }) => {}
                Err(error) => panic!("{error:?}"),
            }
        }
        assert_eq!(won, 1);
        assert_eq!(storage.peek("SELECT COUNT(*) FROM fact").await.expect("a count"), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_stays_at_its_moment() {
    each_engine(async |storage| {
        let (id, _) = settled(&storage, "A-1", VILLAGE, 0, &["王德福"]).await;
        let mut reader = snapshot(&storage, COUNTY).await;
        settled(&storage, "A-2", VILLAGE, 5, &["李建国"]).await;
        assert_eq!(reader.household_ids(None, 10).await.expect("ids"), [id]);
        assert_eq!(snapshot(&storage, COUNTY).await.household_ids(None, 10).await.expect("ids").len(), 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_request_is_applied_once() {
    each_engine(async |storage| {
        for expected in [true, false] {
            let mut writer = write(&storage).await;
            assert_eq!(writer.idempotency_remember("form-7").await.expect("an answer"), expected);
            writer.commit().await.expect("committed");
        }
        let mut elsewhere = storage.write(&system(OTHER_COUNTY), NOW).await.expect("a write");
        assert!(elsewhere.idempotency_remember("form-7").await.expect("an answer"));
        elsewhere.rollback().await.expect("rolled back");
    })
    .await;
}
