//! `doudi-bench`: the dibao rule over many households through the sandbox against the same rule compiled for this machine, in
//! the same run and over the same columns; what a call, a compilation, a load from the cache, a change of version and a shadow run
//! cost; and a whole county on both storage engines: import, decisions, payment roster, pages. Started by `cargo xtask bench`; see
//! `docs/reference/bench.md`.
#![allow(clippy::print_stdout)]

mod city;
mod data;
mod line;
mod memory;
mod month;
mod native;
mod reads;
mod report;
mod shadow;
mod swap;
mod web;

use anyhow::{Context, Result, bail};
use city::City;
use clap::{Parser, ValueEnum};
use cpu_time::ProcessTime;
use doudi_demo::make_up::Maker;
use doudi_demo::{Plan, divisions, roster};
use doudi_domain::calendar::WorkCalendar;
use doudi_domain::columns::Columns;
use doudi_domain::{Actor, County, Date, Instant};
use doudi_plugin_host::{CallContext, Grants, HostConfig, Plugin, PluginHost, Recording};
use doudi_sdk::Outcomes;
use doudi_sdk::input::Families;
use doudi_sdk::points::Assess;
use doudi_sdk::testing::World;
use jiff::civil::date;
use line::{Durability, Lines};
use reads::Fixed;
use report::{Report, percentile};
use sha2::{Digest, Sha256};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant as Moment;

#[derive(Parser)]
struct Cli {
    /// Packages built by `cargo xtask build-plugins`.
    packages: Vec<PathBuf>,
    /// Households of the county; the rule alone goes over ten times as many.
    #[arg(long, default_value_t = 100_000)]
    households: usize,
    /// How many households the shadow run goes over, in a database; 0 leaves it out. Belongs to the rule.
    #[arg(long, default_value_t = 100_000)]
    shadow_households: usize,
    /// Only these parts.
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Part>,
    /// How durable the PostgreSQL of DOUDI_TEST_POSTGRES is, for the report.
    #[arg(long, default_value = "as its administrator set it")]
    durability: String,
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Part {
    /// The rule through the sandbox and natively.
    Rule,
    /// A roster file into storage.
    Import,
    /// From storage to stored decisions.
    Decide,
    /// A payment roster with totals and spreadsheet.
    Roster,
    /// Server start to first page.
    Start,
    /// Household pages under load, and one evaluation through HTTP.
    Pages,
    /// What many counties with many measures cost in memory.
    Memory,
    /// A month of a large county with four measures at work, and their pages.
    Month,
}

impl Cli {
    fn wants(&self, part: Part) -> bool {
        self.only.is_empty() || self.only.contains(&part)
    }

    fn package(&self, id: &str) -> Result<Vec<u8>> {
        let fits = |path: &&PathBuf| {
            path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&format!("{id}-")))
        };
        let path = self.packages.iter().find(fits);
        let path =
            path.with_context(|| format!("no package {id}-*.wasm was given. Run `cargo xtask build-plugins`"))?;
        std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))
    }
}

/// Everything measured in one run.
#[derive(serde::Serialize)]
struct Figures {
    processors: usize,
    durability: Vec<Durability>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<Report>,
    lines: Lines,
}

/// As in the kernel's own passes over a county.
const BLOCK: usize = 2_048;
/// Different blocks, taken in turn, so that neither side works from one warm cache line.
const BLOCKS: usize = 24;
const TODAY: Date = date(2022, 7, 20);
const COUNTY: County = County(340_223);

