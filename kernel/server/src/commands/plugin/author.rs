//! The author's commands: `new`, `build`, `check`, `test`, `bench` and `dev`. None but `dev` opens a database; all call the very
//! packer and sandbox a county's kernel has, so that what passes here passes there.

mod bench;
mod build;
mod check;
mod dev;
mod new;
mod prove;

pub(super) use dev::Dev;

use super::Outcome;
use crate::commands::bar;
use crate::config::STATUTORY_DAYS;
use doudi_domain::calendar::WorkCalendar;
use doudi_domain::{Error, Problem, Result};
use doudi_plugin_host::{Admitted, HostConfig, PluginHost};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What needs neither server nor database.
#[derive(clap::Subcommand)]
pub(in crate::commands) enum AuthorCommand {
    /// 新建一个可以编译的插件：Rust、JavaScript 或 Python
    New(new::New),
    /// 编译插件并打成插件包
    Build(build::Build),
    /// 按县区内核的要求检查插件，列出县区将看到的权限
    Check(check::Check),
    /// 在沙箱中运行示例和性质检查，不需要服务器
    Test(prove::Test),
    /// 测量 1、100、10000 户的用时
    Bench(bench::Bench),
}

impl AuthorCommand {
    pub(super) async fn run(&self) -> Result<Outcome> {
        match self {
            AuthorCommand::New(command) => command.run(),
            AuthorCommand::Build(command) => command.run(),
            AuthorCommand::Check(command) => command.run().await,
            AuthorCommand::Test(command) => command.run().await,
            AuthorCommand::Bench(command) => command.run().await,
        }
    }
}

/// Which plugin, and where its package lies. Shared by the commands that work on a package.
#[derive(clap::Args, Clone)]
pub(super) struct Place {
    /// 插件目录（其中有 plugin.toml），或已经打好的插件包
    #[arg(default_value = ".")]
    path: PathBuf,
    /// 编译结果放在哪个目录；默认是插件目录（或所在工作区）的 target
    #[arg(long)]
    target: Option<PathBuf>,
}

impl Place {
    fn target(&self) -> PathBuf {
        let folder = if self.path.is_dir() { self.path.as_path() } else { Path::new(".") };
        self.target.clone().unwrap_or_else(|| doudi_pack::default_target(folder))
    }

    /// The package: as it is where the path is a file, else built, unless nothing has changed since it was.
    fn package(&self) -> Result<PathBuf> {
        if self.path.is_file() {
            return Ok(self.path.clone());
        }
        match self.fresh() {
            Some(package) => Ok(package),
            None => self.build(),
        }
    }

    /// The package built last, if it is newer than every source and than this program, which carries SDK and packer.
    fn fresh(&self) -> Option<PathBuf> {
        let manifest = doudi_pack::Sources::of(&self.path).ok()?.read().ok()?;
        let package = doudi_pack::package_path(&manifest, &self.target());
        let written = std::fs::metadata(&package).and_then(|data| data.modified()).ok()?;
        let program = std::env::current_exe().and_then(std::fs::metadata).and_then(|data| data.modified()).ok()?;
        let sources = dev::stamps(&self.path);
        (program < written && sources.values().all(|saved| *saved < written)).then_some(package)
    }

    /// Builds the plugin in the folder, with a line of progress.
    fn build(&self) -> Result<PathBuf> {
        let started = Instant::now();
        let working = bar("编译").with_message("编译");
        working.set_style(
            indicatif::ProgressStyle::with_template("{spinner} {msg}")
                .unwrap_or_else(|_| indicatif::ProgressStyle::default_spinner()),
        );
        working.enable_steady_tick(Duration::from_millis(100));
        let built = doudi_pack::build_plugin(&self.path, &self.target(), &mut |line| {
            working.set_message(line.trim().to_owned());
        });
        working.finish_and_clear();
        let package = built.map_err(|error| not_built(&self.path, &error))?;
        let size = std::fs::metadata(&package).map(|data| data.len()).unwrap_or_default();
        say!("已编译：{}（{}，用时 {:.1} 秒）", package.display(), kib(size), started.elapsed().as_secs_f64());
        Ok(package)
    }

    /// The bytes of the package, admitted by a host of our own as a county's kernel would.
    async fn admitted(&self) -> Result<(PluginHost, Admitted, Duration)> {
        self.admitted_by(host(&self.target(), false)?).await
    }

    async fn admitted_by(&self, host: PluginHost) -> Result<(PluginHost, Admitted, Duration)> {
        let package = self.package()?;
        let bytes = crate::commands::read_file(&package)?;
        let started = Instant::now();
        let admitted = host.admit(&bytes).await.map_err(|refusal| Error::Refused {
            message: format!("插件包“{}”不符合要求，共有 {} 处问题", refusal.package, refusal.problems.len()),
            problems: refusal.problems,
        })?;
        Ok((host, admitted, started.elapsed()))
    }
}

/// What went wrong while building, in the author's words: the manifest's line, the compiler's own messages.
fn not_built(folder: &Path, error: &anyhow::Error) -> Error {
    let mut problems = Vec::new();
    for line in format!("{error:#}").lines().filter(|line| !line.trim().is_empty()) {
        problems.push(Problem::new("", "plugin.build", line.trim_end()));
    }
    Error::Refused { message: format!("{} 未能编译", folder.display()), problems }
}

/// A host with the limits of a county's, and a cache beside what is built: native code is trusted, so the cache has a key that
/// never leaves this folder.
fn host(target: &Path, count_instructions: bool) -> Result<PluginHost> {
    let folder = target.join("doudi").join("compiled");
    crate::config::Config::create_private_directory(&folder)?;
    let mut config = HostConfig {
        scenario_calendar: Arc::new(WorkCalendar::parse_csv(STATUTORY_DAYS)?),
        count_instructions,
        compile_in_process: count_instructions,
        ..HostConfig::new(folder.clone(), crate::config::secret_in(&folder)?)
    };
    // Counting is to measure here, not to end: a county counts nothing and ends by time.
    (config.rust.instructions, config.script.instructions) = (u64::MAX, u64::MAX);
    PluginHost::new(config)
}

fn kib(bytes: u64) -> String {
    if bytes < 1024 * 1024 {
        format!("{} KiB", bytes.div_ceil(1024))
    } else {
        format!("{:.1} MiB", bytes as f64 / 1_048_576.0)
    }
}
