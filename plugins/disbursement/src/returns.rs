//! The bank's return file: each row settles one line at one attempt. A row that cannot be right is told and stops no other; the same
//! file again changes nothing.

use crate::failure::{self, Failure, reason_word};
use crate::roster::Roster;
use doudi_sdk::block::Ints;
use doudi_sdk::doc::effect::{PaymentOutcome, PaymentResult, PaymentState, ReturnReason};
use doudi_sdk::payments::{Line, PAGE, Query};
use doudi_sdk::prelude::*;
use std::collections::BTreeMap;

/// The feed.
pub const FEED: &str = "bank-return";
/// Results of one effect.
const CHUNK: usize = 500;
/// Cases one file may open or close: beyond it something is wrong with the file as a whole.
const CASES: usize = 600;

/// One row of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Returned {
    pub line: Id,
    pub attempt: i64,
    pub amount: Fen,
    pub outcome: PaymentOutcome,
    pub reason: Option<ReturnReason>,
    pub on: Date,
}

/// What becomes of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Settle,
    /// Known already.
    Repeated,
    Reject(&'static str, String),
}

/// Judges a row by the line as it stands.
pub fn judge(row: &Returned, line: Option<&Line>, today: Date) -> Verdict {
    let Some(line) = line else {
        return Verdict::Reject("serial", "流水号不在本名单中，请核对是否选错了名单".to_owned());
    };
    if row.amount != line.amount {
        let message = format!("金额 {} 与名单的 {} 不一致，请与银行核对", row.amount, line.amount);
        return Verdict::Reject("amount", message);
    }
    if row.on > today {
        return Verdict::Reject("on", "日期晚于今天，请核对".to_owned());
    }
    let attempt = i64::from(line.attempt);
    if row.attempt > attempt || row.attempt < 1 {
        return Verdict::Reject("serial", format!("该笔只发放过 {attempt} 次，流水号中的次数不对"));
    }
    if row.attempt < attempt {
        // Only what came back was sent again.
        return match row.outcome {
            PaymentOutcome::Returned => Verdict::Repeated,
            PaymentOutcome::Credited => {
                Verdict::Reject("outcome", format!("第 {} 次发放已登记为退回，不能再登记为入账", row.attempt))
            }
        };
    }
    match (line.state, row.outcome) {
        (PaymentState::Sealed, _) => Verdict::Settle,
        (PaymentState::Credited, PaymentOutcome::Credited) => Verdict::Repeated,
        (PaymentState::Returned, PaymentOutcome::Returned) => Verdict::Repeated,
        (PaymentState::Credited, PaymentOutcome::Returned) => {
            Verdict::Reject("outcome", "该笔已登记为入账，不能再登记为退回".to_owned())
        }
        (PaymentState::Returned, PaymentOutcome::Credited) => {
            Verdict::Reject("outcome", "该笔已登记为退回，请重发后再登记入账".to_owned())
        }
        _ => Verdict::Reject("serial", "该笔没有报送，不应有回盘".to_owned()),
    }
}

impl Intake for crate::Disbursement {
    fn intake(context: &Context, feed: &str, rows: Block) -> Result<Taken> {
        if feed != FEED {
            return Err(Refusal::unknown("数据来源", feed));
        }
        let table = rows.table("row")?;
        if table.rows == 0 {
            return Ok(Taken::default());
        }
        let document = documents::get(Id(table.int_column("document")?.get(0).unwrap_or_default()))?;
        let columns = Columns::of(table)?;
        let mut rejected = Vec::new();
        let mut read: Vec<(u32, Returned)> = Vec::new();
        for row in 0..table.rows {
            match columns.row(row as usize) {
                Ok(one) => read.push((row, one)),
                Err(problem) => rejected.push((row, problem)),
            }
        }
        let lines = lines_of(&document, &read)?;
        let mut results: BTreeMap<Id, Returned> = BTreeMap::new();
        for (row, one) in &read {
            let verdict = match results.get(&one.line) {
                Some(first) if (first.outcome, first.reason) == (one.outcome, one.reason) => Verdict::Repeated,
                Some(_) => Verdict::Reject("serial", "同一流水号在文件中有两种结果，请与银行核对".to_owned()),
                None => judge(one, lines.get(&one.line), context.today),
            };
            match verdict {
                Verdict::Settle => drop(results.insert(one.line, *one)),
                Verdict::Repeated => {}
                Verdict::Reject(field, message) => rejected.push((*row, Problem::new(field, message))),
            }
        }
        let effects = settle(&document, &lines, &results)?;
        Ok(Taken { effects, rejected })
    }
}

/// The columns of the file, as the kernel hands them over.
struct Columns<'a> {
    serial: Ints<'a>,
    attempt: Ints<'a>,
    amount: Ints<'a>,
    outcome: Ints<'a>,
    reason: Ints<'a>,
    on: Ints<'a>,
}

