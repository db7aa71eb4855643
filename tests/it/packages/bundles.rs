//! One file for a county without a network: all of it or nothing.

use super::{package, signed, subject};
use crate::support::{TestServer, guests, people};
use doudi_delivery::{Bundle, Parcel, Sample, SecretKey, Signature};
use doudi_domain::Error;
use doudi_server::app::{delivery, plugin};
use jiff::civil::date;

const CITY: i64 = 340_200_000_000;

fn parcel(package: &[u8], keys: &[&SecretKey]) -> Parcel {
    let subject = subject(package);
    let signatures =
        keys.iter().map(|key| Signature::parse(&signed(key, package), &subject).expect("a signature")).collect();
    Parcel { plugin: subject.plugin, version: subject.version, package: package.to_vec(), signatures }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_is_installed_whole_or_not_at_all() {
    let server = TestServer::new(date(2022, 7, 20)).await;
    let operator = server.system(CITY);
    let key = SecretKey::generate().expect("a key");
    let installed = async || plugin::packages(&server.app, &operator).await.expect("a list").len();
    let good = Bundle {
        parcels: vec![parcel(package(), &[&key]), parcel(guests::rogue(), &[])],
        keys: vec![("公司".into(), key.public().clone())],
        samples: vec![Sample { name: "参数样例.toml".into(), content: b"x = 1\n".to_vec() }],
    };
    // Each spoils the second package; the first is good, and still nothing may be stored.
    let mut no_component = good.clone();
    no_component.parcels[1].package = b"\0asm no component".to_vec();
    let mut misnamed = good.clone();
    misnamed.parcels[1].plugin = "somebody-else".into();
    let mut bytes = good.write().expect("a bundle");
    let end = bytes.len() / 2;
    bytes[end] ^= 0xff;
    for (what, bytes, word) in [
        ("a package that is none", no_component.write().expect("a bundle"), "不能安装"),
        ("a package under another name", misnamed.write().expect("a bundle"), "somebody-else"),
        ("a changed byte", bytes, "离线安装包"),
    ] {
        let Err(error) = delivery::receive(&server.app, &operator, bytes, Vec::new()).await else {
            panic!("{what} was installed")
        };
        assert!(format!("{error} {error:?}").contains(word), "{what}: {error:?}");
        assert_eq!(installed().await, 0, "{what}");
    }
    let received = delivery::receive(&server.app, &operator, good.write().expect("a bundle"), Vec::new()).await;
    let received = received.unwrap_or_else(|error| panic!("{error}: {error:?}"));
    assert_eq!(received.packages.len(), 2);
    assert_eq!(received.packages[0].signatures.len(), 1);
    assert_eq!(received.samples, ["参数样例.toml"]);
    // A key that came along is told of, and trusted by nobody.
    assert_eq!(received.offered_keys, [("公司".to_owned(), key.public().clone())]);
    let view = plugin::package(&server.app, &operator, &received.packages[0].digest).await.expect("a package");
    assert!(!view.trust.verdict.trusted);
    assert_eq!(installed().await, 2);
    let twice = delivery::receive(&server.app, &operator, good.write().expect("a bundle"), Vec::new()).await;
    assert_eq!(twice.expect("again").packages.len(), 2);
    assert_eq!(installed().await, 2);
    let both = delivery::receive(&server.app, &operator, good.write().expect("a bundle"), vec!["x".into()]).await;
    assert!(matches!(both, Err(Error::Refused { .. })), "{both:?}");
    server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_comes_in_by_the_page() {
    let server = TestServer::new(date(2022, 7, 20)).await;
    let client = server.client(people::SUN_LI).await;
    let bundle = Bundle { parcels: vec![parcel(package(), &[]), parcel(guests::rogue(), &[])], ..Bundle::default() };
    let bundle = bundle.write().expect("a bundle");
    let page = client
        .post_files("/plugins", &[], &[("package", "两个措施.doudi", "application/zip", bundle.as_slice())])
        .await;
    page.done();
    client.get("/plugins").await.has(&["1.0.0", "6.6.6", "未签名"]);
    server.close().await;
}
