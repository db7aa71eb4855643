//! 督查考核: a county's figures with their definitions and the lists behind them; for the city all counties side by side.

use super::error::Answer;
use super::frame::{Frame, Who};
use super::periods::{self, PeriodAsk, PeriodBar};
use super::{download, format, show as page};
use crate::App;
use crate::app::scorecard::city::{self, Cell, CityScorecard, CountyColumn, FigureRow, MeasureRows};
use crate::app::scorecard::{self, Figure, MeasureCard, Scorecard, Share, Trend, Verdict, workbook};
use askama::Template;
use axum::extract::{Query, State};
use doudi_documents::manifest::IndicatorUnit;
use doudi_domain::policy::Permission;
use doudi_domain::reporting::ReportingPeriod;
use doudi_domain::{Actor, County, DivisionCode, Error, Fen, Level, Result};
use serde::Deserialize;

/// Six digits, and nothing when it is one's own.
#[derive(Debug, Default, Deserialize)]
pub struct CountyAsk {
    #[serde(default)]
    county: String,
}

impl CountyAsk {
    fn county(&self) -> Result<Option<County>> {
        if self.county.trim().is_empty() {
            return Ok(None);
        }
        let code = DivisionCode::parse(&format!("{:0<12}", self.county.trim()));
        code.map(|code| Some(code.county())).map_err(|_| Error::not_found("县区"))
    }
}

#[derive(Template)]
#[template(path = "scorecard/county.html")]
struct CountyPage {
    frame: Frame,
    card: Scorecard,
    periods: PeriodBar,
    /// The visitor looks in from the city: there are no lists for her, and a way back.
    from_city: bool,
}

impl CountyPage {
    fn period(&self) -> String {
        periods::words(&self.frame, self.card.period)
    }

    fn workbook(&self) -> String {
        format!("/scorecard/workbook?county={}&{}", self.card.county, self.card.period.query())
    }

    /// Figures with a target: how many there are, and how many met it.
    fn met(&self) -> (usize, usize) {
        self.card.measures.iter().map(MeasureCard::met).fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
    }

    fn failed(&self) -> usize {
        self.card.measures.iter().filter(|card| card.figures.is_err()).count()
    }

    fn met_words(&self, card: &MeasureCard) -> String {
        match card.met() {
            (_, 0) => String::new(),
            (met, of) => format!("{} {met}/{of}", self.frame.t("达标")),
        }
    }

    fn share(&self, figure: &Figure) -> String {
        shown(&self.frame, figure.unit, figure.share.basis_points())
    }

    fn before(&self, figure: &Figure) -> String {
        figure.before.map(|before| shown(&self.frame, figure.unit, before.basis_points())).unwrap_or_default()
    }

    fn target(&self, figure: &Figure) -> String {
        shown(&self.frame, figure.unit, figure.target)
    }

    /// `38 / 40`, `12,600.00 / 12,600.00 元`; days say it all themselves.
    fn counted(&self, figure: &Figure) -> String {
        let Share { part, whole } = figure.share;
        match figure.unit {
            IndicatorUnit::Count => format!("{part} / {whole}"),
            IndicatorUnit::Fen => format!("{} / {} {}", Fen(part), Fen(whole), self.frame.t("元")),
            IndicatorUnit::Days => String::new(),
        }
    }

    fn verdict(&self, figure: &Figure) -> Mark {
        Mark::of(figure)
    }

    fn trend(&self, figure: &Figure) -> Option<(&'static str, &'static str, String)> {
        let by = |points: i64| match figure.unit {
            IndicatorUnit::Days => shown(&self.frame, figure.unit, Some(points)),
            _ => format!("{} {}", format::ratio(points).trim_end_matches('%'), self.frame.t("个百分点")),
        };
        match figure.trend() {
            Trend::Better(points) => Some(("good", "好转", by(points))),
            Trend::Worse(points) => Some(("bad", "变差", by(points))),
            Trend::Same => Some(("", "持平", String::new())),
            Trend::Unknown => None,
        }
    }
}

/// A figure or its target in its own unit: `95%`, `12.5 天`.
fn shown(frame: &Frame, unit: IndicatorUnit, basis_points: Option<i64>) -> String {
    match (basis_points, unit) {
        (None, _) => "—".to_owned(),
        (Some(points), IndicatorUnit::Days) => {
            let (whole, tenth) = (points / 10_000, points % 10_000 / 1_000);
            let number = if tenth == 0 { whole.to_string() } else { format!("{whole}.{tenth}") };
            format!("{number} {}", frame.t("天"))
        }
        (Some(points), _) => format::ratio(points),
    }
}

