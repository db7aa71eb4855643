//! 网格: every grid with its village and the number of households on its list.

use super::{more, window};
use crate::actions::grid::all;
use crate::patrol::{OPEN, PATROL};
use crate::rules::patrol::week_of;
use doudi_sdk::doc::page::{ColumnHead, FigureItem};
use doudi_sdk::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Households of a grid, and those to be visited by Sunday.
#[derive(Debug, Clone, Copy, Default)]
struct Load {
    households: i64,
    due: i64,
}

pub fn page(context: &Context, request: &PageRequest) -> Result<Page> {
    let grids: Vec<_> = all()?.into_iter().filter(|(document, _)| document.state == "active").collect();
    let loads = loads(context.today)?;
    let with_grid: BTreeSet<i64> = grids.iter().map(|(_, grid)| grid.village).collect();
    // A village nobody patrols is what the page is for: units that are no villages need none.
    let without: Vec<Division> = divisions::list()?
        .into_iter()
        .filter(|place| place.is_real_village() && in_area(context, place.code) && !with_grid.contains(&place.code))
        .collect();
    let mut table = PageTable::new([
        ColumnHead::new("村（社区）"),
        ColumnHead::new("网格"),
        ColumnHead::number("重点家庭"),
        ColumnHead::number("本周应走访"),
    ])
    .empty("还没有网格。请用“新建网格”按村（社区）建立。");
    let (_, shown, next) = window(&grids, request, "grids");
    for (document, grid) in shown {
        let load = loads.get(&document.id).copied().unwrap_or_default();
        table = table.linked_row(
            Link::Document { document: document.id },
            [
                Cell::division(grid.village),
                Cell::text(grid.title()),
                Cell::number(load.households),
                Cell::number(load.due),
            ],
        );
    }
    let tone = if without.is_empty() { Tone::Good } else { Tone::Bad };
    let page = Page::new("网格")
        .figures([
            FigureItem::new("网格", Cell::number(grids.len() as i64)),
            FigureItem::new("重点家庭", Cell::number(loads.values().map(|load| load.households).sum::<i64>())),
            FigureItem::new("没有网格的村（社区）", Cell::number(without.len() as i64)).tone(tone),
        ])
        .table(table);
    let page = more(page, next);
    if without.is_empty() {
        return Ok(page);
    }
    let missing = without.iter().take(super::PAGE);
    let missing =
        missing.fold(PageTable::new(["村（社区）"]), |table, place| table.row([Cell::division(place.code)]));
    Ok(page.heading("没有网格的村（社区）").table(missing))
}

/// Whether a village lies in the part of the county the actor works in.
fn in_area(context: &Context, village: i64) -> bool {
    let own = context.actor.division;
    let width = match own {
        county if county % 1_000_000 == 0 => 1_000_000,
        town if town % 1_000 == 0 => 1_000,
        _ => 1,
    };
    village / width == own / width
}

fn loads(today: Date) -> Result<BTreeMap<Id, Load>> {
    let (_, sunday) = week_of(today);
    let mut loads: BTreeMap<Id, Load> = BTreeMap::new();
    documents::scan(documents::Query::of(PATROL).states(&OPEN), &["due", "/grid"], |patrol| {
        let load = loads.entry(patrol.id_of("/grid").unwrap_or_default()).or_default();
        load.households += 1;
        load.due += i64::from(patrol.date("due").is_some_and(|due| due <= sunday));
        Ok(())
    })?;
    Ok(loads)
}
