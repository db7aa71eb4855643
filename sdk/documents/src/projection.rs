//! Chosen values of many documents as columns: what `documents.columns` answers. The kernel and the made-up county of native tests
//! read the names and take the values apart with this one function, so that they cannot differ.
//!
//! A name is one of the document's own (`state`, `due` …, [`Own`]), or a JSON Pointer (RFC 6901) into its body, which begins with
//! `/`: `/assessed`, `/carer`.

mod picker;

use picker::Picker;
use serde_json::Value;

/// What every document has beside its body.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Own {
    Key,
    Household,
    Person,
    Division,
    State,
    Since,
    Due,
    Created,
}

impl Own {
    const ALL: [(&'static str, Own); 8] = [
        ("key", Own::Key),
        ("household", Own::Household),
        ("person", Own::Person),
        ("division", Own::Division),
        ("state", Own::State),
        ("since", Own::Since),
        ("due", Own::Due),
        ("created", Own::Created),
    ];
}

/// One name, read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Wanted {
    Own(Own),
    /// A pointer into the body.
    Body(String),
}

impl Wanted {
    /// `None` when there is no such value.
    pub fn parse(name: &str) -> Option<Wanted> {
        if name.starts_with('/') {
            return Some(Wanted::Body(name.to_owned()));
        }
        Own::ALL.iter().find(|(known, _)| *known == name).map(|(_, own)| Wanted::Own(*own))
    }
}

/// One document, as whoever keeps it has it. Days are days since 1970-01-01.
#[derive(Clone, Debug)]
pub struct Envelope<'a> {
    pub key: &'a str,
    pub household: Option<i64>,
    pub person: Option<i64>,
    pub division: i64,
    pub state: &'a str,
    pub since: i32,
    pub due: Option<i32>,
    pub created: i32,
    /// JSON.
    pub body: &'a str,
}

/// The values of one name, a row for each document.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Values {
    /// Every value there is a whole number, or yes (1) or no (0).
    Ints(Vec<Option<i64>>),
    /// Anything else: texts as they are, numbers written out, lists and objects as their JSON.
    Texts(Vec<Option<String>>),
}

/// One value.
enum Scalar {
    Absent,
    Int(i64),
    Text(String),
}

/// The values of all documents by name, in the order of the names. A body that is not JSON has no values.
pub fn columns<'a>(wanted: &[Wanted], documents: impl IntoIterator<Item = Envelope<'a>>) -> Vec<Values> {
    let mut columns: Vec<Vec<Scalar>> = wanted.iter().map(|_| Vec::new()).collect();
    let picker = Picker::of(wanted);
    for document in documents {
        let mut row: Vec<Scalar> = wanted.iter().map(|_| Scalar::Absent).collect();
        if !picker.is_empty() && picker.pick(document.body, &mut row).is_err() {
            row.fill_with(|| Scalar::Absent);
        }
        for ((column, wanted), picked) in columns.iter_mut().zip(wanted).zip(row) {
            column.push(match wanted {
                Wanted::Own(own) => own_value(&document, *own),
                Wanted::Body(_) => picked,
            });
        }
    }
    columns.into_iter().map(column).collect()
}

fn own_value(document: &Envelope<'_>, own: Own) -> Scalar {
    let int = |value: Option<i64>| value.map_or(Scalar::Absent, Scalar::Int);
    match own {
        Own::Key => Scalar::Text(document.key.to_owned()),
        Own::Household => int(document.household),
        Own::Person => int(document.person),
        Own::Division => Scalar::Int(document.division),
        Own::State => Scalar::Text(document.state.to_owned()),
        Own::Since => Scalar::Int(document.since.into()),
        Own::Due => int(document.due.map(i64::from)),
        Own::Created => Scalar::Int(document.created.into()),
    }
}

fn scalar(value: &Value) -> Scalar {
    match value {
        Value::Null => Scalar::Absent,
        Value::Bool(yes) => Scalar::Int((*yes).into()),
        Value::Number(number) => number.as_i64().map_or_else(|| Scalar::Text(number.to_string()), Scalar::Int),
        Value::String(text) => Scalar::Text(text.clone()),
        Value::Array(_) | Value::Object(_) => Scalar::Text(value.to_string()),
    }
}

