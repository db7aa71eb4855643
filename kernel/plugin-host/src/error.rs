//! How a call can end without an answer. A plugin's own **refusal** is an answer by rule and is shown to the user as such;
//! everything else is a **failure** of that plugin, which names plugin, version, point and cause, and changes nothing for
//! anybody else.

use crate::points::Point;
use doudi_domain::{Error, Problem};
use std::fmt;
use std::time::Duration;

#[derive(Debug)]
pub enum CallError {
    /// The plugin says no, with its reasons: `refused`, `invalid` or `not-found`.
    Refused { code: String, message: String, problems: Vec<Problem> },
    /// The plugin, or the kernel on its behalf, failed.
    Failed(Box<Failed>),
}

/// Which plugin failed, where, and why.
#[derive(Debug)]
pub struct Failed {
    pub plugin: String,
    pub version: String,
    pub point: Point,
    pub cause: Cause,
}

/// Why a call failed.
#[derive(Debug)]
pub enum Cause {
    /// The plugin does not export this point.
    NotOffered,
    /// It wished or asked what the county has not granted, or what its manifest does not declare.
    Denied { capability: String },
    /// It computed longer than allowed.
    OutOfTime { limit: Duration },
    /// It wanted more memory than allowed; the limit in bytes.
    OutOfMemory { limit: usize },
    /// It broke off: a panic, an endless recursion, an access outside its memory. `detail` is the engine's own account.
    Trapped { reason: &'static str, detail: String },
    /// What it returned cannot be used.
    BadOutput { message: String },
    /// It exceeded a count or a size.
    TooMuch { message: String },
    /// Too many calls at this moment; nothing is wrong with the plugin.
    Busy,
    /// It failed too often in this county and rests for a while.
    Quarantined { remaining: Duration },
    /// It reports an error of its own that is not a refusal.
    Reported { code: String, message: String },
    /// The kernel could not read for it; nothing is wrong with the plugin.
    Reads(Error),
    /// The engine could not make an instance of it.
    NotStarted { detail: String },
    /// A replay asked for something the record does not hold.
    Diverged,
}

impl CallError {
    pub(crate) fn failed(plugin: &crate::Plugin, point: Point, cause: Cause) -> CallError {
        CallError::Failed(Box::new(Failed {
            plugin: plugin.id().to_owned(),
            version: plugin.version().to_string(),
            point,
            cause,
        }))
    }

    /// Why it failed; `None` for a refusal.
    pub fn cause(&self) -> Option<&Cause> {
        match self {
            CallError::Refused { .. } => None,
            CallError::Failed(failed) => Some(&failed.cause),
        }
    }

    /// A stable word for records and metrics.
    pub fn code(&self) -> &str {
        match self {
            CallError::Refused { code, .. } => code,
            CallError::Failed(failed) => failed.cause.code(),
        }
    }

    /// As the rest of the house knows errors: a refusal stays one, a failure carries its inner account for the operator.
    pub fn into_domain(self) -> Error {
        let outside = self.to_string();
        match self {
            CallError::Refused { code, problems, .. } if code == "invalid" && !problems.is_empty() => {
                Error::Invalid(problems)
            }
            CallError::Refused { message, problems, .. } => Error::Refused { message, problems },
            CallError::Failed(failed) => match failed.cause {
                Cause::Reads(error) => error,
                Cause::Trapped { detail, .. } | Cause::NotStarted { detail } => Error::failure(outside, detail),
                ref cause => Error::failure(&outside, cause.code()),
            },
        }
    }
}

impl Cause {
    pub const fn code(&self) -> &'static str {
        match self {
            Cause::NotOffered => "not-offered",
            Cause::Denied { .. } => "denied",
            Cause::OutOfTime { .. } => "out-of-time",
            Cause::OutOfMemory { .. } => "out-of-memory",
            Cause::Trapped { .. } => "trapped",
            Cause::BadOutput { .. } => "bad-output",
            Cause::TooMuch { .. } => "too-much",
            Cause::Busy => "busy",
            Cause::Quarantined { .. } => "quarantined",
            Cause::Reported { .. } => "reported",
            Cause::Reads(_) => "reads",
            Cause::NotStarted { .. } => "not-started",
            Cause::Diverged => "diverged",
        }
    }

    /// Whether the plugin is to blame, so that repeated failures put it at rest.
    pub(crate) const fn is_strike(&self) -> bool {
        matches!(
            self,
            Cause::OutOfTime { .. }
                | Cause::OutOfMemory { .. }
                | Cause::Trapped { .. }
                | Cause::BadOutput { .. }
                | Cause::TooMuch { .. }
                | Cause::NotStarted { .. }
        )
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cause::NotOffered => f.write_str("该插件不提供此项功能"),
            Cause::Denied { capability } => write!(f, "本县区没有授权“{capability}”。请系统管理员在插件的授权页面核定"),
            Cause::OutOfTime { limit } => write!(f, "计算超过时限（{} 毫秒），已中止", limit.as_millis()),
            Cause::OutOfMemory { limit } => write!(f, "内存需求超过上限（{} 兆字节），已中止", limit / 1024 / 1024),
            Cause::Trapped { reason, .. } => write!(f, "程序异常中止：{reason}"),
            Cause::BadOutput { message } => write!(f, "返回的内容不合规：{message}"),
            Cause::TooMuch { message } => write!(f, "超过限额：{message}"),
            Cause::Busy => f.write_str("正在处理的请求太多，请稍后再试"),
            Cause::Quarantined { remaining } => {
                write!(
                    f,
                    "该插件在本县区连续出错，已暂停调用，{} 秒后自动恢复。请系统管理员查看记录",
                    remaining.as_secs().max(1)
                )
            }
            Cause::Reported { message, .. } => write!(f, "插件报告错误：{message}"),
            Cause::Reads(error) => write!(f, "读取数据失败：{error}"),
            Cause::NotStarted { .. } => f.write_str("插件无法启动"),
            Cause::Diverged => f.write_str("重放时读取的内容与记录不一致"),
        }
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CallError::Refused { message, .. } => f.write_str(message),
            CallError::Failed(failed) => failed.fmt(f),
        }
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "插件 {} {} 的“{}”未能完成：{}", self.plugin, self.version, self.point.zh(), self.cause)
    }
}

impl std::error::Error for CallError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_names_plugin_version_point_and_cause() {
        let error = CallError::Failed(Box::new(Failed {
            plugin: "sample".into(),
            version: "1.2.3".into(),
            point: Point::Act,
            cause: Cause::OutOfTime { limit: Duration::from_secs(1) },
        }));
        let text = error.to_string();
        for part in ["sample", "1.2.3", "办理", "1000 毫秒"] {
            assert!(text.contains(part), "{text} lacks {part}");
        }
        assert_eq!(error.code(), "out-of-time");
        assert!(matches!(error.into_domain(), Error::Failure { .. }));
    }

    #[test]
    fn a_refusal_stays_a_refusal_and_invalid_input_keeps_its_fields() {
        let refused = |code: &str| CallError::Refused {
            code: code.into(),
            message: "材料不齐".into(),
            problems: vec![Problem::new("id-card", "missing", "请补充身份证")],
        };
        assert!(matches!(refused("refused").into_domain(), Error::Refused { .. }));
        match refused("invalid").into_domain() {
            Error::Invalid(problems) => assert_eq!(problems[0].field, "id-card"),
            other => panic!("{other:?}"),
        }
    }
}
