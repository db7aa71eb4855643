//! Form values: from what a browser sends to what a plugin reads, with the simple checks (required, kind, range, choices)
//! done here, all of them at once. A field whose condition is not met is neither required nor handed on.

use super::form_people;
use super::value::{parse_date, parse_moment};
use doudi_documents::{Field, FieldKind, Form, Level, Position, Values};
use doudi_domain::{DivisionCode, Fen, Problem};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// As typed: each name with everything sent under it.
pub type Raw = BTreeMap<String, Vec<String>>;

/// The fields of a form in order.
pub fn fields(form: &Form) -> impl Iterator<Item = &Field> {
    form.sections.iter().flat_map(|section| &section.fields)
}

/// Reads what was typed. What cannot be read is a problem of its field; empty fields are left out.
pub fn parse(form: &Form, raw: &Raw) -> (Values, Vec<Problem>) {
    let mut values = Values::new();
    let mut problems = Vec::new();
    for field in fields(form) {
        let given: Vec<&str> = raw.get(&field.name).into_iter().flatten().map(|text| text.trim()).collect();
        let read = match field.kind {
            FieldKind::Position => Ok(position(&field.name, raw)),
            _ => parse_field(field, &given),
        };
        match read {
            Ok(Some(value)) => drop(values.insert(field.name.clone(), value)),
            Ok(None) => {}
            Err(message) => problems.push(Problem::new(&field.name, "form.unreadable", message)),
        }
    }
    (values, problems)
}

/// A position has an input for each of its parts.
pub const POSITION_PARTS: [&str; 3] = ["latitude", "longitude", "accuracy"];

/// The name of the input for a part of a position.
pub fn part_of(field: &str, part: &str) -> String {
    format!("{field}.{part}")
}

/// Absent when neither coordinate is there; whether both are on the globe is checked with the other values.
fn position(field: &str, raw: &Raw) -> Option<Json> {
    let part = |name: &str| {
        let texts = raw.get(&part_of(field, name))?;
        texts.iter().map(|text| text.trim()).find(|text| !text.is_empty()).map(str::to_owned)
    };
    let (latitude, longitude) = (part("latitude"), part("longitude"));
    if latitude.is_none() && longitude.is_none() {
        return None;
    }
    let accuracy = part("accuracy").and_then(|metres| metres.parse().ok());
    let (latitude, longitude) = (latitude.unwrap_or_default(), longitude.unwrap_or_default());
    serde_json::to_value(Position { latitude, longitude, accuracy }).ok()
}

fn parse_field(field: &Field, given: &[&str]) -> Result<Option<Json>, String> {
    let several = || {
        let items: Vec<Json> = given.iter().filter(|text| !text.is_empty()).map(|text| Json::from(*text)).collect();
        (!items.is_empty()).then_some(Json::Array(items))
    };
    let text = given.iter().copied().find(|text| !text.is_empty()).unwrap_or_default();
    Ok(match field.kind {
        FieldKind::Choices | FieldKind::Members | FieldKind::Files => several(),
        // A box that is not ticked sends nothing.
        FieldKind::Declaration => Some(Json::Bool(matches!(text, "on" | "true" | "1" | "yes"))),
        _ if text.is_empty() => None,
        FieldKind::Money => match Fen::parse(text) {
            Some(amount) => Some(Json::from(amount.0)),
            None => return Err(format!("“{text}”不是金额，应为最多两位小数的数字，例如 1800.00")),
        },
        FieldKind::Number => match text.parse::<i64>() {
            Ok(number) => Some(Json::from(number)),
            Err(_) => return Err(format!("“{text}”不是整数")),
        },
        FieldKind::Date => Some(Json::from(parse_date(text)?.to_string())),
        FieldKind::Moment => Some(Json::from(parse_moment(text)?)),
        FieldKind::Household => Some(form_people::typed(text)),
        FieldKind::YesNo => match text {
            "true" | "yes" | "1" | "on" | "是" => Some(Json::Bool(true)),
            "false" | "no" | "0" | "否" => Some(Json::Bool(false)),
            _ => return Err("请选择“是”或“否”".into()),
        },
        FieldKind::Line
        | FieldKind::Paragraph
        | FieldKind::Choice
        | FieldKind::Member
        | FieldKind::Officer
        | FieldKind::Division => Some(Json::from(text)),
        FieldKind::Position => None,
    })
}

/// Ids a form may name: the household's members, the county's officers, the files at hand. `None` does not restrict.
#[derive(Clone, Default, Debug)]
pub struct Known {
    pub members: Option<Vec<String>>,
    pub officers: Option<Vec<String>>,
    pub files: Option<Vec<String>>,
    pub divisions: Option<Vec<DivisionCode>>,
}

