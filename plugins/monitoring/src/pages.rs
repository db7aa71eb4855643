//! Pages: the ledgers of comparisons and of alerts, departments, the rule matrix, completeness by village, the panels of documents, and the
//! aid chain of a household. Data only; names are the kernel's to fill in. A village sees which risk an alert is about, and no figure.

pub mod alerts;
pub mod chain;
pub mod comparison;
pub mod completeness;
pub mod documents;
pub mod matrix;
pub mod recognised;
pub mod sources;
pub mod words;

use doudi_sdk::prelude::*;

impl View for crate::Monitoring {
    fn view(context: &Context, request: PageRequest) -> Result<Page> {
        match request.page.as_str() {
            "comparison" => comparison::page(context, &request),
            "alerts" => alerts::page(context, &request),
            "sources" => sources::page(context),
            "rules" => matrix::page(context),
            "completeness" => completeness::page(context, &request),
            "recognised" => recognised::page(context, &request),
            "chain" => chain::panel(context, &request),
            "source" => documents::source(&request),
            "batch" => documents::batch(&request),
            "alert" => documents::alert(context, &request),
            "referral" => documents::referral(&request),
            "recognition" => documents::recognition(context, &request),
            "rest" => documents::rest(&request),
            "survey" => documents::survey(&request),
            other => Err(Refusal::unknown("页面", other)),
        }
    }
}

/// Rows a list shows at once.
pub(crate) const PAGE: usize = 50;

/// The cursor of a list's address.
pub(crate) fn after(request: &PageRequest) -> Id {
    Id(request.query("after").and_then(|after| after.parse().ok()).unwrap_or(0))
}

/// The months of the address: `month`, or `from` and `to`; else this month.
pub(crate) fn months_asked(context: &Context, request: &PageRequest) -> Vec<Date> {
    let asked = |name: &str| request.query(name).and_then(Date::of_month);
    if let Some(one) = asked("month") {
        return vec![one];
    }
    match (asked("from"), asked("to")) {
        (Some(from), Some(to)) if from <= to => crate::scorecard::months(from, to),
        _ => vec![context.today.first_of_month()],
    }
}

/// Links to the month before and after.
pub(crate) fn neighbours(page: Page, name: &str, month: Date) -> Page {
    let mut table = PageTable::new(["其他月份"]);
    for other in [month.add_months(-1), month.add_months(1)] {
        let link = Link::page(name).with("month", other.month_code());
        table = table.linked_row(link, [Cell::text(other.chinese_month())]);
    }
    page.table(table)
}

/// One more page of the same list.
pub(crate) fn more(page: Page, next: Option<Link>) -> Page {
    match next {
        Some(next) => page.table(PageTable::new(["更多"]).linked_row(next, [Cell::text("下一页")])),
        None => page,
    }
}

/// A village knows the risk and its own task: no health, no money.
pub(crate) fn in_full(context: &Context) -> bool {
    context.actor.role != "village-coordinator"
}
