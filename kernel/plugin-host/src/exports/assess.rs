//! `assess`: eligibility and amounts over a block of households. The answer is columns of positions and numbers; this file
//! checks that they agree with each other and with the manifest before anybody indexes by them, and gives rows with names.

use crate::bindings::doudi::types::types as wit;
use crate::bindings::exports::doudi::measure::assess as measure;
use crate::block::Block;
use crate::context::{CallContext, Called};
use crate::convert;
use crate::error::{CallError, Cause};
use crate::exports::point_call;
use crate::host::PluginHost;
use crate::plugin::Plugin;
use crate::reads::Reads;
use doudi_documents::manifest::{Manifest, Outcome};
use doudi_domain::columns::Columns;
use doudi_domain::decision::Reason;
use doudi_domain::{FactId, Fen};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[derive(Serialize, Deserialize)]
pub(crate) struct AssessCall {
    pub context: wit::Context,
    pub households: wit::Block,
}

point_call!(AssessCall, Assess, assess, call_assess, measure::Outcomes, request => &request.households);

/// Checked outcomes of a block, one row for each household in its order.
#[derive(Clone, PartialEq, Debug)]
pub struct Outcomes {
    raw: measure::Outcomes,
    /// Where the arguments of each reason end.
    arg_ends: Vec<u32>,
    plugin: Arc<Plugin>,
}

/// What the rules say about one household.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OutcomeRow<'a> {
    pub outcome: &'a Outcome,
    /// Per month.
    pub amount: Fen,
    /// Members the outcome covers.
    pub covered: u32,
    /// The manifest's figures, by code.
    pub figures: Vec<(&'a str, i64)>,
    pub reasons: Vec<ReasonRow<'a>>,
}

/// One reason: its code, the numbers of its sentence, the facts it used.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReasonRow<'a> {
    pub code: &'a str,
    pub args: &'a [i64],
    pub facts: Vec<FactId>,
}

impl PluginHost {
    /// Applies a plugin's rules for `context.today` to a block. The columns are in the declared layout
    /// ([`PluginHost::prefetch`], or fetched for all of `Manifest::fields`); what is not granted is blanked here in any case.
    pub async fn assess(
        &self,
        plugin: &Arc<Plugin>,
        context: &CallContext,
        reads: Box<dyn Reads>,
        mut columns: Columns,
    ) -> Result<Called<Outcomes>, CallError> {
        let effective = plugin.effective(&context.grants);
        effective.mask(&mut columns);
        let block = Block::from(columns);
        if let Some(problem) = block.inconsistency() {
            return Err(CallError::failed(
                plugin,
                crate::Point::Assess,
                Cause::Reads(doudi_domain::Error::failure("读取的家庭数据不完整", problem)),
            ));
        }
        let rows = block.rows();
        let request = AssessCall { context: convert::context(context), households: convert::block(block) };
        let owner = plugin.clone();
        self.call(plugin, context, reads, request, move |answer, state| {
            state.note_fields();
            Outcomes::check(answer, owner, rows).map_err(|message| Cause::BadOutput { message })
        })
        .await
    }
}

impl Outcomes {
    /// Lengths agree, positions exist, ends never fall, and every reason has as many numbers as its sentence takes.
    fn check(raw: measure::Outcomes, plugin: Arc<Plugin>, rows: u32) -> Result<Outcomes, String> {
        let arg_ends = check(&raw, plugin.manifest(), rows)?;
        Ok(Outcomes { raw, arg_ends, plugin })
    }

    pub fn len(&self) -> usize {
        self.raw.outcome.len()
    }

    pub fn is_empty(&self) -> bool {
        self.raw.outcome.is_empty()
    }

    /// Position of each row's outcome in the manifest: for counting a county without making rows.
    pub fn outcomes(&self) -> &[u32] {
        &self.raw.outcome
    }

    /// Each row's amount in fen.
    pub fn amounts(&self) -> &[i64] {
        &self.raw.amount
    }

    /// One household's row, with names.
    ///
    /// # Panics
    /// When the row is not there, as indexing a list does.
    pub fn row(&self, row: usize) -> OutcomeRow<'_> {
        let manifest = self.plugin.manifest();
        let figures = manifest.figures.len();
        let outcome = &manifest.outcomes[self.raw.outcome[row] as usize];
        let reasons = range(&self.raw.reason_ends, row)
            .map(|reason| ReasonRow {
                code: &manifest.reasons[self.raw.reasons[reason] as usize].code,
                args: &self.raw.args[range(&self.arg_ends, reason)],
                facts: self.raw.facts[range(&self.raw.fact_ends, reason)].iter().map(|id| FactId(*id)).collect(),
            })
            .collect();
        OutcomeRow {
            outcome,
            amount: Fen(self.raw.amount[row]),
            covered: self.raw.covered[row],
            figures: manifest
                .figures
                .iter()
                .zip(&self.raw.figures[row * figures..(row + 1) * figures])
                .map(|(figure, value)| (figure.code.as_str(), *value))
                .collect(),
            reasons,
        }
    }

    /// One household's reasons as sentences in both languages.
    pub fn reasons(&self, row: usize) -> Vec<Reason> {
        range(&self.raw.reason_ends, row).filter_map(|reason| self.rendered(reason)).collect()
    }

    /// One of a household's reasons, by its place in [`OutcomeRow::reasons`]: for who needs few of a million.
    pub fn reason(&self, row: usize, place: usize) -> Option<Reason> {
        range(&self.raw.reason_ends, row).nth(place).and_then(|reason| self.rendered(reason))
    }

    fn rendered(&self, reason: usize) -> Option<Reason> {
        let sentence = self.plugin.sentence(self.raw.reasons[reason] as usize)?;
        let args = &self.raw.args[range(&self.arg_ends, reason)];
        let facts = self.raw.facts[range(&self.raw.fact_ends, reason)].iter().map(|id| FactId(*id)).collect();
        Some(sentence.render(args, facts))
    }
}

