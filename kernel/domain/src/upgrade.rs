//! Upgrades: a county goes from the version of a plugin it runs to another one, and back if need be. The record of an upgrade
//! says who asked, what the difference was, who signed for it, when it was switched and how it ended; it is never deleted.

use crate::calendar::Instant;
use crate::division::County;
use crate::ids::{DocumentId, EnablementId, UpgradeId, UserId};
use crate::money::Fen;
use jiff::civil::Date;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// Asked for; nothing has changed.
    Open,
    /// The other version is pinned, from its date.
    Switched,
    /// The version from before is pinned again.
    RolledBack,
    /// Given up before it was switched.
    Cancelled,
}

impl State {
    pub const ALL: [State; 4] = [State::Open, State::Switched, State::RolledBack, State::Cancelled];

    pub const fn code(self) -> &'static str {
        match self {
            State::Open => "open",
            State::Switched => "switched",
            State::RolledBack => "rolled-back",
            State::Cancelled => "cancelled",
        }
    }

    pub const fn zh(self) -> &'static str {
        match self {
            State::Open => "准备中",
            State::Switched => "已切换",
            State::RolledBack => "已回退",
            State::Cancelled => "已取消",
        }
    }

    pub fn parse(text: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.code() == text)
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Upgrade {
    pub id: UpgradeId,
    pub county: County,
    pub plugin: String,
    pub from_digest: String,
    pub to_digest: String,
    /// First day of the other version.
    pub begins: Date,
    /// Settings (JSON) and grants the other version gets.
    pub settings: String,
    pub grants: Vec<String>,
    pub state: State,
    pub opened: Deed,
    pub signed: Option<SignOff>,
    pub switched: Option<Deed>,
    /// The pin it made, once it is switched.
    pub pin: Option<EnablementId>,
    /// How many documents were rewritten with it.
    pub documents: i64,
    /// Until this day, inclusive, the bodies from before are kept and it can be rolled back; `None` when none were rewritten.
    pub grace_until: Option<Date>,
    /// Rolled back or cancelled, with the reason.
    pub ended: Option<(Deed, String)>,
}

/// Who did something, and when.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Deed {
    pub at: Instant,
    /// `None`: whoever runs the program on the machine.
    pub by: Option<UserId>,
    pub by_name: String,
}

/// A second person answers for a difference beyond the county's bounds: this difference, not whatever comes later.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SignOff {
    pub deed: Deed,
    pub reason: String,
    pub difference: Difference,
}

/// What the county accepts without a second signature, and how long it keeps the way back open.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bounds {
    /// Of those who receive: the share, in basis points, that may lose everything.
    pub lost: i64,
    /// Of those who receive: the share, in basis points, whose amount may change, losses and gains included.
    pub changed: i64,
    /// Of the month's money: the difference, in basis points, up or down.
    pub money: i64,
    /// Days for which the documents' bodies from before an upgrade are kept.
    pub grace_days: i64,
    /// Days for which a shadow report counts as fresh.
    pub report_days: i64,
}

/// What a shadow run found between two versions, as far as the bounds look at it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Difference {
    /// Families compared, and those of them who receive something from the version in force.
    pub compared: i64,
    pub receiving: i64,
    pub gained: i64,
    pub lost: i64,
    /// Receive from both, but not the same.
    pub changed: i64,
    /// Money a month.
    pub before: Fen,
    pub after: Fen,
}

/// One bound that a difference goes beyond: both in basis points.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Exceeded {
    pub what: Bound,
    pub found: i64,
    pub allowed: i64,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bound {
    Lost,
    Changed,
    Money,
}

impl Bound {
    pub const fn zh(self) -> &'static str {
        match self {
            Bound::Lost => "不再享受的家庭占现有享受家庭的比例",
            Bound::Changed => "结果有变化的家庭占现有享受家庭的比例",
            Bound::Money => "每月金额变化的比例",
        }
    }
}

const WHOLE: i64 = 10_000;

impl Difference {
    /// The bounds it goes beyond. Where nobody receives anything yet, shares are of all families compared, and any money is
    /// more than none.
    pub fn exceeds(&self, bounds: &Bounds) -> Vec<Exceeded> {
        let base = if self.receiving > 0 { self.receiving } else { self.compared };
        let share = |part: i64, whole: i64| match (part, whole) {
            (0, _) => 0,
            (_, 0) => WHOLE,
            // Rounded up: a share a hair above the bound is above it.
            (part, whole) => {
                let (part, whole) = (i128::from(part) * i128::from(WHOLE), i128::from(whole));
                i64::try_from((part + whole - 1) / whole).unwrap_or(i64::MAX)
            }
        };
        let money = (self.after.0 - self.before.0).abs();
        [
            (Bound::Lost, share(self.lost, base), bounds.lost),
            (Bound::Changed, share(self.lost + self.gained + self.changed, base), bounds.changed),
            (Bound::Money, share(money, self.before.0), bounds.money),
        ]
        .into_iter()
        .filter(|(_, found, allowed)| found > allowed)
        .map(|(what, found, allowed)| Exceeded { what, found, allowed })
        .collect()
    }
}

/// A document that stands in the way of a rollback: somebody has worked on it with the other version.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Obstacle {
    pub document: DocumentId,
    pub key: String,
    pub title: String,
    /// It did not exist before the switch.
    pub is_new: bool,
}

/// The number before the dot of a state version: another one means other bodies.
pub fn state_major(version: &str) -> Option<u32> {
    version.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: Bounds = Bounds { lost: 100, changed: 500, money: 200, grace_days: 30, report_days: 3 };

    fn beyond(difference: Difference) -> Vec<(Bound, i64)> {
        difference.exceeds(&BOUNDS).into_iter().map(|one| (one.what, one.found)).collect()
    }

    #[test]
    fn bounds_are_shares_of_those_who_receive() {
        let quiet = Difference {
            compared: 100_000,
            receiving: 5_000,
            before: Fen(1_000_000),
            after: Fen(1_000_000),
            ..Default::default()
        };
        let cases = [
            ("nothing changes", quiet, vec![]),
            ("fifty of five thousand lose: exactly the bound", Difference { lost: 50, ..quiet }, vec![]),
            ("one more is beyond it", Difference { lost: 51, ..quiet }, vec![(Bound::Lost, 102)]),
            ("gains count as changes", Difference { gained: 251, ..quiet }, vec![(Bound::Changed, 502)]),
            ("less money", Difference { after: Fen(979_999), ..quiet }, vec![(Bound::Money, 201)]),
            ("more money", Difference { after: Fen(1_020_001), ..quiet }, vec![(Bound::Money, 201)]),
            (
                "money where there was none",
                Difference { before: Fen(0), after: Fen(1), ..quiet },
                vec![(Bound::Money, 10_000)],
            ),
            (
                "nobody receives yet: of all families",
                Difference { receiving: 0, gained: 5_001, before: Fen(0), after: Fen(0), ..quiet },
                vec![(Bound::Changed, 501)],
            ),
        ];
        for (what, difference, expected) in cases {
            assert_eq!(beyond(difference), expected, "{what}");
        }
    }

    #[test]
    fn the_major_of_a_state_version() {
        assert_eq!([state_major("1.0"), state_major("12.3"), state_major("x")], [Some(1), Some(12), None]);
    }

    #[test]
    fn states_keep_their_words() {
        for state in State::ALL {
            assert_eq!(State::parse(state.code()), Some(state));
        }
    }
}
