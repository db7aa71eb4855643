//! Households: finding one, its file with tabs and timeline as of any day, entering and correcting one.

use super::error::{Answer, problems};
use super::field::{Drawer, FieldView, OptionView};
use super::form_data::Posted;
use super::frame::{Frame, Who};
use super::payments::{HistoryRow, HistoryTable};
use super::plugin_pages::{self, Drawing};
use super::{format, go, problems::summary, render, show as page, show_with};
use crate::App;
use crate::app::household::{
    FactView, HouseholdDraft, HouseholdRow, HouseholdView, MemberView, PersonDraft, SearchQuery, TimelineEntry,
    TimelineKind,
};
use crate::app::{calendar_days, division, household, names, payment};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use doudi_domain::catalogue::Table;
use doudi_domain::decision::{Decision, Effect};
use doudi_domain::fact::Fact;
use doudi_domain::policy::Permission;
use doudi_domain::{Actor, Date, DivisionCode, HouseholdId, Level, Problem, codes};
use doudi_storage::household::HouseholdChange;
use serde::Deserialize;

const SEARCH_PAGE: u32 = 50;

#[derive(Debug, Default, Deserialize)]
pub struct Search {
    #[serde(default)]
    q: String,
    #[serde(default)]
    village: String,
    #[serde(default)]
    cursor: String,
}

#[derive(Template)]
#[template(path = "households/index.html")]
struct SearchPage {
    frame: Frame,
    search: Search,
    places: Vec<OptionView>,
    rows: Vec<HouseholdRow>,
    next: Option<String>,
    asked: bool,
    may_create: bool,
}

pub async fn index(State(app): State<App>, frame: Frame, Who(actor): Who, Query(search): Query<Search>) -> Answer {
    let village = search.village.parse::<i64>().ok().and_then(|code| DivisionCode::new(code).ok());
    let asked = !search.q.trim().is_empty() || village.is_some();
    let query = SearchQuery {
        text: search.q.trim().to_owned(),
        village,
        cursor: (!search.cursor.is_empty()).then(|| search.cursor.clone()),
        limit: SEARCH_PAGE,
    };
    let found = household::search(&app, &actor, &query).await?;
    let tree = division::tree(&app, &actor).await?;
    let places = places(&tree, &actor, &search.village, true);
    let may_create = frame.may(Permission::HouseholdWrite);
    page(&SearchPage { frame, search, places, rows: found.items, next: found.next, asked, may_create })
}

/// Divisions of the actor's area to choose from: villages, and for a search whole towns, too.
fn places(tree: &division::Tree, actor: &Actor, chosen: &str, towns: bool) -> Vec<OptionView> {
    tree.iter()
        .filter(|place| place.level == Level::Village || (towns && place.level == Level::Town))
        .filter(|place| actor.scope().sees(place.code))
        .map(|place| OptionView {
            value: place.code.to_string(),
            label: tree.path(place.code),
            chosen: place.code.to_string() == chosen,
        })
        .collect()
}

#[derive(Debug, Default, Deserialize)]
pub struct FileQuery {
    #[serde(default)]
    tab: String,
    #[serde(default)]
    as_of: String,
    /// Only this kind of the timeline.
    #[serde(default)]
    only: String,
}

#[derive(Template)]
#[template(path = "households/show.html")]
struct FilePage {
    frame: Frame,
    view: HouseholdView,
    tab: &'static str,
    query: FileQuery,
    panels: Vec<(String, String)>,
    /// What was paid, for those who see decisions.
    payments: String,
    timeline: Vec<TimelineLine>,
    date_problem: String,
    may_act: bool,
}

/// A line of the timeline as it is drawn.
struct TimelineLine {
    at: String,
    by: String,
    word: &'static str,
    title: String,
    note: String,
    href: String,
    tone: &'static str,
}

const TABS: [(&str, &str); 5] = [
    ("members", "成员"),
    ("finances", "收入与财产"),
    ("decisions", "决定与待遇"),
    ("documents", "办件"),
    ("files", "材料"),
];

