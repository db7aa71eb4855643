//! Every village that counts, with its town, its 户籍人口, what it is to have and who holds its posts on a day. Lists, figures, duties and
//! answers all read this one table.

use crate::parameters::Params;
use crate::population::{self, Basis, Population};
use crate::post::{self, Entry};
use crate::quota::{self, Quota, Row};
use crate::rules::staffing::{Held, Village};
use crate::settings::Settings;
use doudi_sdk::prelude::*;
use std::collections::BTreeMap;

/// One village.
#[derive(Debug, Clone)]
pub struct Place {
    pub division: i64,
    /// The town that answers for it: its own, or the one the county has named for the park it lies in.
    pub town: Option<i64>,
    pub basis: Option<Basis>,
    pub row: Row,
    /// Posts that fill a requirement, in office on the day.
    pub in_post: Vec<Entry>,
}

impl Place {
    pub fn village(&self) -> Village {
        Village { actual: self.in_post.len() as u32, required: self.row.number() }
    }
}

/// A county on a day.
#[derive(Debug)]
pub struct Establishment {
    pub day: Date,
    pub params: Params,
    /// By code.
    pub places: Vec<Place>,
    /// The year's paper, if the county has fixed it.
    pub settled: Option<Document>,
    /// Every post that was ever taken up.
    pub posts: Vec<Entry>,
}

impl Establishment {
    /// The villages of an area: the county, a town, a village.
    ///
    /// # Errors
    /// `refused` when a parameter is missing.
    pub fn on(day: Date, settings: &Settings, area: i64) -> Result<Establishment> {
        let params = Params::on(day)?;
        let populations = population::all()?;
        let settled = quota::of_year(day.year())?.filter(|(_, quota)| quota.settled.is_some());
        let mut posts = post::all(&[])?;
        posts.retain(|entry| entry.body.from.is_some());
        let counted = |entry: &&Entry| entry.body.held_on(day) && (settings.part_time_counts || !entry.body.part_time);
        let mut holders: BTreeMap<i64, Vec<Entry>> = BTreeMap::new();
        for entry in posts.iter().filter(counted) {
            holders.entry(entry.body.division).or_default().push(entry.clone());
        }
        let villages: Vec<Division> = villages()?.into_iter().filter(|village| lies_in(village.code, area)).collect();
        let mut places = Vec::with_capacity(villages.len());
        for village in villages {
            let records = populations.get(&village.code).map_or(&[][..], Vec::as_slice);
            let basis = population::basis(records, day, settings);
            let fixed = settled.as_ref().and_then(|(_, quota)| quota.row(village.code).cloned());
            places.push(Place {
                division: village.code,
                town: town(village.parent, settings),
                row: fixed.unwrap_or_else(|| Row::of(village.code, basis, params.scale)),
                basis,
                in_post: holders.remove(&village.code).unwrap_or_default(),
            });
        }
        Ok(Establishment { day, params, places, settled: settled.map(|(document, _)| document), posts })
    }

    /// The periods in which posts of a village were held by those who count.
    pub fn held(&self, division: i64, settings: &Settings) -> Vec<Held> {
        let own = self.posts.iter().filter(|entry| entry.body.division == division);
        own.filter(|entry| settings.part_time_counts || !entry.body.part_time)
            .filter_map(|entry| entry.body.held())
            .collect()
    }
}

/// Whether a village lies in an area. Whoever works for several counties, as the kernel itself may, sees all of this one.
pub fn lies_in(village: i64, area: i64) -> bool {
    let width = match area {
        _ if area / 1_000_000 % 100 == 0 => return true,
        _ if area % 1_000_000 == 0 => 1_000_000,
        _ if area % 1_000 == 0 => 1_000,
        _ => 1,
    };
    village / width == area / width
}

/// Real villages and communities, by their own last three digits: those under a park count, virtual ones nowhere do.
///
/// # Errors
/// `denied` when the county has not granted it.
pub fn villages() -> Result<Vec<Division>> {
    let mut found = divisions::list()?;
    found.retain(Division::is_real_village);
    Ok(found)
}

/// The town a village answers to. A park has no such duty: the county names a real town, or nobody answers.
fn town(parent: i64, settings: &Settings) -> Option<i64> {
    let park = parent / 1_000 % 1_000 >= 400;
    if park { settings.responsible(parent) } else { Some(parent) }
}

/// The rows of a year's paper.
///
/// # Errors
/// As [`Establishment::on`].
pub fn rows(day: Date, settings: &Settings) -> Result<Vec<Row>> {
    let scale = Params::on(day)?.scale;
    let populations = population::all()?;
    let rows = villages()?.into_iter().map(|village| {
        let records: &[Population] = populations.get(&village.code).map_or(&[], Vec::as_slice);
        Row::of(village.code, population::basis(records, day, settings), scale)
    });
    Ok(rows.collect())
}

/// A new paper for a year.
///
/// # Errors
/// As [`rows`].
pub fn draft(year: i32, today: Date, settings: &Settings) -> Result<Quota> {
    Ok(Quota { year, rows: rows(today, settings)?, settled: None })
}
