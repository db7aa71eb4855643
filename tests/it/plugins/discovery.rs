//! 主动发现 through the real host on both engines: a clue from the village, a visit, and an application the family is helped with.

use crate::support::family::Family;
use crate::support::measures::{self, Officer};
use crate::support::people;
use crate::support::server::each_engine;
use jiff::civil::{Date, date};
use serde_json::json;

const TODAY: Date = date(2022, 6, 23);

#[tokio::test(flavor = "multi_thread")]
async fn a_clue_leads_to_an_application_the_family_is_helped_with() {
    each_engine(TODAY, async |server| {
        for measure in ["discovery", "dibao"] {
            measures::enable(server, measure, people::COUNTY, date(2022, 1, 1)).await;
        }
        let family = Family::enter(server).await;
        let officer = |login| Officer::new(server, login, &[people::ZHOU_QIANG]);
        let (village, town) = (officer(people::HE_JING), officer(people::WANG_FANG));
        let values = json!({ "source": "visit", "difficulty": "medical", "description": "妻子患病，只有一人打零工" });
        let clue = village.begin("discovery", "clue", Some(family.household), values).await;
        village.press(clue, "report", json!({})).await;
        town.press(clue, "triage", json!({})).await;
        let position = json!({ "latitude": "30.919400", "longitude": "118.337200", "accuracy": 12 });
        let seen = [family.head.to_string()];
        let visit = json!({ "moment": "2022-06-23T09:30", "place": "home", "position": position, "seen": seen });
        village.press(clue, "visit", visit).await;
        town.press(clue, "verify", json!({})).await;
        let agreed = json!({ "scheme": "dibao", "applicant": family.head.to_string(), "consent": true });
        town.press(clue, "apply", agreed).await;
        measures::until(server, TODAY).await;
        let applications = measures::about(server, people::COUNTY, "dibao", family.household).await;
        let [application] = &applications[..] else { panic!("one draft: {applications:?}") };
        assert_eq!((application.state.as_str(), application.person), ("draft", Some(family.head)));
        // The visit is a document of its own; the night looks at it and has no question.
        measures::until(server, date(2022, 6, 25)).await;
        let visits = measures::of(server, people::COUNTY, "discovery", "visit").await;
        assert_eq!(visits.len(), 1, "{visits:?}");
        let page = server.client(people::WANG_FANG).await.get("/measures/discovery/ledger").await.ok();
        page.has(&["因病"]).lacks(&["现在不能回答"]);
    })
    .await;
}
