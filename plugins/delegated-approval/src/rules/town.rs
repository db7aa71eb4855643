//! Towns in 12-digit divisions: six digits of the county, three of the town, three of the village.

/// The town (镇、街道) a division lies in; of a county or city none.
pub fn town_of(division: i64) -> Option<i64> {
    let town = division / 1_000 * 1_000;
    (town % 1_000_000 != 0).then_some(town)
}

/// A division as documents and forms carry it.
pub fn code(division: i64) -> String {
    format!("{division:012}")
}

/// From what a form says.
pub fn parse(text: &str) -> Option<i64> {
    (text.len() == 12).then(|| text.parse().ok()).flatten()
}
