//! The trail of a decision: which branch was taken, with the numbers its sentence needs and the facts it used. Flat lists in
//! the very shape the contract's outcomes have: what a rule says is written once, and explaining a million decisions costs
//! neither an allocation nor a copy.

use crate::codes::ReasonCode;
use doudi_documents::Id;

/// Reasons in the order they were found, one household after another. Reading sees those of the household that was begun
/// last.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Trail {
    pub(crate) reasons: Vec<u32>,
    pub(crate) args: Vec<i64>,
    /// Where the numbers of each reason end, and where its facts do.
    pub(crate) arg_ends: Vec<u32>,
    pub(crate) facts: Vec<Id>,
    pub(crate) fact_ends: Vec<u32>,
    /// The first reason of the household begun last.
    start: usize,
}

impl Trail {
    /// An empty trail with room for that many households.
    pub(crate) fn with_capacity(households: usize) -> Trail {
        Trail {
            reasons: Vec::with_capacity(households * 8),
            args: Vec::with_capacity(households * 20),
            arg_ends: Vec::with_capacity(households * 8),
            facts: Vec::with_capacity(households * 4),
            fact_ends: Vec::with_capacity(households * 8),
            start: 0,
        }
    }

    /// What follows belongs to the next household.
    #[inline]
    pub fn begin(&mut self) {
        self.start = self.reasons.len();
    }

    /// Forgets everything, keeps the room.
    pub fn clear(&mut self) {
        self.reasons.clear();
        self.args.clear();
        self.arg_ends.clear();
        self.facts.clear();
        self.fact_ends.clear();
        self.start = 0;
    }

    /// Takes a branch: a reason of the manifest and exactly the numbers of its sentence.
    #[inline]
    pub fn say<const ARGS: usize>(&mut self, reason: ReasonCode<ARGS>, args: [i64; ARGS]) {
        self.args.reserve(ARGS);
        // One by one: a copy whose length is known only at run time is a call out of the sandbox.
        for arg in args {
            self.args.push(arg);
        }
        self.end(reason.0);
    }

    /// As [`Trail::say`], for reasons known by position only. The kernel refuses the answer when the sentence takes another
    /// number of arguments.
    pub fn say_at(&mut self, reason: u32, args: &[i64]) {
        self.args.extend_from_slice(args);
        self.end(reason);
    }

    #[inline]
    fn end(&mut self, reason: u32) {
        self.reasons.push(reason);
        self.arg_ends.push(self.args.len() as u32);
        self.fact_ends.push(self.facts.len() as u32);
    }

    /// Ties a fact to the reason said last.
    #[inline]
    pub fn fact(&mut self, fact: Id) {
        if let Some(end) = self.fact_ends.last_mut() {
            self.facts.push(fact);
            *end = self.facts.len() as u32;
        }
    }

    /// How many reasons there are.
    pub fn len(&self) -> usize {
        self.reasons.len() - self.start
    }

    /// Whether nothing was said.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether this branch was taken.
    pub fn has<const ARGS: usize>(&self, reason: ReasonCode<ARGS>) -> bool {
        self.reasons[self.start..].contains(&reason.0)
    }

    /// Each reason with its numbers and facts.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &[i64], &[Id])> {
        self.range(self.start..self.reasons.len())
    }

    /// The reasons at these positions, whatever household they belong to.
    pub(crate) fn range(&self, reasons: std::ops::Range<usize>) -> impl Iterator<Item = (u32, &[i64], &[Id])> {
        let start = |ends: &[u32], index: usize| if index == 0 { 0 } else { ends[index - 1] as usize };
        reasons.map(move |index| {
            let args = &self.args[start(&self.arg_ends, index)..self.arg_ends[index] as usize];
            let facts = &self.facts[start(&self.fact_ends, index)..self.fact_ends[index] as usize];
            (self.reasons[index], args, facts)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: ReasonCode<2> = ReasonCode(4);
    const PASS: ReasonCode<0> = ReasonCode(7);

    #[test]
    fn each_reason_keeps_its_numbers_and_facts() {
        let mut trail = Trail::default();
        trail.fact(Id(1));
        assert!(trail.is_empty(), "a fact without a reason belongs to nothing");
        trail.say(SIZE, [3, 4]);
        trail.fact(Id(11));
        trail.fact(Id(12));
        trail.say(PASS, []);
        assert!(trail.has(SIZE) && trail.has(PASS));
        let said: Vec<_> = trail.iter().collect();
        assert_eq!(said, [(4, &[3, 4][..], &[Id(11), Id(12)][..]), (7, &[][..], &[][..])]);
    }

    #[test]
    fn the_next_household_begins_with_nothing_said() {
        let mut trail = Trail::default();
        trail.say(SIZE, [3, 4]);
        trail.begin();
        assert!(trail.is_empty() && !trail.has(SIZE));
        trail.say(PASS, []);
        trail.fact(Id(5));
        assert_eq!(trail.iter().collect::<Vec<_>>(), [(7, &[][..], &[Id(5)][..])]);
        assert_eq!(trail.range(0..1).collect::<Vec<_>>(), [(4, &[3, 4][..], &[][..])]);
    }
}
