//! The path of a county, on its pages: what is new, what it asks for, the shadow report, the acceptance cases, the second
//! signature, the switch, the look afterwards, the way back; and what each office may do on it.

use super::*;
use doudi_documents::scenario::{Expect, Member, Scenario};
use doudi_domain::acceptance::Source;
use doudi_domain::upgrade::Bounds;
use doudi_server::app::acceptance::{self, AcceptanceDraft, HouseholdCase};
use doudi_server::app::upgrade::{StepKind, StepState};
use std::time::Duration;

/// A family that gets what the guest gives everybody: 630 yuan.
fn scenario(name: &str, outcome: &str, amount: i64) -> Scenario {
    Scenario {
        name: name.into(),
        date: "2022-07-20".into(),
        parameters: Default::default(),
        household: Default::default(),
        members: vec![Member {
            who: "户主".into(),
            fields: [("person.sex".to_owned(), 1.into())].into(),
            items: Vec::new(),
        }],
        expect: Expect {
            outcome: outcome.into(),
            amount,
            reasons: vec!["poor".into()],
            without: Vec::new(),
            figures: Default::default(),
        },
    }
}

async fn saved(server: &TestServer, name: &str, outcome: &str, amount: i64) {
    let draft = AcceptanceDraft {
        plugin: "honest".into(),
        scenario: scenario(name, outcome, amount),
        source: Source::Form,
        note: String::new(),
    };
    acceptance::save(&server.app, &server.actor(people::CHEN_LI), draft)
        .await
        .unwrap_or_else(|error| panic!("{error}"));
}

