//! A package in a file, and the signatures that lie beside it: `x.wasm` with `x.wasm.minisig`, `x.wasm.某公司.minisig`.

use crate::commands::{read_file, read_text};
use doudi_delivery::{Parcel, Signature, Subject};
use doudi_documents::Manifest;
use doudi_domain::{Error, Problem, Result};
use std::path::{Path, PathBuf};

/// How the file of a signature ends.
pub(super) const ENDING: &str = ".minisig";

/// Longest file that is taken for a signature.
const LONGEST: u64 = 64 * 1024;

pub(super) struct PackageFile {
    pub manifest: Manifest,
    pub bytes: Vec<u8>,
    pub subject: Subject,
}

impl PackageFile {
    pub fn read(path: &Path) -> Result<PackageFile> {
        PackageFile::of(read_file(path)?, &path.display().to_string())
    }

    /// `what` names it in messages.
    pub fn of(bytes: Vec<u8>, what: &str) -> Result<PackageFile> {
        let wrong = |why: String| Error::Refused {
            message: format!("{what} 不是措施包"),
            problems: vec![Problem::new("", "package.file", why)],
        };
        let surface = doudi_pack::surface(&bytes).map_err(|error| wrong(format!("{error:#}")))?;
        let manifest =
            surface.manifest.ok_or_else(|| wrong("其中没有清单，请先用 doudi plugin pack 打包".to_owned()))?;
        let manifest = Manifest::from_json(&manifest).map_err(|error| wrong(format!("{error:#}")))?;
        let subject = Subject {
            plugin: manifest.id.clone(),
            version: manifest.version.to_string(),
            digest: doudi_delivery::digest(&bytes),
        };
        Ok(PackageFile { manifest, bytes, subject })
    }

    /// With the signatures of these files, or of those that lie beside it when none is named.
    pub fn parcel(self, path: &Path, signatures: &[PathBuf]) -> Result<Parcel> {
        let mut read = Vec::new();
        for (path, text) in signature_texts(path, signatures)? {
            let wrong = |error: doudi_delivery::SignatureError| {
                Error::invalid(path.display().to_string(), "signature", error.to_string())
            };
            read.push(Signature::parse(&text, &self.subject).map_err(wrong)?);
        }
        Ok(Parcel { plugin: self.subject.plugin, version: self.subject.version, package: self.bytes, signatures: read })
    }
}

/// The texts of these files, or of those beside the package.
pub(super) fn signature_texts(package: &Path, named: &[PathBuf]) -> Result<Vec<(PathBuf, String)>> {
    let paths = if named.is_empty() { beside(package) } else { named.to_vec() };
    paths
        .into_iter()
        .map(|path| {
            if std::fs::metadata(&path).is_ok_and(|file| file.len() > LONGEST) {
                let message = format!("{} 太大，不是签名文件", path.display());
                return Err(Error::invalid("签名", "signature.size", message));
            }
            let text = read_text(&path)?;
            Ok((path, text))
        })
        .collect()
}

fn beside(package: &Path) -> Vec<PathBuf> {
    let name = package.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let folder = match package.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    let Ok(entries) = std::fs::read_dir(&folder) else { return Vec::new() };
    let mut found: Vec<PathBuf> = entries
        .flatten()
        .filter(|entry| {
            let file = entry.file_name().to_string_lossy().into_owned();
            file.strip_prefix(&name).is_some_and(|rest| rest.starts_with('.') && rest.ends_with(ENDING))
        })
        .map(|entry| entry.path())
        .collect();
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_beside_a_package_are_found_by_its_name() {
        let folder = std::env::temp_dir().join(format!("doudi-beside-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        for name in ["x.wasm", "x.wasm.minisig", "x.wasm.某公司.minisig", "x.wasm.txt", "xx.wasm.minisig", "x.minisig"]
        {
            std::fs::write(folder.join(name), name).unwrap();
        }
        let found: Vec<String> =
            signature_texts(&folder.join("x.wasm"), &[]).unwrap().into_iter().map(|(_, text)| text).collect();
        assert_eq!(found, ["x.wasm.minisig", "x.wasm.某公司.minisig"]);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
