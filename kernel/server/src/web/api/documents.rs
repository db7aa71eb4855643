//! Cases over the API: the worklist, finding and reading them, the forms of their buttons, help while filling one in, and
//! pressing. What a button's form asks stands in the manifest of the measure; the county's documentation spells it out.

use super::attachments::Attached;
use super::call::{Ask, At, Body, Call, Word, limit};
use super::notices::Notice;
use super::problem::Answer;
use super::reply::Shown;
use super::shape::{Day, Free, Id, Label, Listed, Moment, Place};
use crate::app::document::{
    self, DocumentQuery, DocumentView, DueWindow, FormView, Press, Progress, Target, WorklistFilter,
};
use crate::app::household::DocumentRow;
use doudi_domain::{DocumentId, HouseholdId, PersonId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// 办件
#[derive(Serialize, ToSchema)]
pub struct Case {
    id: Id,
    plugin: String,
    plugin_name: Label,
    collection: String,
    collection_label: Label,
    /// 编号，例如受理号
    key: String,
    title: String,
    household: Option<Id>,
    person: Option<Id>,
    division: Place,
    state: String,
    state_label: Label,
    /// 下一步要做什么
    todo: Option<Label>,
    /// 应由哪种职务办理
    role: Option<&'static str>,
    /// 已由谁接办
    assignee: Option<Id>,
    /// 当前环节从哪天开始
    since: Day,
    /// 期限
    due: Option<Day>,
    overdue: bool,
    /// 已办结
    closed: bool,
    revision: i64,
    created_at: Moment,
    updated_at: Moment,
}

pub(super) fn case(row: DocumentRow) -> Case {
    let document = row.document;
    Case {
        id: Id(document.id.0),
        plugin_name: row.plugin_name.into(),
        collection_label: row.collection_label.into(),
        state_label: row.state_label.into(),
        todo: row.todo.map(Label::from),
        overdue: row.due.is_some_and(|due| due.overdue),
        plugin: document.plugin,
        collection: document.collection,
        key: document.key,
        title: document.title,
        household: document.household.map(|id| Id(id.0)),
        person: document.person.map(|id| Id(id.0)),
        division: Place(document.division),
        state: document.state,
        role: document.assignee_role.map(|role| role.code()),
        assignee: document.assignee.map(|id| Id(id.0)),
        since: Day(document.since),
        due: document.due.map(Day),
        closed: document.final_state,
        revision: document.revision,
        created_at: Moment(document.created_at),
        updated_at: Moment(document.updated_at),
    }
}

/// Which part of the worklist.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct WorklistAsk {
    /// 期限：overdue 已超期，today 今天到期，week 一周内到期
    #[param(inline)]
    due: Option<Due>,
    plugin: Option<String>,
    state: Option<String>,
    /// 每页行数，1 至 500，默认 50
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
    cursor: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum Due {
    Overdue,
    Today,
    Week,
}

/// 工作台：本职务要办的，期限近的在前
#[derive(Serialize, ToSchema)]
pub struct Worklist {
    total: i64,
    overdue: i64,
    due_today: i64,
    due_this_week: i64,
    items: Vec<Work>,
    next: Option<String>,
}

/// 要办的一件
#[derive(Serialize, ToSchema)]
struct Work {
    case: Case,
    /// 家庭，姓名已遮盖
    household_title: Option<String>,
    members: i64,
}

pub async fn worklist(call: Call, Ask(ask): Ask<WorklistAsk>) -> Answer<Shown<Worklist>> {
    let filter = WorklistFilter {
        due: ask.due.map(|due| match due {
            Due::Overdue => DueWindow::Overdue,
            Due::Today => DueWindow::Today,
            Due::Week => DueWindow::Week,
        }),
        plugin: ask.plugin,
        state: ask.state,
        cursor: ask.cursor,
        limit: limit(ask.limit)?,
    };
    let list = document::worklist(&call.app, &call.actor, &filter).await?;
    let items = list.rows.into_iter().map(|row| Work {
        case: case(row.row),
        household_title: row.household_title,
        members: row.members,
    });
    Ok(Shown(Worklist {
        total: list.total,
        overdue: list.overdue,
        due_today: list.due_today,
        due_this_week: list.due_this_week,
        items: items.collect(),
        next: list.next,
    }))
}

/// Which cases.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct CaseAsk {
    plugin: Option<String>,
    collection: Option<String>,
    state: Option<String>,
    #[param(value_type = Option<Id>)]
    household: Option<Id>,
    /// 期限在这一天或以前
    #[param(value_type = Option<Day>)]
    due_by: Option<Day>,
    /// true 只要办结的，false 只要未办结的
    closed: Option<bool>,
    /// 每页行数，1 至 500，默认 50
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
    cursor: Option<String>,
}

