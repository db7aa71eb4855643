//! `parameters`: the county's dated policy values, as the manifest declares them. Which versions answered is noted, because
//! a decision stores them.

use super::answered;
use crate::bindings::doudi::kernel::parameters::{Date, Error, Host, Parameter};
use crate::convert;
use crate::state::{HostState, ReadError};
use doudi_domain::{ParameterId, calendar};

impl Host for HostState {
    async fn get(&mut self, code: String, on: Date) -> wasmtime::Result<Result<Option<Parameter>, Error>> {
        let answer: wasmtime::Result<Result<Option<Parameter>, Error>> =
            answered!(self, "parameters.get", (&code, on), self.read_parameter(&code, on));
        if let Ok(Ok(Some(parameter))) = &answer {
            self.log.parameters.insert(ParameterId(parameter.version));
        }
        answer
    }
}

impl HostState {
    async fn read_parameter(&mut self, code: &str, on: Date) -> Result<Option<Parameter>, ReadError> {
        let plugin = self.plugin.clone();
        if !plugin.manifest().parameters.iter().any(|declared| declared.code == code) {
            return Err(ReadError::unknown(format!("清单没有申报参数“{code}”")));
        }
        let on = convert::date(on).ok_or_else(|| ReadError::invalid("日期无效"))?;
        let parameter = self.live().parameter(&format!("{}.{code}", plugin.id()), on).await?;
        Ok(parameter.map(|parameter| Parameter {
            version: parameter.id.0,
            value: parameter.value,
            begins: calendar::days(parameter.from),
            source: parameter.source,
            verified: parameter.verified,
        }))
    }
}
