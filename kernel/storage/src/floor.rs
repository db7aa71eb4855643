//! The floor under a measurement: the rows a piece of work reads are read into this program, and the rows it wrote are written
//! into tables of the same shape with the same indexes, in blocks and in transactions as durable as any, with nothing
//! computed, checked or audited. Whatever the program does, it cannot be quicker than that. For the bench, never for a city.

use crate::Storage;
use crate::engine::{Arg, Db, Kind, Row, args};
use doudi_domain::{County, Result};
use std::time::{Duration, Instant};

/// Rows moved in one transaction.
const BLOCK: i64 = 4_000;

/// Rows of a table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Part {
    table: &'static str,
    /// A column that orders them and has an index: `id`, `seq`, `key`. Few rows have the same.
    order: &'static str,
    condition: String,
}

/// A moment: what is written from now on has higher numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mark {
    id: i64,
    seq: i64,
}

impl Part {
    /// The whole table, ordered by `id` or what it has instead.
    pub fn all(table: &'static str, order: &'static str) -> Part {
        Part { table, order, condition: "1 = 1".to_owned() }
    }

    pub fn before(table: &'static str, mark: Mark) -> Part {
        Part { table, order: "id", condition: format!("id <= {}", mark.id) }
    }

    pub fn since(table: &'static str, mark: Mark) -> Part {
        match table {
            "audit" => Part { table, order: "seq", condition: format!("seq > {}", mark.seq) },
            _ => Part { table, order: "id", condition: format!("id > {}", mark.id) },
        }
    }

    /// Revisions whose key begins like this.
    pub fn revisions(beginning: &str) -> Part {
        Part { table: "revision", order: "key", condition: format!("key LIKE '{beginning}%'") }
    }
}

/// What was moved, and how long it took.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Floor {
    pub rows_read: usize,
    pub rows_written: usize,
    pub took: Duration,
}

struct Shape {
    columns: Vec<(&'static str, Kind)>,
    /// The same table under another name.
    copy: &'static str,
}

impl Storage {
    /// Reads the rows of `read`, and reads and writes those of `written`.
    pub async fn floor(&self, county: County, read: &[Part], written: &[Part]) -> Result<Floor> {
        let mut floor = Floor::default();
        for (parts, writes) in [(read, false), (written, true)] {
            for part in parts {
                let shape = self.floor_shape(part.table, writes).await?;
                let began = Instant::now();
                let moved = self.floor_part(county, part, &shape, writes).await?;
                floor.took += began.elapsed();
                *(if writes { &mut floor.rows_written } else { &mut floor.rows_read }) += moved;
            }
        }
        Ok(floor)
    }

    async fn floor_part(&self, county: County, part: &Part, shape: &Shape, writes: bool) -> Result<usize> {
        let Part { table, order, condition } = part;
        let names: Vec<&str> = shape.columns.iter().map(|(name, _)| *name).collect();
        let sql: &'static str = format!(
            "SELECT {} FROM {table} WHERE county = $1 AND ({condition}) AND {order} > $2 ORDER BY {order} LIMIT {BLOCK}",
            names.join(", ")
        )
        .leak();
        let at = names.iter().position(|name| name == order).unwrap_or_default();
        let mut after = match shape.columns[at].1 {
            Kind::Int => Arg::Int(Some(i64::MIN)),
            _ => Arg::Text(Some(String::new())),
        };
        let mut moved = 0;
        loop {
            let mut tx = self.db.read().await?;
            let rows = tx.all(sql, vec![Arg::from(county), after.clone()]).await?;
            tx.rollback().await?;
            let mut rows = rows.iter().map(|row| cells(row, &shape.columns)).collect::<Result<Vec<_>>>()?;
            if rows.len() == BLOCK as usize {
                // Those with the last one's place may go on in the next block.
                let last = rows.last().map(|row| row[at].clone());
                rows.truncate(
                    rows.iter().rposition(|row| Some(&row[at]) != last.as_ref()).map_or(rows.len(), |at| at + 1),
                );
            }
            let Some(last) = rows.last() else { return Ok(moved) };
            after = last[at].clone();
            moved += rows.len();
            if writes {
                let mut tx = self.db.write().await?;
                tx.insert_many(shape.copy, &shape.columns, rows, "").await?;
                tx.commit().await?;
            }
        }
    }

