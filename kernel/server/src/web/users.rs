//! Users and offices, for the county's security administrator.

use super::error::{Answer, problems};
use super::field::{Drawer, FieldView, OptionView};
use super::form_data::Posted;
use super::frame::{Frame, Who};
use super::{go, problems::summary, show as page, show_with};
use crate::App;
use crate::app::division::{self, Tree};
use crate::app::user::{self, UserDraft, UserRow};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use doudi_domain::identity::{Role, User};
use doudi_domain::{Actor, DivisionCode, Error, Level, Problem, Result, UserId};
use doudi_storage::user::UserChange;

#[derive(Template)]
#[template(path = "users/index.html")]
struct IndexPage {
    frame: Frame,
    rows: Vec<UserRow>,
    summary: String,
    fields: Vec<FieldView>,
}

pub async fn index(State(app): State<App>, frame: Frame, Who(actor): Who) -> Answer {
    page(&index_page(&app, frame, &actor, &Posted::default(), &[]).await?)
}

async fn index_page(
    app: &App,
    frame: Frame,
    actor: &Actor,
    posted: &Posted,
    problems: &[Problem],
) -> Result<IndexPage> {
    let rows = user::list(app, actor).await?;
    let tree = division::tree(app, actor).await?;
    let draw = Drawer { words: frame.words(), posted, problems };
    let mut fields = vec![
        draw.line("login", "用户名").required().help("2 至 40 位小写字母、数字、点、横线或下划线"),
        draw.line("name", "姓名").required(),
    ];
    fields.extend(office_fields(&frame, &draw, &tree, actor, None));
    fields.push(
        draw.password("password", "初始密码")
            .required()
            .problems("密码", problems)
            .help("至少 10 位，包含字母、数字、符号中的两种。请当面告知本人，首次登录后修改"),
    );
    Ok(IndexPage { summary: summary(frame.words(), problems, &fields), frame, rows, fields })
}

fn office_fields(frame: &Frame, draw: &Drawer<'_>, tree: &Tree, actor: &Actor, user: Option<&User>) -> [FieldView; 2] {
    let city = actor.division().level() == Level::City;
    let roles = Role::ALL
        .into_iter()
        .filter(|role| city || *role != Role::CitySupervisor)
        .map(|role| OptionView {
            value: role.code().to_owned(),
            label: frame.role(role).to_owned(),
            chosen: user.is_some_and(|user| user.role == role),
        })
        .collect();
    let places = tree
        .iter()
        .filter(|place| actor.scope().sees(place.code))
        .map(|place| OptionView {
            value: place.code.to_string(),
            label: tree.path(place.code),
            chosen: user.is_some_and(|user| user.division == place.code),
        })
        .collect();
    [
        draw.choice("role", "职务", roles).required(),
        draw.choice("division", "负责的区划", places)
            .required()
            .problems("区划", draw.problems)
            .help("镇街人员选镇（街道），村居人员选村（居），县级人员选县区"),
    ]
}

/// Office and division as chosen.
fn office(posted: &Posted) -> Result<(Role, DivisionCode)> {
    let mut wrong = Vec::new();
    let role = Role::parse(posted.get("role"));
    if role.is_none() {
        wrong.push(Problem::new("role", "user.role", "请选择职务"));
    }
    let division = posted.get("division").parse().ok().and_then(|code| DivisionCode::new(code).ok());
    if division.is_none() {
        wrong.push(Problem::new("division", "user.division", "请选择负责的区划"));
    }
    match (role, division) {
        (Some(role), Some(division)) if role.level() != division.level() => Err(Error::invalid(
            "division",
            "user.level",
            format!("“{}”应负责{}一级的区划，请重新选择", role.zh(), level_word(role.level())),
        )),
        (Some(role), Some(division)) => Ok((role, division)),
        _ => Err(Error::Invalid(wrong)),
    }
}

fn level_word(level: Level) -> &'static str {
    match level {
        Level::City => "市",
        Level::County => "县区",
        Level::Town => "镇（街道）",
        Level::Village => "村（居）",
    }
}

