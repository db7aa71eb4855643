//! Signatures and trust: the keys the city knows, what this county asks of a package before it may be enabled, and which
//! running measures no longer meet it. Also how signatures are shown wherever packages are.

use super::error::{Answer, problems};
use super::field::{Drawer, FieldView, Input, OptionView};
use super::form_data::Posted;
use super::frame::{Frame, Who};
use super::{go, problems::summary, show as page, show_with};
use crate::App;
use crate::app::trust::{self, Concern, PolicyDraft, TrustView};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use doudi_domain::policy::Permission;
use doudi_domain::trust::{NO_POLICY, PublisherKey, Standing, TrustPolicy, TrustRule};
use doudi_domain::{Actor, Date, Error, Problem, Result};

/// A signature, or the lack of any, as a badge.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mark {
    pub tone: &'static str,
    pub text: String,
}

/// Who signed a package, and what each signature is worth.
pub fn marks(frame: &Frame, trust: &TrustView) -> Vec<Mark> {
    if trust.signatures.is_empty() {
        return vec![Mark { tone: "soon", text: frame.t("未签名").to_owned() }];
    }
    let whose = |key: &Option<(String, String)>, id: &str| match key {
        Some((name, _)) => name.clone(),
        None => id.to_owned(),
    };
    trust
        .signatures
        .iter()
        .map(|signature| {
            let name = whose(&signature.key, &signature.key_id);
            match signature.standing {
                Standing::Valid => Mark { tone: "good", text: name },
                standing => Mark { tone: tone(standing), text: format!("{name} · {}", frame.t(standing.zh())) },
            }
        })
        .collect()
}

pub fn tone(standing: Standing) -> &'static str {
    match standing {
        Standing::Valid => "good",
        Standing::NotYet | Standing::Unknown | Standing::Expired => "soon",
        Standing::Revoked | Standing::Wrong => "bad",
    }
}

/// A policy of the county as a row.
struct PolicyRow {
    policy: TrustPolicy,
    in_force: bool,
    planned: bool,
}

#[derive(Template)]
#[template(path = "trust/index.html")]
struct IndexPage {
    frame: Frame,
    keys: Vec<PublisherKey>,
    policies: Vec<PolicyRow>,
    concerns: Vec<Concern>,
    summary: String,
    fields: Vec<FieldView>,
    may_configure: bool,
}

impl IndexPage {
    /// What applies today, in a sentence.
    fn applies(&self) -> String {
        let row = self.policies.iter().find(|row| row.in_force);
        row.map_or_else(|| self.frame.t(NO_POLICY).to_owned(), |row| row.policy.sentence())
    }

    fn is_set(&self) -> bool {
        self.policies.iter().any(|row| row.in_force)
    }

