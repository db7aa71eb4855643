//! From a line of a file to a row of the block: columns found by their headings, each value read by its kind, ID numbers looked up
//! among the people on file. What a row lacks is a problem with its line; it never reaches the plugin.

use crate::roster::report::RowProblem;
use crate::roster::sheet::{Line, Sheet};
use doudi_documents::manifest::{FeedColumn, FeedEntry, FeedKind};
use doudi_domain::columns::{Column, ColumnData};
use doudi_domain::id_number::IdNumber;
use doudi_domain::payment::serial_parse;
use doudi_domain::{Date, DocumentId, Error, Fen, HouseholdId, PersonId, Result, calendar};
use doudi_plugin_host::{Block, BlockTable};
use doudi_storage::Snapshot;
use serde::Deserialize;
use std::collections::BTreeMap;

/// What a county's setting may add to a feed: other headings, other words.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Setting {
    headings: BTreeMap<String, Heading>,
    words: BTreeMap<String, BTreeMap<String, i64>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Heading {
    One(String),
    Several(Vec<String>),
}

pub(super) fn setting_of(feed: &FeedEntry, settings: &str) -> Setting {
    let Some(name) = &feed.setting else { return Setting::default() };
    let all: serde_json::Value = serde_json::from_str(settings).unwrap_or_default();
    let own = all.get(name).cloned().unwrap_or_default();
    serde_json::from_value(own).unwrap_or_else(|error| {
        tracing::warn!(%error, feed = feed.id, "a county's setting for a feed cannot be read");
        Setting::default()
    })
}

/// The feed's columns with the county's headings and words before the manifest's.
pub(super) fn columns_of(feed: &FeedEntry, setting: &Setting) -> Vec<FeedColumn> {
    feed.columns
        .iter()
        .map(|column| {
            let mut column = column.clone();
            match setting.headings.get(&column.code) {
                Some(Heading::One(heading)) => column.headings.insert(0, heading.clone()),
                Some(Heading::Several(headings)) => {
                    column.headings.splice(0..0, headings.iter().cloned());
                }
                None => {}
            }
            column.words.extend(setting.words.get(&column.code).cloned().unwrap_or_default());
            column
        })
        .collect()
}

/// A heading as it is compared: without blanks and what stands in brackets, whatever the width of the brackets.
fn bare(heading: &str) -> String {
    let end = heading.find(['(', '（']).unwrap_or(heading.len());
    heading[..end].chars().filter(|c| !c.is_whitespace()).collect()
}

/// Where each column stands in the file; every required one that is missing is named at once.
pub(super) fn places(columns: &[FeedColumn], sheet: &Sheet) -> Result<Vec<Option<usize>>> {
    let headings: Vec<String> = sheet.headings.iter().map(|heading| bare(heading)).collect();
    let find = |column: &FeedColumn| {
        column.headings.iter().find_map(|known| headings.iter().position(|heading| *heading == bare(known)))
    };
    let places: Vec<Option<usize>> = columns.iter().map(find).collect();
    let missing: Vec<&str> = columns
        .iter()
        .zip(&places)
        .filter(|(column, place)| column.required && place.is_none())
        .filter_map(|(column, _)| column.headings.first().map(String::as_str))
        .collect();
    if missing.is_empty() {
        return Ok(places);
    }
    Err(Error::invalid("文件", "feed.columns", format!("文件缺少列：{}。请核对标题行", missing.join("、"))))
}

/// A value of a row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Value {
    Absent,
    Int(i64),
    Pair(i64, i64),
    Text(String),
    Number(IdNumber),
}

/// Who is behind the ID numbers of some rows.
#[derive(Default)]
pub(super) struct People {
    persons: BTreeMap<IdNumber, PersonId>,
    households: BTreeMap<PersonId, HouseholdId>,
}

impl People {
    /// Two queries for a whole block. Whoever is filed outside the scope is as unknown as whoever is not filed: nothing could be
    /// written about either.
    pub async fn behind(snapshot: &mut Snapshot, rows: &[Vec<Value>], today: Date) -> Result<People> {
        let number = |value: &Value| if let Value::Number(number) = value { Some(number.clone()) } else { None };
        let numbers: Vec<IdNumber> = rows.iter().flatten().filter_map(number).collect();
        if numbers.is_empty() {
            return Ok(People::default());
        }
        let persons = snapshot.persons_by_id_numbers(&numbers).await?;
        let ids: Vec<PersonId> = persons.values().copied().collect();
        let households = snapshot.households_of_persons(&ids, today).await?;
        Ok(People { persons, households })
    }

