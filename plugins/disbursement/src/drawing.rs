//! Drawing up the rosters of a month, in steps none of which is long: regular lines, what was carried over, differences of earlier
//! months, deductions the household agreed to, then the questions. Every step can be taken twice: what stands on the roster already
//! stays, what a person has settled stays settled, and the kernel's payment key is the wall behind it all.

use crate::finding::{FINDING, Finding, asked};
use crate::overpayment::{self, CLAIMED, OVERPAYMENT, Overpayment, TOLERATED};
use crate::payables::{self, Payable};
use crate::roster::{self, ROSTER, Roster};
use crate::rules::changes::{Flag, Paid, flag};
use crate::rules::controls::{Candidate, Code, question};
use crate::rules::differences::{Differences, Month, months_before};
use crate::settings::Settings;
use doudi_sdk::doc::effect::{PaymentFlag, PaymentLine, PaymentMark, PaymentOpen, PaymentPurpose, PaymentState};
use doudi_sdk::payments::{Conflict, Line, Query};
use doudi_sdk::prelude::*;
use std::collections::BTreeMap;

/// A household, and the person where the benefit is hers alone; what was drawn for them.
type LinesOf = BTreeMap<(Id, Option<Id>), Vec<Line>>;

/// Households of a step of regular lines: some 350 kB of effects, within the limits of a call.
const STEP: u32 = 1_000;
/// Households of a step of differences, each with its months: at most a year of lines is read for each.
const DIFFERENCE_STEP: u32 = 200;
/// Lines of one effect.
const CHUNK: usize = 250;
/// Questions of a step, each a document.
const QUESTIONS: u32 = 200;

/// Lines that stand on a roster.
const STANDING: [PaymentState; 5] =
    [PaymentState::Drawn, PaymentState::Held, PaymentState::Sealed, PaymentState::Credited, PaymentState::Returned];

/// What a step is about, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Households covered as a whole.
    Regular,
    /// Members covered alone, after the households, so that one who stands on a household's line is seen.
    Personal,
    Carried,
    Differences,
    Deductions,
    /// What the kernel sees in accounts and names.
    Conflicts,
    /// A case for each line that is held.
    Held,
    Finish,
}

impl Phase {
    const ALL: [(Phase, &'static str); 8] = [
        (Phase::Regular, "regular"),
        (Phase::Personal, "personal"),
        (Phase::Carried, "carried"),
        (Phase::Differences, "differences"),
        (Phase::Deductions, "deductions"),
        (Phase::Conflicts, "conflicts"),
        (Phase::Held, "held"),
        (Phase::Finish, "finish"),
    ];
}

/// Where a drawing stands. It travels as text, and no two steps of one drawing have the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    pub month: Date,
    /// One scheme alone (drawing again), or every one.
    pub scheme: Option<String>,
    pub phase: Phase,
    /// The roster whose lines are looked at, in the phases of questions.
    pub roster: i64,
    /// A household or a line.
    pub after: Id,
    pub count: u32,
}

impl Cursor {
    pub fn begin(month: Date, scheme: Option<&str>) -> Cursor {
        Cursor { month, scheme: scheme.map(str::to_owned), phase: Phase::Regular, roster: 0, after: Id(0), count: 0 }
    }

    fn at(&self, after: Id) -> Cursor {
        Cursor { after, count: self.count + 1, ..self.clone() }
    }

    fn phase(&self, phase: Phase) -> Cursor {
        Cursor { phase, roster: 0, after: Id(0), count: self.count + 1, ..self.clone() }
    }

    fn roster(&self, roster: i64) -> Cursor {
        Cursor { roster, after: Id(0), count: self.count + 1, ..self.clone() }
    }

    fn wants(&self, scheme: &str) -> bool {
        self.scheme.as_deref().is_none_or(|wanted| wanted == scheme)
    }

