//! Short ways to write a page: `Page::new("在保名单").figures([…]).table(PageTable::new(["家庭", "金额"]).row([…]))`.

use super::{Block, Cell, ColumnHead, FigureItem, Link, Page, Row, TableRow, TimelineItem, Tone};
use crate::text::{Id, Text};

impl Page {
    pub fn new(title: impl Into<Text>) -> Page {
        Page { title: Some(title.into()), ..Page::default() }
    }

    /// A panel: the place it stands in has a title already.
    pub fn untitled() -> Page {
        Page::default()
    }

    /// One thing still missing before the next step.
    pub fn missing(mut self, what: impl Into<Text>) -> Page {
        self.missing.push(what.into());
        self
    }

    pub fn heading(self, text: impl Into<Text>) -> Page {
        self.block(Block::Heading { text: text.into() })
    }

    pub fn paragraph(self, text: impl Into<Text>) -> Page {
        self.block(Block::Paragraph { text: text.into() })
    }

    pub fn note(self, tone: Tone, text: impl Into<Text>) -> Page {
        self.block(Block::Note { tone, text: text.into() })
    }

    /// Label and value pairs.
    pub fn facts(self, rows: impl IntoIterator<Item = Row>) -> Page {
        self.block(Block::Facts { rows: rows.into_iter().collect() })
    }

    /// One to four big numbers.
    pub fn figures(self, items: impl IntoIterator<Item = FigureItem>) -> Page {
        self.block(Block::Figures { items: items.into_iter().collect() })
    }

    pub fn table(self, table: PageTable) -> Page {
        self.block(table.into())
    }

    pub fn timeline(self, items: impl IntoIterator<Item = TimelineItem>) -> Page {
        self.block(Block::Timeline { items: items.into_iter().collect() })
    }

    /// A form of the manifest, drawn in place, with the action its button presses.
    pub fn form(self, form: &str, action: Option<&str>) -> Page {
        self.block(Block::Form { form: form.to_owned(), action: action.map(str::to_owned) })
    }

    /// Side by side on wide screens.
    pub fn columns(self, columns: impl IntoIterator<Item = Page>) -> Page {
        self.block(Block::Columns { columns: columns.into_iter().map(|page| page.blocks).collect() })
    }

    pub fn block(mut self, block: Block) -> Page {
        self.blocks.push(block);
        self
    }

    /// Another page's blocks and missing things after these.
    pub fn and(mut self, other: Page) -> Page {
        self.missing.extend(other.missing);
        self.blocks.extend(other.blocks);
        self
    }
}

/// A table under construction.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PageTable {
    columns: Vec<ColumnHead>,
    rows: Vec<TableRow>,
    empty: Option<Text>,
}

impl PageTable {
    /// Column heads; those of numbers come with [`ColumnHead::number`].
    pub fn new<H: Into<ColumnHead>>(heads: impl IntoIterator<Item = H>) -> PageTable {
        PageTable { columns: heads.into_iter().map(Into::into).collect(), ..PageTable::default() }
    }

    /// What to say, and to do, when there are no rows.
    pub fn empty(mut self, text: impl Into<Text>) -> PageTable {
        self.empty = Some(text.into());
        self
    }

    pub fn row(mut self, cells: impl IntoIterator<Item = Cell>) -> PageTable {
        self.rows.push(TableRow { cells: cells.into_iter().collect(), link: None });
        self
    }

    /// A row that leads somewhere.
    pub fn linked_row(mut self, link: Link, cells: impl IntoIterator<Item = Cell>) -> PageTable {
        self.rows.push(TableRow { cells: cells.into_iter().collect(), link: Some(link) });
        self
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

impl From<PageTable> for Block {
    fn from(table: PageTable) -> Block {
        Block::Table { columns: table.columns, rows: table.rows, empty: table.empty }
    }
}

impl ColumnHead {
    pub fn new(label: impl Into<Text>) -> ColumnHead {
        ColumnHead { label: label.into(), number: false }
    }

    /// Right-aligned with tabular figures.
    pub fn number(label: impl Into<Text>) -> ColumnHead {
        ColumnHead { label: label.into(), number: true }
    }
}

impl From<&str> for ColumnHead {
    fn from(label: &str) -> ColumnHead {
        ColumnHead::new(label)
    }
}

impl Row {
    pub fn new(label: impl Into<Text>, value: impl Into<Cell>) -> Row {
        Row { label: label.into(), value: value.into(), note: None }
    }

    /// Where it comes from: source and date, or the article.
    pub fn note(mut self, note: impl Into<Text>) -> Row {
        self.note = Some(note.into());
        self
    }
}

impl FigureItem {
    pub fn new(label: impl Into<Text>, value: impl Into<Cell>) -> FigureItem {
        FigureItem { label: label.into(), value: value.into(), tone: Tone::Neutral }
    }

    pub fn tone(mut self, tone: Tone) -> FigureItem {
        self.tone = tone;
        self
    }
}

impl TimelineItem {
    /// `date` as `2022-07-06`.
    pub fn new(date: impl ToString, text: impl Into<Text>) -> TimelineItem {
        TimelineItem { date: date.to_string(), text: text.into(), tone: Tone::Neutral }
    }

    pub fn tone(mut self, tone: Tone) -> TimelineItem {
        self.tone = tone;
        self
    }
}

impl Cell {
    pub fn text(text: impl Into<Text>) -> Cell {
        Cell::Text { text: text.into() }
    }

    /// Fen.
    pub fn money(fen: impl Into<i64>) -> Cell {
        Cell::Money { fen: fen.into() }
    }

    pub fn number(number: impl Into<i64>) -> Cell {
        Cell::Number { number: number.into() }
    }

    /// Basis points, shown as a percentage.
    pub fn ratio(basis_points: i64) -> Cell {
        Cell::Ratio { basis_points }
    }

    /// A day as `2022-07-06`.
    pub fn date(date: impl ToString) -> Cell {
        Cell::Date { date: date.to_string() }
    }

    /// A day with its distance: 还剩 3 个工作日.
    pub fn due(date: impl ToString) -> Cell {
        Cell::Due { date: date.to_string() }
    }

    pub fn person(person: Id) -> Cell {
        Cell::Person { person }
    }

    pub fn household(household: Id) -> Cell {
        Cell::Household { household }
    }

    /// A 12-digit division.
    pub fn division(code: i64) -> Cell {
        Cell::Division { division: format!("{code:012}") }
    }

    pub fn badge(tone: Tone, text: impl Into<Text>) -> Cell {
        Cell::Badge { tone, text: text.into() }
    }

    /// A word of one of the kernel's code tables.
    pub fn code(table: &str, code: impl Into<i64>) -> Cell {
        Cell::Code { table: table.to_owned(), code: code.into() }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Cell {
        Cell::text(text)
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Cell {
        Cell::text(text)
    }
}

impl From<Text> for Cell {
    fn from(text: Text) -> Cell {
        Cell::Text { text }
    }
}

/// Nothing is an empty cell.
impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Cell {
        value.map_or(Cell::Empty, Into::into)
    }
}

impl Link {
    /// Another page of the same plugin.
    pub fn page(page: &str) -> Link {
        Link::Page { page: page.to_owned(), query: Default::default() }
    }

    /// Adds to the query of a page; other links have none and stay as they are.
    pub fn with(mut self, name: &str, value: impl ToString) -> Link {
        if let Link::Page { query, .. } = &mut self {
            query.insert(name.to_owned(), value.to_string());
        }
        self
    }
}

impl Page {
    /// The document as it travels. Compiled here once, not in every plugin.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a page holds strings, numbers and lists only")
    }
}
