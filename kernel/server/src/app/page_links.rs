//! Links of a plugin's page to its other pages: one that the reader's office may not open is no link. The plugin need not know who
//! reads; whoever reads is never led to a closed door.

use doudi_documents::page::{Block, Link};
use doudi_documents::{Manifest, Page};
use doudi_domain::Actor;

/// Takes away the links the actor could not follow; what a row says stays.
pub(crate) fn within_reach(page: &mut Page, manifest: &Manifest, actor: &Actor) {
    // The kernel itself opens nothing.
    let Some(role) = actor.role() else { return };
    let opens = |id: &str| {
        let entry = manifest.pages.iter().find(|entry| entry.id == id);
        entry.is_some_and(|entry| entry.roles.iter().any(|known| known == role.code()))
    };
    for block in &mut page.blocks {
        of_block(block, &opens);
    }
}

fn of_block(block: &mut Block, opens: &dyn Fn(&str) -> bool) {
    match block {
        Block::Table { rows, .. } => {
            for row in rows {
                if matches!(&row.link, Some(Link::Page { page, .. }) if !opens(page)) {
                    row.link = None;
                }
            }
        }
        Block::Columns { columns } => columns.iter_mut().flatten().for_each(|block| of_block(block, opens)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use doudi_domain::{DivisionCode, Role, UserId};
    use serde_json::json;

    #[test]
    fn whoever_may_not_open_a_page_is_not_led_to_it() {
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
        ] });
        let links = |role: Role| -> Vec<bool> {
            let page = json!({ "blocks": [{ "block": "columns", "columns": [[table.clone()]] }] });
            let mut page: Page = serde_json::from_value(page).expect("a page");
            let division = DivisionCode::new(340_223_000_000).expect("a county");
            let actor = Actor::User { id: UserId(1), name: String::new(), role, division };
            within_reach(&mut page, &manifest, &actor);
            let Block::Columns { columns } = &page.blocks[0] else { panic!("columns stay") };
            let Block::Table { rows, .. } = &columns[0][0] else { panic!("the table stays") };
            rows.iter().map(|row| row.link.is_some()).collect()
        };
        assert_eq!(links(Role::CountyOfficer), [true, false, true]);
        assert_eq!(links(Role::VillageCoordinator), [false, false, true]);
    }
}