    fn person(&self, value: &Value) -> Option<PersonId> {
        if let Value::Number(number) = value { self.persons.get(number).copied() } else { None }
    }

    fn household(&self, value: &Value) -> Option<HouseholdId> {
        self.households.get(&self.person(value)?).copied()
    }
}

/// The file a block belongs to, as the plugin learns of it.
pub(super) struct Of<'a> {
    pub document: DocumentId,
    pub digest: &'a str,
    pub name: &'a str,
    pub rows: usize,
    pub block: i64,
    pub last: bool,
}

/// The rows that can be read, with their lines; problems for the others.
pub(super) fn read_rows(
    columns: &[FeedColumn],
    places: &[Option<usize>],
    lines: &[Line],
    problems: &mut Vec<RowProblem>,
) -> (Vec<Vec<Value>>, Vec<usize>) {
    let (mut rows, mut good) = (Vec::new(), Vec::new());
    for line in lines {
        let before = problems.len();
        let mut row = Vec::with_capacity(columns.len());
        for (column, place) in columns.iter().zip(places) {
            let title = column.headings.first().cloned().unwrap_or_default();
            let mut wrong = |message: String| {
                problems.push(RowProblem { line: line.number, column: title.clone(), message });
                Value::Absent
            };
            let cell = place.and_then(|at| line.cells.get(at)).map_or("", |cell| cell.trim());
            row.push(if place.is_some_and(|at| line.spoiled.contains(&at)) {
                wrong("表格软件已改写了这一格的数字，请把这一列设为文本后重新导出".to_owned())
            } else if cell.is_empty() {
                if column.required { wrong("没有填写".to_owned()) } else { Value::Absent }
            } else {
                read(column, cell).unwrap_or_else(wrong)
            });
        }
        if problems.len() == before {
            rows.push(row);
            good.push(line.number);
        }
    }
    (rows, good)
}

fn read(column: &FeedColumn, cell: &str) -> std::result::Result<Value, String> {
    match column.kind {
        FeedKind::Text => Ok(Value::Text(cell.chars().take(500).collect())),
        FeedKind::Count => cell.replace(',', "").parse().map(Value::Int).map_err(|_| format!("“{cell}”应为整数")),
        FeedKind::Money => {
            let (sign, digits) = cell.strip_prefix('-').map_or((1, cell), |rest| (-1, rest));
            let amount = Fen::parse(digits).ok_or_else(|| format!("“{cell}”不是金额，应如 630.00"))?;
            Ok(Value::Int(sign * amount.0))
        }
        FeedKind::Date => {
            let day = date(cell).ok_or_else(|| format!("“{cell}”不是日期，应如 2022-08-12"))?;
            Ok(Value::Int(i64::from(calendar::days(day))))
        }
        FeedKind::Code => match column.words.get(cell) {
            Some(number) => Ok(Value::Int(*number)),
            None => {
                let known: Vec<&str> = column.words.keys().map(String::as_str).collect();
                Err(format!("“{cell}”不认识，可以填：{}", known.join("、")))
            }
        },
        FeedKind::Serial => match serial_parse(cell) {
            Some((line, attempt)) => Ok(Value::Pair(line.0, i64::from(attempt))),
            None => Err(format!("“{cell}”不是本系统的流水号，应如 1024-1")),
        },
        // The number itself is in nobody's message.
        FeedKind::IdNumber => match IdNumber::parse_old(cell) {
            Ok(number) => Ok(Value::Number(number)),
            Err(Error::Invalid(problems)) => {
                Err(problems.first().map_or_else(|| "不是公民身份号码".to_owned(), |problem| problem.message.clone()))
            }
            Err(_) => Err("不是公民身份号码".to_owned()),
        },
    }
}

