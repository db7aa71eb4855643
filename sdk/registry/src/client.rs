//! Pushing and pulling.

use crate::bounded::Bounded;
use crate::{Address, RegistryError, Version};
use oci_client::client::{Certificate, CertificateEncoding, ClientConfig, ClientProtocol, Config, ImageLayer};
use oci_client::errors::{OciDistributionError, OciErrorCode};
use oci_client::manifest::{OciDescriptor, OciImageManifest};
use oci_client::secrets::RegistryAuth;
use oci_client::{Client, Reference};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::time::Duration;

const CONFIG: &str = "application/vnd.wasm.config.v0+json";
const PACKAGE: &str = "application/wasm";
const SIGNATURES_CONFIG: &str = "application/vnd.doudi.signatures.v1+json";
const SIGNATURE: &str = "application/vnd.doudi.minisign.v1";

/// Longest package that is fetched; admission has its own, smaller limits.
const MOST_PACKAGE: u64 = 64 * 1024 * 1024;
const MOST_SIGNATURE: u64 = 2000;
const MOST_SIGNATURES: usize = 32;

/// For connecting, and for silence in between.
const PATIENCE: Duration = Duration::from_secs(30);

/// Who asks, and how the registry is reached.
#[derive(Clone, Default)]
pub struct Access {
    /// User and password, where the registry wants them.
    pub login: Option<(String, String)>,
    /// A certificate authority of the county's own, in PEM.
    pub authority: Option<Vec<u8>>,
    /// HTTP without encryption to a host that is not this machine.
    pub plain: bool,
}

/// A connection to the registry of one address.
pub struct Registry {
    client: Client,
    address: Address,
    auth: RegistryAuth,
}

/// What was pushed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pushed {
    /// The artifact, by digest.
    pub address: Address,
    /// Signatures that lie beside it now.
    pub signatures: usize,
}

/// What was pulled.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pulled {
    /// What the tag meant, by digest.
    pub address: Address,
    pub package: Vec<u8>,
    /// Texts as they lay there; nobody has verified them.
    pub signatures: Vec<String>,
}

impl Registry {
    /// Nothing is sent yet.
    pub fn connect(address: &Address, access: &Access) -> Result<Registry, RegistryError> {
        let plain = address.is_loopback() || access.plain;
        // The one TLS provider of the house; that another part of the program was first is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let authority = |data: &Vec<u8>| Certificate { encoding: CertificateEncoding::Pem, data: data.clone() };
        let config = ClientConfig {
            protocol: if plain { ClientProtocol::Http } else { ClientProtocol::Https },
            extra_root_certificates: access.authority.iter().map(authority).collect(),
            // A plugin is the same for every machine: an index of several is not one.
            platform_resolver: None,
            connect_timeout: Some(PATIENCE),
            read_timeout: Some(PATIENCE),
            user_agent: concat!("doudi/", env!("CARGO_PKG_VERSION")),
            ..ClientConfig::default()
        };
        let client = Client::try_from(config).map_err(|error| RegistryError::Certificate(error.to_string()))?;
        let auth = match &access.login {
            Some((user, password)) => RegistryAuth::Basic(user.clone(), password.clone()),
            None => RegistryAuth::Anonymous,
        };
        Ok(Registry { client, address: address.clone(), auth })
    }

