//! 外勤: what somebody with a phone in a courtyard can do. The list is the part of her worklist whose next button has a form
//! that may be filled in without a signal, and what she may begin so. What she filled in there is an ordinary press of the
//! button, on the revision she had before her; when the case has moved on meanwhile, both sides are laid beside each other and
//! she chooses.

use super::document::{FormView, Target, Words};
use super::form::fields;
use super::household::DocumentRow;
use super::workflow::{self, Standing};
use super::{App, document, manifests, names};
use doudi_documents::{Action, Field, FieldKind, Form, Manifest, Text, Values};
use doudi_domain::document::Document;
use doudi_domain::policy::{self, Permission};
use doudi_domain::{Actor, DocumentId, Error, Instant, Result, Role, mask};
use doudi_storage::worklist::WorklistQuery;
use serde_json::Value;

pub use doudi_documents::form::{SENT, TAKEN};

/// A person's work in the field.
#[derive(Clone, Debug, Default)]
pub struct FieldList {
    pub tasks: Vec<Task>,
    pub begins: Vec<Begin>,
}

/// A case whose next button can be pressed in the field.
#[derive(Clone, Debug)]
pub struct Task {
    pub row: DocumentRow,
    /// 张* 家.
    pub household_title: Option<String>,
    /// 许镇 某某村.
    pub place: String,
    pub action: String,
    pub label: Text,
}

/// Something that can be begun in the field.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Begin {
    pub plugin: String,
    pub plugin_name: Text,
    pub collection: String,
    pub label: Text,
}

/// Tasks at most: more than anybody walks to in a week, and all of them are kept on the phone.
const TASKS: u32 = 100;

/// What the actor can do in the field, earliest due first.
pub async fn list(app: &App, actor: &Actor) -> Result<FieldList> {
    policy::require(actor, Permission::CaseWrite)?;
    let Some(role) = actor.role() else { return Err(Error::forbidden("外勤供办理人员使用")) };
    let today = app.today();
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let manifests = manifests::in_force(&mut snapshot, today).await?;
    let mut list = FieldList::default();
    for manifest in manifests.iter().filter(|manifest| is_offered(manifest, role)) {
        list.begins.extend(begins(manifest, role));
        let query = WorklistQuery {
            role,
            user: actor.user_id(),
            today,
            plugin: Some(manifest.id.clone()),
            state: None,
            due: None,
            cursor: None,
            limit: TASKS,
        };
        let words = Words::read(&mut snapshot, today).await?;
        let tree = super::division::Tree::read(&mut snapshot).await?;
        for document in snapshot.worklist(&query).await?.page.items {
            let steps = snapshot.document_steps(document.id).await?;
            let Some(action) = next_action(manifest, &document, role).filter(|action| {
                let Some(collection) = manifest.collection(&document.collection) else { return false };
                let standing = Standing { state: &document.state, due: document.due, steps: &steps };
                workflow::obstacle(&collection.workflow, action, standing, today, actor).is_none()
            }) else {
                continue;
            };
            let household_title = match document.household {
                Some(household) => names::household_title(&mut snapshot, household, mask::name).await?,
                None => None,
            };
            list.tasks.push(Task {
                household_title,
                place: tree.path(document.division),
                action: action.id.clone(),
                label: action.label.clone(),
                row: words.row(document),
            });
        }
    }
    list.tasks.sort_by_key(|task| (task.row.document.due.is_none(), task.row.document.due, task.row.document.id));
    list.tasks.truncate(TASKS as usize);
    Ok(list)
}

/// Whether anything of this office can be done in the field.
pub(crate) fn is_offered(manifest: &Manifest, role: Role) -> bool {
    let workflows = manifest.collections.iter().map(|collection| &collection.workflow);
    workflows.flat_map(|workflow| &workflow.actions).any(|action| is_for(manifest, action, role))
}

/// A button of this office with a form for the field.
fn is_for(manifest: &Manifest, action: &Action, role: Role) -> bool {
    let offline = action.form.as_deref().and_then(|form| manifest.form(form)).is_some_and(|form| form.offline);
    offline && !action.automatic && action.roles.iter().any(|allowed| allowed == role.code())
}

fn next_action<'a>(manifest: &'a Manifest, document: &Document, role: Role) -> Option<&'a Action> {
    let workflow = &manifest.collection(&document.collection)?.workflow;
    workflow
        .actions
        .iter()
        .filter(|action| action.from.contains(&document.state))
        .find(|action| is_for(manifest, action, role))
}

fn begins(manifest: &Manifest, role: Role) -> impl Iterator<Item = Begin> {
    manifest.collections.iter().filter(|collection| !collection.create_pages.is_empty()).filter_map(move |collection| {
        let action = collection.workflow.action(collection.create.as_deref()?)?;
        is_for(manifest, action, role).then(|| Begin {
            plugin: manifest.id.clone(),
            plugin_name: manifest.name.clone(),
            collection: collection.id.clone(),
            label: collection.label.clone(),
        })
    })
}