/// Does any field of the form name a place? Only then the tree is read.
pub fn asks_division(form: &Form) -> bool {
    fields(form).any(|field| field.kind == FieldKind::Division)
}

/// Does any field of the form take files?
pub fn asks_files(form: &Form) -> bool {
    fields(form).any(|field| field.kind == FieldKind::Files)
}

/// The level a field restricts its places to.
pub fn is_of_level(code: DivisionCode, level: Option<Level>) -> bool {
    level.is_none_or(|level| code.level().code() == level.code())
}

/// Checks values whatever their way here, takes out what no field asks for, and names everything wrong at once.
pub fn check(form: &Form, values: &mut Values, known: &Known) -> Vec<Problem> {
    let asked: Vec<&Field> = fields(form).filter(|field| applies(field, values)).collect();
    let mut kept = Values::new();
    let mut problems = Vec::new();
    for field in asked {
        match values.get(&field.name).filter(|value| !is_empty(value)) {
            Some(value) => match check_field(field, value, known) {
                Ok(()) => drop(kept.insert(field.name.clone(), value.clone())),
                Err(message) => problems.push(Problem::new(&field.name, "form.value", message)),
            },
            None if field.required => {
                let label = &field.label.zh;
                problems.push(Problem::new(
                    &field.name,
                    "form.required",
                    match field.kind {
                        FieldKind::Declaration => format!("须勾选“{label}”"),
                        FieldKind::Files => format!("请上传“{label}”"),
                        FieldKind::Choice
                        | FieldKind::Choices
                        | FieldKind::YesNo
                        | FieldKind::Member
                        | FieldKind::Members
                        | FieldKind::Officer
                        | FieldKind::Division => format!("请选择“{label}”"),
                        FieldKind::Position => format!("请定位“{label}”"),
                        _ => format!("请填写“{label}”"),
                    },
                ));
            }
            None => {}
        }
    }
    *values = kept;
    problems
}

/// Whether a field's condition holds.
pub fn applies(field: &Field, values: &Values) -> bool {
    match &field.when {
        None => true,
        Some(when) => match values.get(&when.field) {
            // "One of several" counts as equal when it is among them.
            Some(Json::Array(several)) if !when.equals.is_array() => several.contains(&when.equals),
            Some(value) => *value == when.equals,
            // A box never ticked is a no.
            None => when.equals == Json::Bool(false),
        },
    }
}

fn is_empty(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::Bool(false) => false,
        Json::String(text) => text.trim().is_empty(),
        Json::Array(items) => items.is_empty(),
        _ => false,
    }
}

