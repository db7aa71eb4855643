//! Takes the families of the stories through their cases: every step through the same use case the web calls, as the user the
//! script names, on the legal date the script names. Nothing is written past the front door; a step that is refused stops the
//! demonstration with the sentence an officer would have read.

use crate::clerk::{self, Desk};
use anyhow::{Context, Result, bail};
use doudi_documents::Values;
use doudi_documents::form::FieldKind;
use doudi_domain::{Actor, Date, DocumentId, HouseholdId, UserId};
use doudi_server::app::document::{self, FormView, Press, Target};
use doudi_server::app::household::{self, SearchQuery, Upload};
use doudi_server::{App, Config, FixedClock};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    #[command(flatten)]
    config: Config,
    /// The script of the cases.
    #[arg(long, default_value = "examples/demo-county/cases.toml")]
    script: PathBuf,
}

/// A family's case, and what its end shows.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    head: String,
    tells: String,
    plugin: String,
    collection: String,
    steps: Vec<Step>,
}

/// Cases of ordinary families of a village, all on the same days, so that lists have something to list.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Routine {
    village: i64,
    households: usize,
    plugin: String,
    collection: String,
    steps: Vec<Step>,
    /// Taken instead of the rest when the rules refuse the step of this name: the case goes the other way.
    fork: String,
    otherwise: Vec<Step>,
}

/// A button, who presses it, and when.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    on: Date,
    by: String,
    press: String,
    #[serde(default)]
    values: Values,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Script {
    case: Vec<Case>,
    #[serde(default)]
    routine: Vec<Routine>,
}

/// One family's way: where it stands, and the steps it still has to take.
struct Way<'s> {
    head: String,
    household: HouseholdId,
    plugin: &'s str,
    collection: &'s str,
    document: Option<DocumentId>,
    steps: std::collections::VecDeque<&'s Step>,
    fork: Option<(&'s str, &'s [Step])>,
}

pub async fn run(options: &Options) -> Result<()> {
    let text = std::fs::read_to_string(&options.script)
        .with_context(|| format!("cannot read {}", options.script.display()))?;
    let script = read(&text)?;
    let clock = FixedClock::on(script.case.iter().map(|case| case.steps[0].on).min().unwrap_or(Date::MIN));
    let mut app = options.config.open().await?;
    app.clock = Arc::new(clock.clone());
    let mut play = Play { app, clock, users: BTreeMap::new() };
    let ways = play.ways(&script).await?;
    let routine = ways.len() - script.case.len();
    play.all(ways).await?;
    for case in &script.case {
        println!("{}：{}", case.head, case.tells);
    }
    println!("另有 {routine} 户日常办件");
    Ok(())
}

/// Reads a script; a case without steps is a mistake.
fn read(text: &str) -> Result<Script> {
    let script: Script = toml::from_str(text).context("the script of the cases is not good")?;
    for case in &script.case {
        if case.steps.is_empty() {
            bail!("the case of {} has no steps", case.head);
        }
    }
    Ok(script)
}

struct Play {
    app: App,
    clock: FixedClock,
    users: BTreeMap<String, Actor>,
}

