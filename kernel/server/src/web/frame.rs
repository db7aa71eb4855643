//! The frame around every page: who is visiting, in which language and type size, and the menu her office and her county's
//! measures give her. Made once per request by the gate; handlers take it as an argument.

use super::assets::{URLS, Urls};
use super::words::{self, Words};
use crate::App;
use crate::app::{division, measure};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use doudi_documents::Text;
use doudi_domain::identity::{Role, User};
use doudi_domain::policy::{self, Permission};
use doudi_domain::{Actor, Date, Error, Result};
use std::convert::Infallible;

#[derive(Clone, Debug)]
pub struct Frame {
    pub english: bool,
    pub large: bool,
    pub user: Option<User>,
    /// The county (or city) the visitor works for, and her own division in full.
    pub place: Option<String>,
    pub area: String,
    /// The kernel's pages for everyday work.
    pub menu: Vec<MenuItem>,
    /// Those of the county's measures, measure by measure.
    pub measures: Vec<MeasureMenu>,
    /// The kernel's pages for those who look after the system.
    pub setup: Vec<MenuItem>,
    pub today: Date,
    /// Path of this page, and its query without the frame's own words.
    path: String,
    query: Vec<(String, String)>,
    done: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MenuItem {
    pub label: String,
    pub href: String,
}

/// The pages one measure offers an office.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MeasureMenu {
    pub name: String,
    /// `/measures/<plugin>/`.
    prefix: String,
    pub pages: Vec<MenuItem>,
}

/// What the cookies and the address say about language and size.
#[derive(Clone, Copy, Debug, Default)]
pub struct Display {
    pub english: bool,
    pub large: bool,
}

impl Frame {
    /// The frame of somebody who is not signed in, or whose session could not be read.
    pub fn stranger(display: Display, today: Date, path: &str, query: &str) -> Frame {
        let mut query: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap_or_default();
        let done = query.iter().find(|(name, _)| name == "done").map(|(_, value)| value.clone());
        query.retain(|(name, _)| !matches!(name.as_str(), "done" | "lang" | "large"));
        Frame {
            english: display.english,
            large: display.large,
            user: None,
            place: None,
            area: String::new(),
            menu: Vec::new(),
            measures: Vec::new(),
            setup: Vec::new(),
            today,
            path: path.to_owned(),
            query,
            done,
        }
    }

    /// Adds the visitor, her place and her menu.
    pub async fn of(mut self, app: &App, user: User) -> Result<Frame> {
        let actor = Actor::from(&user);
        let tree = division::tree(app, &actor).await?;
        let county = user.division.county().division();
        self.place = Some(tree.name(county));
        self.area = if user.division == county {
            tree.name(county)
        } else {
            format!("{} {}", tree.name(county), tree.path(user.division))
        };
        self.fill_menus(app, &actor).await;
        self.user = Some(user);
        Ok(self)
    }

