//! Payments on the pages: files of an envelope, the summary on paper, and the lines of a household's history.

use super::error::Answer;
use super::frame::{Frame, Who};
use super::{download, show as page};
use crate::App;
use crate::app::payment::{self, EnvelopeView, HistoryView, Summary};
use askama::Template;
use axum::extract::{Path, State};
use doudi_domain::payment::State as Standing;
use doudi_domain::{DocumentId, Fen};

/// The card of an envelope on its document's page.
#[derive(Template)]
#[template(path = "payments/_envelope.html")]
pub struct EnvelopeCard<'a> {
    pub frame: &'a Frame,
    pub document: DocumentId,
    pub view: &'a EnvelopeView,
}

/// What was paid to a household, as a table.
#[derive(Template)]
#[template(path = "payments/_history.html")]
pub struct HistoryTable<'a> {
    pub frame: &'a Frame,
    pub lines: Vec<HistoryRow>,
}

pub struct HistoryRow {
    month: String,
    scheme: String,
    payee: Option<String>,
    purpose: &'static str,
    amount: Fen,
    state: &'static str,
    tone: &'static str,
    detail: String,
    title: String,
}

impl HistoryRow {
    pub fn of(frame: &Frame, line: &HistoryView) -> HistoryRow {
        let payment = &line.payment;
        let (state, tone) = match payment.state {
            Standing::Credited => (payment.state, "good"),
            Standing::Returned => (payment.state, "bad"),
            Standing::Held => (payment.state, "soon"),
            Standing::Dropped => (payment.state, ""),
            Standing::Drawn | Standing::Sealed => (payment.state, "progress"),
        };
        let mut detail = Vec::new();
        if let Some(day) = payment.settled_on {
            detail.push(day.to_string());
        }
        if let Some(reason) = payment.reason {
            detail.push(frame.pick(reason.zh(), reason.en()).to_owned());
        }
        if payment.attempt > 1 {
            detail.push(format!("{} {}", frame.t("发放次数"), payment.attempt));
        }
        HistoryRow {
            month: format!("{}-{:02}", payment.month.year(), payment.month.month()),
            scheme: frame.text(&line.scheme_name).to_owned(),
            payee: line.payee.clone(),
            purpose: frame.pick(payment.purpose.zh(), payment.purpose.en()),
            amount: payment.amount,
            state: frame.pick(state.zh(), state.en()),
            tone,
            detail: detail.join(" · "),
            title: line.title.clone(),
        }
    }
}

#[derive(Template)]
#[template(path = "payments/summary.html")]
struct SummaryPage {
    frame: Frame,
    document: DocumentId,
    view: Summary,
}

impl SummaryPage {
    fn month(&self) -> String {
        let month = self.view.envelope.month;
        format!("{}年{}月", month.year(), month.month())
    }
}

pub async fn file(State(app): State<App>, Who(actor): Who, Path((document, file)): Path<(i64, String)>) -> Answer {
    let written = payment::file(&app, &actor, DocumentId(document), &file).await?;
    Ok(download(&written.name, written.media_type, written.bytes, false))
}

pub async fn summary(State(app): State<App>, frame: Frame, Who(actor): Who, Path(document): Path<i64>) -> Answer {
    let document = DocumentId(document);
    let view = payment::summary(&app, &actor, document).await?;
    page(&SummaryPage { frame, document, view })
}
