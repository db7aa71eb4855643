//! The trail of a decision: which branch was taken, with the numbers its sentence needs and the facts it used. Three flat
//! lists that are cleared and filled again, in the shape the contract's outcomes have, so that explaining a million
//! decisions costs no allocation.

use doudi_sdk::prelude::*;

/// Reasons in the order they were found.
#[derive(Debug, Default, Clone)]
pub struct Trail {
    steps: Vec<Step>,
    args: Vec<i64>,
    facts: Vec<Id>,
}

/// Where the numbers and facts of one reason end.
#[derive(Debug, Clone, Copy)]
struct Step {
    reason: u32,
    args: u32,
    facts: u32,
}

impl Trail {
    /// Forgets everything, keeps the room.
    pub fn clear(&mut self) {
        self.steps.clear();
        self.args.clear();
        self.facts.clear();
    }

    /// Takes a branch: a reason of the manifest and exactly the numbers of its sentence.
    #[inline]
    pub fn say<const ARGS: usize>(&mut self, reason: ReasonCode<ARGS>, args: [i64; ARGS]) {
        self.args.extend_from_slice(&args);
        self.steps.push(Step { reason: reason.0, args: self.args.len() as u32, facts: self.facts.len() as u32 });
    }

    /// Ties a fact to the reason said last.
    #[inline]
    pub fn fact(&mut self, fact: Id) {
        if let Some(step) = self.steps.last_mut() {
            self.facts.push(fact);
            step.facts = self.facts.len() as u32;
        }
    }

    /// How many reasons there are.
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Whether this branch was taken.
    pub fn has<const ARGS: usize>(&self, reason: ReasonCode<ARGS>) -> bool {
        self.steps.iter().any(|step| step.reason == reason.0)
    }

    /// Each reason with its numbers and facts.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &[i64], &[Id])> {
        let (mut arg, mut fact) = (0, 0);
        self.steps.iter().map(move |step| {
            let args = &self.args[arg..step.args as usize];
            let facts = &self.facts[fact..step.facts as usize];
            (arg, fact) = (step.args as usize, step.facts as usize);
            (step.reason, args, facts)
        })
    }
}