    /// # Errors
    /// `invalid` for a text no drawing wrote.
    pub fn parse(text: &str) -> Result<Cursor> {
        let bad = || Refusal::invalid(format!("名单生成的进度“{text}”不能识别"));
        let parts: Vec<&str> = text.split('/').collect();
        let [at, scheme, phase, roster, after, count] = parts[..] else { return Err(bad()) };
        Ok(Cursor {
            month: Date::of_month(at).ok_or_else(bad)?,
            scheme: (scheme != "*").then(|| scheme.to_owned()),
            phase: Phase::ALL.into_iter().find(|(_, name)| *name == phase).ok_or_else(bad)?.0,
            roster: roster.parse().map_err(|_| bad())?,
            after: Id(after.parse().map_err(|_| bad())?),
            count: count.parse().map_err(|_| bad())?,
        })
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let phase = Phase::ALL.into_iter().find(|(phase, _)| *phase == self.phase).map_or("", |(_, name)| name);
        let scheme = self.scheme.as_deref().unwrap_or("*");
        write!(f, "{}/{scheme}/{phase}/{}/{}/{}", self.month.month_code(), self.roster, self.after.0, self.count)
    }
}

/// The month whose rosters are to be drawn up today, if it has not been begun.
///
/// # Errors
/// `refused` when the calendar of the year is not on record.
pub fn month_to_begin(today: Date, settings: &Settings) -> Result<Option<Date>> {
    let Some(first) = settings.first_month() else { return Ok(None) };
    let this = today.first_of_month();
    // An early deadline lies in the month before: next month is looked at first.
    for month in [this.add_months(1), this] {
        if month >= first && today >= settings.path(month)?.freeze {
            return Ok(roster::of_month(month)?.is_empty().then_some(month));
        }
    }
    Ok(None)
}

/// One step: its effects, and where the next begins.
///
/// # Errors
/// What the kernel or a measure says; nothing of the step is kept.
pub fn step(context: &Context, cursor: &Cursor) -> Result<(Effects, Option<Cursor>)> {
    let settings: Settings = context.settings()?;
    let desk = Desk { context, settings, cursor };
    match cursor.phase {
        Phase::Regular | Phase::Personal => desk.regular(),
        Phase::Carried => desk.carried(),
        Phase::Differences => desk.differences(),
        Phase::Deductions => desk.deductions(),
        Phase::Conflicts => desk.conflicts(),
        Phase::Held => desk.held(),
        Phase::Finish => desk.finish(),
    }
}

type Stepped = Result<(Effects, Option<Cursor>)>;
/// Scheme, household and payee.
type Payee = (String, Id, Option<Id>);

struct Desk<'a> {
    context: &'a Context,
    settings: Settings,
    cursor: &'a Cursor,
}

