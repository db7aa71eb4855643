//! The city's table: measures and their figures in rows, counties in columns, each cell a figure against its target. Counties
//! are asked side by side, and what was worked out a few minutes ago is shown again. Numbers only.

use super::{Figure, MeasureCard, of_late};
use crate::app::App;
use doudi_documents::Text;
use doudi_domain::policy::{self, Permission};
use doudi_domain::reporting::ReportingPeriod;
use doudi_domain::{Actor, County, Error, Instant, Result};
use std::sync::Arc;

/// All counties side by side.
#[derive(Clone, Debug)]
pub struct CityScorecard {
    pub period: ReportingPeriod,
    /// The oldest of what is shown.
    pub at: Instant,
    /// Counties that run at least one measure with figures.
    pub counties: Vec<CountyColumn>,
    pub measures: Vec<MeasureRows>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CountyColumn {
    pub county: County,
    pub name: String,
    /// Figures with a target, and how many of them met it.
    pub met: usize,
    pub of: usize,
}

/// One measure over all counties.
#[derive(Clone, Debug)]
pub struct MeasureRows {
    pub plugin: String,
    pub name: Text,
    pub rows: Vec<FigureRow>,
    /// A measure that answers nowhere has no figures to name rows by: one row of failures.
    pub failed: Vec<Option<String>>,
}

/// One figure over all counties; cells in the order of the columns.
#[derive(Clone, Debug)]
pub struct FigureRow {
    pub code: String,
    pub label: Text,
    pub definition: Text,
    pub article: String,
    pub target: Option<i64>,
    pub cells: Vec<Cell>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Cell {
    /// The county does not run this measure, or an older release without this figure.
    Absent,
    /// The measure could not be asked there, and why.
    Failed(String),
    Figure(Figure),
}

/// Figures of all counties of the city.
pub async fn city(app: &App, actor: &Actor, period: ReportingPeriod) -> Result<CityScorecard> {
    policy::require(actor, Permission::ScorecardRead)?;
    policy::require(actor, Permission::FiguresRead)?;
    let mut counties = app.storage.counties().await?;
    counties.retain(|(county, _)| actor.scope().sees(county.division()));
    let mut asked = Vec::with_capacity(counties.len());
    for (county, name) in counties {
        let app = app.clone();
        // Side by side, each at its own desk: a slow county does not make the others wait.
        asked.push((county, name, tokio::spawn(async move { of_late(&app, county, period).await })));
    }
    let mut answered = Vec::with_capacity(asked.len());
    for (county, name, cards) in asked {
        let cards = cards.await.map_err(|error| Error::failure("汇总没有完成，请重试", error))?;
        let (at, cards) = cards?;
        if !cards.is_empty() {
            answered.push((county, name, at, cards));
        }
    }
    let at = answered.iter().map(|(.., at, _)| *at).min().unwrap_or_else(|| app.now());
    let counties = answered.iter().map(|(county, name, _, cards)| column(*county, name, cards)).collect();
    let cards: Vec<Arc<Vec<MeasureCard>>> = answered.into_iter().map(|(.., cards)| cards).collect();
    Ok(CityScorecard { period, at, counties, measures: rows(&cards) })
}

fn column(county: County, name: &str, cards: &[MeasureCard]) -> CountyColumn {
    let (met, of) = cards.iter().map(MeasureCard::met).fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    CountyColumn { county, name: name.to_owned(), met, of }
}

/// Measures and figures in the order in which they are first met; a label is that of the first county that has it.
fn rows(counties: &[Arc<Vec<MeasureCard>>]) -> Vec<MeasureRows> {
    let mut measures: Vec<MeasureRows> = Vec::new();
    for card in counties.iter().flat_map(|cards| cards.iter()) {
        let at = measures.iter().position(|known| known.plugin == card.plugin.id).unwrap_or_else(|| {
            measures.push(MeasureRows {
                plugin: card.plugin.id.clone(),
                name: card.plugin.name.clone(),
                rows: Vec::new(),
                failed: Vec::new(),
            });
            measures.len() - 1
        });
        let rows = &mut measures[at].rows;
        for figure in card.figures.iter().flatten() {
            if !rows.iter().any(|row| row.code == figure.code) {
                rows.push(FigureRow {
                    code: figure.code.clone(),
                    label: figure.label.clone(),
                    definition: figure.definition.clone(),
                    article: figure.article.clone(),
                    target: figure.target,
                    cells: Vec::new(),
                });
            }
        }
    }
    for measure in &mut measures {
        let cards: Vec<Option<&MeasureCard>> =
            counties.iter().map(|cards| cards.iter().find(|card| card.plugin.id == measure.plugin)).collect();
        for row in &mut measure.rows {
            row.cells = cards.iter().map(|card| cell(*card, &row.code)).collect();
        }
        measure.failed = cards.iter().map(|card| card.and_then(|card| card.figures.clone().err())).collect();
    }
    measures
}

fn cell(card: Option<&MeasureCard>, code: &str) -> Cell {
    match card.map(|card| &card.figures) {
        None => Cell::Absent,
        Some(Err(message)) => Cell::Failed(message.clone()),
        Some(Ok(figures)) => match figures.iter().find(|figure| figure.code == code) {
            Some(figure) => Cell::Figure(figure.clone()),
            None => Cell::Absent,
        },
    }
}
