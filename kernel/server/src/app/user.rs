//! Users and their offices: entered, moved, disabled and given a new password by the security administrator of the county.

use super::{App, in_own_task};
use doudi_domain::identity::{Role, User};
use doudi_domain::policy::{self, Permission};
use doudi_domain::{Actor, DivisionCode, Error, Result, UserId};
use doudi_storage::password;
use doudi_storage::user::{NewUser, UserChange};

/// Shortest password.
pub const PASSWORD_LENGTH: usize = 10;

#[derive(Clone, Debug)]
pub struct UserDraft {
    pub login: String,
    pub name: String,
    pub role: Role,
    pub division: DivisionCode,
    pub password: String,
}

/// A user with the name of her division, as lists show it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UserRow {
    pub user: User,
    pub division_name: String,
}

/// Someone of the actor's area who may be named in a form: surveyor, handler.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Officer {
    pub id: UserId,
    pub name: String,
    pub role: Role,
}

/// Users of the actor's county, by division and login.
pub async fn list(app: &App, actor: &Actor) -> Result<Vec<UserRow>> {
    policy::require(actor, Permission::UserManage)?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let tree = super::division::Tree::read(&mut snapshot).await?;
    let users = snapshot.users_list().await?;
    Ok(users.into_iter().map(|user| UserRow { division_name: tree.path(user.division), user }).collect())
}

pub async fn fetch(app: &App, actor: &Actor, id: UserId) -> Result<User> {
    policy::require(actor, Permission::UserManage)?;
    app.storage.snapshot(actor.scope()).await?.user_fetch(id).await
}

/// Active users of the actor's area whose office handles cases.
pub async fn officers(app: &App, actor: &Actor) -> Result<Vec<Officer>> {
    policy::require(actor, Permission::CaseWrite)?;
    let users = app.storage.snapshot(actor.scope()).await?.users_list().await?;
    Ok(users
        .into_iter()
        .filter(|user| user.active && policy::allows(user.role, Permission::CaseWrite))
        .map(|user| Officer { id: user.id, name: user.name, role: user.role })
        .collect())
}

/// Enters a user. `Invalid` for a short password, an empty name, or a division outside the actor's area; `Conflict` when the
/// login is taken.
pub async fn create(app: &App, actor: &Actor, draft: UserDraft) -> Result<UserId> {
    policy::require(actor, Permission::UserManage)?;
    check_login(&draft.login)?;
    if draft.name.trim().is_empty() {
        return Err(Error::invalid("姓名", "user.name", "请填写姓名"));
    }
    check_division(actor, draft.division)?;
    let password_hash = hash(draft.password).await?;
    let new = NewUser {
        login: draft.login.trim().to_owned(),
        name: draft.name.trim().to_owned(),
        role: draft.role,
        division: draft.division,
        password_hash,
    };
    let (app, actor) = (app.clone(), actor.clone());
    in_own_task(async move {
        let mut write = app.storage.write(&actor, app.now()).await?;
        let id = write.user_create(&new).await?;
        write.commit().await?;
        Ok(id)
    })
    .await
}

/// Changes name, office, division or activity; ends the user's sessions when it matters.
pub async fn update(app: &App, actor: &Actor, id: UserId, change: UserChange) -> Result<()> {
    policy::require(actor, Permission::UserManage)?;
    if let Some(division) = change.division {
        check_division(actor, division)?;
    }
    if actor.user_id() == Some(id) && (change.role.is_some() || change.active == Some(false)) {
        return Err(Error::refused("不能停用自己或改变自己的职务。请由另一名安全管理员办理"));
    }
    app.storage.snapshot(actor.scope()).await?.user_fetch(id).await?;
    let (app, actor) = (app.clone(), actor.clone());
    in_own_task(async move {
        let mut write = app.storage.write(&actor, app.now()).await?;
        write.user_update(id, &change).await?;
        write.commit().await
    })
    .await
}

/// Sets a new password, unlocks, and ends the user's sessions.
pub async fn reset_password(app: &App, actor: &Actor, id: UserId, new: String) -> Result<()> {
    policy::require(actor, Permission::UserManage)?;
    app.storage.snapshot(actor.scope()).await?.user_fetch(id).await?;
    set_password(app, actor, id, new).await
}

/// One's own password, with the old one.
pub async fn change_password(app: &App, user: &User, old: String, new: String) -> Result<()> {
    let (_, known) = app.storage.user_by_login(&user.login).await?.ok_or(Error::not_found("用户"))?;
    let fits = tokio::task::spawn_blocking(move || password::verify(&old, &known))
        .await
        .map_err(|error| Error::failure("密码没有修改，请重试", error))?;
    if !fits {
        return Err(Error::invalid("原密码", "password.wrong", "原密码不正确"));
    }
    set_password(app, &Actor::from(user), user.id, new).await
}

async fn set_password(app: &App, actor: &Actor, id: UserId, new: String) -> Result<()> {
    let hash = hash(new).await?;
    let (app, actor) = (app.clone(), actor.clone());
    in_own_task(async move {
        let mut write = app.storage.write(&actor, app.now()).await?;
        write.password_set(id, &hash).await?;
        write.commit().await
    })
    .await
}

async fn hash(new: String) -> Result<String> {
    let kinds = [
        new.chars().any(|c| c.is_ascii_digit()),
        new.chars().any(|c| c.is_ascii_alphabetic()),
        new.chars().any(|c| !c.is_ascii_alphanumeric()),
    ];
    if new.chars().count() < PASSWORD_LENGTH || kinds.iter().filter(|kind| **kind).count() < 2 {
        return Err(Error::invalid(
            "密码",
            "password.weak",
            format!("密码至少 {PASSWORD_LENGTH} 位，并且包含字母、数字、符号中的两种"),
        ));
    }
    tokio::task::spawn_blocking(move || password::hash(&new))
        .await
        .map_err(|error| Error::failure("密码没有保存，请重试", error))?
}

fn check_login(login: &str) -> Result<()> {
    let login = login.trim();
    let fits = (2..=40).contains(&login.len())
        && login.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_.".contains(&b));
    if fits {
        Ok(())
    } else {
        Err(Error::invalid("用户名", "user.login", "用户名为 2 至 40 位的小写字母、数字、点、横线或下划线"))
    }
}

fn check_division(actor: &Actor, division: DivisionCode) -> Result<()> {
    if actor.scope().sees(division) {
        Ok(())
    } else {
        Err(Error::invalid("区划", "user.division", "区划不在本县区范围内，请重新选择"))
    }
}
