//! Figures over the API: counties for the city's supervisors, villages for those who choose one. Numbers only.

use super::call::Call;
use super::problem::Answer;
use super::reply::Shown;
use super::shape::Place;
use crate::app::figures::{self, DivisionFigures};
use serde::Serialize;
use utoipa::ToSchema;

/// 数量
#[derive(Serialize, ToSchema)]
struct Counts {
    households: i64,
    persons: i64,
    /// 未办结的办件
    documents_open: i64,
    decisions: i64,
}

impl From<DivisionFigures> for Counts {
    fn from(figures: DivisionFigures) -> Counts {
        Counts {
            households: figures.households,
            persons: figures.persons,
            documents_open: figures.documents_open,
            decisions: figures.decisions,
        }
    }
}

/// 各县区
#[derive(Serialize, ToSchema)]
pub struct Counties {
    items: Vec<CountyFigures>,
}

/// 一个县区
#[derive(Serialize, ToSchema)]
struct CountyFigures {
    division: Place,
    name: String,
    counts: Counts,
    /// 今天启用的措施
    measures: Vec<String>,
}

pub async fn counties(call: Call) -> Answer<Shown<Counties>> {
    let rows = figures::counties(&call.app, &call.actor).await?;
    let items = rows.into_iter().map(|row| CountyFigures {
        division: Place(row.county.division()),
        name: row.name,
        counts: row.figures.into(),
        measures: row.measures.into_iter().map(|(id, _)| id).collect(),
    });
    Ok(Shown(Counties { items: items.collect() }))
}

/// 管辖范围内各村（居）
#[derive(Serialize, ToSchema)]
pub struct Villages {
    items: Vec<VillageFigures>,
}

/// 一个村（居）
#[derive(Serialize, ToSchema)]
struct VillageFigures {
    division: Place,
    name: String,
    counts: Counts,
}

pub async fn villages(call: Call) -> Answer<Shown<Villages>> {
    let rows = figures::villages(&call.app, &call.actor).await?;
    let items = rows.into_iter().map(|row| VillageFigures {
        division: Place(row.code),
        name: row.name,
        counts: row.figures.into(),
    });
    Ok(Shown(Villages { items: items.collect() }))
}
