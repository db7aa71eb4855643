//! Due work: rechecks that fall due, graces that end, the July uprating. Each step takes a page of households, so that no
//! step is long; doing a step twice changes nothing.

use crate::actions::recheck::Changed;
use crate::codes::{code, figure, parameter, reason};
use crate::family::Family;
use crate::recheck::Recheck;
use crate::rules::recheck::Class;
use crate::rules::{Terms, Trail};
use crate::running::{self, SCHEME};
use crate::settings::Settings;
use crate::trial::{case_of, decided, pays};
use crate::{notice, terms_on};
use doudi_sdk::decided::Decided;
use doudi_sdk::prelude::*;

/// Households a step takes: with two reads each far below the limit of a call.
const STEP: u32 = 100;

impl Tick for crate::Dibao {
    fn tick(context: &Context, job: &str, due: Date, cursor: Option<&str>) -> Result<Step> {
        let after = Id(cursor.and_then(|cursor| cursor.parse().ok()).unwrap_or(0));
        match job {
            "rechecks" => rechecks(due, after),
            "grace" => end_grace(context, due, after),
            "july" | "late-uprating" => uprate(context, due, after),
            other => Err(Refusal::unknown("任务", other)),
        }
    }
}

/// Households a step of the uprating takes, and after how many effects and reads it ends early: a household usually wishes three
/// and asks for two, and a call may wish and ask a thousand. What is left then is enough for any household, and for the terms of
/// some days.
const UPRATING_STEP: u32 = 300;
const UPRATING_EFFECTS: usize = 940;
const UPRATING_READS: usize = 600;

/// The next page begins after the last household of a full one.
fn step(effects: Effects, households: &[Id]) -> Step {
    match households.last() {
        Some(last) if households.len() == STEP as usize => Step::then(effects, last.0),
        _ => Step::done(effects),
    }
}

/// Opens a recheck for every line of decisions that will be due within the county's lead time (57号 第三十一条).
fn rechecks(today: Date, after: Id) -> Result<Step> {
    let terms = terms_on(today)?;
    let households = records::recipients(SCHEME, today, after, STEP)?;
    let mut effects = Effects::new();
    for household in &households {
        for decision in running::paying(*household, today)? {
            let Some(class) = decision.figure(code(figure::RECHECK_CLASS)).and_then(Class::from_code) else { continue };
            let due = class.due(decision.decided, &terms.params, &terms.rules);
            if decision.outcome == "grace" || due > today.add_days(terms.params.recheck_lead_days) {
                continue;
            }
            if may_open(*household, &decision, due)? {
                let body = Recheck {
                    reason: format!("{}类家庭定期核查", class.letter()),
                    class: class.letter().to_owned(),
                    decision: Some(decision.id),
                    ..Recheck::default()
                };
                effects = effects.document(body.open(&decision, due));
            }
        }
    }
    Ok(step(effects, &households))
}

/// No recheck of this line is open, and none was opened for this date before.
fn may_open(household: Id, decision: &Decision, due: Date) -> Result<bool> {
    let key = Recheck::key(decision, due);
    let known = documents::find(documents::Query::of("recheck").household(household))?;
    Ok(known.iter().all(|document| {
        let open = Recheck::OPEN.contains(&document.state.as_str()) && document.person == decision.person;
        !open && document.key != key
    }))
}

