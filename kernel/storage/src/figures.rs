//! Figures over counties: the one thing a city-level scope may read, and numbers only.

use crate::Snapshot;
use crate::engine::args;
use crate::snapshot::Reach;
use doudi_domain::{County, DivisionCode, Level, Result};
use std::collections::BTreeMap;

#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct DivisionFigures {
    pub households: i64,
    pub persons: i64,
    pub documents_open: i64,
    pub decisions: i64,
}

impl Snapshot {
    /// One row per county: all counties of the city for a city-level scope, the own one for anybody below, counted within
    /// scope.
    pub async fn county_figures(&mut self) -> Result<Vec<(County, DivisionFigures)>> {
        let mut figures: BTreeMap<County, DivisionFigures> = BTreeMap::new();
        for (sql, part) in PARTS {
            for (division, count) in self.counted(sql).await? {
                *part(figures.entry(division.county()).or_default()) += count;
            }
        }
        Ok(figures.into_iter().collect())
    }

    /// Within scope by village, for choosing one. Nothing for a city-level scope, which sees figures of counties only.
    pub async fn village_figures(&mut self) -> Result<Vec<(DivisionCode, DivisionFigures)>> {
        if self.reach.scope.division.level() == Level::City {
            return Ok(Vec::new());
        }
        let mut figures: BTreeMap<DivisionCode, DivisionFigures> = BTreeMap::new();
        for (sql, part) in PARTS {
            for (division, count) in self.counted(sql).await? {
                *part(figures.entry(division).or_default()) += count;
            }
        }
        Ok(figures.into_iter().collect())
    }

    async fn counted(&mut self, sql: &'static str) -> Result<Vec<(DivisionCode, i64)>> {
        let Reach { low, high, .. } = self.reach;
        // The range of division codes lies within one county, or is the whole city's.
        let rows = self.tx.all(sql, args![low, high, low / 1_000_000, high / 1_000_000]).await?;
        rows.iter().map(|row| Ok((row.get("division")?, row.get("count")?))).collect()
    }
}

type Part = fn(&mut DivisionFigures) -> &mut i64;

/// Each query, and the figure it counts.
const PARTS: [(&str, Part); 4] = [
    (
        "SELECT division, COUNT(*) AS count FROM household WHERE county BETWEEN $3 AND $4 AND division BETWEEN $1 AND $2
         GROUP BY division",
        |figures| &mut figures.households,
    ),
    (
        "SELECT division, COUNT(*) AS count FROM person WHERE county BETWEEN $3 AND $4 AND division BETWEEN $1 AND $2
         GROUP BY division",
        |figures| &mut figures.persons,
    ),
    (
        "SELECT division, COUNT(*) AS count FROM document WHERE county BETWEEN $3 AND $4 AND division BETWEEN $1 AND $2
         AND final_state = 0 GROUP BY division",
        |figures| &mut figures.documents_open,
    ),
    (
        "SELECT division, COUNT(*) AS count FROM decision WHERE county BETWEEN $3 AND $4 AND division BETWEEN $1 AND $2
         GROUP BY division",
        |figures| &mut figures.decisions,
    ),
];
