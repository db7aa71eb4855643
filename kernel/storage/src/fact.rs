//! Facts: recorded, superseded, never changed; readable as of any day and as known at any moment.
//!
//! Who may see a household sees the facts of those who belonged to it on the day asked for, also of one who has moved away
//! since: otherwise the file as it stood could not be shown.

use crate::engine::Kind::{Bytes, Int, Text};
use crate::engine::{Arg, Kind, Row, args, broken};
use crate::person::open_text;
use crate::seal::{SealPlace, Sealer};
use crate::snapshot::Reach;
use crate::{Snapshot, Storage, Write, household, person};
use doudi_domain::catalogue::{self, Field, FieldCode, Origin, Sensitivity, Table};
use doudi_domain::fact::{Fact, NewFact, Subject, Value};
use doudi_domain::{County, Date, Error, FactId, HouseholdId, Instant, PersonId, Result, mask};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// Which day's truth, and how much was known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AsOf {
    /// The day the facts speak about; members are those of this day.
    pub day: Date,
    /// Only what was recorded by this moment, and not yet superseded at it. `None`: all that is known now.
    pub known_at: Option<Instant>,
}

impl AsOf {
    pub fn day(day: Date) -> AsOf {
        AsOf { day, known_at: None }
    }
}

macro_rules! fact_columns {
    () => {
        "f.id, f.household, f.person, f.field, f.value_int, f.value_text, f.value_sealed, f.qualifier, f.valid_from, f.valid_to,
         f.source, f.note, f.batch, f.evidence, f.recorded_at, f.recorded_by, f.superseded_by, f.superseded_at"
    };
}

pub(crate) fn value_place(id: FactId) -> SealPlace {
    SealPlace { table: "fact", column: "value_sealed", row: id.0 }
}

/// A moment after all others: "as known now".
pub(crate) fn known(at: Option<Instant>) -> Instant {
    at.unwrap_or(Instant(i64::MAX))
}

fn read(row: &Row, sealer: &dyn Sealer, with_sealed: bool) -> Result<Fact> {
    let id: FactId = row.get("id")?;
    let code: String = row.get("field")?;
    let field = catalogue::find(&code).ok_or_else(|| broken(format!("fact {id} of unknown field {code}")))?;
    let sealed: Option<Vec<u8>> = row.get("value_sealed")?;
    let value = match (sealed, row.get("value_int")?, row.get::<Option<String>>("value_text")?) {
        (Some(sealed), _, _) => {
            let clear = open_text(sealer, value_place(id), &sealed)?;
            Value::Text(if with_sealed { clear } else { mask::account(&clear) })
        }
        (None, Some(value), _) => Value::Int(value),
        (None, None, Some(text)) => Value::Text(text),
        (None, None, None) => return Err(broken(format!("fact {id} has no value"))),
    };
    let subject = match (row.get("household")?, row.get("person")?) {
        (Some(household), None) => Subject::Household(household),
        (None, Some(person)) => Subject::Person(person),
        _ => return Err(broken(format!("fact {id} has no subject"))),
    };
    Ok(Fact {
        id,
        subject,
        field: field.code,
        value,
        qualifier: row.get("qualifier")?,
        from: row.get("valid_from")?,
        to: row.get("valid_to")?,
        source: row.get("source")?,
        note: row.get("note")?,
        batch: row.get("batch")?,
        evidence: row.get("evidence")?,
        recorded_at: row.get("recorded_at")?,
        recorded_by: row.get("recorded_by")?,
        superseded_by: row.get("superseded_by")?,
        superseded_at: row.get("superseded_at")?,
    })
}

/// Of a single-valued field the latest recorded stays; items all stay. By subject, field, id.
fn latest(facts: Vec<Fact>) -> Vec<Fact> {
    let mut kept: BTreeMap<(bool, i64, FieldCode, i64), Fact> = BTreeMap::new();
    for fact in facts {
        let (is_person, subject) = match fact.subject {
            Subject::Household(id) => (false, id.0),
            Subject::Person(id) => (true, id.0),
        };
        let single = fact.field.field().origin == Origin::Fact;
        let key = (is_person, subject, fact.field, if single { 0 } else { fact.id.0 });
        let newer = |old: &Fact| (old.recorded_at, old.id) < (fact.recorded_at, fact.id);
        if kept.get(&key).is_none_or(newer) {
            kept.insert(key, fact);
        }
    }
    kept.into_values().collect()
}

