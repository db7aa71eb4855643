//! Persons: identity, with ID number and phone sealed, and what the screen shows of them masked.

use crate::engine::{Arg, Row, Tx, args, broken};
use crate::seal::{SealPlace, Sealer};
use crate::search;
use crate::snapshot::Reach;
use crate::{Snapshot, Write, revision};
use doudi_domain::id_number::IdNumber;
use doudi_domain::person::{NewPerson, Person, Sex};
use doudi_domain::{Date, DivisionCode, Error, HouseholdId, PersonId, Result, mask};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// What the screen shows by default; the clear text never leaves storage for it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct MaskedPerson {
    /// 340202********0111.
    pub id_number: String,
    /// 138****5678, empty when there is none.
    pub phone: String,
}

/// What to change; `None` leaves as it is. The ID number and date of birth of a person filed wrongly may be corrected.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct PersonChange {
    pub name: Option<String>,
    pub id_number: Option<IdNumber>,
    pub sex: Option<Sex>,
    pub birth_date: Option<Date>,
    pub ethnicity: Option<u8>,
    pub hukou_address: Option<String>,
    pub phone: Option<Option<String>>,
    /// Setting it publishes `person.died`.
    pub death_date: Option<Option<Date>>,
}

pub(crate) const ID_NUMBER_INDEX: &str = "id-number";

pub(crate) fn id_number_place(id: PersonId) -> SealPlace {
    SealPlace { table: "person", column: "id_number", row: id.0 }
}

pub(crate) fn phone_place(id: PersonId) -> SealPlace {
    SealPlace { table: "person", column: "phone", row: id.0 }
}

pub(crate) fn open_text(sealer: &dyn Sealer, place: SealPlace, sealed: &[u8]) -> Result<String> {
    String::from_utf8(sealer.open(place, sealed)?).map_err(broken)
}

pub(crate) fn open_id_number(sealer: &dyn Sealer, id: PersonId, sealed: &[u8]) -> Result<IdNumber> {
    IdNumber::parse(&open_text(sealer, id_number_place(id), sealed)?).map_err(broken)
}

/// Reads `p_*` columns, as they stand in a join with others.
pub(crate) fn read(row: &Row, sealer: &dyn Sealer, with_sealed: bool) -> Result<Person> {
    let id: PersonId = row.get("p_id")?;
    let (id_number, phone) = if with_sealed {
        let phone = row.get::<Option<Vec<u8>>>("p_phone")?;
        let phone = phone.map(|sealed| open_text(sealer, phone_place(id), &sealed)).transpose()?;
        (Some(open_id_number(sealer, id, &row.get::<Vec<u8>>("p_id_number")?)?), phone)
    } else {
        (None, None)
    };
    Ok(Person {
        id,
        name: row.get("p_name")?,
        id_number,
        sex: Sex::from_code(row.get("p_sex")?).ok_or_else(|| broken("unknown sex"))?,
        birth_date: row.get("p_birth_date")?,
        ethnicity: row.get("p_ethnicity")?,
        hukou_address: row.get("p_hukou_address")?,
        phone,
        death_date: row.get("p_death_date")?,
        revision: row.get("p_revision")?,
    })
}

/// The columns [`read`] needs, of a table named `p`.
macro_rules! person_columns {
    () => {
        "p.id AS p_id, p.name AS p_name, p.id_number AS p_id_number, p.sex AS p_sex, p.birth_date AS p_birth_date,
         p.ethnicity AS p_ethnicity, p.hukou_address AS p_hukou_address, p.phone AS p_phone, p.death_date AS p_death_date,
         p.revision AS p_revision"
    };
}
pub(crate) use person_columns;

/// Person and the division of filing.
pub(crate) async fn find(
    tx: &mut Tx,
    reach: Reach,
    sealer: &dyn Sealer,
    id: PersonId,
    with_sealed: bool,
) -> Result<Option<(Person, DivisionCode)>> {
    let sql = concat!(
        "SELECT ",
        person_columns!(),
        ", p.division AS p_division FROM person p
         WHERE p.county = $1 AND p.id = $2 AND p.division BETWEEN $3 AND $4"
    );
    let row = tx.optional(sql, args![reach.county, id, reach.low, reach.high]).await?;
    row.map(|row| Ok((read(&row, sealer, with_sealed)?, row.get("p_division")?))).transpose()
}