/// The form of a target, if it may be filled in without a signal.
pub async fn form(app: &App, actor: &Actor, target: &Target, action: &str) -> Result<FormView> {
    let view = match target {
        Target::New { plugin, collection, household, .. } => {
            document::new_form(app, actor, plugin, collection, *household).await?
        }
        Target::Existing(id) => document::action_form(app, actor, *id, action).await?,
    };
    match &view.form {
        Some(form) if form.offline => Ok(view),
        _ => Err(Error::not_found("外勤表单")),
    }
}

/// A case that moved on while somebody was out of reach.
#[derive(Clone, Debug)]
pub struct Moved {
    /// The button that was to be pressed.
    pub action: String,
    pub revision: i64,
    pub steps: Vec<MovedStep>,
    /// Why the button cannot be pressed any more; `None`: it can, on what is there now.
    pub why_not: Option<String>,
    /// Fields in which the two sides differ.
    pub fields: Vec<BothSides>,
}

/// What somebody did meanwhile.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MovedStep {
    pub at: Instant,
    pub by: String,
    pub action: Text,
    pub to: Text,
}

/// What was filled in, and what stands in the system now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BothSides {
    pub field: Field,
    pub mine: Option<Value>,
    pub theirs: Option<Value>,
}

/// What happened to a case since a revision, against what was filled in; `None` when nothing did.
pub async fn moved(
    app: &App,
    actor: &Actor,
    id: DocumentId,
    action: &str,
    revision: i64,
    mine: impl FnOnce(&FormView) -> Values,
) -> Result<Option<Moved>> {
    policy::require(actor, Permission::CaseWrite)?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let document = snapshot.document_fetch(id).await?;
    if document.revision == revision {
        return Ok(None);
    }
    let words = Words::read(&mut snapshot, app.today()).await?;
    let steps = snapshot.document_steps(id).await?;
    let steps = steps.iter().filter(|step| step.revision > revision).map(|step| MovedStep {
        at: step.at,
        by: step.by_name.clone(),
        action: words.action_label(&document, &step.action),
        to: words.state_label(&document.plugin, &document.collection, &step.to_state),
    });
    let mut moved = Moved {
        action: action.to_owned(),
        revision: document.revision,
        steps: steps.collect(),
        why_not: None,
        fields: Vec::new(),
    };
    match form(app, actor, &Target::Existing(id), action).await {
        Ok(view) => moved.fields = both_sides(&view, &mine(&view)),
        Err(error @ (Error::Refused { .. } | Error::Forbidden { .. })) => moved.why_not = Some(error.to_string()),
        Err(error) => return Err(error),
    }
    Ok(Some(moved))
}

/// Files always go along, and what one declares and where one stood is one's own: none is laid beside anything.
fn both_sides(view: &FormView, mine: &Values) -> Vec<BothSides> {
    let Some(form) = &view.form else { return Vec::new() };
    let body: Values =
        view.document.as_ref().and_then(|document| serde_json::from_str(&document.body).ok()).unwrap_or_default();
    fields(form)
        .filter(|field| !matches!(field.kind, FieldKind::Files | FieldKind::Declaration | FieldKind::Position))
        .filter_map(|field| {
            // As the form would open now; a form that opens empty may still be about what the body holds under its names.
            let opening = view.values.get(&field.name).or_else(|| body.get(&field.name));
            let side = |value: Option<&Value>| value.filter(|value| !is_nothing(value)).cloned();
            let (mine, theirs) = (side(mine.get(&field.name)), side(opening));
            (mine != theirs).then(|| BothSides { field: field.clone(), mine, theirs })
        })
        .collect()
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

/// Takes the two moments out of what came with a form, for no field asks for them: those that are moments, of a form that may
/// have any.
pub(crate) fn moments(form: &Form, values: &mut Values) -> Vec<(String, Value)> {
    let found = [TAKEN, SENT].into_iter().filter_map(|name| values.remove(name).map(|value| (name.to_owned(), value)));
    found.filter(|(_, value)| form.offline && value.as_str().is_some_and(is_minute)).collect()
}

/// `2022-07-06T09:30`.
pub fn is_minute(text: &str) -> bool {
    let Some((date, time)) = text.split_once('T') else { return false };
    let two = |part: &str, most: u8| part.len() == 2 && part.parse::<u8>().is_ok_and(|number| number <= most);
    let time = time.split_once(':').is_some_and(|(hour, minute)| two(hour, 23) && two(minute, 59));
    time && date.parse::<doudi_domain::Date>().is_ok_and(|day| day.to_string() == date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_is_what_a_phone_writes() {
        assert!(is_minute("2022-07-06T09:30"));
        for text in ["", "2022-07-06", "2022-07-06T24:00", "2022-07-06T09:60", "2022-7-6T09:30", "2022-02-30T09:30"] {
            assert!(!is_minute(text), "{text}");
        }
    }
}
