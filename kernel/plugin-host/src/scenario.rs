//! Bundled scenarios: a household, a date, and the answer the law gives, run through the sandbox before a package is
//! admitted. The scenario's household becomes a block; its parameters answer `parameters`; nothing else is there to read.
//! Counties keep scenarios, too: [`case`] puts them to any version, [`copy`] makes one of a real household.

pub(crate) mod case;
pub(crate) mod copy;

use crate::block::Block;
use crate::capability::Grants;
use crate::context::CallContext;
use crate::exports::assess::OutcomeRow;
use crate::host::PluginHost;
use crate::plugin::Plugin;
use crate::reads::{DocumentQuery, Reads};
use async_trait::async_trait;
use doudi_documents::scenario::{Expect, Member, Scenario};
use doudi_domain::calendar::{self, WorkCalendar};
use doudi_domain::catalogue::{self, FieldCode, Kind, Table};
use doudi_domain::columns::{Column, ColumnData, Columns, TableColumns};
use doudi_domain::decision::Decision;
use doudi_domain::document::Document;
use doudi_domain::identity::Actor;
use doudi_domain::parameter::Parameter;
use doudi_domain::{County, Date, DecisionId, DocumentId, Error, HouseholdId, Instant, ParameterId, Problem, Result};
use serde_json::Value;
use std::sync::Arc;

/// The county of invented households: a code that belongs to no place.
const NOWHERE: County = County(999_999);
/// Items are stated as declared by the applicant.
const DECLARED: i64 = 1;

/// Runs every bundled scenario; a problem for each that does not give the expected answer.
pub(crate) async fn problems(host: &PluginHost, plugin: &Arc<Plugin>) -> Vec<Problem> {
    let mut problems = Vec::new();
    for scenario in &plugin.manifest().scenarios {
        if let Err(message) = run(host, plugin, scenario).await {
            problems.push(Problem::new(
                format!("scenarios.{}", scenario.name),
                "scenario.failed",
                format!("示例“{}”未通过：{message}", scenario.name),
            ));
        }
    }
    problems
}

pub(crate) async fn run(
    host: &PluginHost,
    plugin: &Arc<Plugin>,
    scenario: &Scenario,
) -> std::result::Result<(), String> {
    let today = date(&scenario.date)?;
    let fields: Vec<FieldCode> =
        plugin.manifest().fields().into_iter().filter_map(catalogue::find).map(|field| field.code).collect();
    let columns = columns(scenario, &fields)?;
    let reads = ScenarioReads {
        plugin: plugin.id().to_owned(),
        scenario: scenario.clone(),
        columns: columns.clone(),
        calendar: host.config().scenario_calendar.clone(),
    };
    let actor = Actor::System { division: NOWHERE.division() };
    let context = CallContext {
        settings: default_settings(plugin),
        grants: Grants::all(plugin.manifest()),
        trial: true,
        ..CallContext::new(actor, today, noon(today))
    };
    let called = host.assess(plugin, &context, Box::new(reads), columns).await.map_err(|error| error.to_string())?;
    compare(&scenario.expect, &called.value.row(0))
}

pub(crate) fn default_settings(plugin: &Plugin) -> String {
    plugin.manifest().settings.as_ref().map_or_else(|| "{}".to_owned(), |settings| settings.defaults.to_string())
}

/// Noon in China.
pub(crate) fn noon(day: Date) -> Instant {
    Instant(i64::from(calendar::days(day)) * 86_400_000_000 + 4 * 3_600_000_000)
}

