//! The payments of a made-up county: lines, keys and control totals as the kernel keeps them, with its refusals. What the
//! kernel finds in accounts and names is told by the test.

use crate::bindings::kernel::doudi::kernel::payments as wit;
use crate::block::{Block, Table};
use crate::date::Date;
use crate::fen::Fen;
use crate::payments::Line;
use crate::refusal::{Refusal, Result};
use doudi_documents::Id;
use doudi_documents::effect::{
    EffectPayload, PaymentDraw, PaymentLine, PaymentMark, PaymentOpen, PaymentOutcome, PaymentPurpose, PaymentReissue,
    PaymentResult, PaymentSeal, PaymentSettle, PaymentState, PaymentStep, ReturnReason,
};
use std::collections::{BTreeMap, BTreeSet};

/// What became of one attempt, why, and when.
type Settled = (PaymentState, Option<ReturnReason>, Option<Date>);

#[derive(Clone, Debug, Default)]
pub struct Payments {
    envelopes: BTreeMap<Id, Envelope>,
    lines: Vec<Line>,
    /// The persons of each line, in order of id.
    covered: Vec<Vec<Id>>,
    /// Scheme, month, person, cause → line.
    keys: BTreeMap<(String, i32, Id, String), Id>,
    /// Results of earlier attempts.
    history: BTreeMap<(Id, u32), Settled>,
    told: Vec<Told>,
}

#[derive(Clone, Debug)]
struct Envelope {
    scheme: String,
    month: Date,
    sealed: Option<(Date, u32, i64)>,
    steps: Vec<(PaymentStep, Date)>,
}

#[derive(Clone, Debug)]
struct Told {
    household: Id,
    code: String,
    other: Option<String>,
    other_household: Option<Id>,
}

fn refuse<T>(message: impl Into<String>) -> Result<T> {
    Err(Refusal::new(message))
}

fn month(text: &str) -> Result<Date> {
    format!("{text}-01").parse().map_err(|_| Refusal::invalid(format!("“{text}”不是月份，应如 2022-08")))
}

fn cause(line: &PaymentLine) -> String {
    match line.purpose {
        PaymentPurpose::Regular => "regular".to_owned(),
        PaymentPurpose::BackPay | PaymentPurpose::Recovery => format!("difference/{}", line.decision.0),
    }
}

impl Payments {
    pub fn tell(&mut self, household: Id, code: &str, other: Option<&str>, other_household: Option<Id>) {
        let other = other.map(str::to_owned);
        self.told.push(Told { household, code: code.to_owned(), other, other_household });
    }

    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    pub fn open(&mut self, document: Id, open: &PaymentOpen) -> Result<()> {
        if self.envelopes.contains_key(&document) {
            return refuse("该花名册已建立发放清单，不能重复建立");
        }
        let envelope =
            Envelope { scheme: open.scheme.clone(), month: month(&open.month)?, sealed: None, steps: Vec::new() };
        self.envelopes.insert(document, envelope);
        Ok(())
    }

    /// Every payment effect but `payment.open`, which the world resolves; other effects change nothing here.
    pub fn apply(&mut self, effect: &EffectPayload, today: Date, division: i64) -> Result<()> {
        match effect {
            EffectPayload::PaymentDraw(draw) => self.draw(draw, division),
            EffectPayload::PaymentHold(mark) => self.mark(mark, &[PaymentState::Drawn], PaymentState::Held),
            EffectPayload::PaymentRelease(mark) => self.mark(mark, &[PaymentState::Held], PaymentState::Drawn),
            EffectPayload::PaymentDrop(mark) => {
                self.mark(mark, &[PaymentState::Drawn, PaymentState::Held], PaymentState::Dropped)
            }
            EffectPayload::PaymentSeal(seal) => self.seal(seal, today),
            EffectPayload::PaymentStep(step) => self.step(step, today),
            EffectPayload::PaymentSettle(settle) => self.settle(settle),
            EffectPayload::PaymentReissue(reissue) => self.reissue(reissue),
            _ => Ok(()),
        }
    }

    fn envelope(&self, document: Id) -> Result<&Envelope> {
        self.envelopes.get(&document).ok_or_else(|| Refusal::not_found(format!("办件 {} 没有发放清单", document.0)))
    }

    fn unsealed(&self, document: Id) -> Result<&Envelope> {
        let envelope = self.envelope(document)?;
        if envelope.sealed.is_some() {
            return refuse("发放清单已封存，不能再改动。差错请在下月补发或扣回");
        }
        Ok(envelope)
    }

