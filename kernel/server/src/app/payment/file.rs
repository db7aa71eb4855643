//! Files of payment lines: the roster as officers know it (a spreadsheet with title, totals and amounts that add up) and the
//! file a bank takes (separated text in the bank's own order and encoding). Both are written block by block from one snapshot.

use super::Download;
use crate::app::display::code_word;
use crate::app::division::Tree;
use crate::roster::report::guarded;
use doudi_documents::effect::PaymentState;
use doudi_documents::manifest::{FILE_FIELDS, FileColumn, FileEntry, FileFormat};
use doudi_domain::document::Document;
use doudi_domain::payment::{self, Control, Envelope, State};
use doudi_domain::{Date, Error, Fen, Result, codes};
use doudi_storage::Snapshot;
use doudi_storage::payment::{Payee, PayeeQuery};
use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};
use serde::Deserialize;

/// Lines read in one step.
const STEP: u32 = 4_096;
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// A file's shape: the manifest's, with the county's own order and encoding where the manifest lets it.
#[derive(Debug)]
pub(super) struct Layout {
    label: String,
    format: FileFormat,
    states: Vec<State>,
    /// All lines that count are in it, so that its sum must be the envelope's.
    whole: bool,
    columns: Vec<Column>,
    delimiter: u8,
    encoding: Encoding,
    header: bool,
}

#[derive(Debug)]
struct Column {
    field: String,
    label: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Encoding {
    Utf8,
    Utf8Bom,
    Gb18030,
}

/// What a county's setting may say of a file.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Setting {
    columns: Option<Vec<String>>,
    delimiter: Option<String>,
    encoding: Option<String>,
    header: Option<bool>,
}

pub(super) struct Written {
    pub download: Download,
    pub control: Control,
}

