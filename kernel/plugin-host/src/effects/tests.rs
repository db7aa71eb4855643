//! The table of wishes: what passes, and each way a list is refused. Rules are asked without an engine.

use super::*;
use crate::Grants;
use crate::sample;
use doudi_documents::manifest::Manifest;
use serde_json::{Value, json};

struct Case {
    manifest: Manifest,
    grants: Grants,
    occasion: Occasion,
}

impl Case {
    fn new() -> Case {
        let manifest = sample::manifest();
        Case { grants: Grants::all(&manifest), manifest, occasion: Occasion::Other }
    }

    fn check(&self, effects: &[(&str, Value)]) -> Result<Vec<EffectPayload>, Cause> {
        let effects = effects
            .iter()
            .map(|(kind, payload)| wit::Effect {
                kind: (*kind).into(),
                target: String::new(),
                payload: payload.to_string(),
            })
            .collect();
        let effective = Effective::resolve(&self.manifest, &self.grants);
        let limits = Limits { effects: 5, ..Limits::rust() };
        Rules { manifest: &self.manifest, effective: &effective, limits: &limits, occasion: &self.occasion }
            .check_all(effects)
    }
}

fn document() -> Value {
    json!({"collection": "case", "title": {"zh": "张家"}, "household": "3", "state": "accepted",
           "indexes": {"number": "7"}, "body": {}})
}

fn decision() -> Value {
    json!({"scheme": "sample", "household": "3", "outcome": "granted", "amount": 100, "covered_persons": 2,
           "from": "2022-08-01", "as_of": "2022-07-20",
           "reasons": [{"code": "below", "args": [1, 2], "facts": ["9"]}], "figures": {"income": 5}})
}

fn fact() -> Value {
    json!({"person": "4", "field": "person.health", "value": 40, "from": "2022-07-01", "source": 2})
}

fn posting() -> Value {
    json!({"form": "posting", "title": {"zh": "公示"}, "household": "3", "paragraphs": [],
           "posting": {"members": 3, "covered": 2, "proposal": {"zh": "拟纳入"}, "amount": 5,
                       "from": "2022-07-01", "to": "2022-07-08"}})
}

fn good() -> Vec<(&'static str, Value)> {
    vec![
        ("document.put", document()),
        ("decision.record", decision()),
        ("fact.propose", fact()),
        ("event.publish", json!({"topic": "sample.confirmed", "household": "3"})),
        ("notice.issue", posting()),
    ]
}

#[test]
fn good_effects_pass_in_their_order() {
    let kinds: Vec<&str> = Case::new().check(&good()).unwrap().iter().map(EffectPayload::kind).collect();
    assert_eq!(kinds, ["document.put", "decision.record", "fact.propose", "event.publish", "notice.issue"]);
    let link = json!({"document": "1", "attachments": ["2"], "label": {"zh": "身份证"}});
    assert!(Case::new().check(&[("attachment.link", link)]).is_ok());
}

/// A payload with one field set to something else.
fn with(mut payload: Value, path: &str, value: Value) -> Value {
    *payload.pointer_mut(path).unwrap_or_else(|| panic!("no {path}")) = value;
    payload
}

fn and(mut payload: Value, field: &str, value: Value) -> Value {
    payload[field] = value;
    payload
}

