//! A PostgreSQL cluster that lives as long as one test run or bench: in a temporary folder, on a free port, owned by an ordinary
//! user because PostgreSQL refuses to run as root. Without durability for tests, with it for the bench.

use crate::cleanup;
use crate::install::is_root;
use crate::shell::{Step, line_of};
use anyhow::{Context, Result, bail};
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Where `initdb` and `postgres` are: on the search path, or in Debian's versioned folders, newest first.
pub fn folder() -> Option<PathBuf> {
    let complete = |folder: &Path| folder.join("initdb").is_file() && folder.join("postgres").is_file();
    let on_path =
        crate::shell::which("initdb").and_then(|file| file.parent().map(PathBuf::from)).filter(|f| complete(f));
    on_path.or_else(|| {
        let mut versions: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
            .ok()?
            .flatten()
            .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
            .filter(|(_, folder)| complete(folder))
            .collect();
        versions.sort();
        versions.pop().map(|(_, folder)| folder)
    })
}

/// For tests: nothing has to outlive them.
const FLEETING: &[&str] =
    &["fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=128MB", "max_wal_size=512MB"];

/// For the bench: what is acknowledged is on the disk, as in a city; memory and log as on a small machine.
pub const DURABLE: &[&str] = &["shared_buffers=512MB", "max_wal_size=2GB"];

/// Starts a cluster and returns its address as the tests want it. Stopped and removed by [`cleanup`].
pub fn start() -> Result<String> {
    start_with(FLEETING)
}

/// As [`start`], with these settings.
pub fn start_with(settings: &[&str]) -> Result<String> {
    let Some(programs) = folder() else {
        bail!("PostgreSQL's programs initdb and postgres were not found. Install the package `postgresql`");
    };
    let step = Step::begin("starting a temporary PostgreSQL");
    let owner = if is_root() { Some(ordinary_user()?) } else { None };
    let home = std::env::temp_dir().join(format!("doudi-postgres-{}", std::process::id()));
    std::fs::create_dir_all(&home).with_context(|| format!("cannot make {}", home.display()))?;
    if let Some((user, group)) = owner {
        chown(&home, Some(user), Some(group))?;
    }
    let doomed = home.clone();
    cleanup::register(move || {
        let _ = std::fs::remove_dir_all(&doomed);
    });
    let as_owner = |program: &str| {
        let mut command = Command::new(programs.join(program));
        command.current_dir(&home).stdin(Stdio::null()).env("LC_ALL", "C.UTF-8");
        if let Some((user, group)) = owner {
            command.uid(user).gid(group);
        }
        command
    };
    let data = home.join("data");
    let mut initdb = as_owner("initdb");
    initdb.arg("-D").arg(&data).args(["-U", "doudi", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"]);
    let output = initdb.output().with_context(|| format!("cannot start `{}`", line_of(&initdb)))?;
    if !output.status.success() {
        step.fail();
        bail!("initdb failed:\n{}", String::from_utf8_lossy(&output.stderr));
    }
    let port = free_port()?;
    let log = std::fs::File::create(home.join("log"))?;
    let mut server = as_owner("postgres");
    server.arg("-D").arg(&data).arg("-k").arg(&home).args(["-p", &port.to_string()]);
    for setting in ["listen_addresses=127.0.0.1", "max_connections=300"].iter().chain(settings) {
        server.args(["-c", setting]);
    }
    // A group of its own: Ctrl-C reaches us, and we stop it in order.
    server.process_group(0).stdout(Stdio::from(log.try_clone()?)).stderr(Stdio::from(log));
    let child = server.spawn().with_context(|| format!("cannot start `{}`", line_of(&server)))?;
    let process = child.id();
    let mut running = cleanup::Running(child);
    let (mut stop, folder) = (as_owner("pg_ctl"), data.clone());
    let began = Instant::now();
    loop {
        if std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() {
            break;
        }
        let ended = running.0.try_wait()?;
        if ended.is_some() || began.elapsed() > Duration::from_secs(30) {
            step.fail();
            let log = std::fs::read_to_string(home.join("log")).unwrap_or_default();
            bail!("PostgreSQL (process {process}) did not start on port {port}:\n{log}");
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    cleanup::register(move || {
        // Fast shutdown first; `running` ends what is left.
        stop.arg("-D").arg(&folder).args(["stop", "-m", "immediate", "-s"]);
        let _ = stop.output();
        drop(running);
    });
    step.done();
    Ok(format!("postgres://doudi:doudi@127.0.0.1:{port}/postgres"))
}

/// User and group the cluster runs as when we are root: `postgres` if the package made one, else `nobody`.
fn ordinary_user() -> Result<(u32, u32)> {
    let passwd = std::fs::read_to_string("/etc/passwd").context("cannot read /etc/passwd")?;
    let find = |name: &str| {
        passwd.lines().find_map(|line| {
            let cells: Vec<&str> = line.split(':').collect();
            (cells.first() == Some(&name)).then(|| Some((cells.get(2)?.parse().ok()?, cells.get(3)?.parse().ok()?)))?
        })
    };
    find("postgres")
        .or_else(|| find("nobody"))
        .context("neither a user `postgres` nor `nobody` exists, and PostgreSQL refuses to run as root")
}

/// A port nobody listens on at this moment.
pub fn free_port() -> Result<u16> {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).context("cannot find a free port")?;
    Ok(listener.local_addr()?.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_answers_and_leaves_nothing_behind() {
        if folder().is_none() {
            eprintln!("skipped: PostgreSQL is not installed");
            return;
        }
        let address = start().expect("it starts, also when we are root");
        let port: u16 = address
            .rsplit(':')
            .next()
            .and_then(|rest| rest.split('/').next())
            .and_then(|port| port.parse().ok())
            .expect("the address has a port");
        let home = std::env::temp_dir().join(format!("doudi-postgres-{}", std::process::id()));
        assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
        assert!(home.is_dir());
        cleanup::run();
        assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err(), "the server is stopped");
        assert!(!home.exists(), "its folder is removed");
    }
}
