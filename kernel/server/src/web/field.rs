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
    /// A day and a time of day.
    Moment {
        value: String,
    },
    /// Degrees and metres, typed or filled in by a script.
    Position {
        latitude: String,
        longitude: String,
        accuracy: String,
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
            Input::Choices { .. } | Input::Files { .. } | Input::Position { .. } => true,
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

#[cfg(test)]
mod tests {
    use super::*;

    fn posted(name: &str, value: &str) -> Posted {
        Posted { fields: vec![(name.to_owned(), value.to_owned())], files: Vec::new() }
    }

    #[test]
    fn what_is_wrong_stands_beside_the_field_and_what_was_typed_stays() {
        let posted = posted("name", "\"张<三");
        let problems = [Problem::new("姓名", "person.name", "请填写姓名，最多 50 字")];
        let draw = Drawer { words: Words::default(), posted: &posted, problems: &problems };
        let html = draw.line("name", "姓名").required().help("与居民身份证一致").to_string();
        assert!(html.contains("aria-describedby=\"f-name-help f-name-error\""), "{html}");
        assert!(html.contains("aria-invalid=\"true\""), "{html}");
        assert!(html.contains("id=\"f-name-error\""), "{html}");
        assert!(html.contains("value=\"&#34;张&#60;三\""), "{html}");
        assert!(html.contains("必填"), "{html}");
    }

    #[test]
    fn a_short_list_is_a_group_with_a_legend_and_a_long_one_a_labelled_list() {
        let options = |count: usize| {
            let option = |n: usize| OptionView { value: n.to_string(), label: format!("第 {n} 项"), chosen: n == 2 };
            (1..=count).map(option).collect::<Vec<_>>()
        };
        let field =
            |count| FieldView::new(Words::default(), "which", "哪一项", Input::Choice { options: options(count) });
        let (short, long) = (field(RADIO_MOST).to_string(), field(RADIO_MOST + 1).to_string());
        assert!(short.contains("<legend>") && short.matches("type=\"radio\"").count() == RADIO_MOST, "{short}");
        assert!(long.contains("<label for=\"f-which\">") && long.contains("<option value=\"2\" selected>"), "{long}");
        assert!(!long.contains("请选择"), "something is chosen already");
        let none = FieldView::new(Words::default(), "which", "哪一项", Input::Choice { options: Vec::new() });
        assert!(none.nothing_chosen());
    }
}