fn column(values: Vec<Scalar>) -> Values {
    if values.iter().any(|value| matches!(value, Scalar::Text(_))) {
        let text = |value| match value {
            Scalar::Absent => None,
            Scalar::Int(number) => Some(number.to_string()),
            Scalar::Text(text) => Some(text),
        };
        return Values::Texts(values.into_iter().map(text).collect());
    }
    let int = |value| if let Scalar::Int(number) = value { Some(number) } else { None };
    Values::Ints(values.into_iter().map(int).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(body: &str) -> Envelope<'_> {
        Envelope {
            key: "2022-000001",
            household: Some(7),
            person: None,
            division: 340_223_101_203,
            state: "valid",
            since: 19_100,
            due: None,
            created: 19_000,
            body,
        }
    }

    #[test]
    fn a_name_is_the_documents_own_or_a_pointer_into_its_body() {
        for (name, wanted) in [
            ("state", Some(Wanted::Own(Own::State))),
            ("due", Some(Wanted::Own(Own::Due))),
            ("/assessed", Some(Wanted::Body("/assessed".to_owned()))),
            ("/signatures/party", Some(Wanted::Body("/signatures/party".to_owned()))),
            ("assessed", None),
            ("", None),
        ] {
            assert_eq!(Wanted::parse(name), wanted, "{name}");
        }
    }

    #[test]
    fn a_pointer_finds_what_it_finds_in_a_body_read_whole() {
        let body = r#"{"a":{"b":[{"c":1},{"c":"zwei"}],"d":null,"e":true,"f":-7,"g":1.5,"h":18446744073709551615},
            "sl/ash":1,"til~de":2,"":3,"a2":"x","twice":1,"twice":2,"中":"文"}"#;
        let pointers = [
            "/a", "/a/b", "/a/b/0", "/a/b/0/c", "/a/b/1/c", "/a/b/2", "/a/b/01", "/a/b/+1", "/a/b/-", "/a/d", "/a/d/x",
            "/a/e", "/a/f", "/a/f/x", "/a/g", "/a/h", "/sl~1ash", "/til~0de", "/", "/a2", "/twice", "/none", "/中",
        ];
        let whole: Value = serde_json::from_str(body).unwrap();
        for pointer in pointers {
            let alone = columns(&[Wanted::Body(pointer.to_owned())], [of(body)]);
            let expected = whole.pointer(pointer).map_or(Scalar::Absent, scalar);
            assert_eq!(alone, [column(vec![expected])], "{pointer}");
        }
        // All at once, one within the other.
        let wanted: Vec<Wanted> = pointers.iter().map(|pointer| Wanted::Body((*pointer).to_owned())).collect();
        let expected: Vec<Values> = pointers
            .iter()
            .map(|pointer| column(vec![whole.pointer(pointer).map_or(Scalar::Absent, scalar)]))
            .collect();
        assert_eq!(columns(&wanted, [of(body)]), expected);
        // What follows a body, or breaks off, leaves nothing of it.
        for broken in [r#"{"a":1} x"#, r#"{"a":1,"#, "", "[1"] {
            let found = columns(&[Wanted::Body("/a".to_owned())], [of(broken)]);
            assert_eq!(found, [Values::Ints(vec![None])], "{broken}");
        }
    }

    #[test]
    fn each_name_is_a_column_with_a_row_for_each_document() {
        let names = ["household", "person", "state", "due", "/from", "/count", "/ok", "/items", "/mixed", "/a/b"];
        let wanted: Vec<Wanted> = names.iter().map(|name| Wanted::parse(name).unwrap()).collect();
        let first = r#"{"from":"2022-06-01","count":3,"ok":true,"items":["吃饭","穿衣"],"mixed":1,"a":{"b":5}}"#;
        let second = r#"{"from":null,"count":4,"mixed":"两"}"#;
        let text = |value: &str| Some(value.to_owned());
        assert_eq!(
            columns(&wanted, [of(first), of(second), of("not JSON")]),
            [
                Values::Ints(vec![Some(7); 3]),
                Values::Ints(vec![None; 3]),
                Values::Texts(vec![text("valid"); 3]),
                Values::Ints(vec![None; 3]),
                Values::Texts(vec![text("2022-06-01"), None, None]),
                Values::Ints(vec![Some(3), Some(4), None]),
                Values::Ints(vec![Some(1), None, None]),
                Values::Texts(vec![text(r#"["吃饭","穿衣"]"#), None, None]),
                Values::Texts(vec![text("1"), text("两"), None]),
                Values::Ints(vec![Some(5), None, None]),
            ]
        );
    }
}
