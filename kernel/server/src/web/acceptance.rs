//! The county's acceptance cases: the list with what a version answers to each, a case with its family, saving one from a
//! form or from a household's file, and withdrawing one.

use super::error::{Answer, problems};
use super::field::{Drawer, FieldView, OptionView};
use super::form_data::Posted;
use super::frame::{Frame, Who};
use super::{format, go, problems::summary, show as page, show_with};
use crate::App;
use crate::app::acceptance::{self, AcceptanceDraft, AcceptanceRun, CaseView, Copied, HouseholdCase};
use crate::app::{display, value};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use doudi_documents::Text;
use doudi_documents::scenario::{Expect, Item, Member, Scenario};
use doudi_domain::acceptance::Source;
use doudi_domain::catalogue::{self, Field, Kind, Origin, Table};
use doudi_domain::fact::Value as FactValue;
use doudi_domain::policy::Permission;
use doudi_domain::{AcceptanceId, Actor, Date, Error, Fen, HouseholdId, Problem, Result, calendar, codes};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// Members and amounts a form has room for.
const MEMBERS: usize = 10;
const ITEMS: usize = 12;

#[derive(Debug, Default, Deserialize)]
pub struct Filter {
    #[serde(default)]
    plugin: String,
    #[serde(default)]
    digest: String,
    #[serde(default)]
    members: usize,
}

#[derive(Template)]
#[template(path = "acceptance/index.html")]
struct IndexPage {
    frame: Frame,
    measures: Vec<(String, Text)>,
    plugin: String,
    /// Versions one can ask.
    versions: Vec<OptionView>,
    run: Option<AcceptanceRun>,
    /// Why there is none.
    why_not: String,
    may_write: bool,
    may_see: bool,
}

pub async fn index(State(app): State<App>, frame: Frame, Who(actor): Who, Query(filter): Query<Filter>) -> Answer {
    let measures = acceptance::measures(&app, &actor).await?;
    let first = || measures.first().map(|(id, _)| id.clone()).unwrap_or_default();
    let plugin = if filter.plugin.is_empty() { first() } else { filter.plugin };
    let packages = crate::app::plugin::packages(&app, &actor).await?;
    let digest = (!filter.digest.is_empty()).then_some(filter.digest.as_str());
    let (run, why_not) = match acceptance::run(&app, &actor, &plugin, digest).await {
        Ok(run) => (Some(run), String::new()),
        Err(error @ Error::Refused { .. }) => (None, error.to_string()),
        Err(Error::NotFound { .. }) if measures.is_empty() => (None, String::new()),
        Err(error) => return Err(error.into()),
    };
    let asked = run.as_ref().map(|run| run.plugin.digest.clone()).unwrap_or_default();
    let versions = packages
        .iter()
        .filter(|view| view.release.plugin == plugin)
        .map(|view| OptionView {
            value: view.release.digest.clone(),
            label: format!("{}{}", view.release.version, if view.in_force { frame.t("（使用中）") } else { "" }),
            chosen: view.release.digest == asked,
        })
        .collect();
    page(&IndexPage {
        may_write: frame.may(Permission::AcceptanceWrite),
        may_see: frame.may(Permission::AcceptanceWrite),
        frame,
        measures,
        plugin,
        versions,
        run,
        why_not,
    })
}

#[derive(Template)]
#[template(path = "acceptance/show.html")]
struct CasePage {
    frame: Frame,
    view: CaseView,
    problems: Vec<Problem>,
    may_write: bool,
}

/// A line of what a family states.
struct Stated {
    label: String,
    value: String,
}

impl CasePage {
    fn household(&self) -> Vec<Stated> {
        stated(&self.frame, &self.view.scenario.household)
    }

    fn member(&self, member: &Member) -> Vec<Stated> {
        let mut lines = stated(&self.frame, &member.fields);
        for item in &member.items {
            let field = catalogue::find(&item.field);
            let label = field.map_or(item.field.as_str(), |field| self.frame.pick(field.zh, field.en)).to_owned();
            lines.push(Stated { label, value: format::yuan(Fen(item.value)) });
        }
        lines
    }

