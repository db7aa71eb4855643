//! A shadow run over a whole county in a real database: 100,000 households of the demonstration's roster, decided by two
//! releases of one measure, the report kept. Then the same county with another standard, where nearly every household differs
//! and has its row. What is measured is what an officer waits for: reading, both sides, comparing, writing.

use crate::TODAY;
use anyhow::{Context, Result, ensure};
use doudi_demo::family::{Family, Member};
use doudi_demo::{Plan, divisions, roster};
use doudi_domain::catalogue::{self, Origin};
use doudi_domain::fact::Value;
use doudi_domain::household::NewHousehold;
use doudi_domain::person::NewPerson;
use doudi_domain::{Actor, County, Date};
use doudi_server::app::plugin::{self, EnableDraft, GrantChoice};
use doudi_server::app::shadow::{self, ShadowDraft};
use doudi_server::{App, Config};
use doudi_storage::import::{ImportFact, ImportHousehold, ImportMember, ImportPerson};
use doudi_storage::parameter::NewParameter;
use jiff::civil::date;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

const COUNTY: County = County(340_223);
const SINCE: Date = date(2021, 1, 1);
/// Households entered with one transaction.
const STEP: usize = 4_000;

#[derive(Clone, Debug, Serialize)]
pub struct Shadow {
    pub households: u64,
    pub members: u64,
    /// Two releases with the same rules: both sides in full, no difference to list.
    pub release_seconds: f64,
    /// Another standard: both sides in full, and every household that differs written down.
    pub what_if_seconds: f64,
    pub what_if_rows: i64,
    /// Reading the same columns once and doing nothing with them: what no comparison can be quicker than.
    pub floor_seconds: f64,
}

pub async fn measure(package: &[u8], households: usize, say: &dyn Fn(&str)) -> Result<Shadow> {
    let folder = std::env::temp_dir().join(format!("doudi-bench-shadow-{}", std::process::id()));
    let measured = in_folder(&folder, package, households, say).await;
    let _ = std::fs::remove_dir_all(&folder);
    measured
}

async fn in_folder(folder: &Path, package: &[u8], households: usize, say: &dyn Fn(&str)) -> Result<Shadow> {
    let config = Config { data: folder.to_owned(), compile_in_process: true, today: Some(TODAY), ..Config::default() };
    let app = config.open().await?;
    app.storage.migrate().await?;
    let actor = Actor::System { division: COUNTY.division() };
    say("a county's families into a database");
    let members = enter(&app, &actor, households).await?;
    say("two releases of the measure");
    let (id, other) = enable(&app, &actor, package).await?;
    let draft = ShadowDraft::release(&id, &other, TODAY);
    // Once before: both sides are compiled, the pages of the database are at hand.
    shadow::run(&app, &actor, &draft, &mut |_, _| {}).await?;
    say("shadow run of the other release");
    let began = Instant::now();
    let report = shadow::run(&app, &actor, &draft, &mut |_, _| {}).await?;
    let release_seconds = began.elapsed().as_secs_f64();
    ensure!(report.run.totals.households == i64::try_from(households)?, "not every household was asked");
    ensure!(report.run.totals.after.0 > 0, "nobody is paid: the county's parameters are missing");
    ensure!(report.run.totals.unchanged == report.run.totals.households, "the same rules differ");
    say("what another standard would cost");
    let what_if = ShadowDraft::what_if(&id, TODAY, BTreeMap::from([("standard".to_owned(), 76_000)]));
    let began = Instant::now();
    let dearer = shadow::run(&app, &actor, &what_if, &mut |_, _| {}).await?;
    let what_if_seconds = began.elapsed().as_secs_f64();
    say("the floor: reading alone");
    let began = Instant::now();
    read(&app, &actor, package).await?;
    let floor_seconds = began.elapsed().as_secs_f64();
    app.storage.close().await;
    Ok(Shadow {
        households: u64::try_from(households)?,
        members,
        release_seconds,
        what_if_seconds,
        what_if_rows: dearer.run.totals.households - dearer.run.totals.unchanged,
        floor_seconds,
    })
}

async fn enter(app: &App, actor: &Actor, households: usize) -> Result<u64> {
    let tree = divisions(include_str!("../../../data/wuhu-divisions.csv"))?;
    let city = Actor::System { division: County(340_200).division() };
    let mut write = app.storage.write(&city, app.now()).await?;
    write.division_import(&tree).await?;
    write.commit().await?;
    let plan = Plan { county: COUNTY, day: date(2022, 7, 1), seed: 20_220_623, households };
    let families = roster(&tree, &plan);
    for block in families.chunks(STEP) {
        let block: Vec<ImportHousehold> = block.iter().map(household).collect();
        let mut write = app.storage.write(actor, app.now()).await?;
        write.household_import_many(&block, "bench").await?;
        write.commit().await?;
    }
    Ok(families.iter().map(|family| family.members.len() as u64).sum())
}