pub async fn index(call: Call, Ask(ask): Ask<CaseAsk>) -> Answer<Listed<Case>> {
    let query = DocumentQuery {
        plugin: ask.plugin,
        collection: ask.collection,
        states: ask.state.into_iter().collect(),
        household: ask.household.map(|id| HouseholdId(id.0)),
        due_before: ask.due_by.map(|day| day.0),
        final_state: ask.closed,
        cursor: ask.cursor,
        limit: limit(ask.limit)?,
        ..DocumentQuery::default()
    };
    let page = document::page(&call.app, &call.actor, &query).await?;
    Ok(Listed { items: page.items.into_iter().map(case).collect(), next: page.next })
}

/// 办件的详情
#[derive(Serialize, ToSchema)]
pub struct CaseFile {
    case: Case,
    household_title: Option<String>,
    division_name: String,
    /// 期限的依据
    due_article: String,
    /// 期限停止计算
    paused: bool,
    stages: Vec<Stage>,
    actions: Vec<Button>,
    steps: Vec<Step>,
    /// 进入下一环节还缺什么
    missing: Vec<Label>,
    /// 措施的页面内容（wit/schemas/page-1.json）；没有或不能显示时为 null
    page: Option<Free>,
    /// 措施的页面不能显示的原因
    page_problem: Option<String>,
    attachments: Vec<Attached>,
    notices: Vec<Notice>,
    /// 本办件的决定
    decisions: Vec<Id>,
}

/// 进度
#[derive(Serialize, ToSchema)]
struct Stage {
    label: Label,
    /// done 已完成，current 当前，ahead 未开始，not-needed 不需要
    progress: &'static str,
}

/// 可以办理的一步
#[derive(Serialize, ToSchema)]
struct Button {
    action: String,
    label: Label,
    /// 为什么现在不能办；可以办时为 null
    why_not: Option<String>,
}

/// 办过的一步
#[derive(Serialize, ToSchema)]
struct Step {
    at: Moment,
    by: String,
    action: Label,
    from: Option<Label>,
    to: Label,
    due: Option<Day>,
    note: String,
}

pub async fn show(call: Call, At((id,)): At<(Id,)>) -> Answer<Shown<CaseFile>> {
    let view = document::view(&call.app, &call.actor, DocumentId(id.0)).await?;
    Ok(Shown(case_file(view)))
}

