//! The new doors, rattled: a place that is not the officer's, another county's, none at all; a family pushed into somebody else's
//! case; a feed whose manifest lies about its columns. Whatever the guest wishes, nothing of it is done.

use crate::support::family::{Family, id_number};
use crate::support::guests;
use crate::support::people;
use crate::support::server::TestServer;
use doudi_documents::manifest::{FeedColumn, FeedEntry, FeedKind, Manifest, Place};
use doudi_documents::{Field, FieldKind, Form, Level, Section};
use doudi_domain::{DocumentId, Error, HouseholdId};
use doudi_server::app::document::{self, Press, Pressed, Target};
use doudi_server::app::household::{self, HouseholdDraft, PersonDraft};
use doudi_server::app::plugin::{self, EnableDraft, GrantChoice};
use jiff::civil::date;
use serde_json::{Value, json};

const TODAY: jiff::civil::Date = date(2022, 7, 20);

async fn enter(server: &TestServer, officer: &'static str, village: i64, first_17: &str) -> HouseholdId {
    let draft = HouseholdDraft {
        number: format!("QT-{village}"),
        division: super::place(village),
        hukou_division: None,
        address: "河西三组".to_owned(),
        head: PersonDraft {
            name: "周大山".to_owned(),
            id_number: id_number(first_17),
            ethnicity: 1,
            hukou_address: "河西三组".to_owned(),
            phone: String::new(),
        },
    };
    household::create(&server.app, &server.actor(officer), draft).await.unwrap_or_else(|error| panic!("{error}"))
}

struct Bench {
    server: TestServer,
    digest: String,
}

impl Bench {
    /// The guest is told what to wish, and an officer presses its button.
    async fn wished(
        &self,
        county: i64,
        officer: &'static str,
        on: Option<DocumentId>,
        put: Value,
    ) -> Result<Pressed, Error> {
        let effect = json!({"kind": "document.put", "target": "case", "payload": put});
        let draft = EnableDraft {
            plugin: "asker".to_owned(),
            digest: self.digest.clone(),
            from: TODAY,
            settings: Some(json!({ "effects": [effect] })),
            grants: GrantChoice::All,
            accept_unsigned: true,
        };
        let system = self.server.system(county);
        plugin::enable(&self.server.app, &system, draft).await.unwrap_or_else(|error| panic!("{error}"));
        let new = Target::New { plugin: "asker".into(), collection: "case".into(), household: None, person: None };
        let press = Press {
            target: on.map_or(new, Target::Existing),
            action: "do".into(),
            values: Default::default(),
            idempotency_key: String::new(),
        };
        document::act(&self.server.app, &self.server.actor(officer), press).await
    }
}

