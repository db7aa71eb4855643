//! 特困人员认定与委托照料 through the real host on both engines. Its scenarios run at every admission; here a county works with its pages
//! and lists, and the figures and duties it is asked for are there.

use crate::support::family::Family;
use crate::support::measures::{self, Officer};
use crate::support::people;
use crate::support::server::each_engine;
use jiff::civil::{Date, date};
use serde_json::json;

const TODAY: Date = date(2022, 6, 23);

#[tokio::test(flavor = "multi_thread")]
async fn a_family_that_can_work_is_told_why_it_is_not_tekun() {
    each_engine(TODAY, async |server| {
        measures::enable(server, "care-contracts", people::COUNTY, date(2022, 1, 1)).await;
        let family = Family::enter(server).await;
        let wang_fang = Officer::new(server, people::WANG_FANG, &[people::ZHOU_QIANG]);
        let values = json!({ "applicant": family.head.to_string() });
        let case = wang_fang.begin("care-contracts", "application", Some(family.household), values).await;
        let client = server.client(people::WANG_FANG).await;
        client.get(&format!("/documents/{case}")).await.ok().has(&["劳动能力"]).lacks(&["现在不能回答"]);
        measures::until(server, date(2022, 7, 2)).await;
        for page in ["/scorecard?month=2022-07", "/duties?month=2022-07"] {
            let chen_li = server.client(people::CHEN_LI).await;
            chen_li.get(page).await.ok().lacks(&["现在不能回答", "不能回答"]);
        }
    })
    .await;
}
