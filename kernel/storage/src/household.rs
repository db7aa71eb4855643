//! Households and memberships: the file, as it stands on any day.

use crate::engine::Kind::{Int, Text};
use crate::engine::{Arg, Kind, Row, Tx, args};
use crate::event::NewEvent;
use crate::page;
use crate::person::{self, person_columns};
use crate::snapshot::Reach;
use crate::{Snapshot, Write, revision, search};
use doudi_domain::household::{Household, HouseholdFile, Membership, NewHousehold};
use doudi_domain::{Date, DivisionCode, Error, HouseholdId, MembershipId, PersonId, Result};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// What to change; `None` leaves as it is.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct HouseholdChange {
    pub number: Option<String>,
    pub division: Option<DivisionCode>,
    pub hukou_division: Option<Option<DivisionCode>>,
    pub address: Option<String>,
    pub head: Option<Option<PersonId>>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewMembership {
    pub household: HouseholdId,
    pub person: PersonId,
    /// Code table `relation`.
    pub relation: u8,
    pub co_resident: bool,
    /// Code table `uncounted-reason`, 0 when counted.
    pub uncounted_reason: u8,
    pub from: Date,
}

/// 户主 in code table `relation`.
pub(crate) const HEAD: u8 = 2;

/// A household on a pass over a county.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listed {
    pub id: HouseholdId,
    pub number: String,
    pub division: DivisionCode,
}

macro_rules! household_columns {
    () => {
        "h.id, h.number, h.division, h.hukou_division, h.address, h.head, h.created_at, h.revision"
    };
}
pub(crate) use household_columns;

pub(crate) fn read(row: &Row) -> Result<Household> {
    Ok(Household {
        id: row.get("id")?,
        number: row.get("number")?,
        division: row.get("division")?,
        hukou_division: row.get("hukou_division")?,
        address: row.get("address")?,
        head: row.get("head")?,
        created_at: row.get("created_at")?,
        revision: row.get("revision")?,
    })
}

fn read_membership(row: &Row) -> Result<Membership> {
    Ok(Membership {
        id: row.get("id")?,
        household: row.get("household")?,
        person: row.get("person")?,
        relation: row.get("relation")?,
        co_resident: row.get("co_resident")?,
        uncounted_reason: row.get("uncounted_reason")?,
        from: row.get("valid_from")?,
        to: row.get("valid_to")?,
    })
}

pub(crate) async fn find(tx: &mut Tx, reach: Reach, id: HouseholdId) -> Result<Option<Household>> {
    let sql = concat!(
        "SELECT ",
        household_columns!(),
        " FROM household h WHERE h.county = $1 AND h.id = $2 AND h.division BETWEEN $3 AND $4"
    );
    let row = tx.optional(sql, args![reach.county, id, reach.low, reach.high]).await?;
    row.as_ref().map(read).transpose()
}

/// `NotFound` when one of them is absent or out of scope.
pub(crate) async fn require_all(tx: &mut Tx, reach: Reach, ids: impl Iterator<Item = HouseholdId>) -> Result<()> {
    let ids: BTreeSet<i64> = ids.map(|id| id.0).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let wanted = ids.len();
    let sql = "SELECT COUNT(*) AS count FROM household WHERE county = $1 AND id @any $2 AND division BETWEEN $3 AND $4";
    let list: Vec<i64> = ids.into_iter().collect();
    let found = crate::storage::count(tx, sql, args![reach.county, list, reach.low, reach.high]).await?;
    if usize::try_from(found).ok() == Some(wanted) { Ok(()) } else { Err(Error::not_found("家庭")) }
}

/// Those of these households that lie in reach.
pub(crate) async fn within(tx: &mut Tx, reach: Reach, ids: &[HouseholdId]) -> Result<BTreeSet<HouseholdId>> {
    if ids.is_empty() {
        return Ok(BTreeSet::new());
    }
    let list: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let sql = "SELECT id FROM household WHERE county = $1 AND id @any $2 AND division BETWEEN $3 AND $4";
    tx.all(sql, args![reach.county, list, reach.low, reach.high]).await?.iter().map(|row| row.get("id")).collect()
}