impl Snapshot {
    /// Facts of the household and of its members on the day that hold on the day, the latest recorded where a single-valued
    /// field has several; sealed values masked unless `with_sealed`. By subject (household first), field, then id.
    pub async fn facts_of_household(&mut self, id: HouseholdId, as_of: AsOf, with_sealed: bool) -> Result<Vec<Fact>> {
        self.household_fetch(id).await?;
        let own = concat!(
            "SELECT ",
            fact_columns!(),
            " FROM fact f WHERE f.county = $1 AND f.household = $2
             AND f.valid_from <= $3 AND (f.valid_to IS NULL OR f.valid_to >= $3)
             AND f.recorded_at <= $4 AND (f.superseded_at IS NULL OR f.superseded_at > $4)"
        );
        let members = concat!(
            "SELECT ",
            fact_columns!(),
            " FROM fact f WHERE f.county = $1 AND f.person IN
             (SELECT m.person FROM membership m WHERE m.county = $1 AND m.household = $2
              AND m.valid_from <= $3 AND (m.valid_to IS NULL OR m.valid_to >= $3))
             AND f.valid_from <= $3 AND (f.valid_to IS NULL OR f.valid_to >= $3)
             AND f.recorded_at <= $4 AND (f.superseded_at IS NULL OR f.superseded_at > $4)"
        );
        let mut facts = Vec::new();
        for sql in [own, members] {
            for row in self.tx.all(sql, args![self.reach.county, id, as_of.day, known(as_of.known_at)]).await? {
                facts.push(read(&row, &*self.sealer, with_sealed)?);
            }
        }
        Ok(latest(facts))
    }

    /// The same for one person.
    pub async fn facts_of_person(&mut self, id: PersonId, as_of: AsOf, with_sealed: bool) -> Result<Vec<Fact>> {
        self.person_fetch(id, false).await?;
        let sql = concat!(
            "SELECT ",
            fact_columns!(),
            " FROM fact f WHERE f.county = $1 AND f.person = $2
             AND f.valid_from <= $3 AND (f.valid_to IS NULL OR f.valid_to >= $3)
             AND f.recorded_at <= $4 AND (f.superseded_at IS NULL OR f.superseded_at > $4)"
        );
        let rows = self.tx.all(sql, args![self.reach.county, id, as_of.day, known(as_of.known_at)]).await?;
        let facts = rows.iter().map(|row| read(row, &*self.sealer, with_sealed)).collect::<Result<Vec<_>>>()?;
        Ok(latest(facts))
    }

    /// Every fact ever recorded of one field, superseded ones included, oldest first; sealed values masked.
    pub async fn fact_history(&mut self, subject: Subject, field: FieldCode) -> Result<Vec<Fact>> {
        let (sql, id) = match subject {
            Subject::Household(id) => {
                self.household_fetch(id).await?;
                (
                    concat!(
                        "SELECT ",
                        fact_columns!(),
                        " FROM fact f WHERE f.county = $1 AND f.household = $2 AND f.field = $3 ORDER BY f.id"
                    ),
                    id.0,
                )
            }
            Subject::Person(id) => {
                self.person_fetch(id, false).await?;
                (
                    concat!(
                        "SELECT ",
                        fact_columns!(),
                        " FROM fact f WHERE f.county = $1 AND f.person = $2 AND f.field = $3 ORDER BY f.id"
                    ),
                    id.0,
                )
            }
        };
        let rows = self.tx.all(sql, args![self.reach.county, id, field.as_str()]).await?;
        rows.iter().map(|row| read(row, &*self.sealer, false)).collect()
    }

