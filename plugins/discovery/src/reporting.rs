//! 登记: a report becomes a clue, or is added to the one there is. Buttons, visits and alerts all come this way, so that one difficulty
//! of one household is one clue whoever speaks of it.

use crate::clue::{self, Clue, Filed, Report};
use crate::parameters;
use crate::patrol;
use crate::rules::clock::Stand;
use crate::rules::duplicate;
use crate::rules::words::{Difficulty, Urgency, Wish};
use doudi_sdk::prelude::*;

/// What is reported.
#[derive(Debug, Clone)]
pub struct News {
    pub household: Option<Id>,
    pub person: Option<Id>,
    /// The village, while no household is known.
    pub village: Option<i64>,
    pub difficulty: Difficulty,
    pub urgency: Urgency,
    pub whereabouts: String,
    pub wish: Option<Wish>,
    /// Where a new clue begins: at the village, or with the town at once.
    pub stand: Stand,
    pub report: Report,
    /// A day the step must be done by whatever the parameters say: that of an alert.
    pub due: Option<Date>,
}

/// The clue a report is about already, if there is one.
///
/// # Errors
/// What the kernel says.
pub fn existing(
    household: Id,
    person: Option<Id>,
    difficulty: Difficulty,
    on: Date,
    today: Date,
) -> Result<Option<Filed>> {
    let filed = clue::of_household(household)?;
    let open: Vec<&Filed> =
        filed.iter().filter(|clue| !matches!(clue.stand, Stand::Archived | Stand::Merged)).collect();
    let known: Vec<duplicate::Known> = open.iter().map(|clue| clue.body.known(&clue.document)).collect();
    let days = parameters::duplicate_days(today)?;
    let same = duplicate::find(&known, person, difficulty, on, days);
    Ok(same.and_then(|same| filed.iter().find(|clue| clue.document.id == same.document)).cloned())
}

/// The wish that files a report: a new clue, or the one there is with one report more.
///
/// # Errors
/// Missing parameters, or what the kernel says.
pub fn file(context: &Context, news: News) -> Result<DocumentPut> {
    if let Some(household) = news.household {
        let on = news.report.on;
        if let Some(filed) = existing(household, news.person, news.difficulty, on, context.today)? {
            return add(context, filed, news);
        }
    }
    let mut body = Clue::new(news.difficulty, news.urgency, news.report);
    body.rate(news.urgency, context.today);
    body.whereabouts = news.whereabouts;
    body.wish = news.wish;
    body.reported = (news.stand != Stand::Registered).then_some(context.today);
    if let Some(household) = news.household {
        body.on_grid = patrol::of(household)?.is_some();
    }
    let note = format!("{}：{}", body.source.zh(), body.difficulty.zh());
    let mut put = body.create(news.stand, context.today, note)?;
    if let Some(due) = earlier(put.due.as_deref(), news.due) {
        put = put.due(due);
    }
    put = match (news.household, news.village) {
        (Some(household), _) => put.household(household),
        (None, Some(village)) => put.division(village),
        (None, None) => put,
    };
    Ok(match news.person {
        Some(person) => put.person(person),
        None => put,
    })
}

/// Adds a report to a clue. One struck off within the window is taken up again, at the town: what was thought settled was not.
fn add(context: &Context, filed: Filed, news: News) -> Result<DocumentPut> {
    let Filed { document, mut body, stand } = filed;
    let note = format!("{}再次反映{}", news.report.source.zh(), body.difficulty.zh());
    body.reports.push(news.report);
    body.wish = news.wish.or(body.wish);
    if news.urgency == Urgency::Urgent && stand.is_undecided() {
        body.rate(Urgency::Urgent, context.today);
    }
    if stand != Stand::Closed {
        let put = body.to(&document, stand, context.today, note)?;
        return Ok(match (earlier(put.due.as_deref(), news.due), stand.is_undecided()) {
            (Some(due), true) => put.due(due),
            _ => put,
        });
    }
    body.rate(Urgency::Ordinary, context.today);
    body.rate(news.urgency, context.today);
    body.closed = None;
    body.decided = None;
    body.verified = None;
    body.measure = None;
    body.followed = None;
    body.fed_back = None;
    let put = body.to(&document, Stand::Reported, context.today, format!("销号后{note}，重新办理"))?;
    Ok(match earlier(put.due.as_deref(), news.due) {
        Some(due) => put.due(due),
        None => put,
    })
}

/// The earlier of a day that is set and another one that may be.
fn earlier(due: Option<&str>, other: Option<Date>) -> Option<Date> {
    match (due.and_then(|due| due.parse::<Date>().ok()), other) {
        (Some(due), Some(other)) => Some(due.min(other)),
        (due, other) => due.or(other),
    }
}
