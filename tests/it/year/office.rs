//! The offices of the town and the county at work: every step is a button of a form filled in by a careful clerk, pressed by
//! the officer whose it is, on a working day.

use super::book::{Home, Soul};
use crate::support::family::id_number;
use crate::support::people;
use crate::support::server::TestServer;
use doudi_demo::clerk::{self, Desk};
use doudi_documents::Values;
use doudi_domain::calendar::WorkCalendar;
use doudi_domain::{Date, DocumentId, Fen, HouseholdId};
use doudi_server::app::document::{self, Press, Target, WorklistFilter};
use doudi_server::app::household::{self, FactDraft, MemberDraft, PersonDraft, Upload};
use doudi_server::worker::Worker;
use serde_json::json;
use std::collections::BTreeMap;

pub struct Office<'a> {
    server: &'a TestServer,
    worker: Worker,
    calendar: WorkCalendar,
    /// Applications whose posting runs.
    posted: Vec<DocumentId>,
    /// Applications nobody touches.
    forgotten: BTreeMap<HouseholdId, DocumentId>,
    born: u32,
}

impl<'a> Office<'a> {
    pub fn new(server: &'a TestServer) -> Office<'a> {
        let calendar = WorkCalendar::parse_csv(include_str!("../../../data/statutory-days.csv")).expect("well formed");
        let worker = Worker::new(server.app.clone());
        Office { server, worker, calendar, posted: Vec::new(), forgotten: BTreeMap::new(), born: 0 }
    }

    /// The first working day of the month, or so many working days later.
    pub fn working_day(&self, month: Date, later: u32) -> Date {
        let before = month.first_of_month().yesterday().expect("a day before");
        self.calendar.add_working_days(before, later + 1).expect("within the calendar")
    }

    /// A later day: due work is done first, as the server does every morning.
    pub async fn go_to(&mut self, day: Date) {
        assert!(day >= self.server.app.today(), "time does not run backwards");
        self.server.clock.set(day);
        self.worker.until_idle().await.unwrap_or_else(|error| panic!("{day}: {error}: {error:?}"));
    }

    async fn press(&mut self, by: &'static str, target: Target, action: &str, typed: serde_json::Value) -> DocumentId {
        let (app, actor) = (&self.server.app, self.server.actor(by));
        let told = |error: doudi_domain::Error| -> DocumentId {
            panic!("{action} by {by} on {} ({target:?}): {error}: {error:?}", app.today())
        };
        let form = match &target {
            Target::New { plugin, collection, household, .. } => {
                document::new_form(app, &actor, plugin, collection, *household).await
            }
            Target::Existing(id) => document::action_form(app, &actor, *id, action).await,
        };
        let form = match form {
            Ok(form) => form,
            Err(error) => return told(error),
        };
        let typed: Values = serde_json::from_value(typed).expect("an object");
        let values = match &form.form {
            None => typed,
            Some(asked) => {
                let mut files: Vec<i64> = form.attachments.iter().map(|file| file.id.0).collect();
                if let (true, Some(household)) = (files.is_empty(), form.household) {
                    let photo = Upload { name: "照片.png".into(), media_type: "image/png".into(), content: photo() };
                    files.push(household::attach(app, &actor, household, None, photo).await.expect("a photo").0);
                }
                let officers = [people::ZHOU_QIANG, people::WANG_FANG].map(|login| self.server.user_id(login));
                let desk = Desk {
                    members: form.members.iter().map(|member| member.person.0).collect(),
                    officers: officers.into_iter().filter(|id| Some(*id) != actor.user_id()).collect(),
                    files,
                    divisions: form.divisions.iter().map(|choice| choice.code).collect(),
                };
                clerk::fill(asked, &typed, &form.values, &desk, app.today())
            }
        };
        let press = Press {
            target: target.clone(),
            action: form.action.id.clone(),
            values,
            idempotency_key: form.idempotency_key.clone(),
        };
        match document::act(app, &actor, press).await {
            Ok(pressed) => pressed.document.expect("every button here moves a document"),
            Err(error) => told(error),
        }
    }

    async fn on(&mut self, case: DocumentId, by: &'static str, action: &str, typed: serde_json::Value) {
        self.press(by, Target::Existing(case), action, typed).await;
    }

    fn new_case(home: &Home, collection: &str) -> Target {
        Target::New { plugin: "dibao".into(), collection: collection.into(), household: Some(home.id), person: None }
    }

    async fn accepted(&mut self, home: &Home) -> DocumentId {
        let typed = json!({"signed": "@members", "no-income": "@members", "account-ready": true, "declared": true});
        let case = self.press(people::WANG_FANG, Office::new_case(home, "application"), "apply", typed).await;
        self.on(case, people::WANG_FANG, "submit", json!({})).await;
        self.on(case, people::WANG_FANG, "accept", json!({})).await;
        case
    }

    /// From the application to the posting, or to the refusal; what is posted is confirmed by [`Office::close_postings`].
    pub async fn apply(&mut self, home: &Home, pays: bool) {
        let case = self.accepted(home).await;
        self.on(case, people::WANG_FANG, "request-check", json!({})).await;
        self.on(case, people::CHEN_LI, "record-check", json!({"result": "pass", "report": "核对报告"})).await;
        self.on(case, people::WANG_FANG, "survey", json!({"signed": true, "findings": "与申报一致"})).await;
        if pays {
            self.on(case, people::LI_MING, "opine", json!({"proposal": "grant"})).await;
            self.on(case, people::WANG_FANG, "post", json!({"place": "村务公开栏"})).await;
            self.posted.push(case);
        } else {
            self.on(case, people::LI_MING, "opine", json!({"proposal": "refuse"})).await;
            self.on(case, people::ZHAO_MIN, "refuse", json!({"ground": "rule"})).await;
        }
    }

    /// Seven full days are over.
    pub async fn close_postings(&mut self) {
        for case in std::mem::take(&mut self.posted) {
            self.on(case, people::WANG_FANG, "close-posting", json!({"no-objection": true})).await;
            self.on(case, people::ZHAO_MIN, "confirm", json!({})).await;
        }
    }

    pub async fn apply_and_forget(&mut self, home: &Home) {
        let case = self.accepted(home).await;
        self.forgotten.insert(home.id, case);
    }

    pub async fn withdraw(&mut self, home: &Home) {
        let case = self.forgotten.remove(&home.id).expect("it was left lying");
        self.on(case, people::WANG_FANG, "withdraw", json!({"reason": "申请人暂不申请"})).await;
    }

    /// A child is born and entered.
    pub async fn birth(&mut self, home: &mut Home) {
        let today = self.server.app.today();
        self.born += 2;
        let number = format!("340223{}{:03}", today.strftime("%Y%m%d"), self.born);
        let draft = MemberDraft {
            person: PersonDraft { name: "小宝".into(), id_number: id_number(&number), ..PersonDraft::default() },
            relation: 30,
            co_resident: true,
            uncounted_reason: 0,
            from: today,
        };
        let actor = self.server.actor(people::WANG_FANG);
        let person = household::add_member(&self.server.app, &actor, home.id, draft).await;
        home.members.push(Soul::newborn(person.unwrap_or_else(|error| panic!("{error}: {error:?}"))));
        let typed = json!({"kind": "member", "description": "新生儿落户"});
        let case = self.press(people::WANG_FANG, Office::new_case(home, "change"), "report", typed).await;
        self.settle_change(case).await;
    }

    /// The spouse dies. Nobody reports it: the measure hears of the death by itself.
    pub async fn death(&mut self, home: &mut Home) {
        let (app, actor) = (&self.server.app, self.server.actor(people::WANG_FANG));
        let spouse = home.members.iter_mut().find(|member| matches!(member.relation, 10..=12)).expect("a spouse");
        household::record_death(app, &actor, spouse.person, app.today()).await.expect("a death is recorded");
        spouse.alive = false;
        self.go_to(self.server.app.today()).await;
        let file = household::file(&self.server.app, &actor, home.id, None).await.expect("her file");
        let opened = file.documents.iter().find(|row| row.document.collection == "change" && !row.document.final_state);
        let case = opened.expect("the death has opened a change").document.id;
        self.settle_change(case).await;
    }

    async fn settle_change(&mut self, case: DocumentId) {
        self.on(case, people::WANG_FANG, "verify", json!({"findings": "属实"})).await;
        self.on(case, people::ZHAO_MIN, "confirm", json!({})).await;
    }

    /// The head's wage from today on, in place of the old one.
    pub async fn wage(&mut self, home: &mut Home, fen: i64) {
        let (app, actor) = (&self.server.app, self.server.actor(people::WANG_FANG));
        let id = home.id;
        let head = &mut home.members[0];
        let draft = FactDraft {
            person: Some(head.person),
            field: "income.wage".into(),
            value: Fen(fen).to_string().replace(',', ""),
            qualifier: 0,
            from: app.today(),
            to: None,
            source: 2,
            note: "入户核实".into(),
            supersedes: head.wage_fact,
            evidence: None,
        };
        let fact = household::record_fact(app, &actor, id, draft).await;
        head.wage_fact = Some(fact.unwrap_or_else(|error| panic!("{error}: {error:?}")));
        head.wage = fen;
    }

    /// A recheck begun by hand and decided by the reckoning, or with months of grace.
    pub async fn recheck(&mut self, home: &Home, grace: Option<i64>) {
        let typed = json!({"reason": "收入变化"});
        let case = self.press(people::WANG_FANG, Office::new_case(home, "recheck"), "start", typed).await;
        self.settle_recheck(case, grace).await;
    }

    async fn settle_recheck(&mut self, case: DocumentId, grace: Option<i64>) {
        self.on(case, people::WANG_FANG, "check", json!({"signed": true, "findings": "属实"})).await;
        let decision = match grace {
            Some(months) => json!({"decision": "grace", "months": months}),
            None => json!({"decision": "rule"}),
        };
        self.on(case, people::ZHAO_MIN, "decide", decision).await;
    }

    /// Rechecks the jobs have opened, as they stand on the town's worklist. Returns how many.
    pub async fn clear_rechecks(&mut self, stopped: &[HouseholdId]) -> usize {
        let filter = WorklistFilter { state: Some("due".into()), limit: 200, ..WorklistFilter::default() };
        let list = document::worklist(&self.server.app, &self.server.actor(people::WANG_FANG), &filter).await;
        let rows = list.expect("her worklist").rows;
        for case in rows.iter().map(|row| &row.row.document) {
            if case.household.is_some_and(|household| stopped.contains(&household)) {
                // Nothing is left to look at.
                self.on(case.id, people::WANG_FANG, "cancel", json!({"reason": "已经停发"})).await;
            } else {
                self.settle_recheck(case.id, None).await;
            }
        }
        rows.len()
    }
}

/// A picture of one grey point.
fn photo() -> Vec<u8> {
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\0IEND\xaeB`\x82".to_vec()
}
