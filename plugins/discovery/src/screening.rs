//! The nightly look at the visits that came in: the questions of [`crate::rules::genuine`] are raised for the whole county at once, for
//! the same photo may turn up in another village. It decides nothing: what raises no question stands, the rest goes to the town.

use crate::parameters;
use crate::rules::genuine::{self, Question, Record};
use crate::rules::position::Spot;
use crate::visit::{STANDING, VISIT, Visit};
use doudi_sdk::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The collection of photos seen: one document for each digest, that of the first visit it came with.
pub const PHOTO: &str = "photo";
/// Visits looked at in one step.
const STEP: u32 = 40;

/// The first visit a photo came with: the body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    pub visit: Id,
}

/// One step of the job.
///
/// # Errors
/// Missing parameters, or what the kernel says.
pub fn step(context: &Context) -> Result<Step> {
    let waiting = documents::find(documents::Query::of(VISIT).state("recorded").limit(STEP))?;
    let limits = parameters::limits(context.today)?;
    let due = calendar::add_working_days(context.today, parameters::question_days(context.today)?)?;
    // Photos of this step: not stored yet, and seen by the visits after.
    let mut fresh: BTreeMap<String, Id> = BTreeMap::new();
    let mut effects = Effects::new();
    for document in &waiting {
        let mut visit: Visit = document.body()?;
        let same_photo = same_photo(document, &visit, &mut fresh)?;
        let record = Record {
            moment: visit.moment,
            filled: visit.taken.unwrap_or_else(|| end_of(document.created)),
            sent: visit.sent.filter(|_| visit.taken.is_some()),
            place: visit.place,
            stay: visit.stay,
            here: visit.spot(),
            before: places_before(document, &visit)?,
            same_minute: same_minute(document, &visit)?,
            same_photo,
        };
        visit.questions = genuine::questions(&record, &limits);
        effects = effects.document(judged(document, &visit, due));
        let photos: Vec<Id> = visit.photos.iter().map(|photo| photo.file).collect();
        effects = effects.attach(AttachmentLink::new(document.id, "走访照片", photos));
    }
    for (digest, visit) in fresh {
        let division = waiting.iter().find(|document| document.id == visit).map(|document| document.division);
        let put = DocumentPut::create(PHOTO, "走访照片").key(&digest).state("kept").index("digest", &digest);
        let put = match division {
            Some(division) => put.division(division),
            None => put,
        };
        effects = effects.document(put.body(&Seen { visit }));
    }
    // What was judged is no longer waiting, so the next step needs no cursor; it only must differ.
    Ok(match waiting.last() {
        Some(last) if waiting.len() == STEP as usize => Step::then(effects, last.id.0),
        _ => Step::done(effects),
    })
}

fn judged(document: &Document, visit: &Visit, due: Date) -> DocumentPut {
    if visit.questions.is_empty() {
        return document.to("clean").note("核对无疑点").body(visit);
    }
    let sentences: Vec<String> = visit.questions.iter().map(Question::sentence).collect();
    document.to("questioned").due(due).note(format!("疑点：{}", sentences.join("；"))).body(visit)
}

/// The last minute of a day: all that is known of when a form was filled in at a desk.
fn end_of(day: Date) -> Moment {
    Moment::new(day, 23, 59).expect("a minute of the day")
}

/// Another visit of the same officer in the same minute, before or after.
fn same_minute(document: &Document, visit: &Visit) -> Result<Option<Id>> {
    let query = documents::Query::of(VISIT).index("minute", visit.minute()).limit(2);
    Ok(documents::find(query)?.into_iter().map(|other| other.id).find(|other| *other != document.id))
}

/// The first earlier visit one of the photos came with; photos nobody has seen are noted.
fn same_photo(document: &Document, visit: &Visit, fresh: &mut BTreeMap<String, Id>) -> Result<Option<Id>> {
    let mut same = None;
    for photo in &visit.photos {
        let known = match fresh.get(&photo.digest) {
            Some(first) => Some(*first),
            None => {
                let query = documents::Query::of(PHOTO).index("digest", &photo.digest);
                documents::first(query)?.map(|seen| seen.body::<Seen>()).transpose()?.map(|seen| seen.visit)
            }
        };
        match known {
            Some(first) if first != document.id => same = same.or(Some(first)),
            Some(_) => {}
            None => {
                fresh.insert(photo.digest.clone(), document.id);
            }
        }
    }
    Ok(same)
}

/// Where the household was found before, at the same kind of place. Visits with open questions or found untrue prove nothing.
fn places_before(document: &Document, visit: &Visit) -> Result<Vec<Spot>> {
    let Some(household) = document.household else { return Ok(Vec::new()) };
    let standing = documents::find(documents::Query::of(VISIT).states(&STANDING).household(household))?;
    let mut places = Vec::new();
    for other in standing {
        let body: Visit = other.body()?;
        if body.place == visit.place {
            places.extend(body.spot());
        }
    }
    Ok(places)
}
