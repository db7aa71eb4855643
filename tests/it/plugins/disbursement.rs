//! 资金发放 through the real host on both engines: a roster drawn by the worker from what dibao has decided, three people and
//! finance under one pair of totals, and the wall against paying anybody twice. What the plugin computes is tested natively.

use crate::support::family::{Family, fact};
use crate::support::server::{TestServer, each_engine};
use crate::support::{guests, people};
use doudi_documents::Values;
use doudi_domain::decision::{Cause, Effect, Figure, Reason};
use doudi_domain::payment::{Payment, State};
use doudi_domain::{Actor, Date, DecisionId, DivisionCode, DocumentId, Error, Fen, Role, Scope};
use doudi_server::app::document::{self, Press, Target};
use doudi_server::app::household;
use doudi_server::app::plugin::{self, EnableDraft, GrantChoice};
use doudi_server::worker::Worker;
use doudi_storage::decision::NewDecision;
use doudi_storage::invocation::NewInvocation;
use doudi_storage::payment::PaymentQuery;
use doudi_storage::user::NewUser;
use jiff::civil::date;
use serde_json::json;

/// Monday; the roster of July is due on the 5th.
const FREEZE: Date = date(2022, 7, 4);

struct County<'a> {
    server: &'a TestServer,
    family: Family,
    /// The second officer of the county, who sends what the first has made.
    sender: Actor,
}

