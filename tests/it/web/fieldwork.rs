//! 外勤 from the server's side: who finds what to do, and what a phone is told of the form it sends: done, done before, wrong,
//! moved on meanwhile, signed out, somebody else's.

use super::api::json_of;
use super::outing::{TODAY, found, plan, record};
use crate::support::family::{self, Family};
use crate::support::people;
use crate::support::server::{Client, each_engine};
use crate::support::{Page, TestServer};
use doudi_domain::DocumentId;
use doudi_server::app::household;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const PHOTO: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89";
const FIRST_KEY: &str = "00112233445566778899aabbccddeeff";

fn form(visit: DocumentId) -> String {
    format!("/field/documents/{visit}/record")
}

/// What the phone sends of a filled-in form.
fn filled<'a>(key: &'a str, user: &'a str, revision: &'a str, note: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("condition", "hard"),
        ("people", "2"),
        ("note", note),
        ("_key", key),
        ("_user", user),
        ("_taken", "2022-07-20T10:05"),
        ("_revision", revision),
    ]
}

async fn send(client: &Client<'_>, visit: DocumentId, fields: &[(&str, &str)], photos: &[&[u8]]) -> (u16, Value) {
    let digests: Vec<String> = photos.iter().map(|photo| hex::encode(Sha256::digest(photo))).collect();
    let mut fields = fields.to_vec();
    fields.extend(digests.iter().map(|digest| ("_digest", digest.as_str())));
    let files: Vec<(&str, &str, &str, &[u8])> =
        photos.iter().map(|photo| ("photos", "现场.png", "image/png", *photo)).collect();
    let page = client.post_script(&form(visit), &fields, &files).await;
    (page.status, json_of(&page))
}

async fn body_of(server: &TestServer, visit: DocumentId) -> Value {
    let actor = server.actor(people::CHEN_LI);
    let mut snapshot = server.app.storage.snapshot(actor.scope()).await.expect("a snapshot");
    serde_json::from_str(&snapshot.document_fetch(visit).await.expect("the visit").body).expect("JSON")
}

