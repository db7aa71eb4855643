//! The two-armed enum: SQLite or PostgreSQL behind one set of verbs, so that every query of the house is one SQL text.
//!
//! The texts are written for both: `$1` placeholders, integers, text and bytes only. Two places differ and are written here
//! once: `@any $3` (a list: `IN (SELECT value FROM json_each($3))` or `= ANY($3)`) and [`Tx::insert_many`]. Where anything
//! else parts, the noun asks [`Tx::is_postgres`] and says why.
//!
//! Of two lists in one query only the one that finds rows stands bare; the other is written `(field @any $4) IS TRUE`, which no
//! index answers. PostgreSQL would seek each of a thousand persons times each of thirty fields, finds that too dear and reads the
//! whole table instead: ten times as long, in every block of a county's night.
//!
//! SQLite has one writing connection, whose transactions begin IMMEDIATE: a deferred one that reads and then writes fails at
//! once when somebody wrote in between, whatever the busy timeout. Readers are opened read-only.

use crate::error::translate;
use doudi_domain::calendar::{days, from_days};
use doudi_domain::identity::Role;
use doudi_domain::{
    AcceptanceId, AttachmentId, County, Date, DecisionId, DeliveryId, DivisionCode, DocumentId, EnablementId, Error,
    EventId, FactId, FeedRunId, Fen, HouseholdId, Instant, InvocationId, JobId, MembershipId, NoticeId, ParameterId,
    PaymentId, PersonId, Result, ShadowOrderId, ShadowRunId, TokenId, TrustPolicyId, UpgradeId, UserId, WebhookId,
};
use sqlx::postgres::{PgArguments, PgPool, PgRow};
use sqlx::sqlite::{SqliteArguments, SqlitePool, SqliteRow};
use sqlx::{AssertSqlSafe, Postgres, Row as _, Sqlite, Transaction};
use std::pin::Pin;

/// The connections of one database.
#[derive(Clone)]
pub(crate) enum Db {
    Sqlite { read: SqlitePool, write: SqlitePool },
    Postgres(PgPool),
}

/// One transaction.
pub(crate) enum Tx {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// A value to bind. Each carries its kind when it is NULL, too, which PostgreSQL insists on.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Arg {
    Int(Option<i64>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
    /// For `@any`.
    Ints(Vec<i64>),
    /// For `@any`.
    Texts(Vec<String>),
}

pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

/// The dispatch: one body, type-checked once for each engine.
macro_rules! on {
    ($kind:ident, $value:expr, |$inner:ident, $bind:ident| $body:expr) => {
        match $value {
            $kind::Sqlite($inner) => {
                #[allow(unused_variables)]
                let $bind = sqlite_arguments;
                $body
            }
            $kind::Postgres($inner) => {
                #[allow(unused_variables)]
                let $bind = postgres_arguments;
                $body
            }
        }
    };
}

/// `args![county, id, day]`: anything that knows how to be bound.
macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$($crate::engine::Arg::from($value)),*] };
}
pub(crate) use args;

/// A seam in a future: what waits behind it is known by name no further. Behind a query lie the futures of two drivers, and every
/// use case that awaits one would carry them: for the compiler to prove at each handler (minutes), for memory to hold.
fn seam<'a, T>(work: impl Future<Output = T> + Send + 'a) -> Pin<Box<dyn Future<Output = T> + Send + 'a>> {
    Box::pin(work)
}

impl Db {
    pub async fn read(&self) -> Result<Tx> {
        let begun = seam(async {
            match self {
                Db::Sqlite { read, write } => {
                    // Closed after a full disk: readers cannot bring back the log that goes with the last writer.
                    if write.size() == 0 && !write.is_closed() {
                        drop(write.acquire().await?);
                    }
                    read.begin().await.map(Tx::Sqlite)
                }
                Db::Postgres(pool) => {
                    let moment = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
                    pool.begin_with(moment).await.map(Tx::Postgres)
                }
            }
        });
        let mut tx = begun.await.map_err(translate)?;
        // Neither engine fixes the moment before the first read: this is it.
        tx.all("SELECT COUNT(*) AS count FROM revision WHERE county = 0", Vec::new()).await?;
        Ok(tx)
    }

