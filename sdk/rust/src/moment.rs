//! A day with a time of day, as a phone or an officer's clock shows it: local time, to the minute.

use crate::date::Date;
use crate::refusal::Refusal;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// Local time, to the minute: `2022-07-06T09:30`. Ordered.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Moment {
    /// The day.
    pub date: Date,
    minute: u16,
}

impl Moment {
    /// A day, an hour of 0–23 and a minute of 0–59; `None` for 24:00.
    pub const fn new(date: Date, hour: u32, minute: u32) -> Option<Moment> {
        if hour > 23 || minute > 59 { None } else { Some(Moment { date, minute: (hour * 60 + minute) as u16 }) }
    }

    /// 0–23.
    pub const fn hour(self) -> u32 {
        self.minute as u32 / 60
    }

    /// 0–59.
    pub const fn minute(self) -> u32 {
        self.minute as u32 % 60
    }

    /// Minutes from this moment to another; negative when it lies before.
    pub const fn minutes_until(self, other: Moment) -> i64 {
        self.date.days_until(other.date) as i64 * 24 * 60 + other.minute as i64 - self.minute as i64
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}T{:02}:{:02}", self.date, self.hour(), self.minute())
    }
}

impl fmt::Debug for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Moment {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Moment, Refusal> {
        let bad = || Refusal::invalid(format!("时间应为 2022-07-06T09:30 的形式，收到的是“{text}”"));
        let (date, time) = text.split_once('T').ok_or_else(bad)?;
        let two = |part: &str| {
            (part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit())).then(|| part.parse::<u32>().ok())?
        };
        let (hour, minute) = time.split_once(':').ok_or_else(bad)?;
        let (hour, minute) = (two(hour).ok_or_else(bad)?, two(minute).ok_or_else(bad)?);
        Moment::new(date.parse().map_err(|_| bad())?, hour, minute).ok_or_else(bad)
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Moment, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_reads_as_it_is_written() {
        let moment: Moment = "2022-07-06T09:30".parse().unwrap();
        assert_eq!((moment.date, moment.hour(), moment.minute()), (Date::of(2022, 7, 6), 9, 30));
        assert_eq!(moment.to_string(), "2022-07-06T09:30");
        assert_eq!(serde_json::to_string(&moment).unwrap(), r#""2022-07-06T09:30""#);
        assert_eq!(serde_json::from_str::<Moment>(r#""2022-07-06T09:30""#).unwrap(), moment);
        assert_eq!(moment.minutes_until("2022-07-07T00:00".parse().unwrap()), 14 * 60 + 30);
        for bad in
            ["2022-07-06", "2022-07-06T24:00", "2022-07-06T09:60", "2022-07-06T9:30", "2022-02-30T09:30", "T09:30"]
        {
            assert_eq!(bad.parse::<Moment>().unwrap_err().code, "invalid", "{bad}");
        }
    }
}
