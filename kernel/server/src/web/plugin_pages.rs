//! Draws the pages plugins return. Plugins send data, never HTML: the kernel formats amounts and dates, masks names by the
//! reader's office, turns references into links, and shows a block it does not know as a note instead of failing.

use super::format;
use super::frame::Frame;
use crate::app::display::{Due, code_word};
use crate::app::names::{Names, Wanted};
use askama::Template;
use doudi_documents::page::{Block, Cell, Link, ReasonLine, TableRow, Tone};
use doudi_documents::{Page, Text};
use doudi_domain::calendar::WorkCalendar;
use doudi_domain::{DivisionCode, Fen, HouseholdId, PersonId, codes};

/// What drawing a page needs besides the page.
pub struct Drawing<'a> {
    pub frame: &'a Frame,
    pub names: &'a Names,
    pub calendar: &'a WorkCalendar,
    /// Id of the plugin, for links to its other pages.
    pub plugin: &'a str,
    /// Forms of the page, drawn already: form id and HTML.
    pub forms: &'a [(String, String)],
}

/// The people and households a page points at, so that their names are read in one go.
pub fn wanted(pages: &[&Page]) -> Wanted {
    let mut wanted = Wanted::default();
    for page in pages {
        for block in &page.blocks {
            want_block(block, &mut wanted);
        }
    }
    wanted
}

fn want_block(block: &Block, wanted: &mut Wanted) {
    match block {
        Block::Facts { rows } => rows.iter().for_each(|row| want_cell(&row.value, wanted)),
        Block::Figures { items } => items.iter().for_each(|item| want_cell(&item.value, wanted)),
        Block::Table { rows, .. } => rows.iter().flat_map(|row| &row.cells).for_each(|cell| want_cell(cell, wanted)),
        Block::Columns { columns } => columns.iter().flatten().for_each(|block| want_block(block, wanted)),
        _ => {}
    }
}

fn want_cell(cell: &Cell, wanted: &mut Wanted) {
    match cell {
        Cell::Person { person } => drop(wanted.persons.insert(PersonId(person.0))),
        Cell::Household { household } => drop(wanted.households.insert(HouseholdId(household.0))),
        _ => {}
    }
}

/// Ids of the forms a page shows in place.
pub fn forms_of(page: &Page) -> Vec<(&str, Option<&str>)> {
    fn collect<'a>(blocks: &'a [Block], forms: &mut Vec<(&'a str, Option<&'a str>)>) {
        for block in blocks {
            match block {
                Block::Form { form, action } => forms.push((form, action.as_deref())),
                Block::Columns { columns } => columns.iter().for_each(|blocks| collect(blocks, forms)),
                _ => {}
            }
        }
    }
    let mut forms = Vec::new();
    collect(&page.blocks, &mut forms);
    forms
}

pub fn tone_class(tone: Tone) -> &'static str {
    match tone {
        Tone::Neutral => "neutral",
        Tone::Good => "good",
        Tone::Soon => "soon",
        Tone::Bad => "bad",
        Tone::Progress => "progress",
    }
}

/// Draws all blocks of a page, one below the other.
pub fn draw(drawing: &Drawing<'_>, page: &Page) -> String {
    drawing.blocks(&page.blocks)
}

#[derive(Template)]
#[template(path = "plugin_pages/block.html")]
struct BlockTemplate<'a> {
    drawing: &'a Drawing<'a>,
    block: &'a Block,
    frame: &'a Frame,
}

/// A cell as text, colour and link.
#[derive(Default, Template)]
#[template(path = "plugin_pages/cell.html")]
struct Shown {
    tone: &'static str,
    badge: bool,
    text: String,
    small: String,
    href: String,
}