pub async fn create(State(app): State<App>, frame: Frame, Who(actor): Who, posted: Posted) -> Answer {
    let outcome = match office(&posted) {
        Ok((role, division)) => {
            let password = posted.fields.iter().find(|(name, _)| name == "password");
            let draft = UserDraft {
                login: posted.get("login").to_owned(),
                name: posted.get("name").to_owned(),
                role,
                division,
                password: password.map(|(_, value)| value.clone()).unwrap_or_default(),
            };
            user::create(&app, &actor, draft).await
        }
        Err(error) => Err(error),
    };
    match outcome {
        Ok(_) => go("/users", "created"),
        Err(error) => {
            let problems = problems(error)?;
            show_with(StatusCode::UNPROCESSABLE_ENTITY, &index_page(&app, frame, &actor, &posted, &problems).await?)
        }
    }
}

#[derive(Template)]
#[template(path = "users/show.html")]
struct UserPage {
    frame: Frame,
    user: User,
    locked: bool,
    summary: String,
    fields: Vec<FieldView>,
    password: FieldView,
}

pub async fn show(State(app): State<App>, frame: Frame, Who(actor): Who, Path(id): Path<i64>) -> Answer {
    page(&user_page(&app, frame, &actor, UserId(id), &Posted::default(), &[]).await?)
}

async fn user_page(
    app: &App,
    frame: Frame,
    actor: &Actor,
    id: UserId,
    posted: &Posted,
    problems: &[Problem],
) -> Result<UserPage> {
    let user = user::fetch(app, actor, id).await?;
    let tree = division::tree(app, actor).await?;
    let draw = Drawer { words: frame.words(), posted, problems };
    let mut fields = vec![draw.line_of("name", "姓名", &user.name).required()];
    fields.extend(office_fields(&frame, &draw, &tree, actor, Some(&user)));
    let active = [("yes", "在用"), ("no", "停用")].map(|(value, label)| OptionView {
        value: value.to_owned(),
        label: frame.t(label).to_owned(),
        chosen: (value == "yes") == user.active,
    });
    fields.push(draw.choice("active", "账号状态", active.to_vec()));
    let password = draw
        .password("password", "新密码")
        .required()
        .problems("密码", problems)
        .help("至少 10 位，包含字母、数字、符号中的两种。重置后账号同时解锁");
    let summary = summary(frame.words(), problems, fields.iter().chain([&password]));
    let locked = user.locked_until.is_some_and(|until| until > app.now());
    Ok(UserPage { frame, user, locked, summary, fields, password })
}

pub async fn update(
    State(app): State<App>,
    frame: Frame,
    Who(actor): Who,
    Path(id): Path<i64>,
    posted: Posted,
) -> Answer {
    let id = UserId(id);
    let outcome = async {
        let (role, division) = office(&posted)?;
        if posted.get("name").is_empty() {
            return Err(Error::invalid("name", "user.name", "请填写姓名"));
        }
        let known = user::fetch(&app, &actor, id).await?;
        let active = posted.get("active") != "no";
        let change = UserChange {
            name: (known.name != posted.get("name")).then(|| posted.get("name").to_owned()),
            role: (known.role != role).then_some(role),
            division: (known.division != division).then_some(division),
            active: (known.active != active).then_some(active),
        };
        user::update(&app, &actor, id, change).await
    };
    match outcome.await {
        Ok(()) => go(&format!("/users/{id}"), "saved"),
        Err(error) => {
            let problems = problems(error)?;
            show_with(StatusCode::UNPROCESSABLE_ENTITY, &user_page(&app, frame, &actor, id, &posted, &problems).await?)
        }
    }
}

pub async fn reset_password(
    State(app): State<App>,
    frame: Frame,
    Who(actor): Who,
    Path(id): Path<i64>,
    posted: Posted,
) -> Answer {
    let id = UserId(id);
    let password = posted.fields.iter().find(|(name, _)| name == "password").map(|(_, value)| value.clone());
    match user::reset_password(&app, &actor, id, password.unwrap_or_default()).await {
        Ok(()) => go(&format!("/users/{id}"), "password"),
        Err(error) => {
            let problems = problems(error)?;
            let form = user_page(&app, frame, &actor, id, &Posted::default(), &problems).await?;
            show_with(StatusCode::UNPROCESSABLE_ENTITY, &form)
        }
    }
}
