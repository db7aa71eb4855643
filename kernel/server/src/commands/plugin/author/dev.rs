//! `doudi plugin dev`: watch the folder, rebuild, and swap the new package into a running kernel. It works on the kernel's own
//! database; the kernel looks up the pin with every call, so that the next page a browser asks for is drawn by the new code.

use super::Place;
use crate::app::App;
use crate::app::plugin::{self, EnableDraft, GrantChoice};
use crate::commands::{city_operator, operator};
use doudi_documents::Manifest;
use doudi_domain::{Error, Result};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

#[derive(clap::Args)]
pub(in crate::commands) struct Dev {
    #[command(flatten)]
    place: Place,
    /// 在哪个县区启用：6 位代码或名称
    #[arg(long)]
    county: String,
    /// 只编译、安装、启用一次就结束
    #[arg(long)]
    once: bool,
}

/// How often the folder is looked at: cheap, and nobody feels it.
const LOOK: Duration = Duration::from_millis(200);
/// Editors write several files; this long nothing must change before building begins.
const SETTLE: Duration = Duration::from_millis(150);

impl Dev {
    pub(in crate::commands) async fn run(self, app: &App) -> Result<()> {
        if !self.place.path.is_dir() {
            return Err(Error::refused("请给出插件目录：doudi plugin dev 目录 --county 县区"));
        }
        operator(app, &self.county).await?;
        let mut seen = stamps(&self.place.path);
        let first = self.swap(app, Instant::now()).await;
        if self.once {
            return first;
        }
        tell(first);
        say!("正在监视 {}，保存文件即重新编译；按 Ctrl-C 结束", self.place.path.display());
        loop {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => return Ok(()),
                () = tokio::time::sleep(LOOK) => {}
            }
            let now = stamps(&self.place.path);
            if now == seen {
                continue;
            }
            let saved = Instant::now();
            seen = settled(&self.place.path, now).await;
            tell(self.swap(app, saved).await);
        }
    }

    /// Builds, installs and enables; nothing of the county's changes when a step fails.
    async fn swap(&self, app: &App, saved: Instant) -> Result<()> {
        let place = self.place.clone();
        let package = tokio::task::spawn_blocking(move || place.package())
            .await
            .map_err(|error| Error::failure("编译时内部出错", error))??;
        let bytes = of_this_save(&crate::commands::read_file(&package)?)?;
        let built = saved.elapsed();
        let installed = plugin::install(app, &city_operator(app).await?, bytes).await?;
        let actor = operator(app, &self.county).await?;
        let draft = EnableDraft {
            plugin: installed.plugin.clone(),
            digest: installed.digest.clone(),
            from: app.today(),
            settings: None,
            // Whoever develops grants what he asks for; a county decides for itself.
            grants: GrantChoice::All,
            // Nor does he sign each save. A county that asks for signatures refuses it all the same.
            accept_unsigned: true,
        };
        plugin::enable(app, &actor, draft).await?;
        say!(
            "{} {}（摘要 {}）已在 {} 启用：保存后 {:.1} 秒（其中编译 {:.1} 秒）",
            installed.plugin,
            installed.version,
            &installed.digest[..12],
            self.county,
            saved.elapsed().as_secs_f64(),
            built.as_secs_f64()
        );
        Ok(())
    }
}

/// The package under a version of its own, `0.1.0-dev.x3460da14`: a version names one content for ever, and nobody raises it at
/// each save. It comes before the release it leads to.
fn of_this_save(package: &[u8]) -> Result<Vec<u8>> {
    let outside =
        |error: &dyn std::fmt::Display| Error::failure("刚编译的措施包不能读取，请重新编译", error.to_string());
    let text = doudi_pack::surface(package).map_err(|error| outside(&error))?.manifest.unwrap_or_default();
    let mut manifest = Manifest::from_json(&text).map_err(|error| outside(&error))?;
    let save = format!("dev.x{}", &doudi_pack::digest(package)[..8]);
    manifest.version.pre = semver::Prerelease::new(&save).map_err(|error| outside(&error))?;
    doudi_pack::relabel(package, &manifest.to_canonical_json()).map_err(|error| outside(&error))
}

/// A failed build is an answer, not an end: the author mends it and saves again.
fn tell(outcome: Result<()>) {
    if let Err(error) = outcome {
        crate::commands::report(&error);
    }
}

/// Waits until the editor has written everything.
async fn settled(folder: &Path, mut seen: BTreeMap<PathBuf, SystemTime>) -> BTreeMap<PathBuf, SystemTime> {
    loop {
        tokio::time::sleep(SETTLE).await;
        let now = stamps(folder);
        if now == seen {
            return now;
        }
        seen = now;
    }
}

/// When each source was written. What is built or fetched is no source.
pub(super) fn stamps(folder: &Path) -> BTreeMap<PathBuf, SystemTime> {
    let mut stamps = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with('.') || matches!(name.as_str(), "target" | "node_modules" | "vendor" | "__pycache__") {
                continue;
            }
            match entry.metadata() {
                Ok(data) if data.is_dir() => folders.push(path),
                Ok(data) => {
                    stamps.insert(path, data.modified().unwrap_or(SystemTime::UNIX_EPOCH));
                }
                // Gone between the two looks: the next look tells.
                Err(_) => {}
            }
        }
    }
    stamps
}
