//! Writes families into the workbook of `doudi household template`: one row a person, whatever columns the template has, each
//! cell found by the column's key. And a second, small workbook with the mistakes people make, to show what the importer
//! says about each.

use crate::family::{Family, Member};
use anyhow::Result;
use doudi_domain::catalogue::{self, Kind};
use rust_xlsxwriter::{Format, Workbook};
use std::path::Path;

/// A column of the roster: its title in the sheet, and what it holds: a catalogue code, `household.number`,
/// `household.address`, `person.hukou-address`, or `<code>/qualifier` for an item's second code.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Heading {
    pub title: String,
    pub key: String,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Cell {
    Empty,
    Text(String),
    /// Fen; written as yuan.
    Money(i64),
    Number(i64),
}

/// Since when the statements of the demonstration hold: a year and a half before the story begins, so that a reference
/// period of twelve months is covered.
pub const SINCE: &str = "2021-01-01";

/// What stands in one column for one member of a family. What belongs to the household stands in the row of its head.
pub fn cell(family: &Family, member: &Member, key: &str) -> Cell {
    let text = |text: &str| if text.is_empty() { Cell::Empty } else { Cell::Text(text.to_owned()) };
    let is_head = family.members.first().is_some_and(|head| head.id == member.id);
    if key.starts_with("household.") && key != "household.number" && !is_head {
        return Cell::Empty;
    }
    if let Some(code) = key.strip_suffix("/qualifier") {
        return match member.items.iter().find(|item| item.field == code) {
            Some(item) => coded(code_table_of_qualifier(code), item.qualifier),
            None => Cell::Empty,
        };
    }
    match key {
        "household.number" => text(&family.number),
        "household.address" => text(&family.address),
        "household.division" => text(&family.village.to_string()),
        "household.account-bank" => text(&family.bank),
        "household.account-name" => text(&family.account_name),
        "household.account-number" => text(&family.account_number),
        "person.name" => text(&member.name),
        "person.id-number" => text(member.id.expose()),
        "person.phone" => text(member.phone.as_deref().unwrap_or_default()),
        "person.hukou-address" => text(&member.hukou_address),
        "person.disability-certificate" => text(member.certificate.as_deref().unwrap_or_default()),
        "person.sex" => coded(Some(&doudi_domain::codes::SEX), i64::from(member.sex.code())),
        "person.birth-date" => text(&member.birth.to_string()),
        "since" => {
            text(&SINCE.parse().map_or(member.birth, |since: doudi_domain::Date| since.max(member.birth)).to_string())
        }
        key => by_code(family, member, key),
    }
}

fn by_code(family: &Family, member: &Member, key: &str) -> Cell {
    let Some(field) = catalogue::find(key) else { return Cell::Empty };
    if field.table.is_items() {
        return match member.total(key) {
            0 => Cell::Empty,
            fen => Cell::Money(fen),
        };
    }
    let Some(value) = family.codes.get(key).or_else(|| member.codes.get(key)).copied() else { return Cell::Empty };
    match field.kind {
        Kind::Code(table) => coded(Some(table), value),
        Kind::YesNo => coded(Some(&doudi_domain::codes::YES_NO), value),
        Kind::Money => Cell::Money(value),
        _ => Cell::Number(value),
    }
}

fn code_table_of_qualifier(code: &str) -> Option<&'static doudi_domain::codes::CodeTable> {
    catalogue::find(code).and_then(|field| field.qualifier)
}

/// The word of a code, as a clerk would choose it from the list.
fn coded(table: Option<&'static doudi_domain::codes::CodeTable>, value: i64) -> Cell {
    let word = table.and_then(|table| table.find(i32::try_from(value).ok()?));
    word.map_or(Cell::Number(value), |entry| Cell::Text(entry.zh.to_owned()))
}

/// One row a person, under the headings.
pub fn rows(families: &[Family], headings: &[Heading]) -> Vec<Vec<Cell>> {
    let row =
        |family: &Family, member: &Member| headings.iter().map(|heading| cell(family, member, &heading.key)).collect();
    families.iter().flat_map(|family| family.members.iter().map(move |member| row(family, member))).collect()
}

/// Writes the sheet. Numbers of people and accounts go in as text, or Excel would round them.
pub fn write(path: &Path, sheet_name: &str, headings: &[Heading], rows: &[Vec<Cell>]) -> Result<()> {
    let mut workbook = Workbook::new();
    let bold = Format::new().set_bold();
    let as_text = Format::new().set_num_format("@");
    let money = Format::new().set_num_format("0.00");
    let sheet = workbook.add_worksheet();
    sheet.set_name(sheet_name)?;
    sheet.set_freeze_panes(1, 0)?;
    for (column, heading) in headings.iter().enumerate() {
        sheet.write_string_with_format(0, column as u16, &heading.title, &bold)?;
    }
    for (index, cells) in rows.iter().enumerate() {
        for (column, cell) in cells.iter().enumerate() {
            let (row, column) = (index as u32 + 1, column as u16);
            match cell {
                Cell::Empty => {}
                Cell::Text(text) => drop(sheet.write_string_with_format(row, column, text, &as_text)?),
                // Yuan with two decimals; a sheet knows no integers of fen, and amounts this small are exact to the cent.
                Cell::Money(fen) => drop(sheet.write_number_with_format(row, column, *fen as f64 / 100.0, &money)?),
                Cell::Number(number) => drop(sheet.write_number(row, column, *number as f64)?),
            }
        }
    }
    workbook.save(path)?;
    Ok(())
}

/// Rows with the mistakes people make, one each, made from good families that are not in the roster.
pub fn mistakes(families: &[Family], known: &Family, headings: &[Heading]) -> Vec<Vec<Cell>> {
    let position = |key: &str| headings.iter().position(|heading| heading.key == key);
    let mut rows = Vec::new();
    let mut source = families.iter();
    let mut add = |changes: &[(&str, Cell)]| {
        let Some(family) = source.next() else { return };
        let mut row: Vec<Cell> =
            headings.iter().map(|heading| cell(family, &family.members[0], &heading.key)).collect();
        for (key, value) in changes {
            if let Some(column) = position(key) {
                row[column] = value.clone();
            }
        }
        rows.push(row);
    };
    let text = |text: &str| Cell::Text(text.to_owned());
    let known_id = known.members[0].id.expose().to_owned();
    // The last character of a good number, moved on by one: a slip of the finger.
    let slipped = |id: &str| {
        let last = if id.ends_with('X') { '0' } else { 'X' };
        format!("{}{last}", &id[..17])
    };
    add(&[]);
    add(&[("person.id-number", text(&slipped(&known_id)))]);
    add(&[("person.id-number", text("342524550812031"))]);
    add(&[("person.id-number", text("340223199002300012"))]);
    add(&[("person.name", Cell::Empty)]);
    add(&[("household.division", text("340223101999"))]);
    // Two villages of the county bear this name.
    add(&[("household.division", text("龙山村委会"))]);
    add(&[("income.wage", text("一千八"))]);
    add(&[("person.relation", text("邻居"))]);
    add(&[("person.disability-category", text("肢体")), ("person.disability-grade", text("九级"))]);
    add(&[("person.id-number", text(&known_id))]);
    add(&[("household.number", text(&known.number))]);
    rows
}

#[cfg(test)]
mod tests;
