//! The household as the rules see it: plain numbers, read from column blocks into structs that are used again for every
//! household, so that a million families cost no allocation. No names, no numbers of people: a measure needs neither.

use crate::codes::{Asset, Income, Spending};
use doudi_sdk::prelude::*;

/// One household on the legal date, with the members on file that day.
#[derive(Debug, Default, Clone, PartialEq, Input)]
#[input(table = "household")]
pub struct Family {
    #[input("household.id")]
    pub household: Id,
    #[input(rows)]
    pub members: Rows<Member>,
}

/// One member: what is on file, counted or not. Codes are those of the kernel's tables; 0 stands for "not on file".
#[derive(Debug, Default, Clone, PartialEq, Input)]
#[input(table = "person")]
pub struct Member {
    #[input("person.id")]
    pub person: Id,
    /// GB/T 4761, to the head.
    #[input("person.relation", default)]
    pub relation: i64,
    #[input("person.co-resident", default)]
    pub co_resident: bool,
    /// Code table `uncounted-reason`; 0 when counted.
    #[input("person.uncounted-reason", default)]
    pub uncounted: i64,
    #[input("person.birth-date")]
    pub birth: Option<Date>,
    #[input("person.death-date")]
    pub death: Option<Date>,
    #[input("person.study", default)]
    pub study: i64,
    #[input("person.disability-category", default)]
    pub disability: i64,
    #[input("person.disability-grade", default)]
    pub grade: i64,
    #[input("person.major-illness", default)]
    pub ill: bool,
    #[input("person.labour-capacity", default)]
    pub labour: i64,
    #[input("person.employment", default)]
    pub employment: i64,
    #[input("person.job-refusals", default)]
    pub refusals: i64,
    #[input("person.near-relative", default)]
    pub near_relative: i64,
    #[input(items)]
    pub incomes: Vec<Item<Income>>,
    #[input(items)]
    pub assets: Vec<Item<Asset>>,
    #[input(items)]
    pub spending: Vec<Item<Spending>>,
}

impl Family {
    /// The member with this id.
    pub fn member(&self, person: Id) -> Option<&Member> {
        self.members.iter().find(|member| member.person == person)
    }
}
