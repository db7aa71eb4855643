//! The household as the rules see it: what a department's row is compared with, what the monthly look reads, and what the
//! recognition of 刚性支出困难家庭 adds up. Codes are those of the kernel's tables; 0 stands for "not on file".

use crate::codes::{Asset, Income, Spending};
use doudi_sdk::prelude::*;

/// One household on a day, with the members on file that day.
#[derive(Debug, Default, Clone, PartialEq, Input)]
#[input(table = "household")]
pub struct Family {
    #[input("household.id")]
    pub household: Id,
    /// Village of residence, 12 digits.
    #[input("household.division", default)]
    pub division: i64,
    /// 防返贫监测: 0 for none.
    #[input("household.monitoring", default)]
    pub monitoring: i64,
    #[input("household.hukou-kind")]
    pub hukou: Option<i64>,
    #[input("household.poverty-cause")]
    pub cause: Option<i64>,
    #[input("household.housing")]
    pub housing: Option<i64>,
    #[input(rows)]
    pub members: Rows<Member>,
}

/// One member.
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
    #[input("person.study")]
    pub study: Option<i64>,
    #[input("person.health")]
    pub health: Option<i64>,
    #[input("person.disability-category", default)]
    pub disability: i64,
    #[input("person.disability-grade", default)]
    pub grade: i64,
    #[input("person.major-illness", default)]
    pub ill: bool,
    #[input("person.labour-capacity")]
    pub labour: Option<i64>,
    #[input("person.employment")]
    pub employment: Option<i64>,
    #[input(items)]
    pub incomes: Vec<Item<Income>>,
    #[input(items)]
    pub assets: Vec<Item<Asset>>,
    #[input(items)]
    pub spending: Vec<Item<Spending>>,
}

/// 户主 by GB/T 4761.
const HEAD: i64 = 2;

impl Family {
    pub fn member(&self, person: Id) -> Option<&Member> {
        self.members.iter().find(|member| member.person == person)
    }

    /// Fields every file should have, and how many of them it has: the platform's completeness (通知第一条: 数据基本完备).
    pub fn completeness(&self) -> (i64, i64) {
        let (mut filled, mut of) = (0, 0);
        let mut field = |known: bool| {
            filled += i64::from(known);
            of += 1;
        };
        field(self.hukou.is_some());
        field(self.cause.is_some());
        field(self.housing.is_some());
        for member in self.members.iter().filter(|member| member.death.is_none()) {
            field(member.relation != 0);
            field(member.birth.is_some());
            field(member.health.is_some());
            field(member.labour.is_some());
            field(member.employment.is_some() || member.study.is_some_and(|study| study != 0));
        }
        (filled, of)
    }
}

impl Member {
    pub fn is_head(&self) -> bool {
        self.relation == HEAD
    }

    /// Alive on a day, as far as the file knows.
    pub fn lives(&self, on: Date) -> bool {
        self.death.is_none_or(|death| death > on)
    }

    /// Lives in the household and counts there.
    pub fn counts(&self, on: Date) -> bool {
        self.co_resident && self.uncounted == 0 && self.lives(on)
    }

    /// Whether the file knows of work income of at least that much a month on a day.
    pub fn earns(&self, kinds: &[Income], amount: Option<Fen>, on: Date) -> bool {
        let running = self.incomes.iter().filter(|item| kinds.contains(&item.kind) && item.covers(on));
        let (mut any, mut sum) = (false, Fen::ZERO);
        for item in running {
            any = true;
            sum += item.value;
        }
        any && amount.is_none_or(|amount| sum >= amount)
    }

    /// How many assets of a kind the file knows on a day.
    pub fn owns(&self, kind: Asset, on: Date) -> i64 {
        self.assets.iter().filter(|item| item.kind == kind && item.covers(on)).count() as i64
    }

    /// What the assets of some kinds are worth on a day.
    pub fn worth(&self, kinds: &[Asset], on: Date) -> Fen {
        let held = self.assets.iter().filter(|item| kinds.contains(&item.kind) && item.covers(on));
        held.map(|item| item.value).sum()
    }
}
