//! The rules natively: every readable case of `scenarios/`, then the boundary tables of the handbook, each a table a caseworker could
//! read.

use care_contracts::CareContracts;
use care_contracts::family::{Family, Member};
use care_contracts::parameters::Params;
use care_contracts::rules::agreement::{
    CarerQuestion, CarerState, Invalid, Pause, PauseReason, SignatureRefused, Signatures, Signer, Term,
    carer_questions, has_room, validity,
};
use care_contracts::rules::form::{Form, FormRefused, Wish, may_decide};
use care_contracts::rules::level::{Level, governs_from};
use care_contracts::rules::obligor::{self, Obligor, Standing};
use care_contracts::rules::visit::next_due;
use care_contracts::rules::{Case, Desk, RuleSet, Terms, Trail, change, check, decide, labour};
use doudi_sdk::prelude::*;
use doudi_sdk::testing::run_scenarios;

#[test]
fn every_scenario_gives_the_answer_of_the_law() {
    let count = run_scenarios::<CareContracts>(env!("CARGO_MANIFEST_DIR"));
    assert!(count >= 100, "only {count} scenarios were found");
}

fn day(text: &str) -> Date {
    text.parse().expect("a test date")
}

fn params() -> Params {
    Params {
        standard: 71_000,
        basic: 92_300,
        basic_ratio: 13_000,
        disposable: 4_500_000,
        care: [Some(5_000), Some(20_000), Some(60_000)],
        financial_months: Some(24),
        vehicle_limit: Some(0),
        home_limit: Some(1),
        shop_limit: Some(0),
        company_limit: Some(0),
        low_income_months: Some(36),
        assessment_months: Some(12),
        review_months: Some(12),
        lead_days: 30,
        agreement_lead_days: 30,
        carer_capacity: Some(5),
        carer_age: Some(65),
        visit_days: [Some(30), Some(15), Some(7)],
    }
}

fn terms() -> Terms {
    let on = day("2022-07-20");
    Terms::new(on, RuleSet::on(on).expect("rules of that day"), params())
}

#[test]
fn the_rules_begin_in_july_2021() {
    assert!(RuleSet::on(day("2021-06-30")).is_none());
    assert_eq!(RuleSet::on(day("2021-07-01")).map(|rules| rules.document), Some("民发〔2021〕43号"));
}

#[test]
fn the_basic_standard_is_at_least_1_3_times_the_dibao_standard() {
    for (standard, basic, floor, passes) in [
        (71_000, 92_300, 92_300, true),
        (71_000, 92_299, 92_300, false),
        (66_200, 86_060, 86_060, true),
        // 1.3 times an odd fen is rounded up: a floor is not undercut by rounding.
        (71_001, 92_301, 92_302, false),
        (71_001, 92_302, 92_302, true),
    ] {
        let params = Params { standard, basic, ..params() };
        assert_eq!(params.floor(), floor, "{standard}");
        assert_eq!(params.check_floor().is_ok(), passes, "{standard} {basic}");
    }
    let refusal = Params { basic: 90_000, ..params() }.check_floor().expect_err("too low");
    assert!(refusal.message.contains("900.00") && refusal.message.contains("923.00"), "{refusal}");
    assert!(refusal.message.contains("1.3 倍"), "{refusal}");
}

#[test]
fn six_items_give_three_levels() {
    let expected = [
        (0, Some(Level::SelfCaring)),
        (1, Some(Level::Half)),
        (2, Some(Level::Half)),
        (3, Some(Level::Half)),
        (4, Some(Level::Full)),
        (5, Some(Level::Full)),
        (6, Some(Level::Full)),
        (7, None),
        (-1, None),
    ];
    for (failed, level) in expected {
        assert_eq!(Level::from_failed(failed), level, "{failed} items failed");
    }
}

#[test]
fn a_new_level_governs_from_the_month_after() {
    assert_eq!(governs_from(day("2022-08-15"), true), day("2022-09-01"));
    assert_eq!(governs_from(day("2022-08-01"), true), day("2022-09-01"));
    assert_eq!(governs_from(day("2022-12-31"), true), day("2023-01-01"));
    assert_eq!(governs_from(day("2022-08-15"), false), day("2022-08-15"), "one that changes nothing from its day");
}

