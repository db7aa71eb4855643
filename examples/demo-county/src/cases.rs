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
struct Case {
    head: String,
    tells: String,
    plugin: String,
    collection: String,
    steps: Vec<Step>,
}

/// A button, who presses it, and when.
#[derive(Clone, Debug, serde::Deserialize)]
struct Step {
    on: Date,
    by: String,
    press: String,
    #[serde(default)]
    values: Values,
}

#[derive(serde::Deserialize)]
struct Script {
    case: Vec<Case>,
}

pub async fn run(options: &Options) -> Result<()> {
    let text = std::fs::read_to_string(&options.script)
        .with_context(|| format!("cannot read {}", options.script.display()))?;
    let cases = read(&text)?;
    let clock = FixedClock::on(cases.first().and_then(|case| case.steps.first()).map_or(Date::MIN, |step| step.on));
    let mut app = options.config.open().await?;
    app.clock = Arc::new(clock.clone());
    Play { app, clock, users: BTreeMap::new(), documents: BTreeMap::new() }.all(&cases).await?;
    for case in &cases {
        println!("{}：{}", case.head, case.tells);
    }
    Ok(())
}

/// Reads a script; a case without steps is a mistake.
fn read(text: &str) -> Result<Vec<Case>> {
    let script: Script = toml::from_str(text).context("the script of the cases is not good")?;
    for case in &script.case {
        if case.steps.is_empty() {
            bail!("the case of {} has no steps", case.head);
        }
    }
    Ok(script.case)
}

struct Play {
    app: App,
    clock: FixedClock,
    users: BTreeMap<String, Actor>,
    /// The case's document, by the family's place in the script.
    documents: BTreeMap<usize, DocumentId>,
}

impl Play {
    /// All steps of all cases in the order of their days, as a town's weeks go.
    async fn all(&mut self, cases: &[Case]) -> Result<()> {
        let mut steps: Vec<(usize, &Case, &Step)> = cases
            .iter()
            .enumerate()
            .flat_map(|(index, case)| case.steps.iter().map(move |step| (index, case, step)))
            .collect();
        steps.sort_by_key(|(_, _, step)| step.on);
        let mut today = None;
        for (index, case, step) in steps {
            if today != Some(step.on) {
                self.clock.set(step.on);
                today = Some(step.on);
            }
            self.clock.advance_seconds(7 * 60);
            self.step(index, case, step)
                .await
                .with_context(|| format!("{} of {} on {} by {}", step.press, case.head, step.on, step.by))?;
        }
        Ok(())
    }

    async fn step(&mut self, index: usize, case: &Case, step: &Step) -> Result<()> {
        let actor = self.user(&step.by).await?;
        let (target, form) = match self.documents.get(&index) {
            Some(id) => (Target::Existing(*id), document::action_form(&self.app, &actor, *id, &step.press).await?),
            None => {
                let household = self.household(&actor, &case.head).await?;
                let form =
                    document::new_form(&self.app, &actor, &case.plugin, &case.collection, Some(household)).await?;
                let target = Target::New {
                    plugin: case.plugin.clone(),
                    collection: case.collection.clone(),
                    household: Some(household),
                    person: None,
                };
                (target, form)
            }
        };
        let values = self.filled(&actor, &form, step).await?;
        let press = Press { target, action: step.press.clone(), values, idempotency_key: form.idempotency_key.clone() };
        let pressed = document::act(&self.app, &actor, press).await?;
        if let Some(id) = pressed.document {
            self.documents.insert(index, id);
        }
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
    fn the_script_reads_and_follows_the_stories() {
        let cases = read(include_str!("../cases.toml")).expect("the script is good");
        for case in &cases {
            assert!(crate::stories::STORIES.iter().any(|story| story.head == case.head), "{} has no story", case.head);
            assert!(case.steps.is_sorted_by_key(|step| step.on), "the steps of {} go back in time", case.head);
        }
        assert_eq!(cases.len(), crate::stories::STORIES.len(), "each story has its case");
    }
}
