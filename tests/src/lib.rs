//! Tests of the whole system live in `it/`, one binary. This library is empty: it only lets the crate name its dependencies.
