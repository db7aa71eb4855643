//! The record of one call: what was handed in, what was read meanwhile, and what came back, in bytes that are the same
//! whenever they are written. With the component's digest it is the whole cause of the answer, so that the call can be
//! repeated years later and compared.

use crate::points::Point;
use doudi_domain::ParameterId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::fmt;

/// One call, as it is stored.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct CallRecord {
    pub plugin: String,
    pub version: String,
    /// SHA-256 of the component, hex.
    pub digest: String,
    pub point: Point,
    /// Context and input as they crossed. `null` when the call was not recorded ([`crate::Recording::Off`]).
    pub request: Value,
    /// Every read in order.
    pub reads: Vec<RecordedRead>,
    /// What came back: `{"Ok": …}` or `{"Err": …}`.
    pub result: Value,
    /// SHA-256 of point, request and reads, hex; empty when the call was not recorded.
    pub input_hash: String,
    /// Versions of the parameters that were read, ascending.
    #[serde(with = "parameter_ids")]
    pub parameters: Vec<ParameterId>,
}

/// One question to the kernel, and its answer.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct RecordedRead {
    /// Interface and function: `records.households`.
    pub call: String,
    pub request: Value,
    /// `{"Ok": …}` or `{"Err": …}`.
    pub response: Value,
}

/// Whether a repeated call gave the same bytes.
#[derive(Clone, PartialEq, Debug)]
pub enum Replay {
    Same,
    Differs(Difference),
}

/// The first difference of a repeated call.
#[derive(Clone, PartialEq, Debug)]
pub enum Difference {
    /// It read something else than the record says: position from 1, what was recorded and what was asked.
    Read { number: usize, recorded: Option<String>, asked: Option<String> },
    /// It answered something else: where, and both values.
    Result { path: String, recorded: String, now: String },
}

impl CallRecord {
    /// The record as bytes: equal records give equal bytes.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a record holds strings, numbers and lists only")
    }

    pub fn from_json(text: &str) -> Result<CallRecord, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// Whether request and reads still give the stored hash.
    pub fn is_intact(&self) -> bool {
        self.input_hash == input_hash(self.point, &self.request, &self.reads)
    }
}

/// SHA-256 of everything the answer depends on beside the component, hex.
pub(crate) fn input_hash(point: Point, request: &Value, reads: &[RecordedRead]) -> String {
    let mut hasher = Sha256::new();
    hasher.update(point.code());
    hasher.update([0]);
    hasher.update(request.to_string());
    hasher.update([0]);
    hasher.update(serde_json::to_string(reads).expect("reads hold strings, numbers and lists only"));
    hex::encode(hasher.finalize())
}

/// Where two documents first differ, as a JSON pointer with both values; `None` when they are equal.
pub(crate) fn first_difference(recorded: &Value, now: &Value) -> Option<Difference> {
    fn walk(path: &mut String, recorded: &Value, now: &Value) -> Option<Difference> {
        let differs = |path: &str, recorded: &Value, now: &Value| {
            Some(Difference::Result { path: path.to_owned(), recorded: short(recorded), now: short(now) })
        };
        let mut descend = |step: &str, recorded: &Value, now: &Value| {
            let length = path.len();
            path.push('/');
            path.push_str(step);
            let found = walk(path, recorded, now);
            path.truncate(length);
            found
        };
        match (recorded, now) {
            (Value::Array(left), Value::Array(right)) => {
                let paired = (0..left.len().max(right.len())).find_map(|index| {
                    let at = |list: &Vec<Value>| list.get(index).cloned().unwrap_or(Value::Null);
                    if left.len() > index && right.len() > index && left[index] == right[index] {
                        return None;
                    }
                    descend(&index.to_string(), &at(left), &at(right))
                });
                paired.or_else(|| if left == right { None } else { differs(path, recorded, now) })
            }
            (Value::Object(left), Value::Object(right)) => {
                let keys: std::collections::BTreeSet<&String> = left.keys().chain(right.keys()).collect();
                let paired = keys.into_iter().find_map(|key| {
                    descend(key, left.get(key).unwrap_or(&Value::Null), right.get(key).unwrap_or(&Value::Null))
                });
                paired.or_else(|| if left == right { None } else { differs(path, recorded, now) })
            }
            _ if recorded == now => None,
            _ => differs(path, recorded, now),
        }
    }
    walk(&mut String::new(), recorded, now)
}

/// A value cut to a length a person can read.
pub(crate) fn short(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(200) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

impl fmt::Display for Replay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Replay::Same => f.write_str("重放结果与记录一致"),
            Replay::Differs(difference) => difference.fmt(f),
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "（无）".into());
        match self {
            Difference::Read { number, recorded, asked } => {
                write!(f, "第 {number} 次读取与记录不一致：记录为 {}，重放为 {}", or_none(recorded), or_none(asked))
            }
            Difference::Result { path, recorded, now } => {
                write!(f, "结果在 {path} 处与记录不一致：记录为 {recorded}，重放为 {now}")
            }
        }
    }
}

/// The vocabulary's ids do not serialise; here they are plain numbers.
mod parameter_ids {
    use doudi_domain::ParameterId;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer>(ids: &[ParameterId], serializer: S) -> Result<S::Ok, S::Error> {
        ids.iter().map(|id| id.0).collect::<Vec<i64>>().serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<ParameterId>, D::Error> {
        Ok(Vec::<i64>::deserialize(deserializer)?.into_iter().map(ParameterId).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn record() -> CallRecord {
        let request = json!({"context": {"today": 19000}, "b": 1});
        let reads = vec![RecordedRead {
            call: "parameters.get".into(),
            request: json!(["standard", 19000]),
            response: json!({"Ok": null}),
        }];
        CallRecord {
            plugin: "sample".into(),
            version: "0.1.0".into(),
            digest: "00".into(),
            point: Point::CheckSettings,
            input_hash: input_hash(Point::CheckSettings, &request, &reads),
            request,
            reads,
            result: json!({"Ok": []}),
            parameters: vec![ParameterId(3)],
        }
    }

    #[test]
    fn the_same_record_gives_the_same_bytes_after_a_round_trip() {
        let text = record().to_json();
        let again = CallRecord::from_json(&text).unwrap();
        assert_eq!(again, record());
        assert_eq!(again.to_json(), text);
        assert!(again.is_intact());
    }

    #[test]
    fn a_changed_read_breaks_the_hash() {
        let mut changed = record();
        changed.reads[0].response = json!({"Ok": 1});
        assert!(!changed.is_intact());
    }

    #[test]
    fn the_first_difference_is_named_by_its_path() {
        let recorded = json!({"Ok": {"amount": [1, 2, 3], "outcome": [0]}});
        assert_eq!(first_difference(&recorded, &recorded), None);
        let now = json!({"Ok": {"amount": [1, 5, 3], "outcome": [1]}});
        let Some(Difference::Result { path, recorded: before, now: after }) = first_difference(&recorded, &now) else {
            panic!("no difference")
        };
        assert_eq!((path.as_str(), before.as_str(), after.as_str()), ("/Ok/amount/1", "2", "5"));
        // A list that only grew differs where it grew; a null that appeared differs too.
        assert!(first_difference(&json!([1]), &json!([1, 2])).is_some());
        assert!(first_difference(&json!([1]), &json!([1, null])).is_some());
        assert!(first_difference(&json!({}), &json!({"a": null})).is_some());
    }
}
