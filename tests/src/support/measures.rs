//! The measures of `plugins/` in a county of a test: enabled with the illustrative values of their manifests, and worked with as
//! officers do, by pressing buttons. What a form asks beyond what a test says, a careful clerk fills in.

use super::guests;
use super::server::TestServer;
use doudi_demo::clerk::{self, Desk};
use doudi_documents::Values;
use doudi_documents::form::FieldKind;
use doudi_domain::document::Document;
use doudi_domain::{Actor, DocumentId, HouseholdId, Scope, UserId};
use doudi_server::app::document::{self, FormView, Press, Target};
use doudi_server::app::household::{self, Upload};
use doudi_server::app::plugin::{self, EnableDraft, GrantChoice};
use doudi_server::worker::Worker;
use doudi_storage::document::DocumentQuery;
use jiff::civil::{Date, date};
use serde_json::json;

/// Every measure there is, in the order of the notice.
pub const ALL: [&str; 7] =
    ["monitoring", "dibao", "discovery", "care-contracts", "delegated-approval", "disbursement", "coordinators"];

const POINT: &[u8] =
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\0IEND\xaeB`\x82";

/// Enables a measure for a county with all grants and the manifest's examples as parameters; the first month paid is July 2022.
pub async fn enable(server: &TestServer, id: &str, county: i64, from: Date) {
    enable_with(server, id, county, from, None).await;
}

/// As [`enable`], with settings of the county's own.
pub async fn enable_with(server: &TestServer, id: &str, county: i64, from: Date, own: Option<serde_json::Value>) {
    let package = guests::plugin(id);
    let system = server.system(county);
    let installed = plugin::install(&server.app, &system, package.clone())
        .await
        .unwrap_or_else(|error| panic!("{id}: {error}: {error:?}"));
    let manifest = guests::load(&server.app.host, &package).await.manifest().clone();
    let mut settings = manifest.settings.as_ref().map(|settings| settings.defaults.clone());
    if let Some(settings) = settings.as_mut().filter(|settings| settings.get("first_month").is_some()) {
        settings["first_month"] = json!("2022-07");
    }
    let draft = EnableDraft {
        plugin: installed.plugin,
        digest: installed.digest,
        from,
        settings: own.or(settings),
        grants: GrantChoice::All,
        accept_unsigned: true,
    };
    plugin::enable(&server.app, &system, draft).await.unwrap_or_else(|error| panic!("{id}: {error}: {error:?}"));
    for parameter in &manifest.parameters {
        if let Some(value) = parameter.example {
            server.set_parameter(county, &format!("{id}.{}", parameter.code), value, date(2020, 1, 1)).await;
        }
    }
}

/// Somebody at work.
pub struct Officer<'a> {
    server: &'a TestServer,
    pub actor: Actor,
    colleagues: Vec<UserId>,
}

impl<'a> Officer<'a> {
    /// `colleagues` are named where a form asks for a second officer.
    pub fn new(server: &'a TestServer, login: &str, colleagues: &[&str]) -> Officer<'a> {
        let colleagues = colleagues.iter().map(|login| server.user_id(login)).collect();
        Officer { server, actor: server.actor(login), colleagues }
    }

    /// Begins a case, about a household or about none.
    pub async fn begin(
        &self,
        plugin: &str,
        collection: &str,
        household: Option<HouseholdId>,
        values: serde_json::Value,
    ) -> DocumentId {
        let form = document::new_form(&self.server.app, &self.actor, plugin, collection, household)
            .await
            .unwrap_or_else(|error| panic!("new {collection}: {error}: {error:?}"));
        let (plugin, collection) = (plugin.to_owned(), collection.to_owned());
        let action = form.action.id.clone();
        let target = Target::New { plugin, collection, household, person: None };
        self.send(target, &action, &form, values).await.expect("a new case has a document")
    }

    /// Whether a button may be pressed now; it is, if so.
    pub async fn may(&self, document: DocumentId, action: &str, values: serde_json::Value) -> bool {
        let form = document::action_form(&self.server.app, &self.actor, document, action).await;
        let Ok(form) = form else { return false };
        let values = self.filled(&form, values).await;
        let target = Target::Existing(document);
        let press = Press { target, action: action.to_owned(), values, idempotency_key: form.idempotency_key };
        document::act(&self.server.app, &self.actor, press).await.is_ok()
    }

    /// Presses a button of a case.
    pub async fn press(&self, document: DocumentId, action: &str, values: serde_json::Value) {
        let form = document::action_form(&self.server.app, &self.actor, document, action)
            .await
            .unwrap_or_else(|error| panic!("{action}: {error}: {error:?}"));
        self.send(Target::Existing(document), action, &form, values).await;
    }

    async fn send(
        &self,
        target: Target,
        action: &str,
        form: &FormView,
        values: serde_json::Value,
    ) -> Option<DocumentId> {
        let values = self.filled(form, values).await;
        let press = Press { target, action: action.to_owned(), values, idempotency_key: form.idempotency_key.clone() };
        let pressed = document::act(&self.server.app, &self.actor, press).await;
        pressed.unwrap_or_else(|error| panic!("{action}: {error}: {error:?}")).document
    }

    async fn filled(&self, view: &FormView, values: serde_json::Value) -> Values {
        let typed = values.as_object().cloned().unwrap_or_default();
        let Some(form) = &view.form else { return typed };
        let mut fields = form.sections.iter().flat_map(|section| &section.fields);
        let mut files: Vec<i64> = Vec::new();
        if let (true, Some(household)) = (fields.any(|field| field.kind == FieldKind::Files), view.household) {
            let upload =
                Upload { name: "照片.png".to_owned(), media_type: "image/png".to_owned(), content: POINT.to_vec() };
            let document = view.document.as_ref().map(|document| document.id);
            let attached = household::attach(&self.server.app, &self.actor, household, document, upload).await;
            files.push(attached.unwrap_or_else(|error| panic!("{error}")).0);
        }
        let desk = Desk {
            members: view.members.iter().map(|member| member.person.0).collect(),
            officers: self.colleagues.clone(),
            files,
            divisions: view.divisions.iter().map(|choice| choice.code).collect(),
        };
        clerk::fill(form, &typed, &view.values, &desk, self.server.app.today())
    }
}

/// The documents of a measure about a household.
pub async fn about(server: &TestServer, county: i64, plugin: &str, household: HouseholdId) -> Vec<Document> {
    let query =
        DocumentQuery { plugin: Some(plugin.to_owned()), household: Some(household), limit: 200, ..Default::default() };
    find(server, county, &query).await
}

/// The documents of a collection of a measure.
pub async fn of(server: &TestServer, county: i64, plugin: &str, collection: &str) -> Vec<Document> {
    let query = DocumentQuery {
        plugin: Some(plugin.to_owned()),
        collection: Some(collection.to_owned()),
        limit: 200,
        ..Default::default()
    };
    find(server, county, &query).await
}

async fn find(server: &TestServer, county: i64, query: &DocumentQuery) -> Vec<Document> {
    let scope = Scope { division: server.system(county).division() };
    let mut snapshot = server.app.storage.snapshot(scope).await.expect("a snapshot");
    snapshot.documents_query(query).await.unwrap_or_else(|error| panic!("{error}: {error:?}")).items
}

/// Days pass: on each the worker does what has become due.
pub async fn until(server: &TestServer, day: Date) {
    let mut worker = Worker::new(server.app.clone());
    let mut today = server.app.today();
    loop {
        worker.until_idle().await.unwrap_or_else(|error| panic!("on {today}: {error}: {error:?}"));
        if today >= day {
            return;
        }
        today = today.tomorrow().expect("a day");
        server.clock.set(today);
    }
}