    /// Puts a package under its tag, and its signatures beside it. Signatures that lie there already stay.
    pub async fn push(
        &self,
        plugin: &str,
        version: &str,
        package: &[u8],
        signatures: &[String],
    ) -> Result<Pushed, RegistryError> {
        let tag = match &self.address.version {
            Some(Version::Tag(tag)) => tag.clone(),
            // `+build` has no place in a tag.
            None => version.replace('+', "_"),
            Some(Version::Digest(_)) => {
                let reason = "推送要写标签，不写摘要";
                return Err(RegistryError::Address { address: self.address.to_string(), reason });
            }
        };
        let address = Address { version: Some(Version::Tag(tag)), ..self.address.clone() };
        let layer = ImageLayer::new(package.to_vec(), PACKAGE.to_owned(), None);
        let digest = layer.sha256_digest();
        // No time of day: pushing the same package again makes the same artifact.
        let config = json!({
            "created": "1970-01-01T00:00:00Z", "architecture": "wasm", "os": "wasip2", "layerDigests": [digest],
        });
        let config = Config::new(config.to_string(), CONFIG.to_owned(), None);
        let title = |key: &str, value: &str| (format!("org.opencontainers.image.{key}"), value.to_owned());
        let annotations = BTreeMap::from([title("title", plugin), title("version", version)]);
        let manifest = OciImageManifest::build(std::slice::from_ref(&layer), &config, Some(annotations));
        let reference = reference(&address)?;
        let pushed = self.client.push(&reference, &[layer], config, &self.auth, Some(manifest)).await;
        pushed.map_err(|error| self.failed(&address, error))?;
        // What lies there now is asked back: signatures belong to that digest and no other.
        let (manifest, artifact) = self.manifest(&address).await?;
        if !manifest.layers.iter().any(|layer| layer.digest == digest) {
            return Err(RegistryError::Overwritten(address.to_string()));
        }
        let address = address.at(&artifact);
        let signatures = self.push_signatures(&address, &artifact, signatures).await?;
        Ok(Pushed { address, signatures })
    }

    async fn push_signatures(
        &self,
        address: &Address,
        artifact: &str,
        signatures: &[String],
    ) -> Result<usize, RegistryError> {
        let mut all = self.signatures(address, artifact).await?;
        let before = all.len();
        for signature in signatures {
            if !all.contains(signature) {
                all.push(signature.clone());
            }
        }
        if all.len() == before {
            return Ok(before);
        }
        let layers: Vec<ImageLayer> =
            all.iter().map(|text| ImageLayer::new(text.clone().into_bytes(), SIGNATURE.to_owned(), None)).collect();
        let config = Config::new(json!({ "package": artifact }).to_string(), SIGNATURES_CONFIG.to_owned(), None);
        let address = signatures_address(address, artifact);
        let pushed = self.client.push(&reference(&address)?, &layers, config, &self.auth, None).await;
        pushed.map_err(|error| self.failed(&address, error))?;
        Ok(all.len())
    }

    /// Fetches a package and what signatures lie beside it.
    pub async fn pull(&self) -> Result<Pulled, RegistryError> {
        if self.address.version.is_none() {
            let reason = "没有写明标签或摘要";
            return Err(RegistryError::Address { address: self.address.to_string(), reason });
        }
        let (manifest, artifact) = self.manifest(&self.address).await?;
        // From here on the tag is forgotten.
        let address = self.address.at(&artifact);
        let not = |reason: &str| RegistryError::NotAPackage { what: address.to_string(), reason: reason.to_owned() };
        let layer = match manifest.layers.as_slice() {
            [layer] if layer.media_type == PACKAGE => layer,
            [layer] => return Err(not(&format!("内容类型是 {}，应为 {PACKAGE}", layer.media_type))),
            layers => return Err(not(&format!("应有一层内容，实有 {} 层", layers.len()))),
        };
        let package = self.blob(&address, layer, MOST_PACKAGE).await?;
        let signatures = self.signatures(&address, &artifact).await?;
        Ok(Pulled { address, package, signatures })
    }

    /// The texts beside an artifact; none is no error.
    async fn signatures(&self, address: &Address, artifact: &str) -> Result<Vec<String>, RegistryError> {
        let address = signatures_address(address, artifact);
        let (manifest, digest) = match self.manifest(&address).await {
            Err(RegistryError::NotFound { .. }) => return Ok(Vec::new()),
            other => other?,
        };
        let address = address.at(&digest);
        let mut texts = Vec::new();
        for layer in manifest.layers.iter().filter(|layer| layer.media_type == SIGNATURE).take(MOST_SIGNATURES) {
            let bytes = self.blob(&address, layer, MOST_SIGNATURE).await?;
            texts.extend(String::from_utf8(bytes));
        }
        Ok(texts)
    }

