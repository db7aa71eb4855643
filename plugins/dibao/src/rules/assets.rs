//! Assets (民发〔2021〕57号 第十四条). The article names the categories; every limit is the county's: financial assets per head in
//! months of the standard, how many vehicles, homes, shop premises and companies. What a county has not set is not examined,
//! and the trail says so.

use crate::codes::Asset;
use crate::codes::reason;
use crate::family::Family;
use crate::parameters::Params;
use doudi_sdk::prelude::*;

/// Whether the assets are within the limits, and the financial sum.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Holding {
    pub pass: bool,
    pub financial: i64,
}

/// Code table `vehicle-kind`.
const VEHICLE_SCOOTER: i32 = 1;
const VEHICLE_SCRAPPED: i32 = 2;
const VEHICLE_FARM: i32 = 3;
/// Code table `home-kind`.
const HOME_RESETTLEMENT: i32 = 1;
const HOME_INHERITED_SHARE: i32 = 2;

/// A kind as one bit of a set of kinds.
const fn bit(kind: Asset) -> u32 {
    1 << kind as u32
}

/// What is counted by pieces. Everything else (deposits, securities, funds, policies, claims, the housing fund) is financial.
const TANGIBLE: u32 = bit(Asset::Vehicle) | bit(Asset::Home) | bit(Asset::Shop) | bit(Asset::Company);

/// Adds up and compares the assets of the members `includes` says yes to; `heads` is how many they are. A scooter for the
/// disabled and a scrapped vehicle are no vehicles, an inherited share is no home, a dormant company and membership of a
/// co-operative are no company; farm machinery and resettlement homes by the county's word.
pub fn examine(
    family: &Family,
    on: Date,
    params: &Params,
    heads: i64,
    financial_months: Option<i64>,
    includes: impl Fn(usize) -> bool,
    trail: &mut Trail,
) -> Holding {
    let (mut financial, mut vehicles, mut homes, mut shops, mut companies) = (0_i64, 0_i64, 0_i64, 0_i64, 0_i64);
    let (mut vehicles_exempt, mut homes_exempt, mut companies_exempt) = (0_i64, 0_i64, 0_i64);
    for (_, member) in family.members.iter().enumerate().filter(|(index, _)| includes(*index)) {
        for item in &member.assets {
            if item.from > on || item.to.is_some_and(|to| to < on) {
                continue;
            }
            match item.kind {
                Asset::Vehicle => match item.qualifier {
                    VEHICLE_SCOOTER | VEHICLE_SCRAPPED => vehicles_exempt += 1,
                    VEHICLE_FARM if params.farm_machinery_exempt => vehicles_exempt += 1,
                    _ => vehicles += 1,
                },
                Asset::Home => match item.qualifier {
                    HOME_INHERITED_SHARE => homes_exempt += 1,
                    HOME_RESETTLEMENT if params.resettlement_exempt => homes_exempt += 1,
                    _ => homes += 1,
                },
                Asset::Shop => shops += 1,
                Asset::Company => match item.qualifier {
                    0 => companies += 1,
                    _ => companies_exempt += 1,
                },
                _ => financial += item.value.0,
            }
        }
    }

    let facts = |trail: &mut Trail, wanted: u32| {
        for (_, member) in family.members.iter().enumerate().filter(|(index, _)| includes(*index)) {
            for item in member.assets.iter().filter(|item| bit(item.kind) & wanted != 0) {
                trail.fact(item.fact);
            }
        }
    };
    let mut pass = true;
    let mut unset = 0;
    match financial_months {
        Some(months) => {
            // Months of S per head; exactly the limit still passes.
            let limit = params.standard * heads * months;
            let within = financial <= limit;
            pass &= within;
            if financial > 0 {
                let sentence = if within { reason::FINANCIAL_WITHIN } else { reason::FINANCIAL_OVER };
                trail.say(sentence, [financial, limit, months]);
                facts(trail, !TANGIBLE);
            }
        }
        None => unset += 1,
    }
    let counts: [(i64, Option<i64>, Asset, ReasonCode<2>); 4] = [
        (vehicles, params.vehicle_limit, Asset::Vehicle, reason::VEHICLE_OVER),
        (homes, params.home_limit, Asset::Home, reason::HOME_OVER),
        (shops, params.shop_limit, Asset::Shop, reason::SHOP_OVER),
        (companies, params.company_limit, Asset::Company, reason::COMPANY_OVER),
    ];
    for (count, limit, kind, sentence) in counts {
        match limit {
            Some(limit) if count > limit => {
                pass = false;
                trail.say(sentence, [count, limit]);
                facts(trail, bit(kind));
            }
            Some(_) => {}
            None => unset += 1,
        }
    }
    let exempt: [(i64, Asset, ReasonCode<1>); 3] = [
        (vehicles_exempt, Asset::Vehicle, reason::VEHICLE_EXEMPT),
        (homes_exempt, Asset::Home, reason::HOME_EXEMPT),
        (companies_exempt, Asset::Company, reason::COMPANY_EXEMPT),
    ];
    for (count, kind, sentence) in exempt {
        if count > 0 {
            trail.say(sentence, [count]);
            facts(trail, bit(kind));
        }
    }
    if pass && unset < 5 {
        trail.say(reason::ASSETS_PASS, []);
    }
    if unset > 0 {
        trail.say(reason::ASSETS_UNSET, [unset]);
    }
    Holding { pass, financial }
}