fn case(more: Value) -> Value {
    let mut put = json!({"collection": "case", "title": {"zh": "询问"}, "state": "open", "body": {}});
    for (name, value) in more.as_object().expect("an object") {
        put[name] = value.clone();
    }
    put
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_lies_nowhere_its_officer_has_no_business_and_is_given_nobody_elses_family() {
    let server = TestServer::new(TODAY).await;
    let both = [people::COUNTY, people::OTHER_COUNTY];
    let digest = server.enable(&guests::package("asker"), &both, date(2022, 1, 1), GrantChoice::All).await;
    let family = Family::enter(&server).await;
    let next_door = enter(&server, people::MA_DONG, 340_223_100_001, "34022319700101003").await;
    let elsewhere = enter(&server, "yanbo", 340_281_100_001, "34028119700101001").await;
    let bench = Bench { server, digest };
    let wish = |put: Value| bench.wished(people::COUNTY, people::WANG_FANG, None, put);

    // What is allowed: her own village, and her own place when none is named.
    for (put, expected) in [(json!({"division": "340223101201"}), people::VILLAGE), (json!({}), people::TOWN)] {
        let made = wish(case(put)).await.unwrap_or_else(|error| panic!("{error}")).document.expect("a case");
        let view = document::view(&bench.server.app, &bench.server.actor(people::WANG_FANG), made).await.expect("hers");
        assert_eq!(view.document.division, super::place(expected));
    }
    let before = bench.server.app.storage.documents_counted().await.expect("a count");
    let with_family = json!({"division": "340223101201", "household": family.household.to_string()});
    for (put, why) in [
        (json!({"division": "340223100001"}), "不在办理人的管辖范围"),
        (json!({"division": "340223000000"}), "不在办理人的管辖范围"),
        (json!({"division": "340281100001"}), "不在办理人的管辖范围"),
        (json!({"division": "340223101999"}), "不存在"),
        (json!({"division": "许镇镇"}), "12 位代码"),
        (json!({"division": "-40223101201"}), "12 位代码"),
        (json!({"division": ""}), "12 位代码"),
        (with_family, "不能另定区划"),
        (json!({"household": next_door.to_string()}), "没有家庭"),
        (json!({"household": elsewhere.to_string()}), "没有家庭"),
    ] {
        let refused = wish(case(put.clone())).await.expect_err("refused");
        assert!(refused.to_string().contains(why), "{put}: {refused}");
    }
    assert_eq!(bench.server.app.storage.documents_counted().await.expect("a count"), before, "nothing of it was done");

    existing(&bench, &family, next_door, elsewhere).await;
    bench.server.close().await;
}

/// Cases that are there already: one about a family keeps it, one of another county is not there.
async fn existing(bench: &Bench, family: &Family, next_door: HouseholdId, elsewhere: HouseholdId) {
    let app = &bench.server.app;
    let mine = bench.wished(people::COUNTY, people::WANG_FANG, None, case(json!({}))).await.expect("a case");
    let theirs = bench.wished(people::OTHER_COUNTY, "yanbo", None, case(json!({}))).await.expect("a case");
    let (mine, theirs) = (mine.document.expect("a case"), theirs.document.expect("a case"));
    let put = |id: DocumentId, revision: i64, household: HouseholdId| {
        case(json!({"id": id.to_string(), "expected_revision": revision, "household": household.to_string()}))
    };
    // Pressed on her own case, the guest reaches for others.
    for (put, why) in [
        (put(mine, 1, next_door), "没有家庭"),
        (put(mine, 1, elsewhere), "没有家庭"),
        (put(theirs, 1, family.household), "没有办件"),
    ] {
        let refused = bench.wished(people::COUNTY, people::WANG_FANG, None, put.clone()).await.expect_err("refused");
        assert!(refused.to_string().contains(why), "{put}: {refused}");
    }
    bench
        .wished(people::COUNTY, people::WANG_FANG, None, put(mine, 1, family.household))
        .await
        .expect("given a family");
    let view = document::view(app, &bench.server.actor(people::WANG_FANG), mine).await.expect("hers");
    assert_eq!(view.document.household, Some(family.household));
    assert_eq!(view.document.division, super::place(people::VILLAGE), "it lies where its family lives now");
    let moved = case(json!({"id": mine.to_string(), "expected_revision": 2, "division": "340223101200"}));
    let refused = bench.wished(people::COUNTY, people::WANG_FANG, None, moved).await.expect_err("refused");
    assert!(refused.to_string().contains("不能另定区划"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manifest_that_lies_about_its_columns_pages_or_places_is_refused() {
    let server = TestServer::new(TODAY).await;
    let column = |code: &str, kind: FeedKind| FeedColumn {
        code: code.to_owned(),
        headings: vec![code.to_owned()],
        kind,
        required: false,
        words: Default::default(),
    };
    let feed = |columns: &[FeedColumn]| FeedEntry {
        id: "list".into(),
        label: "名单".into(),
        help: Default::default(),
        collection: Some("case".into()),
        states: Vec::new(),
        roles: vec!["town-caseworker".into()],
        columns: columns.to_vec(),
        setting: None,
    };
    let who = column("who", FeedKind::IdNumber);
    let text_beside = feed(&[who.clone(), column("who-household", FeedKind::Text)]);
    let twice = feed(&[who.clone(), who.clone()]);
    let words = feed(&[FeedColumn { words: [("甲".to_owned(), 1)].into(), ..who.clone() }]);
    let line = Form {
        id: "f".into(),
        title: "表".into(),
        sections: vec![Section {
            title: "段".into(),
            fields: vec![Field { level: Some(Level::Town), ..Field::new("f", "项", FieldKind::Line) }],
            ..Section::default()
        }],
        ..Form::default()
    };
    type Lie<'a> = &'a dyn Fn(&mut Manifest);
    let cases: [(&str, Lie<'_>, &str); 7] = [
        ("a text in the place of the household", &|m| m.feeds.push(text_beside.clone()), "由内核按“who”填写"),
        ("two people of one name", &|m| m.feeds.push(twice.clone()), "出现了两次"),
        ("words for a number", &|m| m.feeds.push(words.clone()), "代码列应有词语"),
        ("a button on a page nobody finds", &|m| m.pages[0].place = Place::Hidden, "不是菜单页"),
        ("a button on no page", &|m| m.collections[0].create_pages = vec!["none".into()], "不是菜单页"),
        ("a button for nothing", &|m| m.collections[0].create = None, "没有新建操作"),
        ("a level for a line", &|m| m.forms.push(line.clone()), "不应限定区划级别"),
    ];
    for (what, lie, why) in cases {
        let lying = guests::with_manifest("asker", lie);
        let refusal = server.app.host.admit(&lying).await.expect_err(what);
        assert!(refusal.problems.iter().any(|problem| problem.message.contains(why)), "{what}: {refusal}");
    }
    server.close().await;
}
