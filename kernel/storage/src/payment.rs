//! Payments: lines, envelopes with their control totals, and the keys that keep anybody from being paid twice. Reading is
//! here; [`draw`] and [`settle`] write, [`conflicts`] and [`payees`] look into accounts and names.
//!
//! Everything of one envelope moves under one write of its county at a time, so what a method checks still holds when it
//! writes; the primary key of `payment_key` stands behind all of it.

mod conflicts;
mod draw;
mod payees;
mod settle;

pub use draw::Mark;
pub use payees::{Payee, PayeeQuery};

use crate::engine::{Query, Row, args, broken};
use crate::page::{self, Page};
use crate::snapshot::Reach;
use crate::{Snapshot, revision};
use doudi_domain::payment::{Control, Envelope, Flag, Payment, Purpose, ReturnReason, Sealed, State, Step, Total};
use doudi_domain::{Date, DivisionCode, DocumentId, Error, HouseholdId, PersonId, Result};

/// Which lines, all conditions together. By id, ascending.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct PaymentQuery {
    /// Only lines of envelopes this plugin opened, or of these schemes; `None`: whosever.
    pub readable: Option<(String, Vec<String>)>,
    pub document: Option<DocumentId>,
    pub scheme: Option<String>,
    /// Any of these; empty: any.
    pub households: Vec<HouseholdId>,
    /// Payee or covered person.
    pub person: Option<PersonId>,
    pub states: Vec<State>,
    pub purpose: Option<Purpose>,
    pub flag: Option<Flag>,
    /// First days of months, both included.
    pub months_from: Option<Date>,
    pub months_to: Option<Date>,
    pub after: i64,
    pub limit: u32,
}

/// The lines of a town that agree in purpose and state, together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TownTotal {
    pub town: DivisionCode,
    pub purpose: Purpose,
    pub state: State,
    pub households: i64,
    pub covered: i64,
    pub control: Control,
}

/// A line with the roster it stands on, for the household's page.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HistoryLine {
    pub payment: Payment,
    pub title: String,
    pub plugin: String,
}

macro_rules! payment_columns {
    () => {
        "p.id, p.document, p.scheme, p.household, p.person, p.month, p.purpose, p.decision, p.amount, p.base, p.supplement,
         p.covered, p.flag, p.budget, p.state, p.hold, p.note, p.attempt, p.settled_on, p.reason, p.division"
    };
}

fn word<T>(row: &Row, column: &'static str, parse: fn(&str) -> Option<T>) -> Result<T> {
    let text: String = row.get(column)?;
    parse(&text).ok_or_else(|| broken(format!("unknown {column} {text}")))
}

fn read(row: &Row) -> Result<Payment> {
    let reason: Option<String> = row.get("reason")?;
    Ok(Payment {
        id: row.get("id")?,
        document: row.get("document")?,
        scheme: row.get("scheme")?,
        household: row.get("household")?,
        person: row.get("person")?,
        month: row.get("month")?,
        purpose: word(row, "purpose", Purpose::parse)?,
        decision: row.get("decision")?,
        amount: row.get("amount")?,
        base: row.get("base")?,
        supplement: row.get("supplement")?,
        covered: row.get("covered")?,
        flag: word(row, "flag", Flag::parse)?,
        budget: row.get("budget")?,
        state: word(row, "state", State::parse)?,
        hold: row.get("hold")?,
        note: row.get("note")?,
        attempt: row.get("attempt")?,
        settled_on: row.get("settled_on")?,
        reason: match reason {
            None => None,
            Some(code) => Some(ReturnReason::parse(&code).ok_or_else(|| broken(format!("unknown reason {code}")))?),
        },
        division: row.get("division")?,
    })
}

fn control(row: &Row, lines: &'static str, amount: &'static str) -> Result<Control> {
    Ok(Control { lines: row.get(lines)?, amount: row.get(amount)? })
}

macro_rules! envelope_select {
    () => {
        "SELECT e.document, e.plugin, e.scheme, e.month, e.lines, e.amount, e.held_lines, e.held_amount, e.sealed_at,
         e.sealed_lines, e.sealed_amount FROM payment_envelope e JOIN document d ON d.county = e.county AND d.id = e.document
         WHERE e.county = $1 AND e.document = $2 AND d.division BETWEEN $3 AND $4"
    };
}
use envelope_select;