impl FilePage {
    fn tabs(&self) -> impl Iterator<Item = &'static (&'static str, &'static str)> {
        TABS.iter().filter(|(tab, _)| match *tab {
            "finances" | "files" => !self.view.finances_hidden,
            "decisions" => self.frame.may(Permission::DecisionRead),
            "documents" => self.frame.may(Permission::CaseRead),
            _ => true,
        })
    }

    fn counted(&self) -> usize {
        self.view.members.iter().filter(|member| member.uncounted.is_empty() && member.death_date.is_none()).count()
    }

    /// What is drawn in the table of a member's own statements; amounts have their own tab.
    fn statements<'a>(&self, member: &'a MemberView) -> Vec<&'a FactView> {
        member.facts.iter().filter(|fact| fact.fact.field.field().table == Table::Person).collect()
    }

    fn items<'a>(&self, member: &'a MemberView, table: &str) -> Vec<&'a FactView> {
        member.facts.iter().filter(|fact| fact.fact.field.field().table.code() == table).collect()
    }

    fn item_count(&self, table: &str) -> usize {
        self.view.members.iter().map(|member| self.items(member, table).len()).sum()
    }

    fn history(&self, fact: &Fact) -> String {
        history_address(self.view.household.id, fact)
    }

    fn period(&self, fact: &Fact) -> String {
        match fact.to {
            Some(to) => format!("{} 至 {to}", fact.from),
            None => format!("{} 起", fact.from),
        }
    }

    /// Decided, and in effect only from a later day.
    fn coming(&self) -> impl Iterator<Item = &Decision> {
        self.view
            .decisions
            .iter()
            .filter(|decision| decision.from > self.view.as_of && decision.effect == Effect::Grant)
    }

    fn in_force(&self, decision: &Decision) -> bool {
        self.view.in_force.iter().any(|known| known.id == decision.id)
    }
}

/// Where all that was ever stated of the same thing can be read.
pub fn history_address(household: HouseholdId, fact: &Fact) -> String {
    let person = match fact.subject {
        doudi_domain::fact::Subject::Person(person) => format!("&person={person}"),
        doudi_domain::fact::Subject::Household(_) => String::new(),
    };
    format!("/households/{household}/facts/history?field={}{person}", fact.field)
}

pub async fn show(
    State(app): State<App>,
    frame: Frame,
    Who(actor): Who,
    Path(id): Path<i64>,
    Query(query): Query<FileQuery>,
) -> Answer {
    let id = HouseholdId(id);
    let (as_of, date_problem) = match query.as_of.as_str() {
        "" => (None, String::new()),
        text => match text.parse::<Date>() {
            Ok(day) => (Some(day), String::new()),
            Err(_) => (None, frame.t("查看日期不能识别，已显示今天的档案").to_owned()),
        },
    };
    let view = household::file(&app, &actor, id, as_of).await?;
    let tab = TABS.iter().map(|(tab, _)| *tab).find(|tab| *tab == query.tab).unwrap_or("members");
    let panels = if tab == "decisions" { panels(&app, &actor, &frame, id).await? } else { Vec::new() };
    let payments = if tab == "decisions" && frame.may(Permission::DecisionRead) {
        let history = payment::history(&app, &actor, id, None).await?;
        let lines = history.items.iter().map(|line| HistoryRow::of(&frame, line)).collect();
        render(&HistoryTable { frame: &frame, lines }).0
    } else {
        String::new()
    };
    let timeline = view.timeline.iter().filter_map(|entry| timeline_line(&frame, entry, &query.only)).collect();
    let may_act = frame.may(Permission::CaseWrite);
    page(&FilePage { frame, view, tab, query, panels, payments, timeline, date_problem, may_act })
}

