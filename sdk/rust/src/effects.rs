//! Wishes. The kernel checks each against schema, grants, workflow and the actor's rights, and carries out all or none.

use crate::bindings::kernel::doudi::types::types;
use crate::fen::Fen;
use doudi_documents::effect::{
    AttachmentLink, DecisionRecord, DocumentPut, EffectPayload, EventPublish, FactPropose, NoticeIssue, PaymentDraw,
    PaymentLine, PaymentMark, PaymentOpen, PaymentReissue, PaymentResult, PaymentSeal, PaymentSettle, PaymentStep,
};
use doudi_documents::{Id, Text};

/// What a call wishes to happen, in order.
///
/// ```
/// use doudi_sdk::prelude::*;
/// let effects = Effects::new()
///     .document(DocumentPut::create("application", "低保申请").household(Id(3)).state("draft"))
///     .event(EventPublish::new("hello.drafted").household(Id(3)));
/// assert_eq!(effects.len(), 2);
/// ```
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Effects(Vec<EffectPayload>);

impl Effects {
    /// No wish: a good answer to an event that concerns somebody else.
    pub fn new() -> Effects {
        Effects::default()
    }

    /// Creates a document or moves one on.
    pub fn document(self, document: DocumentPut) -> Effects {
        self.with(EffectPayload::DocumentPut(document))
    }

    /// Records an immutable decision.
    pub fn decision(self, decision: DecisionRecord) -> Effects {
        self.with(EffectPayload::DecisionRecord(decision))
    }

    /// Proposes a fact about a person or household.
    pub fn fact(self, fact: FactPropose) -> Effects {
        self.with(EffectPayload::FactPropose(fact))
    }

    /// Tells other measures.
    pub fn event(self, event: EventPublish) -> Effects {
        self.with(EffectPayload::EventPublish(event))
    }

    /// Issues a letter or a posting.
    pub fn notice(self, notice: NoticeIssue) -> Effects {
        self.with(EffectPayload::NoticeIssue(notice))
    }

    /// Ties uploaded files to a document. Without files it does nothing.
    pub fn attach(self, link: AttachmentLink) -> Effects {
        if link.attachments.is_empty() { self } else { self.with(EffectPayload::AttachmentLink(link)) }
    }

    /// Opens an envelope for payments on a roster document.
    pub fn open(self, open: PaymentOpen) -> Effects {
        self.with(EffectPayload::PaymentOpen(open))
    }

    /// Draws payment lines, at most 4,096. Without lines it does nothing.
    pub fn draw(self, document: Id, scheme: &str, lines: Vec<PaymentLine>) -> Effects {
        if lines.is_empty() {
            return self;
        }
        self.with(EffectPayload::PaymentDraw(PaymentDraw { document, scheme: scheme.to_owned(), lines }))
    }

    /// Holds drawn lines back. Without lines it does nothing, as its neighbours.
    pub fn hold(self, mark: PaymentMark) -> Effects {
        if mark.lines.is_empty() { self } else { self.with(EffectPayload::PaymentHold(mark)) }
    }

    /// Lets held lines go.
    pub fn release(self, mark: PaymentMark) -> Effects {
        if mark.lines.is_empty() { self } else { self.with(EffectPayload::PaymentRelease(mark)) }
    }

    /// Drops drawn or held lines; their persons may be drawn again.
    pub fn drop_lines(self, mark: PaymentMark) -> Effects {
        if mark.lines.is_empty() { self } else { self.with(EffectPayload::PaymentDrop(mark)) }
    }

    /// Seals an envelope under these totals.
    pub fn seal(self, document: Id, lines: u32, amount: Fen) -> Effects {
        self.with(EffectPayload::PaymentSeal(PaymentSeal { document, lines, amount: amount.0 }))
    }

    /// A later step took the sealed envelope over, with these totals.
    pub fn step(self, document: Id, step: &str, label: impl Into<Text>, lines: u32, amount: Fen) -> Effects {
        let (step, label) = (step.to_owned(), label.into());
        self.with(EffectPayload::PaymentStep(PaymentStep { document, step, label, lines, amount: amount.0 }))
    }

