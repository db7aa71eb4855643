//! Going over to another version and coming back: by the use cases, on a SQLite file, with nothing to rewrite; and the one
//! transaction of the switch alone, with ten thousand documents to take over.

use anyhow::{Context, Result, bail};
use doudi_domain::{Actor, County, Date, Division, DivisionCode, DocumentId, Level};
use doudi_plugin_host::PluginHost;
use doudi_server::app::plugin::{self, EnableDraft, GrantChoice};
use doudi_server::app::upgrade::{self, UpgradeDraft};
use doudi_server::{App, Config, FixedClock};
use doudi_storage::document::{DocumentPut, DocumentTarget};
use doudi_storage::enablement::NewEnablement;
use doudi_storage::package::NewRelease;
use doudi_storage::test_support;
use doudi_storage::upgrade::NewUpgrade;
use doudi_storage::upgrade::documents::Rewritten;
use std::sync::Arc;
use std::time::Instant as Moment;

const ROUNDS: usize = 50;
pub const DOCUMENTS: usize = 10_000;

/// Milliseconds.
pub struct Swaps {
    /// Sorted.
    pub switches: Vec<f64>,
    pub returns: Vec<f64>,
    pub switch_documents: f64,
    pub return_documents: f64,
}

pub async fn measure(host: &PluginHost, package: &[u8], county: County, today: Date) -> Result<Swaps> {
    let database = test_support::sqlite().await?;
    let app = App {
        storage: database.storage.clone(),
        host: host.clone(),
        clock: Arc::new(FixedClock::on(today)),
        config: Arc::new(Config::default()),
        watch: Default::default(),
        kept: Default::default(),
    };
    let actor = Actor::System { division: county.division() };
    let swaps = swap(&app, &actor, package, today).await;
    database.remove().await;
    swaps
}

async fn swap(app: &App, actor: &Actor, package: &[u8], today: Date) -> Result<Swaps> {
    found(app, actor).await?;
    let old = plugin::install(app, actor, package.to_vec()).await?;
    let new = plugin::install(app, actor, another_version(package, &old.version)?).await?;
    let draft = EnableDraft {
        plugin: old.plugin.clone(),
        digest: old.digest,
        from: today,
        settings: None,
        grants: GrantChoice::All,
        accept_unsigned: true,
    };
    plugin::enable(app, actor, draft).await?;
    let (mut switches, mut returns) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let draft = UpgradeDraft {
            plugin: new.plugin.clone(),
            target: new.version.clone(),
            begins: today,
            settings: None,
            grants: GrantChoice::Keep,
            older: false,
        };
        let id = upgrade::open(app, actor, &draft).await?;
        upgrade::run_shadow(app, actor, id, &mut |_, _| {}).await?;
        switches.push(upgrade::switch(app, actor, id).await?.took.as_secs_f64() * 1_000.0);
        returns.push(upgrade::roll_back(app, actor, id, "bench").await?.as_secs_f64() * 1_000.0);
    }
    switches.sort_by(f64::total_cmp);
    returns.sort_by(f64::total_cmp);
    let (switch_documents, return_documents) = documents(app, actor, today).await?;
    Ok(Swaps { switches, returns, switch_documents, return_documents })
}

async fn found(app: &App, actor: &Actor) -> Result<()> {
    let county = actor.county().division();
    let city = DivisionCode::new(county.value() / 100_000_000 * 100_000_000).context("a city")?;
    let mut write = app.storage.write(&Actor::System { division: city }, app.now()).await?;
    let division = |code, name: &str, level, parent| Division { code, name: name.to_owned(), level, parent };
    write
        .division_import(&[
            division(city, "bench", Level::City, None),
            division(county, "bench", Level::County, Some(city)),
        ])
        .await?;
    Ok(write.commit().await?)
}

/// The same code under the next version number: other bytes, another digest. The manifest is text in the file, and a number of
/// the same length leaves everything where it is.
fn another_version(package: &[u8], version: &str) -> Result<Vec<u8>> {
    let before = format!("\"version\":\"{version}\"");
    let at = package.windows(before.len()).position(|window| window == before.as_bytes());
    let Some(at) = at else { bail!("the package does not name its version {version}") };
    let last = at + before.len() - 2;
    let mut bytes = package.to_vec();
    bytes[last] = if bytes[last] == b'9' { b'8' } else { bytes[last] + 1 };
    Ok(bytes)
}

/// The switch and the way back with documents to take over.
async fn documents(app: &App, actor: &Actor, today: Date) -> Result<(f64, f64)> {
    let release = |version: &str| NewRelease {
        plugin: "sample".into(),
        version: version.into(),
        publisher: "bench".into(),
        manifest: "{}".into(),
        component: version.as_bytes().to_vec(),
    };
    let mut write = app.storage.write(actor, app.now()).await?;
    let old = write.release_install(&release("1.0.0")).await?;
    let new = write.release_install(&release("2.0.0")).await?;
    let pin = NewEnablement {
        plugin: "sample".into(),
        digest: old.clone(),
        from: today,
        settings: "{}".into(),
        grants: Vec::new(),
    };
    write.enablement_set(&pin).await?;
    let body = serde_json::json!({ "note": "资".repeat(300) }).to_string();
    for number in 0..DOCUMENTS {
        let put = DocumentPut {
            target: DocumentTarget::New { plugin: "sample".into(), collection: "case".into(), key: number.to_string() },
            title: "申请".into(),
            household: None,
            person: None,
            division: actor.division(),
            state: "open".into(),
            assignee_role: None,
            assignee: None,
            since: today,
            due: Some(today),
            final_state: false,
            body: body.clone(),
            index: vec![("year".into(), "2022".into())],
            action: "begin".into(),
            note: String::new(),
        };
        write.document_put(&put).await?;
    }
    let new = NewUpgrade {
        plugin: "sample".into(),
        from_digest: old,
        to_digest: new,
        begins: today,
        settings: "{}".into(),
        grants: Vec::new(),
    };
    let id = write.upgrade_open(&new).await?;
    write.commit().await?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let upgrade = snapshot.upgrade_fetch(id).await?;
    let mut after = DocumentId(0);
    loop {
        let waiting = snapshot.upgrade_waiting(&upgrade, after, 1_000).await?;
        let Some((last, _)) = waiting.last() else { break };
        after = last.id;
        let laid: Vec<Rewritten> = waiting
            .into_iter()
            .map(|(old, old_index)| Rewritten {
                title: old.title.clone(),
                state: old.state.clone(),
                assignee_role: old.assignee_role,
                assignee: old.assignee,
                since: old.since,
                due: old.due,
                final_state: old.final_state,
                body: old.body.clone(),
                index: old_index.clone(),
                old,
                old_index,
            })
            .collect();
        let mut write = app.storage.write(actor, app.now()).await?;
        write.upgrade_documents_put(id, &laid).await?;
        write.commit().await?;
    }
    snapshot.close().await?;
    let began = Moment::now();
    let mut write = app.storage.write(actor, app.now()).await?;
    write.upgrade_switch(id, true, Some(today)).await?;
    write.commit().await?;
    let switched = began.elapsed().as_secs_f64() * 1_000.0;
    let began = Moment::now();
    let mut write = app.storage.write(actor, app.now()).await?;
    write.upgrade_roll_back(id, &pin, "bench").await?;
    write.commit().await?;
    Ok((switched, began.elapsed().as_secs_f64() * 1_000.0))
}
