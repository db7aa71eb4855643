//! What a measure owes by law on a day, as the kernel asks for 义务日历: the rows of `duty.due`.

use crate::block::{Block, Table};
use crate::date::Date;

/// One line of 义务日历: what is owed, by when, and how much of it is done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Duty {
    /// A stable word for programs.
    pub code: String,
    /// Chinese label; the calendar shows the first 60 characters.
    pub label: String,
    /// The last day.
    pub due: Date,
    /// An earlier day that is wiser, where there is one.
    pub advised: Option<Date>,
    /// How many are done.
    pub done: i64,
    /// Of how many; not fewer than are done, or the kernel refuses the answer.
    pub of: i64,
    /// The rule it is owed by: 民发〔2021〕57号 第二十二条.
    pub article: String,
    /// Page and query (`cases?list=limit`) that lists exactly what was counted.
    pub page: String,
}

impl Duty {
    /// A duty of which nothing is counted yet.
    ///
    /// ```
    /// use doudi_sdk::prelude::*;
    /// let due = Date::of(2022, 7, 10);
    /// let duty = Duty::new("allocate", "2022年7月资金拨付", due)
    ///     .advised(Date::of(2022, 7, 8))
    ///     .counts(3, 5)
    ///     .article("2022年6月23日通知第十条")
    ///     .page("month?month=2022-07");
    /// assert_eq!(topics::duties(&[duty]).rows(), 1);
    /// ```
    pub fn new(code: impl Into<String>, label: impl Into<String>, due: Date) -> Duty {
        let (code, label, article, page) = (code.into(), label.into(), String::new(), String::new());
        Duty { code, label, due, advised: None, done: 0, of: 0, article, page }
    }

    /// An earlier day that is wiser: the last day before it that is worked. The day itself is no advice.
    pub fn advised(mut self, day: Date) -> Duty {
        self.advised = (day != self.due).then_some(day);
        self
    }

    /// So many are done, of so many.
    pub fn counts(mut self, done: i64, of: i64) -> Duty {
        (self.done, self.of) = (done, of);
        self
    }

    /// The rule it is owed by.
    pub fn article(mut self, article: impl Into<String>) -> Duty {
        self.article = article.into();
        self
    }

    /// Page and query that lists what was counted.
    pub fn page(mut self, page: impl Into<String>) -> Duty {
        self.page = page.into();
        self
    }
}

/// The answer to `duty.due`. Table `duty`: `code`, `label`, `due`, `advised`?, `done`, `of`, `article`, `page`, in the order given;
/// without duties a table without rows.
pub fn duties(duties: &[Duty]) -> Block {
    Block::of(
        Table::new("duty", duties.len())
            .texts("code", duties.iter().map(|duty| &duty.code))
            .texts("label", duties.iter().map(|duty| &duty.label))
            .ints("due", duties.iter().map(|duty| duty.due))
            .optional_ints("advised", duties.iter().map(|duty| duty.advised))
            .ints("done", duties.iter().map(|duty| duty.done))
            .ints("of", duties.iter().map(|duty| duty.of))
            .texts("article", duties.iter().map(|duty| &duty.article))
            .texts("page", duties.iter().map(|duty| &duty.page)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_duty_is_a_row_with_every_column_of_the_topic() {
        let (due, wiser) = (Date::of(2022, 7, 10), Date::of(2022, 7, 8));
        let plain = Duty::new("send", "名册报送", due).counts(1, 2).article("第十条").page("month?month=2022-07");
        let answer = duties(&[plain.clone(), plain.clone().advised(wiser), plain.advised(due)]);
        let table = answer.table("duty").unwrap();
        let names: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(names, ["code", "label", "due", "advised", "done", "of", "article", "page"]);
        let text = |name: &str| table.text_column(name).unwrap().get(2).unwrap();
        assert_eq!(
            ["code", "label", "article", "page"].map(text),
            ["send", "名册报送", "第十条", "month?month=2022-07"]
        );
        let days = |name: &str| [0, 1, 2].map(|row| table.int_column(name).unwrap().get(row));
        assert_eq!(days("due"), [Some(due.days().into()); 3]);
        assert_eq!(days("advised"), [None, Some(wiser.days().into()), None], "the day itself is no advice");
        assert_eq!((days("done"), days("of")), ([Some(1); 3], [Some(2); 3]));
        assert_eq!(duties(&[]).table("duty").unwrap().rows, 0);
    }
}
