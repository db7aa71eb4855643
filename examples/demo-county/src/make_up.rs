//! The make-up of the county: nine kinds of families as a caseworker of a rural town meets them, in about the shares she
//! meets them, with incomes on both sides of the line of 710 yuan. Everything is invented; only the proportions are meant to
//! feel familiar.

use crate::family::{Family, Member};
use crate::identity::{BANK, Numbers};
use crate::names;
use crate::random::Random;
use doudi_domain::person::Sex;
use doudi_domain::{Date, Division, DivisionCode};
use jiff::ToSpan;
use std::collections::BTreeMap;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    OldAlone,
    OldCouple,
    DisabledWithParents,
    Illness,
    SingleParent,
    YoungCouple,
    ThreeGenerations,
    WorkerAlone,
    GrandparentsWithChild,
}

const KINDS: &[(Kind, u32)] = &[
    (Kind::OldAlone, 24),
    (Kind::OldCouple, 18),
    (Kind::DisabledWithParents, 12),
    (Kind::Illness, 12),
    (Kind::SingleParent, 8),
    (Kind::YoungCouple, 8),
    (Kind::ThreeGenerations, 5),
    (Kind::WorkerAlone, 9),
    (Kind::GrandparentsWithChild, 4),
];

/// Writes families one after another; `day` is the day their ages are counted on.
pub struct Maker<'a> {
    pub random: Random,
    pub numbers: Numbers,
    day: Date,
    villages: Vec<&'a Division>,
    towns: BTreeMap<DivisionCode, &'a str>,
    county_name: String,
    made: u32,
}

impl<'a> Maker<'a> {
    /// `divisions` must hold the county with its towns and villages.
    pub fn new(divisions: &'a [Division], county: doudi_domain::County, day: Date, seed: u64) -> Maker<'a> {
        use doudi_domain::division::UnitKind;
        let inside = |division: &&Division| county.division().contains(division.code);
        let villages = divisions
            .iter()
            .filter(inside)
            .filter(|division| matches!(division.code.unit_kind(), UnitKind::Community | UnitKind::Village))
            .collect();
        let towns = divisions
            .iter()
            .filter(inside)
            .filter(|division| division.level == doudi_domain::Level::Town)
            .map(|division| (division.code, division.name.as_str()))
            .collect();
        let county_name =
            divisions.iter().find(|division| division.code == county.division()).map(|division| division.name.clone());
        Maker {
            random: Random::new(seed),
            numbers: Numbers::default(),
            day,
            villages,
            towns,
            county_name: county_name.unwrap_or_default(),
            made: 0,
        }
    }

    /// A family of any kind anywhere in the county.
    pub fn family(&mut self) -> Family {
        let kind = *self.random.weighted(KINDS);
        let village = *self.random.pick(&self.villages);
        let mut members = match kind {
            Kind::OldAlone => self.old_alone(),
            Kind::OldCouple => self.old_couple(),
            Kind::DisabledWithParents => self.disabled_with_parents(),
            Kind::Illness => self.illness(),
            Kind::SingleParent => self.single_parent(),
            Kind::YoungCouple => self.young_couple(),
            Kind::ThreeGenerations => self.three_generations(),
            Kind::WorkerAlone => self.worker_alone(),
            Kind::GrandparentsWithChild => self.grandparents_with_child(),
        };
        for member in &mut members {
            self.belongings(member);
        }
        let cause = self.cause(kind, &members);
        self.house(village, members, cause)
    }

    /// A family of given members in a village: number, address, account.
    pub fn house(&mut self, village: &Division, mut members: Vec<Member>, cause: i64) -> Family {
        self.made += 1;
        let town = village.code.town().and_then(|town| self.towns.get(&town).copied()).unwrap_or_default();
        let rural = village.code.unit_kind() == doudi_domain::division::UnitKind::Village;
        let place = if rural {
            format!("{}组{}号", self.random.between(1, 18), self.random.between(1, 60))
        } else {
            format!("{}栋{}室", self.random.between(1, 30), self.random.between(101, 604))
        };
        let address = format!("{}{town}{}{place}", self.county_name, village.name);
        for member in &mut members {
            if member.hukou_address.is_empty() {
                member.hukou_address = address.clone();
            }
        }
        let codes = BTreeMap::from([
            ("household.hukou-kind", if rural { 2 } else { 1 }),
            ("household.poverty-cause", cause),
            (
                "household.housing",
                *self.random.weighted(&[(1, if rural { 86 } else { 60 }), (2, 8), (3, 5), (4, 4), (5, 1)]),
            ),
            ("household.monitoring", *self.random.weighted(&[(0, 90), (1, 3), (2, 4), (3, 3)])),
        ]);
        Family {
            number: format!("NL-{:06}", self.made),
            village: village.code,
            village_name: village.name.clone(),
            address,
            codes,
            bank: BANK.to_owned(),
            account_name: members.first().map(|head| head.name.clone()).unwrap_or_default(),
            account_number: self.numbers.account(),
            members,
        }
    }

    pub fn village(&self, code: DivisionCode) -> Option<&'a Division> {
        self.villages.iter().find(|village| village.code == code).copied()
    }

