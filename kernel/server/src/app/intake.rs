//! Feeds: a file an officer uploads, line by line to the plugin's `intake`. The kernel finds the columns by their headings,
//! reads each value by its kind and hands on blocks of rows; what a row lacks, what the plugin says of it and what storage
//! refuses come back as problems with their line, and the file with reasons. A row that fails never stops the others.
//!
//! The file is kept, sealed, and taken in block by block, each in a transaction of its own that also notes how far it is: a
//! server that dies goes on where it stopped, and two servers at the same block write it once. A short file is done while the
//! officer waits, a long one by a job; the way is the same.
//!
//! A dry run is the same work, rolled back: what it says is what would happen.

mod rows;
mod work;

pub(crate) use work::{advance, carry_on, forget};

use super::consult::{self, Consultation, Request};
use super::outbox::FeedJob;
use super::payment::{feed_is_open, manifest_of};
use super::{App, in_own_task};
use crate::roster::report::{ErrorFile, RowProblem, error_file};
use crate::roster::sheet::{self, Line, Sheet};
use doudi_documents::feed::BLOCK;
use doudi_documents::manifest::{FeedColumn, FeedEntry};
use doudi_domain::feed::{FeedProblem, FeedRun};
use doudi_domain::policy::{self, Permission};
use doudi_domain::{Actor, DocumentId, Error, FeedRunId, Problem, Result};
use doudi_plugin_host::Block;
use doudi_storage::feed::NewFeedRun;
use rows::{Of, People, Setting};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

/// Rows a dry run asks the plugin about; the kernel reads all of them.
const TRIED: usize = 2 * BLOCK;
/// Files up to so many rows are taken in while the officer waits.
const AT_ONCE: usize = 2 * BLOCK;
/// After so long a job looks for a file that was to be done at once: whoever began it has died.
const OVERDUE_SECONDS: i64 = 120;
/// Problems shown on a page; the error file has all of them.
pub const SHOWN: usize = 200;

/// The page of a feed: what to choose and how it should look.
#[derive(Clone, Debug)]
pub struct FeedView {
    pub document: DocumentId,
    pub title: String,
    pub feed: FeedEntry,
    /// Files taken in on the document before, newest first.
    pub runs: Vec<FeedRun>,
}

/// What would become of a file.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct FeedReport {
    pub file_name: String,
    pub rows: usize,
    /// Of these the plugin was asked; the others the kernel has only read.
    pub tried: usize,
    pub taken: usize,
    pub failed: usize,
    /// By line.
    pub problems: Vec<RowProblem>,
    pub error_file: Option<ErrorFile>,
}

/// How far a file is, and what was wrong with its rows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RunView {
    pub run: FeedRun,
    pub title: String,
    pub label: doudi_documents::Text,
    /// The first of them, by line.
    pub problems: Vec<RowProblem>,
    /// How many there are.
    pub wrong: usize,
}

/// The feed of a document in scope, if this office may upload it in the document's state.
pub async fn view(app: &App, actor: &Actor, document: DocumentId, feed: &str) -> Result<FeedView> {
    policy::require(actor, Permission::CaseWrite)?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let document = snapshot.document_fetch(document).await?;
    let manifest = manifest_of(&mut snapshot, &document, app.today()).await?;
    let entry = manifest.feed(feed).ok_or(Error::not_found("数据接入"))?;
    feed_is_open(entry, &document, actor)?;
    let mut runs = snapshot.feed_runs_of_document(document.id).await?;
    runs.retain(|run| run.feed == entry.id);
    Ok(FeedView { document: document.id, title: document.title, feed: entry.clone(), runs })
}

/// A file that has been read, with what is needed to hand its blocks on.
struct File {
    plugin: String,
    feed: String,
    document: DocumentId,
    columns: Vec<FeedColumn>,
    places: Vec<Option<usize>>,
    sheet: Sheet,
    name: String,
    digest: String,
}

/// Which block of which file, and what the kernel knows of its rows.
#[derive(Clone, Debug)]
pub(crate) struct IntakeStep {
    /// Absent in a dry run.
    pub run: Option<FeedRunId>,
    pub block: i64,
    pub last: bool,
    /// All rows of the block, those that cannot be read included.
    pub rows: usize,
    /// Lines of the rows the plugin gets, in their order.
    pub good: Vec<usize>,
    /// Codes and headings of the columns.
    pub titles: Vec<(String, String)>,
    pub problems: Vec<FeedProblem>,
}

/// One block, ready for the plugin.
struct Ready {
    rows: Block,
    step: IntakeStep,
}

