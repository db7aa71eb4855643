//! Where things are: a level of the administrative tree, and a point on the map as a phone measured it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A level of the tree of divisions (区划) within a county.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    County,
    /// 街道, 镇, 乡.
    Town,
    /// 社区, 村.
    Village,
}

impl Level {
    pub const fn code(self) -> &'static str {
        match self {
            Level::County => "county",
            Level::Town => "town",
            Level::Village => "village",
        }
    }

    pub fn parse(word: &str) -> Option<Level> {
        [Level::County, Level::Town, Level::Village].into_iter().find(|level| level.code() == word)
    }
}

/// A point as a phone measured it (WGS 84). Texts, for no float may enter a rule or a hash: degrees with at most six decimals,
/// `31.352100`; the sixth is a tenth of a metre.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Position {
    /// −90 to 90.
    pub latitude: String,
    /// −180 to 180.
    pub longitude: String,
    /// Radius in metres within which the phone believes to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accuracy: Option<u32>,
}

impl Position {
    /// Latitude in millionths of a degree; `None` for what is no latitude.
    pub fn latitude_micro(&self) -> Option<i64> {
        micro(&self.latitude, 90)
    }

    /// Longitude in millionths of a degree; `None` for what is no longitude.
    pub fn longitude_micro(&self) -> Option<i64> {
        micro(&self.longitude, 180)
    }

    /// Both coordinates are on the globe.
    pub fn is_valid(&self) -> bool {
        self.latitude_micro().is_some() && self.longitude_micro().is_some()
    }
}

/// Millionths of a degree, no further from zero than `most` degrees.
fn micro(text: &str, most: i64) -> Option<i64> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, rest) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |part: &str, longest: usize| {
        (1..=longest).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    if !plain(whole, 3) || !plain(rest, 6) {
        return None;
    }
    let value = whole.parse::<i64>().ok()? * 1_000_000 + format!("{rest:0<6}").parse::<i64>().ok()?;
    (value <= most * 1_000_000).then_some(if negative { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degrees_are_read_without_a_float() {
        let at = |latitude: &str, longitude: &str| Position {
            latitude: latitude.to_owned(),
            longitude: longitude.to_owned(),
            accuracy: Some(12),
        };
        let wuhu = at("31.352100", "118.4331");
        assert_eq!((wuhu.latitude_micro(), wuhu.longitude_micro()), (Some(31_352_100), Some(118_433_100)));
        assert_eq!(at("-90", "-180.000000").longitude_micro(), Some(-180_000_000));
        for (latitude, longitude) in [
            ("90.000001", "0"),
            ("0", "180.000001"),
            ("31,35", "118"),
            ("31.", "118"),
            (".5", "118"),
            ("31.1234567", "118"),
            ("1e1", "118"),
            ("", ""),
            ("+31", "118"),
            ("--31", "118"),
        ] {
            assert!(!at(latitude, longitude).is_valid(), "{latitude}, {longitude}");
        }
    }
}