impl Layout {
    /// `Refused` when the county's setting names what is not there.
    pub fn of(entry: &FileEntry, settings: &str) -> Result<Layout> {
        let unusable = |what: String| {
            Error::refused(format!("“{}”的设置不能使用：{what}。请系统管理员在措施设置中更正", entry.label.zh))
        };
        let setting = match &entry.setting {
            None => Setting::default(),
            Some(name) => {
                let all: serde_json::Value = serde_json::from_str(settings).unwrap_or_default();
                match all.get(name) {
                    None => Setting::default(),
                    Some(own) => {
                        serde_json::from_value(own.clone()).map_err(|error| unusable(format!("格式有误（{error}）")))?
                    }
                }
            }
        };
        let columns = match setting.columns {
            None => entry.columns.clone(),
            Some(codes) => codes
                .into_iter()
                .map(|field| {
                    let known = entry.columns.iter().find(|column| column.field == field);
                    known.cloned().unwrap_or(FileColumn { field, label: Default::default() })
                })
                .collect(),
        };
        let columns = columns
            .into_iter()
            .map(|FileColumn { field, label }| {
                let (_, zh) = FILE_FIELDS
                    .iter()
                    .find(|(code, _)| *code == field)
                    .ok_or_else(|| unusable(format!("没有栏目“{field}”")))?;
                Ok(Column { field, label: if label.zh.is_empty() { (*zh).to_owned() } else { label.zh } })
            })
            .collect::<Result<Vec<Column>>>()?;
        if columns.is_empty() {
            return Err(unusable("没有任何栏目".to_owned()));
        }
        let delimiter = setting.delimiter.unwrap_or_else(|| entry.delimiter.clone());
        let delimiter = match delimiter.as_bytes() {
            b"\\t" => b'\t',
            [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\r' | b'\n') => *byte,
            _ => return Err(unusable(format!("分隔符“{delimiter}”应为一个字符"))),
        };
        let encoding = setting.encoding.unwrap_or_else(|| entry.encoding.clone());
        let encoding = match encoding.as_str() {
            "utf-8" => Encoding::Utf8,
            "utf-8-bom" => Encoding::Utf8Bom,
            "gb18030" => Encoding::Gb18030,
            other => return Err(unusable(format!("不认识文字编码“{other}”"))),
        };
        let counted = vec![State::Drawn, State::Sealed, State::Credited, State::Returned];
        Ok(Layout {
            label: entry.label.zh.clone(),
            format: entry.format,
            whole: entry.lines.is_empty(),
            states: if entry.lines.is_empty() {
                counted
            } else {
                entry.lines.iter().map(|state| state_of(*state)).collect()
            },
            columns,
            delimiter,
            encoding,
            header: setting.header.unwrap_or(entry.header),
        })
    }
}

fn state_of(state: PaymentState) -> State {
    match state {
        PaymentState::Drawn => State::Drawn,
        PaymentState::Held => State::Held,
        PaymentState::Dropped => State::Dropped,
        PaymentState::Sealed => State::Sealed,
        PaymentState::Credited => State::Credited,
        PaymentState::Returned => State::Returned,
    }
}

/// Writes the file from one snapshot. The sum of a file of all lines is compared with the envelope's before anybody gets it.
pub(super) async fn write(
    snapshot: &mut Snapshot,
    layout: &Layout,
    document: &Document,
    envelope: &Envelope,
    tree: &Tree,
    today: Date,
) -> Result<Written> {
    let title = format!("{}{}", tree.name(document.division.county().division()), document.title);
    let mut sheet: Box<dyn Sheet> = match layout.format {
        FileFormat::Xlsx => Box::new(Spreadsheet::begin(layout, &title).map_err(failed)?),
        FileFormat::Csv => Box::new(Separated::begin(layout)?),
    };
    let mut query = PayeeQuery {
        document: document.id,
        states: layout.states.clone(),
        day: today,
        after: 0,
        limit: STEP,
        with_sealed: true,
    };
    let mut control = Control::default();
    let mut base = Fen::ZERO;
    let mut supplement = Fen::ZERO;
    loop {
        let payees = snapshot.payment_payees(&query).await?;
        for payee in &payees {
            control.lines += 1;
            control.amount = super::added(control.amount, payee.payment.amount)?;
            base = super::added(base, payee.payment.base)?;
            supplement = super::added(supplement, payee.payment.supplement)?;
            let cells = layout.columns.iter().map(|column| cell(&column.field, control.lines, payee, tree));
            sheet.row(cells.collect())?;
        }
        match payees.last() {
            Some(last) if payees.len() == STEP as usize => query.after = last.payment.id.0,
            _ => break,
        }
    }
    let expected = envelope.sealed.map_or(envelope.open, |sealed| sealed.control);
    if layout.whole && control != expected {
        return Err(Error::failure(
            format!(
                "清单的明细（{} 笔 {} 元）与控制总数（{} 笔 {} 元）不符，没有生成文件。请告知系统管理员",
                control.lines, control.amount, expected.lines, expected.amount
            ),
            format!("envelope {}: its lines are not its control totals", document.id),
        ));
    }
    let totals = layout.columns.iter().map(|column| match column.field.as_str() {
        "amount" => Cell::Money(control.amount),
        "base" => Cell::Money(base),
        "supplement" => Cell::Money(supplement),
        _ => Cell::Text(String::new()),
    });
    let mut totals: Vec<Cell> = totals.collect();
    if let Some(first @ Cell::Text(_)) = totals.first_mut() {
        *first = Cell::Text(format!("合计 {} 笔", control.lines));
    }
    let (bytes, media_type, extension) = sheet.finish(totals)?;
    let label = layout.label.trim_start_matches("下载");
    let name = format!("{} {label}.{extension}", document.title);
    Ok(Written { download: Download { name, media_type, bytes }, control })
}

/// A value in a file.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Cell {
    Text(String),
    Count(i64),
    Money(Fen),
}

