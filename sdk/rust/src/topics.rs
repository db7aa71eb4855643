//! The standard questions a measure answers (`docs/reference/topics.md`), read and answered once for all measures: what was
//! [`Asked`], the [`Period`] meant, the [`Duty`] rows of 义务日历, and the lists that follow from decisions alone. What else a topic
//! wants is the measure's own; asking others is [`crate::questions`].

mod asked;
mod duty;
mod period;

pub use asked::Asked;
pub use duty::{Duty, duties};
pub use period::Period;

use crate::block::{Block, Table};
use crate::date::Date;
use crate::refusal::Result;
use crate::{decisions, records};

/// Rows or households an answer holds at most, whatever was asked for: `limit` in `docs/reference/topics.md`.
pub const LIMIT: u32 = 2_000;

/// The answer to `benefit.recipients`: whom a scheme of this plugin pays on a day. Table `recipient`: `household`, `person`?,
/// `covered` (members), `begins` (date), by household.
///
/// # Errors
/// As [`decisions::page`].
pub fn recipients(scheme: &str, on: Date, asked: &Asked) -> Result<Block> {
    let (mut households, mut persons, mut covered, mut begins) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    decisions::page(scheme, on, None, asked.after, asked.limit, &[], |line| {
        households.push(line.household.0);
        persons.push(line.person.map(|person| person.0));
        covered.push(line.covered);
        begins.push(line.begins);
        Ok(())
    })?;
    Ok(Block::of(
        Table::new("recipient", households.len())
            .ints("household", households)
            .optional_ints("person", persons)
            .ints("covered", covered)
            .ints("begins", begins),
    ))
}

/// The answer to `benefit.recognised`: the families a scheme of this plugin recognises on a day without paying them. Table
/// `recognised`: `household`, `scheme` (text), each household once, ascending.
///
/// # Errors
/// As [`records::recipients`].
pub fn recognised(scheme: &str, on: Date, asked: &Asked) -> Result<Block> {
    let households = records::recipients(scheme, on, asked.after, asked.limit)?;
    Ok(Block::of(
        Table::new("recognised", households.len())
            .ints("household", households.iter().map(|household| household.0))
            .texts("scheme", households.iter().map(|_| scheme)),
    ))
}

/// The value of a question's only row; `None` where table, column or value is absent.
fn value(block: &Block, table: &str, column: &str) -> Result<Option<i64>> {
    match block.find(table).filter(|table| table.find(column).is_some()) {
        Some(table) => Ok(table.int_column(column)?.get(0)),
        None => Ok(None),
    }
}

/// As [`value`], a date; beyond the calendar its first or last day.
fn day(block: &Block, table: &str, column: &str) -> Result<Option<Date>> {
    let (first, last) = (Date::MIN.days().into(), Date::MAX.days().into());
    Ok(value(block, table, column)?.map(|days| Date::from_days(days.clamp(first, last) as i32)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decisions::Decision;
    use crate::fen::Fen;
    use crate::testing::World;
    use doudi_documents::Id;

    /// A household's line of a scheme from 1 July on.
    fn line(id: i64, household: i64, person: Option<i64>, effect: &str) -> Decision {
        let begins = Date::of(2022, 7, 1);
        Decision {
            id: Id(id),
            scheme: "aid".to_owned(),
            household: Id(household),
            person: person.map(Id),
            document: None,
            outcome: "granted".to_owned(),
            effect: effect.to_owned(),
            amount: Fen(10_000),
            covered: 2,
            begins,
            ends: None,
            as_of: begins,
            decided: begins,
            figures: Vec::new(),
        }
    }

    #[test]
    fn who_is_paid_and_who_is_recognised_follows_from_decisions() {
        let world = World::new("2022-07-20")
            .decision(line(1, 11, None, "grant"))
            .decision(line(2, 12, Some(121), "grant"))
            .decision(line(3, 12, Some(122), "grant"))
            .decision(line(4, 13, None, "grant"))
            .decision(line(5, 13, None, "stop"))
            .decision(line(6, 14, None, "change"));
        // The day, after whom, how many households; households of the lines, households recognised.
        for (on, after, limit, lines, once) in [
            ("2022-06-30", 0, 10, &[][..], &[][..]),
            ("2022-07-01", 0, 10, &[11, 12, 12, 14], &[11, 12, 14]),
            ("2022-07-01", 0, 2, &[11, 12, 12], &[11, 12]),
            ("2022-07-01", 12, 10, &[14], &[14]),
        ] {
            let (on, asked) = (on.parse().unwrap(), Asked { after: Id(after), limit, ..Asked::default() });
            let households = |block: &Block, table: &str| {
                block.table(table).unwrap().int_column("household").unwrap().values().to_vec()
            };
            world.run(|_| {
                let paid = recipients("aid", on, &asked).unwrap();
                assert_eq!(households(&paid, "recipient"), lines, "{on} after {after}");
                let known = recognised("aid", on, &asked).unwrap();
                assert_eq!(households(&known, "recognised"), once, "{on} after {after}");
                let schemes = known.table("recognised").unwrap().text_column("scheme").unwrap();
                assert!((0..once.len()).all(|row| schemes.get(row) == Some("aid")));
            });
        }
        let block = world.run(|_| recipients("aid", Date::of(2022, 7, 1), &Asked::default())).unwrap();
        let table = block.table("recipient").unwrap();
        let ints = |name: &str| (0..4).map(|row| table.int_column(name).unwrap().get(row)).collect::<Vec<_>>();
        assert_eq!(ints("person"), [None, Some(121), Some(122), None]);
        assert_eq!(ints("covered"), [Some(2); 4]);
        assert_eq!(ints("begins"), [Some(Date::of(2022, 7, 1).days().into()); 4]);
    }
}
