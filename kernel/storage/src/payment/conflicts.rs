//! What only the kernel can see wrong with the lines of an envelope: accounts shared between families, holders who are nobody
//! covered, people who stand on another scheme's or another county's lines for the same month. A page costs a handful of
//! queries, however many lines it has.

use super::PaymentQuery;
use crate::engine::args;
use crate::fact::value_place;
use crate::person::open_text;
use crate::snapshot::Reach;
use crate::{Snapshot, revision};
use doudi_domain::payment::{Conflict, ConflictKind, Payment, State};
use doudi_domain::{County, Date, DocumentId, FactId, HouseholdId, PaymentId, Result};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Lines looked at in one round; a page of findings may take several.
const ROUND: u32 = 4_096;

pub(super) const ACCOUNT_NUMBER: &str = "household.account-number";
pub(super) const ACCOUNT_NAME: &str = "household.account-name";
pub(super) const ACCOUNT_BANK: &str = "household.account-bank";
pub(super) const CERTIFICATE: &str = "household.certificate";

/// A household's account (and certificate) as it stands on a day.
#[derive(Clone, Default)]
pub(super) struct Account {
    pub bank: String,
    pub holder: String,
    pub certificate: String,
    /// In clear when it was asked for.
    pub number: Option<String>,
    pub index: Option<String>,
}

impl Snapshot {
    /// Findings about the lines above `after` that are not dropped, by line; those of a line come together, so that a page may
    /// be a few findings short. Accounts are those of `day`.
    pub async fn payment_conflicts(
        &mut self,
        document: DocumentId,
        after: PaymentId,
        limit: u32,
        day: Date,
    ) -> Result<Vec<Conflict>> {
        self.note(|| revision::payments_of_document(document));
        let limit = limit.clamp(16, ROUND) as usize;
        let mut found: Vec<Conflict> = Vec::new();
        let mut query = PaymentQuery {
            document: Some(document),
            states: vec![State::Drawn, State::Held, State::Sealed, State::Credited, State::Returned],
            after: after.0,
            limit: ROUND,
            ..PaymentQuery::default()
        };
        loop {
            let lines = self.payments_query(&query).await?;
            let Some(last) = lines.last() else { return Ok(found) };
            query.after = last.id.0;
            let complete = lines.len() < ROUND as usize;
            for (_, of_line) in self.conflicts_of(&lines, day).await? {
                if found.len() + of_line.len() > limit {
                    return Ok(found);
                }
                found.extend(of_line);
            }
            if complete {
                return Ok(found);
            }
        }
    }

    async fn conflicts_of(&mut self, lines: &[Payment], day: Date) -> Result<BTreeMap<PaymentId, Vec<Conflict>>> {
        let households: Vec<HouseholdId> = lines.iter().map(|line| line.household).collect();
        let accounts = self.accounts_of(&households, day, false).await?;
        let sharing = self.sharing(&accounts, lines, day).await?;
        let names = self.names_covered(lines).await?;
        let schemes = self.other_schemes(lines).await?;
        let counties = self.other_counties(lines).await?;
        let mut found: BTreeMap<PaymentId, Vec<Conflict>> = BTreeMap::new();
        for line in lines {
            let mut of_line = Vec::new();
            let mut add = |kind, other: Option<String>, other_household| {
                of_line.push(Conflict { line: line.id, household: line.household, kind, other, other_household });
            };
            let account = accounts.get(&line.household).cloned().unwrap_or_default();
            match &account.index {
                None => add(ConflictKind::NoAccount, None, None),
                Some(index) => {
                    let others = sharing.get(&(index.clone(), line.month));
                    for other in others.into_iter().flatten().filter(|other| **other != line.household) {
                        add(ConflictKind::SharedAccount, None, Some(*other));
                    }
                    let holder = account.holder.trim();
                    let covered = names.get(&line.id);
                    if !covered.is_some_and(|names| names.iter().any(|name| name.trim() == holder)) {
                        add(ConflictKind::HolderDiffers, None, None);
                    }
                }
            }
            for scheme in schemes.get(&line.id).into_iter().flatten() {
                add(ConflictKind::OtherScheme, Some(scheme.clone()), None);
            }
            for county in counties.get(&line.id).into_iter().flatten() {
                add(ConflictKind::OtherCounty, Some(county.to_string()), None);
            }
            if !of_line.is_empty() {
                found.insert(line.id, of_line);
            }
        }
        Ok(found)
    }