impl County<'_> {
    async fn found(server: &TestServer) -> County<'_> {
        let dibao = guests::plugin("dibao");
        server.enable(&dibao, &[people::COUNTY], date(2022, 1, 1), GrantChoice::All).await;
        for parameter in &guests::load(&server.app.host, &dibao).await.manifest().clone().parameters {
            if let Some(value) = parameter.example {
                server
                    .set_parameter(people::COUNTY, &format!("dibao.{}", parameter.code), value, date(2020, 1, 1))
                    .await;
            }
        }
        let package = guests::plugin("disbursement");
        let system = server.system(people::COUNTY);
        let installed = plugin::install(&server.app, &system, package.to_vec())
            .await
            .unwrap_or_else(|error| panic!("{error}: {error:?}"));
        let mut settings: serde_json::Value = guests::load(&server.app.host, &package)
            .await
            .manifest()
            .settings
            .as_ref()
            .map(|settings| settings.defaults.clone())
            .expect("it has settings");
        settings["first_month"] = json!("2022-07");
        let draft = EnableDraft {
            plugin: installed.plugin,
            digest: installed.digest,
            from: date(2022, 1, 1),
            settings: Some(settings),
            grants: GrantChoice::All,
            accept_unsigned: true,
        };
        plugin::enable(&server.app, &system, draft).await.unwrap_or_else(|error| panic!("{error}: {error:?}"));
        let county = DivisionCode::new(people::COUNTY).expect("a code");
        let mut write = server.app.storage.write(&system, server.app.now()).await.expect("a write");
        let new = NewUser {
            login: "fangting".to_owned(),
            name: "方婷".to_owned(),
            role: Role::CountyOfficer,
            division: county,
            password_hash: String::new(),
        };
        let id = write.user_create(&new).await.expect("a user");
        write.commit().await.expect("a user");
        let sender = Actor::User { id, name: new.name, role: new.role, division: county };
        // The file is opened when they apply, before the month that is paid: its head is a member from that day.
        let day = server.app.today();
        server.clock.set(date(2022, 6, 1));
        let family = Family::enter(server).await;
        server.clock.set(day);
        County { server, family, sender }
    }

    async fn account(&self, number: &str) {
        let officer = self.server.actor(people::CHEN_LI);
        for (field, value) in [
            ("household.account-bank", "示例银行"),
            ("household.account-name", crate::support::family::HEAD),
            ("household.account-number", number),
        ] {
            let mut draft = fact(self.family.head, field, value, date(2022, 1, 1));
            draft.person = None;
            household::record_fact(&self.server.app, &officer, self.family.household, draft)
                .await
                .unwrap_or_else(|error| panic!("{field}: {error}"));
        }
    }

    /// A decision of dibao as its procedure would leave it behind.
    async fn decide(&self, effect: Effect, outcome: &str, yuan: i64, from: Date, to: Option<Date>) -> DecisionId {
        let app = &self.server.app;
        let mut write = app.storage.write(&self.server.system(people::COUNTY), app.now()).await.expect("a write");
        let call = NewInvocation {
            plugin: "dibao".to_owned(),
            version: "1.0.0".to_owned(),
            digest: String::new(),
            point: "act".to_owned(),
            subject: String::new(),
            household: Some(self.family.household),
            as_of: from,
            input: Vec::new(),
            reads: Vec::new(),
            input_hash: String::new(),
            output: Vec::new(),
            output_hash: String::new(),
            outcome: "ok".to_owned(),
            micros: 0,
        };
        let invocation = write.invocation_record(&call).await.expect("a call");
        let figure = |code: &str, value: i64| Figure {
            code: code.to_owned(),
            zh: code.to_owned(),
            en: code.to_owned(),
            unit: "fen".to_owned(),
            value,
        };
        let new = NewDecision {
            scheme: "dibao".to_owned(),
            household: self.family.household,
            person: None,
            document: None,
            division: DivisionCode::new(people::VILLAGE).expect("a village"),
            effect,
            outcome: outcome.to_owned(),
            outcome_zh: outcome.to_owned(),
            outcome_en: outcome.to_owned(),
            amount: Fen(yuan * 100),
            covered_persons: if effect == Effect::Stop { 0 } else { 3 },
            from,
            to,
            reasons: Vec::<Reason>::new(),
            figures: vec![figure("standard", 71_000), figure("base", yuan * 100), figure("supplement", 0)],
            supersedes: None,
            as_of: from,
            cause: Cause {
                plugin: "dibao".to_owned(),
                version: "1.0.0".to_owned(),
                digest: String::new(),
                parameters: Vec::new(),
                input_hash: String::new(),
                invocation,
            },
        };
        let id = write.decision_record(&new).await.unwrap_or_else(|error| panic!("{error}: {error:?}"));
        write.commit().await.expect("a decision");
        id
    }

    /// A server process on that day, until nothing is due.
    async fn work(&self, today: Date) {
        self.server.clock.set(today);
        Worker::new(self.server.app.clone()).until_idle().await.unwrap_or_else(|error| panic!("{error}: {error:?}"));
    }

    async fn lines(&self) -> Vec<Payment> {
        let scope = Scope { division: DivisionCode::new(people::COUNTY).expect("a code") };
        let mut snapshot = self.server.app.storage.snapshot(scope).await.expect("a snapshot");
        let query = PaymentQuery { limit: 200, ..PaymentQuery::default() };
        let lines = snapshot.payments_query(&query).await.expect("lines");
        snapshot.close().await.expect("closed");
        lines
    }

    /// Lines that stand, as `month purpose yuan state`, and why a held one is.
    async fn shown(&self) -> Vec<String> {
        let standing = self.lines().await.into_iter().filter(|line| line.state != State::Dropped);
        standing
            .map(|line| {
                let month = line.month.to_string();
                let yuan = line.amount.0 / 100;
                let told =
                    format!("{} {} {yuan} {} {}", &month[..7], line.purpose.code(), line.state.code(), line.hold);
                told.trim_end().to_owned()
            })
            .collect()
    }

    async fn roster(&self) -> DocumentId {
        let lines = self.lines().await;
        lines.last().expect("a line").document
    }

    async fn press(&self, by: &Actor, action: &str, values: serde_json::Value) -> Result<(), Error> {
        let values: Values = serde_json::from_value(values).expect("an object");
        let press = Press {
            target: Target::Existing(self.roster().await),
            action: action.to_owned(),
            values,
            idempotency_key: String::new(),
        };
        document::act(&self.server.app, by, press).await.map(drop)
    }

    async fn refused(&self, by: &Actor, action: &str, values: serde_json::Value, words: &str) {
        match self.press(by, action, values).await {
            Err(error) => {
                let told = format!("{error} {error:?}");
                assert!(told.contains(words), "{action}: {told}");
            }
            Ok(()) => panic!("{action} was not refused"),
        }
    }
}

