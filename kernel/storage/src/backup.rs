//! A copy of a running SQLite database as one file, and the proof that a file is one. PostgreSQL has tools of its own for it
//! (`pg_dump`, `pg_basebackup`), which this does not imitate.

use crate::Storage;
use crate::engine::{Db, args};
use crate::error::translate;
use crate::person::id_number_place;
use crate::storage::SQLITE;
use doudi_domain::{Error, PersonId, Result};
use std::path::Path;

/// Whether a database has the shape this program expects.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    Same,
    /// `doudi migrate` brings it here.
    Older,
    /// Written by a newer program.
    Newer,
    /// No database of this system.
    Foreign,
}

impl Storage {
    /// Writes a copy of one moment to a file that must not exist yet, while others read and write. `Refused` on PostgreSQL.
    pub async fn backup_into(&self, path: &Path) -> Result<()> {
        let Db::Sqlite { read, .. } = &self.db else {
            return Err(Error::refused(
                "这是 PostgreSQL 数据库，请用它自带的 pg_dump 或 pg_basebackup 备份，做法见 deploy/README.md",
            ));
        };
        let Some(path) = path.to_str() else {
            return Err(Error::invalid("文件", "backup.path", "备份文件的路径不是 UTF-8 文字，请换一个路径"));
        };
        // Reads in one transaction and writes a fresh file: whoever writes meanwhile neither waits nor shows in it.
        sqlx::query("VACUUM INTO $1").bind(path).execute(read).await.map_err(translate)?;
        Ok(())
    }

    /// What shape a SQLite or PostgreSQL database is in.
    pub async fn shape(&self) -> Result<Shape> {
        let mut tx = self.db.bare().await?;
        let found = tx.one("SELECT MAX(version) AS version FROM _sqlx_migrations WHERE success", args![]).await;
        let Ok(found) = found.and_then(|row| row.get::<Option<i64>>("version")) else { return Ok(Shape::Foreign) };
        tx.rollback().await?;
        let expected = SQLITE.iter().map(|migration| migration.version).max().unwrap_or_default();
        Ok(match found {
            None => Shape::Foreign,
            Some(found) if found == expected => Shape::Same,
            Some(found) if found < expected => Shape::Older,
            Some(_) => Shape::Newer,
        })
    }

    /// Do the keys open what is sealed here? `None` when nothing is sealed.
    pub async fn keys_fit(&self) -> Result<Option<bool>> {
        let mut tx = self.db.read().await?;
        let found = tx.optional("SELECT id, id_number FROM person LIMIT 1", args![]).await?;
        tx.rollback().await?;
        let Some(row) = found else { return Ok(None) };
        let id: PersonId = row.get("id")?;
        let sealed: Vec<u8> = row.get("id_number")?;
        Ok(Some(self.sealer.open(id_number_place(id), &sealed).is_ok()))
    }
}