fn main() -> Result<()> {
    let cli = Cli::parse();
    let mut figures = Figures {
        processors: std::thread::available_parallelism().map_or(1, usize::from),
        durability: Vec::new(),
        rule: None,
        lines: Lines::default(),
    };
    if cli.wants(Part::Rule) {
        let bytes = cli.package("dibao")?;
        // One worker: figures are per core.
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let mut report = runtime.block_on(measure(&cli, &bytes))?;
        if cli.shadow_households > 0 {
            // As a server has it: every processor.
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
            let progress = indicatif::ProgressBar::new_spinner();
            progress.enable_steady_tick(std::time::Duration::from_millis(120));
            let say = |what: &str| progress.set_message(what.to_owned());
            report.shadow = Some(runtime.block_on(shadow::measure(&bytes, cli.shadow_households, &say))?);
            progress.finish_and_clear();
        }
        if !cli.json {
            report.print();
        }
        figures.rule = Some(report);
    }
    if cli.wants(Part::Memory) {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        figures.lines.extend(runtime.block_on(memory::measure(&cli.package("dibao")?))?);
    }
    if cli.only.iter().any(|part| !matches!(part, Part::Rule | Part::Memory)) || cli.only.is_empty() {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let postgres = std::env::var("DOUDI_TEST_POSTGRES").ok();
        figures.durability.push(Durability {
            engine: "sqlite",
            settings: "write-ahead log, synchronous=FULL: each transaction is on the disk when it is acknowledged"
                .to_owned(),
        });
        runtime.block_on(engine(&cli, None, &mut figures.lines))?;
        match &postgres {
            Some(server) => {
                figures.durability.push(Durability { engine: "postgres", settings: cli.durability.clone() });
                runtime.block_on(engine(&cli, Some(server), &mut figures.lines))?;
            }
            None => eprintln!("DOUDI_TEST_POSTGRES names no server: PostgreSQL is not measured"),
        }
    }
    if cli.json {
        println!("{}", serde_json::to_string_pretty(&figures)?);
    } else if !figures.lines.0.is_empty() {
        println!("\n{} processors", figures.processors);
        line::print(&figures.lines.0, &figures.durability);
    }
    Ok(())
}

/// The parts that need a database, on one engine.
async fn engine(cli: &Cli, postgres: Option<&str>, lines: &mut Lines) -> Result<()> {
    let engine = if postgres.is_some() { "postgres" } else { "sqlite" };
    let progress = indicatif::ProgressBar::new_spinner();
    progress.enable_steady_tick(std::time::Duration::from_millis(120));
    let say = |what: &str| progress.set_message(format!("{engine}: {what}"));
    let of_county = [Part::Import, Part::Decide, Part::Roster, Part::Start, Part::Pages];
    if of_county.into_iter().any(|part| cli.wants(part)) {
        county(cli, postgres, lines, &say).await?;
    }
    if cli.wants(Part::Month) {
        let mut packages = std::collections::BTreeMap::new();
        for id in month::MEASURES {
            packages.insert(id.to_owned(), cli.package(id)?);
        }
        month::measure(postgres, &packages, cli.households, lines, &say).await?;
    }
    progress.finish_and_clear();
    Ok(())
}

/// One measure and its payments, from the empty database to its pages.
async fn county(cli: &Cli, postgres: Option<&str>, lines: &mut Lines, say: &(dyn Fn(&str) + Sync)) -> Result<()> {
    say("a city with its measures");
    let packages = [("dibao", cli.package("dibao")?), ("disbursement", cli.package("disbursement")?)];
    let packages = packages.map(|(id, bytes)| (id.to_owned(), bytes));
    let city = City::found(postgres, &packages).await?;
    let dibao = city.app.host.load(&hex::encode(Sha256::digest(&packages[0].1)), &packages[0].1).await?;
    let manifest = dibao.manifest();
    city.parameters(manifest).await?;
    say("inventing households");
    let tree = city::tree()?;
    let families =
        city::paid_families(&mut Maker::new(&tree, COUNTY, city::JULY, 20_220_623), manifest, cli.households)?;
    say("importing them");
    let imported = city.import(&families, cli.wants(Part::Import)).await?;
    drop(families);
    if cli.wants(Part::Import) {
        lines.push(imported);
    }
    if cli.wants(Part::Decide) || cli.wants(Part::Roster) || cli.wants(Part::Pages) {
        say("first decisions");
        city.decide_first(manifest, |_| false).await?;
    }
    if cli.wants(Part::Decide) {
        say("a new standard for everybody");
        lines.push(city.decide(manifest).await?);
    }
    if cli.wants(Part::Roster) {
        say("the roster of a month");
        lines.extend(city.roster().await?);
    }
    if cli.wants(Part::Start) {
        say("starting the server");
        lines.push(web::start(&city).await?);
    }
    if cli.wants(Part::Pages) {
        say("pages under load");
        lines.extend(web::pages(&city).await?);
        lines.extend(web::evaluation(&city).await?);
    }
    say("verifying the audit chain");
    city.verify().await?;
    city.raze().await;
    Ok(())
}

