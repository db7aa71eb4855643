//! How fast column blocks become plain structs, with a rule of the weight of a trial calculation: three members a household,
//! 1.3 incomes a member, two reasons a row. Natively: what the sandbox adds is measured by `cargo xtask bench`.
//!
//! `cargo run --profile guest -p doudi-sdk --example decode` prints households per second on one core.

use doudi_sdk::prelude::*;
use std::hint::black_box;
use std::time::{Duration, Instant};

#[derive(ItemKind, Clone, Copy, PartialEq, Eq, Debug)]
#[item(table = "income")]
enum Income {
    #[item("income.wage")]
    Wage,
    #[item("income.business")]
    Business,
}

#[derive(Input, Default)]
#[input(table = "person")]
struct Member {
    #[input("person.id")]
    id: Id,
    #[input("person.birth-date")]
    birth: Date,
    #[input("person.co-resident", default)]
    co_resident: bool,
    #[input("person.disability-grade")]
    grade: Option<Code>,
    #[input("person.labour-capacity")]
    labour: Option<Code>,
    #[input(items)]
    incomes: Vec<Item<Income>>,
}

#[derive(Input, Default)]
#[input(table = "household")]
struct Family {
    #[input("household.id")]
    id: Id,
    #[input("household.hukou-kind")]
    hukou: Option<Code>,
    #[input(rows)]
    members: Rows<Member>,
}

const GRANTED: OutcomeCode = OutcomeCode(0);
const REFUSED: OutcomeCode = OutcomeCode(1);
const MEMBERS: ReasonCode<2> = ReasonCode(0);
const INCOME: ReasonCode<2> = ReasonCode(1);

const ROWS: usize = 4_096;
const MEMBERS_EACH: usize = 3;

fn block() -> Block {
    let mut chance = doudi_sdk::chance::Chance::new(7);
    let persons = ROWS * MEMBERS_EACH;
    let counts: Vec<u32> = (0..persons).map(|_| [1, 1, 2][chance.below(3) as usize]).collect();
    let items = counts.iter().sum::<u32>() as usize;
    let ends = |counts: &mut dyn Iterator<Item = u32>| {
        let mut end = 0;
        counts
            .map(|count| {
                end += count;
                end
            })
            .collect::<Vec<u32>>()
    };
    let mut some = |bound: u64| -> Option<i64> {
        let drawn = chance.below(bound) as i64;
        (drawn > 2).then_some(drawn)
    };
    Block::of(
        Table::new("household", ROWS)
            .ints("household.id", 1..=ROWS as i64)
            .optional_ints("household.hukou-kind", (0..ROWS).map(|_| some(9))),
    )
    .with(
        Table::new("person", persons)
            .ends(ends(&mut (0..ROWS).map(|_| MEMBERS_EACH as u32)))
            .ints("person.id", 1..=persons as i64)
            .ints("person.birth-date", (0..persons).map(|n| (n % 18_000) as i64))
            .optional_ints("person.co-resident", (0..persons).map(|n| (n % 7 != 0).then_some(1_i64)))
            .optional_ints("person.disability-grade", (0..persons).map(|_| some(5)))
            .optional_ints("person.labour-capacity", (0..persons).map(|_| some(5))),
    )
    .with(
        Table::new("income", items)
            .ends(ends(&mut counts.iter().copied()))
            .ints("fact", 1..=items as i64)
            .ints("kind", (0..items).map(|n| (n % 2) as i64))
            .ints("value", (0..items).map(|n| (n * 7_919 % 250_000) as i64))
            .ints("qualifier", (0..items).map(|_| 0_i64))
            .ints("from", (0..items).map(|_| 18_993_i64))
            .optional_ints("to", (0..items).map(|n| (n % 11 == 0).then_some(19_000_i64)))
            .ints("source", (0..items).map(|_| 1_i64)),
    )
}

fn rule(families: &mut Families<'_, Family>, today: Date, standard: Fen, out: &mut Outcomes) {
    let adult = today.latest_birth_for_age(18);
    while let Some(family) = families.next() {
        let (mut members, mut able, mut income, mut fact) = (0_i64, 0_i64, Fen::ZERO, Id(0));
        for member in family.members.iter().filter(|member| member.co_resident) {
            members += 1;
            able += i64::from(
                member.birth <= adult && member.labour.is_none_or(|labour| labour == Code(1)) && member.grade.is_none(),
            );
            for item in member.incomes.iter().filter(|item| item.covers(today)) {
                income += item.value;
                if item.kind == Income::Wage {
                    fact = item.fact;
                }
                black_box(member.id);
            }
        }
        black_box((family.id, family.hukou));
        let line = standard * members;
        let outcome = if income < line { GRANTED } else { REFUSED };
        out.row(outcome)
            .amount((line - income).or_zero())
            .covered(members as u32)
            .figures(&[members, income.0])
            .reason(MEMBERS, [members, able], &[])
            .reason(INCOME, [income.0, line.0], &[fact]);
    }
}

/// What this process has spent on a processor, so that neighbours on a shared machine do not count; elsewhere than on Linux
/// the time on the wall.
fn time_on_cpu() -> Duration {
    static BEGIN: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    let spent = std::fs::read_to_string("/proc/self/schedstat").ok();
    let nanoseconds = spent.and_then(|text| text.split_whitespace().next()?.parse().ok());
    nanoseconds.map_or_else(|| BEGIN.get_or_init(Instant::now).elapsed(), Duration::from_nanos)
}

fn main() {
    let block = block();
    let today = Date::of(2022, 7, 20);
    let mut rates = Vec::new();
    for round in 0..40 {
        let begin = time_on_cpu();
        let blocks = 25;
        for _ in 0..blocks {
            let mut families = Families::<Family>::new(black_box(&block)).expect("the block fits");
            let mut out = Outcomes::with_capacity(2, ROWS);
            rule(&mut families, today, Fen::yuan(710), &mut out);
            black_box(&out);
        }
        // The first rounds warm the caches.
        if round >= 5 {
            rates.push((blocks * ROWS) as f64 / (time_on_cpu() - begin).as_secs_f64());
        }
    }
    rates.sort_by(f64::total_cmp);
    let median = rates[rates.len() / 2];
    println!(
        "households a second on one core: median {:.2} million, best {:.2} million",
        median / 1e6,
        rates[rates.len() - 1] / 1e6
    );
    println!("per household: {:.0} ns", 1e9 / median);
}
