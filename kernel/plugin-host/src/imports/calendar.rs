//! `calendar`: working days by the statutory calendar.

use super::answered;
use crate::bindings::doudi::kernel::calendar::{Date, Error, Host};
use crate::convert;
use crate::state::{HostState, ReadError};
use doudi_domain::calendar;

/// Working days one question may span: about forty years. More is a mistake, and would walk the calendar for long.
const SPAN: u32 = 10_000;

impl Host for HostState {
    async fn is_working_day(&mut self, day: Date) -> wasmtime::Result<Result<bool, Error>> {
        answered!(self, "calendar.is-working-day", day, self.read_working_day(day))
    }

    async fn add_working_days(&mut self, start: Date, count: u32) -> wasmtime::Result<Result<Date, Error>> {
        answered!(self, "calendar.add-working-days", (start, count), self.read_later_day(start, count))
    }

    async fn working_days_between(&mut self, first: Date, second: Date) -> wasmtime::Result<Result<i32, Error>> {
        answered!(self, "calendar.working-days-between", (first, second), self.read_days_between(first, second))
    }
}

impl HostState {
    async fn read_working_day(&mut self, day: Date) -> Result<bool, ReadError> {
        let day = valid(day)?;
        Ok(self.live().calendar().await?.is_working_day(day)?)
    }

    async fn read_later_day(&mut self, start: Date, count: u32) -> Result<Date, ReadError> {
        if count > SPAN {
            return Err(ReadError::limit(format!("一次最多推算 {SPAN} 个工作日")));
        }
        let start = valid(start)?;
        Ok(calendar::days(self.live().calendar().await?.add_working_days(start, count)?))
    }

    async fn read_days_between(&mut self, first: Date, second: Date) -> Result<i32, ReadError> {
        if first.abs_diff(second) > SPAN * 2 {
            return Err(ReadError::limit("两个日期相距太远"));
        }
        let (first, second) = (valid(first)?, valid(second)?);
        Ok(self.live().calendar().await?.working_days_between(first, second)?)
    }
}

fn valid(day: Date) -> Result<doudi_domain::Date, ReadError> {
    convert::date(day).ok_or_else(|| ReadError::invalid("日期无效"))
}
