//! Counts wrong tokens by the address they come from. From the eleventh in a minute on, the answer is "later", without saying
//! whether the token would have been right. Kept in this process only: it slows guessing and noise, and a token has 256 bits.

use doudi_domain::Instant;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

/// Wrong tokens from one address that are answered plainly.
pub const FAILURES: u32 = 10;
const WINDOW_SECONDS: i64 = 60;
/// Addresses remembered; when there are more, the count begins anew.
const ADDRESSES: usize = 10_000;

#[derive(Debug, Default)]
pub struct Limiter {
    /// Failures, and when the minute ends.
    seen: Mutex<HashMap<Option<IpAddr>, (u32, Instant)>>,
}

impl Limiter {
    /// Counts a wrong token. `Some`: too many, for so many seconds.
    pub fn failed(&self, from: Option<IpAddr>, now: Instant) -> Option<i64> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= ADDRESSES {
            seen.retain(|_, (_, until)| *until > now);
            if seen.len() >= ADDRESSES {
                seen.clear();
            }
        }
        let (count, until) = seen.entry(from).or_insert((0, now.plus_seconds(WINDOW_SECONDS)));
        if *until <= now {
            (*count, *until) = (0, now.plus_seconds(WINDOW_SECONDS));
        }
        *count = count.saturating_add(1);
        (*count > FAILURES).then(|| ((until.0 - now.0) / 1_000_000).max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    #[test]
    fn too_many_wrong_tokens_wait_and_neighbours_do_not() {
        let limiter = Limiter::default();
        let (here, there) = (Some(IpAddr::V4(Ipv4Addr::LOCALHOST)), Some(IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1))));
        for _ in 0..FAILURES {
            assert_eq!(limiter.failed(here, Instant(0)), None);
        }
        assert_eq!(limiter.failed(here, Instant(20_000_000)), Some(40));
        assert_eq!(limiter.failed(there, Instant(20_000_000)), None);
        assert_eq!(limiter.failed(here, Instant(60_000_000)), None, "a new minute");
    }
}
