//! When a state must end. The day of the event is never counted; working days follow the statutory calendar with its make-up
//! days; a posting of N full days may end on the day after the N-th (handbook of the rules: 民发〔2021〕57号 第十五、十九、二十、二十二条).
//! While a state is paused (待补正) the clock of the state before it stands still: coming back, the rest of its days remain.

use doudi_documents::workflow::DayCount;
use doudi_documents::{Deadline, Workflow};
use doudi_domain::calendar::{self, WorkCalendar};
use doudi_domain::document::DocumentStep;
use doudi_domain::{Date, Result};

/// The last day of a state that began on `since`; for [`DayCount::FullDays`] the first day on which it may end.
///
/// `Refused` when the statutory calendar of a year in between is not on record.
pub fn due(count: DayCount, days: u32, since: Date, calendar: &WorkCalendar) -> Result<Date> {
    match count {
        DayCount::Working => calendar.add_working_days(since, days),
        DayCount::Calendar => Ok(plus(since, days)),
        DayCount::FullDays => Ok(plus(since, days.saturating_add(1))),
    }
}

/// Days of that count left from `on` until `due`; never less than none.
pub fn left(count: DayCount, on: Date, due: Date, calendar: &WorkCalendar) -> Result<u32> {
    let days = match count {
        DayCount::Working => calendar.working_days_between(on, due)?,
        DayCount::Calendar => calendar::days(due) - calendar::days(on),
        DayCount::FullDays => calendar::days(due) - calendar::days(on) - 1,
    };
    Ok(days.max(0) as u32)
}

fn plus(since: Date, days: u32) -> Date {
    calendar::from_days(calendar::days(since).saturating_add(i32::try_from(days).unwrap_or(i32::MAX)))
}

/// What the county says instead of the manifest's days, by the deadline's parameter.
pub type DaysOf<'a> = &'a dyn Fn(&Deadline) -> u32;

/// The due date of entering `state` on `today`, for a document that has taken `steps` so far.
///
/// Returning from a paused state to the one it interrupted goes on with the days that were left when the pause began.
pub fn on_entering(
    workflow: &Workflow,
    state: &str,
    steps: &[DocumentStep],
    today: Date,
    calendar: &WorkCalendar,
    days_of: DaysOf<'_>,
) -> Result<Option<Date>> {
    let Some(deadline) = workflow.state(state).and_then(|state| state.deadline.as_ref()) else { return Ok(None) };
    if let Some((interrupted_due, paused_on)) = interrupted(workflow, state, steps) {
        let rest = left(deadline.count, paused_on, interrupted_due, calendar)?;
        return due(deadline.count, rest, today, calendar).map(Some);
    }
    due(deadline.count, days_of(deadline), today, calendar).map(Some)
}

