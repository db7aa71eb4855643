//! Alerts of a made-up county that several test files begin with, and how their buttons are pressed.

use super::{CASEWORKER, County, Row, person, row};
use doudi_sdk::prelude::*;
use monitoring::alert::Alert;
use monitoring::rules::event::Event as Statement;
use serde_json::json;

const NANLING: (&str, &str) = ("30.919600", "118.334300");

/// The eight departments exist, one of which has sent hits for the heads of households 2 and 3.
pub fn disabled() -> County {
    let mut county = County::new(4);
    county.tick("2022-05-20", "sources");
    let batch = county.batch("2022-05-20", "残联", "2022-05", Statement::Disability.number(), 500);
    let severe =
        |household| Row { grade: Some(2), category: Some(6), ..row(person(household, 1), Statement::Disability) };
    let clear = |household| row(person(household, 2), Statement::Clear);
    let unknown = Row { event: Some(0), ..Row::default() };
    let rows = [severe(2), severe(3), clear(2), clear(3), unknown];
    assert_eq!(county.upload("2022-05-20", batch.id, "d-may", &rows, 1_000), 0);
    county
}

pub fn visit(at: &str, photo: &str) -> serde_json::Value {
    json!({
        "at": at, "met": ["2001"], "photos": [photo], "found": "户主肢体不便，妻子照料",
        "position": { "latitude": NANLING.0, "longitude": NANLING.1, "accuracy": 12 }
    })
}

/// Registers a visit on an alert, with one photo.
pub fn visited(
    county: &mut County,
    date: &str,
    alert: &Document,
    at: &str,
    photo: i64,
    digest: &str,
) -> Result<Effects> {
    let values = FormValues::parse(&visit(at, &photo.to_string()).to_string())?;
    let action = Action::new("alert", "visit").on(alert.clone()).values(values).file(Id(photo), digest, 100_000);
    county.press(date, CASEWORKER, action)
}

pub fn alert_of(county: &County, household: i64) -> (Document, Alert) {
    let mut own = county.alerts().into_iter().filter(|(document, _)| document.household == Some(Id(household)));
    own.next().expect("an alert")
}

/// The first alert of household 2, visited and judged true.
pub fn proven() -> County {
    let mut county = disabled();
    county.settle();
    let (alert, _) = alert_of(&county, 2);
    visited(&mut county, "2022-05-23", &alert, "2022-05-23T09:30", 1, "aa").expect("a visit");
    judge(&mut county, true);
    county
}

pub fn press(
    county: &mut County,
    date: &str,
    who: (i64, &str),
    id: &str,
    values: serde_json::Value,
) -> Result<Effects> {
    let (document, _) = alert_of(county, 2);
    let values = FormValues::parse(&values.to_string())?;
    county.press(date, who, Action::new("alert", id).on(document).values(values))
}

pub fn judge(county: &mut County, truth: bool) {
    let values = json!({ "truth": truth.to_string(), "finding": "现场核实" });
    press(county, "2022-05-24", CASEWORKER, "judge", values).expect("judged");
}

pub fn state(county: &County) -> String {
    alert_of(county, 2).0.state
}

pub fn topics(told: &[EventPublish]) -> Vec<&str> {
    told.iter().map(|event| event.topic.as_str()).collect()
}
