//! Small sums of the scorecard.

/// The median of days as a fraction `part ÷ whole`: one value of one, or two of two that lie in the middle. `None` of nothing.
pub fn median(days: &mut [i64]) -> Option<(i64, i64)> {
    days.sort_unstable();
    let middle = days.len() / 2;
    match days.len() {
        0 => None,
        odd if odd % 2 == 1 => Some((days[middle], 1)),
        _ => Some((days[middle - 1] + days[middle], 2)),
    }
}

/// A share in basis points, rounded down; nothing of nothing is nothing.
pub fn share(part: i64, whole: i64) -> Option<i64> {
    (whole > 0).then(|| part * 10_000 / whole)
}

/// `12`, or `12.5`.
pub fn days_word((part, whole): (i64, i64)) -> String {
    if part % whole == 0 { format!("{}", part / whole) } else { format!("{}.5", part / whole) }
}
