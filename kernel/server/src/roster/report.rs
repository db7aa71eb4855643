//! What became of a roster: totals, every problem with its line and column, and the file with reasons: the input as it was,
//! in its own format, with one more column.

use super::sheet::{Format, Sheet};
use doudi_domain::{Error, Result};
use rust_xlsxwriter::{Color, Format as CellFormat, FormatAlign, Workbook};
use std::collections::BTreeMap;

/// Heading of the added column; ignored when such a file is imported again.
pub const REASON_COLUMN: &str = "错误原因";

/// One thing wrong with one row.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct RowProblem {
    /// As the spreadsheet program counts, the heading being line 1.
    pub line: usize,
    /// Title of the column; empty when it concerns the whole row.
    pub column: String,
    pub message: String,
}

impl std::fmt::Display for RowProblem {
    /// `第 17 行 公民身份号码 校验位不符（末位应为 X）`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "第 {} 行 ", self.line)?;
        if !self.column.is_empty() {
            write!(f, "{} ", self.column)?;
        }
        f.write_str(&self.message)
    }
}

/// Control totals: `rows` equals the rows of new, changed, unchanged and failed households.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Report {
    pub dry_run: bool,
    pub file_name: String,
    /// Stands in every fact of the import; absent in a dry run, and when nothing was written.
    pub batch: Option<String>,
    pub rows: usize,
    pub rows_failed: usize,
    pub households_new: usize,
    pub households_changed: usize,
    pub households_unchanged: usize,
    pub households_failed: usize,
    /// By line.
    pub problems: Vec<RowProblem>,
    /// What the officer should know, though nothing is wrong: columns not understood, members missing from the file.
    pub notes: Vec<String>,
    pub error_file: Option<ErrorFile>,
}

/// The input plus reasons.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ErrorFile {
    pub name: String,
    pub media_type: &'static str,
    pub bytes: Vec<u8>,
}

/// Writes the file with reasons; `None` when nothing is wrong.
pub fn error_file(sheet: &Sheet, problems: &[RowProblem], file_name: &str) -> Result<Option<ErrorFile>> {
    if problems.is_empty() {
        return Ok(None);
    }
    let mut reasons: BTreeMap<usize, String> = BTreeMap::new();
    for problem in problems {
        let text = reasons.entry(problem.line).or_default();
        if !text.is_empty() {
            text.push('；');
        }
        if !problem.column.is_empty() {
            text.push_str(&problem.column);
            text.push(' ');
        }
        text.push_str(&problem.message);
    }
    // A file with reasons that is checked again does not grow a second column of them.
    let kept: Vec<usize> = (0..sheet.headings.len()).filter(|at| sheet.headings[*at] != REASON_COLUMN).collect();
    let bytes = match sheet.format {
        Format::Xlsx => xlsx(sheet, &kept, &reasons)?,
        Format::Csv { encoding, bom } => {
            let text = csv_text(sheet, &kept, &reasons)?;
            let mut bytes = if bom { b"\xef\xbb\xbf".to_vec() } else { Vec::new() };
            // UTF-16 is read, and written back as UTF-8: nothing writes UTF-16 here.
            if encoding == encoding_rs::GB18030 {
                bytes.extend_from_slice(&encoding.encode(&text).0);
            } else {
                bytes.extend_from_slice(text.as_bytes());
            }
            bytes
        }
    };
    let stem = file_name.rsplit_once('.').map_or(file_name, |(stem, _)| stem);
    let extension = sheet.format.extension();
    Ok(Some(ErrorFile {
        name: format!("{stem}-错误.{extension}"),
        media_type: match sheet.format {
            Format::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Format::Csv { .. } => "text/csv",
        },
        bytes,
    }))
}

fn csv_text(sheet: &Sheet, kept: &[usize], reasons: &BTreeMap<usize, String>) -> Result<String> {
    let failed = |error: csv::Error| Error::failure("错误文件没有生成，请重试", error);
    let mut writer = csv::Writer::from_writer(Vec::new());
    let row = |cells: &[String], last: &str| -> Vec<String> {
        let cell = |at: &usize| guarded(cells.get(*at).map_or("", String::as_str));
        kept.iter().map(cell).chain([last.to_owned()]).collect()
    };
    writer.write_record(row(&sheet.headings, REASON_COLUMN)).map_err(failed)?;
    for line in &sheet.rows {
        writer.write_record(row(&line.cells, reasons.get(&line.number).map_or("", String::as_str))).map_err(failed)?;
    }
    let bytes = writer.into_inner().map_err(|error| Error::failure("错误文件没有生成，请重试", error))?;
    String::from_utf8(bytes).map_err(|error| Error::failure("错误文件没有生成，请重试", error))
}

