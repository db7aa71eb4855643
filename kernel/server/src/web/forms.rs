//! Forms of plugins: from the manifest's description to fields on the page, and from what was typed back to the values the
//! plugin receives. Nothing typed is lost: what cannot be read stays in its field, with the reason beside it.

use super::field::{FieldView, Input, OptionView, WhenView};
use super::form_data::Posted;
use super::frame::Frame;
use super::plugin_pages::tone_class;
use super::words::Words;
use crate::app::document::{DivisionChoice, FormView};
use crate::app::form::{self, Known, Raw, fields};
use crate::app::user::Officer;
use doudi_documents::{Field, FieldKind, Fill, Form, Values};
use doudi_domain::{Fen, Problem};
use serde_json::Value;

/// What the choices of a form are made from.
#[derive(Clone, Debug, Default)]
pub struct Choices {
    /// Value and label of household members, officers, and files at hand.
    pub members: Vec<(String, String)>,
    pub officers: Vec<(String, String)>,
    pub files: Vec<(String, String)>,
    /// Places of the officer's area.
    pub divisions: Vec<DivisionChoice>,
}

/// A section with its fields, one step of a guided form.
#[derive(Clone, Debug)]
pub struct SectionView {
    pub anchor: String,
    pub title: String,
    pub help: String,
    pub fields: Vec<FieldView>,
}

impl Choices {
    pub fn of(view: &FormView, officers: &[Officer], frame: &Frame) -> Choices {
        Choices {
            members: view
                .members
                .iter()
                .map(|member| (member.person.to_string(), format!("{}（{}）", member.name, member.relation)))
                .collect(),
            officers: officers
                .iter()
                .map(|officer| (officer.id.to_string(), format!("{}（{}）", officer.name, frame.role(officer.role))))
                .collect(),
            files: view.attachments.iter().map(|file| (file.id.to_string(), file.name.clone())).collect(),
            divisions: view.divisions.clone(),
        }
    }
}

/// Does any field of the form name an officer? Only then the list is read.
pub fn asks_officer(form: &Form) -> bool {
    fields(form).any(|field| field.kind == FieldKind::Officer)
}

/// Values as the texts of the inputs: what a form opens with.
pub fn typed(form: &Form, values: &Values) -> Posted {
    let mut posted = Posted::default();
    for field in fields(form) {
        let Some(value) = values.get(&field.name).or(field.initial.as_ref()) else { continue };
        match value {
            Value::Object(parts) if field.kind == FieldKind::Position => {
                let part =
                    |name: &&str| Some((form::part_of(&field.name, name), text_of(field.kind, parts.get(*name)?)));
                posted.fields.extend(form::POSITION_PARTS.iter().filter_map(part));
            }
            Value::Array(values) => {
                posted.fields.extend(values.iter().map(|value| (field.name.clone(), text_of(field.kind, value))));
            }
            value => posted.fields.push((field.name.clone(), text_of(field.kind, value))),
        }
    }
    posted
}

/// The inputs of these values alone, without what a form opens with.
pub fn typed_only(form: &Form, values: &Values) -> Vec<(String, String)> {
    let mut fields = typed(&only(form, values), values).fields;
    fields.retain(|(_, value)| !value.is_empty());
    fields
}

/// The form with the fields these values are for.
fn only(form: &Form, values: &Values) -> Form {
    let sections = form.sections.iter().map(|section| doudi_documents::Section {
        fields: section.fields.iter().filter(|field| values.contains_key(&field.name)).cloned().collect(),
        ..section.clone()
    });
    Form { sections: sections.collect(), ..form.clone() }
}

/// Puts values the plugin changed in the place of what was typed.
pub fn overlay(form: &Form, posted: &mut Posted, changed: &Values) {
    // An input for a part of a position has a name of its own.
    let field_of = |name: &str| name.split('.').next().unwrap_or_default().to_owned();
    posted.fields.retain(|(name, _)| !changed.contains_key(name) && !changed.contains_key(&field_of(name)));
    posted.fields.extend(typed(&only(form, changed), changed).fields);
}

fn text_of(kind: FieldKind, value: &Value) -> String {
    match (kind, value) {
        (FieldKind::Money, Value::Number(fen)) => fen.as_i64().map(|fen| Fen(fen).to_string()).unwrap_or_default(),
        // Told apart from a 户编号: see `form_people`.
        (FieldKind::Household, Value::String(id)) => format!("#{id}"),
        (_, Value::Bool(yes)) => if *yes { "yes" } else { "no" }.to_owned(),
        (_, Value::String(text)) => text.clone(),
        (_, Value::Null) => String::new(),
        (_, value) => value.to_string(),
    }
}

