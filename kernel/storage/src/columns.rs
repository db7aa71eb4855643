//! The prefetch for plugins: exactly the requested fields of a block of households, in a handful of queries however many
//! households there are (one each for households, members, household facts, person facts and items).

use crate::engine::{Query, Row, args, broken};
use crate::fact::{known, value_place};
use crate::person::{id_number_place, open_text, phone_place};
use crate::seal::Sealer;
use crate::snapshot::Reach;
use crate::{Snapshot, revision};
use doudi_domain::catalogue::{Field, FieldCode, Kind, Origin, Table};
use doudi_domain::columns::{Column, ColumnData, Columns, TableColumns};
use doudi_domain::{Date, Error, FactId, HouseholdId, Instant, PersonId, Result};
use jiff::ToSpan;
use std::collections::HashMap;

/// More households than this are a refusal.
pub const BLOCK_LIMIT: usize = 4_096;

/// How far back items count: income of the twelve months before the application.
const ITEM_MONTHS: i32 = 12;

/// One query's worth of core columns of a member.
const MEMBERS: &str =
    "SELECT m.household, m.person, m.relation, m.co_resident, m.uncounted_reason, p.name, p.sex, p.birth_date,
    p.death_date, p.ethnicity, p.id_number, p.phone
    FROM membership m JOIN person p ON p.county = m.county AND p.id = m.person
    WHERE m.county = $1 AND m.household @any $2 AND m.valid_from <= $3 AND (m.valid_to IS NULL OR m.valid_to >= $3)
    ORDER BY m.household, m.id";

impl Snapshot {
    /// The requested fields of these households and their members on the day, as column blocks.
    ///
    /// Households keep the given order; those out of scope are left out. Single-valued facts are those that hold on `as_of`,
    /// the latest recorded if several do; items are those that overlap the twelve months up to `as_of`. Only what was
    /// recorded by `known_at`, and not superseded at it. Sealed fields are delivered in clear: grant them sparingly.
    pub async fn household_columns(
        &mut self,
        ids: &[HouseholdId],
        fields: &[FieldCode],
        as_of: Date,
        known_at: Option<Instant>,
    ) -> Result<Columns> {
        if ids.len() > BLOCK_LIMIT {
            return Err(Error::refused(format!("一次最多读取 {BLOCK_LIMIT} 户，收到的是 {} 户", ids.len())));
        }
        for id in ids {
            self.note(|| revision::household(*id));
        }
        let wanted = Wanted::of(fields);
        let mut block = self.households(ids, &wanted).await?;
        let mut people = self.members(&block.households, &wanted, as_of).await?;
        let moment = Moment { day: as_of, known_at: known(known_at) };
        let positions: HashMap<i64, usize> = block.households.iter().enumerate().map(|(at, id)| (id.0, at)).collect();
        let sql = "SELECT household, field, value_int, value_text, value_sealed, id FROM fact WHERE county = ";
        self.single_facts(
            sql,
            " AND household @any ",
            " ORDER BY household, recorded_at, id",
            positions,
            &wanted.household,
            moment,
            &mut block.table,
        )
        .await?;
        let positions: HashMap<i64, usize> = people.ids.iter().enumerate().map(|(at, id)| (id.0, at)).collect();
        let sql = "SELECT person, field, value_int, value_text, value_sealed, id FROM fact WHERE county = ";
        self.single_facts(
            sql,
            " AND person @any ",
            " ORDER BY person, recorded_at, id",
            positions,
            &wanted.person,
            moment,
            &mut people.table,
        )
        .await?;
        let mut tables = vec![block.table, people.table];
        if wanted.items.iter().any(|(_, fields)| !fields.is_empty()) {
            tables.extend(self.items(&people.ids, &wanted, moment).await?);
        }
        Ok(Columns { households: block.households, tables })
    }

