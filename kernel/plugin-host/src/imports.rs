//! What the kernel lends: a file each, named as in `wit/kernel/`. All read only, all noted. An interface the manifest does
//! not declare is not linked at all.

mod calendar;
mod decisions;
mod divisions;
mod documents;
mod log;
mod parameters;
mod payments;
mod questions;
mod records;

use crate::bindings::doudi::kernel;
use crate::bindings::doudi::types::types;
use crate::state::HostState;
use wasmtime::component::{HasSelf, Linker};

/// Links the declared interfaces, and the types all of them use.
pub(crate) fn link(linker: &mut Linker<HostState>, declared: &[String]) -> wasmtime::Result<()> {
    types::add_to_linker::<HostState, HasSelf<HostState>>(linker, |state| state)?;
    for import in declared {
        match import.as_str() {
            "records" => kernel::records::add_to_linker::<_, HasSelf<HostState>>(linker, |state| state)?,
            "documents" => kernel::documents::add_to_linker::<_, HasSelf<HostState>>(linker, |state| state)?,
            "decisions" => kernel::decisions::add_to_linker::<_, HasSelf<HostState>>(linker, |state| state)?,
            "parameters" => kernel::parameters::add_to_linker::<_, HasSelf<HostState>>(linker, |state| state)?,
            "calendar" => kernel::calendar::add_to_linker::<_, HasSelf<HostState>>(linker, |state| state)?,
            "questions" => kernel::questions::add_to_linker::<_, HasSelf<HostState>>(linker, |state| state)?,
            "payments" => kernel::payments::add_to_linker::<_, HasSelf<HostState>>(linker, |state| state)?,
            "divisions" => kernel::divisions::add_to_linker::<_, HasSelf<HostState>>(linker, |state| state)?,
            "log" => kernel::log::add_to_linker::<_, HasSelf<HostState>>(linker, |state| state)?,
            other => wasmtime::bail!("the kernel has no interface `{other}`"),
        }
    }
    Ok(())
}

impl types::Host for HostState {}

/// Answers a read: from the record in a replay, else live and noted.
macro_rules! answered {
    ($state:ident, $call:literal, $request:expr, $live:expr) => {{
        let request = $request;
        match $state.begin($call, &request)? {
            Some(recorded) => Ok(recorded),
            None => {
                let answer = $live.await;
                $state.finish($call, &request, answer)
            }
        }
    }};
}
use answered;
