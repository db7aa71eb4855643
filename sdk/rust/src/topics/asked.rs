//! Where an answer begins, how long it may be, and about whom: the row of a question that is answered a page at a time.

use super::{LIMIT, day, value};
use crate::block::Block;
use crate::date::Date;
use crate::refusal::Result;
use doudi_documents::Id;

/// What a question narrows its answer down to. Every column may be absent: an older asker does not know it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Asked {
    /// A household or a document, as the topic says; the answer begins after it. 0 from the start.
    pub after: Id,
    /// Rows or households wanted, 1 to [`LIMIT`].
    pub limit: u32,
    /// Also what was decided or closed on or after that day.
    pub since: Option<Date>,
    /// Only this one's.
    pub household: Option<Id>,
    /// Only lines of one person (`true`), or only those of a household as a whole (`false`).
    pub personal: Option<bool>,
}

impl Default for Asked {
    /// Everybody, from the start.
    fn default() -> Asked {
        Asked { after: Id(0), limit: LIMIT, since: None, household: None, personal: None }
    }
}

impl Asked {
    /// Reads the first row of the table that says it: `page` in most topics, `period` in `approval.decided`. What is absent is
    /// as in [`Asked::default`]; a limit or a day out of range becomes the nearest that is in it.
    ///
    /// ```
    /// use doudi_sdk::prelude::*;
    /// let block = Block::of(Table::new("page", 1).ints("after", [17_i64]).ints("limit", [5_000_i64]));
    /// assert_eq!(Asked::of(&block, "page")?, Asked { after: Id(17), limit: 2_000, ..Asked::default() });
    /// # Ok::<(), Refusal>(())
    /// ```
    ///
    /// # Errors
    /// `internal` when a column holds texts.
    pub fn of(block: &Block, table: &str) -> Result<Asked> {
        let value = |column: &str| value(block, table, column);
        Ok(Asked {
            after: Id(value("after")?.unwrap_or(0)),
            limit: value("limit")?.map_or(LIMIT, |limit| limit.clamp(1, LIMIT.into()) as u32),
            since: day(block, table, "since")?,
            household: value("household")?.map(Id),
            personal: value("personal")?.map(|personal| personal == 1),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::block::Table;

    #[test]
    fn what_is_not_said_means_everybody_and_what_is_too_much_is_cut() {
        let everybody = Asked::default();
        let page = || Table::new("page", 1);
        for (said, table, expected) in [
            ("nothing", Table::new("other", 1), everybody),
            ("no column", page(), everybody),
            ("no row", Table::new("page", 0).ints("after", [0_i64; 0]), everybody),
            (
                "no value",
                page().optional_ints("since", [None::<i64>]).optional_ints("personal", [None::<i64>]),
                everybody,
            ),
            (
                "a place",
                page().ints("after", [7_i64]).ints("limit", [10_i64]),
                Asked { after: Id(7), limit: 10, ..everybody },
            ),
            ("none", page().ints("limit", [0_i64]), Asked { limit: 1, ..everybody }),
            ("fewer than none", page().ints("limit", [i64::MIN]), Asked { limit: 1, ..everybody }),
            ("too many", page().ints("limit", [i64::MAX]), everybody),
            (
                "a day",
                page().ints("since", [Date::of(2022, 7, 1)]),
                Asked { since: Some(Date::of(2022, 7, 1)), ..everybody },
            ),
            ("no day of any calendar", page().ints("since", [i64::MIN]), Asked { since: Some(Date::MIN), ..everybody }),
            ("a household", page().ints("household", [3_i64]), Asked { household: Some(Id(3)), ..everybody }),
            ("persons", page().ints("personal", [1_i64]), Asked { personal: Some(true), ..everybody }),
            ("whole households", page().ints("personal", [0_i64]), Asked { personal: Some(false), ..everybody }),
        ] {
            assert_eq!(Asked::of(&Block::of(table), "page").unwrap(), expected, "{said}");
        }
        assert_eq!(Asked::of(&Block::of(page().texts("after", ["七"])), "page").unwrap_err().code, "internal");
    }
}