impl Snapshot {
    /// `NotFound` when absent or out of scope.
    pub async fn household_fetch(&mut self, id: HouseholdId) -> Result<Household> {
        self.household_find(id).await?.ok_or(Error::not_found("家庭"))
    }

    pub async fn household_find(&mut self, id: HouseholdId) -> Result<Option<Household>> {
        self.note(|| revision::household(id));
        find(&mut self.tx, self.reach, id).await
    }

    /// Where these households live. Absent ones and those out of scope are left out.
    pub async fn household_divisions(&mut self, ids: &[HouseholdId]) -> Result<HashMap<HouseholdId, DivisionCode>> {
        let Reach { county, low, high, .. } = self.reach;
        for id in ids {
            self.note(|| revision::household(*id));
        }
        let sql = "SELECT id, division FROM household WHERE county = $1 AND id @any $2 AND division BETWEEN $3 AND $4";
        let list: Vec<i64> = ids.iter().map(|id| id.0).collect();
        let rows = self.tx.all(sql, args![county, list, low, high]).await?;
        rows.iter().map(|row| Ok((row.get("id")?, row.get("division")?))).collect()
    }

    pub async fn household_by_number(&mut self, number: &str) -> Result<Option<Household>> {
        let Reach { county, low, high, .. } = self.reach;
        let sql = concat!(
            "SELECT ",
            household_columns!(),
            " FROM household h
             WHERE h.county = $1 AND h.number = $2 AND h.division BETWEEN $3 AND $4"
        );
        let found = self.tx.optional(sql, args![county, number, low, high]).await?.as_ref().map(read).transpose()?;
        if let Some(household) = &found {
            self.note(|| revision::household(household.id));
        }
        Ok(found)
    }

    /// Those of these numbers that are taken within the scope.
    pub async fn households_by_numbers(&mut self, numbers: &[String]) -> Result<HashMap<String, HouseholdId>> {
        let Reach { county, low, high, .. } = self.reach;
        let sql =
            "SELECT id, number FROM household WHERE county = $1 AND number @any $2 AND division BETWEEN $3 AND $4";
        let rows = self.tx.all(sql, args![county, numbers.to_vec(), low, high]).await?;
        let mut found = HashMap::with_capacity(rows.len());
        for row in &rows {
            let id: HouseholdId = row.get("id")?;
            self.note(|| revision::household(id));
            found.insert(row.get("number")?, id);
        }
        Ok(found)
    }

    /// The household with its members on one day, by order of entry; ID numbers and phones only `with_sealed`, which the
    /// caller records.
    pub async fn household_file(&mut self, id: HouseholdId, as_of: Date, with_sealed: bool) -> Result<HouseholdFile> {
        let household = self.household_fetch(id).await?;
        let sql = concat!(
            "SELECT m.id, m.household, m.person, m.relation, m.co_resident, m.uncounted_reason, m.valid_from, m.valid_to, ",
            person_columns!(),
            " FROM membership m JOIN person p ON p.county = m.county AND p.id = m.person
             WHERE m.county = $1 AND m.household = $2 AND m.valid_from <= $3 AND (m.valid_to IS NULL OR m.valid_to >= $3)
             ORDER BY m.id"
        );
        let mut members = Vec::new();
        for row in self.tx.all(sql, args![self.reach.county, id, as_of]).await? {
            members.push((read_membership(&row)?, person::read(&row, &*self.sealer, with_sealed)?));
        }
        Ok(HouseholdFile { household, members })
    }

    /// Households in scope by ascending id after `after`, with what an answer about each is listed under.
    pub async fn households_listed(&mut self, after: Option<HouseholdId>, limit: u32) -> Result<Vec<Listed>> {
        let Reach { county, low, high, .. } = self.reach;
        let sql = "SELECT id, number, division FROM household
                   WHERE county = $1 AND division BETWEEN $2 AND $3 AND id > $4 ORDER BY id LIMIT $5";
        let after = after.map_or(0, |id| id.0);
        let rows = self.tx.all(sql, args![county, low, high, after, page::clamp(limit)]).await?;
        rows.iter().map(|row| Ok(Listed { id: row.at(0)?, number: row.at(1)?, division: row.at(2)? })).collect()
    }

