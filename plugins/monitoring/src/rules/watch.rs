//! The monthly look at every household: what no department tells, because only the file and what is paid know it.

use super::clue::{Clue, others_live};
use super::matrix::RuleId;
use super::window::Window;
use crate::codes::Spending;
use crate::family::{Family, Member};
use doudi_sdk::prelude::*;

/// What a household receives, as the measures of the county tell.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// The measure that pays.
    pub plugin: String,
    /// Absent: the household as a whole.
    pub person: Option<Id>,
    pub covered: i64,
    /// First day of the decision that governs it.
    pub begins: Date,
}

/// The county's numbers on the day of the look; what it has not set finds nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// First day of the month; the month looked back at is the one before.
    pub on: Date,
    /// Self-paid medical cost of twelve months above which somebody must look.
    pub medical_line: Option<Fen>,
    pub unchanged_months: Option<i32>,
    /// The quarterly comparison with the watch list (民发〔2022〕83号).
    pub watch_list: bool,
}

/// Something found.
#[derive(Clone, PartialEq, Debug)]
pub struct Found {
    pub rule: RuleId,
    pub person: Option<Id>,
    pub clue: Clue,
}

/// Ages that change what a household is entitled to, and their rules.
const AGES: [(i32, RuleId); 3] = [(16, RuleId::Turned16), (18, RuleId::Turned18), (60, RuleId::Turned60)];

/// Looks at one household. `open_case`: somebody has applied for it already.
pub fn look(family: &Family, lines: &[Line], open_case: bool, terms: &Terms) -> Vec<Found> {
    let mut found = Vec::new();
    let covered = !lines.is_empty();
    let mut note = |rule: RuleId, person: Option<Id>, clue: Clue| {
        if rule.rule().concerns.includes(covered) {
            found.push(Found { rule, person, clue });
        }
    };
    if let Some((amount, line)) = medical(family, terms) {
        note(
            RuleId::MedicalBurden,
            None,
            Clue { on: terms.on, amount: Some(amount), line: Some(line), ..Clue::default() },
        );
    }
    for member in family.members.iter() {
        for (age, rule) in AGES {
            if let Some(on) = turned(member, age, terms.on) {
                note(rule, Some(member.person), Clue { on, ..Clue::default() });
            }
        }
    }
    if let Some(head) = dead_head(family, terms.on) {
        note(RuleId::HeadDied, Some(head.person), Clue { on: head.death.unwrap_or(terms.on), ..Clue::default() });
    }
    for member in paid_after_death(family, lines, terms.on) {
        let on = member.death.unwrap_or(terms.on);
        note(RuleId::PaidAfterDeath, Some(member.person), Clue { on, ..Clue::default() });
    }
    if let Some(since) = unchanged(family, lines, terms) {
        note(RuleId::Unchanged, None, Clue { on: since, ..Clue::default() });
    }
    if let Some(person) = two_benefits(family, lines, terms.on) {
        note(RuleId::TwoBenefits, person, Clue { on: terms.on, ..Clue::default() });
    }
    if terms.watch_list && family.monitoring != 0 && !open_case {
        let clue = Clue { on: terms.on, category: family.monitoring, ..Clue::default() };
        note(RuleId::WatchListUncovered, None, clue);
    }
    found
}

/// The household's self-paid medical cost of the last twelve months and the line, when it is above it.
fn medical(family: &Family, terms: &Terms) -> Option<(Fen, Fen)> {
    let line = terms.medical_line?;
    let window = Window::year_before(terms.on);
    let living = family.members.iter().filter(|member| member.lives(terms.on));
    let items = living.flat_map(|member| &member.spending).filter(|item| item.kind == Spending::Medical);
    let amount: Fen = items.map(|item| window.total(item)).sum();
    (amount > line).then_some((amount, line))
}

/// The birthday, when a member reached the age in the month before.
pub fn turned(member: &Member, age: i32, on: Date) -> Option<Date> {
    let birth = member.birth.filter(|_| member.lives(on))?;
    let (first, last) = (on.first_of_month().add_months(-1), on.first_of_month().add_days(-1));
    if birth.age_on(last) < age || birth.age_on(first.add_days(-1)) >= age {
        return None;
    }
    // A birthday on 29 February is reached on 1 March.
    let reached = birth.add_years(age);
    Some(if birth.age_on(reached) < age { reached.add_days(1) } else { reached })
}

/// The head has died, nobody took his place, and the household goes on.
fn dead_head(family: &Family, on: Date) -> Option<&Member> {
    let mut heads = family.members.iter().filter(|member| member.is_head());
    if heads.clone().any(|head| head.lives(on)) {
        return None;
    }
    heads.find(|head| others_live(family, head, on))
}

/// Members whose part should have stopped from the month after the death, and has not.
fn paid_after_death<'a>(family: &'a Family, lines: &[Line], on: Date) -> Vec<&'a Member> {
    let living = family.members.iter().filter(|member| member.counts(on)).count() as i64;
    let paid = |member: &Member| {
        let Some(death) = member.death.filter(|death| *death < on.first_of_month()) else { return false };
        lines.iter().any(|line| match line.person {
            Some(person) => person == member.person,
            // A decision made since the death has left him out.
            None => line.begins <= death && line.covered > living,
        })
    };
    family.members.iter().filter(|member| paid(member)).collect()
}

/// Since when nothing changed, when that is over the county's months ago: neither a decision about what is paid nor a statement about
/// income, assets or spending began since.
fn unchanged(family: &Family, lines: &[Line], terms: &Terms) -> Option<Date> {
    let months = terms.unchanged_months?;
    let decided = lines.iter().map(|line| line.begins).max()?;
    let members = family.members.iter();
    let stated = members.flat_map(|member| {
        let incomes = member.incomes.iter().map(|item| item.from);
        let assets = member.assets.iter().map(|item| item.from);
        incomes.chain(assets).chain(member.spending.iter().map(|item| item.from))
    });
    let latest = stated.filter(|from| *from <= terms.on).max().map_or(decided, |from| from.max(decided));
    (latest.add_months(months) < terms.on).then_some(latest)
}

/// The person two measures pay for, or the household when both cover it as a whole.
fn two_benefits(family: &Family, lines: &[Line], on: Date) -> Option<Option<Id>> {
    let living = family.members.iter().filter(|member| member.counts(on)).count() as i64;
    for (place, one) in lines.iter().enumerate() {
        for other in lines[place + 1..].iter().filter(|other| other.plugin != one.plugin) {
            match (one.person, other.person) {
                (None, None) => return Some(None),
                (Some(left), Some(right)) if left == right => return Some(Some(left)),
                // The household's line may well leave out the one the other measure supports.
                (Some(person), None) if other.covered + 1 > living => return Some(Some(person)),
                (None, Some(person)) if one.covered + 1 > living => return Some(Some(person)),
                _ => {}
            }
        }
    }
    None
}
