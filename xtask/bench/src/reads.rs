//! What the plugin may read while it is measured: parameters at their illustrative values, and the statutory calendar.
//! Households come as blocks; anything else is refused, because a bench that reads a database measures the database.

use async_trait::async_trait;
use doudi_domain::calendar::WorkCalendar;
use doudi_domain::catalogue::FieldCode;
use doudi_domain::columns::Columns;
use doudi_domain::decision::Decision;
use doudi_domain::document::Document;
use doudi_domain::parameter::Parameter;
use doudi_domain::{County, Date, DecisionId, DocumentId, Error, HouseholdId, ParameterId, Result};
use doudi_plugin_host::{Block, DocumentQuery, Reads};
use jiff::civil::date;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Parameters by their full code, the same for every call.
#[derive(Clone, Debug)]
pub struct Fixed {
    pub county: County,
    pub parameters: Arc<BTreeMap<String, i64>>,
    pub calendar: Arc<WorkCalendar>,
}

fn not_here<T>() -> Result<T> {
    Err(Error::refused("性能测试只提供参数和日历"))
}

#[async_trait]
impl Reads for Fixed {
    async fn households(&mut self, _: &[HouseholdId], _: &[FieldCode], _: Date) -> Result<Columns> {
        not_here()
    }

    async fn recipients(&mut self, _: &str, _: Date, _: HouseholdId, _: u32) -> Result<Vec<HouseholdId>> {
        not_here()
    }

    async fn document_get(&mut self, _: &str, _: DocumentId) -> Result<Document> {
        not_here()
    }

    async fn documents_find(&mut self, _: &str, _: &DocumentQuery) -> Result<Vec<Document>> {
        not_here()
    }

    async fn decisions_of_household(&mut self, _: HouseholdId) -> Result<Vec<Decision>> {
        not_here()
    }

    async fn decision_get(&mut self, _: DecisionId) -> Result<Decision> {
        not_here()
    }

    async fn parameter(&mut self, code: &str, _: Date) -> Result<Option<Parameter>> {
        Ok(self.parameters.iter().position(|(known, _)| known == code).map(|index| Parameter {
            id: ParameterId(index as i64 + 1),
            county: self.county,
            code: code.to_owned(),
            value: self.parameters[code],
            from: date(2020, 7, 1),
            source: "示例".to_owned(),
            verified: false,
            recorded_at: doudi_domain::Instant(0),
            recorded_by: None,
            replaced_by: None,
        }))
    }

    async fn calendar(&mut self) -> Result<Arc<WorkCalendar>> {
        Ok(self.calendar.clone())
    }

    async fn ask(&mut self, _: &str, _: Date, _: Block, _: u8) -> Result<Vec<(String, Block)>> {
        Ok(Vec::new())
    }
}