    /// Somebody of this age with what follows from it: schooling, employment, capacity, marriage.
    pub fn person(&mut self, surname: &str, sex: Sex, age: i64, relation: i64) -> Member {
        let birthday = self.day.saturating_sub(age.years()).saturating_sub(self.random.between(0, 364).days());
        let given = names::given(&mut self.random, sex, birthday.year());
        self.named(format!("{surname}{given}"), sex, birthday, relation)
    }

    pub fn named(&mut self, name: String, sex: Sex, birth: Date, relation: i64) -> Member {
        let id = self.numbers.id(&mut self.random, birth, sex);
        let age = doudi_domain::calendar::age_on(birth, self.day);
        let phone = (age >= 16 && self.random.chance(85)).then(|| self.numbers.phone());
        let mut member = Member {
            name,
            id,
            sex,
            birth,
            hukou_address: String::new(),
            phone,
            certificate: None,
            codes: BTreeMap::new(),
            items: Vec::new(),
        };
        let study = match age {
            3..=5 => 1,
            6..=11 => 2,
            12..=14 => 3,
            15..=17 => *self.random.weighted(&[(4, 60), (5, 40)]),
            18..=21 if self.random.chance(55) => *self.random.weighted(&[(6, 45), (7, 55)]),
            _ => 0,
        };
        let education = match (age, study) {
            (..=5, _) => 90,
            (6..=12, _) => 80,
            (13..=17, _) => 70,
            (_, 6 | 7) => 60,
            (18..=30, _) => *self.random.weighted(&[(70, 40), (60, 20), (40, 20), (30, 12), (20, 8)]),
            (31..=59, _) => *self.random.weighted(&[(70, 55), (80, 30), (60, 12), (30, 3)]),
            _ => *self.random.weighted(&[(80, 60), (90, 30), (70, 10)]),
        };
        let (employment, capacity) = match (age, study) {
            (..=15, _) => (7, 4),
            (60.., _) => (6, 4),
            (_, 1..) => (8, if age < 18 { 4 } else { 1 }),
            _ => (*self.random.weighted(&[(2, 70), (3, 12), (4, 18)]), 1),
        };
        let health = match age {
            ..=39 => *self.random.weighted(&[(10, 92), (20, 8)]),
            40..=59 => *self.random.weighted(&[(10, 70), (20, 20), (30, 10)]),
            _ => *self.random.weighted(&[(10, 25), (20, 35), (30, 40)]),
        };
        let ethnicity = *self.random.weighted(&[(1, 985), (3, 8), (15, 3), (22, 2), (6, 2)]);
        member
            .set("person.ethnicity", ethnicity)
            .set("person.relation", relation)
            .set("person.co-resident", 1)
            .set("person.uncounted-reason", 0)
            .set("person.marital", if age < 22 { 10 } else { 90 })
            .set("person.education", education)
            .set("person.study", study)
            .set("person.employment", employment)
            .set("person.labour-capacity", capacity)
            .set("person.health", health)
            .set("person.major-illness", 0)
            .set("person.disability-category", 0)
            .set("person.disability-grade", 0)
            .set("person.job-refusals", 0)
            .set("person.near-relative", if self.random.chance(1) { 2 } else { 0 });
        if age >= 60 {
            member.set(
                "person.self-care-failed",
                if age >= 80 { *self.random.weighted(&[(0, 60), (2, 25), (5, 15)]) } else { 0 },
            );
        }
        member
    }

    fn sex(&mut self, women: u64) -> Sex {
        if self.random.chance(women) { Sex::Female } else { Sex::Male }
    }

