//! What an author writes beside the code: `plugin.toml`, and scenarios in `scenarios/*.toml`.

use anyhow::{Context, Result};
use doudi_documents::manifest::Manifest;
use doudi_documents::scenario::Scenario;
use serde::Deserialize;
use std::path::Path;

/// The texts of a manifest and its scenario files.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Sources {
    /// `plugin.toml`.
    pub manifest: String,
    /// Name and text of each file, in order of name.
    pub scenarios: Vec<(String, String)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ScenarioFile {
    scenario: Vec<Scenario>,
}

impl Sources {
    /// Reads them from a plugin's folder.
    ///
    /// # Errors
    /// When there is no `plugin.toml`, or a file cannot be read.
    pub fn of(folder: &Path) -> Result<Sources> {
        let path = folder.join("plugin.toml");
        let manifest = std::fs::read_to_string(&path).with_context(|| format!("no manifest: {}", path.display()))?;
        let mut scenarios = Vec::new();
        let folder = folder.join("scenarios");
        if folder.is_dir() {
            for entry in std::fs::read_dir(&folder).with_context(|| format!("{}", folder.display()))? {
                let path = entry?.path();
                if path.extension().is_some_and(|extension| extension == "toml") {
                    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                    let text = std::fs::read_to_string(&path).with_context(|| format!("{}", path.display()))?;
                    scenarios.push((name, text));
                }
            }
        }
        // The order of a directory is the file system's; that of a package must not be.
        scenarios.sort();
        Ok(Sources { manifest, scenarios })
    }

    /// The manifest with all scenarios.
    ///
    /// # Errors
    /// Names the file and the line that cannot be read.
    pub fn read(&self) -> Result<Manifest> {
        let mut manifest = Manifest::from_toml(&self.manifest)?;
        for (name, text) in &self.scenarios {
            let file: ScenarioFile = toml::from_str(text).with_context(|| name.clone())?;
            manifest.scenarios.extend(file.scenario);
        }
        Ok(manifest)
    }
}