/// Predicates (b) and (c) over all categories and grades; neither may stand for the other.
#[test]
fn severe_disability_is_two_predicates_here() {
    let mut differ = Vec::new();
    for category in 0..=7 {
        for grade in 0..=4 {
            let (labour, severe) = (labour::is_without_labour(category, grade), obligor::is_severe(category, grade));
            assert!(!labour || severe, "{category} {grade}: without labour capacity but not severe");
            if labour != severe {
                differ.push((category, grade));
            }
        }
    }
    // 视力二级; 听力, 言语, 多重 一二级: severe for an obligor, no ground of 特困 by themselves.
    assert_eq!(differ, [(1, 2), (2, 1), (2, 2), (3, 1), (3, 2), (7, 1), (7, 2)]);
}

#[test]
fn a_supported_minor_stays_to_18_and_while_at_school() {
    for (age, study, continues) in [
        (16, 0, true),
        (17, 0, true),
        (18, 0, false),
        (18, 3, true),
        (18, 4, true),
        (19, 5, true),
        (18, 6, false), // 专科
        (18, 7, false), // 本科
        (18, 1, false),
    ] {
        assert_eq!(labour::continues(age, study, 18), continues, "{age} years, study {study}");
    }
    // Nobody becomes 特困 at 17 by that: it only continues what was given.
    let member = Member { person: Id(1), relation: 2, birth: Some(day("2005-07-01")), study: 4, ..Member::default() };
    let family = Family { household: Id(1), members: [member].into_iter().collect() };
    let answer = |as_minor| {
        let case = Case { person: Some(Id(1)), as_minor, stated: true, ..Case::default() };
        decide(&family, &terms(), &case, &mut Desk::default(), &mut Trail::default()).amount
    };
    assert_eq!((answer(true), answer(false)), (92_300, 0));
}

/// An obligor in all respects able: whoever is not named by the article is.
fn able() -> Obligor {
    Obligor { relation: 20, birth: Some(day("1980-01-01")), assets_within: true, ..Obligor::default() }
}

#[test]
fn an_obligor_is_able_unless_the_article_names_him() {
    let born = |text: &str| Some(day(text));
    let low = 374_999; // × 12 = 44,999.88 a year, below 45,000
    let high = 375_000;
    let cases: Vec<(&str, Obligor, bool)> = vec![
        ("in good health", able(), true),
        ("特困", Obligor { tekun: true, ..able() }, false),
        ("dibao at 60", Obligor { dibao: true, birth: born("1962-07-20"), income: 1, ..able() }, false),
        ("dibao at 59", Obligor { dibao: true, birth: born("1962-07-21"), ..able() }, true),
        ("70, low", Obligor { birth: born("1952-07-20"), income: low, ..able() }, false),
        ("70, at the line", Obligor { birth: born("1952-07-20"), income: high, ..able() }, true),
        ("70, assets over", Obligor { birth: born("1952-07-20"), assets_within: false, ..able() }, true),
        ("69, low", Obligor { birth: born("1952-07-21"), income: low, ..able() }, true),
        ("limb 2, low", Obligor { disability: 4, grade: 2, income: low, ..able() }, false),
        ("limb 2, at the line", Obligor { disability: 4, grade: 2, income: high, ..able() }, true),
        ("limb 3", Obligor { disability: 4, grade: 3, ..able() }, true),
        ("mental 3, low", Obligor { disability: 6, grade: 3, income: low, ..able() }, false),
        ("mental 3, assets over", Obligor { disability: 6, grade: 3, assets_within: false, ..able() }, true),
        ("hearing 1, low", Obligor { disability: 2, grade: 1, income: low, ..able() }, false),
        ("incapable, rich income", Obligor { standing: Standing::Incapable, income: high, ..able() }, false),
        ("incapable, assets over", Obligor { standing: Standing::Incapable, assets_within: false, ..able() }, true),
        ("missing", Obligor { standing: Standing::Missing, ..able() }, false),
        ("in prison", Obligor { standing: Standing::Prison, ..able() }, false),
        ("in prison, assets over", Obligor { standing: Standing::Prison, assets_within: false, ..able() }, true),
        ("by the province", Obligor { standing: Standing::Province, ..able() }, false),
    ];
    for (word, obligor, expected) in cases {
        let mut trail = Trail::default();
        assert_eq!(obligor::is_able(&obligor, &terms(), &mut trail), expected, "{word}");
        assert!(!trail.is_empty(), "{word}: nothing is said");
    }
}

