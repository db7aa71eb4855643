//! Months of a made-up county: measures decide, rosters are drawn up, three people and finance and the bank do their part, and
//! nobody is paid twice. The measures are invented here (`relief`, `care`): the plugin knows none.

use disbursement::Disbursement;
use disbursement::drawing::Cursor;
use disbursement::failure::Failure;
use disbursement::overpayment::Overpayment;
use disbursement::roster::Roster;
use disbursement::rules::reconcile::Totals;
use doudi_sdk::doc::effect::{PaymentFlag, PaymentPurpose, PaymentState};
use doudi_sdk::payments::Line;
use doudi_sdk::prelude::*;
use doudi_sdk::testing::World;
use doudi_sdk::topics::Period;
use proptest::prelude::*;
use serde_json::json;
use std::collections::BTreeMap;

const MANIFEST: &str = include_str!("../plugin.toml");
const CALENDAR: &str = include_str!("../../../data/statutory-days.csv");

/// User ids and offices.
const MAKER: (i64, &str) = (21, "county-officer");
const CHECKER: (i64, &str) = (22, "county-approver");
const SENDER: (i64, &str) = (23, "county-officer");
const FINANCE: (i64, &str) = (24, "finance");
const TOWN: (i64, &str) = (11, "town-caseworker");
const SYSTEM: (i64, &str) = (0, "system");

fn day(text: &str) -> Date {
    text.parse().expect("a test date")
}

/// One decision of an invented measure.
#[derive(Clone, Debug)]
struct Award {
    id: i64,
    scheme: &'static str,
    household: i64,
    person: Option<i64>,
    members: Vec<i64>,
    /// Yuan; 0 stops.
    amount: i64,
    from: Date,
    decided: Date,
    posted: bool,
}

#[derive(Clone, Debug, Default)]
struct Awards(Vec<Award>);

impl Awards {
    /// Household `h` has the members `10h+1 …`.
    fn decide(&mut self, decided: &str, household: i64, members: i64, amount: i64, from: &str) {
        self.decide_for("relief", decided, household, None, members, amount, from);
    }

    #[allow(clippy::too_many_arguments, reason = "a row of a table")]
    fn decide_for(
        &mut self,
        scheme: &'static str,
        decided: &str,
        household: i64,
        person: Option<i64>,
        members: i64,
        amount: i64,
        from: &str,
    ) {
        let members = match person {
            Some(person) => vec![person],
            None => (1..=members).map(|member| household * 10 + member).collect(),
        };
        self.0.push(Award {
            id: 1_000 + self.0.len() as i64,
            scheme,
            household,
            person,
            members,
            amount,
            from: day(from),
            decided: day(decided),
            posted: true,
        });
    }

    /// The latest recorded decision that has begun, for each line.
    fn governing(&self, scheme: &str, on: Date) -> BTreeMap<(i64, Option<i64>), &Award> {
        let begun = self.0.iter().filter(|award| award.scheme == scheme && award.from <= on);
        begun.map(|award| ((award.household, award.person), award)).collect()
    }

    /// The answer to `benefit.payables` by the topic's columns.
    fn answer(&self, scheme: &'static str, on: Date, question: &Block) -> Block {
        let page = question.table("page").expect("the question has a page");
        let value = |name: &str| page.int_column(name).expect("a column").get(0);
        let (after, limit) = (value("after").unwrap_or(0), value("limit").unwrap_or(2_000));
        let since = value("since").map(|days| Date::from_days(days as i32));
        let governing = self.governing(scheme, on);
        let mut rows: BTreeMap<(i64, Option<i64>), (Award, Fen)> = BTreeMap::new();
        for award in self.0.iter().filter(|award| award.scheme == scheme && award.household > after) {
            let key = (award.household, award.person);
            let touched = since.is_none_or(|since| {
                self.0
                    .iter()
                    .any(|other| other.scheme == scheme && other.household == award.household && other.decided >= since)
            });
            if !touched {
                continue;
            }
            match governing.get(&key) {
                Some(governs) if governs.amount > 0 => {
                    rows.insert(key, ((*governs).clone(), Fen::yuan(governs.amount)));
                }
                _ if since.is_some() => drop(rows.insert(key, (award.clone(), Fen::ZERO))),
                _ => {}
            }
        }
        let mut households: Vec<i64> = rows.keys().map(|(household, _)| *household).collect();
        households.dedup();
        households.truncate(limit as usize);
        rows.retain(|(household, _), _| households.contains(household));
        let rows: Vec<(Award, Fen)> = rows.into_values().collect();
        let mut end = 0;
        let ends = rows.iter().map(|(award, _)| {
            end += award.members.len() as u32;
            end
        });
        let ends = ends.collect();
        let members: Vec<i64> = rows.iter().flat_map(|(award, _)| award.members.clone()).collect();
        let table = Table::new("payable", rows.len())
            .texts("scheme", rows.iter().map(|_| scheme))
            .texts("label", rows.iter().map(|_| "困难救助"))
            .ints("household", rows.iter().map(|(award, _)| award.household))
            .optional_ints("person", rows.iter().map(|(award, _)| award.person))
            .ints("covered", rows.iter().map(|(award, _)| award.members.len() as i64))
            .ints("decision", rows.iter().map(|(award, _)| award.id))
            .ints("amount", rows.iter().map(|(_, amount)| amount.0))
            .ints("base", rows.iter().map(|(_, amount)| amount.0))
            .ints("supplement", rows.iter().map(|_| 0_i64))
            .ints("posted", rows.iter().map(|(award, _)| i64::from(award.posted)));
        Block::of(table).with(Table::new("member", members.len()).ends(ends).ints("person", members))
    }
}

