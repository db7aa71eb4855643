//! Whether a meeting may decide, and what it decided. The quorum is the county's parameter, in basis points of those entitled to vote;
//! who is recused is neither entitled nor counted.

/// A member's number within the group.
pub type Seat = u32;

/// Whether enough of those entitled are there: `present ÷ entitled ≥ quorum`, without division.
pub fn quorate(present: usize, entitled: usize, quorum: i64) -> bool {
    entitled > 0 && present > 0 && present as i64 * 10_000 >= entitled as i64 * quorum.clamp(1, 10_000)
}

/// The ballot on one case. Who is present, not recused, and neither against nor abstaining, is for it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ballot {
    pub entitled: Vec<Seat>,
    pub present: Vec<Seat>,
    pub recused: Vec<Seat>,
    pub against: Vec<Seat>,
    pub abstain: Vec<Seat>,
}

/// Votes as the minutes state them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    pub approve: usize,
    pub against: usize,
    pub abstain: usize,
    pub recused: usize,
}

impl Tally {
    /// More than half of those who took part.
    pub fn passed(self) -> bool {
        self.approve * 2 > self.approve + self.against + self.abstain
    }
}

/// Why a ballot does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spoilt {
    /// Somebody who is not there is said to have voted.
    Absent(Seat),
    /// Somebody recused voted.
    RecusedVoted(Seat),
    /// Somebody voted twice.
    Twice(Seat),
    NoQuorum {
        present: usize,
        entitled: usize,
    },
}

/// Counts a ballot.
pub fn count(ballot: &Ballot, quorum: i64) -> Result<Tally, Spoilt> {
    for seat in ballot.against.iter().chain(&ballot.abstain) {
        if ballot.recused.contains(seat) {
            return Err(Spoilt::RecusedVoted(*seat));
        }
        if !ballot.present.contains(seat) {
            return Err(Spoilt::Absent(*seat));
        }
        if ballot.against.contains(seat) && ballot.abstain.contains(seat) {
            return Err(Spoilt::Twice(*seat));
        }
    }
    let free = |seats: &[Seat]| seats.iter().filter(|seat| !ballot.recused.contains(seat)).count();
    let (present, entitled) = (free(&ballot.present), free(&ballot.entitled));
    if !quorate(present, entitled, quorum) {
        return Err(Spoilt::NoQuorum { present, entitled });
    }
    let (against, abstain) = (ballot.against.len(), ballot.abstain.len());
    Ok(Tally { approve: present - against - abstain, against, abstain, recused: ballot.recused.len() })
}
