//! A bundle round, and every way we know to make a bad one.

use super::*;
use crate::{SecretKey, sign};

fn parcel(version: &str, package: &[u8], keys: &[&SecretKey]) -> Parcel {
    let mut parcel =
        Parcel { plugin: "sample".into(), version: version.into(), package: package.into(), signatures: Vec::new() };
    let subject = parcel.subject();
    parcel.signatures = keys.iter().map(|key| sign(key, package, &subject).unwrap()).collect();
    parcel
}

fn good(key: &SecretKey) -> Bundle {
    Bundle {
        parcels: vec![parcel("1.0.0", b"one", &[key]), parcel("1.1.0", b"two", &[])],
        keys: vec![("某公司".into(), key.public().clone())],
        samples: vec![Sample { name: "参数样例.csv".into(), content: "代码,值\n".into() }],
    }
}

/// The entries of a good bundle, to be spoilt.
fn entries(bundle: &Bundle) -> Vec<(String, Vec<u8>)> {
    let written = bundle.write().unwrap();
    let mut archive = ZipArchive::new(Cursor::new(written.as_slice())).unwrap();
    (0..archive.len())
        .map(|index| {
            let mut entry = archive.by_index(index).unwrap();
            let mut content = Vec::new();
            entry.read_to_end(&mut content).unwrap();
            (entry.name().unwrap().into_owned(), content)
        })
        .collect()
}

#[test]
fn what_goes_in_comes_out() {
    let key = SecretKey::generate().unwrap();
    let bundle = good(&key);
    let written = bundle.write().unwrap();
    assert!(is_bundle(&written));
    assert_eq!(Bundle::read(&written).unwrap(), bundle);
    assert_eq!(bundle.write().unwrap(), written, "the same content gives the same bytes");
}

#[test]
fn a_bad_bundle_is_refused_whole() {
    let key = SecretKey::generate().unwrap();
    type Spoil = fn(&mut Vec<(String, Vec<u8>)>);
    fn list(entries: &mut [(String, Vec<u8>)], from: &str, to: &str) {
        let text = String::from_utf8(entries[0].1.clone()).unwrap();
        assert!(text.contains(from), "{from} is not in {text}");
        entries[0].1 = text.replacen(from, to, 1).into_bytes();
    }
    let cases: &[(&str, Spoil, &str)] = &[
        ("climbing out of the folder", |e| e.push(("../../etc/cron.d/x".into(), vec![1])), "文件名不合规定"),
        ("an absolute path", |e| e.push(("/etc/passwd".into(), vec![1])), "文件名不合规定"),
        ("a path of Windows", |e| e.push(("packages\\..\\x".into(), vec![1])), "文件名不合规定"),
        ("a folder below", |e| e.push(("packages/a/b".into(), vec![1])), "文件名不合规定"),
        ("a hidden file", |e| e.push(("samples/.bashrc".into(), vec![1])), "文件名不合规定"),
        ("another folder", |e| e.push(("scripts/install.sh".into(), vec![1])), "文件名不合规定"),
        ("a file nobody listed", |e| e.push(("samples/x.csv".into(), vec![1])), "没有列入清单"),
        (
            "a listed name that climbs",
            |e| list(e, "packages/sample-1.0.0.wasm\"", "packages/../../x\""),
            "文件名不合规定",
        ),
        ("a list that names a file of another folder", |e| list(e, "keys/", "samples/"), "文件名不合规定"),
        ("a package that was changed", |e| e[1].1[0] ^= 1, "与清单的校验值不符"),
        ("a package that grew", |e| e[1].1.push(0), "比清单写明的大"),
        ("a package that is missing", |e| drop(e.remove(1)), "缺少“packages/sample-1.0.0.wasm”"),
        ("a digest that lies", |e| list(e, &crate::digest(b"one"), &crate::digest(b"two")), "与清单的校验值不符"),
        ("a size that lies", |e| list(e, "\"size\": 3", "\"size\": 2"), "比清单写明的大"),
        ("a version that lies", |e| list(e, "\"version\": \"1.0.0\"", "\"version\": \"1.0.1\""), "与措施包不符"),
        (
            "a sample like a bomb",
            |e| {
                let bomb = vec![0; 2_000_000];
                list(
                    e,
                    "\"samples\": [",
                    &format!(
                        "\"samples\": [{{\"file\": \"samples/b\", \"sha256\": \"{}\", \"size\": 2000000}},",
                        crate::digest(&bomb)
                    ),
                );
                e.push(("samples/b".into(), bomb));
            },
            "比清单写明的大",
        ),
        ("a list of a later time", |e| list(e, "\"format\": 1", "\"format\": 2"), "第 2 版"),
        ("no list", |e| drop(e.remove(0)), "缺少“doudi-bundle.json”"),
        ("a list that is no JSON", |e| e[0].1 = b"{".to_vec(), "清单读不懂"),
        ("a list without end", |e| e[0].1 = vec![b' '; 300_000], "比清单写明的大"),
        (
            "a thousand files",
            |e| {
                e.extend((0..1000).map(|number| (format!("samples/{number}"), Vec::new())));
            },
            "离线安装包太大",
        ),
        (
            "a key that is none",
            |e| {
                let index = e.iter().position(|(name, _)| name.starts_with("keys/")).unwrap();
                let (digest, size) = (crate::digest(&e[index].1), e[index].1.len());
                e[index].1 = b"RW?".to_vec();
                list(e, &digest, &crate::digest(b"RW?"));
                let _ = size;
            },
            "不是公钥",
        ),
    ];
    for (what, spoil, message) in cases {
        let mut entries = entries(&good(&key));
        spoil(&mut entries);
        let refused = Bundle::read(&zipped(&entries).unwrap()).expect_err(what).to_string();
        assert!(refused.contains(message), "{what}: {refused}");
    }
}

