//! Payments: nobody twice, totals that agree, and what the bank says, on both engines.

use crate::decisions;
use crate::fixture::*;
use doudi_domain::decision::{Governing, SlimDecision};
use doudi_domain::fact::{Subject, Value};
use doudi_domain::payment::{
    ConflictKind, Control, Flag, NewPayment, Purpose, ReturnReason, Settlement, State, serial,
};
use doudi_domain::{DecisionId, DocumentId, Error, Fen, HouseholdId, PaymentId, PersonId, Result};
use doudi_storage::payment::{Mark, PayeeQuery, PaymentQuery};
use doudi_storage::test_support::each_engine;
use doudi_storage::{Storage, Write};
use std::collections::{BTreeMap, BTreeSet};

const PLUGIN: &str = "sample";
const AUGUST: &str = "2022-08-01";

/// A family with a decision to be paid by.
#[derive(Clone)]
struct Payable {
    household: HouseholdId,
    persons: Vec<PersonId>,
    decision: DecisionId,
}

async fn payable(storage: &Storage, number: &str, division: i64, first: u32, names: &[&str]) -> Payable {
    let (household, persons) = settled(storage, number, division, first, names).await;
    let mut writer = write(storage).await;
    let decision = decisions::record(&mut writer, household, division, None).await;
    writer.commit().await.expect("committed");
    Payable { household, persons, decision }
}

/// A roster document with an open envelope.
async fn roster(writer: &mut Write, key: &str, scheme: &str, month: &str) -> DocumentId {
    let document = writer.document_put(&case(key, None, COUNTY)).await.expect("a roster").id;
    writer.payment_open(PLUGIN, document, scheme, day(month)).await.expect("an envelope");
    document
}

async fn opened(storage: &Storage, key: &str, month: &str) -> DocumentId {
    let mut writer = write(storage).await;
    let document = roster(&mut writer, key, "sample", month).await;
    writer.commit().await.expect("committed");
    document
}

fn line(of: &Payable, month: &str, purpose: Purpose, fen: i64) -> NewPayment {
    NewPayment {
        household: of.household,
        person: None,
        persons: of.persons.clone(),
        month: day(month),
        purpose,
        decision: of.decision,
        amount: Fen(fen),
        base: Fen(fen),
        supplement: Fen(0),
        covered: of.persons.len() as i32,
        flag: Flag::New,
        budget: "2081902".into(),
        hold: None,
        note: String::new(),
    }
}

/// One write of its own.
async fn once<T>(storage: &Storage, work: impl AsyncFnOnce(&mut Write) -> Result<T>) -> Result<T> {
    let mut writer = write(storage).await;
    let done = work(&mut writer).await;
    match done {
        Ok(value) => writer.commit().await.map(|()| value),
        Err(error) => {
            writer.rollback().await.expect("rolled back");
            Err(error)
        }
    }
}

async fn draw(storage: &Storage, document: DocumentId, lines: &[NewPayment]) -> Result<Vec<PaymentId>> {
    once(storage, async |writer| writer.payment_draw(PLUGIN, document, "sample", lines).await).await
}

#[track_caller]
fn assert_refused<T: std::fmt::Debug>(result: Result<T>, words: &[&str]) {
    match result {
        Err(Error::Refused { message, .. }) => {
            assert!(words.iter().all(|word| message.contains(word)), "{message} lacks one of {words:?}");
        }
        other => panic!("{other:?} is no refusal"),
    }
}

