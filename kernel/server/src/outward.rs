//! Telling another system: one POST over HTTP/1.1 to an address a county has registered.
//!
//! An address is chosen by a person and called by the server, so it is looked at twice: as text when it is registered, and as
//! the numbers its name stands for at each call, to which exactly the connection is made. Unless the operator allows it, no
//! call goes to this machine or into its networks, and none without encryption. No redirect is followed, no proxy asked, no
//! cookie kept, and of the answer only the status is read.

use doudi_domain::{Error, Result};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::{Request, Uri, header};
use hyper_util::rt::TokioIo;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto::ring};

/// Longest time for the whole of a call.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Longest address.
const LENGTH: usize = 500;

/// An address that may be called.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Address {
    encrypted: bool,
    host: String,
    port: u16,
    authority: String,
    path: String,
}

/// Why a call did not come to an answer, for the delivery log.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct Unanswered(String);

impl Address {
    /// Reads an address as typed. `Invalid`, saying what to change, for one that cannot be called.
    pub fn parse(text: &str, allow_internal: bool) -> Result<Address> {
        let wrong = |why: &str| Error::invalid("url", "webhook.url", format!("通知地址不能使用：{why}"));
        let text = text.trim();
        let uri: Uri = text.parse().map_err(|_| wrong("请填写完整的网址，例如 https://example.cn/notify"))?;
        let encrypted = match uri.scheme_str() {
            Some("https") => true,
            Some("http") if allow_internal => false,
            Some("http") => return Err(wrong("应以 https:// 开头，内容必须加密传送")),
            _ => return Err(wrong("请填写完整的网址，例如 https://example.cn/notify")),
        };
        let Some(authority) = uri.authority() else { return Err(wrong("缺少主机名")) };
        if authority.as_str().contains('@') {
            return Err(wrong("网址中不能带用户名和口令，收到的内容请用签名核对"));
        }
        if text.len() > LENGTH {
            return Err(wrong("网址过长，请不超过 500 个字符"));
        }
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
        if host.is_empty() {
            return Err(wrong("缺少主机名"));
        }
        if let Ok(ip) = host.parse::<IpAddr>()
            && !allow_internal
            && is_internal(ip)
        {
            return Err(wrong(INTERNAL));
        }
        let port = authority.port_u16().unwrap_or(if encrypted { 443 } else { 80 });
        let path = uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        Ok(Address { encrypted, host, port, authority: authority.as_str().to_owned(), path })
    }
}

const INTERNAL: &str =
    "不能发往本机或内部网络的地址。确需发往内部网络时，请系统管理员在启动服务时加上 --allow-internal-webhooks";

/// Posts a body and returns the status of the answer.
pub async fn post(
    address: &Address,
    headers: &[(&'static str, String)],
    body: Vec<u8>,
    allow_internal: bool,
) -> Result<u16, Unanswered> {
    let call = async {
        let stream = connect(address, allow_internal).await?;
        let mut request = Request::post(&address.path)
            .header(header::HOST, &address.authority)
            .header(header::CONTENT_TYPE, "application/json; charset=utf-8")
            .header(header::USER_AGENT, concat!("doudi/", env!("CARGO_PKG_VERSION")))
            .header(header::CONNECTION, "close");
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let request = request.body(Full::new(Bytes::from(body))).map_err(|error| unanswered("请求不能发出", error))?;
        if address.encrypted {
            let name =
                ServerName::try_from(address.host.clone()).map_err(|error| unanswered("主机名不能使用", error))?;
            let stream = connector()?.connect(name, stream).await;
            exchange(stream.map_err(|error| unanswered("加密连接没有建立", error))?, request).await
        } else {
            exchange(stream, request).await
        }
    };
    match tokio::time::timeout(TIMEOUT, call).await {
        Ok(answered) => answered,
        Err(_) => Err(Unanswered(format!("对方 {} 秒内没有答复", TIMEOUT.as_secs()))),
    }
}

fn unanswered(what: &str, error: impl std::fmt::Display) -> Unanswered {
    Unanswered(format!("{what}：{error}"))
}

/// Looks the name up once and connects to what was looked at: a name that changes its mind gains nothing.
async fn connect(address: &Address, allow_internal: bool) -> Result<TcpStream, Unanswered> {
    let found = tokio::net::lookup_host((address.host.as_str(), address.port)).await;
    let found: Vec<SocketAddr> = found.map_err(|error| unanswered("主机名查不到", error))?.collect();
    if !allow_internal && found.iter().any(|at| is_internal(at.ip())) {
        return Err(Unanswered(INTERNAL.to_owned()));
    }
    let mut last = Unanswered("主机名没有对应的地址".to_owned());
    for at in found {
        match TcpStream::connect(at).await {
            Ok(stream) => return Ok(stream),
            Err(error) => last = unanswered("连接没有建立", error),
        }
    }
    Err(last)
}

async fn exchange<S>(stream: S, request: Request<Full<Bytes>>) -> Result<u16, Unanswered>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| unanswered("连接没有建立", error))?;
    // Both together: the connection moves only while it is asked to, and ends with this call.
    let mut connection = std::pin::pin!(connection);
    let mut answer = std::pin::pin!(sender.send_request(request));
    let mut connected = true;
    loop {
        tokio::select! {
            answer = &mut answer => {
                return answer.map(|answer| answer.status().as_u16()).map_err(|error| unanswered("对方没有正常答复", error));
            }
            ended = &mut connection, if connected => {
                connected = false;
                if let Err(error) = ended {
                    return Err(unanswered("连接中断", error));
                }
            }
        }
    }
}

