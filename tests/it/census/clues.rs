//! Clues: begun on a menu page without a family, lying where they were found, given a family later and never another.

use super::{TODAY, body, enabled, led_to, place};
use crate::support::family::{Family, NUMBER, head_number};
use crate::support::people;
use crate::support::server::{TestServer, each_engine};
use doudi_domain::{Error, HouseholdId};
use doudi_server::app::document::{self, Press, Target};
use serde_json::{Value, json};

const HOME: &str = "/measures/census/home";
const NEW: &str = "/measures/census/new/clue";
const PHOTO: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89";

/// A clue as wangfang types it; `more` adds to it or takes its place.
fn typed<'a>(key: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![("_key", key), ("village", "340223101201"), ("seen", "2022-07-06T09:30")];
    for (name, value) in more {
        fields.retain(|(known, _)| known != name);
        fields.push((name, value));
    }
    fields
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clue_is_begun_on_a_menu_page_and_lies_where_it_was_found() {
    each_engine(TODAY, async |server| {
        enabled(server).await;
        let wang = server.client(people::WANG_FANG).await;
        let home = wang.get(HOME).await.ok().has(&["新建线索", "新建名单"]);
        assert!(home.links().contains(&NEW.to_owned()), "{:?}", home.links());
        let form = wang.get(NEW).await.ok().has(&["所在村居", "家庭", "发现时间", "位置", "照片"]);
        // Her town's villages, no town and nobody else's.
        let page = form.body();
        assert!(page.contains("value=\"340223101201\"") && !page.contains("value=\"340223101000\""));
        assert!(!page.contains("340223100001") && !page.contains("340281"));

        let here = [("here.latitude", "31.352100"), ("here.longitude", "118.433100"), ("here.accuracy", "12")];
        let fields = typed("k1", &here);
        let photo = [("photos", "门前.png", "image/png", PHOTO)];
        let clue = led_to(&wang.post_files(NEW, &fields, &photo).await.done());
        let view = document::view(&server.app, &server.actor(people::WANG_FANG), clue).await.expect("her clue");
        assert_eq!((view.document.division, view.document.household), (place(people::VILLAGE), None));
        assert_eq!(view.attachments.len(), 1, "the photo belongs to the clue now");
        let told = body(server, people::WANG_FANG, clue).await;
        assert_eq!(told["values"]["seen"], "2022-07-06T09:30");
        let position = json!({"latitude": "31.352100", "longitude": "118.433100", "accuracy": 12});
        assert_eq!(told["values"]["here"], position);
        assert_eq!(told["photos"][0].as_str().map(str::len), Some(64), "{told}");
        assert!(told["values"].get("_files").is_none());
        wang.get(HOME).await.ok().has(&["群众来电反映的困难", "黄墓"]);

        // Pressed twice is pressed once; the same photo in another clue is noticed.
        assert_eq!(led_to(&wang.post_files(NEW, &typed("k1", &[]), &[]).await.done()), clue);
        let again = wang.post_files(NEW, &typed("k2", &[]), &photo).await;
        again.refused(422).has(&["同样的照片已在另一条线索中登记过"]);

        // The village sees it, the next town does not, nor does the other county.
        server.client(people::HE_JING).await.get(&format!("/documents/{clue}")).await.ok();
        for stranger in [people::MA_DONG, "yanbo"] {
            server.client(stranger).await.get(&format!("/documents/{clue}")).await.refused(404);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_family_is_found_by_its_number_or_a_members_whole_id_number_in_scope_alone() {
    each_engine(TODAY, async |server| {
        enabled(server).await;
        let family = Family::enter(server).await;
        let wang = server.client(people::WANG_FANG).await;
        for (key, given) in [("a", NUMBER.to_owned()), ("b", head_number()), ("c", head_number().to_lowercase())] {
            let clue = led_to(&wang.post(NEW, &typed(key, &[("family", &given)])).await.done());
            let view = document::view(&server.app, &server.actor(people::WANG_FANG), clue).await.expect("her clue");
            assert_eq!(view.document.household, Some(family.household), "{given}");
            let told = body(server, people::WANG_FANG, clue).await.to_string();
            assert!(!told.contains(&head_number()), "the number went no further: {told}");
        }
        // In the next town there is no such family, whatever is typed; what is typed is not said again.
        let ma = server.client(people::MA_DONG).await;
        let one = format!("#{}", family.household);
        for (key, given) in [("d", NUMBER), ("e", &head_number()), ("f", &one), ("g", "张建国")] {
            let fields = typed(key, &[("family", given), ("village", "340223100001")]);
            let page = ma.post(NEW, &fields).await.refused(422).has(&["没有找到这一户，或不在您的辖区"]);
            assert_eq!(page.text().matches("没有找到这一户").count(), 2, "beside the field and on top");
        }
        let fields = typed("h", &[("village", "340223101201")]);
        ma.post(NEW, &fields).await.refused(422).has(&["选择的区划不在您的辖区内"]);
        let fields = typed("i", &[("seen", "昨天"), ("here.latitude", "131.5")]);
        wang.post(NEW, &fields).await.refused(422).has(&["不是时间", "位置不能识别"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clue_is_given_a_family_and_keeps_it() {
    each_engine(TODAY, async |server| {
        enabled(server).await;
        let family = Family::enter(server).await;
        let wang = server.client(people::WANG_FANG).await;
        let clue = led_to(&wang.post(NEW, &typed("a", &[])).await.done());
        let link = format!("/documents/{clue}/actions/link");
        wang.post(&link, &[("_key", "b"), ("family", NUMBER)]).await.done();
        let view = document::view(&server.app, &server.actor(people::WANG_FANG), clue).await.expect("her clue");
        assert_eq!((view.document.household, view.document.revision), (Some(family.household), 2));
        // From now on it is that family's.
        wang.post(&link, &[("_key", "c"), ("family", NUMBER)]).await.done();
        let other = other_family(server).await;
        let press = Press {
            target: Target::Existing(clue),
            action: "link".into(),
            values: as_values(json!({"family": other.to_string()})),
            idempotency_key: String::new(),
        };
        let refused = document::act(&server.app, &server.actor(people::WANG_FANG), press).await.expect_err("refused");
        assert!(refused.to_string().contains("不能改到另一家庭名下"), "{refused}");
    })
    .await;
}

/// Where the manifest puts a button, and nowhere else: not without a household for what has no page, not with one for what has only
/// pages.
#[tokio::test(flavor = "multi_thread")]
async fn a_case_is_begun_only_where_the_manifest_says() {
    let server = TestServer::new(TODAY).await;
    enabled(&server).await;
    let family = Family::enter(&server).await;
    let wang = server.client(people::WANG_FANG).await;
    wang.get("/measures/census/new/count").await.refused(404);
    wang.post("/measures/census/new/count", &[]).await.refused(404);
    wang.get(&format!("/households/{}/new/census/list", family.household)).await.refused(404);
    wang.get(&format!("/households/{}", family.household)).await.ok().has(&["清查 · 线索"]).lacks(&["清查 · 名单"]);
    // Whoever sees the page and may not begin anything finds no button, and no form behind it.
    let zhao = server.client(people::ZHAO_MIN).await;
    zhao.get(HOME).await.ok().lacks(&["新建线索"]);
    zhao.get(NEW).await.refused(403);
    // The API says the same.
    let act = |household: Option<HouseholdId>, collection: &str| Press {
        target: Target::New { plugin: "census".into(), collection: collection.into(), household, person: None },
        action: "start".into(),
        values: Default::default(),
        idempotency_key: String::new(),
    };
    for press in [act(Some(family.household), "list"), act(None, "count")] {
        let refused = document::act(&server.app, &server.actor(people::WANG_FANG), press).await.expect_err("refused");
        assert!(matches!(refused, Error::NotFound { .. }), "{refused:?}");
    }
    server.close().await;
}

fn as_values(value: Value) -> doudi_documents::Values {
    value.as_object().cloned().expect("an object")
}

async fn other_family(server: &TestServer) -> HouseholdId {
    use doudi_server::app::household::{self, HouseholdDraft, PersonDraft};
    let draft = HouseholdDraft {
        number: "XZ-2022-0999".to_owned(),
        division: place(people::VILLAGE),
        hukou_division: None,
        address: "黄墓村八组".to_owned(),
        head: PersonDraft {
            name: "周大山".to_owned(),
            id_number: crate::support::family::id_number("34022319700101001"),
            ethnicity: 1,
            hukou_address: "黄墓村八组".to_owned(),
            phone: String::new(),
        },
    };
    household::create(&server.app, &server.actor(people::WANG_FANG), draft).await.unwrap_or_else(|e| panic!("{e}"))
}
