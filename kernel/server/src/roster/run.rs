//! Carrying an import out: read, plan, then write in chunks, each a transaction of its own, so that an interruption loses
//! nothing that was told as done and the same file, imported again, goes on where it stopped.

use super::plan::{self, Change, Family, Plan};
use super::report::{self, Report, RowProblem};
use super::row::Layout;
use super::sheet;
use crate::app::division::Tree;
use crate::app::{App, in_own_task, outbox};
use doudi_domain::policy::{self, Permission};
use doudi_domain::{Actor, Error, PersonId, Result};
use doudi_storage::Write;
use doudi_storage::household::{HouseholdChange, NewMembership};
use doudi_storage::import::{ImportFact, ImportHousehold, ImportMember, ImportPerson, NewImportBatch};
use doudi_storage::person::PersonChange;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

/// Households written in one transaction.
const CHUNK: usize = 500;

#[derive(Clone, Debug, Default)]
pub struct Options {
    /// For the report and the file with reasons.
    pub file_name: String,
    /// Checks every row and writes nothing.
    pub dry_run: bool,
}

/// How far it is: households done, households in all.
pub type Progress<'a> = &'a mut (dyn FnMut(usize, usize) + Send);

/// Imports a roster into the actor's county.
///
/// `Invalid` when the file cannot be read at all; what is wrong with single rows is in the report.
pub async fn import(
    app: &App,
    actor: &Actor,
    bytes: &[u8],
    options: &Options,
    progress: Progress<'_>,
) -> Result<Report> {
    policy::require(actor, Permission::HouseholdImport)?;
    let today = app.today();
    let sheet = sheet::read(bytes)?;
    let layout = Layout::of(&sheet)?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?.without_noting();
    let tree = Tree::read(&mut snapshot).await?;
    let (families, mut problems, mut failed) = plan::families(&layout, &sheet, &tree, actor.scope(), today);
    let total = families.len();
    let broken = failed_households(&sheet, &layout, &failed);
    let mut plan = plan::plan(&mut snapshot, families, today, &mut |done| progress(done / 2, total)).await?;
    let batches = snapshot.import_batches_list().await?.len();
    snapshot.close().await?;
    problems.append(&mut plan.problems);
    failed.extend(plan.failed.iter().flat_map(Family::lines));

    let mut report = Report {
        dry_run: options.dry_run,
        file_name: options.file_name.clone(),
        rows: sheet.rows.len(),
        households_unchanged: plan.unchanged.len(),
        households_failed: broken + plan.failed.len(),
        notes: std::mem::take(&mut plan.notes),
        ..Report::default()
    };
    if !layout.unknown.is_empty() {
        report.notes.insert(0, format!("这些列不能识别，没有导入：{}", layout.unknown.join("、")));
    }
    let digest = hex::encode(Sha256::digest(bytes));
    if options.dry_run {
        report.households_new = plan.new.len();
        report.households_changed = plan.changed.len();
    } else if !plan.new.is_empty() || !plan.changed.is_empty() {
        let batch = format!("HM{}-{}-{}", today.to_string().replace('-', ""), batches + 1, &digest[..6]);
        write_all(app, actor, plan, &batch, &mut report, &mut problems, &mut failed, progress, total).await?;
        report.batch = Some(batch);
    }
    report.rows_failed = failed.len();
    if !options.dry_run {
        record(app, actor, &report, &digest, batches + 1, today).await?;
        // The families are in and recorded; without this they are only read more slowly for a minute.
        if let Err(error) = app.storage.refresh_statistics().await {
            tracing::warn!(?error, "the database could not take note of its tables after an import");
        }
    }
    problems.sort();
    problems.dedup();
    report.error_file = report::error_file(&sheet, &problems, &options.file_name)?;
    report.problems = problems;
    progress(total, total);
    Ok(report)
}

/// Household numbers among rows that failed before planning; rows without a number count one by one.
fn failed_households(sheet: &sheet::Sheet, layout: &Layout, failed: &BTreeSet<usize>) -> usize {
    let mut numbers = BTreeSet::new();
    let mut alone = 0;
    for line in sheet.rows.iter().filter(|line| failed.contains(&line.number)) {
        match super::row::number_of(layout, line) {
            number if number.is_empty() => alone += 1,
            number => drop(numbers.insert(number)),
        }
    }
    numbers.len() + alone
}