    /// Without fixing the moment, for what may not be a database of ours.
    pub async fn bare(&self) -> Result<Tx> {
        let begun = seam(async {
            match self {
                Db::Sqlite { read, .. } => read.begin().await.map(Tx::Sqlite),
                Db::Postgres(pool) => pool.begin().await.map(Tx::Postgres),
            }
        });
        begun.await.map_err(translate)
    }

    pub async fn write(&self) -> Result<Tx> {
        let begun = seam(async {
            match self {
                Db::Sqlite { write, .. } => write.begin_with("BEGIN IMMEDIATE").await.map(Tx::Sqlite),
                Db::Postgres(pool) => pool.begin().await.map(Tx::Postgres),
            }
        });
        begun.await.map_err(translate)
    }
}

impl Tx {
    pub fn is_postgres(&self) -> bool {
        matches!(self, Tx::Postgres(_))
    }

    pub async fn all(&mut self, sql: &'static str, args: Vec<Arg>) -> Result<Vec<Row>> {
        self.fetch(sql, args).await
    }

    pub async fn optional(&mut self, sql: &'static str, args: Vec<Arg>) -> Result<Option<Row>> {
        Ok(self.fetch(sql, args).await?.into_iter().next())
    }

    /// Exactly one row: aggregates and RETURNING.
    pub async fn one(&mut self, sql: &'static str, args: Vec<Arg>) -> Result<Row> {
        self.optional(sql, args).await?.ok_or_else(|| broken("a query that always answers gave no row"))
    }

    /// Rows affected.
    pub async fn run(&mut self, sql: &'static str, args: Vec<Arg>) -> Result<u64> {
        let text = AssertSqlSafe(dialect(sql, self.is_postgres()));
        let done = seam(async {
            Ok(on!(Tx, self, |tx, bind| sqlx::query_with(text, bind(args)?)
                .execute(&mut **tx)
                .await
                .map(|done| done.rows_affected())))
        });
        done.await?.map_err(translate)
    }

    /// A query put together from fixed pieces.
    pub async fn built(&mut self, query: Query) -> Result<Vec<Row>> {
        self.fetch(&query.sql, query.args).await
    }

    async fn fetch(&mut self, sql: &str, args: Vec<Arg>) -> Result<Vec<Row>> {
        // Only fixed texts and `Query`, whose pieces are fixed texts, come here.
        let text = AssertSqlSafe(dialect(sql, self.is_postgres()));
        let rows = seam(async {
            match self {
                Tx::Sqlite(tx) => {
                    let rows = sqlx::query_with(text, sqlite_arguments(args)?).fetch_all(&mut **tx).await;
                    Ok(rows.map_err(translate)?.into_iter().map(Row::Sqlite).collect())
                }
                Tx::Postgres(tx) => {
                    let rows = sqlx::query_with(text, postgres_arguments(args)?).fetch_all(&mut **tx).await;
                    Ok(rows.map_err(translate)?.into_iter().map(Row::Postgres).collect())
                }
            }
        });
        rows.await
    }

    /// New ids, ascending, `count` of them; never handed out twice.
    pub async fn new_ids(&mut self, count: usize) -> Result<Vec<i64>> {
        let wanted = count as i64;
        if self.is_postgres() {
            let rows =
                self.all("SELECT nextval('id_sequence') AS id FROM generate_series(1, $1)", args![wanted]).await?;
            let mut ids = rows.iter().map(|row| row.get("id")).collect::<Result<Vec<i64>>>()?;
            ids.sort_unstable();
            Ok(ids)
        } else {
            let sql = "UPDATE counter SET next = next + $1 WHERE name = 'id' RETURNING next";
            let next: i64 = self.one(sql, args![wanted]).await?.get("next")?;
            Ok((next - wanted..next).collect())
        }
    }

    pub async fn new_id(&mut self) -> Result<i64> {
        self.new_ids(1).await?.first().copied().ok_or_else(|| broken("no new id"))
    }