struct County {
    world: World,
    awards: Awards,
}

impl County {
    fn new() -> County {
        let settings = json!({ "first_month": "2022-07", "budget_codes": "relief=2081902；care=2082101" });
        let world = World::new("2022-06-30").manifest(MANIFEST).calendar(CALENDAR).settings(&settings);
        County { world, awards: Awards::default() }
    }

    fn as_user(&mut self, date: &str, (user, role): (i64, &str)) {
        let mut world =
            self.world.clone().on(date).actor(user, role, 340_223_000_000).forget_answers("benefit.payables");
        for scheme in ["relief", "care"] {
            let awards = self.awards.clone();
            world = world.answer_with("benefit.payables", scheme, move |on, block| awards.answer(scheme, on, block));
        }
        self.world = world;
    }

    /// Applies, and lets the plugin's own events run to their end as the worker does.
    fn apply(&mut self, effects: &Effects) {
        self.world.apply(effects);
        let mut events: Vec<EventPublish> = effects.events().cloned().collect();
        while let Some(event) = events.pop() {
            let payload = event.payload.clone();
            let event = Event::new(&event.topic).with_payload(&payload);
            let more = self.world.run(|context| Disbursement::react(context, event)).expect("effects");
            self.world.apply(&more);
            events.extend(more.events().cloned());
        }
    }

    /// The daily job, to its end. Returns how many lines it drew.
    fn tick(&mut self, date: &str) -> usize {
        self.as_user(date, SYSTEM);
        let before = self.world.payments().len();
        let mut cursor: Option<String> = None;
        let mut seen = Vec::new();
        loop {
            let step = self
                .world
                .run(|context| Disbursement::tick(context, "roster", context.today, cursor.as_deref()))
                .unwrap_or_else(|refusal| panic!("{date} {cursor:?}: {refusal}"));
            self.apply(&step.effects);
            match step.next {
                Some(next) => {
                    assert!(!seen.contains(&next), "the step {next} comes twice");
                    assert_eq!(Cursor::parse(&next).expect("a cursor").to_string(), next);
                    seen.push(next.clone());
                    cursor = Some(next);
                }
                None => return self.world.payments().len() - before,
            }
        }
    }

    fn press_on(
        &mut self,
        date: &str,
        who: (i64, &str),
        document: Document,
        id: &str,
        values: serde_json::Value,
    ) -> Result<Effects> {
        self.as_user(date, who);
        let values = FormValues::parse(&values.to_string())?;
        let action = Action::new(&document.collection, id).on(document).values(values);
        let effects = self.world.run(|context| Disbursement::act(context, action))?;
        // What the kernel refuses is a refusal for the officer, too.
        self.world.clone().try_apply(&effects)?;
        self.apply(&effects);
        Ok(effects)
    }

    fn press(
        &mut self,
        date: &str,
        who: (i64, &str),
        collection: &str,
        id: &str,
        values: serde_json::Value,
    ) -> Result<Effects> {
        let document = self.world.latest(collection);
        self.press_on(date, who, document, id, values)
    }

    fn roster(&self) -> (Document, Roster) {
        let document = self.world.latest("roster");
        let body = document.body().expect("the body of a roster");
        (document, body)
    }

    fn of(&self, collection: &str) -> Vec<Document> {
        self.world.documents().filter(|document| document.collection == collection).cloned().collect()
    }

    /// From the maker's desk to the bank.
    fn pay(&mut self, submitted: &str, sent: &str, allocated: &str) {
        self.press(submitted, MAKER, "roster", "submit", json!({})).expect("submitted");
        self.press(submitted, CHECKER, "roster", "approve", json!({})).expect("approved");
        self.press(sent, SENDER, "roster", "send", json!({})).expect("sent");
        let sealed = self.sealed();
        let totals = json!({ "lines": sealed.lines, "amount": sealed.amount.0 });
        self.press(sent, FINANCE, "roster", "pass", totals).expect("passed");
        let allocation = json!({ "amount": sealed.amount.0, "on": allocated, "voucher": "2022-001" });
        self.press(allocated, FINANCE, "roster", "allocate", allocation).expect("allocated");
    }

    fn sealed(&self) -> Totals {
        self.roster().1.sealed.expect("sealed totals")
    }

    /// The bank answers for every line that waits; `failing` households come back.
    fn bank(&mut self, on: &str, failing: &[i64]) -> Taken {
        let document = self.world.latest("roster").id;
        let waiting: Vec<Line> = self
            .world
            .payments()
            .iter()
            .filter(|line| line.document == document && line.state == PaymentState::Sealed)
            .cloned()
            .collect();
        let rows: Vec<(i64, i64, i64, i64, Option<i64>)> = waiting
            .iter()
            .map(|line| {
                let fails = failing.contains(&line.household.0);
                (line.id.0, i64::from(line.attempt), line.amount.0, if fails { 2 } else { 1 }, fails.then_some(3))
            })
            .collect();
        self.file(on, &rows)
    }

