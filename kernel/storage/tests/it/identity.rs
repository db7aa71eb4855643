//! Users and sessions.

use crate::fixture::*;
use doudi_domain::Error;
use doudi_domain::identity::Role;
use doudi_storage::test_support::each_engine;
use doudi_storage::user::{NewUser, UserChange};

fn user(login: &str, role: Role, division: i64) -> NewUser {
    NewUser { login: login.into(), name: "某某".into(), role, division: code(division), password_hash: "hash".into() }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_office_stands_at_its_level_and_a_login_is_taken_once() {
    each_engine(async |storage| {
        let mut writer = write(&storage).await;
        let id = writer.user_create(&user("town1", Role::TownCaseworker, TOWN)).await.expect("created");
        for (login, role, division) in [
            ("a", Role::TownCaseworker, VILLAGE),
            ("a", Role::VillageCoordinator, TOWN),
            ("a", Role::CountyOfficer, TOWN),
            ("a b", Role::CountyOfficer, COUNTY),
            ("", Role::CountyOfficer, COUNTY),
        ] {
            let refused = writer.user_create(&user(login, role, division)).await;
            assert!(matches!(refused, Err(Error::Invalid(_))), "{login} {role:?}: {refused:?}");
        }
        assert_forbidden(writer.user_create(&user("x", Role::CountyOfficer, OTHER_COUNTY)).await);
        writer.commit().await.expect("committed");
        let mut elsewhere = storage.write(&system(OTHER_COUNTY), NOW).await.expect("a write");
        assert_conflict(elsewhere.user_create(&user("town1", Role::CountyOfficer, OTHER_COUNTY)).await);
        elsewhere.rollback().await.expect("rolled back");
        let (found, hash) = storage.user_by_login("town1").await.expect("an answer").expect("a user");
        assert_eq!((found.id, hash.as_str()), (id, "hash"));
        assert_eq!(storage.user_by_login("nobody").await.expect("an answer"), None);
        assert_eq!(snapshot(&storage, TOWN).await.users_list().await.expect("users").len(), 1);
        assert!(snapshot(&storage, OTHER_TOWN).await.users_list().await.expect("users").is_empty());
        assert_not_found(snapshot(&storage, OTHER_COUNTY).await.user_fetch(id).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_passwords_lock_and_a_right_one_forgets_them() {
    each_engine(async |storage| {
        let mut writer = write(&storage).await;
        let id = writer.user_create(&user("u", Role::CountyOfficer, COUNTY)).await.expect("created");
        assert_eq!(writer.login_failed(id, 3, 900).await.expect("counted"), None);
        assert_eq!(writer.login_failed(id, 3, 900).await.expect("counted"), None);
        writer.login_succeeded(id).await.expect("forgotten");
        for expected in [None, None, Some(NOW.plus_seconds(900)), Some(NOW.plus_seconds(900))] {
            assert_eq!(writer.login_failed(id, 3, 900).await.expect("counted"), expected);
        }
        writer.commit().await.expect("committed");
        let user = snapshot(&storage, COUNTY).await.user_fetch(id).await.expect("a user");
        assert_eq!((user.failed_attempts, user.locked_until), (4, Some(NOW.plus_seconds(900))));
        let mut writer = write(&storage).await;
        writer.password_set(id, "new").await.expect("set");
        writer.commit().await.expect("committed");
        let (user, hash) = storage.user_by_login("u").await.expect("an answer").expect("a user");
        assert_eq!((user.failed_attempts, user.locked_until, hash.as_str()), (0, None, "new"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_when_idle_at_last_and_when_revoked() {
    each_engine(async |storage| {
        let mut writer = write(&storage).await;
        let id = writer.user_create(&user("u", Role::CountyOfficer, COUNTY)).await.expect("created");
        let (token, other) = ([7; 32], [8; 32]);
        writer.session_create(id, &token, 600, 3_600).await.expect("created");
        writer.session_create(id, &other, 600, 3_600).await.expect("created");
        writer.commit().await.expect("committed");
        let there = async |token, seconds| {
            storage.session_find(token, NOW.plus_seconds(seconds)).await.expect("an answer").is_some()
        };
        assert!(there(&token, 599).await);
        assert!(!there(&token, 600).await);
        assert!(!there(&[9; 32], 0).await);
        for seconds in (300..3_600).step_by(300) {
            storage.session_touch(&token, NOW.plus_seconds(seconds), 600).await.expect("touched");
        }
        assert!(there(&token, 3_599).await, "kept by use");
        assert!(!there(&token, 3_600).await, "ended in any case");
        storage.session_touch(&token, NOW.plus_seconds(3_601), 600).await.expect("nothing to touch");
        assert!(!there(&token, 3_601).await);
        assert_eq!(snapshot(&storage, COUNTY).await.sessions_of_user(id, NOW).await.expect("sessions").len(), 2);
        let mut writer = write(&storage).await;
        writer.session_revoke(&token).await.expect("revoked");
        writer.session_revoke(&token).await.expect("a second time is nothing");
        writer.commit().await.expect("committed");
        assert!(!there(&token, 0).await && there(&other, 0).await);
        let mut writer = write(&storage).await;
        writer.user_update(id, &UserChange { active: Some(false), ..Default::default() }).await.expect("deactivated");
        writer.commit().await.expect("committed");
        assert!(!there(&other, 0).await);
    })
    .await;
}
