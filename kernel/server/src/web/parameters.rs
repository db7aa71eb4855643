//! Policy parameters: a dated table for each, with the document it comes from and the 未核实 mark, and the form for a new value.

use super::error::{Answer, problems};
use super::field::{Drawer, FieldView, OptionView};
use super::form_data::Posted;
use super::frame::{Frame, Who};
use super::{go, problems::summary, show as page, show_with};
use crate::App;
use crate::app::parameter::{self, ParameterDraft, ParameterGroup};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use doudi_documents::manifest::Unit;
use doudi_domain::policy::Permission;
use doudi_domain::{Actor, Date, ParameterId, Problem, Result};

#[derive(Template)]
#[template(path = "parameters/index.html")]
struct IndexPage {
    frame: Frame,
    groups: Vec<ParameterGroup>,
    summary: String,
    fields: Vec<FieldView>,
    may_configure: bool,
}

impl IndexPage {
    fn unverified(&self) -> usize {
        let values = self.groups.iter().flat_map(|group| &group.values);
        values.filter(|value| value.in_force && !value.parameter.verified).count()
    }

    fn missing(&self) -> Vec<&str> {
        self.groups.iter().filter(|group| group.missing).map(|group| self.frame.text(&group.entry.label)).collect()
    }
}

pub(super) fn unit_word(unit: Unit) -> &'static str {
    match unit {
        Unit::Fen => "元",
        Unit::BasisPoints => "百分比，例如 150%",
        Unit::Months => "月数",
        Unit::Days => "天数",
        Unit::Count => "整数",
        Unit::Date => "日期，例如 2022-07-01",
        Unit::Code => "代码",
        Unit::YesNo => "是或否",
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
    let groups = parameter::list(app, actor).await?;
    let draw = Drawer { words: frame.words(), posted, problems };
    let codes = groups
        .iter()
        .map(|group| OptionView {
            value: group.code.clone(),
            label: format!(
                "{} · {}（{}）",
                frame.text(&group.plugin_name),
                frame.text(&group.entry.label),
                frame.t(unit_word(group.entry.unit))
            ),
            chosen: false,
        })
        .collect();
    let fields = vec![
        draw.choice("code", "参数", codes).required(),
        draw.line("value", "数值").required().help("按括号中的单位填写"),
        draw.date("from", "从哪一天起", &frame.today.to_string()).required().problems("起", problems),
        draw.line("source", "依据").required().help("文号和文件名，例如 芜民〔2022〕某号"),
        draw.tick("verified", "我已对照文件原文核实"),
    ];
    let summary = summary(frame.words(), problems, &fields);
    Ok(IndexPage { may_configure: frame.may(Permission::Configure), frame, groups, summary, fields })
}

pub async fn create(State(app): State<App>, frame: Frame, Who(actor): Who, posted: Posted) -> Answer {
    let mut wrong = Vec::new();
    if let Some(from) = posted.parse::<Date>("from", "从哪一天起", &mut wrong) {
        let draft = ParameterDraft {
            code: posted.get("code").to_owned(),
            value: posted.get("value").to_owned(),
            from,
            source: posted.get("source").to_owned(),
            verified: posted.ticked("verified"),
        };
        match parameter::set(&app, &actor, draft).await {
            Ok(_) => return go("/parameters", "saved"),
            Err(error) => wrong.extend(problems(error)?),
        }
    }
    show_with(StatusCode::UNPROCESSABLE_ENTITY, &index_page(&app, frame, &actor, &posted, &wrong).await?)
}

pub async fn verify(State(app): State<App>, Who(actor): Who, Path(id): Path<i64>) -> Answer {
    parameter::verify(&app, &actor, ParameterId(id)).await?;
    go("/parameters", "verified")
}
