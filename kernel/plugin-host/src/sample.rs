//! For tests: a small complete manifest, and component files made by hand.

use doudi_documents::manifest::Manifest;
use serde_json::json;

/// A manifest with one of everything, consistent with itself.
pub(crate) fn manifest() -> Manifest {
    let text = |zh: &str| json!({"zh": zh, "en": ""});
    serde_json::from_value(json!({
        "id": "sample", "version": "0.1.0", "name": text("示例"), "summary": text("测试用"),
        "publisher": "Doudi", "license": "Apache-2.0", "measures": [], "contract": "^1.0",
        "points": ["assess", "act", "view", "fill"],
        "imports": ["records", "parameters", "questions"],
        "inputs": [
            {"fields": ["household.hukou-kind", "person.birth-date"], "purpose": text("判断年龄")},
            {"fields": ["person.health", "income.wage", "income.business", "asset.deposit"], "purpose": text("计算收入")}
        ],
        "effects": [
            {"kind": "document.put", "purpose": text("登记办件")},
            {"kind": "decision.record", "targets": ["sample", "sample-edge"], "purpose": text("作出决定")},
            {"kind": "fact.propose", "targets": ["person.health", "asset.vehicle"], "purpose": text("更新信息")},
            {"kind": "event.publish", "purpose": text("通知")},
            {"kind": "notice.issue", "purpose": text("告知")},
            {"kind": "attachment.link", "purpose": text("附件")}
        ],
        "questions": ["benefit.payables"],
        "collections": [{
            "id": "case", "label": text("办件"), "indexes": ["number"], "page": "case", "create": "apply",
            "workflow": {
                "initial": "draft",
                "stages": [{"id": "begin", "label": text("受理")}],
                "states": [
                    {"id": "draft", "label": text("草稿"), "stage": "begin", "role": "town-caseworker"},
                    {"id": "accepted", "label": text("已受理"), "stage": "begin", "role": "county-approver",
                     "deadline": {"days": 30, "count": "working", "parameter": "days"}},
                    {"id": "closed", "label": text("已办结"), "last": true}
                ],
                "actions": [
                    {"id": "apply", "label": text("申请"), "from": ["draft"], "to": ["accepted"],
                     "roles": ["town-caseworker"], "form": "application"},
                    {"id": "confirm", "label": text("确认"), "from": ["accepted"], "to": ["closed"],
                     "roles": ["county-approver"], "not_by_actor_of": ["apply"], "after_deadline": true}
                ]
            }
        }],
        "forms": [{
            "id": "application", "title": text("申请"), "reacts": true,
            "sections": [{"title": text("家庭"), "fields": [
                {"name": "kind", "label": text("类别"), "kind": "choice", "choices": [{"value": "a", "label": text("甲")}]},
                {"name": "why", "label": text("原因"), "kind": "line", "when": {"field": "kind", "equals": "a"}}
            ]}]
        }],
        "pages": [
            {"id": "list", "title": text("办件一览"), "place": "menu", "roles": ["town-caseworker"]},
            {"id": "benefit", "title": text("待遇"), "place": "household", "roles": ["town-caseworker"]},
            {"id": "case", "title": text("办件"), "place": "document", "roles": ["town-caseworker"]}
        ],
        "parameters": [
            {"code": "standard", "label": text("标准"), "unit": "fen"},
            {"code": "days", "label": text("办理时限"), "unit": "days", "optional": true}
        ],
        "outcomes": [
            {"code": "granted", "label": text("符合"), "effect": "grant"},
            {"code": "refused", "label": text("不符合"), "effect": "refuse"}
        ],
        "figures": [{"code": "income", "label": text("收入"), "unit": "fen"}],
        "reasons": [
            {"code": "below", "verdict": "met", "article": "第四条", "args": 2,
             "text": text("人均收入 {0:fen} 元，低于标准 {1:fen} 元")},
            {"code": "members", "verdict": "finding", "article": "第六条", "args": 1, "text": text("共 {0:count} 人")}
        ],
        "settings": {
            "schema": {"type": "object", "additionalProperties": false,
                       "properties": {"limit": {"type": "integer", "minimum": 1}}},
            "defaults": {"limit": 3}
        },
        "scenarios": [{
            "name": "两口之家", "date": "2022-07-20", "parameters": {"standard": 71000},
            "household": {"household.hukou-kind": 2},
            "members": [
                {"who": "户主", "fields": {"person.birth-date": "1950-01-02"},
                 "items": [{"field": "income.business", "value": 5000}, {"field": "asset.deposit", "value": 100}]},
                {"who": "配偶", "fields": {"person.birth-date": "1951-03-04", "person.health": 40},
                 "items": [{"field": "income.wage", "value": 90000, "from": "2022-03-01", "to": "2022-12-31"}]}
            ],
            "expect": {"outcome": "granted", "amount": 100, "reasons": ["below"], "figures": {"income": 95000}}
        }]
    }))
    .expect("the sample is a manifest")
}

/// An otherwise empty component with these manifest sections.
pub(crate) fn component(manifests: &[&[u8]]) -> Vec<u8> {
    let mut bytes = b"\0asm\x0d\0\x01\0".to_vec();
    for manifest in manifests {
        let name = doudi_documents::manifest::SECTION.as_bytes();
        let mut section = Vec::new();
        leb128(&mut section, name.len());
        section.extend_from_slice(name);
        section.extend_from_slice(manifest);
        bytes.push(0);
        leb128(&mut bytes, section.len());
        bytes.extend_from_slice(&section);
    }
    bytes
}

/// A component that contains another one and nothing else.
pub(crate) fn component_around(inner: &[u8]) -> Vec<u8> {
    let mut bytes = b"\0asm\x0d\0\x01\0".to_vec();
    bytes.push(4);
    leb128(&mut bytes, inner.len());
    bytes.extend_from_slice(inner);
    bytes
}

fn leb128(bytes: &mut Vec<u8>, mut number: usize) {
    loop {
        let low = (number & 0x7f) as u8;
        number >>= 7;
        bytes.push(if number == 0 { low } else { low | 0x80 });
        if number == 0 {
            return;
        }
    }
}