    /// Facts by id, for the why page of a decision; those out of scope are missing. Sealed values masked.
    pub async fn facts_fetch(&mut self, ids: &[FactId]) -> Result<Vec<Fact>> {
        let Reach { county, low, high, .. } = self.reach;
        let sql = concat!(
            "SELECT ", fact_columns!(), " FROM fact f WHERE f.county = $1 AND f.id @any $2 AND (
             EXISTS (SELECT 1 FROM household h WHERE h.county = $1 AND h.id = f.household AND h.division BETWEEN $3 AND $4)
             OR EXISTS (SELECT 1 FROM person p WHERE p.county = $1 AND p.id = f.person AND p.division BETWEEN $3 AND $4)
             OR EXISTS (SELECT 1 FROM membership m JOIN household h ON h.county = m.county AND h.id = m.household
               WHERE m.county = $1 AND m.person = f.person AND h.division BETWEEN $3 AND $4
               AND m.valid_from <= f.valid_from AND (m.valid_to IS NULL OR m.valid_to >= f.valid_from)))
             ORDER BY f.id"
        );
        let list: Vec<i64> = ids.iter().map(|id| id.0).collect();
        let rows = self.tx.all(sql, args![county, list, low, high]).await?;
        rows.iter().map(|row| read(row, &*self.sealer, false)).collect()
    }
}

pub(crate) const FACT: [(&str, Kind); 20] = [
    ("county", Int),
    ("id", Int),
    ("household", Int),
    ("person", Int),
    ("field", Text),
    ("value_int", Int),
    ("value_text", Text),
    ("value_sealed", Bytes),
    ("qualifier", Int),
    ("valid_from", Int),
    ("valid_to", Int),
    ("source", Int),
    ("note", Text),
    ("batch", Text),
    ("evidence", Int),
    ("recorded_at", Int),
    ("recorded_by", Int),
    ("superseded_by", Int),
    ("superseded_at", Int),
    ("value_index", Text),
];

/// A row for [`FACT`]; refuses what the catalogue does not allow.
pub(crate) fn fact_row(write: &Write, id: FactId, new: &NewFact) -> Result<Vec<Arg>> {
    let field = new.field.field();
    check(field, new)?;
    let (household, person) = match new.subject {
        Subject::Household(id) => (Some(id), None),
        Subject::Person(id) => (None, Some(id)),
    };
    let (mut int, mut text, mut sealed, mut index) = (None, None, None, None);
    match &new.value {
        Value::Int(value) => int = Some(*value),
        Value::Text(value) if field.sensitivity == Sensitivity::Sealed => {
            sealed = Some(write.sealer.seal(value_place(id), value.as_bytes())?);
            index = Some(value_index(&*write.sealer, field.code, value));
        }
        Value::Text(value) => text = Some(value.clone()),
    }
    Ok(args![
        write.county,
        id,
        household,
        person,
        field.code.as_str(),
        int,
        text,
        sealed,
        new.qualifier,
        new.from,
        new.to,
        new.source,
        &new.note,
        new.batch.clone(),
        new.evidence,
        write.now,
        write.actor.user_id(),
        None::<FactId>,
        None::<Instant>,
        index,
    ])
}

/// What equal sealed values have in common. Blanks and hyphens inside an account number are how it was written down.
pub(crate) fn value_index(sealer: &dyn Sealer, field: FieldCode, value: &str) -> String {
    let plain: String = value.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    hex::encode(sealer.index(field.as_str(), &plain))
}

/// Facts indexed in one transaction after an upgrade.
const FILL: i64 = 1_000;

impl Storage {
    /// Fills in the index of sealed values that were recorded before there was one. Nothing to do costs one look into an
    /// empty index.
    pub(crate) async fn fact_index_fill(&self) -> Result<()> {
        loop {
            let mut tx = self.db.write().await?;
            let sql = "SELECT county, id, field, value_sealed FROM fact
                       WHERE value_sealed IS NOT NULL AND value_index IS NULL ORDER BY county, id LIMIT $1";
            let rows = tx.all(sql, args![FILL]).await?;
            for row in &rows {
                let (id, code): (FactId, String) = (row.get("id")?, row.get("field")?);
                let field = catalogue::find(&code).ok_or_else(|| broken(format!("unknown field {code}")))?;
                let clear = open_text(&*self.sealer, value_place(id), &row.get::<Vec<u8>>("value_sealed")?)?;
                let index = value_index(&*self.sealer, field.code, &clear);
                let county: County = row.get("county")?;
                tx.run("UPDATE fact SET value_index = $3 WHERE county = $1 AND id = $2", args![county, id, index])
                    .await?;
            }
            tx.commit().await?;
            if rows.len() < FILL as usize {
                return Ok(());
            }
        }
    }
}