/// What measures show of this household, drawn; one that cannot answer says so in its place.
async fn panels(
    app: &App,
    actor: &Actor,
    frame: &Frame,
    id: HouseholdId,
) -> doudi_domain::Result<Vec<(String, String)>> {
    let panels = household::panels(app, actor, id).await?;
    let pages: Vec<_> = panels.iter().filter_map(|panel| panel.page.as_ref().ok()).collect();
    let names = names::masked(app, actor, &plugin_pages::wanted(&pages)).await?;
    let calendar = calendar_days::statutory(app, actor).await?;
    Ok(panels
        .iter()
        .map(|panel| {
            let drawing = Drawing { frame, names: &names, calendar: &calendar, plugin: &panel.plugin, forms: &[] };
            let html = match &panel.page {
                Ok(page) => plugin_pages::draw(&drawing, page),
                Err(message) => plugin_pages::failed(frame, message),
            };
            (frame.text(&panel.title).to_owned(), html)
        })
        .collect())
}

fn timeline_line(frame: &Frame, entry: &TimelineEntry, only: &str) -> Option<TimelineLine> {
    let (kind, word, href, tone) = match &entry.what {
        TimelineKind::Registered => ("file", "建档", String::new(), "neutral"),
        TimelineKind::Step { document, .. } => ("documents", "办理", format!("/documents/{document}"), "progress"),
        TimelineKind::Decided { decision, .. } => ("decisions", "决定", format!("/decisions/{decision}"), "good"),
        TimelineKind::Noticed { notice, .. } => ("decisions", "文书", format!("/notices/{notice}"), "neutral"),
        TimelineKind::Attached { attachment } => ("files", "材料", format!("/attachments/{attachment}"), "neutral"),
    };
    (only.is_empty() || only == kind).then(|| TimelineLine {
        at: entry.at.minute(),
        by: entry.by_name.clone(),
        word,
        title: if entry.title.is_empty() { frame.t(word).to_owned() } else { entry.title.clone() },
        note: entry.note.clone(),
        href,
        tone,
    })
}

/// The colour of a decision; the outcome's word stands beside it.
pub fn decision_tone(decision: &Decision) -> &'static str {
    match decision.effect {
        Effect::Grant => "good",
        Effect::Refuse | Effect::Stop => "bad",
        Effect::Change => "progress",
    }
}

#[derive(Template)]
#[template(path = "households/form.html")]
struct HouseholdForm {
    frame: Frame,
    title: &'static str,
    intro: &'static str,
    summary: String,
    fields: Vec<FieldView>,
    action: String,
    back: String,
    submit: &'static str,
}

pub async fn new(State(app): State<App>, frame: Frame, Who(actor): Who) -> Answer {
    page(&new_form(&app, frame, &actor, &Posted::default(), &[]).await?)
}

async fn new_form(
    app: &App,
    frame: Frame,
    actor: &Actor,
    posted: &Posted,
    problems: &[Problem],
) -> doudi_domain::Result<HouseholdForm> {
    let tree = division::tree(app, actor).await?;
    let draw = Drawer { words: frame.words(), posted, problems };
    let mut fields = vec![
        draw.choice("division", "居住地村（居）", places(&tree, actor, "", false)).required(),
        draw.line("address", "住址").required(),
        draw.line("number", "户编号").help("不填则由系统编号"),
    ];
    fields.extend(person_fields(&draw));
    Ok(HouseholdForm {
        title: "新建家庭档案",
        intro: "先登记户主，其他成员在档案中添加。性别和出生日期由公民身份号码得出。",
        summary: summary(frame.words(), problems, &fields),
        fields,
        action: "/households".into(),
        back: "/households".into(),
        submit: "建立档案",
        frame,
    })
}

/// The fields of a person, for a new household's head and for a new member.
pub fn person_fields(draw: &Drawer<'_>) -> Vec<FieldView> {
    vec![
        draw.line("name", "姓名").required(),
        draw.line("id_number", "公民身份号码").required().help("18 位，末位可以是 X"),
        draw.code("ethnicity", "民族", &codes::ETHNICITY, "1"),
        draw.line("hukou_address", "户籍地址"),
        draw.line("phone", "联系电话"),
    ]
}

pub fn person_draft(posted: &Posted) -> PersonDraft {
    PersonDraft {
        name: posted.get("name").to_owned(),
        id_number: posted.get("id_number").to_owned(),
        ethnicity: posted.get("ethnicity").parse().unwrap_or(0),
        hukou_address: posted.get("hukou_address").to_owned(),
        phone: posted.get("phone").to_owned(),
    }
}

