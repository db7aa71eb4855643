//! Cases (办件): the worklist, a case's page with its stage path, the forms, and pressing its buttons. What a button does is
//! the plugin's answer; whether it may be pressed is the workflow's, and the kernel checks it before and after.

use super::consult::{self, Consultation, Pin, Request, Subject};
use super::display::{self, Due};
use super::division::Tree;
use super::household::{Attachment, DocumentRow, Notice};
use super::payment::{self, EnvelopeView, FeedLink};
use super::plugin::PluginRef;
use super::reach::{concerns, require_concerned};
use super::workflow::{self, Standing};
use super::{App, form, form_people, manifests, names};
use doudi_documents::manifest::Collection;
use doudi_documents::{Action, Fill, Form, Manifest, Page as PluginPage, Text, Values, Workflow};
use doudi_domain::calendar::WorkCalendar;
use doudi_domain::decision::Decision;
use doudi_domain::document::{Document, DocumentStep};
use doudi_domain::identity::Role;
use doudi_domain::policy::{self, Permission};
use doudi_domain::{Actor, Date, DivisionCode, DocumentId, Error, HouseholdId, Instant, PersonId, Result, codes, mask};
use doudi_plugin_host::{FillInput, Point, ViewInput};
pub use doudi_storage::document::DocumentQuery;
use doudi_storage::upgrade::documents::{MIGRATED, RESTORED};
pub use doudi_storage::worklist::DueWindow;
use doudi_storage::worklist::WorklistQuery;
use doudi_storage::{Page, Snapshot};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A form to be filled in: for a new case, or for an action on one.
#[derive(Clone, Debug)]
pub struct FormView {
    pub plugin: PluginRef,
    pub collection: String,
    pub collection_label: Text,
    pub action: Action,
    /// Absent when the action asks nothing: a plain button.
    pub form: Option<Form>,
    pub household: Option<HouseholdId>,
    /// 张* 家.
    pub household_title: Option<String>,
    /// Members to choose from: id, masked name, relation.
    pub members: Vec<MemberChoice>,
    /// Files at hand to choose from.
    pub attachments: Vec<Attachment>,
    /// Places of the officer's area to choose from, where the form asks for one.
    pub divisions: Vec<DivisionChoice>,
    pub document: Option<Document>,
    /// Initial values, changed by the plugin's `fill` when the form reacts.
    pub values: Values,
    /// What `fill` says to the form as it opens; absent when the form does not react.
    pub fill: Option<Fill>,
    /// Send back with the values: pressing twice does it once.
    pub idempotency_key: String,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MemberChoice {
    pub person: PersonId,
    pub name: String,
    pub relation: String,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DivisionChoice {
    pub code: DivisionCode,
    /// 许镇镇 仙坊村委会.
    pub name: String,
}

/// What a form is about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Target {
    New { plugin: String, collection: String, household: Option<HouseholdId>, person: Option<PersonId> },
    Existing(DocumentId),
}

/// A button pressed.
#[derive(Clone, Debug)]
pub struct Press {
    pub target: Target,
    pub action: String,
    pub values: Values,
    /// From [`FormView::idempotency_key`]; empty: not guarded.
    pub idempotency_key: String,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pressed {
    /// The document created or moved; absent when the effects touched none.
    pub document: Option<DocumentId>,
    /// The same key was applied before; nothing was done again.
    pub repeated: bool,
}

/// A case's page.
#[derive(Clone, Debug)]
pub struct DocumentView {
    pub document: Document,
    pub plugin: PluginRef,
    pub collection_label: Text,
    pub state_label: Text,
    pub todo: Option<Text>,
    pub household_title: Option<String>,
    /// 许镇 某某村.
    pub division_name: String,
    pub stages: Vec<StageView>,
    /// The office that must act.
    pub assignee: Option<&'static str>,
    pub due: Option<Due>,
    /// The rule that sets the deadline: 民发〔2021〕57号 第十五条.
    pub due_article: String,
    pub paused: bool,
    /// What is missing before the next step, by the plugin.
    pub missing: Vec<Text>,
    pub actions: Vec<ActionView>,
    pub steps: Vec<StepView>,
    /// The plugin's part of the page, or why it cannot be shown.
    pub page: Option<Result<PluginPage, String>>,
    pub attachments: Vec<Attachment>,
    pub notices: Vec<Notice>,
    pub decisions: Vec<Decision>,
    /// Payments, where the measure has opened an envelope on this document.
    pub envelope: Option<EnvelopeView>,
    /// Files this office may upload here, where there is no envelope to offer them with.
    pub feeds: Vec<FeedLink>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Progress {
    Done,
    Current,
    Ahead,
    /// Passed over: the case went another way and does not need it.
    NotNeeded,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StageView {
    pub label: Text,
    pub progress: Progress,
}

/// A button: a disabled one stays visible and says why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ActionView {
    pub action: Action,
    /// `None`: may be pressed. Else a sentence: 公示未满 7 天，7月28日后可办.
    pub why_not: Option<String>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StepView {
    pub at: Instant,
    pub by_name: String,
    pub action: Text,
    pub from: Option<Text>,
    pub to: Text,
    pub due: Option<Date>,
    pub note: String,
}

#[derive(Clone, Debug, Default)]
pub struct WorklistFilter {
    pub due: Option<DueWindow>,
    pub plugin: Option<String>,
    pub state: Option<String>,
    pub cursor: Option<String>,
    /// 0: 50 rows.
    pub limit: u32,
}

#[derive(Clone, Debug)]
pub struct WorklistView {
    pub total: i64,
    pub overdue: i64,
    pub due_today: i64,
    pub due_this_week: i64,
    pub by_state: Vec<StateTab>,
    pub rows: Vec<WorkRow>,
    pub next: Option<String>,
}

/// 待公示 3.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StateTab {
    pub plugin: String,
    pub plugin_name: Text,
    pub collection: String,
    pub state: String,
    pub label: Text,
    pub count: i64,
}

#[derive(Clone, Debug)]
pub struct WorkRow {
    pub row: DocumentRow,
    /// 张* 家, with the number of members.
    pub household_title: Option<String>,
    pub members: i64,
}

/// Rows of the worklist when none are asked for, and cases shown on a household's page.
const ROWS: u32 = 50;
const HOUSEHOLD_ROWS: u32 = 200;

/// What the actor's office must do, earliest due first.
pub async fn worklist(app: &App, actor: &Actor, filter: &WorklistFilter) -> Result<WorklistView> {
    policy::require(actor, Permission::CaseRead)?;
    let Some(role) = actor.role() else { return Err(Error::forbidden("工作台供办理人员使用")) };
    let today = app.today();
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let list = snapshot
        .worklist(&WorklistQuery {
            role,
            user: actor.user_id(),
            today,
            plugin: filter.plugin.clone(),
            state: filter.state.clone(),
            due: filter.due,
            cursor: filter.cursor.clone(),
            limit: if filter.limit == 0 { ROWS } else { filter.limit },
        })
        .await?;
    let words = Words::read(&mut snapshot, today).await?;
    let mut rows = Vec::with_capacity(list.page.items.len());
    for document in list.page.items {
        let (household_title, members) = match document.household {
            Some(id) => {
                let title = names::household_title(&mut snapshot, id, mask::name).await?;
                (title, snapshot.household_file(id, today, false).await?.members.len() as i64)
            }
            None => (None, 0),
        };
        rows.push(WorkRow { row: words.row(document), household_title, members });
    }
    Ok(WorklistView {
        total: list.counts.total,
        overdue: list.counts.overdue,
        due_today: list.counts.due_today,
        due_this_week: list.counts.due_this_week,
        by_state: list
            .counts
            .by_state
            .into_iter()
            .map(|count| StateTab {
                plugin_name: words.plugin_name(&count.plugin),
                label: words.state_label(&count.plugin, &count.collection, &count.state),
                plugin: count.plugin,
                collection: count.collection,
                state: count.state,
                count: count.count,
            })
            .collect(),
        rows,
        next: list.page.next,
    })
}

/// Cases in the actor's area, whoever must act on them, oldest first.
pub async fn page(app: &App, actor: &Actor, query: &DocumentQuery) -> Result<Page<DocumentRow>> {
    policy::require(actor, Permission::CaseRead)?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let found = snapshot.documents_query(query).await?;
    let words = Words::read(&mut snapshot, app.today()).await?;
    let mut found = found;
    found.items.retain(|document| words.concerns(document, actor));
    Ok(found.map(|document| words.row(document)))
}

/// The form that begins a case for a household (or for nobody yet, when the collection needs none).
pub async fn new_form(
    app: &App,
    actor: &Actor,
    plugin: &str,
    collection: &str,
    household: Option<HouseholdId>,
) -> Result<FormView> {
    let target = Target::New { plugin: plugin.to_owned(), collection: collection.to_owned(), household, person: None };
    form_view(app, actor, &target, None).await
}

/// The form of an action on a case.
pub async fn action_form(app: &App, actor: &Actor, id: DocumentId, action: &str) -> Result<FormView> {
    form_view(app, actor, &Target::Existing(id), Some(action)).await
}

async fn form_view(app: &App, actor: &Actor, target: &Target, action: Option<&str>) -> Result<FormView> {
    policy::require(actor, Permission::CaseWrite)?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let pin = pin_of(app, &mut snapshot, target).await?;
    let (collection, subject) = consult::find_target(&mut snapshot, &pin, target).await?;
    let workflow = &collection.workflow;
    let entry = match action.or(collection.create.as_deref()).and_then(|action| workflow.action(action)) {
        Some(entry) => entry.clone(),
        None => return Err(Error::not_found("操作")),
    };
    if let Some(error) = workflow::obstacle(workflow, &entry, standing(workflow, &subject), app.today(), actor) {
        return Err(error);
    }
    let form = entry.form.as_deref().and_then(|form| pin.plugin.manifest().form(form)).cloned();
    let mut members = Vec::new();
    let mut household_title = None;
    let mut attachments = Vec::new();
    if let Some(household) = subject.household {
        let file = snapshot.household_file(household, app.today(), false).await?;
        members.extend(file.members.iter().map(|(membership, person)| MemberChoice {
            person: person.id,
            name: mask::name(&person.name),
            relation: display::code_word(&codes::RELATION, i32::from(membership.relation)),
        }));
        household_title = names::household_title(&mut snapshot, household, mask::name).await?;
        attachments = visible(actor, snapshot.attachments_of_household(household).await?);
    } else if let Some(document) = &subject.document {
        attachments = visible(actor, snapshot.attachments_of_document(document.id).await?);
    } else if let Some(user) = actor.user_id().filter(|_| form.as_ref().is_some_and(form::asks_files)) {
        attachments = snapshot.attachments_loose(user).await?;
    }
    let divisions = match &form {
        Some(form) if form::asks_division(form) => places(&mut snapshot).await?,
        _ => Vec::new(),
    };
    let mut values = form.as_ref().map(form::initial).unwrap_or_default();
    let mut key = [0u8; 16];
    getrandom::fill(&mut key).map_err(|error| Error::failure("表单没有打开，请重试", error))?;
    let plugin = consult::plugin_ref(&mut snapshot, pin.plugin.digest()).await?;
    let reacting =
        form.as_ref().filter(|form| form.reacts && pin.plugin.offers(Point::Fill)).map(|form| form.id.clone());
    let fill = match reacting {
        None => None,
        Some(form) => {
            let input = FillInput {
                form,
                document: subject.document.clone(),
                household: subject.household,
                values: values.clone(),
                changed: String::new(),
            };
            match consult::fill(app, actor, &pin, snapshot, input).await {
                Ok(fill) => {
                    values.extend(fill.values.clone());
                    Some(fill)
                }
                // The form can be filled in without its help; what failed is in the log, and shows again at the next change.
                Err(error) => {
                    tracing::warn!(%error, plugin = plugin.id, "a form opened without the plugin's help");
                    None
                }
            }
        }
    };
    Ok(FormView {
        plugin,
        collection: collection.id,
        collection_label: collection.label,
        action: entry,
        form,
        household: subject.household,
        household_title,
        members,
        attachments,
        divisions,
        document: subject.document,
        values,
        fill,
        idempotency_key: hex::encode(key),
    })
}

/// Places within the scope, each under the name that leads to it.
async fn places(snapshot: &mut Snapshot) -> Result<Vec<DivisionChoice>> {
    let scope = snapshot.scope();
    let tree = Tree::read(snapshot).await?;
    let codes: Vec<DivisionCode> = snapshot.divisions().await?.iter().map(|division| division.code).collect();
    let within = codes.into_iter().filter(|code| scope.sees(*code));
    Ok(within.map(|code| DivisionChoice { code, name: tree.path(code) }).collect())
}

/// What the plugin says to a form as it is filled in: a trial. Nothing is written.
pub async fn fill(
    app: &App,
    actor: &Actor,
    target: &Target,
    form: &str,
    values: &Values,
    changed: &str,
) -> Result<Fill> {
    policy::require(actor, Permission::CaseWrite)?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let pin = pin_of(app, &mut snapshot, target).await?;
    let (collection, subject) = consult::find_target(&mut snapshot, &pin, target).await?;
    if !concerns(&collection, actor) {
        return Err(Error::not_found("办件"));
    }
    if !pin.plugin.manifest().form(form).is_some_and(|form| form.reacts) || !pin.plugin.offers(Point::Fill) {
        return Ok(Fill::default());
    }
    let mut values = values.clone();
    if let Some(form) = pin.plugin.manifest().form(form) {
        form_people::resolve(&mut snapshot, form, &mut values, app.today()).await?;
        // What was typed and not found may be somebody's number: it goes no further.
        values.retain(|_, value| !form_people::is_typed(value));
    }
    let input = FillInput {
        form: form.to_owned(),
        document: subject.document,
        household: subject.household,
        values,
        changed: changed.to_owned(),
    };
    consult::fill(app, actor, &pin, snapshot, input).await
}

/// A case's page.
pub async fn view(app: &App, actor: &Actor, id: DocumentId) -> Result<DocumentView> {
    policy::require(actor, Permission::CaseRead)?;
    let may = |permission| policy::require(actor, permission).is_ok();
    let today = app.today();
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let document = snapshot.document_fetch(id).await?;
    let steps = snapshot.document_steps(id).await?;
    let words = Words::read(&mut snapshot, today).await?;
    let Some(manifest) = words.manifests.get(&document.plugin).cloned() else { return Err(Error::not_found("措施")) };
    let Some(collection) = manifest.collection(&document.collection) else {
        return Err(Error::not_found("办件类别"));
    };
    require_concerned(&manifest, &document, actor)?;
    let envelope = payment::envelope_view(&mut snapshot, &manifest, &document, actor).await?;
    let workflow = &collection.workflow;
    let state = workflow.state(&document.state);
    let tree = Tree::read(&mut snapshot).await?;
    let enabled = snapshot.enablement_at(&document.plugin, today).await?;
    let plugin = match &enabled {
        Some(pin) => consult::plugin_ref(&mut snapshot, &pin.digest).await?,
        None => PluginRef {
            id: manifest.id.clone(),
            name: manifest.name.clone(),
            version: manifest.version.to_string(),
            digest: String::new(),
        },
    };
    let household_title = match document.household {
        Some(household) => names::household_title(&mut snapshot, household, mask::name).await?,
        None => None,
    };
    let attachments = visible(actor, snapshot.attachments_of_document(id).await?);
    let (mut notices, mut decisions) = (Vec::new(), Vec::new());
    if may(Permission::DecisionRead) {
        notices = snapshot.notices_of_document(id).await?;
        if let Some(household) = document.household {
            decisions = snapshot.decisions_of_household(household).await?;
            decisions.retain(|decision| decision.document == Some(id));
        }
    }
    let subject =
        Subject { household: document.household, person: document.person, document: Some(document.clone()), steps };
    let actions = workflow
        .actions_from(&document.state)
        .filter(|action| !action.automatic)
        .map(|action| ActionView {
            why_not: match &enabled {
                Some(_) => workflow::obstacle(workflow, action, standing(workflow, &subject), today, actor)
                    .map(|error| error.to_string()),
                None => Some("该措施已停用，暂不能办理".to_owned()),
            },
            action: action.clone(),
        })
        .collect();
    let mut steps: Vec<StepView> = subject.steps.iter().map(|step| step_view(workflow, step)).collect();
    if !may(Permission::FinanceRead) {
        // Remarks of those who handle the case speak of money and health.
        steps.iter_mut().for_each(|step| step.note.clear());
    }
    let due = document.due.filter(|_| !document.final_state).map(|due| Due::new(due, today, &words.calendar));
    let page = match (&enabled, own_page(&manifest, collection, actor)) {
        (Some(_), Some(page)) => {
            let pin = consult::pin(app, &mut snapshot, &document.plugin, today).await?;
            let input =
                ViewInput { page, document: Some(document.clone()), household: document.household, query: Vec::new() };
            Some(consult::view(app, actor, &pin, snapshot, input).await.map_err(|error| error.to_string()))
        }
        _ => None,
    };
    Ok(DocumentView {
        plugin,
        collection_label: collection.label.clone(),
        state_label: state.map_or_else(|| Text::from(document.state.as_str()), |state| state.label.clone()),
        todo: state.and_then(|state| state.todo.clone()),
        household_title,
        division_name: tree.path(document.division),
        stages: stages(workflow, &subject.steps, &document.state),
        assignee: document.assignee_role.map(Role::zh),
        due,
        due_article: state
            .and_then(|state| state.deadline.as_ref())
            .map(|rule| rule.article.clone())
            .unwrap_or_default(),
        paused: state.is_some_and(|state| state.paused),
        missing: page.iter().flatten().flat_map(|page| page.missing.clone()).collect(),
        actions,
        steps,
        page,
        attachments,
        notices,
        decisions,
        feeds: if envelope.is_none() { payment::open_feeds(&manifest, &document, actor) } else { Vec::new() },
        envelope,
        document,
    })
}

/// Presses a button: asks the plugin, checks what it wishes, writes all of it or nothing.
///
/// `Invalid` for form errors, `Forbidden` for the wrong office, `Refused` by the workflow or by the plugin, `Conflict` when
/// somebody was quicker, `Failure` naming plugin and version when the plugin failed.
pub async fn act(app: &App, actor: &Actor, press: Press) -> Result<Pressed> {
    act_on(app, actor, press, None).await
}

/// The same on a revision the actor had before her: `Conflict` when the case has moved on since, unless it was this very press
/// that moved it.
pub async fn act_on(app: &App, actor: &Actor, press: Press, revision: Option<i64>) -> Result<Pressed> {
    policy::require(actor, Permission::CaseWrite)?;
    let (plugin, existing) = match &press.target {
        Target::New { plugin, .. } => (plugin.clone(), None),
        Target::Existing(id) => {
            let document = app.storage.snapshot(actor.scope()).await?.document_fetch(*id).await?;
            (document.plugin, Some(*id))
        }
    };
    let key = press_key(actor, &press.idempotency_key);
    let request = Request::Act { target: press.target, action: press.action, values: press.values, revision };
    let applied = consult::carry_out(app, actor, Consultation { plugin, request, key }).await?;
    Ok(Pressed { document: existing.or_else(|| applied.documents.first().copied()), repeated: applied.repeated })
}

/// What a press with this key led to before; `None` when it never came.
pub async fn pressed_before(app: &App, actor: &Actor, key: &str) -> Result<Option<Pressed>> {
    policy::require(actor, Permission::CaseWrite)?;
    let Some(key) = press_key(actor, key) else { return Ok(None) };
    let mut write = app.storage.write(actor, app.now()).await?;
    let before = if write.idempotency_remember(&key).await? {
        None
    } else {
        Some(Pressed { document: write.idempotency_document(&key).await?, repeated: true })
    };
    write.rollback().await?;
    Ok(before)
}

/// Keys of one user are nobody else's.
fn press_key(actor: &Actor, key: &str) -> Option<String> {
    let who = actor.user_id().map_or(0, |id| id.0);
    Some(key.trim()).filter(|key| !key.is_empty()).map(|key| format!("act/{who}/{key}"))
}

pub(crate) async fn rows_of_household(
    snapshot: &mut Snapshot,
    household: HouseholdId,
    today: Date,
) -> Result<Vec<DocumentRow>> {
    let query = DocumentQuery { household: Some(household), limit: HOUSEHOLD_ROWS, ..Default::default() };
    let mut documents = snapshot.documents_query(&query).await?.items;
    let words = Words::read(snapshot, today).await?;
    // Open cases first, then the latest.
    documents.sort_by_key(|document| (document.final_state, std::cmp::Reverse(document.id)));
    Ok(documents.into_iter().map(|document| words.row(document)).collect())
}

async fn pin_of(app: &App, snapshot: &mut Snapshot, target: &Target) -> Result<Pin> {
    let plugin = match target {
        Target::New { plugin, .. } => plugin.clone(),
        Target::Existing(id) => snapshot.document_fetch(*id).await?.plugin,
    };
    consult::pin(app, snapshot, &plugin, app.today()).await
}

fn standing<'a>(workflow: &'a Workflow, subject: &'a Subject) -> Standing<'a> {
    match &subject.document {
        Some(document) => Standing { state: &document.state, due: document.due, steps: &subject.steps },
        None => Standing::new_document(workflow),
    }
}

/// Finances hide in photos, too: an office that does not see them sees what it added itself.
fn visible(actor: &Actor, mut attachments: Vec<Attachment>) -> Vec<Attachment> {
    if policy::require(actor, Permission::FinanceRead).is_err() {
        attachments.retain(|attachment| attachment.added_by.is_some() && attachment.added_by == actor.user_id());
    }
    attachments
}

/// The collection's page, if the manifest shows it to this office.
fn own_page(manifest: &Manifest, collection: &Collection, actor: &Actor) -> Option<String> {
    let page = manifest.page(collection.page.as_deref()?)?;
    let allowed = actor.role().is_none_or(|role| page.roles.iter().any(|allowed| allowed == role.code()));
    allowed.then(|| page.id.clone())
}

/// The path on top of the page. A stage before the current one is done if the case was in it; if the case passed it over, it
/// is not needed. When the case ended, those it went through are done.
fn stages(workflow: &Workflow, steps: &[DocumentStep], state: &str) -> Vec<StageView> {
    let stage_of = |state: &str| {
        let stage = workflow.state(state)?.stage.as_deref()?;
        workflow.stages.iter().position(|known| known.id == stage)
    };
    let last = workflow.state(state).is_some_and(|state| state.last);
    let been: BTreeSet<usize> = steps
        .iter()
        .flat_map(|step| step.from_state.iter().chain(std::iter::once(&step.to_state)))
        // What is begun with came from the state nothing is in yet.
        .chain(std::iter::once(&workflow.initial))
        .filter_map(|state| stage_of(state))
        .collect();
    let reached = been.last().copied();
    // A state without a stage (待补正) stands where the case stood before.
    let current = stage_of(state).or_else(|| steps.iter().rev().find_map(|step| stage_of(&step.to_state)));
    workflow
        .stages
        .iter()
        .enumerate()
        .map(|(position, stage)| StageView {
            label: stage.label.clone(),
            progress: match current {
                _ if reached.is_some_and(|reached| position < reached) && !been.contains(&position) => {
                    Progress::NotNeeded
                }
                _ if last && reached.is_some_and(|reached| position <= reached) => Progress::Done,
                Some(current) if position < current => Progress::Done,
                Some(current) if position == current => Progress::Current,
                _ => Progress::Ahead,
            },
        })
        .collect()
}

fn step_view(workflow: &Workflow, step: &DocumentStep) -> StepView {
    let state = |id: &str| workflow.state(id).map_or_else(|| Text::from(id), |state| state.label.clone());
    StepView {
        at: step.at,
        by_name: step.by_name.clone(),
        action: action_label(workflow, &step.action),
        from: step.from_state.as_deref().map(state),
        to: state(&step.to_state),
        due: step.due,
        note: step.note.clone(),
    }
}

fn action_label(workflow: &Workflow, action: &str) -> Text {
    workflow.action(action).map_or_else(
        || match action {
            MIGRATED => Text::new("随措施升级转换", "Converted for another version"),
            RESTORED => Text::new("随措施回退还原", "Restored to the version before"),
            _ => Text::new("更新", "Update"),
        },
        |action| action.label.clone(),
    )
}

/// The words of documents: labels from the manifests, distances from the calendar.
pub(crate) struct Words {
    manifests: BTreeMap<String, Arc<Manifest>>,
    calendar: WorkCalendar,
    today: Date,
}

impl Words {
    pub(crate) async fn read(snapshot: &mut Snapshot, today: Date) -> Result<Words> {
        Ok(Words {
            manifests: manifests::by_plugin(snapshot, today).await?,
            calendar: snapshot.calendar().await?,
            today,
        })
    }