fn compare(expect: &Expect, row: &OutcomeRow<'_>) -> std::result::Result<(), String> {
    let mut faults = Vec::new();
    if row.outcome.code != expect.outcome {
        faults.push(format!("结论应为“{}”，得到“{}”", expect.outcome, row.outcome.code));
    }
    if row.amount.0 != expect.amount {
        faults.push(format!("金额应为 {} 分，得到 {} 分", expect.amount, row.amount.0));
    }
    let given = |code: &String| row.reasons.iter().any(|reason| reason.code == code);
    for code in expect.reasons.iter().filter(|code| !given(code)) {
        faults.push(format!("缺少理由“{code}”"));
    }
    for code in expect.without.iter().filter(|code| given(code)) {
        faults.push(format!("不应有理由“{code}”"));
    }
    for (code, value) in &expect.figures {
        match row.figures.iter().find(|(name, _)| name == code) {
            Some((_, got)) if got == value => {}
            Some((_, got)) => faults.push(format!("计算值“{code}”应为 {value}，得到 {got}")),
            None => faults.push(format!("没有计算值“{code}”")),
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(faults.join("；")) }
}

fn date(text: &str) -> std::result::Result<Date, String> {
    text.parse().map_err(|_| format!("“{text}”不是日期，应如 2022-07-06"))
}

/// The scenario's household as a block of one row: household 1, people from 1, facts from 1 in the order they are written.
pub(crate) fn columns(scenario: &Scenario, fields: &[FieldCode]) -> std::result::Result<Columns, String> {
    check_fields(scenario, fields)?;
    let of_table = |table: Table| fields.iter().copied().filter(move |code| code.field().table == table);
    let people = scenario.members.len();
    let mut tables = vec![
        TableColumns {
            table: Table::Household,
            rows: 1,
            ends: vec![],
            columns: std::iter::once(Ok(ids("household.id", 1)))
                .chain(of_table(Table::Household).map(|code| column(code, &[scenario.household.get(code.as_str())])))
                .collect::<std::result::Result<_, String>>()?,
        },
        TableColumns {
            table: Table::Person,
            rows: people as u32,
            ends: vec![people as u32],
            columns: std::iter::once(Ok(ids("person.id", people)))
                .chain(of_table(Table::Person).map(|code| {
                    let values: Vec<Option<&Value>> =
                        scenario.members.iter().map(|member| member.fields.get(code.as_str())).collect();
                    column(code, &values)
                }))
                .collect::<std::result::Result<_, String>>()?,
        },
    ];
    let beginning = date(&scenario.date)?;
    let january = Date::new(beginning.year(), 1, 1).map_err(|error| error.to_string())?;
    let mut next_fact = 1;
    for table in [Table::Income, Table::Asset, Table::Spending] {
        let kinds: Vec<FieldCode> = of_table(table).collect();
        if !kinds.is_empty() {
            tables.push(items(table, &kinds, &scenario.members, january, &mut next_fact)?);
        }
    }
    Ok(Columns { households: vec![HouseholdId(1)], tables })
}

/// A field the plugin does not read would be lost without a word.
fn check_fields(scenario: &Scenario, fields: &[FieldCode]) -> std::result::Result<(), String> {
    let stated = scenario.household.keys().chain(
        scenario
            .members
            .iter()
            .flat_map(|member| member.fields.keys().chain(member.items.iter().map(|item| &item.field))),
    );
    for code in stated {
        if !fields.iter().any(|field| field.as_str() == code) {
            return Err(format!("示例写了“{code}”，清单的 inputs 没有申报"));
        }
    }
    Ok(())
}

fn ids(name: &str, count: usize) -> Column {
    Column { name: name.into(), data: ColumnData::Ints((1..=count as i64).collect()), nulls: vec![] }
}

fn column(code: FieldCode, values: &[Option<&Value>]) -> std::result::Result<Column, String> {
    let text = matches!(code.field().kind, Kind::Text);
    let mut column = if text { Column::texts(code.as_str()) } else { Column::ints(code.as_str()) };
    for (row, value) in values.iter().enumerate() {
        let value = value.filter(|value| !value.is_null());
        match (&mut column.data, value) {
            (ColumnData::Ints(list), Some(value)) => list.push(number(code, value)?),
            (ColumnData::Ints(list), None) => list.push(0),
            (ColumnData::Texts(list), Some(Value::String(text))) => list.push(text.clone()),
            (ColumnData::Texts(list), None) => list.push(String::new()),
            (ColumnData::Texts(_), Some(other)) => return Err(format!("“{code}”应为文字，收到 {other}")),
        }
        if value.is_none() {
            column.set_null(row);
        }
    }
    column.seal_nulls();
    Ok(column)
}

fn number(code: FieldCode, value: &Value) -> std::result::Result<i64, String> {
    match (code.field().kind, value) {
        (Kind::Date, Value::String(text)) => Ok(i64::from(calendar::days(date(text)?))),
        (Kind::YesNo, Value::Bool(yes)) => Ok(i64::from(*yes)),
        (Kind::Code(table), Value::String(word)) => {
            table.parse(word).map(|code| i64::from(code.code)).ok_or_else(|| format!("“{code}”没有代码“{word}”"))
        }
        (kind, value) => {
            let number = value.as_i64().ok_or_else(|| format!("“{code}”应为整数，收到 {value}"))?;
            match kind {
                Kind::Code(table) if i32::try_from(number).ok().and_then(|code| table.find(code)).is_none() => {
                    Err(format!("“{code}”没有代码 {number}"))
                }
                _ => Ok(number),
            }
        }
    }
}

fn items(
    table: Table,
    kinds: &[FieldCode],
    members: &[Member],
    january: Date,
    next_fact: &mut i64,
) -> std::result::Result<TableColumns, String> {
    let mut columns: Vec<Vec<i64>> = vec![Vec::new(); 7];
    let mut open: Vec<usize> = Vec::new();
    let mut ends = Vec::with_capacity(members.len());
    for member in members {
        for item in &member.items {
            let Some(kind) = kinds.iter().position(|code| code.as_str() == item.field) else { continue };
            let from = item.from.as_deref().map_or(Ok(january), date)?;
            let to = item.to.as_deref().map(date).transpose()?;
            let row = [
                *next_fact,
                kind as i64,
                item.value,
                i64::from(item.qualifier),
                i64::from(calendar::days(from)),
                to.map_or(0, |to| i64::from(calendar::days(to))),
                DECLARED,
            ];
            if to.is_none() {
                open.push(columns[0].len());
            }
            columns.iter_mut().zip(row).for_each(|(column, value)| column.push(value));
            *next_fact += 1;
        }
        ends.push(columns[0].len() as u32);
    }
    let rows = columns[0].len() as u32;
    let names = ["fact", "kind", "value", "qualifier", "from", "to", "source"];
    let columns = names
        .iter()
        .zip(columns)
        .map(|(name, values)| {
            let mut column = Column { name: (*name).into(), data: ColumnData::Ints(values), nulls: vec![] };
            if *name == "to" {
                open.iter().for_each(|row| column.set_null(*row));
                column.seal_nulls();
            }
            column
        })
        .collect();
    Ok(TableColumns { table, rows, ends, columns })
}

/// What a scenario lets its plugin read.
struct ScenarioReads {
    plugin: String,
    scenario: Scenario,
    columns: Columns,
    calendar: Arc<WorkCalendar>,
}

#[async_trait]
impl Reads for ScenarioReads {
    async fn households(&mut self, ids: &[HouseholdId], _: &[FieldCode], _: Date) -> Result<Columns> {
        // All fields are granted at admission, so the declared layout is the granted one.
        if ids == [HouseholdId(1)] { Ok(self.columns.clone()) } else { Err(Error::not_found("家庭")) }
    }

    async fn recipients(&mut self, _: &str, _: Date, _: HouseholdId, _: u32) -> Result<Vec<HouseholdId>> {
        Ok(Vec::new())
    }

    async fn document_get(&mut self, _: &str, _: DocumentId) -> Result<Document> {
        Err(Error::not_found("办件"))
    }

    async fn documents_find(&mut self, _: &str, _: &DocumentQuery) -> Result<Vec<Document>> {
        Ok(Vec::new())
    }

    async fn decisions_of_household(&mut self, _: HouseholdId) -> Result<Vec<Decision>> {
        Ok(Vec::new())
    }

    async fn decision_get(&mut self, _: DecisionId) -> Result<Decision> {
        Err(Error::not_found("决定"))
    }

    async fn parameter(&mut self, code: &str, _: Date) -> Result<Option<Parameter>> {
        let code = code.strip_prefix(&self.plugin).and_then(|code| code.strip_prefix('.')).unwrap_or(code);
        let today = date(&self.scenario.date).map_err(Error::refused)?;
        Ok(self.scenario.parameters.iter().enumerate().find(|(_, (name, _))| *name == code).map(
            |(position, (name, value))| Parameter {
                id: ParameterId(position as i64 + 1),
                county: NOWHERE,
                code: name.clone(),
                value: *value,
                from: today.first_of_year(),
                source: "示例".into(),
                verified: true,
                recorded_at: noon(today),
                recorded_by: None,
                replaced_by: None,
            },
        ))
    }

    async fn calendar(&mut self) -> Result<Arc<WorkCalendar>> {
        Ok(self.calendar.clone())
    }

    async fn ask(&mut self, _: &str, _: Date, _: Block, _: u8) -> Result<Vec<(String, Block)>> {
        Ok(Vec::new())
    }
}

#[cfg(test)]
mod tests;
