//! Reports of shadow runs: written once, read within scope, listed by difference; and orders, which end once.

use crate::fixture::*;
use doudi_domain::identity::Role;
use doudi_domain::shadow::{Change, ShadowKind, ShadowRow, ShadowTotals};
use doudi_domain::{Error, Fen, HouseholdId, ShadowRunId};
use doudi_storage::shadow::{NewShadowRun, ShadowQuery, ShadowRowQuery};
use doudi_storage::test_support::each_engine;

fn row(rank: i64, household: HouseholdId, division: i64, change: Change, before: i64, after: i64) -> ShadowRow {
    ShadowRow {
        rank,
        household,
        division: code(division),
        change,
        outcome_before: "granted".into(),
        outcome_after: "refused".into(),
        before: Fen(before),
        after: Fen(after),
        covered_before: 3,
        covered_after: 0,
        detail: "{}".into(),
    }
}

fn report(after_digest: &str, rows: Vec<ShadowRow>) -> NewShadowRun {
    let mut totals = ShadowTotals::default();
    for row in &rows {
        totals.count(row.change);
        totals.before.0 += row.before.0;
        totals.after.0 += row.after.0;
    }
    NewShadowRun {
        plugin: "sample".into(),
        kind: ShadowKind::Release,
        before_digest: None,
        after_digest: after_digest.into(),
        as_of: today(),
        parameters_hash: "00".into(),
        totals,
        report: "{}".into(),
        rows,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_kept_and_its_households_are_listed_by_difference() {
    each_engine(async |storage| {
        let (one, _) = settled(&storage, "S-1", VILLAGE, 0, &["甲"]).await;
        let (other, _) = settled(&storage, "S-2", OTHER_VILLAGE, 10, &["乙"]).await;
        let rows = vec![
            row(1, other, OTHER_VILLAGE, Change::Lost, 63_000, 0),
            row(2, one, VILLAGE, Change::Gained, 0, 50_000),
            row(3, one, VILLAGE, Change::Changed, 10_000, 9_000),
        ];
        let mut writer = write(&storage).await;
        let first = writer.shadow_run_record(&report("aa", rows.clone())).await.expect("recorded");
        let second = writer.shadow_run_record(&report("bb", Vec::new())).await.expect("recorded");
        writer.commit().await.expect("committed");

        let mut here = snapshot(&storage, COUNTY).await;
        let kept = here.shadow_run_fetch(first).await.expect("there");
        assert_eq!((kept.totals.gained, kept.totals.lost, kept.totals.changed), (1, 1, 1));
        assert_eq!((kept.totals.before, kept.totals.after), (Fen(73_000), Fen(59_000)));
        assert_eq!((kept.by_name.as_str(), kept.division), ("系统", code(COUNTY)));

        let query = ShadowRowQuery { limit: 2, ..ShadowRowQuery::default() };
        let page = here.shadow_rows_page(first, &query).await.expect("a page");
        assert_eq!(page.items, rows[..2]);
        let rest = ShadowRowQuery { cursor: page.next, ..query.clone() };
        let page = here.shadow_rows_page(first, &rest).await.expect("a page");
        assert_eq!((page.items.as_slice(), page.next), (&rows[2..], None));
        let gained = ShadowRowQuery { change: Some(Change::Gained), ..query.clone() };
        assert_eq!(here.shadow_rows_page(first, &gained).await.expect("a page").items, rows[1..2]);
        let town = ShadowRowQuery { division: Some(code(OTHER_TOWN)), ..query };
        assert_eq!(here.shadow_rows_page(first, &town).await.expect("a page").items, rows[..1]);

        let newest = ShadowQuery { limit: 1, ..ShadowQuery::default() };
        let page = here.shadow_runs_page(&newest).await.expect("a page");
        assert_eq!(page.items[0].id, second);
        let older = ShadowQuery { cursor: page.next, ..newest.clone() };
        assert_eq!(here.shadow_runs_page(&older).await.expect("a page").items[0].id, first);
        let of_release = ShadowQuery { after_digest: Some("aa".into()), ..newest.clone() };
        assert_eq!(here.shadow_runs_page(&of_release).await.expect("a page").items[0].id, first);
        let other_kind = ShadowQuery { kind: Some(ShadowKind::Parameters), ..newest };
        assert!(here.shadow_runs_page(&other_kind).await.expect("a page").items.is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_over_the_county_is_nothing_to_a_town_or_to_a_neighbour() {
    each_engine(async |storage| {
        let (one, _) = settled(&storage, "S-1", VILLAGE, 0, &["甲"]).await;
        let mut writer = write(&storage).await;
        let rows = vec![row(1, one, VILLAGE, Change::Lost, 100, 0)];
        let id = writer.shadow_run_record(&report("aa", rows)).await.expect("recorded");
        writer.commit().await.expect("committed");
        for division in [TOWN, OTHER_COUNTY] {
            let mut elsewhere = snapshot(&storage, division).await;
            assert_not_found(elsewhere.shadow_run_fetch(id).await);
            assert_not_found(elsewhere.shadow_rows_page(id, &ShadowRowQuery::default()).await);
            let query = ShadowQuery { limit: 9, ..ShadowQuery::default() };
            assert!(elsewhere.shadow_runs_page(&query).await.expect("a page").items.is_empty());
        }
        // A household of another place cannot be brought into a report.
        let mut elsewhere = storage.write(&system(OTHER_COUNTY), NOW).await.expect("a write");
        let foreign = report("aa", vec![row(1, one, VILLAGE, Change::Lost, 100, 0)]);
        assert!(matches!(elsewhere.shadow_run_record(&foreign).await, Err(Error::Failure { .. })));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_stays() {
    each_engine(async |storage| {
        let (one, _) = settled(&storage, "S-1", VILLAGE, 0, &["甲"]).await;
        let mut writer = write(&storage).await;
        let rows = vec![row(1, one, VILLAGE, Change::Lost, 100, 0)];
        writer.shadow_run_record(&report("aa", rows)).await.expect("recorded");
        writer.commit().await.expect("committed");
        for statement in [
            "UPDATE shadow_run SET amount_after = 1",
            "DELETE FROM shadow_run",
            "UPDATE shadow_row SET amount_after = 1",
            "DELETE FROM shadow_row",
        ] {
            assert!(storage.tamper(&[statement]).await.is_err(), "{statement}");
        }
        let noted = storage.peek("SELECT COUNT(*) FROM audit WHERE what = 'shadow.run'").await.expect("a count");
        assert_eq!(noted, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_tells_how_far_it_is_and_ends_once() {
    each_engine(async |storage| {
        let actor = officer(Role::CountyIt, COUNTY);
        let mut writer = storage.write(&actor, NOW).await.expect("a write");
        let id = writer.shadow_order_add(r#"{"plugin":"sample"}"#).await.expect("asked");
        let refused = writer.shadow_order_add("{}").await.expect("asked");
        writer.commit().await.expect("committed");
        storage.shadow_order_progress(county(), id, 2_048, 5_000).await.expect("noted");
        storage.shadow_order_failed(county(), refused, "缺少参数").await.expect("noted");

        let mut here = snapshot(&storage, COUNTY).await;
        let order = here.shadow_order_fetch(id).await.expect("there");
        assert_eq!((order.done, order.total, order.run, order.by), (2_048, 5_000, None, actor.user_id()));
        let ended = here.shadow_order_fetch(refused).await.expect("there");
        assert_eq!(ended.problem.as_deref(), Some("缺少参数"));
        assert_not_found(snapshot(&storage, TOWN).await.shadow_order_fetch(id).await);
        assert_not_found(snapshot(&storage, OTHER_COUNTY).await.shadow_order_fetch(id).await);
        drop(here);

        let mut writer = write(&storage).await;
        let run = writer.shadow_run_record(&report("aa", Vec::new())).await.expect("recorded");
        writer.shadow_order_done(id, run).await.expect("done");
        assert_conflict(writer.shadow_order_done(id, ShadowRunId(run.0)).await);
        writer.commit().await.expect("committed");
        storage.shadow_order_progress(county(), id, 1, 5_000).await.expect("too late, and no harm");
        storage.shadow_order_failed(county(), id, "too late").await.expect("too late, and no harm");
        let order = snapshot(&storage, COUNTY).await.shadow_order_fetch(id).await.expect("there");
        assert_eq!((order.done, order.run, order.problem), (5_000, Some(run), None));
    })
    .await;
}
