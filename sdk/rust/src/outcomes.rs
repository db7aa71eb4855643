//! What `assess` answers: one row for each household, with its reasons. Written straight into columns, so that a million
//! rows cost no allocation each.

use crate::bindings::assess::exports::doudi::measure::assess as wit;
use crate::codes::{FigureCode, OutcomeCode, ReasonCode};
use crate::fen::Fen;
use crate::refusal::{Refusal, Result};
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
    pub(crate) columns: wit::Outcomes,
    figures: usize,
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
            columns: wit::Outcomes {
                outcome: Vec::with_capacity(rows),
                amount: Vec::with_capacity(rows),
                covered: Vec::with_capacity(rows),
                figures: Vec::with_capacity(rows * figures),
                reason_ends: Vec::with_capacity(rows),
                reasons: Vec::with_capacity(rows * 8),
                args: Vec::with_capacity(rows * 12),
                fact_ends: Vec::with_capacity(rows * 8),
                facts: Vec::with_capacity(rows * 4),
            },
            figures,
        }
    }

    /// Begins the next household's row: no amount, nobody covered, all figures 0, no reasons yet.
    #[inline]
    pub fn row(&mut self, outcome: OutcomeCode) -> Row<'_> {
        let columns = &mut self.columns;
        columns.outcome.push(outcome.0);
        columns.amount.push(0);
        columns.covered.push(0);
        columns.figures.resize(columns.figures.len() + self.figures, 0);
        columns.reason_ends.push(columns.reasons.len() as u32);
        Row { out: self }
    }

    /// How many rows are begun.
    pub fn len(&self) -> usize {
        self.columns.outcome.len()
    }

    /// Whether no row is begun.
    pub fn is_empty(&self) -> bool {
        self.columns.outcome.is_empty()
    }

    /// One row, read back.
    pub fn get(&self, row: usize) -> Option<RowView<'_>> {
        Some(RowView {
            outcome: OutcomeCode(*self.columns.outcome.get(row)?),
            amount: Fen(self.columns.amount[row]),
            covered: self.columns.covered[row],
            figures: &self.columns.figures[row * self.figures..(row + 1) * self.figures],
        })
    }

    /// The columns as they travel, if there is a row for each household.
    ///
    /// # Errors
    /// `internal` when rows are missing or too many.
    pub(crate) fn finish(self, households: usize) -> Result<wit::Outcomes> {
        if self.len() != households {
            return Err(Refusal::internal(format!("插件对 {households} 户只给出了 {} 个结果", self.len())));
        }
        Ok(self.columns)
    }
}

impl Row<'_> {
    /// Per month.
    #[inline]
    pub fn amount(self, amount: Fen) -> Self {
        *last(&mut self.out.columns.amount) = amount.0;
        self
    }

    /// Members the outcome covers.
    #[inline]
    pub fn covered(self, members: u32) -> Self {
        *last(&mut self.out.columns.covered) = members;
        self
    }

    /// One figure.
    ///
    /// # Panics
    /// When the manifest has no such figure.
    #[inline]
    pub fn figure(self, figure: FigureCode, value: impl Into<i64>) -> Self {
        let start = self.out.columns.figures.len() - self.out.figures;
        self.out.columns.figures[start..][figure.0 as usize] = value.into();
        self
    }

    /// All figures, in the manifest's order.
    ///
    /// # Panics
    /// When there are more or fewer than the manifest has.
    #[inline]
    pub fn figures(self, values: &[i64]) -> Self {
        let start = self.out.columns.figures.len() - self.out.figures;
        self.out.columns.figures[start..].copy_from_slice(values);
        self
    }

    /// A reason, the numbers of its sentence (money in fen, dates in days), and the facts it used.
    #[inline]
    pub fn reason<const ARGS: usize>(self, reason: ReasonCode<ARGS>, args: [i64; ARGS], facts: &[Id]) -> Self {
        self.reason_at(reason.0, &args, facts)
    }

    /// A reason by its position, for rules that collect their reasons before the row is written. The kernel refuses the
    /// answer when the sentence takes another number of arguments.
    #[inline]
    pub fn reason_at(self, reason: u32, args: &[i64], facts: &[Id]) -> Self {
        let columns = &mut self.out.columns;
        columns.reasons.push(reason);
        columns.args.extend_from_slice(args);
        columns.facts.extend(facts.iter().map(|fact| fact.0));
        columns.fact_ends.push(columns.facts.len() as u32);
        *last(&mut columns.reason_ends) += 1;
        self
    }
}

/// The value of the row under construction.
#[inline]
fn last<T>(column: &mut [T]) -> &mut T {
    column.last_mut().expect("a row is begun before it is filled")
}
