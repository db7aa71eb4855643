//! The rules as tables a caseworker could read: how many are drawn and which, who decides on a day, who may vote, what the files say,
//! and when a rate is too high.

mod deciding;
mod sampling;

use doudi_sdk::prelude::*;

/// Two towns.
const EAST: i64 = 340_223_102_000;
const WEST: i64 = 340_223_101_000;

fn day(text: &str) -> Date {
    text.parse().expect("a test date")
}