    /// A file of serial, attempt, amount, outcome, reason.
    fn file(&mut self, on: &str, rows: &[(i64, i64, i64, i64, Option<i64>)]) -> Taken {
        self.as_user(on, MAKER);
        let document = self.world.latest("roster").id;
        let table = Table::new("row", rows.len())
            .ints("document", rows.iter().map(|_| document.0))
            .ints("line", (0..rows.len()).map(|row| row as i64 + 2))
            .ints("serial", rows.iter().map(|row| row.0))
            .ints("serial-attempt", rows.iter().map(|row| row.1))
            .ints("amount", rows.iter().map(|row| row.2))
            .ints("outcome", rows.iter().map(|row| row.3))
            .optional_ints("reason", rows.iter().map(|row| row.4))
            .ints("on", rows.iter().map(|_| day(on)));
        let taken =
            self.world.run(|context| Disbursement::intake(context, "bank-return", Block::of(table))).expect("taken");
        self.apply(&taken.effects);
        taken
    }

    /// Lines of a household that stand, as `month purpose yuan`.
    fn paid(&self, household: i64) -> Vec<String> {
        let standing = self.world.payments().iter().filter(|line| line.state != PaymentState::Dropped);
        let mut lines: Vec<&Line> = standing.filter(|line| line.household == Id(household)).collect();
        lines.sort_by_key(|line| (line.document, line.month, line.purpose));
        lines
            .iter()
            .map(|line| format!("{} {} {}", &line.month.to_string()[..7], line.purpose.code(), line.amount))
            .collect()
    }
}

#[test]
fn the_roster_is_drawn_on_the_day_of_the_freeze_and_once() {
    let mut county = County::new();
    county.awards.decide("2022-06-15", 1, 3, 630, "2022-07-01");
    county.awards.decide("2022-06-15", 2, 2, 400, "2022-07-01");
    county.awards.decide("2022-06-15", 3, 2, 400, "2022-08-01");
    for (date, drawn) in [("2022-07-01", 0), ("2022-07-04", 2), ("2022-07-04", 0), ("2022-07-05", 0), ("2022-07-20", 0)]
    {
        assert_eq!(county.tick(date), drawn, "{date}");
    }
    let (document, roster) = county.roster();
    assert_eq!((document.state.as_str(), document.key.as_str()), ("checking", "2022-07-relief-1"));
    assert_eq!((document.due, roster.send_by), (Some(day("2022-07-05")), Some(day("2022-07-05"))));
    let line = &county.world.payments()[0];
    assert_eq!((line.flag, line.budget.as_str(), line.covered), (PaymentFlag::New, "2081902", 3));
    // Without a first month nothing is ever drawn: what was paid before was paid elsewhere.
    let mut idle = County::new();
    idle.world = idle.world.clone().settings(&json!({}));
    idle.awards.decide("2022-06-15", 1, 3, 630, "2022-07-01");
    assert_eq!(idle.tick("2022-07-04"), 0);
}

#[test]
fn october_is_drawn_in_september() {
    let mut county = County::new();
    county.awards.decide("2022-09-28", 1, 3, 630, "2022-10-01");
    county.world = county.world.clone().settings(&json!({ "first_month": "2022-10" }));
    assert_eq!(county.tick("2022-09-28"), 0);
    assert_eq!(county.tick("2022-09-29"), 1, "confirmed on 28 September, paid from October, sent by 30 September");
    assert_eq!(county.roster().1.send_advised, Some(day("2022-09-30")));
    assert_eq!(county.tick("2022-10-08"), 0);
}

