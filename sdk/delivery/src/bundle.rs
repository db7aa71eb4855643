//! One file for a county without a network: packages, their signatures, the publishers' public keys and samples, in a ZIP
//! archive that any office computer can look into.
//!
//! `doudi-bundle.json` lists every other entry with its size and digest; what it does not list may not be there. Nothing is
//! handed out before everything has been compared. Names are plain file names in three fixed folders, so that no entry can lie
//! outside the place it is unpacked to; sizes are counted while reading, so that no entry can unpack to more than it says.

use crate::key::PublicKey;
use crate::signature::{Signature, SignatureError, Subject};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::io::{Cursor, Read, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

const CONTENTS: &str = "doudi-bundle.json";
const PACKAGES: &str = "packages";
const KEYS: &str = "keys";
const SAMPLES: &str = "samples";
const FORMAT: u32 = 1;

/// Limits: of the file and of all it holds, of the list, of entries and of one sample. A package in Python has some 20 MB.
const MOST_BYTES: u64 = 128 * 1024 * 1024;
const MOST_CONTENTS: u64 = 256 * 1024;
const MOST_ENTRIES: usize = 500;
const MOST_SAMPLE: u64 = 1024 * 1024;
const MOST_SIGNATURE: u64 = 2000;
const MOST_KEY: u64 = 1024;

#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BundleError {
    #[error("不是离线安装包。离线安装包由 doudi plugin bundle 生成，扩展名为 .doudi")]
    NotABundle,
    #[error("离线安装包已损坏，不能读出“{0}”。请重新拷贝，或向发布方重新索取")]
    Damaged(String),
    #[error("离线安装包的格式是第 {0} 版，本系统只认识第 1 版。请升级系统后再安装")]
    LaterFormat(u32),
    #[error("离线安装包的清单读不懂：{0}。请发布方用 doudi plugin bundle 重新生成")]
    Contents(String),
    #[error("离线安装包中“{0}”的文件名不合规定，可能是恶意文件，没有安装任何内容")]
    Name(String),
    #[error("离线安装包太大：最多 {} 兆字节、{MOST_ENTRIES} 个文件", MOST_BYTES / 1024 / 1024)]
    TooLarge,
    #[error("离线安装包中“{0}”比清单写明的大，没有安装任何内容。请向发布方重新索取")]
    Longer(String),
    #[error("离线安装包缺少“{0}”，文件不完整。请重新拷贝，或向发布方重新索取")]
    Missing(String),
    #[error("离线安装包中“{0}”没有列入清单，没有安装任何内容。请向发布方重新索取")]
    Unlisted(String),
    #[error("离线安装包中“{0}”与清单的校验值不符：文件损坏或被改动过，没有安装任何内容。请向发布方重新索取")]
    Digest(String),
    #[error("离线安装包中“{file}”：{error}")]
    Signature { file: String, error: SignatureError },
    #[error("离线安装包中“{0}”不是公钥")]
    Key(String),
    #[error("离线安装包中没有措施包")]
    Empty,
    #[error("“{0}”不能放进离线安装包：文件名只能用汉字、字母、数字、点、横线和下划线，不超过 100 个字符")]
    WrongName(String),
}

/// A package as it travels, with its signatures.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Parcel {
    pub plugin: String,
    pub version: String,
    pub package: Vec<u8>,
    pub signatures: Vec<Signature>,
}

impl Parcel {
    pub fn subject(&self) -> Subject {
        let digest = crate::digest(&self.package);
        Subject { plugin: self.plugin.clone(), version: self.version.clone(), digest }
    }
}

/// Something to read or to fill in: parameters with examples, a guide.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sample {
    pub name: String,
    pub content: Vec<u8>,
}

/// What a bundle holds.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Bundle {
    pub parcels: Vec<Parcel>,
    /// Name and key. Information: that a key came along is no reason to trust it.
    pub keys: Vec<(String, PublicKey)>,
    pub samples: Vec<Sample>,
}