/// `2022-08-12`, `2022/8/12`, `2022.8.12`, `2022年8月12日` or `20220812`.
fn date(text: &str) -> Option<Date> {
    let parts: Vec<&str> = text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).take(4).collect();
    let number = |part: &str| part.parse::<i16>().ok();
    let (year, month, day) = match parts.as_slice() {
        [whole] if whole.len() == 8 => (number(&whole[..4])?, number(&whole[4..6])?, number(&whole[6..])?),
        [year, month, day, ..] if year.len() == 4 => (number(year)?, number(month)?, number(day)?),
        _ => return None,
    };
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// The table `row`: `line`, `document`, then the feed's columns; and the table `file`.
pub(super) fn block(
    columns: &[FeedColumn],
    of: &Of<'_>,
    rows: &[Vec<Value>],
    lines: &[usize],
    people: &People,
) -> Block {
    let count = rows.len();
    let mut table = vec![
        ints("line", lines.iter().map(|line| Some(*line as i64))),
        ints("document", (0..count).map(|_| Some(of.document.0))),
    ];
    for (at, column) in columns.iter().enumerate() {
        let values = || rows.iter().map(|row| &row[at]);
        match column.kind {
            FeedKind::Text => {
                let texts = values().map(|value| if let Value::Text(text) = value { Some(text.clone()) } else { None });
                table.push(texts_column(&column.code, texts));
            }
            FeedKind::Serial => {
                let part = |pick: fn(i64, i64) -> i64| {
                    values().map(move |value| if let Value::Pair(a, b) = value { Some(pick(*a, *b)) } else { None })
                };
                table.push(ints(&column.code, part(|line, _| line)));
                table.push(ints(&format!("{}-attempt", column.code), part(|_, attempt| attempt)));
            }
            FeedKind::IdNumber => {
                table.push(ints(&column.code, values().map(|value| people.person(value).map(|id| id.0))));
                let households = values().map(|value| people.household(value).map(|id| id.0));
                table.push(ints(&format!("{}-household", column.code), households));
            }
            FeedKind::Count | FeedKind::Money | FeedKind::Date | FeedKind::Code => {
                let numbers = values().map(|value| if let Value::Int(number) = value { Some(*number) } else { None });
                table.push(ints(&column.code, numbers));
            }
        }
    }
    let one = |name: &str, value: i64| ints(name, std::iter::once(Some(value)));
    let file = vec![
        texts_column("digest", std::iter::once(Some(of.digest.to_owned()))),
        texts_column("name", std::iter::once(Some(of.name.to_owned()))),
        one("rows", of.rows as i64),
        one("block", of.block),
        one("last", i64::from(of.last)),
    ];
    let table_of = |name: &str, rows: usize, columns| {
        let rows = u32::try_from(rows).unwrap_or(u32::MAX);
        BlockTable { name: name.to_owned(), rows, ends: Vec::new(), columns }
    };
    Block { tables: vec![table_of("row", count, table), table_of("file", 1, file)] }
}

fn ints(name: &str, values: impl Iterator<Item = Option<i64>>) -> Column {
    let mut column = Column { name: name.to_owned(), data: ColumnData::Ints(Vec::new()), nulls: Vec::new() };
    let values: Vec<Option<i64>> = values.collect();
    column.data = ColumnData::Ints(values.iter().map(|value| value.unwrap_or(0)).collect());
    absent(&mut column, values.iter().map(Option::is_none));
    column
}

fn texts_column(name: &str, values: impl Iterator<Item = Option<String>>) -> Column {
    let values: Vec<Option<String>> = values.collect();
    let missing: Vec<bool> = values.iter().map(Option::is_none).collect();
    let data = ColumnData::Texts(values.into_iter().map(Option::unwrap_or_default).collect());
    let mut column = Column { name: name.to_owned(), data, nulls: Vec::new() };
    absent(&mut column, missing.into_iter());
    column
}