impl Desk<'_> {
    /// The rosters being drawn.
    fn rosters(&self) -> Result<Vec<(Document, Roster)>> {
        let mut rosters = roster::of_month(self.cursor.month)?;
        rosters.retain(|(document, body)| document.state == "drawing" && self.cursor.wants(&body.scheme));
        Ok(rosters)
    }

    // -----------------------------------------------------------------------------------------------------------------
    // Regular lines

    fn regular(&self) -> Stepped {
        let cursor = self.cursor;
        let known = roster::of_month(cursor.month)?;
        let personal = cursor.phase == Phase::Personal;
        let page = payables::page(cursor.month, cursor.after, STEP, self.since(&known), Some(personal))?;
        let mut rows = page.rows;
        rows.retain(|row| cursor.wants(&row.scheme));
        let opened = self.open(&self.schemes(&rows)?, &known)?;
        if !opened.is_empty() {
            // The rosters exist from the next step on; these households come again.
            return Ok((opened, Some(cursor.at(cursor.after))));
        }
        let mut effects = Effects::new();
        for (document, body) in known.iter().filter(|(document, _)| document.state == "drawing") {
            let (own, other): (Vec<Payable>, Vec<Payable>) =
                rows.into_iter().partition(|row| row.scheme == body.scheme);
            rows = other;
            effects = effects.and(self.regular_of(document, body, &own)?);
        }
        let next = match (page.next, cursor.phase) {
            (Some(last), _) => cursor.at(last),
            (None, Phase::Regular) => cursor.phase(Phase::Personal),
            (None, _) => cursor.phase(Phase::Carried),
        };
        Ok((effects, Some(next)))
    }

    /// Drawing again concerns the households about which something was decided since the freeze, and no others.
    fn since(&self, known: &[(Document, Roster)]) -> Option<Date> {
        let again = known.iter().find(|(_, body)| self.cursor.scheme.as_deref() == Some(body.scheme.as_str()));
        again.and_then(|(_, body)| body.frozen)
    }

    /// Schemes of these rows by their label; in the first step also those that were paid last month: what is owed for earlier months
    /// is owed though nobody is paid this month.
    fn schemes(&self, rows: &[Payable]) -> Result<BTreeMap<String, String>> {
        let mut schemes: BTreeMap<String, String> =
            rows.iter().map(|row| (row.scheme.clone(), row.label.clone())).collect();
        if self.cursor.phase == Phase::Regular && self.cursor.after == Id(0) && self.cursor.scheme.is_none() {
            for (_, body) in roster::of_month(self.cursor.month.add_months(-1))? {
                schemes.entry(body.scheme).or_insert(body.label);
            }
        }
        Ok(schemes)
    }

    /// Opens a roster for each scheme that has none yet.
    fn open(&self, schemes: &BTreeMap<String, String>, known: &[(Document, Roster)]) -> Result<Effects> {
        let month = self.cursor.month;
        let mut effects = Effects::new();
        for (scheme, label) in schemes {
            if known.iter().any(|(_, body)| body.scheme == *scheme) {
                continue;
            }
            let path = self.settings.path(month)?;
            let budget = self.settings.budget(scheme);
            effects = effects
                .document(Roster::open(month, scheme, label, budget, &path, self.context.today))
                .open(PaymentOpen::of_new(ROSTER, Roster::key(month, scheme), scheme, month.month_code()));
        }
        Ok(effects)
    }

    /// The regular lines of one roster and some households: what is new is drawn, what follows another decision now is replaced,
    /// what is payable no more is dropped, what a person has dropped stays away.
    fn regular_of(&self, document: &Document, body: &Roster, rows: &[Payable]) -> Result<Effects> {
        if rows.is_empty() {
            return Ok(Effects::new());
        }
        let personal = self.cursor.phase == Phase::Personal;
        let query = Query::of_document(document.id).households(households(rows)).purpose(PaymentPurpose::Regular);
        let mut standing = payments::all(query)?;
        standing.retain(|line| line.person.is_some() == personal);
        let before = self.last_months(&body.scheme, rows)?;
        let mut lines: Vec<PaymentLine> = Vec::new();
        let mut twice = Effects::new();
        let mut kept: Vec<Id> = Vec::new();
        for row in rows.iter().filter(|row| row.amount > Fen::ZERO && row.person.is_some() == personal) {
            let own = |line: &&Line| line.household == row.household && line.person == row.person;
            let same = |line: &Line| line.decision == row.decision && line.amount == row.amount;
            let alive = |line: &&Line| line.state != PaymentState::Dropped;
            match standing.iter().filter(own).find(alive) {
                Some(line) if same(line) => {
                    kept.push(line.id);
                    continue;
                }
                // Dropped by a person for this very decision: that outranks drawing again.
                None if standing.iter().filter(own).any(same) => continue,
                _ => {}
            }
            if personal && self.stands_elsewhere(body, row, &lines)? {
                twice = twice.and(self.twice(document, body, row)?);
                continue;
            }
            lines.push(self.line(body, row, &before));
        }
        let gone = standing.iter().filter(|line| line.state != PaymentState::Dropped && !kept.contains(&line.id));
        let gone = PaymentMark::new(document.id, gone.map(|line| line.id), "replaced").note("按最新决定更换或不再发放");
        let mut effects = Effects::new().drop_lines(gone).and(twice);
        for chunk in lines.chunks(CHUNK) {
            effects = effects.draw(document.id, &body.scheme, chunk.to_vec());
        }
        Ok(effects)
    }

    /// Whether the payee of a personal line is on another regular line of the month.
    fn stands_elsewhere(&self, body: &Roster, row: &Payable, drawn: &[PaymentLine]) -> Result<bool> {
        let Some(person) = row.person else { return Ok(false) };
        if drawn.iter().any(|line| line.persons.contains(&person)) {
            return Ok(true);
        }
        let query = Query::of_scheme(&body.scheme)
            .person(person)
            .month(self.cursor.month)
            .purpose(PaymentPurpose::Regular)
            .states(&STANDING);
        let own = |line: &Line| line.household == row.household && line.person == row.person;
        Ok(payments::all(query)?.iter().any(|line| !own(line)))
    }

    /// A case for a person who would be paid twice.
    fn twice(&self, document: &Document, body: &Roster, row: &Payable) -> Result<Effects> {
        let key = format!("{}-{}-twice", document.id.0, row.person.map_or(0, |person| person.0));
        let known =
            documents::find(documents::Query::of(FINDING).household(row.household).index("code", Code::Twice.code()))?;
        if known.iter().any(|finding| finding.key == key) {
            return Ok(Effects::new());
        }
        let finding = Finding {
            code: Code::Twice.code().to_owned(),
            roster: Some(document.id),
            scheme: body.scheme.clone(),
            month: Some(body.month),
            for_month: Some(body.month),
            decision: row.decision,
            amount: row.amount,
            ..Finding::default()
        };
        Ok(Effects::new().document(finding.open(key, row.household, row.person, body.send_advised)))
    }

    /// Lines of the two months before, newest first, by payee.
    fn last_months(&self, scheme: &str, rows: &[Payable]) -> Result<LinesOf> {
        let mut found = LinesOf::new();
        if rows.is_empty() {
            return Ok(found);
        }
        let month = self.cursor.month;
        let query = Query::of_scheme(scheme)
            .households(households(rows))
            .months(month.add_months(-2), month.add_months(-1))
            .purpose(PaymentPurpose::Regular)
            .states(&STANDING);
        for line in payments::all(query)? {
            found.entry((line.household, line.person)).or_default().push(line);
        }
        found.values_mut().for_each(|lines| lines.sort_by_key(|line| std::cmp::Reverse(line.month)));
        Ok(found)
    }

    fn line(&self, body: &Roster, row: &Payable, before: &BTreeMap<(Id, Option<Id>), Vec<Line>>) -> PaymentLine {
        let history = before.get(&(row.household, row.person)).map_or(&[][..], Vec::as_slice);
        let last = history.iter().find(|line| line.month == body.month.add_months(-1)).map(paid);
        let candidate = Candidate {
            amount: row.amount,
            base: row.base,
            ceiling: row.ceiling,
            failures: failures(history),
            first_time: history.is_empty(),
            posted: row.posted,
        };
        let mut line = line_of(body, row, PaymentPurpose::Regular, body.month, row.amount)
            .parts(row.base.0, row.supplement.0)
            .flag(match flag(last.as_ref(), Some(&row.paid())) {
                Some(Flag::New) => PaymentFlag::New,
                Some(Flag::Changed) => PaymentFlag::Changed,
                _ => PaymentFlag::Same,
            });
        if let Some(code) = question(&candidate, self.settings.require_posting) {
            line = line.hold(code.code());
        }
        line
    }

    // -----------------------------------------------------------------------------------------------------------------
    // Carried over

    /// Lines that were held when their roster was sent, and proved right since: paid now, as a line of their own.
    fn carried(&self) -> Stepped {
        let cursor = self.cursor;
        let rosters = self.rosters()?;
        let query = documents::Query::of(FINDING).state("carried").after(cursor.after).limit(QUESTIONS);
        let found = documents::find(query)?;
        let mut effects = Effects::new();
        for document in &found {
            let body: Finding = document.body()?;
            let (Some(household), Some(for_month)) = (document.household, body.for_month) else { continue };
            let Some((roster, roster_body)) = rosters.iter().find(|(_, roster)| roster.scheme == body.scheme) else {
                continue;
            };
            if for_month >= cursor.month {
                continue;
            }
            let Some(row) = payables::of_household(for_month, household, &body.scheme, document.person)? else {
                effects = effects.document(
                    document.to("paid").note(format!("{}已不应发放，没有补发", for_month.chinese_month())).body(&body),
                );
                continue;
            };
            let mut line = line_of(roster_body, &row, PaymentPurpose::BackPay, for_month, body.amount);
            // Under its own decision: what a later one adds to that month is another line.
            line.decision = body.decision;
            let line = line.note(format!("{}暂缓，核实后补发", for_month.chinese_month()));
            effects = effects.draw(roster.id, &roster_body.scheme, vec![line]).document(
                document.to("paid").note(format!("列入{}补发", roster_body.month.chinese_month())).body(&body),
            );
        }
        Ok((effects, Some(self.after_documents(&found, Phase::Differences))))
    }

    fn after_documents(&self, found: &[Document], then: Phase) -> Cursor {
        match found.last() {
            Some(last) if found.len() == QUESTIONS as usize => self.cursor.at(last.id),
            _ => self.cursor.phase(then),
        }
    }

    // -----------------------------------------------------------------------------------------------------------------
    // Differences of earlier months

    /// Looks again at the households about which something was decided since the last freeze.
    fn differences(&self) -> Stepped {
        let cursor = self.cursor;
        let done = || Ok((Effects::new(), Some(cursor.phase(Phase::Deductions))));
        let Some(first) = self.settings.first_month() else { return done() };
        let months = months_before(cursor.month, first, self.settings.look_back);
        let rosters = self.rosters()?;
        let (Some(oldest), false) = (months.first().copied(), rosters.is_empty()) else { return done() };
        let Some(since) = self.last_freeze(&rosters)? else { return done() };
        let page = payables::page(oldest, cursor.after, DIFFERENCE_STEP, Some(since), None)?;
        let Some(last) = page.next else { return done() };
        let mut entitled: BTreeMap<Payee, BTreeMap<Date, Payable>> = BTreeMap::new();
        let mut add = |month: Date, rows: Vec<Payable>| {
            for row in rows.into_iter().filter(|row| row.household <= last && cursor.wants(&row.scheme)) {
                entitled.entry((row.scheme.clone(), row.household, row.person)).or_default().insert(month, row);
            }
        };
        add(oldest, page.rows);
        for month in &months[1..] {
            // The households are the same on every day: only what is decided about them differs.
            add(*month, payables::page(*month, cursor.after, DIFFERENCE_STEP, Some(since), None)?.rows);
        }
        let mut effects = Effects::new();
        for (document, body) in &rosters {
            effects = effects.and(self.differences_of(document, body, &months, &entitled)?);
        }
        Ok((effects, Some(cursor.at(last))))
    }

    /// The freeze of the rosters before these; the earliest, when they differ.
    fn last_freeze(&self, rosters: &[(Document, Roster)]) -> Result<Option<Date>> {
        let before = roster::of_month(self.cursor.month.add_months(-1))?;
        let own = |body: &Roster| rosters.iter().any(|(_, roster)| roster.scheme == body.scheme);
        let earlier = before.iter().filter(|(_, body)| own(body)).filter_map(|(_, body)| body.frozen).min();
        // A scheme that was not paid last month: everything decided within the look-back is news.
        Ok(Some(earlier.unwrap_or_else(|| self.cursor.month.add_months(-(self.settings.look_back as i32)))))
    }

    fn differences_of(
        &self,
        document: &Document,
        body: &Roster,
        months: &[Date],
        entitled: &BTreeMap<Payee, BTreeMap<Date, Payable>>,
    ) -> Result<Effects> {
        let own: Vec<(&Payee, &BTreeMap<Date, Payable>)> =
            entitled.iter().filter(|((scheme, _, _), _)| *scheme == body.scheme).collect();
        if own.is_empty() {
            return Ok(Effects::new());
        }
        let mut households: Vec<Id> = own.iter().map(|((_, household, _), _)| *household).collect();
        households.dedup();
        let query = Query::of_scheme(&body.scheme)
            .households(households)
            .months(months[0], months[months.len() - 1])
            .states(&STANDING);
        let drawn = payments::all(query)?;
        let mut effects = Effects::new();
        let mut lines = Vec::new();
        let mut stale = Vec::new();
        for (payee, rows) in own {
            let (_, household, person) = payee;
            let of_payee = |line: &&Line| line.household == *household && line.person == *person;
            let paid: Vec<&Line> =
                drawn.iter().filter(of_payee).filter(|line| line.purpose != PaymentPurpose::Recovery).collect();
            // Back-pay this very roster carries is drawn anew: its decision may have changed since.
            let (mine, earlier): (Vec<&Line>, Vec<&Line>) = paid.into_iter().partition(|line| {
                line.document == document.id && line.purpose == PaymentPurpose::BackPay && line.note.is_empty()
            });
            let of = |states: &[&str]| overpayments(&earlier, *household, *person, &body.scheme, states);
            let (claimed, tolerated) = (of(&CLAIMED)?, of(&TOLERATED)?);
            let of_month =
                |list: &[Overpayment], month: Date| -> Fen { list.iter().map(|one| one.claims(month)).sum() };
            let sum = |lines: &[&Line], month: Date| -> Fen {
                lines.iter().filter(|line| line.month == month).map(|line| line.amount).sum()
            };
            let found = Differences::of(months.iter().map(|month| Month {
                month: *month,
                entitled: rows.get(month).map_or(Fen::ZERO, |row| row.amount),
                drawn: sum(&earlier, *month),
                claimed: of_month(&claimed, *month),
                tolerated: of_month(&tolerated, *month),
            }));
            for (month, amount) in &found.owed {
                let row = &rows[month];
                let same = |line: &&&Line| line.month == *month;
                let already: Vec<&&Line> = mine.iter().filter(same).collect();
                if let [line] = already[..]
                    && line.amount == *amount
                    && line.decision == row.decision
                {
                    continue;
                }
                stale.extend(already.iter().map(|line| line.id));
                let before: Fen = earlier.iter().filter(|line| line.month == *month).map(|line| line.supplement).sum();
                let supplement = row.supplement - before;
                let mut line = line_of(body, row, PaymentPurpose::BackPay, *month, *amount);
                if supplement > Fen::ZERO && supplement <= *amount {
                    line = line.parts((*amount - supplement).0, supplement.0);
                }
                lines.push(line);
            }
            let owed = |line: &&&Line| found.owed.iter().any(|(month, _)| *month == line.month);
            stale.extend(mine.iter().filter(|line| !owed(line)).map(|line| line.id));
            if !found.overpaid.is_empty() {
                let mut claim = Overpayment::new(&body.scheme, body.month, &found.overpaid);
                if let Some(died) = death_before(*household, &found.overpaid)? {
                    claim.cause = "death".to_owned();
                    claim.died = Some(died);
                }
                effects = effects.document(claim.open(*household, *person));
            }
        }
        effects = Effects::new()
            .drop_lines(PaymentMark::new(document.id, stale, "replaced").note("补发按最新决定重新计算"))
            .and(effects);
        for chunk in lines.chunks(CHUNK) {
            effects = effects.draw(document.id, &body.scheme, chunk.to_vec());
        }
        Ok(effects)
    }

    // -----------------------------------------------------------------------------------------------------------------
    // Deductions

    /// Takes back what the household agreed to give back, on a line of its own and never more than it is paid this month.
    fn deductions(&self) -> Stepped {
        let cursor = self.cursor;
        let rosters = self.rosters()?;
        let query = documents::Query::of(OVERPAYMENT).state("deducting").after(cursor.after).limit(QUESTIONS);
        let found = documents::find(query)?;
        let mut effects = Effects::new();
        for document in &found {
            let mut body: Overpayment = document.body()?;
            let (Some(household), Some((roster, roster_body))) =
                (document.household, rosters.iter().find(|(_, roster)| roster.scheme == body.scheme))
            else {
                continue;
            };
            let own = |line: &&Line| line.person == document.person;
            let lines = payments::all(Query::of_document(roster.id).households([household]).states(&STANDING))?;
            if lines.iter().filter(own).any(|line| line.purpose == PaymentPurpose::Recovery) {
                continue;
            }
            let payable = |line: &&Line| line.purpose == PaymentPurpose::Regular && line.state == PaymentState::Drawn;
            let Some(line) = lines.iter().filter(own).find(payable) else { continue };
            let amount = body.monthly.min(body.left()).min(line.amount);
            let row = payables::of_household(cursor.month, household, &body.scheme, document.person)?;
            let (Some(row), Some(month)) = (row, self.free_month(household, line)?) else { continue };
            if amount <= Fen::ZERO {
                continue;
            }
            let recovery = line_of(roster_body, &row, PaymentPurpose::Recovery, month, -amount)
                .note(format!("经家庭同意扣回多发的 {amount} 元"));
            body.returned += amount;
            body.receipts.push(overpayment::Receipt {
                on: self.context.today,
                amount,
                voucher: format!("{}名单扣回", cursor.month.chinese_month()),
            });
            let state = if body.left().is_zero() { "recovered" } else { "deducting" };
            let note = format!("{}扣回 {amount} 元，尚余 {} 元", cursor.month.chinese_month(), body.left());
            effects =
                effects.draw(roster.id, &roster_body.scheme, vec![recovery]).document(body.to(document, state, note));
        }
        Ok((effects, Some(self.after_documents(&found, Phase::Conflicts))))
    }

    /// The latest month before the roster's for which this decision has neither back-pay nor a deduction: a line of differences is
    /// unique by person, month and decision.
    fn free_month(&self, household: Id, line: &Line) -> Result<Option<Date>> {
        let (last, first) = (self.cursor.month.add_months(-1), self.cursor.month.add_months(-24));
        let query = Query::of_scheme(&line.scheme).households([household]).months(first, last).states(&STANDING);
        let taken = payments::all(query)?;
        let free = |month: &Date| {
            let same = |other: &Line| {
                other.month == *month
                    && other.decision == line.decision
                    && other.person == line.person
                    && other.purpose != PaymentPurpose::Regular
            };
            !taken.iter().any(same)
        };
        Ok((1..=24).map(|back| self.cursor.month.add_months(-back)).find(free))
    }

    // -----------------------------------------------------------------------------------------------------------------
    // Questions

    /// The roster whose lines a phase of questions looks at now.
    fn roster_at(&self) -> Result<Option<(Document, Roster)>> {
        let mut rosters = self.rosters()?;
        rosters.sort_by_key(|(document, _)| document.id);
        let at = self.cursor.roster;
        Ok(rosters.into_iter().find(|(document, _)| if at == 0 { true } else { document.id.0 >= at }))
    }

    /// After the last line of a roster comes the next roster, then the next phase.
    fn next_roster(&self, done: &Document, then: Phase) -> Result<Cursor> {
        let mut ids: Vec<i64> = self.rosters()?.iter().map(|(document, _)| document.id.0).collect();
        ids.sort_unstable();
        Ok(match ids.into_iter().find(|id| *id > done.id.0) {
            Some(id) => self.cursor.roster(id),
            None => self.cursor.phase(then),
        })
    }

    fn conflicts(&self) -> Stepped {
        let Some((document, body)) = self.roster_at()? else {
            return Ok((Effects::new(), Some(self.cursor.phase(Phase::Held))));
        };
        let found = payments::conflicts(document.id, self.cursor.after, QUESTIONS)?;
        let mut marks: BTreeMap<&'static str, Vec<Id>> = BTreeMap::new();
        let mut effects = Effects::new();
        let mut households: Vec<Id> = found.iter().map(|conflict| conflict.household).collect();
        households.sort_unstable();
        households.dedup();
        let lines = match households.is_empty() {
            true => Vec::new(),
            false => payments::all(Query::of_document(document.id).households(households).states(&STANDING))?,
        };
        let mut seen: Vec<(Id, Code)> = Vec::new();
        for conflict in &found {
            let Some(code) = Code::of(&conflict.code) else { continue };
            let Some(line) = lines.iter().find(|line| line.id == conflict.line) else { continue };
            // Money that is taken back needs no account; two findings of one kind on a line are one question.
            if line.amount < Fen::ZERO || seen.contains(&(line.id, code)) || asked(line.id, code)? {
                continue;
            }
            seen.push((line.id, code));
            let already = marks.values().flatten().any(|held| *held == line.id);
            if line.state == PaymentState::Drawn && !already {
                marks.entry(code.code()).or_default().push(line.id);
            }
            effects = effects.document(self.question_about(code, &document, &body, line, Some(conflict)));
        }
        let mut held = Effects::new();
        for (code, lines) in marks {
            held = held.hold(PaymentMark::new(document.id, lines, code));
        }
        let next = match found.last() {
            // A page may be short, for the findings of one line come together: only an empty one is the last.
            Some(last) => self.cursor.at(last.line),
            None => self.next_roster(&document, Phase::Held)?,
        };
        Ok((held.and(effects), Some(next)))
    }

    /// A case for every line that was drawn and held at once.
    fn held(&self) -> Stepped {
        let Some((document, body)) = self.roster_at()? else {
            return Ok((Effects::new(), Some(self.cursor.phase(Phase::Finish))));
        };
        let query = Query::of_document(document.id).state(PaymentState::Held).after(self.cursor.after).limit(QUESTIONS);
        let lines = payments::lines(&query)?;
        let mut effects = Effects::new();
        for line in &lines {
            let Some(code) = line.hold.as_deref().and_then(Code::of) else { continue };
            if !asked(line.id, code)? {
                effects = effects.document(self.question_about(code, &document, &body, line, None));
            }
        }
        let next = match lines.last() {
            Some(last) if lines.len() == QUESTIONS as usize => self.cursor.at(last.id),
            _ => self.next_roster(&document, Phase::Finish)?,
        };
        Ok((effects, Some(next)))
    }

    fn question_about(
        &self,
        code: Code,
        document: &Document,
        body: &Roster,
        line: &Line,
        conflict: Option<&Conflict>,
    ) -> DocumentPut {
        let mut finding = Finding::of(code, document.id, body, line);
        if let Some(conflict) = conflict {
            finding.other = conflict.other.clone().unwrap_or_default();
            finding.other_household = conflict.other_household;
        }
        finding.open(Finding::key(line.id, code), line.household, line.person, body.send_advised)
    }

    fn finish(&self) -> Stepped {
        let mut effects = Effects::new();
        for (document, body) in self.rosters()? {
            let envelope = payments::totals(document.id)?;
            if body.version == 1 && envelope.lines == 0 && envelope.held_lines == 0 {
                effects = effects.document(body.to(&document, "archived", "本月没有应发放的家庭"));
                continue;
            }
            let note = format!(
                "共 {} 笔 {} 元，暂缓 {} 笔 {} 元",
                envelope.lines, envelope.amount, envelope.held_lines, envelope.held_amount
            );
            effects = effects.document(body.to(&document, "checking", note));
            if body.version > 1 {
                effects = effects.and(stale_questions(document.id)?);
            }
        }
        Ok((effects, None))
    }
}

