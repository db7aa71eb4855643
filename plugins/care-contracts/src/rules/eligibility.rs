//! The whole answer (43号 第四条): without labour capacity, without means, and without an obligor who is able — all three. Each
//! member is looked at for himself. Spouses who both qualify but for each other are looked at together: an obligor who is 特困
//! himself is not able (第八条(一)), so of a family's candidates those remain who hold when all of them are supported.

use super::form::Form;
use super::kinship::owes;
use super::labour::{self, Ground};
use super::level::Level;
use super::obligor::{self, Obligor, Standing};
use super::{RuleSet, assets, income};
use crate::codes::{FIGURES, figure, outcome, reason};
use crate::family::{Family, Member};
use crate::parameters::Params;
use doudi_sdk::prelude::*;

/// The rules and parameters of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    pub on: Date,
    pub rules: RuleSet,
    pub params: Params,
}

impl Terms {
    pub fn new(on: Date, rules: RuleSet, params: Params) -> Terms {
        Terms { on, rules, params }
    }
}

/// What is asked beyond the file. The default asks about everybody, on the file alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Case {
    /// One person; absent: whoever of the household qualifies.
    pub person: Option<Id>,
    /// The applicant has stated his obligors, if any; the file alone is no statement.
    pub stated: bool,
    pub obligors: Vec<Obligor>,
    /// The minor has chosen the orphans' scheme (第九条).
    pub orphan_chosen: bool,
    /// A rule of the province applies (第五条(四)).
    pub province: bool,
    /// Supported since he was a minor (第二十四条).
    pub as_minor: bool,
    /// Items failed in the assessment that governs; absent: what the file says.
    pub failed: Option<i64>,
    pub form: Form,
}

/// The answer in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    pub outcome: OutcomeCode,
    /// Fen a month.
    pub amount: i64,
    pub covered: i64,
}

/// Working space that is used again for every household.
#[derive(Debug, Default)]
pub struct Desk {
    pub figures: [i64; FIGURES],
    supported: Vec<bool>,
    scratch: Trail,
}

impl Desk {
    pub fn figure(&self, figure: FigureCode) -> i64 {
        self.figures[figure.0 as usize]
    }

    fn set(&mut self, figure: FigureCode, value: i64) {
        self.figures[figure.0 as usize] = value;
    }

    fn add(&mut self, figure: FigureCode, value: i64) {
        self.figures[figure.0 as usize] += value;
    }
}

/// Code table `uncounted-reason`.
const IN_PRISON: i64 = 1;
const MISSING: i64 = 3;

/// Decides one household.
pub fn decide(family: &Family, terms: &Terms, case: &Case, desk: &mut Desk, trail: &mut Trail) -> Verdict {
    desk.figures = [0; FIGURES];
    desk.set(figure::STANDARD, terms.params.standard);
    desk.set(figure::FLOOR, terms.params.floor());
    desk.set(figure::FORM, case.form.code());
    settle(family, terms, case, desk);
    let Some(first) = explained(family, terms, case, desk) else {
        trail.say(reason::LABOUR_NONE, [0, 0, 0]);
        return Verdict { outcome: outcome::REFUSED, amount: 0, covered: 0 };
    };
    let mut verdict = Verdict { outcome: outcome::REFUSED, amount: 0, covered: 0 };
    for (at, member) in family.members.iter().enumerate() {
        let asked = case.person.is_none_or(|person| person == member.person);
        if at != first && !(asked && desk.supported[at]) {
            continue;
        }
        let granted = explain(family, at, terms, case, desk, trail);
        if granted {
            verdict.outcome = outcome::GRANTED;
            verdict.amount += pay(member, terms, case, desk, trail);
            verdict.covered += 1;
        } else if verdict.covered == 0 && is_gone(member, terms.on) {
            verdict.outcome = outcome::ENDED;
        }
    }
    verdict
}

/// Whether support cannot go on whatever else holds (第二十四条(一)(三)).
fn is_gone(member: &Member, on: Date) -> bool {
    member.has_died(on) || matches!(member.uncounted, IN_PRISON | MISSING)
}

/// Who is on the file only as somebody's relative applies where he lives.
fn lives_here(member: &Member) -> bool {
    member.co_resident || matches!(member.relation, 0..=2)
}

/// Who qualifies when all who do are supported: those who fail by themselves are left out, then those with an able obligor,
/// until nobody is left out any more.
fn settle(family: &Family, terms: &Terms, case: &Case, desk: &mut Desk) {
    let Desk { supported, scratch, .. } = desk;
    supported.clear();
    scratch.clear();
    for member in &family.members {
        let candidate = !is_gone(member, terms.on) && (lives_here(member) || case.person == Some(member.person));
        supported.push(candidate && by_himself(member, terms, case, scratch).is_some());
    }
    loop {
        let mut changed = false;
        for at in 0..supported.len() {
            if supported[at] && has_able_obligor(family, at, terms, case, supported, scratch) {
                supported[at] = false;
                changed = true;
            }
        }
        if !changed {
            return;
        }
    }
}

/// The first two conditions, and the choice of minors.
fn by_himself(member: &Member, terms: &Terms, case: &Case, trail: &mut Trail) -> Option<(Ground, income::Own)> {
    let asked = case.person == Some(member.person);
    let ground = labour::ground(member, terms, asked && case.as_minor, asked && case.province, trail);
    let (below, own) = income::is_below(member, terms.params.standard, terms.on, trail);
    let assets = assets::pass(&member.assets, &terms.params, terms.on, trail);
    if asked && case.orphan_chosen {
        trail.say(reason::ORPHAN_CHOSEN, []);
        return None;
    }
    ground.filter(|_| below && assets).map(|ground| (ground, own))
}

