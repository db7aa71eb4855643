//! `doudi plugin keygen`: a publisher's key pair, in minisign's files.

use super::key_password::KeyPassword;
use crate::commands::Outcome;
use doudi_delivery::SecretKey;
use doudi_domain::{Error, Result};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub(in crate::commands) struct Keygen {
    /// 私钥写到哪个文件；公钥写在旁边，扩展名 .pub
    file: PathBuf,
    #[command(flatten)]
    password: KeyPassword,
    /// 私钥不设密码：任何拿到文件的人都能用它签名，仅供测试
    #[arg(long, conflicts_with = "password_file")]
    no_password: bool,
}

impl Keygen {
    pub(super) fn run(&self) -> Result<Outcome> {
        let public_file = PathBuf::from(format!("{}.pub", self.file.display()));
        let wrong = |error: doudi_delivery::KeyError| Error::refused(error.to_string());
        let (key, text) = if self.no_password {
            let key = SecretKey::generate().map_err(wrong)?;
            let text = key.unencrypted_file();
            (key, text)
        } else {
            SecretKey::generate_encrypted(&self.password.choose()?).map_err(wrong)?
        };
        create(&self.file, &text, 0o600)?;
        create(&public_file, &key.public().file(), 0o644)?;
        say!("私钥：{}（只留在自己手里，遗失或泄露后请立即通知各市撤销公钥）", self.file.display());
        say!("公钥：{}（交给使用措施包的市）", public_file.display());
        say!("公钥编号：{}", key.public().id());
        Ok(Outcome::Done)
    }
}

/// Never over a file that is there: it may be somebody's only key.
fn create(path: &Path, text: &str, mode: u32) -> Result<()> {
    let file = std::fs::OpenOptions::new().write(true).create_new(true).mode(mode).open(path);
    match file.and_then(|mut file| file.write_all(text.as_bytes())) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            Err(Error::refused(format!("{} 已经存在，没有覆盖。请换一个文件名", path.display())))
        }
        Err(error) => Err(Error::failure(format!("不能写入 {}。请检查目录的写权限", path.display()), error)),
    }
}
