//! A field of a form as it is drawn: label, whether it must be filled, help, what is wrong with it beside it, and what was
//! typed. The kernel's own forms and those of plugins are drawn by the same template, `forms/field.html`.

use super::form_data::Posted;
use super::words::Words;
use askama::Template;
use doudi_domain::Problem;
use doudi_domain::codes::CodeTable;

#[derive(Clone, Debug, Template)]
#[template(path = "forms/field.html")]
pub struct FieldView {
    pub words: Words,
    pub name: String,
    /// Unique on the page: ties label, help and errors to the input.
    pub id: String,
    pub label: String,
    pub help: String,
    pub required: bool,
    pub errors: Vec<String>,
    /// What a reacting form says about this field: tone class and sentence.
    pub told: Vec<(&'static str, String)>,
    /// Matters only when another field has a value.
    pub when: Option<WhenView>,
    pub input: Input,
}

#[derive(Clone, Debug)]
pub struct WhenView {
    pub field: String,
    pub equals: String,
    /// 仅在“人户分离”为“是”时填写.
    pub hint: String,
}

#[derive(Clone, Debug)]
pub enum Input {
    Line {
        value: String,
        length: Option<u32>,
    },
    Paragraph {
        value: String,
        length: Option<u32>,
    },
    Money {
        value: String,
    },
    Number {
        value: String,
        min: Option<i64>,
        max: Option<i64>,
    },
    Date {
        value: String,
    },
    /// One of a list: radio buttons up to six, a drop-down list above.
    Choice {
        options: Vec<OptionView>,
    },
    Choices {
        options: Vec<OptionView>,
    },
    /// Files at hand to tick, and new ones to upload.
    Files {
        options: Vec<OptionView>,
    },
    Declaration {
        ticked: bool,
    },
    Password,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionView {
    pub value: String,
    pub label: String,
    pub chosen: bool,
}

impl FieldView {
    pub fn new(words: Words, name: &str, label: &str, input: Input) -> FieldView {
        FieldView {
            words,
            id: format!("f-{name}"),
            name: name.to_owned(),
            label: words.t(label).to_owned(),
            help: String::new(),
            required: false,
            errors: Vec::new(),
            told: Vec::new(),
            when: None,
            input,
        }
    }

    pub fn required(mut self) -> FieldView {
        self.required = true;
        self
    }

    pub fn help(mut self, help: &str) -> FieldView {
        self.help = self.words.t(help).to_owned();
        self
    }

    /// Takes the problems that name this field, by its name or by its Chinese label.
    pub fn problems(mut self, label: &str, problems: &[Problem]) -> FieldView {
        self.errors = problems
            .iter()
            .filter(|problem| problem.field == self.name || problem.field == label)
            .map(|problem| problem.message.clone())
            .collect();
        self
    }

    pub fn wrong(&self) -> bool {
        !self.errors.is_empty()
    }

    /// A group of inputs needs a legend; a single one a label.
    pub fn is_group(&self) -> bool {
        match &self.input {
            Input::Choice { options } => options.len() <= RADIO_MOST,
            Input::Choices { .. } | Input::Files { .. } => true,
            _ => false,
        }
    }

    /// Ids of what describes the input, for screen readers.
    pub fn described_by(&self) -> String {
        let mut ids = Vec::new();
        if !self.help.is_empty() {
            ids.push(format!("{}-help", self.id));
        }
        if self.wrong() {
            ids.push(format!("{}-error", self.id));
        }
        ids.join(" ")
    }

    /// A first empty entry makes sure that nothing is chosen by accident.
    pub fn nothing_chosen(&self) -> bool {
        matches!(&self.input, Input::Choice { options } if !options.iter().any(|option| option.chosen))
    }
}

/// Longer lists become a drop-down.
pub const RADIO_MOST: usize = 6;

/// Options of a code table with the given code chosen.
pub fn code_options(table: &CodeTable, chosen: &str, english: bool) -> Vec<OptionView> {
    table
        .entries
        .iter()
        .map(|entry| OptionView {
            value: entry.code.to_string(),
            label: if english { entry.en } else { entry.zh }.to_owned(),
            chosen: entry.code.to_string() == chosen,
        })
        .collect()
}

/// A line of the kernel's own forms with what was typed and what is wrong with it.
pub struct Drawer<'a> {
    pub words: Words,
    pub posted: &'a Posted,
    pub problems: &'a [Problem],
}

impl Drawer<'_> {
    fn field(&self, name: &str, label: &str, input: Input) -> FieldView {
        FieldView::new(self.words, name, label, input).problems(label, self.problems)
    }

    fn typed(&self, name: &str) -> String {
        self.posted.get(name).to_owned()
    }

    /// What was typed, or the value to begin with when the form is new.
    fn typed_or(&self, name: &str, initial: &str) -> String {
        let there = self.posted.fields.iter().any(|(given, _)| given == name);
        if there { self.typed(name) } else { initial.to_owned() }
    }

    pub fn line(&self, name: &str, label: &str) -> FieldView {
        self.line_of(name, label, "")
    }

    pub fn line_of(&self, name: &str, label: &str, initial: &str) -> FieldView {
        self.field(name, label, Input::Line { value: self.typed_or(name, initial), length: Some(200) })
    }

    pub fn date(&self, name: &str, label: &str, initial: &str) -> FieldView {
        self.field(name, label, Input::Date { value: self.typed_or(name, initial) })
    }

    pub fn choice(&self, name: &str, label: &str, mut options: Vec<OptionView>) -> FieldView {
        if self.posted.fields.iter().any(|(given, _)| given == name) {
            for option in &mut options {
                option.chosen = option.value == self.posted.get(name);
            }
        }
        self.field(name, label, Input::Choice { options })
    }

    pub fn code(&self, name: &str, label: &str, table: &CodeTable, initial: &str) -> FieldView {
        let chosen = self.typed_or(name, initial);
        self.field(name, label, Input::Choice { options: code_options(table, &chosen, self.words.english) })
    }

    pub fn tick(&self, name: &str, label: &str) -> FieldView {
        self.field(name, label, Input::Declaration { ticked: self.posted.ticked(name) })
    }

    pub fn password(&self, name: &str, label: &str) -> FieldView {
        self.field(name, label, Input::Password)
    }
}
