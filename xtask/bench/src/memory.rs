//! What a city costs in memory: a hundred counties, each with fifteen measures enabled, in one running program on a SQLite file.
//! Fifteen packages of dibao's size under ids of their own, so that no code is shared; then an officer of each county opens a page
//! of each. Resident memory is what the operating system counts for the program.

use crate::TODAY;
use crate::city::PASSWORD;
use crate::line::Line;
use crate::web::{Browser, Server};
use anyhow::{Context, Result, bail};
use doudi_documents::manifest::Place;
use doudi_domain::identity::Role;
use doudi_domain::{Actor, County, Division, DivisionCode, Level};
use doudi_server::app::delivery::Installed;
use doudi_server::app::plugin::{self, EnableDraft, GrantChoice};
use doudi_server::{App, Config};
use doudi_storage::user::NewUser;
use std::path::Path;
use std::time::Instant as Moment;

const CITY: i64 = 340_200_000_000;
/// All the county numbers a city has; the hundredth is lent by the next one.
const NUMBERS: std::ops::RangeInclusive<i64> = 340_201..=340_299;
const COUNTIES: usize = 100;
const MEASURES: usize = 15;
/// Officers at work at once.
const AT_ONCE: usize = 16;

pub async fn measure(package: &[u8]) -> Result<Vec<Line>> {
    let folder = std::env::temp_dir().join(format!("doudi-bench-memory-{}", std::process::id()));
    let measured = in_folder(&folder, package).await;
    let _ = std::fs::remove_dir_all(&folder);
    measured
}

async fn in_folder(folder: &Path, package: &[u8]) -> Result<Vec<Line>> {
    let config = Config { data: folder.to_owned(), compile_in_process: true, today: Some(TODAY), ..Config::default() };
    let app = config.open().await?;
    app.storage.migrate().await?;
    let counties = found(&app).await?;
    let first = Actor::System { division: counties[0].division() };
    let mut packages = Vec::with_capacity(MEASURES);
    for number in 0..MEASURES {
        packages.push(plugin::install(&app, &first, under_another_id(package, number)?).await?);
    }
    let pages = pages(&app, &first, &packages).await?;
    let url = format!("sqlite://{}", folder.join("doudi.db").display());
    app.storage.close().await;
    let empty = resident_of_a_start(folder, &url).await?;
    let app = Config { data: folder.to_owned(), compile_in_process: true, today: Some(TODAY), ..Config::default() };
    let app = app.open().await?;
    let began = Moment::now();
    enable(&app, &counties, &packages).await?;
    let enabled = began.elapsed().as_secs_f64();
    app.storage.close().await;
    let server = Server::start(folder, &url).await?;
    let idle = resident(&server)?;
    open_pages(&server, &counties, &pages).await?;
    let busy = resident(&server)?;
    server.stop().await?;
    let line = |what: String, value, unit| Line::new("memory", "sqlite", what, value, unit);
    let pins = COUNTIES * MEASURES;
    Ok(vec![
        line("memory of the program, nothing enabled".to_owned(), empty, "MiB"),
        line(format!("memory, {COUNTIES} counties × {MEASURES} measures, at its start"), idle, "MiB"),
        line(format!("memory after a page of each measure in each county ({pins})"), busy, "MiB"),
        line(format!("enabling all {pins}, one after the other"), enabled, "s"),
    ])
}

/// Resident memory, in MiB.
fn resident(server: &Server) -> Result<f64> {
    let process = server.process().context("the server has ended")?;
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).context("memory is read from Linux")?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).context("no VmRSS")?;
    let kib: f64 = line.split_whitespace().nth(1).context("no number")?.parse()?;
    Ok(kib / 1024.0)
}

async fn resident_of_a_start(folder: &Path, url: &str) -> Result<f64> {
    let server = Server::start(folder, url).await?;
    let size = resident(&server)?;
    server.stop().await?;
    Ok(size)
}

