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