    fn parameters(&self) -> Vec<Stated> {
        let parameters = self.view.scenario.parameters.iter();
        parameters.map(|(code, value)| Stated { label: code.clone(), value: value.to_string() }).collect()
    }
}

fn stated(frame: &Frame, values: &BTreeMap<String, Value>) -> Vec<Stated> {
    values
        .iter()
        .filter_map(|(code, value)| {
            let field = catalogue::find(code)?;
            Some(Stated { label: frame.pick(field.zh, field.en).to_owned(), value: shown(field, value) })
        })
        .collect()
}

fn shown(field: &Field, value: &Value) -> String {
    let code = || value.as_i64().and_then(|code| i32::try_from(code).ok());
    match field.kind {
        Kind::Code(table) => code().map_or_else(|| value.to_string(), |code| display::code_word(table, code)),
        Kind::YesNo => {
            let yes = value.as_bool().unwrap_or(value.as_i64() == Some(1));
            display::code_word(&codes::YES_NO, i32::from(yes))
        }
        Kind::Date => match value.as_i64().and_then(|days| i32::try_from(days).ok()) {
            Some(days) => calendar::from_days(days).to_string(),
            None => value.as_str().unwrap_or_default().to_owned(),
        },
        _ => value.as_str().map_or_else(|| value.to_string(), str::to_owned),
    }
}

pub async fn show(State(app): State<App>, frame: Frame, Who(actor): Who, Path(id): Path<i64>) -> Answer {
    page(&case_page(&app, frame, &actor, id, Vec::new()).await?)
}

async fn case_page(app: &App, frame: Frame, actor: &Actor, id: i64, problems: Vec<Problem>) -> Result<CasePage> {
    let view = acceptance::fetch(app, actor, AcceptanceId(id)).await?;
    Ok(CasePage { may_write: frame.may(Permission::AcceptanceWrite), frame, view, problems })
}

