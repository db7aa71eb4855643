//! Who is supported, and what the county has not set or has set too low.

use super::{PAGE, more, start};
use crate::codes::parameter;
use crate::parameters::{Params, REQUIRED, missing_on};
use crate::rules::level::Level;
use crate::running;
use crate::settings::Settings;
use doudi_sdk::codes::ParameterCode;
use doudi_sdk::doc::page::{ColumnHead, FigureItem};
use doudi_sdk::prelude::*;

/// 特困在供名单.
pub fn recipients(context: &Context, request: &PageRequest) -> Result<Page> {
    let everybody = running::everybody(context.today)?;
    let of = everybody.len();
    let amount: i64 = everybody.iter().map(|line| line.amount.0).sum();
    let mut table = PageTable::new([
        ColumnHead::new("供养对象"),
        ColumnHead::new("家庭"),
        ColumnHead::new("供养形式"),
        ColumnHead::new("照料档次"),
        ColumnHead::number("每月金额"),
        ColumnHead::new("起始"),
    ])
    .empty("没有在供的特困人员。审核确认同意后，从次月起在这里列出。");
    for line in everybody.iter().skip(start(request)).take(PAGE) {
        table = table.linked_row(
            Link::Household { household: line.household },
            [
                line.person.map_or(Cell::Empty, Cell::person),
                Cell::household(line.household),
                Cell::text(line.form.zh()),
                line.level.map_or(Cell::badge(Tone::Soon, "未评估"), |level: Level| Cell::text(level.zh())),
                Cell::money(line.amount),
                Cell::date(line.begins),
            ],
        );
    }
    let page = Page::new("特困在供名单")
        .figures([
            FigureItem::new("在供人数", Cell::number(of as i64)),
            FigureItem::new("每月金额", Cell::money(amount)),
        ])
        .table(table);
    Ok(more(page, request, (start(request) + PAGE).min(of), of))
}

/// Parameters a county may leave unset, with what then happens.
const OPTIONAL: [(ParameterCode, &str); 14] = [
    (parameter::CARE_SELF, "全自理的照料护理费按 0 元"),
    (parameter::CARE_HALF, "半护理的照料护理费按 0 元"),
    (parameter::CARE_FULL, "全护理的照料护理费按 0 元"),
    (parameter::ASSET_FINANCIAL_MONTHS, "金融资产不作比较"),
    (parameter::ASSET_VEHICLE_LIMIT, "机动车辆不作比较"),
    (parameter::ASSET_HOME_LIMIT, "住房不作比较"),
    (parameter::LOW_INCOME_MONTHS, "档案中义务人的金融资产不作比较"),
    (parameter::ASSESSMENT_MONTHS, "不生成定期评估"),
    (parameter::REVIEW_MONTHS, "不生成年审"),
    (parameter::CARER_CAPACITY, "照料人照料人数不设上限"),
    (parameter::CARER_AGE, "照料人不问年龄"),
    (parameter::VISIT_DAYS_SELF, "全自理的走访间隔以协议为准"),
    (parameter::VISIT_DAYS_HALF, "半护理的走访间隔以协议为准"),
    (parameter::VISIT_DAYS_FULL, "全护理的走访间隔以协议为准"),
];

/// 特困参数检查.
pub fn setup(context: &Context) -> Result<Page> {
    let missing = missing_on(context.today)?;
    let mut page = Page::new("特困参数检查");
    if missing.is_empty() {
        let params = Params::read(|code| Ok(parameters::get(code, context.today)?.map(|found| found.value)))?;
        page = match params.check_floor() {
            Ok(()) => page.note(
                Tone::Good,
                format!(
                    "基本生活标准 {} 元，不低于下限 {} 元（低保标准 {} 元的规定倍数）。",
                    Fen(params.basic),
                    Fen(params.floor()),
                    Fen(params.standard)
                ),
            ),
            Err(refusal) => page.note(Tone::Bad, refusal.message),
        };
    }
    let mut table = PageTable::new(["参数", "情况", "影响"]);
    for code in REQUIRED {
        if missing.iter().any(|other| other.code == code.code) {
            table =
                table.row([Cell::text(code.label), Cell::badge(Tone::Bad, "未设置"), Cell::text("不能作出任何决定")]);
        } else if parameters::get(code, context.today)?.is_some_and(|found| !found.verified) {
            table = table.row([
                Cell::text(code.label),
                Cell::badge(Tone::Soon, "未核实"),
                Cell::text("请系统管理员确认来源"),
            ]);
        }
    }
    for (code, effect) in OPTIONAL {
        match parameters::get(code, context.today)? {
            None => table = table.row([Cell::text(code.label), Cell::badge(Tone::Soon, "未设置"), Cell::text(effect)]),
            Some(found) if !found.verified => {
                table = table.row([Cell::text(code.label), Cell::badge(Tone::Soon, "未核实"), Cell::Empty]);
            }
            Some(_) => {}
        }
    }
    let settings: Settings = context.settings()?;
    if settings.contact.is_empty() {
        table = table.row([
            Cell::text("公示和告知书上的联系单位和电话"),
            Cell::badge(Tone::Soon, "未设置"),
            Cell::text("文书上写受理镇街民政办，没有电话"),
        ]);
    }
    Ok(page.table(table.empty("参数和设置齐全，并已核实。")))
}