fn check_field(field: &Field, value: &Json, known: &Known) -> Result<(), String> {
    let wrong = || Err("填写的内容不能识别，请重新填写".to_owned());
    let ids = |ids: &Option<Vec<String>>, what: &str| -> Result<(), String> {
        let given: Vec<&str> = match value {
            Json::String(id) => vec![id],
            Json::Array(items) => items.iter().filter_map(Json::as_str).collect(),
            _ => Vec::new(),
        };
        let all = match value {
            Json::Array(items) => items.len(),
            _ => 1,
        };
        let fits = |id: &&str| {
            ids.as_ref().map_or_else(|| id.parse::<i64>().is_ok(), |ids| ids.iter().any(|known| known == id))
        };
        if given.len() == all && given.iter().all(fits) {
            Ok(())
        } else {
            Err(format!("选择的{what}不在可选范围内，请重新选择"))
        }
    };
    match field.kind {
        FieldKind::Money | FieldKind::Number => {
            let Some(number) = value.as_i64() else { return wrong() };
            let shown = |bound: i64| match field.kind {
                FieldKind::Money => format!("{} 元", Fen(bound)),
                _ => bound.to_string(),
            };
            match (field.min, field.max) {
                (Some(min), _) if number < min => Err(format!("不能小于 {}", shown(min))),
                (_, Some(max)) if number > max => Err(format!("不能大于 {}", shown(max))),
                // Nothing an officer enters as money is below zero unless the form says so.
                (None, _) if number < 0 && field.kind == FieldKind::Money => Err("金额不能为负数".into()),
                _ => Ok(()),
            }
        }
        FieldKind::Date => match value.as_str().map(parse_date) {
            Some(Ok(_)) => Ok(()),
            _ => Err("日期不能识别，应写成 2022-07-06".into()),
        },
        FieldKind::Moment => match value.as_str().map(parse_moment) {
            Some(Ok(moment)) if value.as_str() == Some(&moment) => Ok(()),
            _ => Err("时间不能识别，应写成 2022-07-06T09:30".into()),
        },
        FieldKind::Position => match serde_json::from_value::<Position>(value.clone()) {
            Ok(position) if position.is_valid() => Ok(()),
            _ => Err("位置不能识别，经纬度应为最多六位小数的度数，例如 31.352100 和 118.433100".into()),
        },
        FieldKind::Division => {
            let code = value.as_str().and_then(|code| DivisionCode::parse(code).ok());
            let fits = |code: &DivisionCode| {
                is_of_level(*code, field.level) && known.divisions.as_ref().is_none_or(|known| known.contains(code))
            };
            match code.filter(fits) {
                Some(_) => Ok(()),
                None => Err("选择的区划不在您的辖区内，请重新选择".into()),
            }
        }
        // Looked up in the files before: see `form_people`.
        FieldKind::Household if form_people::is_typed(value) => Ok(()),
        FieldKind::Household => ids(&None, "家庭"),
        FieldKind::YesNo => value.as_bool().map(drop).ok_or(()).or_else(|()| wrong()),
        FieldKind::Declaration => match value.as_bool() {
            Some(true) => Ok(()),
            Some(false) if !field.required => Ok(()),
            Some(false) => Err(format!("须勾选“{}”", field.label.zh)),
            None => wrong(),
        },
        FieldKind::Line | FieldKind::Paragraph => {
            let Some(text) = value.as_str() else { return wrong() };
            let limit = field.length.unwrap_or(if field.kind == FieldKind::Line { 200 } else { 4_000 }) as usize;
            match text.chars().count() {
                count if count > limit => Err(format!("最多 {limit} 字，现在是 {count} 字")),
                _ => Ok(()),
            }
        }
        FieldKind::Choice => {
            let Some(given) = value.as_str() else { return wrong() };
            // Without listed choices they come from `fill`, and the plugin checks them.
            if field.choices.is_empty() || field.choices.iter().any(|choice| choice.value == given) {
                Ok(())
            } else {
                Err("选择的内容不在可选范围内，请重新选择".into())
            }
        }
        FieldKind::Choices => {
            let Some(items) = value.as_array() else { return wrong() };
            let fits = |item: &Json| {
                item.as_str().is_some_and(|given| {
                    field.choices.is_empty() || field.choices.iter().any(|choice| choice.value == given)
                })
            };
            if items.iter().all(fits) {
                Ok(())
            } else {
                Err("选择的内容不在可选范围内，请重新选择".into())
            }
        }
        FieldKind::Member | FieldKind::Members => ids(&known.members, "成员"),
        FieldKind::Officer => ids(&known.officers, "人员"),
        FieldKind::Files => ids(&known.files, "材料"),
    }
}

