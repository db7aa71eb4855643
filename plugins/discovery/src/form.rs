//! The form of a new clue: begun from a household's file it does not ask where the people are, and it says when the same difficulty is
//! known already, before anybody types it twice.

use crate::reporting;
use crate::rules::words::Difficulty;
use doudi_sdk::doc::form::FieldMessage;
use doudi_sdk::prelude::*;

impl FillForm for crate::Discovery {
    fn fill(context: &Context, request: FillRequest) -> Result<Fill> {
        let mut fill = Fill::default();
        if request.form != "clue" {
            return Ok(fill);
        }
        if request.household.is_some() {
            fill.hidden = ["household", "village", "whereabouts"].map(str::to_owned).to_vec();
        } else {
            fill.hidden = vec!["person".to_owned()];
        }
        let values = &request.values;
        let household = request.household.or_else(|| values.id("household"));
        let difficulty = values.text("difficulty").and_then(Difficulty::of);
        let (Some(household), Some(difficulty)) = (household, difficulty) else { return Ok(fill) };
        let on = values.date("found").unwrap_or(context.today);
        let same = reporting::existing(household, values.id("person"), difficulty, on, context.today)?;
        if let Some(same) = same {
            fill.messages.push(FieldMessage {
                field: "difficulty".to_owned(),
                tone: Tone::Soon,
                text: Text::from(format!(
                    "该家庭已有{}线索（编号 {}，{} 发现，{}），提交后并入该线索，不重复登记",
                    difficulty.zh(),
                    same.document.key,
                    same.body.found.chinese(),
                    same.stand.zh()
                )),
            });
        }
        Ok(fill)
    }
}
