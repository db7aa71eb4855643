//! Contributions: what enabled plugins add to the kernel's pages, from their manifests alone, before any of their code runs.
//! The order is that of the list given, and within a plugin that of its manifest.

use doudi_documents::manifest::{Collection, JobEntry, Manifest, PageEntry, ParameterEntry, Place};
use doudi_documents::workflow::Action;
use doudi_domain::identity::Role;

/// A view over the manifests of one county's enabled plugins.
#[derive(Clone, Debug)]
pub struct Contributions<'a> {
    manifests: Vec<&'a Manifest>,
}

/// Something of one plugin.
#[derive(Clone, Copy, Debug)]
pub struct Contributed<'a, T> {
    pub manifest: &'a Manifest,
    pub entry: &'a T,
}

impl<'a> Contributions<'a> {
    pub fn new(manifests: impl IntoIterator<Item = &'a Manifest>) -> Contributions<'a> {
        Contributions { manifests: manifests.into_iter().collect() }
    }

    pub fn manifests(&self) -> &[&'a Manifest] {
        &self.manifests
    }

    /// Entries of the menu an office sees.
    pub fn menu(&self, role: Role) -> Vec<Contributed<'a, PageEntry>> {
        self.pages(Place::Menu, role)
    }

    /// Panels on a household's page.
    pub fn household_panels(&self, role: Role) -> Vec<Contributed<'a, PageEntry>> {
        self.pages(Place::Household, role)
    }

    fn pages(&self, place: Place, role: Role) -> Vec<Contributed<'a, PageEntry>> {
        self.each(|manifest| manifest.pages.iter())
            .filter(|page| page.entry.place == place && allows(&page.entry.roles, role))
            .collect()
    }

    /// What an office can begin on a household's page: the collection and its creating action.
    pub fn creations(&self, role: Role) -> Vec<(Contributed<'a, Collection>, &'a Action)> {
        self.creations_where(role, |collection| collection.entry.create_on_household)
    }

    /// What an office can begin on a menu page of a plugin, without a household.
    pub fn creations_on(&self, plugin: &str, page: &str, role: Role) -> Vec<(Contributed<'a, Collection>, &'a Action)> {
        self.creations_where(role, |collection| {
            collection.manifest.id == plugin && collection.entry.create_pages.iter().any(|named| named == page)
        })
    }

    fn creations_where(
        &self,
        role: Role,
        wanted: impl Fn(&Contributed<'a, Collection>) -> bool,
    ) -> Vec<(Contributed<'a, Collection>, &'a Action)> {
        self.each(|manifest| manifest.collections.iter())
            .filter(|collection| wanted(collection))
            .filter_map(|collection| {
                let create = collection.entry.create.as_deref()?;
                let action = collection.entry.workflow.action(create)?;
                (!action.automatic && allows(&action.roles, role)).then_some((collection, action))
            })
            .collect()
    }

    /// A collection by plugin and id.
    pub fn collection(&self, plugin: &str, id: &str) -> Option<Contributed<'a, Collection>> {
        self.each(|manifest| manifest.collections.iter())
            .find(|collection| collection.manifest.id == plugin && collection.entry.id == id)
    }

    /// Every declared parameter, for the county's page of dated values.
    pub fn parameters(&self) -> Vec<Contributed<'a, ParameterEntry>> {
        self.each(|manifest| manifest.parameters.iter()).collect()
    }

    /// Every job that falls due by the calendar.
    pub fn jobs(&self) -> Vec<Contributed<'a, JobEntry>> {
        self.each(|manifest| manifest.jobs.iter()).collect()
    }

    /// Plugins that want to hear of a topic.
    pub fn subscribers(&self, topic: &str) -> Vec<&'a Manifest> {
        self.manifests
            .iter()
            .copied()
            .filter(|manifest| manifest.subscriptions.iter().any(|subscribed| subscribed == topic))
            .collect()
    }

    /// Plugins that answer a topic, without the one that asks.
    pub fn answerers(&self, topic: &str, asker: &str) -> Vec<&'a Manifest> {
        self.manifests
            .iter()
            .copied()
            .filter(|manifest| manifest.id != asker && manifest.answers.iter().any(|answered| answered == topic))
            .collect()
    }

    fn each<T: 'a, I: Iterator<Item = &'a T> + 'a>(
        &self,
        entries: impl Fn(&'a Manifest) -> I + 'a,
    ) -> impl Iterator<Item = Contributed<'a, T>> + 'a {
        self.manifests
            .clone()
            .into_iter()
            .flat_map(move |manifest| entries(manifest).map(move |entry| Contributed { manifest, entry }))
    }
}

/// An empty list is nobody.
fn allows(roles: &[String], role: Role) -> bool {
    roles.iter().any(|allowed| allowed == role.code())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn an_office_sees_what_is_addressed_to_it_and_nothing_else() {
        let manifest = sample::manifest();
        let contributions = Contributions::new([&manifest]);
        let titles = |pages: Vec<Contributed<'_, PageEntry>>| -> Vec<String> {
            pages.iter().map(|page| page.entry.title.zh.clone()).collect()
        };
        assert_eq!(titles(contributions.menu(Role::TownCaseworker)), ["办件一览"]);
        assert_eq!(titles(contributions.menu(Role::Auditor)), Vec::<String>::new());
        assert_eq!(titles(contributions.household_panels(Role::TownCaseworker)), ["待遇"]);
        assert_eq!(contributions.creations(Role::TownCaseworker).len(), 1);
        assert_eq!(contributions.creations(Role::CountyApprover).len(), 0);
        assert_eq!(contributions.creations_on("sample", "list", Role::TownCaseworker).len(), 0);
        let mut elsewhere = sample::manifest();
        elsewhere.collections[0].create_pages = vec!["list".into()];
        elsewhere.collections[0].create_on_household = false;
        let contributions = Contributions::new([&elsewhere]);
        assert_eq!(contributions.creations(Role::TownCaseworker).len(), 0);
        assert_eq!(contributions.creations_on("sample", "list", Role::TownCaseworker).len(), 1);
        assert_eq!(contributions.creations_on("sample", "list", Role::CountyApprover).len(), 0);
        assert_eq!(contributions.creations_on("another", "list", Role::TownCaseworker).len(), 0);
        let contributions = Contributions::new([&manifest]);
        assert!(contributions.collection("sample", "case").is_some());
        assert!(contributions.collection("another", "case").is_none());
    }

    #[test]
    fn a_plugin_does_not_answer_its_own_question() {
        let mut asker = sample::manifest();
        asker.answers = vec!["benefit.payables".into()];
        let mut other = asker.clone();
        other.id = "other".into();
        let contributions = Contributions::new([&asker, &other]);
        let ids: Vec<&str> =
            contributions.answerers("benefit.payables", "sample").iter().map(|manifest| manifest.id.as_str()).collect();
        assert_eq!(ids, ["other"]);
    }
}
