//! A parameter: one policy number of one county, from one date, with the document it comes from. Values change every July;
//! code does not. A value nobody has confirmed carries a visible 未核实 mark until someone does.

use crate::calendar::Instant;
use crate::division::County;
use crate::ids::{ParameterId, UserId};
use jiff::civil::Date;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Parameter {
    pub id: ParameterId,
    pub county: County,
    /// `sample.standard`: the plugin that declares it, a dot, its own name.
    pub code: String,
    /// The unit is in the plugin's manifest: fen, basis points, months, a code.
    pub value: i64,
    pub from: Date,
    /// 文号 and title of the document that sets it.
    pub source: String,
    pub verified: bool,
    pub recorded_at: Instant,
    pub recorded_by: Option<UserId>,
    /// A later correction for the same code and date; the old value stays for replay.
    pub replaced_by: Option<ParameterId>,
}