pub async fn create(State(app): State<App>, frame: Frame, Who(actor): Who, posted: Posted) -> Answer {
    let Some(division) = posted.get("division").parse().ok().and_then(|code| DivisionCode::new(code).ok()) else {
        let problems = [Problem::new("居住地村（居）", "household.division", "请选择居住地村（居）")];
        let form = new_form(&app, frame, &actor, &posted, &problems).await?;
        return show_with(StatusCode::UNPROCESSABLE_ENTITY, &form);
    };
    let draft = HouseholdDraft {
        number: posted.get("number").to_owned(),
        division,
        hukou_division: None,
        address: posted.get("address").to_owned(),
        head: person_draft(&posted),
    };
    match household::create(&app, &actor, draft).await {
        Ok(id) => go(&format!("/households/{id}"), "created"),
        Err(error) => {
            let form = new_form(&app, frame, &actor, &posted, &problems(error)?).await?;
            show_with(StatusCode::UNPROCESSABLE_ENTITY, &form)
        }
    }
}

pub async fn edit(State(app): State<App>, frame: Frame, Who(actor): Who, Path(id): Path<i64>) -> Answer {
    page(&edit_form(&app, frame, &actor, HouseholdId(id), &Posted::default(), &[]).await?)
}

async fn edit_form(
    app: &App,
    frame: Frame,
    actor: &Actor,
    id: HouseholdId,
    posted: &Posted,
    problems: &[Problem],
) -> doudi_domain::Result<HouseholdForm> {
    let view = household::file(app, actor, id, None).await?;
    let tree = division::tree(app, actor).await?;
    let draw = Drawer { words: frame.words(), posted, problems };
    let heads = view
        .members
        .iter()
        .map(|member| OptionView {
            value: member.person.to_string(),
            label: format!("{}（{}）", member.name, member.relation),
            chosen: member.is_head,
        })
        .collect();
    let fields = vec![
        draw.choice("division", "居住地村（居）", places(&tree, actor, &view.household.division.to_string(), false))
            .required(),
        draw.line_of("address", "住址", &view.household.address).required(),
        draw.line_of("number", "户编号", &view.household.number).required(),
        draw.choice("head", "户主", heads),
    ];
    Ok(HouseholdForm {
        title: "更正家庭信息",
        intro: "更正会记入审计日志。成员的信息在“成员”中更正，收入、财产等在“登记信息”中登记。",
        summary: summary(frame.words(), problems, &fields),
        fields,
        action: format!("/households/{id}?revision={}", view.household.revision),
        back: format!("/households/{id}"),
        submit: "保存",
        frame,
    })
}

#[derive(Debug, Deserialize)]
pub struct Revision {
    revision: i64,
}

pub async fn update(
    State(app): State<App>,
    frame: Frame,
    Who(actor): Who,
    Path(id): Path<i64>,
    Query(Revision { revision }): Query<Revision>,
    posted: Posted,
) -> Answer {
    let id = HouseholdId(id);
    let mut wrong = Vec::new();
    let division = posted.get("division").parse().ok().and_then(|code| DivisionCode::new(code).ok());
    for (name, label) in [("address", "住址"), ("number", "户编号")] {
        if posted.get(name).is_empty() {
            wrong.push(Problem::new(name, "household.empty", format!("请填写{label}")));
        }
    }
    let change = HouseholdChange {
        number: Some(posted.get("number").to_owned()),
        division,
        hukou_division: None,
        address: Some(posted.get("address").to_owned()),
        head: posted.get("head").parse().ok().map(Some),
    };
    if wrong.is_empty() {
        match household::update(&app, &actor, id, revision, change).await {
            Ok(()) => return go(&format!("/households/{id}"), "saved"),
            Err(error) => wrong = problems(error)?,
        }
    }
    let form = edit_form(&app, frame, &actor, id, &posted, &wrong).await?;
    show_with(StatusCode::UNPROCESSABLE_ENTITY, &form)
}