    /// Ids only, for passes over a whole county, in ascending order after `after`.
    pub async fn household_ids(&mut self, after: Option<HouseholdId>, limit: u32) -> Result<Vec<HouseholdId>> {
        let Reach { county, low, high, .. } = self.reach;
        let sql = "SELECT id FROM household WHERE county = $1 AND division BETWEEN $2 AND $3 AND id > $4 ORDER BY id LIMIT $5";
        let after = after.map_or(0, |id| id.0);
        let rows = self.tx.all(sql, args![county, low, high, after, page::clamp(limit)]).await?;
        rows.iter().map(|row| row.at(0)).collect()
    }

    /// What to call households on a list: the number, and the head's name where the head is within scope.
    pub async fn household_titles(
        &mut self,
        ids: &[HouseholdId],
    ) -> Result<BTreeMap<HouseholdId, (String, Option<String>)>> {
        let Reach { county, low, high, .. } = self.reach;
        let list: Vec<i64> = ids.iter().map(|id| id.0).collect();
        let sql = "SELECT h.id, h.number, p.name FROM household h
                   LEFT JOIN person p ON p.county = h.county AND p.id = h.head AND p.division BETWEEN $3 AND $4
                   WHERE h.county = $1 AND h.id @any $2 AND h.division BETWEEN $3 AND $4";
        let rows = self.tx.all(sql, args![county, list, low, high]).await?;
        rows.iter().map(|row| Ok((row.at(0)?, (row.at(1)?, row.at(2)?)))).collect()
    }

    /// Every membership the household ever had, oldest first.
    pub async fn memberships_of_household(&mut self, id: HouseholdId) -> Result<Vec<Membership>> {
        let Reach { county, low, high, .. } = self.reach;
        self.note(|| revision::household(id));
        let sql = "SELECT m.id, m.household, m.person, m.relation, m.co_resident, m.uncounted_reason, m.valid_from, m.valid_to
                   FROM membership m JOIN household h ON h.county = m.county AND h.id = m.household
                   WHERE m.county = $1 AND m.household = $2 AND h.division BETWEEN $3 AND $4 ORDER BY m.id";
        self.tx.all(sql, args![county, id, low, high]).await?.iter().map(read_membership).collect()
    }

    /// Every membership the person ever had in households in scope, oldest first.
    pub async fn memberships_of_person(&mut self, id: PersonId) -> Result<Vec<Membership>> {
        let Reach { county, low, high, .. } = self.reach;
        self.note(|| revision::person(id));
        let sql = "SELECT m.id, m.household, m.person, m.relation, m.co_resident, m.uncounted_reason, m.valid_from, m.valid_to
                   FROM membership m JOIN household h ON h.county = m.county AND h.id = m.household
                   WHERE m.county = $1 AND m.person = $2 AND h.division BETWEEN $3 AND $4 ORDER BY m.id";
        self.tx.all(sql, args![county, id, low, high]).await?.iter().map(read_membership).collect()
    }
}

pub(crate) const HOUSEHOLD: [(&str, Kind); 9] = [
    ("county", Int),
    ("id", Int),
    ("number", Text),
    ("division", Int),
    ("hukou_division", Int),
    ("address", Text),
    ("head", Int),
    ("created_at", Int),
    ("revision", Int),
];

/// A row for [`HOUSEHOLD`].
pub(crate) fn household_row(write: &Write, id: HouseholdId, new: &NewHousehold, head: Option<PersonId>) -> Vec<Arg> {
    args![write.county, id, &new.number, new.division, new.hukou_division, &new.address, head, write.now, 1]
}

pub(crate) const MEMBERSHIP: [(&str, Kind); 9] = [
    ("county", Int),
    ("id", Int),
    ("household", Int),
    ("person", Int),
    ("relation", Int),
    ("co_resident", Int),
    ("uncounted_reason", Int),
    ("valid_from", Int),
    ("valid_to", Int),
];

/// A row for [`MEMBERSHIP`].
pub(crate) fn membership_row(write: &Write, id: MembershipId, new: &NewMembership) -> Vec<Arg> {
    args![
        write.county,
        id,
        new.household,
        new.person,
        new.relation,
        new.co_resident,
        new.uncounted_reason,
        new.from,
        None::<Date>,
    ]
}

