//! Why a call gives no answer. A refusal is a result like any other: a rule says no, or a form lacks something, and the
//! person in front of it must read what, where and how to mend it. A bug is a panic, and the kernel names the plugin.

use crate::bindings::kernel::doudi::types::types;
use std::fmt;

/// What every point and every reading function answers with.
pub type Result<T, E = Refusal> = std::result::Result<T, E>;

/// One thing wrong, where, and how to mend it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Problem {
    /// The field of the form or the path in a document; empty when it concerns the whole.
    pub field: String,
    /// A stable word for programs.
    pub code: String,
    /// A Chinese sentence for people.
    pub message: String,
}

/// Why there is no answer, with everything wrong at once. Codes: `refused` (a rule says no), `invalid` (the input is
/// wrong), `not-found`, `denied` (the county has not granted it), `unknown` (no such action, page, form), `limit`,
/// `internal`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal {
    /// A word of the list above.
    pub code: String,
    /// A Chinese sentence for people: what is wrong and how to mend it.
    pub message: String,
    /// Everything wrong, each with its place.
    pub problems: Vec<Problem>,
}

impl Problem {
    /// A problem of code `invalid` at a field.
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Problem {
        Problem { field: field.into(), code: "invalid".to_owned(), message: message.into() }
    }

    /// A stable word for programs instead of `invalid`.
    pub fn code(mut self, code: impl Into<String>) -> Problem {
        self.code = code.into();
        self
    }

    /// Names the rule behind it, at the end of the sentence.
    pub fn article(mut self, article: &str) -> Problem {
        self.message = with_article(&self.message, article);
        self
    }
}

impl Refusal {
    fn with(code: &str, message: impl Into<String>) -> Refusal {
        Refusal { code: code.to_owned(), message: message.into(), problems: Vec::new() }
    }

    /// A rule says no.
    pub fn new(message: impl Into<String>) -> Refusal {
        Refusal::with("refused", message)
    }

    /// The input is wrong.
    pub fn invalid(message: impl Into<String>) -> Refusal {
        Refusal::with("invalid", message)
    }

    /// There is no such thing, or not in the actor's scope.
    pub fn not_found(message: impl Into<String>) -> Refusal {
        Refusal::with("not-found", message)
    }

    /// An action, page, form, job, feed or topic this plugin does not know: the manifest and the code disagree.
    pub fn unknown(what: &str, name: &str) -> Refusal {
        Refusal::with("unknown", format!("插件没有{what}“{name}”，请联系插件的提供者"))
    }

    /// Kernel and plugin disagree about the shape of data.
    pub fn internal(message: impl Into<String>) -> Refusal {
        Refusal::with("internal", message)
    }

    /// Adds one thing wrong.
    pub fn problem(mut self, field: impl Into<String>, message: impl Into<String>) -> Refusal {
        self.problems.push(Problem::new(field, message));
        self
    }

    /// Names the rule behind the refusal, at the end of its sentence: 民发〔2021〕57号 第十五条.
    pub fn article(mut self, article: &str) -> Refusal {
        self.message = with_article(&self.message, article);
        self
    }
}

fn with_article(message: &str, article: &str) -> String {
    format!("{}（依据：{article}）", message.trim_end_matches('。'))
}

/// Collects everything wrong before refusing, so that a person is told once.
///
/// ```
/// use doudi_sdk::prelude::*;
/// fn check(income: Option<Fen>, signed: bool) -> Result<()> {
///     let mut problems = Problems::new();
///     problems.require(income.is_some(), "income", "请填写家庭月收入，没有收入的填 0");
///     problems.require(signed, "authorisation", "请上传全体成年成员签字的授权书");
///     problems.refuse("申请材料不齐全")
/// }
/// assert!(check(Some(Fen::ZERO), true).is_ok());
/// assert_eq!(check(None, false).unwrap_err().problems.len(), 2);
/// ```
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// Nothing wrong yet.
    pub fn new() -> Problems {
        Problems::default()
    }

    /// Adds a problem at a field.
    pub fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.0.push(Problem::new(field, message));
    }

    /// Adds a problem.
    pub fn push(&mut self, problem: Problem) {
        self.0.push(problem);
    }

    /// Adds the problem unless the condition holds.
    pub fn require(&mut self, holds: bool, field: &str, message: &str) {
        if !holds {
            self.add(field, message);
        }
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The problems, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.0.iter()
    }

    /// The problems, in order.
    pub fn into_vec(self) -> Vec<Problem> {
        self.0
    }

    /// Refuses with the message and every problem, if there is one.
    pub fn refuse(self, message: &str) -> Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        Err(Refusal { problems: self.0, ..Refusal::new(message) })
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        for problem in &self.problems {
            write!(f, "\n  {}：{}", if problem.field.is_empty() { "整体" } else { &problem.field }, problem.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for Refusal {}

impl From<types::Error> for Refusal {
    fn from(error: types::Error) -> Refusal {
        Refusal {
            code: error.code,
            message: error.message,
            problems: error.problems.into_iter().map(Problem::from).collect(),
        }
    }
}

impl From<Refusal> for types::Error {
    fn from(refusal: Refusal) -> types::Error {
        types::Error {
            code: refusal.code,
            message: refusal.message,
            problems: refusal.problems.into_iter().map(types::Problem::from).collect(),
        }
    }
}

impl From<types::Problem> for Problem {
    fn from(problem: types::Problem) -> Problem {
        Problem { field: problem.field, code: problem.code, message: problem.message }
    }
}

impl From<Problem> for types::Problem {
    fn from(problem: Problem) -> types::Problem {
        types::Problem { field: problem.field, code: problem.code, message: problem.message }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crosses_the_boundary_unchanged() {
        let refusal =
            Refusal::new("公示未满七天。").article("民发〔2021〕57号 第二十条").problem("to", "最早 7 月 28 日");
        let back = Refusal::from(types::Error::from(refusal.clone()));
        assert_eq!(back, refusal);
        assert_eq!(back.message, "公示未满七天（依据：民发〔2021〕57号 第二十条）");
    }
}