    fn draw(&mut self, draw: &PaymentDraw, division: i64) -> Result<()> {
        let roster = self.unsealed(draw.document)?.clone();
        if draw.scheme != roster.scheme {
            return refuse(format!("发放清单属于“{}”，不能列入“{}”的明细", roster.scheme, draw.scheme));
        }
        for line in &draw.lines {
            let month = month(&line.month)?;
            let regular = line.purpose == PaymentPurpose::Regular;
            let signed = if line.purpose == PaymentPurpose::Recovery { line.amount < 0 } else { line.amount > 0 };
            if !signed {
                return Err(Refusal::invalid("发放金额应大于零，扣回金额应小于零"));
            }
            if line.persons.is_empty() {
                return Err(Refusal::invalid("付款明细没有保障对象"));
            }
            if regular != (month == roster.month) || month > roster.month {
                return Err(Refusal::invalid("本月发放应为花名册所属月份，补发和扣回应为以前月份"));
            }
            let id = Id(self.lines.len() as i64 + 1);
            for person in &line.persons {
                let key = (draw.scheme.clone(), month.days(), *person, cause(line));
                if let Some(other) = self.keys.insert(key, id) {
                    let household = self.lines.get(other.0 as usize - 1).map_or(line.household, |line| line.household);
                    return refuse(format!(
                        "家庭 {} 有成员已列入家庭 {} 的{}明细，不能重复发放",
                        line.household.0,
                        household.0,
                        month.chinese_month()
                    ));
                }
            }
            self.covered.push(line.persons.clone());
            self.lines.push(Line {
                id,
                document: draw.document,
                scheme: draw.scheme.clone(),
                household: line.household,
                person: line.person,
                month,
                purpose: line.purpose,
                decision: line.decision,
                amount: Fen(line.amount),
                base: Fen(line.base),
                supplement: Fen(line.supplement),
                covered: line.covered,
                flag: line.flag,
                budget: line.budget.clone(),
                state: if line.hold.is_some() { PaymentState::Held } else { PaymentState::Drawn },
                hold: line.hold.clone(),
                note: line.note.clone(),
                attempt: 0,
                settled: None,
                reason: None,
                division,
            });
        }
        Ok(())
    }

    /// The named lines of an envelope, all in one of these states.
    fn places(&self, document: Id, lines: &[Id], states: &[PaymentState]) -> Result<Vec<usize>> {
        let mut seen = BTreeSet::new();
        lines
            .iter()
            .map(|id| {
                let place = self.lines.iter().position(|line| line.id == *id && line.document == document);
                let place = place.ok_or_else(|| Refusal::not_found(format!("发放清单中没有明细 {}", id.0)))?;
                if !seen.insert(*id) || !states.contains(&self.lines[place].state) {
                    return refuse(format!("明细 {} 的状态已变，请刷新后重试", id.0));
                }
                Ok(place)
            })
            .collect()
    }

    fn mark(&mut self, mark: &PaymentMark, from: &[PaymentState], to: PaymentState) -> Result<()> {
        self.unsealed(mark.document)?;
        for place in self.places(mark.document, &mark.lines, from)? {
            let line = &mut self.lines[place];
            line.state = to;
            line.hold = (to == PaymentState::Held).then(|| mark.code.clone());
            if to == PaymentState::Dropped {
                let id = line.id;
                self.keys.retain(|_, holder| *holder != id);
            }
        }
        Ok(())
    }

    /// Count and sum of what would be paid, and of what is held.
    fn sums(&self, document: Id) -> [(u32, i64); 2] {
        let mut sums = [(0, 0); 2];
        for line in self.lines.iter().filter(|line| line.document == document) {
            let slot = match line.state {
                PaymentState::Dropped => continue,
                PaymentState::Held => 1,
                _ => 0,
            };
            sums[slot].0 += 1;
            sums[slot].1 += line.amount.0;
        }
        sums
    }

    fn seal(&mut self, seal: &PaymentSeal, today: Date) -> Result<()> {
        self.unsealed(seal.document)?;
        let [(lines, amount), _] = self.sums(seal.document);
        if (lines, amount) != (seal.lines, seal.amount) {
            return refuse(format!(
                "控制总数不符：清单现有 {lines} 笔 {} 元，提交的是 {} 笔 {} 元",
                Fen(amount),
                seal.lines,
                Fen(seal.amount)
            ));
        }
        for line in &mut self.lines {
            if line.document == seal.document && line.state == PaymentState::Drawn {
                line.state = PaymentState::Sealed;
                line.attempt = 1;
            }
        }
        if let Some(envelope) = self.envelopes.get_mut(&seal.document) {
            envelope.sealed = Some((today, lines, amount));
        }
        Ok(())
    }

