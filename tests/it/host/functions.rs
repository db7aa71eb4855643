//! Host function × {undeclared, declared, granted, other scope}: every function of `wit/kernel/` and every kind of effect, tried by
//! a guest that does what its settings say, through the server. The functions are read from the WIT itself: one that nobody has
//! taught the guest to ask fails here.

use crate::support::family::{Family, id_number};
use crate::support::guests;
use crate::support::people;
use crate::support::server::TestServer;
use doudi_documents::kinds;
use doudi_domain::{DecisionId, DivisionCode, DocumentId, Error, HouseholdId};
use doudi_server::app::document::{self, Press, Target};
use doudi_server::app::household::{self, HouseholdDraft, PersonDraft, Upload};
use doudi_server::app::plugin::{self, EnableDraft, GrantChoice};
use jiff::civil::date;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;
use wit_parser::Resolve;

const TODAY: jiff::civil::Date = date(2022, 7, 20);

/// `records.households`, … as the contract has them, by interface.
fn functions() -> Vec<(String, String)> {
    let mut resolve = Resolve::default();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../wit");
    for package in ["types", "kernel"] {
        resolve.push_dir(root.join(package)).unwrap_or_else(|error| panic!("wit/{package}: {error:#}"));
    }
    let mut functions = Vec::new();
    let kernel = resolve.packages.iter().find(|(_, package)| package.name.name == "kernel").expect("doudi:kernel").1;
    for (interface, id) in &kernel.interfaces {
        functions.extend(resolve.interfaces[*id].functions.keys().map(|name| (interface.clone(), name.clone())));
    }
    functions.sort();
    functions
}

/// Records of one county: what is the officer's own, and what is not.
struct Records {
    household: HouseholdId,
    document: DocumentId,
    decision: DecisionId,
    attachment: i64,
}

struct Bench {
    server: TestServer,
    digest: String,
    bare: String,
    own: Records,
    other: Records,
}

impl Bench {
    async fn build() -> Bench {
        let server = TestServer::watched(TODAY, |_| {}).await;
        let both = [people::COUNTY, people::OTHER_COUNTY];
        let digest = server.enable(&guests::package("asker"), &both, date(2022, 1, 1), GrantChoice::All).await;
        server.enable(guests::rogue(), &[people::COUNTY], date(2022, 1, 1), GrantChoice::All).await;
        let nothing = guests::with_manifest("asker", |manifest| {
            manifest.version = "6.6.4".parse().expect("a version");
            manifest.effects.clear();
            manifest.inputs.clear();
            manifest.questions.clear();
        });
        let bare = plugin::install(&server.app, &server.system(people::COUNTY), nothing).await;
        let bare = bare.unwrap_or_else(|error| panic!("{error}: {error:?}")).digest;
        server.set_parameter(people::COUNTY, "asker.standard", 71_000, date(2022, 7, 1)).await;
        let family = Family::enter(&server).await;
        let draft = HouseholdDraft {
            number: "WW-1".to_owned(),
            division: DivisionCode::new(340_281_100_001).expect("a village"),
            hukou_division: None,
            address: "河西三组".to_owned(),
            head: PersonDraft {
                name: "周大山".to_owned(),
                id_number: id_number("34028119700101001"),
                ethnicity: 1,
                hukou_address: "河西三组".to_owned(),
                phone: String::new(),
            },
        };
        let theirs = household::create(&server.app, &server.actor("yanbo"), draft).await.expect("a family");
        let mut bench = Bench {
            own: Records {
                household: family.household,
                document: DocumentId(0),
                decision: DecisionId(0),
                attachment: 0,
            },
            other: Records { household: theirs, document: DocumentId(0), decision: DecisionId(0), attachment: 0 },
            server,
            digest,
            bare,
        };
        bench.own = bench.records(people::COUNTY, people::WANG_FANG, family.household).await;
        bench.other = bench.records(people::OTHER_COUNTY, "yanbo", theirs).await;
        bench
    }

    /// A case and a decision of the asker about a household, and a file with it.
    async fn records(&self, county: i64, officer: &'static str, household: HouseholdId) -> Records {
        let wishes = json!({"effects": [
            wish(kinds::DOCUMENT_PUT, "case", case(household)),
            wish(kinds::DECISION_RECORD, "asker", decision(household)),
        ]});
        self.set(county, &self.digest, wishes, None).await;
        let pressed = self.press(officer, household).await.unwrap_or_else(|error| panic!("{error}: {error:?}"));
        let document = pressed.document.expect("a case");
        let (app, actor) = (&self.server.app, self.server.actor(officer));
        let list = doudi_server::app::decision::list_of_household(app, &actor, household).await.expect("readable");
        let upload = Upload {
            name: "户口簿.png".into(),
            media_type: "image/png".into(),
            content: b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89".to_vec(),
        };
        let file =
            household::attach(app, &actor, household, None, upload).await.unwrap_or_else(|error| panic!("{error}"));
        Records { household, document, decision: list[0].id, attachment: file.0 }
    }

