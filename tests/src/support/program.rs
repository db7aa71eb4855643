//! The programs as files: built once, started as processes in a data directory of their own, as an administrator would.

use super::guests::target;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// A program of the workspace (`doudi`, `doudi-demo`), built with the very sources of this test.
pub fn program(name: &str) -> PathBuf {
    static BUILT: OnceLock<()> = OnceLock::new();
    BUILT.get_or_init(|| {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let output = Command::new(cargo)
            .args(["build", "--quiet", "--package", "doudi-server", "--package", "doudi-demo"])
            .args(["--bin", "doudi", "--bin", "doudi-demo"])
            .arg("--target-dir")
            .arg(target())
            .current_dir(root())
            .output()
            .expect("cargo starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    });
    target().join("debug").join(name)
}

/// The repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("the repository")
}

/// What a program said and how it ended.
pub struct Ran {
    pub asked: String,
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    fn of(asked: String, output: Output) -> Ran {
        Ran {
            asked,
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).expect("UTF-8"),
            err: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }

    /// It did what it was asked; what it printed.
    #[track_caller]
    pub fn ok(self) -> String {
        assert_eq!(self.code, 0, "{}\n{}{}", self.asked, self.out, self.err);
        self.out
    }

    #[track_caller]
    pub fn json(self) -> serde_json::Value {
        let asked = self.asked.clone();
        let out = self.ok();
        serde_json::from_str(&out).unwrap_or_else(|error| panic!("{asked}: {error} in\n{out}"))
    }

    /// It ended with this code and said each of these.
    #[track_caller]
    pub fn said(self, code: i32, words: &[&str]) {
        assert_eq!(self.code, code, "{}\n{}{}", self.asked, self.out, self.err);
        let text = self.out + &self.err;
        for word in words {
            assert!(text.contains(word), "{}: no “{word}” in\n{text}", self.asked);
        }
    }
}

/// A data directory, and the database if it lies elsewhere. Removed with everything in it.
pub struct Home {
    pub folder: PathBuf,
    database: Option<String>,
    pub today: &'static str,
}

impl Home {
    pub fn new(database: Option<String>, today: &'static str) -> Home {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("doudi_home_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).expect("a temporary folder");
        Home { folder, database, today }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// A file in the data directory; its path as an argument.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        std::fs::write(&path, content).expect("a file");
        path.to_string_lossy().into_owned()
    }

    pub fn command(&self, name: &str) -> Command {
        let mut command = Command::new(program(name));
        for (variable, _) in std::env::vars().filter(|(variable, _)| variable.starts_with("DOUDI_")) {
            command.env_remove(variable);
        }
        command.current_dir(root()).env("DOUDI_DATA", self.path("data")).env("DOUDI_TODAY", self.today);
        if let Some(database) = &self.database {
            command.env("DOUDI_DATABASE", database);
        }
        command
    }

    pub fn run(&self, name: &str, arguments: &[&str]) -> Ran {
        let output = self.command(name).args(arguments).output().expect("the program starts");
        Ran::of(format!("{name} {}", arguments.join(" ")), output)
    }

    pub fn doudi(&self, arguments: &[&str]) -> Ran {
        self.run("doudi", arguments)
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
