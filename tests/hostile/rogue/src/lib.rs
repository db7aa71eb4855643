//! A guest that misbehaves on request. The behaviour is the name of the action, page, form, job, topic or feed it is called
//! with, or, before that, the setting `behave`, so that every point can be made to misbehave in every way.
//!
//! It is built on the released contract 1.0.0, and so stands for every plugin compiled before the kernel learned more.
//!
//! `good` behaves. Each other name is one thing a guest must not get away with; `tests/it/host/` says what happens instead.

wit_bindgen::generate!({
    inline: "
        package doudi:rogue;
        world rogue {
            import doudi:types/types@1.0.0;
            import doudi:kernel/records@1.0.0;
            import doudi:kernel/documents@1.0.0;
            import doudi:kernel/decisions@1.0.0;
            import doudi:kernel/parameters@1.0.0;
            import doudi:kernel/calendar@1.0.0;
            import doudi:kernel/questions@1.0.0;
            import doudi:kernel/log@1.0.0;
            export doudi:measure/assess@1.0.0;
            export doudi:measure/act@1.0.0;
            export doudi:measure/react@1.0.0;
            export doudi:measure/tick@1.0.0;
            export doudi:measure/view@1.0.0;
            export doudi:measure/fill@1.0.0;
            export doudi:measure/answer@1.0.0;
            export doudi:measure/indicators@1.0.0;
            export doudi:measure/intake@1.0.0;
            export doudi:measure/migrate@1.0.0;
            export doudi:measure/check-settings@1.0.0;
        }
    ",
    path: [
        "../../../wit/released/1.0.0/types",
        "../../../wit/released/1.0.0/kernel",
        "../../../wit/released/1.0.0/measure",
    ],
    world: "doudi:rogue/rogue",
    generate_all,
});

mod effects;
mod everywhere;
mod outcomes;
mod pages;

use doudi::kernel::questions;
use doudi::types::types::{Block, Context, Document, Effect, Error, Problem};
use exports::doudi::measure::{
    act, answer, assess, check_settings, fill, indicators, intake, migrate, react, tick, view,
};

struct Rogue;
export!(Rogue);

/// The setting `behave` if there is one, else the name the kernel called with.
fn behaviour(settings: &str, name: &str) -> String {
    settings
        .split_once("\"behave\":\"")
        .and_then(|(_, rest)| rest.split_once('"'))
        .map_or_else(|| name.to_owned(), |(behaviour, _)| behaviour.to_owned())
}

pub(crate) fn refusal(code: &str, message: &str) -> Error {
    Error { code: code.to_owned(), message: message.to_owned(), problems: Vec::new() }
}

impl assess::Guest for Rogue {
    fn assess(context: Context, households: Block) -> Result<assess::Outcomes, Error> {
        let behaviour = behaviour(&context.settings, "good");
        everywhere::misbehave(&behaviour)?;
        Ok(outcomes::of(&behaviour, &households))
    }
}

impl act::Guest for Rogue {
    fn act(context: Context, action: act::Action) -> Result<Vec<Effect>, Error> {
        let behaviour = behaviour(&context.settings, &action.id);
        everywhere::misbehave(&behaviour)?;
        if let Some(calls) = behaviour.strip_prefix("falter-").and_then(|calls| calls.parse().ok()) {
            everywhere::falter(calls, action.household.unwrap_or(1), context.today);
            return effects::of("decide", context.today, action.household, action.document.as_ref());
        }
        // `reach-fact-17`: a record that may be anybody's.
        if let Some((what, id)) = behaviour.strip_prefix("reach-").and_then(|rest| rest.split_once('-'))
            && let Ok(id) = id.parse()
        {
            return Ok(effects::reach(what, id));
        }
        effects::of(&behaviour, context.today, action.household, action.document.as_ref())
    }
}

impl react::Guest for Rogue {
    fn react(context: Context, event: react::Event) -> Result<Vec<Effect>, Error> {
        let behaviour = behaviour(&context.settings, &event.topic);
        everywhere::misbehave(&behaviour)?;
        effects::of(&behaviour, context.today, event.household, None)
    }
}

impl tick::Guest for Rogue {
    fn tick(context: Context, job: String, _due: i32, cursor: Option<String>) -> Result<tick::Step, Error> {
        let behaviour = behaviour(&context.settings, &job);
        everywhere::misbehave(&behaviour)?;
        let before = cursor.unwrap_or_default();
        match behaviour.as_str() {
            // Asks for another step for ever.
            "never-done" => Ok(tick::Step { effects: Vec::new(), next: Some(before + "x") }),
            // Behaves: a document in each of three steps.
            "thrice" => {
                let effects = effects::of("good", context.today, None, None)?;
                Ok(tick::Step { effects, next: (before.len() < 2).then(|| before + "x") })
            }
            _ => Ok(tick::Step { effects: Vec::new(), next: None }),
        }
    }
}

impl view::Guest for Rogue {
    fn view(context: Context, request: view::Request) -> Result<String, Error> {
        let behaviour = behaviour(&context.settings, &request.page);
        everywhere::misbehave(&behaviour)?;
        Ok(pages::of(&behaviour, &request.query))
    }
}

impl fill::Guest for Rogue {
    fn fill(context: Context, request: fill::Request) -> Result<String, Error> {
        let behaviour = behaviour(&context.settings, &request.form);
        everywhere::misbehave(&behaviour)?;
        Ok(if behaviour == "good" { "{}".to_owned() } else { pages::of(&behaviour, &[]) })
    }
}

impl answer::Guest for Rogue {
    fn answer(context: Context, topic: String, on: i32, block: Block) -> Result<Block, Error> {
        let behaviour = behaviour(&context.settings, &topic);
        everywhere::misbehave(&behaviour)?;
        match topic.as_str() {
            // Answers a question by asking it.
            "rogue.circle" => drop(questions::ask(&topic, on, &block)),
            "rogue.circle-storm" => {
                for _ in 0..1_000 {
                    drop(questions::ask(&topic, on, &block));
                }
            }
            _ => {}
        }
        Ok(outcomes::block(&behaviour, block))
    }
}

impl indicators::Guest for Rogue {
    fn indicators(context: Context, _begins: i32, _ends: i32) -> Result<Vec<indicators::Indicator>, Error> {
        let behaviour = behaviour(&context.settings, "good");
        everywhere::misbehave(&behaviour)?;
        Ok(Vec::new())
    }
}

impl intake::Guest for Rogue {
    fn intake(context: Context, feed: String, rows: Block) -> Result<intake::Taken, Error> {
        let behaviour = behaviour(&context.settings, &feed);
        everywhere::misbehave(&behaviour)?;
        let problem =
            Problem { field: String::new(), code: "row".to_owned(), message: "这一行不存在".to_owned() };
        let rows = rows.tables.first().map_or(0, |table| table.rows);
        // `no-such-row` rejects a row nobody sent.
        let rejected = if behaviour == "no-such-row" { vec![(rows + 7, problem)] } else { Vec::new() };
        Ok(intake::Taken { effects: Vec::new(), rejected })
    }
}

impl migrate::Guest for Rogue {
    fn migrate(context: Context, older: String, documents: Vec<Document>) -> Result<Vec<Effect>, Error> {
        let behaviour = behaviour(&context.settings, &older);
        everywhere::misbehave(&behaviour)?;
        Ok(effects::rewritten(&behaviour, &older, &documents))
    }
}

impl check_settings::Guest for Rogue {
    fn check_settings(settings: String) -> Result<Vec<Problem>, Error> {
        everywhere::misbehave(&behaviour(&settings, "good"))?;
        Ok(Vec::new())
    }
}
