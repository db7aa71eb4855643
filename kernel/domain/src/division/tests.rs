//! Levels, kinds and subtrees, checked on every row of `data/wuhu-divisions.csv` and against the counts of the handbook.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Code, name, level and parent of each row, as the file has them.
fn wuhu() -> Vec<(DivisionCode, &'static str, Level, Option<DivisionCode>)> {
    include_str!("../../../../data/wuhu-divisions.csv")
        .lines()
        .skip(1)
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            let code = |text: &str| DivisionCode::parse(text).expect("a code of the shipped file");
            let level = Level::parse(cells[2]).expect("a level of the shipped file");
            (code(cells[0]), cells[1], level, (!cells[3].is_empty()).then(|| code(cells[3])))
        })
        .collect()
}

fn code(text: &str) -> DivisionCode {
    DivisionCode::parse(text).expect("a code in the test")
}

#[test]
fn level_and_parent_follow_from_the_code() {
    let rows = wuhu();
    assert_eq!(rows.len(), 1 + 9 + 79 + 950);
    for (code, name, level, parent) in &rows {
        assert_eq!(code.level(), *level, "{code} {name}");
        let derived = match level {
            Level::City => None,
            Level::County => Some(DivisionCode::new(code.value() / 100_000_000 * 100_000_000).expect("a city")),
            Level::Town => Some(code.county().division()),
            Level::Village => code.town(),
        };
        assert_eq!(derived, *parent, "{code} {name}");
    }
}

/// Streets and towns / parks / communities / villages / units 400 and above, as in §5 of the handbook.
#[test]
fn every_county_has_the_units_of_the_handbook() {
    let mut counts: BTreeMap<i32, [usize; 5]> = BTreeMap::new();
    for (code, ..) in wuhu() {
        let slot = match (code.level(), code.unit_kind()) {
            (Level::City | Level::County, UnitKind::Area) => continue,
            (Level::Town, UnitKind::Subdistrict | UnitKind::Town | UnitKind::Township) => 0,
            (Level::Town, UnitKind::Special) => 1,
            (Level::Village, UnitKind::Community) => 2,
            (Level::Village, UnitKind::Village) => 3,
            (Level::Village, UnitKind::Special) => 4,
            other => panic!("{code}: {other:?}"),
        };
        counts.entry(code.county().0).or_default()[slot] += 1;
    }
    let handbook = BTreeMap::from([
        (340202, [10, 0, 55, 12]),
        (340207, [9, 3, 53, 56]),
        (340209, [6, 1, 47, 9]),
        (340210, [5, 1, 22, 66]),
        (340212, [6, 1, 26, 70]),
        (340223, [8, 1, 25, 147]),
        (340271, [2, 0, 25, 0]),
        (340272, [5, 0, 11, 41]),
        (340281, [20, 1, 56, 220]),
    ]);
    let without_special: BTreeMap<i32, [usize; 4]> =
        counts.iter().map(|(county, [a, b, c, d, _])| (*county, [*a, *b, *c, *d])).collect();
    assert_eq!(without_special, handbook);
    let total = |slot: usize| counts.values().map(|units| units[slot]).sum::<usize>();
    assert_eq!([total(0), total(1), total(2), total(3), total(4)], [71, 8, 320, 621, 9]);
}

#[test]
fn a_town_is_a_street_a_town_or_a_park_by_its_own_digits() {
    let kinds = |level: Level, kind: UnitKind| {
        wuhu().iter().filter(|(code, ..)| code.level() == level && code.unit_kind() == kind).count()
    };
    assert_eq!(
        [UnitKind::Subdistrict, UnitKind::Town, UnitKind::Township].map(|kind| kinds(Level::Town, kind)),
        [27, 44, 0]
    );
    // A real village under a park stays a village; a virtual unit under an ordinary street stays special.
    let under_park = wuhu()
        .iter()
        .filter(|(code, ..)| code.town() == Some(code_of_park()))
        .map(|(code, ..)| code.unit_kind())
        .collect::<Vec<_>>();
    assert_eq!(under_park.iter().filter(|kind| **kind == UnitKind::Village).count(), 6);
    assert_eq!(under_park.iter().filter(|kind| **kind == UnitKind::Community).count(), 1);
    assert_eq!(code("340209003401").unit_kind(), UnitKind::Special);
}

fn code_of_park() -> DivisionCode {
    code("340212401000")
}

#[test]
fn subtrees_are_exact() {
    let rows = wuhu();
    for (outer, _, _, _) in rows.iter().filter(|(code, ..)| code.level() != Level::Village) {
        for (inner, name, _, _) in &rows {
            let digits = match outer.level() {
                Level::City => 4,
                Level::County => 6,
                Level::Town => 9,
                Level::Village => 12,
            };
            let expected = inner.to_string()[..digits] == outer.to_string()[..digits];
            assert_eq!(outer.contains(*inner), expected, "{outer} and {inner} {name}");
        }
    }
    assert!(code("340223001200").contains(code("340223001200")));
    assert!(!code("340223001200").contains(code("340223001000")), "a village does not see its town");
}

/// Never by substring: 会理市 in Sichuan is 513402.
#[test]
fn huili_is_not_in_wuhu() {
    assert!(!code("340200000000").contains(code("513402000000")));
    assert!(!code("340200000000").contains(code("513402001001")));
}

#[test]
fn development_zones_are_counties_of_their_own() {
    for zone in [340271, 340272] {
        assert_eq!(County(zone).division().level(), Level::County);
        assert!(code("340200000000").contains(County(zone).division()));
    }
    assert_eq!(code("340200000000").county(), County(340200));
}

#[test]
fn what_is_no_code() {
    for text in [
        "",
        "340223",
        "34022300120",
        "3402230012000",
        "34022300120x",
        "-40223001200",
        "+40223001200",
        "040223001200",
        "３４０２２３００１２００",
    ] {
        let error = DivisionCode::parse(text).expect_err(text).to_string();
        assert!(error.starts_with("区划代码：区划代码应为 12 位数字，收到的是"), "{error}");
    }
    assert_eq!(code(" 340223001200\n").value(), 340_223_001_200);
    for text in ["", "34022", "3402231", "南陵县", "034022"] {
        let error = text.parse::<County>().expect_err(text).to_string();
        assert_eq!(error, format!("县区：县区代码应为 6 位数字，收到的是“{text}”"));
    }
    assert_eq!("340223".parse::<County>().expect("six digits"), County(340223));
    assert_eq!("340223001200".parse::<County>().expect("twelve digits"), County(340223));
}

proptest! {
    /// Scope is transitive, and a division lies in exactly the county its code says.
    #[test]
    fn scope_is_a_tree(a in 100_000_000_000..999_999_999_999i64, b in 100_000_000_000..999_999_999_999i64) {
        let (a, b) = (DivisionCode::new(a).expect("in range"), DivisionCode::new(b).expect("in range"));
        prop_assert!(a.county().division().contains(a));
        prop_assert_eq!(a.county().division().contains(b), a.county() == b.county() || a.county().division().level() == Level::City && a.value() / 100_000_000 == b.value() / 100_000_000);
        if a.contains(b) && b.contains(a) { prop_assert_eq!(a, b); }
    }

    #[test]
    fn no_text_panics(text in ".{0,14}") {
        let _ = DivisionCode::parse(&text);
        let _ = text.parse::<County>();
    }
}
