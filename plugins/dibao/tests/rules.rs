//! The rules natively: every readable case of `scenarios/`, then what holds for any household, then the provisions that
//! are about time.

use dibao::Dibao;
use dibao::codes::{Income, figure, outcome, reason};
use dibao::family::{Family, Member};
use dibao::parameters::{GracePay, Params, Rounding, SingleMode};
use dibao::rules::grace::{self, Refused, Rise};
use dibao::rules::recheck::Class;
use dibao::rules::{Case, Desk, RuleSet, Terms, Trail, Verdict, change, decide, income};
use doudi_sdk::prelude::*;
use doudi_sdk::testing::run_scenarios;
use proptest::prelude::*;

#[test]
fn every_scenario_gives_the_answer_of_the_law() {
    let count = run_scenarios::<Dibao>(env!("CARGO_MANIFEST_DIR"));
    assert!(count >= 100, "only {count} scenarios were found");
}

fn day(text: &str) -> Date {
    text.parse().expect("a test date")
}

fn params(standard: i64) -> Params {
    Params {
        standard,
        edge_ratio: 15_000,
        pension_exclusion_until: day("2025-12-31"),
        reference_months: 12,
        employment_cost_cap: None,
        employment_cost_ratio: None,
        rigid_ratio: None,
        rigid_cap: None,
        financial_months: None,
        edge_financial_months: None,
        vehicle_limit: None,
        farm_machinery_exempt: false,
        home_limit: None,
        resettlement_exempt: false,
        shop_limit: None,
        company_limit: None,
        single_mode: SingleMode::Difference,
        rounding: Rounding::None,
        supplements: [0; 4],
        old_age: None,
        work_refusal_reduction: None,
        grace_months: Some(6),
        grace_pay: GracePay::Original,
        recheck_months: [Some(12), Some(6), Some(3)],
        recheck_lead_days: 15,
    }
}

/// Members of one household, each with a wage.
fn family(wages: &[i64]) -> Family {
    let member = |(index, wage): (usize, &i64)| Member {
        person: Id(index as i64 + 1),
        relation: if index == 0 { 2 } else { 12 },
        co_resident: true,
        birth: Some(day("1980-01-01")),
        incomes: vec![Item {
            fact: Id(index as i64 + 1),
            kind: Income::Wage,
            value: Fen(*wage),
            qualifier: 0,
            from: day("2020-01-01"),
            to: None,
            source: 1,
        }],
        ..Member::default()
    };
    Family { household: Id(1), members: wages.iter().enumerate().map(member).collect() }
}

fn verdict(family: &Family, params: Params) -> Verdict {
    answer(family, params).0
}

/// The verdict and its figures.
fn answer(family: &Family, params: Params) -> (Verdict, Desk) {
    let terms = Terms::new(day("2022-07-20"), params).expect("rules of that day");
    let mut desk = Desk::default();
    (decide(family, &terms, &Case::default(), &mut desk, &mut Trail::default()), desk)
}

fn wages() -> impl Strategy<Value = Vec<i64>> {
    prop::collection::vec(0_i64..400_000, 1..7)
}

