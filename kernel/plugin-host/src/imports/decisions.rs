//! `decisions`: what was decided under the plugin's own schemes.

use super::answered;
use crate::bindings::doudi::kernel::decisions::{Date, Decision, Error, Host, Id};
use crate::convert;
use crate::state::{HostState, ReadError};
use doudi_domain::{DecisionId, HouseholdId};

/// Households in one read.
const HOUSEHOLDS: u32 = 4_096;

impl Host for HostState {
    async fn of_household(&mut self, household: Id) -> wasmtime::Result<Result<Vec<Decision>, Error>> {
        answered!(self, "decisions.of-household", household, self.read_decisions(household))
    }

    async fn get(&mut self, id: Id) -> wasmtime::Result<Result<Decision, Error>> {
        answered!(self, "decisions.get", id, self.read_decision(id))
    }

    async fn in_force(
        &mut self,
        scheme: String,
        on: Date,
        decided_since: Option<Date>,
        after: Id,
        limit: u32,
    ) -> wasmtime::Result<Result<Vec<Decision>, Error>> {
        answered!(
            self,
            "decisions.in-force",
            (&scheme, on, decided_since, after, limit),
            self.read_in_force(&scheme, on, decided_since, after, limit)
        )
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

    async fn read_in_force(
        &mut self,
        scheme: &str,
        on: Date,
        decided_since: Option<Date>,
        after: Id,
        limit: u32,
    ) -> Result<Vec<Decision>, ReadError> {
        if !self.plugin.schemes().any(|own| own == scheme) {
            return Err(ReadError::unknown(format!("清单没有申报方案“{scheme}”")));
        }
        let day = |day: Date| convert::date(day).ok_or_else(|| ReadError::invalid("日期无效"));
        let (on, since) = (day(on)?, decided_since.map(day).transpose()?);
        let limit = limit.min(HOUSEHOLDS);
        let decisions = self.live().decisions_in_force(scheme, on, since, HouseholdId(after), limit).await?;
        self.count_rows(decisions.len())?;
        Ok(decisions.iter().filter(|decision| decision.scheme == scheme).map(convert::decision).collect())
    }
}
