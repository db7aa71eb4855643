//! From a file to rows of text: XLSX, or CSV in UTF-8 (with or without a byte-order mark) or GB18030. What kind it is shows
//! in the bytes, not in the file's name.

use calamine::{Data, Reader};
use doudi_domain::{Error, Result};
use encoding_rs::{Encoding, GB18030, UTF_8};
use std::io::Cursor;

/// Largest file in bytes, and most rows: beyond that split it by town.
pub const SIZE_LIMIT: usize = 32 * 1024 * 1024;
pub const ROW_LIMIT: usize = 100_000;
/// The template's sheet; another workbook's first sheet is taken.
pub const SHEET: &str = "花名册";

/// A spreadsheet as text.
#[derive(Clone, Debug)]
pub struct Sheet {
    pub format: Format,
    pub headings: Vec<String>,
    pub rows: Vec<Line>,
}

/// A row with the line number people see in their program.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    pub number: usize,
    pub cells: Vec<String>,
    /// Columns whose digits a spreadsheet program has rounded away, or that hold an error such as `#REF!`.
    pub spoiled: Vec<usize>,
}

/// What the file is, so that the file with reasons can be the same.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    Xlsx,
    Csv { encoding: &'static Encoding, bom: bool },
}

impl Format {
    pub fn extension(&self) -> &'static str {
        match self {
            Format::Xlsx => "xlsx",
            Format::Csv { .. } => "csv",
        }
    }
}

/// `Invalid` when the file is neither, empty, or too large; the message says what to do.
pub fn read(bytes: &[u8]) -> Result<Sheet> {
    if bytes.is_empty() {
        return Err(unusable("文件是空的"));
    }
    if bytes.len() > SIZE_LIMIT {
        return Err(unusable("文件超过 32 兆字节，请按镇街分开导入"));
    }
    let (format, lines) = if bytes.starts_with(b"PK\x03\x04") {
        (Format::Xlsx, read_xlsx(bytes)?)
    } else if bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        return Err(unusable("这是旧版 XLS 文件。请在表格软件中另存为 XLSX 或 CSV 后再导入"));
    } else {
        read_csv(bytes)?
    };
    let mut lines = lines.into_iter().filter(|line| line.cells.iter().any(|cell| !cell.is_empty()));
    let Some(headings) = lines.next() else { return Err(unusable("文件中没有内容")) };
    let rows: Vec<Line> = lines.collect();
    if rows.is_empty() {
        return Err(unusable("文件只有标题行，没有数据"));
    }
    if rows.len() > ROW_LIMIT {
        return Err(unusable(&format!("文件有 {} 行，超过 {ROW_LIMIT} 行，请按镇街分开导入", rows.len())));
    }
    Ok(Sheet { format, headings: headings.cells, rows })
}

fn unusable(message: &str) -> Error {
    Error::invalid("文件", "roster.file", message)
}

fn read_xlsx(bytes: &[u8]) -> Result<Vec<Line>> {
    let broken = |_| unusable("文件不能作为 XLSX 打开，可能已损坏或设有密码。请在表格软件中另存后再导入");
    let mut book = calamine::Xlsx::new(Cursor::new(bytes)).map_err(broken)?;
    let names = book.sheet_names();
    let Some(name) = names.iter().find(|name| *name == SHEET).or(names.first()).cloned() else {
        return Err(unusable("工作簿中没有工作表"));
    };
    let range = book.worksheet_range(&name).map_err(broken)?;
    let (top, left) = range.start().unwrap_or_default();
    let read_row = |(index, row): (usize, &[Data])| {
        let mut cells = vec![String::new(); left as usize];
        let mut spoiled = Vec::new();
        for cell in row {
            let (text, whole) = cell_text(cell);
            if !whole {
                spoiled.push(cells.len());
            }
            cells.push(text);
        }
        Line { number: top as usize + index + 1, cells, spoiled }
    };
    Ok(range.rows().enumerate().map(read_row).collect())
}

/// The text of a cell, and whether it is whole.
fn cell_text(cell: &Data) -> (String, bool) {
    match cell {
        Data::Empty => (String::new(), true),
        Data::String(text) => (text.trim().to_owned(), true),
        Data::Int(number) => (number.to_string(), number.unsigned_abs() < 1_000_000_000_000_000),
        Data::Float(number) if number.fract() == 0.0 && number.abs() < 1e18 => {
            // A spreadsheet program keeps fifteen digits; what is longer has lost its end.
            (format!("{number:.0}"), number.abs() < 1e15)
        }
        // An amount: two decimals are exact enough to print, more are shown so that they can be refused.
        Data::Float(number) => (shortest(*number), true),
        Data::Bool(yes) => (if *yes { "是" } else { "否" }.to_owned(), true),
        Data::DateTime(moment) => {
            let (year, month, day, ..) = moment.to_ymd_hms_milli();
            (format!("{year:04}-{month:02}-{day:02}"), true)
        }
        Data::DateTimeIso(text) => (text.split('T').next().unwrap_or_default().to_owned(), true),
        Data::Error(error) => (format!("{error}"), false),
        other => (other.to_string().trim().to_owned(), true),
    }
}