    /// Inserts many rows with one statement for each few thousand, each statement with a constant text: the rows travel as
    /// one JSON array (SQLite) or one array per column (PostgreSQL). Ten times faster than row by row.
    ///
    /// `conflict` is what to do with a row that is there already: empty to fail, or an `ON CONFLICT` clause.
    pub async fn insert_many(
        &mut self,
        table: &'static str,
        columns: &[(&'static str, Kind)],
        rows: Vec<Vec<Arg>>,
        conflict: &'static str,
    ) -> Result<()> {
        const BLOCK: usize = 4_000;
        let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
        let names = names.join(", ");
        for block in rows.chunks(BLOCK) {
            if self.is_postgres() {
                let lists: Vec<String> = columns
                    .iter()
                    .enumerate()
                    .map(|(at, (_, kind))| format!("${}::{}[]", at + 1, kind.postgres()))
                    .collect();
                let sql =
                    format!("INSERT INTO {table} ({names}) SELECT * FROM UNNEST({}) {conflict}", lists.join(", "));
                let Tx::Postgres(tx) = self else { continue };
                let mut arguments = PgArguments::default();
                for (at, (_, kind)) in columns.iter().enumerate() {
                    bind_column(&mut arguments, block, at, *kind)?;
                }
                let query = sqlx::query_with(AssertSqlSafe(sql), arguments);
                seam(query.execute(&mut **tx)).await.map_err(translate)?;
            } else {
                let cells: Vec<String> = columns
                    .iter()
                    .enumerate()
                    .map(|(at, (_, kind))| match kind {
                        Kind::Bytes => format!("unhex(value ->> {at})"),
                        _ => format!("value ->> {at}"),
                    })
                    .collect();
                // "WHERE true" keeps an ON CONFLICT clause from being read as a join.
                let sql = format!(
                    "INSERT INTO {table} ({names}) SELECT {} FROM json_each($1) WHERE true {conflict}",
                    cells.join(", ")
                );
                let Tx::Sqlite(tx) = self else { continue };
                let query =
                    sqlx::query_with(AssertSqlSafe(sql), sqlite_arguments(vec![Arg::Text(Some(as_json(block)))])?);
                seam(query.execute(&mut **tx)).await.map_err(translate)?;
            }
        }
        Ok(())
    }

    pub async fn commit(self) -> Result<()> {
        seam(async { on!(Tx, self, |tx, _bind| tx.commit().await) }).await.map_err(translate)
    }

    pub async fn rollback(self) -> Result<()> {
        seam(async { on!(Tx, self, |tx, _bind| tx.rollback().await) }).await.map_err(translate)
    }
}

/// What a column of [`Tx::insert_many`] holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Int,
    Text,
    Bytes,
}

impl Kind {
    fn postgres(self) -> &'static str {
        match self {
            Kind::Int => "bigint",
            Kind::Text => "text",
            Kind::Bytes => "bytea",
        }
    }
}

/// A query whose conditions depend on what was asked. Pieces are fixed texts; values are only ever bound.
#[derive(Default)]
pub(crate) struct Query {
    sql: String,
    args: Vec<Arg>,
}

impl Query {
    pub fn new(sql: &'static str) -> Query {
        Query { sql: sql.to_owned(), args: Vec::new() }
    }

    pub fn push(&mut self, sql: &'static str) -> &mut Query {
        self.sql.push_str(sql);
        self
    }

    /// Appends the placeholder and keeps the value.
    pub fn bind(&mut self, value: impl Into<Arg>) -> &mut Query {
        self.args.push(value.into());
        self.sql.push('$');
        self.sql.push_str(&self.args.len().to_string());
        self
    }
}

