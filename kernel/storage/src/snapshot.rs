//! A snapshot: one read-only view at one moment, for one scope. Everything read through it belongs to the scope's county and
//! subtree; a city-level scope sees only what a method explicitly offers city-wide ([`crate::figures`]).
//!
//! It notes the revision keys of all it hands out, so that a later [`crate::Write`] can make sure that nothing has moved.

use crate::division::KnownDivisions;
use crate::engine::Tx;
use crate::revision::{self, ReadSet};
use crate::seal::Sealer;
use doudi_domain::{County, Error, Level, Result, Scope};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Reading methods and nothing else; each noun's stand in its own file.
pub struct Snapshot {
    pub(crate) tx: Tx,
    pub(crate) reach: Reach,
    pub(crate) sealer: Arc<dyn Sealer>,
    pub(crate) known_divisions: Arc<KnownDivisions>,
    noting: bool,
    noted: BTreeSet<String>,
}

/// A scope as three numbers for the WHERE of every query.
#[derive(Clone, Copy)]
pub(crate) struct Reach {
    pub scope: Scope,
    pub county: County,
    pub low: i64,
    pub high: i64,
}

impl Reach {
    pub fn of(scope: Scope) -> Reach {
        let (low, high) = scope.division.subtree();
        Reach { scope, county: scope.county(), low, high }
    }

    /// What concerns a county as a whole is not shown to a part of it.
    pub fn require_county(&self) -> Result<()> {
        match self.scope.division.level() {
            Level::City | Level::County => Ok(()),
            Level::Town | Level::Village => Err(Error::forbidden("这项内容涉及全县区，只能由县区一级的人员查看")),
        }
    }
}

impl Snapshot {
    pub(crate) fn begin(
        tx: Tx,
        scope: Scope,
        sealer: Arc<dyn Sealer>,
        known_divisions: Arc<KnownDivisions>,
    ) -> Snapshot {
        Snapshot { tx, reach: Reach::of(scope), sealer, known_divisions, noting: true, noted: BTreeSet::new() }
    }

    pub fn scope(&self) -> Scope {
        self.reach.scope
    }

    pub fn county(&self) -> County {
        self.reach.county
    }

    /// Stops noting what is handed out: for passes over a whole county, which write nothing that depends on one row.
    pub fn without_noting(mut self) -> Snapshot {
        self.noting = false;
        self
    }

    pub(crate) fn note(&mut self, key: impl FnOnce() -> String) {
        if self.noting {
            self.noted.insert(key());
        }
    }

    /// Key and revision of all that was handed out so far, as of this snapshot's moment.
    pub async fn read_set(&mut self) -> Result<ReadSet> {
        let keys: Vec<String> = self.noted.iter().cloned().collect();
        let mut set = revision::current(&mut self.tx, self.reach.county, &keys).await?;
        for key in keys {
            set.entry(key).or_insert(0);
        }
        Ok(set)
    }

    /// Gives the connection back. Dropping does the same, a little later.
    pub async fn close(self) -> Result<()> {
        self.tx.rollback().await
    }
}