    fn step(&mut self, step: &PaymentStep, today: Date) -> Result<()> {
        let envelope = self.envelope(step.document)?;
        let Some((_, lines, amount)) = envelope.sealed else { return refuse("发放清单尚未封存") };
        if (lines, amount) != (step.lines, step.amount) {
            return refuse(format!(
                "控制总数不符：封存时为 {lines} 笔 {} 元，本步骤为 {} 笔 {} 元",
                Fen(amount),
                step.lines,
                Fen(step.amount)
            ));
        }
        if !envelope.steps.iter().any(|(done, _)| done.step == step.step)
            && let Some(envelope) = self.envelopes.get_mut(&step.document)
        {
            envelope.steps.push((step.clone(), today));
        }
        Ok(())
    }

    fn settle(&mut self, settle: &PaymentSettle) -> Result<()> {
        if self.envelope(settle.document)?.sealed.is_none() {
            return refuse("发放清单尚未封存");
        }
        for result in &settle.results {
            self.settle_one(settle.document, result)?;
        }
        Ok(())
    }

    fn settle_one(&mut self, document: Id, result: &PaymentResult) -> Result<()> {
        let states = [PaymentState::Sealed, PaymentState::Credited, PaymentState::Returned];
        let place = self.places(document, &[result.line], &states)?[0];
        let outcome = match result.outcome {
            PaymentOutcome::Credited => PaymentState::Credited,
            PaymentOutcome::Returned => PaymentState::Returned,
        };
        if (result.outcome == PaymentOutcome::Returned) != result.reason.is_some() {
            return Err(Refusal::invalid("退回须说明原因，入账不应有退回原因"));
        }
        let on: Date = result.on.parse()?;
        let given = (outcome, result.reason, Some(on));
        let line = &mut self.lines[place];
        let attempt = result.attempt.unwrap_or(line.attempt);
        let known = if attempt == line.attempt {
            (line.state != PaymentState::Sealed).then_some((line.state, line.reason, line.settled))
        } else {
            self.history.get(&(line.id, attempt)).copied()
        };
        match known {
            Some(known) if known == given => Ok(()),
            Some(_) => refuse(format!("明细 {} 第 {attempt} 次发放已有不同的结果", line.id.0)),
            None if attempt != line.attempt => refuse(format!("明细 {} 没有第 {attempt} 次发放", line.id.0)),
            None => {
                (line.state, line.reason, line.settled) = given;
                Ok(())
            }
        }
    }

    fn reissue(&mut self, reissue: &PaymentReissue) -> Result<()> {
        for place in self.places(reissue.document, &reissue.lines, &[PaymentState::Returned])? {
            let line = &mut self.lines[place];
            self.history.insert((line.id, line.attempt), (line.state, line.reason, line.settled));
            line.state = PaymentState::Sealed;
            line.attempt += 1;
            (line.settled, line.reason) = (None, None);
        }
        Ok(())
    }

    pub fn find(&self, query: &wit::Query) -> Result<Block> {
        if query.households.len() > crate::payments::PAGE as usize {
            return Err(Refusal::invalid("一次最多查询 4096 户的付款明细"));
        }
        let wanted = |line: &&Line| {
            let month = line.month.days();
            line.id.0 > query.after
                && query.document.is_none_or(|document| line.document == Id(document))
                && (query.scheme.is_empty() || line.scheme == query.scheme)
                && (query.households.is_empty() || query.households.contains(&line.household.0))
                && query.person.is_none_or(|person| {
                    line.person == Some(Id(person)) || self.covered[line.id.0 as usize - 1].contains(&Id(person))
                })
                && (query.states.is_empty() || query.states.iter().any(|state| state == line.state.code()))
                && (query.purpose.is_empty() || query.purpose == line.purpose.code())
                && (query.flag.is_empty() || query.flag == line.flag.code())
                && query.months_from.is_none_or(|from| from <= month)
                && query.months_to.is_none_or(|to| month <= to)
        };
        let limit = query.limit.min(crate::payments::PAGE) as usize;
        let found: Vec<&Line> = self.lines.iter().filter(wanted).take(limit).collect();
        let lines = || found.iter();
        Ok(Block::of(
            Table::new("payment", found.len())
                .ints("id", lines().map(|line| line.id.0))
                .ints("document", lines().map(|line| line.document.0))
                .texts("scheme", lines().map(|line| &line.scheme))
                .ints("household", lines().map(|line| line.household.0))
                .optional_ints("person", lines().map(|line| line.person.map(|person| person.0)))
                .ints("month", lines().map(|line| line.month.days()))
                .texts("purpose", lines().map(|line| line.purpose.code()))
                .ints("decision", lines().map(|line| line.decision.0))
                .ints("amount", lines().map(|line| line.amount))
                .ints("base", lines().map(|line| line.base))
                .ints("supplement", lines().map(|line| line.supplement))
                .ints("covered", lines().map(|line| line.covered))
                .texts("flag", lines().map(|line| line.flag.code()))
                .texts("budget", lines().map(|line| &line.budget))
                .texts("state", lines().map(|line| line.state.code()))
                .optional_texts("hold", lines().map(|line| line.hold.as_deref()))
                .texts("note", lines().map(|line| &line.note))
                .ints("attempt", lines().map(|line| line.attempt))
                .optional_ints("settled", lines().map(|line| line.settled.map(Date::days)))
                .optional_texts("reason", lines().map(|line| line.reason.map(ReturnReason::code)))
                .ints("division", lines().map(|line| line.division)),
        ))
    }