/// Replaces each `@any $n` by the engine's way of asking for membership in a list.
fn dialect(sql: &str, postgres: bool) -> String {
    const MARK: &str = "@any $";
    let mut text = String::with_capacity(sql.len() + 32);
    let mut rest = sql;
    while let Some(at) = rest.find(MARK) {
        text.push_str(&rest[..at]);
        let after = &rest[at + MARK.len()..];
        let digits = after.bytes().take_while(u8::is_ascii_digit).count();
        let number = &after[..digits];
        if postgres {
            text.push_str("= ANY($");
            text.push_str(number);
            text.push(')');
        } else {
            text.push_str("IN (SELECT value FROM json_each($");
            text.push_str(number);
            text.push_str("))");
        }
        rest = &after[digits..];
    }
    text.push_str(rest);
    text
}

fn sqlite_arguments(args: Vec<Arg>) -> Result<SqliteArguments> {
    use sqlx::Arguments as _;
    let mut bound = SqliteArguments::default();
    for arg in args {
        match arg {
            Arg::Int(value) => bound.add(value),
            Arg::Text(value) => bound.add(value),
            Arg::Bytes(value) => bound.add(value),
            Arg::Ints(values) => bound.add(serde_json::Value::from(values).to_string()),
            Arg::Texts(values) => bound.add(serde_json::Value::from(values).to_string()),
        }
        .map_err(broken)?;
    }
    Ok(bound)
}

fn postgres_arguments(args: Vec<Arg>) -> Result<PgArguments> {
    use sqlx::Arguments as _;
    let mut bound = PgArguments::default();
    for arg in args {
        match arg {
            Arg::Int(value) => bound.add(value),
            Arg::Text(value) => bound.add(value),
            Arg::Bytes(value) => bound.add(value),
            Arg::Ints(values) => bound.add(values),
            Arg::Texts(values) => bound.add(values),
        }
        .map_err(broken)?;
    }
    Ok(bound)
}

fn bind_column(arguments: &mut PgArguments, rows: &[Vec<Arg>], at: usize, kind: Kind) -> Result<()> {
    use sqlx::Arguments as _;
    let cells = rows.iter().map(|row| row.get(at));
    match kind {
        Kind::Int => {
            let list: Vec<Option<i64>> =
                cells.map(|cell| if let Some(Arg::Int(v)) = cell { *v } else { None }).collect();
            arguments.add(list)
        }
        Kind::Text => {
            let list: Vec<Option<&str>> =
                cells.map(|cell| if let Some(Arg::Text(Some(v))) = cell { Some(v.as_str()) } else { None }).collect();
            arguments.add(list)
        }
        Kind::Bytes => {
            let list: Vec<Option<&[u8]>> = cells
                .map(|cell| if let Some(Arg::Bytes(Some(v))) = cell { Some(v.as_slice()) } else { None })
                .collect();
            arguments.add(list)
        }
    }
    .map_err(broken)
}

/// `[[1,"张",null],…]`, bytes as hex.
fn as_json(rows: &[Vec<Arg>]) -> String {
    let mut text = String::with_capacity(rows.len() * 64);
    text.push('[');
    for (index, row) in rows.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        text.push('[');
        for (at, cell) in row.iter().enumerate() {
            if at > 0 {
                text.push(',');
            }
            match cell {
                Arg::Int(Some(value)) => text.push_str(&value.to_string()),
                Arg::Text(Some(value)) => json_string(&mut text, value),
                Arg::Bytes(Some(value)) => {
                    text.push('"');
                    text.push_str(&hex::encode(value));
                    text.push('"');
                }
                _ => text.push_str("null"),
            }
        }
        text.push(']');
    }
    text.push(']');
    text
}

fn json_string(text: &mut String, value: &str) {
    if value.bytes().any(|b| b < 0x20 || b == b'"' || b == b'\\') {
        text.push_str(&serde_json::Value::from(value).to_string());
    } else {
        text.push('"');
        text.push_str(value);
        text.push('"');
    }
}

impl Row {
    /// The value of a named column; a missing column or a foreign type is a bug in the query, reported as a failure.
    pub fn get<T: Cell>(&self, column: &'static str) -> Result<T> {
        let raw = on!(Row, self, |row, _bind| match T::KIND {
            Kind::Int => row.try_get(column).map(Raw::Int),
            Kind::Text => row.try_get(column).map(Raw::Text),
            Kind::Bytes => row.try_get(column).map(Raw::Bytes),
        });
        T::from_raw(raw.map_err(translate)?).ok_or_else(|| broken(format!("column {column} holds what it must not")))
    }