/// A verdict as colour, sign and word together.
struct Mark {
    tone: &'static str,
    sign: &'static str,
    word: &'static str,
}

/// A figure this close to its target (basis points) is nearly there.
const NEAR: i64 = 500;

impl Mark {
    fn of(figure: &Figure) -> Mark {
        match figure.verdict() {
            Verdict::Met => Mark { tone: "good", sign: "✓", word: "达标" },
            Verdict::NotMet => {
                let distance = figure.share.basis_points().zip(figure.target).map(|(is, ought)| (is - ought).abs());
                match distance {
                    Some(distance) if distance <= NEAR => Mark { tone: "soon", sign: "△", word: "略低于目标" },
                    _ => Mark { tone: "bad", sign: "✗", word: "未达标" },
                }
                .turned(figure)
            }
            Verdict::NoTarget => Mark { tone: "neutral", sign: "·", word: "不设目标" },
            Verdict::Nothing => Mark { tone: "neutral", sign: "·", word: "本期没有" },
        }
    }

    /// Of what should be little, a figure near its target is above it.
    fn turned(self, figure: &Figure) -> Mark {
        use doudi_documents::manifest::Better;
        if self.tone == "soon" && figure.better == Better::Lower {
            Mark { word: "略高于目标", ..self }
        } else {
            self
        }
    }
}

#[derive(Template)]
#[template(path = "scorecard/city.html")]
struct CityPage {
    frame: Frame,
    card: CityScorecard,
    periods: PeriodBar,
}

impl CityPage {
    fn at(&self) -> String {
        self.card.at.minute()
    }

    fn county(&self, column: &CountyColumn) -> String {
        format!("/scorecard?county={}&{}", column.county, self.card.period.query())
    }

    /// The county's own page at this figure.
    fn at_figure(&self, column: &usize, measure: &MeasureRows, row: &FigureRow) -> String {
        let county = self.card.counties.get(*column).map(|column| self.county(column)).unwrap_or_default();
        format!("{county}#{}-{}", measure.plugin, row.code)
    }

    fn county_name(&self, column: &usize) -> &str {
        self.card.counties.get(*column).map_or("", |column| column.name.as_str())
    }

    fn mark(&self, figure: &Figure) -> Mark {
        Mark::of(figure)
    }

    fn share(&self, figure: &Figure) -> String {
        shown(&self.frame, figure.unit, figure.share.basis_points())
    }

    /// In the unit of the first county that has the figure.
    fn target(&self, row: &FigureRow) -> String {
        let unit = row.cells.iter().find_map(|cell| match cell {
            Cell::Figure(figure) => Some(figure.unit),
            _ => None,
        });
        row.target.map(|target| shown(&self.frame, unit.unwrap_or_default(), Some(target))).unwrap_or_default()
    }

    fn broken(&self, measure: &MeasureRows) -> bool {
        measure.rows.is_empty() && measure.failed.iter().any(Option::is_some)
    }
}

pub async fn show(
    State(app): State<App>,
    frame: Frame,
    Who(actor): Who,
    Query(ask): Query<PeriodAsk>,
    Query(county): Query<CountyAsk>,
) -> Answer {
    let period = ask.for_page(frame.today)?;
    let county = county.county()?;
    let from_city = is_city(&actor);
    if from_city && county.is_none() && frame.may(Permission::FiguresRead) {
        let card = city::city(&app, &actor, period).await?;
        let periods = PeriodBar::new(&frame, "/scorecard", &[], period);
        return page(&CityPage { frame, card, periods });
    }
    let card = scorecard::county(&app, &actor, county, period).await?;
    let kept = if from_city { vec![("county", card.county.to_string())] } else { Vec::new() };
    let periods = PeriodBar::new(&frame, "/scorecard", &kept, period);
    page(&CountyPage { frame, card, periods, from_city })
}

fn is_city(actor: &Actor) -> bool {
    actor.division().level() == Level::City
}

pub async fn save(
    State(app): State<App>,
    frame: Frame,
    Who(actor): Who,
    Query(ask): Query<PeriodAsk>,
    Query(county): Query<CountyAsk>,
) -> Answer {
    let period: ReportingPeriod = ask.for_page(frame.today)?;
    let bytes = workbook::workbook(&app, &actor, county.county()?, period).await?;
    Ok(download(&format!("督查考核-{period}.xlsx"), workbook::MEDIA_TYPE, bytes, false))
}
