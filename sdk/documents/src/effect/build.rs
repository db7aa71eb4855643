//! Short ways to write payloads: name what must be there, add what there is.

use super::{
    AttachmentLink, DecisionRecord, DocumentPut, EventPublish, FactPropose, GivenReason, NoticeForm, NoticeIssue,
    Posting,
};
use crate::text::{Id, Text};
use serde::Serialize;

impl DocumentPut {
    /// A new document; the kernel numbers it unless [`DocumentPut::key`] is given.
    pub fn create(collection: &str, title: impl Into<Text>) -> DocumentPut {
        DocumentPut {
            collection: collection.to_owned(),
            id: None,
            expected_revision: None,
            key: String::new(),
            title: title.into(),
            household: None,
            person: None,
            division: None,
            state: String::new(),
            due: None,
            assignee: None,
            note: String::new(),
            indexes: Default::default(),
            body: serde_json::Value::Object(Default::default()),
        }
    }

    /// Unique in county, plugin and collection: creating it twice is a conflict, not a second document.
    pub fn key(mut self, key: impl Into<String>) -> DocumentPut {
        self.key = key.into();
        self
    }

    pub fn title(mut self, title: impl Into<Text>) -> DocumentPut {
        self.title = title.into();
        self
    }

    pub fn household(mut self, household: Id) -> DocumentPut {
        self.household = Some(household);
        self
    }

    pub fn person(mut self, person: Id) -> DocumentPut {
        self.person = Some(person);
        self
    }

    /// Where it belongs, as a 12-digit code, while it is about no household: `340223101001`.
    pub fn division(mut self, code: i64) -> DocumentPut {
        self.division = Some(format!("{code:012}"));
        self
    }

    pub fn state(mut self, state: &str) -> DocumentPut {
        self.state = state.to_owned();
        self
    }

    /// Overrides the deadline of the state, as `2022-08-12`.
    pub fn due(mut self, day: impl ToString) -> DocumentPut {
        self.due = Some(day.to_string());
        self
    }

    /// The office that must act instead of the state's, by its role code.
    pub fn assignee(mut self, role: &str) -> DocumentPut {
        self.assignee = Some(role.to_owned());
        self
    }

    /// One line for the timeline.
    pub fn note(mut self, note: impl Into<String>) -> DocumentPut {
        self.note = note.into();
        self
    }

    /// A value it can be found by; the manifest declares the index.
    pub fn index(mut self, name: &str, value: impl ToString) -> DocumentPut {
        self.indexes.insert(name.to_owned(), value.to_string());
        self
    }

    /// The body, by the plugin's own type.
    ///
    /// # Panics
    /// When the type cannot be written as JSON: maps with keys that are no texts.
    pub fn body(mut self, body: &impl Serialize) -> DocumentPut {
        self.body = serde_json::to_value(body).expect("the body of a document can be written as JSON");
        self
    }
}

impl DecisionRecord {
    pub fn new(scheme: &str, household: Id, outcome: &str) -> DecisionRecord {
        DecisionRecord {
            scheme: scheme.to_owned(),
            household,
            person: None,
            document: None,
            outcome: outcome.to_owned(),
            amount: 0,
            covered_persons: 0,
            from: String::new(),
            to: None,
            as_of: String::new(),
            reasons: Vec::new(),
            figures: Default::default(),
            supersedes: None,
        }
    }

    pub fn person(mut self, person: Id) -> DecisionRecord {
        self.person = Some(person);
        self
    }

    /// The case it belongs to.
    pub fn document(mut self, document: Id) -> DecisionRecord {
        self.document = Some(document);
        self
    }

    /// Fen per month.
    pub fn amount(mut self, fen: impl Into<i64>) -> DecisionRecord {
        self.amount = fen.into();
        self
    }

    pub fn covered(mut self, persons: u32) -> DecisionRecord {
        self.covered_persons = persons;
        self
    }

    /// First day of effect, as `2022-08-01`.
    pub fn from(mut self, day: impl ToString) -> DecisionRecord {
        self.from = day.to_string();
        self
    }

    /// Inclusive last day.
    pub fn to(mut self, day: impl ToString) -> DecisionRecord {
        self.to = Some(day.to_string());
        self
    }

    /// The legal date the rules were applied for.
    pub fn as_of(mut self, day: impl ToString) -> DecisionRecord {
        self.as_of = day.to_string();
        self
    }

    pub fn reason(mut self, code: &str, args: &[i64], facts: &[Id]) -> DecisionRecord {
        self.reasons.push(GivenReason { code: code.to_owned(), args: args.to_vec(), facts: facts.to_vec() });
        self
    }

    pub fn figure(mut self, code: &str, value: impl Into<i64>) -> DecisionRecord {
        self.figures.insert(code.to_owned(), value.into());
        self
    }

