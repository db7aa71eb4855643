//! Figures of 督查, duties with a day, and the pages behind them: what a figure counts is what its list shows.

use crate::checks::{conclude, concluded, looked_at, on_check};
use crate::county::*;
use crate::draws::{drawn, july};
use crate::meetings::{attended, vote};
use delegated_approval::DelegatedApproval;
use delegated_approval::rules::town::town_of;
use delegated_approval::settings::Settings;
use doudi_sdk::prelude::*;
use serde_json::json;
use std::collections::BTreeMap;

fn figures(county: &mut County, today: &str, begins: &str, ends: &str) -> BTreeMap<String, Indicator> {
    county.as_user(today, (1, "city-supervisor"));
    let figures = county.world.run(|context| DelegatedApproval::indicators(context, day(begins), day(ends)));
    figures.expect("figures").into_iter().map(|figure| (figure.code.clone(), figure)).collect()
}

/// The page a figure or a duty leads to.
fn follow(county: &County, address: &str) -> String {
    let (page, query) = address.split_once('?').unwrap_or((address, ""));
    let request = query
        .split('&')
        .filter_map(|part| part.split_once('='))
        .fold(PageRequest::new(page), |request, (name, value)| request.with(name, value));
    county.page(request)
}

/// Rows of the tables of a page that lead to a document.
fn linked(page: &str) -> usize {
    page.matches(r#""to":"document""#).count()
}

#[test]
fn figures_of_july() {
    let mut county = concluded(2);
    let figures = figures(&mut county, "2022-08-15", "2022-07-01", "2022-07-31");
    let counts: Vec<(&str, i64, i64)> =
        figures.values().map(|figure| (figure.code.as_str(), figure.part, figure.whole)).collect();
    assert_eq!(
        counts,
        [
            // Granted 1 of 1 beside 20 of 23: 13 points, which is not far.
            ("approval-outliers", 0, 2),
            // Seven of the eight have a conclusion, in time; the eighth has time left.
            ("checks-on-time", 7, 7),
            ("decided-in-days", 0, 0),
            ("joint-meetings", 0, 2),
            ("missed", 0, 7),
            ("problem-rate", 2, 7),
            ("reversal-rate", 2, 7),
            ("spot-check-rate", 8, 24),
            ("towns-below-rate", 0, 2),
        ]
    );
    assert_eq!(figures["spot-check-rate"].target, Some(3_000));
    assert_eq!(figures["joint-meetings"].target, Some(10_000));
}

/// The drill-down lists exactly what was counted.
#[test]
fn every_figure_leads_to_its_list() {
    let mut county = concluded(2);
    let figures = figures(&mut county, "2022-08-15", "2022-07-01", "2022-07-31");
    for code in ["checks-on-time", "problem-rate", "reversal-rate", "missed"] {
        let figure = &figures[code];
        let page = follow(&county, &figure.drill_down);
        assert_eq!(linked(&page) as i64, figure.whole, "{code}");
        assert!(page.contains(&format!("{} 件，列在前面", figure.part)), "{code}: {page}");
    }
    let strata = follow(&county, &figures["spot-check-rate"].drill_down);
    let numbers: Vec<i64> = strata
        .match_indices(r#""number":"#)
        .filter_map(|(at, key)| strata[at + key.len()..].split(|c: char| !c.is_ascii_digit()).next()?.parse().ok())
        .collect();
    // N, n and extras of each stratum.
    assert_eq!(numbers.chunks(3).map(|row| row[0]).sum::<i64>(), 24, "{numbers:?}");
    assert_eq!(numbers.chunks(3).map(|row| row[1]).sum::<i64>(), 8);
    for figure in figures.values() {
        assert!(
            manifest().page(figure.drill_down.split('?').next().expect("a page")).is_some(),
            "{}",
            figure.drill_down
        );
        follow(&county, &figure.drill_down);
    }
}

#[test]
fn checks_overdue_count_against_the_county() {
    let mut county = drawn();
    let in_time = figures(&mut county, "2022-08-29", "2022-07-01", "2022-07-31");
    assert_eq!((in_time["checks-on-time"].part, in_time["checks-on-time"].whole), (0, 0), "the last day counts");
    let late = figures(&mut county, "2022-08-30", "2022-07-01", "2022-07-31");
    assert_eq!((late["checks-on-time"].part, late["checks-on-time"].whole), (0, 8));
}

/// A refusal that should have been a grant is 漏保.
#[test]
fn a_wrong_refusal_is_a_missed_family() {
    let mut county = drawn();
    let case = crate::checks::one(&county, "refused");
    looked_at(&mut county, case);
    let missed = conclude("substance", &["income"], Some("missed"));
    on_check(&mut county, case, "2022-08-11", OFFICER, "conclude", missed).expect("concluded");
    let before = figures(&mut county, "2022-08-12", "2022-07-01", "2022-07-31");
    assert_eq!((before["missed"].part, before["missed"].whole), (0, 0), "not confirmed yet");
    on_check(&mut county, case, "2022-08-12", APPROVER, "uphold", json!({})).expect("upheld");
    let after = figures(&mut county, "2022-08-12", "2022-07-01", "2022-07-31");
    assert_eq!((after["missed"].part, after["missed"].whole, after["reversal-rate"].part), (1, 1, 1));
}

/// 许镇镇 met on 18 July and decided on the 20th; 籍山镇 did not meet.
fn met() -> County {
    let mut county = attended();
    let recused = json!({ "recused": ["3"], "grounds": "入户调查人" });
    county.press("2022-07-18", CASEWORKER, "meeting", "vote", vote(501, recused)).expect("a vote");
    county.press("2022-07-18", CASEWORKER, "meeting", "remove-case", json!({ "case": "502" })).expect("off");
    county.press("2022-07-18", CASEWORKER, "meeting", "minute", json!({ "minutes": "研究一件。" })).expect("minutes");
    county.press("2022-07-19", REVIEWER, "meeting", "sign", json!({})).expect("signed");
    county.open.clear();
    // An objection and a near relative: both are checked whatever is drawn.
    county.ruled = vec![
        Ruled { objection: true, ..granted(501, 1, "2022-07-20") },
        Ruled { relative: true, ..granted(502, 40, "2022-07-21") },
        refused(701, 41, "2022-07-21"),
    ];
    county.tick("2022-07-22", "spot-check");
    county.tick("2022-08-01", "spot-check");
    county
}

#[test]
fn meetings_and_decisions_are_brought_together() {
    let mut county = met();
    let clues = |case: i64| county.check_of(case).1.clues;
    let of: BTreeMap<i64, Vec<String>> =
        county.checks().iter().map(|(_, check)| (check.case.0, clues(check.case.0))).collect();
    for (case, clues) in of {
        let expected: Vec<String> = if case == 501 { vec![] } else { vec!["no-meeting".to_owned()] };
        assert_eq!(clues, expected, "{case}");
    }
    let figures = figures(&mut county, "2022-08-05", "2022-07-01", "2022-07-31");
    assert_eq!((figures["joint-meetings"].part, figures["joint-meetings"].whole), (1, 2));
    assert_eq!((figures["decided-in-days"].part, figures["decided-in-days"].whole), (1, 1), "two days after");
    // Nothing but grants on one side, nothing but refusals on the other.
    assert_eq!((figures["approval-outliers"].part, figures["approval-outliers"].whole), (2, 2));
    let page = follow(&county, &figures["joint-meetings"].drill_down);
    assert!(page.contains("已召开") && page.contains("没有召开"), "{page}");
}

fn duties(
    county: &mut County,
    today: &str,
    who: Who,
    begins: &str,
    ends: &str,
) -> Vec<(String, String, i64, i64, String)> {
    county.as_user(today, who);
    let period = Block::of(Table::new("period", 1).ints("begins", [day(begins)]).ints("ends", [day(ends)]));
    let answer = county.world.run(|context| DelegatedApproval::answer(context, "duty.due", context.today, period));
    let answer = answer.expect("an answer");
    let table = answer.table("duty").expect("the table");
    let text = |name: &str, row: usize| table.text_column(name).expect("texts").get(row).expect("a text").to_owned();
    let int = |name: &str, row: usize| table.int_column(name).expect("ints").value(row);
    (0..table.rows as usize)
        .map(|row| {
            assert_eq!(text("article", row), "芜湖市2022年6月23日通知 第八条");
            let due = Date::from_days(int("due", row) as i32).to_string();
            (text("code", row), due, int("done", row), int("of", row), text("page", row))
        })
        .collect()
}

#[test]
fn duties_have_a_day_and_a_list() {
    let mut county = met();
    let row = |code: &str, due: &str, done: i64, of: i64, page: &str| {
        (code.to_owned(), due.to_owned(), done, of, page.to_owned())
    };
    assert_eq!(
        duties(&mut county, "2022-08-05", OFFICER, "2022-07-01", "2022-07-31"),
        [
            row("spot-check-draw", "2022-07-07", 1, 1, "draws?period=2022-06"),
            row("joint-meeting", "2022-07-31", 1, 2, "meetings?month=2022-07"),
        ]
    );
    let case = county.checks()[0].1.case.0;
    looked_at(&mut county, case);
    let mut values = conclude("procedure", &["late"], None);
    values["mend-by"] = json!("2022-08-25");
    on_check(&mut county, case, "2022-08-11", OFFICER, "conclude", values).expect("concluded");
    let checks = county.checks().len() as i64;
    assert_eq!(
        duties(&mut county, "2022-08-12", OFFICER, "2022-08-01", "2022-08-31"),
        [
            row("spot-check-draw", "2022-08-05", 1, 1, "draws?period=2022-07"),
            row("rectification", "2022-08-25", 0, 1, "checks?mend=2022-08-25"),
            row("spot-checks", "2022-08-29", 1, checks, "checks?period=2022-07"),
            row("joint-meeting", "2022-08-31", 0, 2, "meetings?month=2022-08"),
        ]
    );
    for (_, _, _, of, page) in duties(&mut county, "2022-08-12", OFFICER, "2022-08-01", "2022-08-31") {
        let shown = follow(&county, &page);
        if page.starts_with("checks") {
            assert_eq!(linked(&shown) as i64, of, "{page}");
        }
    }
    // A town is not told of the county's own duties.
    let codes: Vec<String> = duties(&mut county, "2022-08-12", REVIEWER, "2022-08-01", "2022-08-31")
        .into_iter()
        .map(|duty| duty.0)
        .collect();
    assert_eq!(codes, ["rectification", "joint-meeting"]);
}

#[test]
fn without_orders_there_are_neither_duties_nor_draws() {
    let mut county = County::new();
    assert_eq!(duties(&mut county, "2022-08-12", OFFICER, "2022-07-01", "2022-08-31"), []);
    county.tick("2022-08-01", "spot-check");
    county.tick("2022-08-01", "error-rates");
    assert_eq!(county.world.documents().count(), 0);
    let figures = figures(&mut county, "2022-08-15", "2022-07-01", "2022-07-31");
    assert!(figures.values().all(|figure| figure.whole == 0), "{figures:?}");
}

#[test]
fn the_map_says_who_decides_and_since_when() {
    let mut county = County::new();
    county.order("2022-06-20", XU, "2022-07-01");
    county.as_user("2022-07-05", OFFICER);
    let page = county.page(PageRequest::new("map"));
    assert!(page.contains("镇（街），2022-07-01 起") && page.contains(r#""县级""#), "{page}");
    assert!(!page.contains(&format!("{:012}", 340_223_400_000_i64)), "a park has no duty of a town: {page}");
    county
        .press("2022-07-10", APPROVER, "order", "suspend", json!({ "on": "2022-07-11", "reason": "整改" }))
        .expect("rests");
    county.as_user("2022-07-12", OFFICER);
    assert!(county.page(PageRequest::new("map")).contains("县级，2022-07-11 起"));
    county.as_user("2022-07-12", CASEWORKER);
    let own = county.page(PageRequest::new("map"));
    assert!(!own.contains(&format!(r#""division":"{JISHAN:012}""#)), "a town sees its own: {own}");
    let panel = county.page(PageRequest::new("panel").of_household(Id(1)));
    assert!(panel.contains("由县级审核确认"), "{panel}");
}

#[test]
fn the_draw_page_tells_how_to_repeat_it() {
    let mut county = july();
    county.tick("2022-07-01", "spot-check");
    county.as_user("2022-07-02", OFFICER);
    let before = county.page(PageRequest::new("draw").of_document(county.draw("2022-07").0));
    assert!(before.contains("591f3b5d5bb05266") && !before.contains("重做"), "{before}");
    county.tick("2022-08-01", "spot-check");
    county.as_user("2022-08-02", OFFICER);
    let (document, draw) = county.draw("2022-07");
    let page = county.page(PageRequest::new("draw").of_document(document));
    for part in [draw.published.as_str(), draw.digest.as_str(), draw.seed.as_str(), "sha256sum", "总数 N"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let list = county.page(PageRequest::new("list").with("period", "2022-07"));
    for entry in &draw.list {
        assert!(list.contains(&entry.case().line()), "{}", entry.case().line());
    }
    let panel =
        county.page(PageRequest::new("panel").of_household(county.checks()[0].0.household.expect("a household")));
    assert_eq!(linked(&panel), 1);
    for page in ["draws", "checks", "towns", "meetings", "intervals"] {
        county.page(PageRequest::new(page));
    }
}

#[test]
fn settings_name_schemes_and_the_manifest_agrees_with_the_code() {
    let check = |schemes: &str| {
        DelegatedApproval::check_settings(Settings { schemes: schemes.to_owned() }).expect("a check").into_vec().len()
    };
    for (schemes, problems) in
        [("", 0), ("relief=困难救助", 0), ("relief=困难救助；care＝照料", 0), ("困难救助", 1), ("relief=", 1)]
    {
        assert_eq!(check(schemes), problems, "{schemes}");
    }
    let manifest = manifest();
    let lists: [(&str, &str, Vec<&str>); 4] = [
        ("conclude", "findings", delegated_approval::check::FINDINGS.iter().map(|(code, ..)| *code).collect()),
        ("conclude", "error", delegated_approval::check::ERRORS.iter().map(|(code, _)| *code).collect()),
        ("record", "way", delegated_approval::check::WAYS.iter().map(|(code, _)| *code).collect()),
        ("member", "department", delegated_approval::group::DEPARTMENTS.iter().map(|(code, _)| *code).collect()),
    ];
    for (form, field, codes) in lists {
        let fields = manifest.form(form).expect("the form").sections.iter().flat_map(|section| &section.fields);
        let field = fields.into_iter().find(|known| known.name == field).expect("the field");
        assert_eq!(field.choices.iter().map(|choice| choice.value.as_str()).collect::<Vec<_>>(), codes, "{form}");
    }
    for collection in &manifest.collections {
        for action in &collection.workflow.actions {
            if let Some(form) = &action.form {
                assert!(manifest.form(form).is_some(), "{form}");
            }
        }
    }
    assert_eq!(town_of(XU), Some(XU));
}
