//! 协理员配备: every village with its 户籍人口, what it is to have, what it has and what is missing; how long posts stood empty; and how
//! many recipients a coordinator has.

use super::words::gap;
use super::{Line, date, sheet};
use crate::cases;
use crate::establishment::{Establishment, Place};
use crate::rules::staffing;
use crate::scorecard;
use crate::settings::Settings;
use doudi_sdk::doc::page::{ColumnHead, FigureItem};
use doudi_sdk::prelude::*;
use std::collections::BTreeMap;

/// The table; `list=required` leaves out villages that are to have none, `town` shows one town.
pub fn table(context: &Context, request: &PageRequest) -> Result<Page> {
    let settings: Settings = context.settings()?;
    let day = date(request, "on").unwrap_or(context.today);
    let establishment = Establishment::on(day, &settings, context.actor.division)?;
    let mut places: Vec<&Place> = match request.query("list") {
        Some("required") => scorecard::required(&establishment),
        _ => establishment.places.iter().collect(),
    };
    let page = heading(&establishment, &places);
    let towns = towns(&places, day);
    let town = request.query("town").map(|town| town.parse::<i64>().unwrap_or(0));
    let page = match town {
        Some(town) => {
            places.retain(|place| place.town.unwrap_or(0) == town);
            page
        }
        None => page.heading("按镇（街）").table(towns).heading("村（居）"),
    };
    let heads = vec![
        ColumnHead::new("镇（街）"),
        ColumnHead::new("村（居）"),
        ColumnHead::number("户籍人口"),
        ColumnHead::new("统计日期"),
        ColumnHead::number("应配"),
        ColumnHead::number("在岗"),
        ColumnHead::new("情况"),
    ];
    let lines = places.iter().map(|place| line(place)).collect();
    Ok(sheet(page, request, heads, lines, "没有需要列出的村（居）。"))
}

fn heading(establishment: &Establishment, places: &[&Place]) -> Page {
    let (filled, required) = staffing::staffing(places.iter().map(|place| place.village()));
    let heads: usize = places.iter().map(|place| place.in_post.len()).sum();
    let missing = required - filled;
    // Where no population is on record nobody is required, and no share is anything.
    let rate = if required == 0 { Cell::text("—") } else { Cell::ratio(filled * 10_000 / required) };
    let page = Page::new("协理员配备").figures([
        FigureItem::new("应配", Cell::number(required)),
        FigureItem::new("在岗", Cell::number(heads as i64)),
        FigureItem::new("缺额", Cell::number(missing)).tone(if missing > 0 { Tone::Bad } else { Tone::Good }),
        FigureItem::new("配备率", rate),
    ]);
    let note = match &establishment.settled {
        Some(_) => format!("应配人数按{}年核定编配。", establishment.day.year()),
        None => format!("{}年编配尚未核定，应配人数按户籍人口测算。", establishment.day.year()),
    };
    let page = page.paragraph(format!("{note}超配的村（居）不抵减其他村（居）的缺额。"));
    let unknown = places.iter().filter(|place| place.basis.is_none()).count();
    if unknown == 0 {
        return page;
    }
    page.note(Tone::Soon, format!("{unknown} 个村（居）没有户籍人口记录，无法测算。请在“户籍人口”中录入或导入。"))
}

/// By the town that answers; villages of a park nobody answers for stand apart.
fn towns(places: &[&Place], day: Date) -> PageTable {
    let mut towns: BTreeMap<i64, Vec<&Place>> = BTreeMap::new();
    for place in places {
        towns.entry(place.town.unwrap_or(0)).or_default().push(place);
    }
    let mut table = PageTable::new([
        ColumnHead::new("镇（街）"),
        ColumnHead::number("村（居）"),
        ColumnHead::number("应配"),
        ColumnHead::number("计入在岗"),
        ColumnHead::number("缺额"),
    ]);
    for (town, places) in towns {
        let (filled, required) = staffing::staffing(places.iter().map(|place| place.village()));
        let name = match town {
            0 => Cell::badge(Tone::Soon, "园区村居，请在设置中指定责任镇街"),
            town => Cell::division(town),
        };
        table = table.linked_row(
            Link::page("divisions").with("town", town).with("on", day),
            [
                name,
                Cell::number(places.len() as i64),
                Cell::number(required),
                Cell::number(filled),
                Cell::number(required - filled),
            ],
        );
    }
    table
}

