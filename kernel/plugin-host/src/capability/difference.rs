//! What one release asks for and another does not: the part of an upgrade an administrator must decide on. Compared are the
//! words that are granted, not the author's wording; a purpose that is worded anew is told as well, because a county judges
//! by it.

use super::{Capability, Grants, requested};
use doudi_documents::manifest::Manifest;
use doudi_documents::text::Text;

/// From an earlier release to a later one, each list in the order of the manifest it comes from.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PermissionDifference {
    /// Asked for now and not before: nobody has granted it.
    pub added: Vec<Capability>,
    /// Asked for before and no longer: its grant ends with the earlier release.
    pub removed: Vec<Capability>,
    /// The same capability for another purpose: as it was, as it is.
    pub reworded: Vec<(Capability, Capability)>,
    /// The same capability for the same purpose.
    pub kept: Vec<Capability>,
}

/// What `after` asks for compared with `before`.
pub fn difference(before: &Manifest, after: &Manifest) -> PermissionDifference {
    let (earlier, later) = (requested(before), requested(after));
    let mut difference = PermissionDifference {
        removed: earlier.iter().filter(|old| later.iter().all(|new| new.code != old.code)).cloned().collect(),
        ..PermissionDifference::default()
    };
    for new in later {
        match earlier.iter().find(|old| old.code == new.code) {
            None => difference.added.push(new),
            Some(old) if old.purpose != new.purpose => difference.reworded.push((old.clone(), new)),
            Some(_) => difference.kept.push(new),
        }
    }
    difference
}

impl PermissionDifference {
    /// The later release asks for nothing that was not asked for before: its grants can be carried over unseen.
    pub fn is_subset(&self) -> bool {
        self.added.is_empty()
    }

    /// Nothing an administrator would have to read.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.reworded.is_empty()
    }

    /// Of a county's grants for the earlier release those that the later one still asks for.
    pub fn carried_over(&self, granted: &Grants) -> Grants {
        let asked = self.kept.iter().chain(self.reworded.iter().map(|(_, now)| now));
        Grants::new(asked.map(|capability| capability.code.as_str()).filter(|code| granted.contains(code)))
    }

    /// In words: what is new first, then what is wanted for another purpose, then what is no longer wanted.
    pub fn sentences(&self) -> Vec<Text> {
        let mut sentences = Vec::new();
        for new in &self.added {
            sentences.push(sentence("新要求", "Newly asked for", new));
        }
        for (old, new) in &self.reworded {
            let was = |text: &str, none: &str| if text.is_empty() { none.to_owned() } else { text.to_owned() };
            sentences.push(Text::new(
                format!(
                    "用途有变：{}。原为“{}”，现为“{}”",
                    new.label.zh,
                    was(&old.purpose.zh, "未说明"),
                    was(&new.purpose.zh, "未说明")
                ),
                format!(
                    "For another purpose: {}. It was “{}”, it is “{}”",
                    new.label.in_language(true),
                    was(old.purpose.in_language(true), "not said"),
                    was(new.purpose.in_language(true), "not said")
                ),
            ));
        }
        for old in &self.removed {
            sentences.push(sentence("不再要求", "No longer asked for", old));
        }
        sentences
    }
}

/// `新要求：读取 残疾类别，用于判断单人户`.
fn sentence(zh: &str, en: &str, capability: &Capability) -> Text {
    let with_purpose = |label: &str, purpose: &str, between: &str| match purpose {
        "" => label.to_owned(),
        purpose => format!("{label}{between}{purpose}"),
    };
    Text::new(
        format!("{zh}：{}", with_purpose(&capability.label.zh, &capability.purpose.zh, "，")),
        format!(
            "{en}: {}",
            with_purpose(capability.label.in_language(true), capability.purpose.in_language(true), ", ")
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use doudi_documents::manifest::Input;

    fn codes(list: &[Capability]) -> Vec<&str> {
        list.iter().map(|capability| capability.code.as_str()).collect()
    }

    #[test]
    fn equal_requests_differ_in_nothing() {
        let manifest = sample::manifest();
        let difference = difference(&manifest, &manifest);
        assert!(difference.is_empty() && difference.is_subset());
        assert_eq!(difference.kept, requested(&manifest));
        assert!(difference.sentences().is_empty());
        let granted = Grants::all(&manifest);
        assert_eq!(difference.carried_over(&granted), granted);
    }

    #[test]
    fn what_is_new_gone_or_for_another_purpose_is_told_in_that_order() {
        let before = sample::manifest();
        let mut after = before.clone();
        after.inputs[0].purpose = Text::new("判断年龄和户籍", "");
        after.inputs.push(Input {
            fields: vec!["person.disability-category".into()],
            purpose: Text::new("用于判断单人户", "To find single-person cases"),
        });
        after.questions = vec!["approval.authority".into()];
        after.effects.retain(|wish| wish.kind != "fact.propose");
        let found = difference(&before, &after);
        assert_eq!(codes(&found.added), ["read:person.disability-category", "ask:approval.authority"]);
        assert_eq!(
            codes(&found.removed),
            ["effect:fact.propose:person.health", "effect:fact.propose:asset.vehicle", "ask:benefit.payables"]
        );
        let reworded: Vec<&str> = found.reworded.iter().map(|(_, now)| now.code.as_str()).collect();
        assert_eq!(reworded, ["read:household.hukou-kind", "read:person.birth-date"]);
        assert!(!found.is_subset() && !found.is_empty());
        let sentences: Vec<String> = found.sentences().into_iter().map(|text| text.zh).collect();
        assert_eq!(sentences[0], "新要求：读取 残疾类别，用于判断单人户");
        assert_eq!(sentences[2], "用途有变：读取 户籍类别。原为“判断年龄”，现为“判断年龄和户籍”");
        assert!(sentences[4].starts_with("不再要求："), "{sentences:?}");
        assert_eq!(sentences.len(), 7);
    }

    #[test]
    fn only_what_was_granted_and_is_still_asked_for_is_carried_over() {
        let before = sample::manifest();
        let mut after = before.clone();
        after.inputs[1].fields.retain(|field| field != "income.wage");
        after.inputs[1].fields.push("income.support".into());
        let granted = Grants::new(["read:income.wage", "read:person.health", "effect:document.put"]);
        let carried = difference(&before, &after).carried_over(&granted);
        assert_eq!(carried, Grants::new(["effect:document.put", "read:person.health"]));
        assert!(
            difference(&after, &before).carried_over(&Grants::none()).iter().next().is_none(),
            "nothing of nothing"
        );
    }
}