/// Households the person belongs or ever belonged to.
pub(crate) async fn households_ever(tx: &mut Tx, reach: Reach, id: PersonId) -> Result<Vec<HouseholdId>> {
    let sql = "SELECT DISTINCT household FROM membership WHERE county = $1 AND person = $2";
    tx.all(sql, args![reach.county, id]).await?.iter().map(|row| row.get("household")).collect()
}

/// Those of these persons that are filed in reach.
pub(crate) async fn within(tx: &mut Tx, reach: Reach, ids: &[PersonId]) -> Result<BTreeSet<PersonId>> {
    if ids.is_empty() {
        return Ok(BTreeSet::new());
    }
    let list: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let sql = "SELECT id FROM person WHERE county = $1 AND id @any $2 AND division BETWEEN $3 AND $4";
    tx.all(sql, args![reach.county, list, reach.low, reach.high]).await?.iter().map(|row| row.get("id")).collect()
}

pub(crate) fn check_name(name: &str) -> Result<()> {
    let length = name.chars().count();
    if name.trim().is_empty() || length > 50 {
        return Err(Error::invalid("姓名", "person.name", "请填写姓名，不超过 50 个字"));
    }
    Ok(())
}

impl Snapshot {
    /// `NotFound` when absent or out of scope.
    pub async fn person_fetch(&mut self, id: PersonId, with_sealed: bool) -> Result<Person> {
        let found = find(&mut self.tx, self.reach, &*self.sealer, id, with_sealed).await?;
        self.note(|| revision::person(id));
        found.map(|(person, _)| person).ok_or(Error::not_found("人员"))
    }

    /// The person with this ID number, if filed in scope.
    pub async fn person_by_id_number(&mut self, number: &IdNumber) -> Result<Option<Person>> {
        let found = self.persons_by_id_numbers(std::slice::from_ref(number)).await?;
        match found.get(number) {
            Some(id) => self.person_fetch(*id, false).await.map(Some),
            None => Ok(None),
        }
    }

    /// The persons with these ID numbers filed in scope; one query for a whole spreadsheet.
    pub async fn persons_by_id_numbers(&mut self, numbers: &[IdNumber]) -> Result<BTreeMap<IdNumber, PersonId>> {
        // The term table holds the same keyed index as text, which travels in a list on both engines; but it knows only
        // members of households, so the person table is asked.
        let mut by_index = BTreeMap::new();
        for number in numbers {
            by_index.insert(self.sealer.index(ID_NUMBER_INDEX, number.expose()).to_vec(), number.clone());
        }
        let mut found = BTreeMap::new();
        let hexes: Vec<String> = by_index.keys().map(hex::encode).collect();
        let sql = if self.tx.is_postgres() {
            // encode() on the column would miss the index: the list is decoded instead.
            "SELECT id, id_number_index FROM person WHERE county = $1 AND division BETWEEN $2 AND $3
             AND id_number_index IN (SELECT decode(word, 'hex') FROM UNNEST($4::text[]) AS word)"
        } else {
            "SELECT id, id_number_index FROM person WHERE county = $1 AND division BETWEEN $2 AND $3
             AND id_number_index IN (SELECT unhex(value) FROM json_each($4))"
        };
        for block in hexes.chunks(4_000) {
            let Reach { county, low, high, .. } = self.reach;
            for row in self.tx.all(sql, args![county, low, high, block.to_vec()]).await? {
                if let Some(number) = by_index.get(&row.get::<Vec<u8>>("id_number_index")?) {
                    found.insert(number.clone(), row.get("id")?);
                }
            }
        }
        Ok(found)
    }

    /// Names of those filed in scope, in one query.
    pub async fn person_names(&mut self, ids: &[PersonId]) -> Result<BTreeMap<PersonId, String>> {
        let Reach { county, low, high, .. } = self.reach;
        for id in ids {
            self.note(|| revision::person(*id));
        }
        let list: Vec<i64> = ids.iter().map(|id| id.0).collect();
        let sql = "SELECT id, name FROM person WHERE county = $1 AND division BETWEEN $2 AND $3 AND id @any $4";
        let rows = self.tx.all(sql, args![county, low, high, list]).await?;
        rows.iter().map(|row| Ok((row.at(0)?, row.at(1)?))).collect()
    }

