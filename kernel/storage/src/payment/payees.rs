//! The lines of an envelope with the people behind them, for the files of officers and banks: names, ID numbers, accounts and
//! addresses, which no plugin sees. Read block by block; the caller records that it was done.

use super::PaymentQuery;
use super::conflicts::Account;
use crate::Snapshot;
use crate::engine::args;
use crate::person::open_id_number;
use doudi_domain::payment::{Payment, State};
use doudi_domain::{Date, DivisionCode, DocumentId, HouseholdId, PersonId, Result};
use std::collections::{BTreeSet, HashMap};

/// Lines of an envelope above a cursor, in the order of the file: by id.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PayeeQuery {
    pub document: DocumentId,
    /// Empty: all.
    pub states: Vec<State>,
    /// Accounts and households as of this day.
    pub day: Date,
    pub after: i64,
    pub limit: u32,
    /// Whether ID numbers, telephone numbers and account numbers come in clear; else they are empty.
    pub with_sealed: bool,
}

/// A line with the family behind it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Payee {
    pub payment: Payment,
    /// The household's number, village and address.
    pub number: String,
    pub village: DivisionCode,
    pub address: String,
    pub head_name: String,
    pub head_id: String,
    /// The person paid: the payee of a personal benefit, else the head.
    pub payee_name: String,
    pub payee_id: String,
    pub phone: String,
    pub bank: String,
    pub account_name: String,
    pub account_number: String,
    /// 低保证号.
    pub certificate: String,
    /// Code tables `hukou-kind` and `poverty-cause`.
    pub hukou: Option<i64>,
    pub cause: Option<i64>,
    pub members: i64,
    /// First day of the decision's effect.
    pub begins: Date,
}

/// A household as the file names it.
struct Home {
    number: String,
    village: DivisionCode,
    address: String,
    head: Option<PersonId>,
}

/// A person as the file names one.
#[derive(Clone, Default)]
struct Named {
    name: String,
    id_number: String,
    phone: String,
}

impl Snapshot {
    /// One block of lines with their families, by ascending id.
    pub async fn payment_payees(&mut self, query: &PayeeQuery) -> Result<Vec<Payee>> {
        let lines = self
            .payments_query(&PaymentQuery {
                document: Some(query.document),
                states: query.states.clone(),
                after: query.after,
                limit: query.limit,
                ..PaymentQuery::default()
            })
            .await?;
        let households: Vec<HouseholdId> = lines.iter().map(|line| line.household).collect();
        let homes = self.payee_homes(&households).await?;
        let heads = homes.values().filter_map(|home| home.head);
        let persons: BTreeSet<PersonId> = heads.chain(lines.iter().filter_map(|line| line.person)).collect();
        let named = self.payee_persons(persons, query.with_sealed).await?;
        let accounts = self.accounts_of(&households, query.day, query.with_sealed).await?;
        let codes = self.payee_codes(&households, query.day).await?;
        let members = self.payee_members(&households, query.day).await?;
        let begins = self.payee_begins(&lines).await?;
        let payees = lines.into_iter().map(|payment| {
            let household = payment.household;
            let home = homes.get(&household);
            let of = |person: Option<PersonId>| person.and_then(|id| named.get(&id)).cloned().unwrap_or_default();
            let head = of(home.and_then(|home| home.head));
            let payee = if payment.person.is_some() { of(payment.person) } else { head.clone() };
            let account = accounts.get(&household).cloned().unwrap_or_else(Account::default);
            let code = |field| codes.get(&(household, field)).copied();
            Payee {
                number: home.map(|home| home.number.clone()).unwrap_or_default(),
                village: home.map_or(payment.division, |home| home.village),
                address: home.map(|home| home.address.clone()).unwrap_or_default(),
                head_name: head.name,
                head_id: head.id_number,
                payee_name: payee.name,
                payee_id: payee.id_number,
                phone: if payee.phone.is_empty() { head.phone } else { payee.phone },
                bank: account.bank,
                account_name: account.holder,
                account_number: account.number.unwrap_or_default(),
                certificate: account.certificate,
                hukou: code(HUKOU),
                cause: code(CAUSE),
                members: members.get(&household).copied().unwrap_or(0),
                begins: begins.get(&payment.decision.0).copied().unwrap_or(payment.month),
                payment,
            }
        });
        Ok(payees.collect())
    }

