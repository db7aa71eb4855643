//! What enabled measures show an office: entries of the menu, pages, panels of a household, and what may be begun where.

use super::household::{CreateEntry, PanelView};
use super::kept::{self, Look, PageKey, Reader};
use super::plugin::PluginRef;
use super::{App, consult, fieldwork, manifests};
use doudi_documents::manifest::Place;
use doudi_documents::{Manifest, Page, Text};
use doudi_domain::policy::{self, Permission};
use doudi_domain::{Actor, Date, Error, HouseholdId, Instant, Result};
use doudi_plugin_host::{Contributions, Desk, ViewInput};
use doudi_storage::Snapshot;
use std::sync::Arc;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MenuEntry {
    pub plugin: String,
    pub plugin_name: Text,
    pub page: String,
    pub title: Text,
}

/// A plugin's own page.
#[derive(Clone, Debug)]
pub struct PageView {
    pub plugin: PluginRef,
    pub title: Text,
    pub page: Arc<Page>,
    /// When it was worked out, if something has changed since.
    pub as_of: Option<Instant>,
    /// The plugin's forms: those the page shows in place are drawn from them.
    pub forms: Vec<doudi_documents::Form>,
    /// What may be begun here without a household.
    pub creates: Vec<CreateEntry>,
}

/// Manifests of the measures the actor's county runs today: what they ask and answer is no secret to its officers.
pub async fn manifests(app: &App, actor: &Actor) -> Result<Vec<Arc<Manifest>>> {
    manifests::in_force(&mut app.storage.snapshot(actor.scope()).await?, app.today()).await
}

/// What the actor's office finds in the menu.
pub async fn menu(app: &App, actor: &Actor) -> Result<Vec<MenuEntry>> {
    Ok(offered(app, actor).await?.menu)
}

/// What the measures of the county put into the frame of an office.
#[derive(Clone, Default, Debug)]
pub struct Offered {
    pub menu: Vec<MenuEntry>,
    /// Some form of the office may be filled in without a signal.
    pub fieldwork: bool,
}

/// Read once for every page.
pub async fn offered(app: &App, actor: &Actor) -> Result<Offered> {
    let Some(role) = actor.role() else { return Ok(Offered::default()) };
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let manifests = manifests::in_force(&mut snapshot, app.today()).await?;
    let contributions = Contributions::new(manifests.iter().map(Arc::as_ref));
    let entries = contributions.menu(role).into_iter().map(|page| MenuEntry {
        plugin: page.manifest.id.clone(),
        plugin_name: page.manifest.name.clone(),
        page: page.entry.id.clone(),
        title: page.entry.title.clone(),
    });
    let fieldwork = manifests.iter().any(|manifest| fieldwork::is_offered(manifest, role));
    Ok(Offered { menu: entries.collect(), fieldwork })
}

/// A page of a plugin, for an office the manifest names.
pub async fn page(
    app: &App,
    actor: &Actor,
    plugin: &str,
    page: &str,
    query: Vec<(String, String)>,
) -> Result<PageView> {
    let desk = app.host.desk(actor.county()).await?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let pin = consult::pin(app, &mut snapshot, plugin, app.today()).await?;
    let manifest = pin.plugin.manifest();
    // Panels of households and documents have their own pages, with their own checks.
    let entry = manifest.page(page).filter(|entry| matches!(entry.place, Place::Menu | Place::Hidden));
    let Some(entry) = entry.cloned() else { return Err(Error::not_found("页面")) };
    if !actor.role().is_none_or(|role| entry.roles.iter().any(|allowed| allowed == role.code())) {
        let offices: Vec<&str> =
            entry.roles.iter().filter_map(|role| doudi_domain::Role::parse(role)).map(doudi_domain::Role::zh).collect();
        return Err(Error::forbidden(format!("“{}”供{}使用", entry.title.zh, offices.join("、"))));
    }
    let plugin = consult::plugin_ref(&mut snapshot, pin.plugin.digest()).await?;
    let input = ViewInput { page: page.to_owned(), document: None, household: None, query };
    let forms = manifest.forms.clone();
    let creates = creates_on(manifest, &entry.id, actor);
    let (page, as_of) = if entry.shared {
        let look = shared_page(app, actor, (desk, snapshot), pin, input).await?;
        (look.value, look.as_of)
    } else {
        (Arc::new(consult::view(app, actor, &pin, snapshot, input).await?), None)
    };
    let title = page.title.clone().unwrap_or(entry.title);
    Ok(PageView { plugin, title, page, as_of, forms, creates })
}