pub(crate) fn check_number(number: &str) -> Result<()> {
    if number.trim().is_empty() || number.chars().count() > 40 {
        return Err(Error::invalid("户编号", "household.number", "请填写户编号，不超过 40 个字符"));
    }
    Ok(())
}

impl Write {
    /// `Conflict` when the number is taken in the county; `Forbidden` when the village lies outside the actor's area.
    pub async fn household_create(&mut self, new: &NewHousehold) -> Result<HouseholdId> {
        self.require_within(new.division)?;
        check_number(&new.number)?;
        let id = HouseholdId(self.tx.new_id().await?);
        let row = household_row(self, id, new, None);
        self.tx.insert_many("household", &HOUSEHOLD, vec![row], "").await?;
        search::file_household(self, id, &new.number, new.division).await?;
        let detail = json!({ "number": new.number, "division": new.division.value() });
        self.audit("household.create", revision::household(id), detail);
        Ok(id)
    }

    /// `Conflict` when the revision is not `expected`. A new village moves the members' filing, too.
    pub async fn household_update(&mut self, id: HouseholdId, expected: i64, change: &HouseholdChange) -> Result<()> {
        let found = find(&mut self.tx, self.reach, id).await?;
        let mut household = found.ok_or(Error::not_found("家庭"))?;
        if household.revision != expected {
            return Err(person::stale());
        }
        let before = household.clone();
        if let Some(number) = &change.number {
            check_number(number)?;
            household.number.clone_from(number);
        }
        if let Some(division) = change.division {
            self.require_within(division)?;
            household.division = division;
        }
        if let Some(division) = change.hukou_division {
            household.hukou_division = division;
        }
        if let Some(address) = &change.address {
            household.address.clone_from(address);
        }
        if let Some(head) = change.head {
            if let Some(person) = head {
                let sql =
                    "SELECT COUNT(*) AS count FROM membership WHERE county = $1 AND household = $2 AND person = $3
                           AND valid_to IS NULL";
                if crate::storage::count(&mut self.tx, sql, args![self.county, id, person]).await? == 0 {
                    return Err(Error::invalid("户主", "household.head", "户主必须是现有的家庭成员。请先登记家庭成员"));
                }
            }
            household.head = head;
        }
        let sql = "UPDATE household SET number = $3, division = $4, hukou_division = $5, address = $6, head = $7,
                   revision = revision + 1 WHERE county = $1 AND id = $2";
        let Household { number, division, hukou_division, address, head, .. } = &household;
        let values = args![self.county, id, number, *division, *hukou_division, address, *head];
        self.tx.run(sql, values).await?;
        if before.number != household.number || before.division != household.division {
            search::file_household(self, id, &household.number, household.division).await?;
        }
        if before.division != household.division {
            let sql = "UPDATE person SET division = $3 WHERE county = $1 AND id IN
                       (SELECT person FROM membership WHERE county = $1 AND household = $2 AND valid_to IS NULL)";
            self.tx.run(sql, args![self.county, id, household.division]).await?;
            let sql = "UPDATE term SET division = $3 WHERE county = $1 AND household = $2";
            self.tx.run(sql, args![self.county, id, household.division]).await?;
        }
        let detail = json!({
            "number": household.number, "division": household.division.value(), "division_before": before.division.value(),
            "head": household.head.map(|person| person.0),
        });
        self.audit("household.update", revision::household(id), detail);
        self.household_changed(id).await
    }

