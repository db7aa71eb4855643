//! What is not committed has never happened: dropped, aborted, or the whole program killed in the middle.

use crate::fixture::*;
use doudi_storage::test_support::{each_engine, keys, sqlite};

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_is_dropped_has_never_happened() {
    each_engine(async |storage| {
        let mut writer = write(&storage).await;
        family(&mut writer, "A-1", VILLAGE, 0, &["王德福"]).await.expect("a family");
        drop(writer);
        let task = tokio::spawn({
            let storage = storage.clone();
            async move {
                let mut writer = storage.write(&system(COUNTY), NOW).await.expect("a write");
                family(&mut writer, "A-2", VILLAGE, 5, &["李建国"]).await.expect("a family");
                std::future::pending::<()>().await;
            }
        });
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        task.abort();
        let _ = task.await;
        // The writer's place is free again, and nothing is there.
        settled(&storage, "A-3", VILLAGE, 10, &["赵春生"]).await;
        for table in ["SELECT COUNT(*) FROM household", "SELECT COUNT(*) FROM person"] {
            assert_eq!(storage.peek(table).await.expect("a count"), 1, "{table}");
        }
        let verdict = storage.audit_verify(county()).await.expect("a verdict");
        assert!(verdict.broken.is_none());
    })
    .await;
}

/// Run by the test below as a program of its own.
#[tokio::test(flavor = "multi_thread")]
async fn killed_in_the_middle_child() {
    let Ok(url) = std::env::var("DOUDI_TEST_CRASH_URL") else { return };
    let storage = doudi_storage::Storage::open(&url, keys()).await.expect("the parent's database");
    settled(&storage, "B-1", VILLAGE, 0, &["王德福"]).await;
    let mut writer = write(&storage).await;
    family(&mut writer, "B-2", VILLAGE, 5, &["李建国", "李小红"]).await.expect("a family");
    // No unwinding, no destructors: as the power cord.
    std::process::abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_killed_in_the_middle_leaves_what_was_committed() {
    let mut databases = vec![sqlite().await.expect("a database")];
    databases.extend(doudi_storage::test_support::postgres().await);
    for database in databases {
        let program = std::env::current_exe().expect("this program");
        let status = std::process::Command::new(program)
            .args(["--exact", "crash::killed_in_the_middle_child", "--nocapture"])
            .env("DOUDI_TEST_CRASH_URL", &database.url)
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .status()
            .expect("the child");
        assert!(!status.success());
        let storage = &database.storage;
        assert_eq!(storage.peek("SELECT COUNT(*) FROM household").await.expect("a count"), 1);
        assert_eq!(storage.peek("SELECT COUNT(*) FROM person").await.expect("a count"), 1);
        assert_eq!(
            storage
                .peek("SELECT COUNT(*) FROM audit WHERE subject LIKE 'household/%' AND what = 'household.create'")
                .await
                .expect("a count"),
            1
        );
        assert!(storage.audit_verify(county()).await.expect("a verdict").broken.is_none());
        settled(storage, "B-2", VILLAGE, 5, &["李建国"]).await;
        database.remove().await;
    }
}
