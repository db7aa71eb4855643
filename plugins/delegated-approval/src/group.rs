//! The body of a town's joint examination and approval group (联审联批领导小组): members of several departments, each for a time. Members
//! with an account are known by it; others by department and office, since a measure knows no names.

use crate::rules::vote::Seat;
use doudi_sdk::prelude::*;
use serde::{Deserialize, Serialize};

/// The collection.
pub const GROUP: &str = "group";

/// 联审联批组.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Group {
    pub town: i64,
    pub members: Vec<Member>,
}

/// A member, for a time.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Member {
    /// Never given twice in a group.
    pub seat: Seat,
    /// The account, where there is one.
    pub user: Option<Id>,
    /// A word of [`DEPARTMENTS`].
    pub department: String,
    /// 职务.
    pub office: String,
    /// A word of [`ROLES`].
    pub role: String,
    pub from: Date,
    /// Inclusive.
    pub to: Option<Date>,
}

/// Departments of a town that sit in the group.
pub const DEPARTMENTS: [(&str, &str); 12] = [
    ("leader", "党委、政府（街道）领导"),
    ("civil", "民政"),
    ("finance", "财政"),
    ("labour", "人社"),
    ("police", "公安派出所"),
    ("health", "卫健"),
    ("insurance", "医保"),
    ("housing", "住建"),
    ("rural", "乡村振兴"),
    ("disabled", "残联"),
    ("discipline", "纪检监察"),
    ("village", "村（居）"),
];

/// What a member is in the group.
pub const ROLES: [(&str, &str); 3] = [("lead", "组长"), ("deputy", "副组长"), ("member", "成员")];

fn word(words: &[(&'static str, &'static str)], code: &str) -> &'static str {
    words.iter().find(|(known, _)| *known == code).map_or("其他", |(_, word)| word)
}

impl Member {
    pub fn serves_on(&self, day: Date) -> bool {
        self.from <= day && self.to.is_none_or(|to| day <= to)
    }

    /// `2号 副组长 民政 民政办主任`.
    pub fn label(&self) -> String {
        format!("{}号 {} {} {}", self.seat, self.role_word(), self.department_word(), self.office)
    }

    pub fn role_word(&self) -> &'static str {
        word(&ROLES, &self.role)
    }

    pub fn department_word(&self) -> &'static str {
        word(&DEPARTMENTS, &self.department)
    }
}

impl Group {
    /// Who belongs to it on a day.
    pub fn on(&self, day: Date) -> Vec<Member> {
        self.members.iter().filter(|member| member.serves_on(day)).cloned().collect()
    }

    pub fn next_seat(&self) -> Seat {
        self.members.iter().map(|member| member.seat).max().unwrap_or(0) + 1
    }
}

/// The group of a town, if it has one.
///
/// # Errors
/// As [`documents::find`].
pub fn of_town(town: i64) -> Result<Option<(Document, Group)>> {
    let found = documents::first(documents::Query::of(GROUP).state("standing").index("town", town))?;
    found.map(|document| document.body().map(|body| (document, body))).transpose()
}