fn control(lines: i64, fen: i64) -> Control {
    Control { lines, amount: Fen(fen) }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_goes_its_way_and_every_sum_follows() {
    each_engine(async |storage| {
        let wang = payable(&storage, "A-1", VILLAGE, 0, &["王德福", "李秀英"]).await;
        let zhao = payable(&storage, "A-2", OTHER_VILLAGE, 10, &["赵春生"]).await;
        let chen = payable(&storage, "A-3", VILLAGE, 20, &["陈建国"]).await;
        let document = opened(&storage, "2022-08", AUGUST).await;
        let mut held = line(&chen, AUGUST, Purpose::Regular, 40_000);
        held.hold = Some("no-account".into());
        let lines = [
            line(&wang, AUGUST, Purpose::Regular, 63_000),
            line(&zhao, AUGUST, Purpose::Regular, 50_000),
            held,
            line(&wang, "2022-07-01", Purpose::BackPay, 4_800),
            line(&zhao, "2022-06-01", Purpose::Recovery, -1_000),
        ];
        let ids = draw(&storage, document, &lines).await.expect("drawn");
        let envelope = async |expected: Control, held: Control| {
            let found = snapshot(&storage, COUNTY).await.payment_envelope(document).await.expect("read");
            let found = found.expect("an envelope");
            assert_eq!((found.open, found.held), (expected, held));
            found
        };
        envelope(control(4, 116_800), control(1, 40_000)).await;

        let mark = async |lines: &[PaymentId], mark: Mark| {
            once(&storage, async |writer| writer.payment_mark(PLUGIN, document, lines, &mark, "说明").await).await
        };
        mark(&ids[..1], Mark::Hold("check".into())).await.expect("held");
        envelope(control(3, 53_800), control(2, 103_000)).await;
        assert_refused(mark(&ids[..1], Mark::Hold("check".into())).await, &["暂缓"]);
        mark(&ids[..1], Mark::Release).await.expect("released");
        assert_refused(mark(&ids[..1], Mark::Release).await, &["待发"]);
        mark(&ids[4..], Mark::Drop("agreed".into())).await.expect("dropped");
        let sealed = control(3, 117_800);
        envelope(sealed, control(1, 40_000)).await;

        let seal =
            async |given| once(&storage, async |writer| writer.payment_seal(PLUGIN, document, given).await).await;
        assert_refused(seal(control(3, 117_801)).await, &["3 笔 1,178.00 元", "1,178.01"]);
        assert_refused(seal(control(4, 117_800)).await, &["控制总数"]);
        let step = async |word: &str, given| {
            once(&storage, async |writer| writer.payment_step(PLUGIN, document, word, "报送财政", given).await).await
        };
        assert_refused(step("sent", sealed).await, &["尚未封存"]);
        seal(sealed).await.expect("sealed");
        assert_refused(seal(sealed).await, &["已封存"]);
        assert_refused(mark(&ids[..1], Mark::Drop("late".into())).await, &["已封存"]);
        assert_refused(draw(&storage, document, &lines[4..]).await, &["已封存"]);
        assert_refused(step("sent", control(3, 117_700)).await, &["控制总数"]);
        step("sent", sealed).await.expect("sent");
        step("sent", sealed).await.expect("sent twice is sent once");
        let found = envelope(sealed, control(1, 40_000)).await;
        assert_eq!(found.sealed.map(|sealed| sealed.control), Some(sealed));
        assert_eq!(snapshot(&storage, COUNTY).await.payment_steps(document).await.expect("steps").len(), 1);

        let settle = async |results: Vec<Settlement>| {
            once(&storage, async |writer| writer.payment_settle(PLUGIN, document, &results).await).await
        };
        let on = day("2022-08-12");
        let good = |line| Settlement { line, attempt: None, returned: None, on };
        let back = |line| Settlement { returned: Some(ReturnReason::NameMismatch), ..good(line) };
        assert_refused(settle(vec![good(ids[2])]).await, &["暂缓"]);
        assert_refused(settle(vec![good(PaymentId(999_999))]).await, &["999999"]);
        assert_eq!(settle(vec![good(ids[0]), back(ids[1])]).await.expect("settled"), 2);
        assert_eq!(settle(vec![good(ids[0]), back(ids[1])]).await.expect("the same file again"), 0);
        assert_refused(settle(vec![good(ids[3]), back(ids[0])]).await, &["不同的结果"]);
        let reissue = async |lines: &[PaymentId]| {
            once(&storage, async |writer| writer.payment_reissue(PLUGIN, document, lines).await).await
        };
        assert_refused(reissue(&ids[..1]).await, &["已入账"]);
        reissue(&ids[1..2]).await.expect("once more");
        // The first return file, uploaded again after the re-issue: its attempt is known and says the same.
        let first = |mut result: Settlement| {
            result.attempt = Some(1);
            result
        };
        assert_eq!(settle(vec![first(back(ids[1]))]).await.expect("known"), 0);
        assert_refused(settle(vec![first(good(ids[1]))]).await, &["第 1 次", "不同的结果"]);
        let third = Settlement { attempt: Some(3), ..good(ids[1]) };
        assert_refused(settle(vec![third]).await, &["没有第 3 次"]);
        assert_eq!(settle(vec![good(ids[1]), good(ids[3])]).await.expect("settled"), 2);

        let mut reader = snapshot(&storage, COUNTY).await;
        let totals = reader.payment_totals(document).await.expect("totals");
        let by_state = |state| {
            let of = totals.iter().filter(|total| total.state == state);
            of.fold((0, 0), |sum, total| (sum.0 + total.control.lines, sum.1 + total.control.amount.0))
        };
        assert_eq!(by_state(State::Credited), (3, 117_800));
        assert_eq!((by_state(State::Held), by_state(State::Dropped)), ((1, 40_000), (1, -1_000)));
        let towns = reader.payment_by_town(document).await.expect("towns");
        let credited: BTreeMap<i64, i64> =
            towns.iter().filter(|total| total.state == State::Credited).fold(BTreeMap::new(), |mut sums, total| {
                *sums.entry(total.town.value()).or_default() += total.control.amount.0;
                sums
            });
        assert_eq!(credited, BTreeMap::from([(TOWN, 67_800), (OTHER_TOWN, 50_000)]));
        let verdict = storage.audit_verify(county()).await.expect("a verdict");
        assert!(verdict.broken.is_none());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_must_not_be_drawn_is_refused_by_name() {
    each_engine(async |storage| {
        let wang = payable(&storage, "A-1", VILLAGE, 0, &["王德福", "李秀英"]).await;
        let zhao = payable(&storage, "A-2", OTHER_VILLAGE, 10, &["赵春生"]).await;
        let august = opened(&storage, "2022-08", AUGUST).await;
        let again = opened(&storage, "2022-08-b", AUGUST).await;
        let september = opened(&storage, "2022-09", "2022-09-01").await;
        draw(&storage, august, &[line(&wang, AUGUST, Purpose::Regular, 63_000)]).await.expect("drawn");
        let regular = |of: &Payable| line(of, AUGUST, Purpose::Regular, 100);
        let household = format!("家庭 {}", wang.household);
        // The same household, once more: in this envelope, and in another of the month.
        for document in [august, again] {
            assert_refused(draw(&storage, document, &[regular(&wang)]).await, &[&household, "2022年8月"]);
        }
        // A member who stands on another family's line.
        let mut moved = regular(&zhao);
        moved.persons.push(wang.persons[1]);
        let names = [format!("家庭 {}", zhao.household), household.clone(), "2022年8月".into()];
        assert_refused(draw(&storage, again, &[moved]).await, &names.each_ref().map(String::as_str));
        // Twice in one list.
        assert_refused(draw(&storage, again, &[regular(&zhao), regular(&zhao)]).await, &["2022年8月"]);
        // Regular for another month, a difference for the roster's own or a later one.
        let cases = [
            line(&zhao, "2022-07-01", Purpose::Regular, 100),
            line(&zhao, AUGUST, Purpose::BackPay, 100),
            line(&zhao, "2022-09-01", Purpose::BackPay, 100),
        ];
        for case in cases {
            assert_refused(draw(&storage, august, &[case]).await, &["所属月份"]);
        }
        // A decision about somebody else; nobody covered; amounts of the wrong sign.
        let mut foreign = regular(&zhao);
        foreign.decision = wang.decision;
        assert_refused(draw(&storage, august, &[foreign]).await, &["不是该家庭"]);
        let mut nobody = regular(&zhao);
        nobody.persons.clear();
        assert_refused(draw(&storage, august, &[nobody]).await, &["没有保障对象"]);
        for (purpose, month, fen) in
            [(Purpose::Regular, AUGUST, -1), (Purpose::Regular, AUGUST, 0), (Purpose::Recovery, "2022-07-01", 1)]
        {
            assert_refused(draw(&storage, august, &[line(&zhao, month, purpose, fen)]).await, &["金额"]);
        }
        // The wrong scheme, the wrong plugin, a document without an envelope, a second envelope.
        let lines = [regular(&zhao)];
        let other = once(&storage, async |writer| writer.payment_draw(PLUGIN, august, "other", &lines).await).await;
        assert_refused(other, &["sample", "other"]);
        let stranger = once(&storage, async |w| w.payment_draw("stranger", august, "sample", &lines).await).await;
        assert_not_found(stranger);
        let twice = once(&storage, async |w| w.payment_open(PLUGIN, august, "sample", day(AUGUST)).await).await;
        assert_refused(twice, &["重复"]);
        // None of it left a trace: the other family can be drawn, and for each decision a difference once.
        draw(&storage, september, &[line(&wang, AUGUST, Purpose::BackPay, 5)]).await.expect("a difference");
        let once_more = draw(&storage, september, &[line(&wang, AUGUST, Purpose::Recovery, -5)]).await;
        assert_refused(once_more, &[&household]);
        draw(&storage, august, &[regular(&zhao)]).await.expect("drawn");
        assert_eq!(storage.peek("SELECT COUNT(*) FROM payment").await.expect("a count"), 3);
        assert_eq!(storage.peek("SELECT COUNT(*) FROM payment_key").await.expect("a count"), 5);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_line_gives_its_keys_back_and_the_database_keeps_the_others() {
    each_engine(async |storage| {
        let wang = payable(&storage, "A-1", VILLAGE, 0, &["王德福", "李秀英"]).await;
        let august = opened(&storage, "2022-08", AUGUST).await;
        let again = opened(&storage, "2022-08-b", AUGUST).await;
        let lines = [line(&wang, AUGUST, Purpose::Regular, 63_000)];
        let ids = draw(&storage, august, &lines).await.expect("drawn");
        let drop = Mark::Drop("wrong".into());
        once(&storage, async |writer| writer.payment_mark(PLUGIN, august, &ids, &drop, "").await)
            .await
            .expect("dropped");
        draw(&storage, again, &lines).await.expect("drawn elsewhere");
        for statement in [
            "DELETE FROM payment",
            "DELETE FROM payment_key",
            "UPDATE payment SET amount = 1",
            "UPDATE payment SET household = 1",
            "UPDATE payment_key SET cause = 'x'",
        ] {
            let refused = storage.tamper(&[statement]).await;
            assert!(
                matches!(&refused, Err(Error::Failure { inside, .. }) if inside.contains("never")),
                "{statement}: {refused:?}"
            );
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_the_kernel_can_see() {
    each_engine(async |storage| {
        let wang = payable(&storage, "A-1", VILLAGE, 0, &["王德福", "李秀英"]).await;
        let zhao = payable(&storage, "A-2", OTHER_VILLAGE, 10, &["赵春生"]).await;
        let chen = payable(&storage, "A-3", VILLAGE, 20, &["陈建国"]).await;
        let liu = payable(&storage, "A-4", VILLAGE, 30, &["刘桂花"]).await;
        let account = async |writer: &mut Write, of: &Payable, name: &str, number: &str| {
            for (code, value) in [("account-bank", "某农商行"), ("account-name", name), ("account-number", number)]
            {
                let subject = Subject::Household(of.household);
                let new = fact(subject, &format!("household.{code}"), Value::Text(value.into()));
                writer.fact_record(&new).await.expect("a fact");
            }
        };
        let mut writer = write(&storage).await;
        account(&mut writer, &wang, "李秀英", "6230 0000 0000 0001").await;
        account(&mut writer, &zhao, "村会计", "6230000000000001").await;
        account(&mut writer, &liu, "刘桂花", "6230-0000-0000-0002").await;
        let document = roster(&mut writer, "2022-08", "sample", AUGUST).await;
        writer.commit().await.expect("committed");
        let lines: Vec<NewPayment> =
            [&wang, &zhao, &chen, &liu].map(|of| line(of, AUGUST, Purpose::Regular, 100)).into();
        let ids = draw(&storage, document, &lines).await.expect("drawn");

        // The person of the fourth family is paid in the neighbour county for the month, too.
        let neighbour = OTHER_COUNTY;
        let mut there = storage.write(&system(neighbour), NOW).await.expect("a write");
        let (household, persons) =
            family(&mut there, "B-1", OTHER_COUNTY_VILLAGE, 30, &["刘桂花"]).await.expect("a family");
        let decision = decisions::record(&mut there, household, OTHER_COUNTY_VILLAGE, None).await;
        let mut put = case("2022-08", None, neighbour);
        put.division = code(neighbour);
        let theirs = there.document_put(&put).await.expect("a roster").id;
        there.payment_open(PLUGIN, theirs, "sample", day(AUGUST)).await.expect("an envelope");
        let twin = Payable { household, persons, decision };
        let drawn = there.payment_draw(PLUGIN, theirs, "sample", &[line(&twin, AUGUST, Purpose::Regular, 100)]).await;
        drawn.expect("the other county pays, too: it is a finding, not a wall");
        there.commit().await.expect("committed");

        let mut reader = snapshot(&storage, COUNTY).await;
        let found = reader.payment_conflicts(document, PaymentId(0), 100, today()).await.expect("findings");
        let seen: Vec<(PaymentId, ConflictKind, Option<String>, Option<HouseholdId>)> =
            found.into_iter().map(|one| (one.line, one.kind, one.other, one.other_household)).collect();
        assert_eq!(
            seen,
            [
                (ids[0], ConflictKind::SharedAccount, None, Some(zhao.household)),
                (ids[1], ConflictKind::SharedAccount, None, Some(wang.household)),
                (ids[1], ConflictKind::HolderDiffers, None, None),
                (ids[2], ConflictKind::NoAccount, None, None),
                (ids[3], ConflictKind::OtherCounty, Some("340202".into()), None),
            ]
        );
        let rest = reader.payment_conflicts(document, ids[1], 100, today()).await.expect("findings");
        assert_eq!(rest.first().map(|one| one.line), Some(ids[2]));

        // The file for the bank has what no plugin sees; a list without it has only names.
        let mut query =
            PayeeQuery { document, states: vec![State::Drawn], day: today(), after: 0, limit: 100, with_sealed: true };
        let payees = reader.payment_payees(&query).await.expect("payees");
        let first = &payees[0];
        assert_eq!(
            (first.head_name.as_str(), first.account_name.as_str(), first.account_number.as_str(), first.members),
            ("王德福", "李秀英", "6230 0000 0000 0001", 2)
        );
        assert_eq!((first.payee_id.len(), serial(first.payment.id, 1)), (18, format!("{}-1", ids[0])));
        query.with_sealed = false;
        let masked = reader.payment_payees(&query).await.expect("payees");
        assert!(masked.iter().all(|payee| payee.account_number.is_empty() && payee.head_id.is_empty()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_recorded_before_they_were_indexed_are_found_after_the_upgrade() {
    each_engine(async |storage| {
        let wang = payable(&storage, "A-1", VILLAGE, 0, &["王德福"]).await;
        let mut writer = write(&storage).await;
        let number =
            fact(Subject::Household(wang.household), "household.account-number", Value::Text("6230001".into()));
        writer.fact_record(&number).await.expect("a fact");
        writer.commit().await.expect("committed");
        let indexed = "SELECT COUNT(*) FROM fact WHERE value_index IS NOT NULL";
        assert_eq!(storage.peek(indexed).await.expect("a count"), 1);
        storage.tamper(&["UPDATE fact SET value_index = NULL"]).await.expect("as before the upgrade");
        storage.migrate().await.expect("migrated");
        assert_eq!(storage.peek(indexed).await.expect("a count"), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_line_leaves_its_scope() {
    each_engine(async |storage| {
        let wang = payable(&storage, "A-1", VILLAGE, 0, &["王德福"]).await;
        let zhao = payable(&storage, "A-2", OTHER_VILLAGE, 10, &["赵春生"]).await;
        let document = opened(&storage, "2022-08", AUGUST).await;
        let lines = [&wang, &zhao].map(|of| line(of, AUGUST, Purpose::Regular, 100));
        draw(&storage, document, &lines).await.expect("drawn");
        let all = PaymentQuery { limit: 100, ..PaymentQuery::default() };
        for (division, expected) in [(COUNTY, 2), (TOWN, 1), (VILLAGE, 1), (OTHER_TOWN, 1), (OTHER_COUNTY, 0)] {
            let mut reader = snapshot(&storage, division).await;
            let seen = reader.payments_query(&all).await.expect("lines");
            assert_eq!(seen.len(), expected, "{division}");
            let sums = reader.payment_totals(document).await.expect("totals");
            assert_eq!(sums.iter().map(|sum| sum.control.lines).sum::<i64>(), expected as i64, "{division}");
            let envelope = reader.payment_envelope(document).await.expect("read");
            assert_eq!(envelope.is_some(), division == COUNTY, "{division}: the roster is the county's");
        }
        assert_not_found(snapshot(&storage, TOWN).await.payments_of_household(zhao.household, None, 10).await);
        let mut reader = snapshot(&storage, TOWN).await;
        let history = reader.payments_of_household(wang.household, None, 10).await.expect("a history");
        assert_eq!(history.items.iter().map(|one| one.payment.amount).collect::<Vec<_>>(), [Fen(100)]);
        // A town cannot draw for another town's family, nor for the county.
        let mut town = storage.write(&officer(doudi_domain::Role::TownCaseworker, TOWN), NOW).await.expect("a write");
        assert_not_found(town.payment_draw(PLUGIN, document, "sample", &lines[..1]).await);
        town.rollback().await.expect("rolled back");
        // A plugin reads its own envelopes and its own schemes.
        for (plugin, schemes, expected) in
            [(PLUGIN, vec![], 2), ("other", vec![], 0), ("other", vec!["sample".to_owned()], 2)]
        {
            let query = PaymentQuery { readable: Some((plugin.into(), schemes)), ..all.clone() };
            let seen = snapshot(&storage, COUNTY).await.payments_query(&query).await.expect("lines");
            assert_eq!(seen.len(), expected, "{plugin}");
        }
    })
    .await;
}

/// A small generator with a seed, so that a failure can be repeated: splitmix64.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % limit as u64) as usize
    }
}

/// Whatever order draws, re-runs, drops, holds and seals come in, from two writers at once, some of them given up halfway:
/// nobody stands twice on what is or will be paid, and every envelope's sums are those of its lines.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_paid_twice_whatever_happens() {
    each_engine(async |storage| {
        let mut families = Vec::new();
        for number in 0..6_u32 {
            let names: Vec<&str> = ["王德福", "李秀英", "赵春生"][..1 + number as usize % 3].to_vec();
            families.push(payable(&storage, &format!("A-{number}"), VILLAGE, number * 10, &names).await);
        }
        let mut documents = Vec::new();
        for number in 0..6 {
            let month = if number % 2 == 0 { AUGUST } else { "2022-09-01" };
            documents.push(opened(&storage, &format!("r-{number}"), month).await);
        }
        let rounds = 60;
        let writers = (0..2_u64).map(|seed| {
            let (storage, families, documents) = (storage.clone(), families.clone(), documents.clone());
            tokio::spawn(async move {
                let mut chance = Chance(20_220_801 + seed);
                let mut refused = 0;
                for _ in 0..rounds {
                    refused += usize::from(!step(&storage, &families, &documents, &mut chance).await);
                }
                refused
            })
        });
        let mut refused = 0;
        for writer in writers.collect::<Vec<_>>() {
            refused += writer.await.expect("a writer ends");
        }
        assert!(refused > 10, "the wall was tried: {refused} refusals");
        check_nobody_twice(&storage).await;
    })
    .await;
}

/// One random thing; `false` when it was refused.
async fn step(storage: &Storage, families: &[Payable], documents: &[DocumentId], chance: &mut Chance) -> bool {
    let at = chance.below(documents.len());
    let document = documents[at];
    let own = if at.is_multiple_of(2) { AUGUST } else { "2022-09-01" };
    let mut writer = write(storage).await;
    let outcome = match chance.below(10) {
        0..=4 => {
            let count = 1 + chance.below(3);
            let lines: Vec<NewPayment> = (0..count)
                .map(|_| {
                    let of = &families[chance.below(families.len())];
                    let difference = chance.below(4) == 0;
                    let mut line = if difference {
                        line(of, "2022-07-01", Purpose::BackPay, 100 + chance.below(50) as i64)
                    } else {
                        line(of, own, Purpose::Regular, 1_000 + chance.below(50) as i64)
                    };
                    line.hold = (chance.below(5) == 0).then(|| "check".to_owned());
                    line
                })
                .collect();
            writer.payment_draw(PLUGIN, document, "sample", &lines).await.map(|_| ())
        }
        5..=8 => {
            let query = PaymentQuery { document: Some(document), limit: 100, ..PaymentQuery::default() };
            let lines = snapshot(storage, COUNTY).await.payments_query(&query).await.expect("lines");
            if lines.is_empty() {
                Ok(())
            } else {
                let line = lines[chance.below(lines.len())].id;
                let mark = match chance.below(4) {
                    0 => Mark::Hold("check".into()),
                    1 => Mark::Release,
                    _ => Mark::Drop("again".into()),
                };
                writer.payment_mark(PLUGIN, document, &[line], &mark, "").await
            }
        }
        _ => {
            let envelope = snapshot(storage, COUNTY).await.payment_envelope(document).await.expect("read");
            let open = envelope.expect("an envelope").open;
            // Rarely, so that something stays to be drawn; and only a full one.
            if open.lines < 3 { Ok(()) } else { writer.payment_seal(PLUGIN, document, open).await }
        }
    };
    match outcome {
        // Some are given up after everything was written.
        Ok(()) if chance.below(4) == 0 => writer.rollback().await.expect("rolled back"),
        Ok(()) => writer.commit().await.expect("committed"),
        Err(Error::Refused { .. }) => {
            writer.rollback().await.expect("rolled back");
            return false;
        }
        Err(error) => panic!("{error:?}"),
    }
    true
}

async fn check_nobody_twice(storage: &Storage) {
    let twice = "SELECT COUNT(*) FROM (SELECT p.month, m.person, CASE p.purpose WHEN 'regular' THEN 0 ELSE p.decision END AS cause
                 FROM payment p JOIN membership m ON m.county = p.county AND m.household = p.household
                 WHERE p.state <> 'dropped' GROUP BY 1, 2, 3 HAVING COUNT(*) > 1) AS twice";
    assert_eq!(storage.peek(twice).await.expect("a count"), 0, "somebody stands on two lines");
    let keys = "SELECT COUNT(*) FROM payment_key k JOIN payment p ON p.county = k.county AND p.id = k.line
                WHERE p.state = 'dropped'";
    assert_eq!(storage.peek(keys).await.expect("a count"), 0, "a dropped line keeps a key");
    let lines = "SELECT COUNT(*) FROM payment p WHERE p.state <> 'dropped'
                 AND (SELECT COUNT(*) FROM payment_key k WHERE k.county = p.county AND k.line = p.id) <> p.covered";
    assert_eq!(storage.peek(lines).await.expect("a count"), 0, "a line lacks a key");
    let sums = "SELECT COUNT(*) FROM payment_envelope e WHERE e.amount <>
                (SELECT CAST(COALESCE(SUM(p.amount), 0) AS BIGINT) FROM payment p WHERE p.county = e.county
                 AND p.document = e.document AND p.state NOT IN ('dropped', 'held')) OR e.held_lines <>
                (SELECT COUNT(*) FROM payment p WHERE p.county = e.county AND p.document = e.document AND p.state = 'held')
                OR (e.sealed_at IS NOT NULL AND e.sealed_amount <> e.amount)";
    assert_eq!(storage.peek(sums).await.expect("a count"), 0, "an envelope's sums are not those of its lines");
    assert!(storage.peek("SELECT COUNT(*) FROM payment WHERE state <> 'dropped'").await.expect("a count") > 5);
    let verdict = storage.audit_verify(county()).await.expect("a verdict");
    assert!(verdict.broken.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_governs_a_day_is_read_for_many_households_at_once() {
    use doudi_domain::Instant;
    use doudi_domain::decision::Effect;
    each_engine(async |storage| {
        let mut of = BTreeMap::new();
        for (number, name) in ["A", "B", "C", "D"].into_iter().enumerate() {
            let (household, _) = settled(&storage, name, VILLAGE, number as u32 * 10, &["王德福"]).await;
            let mut writer = write(&storage).await;
            decisions::record(&mut writer, household, VILLAGE, None).await;
            writer.commit().await.expect("committed");
            of.insert(name, household);
        }
        // Later: B changes from September, C is stopped from June on (a death found late), D was decided for August only.
        let later = Instant(NOW.0 + 40 * 86_400_000_000);
        let mut writer = storage.write(&system(COUNTY), later).await.expect("a write");
        for (name, effect, from, to) in [
            ("B", Effect::Change, "2022-09-01", None),
            ("C", Effect::Stop, "2022-06-01", None),
            ("D", Effect::Grant, "2022-08-01", Some("2022-08-31")),
        ] {
            let mut new = decisions::new(&mut writer, of[name], VILLAGE, None).await;
            (new.effect, new.from, new.to) = (effect, day(from), to.map(day));
            writer.decision_record(&new).await.expect("a decision");
        }
        writer.commit().await.expect("committed");
        let mut reader = snapshot(&storage, COUNTY).await;
        let since = Some(Instant::begin_of(later.date()));
        let names = |found: Vec<doudi_domain::decision::Decision>| -> String {
            found
                .iter()
                .map(|decision| {
                    let name = of.iter().find(|(_, id)| **id == decision.household).expect("a name").0;
                    let mark = match decision.effect {
                        Effect::Stop => "-",
                        _ if decision.to.is_some() => "=",
                        _ if decision.from == day("2022-09-01") => "+",
                        _ => "",
                    };
                    format!("{name}{mark} ")
                })
                .collect()
        };
        for (on, since, expected) in [
            ("2022-05-31", None, ""),
            ("2022-07-15", None, "A B D "),
            ("2022-08-15", None, "A B D= "),
            ("2022-09-15", None, "A B+ "),
            ("2022-07-15", since, "B C- D "),
            ("2022-09-15", since, "B+ C- D= "),
        ] {
            let asked = Governing { scheme: "sample", day: day(on), since, after: HouseholdId(0), limit: 10 };
            let found = reader.decisions_governing(&asked).await.expect("read");
            // What a pass over a county reads is the same in fewer words.
            let figures = ["income".to_owned(), "unheard-of".to_owned()];
            let slim = reader.decisions_governing_slim(&asked, &figures).await.expect("read");
            let of_whole: Vec<SlimDecision> =
                found.iter().map(|decision| SlimDecision::of(decision, &figures)).collect();
            assert_eq!(slim, of_whole, "on {on}, since {since:?}");
            assert_eq!(names(found), expected, "on {on}, since {since:?}");
        }
        // Page by page, with a limit that counts households.
        let mut after = HouseholdId(0);
        let mut seen = BTreeSet::new();
        loop {
            let asked = Governing { scheme: "sample", day: day("2022-08-15"), since: None, after, limit: 1 };
            let page = reader.decisions_governing(&asked).await.expect("read");
            let Some(one) = page.first() else { break };
            assert!(page.len() == 1 && seen.insert(one.household));
            after = one.household;
        }
        assert_eq!(seen, BTreeSet::from([of["A"], of["B"], of["D"]]));
        let asked =
            Governing { scheme: "other", day: day("2022-08-15"), since: None, after: HouseholdId(0), limit: 10 };
        let other = reader.decisions_governing(&asked).await;
        assert!(other.expect("read").is_empty());
    })
    .await;
}
