//! The panels of documents: a department, a batch, an alert with its clues and usual false positives, a referral, an application.

use super::comparison::Results;
use super::{in_full, words};
use crate::alert::Alert;
use crate::batch::Batch;
use crate::recognition::{Recognition, trial};
use crate::referral::Referral;
use crate::rest::Rest;
use crate::rules::clue::Clue;
use crate::rules::event::Event as Statement;
use crate::source::Source;
use crate::survey::Survey;
use doudi_sdk::doc::page::{ColumnHead, FigureItem, Row};
use doudi_sdk::prelude::*;

pub fn source(request: &PageRequest) -> Result<Page> {
    let body: Source = request.document()?.body()?;
    let connected = body.connected.map_or(Cell::badge(Tone::Soon, "未对接"), Cell::date);
    Ok(Page::untitled().facts([
        Row::new("接口", Cell::text(body.interface)),
        Row::new("联系人", Cell::text(body.contact)),
        Row::new("对接日期", connected).note("2022年年底前实现信息互联互通（通知第一条）"),
        Row::new("每月比对", Cell::text(if body.required { "应当比对" } else { "可选" })),
    ]))
}

pub fn batch(request: &PageRequest) -> Result<Page> {
    let document = request.document()?;
    let body: Batch = document.body()?;
    let counts = body.counts();
    let results = Results::of(document.id)?;
    let mut page = Page::untitled();
    if document.state == "open" {
        page = page.missing("数据文件：须有公民身份号码一列，按号码比对，不按姓名");
    }
    if let Some(month) = body.same_as {
        page =
            page.note(Tone::Bad, format!("这个文件与{}的完全相同，没有导入，不计入本月比对。", month.chinese_month()));
    }
    if body.late {
        page = page.note(Tone::Bad, "文件迟于所属月份收到，疑点照常核查，不计入该月比对。");
    }
    if body.only_positives() {
        page = page.note(
            Tone::Soon,
            "部门只返回了命中的数据，无法知道其余人员是否比对过。请商请部门返回全部比对结果，无记录的写“无记录”。",
        );
    }
    page = page.figures([
        FigureItem::new("返回行数", Cell::number(body.rows)),
        FigureItem::new("有记录", Cell::number(counts.positives)),
        FigureItem::new("疑点", Cell::number(results.all.whole)),
        FigureItem::new("已办结", Cell::number(results.all.part)),
    ]);
    let digest: String = body.digest.chars().take(16).collect();
    let rows = [
        Row::new("数据来源", Cell::text(body.name.as_str())),
        Row::new("所属月份", Cell::text(body.period.chinese_month())),
        Row::new("数据内容", Cell::text(body.event().label())),
        Row::new("发出比对人数", Cell::number(body.sent)),
        Row::new("可用行数", Cell::number(counts.loaded)),
        Row::new("无法使用的行数", Cell::number(body.failed.max(counts.rejected))),
        Row::new("不在册人员", Cell::number(counts.unmatched)),
        Row::new("属实", Cell::number(results.truth)),
        Row::new("误报", Cell::number(results.falsehood)),
        Row::new("收到日期", body.received.map_or(Cell::Empty, Cell::date)),
        Row::new("报送人", Cell::text(body.sender.as_str())),
        Row::new("文件", Cell::text(body.file.as_str())).note(format!("文件指纹 {digest}")),
    ];
    Ok(page.facts(rows))
}

pub fn alert(context: &Context, request: &PageRequest) -> Result<Page> {
    let document = request.document()?;
    let alert: Alert = document.body()?;
    let rule = alert.rule.rule();
    let full = in_full(context);
    let mut page = Page::untitled();
    if alert.visit.is_none() && document.state != "withdrawn" {
        page = page.missing("入户核实：时间、定位、见到的人、照片");
    }
    page = page.note(Tone::Soon, "以下是疑点，不是认定。请入户核实。");
    let mut rows = vec![Row::new("级别", words::level(alert.level)), Row::new("风险", Cell::text(rule.risk.label()))];
    if full {
        rows.push(Row::new("疑点", Cell::text(rule.label)));
        rows.push(Row::new("常见误报", Cell::text(rule.false_positive)).note("核实时请先排除"));
        rows.push(Row::new("建议处置", Cell::text(rule.hint.label())));
    }
    rows.push(Row::new("预警日期", Cell::date(alert.raised)));
    if let Some(due) = alert.due.filter(|_| alert.judged.is_none()) {
        rows.push(Row::new("核实期限", Cell::due(due)));
    }
    page = page.facts(rows);
    if full {
        page = page.heading("疑点依据").table(clues(&alert.clues));
    }
    if let Some(visit) = &alert.visit {
        let mut rows = vec![Row::new("入户日期", Cell::date(visit.on))];
        match visit.at {
            Some(at) => {
                rows.push(Row::new("入户时间", Cell::text(format!("{:02}:{:02}", at.hour(), at.minute()))));
                let accuracy = visit.position.as_ref().and_then(|position| position.accuracy);
                let position = match (&visit.position, accuracy) {
                    (Some(_), Some(metres)) => Cell::badge(Tone::Good, format!("有定位，误差 {metres} 米")),
                    (Some(_), None) => Cell::badge(Tone::Good, "有定位"),
                    (None, _) => Cell::badge(Tone::Soon, "无定位，须抽查"),
                };
                rows.push(Row::new("定位", position).note(visit.no_position.clone()));
                rows.push(Row::new("照片", Cell::number(visit.photos.len() as i64)));
            }
            None => rows.push(Row::new("入户依据", Cell::text("主动发现走访记录"))),
        }
        for person in &visit.met {
            rows.push(Row::new("见到", Cell::person(*person)));
        }
        if full {
            rows.push(Row::new("入户情况", Cell::text(visit.found.as_str())));
        }
        page = page.heading("入户核实").facts(rows);
    }
    if alert.truth.is_some() {
        let mut rows = vec![Row::new("核实", words::truth(alert.truth))];
        if full {
            rows.push(Row::new("结论", Cell::text(alert.finding.as_str())));
        }
        if let Some(way) = alert.disposition {
            rows.push(Row::new("处置", Cell::text(way.label())));
        }
        if full && !alert.measure.is_empty() {
            rows.push(Row::new("措施", Cell::text(alert.measure.as_str())));
        }
        if full && !alert.reply.is_empty() {
            rows.push(Row::new("反馈", Cell::text(alert.reply.as_str())));
        }
        page = page.heading("认定和处置").facts(rows);
    }
    Ok(page)
}

