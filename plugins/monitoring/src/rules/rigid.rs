//! 刚性支出困难家庭 (刚性支出困难家庭认定办法, from 2025-01-01): the widest circle. Not 低保, 特困 or 边缘; income a head below last year's
//! disposable income a head of the place; assets as for 边缘 or looser; and rigid spending of the last twelve months above the place's
//! share of the family's income. Nothing is divided: shares are compared across.

use super::window::Window;
use crate::codes::{Asset, FIGURES, Income, Spending, figure, outcome, reason};
use crate::family::{Family, Member};
use doudi_sdk::prelude::*;

/// The scheme of its decisions.
pub const SCHEME: &str = "rigid-spending";
/// The day the rule came into force.
pub const IN_FORCE: Date = Date::of(2025, 1, 1);
/// Longest validity the rule allows, months; a county may set a shorter one.
pub const LONGEST: i64 = 12;

/// One county on one day. Money in fen, shares in basis points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Params {
    /// Last year's disposable income a head, a year.
    pub income_limit: i64,
    /// Rigid spending above this share of the income.
    pub ratio: i64,
    /// The line of 边缘 families, a head and month.
    pub edge_line: Option<i64>,
    /// Living cost that counts as rigid, a head and month.
    pub living: Option<i64>,
    pub pension_counted: bool,
    /// Financial assets a head.
    pub financial: Option<i64>,
    pub vehicles: Option<i64>,
    pub homes: Option<i64>,
    pub shops: Option<i64>,
    pub companies: Option<i64>,
    /// Months a recognition holds, at most [`LONGEST`].
    pub validity: i64,
}

/// What the file does not know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Case {
    /// It receives 低保 or 特困 support now, or is recognised as 边缘.
    pub covered: bool,
    /// Other rigid spending of the twelve months that the survey found.
    pub other: Fen,
}

/// The kinds that are no income of the family by the rules of 低保; the basic pension by the county's word.
const EXCLUDED: [Income; 6] = [
    Income::VeteranAllowance,
    Income::FamilyPlanningAward,
    Income::Scholarship,
    Income::BraveryAward,
    Income::GovernmentAid,
    Income::CityExcluded,
];

/// Decides one household: reasons on the trail, numbers in `figures`. Before the rule came into force there are no `params`.
pub fn decide(
    family: &Family,
    on: Date,
    case: Case,
    params: Option<&Params>,
    figures: &mut [i64; FIGURES],
    trail: &mut Trail,
) -> OutcomeCode {
    figures.fill(0);
    let mut set = |figure: FigureCode, value: i64| figures[figure.0 as usize] = value;
    let Some(params) = params.filter(|_| on >= IN_FORCE) else {
        trail.say(reason::NOT_IN_FORCE, [IN_FORCE.into()]);
        return outcome::NOT_IN_FORCE;
    };
    let members: Vec<&Member> = family.members.iter().filter(|member| member.counts(on)).collect();
    let heads = members.len() as i64;
    trail.say(reason::HOUSEHOLD_SIZE, [heads, family.members.len() as i64]);
    set(figure::MEMBERS, heads);
    if heads == 0 {
        trail.say(reason::NO_MEMBERS, []);
        return outcome::REFUSED;
    }
    let window = Window::year_before(on);
    let (income, excluded) = income(&members, params, &window);
    set(figure::INCOME, income);
    trail.say(reason::INCOME_COUNTED, [income, heads]);
    for item in members.iter().flat_map(|member| &member.incomes) {
        trail.fact(item.fact);
    }
    if excluded > 0 {
        trail.say(reason::INCOME_EXCLUDED, [excluded]);
    }
    let spent = spending(&members, params, &window, case.other);
    set(figure::RIGID, spent.total());
    set(figure::MEDICAL, spent.medical);
    set(figure::EDUCATION, spent.education);
    let share = if income > 0 { spent.total() * 10_000 / income } else { 0 };
    set(figure::RATIO, share);

    let mut good = true;
    if case.covered {
        trail.say(reason::COVERED, []);
        good = false;
    } else {
        trail.say(reason::NOT_COVERED, []);
    }
    let limit = params.income_limit * heads;
    set(figure::INCOME_LIMIT, limit);
    if income < limit {
        trail.say(reason::INCOME_WITHIN, [income, params.income_limit, heads, limit]);
    } else {
        trail.say(reason::INCOME_OVER, [income, params.income_limit, heads, limit]);
        good = false;
    }
    let assets = assets(&members, on, params, heads, trail);
    good &= assets;
    match params.edge_line {
        // Whoever is 边缘 is nearer to the centre and gets more: that is what to apply for.
        Some(line) if income < line * 12 * heads && assets => {
            trail.say(reason::WITHIN_EDGE, [income, line * 12 * heads]);
            good = false;
        }
        Some(_) => {}
        None => trail.say(reason::EDGE_UNSET, []),
    }
    trail.say(
        reason::RIGID_COUNTED,
        [spent.total(), spent.living, spent.medical, spent.education, spent.rehabilitation, spent.other],
    );
    for item in members.iter().flat_map(|member| &member.spending) {
        trail.fact(item.fact);
    }
    if params.living.is_none() {
        trail.say(reason::LIVING_UNSET, []);
    }
    // Above, not at: the rule says 超过.
    if spent.total() * 10_000 > income * params.ratio {
        trail.say(reason::RATIO_MET, [spent.total(), income, share, params.ratio]);
    } else {
        trail.say(reason::RATIO_NOT_MET, [spent.total(), income, share, params.ratio]);
        good = false;
    }
    if !good {
        return outcome::REFUSED;
    }
    trail.say(reason::VALID_UNTIL, [params.validity, ends(on, params).into()]);
    outcome::RECOGNISED
}

