//! The chain: every write leaves an entry, and an entry changed behind the kernel's back is found.

use crate::fixture::*;
use doudi_domain::fact::{Subject, Value};
use doudi_domain::{Actor, Role, UserId};
use doudi_storage::audit::AuditQuery;
use doudi_storage::test_support::each_engine;

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_changed_or_removed_later_is_found() {
    each_engine(async |storage| {
        let (id, _) = settled(&storage, "A-1", VILLAGE, 0, &["王德福", "王小明"]).await;
        settled(&storage, "A-1", OTHER_COUNTY_VILLAGE, 0, &["赵春生"]).await;
        let mut writer = write(&storage).await;
        writer.fact_record(&fact(Subject::Household(id), "household.housing", Value::Int(1))).await.expect("a fact");
        writer.audit_add("export", "household", r#"{"rows":3}"#);
        writer.commit().await.expect("committed");
        let whole = storage.audit_verify(county()).await.expect("a verdict");
        assert_eq!(whole.broken, None);
        assert!(whole.entries >= 8, "{whole:?}");
        let postgres = storage.engine_name() == "postgres";
        let (off, on): (&[&'static str], &[&'static str]) = if postgres {
            (
                &["ALTER TABLE audit DISABLE TRIGGER audit_written_once"],
                &["ALTER TABLE audit ENABLE TRIGGER audit_written_once"],
            )
        } else {
            (&["DROP TRIGGER audit_no_update", "DROP TRIGGER audit_no_delete"], &[])
        };
        storage.tamper(off).await.expect("the triggers away");
        let tamper = async |statement: &'static str| {
            storage.tamper(&[statement]).await.expect("changed");
            storage.audit_verify(county()).await.expect("a verdict").broken.map(|found| found.seq)
        };
        let original = storage.audit_verify(county()).await.expect("a verdict").head;
        assert_eq!(tamper("UPDATE audit SET by_name = '别人' WHERE county = 340223 AND seq = 3").await, Some(3));
        assert_eq!(tamper("UPDATE audit SET by_name = '系统' WHERE county = 340223 AND seq = 3").await, None);
        assert_eq!(tamper("UPDATE audit SET detail = '{}' WHERE county = 340223 AND seq = 1").await, Some(1));
        storage.tamper(on).await.expect("the triggers back");
        // The other county's chain is its own.
        let other = storage.audit_verify(code(OTHER_COUNTY).county()).await.expect("a verdict");
        assert!(other.broken.is_none() && other.head != original);
    })
    .await;
    each_engine(async |storage| {
        settled(&storage, "A-1", VILLAGE, 0, &["王德福"]).await;
        let whole = storage.audit_verify(county()).await.expect("a verdict");
        let off: &[&'static str] = match storage.engine_name() {
            "postgres" => &["ALTER TABLE audit DISABLE TRIGGER audit_written_once"],
            _ => &["DROP TRIGGER audit_no_delete"],
        };
        storage.tamper(off).await.expect("the trigger away");
        storage.tamper(&["DELETE FROM audit WHERE county = 340223 AND seq = 2"]).await.expect("removed");
        let found = storage.audit_verify(county()).await.expect("a verdict").broken.expect("a gap");
        assert_eq!(found.seq, 2);
        // A chain cut off at its end fits, but no longer ends where it did.
        storage.tamper(&["DELETE FROM audit WHERE county = 340223 AND seq > 1"]).await.expect("cut");
        let cut = storage.audit_verify(county()).await.expect("a verdict");
        assert!(cut.broken.is_none() && cut.head != whole.head && cut.entries == 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_pages_newest_first_by_what_is_asked() {
    each_engine(async |storage| {
        let (id, _) = settled(&storage, "A-1", VILLAGE, 0, &["王德福", "王小明"]).await;
        let mut reader = snapshot(&storage, COUNTY).await;
        let mut seqs = Vec::new();
        let mut query = AuditQuery { limit: 2, ..Default::default() };
        loop {
            let page = reader.audit_page(&query).await.expect("a page");
            seqs.extend(page.items.iter().map(|entry| entry.seq));
            match page.next {
                Some(cursor) => query.cursor = Some(cursor),
                None => break,
            }
        }
        assert!(seqs.len() > 4);
        assert_eq!(seqs, (1..=seqs.len() as i64).rev().collect::<Vec<_>>());
        let subject = Some(format!("household/{id}"));
        let about = AuditQuery { subject, what: Some("membership.add".into()), limit: 10, ..Default::default() };
        let page = reader.audit_page(&about).await.expect("a page");
        assert_eq!(page.items.len(), 2);
        assert!(page.items.iter().all(|entry| entry.name == "系统" && entry.role == "system" && entry.at == NOW));
        let late = AuditQuery { from: Some(NOW.plus_seconds(1)), limit: 10, ..Default::default() };
        assert!(reader.audit_page(&late).await.expect("a page").items.is_empty());
    })
    .await;
}

/// Anybody may ask, from however small a part of the county: it says that something changed, not what.
#[tokio::test(flavor = "multi_thread")]
async fn the_watermark_moves_with_every_change_and_tells_whose_it_was() {
    each_engine(async |storage| {
        let (id, _) = settled(&storage, "A-1", VILLAGE, 0, &["王德福"]).await;
        let division = code(COUNTY);
        let officer = Actor::User { id: UserId(7), name: "陈丽".into(), role: Role::CountyOfficer, division };
        let colleague = Actor::User { id: UserId(8), name: "赵敏".into(), role: Role::CountyOfficer, division };
        let mark = async || snapshot(&storage, VILLAGE).await.audit_watermark().await.expect("a mark");
        let before = mark().await;
        assert_eq!(mark().await, before, "reading changes nothing");

        let mut writer = storage.write(&colleague, NOW).await.expect("a write");
        writer.fact_record(&fact(Subject::Household(id), "household.housing", Value::Int(1))).await.expect("a fact");
        writer.commit().await.expect("committed");
        let after = mark().await;
        assert_ne!(after, before);
        let mut reader = snapshot(&storage, VILLAGE).await;
        for (user, since, expected) in
            [(&colleague, before, true), (&officer, before, false), (&colleague, after, false)]
        {
            let user = user.user_id().expect("a user");
            assert_eq!(reader.audit_has_since(since, user).await.expect("told"), expected, "{user:?} since {since:?}");
        }

        // Whoever comes, looks or takes a copy has changed nothing.
        let mut writer = storage.write(&officer, NOW).await.expect("a write");
        for what in ["user.login", "session.create", "reveal", "decision.export"] {
            writer.audit_add(what, "user/7", "{}");
        }
        writer.commit().await.expect("committed");
        assert_eq!(mark().await, after);
        let mut reader = snapshot(&storage, VILLAGE).await;
        assert!(!reader.audit_has_since(after, UserId(7)).await.expect("told"));

        // What the city changes concerns every county; what another county changes does not.
        let city = Actor::System { division: code(CITY) };
        let mut writer = storage.write(&city, NOW).await.expect("a write");
        writer.audit_add("calendar.add", "calendar", "{}");
        writer.commit().await.expect("committed");
        let moved = mark().await;
        assert_ne!(moved, after);
        settled(&storage, "A-1", OTHER_COUNTY_VILLAGE, 0, &["赵春生"]).await;
        assert_eq!(mark().await, moved);
    })
    .await;
}
