//! A PostgreSQL cluster of a test's own, which it may stop and start as it likes. With durability, unlike the one the other
//! tests share: what it acknowledged must be there after it was stopped in the middle.

use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

pub struct Cluster {
    programs: PathBuf,
    home: PathBuf,
    owner: Option<(u32, u32)>,
    port: u16,
}

/// Where PostgreSQL's programs are: on the search path, or in Debian's versioned folders, newest first.
pub fn programs() -> Option<PathBuf> {
    let on_path = std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect::<Vec<_>>());
    let mut folders = on_path.unwrap_or_default();
    let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|entries| entries.flatten().map(|entry| entry.path().join("bin")).collect())
        .unwrap_or_default();
    versions.sort();
    folders.extend(versions.into_iter().rev());
    folders.into_iter().find(|folder| folder.join("initdb").is_file() && folder.join("pg_dump").is_file())
}

/// The user PostgreSQL runs as when we are root, which it refuses.
fn ordinary_user() -> Option<(u32, u32)> {
    let passwd = std::fs::read_to_string("/etc/passwd").ok()?;
    let find = |name: &str| {
        passwd.lines().find_map(|line| {
            let cells: Vec<&str> = line.split(':').collect();
            (cells.first() == Some(&name)).then(|| Some((cells.get(2)?.parse().ok()?, cells.get(3)?.parse().ok()?)))?
        })
    };
    find("postgres").or_else(|| find("nobody"))
}

impl Cluster {
    /// A fresh cluster, running; `None` where PostgreSQL is not installed.
    pub fn start() -> Option<Cluster> {
        let programs = programs()?;
        let home = std::env::temp_dir().join(format!("doudi-cluster-{}", std::process::id()));
        std::fs::create_dir_all(&home).expect("a temporary folder");
        let is_root = std::fs::metadata("/proc/self").is_ok_and(|meta| std::os::unix::fs::MetadataExt::uid(&meta) == 0);
        let owner = if is_root { Some(ordinary_user().expect("an ordinary user")) } else { None };
        if let Some((user, group)) = owner {
            chown(&home, Some(user), Some(group)).expect("the folder's owner");
        }
        let port = std::net::TcpListener::bind(("127.0.0.1", 0))
            .and_then(|listener| listener.local_addr())
            .expect("a free port")
            .port();
        let cluster = Cluster { programs, home, owner, port };
        let data = cluster.data();
        cluster.run("initdb", &["-D", &data, "-U", "doudi", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"]);
        cluster.up();
        Some(cluster)
    }

    fn data(&self) -> String {
        self.home.join("data").to_string_lossy().into_owned()
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.programs.join(program));
        command.current_dir(&self.home).env("LC_ALL", "C.UTF-8").stdin(Stdio::null());
        if let Some((user, group)) = self.owner {
            command.uid(user).gid(group);
        }
        command
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        // Into a file, not a pipe: the server inherits it and would keep a pipe open.
        let log = self.home.join("log");
        let file = std::fs::OpenOptions::new().create(true).append(true).open(&log).expect("a log");
        let status = self
            .command(program)
            .args(arguments)
            .stdout(file.try_clone().expect("a log"))
            .stderr(file)
            .status()
            .expect("the program starts");
        let said = || std::fs::read_to_string(&log).unwrap_or_default();
        assert!(status.success(), "{program} {arguments:?}:\n{}", said());
    }

    pub fn url(&self, database: &str) -> String {
        format!("postgres://doudi:doudi@127.0.0.1:{}/{database}", self.port)
    }

    /// Starts a stopped cluster, and waits until it answers.
    pub fn up(&self) {
        let (data, home) = (self.data(), self.home.to_string_lossy().into_owned());
        let options = format!(
            "-k {home} -p {} -c listen_addresses=127.0.0.1 -c max_connections=100 -c shared_buffers=32MB",
            self.port
        );
        self.run("pg_ctl", &["-D", &data, "-w", "-t", "60", "-o", &options, "start"]);
    }

    /// Stops it without waiting for anybody and without tidying up: as the power cord.
    pub fn down(&self) {
        self.run("pg_ctl", &["-D", &self.data(), "-m", "immediate", "-w", "stop"]);
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = self
            .command("pg_ctl")
            .args(["-D", &self.data(), "-m", "immediate", "-w", "stop"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        let _ = std::fs::remove_dir_all(&self.home);
    }
}

/// One of PostgreSQL's own programs, to be run against any server.
pub fn tool(name: &str) -> Command {
    let folder = programs().expect("PostgreSQL's programs");
    Command::new(Path::new(&folder).join(name))
}