/// Trusts what the machine trusts; one for the process.
fn connector() -> Result<TlsConnector, Unanswered> {
    static CONNECTOR: OnceLock<TlsConnector> = OnceLock::new();
    if let Some(connector) = CONNECTOR.get() {
        return Ok(connector.clone());
    }
    let mut roots = RootCertStore::empty();
    let (trusted, _) = roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if trusted == 0 {
        return Err(Unanswered("本机没有受信任的根证书，请安装操作系统的根证书包".to_owned()));
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| unanswered("加密连接不能使用", error))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(CONNECTOR.get_or_init(|| TlsConnector::from(Arc::new(config))).clone())
}

/// This machine, its networks, and every range that is not a single machine on the open internet.
fn is_internal(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_internal_v4(ip),
        IpAddr::V6(ip) => is_internal_v6(ip),
    }
}

fn is_internal_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_multicast()
        || ip.is_documentation()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a, b, c) == (192, 0, 0)
        || (a, b, c) == (192, 88, 99)
        || (a == 198 && (b == 18 || b == 19))
}

fn is_internal_v6(ip: Ipv6Addr) -> bool {
    // Other ways to write an IPv4 address: mapped, compatible, translated, 6to4.
    let words = ip.segments();
    let low = Ipv4Addr::from((u32::from(words[6]) << 16) | u32::from(words[7]));
    let embedded = match words {
        [0, 0, 0, 0, 0, 0xffff, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => Some(low),
        [0x2002, high, next, ..] => Some(Ipv4Addr::from((u32::from(high) << 16) | u32::from(next))),
        _ => None,
    };
    if let Some(ip) = embedded {
        return is_internal_v4(ip);
    }
    // Only 2000::/3 is handed out; of it documentation and special purposes are not machines.
    words[0] & 0xe000 != 0x2000 || (words[0] == 0x2001 && (words[1] < 0x200 || words[1] == 0xdb8))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machines_on_the_internet_are_told_from_what_is_inside() {
        for inside in [
            "127.0.0.1",
            "127.9.9.9",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "0.1.2.3",
            "192.0.0.1",
            "198.18.0.1",
            "203.0.113.7",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::1",
            "2002:7f00:1::",
            "fc00::1",
            "fd12::1",
            "fe80::1",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
        ] {
            assert!(is_internal(inside.parse().unwrap()), "{inside}");
        }
        for outside in
            ["8.8.8.8", "172.32.0.1", "100.128.0.1", "223.5.5.5", "2400:3200::1", "::ffff:8.8.8.8", "2002:808:808::"]
        {
            assert!(!is_internal(outside.parse().unwrap()), "{outside}");
        }
    }

    #[test]
    fn addresses_that_cannot_be_called_are_refused_with_the_remedy() {
        for (text, remedy) in [
            ("", "完整的网址"),
            ("example.cn/notify", "完整的网址"),
            ("ftp://example.cn/", "完整的网址"),
            ("http://example.cn/", "https"),
            ("https://user:secret@example.cn/", "用户名和口令"),
            ("https://127.0.0.1/", "--allow-internal-webhooks"),
            ("https://[::1]:8443/", "--allow-internal-webhooks"),
            ("https://192.168.3.4/x", "--allow-internal-webhooks"),
        ] {
            let error = Address::parse(text, false).unwrap_err();
            assert!(error.to_string().contains(remedy), "{text}: {error}");
        }
        let address = Address::parse(" https://Example.cn:8443/notify?x=1 ", false).unwrap();
        assert_eq!((address.host.as_str(), address.port, address.path.as_str()), ("example.cn", 8443, "/notify?x=1"));
        let address = Address::parse("http://[::1]/", true).unwrap();
        assert_eq!((address.host.as_str(), address.port, address.encrypted), ("::1", 80, false));
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_is_not_called() {
        let address = Address::parse("https://localhost:1/", false).unwrap();
        let error = post(&address, &[], Vec::new(), false).await.unwrap_err();
        assert!(error.to_string().contains("--allow-internal-webhooks"), "{error}");
    }
}
