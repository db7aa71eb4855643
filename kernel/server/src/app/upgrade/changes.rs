//! What is new in another version, read off the two manifests: what a county sees before any of the code runs.

use super::Ends;
use doudi_documents::{Manifest, Text};
use doudi_plugin_host::requested;
use serde_json::Value;
use std::collections::BTreeSet;

/// One part of the manifest, and what of it was added, taken away or worded differently.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Change {
    /// 结论, 表单, 页面 …
    pub part: &'static str,
    pub added: Vec<Text>,
    pub removed: Vec<Text>,
    pub changed: Vec<Text>,
}

impl Change {
    pub fn total(&self) -> usize {
        self.added.len() + self.removed.len() + self.changed.len()
    }
}

/// What the other version asks for beyond the one in force, and what it no longer asks for.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PermissionDifference {
    pub wider: Vec<PermissionLine>,
    pub dropped: Vec<PermissionLine>,
    /// Something is asked for and nobody has decided on it yet.
    pub undecided: bool,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PermissionLine {
    /// `read:person.disability-grade`.
    pub grant: String,
    pub label: Text,
    pub purpose: Text,
    /// What was decided about it.
    pub granted: bool,
}

/// Parts that differ, in the order a county reads them.
pub(super) fn between(from: &Manifest, to: &Manifest) -> Vec<Change> {
    let bare =
        |words: &[String]| words.iter().map(|word| (word.clone(), Text::from(word.as_str()), String::new())).collect();
    let mut changes = Vec::new();
    let mut compare = |part: &'static str, old: Vec<Item>, new: Vec<Item>| {
        let change = change(part, &old, &new);
        if change.total() > 0 {
            changes.push(change);
        }
    };
    macro_rules! parts {
        ($($part:literal $list:ident $id:ident $label:ident;)+) => { $(
            let items = |manifest: &Manifest| -> Vec<Item> {
                manifest.$list.iter().map(|item| (item.$id.clone(), item.$label.clone(), shape(item))).collect()
            };
            compare($part, items(from), items(to));
        )+ };
    }
    parts! {
        "结论" outcomes code label;
        "计算值" figures code label;
        "政策参数" parameters code label;
        "办件类别" collections id label;
        "表单" forms id title;
        "页面" pages id title;
        "定期任务" jobs id label;
        "导出文件" files id label;
        "上传文件" feeds id label;
    }
    let reasons = |manifest: &Manifest| -> Vec<Item> {
        manifest.reasons.iter().map(|reason| (reason.code.clone(), readable(&reason.text), shape(reason))).collect()
    };
    compare("理由", reasons(from), reasons(to));
    compare("事件", bare(&from.subscriptions), bare(&to.subscriptions));
    compare("答复其他措施", bare(&from.answers), bare(&to.answers));
    compare("询问其他措施", bare(&from.questions), bare(&to.questions));
    let scenarios = |manifest: &Manifest| -> Vec<Item> {
        manifest.scenarios.iter().map(|one| (one.name.clone(), Text::from(one.name.as_str()), shape(one))).collect()
    };
    compare("自带的验证用例", scenarios(from), scenarios(to));
    changes
}

/// Id, label, and everything as text for comparing.
type Item = (String, Text, String);

/// A sentence without its numbers: 低于 … 元.
fn readable(text: &Text) -> Text {
    let plain = |text: &str| {
        let mut plain = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, inside)) = rest.split_once('{') {
            plain.push_str(before);
            plain.push('…');
            rest = inside.split_once('}').map_or("", |(_, after)| after);
        }
        plain + rest
    };
    Text::new(plain(&text.zh), plain(&text.en))
}

fn shape(item: &impl serde::Serialize) -> String {
    serde_json::to_string(item).unwrap_or_default()
}

fn change(part: &'static str, old: &[Item], new: &[Item]) -> Change {
    let find = |items: &'_ [Item], id: &str| items.iter().position(|(known, ..)| known == id);
    let only = |items: &[Item], others: &[Item]| -> Vec<Text> {
        items.iter().filter(|(id, ..)| find(others, id).is_none()).map(|(_, label, _)| label.clone()).collect()
    };
    let changed = new
        .iter()
        .filter(|(id, _, shape)| find(old, id).is_some_and(|at| old[at].2 != *shape))
        .map(|(_, label, _)| label.clone())
        .collect();
    Change { part, added: only(new, old), removed: only(old, new), changed }
}

pub(super) fn permissions(ends: &Ends, decided: Option<&[String]>) -> PermissionDifference {
    let wider = ends.wider();
    let still: BTreeSet<String> = requested(&ends.to).into_iter().map(|capability| capability.code).collect();
    let granted = decided.unwrap_or(&ends.pin.grants);
    let line = |capability: doudi_plugin_host::Capability| PermissionLine {
        granted: granted.contains(&capability.code),
        grant: capability.code,
        label: capability.label,
        purpose: capability.purpose,
    };
    PermissionDifference {
        undecided: decided.is_none() && !wider.is_empty(),
        wider: requested(&ends.to)
            .into_iter()
            .filter(|capability| wider.contains(&capability.code))
            .map(line)
            .collect(),
        dropped: requested(&ends.from)
            .into_iter()
            .filter(|capability| !still.contains(&capability.code))
            .map(line)
            .collect(),
    }
}

/// The county's settings as far as the other version knows them; what it adds begins at its default.
pub(super) fn carried_settings(current: &str, to: &Manifest) -> String {
    let Some(settings) = &to.settings else { return "{}".to_owned() };
    let (Value::Object(mut carried), Ok(Value::Object(current))) =
        (settings.defaults.clone(), serde_json::from_str::<Value>(current))
    else {
        return settings.defaults.to_string();
    };
    let known = settings.schema.get("properties").and_then(Value::as_object);
    for (name, value) in current {
        if carried.contains_key(&name) || known.is_some_and(|known| known.contains_key(&name)) {
            carried.insert(name, value);
        }
    }
    Value::Object(carried).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(id: &str, shape: &str) -> Item {
        (id.to_owned(), Text::from(id), shape.to_owned())
    }

    #[test]
    fn sentences_are_read_without_their_numbers() {
        let text = readable(&Text::new("低于 {0:fen} 元，{1:count} 人", "Below {0:fen}"));
        assert_eq!((text.zh.as_str(), text.en.as_str()), ("低于 … 元，… 人", "Below …"));
    }

    #[test]
    fn added_removed_and_changed_are_told_apart() {
        let old = [item("a", "1"), item("b", "1"), item("c", "1")];
        let new = [item("b", "2"), item("c", "1"), item("d", "1")];
        let found = change("结论", &old, &new);
        let words = |texts: &[Text]| texts.iter().map(|text| text.zh.clone()).collect::<Vec<_>>();
        assert_eq!(
            (words(&found.added), words(&found.removed), words(&found.changed)),
            (vec!["d".to_owned()], vec!["a".to_owned()], vec!["b".to_owned()])
        );
    }
}
