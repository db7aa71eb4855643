//! The effects `payment.*` on their way into storage. Everything a payload can tell was
//! checked by the host; keys, totals and states are checked by storage inside the transaction, and their refusals are the
//! user's to read.

use doudi_documents::effect::{
    PaymentDraw, PaymentFlag, PaymentLine, PaymentMark, PaymentOpen, PaymentOutcome, PaymentPurpose, PaymentResult,
    ReturnReason,
};
use doudi_documents::{EffectPayload, Id};
use doudi_domain::payment::{Control, Flag, NewPayment, Purpose, Settlement};
use doudi_domain::{Date, DecisionId, DocumentId, Error, Fen, HouseholdId, PaymentId, PersonId, Result, payment};
use doudi_storage::Write;
use doudi_storage::payment::Mark;

/// One payment effect, completely read.
pub(crate) struct Planned {
    plugin: String,
    on: Roster,
    what: What,
}

/// The roster document: there already, or created by the same list.
enum Roster {
    Existing(DocumentId),
    New { collection: String, key: String },
}

enum What {
    Open { scheme: String, month: Date },
    Draw { scheme: String, lines: Vec<NewPayment> },
    Mark { lines: Vec<PaymentId>, mark: Mark, note: String },
    Seal(Control),
    Step { step: String, label: String, given: Control },
    Settle(Vec<Settlement>),
    Reissue(Vec<PaymentId>),
}

/// Reads a payment effect; the message says what cannot be.
pub(crate) fn plan(plugin: &str, effect: &EffectPayload) -> std::result::Result<Planned, String> {
    let (on, what) = match effect {
        EffectPayload::PaymentOpen(open) => {
            (roster(open), { What::Open { scheme: open.scheme.clone(), month: month(&open.month)? } })
        }
        EffectPayload::PaymentDraw(draw) => (existing(draw.document), drawn(draw)?),
        EffectPayload::PaymentHold(mark) => marked(mark, Mark::Hold(mark.code.clone())),
        EffectPayload::PaymentRelease(mark) => marked(mark, Mark::Release),
        EffectPayload::PaymentDrop(mark) => marked(mark, Mark::Drop(mark.code.clone())),
        EffectPayload::PaymentSeal(seal) => (existing(seal.document), What::Seal(control(seal.lines, seal.amount))),
        EffectPayload::PaymentStep(step) => (existing(step.document), {
            let (word, label) = (step.step.clone(), step.label.zh.clone());
            What::Step { step: word, label, given: control(step.lines, step.amount) }
        }),
        EffectPayload::PaymentSettle(settle) => {
            let results = settle.results.iter().map(settlement).collect::<std::result::Result<_, String>>()?;
            (existing(settle.document), What::Settle(results))
        }
        EffectPayload::PaymentReissue(reissue) => (existing(reissue.document), What::Reissue(ids(&reissue.lines))),
        other => return Err(format!("“{}”不是付款的改动", other.kind())),
    };
    Ok(Planned { plugin: plugin.to_owned(), on, what })
}

fn existing(document: Id) -> Roster {
    Roster::Existing(DocumentId(document.0))
}

fn roster(open: &PaymentOpen) -> Roster {
    match open.document {
        Some(document) => existing(document),
        None => Roster::New { collection: open.collection.clone(), key: open.key.clone() },
    }
}

fn marked(mark: &PaymentMark, what: Mark) -> (Roster, What) {
    (existing(mark.document), What::Mark { lines: ids(&mark.lines), mark: what, note: mark.note.clone() })
}

fn ids(lines: &[Id]) -> Vec<PaymentId> {
    lines.iter().map(|id| PaymentId(id.0)).collect()
}

fn control(lines: u32, amount: i64) -> Control {
    Control { lines: i64::from(lines), amount: Fen(amount) }
}

fn month(text: &str) -> std::result::Result<Date, String> {
    format!("{text}-01").parse().map_err(|_| format!("“{text}”不是月份"))
}