/// A page that is the same for everybody of an office: worked out for none of them in particular.
async fn shared_page(
    app: &App,
    actor: &Actor,
    held: (Desk, Snapshot),
    pin: consult::Pin,
    input: ViewInput,
) -> Result<Look<Page>> {
    let key = PageKey {
        reader: Reader::of(actor),
        today: app.today(),
        enablement: pin.enablement.id,
        page: input.page.clone(),
        query: input.query.clone(),
    };
    let work = {
        let (app, office) = (app.clone(), actor.anybody_of_office());
        async move {
            let _desk = app.host.desk(office.county()).await?;
            let snapshot = app.storage.snapshot(office.scope()).await?;
            consult::view(&app, &office, &pin, snapshot, input).await
        }
    };
    kept::look(app, actor, held, |kept| &kept.pages, key, |_| true, work).await
}

/// What the actor's office may begin on a menu page.
fn creates_on(manifest: &Manifest, page: &str, actor: &Actor) -> Vec<CreateEntry> {
    let Some(role) = actor.role().filter(|_| policy::require(actor, Permission::CaseWrite).is_ok()) else {
        return Vec::new();
    };
    let creations = Contributions::new([manifest]).creations_on(&manifest.id, page, role);
    creations
        .into_iter()
        .map(|(collection, action)| CreateEntry {
            plugin: manifest.id.clone(),
            collection: collection.entry.id.clone(),
            action: action.id.clone(),
            label: collection.entry.label.clone(),
        })
        .collect()
}

/// What the actor's office may begin for a household.
pub(crate) async fn creates(snapshot: &mut Snapshot, actor: &Actor, today: Date) -> Result<Vec<CreateEntry>> {
    let Some(role) = actor.role() else { return Ok(Vec::new()) };
    let manifests = manifests::in_force(snapshot, today).await?;
    let contributions = Contributions::new(manifests.iter().map(Arc::as_ref));
    let between = |plugin: &Text, collection: &Text| {
        Text::new(
            format!("{} · {}", plugin.zh, collection.zh),
            format!("{} · {}", plugin.in_language(true), collection.in_language(true)),
        )
    };
    Ok(contributions
        .creations(role)
        .into_iter()
        .map(|(collection, action)| CreateEntry {
            plugin: collection.manifest.id.clone(),
            collection: collection.entry.id.clone(),
            action: action.id.clone(),
            label: between(&collection.manifest.name, &collection.entry.label),
        })
        .collect())
}

pub(crate) async fn household_panels(app: &App, actor: &Actor, id: HouseholdId) -> Result<Vec<PanelView>> {
    let Some(role) = actor.role() else { return Ok(Vec::new()) };
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    snapshot.household_fetch(id).await?;
    let manifests = manifests::in_force(&mut snapshot, app.today()).await?;
    let wanted: Vec<(String, String, Text)> = Contributions::new(manifests.iter().map(Arc::as_ref))
        .household_panels(role)
        .into_iter()
        .map(|page| (page.manifest.id.clone(), page.entry.id.clone(), page.entry.title.clone()))
        .collect();
    drop(snapshot);
    let mut panels = Vec::with_capacity(wanted.len());
    for (plugin, page, title) in wanted {
        // One measure's failure stays in its own panel.
        let drawn = async {
            let _desk = app.host.desk(actor.county()).await?;
            let mut snapshot = app.storage.snapshot(actor.scope()).await?;
            let pin = consult::pin(app, &mut snapshot, &plugin, app.today()).await?;
            let input = ViewInput { page, document: None, household: Some(id), query: Vec::new() };
            consult::view(app, actor, &pin, snapshot, input).await
        };
        let drawn = drawn.await.map_err(|error| error.to_string());
        panels.push(PanelView { plugin, title, page: drawn });
    }
    Ok(panels)
}