/// `doudi-bundle.json`.
#[derive(Serialize, Deserialize)]
struct Contents {
    format: u32,
    packages: Vec<ListedPackage>,
    #[serde(default)]
    keys: Vec<Listed>,
    #[serde(default)]
    samples: Vec<Listed>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ListedPackage {
    plugin: String,
    version: String,
    #[serde(flatten)]
    file: Listed,
    #[serde(default)]
    signatures: Vec<Listed>,
}

#[derive(Serialize, Deserialize)]
struct Listed {
    file: String,
    sha256: String,
    size: u64,
}

/// Whether bytes begin as a bundle does, in contrast to a package.
pub fn is_bundle(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}

/// A plain file name: no folder, nothing hidden, nothing a shell or another system would read as more.
fn is_plain(name: &str) -> bool {
    let allowed = |character: char| character.is_alphanumeric() || matches!(character, '.' | '-' | '_' | '+');
    (1..=100).contains(&name.chars().count()) && !name.starts_with('.') && name.chars().all(allowed)
}

impl Bundle {
    /// Writes the file. The same content gives the same bytes.
    pub fn write(&self) -> Result<Vec<u8>, BundleError> {
        let mut entries: Vec<(String, Vec<u8>)> = Vec::new();
        let mut add = |folder: &str, name: &str, content: &[u8]| -> Result<Listed, BundleError> {
            if !is_plain(name) || entries.iter().any(|(known, _)| *known == format!("{folder}/{name}")) {
                return Err(BundleError::WrongName(name.to_owned()));
            }
            let file = format!("{folder}/{name}");
            entries.push((file.clone(), content.to_vec()));
            Ok(Listed { file, sha256: crate::digest(content), size: content.len() as u64 })
        };
        let mut contents = Contents { format: FORMAT, packages: Vec::new(), keys: Vec::new(), samples: Vec::new() };
        for parcel in &self.parcels {
            let name = format!("{}-{}.wasm", parcel.plugin, parcel.version);
            let mut listed = ListedPackage {
                plugin: parcel.plugin.clone(),
                version: parcel.version.clone(),
                file: add(PACKAGES, &name, &parcel.package)?,
                signatures: Vec::new(),
            };
            for (number, signature) in (1..).zip(&parcel.signatures) {
                let name = format!("{name}.{number}.minisig");
                listed.signatures.push(add(PACKAGES, &name, signature.text().as_bytes())?);
            }
            contents.packages.push(listed);
        }
        for (name, key) in &self.keys {
            contents.keys.push(add(KEYS, &format!("{name}.pub"), key.file().as_bytes())?);
        }
        for sample in &self.samples {
            contents.samples.push(add(SAMPLES, &sample.name, &sample.content)?);
        }
        if contents.packages.is_empty() {
            return Err(BundleError::Empty);
        }
        let list = serde_json::to_vec_pretty(&contents).map_err(|error| BundleError::Contents(error.to_string()))?;
        entries.insert(0, (CONTENTS.to_owned(), list));
        let written = zipped(&entries).map_err(|_| BundleError::TooLarge)?;
        // What would be refused on arrival is refused here.
        Bundle::read(&written)?;
        Ok(written)
    }

    /// Reads and compares everything.
    pub fn read(bytes: &[u8]) -> Result<Bundle, BundleError> {
        if !is_bundle(bytes) {
            return Err(BundleError::NotABundle);
        }
        if bytes.len() as u64 > MOST_BYTES {
            return Err(BundleError::TooLarge);
        }
        let mut entries = Entries::open(bytes)?;
        let list = entries.take(CONTENTS, MOST_CONTENTS)?;
        let contents = read_contents(&list)?;
        let mut bundle = Bundle::default();
        for listed in contents.packages {
            let subject =
                Subject { plugin: listed.plugin, version: listed.version, digest: listed.file.sha256.to_lowercase() };
            let package = entries.take_listed(PACKAGES, &listed.file, MOST_BYTES)?;
            let mut signatures = Vec::new();
            for file in listed.signatures {
                let text = text(&file.file, entries.take_listed(PACKAGES, &file, MOST_SIGNATURE)?)?;
                let wrong = |error| BundleError::Signature { file: file.file.clone(), error };
                signatures.push(Signature::parse(&text, &subject).map_err(wrong)?);
            }
            bundle.parcels.push(Parcel { plugin: subject.plugin, version: subject.version, package, signatures });
        }
        for listed in contents.keys {
            let text = text(&listed.file, entries.take_listed(KEYS, &listed, MOST_KEY)?)?;
            let key = PublicKey::parse(&text).map_err(|_| BundleError::Key(listed.file.clone()))?;
            bundle.keys.push((plain_name(KEYS, &listed.file).trim_end_matches(".pub").to_owned(), key));
        }
        for listed in contents.samples {
            let content = entries.take_listed(SAMPLES, &listed, MOST_SAMPLE)?;
            bundle.samples.push(Sample { name: plain_name(SAMPLES, &listed.file).to_owned(), content });
        }
        entries.nothing_left()?;
        if bundle.parcels.is_empty() {
            return Err(BundleError::Empty);
        }
        bundle.check_own_signatures()?;
        Ok(bundle)
    }

