//! A good manifest has no problems; each spoiled one has the problem it was spoiled with, and all of them come at once.

use super::*;
use crate::sample;
use doudi_documents::manifest::IndicatorEntry;
use doudi_documents::workflow::DayCount;

fn indicator(code: &str) -> IndicatorEntry {
    IndicatorEntry {
        code: code.into(),
        label: "按时办结率".into(),
        definition: "期限内办结的件数 ÷ 应办结的件数".into(),
        article: String::new(),
        unit: Default::default(),
        better: Default::default(),
    }
}

#[test]
fn the_sample_is_consistent() {
    assert_eq!(problems(&sample::manifest()), []);
}

#[test]
fn each_inconsistency_is_found() {
    type Spoil = fn(&mut Manifest);
    let cases: Vec<(&str, Spoil)> = vec![
        ("manifest.word", |m| m.id = "Sample Plugin".into()),
        ("manifest.chinese", |m| m.name.zh.clear()),
        ("manifest.contract", |m| m.contract = "^2.0".parse().unwrap()),
        ("manifest.point", |m| m.points.push("dance".into())),
        ("manifest.twice", |m| m.points.push("act".into())),
        ("manifest.point", |m| m.points.retain(|point| point != "view")),
        ("manifest.point", |m| m.points.retain(|point| point != "act")),
        ("manifest.point", |m| m.points.retain(|point| point != "fill")),
        ("manifest.import", |m| m.imports.push("network".into())),
        ("manifest.import", |m| m.imports.retain(|import| import != "questions")),
        ("manifest.state-version", |m| m.state_version = "one".into()),
        ("manifest.field", |m| m.inputs[0].fields.push("person.shoe-size".into())),
        ("manifest.chinese", |m| m.inputs[0].purpose.zh.clear()),
        ("manifest.effect", |m| m.effects[0].kind = "money.send".into()),
        ("manifest.target", |m| m.effects[1].targets.clear()),
        ("manifest.target", |m| m.effects[2].targets.clear()),
        ("manifest.target", |m| m.effects[0].targets.push("case".into())),
        ("manifest.field", |m| m.effects[2].targets.push("person.shoe-size".into())),
        ("manifest.state", |m| m.collections[0].workflow.initial = "nowhere".into()),
        ("manifest.state", |m| m.collections[0].workflow.actions[0].to.push("nowhere".into())),
        ("manifest.stage", |m| m.collections[0].workflow.states[0].stage = Some("nowhere".into())),
        ("manifest.role", |m| m.collections[0].workflow.states[0].role = Some("king".into())),
        ("manifest.role", |m| m.collections[0].workflow.actions[0].roles.push("king".into())),
        ("manifest.role", |m| m.collections[0].workflow.actions[0].roles.clear()),
        ("manifest.form", |m| m.collections[0].workflow.actions[0].form = Some("nothing".into())),
        ("manifest.action", |m| m.collections[0].workflow.actions[1].not_by_actor_of.push("nothing".into())),
        ("manifest.action", |m| m.collections[0].create = Some("nothing".into())),
        ("manifest.action", |m| m.collections[0].create = Some("confirm".into())),
        ("manifest.deadline", |m| m.collections[0].workflow.states[1].deadline = None),
        ("manifest.parameter", |m| m.parameters.truncate(1)),
        ("manifest.page", |m| m.collections[0].page = Some("nothing".into())),
        ("manifest.last", |m| m.collections[0].workflow.actions[0].from.push("closed".into())),
        ("manifest.role", |m| m.pages[0].roles.clear()),
        ("manifest.role", |m| m.pages[0].roles.push("king".into())),
        ("manifest.twice", |m| m.pages[1].id = "list".into()),
        ("manifest.choices", |m| {
            m.forms[0].reacts = false;
            m.forms[0].sections[0].fields[0].choices.clear();
        }),
        ("manifest.when", |m| m.forms[0].sections[0].fields[1].when.as_mut().unwrap().field = "nothing".into()),
        ("manifest.range", |m| {
            m.forms[0].sections[0].fields[1].min = Some(2);
            m.forms[0].sections[0].fields[1].max = Some(1);
        }),
        ("manifest.indicator", |m| {
            m.points.retain(|point| point != "indicators");
            m.indicators.push(indicator("on-time"));
        }),
        ("manifest.twice", |m| m.indicators = vec![indicator("on-time"), indicator("on-time")]),
        ("manifest.chinese", |m| {
            m.indicators.push(IndicatorEntry { definition: Text::default(), ..indicator("on-time") })
        }),
        ("manifest.outcome", |m| m.outcomes.clear()),
        ("manifest.topic", |m| m.questions.push("Everything".into())),
        ("manifest.point", |m| m.subscriptions.push("person.died".into())),
        ("manifest.point", |m| m.answers.push("sample.benefit".into())),
        ("reason.template", |m| m.reasons[0].text.zh = "{2:fen}".into()),
        ("reason.template", |m| m.reasons[0].verdict = "perhaps".into()),
        ("manifest.scenario", |m| m.scenarios[0].expect.outcome = "nothing".into()),
        ("manifest.scenario", |m| m.scenarios[0].expect.reasons.push("nothing".into())),
        ("manifest.settings", |m| m.settings.as_mut().unwrap().defaults = serde_json::json!({"limit": 0})),
        ("manifest.settings", |m| m.settings.as_mut().unwrap().schema = serde_json::json!({"type": 5})),
    ];
    for (index, (code, spoil)) in cases.into_iter().enumerate() {
        let mut manifest = sample::manifest();
        spoil(&mut manifest);
        let found = problems(&manifest);
        assert!(found.iter().any(|problem| problem.code == code), "case {index} should give {code}: {found:?}");
    }
}

#[test]
fn all_problems_come_in_one_list() {
    let mut manifest = sample::manifest();
    manifest.id = "Bad".into();
    manifest.points.push("dance".into());
    manifest.reasons[0].text.zh = "{9:fen}".into();
    manifest.collections[0].workflow.states[1].deadline.as_mut().unwrap().count = DayCount::Calendar;
    let codes: BTreeSet<String> = problems(&manifest).into_iter().map(|problem| problem.code).collect();
    let expected = ["manifest.point", "manifest.word", "reason.template"];
    assert_eq!(codes.iter().map(String::as_str).collect::<Vec<_>>(), expected);
}
