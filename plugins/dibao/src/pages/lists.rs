//! The lists of the menu: who is covered, whose recheck falls due, and what the county has not set.

use super::{PAGE, after};
use crate::codes::parameter;
use crate::form::class_word;
use crate::parameters::{REQUIRED, missing_on};
use crate::recheck::Recheck;
use crate::running::{SCHEME, label, paying};
use crate::settings::Settings;
use doudi_sdk::doc::page::{ColumnHead, FigureItem};
use doudi_sdk::prelude::*;

/// 在保名单, by household, a page at a time.
pub fn recipients(context: &Context, request: &PageRequest) -> Result<Page> {
    let households = records::recipients(SCHEME, context.today, after(request), PAGE as u32)?;
    let mut table = PageTable::new([
        ColumnHead::new("家庭"),
        ColumnHead::new("保障对象"),
        ColumnHead::new("类别"),
        ColumnHead::number("保障人口"),
        ColumnHead::number("每月金额"),
        ColumnHead::new("起始"),
    ])
    .empty("没有在保家庭。审核确认同意后，从次月起在这里列出。");
    let (mut persons, mut amount) = (0_i64, 0_i64);
    for household in &households {
        for line in paying(*household, context.today)? {
            persons += i64::from(line.covered);
            amount += line.amount.0;
            table = table.linked_row(
                Link::Household { household: *household },
                [
                    Cell::household(*household),
                    line.person.map_or(Cell::text("全家"), Cell::person),
                    Cell::badge(if line.outcome == "grace" { Tone::Soon } else { Tone::Good }, label(&line.outcome)),
                    Cell::number(line.covered),
                    Cell::money(line.amount),
                    Cell::date(line.begins),
                ],
            );
        }
    }
    let mut page = Page::new("在保名单")
        .figures([
            FigureItem::new("本页户数", Cell::number(households.len() as i64)),
            FigureItem::new("本页保障人口", Cell::number(persons)),
            FigureItem::new("本页每月金额", Cell::money(amount)),
        ])
        .table(table);
    if households.len() == PAGE
        && let Some(last) = households.last()
    {
        let next = Link::page("recipients").with("after", last.0);
        page = page.table(PageTable::new(["更多"]).linked_row(next, [Cell::text("下一页")]));
    }
    Ok(page)
}

/// 复核到期: open rechecks, soonest first.
pub fn rechecks(_: &Context, request: &PageRequest) -> Result<Page> {
    let open = documents::Query::of("recheck").states(&Recheck::OPEN).after(after(request)).limit(PAGE as u32);
    let mut found = documents::find(open)?;
    let full = found.len() == PAGE;
    let last = found.last().map(|document| document.id);
    found.sort_by_key(|document| (document.due.is_none(), document.due));
    let mut table = PageTable::new(["期限", "家庭", "类别", "环节", "事由"])
        .empty("没有待办的核查。到期前系统会自动生成核查任务。");
    for document in &found {
        let body: Recheck = document.body()?;
        let state = match document.state.as_str() {
            "due" => Cell::badge(Tone::Progress, "待核查"),
            "checked" => Cell::badge(Tone::Progress, "待决定"),
            _ => Cell::badge(Tone::Soon, "渐退中"),
        };
        table = table.linked_row(
            Link::Document { document: document.id },
            [
                document.due.map_or(Cell::Empty, Cell::due),
                document.household.map_or(Cell::Empty, Cell::household),
                Cell::text(class_word(&body)),
                state,
                Cell::text(body.reason.as_str()),
            ],
        );
    }
    let page = Page::new("复核到期").table(table);
    Ok(match last {
        Some(last) if full => {
            let next = Link::page("rechecks").with("after", last.0);
            page.table(PageTable::new(["更多"]).linked_row(next, [Cell::text("下一页")]))
        }
        _ => page,
    })
}

/// Parameters a county may leave unset, with what then happens.
const OPTIONAL: [(ParameterCode, &str); 12] = [
    (parameter::REFERENCE_MONTHS, "已经结束的收入不计入"),
    (parameter::RIGID_RATIO, "因病因残刚性支出不扣减"),
    (parameter::ASSET_FINANCIAL_MONTHS, "金融资产不作比较"),
    (parameter::ASSET_VEHICLE_LIMIT, "机动车辆不作比较"),
    (parameter::ASSET_HOME_LIMIT, "住房不作比较"),
    (parameter::ASSET_SHOP_LIMIT, "商业用房不作比较"),
    (parameter::ASSET_COMPANY_LIMIT, "市场主体不作比较"),
    (parameter::SINGLE_MODE, "单人户按标准减本人收入"),
    (parameter::WORK_REFUSAL_REDUCTION, "连续三次拒绝就业的停发本人份额"),
    (parameter::GRACE_MONTHS, "渐退期由决定人填写月数"),
    (parameter::GRACE_PAY, "渐退期内按原金额发放"),
    (parameter::RECHECK_MONTHS_C, "按第三十一条半年核查一次"),
];

/// 参数缺失提示.
pub fn setup(context: &Context) -> Result<Page> {
    let missing = missing_on(context.today)?;
    let mut page = Page::new("参数缺失提示");
    page = if missing.is_empty() {
        page.note(Tone::Good, "核算必需的参数已经设置。")
    } else {
        page.note(
            Tone::Bad,
            "缺少核算必需的参数，设置以前不能核算和作出决定。请系统管理员在“参数”中录入，并注明文件依据。",
        )
    };
    let mut table = PageTable::new(["参数", "状态", "来源", "未设置时"]);
    for code in REQUIRED {
        table = table.row(row(context, code, "不能核算")?);
    }
    for (code, otherwise) in OPTIONAL {
        table = table.row(row(context, code, otherwise)?);
    }
    page = page.table(table);
    let settings: Settings = context.settings()?;
    for (text, what) in [
        (&settings.contact, "公示和告知书上的联系单位和电话"),
        (&settings.reconsideration, "行政复议机关"),
        (&settings.court, "行政诉讼管辖法院"),
    ] {
        if text.is_empty() {
            page = page.missing(format!("设置中没有填写{what}，告知书将使用通用表述"));
        }
    }
    Ok(page)
}

fn row(context: &Context, code: ParameterCode, otherwise: &str) -> Result<[Cell; 4]> {
    Ok(match parameters::get(code, context.today)? {
        None => [Cell::text(code.label), Cell::badge(Tone::Soon, "未设置"), Cell::Empty, Cell::text(otherwise)],
        Some(value) => [
            Cell::text(code.label),
            if value.verified { Cell::badge(Tone::Good, "已核实") } else { Cell::badge(Tone::Soon, "未核实") },
            Cell::text(value.source.as_str()),
            Cell::Empty,
        ],
    })
}
