//! Rosters (花名册): many households from a spreadsheet. One row is one person; the rows of one 户编号 are a household.
//!
//! Reading order: [`columns`] (what may stand in a roster, drawn from the catalogue) → [`template`] (the workbook to fill) →
//! [`sheet`] (XLSX and CSV to rows of text) → [`row`] (a row of text to domain values, or what is wrong with it) →
//! [`plan`] (rows to households, matched with what is on file, never by a guess) → [`run`] (writing in chunks) →
//! [`report`] (what became of each row, and the file with reasons).
//!
//! A row that fails never stops the others; a household with a failing row fails whole, because half a family is a wrong one.

pub mod columns;
pub mod plan;
pub mod report;
pub mod row;
pub mod run;
pub mod sheet;
pub mod template;

pub use report::{Report, RowProblem};
pub use run::{Options, import};
pub use template::template;
