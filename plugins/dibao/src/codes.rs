//! The words of the answers, from `plugin.toml`: outcomes, figures, reasons, parameters, and the kinds of items it declares.
//! A word that is not in the manifest, or a sentence with the wrong number of arguments, does not compile.

use doudi_sdk::codes::Plugin;

doudi_sdk::manifest!(crate::Dibao);

/// How many figures a row has.
pub const FIGURES: usize = <crate::Dibao as Plugin>::FIGURES.len();

/// The code of a figure, as decisions carry it.
pub fn code(figure: doudi_sdk::codes::FigureCode) -> &'static str {
    <crate::Dibao as Plugin>::FIGURES[figure.0 as usize]
}
