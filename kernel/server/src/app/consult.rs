//! Asking a plugin. The only place with the loop: open a snapshot, find the pin, call, turn effects into writes, check that
//! nothing moved meanwhile, commit; when somebody was quicker, begin again on a new snapshot, three times at most.
//!
//! A plugin's refusal is an answer and is shown; its failure is recorded in a small write of its own, and changes nothing
//! else. What is called for showing only (pages, form help, trials) is never applied.

use super::document::Target;
use super::form_people;
use super::intake::{self, IntakeStep};
use super::outbox::TickJob;
use super::reach;
use super::reads::{Shared, SnapshotReads};
use super::workflow::{self, Standing};
use super::{App, apply, fieldwork, form, in_own_task, manifests, outbox, plugin, trust};
use doudi_documents::form::{FILES, FormFile};
use doudi_documents::manifest::Collection;
use doudi_documents::{EffectPayload, FieldKind, Fill, Form, Id, Page, Values};
use doudi_domain::document::{Document, DocumentStep};
use doudi_domain::event::EventCause;
use doudi_domain::package::Enablement;
use doudi_domain::{Actor, AttachmentId, Date, DocumentId, Error, HouseholdId, Instant, PersonId, Problem, Result};
use doudi_plugin_host::{
    ActInput, Block, CallContext, CallError, CallRecord, Called, EventInput, FillInput, Grants, Indicator, Plugin,
    Point, Recording, ViewInput,
};
use doudi_storage::invocation::NewInvocation;
use doudi_storage::{Snapshot, Write};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

/// What is not found when a measure is not enabled.
pub(crate) const ENABLED: &str = "已启用的措施";

/// How often a call is made before "somebody was quicker" is told to the user.
const ATTEMPTS: u32 = 3;

/// A pin, ready to be called.
pub(crate) struct Pin {
    pub enablement: Enablement,
    pub plugin: Arc<Plugin>,
}

impl Pin {
    pub fn context(&self, actor: &Actor, today: Date, now: Instant, trial: bool) -> CallContext {
        CallContext {
            settings: self.enablement.settings.clone(),
            grants: Grants::new(self.enablement.grants.iter().cloned()),
            trial,
            seed: seed(&[&self.enablement.plugin, &today.to_string(), &now.0.to_string()]),
            ..CallContext::new(actor.clone(), today, now)
        }
    }
}

