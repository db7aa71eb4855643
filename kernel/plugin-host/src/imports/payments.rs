//! `payments`: lines, sums and findings of the envelopes the plugin opened, and the lines of its own schemes.

use super::answered;
use crate::bindings::doudi::kernel::payments::{Block, Date, Error, Host, Id, Query};
use crate::block::Block as HostBlock;
use crate::convert;
use crate::reads::{PaymentQuery, PaymentTotals};
use crate::state::{HostState, ReadError};
use crate::tables::{day, ints, optional_ints, optional_texts, table, texts};
use doudi_domain::payment::{Conflict, Flag, Payment, Purpose, State};
use doudi_domain::{DocumentId, HouseholdId, PaymentId, PersonId};

/// Lines or findings in one read, and households in one question.
const PAGE: u32 = 4_096;

impl Host for HostState {
    async fn lines(&mut self, query: Query) -> wasmtime::Result<Result<Block, Error>> {
        answered!(self, "payments.lines", &query, self.read_payment_lines(&query))
    }

    async fn totals(&mut self, document: Id) -> wasmtime::Result<Result<Block, Error>> {
        answered!(self, "payments.totals", document, self.read_payment_totals(document))
    }

    async fn conflicts(&mut self, document: Id, after: Id, limit: u32) -> wasmtime::Result<Result<Block, Error>> {
        answered!(
            self,
            "payments.conflicts",
            (document, after, limit),
            self.read_payment_conflicts(document, after, limit)
        )
    }
}

impl HostState {
    async fn read_payment_lines(&mut self, query: &Query) -> Result<Block, ReadError> {
        if query.households.len() > PAGE as usize {
            return Err(ReadError::invalid(format!("一次最多查询 {PAGE} 户的付款明细")));
        }
        let plugin = self.plugin.clone();
        let schemes: Vec<String> = plugin.schemes().map(str::to_owned).collect();
        let query = conditions(query)?;
        let lines = self.live().payment_lines(plugin.id(), &schemes, &query).await?;
        self.count_rows(lines.len())?;
        Ok(convert::block(lines_block(&lines)))
    }

    async fn read_payment_totals(&mut self, document: Id) -> Result<Block, ReadError> {
        let plugin = self.plugin.clone();
        let totals = self.live().payment_totals(plugin.id(), DocumentId(document)).await?;
        self.count_rows(1 + totals.totals.len() + totals.steps.len())?;
        Ok(convert::block(totals_block(&totals)))
    }

    async fn read_payment_conflicts(&mut self, document: Id, after: Id, limit: u32) -> Result<Block, ReadError> {
        let plugin = self.plugin.clone();
        let (document, after) = (DocumentId(document), PaymentId(after));
        let found = self.live().payment_conflicts(plugin.id(), document, after, limit.min(PAGE)).await?;
        self.count_rows(found.len())?;
        Ok(convert::block(conflicts_block(&found)))
    }
}

fn conditions(query: &Query) -> Result<PaymentQuery, ReadError> {
    let day = |day: Date| convert::date(day).ok_or_else(|| ReadError::invalid("日期无效"));
    let word = |what: &str, word: &str| ReadError::unknown(format!("没有{what}“{word}”"));
    let states = query.states.iter().map(|code| State::parse(code).ok_or_else(|| word("付款状态", code)));
    let purpose = match query.purpose.as_str() {
        "" => None,
        code => Some(Purpose::parse(code).ok_or_else(|| word("付款用途", code))?),
    };
    let flag = match query.flag.as_str() {
        "" => None,
        code => Some(Flag::parse(code).ok_or_else(|| word("变动情况", code))?),
    };
    Ok(PaymentQuery {
        document: query.document.map(DocumentId),
        scheme: (!query.scheme.is_empty()).then(|| query.scheme.clone()),
        households: query.households.iter().map(|id| HouseholdId(*id)).collect(),
        person: query.person.map(PersonId),
        states: states.collect::<Result<_, _>>()?,
        purpose,
        flag,
        months_from: query.months_from.map(day).transpose()?,
        months_to: query.months_to.map(day).transpose()?,
        after: query.after,
        limit: query.limit.min(PAGE),
    })
}

