//! "Would qualify if": for one household that a measure gives nothing, the smallest change of one fact that turns the answer.
//! The kernel knows no rule. It takes the facts the measure may read, tries each one otherwise through the very component
//! that decides, narrows amounts down to the fen, and verifies every finding by a run of its own before it is shown.
//!
//! Many variants of the household go through the plugin in one call, as a county's households do: a search of a thousand
//! variants takes as long as opening a page.

mod candidates;
mod family;

use super::caseload::{Side, Standing};
use super::consult;
use super::division::Tree;
use super::plugin::PluginRef;
use super::reads::Shared;
use super::{App, display, names};
use candidates::Candidate;
use doudi_documents::Text;
use doudi_domain::catalogue::{FieldCode, Kind, Table};
use doudi_domain::columns::Columns;
use doudi_domain::policy::{self, Permission};
use doudi_domain::{Actor, Date, Error, Fen, HouseholdId, PersonId, Result, calendar, codes, mask};
use jiff::ToSpan;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::Mutex;

/// Households in one call.
const CALL: usize = 2_048;
/// Parts an amount's range is cut into in each round: five rounds find the fen.
const PARTS: i64 = 16;
/// Amounts that are narrowed down, and findings that are shown of each kind.
const NARROWED: usize = 24;
const SHOWN: usize = 4;

/// What a household is told today, and what would turn it.
#[derive(Clone, Debug)]
pub struct WouldQualify {
    pub household: HouseholdId,
    /// 张* 家.
    pub household_title: String,
    pub division_name: String,
    pub plugin: PluginRef,
    pub as_of: Date,
    pub now: AnswerView,
    /// The measure pays it already; nothing is looked for.
    pub pays: bool,
    /// Smallest first; those without a size last. Each was verified by running it.
    pub findings: Vec<Finding>,
    /// Variants of the household that were tried.
    pub tried: usize,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AnswerView {
    pub outcome: Text,
    pub amount: Fen,
    pub covered: u32,
}

/// One fact otherwise, and the answer then.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// `张** 的工资性收入每月减少 230.01 元（由 1,800.00 元到 1,569.99 元）`.
    pub sentence: String,
    pub field: Option<FieldCode>,
    /// How much less or more, where the fact is an amount.
    pub size: Option<Fen>,
    pub answer: AnswerView,
}

/// Looks for what would turn a measure's answer for a household on a day.
pub async fn would_qualify(
    app: &App,
    actor: &Actor,
    household: HouseholdId,
    plugin: &str,
    as_of: Date,
) -> Result<WouldQualify> {
    look(app, actor, household, plugin, as_of, true).await
}

/// The answer alone.
pub async fn answer(
    app: &App,
    actor: &Actor,
    household: HouseholdId,
    plugin: &str,
    as_of: Date,
) -> Result<WouldQualify> {
    look(app, actor, household, plugin, as_of, false).await
}

/// A household by the number officers use.
pub async fn by_number(app: &App, actor: &Actor, number: &str) -> Result<HouseholdId> {
    policy::require(actor, Permission::HouseholdRead)?;
    let found = app.storage.snapshot(actor.scope()).await?.household_by_number(number.trim()).await?;
    found.map(|household| household.id).ok_or(Error::not_found("家庭"))
}

/// Measures the actor's county runs that can be asked about a household: id and name.
pub async fn measures(app: &App, actor: &Actor) -> Result<Vec<(String, Text)>> {
    let manifests = super::measure::manifests(app, actor).await?;
    let assess = |manifest: &&Arc<doudi_documents::Manifest>| manifest.points.iter().any(|point| point == "assess");
    Ok(manifests.iter().filter(assess).map(|manifest| (manifest.id.clone(), manifest.name.clone())).collect())
}

