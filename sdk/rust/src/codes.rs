//! Names the manifest gives to results. `doudi_sdk::manifest!` writes them as constants from `plugin.toml`, so that a code
//! that is not there, or a sentence with the wrong number of arguments, does not compile.

/// Position in the manifest's `outcomes`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct OutcomeCode(pub u32);

/// Position in the manifest's `figures`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FigureCode(pub u32);

/// Position in the manifest's `reasons`, and how many numbers its sentence takes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ReasonCode<const ARGS: usize>(pub u32);

/// A parameter by its code without the plugin's id, with its label for messages.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct ParameterCode {
    pub code: &'static str,
    /// Chinese label.
    pub label: &'static str,
}

/// A sentence of the why page, as the manifest has it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReasonEntry {
    pub code: &'static str,
    /// `met`, `not-met`, `finding`.
    pub verdict: &'static str,
    pub article: &'static str,
    pub zh: &'static str,
    pub en: &'static str,
    pub args: u32,
}

/// An outcome, as the manifest has it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OutcomeEntry {
    pub code: &'static str,
    pub zh: &'static str,
    pub en: &'static str,
    /// `grant`, `refuse`, `change`, `stop`.
    pub effect: &'static str,
}

/// What the SDK must know of the manifest at run time. `doudi_sdk::manifest!` implements it.
pub trait Plugin {
    const ID: &'static str;
    const VERSION: &'static str;
    /// Every declared field once, in declaration order.
    const FIELDS: &'static [&'static str];
    const OUTCOMES: &'static [OutcomeEntry];
    const FIGURES: &'static [&'static str];
    const REASONS: &'static [ReasonEntry];
}
