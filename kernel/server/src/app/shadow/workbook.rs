//! The report as a workbook: sums, towns, reasons, and every household that does not fare the same. What the reader's office may
//! not see is not in it; that it left the system is recorded.

use super::report::{ReportBody, ShadowReport};
use super::{RowView, ShadowRowQuery, fetch, rows, sees_households};
use crate::app::division::Tree;
use crate::app::{App, in_own_task};
use doudi_domain::policy::{self, Permission};
use doudi_domain::shadow::ShadowTotals;
use doudi_domain::{Actor, Error, Fen, Result, ShadowRunId};
use rust_xlsxwriter::{Color, Format, FormatAlign, Workbook, Worksheet, XlsxError};

/// Households read in one step.
const STEP: u32 = 2_000;

/// The media type of a workbook.
pub const MEDIA_TYPE: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// The whole report. Households stand in it for offices that may see and export them.
pub async fn workbook(app: &App, actor: &Actor, id: ShadowRunId) -> Result<Vec<u8>> {
    let report = fetch(app, actor, id).await?;
    let tree = Tree::read(&mut app.storage.snapshot(actor.scope()).await?).await?;
    let mut book = Book::new();
    let failed = |error: XlsxError| Error::failure("工作簿没有生成，请重试", error);
    book.sums(&report).map_err(failed)?;
    book.towns(&report.body, &tree).map_err(failed)?;
    book.reasons(&report.body).map_err(failed)?;
    let mut listed = 0;
    if sees_households(actor) && policy::require(actor, Permission::Export).is_ok() {
        let mut query = ShadowRowQuery { limit: STEP, ..ShadowRowQuery::default() };
        let mut sheet = book.households(&report).map_err(failed)?;
        loop {
            let page = rows(app, actor, id, &query).await?;
            for view in &page.items {
                listed += 1;
                book.household(&mut sheet, listed, &report, view).map_err(failed)?;
            }
            match page.next {
                Some(next) => query.cursor = Some(next),
                None => break,
            }
        }
        book.book.push_worksheet(sheet);
    }
    let bytes = book.book.save_to_buffer().map_err(failed)?;
    let (app, actor) = (app.clone(), actor.clone());
    in_own_task(async move {
        let mut write = app.storage.write(&actor, app.now()).await?;
        write.audit_add("export", &format!("shadow/{id}"), &serde_json::json!({ "rows": listed }).to_string());
        write.commit().await?;
        Ok(bytes)
    })
    .await
}

struct Book {
    book: Workbook,
    heading: Format,
    money: Format,
    text: Format,
}

impl Book {
    fn new() -> Book {
        Book {
            book: Workbook::new(),
            heading: Format::new()
                .set_bold()
                .set_background_color(Color::RGB(0xE8_EEF5))
                .set_align(FormatAlign::Center),
            money: Format::new().set_num_format("#,##0.00"),
            text: Format::new().set_num_format("@"),
        }
    }

    fn sheet(&self, name: &str, columns: &[(&str, u16)]) -> std::result::Result<Worksheet, XlsxError> {
        let mut sheet = Worksheet::new();
        sheet.set_name(name)?;
        for (at, (title, width)) in (0..).zip(columns) {
            sheet.write_string_with_format(0, at, *title, &self.heading)?;
            sheet.set_column_width(at, *width)?;
        }
        sheet.set_freeze_panes(1, 0)?;
        Ok(sheet)
    }

    /// Money for a spreadsheet to add up.
    fn money(&self, sheet: &mut Worksheet, row: u32, column: u16, fen: i64) -> std::result::Result<(), XlsxError> {
        // Up to ninety trillion yuan a double holds every fen.
        sheet.write_number_with_format(row, column, fen as f64 / 100.0, &self.money).map(drop)
    }

    fn words(&self, sheet: &mut Worksheet, row: u32, column: u16, words: &str) -> std::result::Result<(), XlsxError> {
        sheet.write_string_with_format(row, column, words, &self.text).map(drop)
    }