/// Stops what has run out of grace.
fn end_grace(context: &Context, today: Date, after: Id) -> Result<Step> {
    let settings: Settings = context.settings()?;
    let query = documents::Query::of("recheck").state("grace").due_by(today).after(after).limit(STEP);
    let found = documents::find(query)?;
    let mut effects = Effects::new();
    for document in &found {
        let mut body: Recheck = document.body()?;
        let (Some(household), Some(stop)) = (document.household, body.stop) else { continue };
        body.outcome = "stopped".to_owned();
        let mut trail = Trail::default();
        trail.say(reason::GRACE_ENDED, [i64::from(stop.add_days(-1).days())]);
        let mut record =
            DecisionRecord::new(SCHEME, household, "stopped").from(stop).as_of(today).document(document.id);
        record.person = document.person;
        record.reasons = crate::trial::reasons(&trail);
        let sentence = Text::from(format!("渐退期至 {} 届满。", stop.add_days(-1).chinese()));
        effects = effects
            .document(document.to("stopped").note("渐退期满停发").body(&body))
            .decision(record)
            .notice(notice::changed(household, Some(document), "stopped", Fen::ZERO, stop, [sentence], &settings))
            .event(
                EventPublish::new("dibao.stopped")
                    .household(household)
                    .document(document.id)
                    .payload(serde_json::json!({ "outcome": "stopped", "from": stop.to_string() })),
            );
    }
    Ok(match found.last() {
        Some(last) if found.len() == STEP as usize => Step::then(effects, last.id.0),
        _ => Step::done(effects),
    })
}

/// Applies a new standard to everyone it holds for (the notice, item 10: each July), from the day it holds from, however late it is
/// entered: those covered today, those who were covered in between and no longer are, and those in grace, whose original amount
/// moves with the standard. Where nothing but the standard has changed since a decision the new amount is decided; where
/// household or income are no longer those that were decided on, people look first: a recomputation never outranks them.
fn uprate(context: &Context, today: Date, after: Id) -> Result<Step> {
    let standard = parameters::require(parameter::STANDARD, today)?;
    let raise = Raise { to: standard.value, begins: standard.begins, today, settings: context.settings()? };
    let households = concerned(raise.begins, today, after)?;
    if households.is_empty() {
        return Ok(Step::default());
    }
    let mut files = Files::new(households.clone());
    let mut effects = Effects::new();
    let mut asked = 0;
    for household in &households {
        if effects.len() > UPRATING_EFFECTS || asked > UPRATING_READS {
            // This one and those after it come with the next step.
            return Ok(Step::then(effects, household.0 - 1));
        }
        let lines = lines_of(*household)?;
        asked += 1 + lines.len();
        for line in lines {
            effects = effects.and(raise.line(&line, &mut files)?);
        }
    }
    Ok(match households.last() {
        Some(last) if households.len() == UPRATING_STEP as usize => Step::then(effects, last.0),
        _ => Step::done(effects),
    })
}

/// Households paid on any day a month began since the standard holds, or today.
fn concerned(begins: Date, today: Date, after: Id) -> Result<Vec<Id>> {
    let mut days = vec![begins];
    let mut month = begins.first_of_next_month();
    while month <= today {
        days.push(month);
        month = month.add_months(1);
    }
    days.push(today);
    // A standard that holds from today is the usual case, and one day.
    days.iter_mut().for_each(|day| *day = (*day).max(begins));
    days.sort_unstable();
    days.dedup();
    let mut households = Vec::new();
    for day in days {
        households.extend(records::recipients(SCHEME, day, after, UPRATING_STEP)?);
    }
    households.sort_unstable();
    households.dedup();
    households.truncate(UPRATING_STEP as usize);
    Ok(households)
}

/// The decisions of a household by line (the household as a whole, or one member alone), oldest first; refusals govern nothing.
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
struct Segment<'d> {
    decision: &'d Decision,
    from: Date,
    /// Absent while nothing ends it.
    to: Option<Date>,
}

/// The latest recorded decision that has begun governs; so the line falls into segments where decisions begin.
fn segments(line: &[Decision], begins: Date) -> Vec<Segment<'_>> {
    let mut points: Vec<Date> = line.iter().map(|decision| decision.begins).filter(|day| *day > begins).collect();
    points.push(begins);
    points.sort_unstable();
    points.dedup();
    let mut segments: Vec<Segment<'_>> = Vec::new();
    for (index, from) in points.iter().copied().enumerate() {
        let governs = line.iter().rev().find(|decision| decision.begins <= from);
        let Some(decision) = governs.filter(|decision| decision.pays_on(from)) else { continue };
        let next = points.get(index + 1).map(|next| next.add_days(-1));
        let to = match (decision.ends, next) {
            (Some(ends), Some(next)) => Some(ends.min(next)),
            (ends, next) => ends.or(next),
        };
        match segments.last_mut() {
            Some(last) if last.decision.id == decision.id && last.to == Some(from.add_days(-1)) => last.to = to,
            _ => segments.push(Segment { decision, from, to }),
        }
    }
    segments
}

