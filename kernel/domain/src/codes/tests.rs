//! The code tables: unique, complete where a standard says how many, and read the way spreadsheets write them.

use super::*;
use std::collections::BTreeSet;

#[test]
fn ids_codes_and_words_are_unique() {
    let mut ids = BTreeSet::new();
    for table in ALL {
        assert!(ids.insert(table.id), "table {} twice", table.id);
        assert!(std::ptr::eq(find(table.id).expect("found by its own id"), *table));
        assert!(!table.zh.is_empty() && !table.en.is_empty() && !table.source.is_empty(), "{}", table.id);
        let (mut codes, mut words) = (BTreeSet::new(), BTreeSet::new());
        for entry in table.entries {
            assert!(codes.insert(entry.code), "{}: code {} twice", table.id, entry.code);
            assert!(words.insert(entry.zh), "{}: {} twice", table.id, entry.zh);
            assert!(!entry.en.is_empty() && entry.code >= 0, "{}: {}", table.id, entry.zh);
        }
    }
    assert!(find("no-such-table").is_none());
}

#[test]
fn all_fifty_six_ethnicities_in_order() {
    let codes: Vec<i32> = ETHNICITY.entries.iter().map(|entry| entry.code).collect();
    assert_eq!(codes, (1..=56).collect::<Vec<i32>>());
    for (code, zh) in [(1, "汉族"), (15, "土家族"), (22, "畲族"), (56, "基诺族")] {
        assert_eq!(ETHNICITY.find(code).expect("listed").zh, zh);
    }
    assert!(ETHNICITY.entries.iter().all(|entry| entry.zh.ends_with('族')));
}

#[test]
fn standards_are_complete() {
    for (table, codes) in [
        (&SEX, vec![0, 1, 2, 9]),
        (&DISABILITY, (0..=7).collect()),
        (&DISABILITY_GRADE, (0..=4).collect()),
        (&MARITAL, vec![10, 20, 21, 22, 23, 30, 40, 90]),
        (&EDUCATION, vec![10, 20, 30, 40, 60, 70, 80, 90]),
    ] {
        assert_eq!(table.entries.iter().map(|entry| entry.code).collect::<Vec<_>>(), codes, "{}", table.id);
    }
    // The trap of GB/T 4761: a son-in-law is 28, a daughter-in-law 38.
    assert_eq!(RELATION.find(28).expect("listed").zh, "女婿");
    assert_eq!(RELATION.find(38).expect("listed").zh, "儿媳");
    for code in [
        1, 2, 11, 12, 20, 21, 22, 28, 30, 31, 38, 41, 42, 43, 44, 51, 52, 53, 54, 55, 56, 57, 58, 61, 62, 63, 64, 71,
        73, 75, 77, 99,
    ] {
        assert!(RELATION.find(code).is_some(), "relation {code}");
    }
}

#[test]
fn reads_codes_and_words() {
    for (table, text, code) in [
        (&ETHNICITY, "汉族", Some(1)),
        (&ETHNICITY, " 汉 ", Some(1)),
        (&ETHNICITY, "01", Some(1)),
        (&ETHNICITY, "1", Some(1)),
        (&ETHNICITY, "57", None),
        (&ETHNICITY, "族", None),
        (&SEX, "男", Some(1)),
        (&SEX, "0", Some(0)),
        (&SEX, "+1", None),
        (&SEX, "-1", None),
        (&SEX, "", None),
        (&DISABILITY, "智力", Some(5)),
        (&DISABILITY, "智", None),
    ] {
        assert_eq!(table.parse(text).map(|entry| entry.code), code, "{} {text:?}", table.id);
    }
}