    fn sums(&mut self, report: &ShadowReport) -> std::result::Result<(), XlsxError> {
        let mut sheet = self.sheet("概要", &[("项目", 34), ("内容", 40)])?;
        let ShadowTotals { households, gained, lost, changed, unchanged, before, after } = report.run.totals;
        let side = |side: &super::report::SideView| format!("{} 版，{}", side.version, side.on);
        let body = &report.body;
        let lines = [
            ("措施", body.name.zh.clone()),
            ("类别", report.run.kind.zh().to_owned()),
            ("比较前", body.before.as_ref().map_or_else(|| "未启用".to_owned(), side)),
            ("比较后", side(&body.after)),
            ("计算人", report.run.by_name.clone()),
            ("计算时间", report.run.at.minute()),
            ("户数", households.to_string()),
            ("新增（户）", gained.to_string()),
            ("退出（户）", lost.to_string()),
            ("变动（户）", changed.to_string()),
            ("不变（户）", unchanged.to_string()),
        ];
        let mut row = 0;
        for (name, value) in &lines {
            row += 1;
            self.words(&mut sheet, row, 0, name)?;
            self.words(&mut sheet, row, 1, value)?;
        }
        let mut amounts = vec![
            ("比较前每月（元）".to_owned(), before),
            ("比较后每月（元）".to_owned(), after),
            ("每月差额（元）".to_owned(), report.difference()),
            ("全年差额（元）".to_owned(), report.difference_a_year()),
        ];
        let effects = body.effects.iter().filter(|_| body.effects.len() > 1);
        amounts.extend(effects.map(|effect| (format!("其中：{}引起（元）", effect.factor.zh()), Fen(effect.amount))));
        for (name, amount) in &amounts {
            row += 1;
            self.words(&mut sheet, row, 0, name)?;
            self.money(&mut sheet, row, 1, amount.0)?;
        }
        for change in &body.parameters {
            row += 1;
            let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "没有".to_owned());
            self.words(&mut sheet, row, 0, &format!("参数：{}", change.label.zh))?;
            self.words(&mut sheet, row, 1, &format!("{} → {}", shown(&change.before), shown(&change.after)))?;
        }
        self.book.push_worksheet(sheet);
        Ok(())
    }

    fn towns(&mut self, body: &ReportBody, tree: &Tree) -> std::result::Result<(), XlsxError> {
        let columns = [
            ("镇（街道）", 20),
            ("户数", 10),
            ("新增", 10),
            ("退出", 10),
            ("变动", 10),
            ("不变", 10),
            ("比较前每月（元）", 18),
            ("比较后每月（元）", 18),
            ("差额（元）", 16),
        ];
        let mut sheet = self.sheet("分镇街", &columns)?;
        for (row, town) in (1..).zip(&body.towns) {
            self.words(&mut sheet, row, 0, &town.code().map(|code| tree.name(code)).unwrap_or_default())?;
            let counts = [town.households, town.gained, town.lost, town.changed, town.unchanged];
            for (column, count) in (1..).zip(counts) {
                sheet.write_number(row, column, count as f64)?;
            }
            for (column, fen) in (6..).zip([town.before, town.after, town.after - town.before]) {
                self.money(&mut sheet, row, column, fen)?;
            }
        }
        self.book.push_worksheet(sheet);
        Ok(())
    }

    fn reasons(&mut self, body: &ReportBody) -> std::result::Result<(), XlsxError> {
        let columns = [
            ("理由", 60),
            ("依据", 34),
            ("新适用（户）", 14),
            ("不再适用（户）", 14),
            ("数值不同（户）", 14),
            ("每月差额（元）", 16),
        ];
        let mut sheet = self.sheet("理由", &columns)?;
        for (row, reason) in (1..).zip(&body.reasons) {
            self.words(&mut sheet, row, 0, &reason.sentence.zh)?;
            self.words(&mut sheet, row, 1, &reason.article)?;
            for (column, count) in (2..).zip([reason.appears, reason.vanishes, reason.differs]) {
                sheet.write_number(row, column, count as f64)?;
            }
            self.money(&mut sheet, row, 5, reason.difference)?;
        }
        self.book.push_worksheet(sheet);
        Ok(())
    }

    fn households(&self, report: &ShadowReport) -> std::result::Result<Worksheet, XlsxError> {
        let mut columns = vec![
            ("序号", 8),
            ("家庭", 14),
            ("镇村", 28),
            ("变化", 8),
            ("比较前结论", 18),
            ("比较后结论", 18),
            ("比较前每月（元）", 16),
            ("比较后每月（元）", 16),
            ("差额（元）", 14),
            ("比较前人数", 10),
            ("比较后人数", 10),
            ("不同的理由", 80),
        ];
        if report.body.effects.len() > 1 {
            columns.extend(report.body.effects.iter().map(|effect| (effect.factor.zh(), 16)));
        }
        self.sheet("逐户", &columns)
    }

    fn household(
        &self,
        sheet: &mut Worksheet,
        row: u32,
        report: &ShadowReport,
        view: &RowView,
    ) -> std::result::Result<(), XlsxError> {
        let label = |code: &str| report.outcome(code).map_or_else(|| code.to_owned(), |label| label.zh.clone());
        let of = &view.row;
        sheet.write_number(row, 0, of.rank as f64)?;
        let words = [
            view.household_title.clone(),
            view.place.clone(),
            of.change.zh().to_owned(),
            label(&of.outcome_before),
            label(&of.outcome_after),
        ];
        for (column, text) in (1..).zip(&words) {
            self.words(sheet, row, column, text)?;
        }
        for (column, fen) in (6..).zip([of.before.0, of.after.0, of.difference().0]) {
            self.money(sheet, row, column, fen)?;
        }
        for (column, persons) in (9..).zip([of.covered_before, of.covered_after]) {
            sheet.write_number(row, column, f64::from(persons))?;
        }
        self.words(sheet, row, 11, &told(view))?;
        for (column, fen) in (12..).zip(&view.detail.effects) {
            self.money(sheet, row, column, *fen)?;
        }
        Ok(())
    }
}

/// `原：…；现：…` for each reason that differs.
fn told(view: &RowView) -> String {
    let one = |difference: &super::report::ReasonDifference| match (&difference.before, &difference.after) {
        (Some(before), Some(after)) => format!("原：{before}；现：{after}"),
        (Some(before), None) => format!("不再适用：{before}"),
        (None, Some(after)) => format!("新适用：{after}"),
        (None, None) => String::new(),
    };
    view.detail.reasons.iter().map(one).collect::<Vec<_>>().join("\n")
}