impl Drawing<'_> {
    fn blocks(&self, blocks: &[Block]) -> String {
        blocks.iter().map(|block| self.block(block)).collect()
    }

    fn block(&self, block: &Block) -> String {
        let drawn = BlockTemplate { drawing: self, block, frame: self.frame }.render();
        drawn.unwrap_or_else(|error| {
            tracing::error!(%error, plugin = self.plugin, "a block could not be drawn");
            String::new()
        })
    }

    fn t<'a>(&self, text: &'a Text) -> &'a str {
        self.frame.text(text)
    }

    fn form(&self, id: &str) -> Option<&str> {
        self.forms.iter().find(|(known, _)| known == id).map(|(_, html)| html.as_str())
    }

    /// A block of a later kernel brings the sentence to show instead.
    fn fallback(&self, block: &serde_json::Value) -> String {
        let fallback = block.get("fallback").cloned().and_then(|text| serde_json::from_value::<Text>(text).ok());
        fallback.map_or_else(
            || self.frame.t("这里有一段内容需要更新系统后才能显示。").to_owned(),
            |text| self.t(&text).to_owned(),
        )
    }

    fn cell(&self, cell: &Cell) -> String {
        self.shown(cell).render().unwrap_or_default()
    }

    /// Without link or colour: the text of a cell that is a link to somewhere else.
    fn plain(&self, cell: &Cell) -> String {
        self.shown(cell).text
    }

    fn shown(&self, cell: &Cell) -> Shown {
        let mut shown = Shown::default();
        match cell {
            Cell::Text { text } => shown.text = self.t(text).to_owned(),
            Cell::Money { fen } => shown.text = format::yuan(Fen(*fen)),
            Cell::Number { number } => shown.text = number.to_string(),
            Cell::Ratio { basis_points } => shown.text = format::ratio(*basis_points),
            Cell::Date { date } => shown.text = date.clone(),
            Cell::Due { date } => {
                if let Ok(day) = date.parse() {
                    let due = Due::new(day, self.frame.today, self.calendar);
                    shown.tone = format::due_tone(&due);
                    shown.small = due.words(self.frame.today);
                }
                shown.text = date.clone();
            }
            Cell::Person { person } => shown.text = self.names.person(PersonId(person.0)).to_owned(),
            Cell::Household { household } => {
                let id = HouseholdId(household.0);
                shown.text = self.names.household(id).to_owned();
                if self.names.knows(id) {
                    shown.href = format!("/households/{}", household.0);
                }
            }
            Cell::Division { division } => {
                shown.text = match DivisionCode::parse(division) {
                    Ok(code) => self.names.division(code),
                    Err(_) => division.clone(),
                }
            }
            Cell::Badge { tone, text } => {
                shown.badge = true;
                shown.tone = tone_class(*tone);
                shown.text = self.t(text).to_owned();
            }
            Cell::Code { table, code } => {
                shown.text = match (codes::find(table), i32::try_from(*code)) {
                    (Some(table), Ok(code)) if self.frame.english => {
                        table.find(code).map_or_else(|| code.to_string(), |entry| entry.en.to_owned())
                    }
                    (Some(table), Ok(code)) => code_word(table, code),
                    _ => code.to_string(),
                }
            }
            Cell::Empty => {}
        }
        shown
    }

    fn is_number(&self, cell: &Cell) -> bool {
        matches!(cell, Cell::Money { .. } | Cell::Number { .. } | Cell::Ratio { .. })
    }

    fn label<'a>(&self, columns: &'a [doudi_documents::page::ColumnHead], index: &usize) -> &'a str {
        columns.get(*index).map_or("", |column| self.t(&column.label))
    }

    fn href(&self, row: &TableRow) -> String {
        match &row.link {
            None => String::new(),
            Some(Link::Household { household }) => format!("/households/{}", household.0),
            Some(Link::Document { document }) => format!("/documents/{}", document.0),
            Some(Link::Decision { decision }) => format!("/decisions/{}", decision.0),
            Some(Link::Page { page, query }) => {
                let query = serde_urlencoded::to_string(query).unwrap_or_default();
                let mark = if query.is_empty() { "" } else { "?" };
                format!("/measures/{}/{page}{mark}{query}", self.plugin)
            }
        }
    }

    fn tone(&self, tone: &Tone) -> &'static str {
        tone_class(*tone)
    }

    fn yuan(&self, fen: &i64) -> String {
        format::yuan(Fen(*fen))
    }

    fn verdict(&self, reason: &ReasonLine) -> Verdict {
        Verdict::of(&reason.verdict)
    }
}

/// A verdict as sign, word and colour together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub sign: &'static str,
    pub word: &'static str,
    pub tone: &'static str,
}

impl Verdict {
    pub fn of(code: &str) -> Verdict {
        match code {
            "met" => Verdict { sign: "✓", word: "符合", tone: "good" },
            "not-met" => Verdict { sign: "✗", word: "不符合", tone: "bad" },
            _ => Verdict { sign: "·", word: "认定", tone: "neutral" },
        }
    }
}

