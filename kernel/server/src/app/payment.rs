//! Payments on the pages: the envelope of a roster document with its files, the printed summary, and what was paid to a
//! household. Files leave the system with names, ID numbers and accounts in clear, so each is counted in the audit log before
//! it does. What changes payments are the plugin's effects: see `apply/payments.rs`.

mod file;

use super::division::Tree;
use super::manifests;
use super::names;
use super::{App, in_own_task};
use doudi_documents::manifest::{FeedEntry, FileEntry};
use doudi_documents::{Manifest, Text};
use doudi_domain::document::Document;
use doudi_domain::payment::{Control, Envelope, Payment, Purpose, State, Step};
use doudi_domain::policy::{self, Permission};
use doudi_domain::{Actor, Date, DocumentId, Error, Fen, HouseholdId, Instant, Result, mask};
use doudi_storage::{Page, Snapshot};
use std::collections::{BTreeMap, BTreeSet};

/// Lines of a household's history on its page.
const HISTORY: u32 = 60;

/// The envelope of a document, as its page shows it.
#[derive(Clone, Debug)]
pub struct EnvelopeView {
    pub envelope: Envelope,
    /// By state, in the order a line goes; states without lines are left out.
    pub states: Vec<(State, Control)>,
    pub steps: Vec<Step>,
    pub files: Vec<FileLink>,
    pub feeds: Vec<FeedLink>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FileLink {
    pub id: String,
    pub label: Text,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FeedLink {
    pub id: String,
    pub label: Text,
}

/// A file to download.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Download {
    pub name: String,
    pub media_type: &'static str,
    pub bytes: Vec<u8>,
}

/// The paper with totals and places to sign.
#[derive(Clone, Debug)]
pub struct Summary {
    pub title: String,
    pub county_name: String,
    pub scheme_name: Text,
    pub envelope: Envelope,
    pub towns: Vec<TownRow>,
    pub all: TownRow,
    /// 花名册 = 拨付 = 入账 + 退回.
    pub reconciliation: Vec<Reconciled>,
    pub steps: Vec<Step>,
    pub printed_by: String,
    pub printed_at: Instant,
}

/// A town's line of the paper: what is or was paid, by purpose.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TownRow {
    pub name: String,
    pub households: i64,
    pub covered: i64,
    pub regular: Fen,
    pub back_pay: Fen,
    pub recovery: Fen,
    pub total: Control,
}

/// One side of the three-way reconciliation, and whether it agrees with the roster.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reconciled {
    pub label: String,
    pub control: Control,
    pub agrees: bool,
}

/// A line of a household's history.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HistoryView {
    pub payment: Payment,
    /// The measure's name for the scheme.
    pub scheme_name: Text,
    /// The roster, for offices that may open it.
    pub title: String,
    pub payee: Option<String>,
}

/// The envelope of a document in scope, with the files and feeds this office has in its state.
pub(crate) async fn envelope_view(
    snapshot: &mut Snapshot,
    manifest: &Manifest,
    document: &Document,
    actor: &Actor,
) -> Result<Option<EnvelopeView>> {
    let Some(envelope) = snapshot.payment_envelope(document.id).await? else { return Ok(None) };
    let mut sums: BTreeMap<State, Control> = BTreeMap::new();
    for total in snapshot.payment_totals(document.id).await? {
        let sum = sums.entry(total.state).or_default();
        sum.lines += total.control.lines;
        sum.amount = added(sum.amount, total.control.amount)?;
    }
    let steps = snapshot.payment_steps(document.id).await?;
    let files = manifest.files.iter().filter(|file| file_is_open(file, document, actor).is_ok());
    Ok(Some(EnvelopeView {
        envelope,
        states: sums.into_iter().collect(),
        steps,
        files: files.map(|file| FileLink { id: file.id.clone(), label: file.label.clone() }).collect(),
        feeds: open_feeds(manifest, document, actor),
    }))
}

fn added(left: Fen, right: Fen) -> Result<Fen> {
    left.checked_add(right).ok_or_else(|| Error::failure("金额合计过大，不能显示", "a sum of payments overflows"))
}