fn read_envelope(row: &Row) -> Result<Envelope> {
    let sealed = match row.get("sealed_at")? {
        None => None,
        Some(at) => Some(Sealed { control: control(row, "sealed_lines", "sealed_amount")?, at }),
    };
    Ok(Envelope {
        document: row.get("document")?,
        plugin: row.get("plugin")?,
        scheme: row.get("scheme")?,
        month: row.get("month")?,
        open: control(row, "lines", "amount")?,
        held: control(row, "held_lines", "held_amount")?,
        sealed,
    })
}

fn codes<T: Copy>(words: &[T], code: fn(T) -> &'static str) -> Vec<String> {
    words.iter().map(|word| code(*word).to_owned()).collect()
}

impl Snapshot {
    /// The envelope of a document in scope, if it has one.
    pub async fn payment_envelope(&mut self, document: DocumentId) -> Result<Option<Envelope>> {
        let Reach { county, low, high, .. } = self.reach;
        self.note(|| revision::payments_of_document(document));
        let row = self.tx.optional(envelope_select!(), args![county, document, low, high]).await?;
        row.as_ref().map(read_envelope).transpose()
    }

    /// Sums of an envelope by state, purpose, flag and item of the budget.
    pub async fn payment_totals(&mut self, document: DocumentId) -> Result<Vec<Total>> {
        let Reach { county, low, high, .. } = self.reach;
        self.note(|| revision::payments_of_document(document));
        let sql = "SELECT state, purpose, flag, budget, COUNT(*) AS lines, CAST(SUM(amount) AS BIGINT) AS amount
                   FROM payment WHERE county = $1 AND document = $2 AND division BETWEEN $3 AND $4
                   GROUP BY state, purpose, flag, budget ORDER BY state, purpose, flag, budget";
        let read = |row: &Row| {
            Ok(Total {
                state: word(row, "state", State::parse)?,
                purpose: word(row, "purpose", Purpose::parse)?,
                flag: word(row, "flag", Flag::parse)?,
                budget: row.get("budget")?,
                control: control(row, "lines", "amount")?,
            })
        };
        self.tx.all(sql, args![county, document, low, high]).await?.iter().map(read).collect()
    }

    /// Sums of an envelope by town, purpose and state.
    pub async fn payment_by_town(&mut self, document: DocumentId) -> Result<Vec<TownTotal>> {
        let Reach { county, low, high, .. } = self.reach;
        self.note(|| revision::payments_of_document(document));
        let sql = "SELECT division / 1000 * 1000 AS town, purpose, state, COUNT(DISTINCT household) AS households,
                   CAST(SUM(covered) AS BIGINT) AS covered, COUNT(*) AS lines, CAST(SUM(amount) AS BIGINT) AS amount
                   FROM payment WHERE county = $1 AND document = $2 AND division BETWEEN $3 AND $4
                   GROUP BY division / 1000, purpose, state ORDER BY division / 1000, purpose, state";
        let read = |row: &Row| {
            Ok(TownTotal {
                town: row.get("town")?,
                purpose: word(row, "purpose", Purpose::parse)?,
                state: word(row, "state", State::parse)?,
                households: row.get("households")?,
                covered: row.get("covered")?,
                control: control(row, "lines", "amount")?,
            })
        };
        self.tx.all(sql, args![county, document, low, high]).await?.iter().map(read).collect()
    }

    /// The steps that took a sealed envelope over, oldest first.
    pub async fn payment_steps(&mut self, document: DocumentId) -> Result<Vec<Step>> {
        let Reach { county, low, high, .. } = self.reach;
        self.note(|| revision::payments_of_document(document));
        let sql = "SELECT s.step, s.label, s.lines, s.amount, s.at, s.by_name FROM payment_step s
                   JOIN document d ON d.county = s.county AND d.id = s.document
                   WHERE s.county = $1 AND s.document = $2 AND d.division BETWEEN $3 AND $4 ORDER BY s.at, s.step";
        let read = |row: &Row| {
            Ok(Step {
                step: row.get("step")?,
                label: row.get("label")?,
                control: control(row, "lines", "amount")?,
                at: row.get("at")?,
                by_name: row.get("by_name")?,
            })
        };
        self.tx.all(sql, args![county, document, low, high]).await?.iter().map(read).collect()
    }

