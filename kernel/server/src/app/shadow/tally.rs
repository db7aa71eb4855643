//! What differs: two answers about each household compared, counted and listed. The comparison is the kernel's and knows a
//! measure only by its manifest: an outcome grants or does not, an amount is more or less, a reason is given or not.

use super::report::{Bucket, Effect, Factor, Move, ReasonDifference, ReasonTally, ReportBody, RowDetail, TownTotals};
use super::sides::{Answers, Sides};
use crate::app::caseload::Standing;
use doudi_documents::Text;
use doudi_documents::manifest::Manifest;
use doudi_domain::shadow::{Change, ShadowRow, ShadowTotals};
use doudi_domain::{DivisionCode, Error, Fen, HouseholdId, Result};
use doudi_plugin_host::{OutcomeRow, Outcomes, ReasonRow};
use doudi_storage::household::Listed;
use std::collections::BTreeMap;

/// Upper ends of the histogram's bars in fen; the last bar is open.
const BUCKETS: [i64; 10] = [-50_000, -20_000, -10_000, -5_000, -1, 0, 5_000, 10_000, 20_000, 50_000];
/// Reasons kept with a household, and in the report.
const REASONS_A_HOUSEHOLD: usize = 4;
const REASONS_A_REPORT: usize = 20;

/// How a household fares; `same` when outcome, amount and persons are those of the first side.
fn change(before: Standing, after: Standing, same: bool) -> Change {
    match before.cmp(&after) {
        std::cmp::Ordering::Less => Change::Gained,
        std::cmp::Ordering::Greater => Change::Lost,
        std::cmp::Ordering::Equal if same => Change::Unchanged,
        std::cmp::Ordering::Equal => Change::Changed,
    }
}

/// A reason that is not the same on both sides, with its places in the two rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Differing {
    before: Option<usize>,
    after: Option<usize>,
}

