//! 户籍人口 from a file: a row for each village. A row that is wrong stops no other; the same file twice changes nothing; another number
//! for the same village and day is a correction, with what stood there before.

use crate::establishment::villages;
use crate::population::{POPULATION, Population};
use doudi_sdk::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

impl Intake for crate::Coordinators {
    fn intake(context: &Context, feed: &str, rows: Block) -> Result<Taken> {
        if feed != "population" {
            return Err(Refusal::unknown("数据", feed));
        }
        let table = rows.table("row")?;
        let (divisions, sources) = (table.text_column("division")?, table.text_column("source")?);
        let (counts, days) = (table.int_column("count")?, table.int_column("on")?);
        let known: BTreeSet<i64> = villages()?.iter().map(|village| village.code).collect();
        let mut recorded = Recorded::default();
        let mut seen: BTreeSet<String> = BTreeSet::new();
        let mut taken = Taken::default();
        for row in 0..table.rows as usize {
            let read =
                read(context.today, &known, divisions.get(row), counts.get(row), days.get(row), sources.get(row));
            let body = match read {
                Ok(body) => body,
                Err(problem) => {
                    taken.rejected.push((row as u32, problem));
                    continue;
                }
            };
            if !seen.insert(Population::key(body.division, body.on)) {
                let problem = Problem::new("division", "同一村（居）同一日期在文件中出现多次，请只保留一行");
                taken.rejected.push((row as u32, problem));
                continue;
            }
            let put = match recorded.of(&body)? {
                None => body.open(),
                Some((_, old)) if old.count == body.count => continue,
                Some((document, old)) => old.corrected(&document, body.count, "导入文件更正", context.today),
            };
            taken.effects = taken.effects.document(put);
        }
        Ok(taken)
    }
}

/// What is on record for a day, read once for each day of the file.
#[derive(Default)]
struct Recorded(BTreeMap<Date, BTreeMap<i64, (Document, Population)>>);

impl Recorded {
    fn of(&mut self, body: &Population) -> Result<Option<(Document, Population)>> {
        if let std::collections::btree_map::Entry::Vacant(day) = self.0.entry(body.on) {
            let mut found = BTreeMap::new();
            for document in documents::all(documents::Query::of(POPULATION).index("on", body.on))? {
                let old: Population = document.body()?;
                found.insert(old.division, (document, old));
            }
            day.insert(found);
        }
        Ok(self.0.get(&body.on).and_then(|day| day.get(&body.division)).cloned())
    }
}

fn read(
    today: Date,
    known: &BTreeSet<i64>,
    division: Option<&str>,
    count: Option<i64>,
    on: Option<i64>,
    source: Option<&str>,
) -> std::result::Result<Population, Problem> {
    let text = division.unwrap_or_default().trim();
    let code = text.parse::<i64>().ok().filter(|_| text.len() == 12);
    let Some(division) = code else {
        return Err(Problem::new("division", format!("区划代码“{text}”不是 12 位数字")));
    };
    if !known.contains(&division) {
        return Err(Problem::new("division", format!("区划代码“{text}”不是本县的村（居），园区和虚拟社区不统计")));
    }
    let Some(count) = count.and_then(|count| u32::try_from(count).ok()) else {
        return Err(Problem::new("count", "户籍人口应为不小于零的整数"));
    };
    let on = on.and_then(|days| i32::try_from(days).ok()).map(Date::from_days);
    let Some(on) = on.filter(|on| *on <= today) else {
        return Err(Problem::new("on", "统计日期没有填写，或者晚于今天"));
    };
    let source = source.unwrap_or("导入文件").to_owned();
    Ok(Population { division, on, count, source, earlier: Vec::new() })
}
