//! Tokens of other programs: one's own, made and taken back here; for the security administrator those of the whole county.
//! A new token is shown once, on the page that made it.

use super::error::{Answer, problems};
use super::field::{Drawer, FieldView, Input, OptionView};
use super::form_data::Posted;
use super::frame::{Frame, Who};
use super::{go, problems::summary, show as page, show_with};
use crate::App;
use crate::app::token::{self, Issued, TokenDraft};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use doudi_domain::token::{GROUPS, RESOURCES, Token};
use doudi_domain::{Actor, Error, Instant, Problem, Result, TokenId};

/// Lives offered, in days, as far as the county allows them.
const DAYS: [u32; 5] = [7, 30, 90, 180, 365];

#[derive(Template)]
#[template(path = "tokens/index.html")]
struct IndexPage {
    frame: Frame,
    now: Instant,
    own: Option<i64>,
    tokens: Vec<Token>,
    issued: Option<Issued>,
    summary: String,
    fields: Vec<FieldView>,
    /// The long list of single scopes, folded away.
    single: FieldView,
}

impl IndexPage {
    /// Scopes in words: 查看（…）、households:write …
    fn scopes(&self, token: &Token) -> Vec<String> {
        token.scopes.words().map(str::to_owned).collect()
    }

    fn holds(&self, token: &Token) -> bool {
        token.holds(self.now)
    }

    /// Ends within a fortnight.
    fn ends_soon(&self, token: &Token) -> bool {
        token.expires_at <= self.now.plus_seconds(14 * 86_400)
    }

    fn is_own(&self, token: &Token) -> bool {
        Some(token.user.0) == self.own
    }

    /// Does anybody else's stand in the list?
    fn several_people(&self) -> bool {
        self.tokens.iter().any(|token| !self.is_own(token))
    }
}

pub async fn index(State(app): State<App>, frame: Frame, Who(actor): Who) -> Answer {
    page(&index_page(&app, frame, &actor, &Posted::default(), &[], None).await?)
}

async fn index_page(
    app: &App,
    frame: Frame,
    actor: &Actor,
    posted: &Posted,
    problems: &[Problem],
    issued: Option<Issued>,
) -> Result<IndexPage> {
    let tokens = token::list(app, actor).await?;
    let draw = Drawer { words: frame.words(), posted, problems };
    let options = |words: Vec<(String, String)>| {
        let option = |(value, label): (String, String)| OptionView {
            chosen: posted.all("scope").any(|given| given == value),
            value,
            label,
        };
        words.into_iter().map(option).collect::<Vec<_>>()
    };
    let groups = GROUPS.iter().map(|(word, zh)| ((*word).to_owned(), frame.t(zh).to_owned())).collect();
    let single = RESOURCES.iter().flat_map(|(resource, zh)| {
        [("read", "查看"), ("write", "办理")]
            .map(|(deed, does)| (format!("{resource}:{deed}"), format!("{} · {}", frame.t(zh), frame.t(does))))
    });
    let days = DAYS
        .iter()
        .filter(|days| **days <= app.config.token_days)
        .map(|days| OptionView {
            value: days.to_string(),
            label: format!("{days} {}", frame.t("天")),
            chosen: *days == 90,
        })
        .collect();
    let words = frame.words();
    let fields = vec![
        draw.line("name", "用途").required().help("写明哪个系统、做什么，例如 医保数据交换"),
        FieldView::new(words, "scope", "权限范围", Input::Choices { options: options(groups) })
            .required()
            .problems("权限范围", problems)
            .help("只选需要的。令牌能做的不会超过本人的职务和管辖范围"),
        draw.choice("days", "有效期", days).required(),
    ];
    let single = Input::Choices { options: options(single.collect()) };
    let single = FieldView { id: "f-single".into(), ..FieldView::new(words, "scope", "只限某一类", single) };
    Ok(IndexPage {
        summary: summary(words, problems, &fields),
        now: app.now(),
        own: actor.user_id().map(|id| id.0),
        frame,
        tokens,
        issued,
        fields,
        single,
    })
}

/// The new token stands on the answer itself: an address could be kept, and a second look does not show it again.
pub async fn create(State(app): State<App>, frame: Frame, Who(actor): Who, posted: Posted) -> Answer {
    let Some(user) = actor.user_id() else { return Err(Error::forbidden("请先登录").into()) };
    let draft = TokenDraft {
        user,
        name: posted.get("name").to_owned(),
        scopes: posted.all("scope").collect::<Vec<_>>().join(" "),
        days: posted.get("days").parse().unwrap_or(0),
    };
    match token::create(&app, &actor, draft).await {
        Ok(issued) => page(&index_page(&app, frame, &actor, &Posted::default(), &[], Some(issued)).await?),
        Err(error) => {
            let problems = problems(error)?;
            let form = index_page(&app, frame, &actor, &posted, &problems, None).await?;
            show_with(StatusCode::UNPROCESSABLE_ENTITY, &form)
        }
    }
}

pub async fn revoke(State(app): State<App>, Who(actor): Who, Path(id): Path<i64>) -> Answer {
    token::revoke(&app, &actor, TokenId(id)).await?;
    go("/tokens", "revoked")
}
