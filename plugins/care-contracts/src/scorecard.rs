//! 督查 figures: the five of this measure, each with the list that shows exactly what was counted. The lists and the figures read
//! the same functions.

use crate::care::{Cared, View, scattered};
use crate::rules::form::Form;
use crate::rules::level::Level;
use crate::rules::visit::in_time;
use crate::terms_on;
use doudi_sdk::prelude::*;
use std::collections::BTreeMap;

/// Everybody, nobody missing.
const ALL: i64 = 10_000;

impl Indicators for crate::CareContracts {
    fn indicators(context: &Context, begins: Date, ends: Date) -> Result<Vec<Indicator>> {
        let on = ends.min(context.today);
        let everybody = View::read()?.everybody(on)?;
        let figure = |code: &str, label: &str, (part, whole): (i64, i64), target: Option<i64>, page: String| {
            Indicator { code: code.to_owned(), label: label.to_owned(), part, whole, target, drill_down: page }
        };
        let months = terms_on(on)?.params.assessment_months;
        let period = format!("from={begins}&to={ends}");
        Ok(vec![
            figure("coverage", "委托照料协议覆盖", coverage(&everybody), Some(ALL), format!("coverage?on={on}")),
            figure(
                "visits",
                "按期走访",
                share(&visits_due(begins, ends, on)?, VisitDue::is_in_time),
                Some(ALL),
                format!("visits?{period}"),
            ),
            figure(
                "assessed",
                "评估在有效期内",
                share(&everybody, |cared| is_fresh(cared, on, months)),
                Some(ALL),
                format!("assessments?on={on}"),
            ),
            figure(
                "central",
                "失能半失能集中供养",
                share(&needing(&everybody), |cared| cared.form == Form::Central),
                None,
                format!("levels?on={on}"),
            ),
            figure(
                "level-lag",
                "变化报告10个工作日内评估",
                share(&reports(begins, ends, on)?, |report| report.in_time),
                Some(ALL),
                format!("lag?{period}"),
            ),
        ])
    }
}

fn share<T>(all: &[T], good: impl Fn(&T) -> bool) -> (i64, i64) {
    (all.iter().filter(|one| good(one)).count() as i64, all.len() as i64)
}

/// Those at home with an agreement that holds, of all at home.
pub fn coverage(everybody: &[Cared]) -> (i64, i64) {
    let at_home: Vec<&Cared> = scattered(everybody).collect();
    share(&at_home, |cared| cared.is_covered())
}

/// Those in half or full care.
pub fn needing(everybody: &[Cared]) -> Vec<&Cared> {
    everybody.iter().filter(|cared| cared.level().is_some_and(Level::needs_care)).collect()
}

/// Assessed less than the county's months ago.
pub fn is_fresh(cared: &Cared, on: Date, months: Option<u32>) -> bool {
    let assessed = cared.assessment.as_ref().and_then(|assessment| assessment.assessed);
    let months = months.and_then(|months| i32::try_from(months).ok()).unwrap_or(12);
    assessed.is_some_and(|assessed| on < assessed.add_months(months))
}

/// A visit that was due in a period.
#[derive(Debug, Clone)]
pub struct VisitDue {
    /// Its document.
    pub id: Id,
    pub state: String,
    pub person: Option<Id>,
    pub household: Option<Id>,
    pub due: Date,
    pub done: Option<Date>,
}

impl VisitDue {
    pub fn is_in_time(&self) -> bool {
        in_time(self.done, self.due)
    }
}

/// Visits that fell due in a period, up to a day; those taken away do not count.
///
/// # Errors
/// As [`documents::scan`].
pub fn visits_due(begins: Date, ends: Date, upto: Date) -> Result<Vec<VisitDue>> {
    let mut found = Vec::new();
    let mut month = begins.first_of_month();
    while month <= ends {
        let query = documents::Query::of("visit").index("month", month.month_code());
        documents::scan(query, &["state", "person", "household", "/due", "/done"], |row| {
            let state = row.text("state").unwrap_or_default();
            let (Some(due), done) = (row.date("/due"), row.date("/done")) else { return Ok(()) };
            // One that is due later in the period and done already counts; one that is not yet due does not.
            let counts = begins <= due && due <= ends && (due <= upto || done.is_some());
            if counts && state != "cancelled" {
                let (person, household) = (row.id_of("person"), row.id_of("household"));
                found.push(VisitDue { id: row.id, state: state.to_owned(), person, household, due, done });
            }
            Ok(())
        })?;
        month = month.add_months(1);
    }
    Ok(found)
}

/// A report that somebody's self-care changed.
#[derive(Debug, Clone)]
pub struct Reported {
    /// Its document.
    pub id: Id,
    pub person: Option<Id>,
    pub household: Option<Id>,
    /// Reported as a change, and not for a first or a yearly assessment.
    pub change: bool,
    pub reported: Date,
    pub due: Date,
    pub assessed: Option<Date>,
    /// From when the new level governs.
    pub governs: Option<Date>,
    pub in_time: bool,
}

/// Reports of a change whose ten working days ended in a period, or that were assessed before.
///
/// # Errors
/// As [`owed_in`].
pub fn reports(begins: Date, ends: Date, upto: Date) -> Result<Vec<Reported>> {
    let mut found = owed_in(begins, ends)?;
    found.retain(|report| report.change && (report.due <= upto || report.assessed.is_some()));
    Ok(found)
}

/// An assessment is assessed within ten working days, which no row of holidays makes longer than so many days.
const LONGEST: i32 = 40;

/// All assessments whose ten working days from the report end in a period, whatever they were reported for; those dropped do not
/// count.
///
/// # Errors
/// As [`documents::scan`]; `refused` beyond the statutory calendar.
pub fn owed_in(begins: Date, ends: Date) -> Result<Vec<Reported>> {
    let mut found: Vec<Reported> = Vec::new();
    let values = ["state", "person", "household", "/cause", "/reported", "/assessed", "/governs"];
    documents::scan(documents::Query::of("assessment"), &values, |row| {
        let Some(reported) = row.date("/reported").filter(|_| row.text("state") != Some("dropped")) else {
            return Ok(());
        };
        if begins.add_days(-LONGEST) <= reported && reported <= ends {
            found.push(Reported {
                id: row.id,
                person: row.id_of("person"),
                household: row.id_of("household"),
                change: row.text("/cause") == Some("change"),
                reported,
                due: reported,
                assessed: row.date("/assessed"),
                governs: row.date("/governs"),
                in_time: false,
            });
        }
        Ok(())
    })?;
    // The calendar is asked once for each day, not for each of thousands of people.
    let mut due_of: BTreeMap<Date, Date> = BTreeMap::new();
    for report in &mut found {
        report.due = match due_of.get(&report.reported) {
            Some(due) => *due,
            None => {
                let due = crate::actions::assessment::due(report.reported, report.reported)?;
                due_of.insert(report.reported, due);
                due
            }
        };
        report.in_time = in_time(report.assessed, report.due);
    }
    found.retain(|report| begins <= report.due && report.due <= ends);
    Ok(found)
}
