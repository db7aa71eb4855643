//! A release with one line turned never gets into a county: its own acceptance cases stop it, in words an officer understands,
//! and so does the shadow run over its real families.

use super::*;
use crate::support::wrong::{self, Fault};
use doudi_server::app::acceptance;

/// Families the county answers for, in the vendor's own notation. The standard is the county's.
const CASES: &str = r#"
[[scenario]]
name = "两口之家，存款一千元，工资五百元"
date = "2022-07-20"
[[scenario.members]]
who = "户主"
fields = { "person.relation" = 2, "person.birth-date" = "1970-03-05", "person.co-resident" = true }
items = [{ field = "income.wage", value = 50000 }, { field = "asset.deposit", value = 100000 }]
[[scenario.members]]
who = "妻子"
fields = { "person.relation" = 12, "person.birth-date" = "1972-03-05", "person.co-resident" = true }
[scenario.expect]
outcome = "dibao"
amount = 92000

[[scenario]]
name = "三口之家，儿子服刑不计入"
date = "2022-07-20"
[[scenario.members]]
who = "户主"
fields = { "person.relation" = 2, "person.birth-date" = "1970-03-05", "person.co-resident" = true }
[[scenario.members]]
who = "妻子"
fields = { "person.relation" = 12, "person.birth-date" = "1972-03-05", "person.co-resident" = true }
[[scenario.members]]
who = "儿子，服刑"
fields = { "person.relation" = 20, "person.birth-date" = "1995-03-05", "person.co-resident" = true, "person.uncounted-reason" = 1 }
[scenario.expect]
outcome = "dibao"
amount = 142000
"#;

async fn county_with_cases() -> TestServer {
    let server = TestServer::new(TODAY).await;
    let package = guests::plugin("dibao");
    server.enable(&package, &[people::COUNTY], date(2022, 1, 1), GrantChoice::All).await;
    let manifest = guests::load(&server.app.host, &package).await.manifest().clone();
    for parameter in &manifest.parameters {
        if let Some(value) = parameter.example {
            server.set_parameter(people::COUNTY, &format!("dibao.{}", parameter.code), value, date(2022, 1, 1)).await;
        }
    }
    server.set_parameter(people::COUNTY, "dibao.standard", 71_000, date(2022, 1, 2)).await;
    Family::enter(&server).await;
    let officer = server.actor(people::CHEN_LI);
    acceptance::save_file(&server.app, &officer, "dibao", CASES).await.unwrap_or_else(|error| panic!("{error}"));
    let run = acceptance::run(&server.app, &officer, "dibao", None).await.expect("asked");
    let faults: Vec<_> = run.results.iter().map(|result| (&result.view.case.name, &result.faults)).collect();
    assert!(run.all_passed(), "the honest release gives what the county expects: {faults:?}");
    server
}

/// What the county's cases say to a faulty release, and that it cannot be switched to.
async fn stopped(server: &TestServer, fault: Fault, words: &[&str]) {
    let (app, it) = (&server.app, server.actor(people::SUN_LI));
    install(server, &wrong::plugin(fault)).await;
    let draft = UpgradeDraft { plugin: "dibao".into(), ..to(fault.version, TODAY) };
    let id = opened(server, &it, &draft).await;
    refused(upgrade::switch(app, &it, id).await, words);
    let pins = plugin::enablements(app, &it).await.expect("pins");
    assert!(pins.iter().any(|view| view.in_force && view.plugin.version == "1.1.0"), "nothing has changed");
    let path = upgrade::show(app, &it, id).await.expect("a path");
    let told: Vec<String> = path.acceptance.results.iter().flat_map(|result| result.faults.clone()).collect();
    assert!(!told.is_empty());
    println!("{}: {}", fault.name, told.join("；"));
    upgrade::cancel(app, &it, id, "供应商修正后再来").await.expect("given up");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_countys_cases_stop_a_wrong_release() {
    let server = county_with_cases().await;
    stopped(&server, wrong::INVERTED, &["验收用例", "2 个用例中有 2 个没有通过", "两口之家，存款一千元"]).await;
    stopped(&server, wrong::MEMBERS, &["验收用例", "2 个用例中有 1 个没有通过", "儿子服刑不计入"]).await;
    server.close().await;
}
