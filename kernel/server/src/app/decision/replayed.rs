//! Running a decision's call again from a record, wherever the record comes from, and saying where the first difference lies:
//! in the record, in what the call gives today, or between the call's result and the decision as it is kept.

use doudi_documents::effect::DecisionRecord;
use doudi_domain::decision::Decision;
use doudi_domain::{DecisionId, Fen, Result};
use doudi_plugin_host::{CallRecord, Plugin, PluginHost, Replay};
use serde_json::Value;
use std::sync::Arc;

/// What running a decision's call again showed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Replayed {
    pub decision: DecisionId,
    pub same: bool,
    /// Where the first difference lies, if there is one.
    pub difference: String,
}

impl Replayed {
    pub fn same(decision: DecisionId) -> Replayed {
        Replayed { decision, same: true, difference: String::new() }
    }

    pub fn differs(decision: DecisionId, difference: impl Into<String>) -> Replayed {
        Replayed { decision, same: false, difference: difference.into() }
    }
}

/// The decision as far as its call determines it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Kept {
    pub id: DecisionId,
    pub scheme: String,
    pub household: i64,
    pub outcome: String,
    pub amount: Fen,
    pub covered: i64,
    pub from: String,
    pub to: Option<String>,
    pub as_of: String,
    pub reasons: Vec<String>,
    pub input_hash: String,
}

impl From<&Decision> for Kept {
    fn from(decision: &Decision) -> Kept {
        Kept {
            id: decision.id,
            scheme: decision.scheme.clone(),
            household: decision.household.0,
            outcome: decision.outcome.clone(),
            amount: decision.amount,
            covered: decision.covered_persons.into(),
            from: decision.from.to_string(),
            to: decision.to.map(|day| day.to_string()),
            as_of: decision.as_of.to_string(),
            reasons: decision.reasons.iter().map(|reason| reason.code.clone()).collect(),
            input_hash: decision.cause.input_hash.clone(),
        }
    }
}

/// Calls again and compares all three.
pub(super) async fn replay(
    host: &PluginHost,
    plugin: &Arc<Plugin>,
    record: &CallRecord,
    kept: &Kept,
) -> Result<Replayed> {
    let intact = record.input_hash == kept.input_hash && record.is_intact();
    let again = host.replay(plugin, record).await.map_err(|error| error.into_domain())?;
    let difference = match (&again, intact) {
        (Replay::Same, true) => unlike_result(kept, &record.result),
        (Replay::Differs(difference), true) => Some(difference.to_string()),
        (Replay::Differs(difference), false) => {
            Some(format!("记录的输入或读取已被改动（校验值与决定不一致）；{difference}"))
        }
        (Replay::Same, false) => {
            Some("记录的输入或读取已被改动（校验值与决定不一致），被改动之处没有影响结果".to_owned())
        }
    };
    Ok(match difference {
        None => Replayed::same(kept.id),
        Some(difference) => Replayed::differs(kept.id, difference),
    })
}

/// Where the decision is not what its call wished.
fn unlike_result(kept: &Kept, result: &Value) -> Option<String> {
    let mut wished = Vec::new();
    decisions_in(result, &mut wished);
    wished.retain(|record| record.scheme == kept.scheme && record.household.0 == kept.household);
    let unlike: Vec<Option<String>> = wished.iter().map(|record| first_unlike(kept, record)).collect();
    match unlike.first() {
        None => Some("决定不在当时调用的结果之中".to_owned()),
        Some(_) if unlike.iter().any(Option::is_none) => None,
        Some(first) => first.clone(),
    }
}

/// Every wish for a decision in an answer, at whatever point it was given.
fn decisions_in(value: &Value, found: &mut Vec<DecisionRecord>) {
    match value {
        Value::Object(object) => {
            let kind = object.get("kind").and_then(Value::as_str);
            if kind == Some(doudi_documents::kinds::DECISION_RECORD) {
                let payload = object.get("payload").and_then(Value::as_str).unwrap_or_default();
                found.extend(serde_json::from_str::<DecisionRecord>(payload));
                return;
            }
            object.values().for_each(|inner| decisions_in(inner, found));
        }
        Value::Array(list) => list.iter().for_each(|inner| decisions_in(inner, found)),
        _ => {}
    }
}

fn first_unlike(kept: &Kept, record: &DecisionRecord) -> Option<String> {
    let reasons: Vec<&str> = record.reasons.iter().map(|reason| reason.code.as_str()).collect();
    let yuan = |fen: i64| format!("{} 元", Fen(fen));
    let or_none = |day: &Option<String>| day.clone().unwrap_or_else(|| "（无）".to_owned());
    [
        ("结论", kept.outcome.clone(), record.outcome.clone()),
        ("金额", yuan(kept.amount.0), yuan(record.amount)),
        ("人数", kept.covered.to_string(), record.covered_persons.to_string()),
        ("起始日期", kept.from.clone(), record.from.clone()),
        ("截止日期", or_none(&kept.to), or_none(&record.to)),
        ("依据日期", kept.as_of.clone(), record.as_of.clone()),
        ("理由", kept.reasons.join("、"), reasons.join("、")),
    ]
    .into_iter()
    .find(|(_, kept, wished)| kept != wished)
    .map(|(what, kept, wished)| format!("决定的{what}与当时调用的结果不一致：决定为 {kept}，调用结果为 {wished}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn kept() -> Kept {
        Kept {
            id: DecisionId(7),
            scheme: "sample".into(),
            household: 3,
            outcome: "granted".into(),
            amount: Fen(63_000),
            covered: 3,
            from: "2022-08-01".into(),
            to: None,
            as_of: "2022-07-20".into(),
            reasons: vec!["below".into()],
            input_hash: String::new(),
        }
    }

    fn result(change: impl Fn(&mut Value)) -> Value {
        let mut payload = json!({
            "scheme": "sample", "household": "3", "outcome": "granted", "amount": 63000, "covered_persons": 3,
            "from": "2022-08-01", "as_of": "2022-07-20", "reasons": [{"code": "below", "args": [], "facts": []}],
            "figures": {},
        });
        change(&mut payload);
        let effect = json!({"kind": "decision.record", "target": "household/3", "payload": payload.to_string()});
        json!({"Ok": {"effects": [{"kind": "event.publish", "target": "", "payload": "{}"}, effect], "next": null}})
    }

    #[test]
    fn the_decision_is_what_the_call_wished_or_the_first_difference_is_named() {
        assert_eq!(unlike_result(&kept(), &result(|_| {})), None);
        type Change = fn(&mut Value);
        let cases: [(&str, Change); 4] = [
            (
                "决定的金额与当时调用的结果不一致：决定为 630.00 元，调用结果为 600.00 元",
                |p| p["amount"] = 60_000.into(),
            ),
            ("决定的结论", |p| p["outcome"] = "refused".into()),
            ("决定的理由", |p| p["reasons"] = json!([])),
            ("不在当时调用的结果之中", |p| p["household"] = "4".into()),
        ];
        for (expected, change) in cases {
            let found = unlike_result(&kept(), &result(change)).expect("a difference");
            assert!(found.contains(expected), "{found}");
        }
    }
}
