//! A signature beside a package: minisign's four lines, whose trusted comment says what was signed.
//!
//! The comment is covered by the signature, so that it can be believed as far as the key can; it is compared with the package
//! all the same. A signature over the right bytes that calls them another plugin or version was made by mistake or to deceive,
//! and both are refused.

use crate::key::{PublicKey, SecretKey, id_text};
use std::fmt;

/// Longest text a signature may have. Ours have some 400 bytes.
const LONGEST: usize = 2000;

/// First word of the trusted comment.
const MARK: &str = "doudi-package";

/// What stands in the first line, which nothing covers.
const UNTRUSTED: &str = "signature of a Doudi plugin package";

/// What a signature is about: the words of its trusted comment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Subject {
    pub plugin: String,
    pub version: String,
    /// SHA-256 of the package.
    pub digest: String,
}

impl fmt::Display for Subject {
    /// The trusted comment, as `minisign -S -t` takes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{MARK} plugin={} version={} sha256={}", self.plugin, self.version, self.digest)
    }
}

impl Subject {
    fn parse(comment: &str) -> Option<Subject> {
        let mut words = comment.split(' ');
        if words.next() != Some(MARK) {
            return None;
        }
        let mut value = |name: &str| words.next()?.strip_prefix(name)?.strip_prefix('=').map(str::to_owned);
        let subject = Subject { plugin: value("plugin")?, version: value("version")?, digest: value("sha256")? };
        words.next().is_none().then_some(subject)
    }
}

#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SignatureError {
    #[error("不是 minisign 签名文件。签名文件有四行，由 doudi plugin sign 或 minisign -S 生成")]
    NotASignature,
    #[error("签名用的是旧的直接签名方式，不予接受。请用 doudi plugin sign 或 minisign 0.10 以上版本重新签名")]
    Legacy,
    #[error("签名没有写明签的是什么。请用 doudi plugin sign 重新签名，或在 minisign -S 后加 -t \"{expected}\"")]
    NoSubject { expected: String },
    #[error("签名写明的是 {claimed}，与措施包不符。应为 {expected}，请发布方核对后重新签名")]
    OtherSubject { claimed: String, expected: String },
    #[error("签名出自公钥 {made_by}，不是 {asked}")]
    OtherKey { made_by: String, asked: String },
    #[error("签名与措施包或公钥不符：措施包被改动过，或签名是伪造的。请向发布方重新索取")]
    Wrong,
    #[error("私钥不能用来签名。请检查私钥文件")]
    CannotSign,
}

/// A signature as it was read: well-formed, about this package by its own words, and not yet checked against any key.
#[derive(Clone, PartialEq, Eq)]
pub struct Signature {
    text: String,
    key: [u8; 8],
}

impl Signature {
    /// Reads a signature file for a package. Whether it is true is asked of [`Signature::check`].
    pub fn parse(text: &str, subject: &Subject) -> Result<Signature, SignatureError> {
        if text.len() > LONGEST {
            return Err(SignatureError::NotASignature);
        }
        let read = minisign::SignatureBox::from_string(text).map_err(|_| SignatureError::NotASignature)?;
        let verified = minisign_verify::Signature::decode(text).map_err(|_| SignatureError::NotASignature)?;
        if !read.is_prehashed() {
            return Err(SignatureError::Legacy);
        }
        let expected = || subject.to_string();
        // As the verifying library reads it, for that is what the signature covers.
        match Subject::parse(verified.trusted_comment()) {
            None => return Err(SignatureError::NoSubject { expected: expected() }),
            Some(claimed) if claimed != *subject => {
                return Err(SignatureError::OtherSubject { claimed: claimed.to_string(), expected: expected() });
            }
            Some(_) => {}
        }
        let key = read.keynum().try_into().map_err(|_| SignatureError::NotASignature)?;
        // One spelling for one signature: the first line is covered by nothing, and the same signature under another would be
        // another text.
        let spelled = read.to_string();
        let signed = spelled.split_once('\n').map_or("", |(_, signed)| signed);
        Ok(Signature { text: format!("untrusted comment: {UNTRUSTED}\n{signed}"), key })
    }

    /// Whether the key made this signature over these bytes.
    pub fn check(&self, key: &PublicKey, package: &[u8]) -> Result<(), SignatureError> {
        if self.key != key.id_bytes() {
            return Err(SignatureError::OtherKey { made_by: self.key_id(), asked: key.id() });
        }
        let read = minisign_verify::Signature::decode(&self.text).map_err(|_| SignatureError::NotASignature)?;
        key.inner.verify(package, &read, false).map_err(|_| SignatureError::Wrong)
    }

    /// The number of the key it says it was made with.
    pub fn key_id(&self) -> String {
        id_text(self.key)
    }

    /// The four lines.
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Signature").field(&self.key_id()).finish()
    }
}

/// Signs a package. The same bytes, key and subject give another text each time; each of them is good.
pub fn sign(key: &SecretKey, package: &[u8], subject: &Subject) -> Result<Signature, SignatureError> {
    let comment = subject.to_string();
    let made = minisign::sign(None, &key.inner, package, Some(&comment), Some(UNTRUSTED))
        .map_err(|_| SignatureError::CannotSign)?;
    let signature = Signature::parse(&made.into_string(), subject)?;
    signature.check(key.public(), package)?;
    Ok(signature)
}

#[cfg(test)]
mod tests;
