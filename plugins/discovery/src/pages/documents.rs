//! The panels of documents: a clue with everything known of it, a grid with its list, a patrol, a visit with its questions, a review and a
//! comparison of the watch list.

use super::{date_cell, risk, text_cell, urgency, visits::sentences, whom};
use crate::clue::{Clue, Filed};
use crate::grid::Grid;
use crate::parameters;
use crate::patrol::{OPEN, PATROL, Patrol};
use crate::review::{Review, Sweep};
use crate::visit::Visit;
use doudi_sdk::doc::page::{ColumnHead, FigureItem, Row};
use doudi_sdk::prelude::*;

fn row(rows: &mut Vec<Row>, label: &str, text: &str) {
    if !text.is_empty() {
        rows.push(Row::new(label, Cell::text(text)));
    }
}

pub fn clue(request: &PageRequest) -> Result<Page> {
    let Filed { document, body, stand } = Filed::of(request.document()?.clone())?;
    let mut rows = vec![
        Row::new("困难情形", Cell::text(body.difficulty.zh())),
        Row::new("紧急程度", urgency(body.urgency)),
        Row::new("发现时间", Cell::date(body.found)),
        Row::new("上报时间", date_cell(body.reported)),
        Row::new("走访次数", Cell::number(body.visits.len() as i64)),
    ];
    row(&mut rows, "在哪里可以找到", &body.whereabouts);
    if body.on_grid {
        rows.push(Row::new("网格名单", Cell::text("发现时已在重点名单上")));
    }
    outcome(&mut rows, &body);
    let mut reports = PageTable::new(["日期", "来源", "发现人", "反映的情况"]);
    for report in &body.reports {
        reports = reports.row([
            Cell::date(report.on),
            Cell::text(report.source.zh()),
            text_cell(&report.finder),
            text_cell(&report.description),
        ]);
    }
    let mut page = Page::untitled();
    if body.parked {
        page = page.note(Tone::Bad, "村级没有按时上报，由系统自动上报镇街。");
    }
    if stand.is_undecided() && document.household.is_none() {
        page = page.missing("还没有关联家庭档案；代办申请以前必须关联");
    }
    if body.verified.as_ref().is_some_and(|verified| verified.genuine) && body.told.is_none() {
        page = page.missing("还没有告知家庭可以申请哪些救助（民发〔2021〕57号 第六条、民发〔2021〕43号 第十一条）");
    }
    page = page.facts(rows).heading("反映").table(reports);
    if !body.declined.is_empty() {
        let mut declined = PageTable::new(["日期", "原因", "再次上门"]);
        for refusal in &body.declined {
            declined = declined.row([Cell::date(refusal.on), text_cell(&refusal.reason), Cell::date(refusal.again)]);
        }
        page = page.heading("暂不申请").table(declined);
    }
    Ok(page)
}

/// What was found and done.
fn outcome(rows: &mut Vec<Row>, body: &Clue) {
    if let Some(verified) = &body.verified {
        let word = if verified.genuine { "属实" } else { "不属实" };
        rows.push(
            Row::new("镇街核实", Cell::text(format!("{word}：{}", verified.findings))).note(verified.on.to_string()),
        );
        if verified.unable {
            rows.push(Row::new("申请能力", Cell::badge(Tone::Soon, "无法自行申请，应当帮助")));
        }
    }
    if let Some(told) = &body.told {
        rows.push(Row::new("政策告知", Cell::text(told.how.as_str())).note(told.on.to_string()));
    }
    row(rows, "救助措施", &super::ledger::measure(body));
    row(rows, "说明", &body.remark);
    if let Some(application) = &body.application {
        rows.push(Row::new("代办申请", Cell::date(application.on)));
        if let Some(applicant) = application.applicant {
            rows.push(Row::new("申请人", Cell::person(applicant)));
        }
    }
    if let Some(referral) = &body.referral {
        row(rows, "转介需求", &referral.need);
        row(rows, "转介答复", &referral.reply);
    }
    if let Some(followed) = &body.followed {
        rows.push(Row::new("回访", Cell::text(followed.findings.as_str())).note(followed.on.to_string()));
    }
}

pub fn grid(request: &PageRequest) -> Result<Page> {
    let document = request.document()?;
    let body: Grid = document.body()?;
    let found = documents::find(documents::Query::of(PATROL).states(&OPEN).index("grid", document.id.0))?;
    let mut table = PageTable::new(["下次走访", "家庭", "风险", "列入原因", "上次走访"])
        .empty("名单上还没有家庭。请用“列入重点家庭”按户编号或身份证号列入。");
    for listed in &found {
        let patrol: Patrol = listed.body()?;
        table = table.linked_row(
            Link::Document { document: listed.id },
            [
                listed.due.map_or(Cell::Empty, Cell::due),
                whom(listed),
                risk(patrol.risk),
                Cell::text(patrol.reason.zh()),
                date_cell(patrol.last_visit()),
            ],
        );
    }
    let rows = [Row::new("村（社区）", Cell::division(body.village)), Row::new("网格", Cell::text(body.title()))];
    Ok(Page::untitled().facts(rows).heading("重点家庭").table(table))
}

