//! Parameters, releases, pins, calendar, divisions, attachments and notices.

use crate::fixture::*;
use doudi_domain::calendar::DayKind;
use doudi_domain::{Division, DivisionCode, Error, Level};
use doudi_storage::attachment::NewAttachment;
use doudi_storage::enablement::NewEnablement;
use doudi_storage::notice::NewNotice;
use doudi_storage::package::NewRelease;
use doudi_storage::parameter::NewParameter;
use doudi_storage::test_support::each_engine;

#[tokio::test(flavor = "multi_thread")]
async fn a_parameter_is_the_latest_by_date_and_a_correction_keeps_the_old() {
    each_engine(async |storage| {
        let set = |value, from: &str| NewParameter {
            code: "sample.standard".into(),
            value,
            from: day(from),
            source: "某政发〔2022〕1号".into(),
            verified: false,
        };
        let mut writer = write(&storage).await;
        let first = writer.parameter_set(&set(60_000, "2021-07-01")).await.expect("set");
        writer.parameter_set(&set(63_000, "2022-07-01")).await.expect("set");
        assert!(matches!(
            writer.parameter_set(&NewParameter { source: " ".into(), ..set(1, "2022-07-01") }).await,
            Err(Error::Invalid(_))
        ));
        writer.commit().await.expect("committed");
        let later = NOW.plus_seconds(60);
        let mut writer = storage.write(&system(COUNTY), later).await.expect("a write");
        let corrected = writer
            .parameter_set(&NewParameter { verified: true, ..set(61_000, "2021-07-01") })
            .await
            .expect("corrected");
        writer.commit().await.expect("committed");
        let mut reader = snapshot(&storage, VILLAGE).await;
        for (on, known_at, expected) in [
            ("2021-06-30", None, None),
            ("2021-07-01", None, Some(61_000)),
            ("2022-06-30", None, Some(61_000)),
            ("2022-06-30", Some(NOW), Some(60_000)),
            ("2022-07-01", None, Some(63_000)),
            ("2022-07-01", Some(NOW.plus_seconds(-1)), None),
        ] {
            let found = reader.parameter_at("sample.standard", day(on), known_at).await.expect("an answer");
            assert_eq!(found.map(|parameter| parameter.value), expected, "on {on}, {known_at:?}");
        }
        let old = reader.parameter_fetch(first).await.expect("a parameter");
        assert_eq!(old.replaced_by, Some(corrected));
        assert_eq!(reader.parameters_list("sample.").await.expect("a list").len(), 3);
        assert!(reader.parameters_list("other.").await.expect("a list").is_empty());
        assert_not_found(snapshot(&storage, OTHER_COUNTY).await.parameter_fetch(first).await);
    })
    .await;
}