    pub(crate) fn plugin_name(&self, plugin: &str) -> Text {
        self.manifests.get(plugin).map_or_else(|| Text::from(plugin), |manifest| manifest.name.clone())
    }

    /// Whether this office sees documents of the kind at all.
    fn concerns(&self, document: &Document, actor: &Actor) -> bool {
        match self.collection(&document.plugin, &document.collection) {
            Some(collection) => concerns(collection, actor),
            None => policy::require(actor, Permission::HouseholdRead).is_ok(),
        }
    }

    fn collection(&self, plugin: &str, collection: &str) -> Option<&Collection> {
        self.manifests.get(plugin)?.collection(collection)
    }

    pub(crate) fn state_label(&self, plugin: &str, collection: &str, state: &str) -> Text {
        let known = self.collection(plugin, collection).and_then(|collection| collection.workflow.state(state));
        known.map_or_else(|| Text::from(state), |state| state.label.clone())
    }

    pub(crate) fn action_label(&self, document: &Document, action: &str) -> Text {
        let collection = self.collection(&document.plugin, &document.collection);
        collection.map_or_else(|| Text::from(action), |collection| action_label(&collection.workflow, action))
    }

    pub(crate) fn row(&self, document: Document) -> DocumentRow {
        let collection = self.collection(&document.plugin, &document.collection);
        let state = collection.and_then(|collection| collection.workflow.state(&document.state));
        DocumentRow {
            plugin_name: self.plugin_name(&document.plugin),
            collection_label: collection
                .map_or_else(|| Text::from(document.collection.as_str()), |collection| collection.label.clone()),
            state_label: state.map_or_else(|| Text::from(document.state.as_str()), |state| state.label.clone()),
            todo: state.and_then(|state| state.todo.clone()),
            due: document.due.filter(|_| !document.final_state).map(|due| Due::new(due, self.today, &self.calendar)),
            document,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn path(moves: &[&str]) -> Vec<Progress> {
        let workflow: Workflow = serde_json::from_value(json!({
            "initial": "draft",
            "stages": [{"id": "a", "label": {"zh": "受理"}}, {"id": "b", "label": {"zh": "调查"}}, {"id": "c", "label": {"zh": "确认"}}],
            "states": [
                {"id": "draft", "label": {"zh": "草稿"}, "stage": "a"},
                {"id": "waiting", "label": {"zh": "待补正"}, "paused": true},
                {"id": "survey", "label": {"zh": "调查"}, "stage": "b"},
                {"id": "confirming", "label": {"zh": "待确认"}, "stage": "c"},
                {"id": "done", "label": {"zh": "同意"}, "stage": "c", "last": true},
                {"id": "refused", "label": {"zh": "不同意"}, "last": true},
                {"id": "withdrawn", "label": {"zh": "撤回"}, "last": true}
            ],
            "actions": []
        }))
        .unwrap();
        let steps: Vec<DocumentStep> = moves
            .iter()
            .map(|state| DocumentStep {
                document: DocumentId(1),
                revision: 1,
                action: String::new(),
                from_state: None,
                to_state: (*state).into(),
                due: None,
                by: None,
                by_name: String::new(),
                at: Instant(0),
                note: String::new(),
            })
            .collect();
        stages(&workflow, &steps, moves.last().unwrap()).iter().map(|stage| stage.progress).collect()
    }

    #[test]
    fn the_stage_path_shows_where_the_case_stands() {
        use Progress::{Ahead, Current, Done, NotNeeded};
        assert_eq!(path(&["draft"]), [Current, Ahead, Ahead]);
        assert_eq!(path(&["draft", "waiting"]), [Current, Ahead, Ahead]);
        assert_eq!(path(&["draft", "survey"]), [Done, Current, Ahead]);
        assert_eq!(path(&["draft", "survey", "done"]), [Done, Done, Done]);
        assert_eq!(path(&["draft", "survey", "withdrawn"]), [Done, Done, Ahead]);
        // The survey was passed over, and stays so when the case comes to its end.
        assert_eq!(path(&["draft", "confirming"]), [Done, NotNeeded, Current]);
        assert_eq!(path(&["draft", "confirming", "refused"]), [Done, NotNeeded, Done]);
        // Sent back: what comes after is ahead again.
        assert_eq!(path(&["draft", "survey", "confirming", "survey"]), [Done, Current, Ahead]);
    }
}
