//! The steps of a draw. The seed is published when the period begins; the day after it ends the list of delegated decisions is read, page
//! by page, and frozen; then the sample follows from both, and a check is opened for each case. Every step looks for the next thing to
//! do, so a step may be taken twice and work left half done is taken up the next day.

use crate::check::Check;
use crate::draw::{DRAW, Draw, Entry, of_period};
use crate::household::homes;
use crate::meeting::dealings;
use crate::rules::clues::{self, Clue, Dealt};
use crate::rules::period::{Length, Period};
use crate::rules::sample::{self, Reason};
use crate::rules::sha256;
use crate::{order, parameters, topics};
use doudi_sdk::prelude::*;
use std::collections::BTreeMap;

/// Rows asked for at once: their households may have to be read one by one.
const PAGE: u32 = 400;
/// Checks opened in one step.
const CHECKS: usize = 150;
/// The list of one draw: what a document may hold.
const LONGEST: usize = 15_000;
/// Months a county that was away is brought up to date.
const REACH: i32 = 24;
/// Months before the period in whose minutes a case may have been dealt with.
const MINUTES: i32 = 3;

/// The next thing to do on a day.
enum Work {
    Announce(Period),
    Freeze(Document, Draw),
    Open(Document, Draw),
}

/// Does it; whether there may be more.
///
/// # Errors
/// What the kernel says, or a measure that answers.
pub fn step(context: &Context, due: Date) -> Result<(Effects, bool)> {
    Ok(match next(due)? {
        None => (Effects::new(), false),
        Some(Work::Announce(period)) => (announce(context, period, due), true),
        Some(Work::Freeze(document, draw)) => (freeze(&document, draw, due)?, true),
        Some(Work::Open(document, draw)) => (open(&document, draw, due)?, true),
    })
}

fn next(due: Date) -> Result<Option<Work>> {
    let unfinished = documents::Query::of(DRAW).states(&["announced", "freezing", "drawing"]);
    for (document, draw) in documents::bodies::<Draw>(unfinished)? {
        match document.state.as_str() {
            "drawing" => return Ok(Some(Work::Open(document, draw))),
            "freezing" => return Ok(Some(Work::Freeze(document, draw))),
            // The seed was there for all to see before the list could be.
            _ if due > draw.period.to && due > draw.announced => return Ok(Some(Work::Freeze(document, draw))),
            _ => {}
        }
    }
    Ok(unannounced(due)?.map(Work::Announce))
}

/// The oldest period up to today that no draw covers. Decisions are sampled from the day a first order was entered here, and ever after:
/// cases accepted under an order are decided by the town even when it has been withdrawn since.
fn unannounced(due: Date) -> Result<Option<Period>> {
    let Some(first) = order::governing()?.iter().filter_map(|order| order.adopted).min() else { return Ok(None) };
    let earliest = first.max(due.add_months(-REACH));
    let mut missing = None;
    let mut day = due;
    while day >= earliest.first_of_month() {
        if covering(day)?.is_some() {
            break;
        }
        let mut period = Period::containing(day, parameters::length(day)?);
        // Where the county has gone over from months to quarters, part of the quarter is drawn already.
        let mut month = period.from;
        while month < day.first_of_month() {
            if let Some(draw) = covering(month)? {
                period.from = draw.period.to.add_days(1);
            }
            month = month.add_months(1);
        }
        day = period.from.add_days(-1);
        missing = Some(period);
    }
    Ok(missing)
}

/// The draw whose period a day lies in.
fn covering(day: Date) -> Result<Option<Draw>> {
    for length in [Length::Month, Length::Quarter] {
        if let Some((_, draw)) = of_period(&Period::containing(day, length).code())?
            && draw.period.contains(day)
        {
            return Ok(Some(draw));
        }
    }
    Ok(None)
}

/// Publishes the seed: the kernel's number of the day, which nobody chose, for this period.
fn announce(context: &Context, period: Period, due: Date) -> Effects {
    let code = period.code();
    let mut published = sha256::hex(&format!("{:016x}:{code}", context.seed));
    published.truncate(16);
    let body = Draw { period, published, announced: due, ..Draw::default() };
    Effects::new().document(
        DocumentPut::create(DRAW, format!("{}审核确认抽查", period.chinese()))
            .key(code.as_str())
            .state("announced")
            .index("period", code)
            .note(format!("公布抽查种子 {}", body.published))
            .body(&body),
    )
}