#[test]
fn each_fault_refuses_the_list_and_is_named() {
    let long = "长".repeat(201);
    let cases: Vec<(&str, Value, &str)> = vec![
        ("money.send", json!({}), "不认识这种效果"),
        ("document.put", json!({"collection": 5}), "格式有误"),
        ("document.put", with(document(), "/collection", json!("other")), "没有办件类别"),
        ("document.put", with(document(), "/state", json!("lost")), "没有状态"),
        ("document.put", and(document(), "id", json!("5")), "所依据的版本"),
        ("document.put", and(document(), "expected_revision", json!(5)), "所依据的版本"),
        ("document.put", with(document(), "/household", json!("-3")), "编号 -3 无效"),
        ("document.put", with(document(), "/title/zh", json!("  ")), "标题不能为空"),
        ("document.put", with(document(), "/title/zh", json!(long)), "200 字以内"),
        ("document.put", and(document(), "key", json!("a\nb")), "一行文字"),
        ("document.put", and(document(), "due", json!("soon")), "不是日期"),
        ("document.put", and(document(), "division", json!("340223101201")), "不能另定区划"),
        ("document.put", and(with(document(), "/household", json!(null)), "division", json!("许镇")), "12 位代码"),
        ("document.put", and(with(document(), "/household", json!(null)), "division", json!(340_223)), "格式有误"),
        ("document.put", with(document(), "/indexes", json!({"colour": "red"})), "没有申报索引"),
        ("document.put", with(document(), "/body", json!([])), "应为一个对象"),
        ("decision.record", with(decision(), "/scheme", json!("pension")), "没有申报"),
        ("decision.record", with(decision(), "/outcome", json!("perhaps")), "没有结论"),
        ("decision.record", with(decision(), "/amount", json!(-1)), "负数"),
        ("decision.record", with(decision(), "/from", json!("2022-02-30")), "不是日期"),
        ("decision.record", and(decision(), "to", json!("2022-07-31")), "早于起始"),
        ("decision.record", with(decision(), "/reasons", json!([])), "必须说明理由"),
        ("decision.record", with(decision(), "/reasons/0/code", json!("luck")), "没有理由"),
        ("decision.record", with(decision(), "/reasons/0/args", json!([1])), "应有 2 个数值"),
        ("decision.record", with(decision(), "/reasons/0/facts", json!(["0"])), "事实编号 0 无效"),
        ("decision.record", with(decision(), "/figures", json!({"height": 1})), "没有计算值"),
        ("fact.propose", with(fact(), "/field", json!("person.sex")), "没有申报"),
        ("fact.propose", and(fact(), "household", json!("3")), "只指向人员"),
        ("fact.propose", with(fact(), "/value", json!(999)), "没有代码 999"),
        ("fact.propose", and(fact(), "text", json!("四十")), "应为一个数值"),
        ("fact.propose", with(fact(), "/source", json!(99)), "来源代码"),
        ("fact.propose", and(fact(), "qualifier", json!(1)), "没有细分情形"),
        ("fact.propose", and(with(fact(), "/field", json!("asset.vehicle")), "qualifier", json!(9)), "没有代码 9"),
        ("fact.propose", and(fact(), "to", json!("2022-06-30")), "早于起始"),
        ("event.publish", json!({"topic": "other.confirmed"}), "事件名称"),
        ("event.publish", json!({"topic": "sample."}), "事件名称"),
        ("notice.issue", with(posting(), "/posting", Value::Null), "缺少公示内容"),
        ("notice.issue", with(posting(), "/posting/covered", json!(9)), "人数有误"),
        ("notice.issue", with(posting(), "/posting/to", json!("2022-06-01")), "早于起始"),
        (
            "notice.issue",
            json!({"form": "letter", "title": {"zh": "告知"}, "household": "3", "paragraphs": []}),
            "没有正文",
        ),
        ("attachment.link", json!({"document": "1", "attachments": [], "label": {"zh": "照片"}}), "没有附件"),
    ];
    for (kind, payload, fault) in cases {
        // Behind good ones: one bad effect refuses them too, and its number is told.
        let list = [("document.put", document()), ("decision.record", decision()), (kind, payload.clone())];
        let cause = Case::new().check(&list).expect_err(&format!("{kind} {payload}"));
        let text = cause.to_string();
        assert!(matches!(cause, Cause::BadOutput { .. }), "{kind} {payload}: {text}");
        assert!(text.contains("第 3 个效果") && text.contains(fault), "{kind} {payload}: {text} should say {fault}");
    }
}

#[test]
fn one_ungranted_effect_refuses_the_whole_list_and_names_the_capability() {
    let manifest = sample::manifest();
    for (word, effect) in [
        ("effect:document.put", 0),
        ("effect:decision.record:sample", 1),
        ("effect:fact.propose:person.health", 2),
        ("effect:event.publish", 3),
        ("effect:notice.issue", 4),
    ] {
        let case = Case {
            grants: Grants::new(Grants::all(&manifest).iter().filter(|granted| *granted != word)),
            ..Case::new()
        };
        match case.check(&good()) {
            Err(Cause::Denied { capability }) => assert_eq!(capability, word),
            other => panic!("effect {effect} without {word}: {other:?}"),
        }
    }
    let nothing = Case { grants: Grants::none(), ..Case::new() };
    assert!(matches!(nothing.check(&good()[..1]), Err(Cause::Denied { .. })), "an empty list of grants means nothing");
    assert_eq!(nothing.check(&[]).unwrap(), [], "and wishing nothing needs none");
}

