//! Tokens: found by their secret while they hold, never by anything else, and seen only within scope.

use crate::fixture::*;
use doudi_domain::identity::Role;
use doudi_domain::token::Scopes;
use doudi_domain::{Instant, TokenId, UserId};
use doudi_storage::Storage;
use doudi_storage::test_support::each_engine;
use doudi_storage::token::{NewToken, wants_touch};
use doudi_storage::user::{NewUser, UserChange};

const SECRET: [u8; 32] = [7; 32];
const HOUR: i64 = 3_600;

async fn with_token(storage: &Storage) -> (UserId, TokenId) {
    let mut writer = write(storage).await;
    let user = NewUser {
        login: "exchange".into(),
        name: "某某".into(),
        role: Role::TownCaseworker,
        division: code(TOWN),
        password_hash: "hash".into(),
    };
    let user = writer.user_create(&user).await.expect("a user");
    let new = NewToken {
        user,
        name: "数据交换".into(),
        scopes: Scopes::parse("read").expect("known"),
        expires_at: NOW.plus_seconds(HOUR),
    };
    let token = writer.token_create(&new, &SECRET).await.expect("a token");
    writer.commit().await.expect("committed");
    (user, token)
}

async fn opens(storage: &Storage, secret: &[u8; 32], now: Instant) -> bool {
    storage.token_find(secret, now).await.expect("an answer").is_some()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_opens_until_it_ends_is_taken_back_or_its_user_goes() {
    each_engine(async |storage| {
        let (user, token) = with_token(&storage).await;
        assert!(opens(&storage, &SECRET, NOW).await);
        assert!(!opens(&storage, &[8; 32], NOW).await, "another secret");
        assert!(opens(&storage, &SECRET, NOW.plus_seconds(HOUR - 1)).await);
        assert!(!opens(&storage, &SECRET, NOW.plus_seconds(HOUR)).await, "ended");
        let disable = async |active: bool| {
            let mut writer = write(&storage).await;
            let change = UserChange { active: Some(active), ..Default::default() };
            writer.user_update(user, &change).await.expect("changed");
            writer.commit().await.expect("committed");
        };
        disable(false).await;
        assert!(!opens(&storage, &SECRET, NOW).await, "its user is disabled");
        disable(true).await;
        assert!(opens(&storage, &SECRET, NOW).await);
        for _ in 0..2 {
            let mut writer = write(&storage).await;
            writer.token_revoke(token).await.expect("taken back; twice is no error");
            writer.commit().await.expect("committed");
        }
        assert!(!opens(&storage, &SECRET, NOW).await, "taken back");
        let listed = snapshot(&storage, COUNTY).await.tokens_list().await.expect("tokens");
        assert_eq!(listed.len(), 1, "it stays on record");
        assert_eq!(listed[0].revoked_at, Some(NOW));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_use_is_noted_at_most_once_a_minute() {
    each_engine(async |storage| {
        let (_, token) = with_token(&storage).await;
        let seen = async || snapshot(&storage, TOWN).await.token_fetch(token).await.expect("the token");
        assert!(wants_touch(&seen().await, NOW));
        for (at, expected) in [(0, 0), (59, 0), (60, 60)] {
            storage.token_touch(&SECRET, NOW.plus_seconds(at)).await.expect("noted");
            assert_eq!(seen().await.seen_at, Some(NOW.plus_seconds(expected)), "{at}");
        }
        assert!(!wants_touch(&seen().await, NOW.plus_seconds(119)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_seen_within_scope_only() {
    each_engine(async |storage| {
        let (_, token) = with_token(&storage).await;
        for (place, count) in [(COUNTY, 1), (TOWN, 1), (OTHER_TOWN, 0), (OTHER_COUNTY, 0), (CITY, 0)] {
            let mut reader = snapshot(&storage, place).await;
            assert_eq!(reader.tokens_list().await.expect("tokens").len(), count, "{place}");
            assert_eq!(reader.token_fetch(token).await.is_ok(), count == 1, "{place}");
        }
        let mut elsewhere = storage.write(&system(OTHER_COUNTY), NOW).await.expect("a write");
        elsewhere.token_revoke(token).await.expect("nothing of theirs");
        elsewhere.commit().await.expect("committed");
        assert!(opens(&storage, &SECRET, NOW).await, "another county takes nothing back");
    })
    .await;
}