impl File {
    /// Without asking whether the feed is open now: a file that was accepted is taken in to its end.
    async fn read(
        app: &App,
        actor: &Actor,
        document: DocumentId,
        feed: &str,
        content: &[u8],
        name: &str,
    ) -> Result<File> {
        let sheet = sheet::read(content)?;
        let mut snapshot = app.storage.snapshot(actor.scope()).await?;
        let document = snapshot.document_fetch(document).await?;
        let manifest = manifest_of(&mut snapshot, &document, app.today()).await?;
        let entry = manifest.feed(feed).ok_or(Error::not_found("数据接入"))?;
        let pin = snapshot.enablement_at(&document.plugin, app.today()).await?;
        let pin = pin.ok_or(Error::not_found(consult::ENABLED))?;
        snapshot.close().await?;
        let setting: Setting = rows::setting_of(entry, &pin.settings);
        let columns = rows::columns_of(entry, &setting);
        let places = rows::places(&columns, &sheet)?;
        Ok(File {
            plugin: document.plugin,
            feed: entry.id.clone(),
            document: document.id,
            columns,
            places,
            sheet,
            name: name.to_owned(),
            digest: hex::encode(Sha256::digest(content)),
        })
    }

    fn blocks(&self) -> impl Iterator<Item = &[Line]> {
        self.sheet.rows.chunks(BLOCK)
    }

    fn block(&self, number: i64) -> Option<&[Line]> {
        self.blocks().nth(usize::try_from(number).ok()?)
    }

    fn is_last(&self, number: i64) -> bool {
        usize::try_from(number).is_ok_and(|number| (number + 1) * BLOCK >= self.sheet.rows.len())
    }

    /// Reads a block and finds the people its numbers stand for. `run` is absent in a dry run.
    async fn ready(
        &self,
        app: &App,
        actor: &Actor,
        run: Option<FeedRunId>,
        number: i64,
        lines: &[Line],
    ) -> Result<Ready> {
        let mut problems = Vec::new();
        let (rows, good) = rows::read_rows(&self.columns, &self.places, lines, &mut problems);
        let mut snapshot = app.storage.snapshot(actor.scope()).await?;
        let people = People::behind(&mut snapshot, &rows, app.today()).await?;
        snapshot.close().await?;
        let of = Of {
            document: self.document,
            digest: &self.digest,
            name: &self.name,
            rows: self.sheet.rows.len(),
            block: number,
            last: self.is_last(number),
        };
        let titles =
            self.columns.iter().filter_map(|column| Some((column.code.clone(), column.headings.first()?.clone())));
        Ok(Ready {
            rows: rows::block(&self.columns, &of, &rows, &good, &people),
            step: IntakeStep {
                run,
                block: number,
                last: of.last,
                rows: lines.len(),
                good,
                titles: titles.collect(),
                problems: problems.into_iter().map(told).collect(),
            },
        })
    }

    fn consultation(&self, ready: &Ready) -> Consultation {
        let request = Request::Intake {
            feed: self.feed.clone(),
            document: self.document,
            rows: ready.rows.clone(),
            step: ready.step.clone(),
        };
        Consultation { plugin: self.plugin.clone(), request, key: None }
    }

    fn error_file(&self, problems: &[RowProblem]) -> Result<Option<ErrorFile>> {
        error_file(&self.sheet, problems, &self.name)
    }
}

fn told(problem: RowProblem) -> FeedProblem {
    let line = i64::try_from(problem.line).unwrap_or(i64::MAX);
    FeedProblem { line, column: problem.column, message: problem.message }
}

fn shown(problem: FeedProblem) -> RowProblem {
    let line = usize::try_from(problem.line).unwrap_or(0);
    RowProblem { line, column: problem.column, message: problem.message }
}

/// What the plugin rejected, with lines and headings.
fn rejections(step: &IntakeStep, rejected: &[(u32, Problem)]) -> Vec<FeedProblem> {
    let one = |(row, problem): &(u32, Problem)| FeedProblem {
        line: step.good.get(*row as usize).map_or(0, |line| *line as i64),
        column: step
            .titles
            .iter()
            .find(|(code, _)| *code == problem.field)
            .map(|(_, title)| title.clone())
            .unwrap_or_default(),
        message: problem.message.clone(),
    };
    rejected.iter().map(one).collect()
}

/// The whole block was refused: each of its rows says why, and the other blocks go on.
fn all_refused(step: &IntakeStep, error: &Error) -> Vec<FeedProblem> {
    let message = error.to_string();
    let one = |line: &usize| FeedProblem { line: *line as i64, column: String::new(), message: message.clone() };
    step.good.iter().map(one).collect()
}

/// What refuses a block and leaves the others alone.
fn refuses_block(error: &Error) -> bool {
    matches!(error, Error::Refused { .. } | Error::Invalid(_) | Error::Conflict { .. })
}