/// Reads on; when there is no more, draws.
fn freeze(document: &Document, mut draw: Draw, due: Date) -> Result<Effects> {
    let Period { from, to } = draw.period;
    let page = topics::decided(from, to, draw.after, PAGE, due)?;
    let Some(next) = page.next else { return settle(document, draw, due) };
    let delegated: Vec<topics::Decided> = page.rows.into_iter().filter(|row| row.level == "town").collect();
    let households: Vec<Id> = delegated.iter().map(|row| row.household).collect();
    let homes = homes(&households, due)?;
    for row in delegated {
        let town = homes.get(&row.household).and_then(|home| home.town()).unwrap_or(0);
        draw.labels.entry(row.scheme.clone()).or_insert(row.label);
        draw.list.push(Entry {
            case: row.document,
            household: row.household,
            person: row.person,
            town,
            scheme: row.scheme,
            outcome: row.outcome,
            on: row.on,
            surveyor: row.surveyor,
            decider: row.decider,
            relative: row.relative,
            objection: row.objection,
            amount: row.amount,
            decision: row.decision,
            sample: String::new(),
        });
    }
    if draw.list.len() > LONGEST {
        return Err(Refusal::new(format!(
            "{}下放的决定超过 {LONGEST} 件，一次抽查装不下。请系统管理员把抽查周期改为按月",
            draw.period.chinese()
        )));
    }
    draw.after = next;
    let note = format!("冻结名单：已读入 {} 件", draw.list.len());
    Ok(Effects::new().document(document.to("freezing").note(note).body(&draw)))
}

/// The list is complete: digest, seed, sample.
fn settle(document: &Document, mut draw: Draw, due: Date) -> Result<Effects> {
    draw.list.sort_by_key(|entry| entry.case);
    draw.list.dedup_by_key(|entry| entry.case);
    draw.rate = parameters::rate(draw.period.to)?.clamp(sample::FLOOR, 10_000);
    draw.frozen = Some(due);
    let drawn = sample::draw(&draw.cases(), &draw.published, draw.rate);
    (draw.digest, draw.seed, draw.strata) = (drawn.digest, drawn.seed, drawn.strata);
    for entry in &mut draw.list {
        entry.sample = drawn.cases.get(&entry.case).map_or("", |reason| reason.code()).to_owned();
    }
    if draw.list.is_empty() {
        let note = "本期没有由镇街审核确认的决定，不需要抽查";
        return Ok(Effects::new().document(document.to("empty").note(note).body(&draw)));
    }
    let by = calendar::add_working_days(due, parameters::check_days(due)?)?;
    draw.check_by = Some(by);
    let extra = draw.checked() - draw.sampled(Reason::Random);
    let note =
        format!("名单 {} 件，随机抽取 {} 件，另必查 {extra} 件", draw.population(), draw.sampled(Reason::Random));
    Ok(Effects::new().document(document.to("drawing").note(note).body(&draw)))
}

/// Opens checks, with what the minutes say about each decision.
fn open(document: &Document, mut draw: Draw, due: Date) -> Result<Effects> {
    let dealt = dealings(draw.period.from.add_months(-MINUTES), draw.period.to)?;
    let mut effects = Effects::new();
    let mut opened = 0;
    for entry in draw.list.iter().skip(draw.opened) {
        if opened == CHECKS {
            break;
        }
        draw.opened += 1;
        if entry.sample.is_empty() {
            continue;
        }
        opened += 1;
        let check = Check::of(document.id, &draw_head(&draw), entry, &clues_of(entry, &dealt), due);
        effects = effects.document(check.open(entry));
    }
    let (state, note) = match draw.opened == draw.list.len() {
        true => ("drawn", format!("已建立全部 {} 件核查", draw.checked())),
        false => ("drawing", "建立核查".to_owned()),
    };
    let by = draw.check_by;
    let put = document.to(state).note(note).body(&draw);
    Ok(effects.document(match by {
        Some(by) => put.due(by),
        None => put,
    }))
}

/// What a check takes over of its draw, without the list.
fn draw_head(draw: &Draw) -> Draw {
    Draw { period: draw.period, labels: draw.labels.clone(), check_by: draw.check_by, ..Draw::default() }
}

/// What the minutes say about a decision.
pub fn clues_of(entry: &Entry, dealt: &BTreeMap<Id, Vec<Dealt>>) -> Vec<Clue> {
    let decision = clues::Decision {
        outcome: entry.outcome.clone(),
        on: entry.on,
        surveyor: entry.surveyor,
        decider: entry.decider,
        relative: entry.relative,
    };
    clues::of(&decision, dealt.get(&entry.case).map_or(&[], Vec::as_slice))
}
