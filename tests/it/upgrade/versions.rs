//! Versions by date: several digests of one plugin at once, new work on today's pin, a past day on its own; planned and taken
//! back; off and on again without a trace; older versions only with the explicit word.

use super::*;
use crate::support::server::each_engine;
use doudi_server::app::{acceptance, assess, decision, document as cases, measure};
use doudi_storage::job::JobState;

/// What the county's families get by the rules of a day.
async fn assessed(server: &TestServer, plugin: &str, day: Date) -> (String, i64) {
    let mut rows = Vec::new();
    let mut sink = |block: Vec<assess::AssessRow>| {
        rows.extend(block);
        Ok(())
    };
    assess::county(&server.app, &server.system(people::COUNTY), plugin, day, &mut sink, &mut |_, _| {})
        .await
        .unwrap_or_else(|error| panic!("{day}: {error}"));
    (rows[0].outcome.clone(), rows[0].amount.0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_past_day_has_its_own_version_and_several_live_at_once() {
    each_engine(TODAY, async |server| {
        let family = county(server).await;
        let (app, it) = (&server.app, server.system(people::COUNTY));
        let old = press(server, &family, None, "decide").await;
        let newer = install(server, &guests::honest_at("2.0.0", harsh)).await;
        let other = server.enable(guests::honest(), &[people::OTHER_COUNTY], date(2022, 1, 1), GrantChoice::All).await;
        let id = opened(server, &it, &to("2.0.0", TODAY)).await;
        upgrade::sign(app, &server.actor(people::ZHAO_MIN), id, "逐户看过").await.expect("signed");
        upgrade::switch(app, &it, id).await.expect("switched");

        // Two digests of one plugin in one process: today's and yesterday's in one county, and the neighbour's.
        assert_eq!(assessed(server, "honest", TODAY).await.0, "refused");
        assert_eq!(assessed(server, "honest", date(2022, 7, 19)).await.0, "granted");
        for digest in [&newer, &other] {
            assert!(app.host.loaded(digest).is_some(), "both are in memory");
        }
        let theirs = plugin::enablements(app, &server.system(people::OTHER_COUNTY)).await.expect("pins");
        assert!(theirs.iter().all(|view| view.plugin.version == "1.0.0"), "{theirs:?}");

        // New work runs on today's, and says so; the case begun before goes on.
        let moved = press(server, &family, Some(old), "decide").await;
        assert_eq!(moved, old);
        let decisions = decision::list_of_household(app, &server.actor(people::WANG_FANG), family.household).await;
        let versions: Vec<String> = decisions.expect("readable").iter().map(|one| one.cause.version.clone()).collect();
        assert_eq!(versions, ["2.0.0", "1.0.0"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_can_be_planned_seen_and_taken_back() {
    let server = TestServer::new(TODAY).await;
    county(&server).await;
    install(&server, &guests::honest_at("1.1.0", |_| {})).await;
    let (app, it) = (&server.app, server.actor(people::SUN_LI));
    let later = date(2022, 9, 1);
    let id = opened(&server, &it, &to("1.1.0", later)).await;
    upgrade::switch(app, &it, id).await.expect("planned");
    let in_force = async || {
        let pins = plugin::enablements(app, &it).await.expect("pins");
        pins.into_iter().find(|view| view.in_force).expect("one").plugin.version
    };
    assert_eq!(in_force().await, "1.0.0", "nothing changes before its day");
    let client = server.client(people::SUN_LI).await;
    client.get("/plugins").await.ok().has(&["1.1.0", "2022-09-01 起启用", "取消计划"]);
    server.clock.set(later);
    assert_eq!(in_force().await, "1.1.0", "and then it does by itself");
    server.clock.set(TODAY);

    plugin::cancel_planned(app, &it, "honest").await.expect("taken back");
    server.clock.set(later);
    assert_eq!(in_force().await, "1.0.0");
    let rows = upgrade::list(app, &it, "honest").await.expect("upgrades");
    assert_eq!(rows[0].upgrade.state.code(), "rolled-back");
    // An end that is planned is a plan, too.
    plugin::disable(app, &it, "honest", date(2022, 12, 1)).await.expect("planned");
    client.get("/plugins").await.ok().has(&["2022-12-01 起停用"]);
    plugin::cancel_planned(app, &it, "honest").await.expect("taken back");
    assert!(plugin::cancel_planned(app, &it, "honest").await.is_err(), "nothing is planned any more");
    server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn off_and_on_again_leaves_everything_where_it_was() {
    each_engine(TODAY, async |server| {
        let menu_page = |manifest: &mut Manifest| {
            let page = manifest.pages.iter_mut().find(|page| page.id == "good").expect("a page");
            page.place = doudi_documents::manifest::Place::Menu;
            manifest.jobs[0].every = doudi_documents::manifest::Every::Day;
            manifest.jobs[0].id = "daily".into();
        };
        let package = guests::honest_at("1.0.1", menu_page);
        let digest = server.enable(&package, &[people::COUNTY], date(2022, 1, 1), GrantChoice::All).await;
        let family = Family::enter(server).await;
        let (app, wang_fang, it) = (&server.app, server.actor(people::WANG_FANG), server.actor(people::SUN_LI));
        let case = press(server, &family, None, "decide").await;
        let menu = async || measure::menu(app, &wang_fang).await.expect("a menu").len();
        let work = async || {
            let list = cases::worklist(app, &wang_fang, &Default::default()).await.expect("a worklist");
            list.rows.len()
        };
        let jobs = async || {
            let mut worker = doudi_server::worker::Worker::new(app.clone());
            worker.until_idle().await.expect("due work");
            let mut snapshot = app.storage.snapshot(server.system(people::COUNTY).scope()).await.expect("a snapshot");
            let jobs = snapshot.jobs_page(JobState::Done, None, 100).await.expect("jobs");
            jobs.items.iter().filter(|job| job.kind == "tick").count()
        };
        let before = (menu().await, work().await, jobs().await);
        assert_eq!(before, (1, 1, 1));

        plugin::disable(app, &it, "honest", TODAY).await.expect("disabled");
        server.clock.set(date(2022, 7, 21));
        assert_eq!(menu().await, 0, "no page is offered");
        assert_eq!(jobs().await, 1, "no work comes due");
        let view = cases::view(app, &wang_fang, case).await.expect("the case is still there");
        assert!(view.actions.iter().all(|action| action.why_not.is_some()), "and nothing can be done to it");
        let decisions = decision::list_of_household(app, &wang_fang, family.household).await.expect("readable");
        assert_eq!(decisions.len(), 1, "decisions stay");
        assert!(decision::replay(app, &wang_fang, decisions[0].id).await.expect("replayed").same);

        let draft = plugin::EnableDraft {
            plugin: "honest".into(),
            digest,
            from: date(2022, 7, 22),
            settings: None,
            grants: GrantChoice::All,
            accept_unsigned: true,
        };
        server.clock.set(date(2022, 7, 22));
        // An unsigned package: the operator's word.
        plugin::enable(app, &server.system(people::COUNTY), draft).await.expect("enabled again");
        assert_eq!((menu().await, work().await), (before.0, before.1));
        assert_eq!(jobs().await, 2, "work comes due again, and what was missed is not made up");
        assert_eq!(press(server, &family, Some(case), "good").await, case);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_version_needs_the_explicit_word_and_nobody_goes_around_the_path() {
    let server = TestServer::new(TODAY).await;
    server.enable(&guests::honest_at("2.0.0", |_| {}), &[people::COUNTY], date(2022, 1, 1), GrantChoice::All).await;
    Family::enter(&server).await;
    let older = install(&server, guests::honest()).await;
    let (app, it) = (&server.app, server.actor(people::SUN_LI));
    refused(upgrade::open(app, &it, &to("1.0.0", TODAY)).await, &["1.0.0 比正在使用的 2.0.0 旧", "--older"]);
    refused(upgrade::open(app, &it, &to("2.0.0", TODAY)).await, &["就是正在使用的版本"]);
    refused(upgrade::open(app, &it, &to("3.0.0", TODAY)).await, &["没有安装 honest 3.0.0", "2.0.0"]);
    refused(upgrade::open(app, &it, &to("1.0.0", date(2022, 7, 1))).await, &["早于今天"]);
    // Enabling is not a way around it, neither while the other runs nor after it has been disabled.
    let draft = || plugin::EnableDraft {
        plugin: "honest".into(),
        digest: older.clone(),
        from: TODAY,
        settings: None,
        grants: GrantChoice::All,
        accept_unsigned: true,
    };
    refused(plugin::enable(app, &it, draft()).await, &["是一次升级", "doudi plugin upgrade honest@1.0.0"]);
    plugin::disable(app, &it, "honest", TODAY).await.expect("disabled");
    refused(plugin::enable(app, &it, draft()).await, &["请先重新启用原来的版本"]);
    refused(upgrade::open(app, &it, &to("1.0.0", TODAY)).await, &["没有启用，不能升级"]);
    server.clock.set(date(2022, 7, 21));
    let again = plugin::packages(app, &it).await.expect("packages");
    let current = again.iter().find(|view| view.release.version == "2.0.0").expect("installed").release.digest.clone();
    let draft = plugin::EnableDraft { digest: current, from: date(2022, 7, 21), ..draft() };
    plugin::enable(app, &server.system(people::COUNTY), draft).await.expect("the version from before");
    let id = opened(&server, &it, &UpgradeDraft { older: true, ..to("1.0.0", date(2022, 7, 21)) }).await;
    upgrade::switch(app, &it, id).await.expect("with the word");
    assert!(acceptance::run(app, &it, "honest", None).await.expect("asked").plugin.version == "1.0.0");
    server.close().await;
}