/// The person's obligors: those recorded, and those of the file nobody recorded.
fn obligors<'f>(
    family: &'f Family,
    at: usize,
    terms: &'f Terms,
    case: &'f Case,
    supported: &'f [bool],
) -> impl Iterator<Item = Obligor> + 'f {
    let member = &family.members[at];
    let recorded = if case.person == Some(member.person) { case.obligors.as_slice() } else { &[] };
    let adult = i64::from(terms.rules.adult_age);
    let dependent = member.age(terms.on).is_some_and(|age| age < adult)
        || labour::is_without_labour(member.disability, member.grade);
    let supports = move |person: Id| {
        let place = family.members.iter().position(|other| other.person == person);
        place.is_some_and(|place| supported[place])
    };
    let on_file = family.members.iter().enumerate().filter(move |(place, other)| {
        *place != at
            && !other.has_died(terms.on)
            && other.age(terms.on).is_none_or(|age| age >= adult)
            && owes(member.relation, other.relation, dependent)
            && !recorded.iter().any(|obligor| obligor.member == Some(other.person))
    });
    recorded
        .iter()
        .filter(|obligor| obligor.standing != Standing::Dead)
        .map(move |obligor| Obligor { tekun: obligor.tekun || obligor.member.is_some_and(supports), ..obligor.clone() })
        .chain(on_file.map(move |(place, other)| Obligor::on_file(other, terms, supported[place])))
}

fn has_able_obligor(
    family: &Family,
    at: usize,
    terms: &Terms,
    case: &Case,
    supported: &[bool],
    scratch: &mut Trail,
) -> bool {
    obligors(family, at, terms, case, supported).any(|obligor| obligor::is_able(&obligor, terms, scratch))
}

/// Whose answer is told when nobody qualifies: the one asked about, else the first without labour capacity, else the first.
fn explained(family: &Family, terms: &Terms, case: &Case, desk: &mut Desk) -> Option<usize> {
    if let Some(person) = case.person {
        return family.members.iter().position(|member| member.person == person);
    }
    if let Some(supported) = desk.supported.iter().position(|supported| *supported) {
        return Some(supported);
    }
    let scratch = &mut desk.scratch;
    let here = |member: &Member| lives_here(member) && !is_gone(member, terms.on);
    let mut living = family.members.iter().enumerate().filter(|(_, member)| here(member));
    living
        .clone()
        .find(|(_, member)| labour::ground(member, terms, false, false, scratch).is_some())
        .or_else(|| living.next())
        .map(|(at, _)| at)
        .or((!family.members.is_empty()).then_some(0))
}

/// Says the whole way to one person's answer.
fn explain(family: &Family, at: usize, terms: &Terms, case: &Case, desk: &mut Desk, trail: &mut Trail) -> bool {
    let member = &family.members[at];
    match (member.death, member.uncounted) {
        (Some(death), _) if death <= terms.on => trail.say(reason::DIED, [i64::from(death.days())]),
        (_, IN_PRISON) => trail.say(reason::IN_PRISON, []),
        (_, MISSING) => trail.say(reason::MISSING, []),
        _ => {}
    }
    if is_gone(member, terms.on) {
        return false;
    }
    let himself = by_himself(member, terms, case, trail);
    let mut count = 0;
    let mut able = false;
    for obligor in obligors(family, at, terms, case, &desk.supported) {
        count += 1;
        able |= obligor::is_able(&obligor, terms, trail);
    }
    desk.set(figure::OBLIGORS, count);
    let stated = case.stated && case.person == Some(member.person);
    if !stated {
        trail.say(reason::OBLIGORS_UNSTATED, []);
    } else if count == 0 {
        trail.say(reason::OBLIGOR_NONE, []);
    }
    let Some((ground, own)) = himself else { return false };
    desk.set(figure::GROUND, ground as i64);
    desk.set(figure::INCOME, own.counted);
    !able
}

/// Basic standard and care fee (国发〔2016〕14号; 43号 第二十条).
fn pay(member: &Member, terms: &Terms, case: &Case, desk: &mut Desk, trail: &mut Trail) -> i64 {
    let params = &terms.params;
    trail.say(reason::BASIC_PAID, [params.basic, params.standard, params.basic_ratio, params.floor()]);
    let failed = match case.person {
        Some(_) => case.failed.or(member.failed),
        None => member.failed,
    };
    let level = failed.and_then(Level::from_failed);
    let care = match (failed, level) {
        (Some(failed), Some(level)) => {
            let fee = params.care_fee(level);
            let fen = fee.unwrap_or(0);
            match level {
                Level::SelfCaring => trail.say(reason::CARE_SELF, [fen]),
                Level::Half => trail.say(reason::CARE_HALF, [failed, fen]),
                Level::Full => trail.say(reason::CARE_FULL, [failed, fen]),
            }
            if fee.is_none() {
                trail.say(reason::CARE_UNSET, []);
            }
            fen
        }
        _ => {
            trail.say(reason::CARE_UNASSESSED, []);
            0
        }
    };
    trail.say(reason::AMOUNT_SUM, [params.basic, care, params.basic + care]);
    desk.add(figure::BASIC, params.basic);
    desk.add(figure::CARE, care);
    desk.set(figure::FAILED, failed.unwrap_or(0));
    desk.set(figure::LEVEL, level.map_or(0, Level::code));
    params.basic + care
}
