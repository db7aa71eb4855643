//! One row: from text to domain values. Everything wrong with a row is found at once; each finding names the column.

use super::columns::{Column, Content, columns};
use super::sheet::{Line, Sheet};
use crate::app::division::Tree;
use crate::app::{household::check_phone, value};
use doudi_domain::catalogue::FieldCode;
use doudi_domain::fact::Value;
use doudi_domain::id_number::IdNumber;
use doudi_domain::{Date, DivisionCode, Error, Level, Problem, Result, Scope};

/// A person with her part of the household, as the row states it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    pub line: usize,
    pub number: String,
    pub relation: u8,
    pub name: String,
    pub id_number: IdNumber,
    pub ethnicity: u8,
    pub village: Option<DivisionCode>,
    pub hukou_village: Option<DivisionCode>,
    pub address: String,
    pub hukou_address: String,
    pub phone: Option<String>,
    pub co_resident: bool,
    pub uncounted_reason: u8,
    pub since: Option<Date>,
    pub household_facts: Vec<Stated>,
    pub person_facts: Vec<Stated>,
}

/// A fact as stated in a cell.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stated {
    pub field: FieldCode,
    pub value: Value,
    pub qualifier: i32,
}

/// Relation 户主 (GB/T 4761).
pub const HEAD: u8 = 2;

/// Which column of the file is which of ours.
pub struct Layout {
    positions: Vec<Option<usize>>,
    pub unknown: Vec<String>,
}

impl Layout {
    /// `Invalid` when a required column is missing, or stands twice; all of them are named.
    pub fn of(sheet: &Sheet) -> Result<Layout> {
        let mut positions = vec![None; columns().len()];
        let mut unknown = Vec::new();
        let mut problems = Vec::new();
        for (at, heading) in sheet.headings.iter().enumerate().filter(|(_, heading)| !heading.is_empty()) {
            match super::columns::find(heading) {
                Some(column) if positions[column].is_some() => {
                    problems.push(Problem::new(heading, "roster.twice", "这一列出现了两次，请删去一列"));
                }
                Some(column) => positions[column] = Some(at),
                None if heading == super::report::REASON_COLUMN => {}
                None => unknown.push(heading.clone()),
            }
        }
        let village = columns().iter().position(|column| matches!(column.content, Content::Village));
        for (index, column) in columns().iter().enumerate() {
            if (column.required || Some(index) == village) && positions[index].is_none() {
                problems.push(Problem::new(&column.title, "roster.missing", "缺少这一列。请对照模板补上标题"));
            }
        }
        if problems.is_empty() { Ok(Layout { positions, unknown }) } else { Err(Error::Invalid(problems)) }
    }

    fn cells<'a>(&'a self, line: &'a Line) -> impl Iterator<Item = (&'static Column, &'a str, bool)> {
        columns().iter().zip(&self.positions).filter_map(|(column, at)| {
            let at = (*at)?;
            let text = line.cells.get(at).map_or("", String::as_str);
            Some((column, text, line.spoiled.contains(&at)))
        })
    }
}

/// The household number of a line, even if the rest of it is wrong.
pub fn number_of(layout: &Layout, line: &Line) -> String {
    let number = layout.cells(line).find(|(column, ..)| matches!(column.content, Content::Number));
    number.map(|(_, text, _)| text.to_owned()).unwrap_or_default()
}

