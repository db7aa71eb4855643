//! Which single facts could be otherwise: every amount on file, every amount that might be, every value of the fields the
//! measure reads, one member more. Taken from the field catalogue and the measure's declared inputs; what somebody *is* (sex,
//! age, ethnicity, relation) is no candidate, what her circumstances are is.

use super::family::{self, Item};
use doudi_domain::catalogue::{Field, FieldCode, Kind, Origin, Table};
use doudi_domain::columns::{Columns, TableColumns};

/// Amounts are tried up to this, or twice what is on file: ten thousand yuan.
const MOST_FEN: i64 = 1_000_000;
/// A count is tried this far up and down.
const COUNTS: i64 = 6;

/// One fact that could be otherwise.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Candidate {
    /// An amount on file that is searched between what it is and `limit`.
    Amount { field: FieldCode, row: usize, person: usize, now: i64, limit: i64 },
    /// An amount nobody has registered, searched from 0 to `limit`.
    Added { field: FieldCode, kind: i64, person: usize, from: i64, limit: i64 },
    /// An item that is not there at all.
    Removed { field: FieldCode, row: usize, person: usize, now: i64 },
    /// A field of the household, or of a person.
    Value { field: FieldCode, row: usize, now: Option<i64>, to: i64 },
    /// One member more, born on the day.
    Member { born: i64 },
}

impl Candidate {
    /// Where an amount's search begins and ends; `None` for what has no size.
    pub fn range(&self) -> Option<(i64, i64)> {
        match self {
            Candidate::Amount { now, limit, .. } => Some((*now, *limit)),
            Candidate::Added { limit, .. } => Some((0, *limit)),
            _ => None,
        }
    }

    /// Another value of the same field of the same person or household.
    pub fn same_place(&self, other: &Candidate) -> bool {
        match (self, other) {
            (Candidate::Value { field, row, .. }, Candidate::Value { field: other, row: at, .. }) => {
                (field, row) == (other, at)
            }
            _ => false,
        }
    }

    /// The household with this fact otherwise; `amount` is what an amount becomes.
    pub fn applied(&self, base: &Columns, amount: i64) -> Columns {
        let mut columns = base.clone();
        match self {
            Candidate::Amount { field, row, .. } => {
                family::set(&mut columns, field.field().table, "value", *row, amount);
            }
            Candidate::Added { field, kind, person, from, .. } => {
                let item = Item { kind: *kind, value: amount, from: *from };
                family::add_item(&mut columns, field.field().table, *person, item);
            }
            Candidate::Removed { field, row, .. } => family::remove_item(&mut columns, field.field().table, *row),
            Candidate::Value { field, row, to, .. } => {
                family::set(&mut columns, field.field().table, field.as_str(), *row, *to);
            }
            Candidate::Member { born } => family::add_member(&mut columns, *born),
        }
        columns
    }
}

/// Everything of one household that could be otherwise. `fields` are those that were read; `since` is the first day of the
/// period incomes are reckoned over, `today` the legal date, both in days.
pub(super) fn all(base: &Columns, fields: &[FieldCode], since: i64, today: i64) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    for table in &base.tables {
        let of_table: Vec<FieldCode> =
            fields.iter().copied().filter(|code| code.field().table == table.table).collect();
        if table.table.is_items() {
            items(table, &of_table, since, &mut candidates);
        } else {
            values(table, &of_table, &mut candidates);
        }
    }
    if base.table(Table::Person).is_some_and(|persons| persons.rows > 0) {
        candidates.push(Candidate::Member { born: today });
    }
    candidates
}

fn items(table: &TableColumns, fields: &[FieldCode], since: i64, candidates: &mut Vec<Candidate>) {
    for person in 0..table.ends.len() {
        for row in table.rows_of(person) {
            let kind = family::int(table, "kind", row).and_then(|kind| usize::try_from(kind).ok());
            let (Some(field), Some(now)) = (kind.and_then(|kind| fields.get(kind)), family::int(table, "value", row))
            else {
                continue;
            };
            if now > 0 {
                candidates.push(Candidate::Amount { field: *field, row, person, now, limit: 0 });
            }
            let limit = now.saturating_add(MOST_FEN.max(now));
            candidates.push(Candidate::Amount { field: *field, row, person, now, limit });
            candidates.push(Candidate::Removed { field: *field, row, person, now });
        }
        for (kind, field) in (0..).zip(fields) {
            let has = table.rows_of(person).any(|row| family::int(table, "kind", row) == Some(kind));
            if !has {
                candidates.push(Candidate::Added { field: *field, kind, person, from: since, limit: MOST_FEN });
            }
        }
    }
}

fn values(table: &TableColumns, fields: &[FieldCode], candidates: &mut Vec<Candidate>) {
    for code in fields.iter().filter(|code| is_circumstance(code.field())) {
        for row in 0..table.rows as usize {
            let now = family::int(table, code.as_str(), row);
            for to in alternatives(code.field(), now) {
                candidates.push(Candidate::Value { field: *code, row, now, to });
            }
        }
    }
}

/// Facts, and of what the file itself holds only who counts.
fn is_circumstance(field: &Field) -> bool {
    field.origin == Origin::Fact || matches!(field.code.as_str(), "person.co-resident" | "person.uncounted-reason")
}

fn alternatives(field: &Field, now: Option<i64>) -> Vec<i64> {
    let mut values: Vec<i64> = match field.kind {
        Kind::YesNo => vec![1, 0],
        // That somebody is counted after all may be found out; nobody is told what would take her away.
        Kind::Code(_) if field.code.as_str() == "person.uncounted-reason" => vec![0],
        Kind::Code(table) => table.entries.iter().map(|entry| i64::from(entry.code)).collect(),
        Kind::Count if field.origin == Origin::Fact => {
            let now = now.unwrap_or(0);
            (1..=COUNTS).flat_map(|step| [now - step, now + step]).filter(|value| *value >= 0).collect()
        }
        Kind::Count | Kind::Money | Kind::Date | Kind::Text => Vec::new(),
    };
    // What is not on file counts as "no", or as the table's "none".
    let as_it_is = match field.kind {
        Kind::YesNo | Kind::Code(_) => Some(now.unwrap_or(0)),
        _ => now,
    };
    values.retain(|value| Some(*value) != as_it_is);
    values
}
