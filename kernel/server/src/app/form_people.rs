//! Households named on a form: what an officer types (a 户编号 or a member's whole ID number) becomes the household's id before a
//! plugin sees it, so that the number goes no further than here.

use super::form;
use doudi_documents::{Field, FieldKind, Form, Values};
use doudi_domain::id_number::IdNumber;
use doudi_domain::{Date, HouseholdId, Problem, Result};
use doudi_storage::Snapshot;
use serde_json::{Value, json};

/// Wraps what was typed, until it is looked up.
const TYPED: &str = "typed";

/// What was typed into a field of kind `household`, as a value that is not an id yet.
pub(crate) fn typed(text: &str) -> Value {
    // What a form opens with is an id.
    match text.strip_prefix('#').filter(|id| id.parse::<i64>().is_ok()) {
        Some(id) => Value::from(id),
        None => json!({ TYPED: text }),
    }
}

pub(crate) fn is_typed(value: &Value) -> bool {
    value.get(TYPED).is_some_and(Value::is_string)
}

/// Turns every household of a form into its id; what is not found in scope is a problem of its field.
pub(crate) async fn resolve(
    snapshot: &mut Snapshot,
    form: &Form,
    values: &mut Values,
    today: Date,
) -> Result<Vec<Problem>> {
    let mut problems = Vec::new();
    for field in form::fields(form).filter(|field| field.kind == FieldKind::Household) {
        let Some(value) = values.get(&field.name).filter(|_| form::applies(field, values)) else { continue };
        let found = match (value.get(TYPED).and_then(Value::as_str), value.as_str()) {
            (Some(text), _) => look_up(snapshot, text.trim(), today).await?,
            (None, Some(id)) => match id.parse() {
                Ok(id) => snapshot.household_find(HouseholdId(id)).await?.map(|household| household.id),
                Err(_) => None,
            },
            (None, None) => None,
        };
        match found {
            Some(household) => drop(values.insert(field.name.clone(), household.to_string().into())),
            None => problems.push(unknown(field)),
        }
    }
    Ok(problems)
}

/// Says nothing of what was typed: it may be somebody's number.
fn unknown(field: &Field) -> Problem {
    let message = "没有找到这一户，或不在您的辖区。请填写户编号，或家庭成员完整的公民身份号码";
    Problem::new(&field.name, "form.household", message)
}

async fn look_up(snapshot: &mut Snapshot, text: &str, today: Date) -> Result<Option<HouseholdId>> {
    if let Some(household) = snapshot.household_by_number(text).await? {
        return Ok(Some(household.id));
    }
    let Ok(number) = IdNumber::parse_old(text) else { return Ok(None) };
    let Some(person) = snapshot.person_by_id_number(&number).await? else { return Ok(None) };
    Ok(snapshot.households_of_persons(&[person.id], today).await?.remove(&person.id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_form_opens_with_is_an_id_and_what_is_typed_is_not() {
        assert_eq!(typed("#17"), Value::from("17"));
        for text in ["17", "340223101001-00012", "#甲", "34022319640229017X"] {
            assert!(is_typed(&typed(text)), "{text}");
        }
    }
}