#[expect(clippy::too_many_arguments, reason = "one place carries the whole state of a run")]
async fn write_all(
    app: &App,
    actor: &Actor,
    plan: Plan,
    batch: &str,
    report: &mut Report,
    problems: &mut Vec<RowProblem>,
    failed: &mut BTreeSet<usize>,
    progress: Progress<'_>,
    total: usize,
) -> Result<()> {
    let mut done = report.households_unchanged + report.households_failed;
    let mut refuse = |family: &Family, error: &Error, report: &mut Report| {
        report.households_failed += 1;
        for line in family.lines() {
            failed.insert(line);
            problems.push(RowProblem { line, column: String::new(), message: format!("整户没有导入：{error}") });
        }
    };
    let mut left = plan.new.into_iter();
    loop {
        let chunk: Vec<(Family, ImportHousehold)> = left.by_ref().take(CHUNK).collect();
        if chunk.is_empty() {
            break;
        }
        done += chunk.len();
        let households: Vec<ImportHousehold> = chunk.iter().map(|(_, household)| household.clone()).collect();
        match write_new(app, actor, households, batch).await {
            Ok(()) => report.households_new += chunk.len(),
            Err(error) if !is_refusal(&error) => return Err(error),
            // One of them collides with what this actor cannot see, or with what came in meanwhile: find out which.
            Err(_) => {
                for (family, household) in chunk {
                    match write_new(app, actor, vec![household], batch).await {
                        Ok(()) => report.households_new += 1,
                        Err(error) if is_refusal(&error) => refuse(&family, &error, report),
                        Err(error) => return Err(error),
                    }
                }
            }
        }
        progress(total / 2 + done / 2, total);
    }
    for (family, change) in plan.changed {
        done += 1;
        match write_change(app, actor, change, batch).await {
            Ok(()) => report.households_changed += 1,
            Err(error) if is_refusal(&error) => refuse(&family, &error, report),
            Err(error) => return Err(error),
        }
        progress(total / 2 + done / 2, total);
    }
    Ok(())
}

fn is_refusal(error: &Error) -> bool {
    !matches!(error, Error::Failure { .. })
}

async fn write_new(app: &App, actor: &Actor, households: Vec<ImportHousehold>, batch: &str) -> Result<()> {
    let (app, actor, batch) = (app.clone(), actor.clone(), batch.to_owned());
    in_own_task(async move {
        let mut write = app.storage.write(&actor, app.now()).await?;
        write.household_import_many(&households, &batch).await?;
        outbox::commit(write).await
    })
    .await
}

async fn write_change(app: &App, actor: &Actor, change: Change, batch: &str) -> Result<()> {
    let (app, actor, batch) = (app.clone(), actor.clone(), batch.to_owned());
    in_own_task(async move {
        let mut write = app.storage.write(&actor, app.now()).await?;
        if let Some(address) = change.address {
            let change_of = HouseholdChange { address: Some(address), ..Default::default() };
            write.household_update(change.household, change.revision, &change_of).await?;
        }
        for (person, revision, phone) in change.phones {
            let change_of = PersonChange { phone: Some(Some(phone)), ..Default::default() };
            write.person_update(person, revision, &change_of).await?;
        }
        for mut fact in change.facts {
            fact.batch = Some(batch.clone());
            write.fact_record(&fact).await?;
        }
        for member in change.members {
            add_member(&mut write, change.household, member, &batch).await?;
        }
        outbox::commit(write).await
    })
    .await
}

async fn add_member(
    write: &mut Write,
    household: doudi_domain::HouseholdId,
    member: ImportMember,
    batch: &str,
) -> Result<PersonId> {
    let person = match &member.person {
        ImportPerson::Known(id) => *id,
        ImportPerson::New(person) => write.person_create(person).await?,
    };
    write
        .membership_add(&NewMembership {
            household,
            person,
            relation: member.relation,
            co_resident: member.co_resident,
            uncounted_reason: member.uncounted_reason,
            from: member.from,
        })
        .await?;
    for ImportFact { field, value, qualifier, from, to, source, note } in member.facts {
        let fact = doudi_domain::fact::NewFact {
            subject: doudi_domain::fact::Subject::Person(person),
            field,
            value,
            qualifier,
            from,
            to,
            source,
            note,
            batch: Some(batch.to_owned()),
            evidence: None,
            supersedes: None,
        };
        write.fact_record(&fact).await?;
    }
    Ok(person)
}

/// The import with its control totals. A run that changed nothing is recorded, too: somebody tried.
async fn record(
    app: &App,
    actor: &Actor,
    report: &Report,
    digest: &str,
    number: usize,
    today: doudi_domain::Date,
) -> Result<()> {
    let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let code = report
        .batch
        .clone()
        .unwrap_or_else(|| format!("HM{}-{number}-{}", today.to_string().replace('-', ""), &digest[..6]));
    let new = NewImportBatch {
        code,
        file_name: report.file_name.clone(),
        file_digest: digest.to_owned(),
        rows: count(report.rows),
        households_new: count(report.households_new),
        households_unchanged: count(report.households_unchanged),
        rows_failed: count(report.rows_failed),
    };
    let (app, actor) = (app.clone(), actor.clone());
    in_own_task(async move {
        let mut write = app.storage.write(&actor, app.now()).await?;
        write.import_batch_record(&new).await?;
        write.commit().await
    })
    .await
}

#[cfg(test)]
mod tests;