/// Says what would become of each row; of a long file the plugin is asked about the first ones. Writes nothing.
///
/// `Invalid` when the file cannot be read or lacks a column.
pub async fn check(
    app: &App,
    actor: &Actor,
    document: DocumentId,
    feed: &str,
    content: &[u8],
    file_name: &str,
) -> Result<FeedReport> {
    view(app, actor, document, feed).await?;
    let file = File::read(app, actor, document, feed, content, file_name).await?;
    let mut problems: Vec<FeedProblem> = Vec::new();
    let mut tried = 0;
    for (number, lines) in file.blocks().enumerate() {
        if tried >= TRIED {
            let mut unreadable = Vec::new();
            rows::read_rows(&file.columns, &file.places, lines, &mut unreadable);
            problems.extend(unreadable.into_iter().map(told));
            continue;
        }
        tried += lines.len();
        let ready = file.ready(app, actor, None, number as i64, lines).await?;
        problems.extend(ready.step.problems.iter().cloned());
        if ready.step.good.is_empty() {
            continue;
        }
        match consult::try_out(app, actor, file.consultation(&ready)).await {
            Ok(applied) => problems.extend(rejections(&ready.step, &applied.rejected)),
            Err(error) if refuses_block(&error) => problems.extend(all_refused(&ready.step, &error)),
            Err(error) => return Err(error),
        }
    }
    let mut problems: Vec<RowProblem> = problems.into_iter().map(shown).collect();
    problems.sort();
    let failed: BTreeSet<usize> = problems.iter().map(|problem| problem.line).collect();
    let rows = file.sheet.rows.len();
    Ok(FeedReport {
        file_name: file_name.to_owned(),
        rows,
        tried,
        taken: rows.saturating_sub(failed.len()),
        failed: failed.len(),
        error_file: file.error_file(&problems)?,
        problems,
    })
}

/// Keeps the file and takes it in: a short one before this returns, a long one in the background. A file sent once more is the
/// plugin's to see through: what a bank reported of a payment is the same the second time.
///
/// `Invalid` when the file cannot be read or lacks a column.
pub async fn begin(
    app: &App,
    actor: &Actor,
    document: DocumentId,
    feed: &str,
    content: &[u8],
    file_name: &str,
) -> Result<FeedRunId> {
    view(app, actor, document, feed).await?;
    let file = File::read(app, actor, document, feed, content, file_name).await?;
    let rows = file.sheet.rows.len();
    let new = NewFeedRun {
        plugin: file.plugin.clone(),
        feed: file.feed.clone(),
        document,
        file_name: file_name.to_owned(),
        content: content.to_vec(),
        rows: rows as i64,
    };
    let at_once = rows <= AT_ONCE;
    let (own, doer) = (app.clone(), actor.clone());
    let run = in_own_task(async move {
        let mut write = own.storage.write(&doer, own.now()).await?;
        let run = write.feed_run_begin(&new).await?;
        let wait = if at_once { OVERDUE_SECONDS } else { 0 };
        write.job_enqueue(&FeedJob { run: run.0, block: 0 }.job(own.now().plus_seconds(wait))).await?;
        write.commit().await?;
        Ok(run)
    })
    .await?;
    if at_once {
        work::at_once(app, actor, run, &file).await?;
    }
    Ok(run)
}

/// How far a file is.
pub async fn run(app: &App, actor: &Actor, id: FeedRunId) -> Result<RunView> {
    policy::require(actor, Permission::CaseWrite)?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let run = snapshot.feed_run_fetch(id).await?;
    let document = snapshot.document_fetch(run.document).await?;
    let manifest = manifest_of(&mut snapshot, &document, app.today()).await?;
    let entry = manifest.feed(&run.feed).ok_or(Error::not_found("数据接入"))?;
    // Whoever may upload it may see what became of it, in whatever state the document is by now.
    let lasting = FeedEntry { states: Vec::new(), ..entry.clone() };
    feed_is_open(&lasting, &document, actor)?;
    let mut problems: Vec<RowProblem> = snapshot.feed_problems(id).await?.into_iter().map(shown).collect();
    let wrong = problems.len();
    problems.truncate(SHOWN);
    Ok(RunView { run, title: document.title, label: entry.label.clone(), problems, wrong })
}

/// The file as it was uploaded, with the reasons.
pub async fn errors(app: &App, actor: &Actor, id: FeedRunId) -> Result<ErrorFile> {
    let view = run(app, actor, id).await?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let problems: Vec<RowProblem> = snapshot.feed_problems(id).await?.into_iter().map(shown).collect();
    let content = snapshot.feed_content_reveal(id).await?;
    snapshot.close().await?;
    let content = content.ok_or(Error::refused("文件处理完 30 天后不再保留，错误原因请看页面"))?;
    let (own, doer) = (app.clone(), actor.clone());
    let name = view.run.file_name.clone();
    // The numbers in it leave the system: that is on record before they do.
    in_own_task(async move {
        let mut write = own.storage.write(&doer, own.now()).await?;
        write.feed_file_given(id);
        write.commit().await
    })
    .await?;
    error_file(&sheet::read(&content)?, &problems, &name)?.ok_or(Error::not_found("错误文件"))
}
