//! The panel of an agreement, and the registers of carers and institutions.

use super::{PAGE, date_cell, more, params, start, text_cell};
use crate::agreement::{self, Agreement, LIVE, contact_word, load_of, service_word};
use crate::assessment;
use crate::carer::{self, Carer, Institution, leaving_word};
use crate::rules::agreement::Signer;
use doudi_sdk::doc::page::{ColumnHead, Row};
use doudi_sdk::prelude::*;

pub fn agreement(context: &Context, request: &PageRequest) -> Result<Page> {
    let document = request.document()?;
    let body: Agreement = document.body()?;
    let register = carer::get(body.carer).ok();
    let mut page = Page::untitled();
    if document.state == "unsigned" {
        page = page.missing(if body.printed.is_none() { "打印协议书" } else { "各方签字" });
    }
    if matches!(document.state.as_str(), "active" | "suspended") {
        let assessments = assessment::of_person(body.member)?;
        let level = assessment::governing(&assessments, context.today).and_then(assessment::Assessment::level);
        page = match body.holds(register.as_ref().map(|(_, carer)| carer.state()), level, context.today) {
            Ok(()) => page.note(Tone::Good, "今天有效。"),
            Err(invalid) => page.note(Tone::Bad, format!("今天无效：{}。", invalid.zh())),
        };
    }
    page = page.facts(parties(&body, register.as_ref()));
    page = page.heading("服务和费用").facts(terms(&body));
    if let Some(signed) = body.signed {
        let by = match body.signatures.person {
            Signer::Guardian => format!("监护人（{}）", body.signatures.guardian),
            _ => "本人".to_owned(),
        };
        page = page
            .heading("签字")
            .facts([Row::new("签订日期", Cell::date(signed)), Row::new("被照料人一方", Cell::text(by))]);
    }
    if !body.pauses.is_empty() {
        let mut table = PageTable::new(["中止情形", "自", "恢复"]);
        for pause in &body.pauses {
            table = table.row([Cell::text(pause.reason.zh()), Cell::date(pause.from), date_cell(pause.until)]);
        }
        page = page.heading("中止").table(table);
    }
    Ok(match body.ended {
        Some(ended) => page.facts([Row::new("终止日期", Cell::date(ended))]),
        None => page,
    })
}

fn parties(body: &Agreement, register: Option<&(Document, Carer)>) -> Vec<Row> {
    let carer = register.map_or(Cell::badge(Tone::Bad, "不在登记册"), |(document, carer)| {
        Cell::text(format!("{} {}", document.key, carer.describe()))
    });
    let mut rows = vec![
        Row::new("被照料人", Cell::person(body.member)),
        Row::new(
            "委托方",
            Cell::text(if body.party == "village" {
                "村（居）民委员会"
            } else {
                "镇人民政府（街道办事处）"
            }),
        ),
        Row::new("照料人", carer),
        Row::new("照料档次", Cell::text(body.level.zh())),
        Row::new("期限", Cell::text(format!("{} 至 {}", body.from.chinese(), body.to.chinese()))),
    ];
    if !body.override_reason.is_empty() {
        rows.push(Row::new("由其照料的理由", Cell::text(body.override_reason.as_str())));
    }
    rows
}

fn terms(body: &Agreement) -> Vec<Row> {
    let services: Vec<&str> = body.services.iter().map(|service| service_word(service)).collect();
    let contacts: Vec<&str> = body.emergency.iter().map(|contact| contact_word(contact)).collect();
    vec![
        Row::new("服务内容", Cell::text(services.join("、"))).note(format!("每周 {} 次", body.times)),
        Row::new("每月费用", Cell::money(body.fee)).note(format!("支付给{}，{}", body.payee.zh(), body.method)),
        Row::new("走访间隔", Cell::text(format!("{} 天", body.visit_days))),
        Row::new("紧急情况联系", Cell::text(contacts.join("、"))),
    ]
}

