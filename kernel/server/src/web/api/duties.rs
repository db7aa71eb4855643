//! 义务日历 over the API: what is due in a period, from the measures that know it.

use super::call::{Ask, Call};
use super::problem::{Answer, BAD_REQUEST, Fault};
use super::reply::Shown;
use super::shape::{Day, Label, Moment};
use crate::app::duty::{self, Window};
use doudi_domain::reporting::ReportingPeriod;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which month.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct DutyAsk {
    /// 月份，例如 2022-07；默认本月和今后两周，加上以前没有完成的
    #[param(pattern = "^[0-9]{4}-[0-9]{2}$", example = "2022-07")]
    month: Option<String>,
}

/// 应办的事项
#[derive(Serialize, ToSchema)]
pub struct DutyList {
    items: Vec<DutyItem>,
    /// 不能回答的措施
    failed: Vec<FailedMeasure>,
    /// 之后有变动、还在重新汇总时，这里是汇总的时间
    as_of: Option<Moment>,
}

/// 一项法定事项
#[derive(Serialize, ToSchema)]
struct DutyItem {
    plugin: String,
    plugin_name: Label,
    code: String,
    label: String,
    due: Day,
    /// 建议提前到哪一天
    advised: Option<Day>,
    /// 已完成几件
    done: i64,
    /// 应完成几件
    of: i64,
    overdue: bool,
    /// 离期限还有几个工作日；已过为负数
    working_days_left: Option<i32>,
    /// 依据
    article: String,
    /// 清单页面的地址；本职务不能看时为 null
    list: Option<String>,
}

/// 不能回答的措施和原因
#[derive(Serialize, ToSchema)]
pub(super) struct FailedMeasure {
    pub name: Label,
    pub problem: String,
}

pub async fn index(call: Call, Ask(ask): Ask<DutyAsk>) -> Answer<Shown<DutyList>> {
    let today = call.app.today();
    let window = match &ask.month {
        None => Window::of(today),
        Some(text) => {
            let wrong = |_| Fault::field(BAD_REQUEST, "month", "period.month", "月份应写成 2022-07".to_owned());
            Window::month(ReportingPeriod::parse_month(text).map_err(wrong)?.begins())
        }
    };
    let (duties, as_of) = duty::due(&call.app, &call.actor, window).await?;
    let item = |duty: &duty::Duty| DutyItem {
        plugin: duty.plugin.id.clone(),
        plugin_name: (&duty.plugin.name).into(),
        code: duty.code.clone(),
        label: duty.label.clone(),
        due: Day(duty.due.date),
        advised: duty.advised.map(Day),
        done: duty.done,
        of: duty.of,
        overdue: duty.overdue(),
        working_days_left: duty.due.working.then_some(duty.due.distance),
        article: duty.article.clone(),
        list: duty.list.clone(),
    };
    let failed = duties.failed.iter();
    Ok(Shown(DutyList {
        items: duties.duties.iter().map(item).collect(),
        failed: failed.map(|(name, problem)| FailedMeasure { name: name.into(), problem: problem.clone() }).collect(),
        as_of: as_of.map(Moment),
    }))
}
