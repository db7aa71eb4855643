//! A person settles a question: the line is paid, paid next month, or not paid.

use super::required;
use crate::finding::{FINDING, Finding};
use doudi_sdk::doc::effect::{PaymentMark, PaymentState};
use doudi_sdk::payments::{Line, Query};
use doudi_sdk::prelude::*;

pub fn act(action: &Action) -> Result<Effects> {
    let document = action.document()?;
    let mut body: Finding = document.body()?;
    let reason = match action.id.as_str() {
        "release" => required(&action.values, "note", "核实情况")?,
        _ => required(&action.values, "reason", "理由")?,
    };
    reason.clone_into(&mut body.settled);
    let stands = line(&body)?;
    let to = |state: &str, note: String| put(document, &body, state, note);
    match action.id.as_str() {
        "release" => release(document, &body, stands.as_ref(), reason),
        "drop" => {
            let mut effects = Effects::new();
            if let (Some(line), Some(roster)) = (stands, body.roster)
                && matches!(line.state, PaymentState::Drawn | PaymentState::Held)
                && !sealed(roster)?
            {
                let note: String = reason.chars().take(60).collect();
                effects = effects.drop_lines(PaymentMark::new(roster, [line.id], &body.code).note(note));
            }
            Ok(effects.document(to("dropped", format!("不予发放：{reason}"))))
        }
        "close" => {
            if stands.is_some_and(|line| line.state == PaymentState::Held) {
                return Err(Refusal::new("该笔仍在暂缓，请选择恢复发放或者不予发放"));
            }
            Ok(Effects::new().document(to("closed", format!("已处理：{reason}"))))
        }
        other => Err(Refusal::unknown("操作", other)),
    }
}

fn release(document: &Document, body: &Finding, line: Option<&Line>, reason: &str) -> Result<Effects> {
    let (Some(line), Some(roster)) = (line, body.roster) else {
        return Err(Refusal::new("该疑点没有对应的发放款项，请选择“已处理”"));
    };
    let released =
        |effects: Effects, words: &str| effects.document(put(document, body, "released", format!("{words}：{reason}")));
    match line.state {
        PaymentState::Held if sealed(roster)? => {
            let note = format!("名单已报送，下月补发：{reason}");
            Ok(Effects::new().document(put(document, body, "carried", note)))
        }
        PaymentState::Held if others_open(document, body)? => {
            // The line stays held for the other question.
            Ok(released(Effects::new(), "核实无误，另有疑点待核查"))
        }
        PaymentState::Held => {
            let mark = PaymentMark::new(roster, [line.id], "");
            Ok(released(Effects::new().release(mark), "恢复发放"))
        }
        PaymentState::Dropped => Err(Refusal::new("该笔已从名单中剔除或更换，请选择“已处理”")),
        _ => Ok(released(Effects::new(), "核实无误")),
    }
}

/// Another question about the same line waits.
fn others_open(document: &Document, body: &Finding) -> Result<bool> {
    let Some(line) = body.line else { return Ok(false) };
    let open = documents::find(documents::Query::of(FINDING).state("open").index("line", line.0))?;
    Ok(open.iter().any(|other| other.id != document.id))
}

/// The line as it stands now.
fn line(body: &Finding) -> Result<Option<Line>> {
    let (Some(roster), Some(line)) = (body.roster, body.line) else { return Ok(None) };
    let found = payments::lines(&Query::of_document(roster).after(Id(line.0 - 1)).limit(1))?;
    Ok(found.into_iter().find(|found| found.id == line))
}

fn sealed(roster: Id) -> Result<bool> {
    Ok(payments::totals(roster)?.sealed.is_some())
}

fn put(document: &Document, body: &Finding, state: &str, note: String) -> DocumentPut {
    let put = document.to(state).note(note.chars().take(200).collect::<String>()).index("code", &body.code).body(body);
    let put = match body.roster {
        Some(roster) => put.index("roster", roster.0),
        None => put,
    };
    match body.line {
        Some(line) => put.index("line", line.0),
        None => put,
    }
}
