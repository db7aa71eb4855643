//! What was paid: the envelopes this plugin opened, and whatever anybody paid under this plugin's own schemes. Writing is by
//! the effects `payment.*` ([`crate::Effects::draw`] and its neighbours); the wall against paying twice is the kernel's.

use crate::bindings::kernel::doudi::kernel::payments as wit;
use crate::block::Block;
use crate::date::Date;
use crate::fen::Fen;
use crate::host;
use crate::refusal::{Refusal, Result};
use doudi_documents::Id;
use doudi_documents::effect::{PaymentFlag, PaymentPurpose, PaymentState, ReturnReason};

/// Lines and findings one read gives at most, and households one query may name.
pub const PAGE: u32 = 4_096;

/// One payment line as the kernel keeps it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// The kernel's id.
    pub id: Id,
    /// The roster document whose envelope holds it.
    pub document: Id,
    /// The scheme it pays.
    pub scheme: String,
    /// Who is paid.
    pub household: Id,
    /// The payee where the benefit is personal.
    pub person: Option<Id>,
    /// First day of the month it is for.
    pub month: Date,
    /// What it pays for.
    pub purpose: PaymentPurpose,
    /// The decision it follows from.
    pub decision: Id,
    /// Below zero in a recovery.
    pub amount: Fen,
    /// 保障金额 in it.
    pub base: Fen,
    /// 分类施保金 in it.
    pub supplement: Fen,
    /// Members it covers.
    pub covered: u32,
    /// Compared with the month before.
    pub flag: PaymentFlag,
    /// Item of the budget.
    pub budget: String,
    /// Where it stands.
    pub state: PaymentState,
    /// Why it is held, while it is.
    pub hold: Option<String>,
    /// One line for people.
    pub note: String,
    /// How often it went to the bank: 1 the first time.
    pub attempt: u32,
    /// The day the bank credited or returned it.
    pub settled: Option<Date>,
    /// Why it came back, at its last attempt.
    pub reason: Option<ReturnReason>,
    /// 12-digit division of the household when it was drawn.
    pub division: i64,
}

impl Line {
    /// Neither dropped nor held back: it is or will be paid.
    pub fn counts(&self) -> bool {
        !matches!(self.state, PaymentState::Dropped | PaymentState::Held)
    }

    /// The serial the bank's file carries for the current attempt.
    pub fn serial(&self) -> String {
        format!("{}-{}", self.id.0, self.attempt)
    }
}

/// Conditions joined by "and"; an absent one does not restrict.
///
/// ```
/// use doudi_sdk::payments::Query;
/// use doudi_sdk::prelude::*;
/// # doudi_sdk::testing::World::new("2022-09-01").run(|_| {
/// let before = Query::of_scheme("dibao").households([Id(3), Id(9)]).months(Date::of(2022, 7, 1), Date::of(2022, 8, 1));
/// assert!(payments::all(before)?.is_empty());
/// # Ok::<(), Refusal>(()) }).unwrap();
/// ```
#[derive(Clone, PartialEq, Debug)]
pub struct Query {
    pub(crate) raw: wit::Query,
}

impl Default for Query {
    fn default() -> Query {
        Query {
            raw: wit::Query {
                document: None,
                scheme: String::new(),
                households: Vec::new(),
                person: None,
                states: Vec::new(),
                purpose: String::new(),
                flag: String::new(),
                months_from: None,
                months_to: None,
                after: 0,
                limit: PAGE,
            },
        }
    }
}

impl Query {
    /// The lines of one envelope.
    pub fn of_document(document: Id) -> Query {
        let mut query = Query::default();
        query.raw.document = Some(document.0);
        query
    }

    /// The lines of one scheme.
    pub fn of_scheme(scheme: &str) -> Query {
        let mut query = Query::default();
        scheme.clone_into(&mut query.raw.scheme);
        query
    }

    /// Of these households, at most [`PAGE`]. An empty list does not restrict.
    pub fn households(mut self, households: impl IntoIterator<Item = Id>) -> Query {
        self.raw.households = households.into_iter().map(|id| id.0).collect();
        self
    }

    /// Paid to this person, or covering them.
    pub fn person(mut self, person: Id) -> Query {
        self.raw.person = Some(person.0);
        self
    }

    /// In this state, or in one of those named before.
    pub fn state(mut self, state: PaymentState) -> Query {
        self.raw.states.push(state.code().to_owned());
        self
    }

    /// In one of these states.
    pub fn states(mut self, states: &[PaymentState]) -> Query {
        self.raw.states.extend(states.iter().map(|state| state.code().to_owned()));
        self
    }

    /// Paying for this.
    pub fn purpose(mut self, purpose: PaymentPurpose) -> Query {
        purpose.code().clone_into(&mut self.raw.purpose);
        self
    }

    /// With this flag.
    pub fn flag(mut self, flag: PaymentFlag) -> Query {
        flag.code().clone_into(&mut self.raw.flag);
        self
    }