/// A spreadsheet program would run what begins with these signs as a formula; a tabulator, which reading takes off again,
/// keeps it text.
pub(crate) fn guarded(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@']) { format!("\t{cell}") } else { cell.to_owned() }
}

fn xlsx(sheet: &Sheet, kept: &[usize], reasons: &BTreeMap<usize, String>) -> Result<Vec<u8>> {
    let failed = |error: rust_xlsxwriter::XlsxError| Error::failure("错误文件没有生成，请重试", error);
    let mut book = Workbook::new();
    let page = book.add_worksheet();
    page.set_name(super::sheet::SHEET).map_err(failed)?;
    let heading =
        CellFormat::new().set_bold().set_background_color(Color::RGB(0xE8_EEF5)).set_align(FormatAlign::Center);
    let text = CellFormat::new().set_num_format("@");
    let reason = CellFormat::new().set_font_color(Color::RGB(0xB0_2A2A)).set_num_format("@");
    for (column, at) in kept.iter().enumerate() {
        page.write_string_with_format(0, column as u16, &sheet.headings[*at], &heading).map_err(failed)?;
        page.set_column_width(column as u16, 16).map_err(failed)?;
    }
    let last = kept.len() as u16;
    page.write_string_with_format(0, last, REASON_COLUMN, &heading).map_err(failed)?;
    page.set_column_width(last, 60).map_err(failed)?;
    // Rows stand where they stood, so that line numbers in the reasons remain true.
    for line in &sheet.rows {
        let row = (line.number - 1) as u32;
        for (column, at) in kept.iter().enumerate() {
            if let Some(cell) = line.cells.get(*at).filter(|cell| !cell.is_empty()) {
                page.write_string_with_format(row, column as u16, cell, &text).map_err(failed)?;
            }
        }
        if let Some(words) = reasons.get(&line.number) {
            page.write_string_with_format(row, last, words, &reason).map_err(failed)?;
        }
    }
    page.set_freeze_panes(1, 0).map_err(failed)?;
    book.save_to_buffer().map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roster::sheet;

    fn problems() -> Vec<RowProblem> {
        vec![
            RowProblem {
                line: 3, column: "公民身份号码".into(), message: "校验位不符（末位应为 X）".into()
            },
            RowProblem { line: 3, column: String::new(), message: "整户没有导入".into() },
        ]
    }

    #[test]
    fn the_file_with_reasons_is_the_input_in_its_own_format_plus_a_column() {
        let text = "户编号,姓名\nH-1,张三\nH-2,=李四\n";
        let (gb, _, _) = encoding_rs::GB18030.encode(text);
        for bytes in [text.as_bytes().to_vec(), gb.to_vec()] {
            let first = sheet::read(&bytes).unwrap();
            let file = error_file(&first, &problems(), "名册.csv").unwrap().unwrap();
            assert_eq!(file.name, "名册-错误.csv");
            let again = sheet::read(&file.bytes).unwrap();
            assert_eq!(again.format, first.format);
            assert_eq!(again.headings, ["户编号", "姓名", "错误原因"]);
            assert_eq!(again.rows[0].cells, ["H-1", "张三", ""]);
            assert_eq!(again.rows[1].cells, ["H-2", "=李四", "公民身份号码 校验位不符（末位应为 X）；整户没有导入"]);
            // Checked again, it keeps one column of reasons.
            let twice = sheet::read(&error_file(&again, &problems(), "x.csv").unwrap().unwrap().bytes).unwrap();
            assert_eq!(twice.headings, again.headings);
        }
    }

    #[test]
    fn a_workbook_keeps_its_line_numbers() {
        let mut book = Workbook::new();
        let page = book.add_worksheet();
        for (row, cells) in [(0, ["户编号", "姓名"]), (2, ["H-2", "李四"])] {
            for (column, cell) in cells.iter().enumerate() {
                page.write_string(row, column as u16, *cell).unwrap();
            }
        }
        let first = sheet::read(&book.save_to_buffer().unwrap()).unwrap();
        let file = error_file(&first, &problems(), "名册.xlsx").unwrap().unwrap();
        let again = sheet::read(&file.bytes).unwrap();
        assert_eq!((again.format, again.rows[0].number), (Format::Xlsx, 3));
        assert!(again.rows[0].cells[2].contains("末位应为 X"));
    }

    #[test]
    fn without_problems_there_is_no_file() {
        let sheet = sheet::read("户编号\nH-1\n".as_bytes()).unwrap();
        assert_eq!(error_file(&sheet, &[], "a.csv").unwrap(), None);
    }

    #[test]
    fn a_problem_reads_as_the_officer_says_it() {
        assert_eq!(problems()[0].to_string(), "第 3 行 公民身份号码 校验位不符（末位应为 X）");
    }
}