/// Initial values of the manifest.
pub fn initial(form: &Form) -> Values {
    fields(form).filter_map(|field| Some((field.name.clone(), field.initial.clone()?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn form() -> Form {
        serde_json::from_value(json!({
            "id": "application", "title": {"zh": "申请"}, "sections": [{"title": {"zh": "一"}, "fields": [
                {"name": "reason", "label": {"zh": "申请理由"}, "kind": "line", "required": true, "length": 4},
                {"name": "rent", "label": {"zh": "房租"}, "kind": "money", "max": 100_000},
                {"name": "visit", "label": {"zh": "入户日期"}, "kind": "date"},
                {"name": "agent", "label": {"zh": "是否代办"}, "kind": "yes-no"},
                {"name": "agent-name", "label": {"zh": "代办人"}, "kind": "line", "required": true,
                    "when": {"field": "agent", "equals": true}},
                {"name": "kinds", "label": {"zh": "困难类型"}, "kind": "choices",
                    "choices": [{"value": "ill", "label": {"zh": "病"}}, {"value": "old", "label": {"zh": "老"}}]},
                {"name": "who", "label": {"zh": "成员"}, "kind": "member"},
                {"name": "truth", "label": {"zh": "以上属实"}, "kind": "declaration", "required": true}
            ]}]
        }))
        .unwrap()
    }

    fn submit(pairs: &[(&str, &str)]) -> (Values, Vec<String>) {
        let mut raw = Raw::new();
        for (name, text) in pairs {
            raw.entry((*name).into()).or_default().push((*text).into());
        }
        let known = Known { members: Some(vec!["7".into()]), ..Known::default() };
        let (mut values, mut problems) = parse(&form(), &raw);
        problems.extend(check(&form(), &mut values, &known));
        (values, problems.iter().map(|problem| format!("{} {}", problem.field, problem.message)).collect())
    }

    #[test]
    fn places_moments_and_positions_are_read_and_checked() {
        let form: Form = serde_json::from_value(json!({
            "id": "visit", "title": {"zh": "走访"},
            "sections": [{"title": {"zh": "走访"}, "fields": [
                {"name": "village", "label": {"zh": "村居"}, "kind": "division", "level": "village", "required": true},
                {"name": "family", "label": {"zh": "家庭"}, "kind": "household"},
                {"name": "at", "label": {"zh": "时间"}, "kind": "moment", "required": true},
                {"name": "here", "label": {"zh": "位置"}, "kind": "position"}
            ]}]
        }))
        .unwrap();
        let read = |pairs: &[(&str, &str)]| {
            let mut raw = Raw::new();
            for (name, text) in pairs {
                raw.entry((*name).into()).or_default().push((*text).into());
            }
            let village = DivisionCode::parse("340223101201").unwrap();
            let known = Known { divisions: Some(vec![village, village.town().unwrap()]), ..Known::default() };
            let (mut values, mut problems) = parse(&form, &raw);
            problems.extend(check(&form, &mut values, &known));
            let problems: Vec<String> = problems.into_iter().map(|problem| problem.field).collect();
            (Json::Object(values), problems)
        };
        let (values, problems) = read(&[
            ("village", "340223101201"),
            ("family", "340223101201-00007"),
            ("at", "2022-07-06T09:30"),
            ("here.latitude", "31.352100"),
            ("here.longitude", "118.4331"),
            ("here.accuracy", "12"),
        ]);
        assert_eq!(problems, Vec::<String>::new());
        let here = json!({"latitude": "31.352100", "longitude": "118.4331", "accuracy": 12});
        let typed = json!({"typed": "340223101201-00007"});
        assert_eq!(values, json!({"village": "340223101201", "family": typed, "at": "2022-07-06T09:30", "here": here}));
        // A town is no village, another village is not the officer's, half a position is none.
        for village in ["340223101000", "340223102201", "许镇"] {
            assert_eq!(read(&[("village", village), ("at", "2022-07-06 9:30")]).1, ["village"], "{village}");
        }
        let half = [("village", "340223101201"), ("at", "2022-07-06 9:30"), ("here.latitude", "31.3521")];
        assert_eq!(read(&half).1, ["here"]);
        assert_eq!(read(&[]).1, ["village", "at"]);
    }

    #[test]
    fn a_complete_form_becomes_typed_values() {
        let (values, problems) = submit(&[
            ("reason", " 年老 "),
            ("rent", "￥900.5"),
            ("visit", "2022年7月6日"),
            ("agent", "false"),
            ("kinds", "ill"),
            ("kinds", "old"),
            ("who", "7"),
            ("truth", "on"),
            ("unasked", "x"),
        ]);
        assert_eq!(problems, Vec::<String>::new());
        let expected = json!({
            "reason": "年老", "rent": 90_050, "visit": "2022-07-06", "agent": false, "kinds": ["ill", "old"], "who": "7", "truth": true,
        });
        assert_eq!(Json::Object(values), expected);
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        type Entered = &'static [(&'static str, &'static str)];
        type Told = &'static [&'static str];
        let cases: &[(Entered, Told)] = &[
            (&[], &["reason 请填写“申请理由”", "truth 须勾选“以上属实”"]),
            (&[("reason", "家中老人多"), ("truth", "on")], &["reason 最多 4 字，现在是 5 字"]),
            (
                &[("reason", "病"), ("truth", "on"), ("rent", "一千"), ("visit", "昨天")],
                &[
                    "rent “一千”不是金额，应为最多两位小数的数字，例如 1800.00",
                    "visit “昨天”不是日期，应写成 2022-07-06",
                ],
            ),
            (&[("reason", "病"), ("truth", "on"), ("rent", "-1")], &["rent 金额不能为负数"]),
            (&[("reason", "病"), ("truth", "on"), ("rent", "1000.01")], &["rent 不能大于 1,000.00 元"]),
            (&[("reason", "病"), ("truth", "on"), ("kinds", "rich")], &["kinds 选择的内容不在可选范围内，请重新选择"]),
            (&[("reason", "病"), ("truth", "on"), ("who", "8")], &["who 选择的成员不在可选范围内，请重新选择"]),
            (&[("reason", "病"), ("truth", "on"), ("agent", "true")], &["agent-name 请填写“代办人”"]),
            // A name left over from before the answer changed is not handed on.
            (&[("reason", "病"), ("truth", "on"), ("agent", "false"), ("agent-name", "王某")], &[]),
        ];
        for (given, expected) in cases {
            let (values, problems) = submit(given);
            assert_eq!(problems, *expected, "{given:?}");
            assert!(!values.contains_key("agent-name"), "{given:?}");
        }
    }
}
