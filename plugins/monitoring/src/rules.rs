//! The rules of dynamic monitoring as pure functions: what a row of a department's data tells of a person, what the monthly look at
//! every household finds, when a file is an old one, when a visit is not to be believed, how rates are counted, and who is a
//! 刚性支出困难家庭. Dates and numbers in, answers out.

pub mod clue;
pub mod compare;
pub mod event;
pub mod matrix;
pub mod rigid;
pub mod stale;
pub mod visit;
pub mod watch;
pub mod window;
