//! What JavaScript and Python share: a stage in `<target>/doudi/<id>` where the author's sources, the SDK and the generated world lie
//! together, and the tool's complaints turned back to the author's own files.

use crate::world;
use anyhow::{Context, Result, bail};
use doudi_documents::manifest::Manifest;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Where the finished component lies, before it gets its manifest.
pub(super) fn component_path(manifest: &Manifest, target: &Path) -> PathBuf {
    target.join("doudi").join(&manifest.id).join("component.wasm")
}

/// An empty stage with the world in `wit/`.
pub(super) fn stage(manifest: &Manifest, target: &Path) -> Result<PathBuf> {
    let stage = target.join("doudi").join(&manifest.id).join("stage");
    if stage.exists() {
        std::fs::remove_dir_all(&stage).with_context(|| format!("{}", stage.display()))?;
    }
    world::write(manifest, &stage.join("wit"))?;
    Ok(stage)
}

/// The manifest as the guest reads it: the lists its SDK looks things up in, and the fields in their order.
pub(super) fn manifest_json(manifest: &Manifest) -> String {
    serde_json::json!({
        "id": manifest.id,
        "version": manifest.version,
        "points": manifest.points,
        "fields": manifest.fields(),
        "outcomes": manifest.outcomes,
        "figures": manifest.figures,
        "reasons": manifest.reasons,
        "parameters": manifest.parameters,
    })
    .to_string()
}

/// Copies a folder of the author's, without what other tools left there.
pub(super) fn copy(from: &Path, into: &Path) -> Result<()> {
    let entries = std::fs::read_dir(from).with_context(|| format!("{}", from.display()))?;
    std::fs::create_dir_all(into).with_context(|| format!("{}", into.display()))?;
    for entry in entries {
        let path = entry?.path();
        let Some(name) = path.file_name() else { continue };
        if name == "__pycache__" || name == ".bin" || name == "@doudi" {
            continue;
        }
        if path.is_dir() {
            copy(&path, &into.join(name))?;
        } else {
            std::fs::copy(&path, into.join(name)).with_context(|| format!("{}", path.display()))?;
        }
    }
    Ok(())
}

/// Runs the tool. What it complains about is told with the author's paths instead of the stage's.
pub(super) fn run(command: &mut Command, name: &str, stage: &Path, folder: &Path, missing: &str) -> Result<()> {
    let output = match command.stdin(Stdio::null()).output() {
        Ok(output) => output,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => bail!("{missing}"),
        Err(error) => return Err(error).with_context(|| format!("{name} cannot be started")),
    };
    if output.status.success() {
        return Ok(());
    }
    // What went wrong stands on the error output; a tool that says it elsewhere is not cut short.
    let said = if output.stderr.is_empty() { output.stdout } else { output.stderr };
    bail!("{} does not compile:\n{}", folder.display(), plain(&String::from_utf8_lossy(&said), stage))
}

/// The author's part of a complaint: the last trace in Python, the reason in JavaScript; the stage, colours, and the tool's own frames
/// taken away. componentize-py numbers the folders of its search path: entry, sources, SDK.
fn plain(said: &str, stage: &Path) -> String {
    let mut words = String::new();
    let mut rest = said;
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        words.push_str(before);
        rest = after.split_once('m').map_or("", |(_, after)| after);
    }
    words.push_str(rest);
    let words = words.split("Stack backtrace:").next().unwrap_or_default();
    let words = words.rfind("Traceback (most recent call last):").map_or(words, |at| &words[at..]);
    let mut words = words.replace(&format!("{}/", stage.display()), "");
    for (from, to) in [
        ("\"/0/", "\"generated/"),
        ("\"/1/", "\"src/"),
        ("\"/2/", "\"sdk/"),
        (" /src/", " src/"),
        ("(/src/", "(src/"),
        ("(/node_modules/", "(node_modules/"),
        ("(/entry.js", "(generated/entry.js"),
        ("Error: : ", ""),
        ("Failed to evaluate user JavaScript module: ", ""),
        ("Failed to declare JavaScript module: ", ""),
        ("Failed to evaluate JavaScript module: ", ""),
        ("Failed to finish JavaScript module evaluation: ", ""),
    ] {
        words = words.replace(from, to);
    }
    let kept: Vec<&str> = words.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    kept.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complaints_name_the_authors_files() {
        let stage = Path::new("/t/doudi/a/stage");
        let js = "Error: : Failed to evaluate user JavaScript module: Failed to declare JavaScript module: Error: invalid property name\n    at /src/plugin.js:7:17\n";
        assert_eq!(plain(js, stage), "Error: invalid property name\n    at src/plugin.js:7:17");
        let python = "Traceback (most recent call last):\n  File \"/tool\", line 8\nAssertionError: Traceback (most recent call last):\n  \
                      File \"/0/entry.py\", line 10, in <module>\n  File \"/1/plugin.py\", line 39\nSyntaxError: invalid syntax\n\nStack backtrace:\n 0: x";
        assert_eq!(
            plain(python, stage),
            "Traceback (most recent call last):\n  File \"generated/entry.py\", line 10, in <module>\n  File \"src/plugin.py\", line 39\n\
             SyntaxError: invalid syntax"
        );
    }
}