#[test]
fn three_months_with_late_uprating_a_stop_a_death_and_a_failure() {
    let mut county = County::new();
    for (household, members, amount) in [(1, 3, 630), (2, 2, 400), (3, 1, 662), (4, 4, 1_000)] {
        county.awards.decide("2022-06-10", household, members, amount, "2022-06-01");
    }
    // July: everybody; household 2 comes back from the bank, is mended and credited at the second attempt.
    assert_eq!(county.tick("2022-07-04"), 4);
    county.pay("2022-07-04", "2022-07-05", "2022-07-08");
    assert_eq!(county.sealed(), Totals::new(4, Fen::yuan(2_692)));
    county.bank("2022-07-12", &[2]);
    let refused = county.press("2022-07-13", MAKER, "roster", "reissue", json!({})).expect_err("nothing is mended");
    assert!(refused.message.contains("没有已更正账户"), "{refused}");
    county.press("2022-07-14", TOWN, "failure", "mend", json!({ "note": "换了新卡" })).expect("mended");
    county.press("2022-07-14", MAKER, "roster", "reissue", json!({})).expect("re-issued");
    let refused = county.press("2022-07-14", MAKER, "roster", "reconcile", json!({})).expect_err("one line waits");
    assert!(refused.problems[0].message.contains("没有回盘"), "{refused}");
    county.bank("2022-07-15", &[]);
    county.press("2022-07-18", MAKER, "roster", "reconcile", json!({})).expect("the books agree");
    county.press("2022-07-18", MAKER, "roster", "archive", json!({})).expect("archived");
    let failure: Failure = county.world.latest("failure").body().expect("a body");
    assert_eq!((failure.times, failure.cleared), (1, Some(day("2022-07-15"))));

    // August: household 4 is stopped from August on.
    county.awards.decide("2022-07-20", 4, 4, 0, "2022-08-01");
    assert_eq!(county.tick("2022-08-04"), 3);
    county.pay("2022-08-04", "2022-08-05", "2022-08-10");
    assert_eq!(county.sealed(), Totals::new(3, Fen::yuan(1_692)));
    county.bank("2022-08-12", &[]);
    county.press("2022-08-15", MAKER, "roster", "reconcile", json!({})).expect("the books agree");

    // The standard is approved on 20 August with effect from July: the measure decides again, also for household 4's July; and
    // in late August it is found that household 3 died in May.
    county.awards.decide("2022-09-01", 1, 3, 774, "2022-07-01");
    county.awards.decide("2022-09-01", 2, 2, 496, "2022-07-01");
    county.awards.decide("2022-09-01", 4, 4, 1_192, "2022-07-01");
    county.awards.decide("2022-09-01", 4, 4, 0, "2022-08-01");
    county.as_user("2022-08-26", SYSTEM);
    let died = Event::new("person.died").household(Id(3)).person(Id(31)).with_payload(&json!({ "date": "2022-05-14" }));
    let effects = county.world.run(|context| Disbursement::react(context, died.clone())).expect("effects");
    county.apply(&effects);
    let again = county.world.run(|context| Disbursement::react(context, died)).expect("effects");
    assert!(again.is_empty(), "the second delivery changes nothing");
    county.awards.decide("2022-08-30", 3, 1, 0, "2022-06-01");

    county.tick("2022-09-02");
    assert_eq!(
        county.paid(1),
        [
            "2022-07 regular 630.00",
            "2022-08 regular 630.00",
            "2022-07 back-pay 144.00",
            "2022-08 back-pay 144.00",
            "2022-09 regular 774.00"
        ]
    );
    assert_eq!(county.paid(4), ["2022-07 regular 1000.00", "2022-07 back-pay 192.00"], "stopped in between");
    assert_eq!(county.paid(3), ["2022-07 regular 662.00", "2022-08 regular 662.00"], "nothing is offset in silence");
    let claim: Overpayment = county.world.latest("overpayment").body().expect("a body");
    assert_eq!((claim.total, claim.cause.as_str(), claim.died), (Fen::yuan(1_324), "death", Some(day("2022-05-14"))));
    county.pay("2022-09-02", "2022-09-05", "2022-09-09");
    // 774 + 144 + 144, 496 + 96 + 96, 192.
    assert_eq!(county.sealed(), Totals::new(7, Fen::yuan(774 + 288 + 496 + 192 + 192)));
    county.bank("2022-09-14", &[]);
    county.press("2022-09-15", MAKER, "roster", "reconcile", json!({})).expect("the books agree");

    // October finds nothing new.
    assert_eq!(county.tick("2022-09-29"), 2);
    assert_eq!(county.of("overpayment").len(), 1);

    // The scorecard of the quarter.
    county.as_user("2022-10-20", SYSTEM);
    let figures = county
        .world
        .run(|context| Disbursement::indicators(context, day("2022-07-01"), day("2022-09-30")))
        .expect("figures");
    let of = |code: &str| {
        let figure = figures.iter().find(|figure| figure.code == code).expect(code);
        (figure.part, figure.whole)
    };
    assert_eq!(of("sent-on-time"), (3, 3));
    assert_eq!(of("credited-on-time"), (3, 3));
    assert_eq!(of("first-try"), (13, 14));
    assert_eq!(of("cleared"), (1, 1));
    assert_eq!(of("unpaid").0, 0);
    assert_eq!(of("after-death"), (132_400, 132_400));
    // Each of them has its definition.
    let manifest = doudi_sdk::testing::manifest(MANIFEST);
    for figure in &figures {
        assert!(manifest.indicator(&figure.code).is_some(), "{} has no definition", figure.code);
    }
}

