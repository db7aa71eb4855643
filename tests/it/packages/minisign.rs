//! Debian's `minisign` as the oracle: it accepts our keys and signatures, and we accept its.

use super::{package, signed, subject};
use crate::support::program::Home;
use doudi_delivery::{PublicKey, SecretKey, Signature, SignatureError};
use std::process::{Command, Output, Stdio};

/// The program, or `None` when this run does without it.
fn minisign() -> Option<Command> {
    let found = Command::new("minisign").arg("-v").stdout(Stdio::null()).stderr(Stdio::null()).status();
    match found {
        Ok(_) => Some(Command::new("minisign")),
        Err(_) if std::env::var_os("DOUDI_REQUIRE_ORACLES").is_some() => {
            panic!("minisign is missing: apt-get install minisign")
        }
        Err(_) => {
            eprintln!("skipped: minisign is not installed");
            None
        }
    }
}

fn run(arguments: &[&str]) -> Output {
    let mut command = minisign().expect("looked for before");
    command.args(arguments).stdin(Stdio::null()).output().expect("it starts")
}

#[track_caller]
fn ok(output: Output) -> String {
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{text}");
    text
}

#[test]
fn minisign_accepts_what_we_sign() {
    if minisign().is_none() {
        return;
    }
    let home = Home::new(None, "2022-07-20");
    let key = SecretKey::generate().expect("a key");
    let file = home.file("x.wasm", package());
    home.file("x.wasm.minisig", signed(&key, package()));
    let public = home.file("key.pub", key.public().file());
    let told = ok(run(&["-V", "-m", &file, "-p", &public]));
    assert!(told.contains(&subject(package()).to_string()), "{told}");
    ok(run(&["-V", "-m", &file, "-P", key.public().text()]));
    // And our secret key is one it can sign with.
    let secret = home.file("key", key.unencrypted_file());
    let other = home.file("other.txt", "anything");
    ok(run(&["-S", "-s", &secret, "-m", &other]));
    ok(run(&["-V", "-m", &other, "-p", &public]));
    // A changed byte is told by both.
    let mut changed = package().to_vec();
    changed[100] ^= 1;
    home.file("x.wasm", &changed);
    assert!(!run(&["-V", "-m", &file, "-p", &public]).status.success());
    let signature = Signature::parse(&signed(&key, package()), &subject(package())).expect("a signature");
    assert_eq!(signature.check(key.public(), &changed), Err(SignatureError::Wrong));
}

#[test]
fn we_accept_what_minisign_signs() {
    if minisign().is_none() {
        return;
    }
    let home = Home::new(None, "2022-07-20");
    let path = |name: &str| home.path(name).to_string_lossy().into_owned();
    let (public, secret) = (path("key.pub"), path("key"));
    ok(run(&["-G", "-W", "-f", "-p", &public, "-s", &secret]));
    let file = home.file("x.wasm", package());
    let subject = subject(package());
    let sign = |comment: &str| {
        ok(run(&["-S", "-s", &secret, "-m", &file, "-t", comment]));
        std::fs::read_to_string(path("x.wasm.minisig")).expect("a signature")
    };
    let key = PublicKey::parse(&std::fs::read_to_string(&public).expect("a key")).expect("a key");
    let signature = Signature::parse(&sign(&subject.to_string()), &subject).expect("a signature of ours");
    assert_eq!(signature.check(&key, package()), Ok(()));
    // Its secret key signs here, too, and its own comment says too little for us.
    let secret_text = std::fs::read_to_string(&secret).expect("a key");
    let opened = SecretKey::parse(&secret_text, None).expect("a key without a password");
    assert_eq!(opened.public(), &key);
    let vague = Signature::parse(&sign("timestamp:1658282400"), &subject);
    assert_eq!(vague, Err(SignatureError::NoSubject { expected: subject.to_string() }));
    // The old way of signing, without hashing first.
    ok(run(&["-S", "-l", "-s", &secret, "-m", &file, "-t", &subject.to_string()]));
    let legacy = std::fs::read_to_string(path("x.wasm.minisig")).expect("a signature");
    assert_eq!(Signature::parse(&legacy, &subject), Err(SignatureError::Legacy));
}
