//! Packages through a real registry: Debian's docker-registry, a child of the test on a free port.

use super::{package, signed, subject};
use crate::support::program::Home;
use crate::support::{TestServer, guests};
use doudi_delivery::SecretKey;
use doudi_registry::{Access, Address, Registry, RegistryError, Version};
use doudi_server::app::delivery;
use jiff::civil::date;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A registry with a folder of its own; ended with the test.
struct RegistryServer {
    child: Child,
    port: u16,
    home: Home,
}

impl RegistryServer {
    /// `None` when this run does without one.
    fn start() -> Option<RegistryServer> {
        let home = Home::new(None, "2022-07-20");
        let port = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
        let folder = home.path("registry").to_string_lossy().into_owned();
        let config = format!(
            "version: 0.1\nlog:\n  level: error\nstorage:\n  filesystem:\n    rootdirectory: {folder}\nhttp:\n  addr: 127.0.0.1:{port}\n"
        );
        let config = home.file("registry.yml", config);
        let child = Command::new("docker-registry")
            .args(["serve", &config])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let child = match child {
            Ok(child) => child,
            Err(_) if std::env::var_os("DOUDI_REQUIRE_ORACLES").is_some() => {
                panic!("docker-registry is missing: apt-get install docker-registry")
            }
            Err(_) => {
                eprintln!("skipped: docker-registry is not installed");
                return None;
            }
        };
        let server = RegistryServer { child, port, home };
        let deadline = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < deadline, "docker-registry does not listen");
            std::thread::sleep(Duration::from_millis(50));
        }
        Some(server)
    }

    fn address(&self, rest: &str) -> Address {
        Address::parse(&self.text(rest)).expect("an address")
    }

    fn text(&self, rest: &str) -> String {
        format!("oci://127.0.0.1:{}/{rest}", self.port)
    }

    fn at(&self, rest: &str) -> Registry {
        Registry::connect(&self.address(rest), &Access::default()).expect("a connection")
    }

    /// Where a blob lies on its disk.
    fn blob(&self, digest: &str) -> std::path::PathBuf {
        let hex = digest.trim_start_matches("sha256:");
        self.home.path("registry/docker/registry/v2/blobs/sha256").join(&hex[..2]).join(hex).join("data")
    }
}

impl Drop for RegistryServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_package_and_its_signatures_go_up_and_come_down() {
    let Some(server) = RegistryServer::start() else { return };
    let (key, other) = (SecretKey::generate().expect("a key"), SecretKey::generate().expect("a key"));
    let first = signed(&key, package());
    let name = subject(package());
    let registry = server.at("plugins/honest");
    let pushed = registry.push(&name.plugin, &name.version, package(), std::slice::from_ref(&first)).await;
    let pushed = pushed.expect("pushed");
    assert_eq!(pushed.signatures, 1);
    let Some(Version::Digest(artifact)) = pushed.address.version.clone() else { panic!("{}", pushed.address) };

    // By the tag, which is the version, and by the digest: the same bytes.
    let by_tag = server.at(&format!("plugins/honest:{}", name.version)).pull().await.expect("pulled");
    let by_digest = server.at(&format!("plugins/honest@{artifact}")).pull().await.expect("pulled");
    assert_eq!(by_tag, by_digest);
    assert_eq!(by_tag.address, pushed.address);
    assert!(by_tag.package == package());
    assert_eq!(by_tag.signatures, [first.clone()]);

    // A second publisher adds hers; pushing the same package again makes the same artifact.
    let second = signed(&other, package());
    let again = registry.push(&name.plugin, &name.version, package(), std::slice::from_ref(&second)).await;
    let again = again.expect("pushed");
    assert_eq!((again.address, again.signatures), (pushed.address.clone(), 2));
    let all = server.at(&format!("plugins/honest@{artifact}")).pull().await.expect("pulled");
    assert_eq!(all.signatures, [first, second]);