proptest! {
    /// `A = S×n − I` to the fen whenever a household is covered, and never a negative amount.
    #[test]
    fn the_amount_is_the_difference(wages in wages(), standard in 1_i64..120_000) {
        let (verdict, desk) = answer(&family(&wages), params(standard));
        let (members, income) = (wages.len() as i64, wages.iter().sum::<i64>());
        prop_assert!(verdict.amount >= 0);
        prop_assert_eq!(desk.figure(figure::INCOME), income);
        if income < standard * members {
            prop_assert_eq!(verdict.outcome, outcome::DIBAO);
            prop_assert_eq!(verdict.amount, standard * members - income);
            prop_assert_eq!(verdict.covered, members);
        } else {
            prop_assert_eq!(verdict.amount, 0);
            let edge = 2 * income < 3 * standard * members;
            prop_assert_eq!(verdict.outcome, if edge { outcome::EDGE } else { outcome::REFUSED });
        }
    }

    /// More income never gives more money, and one fen more never takes more than one fen.
    #[test]
    fn the_amount_falls_fen_by_fen(wages in wages(), more in 1_i64..100_000) {
        let mut richer = wages.clone();
        richer[0] += more;
        let (before, after) = (verdict(&family(&wages), params(71_000)), verdict(&family(&richer), params(71_000)));
        prop_assert!(after.amount <= before.amount);
        prop_assert!(before.amount - after.amount <= more);
    }

    /// The order of the members changes nothing.
    #[test]
    fn the_order_of_members_is_indifferent(wages in wages(), turn in 0_usize..6) {
        let mut turned = family(&wages);
        let middle = turn % turned.members.len();
        turned.members.rotate_left(middle);
        let (straight, turned) = (answer(&family(&wages), params(71_000)), answer(&turned, params(71_000)));
        prop_assert_eq!(turned.0, straight.0);
        prop_assert_eq!(turned.1.figures, straight.1.figures);
    }

    /// A higher standard never gives less.
    #[test]
    fn the_amount_rises_with_the_standard(wages in wages(), standard in 1_i64..120_000, more in 1_i64..20_000) {
        let (low, high) = (verdict(&family(&wages), params(standard)), verdict(&family(&wages), params(standard + more)));
        prop_assert!(high.amount >= low.amount);
    }

    /// Rounding is up to the yuan, once, and by less than a yuan.
    #[test]
    fn rounding_is_up_and_small(wages in wages()) {
        let rounded = verdict(&family(&wages), Params { rounding: Rounding::UpToYuan, ..params(71_000) });
        let plain = verdict(&family(&wages), params(71_000));
        prop_assert_eq!(rounded.amount % 100, 0);
        prop_assert!((0..100).contains(&(rounded.amount - plain.amount)));
    }

    /// A finished income never counts more than if it were still running.
    #[test]
    fn an_average_never_exceeds_the_month(value in 0_i64..500_000, start in 0_i32..800, length in 0_i32..800) {
        let from = day("2020-06-01").add_days(start);
        let monthly = income::monthly(value, from, Some(from.add_days(length)), day("2022-07-20"), 12);
        prop_assert!((0..=value).contains(&monthly));
    }

    /// The trail's numbers and facts belong to the reason they were said with.
    #[test]
    fn every_reason_has_the_arguments_of_its_sentence(wages in wages()) {
        let terms = Terms::new(day("2022-07-20"), params(71_000)).expect("rules of that day");
        let mut trail = Trail::default();
        decide(&family(&wages), &terms, &Case::default(), &mut Desk::default(), &mut trail);
        for (reason, args, _) in trail.iter() {
            let entry = &<Dibao as Plugin>::REASONS[reason as usize];
            prop_assert_eq!(args.len(), entry.args as usize, "{}", entry.code);
        }
    }
}

#[test]
fn the_rules_of_a_day_are_those_in_force_on_it() {
    let document = |date| RuleSet::on(day(date)).map(|rules| rules.document);
    assert_eq!(document("2021-06-30"), None);
    assert_eq!(document("2021-07-01"), Some("民发〔2021〕57号"));
    assert_eq!(document("2022-06-22"), Some("民发〔2021〕57号"));
    assert_eq!(document("2022-06-23"), Some("芜湖市社会救助重点工作通知（2022年6月23日）"));
    assert_eq!(document("2022-10-19"), Some("芜湖市社会救助重点工作通知（2022年6月23日）"));
    assert_eq!(document("2022-10-20"), Some("民发〔2022〕83号"));
    let on = |date| RuleSet::on(day(date)).expect("rules of that day");
    assert_eq!((on("2022-10-19").days_delegated, on("2022-10-20").days_delegated), (30, 20));
    assert_eq!((on("2022-10-19").death_months, on("2022-10-20").death_months), (None, Some(3)));
}

#[test]
fn grace_follows_the_rules_of_the_day() {
    let grant = |date: &str, months, reason| {
        grace::grant(&RuleSet::on(day(date)).expect("rules"), day(date), months, true, reason, &mut Trail::default())
    };
    // The worked example: decided 2022-08-10, six months from September, payment stops in March.
    let grace = grant("2022-08-10", 6, false).expect("six months");
    assert_eq!((grace.from, grace.to, grace.stop), (day("2022-09-01"), day("2023-02-28"), day("2023-03-01")));
    for (date, months, reason, expected) in [
        ("2022-08-10", 5, false, Err(Refused::TooShort { least: 6 })),
        ("2022-08-10", 12, false, Ok(12)),
        ("2022-08-10", 13, true, Err(Refused::TooLong { most: 12 })),
        ("2022-10-19", 12, false, Ok(12)),
        ("2022-10-20", 12, false, Err(Refused::NeedsReason { in_principle: 6 })),
        ("2022-10-20", 12, true, Ok(12)),
        ("2022-10-20", 7, false, Err(Refused::NeedsReason { in_principle: 6 })),
        ("2022-10-20", 6, false, Ok(6)),
        ("2022-10-20", 3, false, Ok(3)),
    ] {
        assert_eq!(grant(date, months, reason).map(|grace| grace.months), expected, "{date} {months} {reason}");
    }
    let rules = RuleSet::on(day("2022-08-10")).expect("rules");
    let inheritance = grace::grant(&rules, day("2022-08-10"), 6, false, true, &mut Trail::default());
    assert_eq!(inheritance, Err(Refused::NotFromEmployment));
}

