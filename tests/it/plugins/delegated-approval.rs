//! 审核确认权下放 through the real host on both engines: the town decides under an order, and at the end of the month the county draws
//! and checks. That enabling and disabling it changes who confirms is told in `together.rs`.

use crate::support::family::Family;
use crate::support::measures::{self, Officer};
use crate::support::people;
use crate::support::server::each_engine;
use doudi_domain::{DivisionCode, Scope};
use doudi_storage::document::DocumentQuery;
use jiff::civil::{Date, date};
use serde_json::json;

const TODAY: Date = date(2022, 6, 24);

#[tokio::test(flavor = "multi_thread")]
async fn what_a_town_decides_is_drawn_and_checked_by_the_county() {
    each_engine(TODAY, async |server| {
        for measure in ["delegated-approval", "dibao"] {
            measures::enable(server, measure, people::COUNTY, date(2022, 1, 1)).await;
        }
        let family = Family::enter(server).await;
        measures::until(server, TODAY).await;
        let officer = |login| Officer::new(server, login, &[people::ZHOU_QIANG, people::WANG_FANG]);
        let order = json!({
            "number": "南民〔2022〕31号", "issuer": "南陵县民政局", "issued": "2022-06-23",
            "town": people::TOWN.to_string(), "schemes": ["*"], "from": "2022-06-24",
        });
        let order = officer(people::CHEN_LI).begin("delegated-approval", "order", None, order).await;
        officer(people::ZHAO_MIN).press(order, "adopt", json!({})).await;
        let wang_fang = officer(people::WANG_FANG);
        let values = json!({
            "applicant": family.head.to_string(), "basis": "family", "near-relative": "0", "signed": "@members",
            "no-income": [family.wife.to_string()], "account-ready": true, "declared": true,
        });
        let case = wang_fang.begin("dibao", "application", Some(family.household), values).await;
        for action in ["submit", "accept", "request-check"] {
            wang_fang.press(case, action, json!({})).await;
        }
        let check = json!({ "result": "pass", "report": "核对报告 2022-0417" });
        officer(people::CHEN_LI).press(case, "record-check", check).await;
        let survey = json!({ "signed": true, "findings": "与申报一致", "met": [family.head.to_string()] });
        wang_fang.press(case, "survey", survey).await;
        officer(people::LI_MING).press(case, "opine", json!({ "proposal": "grant" })).await;
        wang_fang.press(case, "post", json!({ "place": "村务公开栏" })).await;
        measures::until(server, date(2022, 7, 5)).await;
        wang_fang.press(case, "close-posting", json!({ "no-objection": true })).await;
        officer(people::LI_MING).press(case, "confirm-by-town", json!({ "remark": "同意" })).await;

        measures::until(server, date(2022, 8, 2)).await;
        let draws = measures::of(server, people::COUNTY, "delegated-approval", "draw").await;
        let july = draws.iter().filter(|draw| draw.key.contains("2022-07")).count();
        assert_eq!(july, 1, "{draws:?}");
        let checks = measures::of(server, people::COUNTY, "delegated-approval", "check").await;
        assert_eq!(checks.len(), 1, "of one case ceil(0.30) is one: {checks:?}");
        assert_eq!(checks[0].household, Some(family.household));
        // The town learns of no draw; its own scope has none.
        let town = Scope { division: DivisionCode::new(people::TOWN).expect("a town") };
        let query = DocumentQuery {
            plugin: Some("delegated-approval".to_owned()),
            collection: Some("draw".to_owned()),
            limit: 10,
            ..Default::default()
        };
        let mut snapshot = server.app.storage.snapshot(town).await.expect("a snapshot");
        assert!(snapshot.documents_query(&query).await.expect("a page").items.is_empty());
    })
    .await;
}