impl<'a> Columns<'a> {
    fn of(table: &'a Table) -> Result<Columns<'a>> {
        let ints = |name: &str| table.int_column(name);
        Ok(Columns {
            serial: ints("serial")?,
            attempt: ints("serial-attempt")?,
            amount: ints("amount")?,
            outcome: ints("outcome")?,
            reason: ints("reason")?,
            on: ints("on")?,
        })
    }

    fn row(&self, row: usize) -> Result<Returned, Problem> {
        let required = |column: &Ints<'_>, name: &str, label: &str| {
            column.get(row).ok_or_else(|| Problem::new(name, format!("缺少{label}")))
        };
        let outcome = match required(&self.outcome, "outcome", "结果")? {
            1 => PaymentOutcome::Credited,
            _ => PaymentOutcome::Returned,
        };
        let reason = match (outcome, self.reason.get(row)) {
            (PaymentOutcome::Credited, _) => None,
            (PaymentOutcome::Returned, None) => return Err(Problem::new("reason", "退回的应写明原因")),
            (PaymentOutcome::Returned, Some(1)) => Some(ReturnReason::AccountWrong),
            (PaymentOutcome::Returned, Some(2)) => Some(ReturnReason::NameMismatch),
            (PaymentOutcome::Returned, Some(3)) => Some(ReturnReason::AccountClosed),
            (PaymentOutcome::Returned, Some(4)) => Some(ReturnReason::Frozen),
            (PaymentOutcome::Returned, Some(_)) => Some(ReturnReason::Other),
        };
        Ok(Returned {
            line: Id(required(&self.serial, "serial", "流水号")?),
            attempt: self.attempt.get(row).unwrap_or(1),
            amount: Fen(required(&self.amount, "amount", "金额")?),
            outcome,
            reason,
            on: Date::from_days(i32::try_from(required(&self.on, "on", "日期")?).unwrap_or_default()),
        })
    }
}

/// The lines the rows name. They are read in order of id, from the first to the last of the file.
fn lines_of(document: &Document, rows: &[(u32, Returned)]) -> Result<BTreeMap<Id, Line>> {
    let mut found = BTreeMap::new();
    let ids = || rows.iter().map(|(_, row)| row.line);
    let (Some(first), Some(last)) = (ids().min(), ids().max()) else { return Ok(found) };
    let mut after = Id(first.0.saturating_sub(1));
    loop {
        let page = payments::lines(&Query::of_document(document.id).after(after).limit(PAGE))?;
        let full = page.len() == PAGE as usize;
        let end = page.last().map(|line| line.id);
        found.extend(page.into_iter().map(|line| (line.id, line)));
        match end {
            Some(end) if full && end < last => after = end,
            _ => return Ok(found),
        }
    }
}

fn settle(document: &Document, lines: &BTreeMap<Id, Line>, results: &BTreeMap<Id, Returned>) -> Result<Effects> {
    if results.is_empty() {
        return Ok(Effects::new());
    }
    let mut body: Roster = document.body()?;
    let mut payment = Vec::with_capacity(results.len());
    let mut cases = Effects::new();
    for (id, row) in results {
        let line = &lines[id];
        let first = row.attempt == 1;
        payment.push(match row.reason {
            None => PaymentResult::credited(*id, row.on).attempt(line.attempt),
            Some(reason) => PaymentResult::returned(*id, reason, row.on).attempt(line.attempt),
        });
        match row.outcome {
            PaymentOutcome::Credited => {
                body.first_credited += i64::from(first);
                if !first && let Some(case) = failure::of_line(*id)? {
                    let mut failed: Failure = case.body()?;
                    failed.cleared = Some(row.on);
                    cases = cases.document(failed.to(&case, "cleared", format!("{}重发入账", row.on.chinese())));
                }
            }
            PaymentOutcome::Returned => {
                body.first_returned += i64::from(first);
                cases = cases.document(failed(document, line, row)?);
            }
        }
    }
    if cases.len() > CASES {
        let message = format!("文件中有 {} 笔失败或重发，一次最多处理 {CASES} 笔，请分成几个文件", cases.len());
        return Err(Refusal::new(message));
    }
    let waiting = payments::totals(document.id)?.sum(&[PaymentState::Sealed]).0 as usize;
    if waiting == results.len() {
        body.credited_on = results.values().map(|row| row.on).max();
    }
    let credited = results.values().filter(|row| row.outcome == PaymentOutcome::Credited).count();
    let note = format!("回盘：入账 {credited} 笔，退回 {} 笔", results.len() - credited);
    let mut effects = Effects::new();
    for chunk in payment.chunks(CHUNK) {
        effects = effects.settle(document.id, chunk.to_vec());
    }
    Ok(effects.and(cases).document(body.to(document, &document.state, note)))
}

/// The case of a line that came back, or came back again.
fn failed(document: &Document, line: &Line, row: &Returned) -> Result<DocumentPut> {
    let reason = row.reason.map_or("", ReturnReason::code);
    if let Some(case) = failure::of_line(line.id)? {
        let mut failed: Failure = case.body()?;
        failed.times += 1;
        reason.clone_into(&mut failed.reason);
        let note = format!("第 {} 次退回：{}", failed.times, reason_word(reason));
        return Ok(failed.to(&case, "open", note));
    }
    let failed = Failure {
        roster: Some(document.id),
        line: Some(line.id),
        month: Some(line.month),
        amount: line.amount,
        reason: reason.to_owned(),
        first_returned: Some(row.on),
        times: 1,
        ..Failure::default()
    };
    Ok(failed.open(line.household, line.person))
}
