//! `doudi plugin fields` and `limits`: what measures read of families, and what bounds them.

use crate::app::App;
use crate::app::{field_use, limits};
use crate::commands::{city_operator, operator, print_json};
use doudi_domain::Result;

#[derive(clap::Args)]
pub(in crate::commands) struct Fields {
    #[arg(long)]
    county: String,
    #[arg(long)]
    json: bool,
}

impl Fields {
    pub(super) async fn run(self, app: &App) -> Result<()> {
        fields(app, &self.county, self.json).await
    }
}

#[derive(clap::Args)]
pub(in crate::commands) struct Limits {
    #[arg(long)]
    json: bool,
}

impl Limits {
    pub(super) async fn run(self, app: &App) -> Result<()> {
        limits(app, self.json).await
    }
}

async fn fields(app: &App, county: &str, json: bool) -> Result<()> {
    let table = field_use::table(app, &operator(app, county).await?).await?;
    if json {
        let rows = table.rows.iter().flat_map(|row| {
            let measures = table.measures.iter().zip(&row.cells).filter(|(_, cell)| cell.declared);
            measures.map(|(measure, cell)| {
                serde_json::json!({
                    "field": row.code, "name": row.label.zh, "sensitivity": field_use::sensitivity_word(row.sensitivity),
                    "plugin": measure.id, "version": measure.version, "digest": measure.digest,
                    "declared": true, "granted": cell.granted, "read": cell.read, "denied": cell.denied,
                    "last_read": cell.last_read.map(|at| at.minute()),
                })
            })
        });
        print_json(&rows.collect::<Vec<_>>().into());
        return Ok(());
    }
    for row in &table.rows {
        say!("{}（{}，{}）", row.label.zh, row.code, field_use::sensitivity_word(row.sensitivity));
        for (measure, cell) in table.measures.iter().zip(&row.cells).filter(|(_, cell)| cell.declared) {
            let granted = if cell.granted { "已授权" } else { "未授权" };
            let read = match cell.last_read {
                Some(at) => format!("读取 {} 次，最近 {}", cell.read, at.minute()),
                None => "未读取".to_owned(),
            };
            let denied = if cell.denied > 0 { format!("，未给 {} 次", cell.denied) } else { String::new() };
            say!("  {} {}：{granted}，{read}{denied}", measure.id, measure.version);
        }
    }
    say!("共 {} 个字段，{} 项措施", table.rows.len(), table.measures.len());
    Ok(())
}

async fn limits(app: &App, json: bool) -> Result<()> {
    let view = limits::view(app, &city_operator(app).await?).await?;
    if json {
        let rows = view.limits.iter().map(|row| {
            let (rust, script) = (row.rust.to_string(), row.script.to_string());
            serde_json::json!({"limit": row.code, "name": row.zh, "rust": rust, "script": script})
        });
        print_json(&rows.collect::<Vec<_>>().into());
        return Ok(());
    }
    for row in &view.limits {
        say!("{}：编译型 {}，脚本型 {}", row.zh, row.rust, row.script);
    }
    let capacity = &view.capacity;
    say!(
        "同时调用：一个县区 {}，一项措施 {}，脚本型措施 {}；排队不超过 {} 毫秒",
        capacity.county_permits,
        capacity.plugin_permits,
        capacity.script_permits,
        capacity.queue.as_millis()
    );
    say!("连续出错 {} 次后暂停 {} 秒", capacity.strikes, capacity.rest.as_secs());
    Ok(())
}
