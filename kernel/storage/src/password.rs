//! Password hashes: Argon2id with the library's parameters. Slow on purpose: call both inside `spawn_blocking`.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use doudi_domain::{Error, Result};

/// A hash with its own salt, in PHC text form.
pub fn hash(password: &str) -> Result<String> {
    let hash = Argon2::default()
        .hash_password(password.as_bytes())
        .map_err(|error| Error::failure("密码没有保存。请重试；若再次出现，请联系系统管理员", error))?;
    Ok(hash.to_string())
}

/// Does the password fit the hash? An unreadable hash fits nothing.
pub fn verify(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_fits_its_own_hash_only() -> Result<()> {
        let first = hash("芜湖-7742")?;
        assert!(verify("芜湖-7742", &first));
        assert!(!verify("芜湖-7743", &first));
        assert_ne!(first, hash("芜湖-7742")?, "each hash has its own salt");
        assert!(!verify("x", "not a hash"));
        Ok(())
    }
}