fn wider(manifest: &mut Manifest) {
    manifest.inputs.push(doudi_documents::manifest::Input {
        fields: vec!["person.health".into()],
        purpose: Text::new("用于判断重病", "To tell serious illness"),
    });
    harsh(manifest);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_county_goes_the_whole_way_and_back() {
    let server = TestServer::new(TODAY).await;
    let family = county(&server).await;
    saved(&server, "独居老人", "granted", 63_000).await;
    let digest = install(&server, &guests::honest_at("2.0.0", wider)).await;
    let it = server.client(people::SUN_LI).await;
    let approver = server.client(people::ZHAO_MIN).await;

    // The package offers the path instead of a bare switch, and the path says what is new.
    it.get(&format!("/plugins/{digest}")).await.ok().has(&["升级到这个版本", "换版本之前要核对"]);
    let page = it.get(&format!("/plugins/{digest}/upgrade")).await.ok();
    page.has(&["1.0.0 → 2.0.0", "结论", "不予同意", "读取 健康状况", "多申请 1 项权限，还没有决定", "用于判断重病"]);

    // Asked for, without the new permission.
    let post = |address: String, fields: Vec<(&'static str, &'static str)>| {
        let it = it.clone();
        async move { it.post(&address, &fields).await }
    };
    let address = post(format!("/plugins/{digest}/upgrade"), vec![("from", "2022-07-20")]).await.done();
    let address = address.split('?').next().expect("an address").to_owned();
    let page = it.get(&address).await.ok();
    page.has(&[
        "没有同意，相应内容它读不到",
        "还没有用新版本试运行过",
        "1 个用例中有 1 个没有通过",
        "结论应为“同意”，得到“不予同意”",
    ]);
    // Nothing is switched while anything is open; everything missing is told at once.
    let refusal = post(format!("{address}/switch"), vec![]).await.refused(422);
    refusal.has(&["还不能切换，有 2 项没有完成", "试运行", "验收用例"]);

    // The shadow run: every family loses. That is beyond the county's bounds.
    let id: UpgradeId = address.trim_start_matches("/upgrades/").parse().expect("a number");
    let order = it.post(&format!("{address}/shadow"), &[]).await.done();
    assert!(order.starts_with("/shadow/orders/"), "{order}");
    crate::worker::work(std::slice::from_ref(&server.app)).await;
    let page = it.get(&address).await.ok();
    page.has(&["退出 1 户", "变化超出限度", "提出升级的人不能自己签认"]);

    // The officer looks: the law has changed, the old case no longer holds, and a new one takes its place.
    let officer = server.actor(people::CHEN_LI);
    let cases = acceptance::list(&server.app, &officer, "honest", false).await.expect("cases");
    acceptance::withdraw(&server.app, &officer, cases[0].case.id, "政策已变").await.expect("withdrawn");
    saved(&server, "独居老人（新政策）", "refused", 63_000).await;

    // Whoever asked cannot sign, nor can an office that may not; the approver reads the report, and signs with a reason.
    it.post(&format!("{address}/sign"), &[("reason", "没事")]).await.refused(403);
    approver.post(&format!("{address}/sign"), &[("reason", "")]).await.refused(422).has(&["请写明签认的原因"]);
    approver.post(&format!("{address}/switch"), &[]).await.refused(403);
    approver.post(&format!("{address}/sign"), &[("reason", "省厅新规，已逐户核对")]).await.done();

    // A case already open goes on after the switch; the new version is watched.
    let case = press(&server, &family, None, "good").await;
    let done = it.post(&format!("{address}/switch"), &[]).await.done();
    assert!(done.contains("upgrade-switched"), "{done}");
    press(&server, &family, Some(case), "decide").await;
    let page = it.get(&address).await.ok();
    page.has(&["已切换", "切换之后", "省厅新规，已逐户核对", "回退"]).lacks(&["出错的比例比原来高"]);
    let failed = server.client(people::WANG_FANG).await.post(&format!("/documents/{case}/actions/trap"), &[]).await;
    assert!(failed.status >= 500, "{}", failed.status);
    it.get(&address).await.ok().has(&["新版本出错的比例比原来高", "trapped"]);

    // One press, and the county is where it was; not twice.
    it.post(&format!("{address}/rollback"), &[("reason", "")]).await.refused(422).has(&["请写明回退的原因"]);
    it.post(&format!("{address}/rollback"), &[("reason", "出错太多")]).await.done();
    it.get(&address).await.ok().has(&["已回退", "出错太多"]);
    it.post(&format!("{address}/rollback"), &[("reason", "再来")]).await.refused(422).has(&["没有可以回退的切换"]);
    let path = upgrade::show(&server.app, &server.actor(people::SUN_LI), id).await.expect("a path");
    assert_eq!(path.upgrade.expect("there").signed.expect("signed").deed.by_name, "赵敏");
    press(&server, &family, Some(case), "good").await;
    let pins = plugin::enablements(&server.app, &server.actor(people::SUN_LI)).await.expect("pins");
    assert_eq!(pins.iter().find(|view| view.in_force).expect("one").plugin.version, "1.0.0");
    // Each step is in the audit log.
    let audit = server.client(people::ZHOU_MIN).await;
    audit.get("/audit").await.ok().has(&["upgrade.open", "upgrade.sign", "upgrade.switch", "upgrade.roll-back"]);
    server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bounds_are_the_approvers_and_a_signature_is_for_one_difference() {
    let server = TestServer::new(TODAY).await;
    county(&server).await;
    install(&server, &guests::honest_at("2.0.0", harsh)).await;
    let (app, it, approver) = (&server.app, server.actor(people::SUN_LI), server.actor(people::ZHAO_MIN));
    let bounds = Bounds { lost: 10_000, changed: 10_000, money: 10_000, grace_days: 5, report_days: 1 };
    assert!(matches!(upgrade::set_bounds(app, &it, bounds).await, Err(Error::Forbidden { .. })));
    let id = opened(&server, &it, &to("2.0.0", TODAY)).await;
    let state = async |kind: StepKind| {
        let path = upgrade::show(app, &it, id).await.expect("a path");
        path.steps.into_iter().find(|step| step.kind == kind).expect("a step").state
    };
    assert_eq!(state(StepKind::SignOff).await, StepState::Open);
    // The machine has no name to sign with.
    let machine = upgrade::sign(app, &server.system(people::COUNTY), id, "系统代签").await;
    assert!(matches!(machine, Err(Error::Forbidden { .. })), "{machine:?}");
    upgrade::sign(app, &approver, id, "已核对").await.expect("signed");
    assert_eq!(state(StepKind::SignOff).await, StepState::Done);

    // Another family comes in, and the report is made anew: the difference is another one.
    let wang_fang = server.actor(people::WANG_FANG);
    let draft = doudi_server::app::household::HouseholdDraft {
        number: "XZ-2022-0418".into(),
        division: doudi_domain::DivisionCode::new(people::VILLAGE).expect("a village"),
        hukou_division: None,
        address: "黄墓村八组".into(),
        head: doudi_server::app::household::PersonDraft {
            name: "吴德贵".into(),
            id_number: crate::support::family::id_number("34022319550312043"),
            ethnicity: 1,
            hukou_address: "黄墓村八组".into(),
            phone: String::new(),
        },
    };
    doudi_server::app::household::create(app, &wang_fang, draft).await.expect("a family");
    upgrade::run_shadow(app, &it, id, &mut |_, _| {}).await.expect("run again");
    assert_eq!(state(StepKind::SignOff).await, StepState::Open);
    refused(upgrade::switch(app, &it, id).await, &["签认之后试运行的结果又有变化", "重新签认"]);

    // The approver may also say that the county accepts such changes.
    upgrade::set_bounds(app, &approver, bounds).await.expect("set");
    assert_eq!(state(StepKind::SignOff).await, StepState::NotNeeded);
    // Old reports do not count.
    server.clock.set(date(2022, 7, 22));
    assert_eq!(state(StepKind::Shadow).await, StepState::Open);
    server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_family_becomes_a_case_nobody_can_recognise() {
    let server = TestServer::new(TODAY).await;
    let family = county(&server).await;
    let officer = server.client(people::CHEN_LI).await;
    let address = format!("/households/{}/acceptance", family.household);
    officer.get(&address).await.ok().has(&["现在的版本对这一户的结论", "同意", "630.00"]);
    let fields =
        [("plugin", "honest"), ("on", "2022-07-20"), ("name", "三口之家"), ("outcome", "granted"), ("amount", "630")];
    let case = officer.post(&address, &fields).await.done();
    officer
        .get(case.split('?').next().expect("an address"))
        .await
        .ok()
        .has(&["三口之家", "真实家庭（已隐去身份）", "期望的结论：同意", "1 成员", "女"])
        .lacks(&[
            crate::support::family::HEAD,
            crate::support::family::NUMBER,
            crate::support::family::ADDRESS,
            "1968",
        ]);
    officer.get("/acceptance?plugin=honest").await.ok().has(&["1 个用例全部通过"]);
    // County IT sees results, not families; a town sees neither.
    let it = server.client(people::SUN_LI).await;
    it.get("/acceptance").await.ok().has(&["三口之家", "通过"]);
    it.get(case.split('?').next().expect("an address")).await.refused(403);
    it.get(&address).await.refused(403);
    server.client(people::WANG_FANG).await.get("/acceptance").await.refused(403);
    // A wrong expectation is told with both values, and what cannot be is refused in one answer.
    let wrong = HouseholdCase {
        plugin: "honest".into(),
        household: family.household,
        on: TODAY,
        name: "算错的".into(),
        expected: Some(("granted".into(), doudi_domain::Fen(60_000))),
        note: String::new(),
    };
    acceptance::save_household(&server.app, &server.actor(people::CHEN_LI), wrong).await.expect("saved");
    let run = acceptance::run(&server.app, &server.actor(people::CHEN_LI), "honest", None).await.expect("asked");
    let faults: Vec<&String> = run.results.iter().flat_map(|result| &result.faults).collect();
    assert_eq!(faults, ["金额应为每月 600.00 元，得到 630.00 元"]);
    let page =
        officer.post(&address, &[("plugin", "honest"), ("on", "2022-07-20"), ("amount", "x")]).await.refused(422);
    page.has(&["请填写金额"]);
    server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_made_up_family_is_filled_in_on_a_form() {
    let server = TestServer::new(TODAY).await;
    county(&server).await;
    let officer = server.client(people::CHEN_LI).await;
    officer.get("/acceptance/new?plugin=honest&members=2").await.ok().has(&["成员 2", "性别", "期望的结论"]);
    let wrong = officer.post("/acceptance", &[("plugin", "honest"), ("members", "1"), ("date", "soon")]).await;
    wrong.refused(422).has(&["请填写金额", "请选择期望的结论"]);
    let fields = [
        ("plugin", "honest"),
        ("members", "1"),
        ("name", "一位老人"),
        ("date", "2022-07-20"),
        ("m1.person.sex", "2"),
        ("outcome", "granted"),
        ("amount", "630.00"),
    ];
    let case = officer.post("/acceptance", &fields).await.done();
    officer.get(case.split('?').next().expect("an address")).await.ok().has(&["一位老人", "女", "填写的家庭"]);
    let same = officer.post("/acceptance", &fields).await.refused(422);
    same.has(&["已有同名的验收用例"]);
    server.close().await;
}

/// The switch and the way back take as long as one small transaction.
#[tokio::test(flavor = "multi_thread")]
async fn switching_and_rolling_back_are_quick() {
    let server = TestServer::new(TODAY).await;
    county(&server).await;
    install(&server, &guests::honest_at("1.1.0", |_| {})).await;
    let (app, it) = (&server.app, server.actor(people::SUN_LI));
    let (mut switches, mut backs) = (Vec::new(), Vec::new());
    for _ in 0..10 {
        let id = opened(&server, &it, &to("1.1.0", TODAY)).await;
        switches.push(upgrade::switch(app, &it, id).await.expect("switched").took);
        backs.push(upgrade::roll_back(app, &it, id, "测量").await.expect("rolled back"));
    }
    switches.sort();
    backs.sort();
    println!(
        "switch: median {:?}, worst {:?}; roll back: median {:?}, worst {:?}",
        switches[5], switches[9], backs[5], backs[9]
    );
    assert!(switches[5] < Duration::from_millis(50), "{switches:?}");
    assert!(backs[9] < Duration::from_secs(1), "{backs:?}");
    server.close().await;
}
