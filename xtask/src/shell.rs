//! Running other programs: with a spinner while they work, their output kept until it is needed, and errors that name the
//! command line, show its last words and say what to do.

use anyhow::{Context, Result, bail};
use indicatif::{ProgressBar, ProgressStyle};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A program on the search path.
pub fn which(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|directory| directory.join(program)).find(|file| file.is_file())
}

/// The cargo that started us, with its own progress left on the screen.
pub fn cargo<I: AsRef<OsStr>>(arguments: impl IntoIterator<Item = I>) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(crate::root());
    // Set by `cargo run` for us, of no use to what we start.
    for name in ["CARGO_MANIFEST_DIR", "CARGO_PKG_NAME", "CARGO_PKG_VERSION"] {
        command.env_remove(name);
    }
    command
}

/// Runs it with its output on the screen.
pub fn show(command: &mut Command, advice: &str) -> Result<()> {
    let line = line_of(command);
    let status = command.status().with_context(|| format!("cannot start `{line}`. {advice}"))?;
    if !status.success() {
        bail!("`{line}` ended with {status}. {advice}");
    }
    Ok(())
}

/// Runs it behind one line of progress; its output appears only when it fails.
pub fn quietly(what: &str, command: &mut Command, advice: &str) -> Result<String> {
    let line = line_of(command);
    let step = Step::begin(what);
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("cannot start `{line}`. {advice}"))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        step.fail();
        let errors = String::from_utf8_lossy(&output.stderr);
        bail!("`{line}` ended with {}.\n{}\n{}\n{advice}", output.status, tail(&text, 20), tail(&errors, 40));
    }
    step.done();
    Ok(text)
}

/// One line on the screen: a spinner with the seconds while it lasts, then a tick.
pub struct Step {
    bar: ProgressBar,
    what: String,
    since: Instant,
}

impl Step {
    pub fn begin(what: &str) -> Step {
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("  {spinner} {msg} {elapsed}") {
            bar.set_style(style);
        }
        bar.set_message(what.to_owned());
        bar.enable_steady_tick(Duration::from_millis(120));
        if bar.is_hidden() {
            // No terminal, as in CI: a plain line at the beginning tells what a long silence is about.
            println!("  … {what}");
        }
        Step { bar, what: what.to_owned(), since: Instant::now() }
    }

    pub fn done(self) {
        self.end("✓");
    }

    pub fn fail(self) {
        self.end("✗");
    }

    fn end(self, sign: &str) {
        self.bar.finish_and_clear();
        println!("  {sign} {} {}", self.what, seconds(self.since.elapsed()));
    }
}

/// `3.4 s`, `2 min 05 s`; nothing below a tenth of a second.
pub fn seconds(time: Duration) -> String {
    match time.as_secs_f64() {
        short if short < 0.1 => String::new(),
        some if some < 60.0 => format!("{some:.1} s"),
        long => format!("{} min {:02} s", long as u64 / 60, long as u64 % 60),
    }
}

pub fn line_of(command: &Command) -> String {
    let mut line = command.get_program().to_string_lossy().into_owned();
    for argument in command.get_args() {
        line.push(' ');
        line.push_str(&argument.to_string_lossy());
    }
    line
}

fn tail(text: &str, lines: usize) -> String {
    let all: Vec<&str> = text.lines().collect();
    all[all.len().saturating_sub(lines)..].join("\n")
}

/// Whether a file is missing or older than another one.
pub fn is_older(file: &Path, than: &Path) -> bool {
    let time = |path: &Path| path.metadata().and_then(|data| data.modified()).ok();
    match (time(file), time(than)) {
        (Some(file), Some(than)) => file < than,
        (None, _) => true,
        (_, None) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_as_people_say_them() {
        assert_eq!(seconds(Duration::from_millis(40)), "");
        assert_eq!(seconds(Duration::from_millis(3_420)), "3.4 s");
        assert_eq!(seconds(Duration::from_secs(125)), "2 min 05 s");
    }

    #[test]
    fn a_failing_command_shows_its_line_its_last_words_and_the_advice() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo no disk >&2; exit 3"]);
        let error = quietly("trying", &mut command, "Free some space.").expect_err("it exits with 3").to_string();
        for part in ["sh -c", "no disk", "Free some space."] {
            assert!(error.contains(part), "{part:?} is missing in {error}");
        }
    }

    #[test]
    fn only_the_last_lines_are_shown() {
        assert_eq!(tail("a\nb\nc", 2), "b\nc");
        assert_eq!(tail("a", 2), "a");
    }
}
