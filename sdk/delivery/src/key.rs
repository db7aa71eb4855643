//! Keys of publishers, in minisign's files: a public key anyone may read, a secret key under a password.

use ct_codecs::{Base64, Decoder};
use minisign::{KeyPair, SecretKeyBox};
use std::fmt;

/// Longest text a key file may have.
const LONGEST: usize = 1024;

/// Where the checksum of a secret key begins: after three algorithms, the salt, two limits, the number and the key.
const CHECKSUM: usize = 6 + 32 + 8 + 8 + 8 + 64;

/// What the file of a key without a password says of itself.
const NOT_ENCRYPTED: &str = "minisign unencrypted secret key of a plugin publisher";

#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum KeyError {
    #[error("不是 minisign 公钥。公钥文件有两行，第二行以 RW 开头；也可以只写第二行")]
    NotAPublicKey,
    #[error("不是 minisign 私钥。请使用 doudi plugin keygen 或 minisign -G 生成的私钥文件")]
    NotASecretKey,
    #[error("私钥有密码保护，没有给出密码")]
    PasswordNeeded,
    #[error("私钥的密码不对，请重新输入")]
    WrongPassword,
    #[error("密码不能为空。确实不要密码时请写明 --no-password")]
    EmptyPassword,
    #[error("系统不能产生随机数，没有生成密钥")]
    NoRandomness,
}

/// A publisher's public key.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// What makes the key: its file without the comment.
    text: String,
    id: [u8; 8],
    pub(crate) inner: minisign_verify::PublicKey,
}

impl PublicKey {
    /// Reads a key file, or its second line alone.
    pub fn parse(text: &str) -> Result<PublicKey, KeyError> {
        let line = text.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or_default();
        if text.len() > LONGEST {
            return Err(KeyError::NotAPublicKey);
        }
        let inner = minisign_verify::PublicKey::from_base64(line).map_err(|_| KeyError::NotAPublicKey)?;
        // Two readers of the same format have to agree before anything is built on it.
        let bones = minisign::PublicKey::from_base64(line).map_err(|_| KeyError::NotAPublicKey)?;
        let id = bones.keynum().try_into().map_err(|_| KeyError::NotAPublicKey)?;
        Ok(PublicKey { text: bones.to_base64(), id, inner })
    }

    /// The line that is the key: `RW…`.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The whole file, as minisign writes it.
    pub fn file(&self) -> String {
        format!("untrusted comment: minisign public key {}\n{}\n", self.id(), self.text)
    }

    /// The short number that signatures name the key by, as minisign prints it. Anyone can make another key with the same
    /// number: it finds a key, it proves nothing.
    pub fn id(&self) -> String {
        id_text(self.id)
    }

    pub(crate) fn id_bytes(&self) -> [u8; 8] {
        self.id
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PublicKey").field(&self.text).finish()
    }
}

/// As minisign prints it: the last byte first.
pub(crate) fn id_text(id: [u8; 8]) -> String {
    format!("{:016X}", u64::from_le_bytes(id))
}

/// A publisher's secret key, opened. It is never printed.
pub struct SecretKey {
    pub(crate) inner: minisign::SecretKey,
    public: PublicKey,
}

impl SecretKey {
    /// A new key.
    pub fn generate() -> Result<SecretKey, KeyError> {
        let pair = KeyPair::generate_unencrypted_keypair().map_err(|_| KeyError::NoRandomness)?;
        SecretKey::of(pair.sk)
    }

    /// A new key and its file under a password, which is the only time the two are seen together.
    pub fn generate_encrypted(password: &str) -> Result<(SecretKey, String), KeyError> {
        if password.is_empty() {
            return Err(KeyError::EmptyPassword);
        }
        let pair =
            KeyPair::generate_encrypted_keypair(Some(password.to_owned())).map_err(|_| KeyError::NoRandomness)?;
        let file = pair.sk.to_box(None).map_err(|_| KeyError::NoRandomness)?.into_string();
        Ok((SecretKey::parse(&file, Some(password))?, file))
    }

    /// Reads a key file. The password is asked for only where the key has one: see [`SecretKey::is_encrypted`].
    pub fn parse(text: &str, password: Option<&str>) -> Result<SecretKey, KeyError> {
        if text.len() > LONGEST {
            return Err(KeyError::NotASecretKey);
        }
        let file = SecretKeyBox::from_string(text).map_err(|_| KeyError::NotASecretKey)?;
        if !SecretKey::is_encrypted(text)? {
            let key = file.into_unencrypted_secret_key().ok().or_else(|| without_checksum(text));
            return SecretKey::of(key.ok_or(KeyError::NotASecretKey)?);
        }
        // Without a password the library would ask for one on the terminal, in English.
        let password = password.ok_or(KeyError::PasswordNeeded)?;
        SecretKey::of(file.into_secret_key(Some(password.to_owned())).map_err(|_| KeyError::WrongPassword)?)
    }

