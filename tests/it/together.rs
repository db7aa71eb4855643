//! Any measures of a county, alone and together: whatever subset is enabled, what has to happen happens, nothing fails, every page
//! opens for everybody who is led to it, and the money is right. Who decides follows delegated approval, when it is there.

use crate::support::family::{self, Family};
use crate::support::measures::{self, ALL, Officer};
use crate::support::people;
use crate::support::server::TestServer;
use doudi_domain::{DecisionId, DocumentId, Fen};
use doudi_server::app::{decision, intake};
use doudi_storage::job::JobState;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// The day of the notice; a Thursday.
const BEGIN: Date = date(2022, 6, 23);
/// Pages one person opens at most.
const PAGES: usize = 120;

struct County<'a> {
    server: &'a TestServer,
    enabled: BTreeSet<&'static str>,
    family: Family,
}

impl<'a> County<'a> {
    async fn found(server: &'a TestServer, enabled: &[&'static str]) -> County<'a> {
        for id in enabled {
            measures::enable(server, id, people::COUNTY, date(2022, 1, 1)).await;
        }
        County { server, enabled: enabled.iter().copied().collect(), family: Family::enter(server).await }
    }

    fn has(&self, measure: &str) -> bool {
        self.enabled.contains(measure)
    }

    fn officer(&self, login: &str) -> Officer<'a> {
        Officer::new(self.server, login, &[people::ZHOU_QIANG, people::WANG_FANG])
    }

    /// 残联 sends its list of June: the wife has a certificate now. Alert, and where somebody patrols a clue.
    async fn a_department_sends_its_list(&self) {
        if !self.has("monitoring") {
            return;
        }
        let officer = self.officer(people::CHEN_LI);
        let values = json!({ "source": "残联", "period": "2022-06", "event": "1", "sent": 3 });
        let batch = officer.begin("monitoring", "batch", None, values).await;
        let list = format!("公民身份号码,日期,等级,类别\n{},2022-06-20,二级,肢体\n", family::wife_number());
        intake::begin(&self.server.app, &officer.actor, batch, "comparison", list.as_bytes(), "残联6月.csv")
            .await
            .unwrap_or_else(|error| panic!("{error}: {error:?}"));
        measures::until(self.server, self.server.app.today()).await;
        let alerts = self.about("monitoring").await;
        assert!(!alerts.is_empty(), "a new disability is an alert");
        if self.has("discovery") {
            assert!(!self.about("discovery").await.is_empty(), "and a clue for the town");
        }
    }

    async fn about(&self, plugin: &str) -> Vec<doudi_domain::document::Document> {
        measures::about(self.server, people::COUNTY, plugin, self.family.household).await
    }

    /// The county lets 许镇 decide on dibao.
    async fn the_town_may_decide(&self) {
        if !self.has("delegated-approval") {
            return;
        }
        let order = json!({
            "number": "南民〔2022〕31号", "issuer": "南陵县民政局", "issued": "2022-06-23",
            "town": people::TOWN.to_string(), "schemes": ["*"], "from": "2022-06-24",
        });
        let order = self.officer(people::CHEN_LI).begin("delegated-approval", "order", None, order).await;
        self.officer(people::ZHAO_MIN).press(order, "adopt", json!({})).await;
    }

    /// 张家 applies and is granted 630.00; whoever may decide decides.
    async fn the_family_applies(&self) -> Option<DocumentId> {
        if !self.has("dibao") {
            return None;
        }
        let (server, wang_fang) = (self.server, self.officer(people::WANG_FANG));
        let values = json!({
            "applicant": self.family.head.to_string(), "basis": "family", "near-relative": "0", "signed": "@members",
            "no-income": [self.family.wife.to_string()], "account-ready": true, "declared": true,
        });
        let case = wang_fang.begin("dibao", "application", Some(self.family.household), values).await;
        wang_fang.press(case, "submit", json!({})).await;
        wang_fang.press(case, "accept", json!({})).await;
        wang_fang.press(case, "request-check", json!({})).await;
        let check = json!({ "result": "pass", "report": "核对报告 2022-0417" });
        self.officer(people::CHEN_LI).press(case, "record-check", check).await;
        let survey = json!({ "signed": true, "findings": "与申报一致", "met": [self.family.head.to_string()] });
        wang_fang.press(case, "survey", survey).await;
        self.officer(people::LI_MING).press(case, "opine", json!({ "proposal": "grant" })).await;
        wang_fang.press(case, "post", json!({ "place": "黄墓村村务公开栏" })).await;
        measures::until(server, date(2022, 7, 6)).await;
        wang_fang.press(case, "close-posting", json!({ "no-objection": true })).await;
        Some(case)
    }

    async fn decided(&self, case: DocumentId) -> DecisionId {
        let (town, county) = ((people::LI_MING, "confirm-by-town"), (people::ZHAO_MIN, "confirm"));
        let (decides, other) = if self.has("delegated-approval") { (town, county) } else { (county, town) };
        let agreed = || json!({ "remark": "同意" });
        assert!(!self.officer(other.0).may(case, other.1, agreed()).await, "{} decides nothing here", other.0);
        self.officer(decides.0).press(case, decides.1, agreed()).await;
        let zhao_min = self.server.actor(people::ZHAO_MIN);
        let decisions = decision::list_of_household(&self.server.app, &zhao_min, self.family.household).await;
        let decisions = decisions.expect("she may");
        let last = decisions.last().expect("a decision");
        assert_eq!((last.amount, last.covered_persons, last.from), (Fen(63_000), 3, date(2022, 8, 1)));
        last.id
    }

    /// August is drawn up: a roster of one line where dibao pays and disbursement does it, else none.
    async fn august_is_paid(&self, decided: Option<DecisionId>) {
        measures::until(self.server, date(2022, 8, 5)).await;
        if !self.has("disbursement") {
            return;
        }
        let rosters = measures::of(self.server, people::COUNTY, "disbursement", "roster").await;
        let august: Vec<_> = rosters.iter().filter(|roster| roster.key.contains("2022-08")).collect();
        let Some(decided) = decided else {
            assert!(august.is_empty(), "nobody is paid: {august:?}");
            return;
        };
        let [roster] = august[..] else { panic!("one roster of August: {rosters:?}") };
        let mut snapshot =
            self.server.app.storage.snapshot(self.server.system(people::COUNTY).scope()).await.expect("one");
        let query = doudi_storage::payment::PaymentQuery { document: Some(roster.id), limit: 10, ..Default::default() };
        let lines = snapshot.payments_query(&query).await.expect("lines");
        assert_eq!(lines.iter().map(|line| (line.decision, line.amount)).collect::<Vec<_>>(), [(decided, Fen(63_000))]);
    }

    /// Nothing was given up.
    async fn no_job_failed(&self) {
        let scope = self.server.system(people::COUNTY).scope();
        let mut snapshot = self.server.app.storage.snapshot(scope).await.expect("a snapshot");
        let dead = snapshot.jobs_page(JobState::Dead, None, 20).await.expect("jobs");
        let told: Vec<_> = dead.items.iter().map(|job| (&job.kind, &job.payload, &job.last_error)).collect();
        assert!(told.is_empty(), "given up: {told:?}");
    }

    /// Everybody opens what she is led to, from her own first page on.
    async fn every_link_leads_somewhere(&self) {
        for login in [
            people::HE_JING,
            people::WANG_FANG,
            people::LI_MING,
            people::CHEN_LI,
            people::ZHAO_MIN,
            people::WU_TING,
            people::SUN_LI,
            people::ZHOU_MIN,
        ] {
            self.walk(login).await;
        }
    }

    async fn walk(&self, login: &'static str) {
        let client = self.server.client(login).await;
        let mut ahead: VecDeque<String> = VecDeque::from(["/".to_owned()]);
        if matches!(login, people::CHEN_LI | people::ZHAO_MIN) {
            ahead.extend(["/scorecard?month=2022-07".to_owned(), "/duties?month=2022-07".to_owned()]);
        }
        // Nobody leads her there: an office that sees no families is told so.
        let uninvited = format!("/households/{}?tab=decisions", self.family.household);
        ahead.push_back(uninvited.clone());
        let mut known: BTreeSet<String> = ahead.iter().cloned().collect();
        // Of the same page with other values a few are enough.
        let mut alike: BTreeMap<String, usize> = BTreeMap::new();
        let mut opened = 0;
        while let Some(path) = ahead.pop_front() {
            let shape: String = path.split('?').next().unwrap_or_default().replace(|c: char| c.is_ascii_digit(), "");
            let count = alike.entry(shape).or_default();
            *count += 1;
            if *count > 4 || opened >= PAGES {
                continue;
            }
            opened += 1;
            let page = client.get(&path).await;
            if let Some(location) = page.location.clone().filter(|_| (300..400).contains(&page.status)) {
                if known.insert(location.clone()) {
                    ahead.push_back(location);
                }
                continue;
            }
            if path == uninvited && page.status == 403 {
                continue;
            }
            let page = page.ok().lacks(&["现在不能回答", "程序出错"]);
            let own = [
                "/measures/",
                "/documents/",
                "/households/",
                "/decisions/",
                "/scorecard",
                "/duties",
                "/worklist",
                "/field",
            ];
            for link in hrefs(&page.body()) {
                let link = link.split('#').next().unwrap_or_default().to_owned();
                let wanted = own.iter().any(|prefix| link.starts_with(prefix)) && !link.contains("/files/");
                if wanted && known.insert(link.clone()) {
                    ahead.push_back(link);
                }
            }
        }
    }
}

