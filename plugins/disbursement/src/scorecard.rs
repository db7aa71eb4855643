//! 督查 figures of disbursement, each with the list behind it.

use crate::failure::{FAILURE, Failure};
use crate::overpayment::{CLAIMED, OVERPAYMENT, Overpayment};
use crate::roster::{self, Roster, totals_of};
use crate::rules::reconcile::{Figures, on_time};
use doudi_sdk::doc::effect::PaymentState;
use doudi_sdk::prelude::*;

/// Everything in time, everything credited.
const ALL: i64 = 10_000;

impl Indicators for crate::Disbursement {
    fn indicators(context: &Context, begins: Date, ends: Date) -> Result<Vec<Indicator>> {
        let mut figures = Figures::default();
        let mut month = begins.first_of_month();
        let last = ends.first_of_month();
        while month <= last {
            for (document, body) in roster::of_month(month)? {
                add_roster(&mut figures, &document, &body, context.today)?;
            }
            month = month.add_months(1);
        }
        add_overpayments(&mut figures, begins, ends)?;
        let list = |page: &str| format!("{page}?month={}", last.month_code());
        let figure = |code: &str, label: &str, (part, whole): (i64, i64), target: Option<i64>, page: String| {
            Indicator { code: code.to_owned(), label: label.to_owned(), part, whole, target, drill_down: page }
        };
        let (credited, sealed) = figures.full;
        Ok(vec![
            figure("sent-on-time", "按时报送", figures.sent, Some(ALL), list("month")),
            figure("allocated-on-time", "按时拨付", figures.allocated, Some(ALL), list("month")),
            figure("credited-on-time", "按时入账", figures.credited, Some(ALL), list("month")),
            figure("first-try", "一次发放成功", figures.first_try, Some(ALL), list("exceptions")),
            figure("cleared", "失败款项五个工作日内办结", figures.cleared, Some(ALL), list("exceptions")),
            figure("full-amount", "足额发放（分）", (credited, sealed), Some(ALL), list("month")),
            figure("unpaid", "未发放余额（分）", (sealed - credited, sealed), Some(0), list("exceptions")),
            figure("after-death", "去世后多发未追回（分）", figures.after_death, Some(0), list("exceptions")),
        ])
    }
}

fn count(figure: &mut (i64, i64), good: Option<bool>) {
    if let Some(good) = good {
        figure.0 += i64::from(good);
        figure.1 += 1;
    }
}

fn add_roster(figures: &mut Figures, document: &Document, body: &Roster, today: Date) -> Result<()> {
    for (figure, done, due) in [
        (&mut figures.sent, body.sent, body.send_by),
        (&mut figures.allocated, body.allocated_on, body.allocate_by),
        (&mut figures.credited, body.credited_on, body.credit_by),
    ] {
        count(figure, due.and_then(|due| on_time(done, due, today)));
    }
    figures.first_try.0 += body.first_credited;
    figures.first_try.1 += body.first_credited + body.first_returned;
    let envelope = payments::totals(document.id)?;
    if let Some(sealed) = envelope.sealed {
        figures.full.0 += totals_of(&envelope, &[PaymentState::Credited]).amount.0;
        figures.full.1 += sealed.amount.0;
    }
    let mut after = Id(0);
    loop {
        let found = documents::find(documents::Query::of(FAILURE).index("roster", document.id.0).after(after))?;
        for case in &found {
            let failed: Failure = case.body()?;
            let Some(first) = failed.first_returned else { continue };
            let due = calendar::add_working_days(first, 5)?;
            let done = failed.cleared.or((case.state == "refunded").then_some(case.since));
            count(&mut figures.cleared, on_time(done, due, today));
        }
        match found.last() {
            Some(last) if found.len() == 200 => after = last.id,
            _ => return Ok(()),
        }
    }
}

fn add_overpayments(figures: &mut Figures, begins: Date, ends: Date) -> Result<()> {
    let mut after = Id(0);
    loop {
        let query = documents::Query::of(OVERPAYMENT).states(&CLAIMED).index("cause", "death").after(after);
        let found = documents::find(query)?;
        for case in &found {
            let claim: Overpayment = case.body()?;
            if claim.month.is_some_and(|month| month >= begins.first_of_month() && month <= ends) {
                figures.after_death.0 += claim.left().0;
                figures.after_death.1 += claim.total.0;
            }
        }
        match found.last() {
            Some(last) if found.len() == 200 => after = last.id,
            _ => return Ok(()),
        }
    }
}
