//! 协理员 through the real host on both engines: populations from a file, and the numbers the notice asks for.

use crate::support::measures::{self, Officer};
use crate::support::people;
use crate::support::server::each_engine;
use jiff::civil::{Date, date};
use serde_json::json;

const TODAY: Date = date(2022, 6, 23);

#[tokio::test(flavor = "multi_thread")]
async fn three_thousand_includes_three_thousand() {
    each_engine(TODAY, async |server| {
        measures::enable(server, "coordinators", people::COUNTY, date(2022, 1, 1)).await;
        let chen_li = Officer::new(server, people::CHEN_LI, &[]);
        for (village, count) in [(people::VILLAGE, 3_000), (340_223_101_200, 2_999)] {
            let values = json!({ "division": village.to_string(), "on": "2021-12-31", "count": count });
            chen_li.begin("coordinators", "population", None, values).await;
        }
        chen_li.begin("coordinators", "quota", None, json!({ "year": 2022 })).await;
        let quotas = measures::of(server, people::COUNTY, "coordinators", "quota").await;
        let body: serde_json::Value = serde_json::from_str(&quotas[0].body).expect("a body");
        let text = body.to_string();
        assert!(text.contains(&people::VILLAGE.to_string()), "{text}");
        let client = server.client(people::CHEN_LI).await;
        let quota = client.get(&format!("/documents/{}", quotas[0].id)).await.ok();
        quota.lacks(&["现在不能回答"]);
        client.get("/measures/coordinators/divisions").await.ok().lacks(&["现在不能回答"]);
        measures::until(server, date(2022, 6, 25)).await;
    })
    .await;
}
