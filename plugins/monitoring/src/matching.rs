//! A block of rows against the files of a county: few calls to the kernel, whatever the block says. The households of the block are read
//! at once, the lines paid to them in a sweep, the alerts that stand by rule. The same rows in any order, or twice, give the same.

use crate::alert::Target;
use crate::benefits::{self, Lines};
use crate::family::Family;
use crate::raising::{Clues, Desk};
use crate::rules::clue::{Clue, Row, Sender, judge};
use crate::rules::matrix::{Concerns, RuleId, of_event};
use doudi_sdk::prelude::*;
use std::collections::BTreeSet;

/// Effects one call may wish for, with room for the batch and what is left over: the kernel takes a thousand.
pub const BUDGET: usize = 900;

/// What the rows of one household come to.
#[derive(Default)]
struct Share {
    household: Id,
    facts: Vec<FactPropose>,
    clues: Clues,
    /// Evidence for what is open already.
    support: Clues,
}

impl Share {
    fn rules(&self) -> impl Iterator<Item = RuleId> {
        self.clues.keys().chain(self.support.keys()).map(|(rule, _)| *rule)
    }
}

/// Works off rows as far as a call may, household by household; gives back the rows that are left.
///
/// # Errors
/// What the kernel and the measures that answer say.
pub fn work(context: &Context, sender: Sender<'_>, batch: Id, mut rows: Vec<Row>) -> Result<(Effects, Vec<Row>)> {
    rows.sort();
    rows.dedup();
    let shares = shares(context.today, sender, &rows)?;
    let rules: BTreeSet<RuleId> = shares.iter().flat_map(Share::rules).collect();
    let desk = Desk::open(context, &rules)?;
    let mut effects = Effects::new();
    for mut share in shares {
        let mut alerts = Vec::new();
        for ((rule, target), clues) in std::mem::take(&mut share.support) {
            if share.clues.contains_key(&(rule, target)) || desk.is_open(rule, target) {
                share.clues.entry((rule, target)).or_default().extend(clues);
            }
        }
        for ((rule, target), clues) in &share.clues {
            alerts.extend(desk.raise(*rule, *target, clues, Some(batch))?);
        }
        if effects.len() + share.facts.len() + alerts.len() > BUDGET {
            rows.retain(|row| row.household >= share.household);
            return Ok((effects, rows));
        }
        for fact in share.facts {
            effects = effects.fact(fact);
        }
        for alert in alerts {
            effects = effects.document(alert);
        }
    }
    Ok((effects, Vec::new()))
}

/// Judges every row; by household, ascending.
fn shares(today: Date, sender: Sender<'_>, rows: &[Row]) -> Result<Vec<Share>> {
    let mut households: Vec<Id> = rows.iter().map(|row| row.household).collect();
    households.dedup();
    if households.is_empty() {
        return Ok(Vec::new());
    }
    let events: BTreeSet<_> = rows.iter().map(|row| row.event).collect();
    let asks = events.iter().flat_map(|event| of_event(*event)).any(|rule| rule.concerns != Concerns::Anyone);
    let lines = if asks { benefits::among(&households, today)? } else { Lines::new() };
    let block = records::households(&households, today)?;
    let mut families = block.read::<Family>()?;
    let mut shares = Vec::with_capacity(households.len());
    let mut next = 0;
    while let Some(family) = families.next() {
        let end = next + rows[next..].iter().take_while(|row| row.household == family.household).count();
        let covered = lines.contains_key(&family.household);
        let mut share = Share { household: family.household, ..Share::default() };
        for row in &rows[next..end] {
            let judged = judge(row, sender, family, covered);
            for fact in judged.facts {
                if !share.facts.iter().any(|known| same(known, &fact)) {
                    share.facts.push(fact);
                }
            }
            for rule in judged.raised {
                share.clues.entry((rule, target(rule, row))).or_default().push(clue(row, sender));
            }
            for rule in judged.supported {
                share.support.entry((rule, target(rule, row))).or_default().push(clue(row, sender));
            }
        }
        next = end;
        if !share.facts.is_empty() || !share.clues.is_empty() || !share.support.is_empty() {
            shares.push(share);
        }
    }
    Ok(shares)
}

/// Whether two rows state the same: of a settlement its day, too; of what holds from a day on the first is enough.
fn same(one: &FactPropose, other: &FactPropose) -> bool {
    let what = |fact: &FactPropose| (fact.household, fact.person, fact.value);
    one.field == other.field && what(one) == what(other) && (one.to.is_none() || one.from == other.from)
}

/// The person, or the household where the rule is about it as a whole.
fn target(rule: RuleId, row: &Row) -> Target {
    let person = (rule != RuleId::WatchListUncovered).then_some(row.person);
    Target { household: row.household, person }
}

fn clue(row: &Row, sender: Sender<'_>) -> Clue {
    Clue {
        on: row.on,
        event: Some(row.event.number()),
        department: sender.department,
        batch: sender.batch.to_owned(),
        amount: row.amount,
        line: None,
        grade: row.grade,
        category: row.category,
        count: row.count,
        note: row.note.clone(),
    }
}
