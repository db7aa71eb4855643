//! The prefetch for plugins: exactly the requested fields of a block of households, in a handful of queries however many
//! households there are (one each for households, members, household facts, person facts and items; one more where texts
//! are asked for).
//!
//! Integers travel **packed**: the database writes the values of thousands of rows into one text, which is read here in one
//! pass. A row of its own for each of fifty thousand facts would cost twenty times what finding them costs.

use crate::engine::{Arg, Query, Row, Tx, args, broken};
use crate::fact::{known, value_place};
use crate::person::{id_number_place, open_text, phone_place};
use crate::seal::Sealer;
use crate::snapshot::Reach;
use crate::{Snapshot, revision};
use doudi_domain::catalogue::{Field, FieldCode, Kind, Origin, Sensitivity, Table};
use doudi_domain::columns::{Column, ColumnData, Columns, TableColumns};
use doudi_domain::{County, Date, Error, FactId, HouseholdId, Instant, PersonId, Result};
use jiff::ToSpan;
use std::collections::HashMap;

/// More households than this are a refusal.
pub const BLOCK_LIMIT: usize = 4_096;

/// How far back items count: income of the twelve months before the application.
const ITEM_MONTHS: i32 = 12;

/// `row(a, b, …)`: integers of one row, apart by blanks, `_` where there is none; rows apart by commas.
macro_rules! packed {
    ($first:literal $(, $rest:literal)* ; $order:literal) => {
        concat!(
            "string_agg(COALESCE(CAST(", $first, " AS TEXT), '_')",
            $( " || ' ' || COALESCE(CAST(", $rest, " AS TEXT), '_')", )*
            ", ',' ORDER BY ", $order, ") AS packed"
        )
    };
}

const HOUSEHOLDS: &str = concat!(
    "SELECT ",
    packed!("id", "division"; "id"),
    " FROM household WHERE county = $1 AND division BETWEEN $2 AND $3 AND id @any $4"
);

/// The integers of a member, in the order of [`core_position`].
const MEMBERS: &str = concat!(
    "SELECT ",
    packed!(
        "m.household", "m.person", "m.relation", "m.co_resident", "m.uncounted_reason", "p.sex", "p.birth_date", "p.death_date",
        "p.ethnicity"; "m.household, m.id"
    ),
    " FROM membership m JOIN person p ON p.county = m.county AND p.id = m.person
    WHERE m.county = $1 AND m.household @any $2 AND m.valid_from <= $3 AND (m.valid_to IS NULL OR m.valid_to >= $3)"
);

const ITEMS: &str = concat!(
    "SELECT field, ",
    packed!("person", "id", "value_int", "qualifier", "valid_from", "valid_to", "source"; "person, id"),
    " FROM fact WHERE county = $1 AND person @any $2 AND (field @any $3) IS TRUE
     AND valid_from <= $4 AND (valid_to IS NULL OR valid_to >= $5)
     AND recorded_at <= $6 AND (superseded_at IS NULL OR superseded_at > $6) GROUP BY field"
);

const PERSON_FACTS: Facts = Facts {
    packed: concat!("SELECT field, ", packed!("person", "value_int"; "recorded_at, id"), " FROM fact WHERE county = "),
    rows: "SELECT person, field, value_text, value_sealed, id FROM fact WHERE county = ",
    subjects: " AND person @any ",
    order: " ORDER BY person, recorded_at, id",
};

const HOUSEHOLD_FACTS: Facts = Facts {
    packed: concat!(
        "SELECT field, ",
        packed!("household", "value_int"; "recorded_at, id"),
        " FROM fact WHERE county = "
    ),
    rows: "SELECT household, field, value_text, value_sealed, id FROM fact WHERE county = ",
    subjects: " AND household @any ",
    order: " ORDER BY household, recorded_at, id",
};

/// The texts of two queries, which differ only in whom the facts are about.
struct Facts {
    packed: &'static str,
    rows: &'static str,
    subjects: &'static str,
    order: &'static str,
}

