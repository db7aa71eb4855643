//! `decisions`: what was decided under the plugin's own schemes.

use super::answered;
use crate::bindings::doudi::kernel::decisions::{Decision, Error, Host, Id};
use crate::convert;
use crate::state::{HostState, ReadError};
use doudi_domain::{DecisionId, HouseholdId};

impl Host for HostState {
    async fn of_household(&mut self, household: Id) -> wasmtime::Result<Result<Vec<Decision>, Error>> {
        answered!(self, "decisions.of-household", household, self.read_decisions(household))
    }

    async fn get(&mut self, id: Id) -> wasmtime::Result<Result<Decision, Error>> {
        answered!(self, "decisions.get", id, self.read_decision(id))
    }
}

impl HostState {
    async fn read_decisions(&mut self, household: Id) -> Result<Vec<Decision>, ReadError> {
        let plugin = self.plugin.clone();
        let decisions = self.live().decisions_of_household(HouseholdId(household)).await?;
        self.count_rows(decisions.len())?;
        Ok(decisions
            .iter()
            .filter(|decision| plugin.schemes().any(|scheme| scheme == decision.scheme))
            .map(convert::decision)
            .collect())
    }

    async fn read_decision(&mut self, id: Id) -> Result<Decision, ReadError> {
        self.count_rows(1)?;
        let decision = self.live().decision_get(DecisionId(id)).await?;
        if !self.plugin.schemes().any(|scheme| scheme == decision.scheme) {
            return Err(ReadError::not_found(format!("没有找到决定 {id}")));
        }
        Ok(convert::decision(&decision))
    }
}
