//! One feature set for the whole house. Cargo unites features over the packages it is asked for, so that `-p doudi-storage` and
//! `-p doudi-server` would build two different wasmtimes, five minutes each. This crate has no code: depending on it fixes the
//! features of the crates both would disagree on. After adding a dependency, compare `cargo tree -e normal,build,dev -f '{p} {f}'`
//! of one package with that of `--workspace`, and list what differs in `Cargo.toml`.