/// 每月 5 日前报送、10 日前拨付、15 日前入账, as the calendar of duties hears of it; 2022-10-05 is 国庆节.
#[test]
fn the_three_days_of_a_month_are_duties_of_the_county() {
    let mut county = County::new();
    county.awards.decide("2022-06-10", 1, 3, 630, "2022-06-01");
    let duties = |county: &mut County, on: &str, from: &str, to: &str| -> Vec<String> {
        county.as_user(on, MAKER);
        let asked = Block::of(
            Table::new("period", 1)
                .ints("begins", [i64::from(day(from).days())])
                .ints("ends", [i64::from(day(to).days())]),
        );
        let today = day(on);
        let told = county.world.run(|context| Disbursement::answer(context, "duty.due", today, asked)).expect("duties");
        let table = told.table("duty").expect("a table");
        let (labels, pages) = (table.text_column("label").expect("labels"), table.text_column("page").expect("pages"));
        let int = |name: &str, row: usize| table.int_column(name).expect("a column").get(row);
        (0..told.rows())
            .map(|row| {
                let date = |name: &str| int(name, row).map(|days| Date::from_days(days as i32).to_string());
                let due = date("due").expect("a day");
                let advised = date("advised").map(|day| format!(" 建议 {day}")).unwrap_or_default();
                let (done, of) = (int("done", row).expect("done"), int("of", row).expect("of"));
                let (label, page) = (labels.get(row).expect("a label"), pages.get(row).expect("a page"));
                format!("{label} {due}{advised} {done}/{of} {page}")
            })
            .collect()
    };
    // Before the freeze: a roster will have to be sent.
    let july = duties(&mut county, "2022-07-01", "2022-06-01", "2022-07-31");
    assert_eq!(
        july,
        [
            "2022年7月名册报送 2022-07-05 0/1 month?month=2022-07",
            "2022年7月资金拨付 2022-07-10 建议 2022-07-08 0/1 month?month=2022-07",
            "2022年7月存入账户 2022-07-15 0/1 month?month=2022-07",
        ]
    );
    county.tick("2022-07-04");
    county.pay("2022-07-04", "2022-07-05", "2022-07-08");
    let done: Vec<String> = duties(&mut county, "2022-07-08", "2022-07-01", "2022-07-31");
    assert!(done[0].contains("1/1") && done[1].contains("1/1") && done[2].contains("0/1"), "{done:?}");
    let october = duties(&mut county, "2022-09-28", "2022-10-01", "2022-10-07");
    assert_eq!(october, ["2022年10月名册报送 2022-10-05 建议 2022-09-30 0/1 month?month=2022-10"]);
    // A town has no part in it.
    county.as_user("2022-07-08", TOWN);
    county.world = county.world.clone().actor(TOWN.0, TOWN.1, 340_223_101_000);
    let july = Period { from: day("2022-07-01"), to: day("2022-07-31") };
    let nothing = county.world.run(|context| disbursement::answers::due(context, july));
    assert_eq!(nothing.expect("an answer"), []);
}

#[test]
fn control_totals_stop_whoever_has_others() {
    let mut county = County::new();
    county.awards.decide("2022-06-10", 1, 3, 630, "2022-06-01");
    county.awards.decide("2022-06-10", 2, 2, 400, "2022-06-01");
    county.tick("2022-07-04");
    let refused = |result: Result<Effects>, words: &str| {
        let refusal = result.expect_err(words);
        let told = format!("{} {:?}", refusal.message, refusal.problems);
        assert!(told.contains(words), "{told}");
    };
    refused(county.press("2022-07-04", SENDER, "roster", "send", json!({})), "没有经过复核");
    county.press("2022-07-04", MAKER, "roster", "submit", json!({})).expect("submitted");
    county.press("2022-07-04", CHECKER, "roster", "approve", json!({})).expect("approved");
    // Between the review and the sending a line is held: what was reviewed is no longer what would be sent.
    let roster = county.roster().0.id;
    let hold = Effects::new().hold(doudi_sdk::doc::effect::PaymentMark::new(roster, [Id(2)], "died"));
    let mut tampered = County { world: county.world.clone(), awards: county.awards.clone() };
    tampered.world.apply(&hold);
    refused(tampered.press("2022-07-05", SENDER, "roster", "send", json!({})), "名单在复核后有变动");
    county.press("2022-07-05", SENDER, "roster", "send", json!({})).expect("sent");
    let sealed = json!({ "lines": 2, "amount": 103_000 });
    for (lines, amount) in [(2, 102_999), (1, 103_000), (3, 103_000)] {
        let totals = json!({ "lines": lines, "amount": amount });
        refused(county.press("2022-07-05", FINANCE, "roster", "pass", totals), "控制总额不一致");
    }
    county.press("2022-07-06", FINANCE, "roster", "pass", sealed).expect("passed");
    let short = json!({ "amount": 102_900, "on": "2022-07-08", "voucher": "1" });
    refused(county.press("2022-07-08", FINANCE, "roster", "allocate", short), "控制总额不一致");
    let late = json!({ "amount": 103_000, "on": "2022-07-09", "voucher": "1" });
    refused(county.press("2022-07-08", FINANCE, "roster", "allocate", late), "不能晚于今天");
    // After sealing nothing can be drawn, held or dropped: the kernel says so whatever the plugin wishes.
    assert!(county.world.try_apply(&hold).is_err());
}

