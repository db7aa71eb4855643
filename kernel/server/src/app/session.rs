//! Signing in and out. Five wrong passwords lock an account for fifteen minutes; an unknown login takes as long to refuse as
//! a wrong password, so that nobody learns who has an account.

use super::{App, in_own_task};
use doudi_domain::identity::User;
use doudi_domain::{Actor, Error, Instant, Result};
use doudi_storage::password;
use doudi_storage::session::SessionToken;
use std::sync::LazyLock;

/// From the fifth wrong password on.
pub const LOCK_AFTER: i32 = 5;
pub const LOCK_SECONDS: i64 = 15 * 60;

/// A session that has just begun. `token` goes into the cookie and is nowhere else in clear.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub token: String,
    pub user: User,
}

/// What an unknown login's password is compared with, so that the answer takes as long.
static NOBODY: LazyLock<String> = LazyLock::new(|| password::hash("nobody").unwrap_or_default());

/// Checks login and password and begins a session.
///
/// `Refused` for a wrong login or password, a disabled or a locked account; the message says until when it is locked.
pub async fn sign_in(app: &App, login: &str, given: &str) -> Result<SignedIn> {
    let app = app.clone();
    let (login, given) = (login.trim().to_owned(), given.to_owned());
    in_own_task(async move { sign_in_now(&app, &login, given).await }).await
}

async fn sign_in_now(app: &App, login: &str, given: String) -> Result<SignedIn> {
    let now = app.now();
    let known = app.storage.user_by_login(login).await?;
    let hash = known.as_ref().map(|(_, hash)| hash.clone());
    let fits = tokio::task::spawn_blocking(move || match hash {
        Some(hash) => password::verify(&given, &hash),
        None => {
            std::hint::black_box(password::verify(&given, &NOBODY));
            false
        }
    })
    .await
    .map_err(|error| Error::failure("登录没有完成，请重试", error))?;
    let Some((user, _)) = known else {
        tracing::info!("sign-in refused: unknown login");
        return Err(wrong());
    };
    if let Some(until) = user.locked_until.filter(|until| *until > now) {
        return Err(locked(until));
    }
    // The attempt is the system's to record: the person has not shown who she is.
    let system = Actor::System { division: user.division };
    if !fits {
        let mut write = app.storage.write(&system, now).await?;
        let until = write.login_failed(user.id, LOCK_AFTER, LOCK_SECONDS).await?;
        write.commit().await?;
        return Err(until.filter(|until| *until > now).map_or_else(wrong, locked));
    }
    if !user.active {
        return Err(Error::refused("该账号已停用。如需恢复，请联系本县区的安全管理员"));
    }
    let mut token: SessionToken = [0; 32];
    getrandom::fill(&mut token).map_err(|error| Error::failure("登录没有完成，请重试", error))?;
    let mut write = app.storage.write(&Actor::from(&user), now).await?;
    write.login_succeeded(user.id).await?;
    let idle = i64::from(app.config.session_idle_minutes) * 60;
    let absolute = i64::from(app.config.session_hours) * 3600;
    write.session_create(user.id, &token, idle, absolute).await?;
    write.commit().await?;
    Ok(SignedIn { token: hex::encode(token), user })
}

fn wrong() -> Error {
    Error::refused("用户名或密码不正确。连续输错 5 次，账号将锁定 15 分钟")
}

fn locked(until: Instant) -> Error {
    Error::refused(format!(
        "密码连续输错 {LOCK_AFTER} 次，账号已锁定，{} 后可以再试。忘记密码请联系本县区的安全管理员",
        until.minute()
    ))
}

/// Ends the session behind a cookie; an unknown or ended one is no error.
pub async fn sign_out(app: &App, token: &str) -> Result<()> {
    let Some(bytes) = parse(token) else { return Ok(()) };
    let Some(session) = app.storage.session_find(&bytes, app.now()).await? else { return Ok(()) };
    let app = app.clone();
    in_own_task(async move {
        let mut write = app.storage.write(&Actor::from(&session.user), app.now()).await?;
        write.session_revoke(&bytes).await?;
        write.commit().await
    })
    .await
}

/// Who is behind a cookie, if a session is running; prolongs it.
pub async fn user_of(app: &App, token: &str) -> Result<Option<User>> {
    let Some(bytes) = parse(token) else { return Ok(None) };
    let now = app.now();
    let Some(session) = app.storage.session_find(&bytes, now).await? else { return Ok(None) };
    app.storage.session_touch(&bytes, now, i64::from(app.config.session_idle_minutes) * 60).await?;
    Ok(Some(session.user))
}

/// The same as an [`Actor`].
pub async fn actor_of(app: &App, token: &str) -> Result<Option<Actor>> {
    Ok(user_of(app, token).await?.as_ref().map(Actor::from))
}

fn parse(token: &str) -> Option<SessionToken> {
    hex::decode(token).ok()?.try_into().ok()
}
