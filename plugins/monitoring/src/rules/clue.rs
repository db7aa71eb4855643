//! One row of a department's data against the file: which rules it raises and which facts it states. Rows are joined by the number of
//! the citizen, which only the kernel sees; there is no name to join on.

use super::event::Event;
use super::matrix::{Recorded, RuleId, of_event};
use crate::codes::{Asset, Income, Spending};
use crate::department::Department;
use crate::family::{Family, Member};
use doudi_sdk::prelude::*;
use serde::{Deserialize, Serialize};

/// 本科, 专科 and 非在校 of the table `study`.
const BACHELOR: i64 = 7;
const COLLEGE: i64 = 6;
const NOT_AT_SCHOOL: i64 = 0;
/// Codes of the table `source` for what no department of the list states: 信息核对, and 入户调查.
const FINANCE_CHECK: u8 = 3;
const HOME_SURVEY: u8 = 2;
/// Years of age to which school is compulsory (义务教育法 第十一条: nine years from six or seven).
const COMPULSORY_UNTIL: i32 = 16;

/// What a row states of a person on file.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Row {
    pub household: Id,
    pub person: Id,
    pub event: Event,
    /// The day it is about; the first day of the batch's month where the row has none.
    pub on: Date,
    pub amount: Option<Fen>,
    /// Grade of a disability.
    pub grade: i64,
    /// Category of a disability, kind of watch-listed household.
    pub category: i64,
    /// How many homes, vehicles, companies.
    pub count: i64,
    /// Employer, school, plate …, as the department writes it.
    pub note: String,
}

/// A row as evidence of an alert: where it came from and what it said, never a finding.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Clue {
    /// The day it is about.
    pub on: Date,
    /// Number of [`Event`]; absent for what the monthly look found.
    pub event: Option<i64>,
    pub department: Option<Department>,
    /// The batch's key.
    pub batch: String,
    pub amount: Option<Fen>,
    /// What the amount is compared with.
    pub line: Option<Fen>,
    pub grade: i64,
    pub category: i64,
    pub count: i64,
    pub note: String,
}

/// What a row comes to.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Judged {
    /// Rules it raises.
    pub raised: Vec<RuleId>,
    /// Rules it would raise, did the file not know already: evidence for an alert that is open, and no reason for a new one. So the rows
    /// of a file come to the same in any order, though the first of them may become a fact.
    pub supported: Vec<RuleId>,
    /// What becomes a fact at once, with the department as its source.
    pub facts: Vec<FactPropose>,
}

/// Where the row comes from.
#[derive(Clone, Copy, Debug)]
pub struct Sender<'a> {
    /// Absent for one the county added.
    pub department: Option<Department>,
    /// The batch's key, in the note of every fact.
    pub batch: &'a str,
}

/// Whether a row says what its statement needs.
///
/// # Errors
/// The place and the sentence for the officer's error file.
pub fn check(event: Event, amount: Option<Fen>, grade: i64, on: Date, today: Date) -> Result<(), Problem> {
    if event.needs_amount() && amount.is_none() {
        return Err(Problem::new("amount", format!("“{}”应填写金额", event.label())));
    }
    if event.needs_grade() && !(1..=4).contains(&grade) {
        return Err(Problem::new("grade", format!("“{}”应填写等级，一级至四级", event.label())));
    }
    if amount.is_some_and(|amount| amount < Fen::ZERO) {
        return Err(Problem::new("amount", "金额不得为负数，冲销的请按冲销后的金额填写"));
    }
    if on > today {
        return Err(Problem::new("on", "日期晚于今天，请核对"));
    }
    Ok(())
}

/// What the row raises and states, given the file as it stands and whether the household receives a benefit.
pub fn judge(row: &Row, sender: Sender<'_>, family: &Family, covered: bool) -> Judged {
    let Some(member) = family.member(row.person) else { return Judged::default() };
    // What the row states by itself, and whether the file has not got it yet.
    let (says, new) = (|holds: bool, new: bool| holds.then_some(new), Some(true));
    let raises = |rule: RuleId| match rule {
        RuleId::NewDisability => says((1..=2).contains(&row.grade), !(1..=2).contains(&member.grade)),
        RuleId::DisabilityEased => says((3..=4).contains(&row.grade), (1..=2).contains(&member.grade)),
        RuleId::MajorIllness => Some(!member.ill),
        RuleId::SalaryOnAid | RuleId::Taxed => {
            Some(!member.earns(&[Income::Wage, Income::Business], row.amount, row.on))
        }
        RuleId::PensionOnAid => {
            Some(!member.earns(&[Income::PensionOther, Income::PensionBasicCentral], row.amount, row.on))
        }
        RuleId::PaidAfterDeath => Some(member.death.is_none()),
        RuleId::HeadDied => says(member.is_head() && others_live(family, member, row.on), member.death.is_none()),
        RuleId::MemberImprisoned => Some(member.counts(row.on)),
        RuleId::Released => Some(matches!(member.uncounted, 1 | 2)),
        RuleId::University => Some(!at_university(member)),
        RuleId::DroppedOut => says(member.birth.is_some_and(|birth| birth.age_on(row.on) < COMPULSORY_UNTIL), true),
        RuleId::HousingFund => Some(more(row, member, &[Asset::HousingFund])),
        RuleId::Deposit => Some(more(row, member, &[Asset::Deposit, Asset::Securities, Asset::Fund, Asset::Insurance])),
        RuleId::Home => Some(row.count.max(1) > member.owns(Asset::Home, row.on) + member.owns(Asset::Shop, row.on)),
        RuleId::Vehicle => Some(row.count.max(1) > member.owns(Asset::Vehicle, row.on)),
        RuleId::Company => Some(row.count.max(1) > member.owns(Asset::Company, row.on)),
        _ => new,
    };
    let mut judged = Judged { facts: facts(row, sender, family, member), ..Judged::default() };
    for rule in of_event(row.event).filter(|rule| rule.concerns.includes(covered)) {
        match raises(rule.id) {
            Some(true) => judged.raised.push(rule.id),
            Some(false) => judged.supported.push(rule.id),
            None => {}
        }
    }
    judged
}