    /// The pension every resident over sixty draws, and for a few the larger one of former employees.
    fn pension(&mut self, member: &mut Member) {
        member.item("income.pension-basic-central", 98);
        let other = if self.random.chance(9) { self.random.around(1_950, 600) } else { self.random.between(15, 90) };
        member.item("income.pension-other", other);
        if self.random.chance(45) {
            member.item("income.property", self.random.between(20, 130));
        }
        if self.random.chance(4) {
            member.item("income.family-planning-award", 80);
        }
        if member.sex == Sex::Male && self.random.chance(4) {
            member.item("income.veteran-allowance", self.random.between(600, 850));
        }
    }

    /// Casual or regular work around `centre` yuan a month, with what it costs to go there.
    fn work(&mut self, member: &mut Member, centre: i64) {
        let regular = self.random.chance(30);
        member.set("person.employment", if regular { 1 } else { 2 });
        member.item("income.wage", self.random.around(centre, centre / 2).max(600) / 10 * 10);
        if self.random.chance(60) {
            member.item("income.employment-cost", self.random.between(8, 35) * 10);
        }
    }

    /// A field, a pond, a stall.
    fn farm(&mut self, member: &mut Member) {
        if self.random.chance(60) {
            member.item("income.business", self.random.between(15, 85) * 10);
        }
    }

    fn ill(&mut self, member: &mut Member) {
        member.set("person.major-illness", 1).set("person.health", 40).set("person.employment", 5);
        if member.code("person.labour-capacity") != 4 {
            let capacity = *self.random.weighted(&[(2, 40), (3, 60)]);
            member.set("person.labour-capacity", capacity);
        }
        member.item("spending.medical", self.random.between(30, 260) * 10);
    }

    fn disability(&mut self, member: &mut Member) {
        let category = *self.random.weighted(&[(4, 48), (5, 16), (6, 14), (1, 9), (2, 8), (3, 2), (7, 3)]);
        let grade = *self.random.weighted(&[(1, 18), (2, 34), (3, 28), (4, 20)]);
        member.disabled(category, grade);
        if member.code("person.labour-capacity") == 3 {
            member.set("person.employment", 5);
        }
        if self.random.chance(20) {
            member.item("spending.rehabilitation", self.random.between(8, 60) * 10);
        }
    }

    /// Deposits, and for a few what makes a caseworker look twice: a car, a second home, a company.
    fn belongings(&mut self, member: &mut Member) {
        if member.age(self.day) < 18 {
            return;
        }
        if self.random.chance(70) {
            let deposit = *self.random.weighted(&[(3_000, 55), (12_000, 28), (30_000, 12), (90_000, 5)]);
            member.item("asset.deposit", self.random.between(deposit / 10, deposit) / 100 * 100);
        }
        if self.random.chance(2) {
            let kind = *self.random.weighted(&[(0, 50), (1, 15), (2, 15), (3, 20)]);
            member.qualified("asset.vehicle", self.random.between(10, 500) * 100, kind);
        }
        if self.random.chance(2) {
            let kind = *self.random.weighted(&[(1, 40), (2, 30), (3, 30)]);
            member.qualified("asset.home", self.random.between(400, 2_600) * 100, kind);
        }
        if self.random.chance(1) {
            let kind = *self.random.weighted(&[(0, 30), (1, 40), (2, 30)]);
            member.qualified("asset.company", self.random.between(10, 400) * 100, kind);
        }
        if self.random.chance(3) {
            member.item("asset.insurance", self.random.between(10, 200) * 100);
        }
    }

    fn child(&mut self, surname: &str, age: i64) -> Member {
        let sex = self.sex(48);
        let relation = if sex == Sex::Male { 20 } else { 30 };
        let mut child = self.person(surname, sex, age, relation);
        if age >= 15 && self.random.chance(35) {
            child.item("spending.education", self.random.between(20, 90) * 10);
        }
        if age >= 18 && child.code("person.study") >= 6 && self.random.chance(20) {
            child.item("income.scholarship", self.random.between(15, 40) * 10);
        }
        child
    }

    fn old_alone(&mut self) -> Vec<Member> {
        let surname = names::surname(&mut self.random);
        let sex = self.sex(58);
        let age = self.random.around(75, 14).clamp(60, 97);
        let mut head = self.person(surname, sex, age, 2);
        let never_married = sex == Sex::Male && self.random.chance(35);
        head.set("person.marital", if never_married { 10 } else { *self.random.weighted(&[(30, 85), (40, 15)]) });
        self.pension(&mut head);
        if self.random.chance(26) {
            self.disability(&mut head);
        }
        if self.random.chance(12) {
            self.ill(&mut head);
        }
        if !never_married && self.random.chance(55) {
            head.item("income.support", self.random.between(10, 60) * 10);
        }
        if age < 72 && self.random.chance(30) {
            self.farm(&mut head);
        }
        vec![head]
    }

