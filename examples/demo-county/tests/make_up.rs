//! The county looks like one: enough families, people counted once, sizes and ages a caseworker would believe, incomes on
//! both sides of the line, and the families of the stories exactly as told.

use doudi_demo::family::Family;
use doudi_demo::{Plan, divisions, roster};
use doudi_domain::calendar::age_on;
use doudi_domain::division::UnitKind;
use doudi_domain::{County, Date};
use jiff::civil::date;
use std::collections::BTreeSet;

const DAY: Date = date(2022, 7, 1);

fn county(seed: u64) -> Vec<Family> {
    let divisions = divisions(include_str!("../../../data/wuhu-divisions.csv")).expect("the file is good");
    roster(&divisions, &Plan { county: County(340_223), day: DAY, seed, households: 2_400 })
}

fn share(part: usize, whole: usize) -> usize {
    part * 100 / whole
}

#[test]
fn the_same_seed_gives_the_same_county() {
    let text = |families: &[Family]| format!("{families:?}");
    let (first, second) = (county(20_220_701), county(20_220_701));
    assert!(text(&first) == text(&second));
    let numbers = |families: &[Family]| {
        families
            .iter()
            .flat_map(|family| &family.members)
            .map(|member| member.id.expose().to_owned())
            .collect::<Vec<_>>()
    };
    assert!(numbers(&first) == numbers(&second));
    assert!(numbers(&first) != numbers(&county(1)));
}

#[test]
fn nobody_is_there_twice_and_every_household_has_its_own_number_and_account() {
    let families = county(20_220_701);
    assert_eq!(families.len(), 2_400);
    let mut ids = BTreeSet::new();
    for member in families.iter().flat_map(|family| &family.members) {
        assert!(ids.insert(member.id.expose()), "{} has a number twice", member.name);
        assert_eq!((member.id.birth_date(), member.id.sex()), (member.birth, member.sex));
    }
    let numbers: BTreeSet<_> = families.iter().map(|family| &family.number).collect();
    let accounts: BTreeSet<_> = families.iter().map(|family| &family.account_number).collect();
    assert_eq!((numbers.len(), accounts.len()), (2_400, 2_400));
}

#[test]
fn every_family_lives_in_a_real_village_of_the_county() {
    for family in county(20_220_701) {
        assert_eq!(family.village.county(), County(340_223));
        assert!(matches!(family.village.unit_kind(), UnitKind::Community | UnitKind::Village), "{}", family.village);
        assert!(family.address.starts_with("南陵县"), "{}", family.address);
    }
}

#[test]
fn sizes_ages_and_disabilities_are_believable() {
    let families = county(20_220_701);
    let people: usize = families.iter().map(Family::size).sum();
    let mean_in_hundredths = people * 100 / families.len();
    assert!((195..=240).contains(&mean_in_hundredths), "mean size {mean_in_hundredths} hundredths");
    assert!(families.iter().all(|family| (1..=6).contains(&family.size())));
    let count = |test: &dyn Fn(&doudi_demo::family::Member) -> bool| {
        share(families.iter().flat_map(|family| &family.members).filter(|member| test(member)).count(), people)
    };
    let old = count(&|member| age_on(member.birth, DAY) >= 60);
    let minor = count(&|member| age_on(member.birth, DAY) < 18);
    let disabled = count(&|member| member.code("person.disability-grade") > 0);
    let ill = count(&|member| member.code("person.major-illness") == 1);
    assert!((35..=60).contains(&old), "{old} % are old");
    assert!((8..=25).contains(&minor), "{minor} % are minors");
    assert!((12..=30).contains(&disabled), "{disabled} % are disabled");
    assert!((5..=20).contains(&ill), "{ill} % are seriously ill");
    let alone = share(families.iter().filter(|family| family.size() == 1).count(), families.len());
    assert!((25..=42).contains(&alone), "{alone} % live alone");
    for member in families.iter().flat_map(|family| &family.members) {
        let age = age_on(member.birth, DAY);
        assert!((0..=110).contains(&age), "{} is {age}", member.name);
        assert_eq!(member.certificate.is_some(), member.code("person.disability-grade") > 0, "{}", member.name);
        if let Some(certificate) = &member.certificate {
            let own = format!(
                "{}{}{}",
                member.id.expose(),
                member.code("person.disability-category"),
                member.code("person.disability-grade")
            );
            assert_eq!(*certificate, own);
        }
    }
}

#[test]
fn incomes_lie_on_both_sides_of_the_line() {
    let families = county(20_220_701);
    let side = |low: i64, high: i64| {
        let inside = families.iter().filter(|family| {
            let counted =
                family.members.iter().filter(|member| member.code("person.uncounted-reason") == 0).count() as i64;
            let income = family.rough_income();
            income >= low * counted && income < high * counted
        });
        share(inside.count(), families.len())
    };
    let (below, edge, above) = (side(i64::MIN / 100, 71_000), side(71_000, 106_500), side(106_500, i64::MAX / 100));
    assert!((45..=80).contains(&below), "{below} % below the line");
    assert!((5..=30).contains(&edge), "{edge} % up to one and a half times the line");
    assert!((8..=40).contains(&above), "{above} % above");
}

#[test]
fn the_families_of_the_stories_stand_first_as_told() {
    let families = county(20_220_701);
    let head = |index: usize| families[index].members[0].name.as_str();
    assert_eq!((head(0), head(1), head(2)), ("张建国", "李秀英", "王志明"));
    assert_eq!(families[0].size(), 3);
    assert_eq!(families[0].rough_income(), 150_000, "wage 1,800 minus 300 for going to work");
    assert_eq!(families[2].rough_income(), 360_000);
    let other = county(99);
    assert_eq!(other[0].members[0].name, "张建国", "whatever the seed");
}