/// A household without its head goes on when somebody else is alive in it.
pub fn others_live(family: &Family, head: &Member, on: Date) -> bool {
    family.members.iter().any(|member| member.person != head.person && member.co_resident && member.lives(on))
}

fn at_university(member: &Member) -> bool {
    member.study.is_some_and(|study| study >= COLLEGE)
}

/// More than the file knows, or the file knows nothing and the row names no sum.
fn more(row: &Row, member: &Member, kinds: &[Asset]) -> bool {
    let known = member.worth(kinds, row.on);
    row.amount.map_or(known.is_zero(), |amount| amount > known)
}

/// What the department itself decides, and the file does not say yet.
fn facts(row: &Row, sender: Sender<'_>, family: &Family, member: &Member) -> Vec<FactPropose> {
    let mut facts = Vec::new();
    let source = sender.department.map_or(FINANCE_CHECK, Department::source);
    let mut state = |field: &str, value: i64, known: Option<i64>| {
        if known != Some(value) {
            let fact = FactPropose::of_person(row.person, field).value(value).from(row.on);
            facts.push(fact.source(source).note(sender.batch));
        }
    };
    match row.event {
        Event::Disability => {
            if row.category != 0 {
                state("person.disability-category", row.category, Some(member.disability));
            }
            state("person.disability-grade", row.grade, Some(member.grade));
        }
        Event::Illness => state("person.major-illness", 1, Some(i64::from(member.ill))),
        Event::University if !at_university(member) => state("person.study", BACHELOR, member.study),
        Event::DroppedOut => state("person.study", NOT_AT_SCHOOL, member.study),
        Event::Medical => {
            let amount = row.amount.unwrap_or_default();
            // A settlement is known by its day and sum: the same file once more states nothing new.
            let known = member.spending.iter().any(|item| {
                item.kind == Spending::Medical && item.from == row.on && item.to == Some(row.on) && item.value == amount
            });
            if !known && amount > Fen::ZERO {
                let fact = FactPropose::of_person(row.person, Spending::Medical.code()).value(amount);
                facts.push(fact.from(row.on).to(row.on).source(source).note(sender.batch));
            }
        }
        Event::WatchListed | Event::WatchCleared => {
            let value = if row.event == Event::WatchListed { row.category } else { 0 };
            let stated = row.event == Event::WatchCleared || (1..=3).contains(&value);
            if stated && family.monitoring != value {
                let fact = FactPropose::of_household(row.household, "household.monitoring").value(value);
                facts.push(fact.from(row.on).source(source).note(sender.batch));
            }
        }
        _ => {}
    }
    facts
}

/// What an alert that proved true becomes a fact of: only rules whose clues have usual false positives wait for that.
pub fn verified(rule: RuleId, clue: &Clue, person: Id, amount: Option<Fen>, note: &str) -> Option<FactPropose> {
    if rule.rule().recorded != Recorded::Verified {
        return None;
    }
    let field = match rule {
        RuleId::SalaryOnAid | RuleId::PublicPayroll | RuleId::Taxed => Income::Wage.code(),
        RuleId::PensionOnAid => Income::PensionOther.code(),
        RuleId::HousingFund => Asset::HousingFund.code(),
        RuleId::Home => Asset::Home.code(),
        RuleId::Vehicle => Asset::Vehicle.code(),
        RuleId::Company => Asset::Company.code(),
        RuleId::Deposit => Asset::Deposit.code(),
        _ => return None,
    };
    let counted = matches!(rule, RuleId::Home | RuleId::Vehicle | RuleId::Company);
    // An income nobody could put a figure to is no fact of a sum; the existence of a home is one.
    let value = amount.or(clue.amount).or(counted.then_some(Fen::ZERO))?;
    let source = clue.department.map_or(HOME_SURVEY, Department::source);
    Some(FactPropose::of_person(person, field).value(value).from(clue.on).source(source).note(note))
}