    /// The decision it takes the place of.
    pub fn supersedes(mut self, decision: Id) -> DecisionRecord {
        self.supersedes = Some(decision);
        self
    }
}

impl FactPropose {
    fn new(household: Option<Id>, person: Option<Id>, field: &str) -> FactPropose {
        FactPropose {
            household,
            person,
            field: field.to_owned(),
            value: None,
            text: None,
            qualifier: 0,
            from: String::new(),
            to: None,
            source: 0,
            note: String::new(),
            supersedes: None,
        }
    }

    /// A statement about a household, by catalogue code.
    pub fn of_household(household: Id, field: &str) -> FactPropose {
        FactPropose::new(Some(household), None, field)
    }

    /// A statement about a person, by catalogue code.
    pub fn of_person(person: Id, field: &str) -> FactPropose {
        FactPropose::new(None, Some(person), field)
    }

    /// Fen, a code, a count, days for a date, 0 or 1.
    pub fn value(mut self, value: impl Into<i64>) -> FactPropose {
        self.value = Some(value.into());
        self
    }

    pub fn text(mut self, text: impl Into<String>) -> FactPropose {
        self.text = Some(text.into());
        self
    }

    pub fn qualifier(mut self, qualifier: i32) -> FactPropose {
        self.qualifier = qualifier;
        self
    }

    /// Since when it holds, as `2022-07-06`.
    pub fn from(mut self, day: impl ToString) -> FactPropose {
        self.from = day.to_string();
        self
    }

    /// Inclusive last day.
    pub fn to(mut self, day: impl ToString) -> FactPropose {
        self.to = Some(day.to_string());
        self
    }

    /// Code of the table `source`: 1 declared, 2 home survey, 3 finance check …
    pub fn source(mut self, source: u8) -> FactPropose {
        self.source = source;
        self
    }

    pub fn note(mut self, note: impl Into<String>) -> FactPropose {
        self.note = note.into();
        self
    }

    /// The fact it takes the place of.
    pub fn supersedes(mut self, fact: Id) -> FactPropose {
        self.supersedes = Some(fact);
        self
    }
}

impl EventPublish {
    /// Topics are the plugin's own: `<plugin id>.<word>`.
    pub fn new(topic: &str) -> EventPublish {
        EventPublish {
            topic: topic.to_owned(),
            household: None,
            person: None,
            document: None,
            payload: serde_json::Value::Null,
        }
    }

    pub fn household(mut self, household: Id) -> EventPublish {
        self.household = Some(household);
        self
    }

    pub fn person(mut self, person: Id) -> EventPublish {
        self.person = Some(person);
        self
    }

    pub fn document(mut self, document: Id) -> EventPublish {
        self.document = Some(document);
        self
    }

    pub fn payload(mut self, payload: serde_json::Value) -> EventPublish {
        self.payload = payload;
        self
    }
}

impl NoticeIssue {
    fn new(form: NoticeForm, household: Id, title: impl Into<Text>) -> NoticeIssue {
        NoticeIssue {
            form,
            title: title.into(),
            document: None,
            household,
            person: None,
            paragraphs: Vec::new(),
            posting: None,
            serve_by: None,
            word: String::new(),
        }
    }

    /// 告知书 to the applicant.
    pub fn letter(household: Id, title: impl Into<Text>) -> NoticeIssue {
        NoticeIssue::new(NoticeForm::Letter, household, title)
    }

    /// 公示 at the village.
    pub fn posting(household: Id, title: impl Into<Text>, posting: Posting) -> NoticeIssue {
        NoticeIssue { posting: Some(posting), ..NoticeIssue::new(NoticeForm::Posting, household, title) }
    }

    pub fn document(mut self, document: Id) -> NoticeIssue {
        self.document = Some(document);
        self
    }

    pub fn person(mut self, person: Id) -> NoticeIssue {
        self.person = Some(person);
        self
    }

    pub fn paragraph(mut self, text: impl Into<Text>) -> NoticeIssue {
        self.paragraphs.push(text.into());
        self
    }

    pub fn paragraphs(mut self, texts: impl IntoIterator<Item = Text>) -> NoticeIssue {
        self.paragraphs.extend(texts);
        self
    }

    /// Must be served by this day, as `2022-08-12`.
    pub fn serve_by(mut self, day: impl ToString) -> NoticeIssue {
        self.serve_by = Some(day.to_string());
        self
    }

    /// The county's word in front of the number.
    pub fn word(mut self, word: impl Into<String>) -> NoticeIssue {
        self.word = word.into();
        self
    }
}

impl AttachmentLink {
    pub fn new(document: Id, label: impl Into<Text>, attachments: impl IntoIterator<Item = Id>) -> AttachmentLink {
        AttachmentLink { document, attachments: attachments.into_iter().collect(), label: label.into() }
    }
}
