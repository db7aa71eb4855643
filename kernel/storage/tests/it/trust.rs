//! Publishers' keys, signatures of releases, and what a county asks.

use crate::fixture::*;
use doudi_domain::trust::TrustRule;
use doudi_domain::{Error, Instant};
use doudi_storage::package::NewRelease;
use doudi_storage::test_support::each_engine;
use doudi_storage::trust::{NewPublisherKey, NewReleaseSignature, NewTrustPolicy};

fn key(name: &str, public_key: &str) -> NewPublisherKey {
    NewPublisherKey {
        name: name.into(),
        publisher: "某公司".into(),
        public_key: public_key.into(),
        key_id: "00000000000000AA".into(),
        from: day("2022-01-01"),
        to: Some(day("2024-01-01")),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_the_citys_and_changes_only_by_revocation() {
    each_engine(async |storage| {
        let mut writer = storage.write(&system(CITY), NOW).await.expect("a write");
        writer.publisher_key_add(&key("公司", "RWone")).await.expect("added");
        writer.publisher_key_add(&NewPublisherKey { to: None, ..key("市局", "RWtwo") }).await.expect("added");
        writer.commit().await.expect("committed");
        for (again, what) in [(key("公司", "RWthree"), "the name"), (key("别名", "RWone"), "the key")] {
            let mut writer = storage.write(&system(CITY), NOW).await.expect("a write");
            let refused = writer.publisher_key_add(&again).await;
            assert!(matches!(refused, Err(Error::Conflict { .. })), "{what} is taken: {refused:?}");
            writer.rollback().await.expect("rolled back");
        }
        let mut writer = storage.write(&system(CITY), NOW).await.expect("a write");
        let backwards = NewPublisherKey { to: Some(day("2021-01-01")), ..key("倒置", "RWfour") };
        assert!(matches!(writer.publisher_key_add(&backwards).await, Err(Error::Refused { .. })));
        writer.rollback().await.expect("rolled back");

        let later = NOW.plus_seconds(60);
        let mut writer = storage.write(&system(CITY), later).await.expect("a write");
        writer.publisher_key_revoke("公司", "私钥遗失").await.expect("revoked");
        assert_not_found(writer.publisher_key_revoke("公司", "再次").await);
        assert_not_found(writer.publisher_key_revoke("无此公钥", "无").await);
        writer.commit().await.expect("committed");
        // Every county sees the same keys.
        for place in [CITY, COUNTY, OTHER_COUNTY, VILLAGE] {
            let keys = snapshot(&storage, place).await.publisher_keys_list().await.expect("a list");
            let names: Vec<&str> = keys.iter().map(|key| key.name.as_str()).collect();
            assert_eq!(names.len(), 2, "{names:?}");
            let company = keys.iter().find(|key| key.name == "公司").expect("the key");
            let revoked = company.revoked.as_ref().expect("revoked");
            assert_eq!((revoked.at, revoked.reason.as_str()), (later, "私钥遗失"));
            assert_eq!((company.from, company.to), (day("2022-01-01"), Some(day("2024-01-01"))));
            assert!(keys.iter().any(|key| key.name == "市局" && key.revoked.is_none() && key.to.is_none()));
        }
        for change in [
            "UPDATE publisher_key SET public_key = 'RWother'",
            "UPDATE publisher_key SET valid_to = NULL",
            "DELETE FROM publisher_key",
        ] {
            assert!(storage.tamper(&[change]).await.is_err(), "{change}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_gathers_signatures() {
    each_engine(async |storage| {
        let mut writer = storage.write(&system(CITY), NOW).await.expect("a write");
        let release = NewRelease {
            plugin: "sample".into(),
            version: "1.0.0".into(),
            publisher: "某公司".into(),
            manifest: "{}".into(),
            component: b"abc".to_vec(),
        };
        let digest = writer.release_install(&release).await.expect("installed");
        let signature = |text: &str| NewReleaseSignature {
            digest: digest.clone(),
            key_id: "00000000000000AA".into(),
            text: text.into(),
        };
        assert!(writer.release_signature_add(&signature("one")).await.expect("added"));
        assert!(!writer.release_signature_add(&signature("one")).await.expect("the same again changes nothing"));
        writer.commit().await.expect("committed");
        let later = Instant(NOW.0 + 1);
        let mut writer = storage.write(&system(CITY), later).await.expect("a write");
        assert!(writer.release_signature_add(&signature("another")).await.expect("added"));
        let other = NewReleaseSignature { digest: "00".repeat(32), ..signature("one") };
        assert!(writer.release_signature_add(&other).await.is_err(), "of a release that is not there");
        writer.rollback().await.expect("rolled back");
        let mut writer = storage.write(&system(CITY), later).await.expect("a write");
        assert!(writer.release_signature_add(&signature("another")).await.expect("added"));
        writer.commit().await.expect("committed");
        let mut reader = snapshot(&storage, OTHER_COUNTY).await;
        let found = reader.release_signatures(&digest).await.expect("a list");
        let texts: Vec<(&str, Instant)> = found.iter().map(|one| (one.text.as_str(), one.received_at)).collect();
        assert_eq!(texts, [("one", NOW), ("another", later)]);
        assert_eq!(reader.release_signatures_list().await.expect("a list"), found);
        assert!(reader.release_signatures("00").await.expect("a list").is_empty());
        reader.close().await.expect("closed");

        // Strangers' signatures are few, and leave room for those of known keys.
        let mut writer = storage.write(&system(CITY), later).await.expect("a write");
        for number in 2..8 {
            assert!(writer.release_signature_add(&signature(&number.to_string())).await.expect("added"));
        }
        assert!(matches!(writer.release_signature_add(&signature("too many")).await, Err(Error::Refused { .. })));
        writer.rollback().await.expect("rolled back");
        let mut writer = storage.write(&system(CITY), later).await.expect("a write");
        writer.publisher_key_add(&key("公司", "RWone")).await.expect("known now");
        for number in 2..32 {
            assert!(writer.release_signature_add(&signature(&number.to_string())).await.expect("added"));
        }
        assert!(matches!(writer.release_signature_add(&signature("too many")).await, Err(Error::Refused { .. })));
        writer.rollback().await.expect("rolled back");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_is_the_countys_and_the_latest_by_date() {
    each_engine(async |storage| {
        let policy = |from: &str, rule, keys: &[&str]| NewTrustPolicy {
            from: day(from),
            rule,
            keys: keys.iter().map(|key| (*key).to_owned()).collect(),
            reason: "某文件".into(),
        };
        let mut writer = write(&storage).await;
        writer.trust_policy_set(&policy("2022-07-01", TrustRule::AnyOf, &["公司"])).await.expect("set");
        writer.trust_policy_set(&policy("2023-01-01", TrustRule::AtLeast(2), &["公司", "市局"])).await.expect("set");
        writer.trust_policy_set(&policy("2022-09-01", TrustRule::AllOf, &[])).await.expect("set");
        // The second of a date takes the place of the first.
        writer.trust_policy_set(&policy("2022-07-01", TrustRule::AllOf, &["市局"])).await.expect("set");
        writer.commit().await.expect("committed");
        let mut reader = snapshot(&storage, VILLAGE).await;
        let empty: &[&str] = &[];
        for (on, expected) in [
            ("2022-06-30", None),
            ("2022-07-01", Some((TrustRule::AllOf, &["市局"][..]))),
            ("2022-08-31", Some((TrustRule::AllOf, &["市局"]))),
            ("2022-09-01", Some((TrustRule::AllOf, empty))),
            ("2023-01-01", Some((TrustRule::AtLeast(2), &["公司", "市局"]))),
        ] {
            let found = reader.trust_policy_at(day(on)).await.expect("an answer");
            let found = found.as_ref().map(|policy| (policy.rule, policy.keys.iter().map(String::as_str).collect()));
            let expected = expected.map(|(rule, keys): (_, &[&str])| (rule, keys.to_vec()));
            assert_eq!(found, expected, "on {on}");
        }
        assert_eq!(reader.trust_policies_list().await.expect("a list").len(), 4);
        reader.close().await.expect("closed");
        let mut other = snapshot(&storage, OTHER_COUNTY).await;
        assert_eq!(other.trust_policy_at(day("2023-01-01")).await.expect("an answer"), None);
        assert!(other.trust_policies_list().await.expect("a list").is_empty());
        other.close().await.expect("closed");
        for change in ["UPDATE trust_policy SET keys = '[]'", "DELETE FROM trust_policy"] {
            assert!(storage.tamper(&[change]).await.is_err(), "{change}");
        }
    })
    .await;
}