/// Does the catalogue allow this subject, value and qualifier?
fn check(field: &Field, new: &NewFact) -> Result<()> {
    let bad = |message: String| Err(Error::invalid(field.zh, "fact.value", message));
    let of_household = field.table == Table::Household;
    if field.origin == Origin::Core {
        return bad("这一项保存在家庭或人员档案中，请在档案中修改".into());
    }
    if of_household != matches!(new.subject, Subject::Household(_)) {
        return bad(format!("这一项应登记在{}名下", if of_household { "家庭" } else { "人员" }));
    }
    match (&field.kind, &new.value) {
        (catalogue::Kind::Text, Value::Text(text)) if text.trim().is_empty() || text.chars().count() > 500 => {
            return bad("请填写内容，不超过 500 个字".into());
        }
        (catalogue::Kind::Text, Value::Text(_)) => {}
        (catalogue::Kind::Text, Value::Int(_)) => return bad("应填写文字".into()),
        (_, Value::Text(_)) => return bad("应填写数字或选择一项".into()),
        (catalogue::Kind::Code(table), Value::Int(code))
            if i32::try_from(*code).ok().and_then(|code| table.find(code)).is_none() =>
        {
            return bad(format!("代码 {code} 不在“{}”代码表中。请从列表中选择", table.zh));
        }
        (catalogue::Kind::YesNo, Value::Int(value)) if !(0..=1).contains(value) => {
            return bad("应为“是”或“否”".into());
        }
        (catalogue::Kind::Money | catalogue::Kind::Count, Value::Int(value)) if *value < 0 => {
            return bad("不能是负数".into());
        }
        _ => {}
    }
    let known = match field.qualifier {
        Some(table) => table.find(new.qualifier).is_some(),
        None => new.qualifier == 0,
    };
    if !known {
        return bad(format!("情形代码 {} 不能用于这一项。请从列表中选择", new.qualifier));
    }
    Ok(())
}

impl Write {
    /// Records a fact; the one it `supersedes` must be of the same subject and field and not superseded yet.
    pub async fn fact_record(&mut self, new: &NewFact) -> Result<FactId> {
        self.require_subject(new.subject).await?;
        let id = FactId(self.tx.new_id().await?);
        let row = fact_row(self, id, new)?;
        if let Some(old) = new.supersedes {
            self.fact_close(old, new.subject, Some(new.field), Some(id)).await?;
        }
        self.tx.insert_many("fact", &FACT, vec![row], "").await?;
        self.fact_recorded(id, new);
        self.subject_moved(new.subject).await?;
        Ok(id)
    }

    /// As [`Write::fact_record`] for each, in one go: a block of a department's list proposes a thousand.
    pub async fn facts_record_many(&mut self, new: &[NewFact]) -> Result<Vec<FactId>> {
        let (mut households, mut persons) = (BTreeSet::new(), BTreeSet::new());
        for fact in new {
            match fact.subject {
                Subject::Household(id) => drop(households.insert(id)),
                Subject::Person(id) => drop(persons.insert(id)),
            }
        }
        let listed: Vec<HouseholdId> = households.iter().copied().collect();
        if household::within(&mut self.tx, self.reach, &listed).await?.len() < households.len() {
            return Err(Error::not_found("家庭"));
        }
        let listed: Vec<PersonId> = persons.iter().copied().collect();
        if person::within(&mut self.tx, self.reach, &listed).await?.len() < persons.len() {
            return Err(Error::not_found("人员"));
        }
        let ids: Vec<FactId> = self.tx.new_ids(new.len()).await?.into_iter().map(FactId).collect();
        let mut rows = Vec::with_capacity(new.len());
        for (id, fact) in ids.iter().zip(new) {
            rows.push(fact_row(self, *id, fact)?);
            if let Some(old) = fact.supersedes {
                self.fact_close(old, fact.subject, Some(fact.field), Some(*id)).await?;
            }
        }
        self.tx.insert_many("fact", &FACT, rows, "").await?;
        for (id, fact) in ids.iter().zip(new) {
            self.fact_recorded(*id, fact);
        }
        self.persons_moved(&listed).await?;
        let sql = "SELECT DISTINCT household FROM membership WHERE county = $1 AND person @any $2 AND valid_to IS NULL";
        let list: Vec<i64> = listed.iter().map(|id| id.0).collect();
        for row in self.tx.all(sql, args![self.county, list]).await? {
            households.insert(row.get("household")?);
        }
        self.households_changed(households).await?;
        Ok(ids)
    }

