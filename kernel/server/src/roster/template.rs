//! The workbook to fill: a sheet 花名册 with one row a person, and a sheet 填写说明 that explains every column and holds the code
//! tables the drop-down lists point at.

use super::columns::columns;
use super::sheet::SHEET;
use doudi_domain::codes::CodeTable;
use doudi_domain::{Error, Result};
use rust_xlsxwriter::{Color, DataValidation, Format, FormatAlign, FormatBorder, Formula, Workbook, XlsxError};
use std::collections::BTreeMap;

/// The second sheet's name.
pub const EXPLANATIONS: &str = "填写说明";
/// Rows that get drop-down lists and text format.
const ROWS: u32 = 20_000;

/// The empty workbook.
pub fn template() -> Result<Vec<u8>> {
    write().map_err(|error| Error::failure("模板没有生成，请重试", error))
}

fn write() -> Result<Vec<u8>, XlsxError> {
    let heading = Format::new()
        .set_bold()
        .set_background_color(Color::RGB(0xE8_EEF5))
        .set_align(FormatAlign::Center)
        .set_border_bottom(FormatBorder::Thin);
    let required = heading.clone().set_font_color(Color::RGB(0xB0_2A2A));
    let text = Format::new().set_num_format("@");
    let wrap = Format::new().set_text_wrap();

    // The tables in use, each with its column on the second sheet.
    let mut tables: Vec<&'static CodeTable> = Vec::new();
    for table in columns().iter().filter_map(|column| column.table) {
        if !tables.iter().any(|known| known.id == table.id) {
            tables.push(table);
        }
    }
    let mut book = Workbook::new();
    let page = book.add_worksheet();
    page.set_name(SHEET)?;
    let mut lists = BTreeMap::new();
    for (position, table) in tables.iter().enumerate() {
        let letter = column_letters(4 + position * 2 + 1);
        lists.insert(table.id, format!("='{EXPLANATIONS}'!${letter}$3:${letter}${}", table.entries.len() + 2));
    }
    for (index, column) in columns().iter().enumerate() {
        let at = index as u16;
        page.write_string_with_format(0, at, &column.title, if column.required { &required } else { &heading })?;
        page.set_column_width(at, if column.text { 22 } else { column.title.chars().count().max(8) as u16 * 2 })?;
        if column.text {
            page.set_column_format(at, &text)?;
        }
        if let Some(list) = column.table.and_then(|table| lists.get(table.id)) {
            let validation = DataValidation::new()
                .allow_list_formula(Formula::new(list))
                .set_error_title("请从列表中选择")?
                .set_error_message("填写的内容不在代码表中，详见“填写说明”")?;
            page.add_data_validation(1, at, ROWS, at, &validation)?;
        }
    }
    page.set_freeze_panes(1, 3)?;

    let notes = book.add_worksheet();
    notes.set_name(EXPLANATIONS)?;
    notes.write_string_with_format(
        0,
        0,
        "每行填写一名人员；同一家庭的各行填写相同的户编号。红色标题为必填。",
        &wrap,
    )?;
    for (at, title) in ["列", "是否必填", "填写说明"].iter().enumerate() {
        notes.write_string_with_format(1, at as u16, *title, &heading)?;
    }
    notes.set_column_width(0, 34)?;
    notes.set_column_width(2, 60)?;
    for (index, column) in columns().iter().enumerate() {
        let row = index as u32 + 2;
        let help = match column.table {
            Some(table) if column.help.is_empty() => format!("见代码表“{}”，填文字或代码", table.zh),
            Some(table) => format!("{}。见代码表“{}”，填文字或代码", column.help, table.zh),
            None => column.help.clone(),
        };
        notes.write_string(row, 0, &column.title)?;
        notes.write_string(row, 1, if column.required { "必填" } else { "" })?;
        notes.write_string_with_format(row, 2, help, &wrap)?;
    }
    for (position, table) in tables.iter().enumerate() {
        let at = (4 + position * 2) as u16;
        notes.write_string_with_format(0, at, format!("代码表：{}（{}）", table.zh, table.source), &heading)?;
        notes.write_string_with_format(1, at, "代码", &heading)?;
        notes.write_string_with_format(1, at + 1, "文字", &heading)?;
        notes.set_column_width(at + 1, 24)?;
        for (row, code) in table.entries.iter().enumerate() {
            notes.write_string(row as u32 + 2, at, code.code.to_string())?;
            notes.write_string(row as u32 + 2, at + 1, code.zh)?;
        }
    }
    notes.set_freeze_panes(2, 1)?;
    book.save_to_buffer()
}

/// 0 → A, 25 → Z, 26 → AA.
fn column_letters(mut index: usize) -> String {
    let mut letters = Vec::new();
    loop {
        letters.push(b'A' + (index % 26) as u8);
        match index / 26 {
            0 => break,
            next => index = next - 1,
        }
    }
    letters.iter().rev().map(|letter| *letter as char).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::Reader;

    #[test]
    fn columns_have_the_letters_spreadsheets_give_them() {
        for (index, letters) in [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (702, "AAA")] {
            assert_eq!(column_letters(index), letters);
        }
    }

    #[test]
    fn the_template_is_a_roster_the_importer_understands() {
        let bytes = template().unwrap();
        let mut book = calamine::Xlsx::new(std::io::Cursor::new(bytes)).unwrap();
        assert_eq!(book.sheet_names(), [SHEET, EXPLANATIONS]);
        let range = book.worksheet_range(SHEET).unwrap();
        let headings: Vec<String> = range.rows().next().unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(headings.len(), columns().len());
        for (position, heading) in headings.iter().enumerate() {
            assert_eq!(super::super::columns::find(heading), Some(position));
        }
    }
}