async fn look(
    app: &App,
    actor: &Actor,
    household: HouseholdId,
    plugin: &str,
    as_of: Date,
    searches: bool,
) -> Result<WouldQualify> {
    policy::require(actor, Permission::HouseholdRead)?;
    policy::require(actor, Permission::FinanceRead)?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?.without_noting();
    let file = snapshot.household_file(household, as_of, false).await?;
    if plugin.is_empty() {
        return Err(Error::refused("本县区没有启用可以计算的措施"));
    }
    let pin = consult::pin(app, &mut snapshot, plugin, as_of).await?;
    let tree = Tree::read(&mut snapshot).await?;
    let title = names::household_title(&mut snapshot, household, mask::name).await?;
    let plugin = consult::plugin_ref(&mut snapshot, pin.plugin.digest()).await?;
    let people = file.members.iter().map(|(_, person)| (person.id, mask::name(&person.name))).collect();
    let side = Side::of(app, actor, &pin, as_of);
    let shared: Shared = Arc::new(Mutex::new(snapshot));
    let base = side.fetch(app, &shared, &[household]).await?;
    let mut search = Search { app, actor, side: &side, shared: &shared, base: &base, tried: 0 };
    let now = search
        .ask(std::slice::from_ref(&base))
        .await?
        .pop()
        .ok_or_else(|| Error::failure("试算没有完成，请重试", "no answer for the household"))?;
    let pays = now.standing == Standing::Pays;
    let findings = if searches && !pays { search.findings(&now, &people).await? } else { Vec::new() };
    Ok(WouldQualify {
        household,
        household_title: title.unwrap_or_default(),
        division_name: tree.path(file.household.division),
        plugin,
        as_of,
        now: now.view,
        pays,
        findings,
        tried: search.tried,
    })
}

/// One answer of the measure.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Answer {
    standing: Standing,
    view: AnswerView,
}

/// An amount within which the answer turns: it does not at `short`, it does at `enough`.
struct Turn {
    candidate: Candidate,
    short: i64,
    enough: i64,
}

impl Turn {
    fn size(&self) -> i64 {
        let start = self.candidate.range().map_or(0, |(start, _)| start);
        (self.enough - start).abs()
    }

    fn gap(&self) -> i64 {
        (self.enough - self.short).abs()
    }

    /// The points between, from short to enough.
    fn points(&self) -> Vec<i64> {
        points(self.short, self.enough)
    }
}

/// Where a range is cut; the last point is its end.
fn points(from: i64, to: i64) -> Vec<i64> {
    let gap = to - from;
    let mut points: Vec<i64> = (1..=PARTS).map(|part| from + gap * part / PARTS).filter(|at| *at != from).collect();
    points.dedup();
    points
}

struct Search<'a> {
    app: &'a App,
    actor: &'a Actor,
    side: &'a Side,
    shared: &'a Shared,
    base: &'a Columns,
    tried: usize,
}