    /// What the bank reports, at most 4,096 results. Without results it does nothing.
    pub fn settle(self, document: Id, results: Vec<PaymentResult>) -> Effects {
        if results.is_empty() {
            return self;
        }
        self.with(EffectPayload::PaymentSettle(PaymentSettle { document, results }))
    }

    /// Sends returned lines to the bank once more. Without lines it does nothing.
    pub fn reissue(self, document: Id, lines: Vec<Id>) -> Effects {
        if lines.is_empty() {
            return self;
        }
        self.with(EffectPayload::PaymentReissue(PaymentReissue { document, lines }))
    }

    /// Any effect.
    pub fn with(mut self, effect: EffectPayload) -> Effects {
        self.0.push(effect);
        self
    }

    /// All effects of another list after these.
    pub fn and(mut self, others: Effects) -> Effects {
        self.0.extend(others.0);
        self
    }

    /// How many wishes there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing is wished.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The wishes, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, EffectPayload> {
        self.0.iter()
    }

    /// The documents put, for tests.
    pub fn documents(&self) -> impl Iterator<Item = &DocumentPut> {
        self.0.iter().filter_map(|effect| match effect {
            EffectPayload::DocumentPut(document) => Some(document),
            _ => None,
        })
    }

    /// The decisions recorded, for tests.
    pub fn decisions(&self) -> impl Iterator<Item = &DecisionRecord> {
        self.0.iter().filter_map(|effect| match effect {
            EffectPayload::DecisionRecord(decision) => Some(decision),
            _ => None,
        })
    }

    /// The letters and postings issued, for tests.
    pub fn notices(&self) -> impl Iterator<Item = &NoticeIssue> {
        self.0.iter().filter_map(|effect| match effect {
            EffectPayload::NoticeIssue(notice) => Some(notice),
            _ => None,
        })
    }

    /// The lines drawn, for tests.
    pub fn payments(&self) -> impl Iterator<Item = &PaymentLine> {
        self.0.iter().flat_map(|effect| match effect {
            EffectPayload::PaymentDraw(draw) => draw.lines.as_slice(),
            _ => &[],
        })
    }

    /// The events published, for tests.
    pub fn events(&self) -> impl Iterator<Item = &EventPublish> {
        self.0.iter().filter_map(|effect| match effect {
            EffectPayload::EventPublish(event) => Some(event),
            _ => None,
        })
    }
}

