//! Users: who can sign in, as what, where; and the lock after too many wrong passwords.

use crate::engine::{Row, Tx, args};
use crate::snapshot::Reach;
use crate::{Snapshot, Storage, Write};
use doudi_domain::identity::{Role, User};
use doudi_domain::{DivisionCode, Error, Instant, Level, Result, UserId};
use serde_json::json;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewUser {
    /// Unique in the whole city: the sign-in page asks for nothing else.
    pub login: String,
    pub name: String,
    pub role: Role,
    pub division: DivisionCode,
    /// From [`crate::password::hash`].
    pub password_hash: String,
}

/// What to change; `None` leaves as it is.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct UserChange {
    pub name: Option<String>,
    pub role: Option<Role>,
    pub division: Option<DivisionCode>,
    pub active: Option<bool>,
}

macro_rules! user_columns {
    () => {
        "u.id, u.login, u.name, u.role, u.division, u.active, u.failed_attempts, u.locked_until, u.created_at"
    };
}
pub(crate) use user_columns;

pub(crate) fn read(row: &Row) -> Result<User> {
    Ok(User {
        id: row.get("id")?,
        login: row.get("login")?,
        name: row.get("name")?,
        role: row.get("role")?,
        division: row.get("division")?,
        active: row.get("active")?,
        failed_attempts: row.get("failed_attempts")?,
        locked_until: row.get("locked_until")?,
        created_at: row.get("created_at")?,
    })
}

pub(crate) async fn find(tx: &mut Tx, reach: Reach, id: UserId) -> Result<Option<User>> {
    let sql = concat!(
        "SELECT ",
        user_columns!(),
        " FROM user_account u WHERE u.county = $1 AND u.id = $2 AND u.division BETWEEN $3 AND $4"
    );
    let row = tx.optional(sql, args![reach.county, id, reach.low, reach.high]).await?;
    row.as_ref().map(read).transpose()
}

impl Storage {
    /// The user and password hash behind a login, before anyone is signed in.
    pub async fn user_by_login(&self, login: &str) -> Result<Option<(User, String)>> {
        let mut tx = self.db.read().await?;
        let sql = concat!("SELECT ", user_columns!(), ", u.password_hash FROM user_account u WHERE u.login = $1");
        let row = tx.optional(sql, args![login.trim()]).await?;
        let found = row.map(|row| Ok((read(&row)?, row.get("password_hash")?))).transpose()?;
        tx.rollback().await?;
        Ok(found)
    }
}

impl Snapshot {
    /// Users whose division lies in scope, by division and login.
    pub async fn users_list(&mut self) -> Result<Vec<User>> {
        let Reach { county, low, high, .. } = self.reach;
        let sql = concat!(
            "SELECT ",
            user_columns!(),
            " FROM user_account u WHERE u.county = $1 AND u.division BETWEEN $2 AND $3"
        );
        let mut users =
            self.tx.all(sql, args![county, low, high]).await?.iter().map(read).collect::<Result<Vec<_>>>()?;
        users.sort_by(|a, b| (a.division, &a.login).cmp(&(b.division, &b.login)));
        Ok(users)
    }

    pub async fn user_fetch(&mut self, id: UserId) -> Result<User> {
        find(&mut self.tx, self.reach, id).await?.ok_or(Error::not_found("用户"))
    }
}

/// An office belongs to one level of the tree; only the three administrators exist at the city, too.
fn check_office(role: Role, division: DivisionCode) -> Result<()> {
    let level = division.level();
    let administrator = matches!(role, Role::CountyIt | Role::SecurityAdmin | Role::Auditor);
    if level == role.level() || (administrator && level == Level::City) {
        return Ok(());
    }
    let place = match role.level() {
        Level::City => "市",
        Level::County => "县区",
        Level::Town => "镇街",
        Level::Village => "村居",
    };
    Err(Error::invalid("所在区划", "user.division", format!("{}应设在{place}一级。请选择相应的区划", role.zh())))
}

fn check_names(login: &str, name: &str) -> Result<()> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '@');
    if login.is_empty() || login.len() > 60 || !login.chars().all(plain) {
        return Err(Error::invalid("登录名", "user.login", "登录名由 1 至 60 个英文字母、数字或 . - _ @ 组成"));
    }
    if name.trim().is_empty() || name.chars().count() > 50 {
        return Err(Error::invalid("姓名", "user.name", "请填写姓名，不超过 50 个字"));
    }
    Ok(())
}

