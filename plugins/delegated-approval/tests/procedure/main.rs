//! A made-up county through orders, meetings, draws, checks and figures. The kernel's own checks of office and state are played in
//! `county.rs`; separation between actions of one document is the manifest's, and read there.

mod checks;
mod county;
mod draws;
mod figures;
mod meetings;
