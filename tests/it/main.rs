//! The whole system, from outside: one binary, so that everything links once.
//!
//! `support` holds the test server and the cast; each other module is one subject. Scenarios, matrices and guests are data
//! beside the code; lists of them are compared with what exists, so that nothing is left untested by being forgotten.

mod apply;
mod audit;
mod backup;
mod census;
mod cli;
mod conformance;
mod deploy;
mod host;
mod hostile;
mod import;
mod joined;
mod oracles;
mod packages;
mod plugins;
mod replay;
mod shadow;
mod story;
mod tidy;
mod together;
mod upgrade;
mod vendor;
mod web;
mod webhook;
mod worker;
mod year;

use doudi_tests::support;
