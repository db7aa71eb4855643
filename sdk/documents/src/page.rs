//! Pages: what a plugin shows. Data only; the kernel draws it in the reader's language, masks names by the reader's office
//! and turns references into links. A plugin never sees a name: it points at people and households by id.

mod build;

pub use build::PageTable;

use crate::text::{Id, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Page {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Text>,
    /// What is still missing before the next step, drawn beside the stage path.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<Text>,
    pub blocks: Vec<Block>,
}

/// Meaning, never mere decoration; the kernel adds a word or sign to each colour.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Tone {
    #[default]
    Neutral,
    Good,
    Soon,
    Bad,
    Progress,
}

/// A kernel that does not know a kind draws its `fallback` or a note, never an error.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "block", rename_all = "kebab-case")]
pub enum Block {
    Heading {
        text: Text,
    },
    Paragraph {
        text: Text,
    },
    Note {
        tone: Tone,
        text: Text,
    },
    /// Label and value pairs.
    Facts {
        rows: Vec<Row>,
    },
    /// One to four big numbers.
    Figures {
        items: Vec<FigureItem>,
    },
    Table {
        columns: Vec<ColumnHead>,
        rows: Vec<TableRow>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        empty: Option<Text>,
    },
    /// A chain of reasons, drawn as the why tree.
    Reasons {
        outcome: Text,
        tone: Tone,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        amount: Option<i64>,
        reasons: Vec<ReasonLine>,
    },
    /// Steps already taken or to come.
    Timeline {
        items: Vec<TimelineItem>,
    },
    /// A form of the manifest, drawn in place.
    Form {
        form: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        action: Option<String>,
    },
    /// Starts a new line of thought: the following blocks go side by side on wide screens.
    Columns {
        columns: Vec<Vec<Block>>,
    },
    #[serde(untagged)]
    Unknown(serde_json::Value),
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Row {
    pub label: Text,
    pub value: Cell,
    /// Where it comes from: source and date, or the article.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct FigureItem {
    pub label: Text,
    pub value: Cell,
    #[serde(default)]
    pub tone: Tone,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ColumnHead {
    pub label: Text,
    /// Right-aligned with tabular figures.
    #[serde(default)]
    pub number: bool,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct TableRow {
    pub cells: Vec<Cell>,
    /// Where a click on the row leads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<Link>,
}

/// A value with its meaning, so that the kernel can format, mask and link it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "cell", rename_all = "kebab-case")]
pub enum Cell {
    Text {
        text: Text,
    },
    /// Fen.
    Money {
        fen: i64,
    },
    Number {
        number: i64,
    },
    /// Basis points, shown as a percentage.
    Ratio {
        basis_points: i64,
    },
    /// `2022-07-06`.
    Date {
        date: String,
    },
    /// A date with its distance: 还剩 3 个工作日.
    Due {
        date: String,
    },
    Person {
        person: Id,
    },
    Household {
        household: Id,
    },
    Division {
        division: String,
    },
    Badge {
        tone: Tone,
        text: Text,
    },
    /// A value of one of the kernel's code tables.
    Code {
        table: String,
        code: i64,
    },
    Empty,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "to", rename_all = "kebab-case")]
pub enum Link {
    Household {
        household: Id,
    },
    Document {
        document: Id,
    },
    Decision {
        decision: Id,
    },
    /// Another page of the same plugin.
    Page {
        page: String,
        #[serde(default)]
        query: std::collections::BTreeMap<String, String>,
    },
}

/// One step of the why tree; the words come from the manifest's reason table.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ReasonLine {
    /// `met`, `not-met`, `finding`.
    pub verdict: String,
    pub text: Text,
    pub article: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<Id>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct TimelineItem {
    pub date: String,
    pub text: Text,
    #[serde(default)]
    pub tone: Tone,
}
