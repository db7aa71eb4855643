//! 资金发放 (disbursement).

pub mod rules;
