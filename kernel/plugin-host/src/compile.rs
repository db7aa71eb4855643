//! From a component to native code: compiled once per digest in a child process with hard limits, kept in a cache that is
//! authenticated, because native code is trusted blindly when it is loaded.
//!
//! The child is this executable with the word [`COMPILE_WORD`]: it limits itself, reads the component from its standard
//! input and writes native code to its standard output. A component that eats memory or time kills the child, not the server.

use crate::engine::{Engine, HostConfig};
use doudi_domain::Error;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::ffi::OsString;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};
use wasmtime::component::Component;

/// The hidden sub-command; [`compile_child_main`] looks for it first.
pub const COMPILE_WORD: &str = "__compile-component";

/// Environment of the child: bytes and seconds.
const MEMORY_VARIABLE: &str = "DOUDI_COMPILE_MEMORY";
const SECONDS_VARIABLE: &str = "DOUDI_COMPILE_SECONDS";

/// Longest native code that is taken from the child: a component in Python makes some 40 MB.
const MOST_NATIVE: u64 = 256 * 1024 * 1024;
/// Longest message.
const MOST_MESSAGE: u64 = 64 * 1024;
/// Open files a compiler may have: its three streams, and what the runtime needs.
const MOST_FILES: u64 = 32;

/// Bytes of the authentication code that follows the native code in the file.
const MAC: usize = 32;

/// Call this first in `main`: when the process was started to compile one component, it does that and gives the exit code
/// to end with; otherwise it returns `None` at once.
pub fn compile_child_main() -> Option<ExitCode> {
    if std::env::args_os().nth(1) != Some(OsString::from(COMPILE_WORD)) {
        return None;
    }
    match compile_standard_input() {
        Ok(()) => Some(ExitCode::SUCCESS),
        Err(error) => {
            eprintln!("{error:#}");
            Some(ExitCode::FAILURE)
        }
    }
}

fn compile_standard_input() -> anyhow::Result<()> {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    limit_this_process(number(MEMORY_VARIABLE), number(SECONDS_VARIABLE))?;
    let mut component = Vec::new();
    std::io::stdin().read_to_end(&mut component)?;
    let engine = Engine::for_compiling().map_err(|error| anyhow::anyhow!("{error:#}"))?;
    let native = engine.wasmtime().precompile_component(&component).map_err(|error| anyhow::anyhow!("{error:#}"))?;
    std::io::stdout().write_all(&native)?;
    Ok(())
}

/// Address space and processor time; no core dumps, no files written, few opened.
#[allow(unsafe_code)] // setrlimit has no safe form in the libraries we use
fn limit_this_process(memory: Option<u64>, seconds: Option<u64>) -> std::io::Result<()> {
    let set = |resource, limit: u64| {
        let limit = libc::rlimit { rlim_cur: limit, rlim_max: limit };
        // SAFETY: the pointer is to a live, initialised `rlimit`, which is all setrlimit asks for.
        match unsafe { libc::setrlimit(resource, &limit) } {
            0 => Ok(()),
            _ => Err(std::io::Error::last_os_error()),
        }
    };
    set(libc::RLIMIT_CORE, 0)?;
    set(libc::RLIMIT_FSIZE, 0)?;
    set(libc::RLIMIT_NOFILE, MOST_FILES)?;
    memory.map_or(Ok(()), |memory| set(libc::RLIMIT_AS, memory))?;
    seconds.map_or(Ok(()), |seconds| set(libc::RLIMIT_CPU, seconds))
}

/// Native code for a component: in the limited child, or here when the configuration says so.
pub(crate) async fn compile(engine: &Engine, config: &HostConfig, component: Vec<u8>) -> Result<Vec<u8>, Error> {
    if config.compile_in_process {
        let wasmtime = engine.wasmtime().clone();
        return tokio::task::spawn_blocking(move || wasmtime.precompile_component(&component))
            .await
            .map_err(|error| Error::failure("编译插件时内部出错", error))?
            .map_err(|error| Error::refused(format!("组件无法编译：{error:#}")));
    }
    let config = config.clone();
    tokio::task::spawn_blocking(move || compile_in_child(&config, &component))
        .await
        .map_err(|error| Error::failure("编译插件时内部出错", error))?
}

