//! The joined-up story of `examples/demo-county/joined.toml` through the use cases, on both databases: a department's list, an alert, a
//! visit, an application the family is helped with, a delegated decision, a spot check, a payment, the scorecard. The same file is played
//! in a browser by `tests/browser/joined.mjs`.

use crate::support::measures::{self, Officer};
use crate::support::server::TestServer;
use doudi_demo::family::Family;
use doudi_demo::make_up::Maker;
use doudi_demo::{divisions, stories, template, workbook};
use doudi_domain::{County, DocumentId, HouseholdId, Role};
use doudi_server::app::household::{self, SearchQuery};
use doudi_server::app::intake;
use doudi_server::roster::{Options, import};
use jiff::civil::Date;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Script {
    #[serde(rename = "title")]
    _title: String,
    county: i32,
    head: String,
    begins: Date,
    measures: Vec<String>,
    step: Vec<Step>,
}

/// Who does what on which day.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    on: Date,
    by: String,
    tells: String,
    begin: Option<Begin>,
    press: Option<Press>,
    upload: Option<Upload>,
    open: Option<Open>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Begin {
    plugin: String,
    collection: String,
    #[serde(default)]
    family: bool,
    #[serde(rename = "as")]
    called: String,
    #[serde(default)]
    values: serde_json::Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Press {
    case: String,
    action: String,
    #[serde(default)]
    values: serde_json::Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Upload {
    case: String,
    feed: String,
    file: String,
    lines: Vec<String>,
    taken: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Open {
    page: String,
    row: Option<String>,
    #[serde(rename = "as")]
    called: Option<String>,
    #[serde(default)]
    shows: Vec<String>,
}

struct Play<'a> {
    server: &'a TestServer,
    family: HouseholdId,
    people: Family,
    cases: BTreeMap<String, DocumentId>,
}

fn demo() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/demo-county"))
}

fn script() -> Script {
    let path = demo().join("joined.toml");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    toml::from_str(&text).unwrap_or_else(|error| panic!("joined.toml: {error}"))
}

/// The offices of the demonstration's county and of its city.
async fn hire(server: &mut TestServer) {
    let text = std::fs::read_to_string(demo().join("users.csv")).expect("the demonstration has people");
    for line in text.lines().skip(1).filter(|line| !line.is_empty()) {
        let cells: Vec<&str> = line.split(',').collect();
        let role = Role::parse(cells[2]).expect("a role");
        server.hire(cells[0], cells[1], role, cells[3].parse().expect("a division")).await;
    }
}

async fn families(server: &TestServer, script: &Script) -> (HouseholdId, Family) {
    let tree = divisions(include_str!("../../data/wuhu-divisions.csv")).expect("well formed");
    let mut maker = Maker::new(&tree, County(script.county), script.begins, 20_220_623);
    let families = stories::families(&mut maker);
    let path = std::env::temp_dir().join(format!("doudi-joined-{}.xlsx", std::process::id()));
    let headings = template::headings();
    workbook::write(&path, template::SHEET, &headings, &workbook::rows(&families, &headings)).expect("a file");
    let bytes = std::fs::read(&path).expect("a file");
    let _ = std::fs::remove_file(&path);
    let chen_li = server.actor("chen.li");
    let options = Options { file_name: "花名册.xlsx".to_owned(), dry_run: false };
    let report = import(&server.app, &chen_li, &bytes, &options, &mut |_, _| {}).await.expect("imported");
    assert_eq!(report.households_new, families.len(), "{:?}", report.problems);
    let query = SearchQuery { text: script.head.clone(), ..SearchQuery::default() };
    let found = household::search(&server.app, &chen_li, &query).await.expect("found");
    let family = families.into_iter().find(|family| family.members[0].name == script.head).expect("the family");
    (found.items.first().expect("one").id, family)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_familys_three_months_through_seven_measures() {
    let script = script();
    for database in doudi_storage::test_support::databases().await {
        let mut server = TestServer::on(database, script.begins).await;
        hire(&mut server).await;
        let payments = std::fs::read_to_string(demo().join("payday.json")).expect("settings");
        let payments: serde_json::Value = serde_json::from_str(&payments).expect("JSON");
        for id in &script.measures {
            let settings = (id == "disbursement").then(|| payments.clone());
            measures::enable_with(&server, id, i64::from(script.county) * 1_000_000, script.begins, settings).await;
        }
        let (family, people) = families(&server, &script).await;
        let mut play = Play { server: &server, family, people, cases: BTreeMap::new() };
        for step in &script.step {
            play.step(step).await;
        }
        server.close().await;
    }
}

impl Play<'_> {
    async fn step(&mut self, step: &Step) {
        measures::until(self.server, step.on).await;
        let what = format!("{} {}：{}", step.on, step.by, step.tells);
        println!("{what}");
        let colleagues = ["wu.qiang", "fang.ting", "wang.fang"];
        let colleagues: Vec<&str> = colleagues.into_iter().filter(|login| *login != step.by).collect();
        let officer = Officer::new(self.server, &step.by, &colleagues);
        if let Some(begin) = &step.begin {
            let household = begin.family.then_some(self.family);
            let values = self.values(&begin.values);
            let case = officer.begin(&begin.plugin, &begin.collection, household, values).await;
            self.cases.insert(begin.called.clone(), case);
        }
        if let Some(press) = &step.press {
            let values = self.values(&press.values);
            officer.press(self.case(&press.case), &press.action, values).await;
        }
        if let Some(upload) = &step.upload {
            let mut lines = Vec::new();
            for line in &upload.lines {
                lines.push(self.with_serial(&step.by, line).await);
            }
            let content = lines.join("\n") + "\n";
            let case = self.case(&upload.case);
            let begun =
                intake::begin(&self.server.app, &officer.actor, case, &upload.feed, content.as_bytes(), &upload.file);
            let run = begun.await.unwrap_or_else(|error| panic!("{what}: {error}: {error:?}"));
            measures::until(self.server, step.on).await;
            let told = intake::run(&self.server.app, &officer.actor, run).await.expect("hers").run;
            assert_eq!((told.taken, told.failed), (upload.taken, 0), "{what}: {told:?}");
        }
        if let Some(open) = &step.open {
            self.open(&step.by, open, &what).await;
        }
    }

    /// A page as she sees it; the row that leads to a case gives it its name.
    async fn open(&mut self, login: &str, open: &Open, what: &str) {
        let path = self.filled(&open.page);
        let page = self.server.client(login).await.get(&path).await.ok();
        let shows: Vec<String> = open.shows.iter().map(|words| self.filled(words)).collect();
        for words in &shows {
            assert!(page.text().contains(words), "{what}: {words} is missing in {}", page.text());
        }
        let Some(row) = &open.row else { return };
        let body = page.body();
        let rows = body.split("<tr").skip(1).map(|row| row.split("</tr>").next().unwrap_or_default());
        let found = rows.filter(|html| html.contains(row.as_str())).find_map(|html| {
            let (_, rest) = html.split_once("href=\"/documents/")?;
            rest.chars().take_while(char::is_ascii_digit).collect::<String>().parse().ok()
        });
        let found = found.unwrap_or_else(|| panic!("{what}: no row with {row} leads to a case: {}", page.text()));
        let called = open.called.clone().unwrap_or_else(|| panic!("{what}: a row without `as`"));
        self.cases.insert(called, DocumentId(found));
    }

    /// A line with the bank's number of the only payment of a roster, read off the file for the bank; then as [`Play::filled`].
    async fn with_serial(&self, login: &str, line: &str) -> String {
        let Some((before, rest)) = line.split_once("{流水号 ") else { return self.filled(line) };
        let (roster, after) = rest.split_once('}').expect("a brace is left open");
        let client = self.server.client(login).await;
        let page = client.get(&format!("/documents/{}", self.case(roster))).await.ok();
        for link in page.links().into_iter().filter(|link| link.contains("/files/")) {
            let file = client.get(&link).await.ok().body();
            let mut rows = file.trim_start_matches('\u{feff}').lines().map(|row| row.split(',').collect::<Vec<_>>());
            let heads = rows.next().unwrap_or_default();
            if let (Some(at), Some(row)) = (heads.iter().position(|head| *head == "流水号"), rows.next()) {
                return format!("{before}{}{}", row[at], self.filled(after));
            }
        }
        panic!("{roster} has no file for the bank");
    }

    fn case(&self, called: &str) -> DocumentId {
        *self.cases.get(called).unwrap_or_else(|| panic!("no case is called {called}"))
    }

    /// With numbers for what stands in braces.
    fn filled(&self, text: &str) -> String {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, later) = after.split_once('}').unwrap_or_else(|| panic!("{text}: a brace is left open"));
            filled.push_str(before);
            filled.push_str(&match name.split_once(' ') {
                Some(("身份证", who)) => {
                    let member = self.people.members.iter().find(|member| member.name == who);
                    member.unwrap_or_else(|| panic!("{who} is not of the family")).id.expose().to_owned()
                }
                _ if name == "family" => self.family.0.to_string(),
                _ => self.case(name).0.to_string(),
            });
            rest = later;
        }
        filled + rest
    }

    /// Officers by their names.
    fn values(&self, values: &serde_json::Value) -> serde_json::Value {
        let Some(values) = values.as_object() else { return serde_json::json!({}) };
        let one = |value: &serde_json::Value| {
            let text = value.as_str().unwrap_or_default();
            if let Some(name) = text.strip_prefix("@officer ") {
                return self.server.named(name).id.to_string().into();
            }
            // On paper 630.00 yuan, in the form fen.
            text.strip_prefix('¥')
                .map_or_else(|| value.clone(), |yuan| yuan.replace('.', "").parse::<i64>().expect("yuan").into())
        };
        values.iter().map(|(name, value)| (name.clone(), one(value))).collect()
    }
}
