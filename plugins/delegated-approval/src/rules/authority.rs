//! Who decides (审核确认权): the county, unless an order gives the power to the household's town for the scheme on the day of
//! acceptance (57号 第二条, 43号 第二十八条). First and last day are inclusive; a withdrawal ends the power on its own day.

use crate::order::Order;
use doudi_sdk::prelude::*;

/// Every scheme.
pub const ALL_SCHEMES: &str = "*";

/// Whether an order gives its town the power on a day.
pub fn holds(order: &Order, day: Date) -> bool {
    let begun = order.from <= day;
    let over = order.to.is_some_and(|to| day > to) || order.withdrawn.is_some_and(|withdrawn| day >= withdrawn);
    let paused = order.pauses.iter().any(|pause| pause.from <= day && pause.to.is_none_or(|to| day < to));
    begun && !over && !paused
}

/// Whether an order speaks of a scheme.
pub fn covers(order: &Order, scheme: &str) -> bool {
    order.schemes.iter().any(|own| own == ALL_SCHEMES || own == scheme)
}

/// The order by which a town decides on a scheme on a day; without one the county decides.
pub fn governing<'o>(orders: &'o [Order], town: i64, scheme: &str, day: Date) -> Option<&'o Order> {
    orders.iter().find(|order| order.town == town && covers(order, scheme) && holds(order, day))
}

/// Whether two orders would give the same power on the same day: pauses leave an order in its place.
pub fn overlap(left: &Order, right: &Order) -> bool {
    let shared = left.schemes.iter().any(|scheme| scheme == ALL_SCHEMES || covers(right, scheme))
        || right.schemes.iter().any(|scheme| scheme == ALL_SCHEMES);
    let last = |order: &Order| {
        let withdrawn = order.withdrawn.map(|day| day.add_days(-1));
        order.to.into_iter().chain(withdrawn).min().unwrap_or(Date::MAX)
    };
    left.town == right.town && shared && left.from <= last(right) && right.from <= last(left)
}

/// Whether an order gives any power on some day of a period.
pub fn holds_within(order: &Order, from: Date, to: Date) -> bool {
    let mut day = from;
    while day <= to {
        if holds(order, day) {
            return true;
        }
        day = day.add_days(1);
    }
    false
}