    async fn manifest(&self, address: &Address) -> Result<(OciImageManifest, String), RegistryError> {
        let pulled = self.client.pull_image_manifest(&reference(address)?, &self.auth).await;
        let (manifest, digest) = pulled.map_err(|error| self.failed(address, error))?;
        match &address.version {
            Some(Version::Digest(asked)) if *asked != digest => Err(RegistryError::Digest(address.host.clone())),
            _ => Ok((manifest, digest)),
        }
    }

    async fn blob(&self, address: &Address, layer: &OciDescriptor, most: u64) -> Result<Vec<u8>, RegistryError> {
        let size = u64::try_from(layer.size).unwrap_or(u64::MAX);
        if size > most {
            return Err(RegistryError::TooLarge { what: address.to_string(), size, most });
        }
        let mut into = Bounded::new(size as usize);
        let pulled = self.client.pull_blob(&reference(address)?, layer, &mut into).await;
        pulled.map_err(|error| self.failed(address, error))?;
        // The client compares, too; this is the comparison we answer for.
        if format!("sha256:{}", hex::encode(Sha256::digest(&into.bytes))) != layer.digest {
            return Err(RegistryError::Digest(address.host.clone()));
        }
        Ok(into.bytes)
    }

    fn failed(&self, address: &Address, error: OciDistributionError) -> RegistryError {
        use OciDistributionError as E;
        let host = address.host.clone();
        let absent = |envelope: &oci_client::errors::OciEnvelope| {
            let codes = [OciErrorCode::ManifestUnknown, OciErrorCode::NameUnknown, OciErrorCode::BlobUnknown];
            envelope.errors.iter().any(|error| codes.contains(&error.code) || error.code == OciErrorCode::NotFound)
        };
        let denied = |envelope: &oci_client::errors::OciEnvelope| {
            let codes = [OciErrorCode::Unauthorized, OciErrorCode::Denied];
            envelope.errors.iter().any(|error| codes.contains(&error.code))
        };
        match error {
            E::RegistryError { envelope, .. } if absent(&envelope) => {
                RegistryError::NotFound { host, what: address.to_string() }
            }
            E::RegistryError { envelope, .. } if denied(&envelope) => RegistryError::Unauthorized(host),
            E::ServerError { code: 404, .. } | E::ImageManifestNotFoundError(_) => {
                RegistryError::NotFound { host, what: address.to_string() }
            }
            E::UnauthorizedError { .. } | E::AuthenticationFailure(_) | E::ServerError { code: 401 | 403, .. } => {
                RegistryError::Unauthorized(host)
            }
            E::DigestError(_) => RegistryError::Digest(host),
            E::IoError(error) if error.kind() == std::io::ErrorKind::FileTooLarge => RegistryError::Digest(host),
            E::ImageIndexParsingNoPlatformResolverError
            | E::UnsupportedMediaTypeError(_)
            | E::UnsupportedSchemaVersionError(_)
            | E::ManifestParsingError(_)
            | E::VersionedParsingError(_) => {
                RegistryError::NotAPackage { what: address.to_string(), reason: "清单的格式不认识".to_owned() }
            }
            other => RegistryError::Unreachable { host, inside: with_causes(&other) },
        }
    }
}

/// An error of the network says little without what lies beneath.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}

/// Where the signatures of an artifact lie.
fn signatures_address(address: &Address, artifact: &str) -> Address {
    let tag = format!("{}.sig", artifact.replace(':', "-"));
    Address { version: Some(Version::Tag(tag)), ..address.clone() }
}

fn reference(address: &Address) -> Result<Reference, RegistryError> {
    let (host, repository) = (address.host.clone(), address.repository.clone());
    match &address.version {
        Some(Version::Tag(tag)) => Ok(Reference::with_tag(host, repository, tag.clone())),
        Some(Version::Digest(digest)) => Ok(Reference::with_digest(host, repository, digest.clone())),
        None => Err(RegistryError::Address { address: address.to_string(), reason: "没有写明标签或摘要" }),
    }
}
