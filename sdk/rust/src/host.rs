//! The one place that calls the kernel. In the sandbox these are its imports; anywhere else they ask the thread's
//! [`crate::testing::World`]. Both have the same signatures, so that nothing above knows which it is.

#[cfg(target_arch = "wasm32")]
mod calls {
    use crate::bindings::kernel::doudi::kernel as wit;
    use crate::bindings::kernel::doudi::types::types::{Block, Decision, Document, Error};

    type Result<T> = std::result::Result<T, Error>;

    pub fn households(ids: &[i64], as_of: i32) -> Result<Block> {
        wit::records::households(ids, as_of)
    }

    pub fn recipients(scheme: &str, as_of: i32, after: i64, limit: u32) -> Result<Vec<i64>> {
        wit::records::recipients(scheme, as_of, after, limit)
    }

    pub fn households_all(after: i64, limit: u32) -> Result<Vec<i64>> {
        wit::records::all(after, limit)
    }

    pub fn divisions_all() -> Result<Block> {
        wit::divisions::all()
    }

    pub fn document_get(id: i64) -> Result<Document> {
        wit::documents::get(id)
    }

    pub fn documents_find(query: &wit::documents::Query) -> Result<Vec<Document>> {
        wit::documents::find(query)
    }

    pub fn documents_columns(query: &wit::documents::Query, values: &[String]) -> Result<Block> {
        wit::documents::columns(query, values)
    }

    pub fn decisions_of_household(household: i64) -> Result<Vec<Decision>> {
        wit::decisions::of_household(household)
    }

    pub fn decision_get(id: i64) -> Result<Decision> {
        wit::decisions::get(id)
    }

    pub fn decisions_in_force(
        scheme: &str,
        on: i32,
        decided_since: Option<i32>,
        after: i64,
        limit: u32,
    ) -> Result<Vec<Decision>> {
        wit::decisions::in_force(scheme, on, decided_since, after, limit)
    }

    pub fn decisions_in_force_columns(
        scheme: &str,
        on: i32,
        decided_since: Option<i32>,
        after: i64,
        limit: u32,
        figures: &[String],
    ) -> Result<Block> {
        wit::decisions::in_force_columns(scheme, on, decided_since, after, limit, figures)
    }

    pub fn payment_lines(query: &wit::payments::Query) -> Result<Block> {
        wit::payments::lines(query)
    }

    pub fn payment_totals(document: i64) -> Result<Block> {
        wit::payments::totals(document)
    }

    pub fn payment_conflicts(document: i64, after: i64, limit: u32) -> Result<Block> {
        wit::payments::conflicts(document, after, limit)
    }

    pub fn parameter(code: &str, on: i32) -> Result<Option<wit::parameters::Parameter>> {
        wit::parameters::get(code, on)
    }

    pub fn is_working_day(day: i32) -> Result<bool> {
        wit::calendar::is_working_day(day)
    }

    pub fn add_working_days(start: i32, count: u32) -> Result<i32> {
        wit::calendar::add_working_days(start, count)
    }

    pub fn working_days_between(first: i32, second: i32) -> Result<i32> {
        wit::calendar::working_days_between(first, second)
    }

    pub fn ask(topic: &str, on: i32, block: &Block) -> Result<Vec<wit::questions::Answer>> {
        wit::questions::ask(topic, on, block)
    }

    pub fn log(level: &str, message: &str) {
        wit::log::write(level, message);
    }
}

#[cfg(not(target_arch = "wasm32"))]
use crate::testing::world as calls;

pub use calls::{
    add_working_days, ask, decision_get, decisions_in_force, decisions_in_force_columns, decisions_of_household,
    divisions_all, document_get, documents_columns, documents_find, households, households_all, is_working_day, log,
    parameter, payment_conflicts, payment_lines, payment_totals, recipients, working_days_between,
};