impl Snapshot {
    /// The requested fields of these households and their members on the day, as column blocks.
    ///
    /// Households keep the given order; those out of scope are left out. Single-valued facts are those that hold on `as_of`,
    /// the latest recorded if several do; items are those that overlap the twelve months up to `as_of`. Only what was
    /// recorded by `known_at`, and not superseded at it. A sealed field is never delivered in clear:
    /// in its place stands a fingerprint, equal where the values are ([`fingerprint`]).
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
        let positions = positions_of(block.households.iter().map(|id| id.0));
        self.single_facts(&HOUSEHOLD_FACTS, positions, &wanted.household, moment, &mut block.table).await?;
        let positions = positions_of(people.ids.iter().map(|id| id.0));
        self.single_facts(&PERSON_FACTS, positions, &wanted.person, moment, &mut people.table).await?;
        let mut tables = vec![block.table, people.table];
        if wanted.items.iter().any(|(_, fields)| !fields.is_empty()) {
            tables.extend(self.items(&people.ids, &wanted, moment).await?);
        }
        Ok(Columns { households: block.households, tables })
    }

    async fn households(&mut self, ids: &[HouseholdId], wanted: &Wanted) -> Result<Block> {
        let Reach { county, low, high, .. } = self.reach;
        let list: Vec<i64> = ids.iter().map(|id| id.0).collect();
        let packed = fetch_packed(&mut self.tx, HOUSEHOLDS, args![county, low, high, list]).await?;
        let mut divisions = HashMap::with_capacity(ids.len());
        each_row::<2>(&packed, |[id, division]| {
            divisions.insert(id.unwrap_or_default(), division.unwrap_or_default());
        })?;
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
        let packed = fetch_packed(&mut self.tx, MEMBERS, args![self.reach.county, list, day]).await?;
        let mut rows: Vec<[Option<i64>; 9]> = Vec::new();
        each_row(&packed, |row| rows.push(row))?;
        // The query orders by household id; the block has its own order.
        let mut spans: HashMap<i64, (usize, usize)> = HashMap::with_capacity(households.len());
        for (at, row) in rows.iter().enumerate() {
            spans.entry(row[0].unwrap_or_default()).or_insert((at, at)).1 = at + 1;
        }
        let mut members = Vec::with_capacity(rows.len());
        let mut ends = Vec::with_capacity(households.len());
        for household in households {
            let (start, end) = spans.get(&household.0).copied().unwrap_or((0, 0));
            members.extend_from_slice(&rows[start..end]);
            ends.push(rows_of(members.len())?);
        }
        let ids: Vec<PersonId> = members.iter().map(|row| PersonId(row[1].unwrap_or_default())).collect();
        let mut columns = vec![ints("person.id", ids.iter().map(|id| id.0).collect())];
        for field in &wanted.person {
            let mut column = absent(field, ids.len());
            if let Some(position) = core_position(field.code.as_str()) {
                for (row, member) in members.iter().enumerate() {
                    if let Some(value) = member[position] {
                        put(&mut column, row, Given::Int(value))?;
                    }
                }
            }
            columns.push(column);
        }
        let mut table = TableColumns { table: Table::Person, rows: rows_of(ids.len())?, ends, columns };
        self.core_texts(&ids, wanted, &mut table).await?;
        table.columns.iter_mut().for_each(Column::seal_nulls);
        Ok(People { ids, table })
    }

    /// Name, ID number and phone, if somebody asked for them.
    async fn core_texts(&mut self, ids: &[PersonId], wanted: &Wanted, table: &mut TableColumns) -> Result<()> {
        let column = |code: &str| wanted.person.iter().position(|field| field.code.as_str() == code).map(|at| at + 1);
        let (name, number, phone) = (column("person.name"), column("person.id-number"), column("person.phone"));
        if ids.is_empty() || (name, number, phone) == (None, None, None) {
            return Ok(());
        }
        let positions = positions_of(ids.iter().map(|id| id.0));
        let list: Vec<i64> = ids.iter().map(|id| id.0).collect();
        let sql = "SELECT id, name, id_number, phone FROM person WHERE county = $1 AND id @any $2";
        for row in self.tx.all(sql, args![self.reach.county, list]).await? {
            let id: PersonId = row.at(0)?;
            let at = *positions.get(&id.0).ok_or_else(|| broken("a person nobody asked for"))?;
            if let Some(column) = name {
                put(&mut table.columns[column], at, Given::Text(row.at(1)?))?;
            }
            if let Some(column) = number {
                let clear = open_text(&*self.sealer, id_number_place(id), &row.at::<Vec<u8>>(2)?)?;
                let mark = fingerprint(&*self.sealer, self.reach.county, "person.id-number", &clear);
                put(&mut table.columns[column], at, Given::Text(mark))?;
            }
            if let (Some(column), Some(sealed)) = (phone, row.at::<Option<Vec<u8>>>(3)?) {
                let clear = open_text(&*self.sealer, phone_place(id), &sealed)?;
                let mark = fingerprint(&*self.sealer, self.reach.county, "person.phone", &clear);
                put(&mut table.columns[column], at, Given::Text(mark))?;
            }
        }
        Ok(())
    }

    /// Fills the columns of single-valued facts. Values come oldest first, so that the latest recorded stays.
    async fn single_facts(
        &mut self,
        facts: &Facts,
        positions: HashMap<i64, usize>,
        wanted: &[&'static Field],
        moment: Moment,
        table: &mut TableColumns,
    ) -> Result<()> {
        // The leading column is the id.
        let columns: HashMap<&str, usize> =
            wanted.iter().enumerate().map(|(at, field)| (field.code.as_str(), at + 1)).collect();
        let column_of = |row: &Row, at: usize| -> Result<usize> {
            let code: String = row.at(at)?;
            columns.get(code.as_str()).copied().ok_or_else(|| broken("a field nobody asked for"))
        };
        let mut subjects: Vec<i64> = positions.keys().copied().collect();
        subjects.sort_unstable();
        for texts in [false, true] {
            let codes: Vec<String> = wanted
                .iter()
                .filter(|field| field.origin == Origin::Fact && matches!(field.kind, Kind::Text) == texts)
                .map(|field| field.code.as_str().to_owned())
                .collect();
            if codes.is_empty() || subjects.is_empty() {
                continue;
            }
            let mut sql = Query::new(if texts { facts.rows } else { facts.packed });
            sql.bind(self.reach.county).push(facts.subjects).bind(subjects.clone());
            sql.push(" AND (field @any ").bind(codes);
            sql.push(") IS TRUE AND valid_from <= ").bind(moment.day);
            sql.push(" AND (valid_to IS NULL OR valid_to >= ").bind(moment.day).push(")");
            sql.push(" AND recorded_at <= ").bind(moment.known_at);
            sql.push(" AND (superseded_at IS NULL OR superseded_at > ").bind(moment.known_at).push(")");
            sql.push(if texts { facts.order } else { " GROUP BY field" });
            for row in self.tx.built(sql).await? {
                if texts {
                    let at = positions.get(&row.at::<i64>(0)?).ok_or_else(|| broken("a fact nobody asked for"))?;
                    let column = column_of(&row, 1)?;
                    let given = match (given_text(&row, 2, &*self.sealer)?, wanted[column - 1]) {
                        (Given::Text(clear), field) if field.sensitivity == Sensitivity::Sealed => {
                            let code = field.code.as_str();
                            Given::Text(fingerprint(&*self.sealer, self.reach.county, code, &clear))
                        }
                        (given, _) => given,
                    };
                    put(&mut table.columns[column], *at, given)?;
                } else {
                    let column = &mut table.columns[column_of(&row, 0)?];
                    let mut wrong = Ok(());
                    each_row::<2>(&row.at::<String>(1)?, |pair| match pair {
                        [Some(subject), Some(value)] if positions.contains_key(&subject) && wrong.is_ok() => {
                            wrong = put(column, positions[&subject], Given::Int(value));
                        }
                        _ => {}
                    })?;
                    wrong?;
                }
            }
        }
        table.columns.iter_mut().for_each(Column::seal_nulls);
        Ok(())
    }

    /// The item tables somebody asked a field of.
    async fn items(&mut self, people: &[PersonId], wanted: &Wanted, moment: Moment) -> Result<Vec<TableColumns>> {
        let codes: Vec<String> =
            wanted.items.iter().flat_map(|(_, fields)| fields).map(|field| field.code.as_str().to_owned()).collect();
        let positions = positions_of(people.iter().map(|id| id.0));
        let mut ids: Vec<i64> = positions.keys().copied().collect();
        ids.sort_unstable();
        let since = moment.day.saturating_sub(ITEM_MONTHS.months());
        // Per table: place of the person, fact, kind, and the rest of the row.
        let mut found: Vec<Vec<Item>> = vec![Vec::new(); wanted.items.len()];
        if !ids.is_empty() {
            let values = args![self.reach.county, ids, codes, moment.day, since, moment.known_at];
            for row in self.tx.all(ITEMS, values).await? {
                let code: String = row.at(0)?;
                let (table, kind) = wanted.item(&code).ok_or_else(|| broken("a field nobody asked for"))?;
                each_row::<7>(&row.at::<String>(1)?, |[person, id, value, qualifier, from, to, source]| {
                    let number = Option::unwrap_or_default;
                    if let Some(at) = positions.get(&number(person)) {
                        let values = [
                            number(id),
                            kind,
                            number(value),
                            number(qualifier),
                            number(from),
                            number(to),
                            number(source),
                        ];
                        found[table].push(Item { person: *at, values, open: to.is_none() });
                    }
                })?;
            }
        }
        let mut tables = Vec::new();
        for ((table, fields), items) in wanted.items.iter().zip(&mut found) {
            if fields.is_empty() {
                continue;
            }
            items.sort_unstable_by_key(|item| (item.person, item.values[0]));
            let mut ends = vec![0; people.len()];
            for item in items.iter() {
                ends[item.person] += 1;
            }
            let mut end = 0;
            for count in &mut ends {
                end += *count;
                *count = end;
            }
            let names = ["fact", "kind", "value", "qualifier", "from", "to", "source"];
            let mut columns: Vec<Column> = (0..names.len())
                .map(|at| ints(names[at], items.iter().map(|item| item.values[at]).collect()))
                .collect();
            for (row, _) in items.iter().enumerate().filter(|(_, item)| item.open) {
                columns[5].set_null(row);
            }
            columns.iter_mut().for_each(Column::seal_nulls);
            tables.push(TableColumns { table: *table, rows: rows_of(items.len())?, ends, columns });
        }
        Ok(tables)
    }
}

