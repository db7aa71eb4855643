//! The password of a secret key: from a file, from the environment, or asked for on the terminal.

use crate::commands::read_text;
use doudi_delivery::SecretKey;
use doudi_domain::{Error, Result};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

/// Where programs put it.
const VARIABLE: &str = "DOUDI_KEY_PASSWORD";

#[derive(clap::Args)]
pub(in crate::commands) struct KeyPassword {
    /// 私钥密码所在的文件（第一行）；也可以用环境变量 DOUDI_KEY_PASSWORD，否则在终端询问
    #[arg(long)]
    password_file: Option<PathBuf>,
}

impl KeyPassword {
    /// For a new key: typed twice where it is typed.
    pub(super) fn choose(&self) -> Result<String> {
        if let Some(password) = self.given()? {
            return Ok(password);
        }
        let password = ask("请为私钥设定密码：")?;
        if ask("再输入一次：")? != password {
            return Err(Error::refused("两次输入的密码不同，没有生成密钥"));
        }
        Ok(password)
    }

    /// Opens a key file.
    pub(super) fn open(&self, path: &Path) -> Result<SecretKey> {
        let text = read_text(path)?;
        let wrong = |error: doudi_delivery::KeyError| Error::invalid("--key", "signature.key", error.to_string());
        let password = match SecretKey::is_encrypted(&text).map_err(wrong)? {
            true => Some(match self.given()? {
                Some(password) => password,
                None => ask("私钥密码：")?,
            }),
            false => None,
        };
        SecretKey::parse(&text, password.as_deref()).map_err(wrong)
    }

    fn given(&self) -> Result<Option<String>> {
        match &self.password_file {
            Some(path) => Ok(Some(read_text(path)?.lines().next().unwrap_or_default().to_owned())),
            None => Ok(std::env::var(VARIABLE).ok()),
        }
    }
}

fn ask(prompt: &str) -> Result<String> {
    if !std::io::stdin().is_terminal() {
        return Err(Error::refused(format!("需要私钥密码。请用 --password-file 或环境变量 {VARIABLE} 给出")));
    }
    rpassword::prompt_password(prompt).map_err(|error| Error::failure("不能从终端读取密码", error))
}
