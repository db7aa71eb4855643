//! 低收入人口动态监测 through the real host on both engines: a department's file in every spelling of a number, the alert it leads to,
//! and its way to the end. What the plugin computes is tested natively.

use crate::support::family::{self, Family};
use crate::support::measures::{self, Officer};
use crate::support::people;
use crate::support::server::each_engine;
use doudi_server::app::intake;
use jiff::civil::{Date, date};
use serde_json::json;

const TODAY: Date = date(2022, 6, 23);

#[tokio::test(flavor = "multi_thread")]
async fn a_file_becomes_an_alert_and_an_alert_is_closed_after_a_visit() {
    each_engine(TODAY, async |server| {
        measures::enable(server, "monitoring", people::COUNTY, date(2022, 1, 1)).await;
        let family = Family::enter(server).await;
        measures::until(server, date(2022, 6, 24)).await;
        let officer = |login| Officer::new(server, login, &[people::ZHOU_QIANG]);
        let chen_li = officer(people::CHEN_LI);
        let values = json!({ "source": "残联", "period": "2022-06", "event": "1", "sent": 4 });
        let batch = chen_li.begin("monitoring", "batch", None, values).await;
        // Hers; somebody nobody has on file; one with a digit too few; hers once more, the x small.
        let list = format!(
            "身份证号,日期,等级,类别\n{0},2022-06-20,二级,肢体\n11010519491231002X,2022-06-20,一级,视力\n34022319,2022-06-20,一级,视力\n{1},2022-06-20,二级,肢体\n",
            family::wife_number(),
            family::wife_number().to_lowercase(),
        );
        let run = intake::begin(&server.app, &chen_li.actor, batch, "comparison", list.as_bytes(), "残联.csv")
            .await
            .unwrap_or_else(|error| panic!("{error}: {error:?}"));
        measures::until(server, server.app.today()).await;
        let told = intake::run(&server.app, &chen_li.actor, run).await.expect("hers");
        assert_eq!((told.run.rows, told.run.failed), (4, 1), "{told:?}");
        let page = server.client(people::CHEN_LI).await.get(&format!("/documents/{batch}")).await.ok();
        page.has(&["残联", "2022"]).lacks(&[&family::wife_number(), "现在不能回答"]);
        let alerts = measures::about(server, people::COUNTY, "monitoring", family.household).await;
        let [alert] = &alerts[..] else { panic!("one alert for one person and rule: {alerts:?}") };
        assert_eq!(alert.state, "dispatched");
        let visit = json!({ "at": "2022-06-24T08:30", "found": "与证件一致", "no-position": "手机没有信号" });
        officer(people::HE_JING).press(alert.id, "visit", visit).await;
        let judged = json!({ "truth": "false", "finding": "证件已登记，家庭情况没有变化" });
        officer(people::WANG_FANG).press(alert.id, "judge", judged).await;
        chen_li.press(alert.id, "close", json!({ "reply": "已核实，误报" })).await;
        let alerts = measures::about(server, people::COUNTY, "monitoring", family.household).await;
        assert_eq!(alerts[0].state, "closed");
    })
    .await;
}
