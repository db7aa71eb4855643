//! A year in a small town, from July 2022 to the new standard of July 2023: invented families of the demonstration county apply,
//! are refused, have children, find and lose work, die, are looked at again; through the use cases, as the right officers, on
//! working days. After each month everything a caseworker would swear to is checked, against a book kept by hand: `book` adds
//! up the families' means and knows nothing of the measure; `office` presses the buttons.

mod book;
mod checks;
mod office;

use crate::support::server::TestServer;
use crate::support::{guests, people};
use book::{Book, Standing};
use doudi_server::app::plugin::GrantChoice;
use jiff::civil::{Date, date};
use office::Office;

const BEGIN: Date = date(2022, 7, 1);
/// The standard of the year, and that of the next, in fen.
const STANDARD: i64 = 71_000;
const RAISED: i64 = 75_000;

/// What happens to a family in a month, beside what the offices do by themselves.
#[derive(Clone, Copy, Debug)]
enum Event {
    /// Applies and goes the whole way; the number is that of the family in the book.
    Apply(usize),
    /// Applies, is accepted, and then nobody touches the file until the limit is past.
    Forgotten(usize),
    /// The forgotten one is withdrawn.
    Withdraw(usize),
    Birth(usize),
    /// The spouse dies.
    Death(usize),
    /// A wage that lifts the family above the line: grace.
    Job(usize),
    /// A wage that leaves it below: a smaller amount.
    SmallJob(usize),
    /// All wages end.
    JobLost(usize),
}

/// The year's events by month. Families are numbered in the order of the book: the poor first, then those above the line.
fn events(month: i8) -> Vec<Event> {
    use Event::{Apply, Birth, Death, Forgotten, Job, JobLost, SmallJob, Withdraw};
    let rich = book::POOR;
    match month {
        7 => vec![Apply(0), Apply(1), Apply(2), Apply(3), Apply(rich)],
        8 => vec![Apply(4), Apply(5), Apply(6), Apply(rich + 1)],
        9 => vec![Apply(7), Birth(0), Job(1), Forgotten(8)],
        10 => vec![Apply(9), SmallJob(2), Death(3)],
        11 => vec![Apply(10), JobLost(2), Withdraw(8)],
        12 => vec![Apply(8), Birth(4), Job(5)],
        1 => vec![Apply(11), Death(6)],
        2 => vec![Apply(rich + 2), SmallJob(7)],
        3 => vec![JobLost(rich), Birth(9)],
        4 => vec![Apply(rich), Death(10)],
        5 => vec![JobLost(7), SmallJob(0)],
        _ => vec![Job(11)],
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_year_of_a_small_town() {
    let server = TestServer::new(BEGIN).await;
    let package = guests::plugin("dibao");
    server.enable(&package, &[people::COUNTY], date(2022, 6, 23), GrantChoice::All).await;
    // What nothing can be decided without, and nothing else: every other rule is then silent.
    for (code, value) in [("standard", STANDARD), ("edge-ratio", 15_000), ("pension-exclusion-until", 20_453)] {
        server.set_parameter(people::COUNTY, &format!("dibao.{code}"), value, date(2022, 1, 1)).await;
    }
    server.set_parameter(people::COUNTY, "dibao.recheck-lead-days", 30, date(2022, 1, 1)).await;
    let mut book = Book::of_the_town(&server).await;
    let mut office = Office::new(&server);
    let mut rechecked = 0;
    let mut month = BEGIN;
    for _ in 0..12 {
        office.go_to(office.working_day(month, 0)).await;
        for event in events(month.month()) {
            happen(&mut office, &mut book, month, event).await;
        }
        // Postings are over, and rechecks that fall due are on the worklist.
        office.go_to(office.working_day(month, 15)).await;
        office.close_postings().await;
        rechecked += office.clear_rechecks(&book.stopped()).await;
        let end = month.last_of_month();
        office.go_to(end).await;
        book.end_of_month(end);
        checks::all(&server, &book).await;
        month = end.tomorrow().expect("a next day");
    }

    // The new standard, for everyone whose means are what was decided on.
    server.set_parameter(people::COUNTY, "dibao.standard", RAISED, date(2023, 7, 1)).await;
    office.go_to(date(2023, 7, 3)).await;
    book.uprate(RAISED);
    checks::all(&server, &book).await;
    let replayed = checks::every_decision_replays(&server).await;
    let kinds = book.standings();
    assert!(kinds.contains(&"covered") && kinds.contains(&"stopped") && kinds.contains(&"refused"), "{kinds:?}");
    assert!(kinds.contains(&"grace"), "{kinds:?}");
    assert!(rechecked >= 4, "only {rechecked} rechecks fell due in a year");
    assert!(replayed > 40, "only {replayed} decisions in a year");
    server.close().await;
}

async fn happen(office: &mut Office<'_>, book: &mut Book, month: Date, event: Event) {
    match event {
        Event::Apply(family) => {
            let pays = book.entitled(family) > 0;
            office.apply(book.home(family), pays).await;
            book.decided(family, month, if pays { Standing::Covered } else { Standing::Refused });
        }
        Event::Forgotten(family) => office.apply_and_forget(book.home(family)).await,
        Event::Withdraw(family) => office.withdraw(book.home(family)).await,
        Event::Birth(family) => {
            office.birth(book.home_mut(family)).await;
            book.decided(family, month, Standing::Covered);
        }
        Event::Death(family) => {
            office.death(book.home_mut(family)).await;
            let left = book.entitled(family) > 0;
            book.decided(family, month, if left { Standing::Covered } else { Standing::Stopped });
        }
        Event::Job(family) => {
            let before = book.paid(family, month);
            let wage = book.home(family).line(STANDARD) + 60_000;
            office.wage(book.home_mut(family), wage).await;
            office.recheck(book.home(family), Some(6)).await;
            book.decided(family, month, Standing::Grace { amount: before, months: 6 });
        }
        Event::SmallJob(family) => {
            let wage = book.home(family).head_wage() + book.entitled(family) / 2;
            office.wage(book.home_mut(family), wage).await;
            office.recheck(book.home(family), None).await;
            book.decided(family, month, Standing::Covered);
        }
        Event::JobLost(family) => {
            office.wage(book.home_mut(family), 0).await;
            if book.is_covered(family) {
                office.recheck(book.home(family), None).await;
                book.decided(family, month, Standing::Covered);
            }
        }
    }
}