/// Reads a line; or everything wrong with it, by column title.
pub fn parse(layout: &Layout, line: &Line, tree: &Tree, scope: Scope, today: Date) -> Result<Row, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut row = Draft::default();
    let mut last_item: Option<usize> = None;
    for (column, text, spoiled) in layout.cells(line) {
        let mut wrong = |code: &str, message: String| problems.push(Problem::new(&column.title, code, message));
        if spoiled {
            wrong("roster.spoiled", spoiled_message(column, text));
            continue;
        }
        if text.is_empty() {
            if column.required {
                wrong("roster.empty", empty_message(column));
            }
            if matches!(column.content, Content::Item(_)) {
                last_item = None;
            }
            continue;
        }
        match column.content {
            Content::Number => match text.chars().count() {
                1..=40 => row.number = text.to_owned(),
                _ => wrong("roster.number", "户编号过长，最多 40 个字符".into()),
            },
            Content::Name => match text.chars().count() {
                1..=50 => row.name = text.to_owned(),
                _ => wrong("roster.name", "姓名过长，最多 50 字".into()),
            },
            Content::IdNumber => match IdNumber::parse(text) {
                Ok(number) if number.birth_date() > today => wrong("id-number.birth-date", "出生日期晚于今天".into()),
                Ok(number) => row.id_number = Some(number),
                Err(Error::Invalid(found)) => {
                    for problem in found {
                        wrong(&problem.code, problem.message);
                    }
                }
                Err(error) => wrong("id-number", error.to_string()),
            },
            Content::Relation | Content::Ethnicity | Content::Uncounted => {
                let Some(table) = column.table else { continue };
                match table.parse(text).and_then(|code| u8::try_from(code.code).ok()) {
                    Some(code) => match column.content {
                        Content::Relation => row.relation = code,
                        Content::Ethnicity => row.ethnicity = code,
                        _ => row.uncounted_reason = code,
                    },
                    None => {
                        wrong("roster.code", format!("“{text}”不在“{}”代码表中，请按填写说明填写文字或代码", table.zh))
                    }
                }
            }
            // The place of registration may lie anywhere, so a code of a village is taken as it is.
            Content::HukouVillage => match DivisionCode::parse(text).ok().filter(|code| code.level() == Level::Village)
            {
                Some(code) => row.hukou_village = Some(code),
                None => match find_village(text, tree) {
                    Ok(code) => row.hukou_village = Some(code),
                    Err(message) => wrong("roster.village", message),
                },
            },
            Content::Village => match find_village(text, tree) {
                Ok(code) if !scope.sees(code) => wrong("roster.scope", format!("“{text}”不在本人负责的区划内")),
                Ok(code) => row.village = Some(code),
                Err(message) => wrong("roster.village", message),
            },
            Content::Address => row.address = text.to_owned(),
            Content::HukouAddress => row.hukou_address = text.to_owned(),
            Content::Phone => match check_phone(text) {
                Ok(phone) => row.phone = phone,
                Err(message) => wrong("roster.phone", message),
            },
            Content::CoResident => match value::yes_no(text) {
                Ok(yes) => row.co_resident = Some(yes),
                Err(message) => wrong("roster.yes-no", message),
            },
            Content::Since => match value::parse_date(text) {
                Ok(day) if day > today => wrong("roster.since", "日期不能晚于今天".into()),
                Ok(day) => row.since = Some(day),
                Err(message) => wrong("roster.since", message),
            },
            Content::Fact(field) => match value::parse(field, text) {
                Ok(value) => {
                    let stated = Stated { field: field.code, value, qualifier: 0 };
                    match field.table {
                        doudi_domain::catalogue::Table::Household => row.household_facts.push(stated),
                        _ => row.person_facts.push(stated),
                    }
                }
                Err(message) => wrong("roster.value", message),
            },
            Content::Item(field) => match value::parse(field, text) {
                // A stated nothing is nothing, except for things that are there though worth nothing.
                Ok(Value::Int(0)) if field.qualifier.is_none() => last_item = None,
                Ok(value) => {
                    last_item = Some(row.person_facts.len());
                    row.person_facts.push(Stated { field: field.code, value, qualifier: 0 });
                }
                Err(message) => wrong("roster.value", message),
            },
            Content::Qualifier(field, table) => match (table.parse(text), last_item) {
                (None, _) => {
                    wrong("roster.code", format!("“{text}”不在“{}”代码表中，请按填写说明填写文字或代码", table.zh))
                }
                (Some(code), Some(at)) if row.person_facts[at].field == field.code => {
                    row.person_facts[at].qualifier = code.code;
                }
                (Some(code), _) if code.code == 0 => {}
                (Some(_), _) => wrong("roster.qualifier", format!("填写了情形，但没有填写“{}”", field.zh)),
            },
        }
    }
    match (row.id_number, problems.is_empty()) {
        (Some(id_number), true) => Ok(Row {
            line: line.number,
            number: row.number,
            relation: row.relation,
            name: row.name,
            id_number,
            ethnicity: if row.ethnicity == 0 { 1 } else { row.ethnicity },
            village: row.village,
            hukou_village: row.hukou_village,
            address: row.address,
            hukou_address: row.hukou_address,
            phone: row.phone,
            co_resident: row.co_resident.unwrap_or(true),
            uncounted_reason: row.uncounted_reason,
            since: row.since,
            household_facts: row.household_facts,
            person_facts: row.person_facts,
        }),
        _ => Err(problems),
    }
}

#[derive(Default)]
struct Draft {
    number: String,
    relation: u8,
    name: String,
    id_number: Option<IdNumber>,
    ethnicity: u8,
    village: Option<DivisionCode>,
    hukou_village: Option<DivisionCode>,
    address: String,
    hukou_address: String,
    phone: Option<String>,
    co_resident: Option<bool>,
    uncounted_reason: u8,
    since: Option<Date>,
    household_facts: Vec<Stated>,
    person_facts: Vec<Stated>,
}

fn spoiled_message(column: &Column, text: &str) -> String {
    if text.starts_with('#') {
        format!("单元格公式出错（{text}），请改为具体内容")
    } else if column.text {
        "按数字保存，末尾的数字已经丢失。请把这一列设为文本格式后重新填写".into()
    } else {
        "数字过大，请核对".into()
    }
}

fn empty_message(column: &Column) -> String {
    match column.content {
        Content::IdNumber => "没有填写。不会只凭姓名匹配人员，请补上公民身份号码".into(),
        _ => "没有填写".into(),
    }
}

/// By 12-digit code; by the name when only one village of the county bears it; by town and village.
fn find_village(text: &str, tree: &Tree) -> Result<DivisionCode, String> {
    if text.len() >= 6 && text.bytes().all(|b| b.is_ascii_digit()) {
        let code = DivisionCode::parse(text).map_err(|_| format!("区划代码应为 12 位数字，收到的是“{text}”"))?;
        return match tree.find(code) {
            Some(division) if division.level == Level::Village => Ok(code),
            Some(_) => Err(format!("“{text}”是镇街代码，请填写到村（居）")),
            None => Err(format!("区划代码“{text}”不在本县区的区划表中")),
        };
    }
    let plain = |name: &str| name.split_whitespace().collect::<String>();
    let wanted = plain(text);
    let found: Vec<_> = tree
        .villages()
        .filter(|village| {
            plain(&village.name) == wanted
                || village.parent.is_some_and(|town| plain(&format!("{}{}", tree.name(town), village.name)) == wanted)
        })
        .collect();
    match found[..] {
        [village] => Ok(village.code),
        [] => Err(format!("“{text}”不是本县区的村（居）名称，请按区划表填写全称或 12 位代码")),
        _ => {
            let places: Vec<String> = found.iter().map(|village| tree.path(village.code)).collect();
            Err(format!("“{text}”在本县区有重名：{}。请写成“镇名 村名”或填写 12 位代码", places.join("、")))
        }
    }
}

#[cfg(test)]
mod tests;
