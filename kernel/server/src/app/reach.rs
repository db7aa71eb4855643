//! What an office may open. Kinds of cases: an office that sees no households (finance) sees the documents whose own course has a
//! part for it, and no other. Links of a plugin's page: the plugin need not know who reads; a link the reader's office could not
//! follow is no link, and whoever reads is never led to a closed door.

use super::{App, manifests};
use doudi_documents::manifest::Collection;
use doudi_documents::page::{Block, Link};
use doudi_documents::{Action, Manifest, Page};
use doudi_domain::document::Document;
use doudi_domain::policy::{self, Permission};
use doudi_domain::{Actor, DecisionId, DocumentId, Error, HouseholdId, Result};
use std::collections::BTreeSet;

pub(crate) fn require_concerned(manifest: &Manifest, document: &Document, actor: &Actor) -> Result<()> {
    let concerned = manifest.collection(&document.collection).is_some_and(|collection| concerns(collection, actor));
    if concerned { Ok(()) } else { Err(Error::not_found("办件")) }
}

pub(crate) fn concerns(collection: &Collection, actor: &Actor) -> bool {
    let Some(role) = actor.role() else { return true };
    let workflow = &collection.workflow;
    let acts = |action: &Action| action.roles.iter().any(|named| named == role.code());
    let waits = |state: &doudi_documents::State| state.role.as_deref() == Some(role.code());
    policy::allows(role, Permission::HouseholdRead)
        || workflow.actions.iter().any(acts)
        || workflow.states.iter().any(waits)
}

/// Takes away the links the actor could not follow; what a row says stays.
pub(crate) async fn keep_open_links(app: &App, actor: &Actor, manifest: &Manifest, page: &mut Page) -> Result<()> {
    // The kernel itself opens nothing.
    if actor.role().is_none() {
        return Ok(());
    }
    let mut links = Vec::new();
    page.blocks.iter_mut().for_each(|block| collect(block, &mut links));
    if links.is_empty() {
        return Ok(());
    }
    let doors = Doors::read(app, actor, &links).await?;
    for link in links {
        if link.as_ref().is_some_and(|link| !doors.opens(manifest, actor, link)) {
            *link = None;
        }
    }
    Ok(())
}

/// Every link of a block and of the blocks in it.
fn collect<'a>(block: &'a mut Block, links: &mut Vec<&'a mut Option<Link>>) {
    match block {
        Block::Table { rows, .. } => {
            links.extend(rows.iter_mut().map(|row| &mut row.link).filter(|link| link.is_some()));
        }
        Block::Columns { columns } => columns.iter_mut().flatten().for_each(|block| collect(block, links)),
        _ => {}
    }
}

/// What of the things a page points at the actor may open.
#[derive(Default)]
struct Doors {
    households: BTreeSet<HouseholdId>,
    documents: BTreeSet<DocumentId>,
    decisions: BTreeSet<DecisionId>,
}

impl Doors {
    async fn read(app: &App, actor: &Actor, links: &[&mut Option<Link>]) -> Result<Doors> {
        let (mut households, mut documents, mut decisions) = (Vec::new(), Vec::new(), Vec::new());
        for link in links.iter().filter_map(|link| link.as_ref()) {
            match link {
                Link::Household { household } => households.push(HouseholdId(household.0)),
                Link::Document { document } => documents.push(DocumentId(document.0)),
                Link::Decision { decision } => decisions.push(DecisionId(decision.0)),
                Link::Page { .. } => {}
            }
        }
        let may = |permission| policy::require(actor, permission).is_ok();
        let mut doors = Doors::default();
        if households.is_empty() && documents.is_empty() && decisions.is_empty() {
            return Ok(doors);
        }
        let mut snapshot = app.storage.snapshot(actor.scope()).await?.without_noting();
        if !households.is_empty() && may(Permission::HouseholdRead) {
            doors.households = snapshot.households_within(&households).await?;
        }
        if !decisions.is_empty() && may(Permission::DecisionRead) {
            doors.decisions = snapshot.decisions_within(&decisions).await?;
        }
        if !documents.is_empty() && may(Permission::CaseRead) {
            let within = snapshot.documents_within(&documents).await?;
            let manifests = manifests::by_plugin(&mut snapshot, app.today()).await?;
            let concerned = |plugin: &str, collection: &str| {
                let collection = manifests.get(plugin).and_then(|manifest| manifest.collection(collection));
                collection.is_some_and(|collection| concerns(collection, actor))
            };
            let open = within.into_iter().filter(|(_, (plugin, collection))| concerned(plugin, collection));
            doors.documents = open.map(|(id, _)| id).collect();
        }
        Ok(doors)
    }

    fn opens(&self, manifest: &Manifest, actor: &Actor, link: &Link) -> bool {
        match link {
            Link::Household { household } => self.households.contains(&HouseholdId(household.0)),
            Link::Document { document } => self.documents.contains(&DocumentId(document.0)),
            Link::Decision { decision } => self.decisions.contains(&DecisionId(decision.0)),
            Link::Page { page, .. } => {
                let entry = manifest.pages.iter().find(|entry| entry.id == *page);
                let role = actor.role().map(|role| role.code());
                entry.is_some_and(|entry| entry.roles.iter().any(|known| Some(known.as_str()) == role))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use doudi_domain::{DivisionCode, Role, UserId};
    use serde_json::json;

    #[test]
    fn whoever_may_not_open_a_thing_is_not_led_to_it() {
        let manifest = include_str!("../../../../examples/hello-plugin/plugin.toml");
        let mut manifest = Manifest::from_toml(manifest).expect("a manifest");
        let mut entry = manifest.pages.first().cloned().expect("it has a page");
        entry.id = "figures".to_owned();
        entry.roles = vec!["county-officer".to_owned()];
        manifest.pages.push(entry);
        let row = |to: serde_json::Value| json!({ "cells": [{ "cell": "number", "number": 3 }], "link": to });
        let table = json!({ "block": "table", "columns": [], "rows": [
            row(json!({ "to": "page", "page": "figures" })),
            row(json!({ "to": "page", "page": "nowhere" })),
            row(json!({ "to": "household", "household": "7" })),
            row(json!({ "to": "household", "household": "8" })),
            row(json!({ "to": "document", "document": "7" })),
        ] });
        let doors = Doors { households: [HouseholdId(7)].into(), ..Doors::default() };
        let open = |role: Role| -> Vec<bool> {
            let page = json!({ "blocks": [{ "block": "columns", "columns": [[table.clone()]] }] });
            let mut page: Page = serde_json::from_value(page).expect("a page");
            let division = DivisionCode::new(340_223_000_000).expect("a county");
            let actor = Actor::User { id: UserId(1), name: String::new(), role, division };
            let mut links = Vec::new();
            page.blocks.iter_mut().for_each(|block| collect(block, &mut links));
            links.iter().map(|link| link.as_ref().is_some_and(|link| doors.opens(&manifest, &actor, link))).collect()
        };
        assert_eq!(open(Role::CountyOfficer), [true, false, true, false, false]);
        assert_eq!(open(Role::VillageCoordinator), [false, false, true, false, false]);
    }
}