#[test]
fn too_many_effects_and_too_many_bytes_are_refused() {
    let many = vec![("document.put", document()); 6];
    assert_eq!(Case::new().check(&many).unwrap_err().code(), "too-much");
    let mut heavy = document();
    heavy["body"] = json!({"notes": vec!["x".repeat(60_000); 80]});
    assert_eq!(Case::new().check(&[("document.put", heavy)]).unwrap_err().code(), "too-much");
}

#[test]
fn an_action_leads_only_to_its_own_states() {
    let act = |document: Option<i64>, payload: Value| {
        let occasion = Occasion::Act { collection: "case".into(), action: "apply".into(), document };
        Case { occasion, ..Case::new() }.check(&[("document.put", payload)])
    };
    assert!(act(None, document()).is_ok(), "the created document");
    let closed = with(document(), "/state", json!("closed"));
    assert!(act(None, closed.clone()).unwrap_err().to_string().contains("不能把办件带到状态"));
    let existing = |payload: Value| and(and(payload, "id", json!("17")), "expected_revision", json!(2));
    assert!(act(Some(17), existing(document())).is_ok());
    assert!(act(Some(17), existing(closed.clone())).is_err());
    assert!(
        act(Some(18), existing(closed)).is_ok(),
        "another document: its own workflow is checked when it is applied"
    );
}

#[test]
fn a_migration_rewrites_each_document_once_and_does_nothing_else() {
    let put =
        |id: i64| ("document.put", and(and(document(), "id", json!(id.to_string())), "expected_revision", json!(1)));
    let check = |effects: &[(&str, Value)]| {
        Case { occasion: Occasion::Migrate { documents: vec![1, 2] }, ..Case::new() }.check(effects)
    };
    assert!(check(&[put(2), put(1)]).is_ok());
    assert!(check(&[put(1)]).unwrap_err().to_string().contains("漏掉了办件 2"));
    for wrong in
        [vec![put(1), put(1)], vec![put(1), put(2), put(3)], vec![put(1), put(2), ("decision.record", decision())]]
    {
        assert!(check(&wrong).unwrap_err().to_string().contains("逐一改写"));
    }
}

/// The sample's manifest with every payment effect, granted for whatever scheme answers.
fn paying() -> Case {
    let mut case = Case::new();
    for kind in kinds::ALL.iter().filter(|kind| kind.starts_with("payment.")) {
        let targets: &[&str] = if kinds::OF_ANY_SCHEME.contains(kind) { &["*"] } else { &[] };
        let wish = json!({"kind": kind, "targets": targets, "purpose": {"zh": "发放"}});
        case.manifest.effects.push(serde_json::from_value(wish).unwrap());
    }
    case.grants = Grants::all(&case.manifest);
    case
}

fn drawn() -> Value {
    json!({"document": "9", "scheme": "pension", "lines": [
        {"household": "3", "persons": ["4", "5"], "month": "2022-08", "purpose": "regular", "decision": "11",
         "amount": 63_000, "base": 60_000, "supplement": 3_000, "covered": 2, "flag": "new", "budget": "2081902"}
    ]})
}

#[test]
fn payments_pass_for_whatever_scheme_when_that_is_granted() {
    let good = [
        ("payment.open", json!({"document": "9", "scheme": "pension", "month": "2022-08"})),
        ("payment.open", json!({"collection": "case", "key": "2022-08", "scheme": "pension", "month": "2022-08"})),
        ("payment.draw", drawn()),
        ("payment.hold", json!({"document": "9", "lines": ["1"], "code": "no-account", "note": "待补账号"})),
        ("payment.release", json!({"document": "9", "lines": ["1"]})),
        ("payment.drop", json!({"document": "9", "lines": ["1"], "code": "died"})),
        ("payment.seal", json!({"document": "9", "lines": 1, "amount": 63_000})),
        (
            "payment.step",
            json!({"document": "9", "step": "sent", "label": {"zh": "报送"}, "lines": 1, "amount": 63_000}),
        ),
        (
            "payment.settle",
            json!({"document": "9", "results": [{"line": "1", "outcome": "credited", "on": "2022-08-12"}]}),
        ),
        ("payment.reissue", json!({"document": "9", "lines": ["1"]})),
    ];
    let case = paying();
    for effect in &good {
        let checked = case.check(std::slice::from_ref(effect));
        assert!(checked.is_ok(), "{}: {checked:?}", effect.0);
    }
    // Declared and not granted is a denial, whole or by scheme.
    let mut ungranted = paying();
    ungranted.grants = Grants::none();
    for effect in &good {
        assert!(matches!(ungranted.check(std::slice::from_ref(effect)), Err(Cause::Denied { .. })), "{}", effect.0);
    }
    // A plugin that pays one scheme cannot pay another.
    let mut one = paying();
    for wish in one.manifest.effects.iter_mut().filter(|wish| wish.kind == "payment.draw") {
        wish.targets = vec!["sample".to_owned()];
    }
    one.grants = Grants::all(&one.manifest);
    let refused = one.check(&[("payment.draw", drawn())]);
    assert!(matches!(&refused, Err(Cause::BadOutput { message }) if message.contains("pension")), "{refused:?}");
    // For decisions a star is no scheme.
    let star = Case::new().check(&[("decision.record", with(decision(), "/scheme", json!("*")))]);
    assert!(star.is_err());
}

