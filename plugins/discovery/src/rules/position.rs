//! How far apart two places lie. Degrees are millionths, distances metres; no float is needed for the question whether somebody was
//! at this home or a village away.

use doudi_sdk::prelude::*;

/// A place on earth, in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spot {
    /// Millionths of a degree, north positive.
    pub latitude: i64,
    /// Millionths of a degree, east positive.
    pub longitude: i64,
    /// Metres the phone may be wrong by.
    pub accuracy: i64,
}

impl Spot {
    /// A position as a phone gave it; `None` for what is no place on earth.
    pub fn of(position: &Position) -> Option<Spot> {
        Some(Spot {
            latitude: position.latitude_micro()?,
            longitude: position.longitude_micro()?,
            accuracy: i64::from(position.accuracy.unwrap_or(0)),
        })
    }
}

/// A millionth of a degree of latitude in tenths of a millimetre: a degree is 111.2 km.
const MICRO_DEGREE: i128 = 1_112;

/// The cosine of a latitude in millionths, by Bhaskara's formula: off by less than two thousandths, and nobody asks for more.
fn cosine_e6(latitude: i64) -> i128 {
    let angle = 90_000_000 - i128::from(latitude.abs()).min(90_000_000);
    let product = angle * (180_000_000 - angle);
    4 * product * 1_000_000 / (40_500 * 1_000_000_000_000 - product)
}

/// Metres between two places, as the crow flies. Right for the distances of a county.
pub fn metres(one: &Spot, other: &Spot) -> i64 {
    let north = i128::from(one.latitude - other.latitude) * MICRO_DEGREE;
    let middle = (one.latitude + other.latitude) / 2;
    let east = i128::from(one.longitude - other.longitude) * MICRO_DEGREE * cosine_e6(middle) / 1_000_000;
    let square = (north * north + east * east).unsigned_abs();
    i64::try_from(square.isqrt() / 10_000).unwrap_or(i64::MAX)
}

/// How far a visit was from the nearest place the household was found at before, less what both phones may be wrong by, where that is
/// more than the limit. Without an earlier place there is nothing to compare.
pub fn too_far(here: &Spot, before: &[Spot], limit: i64) -> Option<i64> {
    let nearest = before.iter().map(|there| (metres(here, there) - here.accuracy - there.accuracy).max(0)).min()?;
    (nearest > limit).then_some(nearest)
}