fn lines_block(lines: &[Payment]) -> HostBlock {
    let of = || lines.iter();
    let columns = vec![
        ints("id", of().map(|line| line.id.0)),
        ints("document", of().map(|line| line.document.0)),
        texts("scheme", of().map(|line| line.scheme.clone())),
        ints("household", of().map(|line| line.household.0)),
        optional_ints("person", of().map(|line| line.person.map(|id| id.0))),
        ints("month", of().map(|line| day(line.month))),
        texts("purpose", of().map(|line| line.purpose.code().to_owned())),
        ints("decision", of().map(|line| line.decision.0)),
        ints("amount", of().map(|line| line.amount.0)),
        ints("base", of().map(|line| line.base.0)),
        ints("supplement", of().map(|line| line.supplement.0)),
        ints("covered", of().map(|line| i64::from(line.covered))),
        texts("flag", of().map(|line| line.flag.code().to_owned())),
        texts("budget", of().map(|line| line.budget.clone())),
        texts("state", of().map(|line| line.state.code().to_owned())),
        optional_texts("hold", of().map(|line| line.hold.clone())),
        texts("note", of().map(|line| line.note.clone())),
        ints("attempt", of().map(|line| i64::from(line.attempt))),
        optional_ints("settled", of().map(|line| line.settled_on.map(day))),
        optional_texts("reason", of().map(|line| line.reason.map_or("", |reason| reason.code()).to_owned())),
        ints("division", of().map(|line| line.division.value())),
    ];
    HostBlock { tables: vec![table("payment", lines.len(), Vec::new(), columns)] }
}

fn totals_block(totals: &PaymentTotals) -> HostBlock {
    let PaymentTotals { envelope, totals, steps } = totals;
    let one = |name: &str, value: i64| ints(name, std::iter::once(value));
    let sealed = envelope.sealed.as_ref();
    let one_if = |name: &str, value: Option<i64>| optional_ints(name, std::iter::once(value));
    let head = vec![
        texts("scheme", std::iter::once(envelope.scheme.clone())),
        one("month", day(envelope.month)),
        one("lines", envelope.open.lines),
        one("amount", envelope.open.amount.0),
        one("held-lines", envelope.held.lines),
        one("held-amount", envelope.held.amount.0),
        one_if("sealed", sealed.map(|sealed| day(sealed.at.date()))),
        one_if("sealed-lines", sealed.map(|sealed| sealed.control.lines)),
        one_if("sealed-amount", sealed.map(|sealed| sealed.control.amount.0)),
    ];
    let sums = vec![
        texts("state", totals.iter().map(|total| total.state.code().to_owned())),
        texts("purpose", totals.iter().map(|total| total.purpose.code().to_owned())),
        texts("flag", totals.iter().map(|total| total.flag.code().to_owned())),
        texts("budget", totals.iter().map(|total| total.budget.clone())),
        ints("lines", totals.iter().map(|total| total.control.lines)),
        ints("amount", totals.iter().map(|total| total.control.amount.0)),
    ];
    let done = vec![
        texts("step", steps.iter().map(|step| step.step.clone())),
        ints("lines", steps.iter().map(|step| step.control.lines)),
        ints("amount", steps.iter().map(|step| step.control.amount.0)),
        ints("on", steps.iter().map(|step| day(step.at.date()))),
    ];
    HostBlock {
        tables: vec![
            table("envelope", 1, Vec::new(), head),
            table("total", totals.len(), vec![totals.len() as u32], sums),
            table("step", steps.len(), vec![steps.len() as u32], done),
        ],
    }
}

fn conflicts_block(found: &[Conflict]) -> HostBlock {
    let columns = vec![
        ints("line", found.iter().map(|conflict| conflict.line.0)),
        ints("household", found.iter().map(|conflict| conflict.household.0)),
        texts("code", found.iter().map(|conflict| conflict.kind.code().to_owned())),
        optional_texts("other", found.iter().map(|conflict| conflict.other.clone().unwrap_or_default())),
        optional_ints("other-household", found.iter().map(|conflict| conflict.other_household.map(|id| id.0))),
    ];
    HostBlock { tables: vec![table("conflict", found.len(), Vec::new(), columns)] }
}
