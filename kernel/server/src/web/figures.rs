//! The city's figures: counties in rows, numbers only.

use super::error::Answer;
use super::frame::{Frame, Who};
use super::show as page;
use crate::App;
use crate::app::figures::{self, CountyRow};
use askama::Template;
use axum::extract::State;

#[derive(Template)]
#[template(path = "figures/index.html")]
struct FiguresPage {
    frame: Frame,
    rows: Vec<CountyRow>,
}

impl FiguresPage {
    fn sum(&self, of: fn(&CountyRow) -> i64) -> i64 {
        self.rows.iter().map(of).sum()
    }

    fn households(&self) -> i64 {
        self.sum(|row| row.figures.households)
    }

    fn persons(&self) -> i64 {
        self.sum(|row| row.figures.persons)
    }

    fn open(&self) -> i64 {
        self.sum(|row| row.figures.documents_open)
    }

    fn decisions(&self) -> i64 {
        self.sum(|row| row.figures.decisions)
    }

    /// How dark a cell is, by its share of the largest; the number says the same.
    fn heat(&self, value: &i64, of: &str) -> u8 {
        let of: fn(&CountyRow) -> i64 = match of {
            "households" => |row| row.figures.households,
            "persons" => |row| row.figures.persons,
            "open" => |row| row.figures.documents_open,
            _ => |row| row.figures.decisions,
        };
        let most = self.rows.iter().map(of).max().unwrap_or(0);
        match (value * 3).checked_div(most) {
            _ if *value == 0 => 0,
            Some(third @ 0..=2) => third as u8 + 1,
            _ => 3,
        }
    }

    fn measures(&self, row: &CountyRow) -> String {
        row.measures.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>().join("、")
    }
}

pub async fn index(State(app): State<App>, frame: Frame, Who(actor): Who) -> Answer {
    let rows = figures::counties(&app, &actor).await?;
    page(&FiguresPage { frame, rows })
}
