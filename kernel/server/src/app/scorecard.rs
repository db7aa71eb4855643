//! The scorecard (督查考核): what every enabled measure says of itself for a period, with target, definition, the period before,
//! and for those of the county the exact list behind each figure. The city sees the same figures of all counties and no list.
//!
//! The kernel knows no figure: it asks `indicators` of each measure, one after the other, and a measure that fails says so in
//! its own place while the others stand.

use super::kept::{Look, Reader};
use super::plugin::PluginRef;
use super::{App, consult, kept, manifests};
use doudi_documents::manifest::{Better, IndicatorUnit, Place};
use doudi_documents::{Manifest, Text};
use doudi_domain::policy::{self, Permission};
use doudi_domain::reporting::ReportingPeriod;
use doudi_domain::{Actor, County, Error, Instant, Level, Result, Role, Scope};
use doudi_plugin_host::Indicator;
use doudi_storage::Snapshot;
use std::sync::Arc;

pub mod city;
pub mod workbook;

/// A county's figures of a period.
#[derive(Clone, Debug)]
pub struct Scorecard {
    pub county: County,
    pub county_name: String,
    pub period: ReportingPeriod,
    pub measures: Arc<Vec<MeasureCard>>,
    /// When they were worked out, if something has changed since.
    pub as_of: Option<Instant>,
}

/// One measure: its figures, or why it could not be asked.
#[derive(Clone, Debug)]
pub struct MeasureCard {
    pub plugin: PluginRef,
    pub figures: Result<Vec<Figure>, String>,
}

/// One figure: `part` of `whole` against a target.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Figure {
    pub code: String,
    pub label: Text,
    /// Empty when the manifest says nothing of it.
    pub definition: Text,
    pub article: String,
    pub unit: IndicatorUnit,
    pub better: Better,
    pub share: Share,
    /// Basis points.
    pub target: Option<i64>,
    /// The same figure of the period before; absent when the measure could not tell.
    pub before: Option<Share>,
    /// The page that lists exactly what was counted, for those who may open it.
    pub list: Option<String>,
}

/// `part` of `whole`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Share {
    pub part: i64,
    pub whole: i64,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    Met,
    NotMet,
    /// There is a figure and no target.
    NoTarget,
    /// Nothing happened that could be counted.
    Nothing,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Trend {
    /// By so many basis points.
    Better(i64),
    Worse(i64),
    Same,
    /// Nothing to compare with.
    Unknown,
}

impl Share {
    /// Rounded down: 99.99 % is not everything.
    pub fn basis_points(&self) -> Option<i64> {
        let points = (i128::from(self.part) * 10_000).checked_div(i128::from(self.whole))?;
        i64::try_from(points).ok()
    }
}

impl Figure {
    /// Compared exactly, not by the rounded share.
    pub fn verdict(&self) -> Verdict {
        let Some(target) = self.target else {
            return if self.share.whole == 0 { Verdict::Nothing } else { Verdict::NoTarget };
        };
        if self.share.whole == 0 {
            return Verdict::Nothing;
        }
        let (is, ought) = (i128::from(self.share.part) * 10_000, i128::from(target) * i128::from(self.share.whole));
        let met = match self.better {
            Better::Higher => is >= ought,
            Better::Lower => is <= ought,
        };
        if met { Verdict::Met } else { Verdict::NotMet }
    }

    pub fn trend(&self) -> Trend {
        let shares = self.share.basis_points().zip(self.before.and_then(|before| before.basis_points()));
        let Some((now, before)) = shares else { return Trend::Unknown };
        let risen = now - before;
        match (risen, self.better) {
            (0, _) => Trend::Same,
            (1.., Better::Higher) | (..0, Better::Lower) => Trend::Better(risen.abs()),
            _ => Trend::Worse(risen.abs()),
        }
    }
}

impl MeasureCard {
    /// How many of the figures with a target met it, and how many there are.
    pub fn met(&self) -> (usize, usize) {
        let verdicts = || self.figures.iter().flatten().map(Figure::verdict);
        let met = verdicts().filter(|verdict| *verdict == Verdict::Met).count();
        (met, met + verdicts().filter(|verdict| *verdict == Verdict::NotMet).count())
    }
}

/// A county's scorecard: her own for an officer of the county; any for the city, without the lists behind the figures.
pub async fn county(app: &App, actor: &Actor, county: Option<County>, period: ReportingPeriod) -> Result<Scorecard> {
    policy::require(actor, Permission::ScorecardRead)?;
    let counties = app.storage.counties().await?;
    let asked = county.unwrap_or(actor.county());
    let known = counties.into_iter().find(|(known, _)| *known == asked);
    let Some((county, county_name)) = known.filter(|(county, _)| actor.scope().sees(county.division())) else {
        return Err(Error::not_found("县区"));
    };
    let look = figures(app, &reader(actor, county), county, period, Compared::WithTheOneBefore).await?;
    Ok(Scorecard { county, county_name, period, measures: look.value, as_of: look.as_of })
}

/// Who asks the measures of a county: the officer herself, or, where the city looks in, the kernel, which hands on nothing but
/// the figures.
fn reader(actor: &Actor, county: County) -> Actor {
    if actor.division().level() == Level::City { Actor::System { division: county.division() } } else { actor.clone() }
}

/// Whether the period before is asked for as well.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Compared {
    WithTheOneBefore,
    WithNothing,
}

