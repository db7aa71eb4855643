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
    /// Without the plugin's id.
    pub code: &'static str,
    /// Chinese label.
    pub label: &'static str,
}

/// A sentence of the why page, as the manifest has it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReasonEntry {
    /// Its code.
    pub code: &'static str,
    /// `met`, `not-met`, `finding`.
    pub verdict: &'static str,
    /// The rule behind it; empty where there is none.
    pub article: &'static str,
    /// The sentence in Chinese, with places for its numbers.
    pub zh: &'static str,
    /// The same in English; empty where there is none.
    pub en: &'static str,
    /// How many numbers it takes.
    pub args: u32,
}

/// An outcome, as the manifest has it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OutcomeEntry {
    /// Its code.
    pub code: &'static str,
    /// Chinese label.
    pub zh: &'static str,
    /// English label.
    pub en: &'static str,
    /// `grant`, `refuse`, `change`, `stop`.
    pub effect: &'static str,
}

/// What the SDK must know of the manifest at run time. `doudi_sdk::manifest!` implements it.
pub trait Plugin {
    /// The plugin's id.
    const ID: &'static str;
    /// Its version.
    const VERSION: &'static str;
    /// Every declared field once, in declaration order.
    const FIELDS: &'static [&'static str];
    /// The manifest's outcomes, in order.
    const OUTCOMES: &'static [OutcomeEntry];
    /// Codes of the manifest's figures, in order.
    const FIGURES: &'static [&'static str];
    /// The manifest's reasons, in order.
    const REASONS: &'static [ReasonEntry];
}
