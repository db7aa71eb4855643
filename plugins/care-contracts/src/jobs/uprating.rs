//! The July uprating (the notice, item 10): everybody's amount moves with the basic standard, from the day it holds from, however
//! late it is entered — for those supported today and for those who were in between. Support does not depend on income once it
//! is given, so nothing but the standard and the level of each period is asked.

use crate::actions::decision::Changed;
use crate::codes::{figure, parameter, reason};
use crate::parameters::Params;
use crate::rules::Trail;
use crate::running::{Line, SCHEME};
use crate::settings::Settings;
use crate::terms_on;
use doudi_sdk::decided::Decided;
use doudi_sdk::prelude::*;

/// Households a step takes, and after how many effects it ends early: a household usually wishes three and asks for one read, and
/// a call may wish and ask a thousand.
const STEP: u32 = 200;
const EFFECTS: usize = 900;

pub fn step(context: &Context, today: Date, after: Id) -> Result<Step> {
    let standard = parameters::require(parameter::BASIC_STANDARD, today)?;
    terms_on(today)?;
    let settings: Settings = context.settings()?;
    let households = concerned(standard.begins, today, after)?;
    let mut effects = Effects::new();
    let mut days = Days::default();
    for household in &households {
        if effects.len() > EFFECTS {
            // This one and those after it come with the next step.
            return Ok(Step::then(effects, household.0 - 1));
        }
        for line in lines_of(*household)? {
            effects = effects.and(raise(&line, standard.begins, today, &mut days, &settings)?);
        }
    }
    Ok(match households.last() {
        Some(last) if households.len() == STEP as usize => Step::then(effects, last.0),
        _ => Step::done(effects),
    })
}

/// The county's numbers on the days that are asked for, each read once for the whole step.
#[derive(Default)]
struct Days(Vec<(Date, Params)>);

impl Days {
    fn on(&mut self, day: Date) -> Result<&Params> {
        let place = match self.0.iter().position(|(read, _)| *read == day) {
            Some(place) => place,
            None => {
                self.0.push((day, terms_on(day)?.params));
                self.0.len() - 1
            }
        };
        Ok(&self.0[place].1)
    }
}

/// Households supported on any day a month began since the standard holds, or today.
fn concerned(begins: Date, today: Date, after: Id) -> Result<Vec<Id>> {
    let mut days = vec![begins.min(today), today];
    let mut month = begins.first_of_next_month();
    while month <= today {
        days.push(month);
        month = month.add_months(1);
    }
    days.sort_unstable();
    days.dedup();
    let mut households = Vec::new();
    for day in days {
        let lines = decisions::in_force(SCHEME, day, None, after, STEP)?;
        households.extend(lines.into_iter().map(|line| line.household));
    }
    households.sort_unstable();
    households.dedup();
    households.truncate(STEP as usize);
    Ok(households)
}

/// A household's decisions by person, oldest first; refusals govern nothing.
fn lines_of(household: Id) -> Result<Vec<Vec<Decision>>> {
    let mut lines: Vec<Vec<Decision>> = Vec::new();
    for decision in decisions::of_household(household)? {
        if decision.scheme != SCHEME || decision.effect == "refuse" {
            continue;
        }
        match lines.iter_mut().find(|line| line[0].person == decision.person) {
            Some(line) => line.push(decision),
            None => lines.push(vec![decision]),
        }
    }
    lines.iter_mut().for_each(|line| line.sort_by_key(|decision| decision.id));
    Ok(lines)
}

/// Days one decision governs and pays, from the day of a new standard on.
struct Period<'d> {
    decision: &'d Decision,
    from: Date,
    /// Absent while nothing ends it.
    to: Option<Date>,
}

/// The latest recorded decision that has begun governs; so the line falls into periods where decisions begin.
fn periods(line: &[Decision], begins: Date) -> Vec<Period<'_>> {
    let mut points: Vec<Date> = line.iter().map(|decision| decision.begins.max(begins)).collect();
    points.push(begins);
    points.sort_unstable();
    points.dedup();
    let mut periods: Vec<Period<'_>> = Vec::new();
    for (index, from) in points.iter().copied().enumerate() {
        let governs = line.iter().rev().find(|decision| decision.begins <= from);
        let Some(decision) = governs.filter(|decision| decision.pays_on(from)) else { continue };
        let next = points.get(index + 1).map(|next| next.add_days(-1));
        let to = match (decision.ends, next) {
            (Some(ends), Some(next)) => Some(ends.min(next)),
            (ends, next) => ends.or(next),
        };
        match periods.last_mut() {
            Some(last) if last.decision.id == decision.id && last.to == Some(from.add_days(-1)) => last.to = to,
            _ => periods.push(Period { decision, from, to }),
        }
    }
    periods
}

fn raise(line: &[Decision], begins: Date, today: Date, days: &mut Days, settings: &Settings) -> Result<Effects> {
    let mut effects = Effects::new();
    // A decision is replaced once: the newest had replaced the earlier ones when it was made.
    let mut newest = line.last().map(|decision| decision.id);
    let mut recorded = false;
    for period in periods(line, begins) {
        let now = anew(period.decision, days.on(period.from)?)?;
        let moved = now.amount != period.decision.amount;
        // What is recorded for earlier days would govern later ones, too: those are recorded after it again.
        if !moved && !recorded {
            continue;
        }
        recorded = true;
        let replaces = newest.take_if(|newest| *newest == period.decision.id);
        let mut first = Trail::default();
        if moved {
            let before = period.decision.value(figure::BASIC);
            let after = now.figure(crate::codes::name(figure::BASIC)).unwrap_or(0);
            first.say(reason::STANDARD_RAISED, [before, after, i64::from(begins.days())]);
        }
        let as_of = period.to.map_or(today, |to| to.min(today)).max(period.from);
        let changed = Changed::amount(period.decision, &now, period.from, as_of, &first).beside(replaces, period.to);
        effects = effects.and(changed.effects(None, settings));
    }
    Ok(effects)
}

/// A decision's amount on the standards of a day, at its own level.
fn anew(decision: &Decision, params: &Params) -> Result<Decided> {
    // A level nobody has assessed pays no fee.
    let care = decision.level().and_then(|level| params.care_fee(level)).unwrap_or(0);
    let mut out = Outcomes::new(crate::codes::FIGURES);
    let amount = params.basic + care;
    let trail = out.trail();
    trail.say(reason::BASIC_PAID, [params.basic, params.standard, params.basic_ratio, params.floor()]);
    trail.say(reason::AMOUNT_SUM, [params.basic, care, amount]);
    let mut figures = [0; crate::codes::FIGURES];
    for (place, value) in figures.iter_mut().enumerate() {
        *value = decision.figure(<crate::CareContracts as Plugin>::FIGURES[place]).unwrap_or(0);
    }
    for (code, value) in [
        (figure::STANDARD, params.standard),
        (figure::FLOOR, params.floor()),
        (figure::BASIC, params.basic),
        (figure::CARE, care),
    ] {
        figures[code.0 as usize] = value;
    }
    out.row(crate::codes::outcome::GRANTED).amount(Fen(amount)).covered(1).figures(&figures);
    Decided::of::<crate::CareContracts>(&out, 0)
}