#[test]
fn lines_in_question_are_held_settled_by_people_and_paid_later() {
    let mut county = County::new();
    for household in 1..=4 {
        county.awards.decide("2022-06-10", household, 2, 500, "2022-06-01");
    }
    county.awards.0[3].posted = false;
    county.world = county
        .world
        .clone()
        .conflict(Id(1), "shared-account", None, Some(Id(2)))
        .conflict(Id(1), "holder-differs", None, None)
        .conflict(Id(2), "shared-account", None, Some(Id(1)));
    county.tick("2022-07-04");
    let states =
        |county: &County| -> Vec<PaymentState> { county.world.payments().iter().map(|line| line.state).collect() };
    use PaymentState::{Drawn, Dropped, Held};
    assert_eq!(states(&county), [Held, Held, Drawn, Held]);
    let codes: Vec<String> = county.of("finding").iter().map(|document| document.key.clone()).collect();
    assert_eq!(codes, ["1-shared-account", "1-holder-differs", "2-shared-account", "4-not-posted"]);
    let finding = |county: &County, key: &str| {
        county.of("finding").into_iter().find(|document| document.key == key).expect("a finding")
    };
    let note = json!({ "note": "两家是父子，已书面委托" });
    // Two questions about household 1: the line is released with the last of them.
    let document = finding(&county, "1-shared-account");
    county.press_on("2022-07-04", MAKER, document, "release", note.clone()).expect("released");
    assert_eq!(states(&county)[0], Held);
    let document = finding(&county, "1-holder-differs");
    county.press_on("2022-07-04", MAKER, document, "release", note.clone()).expect("released");
    assert_eq!(states(&county)[0], Drawn);
    let document = finding(&county, "4-not-posted");
    county.press_on("2022-07-04", CHECKER, document, "drop", json!({ "reason": "未经公示" })).expect("dropped");
    assert_eq!(states(&county), [Drawn, Held, Drawn, Dropped]);

    // Drawing again asks nothing anew, brings back nothing a person dropped, and follows a new decision.
    county.awards.decide("2022-07-04", 3, 2, 560, "2022-07-01");
    county.awards.decide("2022-07-04", 5, 2, 450, "2022-07-01");
    county.awards.decide("2022-07-04", 4, 2, 500, "2022-08-01");
    county.press("2022-07-05", MAKER, "roster", "redraw", json!({})).expect("drawn again");
    assert_eq!(states(&county), [Drawn, Held, Dropped, Dropped, Drawn, Drawn]);
    assert_eq!(
        (county.paid(3), county.paid(5)),
        (vec!["2022-07 regular 560.00".into()], vec!["2022-07 regular 450.00".into()])
    );
    assert_eq!(county.of("finding").len(), 4);
    assert_eq!(county.roster().0.state, "checking");

    // Household 2 proves right when the roster is gone: July is paid with August, as a line of its own.
    county.pay("2022-07-05", "2022-07-05", "2022-07-08");
    let document = finding(&county, "2-shared-account");
    let effects = county.press_on("2022-07-20", MAKER, document, "release", note).expect("carried");
    assert_eq!(effects.documents().next().map(|put| put.state.as_str()), Some("carried"));
    county.tick("2022-08-04");
    assert_eq!(county.paid(2), ["2022-07 regular 500.00", "2022-07 back-pay 500.00", "2022-08 regular 500.00"]);
    assert_eq!(finding(&county, "2-shared-account").state, "paid");
}

#[test]
fn a_month_that_pays_only_arrears_has_its_roster_and_one_that_pays_nothing_is_closed() {
    let mut county = County::new();
    county.awards.decide("2022-06-10", 1, 3, 630, "2022-06-01");
    county.tick("2022-07-04");
    county.pay("2022-07-04", "2022-07-05", "2022-07-08");
    county.awards.decide("2022-07-20", 1, 3, 774, "2022-07-01");
    county.awards.decide("2022-07-20", 1, 3, 0, "2022-08-01");
    county.tick("2022-08-04");
    assert_eq!(county.paid(1), ["2022-07 regular 630.00", "2022-07 back-pay 144.00"]);
    county.pay("2022-08-04", "2022-08-05", "2022-08-10");
    assert_eq!(county.tick("2022-09-02"), 0);
    let (document, roster) = county.roster();
    assert_eq!((document.state.as_str(), roster.month), ("archived", day("2022-09-01")));
}

#[test]
fn nobody_is_paid_on_two_lines() {
    let mut county = County::new();
    county.awards.decide("2022-06-10", 1, 3, 630, "2022-06-01");
    // A member of household 1 was also decided about alone, under household 2's file; member 31 is alone and on no other line.
    county.awards.decide_for("relief", "2022-06-10", 2, Some(12), 1, 662, "2022-06-01");
    county.awards.decide_for("relief", "2022-06-10", 3, Some(31), 1, 662, "2022-06-01");
    // Another benefit of the same household is another roster, and a question.
    county.awards.decide_for("care", "2022-06-10", 1, None, 3, 300, "2022-06-01");
    county.tick("2022-07-04");
    let relief: Vec<i64> =
        county.world.payments().iter().filter(|line| line.scheme == "relief").map(|line| line.household.0).collect();
    assert_eq!(relief, [1, 3]);
    let rosters: Vec<String> = county.of("roster").iter().map(|document| document.key.clone()).collect();
    assert_eq!(rosters, ["2022-07-care-1", "2022-07-relief-1"]);
    let codes: Vec<String> = county.of("finding").iter().map(|document| document.title.clone()).collect();
    assert!(codes.iter().any(|title| title.contains("已列入另一笔发放")), "{codes:?}");
    assert!(codes.iter().any(|title| title.contains("同时享受其他救助")), "{codes:?}");
    // The wall itself: the same person, scheme and month are refused whatever the plugin wishes.
    let (document, _) = county.roster();
    let scheme =
        county.world.payments().iter().find(|line| line.document == document.id).expect("a line").scheme.clone();
    let line = doudi_sdk::doc::effect::PaymentLine::new(PaymentPurpose::Regular, Id(9), "2022-07", Id(1), 100)
        .covering([Id(11)]);
    let refused = county.world.try_apply(&Effects::new().draw(document.id, &scheme, vec![line])).expect_err("twice");
    assert!(refused.message.contains("不能重复发放"), "{refused}");
}