    /// Makes the empty copy anew, if it is to be written.
    async fn floor_shape(&self, table: &'static str, writes: bool) -> Result<Shape> {
        let copy: &'static str = format!("floor_{table}").leak();
        let mut tx = self.db.read().await?;
        let columns = match self.db {
            Db::Sqlite { .. } => "SELECT name AS name, type AS kind FROM pragma_table_info($1) ORDER BY cid",
            Db::Postgres(_) => {
                "SELECT column_name::text AS name, data_type::text AS kind FROM information_schema.columns
                 WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position"
            }
        };
        let rows = tx.all(columns, args![table]).await?;
        let columns = rows.iter().map(column).collect::<Result<Vec<_>>>()?;
        let mut made: Vec<String> = vec![format!("DROP TABLE IF EXISTS {copy}")];
        match self.db {
            Db::Sqlite { .. } => {
                let sql = "SELECT sql FROM sqlite_schema WHERE tbl_name = $1 AND type IN ('table', 'index')
                           AND sql IS NOT NULL ORDER BY type DESC, name";
                for row in tx.all(sql, args![table]).await? {
                    made.push(renamed(&row.at::<String>(0)?, table));
                }
            }
            Db::Postgres(_) => made.push(format!("CREATE TABLE {copy} (LIKE {table} INCLUDING ALL)")),
        }
        tx.rollback().await?;
        if writes {
            let mut tx = self.db.write().await?;
            for sql in made {
                tx.run(sql.leak(), args![]).await?;
            }
            tx.commit().await?;
        }
        Ok(Shape { columns, copy })
    }

    pub async fn floor_mark(&self) -> Result<Mark> {
        let mut tx = self.db.read().await?;
        let sql = match self.db {
            Db::Sqlite { .. } => "SELECT next - 1 AS mark FROM counter WHERE name = 'id'",
            Db::Postgres(_) => "SELECT last_value AS mark FROM id_sequence",
        };
        let id = tx.one(sql, args![]).await?.get("mark")?;
        let seq: Option<i64> = tx.one("SELECT MAX(seq) AS mark FROM audit", args![]).await?.get("mark")?;
        tx.rollback().await?;
        Ok(Mark { id, seq: seq.unwrap_or(0) })
    }

    /// How many rows a table has got since then.
    pub async fn rows_since(&self, table: &str, mark: Mark) -> Result<i64> {
        self.peek(format!("SELECT COUNT(*) FROM {table} WHERE id > {}", mark.id).leak()).await
    }
}

fn column(row: &Row) -> Result<(&'static str, Kind)> {
    let (name, kind): (String, String) = (row.get("name")?, row.get("kind")?);
    let kind = match kind.to_ascii_lowercase().as_str() {
        "text" => Kind::Text,
        "blob" | "bytea" => Kind::Bytes,
        _ => Kind::Int,
    };
    Ok((name.leak(), kind))
}

fn cells(row: &Row, columns: &[(&'static str, Kind)]) -> Result<Vec<Arg>> {
    let cell = |(at, (_, kind)): (usize, &(&'static str, Kind))| match kind {
        Kind::Int => Ok(Arg::Int(row.at(at)?)),
        Kind::Text => Ok(Arg::Text(row.at(at)?)),
        Kind::Bytes => Ok(Arg::Bytes(row.at(at)?)),
    };
    columns.iter().enumerate().map(cell).collect()
}

/// `CREATE TABLE x (…` and `CREATE INDEX y ON x (…` of SQLite's own record, for the copy.
fn renamed(sql: &str, table: &str) -> String {
    let (head, rest) = sql.split_once('(').unwrap_or((sql, ""));
    let words: Vec<String> = head
        .split_whitespace()
        .map(|word| word.trim_matches('"'))
        .map(|word| match word {
            "CREATE" | "TABLE" | "UNIQUE" | "INDEX" | "ON" => word.to_owned(),
            word if word == table => format!("floor_{table}"),
            index => format!("floor_{index}"),
        })
        .collect();
    format!("{} ({rest}", words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::each_engine;

    #[test]
    fn a_copy_has_its_own_names() {
        for (made, copied) in [
            ("CREATE TABLE job (\n  a TEXT\n) STRICT", "CREATE TABLE floor_job (\n  a TEXT\n) STRICT"),
            ("CREATE TABLE \"job\" (a TEXT)", "CREATE TABLE floor_job (a TEXT)"),
            (
                "CREATE INDEX job_due ON job (run_at) WHERE dead = 0",
                "CREATE INDEX floor_job_due ON floor_job (run_at) WHERE dead = 0",
            ),
        ] {
            assert_eq!(renamed(made, "job"), copied);
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn rows_are_moved_as_they_are() {
        each_engine(async |storage| {
            let statement = "INSERT INTO revision (county, key, rev) VALUES (7, 'a', 1), (7, 'b', 2), (8, 'a', 3)";
            storage.tamper(&[statement]).await.expect("rows");
            let part = Part::revisions("b");
            for _ in 0..2 {
                let floor = storage.floor(County(7), std::slice::from_ref(&part), std::slice::from_ref(&part)).await;
                let floor = floor.expect("moved");
                assert_eq!((floor.rows_read, floor.rows_written), (1, 1));
            }
            assert_eq!(
                storage.rows_as_text("floor_revision", &["county", "key", "rev"]).await.expect("rows"),
                ["7 | b | 2"]
            );
            let mark = storage.floor_mark().await.expect("a mark");
            assert_eq!(storage.rows_since("decision", mark).await.expect("a count"), 0);
            let floor = storage.floor(County(7), &[Part::since("audit", mark), Part::before("event", mark)], &[]).await;
            assert_eq!(floor.expect("nothing there").rows_read, 0);
        })
        .await;
    }
}
