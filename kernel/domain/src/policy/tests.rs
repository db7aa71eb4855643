//! The permission policy as a page one can print: `tests/output/permissions.txt`. A data-protection officer reads it; a change
//! to the policy is a change to that file. `DOUDI_UPDATE=1 cargo test -p doudi-domain policy` writes it anew.

use super::*;
use crate::division::DivisionCode;
use crate::ids::UserId;
use std::fmt::Write;

fn matrix() -> String {
    let mut text = String::from(
        "Which office may do what (● yes, · no). Where: the subtree of the office's division. Made by kernel/domain/src/policy/tests.rs.\n\n",
    );
    for (index, role) in Role::ALL.into_iter().enumerate() {
        let _ = writeln!(text, "{:>2} {} ({}, {})", index + 1, role.zh(), role.code(), role.level().code());
    }
    text.push('\n');
    for index in 1..=Role::ALL.len() {
        let _ = write!(text, "{index:>3}");
    }
    text.push('\n');
    for permission in Permission::ALL {
        for role in Role::ALL {
            let _ = write!(text, "  {}", if allows(role, permission) { '●' } else { '·' });
        }
        let _ = writeln!(text, "  {} ({permission:?})", permission.zh());
    }
    text
}

#[test]
fn the_printed_matrix_is_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/output/permissions.txt");
    let current = matrix();
    if std::env::var_os("DOUDI_UPDATE").is_some() {
        std::fs::write(path, &current).expect("tests/output can be written");
    }
    let printed = std::fs::read_to_string(path).unwrap_or_default();
    assert_eq!(printed, current, "the policy differs from {path}; if that is meant, run with DOUDI_UPDATE=1");
}

fn actor(role: Role) -> Actor {
    let division = DivisionCode::parse("340223000000").expect("a code");
    Actor::User { id: UserId(1), name: "周敏".into(), role, division }
}

/// 三员分立: system, security and audit administration exclude each other, and none of them handles cases or sees citizens.
#[test]
fn the_three_administrators_are_separate() {
    use Permission as P;
    let administrators = [Role::CountyIt, Role::SecurityAdmin, Role::Auditor];
    for permission in [P::Configure, P::UserManage, P::AuditRead] {
        let holders: Vec<Role> = Role::ALL.into_iter().filter(|role| allows(*role, permission)).collect();
        assert_eq!(holders.len(), 1, "{permission:?}: {holders:?}");
        assert!(administrators.contains(&holders[0]));
    }
    for role in administrators {
        for permission in [
            P::HouseholdRead,
            P::FinanceRead,
            P::Reveal,
            P::HouseholdWrite,
            P::HouseholdImport,
            P::CaseRead,
            P::CaseWrite,
            P::DecisionRead,
            P::Export,
        ] {
            assert!(!allows(role, permission), "{role:?} {permission:?}");
        }
    }
}

/// A permission that only makes sense together with another is never given alone.
#[test]
fn permissions_imply_what_they_need() {
    use Permission as P;
    for role in Role::ALL {
        for (permission, needs) in [
            (P::FinanceRead, P::HouseholdRead),
            (P::Reveal, P::HouseholdRead),
            (P::HouseholdWrite, P::HouseholdRead),
            (P::HouseholdImport, P::HouseholdWrite),
            (P::CaseWrite, P::CaseRead),
            (P::Configure, P::ConfigurationRead),
        ] {
            assert!(!allows(role, permission) || allows(role, needs), "{role:?}: {permission:?} without {needs:?}");
        }
    }
    // A village coordinator helps to apply, and sees no money and no full number.
    for permission in [P::FinanceRead, P::Reveal, P::Export, P::DecisionRead] {
        assert!(!allows(Role::VillageCoordinator, permission));
    }
}

#[test]
fn a_refusal_says_whose_task_it_is() {
    let error = require(&actor(Role::TownReviewer), Permission::HouseholdWrite).expect_err("not the reviewer's task");
    assert_eq!(error.to_string(), "“登记和更正家庭信息”不在镇街审核人的职责之内。可以办理的是：镇街经办、县民政经办");
    assert!(matches!(error, Error::Forbidden { .. }));
    for role in Role::ALL {
        for permission in Permission::ALL {
            assert_eq!(require(&actor(role), permission).is_ok(), allows(role, permission));
        }
    }
    let system = Actor::System { division: DivisionCode::parse("340223000000").expect("a code") };
    assert!(Permission::ALL.into_iter().all(|permission| require(&system, permission).is_ok()));
}
