//! A careful clerk: fills in whatever a required field of a form asks for, so that the demonstration's script need only say
//! where a form leaves a choice. Knows the kinds of fields, not the fields of any measure.

use doudi_documents::form::{Field, FieldKind, Form, Values};
use doudi_domain::{Date, DivisionCode, UserId};
use doudi_server::app::form;
use serde_json::{Value, json};

/// What the clerk has at hand.
#[derive(Clone, Debug, Default)]
pub struct Desk {
    /// Members of the household, the applicant first.
    pub members: Vec<i64>,
    /// Colleagues who may be named as the other surveyor or handler.
    pub officers: Vec<UserId>,
    /// Files uploaded for this case.
    pub files: Vec<i64>,
    /// Places of her area.
    pub divisions: Vec<DivisionCode>,
}

/// The form filled in on `today`: what is typed wins, then what the form brings along, then the clerk.
pub fn fill(form: &Form, typed: &Values, initial: &Values, desk: &Desk, today: Date) -> Values {
    let mut values = initial.clone();
    values.extend(typed.iter().map(|(name, value)| (name.clone(), written_out(value, desk))));
    let mut officers = desk.officers.iter();
    for field in form.sections.iter().flat_map(|section| &section.fields) {
        let answered = values.get(&field.name).is_some_and(|value| !is_blank(value));
        if field.kind == FieldKind::Officer && !answered && (field.required || applies(field, &values)) {
            // Two officers in one form are two people.
            if let Some(officer) = officers.next() {
                values.insert(field.name.clone(), json!(officer.to_string()));
            }
            continue;
        }
        if answered || !field.required || !applies(field, &values) {
            continue;
        }
        values.insert(field.name.clone(), answer(field, desk, today));
    }
    values
}

/// `@members` and `@first` of a script, as the ids a form wants.
fn written_out(value: &Value, desk: &Desk) -> Value {
    match value.as_str() {
        Some("@members") => json!(desk.members.iter().map(i64::to_string).collect::<Vec<_>>()),
        Some("@first") => desk.members.first().map_or(Value::Null, |id| json!(id.to_string())),
        _ => value.clone(),
    }
}

fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        _ => false,
    }
}

/// A field that depends on another one counts only when that one has the value.
fn applies(field: &Field, values: &Values) -> bool {
    field.when.as_ref().is_none_or(|when| values.get(&when.field) == Some(&when.equals))
}

fn answer(field: &Field, desk: &Desk, today: Date) -> Value {
    match field.kind {
        FieldKind::Line | FieldKind::Paragraph => json!("属实"),
        FieldKind::Money | FieldKind::Number => json!(field.min.unwrap_or(0).max(0)),
        FieldKind::Date => json!(today.to_string()),
        FieldKind::YesNo | FieldKind::Declaration => json!(true),
        FieldKind::Choice => field.choices.first().map_or(Value::Null, |choice| json!(choice.value)),
        FieldKind::Choices => field.choices.first().map_or(Value::Null, |choice| json!([choice.value])),
        FieldKind::Member => desk.members.first().map_or(Value::Null, |id| json!(id.to_string())),
        FieldKind::Members => json!(desk.members.iter().map(i64::to_string).collect::<Vec<_>>()),
        FieldKind::Officer => desk.officers.first().map_or(Value::Null, |id| json!(id.to_string())),
        FieldKind::Files => json!(desk.files.iter().map(i64::to_string).collect::<Vec<_>>()),
        FieldKind::Division => {
            let fits = |code: &&DivisionCode| form::is_of_level(**code, field.level);
            desk.divisions.iter().find(fits).map_or(Value::Null, |code| json!(code.to_string()))
        }
        FieldKind::Moment => json!(format!("{today}T09:30")),
        // Which family, and where she stands, no clerk can make up.
        FieldKind::Household | FieldKind::Position => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use doudi_documents::Text;
    use doudi_documents::form::{Choice, Section, When};
    use jiff::civil::date;

    fn field(name: &str, kind: FieldKind, required: bool) -> Field {
        Field { required, ..Field::new(name, name, kind) }
    }

    fn form(fields: Vec<Field>) -> Form {
        Form { id: "f".into(), sections: vec![Section { fields, ..Section::default() }], ..Form::default() }
    }

    #[test]
    fn required_fields_are_answered_others_stay_empty_and_typed_values_win() {
        let mut choice = field("basis", FieldKind::Choice, true);
        choice.choices = vec![Choice { value: "family".into(), label: Text::from("全家") }];
        let mut dependent = field("why", FieldKind::Line, true);
        dependent.when = Some(When { field: "basis".into(), equals: json!("single") });
        let form = form(vec![
            choice,
            dependent,
            field("first", FieldKind::Officer, true),
            field("second", FieldKind::Officer, true),
            field("on", FieldKind::Date, true),
            field("remark", FieldKind::Line, false),
            field("signed", FieldKind::Members, true),
            field("sum", FieldKind::Money, true),
        ]);
        let desk = Desk { members: vec![7, 8], officers: vec![UserId(3), UserId(4)], ..Desk::default() };
        let typed: Values = serde_json::from_value(json!({ "sum": 500, "others": "@members" })).expect("an object");
        let values = fill(&form, &typed, &Values::new(), &desk, date(2022, 7, 4));
        assert_eq!(
            Value::Object(values),
            json!({ "basis": "family", "first": "3", "second": "4", "on": "2022-07-04", "signed": ["7", "8"], "others": ["7", "8"], "sum": 500 })
        );
    }
}