pub async fn withdraw(
    State(app): State<App>,
    frame: Frame,
    Who(actor): Who,
    Path(id): Path<i64>,
    posted: Posted,
) -> Answer {
    match acceptance::withdraw(&app, &actor, AcceptanceId(id), posted.get("reason")).await {
        Ok(()) => go(&format!("/acceptance/{id}"), "saved"),
        Err(error) => {
            let problems = problems(error)?;
            show_with(StatusCode::UNPROCESSABLE_ENTITY, &case_page(&app, frame, &actor, id, problems).await?)
        }
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// From a form

#[derive(Template)]
#[template(path = "acceptance/new.html")]
struct NewPage {
    frame: Frame,
    plugin: String,
    plugin_name: Text,
    summary: String,
    head: Vec<FieldView>,
    household: Vec<FieldView>,
    /// A list of fields for each member.
    members: Vec<Vec<FieldView>>,
    /// Rows of amounts: whose, what, how much.
    items: Vec<Vec<FieldView>>,
    expect: Vec<FieldView>,
    count: usize,
}

pub async fn new(State(app): State<App>, frame: Frame, Who(actor): Who, Query(filter): Query<Filter>) -> Answer {
    let count = if filter.members == 0 { 3 } else { filter.members };
    page(&new_page(&app, frame, &actor, &filter.plugin, count, &Posted::default(), &[]).await?)
}

async fn new_page(
    app: &App,
    frame: Frame,
    actor: &Actor,
    plugin: &str,
    count: usize,
    posted: &Posted,
    problems: &[Problem],
) -> Result<NewPage> {
    let measures = acceptance::measures(app, actor).await?;
    let Some((plugin, plugin_name)) = measures.into_iter().find(|(id, _)| id == plugin) else {
        return Err(Error::not_found("措施"));
    };
    let count = count.clamp(1, MEMBERS);
    let fields = acceptance::fields(app, actor, &plugin).await?;
    let draw = Drawer { words: frame.words(), posted, problems };
    let of = |table: Table| fields.iter().copied().filter(move |field| field.table == table);
    let head = vec![
        draw.line("name", "用例名称").required().help("一句话说清这户的情况，例如：三口之家，一人重残，工资 1,800 元"),
        draw.date("date", "按哪一天的规则和参数", &frame.today.to_string()).required(),
        draw.line("note", "说明").help("为什么保存，例如：2022 年信访件"),
    ];
    let members =
        (1..=count).map(|n| of(Table::Person).map(|field| drawn(&draw, &frame, &format!("m{n}."), field)).collect());
    let kinds: Vec<OptionView> = fields
        .iter()
        .filter(|field| field.table.is_items())
        .map(|field| OptionView {
            value: field.code.as_str().to_owned(),
            label: frame.pick(field.zh, field.en).to_owned(),
            chosen: false,
        })
        .collect();
    let items = (1..=ITEMS)
        .map(|n| {
            let whose = (1..=count).map(|member| OptionView {
                value: member.to_string(),
                label: format!("{} {member}", frame.t("成员")),
                chosen: false,
            });
            vec![
                draw.choice(&format!("i{n}.member"), "成员", with_none(whose.collect())),
                draw.choice(&format!("i{n}.field"), "项目", with_none(kinds.clone())),
                draw.line(&format!("i{n}.value"), "金额（元）"),
            ]
        })
        .collect();
    let outcomes = acceptance::outcomes(app, actor, &plugin).await?;
    let options = outcomes
        .into_iter()
        .map(|(code, label)| OptionView { value: code, label: frame.text(&label).to_owned(), chosen: false })
        .collect();
    let expect = vec![
        draw.choice("outcome", "期望的结论", options).required(),
        draw.line_of("amount", "期望的每月金额（元）", "0.00").required(),
    ];
    let household = of(Table::Household).map(|field| drawn(&draw, &frame, "h.", field)).collect();
    let members: Vec<Vec<FieldView>> = members.collect();
    let summary = summary(frame.words(), problems, &head);
    Ok(NewPage { frame, plugin, plugin_name, summary, head, household, members, items, expect, count })
}

fn with_none(mut options: Vec<OptionView>) -> Vec<OptionView> {
    options.insert(0, OptionView { value: String::new(), label: "—".to_owned(), chosen: false });
    options
}

fn drawn(draw: &Drawer<'_>, frame: &Frame, prefix: &str, field: &Field) -> FieldView {
    let name = format!("{prefix}{}", field.code);
    let label = frame.pick(field.zh, field.en);
    let choice = |table: &codes::CodeTable, initial: Option<i32>| {
        let option = |entry: &codes::Code| OptionView {
            value: entry.code.to_string(),
            label: frame.pick(entry.zh, entry.en).to_owned(),
            chosen: initial == Some(entry.code),
        };
        draw.choice(&name, label, with_none(table.entries.iter().map(option).collect()))
    };
    match field.kind {
        Kind::Code(table) => choice(table, None),
        // Not stated is not the same as no. Who is entered as a member usually lives there.
        Kind::YesNo => choice(&codes::YES_NO, (field.origin == Origin::Core).then_some(1)),
        Kind::Date => draw.date(&name, label, ""),
        _ => draw.line(&name, label),
    }
}

pub async fn create(State(app): State<App>, frame: Frame, Who(actor): Who, posted: Posted) -> Answer {
    let plugin = posted.get("plugin").to_owned();
    let count = posted.get("members").parse().unwrap_or(3);
    let fields = acceptance::fields(&app, &actor, &plugin).await?;
    let outcome = match read(&posted, &fields, count) {
        Ok(scenario) => {
            let note = posted.get("note").to_owned();
            acceptance::save(
                &app,
                &actor,
                AcceptanceDraft { plugin: plugin.clone(), scenario, source: Source::Form, note },
            )
            .await
        }
        Err(problems) => Err(Error::Invalid(problems)),
    };
    match outcome {
        Ok(id) => go(&format!("/acceptance/{id}"), "created"),
        Err(error) => {
            let problems = problems(error)?;
            let form = new_page(&app, frame, &actor, &plugin, count, &posted, &problems).await?;
            show_with(StatusCode::UNPROCESSABLE_ENTITY, &form)
        }
    }
}

/// What was typed, as a scenario; everything wrong at once, beside its field.
fn read(posted: &Posted, fields: &[&'static Field], count: usize) -> std::result::Result<Scenario, Vec<Problem>> {
    let mut found: Vec<Problem> = Vec::new();
    let values = |prefix: &str, table: Table, found: &mut Vec<Problem>| {
        let mut values = BTreeMap::new();
        for field in fields.iter().filter(|field| field.table == table) {
            let name = format!("{prefix}{}", field.code);
            let typed = posted.get(&name);
            let typed =
                if matches!(field.kind, Kind::YesNo) { if posted.ticked(&name) { "1" } else { "0" } } else { typed };
            if typed.is_empty() {
                continue;
            }
            match value::parse(field, typed) {
                Ok(FactValue::Int(number)) => {
                    let number = match field.kind {
                        Kind::Date => Value::from(calendar::from_days(i32::try_from(number).unwrap_or(0)).to_string()),
                        Kind::YesNo => Value::from(number != 0),
                        _ => Value::from(number),
                    };
                    values.insert(field.code.as_str().to_owned(), number);
                }
                Ok(_) => {}
                Err(message) => found.push(Problem::new(name, "acceptance.value", message)),
            }
        }
        values
    };
    let household = values("h.", Table::Household, &mut found);
    let mut members: Vec<Member> = (1..=count.clamp(1, MEMBERS))
        .map(|n| {
            let fields = values(&format!("m{n}."), Table::Person, &mut found);
            let relation =
                fields.get("person.relation").and_then(Value::as_i64).and_then(|code| i32::try_from(code).ok());
            let word = relation.and_then(|code| codes::RELATION.find(code)).map_or("成员", |entry| entry.zh);
            Member { who: format!("{n} {word}"), fields, items: Vec::new() }
        })
        .collect();
    for n in 1..=ITEMS {
        let (whose, what, much) = (format!("i{n}.member"), format!("i{n}.field"), format!("i{n}.value"));
        let typed = [posted.get(&whose), posted.get(&what), posted.get(&much)];
        if typed.iter().all(|text| text.is_empty()) {
            continue;
        }
        let member = typed[0].parse::<usize>().ok().and_then(|n| members.get_mut(n.wrapping_sub(1)));
        let known = fields.iter().any(|field| field.table.is_items() && field.code.as_str() == typed[1]);
        match (member, known, Fen::parse(typed[2])) {
            (Some(member), true, Some(amount)) => {
                let field = typed[1].to_owned();
                member.items.push(Item { field, value: amount.0, qualifier: 0, from: None, to: None });
            }
            (None, ..) => found.push(Problem::new(whose, "acceptance.item", "请选择是谁的")),
            (_, false, _) => found.push(Problem::new(what, "acceptance.item", "请选择项目")),
            (.., None) => found.push(Problem::new(much, "acceptance.item", "请填写金额，例如 1800.00")),
        }
    }
    let amount = Fen::parse(posted.get("amount"));
    if amount.is_none() {
        found.push(Problem::new("amount", "acceptance.amount", "请填写金额，没有金额的填 0"));
    }
    if posted.get("outcome").is_empty() {
        found.push(Problem::new("outcome", "acceptance.outcome", "请选择期望的结论"));
    }
    let (Some(amount), true) = (amount, found.is_empty()) else { return Err(found) };
    Ok(Scenario {
        name: posted.get("name").to_owned(),
        date: posted.get("date").to_owned(),
        parameters: BTreeMap::new(),
        household,
        members,
        expect: Expect {
            outcome: posted.get("outcome").to_owned(),
            amount: amount.0,
            reasons: Vec::new(),
            without: Vec::new(),
            figures: BTreeMap::new(),
        },
    })
}

// ---------------------------------------------------------------------------------------------------------------------
// From a household

#[derive(Debug, Default, Deserialize)]
pub struct When {
    #[serde(default)]
    plugin: String,
    #[serde(default)]
    on: String,
}

#[derive(Template)]
#[template(path = "acceptance/household.html")]
struct HouseholdPage {
    frame: Frame,
    household: HouseholdId,
    measures: Vec<(String, Text)>,
    plugin: String,
    on: Date,
    copied: Option<Copied>,
    why_not: String,
    summary: String,
    fields: Vec<FieldView>,
}

impl HouseholdPage {
    fn members(&self) -> usize {
        self.copied.as_ref().map_or(0, |copied| copied.scenario.members.len())
    }
}

pub async fn household(
    State(app): State<App>,
    frame: Frame,
    Who(actor): Who,
    Path(id): Path<i64>,
    Query(when): Query<When>,
) -> Answer {
    let on = when.on.parse().unwrap_or_else(|_| app.today());
    page(&household_page(&app, frame, &actor, id, (&when.plugin, on), &Posted::default(), &[]).await?)
}

async fn household_page(
    app: &App,
    frame: Frame,
    actor: &Actor,
    id: i64,
    (plugin, on): (&str, Date),
    posted: &Posted,
    problems: &[Problem],
) -> Result<HouseholdPage> {
    let measures = acceptance::measures(app, actor).await?;
    let first = || measures.first().map(|(id, _)| id.clone()).unwrap_or_default();
    let plugin = if plugin.is_empty() { first() } else { plugin.to_owned() };
    let (copied, why_not) = match acceptance::copy_of_household(app, actor, &plugin, HouseholdId(id), on).await {
        Ok(copied) => (Some(copied), String::new()),
        Err(error @ (Error::Refused { .. } | Error::Invalid(_))) => (None, error.to_string()),
        Err(error) => return Err(error),
    };
    let draw = Drawer { words: frame.words(), posted, problems };
    let mut fields = Vec::new();
    if let Some(copied) = &copied {
        let chosen = &copied.scenario.expect.outcome;
        let outcomes = acceptance::outcomes(app, actor, &plugin).await?;
        let options = outcomes
            .into_iter()
            .map(|(code, label)| OptionView {
                chosen: code == *chosen,
                value: code,
                label: frame.text(&label).to_owned(),
            })
            .collect();
        fields = vec![
            draw.line("name", "用例名称").required().help("不要写姓名和住址，例如：三口之家，一人重残，工资 1,800 元"),
            draw.choice("outcome", "期望的结论", options).required(),
            draw.line_of("amount", "期望的每月金额（元）", &Fen(copied.scenario.expect.amount).to_string()).required(),
            draw.line("note", "说明").help("为什么保存，例如：2022 年信访件"),
        ];
    }
    let summary = summary(frame.words(), problems, &fields);
    Ok(HouseholdPage { frame, household: HouseholdId(id), measures, plugin, on, copied, why_not, summary, fields })
}

pub async fn save_household(
    State(app): State<App>,
    frame: Frame,
    Who(actor): Who,
    Path(id): Path<i64>,
    posted: Posted,
) -> Answer {
    let plugin = posted.get("plugin").to_owned();
    let on = posted.get("on").parse().unwrap_or_else(|_| app.today());
    let outcome = match Fen::parse(posted.get("amount")) {
        Some(amount) => {
            let case = HouseholdCase {
                plugin: plugin.clone(),
                household: HouseholdId(id),
                on,
                name: posted.get("name").to_owned(),
                expected: Some((posted.get("outcome").to_owned(), amount)),
                note: posted.get("note").to_owned(),
            };
            acceptance::save_household(&app, &actor, case).await
        }
        None => Err(Error::invalid("amount", "acceptance.amount", "请填写金额，没有金额的填 0")),
    };
    match outcome {
        Ok(case) => go(&format!("/acceptance/{case}"), "created"),
        Err(error) => {
            let problems = problems(error)?;
            let form = household_page(&app, frame, &actor, id, (&plugin, on), &posted, &problems).await?;
            show_with(StatusCode::UNPROCESSABLE_ENTITY, &form)
        }
    }
}
