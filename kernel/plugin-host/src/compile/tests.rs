//! The cache believes only what this host wrote.

use super::*;

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let mut random = [0; 8];
        getrandom::fill(&mut random).unwrap();
        Folder(std::env::temp_dir().join(format!("doudi-{name}-{}", hex::encode(random))))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn engine() -> Engine {
    Engine::new(&HostConfig { instances: 2, ..HostConfig::new("unused", [0; 32]) }).unwrap()
}

#[test]
fn what_was_stored_is_loaded_and_anything_else_is_a_miss() {
    let folder = Folder::new("cache");
    let engine = engine();
    let cache = NativeCache::open(&folder.0, [7; 32], engine.hash()).unwrap();
    let native = engine.wasmtime().precompile_component(&crate::sample::component(&[])).unwrap();
    assert!(cache.load(&engine, "aa").is_none(), "nothing there");
    cache.store("aa", &native).unwrap();
    assert!(cache.load(&engine, "aa").is_some());

    let path = cache.path("aa");
    let good = std::fs::read(&path).unwrap();
    let miss = |bytes: &[u8], why: &str| {
        std::fs::write(&path, bytes).unwrap();
        assert!(cache.load(&engine, "aa").is_none(), "{why}");
    };
    let mut flipped = good.clone();
    flipped[good.len() / 2] ^= 1;
    miss(&flipped, "a changed bit");
    miss(&good[..good.len() - 1], "cut off");
    miss(&native, "without its code");
    miss(b"", "empty");
    std::fs::write(cache.path("bb"), &good).unwrap();
    assert!(cache.load(&engine, "bb").is_none(), "another digest's code under this name");
    std::fs::write(&path, &good).unwrap();
    assert!(cache.load(&engine, "aa").is_some(), "the good bytes still load");

    let stranger = NativeCache::open(&folder.0, [8; 32], engine.hash()).unwrap();
    assert!(stranger.load(&engine, "aa").is_none(), "another host's key");
    // What another version of the engine made has another name, and under this name it is not believed.
    let later = NativeCache::open(&folder.0, [7; 32], engine.hash() ^ 1).unwrap();
    assert!(later.load(&engine, "aa").is_none(), "another engine's code");
    std::fs::copy(&path, later.path("aa")).unwrap();
    assert!(later.load(&engine, "aa").is_none(), "renamed for another engine");
}

#[cfg(unix)]
#[test]
fn the_folder_is_closed_to_others_and_no_temporary_file_stays() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new("mode");
    let cache = NativeCache::open(&folder.0, [7; 32], 1).unwrap();
    assert_eq!(std::fs::metadata(&folder.0).unwrap().permissions().mode() & 0o777, 0o700);
    cache.store("aa", b"native").unwrap();
    let names: Vec<String> =
        std::fs::read_dir(&folder.0).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(names, ["aa-0000000000000001.cwasm"]);
}

#[test]
fn a_child_that_never_ends_is_ended_and_one_that_fails_says_why() {
    let folder = Folder::new("child");
    std::fs::create_dir_all(&folder.0).unwrap();
    let script = |name: &str, text: &str| {
        use std::os::unix::fs::PermissionsExt;
        let path = folder.0.join(name);
        std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
        path
    };
    let run = |compiler: PathBuf| {
        let config = HostConfig {
            compiler: Some(compiler),
            compile_wall: Duration::from_millis(300),
            ..HostConfig::new("unused", [0; 32])
        };
        compile_in_child(&config, b"component").map_err(|error| error.to_string())
    };
    assert_eq!(run(script("cat", "exec /bin/cat")).unwrap(), b"component", "bytes go in and come out");
    let failed = run(script("fail", "echo 'no such opcode' >&2; exit 1")).unwrap_err();
    assert!(failed.contains("组件无法编译：no such opcode"), "{failed}");
    let killed = run(script("killed", "kill -9 $$")).unwrap_err();
    assert!(killed.contains("超过限额"), "{killed}");
    let slow = run(script("slow", "exec /bin/sleep 5")).unwrap_err();
    assert!(slow.contains("已中止"), "{slow}");
    // A message without end fills nothing here.
    let loud = run(script("loud", "/usr/bin/head -c 10000000 /dev/zero | tr '\\0' x >&2; exit 1")).unwrap_err();
    assert!(loud.len() < 100_000, "{} bytes", loud.len());
}