impl Write {
    /// `Conflict` when the login is taken; `Invalid` when the role does not belong to a division of that level.
    pub async fn user_create(&mut self, new: &NewUser) -> Result<UserId> {
        self.require_within(new.division)?;
        if new.division.county() != self.county {
            return Err(Error::forbidden("用户只能由其所在县区的安全管理员登记"));
        }
        check_names(&new.login, &new.name)?;
        check_office(new.role, new.division)?;
        let id = UserId(self.tx.new_id().await?);
        let sql =
            "INSERT INTO user_account (county, id, login, name, role, division, active, password_hash, failed_attempts,
                   created_at) VALUES ($1, $2, $3, $4, $5, $6, 1, $7, 0, $8)";
        let values =
            args![self.county, id, &new.login, &new.name, new.role, new.division, &new.password_hash, self.now];
        self.tx.run(sql, values).await?;
        let detail =
            json!({ "login": new.login, "name": new.name, "role": new.role.code(), "division": new.division.value() });
        self.audit("user.create", format_args!("user/{id}"), detail);
        Ok(id)
    }

    /// Ends the user's sessions when role, division or activity change.
    pub async fn user_update(&mut self, id: UserId, change: &UserChange) -> Result<()> {
        let mut user = find(&mut self.tx, self.reach, id).await?.ok_or(Error::not_found("用户"))?;
        let before = user.clone();
        if let Some(name) = &change.name {
            user.name.clone_from(name);
        }
        if let Some(role) = change.role {
            user.role = role;
        }
        if let Some(division) = change.division {
            self.require_within(division)?;
            user.division = division;
        }
        if let Some(active) = change.active {
            user.active = active;
        }
        check_names(&user.login, &user.name)?;
        check_office(user.role, user.division)?;
        let sql =
            "UPDATE user_account SET name = $3, role = $4, division = $5, active = $6 WHERE county = $1 AND id = $2";
        self.tx.run(sql, args![self.county, id, &user.name, user.role, user.division, user.active]).await?;
        if (before.role, before.division, before.active) != (user.role, user.division, user.active) {
            self.sessions_end(id).await?;
        }
        let detail = json!({
            "name": user.name, "role": user.role.code(), "division": user.division.value(), "active": user.active,
            "role_before": before.role.code(), "division_before": before.division.value(), "active_before": before.active,
        });
        self.audit("user.update", format_args!("user/{id}"), detail);
        Ok(())
    }

    /// Also unlocks, and ends the user's sessions.
    pub async fn password_set(&mut self, id: UserId, password_hash: &str) -> Result<()> {
        find(&mut self.tx, self.reach, id).await?.ok_or(Error::not_found("用户"))?;
        let sql = "UPDATE user_account SET password_hash = $3, failed_attempts = 0, locked_until = NULL
                   WHERE county = $1 AND id = $2";
        self.tx.run(sql, args![self.county, id, password_hash]).await?;
        self.sessions_end(id).await?;
        self.audit("user.password", format_args!("user/{id}"), json!({}));
        Ok(())
    }

    /// Counts a wrong password; from the `lock_after`-th on the user is locked for `lock_seconds`. Returns until when.
    pub async fn login_failed(&mut self, id: UserId, lock_after: i32, lock_seconds: i64) -> Result<Option<Instant>> {
        let sql = "UPDATE user_account SET failed_attempts = failed_attempts + 1,
                   locked_until = CASE WHEN failed_attempts + 1 >= $3 THEN $4 ELSE locked_until END
                   WHERE county = $1 AND id = $2 RETURNING failed_attempts, locked_until";
        let until = self.now.plus_seconds(lock_seconds);
        let row = self.tx.optional(sql, args![self.county, id, lock_after, until]).await?;
        let row = row.ok_or(Error::not_found("用户"))?;
        let attempts: i32 = row.get("failed_attempts")?;
        let locked = if attempts >= lock_after { row.get("locked_until")? } else { None };
        let detail = json!({ "attempts": attempts, "locked": locked.is_some() });
        self.audit("user.login-failed", format_args!("user/{id}"), detail);
        Ok(locked)
    }

    pub async fn login_succeeded(&mut self, id: UserId) -> Result<()> {
        let sql = "UPDATE user_account SET failed_attempts = 0, locked_until = NULL WHERE county = $1 AND id = $2";
        if self.tx.run(sql, args![self.county, id]).await? == 0 {
            return Err(Error::not_found("用户"));
        }
        self.audit("user.login", format_args!("user/{id}"), json!({}));
        Ok(())
    }
}
