//! Letters (告知书) and postings (公示) as they are printed: the stored words with the names filled in. Printing is recorded,
//! because it shows names in clear. A posting carries name, household size, amount, village and dates, and nothing else
//! (民发〔2021〕57号 第十九条).
//!
//! In a letter's paragraphs `{person:17}` and `{household:3}` stand for names, `{village}` and `{county}` for places; a
//! reference to what is out of scope is printed as a dash.

use super::division::Tree;
use super::household::Notice;
use super::names::{self, Names, Wanted};
use super::{App, in_own_task, manifests};
use doudi_documents::Text;
use doudi_documents::effect::NoticeIssue;
use doudi_domain::policy::{self, Permission};
use doudi_domain::{Actor, Date, Error, Fen, HouseholdId, NoticeId, PersonId, Result};
use doudi_storage::Snapshot;

/// The two kinds of paper.
pub const LETTER: &str = "letter";
pub const POSTING: &str = "posting";

/// What is on the paper.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Print {
    pub notice: Notice,
    pub title: Text,
    pub body: PrintBody,
    /// The county's name, for the head of the paper.
    pub county_name: String,
    /// 许镇 某某村.
    pub division_name: String,
    pub issued_on: Date,
    pub printed_by: String,
    /// The decision it tells of rests on an article nobody has compared with the rule's text: to be done before it is served.
    pub article_unverified: bool,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PrintBody {
    Letter {
        /// Whom it is addressed to: the applicant's name in clear.
        addressee: String,
        paragraphs: Vec<Text>,
        serve_by: Option<Date>,
    },
    Posting(PostingPrint),
}

/// All a posting may say.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PostingPrint {
    pub name: String,
    pub members: u32,
    pub covered: u32,
    pub proposal: Text,
    pub amount: Fen,
    pub village: String,
    pub from: Date,
    pub to: Date,
    pub contact: String,
}

/// The paper, ready to print; records who printed what.
pub async fn print(app: &App, actor: &Actor, id: NoticeId) -> Result<Print> {
    policy::require(actor, Permission::HouseholdRead)?;
    policy::require(actor, Permission::CaseRead)?;
    policy::require(actor, Permission::DecisionRead)?;
    let (app, actor) = (app.clone(), actor.clone());
    in_own_task(async move {
        let mut snapshot = app.storage.snapshot(actor.scope()).await?;
        let notice = snapshot.notice_fetch(id).await?;
        let print = fill_in(&mut snapshot, &actor, notice).await?;
        snapshot.close().await?;
        let mut write = app.storage.write(&actor, app.now()).await?;
        write.audit_add("notice.print", &format!("notice/{id}"), "{}");
        write.commit().await?;
        Ok(print)
    })
    .await
}

async fn fill_in(snapshot: &mut Snapshot, actor: &Actor, notice: Notice) -> Result<Print> {
    let broken =
        |error: &dyn std::fmt::Display| Error::failure("文书内容无法读取，请联系系统管理员", error.to_string());
    let issue: NoticeIssue = serde_json::from_str(&notice.body).map_err(|error| broken(&error))?;
    let tree = Tree::read(snapshot).await?;
    let county_name = tree.name(actor.county().division());
    let division_name = tree.path(notice.division);
    let household = HouseholdId(issue.household.0);
    let mut wanted = Wanted::default();
    let texts: Vec<&str> = issue.paragraphs.iter().flat_map(|text| [text.zh.as_str(), text.en.as_str()]).collect();
    for (kind, id) in texts.iter().flat_map(|text| references(text)) {
        match kind {
            "person" => drop(wanted.persons.insert(PersonId(id))),
            _ => drop(wanted.households.insert(HouseholdId(id))),
        }
    }
    let names = names::read(snapshot, &wanted, str::to_owned).await?;
    let addressee = match issue.person {
        Some(person) => snapshot.person_fetch(PersonId(person.0), false).await?.name,
        None => match snapshot.household_fetch(household).await?.head {
            Some(head) => snapshot.person_fetch(head, false).await?.name,
            None => snapshot.household_fetch(household).await?.number,
        },
    };
    let date = |text: &str| text.parse::<Date>().map_err(|error| broken(&error));
    let body = match (notice.kind.as_str(), &issue.posting) {
        (POSTING, Some(posting)) => PrintBody::Posting(PostingPrint {
            name: addressee,
            members: posting.members,
            covered: posting.covered,
            proposal: posting.proposal.clone(),
            amount: Fen(posting.amount),
            village: division_name.clone(),
            from: date(&posting.from)?,
            to: date(&posting.to)?,
            contact: posting.contact.clone(),
        }),
        (POSTING, None) => return Err(broken(&"a posting without its particulars")),
        _ => PrintBody::Letter {
            addressee,
            paragraphs: issue
                .paragraphs
                .iter()
                .map(|text| Text {
                    zh: named(&text.zh, &names, &division_name, &county_name),
                    en: named(&text.en, &names, &division_name, &county_name),
                })
                .collect(),
            serve_by: issue.serve_by.as_deref().map(date).transpose()?,
        },
    };
    let article_unverified = match notice.decision {
        Some(id) => {
            let decision = snapshot.decision_fetch(id).await?;
            let manifest = manifests::of_digest(snapshot, &decision.cause.digest).await?;
            let unverified = |code: &str| manifest.reason(code).is_some_and(|reason| !reason.article_verified);
            decision.reasons.iter().any(|reason| unverified(&reason.code))
        }
        None => false,
    };
    Ok(Print {
        article_unverified,
        title: issue.title.clone(),
        issued_on: notice.issued_on,
        printed_by: actor.name().to_owned(),
        county_name,
        division_name,
        body,
        notice,
    })
}

/// `{person:17}` and `{household:3}` in a paragraph.
fn references(text: &str) -> Vec<(&str, i64)> {
    text.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}')?.0.split_once(':'))
        .filter(|(kind, _)| matches!(*kind, "person" | "household"))
        .filter_map(|(kind, id)| Some((kind, id.parse().ok()?)))
        .collect()
}

/// The paragraph with its references filled in; anything else in braces stays as it is.
fn named(text: &str, names: &Names, village: &str, county: &str) -> String {
    let mut parts = text.split('{');
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let Some((reference, rest)) = part.split_once('}') else {
            filled.push('{');
            filled.push_str(part);
            continue;
        };
        match (reference.split_once(':').map(|(kind, id)| (kind, id.parse::<i64>())), reference) {
            (Some(("person", Ok(id))), _) => filled.push_str(names.person(PersonId(id))),
            (Some(("household", Ok(id))), _) => filled.push_str(names.household(HouseholdId(id))),
            (None, "village") => filled.push_str(village),
            (None, "county") => filled.push_str(county),
            _ => {
                filled.push('{');
                filled.push_str(reference);
                filled.push('}');
            }
        }
        filled.push_str(rest);
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_found_and_filled_in_and_nothing_else_is_touched() {
        let text = "{person:17}：{village}{household:3}的申请，{other} {0:fen} {person:x}";
        assert_eq!(references(text), [("person", 17), ("household", 3)]);
        // Out of scope: a dash, never a name.
        let filled = named(text, &Names::default(), "许镇镇 某某村", "南陵县");
        assert_eq!(filled, "—：许镇镇 某某村—的申请，{other} {0:fen} {person:x}");
        assert_eq!(named("没有引用 { 半个", &Names::default(), "", ""), "没有引用 { 半个");
    }
}