/// 照料人: with how many people each looks after, and the questions that stand open.
pub fn carers(context: &Context, request: &PageRequest) -> Result<Page> {
    let (capacity, age) =
        params(context.today).map_or((None, None), |params| (params.carer_capacity, params.carer_age));
    let mut loads: std::collections::BTreeMap<Id, std::collections::BTreeSet<Id>> = std::collections::BTreeMap::new();
    for agreed in agreement::scan(documents::Query::of("agreement").states(&LIVE))? {
        loads.entry(agreed.carer).or_default().insert(agreed.member);
    }
    let mut all = Vec::new();
    documents::scan(documents::Query::of("carer").state("active"), &[], |row| {
        all.push(row.id);
        Ok(())
    })?;
    let mut table = PageTable::new([
        ColumnHead::new("编号"),
        ColumnHead::new("照料人"),
        ColumnHead::new("所在地"),
        ColumnHead::number("照料人数"),
        ColumnHead::new("待核实"),
    ])
    .empty("没有登记照料人。登记后才能起草协议。");
    for id in all.iter().skip(start(request)).take(PAGE) {
        let (document, body) = carer::get(*id)?;
        let load = loads.get(&document.id).map_or(0, |people| people.len() as i64);
        let questions: Vec<String> =
            body.questions(age, context.today).into_iter().map(|question| question.zh()).collect();
        let too_many = body.is_person() && capacity.is_some_and(|capacity| load > capacity);
        let open = match (questions.is_empty(), too_many) {
            (true, false) => Cell::Empty,
            (_, true) => Cell::badge(Tone::Bad, format!("照料 {load} 人，超过上限")),
            (false, _) => Cell::badge(Tone::Soon, questions.join("；")),
        };
        table = table.linked_row(
            Link::Document { document: document.id },
            [
                Cell::text(document.key.as_str()),
                Cell::text(body.describe()),
                Cell::division(document.division),
                Cell::number(load),
                open,
            ],
        );
    }
    Ok(more(Page::new("照料人").table(table), request, (start(request) + PAGE).min(all.len()), all.len()))
}

pub fn carer(context: &Context, request: &PageRequest) -> Result<Page> {
    let document = request.document()?;
    let body: Carer = document.body()?;
    let age = params(context.today).ok().and_then(|params| params.carer_age);
    let mut page = Page::untitled();
    for question in body.questions(age, context.today) {
        page = page.missing(format!("核实照料能力：{}", question.zh()));
    }
    let load = load_of(document.id, Id(0))?;
    let mut rows = vec![
        Row::new("照料人", Cell::text(body.describe())),
        Row::new("照料人数", Cell::number(load)),
        Row::new("本人是否特困人员", Cell::text(if body.tekun { "是" } else { "否" })),
    ];
    if let Some(answered) = &body.answered {
        rows.push(Row::new("照料能力核实", text_cell(&answered.finding)).note(answered.on.to_string()));
    }
    if let Some(left) = &body.left {
        rows.push(Row::new("退出", Cell::date(left.on)).note(leaving_word(&left.reason)));
    }
    page = page.facts(rows);
    let mut table = PageTable::new(["被照料人", "协议截止", "环节"]).empty("没有协议。");
    for filed in documents::all(documents::Query::of("agreement").states(&LIVE).index("carer", document.id.0))? {
        let agreement: Agreement = filed.body()?;
        let state = match filed.state.as_str() {
            "unsigned" => "待签",
            "suspended" => "中止",
            _ => "生效",
        };
        table = table.linked_row(
            Link::Document { document: filed.id },
            [Cell::person(agreement.member), Cell::date(agreement.to), Cell::text(state)],
        );
    }
    Ok(page.heading("协议").table(table))
}

pub fn institution(_: &Context, request: &PageRequest) -> Result<Page> {
    let body: Institution = request.document()?.body()?;
    Ok(Page::untitled()
        .facts([Row::new("机构名称", Cell::text(body.name.as_str())), Row::new("床位数", Cell::number(body.beds))])
        .table(PageTable::new(["名单"]).linked_row(Link::page("institutions"), [Cell::text("查看集中供养拨付名单")])))
}
