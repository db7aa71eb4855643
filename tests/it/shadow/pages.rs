//! Pages of shadow runs: asked for in a form, carried out in the background, shown with what each office may see.

use super::caseload::{Caseload, DAY};
use crate::support::server::TestServer;
use crate::support::{people, wrong};
use calamine::{Reader, Xlsx};
use doudi_server::app::plugin;
use doudi_server::worker::Worker;
use std::io::Cursor;

#[tokio::test(flavor = "multi_thread")]
async fn a_release_is_tried_from_the_console() {
    let server = TestServer::new(DAY).await;
    let caseload = Caseload::enter(&server).await;
    let installed = plugin::install(&server.app, &server.system(people::COUNTY), wrong::plugin(wrong::INVERTED))
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    let it = server.client(people::SUN_LI).await;
    it.get(&format!("/plugins/{}", installed.digest)).await.ok().has(&["启用前先试运行"]);
    it.post("/shadow", &[]).await.refused(422).has(&["请选择要试运行的版本"]);
    let fields = [("release", installed.digest.as_str()), ("as_of", "2022-07-20")];
    let page = it.post("/shadow", &fields).await;
    let order = page.location.clone().unwrap_or_else(|| panic!("{}: {}", page.status, page.excerpt()));
    // Under way, without a script: the page looks again by itself.
    let waiting = it.get(&order).await.ok().has(&["正在计算"]);
    assert!(waiting.body().contains("http-equiv=\"refresh\""));
    Worker::new(server.app.clone()).until_idle().await.expect("the worker");
    let report = it.get(&order).await.location.expect("the report is there");
    // County IT sees what changes, and no family.
    let page = it.get(&report).await.ok();
    let page = page
        .has(&["新增", "退出", "-940.00", "-11,280.00", "金融资产 … 元，超过上限 … 元", "逐户清单涉及家庭的经济状况"])
        .lacks(&["周*", "/households/"]);
    assert!(page.body().contains("<svg"));
    // The county bureau sees which, masked, largest first.
    let officer = server.client(people::CHEN_LI).await;
    let page = officer.get(&report).await.ok().has(&["+1,420.00", "-1,020.00"]).lacks(&["周某"]);
    assert!(page.body().contains(&format!("/households/{}", caseload.id("rich"))));
    let lost = officer.get(&format!("{report}?change=lost")).await.ok();
    assert!(!lost.body().contains(&format!("data-href=\"/households/{}\"", caseload.id("rich"))));
    // The workbook holds the households for her, and only sums for IT.
    for (client, sheets) in [(&officer, vec!["概要", "分镇街", "理由", "逐户"]), (&it, vec!["概要", "分镇街", "理由"])]
    {
        let file = client.get(&format!("{report}/workbook")).await.ok();
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(file.bytes.clone())).expect("a workbook");
        assert_eq!(book.sheet_names(), sheets);
        if let Ok(range) = book.worksheet_range("逐户") {
            assert_eq!(range.height(), 1 + 5);
        }
    }
    // A neighbour finds nothing.
    server.client("laiwen").await.get(&report).await.refused(404);
    server.client(people::WANG_FANG).await.get(&report).await.refused(403);
    server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_new_standard_costs_is_asked_from_the_parameters() {
    let server = TestServer::new(DAY).await;
    Caseload::enter(&server).await;
    let officer = server.client(people::CHEN_LI).await;
    officer.get("/parameters").await.ok().has(&["试算影响"]);
    officer.get("/parameters/what-if").await.ok().has(&["低保标准（每人每月）", "710.00 元"]);
    let base = [("plugin", "dibao"), ("as_of", "2022-07-20")];
    officer.post("/parameters/what-if", &base).await.refused(422).has(&["请至少填写一个参数的假设值"]);
    let wrong = [base[0], base[1], ("set.standard", "七百")];
    officer.post("/parameters/what-if", &wrong).await.refused(422).has(&["“七百”不是金额"]);
    let typed = [base[0], base[1], ("set.standard", "760"), ("set.edge-ratio", "")];
    let page = officer.post("/parameters/what-if", &typed).await;
    let order = page.location.clone().unwrap_or_else(|| panic!("{}: {}", page.status, page.excerpt()));
    Worker::new(server.app.clone()).until_idle().await.expect("the worker");
    let report = officer.get(&order).await.location.expect("the report is there");
    officer.get(&report).await.ok().has(&["710.00 元", "760.00 元", "假设值", "+320.00", "+3,840.00"]);
    officer.get("/shadow").await.ok().has(&["参数测算"]);
    server.close().await;
}

/// What cannot be run ends with its reason on the page, and is not tried for ever.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_fails_says_why() {
    let server = TestServer::new(DAY).await;
    Caseload::enter(&server).await;
    let installed = plugin::install(&server.app, &server.system(people::COUNTY), wrong::plugin(wrong::NEGATIVE))
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    let it = server.client(people::SUN_LI).await;
    let fields = [("release", installed.digest.as_str()), ("as_of", "2022-07-20")];
    let order = it.post("/shadow", &fields).await.location.expect("asked");
    Worker::new(server.app.clone()).until_idle().await.expect("the worker");
    it.get(&order).await.ok().has(&["没有算成"]);
    server.close().await;
}
