//! Outcome columns that do not fit together.

use crate::doudi::types::types::{Block, Column, Table, Values};
use crate::exports::doudi::measure::assess::Outcomes;

/// One row per household, all well formed, then bent as the behaviour says.
pub fn of(behaviour: &str, households: &Block) -> Outcomes {
    let rows = households.tables.first().map_or(0, |table| table.rows) as usize;
    let ends = |each: u32| (1..=rows as u32).map(|row| row * each).collect::<Vec<u32>>();
    let mut outcomes = Outcomes {
        outcome: vec![0; rows],
        amount: vec![63_000; rows],
        covered: vec![1; rows],
        figures: vec![7; rows],
        reason_ends: ends(1),
        reasons: vec![0; rows],
        args: vec![71_000; rows],
        fact_ends: ends(0),
        facts: Vec::new(),
    };
    match behaviour {
        "too-few-rows" => {
            outcomes.outcome.pop();
        }
        "too-many-rows" => outcomes.outcome.push(0),
        "amounts-missing" => outcomes.amount.clear(),
        "covered-missing" => outcomes.covered.clear(),
        "outcome-out-of-range" => outcomes.outcome[0] = 99,
        "negative-amount" => outcomes.amount[0] = -1,
        "figures-missing" => outcomes.figures.clear(),
        "reason-ends-fall" => {
            outcomes.reason_ends[0] = rows as u32;
            outcomes.reason_ends[rows - 1] = 0;
        }
        "reason-ends-beyond" => *outcomes.reason_ends.last_mut().expect("a row") = u32::MAX,
        "reasons-left-over" => outcomes.reasons.push(0),
        "reason-out-of-range" => outcomes.reasons[0] = 99,
        "arguments-missing" => outcomes.args.clear(),
        "arguments-left-over" => outcomes.args.push(1),
        "fact-ends-beyond" => *outcomes.fact_ends.last_mut().expect("a row") = 5,
        "facts-left-over" => outcomes.facts.push(1),
        "billion-rows" => {
            outcomes.outcome = vec![0; 3 << 20];
            outcomes.amount = vec![0; 3 << 20];
        }
        _ => {}
    }
    outcomes
}

/// An answer block, bent as the behaviour says.
pub fn block(behaviour: &str, block: Block) -> Block {
    let column =
        |length: usize| Column { name: "amount".to_owned(), values: Values::Ints(vec![1; length]), nulls: Vec::new() };
    let table =
        |rows: u32, ends: Vec<u32>, columns: Vec<Column>| Table { name: "payable".to_owned(), rows, ends, columns };
    match behaviour {
        "short-column" => Block { tables: vec![table(3, Vec::new(), vec![column(2)])] },
        "ends-beyond" => {
            Block { tables: vec![table(1, Vec::new(), vec![column(1)]), table(1, vec![9], vec![column(1)])] }
        }
        "billion-rows" => Block { tables: vec![table(u32::MAX, Vec::new(), vec![column(1)])] },
        _ => block,
    }
}
