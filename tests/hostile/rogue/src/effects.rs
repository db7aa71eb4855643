//! Wishes the kernel must not grant. Written as bare JSON: the typed builders of the SDK would not let them through.

use crate::doudi::kernel::{decisions, documents, questions, records};
use crate::doudi::types::types::{Block, Document, Effect, Error, Values};
use crate::refusal;

fn effect(kind: &str, target: &str, payload: String) -> Effect {
    Effect { kind: kind.to_owned(), target: target.to_owned(), payload }
}

/// A document of our own, as it should be.
fn case(state: &str, note: &str) -> Effect {
    effect("document.put", "case", put("case", None, state, note))
}

fn put(collection: &str, old: Option<(i64, i64)>, state: &str, note: &str) -> String {
    let old = old.map_or(String::new(), |(id, revision)| format!(r#""id":"{id}","expected_revision":{revision},"#));
    format!(
        r#"{{{old}"collection":"{collection}","title":{{"zh":"测试办件"}},"state":"{state}","note":"{note}","body":{{"note":"{note}"}}}}"#
    )
}

fn event(topic: &str) -> Effect {
    effect("event.publish", topic, format!(r#"{{"topic":"{topic}","payload":{{}}}}"#))
}

fn decision(household: i64, scheme: &str, outcome: &str, reason: &str, args: &str) -> Effect {
    let payload = format!(
        r#"{{"scheme":"{scheme}","household":"{household}","outcome":"{outcome}","amount":63000,"covered_persons":3,"from":"2022-08-01","as_of":"2022-07-20","reasons":[{{"code":"{reason}","args":{args}}}],"figures":{{}}}}"#
    );
    effect("decision.record", scheme, payload)
}

/// A good decision with one thing wrong.
fn changed_decision(household: i64, good: &str, bad: &str) -> Effect {
    let mut effect = decision(household, "rogue", "granted", "poor", "[1]");
    effect.payload = effect.payload.replace(good, bad);
    effect
}

/// A good case with one thing wrong.
fn changed_case(good: &str, bad: &str) -> Effect {
    effect("document.put", "case", put("case", None, "open", "x").replace(good, bad))
}

/// Reaches for one record by its id, wherever it may be: `household/7`, `person/7`, `document/7`.
pub fn reach(what: &str, id: i64) -> Vec<Effect> {
    match what {
        "decision" => vec![decision(id, "rogue", "granted", "poor", "[1]")],
        "fact" => vec![fact(id, "household.housing")],
        "case" => {
            vec![effect(
                "document.put",
                "case",
                put("case", None, "open", "").replace("\"body\"", &format!("\"household\":\"{id}\",\"body\"")),
            )]
        }
        "document" => vec![effect("document.put", "case", put("case", Some((id, 1)), "open", ""))],
        _ => vec![effect(
            "event.publish",
            "rogue.reach",
            format!(r#"{{"topic":"rogue.reach","household":"{id}","payload":{{}}}}"#),
        )],
    }
}

fn fact(household: i64, field: &str) -> Effect {
    let payload =
        format!(r#"{{"household":"{household}","field":"{field}","value":1,"from":"2022-07-01","source":2}}"#);
    effect("fact.propose", field, payload)
}

fn notice(household: i64) -> Effect {
    let payload = format!(r#"{{"form":"letter","title":{{"zh":"告知书"}},"household":"{household}","paragraphs":[]}}"#);
    effect("notice.issue", "letter", payload)
}

/// The effects of one behaviour. A name that is no behaviour gives one good effect, so that a mistyped test shows.
pub fn of(
    behaviour: &str,
    today: i32,
    household: Option<i64>,
    document: Option<&Document>,
) -> Result<Vec<Effect>, Error> {
    let house = household.unwrap_or(1);
    Ok(match behaviour {
        // Nothing but reading: what is behind a field the county has not granted?
        "peek" => return Err(refusal("refused", &peek(house, today))),
        // A household the actor may not see.
        "pry" => return Err(refusal("refused", &pry(today))),
        // Documents and decisions that are not ours.
        "snoop" => return Err(refusal("refused", &snoop())),

        "too-many-effects" => (0..4_001).map(|index| case("open", &index.to_string())).collect(),
        "giant-effect" => vec![case("open", &"大".repeat(1_000_000))],
        "not-json" => vec![effect("document.put", "case", "{\"collection\":".to_owned())],
        "wrong-shape" => vec![effect("document.put", "case", "{\"collection\":7}".to_owned())],
        "deep-payload" => {
            let body = "[".repeat(500) + &"]".repeat(500);
            let payload = put("case", None, "open", "").replace("{\"note\":\"\"}", &body);
            vec![effect("document.put", "case", payload)]
        }
        "unknown-kind" => vec![effect("payment.transfer", "account/1", "{\"amount\":1000000}".to_owned())],
        "undeclared-kind" => vec![notice(house)],
        "ungranted-kind" => vec![event("rogue.noise")],
        "foreign-topic" => vec![event("person.died")],
        "foreign-collection" => vec![effect("document.put", "application", put("application", None, "draft", ""))],
        "no-such-state" => vec![case("nirvana", "")],
        "state-not-in-to" => vec![case("closed", "")],
        // Was told no, does not care, and wishes it all the same.
        "ignore-denial" => {
            for _ in 0..50 {
                let _ = questions::ask("rogue.circle", today, &Block { tables: Vec::new() });
                let _ = records::households(&[house], today);
            }
            vec![case("open", "一"), event("rogue.noise")]
        }
        // Asks a measure that asks back.
        "circle" => {
            let answers = questions::ask("rogue.circle", today, &Block { tables: Vec::new() });
            return Err(refusal(
                "refused",
                &answers.map_or_else(|error| error.code, |list| format!("{} 个答复", list.len())),
            ));
        }
        "circle-storm" => {
            let answers = questions::ask("rogue.circle-storm", today, &Block { tables: Vec::new() });
            return Err(refusal(
                "refused",
                &answers.map_or_else(|error| error.code, |list| format!("{} 个答复", list.len())),
            ));
        }
        // Events that wake whoever published them: one for one, and a hundred for one.
        "rogue.echo" => vec![event("rogue.echo")],
        "rogue.storm" => (0..100).map(|_| event("rogue.storm")).collect(),
        // Says again what somebody typed: a number of a person in every place a case has for words.
        "tell-tale" => {
            let number = "340223196805120415";
            vec![
                effect("document.put", "case", put("case", None, "open", number).replace("测试办件", number)),
                effect(
                    "notice.issue",
                    "letter",
                    format!(
                        r#"{{"form":"letter","title":{{"zh":"告知书 {number}"}},"household":"{house}","paragraphs":[{{"zh":"证号 {number}，账号 6222020000000000123，电话 13800000417"}}]}}"#
                    ),
                ),
            ]
        }
        "decision-without-reasons" => {
            vec![changed_decision(house, r#""reasons":[{"code":"poor","args":[1]}]"#, r#""reasons":[]"#)]
        }
        "negative-decision" => vec![changed_decision(house, r#""amount":63000"#, r#""amount":-63000"#)],
        "decision-of-no-day" => vec![changed_decision(house, "2022-08-01", "2022-02-30")],
        "decision-backwards" => {
            vec![changed_decision(house, r#""figures":{}"#, r#""figures":{},"to":"2001-01-01""#)]
        }
        "unknown-figure" => vec![changed_decision(house, r#""figures":{}"#, r#""figures":{"karma":1}"#)],
        // Takes the place of a decision that is not its own.
        "usurp" => vec![changed_decision(house, r#""figures":{}"#, r#""figures":{},"supersedes":"1""#)],
        "no-such-index" => vec![changed_case(r#""body""#, r#""indexes":{"secret":"1"},"body""#)],
        "assign-nobody" => vec![changed_case(r#""body""#, r#""assignee":"emperor","body""#)],
        "body-is-a-list" => vec![changed_case(r#"{"note":"x"}"#, "[1,2,3]")],
        "endless-title" => vec![changed_case("测试办件", &"长".repeat(300))],
        "half-an-update" => vec![changed_case(r#""collection""#, r#""id":"1","collection""#)],
        "undeclared-scheme" => vec![decision(house, "somebody-elses", "granted", "poor", "[1]")],
        "unknown-outcome" => vec![decision(house, "rogue", "canonised", "poor", "[1]")],
        "unknown-reason" => vec![decision(house, "rogue", "granted", "because", "[]")],
        "wrong-arguments" => vec![decision(house, "rogue", "granted", "poor", "[1,2,3]")],
        "undeclared-fact" => vec![fact(house, "household.monitoring")],
        "unknown-field" => vec![fact(house, "household.soul")],
        "foreign-household" => vec![decision(999_999_999, "rogue", "granted", "poor", "[1]")],
        "foreign-document" => {
            vec![effect("document.put", "document/999999999", put("case", Some((999_999_999, 1)), "open", ""))]
        }
        "stale-revision" => {
            let id = document.map_or(1, |document| document.id);
            vec![effect("document.put", "case", put("case", Some((id, 999)), "open", ""))]
        }
        "one-bad-among-good" => {
            vec![
                case("open", "一"),
                case("open", "二"),
                effect("payment.transfer", "account/1", "{}".to_owned()),
                case("open", "三"),
            ]
        }
        // Not a misbehaviour: a decision and a document of our own, for tests that need one.
        "decide" => {
            let old = document.map(|document| (document.id, document.revision));
            let moved = effect("document.put", "case", put("case", old, "open", "决定"));
            vec![moved, decision(house, "rogue", "granted", "poor", "[71000]")]
        }
        "good" if document.is_some() => {
            let old = document.map(|document| (document.id, document.revision));
            vec![effect("document.put", "case", put("case", old, "open", "再来一次"))]
        }
        _ => vec![case("open", "好")],
    })
}

/// Documents of an older state version, the old body inside the new one; or bent as the behaviour says.
pub fn rewritten(behaviour: &str, older: &str, documents: &[Document]) -> Vec<Effect> {
    // Of a whole chunk the first is lost: counts must tell.
    let skipped = usize::from(behaviour == "forgets-one");
    let rewrite = |document: &Document| {
        let Document { id, revision, collection, state, title, body, .. } = document;
        let payload = format!(
            r#"{{"id":"{id}","expected_revision":{revision},"collection":"{collection}","title":{{"zh":"{title}"}},"state":"{state}","body":{{"from":"{older}","was":{body}}}}}"#
        );
        effect("document.put", "case", payload)
    };
    documents.iter().skip(skipped).map(rewrite).collect()
}

/// What is in the granted and in the ungranted column of a household, as text.
fn peek(household: i64, today: i32) -> String {
    let block = match records::households(&[household], today) {
        Ok(block) => block,
        Err(error) => return format!("未读到：{}", error.code),
    };
    let column = |table: &str, name: &str| {
        let Some(column) = block
            .tables
            .iter()
            .find(|candidate| candidate.name == table)
            .and_then(|table| table.columns.iter().find(|column| column.name == name))
        else {
            return "没有此列".to_owned();
        };
        let absent = |row: usize| column.nulls.get(row / 8).is_some_and(|byte| byte >> (row % 8) & 1 == 1);
        let Values::Ints(values) = &column.values else { return "不是数字".to_owned() };
        let shown: Vec<String> = values
            .iter()
            .enumerate()
            .map(|(row, value)| if absent(row) { format!("空({value})") } else { value.to_string() })
            .collect();
        shown.join(",")
    };
    format!("性别 {}；残疾等级 {}", column("person", "person.sex"), column("person", "person.disability-grade"))
}

fn pry(today: i32) -> String {
    let seen = (1..=200i64).filter(|id| records::households(&[*id], today).is_ok()).count();
    format!("看到 {seen} 户")
}

fn snoop() -> String {
    let query = |collection: &str| documents::Query {
        collection: collection.to_owned(),
        states: Vec::new(),
        household: None,
        person: None,
        due_by: None,
        by_index: None,
        after: 0,
        limit: 200,
    };
    let found = |result: Result<Vec<Document>, Error>| match result {
        Ok(documents) => documents.len().to_string(),
        Err(error) => error.code,
    };
    let others = found(documents::find(&query("application")));
    let by_id = (1..=200i64).filter(|id| documents::get(*id).is_ok()).count();
    let decided = (1..=200i64).filter(|id| decisions::get(*id).is_ok()).count();
    format!("他人办件 {others}；按号 {by_id}；决定 {decided}")
}
