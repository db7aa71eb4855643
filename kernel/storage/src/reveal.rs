//! Showing what is masked, which is always recorded.

use crate::{Snapshot, Write, household, person, revision};
use doudi_domain::catalogue::FieldCode;
use doudi_domain::fact::Subject;
use doudi_domain::{Error, PersonId, Result};
use serde_json::json;

/// A person in clear.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RevealedPerson {
    pub name: String,
    pub id_number: String,
    pub phone: Option<String>,
}

impl Snapshot {
    /// `NotFound` when absent or out of scope.
    pub async fn person_reveal(&mut self, id: PersonId) -> Result<RevealedPerson> {
        let person = self.person_fetch(id, true).await?;
        let id_number = person.id_number.as_ref().map(|number| number.expose().to_owned()).unwrap_or_default();
        Ok(RevealedPerson { name: person.name, id_number, phone: person.phone })
    }
}

impl Write {
    /// Records who saw which sealed or masked fields of whom, and why. Commit it before showing anything.
    pub async fn reveal_record(&mut self, subject: Subject, fields: &[FieldCode], reason: &str) -> Result<()> {
        let subject = match subject {
            Subject::Household(id) => {
                household::find(&mut self.tx, self.reach, id).await?.ok_or(Error::not_found("家庭"))?;
                revision::household(id)
            }
            Subject::Person(id) => {
                let found = person::find(&mut self.tx, self.reach, &*self.sealer, id, false).await?;
                found.ok_or(Error::not_found("人员"))?;
                revision::person(id)
            }
        };
        let fields: Vec<&str> = fields.iter().map(|field| field.as_str()).collect();
        self.audit("reveal", subject, json!({ "fields": fields, "reason": reason }));
        Ok(())
    }
}
