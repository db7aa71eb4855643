//! Answers as measures may give them, good and bad; which days are asked about.

use super::*;

const TODAY: Date = Date::constant(2022, 7, 20);

fn ints(name: &str, values: Vec<i64>) -> Column {
    Column { name: name.into(), data: ColumnData::Ints(values), nulls: Vec::new() }
}

fn texts(name: &str, values: &[&str]) -> Column {
    let values = values.iter().map(|value| (*value).to_owned()).collect();
    Column { name: name.into(), data: ColumnData::Texts(values), nulls: Vec::new() }
}

fn block(due: Date, done: i64, of: i64) -> Block {
    let columns = vec![
        texts("code", &["meeting"]),
        texts("label", &["联审会议"]),
        ints("due", vec![i64::from(days(due))]),
        ints("done", vec![done]),
        ints("of", vec![of]),
        texts("article", &["通知第八条"]),
        texts("page", &["meetings?month=2022-07"]),
    ];
    Block { tables: vec![BlockTable { name: "duty".into(), rows: 1, ends: Vec::new(), columns }] }
}

fn answered(block: &Block) -> std::result::Result<Vec<(Duty, String)>, String> {
    let plugin =
        PluginRef { id: "some".into(), name: "某措施".into(), version: "1.0.0".into(), digest: String::new() };
    read(block, &plugin, |due| Due::new(due, TODAY, &WorkCalendar::default()))
}

#[test]
fn a_row_is_a_duty_and_nothing_due_is_an_answer_too() {
    let rows = answered(&block(Date::constant(2022, 7, 15), 3, 5)).expect("well formed");
    let (duty, page) = &rows[0];
    assert_eq!((duty.label.as_str(), duty.done, duty.of, duty.overdue()), ("联审会议", 3, 5, true));
    assert_eq!(page, "meetings?month=2022-07");
    assert_eq!(duty.week(), Date::constant(2022, 7, 11));
    assert!(!answered(&block(Date::constant(2022, 7, 15), 5, 5)).expect("well formed")[0].0.overdue(), "all are done");
    assert_eq!(answered(&Block::default()), Ok(Vec::new()));
}

#[test]
fn an_answer_that_cannot_be_right_is_the_measures_own_error() {
    let good = block(TODAY, 1, 2);
    type Bend = Box<dyn Fn(&mut BlockTable)>;
    let cases: Vec<(&str, Bend)> = vec![
        ("label", Box::new(|table| table.columns.retain(|column| column.name != "label"))),
        ("label", Box::new(|table| table.columns[1] = texts("label", &["  "]))),
        ("code", Box::new(|table| table.columns[0].set_null(0))),
        ("due", Box::new(|table| table.columns[2] = ints("due", vec![i64::MAX]))),
        ("due", Box::new(|table| table.columns[2] = texts("due", &["2022-07-20"]))),
        ("多于", Box::new(|table| table.columns[3] = ints("done", vec![3]))),
        ("多于", Box::new(|table| table.columns[3] = ints("done", vec![-1]))),
    ];
    for (word, spoil) in cases {
        let mut bad = good.clone();
        spoil(&mut bad.tables[0]);
        assert!(answered(&bad).expect_err("cannot be right").contains(word), "{word}");
    }
    let mut other = good;
    other.tables[0].name = "dutys".into();
    assert!(answered(&other).is_err(), "rows under another name are no duties");
}

#[test]
fn the_window_reaches_two_weeks_ahead_and_three_months_back() {
    for (today, from, shown, to) in [
        ("2022-07-06", "2022-04-01", "2022-07-01", "2022-07-31"),
        ("2022-07-29", "2022-04-01", "2022-07-01", "2022-08-12"),
        ("2022-01-31", "2021-10-01", "2022-01-01", "2022-02-14"),
    ] {
        let window = Window::of(today.parse().expect("a date"));
        let days = [window.asked_from, window.shown_from, window.to].map(|day| day.to_string());
        assert_eq!(days, [from, shown, to], "{today}");
    }
}
