//! Facts: recording one dated statement with its source, in two small steps (what, then the value), and reading all that was
//! ever stated of the same thing.

use super::error::{Answer, problems};
use super::field::{Drawer, FieldView, Input, OptionView};
use super::form_data::Posted;
use super::frame::{Frame, Who};
use super::{go, problems::summary, show as page, show_with};
use crate::App;
use crate::app::household::{self, FactDraft, FactView, HouseholdView};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use doudi_domain::catalogue::{self, FIELDS, Field, Kind, Origin, Table};
use doudi_domain::fact::Subject;
use doudi_domain::policy::Permission;
use doudi_domain::{Actor, Date, Error, FactId, HouseholdId, PersonId, Problem, Result, codes};
use serde::Deserialize;

#[derive(Clone, Debug, Default, Deserialize)]
pub struct What {
    #[serde(default)]
    person: String,
    #[serde(default)]
    field: String,
    #[serde(default)]
    supersedes: String,
}

#[derive(Template)]
#[template(path = "facts/new.html")]
struct NewPage {
    frame: Frame,
    view: HouseholdView,
    what: What,
    chosen: Option<&'static Field>,
    /// Kinds of information by table.
    groups: Vec<(&'static str, Vec<&'static Field>)>,
    summary: String,
    fields: Vec<FieldView>,
}

pub async fn new(
    State(app): State<App>,
    frame: Frame,
    Who(actor): Who,
    Path(id): Path<i64>,
    Query(what): Query<What>,
) -> Answer {
    page(&new_page(&app, frame, &actor, HouseholdId(id), what, &Posted::default(), &[]).await?)
}

async fn new_page(
    app: &App,
    frame: Frame,
    actor: &Actor,
    id: HouseholdId,
    what: What,
    posted: &Posted,
    problems: &[Problem],
) -> Result<NewPage> {
    let view = household::file(app, actor, id, None).await?;
    let chosen = catalogue::find(&what.field).filter(|field| field.origin != Origin::Core);
    let fields = chosen.map(|field| fact_fields(&frame, &view, field, &what, posted, problems)).unwrap_or_default();
    let groups = [
        (Table::Person, "个人情况"),
        (Table::Income, "收入与扣减（每月）"),
        (Table::Asset, "财产"),
        (Table::Spending, "刚性支出（每月）"),
        (Table::Household, "家庭情况"),
    ];
    let groups = groups
        .map(|(table, title)| {
            let fields = FIELDS.iter().filter(|field| field.table == table && field.origin != Origin::Core).collect();
            (title, fields)
        })
        .to_vec();
    Ok(NewPage { summary: summary(frame.words(), problems, &fields), frame, view, what, chosen, groups, fields })
}

fn fact_fields(
    frame: &Frame,
    view: &HouseholdView,
    field: &'static Field,
    what: &What,
    posted: &Posted,
    problems: &[Problem],
) -> Vec<FieldView> {
    let draw = Drawer { words: frame.words(), posted, problems };
    let mut fields = Vec::new();
    if field.table != Table::Household {
        let members = view
            .members
            .iter()
            .map(|member| OptionView {
                value: member.person.to_string(),
                label: format!("{}（{}）", member.name, member.relation),
                chosen: member.person.to_string() == what.person,
            })
            .collect();
        fields.push(draw.choice("person", "对象", members).required());
    }
    let label = frame.pick(field.zh, field.en);
    let mut value = match field.kind {
        Kind::Code(table) => draw.code("value", field.zh, table, ""),
        Kind::YesNo => draw.code("value", field.zh, &codes::YES_NO, ""),
        Kind::Date => draw.date("value", field.zh, ""),
        Kind::Money => {
            let mut value = draw.line("value", field.zh);
            value.input = Input::Money { value: posted.get("value").to_owned() };
            value
        }
        Kind::Count | Kind::Text => draw.line("value", field.zh),
    }
    .required();
    value.label = label.to_owned();
    fields.push(value);
    if let Some(table) = field.qualifier {
        fields.push(draw.code("qualifier", table.zh, table, "0").problems("情形", problems));
    }
    fields.push(draw.date("from", "从哪一天起", &frame.today.to_string()).required().problems("起", problems));
    fields.push(draw.date("to", "到哪一天为止", "").help("仍在持续的不填").problems("止", problems));
    fields.push(draw.code("source", "来源", &codes::SOURCE, "1").required());
    fields.push(draw.line("note", "说明").help("单位、银行、车牌等，按材料填写"));
    if field.origin == Origin::Fact {
        fields.push(replaces(&draw, view, field, what));
    }
    fields
}