    fn fact_recorded(&mut self, id: FactId, new: &NewFact) {
        let field = new.field.field();
        let mut detail = json!({
            "field": field.code.as_str(), "from": new.from.to_string(), "to": new.to.map(|day| day.to_string()),
            "source": new.source, "supersedes": new.supersedes.map(|old| old.0),
        });
        if let (Value::Int(value), true) = (&new.value, field.sensitivity != Sensitivity::Sealed) {
            detail["value"] = (*value).into();
        }
        self.audit("fact.record", format_args!("fact/{id}"), detail);
    }

    /// Marks a fact as no longer holding, without a successor: entered by mistake. It stays readable in the history.
    pub async fn fact_withdraw(&mut self, id: FactId, reason: &str) -> Result<()> {
        let sql = "SELECT household, person FROM fact WHERE county = $1 AND id = $2";
        let row = self.tx.optional(sql, args![self.county, id]).await?.ok_or(Error::not_found("信息"))?;
        let subject = match (row.get("household")?, row.get("person")?) {
            (Some(household), _) => Subject::Household(household),
            (None, Some(person)) => Subject::Person(person),
            (None, None) => return Err(broken("a fact without subject")),
        };
        self.require_subject(subject).await?;
        self.fact_close(id, subject, None, None).await?;
        self.audit("fact.withdraw", format_args!("fact/{id}"), json!({ "reason": reason }));
        self.subject_moved(subject).await
    }

    async fn require_subject(&mut self, subject: Subject) -> Result<()> {
        match subject {
            Subject::Household(id) => {
                household::find(&mut self.tx, self.reach, id).await?.ok_or(Error::not_found("家庭"))?;
            }
            Subject::Person(id) => {
                let found = person::find(&mut self.tx, self.reach, &*self.sealer, id, false).await?;
                found.ok_or(Error::not_found("人员"))?;
            }
        }
        Ok(())
    }

    async fn fact_close(
        &mut self,
        id: FactId,
        subject: Subject,
        field: Option<FieldCode>,
        by: Option<FactId>,
    ) -> Result<()> {
        let (household, person) = match subject {
            Subject::Household(id) => (id.0, 0),
            Subject::Person(id) => (0, id.0),
        };
        let sql = "UPDATE fact SET superseded_by = $3, superseded_at = $4
                   WHERE county = $1 AND id = $2 AND superseded_at IS NULL AND (field = $5 OR $5 = '')
                   AND (household = $6 OR person = $7)";
        let field = field.map_or("", FieldCode::as_str);
        if self.tx.run(sql, args![self.county, id, by, self.now, field, household, person]).await? == 1 {
            Ok(())
        } else {
            Err(Error::conflict("要更正的信息已被别人更正，或不是同一人的同一项。请刷新后重试"))
        }
    }

    async fn subject_moved(&mut self, subject: Subject) -> Result<()> {
        match subject {
            Subject::Household(id) => self.household_changed(id).await,
            Subject::Person(id) => {
                self.person_moved(id).await?;
                let sql = "SELECT household FROM membership WHERE county = $1 AND person = $2 AND valid_to IS NULL";
                let rows = self.tx.all(sql, args![self.county, id]).await?;
                for row in rows {
                    self.household_changed(row.get("household")?).await?;
                }
                Ok(())
            }
        }
    }
}
