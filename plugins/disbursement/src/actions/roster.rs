//! The steps of a roster: made, reviewed and sent by three people, passed and paid by finance under the totals that were sealed,
//! answered by the bank, reconciled, archived.

use super::{money, past_date, required};
use crate::drawing::Cursor;
use crate::events::go_on;
use crate::failure::{FAILURE, Failure};
use crate::finding::FINDING;
use crate::roster::Roster;
use crate::rules::reconcile::Totals;
use doudi_sdk::payments::Envelope;
use doudi_sdk::prelude::*;

/// Failures one press re-issues at most; pressed again, it takes the next.
const REISSUED: u32 = 200;

pub fn act(context: &Context, action: &Action) -> Result<Effects> {
    let document = action.document()?;
    let mut body: Roster = document.body()?;
    let values = &action.values;
    let envelope = payments::totals(document.id)?;
    match action.id.as_str() {
        "redraw" => {
            body.version += 1;
            let cursor = Cursor::begin(body.month, Some(&body.scheme));
            let put = body.to(document, "drawing", format!("第 {} 次生成名单", body.version));
            Ok(Effects::new().document(put).event(go_on(&cursor)))
        }
        "submit" => submit(document, &body, &envelope),
        "return" => {
            let reason = required(values, "reason", "退回理由")?;
            body.reviewed = None;
            Ok(Effects::new().document(body.to(document, "checking", format!("退回：{reason}"))))
        }
        "approve" => {
            let totals = current(&envelope);
            body.reviewed = Some(totals);
            Ok(Effects::new().document(body.to(document, "sending", format!("复核通过：{totals}"))))
        }
        "send" => send(context, document, body, &envelope),
        "query" | "reply" => {
            let remark = required(values, "remark", "内容")?;
            let word = if action.id == "query" { "疑问" } else { "答复" };
            Ok(Effects::new().document(body.to(document, "auditing", format!("{word}：{remark}"))))
        }
        "pass" => {
            let sealed = sealed(&envelope)?;
            let lines = values.number("lines").unwrap_or(-1);
            let given = Totals::new(lines, money(values, "amount", "总额")?);
            agree(given, sealed, "amount")?;
            body.passed = Some(context.today);
            let put = body.to(document, "allocating", format!("财政审核通过：{sealed}"));
            let step = Effects::new().step(document.id, "passed", "财政审核", count(sealed.lines), sealed.amount);
            Ok(step.document(put))
        }
        "allocate" => {
            let sealed = sealed(&envelope)?;
            let given = Totals::new(sealed.lines, money(values, "amount", "拨付金额")?);
            agree(given, sealed, "amount")?;
            let on = past_date(context, values, "on", "拨付日期")?;
            body.allocated = Some(given);
            body.allocated_on = Some(on);
            required(values, "voucher", "支付凭证号")?.clone_into(&mut body.voucher);
            let put = body.to(document, "crediting", format!("拨付 {} 元，凭证号 {}", given.amount, body.voucher));
            let step = Effects::new().step(document.id, "allocated", "拨付", count(given.lines), given.amount);
            Ok(step.document(put))
        }
        "reissue" => reissue(document, &body),
        "reconcile" => reconcile(document, &body, &envelope),
        "post" => {
            required(values, "place", "公示地点")?.clone_into(&mut body.place);
            let put = document.to("posting").note(format!("公示地点：{}", body.place)).body(&body);
            Ok(Effects::new().document(put))
        }
        "archive" => archive(context, document, &body),
        other => Err(Refusal::unknown("操作", other)),
    }
}

/// Number and sum of what would be paid.
fn current(envelope: &Envelope) -> Totals {
    Totals::new(i64::from(envelope.lines), envelope.amount)
}

fn count(lines: i64) -> u32 {
    u32::try_from(lines).unwrap_or(u32::MAX)
}

fn sealed(envelope: &Envelope) -> Result<Totals> {
    let sealed = envelope.sealed.ok_or_else(|| Refusal::new("名单尚未锁定，请先报送"))?;
    Ok(Totals::new(i64::from(sealed.lines), sealed.amount))
}