#[test]
fn the_return_file_settles_each_line_once_and_tells_each_wrong_row() {
    let mut county = County::new();
    for household in 1..=3 {
        county.awards.decide("2022-06-10", household, 2, 500, "2022-06-01");
    }
    county.tick("2022-07-04");
    county.pay("2022-07-04", "2022-07-05", "2022-07-08");
    let rows = [
        (1, 1, 50_000, 1, None),
        (2, 1, 50_000, 2, Some(1)),
        (2, 1, 50_000, 1, None),
        (3, 1, 49_999, 1, None),
        (99, 1, 50_000, 1, None),
        (3, 2, 50_000, 1, None),
        (3, 1, 50_000, 2, None),
    ];
    let taken = county.file("2022-07-12", &rows);
    let mut told: Vec<(u32, String)> =
        taken.rejected.iter().map(|(row, problem)| (*row, problem.field.clone())).collect();
    told.sort();
    let expected = [(2, "serial"), (3, "amount"), (4, "serial"), (5, "serial"), (6, "reason")];
    assert_eq!(told, expected.map(|(row, field)| (row, field.to_owned())));
    let states =
        |county: &County| -> Vec<PaymentState> { county.world.payments().iter().map(|line| line.state).collect() };
    assert_eq!(states(&county), [PaymentState::Credited, PaymentState::Returned, PaymentState::Sealed]);
    // The same file again: nothing is settled twice, no case is opened twice, wrong rows are told again.
    let again = county.file("2022-07-12", &rows);
    assert!(again.effects.is_empty());
    assert_eq!((again.rejected.len(), county.of("failure").len()), (5, 1));
    // A contradiction of what is known is told, never applied.
    let contradiction = county.file("2022-07-13", &[(1, 1, 50_000, 2, Some(1)), (2, 1, 50_000, 1, None)]);
    assert_eq!((contradiction.rejected.len(), contradiction.effects.len()), (2, 0));
    // Mended and sent again, it comes back once more; next month its payee is held.
    county.press("2022-07-13", TOWN, "failure", "mend", json!({ "note": "改户名" })).expect("mended");
    county.press("2022-07-13", MAKER, "roster", "reissue", json!({})).expect("re-issued");
    let repeated =
        county.file("2022-07-14", &[(2, 1, 50_000, 2, Some(1)), (2, 2, 50_000, 2, Some(2)), (3, 1, 50_000, 1, None)]);
    assert_eq!(repeated.rejected.len(), 0, "{:?}", repeated.rejected);
    let failure: Failure = county.world.latest("failure").body().expect("a body");
    assert_eq!((failure.times, failure.reason.as_str()), (2, "name-mismatch"));
    let refused = county.press("2022-07-15", MAKER, "roster", "archive", json!({})).expect_err("money is open");
    assert!(refused.problems[0].message.contains("发放失败"), "{refused}");
    county.press("2022-07-18", MAKER, "roster", "reconcile", json!({})).expect("returned money is accounted for");
    county.tick("2022-08-04");
    let held: Vec<Option<String>> = county.world.payments().iter().skip(3).map(|line| line.hold.clone()).collect();
    assert_eq!(held, [None, Some("failed-twice".to_owned()), None]);
    county
        .press_on("2022-08-04", MAKER, county.of("failure")[0].clone(), "refund", json!({ "reason": "联系不上" }))
        .expect("refunded");
}

#[test]
fn an_overpayment_comes_back_openly() {
    let mut county = County::new();
    county.awards.decide("2022-06-10", 1, 3, 630, "2022-06-01");
    county.tick("2022-07-04");
    county.pay("2022-07-04", "2022-07-05", "2022-07-08");
    // July should have been 400: the county finds 230 yuan, and takes nothing off August by itself.
    county.awards.decide("2022-07-20", 1, 3, 400, "2022-07-01");
    county.tick("2022-08-04");
    assert_eq!(county.paid(1), ["2022-07 regular 630.00", "2022-08 regular 400.00"]);
    let refused = county
        .press("2022-08-05", CHECKER, "overpayment", "deduct", json!({ "monthly": 10_000, "consent": false }))
        .expect_err("without consent");
    assert!(refused.problems[0].message.contains("书面同意"), "{refused}");
    county
        .press("2022-08-05", CHECKER, "overpayment", "deduct", json!({ "monthly": 10_000, "consent": true }))
        .expect("agreed");
    county.pay("2022-08-05", "2022-08-05", "2022-08-10");
    county.tick("2022-09-02");
    county.tick("2022-09-29");
    county.tick("2022-11-03");
    let recovered: Vec<String> = county.paid(1).into_iter().filter(|line| line.contains("recovery")).collect();
    assert_eq!(recovered, ["2022-08 recovery -100.00", "2022-09 recovery -100.00", "2022-10 recovery -30.00"]);
    let claim: Overpayment = county.world.latest("overpayment").body().expect("a body");
    assert_eq!((claim.left(), county.world.latest("overpayment").state.as_str()), (Fen::ZERO, "recovered"));
    assert_eq!(county.of("overpayment").len(), 1, "what is recovered is not found again");
}

