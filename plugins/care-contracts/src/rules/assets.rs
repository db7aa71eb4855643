//! 财产: the limits of 特困 people (43号 第六条、第七条; the city sets them) and of low-income families, which decide whether an
//! obligor on the file is able (第八条). A limit the county has not set is not compared, and the trail says so.

use crate::codes::{Asset, reason};
use crate::parameters::Params;
use doudi_sdk::prelude::*;

/// What a person owns on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Owned {
    /// Deposits, securities, funds, insurance, claims, housing fund; fen.
    pub financial: i64,
    pub vehicles: i64,
    pub homes: i64,
    pub shops: i64,
    pub companies: i64,
}

/// Qualifiers of the catalogue: only an ordinary vehicle, a home lived in or another one, an operating company count.
pub fn owned(assets: &[Item<Asset>], on: Date) -> Owned {
    let mut owned = Owned::default();
    for item in assets.iter().filter(|item| item.covers(on)) {
        match item.kind {
            Asset::Vehicle => owned.vehicles += i64::from(item.qualifier == 0),
            Asset::Home => owned.homes += i64::from(matches!(item.qualifier, 0 | 3)),
            Asset::Shop => owned.shops += 1,
            Asset::Company => owned.companies += i64::from(item.qualifier == 0),
            _ => owned.financial += item.value.0,
        }
    }
    owned
}

/// Whether the person's assets are within the limits of 特困 people.
pub fn pass(assets: &[Item<Asset>], params: &Params, on: Date, trail: &mut Trail) -> bool {
    let owned = owned(assets, on);
    let mut pass = true;
    let mut unset = 0;
    match params.financial_months {
        Some(months) if owned.financial > months * params.standard => {
            trail.say(reason::FINANCIAL_OVER, [owned.financial, months * params.standard, months]);
            pass = false;
        }
        Some(_) => {}
        None => unset += i64::from(owned.financial > 0),
    }
    for (count, limit, over) in [
        (owned.vehicles, params.vehicle_limit, reason::VEHICLE_OVER),
        (owned.homes, params.home_limit, reason::HOME_OVER),
        (owned.shops, params.shop_limit, reason::SHOP_OVER),
        (owned.companies, params.company_limit, reason::COMPANY_OVER),
    ] {
        match limit {
            Some(limit) if count > limit => {
                trail.say(over, [count, limit]);
                pass = false;
            }
            Some(_) => {}
            None => unset += i64::from(count > 0),
        }
    }
    if unset > 0 {
        trail.say(reason::ASSETS_UNSET, [unset]);
    }
    if pass {
        trail.say(reason::ASSETS_PASS, []);
    }
    pass
}

/// Whether an obligor's assets on the file are those of a low-income family: financial assets within the county's months, and
/// no car, second home, shop or company.
pub fn is_low(assets: &[Item<Asset>], params: &Params, on: Date) -> bool {
    let owned = owned(assets, on);
    let months = params.low_income_months;
    months.is_none_or(|months| owned.financial <= months * params.standard)
        && owned.vehicles == 0
        && owned.homes <= 1
        && owned.shops == 0
        && owned.companies == 0
}
