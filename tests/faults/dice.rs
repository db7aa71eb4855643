//! Chance that can be repeated: a seed makes a run.

/// Splitmix64: small, and good enough for choosing moments.
pub struct Dice(u64);

impl Dice {
    /// By `DOUDI_FAULTS_SEED`, else by the time; printed, so that a run that fails can be run again.
    pub fn new(of: &str) -> Dice {
        let given = std::env::var("DOUDI_FAULTS_SEED").ok().and_then(|text| text.parse().ok());
        let seed = given.unwrap_or_else(|| u64::from(std::process::id()) << 20 | u64::from(line_of_time()));
        eprintln!("{of}: DOUDI_FAULTS_SEED={seed}");
        Dice(seed)
    }

    pub fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end.max(1)
    }
}

/// Something that differs between two runs of a test.
fn line_of_time() -> u32 {
    use std::hash::{BuildHasher, Hasher};
    std::collections::hash_map::RandomState::new().build_hasher().finish() as u32 & 0xf_ffff
}
