//! Shadow runs on both engines: a wrong release of a real measure is found by figures and reasons an officer understands; what
//! another standard would cost; two days compared, with a decomposition that adds up; "would qualify if", verified.

mod caseload;
mod pages;
mod qualify;

use crate::support::server::{TestServer, each_engine};
use crate::support::wrong::{self, Fault};
use crate::support::{guests, people};
use caseload::{Caseload, DAY};
use doudi_domain::shadow::{Change, ShadowKind};
use doudi_domain::{Error, Fen};
use doudi_server::app::assess;
use doudi_server::app::measure;
use doudi_server::app::plugin::{self, GrantChoice};
use doudi_server::app::shadow::report::Factor;
use doudi_server::app::shadow::{self, ReleaseChoice, RowView, ShadowDraft, ShadowReport, ShadowRowQuery, SideDraft};
use jiff::civil::date;
use std::collections::BTreeMap;

/// Runs what a wrong release would change, and gives the report and every household that does not fare the same.
async fn shadow(server: &TestServer, fault: Fault) -> (ShadowReport, Vec<RowView>) {
    let officer = server.actor(people::CHEN_LI);
    let installed = plugin::install(&server.app, &server.system(people::COUNTY), wrong::plugin(fault))
        .await
        .unwrap_or_else(|error| panic!("{error}: {error:?}"));
    let draft = ShadowDraft::release("dibao", &format!("dibao@{}", fault.version), DAY);
    let mut told = Vec::new();
    let report = shadow::run(&server.app, &officer, &draft, &mut |done, total| told.push((done, total)))
        .await
        .unwrap_or_else(|error| panic!("{error}: {error:?}"));
    assert_eq!(told.last(), Some(&(6, 6)), "the last step tells that all are done");
    assert_eq!(report.run.after_digest, installed.digest);
    let query = ShadowRowQuery { limit: 100, ..ShadowRowQuery::default() };
    let rows = shadow::rows(&server.app, &officer, report.run.id, &query).await.expect("rows");
    (report, rows.items)
}

