//! A town of random households, drawn from the field catalogue: every declared field with any value it may have, or none. The same
//! seed gives the same town, and a household is the same in whatever block it comes.

use crate::block::Block;
use crate::plugin::Plugin;
use crate::reads::{DocumentQuery, PaymentQuery, Reads};
use async_trait::async_trait;
use doudi_documents::manifest::Unit;
use doudi_domain::calendar::{self, WorkCalendar};
use doudi_domain::catalogue::{self, FieldCode, Kind, Origin, Table};
use doudi_domain::columns::{Column, ColumnData, Columns, TableColumns};
use doudi_domain::decision::{Decision, Governing};
use doudi_domain::document::Document;
use doudi_domain::parameter::Parameter;
use doudi_domain::payment::Payment;
use doudi_domain::{County, Date, DecisionId, DocumentId, Error, HouseholdId, Instant, ParameterId, Result};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The county of invented households: a code that belongs to no place.
pub(super) const COUNTY: County = County(999_999);
/// Words a careless program stumbles over.
const TEXTS: [&str; 6] = ["", "张三", "𠮷野家（南陵县）", "a'b\"c\\d", "　全角　空格", "6217000000000000000"];
/// Amounts of fen, the ordinary and the absurd.
const AMOUNTS: [i64; 9] = [0, 1, 99, 30_000, 71_000, 180_000, 900_000, 50_000_000, 99_999_999_999];
/// Ids of a household's people and facts begin here.
const STRIDE: i64 = 1_000;

#[derive(Clone)]
pub(super) struct RandomTown {
    plugin: String,
    fields: Vec<FieldCode>,
    parameters: BTreeMap<String, i64>,
    calendar: Arc<WorkCalendar>,
    today: Date,
    seed: u64,
}

/// Small and good enough: splitmix64.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % sides.max(1) as u64) as usize
    }
}

impl RandomTown {
    /// The day and the parameters of the first scenario, where there is one; else the examples of the manifest.
    pub fn new(plugin: &Plugin, calendar: Arc<WorkCalendar>, seed: u64) -> RandomTown {
        let manifest = plugin.manifest();
        let mut parameters: BTreeMap<String, i64> = manifest
            .parameters
            .iter()
            .map(|entry| {
                let usual = match entry.unit {
                    Unit::Fen => 71_000,
                    Unit::BasisPoints => 5_000,
                    Unit::Date => i64::from(calendar::days(Date::constant(2022, 1, 1))),
                    Unit::Months | Unit::Days | Unit::Count => 12,
                    Unit::Code | Unit::YesNo => 1,
                };
                (entry.code.clone(), entry.example.unwrap_or(usual))
            })
            .collect();
        let mut today = Date::constant(2022, 11, 15);
        if let Some(scenario) = manifest.scenarios.first() {
            parameters.extend(scenario.parameters.iter().map(|(code, value)| (code.clone(), *value)));
            today = scenario.date.parse().unwrap_or(today);
        }
        RandomTown {
            plugin: plugin.id().to_owned(),
            fields: manifest.fields().into_iter().filter_map(catalogue::find).map(|field| field.code).collect(),
            parameters,
            calendar,
            today,
            seed,
        }
    }

    pub fn today(&self) -> Date {
        self.today
    }

    pub fn reads(&self) -> Box<dyn Reads> {
        Box::new(TownReads { town: self.clone() })
    }

    /// These households in the declared layout.
    pub fn columns(&self, ids: &[HouseholdId]) -> Columns {
        let of = |table: Table| self.fields.iter().copied().filter(move |code| code.field().table == table);
        let mut household = vec![ints("household.id", ids.iter().map(|id| id.0).collect())];
        household.extend(of(Table::Household).map(|code| {
            let dice = ids.iter().map(|id| self.dice(id.0, code));
            column(code, dice.collect(), self.today)
        }));
        let mut people = Vec::new();
        let mut ends = Vec::with_capacity(ids.len());
        for id in ids {
            let size = self.dice_of(id.0, 7).roll(6) as i64;
            people.extend((1..=size).map(|place| id.0 * STRIDE + place));
            ends.push(people.len() as u32);
        }
        let mut person = vec![ints("person.id", people.clone())];
        person.extend(of(Table::Person).map(|code| {
            let dice = people.iter().map(|id| self.dice(*id, code));
            column(code, dice.collect(), self.today)
        }));
        let mut tables = vec![
            TableColumns { table: Table::Household, rows: ids.len() as u32, ends: vec![], columns: household },
            TableColumns { table: Table::Person, rows: people.len() as u32, ends, columns: person },
        ];
        for table in [Table::Income, Table::Asset, Table::Spending] {
            let kinds: Vec<FieldCode> = of(table).collect();
            if !kinds.is_empty() {
                tables.push(self.items(table, &kinds, &people));
            }
        }
        Columns { households: ids.to_vec(), tables }
    }

