//! 预警规则: the matrix as the county uses it.

use super::words;
use crate::rules::matrix::{Origin, RULES};
use crate::settings::Settings;
use doudi_sdk::prelude::*;

pub fn page(context: &Context) -> Result<Page> {
    let settings: Settings = context.settings()?;
    let mut table = PageTable::new(["疑点", "级别", "适用家庭", "数据来源", "建议处置", "常见误报", "是否使用"]);
    for rule in RULES {
        let names: Vec<&str> = rule.departments.iter().map(|department| department.label()).collect();
        let from = match rule.origin {
            Origin::Row(_) => names.join("、"),
            Origin::Watch => "每月巡查".to_owned(),
            Origin::Both(_) => format!("{}，每月巡查", names.join("、")),
        };
        table = table.linked_row(
            Link::page("alerts").with("rule", rule.code),
            [
                Cell::text(rule.label),
                words::level(settings.level(rule)),
                Cell::text(rule.concerns.label()),
                Cell::text(from),
                Cell::text(rule.hint.label()),
                Cell::text(rule.false_positive),
                if settings.uses(rule.id) {
                    Cell::badge(Tone::Good, "使用")
                } else {
                    Cell::badge(Tone::Neutral, "停用")
                },
            ],
        );
    }
    Ok(Page::new("预警规则")
        .note(Tone::Neutral, "疑点不是认定。核实时请先排除常见误报；级别和停用由本县信息化人员在设置中调整。")
        .table(table))
}
