//! Both engines have the same tables with the same columns.

use doudi_storage::test_support::{postgres, sqlite};

#[tokio::test(flavor = "multi_thread")]
async fn both_engines_have_the_same_tables_and_columns() {
    let Some(postgres) = postgres().await else { return };
    let sqlite = sqlite().await.expect("a database");
    let shape = |columns: Vec<(String, String)>| -> Vec<(String, String)> {
        // Ids come from a sequence there and from a table here; the migration's own table belongs to sqlx.
        let ours = |table: &str| table != "counter" && !table.starts_with('_') && !table.starts_with("sqlite_");
        columns.into_iter().filter(|(table, _)| ours(table)).collect()
    };
    let left = shape(sqlite.storage.schema().await.expect("a schema"));
    let right = shape(postgres.storage.schema().await.expect("a schema"));
    assert!(left.len() > 150, "{} columns", left.len());
    assert_eq!(left, right);
    sqlite.remove().await;
    postgres.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_another_shape_is_not_ready() {
    for database in doudi_storage::test_support::databases().await {
        database.storage.ready().await.expect("migrated");
        database.storage.migrate().await.expect("a second time changes nothing");
        database.storage.tamper(&["UPDATE _sqlx_migrations SET version = version + 100"]).await.expect("changed");
        assert!(database.storage.ready().await.is_err());
        database.remove().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_cannot_be_is_refused_without_repeating_it() {
    for address in ["", "mysql://u:geheim@h/d", "sqlite::memory:"] {
        let refused = doudi_storage::Storage::open(address, doudi_storage::test_support::keys()).await;
        let Err(error) = refused else { panic!("{address} was opened") };
        assert!(matches!(error, doudi_domain::Error::Invalid(_)), "{error:?}");
        assert!(!error.to_string().contains("geheim"));
    }
}
