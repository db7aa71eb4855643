//! What may stand in a roster: a few columns of identity and membership, then every fact of the catalogue. A field added to
//! the catalogue is a column here without a further word.

use doudi_domain::catalogue::{FIELDS, Field, Kind, Origin, Sensitivity, Table};
use doudi_domain::codes::{self, CodeTable};
use std::sync::LazyLock;

/// What a column holds.
#[derive(Clone, Copy, Debug)]
pub enum Content {
    /// 户编号: rows with the same number are one household.
    Number,
    /// 12-digit code or name of the village the household lives in.
    Village,
    /// The same for the place of registration.
    HukouVillage,
    Address,
    Relation,
    Name,
    IdNumber,
    Ethnicity,
    HukouAddress,
    Phone,
    CoResident,
    Uncounted,
    /// 信息起始日期: since when the row's statements hold.
    Since,
    /// A single-valued fact of the household or the person.
    Fact(&'static Field),
    /// An item of income, assets or spending.
    Item(&'static Field),
    /// The second code of the item in the column before.
    Qualifier(&'static Field, &'static CodeTable),
}

impl Content {
    /// A statement that becomes a fact of its own.
    pub const fn is_stated(&self) -> bool {
        matches!(self, Content::Fact(_) | Content::Item(_))
    }
}

#[derive(Clone, Debug)]
pub struct Column {
    /// The heading as the template writes it: `工资性收入（元/月）`.
    pub title: String,
    pub content: Content,
    /// Every row must fill it.
    pub required: bool,
    /// Kept as text in the workbook, so that no digit is lost.
    pub text: bool,
    /// Choices of a drop-down list.
    pub table: Option<&'static CodeTable>,
    /// How to fill it, for the sheet of explanations.
    pub help: String,
}

/// All columns in the template's order.
pub fn columns() -> &'static [Column] {
    static COLUMNS: LazyLock<Vec<Column>> = LazyLock::new(build);
    &COLUMNS
}

/// Other headings the same columns are known by.
const ALIASES: [(&str, &str); 8] = [
    ("身份证号", "公民身份号码"),
    ("身份证号码", "公民身份号码"),
    ("居民身份证号码", "公民身份号码"),
    ("家庭编号", "户编号"),
    ("村居代码", "居住村（居）"),
    ("村（居）代码", "居住村（居）"),
    ("电话", "联系电话"),
    ("家庭住址", "住址"),
];

/// The column a heading names; blanks, a leading asterisk and the unit in brackets do not matter.
pub fn find(heading: &str) -> Option<usize> {
    let plain = plain(heading);
    let plain =
        ALIASES.iter().find(|(alias, _)| self::plain(alias) == plain).map_or(plain, |(_, title)| self::plain(title));
    columns().iter().position(|column| self::plain(&column.title) == plain)
}

fn plain(heading: &str) -> String {
    let text: String = heading
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '*' | '\u{feff}'))
        .map(|c| match c {
            '(' => '（',
            ')' => '）',
            c => c,
        })
        .collect();
    for unit in ["（元/月）", "（元）", "（项）", "（次）"] {
        if let Some(rest) = text.strip_suffix(unit) {
            return rest.to_owned();
        }
    }
    text
}

fn build() -> Vec<Column> {
    let column = |title: &str, content, required, text, table: Option<&'static CodeTable>, help: &str| Column {
        title: title.to_owned(),
        content,
        required,
        text,
        table,
        help: help.to_owned(),
    };
    let mut list = vec![
        column("户编号", Content::Number, true, true, None, "县区内唯一。同一家庭的各行填写相同的户编号"),
        column("与户主关系", Content::Relation, true, false, Some(&codes::RELATION), "每户有且只有一名户主"),
        column("姓名", Content::Name, true, true, None, "与居民身份证一致"),
        column(
            "公民身份号码",
            Content::IdNumber,
            true,
            true,
            None,
            "18 位，末位可为 X。须为文本格式，以免丢失末尾数字",
        ),
        column("民族", Content::Ethnicity, false, false, Some(&codes::ETHNICITY), "不填按汉族"),
        column(
            "居住村（居）",
            Content::Village,
            false,
            true,
            None,
            "12 位区划代码，或本县区内不重名的村（居）名称；重名时写成“镇名 村名”。每户至少在户主一行填写",
        ),
        column("户籍村（居）", Content::HukouVillage, false, true, None, "人户分离时填写，填法同上"),
        column("住址", Content::Address, false, true, None, "每户至少在户主一行填写"),
        column("户籍地址", Content::HukouAddress, false, true, None, ""),
        column("联系电话", Content::Phone, false, true, None, "7 至 15 位数字"),
        column("是否共同生活", Content::CoResident, false, false, Some(&codes::YES_NO), "不填按“是”"),
        column("不计入原因", Content::Uncounted, false, false, Some(&codes::UNCOUNTED), "不填按“计入”"),
        column(
            "信息起始日期",
            Content::Since,
            false,
            true,
            None,
            "本行信息从哪一天起成立，例如 2022-01-01；不填按导入当天",
        ),
    ];
    for field in FIELDS.iter().filter(|field| field.origin != Origin::Core) {
        let unit = match (field.kind, field.table) {
            (Kind::Money, Table::Asset) => "（元）",
            (Kind::Money, _) => "（元/月）",
            (Kind::Count, _) if field.code.as_str() == "person.self-care-failed" => "（项）",
            (Kind::Count, _) => "（次）",
            _ => "",
        };
        let table = match field.kind {
            Kind::Code(table) => Some(table),
            Kind::YesNo => Some(&codes::YES_NO),
            _ => None,
        };
        let help = match (field.table, field.kind) {
            (Table::Household, _) => "家庭的信息，填在户主一行",
            (_, Kind::Money) => "最多两位小数；没有则不填",
            (_, Kind::Text) => "文本格式",
            _ => "",
        };
        let content = if field.origin == Origin::Item { Content::Item(field) } else { Content::Fact(field) };
        let text = matches!(field.kind, Kind::Text) || field.sensitivity == Sensitivity::Sealed;
        list.push(column(&format!("{}{unit}", field.zh), content, false, text, table, help));
        if let Some(table) = field.qualifier {
            let content = Content::Qualifier(field, table);
            list.push(column(table.zh, content, false, false, Some(table), &format!("填写了“{}”时选填", field.zh)));
        }
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_heading_is_unique_and_found_again() {
        for (position, column) in columns().iter().enumerate() {
            assert_eq!(find(&column.title), Some(position), "{}", column.title);
            assert_eq!(find(&format!("* {} ", column.title)), Some(position), "{}", column.title);
        }
    }

    #[test]
    fn every_fact_of_the_catalogue_has_a_column() {
        for field in FIELDS.iter().filter(|field| field.origin != Origin::Core) {
            assert!(find(field.zh).is_some(), "{}", field.zh);
        }
    }

    #[test]
    fn usual_other_headings_are_understood_and_strange_ones_are_not() {
        assert_eq!(find("身份证号码"), find("公民身份号码"));
        assert_eq!(find("工资性收入"), find("工资性收入（元/月）"));
        assert_eq!(find("居民基础养老金(中央部分)"), find("居民基础养老金（中央部分）（元/月）"));
        assert_eq!(find("备注"), None);
    }
}