/// Household number, change, fen before and after.
fn listed(caseload: &Caseload, rows: &[RowView]) -> Vec<(&'static str, Change, i64, i64)> {
    rows.iter()
        .map(|view| (caseload.number(view.row.household), view.row.change, view.row.before.0, view.row.after.0))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_inverted_comparison_is_seen_by_whom_it_drops_and_takes_in() {
    each_engine(DAY, async |server| {
        let caseload = Caseload::enter(server).await;
        let (report, rows) = shadow(server, wrong::INVERTED).await;
        let totals = report.run.totals;
        assert_eq!(
            (totals.households, totals.gained, totals.lost, totals.changed, totals.unchanged),
            (6, 1, 4, 0, 1),
            "those without assets drop out, the one with too many comes in"
        );
        assert_eq!((totals.before, totals.after), (Fen(236_000), Fen(142_000)));
        assert_eq!((report.difference(), report.difference_a_year()), (Fen(-94_000), Fen(-1_128_000)));
        assert_eq!(
            listed(&caseload, &rows),
            [
                ("rich", Change::Gained, 0, 142_000),
                ("uncounted", Change::Lost, 102_000, 0),
                ("saver", Change::Lost, 71_000, 0),
                ("worker", Change::Lost, 63_000, 0),
                ("edge", Change::Lost, 0, 0),
            ]
        );
        // Why, in the law's own words: who had savings below the limit is told that they are above it.
        let over = report.body.reasons.iter().find(|reason| reason.code == "financial-over").expect("the reason");
        assert_eq!((over.appears, over.vanishes), (1, 1));
        assert_eq!(over.sentence.zh, "金融资产 … 元，超过上限 … 元（人均 … 个月低保标准）");
        assert_eq!(over.article, "民发〔2021〕57号 第十四条");
        let saver = rows.iter().find(|view| caseload.number(view.row.household) == "saver").expect("the saver");
        assert!(
            saver.detail.reasons.iter().any(|reason| reason.after.as_deref()
                == Some("金融资产 10,000.00 元，超过上限 17,040.00 元（人均 24 个月低保标准）")),
            "{:?}",
            saver.detail.reasons
        );
        // Towns add up to the county.
        let towns: Vec<(i64, i64)> = report.body.towns.iter().map(|town| (town.households, town.lost)).collect();
        assert_eq!(towns, [(1, 0), (5, 4)]);
        // Every changed household stands in one bar.
        assert_eq!(report.body.buckets.iter().map(|bucket| bucket.households).sum::<i64>(), 5);
        assert_eq!(report.body.buckets.iter().map(|bucket| bucket.difference).sum::<i64>(), -94_000);
        let moves: Vec<(&str, &str, i64)> = report
            .body
            .moves
            .iter()
            .filter(|step| step.before != step.after)
            .map(|step| (step.before_label.zh.as_str(), step.after_label.zh.as_str(), step.households))
            .collect();
        assert_eq!(
            moves,
            [("纳入低保", "不予确认", 3), ("认定为低保边缘家庭", "不予确认", 1), ("不予确认", "纳入低保", 1),]
        );
        assert_eq!(report.run.kind, ShadowKind::Release);
        // Nothing but the report was written.
        let actor = server.system(people::COUNTY);
        let mut snapshot = server.app.storage.snapshot(actor.scope()).await.expect("a snapshot");
        let decisions = snapshot.decisions_page(&Default::default()).await.expect("decisions");
        assert!(decisions.items.is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_member_count_is_seen_in_the_sum_it_multiplies() {
    each_engine(DAY, async |server| {
        let caseload = Caseload::enter(server).await;
        let (report, rows) = shadow(server, wrong::MEMBERS).await;
        let totals = report.run.totals;
        assert_eq!((totals.gained, totals.lost, totals.changed, totals.unchanged), (0, 0, 1, 5));
        assert_eq!(listed(&caseload, &rows), [("uncounted", Change::Changed, 102_000, 173_000)]);
        let reason = &report.body.reasons[0];
        assert_eq!((reason.code.as_str(), reason.differs), ("amount-difference", 1));
        // An officer multiplies in her head: the sum no longer follows from its factors.
        assert_eq!(reason.example_before.as_deref(), Some("补差 710.00 × 2 − 400.00 = 1,020.00 元"));
        assert_eq!(reason.example_after.as_deref(), Some("补差 710.00 × 2 − 400.00 = 1,730.00 元"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_that_pays_less_than_nothing_gets_no_report() {
    let server = TestServer::new(DAY).await;
    Caseload::enter(&server).await;
    plugin::install(&server.app, &server.system(people::COUNTY), wrong::plugin(wrong::NEGATIVE))
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    let draft = ShadowDraft::release("dibao", &format!("dibao@{}", wrong::NEGATIVE.version), DAY);
    let officer = server.actor(people::CHEN_LI);
    let refused = shadow::run(&server.app, &officer, &draft, &mut |_, _| {}).await;
    assert!(matches!(refused, Err(Error::Failure { .. })), "{refused:?}");
    assert!(shadow::list(&server.app, &officer, None, 10).await.expect("a list").items.is_empty());
    server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_report_of_an_upgrade_is_found_and_grows_stale() {
    each_engine(DAY, async |server| {
        Caseload::enter(server).await;
        let (report, _) = shadow(server, wrong::MEMBERS).await;
        let it = server.actor(people::SUN_LI);
        let digest = report.run.after_digest.clone();
        let latest = shadow::latest(&server.app, &it, "dibao", &digest).await.expect("a report").expect("there");
        assert_eq!(latest, report);
        assert_eq!(shadow::latest(&server.app, &it, "dibao", "00").await.expect("no failure"), None);
        assert_eq!(shadow::stale(&server.app, &it, &latest).await.expect("no failure"), None);
        // County IT runs and reads reports, and learns of no household.
        let query = ShadowRowQuery { limit: 9, ..ShadowRowQuery::default() };
        let hidden = shadow::rows(&server.app, &it, report.run.id, &query).await;
        assert!(matches!(hidden, Err(Error::Forbidden { .. })), "{hidden:?}");
        // A town runs none, and finds none of the county's.
        let town = server.actor(people::WANG_FANG);
        let draft = ShadowDraft::release("dibao", &digest, DAY);
        assert!(matches!(shadow::run(&server.app, &town, &draft, &mut |_, _| {}).await, Err(Error::Forbidden { .. })));
        let neighbour = server.actor(people::MENG_FAN);
        assert!(matches!(shadow::fetch(&server.app, &neighbour, report.run.id).await, Err(Error::NotFound { .. })));
        server.set_parameter(people::COUNTY, "dibao.standard", 72_000, date(2022, 7, 15)).await;
        let why = shadow::stale(&server.app, &it, &latest).await.expect("no failure");
        assert_eq!(why.as_deref(), Some("政策参数已经变化，报告是按以前的参数计算的"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_standard_would_cost() {
    each_engine(DAY, async |server| {
        let caseload = Caseload::enter(server).await;
        let officer = server.actor(people::CHEN_LI);
        let app = &server.app;
        let typed = [("standard".to_owned(), "760".to_owned())];
        let values = shadow::typed_parameters(app, &officer, "dibao", DAY, &typed).await.expect("a value");
        assert_eq!(values, BTreeMap::from([("standard".to_owned(), 76_000)]));
        let draft = ShadowDraft::what_if("dibao", DAY, values);
        let report = shadow::run(app, &officer, &draft, &mut |_, _| {}).await.unwrap_or_else(|error| panic!("{error}"));
        // Counted persons 3 + 1 + 2 at 50 yuan more, and two with 1,500 between them who now lie below 2 × 760.
        assert_eq!((report.run.totals.gained, report.run.totals.changed, report.run.totals.lost), (1, 3, 0));
        assert_eq!(report.difference(), Fen(6 * 5_000 + (2 * 76_000 - 150_000)));
        let change = &report.body.parameters[0];
        assert_eq!(
            (change.label.zh.as_str(), change.before.as_deref(), change.after.as_deref(), change.supposed),
            ("低保标准（每人每月）", Some("710.00 元"), Some("760.00 元"), true)
        );
        assert_eq!(report.run.kind, ShadowKind::Parameters);
        let query = ShadowRowQuery { change: Some(Change::Gained), limit: 9, ..ShadowRowQuery::default() };
        let gained = shadow::rows(app, &officer, report.run.id, &query).await.expect("rows");
        assert_eq!(listed(&caseload, &gained.items), [("edge", Change::Gained, 0, 2_000)]);
        // The county's own value has not moved.
        let totals =
            assess::county(app, &officer, "dibao", DAY, &mut |_| Ok(()), &mut |_, _| {}).await.expect("totals");
        assert_eq!(totals.amount, 236_000);
        // What is not there to be changed is said, with what there is.
        let unknown = [("standart".to_owned(), "760".to_owned()), ("standard".to_owned(), "七百".to_owned())];
        match shadow::typed_parameters(app, &officer, "dibao", DAY, &unknown).await {
            Err(Error::Invalid(problems)) => {
                assert!(problems.len() == 2 && problems[0].message.contains("standard（低保标准"), "{problems:?}")
            }
            other => panic!("{other:?}"),
        }
        // Nothing to compare is no report.
        let same = ShadowDraft::what_if("dibao", DAY, BTreeMap::new());
        assert!(matches!(shadow::run(app, &officer, &same, &mut |_, _| {}).await, Err(Error::Refused { .. })));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_days_and_two_releases_are_taken_apart_and_add_up_to_the_fen() {
    each_engine(DAY, async |server| {
        Caseload::enter(server).await;
        let app = &server.app;
        let officer = server.actor(people::CHEN_LI);
        let later = date(2023, 7, 20);
        server.set_parameter(people::COUNTY, "dibao.standard", 74_033, date(2023, 7, 1)).await;
        plugin::install(app, &server.system(people::COUNTY), wrong::plugin(wrong::MEMBERS)).await.expect("installed");
        let release = ReleaseChoice::Named(format!("dibao@{}", wrong::MEMBERS.version));
        let draft = ShadowDraft {
            plugin: "dibao".into(),
            before: SideDraft::in_force(DAY),
            after: SideDraft::new(release.clone(), later),
        };
        let report = shadow::run(app, &officer, &draft, &mut |_, _| {}).await.unwrap_or_else(|error| panic!("{error}"));
        let parts: Vec<(Factor, i64)> =
            report.body.effects.iter().map(|effect| (effect.factor, effect.amount)).collect();
        // The worker earns 333.33 less since spring; six persons at 30.33 more each; one person too many at 740.33.
        assert_eq!(
            parts,
            [(Factor::Facts, 33_333), (Factor::Parameters, 6 * 3_033), (Factor::Release, 74_033)],
            "{:?}",
            report.body.parameters
        );
        assert_eq!(parts.iter().map(|(_, amount)| amount).sum::<i64>(), report.difference().0);
        // The ends are what a plain pass over the county gives on each day.
        let pass = async |on| {
            assess::county(app, &officer, "dibao", on, &mut |_| Ok(()), &mut |_, _| {}).await.expect("totals").amount
        };
        assert_eq!(report.run.totals.before.0, pass(DAY).await);
        assert_eq!(report.run.totals.after.0 - 74_033, pass(later).await);
        // Household by household, too.
        let query = ShadowRowQuery { limit: 100, ..ShadowRowQuery::default() };
        for view in shadow::rows(app, &officer, report.run.id, &query).await.expect("rows").items {
            assert_eq!(view.detail.effects.iter().sum::<i64>(), view.row.difference().0, "{view:?}");
        }
        // Today's release and parameters on last July's families: only those differ.
        let mixed = ShadowDraft {
            plugin: "dibao".into(),
            before: SideDraft::in_force(DAY),
            after: SideDraft { parameters_on: Some(later), ..SideDraft::new(release, DAY) },
        };
        let report = shadow::run(app, &officer, &mixed, &mut |_, _| {}).await.unwrap_or_else(|error| panic!("{error}"));
        let parts: Vec<(Factor, i64)> =
            report.body.effects.iter().map(|effect| (effect.factor, effect.amount)).collect();
        assert_eq!(parts, [(Factor::Parameters, 6 * 3_033), (Factor::Release, 74_033)]);
    })
    .await;
}

/// A release that asks for more than is granted runs with what it would get, and the report says so; what the county withholds
/// stays withheld.
#[tokio::test(flavor = "multi_thread")]
async fn grants_are_those_the_release_would_get() {
    let server = TestServer::new(DAY).await;
    Caseload::enter_with(&server, GrantChoice::All).await;
    let it = server.actor(people::SUN_LI);
    let manifest = measure::manifests(&server.app, &it).await.expect("manifests").remove(0);
    let all: Vec<String> =
        doudi_plugin_host::requested(&manifest).into_iter().map(|capability| capability.code).collect();
    let kept: Vec<String> = all.iter().filter(|grant| *grant != "read:asset.deposit").cloned().collect();
    plugin::set_grants(&server.app, &it, "dibao", kept).await.expect("withheld");
    // The county looks at no deposits: the one with too many is covered, and stays so under the new release.
    let (report, _) = shadow(&server, wrong::MEMBERS).await;
    assert_eq!(report.body.after.withheld, ["读取 存款"]);
    assert!(report.body.extra_grants.is_empty());
    assert_eq!(report.run.totals.before, Fen(236_000 + 142_000));
    // A draft may grant otherwise; what nobody has said yes to yet is named.
    let mut draft = ShadowDraft::release("dibao", &report.run.after_digest, DAY);
    draft.after.grants = Some(all);
    let report = shadow::run(&server.app, &it, &draft, &mut |_, _| {}).await.unwrap_or_else(|error| panic!("{error}"));
    let extra: Vec<&str> = report.body.extra_grants.iter().map(|extra| extra.grant.as_str()).collect();
    assert_eq!(extra, ["read:asset.deposit"]);
    assert_eq!(report.run.totals.lost, 1);
    server.close().await;
}

/// Where a measure is not enabled yet, everybody it would pay is gained.
#[tokio::test(flavor = "multi_thread")]
async fn a_first_release_is_compared_with_nothing() {
    let server = TestServer::new(DAY).await;
    let installed = plugin::install(&server.app, &server.system(people::COUNTY), guests::plugin("dibao"))
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    Caseload::families(&server).await;
    Caseload::parameters(&server).await;
    let draft = ShadowDraft::release("dibao", &installed.digest, DAY);
    let officer = server.actor(people::CHEN_LI);
    let report =
        shadow::run(&server.app, &officer, &draft, &mut |_, _| {}).await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!((report.run.totals.gained, report.run.totals.unchanged), (4, 2));
    assert_eq!((report.run.totals.before, report.run.totals.after), (Fen(0), Fen(236_000)));
    assert_eq!(report.run.before_digest, None);
    assert_eq!(report.body.moves[0].before_label.zh, "未启用");
    server.close().await;
}