pub fn patrol(context: &Context, request: &PageRequest) -> Result<Page> {
    let body: Patrol = request.document()?.body()?;
    let intervals = parameters::intervals(context.today)?;
    let mut rows = vec![
        Row::new("风险等级", risk(body.risk)).note(format!("每 {} 天走访一次", intervals.of(body.risk))),
        Row::new("列入原因", Cell::text(body.reason.zh())),
        Row::new("居住情况", Cell::text(body.stay.zh())),
        Row::new("列入日期", Cell::date(body.listed)),
        Row::new("上次走访", date_cell(body.last_visit())),
    ];
    row(&mut rows, "说明", &body.note);
    let mut table = PageTable::new(["走访日期"]).empty("还没有走访。");
    for day in body.visits.iter().rev().take(12) {
        table = table.row([Cell::date(*day)]);
    }
    Ok(Page::untitled().facts(rows).table(table))
}

pub fn visit(request: &PageRequest) -> Result<Page> {
    let document = request.document()?;
    let body: Visit = document.body()?;
    let mut rows = vec![
        Row::new("走访时间", Cell::text(body.moment.to_string().replace('T', " "))),
        Row::new("事由", Cell::text(body.errand.zh())),
        Row::new("地点", Cell::text(body.place.zh())),
        Row::new("照片", Cell::number(body.photos.len() as i64)),
        Row::new("情况", Cell::text(body.findings.as_str())),
    ];
    for person in &body.seen {
        rows.push(Row::new("见到", Cell::person(*person)));
    }
    row(&mut rows, "见到其他人", &body.others);
    if body.nobody {
        rows.push(Row::new("见到", Cell::badge(Tone::Soon, "无人应答")));
    }
    let hardships: Vec<&str> = body.hardships.iter().map(|difficulty| difficulty.zh()).collect();
    row(&mut rows, "发现的困难", &hardships.join("、"));
    rows.push(Row::new("意愿", Cell::text(body.wish.zh())));
    rows.push(Row::new("政策告知", Cell::text(if body.told { "已告知" } else { "未告知" })));
    let place = match &body.position {
        Some(position) => match position.accuracy {
            Some(metres) => format!("有定位（误差约 {metres} 米）"),
            None => "有定位".to_owned(),
        },
        None => "没有定位".to_owned(),
    };
    rows.push(Row::new("定位", Cell::text(place)));
    if let (Some(taken), Some(sent)) = (body.taken, body.sent) {
        rows.push(Row::new("填写和上传", Cell::text(format!("{taken} 填写，{sent} 上传").replace('T', " "))));
    }
    row(&mut rows, "核实情况", &body.settled);
    let mut page = Page::untitled();
    if document.state == "questioned" {
        page = page.note(Tone::Soon, format!("请核实：{}。疑点只是提醒，不是结论。", sentences(&body.questions)));
    }
    page = page.facts(rows);
    let others: Vec<(&str, Id)> =
        body.questions.iter().filter_map(|question| Some((question.doubt.zh(), question.other?))).collect();
    if !others.is_empty() {
        let mut table = PageTable::new(["疑点", "另一次走访"]);
        for (doubt, other) in others {
            table =
                table.linked_row(Link::Document { document: other }, [Cell::text(doubt), Cell::text("查看另一次走访")]);
        }
        page = page.table(table);
    }
    Ok(page)
}

pub fn review(request: &PageRequest) -> Result<Page> {
    let body: Review = request.document()?.body()?;
    let mut rows = vec![
        Row::new("监测类别", Cell::code("monitoring", body.monitoring)),
        Row::new("比对日期", Cell::date(body.found)).note("未纳入低保、特困、低保边缘，也没有在办申请"),
        Row::new("走访日期", date_cell(body.visited)),
    ];
    row(&mut rows, "走访情况", &body.findings);
    if let Some(wish) = body.wish {
        rows.push(Row::new("意愿", Cell::text(wish.zh())));
    }
    Ok(Page::untitled().facts(rows))
}

pub fn sweep(request: &PageRequest) -> Result<Page> {
    let body: Sweep = request.document()?.body()?;
    let mut table = PageTable::new([ColumnHead::new("监测户"), ColumnHead::number("户数")]);
    for (label, count) in
        [("已纳入保障", body.tally.covered), ("正在办理", body.tally.open), ("未纳入", body.tally.uncovered)]
    {
        table = table.row([Cell::text(label), Cell::number(count)]);
    }
    Ok(Page::untitled().figures([FigureItem::new("监测户", Cell::number(body.tally.watched))]).table(table))
}