    /// A signature that its own bundle's key does not bear out is a forgery or a mix-up, whoever is trusted.
    fn check_own_signatures(&self) -> Result<(), BundleError> {
        for parcel in &self.parcels {
            for signature in &parcel.signatures {
                for (name, key) in self.keys.iter().filter(|(_, key)| key.id() == signature.key_id()) {
                    let file = format!("{} {}（{name}）", parcel.plugin, parcel.version);
                    let wrong = |error| BundleError::Signature { file, error };
                    signature.check(key, &parcel.package).map_err(wrong)?;
                }
            }
        }
        Ok(())
    }
}

fn read_contents(list: &[u8]) -> Result<Contents, BundleError> {
    #[derive(Deserialize)]
    struct Format {
        format: u32,
    }
    let wrong = |error: serde_json::Error| BundleError::Contents(error.to_string());
    let Format { format } = serde_json::from_slice(list).map_err(wrong)?;
    if format != FORMAT {
        return Err(BundleError::LaterFormat(format));
    }
    serde_json::from_slice(list).map_err(wrong)
}

fn text(name: &str, bytes: Vec<u8>) -> Result<String, BundleError> {
    String::from_utf8(bytes).map_err(|_| BundleError::Damaged(name.to_owned()))
}

fn plain_name<'a>(folder: &str, file: &'a str) -> &'a str {
    file.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/')).unwrap_or_default()
}

fn zipped(entries: &[(String, Vec<u8>)]) -> zip::result::ZipResult<Vec<u8>> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, content) in entries {
        archive.start_file(name.as_str(), options)?;
        archive.write_all(content)?;
    }
    Ok(archive.finish()?.into_inner())
}

/// The entries of an archive, each taken once.
struct Entries<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    left: BTreeSet<String>,
    /// Bytes that may still be unpacked.
    budget: u64,
}

impl<'a> Entries<'a> {
    fn open(bytes: &'a [u8]) -> Result<Entries<'a>, BundleError> {
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| BundleError::Damaged(CONTENTS.to_owned()))?;
        if archive.len() > MOST_ENTRIES {
            return Err(BundleError::TooLarge);
        }
        let mut left = BTreeSet::new();
        for name in archive.file_names() {
            let name = name.map_err(|_| BundleError::Name("?".to_owned()))?;
            let plain = name == CONTENTS
                || name
                    .split_once('/')
                    .is_some_and(|(folder, file)| [PACKAGES, KEYS, SAMPLES].contains(&folder) && is_plain(file));
            if !plain {
                return Err(BundleError::Name(name.chars().filter(|c| !c.is_control()).take(200).collect()));
            }
            left.insert(name.into_owned());
        }
        Ok(Entries { archive, left, budget: MOST_BYTES })
    }

    fn take(&mut self, name: &str, most: u64) -> Result<Vec<u8>, BundleError> {
        if !self.left.remove(name) {
            return Err(BundleError::Missing(name.to_owned()));
        }
        let damaged = || BundleError::Damaged(name.to_owned());
        let entry = self.archive.by_name(name).map_err(|_| damaged())?;
        let most = most.min(self.budget);
        let mut content = Vec::new();
        // One byte more than may be there tells that there is more.
        entry.take(most + 1).read_to_end(&mut content).map_err(|_| damaged())?;
        let length = content.len() as u64;
        if length > self.budget {
            return Err(BundleError::TooLarge);
        }
        if length > most {
            return Err(BundleError::Longer(name.to_owned()));
        }
        self.budget -= length;
        Ok(content)
    }

    fn take_listed(&mut self, folder: &str, listed: &Listed, most: u64) -> Result<Vec<u8>, BundleError> {
        if !is_plain(plain_name(folder, &listed.file)) {
            return Err(BundleError::Name(listed.file.chars().filter(|c| !c.is_control()).take(200).collect()));
        }
        let content = self.take(&listed.file, most.min(listed.size))?;
        if crate::digest(&content) != listed.sha256.to_lowercase() {
            return Err(BundleError::Digest(listed.file.clone()));
        }
        Ok(content)
    }

    fn nothing_left(self) -> Result<(), BundleError> {
        match self.left.into_iter().next() {
            Some(name) => Err(BundleError::Unlisted(name)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