    // A tag may be moved to something else: who holds the digest does not notice.
    let name = subject(guests::rogue());
    server.at("plugins/honest:1.0.0").push(&name.plugin, &name.version, guests::rogue(), &[]).await.expect("pushed");
    let moved = server.at("plugins/honest:1.0.0").pull().await.expect("pulled");
    assert!(moved.package == guests::rogue() && moved.signatures.is_empty());
    let held = server.at(&format!("plugins/honest@{artifact}")).pull().await.expect("pulled");
    assert!(held.package == package());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_or_was_changed_is_told() {
    let Some(server) = RegistryServer::start() else { return };
    let name = subject(package());
    let absent = server.at("plugins/honest:1.0.0").pull().await;
    assert!(matches!(absent, Err(RegistryError::NotFound { .. })), "{absent:?}");
    let unnamed = server.at("plugins/honest").pull().await;
    assert!(matches!(unnamed, Err(RegistryError::Address { .. })), "{unnamed:?}");
    let pushed = server.at("plugins/honest").push(&name.plugin, &name.version, package(), &[]).await.expect("pushed");
    // Somebody with access to the registry's disk changes a byte of the package.
    let blob = server.blob(&name.digest);
    let mut bytes = std::fs::read(&blob).expect("the blob");
    bytes[100] ^= 1;
    std::fs::write(&blob, &bytes).expect("changed");
    let changed = Registry::connect(&pushed.address, &Access::default()).expect("a connection").pull().await;
    assert!(matches!(changed, Err(RegistryError::Digest(_))), "{changed:?}");
    let nobody = Address::parse("oci://127.0.0.1:1/x:1").expect("an address");
    let nobody = Registry::connect(&nobody, &Access::default()).expect("a connection").pull().await;
    assert!(matches!(nobody, Err(RegistryError::Unreachable { .. })), "{nobody:?}");
    let digest = server.address(&format!("plugins/honest@sha256:{}", "0".repeat(64)));
    let pushed = Registry::connect(&digest, &Access::default()).expect("a connection");
    let pushed = pushed.push(&name.plugin, &name.version, package(), &[]).await;
    assert!(matches!(pushed, Err(RegistryError::Address { .. })), "{pushed:?}");
}

/// A registry that lies: each answer is scripted by the path asked for.
fn liar(answer: fn(&str) -> (u16, Vec<u8>)) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut reader = BufReader::new(stream.try_clone().expect("a stream"));
            let mut line = String::new();
            let _ = reader.read_line(&mut line);
            let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
            let mut head = String::new();
            while reader.read_line(&mut head).is_ok_and(|length| length > 2) {
                head.clear();
            }
            let (status, body) = answer(&path);
            let head = format!(
                "HTTP/1.1 {status} X\r\nContent-Type: application/vnd.oci.image.manifest.v1+json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                body.len()
            );
            let _ = stream.write_all(head.as_bytes());
            let _ = stream.write_all(&body);
            let _ = stream.flush();
            let _ = stream.take(0).read(&mut []);
        }
    });
    port
}

