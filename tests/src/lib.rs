//! What the tests of the whole system stand on. The tests themselves live in `it/` (each subject once) and `faults/` (what is
//! killed, stopped and filled up while it works): two binaries, so that each links once.

pub mod support;
