//! Due work as county IT looks after it: what waits, what was given up and why, and another chance; and who was told of which
//! event.

use super::outbox::{DELIVER_EVENT, FEED, NOTIFY, NotifyJob, REACT, ReactJob, SHADOW, TICK, TickJob, delivered};
use super::{App, in_own_task, manifests};
use doudi_documents::Text;
use doudi_documents::manifest::Manifest;
use doudi_domain::event::{Event, Job};
use doudi_domain::policy::{self, Permission};
use doudi_domain::webhook::Webhook;
use doudi_domain::{Actor, Error, EventId, JobId, Result};
use doudi_storage::job::{JobState, QueueFigures};
use doudi_storage::{Page, Snapshot};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

/// How a job stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// Due, or for later.
    Waiting,
    Running,
    Dead,
    Done,
}

/// A job in words.
#[derive(Clone, PartialEq, Debug)]
pub struct JobRow {
    pub job: Job,
    pub standing: Standing,
    /// 事件分发, 措施响应事件, 定期任务, 对外通知, 影子运行与测算, 数据接入.
    pub kind: &'static str,
    /// The measure that is asked.
    pub plugin: Option<Text>,
    /// What it is about: an event's topic and subject, a measure's job and due date.
    pub about: Text,
    pub event: Option<EventId>,
    /// The address that is told.
    pub address: Option<String>,
}

/// An event and who was told of it.
#[derive(Clone, PartialEq, Debug)]
pub struct EventRow {
    pub event: Event,
    pub told: Vec<JobRow>,
}

/// Newest first, with the figures of the whole queue.
pub async fn page(
    app: &App,
    actor: &Actor,
    state: JobState,
    cursor: Option<&str>,
    limit: u32,
) -> Result<(QueueFigures, Page<JobRow>)> {
    policy::require(actor, Permission::Configure)?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let figures = snapshot.queue_figures(app.now()).await?;
    let page = snapshot.jobs_page(state, cursor, limit).await?;
    let mut words = Vocabulary::read(app, &mut snapshot).await?;
    let mut rows = Vec::with_capacity(page.items.len());
    for job in page.items {
        rows.push(words.row(app, &mut snapshot, job).await?);
    }
    Ok((figures, Page { items: rows, next: page.next }))
}

/// The kernel's and the measures' events, newest first.
pub async fn events(
    app: &App,
    actor: &Actor,
    topic: Option<&str>,
    cursor: Option<&str>,
    limit: u32,
) -> Result<Page<EventRow>> {
    policy::require(actor, Permission::Configure)?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let page = snapshot.events_page(topic, cursor, limit).await?;
    let ids: Vec<EventId> = page.items.iter().map(|event| event.id).collect();
    let jobs = snapshot.jobs_of_events(&[REACT, NOTIFY], &ids).await?;
    let mut words = Vocabulary::read(app, &mut snapshot).await?;
    words.events.extend(page.items.iter().map(|event| (event.id, event.clone())));
    let mut told: BTreeMap<EventId, Vec<JobRow>> = BTreeMap::new();
    for job in jobs {
        let row = words.row(app, &mut snapshot, job).await?;
        if let Some(event) = row.event {
            told.entry(event).or_default().push(row);
        }
    }
    Ok(page.map(|event| EventRow { told: told.remove(&event.id).unwrap_or_default(), event }))
}

/// Gives a job that was given up another chance, at once. `NotFound` when it is not one of these.
pub async fn revive(app: &App, actor: &Actor, id: JobId) -> Result<()> {
    policy::require(actor, Permission::Configure)?;
    let (app, actor) = (app.clone(), actor.clone());
    in_own_task(async move {
        let mut write = app.storage.write(&actor, app.now()).await?;
        write.job_revive(id).await?;
        write.commit().await
    })
    .await
}

/// What jobs' payloads stand for.
struct Vocabulary {
    manifests: BTreeMap<String, Arc<Manifest>>,
    webhooks: BTreeMap<i64, Webhook>,
    events: BTreeMap<EventId, Event>,
}

