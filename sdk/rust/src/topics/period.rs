//! The inclusive days a question is about. A question without them has no answer: nothing a measure would put in their place is
//! what the asker meant.

use super::day;
use crate::block::Block;
use crate::date::Date;
use crate::refusal::{Refusal, Result};

/// The table of a question's days.
const TABLE: &str = "period";

/// Days from one to another, both inclusive; none when it ends before it begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Period {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
}

impl Period {
    /// Reads the table `period` with the columns `begins` and `ends`, as `duty.due` asks. A day beyond the calendar becomes its
    /// first or last.
    ///
    /// # Errors
    /// `invalid` when a day is missing, with a sentence that says which; `internal` when a column holds texts.
    pub fn begins_ends(block: &Block) -> Result<Period> {
        Period::of(block, "begins", "ends")
    }

    /// Reads the table `period` with the columns `from` and `to`, as `approval.decided` asks.
    ///
    /// # Errors
    /// As [`Period::begins_ends`].
    pub fn from_to(block: &Block) -> Result<Period> {
        Period::of(block, "from", "to")
    }

    fn of(block: &Block, from: &str, to: &str) -> Result<Period> {
        let day = |column: &str, word: &str| -> Result<Date> {
            day(block, TABLE, column)?.ok_or_else(|| {
                Refusal::invalid(format!("问题没有写明时段的{word}，请在表“{TABLE}”的“{column}”列填写日期"))
            })
        };
        Ok(Period { from: day(from, "开始日期")?, to: day(to, "结束日期")? })
    }

    /// Whether a day lies in it.
    pub fn contains(&self, day: Date) -> bool {
        self.from <= day && day <= self.to
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::block::Table;

    const FIRST: Date = Date::of(2022, 7, 1);
    const LAST: Date = Date::of(2022, 7, 31);

    #[test]
    fn a_period_is_read_by_either_name_and_a_missing_day_is_named() {
        let table = || Table::new("period", 1);
        let july = Period { from: FIRST, to: LAST };
        let duties = Block::of(table().ints("begins", [FIRST]).ints("ends", [LAST]));
        let decided = Block::of(table().ints("from", [FIRST]).ints("to", [LAST]));
        assert_eq!(Period::begins_ends(&duties).unwrap(), july);
        assert_eq!(Period::from_to(&decided).unwrap(), july);
        let endless = Block::of(table().ints("from", [i64::MIN]).ints("to", [i64::MAX]));
        assert_eq!(Period::from_to(&endless).unwrap(), Period { from: Date::MIN, to: Date::MAX });
        for (block, missing) in [
            (Block::new(), ["开始日期", "begins"]),
            (Block::of(table()), ["开始日期", "begins"]),
            (decided, ["开始日期", "begins"]),
            (Block::of(table().optional_ints("begins", [None::<i64>]).ints("ends", [LAST])), ["开始日期", "begins"]),
            (Block::of(table().ints("begins", [FIRST])), ["结束日期", "ends"]),
        ] {
            let refusal = Period::begins_ends(&block).unwrap_err();
            assert_eq!(refusal.code, "invalid");
            assert!(missing.iter().all(|word| refusal.message.contains(word)), "{}", refusal.message);
        }
        let texts = Block::of(table().texts("begins", ["七月"]).ints("ends", [LAST]));
        assert_eq!(Period::begins_ends(&texts).unwrap_err().code, "internal");
    }

    #[test]
    fn both_ends_belong_to_it() {
        let july = Period { from: FIRST, to: LAST };
        for (day, inside) in
            [(FIRST.add_days(-1), false), (FIRST, true), (LAST, true), (LAST.add_days(1), false), (Date::MAX, false)]
        {
            assert_eq!(july.contains(day), inside, "{day}");
        }
        assert!(!Period { from: LAST, to: FIRST }.contains(FIRST), "it ends before it begins");
    }
}
