//! A county with a storage engine under it, filled through the importer, decided about by its measures and paid: what a pass
//! over a hundred thousand households costs, beside the floor of reading and writing the same rows ([`doudi_storage::floor`]).
//!
//! Everything measured goes the way the product goes: the roster file through `roster::import`, the uprating and the payment
//! roster step by step through `worker::fire`, as the lanes of the worker do it.

use crate::line::Line;
use crate::{COUNTY, data, native};
use anyhow::{Context, Result, bail};
use dibao::Dibao;
use doudi_demo::family::Family;
use doudi_demo::make_up::Maker;
use doudi_demo::{divisions, template, workbook};
use doudi_documents::Manifest;
use doudi_domain::calendar::WorkCalendar;
use doudi_domain::decision::{Cause, Effect, Figure};
use doudi_domain::identity::Role;
use doudi_domain::{Actor, Date, Division, DocumentId, HouseholdId, InvocationId};
use doudi_sdk::Outcomes;
use doudi_sdk::input::Families;
use doudi_sdk::points::Assess;
use doudi_sdk::testing::World;
use doudi_server::app::plugin::{self, EnableDraft, GrantChoice};
use doudi_server::app::{assess, payment};
use doudi_server::{App, Config, FixedClock, roster, worker};
use doudi_storage::decision::NewDecision;
use doudi_storage::document::DocumentQuery;
use doudi_storage::floor::{Mark, Part};
use doudi_storage::invocation::NewInvocation;
use doudi_storage::parameter::NewParameter;
use doudi_storage::test_support::{self, TestDatabase};
use doudi_storage::user::NewUser;
use jiff::civil::date;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant as Moment;

/// Rows of a file, at most as many as the importer takes.
const FILE_ROWS: usize = 100_000;
/// The day the county begins; the day its households were decided about; the July of the new standard; the day of the freeze.
const BEGINS: Date = date(2022, 6, 23);
pub const DECIDED: Date = date(2022, 6, 25);
pub const JULY: Date = date(2022, 7, 1);
const FREEZE: Date = date(2022, 7, 28);
/// The standard rises by a twentieth.
const RAISE: (i64, i64) = (21, 20);

pub const LOGIN: &str = "bench";
pub const CASEWORKER: &str = "bench-town";
pub const PASSWORD: &str = "only-for-the-bench";

pub struct City {
    pub app: App,
    pub engine: &'static str,
    pub home: PathBuf,
    pub url: String,
    pub clock: FixedClock,
    database: TestDatabase,
}

/// What is compared at a hundred thousand.
fn share(count: usize) -> f64 {
    count as f64 / 100_000.0
}

fn seconds(since: Moment) -> f64 {
    since.elapsed().as_secs_f64()
}

