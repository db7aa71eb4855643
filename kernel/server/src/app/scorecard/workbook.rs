//! The scorecard as a workbook, for those who paste figures into reports. Figures only; nothing of any citizen is in it.

use super::{Figure, Scorecard, Trend, Verdict};
use crate::app::App;
use doudi_documents::manifest::IndicatorUnit;
use doudi_domain::reporting::ReportingPeriod;
use doudi_domain::{Actor, County, Error, Result};
use rust_xlsxwriter::{Color, Format, FormatAlign, Workbook, Worksheet, XlsxError};

pub use crate::app::shadow::workbook::MEDIA_TYPE;

const COLUMNS: [(&str, u16); 11] = [
    ("措施", 18),
    ("指标", 30),
    ("分子", 14),
    ("分母", 14),
    ("比例", 10),
    ("目标", 10),
    ("是否达标", 12),
    ("上期比例", 10),
    ("与上期相比", 14),
    ("口径", 60),
    ("依据", 30),
];

/// A county's scorecard.
pub async fn workbook(app: &App, actor: &Actor, county: Option<County>, period: ReportingPeriod) -> Result<Vec<u8>> {
    let card = super::county(app, actor, county, period).await?;
    written(&card).map_err(|error: XlsxError| Error::failure("工作簿没有生成，请重试", error))
}

fn written(card: &Scorecard) -> std::result::Result<Vec<u8>, XlsxError> {
    let heading = Format::new().set_bold().set_background_color(Color::RGB(0xE8_EEF5)).set_align(FormatAlign::Center);
    let share = Format::new().set_num_format("0.00%");
    let mut sheet = Worksheet::new();
    sheet.set_name("督查考核")?;
    sheet.write_string(0, 0, format!("{} {} 督查考核", card.county_name, card.period.zh()))?;
    for (at, (title, width)) in (0..).zip(COLUMNS) {
        sheet.write_string_with_format(1, at, title, &heading)?;
        sheet.set_column_width(at, width)?;
    }
    sheet.set_freeze_panes(2, 2)?;
    let mut row = 2;
    for measure in card.measures.iter() {
        match &measure.figures {
            Ok(figures) => {
                for figure in figures {
                    sheet.write_string(row, 0, &measure.plugin.name.zh)?;
                    write_figure(&mut sheet, row, figure, &share)?;
                    row += 1;
                }
            }
            Err(message) => {
                sheet.write_string(row, 0, &measure.plugin.name.zh)?;
                sheet.write_string(row, 1, format!("不能回答：{message}"))?;
                row += 1;
            }
        }
    }
    let mut book = Workbook::new();
    book.push_worksheet(sheet);
    book.save_to_buffer()
}

fn write_figure(
    sheet: &mut Worksheet,
    row: u32,
    figure: &Figure,
    share: &Format,
) -> std::result::Result<(), XlsxError> {
    // Money in yuan: up to ninety trillion a double holds every fen.
    let number = |count: i64| match figure.unit {
        IndicatorUnit::Count | IndicatorUnit::Days => count as f64,
        IndicatorUnit::Fen => count as f64 / 100.0,
    };
    let mark = match figure.unit {
        IndicatorUnit::Count => "",
        IndicatorUnit::Fen => "（元）",
        IndicatorUnit::Days => "（天）",
    };
    sheet.write_string(row, 1, format!("{}{mark}", figure.label.zh))?;
    sheet.write_number(row, 2, number(figure.share.part))?;
    sheet.write_number(row, 3, number(figure.share.whole))?;
    let shares = [
        (4, figure.share.basis_points()),
        (5, figure.target),
        (7, figure.before.and_then(|before| before.basis_points())),
    ];
    for (column, points) in shares {
        if let Some(points) = points {
            match figure.unit {
                IndicatorUnit::Days => sheet.write_number(row, column, points as f64 / 10_000.0)?,
                _ => sheet.write_number_with_format(row, column, points as f64 / 10_000.0, share)?,
            };
        }
    }
    sheet.write_string(row, 6, verdict_zh(figure.verdict()))?;
    sheet.write_string(row, 8, trend_zh(figure.trend()))?;
    sheet.write_string(row, 9, &figure.definition.zh)?;
    sheet.write_string(row, 10, &figure.article)?;
    Ok(())
}

/// As the page says it.
pub fn verdict_zh(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Met => "达标",
        Verdict::NotMet => "未达标",
        Verdict::NoTarget => "不设目标",
        Verdict::Nothing => "本期没有",
    }
}

pub fn trend_zh(trend: Trend) -> &'static str {
    match trend {
        Trend::Better(_) => "好转",
        Trend::Worse(_) => "变差",
        Trend::Same => "持平",
        Trend::Unknown => "",
    }
}