fn clues(clues: &[Clue]) -> PageTable {
    let mut table = PageTable::new([
        ColumnHead::new("日期"),
        ColumnHead::new("来源"),
        ColumnHead::new("事项"),
        ColumnHead::number("金额"),
        ColumnHead::number("比较线"),
        ColumnHead::new("等级"),
        ColumnHead::number("数量"),
        ColumnHead::new("部门备注"),
        ColumnHead::new("比对月份"),
    ]);
    for clue in clues.iter().rev() {
        let event = clue.event.and_then(Statement::of);
        let grade = if clue.grade != 0 { Cell::code("disability-grade", clue.grade) } else { Cell::Empty };
        table = table.row([
            Cell::date(clue.on),
            Cell::text(clue.department.map_or("每月巡查", |department| department.label())),
            Cell::text(event.map_or("档案和发放记录", Statement::label)),
            clue.amount.into(),
            clue.line.into(),
            grade,
            if clue.count > 0 { Cell::number(clue.count) } else { Cell::Empty },
            Cell::text(clue.note.as_str()),
            // Department and subject stand beside it; a batch's key begins with its month.
            Cell::text(clue.batch.get(..7).and_then(Date::of_month).map_or_else(String::new, Date::chinese_month)),
        ]);
    }
    table
}

pub fn referral(request: &PageRequest) -> Result<Page> {
    let document = request.document()?;
    let body: Referral = document.body()?;
    let mut rows = vec![
        Row::new("转办部门", Cell::text(body.name.as_str())),
        Row::new("需要落实的事项", Cell::text(body.need.as_str())).note("只告知部门有关人员和需要，不附其他信息"),
        Row::new("转办日期", Cell::date(body.sent)),
        Row::new("答复期限", body.due.map_or(Cell::Empty, Cell::due)),
        Row::new("催办次数", Cell::number(i64::from(body.reminders))),
    ];
    if let Some(on) = body.replied {
        rows.push(Row::new("答复日期", Cell::date(on)));
        rows.push(Row::new("答复内容", Cell::text(body.reply.as_str())));
    }
    if let Some(delivered) = body.delivered {
        let cell = if delivered { Cell::badge(Tone::Good, "已落实") } else { Cell::badge(Tone::Bad, "未落实") };
        rows.push(Row::new("落实情况", cell));
    }
    Ok(Page::untitled().facts(rows))
}

pub fn recognition(context: &Context, request: &PageRequest) -> Result<Page> {
    let document = request.document()?;
    let household = request.about()?;
    let body: Recognition = document.body()?;
    let mut rows = vec![Row::new("申请人", Cell::person(body.applicant))];
    if let Some(on) = body.surveyed {
        rows.push(Row::new("入户日期", Cell::date(on)));
        rows.push(Row::new("调查情况", Cell::text(body.findings.as_str())));
    }
    if !body.other.is_zero() {
        rows.push(Row::new("其他刚性支出", Cell::money(body.other)).note("最近12个月，入户调查核实"));
    }
    if let Some(until) = body.until {
        rows.push(Row::new("有效期至", Cell::date(until)).note("期满重新申请"));
    }
    if !body.extension.is_empty() {
        rows.push(Row::new("延长时限的理由", Cell::text(body.extension.as_str())));
    }
    let page = Page::untitled().facts(rows);
    if matches!(document.state.as_str(), "recognised" | "refused" | "withdrawn") || !in_full(context) {
        return Ok(page);
    }
    let found = trial(household, context.today, body.other)?;
    Ok(page.heading("如果现在决定").block(found.decided.block()))
}

pub fn rest(request: &PageRequest) -> Result<Page> {
    let body: Rest = request.document()?.body()?;
    Ok(Page::untitled().facts([Row::new("待处理行数", Cell::number(body.rows.len() as i64))]))
}

pub fn survey(request: &PageRequest) -> Result<Page> {
    let body: Survey = request.document()?.body()?;
    let (filled, of) = body.completeness();
    Ok(Page::untitled().facts([
        Row::new("已巡查户数", Cell::number(body.households)),
        Row::new("发现疑点", Cell::number(body.raised)),
        Row::new("应填项", Cell::number(of)),
        Row::new("已填项", Cell::number(filled)),
    ]))
}
