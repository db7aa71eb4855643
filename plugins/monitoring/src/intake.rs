//! A department's file, block by block: each row is used, or told why not; what comes of it is [`matching`](crate::matching)'s. The file
//! as a whole must not be one that was sent before.

use crate::batch::{Batch, Counts, same_file};
use crate::matching::work;
use crate::parameters;
use crate::rest;
use crate::rules::clue::{Row, Sender, check};
use crate::rules::event::Event;
use crate::rules::stale::{Freshness, freshness};
use doudi_sdk::block::{Ints, Texts};
use doudi_sdk::prelude::*;

/// The feed.
pub const FEED: &str = "comparison";
/// Longest remark kept of a row, characters.
const NOTE: usize = 60;

impl Intake for crate::Monitoring {
    fn intake(context: &Context, feed: &str, block: Block) -> Result<Taken> {
        if feed != FEED {
            return Err(Refusal::unknown("数据来源", feed));
        }
        let table = block.table("row")?;
        if table.rows == 0 {
            return Ok(Taken::default());
        }
        let file = FeedFile::of(&block)?;
        let document = documents::get(Id(table.int_column("document")?.get(0).unwrap_or_default()))?;
        let mut body: Batch = document.body()?;
        if body.digest != file.digest {
            // Another file takes the place of the one before: its counts are its own.
            body.blocks.clear();
            body.failed = 0;
            body.received = None;
        }
        body.digest.clone_from(&file.digest);
        body.file.clone_from(&file.name);
        body.rows = file.rows;
        let received = body.received.unwrap_or(context.today);
        body.received = Some(received);
        let same = same_file(document.id, &body.source, &file.digest)?;
        body.same_as = None;
        body.late = false;
        match freshness(body.period, received, parameters::late_days(context.today)?, &same) {
            Freshness::Fresh => {}
            Freshness::Late => body.late = true,
            Freshness::Ahead => return Err(Refusal::new("批次的月份还没有开始，请核对所属月份")),
            Freshness::SameAs(month) => {
                body.same_as = Some(month);
                return Ok(refuse_all(&document, &body, month, table.rows));
            }
        }
        take(context, &document, body, &file, table)
    }
}

/// The file of another month: not a row of it is used.
fn refuse_all(document: &Document, body: &Batch, month: Date, rows: u32) -> Taken {
    let words = format!("与{}的文件完全相同，不能作为{}的数据", month.chinese_month(), body.period.chinese_month());
    let problem = Problem::new("", format!("文件{words}，请向{}索取新的数据", body.name)).code("stale");
    let rejected = (0..rows).map(|row| (row, problem.clone())).collect();
    // Once is enough to say so.
    let said = document.state == "stale" && document.body::<Batch>().is_ok_and(|before| before == *body);
    let effects = if said { Effects::new() } else { Effects::new().document(body.to(document, "stale", words)) };
    Taken { effects, rejected }
}

fn take(context: &Context, document: &Document, mut body: Batch, file: &FeedFile, table: &Table) -> Result<Taken> {
    let columns = Columns::of(table)?;
    let mut counts = Counts::default();
    let mut rejected = Vec::new();
    let mut rows = Vec::with_capacity(table.rows as usize);
    for row in 0..table.rows {
        match columns.read(row as usize, &body, context.today) {
            Ok(read) => {
                counts.loaded += 1;
                counts.positives += i64::from(read.event != Event::Clear);
                match read.row {
                    Some(one) if one.event != Event::Clear => rows.push(one),
                    Some(_) => {}
                    None => counts.unmatched += 1,
                }
            }
            Err(problem) => {
                counts.rejected += 1;
                rejected.push((row, problem));
            }
        }
    }
    let sender = Sender { department: body.department, batch: &document.key };
    let (effects, left) = work(context, sender, document.id, rows)?;
    let effects = effects.and(rest::keep(document, file, left)?);
    body.blocks.insert(file.block, counts);
    let note = format!("导入第 {} 块：{} 行，其中 {} 行不在册", file.block + 1, counts.loaded, counts.unmatched);
    let state = if document.state == "loaded" { "loaded" } else { "loading" };
    Ok(Taken { effects: effects.document(body.to(document, state, note)), rejected })
}

/// A row that can be used; without a file of ours it is only counted.
struct Read {
    event: Event,
    row: Option<Row>,
}

/// The columns of the feed, as the kernel hands them over. There is no name: people are joined by their number.
struct Columns<'a> {
    person: Ints<'a>,
    household: Ints<'a>,
    event: Ints<'a>,
    on: Ints<'a>,
    amount: Ints<'a>,
    grade: Ints<'a>,
    category: Ints<'a>,
    count: Ints<'a>,
    note: Texts<'a>,
}

impl<'a> Columns<'a> {
    fn of(table: &'a Table) -> Result<Columns<'a>> {
        let ints = |name: &str| table.int_column(name);
        Ok(Columns {
            person: ints("person")?,
            household: ints("person-household")?,
            event: ints("event")?,
            on: ints("on")?,
            amount: ints("amount")?,
            grade: ints("grade")?,
            category: ints("category")?,
            count: ints("count")?,
            note: table.text_column("note")?,
        })
    }

    fn read(&self, row: usize, batch: &Batch, today: Date) -> Result<Read, Problem> {
        let event = match self.event.get(row) {
            Some(number) => Event::of(number).ok_or_else(|| Problem::new("event", "事项不认识"))?,
            None => batch.event(),
        };
        let on = match self.on.get(row).and_then(|days| i32::try_from(days).ok()) {
            Some(days) => Date::from_days(days),
            None => batch.period,
        };
        let (amount, grade) = (self.amount.get(row).map(Fen), self.grade.get(row).unwrap_or(0));
        check(event, amount, grade, on, today)?;
        let (Some(person), Some(household)) = (self.person.get(row), self.household.get(row)) else {
            return Ok(Read { event, row: None });
        };
        let note = self.note.get(row).unwrap_or_default().chars().take(NOTE).collect();
        let category = self.category.get(row).unwrap_or(0);
        let count = self.count.get(row).unwrap_or(0);
        let row = Row { household: Id(household), person: Id(person), event, on, amount, grade, category, count, note };
        Ok(Read { event, row: Some(row) })
    }
}