/// One row of an item table; `person` is a place among the block's persons.
#[derive(Clone)]
struct Item {
    person: usize,
    values: [i64; 7],
    open: bool,
}

/// Where a core field stands in [`MEMBERS`].
fn core_position(code: &str) -> Option<usize> {
    Some(match code {
        "person.relation" => 2,
        "person.co-resident" => 3,
        "person.uncounted-reason" => 4,
        "person.sex" => 5,
        "person.birth-date" => 6,
        "person.death-date" => 7,
        "person.ethnicity" => 8,
        _ => return None,
    })
}

fn positions_of(ids: impl Iterator<Item = i64>) -> HashMap<i64, usize> {
    ids.enumerate().map(|(at, id)| (id, at)).collect()
}

/// The one packed text of an aggregate without groups; empty when it found nothing.
async fn fetch_packed(tx: &mut Tx, sql: &'static str, values: Vec<Arg>) -> Result<String> {
    Ok(tx.one(sql, values).await?.at::<Option<String>>(0)?.unwrap_or_default())
}

/// Reads what [`packed`] wrote, in one pass over the bytes.
fn each_row<const N: usize>(packed: &str, mut row: impl FnMut([Option<i64>; N])) -> Result<()> {
    let mut cells = [None; N];
    let (mut at, mut value, mut negative, mut absent) = (0, 0i64, false, false);
    if packed.is_empty() {
        return Ok(());
    }
    for byte in packed.bytes().chain([b',']) {
        match byte {
            b'0'..=b'9' => value = value.wrapping_mul(10).wrapping_add(i64::from(byte - b'0')),
            b'-' => negative = true,
            b'_' => absent = true,
            b' ' | b',' if at < N => {
                cells[at] = (!absent).then_some(if negative { value.wrapping_neg() } else { value });
                (value, negative, absent) = (0, false, false);
                at += 1;
                if byte == b',' {
                    if at != N {
                        return Err(broken("a packed row of another width"));
                    }
                    row(cells);
                    at = 0;
                }
            }
            _ => return Err(broken("a packed row that is none")),
        }
    }
    Ok(())
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

    /// The table of an item field, and its place among the table's requested fields.
    fn item(&self, code: &str) -> Option<(usize, i64)> {
        self.items.iter().enumerate().find_map(|(table, (_, fields))| {
            let kind = fields.iter().position(|field| field.code.as_str() == code)?;
            Some((table, kind as i64))
        })
    }
}