/// `1234.5`; a sum such as 0.1 + 0.2 that carries the usual dust of binary fractions is shown without it.
fn shortest(number: f64) -> String {
    let plain = number.to_string();
    let rounded = format!("{number:.2}");
    match rounded.parse::<f64>() {
        Ok(near) if (near - number).abs() < 1e-9 => rounded,
        _ => plain,
    }
}

fn read_csv(bytes: &[u8]) -> Result<(Format, Vec<Line>)> {
    let (text, format) = decode(bytes)?;
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(&text))
        .from_reader(text.as_bytes());
    let mut lines = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| {
            let at = error.position().map_or(0, csv::Position::line);
            unusable(&format!("第 {at} 行不能读取，请检查引号是否成对"))
        })?;
        lines.push(Line {
            number: record.position().map_or(0, |position| line_of(&text, position)),
            cells: record.iter().map(|cell| cell.trim().to_owned()).collect(),
            spoiled: Vec::new(),
        });
    }
    Ok((format, lines))
}

/// The line a record stands on. The reader remembers where it began to look, which is before any empty lines.
fn line_of(text: &str, position: &csv::Position) -> usize {
    let rest = text.as_bytes().get(position.byte() as usize..).unwrap_or_default();
    let skipped = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).filter(|byte| **byte == b'\n').count();
    position.line() as usize + skipped
}

/// Strictly UTF-8 first; what is not is GB18030, which holds GBK and GB2312, if the detector agrees that it is Chinese.
fn decode(bytes: &[u8]) -> Result<(String, Format)> {
    if let Some((encoding, length)) = Encoding::for_bom(bytes)
        && let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(&bytes[length..])
    {
        return Ok((text.into_owned(), Format::Csv { encoding, bom: true }));
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok((text.to_owned(), Format::Csv { encoding: UTF_8, bom: false }));
    }
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let guess = detector.guess(Some(b"cn"), chardetng::Utf8Detection::Deny);
    // A short list of names may mislead the detector; bytes that are all valid GB18030 decide.
    let text = GB18030.decode_without_bom_handling_and_without_replacement(bytes);
    match text {
        Some(text) if guess == GB18030 || guess.name() == "GBK" || !text.contains('\u{fffd}') => {
            Ok((text.into_owned(), Format::Csv { encoding: GB18030, bom: false }))
        }
        _ => Err(unusable("不能识别文件的文字编码。请在表格软件中另存为 XLSX，或“CSV UTF-8”")),
    }
}

/// Comma, semicolon or tabulator, whichever the first line has most of.
fn delimiter(text: &str) -> u8 {
    let first = text.lines().next().unwrap_or_default();
    let count = |mark: char| first.matches(mark).count();
    [b',', b'\t', b';'].into_iter().max_by_key(|mark| (count(*mark as char), *mark == b',')).unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_is_read_in_every_encoding_offices_use() {
        let text = "姓名,住址\n张三,许镇镇某某村\n\n李四,\"籍山镇,春谷\"\n";
        let (gb, _, _) = GB18030.encode(text);
        let mut with_mark = b"\xef\xbb\xbf".to_vec();
        with_mark.extend(text.as_bytes());
        for (bytes, encoding, bom) in
            [(text.as_bytes().to_vec(), UTF_8, false), (with_mark, UTF_8, true), (gb.to_vec(), GB18030, false)]
        {
            let sheet = read(&bytes).unwrap();
            assert_eq!(sheet.format, Format::Csv { encoding, bom });
            assert_eq!(sheet.headings, ["姓名", "住址"]);
            assert_eq!(sheet.rows.len(), 2);
            assert_eq!((sheet.rows[1].number, sheet.rows[1].cells[1].as_str()), (4, "籍山镇,春谷"));
        }
    }

    #[test]
    fn what_is_no_spreadsheet_is_refused_with_advice() {
        for (bytes, word) in [
            (&b""[..], "空"),
            (b"\xd0\xcf\x11\xe0rest", "另存为"),
            (b"PK\x03\x04broken", "XLSX"),
            ("姓名\n".as_bytes(), "只有标题行"),
            (b"\xff\xff\xff\xff\x81", "编码"),
        ] {
            let message = read(bytes).unwrap_err().to_string();
            assert!(message.contains(word), "{message} lacks {word}");
        }
    }

    #[test]
    fn cells_become_text_and_lost_digits_are_noticed() {
        assert_eq!(cell_text(&Data::Float(1800.0)), ("1800".into(), true));
        assert_eq!(cell_text(&Data::Float(1800.5)), ("1800.50".into(), true));
        assert_eq!(cell_text(&Data::Float(0.1 + 0.2)), ("0.30".into(), true));
        assert_eq!(cell_text(&Data::Float(1.005)), ("1.005".into(), true));
        assert!(!cell_text(&Data::Float(340_223_199_001_011_236.0)).1);
        assert_eq!(cell_text(&Data::Bool(true)), ("是".into(), true));
    }
}
