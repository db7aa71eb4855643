//! `records`: households, members and facts in the declared and granted fields.

use super::answered;
use crate::bindings::doudi::kernel::records::{Block, Date, Error, Host, Id};
use crate::convert;
use crate::state::{HostState, ReadError};
use doudi_domain::HouseholdId;
use std::collections::BTreeSet;

/// Households in one read.
const HOUSEHOLDS: usize = 4_096;
/// Ids of households in one read.
const IDS: u32 = 4_096;

impl Host for HostState {
    async fn households(&mut self, ids: Vec<Id>, as_of: Date) -> wasmtime::Result<Result<Block, Error>> {
        self.note_fields();
        answered!(self, "records.households", (&ids, as_of), self.read_households(&ids, as_of))
    }

    async fn recipients(
        &mut self,
        scheme: String,
        as_of: Date,
        after: Id,
        limit: u32,
    ) -> wasmtime::Result<Result<Vec<Id>, Error>> {
        answered!(
            self,
            "records.recipients",
            (&scheme, as_of, after, limit),
            self.read_recipients(&scheme, as_of, after, limit)
        )
    }

    async fn all(&mut self, after: Id, limit: u32) -> wasmtime::Result<Result<Vec<Id>, Error>> {
        answered!(self, "records.all", (after, limit), self.read_all(after, limit))
    }
}

impl HostState {
    async fn read_households(&mut self, ids: &[Id], as_of: Date) -> Result<Block, ReadError> {
        if ids.len() > HOUSEHOLDS {
            return Err(ReadError::limit(format!("一次最多读取 {HOUSEHOLDS} 户")));
        }
        let as_of = convert::date(as_of).ok_or_else(|| ReadError::invalid("日期无效"))?;
        self.count_rows(ids.len())?;
        let asked: Vec<HouseholdId> = ids.iter().map(|id| HouseholdId(*id)).collect();
        let fields = self.effective.granted_fields();
        let columns = self.live().households(&asked, &fields, as_of).await?;
        let given: BTreeSet<HouseholdId> = columns.households.iter().copied().collect();
        if let Some(missing) = asked.iter().find(|id| !given.contains(id)) {
            return Err(ReadError::not_found(format!("没有找到家庭 {missing}")));
        }
        Ok(convert::columns(self.effective.widen(columns)))
    }

    async fn read_recipients(
        &mut self,
        scheme: &str,
        as_of: Date,
        after: Id,
        limit: u32,
    ) -> Result<Vec<Id>, ReadError> {
        if !self.plugin.schemes().any(|own| own == scheme) {
            return Err(ReadError::unknown(format!("清单没有申报方案“{scheme}”")));
        }
        let as_of = convert::date(as_of).ok_or_else(|| ReadError::invalid("日期无效"))?;
        let limit = limit.min(IDS);
        let ids = self.live().recipients(scheme, as_of, HouseholdId(after), limit).await?;
        self.count_rows(ids.len())?;
        Ok(ids.into_iter().map(|id| id.0).collect())
    }

    async fn read_all(&mut self, after: Id, limit: u32) -> Result<Vec<Id>, ReadError> {
        if limit > IDS {
            return Err(ReadError::limit(format!("一次最多读取 {IDS} 户的编号")));
        }
        let ids = self.live().household_ids(HouseholdId(after), limit).await?;
        self.count_rows(ids.len())?;
        Ok(ids.into_iter().map(|id| id.0).collect())
    }
}
