//! How a package travels from its publisher to a county: signatures that lie beside it, and one file for a county without a
//! network that holds packages, signatures, public keys and samples.
//!
//! The identity of a package is the SHA-256 of its bytes. A signature never changes it: it is a text of its own in minisign's
//! format, whose trusted comment says which plugin, version and digest it is for ([`Subject`]). A key that comes along in a
//! bundle is information and trusts nothing: which keys count is decided by the city, elsewhere.
//!
//! No network, no clock, no database: bytes in, bytes or a refusal in words out.

mod bundle;
mod key;
mod signature;

pub use bundle::{Bundle, BundleError, Parcel, Sample, is_bundle};
pub use key::{KeyError, PublicKey, SecretKey};
pub use signature::{Signature, SignatureError, Subject, sign};

use sha2::{Digest as _, Sha256};

/// SHA-256, lower-case hexadecimal: what a package is.
pub fn digest(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}
