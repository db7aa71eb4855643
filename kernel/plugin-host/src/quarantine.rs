//! Rest for plugins that keep failing: after so many consecutive failures in one county a digest is not called there for a
//! while. Then one more failure sends it back to rest, and one success clears its record. Other counties are not touched.

use crate::error::Cause;
use doudi_domain::County;
use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

pub(crate) struct Quarantine {
    records: Mutex<HashMap<(String, County), Record>>,
    strikes: u32,
    rest: Duration,
}

/// A plugin that is not called in a county for a while.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Resting {
    pub digest: String,
    pub county: County,
    /// Failures in a row.
    pub strikes: u32,
    pub remaining: Duration,
}

#[derive(Clone, Copy, Default)]
struct Record {
    strikes: u32,
    until: Option<Instant>,
}

impl Quarantine {
    pub fn new(strikes: u32, rest: Duration) -> Quarantine {
        Quarantine { records: Mutex::default(), strikes: strikes.max(1), rest }
    }

    /// Whether it may be called now.
    pub fn check(&self, digest: &str, county: County) -> Result<(), Cause> {
        let records = self.records.lock().expect("nothing panics while it holds the records");
        let until = records.get(&(digest.to_owned(), county)).and_then(|record| record.until);
        match until.and_then(|until| until.checked_duration_since(Instant::now())) {
            Some(remaining) if !remaining.is_zero() => Err(Cause::Quarantined { remaining }),
            _ => Ok(()),
        }
    }

    /// Notes how a call ended; `true` when it now begins to rest.
    pub fn note(&self, digest: &str, county: County, strike: bool) -> bool {
        let mut records = self.records.lock().expect("nothing panics while it holds the records");
        let key = (digest.to_owned(), county);
        if !strike {
            records.remove(&key);
            return false;
        }
        let record = records.entry(key).or_default();
        record.strikes += 1;
        let rests = record.strikes >= self.strikes;
        if rests {
            record.until = Some(Instant::now() + self.rest);
        }
        rests
    }

    /// Who rests now, where, and for how long still.
    pub fn resting(&self) -> Vec<Resting> {
        let records = self.records.lock().expect("nothing panics while it holds the records");
        let now = Instant::now();
        let mut resting: Vec<Resting> = records
            .iter()
            .filter_map(|((digest, county), record)| {
                let remaining = record.until?.checked_duration_since(now).filter(|left| !left.is_zero())?;
                Some(Resting { digest: digest.clone(), county: *county, strikes: record.strikes, remaining })
            })
            .collect();
        resting.sort_by(|a, b| (a.county, &a.digest).cmp(&(b.county, &b.digest)));
        resting
    }

    /// Forgets what happened.
    pub fn release(&self, digest: &str, county: County) {
        self.records.lock().expect("nothing panics while it holds the records").remove(&(digest.to_owned(), county));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: County = County(340_223);
    const THERE: County = County(340_281);

    #[test]
    fn only_consecutive_failures_in_one_county_count() {
        let quarantine = Quarantine::new(3, Duration::from_secs(60));
        assert!(!quarantine.note("a", HERE, true));
        assert!(!quarantine.note("a", HERE, true));
        assert!(!quarantine.note("a", HERE, false), "a success clears the record");
        assert!(!quarantine.note("a", HERE, true));
        assert!(!quarantine.note("a", HERE, true));
        assert!(quarantine.check("a", HERE).is_ok());
        assert!(quarantine.note("a", HERE, true));
        assert!(matches!(quarantine.check("a", HERE), Err(Cause::Quarantined { .. })));
        assert!(quarantine.check("a", THERE).is_ok());
        assert!(quarantine.check("b", HERE).is_ok());
        let resting = quarantine.resting();
        assert_eq!(resting.len(), 1);
        assert_eq!((resting[0].digest.as_str(), resting[0].county, resting[0].strikes), ("a", HERE, 3));
        quarantine.release("a", HERE);
        assert!(quarantine.check("a", HERE).is_ok());
        assert!(quarantine.resting().is_empty());
    }

    #[test]
    fn after_the_rest_one_more_failure_is_enough() {
        let quarantine = Quarantine::new(2, Duration::from_millis(20));
        quarantine.note("a", HERE, true);
        assert!(quarantine.note("a", HERE, true));
        std::thread::sleep(Duration::from_millis(30));
        assert!(quarantine.check("a", HERE).is_ok(), "the rest is over");
        assert!(quarantine.note("a", HERE, true), "and begins again at the first failure");
    }
}