/// Households as they were on the days their decisions are looked at again, each day read once for the whole step.
struct Files {
    households: Vec<Id>,
    read: Vec<(Date, Terms, Vec<Family>)>,
}

impl Files {
    fn new(households: Vec<Id>) -> Files {
        Files { households, read: Vec::new() }
    }

    fn on(&mut self, household: Id, day: Date) -> Result<Option<(&Family, &Terms)>> {
        let at = match self.read.iter().position(|(read, ..)| *read == day) {
            Some(at) => at,
            None => {
                let families = records::households(&self.households, day)?.read::<Family>()?.to_vec();
                self.read.push((day, terms_on(day)?, families));
                self.read.len() - 1
            }
        };
        let (_, terms, families) = &self.read[at];
        Ok(families.iter().find(|family| family.household == household).map(|family| (family, terms)))
    }
}

/// What becomes of a segment.
enum Raised {
    /// Its amount follows another standard already, or does not move.
    Same,
    Higher(Box<Decided>),
    /// In grace: the original amount, moved with the standard.
    Grace(i64),
    /// The file is not what was decided on.
    Unlike,
}

/// A standard, and the day it holds from.
struct Raise {
    to: i64,
    begins: Date,
    today: Date,
    settings: Settings,
}

impl Raise {
    fn line(&self, line: &[Decision], files: &mut Files) -> Result<Effects> {
        let segments = segments(line, self.begins);
        let mut raised = Vec::with_capacity(segments.len());
        for segment in &segments {
            raised.push(self.segment(segment, line, files)?);
        }
        if let Some(at) = raised.iter().position(|raised| matches!(raised, Raised::Unlike)) {
            return self.look_first(segments[at].decision);
        }
        // A decision is replaced once: the newest had replaced the earlier ones when it was made.
        let mut newest = line.last().map(|decision| decision.id);
        let mut effects = Effects::new();
        let mut recorded = false;
        for (segment, raised) in segments.iter().zip(raised) {
            // What is recorded now for earlier days would take the place of an unchanged one: it is recorded after it again.
            if matches!(raised, Raised::Unlike) || (matches!(raised, Raised::Same) && !recorded) {
                continue;
            }
            let replaces = newest.take_if(|newest| *newest == segment.decision.id);
            effects = effects.and(match raised {
                Raised::Higher(now) => self.record(segment, replaces, &now),
                Raised::Grace(amount) => self.grace(segment, replaces, amount),
                Raised::Same | Raised::Unlike => again(segment, replaces, self.today),
            });
            recorded = true;
        }
        Ok(effects)
    }

    fn segment(&self, segment: &Segment<'_>, line: &[Decision], files: &mut Files) -> Result<Raised> {
        let decision = segment.decision;
        let before = decision.figure(code(figure::STANDARD)).unwrap_or(0);
        if before == self.to {
            return Ok(Raised::Same);
        }
        if decision.outcome == "grace" {
            return Ok(self.grace_amount(decision, before, line).map_or(Raised::Same, Raised::Grace));
        }
        // A period that is over is decided on the household it had; one that runs, on today's.
        let day =
            if segment.to.is_some_and(|to| to < self.today) { segment.from } else { self.today.max(segment.from) };
        let Some((family, terms)) = files.on(decision.household, day)? else { return Ok(Raised::Unlike) };
        let now = decided(family, terms, &case_of(decision))?;
        let same = |figure: FigureCode| now.figure(code(figure)) == decision.figure(code(figure));
        if same(figure::MEMBERS) && same(figure::INCOME) && pays(&now) && now.amount > decision.amount {
            return Ok(Raised::Higher(Box::new(now)));
        }
        Ok(if now.amount == decision.amount && pays(&now) { Raised::Same } else { Raised::Unlike })
    }