fn line(place: &Place) -> Line {
    let village = place.village();
    let population = match place.row.population.or(place.basis.map(|basis| basis.count)) {
        Some(count) => Cell::number(i64::from(count)),
        None => Cell::badge(Tone::Soon, "未记录"),
    };
    let on = place.row.on.or(place.basis.map(|basis| basis.on));
    let cells = vec![
        place.town.map_or(Cell::Empty, Cell::division),
        Cell::division(place.division),
        population,
        on.map_or(Cell::Empty, Cell::date),
        match &place.row.raised {
            Some(raised) => {
                Cell::text(format!("{}（按人口 {}，{}）", raised.number, place.row.by_notice, raised.reason))
            }
            None => Cell::number(i64::from(village.required)),
        },
        Cell::number(i64::from(village.actual)),
        gap(village.required, village.actual),
    ];
    (Some(Link::page("posts").with("division", place.division)), cells)
}

/// 岗位空缺: days in a period.
pub fn vacancies(context: &Context, request: &PageRequest) -> Result<Page> {
    let settings: Settings = context.settings()?;
    let to = date(request, "to").unwrap_or(context.today);
    let from = date(request, "from").unwrap_or_else(|| to.first_of_month());
    if from.add_years(1) < to {
        return Err(Refusal::invalid("时段不能超过一年"));
    }
    let establishment = Establishment::on(to, &settings, context.actor.division)?;
    let found = scorecard::vacancies(&establishment, &settings, from, to);
    let empty: i64 = found.iter().map(|(_, (empty, _))| empty).sum();
    let lines = found
        .iter()
        .map(|(place, (empty, all))| {
            let tone = if *empty > 0 { Tone::Bad } else { Tone::Good };
            let cells = vec![
                Cell::division(place.division),
                Cell::number(i64::from(place.row.number())),
                Cell::number(*all),
                Cell::badge(tone, empty.to_string()),
            ];
            (Some(Link::page("posts").with("division", place.division)), cells)
        })
        .collect();
    let heads = vec![
        ColumnHead::new("村（居）"),
        ColumnHead::number("应配"),
        ColumnHead::number("应在岗天数"),
        ColumnHead::new("空缺天数"),
    ];
    let page = Page::new("岗位空缺").paragraph(format!("{}至{}，共空缺 {empty} 天。", from.chinese(), to.chinese()));
    Ok(sheet(page, request, heads, lines, "没有应配协理员的村（居）。"))
}

/// 服务对象: recipients of every benefit that tells, for each coordinator.
pub fn load(context: &Context, request: &PageRequest) -> Result<Page> {
    let settings: Settings = context.settings()?;
    let establishment = Establishment::on(context.today, &settings, context.actor.division)?;
    let recipients = cases::recipients(context.today)?;
    let mut places: Vec<&Place> = establishment.places.iter().collect();
    let persons = |place: &Place| recipients.get(&place.division).copied().unwrap_or(0);
    places.sort_by_key(|place| (std::cmp::Reverse(persons(place)), place.division));
    let lines = places
        .iter()
        .map(|place| {
            let (persons, heads) = (persons(place), place.in_post.len() as i64);
            let each = match heads {
                0 if persons > 0 => Cell::badge(Tone::Bad, "无人负责"),
                0 => Cell::Empty,
                heads => Cell::number((persons + heads - 1) / heads),
            };
            let cells = vec![Cell::division(place.division), Cell::number(persons), Cell::number(heads), each];
            (Some(Link::page("posts").with("division", place.division)), cells)
        })
        .collect();
    let heads = vec![
        ColumnHead::new("村（居）"),
        ColumnHead::number("在保对象（人）"),
        ColumnHead::number("在岗协理员"),
        ColumnHead::number("人均服务对象"),
    ];
    Ok(sheet(Page::new("服务对象"), request, heads, lines, "没有村（居）。"))
}
