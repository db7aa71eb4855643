//! Pages of plugins, from the menu: drawn by the kernel from the document the plugin returns.

use super::documents::draw_pages;
use super::error::Answer;
use super::forms::{self, Choices, SectionView};
use super::frame::{Frame, Who};
use super::plugin_pages;
use super::show as page;
use crate::App;
use crate::app::measure::{self, PageView};
use askama::Template;
use axum::extract::{Path, Query, State};
use doudi_documents::Values;

#[derive(Template)]
#[template(path = "measures/show.html")]
struct MeasurePage {
    frame: Frame,
    view: PageView,
    html: String,
}

/// A form of the page that belongs to no case asks for the page again with its values: a filter.
#[derive(Template)]
#[template(path = "measures/_filter.html")]
struct FilterForm {
    address: String,
    sections: Vec<SectionView>,
    submit: String,
}

pub async fn show(
    State(app): State<App>,
    frame: Frame,
    Who(actor): Who,
    Path((plugin, page_id)): Path<(String, String)>,
    Query(query): Query<Vec<(String, String)>>,
) -> Answer {
    let view = measure::page(&app, &actor, &plugin, &page_id, query.clone()).await?;
    let posted = super::form_data::Posted { fields: query, files: Vec::new() };
    let mut drawn = Vec::new();
    for (id, action) in plugin_pages::forms_of(&view.page) {
        let known = view.forms.iter().find(|form| form.id == id);
        let Some(form) = known.filter(|_| action.is_none()) else { continue };
        let opening = forms::typed(form, &Values::new());
        let typed = if posted.fields.is_empty() { &opening } else { &posted };
        let filter = FilterForm {
            address: format!("/measures/{plugin}/{page_id}"),
            sections: forms::draw(&frame, form, typed, &[], None, &Choices::default()),
            submit: form.submit.as_ref().map_or_else(|| frame.t("查询").to_owned(), |text| frame.text(text).to_owned()),
        };
        drawn.push((id.to_owned(), filter.render().unwrap_or_default()));
    }
    let html = draw_pages(&app, &frame, &actor, &plugin, &drawn, &[view.page.as_ref()]).await?.concat();
    page(&MeasurePage { frame, view, html })
}