    async fn fill_menus(&mut self, app: &App, actor: &Actor) {
        let role = actor.role();
        let may = |permission| role.is_some_and(|role| policy::allows(role, permission));
        // A measure that cannot be asked must not take the kernel's own pages with it.
        let offered = measure::offered(app, actor).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "what the measures put into the menu could not be read");
            measure::Offered::default()
        });
        let entries = |wanted: &[(Permission, &'static str, &'static str)]| -> Vec<MenuItem> {
            let allowed = wanted.iter().filter(|(permission, _, _)| may(*permission));
            let item = |(_, label, href): &(Permission, &'static str, &'static str)| MenuItem {
                label: self.t(label).to_owned(),
                href: (*href).to_owned(),
            };
            allowed.map(item).collect()
        };
        let mut menu = entries(&[
            (Permission::CaseRead, "工作台", "/worklist"),
            (Permission::CaseRead, "义务日历", "/duties"),
            (Permission::CaseWrite, "外勤", "/field"),
            (Permission::HouseholdRead, "家庭档案", "/households"),
            (Permission::HouseholdImport, "花名册导入", "/imports"),
            (Permission::DecisionRead, "决定与待遇", "/decisions"),
            (Permission::FiguresRead, "各县区统计", "/figures"),
            (Permission::ScorecardRead, "督查考核", "/scorecard"),
        ]);
        menu.retain(|item| offered.fieldwork || item.href != "/field");
        let setup = entries(&[
            (Permission::ConfigurationRead, "措施管理", "/plugins"),
            (Permission::ConfigurationRead, "政策参数", "/parameters"),
            (Permission::Simulate, "试运行与测算", "/shadow"),
            (Permission::ConfigurationRead, "工作日历", "/calendar"),
            (Permission::Configure, "任务与通知", "/jobs"),
            (Permission::UserManage, "用户", "/users"),
            (Permission::UserManage, "接口令牌", "/tokens"),
            (Permission::AuditRead, "审计日志", "/audit"),
        ]);
        let mut measures: Vec<MeasureMenu> = Vec::new();
        for entry in offered.menu {
            let prefix = format!("/measures/{}/", entry.plugin);
            let page = MenuItem { label: self.text(&entry.title).to_owned(), href: format!("{prefix}{}", entry.page) };
            match measures.iter_mut().find(|measure| measure.prefix == prefix) {
                Some(measure) => measure.pages.push(page),
                None => measures.push(MeasureMenu {
                    name: self.text(&entry.plugin_name).to_owned(),
                    prefix,
                    pages: vec![page],
                }),
            }
        }
        (self.menu, self.measures, self.setup) = (menu, measures, setup);
    }

    /// The measure whose page this is.
    pub fn measure_here(&self) -> Option<&MeasureMenu> {
        self.measures.iter().find(|measure| self.path.starts_with(&measure.prefix))
    }

    pub fn words(&self) -> Words {
        Words { english: self.english }
    }

    /// The words of this language for a Chinese sentence of the kernel's own.
    pub fn t<'a>(&self, zh: &'a str) -> &'a str {
        if self.english { words::english(zh) } else { zh }
    }

    /// A plugin's or the catalogue's text.
    pub fn text<'a>(&self, text: &'a Text) -> &'a str {
        text.in_language(self.english)
    }

    pub fn pick<'a>(&self, zh: &'a str, en: &'a str) -> &'a str {
        if self.english && !en.is_empty() { en } else { zh }
    }

    pub fn role(&self, role: Role) -> &'static str {
        if self.english { role.en() } else { role.zh() }
    }

    pub fn may(&self, permission: Permission) -> bool {
        self.user.as_ref().is_some_and(|user| policy::allows(user.role, permission))
    }

    pub fn searches(&self) -> bool {
        self.may(Permission::HouseholdRead)
    }

    pub fn lang(&self) -> &'static str {
        if self.english { "en" } else { "zh-CN" }
    }

    pub fn urls(&self) -> &'static Urls {
        &URLS
    }

    pub fn version(&self) -> &'static str {
        env!("CARGO_PKG_VERSION")
    }

    pub fn today_long(&self) -> String {
        super::format::date_long(self.today, self.english)
    }

    /// Is the visitor in the part of the house this entry leads to?
    pub fn is_here(&self, href: &str) -> bool {
        self.path == href || self.path.strip_prefix(href).is_some_and(|rest| rest.starts_with('/'))
    }

    /// This page with another language or type size.
    pub fn switch(&self, what: &str) -> String {
        let value = match what {
            "lang" if self.english => "zh",
            "lang" => "en",
            _ if self.large => "no",
            _ => "yes",
        };
        self.with(&[(what, value)])
    }

    /// This page with some words of its query changed; an empty value takes the word out. Going on to another filter begins
    /// at the first page again.
    pub fn with(&self, changes: &[(&str, &str)]) -> String {
        let mut query: Vec<(&str, &str)> = self
            .query
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .filter(|(name, _)| *name != "cursor" && !changes.iter().any(|(changed, _)| changed == name))
            .collect();
        query.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
        let query = serde_urlencoded::to_string(query).unwrap_or_default();
        if query.is_empty() { self.path.clone() } else { format!("{}?{query}", self.path) }
    }

    /// What the step before this page did, in words.
    pub fn done(&self) -> Option<&str> {
        let zh = words::done(self.done.as_deref()?)?;
        Some(self.t(zh))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Frame {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> std::result::Result<Frame, Infallible> {
        Ok(parts.extensions.get::<Frame>().expect("the gate stands before every handler").clone())
    }
}

/// The signed-in visitor as an actor. Handlers of routes that need a sign-in take it.
#[derive(Clone, Debug)]
pub struct Who(pub Actor);

impl<S: Send + Sync> FromRequestParts<S> for Who {
    type Rejection = super::error::Failed;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> std::result::Result<Who, Self::Rejection> {
        let user = parts.extensions.get::<Frame>().and_then(|frame| frame.user.as_ref());
        match user {
            Some(user) => Ok(Who(Actor::from(user))),
            None => Err(Error::forbidden("请先登录").into()),
        }
    }
}
