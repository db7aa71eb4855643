//! Parameters that are not in force, for trying out: the values of another day, or values nobody has set yet. Only calls whose
//! effects are never applied are made with them.

use doudi_domain::parameter::Parameter;
use doudi_domain::{County, Date, Instant, ParameterId};
use jiff::ToSpan;
use std::collections::BTreeMap;

/// What stands in the place of a value nobody has set.
const SOURCE: &str = "测算用值，没有登记";

/// Nothing by default: parameters are read as they are in force.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Supposed {
    /// Each parameter is looked up this many days later (earlier when negative) than it is asked for.
    pub later_days: i32,
    /// Values by full code (plugin, dot, name), as the contract carries them.
    pub values: BTreeMap<String, i64>,
}

impl Supposed {
    /// The day a parameter is looked up for.
    pub fn day(&self, asked: Date) -> Date {
        asked.saturating_add(self.later_days.days())
    }

    /// What the plugin is told, given what is in force.
    pub fn value(&self, county: County, code: &str, on: Date, in_force: Option<Parameter>) -> Option<Parameter> {
        let Some(value) = self.values.get(code) else { return in_force };
        Some(Parameter {
            id: ParameterId(0),
            county,
            code: code.to_owned(),
            value: *value,
            from: in_force.map_or(on, |parameter| parameter.from),
            source: SOURCE.to_owned(),
            verified: false,
            recorded_at: Instant(0),
            recorded_by: None,
            replaced_by: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    const COUNTY: County = County(340_223);

    #[test]
    fn values_are_looked_up_on_another_day_and_replaced() {
        let supposed = Supposed { later_days: -365, values: BTreeMap::from([("sample.standard".into(), 74_000)]) };
        assert_eq!(supposed.day(date(2023, 7, 20)), date(2022, 7, 20));
        let value = supposed.value(COUNTY, "sample.standard", date(2022, 7, 20), None).expect("a value");
        assert_eq!((value.value, value.from, value.verified), (74_000, date(2022, 7, 20), false));
        assert_eq!(supposed.value(COUNTY, "sample.other", date(2022, 7, 20), None), None);
    }

    #[test]
    fn by_default_everything_is_as_it_is() {
        let nothing = Supposed::default();
        assert_eq!(nothing.day(date(2022, 7, 20)), date(2022, 7, 20));
        assert_eq!(nothing.value(COUNTY, "sample.standard", date(2022, 7, 20), None), None);
    }
}