fn drawn(draw: &PaymentDraw) -> std::result::Result<What, String> {
    let lines = draw.lines.iter().map(line).collect::<std::result::Result<_, String>>()?;
    Ok(What::Draw { scheme: draw.scheme.clone(), lines })
}

fn line(line: &PaymentLine) -> std::result::Result<NewPayment, String> {
    Ok(NewPayment {
        household: HouseholdId(line.household.0),
        person: line.person.map(|id| PersonId(id.0)),
        persons: line.persons.iter().map(|id| PersonId(id.0)).collect(),
        month: month(&line.month)?,
        purpose: match line.purpose {
            PaymentPurpose::Regular => Purpose::Regular,
            PaymentPurpose::BackPay => Purpose::BackPay,
            PaymentPurpose::Recovery => Purpose::Recovery,
        },
        decision: DecisionId(line.decision.0),
        amount: Fen(line.amount),
        base: Fen(line.base),
        supplement: Fen(line.supplement),
        covered: i32::try_from(line.covered).map_err(|_| "保障人数过大".to_owned())?,
        flag: match line.flag {
            PaymentFlag::New => Flag::New,
            PaymentFlag::Same => Flag::Same,
            PaymentFlag::Changed => Flag::Changed,
        },
        budget: line.budget.clone(),
        hold: line.hold.clone(),
        note: line.note.clone(),
    })
}

fn settlement(result: &PaymentResult) -> std::result::Result<Settlement, String> {
    let attempt = result.attempt.map(i32::try_from).transpose().map_err(|_| "发放次数过大".to_owned())?;
    let returned = match (result.outcome, result.reason) {
        (PaymentOutcome::Credited, _) => None,
        (PaymentOutcome::Returned, Some(ReturnReason::AccountWrong)) => Some(payment::ReturnReason::AccountWrong),
        (PaymentOutcome::Returned, Some(ReturnReason::NameMismatch)) => Some(payment::ReturnReason::NameMismatch),
        (PaymentOutcome::Returned, Some(ReturnReason::AccountClosed)) => Some(payment::ReturnReason::AccountClosed),
        (PaymentOutcome::Returned, Some(ReturnReason::Frozen)) => Some(payment::ReturnReason::Frozen),
        (PaymentOutcome::Returned, Some(ReturnReason::Other) | None) => Some(payment::ReturnReason::Other),
    };
    let on = result.on.parse().map_err(|_| format!("“{}”不是日期", result.on))?;
    Ok(Settlement { line: PaymentId(result.line.0), attempt, returned, on })
}

/// Carries one effect out. `named`: the documents the same list has created, by collection and key.
pub(crate) async fn carry_out(
    write: &mut Write,
    planned: Planned,
    named: &[(String, String, DocumentId)],
) -> Result<()> {
    let plugin = planned.plugin.as_str();
    let document = match planned.on {
        Roster::Existing(id) => id,
        Roster::New { collection, key } => {
            named.iter().find(|(of, called, _)| *of == collection && *called == key).map(|(.., id)| *id).ok_or_else(
                || {
                    let outside =
                        format!("插件 {plugin} 要为编号“{key}”的办件建立发放清单，但没有同时新建它。没有保存任何内容");
                    Error::failure(outside, "payment.open names no document of its own list")
                },
            )?
        }
    };
    match planned.what {
        What::Open { scheme, month } => write.payment_open(plugin, document, &scheme, month).await,
        What::Draw { scheme, lines } => write.payment_draw(plugin, document, &scheme, &lines).await.map(|_| ()),
        What::Mark { lines, mark, note } => write.payment_mark(plugin, document, &lines, &mark, &note).await,
        What::Seal(given) => write.payment_seal(plugin, document, given).await,
        What::Step { step, label, given } => write.payment_step(plugin, document, &step, &label, given).await,
        What::Settle(results) => write.payment_settle(plugin, document, &results).await.map(|_| ()),
        What::Reissue(lines) => write.payment_reissue(plugin, document, &lines).await,
    }
}
