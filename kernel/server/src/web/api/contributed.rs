//! What the measures of a county add to the documentation: for every button of their workflows an address with the words of
//! its form as a schema, and their states and outcomes as lists. Made from the manifests alone, so that a program can be
//! written against a measure nobody in this house has heard of.

use super::openapi;
use doudi_documents::manifest::Collection;
use doudi_documents::{Action, Field, FieldKind, Form, Manifest};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

const ACT: &str = "/documents/{document}/actions/{action}";
const NEW: &str = "/households/{household}/new/{plugin}/{collection}";
const APART: &str = "/measures/{plugin}/new/{collection}";

/// The kernel's part with the part of these measures.
pub fn document(manifests: &[Arc<Manifest>]) -> Value {
    let mut document = serde_json::to_value(openapi::kernel()).expect("a description is always JSON");
    let (act, new, apart) = (operation(&document, ACT), operation(&document, NEW), operation(&document, APART));
    let mut paths: Map<String, Value> = Map::new();
    let mut schemas: Map<String, Value> = Map::new();
    // Two measures may use the same word for a button; the address is the same, and either body fits.
    let mut actions: BTreeMap<String, Vec<(String, Value)>> = BTreeMap::new();
    for manifest in manifests {
        for form in &manifest.forms {
            schemas.insert(form_name(manifest, &form.id), form_schema(form));
        }
        outcomes(manifest, &mut schemas);
        for collection in &manifest.collections {
            states(manifest, collection, &mut schemas);
            for action in collection.workflow.actions.iter().filter(|action| !action.automatic) {
                let title = title(manifest, collection, action);
                let body = body(manifest, action);
                if collection.create.as_ref() == Some(&action.id) && !collection.create_pages.is_empty() {
                    let path = format!("/measures/{}/new/{}", manifest.id, collection.id);
                    let name = format!("documents.create_apart.{}.{}", manifest.id, collection.id);
                    paths.insert(path, special(&apart, &["plugin", "collection"], &name, &title, body.clone()));
                }
                if collection.create.as_ref() == Some(&action.id) && collection.create_on_household {
                    let path = format!("/households/{{household}}/new/{}/{}", manifest.id, collection.id);
                    let name = format!("documents.create.{}.{}", manifest.id, collection.id);
                    paths.insert(path, special(&new, &["plugin", "collection"], &name, &title, body.clone()));
                }
                // What only begins a case is not pressed on one.
                if action.from.iter().any(|from| *from != collection.workflow.initial) {
                    actions.entry(action.id.clone()).or_default().push((title, body));
                }
            }
        }
    }
    for (action, mut known) in actions {
        let titles: Vec<&str> = known.iter().map(|(title, _)| title.as_str()).collect();
        let titles = titles.join("；");
        let body = match known.len() {
            1 => known.remove(0).1,
            _ => json!({"anyOf": known.into_iter().map(|(_, body)| body).collect::<Vec<_>>()}),
        };
        let path = format!("/documents/{{document}}/actions/{action}");
        let name = format!("documents.act.{action}");
        let mut item = special(&act, &["action"], &name, &titles, body);
        // The generic address also says which form there is; a concrete one hides it, so it says so, too.
        if let (Some(item), Some(mut get)) = (item.as_object_mut(), operation_of(&document, ACT, "get")) {
            without_parameters(&mut get, &["action"]);
            get["operationId"] = json!(format!("documents.action_form.{action}"));
            get["summary"] = json!(format!("{titles}：要填写的内容"));
            item.insert("get".into(), get);
        }
        paths.insert(path, item);
    }
    let plugins: Vec<&str> = manifests
        .iter()
        .filter(|manifest| manifest.points.iter().any(|point| point == "assess"))
        .map(|manifest| manifest.id.as_str())
        .collect();
    if let Some(known) = document["paths"].as_object_mut() {
        known.extend(paths);
    }
    if let Some(known) = document["components"]["schemas"].as_object_mut() {
        known.extend(schemas);
    }
    if !plugins.is_empty() {
        document["components"]["schemas"]["Assessment"]["properties"]["plugin"]["enum"] = json!(plugins);
    }
    document
}

