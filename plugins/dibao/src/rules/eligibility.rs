//! The decision: `y = I/n` against the standard and one and a half times it, compared as `I` against `S×n`, so that nothing is
//! ever divided (民发〔2021〕57号 第四条, 第八条, 第十三条, 第十四条, 第二十三条).

use super::household::{self, Standing};
use super::income::Total;
use super::recheck::{self, Class};
use super::ruleset::{self, RuleSet};
use super::supplement::Tally;
use super::{amount, assets, income, single};
use crate::codes::{FIGURES, figure, outcome, reason};
use crate::family::{Family, Member};
use crate::parameters::Params;
use doudi_sdk::prelude::*;

/// What holds for every household of a block: the date, the rules in force on it, the county's numbers.
#[derive(Debug, Clone)]
pub struct Terms {
    pub on: Date,
    pub rules: RuleSet,
    pub params: Params,
    /// Born on this day or before: adult on the date.
    pub adult_born_by: Date,
    /// Born on this day or before: old on the date.
    pub old_born_by: Date,
}

impl Terms {
    /// None when no rule set this measure knows holds on the date.
    pub fn new(on: Date, params: Params) -> Option<Terms> {
        let rules = RuleSet::on(on)?;
        let old_age = params.old_age.unwrap_or(rules.old_age);
        Some(Terms {
            on,
            rules,
            params,
            adult_born_by: on.latest_birth_for_age(rules.adult_age),
            old_born_by: on.latest_birth_for_age(old_age),
        })
    }
}

/// Who applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Basis {
    /// Whatever the household is entitled to: as a whole first, then its single members.
    #[default]
    Best,
    /// The household as a whole.
    Family,
    /// One member, by id (单人户).
    Single(Id),
}

/// What is asked of one household.
#[derive(Debug, Clone, Copy, Default)]
pub struct Case {
    pub basis: Basis,
    /// Support from siblings or from people of 60 and over that 民发〔2022〕83号 lets the county exempt, monthly fen.
    pub exempt_support: i64,
    /// A member to leave out as deceased, though the file does not say so yet.
    pub without: Option<Id>,
}

/// The answer; its reasons are on the trail, its figures on the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    pub outcome: OutcomeCode,
    /// Monthly fen, supplements included.
    pub amount: i64,
    pub covered: i64,
}

impl Verdict {
    /// Whether it pays.
    pub fn pays(&self) -> bool {
        self.outcome == outcome::DIBAO || self.outcome == outcome::SINGLE
    }

    const REFUSED: Verdict = Verdict { outcome: outcome::REFUSED, amount: 0, covered: 0 };
}

/// Working memory, used again for every household.
#[derive(Debug, Default)]
pub struct Desk {
    /// The figures of the household decided last, in the manifest's order.
    pub figures: [i64; FIGURES],
    standings: Vec<Standing>,
    aside: Trail,
}

impl Desk {
    pub const fn figure(&self, figure: FigureCode) -> i64 {
        self.figures[figure.0 as usize]
    }
}