/// Reads what was typed, and everything that is wrong with it at once. Fields whose condition does not hold are left out,
/// whatever was typed in them. The use case checks again, with what the form may choose from.
pub fn read(form: &Form, posted: &Posted) -> (Values, Vec<Problem>) {
    let mut raw = Raw::new();
    for (name, value) in &posted.fields {
        raw.entry(name.clone()).or_default().push(value.clone());
    }
    let (mut values, mut problems) = form::parse(form, &raw);
    problems.retain(|problem| fields(form).any(|field| field.name == problem.field && form::applies(field, &values)));
    let unreadable: Vec<String> = problems.iter().map(|problem| problem.field.clone()).collect();
    let missing = form::check(form, &mut values, &Known::default());
    problems.extend(missing.into_iter().filter(|problem| !unreadable.contains(&problem.field)));
    (values, problems)
}

/// Draws a form's sections with what was typed, what is wrong, and what the plugin says meanwhile.
pub fn draw(
    frame: &Frame,
    form: &Form,
    posted: &Posted,
    problems: &[Problem],
    fill: Option<&Fill>,
    choices: &Choices,
) -> Vec<SectionView> {
    let drawer = Drawer { frame, words: frame.words(), posted, problems, fill, choices, form };
    form.sections
        .iter()
        .enumerate()
        .map(|(index, section)| SectionView {
            anchor: format!("step-{}", index + 1),
            title: frame.text(&section.title).to_owned(),
            help: section.help.as_ref().map(|help| frame.text(help).to_owned()).unwrap_or_default(),
            fields: section
                .fields
                .iter()
                .filter(|field| !drawer.hidden(field))
                .map(|field| drawer.field(field))
                .collect(),
        })
        .collect()
}

struct Drawer<'a> {
    frame: &'a Frame,
    words: Words,
    posted: &'a Posted,
    problems: &'a [Problem],
    fill: Option<&'a Fill>,
    choices: &'a Choices,
    form: &'a Form,
}

