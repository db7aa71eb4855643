//! 供养形式: at home or in an institution. The person chooses (社会救助暂行办法 第十九条); for who cannot state a wish an assessment
//! comes first (the notice, item 4).

use serde::{Deserialize, Serialize};

/// 分散 or 集中.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    #[default]
    Scattered = 1,
    Central = 2,
}

/// What the person wishes, as documented.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wish {
    #[default]
    Scattered,
    Central,
    /// Cannot state one.
    Unable,
}

/// Why a form of support cannot be decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormRefused {
    /// The documented wish is another one.
    AgainstWish,
    /// Who cannot state a wish is assessed first.
    NotAssessed,
    /// The assessment advises otherwise, and no reason is given.
    AgainstAdvice,
}

impl Form {
    pub const fn code(self) -> i64 {
        self as i64
    }

    pub const fn from_code(code: i64) -> Option<Form> {
        match code {
            1 => Some(Form::Scattered),
            2 => Some(Form::Central),
            _ => None,
        }
    }

    pub fn parse(text: &str) -> Option<Form> {
        match text {
            "scattered" => Some(Form::Scattered),
            "central" => Some(Form::Central),
            _ => None,
        }
    }

    pub const fn zh(self) -> &'static str {
        match self {
            Form::Scattered => "分散供养",
            Form::Central => "集中供养",
        }
    }
}

impl Wish {
    pub fn parse(text: &str) -> Wish {
        match text {
            "central" => Wish::Central,
            "unable" => Wish::Unable,
            _ => Wish::Scattered,
        }
    }

    pub const fn zh(self) -> &'static str {
        match self {
            Wish::Scattered => "在家分散供养",
            Wish::Central => "集中供养",
            Wish::Unable => "无法准确表达意愿",
        }
    }
}

/// Whether a form may be decided. `advice`: what the latest assessment advises for who cannot state a wish; `reasoned`: the
/// decider has written why he departs from it.
///
/// # Errors
/// Why not.
pub fn may_decide(form: Form, wish: Wish, advice: Option<Form>, reasoned: bool) -> Result<(), FormRefused> {
    match (wish, advice) {
        (Wish::Scattered, _) if form == Form::Scattered => Ok(()),
        (Wish::Central, _) if form == Form::Central => Ok(()),
        (Wish::Scattered | Wish::Central, _) => Err(FormRefused::AgainstWish),
        (Wish::Unable, None) => Err(FormRefused::NotAssessed),
        (Wish::Unable, Some(advice)) if advice == form || reasoned => Ok(()),
        (Wish::Unable, Some(_)) => Err(FormRefused::AgainstAdvice),
    }
}
