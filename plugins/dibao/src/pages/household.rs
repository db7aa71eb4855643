//! The panel on a household's page: what it receives, when it must be looked at again, and the answer on today's file.

use super::trial_page;
use crate::rules::recheck::Class;
use crate::running;
use crate::trial::{Trial, case_of};
use doudi_sdk::doc::page::Row;
use doudi_sdk::prelude::*;

pub fn panel(context: &Context, request: &PageRequest) -> Result<Page> {
    let household = request.about()?;
    let lines = running::paying_or_granted(household, context.today)?;
    let case = lines.first().map(case_of).unwrap_or_default();
    let trial = Trial::of(household, context.today, &case)?;
    let mut page = Page::untitled();
    if lines.is_empty() {
        page = match decisions::governing(running::EDGE, household, context.today)? {
            Some(edge) if edge.pays_on(context.today) => {
                page.note(Tone::Neutral, format!("低保边缘家庭，{} 起认定。", edge.begins.chinese()))
            }
            _ => page.note(Tone::Neutral, "目前不在保。"),
        };
    }
    for line in &lines {
        let mut rows = vec![
            Row::new("保障情况", Cell::badge(Tone::Good, running::label(&line.outcome))),
            Row::new("每月金额", Cell::money(line.amount)),
            Row::new("保障人口", Cell::number(line.covered)),
            Row::new("起始", Cell::date(line.begins)),
        ];
        if let Some(person) = line.person {
            rows.insert(0, Row::new("保障对象", Cell::person(person)));
        }
        if let Some(ends) = line.ends {
            rows.push(Row::new("截止", Cell::date(ends)));
        }
        if let Some(class) = line.figure("recheck-class").and_then(Class::from_code) {
            let due = class.due(line.decided, &trial.terms.params, &trial.terms.rules);
            rows.push(Row::new("下次核查", Cell::due(due)).note(format!("{}类", class.letter())));
        }
        page = page.facts(rows);
    }
    Ok(page.and(trial_page(&trial, context.today)))
}