/// Questions about lines that another drawing has replaced are settled by that.
fn stale_questions(roster: Id) -> Result<Effects> {
    let open = documents::find(documents::Query::of(FINDING).state("open").index("roster", roster.0))?;
    let mut effects = Effects::new();
    if open.is_empty() {
        return Ok(effects);
    }
    let dropped = payments::all(Query::of_document(roster).state(PaymentState::Dropped))?;
    for document in open {
        let body: Finding = document.body()?;
        if body.line.is_some_and(|id| dropped.iter().any(|line| line.id == id)) {
            effects = effects.document(document.to("closed").note("名单已按最新决定更换该笔").body(&body));
        }
    }
    Ok(effects)
}

fn households(rows: &[Payable]) -> Vec<Id> {
    let mut households: Vec<Id> = rows.iter().map(|row| row.household).collect();
    households.dedup();
    households
}

/// What every line of a roster has.
fn line_of(body: &Roster, row: &Payable, purpose: PaymentPurpose, month: Date, amount: Fen) -> PaymentLine {
    let mut line = PaymentLine::new(purpose, row.household, month.month_code(), row.decision, amount.0)
        .person(row.person)
        .covering(row.persons.iter().copied())
        .budget(&body.budget);
    line.covered = u32::try_from(row.covered).unwrap_or(line.covered);
    line
}