#[test]
fn each_fault_of_a_payment_is_named() {
    let settle = |result: Value| json!({"document": "9", "results": [result]});
    let many: Vec<String> = (1..=4_097).map(|id: i32| id.to_string()).collect();
    let cases: Vec<(&str, Value, &str)> = vec![
        ("payment.open", json!({"document": "9", "scheme": "pension", "month": "2022-13"}), "不是月份"),
        (
            "payment.open",
            json!({"document": "9", "collection": "case", "scheme": "pension", "month": "2022-08"}),
            "已有的办件",
        ),
        ("payment.open", json!({"scheme": "pension", "month": "2022-08"}), "已有的办件"),
        ("payment.draw", with(drawn(), "/lines", json!([])), "没有明细"),
        ("payment.draw", with(drawn(), "/lines/0/amount", json!(0)), "第 1 笔：金额 0 分无效"),
        ("payment.draw", with(drawn(), "/lines/0/amount", json!(-5)), "应大于零"),
        ("payment.draw", with(drawn(), "/lines/0/purpose", json!("recovery")), "扣回应小于零"),
        ("payment.draw", with(drawn(), "/lines/0/amount", json!(i64::MAX)), "无效"),
        ("payment.draw", with(drawn(), "/lines/0/persons", json!([])), "每一名保障对象"),
        ("payment.draw", with(drawn(), "/lines/0/persons", json!(["4", "4"])), "各一次"),
        ("payment.draw", with(drawn(), "/lines/0/persons", json!(["0"])), "人员编号 0 无效"),
        ("payment.draw", with(drawn(), "/lines/0/month", json!("2022-8")), "不是月份"),
        ("payment.draw", with(drawn(), "/lines/0/budget", json!("二〇八")), "预算科目"),
        ("payment.draw", with(drawn(), "/lines/0/flag", json!("gone")), "格式有误"),
        ("payment.draw", and(drawn(), "document", json!("-1")), "办件编号 -1 无效"),
        ("payment.hold", json!({"document": "9", "lines": ["1"]}), "应为小写字母"),
        ("payment.hold", json!({"document": "9", "lines": ["1", "1"], "code": "x"}), "出现了两次"),
        ("payment.drop", json!({"document": "9", "lines": [], "code": "x"}), "没有明细"),
        ("payment.reissue", json!({"document": "9", "lines": many}), "最多 4096 笔"),
        ("payment.seal", json!({"document": "9", "lines": -1, "amount": 1}), "格式有误"),
        (
            "payment.step",
            json!({"document": "9", "step": "已报送", "label": {"zh": "报送"}, "lines": 1, "amount": 1}),
            "小写字母",
        ),
        (
            "payment.step",
            json!({"document": "9", "step": "sent", "label": {"zh": ""}, "lines": 1, "amount": 1}),
            "步骤名称不能为空",
        ),
        ("payment.settle", settle(json!({"line": "1", "outcome": "returned", "on": "2022-08-12"})), "说明原因"),
        (
            "payment.settle",
            settle(json!({"line": "1", "outcome": "credited", "reason": "frozen", "on": "2022-08-12"})),
            "不应有退回原因",
        ),
        ("payment.settle", settle(json!({"line": "1", "outcome": "credited", "on": "昨天"})), "不是日期"),
        (
            "payment.settle",
            settle(json!({"line": "1", "attempt": 0, "outcome": "credited", "on": "2022-08-12"})),
            "次数无效",
        ),
    ];
    let case = paying();
    for (kind, payload, words) in cases {
        match case.check(&[(kind, payload.clone())]) {
            Err(Cause::BadOutput { message }) => assert!(message.contains(words), "{kind} {payload}: {message}"),
            other => panic!("{kind} {payload}: {other:?}"),
        }
    }
}