/// Whether this office may download the file in the document's state.
fn file_is_open(file: &FileEntry, document: &Document, actor: &Actor) -> Result<()> {
    policy::require(actor, Permission::Export)?;
    if file.collection != document.collection {
        return Err(Error::not_found("文件"));
    }
    named(&file.roles, actor, &file.label.zh)?;
    in_state(&file.states, document, &file.label.zh)
}

/// Files this office may upload on a document in its state.
pub(crate) fn open_feeds(manifest: &Manifest, document: &Document, actor: &Actor) -> Vec<FeedLink> {
    let open = manifest.feeds.iter().filter(|feed| feed_is_open(feed, document, actor).is_ok());
    open.map(|feed| FeedLink { id: feed.id.clone(), label: feed.label.clone() }).collect()
}

/// Whether this office may upload the feed in the document's state.
pub(crate) fn feed_is_open(feed: &FeedEntry, document: &Document, actor: &Actor) -> Result<()> {
    policy::require(actor, Permission::CaseWrite)?;
    if feed.collection.as_ref() != Some(&document.collection) {
        return Err(Error::not_found("数据接入"));
    }
    named(&feed.roles, actor, &feed.label.zh)?;
    in_state(&feed.states, document, &feed.label.zh)
}

fn named(roles: &[String], actor: &Actor, what: &str) -> Result<()> {
    match actor.role() {
        Some(role) if !roles.iter().any(|named| named == role.code()) => {
            Err(Error::forbidden(format!("“{what}”不在{}的职责之内", role.zh())))
        }
        _ => Ok(()),
    }
}

fn in_state(states: &[String], document: &Document, what: &str) -> Result<()> {
    if states.is_empty() || states.contains(&document.state) {
        return Ok(());
    }
    Err(Error::refused(format!("当前环节不能“{what}”。请按流程办到相应环节后再试")))
}

/// The measure a document belongs to, as it stands today; also after it was disabled.
pub(crate) async fn manifest_of(
    snapshot: &mut Snapshot,
    document: &Document,
    today: Date,
) -> Result<std::sync::Arc<Manifest>> {
    let mut manifests = manifests::by_plugin(snapshot, today).await?;
    manifests.remove(&document.plugin).ok_or(Error::not_found("措施"))
}

/// Writes one of the manifest's files for a roster document. Recorded with count, amount and digest before it leaves.
///
/// `Forbidden` for another office, `Refused` in another state, `Failure` when the lines of a sealed envelope are not its control
/// totals.
pub async fn file(app: &App, actor: &Actor, document: DocumentId, file: &str) -> Result<Download> {
    policy::require(actor, Permission::Export)?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let document = snapshot.document_fetch(document).await?;
    let manifest = manifest_of(&mut snapshot, &document, app.today()).await?;
    let entry = manifest.file(file).ok_or(Error::not_found("文件"))?;
    file_is_open(entry, &document, actor)?;
    let envelope = snapshot.payment_envelope(document.id).await?.ok_or(Error::not_found("发放清单"))?;
    let settings = match snapshot.enablement_at(&document.plugin, app.today()).await? {
        Some(pin) => pin.settings,
        None => String::new(),
    };
    let layout = file::Layout::of(entry, &settings)?;
    let tree = Tree::read(&mut snapshot).await?;
    let written = file::write(&mut snapshot, &layout, &document, &envelope, &tree, app.today()).await?;
    snapshot.close().await?;
    let detail = serde_json::json!({
        "file": entry.id, "lines": written.control.lines, "amount": written.control.amount.0,
        "digest": doudi_plugin_host::digest(&written.download.bytes),
    });
    let (app, actor, subject) = (app.clone(), actor.clone(), format!("document/{}", document.id));
    in_own_task(async move {
        let mut write = app.storage.write(&actor, app.now()).await?;
        write.audit_add("export", &subject, &detail.to_string());
        write.commit().await?;
        Ok(written.download)
    })
    .await
}

