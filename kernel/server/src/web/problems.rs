//! The summary of problems on top of a form.

use super::field::FieldView;
use super::words::Words;
use askama::Template;
use doudi_domain::Problem;

#[derive(Template)]
#[template(path = "forms/problems.html")]
struct Summary {
    words: Words,
    /// Anchor of the field, and the sentence.
    lines: Vec<(String, String)>,
}

/// The drawn summary, empty when nothing is wrong. Problems that name no field of the form stand here only.
pub fn summary<'a>(words: Words, problems: &[Problem], fields: impl IntoIterator<Item = &'a FieldView>) -> String {
    if problems.is_empty() {
        return String::new();
    }
    let fields: Vec<&FieldView> = fields.into_iter().collect();
    let lines = problems
        .iter()
        .map(|problem| {
            let field = fields.iter().find(|field| field.errors.contains(&problem.message));
            match field {
                // Many sentences name their field themselves.
                Some(field) if problem.message.contains(&field.label) => {
                    (format!("{}-box", field.id), problem.message.clone())
                }
                Some(field) => (format!("{}-box", field.id), format!("{}：{}", field.label, problem.message)),
                None => (String::new(), problem.to_string()),
            }
        })
        .collect();
    Summary { words, lines }.render().unwrap_or_default()
}
