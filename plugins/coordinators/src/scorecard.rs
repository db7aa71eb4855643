//! 督查 figures of the coordinators. What each counts is a function of its own, and the page behind it lists what the same function gives.

use crate::establishment::{Establishment, Place};
use crate::parameters::Params;
use crate::post::{self, Entry};
use crate::rules::staffing::{self, vacancy};
use crate::settings::Settings;
use crate::training;
use doudi_sdk::prelude::*;
use std::collections::BTreeMap;

/// Everything filled, everybody trained.
const ALL: i64 = 10_000;

impl Indicators for crate::Coordinators {
    fn indicators(context: &Context, begins: Date, ends: Date) -> Result<Vec<Indicator>> {
        let settings: Settings = context.settings()?;
        let area = context.actor.division;
        let day = ends.min(context.today);
        let establishment = Establishment::on(day, &settings, area)?;
        let villages = required(&establishment);
        let staffed = staffing::staffing(villages.iter().map(|place| place.village()));
        let empty = vacancies(&establishment, &settings, begins, day);
        let needed = Params::on(day)?.trainings;
        let trainees = training::trainees(day)?;
        let trained = trainees.iter().filter(|trainee| trainee.times >= needed).count() as i64;
        let several = several()?;
        let bound = post::all(&post::BOUND)?.len() as i64;
        let unrecorded = establishment.places.iter().filter(|place| place.basis.is_none()).count() as i64;
        let figure = |code: &str, label: &str, (part, whole): (i64, i64), target: Option<i64>, page: String| {
            Indicator { code: code.to_owned(), label: label.to_owned(), part, whole, target, drill_down: page }
        };
        Ok(vec![
            figure("staffing", "协理员配备", staffed, Some(ALL), format!("divisions?list=required&on={day}")),
            figure(
                "trained",
                "在岗协理员当年培训",
                (trained, trainees.len() as i64),
                Some(ALL),
                format!("trainees?on={day}"),
            ),
            figure(
                "vacancy-days",
                "岗位空缺天数",
                empty.iter().fold((0, 0), |sum, (_, days)| (sum.0 + days.0, sum.1 + days.1)),
                Some(0),
                format!("vacancies?from={begins}&to={day}"),
            ),
            figure(
                "several",
                "一人多岗",
                (several.iter().map(|entries| entries.len() as i64).sum(), bound),
                Some(0),
                "several".to_owned(),
            ),
            figure(
                "unrecorded",
                "没有户籍人口记录的村居",
                (unrecorded, establishment.places.len() as i64),
                Some(0),
                format!("divisions?on={day}"),
            ),
        ])
    }
}

/// Villages that are to have at least one.
pub fn required(establishment: &Establishment) -> Vec<&Place> {
    establishment.places.iter().filter(|place| place.row.number() > 0).collect()
}

/// Post-days that stood empty in each village, and those there were, from a day to another.
pub fn vacancies<'e>(
    establishment: &'e Establishment,
    settings: &Settings,
    from: Date,
    to: Date,
) -> Vec<(&'e Place, (i64, i64))> {
    required(establishment)
        .into_iter()
        .map(|place| {
            let held = establishment.held(place.division, settings);
            (place, vacancy(&held, place.row.number(), from, to))
        })
        .collect()
}

/// Officers bound to more than one post: however it came about, one person fills one post.
///
/// # Errors
/// As [`documents::find`].
pub fn several() -> Result<Vec<Vec<Entry>>> {
    let mut by_officer: BTreeMap<Id, Vec<Entry>> = BTreeMap::new();
    for entry in post::all(&post::BOUND)? {
        by_officer.entry(entry.body.officer).or_default().push(entry);
    }
    Ok(by_officer.into_values().filter(|entries| entries.len() > 1).collect())
}