/// The figures of a county as they are, or were a moment ago: the same for everybody of the reader's office.
async fn figures(
    app: &App,
    reader: &Actor,
    county: County,
    period: ReportingPeriod,
    compared: Compared,
) -> Result<Look<Vec<MeasureCard>>> {
    let desk = app.host.desk(county).await?;
    let snapshot = app.storage.snapshot(Scope { division: county.division() }).await?;
    let key = (county, Reader::of(reader), app.today(), period, compared);
    let work = {
        let (app, office) = (app.clone(), reader.anybody_of_office());
        async move { measures(&app, &office, county, period, compared).await }
    };
    let whole = |cards: &Vec<MeasureCard>| cards.iter().all(|card| card.figures.is_ok());
    kept::look(app, reader, (desk, snapshot), |kept| &kept.scorecards, key, whole, work).await
}

/// Every enabled measure that has figures. Failures stay with their measure.
async fn measures(
    app: &App,
    actor: &Actor,
    county: County,
    period: ReportingPeriod,
    compared: Compared,
) -> Result<Vec<MeasureCard>> {
    let _desk = app.host.desk(county).await?;
    let scope = Scope { division: county.division() };
    let mut snapshot = app.storage.snapshot(scope).await?;
    let manifests = manifests::in_force(&mut snapshot, app.today()).await?;
    drop(snapshot);
    let mut cards = Vec::new();
    for manifest in manifests.iter().filter(|manifest| manifest.points.iter().any(|point| point == "indicators")) {
        let snapshot = app.storage.snapshot(scope).await?;
        if let Some(card) = measure(app, actor, snapshot, manifest, period, compared).await? {
            cards.push(card);
        }
    }
    Ok(cards)
}

/// One measure; `None` when it was switched off a moment ago.
async fn measure(
    app: &App,
    actor: &Actor,
    mut snapshot: Snapshot,
    manifest: &Manifest,
    period: ReportingPeriod,
    compared: Compared,
) -> Result<Option<MeasureCard>> {
    let Some(enablement) = snapshot.enablement_at(&manifest.id, app.today()).await? else { return Ok(None) };
    let plugin = consult::plugin_ref(&mut snapshot, &enablement.digest).await?;
    let figures = async {
        let pin = consult::pin(app, &mut snapshot, &manifest.id, app.today()).await?;
        let scope = Scope { division: actor.division() };
        let now = consult::indicators(app, actor, &pin, snapshot, (period.begins(), period.ends())).await?;
        let before = match compared {
            Compared::WithNothing => Vec::new(),
            Compared::WithTheOneBefore => {
                let (snapshot, before) = (app.storage.snapshot(scope).await?, period.before());
                // A figure without its trend is still the figure.
                consult::indicators(app, actor, &pin, snapshot, (before.begins(), before.ends()))
                    .await
                    .inspect_err(
                        |error| tracing::warn!(%error, plugin = manifest.id, "no figures of the period before"),
                    )
                    .unwrap_or_default()
            }
        };
        Ok::<_, Error>(now.into_iter().map(|indicator| figure(manifest, actor.role(), indicator, &before)).collect())
    };
    let figures = figures.await.map_err(|error| error.to_string());
    Ok(Some(MeasureCard { plugin, figures }))
}

fn figure(manifest: &Manifest, role: Option<Role>, indicator: Indicator, before: &[Indicator]) -> Figure {
    let entry = manifest.indicator(&indicator.code);
    let earlier = before.iter().find(|earlier| earlier.code == indicator.code);
    Figure {
        label: entry.map_or_else(|| Text::from(indicator.label.as_str()), |entry| entry.label.clone()),
        definition: entry.map(|entry| entry.definition.clone()).unwrap_or_default(),
        article: entry.map(|entry| entry.article.clone()).unwrap_or_default(),
        unit: entry.map(|entry| entry.unit).unwrap_or_default(),
        better: match entry {
            Some(entry) => entry.better,
            // Of what should not be at all, less is better.
            None if indicator.target == Some(0) => Better::Lower,
            None => Better::Higher,
        },
        share: Share { part: indicator.part, whole: indicator.whole },
        target: indicator.target,
        before: earlier.map(|earlier| Share { part: earlier.part, whole: earlier.whole }),
        list: role.and_then(|role| page_address(manifest, role, &indicator.drill_down)),
        code: indicator.code,
    }
}

/// The address of a measure's page with its query (`month?month=2022-07`), for an office that may open it.
pub(crate) fn page_address(manifest: &Manifest, role: Role, page_and_query: &str) -> Option<String> {
    let (page, query) = page_and_query.split_once('?').unwrap_or((page_and_query, ""));
    let entry = manifest.page(page).filter(|entry| matches!(entry.place, Place::Menu | Place::Hidden))?;
    if !entry.roles.iter().any(|allowed| allowed == role.code()) {
        return None;
    }
    let words: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap_or_default();
    let query = serde_urlencoded::to_string(words).unwrap_or_default();
    let mark = if query.is_empty() { "" } else { "?" };
    Some(format!("/measures/{}/{page}{mark}{query}", manifest.id))
}

/// Figures worked out within this many seconds are shown again in the city's table.
const KEPT_SECONDS: i64 = 300;

/// A county's figures for the city: those of a moment ago, or new ones; and when they were worked out.
async fn of_late(app: &App, county: County, period: ReportingPeriod) -> Result<(Instant, Arc<Vec<MeasureCard>>)> {
    let system = Actor::System { division: county.division() };
    let key = (county, Reader::of(&system), app.today(), period, Compared::WithNothing);
    if let Some(known) = app.kept.scorecards.get(&key, app.now(), KEPT_SECONDS) {
        return Ok(known);
    }
    let look = figures(app, &system, county, period, Compared::WithNothing).await?;
    Ok((look.as_of.unwrap_or(app.now()), look.value))
}

#[cfg(test)]
mod tests;