impl Vocabulary {
    async fn read(app: &App, snapshot: &mut Snapshot) -> Result<Vocabulary> {
        let manifests = manifests::by_plugin(snapshot, app.today()).await?;
        let webhooks = snapshot.webhooks_list().await?;
        let webhooks = webhooks.into_iter().map(|webhook| (webhook.id.0, webhook)).collect();
        Ok(Vocabulary { manifests, webhooks, events: BTreeMap::new() })
    }

    async fn row(&mut self, app: &App, snapshot: &mut Snapshot, job: Job) -> Result<JobRow> {
        let standing = match &job {
            job if job.done_at.is_some() => Standing::Done,
            job if job.dead => Standing::Dead,
            job if job.lease_until.is_some_and(|until| until > app.now()) => Standing::Running,
            _ => Standing::Waiting,
        };
        let mut row = JobRow {
            standing,
            kind: kind_word(&job.kind),
            plugin: None,
            about: Text::from(job.dedupe_key.clone()),
            event: None,
            address: None,
            job,
        };
        let mut others = 0;
        // A payload that cannot be read is shown by its key: this page is where such a job is found.
        match row.job.kind.as_str() {
            DELIVER_EVENT => {
                if let Some(events) = delivered(&row.job.payload) {
                    row.event = events.first().copied();
                    others = events.len() - 1;
                }
            }
            REACT => {
                if let Ok(react) = serde_json::from_str::<ReactJob>(&row.job.payload) {
                    row.event = Some(EventId(react.event));
                    row.plugin = Some(self.plugin_name(&react.plugin));
                }
            }
            NOTIFY => {
                if let Ok(notify) = serde_json::from_str::<NotifyJob>(&row.job.payload) {
                    row.event = Some(EventId(notify.event));
                    row.address = self.webhooks.get(&notify.webhook).map(|webhook| webhook.url.clone());
                }
            }
            TICK => {
                if let Ok(tick) = serde_json::from_str::<TickJob>(&row.job.payload) {
                    row.plugin = Some(self.plugin_name(&tick.plugin));
                    row.about = self.due_work(&tick);
                }
            }
            _ => {}
        }
        if let Some(id) = row.event
            && let Some(event) = self.event(snapshot, id).await?
        {
            row.about = Text::from(match others {
                0 => format!("{} {}", event.topic, event.subject),
                _ => format!("{} {} 等 {} 个事件", event.topic, event.subject, others + 1),
            });
        }
        Ok(row)
    }

    async fn event(&mut self, snapshot: &mut Snapshot, id: EventId) -> Result<Option<&Event>> {
        match self.events.entry(id) {
            Entry::Occupied(known) => Ok(Some(known.into_mut())),
            Entry::Vacant(place) => match snapshot.event_fetch(id).await {
                Ok(event) => Ok(Some(place.insert(event))),
                Err(Error::NotFound { .. }) => Ok(None),
                Err(error) => Err(error),
            },
        }
    }

    fn plugin_name(&self, id: &str) -> Text {
        self.manifests.get(id).map_or_else(|| Text::from(id), |manifest| manifest.name.clone())
    }

    fn due_work(&self, tick: &TickJob) -> Text {
        let manifest = self.manifests.get(&tick.plugin);
        let job = manifest.and_then(|manifest| manifest.jobs.iter().find(|job| job.id == tick.job));
        let later = if tick.cursor.is_some() { "（续）" } else { "" };
        let title = job.map_or(tick.job.as_str(), |job| job.label.zh.as_str());
        Text::from(format!("{title} {}{later}", tick.due))
    }
}

fn kind_word(kind: &str) -> &'static str {
    match kind {
        DELIVER_EVENT => "事件分发",
        REACT => "措施响应事件",
        TICK => "定期任务",
        NOTIFY => "对外通知",
        SHADOW => "影子运行与测算",
        FEED => "数据接入",
        _ => "未知类别",
    }
}