/// The rows of these tables, and the audit entries, written since.
fn since(mark: Mark, tables: &[&'static str]) -> Vec<Part> {
    tables.iter().chain(&["audit"]).map(|table| Part::since(table, mark)).collect()
}

fn everything(tables: &[&'static str]) -> Vec<Part> {
    tables.iter().map(|table| Part::all(table, "id")).collect()
}

pub fn tree() -> Result<Vec<Division>> {
    divisions(include_str!("../../../data/wuhu-divisions.csv"))
}

/// Families that are paid as a household at the illustrative values of the manifest, so that a pass over them decides about
/// each.
pub fn paid_families(maker: &mut Maker<'_>, manifest: &Manifest, count: usize) -> Result<Vec<Family>> {
    let paid = manifest.outcomes.iter().position(|outcome| outcome.code == "dibao").context("no outcome dibao")?;
    let mut world = World::new(&DECIDED.to_string());
    for entry in &manifest.parameters {
        if let Some(value) = entry.example {
            world = world.parameter(&entry.code, "2020-07-01", value);
        }
    }
    let mut families = Vec::with_capacity(count);
    let mut tried = 0;
    while families.len() < count {
        let chunk: Vec<Family> = (0..2_048).map(|_| maker.family()).collect();
        tried += chunk.len();
        if tried > 50 * count + 50_000 {
            bail!("of {tried} invented families only {} are paid", families.len());
        }
        let block = native::block(&data::columns(&chunk, &manifest.fields()))?;
        let mut out = Outcomes::with_capacity(manifest.figures.len(), chunk.len());
        let refused = |refusal: doudi_sdk::Refusal| anyhow::anyhow!("{refusal}");
        world.run(|context| {
            let rows = Families::<<Dibao as Assess>::Family>::new(&block).map_err(refused)?;
            Dibao::assess(context, rows, &mut out).map_err(refused)
        })?;
        let is_paid = |row: usize| out.get(row).is_some_and(|row| row.outcome.0 as usize == paid && row.amount.0 > 0);
        families.extend(chunk.into_iter().enumerate().filter(|(row, _)| is_paid(*row)).map(|(_, family)| family));
    }
    families.truncate(count);
    Ok(families)
}

impl City {
    /// On SQLite, or on the PostgreSQL a server address names.
    pub async fn found(postgres: Option<&str>, packages: &[(String, Vec<u8>)]) -> Result<City> {
        let database = match postgres {
            None => test_support::sqlite().await?,
            Some(server) => test_support::postgres_at(server).await,
        };
        let home = std::env::temp_dir().join(format!("doudi-bench-city-{}-{}", postgres.is_some(), std::process::id()));
        std::fs::create_dir_all(&home)?;
        // The database's own keys, where the program looks for them.
        std::fs::write(home.join("keys"), test_support::keys().to_hex())?;
        let config = Config {
            database: Some(database.url.clone()),
            data: home.clone(),
            compile_in_process: true,
            ..Config::default()
        };
        let clock = FixedClock::on(BEGINS);
        let app = App { clock: Arc::new(clock.clone()), ..config.open().await? };
        let (engine, url) = (app.storage.engine_name(), database.url.clone());
        let city = City { app, engine, home, url, clock, database };
        city.settle(packages).await?;
        Ok(city)
    }

    pub fn actor(&self) -> Actor {
        Actor::System { division: COUNTY.division() }
    }

    pub async fn write(&self) -> Result<doudi_storage::Write> {
        Ok(self.app.storage.write(&self.actor(), self.app.now()).await?)
    }

    async fn settle(&self, packages: &[(String, Vec<u8>)]) -> Result<()> {
        let calendar = WorkCalendar::parse_csv(include_str!("../../../data/statutory-days.csv"))?;
        let days: Vec<_> = calendar.listed().map(|(day, kind, what)| (day, kind, what.to_owned())).collect();
        let city = Actor::System { division: doudi_domain::County(COUNTY.0 / 100 * 100).division() };
        let mut write = self.app.storage.write(&city, self.app.now()).await?;
        write.division_import(&tree()?).await?;
        write.calendar_add(&days).await?;
        write.commit().await?;
        let mut write = self.write().await?;
        write
            .user_create(&NewUser {
                login: LOGIN.to_owned(),
                name: "测试".to_owned(),
                role: Role::CountyOfficer,
                division: COUNTY.division(),
                password_hash: doudi_storage::password::hash(PASSWORD)?,
            })
            .await?;
        write.commit().await?;
        for (id, bytes) in packages {
            let installed = plugin::install(&self.app, &self.actor(), bytes.clone()).await?;
            let settings = (id == "disbursement")
                .then(|| serde_json::from_str(include_str!("../../../examples/demo-county/disbursement.json")))
                .transpose()?;
            let draft = EnableDraft {
                plugin: id.clone(),
                digest: installed.digest,
                from: BEGINS,
                settings,
                grants: GrantChoice::All,
                accept_unsigned: true,
            };
            plugin::enable(&self.app, &self.actor(), draft).await?;
        }
        Ok(())
    }

    /// The manifest's illustrative values, in force long before.
    pub async fn parameters(&self, manifest: &Manifest) -> Result<()> {
        let mut write = self.write().await?;
        for entry in &manifest.parameters {
            if let Some(value) = entry.example {
                write.parameter_set(&parameter(manifest, &entry.code, value, date(2020, 7, 1))).await?;
            }
        }
        write.commit().await?;
        Ok(())
    }

    async fn floor(&self, read: &[Part], written: &[Part]) -> Result<f64> {
        Ok(self.app.storage.floor(COUNTY, read, written).await?.took.as_secs_f64())
    }

    /// Imports all families, a file of as many rows as the importer takes after the other; the first file is the figure, with its
    /// floor where one is asked for.
    pub async fn import(&self, families: &[Family], with_floor: bool) -> Result<Line> {
        let mut measured = None;
        for file in files(families) {
            let bytes = self.sheet(file)?;
            let mark = self.app.storage.floor_mark().await?;
            let persons: usize = file.iter().map(Family::size).sum();
            let options = roster::Options { file_name: "花名册.xlsx".to_owned(), dry_run: false };
            let began = Moment::now();
            let report = roster::import(&self.app, &self.actor(), &bytes, &options, &mut |_, _| {}).await?;
            let took = seconds(began);
            if report.households_new != file.len() {
                let first = report.problems.first().map(|problem| problem.message.clone()).unwrap_or_default();
                bail!("{} of {} households came in: {first}", report.households_new, file.len());
            }
            if measured.is_none() {
                let facts = self.app.storage.count_rows("fact").await?;
                let what = format!("import of {persons} persons with {facts} dated facts, from XLSX");
                let line = Line::new("import", self.engine, what, took, "s").aim(60.0 * share(persons));
                let mut written = since(mark, &["household", "person", "membership", "fact"]);
                written.push(Part::all("term", "household"));
                measured = Some(if with_floor { line.floor(self.floor(&[], &written).await?) } else { line });
            }
        }
        measured.context("no families")
    }

    fn sheet(&self, families: &[Family]) -> Result<Vec<u8>> {
        let path = self.home.join("roster.xlsx");
        let headings = template::headings();
        workbook::write(&path, template::SHEET, &headings, &workbook::rows(families, &headings))?;
        let bytes = std::fs::read(&path)?;
        std::fs::remove_file(&path)?;
        Ok(bytes)
    }

    /// A new value of a parameter, risen with the standard.
    pub async fn raise(&self, manifest: &Manifest, code: &str, from: Date) -> Result<()> {
        let value = manifest.parameters.iter().find(|entry| entry.code == code).and_then(|entry| entry.example);
        let raised = value.with_context(|| format!("{code} has no example"))? * RAISE.0 / RAISE.1;
        let mut write = self.write().await?;
        write.parameter_set(&parameter(manifest, code, raised, from)).await?;
        write.commit().await?;
        Ok(())
    }

    /// The call that decisions made before the bench begins name as their cause.
    pub async fn cause(&self) -> Result<InvocationId> {
        let mut write = self.write().await?;
        let invocation = write.invocation_record(&asked()).await?;
        write.commit().await?;
        Ok(invocation)
    }

    /// What was decided about them before the bench begins: each household's own answer, recorded in blocks; about some nothing was.
    pub async fn decide_first(
        &self,
        manifest: &Manifest,
        left_out: impl Fn(&assess::AssessRow) -> bool + Send + Sync,
    ) -> Result<usize> {
        self.clock.set(DECIDED);
        let mut rows = Vec::new();
        let mut sink = |mut block: Vec<assess::AssessRow>| {
            block.retain(|row| row.outcome == "dibao" && row.amount.0 > 0 && !left_out(row));
            block.iter_mut().for_each(|row| row.reasons.clear());
            rows.append(&mut block);
            Ok(())
        };
        assess::county(&self.app, &self.actor(), "dibao", DECIDED, &mut sink, &mut |_, _| {}).await?;
        let invocation = self.cause().await?;
        for block in rows.chunks(1_000) {
            let ids: Vec<HouseholdId> = block.iter().map(|row| row.household).collect();
            let mut snapshot = self.app.storage.snapshot(self.actor().scope()).await?;
            let divisions = snapshot.household_divisions(&ids).await?;
            snapshot.close().await?;
            let mut decisions = Vec::with_capacity(block.len());
            for row in block {
                let division = *divisions.get(&row.household).context("a household without a village")?;
                decisions.push(granted(manifest, row, division, invocation));
            }
            let mut write = self.write().await?;
            write.decisions_record_many(&decisions).await?;
            write.commit().await?;
        }
        // Entered a while ago, not a moment ago: the database has taken note of its tables.
        self.app.storage.refresh_statistics().await?;
        Ok(rows.len())
    }

    /// A new standard for everybody: read, computed in the sandbox, decided with reasons, letter and event, stored.
    pub async fn decide(&self, manifest: &Manifest) -> Result<Line> {
        self.clock.set(JULY);
        self.raise(manifest, "standard", JULY).await?;
        let mark = self.app.storage.floor_mark().await?;
        let began = Moment::now();
        let steps = worker::fire(&self.app, COUNTY, "dibao", "july", JULY).await?;
        let took = seconds(began);
        let decisions = usize::try_from(self.app.storage.rows_since("decision", mark).await?)?;
        let rechecks = self.app.storage.rows_since("document", mark).await?;
        let mut read = everything(&["household", "membership", "person", "fact"]);
        read.push(Part::before("decision", mark));
        let mut written = since(mark, &["document", "decision", "notice", "event", "job", "invocation"]);
        written.push(Part::revisions("decisions/household/"));
        let floor = self.floor(&read, &written).await?;
        let what = format!("{decisions} decisions with reasons, letters, events ({steps} steps, {rechecks} cases)");
        let line = Line::new("decide", self.engine, what, took, "s");
        Ok(line.aim(5.0 * share(decisions)).floor(floor).ratio_aim(2.0))
    }

    /// The roster of the next month: drawn up, its questions put, control totals, and the spreadsheet.
    pub async fn roster(&self) -> Result<Vec<Line>> {
        self.clock.set(FREEZE);
        // Days after the decisions.
        self.app.storage.refresh_statistics().await?;
        let mark = self.app.storage.floor_mark().await?;
        let began = Moment::now();
        let steps = worker::fire(&self.app, COUNTY, "disbursement", "roster", FREEZE).await?;
        let drawn = seconds(began);
        let lines = usize::try_from(self.app.storage.count_rows("payment").await?)?;
        let document = self.drawn().await?;
        let began = Moment::now();
        let summary = payment::summary(&self.app, &self.actor(), document).await?;
        let file = payment::file(&self.app, &self.actor(), document, "roster").await?;
        let written = seconds(began);
        if usize::try_from(summary.all.total.lines)? > lines || file.bytes.is_empty() {
            bail!("the totals have {} lines, the roster {lines}", summary.all.total.lines);
        }
        let read = everything(&["household", "membership", "person", "decision"]);
        let mut rows = since(mark, &["payment", "document", "event", "job", "invocation"]);
        rows.push(Part::all("payment_key", "line"));
        let floor = self.floor(&read, &rows).await?;
        let kib = file.bytes.len() / 1024;
        let whole = format!("roster of {lines} lines, control totals and XLSX ({steps} steps, {kib} KiB)");
        Ok(vec![
            Line::new("roster", self.engine, whole, drawn + written, "s").aim(10.0 * share(lines)).floor(floor),
            Line::new("roster", self.engine, "  of which drawing up, keys and questions", drawn, "s"),
            Line::new("roster", self.engine, "  of which control totals and XLSX", written, "s"),
        ])
    }

    async fn drawn(&self) -> Result<DocumentId> {
        let mut snapshot = self.app.storage.snapshot(self.actor().scope()).await?;
        let query = DocumentQuery { collection: Some("roster".to_owned()), limit: 1, ..DocumentQuery::default() };
        let found = snapshot.documents_query(&query).await?;
        Ok(found.items.first().context("no roster was drawn")?.id)
    }

    /// Every so-manieth household, for the pages.
    pub async fn some_households(&self, count: usize) -> Result<Vec<HouseholdId>> {
        let mut snapshot = self.app.storage.snapshot(self.actor().scope()).await?.without_noting();
        let (mut ids, mut after) = (Vec::new(), None);
        loop {
            let page = snapshot.household_ids(after, 4_000).await?;
            let Some(last) = page.last().copied() else { break };
            after = Some(last);
            ids.extend(page);
        }
        let step = (ids.len() / count).max(1);
        Ok(ids.into_iter().step_by(step).take(count).collect())
    }

    /// A caseworker of a town that has households, and the households she may begin a case for.
    pub async fn caseworker(&self) -> Result<Vec<HouseholdId>> {
        let mut snapshot = self.app.storage.snapshot(self.actor().scope()).await?.without_noting();
        let first = snapshot.household_ids(None, 1).await?;
        let divisions = snapshot.household_divisions(&first).await?;
        let village = divisions.values().next().context("no household")?;
        let town = village.town().context("a village without a town")?;
        let mut town_only = self.app.storage.snapshot(doudi_domain::Scope { division: town }).await?.without_noting();
        let households = town_only.household_ids(None, 1_000).await?;
        let mut write = self.write().await?;
        write
            .user_create(&NewUser {
                login: CASEWORKER.to_owned(),
                name: "测试".to_owned(),
                role: Role::TownCaseworker,
                division: town,
                password_hash: doudi_storage::password::hash(PASSWORD)?,
            })
            .await?;
        write.commit().await?;
        Ok(households)
    }

    /// Somebody who may see households, on the day the pages are asked for.
    pub async fn officer(&self) -> Result<Actor> {
        self.clock.set(FREEZE);
        let mut snapshot = self.app.storage.snapshot(self.actor().scope()).await?;
        let users = snapshot.users_list().await?;
        let user = users.iter().find(|user| user.login == LOGIN).context("nobody can sign in")?;
        Ok(Actor::from(user))
    }

    pub fn today() -> Date {
        FREEZE
    }

    pub async fn verify(&self) -> Result<()> {
        let verdict = self.app.storage.audit_verify(COUNTY).await?;
        if let Some(broken) = verdict.broken {
            bail!("the audit chain is broken at {}: {}", broken.seq, broken.reason);
        }
        Ok(())
    }

    pub async fn raze(self) {
        self.app.storage.close().await;
        self.database.remove().await;
        remove(&self.home);
    }
}

/// The digest a package is known by.
pub fn digest(package: &[u8]) -> String {
    hex::encode(Sha256::digest(package))
}

fn remove(folder: &Path) {
    let _ = std::fs::remove_dir_all(folder);
}

/// Families in files of at most [`FILE_ROWS`] rows.
fn files(families: &[Family]) -> Vec<&[Family]> {
    let (mut files, mut begin, mut rows) = (Vec::new(), 0, 0);
    for (at, family) in families.iter().enumerate() {
        if rows + family.size() > FILE_ROWS {
            files.push(&families[begin..at]);
            (begin, rows) = (at, 0);
        }
        rows += family.size();
    }
    files.push(&families[begin..]);
    files
}

fn parameter(manifest: &Manifest, code: &str, value: i64, from: Date) -> NewParameter {
    let code = format!("{}.{code}", manifest.id);
    NewParameter { code, value, from, source: "示例".to_owned(), verified: false }
}

/// The call the first decisions name as their cause.
fn asked() -> NewInvocation {
    NewInvocation {
        plugin: "dibao".to_owned(),
        version: "1.0.0".to_owned(),
        digest: String::new(),
        point: "assess".to_owned(),
        subject: "county".to_owned(),
        household: None,
        as_of: DECIDED,
        input: Vec::new(),
        reads: Vec::new(),
        input_hash: String::new(),
        output: Vec::new(),
        output_hash: String::new(),
        outcome: "ok".to_owned(),
        micros: 0,
    }
}

pub fn granted(
    manifest: &Manifest,
    row: &assess::AssessRow,
    division: doudi_domain::DivisionCode,
    invocation: InvocationId,
) -> NewDecision {
    let figure = |(code, value): &(String, i64)| {
        let label = manifest.figures.iter().find(|figure| figure.code == *code).map(|figure| figure.label.zh.clone());
        Figure {
            zh: label.unwrap_or_default(),
            en: code.clone(),
            code: code.clone(),
            unit: "count".to_owned(),
            value: *value,
        }
    };
    NewDecision {
        scheme: "dibao".to_owned(),
        household: row.household,
        person: None,
        document: None,
        division,
        effect: Effect::Grant,
        outcome: row.outcome.clone(),
        outcome_zh: row.outcome_zh.clone(),
        outcome_en: row.outcome.clone(),
        amount: row.amount,
        covered_persons: i32::try_from(row.covered).unwrap_or(i32::MAX),
        from: date(2022, 6, 1),
        to: None,
        reasons: Vec::new(),
        figures: row.figures.iter().map(figure).collect(),
        supersedes: None,
        as_of: DECIDED,
        cause: Cause {
            plugin: manifest.id.clone(),
            version: manifest.version.to_string(),
            digest: String::new(),
            parameters: Vec::new(),
            input_hash: String::new(),
            invocation,
        },
    }
}
