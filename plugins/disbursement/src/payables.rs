//! Whom the measures of the county say to pay: the answers to `benefit.payables`, merged in order of household. Which measures
//! answer is nobody's business here.

use crate::rules::changes::Paid;
use doudi_sdk::prelude::*;

/// The topic.
pub const TOPIC: &str = "benefit.payables";

/// One line of entitlement on a day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Payable {
    pub scheme: String,
    /// What the measure calls the benefit.
    pub label: String,
    pub household: Id,
    /// The payee, where the benefit is personal.
    pub person: Option<Id>,
    /// Everybody it covers.
    pub persons: Vec<Id>,
    pub decision: Id,
    /// Zero: decided about, and pays nothing on the day.
    pub amount: Fen,
    pub base: Fen,
    pub supplement: Fen,
    pub covered: i64,
    /// S×n, where the measure says it.
    pub ceiling: Option<Fen>,
    /// Whether the award was posted, where the measure says it.
    pub posted: Option<bool>,
}

impl Payable {
    pub fn paid(&self) -> Paid {
        Paid {
            amount: self.amount,
            base: self.base,
            supplement: self.supplement,
            covered: self.covered,
            decision: self.decision,
        }
    }
}

/// Some households' entitlements, whole households only.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    pub rows: Vec<Payable>,
    /// Where to go on; absent when there is no more.
    pub next: Option<Id>,
}

/// What is payable on a day: households after `after`, at most about `limit`. With `since` only households about which anything was
/// decided on or after that day, and of these also what pays nothing any more. `personal` tells whether lines of one person are
/// meant or those of whole households; a measure that does not know the difference answers with both.
///
/// # Errors
/// As [`questions::ask`]; `internal` when an answer lacks a column of the topic.
pub fn page(on: Date, after: Id, limit: u32, since: Option<Date>, personal: Option<bool>) -> Result<Page> {
    let question = Table::new("page", 1)
        .ints("after", [after.0])
        .ints("limit", [i64::from(limit)])
        .optional_ints("since", [since])
        .optional_ints("personal", [personal.map(i64::from)]);
    let mut rows = Vec::new();
    let mut upto: Option<Id> = None;
    for reply in questions::ask(TOPIC, on, &Block::of(question))? {
        let mut read = read(&reply.block)?;
        // An answer that begins before the question would send the asker round in circles.
        read.retain(|row| row.household > after);
        // A measure knows its own limit: it has told everything up to its last household, and perhaps no further.
        if let Some(last) = read.last().map(|row| row.household) {
            upto = Some(upto.map_or(last, |upto| upto.min(last)));
        }
        rows.extend(read);
    }
    if let Some(upto) = upto {
        rows.retain(|row| row.household <= upto);
    }
    rows.sort_by(|left, right| {
        (left.household, &left.scheme, left.person).cmp(&(right.household, &right.scheme, right.person))
    });
    Ok(Page { rows, next: upto })
}

/// What a scheme says of one household on a day.
///
/// # Errors
/// As [`page`].
pub fn of_household(on: Date, household: Id, scheme: &str, person: Option<Id>) -> Result<Option<Payable>> {
    let page = page(on, Id(household.0 - 1), 1, None, None)?;
    Ok(page
        .rows
        .into_iter()
        .find(|row| row.household == household && row.scheme == scheme && row.person == person && row.amount.0 > 0))
}

fn read(block: &Block) -> Result<Vec<Payable>> {
    let table = block.table("payable")?;
    let (scheme, label) = (table.text_column("scheme")?, table.text_column("label")?);
    let (household, person) = (table.int_column("household")?, table.int_column("person")?);
    let (decision, covered) = (table.int_column("decision")?, table.int_column("covered")?);
    let (amount, base, supplement) =
        (table.int_column("amount")?, table.int_column("base")?, table.int_column("supplement")?);
    let optional =
        |name: &str| if table.find(name).is_some() { table.int_column(name) } else { Ok(Default::default()) };
    let (ceiling, posted) = (optional("ceiling")?, optional("posted")?);
    let members = block.table("member")?;
    let member = members.int_column("person")?;
    let mut rows = Vec::with_capacity(table.rows as usize);
    let mut begin = 0;
    for row in 0..table.rows as usize {
        let end = members.ends.get(row).copied().unwrap_or(begin as u32) as usize;
        let persons: Vec<Id> = (begin..end).filter_map(|at| member.get(at)).map(Id).collect();
        begin = end;
        let scheme = scheme.get(row).unwrap_or_default();
        rows.push(Payable {
            scheme: scheme.to_owned(),
            label: label.get(row).filter(|label| !label.is_empty()).unwrap_or(scheme).to_owned(),
            household: Id(household.value(row)),
            person: person.get(row).map(Id),
            persons,
            decision: Id(decision.value(row)),
            amount: Fen(amount.value(row)),
            base: Fen(base.value(row)),
            supplement: Fen(supplement.value(row)),
            covered: covered.value(row),
            ceiling: ceiling.get(row).map(Fen),
            posted: posted.get(row).map(|posted| posted == 1),
        });
    }
    Ok(rows)
}