#[test]
fn the_county_checks_never_less_than_thirty_percent() {
    // Whatever the lots: always unlucky (never drawn by lot) and always lucky.
    for lot in [9_999, 3_000, 2_999, 0] {
        let mut drawn = 0;
        for cases in 0..200 {
            drawn += i64::from(check::draws(cases, drawn, 3_000, lot));
            assert!(drawn * 10 >= (cases + 1) * 3, "{drawn} of {} with lot {lot}", cases + 1);
        }
        if lot >= 3_000 {
            assert_eq!(drawn, 60, "by force alone exactly as many as needed");
        }
    }
    // The table of the handbook: ceil(0.30 × N).
    for (cases, expected) in [(0, 0), (1, 1), (2, 1), (3, 1), (4, 2), (7, 3), (10, 3), (11, 4), (33, 10), (34, 11)] {
        let drawn = (0..cases).fold(0, |drawn, before| drawn + i64::from(check::draws(before, drawn, 3_000, 9_999)));
        assert_eq!(drawn, expected, "{cases} cases");
    }
}

#[test]
fn the_form_of_support_follows_the_wish_or_the_assessment() {
    use Form::{Central, Scattered};
    for (form, wish, advice, reasoned, expected) in [
        (Scattered, Wish::Scattered, None, false, Ok(())),
        (Central, Wish::Scattered, None, false, Err(FormRefused::AgainstWish)),
        (Central, Wish::Scattered, None, true, Err(FormRefused::AgainstWish)),
        (Central, Wish::Central, None, false, Ok(())),
        (Scattered, Wish::Central, None, true, Err(FormRefused::AgainstWish)),
        (Central, Wish::Unable, None, true, Err(FormRefused::NotAssessed)),
        (Central, Wish::Unable, Some(Central), false, Ok(())),
        (Scattered, Wish::Unable, Some(Central), false, Err(FormRefused::AgainstAdvice)),
        (Scattered, Wish::Unable, Some(Central), true, Ok(())),
    ] {
        assert_eq!(may_decide(form, wish, advice, reasoned), expected, "{form:?} {wish:?} {advice:?} {reasoned}");
    }
}

/// 待签 → 生效 …: valid on day d iff signed, d in term, not resting or ended, carer alive and fit, level = latest assessment.
#[test]
fn when_an_agreement_holds() {
    let hospital = [Pause { reason: PauseReason::Hospital, from: day("2022-09-10"), until: Some(day("2022-09-20")) }];
    let term = Term {
        signed: Some(day("2022-08-03")),
        from: day("2022-08-01"),
        to: day("2023-07-31"),
        level: Level::Half,
        pauses: &[],
        ended: None,
    };
    let fit = CarerState { left: None, fit: true };
    let half = Some(Level::Half);
    let on = |term: &Term<'_>, carer, assessed, text: &str| validity(term, carer, assessed, day(text));
    let check = |text: &str, expected: Result<(), Invalid>| assert_eq!(on(&term, fit, half, text), expected, "{text}");
    check("2022-07-31", Err(Invalid::Unsigned));
    check("2022-08-02", Err(Invalid::Unsigned));
    check("2022-08-03", Ok(()));
    check("2023-07-31", Ok(()));
    check("2023-08-01", Err(Invalid::Expired));

    let unsigned = Term { signed: None, ..term.clone() };
    assert_eq!(on(&unsigned, fit, half, "2022-09-01"), Err(Invalid::Unsigned));
    let early = Term { signed: Some(day("2022-07-20")), ..term.clone() };
    assert_eq!(on(&early, fit, half, "2022-07-31"), Err(Invalid::NotBegun));

    let resting = Term { pauses: &hospital, ..term.clone() };
    for (text, expected) in [
        ("2022-09-09", Ok(())),
        ("2022-09-10", Err(Invalid::Paused(PauseReason::Hospital))),
        ("2022-09-19", Err(Invalid::Paused(PauseReason::Hospital))),
        ("2022-09-20", Ok(())),
    ] {
        assert_eq!(on(&resting, fit, half, text), expected, "{text}");
    }
    let ended = Term { ended: Some(day("2022-10-01")), ..term.clone() };
    assert_eq!(on(&ended, fit, half, "2022-09-30"), Ok(()));
    assert_eq!(on(&ended, fit, half, "2022-10-01"), Err(Invalid::Ended));

    let dies = CarerState { left: Some(day("2022-10-01")), fit: true };
    assert_eq!(on(&term, dies, half, "2022-09-30"), Ok(()));
    assert_eq!(on(&term, dies, half, "2022-10-01"), Err(Invalid::CarerLeft));
    assert_eq!(on(&term, CarerState { fit: false, left: None }, half, "2022-09-30"), Err(Invalid::CarerUnfit));

    assert_eq!(on(&term, fit, None, "2022-09-30"), Err(Invalid::NotAssessed));
    let differs = Invalid::LevelDiffers { agreed: Level::Half, assessed: Level::Full };
    assert_eq!(
        on(&term, fit, Some(Level::Full), "2022-09-30"),
        Err(differs),
        "a stroke, and the agreement is the old one"
    );
    assert!(on(&term, fit, Some(Level::SelfCaring), "2022-09-30").is_err(), "better is another level, too");
}