/// Where a page leads to; what it posts to is pressed, not opened.
fn hrefs(body: &str) -> Vec<String> {
    let links = body.split("href=\"").skip(1).filter_map(|part| part.split_once('"'));
    links.map(|(link, _)| link.replace("&amp;", "&").replace("&#38;", "&")).collect()
}

async fn check(enabled: &[&'static str]) {
    let server = TestServer::new(BEGIN).await;
    let county = County::found(&server, enabled).await;
    measures::until(&server, date(2022, 6, 24)).await;
    county.the_town_may_decide().await;
    county.a_department_sends_its_list().await;
    measures::until(&server, date(2022, 6, 27)).await;
    let case = county.the_family_applies().await;
    let decided = match case {
        Some(case) => Some(county.decided(case).await),
        None => None,
    };
    county.august_is_paid(decided).await;
    county.every_link_leads_somewhere().await;
    county.no_job_failed().await;
    server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_measure_works_alone() {
    for measure in ALL {
        check(&[measure]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_measures_work_together() {
    check(&ALL).await;
}

/// Subsets nobody chose; the seed is proptest's, a failing subset is named.
#[test]
fn any_measures_work_together() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let config =
        ProptestConfig { cases: 6, max_shrink_iters: 0, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(chosen in proptest::sample::subsequence(ALL.to_vec(), 2..=6))| {
        runtime.block_on(check(&chosen));
    });
}

/// Switching delegated approval on changes who confirms, switching it off changes it back; what was accepted meanwhile stays with
/// the town.
#[tokio::test(flavor = "multi_thread")]
async fn who_decides_follows_delegated_approval_and_cases_under_way_are_unharmed() {
    let server = TestServer::new(BEGIN).await;
    let county = County::found(&server, &["dibao", "delegated-approval"]).await;
    measures::until(&server, date(2022, 6, 24)).await;
    county.the_town_may_decide().await;
    let case = county.the_family_applies().await.expect("dibao is on");
    let system = server.system(people::COUNTY);
    doudi_server::app::plugin::disable(&server.app, &system, "delegated-approval", server.app.today())
        .await
        .unwrap_or_else(|error| panic!("{error}: {error:?}"));
    county.decided(case).await;
    server.close().await;
}
