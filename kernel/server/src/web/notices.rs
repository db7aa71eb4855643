//! Paper: letters (告知书) and postings (公示) on A4 with the margins of official documents. Printing shows names in clear and
//! is recorded by the use case.

use super::error::Answer;
use super::format;
use super::frame::{Frame, Who};
use super::show as page;
use crate::App;
use crate::app::notice::{self, Print, PrintBody};
use askama::Template;
use axum::extract::{Path, State};
use doudi_domain::{Date, NoticeId};

#[derive(Template)]
#[template(path = "notices/show.html")]
struct NoticePage {
    frame: Frame,
    print: Print,
}

impl NoticePage {
    /// A posting is the town's; the place names begin with it.
    fn issuer(&self) -> &str {
        self.print.division_name.split(' ').next().unwrap_or(&self.print.division_name)
    }

    /// Official paper is in Chinese whatever the reader's language.
    fn day(&self, day: &Date) -> String {
        format::date_long(*day, false)
    }
}

pub async fn show(State(app): State<App>, frame: Frame, Who(actor): Who, Path(id): Path<i64>) -> Answer {
    let print = notice::print(&app, &actor, NoticeId(id)).await?;
    page(&NoticePage { frame, print })
}
