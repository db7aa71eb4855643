//! A copy of the city's database, and a city from a copy: nothing is trusted before it has been proved.
//!
//! The keys are never part of a copy: whoever holds both can read every number. They are kept elsewhere and brought back by
//! hand.

use crate::config::{Config, KEY_FILE};
use doudi_domain::{County, Error, Problem, Result};
use doudi_storage::backup::Shape;
use doudi_storage::{SealKeys, Storage};
use sha2::{Digest, Sha256};
use std::io::Read;
use std::path::{Path, PathBuf};

/// What a copy is known by.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Copy {
    pub bytes: u64,
    /// SHA-256, hex: to be kept apart from the copy.
    pub digest: String,
}

/// What a restored database holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Restored {
    pub copy: Copy,
    pub database: PathBuf,
    pub counties: usize,
    pub audit_entries: i64,
    /// The copy is of an older program: `doudi migrate` comes first.
    pub older: bool,
}

/// Writes a copy of one moment to `file`, which is there whole or not at all.
pub async fn backup(app: &super::App, file: &Path) -> Result<Copy> {
    if file.exists() {
        return Err(Error::refused(format!(
            "{} 已经存在，没有备份。请换一个文件名，不要覆盖以前的备份",
            file.display()
        )));
    }
    let draft = draft_of(file);
    let _ = std::fs::remove_file(&draft);
    let copied = app.storage.backup_into(&draft).await.and_then(|()| {
        let unwritten = |error: std::io::Error| {
            Error::failure(format!("备份没有写完：{}。请检查目录的写权限和磁盘空间", file.display()), error)
        };
        keep_private(&draft).map_err(unwritten)?;
        settle(&draft, file).map_err(unwritten)?;
        known_by(file).map_err(unwritten)
    });
    if copied.is_err() {
        let _ = std::fs::remove_file(&draft);
    }
    copied
}

/// Makes a data directory from a copy: `doudi.db` in `home`, and the keys if given. Refuses where there is a database already,
/// and where anything about the copy is not as it must be; then nothing is left behind.
pub async fn restore(file: &Path, home: &Path, keys: Option<&Path>) -> Result<Restored> {
    let database = home.join("doudi.db");
    let wal = home.join("doudi.db-wal");
    if database.exists() || wal.exists() {
        return Err(Error::refused(format!(
            "{} 里已经有数据库，没有恢复。请恢复到一个新的目录，核对以后再换用",
            home.display()
        )));
    }
    if !file.is_file() {
        return Err(Error::invalid("文件", "backup.file", format!("没有备份文件 {}", file.display())));
    }
    let key_file = home.join(KEY_FILE);
    let given = match keys {
        Some(_) if key_file.exists() => {
            return Err(Error::refused(format!(
                "{} 已经存在，没有恢复。请不要同时用 --keys 指定密钥",
                key_file.display()
            )));
        }
        Some(path) => path,
        None => &key_file,
    };
    let text = std::fs::read_to_string(given).map_err(|error| {
        let how = "密钥不在备份里，要从另外保管的地方取回：放进数据目录并命名为 keys，或用 --keys 指定";
        Error::invalid("--keys", "backup.keys", format!("不能读取密钥文件 {}：{error}。{how}", given.display()))
    })?;
    let seal = SealKeys::from_hex(text.trim())?;

    Config::create_private_directory(home)?;
    let unwritten = |error: std::io::Error| {
        Error::failure(format!("恢复没有完成：不能写入 {}。请检查写权限和磁盘空间", home.display()), error)
    };
    let draft = draft_of(&database);
    remove(&draft);
    let proved = async {
        std::fs::copy(file, &draft).map_err(unwritten)?;
        keep_private(&draft).map_err(unwritten)?;
        let copy = known_by(&draft).map_err(unwritten)?;
        prove(&draft, seal, copy, &database).await
    };
    let restored = match proved.await {
        Ok(restored) => restored,
        Err(error) => {
            remove(&draft);
            return Err(error);
        }
    };
    if keys.is_some() {
        std::fs::write(&key_file, text.trim()).map_err(unwritten)?;
        keep_private(&key_file).map_err(unwritten)?;
    }
    settle(&draft, &database).map_err(unwritten)?;
    remove(&draft);
    Ok(restored)
}