    /// Pins a release with these settings; without `granted` everything is granted, else these words alone.
    async fn set(&self, county: i64, digest: &str, settings: Value, granted: Option<&[&str]>) {
        let grants = match granted {
            None => GrantChoice::All,
            Some(words) => GrantChoice::These(words.iter().map(|word| (*word).to_owned()).collect()),
        };
        let draft = EnableDraft {
            plugin: "asker".to_owned(),
            digest: digest.to_owned(),
            from: TODAY,
            settings: Some(settings),
            grants,
            accept_unsigned: true,
        };
        plugin::enable(&self.server.app, &self.server.system(county), draft)
            .await
            .unwrap_or_else(|error| panic!("{error}: {error:?}"));
    }

    async fn press(&self, officer: &'static str, household: HouseholdId) -> Result<document::Pressed, Error> {
        let press = Press {
            target: Target::New {
                plugin: "asker".to_owned(),
                collection: "case".to_owned(),
                household: Some(household),
                person: None,
            },
            action: "do".to_owned(),
            values: Default::default(),
            idempotency_key: String::new(),
        };
        document::act(&self.server.app, &self.server.actor(officer), press).await
    }

    /// What a function answers.
    async fn asked(&self, digest: &str, function: &str, id: i64, granted: Option<&[&str]>) -> String {
        self.set(people::COUNTY, digest, json!({"ask": function, "id": id}), granted).await;
        match self.press(people::WANG_FANG, self.own.household).await {
            Err(Error::Refused { message, .. }) => message,
            other => panic!("{function}: {other:?}"),
        }
    }

    /// What becomes of an effect.
    async fn wished(&self, digest: &str, effect: Value, granted: Option<&[&str]>) -> &'static str {
        self.set(people::COUNTY, digest, json!({"effects": [effect]}), granted).await;
        match self.press(people::WANG_FANG, self.own.household).await {
            Ok(_) => "applied",
            Err(error) => {
                let said = error.to_string();
                match &error {
                    Error::Failure { .. } if said.contains("清单没有申报") => "not declared",
                    Error::Failure { .. } if said.contains("本县区没有授权") => "denied",
                    Error::NotFound { .. } => "not found",
                    Error::Failure { .. } if said.contains("：没有") => "not found",
                    Error::Refused { .. } | Error::Conflict { .. } | Error::Failure { .. } => "refused by state",
                    other => panic!("{other:?}"),
                }
            }
        }
    }
}

fn wish(kind: &str, target: &str, payload: Value) -> Value {
    json!({"kind": kind, "target": target, "payload": payload})
}

fn case(household: HouseholdId) -> Value {
    json!({"collection": "case", "title": {"zh": "询问"}, "state": "open", "household": household.to_string(), "body": {}})
}

fn decision(household: HouseholdId) -> Value {
    json!({
        "scheme": "asker", "household": household.to_string(), "outcome": "granted", "amount": 63_000, "covered_persons": 1,
        "from": "2022-07-01", "as_of": "2022-07-20", "reasons": [{"code": "asked", "args": []}], "figures": {},
    })
}

/// An effect of each kind about records of somebody. A kind without an arm is one nobody has tried.
fn effect(kind: &str, records: &Records, line: i64) -> Value {
    let (document, household) = (records.document.to_string(), records.household.to_string());
    let lines = [line.max(1).to_string()];
    let payload = match kind {
        kinds::DOCUMENT_PUT => case(records.household),
        kinds::DECISION_RECORD => decision(records.household),
        kinds::FACT_PROPOSE => {
            json!({"household": household, "field": "household.housing", "value": 1, "from": "2022-07-01", "source": 2})
        }
        kinds::EVENT_PUBLISH => json!({"topic": "asker.asked", "household": household, "payload": {}}),
        kinds::NOTICE_ISSUE => {
            json!({"form": "letter", "title": {"zh": "告知书"}, "household": household, "paragraphs": [{"zh": "正文"}]})
        }
        kinds::ATTACHMENT_LINK => {
            json!({"document": document, "attachments": [records.attachment.to_string()], "label": {"zh": "户口簿"}})
        }
        kinds::PAYMENT_OPEN => json!({"document": document, "scheme": "asker", "month": "2022-08"}),
        kinds::PAYMENT_DRAW => {
            json!({"document": document, "scheme": "asker", "lines": [{
                "household": household, "persons": ["1"], "month": "2022-08", "purpose": "regular",
                "decision": records.decision.to_string(), "amount": 63_000, "base": 63_000, "covered": 1,
            }]})
        }
        kinds::PAYMENT_HOLD | kinds::PAYMENT_DROP | kinds::PAYMENT_RELEASE => {
            json!({"document": document, "lines": lines, "code": "asked"})
        }
        kinds::PAYMENT_SEAL => json!({"document": document, "lines": 0, "amount": 0}),
        kinds::PAYMENT_STEP => {
            json!({"document": document, "step": "sent", "label": {"zh": "已送出"}, "lines": 0, "amount": 0})
        }
        kinds::PAYMENT_SETTLE => {
            json!({"document": document, "results": [{"line": lines[0], "outcome": "credited", "on": "2022-08-12"}]})
        }
        kinds::PAYMENT_REISSUE => json!({"document": document, "lines": lines}),
        other => panic!(
            "nobody has tried the effect `{other}`: add an arm here and a wish to tests/hostile/asker/plugin.toml"
        ),
    };
    wish(kind, kind, payload)
}

