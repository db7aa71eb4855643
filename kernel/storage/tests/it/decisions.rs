//! Decisions: whole, immutable, one after another.

use crate::fixture::*;
use doudi_domain::decision::{Cause, Effect, Figure, Reason, Verdict};
use doudi_domain::{DecisionId, Error, FactId, Fen, HouseholdId, ParameterId};
use doudi_storage::Write;
use doudi_storage::decision::{DecisionQuery, NewDecision};
use doudi_storage::invocation::NewInvocation;
use doudi_storage::test_support::each_engine;

pub fn call(household: HouseholdId) -> NewInvocation {
    NewInvocation {
        plugin: "sample".into(),
        version: "1.0.0".into(),
        digest: "ab".repeat(32),
        point: "assess".into(),
        subject: format!("household/{household}"),
        household: Some(household),
        as_of: today(),
        input: "输入".into(),
        reads: vec![0, 1, 255],
        input_hash: "cd".repeat(32),
        output: b"{}".to_vec(),
        output_hash: "ef".repeat(32),
        outcome: "ok".into(),
        micros: 42,
    }
}

pub async fn new(
    writer: &mut Write,
    household: HouseholdId,
    division: i64,
    supersedes: Option<DecisionId>,
) -> NewDecision {
    let invocation = writer.invocation_record(&call(household)).await.expect("an invocation");
    NewDecision {
        scheme: "sample".into(),
        household,
        person: None,
        document: None,
        division: code(division),
        effect: Effect::Grant,
        outcome: "granted".into(),
        outcome_zh: "纳入".into(),
        outcome_en: "Granted".into(),
        amount: Fen::yuan(630),
        covered_persons: 2,
        from: day("2022-07-01"),
        to: None,
        reasons: vec![Reason {
            code: "income".into(),
            verdict: Verdict::Met,
            article: "某办法第四条".into(),
            zh: "人均收入低于标准".into(),
            en: "Below the standard".into(),
            facts: vec![FactId(3), FactId(4)],
        }],
        figures: vec![Figure {
            code: "sum".into(),
            zh: "合计".into(),
            en: "Sum".into(),
            unit: "fen".into(),
            value: -5,
        }],
        supersedes,
        as_of: today(),
        cause: Cause {
            plugin: "sample".into(),
            version: "1.0.0".into(),
            digest: "ab".repeat(32),
            parameters: vec![ParameterId(1), ParameterId(2)],
            input_hash: "cd".repeat(32),
            invocation,
        },
    }
}

