//! 分类施保 (民发〔2021〕57号 第二十七条): more for the old, minors, the severely disabled and the seriously ill among those
//! covered. A person in two categories is counted once, in the one that gives most. Rates are the county's; a category
//! without a rate gives nothing.

use super::single::is_severe;
use crate::codes::reason;
use crate::family::Member;
use crate::parameters::Params;
use doudi_sdk::prelude::*;

/// The categories, in the order a tie is settled.
pub const SENTENCES: [ReasonCode<3>; 4] =
    [reason::SUPPLEMENT_OLD, reason::SUPPLEMENT_MINOR, reason::SUPPLEMENT_DISABLED, reason::SUPPLEMENT_ILL];

/// Counts persons by category, each once.
#[derive(Debug, Default, Clone, Copy)]
pub struct Tally {
    persons: [i64; 4],
    /// Who would have fallen into more than one.
    twice: i64,
}

impl Tally {
    /// Puts a covered person into the category that gives most.
    #[inline]
    pub fn add(&mut self, member: &Member, params: &Params, adult_born_by: Date, old_born_by: Date) {
        let holds = [
            member.birth.is_some_and(|birth| birth <= old_born_by),
            member.birth.is_some_and(|birth| birth > adult_born_by),
            is_severe(member.disability, member.grade),
            member.ill,
        ];
        let mut best: Option<usize> = None;
        let mut count = 0;
        for (category, held) in holds.into_iter().enumerate() {
            let rate = params.supplements[category];
            if !held || rate <= 0 {
                continue;
            }
            count += 1;
            if best.is_none_or(|best| rate > params.supplements[best]) {
                best = Some(category);
            }
        }
        if let Some(best) = best {
            self.persons[best] += 1;
            self.twice += i64::from(count > 1);
        }
    }

    /// The sum, with a sentence for each category that gives something.
    pub fn total(&self, params: &Params, trail: &mut Trail) -> i64 {
        let mut total = 0;
        for (category, persons) in self.persons.into_iter().enumerate().filter(|(_, persons)| *persons > 0) {
            let rate = params.supplements[category];
            trail.say(SENTENCES[category], [persons, rate, persons * rate]);
            total += persons * rate;
        }
        if self.twice > 0 {
            trail.say(reason::SUPPLEMENT_ONCE, [self.twice]);
        }
        total
    }
}
