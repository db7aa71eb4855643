//! `oci://host:port/repository:tag`, and the same by digest.

use crate::RegistryError;
use std::fmt;

/// Where a package lies.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Address {
    /// Host, with a port where one is written.
    pub host: String,
    pub repository: String,
    pub version: Option<Version>,
}

/// Which of a repository's artifacts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Version {
    /// A name that may mean something else tomorrow.
    Tag(String),
    /// `sha256:…` of the artifact's manifest.
    Digest(String),
}

/// How an address begins; what else is a file.
const SCHEME: &str = "oci://";

impl Address {
    /// Whether a text is meant as an address.
    pub fn is_meant(text: &str) -> bool {
        text.starts_with(SCHEME)
    }

    pub fn parse(text: &str) -> Result<Address, RegistryError> {
        let wrong = |reason| RegistryError::Address { address: text.to_owned(), reason };
        let rest = text.strip_prefix(SCHEME).ok_or_else(|| wrong("开头不是 oci://"))?;
        let (host, path) = rest.split_once('/').ok_or_else(|| wrong("缺少仓库名"))?;
        let name = host_name(host);
        let port = host.strip_prefix(name).unwrap_or_default();
        let port_fits = port.is_empty() || port.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok());
        let letters = |text: &str, more: &str| {
            !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(c))
        };
        if !letters(name, ".-_[]:") || !port_fits {
            return Err(wrong("主机名或端口不对"));
        }
        let (path, version) = match path.split_once('@') {
            Some((path, digest)) => {
                let hex = digest.strip_prefix("sha256:").ok_or_else(|| wrong("摘要应以 sha256: 开头"))?;
                let lower = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
                if hex.len() != 64 || !hex.bytes().all(lower) {
                    return Err(wrong("摘要应为 64 位小写十六进制数"));
                }
                // A tag beside a digest says nothing more.
                let path = path.split_once(':').map_or(path, |(path, _)| path);
                (path, Some(Version::Digest(digest.to_owned())))
            }
            None => match path.split_once(':') {
                Some((_, tag)) if tag.len() > 128 || tag.starts_with(['.', '-']) || !letters(tag, "._-") => {
                    return Err(wrong("标签只能用字母、数字、点、横线和下划线"));
                }
                Some((path, tag)) => (path, Some(Version::Tag(tag.to_owned()))),
                None => (path, None),
            },
        };
        let lower = |part: &str| letters(part, "._-") && !part.bytes().any(|byte| byte.is_ascii_uppercase());
        if !path.split('/').all(lower) || path.split('/').any(|part| part.starts_with('.')) {
            return Err(wrong("仓库名只能用小写字母、数字、点、横线、下划线和斜线"));
        }
        Ok(Address { host: host.to_owned(), repository: path.to_owned(), version })
    }

    /// On this very machine: the one place where nobody listens on the wire.
    pub fn is_loopback(&self) -> bool {
        let name = host_name(&self.host).trim_start_matches('[').trim_end_matches(']');
        name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
    }

    /// The same repository at a digest.
    pub fn at(&self, digest: &str) -> Address {
        Address { version: Some(Version::Digest(digest.to_owned())), ..self.clone() }
    }
}

fn host_name(host: &str) -> &str {
    match (host.rfind(']'), host.rfind(':')) {
        (Some(end), _) => &host[..=end],
        (None, Some(colon)) => &host[..colon],
        (None, None) => host,
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{SCHEME}{}/{}", self.host, self.repository)?;
        match &self.version {
            Some(Version::Tag(tag)) => write!(f, ":{tag}"),
            Some(Version::Digest(digest)) => write!(f, "@{digest}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_written() {
        let digest = format!("sha256:{}", "0a".repeat(32));
        for text in [
            "oci://127.0.0.1:5000/plugins/sample:1.0.0",
            "oci://registry.example.cn/sample:latest",
            "oci://[::1]:5000/a/b/c",
            &format!("oci://localhost/sample@{digest}"),
        ] {
            assert_eq!(Address::parse(text).expect(text).to_string(), text);
        }
        let both = Address::parse(&format!("oci://localhost/sample:1.0.0@{digest}")).unwrap();
        assert_eq!(both.to_string(), format!("oci://localhost/sample@{digest}"));
    }

    #[test]
    fn only_this_machine_is_loopback() {
        for (host, expected) in [
            ("127.0.0.1:5000", true),
            ("127.9.9.9", true),
            ("localhost:1", true),
            ("[::1]:5000", true),
            ("127.0.0.1.example.cn", false),
            ("localhost.example.cn:5000", false),
            ("10.0.0.1:5000", false),
        ] {
            assert_eq!(Address::parse(&format!("oci://{host}/x")).unwrap().is_loopback(), expected, "{host}");
        }
    }

    #[test]
    fn a_wrong_address_says_what_is_wrong() {
        for (text, reason) in [
            ("http://localhost/x:1", "开头不是 oci://"),
            ("oci://localhost", "缺少仓库名"),
            ("oci:///x:1", "主机名或端口不对"),
            ("oci://user@host/x:1", "主机名或端口不对"),
            ("oci://host:99999/x:1", "主机名或端口不对"),
            ("oci://host:/x:1", "主机名或端口不对"),
            ("oci://host/Sample:1", "仓库名"),
            ("oci://host/../x:1", "仓库名"),
            ("oci://host//x:1", "仓库名"),
            ("oci://host/x:", "标签只能用"),
            ("oci://host/x:1?ns=y", "标签只能用"),
            ("oci://host/x@md5:00", "摘要应以 sha256: 开头"),
            ("oci://host/x@sha256:00", "摘要应为 64 位"),
        ] {
            let error = Address::parse(text).expect_err(text).to_string();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }
}
