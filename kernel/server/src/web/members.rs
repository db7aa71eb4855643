//! Members of a household: adding one, ending a membership, recording a death, and showing one in clear, which is recorded
//! before anything is shown.

use super::error::{Answer, problems};
use super::field::{Drawer, FieldView, OptionView};
use super::form_data::Posted;
use super::frame::{Frame, Who};
use super::households::{person_draft, person_fields};
use super::{go, problems::summary, show as page, show_with};
use crate::App;
use crate::app::household::{self, HouseholdView, MemberDraft, MemberView, Revealed};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use doudi_domain::{Actor, Date, Error, HouseholdId, PersonId, Problem, Result, codes};

#[derive(Template)]
#[template(path = "members/new.html")]
struct NewPage {
    frame: Frame,
    household: HouseholdId,
    title: String,
    summary: String,
    fields: Vec<FieldView>,
}

pub async fn new(State(app): State<App>, frame: Frame, Who(actor): Who, Path(id): Path<i64>) -> Answer {
    page(&new_page(&app, frame, &actor, HouseholdId(id), &Posted::default(), &[]).await?)
}

async fn new_page(
    app: &App,
    frame: Frame,
    actor: &Actor,
    id: HouseholdId,
    posted: &Posted,
    problems: &[Problem],
) -> Result<NewPage> {
    let view = household::file(app, actor, id, None).await?;
    let draw = Drawer { words: frame.words(), posted, problems };
    let mut fields = vec![draw.code("relation", "与户主关系", &codes::RELATION, "").required()];
    fields.extend(person_fields(&draw));
    let yes_no = ["yes", "no"].map(|value| OptionView {
        value: value.to_owned(),
        label: frame.t(if value == "yes" { "是" } else { "否" }).to_owned(),
        chosen: value == "yes",
    });
    fields.push(draw.choice("co_resident", "是否共同生活", yes_no.to_vec()));
    fields
        .push(draw.code("uncounted", "不计入原因", &codes::UNCOUNTED, "0").help("共同生活但按规定不计入的，选择原因"));
    fields.push(draw.date("from", "加入日期", &frame.today.to_string()).required());
    Ok(NewPage { household: id, title: view.title, summary: summary(frame.words(), problems, &fields), fields, frame })
}

pub async fn create(
    State(app): State<App>,
    frame: Frame,
    Who(actor): Who,
    Path(id): Path<i64>,
    posted: Posted,
) -> Answer {
    let id = HouseholdId(id);
    let mut wrong = Vec::new();
    let from = posted.parse::<Date>("from", "加入日期", &mut wrong);
    if let Some(from) = from {
        let draft = MemberDraft {
            person: person_draft(&posted),
            relation: posted.get("relation").parse().unwrap_or(0),
            co_resident: posted.get("co_resident") != "no",
            uncounted_reason: posted.get("uncounted").parse().unwrap_or(0),
            from,
        };
        match household::add_member(&app, &actor, id, draft).await {
            Ok(_) => return go(&format!("/households/{id}"), "saved"),
            Err(error) => wrong.extend(problems(error)?),
        }
    }
    show_with(StatusCode::UNPROCESSABLE_ENTITY, &new_page(&app, frame, &actor, id, &posted, &wrong).await?)
}

#[derive(Template)]
#[template(path = "members/show.html")]
struct MemberPage {
    frame: Frame,
    view: HouseholdView,
    member: MemberView,
    summary: String,
    end: FieldView,
    death: FieldView,
}

pub async fn show(
    State(app): State<App>,
    frame: Frame,
    Who(actor): Who,
    Path((id, person)): Path<(i64, i64)>,
) -> Answer {
    page(&member_page(&app, frame, &actor, (HouseholdId(id), PersonId(person)), &Posted::default(), &[]).await?)
}

