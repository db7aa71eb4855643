//! The words of the answers, from `plugin.toml`: outcomes, figures, reasons, parameters, and the kinds of items it declares.
//! A word that is not in the manifest, or a sentence with the wrong number of arguments, does not compile.

use doudi_sdk::codes::Plugin;

doudi_sdk::manifest!(crate::Monitoring);

/// How many figures a row has.
pub const FIGURES: usize = <crate::Monitoring as Plugin>::FIGURES.len();