fn operation_of(document: &Value, path: &str, method: &str) -> Option<Value> {
    document["paths"][path].get(method).cloned()
}

fn operation(document: &Value, path: &str) -> Value {
    operation_of(document, path, "post").expect("the table of routes has this address")
}

fn without_parameters(operation: &mut Value, names: &[&str]) {
    if let Some(parameters) = operation["parameters"].as_array_mut() {
        parameters.retain(|parameter| !names.iter().any(|name| parameter["name"] == *name));
    }
}

/// The generic operation with some parts of its address fixed and a body of its own.
fn special(generic: &Value, fixed: &[&str], name: &str, title: &str, body: Value) -> Value {
    let mut operation = generic.clone();
    without_parameters(&mut operation, fixed);
    operation["operationId"] = json!(name);
    operation["summary"] = json!(title);
    operation["requestBody"]["content"]["application/json"]["schema"] = body;
    json!({"post": operation})
}

/// 最低生活保障 · 低保申请 · 受理（镇街经办）.
fn title(manifest: &Manifest, collection: &Collection, action: &Action) -> String {
    let offices: Vec<&str> =
        action.roles.iter().filter_map(|role| doudi_domain::Role::parse(role)).map(doudi_domain::Role::zh).collect();
    let words = format!("{} · {} · {}", manifest.name.zh, collection.label.zh, action.label.zh);
    if offices.is_empty() { words } else { format!("{words}（{}）", offices.join("、")) }
}

fn form_name(manifest: &Manifest, form: &str) -> String {
    format!("form.{}.{form}", manifest.id)
}

fn body(manifest: &Manifest, action: &Action) -> Value {
    let values = match action.form.as_deref().and_then(|form| manifest.form(form)) {
        Some(form) => json!({"$ref": format!("#/components/schemas/{}", form_name(manifest, &form.id))}),
        None => json!({"type": "object", "description": "不用填写"}),
    };
    let asks = action.form.as_deref().and_then(|form| manifest.form(form)).is_some();
    let mut schema = json!({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "values": values,
            "person": {"anyOf": [{"$ref": "#/components/schemas/Id"}, {"type": "null"}], "description": "针对哪一位成员；针对家庭时不填"},
            "revision": {"type": ["integer", "null"], "format": "int64", "description": "填写时办件的版本号；办件此后有变动的，不办理，答复 409"},
        },
    });
    if asks {
        schema["required"] = json!(["values"]);
    }
    schema
}

