//! Letters and postings over the API: which there are, and the words of one in clear, which is recorded like a print.

use super::call::{At, Call};
use super::problem::Answer;
use super::reply::Shown;
use super::shape::{Day, Id, Moment};
use crate::app::household::{self, Notice as Stored};
use crate::app::notice::{self, Print, PrintBody};
use doudi_domain::{HouseholdId, NoticeId};
use serde::Serialize;
use utoipa::ToSchema;

/// 文书
#[derive(Serialize, ToSchema)]
pub struct Notice {
    id: Id,
    /// letter 告知书，posting 公示
    kind: String,
    /// 文号，没有时为空
    number: String,
    title: String,
    document: Option<Id>,
    decision: Option<Id>,
    issued_on: Day,
    issued_at: Moment,
    issued_by: String,
}

impl From<Stored> for Notice {
    fn from(notice: Stored) -> Notice {
        Notice {
            id: Id(notice.id.0),
            kind: notice.kind,
            number: notice.number,
            title: notice.title,
            document: notice.document.map(|id| Id(id.0)),
            decision: notice.decision.map(|id| Id(id.0)),
            issued_on: Day(notice.issued_on),
            issued_at: Moment(notice.issued_at),
            issued_by: notice.issued_by_name,
        }
    }
}

/// 家庭的全部文书
#[derive(Serialize, ToSchema)]
pub struct Notices {
    items: Vec<Notice>,
}

pub async fn of_household(call: Call, At((id,)): At<(Id,)>) -> Answer<Shown<Notices>> {
    let view = household::file(&call.app, &call.actor, HouseholdId(id.0), None).await?;
    Ok(Shown(Notices { items: view.notices.into_iter().map(Notice::from).collect() }))
}

/// 文书的全文，姓名完整
#[derive(Serialize, ToSchema)]
pub struct Paper {
    notice: Notice,
    county_name: String,
    division_name: String,
    printed_by: String,
    /// 送达对象或公示的姓名
    name: String,
    /// 告知书的正文
    paragraphs: Vec<String>,
    /// 应在哪天以前送达
    serve_by: Option<Day>,
    /// 公示的内容；告知书为 null
    posting: Option<Posting>,
}

/// 公示的内容（民发〔2021〕57号 第十九条）
#[derive(Serialize, ToSchema)]
struct Posting {
    members: u32,
    covered: u32,
    proposal: String,
    amount_fen: i64,
    from: Day,
    to: Day,
    contact: String,
}

pub async fn print(call: Call, At((id,)): At<(Id,)>) -> Answer<Shown<Paper>> {
    let print = notice::print(&call.app, &call.actor, NoticeId(id.0)).await?;
    Ok(Shown(paper(print)))
}

fn paper(print: Print) -> Paper {
    let (name, paragraphs, serve_by, posting) = match print.body {
        PrintBody::Letter { addressee, paragraphs, serve_by } => {
            (addressee, paragraphs.into_iter().map(|text| text.zh).collect(), serve_by.map(Day), None)
        }
        PrintBody::Posting(posting) => {
            let shape = Posting {
                members: posting.members,
                covered: posting.covered,
                proposal: posting.proposal.zh,
                amount_fen: posting.amount.0,
                from: Day(posting.from),
                to: Day(posting.to),
                contact: posting.contact,
            };
            (posting.name, Vec::new(), None, Some(shape))
        }
    };
    Paper {
        notice: print.notice.into(),
        county_name: print.county_name,
        division_name: print.division_name,
        printed_by: print.printed_by,
        name,
        paragraphs,
        serve_by,
        posting,
    }
}
