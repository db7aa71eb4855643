//! Working days by `data/statutory-days.csv`, ages, months, instants: the examples of the handbook and the edges around them.

use super::*;
use proptest::prelude::*;

fn statutory() -> WorkCalendar {
    WorkCalendar::parse_csv(include_str!("../../../../data/statutory-days.csv"))
        .expect("the shipped file is well formed")
}

#[track_caller]
fn day(text: &str) -> Date {
    text.parse().expect("a date in the test")
}

#[track_caller]
fn check_deadline(start: &str, working_days: u32, due: &str) {
    let calendar = statutory();
    let found = calendar.add_working_days(day(start), working_days).expect("a listed year");
    assert_eq!(found, day(due), "{start} + {working_days} working days");
    // Counting back agrees, whatever the start is.
    assert_eq!(calendar.working_days_between(day(start), found).expect("listed"), working_days as i32);
    assert_eq!(calendar.working_days_between(found, day(start)).expect("listed"), -(working_days as i32));
}

#[test]
fn deadlines_of_the_handbook() {
    check_deadline("2022-09-20", 0, "2022-09-20");
    check_deadline("2022-09-20", 3, "2022-09-23");
    check_deadline("2022-09-20", 10, "2022-10-09"); // a make-up Sunday
    check_deadline("2022-09-20", 15, "2022-10-14");
    check_deadline("2022-09-20", 20, "2022-10-21");
    check_deadline("2022-09-20", 30, "2022-11-04");
    check_deadline("2022-09-20", 45, "2022-11-25");
}

#[test]
fn the_day_of_the_event_is_not_counted() {
    check_deadline("2022-07-06", 1, "2022-07-07");
    check_deadline("2022-07-08", 1, "2022-07-11"); // Friday
    check_deadline("2022-07-09", 1, "2022-07-11"); // Saturday
    check_deadline("2022-10-01", 1, "2022-10-08"); // in the holiday window; the Saturday after it is worked
    check_deadline("2022-12-30", 1, "2023-01-03"); // over the new year
}

#[test]
fn make_up_days_and_windows() {
    let calendar = statutory();
    for (text, worked) in [
        ("2022-10-07", false), // Friday inside the window
        ("2022-10-08", true),  // make-up Saturday
        ("2022-10-09", true),  // make-up Sunday
        ("2022-10-10", true),
        ("2022-10-15", false),
        ("2022-01-29", true),
        ("2022-01-31", false),
        ("2020-01-19", true),
        ("2020-01-31", false), // the extended holiday of 2020
        ("2024-02-04", true),
        ("2024-02-09", true), // New Year's Eve was advised, not statutory
        ("2024-02-12", false),
        ("2025-09-28", true),
        ("2026-12-31", true),
    ] {
        assert_eq!(calendar.is_working_day(day(text)).expect("listed"), worked, "{text}");
    }
}

#[test]
fn an_unknown_year_is_refused_never_guessed() {
    let calendar = statutory();
    for text in ["2018-12-31", "2027-01-01", "2035-05-05"] {
        let Err(Error::Refused { message, .. }) = calendar.is_working_day(day(text)) else {
            panic!("{text} was answered")
        };
        assert_eq!(
            message,
            format!(
                "{} 年的法定节假日安排尚未录入，无法计算工作日。请系统管理员在“日历”中添加国务院办公厅公布的安排",
                day(text).year()
            )
        );
    }
    assert!(calendar.add_working_days(day("2026-12-28"), 3).is_ok());
    assert!(calendar.add_working_days(day("2026-12-28"), 4).is_err(), "the fourth day lies in 2027");
    assert!(calendar.add_working_days(Date::MAX, 1).is_err(), "no endless loop at the end of time");
    assert!(calendar.add_working_days(day("2026-01-01"), u32::MAX).is_err());
    assert!(calendar.working_days_between(day("2018-12-01"), day("2019-02-01")).is_err());
    assert!(WorkCalendar::default().is_working_day(day("2022-07-06")).is_err());
}

/// An arrangement may list a day of a neighbouring year; that does not make the neighbour known.
#[test]
fn one_listed_day_is_not_a_year() {
    let list = |days: &[(&str, DayKind)]| {
        WorkCalendar::new(days.iter().map(|(text, kind)| (day(text), *kind, String::new())), 7)
    };
    assert!(!list(&[("2027-12-31", DayKind::Holiday)]).knows(2027));
    assert!(!list(&[("2027-01-01", DayKind::Holiday)]).knows(2027), "entered from January on: not complete yet");
    let complete = list(&[("2027-01-01", DayKind::Holiday), ("2027-10-01", DayKind::Holiday)]);
    assert!(complete.knows(2027) && !complete.knows(2026) && !complete.knows(2028));
    assert_eq!(complete.version(), 7);
}

#[test]
fn advised_date_when_a_deadline_falls_on_a_holiday() {
    let calendar = statutory();
    for (text, expected) in [("2022-10-05", "2022-09-30"), ("2022-10-09", "2022-10-09"), ("2022-07-10", "2022-07-08")] {
        assert_eq!(calendar.working_day_on_or_before(day(text)).expect("listed"), day(expected));
    }
    assert!(calendar.working_day_on_or_before(day("2019-01-01")).is_err(), "2018 is not on record");
}

