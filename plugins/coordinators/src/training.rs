//! 业务培训: at least one a year for everybody in post (the notice, item 11), and who has yet to come.

use crate::post::{self, Entry};
use doudi_sdk::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The collection.
pub const TRAINING: &str = "training";

/// One training.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Training {
    pub on: Date,
    pub hours: u32,
    pub topic: String,
    pub organiser: String,
    /// It ended with a test.
    pub test: bool,
    /// Posts whose holders were there.
    pub posts: Vec<Id>,
}

impl Training {
    pub fn open(&self) -> DocumentPut {
        DocumentPut::create(TRAINING, format!("{}协理员业务培训", self.on.chinese_month()))
            .state("held")
            .index("year", self.on.year())
            .note(format!("{} 人参加，{} 学时", self.posts.len(), self.hours))
            .body(self)
    }
}

/// The trainings of a year; those taken back are none.
///
/// # Errors
/// As [`documents::find`].
pub fn of_year(year: i32) -> Result<Vec<(Document, Training)>> {
    let found = documents::all(documents::Query::of(TRAINING).state("held").index("year", year))?;
    found.into_iter().map(|document| Ok((document.clone(), document.body()?))).collect()
}

/// A post in office, and how often its holder was trained in the year up to the day.
#[derive(Debug)]
pub struct Trainee {
    pub entry: Entry,
    pub times: u32,
    pub last: Option<Date>,
}

/// Everybody in post on a day.
///
/// # Errors
/// As [`documents::find`].
pub fn trainees(day: Date) -> Result<Vec<Trainee>> {
    // Who moved to another village in the year was trained as a person, not as a post.
    let posts = post::all(&[])?;
    let officers: BTreeMap<Id, Id> = posts.iter().map(|entry| (entry.document.id, entry.body.officer)).collect();
    let mut attended: BTreeMap<Id, (u32, Date)> = BTreeMap::new();
    for (_, training) in of_year(day.year())?.iter().filter(|(_, training)| training.on <= day) {
        for officer in training.posts.iter().filter_map(|post| officers.get(post)) {
            let (times, last) = attended.entry(*officer).or_insert((0, training.on));
            *times += 1;
            *last = (*last).max(training.on);
        }
    }
    let in_post = posts.into_iter().filter(|entry| entry.body.held_on(day));
    Ok(in_post
        .map(|entry| {
            let known = attended.get(&entry.body.officer);
            Trainee { times: known.map_or(0, |(times, _)| *times), last: known.map(|(_, last)| *last), entry }
        })
        .collect())
}
