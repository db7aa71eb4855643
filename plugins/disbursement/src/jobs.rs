//! Due work: on the day of the freeze the month's rosters are drawn up. On the days after it does nothing, however often it runs.

use crate::drawing::{Cursor, month_to_begin, step};
use crate::settings::Settings;
use doudi_sdk::prelude::*;

impl Tick for crate::Disbursement {
    fn tick(context: &Context, job: &str, due: Date, cursor: Option<&str>) -> Result<Step> {
        if job != "roster" {
            return Err(Refusal::unknown("任务", job));
        }
        let cursor = match cursor {
            Some(cursor) => Cursor::parse(cursor)?,
            None => {
                let settings: Settings = context.settings()?;
                match month_to_begin(due, &settings)? {
                    Some(month) => Cursor::begin(month, None),
                    None => return Ok(Step::default()),
                }
            }
        };
        let (effects, next) = step(context, &cursor)?;
        Ok(match next {
            Some(next) => Step::then(effects, next),
            None => Step::done(effects),
        })
    }
}