fn cell(field: &str, number: i64, payee: &Payee, tree: &Tree) -> Cell {
    let line = &payee.payment;
    let text = |text: &str| Cell::Text(text.to_owned());
    let month = |day: Date| Cell::Text(format!("{}-{:02}", day.year(), day.month()));
    let code = |table, code: Option<i64>| {
        let code = code.and_then(|code| i32::try_from(code).ok());
        Cell::Text(code.map(|code| code_word(table, code)).unwrap_or_default())
    };
    match field {
        "number" => Cell::Count(number),
        "serial" => Cell::Text(payment::serial(line.id, line.attempt)),
        "county" => Cell::Text(tree.name(payee.village.county().division())),
        "town" => Cell::Text(payee.village.town().map(|town| tree.name(town)).unwrap_or_default()),
        "village" => Cell::Text(tree.name(payee.village)),
        "household" => text(&payee.number),
        "head-name" => text(&payee.head_name),
        "head-id" => text(&payee.head_id),
        "payee-name" => text(&payee.payee_name),
        "payee-id" => text(&payee.payee_id),
        "certificate" => text(&payee.certificate),
        "cause" => code(&codes::POVERTY_CAUSE, payee.cause),
        "hukou" => code(&codes::HUKOU_KIND, payee.hukou),
        "members" => Cell::Count(payee.members),
        "covered" => Cell::Count(i64::from(line.covered)),
        "base" => Cell::Money(line.base),
        "supplement" => Cell::Money(line.supplement),
        "amount" => Cell::Money(line.amount),
        "month" => month(line.month),
        "purpose" => text(line.purpose.zh()),
        "flag" => text(line.flag.zh()),
        "begins" => month(payee.begins),
        "budget" => text(&line.budget),
        "bank" => text(&payee.bank),
        "account-name" => text(&payee.account_name),
        "account-number" => text(&payee.account_number),
        "address" => text(&payee.address),
        "phone" => text(&payee.phone),
        "state" => text(line.state.zh()),
        "reason" => text(line.reason.map_or("", |reason| reason.zh())),
        "settled" => Cell::Text(line.settled_on.map(|day| day.to_string()).unwrap_or_default()),
        // The layout was checked against the list of fields.
        _ => Cell::Text(String::new()),
    }
}

/// Plain yuan with two decimals, without marks between thousands: what programs read.
fn plain(amount: Fen) -> String {
    let sign = if amount.0 < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", amount.0.unsigned_abs() / 100, amount.0.unsigned_abs() % 100)
}

fn failed(error: XlsxError) -> Error {
    Error::failure("文件没有生成，请重试", error)
}

trait Sheet: Send {
    fn row(&mut self, cells: Vec<Cell>) -> Result<()>;
    /// Bytes, media type and extension.
    fn finish(self: Box<Self>, totals: Vec<Cell>) -> Result<(Vec<u8>, &'static str, &'static str)>;
}

/// A workbook with one sheet: title, headings, lines, totals.
struct Spreadsheet {
    book: Workbook,
    at: u32,
    money: Format,
    text: Format,
    total: Format,
    total_money: Format,
}

/// Widths by what stands in a column, in characters.
fn width(field: &str) -> f64 {
    match field {
        "number" | "members" | "covered" | "flag" => 6.0,
        "head-id" | "payee-id" | "account-number" | "bank" => 22.0,
        "address" => 30.0,
        "serial" | "household" | "village" | "certificate" => 16.0,
        _ => 12.0,
    }
}

impl Spreadsheet {
    fn begin(layout: &Layout, title: &str) -> std::result::Result<Spreadsheet, XlsxError> {
        let mut book = Workbook::new();
        let page = book.add_worksheet();
        page.set_name(crate::roster::sheet::SHEET)?;
        let head = Format::new().set_bold().set_font_size(14).set_align(FormatAlign::Center);
        let heading = Format::new()
            .set_bold()
            .set_background_color(Color::RGB(0xE8_EEF5))
            .set_align(FormatAlign::Center)
            .set_border(FormatBorder::Thin);
        let last = layout.columns.len().saturating_sub(1) as u16;
        if last > 0 {
            page.merge_range(0, 0, 0, last, title, &head)?;
        } else {
            page.write_string_with_format(0, 0, title, &head)?;
        }
        for (at, column) in layout.columns.iter().enumerate() {
            page.write_string_with_format(1, at as u16, &column.label, &heading)?;
            page.set_column_width(at as u16, width(&column.field))?;
        }
        page.set_freeze_panes(2, 0)?;
        page.set_landscape();
        page.set_paper_size(9);
        page.set_repeat_rows(0, 1)?;
        page.set_print_fit_to_pages(1, 0);
        Ok(Spreadsheet {
            book,
            at: 2,
            money: Format::new().set_num_format("0.00"),
            text: Format::new().set_num_format("@"),
            total: Format::new().set_bold().set_border_top(FormatBorder::Thin),
            total_money: Format::new().set_bold().set_border_top(FormatBorder::Thin).set_num_format("0.00"),
        })
    }