/// Decides one household on the terms of the day: says the reasons on the trail, leaves the figures on the desk.
pub fn decide(family: &Family, terms: &Terms, case: &Case, desk: &mut Desk, trail: &mut Trail) -> Verdict {
    let Desk { figures, standings, aside } = desk;
    figures.fill(0);
    let params = &terms.params;
    let standard = params.standard;
    let members = household::settle(family, terms.on, terms.adult_born_by, case.without, standings, trail);
    figures[figure::MEMBERS.0 as usize] = members;
    figures[figure::STANDARD.0 as usize] = standard;

    // Clergy long away apply on their own income; the family they left does not matter.
    if let Basis::Single(person) = case.basis
        && let Some(index) = family.members.iter().position(|member| member.person == person)
        && single::is_clergy(&family.members[index])
    {
        return match own_means(family, index, terms, 0, trail, aside) {
            Some(own) => {
                trail.say(reason::SINGLE_CLERGY, [own.income, standard]);
                pay_singles(family, terms, std::iter::once((index, own)), figures, trail)
            }
            None => Verdict::REFUSED,
        };
    }
    if members == 0 {
        trail.say(reason::NO_MEMBERS, []);
        return Verdict::REFUSED;
    }

    let counted = |index: usize| standings[index] == Standing::Counted;
    let total = income::total(family, terms.on, params, counted, false, trail);
    let line = standard * members;
    figures[figure::INCOME.0 as usize] = total.income;
    figures[figure::WAGE.0 as usize] = total.wage;
    figures[figure::EXCLUDED.0 as usize] = total.excluded;
    figures[figure::RIGID.0 as usize] = total.rigid;
    figures[figure::LINE.0 as usize] = line;
    figures[figure::EDGE_LINE.0 as usize] = line * params.edge_ratio / 10_000;

    let mut edge = false;
    if total.income < line {
        trail.say(reason::BELOW_STANDARD, [total.income, standard, members, line]);
        let holding = assets::examine(family, terms.on, params, members, params.financial_months, counted, trail);
        figures[figure::FINANCIAL_ASSETS.0 as usize] = holding.financial;
        if holding.pass {
            if let Basis::Single(_) = case.basis {
                trail.say(reason::FAMILY_QUALIFIES, []);
                return Verdict::REFUSED;
            }
            return pay_family(family, terms, members, &total, figures, standings, trail);
        }
    } else {
        trail.say(reason::NOT_BELOW_STANDARD, [total.income, standard, members, line]);
        if total.income * 10_000 < line * params.edge_ratio {
            trail.say(reason::WITHIN_EDGE, [total.income, line, figures[figure::EDGE_LINE.0 as usize]]);
            let months = params.edge_financial_months.or(params.financial_months);
            let holding = assets::examine(family, terms.on, params, members, months, counted, trail);
            figures[figure::FINANCIAL_ASSETS.0 as usize] = holding.financial;
            edge = holding.pass;
        } else {
            trail.say(reason::NOT_WITHIN_EDGE, [total.income, figures[figure::EDGE_LINE.0 as usize]]);
        }
    }

    let candidate = |member: &Member| match case.basis {
        Basis::Best => true,
        Basis::Family => false,
        Basis::Single(person) => member.person == person,
    };
    if case.basis != Basis::Family {
        let chosen = family.members.iter().enumerate().filter(|(index, member)| counted(*index) && candidate(member));
        let mut verdict: Option<Verdict> = None;
        for (index, member) in chosen {
            let own = if edge {
                if !single::qualifies_in_edge(member, trail) {
                    continue;
                }
                income::total(family, terms.on, params, |other| other == index, true, aside)
            } else {
                if member.disability == 0 || !is_own_right(family, index, terms) {
                    continue;
                }
                if !terms.rules.own_right {
                    let begins = ruleset::ALL[ruleset::ALL.len() - 1].begins();
                    trail.say(reason::OWN_RIGHT_NOT_YET, [i64::from(begins.days())]);
                    continue;
                }
                let Some(own) = own_means(family, index, terms, case.exempt_support, trail, aside) else { continue };
                trail.say(reason::SINGLE_OWN_RIGHT, [member.disability, member.grade, own.income, standard]);
                own
            };
            let one = pay_singles(family, terms, std::iter::once((index, own)), figures, trail);
            if one.pays() {
                verdict = Some(match verdict {
                    None => one,
                    Some(sum) => join(sum, one),
                });
            }
        }
        if let Some(verdict) = verdict {
            near_relative(family, trail);
            return verdict;
        }
    }
    let outcome = if edge && !matches!(case.basis, Basis::Single(_)) { outcome::EDGE } else { outcome::REFUSED };
    Verdict { outcome, amount: 0, covered: 0 }
}

/// 83号: an adult jobless severely disabled person, whatever the family's income.
fn is_own_right(family: &Family, index: usize, terms: &Terms) -> bool {
    let member = &family.members[index];
    let earned: i64 = member
        .incomes
        .iter()
        .filter(|item| income::is_earned(item.kind))
        .map(|item| income::monthly(item.value.0, item.from, item.to, terms.on, terms.params.reference_months))
        .sum();
    single::is_jobless_severe_adult(member, terms.adult_born_by, earned)
}

/// A person's own income and assets against one standard; `None`, with the reason, when they exceed it. Support that is
/// exempted does not count.
fn own_means(
    family: &Family,
    index: usize,
    terms: &Terms,
    exempt_support: i64,
    trail: &mut Trail,
    aside: &mut Trail,
) -> Option<Total> {
    let params = &terms.params;
    aside.clear();
    let mut own = income::total(family, terms.on, params, |other| other == index, true, aside);
    if exempt_support > 0 {
        let exempted = exempt_support.min(own.income);
        own.income -= exempted;
        trail.say(reason::SUPPORT_EXEMPTED, [exempted]);
    }
    if own.income >= params.standard {
        trail.say(reason::OWN_RIGHT_INCOME, [own.income, params.standard]);
        return None;
    }
    let holding = assets::examine(family, terms.on, params, 1, params.financial_months, |other| other == index, trail);
    holding.pass.then_some(own)
}

