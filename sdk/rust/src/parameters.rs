//! The county's dated policy values, as the manifest declares them. Rates are never constants: the standard changes each July.

use crate::bindings::kernel::doudi::kernel::parameters as wit;
use crate::codes::ParameterCode;
use crate::date::Date;
use crate::fen::Fen;
use crate::host;
use crate::refusal::{Refusal, Result};
use doudi_documents::Id;

/// One value with its origin.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Parameter {
    /// The version that answered; the kernel stores it with the decision.
    pub version: Id,
    /// Fen, basis points, a count, days of a date, by the parameter's unit.
    pub value: i64,
    /// Since when it holds.
    pub begins: Date,
    /// The document that sets it.
    pub source: String,
    /// Nobody has confirmed it yet when false (未核实).
    pub verified: bool,
}

impl Parameter {
    /// The value as money.
    pub fn fen(&self) -> Fen {
        Fen(self.value)
    }

    /// The value as a date.
    pub fn date(&self) -> Date {
        Date::from_days(self.value.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32)
    }

    /// The value as yes or no.
    pub fn yes(&self) -> bool {
        self.value != 0
    }
}

/// A parameter by its bare code or by the constant `doudi_sdk::manifest!` writes.
pub trait ParameterName: Copy {
    /// The code without the plugin's id.
    fn code(self) -> &'static str;
    /// What a message calls it.
    fn label(self) -> &'static str;
}

impl ParameterName for &'static str {
    fn code(self) -> &'static str {
        self
    }

    fn label(self) -> &'static str {
        self
    }
}

impl ParameterName for ParameterCode {
    fn code(self) -> &'static str {
        self.code
    }

    fn label(self) -> &'static str {
        self.label
    }
}

/// The value in force on a date; none when the county has not set it.
///
/// # Errors
/// `unknown` for a code the manifest does not declare.
pub fn get(name: impl ParameterName, on: Date) -> Result<Option<Parameter>> {
    Ok(host::parameter(name.code(), on.days())?.map(Parameter::from))
}

/// The value in force on a date.
///
/// # Errors
/// `refused` when the county has not set it, saying who has to; `unknown` for a code the manifest does not declare.
pub fn require(name: impl ParameterName, on: Date) -> Result<Parameter> {
    get(name, on)?.ok_or_else(|| {
        Refusal::new(format!(
            "本县尚未设置 {} 起施行的“{}”，无法计算。请本县信息化人员在“参数”中录入，并注明文件依据",
            on.chinese(),
            name.label()
        ))
    })
}

/// The bare value, or a stand-in where the county has set none.
///
/// # Errors
/// `unknown` for a code the manifest does not declare.
pub fn value_or(name: impl ParameterName, on: Date, default: i64) -> Result<i64> {
    Ok(get(name, on)?.map_or(default, |parameter| parameter.value))
}

impl From<wit::Parameter> for Parameter {
    fn from(parameter: wit::Parameter) -> Parameter {
        Parameter {
            version: Id(parameter.version),
            value: parameter.value,
            begins: Date::from_days(parameter.begins),
            source: parameter.source,
            verified: parameter.verified,
        }
    }
}