    fn items(&self, table: Table, kinds: &[FieldCode], people: &[i64]) -> TableColumns {
        let today = i64::from(calendar::days(self.today));
        let mut columns: [Vec<i64>; 7] = Default::default();
        let mut open = Vec::new();
        let mut ends = Vec::with_capacity(people.len());
        for person in people {
            let mut dice = self.dice_of(*person, 11 + table as u64);
            for place in 0..dice.roll(4) {
                let kind = dice.roll(kinds.len());
                let codes = kinds[kind].field().qualifier.map_or(&[][..], |codes| codes.entries);
                let begins = today - dice.roll(400) as i64;
                let ended = dice.roll(3) == 0;
                if !ended {
                    open.push(columns[0].len());
                }
                let row = [
                    person * 100 + (table as i64) * 10 + place as i64,
                    kind as i64,
                    AMOUNTS[dice.roll(AMOUNTS.len())],
                    if codes.is_empty() { 0 } else { i64::from(codes[dice.roll(codes.len())].code) },
                    begins,
                    if ended { begins + dice.roll(300) as i64 } else { 0 },
                    1 + dice.roll(17) as i64,
                ];
                columns.iter_mut().zip(row).for_each(|(column, value)| column.push(value));
            }
            ends.push(columns[0].len() as u32);
        }
        let rows = columns[0].len() as u32;
        let names = ["fact", "kind", "value", "qualifier", "from", "to", "source"];
        let mut columns: Vec<Column> = names.iter().zip(columns).map(|(name, values)| ints(name, values)).collect();
        open.into_iter().for_each(|row| columns[5].set_null(row));
        columns[5].seal_nulls();
        TableColumns { table, rows, ends, columns }
    }

    fn dice(&self, subject: i64, code: FieldCode) -> Dice {
        let word = code.as_str().bytes().fold(0_u64, |hash, byte| hash.wrapping_mul(31).wrapping_add(u64::from(byte)));
        self.dice_of(subject, word)
    }

    fn dice_of(&self, subject: i64, purpose: u64) -> Dice {
        let mut dice = Dice(
            self.seed
                ^ (subject as u64).wrapping_mul(0xd6e8_feb8_6659_fd93)
                ^ purpose.wrapping_mul(0xa076_1d64_78bd_642f),
        );
        dice.roll(2);
        dice
    }
}

fn ints(name: &str, values: Vec<i64>) -> Column {
    Column { name: name.into(), data: ColumnData::Ints(values), nulls: vec![] }
}

/// One value for each dice: any the kind allows. What the kernel always knows (an id, a date of birth) is never absent.
fn column(code: FieldCode, dice: Vec<Dice>, today: Date) -> Column {
    let field = code.field();
    let may_lack = field.origin != Origin::Core || matches!(code.as_str(), "person.death-date" | "person.phone");
    let text = matches!(field.kind, Kind::Text);
    let mut column = if text { Column::texts(code.as_str()) } else { Column::ints(code.as_str()) };
    for (row, mut dice) in dice.into_iter().enumerate() {
        let absent = may_lack && dice.roll(4) == 0;
        match &mut column.data {
            ColumnData::Texts(list) => {
                list.push(if absent { String::new() } else { TEXTS[dice.roll(TEXTS.len())].to_owned() });
            }
            ColumnData::Ints(list) => list.push(if absent { 0 } else { number(code, field.kind, &mut dice, today) }),
        }
        if absent {
            column.set_null(row);
        }
    }
    column.seal_nulls();
    column
}

fn number(code: FieldCode, kind: Kind, dice: &mut Dice, today: Date) -> i64 {
    match kind {
        Kind::Money => AMOUNTS[dice.roll(AMOUNTS.len())],
        Kind::Code(table) => i64::from(table.entries[dice.roll(table.entries.len())].code),
        Kind::YesNo => dice.roll(2) as i64,
        // A village of an invented county.
        Kind::Count if code.as_str() == "household.division" => {
            i64::from(COUNTY.0) * 1_000_000 + 1_001 + dice.roll(3) as i64 * 1_000
        }
        Kind::Count => dice.roll(8) as i64,
        // From today back a hundred years: newborns and the very old.
        Kind::Date => i64::from(calendar::days(today)) - dice.roll(36_500) as i64,
        Kind::Text => 0,
    }
}

/// What the town lends: its households, parameters and the shipped calendar; no documents, decisions or payments yet.
struct TownReads {
    town: RandomTown,
}

#[async_trait]
impl Reads for TownReads {
    async fn households(&mut self, ids: &[HouseholdId], fields: &[FieldCode], _: Date) -> Result<Columns> {
        let known: Vec<HouseholdId> = ids.iter().copied().filter(|id| id.0 > 0).collect();
        let town = RandomTown { fields: fields.to_vec(), ..self.town.clone() };
        Ok(town.columns(&known))
    }

    async fn recipients(&mut self, _: &str, _: Date, after: HouseholdId, limit: u32) -> Result<Vec<HouseholdId>> {
        Ok((after.0 + 1..=20).take(limit as usize).map(HouseholdId).collect())
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

    async fn decisions_governing(&mut self, _: &Governing<'_>) -> Result<Vec<Decision>> {
        Ok(Vec::new())
    }

    async fn payment_lines(&mut self, _: &str, _: &[String], _: &PaymentQuery) -> Result<Vec<Payment>> {
        Ok(Vec::new())
    }

    async fn parameter(&mut self, code: &str, on: Date) -> Result<Option<Parameter>> {
        let own = code.strip_prefix(&self.town.plugin).and_then(|code| code.strip_prefix('.')).unwrap_or(code);
        let found = self.town.parameters.iter().enumerate().find(|(_, (name, _))| *name == own);
        Ok(found.map(|(place, (name, value))| Parameter {
            id: ParameterId(place as i64 + 1),
            county: COUNTY,
            code: name.clone(),
            value: *value,
            from: on.first_of_year(),
            source: "示例".into(),
            verified: true,
            recorded_at: Instant(0),
            recorded_by: None,
            replaced_by: None,
        }))
    }

    async fn calendar(&mut self) -> Result<Arc<WorkCalendar>> {
        Ok(self.town.calendar.clone())
    }

    async fn ask(&mut self, _: &str, _: Date, _: Block, _: u8) -> Result<Vec<(String, Block)>> {
        Ok(Vec::new())
    }
}
