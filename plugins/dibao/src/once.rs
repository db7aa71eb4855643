//! Nobody is covered twice, and nobody applies twice at the same time.

use crate::application::Application;
use crate::running;
use doudi_sdk::prelude::*;

/// Whether the household, or the one member who applies alone, is covered already: a household not while anyone of it is, a person
/// not while he or the household is.
///
/// # Errors
/// `not-found` outside the scope.
pub fn is_covered(household: Id, body: &Application, today: Date) -> Result<bool> {
    let lines = running::paying_or_granted(household, today)?;
    Ok(lines.iter().any(|line| !body.single || line.person.is_none() || line.person == body.applicant))
}

/// The open application that stands in the way of this one: the household has one, or one for each member who applies alone.
///
/// # Errors
/// As [`documents::find`].
pub fn open_case(household: Id, body: &Application, own: Option<Id>) -> Result<Option<Document>> {
    for document in documents::find(documents::Query::of("application").household(household))? {
        if Some(document.id) == own || Application::CLOSED.contains(&document.state.as_str()) {
            continue;
        }
        let other: Application = document.body()?;
        if !body.single || !other.single || other.applicant == body.applicant {
            return Ok(Some(document));
        }
    }
    Ok(None)
}

/// # Errors
/// `refused` when somebody is covered.
pub fn refuse_if_covered(household: Id, body: &Application, today: Date) -> Result<()> {
    if is_covered(household, body, today)? {
        return Err(Refusal::new("该家庭或申请人已经在保，不能重复申请。情况有变化的请办理变更或定期核查"));
    }
    Ok(())
}

/// # Errors
/// `refused`, with the number of the application that is open.
pub fn refuse_if_open(household: Id, body: &Application, own: Option<Id>) -> Result<()> {
    match open_case(household, body, own)? {
        None => Ok(()),
        Some(other) => Err(Refusal::new(format!(
            "该家庭或申请人已有正在办理的低保申请（编号 {}，{} 建立），不能重复申请。请在原办件上继续办理，或者先撤回原申请",
            other.key,
            other.created.chinese()
        ))),
    }
}
