//! Numbers without gaps: of cases, `2022-000123`, counted per county, collection and year; of papers, `告字〔2022〕12号`, counted
//! per county, word, form and year. No row is ever deleted, so a series is dense and its first free number is found by doubling
//! and halving, in a handful of look-ups however many there are. Two writers who find the same number collide on the unique
//! key, and the slower one looks again.

use doudi_domain::Result;
use doudi_storage::Snapshot;
use std::collections::BTreeMap;

/// Numbers given out within one application of effects.
#[derive(Default)]
pub struct Numbering {
    next: BTreeMap<Series, u32>,
}

/// What is counted together.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Series {
    Cases { plugin: String, collection: String, year: i16 },
    Papers { word: String, year: i16 },
}

impl Numbering {
    /// The next number of a collection. `county` is a snapshot that sees the whole county: the numbers of all towns count.
    pub async fn take(&mut self, county: &mut Snapshot, plugin: &str, collection: &str, year: i16) -> Result<String> {
        let series = Series::Cases { plugin: plugin.to_owned(), collection: collection.to_owned(), year };
        self.next_of(county, series).await
    }

    /// The next number (文号) of a paper of this form, with the county's word in front.
    pub async fn paper(&mut self, county: &mut Snapshot, word: &str, form: &str, year: i16) -> Result<String> {
        let form = if form == super::notice::POSTING { "示字" } else { "告字" };
        self.next_of(county, Series::Papers { word: format!("{word}{form}"), year }).await
    }

    async fn next_of(&mut self, county: &mut Snapshot, series: Series) -> Result<String> {
        let number = match self.next.get(&series) {
            Some(number) => *number,
            None => series.first_free(county).await?,
        };
        let written = series.written(number);
        self.next.insert(series, number + 1);
        Ok(written)
    }
}

impl Series {
    fn written(&self, number: u32) -> String {
        match self {
            Series::Cases { year, .. } => format!("{year}-{number:06}"),
            Series::Papers { word, year } => format!("{word}〔{year}〕{number}号"),
        }
    }

    async fn taken(&self, county: &mut Snapshot, number: u32) -> Result<bool> {
        let written = self.written(number);
        match self {
            Series::Cases { plugin, collection, .. } => {
                Ok(county.document_by_key(plugin, collection, &written).await?.is_some())
            }
            Series::Papers { .. } => county.notice_number_taken(&written).await,
        }
    }

    async fn first_free(&self, county: &mut Snapshot) -> Result<u32> {
        let mut high = 1;
        while self.taken(county, high).await? {
            high *= 2;
        }
        // Invariant: `low` is taken (or 0), `high` is free.
        let mut low = high / 2;
        while low + 1 < high {
            let middle = low + (high - low) / 2;
            if self.taken(county, middle).await? {
                low = middle;
            } else {
                high = middle;
            }
        }
        Ok(high)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_reads_as_offices_write_it() {
        let cases = Series::Cases { plugin: "p".into(), collection: "c".into(), year: 2022 };
        assert_eq!(cases.written(123), "2022-000123");
        assert_eq!(Series::Papers { word: "南民低保告字".into(), year: 2022 }.written(12), "南民低保告字〔2022〕12号");
    }
}
