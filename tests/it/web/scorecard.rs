//! 督查考核: figures against their targets, each with the list behind it; one measure's failure in its own place; the city sees
//! figures of all counties and nothing of anybody.

use super::api::{Program, json_of, refused};
use super::outing::{TODAY, behave, found, plan, record};
use crate::support::family;
use crate::support::people;
use crate::support::server::each_engine;
use crate::support::{Page, TestServer};
use calamine::Reader;

/// Three visits due in July, one of them made; one due in June, not made.
async fn july(server: &TestServer) {
    let family = found(server).await;
    plan(server, &family, "2022-06-10").await;
    let made = plan(server, &family, "2022-07-15").await;
    plan(server, &family, "2022-07-18").await;
    plan(server, &family, "2022-07-29").await;
    record(server, made, "urgent").await;
}

/// What stands in the row of a figure.
fn row(page: &Page, figure: &str) -> String {
    let body = page.body();
    let at = body.find(&format!("id=\"outing-{figure}\"")).unwrap_or_else(|| panic!("{}: no {figure}", page.asked));
    let end = at + body[at..].find("</tr>").expect("a row ends");
    Page { bytes: body[body[..at].rfind('<').expect("a tag")..end].into(), ..page.clone() }.text()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_county_sees_each_figure_with_target_definition_trend_and_list() {
    each_engine(TODAY, async |server| {
        july(server).await;
        let client = server.client(people::CHEN_LI).await;
        let page = client.get("/scorecard").await.ok();
        let page = page.has(&[
            "南陵县 督查考核",
            "2022年7月",
            "入户走访",
            "达标 1/3",
            "本期到期的走访中已经登记的件数",
            "通知第三条",
        ]);
        let visited = row(&page, "visited");
        for word in ["按计划走访率", "33.33%", "1 / 3", "95%", "未达标", "好转 33.33 个百分点", "上期 0%"]
        {
            assert!(visited.contains(word), "no {word} in: {visited}");
        }
        // Less is better, and one of one is an emergency.
        assert!(row(&page, "urgent").contains("100% 1 / 1 10% ✗ 未达标"), "{}", row(&page, "urgent"));
        // Money in yuan, and no target.
        assert!(row(&page, "spent").contains("12.50 / 37.50 元 — · 不设目标"), "{}", row(&page, "spent"));
        // Not in the manifest: the label that came with it; of what should not be, none is good.
        assert!(row(&page, "closed").contains("不再走访 0% 0 / 3 0% ✓ 达标"), "{}", row(&page, "closed"));
        // The list behind a figure lists exactly what was counted.
        let list = "/measures/outing/list?from=2022-07-01&to=2022-07-31";
        assert!(page.links().iter().any(|link| link == list), "{:?}", page.links());
        let listed = client.get(list).await.ok().text();
        assert_eq!((listed.matches("待走访").count(), listed.matches("已走访").count()), (2, 1), "{listed}");
        // Other periods, by the address.
        let quarter = client.get("/scorecard?quarter=2022-2").await.ok();
        assert!(row(&quarter, "visited").contains("0% 0 / 1"), "{}", row(&quarter, "visited"));
        let year = client.get("/scorecard?year=2022").await.ok();
        assert!(row(&year, "visited").contains("25% 1 / 4"), "{}", row(&year, "visited"));
        let days = client.get("/scorecard?from=2022-07-18&to=2022-07-20").await.ok();
        assert!(row(&days, "visited").contains("0% 0 / 1"), "{}", row(&days, "visited"));
        let nothing = client.get("/scorecard?month=2022-03").await.ok();
        assert!(row(&nothing, "visited").contains("本期没有"), "{}", row(&nothing, "visited"));
        for wrong in [
            "month=2022-13",
            "month=x",
            "quarter=2022-5",
            "from=2022-07-01",
            "from=2022-07-02&to=2022-07-01",
            "month=2022-07&year=2022",
        ] {
            client.get(&format!("/scorecard?{wrong}")).await.refused(422);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_measure_that_fails_says_so_in_its_own_place() {
    let server = TestServer::new(TODAY).await;
    july(&server).await;
    let client = server.client(people::ZHAO_MIN).await;
    for (how, sentence) in [("refuse", "本县区还没有设定走访计划"), ("break", "程序异常中止"), ("lie", "超出分母")]
    {
        behave(&server, people::COUNTY, how).await;
        let page = client.get("/scorecard").await.ok();
        page.has(&["入户走访", "这项措施现在不能回答，其他内容不受影响", sentence, "捣乱插件", "不能回答的措施 1"]);
    }
    // The other county has its own settings, and its own figures.
    let other = server.client(people::MENG_FAN).await.get("/scorecard").await.ok();
    other.has(&["无为市 督查考核", "按计划走访率"]).lacks(&["不能回答"]);
    server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_city_sees_figures_of_all_counties_and_nothing_of_anybody() {
    let server = TestServer::new(TODAY).await;
    july(&server).await;
    behave(&server, people::OTHER_COUNTY, "break").await;
    let city = server.client(people::GAO_YUAN).await;
    let page = city.get("/scorecard").await.ok();
    let page = page.has(&["各县区督查考核", "南陵县", "无为市", "按计划走访率", "33.33%", "不能回答", "95%"]);
    let cell = "/scorecard?county=340223&month=2022-07#outing-visited";
    assert!(page.links().iter().any(|link| link == cell), "{:?}", page.links());
    let secrets = [family::HEAD, family::WIFE, family::NUMBER, family::ADDRESS, "张**", "黄墓村", "/measures/"];
    page.lacks(&secrets);
    // A county's definitions, without the lists, which are the county's.
    let county = city.get("/scorecard?county=340223&month=2022-07").await.ok();
    let county = county.has(&["南陵县 督查考核", "本期到期的走访中已经登记的件数", "市级只看汇总数"]);
    county.lacks(&secrets).lacks(&["查看清单"]);
    city.get("/measures/outing/list").await.refused(404);
    // A measure that failed is asked again by the next one who looks; what was answered is shown again until it is too old.
    behave(&server, people::OTHER_COUNTY, "good").await;
    city.get("/scorecard").await.ok().lacks(&["不能回答"]);
    behave(&server, people::OTHER_COUNTY, "break").await;
    city.get("/scorecard").await.ok().lacks(&["不能回答"]);
    server.clock.advance_seconds(301);
    city.get("/scorecard").await.ok().has(&["不能回答"]);
    // Nobody else looks over the fence.
    server.client(people::CHEN_LI).await.get("/scorecard?county=340281").await.refused(404);
    server.client(people::CHEN_LI).await.get("/scorecard?county=340223").await.ok();
    city.get("/scorecard?county=110101").await.refused(404);
    for login in
        [people::WANG_FANG, people::HE_JING, people::LI_MING, people::WU_TING, people::SUN_LI, people::ZHOU_MIN]
    {
        server.client(login).await.get("/scorecard").await.refused(403);
    }
    server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_figures_as_a_workbook_and_over_the_api() {
    let server = TestServer::new(TODAY).await;
    july(&server).await;
    let saved = server.client(people::CHEN_LI).await.get("/scorecard/workbook?month=2022-07").await.ok();
    let mut book = calamine::Xlsx::new(std::io::Cursor::new(saved.bytes)).expect("a workbook");
    let range = book.worksheet_range("督查考核").expect("its sheet");
    let cell = |row: u32, column: u32| range.get_value((row, column)).map(ToString::to_string).unwrap_or_default();
    assert_eq!(cell(0, 0), "南陵县 2022年7月 督查考核");
    let first: Vec<String> = (0..7).map(|column| cell(2, column)).collect();
    assert_eq!(first, ["入户走访", "按计划走访率", "1", "3", "0.3333", "0.95", "未达标"]);
    assert_eq!([cell(4, 1), cell(4, 2), cell(4, 3)], ["走访经费支出（元）", "12.5", "37.5"]);

    let county = Program::new(&server, people::CHEN_LI, "read").await;
    let answer = county.get("/scorecard?month=2022-07").await;
    let card = json_of(&answer);
    let measures = card["measures"].as_array().expect("measures");
    let outing = measures.iter().find(|measure| measure["plugin"] == "outing").expect("the measure");
    let figure = &outing["items"][0];
    assert_eq!((figure["code"].as_str(), figure["verdict"].as_str()), (Some("visited"), Some("not-met")), "{card}");
    assert_eq!(
        (figure["part"].as_i64(), figure["whole"].as_i64(), figure["before"].as_i64()),
        (Some(1), Some(3), Some(0))
    );
    refused(&county.get("/scorecard?month=07-2022").await, 400, "bad-request");
    refused(&county.get("/scorecard?county=340281").await, 404, "not-found");
    refused(&county.get("/scorecard/counties").await, 403, "forbidden");
    let city = Program::new(&server, people::GAO_YUAN, "figures:read").await;
    let all = json_of(&city.get("/scorecard/counties?month=2022-07").await);
    let shown: Vec<(&str, &str, i64)> = all["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|item| {
            let figure = &item["figure"];
            (
                item["county"].as_str().unwrap_or(""),
                figure["code"].as_str().unwrap_or(""),
                figure["whole"].as_i64().unwrap_or(-1),
            )
        })
        .filter(|(_, code, _)| *code == "visited")
        .collect();
    assert_eq!(shown, [("340223000000", "visited", 3), ("340281000000", "visited", 0)]);
    assert!(all["items"].as_array().expect("items").iter().all(|item| item["figure"]["list"].is_null()), "{all}");
    server.close().await;
}