fn release(version: &str, bytes: &[u8]) -> NewRelease {
    NewRelease {
        plugin: "sample".into(),
        version: version.into(),
        publisher: "某公司".into(),
        manifest: "{}".into(),
        component: bytes.into(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_is_its_bytes() {
    each_engine(async |storage| {
        let mut writer = storage.write(&system(CITY), NOW).await.expect("a write");
        let digest = writer.release_install(&release("1.0.0", b"abc")).await.expect("installed");
        assert_eq!(digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(writer.release_install(&release("1.0.0", b"abc")).await.expect("again"), digest);
        writer.commit().await.expect("committed");
        let mut other = storage.write(&system(CITY), NOW).await.expect("a write");
        assert_conflict(other.release_install(&release("1.0.0", b"abd")).await);
        other.rollback().await.expect("rolled back");
        let mut reader = snapshot(&storage, COUNTY).await;
        assert_eq!(reader.component_fetch(&digest).await.expect("bytes"), b"abc");
        assert_eq!(
            reader.releases_list().await.expect("a list"),
            [reader.release_fetch(&digest).await.expect("a release")]
        );
        assert_not_found(reader.release_fetch("00").await);
        reader.close().await.expect("closed");
        storage
            .tamper(&["UPDATE release SET component = (SELECT hash FROM audit WHERE seq = 1)"])
            .await
            .expect("changed");
        let changed = snapshot(&storage, COUNTY).await.component_fetch(&digest).await;
        assert!(matches!(changed, Err(Error::Failure { .. })), "{changed:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pins_follow_each_other_without_gap_or_overlap() {
    each_engine(async |storage| {
        let mut writer = write(&storage).await;
        let mut digests = Vec::new();
        for version in ["1.0.0", "1.1.0", "2.0.0"] {
            digests.push(writer.release_install(&release(version, version.as_bytes())).await.expect("installed"));
        }
        let pin = |digest: &str, from: &str| NewEnablement {
            plugin: "sample".into(),
            digest: digest.into(),
            from: day(from),
            settings: "{}".into(),
            grants: vec!["read:person.name".into()],
        };
        assert_not_found(
            writer.enablement_set(&NewEnablement { plugin: "other".into(), ..pin(&digests[0], "2022-01-01") }).await,
        );
        writer.enablement_set(&pin(&digests[0], "2022-01-01")).await.expect("pinned");
        writer.enablement_set(&pin(&digests[2], "2023-01-01")).await.expect("planned");
        // Planning something earlier voids the later plan.
        writer.enablement_set(&pin(&digests[1], "2022-08-01")).await.expect("pinned");
        writer.enablement_end("sample", day("2024-01-01")).await.expect("ended");
        assert_not_found(writer.enablement_end("sample", day("2024-06-01")).await);
        writer.enablement_set(&pin(&digests[2], "2025-01-01")).await.expect("pinned again");
        writer.commit().await.expect("committed");
        let mut reader = snapshot(&storage, VILLAGE).await;
        for (on, expected) in [
            ("2021-12-31", None),
            ("2022-01-01", Some(0)),
            ("2022-07-31", Some(0)),
            ("2022-08-01", Some(1)),
            ("2023-12-31", Some(1)),
            ("2024-01-01", None),
            ("2025-01-01", Some(2)),
        ] {
            let found = reader.enablement_at("sample", day(on)).await.expect("an answer");
            assert_eq!(
                found.as_ref().map(|pin| pin.digest.as_str()),
                expected.map(|index: usize| digests[index].as_str()),
                "on {on}"
            );
            assert!(found.is_none_or(|pin| pin.grants == ["read:person.name"]));
        }
        assert_eq!(reader.enablements_list().await.expect("a list").len(), 4);
        assert!(snapshot(&storage, OTHER_COUNTY).await.enablements_list().await.expect("a list").is_empty());
        // At most one pin holds on any day of five years.
        let pins = reader.enablements_list().await.expect("a list");
        let mut on = day("2021-06-01");
        while on < day("2026-01-01") {
            assert!(
                pins.iter().filter(|pin| pin.from <= on && pin.to.is_none_or(|to| on < to)).count() <= 1,
                "on {on}"
            );
            on = on.tomorrow().expect("a day");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_calendar_grows_and_its_version_with_it() {
    each_engine(async |storage| {
        let days = [
            (day("2022-01-01"), DayKind::Holiday, "元旦".to_owned()),
            (day("2022-10-01"), DayKind::Holiday, "国庆节".to_owned()),
            (day("2022-10-08"), DayKind::Workday, "国庆节".to_owned()),
        ];
        for (expected, version) in [(3, 1), (0, 1)] {
            let mut writer = write(&storage).await;
            assert_eq!(writer.calendar_add(&days).await.expect("added"), expected);
            writer.commit().await.expect("committed");
            assert_eq!(snapshot(&storage, OTHER_COUNTY).await.calendar().await.expect("a calendar").version(), version);
        }
        let calendar = snapshot(&storage, VILLAGE).await.calendar().await.expect("a calendar");
        assert!(calendar.is_working_day(day("2022-10-08")).expect("a known year"));
        assert!(!calendar.is_working_day(day("2022-10-01")).expect("a known year"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn divisions_are_a_tree_read_within_scope() {
    each_engine(async |storage| {
        let division = |value: i64, name: &str, parent: Option<i64>| Division {
            code: code(value),
            name: name.into(),
            level: code(value).level(),
            parent: parent.map(code),
        };
        let tree = [
            division(VILLAGE, "甲村", Some(TOWN)),
            division(TOWN, "甲镇", Some(COUNTY)),
            division(CITY, "某市", None),
            division(COUNTY, "某县", Some(CITY)),
            division(OTHER_TOWN, "乙镇", Some(COUNTY)),
            division(OTHER_COUNTY, "某区", Some(CITY)),
        ];
        let mut writer = storage.write(&system(CITY), NOW).await.expect("a write");
        let orphan = writer.division_import(&[division(OTHER_COUNTY_VILLAGE, "丙村", Some(340_202_001_000))]).await;
        assert!(matches!(orphan, Err(Error::Invalid(_))), "{orphan:?}");
        assert_eq!(writer.division_import(&tree).await.expect("imported"), 6);
        assert_eq!(writer.division_import(&tree).await.expect("again"), 0);
        assert_eq!(writer.division_import(&[division(TOWN, "甲街道", Some(COUNTY))]).await.expect("renamed"), 1);
        writer.commit().await.expect("committed");
        let seen = async |scope| -> Vec<DivisionCode> {
            snapshot(&storage, scope)
                .await
                .divisions()
                .await
                .expect("divisions")
                .into_iter()
                .map(|division| division.code)
                .collect()
        };
        assert_eq!(seen(TOWN).await, [CITY, COUNTY, TOWN, VILLAGE].map(code));
        assert_eq!(seen(CITY).await.len(), 6);
        let mut town = snapshot(&storage, TOWN).await;
        assert_eq!(
            town.division_find(code(TOWN)).await.expect("an answer").map(|d| (d.name, d.level)),
            Some(("甲街道".into(), Level::Town))
        );
        assert_eq!(town.division_find(code(OTHER_TOWN)).await.expect("an answer"), None);
        let counties = storage.counties().await.expect("counties");
        assert_eq!(counties, [(code(OTHER_COUNTY).county(), "某区".to_owned()), (county(), "某县".to_owned())]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn content_is_kept_once_and_checked() {
    each_engine(async |storage| {
        let attachment = |name: &str| NewAttachment {
            name: name.into(),
            media_type: "text/plain".into(),
            content: b"same".to_vec(),
            household: None,
            document: None,
            division: code(VILLAGE),
        };
        let mut writer = write(&storage).await;
        let first = writer.attachment_add(&attachment("一.txt")).await.expect("added");
        let second = writer.attachment_add(&attachment("二.txt")).await.expect("added");
        assert!(writer.attachment_add(&NewAttachment { content: Vec::new(), ..attachment("空.txt") }).await.is_err());
        writer.commit().await.expect("committed");
        assert_eq!(storage.peek("SELECT COUNT(*) FROM attachment_content").await.expect("a count"), 1);
        let mut reader = snapshot(&storage, VILLAGE).await;
        assert_eq!(reader.attachment_content(second).await.expect("content"), b"same");
        assert_eq!(reader.attachment_fetch(first).await.expect("an attachment").size, 4);
        reader.close().await.expect("closed");
        storage
            .tamper(&["UPDATE attachment_content SET content = (SELECT hash FROM audit WHERE seq = 1)"])
            .await
            .expect("changed");
        assert!(matches!(
            snapshot(&storage, VILLAGE).await.attachment_content(first).await,
            Err(Error::Failure { .. })
        ));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_number_is_used_once_and_letters_without_one_are_many() {
    each_engine(async |storage| {
        let notice = |number: &str| NewNotice {
            kind: "letter".into(),
            number: number.into(),
            title: "告知书".into(),
            body: "{}".into(),
            household: None,
            document: None,
            decision: None,
            division: code(VILLAGE),
            issued_on: today(),
        };
        let mut writer = write(&storage).await;
        for number in ["", "", "〔2022〕1号"] {
            writer.notice_issue(&notice(number)).await.expect("issued");
        }
        assert_conflict(writer.notice_issue(&notice("〔2022〕1号")).await);
        writer.rollback().await.expect("rolled back");
    })
    .await;
}
