//! Chance for drawing samples: a fair sequence from the seed the kernel hands in. A replay draws the same sample.

/// A sequence of pseudo-random numbers (SplitMix64). Fit for sampling, not for secrets.
#[derive(Clone, Debug)]
pub struct Chance(u64);

impl Chance {
    /// The sequence of a seed.
    pub const fn new(seed: u64) -> Chance {
        Chance(seed)
    }

    /// Any 64-bit number, all equally likely.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`, all equally likely; 0 for a bound of 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        if bound == 0 {
            return 0;
        }
        // Numbers above the last whole multiple would favour the small remainders.
        let fair = u64::MAX - u64::MAX % bound;
        loop {
            let number = self.number();
            if number < fair {
                return number % bound;
            }
        }
    }

    /// Draws `count` of the items without repetition, in their original order; all of them when there are fewer.
    pub fn sample<T: Clone>(&mut self, items: &[T], count: usize) -> Vec<T> {
        let mut wanted = count.min(items.len()) as u64;
        let mut drawn = Vec::with_capacity(wanted as usize);
        for (index, item) in items.iter().enumerate() {
            if self.below((items.len() - index) as u64) < wanted {
                drawn.push(item.clone());
                wanted -= 1;
            }
        }
        drawn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_draws_the_same_sample() {
        let items: Vec<u32> = (0..1000).collect();
        let first = Chance::new(7).sample(&items, 50);
        assert_eq!(first, Chance::new(7).sample(&items, 50));
        assert_ne!(first, Chance::new(8).sample(&items, 50));
        assert_eq!(first.len(), 50);
        assert!(first.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(Chance::new(7).sample(&items[..3], 50), vec![0, 1, 2]);
    }

    #[test]
    fn every_item_has_its_fair_share() {
        let mut chance = Chance::new(1);
        let mut drawn = [0_u32; 10];
        for _ in 0..10_000 {
            for item in chance.sample(&[0_usize, 1, 2, 3, 4, 5, 6, 7, 8, 9], 3) {
                drawn[item] += 1;
            }
        }
        assert!(drawn.iter().all(|count| (2_800..3_200).contains(count)), "{drawn:?}");
    }
}
