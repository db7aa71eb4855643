//! Counted household income (民发〔2021〕57号 第十三条):
//! `I = Σ(wage − employment cost) + business net + property net + (transfers in − transfers out) + other`, less rigid spending
//! for disability or illness, without what the article or a city excludes.

use crate::codes::reason;
use crate::codes::{Income, Spending};
use crate::family::{Family, Member};
use crate::parameters::Params;
use doudi_sdk::prelude::*;

/// Sums by [`Income`].
pub type Sums = [i64; Income::CODES.len()];

/// Whether a kind is earned by work: a wage or a business.
pub const fn is_earned(kind: Income) -> bool {
    matches!(kind, Income::Wage | Income::Business)
}

/// What came of the incomes of one person or of a household, monthly fen.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Total {
    /// Counted income, never negative.
    pub income: i64,
    /// Wage after employment cost.
    pub wage: i64,
    pub business: i64,
    pub property: i64,
    /// Transfers received, pensions and support, less transfers paid. May be negative.
    pub transfer: i64,
    pub other: i64,
    /// What was left out.
    pub excluded: i64,
    /// Rigid spending that was deducted.
    pub rigid: i64,
}

/// The excluded kinds and the sentence of each.
const EXCLUSIONS: [(Income, ReasonCode<1>); 6] = [
    (Income::VeteranAllowance, reason::EXCLUDED_VETERAN),
    (Income::FamilyPlanningAward, reason::EXCLUDED_FAMILY_PLANNING),
    (Income::Scholarship, reason::EXCLUDED_SCHOLARSHIP),
    (Income::BraveryAward, reason::EXCLUDED_BRAVERY),
    (Income::GovernmentAid, reason::EXCLUDED_AID),
    (Income::CityExcluded, reason::EXCLUDED_CITY),
];

/// A kind as one bit of a set of kinds.
const fn bit(kind: Income) -> u32 {
    1 << kind as u32
}

/// The kinds that count, as far as their own sentences do not say otherwise.
const COUNTED: u32 = {
    let mut excluded = bit(Income::PensionBasicCentral);
    let mut index = 0;
    while index < EXCLUSIONS.len() {
        excluded |= bit(EXCLUSIONS[index].0);
        index += 1;
    }
    !excluded
};

/// The monthly amount of one item on the date. What still runs counts as it stands; what began and ended within the
/// county's reference period counts by the months it was received, spread over the period and rounded down to the fen;
/// what ended before, or has not begun, counts nothing. Without a reference period only what still runs counts.
#[inline]
pub fn monthly(value: i64, from: Date, to: Option<Date>, on: Date, reference: u32) -> i64 {
    if from > on {
        return 0;
    }
    match to {
        None => value,
        Some(to) if to >= on => value,
        Some(to) if reference > 0 => {
            // The window is the whole months before the month of the decision.
            let first = from.calendar_months_until(on).min(reference as i32);
            let last = to.calendar_months_until(on).max(1);
            value * i64::from((first - last + 1).max(0)) / i64::from(reference)
        }
        Some(_) => 0,
    }
}

/// Whether an item had to be spread over the reference period.
fn averaged(item: &Item<Income>, on: Date) -> bool {
    item.to.is_some_and(|to| to < on)
}

/// The cost of having work that may be deducted from a wage: what was declared, up to the wage and to the county's limits
/// (57号 第十三条; the notice, item 2: 落实就业成本扣减).
#[inline]
pub fn employment_cost(wage: i64, declared: i64, params: &Params) -> i64 {
    let mut cost = declared.clamp(0, wage.max(0));
    if let Some(cap) = params.employment_cost_cap {
        cost = cost.min(cap);
    }
    if let Some(ratio) = params.employment_cost_ratio {
        cost = cost.min(wage * ratio / 10_000);
    }
    cost
}

/// Rigid spending of a disabled or seriously ill member that may be deducted, by the county's share and cap. Nothing where the
/// county has set no share.
#[inline]
fn rigid_spending(member: &Member, on: Date, params: &Params) -> (i64, i64) {
    if member.spending.is_empty() || !(member.ill || member.disability != 0) {
        return (0, 0);
    }
    let spent: i64 = member
        .spending
        .iter()
        .filter(|item| matches!(item.kind, Spending::Medical | Spending::Rehabilitation))
        .map(|item| monthly(item.value.0, item.from, item.to, on, params.reference_months))
        .sum();
    let Some(ratio) = params.rigid_ratio else { return (spent, 0) };
    let deducted = spent * ratio / 10_000;
    (spent, params.rigid_cap.map_or(deducted, |cap| deducted.min(cap)))
}