fn case_file(view: DocumentView) -> CaseFile {
    let (page, page_problem) = match view.page {
        Some(Ok(page)) => (Some(Free::of(page)), None),
        Some(Err(problem)) => (None, Some(problem)),
        None => (None, None),
    };
    let row = DocumentRow {
        plugin_name: view.plugin.name,
        collection_label: view.collection_label,
        state_label: view.state_label,
        todo: view.todo,
        due: view.due,
        document: view.document,
    };
    CaseFile {
        household_title: view.household_title,
        division_name: view.division_name,
        due_article: view.due_article,
        paused: view.paused,
        stages: view
            .stages
            .into_iter()
            .map(|stage| Stage {
                label: stage.label.into(),
                progress: match stage.progress {
                    Progress::Done => "done",
                    Progress::Current => "current",
                    Progress::Ahead => "ahead",
                    Progress::NotNeeded => "not-needed",
                },
            })
            .collect(),
        actions: view
            .actions
            .into_iter()
            .map(|view| Button { action: view.action.id, label: view.action.label.into(), why_not: view.why_not })
            .collect(),
        steps: view
            .steps
            .into_iter()
            .map(|step| Step {
                at: Moment(step.at),
                by: step.by_name,
                action: step.action.into(),
                from: step.from.map(Label::from),
                to: step.to.into(),
                due: step.due.map(Day),
                note: step.note,
            })
            .collect(),
        missing: view.missing.into_iter().map(Label::from).collect(),
        page,
        page_problem,
        attachments: view.attachments.into_iter().map(Attached::from).collect(),
        notices: view.notices.into_iter().map(Notice::from).collect(),
        decisions: view.decisions.into_iter().map(|decision| Id(decision.id.0)).collect(),
        case: case(row),
    }
}

/// 一步要填写的内容
#[derive(Serialize, ToSchema)]
pub struct FormShape {
    plugin: String,
    collection: String,
    action: String,
    label: Label,
    /// 表单（wit/schemas/form-1.json）；不用填写时为 null
    form: Option<Free>,
    /// 可选的成员
    members: Vec<Choice>,
    /// 可选的材料
    attachments: Vec<Attached>,
    /// 初始值
    values: Free,
    /// 措施对初始值的说明（wit/schemas/fill-1.json）；没有时为 null
    fill: Option<Free>,
}

/// 可选的成员；姓名已遮盖
#[derive(Serialize, ToSchema)]
struct Choice {
    person: Id,
    name: String,
    relation: String,
}

fn form(view: FormView) -> FormShape {
    FormShape {
        plugin: view.plugin.id,
        collection: view.collection,
        action: view.action.id,
        label: view.action.label.into(),
        form: view.form.map(Free::of),
        members: view
            .members
            .into_iter()
            .map(|member| Choice { person: Id(member.person.0), name: member.name, relation: member.relation })
            .collect(),
        attachments: view.attachments.into_iter().map(Attached::from).collect(),
        values: Free(view.values),
        fill: view.fill.map(Free::of),
    }
}

pub async fn action_form(call: Call, At((id, action)): At<(Id, Word)>) -> Answer<Shown<FormShape>> {
    Ok(Shown(form(document::action_form(&call.app, &call.actor, DocumentId(id.0), &action.0).await?)))
}

pub async fn new_form(
    call: Call,
    At((household, plugin, collection)): At<(Id, Word, Word)>,
) -> Answer<Shown<FormShape>> {
    let household = Some(HouseholdId(household.0));
    let view = document::new_form(&call.app, &call.actor, &plugin.0, &collection.0, household).await?;
    Ok(Shown(form(view)))
}

pub async fn new_form_apart(call: Call, At((plugin, collection)): At<(Word, Word)>) -> Answer<Shown<FormShape>> {
    Ok(Shown(form(document::new_form(&call.app, &call.actor, &plugin.0, &collection.0, None).await?)))
}

/// 填写的内容
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Filled {
    /// 按表单填写的值：金额为分，日期为 2022-07-06，时间为 2022-07-06T09:30，成员、人员、家庭、材料为编号，区划为 12 位代码
    #[serde(default)]
    values: Free,
    /// 针对哪一位成员；针对家庭时不填
    person: Option<Id>,
    /// 填写时办件的版本号；办件此后有变动的，不办理，答复 409
    revision: Option<i64>,
}

/// 办理的结果
#[derive(Serialize, ToSchema)]
pub struct Acted {
    /// 建立或推进的办件
    document: Option<Id>,
}

