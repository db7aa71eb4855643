//! The scorecard over the API: a county's figures, and those of all counties for the city. Numbers only.

use super::call::{Ask, Call};
use super::duties::FailedMeasure;
use super::problem::{Answer, BAD_REQUEST, Fault};
use super::reply::Shown;
use super::shape::{Day, Label, Moment, Place};
use crate::app::scorecard::city::{self, Cell};
use crate::app::scorecard::{self, Figure, Share, Verdict};
use crate::web::periods::PeriodAsk;
use doudi_documents::manifest::{Better, IndicatorUnit};
use doudi_domain::reporting::ReportingPeriod;
use doudi_domain::{Date, DivisionCode, Error};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which county, and which period.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct ScorecardAsk {
    /// 县区的 6 位代码；默认本县区
    #[param(pattern = "^[1-9][0-9]{5}$", example = "340223")]
    county: Option<String>,
    /// 月份，例如 2022-07；月、季、年、起止日期只填一种，默认本月
    #[param(pattern = "^[0-9]{4}-[0-9]{2}$", example = "2022-07")]
    month: Option<String>,
    /// 季度，例如 2022-3
    #[param(pattern = "^[0-9]{4}-[1-4]$")]
    quarter: Option<String>,
    /// 年份，例如 2022
    #[param(pattern = "^[0-9]{4}$")]
    year: Option<String>,
    /// 自选起止日期，须与 to 同时填写
    #[param(value_type = Option<Day>)]
    from: Option<Day>,
    #[param(value_type = Option<Day>)]
    to: Option<Day>,
}

/// Which period.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct CityAsk {
    /// 月份，例如 2022-07；月、季、年、起止日期只填一种，默认本月
    #[param(pattern = "^[0-9]{4}-[0-9]{2}$", example = "2022-07")]
    month: Option<String>,
    /// 季度，例如 2022-3
    #[param(pattern = "^[0-9]{4}-[1-4]$")]
    quarter: Option<String>,
    /// 年份，例如 2022
    #[param(pattern = "^[0-9]{4}$")]
    year: Option<String>,
    /// 自选起止日期，须与 to 同时填写
    #[param(value_type = Option<Day>)]
    from: Option<Day>,
    #[param(value_type = Option<Day>)]
    to: Option<Day>,
}

type Words = (Option<String>, Option<String>, Option<String>, Option<Day>, Option<Day>);

fn period((month, quarter, year, from, to): Words, today: Date) -> Result<ReportingPeriod, Fault> {
    let day = |day: Option<Day>| day.map(|day| day.0.to_string()).unwrap_or_default();
    let ask = PeriodAsk {
        month: month.unwrap_or_default(),
        quarter: quarter.unwrap_or_default(),
        year: year.unwrap_or_default(),
        from: day(from),
        to: day(to),
    };
    ask.period(today).map_err(|error| match error {
        Error::Invalid(problems) => {
            let (field, message) = problems.into_iter().next().map(|one| (one.field, one.message)).unwrap_or_default();
            Fault::field(BAD_REQUEST, &field, "query.period", message)
        }
        error => error.into(),
    })
}

/// 一个县区的督查考核
#[derive(Serialize, ToSchema)]
pub struct CountyScorecard {
    county: Place,
    name: String,
    from: Day,
    to: Day,
    measures: Vec<MeasureFigures>,
    /// 之后有变动、还在重新汇总时，这里是汇总的时间
    as_of: Option<Moment>,
}

/// 一项措施的指标
#[derive(Serialize, ToSchema)]
struct MeasureFigures {
    plugin: String,
    plugin_name: Label,
    version: String,
    items: Vec<FigureItem>,
    /// 不能回答的原因；能回答时为 null
    problem: Option<String>,
}

/// 一项指标
#[derive(Serialize, ToSchema)]
struct FigureItem {
    code: String,
    label: Label,
    /// 口径：什么算分子，什么算分母
    definition: Label,
    /// 依据
    article: String,
    /// count 件数，fen 金额（分），days 天数（分子除以分母，不是比例）
    unit: &'static str,
    /// higher 越高越好，lower 越低越好
    better: &'static str,
    part: i64,
    whole: i64,
    /// 比例，万分之几，舍去余数；分母为 0 时为 null
    basis_points: Option<i64>,
    /// 目标，万分之几
    target: Option<i64>,
    /// met 达标，not-met 未达标，no-target 不设目标，nothing 本期没有
    verdict: &'static str,
    /// 上期比例，万分之几
    before: Option<i64>,
    /// 清单页面的地址；本职务不能看时为 null
    list: Option<String>,
}