    /// The latest recorded account of each household that holds on the day.
    pub(super) async fn accounts_of(
        &mut self,
        households: &[HouseholdId],
        day: Date,
        with_sealed: bool,
    ) -> Result<HashMap<HouseholdId, Account>> {
        let list: BTreeSet<i64> = households.iter().map(|id| id.0).collect();
        let list: Vec<i64> = list.into_iter().collect();
        let fields: Vec<String> = [ACCOUNT_BANK, ACCOUNT_NAME, ACCOUNT_NUMBER, CERTIFICATE].map(str::to_owned).into();
        let sql = if with_sealed {
            "SELECT household, field, value_text, value_index, value_sealed, id FROM fact
             WHERE county = $1 AND household @any $2 AND (field @any $3) IS TRUE AND valid_from <= $4
             AND (valid_to IS NULL OR valid_to >= $4) AND superseded_at IS NULL ORDER BY recorded_at, id"
        } else {
            "SELECT household, field, value_text, value_index, NULL AS value_sealed, id FROM fact
             WHERE county = $1 AND household @any $2 AND (field @any $3) IS TRUE AND valid_from <= $4
             AND (valid_to IS NULL OR valid_to >= $4) AND superseded_at IS NULL ORDER BY recorded_at, id"
        };
        let mut accounts: HashMap<HouseholdId, Account> = HashMap::with_capacity(list.len());
        let mut numbers: HashMap<HouseholdId, (FactId, Vec<u8>)> = HashMap::new();
        for row in self.tx.all(sql, args![self.reach.county, list, fields, day]).await? {
            let household: HouseholdId = row.at(0)?;
            let account = accounts.entry(household).or_default();
            let text: Option<String> = row.at(2)?;
            match row.at::<String>(1)?.as_str() {
                ACCOUNT_BANK => account.bank = text.unwrap_or_default(),
                ACCOUNT_NAME => account.holder = text.unwrap_or_default(),
                CERTIFICATE => account.certificate = text.unwrap_or_default(),
                _ => {
                    account.index = row.at(3)?;
                    if with_sealed && let Some(sealed) = row.at::<Option<Vec<u8>>>(4)? {
                        numbers.insert(household, (row.at(5)?, sealed));
                    }
                }
            }
        }
        for (household, (fact, sealed)) in numbers {
            let number = open_text(&*self.sealer, value_place(fact), &sealed)?;
            if let Some(account) = accounts.get_mut(&household) {
                account.number = Some(number);
            }
        }
        Ok(accounts)
    }

    /// By account and month, the households with that account that are paid for the month, where there are several.
    async fn sharing(
        &mut self,
        accounts: &HashMap<HouseholdId, Account>,
        lines: &[Payment],
        day: Date,
    ) -> Result<HashMap<(String, Date), BTreeSet<HouseholdId>>> {
        let indexes: BTreeSet<&String> = accounts.values().filter_map(|account| account.index.as_ref()).collect();
        let indexes: Vec<String> = indexes.into_iter().cloned().collect();
        let sql = "SELECT value_index, household FROM fact
                   WHERE county = $1 AND value_index @any $2 AND field = $3 AND household IS NOT NULL AND valid_from <= $4
                   AND (valid_to IS NULL OR valid_to >= $4) AND superseded_at IS NULL";
        let mut holders: HashMap<String, BTreeSet<HouseholdId>> = HashMap::new();
        for row in self.tx.all(sql, args![self.reach.county, indexes, ACCOUNT_NUMBER, day]).await? {
            holders.entry(row.at(0)?).or_default().insert(row.at(1)?);
        }
        holders.retain(|_, households| households.len() > 1);
        if holders.is_empty() {
            return Ok(HashMap::new());
        }
        let suspects: Vec<i64> = holders.values().flatten().map(|id| id.0).collect();
        let months = months_of(lines);
        let sql = "SELECT DISTINCT household, month FROM payment
                   WHERE county = $1 AND household @any $2 AND month @any $3 AND state <> 'dropped'";
        let mut paid: BTreeSet<(HouseholdId, Date)> = BTreeSet::new();
        for row in self.tx.all(sql, args![self.reach.county, suspects, months.clone()]).await? {
            paid.insert((row.at(0)?, row.at(1)?));
        }
        let mut sharing = HashMap::new();
        let months: BTreeSet<Date> = lines.iter().map(|line| line.month).collect();
        for (index, households) in holders {
            for month in &months {
                let of_month: BTreeSet<HouseholdId> =
                    households.iter().copied().filter(|household| paid.contains(&(*household, *month))).collect();
                if of_month.len() > 1 {
                    sharing.insert((index.clone(), *month), of_month);
                }
            }
        }
        Ok(sharing)
    }