/// Counties beside each other in one city, each with an officer: the codes need not exist, only differ.
async fn found(app: &App) -> Result<Vec<County>> {
    let city = DivisionCode::new(CITY).context("a city")?;
    let mut tree = vec![Division { code: city, name: "bench".to_owned(), level: Level::City, parent: None }];
    for number in NUMBERS.chain([340_301]) {
        let code = DivisionCode::new(number * 1_000_000).context("a county")?;
        tree.push(Division { code, name: format!("bench {number}"), level: Level::County, parent: Some(city) });
    }
    let counties: Vec<County> = tree.iter().skip(1).map(|division| division.code.county()).collect();
    let mut write = app.storage.write(&Actor::System { division: city }, app.now()).await?;
    write.division_import(&tree).await?;
    write.commit().await?;
    let password_hash = doudi_storage::password::hash(PASSWORD)?;
    for county in &counties {
        let mut write = app.storage.write(&Actor::System { division: county.division() }, app.now()).await?;
        let officer = NewUser {
            login: login(*county),
            name: "测试".to_owned(),
            role: Role::CountyOfficer,
            division: county.division(),
            password_hash: password_hash.clone(),
        };
        write.user_create(&officer).await?;
        write.commit().await?;
    }
    Ok(counties)
}

fn login(county: County) -> String {
    format!("bench-{}", county.0)
}

/// The same code under an id of the same length, which leaves everything in the file where it is.
fn under_another_id(package: &[u8], number: usize) -> Result<Vec<u8>> {
    let before = b"\"id\":\"dibao\"";
    let at = package.windows(before.len()).position(|window| window == before);
    let Some(at) = at else { bail!("the package does not name its id") };
    let mut bytes = package.to_vec();
    bytes[at + before.len() - 2] = b"abcdefghijklmnp"[number % MEASURES];
    Ok(bytes)
}

/// The address of one page of each measure that a county's officer may open.
async fn pages(app: &App, actor: &Actor, packages: &[Installed]) -> Result<Vec<String>> {
    let mut addresses = Vec::with_capacity(packages.len());
    for package in packages {
        let view = plugin::package(app, actor, &package.digest).await?;
        let officers = |roles: &[String]| roles.iter().any(|role| role == Role::CountyOfficer.code());
        let page = view.manifest.pages.iter().find(|page| page.place == Place::Menu && officers(&page.roles));
        let page = page.context("a page for officers of the county")?;
        addresses.push(format!("/measures/{}/{}", package.plugin, page.id));
    }
    Ok(addresses)
}

async fn enable(app: &App, counties: &[County], packages: &[Installed]) -> Result<()> {
    for county in counties {
        let actor = Actor::System { division: county.division() };
        for package in packages {
            let draft = EnableDraft {
                plugin: package.plugin.clone(),
                digest: package.digest.clone(),
                from: TODAY,
                settings: None,
                grants: GrantChoice::All,
                accept_unsigned: true,
            };
            plugin::enable(app, &actor, draft).await?;
        }
    }
    Ok(())
}

/// An officer of each county opens a page of each measure; so many officers at once.
async fn open_pages(server: &Server, counties: &[County], pages: &[String]) -> Result<()> {
    let mut tasks = tokio::task::JoinSet::new();
    for county in counties {
        if tasks.len() >= AT_ONCE {
            tasks.join_next().await.context("somebody is at work")???;
        }
        let (address, login, pages) = (server.address.clone(), login(*county), pages.to_vec());
        tasks.spawn(async move {
            let cookie = Browser::sign_in(&address, &login).await?;
            let mut browser = Browser::connect(&address, Some(cookie)).await?;
            for page in &pages {
                let (answer, _) = browser.ask("GET", page, "").await?;
                if answer.status() != 200 {
                    bail!("{page} was answered {}", answer.status());
                }
            }
            Ok(())
        });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    Ok(())
}
