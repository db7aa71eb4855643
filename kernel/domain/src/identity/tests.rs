//! Roles and scopes: unique codes, a level for each office, and what each part of the tree sees.

use super::*;
use std::collections::BTreeSet;

fn code(text: &str) -> DivisionCode {
    DivisionCode::parse(text).expect("a code in the test")
}

#[test]
fn roles_are_told_apart() {
    let codes: BTreeSet<&str> = Role::ALL.into_iter().map(Role::code).collect();
    let words: BTreeSet<&str> = Role::ALL.into_iter().map(Role::zh).collect();
    assert_eq!((codes.len(), words.len()), (Role::ALL.len(), Role::ALL.len()));
    for role in Role::ALL {
        assert_eq!(Role::parse(role.code()), Some(role));
        assert!(!role.en().is_empty());
    }
    assert_eq!(Role::parse("root"), None);
    assert_eq!(Role::parse(""), None);
}

#[test]
fn scope_is_the_subtree_of_the_office() {
    let user = |role: Role, division: &str| User {
        id: UserId(1),
        login: "wangfang".into(),
        name: "王芳".into(),
        role,
        division: code(division),
        active: true,
        failed_attempts: 0,
        locked_until: None,
        created_at: Instant(0),
    };
    let town = Actor::from(&user(Role::TownCaseworker, "340223103000"));
    let county = Actor::from(&user(Role::CountyOfficer, "340223000000"));
    let other = Actor::from(&user(Role::CountyOfficer, "340281000000"));
    let village = code("340223103201");
    assert!(town.scope().sees(village) && county.scope().sees(village));
    assert!(!other.scope().sees(village));
    assert!(!town.scope().sees(code("340223104201")), "the next town");
    assert!(!town.scope().sees(county.division()), "what is filed at the county is not the town's");
    assert_eq!(
        (town.county(), town.user_id(), town.role(), town.name()),
        (County(340223), Some(UserId(1)), Some(Role::TownCaseworker), "王芳")
    );
    let system = Actor::System { division: code("340223000000") };
    assert_eq!((system.role(), system.user_id(), system.name()), (None, None, "系统"));
}