fn compile_in_child(config: &HostConfig, component: &[u8]) -> Result<Vec<u8>, Error> {
    let broken = |inside: std::io::Error| Error::failure("无法启动编译进程", inside);
    let executable = match &config.compiler {
        Some(path) => path.clone(),
        None => std::env::current_exe().map_err(broken)?,
    };
    let mut child = Command::new(executable)
        .arg(COMPILE_WORD)
        .env_clear()
        .env(MEMORY_VARIABLE, config.compile_memory.to_string())
        .env(SECONDS_VARIABLE, config.compile_seconds.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(broken)?;
    let (Some(mut stdin), Some(stdout), Some(stderr)) = (child.stdin.take(), child.stdout.take(), child.stderr.take())
    else {
        return Err(Error::failure("无法启动编译进程", "a piped stream is missing"));
    };
    // All three pipes are served at once, or a full one would stop both sides.
    let (native, message, status) = std::thread::scope(|scope| {
        let writer = scope.spawn(move || stdin.write_all(component));
        let native = scope.spawn(|| read_at_most(MOST_NATIVE, stdout));
        let message = scope.spawn(|| read_at_most(MOST_MESSAGE, stderr));
        let status = wait(&mut child, config.compile_wall);
        // A child that died early closes its input; its exit status says why, so that error is not news.
        let _ = writer.join();
        (native.join(), message.join(), status)
    });
    let message = String::from_utf8_lossy(&message.unwrap_or_default()).trim().to_owned();
    let native = native.unwrap_or_default();
    if native.len() as u64 > MOST_NATIVE {
        let most = MOST_NATIVE / 1024 / 1024;
        return Err(Error::refused(format!("编译出来的程序超过 {most} 兆字节，已放弃")));
    }
    match status.map_err(broken)? {
        Some(status) if status.success() => Ok(native),
        Some(status) if status.code().is_some() => Err(Error::refused(format!("组件无法编译：{message}"))),
        Some(_) => Err(Error::refused(format!(
            "编译超过限额（{} 兆字节内存、{} 秒），已中止",
            config.compile_memory / 1024 / 1024,
            config.compile_seconds
        ))),
        None => Err(Error::refused(format!("编译超过 {} 秒，已中止", config.compile_wall.as_secs()))),
    }
}

/// One byte more than allowed tells that there is more; the pipe is closed then, which ends whoever writes into it.
fn read_at_most(most: u64, from: impl Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    // What came before an error is still worth having: it is a message, or native code that then fails its check.
    let _ = from.take(most + 1).read_to_end(&mut bytes);
    bytes
}

/// Waits for the child; past the time it is killed and `None` comes back.
fn wait(child: &mut std::process::Child, patience: Duration) -> std::io::Result<Option<std::process::ExitStatus>> {
    let deadline = Instant::now() + patience;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= deadline {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Native code → component. The only door through which native code enters the process.
#[allow(unsafe_code)] // allowed by name here, see the reason below
pub(crate) fn load_native(engine: &Engine, native: &[u8]) -> wasmtime::Result<Component> {
    // SAFETY: `deserialize` must only see bytes that `precompile_component` wrote. They come either straight from our own
    // compiler (this process or its child), or from the cache, whose files carry an HMAC under a key only this host has.
    // The engine checks version and settings itself and refuses code of another configuration.
    unsafe { Component::deserialize(engine.wasmtime(), native) }
}

/// Native code on disk, by digest and engine. A file that is missing, foreign, changed or unreadable is a miss.
pub(crate) struct NativeCache {
    folder: PathBuf,
    key: [u8; 32],
    engine_hash: u64,
}

impl NativeCache {
    pub fn open(folder: &Path, key: [u8; 32], engine_hash: u64) -> std::io::Result<NativeCache> {
        std::fs::create_dir_all(folder)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))?;
        }
        Ok(NativeCache { folder: folder.to_owned(), key, engine_hash })
    }

    fn path(&self, digest: &str) -> PathBuf {
        self.folder.join(format!("{digest}-{:016x}.cwasm", self.engine_hash))
    }

    pub fn load(&self, engine: &Engine, digest: &str) -> Option<Component> {
        let bytes = std::fs::read(self.path(digest)).ok()?;
        let Some(native) = self.authentic(digest, &bytes) else {
            tracing::warn!(digest, "compiled code in the cache was not written by this host; it is compiled again");
            return None;
        };
        match load_native(engine, native) {
            Ok(component) => Some(component),
            Err(error) => {
                tracing::info!(digest, error = %format!("{error:#}"), "compiled code does not fit this engine");
                None
            }
        }
    }

    pub fn store(&self, digest: &str, native: &[u8]) -> std::io::Result<()> {
        let path = self.path(digest);
        let mut random = [0; 8];
        getrandom::fill(&mut random).map_err(|error| std::io::Error::other(error.to_string()))?;
        let temporary = self.folder.join(format!(".{digest}-{}.tmp", hex::encode(random)));
        let mut bytes = native.to_vec();
        bytes.extend_from_slice(&self.mac(digest, native).finalize().into_bytes());
        std::fs::write(&temporary, bytes)?;
        std::fs::rename(&temporary, path).inspect_err(|_| {
            let _ = std::fs::remove_file(&temporary);
        })
    }

    /// The native code, if the bytes are what this host wrote for that digest and engine.
    fn authentic<'a>(&self, digest: &str, bytes: &'a [u8]) -> Option<&'a [u8]> {
        let (native, mac) = bytes.split_at_checked(bytes.len().checked_sub(MAC)?)?;
        self.mac(digest, native).verify_slice(mac).ok()?;
        Some(native)
    }

    fn mac(&self, digest: &str, native: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("HMAC takes keys of any length");
        mac.update(digest.as_bytes());
        mac.update(&self.engine_hash.to_be_bytes());
        mac.update(native);
        mac
    }
}

#[cfg(test)]
mod tests;
