//! Packages in an OCI registry: any that keeps containers keeps plugins, too. The only room that knows a registry's protocol
//! and its HTTP client.
//!
//! A package is an artifact of one layer, as other WebAssembly tools store them. Its signatures lie beside it under the tag
//! `sha256-<digest>.sig`, which every registry can hold. A tag is asked once, for a digest; everything after that is fetched by
//! digest and compared with it, so that nobody can change what a tag means between two questions.
//!
//! Whether a package is trusted is none of this room's business: it brings bytes and texts.

mod address;
mod bounded;
mod client;

pub use address::{Address, Version};
pub use client::{Access, Pulled, Pushed, Registry};

/// Why a registry could not be used.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    #[error("地址“{address}”不对：{reason}。应写成 oci://主机[:端口]/仓库:标签 或 oci://主机[:端口]/仓库@sha256:摘要")]
    Address { address: String, reason: &'static str },
    #[error("制品库 {host} 中没有 {what}。请核对仓库名和标签")]
    NotFound { host: String, what: String },
    #[error("制品库 {0} 拒绝访问。请用环境变量 DOUDI_REGISTRY_USER 和 DOUDI_REGISTRY_PASSWORD 给出用户名和密码")]
    Unauthorized(String),
    #[error("{what} 不是措施包：{reason}")]
    NotAPackage { what: String, reason: String },
    #[error("{what} 有 {size} 字节，超过上限 {most} 字节，没有下载")]
    TooLarge { what: String, size: u64, most: u64 },
    #[error("制品库 {0} 给出的内容与摘要不符，已丢弃。请联系制品库管理员")]
    Digest(String),
    #[error("标签 {0} 刚被别人改写，没有附上签名。请重新推送")]
    Overwritten(String),
    #[error("证书文件不能使用：{0}")]
    Certificate(String),
    /// The network, or a registry that does not keep to the protocol: for the operator.
    #[error("不能访问制品库 {host}。请检查网络、地址和证书；内网制品库只有 HTTP 时，确认可信后加 --plain-http")]
    Unreachable { host: String, inside: String },
}
