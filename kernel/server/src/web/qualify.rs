//! What would turn a measure's answer for one household: for the officer who explains a refusal, or looks whether something on
//! file is wrong.

use super::error::{Answer, problems};
use super::frame::{Frame, Who};
use super::show as page;
use crate::App;
use crate::app::qualify::{self, WouldQualify};
use askama::Template;
use axum::extract::{Path, Query, State};
use doudi_documents::Text;
use doudi_domain::{Date, HouseholdId, Problem};
use serde::Deserialize;

#[derive(Debug, Default, Deserialize)]
pub struct Wanted {
    #[serde(default)]
    plugin: String,
    #[serde(default)]
    as_of: String,
}

#[derive(Template)]
#[template(path = "households/would_qualify.html")]
struct QualifyPage {
    frame: Frame,
    household: HouseholdId,
    /// Measures to choose from.
    measures: Vec<(String, Text)>,
    plugin: String,
    as_of: Date,
    found: Option<WouldQualify>,
    problems: Vec<Problem>,
}

pub async fn show(
    State(app): State<App>,
    frame: Frame,
    Who(actor): Who,
    Path(id): Path<i64>,
    Query(wanted): Query<Wanted>,
) -> Answer {
    let household = HouseholdId(id);
    let as_of = wanted.as_of.parse().unwrap_or(frame.today);
    let measures = qualify::measures(&app, &actor).await?;
    let plugin = measures.iter().find(|(id, _)| *id == wanted.plugin).or(measures.first());
    let plugin = plugin.map(|(id, _)| id.clone()).unwrap_or_default();
    let (found, problems) = match qualify::would_qualify(&app, &actor, household, &plugin, as_of).await {
        Ok(found) => (Some(found), Vec::new()),
        // A measure that cannot answer (a parameter is missing) says so on the page; a household out of sight is not there.
        Err(error @ (doudi_domain::Error::Refused { .. } | doudi_domain::Error::Invalid(_))) => {
            (None, problems(error)?)
        }
        Err(error) => return Err(error.into()),
    };
    page(&QualifyPage { frame, household, measures, plugin, as_of, found, problems })
}