#[test]
fn a_bad_line_is_named() {
    let heading = "date,kind,occasion\n";
    for (lines, message) in [
        (
            "2022-13-01,holiday,元旦",
            "第 2 行：日期不能识别：“2022-13-01,holiday,元旦”。应为 日期,holiday 或 workday,节日名称",
        ),
        (
            "2022-01-01,closed,元旦",
            "第 2 行：类别不能识别：“2022-01-01,closed,元旦”。应为 日期,holiday 或 workday,节日名称",
        ),
        (
            "2022-01-01,holiday,元旦\n\n2022-01-01,workday,元旦",
            "第 4 行：日期重复：“2022-01-01,workday,元旦”。应为 日期,holiday 或 workday,节日名称",
        ),
    ] {
        let error = WorkCalendar::parse_csv(&format!("{heading}{lines}")).expect_err(lines);
        assert_eq!(error.to_string(), message);
    }
    let calendar = WorkCalendar::parse_csv("date,kind,occasion\r\n2022-01-01, holiday ,元旦\r\n")
        .expect("blanks and CRLF are fine");
    assert_eq!(calendar.listed().collect::<Vec<_>>(), [(day("2022-01-01"), DayKind::Holiday, "元旦")]);
}

#[test]
fn age_in_completed_years() {
    for (birth, on, age) in [
        ("1962-07-06", "2022-07-05", 59),
        ("1962-07-06", "2022-07-06", 60), // from the 60th birthday
        ("1964-02-29", "2024-02-28", 59),
        ("1964-02-29", "2024-02-29", 60),
        ("1962-02-28", "2022-02-28", 60),
        ("1964-02-29", "2022-02-28", 57),
        ("1964-02-29", "2022-03-01", 58), // no 29 February that year
        ("2022-07-06", "2022-07-06", 0),
        ("2022-07-07", "2022-07-06", -1), // not yet born
    ] {
        assert_eq!(age_on(day(birth), day(on)), age, "{birth} on {on}");
    }
}

#[test]
fn months_begin_where_they_should() {
    for (on, months, first) in [
        ("2022-09-28", 1, "2022-10-01"), // trap 11: confirmed in September, paid from October
        ("2022-08-31", 1, "2022-09-01"),
        ("2022-01-31", 1, "2022-02-01"),
        ("2022-08-10", 7, "2023-03-01"),
        ("2022-08-10", 0, "2022-08-01"),
        ("2022-01-01", -1, "2021-12-01"),
    ] {
        assert_eq!(month_start(day(on), months), day(first), "{on} + {months}");
    }
    assert_eq!(month_start(day("2022-01-01"), i32::MAX), Date::MAX);
    assert_eq!(month_start(day("2022-01-01"), i32::MIN), Date::MIN);
}

#[test]
fn days_are_counted_from_1970() {
    for (text, number) in [("1970-01-01", 0), ("1969-12-31", -1), ("2022-06-23", 19_166), ("1800-01-01", -62_091)] {
        assert_eq!((days(day(text)), from_days(number)), (number, day(text)));
    }
    assert_eq!((from_days(i32::MIN), from_days(i32::MAX)), (Date::MIN, Date::MAX), "a guest may send any number");
}

#[test]
fn the_legal_date_is_the_one_in_china() {
    let at = |text: &str| Instant(text.parse::<jiff::Timestamp>().expect("a timestamp").as_microsecond());
    for (utc, date, minute) in [
        ("2022-07-06T15:59:59Z", "2022-07-06", "2022-07-06 23:59"),
        ("2022-07-06T16:00:00Z", "2022-07-07", "2022-07-07 00:00"),
        ("1969-12-31T23:59:00Z", "1970-01-01", "1970-01-01 07:59"),
        ("1969-12-31T15:59:59Z", "1969-12-31", "1969-12-31 23:59"),
    ] {
        assert_eq!((at(utc).date(), at(utc).minute().as_str()), (day(date), minute), "{utc}");
    }
    assert_eq!(at("2022-07-06T00:00:00Z").plus_seconds(90), at("2022-07-06T00:01:30Z"));
}

#[test]
fn periods_are_inclusive() {
    let period = Period { from: day("2022-09-01"), to: Some(day("2023-02-28")) };
    let open = Period { from: day("2022-09-01"), to: None };
    for (text, in_period, in_open) in [
        ("2022-08-31", false, false),
        ("2022-09-01", true, true),
        ("2023-02-28", true, true),
        ("2023-03-01", false, true),
    ] {
        assert_eq!((period.covers(day(text)), open.covers(day(text))), (in_period, in_open), "{text}");
    }
}

proptest! {
    #[test]
    fn day_numbers_round_trip(number in -60_000..60_000i32) {
        prop_assert_eq!(days(from_days(number)), number);
    }

    /// Any deadline lies on a working day, and exactly as many working days lie before it.
    #[test]
    fn deadlines_are_worked(start in 17_897..20_000i32, count in 1..60u32) {
        let calendar = statutory();
        let start = from_days(start);
        let due = calendar.add_working_days(start, count).expect("2019 to 2024 is listed");
        prop_assert!(calendar.is_working_day(due).expect("listed"));
        let worked = (days(start) + 1..=days(due))
            .filter(|number| calendar.is_working_day(from_days(*number)).expect("listed"))
            .count();
        prop_assert_eq!(worked, count as usize);
    }

    /// Moving the start on never brings the deadline nearer.
    #[test]
    fn deadlines_keep_their_order(start in 17_897..20_000i32, count in 0..60u32) {
        let calendar = statutory();
        let due = |start| calendar.add_working_days(from_days(start), count).expect("listed");
        prop_assert!(due(start) <= due(start + 1));
    }
}