/// A line as changes compare it.
pub fn paid(line: &Line) -> Paid {
    Paid {
        amount: line.amount,
        base: line.base,
        supplement: line.supplement,
        covered: i64::from(line.covered),
        decision: line.decision,
    }
}

/// How often in a row the bank returned this payee's money; `history` newest first.
fn failures(history: &[Line]) -> u32 {
    history.iter().take_while(|line| line.state == PaymentState::Returned).map(|line| line.attempt).sum()
}

/// What was found for a payee who was paid anything; for nobody else there is anything to find.
fn overpayments(
    paid: &[&Line],
    household: Id,
    person: Option<Id>,
    scheme: &str,
    states: &[&str],
) -> Result<Vec<Overpayment>> {
    if paid.is_empty() { Ok(Vec::new()) } else { overpayment::found(household, person, scheme, states) }
}

/// The day of a death reported for the household after which all these months lie.
fn death_before(household: Id, overpaid: &[(Date, Fen)]) -> Result<Option<Date>> {
    let known = documents::find(documents::Query::of(FINDING).household(household).index("code", Code::Died.code()))?;
    for document in known {
        if let Some(died) = document.body::<Finding>()?.died
            && overpaid.iter().all(|(month, _)| *month > died)
        {
            return Ok(Some(died));
        }
    }
    Ok(None)
}
