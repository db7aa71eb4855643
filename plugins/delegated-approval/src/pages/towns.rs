//! 各镇（街）抽查情况: how much was drawn, what was found, how often it grants beside its peers; and the list of problems.

use super::{count_cell, rate_cell, span, town_cell};
use crate::check::{CONCLUDED, finding_word};
use crate::parameters;
use crate::rules::quality::rate;
use crate::scorecard::Sampled;
use doudi_sdk::doc::page::ColumnHead;
use doudi_sdk::prelude::*;
use std::collections::BTreeMap;

pub fn page(context: &Context, request: &PageRequest) -> Result<Page> {
    let (begins, ends) = span(context, request);
    let sampled = Sampled::within(begins, ends)?;
    let gap = parameters::peer_gap(ends)?;
    let page = Page::new("各镇（街）抽查情况")
        .paragraph(format!("抽查周期起始日在 {} 至 {} 之间的抽查。", begins.chinese(), ends.chinese()))
        .table(table(&sampled, gap))
        .heading("问题清单")
        .table(problems(&sampled));
    Ok(match gap {
        Some(gap) => page.note(
            Tone::Neutral,
            format!(
                "同意率与其他镇（街）相差超过 {}.{:02} 个百分点的加标记，偏高偏低都需要了解原因。",
                gap / 100,
                gap % 100
            ),
        ),
        None => page,
    })
}

fn table(sampled: &Sampled, gap: Option<i64>) -> PageTable {
    let mut table = PageTable::new([
        ColumnHead::new("镇（街）"),
        ColumnHead::number("决定"),
        ColumnHead::number("随机抽取"),
        ColumnHead::number("抽查比例"),
        ColumnHead::number("已有结论"),
        ColumnHead::number("程序问题"),
        ColumnHead::number("实体错误"),
        ColumnHead::number("其中漏保"),
        ColumnHead::number("问题率"),
        ColumnHead::number("同意率"),
        ColumnHead::new("与其他镇（街）相比"),
    ])
    .empty("没有抽查。");
    let county = sampled.county();
    for (town, (population, drawn)) in &sampled.rates {
        let found = sampled.found.get(town).copied().unwrap_or_default();
        let approvals = sampled.approvals.get(town).copied().unwrap_or_default();
        table = table.row([
            town_cell(*town),
            count_cell(*population),
            count_cell(*drawn),
            rate_cell(rate(*drawn, *population)),
            count_cell(found.concluded),
            count_cell(found.procedure),
            count_cell(found.substance),
            count_cell(found.missed),
            rate_cell(rate(found.problems(), found.concluded)),
            rate_cell(approvals.rate()),
            beside(approvals.against(county), gap),
        ]);
    }
    table
}

fn beside(distance: Option<i64>, gap: Option<i64>) -> Cell {
    let Some(distance) = distance else { return Cell::text("没有可比的镇（街）") };
    let word = if distance < 0 { "低" } else { "高" };
    let (whole, part) = (distance.abs() / 100, distance.abs() % 100);
    let text = format!("{word} {whole}.{part:02} 个百分点");
    match gap {
        Some(gap) if distance.abs() > gap => Cell::badge(Tone::Soon, text),
        _ => Cell::text(text),
    }
}

fn problems(sampled: &Sampled) -> PageTable {
    let mut counts: BTreeMap<(i64, &str), usize> = BTreeMap::new();
    for (document, check) in &sampled.checks {
        if CONCLUDED.contains(&document.state.as_str()) {
            for finding in &check.findings {
                *counts.entry((check.town, finding_word(finding))).or_default() += 1;
            }
        }
    }
    let mut table = PageTable::new([ColumnHead::new("镇（街）"), ColumnHead::new("问题"), ColumnHead::number("件数")])
        .empty("没有发现问题。");
    for ((town, finding), count) in counts {
        table = table.row([town_cell(town), Cell::text(finding), count_cell(count)]);
    }
    table
}