pub async fn record(
    writer: &mut Write,
    household: HouseholdId,
    division: i64,
    supersedes: Option<DecisionId>,
) -> DecisionId {
    let new = new(writer, household, division, supersedes).await;
    writer.decision_record(&new).await.expect("a decision")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_comes_back_as_it_was_recorded() {
    each_engine(async |storage| {
        let (id, _) = settled(&storage, "A-1", VILLAGE, 0, &["王德福"]).await;
        let mut writer = write(&storage).await;
        let wanted = new(&mut writer, id, VILLAGE, None).await;
        let recorded = writer.decision_record(&wanted).await.expect("a decision");
        writer.commit().await.expect("committed");
        let mut reader = snapshot(&storage, VILLAGE).await;
        let decision = reader.decision_fetch(recorded).await.expect("a decision");
        assert_eq!(decision.reasons, wanted.reasons);
        assert_eq!(decision.figures, wanted.figures);
        assert_eq!(decision.cause, wanted.cause);
        assert_eq!((decision.amount, decision.effect, decision.decided_at), (wanted.amount, wanted.effect, NOW));
        assert_eq!(decision.decided_by_name, "系统");
        let invocation = reader.invocation_fetch(decision.cause.invocation).await.expect("an invocation");
        let expected = call(id);
        assert_eq!(
            (invocation.input, invocation.reads, invocation.output),
            (expected.input, expected.reads, expected.output)
        );
        assert_not_found(snapshot(&storage, OTHER_TOWN).await.invocation_fetch(decision.cause.invocation).await);
        let page = snapshot(&storage, COUNTY).await.invocations_page(Some("sample"), None, 10).await.expect("a page");
        assert!(page.items.len() == 1 && page.items[0].input.is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_later_decision_takes_over_and_each_is_superseded_once() {
    each_engine(async |storage| {
        let (id, _) = settled(&storage, "A-1", VILLAGE, 0, &["王德福"]).await;
        let (other, _) = settled(&storage, "A-2", VILLAGE, 5, &["李建国"]).await;
        let mut writer = write(&storage).await;
        let first = record(&mut writer, id, VILLAGE, None).await;
        let mut change = new(&mut writer, id, VILLAGE, Some(first)).await;
        change.effect = Effect::Change;
        change.from = day("2022-09-01");
        let second = writer.decision_record(&change).await.expect("a decision");
        let mut stop = new(&mut writer, id, VILLAGE, Some(second)).await;
        stop.effect = Effect::Stop;
        stop.from = day("2023-01-01");
        writer.decision_record(&stop).await.expect("a decision");
        // A refusal leaves what is running as it is.
        let mut refusal = new(&mut writer, id, VILLAGE, None).await;
        refusal.effect = Effect::Refuse;
        writer.decision_record(&refusal).await.expect("a decision");
        let foreign = new(&mut writer, other, VILLAGE, Some(first)).await;
        let refused = writer.decision_record(&foreign).await;
        assert!(matches!(refused, Err(Error::Refused { .. })), "{refused:?}");
        writer.commit().await.expect("committed");

        let mut again = write(&storage).await;
        let twice = new(&mut again, id, VILLAGE, Some(first)).await;
        assert_conflict(again.decision_record(&twice).await);
        again.rollback().await.expect("rolled back");

        let mut reader = snapshot(&storage, VILLAGE).await;
        for (on, expected) in
            [("2022-06-30", None), ("2022-08-31", Some(first)), ("2022-12-31", Some(second)), ("2023-01-01", None)]
        {
            let in_force = reader.decisions_in_force(&[id, other], Some("sample"), day(on)).await.expect("decisions");
            assert_eq!(in_force.first().map(|decision| decision.id), expected, "on {on}");
        }
        assert_eq!(reader.decisions_of_household(id).await.expect("decisions").len(), 4);
        let query = DecisionQuery { scheme: Some("sample".into()), limit: 3, ..Default::default() };
        let page = reader.decisions_page(&query).await.expect("a page");
        assert!(page.items.len() == 3 && page.next.is_some());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_database_itself_refuses_to_change_a_decision() {
    each_engine(async |storage| {
        let (id, _) = settled(&storage, "A-1", VILLAGE, 0, &["王德福"]).await;
        let mut writer = write(&storage).await;
        record(&mut writer, id, VILLAGE, None).await;
        writer.document_put(&case("1", Some(id), VILLAGE)).await.expect("a document");
        writer.commit().await.expect("committed");
        for statement in [
            "UPDATE decision SET amount = 0",
            "DELETE FROM decision",
            "UPDATE audit SET detail = ''",
            "DELETE FROM audit",
            "UPDATE document_step SET note = 'x'",
            "DELETE FROM document_step",
        ] {
            let refused = storage.tamper(&[statement]).await;
            assert!(
                matches!(&refused, Err(Error::Failure { inside, .. }) if inside.contains("never changed")),
                "{statement}: {refused:?}"
            );
        }
    })
    .await;
}

/// Everything a list of decisions leaves behind, row by row, without what a second database must have of its own.
async fn traces(storage: &doudi_storage::Storage) -> Vec<(&'static str, Vec<String>)> {
    let mut traces = Vec::new();
    for (table, columns) in [
        (
            "decision",
            &["id", "household", "supersedes", "reasons", "figures", "amount", "parameters", "decided_by_name"][..],
        ),
        ("event", &["id", "topic", "subject", "payload", "at"]),
        ("notice", &["id", "number", "decision", "body"]),
        ("job", &["id", "kind", "payload", "dedupe_key"]),
        ("audit", &["seq", "what", "subject", "detail"]),
        ("revision", &["key", "rev"]),
    ] {
        traces.push((table, storage.rows_as_text(table, columns).await.expect("rows")));
    }
    traces
}

#[tokio::test(flavor = "multi_thread")]
async fn many_at_once_leave_the_rows_that_one_after_the_other_leave() {
    use doudi_storage::event::NewEvent;
    use doudi_storage::job::{NewJob, OWN_LANE};
    use doudi_storage::notice::NewNotice;
    use doudi_storage::test_support::databases;
    for (one, many) in databases().await.into_iter().zip(databases().await) {
        for (database, at_once) in [(&one, false), (&many, true)] {
            let storage = &database.storage;
            let (first, _) = settled(storage, "A-1", VILLAGE, 0, &["王德福"]).await;
            let (second, _) = settled(storage, "A-2", VILLAGE, 5, &["李建国"]).await;
            let mut writer = write(storage).await;
            let old = record(&mut writer, first, VILLAGE, None).await;
            let mut change = new(&mut writer, first, VILLAGE, Some(old)).await;
            change.effect = Effect::Change;
            let mut quoted = new(&mut writer, second, VILLAGE, None).await;
            quoted.outcome_zh = "“引号\"与\\反斜线\n换行”".into();
            quoted.person = None;
            quoted.to = Some(day("2022-12-31"));
            quoted.reasons.clear();
            quoted.cause.parameters.clear();
            let decisions = [change, quoted, new(&mut writer, second, VILLAGE, None).await];
            let notices = ["〔2022〕1号", "", ""].map(|number| NewNotice {
                kind: "letter".into(),
                number: number.into(),
                title: "告知书".into(),
                body: "{}".into(),
                household: Some(first),
                document: None,
                decision: Some(old),
                division: code(VILLAGE),
                issued_on: today(),
            });
            let events = ["a", "b"].map(|topic| NewEvent {
                topic: topic.into(),
                subject: format!("household/{first}"),
                payload: "{\"n\":1}".into(),
            });
            // The last has been there before: it is passed over, and takes no number.
            let jobs = ["x", "y", "x"].map(|key| NewJob {
                lane: OWN_LANE,
                kind: "tick".into(),
                payload: "{}".into(),
                dedupe_key: key.into(),
                run_at: NOW,
            });
            if at_once {
                assert_eq!(writer.decisions_record_many(&decisions).await.expect("decisions").len(), 3);
                assert_eq!(writer.notices_issue_many(&notices).await.expect("letters").len(), 3);
                assert_eq!(writer.events_publish_many(events.to_vec()).await.expect("events").len(), 2);
                assert_eq!(writer.jobs_enqueue_many(&jobs).await.expect("jobs"), 2);
            } else {
                for decision in &decisions {
                    writer.decision_record(decision).await.expect("a decision");
                }
                for notice in &notices {
                    writer.notice_issue(notice).await.expect("a letter");
                }
                for NewEvent { topic, subject, payload } in &events {
                    writer.event_publish(topic, subject, payload).await.expect("an event");
                }
                for (job, fresh) in jobs.iter().zip([true, true, false]) {
                    assert_eq!(writer.job_enqueue(job).await.expect("a job"), fresh);
                }
            }
            assert_eq!(writer.events_published().iter().filter(|event| event.topic == "decision.recorded").count(), 4);
            writer.commit().await.expect("committed");
            let verdict = storage.audit_verify(county()).await.expect("a verdict");
            assert!(verdict.broken.is_none(), "{verdict:?}");
        }
        for (alone, together) in traces(&one.storage).await.into_iter().zip(traces(&many.storage).await) {
            assert!(!alone.1.is_empty(), "{} has rows", alone.0);
            assert_eq!(alone, together);
        }
        one.remove().await;
        many.remove().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_does_not_fit_and_none_of_many_is_recorded() {
    each_engine(async |storage| {
        let (id, _) = settled(&storage, "A-1", VILLAGE, 0, &["王德福"]).await;
        let (other, _) = settled(&storage, "A-2", OTHER_VILLAGE, 5, &["李建国"]).await;
        let mut writer = write(&storage).await;
        let first = record(&mut writer, id, VILLAGE, None).await;
        let good = new(&mut writer, id, VILLAGE, None).await;
        writer.commit().await.expect("committed");
        let foreign = NewDecision { household: other, supersedes: Some(first), ..good.clone() };
        let unknown = NewDecision { household: HouseholdId(999_999), ..good.clone() };
        let twice = NewDecision { supersedes: Some(first), ..good.clone() };
        let mut writer = write(&storage).await;
        let refused = writer.decisions_record_many(&[good.clone(), foreign]).await;
        assert!(matches!(refused, Err(Error::Refused { .. })), "{refused:?}");
        assert_not_found(writer.decisions_record_many(&[good.clone(), unknown]).await);
        assert_conflict(writer.decisions_record_many(&[good.clone(), twice.clone(), twice]).await);
        writer.rollback().await.expect("rolled back");
        let mut town =
            storage.write(&officer(doudi_domain::identity::Role::TownCaseworker, TOWN), NOW).await.expect("a write");
        let elsewhere = NewDecision { household: other, division: code(OTHER_VILLAGE), ..good.clone() };
        assert_forbidden(town.decisions_record_many(&[good.clone(), elsewhere]).await);
        let hidden = NewDecision { household: other, ..good };
        assert_not_found(town.decisions_record_many(&[hidden]).await);
        town.rollback().await.expect("rolled back");
        assert_eq!(storage.count_rows("decision").await.expect("a count"), 1);
        assert_eq!(
            storage.peek("SELECT COUNT(*) FROM event WHERE topic = 'decision.recorded'").await.expect("a count"),
            1
        );
    })
    .await;
}
