//! A seeded source of numbers: the same seed gives the same county on every machine and in every year. SplitMix64, eleven
//! lines, because nothing here needs more than "looks different and stays the same".

/// Numbers from a seed.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Random {
        Random(seed)
    }

    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// `0..bound`; 0 when `bound` is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        if bound == 0 { 0 } else { self.next_u64() % bound }
    }

    /// Inclusive on both ends.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low + 1).max(1) as u64) as i64
    }

    /// True in `percent` of a hundred cases.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    pub fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len() as u64) as usize]
    }

    /// Picks by weight: an entry with weight 3 comes three times as often as one with weight 1.
    pub fn weighted<'a, T>(&mut self, list: &'a [(T, u32)]) -> &'a T {
        let total: u64 = list.iter().map(|(_, weight)| u64::from(*weight)).sum();
        let mut left = self.below(total);
        for (entry, weight) in list {
            match left.checked_sub(u64::from(*weight)) {
                Some(rest) => left = rest,
                None => return entry,
            }
        }
        &list[0].0
    }

    /// Around `centre`, thinning out towards `centre ± spread`: the sum of three throws.
    pub fn around(&mut self, centre: i64, spread: i64) -> i64 {
        let throw = |random: &mut Random| random.between(-spread, spread);
        centre + (throw(self) + throw(self) + throw(self)) / 3
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn the_same_seed_gives_the_same_numbers_and_another_seed_others() {
        let numbers = |seed| {
            let mut random = Random::new(seed);
            (0..50).map(|_| random.below(1_000_000)).collect::<Vec<_>>()
        };
        assert_eq!(numbers(7), numbers(7));
        assert_ne!(numbers(7), numbers(8));
    }

    #[test]
    fn weights_are_kept_roughly() {
        let mut random = Random::new(1);
        let heavy = (0..10_000).filter(|_| *random.weighted(&[("heavy", 9), ("light", 1)]) == "heavy").count();
        assert!((8_800..9_200).contains(&heavy), "{heavy} of 10,000");
    }

    #[test]
    fn bounds_are_inclusive() {
        let mut random = Random::new(3);
        let seen: std::collections::BTreeSet<i64> = (0..1_000).map(|_| random.between(-2, 2)).collect();
        assert_eq!(seen.into_iter().collect::<Vec<_>>(), [-2, -1, 0, 1, 2]);
    }
}