    /// Those of these persons that are filed in scope, in one query; each counts as read.
    pub async fn persons_within(&mut self, ids: &[PersonId]) -> Result<BTreeSet<PersonId>> {
        for id in ids {
            self.note(|| revision::person(*id));
        }
        within(&mut self.tx, self.reach, ids).await
    }

    /// The household in scope each of these persons belongs to on a day; of several the one joined last.
    pub async fn households_of_persons(
        &mut self,
        ids: &[PersonId],
        on: Date,
    ) -> Result<BTreeMap<PersonId, HouseholdId>> {
        let Reach { county, low, high, .. } = self.reach;
        let sql = "SELECT m.person, m.household FROM membership m
                   JOIN household h ON h.county = m.county AND h.id = m.household
                   WHERE m.county = $1 AND m.person @any $2 AND m.valid_from <= $3
                   AND (m.valid_to IS NULL OR m.valid_to >= $3) AND h.division BETWEEN $4 AND $5
                   ORDER BY m.valid_from, m.id";
        let list: Vec<i64> = ids.iter().map(|id| id.0).collect();
        let rows = self.tx.all(sql, args![county, list, on, low, high]).await?;
        rows.iter().map(|row| Ok((row.get("person")?, row.get("household")?))).collect()
    }

    /// ID numbers and phones as the screen shows them.
    pub async fn persons_masked(&mut self, ids: &[PersonId]) -> Result<BTreeMap<PersonId, MaskedPerson>> {
        let Reach { county, low, high, .. } = self.reach;
        let sql = concat!(
            "SELECT ",
            person_columns!(),
            " FROM person p
             WHERE p.county = $1 AND p.division BETWEEN $2 AND $3 AND p.id @any $4"
        );
        let list: Vec<i64> = ids.iter().map(|id| id.0).collect();
        let mut masked = BTreeMap::new();
        for row in self.tx.all(sql, args![county, low, high, list]).await? {
            let person = read(&row, &*self.sealer, true)?;
            let id_number = person.id_number.as_ref().map(mask::id_number).unwrap_or_default();
            let phone = person.phone.as_deref().map(mask::phone).unwrap_or_default();
            masked.insert(person.id, MaskedPerson { id_number, phone });
        }
        Ok(masked)
    }
}

impl Write {
    /// `Conflict` when the county has a person with this ID number already.
    pub async fn person_create(&mut self, new: &NewPerson) -> Result<PersonId> {
        self.require_within(new.division)?;
        check_name(&new.name)?;
        let id = PersonId(self.tx.new_id().await?);
        let row = person_row(self, id, new)?;
        self.tx.insert_many("person", &PERSON, vec![row], "").await?;
        self.audit("person.create", format_args!("person/{id}"), json!({ "division": new.division.value() }));
        Ok(id)
    }