    async fn households(&mut self, ids: &[HouseholdId], wanted: &Wanted) -> Result<Block> {
        let Reach { county, low, high, .. } = self.reach;
        let sql = "SELECT id, division FROM household WHERE county = $1 AND division BETWEEN $2 AND $3 AND id @any $4";
        let list: Vec<i64> = ids.iter().map(|id| id.0).collect();
        let mut divisions = HashMap::with_capacity(ids.len());
        for row in self.tx.all(sql, args![county, low, high, list]).await? {
            divisions.insert(row.at::<i64>(0)?, row.at::<i64>(1)?);
        }
        let households: Vec<HouseholdId> = ids.iter().copied().filter(|id| divisions.contains_key(&id.0)).collect();
        let mut columns = vec![ints("household.id", households.iter().map(|id| id.0).collect())];
        for field in &wanted.household {
            columns.push(match field.code.as_str() {
                "household.division" => {
                    ints("household.division", households.iter().map(|id| divisions[&id.0]).collect())
                }
                _ => absent(field, households.len()),
            });
        }
        let rows = rows_of(households.len())?;
        let table = TableColumns { table: Table::Household, rows, ends: Vec::new(), columns };
        Ok(Block { households, table })
    }

    async fn members(&mut self, households: &[HouseholdId], wanted: &Wanted, day: Date) -> Result<People> {
        let list: Vec<i64> = households.iter().map(|id| id.0).collect();
        let rows = self.tx.all(MEMBERS, args![self.reach.county, list, day]).await?;
        // The query orders by household id; the block has its own order.
        let mut spans: HashMap<i64, (usize, usize)> = HashMap::with_capacity(households.len());
        for (at, row) in rows.iter().enumerate() {
            let span = spans.entry(row.at(0)?).or_insert((at, at));
            span.1 = at + 1;
        }
        let mut order = Vec::with_capacity(rows.len());
        let mut ends = Vec::with_capacity(households.len());
        for household in households {
            let (start, end) = spans.get(&household.0).copied().unwrap_or((0, 0));
            order.extend(start..end);
            ends.push(rows_of(order.len())?);
        }
        let ids = order.iter().map(|at| rows[*at].at(1)).collect::<Result<Vec<PersonId>>>()?;
        let mut columns = vec![ints("person.id", ids.iter().map(|id| id.0).collect())];
        for field in &wanted.person {
            columns.push(self.core_column(field, &rows, &order, &ids)?);
        }
        let table = TableColumns { table: Table::Person, rows: rows_of(ids.len())?, ends, columns };
        Ok(People { ids, table })
    }

    /// A column of [`MEMBERS`]; facts stay absent until they are read.
    fn core_column(&self, field: &Field, rows: &[Row], order: &[usize], ids: &[PersonId]) -> Result<Column> {
        let at = match field.code.as_str() {
            "person.relation" => 2,
            "person.co-resident" => 3,
            "person.uncounted-reason" => 4,
            "person.name" => 5,
            "person.sex" => 6,
            "person.birth-date" => 7,
            "person.death-date" => 8,
            "person.ethnicity" => 9,
            "person.id-number" => 10,
            "person.phone" => 11,
            _ => return Ok(absent(field, order.len())),
        };
        let mut column = absent(field, order.len());
        for (row, (source, id)) in order.iter().zip(ids).enumerate() {
            let source = &rows[*source];
            let value = match at {
                5 => source.at::<Option<String>>(at)?.map(Given::Text),
                10 | 11 => {
                    let place = if at == 10 { id_number_place(*id) } else { phone_place(*id) };
                    let sealed: Option<Vec<u8>> = source.at(at)?;
                    sealed.map(|sealed| open_text(&*self.sealer, place, &sealed)).transpose()?.map(Given::Text)
                }
                _ => source.at::<Option<i64>>(at)?.map(Given::Int),
            };
            if let Some(value) = value {
                put(&mut column, row, value)?;
            }
        }
        column.seal_nulls();
        Ok(column)
    }

