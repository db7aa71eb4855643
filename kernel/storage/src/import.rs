//! Rosters: many households in one transaction, written in multi-row statements.

use crate::engine::{Arg, Row, args, broken};
use crate::fact::{FACT, fact_row};
use crate::household::{HEAD, HOUSEHOLD, MEMBERSHIP, NewMembership, check_number, household_row, membership_row};
use crate::person::{self, PERSON, check_name, person_row};
use crate::search::{self, Filed, TERM};
use crate::snapshot::Reach;
use crate::{Snapshot, Write};
use doudi_domain::catalogue::FieldCode;
use doudi_domain::fact::{NewFact, Subject, Value};
use doudi_domain::household::NewHousehold;
use doudi_domain::person::NewPerson;
use doudi_domain::{Date, DivisionCode, Error, FactId, HouseholdId, Instant, MembershipId, PersonId, Result, UserId};
use serde_json::json;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ImportHousehold {
    pub household: NewHousehold,
    /// The first with relation 2 (户主), else the first of all, becomes the head.
    pub members: Vec<ImportMember>,
    pub facts: Vec<ImportFact>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ImportMember {
    pub person: ImportPerson,
    pub relation: u8,
    pub co_resident: bool,
    pub uncounted_reason: u8,
    pub from: Date,
    pub facts: Vec<ImportFact>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ImportPerson {
    New(NewPerson),
    /// Filed in the county already, in no household.
    Known(PersonId),
}

/// A fact whose subject is the row it stands in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ImportFact {
    pub field: FieldCode,
    pub value: Value,
    pub qualifier: i32,
    pub from: Date,
    pub to: Option<Date>,
    pub source: u8,
    pub note: String,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ImportedHousehold {
    pub household: HouseholdId,
    /// In the order of the members.
    pub persons: Vec<PersonId>,
}

/// An import as it was carried out, with its control totals.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ImportBatch {
    /// Stands in every fact of the batch.
    pub code: String,
    pub file_name: String,
    /// SHA-256 of the file, hex.
    pub file_digest: String,
    pub rows: i64,
    pub households_new: i64,
    pub households_unchanged: i64,
    pub rows_failed: i64,
    pub at: Instant,
    pub by: Option<UserId>,
    pub by_name: String,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewImportBatch {
    pub code: String,
    pub file_name: String,
    pub file_digest: String,
    pub rows: i64,
    pub households_new: i64,
    pub households_unchanged: i64,
    pub rows_failed: i64,
}

impl Snapshot {
    /// Batches entered by offices in scope, newest first.
    pub async fn import_batches_list(&mut self) -> Result<Vec<ImportBatch>> {
        let Reach { county, low, high, .. } = self.reach;
        let sql =
            "SELECT code, file_name, file_digest, rows, households_new, households_unchanged, rows_failed, at, by_user,
                   by_name FROM import_batch WHERE county = $1 AND division BETWEEN $2 AND $3 ORDER BY at DESC, code";
        let read = |row: &Row| {
            Ok(ImportBatch {
                code: row.get("code")?,
                file_name: row.get("file_name")?,
                file_digest: row.get("file_digest")?,
                rows: row.get("rows")?,
                households_new: row.get("households_new")?,
                households_unchanged: row.get("households_unchanged")?,
                rows_failed: row.get("rows_failed")?,
                at: row.get("at")?,
                by: row.get("by_user")?,
                by_name: row.get("by_name")?,
            })
        };
        self.tx.all(sql, args![county, low, high]).await?.iter().map(read).collect()
    }
}

impl ImportFact {
    fn about(&self, subject: Subject, batch: &str) -> NewFact {
        NewFact {
            subject,
            field: self.field,
            value: self.value.clone(),
            qualifier: self.qualifier,
            from: self.from,
            to: self.to,
            source: self.source,
            note: self.note.clone(),
            batch: Some(batch.to_owned()),
            evidence: None,
            supersedes: None,
        }
    }
}

/// The rows of a roster, table by table, in the order their references ask for.
#[derive(Default)]
struct Rows {
    households: Vec<Vec<Arg>>,
    persons: Vec<Vec<Arg>>,
    memberships: Vec<Vec<Arg>>,
    facts: Vec<Vec<Arg>>,
    terms: Vec<Vec<Arg>>,
}

impl Write {
    /// Enters households with members and facts. All or nothing: a number or ID number that is taken is a `Conflict`, so
    /// check beforehand with [`Snapshot::persons_by_id_numbers`]. One audit entry, with totals.
    pub async fn household_import_many(
        &mut self,
        households: &[ImportHousehold],
        batch: &str,
    ) -> Result<Vec<ImportedHousehold>> {
        let members: usize = households.iter().map(|household| household.members.len()).sum();
        let facts: usize = households
            .iter()
            .map(|household| {
                household.facts.len() + household.members.iter().map(|member| member.facts.len()).sum::<usize>()
            })
            .sum();
        let ids = self.tx.new_ids(households.len() + 2 * members + facts).await?;
        let mut ids = ids.into_iter();
        let mut next_id = move || ids.next().ok_or_else(|| broken("too few ids for an import"));
        let mut rows = Rows::default();
        let mut imported = Vec::with_capacity(households.len());
        for household in households {
            imported.push(self.import_one(household, batch, &mut next_id, &mut rows).await?);
        }
        self.tx.insert_many("household", &HOUSEHOLD, rows.households, "").await?;
        self.tx.insert_many("person", &PERSON, rows.persons, "").await?;
        self.tx.insert_many("membership", &MEMBERSHIP, rows.memberships, "").await?;
        self.tx.insert_many("fact", &FACT, rows.facts, "").await?;
        self.tx.insert_many("term", &TERM, rows.terms, "").await?;
        let detail = json!({ "households": households.len(), "members": members, "facts": facts });
        self.audit("household.import", format_args!("import/{batch}"), detail);
        Ok(imported)
    }

    async fn import_one(
        &mut self,
        new: &ImportHousehold,
        batch: &str,
        next_id: &mut impl FnMut() -> Result<i64>,
        rows: &mut Rows,
    ) -> Result<ImportedHousehold> {
        let division = new.household.division;
        self.require_within(division)?;
        check_number(&new.household.number)?;
        let household = HouseholdId(next_id()?);
        let mut persons = Vec::with_capacity(new.members.len());
        for member in &new.members {
            let person = match &member.person {
                ImportPerson::New(new) => {
                    check_name(&new.name)?;
                    let id = PersonId(next_id()?);
                    // Filed where the household is, whatever the row said.
                    let new = NewPerson { division, ..new.clone() };
                    rows.persons.push(person_row(self, id, &new)?);
                    let filed = Filed {
                        household,
                        person: id,
                        division,
                        name: &new.name,
                        id_number: new.id_number.expose(),
                        phone: new.phone.as_deref(),
                    };
                    rows.terms.extend(search::terms(self, &filed));
                    id
                }
                ImportPerson::Known(id) => self.import_known(*id, household, division, rows).await?,
            };
            persons.push(person);
            let membership = NewMembership {
                household,
                person,
                relation: member.relation,
                co_resident: member.co_resident,
                uncounted_reason: member.uncounted_reason,
                from: member.from,
            };
            rows.memberships.push(membership_row(self, MembershipId(next_id()?), &membership));
            for fact in &member.facts {
                rows.facts.push(fact_row(self, FactId(next_id()?), &fact.about(Subject::Person(person), batch))?);
            }
        }
        for fact in &new.facts {
            rows.facts.push(fact_row(self, FactId(next_id()?), &fact.about(Subject::Household(household), batch))?);
        }
        let head = new.members.iter().position(|member| member.relation == HEAD).unwrap_or(0);
        let head = persons.get(head).copied();
        rows.households.push(household_row(self, household, &new.household, head));
        rows.terms.push(search::number_term(self, household, &new.household.number, division));
        Ok(ImportedHousehold { household, persons })
    }

    async fn import_known(
        &mut self,
        id: PersonId,
        household: HouseholdId,
        division: DivisionCode,
        rows: &mut Rows,
    ) -> Result<PersonId> {
        let found = person::find(&mut self.tx, self.reach, &*self.sealer, id, true).await?;
        let (person, _) = found.ok_or(Error::not_found("人员"))?;
        let sql = "UPDATE person SET division = $3 WHERE county = $1 AND id = $2";
        self.tx.run(sql, args![self.county, id, division]).await?;
        let filed = Filed {
            household,
            person: id,
            division,
            name: &person.name,
            id_number: person.id_number.as_ref().map(|number| number.expose()).unwrap_or_default(),
            phone: person.phone.as_deref(),
        };
        rows.terms.extend(search::terms(self, &filed));
        self.person_moved(id).await?;
        Ok(id)
    }

    /// `Conflict` when the code is taken.
    pub async fn import_batch_record(&mut self, new: &NewImportBatch) -> Result<()> {
        let sql = "INSERT INTO import_batch (county, code, file_name, file_digest, rows, households_new, households_unchanged,
                   rows_failed, division, at, by_user, by_name) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
        let name = self.actor.name().to_owned();
        let values = args![
            self.county,
            &new.code,
            &new.file_name,
            &new.file_digest,
            new.rows,
            new.households_new,
            new.households_unchanged,
            new.rows_failed,
            self.actor.division(),
            self.now,
            self.actor.user_id(),
            name
        ];
        self.tx.run(sql, values).await?;
        let detail = json!({
            "file": new.file_name, "digest": new.file_digest, "rows": new.rows, "households_new": new.households_new,
            "households_unchanged": new.households_unchanged, "rows_failed": new.rows_failed,
        });
        self.audit("import.record", format_args!("import/{}", new.code), detail);
        Ok(())
    }
}
