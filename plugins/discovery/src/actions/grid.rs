//! The buttons of a grid: set up, change, list a household, dissolve.

use super::{missing, required, word};
use crate::family;
use crate::grid::{GRID, Grid};
use crate::parameters;
use crate::patrol::{self, OPEN, PATROL, Patrol};
use crate::rules::patrol::lives_in;
use crate::rules::words::{Reason, Risk, Stay};
use doudi_sdk::prelude::*;

pub fn act(context: &Context, action: &Action) -> Result<Effects> {
    if action.id == "set-up" {
        return set_up(action);
    }
    let document = action.document()?;
    let body: Grid = document.body()?;
    match action.id.as_str() {
        "change" => change(action, document, body),
        "list" => list(context, action, document, &body),
        "dissolve" => dissolve(action, document, &body),
        other => Err(Refusal::unknown("操作", other)),
    }
}

fn set_up(action: &Action) -> Result<Effects> {
    let values = &action.values;
    let village = values.division("village").ok_or_else(|| missing("village", "村（社区）"))?;
    let known = divisions::list()?;
    let is_village = known.iter().any(|place| place.code == village && place.level == Level::Village);
    if !is_village {
        return Err(Refusal::invalid("网格设在村（社区）").problem("village", "请选择到村（社区）"));
    }
    let code = required(values, "code", "网格编号")?;
    if !code.chars().all(|c| c.is_ascii_alphanumeric()) {
        return Err(Refusal::invalid("网格编号只用数字和字母，例如 03").problem("code", "请只用数字和字母"));
    }
    let body = Grid {
        village,
        code: code.to_owned(),
        name: values.text("name").unwrap_or_default().to_owned(),
        leader: Some(values.id("leader").ok_or_else(|| missing("leader", "网格员"))?),
    };
    let taken = all()?.into_iter().any(|(_, other)| other.key() == body.key());
    if taken {
        return Err(
            Refusal::new("该村已有这个编号的网格，请换一个编号，或者在原网格上修改").problem("code", "编号已被使用")
        );
    }
    let put = DocumentPut::create(GRID, body.title())
        .key(body.key())
        .division(village)
        .state("active")
        .note("建立网格")
        .body(&body);
    Ok(Effects::new().document(put))
}

/// The grids in scope, by number of document.
///
/// # Errors
/// What the kernel says.
pub fn all() -> Result<Vec<(Document, Grid)>> {
    documents::bodies(documents::Query::of(GRID))
}

fn change(action: &Action, document: &Document, mut body: Grid) -> Result<Effects> {
    let values = &action.values;
    values.text("name").unwrap_or_default().clone_into(&mut body.name);
    body.leader = Some(values.id("leader").ok_or_else(|| missing("leader", "网格员"))?);
    Ok(Effects::new().document(document.to("active").title(body.title()).note("修改网格").body(&body)))
}

/// Puts a household on the list. It must live here: people apart from their hukou are visited where they live.
fn list(context: &Context, action: &Action, document: &Document, body: &Grid) -> Result<Effects> {
    let values = &action.values;
    let household = values.id("household").ok_or_else(|| missing("household", "家庭"))?;
    if patrol::of(household)?.is_some() {
        return Err(Refusal::new("该家庭已在重点名单上。需要调整的，请在原巡访计划上办理")
            .problem("household", "已在名单上，不重复列入"));
    }
    let family = family::of(household, context.today)?;
    if let Some(village) = family.village.filter(|village| !lives_in(body.village, *village)) {
        let known = divisions::list()?;
        let name =
            known.iter().find(|place| place.code == village).map_or("其他村（社区）", |place| &place.name);
        return Err(Refusal::new(format!("该家庭现居住在{name}。人户分离的由居住地网格巡访，请在居住地的网格列入"))
            .problem("household", "不在本村居住"));
    }
    let patrol = Patrol {
        grid: document.id,
        risk: word(values, "risk", "风险等级", Risk::of)?,
        reason: word(values, "reason", "列入原因", Reason::of)?,
        stay: word(values, "stay", "居住情况", Stay::of)?,
        listed: context.today,
        visits: Vec::new(),
        ended: None,
        note: values.text("note").unwrap_or_default().to_owned(),
    };
    let due = patrol.due(&parameters::intervals(context.today)?);
    let put = DocumentPut::create(PATROL, "重点家庭巡访")
        .household(household)
        .state(Patrol::state(due, context.today))
        .due(due)
        .index("grid", document.id.0)
        .index("risk", patrol.risk.code())
        .note(format!("列入重点名单：{}，{}", patrol.reason.zh(), patrol.risk.zh()))
        .body(&patrol);
    Ok(Effects::new().document(document.to("active").note("列入一户重点家庭").body(body)).document(put))
}

fn dissolve(action: &Action, document: &Document, body: &Grid) -> Result<Effects> {
    let query = documents::Query::of(PATROL).states(&OPEN).index("grid", document.id.0);
    if documents::first(query)?.is_some() {
        return Err(Refusal::new("网格内还有重点家庭，不能撤销。请先把各户移出名单，在新网格列入"));
    }
    let reason = required(&action.values, "reason", "理由")?;
    Ok(Effects::new().document(document.to("dissolved").note(format!("撤销网格：{reason}")).body(body)))
}
