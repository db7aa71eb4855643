//! Signature × policy → may it be enabled: the table of a county's IT officer, through the real server, with real keys.

use super::{package, signed};
use crate::support::{TestServer, people};
use doudi_delivery::SecretKey;
use doudi_domain::trust::{Standing, TrustRule};
use doudi_domain::{Date, Error};
use doudi_server::app::delivery;
use doudi_server::app::plugin::{self, EnableDraft, GrantChoice};
use doudi_server::app::trust::{self, KeyDraft, PolicyDraft};
use jiff::civil::date;
use std::collections::BTreeMap;

const CITY: i64 = 340_200_000_000;
const TODAY: Date = date(2022, 7, 20);

/// A city with three publishers it knows and one it does not.
struct Publishers(BTreeMap<&'static str, SecretKey>);

impl Publishers {
    async fn known_to(server: &TestServer) -> Publishers {
        let mut keys = BTreeMap::new();
        for name in ["公司", "市局", "检测机构"] {
            let key = SecretKey::generate().expect("a key");
            let draft = KeyDraft {
                name: name.to_owned(),
                publisher: format!("某{name}"),
                public_key: key.public().file(),
                from: date(2022, 1, 1),
                to: None,
            };
            trust::key_add(&server.app, &server.system(CITY), draft).await.expect("registered");
            keys.insert(name, key);
        }
        keys.insert("陌生人", SecretKey::generate().expect("a key"));
        Publishers(keys)
    }

    /// Installs the package with the signatures of these, and gives its digest.
    async fn deliver(&self, server: &TestServer, names: &[&str]) -> String {
        let signatures = names.iter().map(|name| signed(&self.0[*name], package())).collect();
        let received = delivery::receive(&server.app, &server.system(CITY), package().to_vec(), signatures).await;
        received.unwrap_or_else(|error| panic!("{error}: {error:?}")).packages[0].digest.clone()
    }
}

async fn ask_for(server: &TestServer, county: i64, rule: TrustRule, keys: &[&str], from: Date) {
    let keys = keys.iter().map(|key| (*key).to_owned()).collect();
    let draft = PolicyDraft { from, rule, keys, reason: "测试用要求".to_owned() };
    trust::policy_set(&server.app, &server.system(county), draft).await.unwrap_or_else(|error| panic!("{error}"));
}

fn draft(digest: &str, from: Date, accept_unsigned: bool) -> EnableDraft {
    EnableDraft {
        plugin: "honest".to_owned(),
        digest: digest.to_owned(),
        from,
        settings: None,
        grants: GrantChoice::All,
        accept_unsigned,
    }
}

/// Who asks: county IT in the console, or the operator on the server, without and with the explicit word.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Who {
    Officer,
    Operator,
    OperatorUnsigned,
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_enable_what() {
    use TrustRule::{AllOf, AnyOf, AtLeast};
    use Who::{Officer, Operator, OperatorUnsigned};
    type Policy = Option<(TrustRule, &'static [&'static str])>;
    let both: Policy = Some((AllOf, &["公司", "市局"]));
    let any: Policy = Some((AnyOf, &["公司", "市局"]));
    let two: Policy = Some((AtLeast(2), &["公司", "市局", "检测机构"]));
    let nobody: Policy = Some((AnyOf, &[]));
    // 县区要求, 谁签了, 撤销谁, 谁来启用, 能否启用（不能时说什么）
    let table: &[(Policy, &[&str], Option<&str>, Who, Result<(), &str>)] = &[
        (None, &[], None, Officer, Err("只能由系统运维人员")),
        (None, &[], None, Operator, Err("--unsigned")),
        (None, &[], None, OperatorUnsigned, Ok(())),
        (None, &["陌生人"], None, Officer, Err("公钥未登记")),
        (None, &["陌生人"], None, OperatorUnsigned, Ok(())),
        (None, &["公司"], None, Officer, Ok(())),
        (None, &["公司"], Some("公司"), Officer, Err("公钥已撤销")),
        (None, &["公司"], Some("公司"), OperatorUnsigned, Err("公钥已撤销")),
        (None, &["公司", "市局"], Some("公司"), Officer, Ok(())),
        (both, &["公司"], None, Officer, Err("缺 市局")),
        (both, &["公司"], None, OperatorUnsigned, Err("缺 市局")),
        (both, &["公司", "市局"], None, Officer, Ok(())),
        (both, &["公司", "市局"], Some("市局"), Officer, Err("公钥已撤销")),
        (any, &[], None, OperatorUnsigned, Err("公司、市局 中任何一个")),
        (any, &["检测机构"], None, Officer, Err("现在没有一个有效")),
        (any, &["市局"], None, Officer, Ok(())),
        (two, &["公司"], None, Officer, Err("至少 2 个")),
        (two, &["检测机构", "公司"], None, Officer, Ok(())),
        (nobody, &["公司", "市局", "检测机构"], None, OperatorUnsigned, Err("名单是空的")),
    ];
    for (policy, signers, revoked, who, expected) in table {
        let row = format!("{policy:?} {signers:?} 撤销 {revoked:?} {who:?}");
        let server = TestServer::new(TODAY).await;
        let publishers = Publishers::known_to(&server).await;
        if let Some((rule, keys)) = policy {
            ask_for(&server, people::COUNTY, *rule, keys, TODAY).await;
        }
        let digest = publishers.deliver(&server, signers).await;
        if let Some(name) = revoked {
            trust::key_revoke(&server.app, &server.system(CITY), name, "私钥遗失").await.expect("revoked");
        }
        let actor = match who {
            Officer => server.actor(people::SUN_LI),
            Operator | OperatorUnsigned => server.system(people::COUNTY),
        };
        let draft = draft(&digest, TODAY, *who == OperatorUnsigned);
        match (plugin::enable(&server.app, &actor, draft).await, expected) {
            (Ok(_), Ok(())) => {}
            (Err(error @ Error::Refused { .. }), Err(word)) => {
                let said = format!("{error} {error:?}");
                assert!(said.contains(word), "{row}: no “{word}” in {said}");
                assert!(said.contains("签名文件"), "{row}: {said} does not say how to mend it");
            }
            (outcome, _) => panic!("{row}: {outcome:?}"),
        }
        server.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_runs_keeps_running_when_its_key_is_revoked_and_everyone_sees_it() {
    let server = TestServer::new(TODAY).await;
    let publishers = Publishers::known_to(&server).await;
    ask_for(&server, people::COUNTY, TrustRule::AnyOf, &["公司"], TODAY).await;
    let digest = publishers.deliver(&server, &["公司"]).await;
    let officer = server.actor(people::SUN_LI);
    plugin::enable(&server.app, &officer, draft(&digest, TODAY, false)).await.expect("enabled");
    assert!(trust::concerns(&server.app, &officer).await.expect("a list").is_empty());
    trust::key_revoke(&server.app, &server.system(CITY), "公司", "私钥遗失").await.expect("revoked");

    // It still runs …
    let pins = plugin::enablements(&server.app, &officer).await.expect("pins");
    assert!(pins.iter().any(|pin| pin.in_force && pin.enablement.digest == digest));
    // … is on the list of both, page and program …
    let concerns = trust::concerns(&server.app, &officer).await.expect("a list");
    assert_eq!(concerns.len(), 1);
    assert!(concerns[0].trust.verdict.revoked);
    let client = server.client(people::SUN_LI).await;
    client.get("/plugins").await.has(&["签名不再符合要求", "公钥已撤销", "仍在运行"]);
    client.get(&format!("/plugins/{digest}")).await.has(&["公钥已撤销", "不符合本县区的要求"]);
    // … settings and narrower grants can be saved …
    plugin::set_grants(&server.app, &officer, "honest", Vec::new()).await.expect("nothing is granted any more");
    // … but not given back what was taken, nor begun again.
    let wider = plugin::set_grants(&server.app, &officer, "honest", vec!["read:person.sex".to_owned()]).await;
    assert!(matches!(wider, Err(Error::Refused { .. } | Error::Invalid(_))), "{wider:?}");
    plugin::disable(&server.app, &officer, "honest", TODAY).await.expect("disabled");
    let again = plugin::enable(&server.app, &officer, draft(&digest, TODAY, false)).await;
    assert!(matches!(again, Err(Error::Refused { .. })), "{again:?}");
    // What no longer runs concerns nobody.
    assert!(trust::concerns(&server.app, &officer).await.expect("a list").is_empty());
    // A new key of the publisher, a new signature on the same bytes: it may begin again.
    let key = SecretKey::generate().expect("a key");
    let renewed = KeyDraft {
        name: "公司-新".to_owned(),
        publisher: "某公司".to_owned(),
        public_key: key.public().text().to_owned(),
        from: TODAY,
        to: None,
    };
    trust::key_add(&server.app, &server.system(CITY), renewed).await.expect("registered");
    ask_for(&server, people::COUNTY, TrustRule::AnyOf, &["公司-新"], TODAY).await;
    trust::signature_add(&server.app, &officer, &digest, &signed(&key, package())).await.expect("added");
    plugin::enable(&server.app, &officer, draft(&digest, TODAY, false)).await.expect("enabled");
    server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_policy_of_the_day_it_begins_is_what_counts() {
    let server = TestServer::new(TODAY).await;
    let publishers = Publishers::known_to(&server).await;
    let digest = publishers.deliver(&server, &["公司"]).await;
    let officer = server.actor(people::SUN_LI);
    ask_for(&server, people::COUNTY, TrustRule::AllOf, &["公司", "市局"], date(2022, 9, 1)).await;
    let late = plugin::enable(&server.app, &officer, draft(&digest, date(2022, 9, 1), false)).await;
    assert!(matches!(late, Err(Error::Refused { .. })), "{late:?}");
    plugin::enable(&server.app, &officer, draft(&digest, date(2022, 8, 31), false)).await.expect("before it is asked");
    // Another county asks nothing and is not touched.
    let other = server.system(people::OTHER_COUNTY);
    plugin::enable(&server.app, &other, draft(&digest, date(2022, 9, 1), false)).await.expect("its own policy");
    server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_is_refused_or_kept_by_what_is_known_of_its_key() {
    let server = TestServer::new(TODAY).await;
    let publishers = Publishers::known_to(&server).await;
    let digest = publishers.deliver(&server, &["陌生人"]).await;
    let officer = server.actor(people::SUN_LI);
    let standing = async |digest: &str| {
        let view = plugin::package(&server.app, &officer, digest).await.expect("a package");
        view.trust.signatures.iter().map(|signature| signature.standing).collect::<Vec<_>>()
    };
    assert_eq!(standing(&digest).await, [Standing::Unknown]);
    // The stranger becomes known later: what was kept counts then.
    let stranger = &publishers.0["陌生人"];
    let draft = KeyDraft {
        name: "新公司".to_owned(),
        publisher: "某新公司".to_owned(),
        public_key: stranger.public().file(),
        from: TODAY,
        to: Some(date(2022, 8, 1)),
    };
    trust::key_add(&server.app, &server.system(CITY), draft).await.expect("registered");
    assert_eq!(standing(&digest).await, [Standing::Valid]);
    // The same signature again changes nothing; another of the same key is another.
    let first = signed(stranger, package());
    trust::signature_add(&server.app, &officer, &digest, &first).await.expect("added");
    trust::signature_add(&server.app, &officer, &digest, &first).await.expect("the same again");
    assert_eq!(standing(&digest).await, [Standing::Valid; 2]);
    // After the key ran out, what comes in does not count; what came before does.
    server.clock.set(date(2022, 8, 1));
    trust::signature_add(&server.app, &officer, &digest, &signed(stranger, package())).await.expect("kept");
    assert_eq!(standing(&digest).await, [Standing::Valid, Standing::Valid, Standing::Expired]);
    // A signature of other bytes, a changed one and no signature at all are refused with words.
    let changed = first.replacen('R', "S", 1);
    for (text, word) in [
        (changed.as_str(), "签名"),
        (&signed(stranger, crate::support::guests::rogue()), "与措施包不符"),
        ("什么也不是", "不是 minisign 签名文件"),
        ("", "不是 minisign 签名文件"),
    ] {
        let refused = trust::signature_add(&server.app, &officer, &digest, text).await;
        let Err(error) = refused else { panic!("{text:?} was taken") };
        assert!(format!("{error:?}").contains(word), "{text:?}: {error:?}");
    }
    assert_eq!(standing(&digest).await.len(), 3);
    server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_the_operators_and_policies_are_checked() {
    let server = TestServer::new(TODAY).await;
    let _ = Publishers::known_to(&server).await;
    let officer = server.actor(people::SUN_LI);
    let key = SecretKey::generate().expect("a key");
    let draft = |name: &str, public_key: &str| KeyDraft {
        name: name.to_owned(),
        publisher: "某公司".to_owned(),
        public_key: public_key.to_owned(),
        from: TODAY,
        to: None,
    };
    let file = key.public().file();
    let by_officer = trust::key_add(&server.app, &officer, draft("某", &file)).await;
    assert!(matches!(by_officer, Err(Error::Forbidden { .. })), "{by_officer:?}");
    let revoked = trust::key_revoke(&server.app, &officer, "公司", "原因").await;
    assert!(matches!(revoked, Err(Error::Forbidden { .. })), "{revoked:?}");
    let operator = server.system(CITY);
    for (wrong, word) in [
        (draft("", &file), "名称"),
        (draft("甲,乙", &file), "名称"),
        (draft("某", "RW"), "不是 minisign 公钥"),
        (KeyDraft { publisher: " ".into(), ..draft("某", &file) }, "发布方"),
        (KeyDraft { to: Some(TODAY), ..draft("某", &file) }, "失效日期"),
        (draft("公司", &file), "已经登记"),
    ] {
        let Err(error) = trust::key_add(&server.app, &operator, wrong).await else { panic!("{word} was taken") };
        assert!(format!("{error} {error:?}").contains(word), "{word}: {error:?}");
    }
    trust::key_revoke(&server.app, &operator, "检测机构", "停业").await.expect("revoked");
    let policy = |rule, keys: &[&str]| PolicyDraft {
        from: TODAY,
        rule,
        keys: keys.iter().map(|key| (*key).to_owned()).collect(),
        reason: "某文件".to_owned(),
    };
    for (wrong, word) in [
        (policy(TrustRule::AnyOf, &["无此公钥"]), "没有登记公钥“无此公钥”"),
        (policy(TrustRule::AnyOf, &["公司", "公司"]), "写了两次"),
        (policy(TrustRule::AllOf, &["检测机构"]), "已撤销"),
        (policy(TrustRule::AtLeast(0), &["公司"]), "至少几个签名"),
        (policy(TrustRule::AtLeast(3), &["公司", "市局"]), "至少几个签名"),
        (PolicyDraft { reason: String::new(), ..policy(TrustRule::AnyOf, &["公司"]) }, "依据"),
        (PolicyDraft { from: date(2022, 7, 19), ..policy(TrustRule::AnyOf, &["公司"]) }, "不能早于今天"),
    ] {
        let Err(error) = trust::policy_set(&server.app, &officer, wrong).await else { panic!("{word} was taken") };
        assert!(format!("{error:?}").contains(word), "{word}: {error:?}");
    }
    let caseworker = server.actor(people::WANG_FANG);
    let set = trust::policy_set(&server.app, &caseworker, policy(TrustRule::AnyOf, &["公司"])).await;
    assert!(matches!(set, Err(Error::Forbidden { .. })), "{set:?}");
    server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_install_with_signatures_and_set_the_policy() {
    let server = TestServer::new(TODAY).await;
    let publishers = Publishers::known_to(&server).await;
    let client = server.client(people::SUN_LI).await;
    client.get("/trust").await.has(&["未设定", "公司", "公钥编号", "任何一个有效公钥"]);
    let set = [("keys", "公司"), ("keys", "市局"), ("rule", "all-of"), ("from", "2022-07-20"), ("reason", "某文件")];
    client.post("/trust", &set).await.done();
    client.get("/trust").await.has(&["已设定", "公司、市局 都要签名", "某文件", "现行"]);
    let wrong = [("keys", "公司"), ("rule", "at-least"), ("needed", "4"), ("from", "2022-07-20"), ("reason", "某文件")];
    let page = client.post("/trust", &wrong).await;
    assert_eq!(page.status, 422);
    page.has(&["应在 1 和所选公钥的个数（1）之间"]);
    let digest = publishers.deliver(&server, &["公司"]).await;
    client.get("/plugins").await.has(&["公司", "签名与信任"]);
    client.get(&format!("/plugins/{digest}")).await.has(&["不符合本县区的要求", "缺 市局", "添加签名文件"]);
    let refused = client.post(&format!("/plugins/{digest}/enable"), &[("from", "2022-07-20")]).await;
    assert_eq!(refused.status, 422);
    refused.has(&["签名", "缺 市局", "在这个措施包的页面上添加"]);
    let officer = server.actor(people::SUN_LI);
    let second = signed(&publishers.0["市局"], package());
    trust::signature_add(&server.app, &officer, &digest, &second).await.expect("added");
    client.get(&format!("/plugins/{digest}")).await.has(&["符合本县区的要求"]);
    client.post(&format!("/plugins/{digest}/enable"), &[("from", "2022-07-20")]).await.done();
    server.close().await;
}