    fn put(
        page: &mut Worksheet,
        at: (u32, u16),
        cell: &Cell,
        (text, money): (&Format, &Format),
    ) -> std::result::Result<(), XlsxError> {
        match cell {
            Cell::Text(words) if words.is_empty() => page.write_blank(at.0, at.1, text).map(|_| ()),
            Cell::Text(words) => page.write_string_with_format(at.0, at.1, words, text).map(|_| ()),
            Cell::Count(number) => page.write_number(at.0, at.1, exact(*number)).map(|_| ()),
            Cell::Money(amount) => {
                page.write_number_with_format(at.0, at.1, exact(amount.0) / 100.0, money).map(|_| ())
            }
        }
    }
}

/// A spreadsheet knows only binary fractions; a whole number below 2⁵³ and its hundredth, shown with two decimals, are exact.
#[expect(clippy::cast_precision_loss, reason = "amounts are far below 2⁵³ fen; the file format has no other numbers")]
fn exact(number: i64) -> f64 {
    number as f64
}

impl Sheet for Spreadsheet {
    fn row(&mut self, cells: Vec<Cell>) -> Result<()> {
        let page = self.book.worksheet_from_index(0).map_err(failed)?;
        for (column, cell) in cells.iter().enumerate() {
            Spreadsheet::put(page, (self.at, column as u16), cell, (&self.text, &self.money)).map_err(failed)?;
        }
        self.at += 1;
        Ok(())
    }

    fn finish(mut self: Box<Self>, totals: Vec<Cell>) -> Result<(Vec<u8>, &'static str, &'static str)> {
        let page = self.book.worksheet_from_index(0).map_err(failed)?;
        for (column, cell) in totals.iter().enumerate() {
            let formats = (&self.total, &self.total_money);
            Spreadsheet::put(page, (self.at, column as u16), cell, formats).map_err(failed)?;
        }
        Ok((self.book.save_to_buffer().map_err(failed)?, XLSX, "xlsx"))
    }
}

/// Text with separators, for programs: no title and no totals, which a bank's program would take for lines.
struct Separated {
    writer: csv::Writer<Vec<u8>>,
    encoding: Encoding,
}

impl Separated {
    fn begin(layout: &Layout) -> Result<Separated> {
        let writer = csv::WriterBuilder::new()
            .delimiter(layout.delimiter)
            .terminator(csv::Terminator::CRLF)
            .from_writer(Vec::new());
        let mut separated = Separated { writer, encoding: layout.encoding };
        if layout.header {
            separated.record(layout.columns.iter().map(|column| column.label.clone()))?;
        }
        Ok(separated)
    }

    fn record(&mut self, cells: impl Iterator<Item = String>) -> Result<()> {
        let cells: Vec<String> = cells.collect();
        self.writer.write_record(cells).map_err(|error| Error::failure("文件没有生成，请重试", error))
    }
}

impl Sheet for Separated {
    fn row(&mut self, cells: Vec<Cell>) -> Result<()> {
        self.record(cells.into_iter().map(|cell| match cell {
            // A name never begins like a formula; a form filled in wrongly might.
            Cell::Text(text) => guarded(&text),
            Cell::Count(number) => number.to_string(),
            Cell::Money(amount) => plain(amount),
        }))
    }

