//! [`Storage`]: opening a database by its address, bringing it to the current shape, and the doors that lead in.

use crate::answer::RequestKey;
use crate::division::KnownDivisions;
use crate::engine::{Db, args, broken};
use crate::error::translate;
use crate::seal::{AesSealer, SealKeys, Sealer};
use crate::{Snapshot, Write};
use doudi_domain::{Actor, Error, Instant, Result, Scope};
use sqlx::Connection as _;
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

pub(crate) static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

/// A call into a plugin holds one reader for the length of its snapshot: more than the calls admitted at once.
const READERS: u32 = 24;

/// A city's database. Cheap to clone; clones share the connections.
#[derive(Clone)]
pub struct Storage {
    pub(crate) db: Db,
    pub(crate) sealer: Arc<dyn Sealer>,
    pub(crate) known_divisions: Arc<KnownDivisions>,
    /// The request its writes belong to: see [`Storage::for_request`].
    pub(crate) request: Option<RequestKey>,
}

impl Storage {
    /// Opens `sqlite://path/to/file.db` (created when missing) or `postgres://user:password@host:port/database`.
    ///
    /// Fails when the database cannot be reached. Does not migrate: see [`Storage::migrate`].
    pub async fn open(url: &str, keys: SealKeys) -> Result<Storage> {
        let db = if url.starts_with("sqlite:") {
            open_sqlite(url).await?
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            open_postgres(url).await?
        } else {
            return Err(bad_address("应以 sqlite:// 或 postgres:// 开头"));
        };
        Ok(Storage { db, sealer: Arc::new(AesSealer::new(&keys)), known_divisions: Arc::default(), request: None })
    }

    /// Applies the migrations that are missing. Safe to call from several replicas at once on PostgreSQL, which locks; on
    /// SQLite there is one program.
    pub async fn migrate(&self) -> Result<()> {
        let done = match &self.db {
            Db::Sqlite { write, .. } => SQLITE.run(write).await,
            Db::Postgres(pool) => POSTGRES.run(pool).await,
        };
        done.map_err(|error| Error::failure("数据库升级没有完成。请保留数据库备份，并把日志交给系统管理员", error))?;
        self.fact_index_fill().await
    }

    /// Can it be read, and is it in the shape this program expects?
    pub async fn ready(&self) -> Result<()> {
        let migrator = match &self.db {
            Db::Sqlite { .. } => &SQLITE,
            Db::Postgres(_) => &POSTGRES,
        };
        let expected = migrator.iter().map(|migration| migration.version).max().unwrap_or_default();
        let wrong = |inside: String| Error::failure("数据库结构与程序版本不一致。请先运行 doudi migrate", inside);
        let cause = |error: Error| match error {
            Error::Failure { inside, .. } => wrong(inside),
            other => wrong(other.to_string()),
        };
        let mut tx = self.db.read().await.map_err(cause)?;
        let row = tx.one("SELECT MAX(version) AS version FROM _sqlx_migrations", args![]).await;
        let found: Option<i64> = row.map_err(cause)?.get("version")?;
        tx.rollback().await?;
        match found {
            Some(version) if version == expected => Ok(()),
            found => Err(wrong(format!("migration {found:?} found, {expected} expected"))),
        }
    }

    /// `sqlite` or `postgres`.
    pub fn engine_name(&self) -> &'static str {
        match self.db {
            Db::Sqlite { .. } => "sqlite",
            Db::Postgres(_) => "postgres",
        }
    }

    /// One read-only view of one moment, for one scope.
    pub async fn snapshot(&self, scope: Scope) -> Result<Snapshot> {
        Ok(Snapshot::begin(self.db.read().await?, scope, self.sealer.clone(), self.known_divisions.clone()))
    }

    /// Begins the one short transaction that writes for the actor's county. Guests never run inside it.
    pub async fn write(&self, actor: &Actor, now: Instant) -> Result<Write> {
        let (tx, request) = (self.db.write().await?, self.request.clone());
        Write::begin(tx, actor.clone(), now, self.sealer.clone(), request).await
    }

    /// Ends all connections; what waits for them fails.
    pub async fn close(&self) {
        match &self.db {
            Db::Sqlite { read, write } => {
                read.close().await;
                write.close().await;
            }
            Db::Postgres(pool) => pool.close().await,
        }
    }
}

const ROWS_AHEAD: usize = 2_048;

async fn open_sqlite(url: &str) -> Result<Db> {
    if url.contains(":memory:") || url.contains("mode=memory") {
        return Err(bad_address("内存数据库不能保存数据，请写明文件路径，例如 sqlite://doudi.db"));
    }
    let options = SqliteConnectOptions::from_str(url).map_err(|_| bad_address("例如 sqlite://doudi.db"))?;
    let options = options
        .busy_timeout(Duration::from_secs(5))
        .foreign_keys(true)
        // Rows the engine may be ahead of whoever reads them: with few, a large read is a change of threads for each row.
        .row_buffer_size(ROWS_AHEAD)
        .pragma("cache_size", "-32768")
        .pragma("temp_store", "memory");
    let writer = options
        .clone()
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    // The writer first: it creates the file and turns on the write-ahead log, which a read-only connection cannot.
    // It stays open: whoever closes last takes the log away, and readers could not bring it back.
    let write = SqlitePoolOptions::new()
        .max_connections(1)
        .after_release(|connection, _| Box::pin(is_whole(connection)))
        .idle_timeout(None)
        .max_lifetime(None)
        .acquire_timeout(Duration::from_secs(30))
        .connect_with(writer)
        .await
        .map_err(translate)?;
    let read = SqlitePoolOptions::new()
        .max_connections(READERS)
        .acquire_timeout(Duration::from_secs(10))
        .connect_lazy_with(options.read_only(true));
    Ok(Db::Sqlite { read, write })
}

/// On a full disk SQLite ends a transaction by itself, and the connection believes to be inside it still: every write after it
/// would fail until the program is started anew. Such a connection is closed; the next write opens another.
async fn is_whole(connection: &mut SqliteConnection) -> std::result::Result<bool, sqlx::Error> {
    // The rollback of a dropped transaction is under way; it is done when the connection answers.
    connection.ping().await?;
    Ok(!connection.is_in_transaction())
}

/// A plan made once for all values believes that a range of divisions is a small part of a county, and goes over every household to
/// find three hundred; one made for the values at hand knows better and costs a fraction of a millisecond.
const PLANNED: [(&str, &str); 1] = [("plan_cache_mode", "force_custom_plan")];

async fn open_postgres(url: &str) -> Result<Db> {
    let options = PgConnectOptions::from_str(url).map_err(|_| bad_address("例如 postgres://用户@主机:5432/数据库"))?;
    let pool = PgPoolOptions::new()
        .max_connections(READERS)
        .acquire_timeout(Duration::from_secs(10))
        .connect_with(options.application_name("doudi").options(PLANNED))
        .await
        .map_err(translate)?;
    Ok(Db::Postgres(pool))
}

/// The address itself stays out of the message: it may carry a password.
fn bad_address(how: &str) -> Error {
    Error::invalid("数据库地址", "storage.address", format!("数据库地址不能识别：{how}"))
}

/// Counters that a query always answers.
pub(crate) async fn count(tx: &mut crate::engine::Tx, sql: &'static str, args: Vec<crate::engine::Arg>) -> Result<i64> {
    tx.one(sql, args).await?.get("count").map_err(broken)
}

/// The PostgreSQL migrations as one text: what a test template is named after.
pub(crate) fn postgres_shape() -> String {
    POSTGRES.iter().map(|migration| migration.sql.as_str()).collect()
}