async fn photos_of(server: &TestServer, family: &Family) -> usize {
    let actor = server.actor(people::CHEN_LI);
    household::file(&server.app, &actor, family.household, None).await.expect("the file").attachments.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_has_what_can_be_done_on_the_spot_and_nobody_elses() {
    let server = TestServer::new(TODAY).await;
    let family = found(&server).await;
    let (near, far) = (plan(&server, &family, "2022-07-21").await, plan(&server, &family, "2022-07-29").await);
    let page = server.client(people::HE_JING).await.get("/field").await.ok();
    let page = page.has(&["要去现场办的 2", "张** 家", "黄墓村", "还剩 1 个工作日", "登记走访"]);
    page.clone().lacks(&[family::HEAD, family::NUMBER, family::ADDRESS]);
    let links: Vec<String> = page.links().into_iter().filter(|link| link.starts_with("/field/documents")).collect();
    assert_eq!(links, [form(near), form(far)], "the earliest first");
    // The town's caseworker may record a visit, too, but it is not on her list.
    server.client(people::WANG_FANG).await.get("/field").await.ok().has(&["现在没有要到现场办的事项"]);
    server.client(people::WANG_FANG).await.get(&form(near)).await.ok();
    // The next village and the next town find neither the list nor the form; other offices have no field.
    for login in ["luohua", people::MA_DONG, "qinshu"] {
        let client = server.client(login).await;
        client.get("/field").await.ok().has(&["现在没有要到现场办的事项"]).lacks(&["张**", &form(near)]);
        client.get(&form(near)).await.refused(404);
    }
    for login in [people::SUN_LI, people::ZHOU_MIN, people::GAO_YUAN] {
        server.client(login).await.get("/field").await.refused(403);
    }
    // A form that needs the desk is no form of the field.
    let desk = format!("/field/documents/{near}/close");
    server.client(people::WANG_FANG).await.get(&desk).await.refused(404);
    server.client(people::HE_JING).await.get("/field/new/outing/visit").await.refused(404);
    // The menu offers it where a measure has such a form, and only there.
    server.client(people::HE_JING).await.get("/worklist").await.ok().has(&["外勤"]);
    server.client(people::LI_MING).await.get("/worklist").await.ok().lacks(&["href=\"/field\""]);
    server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_sent_twice_is_done_once() {
    each_engine(TODAY, async |server| {
        let family = found(server).await;
        let visit = plan(server, &family, "2022-07-21").await;
        let client = server.client(people::HE_JING).await;
        let user = server.user_id(people::HE_JING).to_string();
        let page = client.get(&form(visit)).await.ok();
        assert_eq!(page.hidden("_revision").as_deref(), Some("1"));
        assert_eq!(page.hidden("_user").as_deref(), Some(user.as_str()));
        let fields = filled(FIRST_KEY, &user, "1", "老人独自在家");
        let (status, answer) = send(&client, visit, &fields, &[PHOTO]).await;
        let done = json!({ "outcome": "done", "document": visit.to_string(), "repeated": false });
        assert_eq!((status, answer), (200, done));
        let body = body_of(server, visit).await;
        assert_eq!((body["note"].as_str(), body["taken"].as_str()), (Some("老人独自在家"), Some("2022-07-20T10:05")));
        // Nine in the morning in China, by the clock of the test.
        assert_eq!(body["sent"].as_str(), Some("2022-07-20T09:00"), "{body}");
        assert_eq!(photos_of(server, &family).await, 1);
        // The answer was lost on its way: the phone sends again, and nothing is done again.
        let (status, answer) = send(&client, visit, &fields, &[PHOTO]).await;
        assert_eq!((status, answer["outcome"].as_str(), answer["repeated"].as_bool()), (200, Some("done"), Some(true)));
        assert_eq!(photos_of(server, &family).await, 1, "the photo is there once");
        assert_eq!(body_of(server, visit).await["photos"].as_array().map(Vec::len), Some(1));
        // Even when the case has been closed meanwhile.
        server.client(people::WANG_FANG).await.post(&format!("/documents/{visit}/actions/close"), &[]).await.done();
        let (status, answer) = send(&client, visit, &fields, &[PHOTO]).await;
        assert_eq!((status, answer["repeated"].as_bool()), (200, Some(true)), "{answer}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_that_moved_on_shows_both_sides_and_takes_what_is_chosen() {
    let server = TestServer::new(TODAY).await;
    let family = found(&server).await;
    let visit = plan(&server, &family, "2022-07-21").await;
    let client = server.client(people::HE_JING).await;
    let user = server.user_id(people::HE_JING).to_string();
    record(&server, visit, "fair").await;
    let (status, answer) = send(&client, visit, &filled(FIRST_KEY, &user, "1", "老人独自在家"), &[PHOTO]).await;
    assert_eq!((status, answer["outcome"].as_str()), (409, Some("conflict")), "{answer}");
    assert_eq!((answer["revision"].as_i64(), answer["possible"].as_bool()), (Some(2), Some(true)), "{answer}");
    let step = &answer["steps"][0];
    assert_eq!(
        (step["by"].as_str(), step["action"].as_str(), step["to"].as_str()),
        (Some("王芳"), Some("登记走访"), Some("已走访"))
    );
    let sides: Vec<(&str, &str, &str)> = answer["fields"]
        .as_array()
        .expect("fields")
        .iter()
        .map(|side| {
            (
                side["label"].as_str().unwrap_or(""),
                side["mine_text"].as_str().unwrap_or(""),
                side["theirs_text"].as_str().unwrap_or(""),
            )
        })
        .collect();
    assert_eq!(
        sides,
        [("家庭情况", "困难", "一般"), ("见到几人", "2", ""), ("情况说明", "老人独自在家", "在家，情况属实")],
        "{answer}"
    );
    assert_eq!(answer["fields"][0]["theirs"], json!([["condition", "fair"]]), "as the form would post it");
    // Nothing was written over.
    assert_eq!(body_of(&server, visit).await["note"].as_str(), Some("在家，情况属实"));
    // She chose, on the revision she was shown.
    let (status, answer) = send(&client, visit, &filled(FIRST_KEY, &user, "2", "老人独自在家"), &[PHOTO]).await;
    assert_eq!((status, answer["outcome"].as_str()), (200, Some("done")), "{answer}");
    assert_eq!(body_of(&server, visit).await["note"].as_str(), Some("老人独自在家"));
    assert_eq!(photos_of(&server, &family).await, 1, "sent twice, kept once");
    // Closed meanwhile: it says who, and why the button is gone.
    server.client(people::WANG_FANG).await.post(&format!("/documents/{visit}/actions/close"), &[]).await.done();
    let other_key = "ffeeddccbbaa99887766554433221100";
    let (status, answer) = send(&client, visit, &filled(other_key, &user, "3", "又去了一次"), &[]).await;
    assert_eq!((status, answer["possible"].as_bool()), (409, Some(false)), "{answer}");
    assert!(answer["why"].as_str().is_some_and(|why| why.contains("不再走访")), "{answer}");
    assert_eq!(answer["steps"][0]["to"].as_str(), Some("不再走访"));
    server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_scripts_it_is_an_ordinary_form_with_both_values() {
    let server = TestServer::new(TODAY).await;
    let family = found(&server).await;
    let visit = plan(&server, &family, "2022-07-21").await;
    let client = server.client(people::HE_JING).await;
    let wrong = client.post(&form(visit), &[("note", "老人独自在家")]).await.refused(422);
    let wrong = wrong.has(&["请选择“家庭情况”"]);
    assert!(wrong.body().contains("老人独自在家"), "what was typed stays");
    record(&server, visit, "fair").await;
    let fields = [("condition", "hard"), ("note", "老人独自在家"), ("_revision", "1")];
    let both = client.post(&form(visit), &fields).await.refused(409);
    let both = both.has(&[
        "别人也办理了这一件",
        "王芳 登记走访：已走访",
        "系统中现在的：一般",
        "系统中现在的：在家，情况属实",
    ]);
    assert!(both.body().contains("老人独自在家"));
    assert_eq!(both.hidden("_revision").as_deref(), Some("2"));
    let fields = [("condition", "hard"), ("note", "老人独自在家"), ("_revision", "2")];
    let location = client.post(&form(visit), &fields).await.done();
    assert_eq!(location, format!("/documents/{visit}?done=acted"));
    server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_is_told_what_it_can_act_on() {
    let server = TestServer::new(TODAY).await;
    let family = found(&server).await;
    let visit = plan(&server, &family, "2022-07-21").await;
    let client = server.client(people::HE_JING).await;
    let user = server.user_id(people::HE_JING).to_string();
    // Filled in wrongly: each problem beside its field.
    let fields =
        [("people", "70"), ("note", "老人独自在家"), ("_key", FIRST_KEY), ("_user", &user), ("_revision", "1")];
    let (status, answer) = send(&client, visit, &fields, &[]).await;
    assert_eq!((status, answer["outcome"].as_str()), (422, Some("refused")), "{answer}");
    let wrong: Vec<&str> =
        answer["problems"].as_array().expect("problems").iter().filter_map(|one| one["field"].as_str()).collect();
    assert_eq!(wrong, ["condition", "people"], "{answer}");
    // A photo that lost some of its bytes on the way.
    let mut fields = filled(FIRST_KEY, &user, "1", "老人独自在家");
    fields.push(("_digest", "00"));
    let files: [(&str, &str, &str, &[u8]); 1] = [("photos", "现场.png", "image/png", PHOTO)];
    let page = client.post_script(&form(visit), &fields, &files).await;
    assert_eq!(page.status, 422);
    assert!(page.body().contains("在路上损坏了"), "{}", page.body());
    assert_eq!(photos_of(&server, &family).await, 0);
    // The session has ended: in JSON, so that the phone keeps what it has.
    let page = server.stranger().post_script(&form(visit), &filled(FIRST_KEY, &user, "1", "…"), &[]).await;
    assert_eq!((page.status, json_of(&page)), (401, json!({ "outcome": "sign-in" })));
    // Somebody else has signed in on the same phone.
    let wang_fang = server.client(people::WANG_FANG).await;
    let (status, answer) = send(&wang_fang, visit, &filled(FIRST_KEY, &user, "1", "…"), &[]).await;
    assert_eq!((status, answer["outcome"].as_str()), (409, Some("other-user")), "{answer}");
    // Another village's coordinator cannot learn whether the case exists.
    let luohua = server.client("luohua").await;
    let other = server.user_id("luohua").to_string();
    let page = luohua.post_script(&form(visit), &filled(FIRST_KEY, &other, "1", "…"), &[]).await;
    let absent = luohua.post_script(&form(DocumentId(999_999_999)), &filled(FIRST_KEY, &other, "1", "…"), &[]).await;
    assert_eq!((page.status, absent.status), (404, 404));
    assert_eq!(body_of(&server, visit).await["note"].as_str(), Some(""));
    server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_worker_knows_every_file_of_the_shell_and_is_nobodys_secret() {
    let server = TestServer::new(TODAY).await;
    let stranger = server.stranger();
    let worker = stranger.get("/field/worker.js").await.ok();
    let header = |page: &Page, name: &str| {
        page.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()).unwrap_or_default()
    };
    assert_eq!(header(&worker, "service-worker-allowed"), "/field");
    assert!(worker.content_type.starts_with("text/javascript"));
    let body = worker.body();
    let line = body.lines().next().expect("a first line").trim_start_matches("const SHELL = ").trim_end_matches(';');
    let shell: Value = serde_json::from_str(line).expect("the shell as JSON");
    let urls: Vec<&str> = shell["urls"].as_array().expect("urls").iter().filter_map(Value::as_str).collect();
    let offline = stranger.get("/field/offline").await.ok().has(&["草稿都在本机"]);
    for asset in offline.body().split(['"']).filter(|part| part.starts_with("/assets/")) {
        assert!(urls.contains(&asset), "the worker does not keep {asset}");
        stranger.get(asset).await.ok();
    }
    assert!(urls.len() >= 10, "{urls:?}");
    // Nothing inline: the policy forbids it.
    assert!(!offline.body().contains("<script>") && !offline.body().contains(" style="));
    server.close().await;
}