    fn old_couple(&mut self) -> Vec<Member> {
        let age = self.random.around(71, 10).clamp(60, 92);
        let (first, second) = (names::surname(&mut self.random), names::surname(&mut self.random));
        let mut head = self.person(first, Sex::Male, age, 2);
        let wife_age = (age - self.random.between(-2, 6)).max(58);
        let mut wife = self.person(second, Sex::Female, wife_age, 12);
        for member in [&mut head, &mut wife] {
            member.set("person.marital", 21);
            if member.age(self.day) >= 60 {
                self.pension(member);
            }
            if self.random.chance(20) {
                self.disability(member);
            }
        }
        if self.random.chance(22) {
            self.ill(&mut wife);
        }
        if self.random.chance(45) {
            head.item("income.support", self.random.between(15, 90) * 10);
        }
        self.farm(&mut head);
        vec![head, wife]
    }

    fn disabled_with_parents(&mut self) -> Vec<Member> {
        let surname = names::surname(&mut self.random);
        let age = self.random.between(24, 52);
        let other = names::surname(&mut self.random);
        let father_age = age + self.random.between(22, 30);
        let mut father = self.person(surname, Sex::Male, father_age, 2);
        let mut members = Vec::new();
        let widowed = self.random.chance(45);
        father.set("person.marital", if widowed { 30 } else { 21 });
        if father.age(self.day) >= 60 {
            self.pension(&mut father)
        } else {
            self.work(&mut father, 1_700)
        }
        members.push(father);
        if !widowed {
            let mother_age = age + self.random.between(20, 27);
            let mut mother = self.person(other, Sex::Female, mother_age, 12);
            mother.set("person.marital", 21);
            if mother.age(self.day) >= 60 {
                self.pension(&mut mother)
            } else {
                self.farm(&mut mother)
            }
            members.push(mother);
        }
        let mut grown = self.child(surname, age);
        let category = *self.random.weighted(&[(5, 40), (6, 30), (4, 30)]);
        let grade = *self.random.weighted(&[(1, 20), (2, 45), (3, 30), (4, 5)]);
        grown.disabled(category, grade).set("person.employment", 5).set("person.marital", 10);
        if self.random.chance(25) {
            grown.item("spending.rehabilitation", self.random.between(10, 80) * 10);
        }
        members.push(grown);
        members
    }

    fn illness(&mut self) -> Vec<Member> {
        let age = self.random.between(42, 58);
        let (first, second) = (names::surname(&mut self.random), names::surname(&mut self.random));
        let mut head = self.person(first, Sex::Male, age, 2);
        let wife_age = age - self.random.between(-1, 5);
        let mut wife = self.person(second, Sex::Female, wife_age, 12);
        head.set("person.marital", 21);
        wife.set("person.marital", 21);
        let head_is_ill = self.random.chance(55);
        let (patient, worker) = if head_is_ill { (&mut head, &mut wife) } else { (&mut wife, &mut head) };
        self.ill(patient);
        if self.random.chance(75) {
            self.work(worker, 2_100)
        } else {
            self.farm(worker)
        }
        let mut members = vec![head, wife];
        if self.random.chance(65) {
            let child_age = self.random.between(8, 24);
            let mut child = self.child(first, child_age);
            if child.code("person.study") == 0 && child_age >= 18 {
                self.work(&mut child, 2_600);
            }
            members.push(child);
        }
        members
    }

    fn single_parent(&mut self) -> Vec<Member> {
        let surname = names::surname(&mut self.random);
        let sex = self.sex(62);
        let age = self.random.between(29, 48);
        let mut head = self.person(surname, sex, age, 2);
        head.set("person.marital", *self.random.weighted(&[(40, 60), (30, 40)]));
        if self.random.chance(80) {
            self.work(&mut head, 1_900)
        } else {
            head.set("person.employment", 4).set("person.job-refusals", self.random.between(0, 3));
        }
        if self.random.chance(30) {
            head.item("income.support", self.random.between(20, 60) * 10);
        }
        let mut members = vec![head];
        let first = self.random.between(4, (age - 22).clamp(5, 20));
        members.push(self.child(surname, first));
        if self.random.chance(45) {
            let second = (first - self.random.between(2, 5)).max(1);
            members.push(self.child(surname, second));
        }
        members
    }