    /// Names of the persons each line covers.
    async fn names_covered(&mut self, lines: &[Payment]) -> Result<HashMap<PaymentId, Vec<String>>> {
        let sql = "SELECT k.line, n.name FROM payment_key k JOIN person n ON n.county = k.county AND n.id = k.person
                   WHERE k.county = $1 AND k.line @any $2";
        let mut names: HashMap<PaymentId, Vec<String>> = HashMap::with_capacity(lines.len());
        for row in self.tx.all(sql, args![self.reach.county, ids_of(lines)]).await? {
            names.entry(row.at(0)?).or_default().push(row.at(1)?);
        }
        Ok(names)
    }

    /// Other schemes on whose lines of the month somebody stands whom the line covers.
    async fn other_schemes(&mut self, lines: &[Payment]) -> Result<HashMap<PaymentId, BTreeSet<String>>> {
        let sql = "SELECT DISTINCT k.line, o.scheme FROM payment_key k
                   JOIN payment_key o ON o.county = k.county AND o.person = k.person AND o.month = k.month
                   WHERE k.county = $1 AND k.line @any $2 AND o.scheme <> k.scheme";
        let mut schemes: HashMap<PaymentId, BTreeSet<String>> = HashMap::new();
        for row in self.tx.all(sql, args![self.reach.county, ids_of(lines)]).await? {
            schemes.entry(row.at(0)?).or_default().insert(row.at(1)?);
        }
        Ok(schemes)
    }

    /// Other counties of the city that pay somebody with the same ID number for the month. Nothing but the county's code is
    /// told.
    async fn other_counties(&mut self, lines: &[Payment]) -> Result<HashMap<PaymentId, BTreeSet<County>>> {
        let Reach { county, .. } = self.reach;
        let months = months_of(lines);
        let Some((first, last)) = months.iter().min().zip(months.iter().max()) else { return Ok(HashMap::new()) };
        // A line for a month is drawn in it or later.
        let sql = "SELECT DISTINCT county FROM payment_envelope WHERE month >= $1 AND county <> $2";
        let rows = self.tx.all(sql, args![*first, county]).await?;
        let others = rows.iter().map(|row| row.at(0)).collect::<Result<Vec<County>>>()?;
        let sql = "SELECT DISTINCT k.line FROM payment_key k
                   JOIN person mine ON mine.county = k.county AND mine.id = k.person
                   JOIN person theirs ON theirs.county = $3 AND theirs.id_number_index = mine.id_number_index
                   JOIN payment_key o ON o.county = theirs.county AND o.person = theirs.id AND o.month = k.month
                   WHERE k.county = $1 AND k.line @any $2 AND k.month BETWEEN $4 AND $5";
        let mut counties: HashMap<PaymentId, BTreeSet<County>> = HashMap::new();
        for other in others {
            for row in self.tx.all(sql, args![county, ids_of(lines), other, *first, *last]).await? {
                counties.entry(row.at(0)?).or_default().insert(other);
            }
        }
        Ok(counties)
    }
}

fn ids_of(lines: &[Payment]) -> Vec<i64> {
    lines.iter().map(|line| line.id.0).collect()
}

/// Days of the first of each month, once.
fn months_of(lines: &[Payment]) -> Vec<i64> {
    let months: BTreeSet<i64> = lines.iter().map(|line| i64::from(doudi_domain::calendar::days(line.month))).collect();
    months.into_iter().collect()
}