    /// Fills the columns of single-valued facts. Rows come oldest first, so that the latest recorded stays.
    async fn single_facts(
        &mut self,
        select: &'static str,
        subjects: &'static str,
        order: &'static str,
        positions: HashMap<i64, usize>,
        wanted: &[&'static Field],
        moment: Moment,
        table: &mut TableColumns,
    ) -> Result<()> {
        let codes: Vec<String> = wanted
            .iter()
            .filter(|field| field.origin == Origin::Fact)
            .map(|field| field.code.as_str().to_owned())
            .collect();
        if codes.is_empty() || positions.is_empty() {
            return Ok(());
        }
        // The leading column is the id.
        let columns: HashMap<&str, usize> =
            wanted.iter().enumerate().map(|(at, field)| (field.code.as_str(), at + 1)).collect();
        let mut subject_ids: Vec<i64> = positions.keys().copied().collect();
        subject_ids.sort_unstable();
        let mut sql = Query::new(select);
        sql.bind(self.reach.county).push(subjects).bind(subject_ids);
        sql.push(" AND field @any ").bind(codes);
        sql.push(" AND valid_from <= ").bind(moment.day);
        sql.push(" AND (valid_to IS NULL OR valid_to >= ").bind(moment.day).push(")");
        sql.push(" AND recorded_at <= ").bind(moment.known_at);
        sql.push(" AND (superseded_at IS NULL OR superseded_at > ").bind(moment.known_at).push(")");
        sql.push(order);
        for row in self.tx.built(sql).await? {
            let at = positions.get(&row.at::<i64>(0)?).ok_or_else(|| broken("a fact nobody asked for"))?;
            let code: String = row.at(1)?;
            let column = columns.get(code.as_str()).ok_or_else(|| broken("a field nobody asked for"))?;
            put(&mut table.columns[*column], *at, given(&row, 2, &*self.sealer)?)?;
        }
        table.columns.iter_mut().for_each(Column::seal_nulls);
        Ok(())
    }

    /// The item tables somebody asked a field of.
    async fn items(&mut self, people: &[PersonId], wanted: &Wanted, moment: Moment) -> Result<Vec<TableColumns>> {
        let codes: Vec<String> =
            wanted.items.iter().flat_map(|(_, fields)| fields).map(|field| field.code.as_str().to_owned()).collect();
        // Field → its table, and its place among the table's requested fields.
        let mut kinds: HashMap<&str, (usize, i64)> = HashMap::new();
        for (table, (_, fields)) in wanted.items.iter().enumerate() {
            for (kind, field) in fields.iter().enumerate() {
                kinds.insert(field.code.as_str(), (table, kind as i64));
            }
        }
        let mut ids: Vec<i64> = people.iter().map(|id| id.0).collect();
        ids.sort_unstable();
        let since = moment.day.saturating_sub(ITEM_MONTHS.months());
        let sql = "SELECT person, field, id, value_int, qualifier, valid_from, valid_to, source FROM fact
                   WHERE county = $1 AND person @any $2 AND field @any $3
                   AND valid_from <= $4 AND (valid_to IS NULL OR valid_to >= $5)
                   AND recorded_at <= $6 AND (superseded_at IS NULL OR superseded_at > $6)
                   ORDER BY person, id";
        let rows = match ids.is_empty() {
            true => Vec::new(),
            false => {
                let values = args![self.reach.county, ids, codes, moment.day, since, moment.known_at];
                self.tx.all(sql, values).await?
            }
        };
        // Per table and person the rows, in order of the facts.
        let mut per_table: Vec<HashMap<i64, Vec<usize>>> = vec![HashMap::new(); wanted.items.len()];
        let mut kind_of = Vec::with_capacity(rows.len());
        for (at, row) in rows.iter().enumerate() {
            let code: String = row.at(1)?;
            let (table, kind) = *kinds.get(code.as_str()).ok_or_else(|| broken("a field nobody asked for"))?;
            per_table[table].entry(row.at(0)?).or_default().push(at);
            kind_of.push(kind);
        }
        let mut tables = Vec::new();
        for ((table, fields), by_person) in wanted.items.iter().zip(&per_table) {
            if fields.is_empty() {
                continue;
            }
            let mut columns = ["fact", "kind", "value", "qualifier", "from", "to", "source"].map(Column::ints);
            let mut ends = Vec::with_capacity(people.len());
            let mut count = 0;
            for person in people {
                for at in by_person.get(&person.0).into_iter().flatten() {
                    let row = &rows[*at];
                    let to: Option<i64> = row.at(6)?;
                    let values = [
                        row.at(2)?,
                        kind_of[*at],
                        row.at::<Option<i64>>(3)?.unwrap_or_default(),
                        row.at(4)?,
                        row.at(5)?,
                        to.unwrap_or_default(),
                        row.at(7)?,
                    ];
                    for (column, value) in columns.iter_mut().zip(values) {
                        push(column, value);
                    }
                    if to.is_none() {
                        columns[5].set_null(count);
                    }
                    count += 1;
                }
                ends.push(rows_of(count)?);
            }
            columns.iter_mut().for_each(Column::seal_nulls);
            tables.push(TableColumns { table: *table, rows: rows_of(count)?, ends, columns: columns.into() });
        }
        Ok(tables)
    }
}

struct Block {
    households: Vec<HouseholdId>,
    table: TableColumns,
}

struct People {
    ids: Vec<PersonId>,
    table: TableColumns,
}

#[derive(Clone, Copy)]
struct Moment {
    day: Date,
    known_at: Instant,
}

/// The requested fields by table, each once, in the order asked for.
struct Wanted {
    household: Vec<&'static Field>,
    person: Vec<&'static Field>,
    items: Vec<(Table, Vec<&'static Field>)>,
}

impl Wanted {
    fn of(fields: &[FieldCode]) -> Wanted {
        let mut wanted: Vec<(Table, Vec<&'static Field>)> = Table::ALL.map(|table| (table, Vec::new())).into();
        for code in fields {
            let field = code.field();
            for (table, list) in &mut wanted {
                if *table == field.table && !list.iter().any(|known| known.code == field.code) {
                    list.push(field);
                }
            }
        }
        let mut items = wanted.split_off(2);
        items.retain(|(table, _)| table.is_items());
        let mut rest = wanted.into_iter().map(|(_, list)| list);
        Wanted { household: rest.next().unwrap_or_default(), person: rest.next().unwrap_or_default(), items }
    }
}

enum Given {
    Int(i64),
    Text(String),
}

/// `value_int, value_text, value_sealed, id` from this position on.
fn given(row: &Row, at: usize, sealer: &dyn Sealer) -> Result<Given> {
    if let Some(value) = row.at::<Option<i64>>(at)? {
        return Ok(Given::Int(value));
    }
    if let Some(text) = row.at::<Option<String>>(at + 1)? {
        return Ok(Given::Text(text));
    }
    let sealed: Option<Vec<u8>> = row.at(at + 2)?;
    let id: FactId = row.at(at + 3)?;
    let sealed = sealed.ok_or_else(|| broken(format!("fact {id} has no value")))?;
    open_text(sealer, value_place(id), &sealed).map(Given::Text)
}

fn ints(name: &str, values: Vec<i64>) -> Column {
    Column { name: name.to_owned(), data: ColumnData::Ints(values), nulls: Vec::new() }
}

/// A column of this field in which every row is absent.
fn absent(field: &Field, rows: usize) -> Column {
    let data = match field.kind {
        Kind::Text => ColumnData::Texts(vec![String::new(); rows]),
        _ => ColumnData::Ints(vec![0; rows]),
    };
    let mut nulls = vec![0xff; rows.div_ceil(8)];
    if let (Some(last), used @ 1..) = (nulls.last_mut(), rows % 8) {
        *last = (1 << used) - 1;
    }
    Column { name: field.code.as_str().to_owned(), data, nulls }
}

fn put(column: &mut Column, row: usize, value: Given) -> Result<()> {
    match (&mut column.data, value) {
        (ColumnData::Ints(values), Given::Int(value)) => values[row] = value,
        (ColumnData::Texts(values), Given::Text(value)) => values[row] = value,
        _ => return Err(broken(format!("column {} holds another type", column.name))),
    }
    column.clear_null(row);
    Ok(())
}

fn push(column: &mut Column, value: i64) {
    if let ColumnData::Ints(values) = &mut column.data {
        values.push(value);
    }
}

fn rows_of(count: usize) -> Result<u32> {
    u32::try_from(count).map_err(broken)
}
