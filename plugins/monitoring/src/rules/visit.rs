//! Whether a visit is to be believed. An alert may not be closed without one, and a visit nobody made leaves traces: two homes in one
//! minute, a way no car can make, a photo that was taken elsewhere, a form filled in days later at the desk.
//!
//! Distances are integers: on the scale of a county a millionth of a degree of latitude is 0.1113 m; of longitude, at 31° north, 0.0954 m.

use doudi_sdk::prelude::*;
use serde::{Deserialize, Serialize};

/// 入户核实: who was there, when, where, whom they met, and what photos show.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Visit {
    /// The user who says so; absent when another measure told of it.
    pub by: Option<Id>,
    pub at: Option<Moment>,
    /// The day, where no minute is known.
    pub on: Date,
    /// Members met; empty: neighbours or nobody.
    pub met: Vec<Id>,
    pub position: Option<Position>,
    /// Why there is no position.
    pub no_position: String,
    /// Digests of the photos.
    pub photos: Vec<String>,
    pub found: String,
    /// When it was written down on the phone, if it was.
    pub taken: Option<Moment>,
    /// Whether another measure's visit had a position and how many photos: it does not hand them on.
    pub elsewhere: bool,
}

/// A county's limits; what it has not set is not examined.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    /// Fewest minutes between two homes.
    pub minutes: Option<i64>,
    /// Fastest way between two homes, km/h.
    pub speed: Option<i64>,
    /// Worst accuracy of a position, metres.
    pub accuracy: Option<i64>,
}

/// Another visit of the same officer, or with the same photo.
#[derive(Debug, Clone)]
pub struct Other {
    pub household: Option<Id>,
    pub visit: Visit,
}

/// Metres between two positions, rounded down; `None` where one is no position.
pub fn metres(from: &Position, to: &Position) -> Option<i64> {
    let north = (from.latitude_micro()? - to.latitude_micro()?) * 1_113 / 10_000;
    let east = (from.longitude_micro()? - to.longitude_micro()?) * 954 / 10_000;
    u64::try_from(north * north + east * east).ok().map(u64::isqrt).and_then(|metres| i64::try_from(metres).ok())
}

/// Everything that speaks against a visit to `household`, alerted on `raised`, as it is registered on `today`.
pub fn doubts(visit: &Visit, household: Id, raised: Date, today: Date, limits: &Limits, others: &[Other]) -> Problems {
    let mut problems = Problems::new();
    if visit.on < raised {
        problems.add("at", format!("入户时间早于预警日期{}，应当在预警之后入户核实", raised.chinese()));
    }
    if visit.on > today {
        problems.add("at", "入户时间晚于今天，请核对");
    }
    if let (Some(at), Some(taken)) = (visit.at, visit.taken)
        && taken < at
    {
        problems.add("at", format!("手机上的登记时间{}早于填写的入户时间，请核对", shown(taken)));
    }
    if visit.photos.is_empty() {
        problems.add("photos", "请上传入户照片");
    }
    match &visit.position {
        None if visit.no_position.is_empty() => {
            problems.add("position", "没有定位；确实无法定位的，请写明原因，县级将抽查");
        }
        Some(position) if !position.is_valid() => problems.add("position", "定位数据不正确，请重新定位"),
        Some(Position { accuracy: Some(accuracy), .. })
            if limits.accuracy.is_some_and(|most| i64::from(*accuracy) > most) =>
        {
            problems.add("position", format!("定位误差 {accuracy} 米，过大，请到室外重新定位，或者写明原因"));
        }
        _ => {}
    }
    for other in others.iter().filter(|other| other.household != Some(household)) {
        if other.visit.photos.iter().any(|photo| visit.photos.contains(photo)) {
            problems.add("photos", "照片与另一户的入户照片相同，请上传在本户拍摄的照片");
        }
        if other.visit.by != visit.by || visit.by.is_none() {
            continue;
        }
        let (Some(at), Some(before)) = (visit.at, other.visit.at) else { continue };
        let minutes = before.minutes_until(at).abs();
        if limits.minutes.is_some_and(|fewest| minutes < fewest) {
            problems.add("at", format!("与您在另一户的入户时间{}只隔 {minutes} 分钟，请核对", shown(before)));
        } else if let (Some(speed), Some(here), Some(there)) = (limits.speed, &visit.position, &other.visit.position)
            && let Some(way) = metres(here, there)
            && way * 60 > speed * 1_000 * minutes
        {
            problems
                .add("position", format!("{minutes} 分钟前后的两次入户相距 {way} 米，不可能到达，请核对时间和定位"));
        }
    }
    problems
}

fn shown(moment: Moment) -> String {
    format!("{}{}时{:02}分", moment.date.chinese(), moment.hour(), moment.minute())
}