/// The counted income of the members `includes` says yes to. `quiet` computes without a word, for one person inside a
/// household whose own income has been explained already.
pub fn total(
    family: &Family,
    on: Date,
    params: &Params,
    includes: impl Fn(usize) -> bool,
    quiet: bool,
    trail: &mut Trail,
) -> Total {
    let mut sums: Sums = [0; Income::CODES.len()];
    let mut total = Total::default();
    let (mut declared_cost, mut allowed_cost, mut spent, mut spread) = (0, 0, 0, false);
    for (_, member) in family.members.iter().enumerate().filter(|(index, _)| includes(*index)) {
        let (mut wage, mut cost) = (0, 0);
        for item in &member.incomes {
            let value = monthly(item.value.0, item.from, item.to, on, params.reference_months);
            match item.kind {
                Income::Wage => wage += value,
                Income::EmploymentCost => cost += value,
                kind => sums[kind as usize] += value,
            }
            spread |= averaged(item, on);
        }
        if wage != 0 || cost != 0 {
            let allowed = employment_cost(wage, cost, params);
            sums[Income::Wage as usize] += wage;
            declared_cost += cost;
            allowed_cost += allowed;
        }
        let (rigid, deducted) = rigid_spending(member, on, params);
        spent += rigid;
        total.rigid += deducted;
    }

    let of = |kind: Income| sums[kind as usize];
    let pension_excluded = on <= params.pension_exclusion_until;
    let pension = of(Income::PensionBasicCentral);
    total.wage = of(Income::Wage) - allowed_cost;
    total.business = of(Income::Business);
    total.property = of(Income::Property);
    total.transfer = of(Income::TransferIn) + of(Income::Support) + of(Income::PensionOther) - of(Income::TransferOut)
        + if pension_excluded { 0 } else { pension };
    total.other = of(Income::Other);
    total.excluded =
        EXCLUSIONS.iter().map(|(kind, _)| of(*kind)).sum::<i64>() + if pension_excluded { pension } else { 0 };
    let gross = total.wage + total.business + total.property + total.transfer + total.other;
    total.income = (gross - total.rigid).max(0);
    if quiet {
        return total;
    }

    let facts = |trail: &mut Trail, wanted: u32| {
        for (_, member) in family.members.iter().enumerate().filter(|(index, _)| includes(*index)) {
            for item in member.incomes.iter().filter(|item| bit(item.kind) & wanted != 0) {
                trail.fact(item.fact);
            }
        }
    };
    if declared_cost > 0 {
        trail.say(reason::EMPLOYMENT_COST, [of(Income::Wage), allowed_cost, total.wage]);
        facts(trail, bit(Income::Wage) | bit(Income::EmploymentCost));
        if allowed_cost < declared_cost {
            trail.say(reason::EMPLOYMENT_COST_CAPPED, [declared_cost, allowed_cost]);
        }
    }
    if total.excluded > 0 {
        for (kind, sentence) in EXCLUSIONS {
            if of(kind) > 0 {
                trail.say(sentence, [of(kind)]);
                facts(trail, bit(kind));
            }
        }
    }
    if pension > 0 {
        let sentence = if pension_excluded { reason::PENSION_EXCLUDED } else { reason::PENSION_COUNTED };
        trail.say(sentence, [pension, i64::from(params.pension_exclusion_until.days())]);
        facts(trail, bit(Income::PensionBasicCentral));
    }
    if of(Income::Support) > 0 {
        trail.say(reason::SUPPORT_COUNTED, [of(Income::Support)]);
        facts(trail, bit(Income::Support));
    }
    if spread {
        trail.say(reason::INCOME_AVERAGED, [i64::from(params.reference_months)]);
    }
    if spent > 0 {
        if params.rigid_ratio.is_some() {
            trail.say(reason::RIGID_DEDUCTED, [spent, total.rigid]);
        } else {
            trail.say(reason::RIGID_UNSET, [spent]);
        }
        for (_, member) in family.members.iter().enumerate().filter(|(index, _)| includes(*index)) {
            for item in member.spending.iter().filter(|_| member.ill || member.disability != 0) {
                trail.fact(item.fact);
            }
        }
    }
    trail.say(
        reason::INCOME_COUNTED,
        [total.income, total.wage, total.business, total.property, total.transfer, total.other, total.rigid],
    );
    facts(trail, COUNTED);
    total
}