    /// Whether a key file has a password.
    pub fn is_encrypted(text: &str) -> Result<bool, KeyError> {
        let line = text.lines().nth(1).unwrap_or_default().trim();
        // "Ed", then "Sc" or two zeros, then "B2", in base64.
        match line.get(..6) {
            Some("RWRTY0") => Ok(true),
            Some("RWQAAE") => Ok(false),
            _ => Err(KeyError::NotASecretKey),
        }
    }

    fn of(inner: minisign::SecretKey) -> Result<SecretKey, KeyError> {
        let public = minisign::PublicKey::from_secret_key(&inner).map_err(|_| KeyError::NotASecretKey)?;
        Ok(SecretKey { inner, public: PublicKey::parse(&public.to_base64())? })
    }

    /// The file of a key without a password: for tests and for machines that keep it in a safe of their own.
    pub fn unencrypted_file(&self) -> String {
        self.inner.to_box(Some(NOT_ENCRYPTED)).map(SecretKeyBox::into_string).unwrap_or_default()
    }

    pub fn public(&self) -> &PublicKey {
        &self.public
    }
}

/// `minisign -W` leaves the checksum of a key without a password empty, which the library takes for damage. That the two halves
/// of such a key belong together is seen when it signs: each signature is checked before it is given out.
fn without_checksum(text: &str) -> Option<minisign::SecretKey> {
    let bytes = Base64::decode_to_vec(text.lines().nth(1)?.trim(), None).ok()?;
    let checksum = bytes.get(CHECKSUM..)?;
    if checksum.len() != 32 || checksum.iter().any(|byte| *byte != 0) {
        return None;
    }
    minisign::SecretKey::from_bytes(&bytes).ok()
}

/// The key file of a public key, read by the library that writes them: what minisign itself would accept.
#[cfg(test)]
pub(crate) fn accepted_by_minisign(file: &str) -> bool {
    minisign::PublicKeyBox::from_string(file).and_then(minisign::PublicKeyBox::into_public_key).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_back_from_its_file() {
        let key = SecretKey::generate().unwrap();
        let file = key.unencrypted_file();
        assert!(!SecretKey::is_encrypted(&file).unwrap());
        assert_eq!(SecretKey::parse(&file, None).unwrap().public(), key.public());
        let public = key.public().file();
        assert!(accepted_by_minisign(&public), "{public}");
        assert_eq!(&PublicKey::parse(&public).unwrap(), key.public());
        assert_eq!(&PublicKey::parse(key.public().text()).unwrap(), key.public());
        assert!(public.contains(&key.public().id()), "{public}");
    }

    #[test]
    fn a_password_opens_its_key_and_no_other_does() {
        let (key, file) = SecretKey::generate_encrypted("秋水共长天一色").unwrap();
        assert!(SecretKey::is_encrypted(&file).unwrap());
        assert_eq!(SecretKey::parse(&file, Some("秋水共长天一色")).unwrap().public(), key.public());
        assert_eq!(SecretKey::parse(&file, Some("落霞与孤鹜齐飞")).err(), Some(KeyError::WrongPassword));
        assert_eq!(SecretKey::parse(&file, None).err(), Some(KeyError::PasswordNeeded));
        assert_eq!(SecretKey::generate_encrypted("").err(), Some(KeyError::EmptyPassword));
    }

    #[test]
    fn a_key_of_minisign_without_a_password_has_no_checksum() {
        use ct_codecs::Encoder;
        let key = SecretKey::generate().unwrap();
        let mut bytes = key.inner.to_bytes();
        let file = |bytes: &[u8]| format!("untrusted comment: x\n{}\n", Base64::encode_to_string(bytes).unwrap());
        bytes[CHECKSUM..].fill(0);
        assert_eq!(SecretKey::parse(&file(&bytes), None).unwrap().public(), key.public());
        bytes[CHECKSUM] = 1;
        assert_eq!(SecretKey::parse(&file(&bytes), None).err(), Some(KeyError::NotASecretKey), "a wrong one is damage");
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let long = "R".repeat(5000);
        for text in ["", "untrusted comment: x", "untrusted comment: x\nRW", "\n\n", "公钥", long.as_str()] {
            assert_eq!(PublicKey::parse(text).err(), Some(KeyError::NotAPublicKey), "{text:?}");
            assert_eq!(SecretKey::parse(text, None).err(), Some(KeyError::NotASecretKey), "{text:?}");
        }
        let key = SecretKey::generate().unwrap();
        assert_eq!(PublicKey::parse(&key.unencrypted_file()).err(), Some(KeyError::NotAPublicKey), "a secret key");
    }
}