fn item(figure: &Figure) -> FigureItem {
    let Share { part, whole } = figure.share;
    FigureItem {
        unit: match figure.unit {
            IndicatorUnit::Count => "count",
            IndicatorUnit::Fen => "fen",
            IndicatorUnit::Days => "days",
        },
        better: match figure.better {
            Better::Higher => "higher",
            Better::Lower => "lower",
        },
        verdict: match figure.verdict() {
            Verdict::Met => "met",
            Verdict::NotMet => "not-met",
            Verdict::NoTarget => "no-target",
            Verdict::Nothing => "nothing",
        },
        part,
        whole,
        basis_points: figure.share.basis_points(),
        target: figure.target,
        before: figure.before.and_then(|before| before.basis_points()),
        label: (&figure.label).into(),
        definition: (&figure.definition).into(),
        article: figure.article.clone(),
        list: figure.list.clone(),
        code: figure.code.clone(),
    }
}

pub async fn county(call: Call, Ask(ask): Ask<ScorecardAsk>) -> Answer<Shown<CountyScorecard>> {
    let period = period((ask.month, ask.quarter, ask.year, ask.from, ask.to), call.app.today())?;
    let county = match &ask.county {
        None => None,
        Some(text) => {
            let code = DivisionCode::parse(&format!("{text:0<12}")).map_err(|_| Error::not_found("县区"))?;
            Some(code.county())
        }
    };
    let card = scorecard::county(&call.app, &call.actor, county, period).await?;
    let measures = card.measures.iter().map(|measure| {
        let (items, problem) = match &measure.figures {
            Ok(figures) => (figures.iter().map(item).collect(), None),
            Err(problem) => (Vec::new(), Some(problem.clone())),
        };
        MeasureFigures {
            plugin: measure.plugin.id.clone(),
            plugin_name: (&measure.plugin.name).into(),
            version: measure.plugin.version.clone(),
            items,
            problem,
        }
    });
    Ok(Shown(CountyScorecard {
        county: Place(card.county.division()),
        name: card.county_name,
        from: Day(period.begins()),
        to: Day(period.ends()),
        measures: measures.collect(),
        as_of: card.as_of.map(Moment),
    }))
}

/// 各县区的督查考核
#[derive(Serialize, ToSchema)]
pub struct AllCounties {
    from: Day,
    to: Day,
    /// 汇总的时间
    at: Moment,
    items: Vec<CountyFigure>,
    failed: Vec<FailedCounty>,
}

/// 一个县区的一项指标
#[derive(Serialize, ToSchema)]
struct CountyFigure {
    county: Place,
    plugin: String,
    plugin_name: Label,
    figure: FigureItem,
}

/// 一个县区里不能回答的措施
#[derive(Serialize, ToSchema)]
struct FailedCounty {
    county: Place,
    measure: FailedMeasure,
}

pub async fn city(call: Call, Ask(ask): Ask<CityAsk>) -> Answer<Shown<AllCounties>> {
    let period = period((ask.month, ask.quarter, ask.year, ask.from, ask.to), call.app.today())?;
    let card = city::city(&call.app, &call.actor, period).await?;
    let (mut items, mut failed) = (Vec::new(), Vec::new());
    for measure in card.measures {
        for (column, message) in card.counties.iter().zip(measure.failed) {
            if let Some(problem) = message {
                let measure = FailedMeasure { name: (&measure.name).into(), problem };
                failed.push(FailedCounty { county: Place(column.county.division()), measure });
            }
        }
        for row in measure.rows {
            for (column, cell) in card.counties.iter().zip(row.cells) {
                if let Cell::Figure(figure) = cell {
                    items.push(CountyFigure {
                        county: Place(column.county.division()),
                        plugin: measure.plugin.clone(),
                        plugin_name: (&measure.name).into(),
                        figure: item(&figure),
                    });
                }
            }
        }
    }
    Ok(Shown(AllCounties { from: Day(period.begins()), to: Day(period.ends()), at: Moment(card.at), items, failed }))
}
