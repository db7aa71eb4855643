//! A department's list: who a row is about is found by number, what a row lacks is its own problem, and once a quarter the measure
//! counts what there is.

use super::{TODAY, body, enabled, enabled_from, led_to};
use crate::support::family::{Family, head_number, wife_number};
use crate::support::people;
use crate::support::server::{TestServer, each_engine};
use doudi_domain::DocumentId;
use doudi_domain::fact::{Subject, Value};
use doudi_server::app::intake;
use doudi_server::worker::Worker;
use jiff::civil::date;

/// A list the county has begun.
pub async fn list(server: &TestServer) -> DocumentId {
    let chen = server.client(people::CHEN_LI).await;
    led_to(&chen.post("/measures/census/new/list", &[("_key", "list")]).await.done())
}

fn old(number: &str) -> String {
    format!("{}{}", &number[..6], &number[8..17])
}

/// Wages of a person as they are on record.
async fn wages(server: &TestServer, person: doudi_domain::PersonId) -> Vec<i64> {
    let field = doudi_domain::catalogue::find("income.wage").expect("a field").code;
    let mut snapshot = server.app.storage.snapshot(server.actor(people::CHEN_LI).scope()).await.expect("a snapshot");
    let facts = snapshot.fact_history(Subject::Person(person), field).await.expect("a history");
    let value = |value: &Value| if let Value::Int(fen) = value { *fen } else { panic!("{value:?}") };
    facts.iter().map(|fact| value(&fact.value)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_short_list_is_checked_then_taken_while_the_officer_waits() {
    each_engine(TODAY, async |server| {
        enabled(server).await;
        let family = Family::enter(server).await;
        let list = list(server).await;
        let chen = server.client(people::CHEN_LI).await;
        let address = format!("/documents/{list}/feeds/wages");
        let page = chen.get(&format!("/documents/{list}")).await.ok().has(&["上传工资名单"]);
        assert!(page.links().contains(&address), "{:?}", page.links());

        // As before 1999, with a small x, unknown to us, mistyped, too much.
        let slip = "340223195003061237";
        let content = format!(
            "身份证号,月工资,备注\n{},1234.50,\n{},2000,\n34022319640229017x,3000,\n{slip},4000,\n{},600000,\n,1,\n",
            head_number(),
            old(&wife_number()),
            wife_number(),
        );
        let checked =
            chen.post_files(&address, &[], &[("file", "六月.csv", "text/csv", content.as_bytes())]).await.ok();
        let checked = checked.has(&["检查结果", "6 行", "校验位不符", "月工资超过 50 万元", "没有填写"]).lacks(&[slip]);
        assert_eq!(wages(server, family.head).await, [180_000], "nothing is written yet");
        let run = checked.links().into_iter().find(|link| link.ends_with("/run")).expect("the second step");
        let page = chen.get(&chen.post(&run, &[]).await.done()).await.ok();
        let page = page.has(&["处理结果", "六月.csv", "已处理（行） 3", "有错误（行） 3", "校验位不符"]).lacks(&[slip]);
        let address = page.links().into_iter().find(|link| link.ends_with("/errors")).expect("an error file");
        let file = chen.get(&address).await.ok();
        let text = file.body();
        assert!(text.contains("错误原因") && text.contains("校验位不符") && text.contains(slip), "{text}");
        assert_eq!(wages(server, family.head).await, [180_000, 123_450]);
        assert_eq!(wages(server, family.wife).await, [200_000]);

        // The measure is told when the last block is taken.
        Worker::new(server.app.clone()).until_idle().await.expect("the event is delivered");
        let told = body(server, people::CHEN_LI, list).await;
        assert_eq!((&told["feed"], &told["name"]), (&"wages".into(), &"六月.csv".into()), "{told}");
        assert_eq!((&told["rows"], &told["taken"], &told["failed"]), (&6.into(), &3.into(), &3.into()), "{told}");
        chen.get(&format!("/documents/{list}/feeds/wages")).await.ok().has(&["上传过的文件", "六月.csv", "陈立"]);
        // Nobody else's: the next town's officer has no such list, and no run of it.
        let ma = server.client(people::MA_DONG).await;
        ma.get(&address).await.refused(404);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_block_that_is_refused_fails_row_by_row() {
    let server = TestServer::new(TODAY).await;
    enabled(&server).await;
    let family = Family::enter(&server).await;
    let list = list(&server).await;
    let chen = server.actor(people::CHEN_LI);
    let content = format!("身份证号,月工资,备注\n{},1000,整批退回\n{},2000,\n", head_number(), wife_number());
    let run = intake::begin(&server.app, &chen, list, "wages", content.as_bytes(), "坏.csv").await.expect("begun");
    let view = intake::run(&server.app, &chen, run).await.expect("there");
    assert_eq!((view.run.taken, view.run.failed, view.wrong), (0, 2, 2));
    assert!(view.problems.iter().all(|problem| problem.message.contains("第 1 批不能接入")), "{:?}", view.problems);
    assert!(view.run.is_over() && view.run.problem.is_none());
    assert_eq!(wages(&server, family.head).await, [180_000]);
    server.close().await;
}

/// All households, page by page, and all places of the county: as the quarter begins.
#[tokio::test(flavor = "multi_thread")]
async fn a_quarter_counts_households_and_places() {
    each_engine(date(2022, 6, 30), async |server| {
        enabled_from(server, date(2022, 6, 30)).await;
        Family::enter(server).await;
        server.clock.set(date(2022, 7, 2));
        Worker::new(server.app.clone()).until_idle().await.expect("due work");
        let chen = server.actor(people::CHEN_LI);
        let query = doudi_server::app::document::DocumentQuery {
            collection: Some("count".into()),
            limit: 10,
            ..Default::default()
        };
        let found = doudi_server::app::document::page(&server.app, &chen, &query).await.expect("a list").items;
        let counts: Vec<(String, serde_json::Value)> = found
            .into_iter()
            .map(|row| (row.document.key, serde_json::from_str(&row.document.body).expect("a body")))
            .collect();
        // 南陵县 has 8 towns and a park; what lies under the park counts by its own digits.
        let expected = |villages: &serde_json::Value| villages.as_i64().is_some_and(|villages| villages > 100);
        let july: Vec<_> = counts.iter().filter(|(key, _)| key == "2022-07-01").collect();
        assert_eq!(july.len(), 1, "{counts:?}");
        assert_eq!((&july[0].1["households"], &july[0].1["towns"]), (&1.into(), &8.into()), "{counts:?}");
        assert!(expected(&july[0].1["villages"]), "{counts:?}");
    })
    .await;
}