    pub fn totals(&self, document: Id) -> Result<Block> {
        let envelope = self.envelope(document)?;
        let [(lines, amount), (held_lines, held_amount)] = self.sums(document);
        let mut sums: BTreeMap<_, (i64, i64)> = BTreeMap::new();
        for line in self.lines.iter().filter(|line| line.document == document) {
            let sum = sums.entry((line.state, line.purpose, line.flag, line.budget.clone())).or_default();
            sum.0 += 1;
            sum.1 += line.amount.0;
        }
        let head = Table::new("envelope", 1)
            .texts("scheme", [&envelope.scheme])
            .ints("month", [envelope.month.days()])
            .ints("lines", [lines])
            .ints("amount", [amount])
            .ints("held-lines", [held_lines])
            .ints("held-amount", [held_amount])
            .optional_ints("sealed", [envelope.sealed.map(|(day, ..)| day.days())])
            .optional_ints("sealed-lines", [envelope.sealed.map(|(_, lines, _)| lines)])
            .optional_ints("sealed-amount", [envelope.sealed.map(|(.., amount)| amount)]);
        let total = Table::new("total", sums.len())
            .ends(vec![sums.len() as u32])
            .texts("state", sums.keys().map(|key| key.0.code()))
            .texts("purpose", sums.keys().map(|key| key.1.code()))
            .texts("flag", sums.keys().map(|key| key.2.code()))
            .texts("budget", sums.keys().map(|key| &key.3))
            .ints("lines", sums.values().map(|sum| sum.0))
            .ints("amount", sums.values().map(|sum| sum.1));
        let steps = &envelope.steps;
        let step = Table::new("step", steps.len())
            .ends(vec![steps.len() as u32])
            .texts("step", steps.iter().map(|(step, _)| &step.step))
            .ints("lines", steps.iter().map(|(step, _)| step.lines))
            .ints("amount", steps.iter().map(|(step, _)| step.amount))
            .ints("on", steps.iter().map(|(_, on)| on.days()));
        Ok(Block::of(head).with(total).with(step))
    }

    pub fn conflicts(&self, document: Id, after: Id, limit: u32) -> Result<Block> {
        self.envelope(document)?;
        let mut found: Vec<(&Line, Told)> = Vec::new();
        let own = |line: &&Line| line.document == document && line.id > after && line.state != PaymentState::Dropped;
        for line in self.lines.iter().filter(own) {
            let told = self.told.iter().filter(|told| told.household == line.household);
            let mut of_line: Vec<(&Line, Told)> = told.map(|told| (line, told.clone())).collect();
            let persons = &self.covered[line.id.0 as usize - 1];
            let others: BTreeSet<&str> = self
                .lines
                .iter()
                .filter(|other| other.scheme != line.scheme && other.month == line.month)
                .filter(|other| other.state != PaymentState::Dropped)
                .filter(|other| self.covered[other.id.0 as usize - 1].iter().any(|person| persons.contains(person)))
                .map(|other| other.scheme.as_str())
                .collect();
            of_line.extend(others.into_iter().map(|scheme| {
                let told = Told {
                    household: line.household,
                    code: "other-scheme".to_owned(),
                    other: Some(scheme.to_owned()),
                    other_household: None,
                };
                (line, told)
            }));
            if found.len() + of_line.len() > limit as usize && !found.is_empty() {
                break;
            }
            found.extend(of_line);
        }
        Ok(Block::of(
            Table::new("conflict", found.len())
                .ints("line", found.iter().map(|(line, _)| line.id.0))
                .ints("household", found.iter().map(|(line, _)| line.household.0))
                .texts("code", found.iter().map(|(_, told)| &told.code))
                .optional_texts("other", found.iter().map(|(_, told)| told.other.as_deref()))
                .optional_ints("other-household", found.iter().map(|(_, told)| told.other_household.map(|id| id.0))),
        ))
    }
}