/// Where the part of row `row` lies, given where each part ends.
fn range(ends: &[u32], row: usize) -> std::ops::Range<usize> {
    let start = if row == 0 { 0 } else { ends[row - 1] as usize };
    start..ends[row] as usize
}

/// Returns where the arguments of each reason end.
fn check(raw: &measure::Outcomes, manifest: &Manifest, rows: u32) -> Result<Vec<u32>, String> {
    let rows = rows as usize;
    for (name, length, expected) in [
        ("结论", raw.outcome.len(), rows),
        ("金额", raw.amount.len(), rows),
        ("保障人数", raw.covered.len(), rows),
        ("计算值", raw.figures.len(), rows * manifest.figures.len()),
        ("理由分段", raw.reason_ends.len(), rows),
        ("事实分段", raw.fact_ends.len(), raw.reasons.len()),
    ] {
        if length != expected {
            return Err(format!("{name}应有 {expected} 项，实有 {length} 项"));
        }
    }
    let ends_well = |ends: &[u32], last: usize| ends.is_sorted() && ends.last().map_or(0, |end| *end as usize) == last;
    if !ends_well(&raw.reason_ends, raw.reasons.len()) {
        return Err("理由分段与理由的数目不符".into());
    }
    if !ends_well(&raw.fact_ends, raw.facts.len()) {
        return Err("事实分段与事实的数目不符".into());
    }
    if let Some(row) = raw.outcome.iter().position(|outcome| *outcome as usize >= manifest.outcomes.len()) {
        return Err(format!("第 {} 户的结论 {} 不在清单之内", row + 1, raw.outcome[row]));
    }
    if let Some(row) = raw.amount.iter().position(|amount| *amount < 0) {
        return Err(format!("第 {} 户的金额为负数", row + 1));
    }
    let mut arg_ends = Vec::with_capacity(raw.reasons.len());
    let mut end: usize = 0;
    for reason in &raw.reasons {
        let Some(entry) = manifest.reasons.get(*reason as usize) else {
            return Err(format!("理由 {reason} 不在清单之内"));
        };
        end += entry.args as usize;
        arg_ends.push(u32::try_from(end).map_err(|_| "理由的数值太多".to_owned())?);
    }
    if end != raw.args.len() {
        return Err(format!("理由的数值应有 {end} 个，实有 {} 个", raw.args.len()));
    }
    Ok(arg_ends)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn outcomes() -> measure::Outcomes {
        // Two households; the first has two reasons (the second takes one number), the second none.
        measure::Outcomes {
            outcome: vec![0, 1],
            amount: vec![100, 0],
            covered: vec![3, 0],
            figures: vec![5, 6],
            reason_ends: vec![2, 2],
            reasons: vec![0, 1],
            args: vec![7, 8, 9],
            fact_ends: vec![1, 3],
            facts: vec![11, 12, 13],
        }
    }

    #[test]
    fn good_outcomes_pass_and_their_arguments_are_found() {
        // The sample's first reason takes two numbers, the second one.
        assert_eq!(check(&outcomes(), &sample::manifest(), 2), Ok(vec![2, 3]));
    }

    #[test]
    fn every_disagreement_is_found() {
        let manifest = sample::manifest();
        type Break = fn(&mut measure::Outcomes);
        let breaks: [(&str, Break); 11] = [
            ("too few outcomes", |o| o.outcome.truncate(1)),
            ("too many amounts", |o| o.amount.push(1)),
            ("covered missing", |o| o.covered.clear()),
            ("figures missing", |o| o.figures.truncate(1)),
            ("unknown outcome", |o| o.outcome[0] = 99),
            ("unknown reason", |o| o.reasons[1] = 99),
            ("ends fall", |o| o.reason_ends = vec![2, 1]),
            ("last end too small", |o| o.reason_ends = vec![1, 1]),
            ("facts beyond", |o| o.fact_ends = vec![1, 9]),
            ("an argument too many", |o| o.args.push(1)),
            ("a negative amount", |o| o.amount[1] = -1),
        ];
        for (name, spoil) in breaks {
            let mut bad = outcomes();
            spoil(&mut bad);
            assert!(check(&bad, &manifest, 2).is_err(), "{name}");
        }
        assert!(check(&outcomes(), &manifest, 3).is_err(), "another number of households");
    }
}
