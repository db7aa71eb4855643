//! One household's result in words: from `assess` to a decision, a trial calculation or a page. The same rule answers the
//! form, the county and the confirmation, because all three go through [`assess`].

use crate::bindings::kernel::doudi::types::types::Block;
use crate::codes::{OutcomeEntry, Plugin, ReasonEntry};
use crate::context::Context;
use crate::date::Date;
use crate::fen::Fen;
use crate::outcomes::Outcomes;
use crate::points::Assess;
use crate::points::assess::run;
use crate::records;
use crate::refusal::{Refusal, Result};
use crate::template;
use doudi_documents::effect::{DecisionRecord, GivenReason};
use doudi_documents::page::{self, ReasonLine, Tone};
use doudi_documents::{Id, Text};

/// One household's outcome, with codes instead of positions.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decided {
    /// The manifest's entry of the outcome.
    pub outcome: &'static OutcomeEntry,
    /// Per month.
    pub amount: Fen,
    /// Members the outcome covers.
    pub covered: u32,
    /// Codes and values, in the manifest's order.
    pub figures: Vec<(&'static str, i64)>,
    /// In the order they were given.
    pub reasons: Vec<Given>,
}

/// One reason given.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Given {
    /// The manifest's entry.
    pub reason: &'static ReasonEntry,
    /// The numbers of its sentence.
    pub args: Vec<i64>,
    /// The facts it used.
    pub facts: Vec<Id>,
}

/// Applies the plugin's own `assess` to one household as of `context.today`.
///
/// # Errors
/// As [`records::households`] and the plugin's `assess`.
pub fn assess<P: Assess>(context: &Context, household: Id) -> Result<Decided> {
    assess_on::<P>(context, household, context.today)
}

/// As [`assess`], on another day: what was due last July, by July's household and July's parameters.
///
/// # Errors
/// As [`assess`].
pub fn assess_on<P: Assess>(context: &Context, household: Id, day: Date) -> Result<Decided> {
    let block = records::households(&[household], day)?;
    let context = Context { today: day, ..context.clone() };
    assess_block::<P>(&context, &block)?
        .pop()
        .ok_or_else(|| Refusal::not_found(format!("没有家庭 {}，或不在您的辖区", household.0)))
}

/// Applies the plugin's own `assess` to every household of a block.
///
/// # Errors
/// As the plugin's `assess`.
pub fn assess_block<P: Assess>(context: &Context, block: &Block) -> Result<Vec<Decided>> {
    let out = run::<P>(context, block)?;
    (0..out.len()).map(|row| Decided::of::<P>(&out, row)).collect()
}

impl Decided {
    /// One row of an answer.
    ///
    /// # Errors
    /// `internal` when the row, its outcome or a reason does not exist, or a reason has the wrong number of arguments.
    pub fn of<P: Plugin>(out: &Outcomes, row: usize) -> Result<Decided> {
        let bad = |what: &str| Refusal::internal(format!("插件 {} 给出的结果第 {} 行{what}", P::ID, row + 1));
        let view = out.get(row).ok_or_else(|| bad("不存在"))?;
        let outcome = P::OUTCOMES.get(view.outcome.0 as usize).ok_or_else(|| bad("的结论不在清单中"))?;
        let reasons = out
            .reasons(row)
            .map(|(reason, args, facts)| {
                let reason = P::REASONS.get(reason as usize).ok_or_else(|| bad("的理由不在清单中"))?;
                if args.len() != reason.args as usize {
                    return Err(bad("的理由的数值个数有误"));
                }
                Ok(Given { reason, args: args.to_vec(), facts: facts.to_vec() })
            })
            .collect::<Result<Vec<_>>>()?;
        Ok(Decided {
            outcome,
            amount: view.amount,
            covered: view.covered,
            figures: P::FIGURES.iter().copied().zip(view.figures.iter().copied()).collect(),
            reasons,
        })
    }

    /// `grant`, as the manifest says of the outcome.
    pub fn grants(&self) -> bool {
        self.outcome.effect == "grant"
    }

    /// Whether a reason was given.
    pub fn gives(&self, code: &str) -> bool {
        self.reasons.iter().any(|given| given.reason.code == code)
    }

    /// A figure by its code.
    pub fn figure(&self, code: &str) -> Option<i64> {
        self.figures.iter().find(|(figure, _)| *figure == code).map(|(_, value)| *value)
    }

    /// The decision to record: in effect `from` a day without an end, by the rules of `as_of`.
    pub fn record(&self, scheme: &str, household: Id, from: Date, as_of: Date) -> DecisionRecord {
        DecisionRecord {
            scheme: scheme.to_owned(),
            household,
            person: None,
            document: None,
            outcome: self.outcome.code.to_owned(),
            amount: self.amount.0,
            covered_persons: self.covered,
            from: from.to_string(),
            to: None,
            as_of: as_of.to_string(),
            reasons: self.reasons.iter().map(Given::record).collect(),
            figures: self.figures.iter().map(|(code, value)| ((*code).to_owned(), *value)).collect(),
            supersedes: None,
        }
    }

    /// The why tree of a page.
    pub fn block(&self) -> page::Block {
        let tone = match self.outcome.effect {
            "grant" => Tone::Good,
            "change" => Tone::Progress,
            _ => Tone::Bad,
        };
        let pays = self.outcome.effect == "grant" || self.outcome.effect == "change";
        page::Block::Reasons {
            outcome: Text::new(self.outcome.zh, self.outcome.en),
            tone,
            amount: pays.then_some(self.amount.0),
            reasons: self.reasons.iter().map(Given::line).collect(),
        }
    }

    /// The sentences of the reasons that speak against it, for a letter.
    pub fn against(&self) -> impl Iterator<Item = Text> {
        self.reasons.iter().filter(|given| given.reason.verdict == "not-met").map(Given::text)
    }
}

impl Given {
    /// The sentence with its numbers, in both languages.
    pub fn text(&self) -> Text {
        let en = if self.reason.en.is_empty() {
            String::new()
        } else {
            template::fill(self.reason.en, &self.args, template::Language::English)
        };
        Text { zh: template::fill(self.reason.zh, &self.args, template::Language::Chinese), en }
    }

    /// One step of the why tree.
    pub fn line(&self) -> ReasonLine {
        ReasonLine {
            verdict: self.reason.verdict.to_owned(),
            text: self.text(),
            article: self.reason.article.to_owned(),
            facts: self.facts.clone(),
        }
    }

    /// As a decision carries it.
    pub fn record(&self) -> GivenReason {
        GivenReason { code: self.reason.code.to_owned(), args: self.args.clone(), facts: self.facts.clone() }
    }
}
