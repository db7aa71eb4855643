//! Users over the API, for the security administrator of the county.

use super::call::{At, Body, Call};
use super::households::Created;
use super::problem::Answer;
use super::reply::{Done, Made, Shown};
use super::shape::{Id, Moment, Place};
use crate::app::user::{self, UserDraft};
use doudi_domain::UserId;
use doudi_domain::identity::{Role, User};
use doudi_storage::user::UserChange;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::borrow::Cow;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// A role by its code.
#[derive(Clone, Copy)]
pub struct Office(Role);

impl Serialize for Office {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.code())
    }
}

impl<'de> Deserialize<'de> for Office {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Office, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        Role::parse(&text).map(Office).ok_or_else(|| de::Error::custom(format!("没有职务“{text}”")))
    }
}

impl PartialSchema for Office {
    fn schema() -> RefOr<Schema> {
        let words: Vec<String> = Role::ALL.iter().map(|role| format!("{} {}", role.code(), role.zh())).collect();
        ObjectBuilder::new()
            .schema_type(Type::String)
            .enum_values(Some(Role::ALL.iter().map(|role| role.code())))
            .description(Some(format!("职务：{}", words.join("，"))))
            .into()
    }
}

impl ToSchema for Office {
    fn name() -> Cow<'static, str> {
        "Office".into()
    }
}

/// 用户
#[derive(Serialize, ToSchema)]
pub struct UserShape {
    id: Id,
    login: String,
    name: String,
    role: Office,
    division: Place,
    active: bool,
    /// 因密码输错而锁定到
    locked_until: Option<Moment>,
    created_at: Moment,
}

impl From<User> for UserShape {
    fn from(user: User) -> UserShape {
        UserShape {
            id: Id(user.id.0),
            login: user.login,
            name: user.name,
            role: Office(user.role),
            division: Place(user.division),
            active: user.active,
            locked_until: user.locked_until.map(Moment),
            created_at: Moment(user.created_at),
        }
    }
}

/// 管辖范围内的用户
#[derive(Serialize, ToSchema)]
pub struct Users {
    items: Vec<UserShape>,
}

pub async fn index(call: Call) -> Answer<Shown<Users>> {
    let rows = user::list(&call.app, &call.actor).await?;
    Ok(Shown(Users { items: rows.into_iter().map(|row| row.user.into()).collect() }))
}

pub async fn show(call: Call, At((id,)): At<(Id,)>) -> Answer<Shown<UserShape>> {
    Ok(Shown(user::fetch(&call.app, &call.actor, UserId(id.0)).await?.into()))
}

/// 新用户
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUser {
    /// 2 至 40 位小写字母、数字、点、横线或下划线，全市唯一
    login: String,
    name: String,
    role: Office,
    division: Place,
    /// 初始密码，至少 10 位
    #[schema(write_only)]
    password: String,
}

pub async fn create(call: Call, Body(new): Body<NewUser>) -> Answer<Made<Created>> {
    let draft = UserDraft {
        login: new.login,
        name: new.name,
        role: new.role.0,
        division: new.division.0,
        password: new.password,
    };
    let id = user::create(&call.app, &call.actor, draft).await?;
    Ok(Made { location: format!("/users/{id}"), value: Created { id: Id(id.0) } })
}

/// 更改；不更改的不填
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Change {
    name: Option<String>,
    role: Option<Office>,
    division: Option<Place>,
    /// false 停用
    active: Option<bool>,
}

pub async fn update(call: Call, At((id,)): At<(Id,)>, Body(change): Body<Change>) -> Answer<Done> {
    let change = UserChange {
        name: change.name,
        role: change.role.map(|office| office.0),
        division: change.division.map(|place| place.0),
        active: change.active,
    };
    user::update(&call.app, &call.actor, UserId(id.0), change).await?;
    Ok(Done)
}

/// 新密码
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPassword {
    #[schema(write_only)]
    password: String,
}

pub async fn reset_password(call: Call, At((id,)): At<(Id,)>, Body(new): Body<NewPassword>) -> Answer<Done> {
    user::reset_password(&call.app, &call.actor, UserId(id.0), new.password).await?;
    Ok(Done)
}