    /// For these months, both included.
    pub fn months(mut self, first: Date, last: Date) -> Query {
        self.raw.months_from = Some(first.first_of_month().days());
        self.raw.months_to = Some(last.first_of_month().days());
        self
    }

    /// For this month.
    pub fn month(self, month: Date) -> Query {
        self.months(month, month)
    }

    /// Lines above this one.
    pub fn after(mut self, line: Id) -> Query {
        self.raw.after = line.0;
        self
    }

    /// At most so many, and never more than [`PAGE`].
    pub fn limit(mut self, limit: u32) -> Query {
        self.raw.limit = limit;
        self
    }
}

/// One page of lines, in order of id.
///
/// # Errors
/// `invalid` for more than [`PAGE`] households; `limit` when the call has read too much.
pub fn lines(query: &Query) -> Result<Vec<Line>> {
    lines_of(&host::payment_lines(&query.raw)?)
}

/// All lines, page by page. A call reads a limited number of rows: bound the query.
///
/// # Errors
/// As [`lines`].
pub fn all(mut query: Query) -> Result<Vec<Line>> {
    let mut found = Vec::new();
    query.raw.limit = query.raw.limit.clamp(1, PAGE);
    loop {
        let page = lines(&query)?;
        let full = page.len() == query.raw.limit as usize;
        if let Some(last) = page.last() {
            query.raw.after = last.id.0;
        }
        found.extend(page);
        if !full {
            return Ok(found);
        }
    }
}

fn lines_of(block: &Block) -> Result<Vec<Line>> {
    let Some(table) = block.find("payment") else { return Ok(Vec::new()) };
    let ints = |name: &str| table.int_column(name);
    let texts = |name: &str| table.text_column(name);
    let (id, document, household, person) = (ints("id")?, ints("document")?, ints("household")?, ints("person")?);
    let (month, decision, amount) = (ints("month")?, ints("decision")?, ints("amount")?);
    let (base, supplement, covered) = (ints("base")?, ints("supplement")?, ints("covered")?);
    let (attempt, settled, division) = (ints("attempt")?, ints("settled")?, ints("division")?);
    let (scheme, purpose, flag, budget) = (texts("scheme")?, texts("purpose")?, texts("flag")?, texts("budget")?);
    let (state, hold, note, reason) = (texts("state")?, texts("hold")?, texts("note")?, texts("reason")?);
    let text = |column: &crate::block::Texts<'_>, row: usize| column.get(row).unwrap_or_default().to_owned();
    (0..table.rows as usize)
        .map(|row| {
            Ok(Line {
                id: Id(id.value(row)),
                document: Id(document.value(row)),
                scheme: text(&scheme, row),
                household: Id(household.value(row)),
                person: person.get(row).map(Id),
                month: day(month.value(row))?,
                purpose: word(PaymentPurpose::parse, purpose.get(row), "用途")?,
                decision: Id(decision.value(row)),
                amount: Fen(amount.value(row)),
                base: Fen(base.value(row)),
                supplement: Fen(supplement.value(row)),
                covered: u32::try_from(covered.value(row)).unwrap_or(0),
                flag: word(PaymentFlag::parse, flag.get(row), "变动情况")?,
                budget: text(&budget, row),
                state: word(PaymentState::parse, state.get(row), "状态")?,
                hold: hold.get(row).filter(|code| !code.is_empty()).map(str::to_owned),
                note: text(&note, row),
                attempt: u32::try_from(attempt.value(row)).unwrap_or(0),
                settled: settled.get(row).map(day).transpose()?,
                reason: reason.get(row).and_then(ReturnReason::parse),
                division: division.value(row),
            })
        })
        .collect()
}

/// An envelope with its sums.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Envelope {
    /// The scheme it pays.
    pub scheme: String,
    /// First day of the roster's month.
    pub month: Date,
    /// Lines that would be paid: not dropped, not held.
    pub lines: u32,
    /// Their sum.
    pub amount: Fen,
    /// Lines held back.
    pub held_lines: u32,
    /// Their sum.
    pub held_amount: Fen,
    /// The control totals, once it is sealed.
    pub sealed: Option<Sealed>,
    /// Sums by state, purpose, flag and item of the budget.
    pub totals: Vec<Total>,
    /// The steps that took the sealed envelope over, in order.
    pub steps: Vec<StepDone>,
}

/// The control totals of a sealed envelope: every later step must give the same.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sealed {
    /// The day.
    pub on: Date,
    /// How many lines.
    pub lines: u32,
    /// Their sum.
    pub amount: Fen,
}

/// The lines that agree in state, purpose, flag and item of the budget.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Total {
    /// Where they stand.
    pub state: PaymentState,
    /// What they pay for.
    pub purpose: PaymentPurpose,
    /// Compared with the month before.
    pub flag: PaymentFlag,
    /// Item of the budget.
    pub budget: String,
    /// How many.
    pub lines: u32,
    /// Their sum.
    pub amount: Fen,
}

/// A step that took the sealed envelope over.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StepDone {
    /// The plugin's word.
    pub step: String,
    /// The totals it gave: the sealed ones.
    pub lines: u32,
    /// As above.
    pub amount: Fen,
    /// The day.
    pub on: Date,
}