    /// `Conflict` when the person belongs to a household already on that day or later. The first head of the household
    /// becomes its head.
    pub async fn membership_add(&mut self, new: &NewMembership) -> Result<MembershipId> {
        let household = find(&mut self.tx, self.reach, new.household).await?.ok_or(Error::not_found("家庭"))?;
        let found = person::find(&mut self.tx, self.reach, &*self.sealer, new.person, false).await?;
        let (_, filed) = found.ok_or(Error::not_found("人员"))?;
        let sql = "SELECT COUNT(*) AS count FROM membership WHERE county = $1 AND person = $2
                   AND (valid_to IS NULL OR valid_to >= $3)";
        if crate::storage::count(&mut self.tx, sql, args![self.county, new.person, new.from]).await? > 0 {
            return Err(Error::conflict(
                "此人在这一天或之后已属于一个家庭。请先结束原来的家庭成员关系，再加入新的家庭",
            ));
        }
        let id = MembershipId(self.tx.new_id().await?);
        let row = membership_row(self, id, new);
        self.tx.insert_many("membership", &MEMBERSHIP, vec![row], "").await?;
        if filed != household.division {
            let sql = "UPDATE person SET division = $3 WHERE county = $1 AND id = $2";
            self.tx.run(sql, args![self.county, new.person, household.division]).await?;
        }
        if new.relation == HEAD && household.head.is_none() {
            let sql = "UPDATE household SET head = $3 WHERE county = $1 AND id = $2";
            self.tx.run(sql, args![self.county, new.household, new.person]).await?;
        }
        self.tx.run(HOUSEHOLD_BUMP, args![self.county, new.household]).await?;
        search::refile_person(self, new.person).await?;
        let detail = json!({ "person": new.person.0, "relation": new.relation, "from": new.from.to_string() });
        self.audit("membership.add", revision::household(new.household), detail);
        self.person_moved(new.person).await?;
        self.household_changed(new.household).await?;
        Ok(id)
    }

    /// Ends a membership on its inclusive last day. A head who leaves leaves the household without one.
    pub async fn membership_end(&mut self, id: MembershipId, last_day: Date) -> Result<()> {
        let Reach { county, low, high, .. } = self.reach;
        let sql = "SELECT m.id, m.household, m.person, m.relation, m.co_resident, m.uncounted_reason, m.valid_from, m.valid_to
                   FROM membership m JOIN household h ON h.county = m.county AND h.id = m.household
                   WHERE m.county = $1 AND m.id = $2 AND h.division BETWEEN $3 AND $4";
        let row = self.tx.optional(sql, args![county, id, low, high]).await?;
        let membership = row.as_ref().map(read_membership).transpose()?.ok_or(Error::not_found("家庭成员"))?;
        if membership.to.is_some() {
            return Err(Error::conflict("这项家庭成员关系已经结束。请刷新后查看"));
        }
        let sql = "UPDATE membership SET valid_to = $3 WHERE county = $1 AND id = $2";
        self.tx.run(sql, args![county, id, last_day]).await?;
        let sql = "UPDATE household SET head = NULL WHERE county = $1 AND id = $2 AND head = $3";
        self.tx.run(sql, args![county, membership.household, membership.person]).await?;
        self.tx.run(HOUSEHOLD_BUMP, args![county, membership.household]).await?;
        search::refile_person(self, membership.person).await?;
        let detail = json!({ "person": membership.person.0, "to": last_day.to_string() });
        self.audit("membership.end", revision::household(membership.household), detail);
        self.person_moved(membership.person).await?;
        self.household_changed(membership.household).await
    }

    /// As [`Write::household_changed`] for each, in one go.
    pub(crate) async fn households_changed(&mut self, ids: BTreeSet<HouseholdId>) -> Result<()> {
        let told: HashSet<String> = self
            .events
            .iter()
            .filter(|event| event.topic == "household.changed")
            .map(|event| event.subject.clone())
            .collect();
        let mut news = Vec::new();
        for id in ids {
            let subject = revision::household(id);
            self.moves(subject.clone());
            if !told.contains(&subject) {
                news.push(NewEvent { topic: "household.changed".to_owned(), subject, payload: "{}".to_owned() });
            }
        }
        self.events_publish_many(news).await.map(drop)
    }

    /// Moves the household's key and publishes `household.changed`, once in a transaction.
    pub(crate) async fn household_changed(&mut self, id: HouseholdId) -> Result<()> {
        let subject = revision::household(id);
        self.moves(subject.clone());
        let told = self.events.iter().any(|event| event.topic == "household.changed" && event.subject == subject);
        if !told {
            self.event_publish("household.changed", &subject, "{}").await?;
        }
        Ok(())
    }
}

const HOUSEHOLD_BUMP: &str = "UPDATE household SET revision = revision + 1 WHERE county = $1 AND id = $2";