/// The id a function is asked about; `None` for those that take none.
fn about(function: &str, records: &Records) -> Option<i64> {
    match function {
        "documents.get" | "payments.totals" | "payments.conflicts" => Some(records.document.0),
        "decisions.get" => Some(records.decision.0),
        _ if ["calendar.", "divisions.", "log.", "parameters.", "questions."]
            .iter()
            .any(|own| function.starts_with(own)) =>
        {
            None
        }
        _ => Some(records.household.0),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_function_and_every_effect_under_every_grant() {
    let bench = Bench::build().await;
    let mut text = String::from(
        "# Host function and effect kind by grant. Generated from wit/kernel and the registry of effects:\n\
         # DOUDI_UPDATE=1 cargo test -p doudi-tests --test it host::functions\n\n",
    );
    let mut row = |name: &str, cells: [String; 4]| {
        let [undeclared, declared, granted, other] = cells;
        let _ = writeln!(text, "{name:<30} {undeclared:<22} {declared:<18} {granted:<18} {other}");
    };
    row("", ["undeclared", "declared", "granted", "other scope"].map(str::to_owned));

    for kind in kinds::ALL {
        let undeclared = bench.wished(&bench.bare, effect(kind, &bench.own, 0), None).await;
        let declared = bench.wished(&bench.digest, effect(kind, &bench.own, 0), Some(&[])).await;
        let granted = bench.wished(&bench.digest, effect(kind, &bench.own, 0), None).await;
        let other = bench.wished(&bench.digest, effect(kind, &bench.other, 0), None).await;
        assert_eq!((undeclared, declared), ("not declared", "denied"), "{kind}");
        assert!(matches!(granted, "applied" | "refused by state"), "{kind}: {granted}");
        assert!(matches!(other, "not found" | "refused by state"), "{kind} reaches another county: {other}");
        row(kind, [undeclared, declared, granted, other].map(str::to_owned));
    }

    let mut interfaces = BTreeSet::new();
    for (interface, function) in functions() {
        let name = format!("{interface}.{function}");
        // An interface that is not declared is not linked: the package is not even installed.
        if interfaces.insert(interface.clone()) {
            let lying =
                guests::with_manifest("asker", |manifest| manifest.imports.retain(|import| *import != interface));
            let refusal = bench.server.app.host.admit(&lying).await.expect_err("it imports what it does not declare");
            let found = refusal.problems.iter().any(|problem| problem.code == "import.undeclared");
            assert!(found && refusal.to_string().contains(&interface), "{interface}: {refusal}");
        }
        let own = about(&name, &bench.own);
        let declared = bench.asked(&bench.digest, &name, own.unwrap_or(0), Some(&[])).await;
        let granted = bench.asked(&bench.digest, &name, own.unwrap_or(0), None).await;
        assert!(granted.starts_with("ok") || granted == "not-found", "{name}: {granted}");
        let other = match about(&name, &bench.other) {
            None => "—".to_owned(),
            Some(id) => {
                let other = bench.asked(&bench.digest, &name, id, None).await;
                assert!(matches!(other.as_str(), "not-found" | "ok 0"), "{name} reaches another county: {other}");
                other
            }
        };
        row(&name, ["not installed".to_owned(), declared, granted, other]);
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("output/functions.txt");
    if std::env::var_os("DOUDI_UPDATE").is_some() {
        std::fs::write(&path, &text).expect("tests/output can be written");
    }
    let known = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(known == text, "{} differs; if that is meant, run with DOUDI_UPDATE=1\n{text}", path.display());
    bench.server.close().await;
}
