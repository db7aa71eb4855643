//! Names for pages drawn from plugins' documents, which point at people and households by id: masked unless the page is a
//! print whose purpose is the name. What is out of scope has no name here.

use super::App;
use super::division::Tree;
use doudi_domain::policy::{self, Permission};
use doudi_domain::{Actor, DivisionCode, HouseholdId, PersonId, Result, mask};
use doudi_storage::Snapshot;
use std::collections::{BTreeMap, BTreeSet};

/// What a page points at.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Wanted {
    pub persons: BTreeSet<PersonId>,
    pub households: BTreeSet<HouseholdId>,
}

#[derive(Clone, Default, Debug)]
pub struct Names {
    persons: BTreeMap<PersonId, String>,
    households: BTreeMap<HouseholdId, String>,
    divisions: Tree,
}

impl Names {
    /// 张*; a dash when the person is out of scope.
    pub fn person(&self, id: PersonId) -> &str {
        self.persons.get(&id).map_or("—", String::as_str)
    }

    /// 张* 家; a dash when the household is out of scope.
    pub fn household(&self, id: HouseholdId) -> &str {
        self.households.get(&id).map_or("—", String::as_str)
    }

    /// Whether it is within scope: what is not is no link either.
    pub fn knows(&self, id: HouseholdId) -> bool {
        self.households.contains_key(&id)
    }

    pub fn division(&self, code: DivisionCode) -> String {
        self.divisions.path(code)
    }
}

/// Masked names of what a page points at; an office that sees no households sees dashes.
pub async fn masked(app: &App, actor: &Actor, wanted: &Wanted) -> Result<Names> {
    let nobody = Wanted::default();
    let wanted = if policy::require(actor, Permission::HouseholdRead).is_ok() { wanted } else { &nobody };
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    read(&mut snapshot, wanted, mask::name).await
}

pub(crate) async fn read(snapshot: &mut Snapshot, wanted: &Wanted, shown: fn(&str) -> String) -> Result<Names> {
    let mut names = Names { divisions: Tree::read(snapshot).await?, ..Names::default() };
    let persons: Vec<PersonId> = wanted.persons.iter().copied().collect();
    for (id, name) in snapshot.person_names(&persons).await? {
        names.persons.insert(id, shown(&name));
    }
    let households: Vec<HouseholdId> = wanted.households.iter().copied().collect();
    names.households = household_titles(snapshot, &households, shown).await?;
    Ok(names)
}

/// 张* 家, or the household's number when it has no head; `None` out of scope.
pub(crate) async fn household_title(
    snapshot: &mut Snapshot,
    id: HouseholdId,
    shown: fn(&str) -> String,
) -> Result<Option<String>> {
    let Some(household) = snapshot.household_find(id).await? else { return Ok(None) };
    let Some(head) = household.head else { return Ok(Some(household.number)) };
    match snapshot.person_fetch(head, false).await {
        Ok(person) => Ok(Some(format!("{} 家", shown(&person.name)))),
        Err(doudi_domain::Error::NotFound { .. }) => Ok(Some(household.number)),
        Err(error) => Err(error),
    }
}

/// As [`household_title`], for a whole list in one query.
pub(crate) async fn household_titles(
    snapshot: &mut Snapshot,
    ids: &[HouseholdId],
    shown: fn(&str) -> String,
) -> Result<BTreeMap<HouseholdId, String>> {
    let title = |number: String, head: Option<String>| head.map_or(number, |name| format!("{} 家", shown(&name)));
    let titles = snapshot.household_titles(ids).await?;
    Ok(titles.into_iter().map(|(id, (number, head))| (id, title(number, head))).collect())
}