    /// S×n − I moves with S by as much for each covered member; where grace falls by equal parts, so does the rise.
    fn grace_amount(&self, decision: &Decision, before: i64, line: &[Decision]) -> Option<i64> {
        let rise = (self.to - before) * i64::from(decision.covered);
        let granted = line.iter().filter(|other| other.outcome == "grace" && other.decided == decision.decided);
        let original = granted.map(|other| other.amount.0).max()?;
        (rise > 0 && original > 0).then(|| decision.amount.0 + rise * decision.amount.0 / original)
    }

    /// Said first in the reasons of every raised amount.
    fn standard_raised(&self, decision: &Decision) -> Trail {
        let before = decision.figure(code(figure::STANDARD)).unwrap_or(0);
        let mut trail = Trail::default();
        trail.say(reason::STANDARD_RAISED, [before, self.to, i64::from(self.begins.days())]);
        trail
    }

    fn record(&self, segment: &Segment<'_>, replaces: Option<Id>, now: &Decided) -> Effects {
        let as_of = segment.to.map_or(self.today, |to| to.min(self.today)).max(segment.from);
        let first = self.standard_raised(segment.decision);
        let mut changed = Changed::of(segment.decision, now, segment.from, as_of, first);
        changed.record.to = segment.to.map(|to| to.to_string());
        changed.record.supersedes = replaces;
        changed.effects(None, now, &self.settings)
    }

    fn grace(&self, segment: &Segment<'_>, replaces: Option<Id>, amount: i64) -> Effects {
        let decision = segment.decision;
        let mut trail = self.standard_raised(decision);
        trail.say(reason::GRACE_PAY_ORIGINAL, [amount]);
        let reasons = crate::trial::reasons(&trail);
        let sentences = crate::actions::recheck::sentences(&reasons);
        let mut record = copy(segment, replaces, self.today).amount(Fen(amount));
        record.figures.insert(code(figure::STANDARD).to_owned(), self.to);
        record.reasons = reasons;
        let household = decision.household;
        let letter = notice::changed(household, None, "grace", Fen(amount), segment.from, sentences, &self.settings);
        let event = EventPublish::new("dibao.changed").household(household).payload(serde_json::json!({
            "outcome": "grace", "old": decision.amount.0, "amount": amount, "from": segment.from.to_string(),
        }));
        Effects::new().decision(record).notice(letter).event(event)
    }

    /// Opens a recheck instead of deciding.
    fn look_first(&self, decision: &Decision) -> Result<Effects> {
        let due = self.today.last_of_month();
        if !may_open(decision.household, decision, due)? {
            return Ok(Effects::new());
        }
        let body = Recheck {
            reason: "提标后家庭人口或收入与上次决定不一致，请核实后决定".to_owned(),
            decision: Some(decision.id),
            ..Recheck::default()
        };
        Ok(Effects::new().document(body.open(decision, due)))
    }
}

/// The decision of a segment once more, for its days.
fn copy(segment: &Segment<'_>, replaces: Option<Id>, today: Date) -> DecisionRecord {
    let decision = segment.decision;
    let mut record = DecisionRecord::new(SCHEME, decision.household, &decision.outcome)
        .amount(decision.amount)
        .covered(decision.covered)
        .from(segment.from)
        .as_of(today);
    record.supersedes = replaces;
    record.to = segment.to.map(|to| to.to_string());
    record.person = decision.person;
    record.document = decision.document;
    record.figures = decision.figures.iter().cloned().collect();
    record
}

fn again(segment: &Segment<'_>, replaces: Option<Id>, today: Date) -> Effects {
    let mut trail = Trail::default();
    trail.say(reason::AMOUNT_KEPT, [segment.decision.amount.0, segment.decision.amount.0]);
    let mut record = copy(segment, replaces, today);
    record.reasons = crate::trial::reasons(&trail);
    Effects::new().decision(record)
}