impl Drawer<'_> {
    fn hidden(&self, field: &Field) -> bool {
        self.fill.is_some_and(|fill| fill.hidden.contains(&field.name))
    }

    fn field(&self, field: &Field) -> FieldView {
        let label = self.frame.text(&field.label);
        let mut view = FieldView::new(self.words, &field.name, label, self.input(field)).problems(label, self.problems);
        view.label = label.to_owned();
        view.required = field.required;
        view.help = field.help.as_ref().map(|help| self.frame.text(help).to_owned()).unwrap_or_default();
        if view.help.is_empty() && field.kind == FieldKind::Household {
            view.help = self.words.t("填写户编号，或家庭成员完整的公民身份号码").to_owned();
        }
        view.when = field.when.as_ref().map(|when| self.when(when));
        if let Some(fill) = self.fill {
            view.told = fill
                .messages
                .iter()
                .filter(|message| message.field == field.name)
                .map(|message| (tone_class(message.tone), self.frame.text(&message.text).to_owned()))
                .collect();
        }
        view
    }

    fn when(&self, when: &doudi_documents::form::When) -> WhenView {
        let other = fields(self.form).find(|field| field.name == when.field);
        let equals = other.map_or_else(String::new, |other| text_of(other.kind, &when.equals));
        let label = other.map_or(when.field.as_str(), |other| self.frame.text(&other.label));
        let word = match equals.as_str() {
            "yes" => self.words.t("是").to_owned(),
            "no" => self.words.t("否").to_owned(),
            code => other
                .and_then(|other| other.choices.iter().find(|choice| choice.value == code))
                .map_or_else(|| code.to_owned(), |choice| self.frame.text(&choice.label).to_owned()),
        };
        let hint = if self.words.english {
            format!("Only when “{label}” is “{word}”")
        } else {
            format!("仅在“{label}”为“{word}”时填写")
        };
        WhenView { field: when.field.clone(), equals, hint }
    }

    fn input(&self, field: &Field) -> Input {
        let value = self.posted.get(&field.name).to_owned();
        let bounds = (field.min, field.max);
        match field.kind {
            FieldKind::Line => Input::Line { value, length: field.length },
            FieldKind::Paragraph => Input::Paragraph { value, length: field.length },
            FieldKind::Money => Input::Money { value },
            FieldKind::Number => Input::Number { value, min: bounds.0, max: bounds.1 },
            FieldKind::Date => Input::Date { value },
            FieldKind::YesNo => Input::Choice {
                options: self.options(
                    field,
                    vec![("yes".into(), self.words.t("是").to_owned()), ("no".into(), self.words.t("否").to_owned())],
                ),
            },
            FieldKind::Choice => Input::Choice { options: self.options(field, self.listed(field)) },
            FieldKind::Choices => Input::Choices { options: self.options(field, self.listed(field)) },
            FieldKind::Member => Input::Choice { options: self.options(field, self.choices.members.clone()) },
            FieldKind::Members => Input::Choices { options: self.options(field, self.choices.members.clone()) },
            FieldKind::Officer => Input::Choice { options: self.options(field, self.choices.officers.clone()) },
            FieldKind::Files => Input::Files { options: self.options(field, self.choices.files.clone()) },
            FieldKind::Declaration => Input::Declaration { ticked: self.posted.ticked(&field.name) },
            FieldKind::Division => Input::Choice { options: self.options(field, self.places(field)) },
            FieldKind::Household => Input::Line { value, length: Some(40) },
            FieldKind::Moment => Input::Moment { value },
            FieldKind::Position => {
                let part = |name| self.posted.get(&form::part_of(&field.name, name)).to_owned();
                let [latitude, longitude, accuracy] = form::POSITION_PARTS.map(part);
                Input::Position { latitude, longitude, accuracy }
            }
        }
    }

    /// Those of the field's level.
    fn places(&self, field: &Field) -> Vec<(String, String)> {
        let fits = self.choices.divisions.iter().filter(|choice| form::is_of_level(choice.code, field.level));
        fits.map(|choice| (choice.code.to_string(), choice.name.clone())).collect()
    }

    /// The choices of the manifest, or those `fill` puts in their place.
    fn listed(&self, field: &Field) -> Vec<(String, String)> {
        let changed = self.fill.and_then(|fill| fill.choices.iter().find(|choices| choices.field == field.name));
        let choices = changed.map_or(&field.choices, |changed| &changed.choices);
        choices.iter().map(|choice| (choice.value.clone(), self.frame.text(&choice.label).to_owned())).collect()
    }

    fn options(&self, field: &Field, choices: Vec<(String, String)>) -> Vec<OptionView> {
        choices
            .into_iter()
            .map(|(value, label)| {
                let chosen = self.posted.all(&field.name).any(|given| given == value);
                OptionView { value, label, chosen }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use doudi_documents::Section;
    use doudi_documents::form::When;
    use serde_json::json;

    fn field(name: &str, kind: FieldKind) -> Field {
        Field::new(name, name, kind)
    }

    fn form() -> Form {
        let conditional = Field {
            when: Some(When { field: "apart".into(), equals: json!(true) }),
            ..field("hukou", FieldKind::Line)
        };
        Form {
            id: "application".into(),
            sections: vec![Section {
                fields: vec![
                    conditional,
                    field("apart", FieldKind::YesNo),
                    field("rent", FieldKind::Money),
                    field("visit", FieldKind::Date),
                    field("rooms", FieldKind::Number),
                    field("who", FieldKind::Members),
                    field("true", FieldKind::Declaration),
                ],
                ..Section::default()
            }],
            ..Form::default()
        }
    }

    fn posted(fields: &[(&str, &str)]) -> Posted {
        let fields = fields.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        Posted { fields, files: Vec::new() }
    }

    #[test]
    fn what_is_typed_becomes_typed_values() {
        let (values, problems) = read(
            &form(),
            &posted(&[
                ("apart", "yes"),
                ("hukou", " 三山 "),
                ("rent", "1,200.5元"),
                ("visit", "2022/7/6"),
                ("rooms", "3"),
                ("who", "4"),
                ("who", "9"),
                ("true", "yes"),
            ]),
        );
        assert_eq!(problems, []);
        assert_eq!(
            Value::Object(values.clone()),
            json!({
                "apart": true, "hukou": "三山", "rent": 120_050, "visit": "2022-07-06", "rooms": 3, "who": ["4", "9"], "true": true
            })
        );
        let (again, _) = read(&form(), &typed(&form(), &values));
        assert_eq!(again, values, "values survive being drawn and posted again");
    }

    #[test]
    fn a_field_whose_condition_does_not_hold_is_left_out_with_its_problems() {
        let mut form = form();
        form.sections[0].fields[0].kind = FieldKind::Money;
        let (values, problems) = read(&form, &posted(&[("apart", "no"), ("hukou", "胡写"), ("true", "yes")]));
        assert!(!values.contains_key("hukou"));
        assert_eq!(problems, []);
    }

    #[test]
    fn everything_wrong_is_told_at_once_each_beside_its_field() {
        let mut form = form();
        form.sections[0].fields[4].required = true;
        let (_, problems) = read(&form, &posted(&[("rent", "约一千"), ("visit", "昨天"), ("true", "yes")]));
        let wrong: Vec<&str> = problems.iter().map(|problem| problem.field.as_str()).collect();
        assert_eq!(wrong, ["rent", "visit", "rooms"]);
    }
}
