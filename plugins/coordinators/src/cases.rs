//! Open cases of other measures, as far as they tell (`benefit.cases`), and whose village they lie in. For handovers, and for those
//! who may not handle them.

use doudi_sdk::prelude::*;
use std::collections::BTreeMap;

/// Rows asked for at once.
const PAGE: i64 = 2_000;
/// Households read at once.
const HOUSEHOLDS: usize = 2_000;

/// An open case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Of the measure that answered.
    pub document: Id,
    pub household: Id,
    /// What the measure calls itself.
    pub label: String,
    pub opened: Date,
}

/// Where a household lives.
#[derive(Debug, Default, Clone, Input)]
#[input(table = "household")]
struct Home {
    #[input("household.id")]
    household: Id,
    #[input("household.division", default)]
    division: i64,
}

/// Every open case, by measure and document.
///
/// # Errors
/// `denied` when the county does not let it be asked.
pub fn open(today: Date) -> Result<Vec<Case>> {
    let mut found = Vec::new();
    // Each measure counts its own documents. Asked on from the lowest place any of them has reached, what has been seen is passed over.
    let mut seen: BTreeMap<String, i64> = BTreeMap::new();
    let mut from = Some(0);
    while let Some(after) = from.take() {
        let page = Table::new("page", 1).ints("after", [after]).ints("limit", [PAGE]);
        for reply in questions::ask("benefit.cases", today, &Block::of(page))? {
            let table = reply.block.table("case")?;
            let documents = table.int_column("document")?;
            let (households, opened) = (table.int_column("household")?, table.int_column("opened")?);
            let labels = table.text_column("label")?;
            let last = seen.entry(reply.plugin).or_insert(0);
            let before = *last;
            for row in 0..table.rows as usize {
                let document = documents.value(row);
                if document <= before {
                    continue;
                }
                *last = (*last).max(document);
                found.push(Case {
                    document: Id(document),
                    household: Id(households.value(row)),
                    label: labels.get(row).unwrap_or_default().to_owned(),
                    opened: Date::from_days(opened.value(row) as i32),
                });
            }
            if *last > before {
                from = Some(from.map_or(*last, |other: i64| other.min(*last)));
            }
        }
    }
    Ok(found)
}

/// The village each household lives in.
///
/// # Errors
/// As [`records::households`].
pub fn homes(households: &[Id], today: Date) -> Result<BTreeMap<Id, i64>> {
    let mut found = BTreeMap::new();
    for some in households.chunks(HOUSEHOLDS) {
        let block = records::households(some, today)?;
        let mut homes = block.read::<Home>()?;
        while let Some(home) = homes.next() {
            found.insert(home.household, home.division);
        }
    }
    Ok(found)
}

/// Open cases of a village.
///
/// # Errors
/// As [`open`].
pub fn of_village(division: i64, today: Date) -> Result<Vec<Case>> {
    let cases = open(today)?;
    let mut households: Vec<Id> = cases.iter().map(|case| case.household).collect();
    households.sort_unstable();
    households.dedup();
    let homes = homes(&households, today)?;
    Ok(cases.into_iter().filter(|case| homes.get(&case.household) == Some(&division)).collect())
}

/// People covered by every benefit, by the village their household lives in (`benefit.recipients`).
///
/// # Errors
/// As [`open`].
pub fn recipients(day: Date) -> Result<BTreeMap<i64, i64>> {
    let mut covered: BTreeMap<Id, i64> = BTreeMap::new();
    let mut seen: BTreeMap<String, i64> = BTreeMap::new();
    let mut from = Some(0);
    while let Some(after) = from.take() {
        let page = Table::new("page", 1).ints("after", [after]).ints("limit", [PAGE]);
        for reply in questions::ask("benefit.recipients", day, &Block::of(page))? {
            let table = reply.block.table("recipient")?;
            let (households, persons) = (table.int_column("household")?, table.int_column("covered")?);
            let last = seen.entry(reply.plugin).or_insert(0);
            let before = *last;
            for row in 0..table.rows as usize {
                let household = households.value(row);
                if household > before {
                    *last = (*last).max(household);
                    *covered.entry(Id(household)).or_insert(0) += persons.value(row);
                }
            }
            if *last > before {
                from = Some(from.map_or(*last, |other: i64| other.min(*last)));
            }
        }
    }
    let households: Vec<Id> = covered.keys().copied().collect();
    let mut villages = BTreeMap::new();
    for (household, village) in homes(&households, day)? {
        *villages.entry(village).or_insert(0) += covered.get(&household).copied().unwrap_or(0);
    }
    Ok(villages)
}
