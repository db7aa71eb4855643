//! The states a plugin's document passes through, who acts in each, and by when. The kernel enforces all of it before and
//! after a plugin is called: buttons are only a picture of this table.

use crate::text::Text;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Workflow {
    /// State of a document nobody has stored yet; actions from here create it.
    pub initial: String,
    /// The few steps a path at the top of the page shows: 受理 ─ 调查 ─ 公示 ─ 确认.
    pub stages: Vec<Stage>,
    pub states: Vec<State>,
    pub actions: Vec<Action>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Stage {
    pub id: String,
    pub label: Text,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct State {
    pub id: String,
    pub label: Text,
    /// The stage it belongs to; absent for endings outside the path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    /// The office that must act, by its role code; shown as the assignee.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// What that office is to do, in a few words: 入户调查.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub todo: Option<Text>,
    /// Counted from the day the state began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Deadline>,
    /// The overall clock stands still in this state (待补正).
    #[serde(default)]
    pub paused: bool,
    /// Nothing more happens to the document.
    #[serde(default)]
    pub last: bool,
}

/// How long, in which days, and by which rule. The day of the event is never counted.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Deadline {
    pub days: u32,
    pub count: DayCount,
    /// The rule that sets it: 民发〔2021〕57号 第十五条.
    #[serde(default)]
    pub article: String,
    /// The name of a parameter that overrides `days` for a county.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DayCount {
    /// 工作日: the statutory calendar with make-up days.
    Working,
    /// 自然日.
    Calendar,
    /// N whole days must pass after the start: posting from D for 7 days may end on D+8 (公示).
    FullDays,
}

/// A button. The kernel checks state, office and separation, asks the plugin, and checks the state it asks for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Action {
    pub id: String,
    /// A verb: 受理, 退回补正.
    pub label: Text,
    pub from: Vec<String>,
    /// States the effects may lead to.
    pub to: Vec<String>,
    /// Offices that may press it.
    pub roles: Vec<String>,
    /// The form asked before, by id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<String>,
    /// Pressable only from the day the state's deadline names (公示期满).
    #[serde(default)]
    pub after_deadline: bool,
    /// Nobody who took one of these actions on the document may take this one (调查人不得审核确认).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_by_actor_of: Vec<String>,
    /// The prominent button of the state.
    #[serde(default)]
    pub primary: bool,
    /// Asks once more before doing it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirm: Option<Text>,
    /// Not offered as a button: taken by jobs or events only.
    #[serde(default)]
    pub automatic: bool,
}

impl Workflow {
    pub fn state(&self, id: &str) -> Option<&State> {
        self.states.iter().find(|state| state.id == id)
    }

    pub fn action(&self, id: &str) -> Option<&Action> {
        self.actions.iter().find(|action| action.id == id)
    }

    /// Actions that leave a state, in the order they are declared.
    pub fn actions_from<'a>(&'a self, state: &'a str) -> impl Iterator<Item = &'a Action> {
        self.actions.iter().filter(move |action| action.from.iter().any(|from| from == state))
    }
}
