//! What a plugin is written in, told by the file its language's own tools look for.

use anyhow::{Result, bail};
use std::fmt;
use std::path::Path;

/// A language with an SDK.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Language {
    Rust,
    JavaScript,
    Python,
}

impl Language {
    pub const ALL: [Language; 3] = [Language::Rust, Language::JavaScript, Language::Python];

    /// As `--language` takes it, and as the folders in `sdk/template` are named.
    pub const fn code(self) -> &'static str {
        match self {
            Language::Rust => "rust",
            Language::JavaScript => "js",
            Language::Python => "python",
        }
    }

    pub fn parse(text: &str) -> Option<Language> {
        match text {
            "javascript" => Some(Language::JavaScript),
            _ => Language::ALL.into_iter().find(|language| language.code() == text),
        }
    }

    /// The file beside `plugin.toml` that tells the language.
    const fn sign(self) -> &'static str {
        match self {
            Language::Rust => "Cargo.toml",
            Language::JavaScript => "package.json",
            Language::Python => "pyproject.toml",
        }
    }

    /// The language of a plugin's folder.
    ///
    /// # Errors
    /// When none of the files is there.
    pub fn of(folder: &Path) -> Result<Language> {
        let found = Language::ALL.into_iter().find(|language| folder.join(language.sign()).is_file());
        match found {
            Some(language) => Ok(language),
            None => bail!(
                "{} has no Cargo.toml (Rust), package.json (JavaScript) or pyproject.toml (Python): in which language is it?",
                folder.display()
            ),
        }
    }

    /// Whether its plugins belong to the resource class `script`.
    pub const fn is_script(self) -> bool {
        !matches!(self, Language::Rust)
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Language::Rust => "Rust",
            Language::JavaScript => "JavaScript",
            Language::Python => "Python",
        })
    }
}