/// The paper with totals by town and purpose, the three-way reconciliation and places to sign. Names nobody.
pub async fn summary(app: &App, actor: &Actor, document: DocumentId) -> Result<Summary> {
    policy::require(actor, Permission::CaseRead)?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let document = snapshot.document_fetch(document).await?;
    let manifest = manifest_of(&mut snapshot, &document, app.today()).await?;
    super::reach::require_concerned(&manifest, &document, actor)?;
    let envelope = snapshot.payment_envelope(document.id).await?.ok_or(Error::not_found("发放清单"))?;
    let tree = Tree::read(&mut snapshot).await?;
    let mut rows: BTreeMap<i64, TownRow> = BTreeMap::new();
    let mut all = TownRow { name: "合计".to_owned(), ..TownRow::default() };
    let (mut credited, mut returned) = (Control::default(), Control::default());
    for total in snapshot.payment_by_town(document.id).await? {
        if matches!(total.state, State::Dropped | State::Held) {
            continue;
        }
        match total.state {
            State::Credited => credited = plus(credited, total.control)?,
            State::Returned => returned = plus(returned, total.control)?,
            _ => {}
        }
        let row = rows.entry(total.town.value()).or_default();
        row.name = tree.name(total.town);
        for row in [row, &mut all] {
            if total.purpose == Purpose::Regular {
                row.households += total.households;
                row.covered += total.covered;
            }
            let part = match total.purpose {
                Purpose::Regular => &mut row.regular,
                Purpose::BackPay => &mut row.back_pay,
                Purpose::Recovery => &mut row.recovery,
            };
            *part = added(*part, total.control.amount)?;
            row.total = plus(row.total, total.control)?;
        }
    }
    let steps = snapshot.payment_steps(document.id).await?;
    let mut reconciliation = Vec::new();
    if let Some(sealed) = &envelope.sealed {
        let roster = sealed.control;
        let mut add = |label: String, control: Control| {
            reconciliation.push(Reconciled { label, control, agrees: control == roster });
        };
        add("封存的花名册".to_owned(), roster);
        for step in &steps {
            add(step.label.clone(), step.control);
        }
        add("入账与退回之和".to_owned(), plus(credited, returned)?);
        for (label, control) in [("其中：已入账", credited), ("其中：退回", returned)] {
            reconciliation.push(Reconciled { label: label.to_owned(), control, agrees: true });
        }
    }
    let names = manifests::scheme_names(&mut snapshot, app.today()).await?;
    Ok(Summary {
        title: document.title.clone(),
        county_name: tree.name(actor.county().division()),
        scheme_name: names.get(&envelope.scheme).cloned().unwrap_or_else(|| Text::from(envelope.scheme.as_str())),
        envelope,
        towns: rows.into_values().collect(),
        all,
        reconciliation,
        steps,
        printed_by: actor.name().to_owned(),
        printed_at: app.now(),
    })
}

fn plus(left: Control, right: Control) -> Result<Control> {
    Ok(Control { lines: left.lines + right.lines, amount: added(left.amount, right.amount)? })
}

/// What was paid to a household, newest month first.
pub async fn history(
    app: &App,
    actor: &Actor,
    household: HouseholdId,
    cursor: Option<&str>,
) -> Result<Page<HistoryView>> {
    policy::require(actor, Permission::HouseholdRead)?;
    policy::require(actor, Permission::DecisionRead)?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let page = snapshot.payments_of_household(household, cursor, HISTORY).await?;
    let schemes = manifests::scheme_names(&mut snapshot, app.today()).await?;
    let persons: BTreeSet<_> = page.items.iter().filter_map(|line| line.payment.person).collect();
    let wanted = names::Wanted { persons, ..names::Wanted::default() };
    let names = names::read(&mut snapshot, &wanted, mask::name).await?;
    Ok(page.map(|line| HistoryView {
        scheme_name: schemes
            .get(&line.payment.scheme)
            .cloned()
            .unwrap_or_else(|| Text::from(line.payment.scheme.as_str())),
        payee: line.payment.person.map(|person| names.person(person).to_owned()),
        title: line.title,
        payment: line.payment,
    }))
}
