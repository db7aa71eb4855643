//! Everything a plugin's files usually name: `use doudi_sdk::prelude::*;`.

pub use crate::block::{Block, Table};
pub use crate::codes::{FigureCode, OutcomeCode, ParameterCode, Plugin, ReasonCode};
pub use crate::context::{Actor, Context};
pub use crate::date::Date;
pub use crate::decided::Decided;
pub use crate::decisions::Decision;
pub use crate::divisions::Division;
pub use crate::document::Document;
pub use crate::effects::Effects;
pub use crate::feed::FeedFile;
pub use crate::fen::Fen;
pub use crate::input::{Code, Families, Input, Item, ItemKind, Rows};
pub use crate::moment::Moment;
pub use crate::outcomes::Outcomes;
pub use crate::parameters::Parameter;
pub use crate::points::{
    Act, Action, Answer, Assess, CheckSettings, Event, File, FillForm, FillRequest, Indicator, Indicators, Intake,
    Migrate, PageRequest, React, Step, Taken, Tick, View,
};
pub use crate::refusal::{Problem, Problems, Refusal, Result};
pub use crate::topics::{Asked, Duty};
pub use crate::trail::Trail;
pub use crate::values::FormValues;
pub use crate::{calendar, decisions, divisions, documents, log, parameters, payments, questions, records, topics};
pub use doudi_documents::effect::{
    AttachmentLink, DecisionRecord, DocumentPut, EventPublish, FactPropose, GivenReason, NoticeForm, NoticeIssue,
    PaymentDraw, PaymentFlag, PaymentLine, PaymentMark, PaymentOpen, PaymentOutcome, PaymentPurpose, PaymentReissue,
    PaymentResult, PaymentSeal, PaymentSettle, PaymentState, PaymentStep, Posting, ReturnReason,
};
pub use doudi_documents::feed::FeedTaken;
pub use doudi_documents::form::{Choice, Fill};
pub use doudi_documents::page::{Block as PageBlock, Cell, Link, Page, PageTable, ReasonLine, TableRow, Tone};
pub use doudi_documents::place::{Level, Position};
pub use doudi_documents::{Id, Text};
pub use doudi_sdk_derive::{Input, ItemKind};