    fn key_state(&self, key: &PublisherKey) -> Mark {
        let today = self.frame.today;
        let standing = key.standing(today, today);
        let text = match (standing, &key.revoked) {
            (Standing::Valid, _) => self.frame.t("有效").to_owned(),
            (_, Some(revoked)) => format!("{} {}", self.frame.t("已撤销"), revoked.at.date()),
            (standing, _) => self.frame.t(standing.zh()).to_owned(),
        };
        Mark { tone: tone(standing), text }
    }
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
    let keys = trust::keys(app, actor).await?;
    let (now, all) = trust::policies(app, actor).await?;
    let concerns = trust::concerns(app, actor).await?;
    let draw = Drawer { words: frame.words(), posted, problems };
    let rules = [("any-of", "任何一个签名即可"), ("all-of", "所选的都要签名"), ("at-least", "至少几个签名")];
    let rules = rules
        .into_iter()
        .map(|(value, label)| OptionView {
            value: value.into(),
            label: frame.t(label).to_owned(),
            chosen: value == now.as_ref().map_or("any-of", |now| now.rule.code()),
        })
        .collect();
    let names = keys.iter().filter(|key| key.revoked.is_none());
    let options = names
        .map(|key| OptionView {
            value: key.name.clone(),
            label: format!("{}（{}）", key.name, key.publisher),
            chosen: match &now {
                // Before anything is typed, what is asked now.
                Some(now) if posted.fields.is_empty() => now.keys.contains(&key.name),
                _ => posted.all("keys").any(|chosen| chosen == key.name),
            },
        })
        .collect();
    let asked = match now.as_ref().map(|now| now.rule) {
        Some(TrustRule::AtLeast(number)) => number.to_string(),
        _ => "2".to_owned(),
    };
    let needed = match posted.get("needed") {
        "" => asked,
        typed => typed.to_owned(),
    };
    let fields = vec![
        FieldView::new(frame.words(), "keys", "信任哪些公钥", Input::Choices { options })
            .help("一个也不选，就是不信任任何签名，不能启用新的措施包")
            .problems("keys", problems),
        draw.choice("rule", "要求", rules).required(),
        FieldView::new(
            frame.words(),
            "needed",
            "至少几个",
            Input::Number { value: needed, min: Some(1), max: Some(99) },
        )
        .help("只在选“至少几个签名”时使用")
        .problems("needed", problems),
        draw.date("from", "从哪一天起", &frame.today.to_string()).required().problems("from", problems),
        draw.line("reason", "依据")
            .required()
            .help("文号和文件名，例如 县信息化领导小组会议纪要")
            .problems("reason", problems),
    ];
    let summary = summary(frame.words(), problems, &fields);
    let today = frame.today;
    let policies = all
        .into_iter()
        .map(|policy| PolicyRow {
            in_force: now.as_ref().is_some_and(|now| now.id == policy.id),
            planned: policy.from > today,
            policy,
        })
        .collect();
    let may_configure = frame.may(Permission::Configure);
    Ok(IndexPage { frame, keys, policies, concerns, summary, fields, may_configure })
}

pub async fn set_policy(State(app): State<App>, frame: Frame, Who(actor): Who, posted: Posted) -> Answer {
    let mut wrong = Vec::new();
    let needed = match posted.get("rule") {
        "at-least" => posted.parse::<u32>("needed", "至少几个签名", &mut wrong),
        _ => Some(0),
    };
    let from = posted.parse::<Date>("from", "从哪一天起", &mut wrong);
    let rule = TrustRule::parse(posted.get("rule"), needed.unwrap_or_default());
    if rule.is_none() {
        wrong.push(Problem::new("rule", "trust.rule", "请选择要求"));
    }
    if let (Some(from), Some(rule), true) = (from, rule, wrong.is_empty()) {
        let keys = posted.all("keys").filter(|name| !name.is_empty()).map(str::to_owned).collect();
        let draft = PolicyDraft { from, rule, keys, reason: posted.get("reason").to_owned() };
        match trust::policy_set(&app, &actor, draft).await {
            Ok(_) => return go("/trust", "saved"),
            Err(error) => wrong.extend(problems(error)?),
        }
    }
    show_with(StatusCode::UNPROCESSABLE_ENTITY, &index_page(&app, frame, &actor, &posted, &wrong).await?)
}

/// A signature file for a package that is installed already.
pub async fn add_signature(
    State(app): State<App>,
    frame: Frame,
    Who(actor): Who,
    Path(digest): Path<String>,
    mut posted: Posted,
) -> Answer {
    let added = match posted.files.pop().map(|file| String::from_utf8(file.content)) {
        Some(Ok(text)) if !text.is_empty() => trust::signature_add(&app, &actor, &digest, &text).await,
        Some(Err(_)) => Err(Error::invalid("", "signature", "不是签名文件。签名文件的扩展名是 .minisig")),
        _ => Err(Error::invalid("", "signature", "没有选择文件。请选择发布方提供的签名文件（.minisig）")),
    };
    super::plugins::answer(&app, frame, &actor, &digest, added, "signed", None).await
}
