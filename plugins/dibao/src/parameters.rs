//! The county's dated numbers, read once for a block. Three are needed for any answer; the others are rules a county may have
//! set or not, and a rule that is not set does not apply (the trail says so where it matters). No number of policy stands
//! in code.

use crate::codes::parameter;
use doudi_sdk::prelude::*;

/// What a single person is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SingleMode {
    Full,
    Difference,
    Fixed(i64),
}

/// 见角进元 or nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    None,
    UpToYuan,
}

/// What is paid during 渐退期.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GracePay {
    Original,
    Taper,
}

/// One county on one date. Money in fen, shares in basis points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Params {
    /// S, per person and month.
    pub standard: i64,
    /// The line of 边缘 families as a share of S×n.
    pub edge_ratio: i64,
    /// Last day the central basic pension is excluded.
    pub pension_exclusion_until: Date,
    /// 0: what has ended does not count.
    pub reference_months: u32,
    pub employment_cost_cap: Option<i64>,
    pub employment_cost_ratio: Option<i64>,
    pub rigid_ratio: Option<i64>,
    pub rigid_cap: Option<i64>,
    pub financial_months: Option<i64>,
    pub edge_financial_months: Option<i64>,
    pub vehicle_limit: Option<i64>,
    pub farm_machinery_exempt: bool,
    pub home_limit: Option<i64>,
    pub resettlement_exempt: bool,
    pub shop_limit: Option<i64>,
    pub company_limit: Option<i64>,
    pub single_mode: SingleMode,
    pub rounding: Rounding,
    /// Per person and month, fen: old, minor, severely disabled, seriously ill; 0 where none is set.
    pub supplements: [i64; 4],
    pub old_age: Option<u32>,
    pub work_refusal_reduction: Option<i64>,
    pub grace_months: Option<u32>,
    pub grace_pay: GracePay,
    /// Classes A, B, C.
    pub recheck_months: [Option<u32>; 3],
    /// How long before a recheck is due its case is opened.
    pub recheck_lead_days: i32,
}

/// What nothing can be decided without.
pub const REQUIRED: [ParameterCode; 3] =
    [parameter::STANDARD, parameter::EDGE_RATIO, parameter::PENSION_EXCLUSION_UNTIL];

/// Share and fixed sum of each category of 分类施保, in the order of [`Params::supplements`].
const SUPPLEMENTS: [(ParameterCode, ParameterCode); 4] = [
    (parameter::SUPPLEMENT_OLD, parameter::SUPPLEMENT_OLD_FIXED),
    (parameter::SUPPLEMENT_MINOR, parameter::SUPPLEMENT_MINOR_FIXED),
    (parameter::SUPPLEMENT_DISABLED, parameter::SUPPLEMENT_DISABLED_FIXED),
    (parameter::SUPPLEMENT_ILL, parameter::SUPPLEMENT_ILL_FIXED),
];

impl Params {
    /// The county's values on a date.
    ///
    /// # Errors
    /// `refused` with every required parameter the county has not set.
    pub fn on(date: Date) -> Result<Params> {
        let mut problems = Problems::new();
        for code in missing_on(date)? {
            problems.add(
                code.code,
                format!(
                    "本县尚未设置 {} 起施行的“{}”，请系统管理员在“参数”中录入，并注明文件依据",
                    date.chinese(),
                    code.label
                ),
            );
        }
        problems.refuse("缺少低保核算必需的参数，无法计算")?;
        Params::read(|code| Ok(parameters::get(code, date)?.map(|parameter| parameter.value)))
    }

    /// Reads all codes by `get`, which gives every required one.
    ///
    /// # Errors
    /// Whatever `get` says.
    pub fn read(mut get: impl FnMut(ParameterCode) -> Result<Option<i64>>) -> Result<Params> {
        let standard = get(parameter::STANDARD)?.unwrap_or_default();
        let mut supplements = [0; 4];
        for (slot, (share, fixed)) in supplements.iter_mut().zip(SUPPLEMENTS) {
            *slot = match get(fixed)? {
                Some(fixed) => fixed,
                None => get(share)?.map_or(0, |share| standard * share / 10_000),
            };
        }
        let count = |value: Option<i64>| value.and_then(|value| u32::try_from(value).ok());
        let yes = |value: Option<i64>| value == Some(1);
        let single_fixed = get(parameter::SINGLE_FIXED)?;
        Ok(Params {
            standard,
            edge_ratio: get(parameter::EDGE_RATIO)?.unwrap_or_default(),
            pension_exclusion_until: Date::from_days(
                get(parameter::PENSION_EXCLUSION_UNTIL)?.and_then(|days| i32::try_from(days).ok()).unwrap_or_default(),
            ),
            reference_months: count(get(parameter::REFERENCE_MONTHS)?).unwrap_or(0),
            employment_cost_cap: get(parameter::EMPLOYMENT_COST_CAP)?,
            employment_cost_ratio: get(parameter::EMPLOYMENT_COST_RATIO)?,
            rigid_ratio: get(parameter::RIGID_RATIO)?,
            rigid_cap: get(parameter::RIGID_CAP)?,
            financial_months: get(parameter::ASSET_FINANCIAL_MONTHS)?,
            edge_financial_months: get(parameter::EDGE_FINANCIAL_MONTHS)?,
            vehicle_limit: get(parameter::ASSET_VEHICLE_LIMIT)?,
            farm_machinery_exempt: yes(get(parameter::ASSET_FARM_MACHINERY_EXEMPT)?),
            home_limit: get(parameter::ASSET_HOME_LIMIT)?,
            resettlement_exempt: yes(get(parameter::ASSET_RESETTLEMENT_EXEMPT)?),
            shop_limit: get(parameter::ASSET_SHOP_LIMIT)?,
            company_limit: get(parameter::ASSET_COMPANY_LIMIT)?,
            single_mode: match (get(parameter::SINGLE_MODE)?, single_fixed) {
                (Some(1), _) => SingleMode::Full,
                (Some(3), Some(fixed)) => SingleMode::Fixed(fixed),
                _ => SingleMode::Difference,
            },
            rounding: if get(parameter::ROUNDING)? == Some(1) { Rounding::UpToYuan } else { Rounding::None },
            supplements,
            old_age: count(get(parameter::OLD_AGE)?),
            work_refusal_reduction: get(parameter::WORK_REFUSAL_REDUCTION)?,
            grace_months: count(get(parameter::GRACE_MONTHS)?),
            grace_pay: if get(parameter::GRACE_PAY)? == Some(2) { GracePay::Taper } else { GracePay::Original },
            recheck_months: [
                count(get(parameter::RECHECK_MONTHS_A)?),
                count(get(parameter::RECHECK_MONTHS_B)?),
                count(get(parameter::RECHECK_MONTHS_C)?),
            ],
            recheck_lead_days: get(parameter::RECHECK_LEAD_DAYS)?
                .and_then(|days| i32::try_from(days).ok())
                .unwrap_or(0),
        })
    }
}

/// The required parameters a county has not set on a date.
///
/// # Errors
/// What the kernel says.
pub fn missing_on(date: Date) -> Result<Vec<ParameterCode>> {
    let mut missing = Vec::new();
    for code in REQUIRED {
        if parameters::get(code, date)?.is_none() {
            missing.push(code);
        }
    }
    Ok(missing)
}