/// The household as a whole: the difference, less what refusals of work take away, plus supplements, rounded once.
fn pay_family(
    family: &Family,
    terms: &Terms,
    members: i64,
    total: &Total,
    figures: &mut [i64; FIGURES],
    standings: &[Standing],
    trail: &mut Trail,
) -> Verdict {
    let params = &terms.params;
    let mut base = amount::difference(params.standard, members, total.income);
    trail.say(reason::AMOUNT_DIFFERENCE, [params.standard, members, total.income, base]);
    let part = amount::share(base, members);
    let mut covered = members;
    let mut tally = Tally::default();
    for (member, standing) in family.members.iter().zip(standings) {
        if *standing != Standing::Counted {
            continue;
        }
        if refuses_work(member, terms) {
            let less = amount::work_refusal(part, params.work_refusal_reduction, member.refusals, trail);
            base -= less;
            if less == part {
                covered -= 1;
                continue;
            }
        }
        tally.add(member, params, terms.adult_born_by, terms.old_born_by);
    }
    if covered == 0 {
        // What the division left over belongs to nobody.
        base = 0;
    }
    figures[figure::BASE.0 as usize] = base;
    figures[figure::SUPPLEMENT.0 as usize] = tally.total(params, trail);
    let class =
        recheck::classify(family, standings, params, &terms.rules, terms.adult_born_by, terms.old_born_by, trail);
    figures[figure::RECHECK_CLASS.0 as usize] = class as i64;
    near_relative(family, trail);
    let amount = amount::round(base + figures[figure::SUPPLEMENT.0 as usize], params.rounding, trail);
    let outcome = if covered == 0 { outcome::REFUSED } else { outcome::DIBAO };
    Verdict { outcome, amount, covered }
}

/// Members covered alone, each for himself.
fn pay_singles(
    family: &Family,
    terms: &Terms,
    singles: impl Iterator<Item = (usize, Total)>,
    figures: &mut [i64; FIGURES],
    trail: &mut Trail,
) -> Verdict {
    let params = &terms.params;
    let (mut base, mut covered) = (0, 0);
    let mut tally = Tally::default();
    for (index, own) in singles {
        let member = &family.members[index];
        let part = single::amount(&own, params, trail);
        let less = if part > 0 && refuses_work(member, terms) {
            amount::work_refusal(part, params.work_refusal_reduction, member.refusals, trail)
        } else {
            0
        };
        if part > less {
            base += part - less;
            covered += 1;
            tally.add(member, params, terms.adult_born_by, terms.old_born_by);
        }
    }
    if covered == 0 {
        return Verdict::REFUSED;
    }
    // Several members may be covered, each for himself: what they get adds up.
    let supplement = tally.total(params, trail);
    figures[figure::BASE.0 as usize] += base;
    figures[figure::SUPPLEMENT.0 as usize] += supplement;
    // The severely disabled, the seriously ill and the long absent are not sent to work: class A.
    figures[figure::RECHECK_CLASS.0 as usize] = Class::A as i64;
    let amount = amount::round(base + supplement, params.rounding, trail);
    Verdict { outcome: outcome::SINGLE, amount, covered }
}

/// Two members of one family, each covered alone.
fn join(sum: Verdict, one: Verdict) -> Verdict {
    Verdict { amount: sum.amount + one.amount, covered: sum.covered + one.covered, ..sum }
}

/// 57号 第三十四条: three refusals in a row, by someone who can work.
fn refuses_work(member: &Member, terms: &Terms) -> bool {
    member.refusals >= terms.rules.refusals && !matches!(member.labour, 3 | 4)
}

/// Near relatives of handlers or village committee members go into their own register, and the county must visit the home.
fn near_relative(family: &Family, trail: &mut Trail) {
    if let Some(member) = family.members.iter().find(|member| member.near_relative != 0) {
        trail.say(reason::NEAR_RELATIVE, [member.near_relative]);
    }
}
