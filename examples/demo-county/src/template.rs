//! The columns of the roster as the server defines them, with the key each is filled by. Nothing is repeated here: a field
//! added to the catalogue is a column of the demonstration without a further word.

use crate::workbook::Heading;
use doudi_server::roster::columns::{Content, columns};

/// The sheet the importer reads.
pub const SHEET: &str = "花名册";

pub fn headings() -> Vec<Heading> {
    columns().iter().map(|column| Heading { title: column.title.clone(), key: key(&column.content) }).collect()
}

fn key(content: &Content) -> String {
    match content {
        Content::Number => "household.number".to_owned(),
        Content::Village => "household.division".to_owned(),
        Content::HukouVillage => "household.hukou-division".to_owned(),
        Content::Address => "household.address".to_owned(),
        Content::Relation => "person.relation".to_owned(),
        Content::Name => "person.name".to_owned(),
        Content::IdNumber => "person.id-number".to_owned(),
        Content::Ethnicity => "person.ethnicity".to_owned(),
        Content::HukouAddress => "person.hukou-address".to_owned(),
        Content::Phone => "person.phone".to_owned(),
        Content::CoResident => "person.co-resident".to_owned(),
        Content::Uncounted => "person.uncounted-reason".to_owned(),
        Content::Since => "since".to_owned(),
        Content::Fact(field) | Content::Item(field) => field.code.as_str().to_owned(),
        Content::Qualifier(field, _) => format!("{}/qualifier", field.code),
    }
}
