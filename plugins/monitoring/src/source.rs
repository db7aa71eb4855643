//! A department that sends data: the body of its document. One for each department of the list, drawn up by the daily job; a county may
//! add others by hand.

use crate::department::Department;
use crate::rules::compare::Sent;
use doudi_sdk::prelude::*;
use serde::{Deserialize, Serialize};

/// The collection.
pub const SOURCE: &str = "source";
/// Most sources a county keeps: one page of the kernel's answer.
pub const MOST: usize = 200;

/// 数据来源.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Source {
    /// Absent for one the county added.
    pub department: Option<Department>,
    pub name: String,
    /// 共享交换目录 or service it comes through.
    pub interface: String,
    pub contact: String,
    /// 已对接 since.
    pub connected: Option<Date>,
    /// Must be compared with every month until it is interconnected (通知第一条).
    pub required: bool,
}

impl Source {
    /// A department of the list, not interconnected yet.
    pub fn seed(department: Department) -> DocumentPut {
        let body = Source {
            department: Some(department),
            name: department.label().to_owned(),
            required: department.in_notice(),
            ..Source::default()
        };
        body.open(department.code())
    }

    /// A new source.
    pub fn open(&self, key: &str) -> DocumentPut {
        DocumentPut::create(SOURCE, format!("数据来源：{}", self.name))
            .key(key)
            .state("manual")
            .index("department", key)
            .note("未实现共享对接前，每月至少进行1次信息比对")
            .body(self)
    }

    /// Moves the document on with this body.
    pub fn to(&self, document: &Document, state: &str, note: impl Into<String>) -> DocumentPut {
        document.to(state).title(format!("数据来源：{}", self.name)).note(note).body(self)
    }

    /// As the rates count it.
    pub fn sent(&self, compared: bool) -> Sent {
        Sent { name: self.name.clone(), required: self.required, connected: self.connected, compared }
    }
}

/// Every source in use, in order of id.
///
/// # Errors
/// As [`documents::find`].
pub fn all() -> Result<Vec<(Document, Source)>> {
    documents::bodies(documents::Query::of(SOURCE).states(&["manual", "connected"]))
}