    /// Lines by ascending id.
    pub async fn payments_query(&mut self, query: &PaymentQuery) -> Result<Vec<Payment>> {
        let Reach { county, low, high, .. } = self.reach;
        match (query.document, &query.scheme) {
            (Some(document), _) => self.note(|| revision::payments_of_document(document)),
            (None, Some(scheme)) => self.note(|| revision::payments_of_scheme(scheme)),
            (None, None) => self.note(|| revision::PAYMENTS.to_owned()),
        }
        let mut sql = Query::new(concat!("SELECT ", payment_columns!(), " FROM payment p WHERE p.county = "));
        sql.bind(county).push(" AND p.division BETWEEN ").bind(low).push(" AND ").bind(high);
        if let Some((plugin, schemes)) = &query.readable {
            sql.push(" AND (p.scheme @any ").bind(schemes.clone());
            sql.push(" OR p.document IN (SELECT e.document FROM payment_envelope e WHERE e.county = ").bind(county);
            sql.push(" AND e.plugin = ").bind(plugin).push("))");
        }
        if let Some(document) = query.document {
            sql.push(" AND p.document = ").bind(document);
        }
        if let Some(scheme) = &query.scheme {
            sql.push(" AND p.scheme = ").bind(scheme);
        }
        if !query.households.is_empty() {
            let list: Vec<i64> = query.households.iter().map(|id| id.0).collect();
            sql.push(" AND p.household @any ").bind(list);
        }
        if let Some(person) = query.person {
            // Those the person is paid on and those that cover her, each by its index: "one or the other" would go over all lines.
            sql.push(" AND p.id IN (SELECT o.id FROM payment o WHERE o.county = ").bind(county);
            sql.push(" AND o.person = ").bind(person);
            sql.push(" UNION SELECT k.line FROM payment_key k WHERE k.county = ").bind(county);
            sql.push(" AND k.person = ").bind(person).push(")");
        }
        if !query.states.is_empty() {
            sql.push(" AND p.state @any ").bind(codes(&query.states, State::code));
        }
        if let Some(purpose) = query.purpose {
            sql.push(" AND p.purpose = ").bind(purpose.code());
        }
        if let Some(flag) = query.flag {
            sql.push(" AND p.flag = ").bind(flag.code());
        }
        if let Some(from) = query.months_from {
            sql.push(" AND p.month >= ").bind(from);
        }
        if let Some(to) = query.months_to {
            sql.push(" AND p.month <= ").bind(to);
        }
        if query.after > 0 {
            sql.push(" AND p.id > ").bind(query.after);
        }
        sql.push(" ORDER BY p.id LIMIT ").bind(page::clamp(query.limit));
        self.tx.built(sql).await?.iter().map(read).collect()
    }

    /// What was paid to a household in scope, newest month first.
    pub async fn payments_of_household(
        &mut self,
        id: HouseholdId,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<Page<HistoryLine>> {
        let Reach { county, low, high, .. } = self.reach;
        self.household_find(id).await?.ok_or(Error::not_found("家庭"))?;
        self.note(|| revision::PAYMENTS.to_owned());
        let limit = page::clamp(limit);
        let [month, after] = page::integers(cursor).unwrap_or([i64::MAX, i64::MAX]);
        let sql = concat!(
            "SELECT ",
            payment_columns!(),
            ", d.title, d.plugin FROM payment p JOIN document d ON d.county = p.county AND d.id = p.document
             WHERE p.county = $1 AND p.household = $2 AND p.division BETWEEN $3 AND $4
             AND (p.month < $5 OR (p.month = $5 AND p.id < $6)) ORDER BY p.month DESC, p.id DESC LIMIT $7"
        );
        let rows = self.tx.all(sql, args![county, id, low, high, month, after, limit + 1]).await?;
        let lines = rows
            .iter()
            .map(|row| Ok(HistoryLine { payment: read(row)?, title: row.get("title")?, plugin: row.get("plugin")? }))
            .collect::<Result<Vec<_>>>()?;
        Ok(Page::cut(lines, limit, |line| {
            page::cursor(&[i64::from(doudi_domain::calendar::days(line.payment.month)), line.payment.id.0])
        }))
    }
}
