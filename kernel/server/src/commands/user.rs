//! `doudi user …`: the first users of a county, and help when the security administrator is locked out.

use super::{Outcome, operator, print_json};
use crate::app::App;
use crate::app::user::{self, UserDraft};
use doudi_domain::identity::{Role, User};
use doudi_domain::{Actor, DivisionCode, Error, Result};
use doudi_storage::user::UserChange;

#[derive(clap::Subcommand)]
pub(super) enum UserCommand {
    /// 新建用户
    Create {
        /// 用户名，全市唯一
        login: String,
        /// 姓名
        #[arg(long)]
        name: String,
        /// 职务：village-coordinator 村居协理员、town-caseworker 镇街经办、town-reviewer 镇街审核人、county-officer 县民政经办、
        /// county-approver 县民政审核确认人、finance 县财政、county-it 系统管理员、security-admin 安全管理员、auditor 审计管理员、
        /// city-supervisor 市级督查
        #[arg(long)]
        role: String,
        /// 所在区划的 12 位代码；县区可写 6 位
        #[arg(long)]
        division: String,
        /// 初始密码；不填则随机生成并显示一次
        #[arg(long, env = "DOUDI_PASSWORD", hide_env_values = true)]
        password: Option<String>,
    },
    /// 列出一个县区的用户
    List {
        #[arg(long)]
        county: String,
        #[arg(long)]
        json: bool,
    },
    /// 停用用户
    Disable { login: String },
    /// 重置密码并解除锁定
    Password {
        login: String,
        /// 新密码；不填则随机生成并显示一次
        #[arg(long, env = "DOUDI_PASSWORD", hide_env_values = true)]
        password: Option<String>,
    },
}

impl UserCommand {
    pub(super) async fn run(self, app: &App) -> Result<Outcome> {
        match self {
            UserCommand::Create { login, name, role, division, password } => {
                create(app, login, name, &role, &division, password).await?;
            }
            UserCommand::List { county, json } => list(app, &county, json).await?,
            UserCommand::Disable { login } => {
                let (known, actor) = find(app, &login).await?;
                let change = UserChange { active: Some(false), ..Default::default() };
                user::update(app, &actor, known.id, change).await?;
                say!("已停用 {login}（{}）", known.name);
            }
            UserCommand::Password { login, password } => {
                let (known, actor) = find(app, &login).await?;
                let (password, generated) = given_or_random(password)?;
                user::reset_password(app, &actor, known.id, password.clone()).await?;
                say!("已重置 {login}（{}）的密码，并解除锁定", known.name);
                if generated {
                    say!("新密码：{password}（只显示这一次）");
                }
            }
        }
        Ok(Outcome::Done)
    }
}

async fn create(
    app: &App,
    login: String,
    name: String,
    role: &str,
    division: &str,
    password: Option<String>,
) -> Result<()> {
    let Some(role) = Role::parse(role) else {
        let roles: Vec<String> = Role::ALL.iter().map(|role| format!("{} {}", role.code(), role.zh())).collect();
        return Err(Error::invalid("--role", "role.unknown", format!("没有职务“{role}”，可填：{}", roles.join("、"))));
    };
    let division = match division.len() {
        6 => DivisionCode::parse(&format!("{division}000000"))?,
        _ => DivisionCode::parse(division)?,
    };
    let actor = Actor::System { division: division.county().division() };
    let (password, generated) = given_or_random(password)?;
    let draft = UserDraft { login: login.clone(), name, role, division, password: password.clone() };
    user::create(app, &actor, draft).await?;
    say!("已新建用户 {login}（{}）", role.zh());
    if generated {
        say!("初始密码：{password}（只显示这一次）");
    }
    Ok(())
}

async fn list(app: &App, county: &str, json: bool) -> Result<()> {
    let rows = user::list(app, &operator(app, county).await?).await?;
    if json {
        let rows: Vec<_> = rows
            .iter()
            .map(|row| {
                serde_json::json!({
                    "id": row.user.id.to_string(), "login": row.user.login, "name": row.user.name,
                    "role": row.user.role.code(), "division": row.user.division.to_string(),
                    "division_name": row.division_name, "active": row.user.active,
                })
            })
            .collect();
        print_json(&rows.into());
        return Ok(());
    }
    for row in &rows {
        let state = if row.user.active { "" } else { "  已停用" };
        say!("{}  {}  {}  {}{state}", row.user.login, row.user.name, row.user.role.zh(), row.division_name);
    }
    say!("共 {} 人", rows.len());
    Ok(())
}

async fn find(app: &App, login: &str) -> Result<(User, Actor)> {
    let (known, _) = app.storage.user_by_login(login).await?.ok_or(Error::not_found("用户"))?;
    let actor = Actor::System { division: known.division.county().division() };
    Ok((known, actor))
}

fn given_or_random(password: Option<String>) -> Result<(String, bool)> {
    if let Some(password) = password {
        return Ok((password, false));
    }
    // Letters and digits that cannot be taken for one another on a printed slip.
    const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz234567892";
    let mut random = [0u8; 14];
    getrandom::fill(&mut random).map_err(|error| Error::failure("不能生成密码，请用 --password 指定", error))?;
    let letters: String = random.iter().map(|byte| LETTERS[usize::from(byte % 32)] as char).collect();
    Ok((format!("{}-{}", &letters[..7], &letters[7..]), true))
}
