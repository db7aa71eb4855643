//! Numbers of cases: `2022-000123`, counted per county, collection and year. No row is ever deleted, so the numbers of a year
//! are dense and the first free one is found by doubling and halving, in a handful of look-ups however many there are. Two
//! writers who find the same number collide on the unique key, and the slower one looks again.

use doudi_domain::Result;
use doudi_storage::Snapshot;
use std::collections::BTreeMap;

/// Numbers given out within one application of effects.
#[derive(Default)]
pub struct Numbering {
    next: BTreeMap<(String, i16), u32>,
}

impl Numbering {
    /// The next number of a collection. `county` is a snapshot that sees the whole county: the numbers of all towns count.
    pub async fn take(&mut self, county: &mut Snapshot, plugin: &str, collection: &str, year: i16) -> Result<String> {
        let entry = (collection.to_owned(), year);
        let number = match self.next.get(&entry) {
            Some(number) => *number,
            None => first_free(county, plugin, collection, year).await?,
        };
        self.next.insert(entry, number + 1);
        Ok(key(year, number))
    }
}

fn key(year: i16, number: u32) -> String {
    format!("{year}-{number:06}")
}

async fn first_free(county: &mut Snapshot, plugin: &str, collection: &str, year: i16) -> Result<u32> {
    let mut high = 1;
    while taken(county, plugin, collection, &key(year, high)).await? {
        high *= 2;
    }
    // Invariant: `low` is taken (or 0), `high` is free.
    let mut low = high / 2;
    while low + 1 < high {
        let middle = low + (high - low) / 2;
        if taken(county, plugin, collection, &key(year, middle)).await? {
            low = middle;
        } else {
            high = middle;
        }
    }
    Ok(high)
}

async fn taken(county: &mut Snapshot, plugin: &str, collection: &str, key: &str) -> Result<bool> {
    Ok(county.document_by_key(plugin, collection, key).await?.is_some())
}
