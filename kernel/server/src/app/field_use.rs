//! Field by field, what the measures of a county ask for, what they were granted, and what they have made use of: drawn from
//! manifests, pins and the counts of calls, so that nobody has to believe a vendor's word.

use super::plugin::PluginRef;
use super::{App, consult, export, manifests};
use doudi_documents::Text;
use doudi_domain::catalogue::{self, Sensitivity};
use doudi_domain::package::GrantUse;
use doudi_domain::policy::{self, Permission};
use doudi_domain::{Actor, Instant, Result};
use std::collections::BTreeMap;

/// Measures across, fields down.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct FieldTable {
    pub measures: Vec<PluginRef>,
    /// Every field any of them asks for, in the catalogue's order.
    pub rows: Vec<FieldRow>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FieldRow {
    pub code: &'static str,
    pub label: Text,
    pub sensitivity: Sensitivity,
    /// One for each measure.
    pub cells: Vec<FieldCell>,
}

/// What one measure has to do with one field.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct FieldCell {
    pub declared: bool,
    pub granted: bool,
    /// Calls that were handed the field, and the last of them.
    pub read: i64,
    pub last_read: Option<Instant>,
    /// Calls that asked for it and were not given it.
    pub denied: i64,
}

/// How the grants of one release have been made use of in the actor's county, by capability.
pub async fn uses(app: &App, actor: &Actor, digest: &str) -> Result<BTreeMap<String, GrantUse>> {
    policy::require(actor, Permission::ConfigurationRead)?;
    app.watch.flush(&app.storage).await?;
    let list = app.storage.snapshot(actor.scope()).await?.grant_use_list().await?;
    Ok(list.into_iter().filter(|one| one.digest == digest).map(|one| (one.capability.clone(), one)).collect())
}

/// Of the releases in force in the actor's county today.
pub async fn table(app: &App, actor: &Actor) -> Result<FieldTable> {
    policy::require(actor, Permission::ConfigurationRead)?;
    app.watch.flush(&app.storage).await?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let counted: BTreeMap<(String, String), GrantUse> = snapshot
        .grant_use_list()
        .await?
        .into_iter()
        .map(|one| ((one.digest.clone(), one.capability.clone()), one))
        .collect();
    let mut measures = Vec::new();
    let mut pins = Vec::new();
    for pin in snapshot.enablements_at(app.today()).await? {
        measures.push(consult::plugin_ref(&mut snapshot, &pin.digest).await?);
        let manifest = manifests::of_digest(&mut snapshot, &pin.digest).await?;
        let declared: Vec<String> = manifest.fields().into_iter().map(str::to_owned).collect();
        pins.push((pin, declared));
    }
    let mut rows = Vec::new();
    for field in catalogue::FIELDS {
        let code = field.code.as_str();
        let word = format!("read:{code}");
        let cells: Vec<FieldCell> = pins
            .iter()
            .map(|(pin, declared)| {
                let used = counted.get(&(pin.digest.clone(), word.clone()));
                FieldCell {
                    declared: declared.iter().any(|known| known == code),
                    granted: pin.grants.contains(&word),
                    read: used.map_or(0, |used| used.used),
                    last_read: used.and_then(|used| used.last_used),
                    denied: used.map_or(0, |used| used.denied),
                }
            })
            .collect();
        if cells.iter().any(|cell| cell.declared) {
            let label = Text::new(field.zh, field.en);
            rows.push(FieldRow { code, label, sensitivity: field.sensitivity, cells });
        }
    }
    Ok(FieldTable { measures, rows })
}

/// The table as CSV, one line for each field a measure declares.
pub async fn table_csv(app: &App, actor: &Actor) -> Result<Vec<u8>> {
    let table = table(app, actor).await?;
    let headings = ["字段", "名称", "敏感程度", "措施", "版本", "申请", "授权", "读取次数", "最近读取", "被拒次数"];
    let mut csv = export::Table::new(&headings);
    let yes = |yes: bool| if yes { "是" } else { "否" }.to_owned();
    for row in &table.rows {
        for (measure, cell) in table.measures.iter().zip(&row.cells).filter(|(_, cell)| cell.declared) {
            csv.row(&[
                row.code.to_owned(),
                row.label.zh.clone(),
                sensitivity_word(row.sensitivity).to_owned(),
                measure.name.zh.clone(),
                measure.version.clone(),
                yes(cell.declared),
                yes(cell.granted),
                cell.read.to_string(),
                cell.last_read.map(|at| at.minute()).unwrap_or_default(),
                cell.denied.to_string(),
            ]);
        }
    }
    export::finish(app, actor, "plugin-fields", csv).await
}

/// 一般, 敏感, 加密.
pub fn sensitivity_word(sensitivity: Sensitivity) -> &'static str {
    match sensitivity {
        Sensitivity::Internal => "一般",
        Sensitivity::Sensitive => "敏感",
        Sensitivity::Sealed => "加密",
    }
}
