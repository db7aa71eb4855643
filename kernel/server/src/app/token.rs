//! Tokens of other programs: made by a user for herself, or by the operator of the machine for somebody; shown once; taken
//! back by their user or by the security administrator. A token never does more than its user may on that day.

use super::{App, in_own_task};
use doudi_domain::identity::User;
use doudi_domain::policy::{self, Permission};
use doudi_domain::token::{NAME_LENGTH, Scopes, Token};
use doudi_domain::{Actor, Error, Problem, Result, TokenId, UserId};
use doudi_storage::token::{NewToken, TokenSecret, wants_touch};

/// What stands before the secret, so that one left in a file or a log is recognised.
pub const PREFIX: &str = "doudi_";

#[derive(Clone, Debug)]
pub struct TokenDraft {
    /// Whom it acts as. A user makes tokens for herself only.
    pub user: UserId,
    pub name: String,
    /// Words apart by blanks.
    pub scopes: String,
    /// Ends so many days from now.
    pub days: u32,
}

/// A token just made. `secret` is nowhere else in clear.
#[derive(Clone, Debug)]
pub struct Issued {
    pub secret: String,
    pub token: Token,
}

/// Who sends a request, and what her token lets it do.
#[derive(Clone, Debug)]
pub struct Caller {
    pub user: User,
    pub token: Token,
}

/// Makes a token. `Invalid` for unknown scopes, an empty name or too long a life.
pub async fn create(app: &App, actor: &Actor, draft: TokenDraft) -> Result<Issued> {
    if actor.user_id().is_some_and(|own| own != draft.user) {
        return Err(Error::forbidden("接口令牌由本人建立。请由令牌所代表的人员登录后建立"));
    }
    let mut problems = Vec::new();
    let name = draft.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > NAME_LENGTH {
        problems.push(Problem::new("用途", "token.name", format!("请填写用途，最多 {NAME_LENGTH} 字")));
    }
    let most = app.config.token_days;
    if draft.days == 0 || draft.days > most {
        problems.push(Problem::new("有效期", "token.days", format!("有效期应为 1 至 {most} 天")));
    }
    let scopes = match Scopes::parse(&draft.scopes) {
        Ok(scopes) => Some(scopes),
        Err(Error::Invalid(found)) => {
            problems.extend(found);
            None
        }
        Err(error) => return Err(error),
    };
    let (Some(scopes), true) = (scopes, problems.is_empty()) else { return Err(Error::Invalid(problems)) };
    let mut secret: TokenSecret = [0; 32];
    getrandom::fill(&mut secret).map_err(|error| Error::failure("令牌没有建立，请重试", error))?;
    let expires_at = app.now().plus_seconds(i64::from(draft.days) * 86_400);
    let new = NewToken { user: draft.user, name, scopes, expires_at };
    let (app, actor) = (app.clone(), actor.clone());
    in_own_task(async move {
        let mut write = app.storage.write(&actor, app.now()).await?;
        let id = write.token_create(&new, &secret).await?;
        write.commit().await?;
        let token = app.storage.snapshot(actor.scope()).await?.token_fetch(id).await?;
        Ok(Issued { secret: format!("{PREFIX}{}", hex::encode(secret)), token })
    })
    .await
}

/// One's own tokens, newest first; those of the whole area for who manages users.
pub async fn list(app: &App, actor: &Actor) -> Result<Vec<Token>> {
    let mut tokens = app.storage.snapshot(actor.scope()).await?.tokens_list().await?;
    if policy::require(actor, Permission::UserManage).is_err() {
        tokens.retain(|token| Some(token.user) == actor.user_id());
    }
    Ok(tokens)
}

/// Takes a token back: one's own, or any of the area for who manages users. Somebody else's is not there to find.
pub async fn revoke(app: &App, actor: &Actor, id: TokenId) -> Result<()> {
    let token = app.storage.snapshot(actor.scope()).await?.token_fetch(id).await?;
    if Some(token.user) != actor.user_id() && policy::require(actor, Permission::UserManage).is_err() {
        return Err(Error::not_found("接口令牌"));
    }
    let (app, actor) = (app.clone(), actor.clone());
    in_own_task(async move {
        let mut write = app.storage.write(&actor, app.now()).await?;
        write.token_revoke(id).await?;
        write.commit().await
    })
    .await
}

/// Who is behind a secret; `None` for one that is unknown, has ended, was taken back, or whose user is disabled. Which of
/// these it is, nobody is told.
pub async fn caller(app: &App, secret: &str) -> Result<Option<Caller>> {
    let Some(bytes) = parse(secret) else { return Ok(None) };
    let now = app.now();
    let Some((token, user)) = app.storage.token_find(&bytes, now).await? else { return Ok(None) };
    if wants_touch(&token, now) {
        app.storage.token_touch(&bytes, now).await?;
    }
    Ok(Some(Caller { user, token }))
}

fn parse(secret: &str) -> Option<TokenSecret> {
    hex::decode(secret.trim().strip_prefix(PREFIX)?).ok()?.try_into().ok()
}
