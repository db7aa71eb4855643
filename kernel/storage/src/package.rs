//! Releases: plugin components by the digest of their bytes, installed once for the whole city.

use crate::engine::{Row, args};
use crate::{Snapshot, Write};
use doudi_domain::package::Release;
use doudi_domain::{Error, Result};
use serde_json::json;
use sha2::{Digest, Sha256};

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewRelease {
    pub plugin: String,
    pub version: String,
    pub publisher: String,
    /// Canonical JSON.
    pub manifest: String,
    /// The bytes; their SHA-256 is the identity.
    pub component: Vec<u8>,
}

macro_rules! release_columns {
    () => {
        "digest, plugin, version, publisher, manifest, size, installed_at, installed_by"
    };
}

fn read(row: &Row) -> Result<Release> {
    Ok(Release {
        digest: row.get("digest")?,
        plugin: row.get("plugin")?,
        version: row.get("version")?,
        publisher: row.get("publisher")?,
        manifest: row.get("manifest")?,
        size: row.get("size")?,
        installed_at: row.get("installed_at")?,
        installed_by: row.get("installed_by")?,
    })
}

impl Snapshot {
    pub async fn release_fetch(&mut self, digest: &str) -> Result<Release> {
        let sql = concat!("SELECT ", release_columns!(), " FROM release WHERE digest = $1");
        let row = self.tx.optional(sql, args![digest]).await?;
        row.as_ref().map(read).transpose()?.ok_or(Error::not_found("程序包"))
    }

    /// All releases, by plugin, newest installation first.
    pub async fn releases_list(&mut self) -> Result<Vec<Release>> {
        let sql = concat!("SELECT ", release_columns!(), " FROM release");
        let mut releases = self.tx.all(sql, args![]).await?.iter().map(read).collect::<Result<Vec<_>>>()?;
        releases.sort_by(|a, b| (&a.plugin, b.installed_at, &a.digest).cmp(&(&b.plugin, a.installed_at, &b.digest)));
        Ok(releases)
    }

    /// The bytes of a component; a digest that no longer matches is a failure.
    pub async fn component_fetch(&mut self, digest: &str) -> Result<Vec<u8>> {
        let row = self.tx.optional("SELECT component FROM release WHERE digest = $1", args![digest]).await?;
        let component: Vec<u8> = row.ok_or(Error::not_found("程序包"))?.get("component")?;
        if digest_of(&component) != digest {
            return Err(Error::failure(
                "程序包的内容与登记的校验值不符，已停止使用。请重新安装该程序包",
                format!("component {digest} has changed in the database"),
            ));
        }
        Ok(component)
    }
}

/// SHA-256, hex.
pub(crate) fn digest_of(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

impl Write {
    /// Returns the digest. Installing the same bytes again changes nothing; other bytes under the same plugin and version
    /// are a `Conflict`.
    pub async fn release_install(&mut self, new: &NewRelease) -> Result<String> {
        let digest = digest_of(&new.component);
        let sql = "INSERT INTO release (digest, plugin, version, publisher, manifest, size, installed_at, installed_by, component)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (digest) DO NOTHING";
        let size = new.component.len() as i64;
        let values = args![
            &digest,
            &new.plugin,
            &new.version,
            &new.publisher,
            &new.manifest,
            size,
            self.now,
            self.actor.user_id(),
            new.component.clone()
        ];
        if self.tx.run(sql, values).await? == 1 {
            let detail =
                json!({ "plugin": new.plugin, "version": new.version, "publisher": new.publisher, "size": size });
            self.audit("release.install", format_args!("release/{digest}"), detail);
        }
        Ok(digest)
    }
}
