//! A fresh database per test, on both engines, from one function.
//!
//! ```ignore
//! #[tokio::test(flavor = "multi_thread")]
//! async fn a_number_is_taken_once() {
//!     each_engine(async |storage| { … }).await;
//! }
//! ```
//!
//! PostgreSQL runs when `DOUDI_TEST_POSTGRES` names a server on which databases may be created; with
//! `DOUDI_REQUIRE_POSTGRES=1` its absence fails the test instead of passing over half of it.

use crate::engine::{Arg, Db, Kind, Row, args};
use crate::{SealKeys, Storage};
use doudi_domain::{County, Date, Result};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::sync::OnceCell;

/// A migrated, empty database that is removed by [`TestDatabase::remove`].
pub struct TestDatabase {
    pub storage: Storage,
    /// For opening it a second time, or with another program.
    pub url: String,
    kind: TestKind,
}

enum TestKind {
    Sqlite(PathBuf),
    Postgres { server: String, name: String },
}

static NEXT: AtomicU32 = AtomicU32::new(0);

fn unique() -> String {
    format!("doudi_test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// Runs the test once for each engine.
pub async fn each_engine<T>(test: T)
where
    T: AsyncFn(Storage),
{
    for database in databases().await {
        test(database.storage.clone()).await;
        database.remove().await;
    }
}

/// A fresh database of each engine that is there.
pub async fn databases() -> Vec<TestDatabase> {
    let mut databases = vec![sqlite().await.expect("a temporary SQLite database")];
    databases.extend(postgres().await);
    databases
}

pub fn keys() -> SealKeys {
    // Fixed, so that a database can be opened a second time; worthless anywhere else.
    SealKeys::from_hex(&format!("{}:{}", "5a".repeat(32), "c3".repeat(32))).expect("two keys of 32 bytes")
}

pub async fn sqlite() -> Result<TestDatabase> {
    let folder = std::env::temp_dir().join(unique());
    std::fs::create_dir_all(&folder).expect("a temporary folder");
    let url = format!("sqlite://{}", folder.join("doudi.db").display());
    let storage = Storage::open(&url, keys()).await?;
    storage.migrate().await?;
    Ok(TestDatabase { storage, url, kind: TestKind::Sqlite(folder) })
}

/// A copy of a migrated template; `None` when no server is named.
pub async fn postgres() -> Option<TestDatabase> {
    let Ok(server) = std::env::var("DOUDI_TEST_POSTGRES") else {
        let required = std::env::var("DOUDI_REQUIRE_POSTGRES").is_ok_and(|value| value == "1");
        assert!(!required, "DOUDI_REQUIRE_POSTGRES=1, but DOUDI_TEST_POSTGRES does not name a server");
        return None;
    };
    static TEMPLATE: OnceCell<String> = OnceCell::const_new();
    let template = TEMPLATE.get_or_init(|| postgres_template(&server)).await;
    let name = unique();
    let url = with_database(&server, &name);
    let mut connection = PgConnection::connect(&server).await.expect("the PostgreSQL server of DOUDI_TEST_POSTGRES");
    create_from(&mut connection, &name, template).await;
    let _ = connection.close().await;
    let storage = Storage::open(&url, keys()).await.expect("a fresh PostgreSQL database");
    Some(TestDatabase { storage, url, kind: TestKind::Postgres { server, name } })
}

/// A migrated database on a cluster of the test's own.
pub async fn postgres_at(server: &str) -> TestDatabase {
    let name = unique();
    let url = with_database(server, &name);
    let mut connection = PgConnection::connect(server).await.expect("the test's own PostgreSQL");
    connection.execute(AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.expect("a database");
    let _ = connection.close().await;
    let storage = Storage::open(&url, keys()).await.expect("a fresh PostgreSQL database");
    storage.migrate().await.expect("the migrations");
    TestDatabase { storage, url, kind: TestKind::Postgres { server: server.to_owned(), name } }
}

/// One without any table, for restoring into.
pub async fn empty_postgres() -> Option<TestDatabase> {
    let server = std::env::var("DOUDI_TEST_POSTGRES").ok()?;
    let name = unique();
    let url = with_database(&server, &name);
    let mut connection = PgConnection::connect(&server).await.expect("the PostgreSQL server of DOUDI_TEST_POSTGRES");
    create_from(&mut connection, &name, "template0").await;
    let _ = connection.close().await;
    let storage = Storage::open(&url, keys()).await.expect("a fresh PostgreSQL database");
    Some(TestDatabase { storage, url, kind: TestKind::Postgres { server, name } })
}

/// Migrated once for each state of the migrations, shared by all test programs.
async fn postgres_template(server: &str) -> String {
    let shape = crate::package::digest_of(crate::storage::postgres_shape().as_bytes());
    let name = format!("doudi_template_{}", &shape[..16]);
    let mut connection = PgConnection::connect(server).await.expect("the PostgreSQL server of DOUDI_TEST_POSTGRES");
    // Another test program may be at it.
    let lock = i64::from_str_radix(&shape[..15], 16).unwrap_or_default();
    sqlx::query("SELECT pg_advisory_lock($1)").bind(lock).execute(&mut connection).await.expect("an advisory lock");
    let (there,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM pg_database WHERE datname = $1")
        .bind(&name)
        .fetch_one(&mut connection)
        .await
        .expect("the list of databases");
    if there == 0 {
        let making = unique();
        connection.execute(AssertSqlSafe(format!("CREATE DATABASE {making}"))).await.expect("a template database");
        let storage = Storage::open(&with_database(server, &making), keys()).await.expect("the template database");
        storage.migrate().await.expect("the migrations");
        storage.close().await;
        // Only now under its name: a template is there whole or not at all.
        let rename = format!("ALTER DATABASE {making} RENAME TO {name}");
        connection.execute(AssertSqlSafe(rename)).await.expect("the template's name");
    }
    let _ = connection.close().await;
    name
}

/// Copying a template fails while another session copies it.
async fn create_from(connection: &mut PgConnection, name: &str, template: &str) {
    let sql = format!("CREATE DATABASE {name} TEMPLATE {template}");
    for attempt in 0.. {
        match connection.execute(AssertSqlSafe(sql.clone())).await {
            Ok(_) => return,
            Err(error) if attempt < 100 => {
                tracing::debug!(%error, "template busy");
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
            Err(error) => panic!("no test database: {error}"),
        }
    }
}

fn with_database(server: &str, name: &str) -> String {
    let (address, query) = server.split_once('?').map_or((server, None), |(address, query)| (address, Some(query)));
    let base = address.rsplit_once('/').map_or(address, |(base, _)| base);
    match query {
        Some(query) => format!("{base}/{name}?{query}"),
        None => format!("{base}/{name}"),
    }
}

impl TestDatabase {
    pub async fn remove(self) {
        self.storage.close().await;
        match self.kind {
            TestKind::Sqlite(folder) => {
                let _ = std::fs::remove_dir_all(folder);
            }
            TestKind::Postgres { server, name } => {
                if let Ok(mut connection) = PgConnection::connect(&server).await {
                    let sql = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
                    let _ = connection.execute(AssertSqlSafe(sql)).await;
                    let _ = connection.close().await;
                }
            }
        }
    }
}

impl Storage {
    /// Statements as somebody with the keys to the database would run them, around every check.
    pub async fn tamper(&self, statements: &[&'static str]) -> Result<()> {
        let mut tx = self.db.write().await?;
        for sql in statements {
            tx.run(sql, args![]).await?;
        }
        tx.commit().await
    }

    /// Documents there are, of all counties.
    pub async fn documents_counted(&self) -> Result<i64> {
        self.counted("SELECT COUNT(*) FROM document WHERE collection <> $1", "").await
    }

    /// Facts of a field, superseded ones included.
    pub async fn facts_counted(&self, field: &str) -> Result<i64> {
        self.counted("SELECT COUNT(*) FROM fact WHERE field = $1", field).await
    }

    /// Events of a topic.
    pub async fn events_counted(&self, topic: &str) -> Result<i64> {
        self.counted("SELECT COUNT(*) FROM event WHERE topic = $1", topic).await
    }

    async fn counted(&self, sql: &'static str, word: &str) -> Result<i64> {
        let mut tx = self.db.read().await?;
        let count = tx.one(sql, args![word]).await?.at(0)?;
        tx.rollback().await?;
        Ok(count)
    }

    /// Changes a row of the audit log around its guards, as somebody with the file in hand could (SQLite).
    pub async fn tamper_with_audit(&self) -> Result<()> {
        self.tamper(&["DROP TRIGGER audit_no_update", "UPDATE audit SET by_name = '别人' WHERE seq = 3"]).await
    }

    /// Changes the amount of the decisions one version has made, around every guard.
    pub async fn tamper_with_decisions(&self, version: &str, fen: i64) -> Result<()> {
        let guard = match self.db {
            Db::Sqlite { .. } => "DROP TRIGGER decision_no_update",
            Db::Postgres(_) => "ALTER TABLE decision DISABLE TRIGGER USER",
        };
        let change = format!("UPDATE decision SET amount = {fen} WHERE version = '{version}'");
        self.tamper_with(vec![guard.to_owned(), change]).await
    }

    /// Changes one byte of the sealed answers of the calls one version has made.
    pub async fn tamper_with_records(&self, version: &str) -> Result<()> {
        let change = match self.db {
            Db::Sqlite { .. } => format!(
                "UPDATE invocation SET output = unhex(substr(hex(output), 1, 120) ||
                 CASE substr(hex(output), 121, 2) WHEN '00' THEN '01' ELSE '00' END || substr(hex(output), 123))
                 WHERE version = '{version}'"
            ),
            Db::Postgres(_) => format!(
                "UPDATE invocation SET output = set_byte(output, 60, (get_byte(output, 60) + 1) % 256)
                 WHERE version = '{version}'"
            ),
        };
        self.tamper_with(vec![change]).await
    }

    /// From now on every insert into and change of a table fails in the middle of its transaction, as on a full disk; until
    /// [`Storage::fault_off`]. Tables by [`Storage::schema`].
    pub async fn fault_on(&self, table: &str) -> Result<()> {
        let statements = match self.db {
            Db::Sqlite { .. } => ["INSERT", "UPDATE"]
                .map(|what| {
                    format!(
                        "CREATE TRIGGER fault_{what} BEFORE {what} ON {table} BEGIN SELECT RAISE(ABORT, 'injected fault'); END"
                    )
                })
                .to_vec(),
            Db::Postgres(_) => vec![
                "CREATE OR REPLACE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS
                 $$ BEGIN RAISE EXCEPTION 'injected fault'; END $$"
                    .to_owned(),
                format!(
                    "CREATE TRIGGER fault BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION fault()"
                ),
            ],
        };
        self.tamper_with(statements).await
    }

    /// Ends [`Storage::fault_on`].
    pub async fn fault_off(&self, table: &str) -> Result<()> {
        let statements = match self.db {
            Db::Sqlite { .. } => ["INSERT", "UPDATE"].map(|what| format!("DROP TRIGGER fault_{what}")).to_vec(),
            Db::Postgres(_) => vec![format!("DROP TRIGGER fault ON {table}")],
        };
        self.tamper_with(statements).await
    }

    /// A few short texts a test makes; what they take stays taken until it ends.
    async fn tamper_with(&self, statements: Vec<String>) -> Result<()> {
        let statements: Vec<&'static str> = statements.into_iter().map(|text| &*text.leak()).collect();
        self.tamper(&statements).await
    }

    /// A granted decision of the scheme for every household of the county, as fast as the database can: for measuring what
    /// comes after. Needs an invocation on record.
    pub async fn grant_everybody(&self, county: County, scheme: &'static str, fen: i64, from: Date) -> Result<()> {
        let sql = "INSERT INTO decision (county, id, scheme, household, person, document, division, effect, outcome, outcome_zh,
                   outcome_en, amount, covered_persons, valid_from, valid_to, reasons, figures, supersedes, as_of, plugin,
                   version, digest, parameters, input_hash, invocation, decided_at, decided_by, decided_by_name)
                   SELECT h.county, h.id + 1000000000, $2, h.id, NULL, NULL, h.division, 'grant', 'granted', '纳入', 'Granted',
                   $3, 3, $4, NULL, '[]', '[]', NULL, $4, 'sample', '1.0.0', '', '[]', '',
                   (SELECT MIN(i.id) FROM invocation i WHERE i.county = h.county), 0, NULL, '系统'
                   FROM household h WHERE h.county = $1";
        let mut tx = self.db.write().await?;
        tx.run(sql, args![county, scheme, fen, from]).await?;
        tx.commit().await
    }

    /// The floor under drawing a roster: the rows of an envelope and of its keys are read into this program and written into
    /// tables of the same shape, in blocks, with nothing computed and nothing checked. How many rows there were.
    pub async fn copy_payments(&self, county: County) -> Result<usize> {
        let shape = match self.db {
            Db::Sqlite { .. } => [
                "CREATE TABLE floor_payment (county INTEGER NOT NULL, id INTEGER NOT NULL, document INTEGER NOT NULL,
                 scheme TEXT NOT NULL, household INTEGER NOT NULL, month INTEGER NOT NULL, purpose TEXT NOT NULL,
                 decision INTEGER NOT NULL, amount INTEGER NOT NULL, base INTEGER NOT NULL, supplement INTEGER NOT NULL,
                 covered INTEGER NOT NULL, flag TEXT NOT NULL, budget TEXT NOT NULL, state TEXT NOT NULL, hold TEXT NOT NULL,
                 note TEXT NOT NULL, attempt INTEGER NOT NULL, division INTEGER NOT NULL, PRIMARY KEY (county, id)) STRICT",
                "CREATE TABLE floor_key (county INTEGER NOT NULL, scheme TEXT NOT NULL, month INTEGER NOT NULL,
                 person INTEGER NOT NULL, cause TEXT NOT NULL, line INTEGER NOT NULL,
                 PRIMARY KEY (county, scheme, month, person, cause)) STRICT, WITHOUT ROWID",
            ],
            Db::Postgres(_) => [
                "CREATE TABLE floor_payment (county BIGINT NOT NULL, id BIGINT NOT NULL, document BIGINT NOT NULL,
                 scheme TEXT NOT NULL, household BIGINT NOT NULL, month BIGINT NOT NULL, purpose TEXT NOT NULL,
                 decision BIGINT NOT NULL, amount BIGINT NOT NULL, base BIGINT NOT NULL, supplement BIGINT NOT NULL,
                 covered BIGINT NOT NULL, flag TEXT NOT NULL, budget TEXT NOT NULL, state TEXT NOT NULL, hold TEXT NOT NULL,
                 note TEXT NOT NULL, attempt BIGINT NOT NULL, division BIGINT NOT NULL, PRIMARY KEY (county, id))",
                "CREATE TABLE floor_key (county BIGINT NOT NULL, scheme TEXT NOT NULL, month BIGINT NOT NULL,
                 person BIGINT NOT NULL, cause TEXT NOT NULL, line BIGINT NOT NULL,
                 PRIMARY KEY (county, scheme, month, person, cause))",
            ],
        };
        self.tamper(&shape).await?;
        self.tamper(&[
            "CREATE INDEX floor_by_document ON floor_payment (county, document, id)",
            "CREATE INDEX floor_by_household ON floor_payment (county, household, month)",
            "CREATE INDEX floor_by_line ON floor_key (county, line)",
            "CREATE INDEX floor_by_person ON floor_key (county, person, month)",
        ])
        .await?;
        use Kind::{Int, Text};
        const PAYMENT: [(&str, Kind); 19] = [
            ("county", Int),
            ("id", Int),
            ("document", Int),
            ("scheme", Text),
            ("household", Int),
            ("month", Int),
            ("purpose", Text),
            ("decision", Int),
            ("amount", Int),
            ("base", Int),
            ("supplement", Int),
            ("covered", Int),
            ("flag", Text),
            ("budget", Text),
            ("state", Text),
            ("hold", Text),
            ("note", Text),
            ("attempt", Int),
            ("division", Int),
        ];
        const KEY: [(&str, Kind); 6] =
            [("county", Int), ("scheme", Text), ("month", Int), ("person", Int), ("cause", Text), ("line", Int)];
        let cells = |row: &Row, columns: &[(&'static str, Kind)]| -> Result<Vec<Arg>> {
            columns
                .iter()
                .map(|(name, kind)| match kind {
                    Int => Ok(row.get::<i64>(name)?.into()),
                    _ => Ok(row.get::<String>(name)?.into()),
                })
                .collect()
        };
        let (mut after, mut copied) = (0, 0);
        loop {
            let mut tx = self.db.read().await?;
            let sql =
                "SELECT county, id, document, scheme, household, month, purpose, decision, amount, base, supplement,
                       covered, flag, budget, state, hold, note, attempt, division
                       FROM payment WHERE county = $1 AND id > $2 ORDER BY id LIMIT 4000";
            let lines = tx.all(sql, args![county, after]).await?;
            let Some(last) = lines.last() else { return Ok(copied) };
            let last: i64 = last.get("id")?;
            let sql = "SELECT county, scheme, month, person, cause, line FROM payment_key
                       WHERE county = $1 AND line > $2 AND line <= $3";
            let keys = tx.all(sql, args![county, after, last]).await?;
            tx.rollback().await?;
            let lines = lines.iter().map(|row| cells(row, &PAYMENT)).collect::<Result<Vec<_>>>()?;
            let keys = keys.iter().map(|row| cells(row, &KEY)).collect::<Result<Vec<_>>>()?;
            copied += lines.len() + keys.len();
            let mut tx = self.db.write().await?;
            tx.insert_many("floor_payment", &PAYMENT, lines, "").await?;
            tx.insert_many("floor_key", &KEY, keys, "").await?;
            tx.commit().await?;
            after = last;
        }
    }

    /// One integer, asked around every scope.
    pub async fn peek(&self, sql: &'static str) -> Result<i64> {
        let mut tx = self.db.read().await?;
        let value = tx.one(sql, args![]).await?.at(0)?;
        tx.rollback().await?;
        Ok(value)
    }

    /// How many rows a table has, around every scope. Tables by [`Storage::schema`].
    pub async fn count_rows(&self, table: &str) -> Result<i64> {
        self.peek(format!("SELECT COUNT(*) FROM {table}").leak()).await
    }

    /// A column of texts, whole, around every scope.
    pub async fn column(&self, table: &str, column: &str) -> Result<Vec<String>> {
        let mut tx = self.db.read().await?;
        let sql = format!("SELECT {column} FROM {table}").leak();
        let rows = tx.all(sql, args![]).await?;
        let texts = rows.iter().map(|row| row.at(0)).collect();
        tx.rollback().await?;
        texts
    }

    /// These columns of every row of a table as one text a row, sorted; around every scope.
    pub async fn rows_as_text(&self, table: &str, columns: &[&str]) -> Result<Vec<String>> {
        let cells: Vec<String> =
            columns.iter().map(|column| format!("COALESCE(CAST({column} AS TEXT), '∅')")).collect();
        let sql = format!("SELECT {} FROM {table}", cells.join(" || ' | ' || ")).leak();
        let mut tx = self.db.read().await?;
        let rows = tx.all(sql, args![]).await?;
        let mut texts = rows.iter().map(|row| row.at(0)).collect::<Result<Vec<String>>>()?;
        tx.rollback().await?;
        texts.sort();
        Ok(texts)
    }

    /// Tables with their columns, sorted.
    pub async fn schema(&self) -> Result<Vec<(String, String)>> {
        let mut tx = self.db.read().await?;
        let sql = match self.db {
            Db::Sqlite { .. } => {
                "SELECT t.name AS t, c.name AS c FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table'"
            }
            Db::Postgres(_) => {
                "SELECT table_name::text AS t, column_name::text AS c FROM information_schema.columns
                 WHERE table_schema = current_schema()"
            }
        };
        let rows = tx.all(sql, args![]).await?;
        let mut columns = rows.iter().map(|row| Ok((row.get("t")?, row.get("c")?))).collect::<Result<Vec<_>>>()?;
        tx.rollback().await?;
        columns.sort();
        Ok(columns)
    }
}