    /// By position, for the long passes.
    pub fn at<T: Cell>(&self, column: usize) -> Result<T> {
        let raw = on!(Row, self, |row, _bind| match T::KIND {
            Kind::Int => row.try_get(column).map(Raw::Int),
            Kind::Text => row.try_get(column).map(Raw::Text),
            Kind::Bytes => row.try_get(column).map(Raw::Bytes),
        });
        T::from_raw(raw.map_err(translate)?).ok_or_else(|| broken(format!("column {column} holds what it must not")))
    }
}

/// What came out of a column, before it becomes a domain type.
pub(crate) enum Raw {
    Int(Option<i64>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
}

/// A type a column can be read as; `None` when the value is no such thing.
pub(crate) trait Cell: Sized {
    const KIND: Kind;
    fn from_raw(raw: Raw) -> Option<Self>;
}

impl<T: Cell> Cell for Option<T> {
    const KIND: Kind = T::KIND;
    fn from_raw(raw: Raw) -> Option<Self> {
        match raw {
            Raw::Int(None) | Raw::Text(None) | Raw::Bytes(None) => Some(None),
            raw => T::from_raw(raw).map(Some),
        }
    }
}

macro_rules! int_cells {
    ($($type:ty: |$in:ident| $out:expr, |$from:ident| $arg:expr;)+) => { $(
        impl Cell for $type {
            const KIND: Kind = Kind::Int;
            fn from_raw(raw: Raw) -> Option<Self> {
                match raw {
                    Raw::Int(Some($in)) => $out,
                    _ => None,
                }
            }
        }
        impl From<$type> for Arg {
            fn from($from: $type) -> Arg {
                Arg::Int(Some($arg))
            }
        }
        impl From<Option<$type>> for Arg {
            fn from(value: Option<$type>) -> Arg {
                Arg::Int(value.map(|$from| $arg))
            }
        }
    )+ };
}

int_cells! {
    i64: |v| Some(v), |v| v;
    i32: |v| i32::try_from(v).ok(), |v| i64::from(v);
    u32: |v| u32::try_from(v).ok(), |v| i64::from(v);
    u8: |v| u8::try_from(v).ok(), |v| i64::from(v);
    bool: |v| Some(v != 0), |v| i64::from(v);
    Date: |v| i32::try_from(v).ok().map(from_days), |v| i64::from(days(v));
    Instant: |v| Some(Instant(v)), |v| v.0;
    Fen: |v| Some(Fen(v)), |v| v.0;
    County: |v| i32::try_from(v).ok().map(County), |v| i64::from(v.0);
    DivisionCode: |v| DivisionCode::new(v).ok(), |v| v.value();
    HouseholdId: |v| Some(HouseholdId(v)), |v| v.0;
    PersonId: |v| Some(PersonId(v)), |v| v.0;
    MembershipId: |v| Some(MembershipId(v)), |v| v.0;
    FactId: |v| Some(FactId(v)), |v| v.0;
    DocumentId: |v| Some(DocumentId(v)), |v| v.0;
    DecisionId: |v| Some(DecisionId(v)), |v| v.0;
    PaymentId: |v| Some(PaymentId(v)), |v| v.0;
    NoticeId: |v| Some(NoticeId(v)), |v| v.0;
    AttachmentId: |v| Some(AttachmentId(v)), |v| v.0;
    UserId: |v| Some(UserId(v)), |v| v.0;
    InvocationId: |v| Some(InvocationId(v)), |v| v.0;
    ParameterId: |v| Some(ParameterId(v)), |v| v.0;
    EnablementId: |v| Some(EnablementId(v)), |v| v.0;
    UpgradeId: |v| Some(UpgradeId(v)), |v| v.0;
    AcceptanceId: |v| Some(AcceptanceId(v)), |v| v.0;
    EventId: |v| Some(EventId(v)), |v| v.0;
    JobId: |v| Some(JobId(v)), |v| v.0;
    TrustPolicyId: |v| Some(TrustPolicyId(v)), |v| v.0;
    WebhookId: |v| Some(WebhookId(v)), |v| v.0;
    DeliveryId: |v| Some(DeliveryId(v)), |v| v.0;
    TokenId: |v| Some(TokenId(v)), |v| v.0;
    ShadowRunId: |v| Some(ShadowRunId(v)), |v| v.0;
    ShadowOrderId: |v| Some(ShadowOrderId(v)), |v| v.0;
    FeedRunId: |v| Some(FeedRunId(v)), |v| v.0;
}

impl Cell for String {
    const KIND: Kind = Kind::Text;
    fn from_raw(raw: Raw) -> Option<Self> {
        match raw {
            Raw::Text(value) => value,
            _ => None,
        }
    }
}

impl Cell for Role {
    const KIND: Kind = Kind::Text;
    fn from_raw(raw: Raw) -> Option<Self> {
        match raw {
            Raw::Text(Some(code)) => Role::parse(&code),
            _ => None,
        }
    }
}

impl Cell for Vec<u8> {
    const KIND: Kind = Kind::Bytes;
    fn from_raw(raw: Raw) -> Option<Self> {
        match raw {
            Raw::Bytes(value) => value,
            _ => None,
        }
    }
}

impl From<&str> for Arg {
    fn from(value: &str) -> Arg {
        Arg::Text(Some(value.to_owned()))
    }
}

impl From<&String> for Arg {
    fn from(value: &String) -> Arg {
        Arg::Text(Some(value.clone()))
    }
}

impl From<String> for Arg {
    fn from(value: String) -> Arg {
        Arg::Text(Some(value))
    }
}

impl From<Option<String>> for Arg {
    fn from(value: Option<String>) -> Arg {
        Arg::Text(value)
    }
}

impl From<Option<&str>> for Arg {
    fn from(value: Option<&str>) -> Arg {
        Arg::Text(value.map(str::to_owned))
    }
}

impl From<Vec<u8>> for Arg {
    fn from(value: Vec<u8>) -> Arg {
        Arg::Bytes(Some(value))
    }
}

impl From<&[u8]> for Arg {
    fn from(value: &[u8]) -> Arg {
        Arg::Bytes(Some(value.to_vec()))
    }
}

impl From<Option<Vec<u8>>> for Arg {
    fn from(value: Option<Vec<u8>>) -> Arg {
        Arg::Bytes(value)
    }
}

impl From<Vec<i64>> for Arg {
    fn from(value: Vec<i64>) -> Arg {
        Arg::Ints(value)
    }
}

impl From<Vec<String>> for Arg {
    fn from(value: Vec<String>) -> Arg {
        Arg::Texts(value)
    }
}

impl From<Role> for Arg {
    fn from(value: Role) -> Arg {
        value.code().into()
    }
}

impl From<Option<Role>> for Arg {
    fn from(value: Option<Role>) -> Arg {
        value.map(Role::code).into()
    }
}

/// A state the database must not be in, or a query that does not fit it: for the operator.
pub(crate) fn broken(inside: impl std::fmt::Display) -> Error {
    Error::failure("数据库中的内容与程序不符，本次操作没有保存。请联系系统管理员", inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_asked_for_in_each_dialect() {
        let sql = "SELECT 1 WHERE a @any $2 AND b = $1 AND c @any $13";
        assert_eq!(dialect(sql, true), "SELECT 1 WHERE a = ANY($2) AND b = $1 AND c = ANY($13)");
        assert_eq!(
            dialect(sql, false),
            "SELECT 1 WHERE a IN (SELECT value FROM json_each($2)) AND b = $1 AND c IN (SELECT value FROM json_each($13))"
        );
    }

    #[test]
    fn a_block_of_rows_is_json() {
        let rows = vec![args![1, "a\"b", vec![0xabu8]], vec![Arg::Int(None), Arg::Text(None), Arg::Bytes(None)]];
        assert_eq!(as_json(&rows), r#"[[1,"a\"b","ab"],[null,null,null]]"#);
    }
}