impl Envelope {
    /// Count and sum of the lines in one of these states.
    pub fn sum(&self, states: &[PaymentState]) -> (u32, Fen) {
        let among = self.totals.iter().filter(|total| states.contains(&total.state));
        among.fold((0, Fen::ZERO), |(lines, amount), total| (lines + total.lines, amount + total.amount))
    }

    /// A step by its word.
    pub fn step(&self, step: &str) -> Option<&StepDone> {
        self.steps.iter().find(|done| done.step == step)
    }
}

/// The envelope of a document.
///
/// # Errors
/// `not-found` for a document of another plugin or without an envelope.
pub fn totals(document: Id) -> Result<Envelope> {
    let block = host::payment_totals(document.0)?;
    let head = block.table("envelope")?;
    let int = |name: &str| -> Result<Option<i64>> { Ok(head.int_column(name)?.get(0)) };
    let count = |number: i64| u32::try_from(number).unwrap_or(0);
    let required = |name: &str| -> Result<i64> { Ok(int(name)?.unwrap_or(0)) };
    let sealed = match int("sealed")? {
        None => None,
        Some(on) => Some(Sealed {
            on: day(on)?,
            lines: count(required("sealed-lines")?),
            amount: Fen(required("sealed-amount")?),
        }),
    };
    let mut totals = Vec::new();
    if let Some(table) = block.find("total") {
        let (state, purpose) = (table.text_column("state")?, table.text_column("purpose")?);
        let (flag, budget) = (table.text_column("flag")?, table.text_column("budget")?);
        let (lines, amount) = (table.int_column("lines")?, table.int_column("amount")?);
        for row in 0..table.rows as usize {
            totals.push(Total {
                state: word(PaymentState::parse, state.get(row), "状态")?,
                purpose: word(PaymentPurpose::parse, purpose.get(row), "用途")?,
                flag: word(PaymentFlag::parse, flag.get(row), "变动情况")?,
                budget: budget.get(row).unwrap_or_default().to_owned(),
                lines: count(lines.value(row)),
                amount: Fen(amount.value(row)),
            });
        }
    }
    let mut steps = Vec::new();
    if let Some(table) = block.find("step") {
        let step = table.text_column("step")?;
        let (lines, amount, on) = (table.int_column("lines")?, table.int_column("amount")?, table.int_column("on")?);
        for row in 0..table.rows as usize {
            steps.push(StepDone {
                step: step.get(row).unwrap_or_default().to_owned(),
                lines: count(lines.value(row)),
                amount: Fen(amount.value(row)),
                on: day(on.value(row))?,
            });
        }
    }
    Ok(Envelope {
        scheme: head.text_column("scheme")?.get(0).unwrap_or_default().to_owned(),
        month: day(required("month")?)?,
        lines: count(required("lines")?),
        amount: Fen(required("amount")?),
        held_lines: count(required("held-lines")?),
        held_amount: Fen(required("held-amount")?),
        sealed,
        totals,
        steps,
    })
}

/// A finding the kernel alone can make, because the plugin sees neither accounts nor names, nor other schemes and counties.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Conflict {
    /// The line it is about.
    pub line: Id,
    /// The line's household.
    pub household: Id,
    /// `shared-account`, `holder-differs`, `no-account`, `other-scheme`, `other-county`.
    pub code: String,
    /// The other scheme, or the other county's code.
    pub other: Option<String>,
    /// The household with the same account.
    pub other_household: Option<Id>,
}

/// Findings about the lines of an envelope above `after`, in order of line; those of one line come together. At most `limit`.
///
/// # Errors
/// As [`totals`].
pub fn conflicts(document: Id, after: Id, limit: u32) -> Result<Vec<Conflict>> {
    let block = host::payment_conflicts(document.0, after.0, limit)?;
    let Some(table) = block.find("conflict") else { return Ok(Vec::new()) };
    let (line, household) = (table.int_column("line")?, table.int_column("household")?);
    let (code, other) = (table.text_column("code")?, table.text_column("other")?);
    let other_household = table.int_column("other-household")?;
    Ok((0..table.rows as usize)
        .map(|row| Conflict {
            line: Id(line.value(row)),
            household: Id(household.value(row)),
            code: code.get(row).unwrap_or_default().to_owned(),
            other: other.get(row).filter(|text| !text.is_empty()).map(str::to_owned),
            other_household: other_household.get(row).map(Id),
        })
        .collect())
}

fn day(days: i64) -> Result<Date> {
    let days = i32::try_from(days).map_err(|_| Refusal::internal(format!("“{days}”不是日期")))?;
    Ok(Date::from_days(days))
}

fn word<T>(parse: fn(&str) -> Option<T>, text: Option<&str>, what: &str) -> Result<T> {
    let text = text.unwrap_or_default();
    parse(text).ok_or_else(|| Refusal::internal(format!("付款明细的{what}“{text}”不是本插件认识的")))
}