#[test]
fn every_page_shows_and_names_no_person() {
    let mut county = County::new();
    for (household, amount) in [(1, 630), (2, 400), (3, 500)] {
        county.awards.decide("2022-06-10", household, 2, amount, "2022-06-01");
    }
    county.tick("2022-07-04");
    county.pay("2022-07-04", "2022-07-05", "2022-07-08");
    county.bank("2022-07-12", &[2]);
    county.awards.decide("2022-07-20", 1, 2, 700, "2022-08-01");
    county.awards.decide("2022-07-20", 3, 2, 0, "2022-08-01");
    county.awards.decide("2022-07-20", 4, 2, 300, "2022-08-01");
    county.tick("2022-08-04");
    county.as_user("2022-08-04", MAKER);
    let shown = |request: PageRequest| {
        let page = county.world.run(|context| Disbursement::view(context, request)).expect("a page");
        serde_json::to_string(&page).expect("JSON")
    };
    let month = shown(PageRequest::new("month").with("month", "2022-08"));
    assert!(month.contains("2022-08-05") && month.contains("140000"), "{month}");
    let lines = shown(PageRequest::new("lines").with("month", "2022-08").with("flag", "changed"));
    assert!(lines.contains("70000") && !lines.contains("\"household\":\"4\""), "{lines}");
    for (kind, household, other) in [("new", 4, 1), ("changed", 1, 4), ("stopped", 3, 4), ("same", 2, 4)] {
        let page = shown(PageRequest::new("changes").with("month", "2022-08").with("kind", kind));
        assert!(page.contains(&format!("\"household\":\"{household}\"")), "{kind}: {page}");
        assert!(!page.contains(&format!("\"household\":\"{other}\"")), "{kind}: {page}");
    }
    assert!(shown(PageRequest::new("exceptions")).contains("账户已销户"));
    assert!(shown(PageRequest::new("payee").of_household(Id(2))).contains("已退回"));
    for document in county.world.documents() {
        let page = shown(PageRequest::new(&document.collection).of_document(document.clone()));
        assert!(page.contains("blocks"));
    }
    // Before the county has begun, and in a month without rosters, the pages say so.
    assert!(shown(PageRequest::new("month").with("month", "2022-06")).contains("以前不由本系统发放"));
    assert!(shown(PageRequest::new("lines").with("month", "2022-12")).contains("还没有名单"));
}

#[test]
fn settings_are_checked_for_sense() {
    let check = |value: serde_json::Value| {
        let settings = serde_json::from_value(value).expect("settings");
        let problems = Disbursement::check_settings(settings).expect("a check").into_vec();
        problems.into_iter().map(|problem| problem.field).collect::<Vec<_>>()
    };
    for (value, expected) in [
        (json!({}), vec![]),
        (json!({ "first_month": "2022-08", "budget_codes": "relief=2081902；care=2082101" }), vec![]),
        (json!({ "first_month": "2022年8月" }), vec!["first_month"]),
        (json!({ "send_day": 12 }), vec!["allocate_day"]),
        (json!({ "budget_codes": "relief" }), vec!["budget_codes"]),
    ] {
        assert_eq!(check(value.clone()), expected, "{value}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    /// Whatever is decided, whenever and however far back: after each roster every month drawn, less what is being recovered, is what
    /// the decisions known at its freeze say; and drawing again on the same day changes nothing.
    #[test]
    fn months_come_to_what_was_decided(decisions in prop::collection::vec((0_usize..5, 1_i64..4, 0_i64..900, 0_u32..6), 1..14)) {
        let freezes = ["2022-07-04", "2022-08-04", "2022-09-02", "2022-09-29", "2022-11-03"];
        let decided = ["2022-07-02", "2022-07-20", "2022-08-20", "2022-09-20", "2022-10-20"];
        let mut county = County::new();
        for (round, freeze) in freezes.iter().enumerate() {
            for (_, household, amount, back) in decisions.iter().filter(|(at, ..)| *at == round) {
                let from = day("2022-07-01").add_months(round as i32 - *back as i32);
                county.awards.decide(decided[round], *household, 2, *amount, &from.to_string());
            }
            county.tick(freeze);
            prop_assert_eq!(county.tick(freeze), 0);
            let month = day("2022-07-01").add_months(round as i32);
            for (household, at) in (1..4).flat_map(|household| (0..=round).map(move |at| (household, day("2022-07-01").add_months(at as i32)))) {
                let governing = county.awards.governing("relief", at);
                let entitled = Fen::yuan(governing.get(&(household, None)).map_or(0, |award| award.amount));
                let drawn: Fen = county.world.payments().iter()
                    .filter(|line| line.household == Id(household) && line.month == at && line.state != PaymentState::Dropped)
                    .map(|line| line.amount).sum();
                let claimed: Fen = county.of("overpayment").iter()
                    .filter(|document| document.household == Some(Id(household)))
                    .map(|document| document.body::<Overpayment>().expect("a body").claims(at)).sum();
                prop_assert_eq!(drawn - claimed, entitled, "household {} in {} at the roster of {}", household, at, month);
            }
            if let Some(document) = county.world.documents().filter(|document| document.collection == "roster").last().cloned()
                && document.state == "checking" && document.key.starts_with(&month.to_string()[..7])
                && county.press(freeze, MAKER, "roster", "submit", json!({})).is_ok() {
                county.press(freeze, CHECKER, "roster", "approve", json!({})).expect("approved");
                county.press(freeze, SENDER, "roster", "send", json!({})).expect("sent");
            }
        }
    }
}
