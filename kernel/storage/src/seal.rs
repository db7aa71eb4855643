//! Sealing: ID numbers, phones, accounts and certificates are encrypted at rest and found by keyed indexes.
//!
//! One suite so far, `aes-256-gcm+hmac-sha256`; another (SM4-GCM with HMAC-SM3) is another implementation of [`Sealer`].
//! Layout of a sealed value: suite (1 byte), key id (4), nonce (12), ciphertext with tag. Every column has its own key,
//! derived by HKDF, and every value is bound to its table, column and row. The **blind index** is the first 16 bytes of an
//! HMAC under a separate key: it shows which values are equal, and nothing else; without the key not even a list of all ID
//! numbers helps.

use crate::engine::broken;
use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit};
use doudi_domain::{Error, Result};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::RwLock;
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

/// The city's secret keys. They never stand in the database.
#[derive(Clone)]
pub struct SealKeys {
    /// The first seals; all of them open.
    sealing: Vec<[u8; 32]>,
    index: [u8; 32],
}

const KEY_DIGITS: usize = 64;

impl Drop for SealKeys {
    fn drop(&mut self) {
        self.sealing.zeroize();
        self.index.zeroize();
    }
}

impl SealKeys {
    /// New keys from the system's randomness.
    pub fn generate() -> Result<SealKeys> {
        let mut sealing = [0; 32];
        let mut index = [0; 32];
        for key in [&mut sealing, &mut index] {
            getrandom::fill(key).map_err(|error| Error::failure("系统没有提供随机数，无法生成密钥", error))?;
        }
        Ok(SealKeys { sealing: vec![sealing], index })
    }

    /// Reads what [`SealKeys::to_hex`] writes: the sealing key and the index key, 64 hex digits each, apart by a colon;
    /// after further colons retired sealing keys, which only open what they sealed.
    pub fn from_hex(text: &str) -> Result<SealKeys> {
        let bad = || {
            Error::invalid(
                "密钥",
                "seal.keys",
                "密钥应为以冒号分隔的两段或多段，每段 64 位十六进制数字。请使用生成密钥时保存的原文",
            )
        };
        let mut keys = Vec::new();
        for part in text.trim().split(':') {
            let mut key = [0; 32];
            if part.len() != KEY_DIGITS {
                return Err(bad());
            }
            hex::decode_to_slice(part, &mut key).map_err(|_| bad())?;
            keys.push(key);
        }
        if keys.len() < 2 {
            return Err(bad());
        }
        let index = keys.remove(1);
        // Equal keys would make the index a hint about the ciphertext's key.
        if keys.iter().any(|key| key.ct_eq(&index).into()) {
            return Err(Error::invalid("密钥", "seal.keys", "加密密钥与索引密钥不能相同。请重新生成"));
        }
        Ok(SealKeys { sealing: keys, index })
    }

    /// For the key file. Keep it apart from the database and its backups.
    pub fn to_hex(&self) -> String {
        let mut parts = vec![hex::encode(self.sealing[0]), hex::encode(self.index)];
        parts.extend(self.sealing[1..].iter().map(hex::encode));
        parts.join(":")
    }
}

/// Where a sealed value stands; authenticated with it, so that it cannot be moved to another row or column.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SealPlace {
    pub table: &'static str,
    pub column: &'static str,
    pub row: i64,
}

/// A suite of encryption and keyed hash.
pub trait Sealer: Send + Sync {
    /// The ciphertext, which begins with suite and key.
    fn seal(&self, place: SealPlace, clear: &[u8]) -> Result<Vec<u8>>;

    /// The clear text; a failure when it was changed, moved, or sealed with a key that is not here.
    fn open(&self, place: SealPlace, sealed: &[u8]) -> Result<Vec<u8>>;

    /// 16 bytes that are equal when the values are, and tell nothing without the key. `purpose` keeps the index of one kind
    /// of value apart from that of another.
    fn index(&self, purpose: &str, value: &str) -> [u8; 16];
}

/// AES-256-GCM with HMAC-SHA-256.
pub struct AesSealer {
    keys: Vec<SealingKey>,
    index: [u8; 32],
}

struct SealingKey {
    id: [u8; 4],
    master: [u8; 32],
    /// By table and column: derived once, used for every row.
    ciphers: RwLock<HashMap<(&'static str, &'static str), Aes256Gcm>>,
}

impl Drop for AesSealer {
    fn drop(&mut self) {
        self.index.zeroize();
        self.keys.iter_mut().for_each(|key| key.master.zeroize());
    }
}

/// `aes-256-gcm+hmac-sha256`.
const SUITE: u8 = 1;
const NONCE: usize = 12;
const HEAD: usize = 1 + 4 + NONCE;

impl AesSealer {
    pub fn new(keys: &SealKeys) -> AesSealer {
        let sealing = keys
            .sealing
            .iter()
            .map(|master| SealingKey { id: key_id(master), master: *master, ciphers: RwLock::default() })
            .collect();
        AesSealer { keys: sealing, index: keys.index }
    }

    fn cipher(key: &SealingKey, place: SealPlace) -> Result<Aes256Gcm> {
        let column = (place.table, place.column);
        if let Ok(ciphers) = key.ciphers.read()
            && let Some(cipher) = ciphers.get(&column)
        {
            return Ok(cipher.clone());
        }
        let mut derived = [0; 32];
        let label = format!("doudi sealed column {}.{}", place.table, place.column);
        Hkdf::<Sha256>::new(None, &key.master).expand(label.as_bytes(), &mut derived).map_err(broken)?;
        let cipher = Aes256Gcm::new_from_slice(&derived).map_err(broken);
        derived.zeroize();
        let cipher = cipher?;
        if let Ok(mut ciphers) = key.ciphers.write() {
            ciphers.insert(column, cipher.clone());
        }
        Ok(cipher)
    }
}