#[test]
fn grace_follows_employment_only() {
    let line = 213_000;
    let rise =
        |wage_before, wage_now, income_before, income_now| Rise { wage_before, wage_now, income_before, income_now };
    assert!(rise(150_000, 330_000, 150_000, 330_000).from_employment(line), "a new job");
    assert!(!rise(150_000, 150_000, 150_000, 330_000).from_employment(line), "an inheritance");
    assert!(!rise(150_000, 160_000, 150_000, 330_000).from_employment(line), "mostly an inheritance");
    assert!(!rise(150_000, 200_000, 150_000, 200_000).from_employment(line), "still below the line");
}

#[test]
fn grace_pays_the_original_or_falls_to_its_last_part() {
    let rules = RuleSet::on(day("2022-08-10")).expect("rules");
    let grace = grace::grant(&rules, day("2022-08-10"), 6, true, false, &mut Trail::default()).expect("six months");
    assert_eq!(grace.pay(63_000, 213_000, GracePay::Original, 6), 63_000);
    assert_eq!(grace.pay(63_000, 50_000, GracePay::Original, 1), 50_000, "capped at the line");
    let months: Vec<i64> = (1..=6).map(|month| grace.pay(63_000, 213_000, GracePay::Taper, month)).collect();
    assert_eq!(months, [63_000, 52_500, 42_000, 31_500, 21_000, 10_500]);
}

#[test]
fn rechecks_are_due_by_class() {
    let rules = RuleSet::on(day("2022-08-01")).expect("rules");
    let due = |class: Class, params: &Params| class.due(day("2022-08-31"), params, &rules).to_string();
    let county = params(71_000);
    assert_eq!(due(Class::A, &county), "2023-08-31");
    assert_eq!(due(Class::B, &county), "2023-02-28");
    assert_eq!(due(Class::C, &county), "2022-11-30");
    let unset = Params { recheck_months: [None; 3], ..county };
    assert_eq!((due(Class::A, &unset), due(Class::C, &unset)), ("2023-08-31".to_owned(), "2023-02-28".to_owned()));
}

#[test]
fn a_death_stops_the_part_from_the_month_after() {
    assert_eq!(change::stops_after_death(day("2022-05-14")), day("2022-06-01"));
    assert_eq!(change::stops_after_death(day("2022-12-31")), day("2023-01-01"));
    // Found in late August, paid June, July and August.
    assert_eq!(change::months_paid_after_death(day("2022-05-14"), day("2022-08-31")), 3);
    assert_eq!(change::months_paid_after_death(day("2022-05-14"), day("2022-05-31")), 0);
    let rules = |date| RuleSet::on(day(date)).expect("rules");
    assert_eq!(change::death_due(day("2022-11-30"), &rules("2022-12-01")), Some(day("2023-02-28")));
    assert_eq!(change::death_due(day("2022-05-14"), &rules("2022-06-01")), None);
}

#[test]
fn a_change_is_named_by_its_direction() {
    let compare = |old, new, eligible| {
        let mut trail = Trail::default();
        (change::compare(old, new, eligible, &mut trail), trail.has(reason::NO_LONGER_ELIGIBLE))
    };
    assert_eq!(compare(63_000, 75_000, true), (outcome::RAISED, false));
    assert_eq!(compare(63_000, 50_000, true), (outcome::LOWERED, false));
    assert_eq!(compare(63_000, 63_000, true), (outcome::KEPT, false));
    assert_eq!(compare(63_000, 63_000, false), (outcome::STOPPED, true));
    assert_eq!(compare(63_000, 0, true), (outcome::STOPPED, true));
}

#[test]
fn a_finished_income_is_spread_over_the_reference_period() {
    let on = day("2022-07-20");
    let monthly = |from, to: Option<&str>, months| income::monthly(120_000, day(from), to.map(day), on, months);
    assert_eq!(monthly("2022-02-01", Some("2022-04-30"), 12), 30_000, "three months of twelve");
    assert_eq!(monthly("2021-05-01", Some("2021-07-31"), 12), 10_000, "only July lies within the period");
    assert_eq!(monthly("2021-01-01", Some("2021-06-30"), 12), 0, "ended before the period");
    assert_eq!(monthly("2022-07-01", Some("2022-07-10"), 12), 0, "the month of the decision is not over");
    assert_eq!(monthly("2022-07-01", Some("2022-12-31"), 12), 120_000, "still running");
    assert_eq!(monthly("2022-02-01", Some("2022-04-30"), 0), 0, "no reference period set");
    assert_eq!(monthly("2022-08-01", None, 12), 0, "not begun");
}
