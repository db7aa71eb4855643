//! 义务日历: what is due by week, within the scope of whoever looks; the line on the worklist; a measure that fails.

use super::api::{Program, json_of};
use super::outing::{TODAY, behave, found, plan, record};
use crate::support::people;
use crate::support::server::each_engine;
use crate::support::{Page, TestServer};

/// Overdue (one of two made), this week, a Sunday, next month's first days, done long ago, far ahead.
async fn summer(server: &TestServer) {
    let family = found(server).await;
    let old = plan(server, &family, "2022-05-10").await;
    record(server, old, "fair").await;
    let made = plan(server, &family, "2022-07-15").await;
    record(server, made, "fair").await;
    for due in ["2022-07-15", "2022-07-22", "2022-07-31", "2022-08-02", "2022-09-30"] {
        plan(server, &family, due).await;
    }
}

fn order(page: &Page, words: &[&str]) {
    let text = page.text();
    let mut from = 0;
    for word in words {
        let at =
            text[from..].find(word).unwrap_or_else(|| panic!("{}: no “{word}” after: {}", page.asked, &text[from..]));
        from += at + word.len();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_overdue_comes_first_then_week_by_week() {
    each_engine(TODAY, async |server| {
        summer(server).await;
        let client = server.client(people::CHEN_LI).await;
        let page = client.get("/duties").await.ok();
        order(
            &page,
            &[
                "已超期",
                "1",
                "待完成",
                "3",
                "已超期",
                "7月15日",
                "已超 3 个工作日",
                "重点家庭走访",
                "1 / 2",
                "通知第三条",
                "查看清单",
                "本周",
                "7月18日至7月24日",
                "7月22日",
                "还剩 2 个工作日",
                "0 / 1",
                // A Sunday: the Friday before is wiser.
                "7月25日至7月31日",
                "7月31日",
                "建议 7月29日 前办好",
                "8月1日至8月7日",
                "8月2日",
            ],
        );
        // Done before this month, and far ahead: not now.
        page.clone().lacks(&["5月10日", "9月30日"]);
        let list = "/measures/outing/list?from=2022-07-15&to=2022-07-15";
        assert!(page.links().iter().any(|link| link == list), "{:?}", page.links());
        let other = client.get("/duties?month=2022-05").await.ok();
        order(&other, &["2022年5月", "已完成", "1", "5月10日", "已完成", "1 / 1"]);
        other.lacks(&["7月15日"]);
        client.get("/duties?month=2022-09").await.ok().has(&["9月30日"]);
        client.get("/duties?month=2022-02").await.ok().has(&["这段时间没有要办的义务"]);
        client.get("/duties?month=13").await.refused(422);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_sees_the_duties_of_her_own_part_of_the_tree() {
    let server = TestServer::new(TODAY).await;
    summer(&server).await;
    // 许镇 and 黄墓村 count the family's visits; the next town, the next village and the other county have none.
    for login in [people::WANG_FANG, people::LI_MING, people::HE_JING, people::ZHAO_MIN] {
        server.client(login).await.get("/duties").await.ok().has(&["7月15日", "1 / 2"]);
    }
    for login in [people::MA_DONG, "luohua", "yanbo", people::MENG_FAN] {
        server.client(login).await.get("/duties").await.ok().has(&["没有要办的义务"]).lacks(&["1 / 2"]);
    }
    // Finance has no part in the measure's pages: no link to its list.
    let finance = server.client(people::WU_TING).await.get("/duties").await.ok();
    assert!(!finance.links().iter().any(|link| link.contains("/measures/outing/")), "{:?}", finance.links());
    for login in [people::SUN_LI, people::QIAN_JIN, people::ZHOU_MIN, people::GAO_YUAN] {
        server.client(login).await.get("/duties").await.refused(403);
    }
    let town = Program::new(&server, people::WANG_FANG, "documents:read").await;
    let answer = json_of(&town.get("/duties").await);
    let first = &answer["items"][0];
    assert_eq!(
        (first["due"].as_str(), first["done"].as_i64(), first["of"].as_i64()),
        (Some("2022-07-15"), Some(1), Some(2))
    );
    assert_eq!((first["overdue"].as_bool(), first["working_days_left"].as_i64()), (Some(true), Some(-3)), "{answer}");
    let next = Program::new(&server, people::MA_DONG, "read").await;
    assert_eq!(json_of(&next.get("/duties").await)["items"].as_array().map(Vec::len), Some(0));
    assert_eq!(next.get("/duties?month=x").await.status, 400);
    server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_worklist_says_it_in_one_line_and_does_not_ask_each_time() {
    let server = TestServer::new(TODAY).await;
    let client = server.client(people::WANG_FANG).await;
    // Nobody knows of duties: no line at all.
    client.get("/worklist").await.ok().lacks(&["本月义务"]);
    summer(&server).await;
    // The first look may be too quick for the measures; they have answered when the second comes.
    client.get("/duties").await.ok();
    let page = client.get("/worklist").await.ok();
    order(&page, &["本月义务", "重点家庭走访 7月15日 已超期 1/2", "7月22日", "7月31日 建议 7月29日", "义务日历"]);
    // What is known stands for some minutes, and is asked anew afterwards.
    behave(&server, people::COUNTY, "refuse").await;
    client.get("/worklist").await.ok().has(&["7月22日"]).lacks(&["不能回答"]);
    server.clock.advance_seconds(301);
    client.get("/duties").await.ok();
    client.get("/worklist").await.ok().has(&["本月义务", "入户走访 不能回答"]);
    server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_measure_that_fails_says_so_and_the_page_stands() {
    let server = TestServer::new(TODAY).await;
    summer(&server).await;
    let client = server.client(people::WANG_FANG).await;
    for (how, sentence) in [("refuse", "本县区还没有设定走访计划"), ("break", "程序异常中止"), ("lie", "多于应完成的")]
    {
        behave(&server, people::COUNTY, how).await;
        let page = client.get("/duties").await.ok();
        page.has(&["入户走访", "这项措施现在不能回答，其他内容不受影响", sentence]);
        client.get("/worklist").await.ok().has(&["工作台"]);
    }
    server.close().await;
}
