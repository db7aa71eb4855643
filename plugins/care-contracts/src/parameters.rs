//! The county's dated numbers, read once for a block. Four are needed for any answer; the others are rules a county may have
//! set or not, and a rule that is not set does not apply (the trail says so where it matters). No number of policy stands in
//! code.

use crate::codes::parameter;
use crate::rules::level::Level;
use doudi_sdk::prelude::*;

/// One county on one date. Money in fen a month unless it says otherwise, shares in basis points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Params {
    /// 低保标准 S (43号 第六条: income below it).
    pub standard: i64,
    /// 基本生活标准.
    pub basic: i64,
    /// The basic standard's floor as a share of S.
    pub basic_ratio: i64,
    /// Last year's local disposable income per head, fen a **year** (43号 第八条).
    pub disposable: i64,
    /// 照料护理标准 of 全自理, 半护理, 全护理.
    pub care: [Option<i64>; 3],
    pub financial_months: Option<i64>,
    pub vehicle_limit: Option<i64>,
    pub home_limit: Option<i64>,
    pub shop_limit: Option<i64>,
    pub company_limit: Option<i64>,
    /// Financial assets of low-income families, for obligors on the file.
    pub low_income_months: Option<i64>,
    pub assessment_months: Option<u32>,
    pub review_months: Option<u32>,
    pub lead_days: i32,
    pub agreement_lead_days: i32,
    pub carer_capacity: Option<i64>,
    pub carer_age: Option<i64>,
    /// Days between visits by level.
    pub visit_days: [Option<i64>; 3],
}

/// What nothing can be decided without.
pub const REQUIRED: [ParameterCode; 4] =
    [parameter::DIBAO_STANDARD, parameter::BASIC_STANDARD, parameter::BASIC_RATIO, parameter::DISPOSABLE_INCOME];

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
        problems.refuse("缺少特困认定必需的参数，无法计算")?;
        Params::read(|code| Ok(parameters::get(code, date)?.map(|parameter| parameter.value)))
    }

    /// Reads all codes by `get`, which gives every required one.
    ///
    /// # Errors
    /// Whatever `get` says.
    pub fn read(mut get: impl FnMut(ParameterCode) -> Result<Option<i64>>) -> Result<Params> {
        let count = |value: Option<i64>| value.and_then(|value| u32::try_from(value).ok());
        let days = |value: Option<i64>| value.and_then(|value| i32::try_from(value).ok()).unwrap_or(0);
        Ok(Params {
            standard: get(parameter::DIBAO_STANDARD)?.unwrap_or_default(),
            basic: get(parameter::BASIC_STANDARD)?.unwrap_or_default(),
            basic_ratio: get(parameter::BASIC_RATIO)?.unwrap_or_default(),
            disposable: get(parameter::DISPOSABLE_INCOME)?.unwrap_or_default(),
            care: [get(parameter::CARE_SELF)?, get(parameter::CARE_HALF)?, get(parameter::CARE_FULL)?],
            financial_months: get(parameter::ASSET_FINANCIAL_MONTHS)?,
            vehicle_limit: get(parameter::ASSET_VEHICLE_LIMIT)?,
            home_limit: get(parameter::ASSET_HOME_LIMIT)?,
            shop_limit: get(parameter::ASSET_SHOP_LIMIT)?,
            company_limit: get(parameter::ASSET_COMPANY_LIMIT)?,
            low_income_months: get(parameter::LOW_INCOME_MONTHS)?,
            assessment_months: count(get(parameter::ASSESSMENT_MONTHS)?),
            review_months: count(get(parameter::REVIEW_MONTHS)?),
            lead_days: days(get(parameter::LEAD_DAYS)?),
            agreement_lead_days: days(get(parameter::AGREEMENT_LEAD_DAYS)?),
            carer_capacity: get(parameter::CARER_CAPACITY)?,
            carer_age: get(parameter::CARER_AGE)?,
            visit_days: [
                get(parameter::VISIT_DAYS_SELF)?,
                get(parameter::VISIT_DAYS_HALF)?,
                get(parameter::VISIT_DAYS_FULL)?,
            ],
        })
    }

    /// The least basic standard: S × ratio, rounded up to the fen.
    pub fn floor(&self) -> i64 {
        (self.standard * self.basic_ratio + 9_999) / 10_000
    }

    /// The basic standard must not lie below its floor. Both move each July; whoever raises one must raise the other.
    ///
    /// # Errors
    /// `refused`, with both numbers.
    pub fn check_floor(&self) -> Result<()> {
        if self.basic >= self.floor() {
            return Ok(());
        }
        Err(Refusal::new(format!(
            "特困人员基本生活标准 {} 元低于下限 {} 元（低保标准 {} 元的 {} 倍），不能按它作出决定",
            Fen(self.basic),
            Fen(self.floor()),
            Fen(self.standard),
            times(self.basic_ratio)
        ))
        .problem("basic-standard", "请系统管理员在“参数”中更正基本生活标准，或者核对低保标准和倍数")
        .article("国发〔2016〕14号"))
    }

    /// The monthly care fee of a level; none where the county has set none.
    pub fn care_fee(&self, level: Level) -> Option<i64> {
        self.care[level.index()]
    }

    /// The longest interval between visits.
    pub fn visit_interval(&self, level: Level) -> Option<i64> {
        self.visit_days[level.index()]
    }
}

/// Basis points as a factor: 13,000 is 1.3.
fn times(basis_points: i64) -> String {
    let text = format!("{}.{:04}", basis_points / 10_000, basis_points % 10_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
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