#[test]
fn each_party_signs_for_itself() {
    let good = Signatures { person: Signer::Own, guardian: String::new(), carer: Signer::Own, party: true };
    assert_eq!(good.check(), Ok(()));
    for (word, signatures, expected) in [
        (
            "the village for all",
            Signatures { person: Signer::Village, carer: Signer::Village, ..good.clone() },
            vec![SignatureRefused::VillageForPerson, SignatureRefused::VillageForCarer],
        ),
        (
            "the carer for the person",
            Signatures { person: Signer::Carer, ..good.clone() },
            vec![SignatureRefused::CarerForPerson],
        ),
        (
            "a guardian unnamed",
            Signatures { person: Signer::Guardian, ..good.clone() },
            vec![SignatureRefused::GuardianUnnamed],
        ),
        ("no seal", Signatures { party: false, ..good.clone() }, vec![SignatureRefused::NoParty]),
    ] {
        assert_eq!(signatures.check(), Err(expected), "{word}");
    }
    let guardian = Signatures { person: Signer::Guardian, guardian: "侄子，法院指定".to_owned(), ..good };
    assert_eq!(guardian.check(), Ok(()));
}

#[test]
fn a_carer_of_85_or_tekun_himself_raises_a_question_and_dozens_are_refused() {
    let old = |age| CarerQuestion::Old { age, limit: 65 };
    for (age, tekun, healthy, expected) in [
        (Some(40), false, true, vec![]),
        (Some(65), false, true, vec![]),
        (Some(66), false, true, vec![old(66)]),
        (Some(85), true, true, vec![old(85), CarerQuestion::Tekun]),
        (None, false, false, vec![CarerQuestion::Unfit]),
    ] {
        assert_eq!(carer_questions(age, Some(65), tekun, healthy), expected, "{age:?}");
    }
    assert_eq!(carer_questions(Some(85), None, false, true), vec![], "no limit of age set");
    for (others, room) in [(0, true), (4, true), (5, false), (36, false)] {
        assert_eq!(has_room(others, Some(5)), room, "{others}");
    }
    assert!(has_room(36, None), "no limit set");
}

#[test]
fn visits_fall_due_by_the_agreement() {
    let begins = day("2022-08-01");
    assert_eq!(next_due(None, begins, 15), day("2022-08-16"));
    assert_eq!(next_due(Some(day("2022-08-10")), begins, 15), day("2022-08-25"));
    assert_eq!(
        next_due(Some(day("2022-07-10")), begins, 15),
        day("2022-08-16"),
        "a visit before it does not shorten it"
    );
    assert_eq!(next_due(None, begins, 0), day("2022-08-02"));
}

#[test]
fn support_stops_from_the_month_after_a_death() {
    assert_eq!(change::stops_after_death(day("2022-05-14")), day("2022-06-01"));
    assert_eq!(change::stops_after_death(day("2022-12-31")), day("2023-01-01"));
    // Found in late August, paid June, July and August.
    assert_eq!(change::months_paid_after_death(day("2022-05-14"), day("2022-08-31")), 3);
    assert_eq!(change::months_paid_after_death(day("2022-05-14"), day("2022-05-31")), 0);
}

#[test]
fn the_order_of_members_is_indifferent() {
    let member = |person, relation, birth: &str| Member {
        person: Id(person),
        relation,
        birth: Some(day(birth)),
        co_resident: true,
        ..Member::default()
    };
    let couple = [member(1, 2, "1955-01-01"), member(2, 12, "1958-01-01"), member(3, 73, "1990-01-01")];
    let answer = |order: [usize; 3]| {
        let family = Family { household: Id(1), members: order.into_iter().map(|at| couple[at].clone()).collect() };
        decide(&family, &terms(), &Case::default(), &mut Desk::default(), &mut Trail::default())
    };
    let straight = answer([0, 1, 2]);
    assert_eq!((straight.amount, straight.covered), (184_600, 2));
    for order in [[1, 0, 2], [2, 1, 0], [2, 0, 1]] {
        assert_eq!(answer(order), straight, "{order:?}");
    }
}