/// A later party's totals must be the sealed ones, to the fen.
fn agree(given: Totals, sealed: Totals, field: &str) -> Result<()> {
    if given == sealed {
        return Ok(());
    }
    let message = format!("填写的是 {given}，名单锁定的是 {sealed}，请核对后重新填写；名单有误的请提出疑问");
    Err(Refusal::new("与名单的控制总额不一致").problem(field, message))
}

fn submit(document: &Document, body: &Roster, envelope: &Envelope) -> Result<Effects> {
    if envelope.lines == 0 && envelope.held_lines == 0 {
        return Err(Refusal::new("名单中没有应发放的家庭，不能提交复核"));
    }
    let mut note = format!("提交复核：{}", current(envelope));
    if envelope.held_lines > 0 {
        let held = Totals::new(i64::from(envelope.held_lines), envelope.held_amount);
        note.push_str(&format!("；暂缓 {held}，本月不发放"));
    }
    Ok(Effects::new().document(body.to(document, "reviewing", note)))
}

/// Seals what was reviewed and nothing else.
fn send(context: &Context, document: &Document, mut body: Roster, envelope: &Envelope) -> Result<Effects> {
    let now = current(envelope);
    match body.reviewed {
        Some(reviewed) if reviewed == now => {}
        Some(reviewed) => {
            return Err(Refusal::new(format!("复核时是 {reviewed}，现在是 {now}，名单在复核后有变动，请退回重新复核")));
        }
        None => return Err(Refusal::new("名单没有经过复核，不能报送")),
    }
    body.sealed = Some(now);
    body.sent = Some(context.today);
    let put = body.to(document, "auditing", format!("报送财政：{now}，名单锁定"));
    let sealed = Effects::new().seal(document.id, count(now.lines), now.amount);
    Ok(sealed.step(document.id, "sent", "报送财政", count(now.lines), now.amount).document(put))
}

/// The failed lines whose account was corrected go to the bank again.
fn reissue(document: &Document, body: &Roster) -> Result<Effects> {
    let query = documents::Query::of(FAILURE).state("mended").index("roster", document.id.0).limit(REISSUED);
    let found = documents::find(query)?;
    if found.is_empty() {
        return Err(Refusal::new("没有已更正账户的失败款项。请镇街先在“发放失败”办件中更正账户"));
    }
    let mut effects = Effects::new();
    let mut lines = Vec::new();
    for failed in &found {
        let failure: Failure = failed.body()?;
        let Some(line) = failure.line else { continue };
        lines.push(line);
        effects = effects.document(failure.to(failed, "reissued", "已重发，等待银行回盘"));
    }
    let put = body.to(document, "crediting", format!("重发 {} 笔", lines.len()));
    Ok(Effects::new().reissue(document.id, lines).and(effects).document(put))
}

/// 三方对账: roster = allocated = credited + returned, to the fen.
fn reconcile(document: &Document, body: &Roster, envelope: &Envelope) -> Result<Effects> {
    let books = body.books(envelope);
    let mut problems = Problems::new();
    for sentence in books.disagreements() {
        problems.add("", sentence);
    }
    problems.refuse("三方账目不平，不能对账")?;
    let note = format!(
        "名单 {}，拨付 {}，入账 {}，退回 {}，账目相符",
        books.roster,
        books.allocated.unwrap_or_default(),
        books.credited,
        books.returned
    );
    Ok(Effects::new().document(body.to(document, "reconciled", note)))
}

/// Nothing may be left open: each failed line is credited or back in the treasury, each finding settled.
fn archive(context: &Context, document: &Document, body: &Roster) -> Result<Effects> {
    let open = |collection: &str, states: &[&str]| {
        documents::first(documents::Query::of(collection).states(states).index("roster", document.id.0))
    };
    let mut problems = Problems::new();
    problems.require(
        open(FAILURE, &["open", "mended", "reissued"])?.is_none(),
        "",
        "还有发放失败的款项没有办结，请更正账户后重发，或者退回财政",
    );
    problems.require(open(FINDING, &["open"])?.is_none(), "", "还有疑点没有处理，请先核查");
    if document.state == "posting" {
        let over = document.due.is_none_or(|due| context.today >= due);
        problems.require(over, "", "公示期未满，期满后才能归档");
    }
    problems.refuse("还不能归档")?;
    let put = document.to("archived").note(format!("{}归档", body.title())).body(body);
    Ok(Effects::new().document(put))
}