/// The last day a recognition of a day holds.
pub fn ends(on: Date, params: &Params) -> Date {
    on.add_months(params.validity.clamp(1, LONGEST) as i32).add_days(-1)
}

/// Income of the twelve months, and what is none.
fn income(members: &[&Member], params: &Params, window: &Window) -> (i64, i64) {
    let (mut income, mut excluded) = (0, 0);
    for item in members.iter().flat_map(|member| &member.incomes) {
        let total = window.total(item).0;
        match item.kind {
            Income::TransferOut | Income::EmploymentCost => income -= total,
            kind if EXCLUDED.contains(&kind) => excluded += total,
            Income::PensionBasicCentral if !params.pension_counted => excluded += total,
            _ => income += total,
        }
    }
    (income.max(0), excluded)
}

/// Rigid spending by kind.
#[derive(Default)]
struct Spent {
    living: i64,
    medical: i64,
    education: i64,
    rehabilitation: i64,
    other: i64,
}

impl Spent {
    fn total(&self) -> i64 {
        self.living + self.medical + self.education + self.rehabilitation + self.other
    }
}

fn spending(members: &[&Member], params: &Params, window: &Window, other: Fen) -> Spent {
    let living = params.living.unwrap_or(0) * 12 * members.len() as i64;
    let mut spent = Spent { living, other: other.0, ..Spent::default() };
    for item in members.iter().flat_map(|member| &member.spending) {
        let total = window.total(item).0;
        match item.kind {
            Spending::Medical => spent.medical += total,
            Spending::Education => spent.education += total,
            Spending::Rehabilitation => spent.rehabilitation += total,
        }
    }
    spent
}

/// Qualifiers that do not count: scooters for the disabled and scrapped vehicles (1, 2), inherited shares (2), dormant companies and
/// membership of a co-operative (1, 2).
const fn exempt(kind: Asset, qualifier: i32) -> bool {
    match kind {
        Asset::Vehicle | Asset::Company => matches!(qualifier, 1 | 2),
        Asset::Home => qualifier == 2,
        _ => false,
    }
}

fn assets(members: &[&Member], on: Date, params: &Params, heads: i64, trail: &mut Trail) -> bool {
    let (mut financial, mut exempted) = (0, 0);
    let mut counts = [0_i64; 4];
    for item in members.iter().flat_map(|member| &member.assets).filter(|item| item.covers(on)) {
        let place = match item.kind {
            Asset::Vehicle => 0,
            Asset::Home => 1,
            Asset::Shop => 2,
            Asset::Company => 3,
            _ => {
                financial += item.value.0;
                continue;
            }
        };
        if exempt(item.kind, item.qualifier) {
            exempted += 1;
        } else {
            counts[place] += 1;
        }
    }
    let (mut pass, mut unset) = (true, 0);
    match params.financial {
        Some(limit) if financial > limit * heads => {
            trail.say(reason::FINANCIAL_OVER, [financial, limit * heads]);
            pass = false;
        }
        Some(_) => {}
        None => unset += 1,
    }
    let limits = [params.vehicles, params.homes, params.shops, params.companies];
    let sentences: [ReasonCode<2>; 4] =
        [reason::VEHICLE_OVER, reason::HOME_OVER, reason::SHOP_OVER, reason::COMPANY_OVER];
    for ((count, limit), sentence) in counts.into_iter().zip(limits).zip(sentences) {
        match limit {
            Some(limit) if count > limit => {
                trail.say(sentence, [count, limit]);
                pass = false;
            }
            Some(_) => {}
            None => unset += 1,
        }
    }
    if exempted > 0 {
        trail.say(reason::ASSETS_EXEMPT, [exempted]);
    }
    if pass && unset < 5 {
        trail.say(reason::ASSETS_PASS, []);
    }
    if unset > 0 {
        trail.say(reason::ASSETS_UNSET, [unset]);
    }
    pass
}