/// A single-valued field: the new statement takes the place of the one that holds, if there is one.
fn replaces(draw: &Drawer<'_>, view: &HouseholdView, field: &'static Field, what: &What) -> FieldView {
    let facts = view.members.iter().flat_map(|member| &member.facts).chain(&view.facts);
    let mut options = vec![OptionView {
        value: String::from("0"),
        label: draw.words.t("不替代，新增一条").to_owned(),
        chosen: what.supersedes.is_empty(),
    }];
    options.extend(facts.filter(|known| known.fact.field == field.code).map(|known| OptionView {
        value: known.fact.id.to_string(),
        label: format!("{}（{}，{} 起）", known.shown, known.source, known.fact.from),
        chosen: known.fact.id.to_string() == what.supersedes,
    }));
    draw.choice("supersedes", "替代哪一条", options).help("更正时选择原来的一条，原来的一条仍可在历史中查看")
}

pub async fn create(
    State(app): State<App>,
    frame: Frame,
    Who(actor): Who,
    Path(id): Path<i64>,
    posted: Posted,
) -> Answer {
    let id = HouseholdId(id);
    let mut wrong = Vec::new();
    let from = posted.parse::<Date>("from", "起始日期", &mut wrong);
    let to = posted.parse_optional::<Date>("to", "截止日期", &mut wrong);
    if let (Some(from), true) = (from, wrong.is_empty()) {
        let draft = FactDraft {
            person: posted.get("person").parse().ok(),
            field: posted.get("field").to_owned(),
            value: posted.get("value").to_owned(),
            qualifier: posted.get("qualifier").parse().unwrap_or(0),
            from,
            to,
            source: posted.get("source").parse().unwrap_or(0),
            note: posted.get("note").to_owned(),
            supersedes: posted.get("supersedes").parse().ok().filter(|id: &FactId| id.0 > 0),
            evidence: None,
        };
        match household::record_fact(&app, &actor, id, draft).await {
            Ok(_) => {
                let table = catalogue::find(posted.get("field")).map(|field| field.table);
                let tab = if table.is_some_and(Table::is_items) { "finances" } else { "members" };
                return go(&format!("/households/{id}?tab={tab}"), "saved");
            }
            Err(error) => wrong.extend(problems(error)?),
        }
    }
    let what = What {
        person: posted.get("person").to_owned(),
        field: posted.get("field").to_owned(),
        supersedes: posted.get("supersedes").to_owned(),
    };
    show_with(StatusCode::UNPROCESSABLE_ENTITY, &new_page(&app, frame, &actor, id, what, &posted, &wrong).await?)
}

#[derive(Template)]
#[template(path = "facts/history.html")]
struct HistoryPage {
    frame: Frame,
    view: HouseholdView,
    label: &'static str,
    facts: Vec<FactView>,
    may_write: bool,
}

pub async fn history(
    State(app): State<App>,
    frame: Frame,
    Who(actor): Who,
    Path(id): Path<i64>,
    Query(what): Query<What>,
) -> Answer {
    let id = HouseholdId(id);
    let field = catalogue::find(&what.field).ok_or(Error::not_found("信息项"))?;
    let subject = match what.person.parse() {
        Ok(person) => Subject::Person(PersonId(person)),
        Err(_) => Subject::Household(id),
    };
    let view = household::file(&app, &actor, id, None).await?;
    let mut facts = household::fact_history(&app, &actor, subject, &what.field).await?;
    facts.reverse();
    let may_write = frame.may(Permission::HouseholdWrite);
    page(&HistoryPage { label: frame.pick(field.zh, field.en), frame, view, facts, may_write })
}

pub async fn withdraw(
    State(app): State<App>,
    Who(actor): Who,
    Path((id, fact)): Path<(i64, i64)>,
    posted: Posted,
) -> Answer {
    household::withdraw_fact(&app, &actor, FactId(fact), posted.get("reason").to_owned()).await?;
    go(&format!("/households/{id}"), "saved")
}
