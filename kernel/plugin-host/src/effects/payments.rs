//! What must be true of the effects `payment.*` before anything is applied, as far as the payload tells. Keys, totals and
//! states are storage's, inside the transaction.

use super::{Fault, bad, date, one_line, positive, printable};
use doudi_documents::Id;
use doudi_documents::effect::{
    MAX_LINES, PaymentDraw, PaymentLine, PaymentMark, PaymentOpen, PaymentOutcome, PaymentPurpose, PaymentReissue,
    PaymentSettle, PaymentStep,
};
use doudi_domain::Date;
use std::collections::BTreeSet;

/// Largest amount of one line or envelope, in fen: what a mistake of a plugin may not pass, and sums still fit.
const MOST: i64 = 1_000_000_000_000;

pub(super) fn open(open: &PaymentOpen) -> Result<(), Fault> {
    positive("办件", open.document)?;
    if open.document.is_some() != (open.collection.is_empty() && open.key.is_empty()) || open.scheme.is_empty() {
        return bad("应指明一个已有的办件，或同时新建的办件的类别和编号，以及所发放的救助");
    }
    month(&open.month).map(|_| ())
}

pub(super) fn draw(draw: &PaymentDraw) -> Result<(), Fault> {
    positive("办件", Some(draw.document))?;
    within(draw.lines.len())?;
    draw.lines
        .iter()
        .enumerate()
        .try_for_each(|(index, line)| check_line(line).map_err(|fault| fault.at(format!("第 {} 笔", index + 1))))
}

fn check_line(line: &PaymentLine) -> Result<(), Fault> {
    positive("家庭", Some(line.household))?;
    positive("人员", line.person)?;
    positive("决定", Some(line.decision))?;
    month(&line.month)?;
    let signed = match line.purpose {
        PaymentPurpose::Recovery => line.amount < 0,
        PaymentPurpose::Regular | PaymentPurpose::BackPay => line.amount > 0,
    };
    let parts = line.base.checked_add(line.supplement).is_some();
    if !signed || !parts || [line.amount, line.base, line.supplement].iter().any(|fen| fen.abs() > MOST) {
        return bad(format!("金额 {} 分无效：发放应大于零，扣回应小于零", line.amount));
    }
    let persons: BTreeSet<Id> = line.persons.iter().copied().collect();
    if persons.is_empty() || persons.len() != line.persons.len() || persons.len() > 100 {
        return bad("应列出每一名保障对象，各一次");
    }
    persons.iter().try_for_each(|person| positive("人员", Some(*person)))?;
    if i32::try_from(line.covered).is_err() {
        return bad("保障人数过大");
    }
    if let Some(code) = &line.hold {
        word(code)?;
    }
    if line.budget.len() > 32 || !line.budget.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return bad(format!("预算科目“{}”应为数字", printable(&line.budget)));
    }
    one_line("备注", &line.note, false)
}

pub(super) fn mark(mark: &PaymentMark, needs_code: bool) -> Result<(), Fault> {
    lines(mark.document, &mark.lines)?;
    if needs_code || !mark.code.is_empty() {
        word(&mark.code)?;
    }
    one_line("说明", &mark.note, false)
}

pub(super) fn totals(document: Id, amount: i64) -> Result<(), Fault> {
    positive("办件", Some(document))?;
    if amount.abs() > MOST { bad(format!("金额 {amount} 分过大")) } else { Ok(()) }
}

pub(super) fn step(step: &PaymentStep) -> Result<(), Fault> {
    totals(step.document, step.amount)?;
    word(&step.step)?;
    one_line("步骤名称", &step.label.zh, true)
}

pub(super) fn settle(settle: &PaymentSettle) -> Result<(), Fault> {
    let ids: Vec<Id> = settle.results.iter().map(|result| result.line).collect();
    lines(settle.document, &ids)?;
    for result in &settle.results {
        date("入账日期", &result.on)?;
        if (result.outcome == PaymentOutcome::Returned) != result.reason.is_some() {
            return bad(format!("明细 {}：退回须说明原因，入账不应有退回原因", result.line.0));
        }
        if result.attempt.is_some_and(|attempt| attempt == 0 || i32::try_from(attempt).is_err()) {
            return bad(format!("明细 {}：发放次数无效", result.line.0));
        }
    }
    Ok(())
}

pub(super) fn reissue(reissue: &PaymentReissue) -> Result<(), Fault> {
    lines(reissue.document, &reissue.lines)
}

/// Named lines: some, not too many, each once.
fn lines(document: Id, lines: &[Id]) -> Result<(), Fault> {
    positive("办件", Some(document))?;
    within(lines.len())?;
    let mut seen = BTreeSet::new();
    lines.iter().try_for_each(|line| {
        positive("明细", Some(*line))?;
        if seen.insert(*line) { Ok(()) } else { bad(format!("明细 {} 出现了两次", line.0)) }
    })
}

fn within(lines: usize) -> Result<(), Fault> {
    match lines {
        0 => bad("没有明细"),
        lines if lines > MAX_LINES => bad(format!("一次最多 {MAX_LINES} 笔明细，实有 {lines} 笔")),
        _ => Ok(()),
    }
}

/// First day of a month written as `2022-08`.
fn month(text: &str) -> Result<Date, Fault> {
    let fault = || Fault::Bad(format!("“{}”不是月份，应如 2022-08", printable(text)));
    if text.len() != 7 {
        return Err(fault());
    }
    format!("{text}-01").parse().map_err(|_| fault())
}

fn word(code: &str) -> Result<(), Fault> {
    if crate::manifest::is_word(code) {
        return Ok(());
    }
    bad(format!("“{}”应为小写字母、数字和连字符", printable(code)))
}