    async fn payee_homes(&mut self, households: &[HouseholdId]) -> Result<HashMap<HouseholdId, Home>> {
        let sql = "SELECT id, number, division, address, head FROM household WHERE county = $1 AND id @any $2";
        let mut homes = HashMap::with_capacity(households.len());
        for row in self.tx.all(sql, args![self.reach.county, list_of(households)]).await? {
            let home = Home { number: row.at(1)?, village: row.at(2)?, address: row.at(3)?, head: row.at(4)? };
            homes.insert(row.at(0)?, home);
        }
        Ok(homes)
    }

    async fn payee_persons(
        &mut self,
        persons: BTreeSet<PersonId>,
        with_sealed: bool,
    ) -> Result<HashMap<PersonId, Named>> {
        let list: Vec<i64> = persons.into_iter().map(|id| id.0).collect();
        let sql = "SELECT id, name, id_number, phone FROM person WHERE county = $1 AND id @any $2";
        let mut named = HashMap::with_capacity(list.len());
        for row in self.tx.all(sql, args![self.reach.county, list]).await? {
            let id: PersonId = row.at(0)?;
            let mut one = Named { name: row.at(1)?, ..Named::default() };
            if with_sealed {
                let number = open_id_number(&*self.sealer, id, &row.at::<Vec<u8>>(2)?)?;
                number.expose().clone_into(&mut one.id_number);
                if let Some(sealed) = row.at::<Option<Vec<u8>>>(3)? {
                    one.phone = crate::person::open_text(&*self.sealer, crate::person::phone_place(id), &sealed)?;
                }
            }
            named.insert(id, one);
        }
        Ok(named)
    }

    async fn payee_codes(
        &mut self,
        households: &[HouseholdId],
        day: Date,
    ) -> Result<HashMap<(HouseholdId, &'static str), i64>> {
        let fields: Vec<String> = [HUKOU, CAUSE].map(str::to_owned).into();
        let sql =
            "SELECT household, field, value_int FROM fact WHERE county = $1 AND household @any $2 AND (field @any $3) IS TRUE
                   AND valid_from <= $4 AND (valid_to IS NULL OR valid_to >= $4) AND superseded_at IS NULL
                   AND value_int IS NOT NULL ORDER BY recorded_at, id";
        let mut codes = HashMap::with_capacity(2 * households.len());
        for row in self.tx.all(sql, args![self.reach.county, list_of(households), fields, day]).await? {
            let field = if row.at::<String>(1)? == HUKOU { HUKOU } else { CAUSE };
            codes.insert((row.at(0)?, field), row.at(2)?);
        }
        Ok(codes)
    }

    async fn payee_members(&mut self, households: &[HouseholdId], day: Date) -> Result<HashMap<HouseholdId, i64>> {
        let sql = "SELECT household, COUNT(*) AS count FROM membership WHERE county = $1 AND household @any $2
                   AND valid_from <= $3 AND (valid_to IS NULL OR valid_to >= $3) GROUP BY household";
        let rows = self.tx.all(sql, args![self.reach.county, list_of(households), day]).await?;
        rows.iter().map(|row| Ok((row.at(0)?, row.at(1)?))).collect()
    }

    async fn payee_begins(&mut self, lines: &[Payment]) -> Result<HashMap<i64, Date>> {
        let list: BTreeSet<i64> = lines.iter().map(|line| line.decision.0).collect();
        let list: Vec<i64> = list.into_iter().collect();
        let sql = "SELECT id, valid_from FROM decision WHERE county = $1 AND id @any $2";
        let rows = self.tx.all(sql, args![self.reach.county, list]).await?;
        rows.iter().map(|row| Ok((row.at(0)?, row.at(1)?))).collect()
    }
}

const HUKOU: &str = "household.hukou-kind";
const CAUSE: &str = "household.poverty-cause";

fn list_of(households: &[HouseholdId]) -> Vec<i64> {
    let list: BTreeSet<i64> = households.iter().map(|id| id.0).collect();
    list.into_iter().collect()
}
