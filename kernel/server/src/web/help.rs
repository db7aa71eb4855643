//! The help page: what an officer needs on her first day, in one page that prints.

use super::error::Answer;
use super::frame::Frame;
use super::show as page;
use askama::Template;

#[derive(Template)]
#[template(path = "help/show.html")]
struct HelpPage {
    frame: Frame,
}

pub async fn show(frame: Frame) -> Answer {
    page(&HelpPage { frame })
}