#[test]
fn a_signature_its_own_key_does_not_bear_out_is_a_forgery() {
    let (key, other) = (SecretKey::generate().unwrap(), SecretKey::generate().unwrap());
    let mut bundle = good(&key);
    // The signature of other bytes that claims to be of these.
    let (one, three) = (bundle.parcels[0].subject(), parcel("1.0.0", b"three", &[]));
    let forged = minisign::sign(None, &key.inner, three.package.as_slice(), Some(&one.to_string()), None).unwrap();
    bundle.parcels[0].signatures = vec![Signature::parse(&forged.into_string(), &one).unwrap()];
    assert!(bundle.write().unwrap_err().to_string().contains("签名是伪造的"));
    // Nobody can say so where the key did not come along.
    bundle.keys = vec![("其他".into(), other.public().clone())];
    bundle.write().unwrap();
}

#[test]
fn what_is_no_archive_is_refused() {
    for bytes in [&b""[..], b"\0asm\x0d\0\x01\0", b"PK\x05\x06"] {
        assert_eq!(Bundle::read(bytes), Err(BundleError::NotABundle));
    }
    let whole = good(&SecretKey::generate().unwrap()).write().unwrap();
    for length in [4, 30, whole.len() / 2, whole.len() - 1] {
        assert!(matches!(Bundle::read(&whole[..length]), Err(BundleError::Damaged(_))), "{length} bytes");
    }
    // Any byte may be wrong: it is noticed, or it does not matter (dates and the like), and never a panic.
    for index in (0..whole.len()).step_by(7) {
        let mut spoilt = whole.clone();
        spoilt[index] ^= 0x41;
        if let Ok(read) = Bundle::read(&spoilt) {
            assert_eq!(read.parcels[0].package, b"one", "byte {index}");
        }
    }
    assert_eq!(Bundle::default().write(), Err(BundleError::Empty));
    let unnamed = Bundle {
        parcels: vec![parcel("1.0.0", b"one", &[])],
        samples: vec![Sample { name: "../x".into(), content: Vec::new() }],
        ..Bundle::default()
    };
    assert_eq!(unnamed.write(), Err(BundleError::WrongName("../x".into())));
}