impl Search<'_> {
    /// The answers for variants of the household.
    async fn ask(&mut self, variants: &[Columns]) -> Result<Vec<Answer>> {
        let mut answers = Vec::with_capacity(variants.len());
        for block in variants.chunks(CALL) {
            self.tried += block.len();
            let outcomes = self.side.assess(self.app, self.actor, self.shared, family::concat(block)).await?;
            answers.extend((0..outcomes.len()).map(|row| {
                let row = outcomes.row(row);
                Answer {
                    standing: Standing::of(row.outcome.effect, row.amount),
                    view: AnswerView { outcome: row.outcome.label.clone(), amount: row.amount, covered: row.covered },
                }
            }));
        }
        Ok(answers)
    }

    async fn findings(&mut self, now: &Answer, people: &BTreeMap<PersonId, String>) -> Result<Vec<Finding>> {
        let on = self.side.on();
        let fields = self.side.fields(self.app);
        let since = calendar::days(on.saturating_sub(12.months())) + 1;
        let all = candidates::all(self.base, &fields, i64::from(since), i64::from(calendar::days(on)));
        let (amounts, others): (Vec<Candidate>, Vec<Candidate>) =
            all.into_iter().partition(|candidate| candidate.range().is_some());
        let mut turns = self.begin(amounts, now).await?;
        self.narrow(&mut turns, now).await?;
        let mut found = self.verified_amounts(turns, now, people).await?;
        found.truncate(SHOWN);
        let others = self.verified_others(others, now, people, &found).await?;
        found.extend(others.into_iter().take(SHOWN));
        Ok(found)
    }

    /// Amounts at whose range the answer turns somewhere, smallest first.
    async fn begin(&mut self, amounts: Vec<Candidate>, now: &Answer) -> Result<Vec<Turn>> {
        let mut grid = Vec::new();
        for (at, candidate) in amounts.iter().enumerate() {
            let (start, limit) = candidate.range().unwrap_or_default();
            grid.extend(points(start, limit).into_iter().map(|point| (at, point)));
        }
        let turned = self.turned(&amounts, &grid, now).await?;
        let mut turns: BTreeMap<usize, Turn> = BTreeMap::new();
        let mut short: BTreeMap<usize, i64> = BTreeMap::new();
        for ((at, point), turned) in grid.into_iter().zip(turned) {
            let start = amounts[at].range().map_or(0, |(start, _)| start);
            if turned {
                let short = short.get(&at).copied().unwrap_or(start);
                turns.entry(at).or_insert_with(|| Turn { candidate: amounts[at].clone(), short, enough: point });
            } else if !turns.contains_key(&at) {
                short.insert(at, point);
            }
        }
        let mut turns: Vec<Turn> = turns.into_values().collect();
        turns.sort_by_key(Turn::size);
        turns.truncate(NARROWED);
        Ok(turns)
    }

    /// Down to the fen.
    async fn narrow(&mut self, turns: &mut [Turn], now: &Answer) -> Result<()> {
        while turns.iter().any(|turn| turn.gap() > 1) {
            let candidates: Vec<Candidate> = turns.iter().map(|turn| turn.candidate.clone()).collect();
            let grid: Vec<(usize, i64)> = turns
                .iter()
                .enumerate()
                .filter(|(_, turn)| turn.gap() > 1)
                .flat_map(|(at, turn)| turn.points().into_iter().map(move |point| (at, point)))
                .collect();
            let turned = self.turned(&candidates, &grid, now).await?;
            let mut done = vec![false; turns.len()];
            for ((at, point), turned) in grid.into_iter().zip(turned) {
                if done[at] {
                    continue;
                }
                if turned {
                    turns[at].enough = point;
                    done[at] = true;
                } else {
                    turns[at].short = point;
                }
            }
        }
        turns.sort_by_key(Turn::size);
        Ok(())
    }

    async fn turned(&mut self, candidates: &[Candidate], grid: &[(usize, i64)], now: &Answer) -> Result<Vec<bool>> {
        let mut turned = Vec::with_capacity(grid.len());
        for block in grid.chunks(CALL) {
            let variants: Vec<Columns> =
                block.iter().map(|(at, point)| candidates[*at].applied(self.base, *point)).collect();
            turned.extend(self.ask(&variants).await?.into_iter().map(|answer| answer.standing > now.standing));
        }
        Ok(turned)
    }

    /// Each is run again alone: enough turns the answer, and a fen less does not.
    async fn verified_amounts(
        &mut self,
        turns: Vec<Turn>,
        now: &Answer,
        people: &BTreeMap<PersonId, String>,
    ) -> Result<Vec<Finding>> {
        let mut found: Vec<Finding> = Vec::new();
        for turn in turns {
            let enough = self.alone(&turn.candidate, turn.enough).await?;
            let short = self.alone(&turn.candidate, turn.short).await?;
            if enough.standing <= now.standing || short.standing > now.standing {
                continue;
            }
            found.push(Finding {
                sentence: self.sentence(&turn.candidate, turn.enough, people),
                field: field_of(&turn.candidate),
                size: Some(Fen(turn.size())),
                answer: enough.view,
            });
            if found.len() == SHOWN {
                break;
            }
        }
        Ok(found)
    }

    /// Values and items; several values of one field that would do are one finding. An item whose amount alone would do is
    /// not also taken away.
    async fn verified_others(
        &mut self,
        others: Vec<Candidate>,
        now: &Answer,
        people: &BTreeMap<PersonId, String>,
        found: &[Finding],
    ) -> Result<Vec<Finding>> {
        let grid: Vec<(usize, i64)> = (0..others.len()).map(|at| (at, 0)).collect();
        let turned = self.turned(&others, &grid, now).await?;
        // What would do, by field and row; what has none stands alone.
        let mut groups: Vec<(Vec<Candidate>, Answer)> = Vec::new();
        for (candidate, _) in others.into_iter().zip(turned).filter(|(_, turned)| *turned) {
            let known = |finding: &Finding| finding.field == field_of(&candidate);
            if matches!(candidate, Candidate::Removed { .. }) && found.iter().any(known) {
                continue;
            }
            let answer = self.alone(&candidate, 0).await?;
            if answer.standing <= now.standing {
                continue;
            }
            let same = |(members, _): &&mut (Vec<Candidate>, Answer)| members[0].same_place(&candidate);
            match groups.iter_mut().find(same) {
                Some((members, _)) => members.push(candidate),
                None => groups.push((vec![candidate], answer)),
            }
        }
        let finding = |(members, answer): (Vec<Candidate>, Answer)| Finding {
            sentence: self.sentence_of(&members, people),
            field: field_of(&members[0]),
            size: None,
            answer: answer.view,
        };
        Ok(groups.into_iter().map(finding).collect())
    }

    async fn alone(&mut self, candidate: &Candidate, amount: i64) -> Result<Answer> {
        let variant = candidate.applied(self.base, amount);
        let answers = self.ask(std::slice::from_ref(&variant)).await?;
        answers.into_iter().next().ok_or_else(|| Error::failure("试算没有完成，请重试", "no answer for a variant"))
    }

    /// Several values of one place in one sentence.
    fn sentence_of(&self, members: &[Candidate], people: &BTreeMap<PersonId, String>) -> String {
        let values = members.iter().filter_map(|member| match member {
            Candidate::Value { field, to, .. } => Some(format!("“{}”", shown(*field, *to))),
            _ => None,
        });
        let values: Vec<String> = values.collect();
        let sentence = self.sentence(&members[0], 0, people);
        match values.first() {
            Some(first) if values.len() > 1 => {
                sentence.replacen(&format!("为{first}"), &format!("为{}", values.join("或")), 1)
            }
            _ => sentence,
        }
    }

    fn sentence(&self, candidate: &Candidate, amount: i64, people: &BTreeMap<PersonId, String>) -> String {
        let person = |row: usize| {
            let id = self.base.table(Table::Person).and_then(|table| family::int(table, "person.id", row));
            id.and_then(|id| people.get(&PersonId(id))).cloned().unwrap_or_else(|| "家庭".to_owned())
        };
        let label = |code: &FieldCode| code.field().zh;
        let monthly = |code: &FieldCode| if code.field().table == Table::Asset { "" } else { "每月" };
        match candidate {
            Candidate::Amount { field, person: row, now, .. } => {
                let word = if amount < *now { "减少" } else { "增加" };
                format!(
                    "{} 的{}{}{word} {} 元（由 {} 元到 {} 元）",
                    person(*row),
                    label(field),
                    monthly(field),
                    Fen((amount - now).abs()),
                    Fen(*now),
                    Fen(amount)
                )
            }
            Candidate::Added { field, person: row, .. } => {
                format!("{} 另有{}{} {} 元（现在没有登记）", person(*row), label(field), monthly(field), Fen(amount))
            }
            Candidate::Removed { field, person: row, now, .. } => {
                format!("{} 没有{}（现在登记 {} 元）", person(*row), label(field), Fen(*now))
            }
            Candidate::Value { field, row, now, to } => {
                let whose = match field.field().table {
                    Table::Household => "家庭".to_owned(),
                    _ => person(*row),
                };
                let is = now.map_or_else(|| "没有登记".to_owned(), |now| shown(*field, now));
                format!("{whose} 的“{}”为“{}”（现在{is}）", label(field), shown(*field, *to))
            }
            Candidate::Member { .. } => "家庭多一名共同生活的成员，没有收入和财产".to_owned(),
        }
    }
}

fn field_of(candidate: &Candidate) -> Option<FieldCode> {
    match candidate {
        Candidate::Amount { field, .. }
        | Candidate::Added { field, .. }
        | Candidate::Removed { field, .. }
        | Candidate::Value { field, .. } => Some(*field),
        Candidate::Member { .. } => None,
    }
}

/// A value as an officer reads it.
fn shown(field: FieldCode, value: i64) -> String {
    let code = i32::try_from(value).unwrap_or_default();
    match field.field().kind {
        Kind::Code(table) => display::code_word(table, code),
        Kind::YesNo => display::code_word(&codes::YES_NO, code),
        _ => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_cut_from_its_beginning_to_its_end() {
        assert_eq!(points(0, 16), (1..=16).collect::<Vec<_>>());
        assert_eq!(points(10, 7), [9, 8, 7]);
        assert_eq!(points(3, 4), [4]);
        assert_eq!(points(5, 5), Vec::<i64>::new());
        assert_eq!(points(0, 1_600).last(), Some(&1_600));
    }
}
