//! What the tests of scorecard, duties and phone have in common: the measure `outing` in two counties, and visits to one family
//! of 许镇.

use crate::support::family::Family;
use crate::support::people;
use crate::support::{TestServer, guests};
use doudi_domain::DocumentId;
use doudi_server::app::plugin::{self, GrantChoice};
use jiff::civil::date;
use serde_json::json;

pub const TODAY: jiff::civil::Date = date(2022, 7, 20);

/// The measure in both counties, beside an honest one without figures, and the family.
pub async fn found(server: &TestServer) -> Family {
    let counties = [people::COUNTY, people::OTHER_COUNTY];
    server.enable(&guests::outing(), &counties, date(2022, 1, 1), GrantChoice::All).await;
    server.enable(guests::honest(), &counties, date(2022, 1, 1), GrantChoice::All).await;
    Family::enter(server).await
}

/// 王芳 plans a visit to the family by a day.
pub async fn plan(server: &TestServer, family: &Family, due: &str) -> DocumentId {
    let client = server.client(people::WANG_FANG).await;
    let path = format!("/households/{}/new/outing/visit", family.household);
    let location = client.post(&path, &[("due", due)]).await.done();
    let id = location.trim_start_matches("/documents/").split('?').next().unwrap_or_default();
    id.parse().unwrap_or_else(|_| panic!("{location} is no case"))
}

/// She records it at her desk.
pub async fn record(server: &TestServer, visit: DocumentId, condition: &str) {
    let client = server.client(people::WANG_FANG).await;
    let path = format!("/documents/{visit}/actions/record");
    client.post(&path, &[("condition", condition), ("note", "在家，情况属实")]).await.done();
}

/// From now on the measure of a county refuses, breaks off or lies, or is good again.
pub async fn behave(server: &TestServer, county: i64, how: &str) {
    let system = server.system(county);
    plugin::set_settings(&server.app, &system, "outing", json!({ "behave": how }))
        .await
        .unwrap_or_else(|error| panic!("{error}: {error:?}"));
}