fn manifest(layers: serde_json::Value) -> Vec<u8> {
    serde_json::json!({
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": {"mediaType": "application/vnd.wasm.config.v0+json", "size": 2, "digest": format!("sha256:{}", "0".repeat(64))},
        "layers": layers,
    })
    .to_string()
    .into_bytes()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lying_registry_is_refused() {
    fn layer(size: i64, kind: &str) -> serde_json::Value {
        serde_json::json!({"mediaType": kind, "size": size, "digest": format!("sha256:{}", "1".repeat(64))})
    }
    type Case = (&'static str, fn(&str) -> (u16, Vec<u8>), fn(&RegistryError) -> bool);
    let cases: &[Case] = &[
        (
            "other bytes than the digest",
            |path| match path.contains("/blobs/") {
                true => (200, vec![7; 10]),
                false if path.contains(".sig") => (404, Vec::new()),
                false => (200, manifest(serde_json::json!([layer(10, "application/wasm")]))),
            },
            |error| matches!(error, RegistryError::Digest(_)),
        ),
        (
            "more bytes than announced",
            |path| match path.contains("/blobs/") {
                true => (200, vec![7; 1_000_000]),
                false => (200, manifest(serde_json::json!([layer(10, "application/wasm")]))),
            },
            |error| matches!(error, RegistryError::Digest(_)),
        ),
        (
            "a package of a terabyte",
            |_| (200, manifest(serde_json::json!([layer(1 << 40, "application/wasm")]))),
            |error| matches!(error, RegistryError::TooLarge { .. }),
        ),
        (
            "a size below nothing",
            |_| (200, manifest(serde_json::json!([layer(-1, "application/wasm")]))),
            |error| matches!(error, RegistryError::TooLarge { .. }),
        ),
        (
            "a container",
            |_| (200, manifest(serde_json::json!([layer(10, "application/vnd.oci.image.layer.v1.tar+gzip")]))),
            |error| matches!(error, RegistryError::NotAPackage { .. }),
        ),
        (
            "no layer",
            |_| (200, manifest(serde_json::json!([]))),
            |error| matches!(error, RegistryError::NotAPackage { .. }),
        ),
        ("no manifest", |_| (200, b"<html>".to_vec()), |error| matches!(error, RegistryError::NotAPackage { .. })),
        ("a closed door", |_| (403, b"{}".to_vec()), |error| matches!(error, RegistryError::Unauthorized(_))),
        ("a broken server", |_| (500, Vec::new()), |error| matches!(error, RegistryError::Unreachable { .. })),
    ];
    for (what, answer, expected) in cases {
        let port = liar(*answer);
        let address = Address::parse(&format!("oci://127.0.0.1:{port}/x:1")).expect("an address");
        let pulled = Registry::connect(&address, &Access::default()).expect("a connection").pull().await;
        let Err(error) = pulled else { panic!("{what}: pulled") };
        assert!(expected(&error), "{what}: {error:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_commands_push_install_and_pull() {
    let Some(registry) = RegistryServer::start() else { return };
    let home = Home::new(None, "2022-07-20");
    let file = home.file("honest.wasm", package());
    let key = home.path("key").to_string_lossy().into_owned();
    home.doudi(&["plugin", "keygen", &key, "--no-password"]).said(0, &["公钥编号"]);
    home.doudi(&["plugin", "sign", &file, "--key", &key]).said(0, &["已签名", "honest"]);
    let told = home.doudi(&["plugin", "push", &file, &registry.text("plugins/honest")]).ok();
    let address = told.lines().find(|line| line.starts_with("oci://")).expect("an address by digest").to_owned();
    assert!(address.contains("@sha256:"), "{told}");
    home.doudi(&["migrate"]).ok();
    home.doudi(&["division", "import", "data/wuhu-divisions.csv"]).ok();
    home.doudi(&["calendar", "import", "data/statutory-days.csv"]).ok();
    home.doudi(&["plugin", "install", &address]).said(0, &["已取得", "已安装", "公钥未登记"]);
    let output = home.path("pulled.wasm").to_string_lossy().into_owned();
    home.doudi(&["plugin", "pull", &address, "-o", &output]).said(0, &["签名 1 个"]);
    home.doudi(&["plugin", "verify", &output, "--key", &format!("{key}.pub")]).said(0, &["有效"]);
    let absent = registry.text("plugins/honest:9.9.9");
    home.doudi(&["plugin", "install", &absent]).said(1, &["没有", "9.9.9", "核对"]);
    home.doudi(&["plugin", "install", "oci://127.0.0.1:1/x:1"]).said(3, &["不能访问制品库", "原因"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_pulled_is_received_like_a_file() {
    let Some(registry) = RegistryServer::start() else { return };
    let name = subject(package());
    let key = SecretKey::generate().expect("a key");
    let signatures = [signed(&key, package())];
    registry.at("honest").push(&name.plugin, &name.version, package(), &signatures).await.expect("pushed");
    let pulled = registry.at("honest:1.0.0").pull().await.expect("pulled");
    let server = TestServer::new(date(2022, 7, 20)).await;
    let operator = server.system(340_200_000_000);
    let received =
        delivery::receive(&server.app, &operator, pulled.package, pulled.signatures).await.expect("received");
    assert_eq!(received.packages[0].digest, name.digest);
    assert_eq!(received.packages[0].signatures.len(), 1);
    server.close().await;
}