/// A number for sampling that nobody chose and everybody can recompute.
fn seed(words: &[&str]) -> u64 {
    let mut hash = Sha256::new();
    for word in words {
        hash.update(word.as_bytes());
        hash.update([0]);
    }
    let digest: [u8; 32] = hash.finalize().into();
    digest.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// The plugin a county runs on a day; `NotFound` when it is not enabled.
pub(crate) async fn pin(app: &App, snapshot: &mut Snapshot, plugin: &str, day: Date) -> Result<Pin> {
    let enablement = snapshot.enablement_at(plugin, day).await?.ok_or(Error::not_found(ENABLED))?;
    Ok(Pin { plugin: load(app, snapshot, &enablement.digest).await?, enablement })
}

/// A plugin by its digest: from memory, else its bytes from storage.
pub(crate) async fn load(app: &App, snapshot: &mut Snapshot, digest: &str) -> Result<Arc<Plugin>> {
    if let Some(plugin) = app.host.loaded(digest) {
        return Ok(plugin);
    }
    let component = snapshot.component_fetch(digest).await?;
    let plugin = app.host.load(digest, &component).await?;
    // Asked again at each load: keys are revoked while packages run.
    trust::look(app, snapshot, digest).await?;
    Ok(plugin)
}

// ---------------------------------------------------------------------------------------------------------------------
// For showing only

/// A page of a plugin.
pub(crate) async fn view(app: &App, actor: &Actor, pin: &Pin, snapshot: Snapshot, input: ViewInput) -> Result<Page> {
    let (context, reads) = looking(app, actor, pin, snapshot);
    let called = app.host.view(&pin.plugin, &context, reads, input).await.map_err(CallError::into_domain)?;
    note(&called, pin);
    let mut page = called.value;
    reach::keep_open_links(app, actor, pin.plugin.manifest(), &mut page).await?;
    Ok(page)
}

/// What a plugin says to a form.
pub(crate) async fn fill(app: &App, actor: &Actor, pin: &Pin, snapshot: Snapshot, input: FillInput) -> Result<Fill> {
    let (context, reads) = looking(app, actor, pin, snapshot);
    let called = app.host.fill(&pin.plugin, &context, reads, input).await.map_err(CallError::into_domain)?;
    note(&called, pin);
    Ok(called.value)
}

/// A plugin's figures of an inclusive period.
pub(crate) async fn indicators(
    app: &App,
    actor: &Actor,
    pin: &Pin,
    snapshot: Snapshot,
    (begins, ends): (Date, Date),
) -> Result<Vec<Indicator>> {
    let (context, reads) = looking(app, actor, pin, snapshot);
    let called =
        app.host.indicators(&pin.plugin, &context, reads, begins, ends).await.map_err(CallError::into_domain)?;
    note(&called, pin);
    Ok(called.value)
}

/// What one plugin answers to a question of the kernel's own.
pub(crate) async fn answer(
    app: &App,
    actor: &Actor,
    pin: &Pin,
    snapshot: Snapshot,
    topic: &str,
    question: Block,
) -> Result<Block> {
    let (context, reads) = looking(app, actor, pin, snapshot);
    let on = context.today;
    let called = app.host.answer(&pin.plugin, &context, reads, topic, on, question).await;
    let called = called.map_err(CallError::into_domain)?;
    note(&called, pin);
    Ok(called.value)
}

fn looking(app: &App, actor: &Actor, pin: &Pin, snapshot: Snapshot) -> (CallContext, Box<SnapshotReads>) {
    let (today, now) = (app.today(), app.now());
    let mut context = pin.context(actor, today, now, true);
    context.recording = Recording::Off;
    let shared: Shared = Arc::new(Mutex::new(snapshot.without_noting()));
    (context, Box::new(SnapshotReads::new(app, actor, &shared, pin.plugin.id(), today, now, true)))
}

fn note<T>(called: &Called<T>, pin: &Pin) {
    for line in &called.logs {
        tracing::debug!(plugin = pin.plugin.id(), version = %pin.plugin.version(), level = line.level, "{}", line.message);
    }
    if !called.denials.is_empty() {
        tracing::info!(
            plugin = pin.plugin.id(),
            denials = called.denials.join(","),
            "a plugin asked for what is not granted"
        );
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// With effects

/// Something that leads to effects.
#[derive(Clone, Debug)]
pub(crate) enum Request {
    Act {
        target: Target,
        action: String,
        values: Values,
        /// The one the actor had before her; `None`: whatever is there.
        revision: Option<i64>,
    },
    React {
        event: EventInput,
        cause: EventCause,
    },
    Tick {
        job: String,
        due: Date,
        cursor: Option<String>,
        step: u32,
    },
    Intake {
        feed: String,
        document: DocumentId,
        rows: Block,
        step: IntakeStep,
    },
}

impl Request {
    fn point(&self) -> Point {
        match self {
            Request::Act { .. } => Point::Act,
            Request::React { .. } => Point::React,
            Request::Tick { .. } => Point::Tick,
            Request::Intake { .. } => Point::Intake,
        }
    }
}

/// What to ask whom, and the key that makes a second time harmless.
#[derive(Clone, Debug)]
pub(crate) struct Consultation {
    pub plugin: String,
    pub request: Request,
    pub key: Option<String>,
}

#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub(crate) struct Applied {
    /// Documents created or moved, in the order of the effects.
    pub documents: Vec<DocumentId>,
    /// The same key was applied before; nothing was done.
    pub repeated: bool,
    /// Of a feed: positions of the rows the plugin did not take, and why.
    pub rejected: Vec<(u32, Problem)>,
    /// Of due work: where its next step begins; that step is enqueued.
    pub next: Option<String>,
}

/// Asks, applies all or nothing, and asks again when somebody was quicker. Runs to its end even when the request that began
/// it is dropped.
pub(crate) async fn carry_out(app: &App, actor: &Actor, consultation: Consultation) -> Result<Applied> {
    let (app, actor) = (app.clone(), actor.clone());
    in_own_task(async move {
        // Before a connection is taken, or one county's crowd would keep the others from the database.
        let _desk = app.host.desk(actor.county()).await?;
        let mut attempt = 1;
        loop {
            let mut digest = String::new();
            let outcome = once(&app, &actor, &consultation, false, &mut digest).await;
            if let Err(Error::Conflict { .. }) = &outcome {
                let (plugin, point) = (&consultation.plugin, consultation.request.point());
                app.watch.conflict(actor.county(), plugin, &digest, point, attempt < ATTEMPTS);
            }
            match outcome {
                Err(Error::Conflict { .. }) if attempt < ATTEMPTS => {
                    tokio::time::sleep(Duration::from_millis(20 * u64::from(attempt))).await;
                    attempt += 1;
                }
                // Pressed twice: the first press has moved the case on, and the second finds another state.
                Err(error) if refuses(&error) => {
                    let before = applied_before(&app, &actor, &consultation).await?;
                    return before.inspect(|_| tracing::debug!(%error, "a repeated request")).ok_or(error);
                }
                outcome => return outcome,
            }
        }
    })
    .await
}

/// As [`carry_out`], and rolled back at the end: what it says is what would happen.
pub(crate) async fn try_out(app: &App, actor: &Actor, consultation: Consultation) -> Result<Applied> {
    let (app, actor) = (app.clone(), actor.clone());
    in_own_task(async move {
        let _desk = app.host.desk(actor.county()).await?;
        once(&app, &actor, &consultation, true, &mut String::new()).await
    })
    .await
}

/// For work that was due or announced while the measure was still enabled: when it no longer is, there is nobody to ask.
/// Anything else that is not found is an error like others.
pub(crate) async fn carry_out_if_enabled(app: &App, actor: &Actor, consultation: Consultation) -> Result<()> {
    match carry_out(app, actor, consultation).await {
        Ok(_) | Err(Error::NotFound { what: ENABLED }) => Ok(()),
        Err(error) => Err(error),
    }
}

fn refuses(error: &Error) -> bool {
    matches!(error, Error::Refused { .. } | Error::Forbidden { .. } | Error::Conflict { .. } | Error::Invalid(_))
}

/// What the same request led to before; `None` when it is new.
async fn applied_before(app: &App, actor: &Actor, consultation: &Consultation) -> Result<Option<Applied>> {
    let Some(key) = &consultation.key else { return Ok(None) };
    let mut write = app.storage.write(actor, app.now()).await?;
    if write.idempotency_remember(key).await? {
        write.rollback().await?;
        return Ok(None);
    }
    repeated(write, key).await.map(Some)
}

async fn repeated(mut write: Write, key: &str) -> Result<Applied> {
    let document = write.idempotency_document(key).await?;
    write.rollback().await?;
    Ok(Applied { documents: document.into_iter().collect(), repeated: true, ..Applied::default() })
}

/// The document an action is on, with its past.
pub(crate) struct Subject {
    pub document: Option<Document>,
    pub steps: Vec<DocumentStep>,
    pub household: Option<HouseholdId>,
    pub person: Option<PersonId>,
}

/// `digest` is told which release was asked.
async fn once(
    app: &App,
    actor: &Actor,
    consultation: &Consultation,
    dry_run: bool,
    digest: &mut String,
) -> Result<Applied> {
    let (today, now) = (app.today(), app.now());
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let pin = pin(app, &mut snapshot, &consultation.plugin, today).await?;
    digest.push_str(pin.plugin.digest());
    let mut context = pin.context(actor, today, now, false);
    let prepared = match &consultation.request {
        Request::Act { target, action, values, revision } => {
            let prepared = prepare(app, actor, &pin, &mut snapshot, target, action, values.clone()).await?;
            if let (Some(revision), Some(document)) = (revision, &prepared.subject.document)
                && *revision != document.revision
            {
                return Err(Error::conflict("这一件已由他人办理，没有保存。请比较两边的内容后再提交"));
            }
            Some(prepared)
        }
        Request::Tick { job, due, .. } => {
            // The same draw however often the step is tried.
            context.seed = seed(&[&pin.enablement.plugin, job, &due.to_string(), &context.county.to_string()]);
            None
        }
        Request::React { .. } | Request::Intake { .. } => None,
    };
    let shared: Shared = Arc::new(Mutex::new(snapshot));
    let reads = Box::new(SnapshotReads::new(app, actor, &shared, pin.plugin.id(), today, now, false));
    let (subject, household) = subject_of(&consultation.request, prepared.as_ref());
    let mut rejected = Vec::new();
    let outcome = match (&consultation.request, &prepared) {
        (Request::Act { action, .. }, Some(prepared)) => {
            let input = ActInput {
                action: action.clone(),
                collection: prepared.collection.id.clone(),
                document: prepared.subject.document.clone(),
                household: prepared.subject.household,
                person: prepared.subject.person,
                values: prepared.values.clone(),
            };
            app.host.act(&pin.plugin, &context, reads, input).await.map(|called| (called, None))
        }
        (Request::React { event, .. }, _) => {
            app.host.react(&pin.plugin, &context, reads, event.clone()).await.map(|called| (called, None))
        }
        (Request::Tick { job, due, cursor, .. }, _) => {
            app.host.tick(&pin.plugin, &context, reads, job, *due, cursor.as_deref()).await.map(|mut called| {
                let next = called.value.next.take();
                (called.map(|step| step.effects), next)
            })
        }
        (Request::Intake { feed, rows, .. }, _) => {
            app.host.intake(&pin.plugin, &context, reads, feed, rows.clone()).await.map(|mut called| {
                rejected = std::mem::take(&mut called.value.rejected);
                (called.map(|taken| taken.effects), None)
            })
        }
        (Request::Act { .. }, None) => unreachable!("an action is always prepared"),
    };
    let (called, next) = match outcome {
        Ok(answer) => answer,
        Err(error) => {
            drop(shared);
            return Err(record_failure(app, actor, &pin, &subject, household, error).await);
        }
    };
    note(&called, &pin);
    if let Request::Intake { step, .. } = &consultation.request
        && called.value.is_empty()
        && !dry_run
    {
        let mut write = app.storage.write(actor, now).await?;
        let repeated = !intake::advance(&mut write, &consultation.plugin, step, &rejected).await?;
        match repeated {
            true => write.rollback().await?,
            false => outbox::commit(write).await?,
        }
        return Ok(Applied { rejected, repeated, ..Applied::default() });
    }
    if called.value.is_empty() && !matches!(consultation.request, Request::Act { .. }) {
        return Ok(Applied { rejected, ..remember(app, actor, consultation, next).await? });
    }
    // The host has dropped its reads; the snapshot is ours again.
    let mut snapshot = Arc::try_unwrap(shared)
        .map_err(|_| Error::failure("操作没有完成，没有保存。请重试", "a call kept its snapshot after it ended"))?
        .into_inner();
    let occasion = apply::Occasion {
        pin: &pin,
        actor,
        today,
        action: match &consultation.request {
            Request::Act { action, .. } => Some(action.as_str()),
            _ => None,
        },
        subject: prepared.as_ref().map(|prepared| &prepared.subject),
    };
    let mut county =
        app.storage.snapshot(doudi_domain::Scope { division: actor.county().division() }).await?.without_noting();
    let operations = apply::plan(&occasion, &mut snapshot, &mut county, &called.value).await?;
    county.close().await?;
    let read_set = snapshot.read_set().await?;
    snapshot.close().await?;

    let mut write = app.storage.write(actor, now).await?;
    if let Request::React { cause, .. } = &consultation.request {
        write.caused_by(*cause);
    }
    if let Some(key) = &consultation.key
        && !write.idempotency_remember(key).await?
    {
        return repeated(write, key).await;
    }
    write.check(&read_set).await?;
    if let Request::Intake { step, .. } = &consultation.request
        && !intake::advance(&mut write, &consultation.plugin, step, &rejected).await?
    {
        write.rollback().await?;
        return Ok(Applied { repeated: true, ..Applied::default() });
    }
    let invocation = write.invocation_record(&invocation(&called, &subject, household, today)).await?;
    let documents = apply::carry_out(&mut write, operations, &called.record, invocation).await?;
    if let (Some(prepared), Some(first)) = (&prepared, documents.first())
        && prepared.subject.document.is_none()
    {
        // Files uploaded with the form of a document that was not there yet belong to it from now on.
        write.attachments_tie(&prepared.loose, *first).await?;
    }
    if let (Some(key), Some(first)) = (&consultation.key, documents.first()) {
        write.idempotency_answer(key, *first).await?;
    }
    if dry_run {
        write.rollback().await?;
        return Ok(Applied { rejected, ..Applied::default() });
    }
    enqueue_next(&mut write, consultation, next.as_deref()).await?;
    outbox::commit(write).await?;
    Ok(Applied { documents, repeated: false, rejected, next })
}

/// No effects: only the key is remembered, so that the step counts as done.
async fn remember(app: &App, actor: &Actor, consultation: &Consultation, next: Option<String>) -> Result<Applied> {
    if let Some(key) = &consultation.key {
        let mut write = app.storage.write(actor, app.now()).await?;
        if !write.idempotency_remember(key).await? {
            // Whoever was first has also written the next step; a second one, from what was found later, would be a fork.
            write.rollback().await?;
            return Ok(Applied { repeated: true, ..Applied::default() });
        }
        enqueue_next(&mut write, consultation, next.as_deref()).await?;
        write.commit().await?;
    }
    Ok(Applied { next, ..Applied::default() })
}

/// The next step of due work is written with the effects of this one: an interruption between the two loses neither.
async fn enqueue_next(write: &mut Write, consultation: &Consultation, next: Option<&str>) -> Result<()> {
    if let (Request::Tick { job, due, step, .. }, Some(next)) = (&consultation.request, next) {
        let step = TickJob {
            plugin: consultation.plugin.clone(),
            job: job.clone(),
            due: *due,
            cursor: Some(next.to_owned()),
            step: step.saturating_add(1),
        };
        write.job_enqueue(&step.job(write.now())).await?;
    }
    Ok(())
}

/// Everything that is checked before a plugin is asked to act.
pub(crate) struct Prepared {
    pub collection: Collection,
    pub subject: Subject,
    pub values: Values,
    /// Files the values name that belong to no household and no document yet.
    pub loose: Vec<AttachmentId>,
}

async fn prepare(
    app: &App,
    actor: &Actor,
    pin: &Pin,
    snapshot: &mut Snapshot,
    target: &Target,
    action: &str,
    mut values: Values,
) -> Result<Prepared> {
    let manifest = pin.plugin.manifest();
    let (collection, subject) = find_target(snapshot, pin, target).await?;
    let workflow = &collection.workflow;
    let Some(entry) = workflow.action(action) else { return Err(Error::not_found("操作")) };
    let standing = match &subject.document {
        Some(document) => Standing { state: &document.state, due: document.due, steps: &subject.steps },
        None => Standing::new_document(workflow),
    };
    if let Some(error) = workflow::obstacle(workflow, entry, standing, app.today(), actor) {
        return Err(error);
    }
    let form = entry.form.as_deref().and_then(|form| manifest.form(form)).cloned();
    let mut loose = Vec::new();
    match &form {
        Some(form) => {
            let moments = fieldwork::moments(form, &mut values);
            let mut problems = form_people::resolve(snapshot, form, &mut values, app.today()).await?;
            let known = known_ids(snapshot, actor, form, &subject, app.today()).await?;
            problems.extend(form::check(form, &mut values, &known));
            if !problems.is_empty() {
                return Err(Error::Invalid(problems));
            }
            loose = tell_files(snapshot, form, &mut values).await?;
            values.extend(moments);
        }
        None => values = Values::new(),
    }
    Ok(Prepared { collection, subject, values, loose })
}

/// Puts what is known of the files of a form among its values, so that a plugin can notice that a photo came before. Gives those
/// that belong to nothing yet.
async fn tell_files(snapshot: &mut Snapshot, form: &Form, values: &mut Values) -> Result<Vec<AttachmentId>> {
    let named = form::fields(form)
        .filter(|field| field.kind == FieldKind::Files)
        .filter_map(|field| values.get(&field.name)?.as_array())
        .flatten()
        .filter_map(|id| id.as_str()?.parse().ok())
        .map(AttachmentId);
    let ids: BTreeSet<AttachmentId> = named.collect();
    let (mut told, mut loose) = (Vec::with_capacity(ids.len()), Vec::new());
    for id in ids {
        let file = snapshot.attachment_fetch(id).await?;
        told.push(FormFile { id: Id(id.0), digest: file.digest, bytes: file.size });
        if file.household.is_none() && file.document.is_none() {
            loose.push(id);
        }
    }
    if !told.is_empty() {
        let told = serde_json::to_value(told).map_err(|error| Error::failure("表单没有提交，请重试", error))?;
        values.insert(FILES.to_owned(), told);
    }
    Ok(loose)
}

/// The collection and the document, or what a new one will be about; all within the actor's scope.
pub(crate) async fn find_target(snapshot: &mut Snapshot, pin: &Pin, target: &Target) -> Result<(Collection, Subject)> {
    let manifest = pin.plugin.manifest();
    let collection = |id: &str| manifest.collection(id).cloned().ok_or(Error::not_found("办件类别"));
    match target {
        Target::New { collection: id, household, person, .. } => {
            let collection = collection(id)?;
            match household {
                Some(household) if collection.create_on_household => {
                    snapshot.household_fetch(*household).await?;
                }
                // Where the manifest puts a button, and nowhere else.
                None if !collection.create_pages.is_empty() => {}
                _ => return Err(Error::not_found("办件类别")),
            }
            if let Some(person) = person {
                snapshot.person_fetch(*person, false).await?;
            }
            let subject = Subject { document: None, steps: Vec::new(), household: *household, person: *person };
            Ok((collection, subject))
        }
        Target::Existing(id) => {
            let document = snapshot.document_fetch(*id).await?;
            if document.plugin != pin.plugin.id() {
                return Err(Error::not_found("办件"));
            }
            let steps = snapshot.document_steps(*id).await?;
            let found = collection(&document.collection)?;
            let (household, person) = (document.household, document.person);
            Ok((found, Subject { document: Some(document), steps, household, person }))
        }
    }
}

/// What the form's members, officers, files and places may name.
pub(crate) async fn known_ids(
    snapshot: &mut Snapshot,
    actor: &Actor,
    form: &Form,
    subject: &Subject,
    today: Date,
) -> Result<form::Known> {
    let (mut members, mut files) = (Vec::new(), Vec::new());
    if let Some(household) = subject.household {
        let file = snapshot.household_file(household, today, false).await?;
        members.extend(file.members.iter().map(|(_, person)| person.id.to_string()));
        files.extend(snapshot.attachments_of_household(household).await?.iter().map(|file| file.id.to_string()));
    }
    if let Some(document) = &subject.document {
        files.extend(snapshot.attachments_of_document(document.id).await?.iter().map(|file| file.id.to_string()));
    }
    if subject.household.is_none()
        && let Some(user) = actor.user_id()
    {
        files.extend(snapshot.attachments_loose(user).await?.iter().map(|file| file.id.to_string()));
    }
    let mut divisions = Vec::new();
    if form::asks_division(form) {
        let scope = snapshot.scope();
        let all = snapshot.divisions().await?;
        divisions.extend(all.iter().map(|division| division.code).filter(|code| scope.sees(*code)));
    }
    let officers =
        snapshot.users_list().await?.iter().filter(|user| user.active).map(|user| user.id.to_string()).collect();
    let (members, officers, files, divisions) = (Some(members), Some(officers), Some(files), Some(divisions));
    Ok(form::Known { members, officers, files, divisions })
}

fn subject_of(request: &Request, prepared: Option<&Prepared>) -> (String, Option<HouseholdId>) {
    match (request, prepared) {
        (Request::Act { .. }, Some(prepared)) => {
            let household = prepared.subject.household;
            let subject = match (&prepared.subject.document, household) {
                (Some(document), _) => format!("document/{}", document.id),
                (None, Some(household)) => format!("household/{household}"),
                (None, None) => format!("collection/{}", prepared.collection.id),
            };
            (subject, household)
        }
        (Request::React { event, .. }, _) => (format!("event/{}", event.topic), event.household),
        (Request::Tick { job, due, .. }, _) => (format!("job/{job}/{due}"), None),
        (Request::Intake { document, .. }, _) => (format!("document/{document}"), None),
        (Request::Act { .. }, None) => (String::new(), None),
    }
}

fn invocation(
    called: &Called<Vec<EffectPayload>>,
    subject: &str,
    household: Option<HouseholdId>,
    as_of: Date,
) -> NewInvocation {
    let record = &called.record;
    let output = record.result.to_string().into_bytes();
    NewInvocation {
        plugin: record.plugin.clone(),
        version: record.version.clone(),
        digest: record.digest.clone(),
        point: record.point.code().to_owned(),
        subject: subject.to_owned(),
        household,
        as_of,
        input: record.request.to_string().into_bytes(),
        reads: reads_json(record),
        input_hash: record.input_hash.clone(),
        output_hash: hex::encode(Sha256::digest(&output)),
        output,
        outcome: "ok".to_owned(),
        micros: i64::try_from(called.spent.as_micros()).unwrap_or(i64::MAX),
    }
}

fn reads_json(record: &CallRecord) -> Vec<u8> {
    serde_json::to_vec(&record.reads).unwrap_or_default()
}

/// Writes down that a call ended without an answer, and gives the error for the user. That the small write fails, too, is
/// the operator's news, not the user's.
async fn record_failure(
    app: &App,
    actor: &Actor,
    pin: &Pin,
    subject: &str,
    household: Option<HouseholdId>,
    error: CallError,
) -> Error {
    let code = error.code().to_owned();
    let point = match &error {
        CallError::Failed(failed) => failed.point.code(),
        CallError::Refused { .. } => "act",
    };
    let new = NewInvocation {
        plugin: pin.plugin.id().to_owned(),
        version: pin.plugin.version().to_string(),
        digest: pin.plugin.digest().to_owned(),
        point: point.to_owned(),
        subject: subject.to_owned(),
        household,
        as_of: app.today(),
        input: Vec::new(),
        reads: Vec::new(),
        input_hash: String::new(),
        output: Vec::new(),
        output_hash: String::new(),
        outcome: code,
        micros: 0,
    };
    let recorded = async {
        // The request itself was not carried out: it may be sent again.
        let mut write = app.storage.apart().write(actor, app.now()).await?;
        write.invocation_record(&new).await?;
        write.commit().await
    };
    if let Err(unrecorded) = recorded.await {
        tracing::error!(%unrecorded, plugin = pin.plugin.id(), "a failed call could not be recorded");
    }
    error.into_domain()
}

/// The name of a plugin for pages, whether it is still enabled or not.
pub(crate) async fn plugin_ref(snapshot: &mut Snapshot, digest: &str) -> Result<plugin::PluginRef> {
    let manifest = manifests::of_digest(snapshot, digest).await?;
    Ok(plugin::PluginRef {
        id: manifest.id.clone(),
        name: manifest.name.clone(),
        version: manifest.version.to_string(),
        digest: digest.to_owned(),
    })
}
