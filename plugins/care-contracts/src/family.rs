//! The household as the rules see it: plain numbers, read from column blocks into structs that are used again for every
//! household. No names, no numbers of people. A household's file holds the person himself and often his obligors, too: the
//! spouse, grown children who live elsewhere, the parents of a child.

use crate::codes::{Asset, Income};
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

/// One member. Codes are those of the kernel's tables; 0 stands for "not on file".
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
    /// Code table `uncounted-reason`: 1 in prison, 3 declared missing.
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
    /// Self-care items failed in the latest assessment on file.
    #[input("person.self-care-failed")]
    pub failed: Option<i64>,
    #[input(items)]
    pub incomes: Vec<Item<Income>>,
    #[input(items)]
    pub assets: Vec<Item<Asset>>,
}

impl Family {
    /// The member with this id.
    pub fn member(&self, person: Id) -> Option<&Member> {
        self.members.iter().find(|member| member.person == person)
    }
}

impl Member {
    pub fn has_died(&self, on: Date) -> bool {
        self.death.is_some_and(|death| death <= on)
    }

    /// 周岁.
    pub fn age(&self, on: Date) -> Option<i64> {
        self.birth.map(|birth| i64::from(birth.age_on(on)))
    }
}

/// A member in words, without a name: `儿子（1978年出生）`.
pub fn describe(relation: i64, birth: Option<Date>) -> String {
    let word = match relation {
        1 | 2 => "户主",
        10..=12 => "配偶",
        20..=27 => "儿子",
        28 => "女婿",
        30..=37 => "女儿",
        38 => "儿媳",
        40..=49 => "孙子女、外孙子女",
        51 => "父亲",
        52 => "母亲",
        50 | 53..=58 => "父母辈",
        61..=64 => "祖父母、外祖父母",
        71 => "兄",
        73 => "弟",
        75 => "姐",
        77 => "妹",
        70..=79 => "兄弟姐妹",
        _ => "其他成员",
    };
    match birth {
        Some(birth) => format!("{word}（{}年出生）", birth.year()),
        None => word.to_owned(),
    }
}
