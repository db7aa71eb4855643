//! What this process worked out a moment ago and may show again: answers of many measures that a page must not wait for each
//! time it is opened. Never written down, never older than it says, and nothing a person enters depends on it.

use super::duty::Duties;
use super::scorecard::MeasureCard;
use doudi_domain::reporting::ReportingPeriod;
use doudi_domain::{County, Date, DivisionCode, Instant, Role};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// One for each process.
#[derive(Debug, Default)]
pub struct Kept {
    /// The scorecards of counties, for the city's table.
    pub(crate) scorecards: Shelf<(County, ReportingPeriod), Vec<MeasureCard>>,
    /// Duties by whose they are: an office in a part of the tree, on a day.
    pub(crate) duties: Shelf<(DivisionCode, Option<Role>, Date), Duties>,
}

/// Values by key, each with the moment it was worked out.
#[derive(Debug)]
pub(crate) struct Shelf<K, V> {
    values: Mutex<BTreeMap<K, (Instant, Arc<V>)>>,
}

impl<K: Ord, V> Default for Shelf<K, V> {
    fn default() -> Self {
        Shelf { values: Mutex::default() }
    }
}

/// More than a city has offices; beyond it the oldest go.
const MOST: usize = 2_000;

impl<K: Ord + Clone, V> Shelf<K, V> {
    /// The value and its moment, if it is younger than so many seconds.
    pub fn get(&self, key: &K, now: Instant, seconds: i64) -> Option<(Instant, Arc<V>)> {
        let values = self.values.lock().unwrap_or_else(PoisonError::into_inner);
        values.get(key).filter(|(at, _)| now < at.plus_seconds(seconds)).cloned()
    }

    pub fn put(&self, key: K, now: Instant, value: Arc<V>) {
        let mut values = self.values.lock().unwrap_or_else(PoisonError::into_inner);
        values.insert(key, (now, value));
        while values.len() > MOST {
            let oldest = values.iter().min_by_key(|(_, (at, _))| *at).map(|(key, _)| key.clone());
            let Some(oldest) = oldest else { return };
            values.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_shown_until_it_is_too_old_and_the_oldest_makes_room() {
        let shelf: Shelf<usize, &str> = Shelf::default();
        let noon = Instant(1_000_000_000);
        shelf.put(0, noon, Arc::new("first"));
        assert_eq!(shelf.get(&0, noon.plus_seconds(59), 60).map(|(at, value)| (at, *value)), Some((noon, "first")));
        assert!(shelf.get(&0, noon.plus_seconds(60), 60).is_none());
        for key in 1..=MOST {
            shelf.put(key, noon.plus_seconds(key as i64), Arc::new("later"));
        }
        assert!(shelf.get(&0, noon, 60).is_none(), "it had to go");
        assert!(shelf.get(&MOST, noon.plus_seconds(MOST as i64), 60).is_some());
    }
}