fn form_schema(form: &Form) -> Value {
    let fields = form.sections.iter().flat_map(|section| &section.fields);
    let mut properties = Map::new();
    let mut required = Vec::new();
    for field in fields {
        properties.insert(field.name.clone(), field_schema(field));
        if field.required && field.when.is_none() {
            required.push(field.name.clone());
        }
    }
    let mut schema = json!({"type": "object", "title": form.title.zh, "properties": properties});
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

/// As the kernel checks it ([`crate::app::form`]).
fn field_schema(field: &Field) -> Value {
    let id = || json!({"$ref": "#/components/schemas/Id"});
    let choices: Vec<&str> = field.choices.iter().map(|choice| choice.value.as_str()).collect();
    let one = || match choices.is_empty() {
        true => json!({"type": "string"}),
        false => json!({"type": "string", "enum": choices}),
    };
    let mut schema = match field.kind {
        FieldKind::Line | FieldKind::Paragraph => {
            let usual = if field.kind == FieldKind::Line { 200 } else { 4_000 };
            let mut schema = json!({"type": "string", "maxLength": field.length.unwrap_or(usual)});
            if field.required {
                schema["minLength"] = json!(1);
            }
            schema
        }
        FieldKind::Money => json!({"type": "integer", "format": "int64", "minimum": field.min.unwrap_or(0)}),
        FieldKind::Number => json!({"type": "integer", "format": "int64"}),
        FieldKind::Date => json!({"type": "string", "format": "date"}),
        FieldKind::YesNo => json!({"type": "boolean"}),
        FieldKind::Choice => one(),
        FieldKind::Choices => json!({"type": "array", "items": one()}),
        FieldKind::Member | FieldKind::Officer => json!({"allOf": [id()]}),
        FieldKind::Members | FieldKind::Files => json!({"type": "array", "items": id()}),
        FieldKind::Declaration if field.required && field.when.is_none() => json!({"type": "boolean", "const": true}),
        FieldKind::Declaration => json!({"type": "boolean"}),
        FieldKind::Division => json!({"type": "string", "pattern": "^[0-9]{12}$"}),
        FieldKind::Household => json!({"allOf": [id()]}),
        FieldKind::Moment => json!({"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}$"}),
        FieldKind::Position => json!({
            "type": "object",
            "properties": {
                "latitude": {"type": "string", "pattern": "^-?[0-9]{1,3}([.][0-9]{1,6})?$"},
                "longitude": {"type": "string", "pattern": "^-?[0-9]{1,3}([.][0-9]{1,6})?$"},
                "accuracy": {"type": ["integer", "null"], "minimum": 0},
            },
            "required": ["latitude", "longitude"],
        }),
    };
    if field.kind == FieldKind::Number
        && let Some(min) = field.min
    {
        schema["minimum"] = json!(min);
    }
    if let Some(max) = field.max.filter(|_| matches!(field.kind, FieldKind::Money | FieldKind::Number)) {
        schema["maximum"] = json!(max);
    }
    if field.required && matches!(field.kind, FieldKind::Choices | FieldKind::Members | FieldKind::Files) {
        schema["minItems"] = json!(1);
    }
    schema["description"] = json!(description(field));
    schema
}

fn description(field: &Field) -> String {
    let mut text = field.label.zh.clone();
    match field.kind {
        FieldKind::Money => text.push_str("（分）"),
        FieldKind::Member | FieldKind::Members => text.push_str("（成员编号）"),
        FieldKind::Officer => text.push_str("（用户编号）"),
        FieldKind::Files => text.push_str("（材料编号，先上传）"),
        FieldKind::Division => text.push_str("（12 位区划代码，在管辖范围内）"),
        FieldKind::Household => text.push_str("（家庭编号）"),
        FieldKind::Moment => text.push_str("（当地时间）"),
        FieldKind::Position => text.push_str("（经纬度，单位为度；误差，单位为米）"),
        _ => {}
    }
    if let Some(help) = &field.help {
        text.push_str(&format!("。{}", help.zh));
    }
    if let Some(when) = &field.when {
        text.push_str(&format!("。仅在 {} 为 {} 时填写", when.field, when.equals));
    }
    if !field.choices.is_empty() {
        let words: Vec<String> =
            field.choices.iter().map(|choice| format!("{} {}", choice.value, choice.label.zh)).collect();
        text.push_str(&format!("。可填：{}", words.join("，")));
    }
    text
}

/// The measure's results, as decisions name them.
fn outcomes(manifest: &Manifest, schemas: &mut Map<String, Value>) {
    if manifest.outcomes.is_empty() {
        return;
    }
    let codes: Vec<&str> = manifest.outcomes.iter().map(|outcome| outcome.code.as_str()).collect();
    let words: Vec<String> =
        manifest.outcomes.iter().map(|outcome| format!("{} {}", outcome.code, outcome.label.zh)).collect();
    schemas.insert(
        format!("outcome.{}", manifest.id),
        json!({"type": "string", "enum": codes, "description": format!("{}的结论：{}", manifest.name.zh, words.join("，"))}),
    );
}

fn states(manifest: &Manifest, collection: &Collection, schemas: &mut Map<String, Value>) {
    let codes: Vec<&str> = collection.workflow.states.iter().map(|state| state.id.as_str()).collect();
    let words: Vec<String> =
        collection.workflow.states.iter().map(|state| format!("{} {}", state.id, state.label.zh)).collect();
    schemas.insert(
        format!("state.{}.{}", manifest.id, collection.id),
        json!({"type": "string", "enum": codes, "description": format!("{}的环节：{}", collection.label.zh, words.join("，"))}),
    );
}
