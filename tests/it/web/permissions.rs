//! Every route × every office, printed to `tests/output/routes.txt`; and that the officers of another county, the next town and
//! the next village learn nothing of a family, by any page, count, dropdown, search or export.

use crate::support::family::{self, Family};
use crate::support::people::{self, CAST};
use crate::support::server::Client;
use crate::support::{Page, TestServer, guests};
use doudi_domain::policy;
use doudi_domain::{AcceptanceId, Actor, DocumentId, HouseholdId, Role, UpgradeId};
use doudi_server::app::acceptance::{self, HouseholdCase};
use doudi_server::app::document::{self, Press, Target};
use doudi_server::app::plugin::{self, GrantChoice};
use doudi_server::app::shadow::{self, ShadowDraft};
use doudi_server::app::upgrade::{self, UpgradeDraft};
use doudi_server::app::webhook::{self, WebhookDraft};
use doudi_server::app::{decision, household};
use doudi_server::web::{Needs, ROUTES, Route};
use jiff::civil::date;
use std::fmt::Write;

/// A city in which every kind of thing exists once, all of it about one family of 许镇.
pub struct Fixture {
    pub server: TestServer,
    pub family: Family,
    pub document: DocumentId,
    key: String,
    /// What each `{name}` of a route stands for.
    pub ids: Vec<(&'static str, String)>,
}

/// An upgrade that was asked for, and a case made of the family.
async fn upgrade_and_case(server: &TestServer, household: HouseholdId) -> (UpgradeId, AcceptanceId) {
    let (app, it) = (&server.app, server.actor(people::SUN_LI));
    let newer = guests::honest_at("1.1.0", |_| {});
    plugin::install(app, &it, newer).await.unwrap_or_else(|error| panic!("{error}: {error:?}"));
    let draft = UpgradeDraft {
        plugin: "honest".into(),
        target: "1.1.0".into(),
        begins: date(2022, 7, 20),
        settings: None,
        grants: GrantChoice::Keep,
        older: false,
    };
    let upgrade = upgrade::open(app, &it, &draft).await.unwrap_or_else(|error| panic!("{error}: {error:?}"));
    let case = HouseholdCase {
        plugin: "honest".into(),
        household,
        on: date(2022, 7, 20),
        name: "三口之家".into(),
        expected: None,
        note: String::new(),
    };
    let case = acceptance::save_household(app, &server.actor(people::CHEN_LI), case).await;
    (upgrade, case.unwrap_or_else(|error| panic!("{error}: {error:?}")))
}

impl Fixture {
    pub async fn build() -> Fixture {
        let server = TestServer::new(date(2022, 7, 20)).await;
        let digest = server
            .enable(guests::honest(), &[people::COUNTY, people::OTHER_COUNTY], date(2022, 1, 1), GrantChoice::All)
            .await;
        let family = Family::enter(&server).await;
        let (app, wang_fang) = (&server.app, server.actor(people::WANG_FANG));
        let press = |action: &str| Press {
            target: Target::New {
                plugin: "honest".into(),
                collection: "case".into(),
                household: Some(family.household),
                person: None,
            },
            action: action.to_owned(),
            values: Default::default(),
            idempotency_key: String::new(),
        };
        let pressed =
            document::act(app, &wang_fang, press("decide")).await.unwrap_or_else(|error| panic!("{error}: {error:?}"));
        let document = pressed.document.expect("a case was opened");
        let key = document::view(app, &wang_fang, document).await.expect("her own case").document.key;
        let decisions = decision::list_of_household(app, &wang_fang, family.household).await.expect("decisions");
        let file = household::file(app, &wang_fang, family.household, None).await.expect("the file");
        let fact = file.members[0].facts[0].fact.id;
        let upload = household::Upload {
            name: "户口簿.png".into(),
            media_type: "image/png".into(),
            content: b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89".to_vec(),
        };
        let attachment = household::attach(app, &wang_fang, family.household, Some(document), upload)
            .await
            .unwrap_or_else(|error| panic!("{error}"));
        let mut write = app.storage.write(&wang_fang, app.now()).await.expect("a write");
        let notice = write
            .notice_issue(&doudi_storage::notice::NewNotice {
                kind: "letter".into(),
                number: "南救助告〔2022〕1 号".into(),
                title: "告知书".into(),
                body: r#"{"form":"letter","title":{"zh":"告知书"},"household":"1","paragraphs":[]}"#.into(),
                household: Some(family.household),
                document: Some(document),
                decision: decisions.first().map(|decision| decision.id),
                division: file.household.division,
                issued_on: date(2022, 7, 20),
            })
            .await
            .expect("a notice");
        write.commit().await.expect("a notice");
        server.set_parameter(people::COUNTY, "honest.standard", 71_000, date(2022, 7, 1)).await;
        let it = Actor::from(server.user(people::SUN_LI));
        let mut snapshot = app.storage.snapshot(it.scope()).await.expect("a snapshot");
        let parameter = snapshot.parameters_list("").await.expect("parameters")[0].id;
        snapshot.close().await.expect("closed");
        let draft = WebhookDraft { url: "https://receiver.example/doudi".into(), topics: "*".into() };
        let webhook = webhook::add(app, &it, draft).await.expect("registered").id;
        let (upgrade, case) = upgrade_and_case(&server, family.household).await;
        let draft = ShadowDraft::release("honest", "honest@1.1.0", date(2022, 7, 20));
        let order = shadow::order::order(app, &it, &draft).await.unwrap_or_else(|error| panic!("{error}: {error:?}"));
        let report =
            shadow::run(app, &it, &draft, &mut |_, _| {}).await.unwrap_or_else(|error| panic!("{error}: {error:?}"));
        let ids = vec![
            ("{order}", order.to_string()),
            ("{run}", report.run.id.to_string()),
            ("{upgrade}", upgrade.to_string()),
            ("{case}", case.to_string()),
            ("{household}", family.household.to_string()),
            ("{person}", family.wife.to_string()),
            ("{fact}", fact.to_string()),
            ("{attachment}", attachment.to_string()),
            ("{document}", document.to_string()),
            ("{decision}", decisions[0].id.to_string()),
            ("{notice}", notice.to_string()),
            ("{parameter}", parameter.to_string()),
            ("{user}", server.user_id("luohua").to_string()),
            ("{job}", "999999999".to_owned()),
            ("{webhook}", webhook.to_string()),
            ("{plugin}", "honest".to_owned()),
            ("{collection}", "case".to_owned()),
            ("{action}", "good".to_owned()),
            ("{page}", "good".to_owned()),
            ("{upload}", "00000000000000000000000000000000".to_owned()),
            ("{token}", "1".to_owned()),
            // The honest guest pays nobody: its case has no envelope, no files and no feeds.
            ("{file}", "roster".to_owned()),
            ("{feed}", "bank-return".to_owned()),
            ("{feed_run}", "999999999".to_owned()),
            ("{name}", "doudi.css".to_owned()),
            // The asset's digest is not the plugin's, and no asset has it.
            ("/assets/{digest}", "/assets/0000".to_owned()),
            ("{digest}", digest),
        ];
        Fixture { server, family, document, key, ids }
    }