/// By code: given on one side only, or with other numbers. Those on one side only come first.
fn differing(before: &[ReasonRow<'_>], after: &[ReasonRow<'_>]) -> Vec<Differing> {
    let numbers = |rows: &[ReasonRow<'_>], code: &str| -> Vec<Vec<i64>> {
        rows.iter().filter(|row| row.code == code).map(|row| row.args.to_vec()).collect()
    };
    let first = |rows: &[ReasonRow<'_>], at: usize| rows[..at].iter().all(|row| row.code != rows[at].code);
    let place = |rows: &[ReasonRow<'_>], code: &str| rows.iter().position(|row| row.code == code);
    let (mut alone, mut changed) = (Vec::new(), Vec::new());
    for (at, row) in after.iter().enumerate().filter(|(at, _)| first(after, *at)) {
        match place(before, row.code) {
            None => alone.push(Differing { before: None, after: Some(at) }),
            Some(other) if numbers(before, row.code) != numbers(after, row.code) => {
                changed.push(Differing { before: Some(other), after: Some(at) });
            }
            Some(_) => {}
        }
    }
    for (at, row) in before.iter().enumerate().filter(|(at, _)| first(before, *at)) {
        if place(after, row.code).is_none() {
            alone.push(Differing { before: Some(at), after: None });
        }
    }
    alone.extend(changed);
    alone
}

/// The bar a difference belongs to.
fn bucket(difference: i64) -> usize {
    BUCKETS.iter().position(|to| difference <= *to).unwrap_or(BUCKETS.len())
}

/// A reason's sentence without its numbers.
fn outline(text: &str) -> String {
    let mut outline = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((words, after)) = rest.split_once('{') {
        outline.push_str(words);
        match after.split_once('}') {
            Some((_, after)) => {
                outline.push('…');
                rest = after;
            }
            None => rest = "",
        }
    }
    outline + rest
}

/// One answer of a side; a measure that is not enabled answers nothing.
struct Answer<'a> {
    row: Option<OutcomeRow<'a>>,
}

impl<'a> Answer<'a> {
    fn of(outcomes: Option<&'a Outcomes>, row: usize) -> Answer<'a> {
        Answer { row: outcomes.map(|outcomes| outcomes.row(row)) }
    }

    fn outcome(&self) -> &str {
        self.row.as_ref().map_or("", |row| row.outcome.code.as_str())
    }

    fn amount(&self) -> Fen {
        self.row.as_ref().map_or(Fen(0), |row| row.amount)
    }

    fn covered(&self) -> u32 {
        self.row.as_ref().map_or(0, |row| row.covered)
    }

    fn standing(&self) -> Standing {
        self.row.as_ref().map_or(Standing::Nothing, |row| Standing::of(row.outcome.effect, row.amount))
    }

    fn reasons(&self) -> &[ReasonRow<'a>] {
        self.row.as_ref().map_or(&[], |row| &row.reasons)
    }
}

#[derive(Default)]
struct ReasonCount {
    appears: i64,
    vanishes: i64,
    differs: i64,
    difference: i64,
    example: Option<(i64, HouseholdId, Option<String>, Option<String>)>,
}

/// Counts as blocks come in.
pub(super) struct Tally {
    totals: ShadowTotals,
    effects: Vec<Effect>,
    moves: BTreeMap<(String, String), (i64, i64)>,
    towns: BTreeMap<DivisionCode, TownTotals>,
    reasons: BTreeMap<String, ReasonCount>,
    buckets: [(i64, i64); BUCKETS.len() + 1],
    other_reasons: i64,
    rows: Vec<ShadowRow>,
}

impl Tally {
    pub fn new(sides: &Sides) -> Tally {
        let effect = |factor: &Factor| Effect { factor: *factor, amount: 0 };
        Tally {
            totals: ShadowTotals::default(),
            effects: sides.steps.iter().map(effect).collect(),
            moves: BTreeMap::new(),
            towns: BTreeMap::new(),
            reasons: BTreeMap::new(),
            buckets: Default::default(),
            other_reasons: 0,
            rows: Vec::new(),
        }
    }

    pub fn add(&mut self, households: &[Listed], answers: &Answers) -> Result<()> {
        let divisions: BTreeMap<HouseholdId, DivisionCode> =
            households.iter().map(|household| (household.id, household.division)).collect();
        for (index, household) in answers.households.iter().enumerate() {
            let division = divisions
                .get(household)
                .copied()
                .ok_or_else(|| Error::failure("测算没有完成，请重试", format!("no household {household} was asked")))?;
            self.add_household(*household, division, &answers.corners, index)?;
        }
        Ok(())
    }

    fn add_household(
        &mut self,
        household: HouseholdId,
        division: DivisionCode,
        corners: &[Option<Outcomes>],
        index: usize,
    ) -> Result<()> {
        let first = corners.first().and_then(Option::as_ref);
        let last = corners.last().and_then(Option::as_ref);
        let (before, after) = (Answer::of(first, index), Answer::of(last, index));
        // A measure that is not enabled says nothing: who gets nothing from it either way fares the same.
        let same = first.is_none()
            || (before.outcome() == after.outcome()
                && before.amount() == after.amount()
                && before.covered() == after.covered());
        let change = change(before.standing(), after.standing(), same);
        let difference = after.amount().0 - before.amount().0;
        self.totals.count(change);
        self.totals.before.0 += before.amount().0;
        self.totals.after.0 += after.amount().0;
        let town = division.town().unwrap_or(division);
        let town = self.towns.entry(town).or_insert_with(|| TownTotals::new(town));
        town.count(change, before.amount(), after.amount());
        // The steps between: each corner's amount less the one's before it.
        let amount = |corner: &Option<Outcomes>| corner.as_ref().map_or(0, |outcomes| outcomes.amounts()[index]);
        let parts: Vec<i64> = corners.windows(2).map(|pair| amount(&pair[1]) - amount(&pair[0])).collect();
        for (effect, part) in self.effects.iter_mut().zip(&parts) {
            effect.amount += part;
        }
        let entry = self.moves.entry((before.outcome().to_owned(), after.outcome().to_owned())).or_default();
        entry.0 += 1;
        entry.1 += difference;
        if change == Change::Unchanged {
            // What one step gave and the next took is in the effects; there is no difference to list.
            self.other_reasons += i64::from(!differing(before.reasons(), after.reasons()).is_empty());
            return Ok(());
        }
        let entry = &mut self.buckets[bucket(difference)];
        entry.0 += 1;
        entry.1 += difference;
        let reasons = self.reasons_of(household, difference, (first, &before), (last, &after), index);
        let detail = RowDetail { reasons, effects: if parts.len() > 1 { parts } else { Vec::new() } };
        self.rows.push(ShadowRow {
            rank: 0,
            household,
            division,
            change,
            outcome_before: before.outcome().to_owned(),
            outcome_after: after.outcome().to_owned(),
            before: before.amount(),
            after: after.amount(),
            covered_before: i32::try_from(before.covered()).unwrap_or(i32::MAX),
            covered_after: i32::try_from(after.covered()).unwrap_or(i32::MAX),
            detail: detail.to_json()?,
        });
        Ok(())
    }

    /// Counts the reasons that differ, and puts the first few into words.
    fn reasons_of(
        &mut self,
        household: HouseholdId,
        difference: i64,
        (first, before): (Option<&Outcomes>, &Answer<'_>),
        (last, after): (Option<&Outcomes>, &Answer<'_>),
        index: usize,
    ) -> Vec<ReasonDifference> {
        let words = |outcomes: Option<&Outcomes>, place: Option<usize>| Some(outcomes?.reason(index, place?)?.zh);
        let mut told = Vec::new();
        for Differing { before: one, after: other } in differing(before.reasons(), after.reasons()) {
            let code = match (one, other) {
                (_, Some(at)) => after.reasons()[at].code,
                (Some(at), None) => before.reasons()[at].code,
                (None, None) => continue,
            };
            if !self.reasons.contains_key(code) {
                self.reasons.insert(code.to_owned(), ReasonCount::default());
            }
            let Some(count) = self.reasons.get_mut(code) else { continue };
            *match (one, other) {
                (None, _) => &mut count.appears,
                (Some(_), None) => &mut count.vanishes,
                (Some(_), Some(_)) => &mut count.differs,
            } += 1;
            count.difference += difference;
            let larger = count.example.as_ref().is_none_or(|(known, ..)| difference.abs() > known.abs());
            let keeps = told.len() < REASONS_A_HOUSEHOLD;
            if !larger && !keeps {
                continue;
            }
            let (one, other) = (words(first, one), words(last, other));
            if larger {
                count.example = Some((difference, household, one.clone(), other.clone()));
            }
            if keeps {
                told.push(ReasonDifference { code: code.to_owned(), before: one, after: other });
            }
        }
        told
    }

    pub fn finish(mut self, sides: &Sides, millis: i64) -> (ShadowTotals, ReportBody, Vec<ShadowRow>) {
        self.rows.sort_by_key(|row| (std::cmp::Reverse(row.difference().0.abs()), row.change, row.household));
        for (rank, row) in (1..).zip(&mut self.rows) {
            row.rank = rank;
        }
        let manifests = [sides.manifest_after(), sides.manifest_before()];
        let mut reasons: Vec<ReasonTally> =
            self.reasons.into_iter().map(|(code, count)| count.tally(code, manifests)).collect();
        reasons.sort_by_key(|reason| std::cmp::Reverse((reason.households(), reason.difference.abs())));
        reasons.truncate(REASONS_A_REPORT);
        let moves = self.moves.into_iter().map(|((before, after), (households, difference))| Move {
            before_label: outcome_label(sides.manifest_before(), &before),
            after_label: outcome_label(sides.manifest_after(), &after),
            before,
            after,
            households,
            difference,
        });
        let mut moves: Vec<Move> = moves.collect();
        moves.sort_by_key(|step| (step.before == step.after, std::cmp::Reverse(step.households)));
        let ends = |at: usize| Bucket {
            over: at.checked_sub(1).map(|before| BUCKETS[before]),
            to: BUCKETS.get(at).copied(),
            households: self.buckets[at].0,
            difference: self.buckets[at].1,
        };
        let body = ReportBody {
            draft: sides.draft.clone(),
            name: sides.manifest_after().map(|manifest| manifest.name.clone()).unwrap_or_default(),
            before: sides.before.clone(),
            after: sides.after.clone(),
            extra_grants: sides.extra_grants.clone(),
            parameters: sides.parameters.clone(),
            effects: self.effects,
            moves,
            towns: self.towns.into_values().collect(),
            reasons,
            buckets: (0..=BUCKETS.len()).map(ends).collect(),
            other_reasons: self.other_reasons,
            millis,
        };
        (self.totals, body, self.rows)
    }
}

impl ReasonCount {
    fn tally(self, code: String, manifests: [Option<&Manifest>; 2]) -> ReasonTally {
        let entry = manifests
            .into_iter()
            .flatten()
            .find_map(|manifest| manifest.reasons.iter().find(|reason| reason.code == code));
        let (example, example_before, example_after) = match self.example {
            Some((_, household, before, after)) => (household.0, before, after),
            None => (0, None, None),
        };
        ReasonTally {
            sentence: entry.map_or_else(
                || Text::from(code.as_str()),
                |entry| Text::new(outline(&entry.text.zh), outline(&entry.text.en)),
            ),
            article: entry.map(|entry| entry.article.clone()).unwrap_or_default(),
            code,
            appears: self.appears,
            vanishes: self.vanishes,
            differs: self.differs,
            difference: self.difference,
            example,
            example_before,
            example_after,
        }
    }
}

fn outcome_label(manifest: Option<&Manifest>, code: &str) -> Text {
    let entry = manifest.and_then(|manifest| manifest.outcomes.iter().find(|outcome| outcome.code == code));
    entry.map_or_else(|| Text::new("未启用", "Not enabled"), |outcome| outcome.label.clone())
}

#[cfg(test)]
mod tests;
