//! Figures over counties for the city's supervisors, and over villages for choosing one: numbers only, never a name.

use super::App;
use super::division::Tree;
use doudi_domain::policy::{self, Permission};
use doudi_domain::{Actor, County, DivisionCode, Result};
pub use doudi_storage::figures::DivisionFigures;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CountyRow {
    pub county: County,
    pub name: String,
    pub figures: DivisionFigures,
    /// Measures in force today: plugin id and name.
    pub measures: Vec<(String, String)>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VillageRow {
    pub code: DivisionCode,
    pub name: String,
    pub figures: DivisionFigures,
}

/// One row per county of the city.
pub async fn counties(app: &App, actor: &Actor) -> Result<Vec<CountyRow>> {
    policy::require(actor, Permission::FiguresRead)?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let names = app.storage.counties().await?;
    let figures = snapshot.county_figures().await?;
    drop(snapshot);
    let mut rows = Vec::new();
    for (county, name) in names {
        let figures =
            figures.iter().find(|(at, _)| *at == county).map(|(_, figures)| figures.clone()).unwrap_or_default();
        let mut own = app.storage.snapshot(doudi_domain::Scope { division: county.division() }).await?;
        let measures = super::manifests::names_in_force(&mut own, app.today()).await?;
        rows.push(CountyRow { county, name, figures, measures });
    }
    Ok(rows)
}

/// Households by village in the actor's area: the list behind "choose a village".
pub async fn villages(app: &App, actor: &Actor) -> Result<Vec<VillageRow>> {
    policy::require(actor, Permission::HouseholdRead)?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let tree = Tree::read(&mut snapshot).await?;
    let figures = snapshot.village_figures().await?;
    Ok(figures.into_iter().map(|(code, figures)| VillageRow { code, name: tree.path(code), figures }).collect())
}