/// If the document stands in a paused state that interrupted `state`: when `state` was due, and when the pause began.
fn interrupted(workflow: &Workflow, state: &str, steps: &[DocumentStep]) -> Option<(Date, Date)> {
    let paused = |id: &str| workflow.state(id).is_some_and(|state| state.paused);
    if !paused(&steps.last()?.to_state) {
        return None;
    }
    // Steps within the pause (a reminder, a partial supplement) do not end it.
    let begin = steps.iter().rposition(|step| !paused(&step.to_state))?;
    let before = &steps[begin];
    let pause = steps.get(begin + 1)?;
    (before.to_state == state).then_some(())?;
    Some((before.due?, pause.at.date()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use doudi_documents::{State, Text};
    use doudi_domain::{DocumentId, Instant};

    fn calendar() -> WorkCalendar {
        WorkCalendar::parse_csv(include_str!("../../../../data/statutory-days.csv")).unwrap()
    }

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn each_count_of_days_ends_where_the_handbook_says() {
        let calendar = calendar();
        let cases = [
            (DayCount::Working, 3, "2022-09-20", "2022-09-23"),
            // A make-up Sunday is worked.
            (DayCount::Working, 10, "2022-09-20", "2022-10-09"),
            (DayCount::Working, 30, "2022-09-20", "2022-11-04"),
            (DayCount::Calendar, 7, "2022-07-13", "2022-07-20"),
            // Posted on the 20th, seven full days, moves on the 28th at the earliest.
            (DayCount::FullDays, 7, "2022-07-20", "2022-07-28"),
            (DayCount::Calendar, 0, "2022-07-13", "2022-07-13"),
        ];
        for (count, days, since, expected) in cases {
            assert_eq!(due(count, days, day(since), &calendar).unwrap(), day(expected), "{count:?} {days} {since}");
            assert_eq!(left(count, day(since), day(expected), &calendar).unwrap(), days, "{count:?} {days} {since}");
        }
    }

    #[test]
    fn outside_the_calendar_the_answer_is_a_refusal() {
        assert!(due(DayCount::Working, 3, day("2035-01-03"), &calendar()).is_err());
        assert!(due(DayCount::Calendar, 3, day("2035-01-03"), &calendar()).is_ok());
    }

    fn step(to: &str, at: &str, due: Option<&str>) -> DocumentStep {
        DocumentStep {
            document: DocumentId(1),
            revision: 1,
            action: String::new(),
            from_state: None,
            to_state: to.into(),
            due: due.map(day),
            by: None,
            by_name: String::new(),
            at: Instant(i64::from(calendar::days(day(at))) * 86_400_000_000),
            note: String::new(),
        }
    }

    fn workflow() -> Workflow {
        let state = |id: &str, days: Option<u32>, paused| State {
            id: id.into(),
            label: Text::from(id),
            stage: None,
            role: None,
            todo: None,
            deadline: days.map(|days| Deadline {
                days,
                count: DayCount::Working,
                article: String::new(),
                parameter: Some("review-days".into()),
            }),
            paused,
            last: false,
        };
        Workflow {
            initial: "new".into(),
            stages: Vec::new(),
            states: vec![
                state("review", Some(5), false),
                state("waiting", None, true),
                state("accepted", Some(3), false),
            ],
            actions: Vec::new(),
        }
    }

    #[test]
    fn a_pause_carries_the_rest_of_the_days_over() {
        let calendar = calendar();
        let workflow = workflow();
        let enter = |state: &str, steps: &[DocumentStep], today: &str| {
            on_entering(&workflow, state, steps, day(today), &calendar, &|deadline| deadline.days).unwrap()
        };
        // Monday 4 July 2022: five working days end on the 11th.
        assert_eq!(enter("review", &[], "2022-07-04"), Some(day("2022-07-11")));
        // Paused on Wednesday with three days left, taken up again a week later: three days remain.
        let steps = [step("review", "2022-07-04", Some("2022-07-11")), step("waiting", "2022-07-06", None)];
        assert_eq!(enter("review", &steps, "2022-07-13"), Some(day("2022-07-18")));
        // Another state begins its own clock.
        assert_eq!(enter("accepted", &steps, "2022-07-13"), Some(day("2022-07-18")));
        // A second notice within the pause does not lengthen it.
        let twice = [steps[0].clone(), steps[1].clone(), step("waiting", "2022-07-08", None)];
        assert_eq!(enter("review", &twice, "2022-07-13"), Some(day("2022-07-18")));
        // A state without a deadline has none, and one that was overdue comes back due at once.
        assert_eq!(enter("waiting", &steps[..1], "2022-07-06"), None);
        let late = [step("review", "2022-07-04", Some("2022-07-11")), step("waiting", "2022-07-14", None)];
        assert_eq!(enter("review", &late, "2022-07-20"), Some(day("2022-07-20")));
    }

    #[test]
    fn a_county_may_set_its_own_days() {
        let due = on_entering(&workflow(), "review", &[], day("2022-07-04"), &calendar(), &|_| 2).unwrap();
        assert_eq!(due, Some(day("2022-07-06")));
    }
}
