//! A household (家庭): an address in the tree, and dated memberships. Who counts for a measure is the measure's question;
//! the kernel only records who belongs, since when, and how.

use crate::calendar::Instant;
use crate::division::DivisionCode;
use crate::ids::{HouseholdId, MembershipId, PersonId};
use crate::person::Person;
use jiff::civil::Date;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Household {
    pub id: HouseholdId,
    /// The number officers use (户编号), unique within the county.
    pub number: String,
    /// The village the household lives in: scope.
    pub division: DivisionCode,
    /// The village of registration (户籍地), which may lie elsewhere (人户分离).
    pub hukou_division: Option<DivisionCode>,
    pub address: String,
    pub head: Option<PersonId>,
    pub created_at: Instant,
    pub revision: i64,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewHousehold {
    pub number: String,
    pub division: DivisionCode,
    pub hukou_division: Option<DivisionCode>,
    pub address: String,
}

/// One person's time in one household.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Membership {
    pub id: MembershipId,
    pub household: HouseholdId,
    pub person: PersonId,
    /// Relation to the head, GB/T 4761 (code table `relation`).
    pub relation: u8,
    pub co_resident: bool,
    /// Why the person is not counted (code table `uncounted-reason`), 0 when counted.
    pub uncounted_reason: u8,
    pub from: Date,
    /// Inclusive last day; open when the person still belongs.
    pub to: Option<Date>,
}

impl Membership {
    pub fn covers(&self, day: Date) -> bool {
        self.from <= day && self.to.is_none_or(|to| day <= to)
    }
}

/// A household with its members on one day: what the household page shows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HouseholdFile {
    pub household: Household,
    pub members: Vec<(Membership, Person)>,
}
