//! How many coordinators a village is to have (the notice of 2022-06-23, item 11): 户籍人口 of 3,000 or more one, each further 3,000 one
//! more, three at most. “以上” includes the number. Below 3,000 the notice sets none; 民发〔2022〕83号 wants somebody in every village,
//! who may do it beside other work.

/// The two numbers of the rule, as the county has entered them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scale {
    /// 户籍人口 a coordinator stands for: 3,000.
    pub step: u32,
    /// 3.
    pub most: u32,
}

/// What is required, and by which rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// So many by the notice: one or more.
    Notice(u32),
    /// None by the notice; somebody part-time by 83号.
    PartTime,
}

impl Need {
    /// As the staffing figure counts it: what the notice sets.
    pub const fn by_notice(self) -> u32 {
        match self {
            Need::Notice(number) => number,
            Need::PartTime => 0,
        }
    }
}

/// `min(most, floor(population / step))`.
pub fn required(population: u32, scale: Scale) -> Need {
    match population.checked_div(scale.step).unwrap_or(0).min(scale.most) {
        0 => Need::PartTime,
        number => Need::Notice(number),
    }
}

/// Why a number set by hand cannot stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotAllowed {
    /// Service and recipients may ask for more, never for fewer.
    Fewer { by_notice: u32 },
    /// 最多不超过3名.
    Beyond { most: u32 },
}

/// A number set by hand with a reason: upward only, never beyond the most.
///
/// # Errors
/// [`NotAllowed`].
pub const fn adjusted(need: Need, number: u32, scale: Scale) -> Result<u32, NotAllowed> {
    if number < need.by_notice() {
        Err(NotAllowed::Fewer { by_notice: need.by_notice() })
    } else if number > scale.most {
        Err(NotAllowed::Beyond { most: scale.most })
    } else {
        Ok(number)
    }
}
