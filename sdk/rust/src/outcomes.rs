//! What `assess` answers: one row for each household, with its reasons. Written straight into columns, so that a million
//! rows cost no allocation each.

use crate::bindings::assess::exports::doudi::measure::assess as wit;
use crate::codes::{FigureCode, OutcomeCode, ReasonCode};
use crate::fen::Fen;
use crate::refusal::{Refusal, Result};
use crate::trail::Trail;
use doudi_documents::Id;

/// The answer under construction.
///
/// ```
/// use doudi_sdk::prelude::*;
/// const GRANTED: OutcomeCode = OutcomeCode(0);
/// const INCOME: FigureCode = FigureCode(0);
/// const BELOW_STANDARD: ReasonCode<2> = ReasonCode(0);
///
/// let mut out = Outcomes::new(1);
/// out.row(GRANTED)
///     .amount(Fen::yuan(630))
///     .covered(3)
///     .figure(INCOME, 150_000)
///     .reason(BELOW_STANDARD, [50_000, 71_000], &[Id(17)]);
/// assert_eq!(out.len(), 1);
/// ```
#[derive(Clone, PartialEq, Debug)]
pub struct Outcomes {
    outcome: Vec<u32>,
    amount: Vec<i64>,
    covered: Vec<u32>,
    figures: Vec<i64>,
    /// Where the reasons of each row end in the trail.
    reason_ends: Vec<u32>,
    trail: Trail,
    /// How many figures a row has.
    width: usize,
}

/// One household's row. Dropping it ends the row.
pub struct Row<'o> {
    out: &'o mut Outcomes,
}

/// One row, read back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RowView<'o> {
    /// The outcome given.
    pub outcome: OutcomeCode,
    /// Per month.
    pub amount: Fen,
    /// Members it covers.
    pub covered: u32,
    /// In the manifest's order.
    pub figures: &'o [i64],
}

impl Outcomes {
    /// An empty answer with that many figures a row.
    pub fn new(figures: usize) -> Outcomes {
        Outcomes::with_capacity(figures, 0)
    }

    /// An empty answer for that many rows.
    pub fn with_capacity(figures: usize, rows: usize) -> Outcomes {
        Outcomes {
            outcome: Vec::with_capacity(rows),
            amount: Vec::with_capacity(rows),
            covered: Vec::with_capacity(rows),
            figures: Vec::with_capacity(rows * figures),
            reason_ends: Vec::with_capacity(rows),
            trail: Trail::with_capacity(rows),
            width: figures,
        }
    }

    /// Where the reasons of the next household go: a rule says them as it finds them, then [`Outcomes::row`] closes the
    /// household.
    #[inline]
    pub fn trail(&mut self) -> &mut Trail {
        self.trail.begin();
        &mut self.trail
    }

    /// The next household's row: no amount, nobody covered, all figures 0, and the reasons said on the trail since the last.
    #[inline]
    pub fn row(&mut self, outcome: OutcomeCode) -> Row<'_> {
        self.outcome.push(outcome.0);
        self.amount.push(0);
        self.covered.push(0);
        self.figures.resize(self.figures.len() + self.width, 0);
        self.reason_ends.push(self.trail.reasons.len() as u32);
        Row { out: self }
    }

    /// How many rows are begun.
    pub fn len(&self) -> usize {
        self.outcome.len()
    }

    /// Whether no row is begun.
    pub fn is_empty(&self) -> bool {
        self.outcome.is_empty()
    }

    /// One row, read back.
    pub fn get(&self, row: usize) -> Option<RowView<'_>> {
        Some(RowView {
            outcome: OutcomeCode(*self.outcome.get(row)?),
            amount: Fen(self.amount[row]),
            covered: self.covered[row],
            figures: &self.figures[row * self.width..(row + 1) * self.width],
        })
    }

    /// One row's reasons, with their numbers and facts.
    pub(crate) fn reasons(&self, row: usize) -> impl Iterator<Item = (u32, &[i64], &[Id])> {
        let begin = if row == 0 { 0 } else { self.reason_ends[row - 1] as usize };
        self.trail.range(begin..self.reason_ends[row] as usize)
    }

    /// The columns as they travel, if there is a row for each household.
    ///
    /// # Errors
    /// `internal` when rows are missing or too many.
    pub(crate) fn finish(self, households: usize) -> Result<wit::Outcomes> {
        if self.len() != households {
            return Err(Refusal::internal(format!("插件对 {households} 户只给出了 {} 个结果", self.len())));
        }
        Ok(wit::Outcomes {
            outcome: self.outcome,
            amount: self.amount,
            covered: self.covered,
            figures: self.figures,
            reason_ends: self.reason_ends,
            reasons: self.trail.reasons,
            args: self.trail.args,
            fact_ends: self.trail.fact_ends,
            facts: self.trail.facts.into_iter().map(|fact| fact.0).collect(),
        })
    }
}

impl Row<'_> {
    /// Per month.
    #[inline]
    pub fn amount(self, amount: Fen) -> Self {
        *last(&mut self.out.amount) = amount.0;
        self
    }

    /// Members the outcome covers.
    #[inline]
    pub fn covered(self, members: u32) -> Self {
        *last(&mut self.out.covered) = members;
        self
    }

    /// One figure.
    ///
    /// # Panics
    /// When the manifest has no such figure.
    #[inline]
    pub fn figure(self, figure: FigureCode, value: impl Into<i64>) -> Self {
        let start = self.out.figures.len() - self.out.width;
        self.out.figures[start..][figure.0 as usize] = value.into();
        self
    }

    /// All figures, in the manifest's order.
    ///
    /// # Panics
    /// When there are more or fewer than the manifest has.
    #[inline]
    pub fn figures(self, values: &[i64]) -> Self {
        let start = self.out.figures.len() - self.out.width;
        self.out.figures[start..].copy_from_slice(values);
        self
    }

    /// A reason, the numbers of its sentence (money in fen, dates in days), and the facts it used.
    #[inline]
    pub fn reason<const ARGS: usize>(self, reason: ReasonCode<ARGS>, args: [i64; ARGS], facts: &[Id]) -> Self {
        self.out.trail.say(reason, args);
        self.with_facts(facts)
    }

    /// A reason by its position. The kernel refuses the answer when the sentence takes another number of arguments.
    #[inline]
    pub fn reason_at(self, reason: u32, args: &[i64], facts: &[Id]) -> Self {
        self.out.trail.say_at(reason, args);
        self.with_facts(facts)
    }

    fn with_facts(self, facts: &[Id]) -> Self {
        for fact in facts {
            self.out.trail.fact(*fact);
        }
        *last(&mut self.out.reason_ends) = self.out.trail.reasons.len() as u32;
        self
    }
}

/// The value of the row under construction.
#[inline]
fn last<T>(column: &mut [T]) -> &mut T {
    column.last_mut().expect("a row is begun before it is filled")
}