async fn given_up(mut snapshot: doudi_storage::Snapshot, server: &TestServer) -> i64 {
    let figures = snapshot.queue_figures(server.app.now()).await.expect("figures");
    snapshot.close().await.expect("closed");
    i64::try_from(figures.dead + figures.later).expect("few")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_roster_from_the_freeze_to_finance() {
    each_engine(FREEZE, async |server| {
        let county = County::found(server).await;
        county.account("999900000000000417").await;
        county.decide(Effect::Grant, "dibao", 630, date(2022, 7, 1), None).await;
        county.work(FREEZE).await;
        assert_eq!(county.shown().await, ["2022-07 regular 630 drawn"]);
        // Another process, the same day and the next: once is once.
        county.work(FREEZE).await;
        county.work(date(2022, 7, 5)).await;
        assert_eq!(county.lines().await.len(), 1);

        let (maker, checker) = (server.actor(people::CHEN_LI), server.actor(people::ZHAO_MIN));
        let (finance, town) = (server.actor(people::WU_TING), server.actor(people::WANG_FANG));
        // A county's roster lies outside a town: there is nothing to press.
        county.refused(&town, "submit", json!({}), "NotFound").await;
        county.refused(&checker, "approve", json!({}), "当前环节").await;
        county.press(&maker, "submit", json!({})).await.expect("submitted");
        county.press(&checker, "approve", json!({})).await.expect("approved");
        // Maker, checker and sender are three people.
        county.refused(&maker, "send", json!({}), "须由其他人员办理").await;
        county.refused(&checker, "send", json!({}), "须由其他人员办理").await;
        county.press(&county.sender, "send", json!({})).await.expect("sent");
        assert_eq!(county.shown().await, ["2022-07 regular 630 sealed"]);
        county.refused(&maker, "pass", json!({ "lines": 1, "amount": 63_000 }), "由县财政办理").await;
        county.refused(&finance, "pass", json!({ "lines": 1, "amount": 62_999 }), "控制总额不一致").await;
        county.press(&finance, "pass", json!({ "lines": 1, "amount": 63_000 })).await.expect("passed");
        let allocation = json!({ "amount": 63_000, "on": "2022-07-05", "voucher": "2022-7" });
        county.press(&finance, "allocate", allocation).await.expect("allocated");
        county.refused(&maker, "reconcile", json!({}), "没有回盘").await;
        // Whatever happens to it, the roster is there: the daily job does not begin the month again.
        county.work(date(2022, 7, 18)).await;
        assert_eq!(county.shown().await, ["2022-07 regular 630 sealed"]);
        let queue = server.app.storage.snapshot(server.system(people::COUNTY).scope()).await.expect("a snapshot");
        assert_eq!(given_up(queue, server).await, 0);

        // Finance sees rosters, and no application or file of any household.
        let roster = document::view(&server.app, &finance, county.roster().await).await.expect("hers");
        assert!(roster.page.is_some_and(|page| page.is_ok()));
        let change = document::new_form(&server.app, &maker, "dibao", "change", Some(county.family.household)).await;
        assert!(change.is_err(), "only towns report changes");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_paid_wrong_is_made_good_in_the_next_month_only() {
    each_engine(FREEZE, async |server| {
        let county = County::found(server).await;
        let first = county.decide(Effect::Grant, "dibao", 630, date(2022, 7, 1), None).await;
        county.work(FREEZE).await;
        // No account on file: the line is held, a person looks, and what was not sent is paid next month.
        assert_eq!(county.shown().await, ["2022-07 regular 630 held no-account"]);
        county.account("999900000000000417").await;
        let (maker, checker) = (server.actor(people::CHEN_LI), server.actor(people::ZHAO_MIN));
        server.clock.set(date(2022, 7, 5));
        county.press(&maker, "redraw", json!({})).await.expect("drawn again");
        county.work(date(2022, 7, 5)).await;
        assert_eq!(
            county.shown().await,
            ["2022-07 regular 630 held no-account"],
            "a question is settled by people, not by drawing again"
        );

        // July was to be 774: decided late, it comes with August as a line of its own, under the decision that says so.
        let second = county.decide(Effect::Change, "raised", 774, date(2022, 7, 1), None).await;
        county.work(date(2022, 8, 4)).await;
        assert_eq!(
            county.shown().await,
            ["2022-07 regular 630 held no-account", "2022-08 regular 774 drawn", "2022-07 back-pay 144 drawn"]
        );
        let lines = county.lines().await;
        assert_eq!((lines[0].decision, lines[2].decision), (first, second));
        county.press(&maker, "submit", json!({})).await.expect("submitted");
        county.press(&checker, "approve", json!({})).await.expect("approved");
        county.press(&county.sender, "send", json!({})).await.expect("sent");
        county.refused(&maker, "redraw", json!({}), "当前环节").await;

        // A death in July found in late August: nothing is taken off, a case says what was paid too much.
        server.clock.set(date(2022, 8, 30));
        county.decide(Effect::Stop, "stopped", 0, date(2022, 8, 1), None).await;
        county.work(date(2022, 9, 2)).await;
        assert_eq!(county.shown().await.len(), 3);
        let scope = Scope { division: DivisionCode::new(people::COUNTY).expect("a code") };
        let mut snapshot = server.app.storage.snapshot(scope).await.expect("a snapshot");
        let query = doudi_storage::document::DocumentQuery {
            plugin: Some("disbursement".to_owned()),
            collection: Some("overpayment".to_owned()),
            limit: 10,
            ..Default::default()
        };
        let found = snapshot.documents_query(&query).await.expect("documents").items;
        assert_eq!(found.len(), 1);
        let body: serde_json::Value = serde_json::from_str(&found[0].body).expect("JSON");
        assert_eq!((&body["total"], &body["months"][0]["month"]), (&json!(77_400), &json!("2022-08-01")));
        snapshot.close().await.expect("closed");
    })
    .await;
}