    fn young_couple(&mut self) -> Vec<Member> {
        let age = self.random.between(28, 50);
        let (first, second) = (names::surname(&mut self.random), names::surname(&mut self.random));
        let mut head = self.person(first, Sex::Male, age, 2);
        let wife_age = age - self.random.between(-1, 5);
        let mut wife = self.person(second, Sex::Female, wife_age, 12);
        head.set("person.marital", 21);
        wife.set("person.marital", 21);
        if self.random.chance(88) {
            self.work(&mut head, 2_300)
        } else {
            head.set("person.employment", 3);
        }
        if self.random.chance(40) {
            self.work(&mut wife, 1_600)
        } else {
            self.farm(&mut wife)
        }
        if self.random.chance(18) {
            self.disability(&mut wife);
        }
        let mut members = vec![head, wife];
        let oldest = self.random.between(1, (age - 22).clamp(2, 21));
        members.push(self.child(first, oldest));
        if self.random.chance(50) && oldest > 3 {
            let younger = self.random.between(1, oldest - 1);
            members.push(self.child(first, younger));
        }
        members
    }

    fn three_generations(&mut self) -> Vec<Member> {
        let mut members = self.young_couple();
        let surname: String = members[0].name.chars().take(1).collect();
        let age = i64::from(members[0].age(self.day)) + self.random.between(22, 29);
        let mut mother_surname = names::surname(&mut self.random).to_owned();
        if self.random.chance(60) {
            let mut father = self.person(&surname, Sex::Male, age, 51);
            father.set("person.marital", 21);
            if father.age(self.day) >= 60 {
                self.pension(&mut father);
            }
            members.push(father);
        } else {
            mother_surname = names::surname(&mut self.random).to_owned();
        }
        let mother_age = (age - self.random.between(0, 4)).max(52);
        let mut mother = self.person(&mother_surname, Sex::Female, mother_age, 52);
        mother.set(
            "person.marital",
            if members.iter().any(|member| member.code("person.relation") == 51) { 21 } else { 30 },
        );
        if mother.age(self.day) >= 60 {
            self.pension(&mut mother);
        }
        if self.random.chance(30) {
            self.disability(&mut mother);
        }
        members.push(mother);
        members
    }

    fn worker_alone(&mut self) -> Vec<Member> {
        let surname = names::surname(&mut self.random);
        let sex = self.sex(25);
        let age = self.random.between(32, 59);
        let mut head = self.person(surname, sex, age, 2);
        head.set("person.marital", *self.random.weighted(&[(10, 55), (40, 35), (30, 10)]));
        match self.random.below(100) {
            0..=34 => self.work(&mut head, 1_500),
            35..=59 => {
                self.disability(&mut head);
            }
            60..=74 => self.ill(&mut head),
            75..=84 => self.farm(&mut head),
            _ => {
                head.set("person.employment", 3).set("person.job-refusals", self.random.between(0, 3));
            }
        }
        vec![head]
    }

    /// Grandparents who raise a child whose father is in prison: he stands in the register and does not count.
    fn grandparents_with_child(&mut self) -> Vec<Member> {
        let surname = names::surname(&mut self.random);
        let age = self.random.between(60, 76);
        let mut head = self.person(surname, Sex::Female, age, 2);
        head.set("person.marital", 30);
        self.pension(&mut head);
        let mut members = vec![head];
        let sex = self.sex(48);
        let child_age = self.random.between(4, 16);
        let mut child = self.person(surname, sex, child_age, if sex == Sex::Male { 41 } else { 42 });
        if self.random.chance(40) {
            child.item("income.government-aid", self.random.between(20, 60) * 10);
        }
        members.push(child);
        if self.random.chance(40) {
            let mut father = self.person(surname, Sex::Male, age - 26, 20);
            father.set("person.uncounted-reason", 1).set("person.co-resident", 0).set("person.employment", 5);
            members.push(father);
        }
        members
    }

    /// The main cause of hardship, from what the family has just been given.
    fn cause(&mut self, kind: Kind, members: &[Member]) -> i64 {
        let any = |test: &dyn Fn(&Member) -> bool| members.iter().any(test);
        if any(&|member| member.code("person.major-illness") == 1) {
            1
        } else if any(&|member| matches!(member.code("person.disability-grade"), 1..=3)) {
            2
        } else if matches!(kind, Kind::OldAlone | Kind::OldCouple) {
            6
        } else if any(&|member| member.code("person.study") >= 4) {
            3
        } else if matches!(kind, Kind::WorkerAlone) {
            7
        } else {
            *self.random.weighted(&[(5, 60), (9, 25), (8, 8), (4, 4), (99, 3)])
        }
    }
}