    /// `Conflict` when the revision is not `expected`.
    pub async fn person_update(&mut self, id: PersonId, expected: i64, change: &PersonChange) -> Result<()> {
        let found = find(&mut self.tx, self.reach, &*self.sealer, id, true).await?;
        let (mut person, _) = found.ok_or(Error::not_found("人员"))?;
        if person.revision != expected {
            return Err(stale());
        }
        let died = matches!(change.death_date, Some(Some(_))) && person.death_date.is_none();
        let mut fields = Vec::new();
        if let Some(name) = &change.name {
            check_name(name)?;
            person.name.clone_from(name);
            fields.push("name");
        }
        if let Some(number) = &change.id_number {
            person.id_number = Some(number.clone());
            fields.push("id_number");
        }
        if let Some(sex) = change.sex {
            person.sex = sex;
            fields.push("sex");
        }
        if let Some(day) = change.birth_date {
            person.birth_date = day;
            fields.push("birth_date");
        }
        if let Some(code) = change.ethnicity {
            person.ethnicity = code;
            fields.push("ethnicity");
        }
        if let Some(address) = &change.hukou_address {
            person.hukou_address.clone_from(address);
            fields.push("hukou_address");
        }
        if let Some(phone) = &change.phone {
            person.phone.clone_from(phone);
            fields.push("phone");
        }
        if let Some(day) = change.death_date {
            if day.is_some_and(|day| day < person.birth_date) {
                return Err(Error::invalid("死亡日期", "person.death-date", "死亡日期早于出生日期。请核对日期"));
            }
            person.death_date = day;
            fields.push("death_date");
        }
        let number = person.id_number.as_ref().ok_or_else(|| broken("a person without ID number"))?;
        let sealed_number = self.sealer.seal(id_number_place(id), number.expose().as_bytes())?;
        let index = self.sealer.index(ID_NUMBER_INDEX, number.expose()).to_vec();
        let sealed_phone =
            person.phone.as_ref().map(|phone| self.sealer.seal(phone_place(id), phone.as_bytes())).transpose()?;
        let sql = "UPDATE person SET name = $3, id_number = $4, id_number_index = $5, sex = $6, birth_date = $7, ethnicity = $8,
                   hukou_address = $9, phone = $10, death_date = $11, revision = revision + 1 WHERE county = $1 AND id = $2";
        let values = args![
            self.county,
            id,
            &person.name,
            sealed_number,
            index,
            person.sex.code(),
            person.birth_date,
            person.ethnicity,
            &person.hukou_address,
            sealed_phone,
            person.death_date
        ];
        self.tx.run(sql, values).await?;
        search::refile_person(self, id).await?;
        self.person_moved(id).await?;
        self.audit("person.update", format_args!("person/{id}"), json!({ "fields": fields }));
        if died {
            let day = person.death_date.map(|day| day.to_string());
            self.event_publish("person.died", &revision::person(id), &json!({ "date": day }).to_string()).await?;
        }
        Ok(())
    }

    /// As [`Write::person_moved`] for each, in one go.
    pub(crate) async fn persons_moved(&mut self, ids: &[PersonId]) -> Result<()> {
        ids.iter().for_each(|id| self.moves(revision::person(*id)));
        let list: Vec<i64> = ids.iter().map(|id| id.0).collect();
        let sql = "SELECT DISTINCT household FROM membership WHERE county = $1 AND person @any $2";
        for row in self.tx.all(sql, args![self.county, list]).await? {
            self.moves(revision::household(row.get("household")?));
        }
        Ok(())
    }

    /// The person's own key, and the keys of all households that show the person, move.
    pub(crate) async fn person_moved(&mut self, id: PersonId) -> Result<()> {
        self.moves(revision::person(id));
        for household in households_ever(&mut self.tx, self.reach, id).await? {
            self.moves(revision::household(household));
        }
        Ok(())
    }
}

pub(crate) fn stale() -> Error {
    Error::conflict("这份档案刚被别人修改，本次操作没有保存。请刷新后重试")
}

use crate::engine::Kind::{Bytes, Int, Text};

pub(crate) const PERSON: [(&str, crate::engine::Kind); 14] = [
    ("county", Int),
    ("id", Int),
    ("division", Int),
    ("name", Text),
    ("id_number", Bytes),
    ("id_number_index", Bytes),
    ("sex", Int),
    ("birth_date", Int),
    ("ethnicity", Int),
    ("hukou_address", Text),
    ("phone", Bytes),
    ("death_date", Int),
    ("created_at", Int),
    ("revision", Int),
];

/// A row for [`PERSON`].
pub(crate) fn person_row(write: &Write, id: PersonId, new: &NewPerson) -> Result<Vec<Arg>> {
    let number = new.id_number.expose();
    let sealed_phone =
        new.phone.as_ref().map(|phone| write.sealer.seal(phone_place(id), phone.as_bytes())).transpose()?;
    Ok(args![
        write.county,
        id,
        new.division,
        &new.name,
        write.sealer.seal(id_number_place(id), number.as_bytes())?,
        write.sealer.index(ID_NUMBER_INDEX, number).to_vec(),
        new.sex.code(),
        new.birth_date,
        new.ethnicity,
        &new.hukou_address,
        sealed_phone,
        None::<Date>,
        write.now,
        1,
    ])
}