impl Play {
    /// Finds every family of the script.
    async fn ways<'s>(&mut self, script: &'s Script) -> Result<Vec<Way<'s>>> {
        let mut ways = Vec::new();
        for case in &script.case {
            let actor = self.user(&case.steps[0].by).await?;
            ways.push(Way {
                head: case.head.clone(),
                household: self.household(&actor, &case.head).await?,
                plugin: &case.plugin,
                collection: &case.collection,
                document: None,
                steps: case.steps.iter().collect(),
                fork: None,
            });
        }
        for routine in &script.routine {
            let Some(first) = routine.steps.first() else { bail!("a routine has no steps") };
            let actor = self.user(&first.by).await?;
            let village = Some(doudi_domain::DivisionCode::new(routine.village)?);
            let query = SearchQuery { village, limit: 200, ..SearchQuery::default() };
            let found = household::search(&self.app, &actor, &query).await?.items;
            let others = found.into_iter().filter(|row| !ways.iter().any(|way| way.household == row.id));
            let chosen: Vec<_> = others.take(routine.households).collect();
            ways.extend(chosen.into_iter().map(|row| Way {
                head: row.number,
                household: row.id,
                plugin: &routine.plugin,
                collection: &routine.collection,
                document: None,
                steps: routine.steps.iter().collect(),
                fork: Some((&routine.fork, &routine.otherwise)),
            }));
        }
        Ok(ways)
    }

    /// All steps of all cases in the order of their days, as a town's weeks go.
    async fn all(&mut self, mut ways: Vec<Way<'_>>) -> Result<()> {
        let mut today = None;
        while let Some(day) = ways.iter().filter_map(|way| way.steps.front()).map(|step| step.on).min() {
            if today != Some(day) {
                self.clock.set(day);
                today = Some(day);
            }
            for way in &mut ways {
                while let Some(step) = way.steps.front().copied().filter(|step| step.on == day) {
                    way.steps.pop_front();
                    self.clock.advance_seconds(4 * 60);
                    self.take(way, step).await?;
                }
            }
        }
        Ok(())
    }

    /// One step. An ordinary family whom the rules refuse at the fork goes the other way; refused elsewhere (a home the county
    /// must visit first, say) its case stays where it is, as cases do.
    async fn take<'s>(&mut self, way: &mut Way<'s>, step: &'s Step) -> Result<()> {
        match (self.press(way, step).await, way.fork) {
            (Ok(()), _) => Ok(()),
            (Err(error), Some((fork, otherwise))) if error.downcast_ref().is_some_and(is_refusal) => {
                way.steps = if step.press == fork { otherwise.iter().collect() } else { Default::default() };
                // The other way may begin on the same day.
                way.fork = Some(("", &[]));
                Ok(())
            }
            (Err(error), _) => {
                Err(error.context(format!("{} of {} on {} by {}", step.press, way.head, step.on, step.by)))
            }
        }
    }

    async fn press(&mut self, way: &mut Way<'_>, step: &Step) -> Result<()> {
        let actor = self.user(&step.by).await?;
        let (target, form) = match way.document {
            Some(id) => (Target::Existing(id), document::action_form(&self.app, &actor, id, &step.press).await?),
            None => {
                let household = Some(way.household);
                let form = document::new_form(&self.app, &actor, way.plugin, way.collection, household).await?;
                let (plugin, collection) = (way.plugin.to_owned(), way.collection.to_owned());
                (Target::New { plugin, collection, household, person: None }, form)
            }
        };
        let values = self.filled(&actor, &form, step).await?;
        let press = Press { target, action: step.press.clone(), values, idempotency_key: form.idempotency_key.clone() };
        let pressed = document::act(&self.app, &actor, press).await?;
        way.document = pressed.document.or(way.document);
        Ok(())
    }

    async fn filled(&mut self, actor: &Actor, view: &FormView, step: &Step) -> Result<Values> {
        let Some(form) = &view.form else { return Ok(step.values.clone()) };
        let needs_files = form
            .sections
            .iter()
            .flat_map(|section| &section.fields)
            .any(|field| field.kind == FieldKind::Files && field.required);
        let mut files: Vec<i64> = view.attachments.iter().map(|attachment| attachment.id.0).collect();
        if let (true, true, Some(household)) = (needs_files, files.is_empty(), view.household) {
            let document = view.document.as_ref().map(|document| document.id);
            files.push(household::attach(&self.app, actor, household, document, photo()).await?.0);
        }
        let desk = Desk {
            members: view.members.iter().map(|member| member.person.0).collect(),
            officers: self.colleagues(actor).await?,
            files,
            divisions: view.divisions.iter().map(|choice| choice.code).collect(),
        };
        Ok(clerk::fill(form, &step.values, &view.values, &desk, self.app.today()))
    }

    /// Those she works with: a survey takes two, and the other one is somebody else.
    async fn colleagues(&mut self, actor: &Actor) -> Result<Vec<UserId>> {
        let mut officers = Vec::new();
        for login in ["wang.fang", "wu.qiang", "chen.li"] {
            let other = self.user(login).await?.user_id();
            officers.extend(other.filter(|id| Some(*id) != actor.user_id()));
        }
        Ok(officers)
    }

    async fn user(&mut self, login: &str) -> Result<Actor> {
        if let Some(actor) = self.users.get(login) {
            return Ok(actor.clone());
        }
        let known = self.app.storage.user_by_login(login).await?;
        let (user, _) = known.with_context(|| format!("there is no user {login}"))?;
        let actor = Actor::from(&user);
        self.users.insert(login.to_owned(), actor.clone());
        Ok(actor)
    }

    async fn household(&self, actor: &Actor, head: &str) -> Result<HouseholdId> {
        let query = SearchQuery { text: head.to_owned(), limit: 50, ..SearchQuery::default() };
        // The stories stand first in the roster, so theirs is the lowest number among people of the same name.
        let found = household::search(&self.app, actor, &query).await?;
        let mut rows = found.items;
        rows.sort_by(|a, b| a.number.cmp(&b.number));
        rows.first()
            .map(|row| row.id)
            .with_context(|| format!("no household of {head} was found; was the roster imported?"))
    }
}

fn is_refusal(error: &doudi_domain::Error) -> bool {
    matches!(error, doudi_domain::Error::Refused { .. })
}

/// A photograph of the posting: one grey point, which is all a demonstration needs.
fn photo() -> Upload {
    const POINT: &[u8] = &[
        0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, b'I', b'H', b'D', b'R', 0, 0, 0, 1, 0, 0, 0, 1,
        8, 0, 0, 0, 0, 0x3a, 0x7e, 0x9b, 0x55, 0, 0, 0, 0x0a, b'I', b'D', b'A', b'T', 0x78, 0x9c, 0x63, 0x68, 0, 0, 0,
        0x82, 0, 0x81, 0x77, 0xcd, 0x72, 0xb6, 0, 0, 0, 0, b'I', b'E', b'N', b'D', 0xae, 0x42, 0x60, 0x82,
    ];
    Upload { name: "公示照片.png".to_owned(), media_type: "image/png".to_owned(), content: POINT.to_vec() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_of_payday_reads_and_pays_families_of_the_stories() {
        let script = read(include_str!("../payday.toml")).expect("the script is good");
        for case in &script.case {
            assert!(crate::stories::STORIES.iter().any(|story| story.head == case.head), "{} has no story", case.head);
            assert!(case.steps.is_sorted_by_key(|step| step.on), "the steps of {} go back in time", case.head);
            assert_eq!(case.steps.last().map(|step| step.press.as_str()), Some("confirm"));
        }
    }

    #[test]
    fn the_script_reads_and_follows_the_stories() {
        let script = read(include_str!("../cases.toml")).expect("the script is good");
        for case in &script.case {
            assert!(crate::stories::STORIES.iter().any(|story| story.head == case.head), "{} has no story", case.head);
            assert!(case.steps.is_sorted_by_key(|step| step.on), "the steps of {} go back in time", case.head);
        }
        assert_eq!(script.case.len(), crate::stories::STORIES.len(), "each story has its case");
        for routine in &script.routine {
            let fork = routine.steps.iter().position(|step| step.press == routine.fork).expect("the fork is a step");
            let after = routine.otherwise.first().expect("the other way has a step").on;
            assert!(routine.steps[fork].on <= after, "the other way begins before the fork");
        }
    }
}
