//! Parameters: the county's dated policy values, with the document each comes from and the 未核实 mark until somebody has
//! confirmed it.

use super::{App, in_own_task, manifests, value};
use doudi_documents::manifest::{ParameterEntry, Unit};
use doudi_documents::{Manifest, Text};
use doudi_domain::parameter::Parameter;
use doudi_domain::policy::{self, Permission};
use doudi_domain::{Actor, Date, Error, Fen, ParameterId, Problem, Result, calendar};
use doudi_storage::Snapshot;
use doudi_storage::parameter::NewParameter;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A value with what the plugin's manifest says of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ParameterRow {
    pub parameter: Parameter,
    pub label: Text,
    /// `None` when no enabled plugin declares it.
    pub unit: Option<Unit>,
    pub article: String,
    /// 710.00 元, 150 %, 6 个月, 是 …
    pub shown: String,
    /// Holds today.
    pub in_force: bool,
}

/// A parameter an enabled plugin declares, with the county's values, newest first.
#[derive(Clone, Debug)]
pub struct ParameterGroup {
    /// With the plugin's id: `<plugin>.standard`.
    pub code: String,
    pub plugin: String,
    pub plugin_name: Text,
    pub entry: ParameterEntry,
    pub values: Vec<ParameterRow>,
    /// Declared, needed, and without a value today.
    pub missing: bool,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ParameterDraft {
    pub code: String,
    /// As typed, in the unit of the manifest: 710.00 for money, 150% for a share, a date, a number.
    pub value: String,
    pub from: Date,
    pub source: String,
    pub verified: bool,
}

/// Everything enabled plugins declare, with the county's values.
pub async fn list(app: &App, actor: &Actor) -> Result<Vec<ParameterGroup>> {
    policy::require(actor, Permission::ConfigurationRead)?;
    let today = app.today();
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let mut by_code: BTreeMap<String, Vec<Parameter>> = BTreeMap::new();
    for parameter in snapshot.parameters_list("").await? {
        by_code.entry(parameter.code.clone()).or_default().push(parameter);
    }
    let mut groups = Vec::new();
    for manifest in manifests::in_force(&mut snapshot, today).await? {
        for entry in &manifest.parameters {
            let code = format!("{}.{}", manifest.id, entry.code);
            let mut values = by_code.remove(&code).unwrap_or_default();
            values.sort_by_key(|parameter| std::cmp::Reverse((parameter.from, parameter.id)));
            let current = in_force(&values, today);
            groups.push(ParameterGroup {
                missing: current.is_none() && !entry.optional,
                values: values
                    .into_iter()
                    .map(|parameter| described(Some((&manifest, entry)), Some(parameter.id) == current, parameter))
                    .collect(),
                plugin: manifest.id.clone(),
                plugin_name: manifest.name.clone(),
                entry: entry.clone(),
                code,
            });
        }
    }
    Ok(groups)
}

fn in_force(values: &[Parameter], today: Date) -> Option<ParameterId> {
    let holding = values.iter().filter(|parameter| parameter.replaced_by.is_none() && parameter.from <= today);
    holding.max_by_key(|parameter| (parameter.from, parameter.id)).map(|parameter| parameter.id)
}

/// One value with its words, for the why page.
pub(crate) async fn row(snapshot: &mut Snapshot, parameter: Parameter, today: Date) -> Result<ParameterRow> {
    let current = snapshot.parameter_at(&parameter.code, today, None).await?;
    let declared = declared(snapshot, &parameter.code, today).await?;
    let entry = declared.as_ref().map(|(manifest, at)| (manifest, &manifest.parameters[*at]));
    Ok(described(entry, current.is_some_and(|current| current.id == parameter.id), parameter))
}

fn described(entry: Option<(&Arc<Manifest>, &ParameterEntry)>, in_force: bool, parameter: Parameter) -> ParameterRow {
    match entry {
        Some((_, entry)) => ParameterRow {
            label: entry.label.clone(),
            unit: Some(entry.unit),
            article: entry.article.clone(),
            shown: show(entry, parameter.value),
            in_force,
            parameter,
        },
        None => ParameterRow {
            label: Text::from(parameter.code.as_str()),
            unit: None,
            article: String::new(),
            shown: parameter.value.to_string(),
            in_force,
            parameter,
        },
    }
}

/// The manifest that declares a code, and the position of its entry.
async fn declared(snapshot: &mut Snapshot, code: &str, today: Date) -> Result<Option<(Arc<Manifest>, usize)>> {
    let Some((plugin, own)) = code.split_once('.') else { return Ok(None) };
    let manifest = manifests::by_plugin(snapshot, today).await?.remove(plugin);
    Ok(manifest.and_then(|manifest| {
        let at = manifest.parameters.iter().position(|entry| entry.code == own)?;
        Some((manifest, at))
    }))
}

/// 710.00 元, 150%, 6 个月, 2025-12-31, 是.
pub fn show(entry: &ParameterEntry, value: i64) -> String {
    match entry.unit {
        Unit::Fen => format!("{} 元", Fen(value)),
        Unit::BasisPoints => {
            let text = format!(
                "{}{}.{:02}",
                if value < 0 { "-" } else { "" },
                value.unsigned_abs() / 100,
                value.unsigned_abs() % 100
            );
            format!("{}%", text.trim_end_matches('0').trim_end_matches('.'))
        }
        Unit::Months => format!("{value} 个月"),
        Unit::Days => format!("{value} 天"),
        Unit::Count => value.to_string(),
        Unit::Date => i32::try_from(value).map(calendar::from_days).unwrap_or(Date::MAX).to_string(),
        Unit::Code => entry.values.get(&value.to_string()).map_or_else(|| value.to_string(), |text| text.zh.clone()),
        Unit::YesNo => if value == 0 { "否" } else { "是" }.to_owned(),
    }
}

/// Reads what was typed for a parameter, in its unit.
pub fn parse(entry: &ParameterEntry, text: &str) -> Result<i64, String> {
    let text = text.trim();
    let whole = |text: &str, what: &str| match text.parse::<i64>() {
        Ok(number) if number >= 0 => Ok(number),
        _ => Err(format!("“{text}”应为{what}，填不小于 0 的整数")),
    };
    match entry.unit {
        Unit::Fen => match Fen::parse(text) {
            Some(amount) if amount.0 >= 0 => Ok(amount.0),
            _ => Err(format!("“{text}”不是金额，应为最多两位小数的数字，例如 710.00")),
        },
        // A share has at most two decimals of a percent, like money.
        Unit::BasisPoints => match Fen::parse(text.trim_end_matches(['%', '％'])) {
            Some(share) if share.0 >= 0 => Ok(share.0),
            _ => Err(format!("“{text}”不是百分数，例如 150%")),
        },
        Unit::Months => whole(text.trim_end_matches("个月").trim(), "月数"),
        Unit::Days => whole(text.trim_end_matches('天').trim(), "天数"),
        Unit::Count => whole(text, "数量"),
        Unit::Date => value::parse_date(text).map(|day| i64::from(calendar::days(day))),
        Unit::YesNo => value::yes_no(text).map(i64::from),
        Unit::Code => {
            let known = entry.values.iter().find(|(code, label)| code.as_str() == text || label.zh == text);
            match known.map(|(code, _)| code.parse::<i64>()) {
                Some(Ok(code)) => Ok(code),
                _ => {
                    let choices: Vec<&str> = entry.values.values().map(|label| label.zh.as_str()).collect();
                    Err(format!("“{text}”不在可选范围内，可填：{}", choices.join("、")))
                }
            }
        }
    }
}

/// A new value from a date on; the same code and date again corrects it.
pub async fn set(app: &App, actor: &Actor, draft: ParameterDraft) -> Result<ParameterId> {
    policy::require(actor, Permission::Configure)?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let new = check(&mut snapshot, &draft, app.today()).await.map_err(Error::Invalid)?;
    drop(snapshot);
    Ok(write(app, actor, vec![new]).await?.remove(0))
}

async fn check(snapshot: &mut Snapshot, draft: &ParameterDraft, today: Date) -> Result<NewParameter, Vec<Problem>> {
    let failed = |error: Error| vec![Problem::new("参数", "parameter.read", error.to_string())];
    let Some((manifest, at)) = declared(snapshot, draft.code.trim(), today).await.map_err(failed)? else {
        return Err(vec![Problem::new(
            "参数",
            "parameter.unknown",
            format!("没有已安装的措施使用参数“{}”", draft.code.trim()),
        )]);
    };
    let entry = &manifest.parameters[at];
    let mut problems = Vec::new();
    if draft.source.trim().is_empty() {
        problems.push(Problem::new("依据", "parameter.source", "请填写依据的文件名称和文号"));
    }
    match parse(entry, &draft.value) {
        Ok(value) if problems.is_empty() => Ok(NewParameter {
            code: draft.code.trim().to_owned(),
            value,
            from: draft.from,
            source: draft.source.trim().to_owned(),
            verified: draft.verified,
        }),
        Ok(_) => Err(problems),
        Err(message) => {
            problems.push(Problem::new(entry.label.zh.clone(), "parameter.value", message));
            Err(problems)
        }
    }
}

async fn write(app: &App, actor: &Actor, parameters: Vec<NewParameter>) -> Result<Vec<ParameterId>> {
    let (app, actor) = (app.clone(), actor.clone());
    in_own_task(async move {
        let mut write = app.storage.write(&actor, app.now()).await?;
        let mut ids = Vec::with_capacity(parameters.len());
        for parameter in &parameters {
            ids.push(write.parameter_set(parameter).await?);
        }
        write.commit().await?;
        Ok(ids)
    })
    .await
}

/// Confirms a value against its document: the mark goes, with the name of who confirmed in the audit log.
pub async fn verify(app: &App, actor: &Actor, id: ParameterId) -> Result<ParameterId> {
    policy::require(actor, Permission::Configure)?;
    let parameter = app.storage.snapshot(actor.scope()).await?.parameter_fetch(id).await?;
    if parameter.replaced_by.is_some() {
        return Err(Error::refused("该参数值已被更正，请核实更正后的值"));
    }
    if parameter.verified {
        return Ok(id);
    }
    let confirmed = NewParameter {
        code: parameter.code,
        value: parameter.value,
        from: parameter.from,
        source: parameter.source,
        verified: true,
    };
    Ok(write(app, actor, vec![confirmed]).await?.remove(0))
}

/// A file of values: `[[parameter]]` with `code`, `value`, `from`, `source`, and `verified` if somebody has confirmed it.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// The measure the codes belong to, when they are written without it.
    #[serde(default)]
    plugin: Option<String>,
    #[serde(default)]
    parameter: Vec<FileEntry>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct FileEntry {
    code: String,
    /// As the contract carries it (fen, basis points, days …), or as typed, in quotation marks.
    value: FileValue,
    from: Date,
    source: String,
    #[serde(default)]
    verified: bool,
}

#[derive(serde::Deserialize)]
#[serde(untagged)]
enum FileValue {
    Number(i64),
    YesNo(bool),
    Typed(String),
}

/// Values of a file; all of them, or none. A value that is on record already is left alone. Returns how many were new.
pub async fn import(app: &App, actor: &Actor, text: &str) -> Result<usize> {
    policy::require(actor, Permission::Configure)?;
    let file: File = toml::from_str(text).map_err(|error| {
        Error::invalid("文件", "parameter.file", format!("文件不能读取，请检查格式：{}", error.message()))
    })?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let known = snapshot.parameters_list("").await?;
    let mut problems = Vec::new();
    let mut new = Vec::new();
    for (index, entry) in file.parameter.iter().enumerate() {
        let place = format!("第 {} 项", index + 1);
        let code = match &file.plugin {
            Some(plugin) if !entry.code.contains('.') => format!("{plugin}.{}", entry.code),
            _ => entry.code.clone(),
        };
        let draft = |value: String| ParameterDraft {
            code: code.clone(),
            value,
            from: entry.from,
            source: entry.source.clone(),
            verified: entry.verified,
        };
        let checked = match &entry.value {
            FileValue::Typed(typed) => check(&mut snapshot, &draft(typed.clone()), app.today()).await,
            // Checked for its code and source; the number is the contract's own.
            FileValue::Number(_) | FileValue::YesNo(_) => {
                let value = match entry.value {
                    FileValue::Number(number) => number,
                    FileValue::YesNo(yes) => i64::from(yes),
                    FileValue::Typed(_) => 0,
                };
                raw(&mut snapshot, &draft(String::new()), value, app.today()).await
            }
        };
        match checked {
            Ok(parameter) => {
                let same = |known: &&Parameter| {
                    known.code == parameter.code && known.from == parameter.from && known.replaced_by.is_none()
                };
                let on_record = known.iter().find(same);
                // A confirmed value is never replaced by a file that has not confirmed it.
                let adds = on_record.is_none_or(|known| match (known.verified, parameter.verified) {
                    (true, false) => false,
                    (false, true) => true,
                    _ => known.value != parameter.value,
                });
                if adds {
                    new.push(parameter);
                }
            }
            Err(found) => problems.extend(
                found.into_iter().map(|problem| Problem::new(place.clone(), problem.code.clone(), problem.to_string())),
            ),
        }
    }
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    drop(snapshot);
    let count = new.len();
    if count > 0 {
        write(app, actor, new).await?;
    }
    Ok(count)
}

/// Where an illustrative value comes from: nowhere.
const EXAMPLE: &str = "示例值，没有文件依据，请核实后更正";

/// Enters the illustrative values of a measure's manifest where the county has none on the day, each marked 未核实: something to begin
/// with, and the list of what somebody has to confirm. Returns how many.
///
/// `NotFound` when the county has not enabled the measure.
pub async fn examples(app: &App, actor: &Actor, plugin: &str, from: Date) -> Result<usize> {
    policy::require(actor, Permission::Configure)?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let manifests = manifests::in_force(&mut snapshot, app.today()).await?;
    let Some(manifest) = manifests.iter().find(|manifest| manifest.id == plugin) else {
        return Err(Error::not_found("已启用的措施"));
    };
    let mut new = Vec::new();
    for entry in &manifest.parameters {
        let code = format!("{plugin}.{}", entry.code);
        let Some(value) = entry.example else { continue };
        if snapshot.parameter_at(&code, from, None).await?.is_none() {
            new.push(NewParameter { code, value, from, source: EXAMPLE.to_owned(), verified: false });
        }
    }
    drop(snapshot);
    let count = new.len();
    if count > 0 {
        write(app, actor, new).await?;
    }
    Ok(count)
}

async fn raw(
    snapshot: &mut Snapshot,
    draft: &ParameterDraft,
    value: i64,
    today: Date,
) -> Result<NewParameter, Vec<Problem>> {
    let failed = |error: Error| vec![Problem::new("参数", "parameter.read", error.to_string())];
    let Some((manifest, at)) = declared(snapshot, &draft.code, today).await.map_err(failed)? else {
        return Err(vec![Problem::new(
            "参数",
            "parameter.unknown",
            format!("没有已安装的措施使用参数“{}”", draft.code),
        )]);
    };
    let shown = show(&manifest.parameters[at], value);
    let typed = shown.trim_end_matches('元').trim().to_owned();
    check(snapshot, &ParameterDraft { value: typed, ..draft.clone() }, today).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn entry(unit: &str) -> ParameterEntry {
        serde_json::from_value(json!({
            "code": "x", "label": {"zh": "某参数"}, "unit": unit, "values": {"1": {"zh": "差额"}, "2": {"zh": "全额"}}
        }))
        .unwrap()
    }

    #[test]
    fn values_are_typed_and_shown_in_their_unit() {
        let cases = [
            ("fen", "710", 71_000, "710.00 元"),
            ("fen", "1,420.5元", 142_050, "1,420.50 元"),
            ("basis-points", "150%", 15_000, "150%"),
            ("basis-points", "33.33％", 3_333, "33.33%"),
            ("basis-points", "0", 0, "0%"),
            ("months", "6 个月", 6, "6 个月"),
            ("days", "10", 10, "10 天"),
            ("count", "3", 3, "3"),
            ("date", "2025-12-31", 20_453, "2025-12-31"),
            ("code", "全额", 2, "全额"),
            ("code", "1", 1, "差额"),
            ("yes-no", "是", 1, "是"),
        ];
        for (unit, typed, value, shown) in cases {
            assert_eq!(parse(&entry(unit), typed), Ok(value), "{unit} {typed}");
            assert_eq!(show(&entry(unit), value), shown, "{unit} {typed}");
            // What is shown can be typed again.
            assert_eq!(parse(&entry(unit), shown.trim_end_matches(" 元")), Ok(value), "{unit} {shown}");
        }
        for (unit, typed) in [
            ("fen", "七百"),
            ("fen", "-1"),
            ("basis-points", "1.234%"),
            ("code", "其他"),
            ("date", "明天"),
            ("months", "半年"),
        ] {
            assert!(parse(&entry(unit), typed).is_err(), "{unit} {typed}");
        }
    }
}