enum Given {
    Int(i64),
    Text(String),
}

/// What a plugin gets of a sealed value: a keyed hash that is equal where the values of one field are equal within one county, and
/// tells nothing else. Another county's, or another field's, cannot be compared with it.
fn fingerprint(sealer: &dyn Sealer, county: County, field: &str, clear: &str) -> String {
    let value: String = clear.chars().filter(|letter| !letter.is_whitespace()).collect();
    hex::encode(sealer.index(&format!("plugin {county} {field}"), &value))
}

/// `value_text, value_sealed, id` from this position on.
fn given_text(row: &Row, at: usize, sealer: &dyn Sealer) -> Result<Given> {
    if let Some(text) = row.at::<Option<String>>(at)? {
        return Ok(Given::Text(text));
    }
    let sealed: Option<Vec<u8>> = row.at(at + 1)?;
    let id: FactId = row.at(at + 2)?;
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

fn rows_of(count: usize) -> Result<u32> {
    u32::try_from(count).map_err(broken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packed_text_is_read_row_by_row() {
        let read = |text: &str| {
            let mut rows = Vec::new();
            each_row::<3>(text, |row| rows.push(row)).map(|()| rows)
        };
        assert_eq!(read("").ok(), Some(vec![]));
        assert_eq!(
            read("1 -20 _,9223372036854775807 0 3").ok(),
            Some(vec![[Some(1), Some(-20), None], [Some(i64::MAX), Some(0), Some(3)]])
        );
        for wrong in ["1 2", "1 2 3 4", "1 2 3,", "a b c", "1 2 3;4 5 6"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