impl IntoIterator for Effects {
    type Item = EffectPayload;
    type IntoIter = std::vec::IntoIter<EffectPayload>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl FromIterator<EffectPayload> for Effects {
    fn from_iter<I: IntoIterator<Item = EffectPayload>>(effects: I) -> Effects {
        Effects(effects.into_iter().collect())
    }
}

impl Extend<EffectPayload> for Effects {
    fn extend<I: IntoIterator<Item = EffectPayload>>(&mut self, effects: I) {
        self.0.extend(effects);
    }
}

/// What an effect touches, for the reader of the log: `document/17`, `household/3`.
fn target(effect: &EffectPayload) -> String {
    let subject = |document: Option<Id>, household: Option<Id>, person: Option<Id>| match (document, person, household)
    {
        (Some(Id(id)), _, _) => format!("document/{id}"),
        (_, Some(Id(id)), _) => format!("person/{id}"),
        (_, _, Some(Id(id))) => format!("household/{id}"),
        _ => String::new(),
    };
    match effect {
        EffectPayload::DocumentPut(put) => match put.id {
            Some(Id(id)) => format!("document/{id}"),
            None => format!("{}/new", put.collection),
        },
        EffectPayload::DecisionRecord(decision) => subject(None, Some(decision.household), decision.person),
        EffectPayload::FactPropose(fact) => subject(None, fact.household, fact.person),
        EffectPayload::EventPublish(event) => subject(event.document, event.household, event.person),
        EffectPayload::NoticeIssue(notice) => subject(notice.document, Some(notice.household), notice.person),
        EffectPayload::AttachmentLink(link) => subject(Some(link.document), None, None),
        EffectPayload::PaymentOpen(open) => match open.document {
            Some(Id(id)) => format!("document/{id}"),
            None => format!("{}/new", open.collection),
        },
        EffectPayload::PaymentDraw(PaymentDraw { document, .. })
        | EffectPayload::PaymentHold(PaymentMark { document, .. })
        | EffectPayload::PaymentRelease(PaymentMark { document, .. })
        | EffectPayload::PaymentDrop(PaymentMark { document, .. })
        | EffectPayload::PaymentSeal(PaymentSeal { document, .. })
        | EffectPayload::PaymentStep(PaymentStep { document, .. })
        | EffectPayload::PaymentSettle(PaymentSettle { document, .. })
        | EffectPayload::PaymentReissue(PaymentReissue { document, .. }) => subject(Some(*document), None, None),
    }
}

impl From<Effects> for Vec<types::Effect> {
    fn from(effects: Effects) -> Vec<types::Effect> {
        effects
            .into_iter()
            .map(|effect| types::Effect {
                kind: effect.kind().to_owned(),
                target: target(&effect),
                payload: effect.payload(),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use doudi_documents::effect::{PaymentFlag, PaymentPurpose, ReturnReason};

    #[test]
    fn every_kind_survives_the_round_trip() {
        let effects = Effects::new()
            .document(DocumentPut::create("application", "申请").household(Id(3)).state("draft"))
            .decision(
                DecisionRecord::new("dibao", Id(3), "grant")
                    .amount(63_000)
                    .covered(3)
                    .from("2022-08-01")
                    .as_of("2022-07-20"),
            )
            .fact(FactPropose::of_person(Id(4), "income.wage").value(180_000).from("2022-07-01"))
            .event(EventPublish::new("dibao.confirmed").document(Id(9)))
            .notice(NoticeIssue::letter(Id(3), "告知书").paragraph("您好。"))
            .attach(AttachmentLink::new(Id(9), "公示照片", [Id(5)]))
            .attach(AttachmentLink::new(Id(9), "没有文件", []))
            .open(PaymentOpen::of_new("roster", "2022-08", "dibao", "2022-08"))
            .draw(
                Id(9),
                "dibao",
                vec![
                    PaymentLine::new(PaymentPurpose::BackPay, Id(3), "2022-07", Id(11), 4_800)
                        .covering([Id(4), Id(5)])
                        .parts(4_000, 800)
                        .flag(PaymentFlag::New)
                        .budget("2081902")
                        .hold("shared-account")
                        .note("七月提标"),
                ],
            )
            .draw(Id(9), "dibao", vec![])
            .hold(PaymentMark::new(Id(9), [Id(20)], "no-account").note("待补账号"))
            .release(PaymentMark::new(Id(9), [Id(20)], ""))
            .drop_lines(PaymentMark::new(Id(9), [Id(20)], "died"))
            .seal(Id(9), 1, Fen(4_800))
            .step(Id(9), "sent", "报送财政", 1, Fen(4_800))
            .settle(
                Id(9),
                vec![
                    PaymentResult::credited(Id(21), "2022-08-12"),
                    PaymentResult::returned(Id(22), ReturnReason::NameMismatch, "2022-08-12").attempt(1),
                ],
            )
            .reissue(Id(9), vec![Id(22)]);
        let mut targets =
            vec!["application/new", "household/3", "person/4", "document/9", "household/3", "document/9", "roster/new"];
        targets.extend(["document/9"; 8]);
        let wire: Vec<types::Effect> = effects.clone().into();
        assert_eq!(wire.iter().map(|effect| effect.target.as_str()).collect::<Vec<_>>(), targets);
        for (effect, expected) in wire.iter().zip(effects) {
            assert_eq!(EffectPayload::parse(&effect.kind, &effect.payload).unwrap().unwrap(), expected);
        }
    }
}