/// Everything wrong at once.
async fn prove(draft: &Path, seal: SealKeys, copy: Copy, database: &Path) -> Result<Restored> {
    let unreadable = |error: Error| Error::Refused {
        message: "这个文件不是完好的备份，没有恢复".to_owned(),
        problems: vec![Problem::new("", "backup.unreadable", inside(&error))],
    };
    let storage = Storage::open(&format!("sqlite://{}", draft.display()), seal).await.map_err(unreadable)?;
    let mut problems = Vec::new();
    let mut found = (0, 0);
    let shape = storage.shape().await.map_err(unreadable)?;
    match shape {
        Shape::Foreign => problems.push(Problem::new("", "backup.foreign", "不是本系统的数据库")),
        Shape::Newer => problems.push(Problem::new("", "backup.newer", "备份来自更新版本的程序，请用那个版本恢复")),
        Shape::Same | Shape::Older => match examine(&storage, shape, &mut problems).await {
            Ok(counted) => found = counted,
            Err(error) => problems.push(Problem::new("", "backup.unreadable", inside(&error))),
        },
    }
    storage.close().await;
    if !problems.is_empty() {
        return Err(Error::Refused {
            message: "这个文件不是完好的备份，没有恢复".to_owned(), problems
        });
    }
    let (counties, audit_entries) = found;
    let (database, older) = (database.to_owned(), shape == Shape::Older);
    Ok(Restored { copy, database, counties, audit_entries, older })
}

async fn examine(storage: &Storage, shape: Shape, problems: &mut Vec<Problem>) -> Result<(usize, i64)> {
    if shape == Shape::Same {
        for finding in storage.integrity().await? {
            let sentence = format!("{}（{} 处）", finding.what, finding.rows);
            problems.push(Problem::new("", "backup.integrity", sentence));
        }
    }
    if storage.keys_fit().await? == Some(false) {
        let sentence = "密钥与备份不符，加密保存的号码将无法读出。请找出备份时使用的密钥";
        problems.push(Problem::new("--keys", "backup.keys", sentence));
    }
    let counties = storage.counties().await?;
    let mut entries = 0;
    // The chain of the city itself stands beside those of its counties.
    let mut chains: Vec<_> = counties.iter().map(|(county, name)| (*county, name.clone())).collect();
    chains.extend(counties.first().map(|(county, _)| (County(county.0 / 100 * 100), "市级".to_owned())));
    for (county, name) in chains {
        let verdict = storage.audit_verify(county).await?;
        entries += verdict.entries;
        if let Some(broken) = verdict.broken {
            let sentence = format!("{name}的审计日志第 {} 条有问题：{}", broken.seq, broken.reason);
            problems.push(Problem::new("", "backup.audit", sentence));
        }
    }
    Ok((counties.len(), entries))
}

fn inside(error: &Error) -> String {
    match error {
        Error::Failure { inside, .. } => inside.clone(),
        other => other.to_string(),
    }
}

/// Beside its final name, so that renaming is one step.
fn draft_of(file: &Path) -> PathBuf {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".partial");
    file.with_file_name(name)
}

/// A database file and what SQLite keeps beside it.
fn remove(draft: &Path) {
    for ending in ["", "-wal", "-shm"] {
        let mut name = draft.as_os_str().to_owned();
        name.push(ending);
        let _ = std::fs::remove_file(PathBuf::from(name));
    }
}

fn keep_private(file: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600))
}

/// On the disk under its name, or not at all. Fails rather than replace a file.
fn settle(draft: &Path, file: &Path) -> std::io::Result<()> {
    std::fs::File::open(draft)?.sync_all()?;
    std::fs::hard_link(draft, file)?;
    std::fs::remove_file(draft)?;
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::File::open(folder)?.sync_all()
}

fn known_by(file: &Path) -> std::io::Result<Copy> {
    let mut content = std::fs::File::open(file)?;
    let (mut hash, mut bytes, mut block) = (Sha256::new(), 0, vec![0; 1 << 20]);
    loop {
        let read = content.read(&mut block)?;
        if read == 0 {
            return Ok(Copy { bytes, digest: hex::encode(hash.finalize()) });
        }
        hash.update(&block[..read]);
        bytes += read as u64;
    }
}
