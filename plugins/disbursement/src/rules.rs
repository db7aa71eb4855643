//! What the law and sound bookkeeping ask of paying out, as pure functions: dates of the path 5 → 10 → 15, what is owed and what
//! was paid too much, what changed since last month, what raises a question, and whether the three parties' totals agree.

pub mod changes;
pub mod controls;
pub mod differences;
pub mod path;
pub mod reconcile;
