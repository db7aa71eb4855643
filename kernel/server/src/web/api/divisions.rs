//! The tree of divisions over the API: the caller's part of it, and importing.

use super::calendar::Changed;
use super::call::{Call, Raw};
use super::exports::Csv;
use super::problem::Answer;
use super::reply::Shown;
use super::shape::Place;
use crate::app::division;
use serde::Serialize;
use utoipa::ToSchema;

/// 管辖范围内的区划及其上级
#[derive(Serialize, ToSchema)]
pub struct Divisions {
    items: Vec<Division>,
}

/// 区划
#[derive(Serialize, ToSchema)]
struct Division {
    code: Place,
    name: String,
    /// city、county、town 或 village
    level: &'static str,
    parent: Option<Place>,
}

pub async fn index(call: Call) -> Answer<Shown<Divisions>> {
    let tree = division::tree(&call.app, &call.actor).await?;
    let items = tree.iter().map(|division| Division {
        code: Place(division.code),
        name: division.name.clone(),
        level: division.level.code(),
        parent: division.parent.map(Place),
    });
    Ok(Shown(Divisions { items: items.collect() }))
}

pub async fn import(call: Call, file: Raw<Csv>) -> Answer<Shown<Changed>> {
    Ok(Shown(Changed { changed: division::import(&call.app, &call.actor, &file.content).await? }))
}