/// Names a key without telling it.
fn key_id(master: &[u8; 32]) -> [u8; 4] {
    let mut hash = Sha256::new();
    hash.update(b"doudi key id");
    hash.update(master);
    let hash = hash.finalize();
    [hash[0], hash[1], hash[2], hash[3]]
}

/// Why what was sealed cannot be opened with the right key.
const CHANGED: &str = "changed or moved";

/// Whether a failure says that something sealed is no longer what was sealed, and not that the world does not work.
pub fn is_broken(inside: &str) -> bool {
    inside.ends_with(CHANGED) || inside.ends_with("unknown suite")
}

fn associated(place: SealPlace) -> Vec<u8> {
    format!("{}\0{}\0{}", place.table, place.column, place.row).into_bytes()
}

impl Sealer for AesSealer {
    fn seal(&self, place: SealPlace, clear: &[u8]) -> Result<Vec<u8>> {
        let key = self.keys.first().ok_or_else(|| broken("no sealing key"))?;
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).map_err(broken)?;
        let payload = Payload { msg: clear, aad: &associated(place) };
        let sealed = Self::cipher(key, place)?.encrypt(&nonce.into(), payload).map_err(broken)?;
        Ok([&[SUITE][..], &key.id, &nonce, &sealed].concat())
    }

    fn open(&self, place: SealPlace, sealed: &[u8]) -> Result<Vec<u8>> {
        let fail = |why: &str| {
            Error::failure(
                "加密保存的号码不能解密。请联系系统管理员核对密钥",
                format!("{}.{} of row {}: {why}", place.table, place.column, place.row),
            )
        };
        if sealed.len() < HEAD || sealed[0] != SUITE {
            return Err(fail("unknown suite"));
        }
        let key = self
            .keys
            .iter()
            .find(|key| key.id == sealed[1..5])
            .ok_or_else(|| fail("sealed with a key that is not configured"))?;
        let mut nonce = [0; NONCE];
        nonce.copy_from_slice(&sealed[5..HEAD]);
        let payload = Payload { msg: &sealed[HEAD..], aad: &associated(place) };
        Self::cipher(key, place)?.decrypt(&nonce.into(), payload).map_err(|_| fail(CHANGED))
    }

    fn index(&self, purpose: &str, value: &str) -> [u8; 16] {
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&self.index).expect("HMAC takes a key of any length");
        mac.update(purpose.as_bytes());
        mac.update(b"\0");
        mac.update(value.as_bytes());
        let hash = mac.finalize().into_bytes();
        let mut short = [0; 16];
        short.copy_from_slice(&hash[..16]);
        short
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: SealPlace = SealPlace { table: "person", column: "id_number", row: 7 };

    #[test]
    fn a_value_opens_only_where_it_was_sealed() -> Result<()> {
        let sealer = AesSealer::new(&SealKeys::generate()?);
        let sealed = sealer.seal(PLACE, "某个号码".as_bytes())?;
        assert_eq!(sealer.open(PLACE, &sealed)?, "某个号码".as_bytes());
        for elsewhere in [
            SealPlace { row: 8, ..PLACE },
            SealPlace { column: "phone", ..PLACE },
            SealPlace { table: "fact", ..PLACE },
        ] {
            assert!(matches!(sealer.open(elsewhere, &sealed), Err(Error::Failure { .. })), "{elsewhere:?}");
        }
        for at in [0, 1, 5, HEAD, sealed.len() - 1] {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(sealer.open(PLACE, &changed).is_err(), "byte {at}");
        }
        assert!(sealer.open(PLACE, &sealed[..HEAD - 1]).is_err());
        Ok(())
    }

    #[test]
    fn equal_values_are_sealed_differently_and_indexed_alike() -> Result<()> {
        let sealer = AesSealer::new(&SealKeys::generate()?);
        assert_ne!(sealer.seal(PLACE, b"x")?, sealer.seal(PLACE, b"x")?);
        assert_eq!(sealer.index("phone", "x"), sealer.index("phone", "x"));
        assert_ne!(sealer.index("phone", "x"), sealer.index("id-number", "x"));
        assert_ne!(sealer.index("phone", "x"), AesSealer::new(&SealKeys::generate()?).index("phone", "x"));
        Ok(())
    }

    #[test]
    fn a_retired_key_opens_and_no_longer_seals() -> Result<()> {
        let old = SealKeys::generate()?;
        let sealed = AesSealer::new(&old).seal(PLACE, b"x")?;
        let new = SealKeys::generate()?.to_hex();
        let retired = old.to_hex();
        let both = SealKeys::from_hex(&format!("{new}:{}", &retired[..KEY_DIGITS]))?;
        assert_eq!(AesSealer::new(&both).open(PLACE, &sealed)?, b"x");
        assert!(AesSealer::new(&SealKeys::from_hex(&new)?).open(PLACE, &sealed).is_err());
        assert_ne!(AesSealer::new(&both).seal(PLACE, b"x")?[1..5], sealed[1..5]);
        assert_eq!(SealKeys::from_hex(&both.to_hex())?.to_hex(), both.to_hex());
        Ok(())
    }

    #[test]
    fn keys_that_cannot_be_are_refused() {
        let key = "0f".repeat(32);
        for text in ["", "abc", &key, &format!("{key}:{key}"), &format!("{key}:{}", "g".repeat(64))] {
            assert!(matches!(SealKeys::from_hex(text), Err(Error::Invalid(_))), "{text}");
        }
    }
}
