//! Sums over the last twelve months: what still runs counts for the months it ran, what happened once counts once.

use doudi_sdk::prelude::*;

/// Whole months, the month of the question excluded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Window {
    /// First day of the first month.
    pub first: Date,
    /// Last day of the last month.
    pub last: Date,
}

impl Window {
    /// The twelve whole months before the month of a day.
    pub fn year_before(day: Date) -> Window {
        let end = day.first_of_month();
        Window { first: end.add_months(-12), last: end.add_days(-1) }
    }

    /// Months an item touches: a settlement of one day touches one, a wage that runs touches all.
    pub fn months(&self, from: Date, to: Option<Date>) -> i64 {
        let first = from.max(self.first);
        let last = to.map_or(self.last, |to| to.min(self.last));
        if first > last {
            return 0;
        }
        i64::from(first.first_of_month().calendar_months_until(last)) + 1
    }

    /// What an item comes to: its value a month by the months it touches.
    pub fn total<K>(&self, item: &Item<K>) -> Fen {
        item.value * self.months(item.from, item.to)
    }
}
