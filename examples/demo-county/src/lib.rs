//! The demonstration county: a seeded roster of invented families of realistic make-up, and the few families whose cases the
//! guide and the browser test follow by name. Nothing here knows a database or a plugin: it writes the same workbook a clerk
//! would fill in, and the importer users have reads it.
//!
//! Reading order: [`random`] → [`identity`] → [`names`] → [`family`] → [`make_up`] → [`stories`] → [`workbook`] → [`template`] → [`clerk`] → [`cases`].

#[cfg(feature = "server")]
pub mod cases;
pub mod clerk;
pub mod family;
pub mod identity;
pub mod make_up;
pub mod names;
pub mod random;
pub mod stories;
#[cfg(feature = "server")]
pub mod template;
pub mod workbook;

use doudi_domain::{County, Date, Division, DivisionCode, Level};
use family::Family;
use make_up::Maker;

/// What makes one roster: the same plan gives the same bytes of data.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub county: County,
    /// Ages are counted on this day.
    pub day: Date,
    pub seed: u64,
    pub households: usize,
}

/// The families of the stories first (in the county they live in), then as many others as the plan asks for.
pub fn roster(divisions: &[Division], plan: &Plan) -> Vec<Family> {
    let mut maker = Maker::new(divisions, plan.county, plan.day, plan.seed);
    let mut families = stories::families(&mut maker);
    while families.len() < plan.households {
        families.push(maker.family());
    }
    families
}

/// Reads `code,name,level,parent` with a heading line, as in `data/wuhu-divisions.csv`.
pub fn divisions(csv: &str) -> anyhow::Result<Vec<Division>> {
    csv.lines()
        .skip(1)
        .filter(|line| !line.trim().is_empty())
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            let [code, name, level, parent] = cells[..] else { anyhow::bail!("“{line}” has not four columns") };
            Ok(Division {
                code: DivisionCode::parse(code)?,
                name: name.to_owned(),
                level: Level::parse(level).ok_or_else(|| anyhow::anyhow!("“{level}” is no level"))?,
                parent: if parent.trim().is_empty() { None } else { Some(DivisionCode::parse(parent)?) },
            })
        })
        .collect()
}
