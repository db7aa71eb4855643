//! The transport-neutral error of the house. Three garments are kept apart:
//!
//! * a **refusal** is an answer by rule ([`Error::Refused`], [`Error::Invalid`], [`Error::Forbidden`], [`Error::NotFound`],
//!   [`Error::Conflict`]): the user reads it and can mend it;
//! * a **failure** is the outside world not working ([`Error::Failure`]): the user reads that nothing was saved, the operator
//!   reads why;
//! * a **bug** panics, loudly, and is caught at the edge of one request.
//!
//! Which to use: what the actor may not see is `NotFound`, so that it cannot be told from what is not there; `Forbidden` is
//! for things she can see but may not do.

use std::fmt;

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// One thing wrong, where, and how to mend it. `field` is empty when it concerns the whole.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    pub field: String,
    /// A stable word for programs, e.g. `id-number.check-digit`.
    pub code: String,
    /// A sentence in Chinese for people: what is wrong and what to do.
    pub message: String,
}

impl Problem {
    pub fn new(field: impl Into<String>, code: impl Into<String>, message: impl Into<String>) -> Problem {
        Problem { field: field.into(), code: code.into(), message: message.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.field.is_empty() { f.write_str(&self.message) } else { write!(f, "{}：{}", self.field, self.message) }
    }
}

/// See the module text for which to use.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not there, or not visible to this actor. `what` in Chinese: 家庭, 办件 …
    #[error("没有找到{what}")]
    NotFound { what: &'static str },
    /// Visible, but this actor may not do it. `message` says who may.
    #[error("{message}")]
    Forbidden { message: String },
    /// What was entered is wrong, field by field.
    #[error("{}", listed(.0))]
    Invalid(Vec<Problem>),
    /// A rule says no; the problems cite it.
    #[error("{message}")]
    Refused { message: String, problems: Vec<Problem> },
    /// Somebody changed it meanwhile, or a unique thing exists already.
    #[error("{message}")]
    Conflict { message: String },
    /// The outside world failed: disk, database, plugin. `outside` is for the user, `inside` for the operator's log.
    #[error("{outside}")]
    Failure { outside: String, inside: String },
}

/// All problems in one line: whoever reads it can mend everything at once.
fn listed(problems: &[Problem]) -> String {
    if problems.is_empty() {
        return "填写有误".to_owned();
    }
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("；")
}

impl Error {
    pub fn not_found(what: &'static str) -> Error {
        Error::NotFound { what }
    }

    pub fn forbidden(message: impl Into<String>) -> Error {
        Error::Forbidden { message: message.into() }
    }

    pub fn refused(message: impl Into<String>) -> Error {
        Error::Refused { message: message.into(), problems: Vec::new() }
    }

    pub fn invalid(field: impl Into<String>, code: impl Into<String>, message: impl Into<String>) -> Error {
        Error::Invalid(vec![Problem::new(field, code, message)])
    }

    pub fn conflict(message: impl Into<String>) -> Error {
        Error::Conflict { message: message.into() }
    }

    pub fn failure(outside: impl Into<String>, inside: impl fmt::Display) -> Error {
        Error::Failure { outside: outside.into(), inside: inside.to_string() }
    }
}

#[cfg(test)]
mod tests;
