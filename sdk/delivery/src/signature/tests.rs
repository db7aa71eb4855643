//! What is accepted as a signature, and what is not.

use super::*;

fn subject(package: &[u8]) -> Subject {
    Subject { plugin: "sample".into(), version: "1.2.0".into(), digest: crate::digest(package) }
}

#[test]
fn a_signature_is_good_for_its_bytes_and_its_key() {
    let (key, other) = (SecretKey::generate().unwrap(), SecretKey::generate().unwrap());
    let signature = sign(&key, b"package", &subject(b"package")).unwrap();
    assert_eq!(signature.key_id(), key.public().id());
    let read = Signature::parse(signature.text(), &subject(b"package")).unwrap();
    assert_eq!(read.check(key.public(), b"package"), Ok(()));
    assert_eq!(read.check(key.public(), b"packagf"), Err(SignatureError::Wrong));
    let made_by = key.public().id();
    assert_eq!(
        read.check(other.public(), b"package"),
        Err(SignatureError::OtherKey { made_by, asked: other.public().id() })
    );
    let again = Signature::parse(&signature.text().replace('\n', "\r\n"), &subject(b"package")).unwrap();
    assert_eq!(again, read, "line ends are not part of a signature");
    let renamed = signature.text().replacen("signature of", "another signature of", 1);
    let renamed = Signature::parse(&renamed, &subject(b"package")).unwrap();
    assert_eq!(renamed, read, "nor is the first line, which is not signed");
}

#[test]
fn a_key_with_the_same_number_is_another_key() {
    let (key, other) = (SecretKey::generate().unwrap(), SecretKey::generate().unwrap());
    let signature = sign(&key, b"package", &subject(b"package")).unwrap();
    let bytes = |key: &SecretKey| minisign::PublicKey::from_base64(key.public().text()).unwrap().to_bytes();
    // The first ten bytes of a key are its algorithm and number: those of one, the rest of the other.
    let forged = [&bytes(&key)[..10], &bytes(&other)[10..]].concat();
    let forged = PublicKey::parse(&minisign::PublicKey::from_bytes(&forged).unwrap().to_base64()).unwrap();
    assert_eq!(forged.id(), key.public().id());
    assert_eq!(signature.check(&forged, b"package"), Err(SignatureError::Wrong));
}

#[test]
fn what_a_signature_says_must_be_what_was_signed() {
    let key = SecretKey::generate().unwrap();
    let right = subject(b"package");
    let cases = [
        Subject { plugin: "other".into(), ..right.clone() },
        Subject { version: "1.2.1".into(), ..right.clone() },
        Subject { digest: crate::digest(b"packagf"), ..right.clone() },
    ];
    for claimed in cases {
        let made = minisign::sign(None, &key.inner, &b"package"[..], Some(&claimed.to_string()), None).unwrap();
        let refused = Signature::parse(&made.into_string(), &right).unwrap_err();
        let expected = right.to_string();
        assert_eq!(refused, SignatureError::OtherSubject { claimed: claimed.to_string(), expected });
    }
    for comment in [
        "",
        "timestamp:1669600000\tfile:sample.wasm\thashed",
        "doudi-package",
        "doudi-package plugin=sample version=1.2.0",
        "doudi-packages plugin=sample version=1.2.0 sha256=00",
        &format!("{right} and=more"),
        &format!(" {right}"),
    ] {
        let made = minisign::sign(None, &key.inner, &b"package"[..], Some(comment), None).unwrap();
        let refused = Signature::parse(&made.into_string(), &right);
        assert_eq!(refused, Err(SignatureError::NoSubject { expected: right.to_string() }), "{comment:?}");
    }
}

#[test]
fn a_changed_comment_is_noticed() {
    let key = SecretKey::generate().unwrap();
    let signature = sign(&key, b"package", &subject(b"package")).unwrap();
    let changed = Subject { version: "9.9.9".into(), ..subject(b"package") };
    let text = signature.text().replace("version=1.2.0", "version=9.9.9");
    let read = Signature::parse(&text, &changed).unwrap();
    assert_eq!(read.check(key.public(), b"package"), Err(SignatureError::Wrong));
}

#[test]
fn what_is_no_signature_is_refused() {
    let key = SecretKey::generate().unwrap();
    let good = sign(&key, b"package", &subject(b"package")).unwrap();
    let lines: Vec<&str> = good.text().lines().collect();
    let long = format!("untrusted comment: {}\n{}\n", "x".repeat(3000), lines[1..].join("\n"));
    let cases = [
        String::new(),
        "甲\n乙\n丙\n丁\n".to_owned(),
        lines[..3].join("\n"),
        format!("{}\n{}\n{}\n{}\n", lines[0], "AAAA", lines[2], lines[3]),
        format!("{}\n{}\n{}\n{}\n", lines[0], lines[1], lines[2], "AAAA"),
        format!("{}\n{}\n{}\n{}\n", lines[0], lines[1], "untrusted comment: x", lines[3]),
        format!("{}\n{}\n{}\n{}\n", lines[0], "é".repeat(50), lines[2], lines[3]),
        long,
    ];
    for text in cases {
        assert_eq!(
            Signature::parse(&text, &subject(b"package")),
            Err(SignatureError::NotASignature),
            "{text:?} is taken for a signature"
        );
    }
    // `Ed` instead of `ED`: signed without hashing first, as minisign did before 0.10.
    let legacy = good.text().replacen("\nRU", "\nRW", 1);
    assert_eq!(Signature::parse(&legacy, &subject(b"package")), Err(SignatureError::Legacy));
}
