//! Ten counties, two versions of one measure, one process, everybody at work: one county goes over to the newer version, one
//! comes back from it, one switches the measure off. Nobody's request fails, and no county sees another's figures.

use super::*;
use doudi_domain::{County, Division, DivisionCode, HouseholdId, Level, Role, UserId};
use doudi_server::app::plugin::EnableDraft;
use doudi_server::app::{App, assess};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// The nine of the city, and one that is invented.
const COUNTIES: [i64; 10] = [340202, 340207, 340209, 340210, 340212, 340223, 340271, 340272, 340281, 340299];
const FAMILIES: usize = 24;
/// How long everybody works; the changes fall into the middle.
const WORK: Duration = Duration::from_secs(12);

/// What tells the counties apart: each has its own standard, and every answer of the rules names it.
fn standard(county: i64) -> i64 {
    70_000 + (county - 340_200) * 100
}

struct Town {
    county: i64,
    families: Vec<HouseholdId>,
    heads: Vec<i64>,
    officer: Actor,
    it: Actor,
}

#[derive(Default)]
struct Counts {
    assessed: AtomicU64,
    opened: AtomicU64,
    shown: AtomicU64,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ten_counties_two_versions_one_process() {
    let server = TestServer::new(TODAY).await;
    let old = guests::plugin("dibao");
    let manifest = guests::load(&server.app.host, &old).await.manifest().clone();
    let newer = guests::repackaged(&old, |manifest| manifest.version.minor += 1);
    let version = format!("{}.{}.{}", manifest.version.major, manifest.version.minor + 1, manifest.version.patch);
    invent_a_county(&server).await;
    let (old, newer) = (install(&server, &old).await, install(&server, &newer).await);
    let mut towns = Vec::new();
    for (index, county) in COUNTIES.into_iter().enumerate() {
        // Half of them run either version.
        let digest = if index % 2 == 0 { &old } else { &newer };
        towns.push(Arc::new(found(&server, county, digest, &manifest).await));
    }
    // One that has gone over before and will come back, one that will go over, one that will switch off.
    let (back, over, off) = (towns[0].clone(), towns[2].clone(), towns[4].clone());
    let draft = UpgradeDraft { plugin: "dibao".into(), ..to(&version, TODAY) };
    let returning = opened(&server, &back.it, &draft).await;
    upgrade::switch(&server.app, &back.it, returning).await.unwrap_or_else(|error| panic!("{error}: {error:?}"));
    let going = opened(&server, &over.it, &draft).await;

    let (running, counts) = (Arc::new(AtomicBool::new(true)), Arc::new(Counts::default()));
    let mut workers = Vec::new();
    for town in &towns {
        let turns_off = town.county == off.county;
        for round in [false, true] {
            let (app, town) = (server.app.clone(), town.clone());
            let (running, counts) = (running.clone(), counts.clone());
            workers.push(tokio::spawn(async move {
                let mut turn = 0;
                while running.load(Ordering::SeqCst) {
                    let outcome = if round {
                        assess_all(&app, &town, &counts).await
                    } else {
                        begin(&app, &town, turn, &counts).await
                    };
                    match outcome {
                        Ok(()) => {}
                        // Only where the measure was switched off is it no longer there, and that is what is said.
                        Err(Error::NotFound { what }) if turns_off => assert_eq!(what, "已启用的措施"),
                        Err(error) => panic!("{}: {error}: {error:?}", town.county),
                    }
                    turn += 1;
                    // A busy office, not a flood: refusing a flood is another test's subject.
                    tokio::time::sleep(Duration::from_millis(40)).await;
                }
            }));
        }
    }
    tokio::time::sleep(WORK / 3).await;
    let switched =
        upgrade::switch(&server.app, &over.it, going).await.unwrap_or_else(|error| panic!("{error}: {error:?}"));
    let rolled_back = upgrade::roll_back(&server.app, &back.it, returning, "先回到旧版本").await;
    let rolled_back = rolled_back.unwrap_or_else(|error| panic!("{error}: {error:?}"));
    plugin::disable(&server.app, &off.it, "dibao", TODAY).await.expect("switched off");
    let after = Instant::now();
    tokio::time::sleep(WORK * 2 / 3).await;
    running.store(false, Ordering::SeqCst);
    for worker in workers {
        worker.await.expect("no request failed");
    }
    let runs = async |town: &Town| {
        let pins = plugin::enablements(&server.app, &town.it).await.expect("pins");
        pins.into_iter().find(|view| view.in_force && view.plugin.id == "dibao").map(|view| view.enablement.digest)
    };
    assert_eq!(runs(&over).await.as_ref(), Some(&newer));
    assert_eq!(runs(&back).await.as_ref(), Some(&old));
    assert_eq!(runs(&off).await, None);
    assert_eq!(runs(&towns[1]).await.as_ref(), Some(&newer), "the others go on as they were");
    let load = |counter: &AtomicU64| counter.load(Ordering::SeqCst);
    println!(
        "{} households assessed, {} cases begun, {} pages in {:?}; switch {:?}, roll back {:?}; memory {} MB",
        load(&counts.assessed),
        load(&counts.opened),
        load(&counts.shown),
        WORK,
        switched.took,
        rolled_back,
        memory_mb(),
    );
    assert!(load(&counts.assessed) > 1_000 && load(&counts.opened) > 50, "there was a load");
    assert!(after.elapsed() >= WORK / 2);
    assert!(rolled_back < Duration::from_secs(1), "{rolled_back:?}");
    server.close().await;
}

/// The whole county by the rules in force: every answer carries the county's own standard and is about its own families.
async fn assess_all(app: &App, town: &Town, counts: &Counts) -> Result<(), Error> {
    let mut rows = Vec::new();
    let mut sink = |block: Vec<assess::AssessRow>| {
        rows.extend(block);
        Ok(())
    };
    let county = Actor::System { division: County(town.county as i32).division() };
    assess::county(app, &county, "dibao", TODAY, &mut sink, &mut |_, _| {}).await?;
    assert_eq!(rows.len(), town.families.len(), "{}", town.county);
    for row in &rows {
        assert!(town.families.contains(&row.household), "{}: a family of another county", town.county);
        let used = row.figures.iter().find(|(code, _)| code == "standard").map(|(_, value)| *value);
        assert!(used == Some(standard(town.county)) || used == Some(0), "{}: {used:?} in {row:?}", town.county);
    }
    counts.assessed.fetch_add(rows.len() as u64, Ordering::SeqCst);
    Ok(())
}

/// An officer begins an application for the next family and looks at its page.
async fn begin(app: &App, town: &Town, turn: usize, counts: &Counts) -> Result<(), Error> {
    if turn >= town.families.len() {
        // One application each; then they only look.
        let at = turn % town.families.len();
        let view = doudi_server::app::household::panels(app, &town.officer, town.families[at]).await?;
        for panel in view {
            panel.page.unwrap_or_else(|error| panic!("{}: {error}", town.county));
        }
        counts.shown.fetch_add(1, Ordering::SeqCst);
        return Ok(());
    }
    let head = town.heads[turn].to_string();
    let values = json!({
        "applicant": head, "basis": "family", "near-relative": "0", "signed": [head], "declared": true,
    });
    let press = Press {
        target: Target::New {
            plugin: "dibao".into(),
            collection: "application".into(),
            household: Some(town.families[turn]),
            person: None,
        },
        action: "apply".into(),
        values: values.as_object().cloned().expect("an object"),
        idempotency_key: format!("{}-{turn}", town.county),
    };
    document::act(app, &town.officer, press).await?;
    counts.opened.fetch_add(1, Ordering::SeqCst);
    Ok(())
}

async fn invent_a_county(server: &TestServer) {
    let city = DivisionCode::new(340_200_000_000).expect("a city");
    let division = |code: i64, name: &str, level: Level, parent: i64| Division {
        code: DivisionCode::new(code).expect("a code"),
        name: name.to_owned(),
        level,
        parent: DivisionCode::new(parent).ok(),
    };
    let tree = [
        division(340_299_000_000, "临江区（示例）", Level::County, city.value()),
        division(340_299_100_000, "示例镇", Level::Town, 340_299_000_000),
        division(340_299_100_201, "示例村", Level::Village, 340_299_100_000),
    ];
    let mut write = server.app.storage.write(&server.system(city.value()), server.app.now()).await.expect("a write");
    write.division_import(&tree).await.expect("a county");
    write.commit().await.expect("committed");
}

/// Families, parameters, and the measure in one version.
async fn found(server: &TestServer, county: i64, digest: &str, manifest: &Manifest) -> Town {
    let division = county * 1_000_000;
    let actor = server.system(division);
    let app = &server.app;
    let mut write = app.storage.write(&actor, app.now()).await.expect("a write");
    for parameter in &manifest.parameters {
        let value = if parameter.code == "standard" { Some(standard(county)) } else { parameter.example };
        if let Some(value) = value {
            let new = doudi_storage::parameter::NewParameter {
                code: format!("dibao.{}", parameter.code),
                value,
                from: date(2022, 1, 1),
                source: "测试用值，未核实".to_owned(),
                verified: false,
            };
            write.parameter_set(&new).await.expect("a parameter");
        }
    }
    let village = village_of(server, county).await;
    let imported = write.household_import_many(&families(county, village), "crowd").await.expect("families");
    write.commit().await.expect("committed");
    let draft = EnableDraft {
        plugin: "dibao".into(),
        digest: digest.to_owned(),
        from: date(2022, 1, 1),
        settings: None,
        grants: GrantChoice::All,
        accept_unsigned: true,
    };
    plugin::enable(app, &actor, draft).await.unwrap_or_else(|error| panic!("{county}: {error}"));
    let user = |id: i64, role: Role, division: DivisionCode| Actor::User {
        id: UserId(county * 10 + id),
        name: format!("{county} 的{}", role.zh()),
        role,
        division,
    };
    let town = DivisionCode::new(village.value() / 1_000 * 1_000).expect("a town");
    Town {
        county,
        families: imported.iter().map(|one| one.household).collect(),
        heads: imported.iter().map(|one| one.persons[0].0).collect(),
        officer: user(1, Role::TownCaseworker, town),
        it: user(2, Role::CountyIt, DivisionCode::new(division).expect("a county")),
    }
}

async fn village_of(server: &TestServer, county: i64) -> DivisionCode {
    let mut snapshot =
        server.app.storage.snapshot(server.system(county * 1_000_000).scope()).await.expect("a snapshot");
    let divisions = snapshot.divisions().await.expect("divisions");
    let found = divisions.into_iter().find(|one| one.level == Level::Village && one.code.county().0 == county as i32);
    found.unwrap_or_else(|| panic!("{county} has no village")).code
}

/// Families of an invented roster, each county's its own.
fn families(county: i64, village: DivisionCode) -> Vec<doudi_storage::import::ImportHousehold> {
    use doudi_domain::fact::Value;
    use doudi_domain::household::NewHousehold;
    use doudi_domain::id_number::IdNumber;
    use doudi_domain::person::NewPerson;
    use doudi_storage::import::{ImportFact, ImportHousehold, ImportMember, ImportPerson};
    let field = |code: &str| doudi_domain::catalogue::find(code).expect("a field").code;
    (0..FAMILIES)
        .map(|n| {
            let person = |born: Date, sequence: usize, relation: u8, wage: i64| {
                let born_on = born.strftime("%Y%m%d");
                let number = crate::support::family::id_number(&format!("{county}{born_on}{sequence:03}"));
                let id_number = IdNumber::parse(&number).expect("a number");
                let facts = (wage > 0).then(|| ImportFact {
                    field: field("income.wage"),
                    value: Value::Int(wage),
                    qualifier: 0,
                    from: date(2022, 1, 1),
                    to: None,
                    source: 1,
                    note: String::new(),
                });
                ImportMember {
                    person: ImportPerson::New(NewPerson {
                        name: format!("甲{n}"),
                        sex: id_number.sex(),
                        id_number,
                        birth_date: born,
                        ethnicity: 1,
                        hukou_address: String::new(),
                        phone: None,
                        division: village,
                    }),
                    relation,
                    co_resident: true,
                    uncounted_reason: 0,
                    from: date(2020, 1, 1),
                    facts: facts.into_iter().collect(),
                }
            };
            ImportHousehold {
                household: NewHousehold {
                    number: format!("{county}-{n:03}"),
                    division: village,
                    hukou_division: None,
                    address: String::new(),
                },
                members: vec![
                    person(date(1970, 3, 5), n * 2 + 1, 2, 50_000 + n as i64 * 5_000),
                    person(date(1972, 3, 5), n * 2 + 2, 12, 0),
                ],
                facts: Vec::new(),
            }
        })
        .collect()
}

/// Resident memory of this process; the whole of it, tests beside included.
fn memory_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kb| kb.parse::<u64>().ok()).unwrap_or(0) / 1_024
}
