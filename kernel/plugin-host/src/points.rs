//! The extension points by name: as the manifest writes them, as the component exports them, as they are recorded.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Version of the contract this kernel speaks, and of the interfaces it lends.
pub(crate) const CONTRACT: semver::Version = semver::Version::new(1, 3, 0);
/// Version of the extension points: an interface plugins export never changes.
pub(crate) const POINTS: semver::Version = semver::Version::new(1, 0, 0);

/// What a plugin may implement.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Point {
    Assess,
    Act,
    React,
    Tick,
    View,
    Fill,
    Answer,
    Indicators,
    Intake,
    Migrate,
    CheckSettings,
}

impl Point {
    pub const ALL: [Point; 11] = [
        Point::Assess,
        Point::Act,
        Point::React,
        Point::Tick,
        Point::View,
        Point::Fill,
        Point::Answer,
        Point::Indicators,
        Point::Intake,
        Point::Migrate,
        Point::CheckSettings,
    ];

    /// The word in manifests and in `wit/measure/`.
    pub const fn code(self) -> &'static str {
        match self {
            Point::Assess => "assess",
            Point::Act => "act",
            Point::React => "react",
            Point::Tick => "tick",
            Point::View => "view",
            Point::Fill => "fill",
            Point::Answer => "answer",
            Point::Indicators => "indicators",
            Point::Intake => "intake",
            Point::Migrate => "migrate",
            Point::CheckSettings => "check-settings",
        }
    }

    /// What it is for, to an officer.
    pub const fn zh(self) -> &'static str {
        match self {
            Point::Assess => "资格评估",
            Point::Act => "办理",
            Point::React => "事件处理",
            Point::Tick => "定期任务",
            Point::View => "页面",
            Point::Fill => "表单联动",
            Point::Answer => "答复其他措施",
            Point::Indicators => "督查指标",
            Point::Intake => "数据接入",
            Point::Migrate => "数据升级",
            Point::CheckSettings => "设置检查",
        }
    }

    pub fn parse(text: &str) -> Option<Point> {
        Point::ALL.into_iter().find(|point| point.code() == text)
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Kernel interfaces a plugin may import, as manifests write them and as files stand in `wit/kernel/`.
pub(crate) const IMPORTS: [&str; 9] =
    ["records", "documents", "decisions", "parameters", "calendar", "questions", "payments", "divisions", "log"];