fn household(family: &Family) -> ImportHousehold {
    ImportHousehold {
        household: NewHousehold {
            number: family.number.clone(),
            division: family.village,
            hukou_division: None,
            address: family.address.clone(),
        },
        members: family.members.iter().map(|member| imported(family, member)).collect(),
        facts: facts(&family.codes),
    }
}

fn imported(family: &Family, member: &Member) -> ImportMember {
    let small = |code: &str| u8::try_from(member.code(code)).unwrap_or_default();
    let items = member.items.iter().filter_map(|item| {
        let field = catalogue::find(item.field)?.code;
        let qualifier = i32::try_from(item.qualifier).ok()?;
        Some(ImportFact { qualifier, ..fact(field, item.fen) })
    });
    ImportMember {
        person: ImportPerson::New(NewPerson {
            name: member.name.clone(),
            sex: member.sex,
            id_number: member.id.clone(),
            birth_date: member.birth,
            ethnicity: small("person.ethnicity").max(1),
            hukou_address: member.hukou_address.clone(),
            phone: member.phone.clone(),
            division: family.village,
        }),
        relation: small("person.relation").max(1),
        co_resident: member.codes.get("person.co-resident").is_none_or(|yes| *yes == 1),
        uncounted_reason: small("person.uncounted-reason"),
        from: SINCE,
        facts: facts(&member.codes).into_iter().chain(items).collect(),
    }
}

fn facts(codes: &BTreeMap<&'static str, i64>) -> Vec<ImportFact> {
    let known = codes.iter().filter_map(|(code, value)| Some((catalogue::find(code)?, *value)));
    known
        .filter(|(field, value)| field.origin == Origin::Fact && *value != 0)
        .map(|(field, value)| fact(field.code, value))
        .collect()
}

fn fact(field: catalogue::FieldCode, value: i64) -> ImportFact {
    ImportFact { field, value: Value::Int(value), qualifier: 0, from: SINCE, to: None, source: 17, note: String::new() }
}

/// The measure in force, and a second release of the same rules: its id, and the digest of the other.
async fn enable(app: &App, actor: &Actor, package: &[u8]) -> Result<(String, String)> {
    let installed = plugin::install(app, actor, package.to_vec()).await?;
    let view = plugin::package(app, actor, &installed.digest).await?;
    let mut write = app.storage.write(actor, app.now()).await?;
    for entry in &view.manifest.parameters {
        if let Some(value) = entry.example {
            let new = NewParameter {
                code: format!("{}.{}", installed.plugin, entry.code),
                value,
                from: SINCE,
                source: "示例".to_owned(),
                verified: false,
            };
            write.parameter_set(&new).await?;
        }
    }
    write.commit().await?;
    let draft = EnableDraft {
        plugin: installed.plugin.clone(),
        digest: installed.digest,
        from: SINCE,
        settings: None,
        grants: GrantChoice::All,
        accept_unsigned: true,
    };
    plugin::enable(app, actor, draft).await?;
    let other = plugin::install(app, actor, another(&installed.plugin)?).await?;
    Ok((installed.plugin, other.digest))
}

/// The same code under another version.
fn another(id: &str) -> Result<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let core = root.join(format!("target/wasm32-unknown-unknown/guest/{id}.wasm"));
    let core = std::fs::read(&core).with_context(|| format!("{}. Run `cargo xtask build-plugins`", core.display()))?;
    let mut sources = doudi_pack::Sources::of(&root.join("plugins").join(id))?;
    let line = sources.manifest.lines().find(|line| line.starts_with("version = ")).unwrap_or_default().to_owned();
    sources.manifest = sources.manifest.replacen(&line, "version = \"999.0.0\"", 1);
    doudi_pack::pack_sources(&core, &sources)
}

/// Everything both sides read, once.
async fn read(app: &App, actor: &Actor, package: &[u8]) -> Result<()> {
    let digest = doudi_pack::digest(package);
    let plugin = app.host.load(&digest, package).await?;
    let fields: Vec<_> =
        plugin.manifest().fields().into_iter().filter_map(|code| Some(catalogue::find(code)?.code)).collect();
    let mut snapshot = app.storage.snapshot(actor.scope()).await?.without_noting();
    let mut after = None;
    loop {
        let ids = snapshot.household_ids(after, 2_048).await?;
        let Some(last) = ids.last() else { break };
        after = Some(*last);
        snapshot.household_columns(&ids, &fields, TODAY, None).await?;
    }
    Ok(())
}