    fn path(&self, route: &Route) -> String {
        self.address(route.path)
    }

    /// An address of the table with the ids of this city in it.
    pub fn address(&self, path: &str) -> String {
        let filled = self.ids.iter().fold(path.to_owned(), |path, (name, id)| path.replace(name, id));
        assert!(!filled.contains('{'), "the fixture has nothing for {path}");
        filled
    }

    async fn ask(&self, client: &Client<'_>, route: &Route, fields: &[(&str, &str)]) -> Page {
        let mut path = self.path(route);
        if (route.method, route.path) == ("POST", "/households/{household}") {
            // A correction names the revision it corrects.
            path.push_str("?revision=1");
        }
        if route.path.ends_with("/facts/history") {
            // Money: not for an office that may see the household only.
            path.push_str(&format!("?field=income.wage&person={}", self.family.head));
        }
        match (route.method, route.upload) {
            ("GET", _) => client.get(&path).await,
            (_, true) => client.post_files(&path, fields, &[]).await,
            (_, false) => client.post(&path, fields).await,
        }
    }

    /// What must not be seen outside: names in clear and masked, numbers, the street, the case.
    pub fn secrets(&self) -> Vec<String> {
        let mut secrets: Vec<String> =
            [family::HEAD, family::WIFE, family::SON, family::NUMBER, family::ADDRESS, family::PHONE]
                .map(str::to_owned)
                .to_vec();
        secrets.extend(["张*", "李**", "张**", "黄墓村"].map(str::to_owned));
        for number in [family::head_number(), family::wife_number(), family::son_number()] {
            secrets.push(number.clone());
            secrets.push(number[..6].to_owned() + "********" + &number[14..]);
        }
        if !self.key.is_empty() {
            secrets.push(self.key.clone());
        }
        secrets
    }
}

/// One answer as one character.
fn mark(page: &Page) -> char {
    match page.status {
        303 if page.location.as_deref().is_some_and(|location| location.starts_with("/sign-in")) => '→',
        200..=399 | 409 | 422 => '●',
        403 => '·',
        404 => '○',
        other => panic!("{}: status {other}: {}", page.asked, page.excerpt()),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_for_every_office() {
    let fixture = Fixture::build().await;
    // County IT comes last: an empty form of hers may switch the plugin off.
    let mut columns: Vec<(String, Option<&'static str>)> = vec![("nobody signed in".into(), None)];
    let mut roles: Vec<Role> = Role::ALL.into_iter().filter(|role| *role != Role::CountyIt).collect();
    roles.push(Role::CountyIt);
    for role in roles {
        let (login, ..) = CAST.iter().find(|(_, _, office, _)| *office == role).expect("the cast has every office");
        columns.push((format!("{} ({})", role.zh(), role.code()), Some(*login)));
    }
    let mut marks: Vec<Vec<char>> = vec![Vec::new(); ROUTES.len()];
    for (_, login) in &columns {
        for (index, route) in ROUTES.iter().enumerate() {
            let client = match login {
                Some(login) => fixture.server.client(login).await,
                None => fixture.server.stranger(),
            };
            let page = fixture.ask(&client, route, &[]).await;
            marks[index].push(mark(&page));
            match (route.needs, client.role) {
                (Needs::Public, _) => assert_ne!(page.status, 403, "{}", page.asked),
                (_, None) => assert_eq!(mark(&page), '→', "{}: a stranger is sent to sign in", page.asked),
                (Needs::SignedIn, _) => {}
                (Needs::Permission(permission), Some(role)) if !policy::allows(role, permission) => {
                    assert_eq!(page.status, 403, "{}: {}", page.asked, page.excerpt());
                    let page = page.has(&["可以办理的是"]);
                    // Her own village stands above every page of the village coordinator's.
                    let secrets: Vec<String> = fixture.secrets().into_iter().filter(|word| word != "黄墓村").collect();
                    page.lacks(&secrets.iter().map(String::as_str).collect::<Vec<_>>());
                }
                (Needs::Permission(_), Some(_)) => {}
            }
        }
    }
    let mut text = String::from(
        "Every route for every office: ● answered, · not that office's task (403), ○ not found for this visitor (404), → sent to\nsign in. Posts are sent empty. Made by tests/it/web/permissions.rs.\n\n",
    );
    for (index, (name, _)) in columns.iter().enumerate() {
        let _ = writeln!(text, "{:>2} {name}", index + 1);
    }
    let mut group = "";
    for (route, marks) in ROUTES.iter().zip(&marks) {
        if route.group != group {
            group = route.group;
            let _ = writeln!(text, "\n# {group}");
            let numbers: String = (1..=columns.len()).map(|number| format!("{number:>3}")).collect();
            let _ = writeln!(text, "{numbers}");
        }
        let cells: String = marks.iter().map(|mark| format!("  {mark}")).collect();
        let _ = writeln!(text, "{cells}  {:<4} {}", route.method, route.path);
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/output/routes.txt");
    if std::env::var_os("DOUDI_UPDATE").is_some() {
        std::fs::write(path, &text).expect("tests/output can be written");
    }
    let printed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        printed == text,
        "who may go where differs from {path}; if that is meant, run with DOUDI_UPDATE=1. Now:\n{text}"
    );
    fixture.server.close().await;
}

/// The same route stands once in the table, and nothing outside the table answers.
#[tokio::test(flavor = "multi_thread")]
async fn the_table_is_the_router() {
    let server = TestServer::new(date(2022, 7, 20)).await;
    let mut seen = std::collections::BTreeSet::new();
    for route in ROUTES {
        assert!(seen.insert((route.method, route.path)), "{} {} twice", route.method, route.path);
        assert!(matches!(route.method, "GET" | "POST"), "{}: browsers' forms know no other method", route.path);
    }
    let client = server.client(people::CHEN_LI).await;
    for path in ["/admin", "/households/1/delete", "/api/", "/.git/config", "/households/../users", "/metrics"] {
        client.get(path).await.refused(404);
    }
    for method in ["PUT", "DELETE", "PATCH", "TRACE"] {
        let page = client.ask(method, "/households", None, Vec::new()).await;
        assert!(matches!(page.status, 404 | 405), "{method}: {}", page.status);
    }
    server.close().await;
}

/// Outsiders: another county's every office, the next town, the next village.
pub fn outsiders() -> Vec<&'static str> {
    CAST.iter()
        .filter(|(login, _, role, division)| {
            let theirs = *division / 1_000_000 != people::COUNTY / 1_000_000 && *role != Role::CitySupervisor;
            theirs || matches!(*login, people::MA_DONG | "luohua")
        })
        .map(|(login, ..)| *login)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn outsiders_learn_nothing() {
    let fixture = Fixture::build().await;
    let server = &fixture.server;
    let secrets = fixture.secrets();
    let secrets: Vec<&str> = secrets.iter().map(String::as_str).collect();
    // The secrets are secrets: those who may see them do.
    let page =
        server.client(people::WANG_FANG).await.get(&format!("/households/{}", fixture.family.household)).await.ok();
    page.has(&["张*", family::NUMBER]);
    let personal = ["{household}", "{document}", "{decision}", "{notice}", "{attachment}", "{person}", "{fact}"];
    let number = family::head_number();
    let searches: Vec<String> = [
        family::HEAD,
        "建国",
        "张",
        "zjg",
        "ZhangJianGuo",
        "zhang",
        family::NUMBER,
        family::PHONE,
        "0417",
        &number,
        &number[14..],
    ]
    .iter()
    .map(|words| format!("/households?q={words}"))
    .chain(
        [
            "/households?village=340223101201",
            "/households?q=&village=340223101201",
            "/households?q=*",
            "/households?q=%25",
            "/households?cursor=0",
        ]
        .map(str::to_owned),
    )
    .map(|path| encode(&path))
    .collect();
    // Filled in well enough to get past the simple checks of most forms.
    let filled = [
        ("reason", "测试"),
        ("note", "测试"),
        ("revision", "1"),
        ("day", "2022-07-01"),
        ("date", "2022-07-01"),
        ("on", "2022-07-01"),
        ("last_day", "2022-07-01"),
        ("to", "2022-07-01"),
        ("from", "2022-07-01"),
        ("name", "张三"),
        ("address", "某处"),
        ("value", "1"),
        ("field", "income.wage"),
        ("source", "1"),
        ("relation", "20"),
        ("village", "340223101201"),
    ];
    for login in outsiders() {
        let client = server.client(login).await;
        for route in ROUTES.iter().filter(|route| route.path != "/sign-out") {
            let page = fixture.ask(&client, route, &filled).await;
            let about_them = personal.iter().any(|name| route.path.contains(name));
            if about_them {
                // A form that is refused as a form says nothing about what it was meant for.
                let as_a_form = page.status == 422 && route.method == "POST";
                assert!(
                    matches!(page.status, 403 | 404) || as_a_form,
                    "{}: {} {}",
                    page.asked,
                    page.status,
                    page.excerpt()
                );
            }
            // The division tree itself is public; only pages about people must not name the village.
            let hidden: Vec<&str> = if about_them {
                secrets.clone()
            } else {
                secrets.iter().copied().filter(|word| *word != "黄墓村").collect()
            };
            page.lacks(&hidden);
        }
        for path in &searches {
            let page = client.get(path).await;
            assert!(matches!(page.status, 200 | 403 | 404 | 422), "{}: {}", page.asked, page.status);
            let hidden: Vec<&str> =
                secrets.iter().copied().filter(|word| !path.contains(&encode(word)) && *word != "黄墓村").collect();
            page.lacks(&hidden);
        }
    }
    // Nothing they tried moved anything.
    let wang_fang = server.actor(people::WANG_FANG);
    let view = document::view(&server.app, &wang_fang, fixture.document).await.expect("still there");
    assert_eq!(view.document.revision, 1);
    let file = household::file(&server.app, &wang_fang, fixture.family.household, None).await.expect("still there");
    assert_eq!(file.members.len(), 3);
    fixture.server.close().await;
}

/// What is hidden cannot be told from what is not there: same status, same words.
#[tokio::test(flavor = "multi_thread")]
async fn hidden_and_absent_look_the_same() {
    let fixture = Fixture::build().await;
    for login in [people::MENG_FAN, people::MA_DONG] {
        let client = fixture.server.client(login).await;
        let absent = HouseholdId(999_999_999);
        for (hidden, missing) in [
            (format!("/households/{}", fixture.family.household), format!("/households/{absent}")),
            (format!("/documents/{}", fixture.document), "/documents/999999999".to_owned()),
            (fixture.path(&ROUTES[index_of("/decisions/{decision}")]), "/decisions/999999999".to_owned()),
            (fixture.path(&ROUTES[index_of("/attachments/{attachment}")]), "/attachments/999999999".to_owned()),
            (fixture.path(&ROUTES[index_of("/notices/{notice}")]), "/notices/999999999".to_owned()),
        ] {
            let (hidden, missing) = (client.get(&hidden).await.refused(404), client.get(&missing).await.refused(404));
            assert_eq!(without_ids(&hidden), without_ids(&missing), "{}", hidden.asked);
        }
    }
    fixture.server.close().await;
}

fn index_of(path: &str) -> usize {
    ROUTES.iter().position(|route| route.method == "GET" && route.path == path).expect("a route of the table")
}

/// The text of a page without the number of the request.
fn without_ids(page: &Page) -> String {
    page.text().split_whitespace().filter(|word| !word.contains('-') || word.len() < 30).collect::<Vec<_>>().join(" ")
}

pub fn encode(path: &str) -> String {
    path.bytes()
        .map(|byte| if byte.is_ascii() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
