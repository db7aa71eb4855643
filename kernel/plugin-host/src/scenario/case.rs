//! A scenario put to a plugin on a county's behalf: the family is the scenario's, parameters and calendar are the county's,
//! except for those parameters the scenario states. Nobody else's documents, decisions or measures are there to read.

use super::{columns, date};
use crate::block::Block;
use crate::context::CallContext;
use crate::error::CallError;
use crate::host::PluginHost;
use crate::plugin::Plugin;
use crate::reads::{DocumentQuery, Reads};
use async_trait::async_trait;
use doudi_documents::manifest::Outcome;
use doudi_documents::scenario::Scenario;
use doudi_domain::calendar::WorkCalendar;
use doudi_domain::catalogue::{self, FieldCode};
use doudi_domain::columns::Columns;
use doudi_domain::decision::{Decision, Reason};
use doudi_domain::document::Document;
use doudi_domain::parameter::Parameter;
use doudi_domain::{Date, DecisionId, DocumentId, Error, Fen, HouseholdId, ParameterId, Problem, Result};
use std::sync::Arc;

/// What a plugin answers for the family of a scenario.
#[derive(Clone, PartialEq, Debug)]
pub struct CaseAnswer {
    pub outcome: Outcome,
    /// Per month.
    pub amount: Fen,
    pub covered: u32,
    pub figures: Vec<(String, i64)>,
    pub reasons: Vec<Reason>,
}

impl PluginHost {
    /// Asks `assess` about the family of a scenario. `reads` gives the county's parameters and calendar; `context.today` is the
    /// scenario's date. What the scenario states and the plugin does not read is left out: another version may read less.
    pub async fn try_case(
        &self,
        plugin: &Arc<Plugin>,
        context: &CallContext,
        reads: Box<dyn Reads>,
        scenario: &Scenario,
    ) -> Result<CaseAnswer> {
        let fields: Vec<FieldCode> =
            plugin.manifest().fields().into_iter().filter_map(catalogue::find).map(|field| field.code).collect();
        let scenario = read_by(scenario, &fields);
        let columns =
            columns(&scenario, &fields).map_err(|message| Error::invalid("用例", "acceptance.scenario", message))?;
        let reads = Box::new(CaseReads {
            plugin: plugin.id().to_owned(),
            date: context.today,
            scenario,
            columns: columns.clone(),
            county: reads,
        });
        let called = self.assess(plugin, context, reads, columns).await.map_err(CallError::into_domain)?;
        let row = called.value.row(0);
        Ok(CaseAnswer {
            outcome: row.outcome.clone(),
            amount: row.amount,
            covered: row.covered,
            figures: row.figures.iter().map(|(code, value)| ((*code).to_owned(), *value)).collect(),
            reasons: called.value.reasons(0),
        })
    }
}

/// Everything that cannot be so in a scenario, whoever will read it.
pub fn scenario_problems(scenario: &Scenario) -> Vec<Problem> {
    let all: Vec<FieldCode> = catalogue::FIELDS.iter().map(|field| field.code).collect();
    let mut problems = Vec::new();
    let mut add = |code: &str, message: String| problems.push(Problem::new("用例", code, message));
    if scenario.name.trim().is_empty() || scenario.name.chars().count() > 100 {
        add("acceptance.name", "请给用例写一个名称，100 字以内".to_owned());
    }
    if scenario.members.is_empty() || scenario.members.len() > 30 {
        add("acceptance.members", "用例的家庭应有 1 至 30 名成员".to_owned());
    }
    if scenario.expect.amount < 0 {
        add("acceptance.amount", "期望的金额不能小于零".to_owned());
    }
    match date(&scenario.date) {
        Err(message) => add("acceptance.date", message),
        Ok(_) => {
            if let Err(message) = columns(scenario, &all) {
                add("acceptance.scenario", message);
            }
        }
    }
    problems
}

/// The scenario without what these fields do not hold.
fn read_by(scenario: &Scenario, fields: &[FieldCode]) -> Scenario {
    let reads = |code: &str| fields.iter().any(|field| field.as_str() == code);
    let mut scenario = scenario.clone();
    scenario.household.retain(|code, _| reads(code));
    for member in &mut scenario.members {
        member.fields.retain(|code, _| reads(code));
        member.items.retain(|item| reads(&item.field));
    }
    scenario
}

struct CaseReads {
    plugin: String,
    date: Date,
    scenario: Scenario,
    columns: Columns,
    county: Box<dyn Reads>,
}

#[async_trait]
impl Reads for CaseReads {
    async fn households(&mut self, ids: &[HouseholdId], _: &[FieldCode], _: Date) -> Result<Columns> {
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

    async fn parameter(&mut self, code: &str, on: Date) -> Result<Option<Parameter>> {
        let own = code.strip_prefix(&self.plugin).and_then(|code| code.strip_prefix('.')).unwrap_or(code);
        let Some(value) = self.scenario.parameters.get(own).copied() else {
            return self.county.parameter(code, on).await;
        };
        // As the county's own would look, but for its id, which belongs to none.
        Ok(Some(Parameter {
            id: ParameterId(0),
            county: super::NOWHERE,
            code: code.to_owned(),
            value,
            from: self.date.first_of_year(),
            source: "验收用例".into(),
            verified: true,
            recorded_at: super::noon(self.date),
            recorded_by: None,
            replaced_by: None,
        }))
    }

    async fn calendar(&mut self) -> Result<Arc<WorkCalendar>> {
        self.county.calendar().await
    }

    async fn ask(&mut self, _: &str, _: Date, _: Block, _: u8) -> Result<Vec<(String, Block)>> {
        Ok(Vec::new())
    }
}