    fn finish(self: Box<Self>, _: Vec<Cell>) -> Result<(Vec<u8>, &'static str, &'static str)> {
        let bytes =
            self.writer.into_inner().map_err(|error| Error::failure("文件没有生成，请重试", error.to_string()))?;
        let bytes = match self.encoding {
            Encoding::Utf8 => bytes,
            Encoding::Utf8Bom => [b"\xef\xbb\xbf".as_slice(), &bytes].concat(),
            Encoding::Gb18030 => {
                let text = String::from_utf8(bytes).map_err(|error| Error::failure("文件没有生成，请重试", error))?;
                encoding_rs::GB18030.encode(&text).0.into_owned()
            }
        };
        Ok((bytes, "text/csv", "csv"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn entry(columns: &[&str]) -> FileEntry {
        serde_json::from_value(json!({
            "id": "bank", "label": {"zh": "下载银行代发文件"}, "collection": "roster", "roles": ["finance"], "format": "csv",
            "columns": columns.iter().map(|field| json!({"field": field})).collect::<Vec<_>>(), "setting": "bank_file",
        }))
        .unwrap()
    }

    #[test]
    fn amounts_are_plain_and_exact() {
        for (fen, text) in
            [(63_000, "630.00"), (5, "0.05"), (-1_000, "-10.00"), (123_456_789, "1234567.89"), (0, "0.00")]
        {
            assert_eq!(plain(Fen(fen)), text);
        }
    }

    #[test]
    fn the_countys_setting_takes_the_place_of_the_manifests_layout() {
        let plain = Layout::of(&entry(&["serial", "amount"]), "{}").unwrap();
        assert_eq!((plain.columns.len(), plain.delimiter, plain.encoding), (2, b',', Encoding::Utf8Bom));
        assert_eq!(plain.columns[0].label, "流水号");
        let settings = json!({"bank_file": {
            "columns": ["amount", "serial", "phone"], "delimiter": "|", "encoding": "gb18030", "header": false
        }});
        let own = Layout::of(&entry(&["serial", "amount"]), &settings.to_string()).unwrap();
        let fields: Vec<&str> = own.columns.iter().map(|column| column.field.as_str()).collect();
        assert_eq!((fields, own.delimiter, own.header), (vec!["amount", "serial", "phone"], b'|', false));
        for wrong in [
            json!({"columns": ["serial", "secret"]}),
            json!({"columns": []}),
            json!({"delimiter": "||"}),
            json!({"encoding": "latin1"}),
            json!({"header": "maybe"}),
        ] {
            let refused = Layout::of(&entry(&["serial"]), &json!({"bank_file": wrong}).to_string());
            assert!(matches!(refused, Err(Error::Refused { .. })), "{wrong}: {refused:?}");
        }
    }

    #[test]
    fn a_banks_file_has_lines_only_in_its_own_encoding() {
        let settings = json!({"bank_file": {"delimiter": "|", "encoding": "gb18030"}}).to_string();
        let layout = Layout::of(&entry(&["serial", "account-name", "amount"]), &settings).unwrap();
        let mut sheet: Box<dyn Sheet> = Box::new(Separated::begin(&layout).unwrap());
        let cells = vec![Cell::Text("7-1".into()), Cell::Text("=王德福".into()), Cell::Money(Fen(-500))];
        sheet.row(cells).unwrap();
        let (bytes, _, extension) = sheet.finish(vec![Cell::Money(Fen(-500))]).unwrap();
        let (text, _, broken) = encoding_rs::GB18030.decode(&bytes);
        assert!(!broken);
        assert_eq!((text.as_ref(), extension), ("流水号|户名|合计\r\n7-1|\t=王德福|-5.00\r\n", "csv"));
    }

    #[test]
    fn a_spreadsheet_has_title_headings_lines_and_totals() {
        use calamine::Reader;
        let layout = Layout::of(&entry(&["number", "head-name", "amount"]), "{}").unwrap();
        let mut sheet: Box<dyn Sheet> = Box::new(Spreadsheet::begin(&layout, "某县 2022年8月 花名册").unwrap());
        for number in 1..=2 {
            sheet.row(vec![Cell::Count(number), Cell::Text("王德福".into()), Cell::Money(Fen(63_050))]).unwrap();
        }
        let totals = vec![Cell::Text("合计 2 笔".into()), Cell::Text(String::new()), Cell::Money(Fen(126_100))];
        let (bytes, ..) = sheet.finish(totals).unwrap();
        let mut book = calamine::Xlsx::new(std::io::Cursor::new(bytes)).unwrap();
        let range = book.worksheet_range("花名册").unwrap();
        let cell = |row, column| range.get_value((row, column)).map(ToString::to_string).unwrap_or_default();
        assert_eq!(cell(0, 0), "某县 2022年8月 花名册");
        assert_eq!((cell(1, 2), cell(2, 1), cell(3, 2)), ("合计".into(), "王德福".into(), "630.5".into()));
        assert_eq!((cell(4, 0), cell(4, 2)), ("合计 2 笔".into(), "1261".into()));
    }
}
