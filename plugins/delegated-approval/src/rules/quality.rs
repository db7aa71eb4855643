//! How well a town decides, from concluded checks: problem rate, error rate, approval rate against its peers. A rate that is too high
//! asks a person to look at the town's order; nothing is suspended by itself.

/// What checks found in one town.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Found {
    /// Checks with a conclusion.
    pub concluded: usize,
    /// 程序问题.
    pub procedure: usize,
    /// 实体错误, confirmed by a second person.
    pub substance: usize,
    /// Of these: refused and should have been granted (漏保).
    pub missed: usize,
}

impl Found {
    pub fn add(&mut self, other: Found) {
        self.concluded += other.concluded;
        self.procedure += other.procedure;
        self.substance += other.substance;
        self.missed += other.missed;
    }

    pub fn problems(&self) -> usize {
        self.procedure + self.substance
    }

    /// Whether a person should consider suspending the order: enough checks to speak of a rate, and errors of substance above the
    /// county's limit (basis points).
    pub fn alarming(&self, limit: i64, least: usize) -> bool {
        self.concluded > 0 && self.concluded >= least && self.substance as i64 * 10_000 > self.concluded as i64 * limit
    }
}

/// `part` of `whole` in basis points, rounded to the nearest; nothing of nothing is no rate.
pub fn rate(part: usize, whole: usize) -> Option<i64> {
    (whole > 0).then(|| (part as i64 * 20_000 + whole as i64) / (2 * whole as i64))
}

/// Granted of decided, in one town and in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Approvals {
    pub granted: usize,
    pub decided: usize,
}

impl Approvals {
    pub fn rate(self) -> Option<i64> {
        rate(self.granted, self.decided)
    }

    /// Basis points above (positive) or below the other towns together.
    pub fn against(self, county: Approvals) -> Option<i64> {
        let peers = Approvals { granted: county.granted - self.granted, decided: county.decided - self.decided };
        Some(self.rate()? - peers.rate()?)
    }
}