/// What stands where a measure could not answer: its own fault, and nothing else is touched.
pub fn failed(frame: &Frame, message: &str) -> String {
    #[derive(Template)]
    #[template(
        source = r#"<div class="note bad"><p>{{ heading }}</p><p class="small">{{ message }}</p></div>"#,
        ext = "html"
    )]
    struct FailedTemplate<'a> {
        heading: &'a str,
        message: &'a str,
    }
    let heading = frame.t("这项措施现在不能回答，其他内容不受影响。");
    FailedTemplate { heading, message }.render().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::frame::Display;
    use doudi_domain::Date;
    use serde_json::json;

    fn drawn(english: bool, blocks: serde_json::Value) -> String {
        let page: Page = serde_json::from_value(json!({ "blocks": blocks })).unwrap();
        let frame = Frame::stranger(Display { english, large: false }, Date::constant(2022, 7, 20), "/", "");
        let (names, calendar) = (Names::default(), WorkCalendar::default());
        draw(&Drawing { frame: &frame, names: &names, calendar: &calendar, plugin: "some-measure", forms: &[] }, &page)
    }

    #[test]
    fn values_are_formatted_and_references_become_links() {
        let html = drawn(
            false,
            json!([
                { "block": "table", "columns": [{ "label": { "zh": "家庭" } }, { "label": { "zh": "金额" }, "number": true }],
                  "rows": [{ "cells": [{ "cell": "household", "household": "7" }, { "cell": "money", "fen": 63_000 }],
                             "link": { "to": "page", "page": "list", "query": { "month": "2022-07", "town": "许镇" } } }] },
                { "block": "facts", "rows": [
                    { "label": { "zh": "残疾类别" }, "value": { "cell": "code", "table": "disability-category", "code": 5 } },
                    { "label": { "zh": "比例" }, "value": { "cell": "ratio", "basis_points": 15_000 } },
                    { "label": { "zh": "期限" }, "value": { "cell": "due", "date": "2022-07-19" } }] },
                { "block": "reasons", "outcome": { "zh": "同意" }, "tone": "good", "amount": 63_000,
                  "reasons": [{ "verdict": "not-met", "text": { "zh": "人均高于标准" }, "article": "第四条" }] },
            ]),
        );
        for part in [
            "630.00 元",
            "智力",
            "150%",
            "已超 1 天",
            "/measures/some-measure/list?month=2022-07&#38;town=%E8%AE%B8%E9%95%87",
            "第四条",
            "不符合",
        ] {
            assert!(html.contains(part), "{part} is missing in {html}");
        }
        assert!(
            !html.contains("张") && !html.contains("/households/7"),
            "a household out of scope has no name and no link"
        );
    }

    #[test]
    fn nothing_a_plugin_says_becomes_markup() {
        let evil = json!({ "zh": "<script>alert(1)</script>" });
        let html = drawn(
            false,
            json!([
                { "block": "heading", "text": evil }, { "block": "paragraph", "text": evil },
                { "block": "note", "tone": "bad", "text": evil },
                { "block": "facts", "rows": [{ "label": evil, "value": { "cell": "text", "text": evil }, "note": evil }] },
                { "block": "facts", "rows": [{ "label": evil, "value": { "cell": "date", "date": "\"><script>" } }] },
                { "block": "timeline", "items": [{ "date": "<script>", "text": evil }] },
                { "block": "columns", "columns": [[{ "block": "paragraph", "text": evil }]] },
                { "block": "seen-later", "fallback": evil },
            ]),
        );
        assert!(!html.contains("<script"), "{html}");
        assert_eq!(html.matches("&#60;script&#62;alert").count(), 10, "{html}");
    }

    #[test]
    fn a_block_of_a_later_kernel_is_a_note_and_never_an_error() {
        let unknown = json!([{ "block": "hologram", "depth": 3 }]);
        assert!(drawn(false, unknown.clone()).contains("需要更新系统后才能显示"));
        assert!(drawn(true, unknown).contains("newer version"));
        let with_words = json!([{ "block": "hologram", "fallback": { "zh": "见附件", "en": "see the file" } }]);
        assert!(drawn(true, with_words).contains("see the file"));
    }

    #[test]
    fn a_page_names_everyone_it_points_at_and_its_forms() {
        let page: Page = serde_json::from_value(json!({ "blocks": [
            { "block": "columns", "columns": [
                [{ "block": "figures", "items": [{ "label": { "zh": "谁" }, "value": { "cell": "person", "person": "3" } }] }],
                [{ "block": "form", "form": "visit", "action": "survey" }]] },
            { "block": "table", "columns": [], "rows": [{ "cells": [{ "cell": "household", "household": "7" }] }] },
        ]}))
        .unwrap();
        let wanted = wanted(&[&page]);
        assert_eq!(wanted.persons, [PersonId(3)].into());
        assert_eq!(wanted.households, [HouseholdId(7)].into());
        assert_eq!(forms_of(&page), [("visit", Some("survey"))]);
    }
}