async fn carry_out(call: &Call, target: Target, action: String, filled: Filled) -> Answer<Shown<Acted>> {
    // The request's own key guards the write; the page's key is for browsers.
    let press = Press { target, action, values: filled.values.0, idempotency_key: String::new() };
    let pressed = document::act_on(&call.app, &call.actor, press, filled.revision).await?;
    Ok(Shown(Acted { document: pressed.document.map(|id| Id(id.0)) }))
}

pub async fn act(call: Call, At((id, action)): At<(Id, Word)>, Body(filled): Body<Filled>) -> Answer<Shown<Acted>> {
    carry_out(&call, Target::Existing(DocumentId(id.0)), action.0, filled).await
}

fn new_target(household: Option<Id>, plugin: &Word, collection: &Word, person: Option<Id>) -> Target {
    Target::New {
        plugin: plugin.0.clone(),
        collection: collection.0.clone(),
        household: household.map(|id| HouseholdId(id.0)),
        person: person.map(|id| PersonId(id.0)),
    }
}

pub async fn create(
    call: Call,
    At((household, plugin, collection)): At<(Id, Word, Word)>,
    Body(filled): Body<Filled>,
) -> Answer<Shown<Acted>> {
    let id = Some(HouseholdId(household.0));
    let view = document::new_form(&call.app, &call.actor, &plugin.0, &collection.0, id).await?;
    let target = new_target(Some(household), &plugin, &collection, filled.person);
    carry_out(&call, target, view.action.id, filled).await
}

pub async fn create_apart(
    call: Call,
    At((plugin, collection)): At<(Word, Word)>,
    Body(filled): Body<Filled>,
) -> Answer<Shown<Acted>> {
    let view = document::new_form(&call.app, &call.actor, &plugin.0, &collection.0, None).await?;
    let target = new_target(None, &plugin, &collection, filled.person);
    carry_out(&call, target, view.action.id, filled).await
}

/// 填写到一半的内容
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Filling {
    #[serde(default)]
    values: Free,
    /// 刚改动的一项
    #[serde(default)]
    changed: String,
}

/// 措施对填写内容的说明
#[derive(Serialize, ToSchema)]
pub struct FillShape {
    /// wit/schemas/fill-1.json：改动的值、选项、说明、试算
    fill: Free,
}

pub async fn action_fill(
    call: Call,
    At((id, action)): At<(Id, Word)>,
    Body(filling): Body<Filling>,
) -> Answer<Shown<FillShape>> {
    let view = document::action_form(&call.app, &call.actor, DocumentId(id.0), &action.0).await?;
    fill(&call, &view, &Target::Existing(DocumentId(id.0)), filling).await
}

pub async fn new_fill(
    call: Call,
    At((household, plugin, collection)): At<(Id, Word, Word)>,
    Body(filling): Body<Filling>,
) -> Answer<Shown<FillShape>> {
    let id = Some(HouseholdId(household.0));
    let view = document::new_form(&call.app, &call.actor, &plugin.0, &collection.0, id).await?;
    fill(&call, &view, &new_target(Some(household), &plugin, &collection, None), filling).await
}

pub async fn new_fill_apart(
    call: Call,
    At((plugin, collection)): At<(Word, Word)>,
    Body(filling): Body<Filling>,
) -> Answer<Shown<FillShape>> {
    let view = document::new_form(&call.app, &call.actor, &plugin.0, &collection.0, None).await?;
    fill(&call, &view, &new_target(None, &plugin, &collection, None), filling).await
}

async fn fill(call: &Call, view: &FormView, target: &Target, filling: Filling) -> Answer<Shown<FillShape>> {
    let Some(form) = &view.form else { return Ok(Shown(FillShape { fill: Free::default() })) };
    let values = filling.values.0;
    let fill = document::fill(&call.app, &call.actor, target, &form.id, &values, &filling.changed).await?;
    Ok(Shown(FillShape { fill: Free::of(fill) }))
}
