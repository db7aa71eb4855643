//! Decisions and why: the reasoning with its articles, the facts with value, source and date, the figures, the parameters
//! with their documents, and running it again.

use super::error::Answer;
use super::frame::{Frame, Who};
use super::households::{decision_tone, history_address};
use super::plugin_pages::Verdict;
use super::{download, format, show as page};
use crate::App;
use crate::app::decision::{self, DecisionQuery, DecisionRow, DecisionView, Replayed};
use crate::app::display;
use crate::app::export;
use crate::app::household::FactView;
use askama::Template;
use axum::extract::{Path, Query, State};
use doudi_domain::codes;
use doudi_domain::decision::{Effect, Figure, Reason};
use doudi_domain::policy::Permission;
use doudi_domain::{Date, DecisionId, Fen, calendar};
use serde::Deserialize;

const PAGE: u32 = 50;

#[derive(Debug, Default, Deserialize)]
pub struct Filter {
    #[serde(default)]
    cursor: String,
}

#[derive(Template)]
#[template(path = "decisions/index.html")]
struct IndexPage {
    frame: Frame,
    rows: Vec<DecisionRow>,
    next: Option<String>,
    exports: bool,
}

pub async fn index(State(app): State<App>, frame: Frame, Who(actor): Who, Query(filter): Query<Filter>) -> Answer {
    let cursor = (!filter.cursor.is_empty()).then_some(filter.cursor);
    let query = DecisionQuery { cursor, limit: PAGE, ..Default::default() };
    let found = decision::page(&app, &actor, &query).await?;
    page(&IndexPage { exports: frame.may(Permission::Export), frame, rows: found.items, next: found.next })
}

pub async fn export(State(app): State<App>, Who(actor): Who) -> Answer {
    let csv = export::decisions_csv(&app, &actor).await?;
    Ok(download(&format!("决定与待遇-{}.csv", app.today()), "text/csv; charset=utf-8", csv, false))
}

#[derive(Template)]
#[template(path = "decisions/show.html")]
struct WhyPage {
    frame: Frame,
    view: DecisionView,
    replayed: Option<Replayed>,
    /// Links to a household only for those who may see one.
    sees_households: bool,
}

impl WhyPage {
    fn verdict(&self, reason: &Reason) -> Verdict {
        Verdict::of(reason.verdict.code())
    }

    fn facts_of(&self, reason: &Reason) -> Vec<&FactView> {
        self.view.facts.iter().filter(|fact| reason.facts.contains(&fact.fact.id)).collect()
    }

    fn history(&self, fact: &FactView) -> String {
        history_address(self.view.decision.household, &fact.fact)
    }

    fn figure(&self, figure: &Figure) -> String {
        match figure.unit.as_str() {
            "fen" => format::yuan(Fen(figure.value)),
            "basis-points" => format::ratio(figure.value),
            "date" => i32::try_from(figure.value).map(calendar::from_days).unwrap_or(Date::MAX).to_string(),
            "months" => format!("{} 个月", figure.value),
            "days" => format!("{} 天", figure.value),
            "yes-no" => display::code_word(&codes::YES_NO, i32::from(figure.value != 0)),
            _ => figure.value.to_string(),
        }
    }

    /// A refusal or a stop, shown to who may see what would have turned it.
    fn explains(&self) -> bool {
        let against = matches!(self.view.decision.effect, Effect::Refuse | Effect::Stop);
        against && self.sees_households && self.frame.may(Permission::FinanceRead)
    }

    fn digest(&self) -> String {
        format::grouped(&self.view.decision.cause.digest)
    }

    fn input_hash(&self) -> String {
        format::grouped(&self.view.decision.cause.input_hash)
    }
}

pub async fn show(State(app): State<App>, frame: Frame, Who(actor): Who, Path(id): Path<i64>) -> Answer {
    let view = decision::view(&app, &actor, DecisionId(id)).await?;
    page(&WhyPage { sees_households: frame.may(Permission::HouseholdRead), frame, view, replayed: None })
}

/// Runs it again and shows the answer above the same page.
pub async fn replay(State(app): State<App>, frame: Frame, Who(actor): Who, Path(id): Path<i64>) -> Answer {
    let replayed = decision::replay(&app, &actor, DecisionId(id)).await?;
    let view = decision::view(&app, &actor, DecisionId(id)).await?;
    page(&WhyPage { sees_households: frame.may(Permission::HouseholdRead), frame, view, replayed: Some(replayed) })
}
