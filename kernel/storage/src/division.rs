//! The administrative tree, shared by all counties and read within scope. A city's thousand rows change once in a year and are
//! wanted by nearly every page: they are kept in memory under their revision, which every snapshot asks for.

use crate::engine::Kind::{Int, Text};
use crate::engine::{Row, args, broken};
use crate::snapshot::Reach;
use crate::{Snapshot, Storage, Write, revision};
use doudi_domain::{County, Division, DivisionCode, Error, Level, Result};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

/// The whole tree as of a revision; shared by everybody who opened the same database.
#[derive(Default)]
pub(crate) struct KnownDivisions(Mutex<Option<(i64, Arc<[Division]>)>>);

impl KnownDivisions {
    fn at(&self, revision: i64) -> Option<Arc<[Division]>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.as_ref().filter(|(known, _)| *known == revision).map(|(_, divisions)| divisions.clone())
    }

    /// An older snapshot never takes the place of a newer one.
    fn keep(&self, revision: i64, divisions: &Arc<[Division]>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.as_ref().is_none_or(|(known, _)| *known < revision) {
            *known = Some((revision, divisions.clone()));
        }
    }
}

fn read(row: &Row) -> Result<Division> {
    let level: String = row.get("level")?;
    Ok(Division {
        code: row.get("code")?,
        name: row.get("name")?,
        level: Level::parse(&level).ok_or_else(|| broken(format!("unknown level {level}")))?,
        parent: row.get("parent")?,
    })
}

/// The codes above this one: town, county, city.
fn above(code: DivisionCode) -> Vec<i64> {
    let value = code.value();
    [1_000, 1_000_000, 100_000_000].iter().map(|width| value / width * width).filter(|above| *above != value).collect()
}

impl Snapshot {
    /// The scope's division and all below it, and the chain above it, by code.
    pub async fn divisions(&mut self) -> Result<Vec<Division>> {
        let Reach { scope, low, high, .. } = self.reach;
        let above = above(scope.division);
        let seen = |division: &&Division| {
            let code = division.code.value();
            (low..=high).contains(&code) || above.contains(&code)
        };
        Ok(self.all_divisions().await?.iter().filter(seen).cloned().collect())
    }

    /// By code, whatever the scope.
    async fn all_divisions(&mut self) -> Result<Arc<[Division]>> {
        let key = revision::DIVISIONS.to_owned();
        let revisions = revision::current(&mut self.tx, self.reach.county, std::slice::from_ref(&key)).await?;
        let revision = revisions.get(&key).copied().unwrap_or(0);
        if let Some(known) = self.known_divisions.at(revision) {
            return Ok(known);
        }
        let rows = self.tx.all("SELECT code, name, level, parent FROM division ORDER BY code", args![]).await?;
        let divisions: Arc<[Division]> = rows.iter().map(read).collect::<Result<Vec<_>>>()?.into();
        self.known_divisions.keep(revision, &divisions);
        Ok(divisions)
    }

    /// The county and all below it, by code, whatever part of it the scope is: names of places are no secret.
    pub async fn divisions_of_county(&mut self) -> Result<Vec<Division>> {
        let (low, high) = self.reach.county.division().subtree();
        let sql = "SELECT code, name, level, parent FROM division WHERE code BETWEEN $1 AND $2 ORDER BY code";
        self.tx.all(sql, args![low, high]).await?.iter().map(read).collect()
    }

    /// Any division of the scope's chain or subtree.
    pub async fn division_find(&mut self, code: DivisionCode) -> Result<Option<Division>> {
        let Reach { scope, low, high, .. } = self.reach;
        let sql = "SELECT code, name, level, parent FROM division
                   WHERE code = $1 AND (code BETWEEN $2 AND $3 OR code @any $4)";
        let row = self.tx.optional(sql, args![code, low, high, above(scope.division)]).await?;
        row.as_ref().map(read).transpose()
    }
}

impl Storage {
    /// The counties of the city with their names: not secret, needed before anyone is signed in.
    pub async fn counties(&self) -> Result<Vec<(County, String)>> {
        let mut tx = self.db.read().await?;
        let rows = tx.all("SELECT code, name FROM division WHERE level = 'county' ORDER BY code", args![]).await?;
        let counties = rows
            .iter()
            .map(|row| Ok((row.get::<DivisionCode>("code")?.county(), row.get("name")?)))
            .collect::<Result<Vec<_>>>()?;
        tx.rollback().await?;
        Ok(counties)
    }
}

impl Write {
    /// Adds divisions, or gives new names to known codes. A parent must be known or come with it. Returns how many changed.
    pub async fn division_import(&mut self, divisions: &[Division]) -> Result<usize> {
        // Parents before children: a parent's code is never greater.
        let mut sorted: Vec<&Division> = divisions.iter().collect();
        sorted.sort_by_key(|division| (division.level as u8, division.code));
        let mut known: BTreeSet<i64> = self
            .tx
            .all("SELECT code FROM division", args![])
            .await?
            .iter()
            .map(|row| row.at(0))
            .collect::<Result<_>>()?;
        for division in &sorted {
            if let Some(parent) = division.parent
                && !known.contains(&parent.value())
            {
                let message = format!("“{}”的上级区划 {parent} 尚未登记。请把上级区划一并导入", division.name);
                return Err(Error::invalid(division.code.to_string(), "division.parent", message));
            }
            known.insert(division.code.value());
        }
        let sql = "SELECT code, name FROM division";
        let mut names: BTreeMap<i64, String> = BTreeMap::new();
        for row in self.tx.all(sql, args![]).await? {
            names.insert(row.get("code")?, row.get("name")?);
        }
        let changed: Vec<&Division> =
            sorted.into_iter().filter(|division| names.get(&division.code.value()) != Some(&division.name)).collect();
        let rows = changed
            .iter()
            .map(|division| args![division.code, &division.name, division.level.code(), division.parent])
            .collect();
        let columns = [("code", Int), ("name", Text), ("level", Text), ("parent", Int)];
        self.tx
            .insert_many("division", &columns, rows, "ON CONFLICT (code) DO UPDATE SET name = excluded.name")
            .await?;
        if !changed.is_empty() {
            self.moves(revision::DIVISIONS.to_owned());
            self.audit("division.import", "division", json!({ "changed": changed.len() }));
        }
        Ok(changed.len())
    }
}
