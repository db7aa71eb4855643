//! Facts: superseded, never overwritten; as of a day, as known at a moment.

use crate::fixture::*;
use doudi_domain::Error;
use doudi_domain::fact::{Subject, Value};
use doudi_storage::fact::AsOf;
use doudi_storage::test_support::each_engine;

#[tokio::test(flavor = "multi_thread")]
async fn a_better_fact_takes_the_place_and_the_old_stays_readable() {
    each_engine(async |storage| {
        let (id, persons) = settled(&storage, "A-1", VILLAGE, 0, &["王德福"]).await;
        let subject = Subject::Person(persons[0]);
        let mut writer = write(&storage).await;
        let declared = writer.fact_record(&fact(subject, "income.wage", Value::Int(180_000))).await.expect("recorded");
        writer.commit().await.expect("committed");
        let later = NOW.plus_seconds(3_600);
        let mut writer = storage.write(&system(COUNTY), later).await.expect("a write");
        let mut better = fact(subject, "income.wage", Value::Int(210_000));
        better.supersedes = Some(declared);
        let verified = writer.fact_record(&better).await.expect("recorded");
        // A second correction of the same fact comes too late.
        assert_conflict(writer.fact_record(&better).await);
        writer.commit().await.expect("committed");

        let mut reader = snapshot(&storage, VILLAGE).await;
        let wages = async |reader: &mut doudi_storage::Snapshot, known_at| {
            let facts = reader.facts_of_household(id, AsOf { day: today(), known_at }, false).await.expect("facts");
            facts.into_iter().map(|fact| fact.value).collect::<Vec<_>>()
        };
        assert_eq!(wages(&mut reader, None).await, [Value::Int(210_000)]);
        assert_eq!(wages(&mut reader, Some(NOW)).await, [Value::Int(180_000)]);
        assert_eq!(wages(&mut reader, Some(NOW.plus_seconds(-1))).await, []);
        let history = reader.fact_history(subject, field("income.wage")).await.expect("a history");
        assert_eq!(history.iter().map(|fact| fact.id).collect::<Vec<_>>(), [declared, verified]);
        assert_eq!((history[0].superseded_by, history[0].superseded_at), (Some(verified), Some(later)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_single_valued_field_the_latest_recorded_counts_and_items_stand_side_by_side() {
    each_engine(async |storage| {
        let (id, persons) = settled(&storage, "A-1", VILLAGE, 0, &["王德福"]).await;
        let subject = Subject::Person(persons[0]);
        let mut writer = write(&storage).await;
        for code in [10, 20] {
            writer.fact_record(&fact(subject, "person.marital", Value::Int(code))).await.expect("recorded");
        }
        for fen in [100, 200] {
            writer.fact_record(&fact(subject, "income.wage", Value::Int(fen))).await.expect("recorded");
        }
        let mut ended = fact(subject, "income.wage", Value::Int(300));
        ended.to = Some(day("2022-07-05"));
        writer.fact_record(&ended).await.expect("recorded");
        let mistaken = writer.fact_record(&fact(subject, "income.wage", Value::Int(400))).await.expect("recorded");
        writer.fact_withdraw(mistaken, "录入错误").await.expect("withdrawn");
        writer.commit().await.expect("committed");
        let mut reader = snapshot(&storage, VILLAGE).await;
        let on = async |reader: &mut doudi_storage::Snapshot, on: &str| {
            let facts = reader.facts_of_household(id, AsOf::day(day(on)), false).await.expect("facts");
            facts.into_iter().map(|fact| (fact.field.as_str(), fact.value)).collect::<Vec<_>>()
        };
        let wage = |fen| ("income.wage", Value::Int(fen));
        assert_eq!(
            on(&mut reader, "2022-07-05").await,
            [wage(100), wage(200), wage(300), ("person.marital", Value::Int(20))]
        );
        assert_eq!(on(&mut reader, "2022-07-06").await, [wage(100), wage(200), ("person.marital", Value::Int(20))]);
        assert_eq!(on(&mut reader, "2021-12-31").await, []);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sealed_facts_are_masked_unless_asked_for() {
    each_engine(async |storage| {
        let (id, _) = settled(&storage, "A-1", VILLAGE, 0, &["王德福"]).await;
        let mut writer = write(&storage).await;
        let account = fact(Subject::Household(id), "household.account-number", Value::Text("6217000012345678".into()));
        writer.fact_record(&account).await.expect("recorded");
        writer.commit().await.expect("committed");
        assert_eq!(storage.peek("SELECT COUNT(*) FROM fact WHERE value_text IS NOT NULL").await.expect("a count"), 0);
        let mut reader = snapshot(&storage, VILLAGE).await;
        for (with_sealed, expected) in [(false, "**** 5678"), (true, "6217000012345678")] {
            let facts = reader.facts_of_household(id, AsOf::day(today()), with_sealed).await.expect("facts");
            assert_eq!(facts[0].value, Value::Text(expected.into()));
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_catalogue_does_not_allow_is_refused() {
    each_engine(async |storage| {
        let (id, persons) = settled(&storage, "A-1", VILLAGE, 0, &["王德福"]).await;
        let (household, person) = (Subject::Household(id), Subject::Person(persons[0]));
        let mut writer = write(&storage).await;
        for (subject, code, value, qualifier) in [
            (household, "income.wage", Value::Int(1), 0),
            (person, "household.housing", Value::Int(1), 0),
            (person, "person.name", Value::Text("某".into()), 0),
            (person, "person.marital", Value::Int(11), 0),
            (person, "person.marital", Value::Text("已婚".into()), 0),
            (person, "person.major-illness", Value::Int(2), 0),
            (person, "income.wage", Value::Int(-1), 0),
            (person, "income.wage", Value::Int(1), 1),
            (person, "asset.vehicle", Value::Int(1), 9),
            (household, "household.account-number", Value::Text(" ".into()), 0),
        ] {
            let mut new = fact(subject, code, value);
            new.qualifier = qualifier;
            let refused = writer.fact_record(&new).await;
            assert!(matches!(refused, Err(Error::Invalid(_))), "{new:?}: {refused:?}");
        }
        let mut backwards = fact(person, "income.wage", Value::Int(1));
        backwards.to = Some(day("2021-01-01"));
        assert!(matches!(writer.fact_record(&backwards).await, Err(Error::Refused { .. })));
        writer.rollback().await.expect("rolled back");
    })
    .await;
}
