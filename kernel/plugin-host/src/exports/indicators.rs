//! `indicators`: figures for the scorecard of 督查, each with its target and the list behind it.

use crate::bindings::doudi::types::types as wit;
use crate::bindings::exports::doudi::measure::indicators as measure;
use crate::context::{CallContext, Called};
use crate::convert;
use crate::error::{CallError, Cause};
use crate::exports::point_call;
use crate::host::PluginHost;
use crate::plugin::Plugin;
use crate::reads::Reads;
use doudi_domain::{Date, calendar};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[derive(Serialize, Deserialize)]
pub(crate) struct IndicatorsCall {
    pub context: wit::Context,
    pub begins: wit::Date,
    pub ends: wit::Date,
}

point_call!(
    IndicatorsCall, Indicators, indicators, call_indicators, Vec<measure::Indicator>,
    request => request.begins, request.ends
);

/// `part` of `whole` against a target share.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Indicator {
    pub code: String,
    pub label: String,
    pub part: i64,
    pub whole: i64,
    /// Basis points.
    pub target: Option<i64>,
    /// Page and query that lists exactly what was counted.
    pub drill_down: String,
}

impl PluginHost {
    /// Figures of an inclusive period. A part may not exceed its whole, and the page behind it must exist.
    pub async fn indicators(
        &self,
        plugin: &Arc<Plugin>,
        context: &CallContext,
        reads: Box<dyn Reads>,
        begins: Date,
        ends: Date,
    ) -> Result<Called<Vec<Indicator>>, CallError> {
        let request = IndicatorsCall {
            context: convert::context(context),
            begins: calendar::days(begins),
            ends: calendar::days(ends),
        };
        self.call(plugin, context, reads, request, |list, state| {
            if list.len() > state.limits.effects {
                return Err(Cause::TooMuch { message: format!("指标不得超过 {} 个", state.limits.effects) });
            }
            list.into_iter()
                .map(|indicator| {
                    let page = indicator.drill_down.split('?').next().unwrap_or_default();
                    if !page.is_empty() && state.plugin.manifest().page(page).is_none() {
                        return Err(Cause::BadOutput {
                            message: format!("指标“{}”指向不存在的页面“{page}”", indicator.code),
                        });
                    }
                    if indicator.part < 0 || indicator.part > indicator.whole {
                        return Err(Cause::BadOutput {
                            message: format!(
                                "指标“{}”的分子 {} 超出分母 {}",
                                indicator.code, indicator.part, indicator.whole
                            ),
                        });
                    }
                    Ok(Indicator {
                        code: indicator.code,
                        label: indicator.label,
                        part: indicator.part,
                        whole: indicator.whole,
                        target: indicator.target,
                        drill_down: indicator.drill_down,
                    })
                })
                .collect()
        })
        .await
    }
}