async fn measure(cli: &Cli, bytes: &[u8]) -> Result<Report> {
    let progress = indicatif::ProgressBar::new_spinner();
    progress.enable_steady_tick(std::time::Duration::from_millis(120));
    let say = |what: &str| progress.set_message(what.to_owned());

    say("compiling and loading the component");
    let digest = hex::encode(Sha256::digest(bytes));
    let cache = std::env::temp_dir().join(format!("doudi-bench-{}", std::process::id()));
    let open = || {
        let mut config = HostConfig::new(&cache, [7; 32]);
        config.compile_in_process = true;
        PluginHost::new(config)
    };
    let host = open()?;
    let began = Moment::now();
    let plugin = host.load(&digest, bytes).await?;
    let compile_ms = milliseconds(began);
    let mut loads: Vec<f64> = Vec::new();
    for _ in 0..20 {
        let again = open()?;
        let began = Moment::now();
        again.load(&digest, bytes).await?;
        loads.push(milliseconds(began));
    }
    loads.sort_by(f64::total_cmp);

    say("inventing households");
    let manifest = plugin.manifest();
    let tree = divisions(include_str!("../../../data/wuhu-divisions.csv"))?;
    let plan = Plan { county: COUNTY, day: date(2022, 7, 1), seed: 20_220_623, households: BLOCK * BLOCKS };
    let families = roster(&tree, &plan);
    let blocks: Vec<Columns> = families.chunks(BLOCK).map(|chunk| data::columns(chunk, &manifest.fields())).collect();
    let members: usize = families.iter().map(|family| family.size()).sum();

    let bench = Bench::new(host.clone(), plugin.clone())?;
    say("calling");
    let single = data::columns(&families[..1], &manifest.fields());
    let (mut smallest, mut calls): (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
    for round in 0..3_000 {
        let began = Moment::now();
        bench.check_settings().await?;
        let small = microseconds(began);
        let one = single.clone();
        let began = Moment::now();
        bench.assess(one).await?;
        // The first calls warm the pool.
        if round >= 500 {
            smallest.push(small);
            calls.push(microseconds(began));
        }
    }
    smallest.sort_by(f64::total_cmp);
    calls.sort_by(f64::total_cmp);

    let rounds = (10 * cli.households).div_ceil(BLOCK).max(1);
    say("the rule, natively and through the sandbox in turn");
    let (mut native, mut wasm) = (Run::default(), Run::default());
    let plain = blocks.iter().map(native::block).collect::<Result<Vec<_>>>()?;
    // In turn, so that whatever else the machine does slows both alike.
    for first in (0..rounds).step_by(BLOCKS) {
        let count = BLOCKS.min(rounds - first);
        bench.native(&plain[..count], &mut native)?;
        bench.wasm(&blocks[..count], first == 0, &mut wasm).await?;
    }
    if native.checksum != wasm.checksum {
        bail!("the sandbox and native code disagree: sums of amounts {} and {}", wasm.checksum, native.checksum);
    }
    say("switching versions");
    let swaps = swap::measure(&host, bytes, COUNTY, TODAY).await?;
    progress.finish_and_clear();
    let _ = std::fs::remove_dir_all(&cache);

    let households = (rounds * BLOCK) as u64;
    let per = |nanoseconds: u128| nanoseconds as f64 / households as f64;
    Ok(Report {
        plugin: manifest.id.clone(),
        version: manifest.version.to_string(),
        digest,
        component_bytes: bytes.len() as u64,
        processors: std::thread::available_parallelism().map_or(1, usize::from),
        households,
        members: (members * rounds / BLOCKS) as u64,
        block_households: BLOCK as u64,
        reasons_per_household: wasm.reasons as f64 / (rounds.min(BLOCKS) * BLOCK) as f64,
        wasm_whole_ns_per_household: per(wasm.whole),
        wasm_call_ns_per_household: per(wasm.call),
        native_ns_per_household: per(native.whole),
        ratio_wasm_to_native: wasm.whole as f64 / native.whole as f64,
        households_per_second_per_core: 1e9 / per(wasm.whole),
        smallest_call_p50_us: percentile(&smallest, 50),
        smallest_call_p99_us: percentile(&smallest, 99),
        one_household_p50_us: percentile(&calls, 50),
        one_household_p99_us: percentile(&calls, 99),
        compile_ms,
        cache_load_ms: percentile(&loads, 50),
        switch_p50_ms: percentile(&swaps.switches, 50),
        switch_worst_ms: percentile(&swaps.switches, 100),
        roll_back_p50_ms: percentile(&swaps.returns, 50),
        roll_back_worst_ms: percentile(&swaps.returns, 100),
        switch_documents: swap::DOCUMENTS,
        switch_documents_ms: swaps.switch_documents,
        roll_back_documents_ms: swaps.return_documents,
        shadow: None,
    })
}

fn milliseconds(since: Moment) -> f64 {
    since.elapsed().as_secs_f64() * 1_000.0
}

fn microseconds(since: Moment) -> f64 {
    since.elapsed().as_nanos() as f64 / 1_000.0
}

/// Nanoseconds over all rounds (`whole` computing, `call` in the guest), and the sum of all amounts, which both sides must agree on.
#[derive(Default)]
struct Run {
    whole: u128,
    call: u128,
    checksum: i64,
    /// Counted over each different block once.
    reasons: usize,
}

struct Bench {
    host: PluginHost,
    plugin: Arc<Plugin>,
    context: CallContext,
    reads: Fixed,
}

impl Bench {
    fn new(host: PluginHost, plugin: Arc<Plugin>) -> Result<Bench> {
        let manifest = plugin.manifest();
        let parameters = manifest
            .parameters
            .iter()
            .filter_map(|entry| Some((format!("{}.{}", manifest.id, entry.code), entry.example?)))
            .collect();
        let calendar = WorkCalendar::parse_csv(include_str!("../../../data/statutory-days.csv"))?;
        let reads = Fixed { county: COUNTY, parameters: Arc::new(parameters), calendar: Arc::new(calendar) };
        let actor = Actor::System { division: COUNTY.division() };
        let mut context =
            CallContext::new(actor, TODAY, Instant(i64::from(doudi_domain::calendar::days(TODAY)) * 86_400_000_000));
        context.grants = Grants::all(manifest);
        context.trial = true;
        context.recording = Recording::Off;
        Ok(Bench { host, plugin, context, reads })
    }

    async fn assess(&self, columns: Columns) -> Result<doudi_plugin_host::Called<doudi_plugin_host::Outcomes>> {
        Ok(self.host.assess(&self.plugin, &self.context, Box::new(self.reads.clone()), columns).await?)
    }

    /// The smallest thing a plugin can be asked: are these settings, which are none, all right?
    async fn check_settings(&self) -> Result<()> {
        self.host.check_settings(&self.plugin, &self.context, Box::new(self.reads.clone())).await?;
        Ok(())
    }

    /// `first`: the blocks have not been gone through before, and their reasons are counted.
    async fn wasm(&self, blocks: &[Columns], first: bool, run: &mut Run) -> Result<()> {
        for block in blocks {
            let block = block.clone();
            let began = Busy::now();
            let called = self.assess(block).await?;
            run.whole += began.nanoseconds();
            run.call += called.spent.as_nanos();
            run.checksum += called.value.amounts().iter().sum::<i64>();
            if first {
                run.reasons += (0..called.value.len()).map(|row| called.value.row(row).reasons.len()).sum::<usize>();
            }
        }
        Ok(())
    }

    fn native(&self, blocks: &[doudi_sdk::block::Block], run: &mut Run) -> Result<()> {
        let mut world = World::new(&TODAY.to_string());
        for entry in &self.plugin.manifest().parameters {
            if let Some(value) = entry.example {
                world = world.parameter(&entry.code, "2020-07-01", value);
            }
        }
        let refused = |refusal: doudi_sdk::Refusal| anyhow::anyhow!("{refusal}");
        world.run(|context| {
            for block in blocks {
                let began = Busy::now();
                let families = Families::<<dibao::Dibao as Assess>::Family>::new(block).map_err(refused)?;
                let mut out = Outcomes::with_capacity(self.plugin.manifest().figures.len(), BLOCK);
                dibao::Dibao::assess(context, families, &mut out).map_err(refused)?;
                run.whole += began.nanoseconds();
                run.checksum += (0..out.len()).filter_map(|row| out.get(row)).map(|row| row.amount.0).sum::<i64>();
            }
            run.call = run.whole;
            Ok(())
        })
    }
}

/// Time this program has been computing, on whichever of its threads: a guest begins on the one that asks and goes on on one of its
/// own. Other programs on the machine do not change it.
struct Busy(ProcessTime);

impl Busy {
    fn now() -> Busy {
        Busy(ProcessTime::now())
    }

    fn nanoseconds(&self) -> u128 {
        self.0.elapsed().as_nanos()
    }
}
