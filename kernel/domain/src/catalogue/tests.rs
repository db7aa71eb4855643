//! The catalogue: unique codes that say their table, sealed fields that are texts, labels in both languages.

use super::*;
use std::collections::BTreeSet;

#[test]
fn codes_are_unique_and_name_their_table() {
    let (mut codes, mut labels) = (BTreeSet::new(), BTreeSet::new());
    for field in FIELDS {
        let code = field.code.as_str();
        assert!(codes.insert(code), "{code} twice");
        assert!(labels.insert(field.zh), "{} twice: an importer could not tell the columns apart", field.zh);
        assert_eq!(code.split_once('.').map(|(table, _)| table), Some(field.table.code()), "{code}");
        assert!(code.bytes().all(|b| b.is_ascii_lowercase() || matches!(b, b'.' | b'-')), "{code}");
        assert!(!field.en.is_empty() && !field.zh.is_empty(), "{code}");
        assert_eq!(find(code).expect("found by its own code").code, field.code);
        assert_eq!(field.code.field().zh, field.zh);
    }
    for table in Table::ALL {
        assert!(FIELDS.iter().any(|field| field.table == table), "{} is empty", table.code());
    }
    assert!(find("person.no-such-field").is_none() && find("").is_none());
}

#[test]
fn items_are_money_and_money_is_sensitive() {
    for field in FIELDS {
        let code = field.code;
        assert_eq!(field.origin == Origin::Item, field.table.is_items(), "{code}");
        assert_eq!(matches!(field.kind, Kind::Money), field.table.is_items(), "{code}");
        if field.table.is_items() {
            assert_eq!(field.sensitivity, Sensitivity::Sensitive, "{code}");
        }
        if field.qualifier.is_some() {
            assert!(field.table.is_items(), "{code}: only items carry a second code");
        }
    }
}

/// What the law names as never to be shown in clear (个人信息保护法 第二十八条) is sealed, and sealed values are texts.
#[test]
fn identifying_numbers_are_sealed() {
    let sealed: Vec<&str> = FIELDS
        .iter()
        .filter(|field| field.sensitivity == Sensitivity::Sealed)
        .map(|field| field.code.as_str())
        .collect();
    assert_eq!(
        sealed,
        ["household.account-number", "person.id-number", "person.phone", "person.disability-certificate"]
    );
    assert!(
        FIELDS
            .iter()
            .filter(|field| field.sensitivity == Sensitivity::Sealed)
            .all(|field| matches!(field.kind, Kind::Text))
    );
}

#[test]
fn health_is_never_internal() {
    for code in [
        "person.health",
        "person.major-illness",
        "person.disability-category",
        "person.disability-grade",
        "person.self-care-failed",
    ] {
        assert_ne!(find(code).expect("in the catalogue").sensitivity, Sensitivity::Internal, "{code}");
    }
}