fn absent(column: &mut Column, missing: impl Iterator<Item = bool>) {
    for (row, _) in missing.enumerate().filter(|(_, missing)| *missing) {
        column.set_null(row);
    }
    column.seal_nulls();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roster::sheet;
    use serde_json::json;

    fn feed() -> FeedEntry {
        serde_json::from_value(json!({
            "id": "bank-return", "label": {"zh": "上传银行回盘文件"}, "collection": "roster", "roles": ["county-officer"],
            "setting": "return_file",
            "columns": [
                {"code": "serial", "headings": ["流水号"], "kind": "serial", "required": true},
                {"code": "amount", "headings": ["金额", "交易金额"], "kind": "money", "required": true},
                {"code": "outcome", "headings": ["结果"], "kind": "code", "required": true, "words": {"成功": 1, "失败": 2}},
                {"code": "on", "headings": ["日期"], "kind": "date", "required": true},
                {"code": "remark", "headings": ["备注"], "kind": "text"}
            ]
        }))
        .unwrap()
    }

    #[test]
    fn every_way_banks_write_a_day() {
        for (text, expected) in [
            ("2022-08-12", Some("2022-08-12")),
            ("2022/8/12", Some("2022-08-12")),
            ("2022年8月12日", Some("2022-08-12")),
            ("20220812", Some("2022-08-12")),
            ("2022-08-12 09:30:00", Some("2022-08-12")),
            ("12-08-2022", None),
            ("2022-13-01", None),
            ("八月", None),
            ("2022081", None),
        ] {
            assert_eq!(date(text).map(|day| day.to_string()).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn rows_that_cannot_be_read_are_named_and_the_others_go_on() {
        let setting: Setting = serde_json::from_value(json!({
            "headings": {"amount": "入账金额（元）"}, "words": {"outcome": {"00": 1}}
        }))
        .unwrap();
        let columns = columns_of(&feed(), &setting);
        let text = "备注,流水号,入账金额,结果,日期\n好,1024-1,630.00,00,20220812\n,7,630,成功,2022-08-12\n,8-1,6x,退,昨天\n,9-1,-5.50,失败,2022-08-12\n,,1,成功,2022-08-12\n";
        let sheet = sheet::read(text.as_bytes()).unwrap();
        let places = places(&columns, &sheet).unwrap();
        let mut problems = Vec::new();
        let (rows, good) = read_rows(&columns, &places, &sheet.rows, &mut problems);
        assert_eq!(good, [2, 5]);
        let told: Vec<(usize, &str)> = problems.iter().map(|one| (one.line, one.column.as_str())).collect();
        let amount = "入账金额（元）";
        assert_eq!(told, [(3, "流水号"), (4, amount), (4, "结果"), (4, "日期"), (6, "流水号")]);
        assert!(problems[2].message.contains("00、失败、成功"), "{}", problems[2].message);
        let of = Of { document: DocumentId(40), digest: "ab", name: "八月.csv", rows: 5, block: 0, last: true };
        let block = block(&columns, &of, &rows, &good, &People::default());
        assert_eq!(Block { tables: block.tables[..1].to_vec() }.inconsistency(), None);
        let table = &block.tables[0];
        let int = |name: &str, row| table.column(name).and_then(|column| column.int(row));
        assert_eq!((int("line", 1), int("document", 0), int("serial", 0)), (Some(5), Some(40), Some(1024)));
        assert_eq!((int("serial-attempt", 0), int("amount", 1), int("outcome", 0)), (Some(1), Some(-550), Some(1)));
        assert!(table.column("remark").is_some_and(|column| column.is_null(1) && !column.is_null(0)));
    }

    #[test]
    fn a_file_without_its_columns_is_refused_naming_all_of_them() {
        let columns = columns_of(&feed(), &Setting::default());
        let sheet = sheet::read("流水号,备注\n1-1,好\n".as_bytes()).unwrap();
        let error = places(&columns, &sheet).unwrap_err().to_string();
        assert!(["金额", "结果", "日期"].iter().all(|word| error.contains(word)), "{error}");
    }

    #[test]
    fn a_number_is_a_person_and_a_household_or_the_rows_problem() {
        let columns: Vec<FeedColumn> = serde_json::from_value(json!([
            {"code": "who", "headings": ["身份证号"], "kind": "id-number", "required": true}
        ]))
        .unwrap();
        // The second is the first as it was written before 1999; the third is nobody's; the fourth has a slip.
        let text = "身份证号\n34022319500306123 6\n340223500306123\n34022319640229017x\n340223195003061237\n";
        let sheet = sheet::read(text.as_bytes()).unwrap();
        let mut problems = Vec::new();
        let (rows, good) = read_rows(&columns, &[Some(0)], &sheet.rows, &mut problems);
        assert_eq!(good, [2, 3, 4]);
        assert_eq!(problems.len(), 1);
        assert!(problems[0].message.contains("校验位") && !problems[0].message.contains("3402"), "{problems:?}");
        let number = IdNumber::parse("340223195003061236").unwrap();
        let people =
            People { persons: [(number, PersonId(7))].into(), households: [(PersonId(7), HouseholdId(3))].into() };
        let of = Of { document: DocumentId(40), digest: "ab", name: "名单.csv", rows: 4, block: 2, last: true };
        let block = block(&columns, &of, &rows, &good, &people);
        assert_eq!(Block { tables: block.tables[..1].to_vec() }.inconsistency(), None);
        assert_eq!(block.rows(), 3);
        let (row, file) = (&block.tables[0], &block.tables[1]);
        let ids = |name: &str| -> Vec<Option<i64>> {
            let column = row.column(name).unwrap();
            (0..3).map(|at| if column.is_null(at) { None } else { column.int(at) }).collect()
        };
        assert_eq!(ids("who"), [Some(7), Some(7), None]);
        assert_eq!(ids("who-household"), [Some(3), Some(3), None]);
        assert_eq!((file.rows, file.column("block").and_then(|column| column.int(0))), (1, Some(2)));
    }
}