async fn member_page(
    app: &App,
    frame: Frame,
    actor: &Actor,
    (id, person): (HouseholdId, PersonId),
    posted: &Posted,
    problems: &[Problem],
) -> Result<MemberPage> {
    let view = household::file(app, actor, id, None).await?;
    let member = view.members.iter().find(|member| member.person == person).cloned();
    let Some(member) = member else { return Err(Error::not_found("家庭成员")) };
    let draw = Drawer { words: frame.words(), posted, problems };
    let end = draw.date("last_day", "在本家庭的最后一天", "").required().problems("最后一天", problems);
    let death = draw.date("day", "死亡日期", "").required();
    let summary = summary(frame.words(), problems, [&end, &death]);
    Ok(MemberPage { frame, view, member, summary, end, death })
}

pub async fn end(
    State(app): State<App>,
    frame: Frame,
    Who(actor): Who,
    Path((id, person)): Path<(i64, i64)>,
    posted: Posted,
) -> Answer {
    let ids = (HouseholdId(id), PersonId(person));
    let mut wrong = Vec::new();
    if let Some(last_day) = posted.parse::<Date>("last_day", "在本家庭的最后一天", &mut wrong) {
        let view = household::file(&app, &actor, ids.0, None).await?;
        let member = view.members.iter().find(|member| member.person == ids.1);
        let membership = member.ok_or(Error::not_found("家庭成员"))?.membership.id;
        match household::end_membership(&app, &actor, ids.0, membership, last_day).await {
            Ok(()) => return go(&format!("/households/{id}"), "saved"),
            Err(error) => wrong.extend(problems(error)?),
        }
    }
    show_with(StatusCode::UNPROCESSABLE_ENTITY, &member_page(&app, frame, &actor, ids, &posted, &wrong).await?)
}

pub async fn record_death(
    State(app): State<App>,
    frame: Frame,
    Who(actor): Who,
    Path((id, person)): Path<(i64, i64)>,
    posted: Posted,
) -> Answer {
    let ids = (HouseholdId(id), PersonId(person));
    let mut wrong = Vec::new();
    if let Some(day) = posted.parse::<Date>("day", "死亡日期", &mut wrong) {
        // The person must belong to the household in the address: what is shown and what is done are one thing.
        member_page(&app, frame.clone(), &actor, ids, &posted, &[]).await?;
        match household::record_death(&app, &actor, ids.1, day).await {
            Ok(()) => return go(&format!("/households/{id}"), "saved"),
            Err(error) => wrong.extend(problems(error)?),
        }
    }
    show_with(StatusCode::UNPROCESSABLE_ENTITY, &member_page(&app, frame, &actor, ids, &posted, &wrong).await?)
}

#[derive(Template)]
#[template(path = "members/reveal.html")]
struct RevealPage {
    frame: Frame,
    household: HouseholdId,
    revealed: Revealed,
}

impl RevealPage {
    /// 6 digits place, 8 birth date, 4 the rest: how people read an ID number to each other. Set apart by space, not by
    /// blanks, so that it is copied whole.
    fn id_groups(&self) -> Vec<&str> {
        let number = self.revealed.id_number.as_str();
        match (number.get(..6), number.get(6..14), number.get(14..)) {
            (Some(place), Some(birth), Some(rest)) => vec![place, birth, rest],
            _ => vec![number],
        }
    }

    /// Account numbers and the like in fours.
    fn groups<'a>(&self, value: &'a str) -> Vec<&'a str> {
        if value.len() > 8 && value.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            (0..value.len()).step_by(4).filter_map(|at| value.get(at..value.len().min(at + 4))).collect()
        } else {
            vec![value]
        }
    }
}

/// A POST, because it leaves a trace; the page is not kept by the browser.
pub async fn reveal(
    State(app): State<App>,
    frame: Frame,
    Who(actor): Who,
    Path((id, person)): Path<(i64, i64)>,
) -> Answer {
    let household = HouseholdId(id);
    let revealed = household::reveal(&app, &actor, household, PersonId(person)).await?;
    page(&RevealPage { frame, household, revealed })
}
