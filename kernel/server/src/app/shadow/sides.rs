//! Who decides: the two sides of a draft as releases with settings, grants and parameters, and between them the corners that
//! take their difference apart. From the first side one thing after the other is changed (the day, then the parameters, then
//! the release) until the second side is reached; what each step changes is that thing's part of the difference, and the parts
//! add up to it exactly, whatever the order does to their sizes.

use super::draft::{ReleaseChoice, ShadowDraft, SideDraft, unknown};
use super::report::{ExtraGrant, Factor, ParameterChange, SideView};
use crate::app::caseload::Side;
use crate::app::consult::{self, Pin};
use crate::app::reads::Shared;
use crate::app::supposed::Supposed;
use crate::app::{App, manifests, parameter, plugin};
use doudi_documents::Manifest;
use doudi_documents::manifest::ParameterEntry;
use doudi_domain::catalogue::FieldCode;
use doudi_domain::columns::Columns;
use doudi_domain::package::Enablement;
use doudi_domain::shadow::ShadowKind;
use doudi_domain::{Actor, Date, EnablementId, Error, HouseholdId, Problem, Result, calendar};
use doudi_plugin_host::{Outcomes, requested};
use doudi_storage::Snapshot;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Both sides, ready to be asked.
pub(super) struct Sides {
    pub kind: ShadowKind,
    pub draft: ShadowDraft,
    /// The first side, what lies between, the second side. `None`: the measure is not enabled there.
    corners: Vec<Option<Side>>,
    /// `steps[i]` leads from corner `i` to corner `i + 1`.
    pub steps: Vec<Factor>,
    pub before: Option<SideView>,
    pub after: SideView,
    pub extra_grants: Vec<ExtraGrant>,
    pub parameters: Vec<ParameterChange>,
    pub parameters_hash: String,
}

/// A block's answers, corner by corner, one row for each household.
pub(super) struct Answers {
    pub households: Vec<HouseholdId>,
    pub corners: Vec<Option<Outcomes>>,
}

/// A release chosen for a side.
struct Chosen {
    pin: Pin,
    /// Another one than the county's own settings.
    other_settings: bool,
}

/// Parameters of a side: their day, and values in the place of those in force.
type Terms<'a> = (Date, &'a BTreeMap<String, i64>);

impl Sides {
    pub async fn choose(app: &App, actor: &Actor, snapshot: &mut Snapshot, draft: &ShadowDraft) -> Result<Sides> {
        let after =
            choose(app, actor, snapshot, &draft.plugin, &draft.after).await?.ok_or(Error::not_found("已启用的措施"))?;
        let before = choose(app, actor, snapshot, &draft.plugin, &draft.before).await?;
        if before.is_none() && (draft.before.on != draft.after.on || draft.after.release == ReleaseChoice::InForce) {
            return Err(Error::refused(format!("{} 在 {} 没有启用，不能比较", draft.plugin, draft.before.on)));
        }
        for (side, chosen) in [(&draft.before, before.as_ref()), (&draft.after, Some(&after))] {
            check_values(side, chosen)?;
        }
        let terms = |side: &SideDraft| (side.parameters_day(), side.values.clone());
        let releases_differ = before.as_ref().is_none_or(|before| {
            let (one, other) = (&before.pin.enablement, &after.pin.enablement);
            (&one.digest, &one.settings, &one.grants) != (&other.digest, &other.settings, &other.grants)
        });
        let mut steps = Vec::new();
        for (factor, differs) in [
            (Factor::Facts, draft.before.on != draft.after.on),
            (Factor::Parameters, terms(&draft.before) != terms(&draft.after)),
            (Factor::Release, releases_differ),
        ] {
            steps.extend(differs.then_some(factor));
        }
        let kind = match steps.as_slice() {
            [] => return Err(Error::refused("比较的两边完全相同。请选择另一个版本、另一个日期，或填写要测算的参数值")),
            [Factor::Release] => ShadowKind::Release,
            [Factor::Parameters] => ShadowKind::Parameters,
            _ => ShadowKind::Time,
        };
        let corner = |factors: &[Factor]| {
            let moved = |factor| factors.contains(&factor);
            let on = if moved(Factor::Facts) { draft.after.on } else { draft.before.on };
            let side = if moved(Factor::Parameters) { &draft.after } else { &draft.before };
            let chosen = if moved(Factor::Release) { Some(&after) } else { before.as_ref() };
            chosen.map(|chosen| side_of(app, actor, &chosen.pin, on, (side.parameters_day(), &side.values)))
        };
        let corners = (0..=steps.len()).map(|count| corner(&steps[..count])).collect();
        let values_before = values_of(snapshot, &draft.plugin, &draft.before, before.as_ref()).await?;
        let values_after = values_of(snapshot, &draft.plugin, &draft.after, Some(&after)).await?;
        let current = snapshot.enablement_at(&draft.plugin, draft.after.on).await?;
        Ok(Sides {
            kind,
            corners,
            steps,
            extra_grants: current.as_ref().map(|current| extra_grants(&after, current)).unwrap_or_default(),
            parameters: parameter_changes(before.as_ref(), &after, draft, &values_before, &values_after),
            parameters_hash: hash(&values_before, &values_after),
            before: before.as_ref().map(|before| view(before, &draft.before)),
            after: view(&after, &draft.after),
            draft: draft.clone(),
        })
    }

    pub fn before_digest(&self) -> Option<String> {
        self.before.as_ref().map(|side| side.digest.clone())
    }

    pub fn after_digest(&self) -> String {
        self.after.digest.clone()
    }

    /// The second side is always there.
    pub fn manifest_after(&self) -> Option<&Manifest> {
        self.corners.last().and_then(Option::as_ref).map(|side| side.plugin.manifest())
    }

    pub fn manifest_before(&self) -> Option<&Manifest> {
        self.corners.first().and_then(Option::as_ref).map(|side| side.plugin.manifest())
    }

    /// Asks every corner about a block. Corners that read the same fields on the same day share one read.
    pub async fn answers(&self, app: &App, actor: &Actor, shared: &Shared, ids: &[HouseholdId]) -> Result<Answers> {
        let mut read: Vec<((Vec<FieldCode>, Date), Columns)> = Vec::new();
        let mut answers = Answers { households: Vec::new(), corners: Vec::with_capacity(self.corners.len()) };
        for corner in &self.corners {
            let Some(side) = corner else {
                answers.corners.push(None);
                continue;
            };
            let wanted = (side.fields(app), side.on());
            let columns = match read.iter().find(|(known, _)| *known == wanted) {
                Some((_, columns)) => columns.clone(),
                None => {
                    let columns = side.fetch(app, shared, ids).await?;
                    read.push((wanted, columns.clone()));
                    columns
                }
            };
            if answers.households.is_empty() {
                answers.households = columns.households.clone();
            }
            answers.corners.push(Some(side.assess(app, actor, shared, columns).await?));
        }
        Ok(answers)
    }
}

fn side_of(app: &App, actor: &Actor, pin: &Pin, on: Date, (parameters_on, values): Terms<'_>) -> Side {
    let full = |(code, value): (&String, &i64)| (format!("{}.{code}", pin.enablement.plugin), *value);
    let supposed = Supposed {
        later_days: calendar::days(parameters_on) - calendar::days(on),
        values: values.iter().map(full).collect(),
    };
    Side { supposed: Arc::new(supposed), ..Side::of(app, actor, pin, on) }
}

/// `None` when nothing is in force and the draft asks for what is.
async fn choose(
    app: &App,
    actor: &Actor,
    snapshot: &mut Snapshot,
    plugin: &str,
    side: &SideDraft,
) -> Result<Option<Chosen>> {
    let current = snapshot.enablement_at(plugin, side.on).await?;
    let mut enablement = match (&side.release, current) {
        (ReleaseChoice::InForce, None) => return Ok(None),
        (ReleaseChoice::InForce, Some(current)) => current,
        (ReleaseChoice::Named(name), current) => named(app, actor, snapshot, plugin, name, side.on, current).await?,
    };
    let other_settings = match &side.settings {
        Some(settings) => {
            let before = std::mem::replace(&mut enablement.settings, settings.to_string());
            before != enablement.settings
        }
        None => false,
    };
    if let Some(grants) = &side.grants {
        enablement.grants = grants.clone();
    }
    let plugin = consult::load(app, snapshot, &enablement.digest).await?;
    let problems = plugin.settings_problems(&enablement.settings);
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    Ok(Some(Chosen { pin: Pin { enablement, plugin }, other_settings }))
}

/// A release as if it were enabled on the day: with the settings in force, and the grants it would get (what it asks for, less
/// what the county withholds from the version in force).
async fn named(
    app: &App,
    actor: &Actor,
    snapshot: &mut Snapshot,
    plugin: &str,
    name: &str,
    on: Date,
    current: Option<Enablement>,
) -> Result<Enablement> {
    let release = plugin::find_named(snapshot, plugin, name).await?;
    let manifest = manifests::of_digest(snapshot, &release.digest).await?;
    let mut grants = words(&manifest);
    if let Some(current) = &current {
        let asked_now = words(&*manifests::of_digest(snapshot, &current.digest).await?);
        grants.retain(|word| current.grants.contains(word) || !asked_now.contains(word));
    }
    let defaults =
        || manifest.settings.as_ref().map_or_else(|| "{}".to_owned(), |settings| settings.defaults.to_string());
    Ok(Enablement {
        id: EnablementId(0),
        county: actor.county(),
        plugin: plugin.to_owned(),
        digest: release.digest,
        from: on,
        to: None,
        settings: current.map_or_else(defaults, |current| current.settings),
        grants: grants.into_iter().collect(),
        enabled_at: app.now(),
        enabled_by: None,
    })
}

/// Everything a manifest asks for.
fn words(manifest: &Manifest) -> BTreeSet<String> {
    requested(manifest).into_iter().map(|capability| capability.code).collect()
}

fn extra_grants(after: &Chosen, current: &Enablement) -> Vec<ExtraGrant> {
    requested(after.pin.plugin.manifest())
        .into_iter()
        .filter(|asked| after.pin.enablement.grants.contains(&asked.code) && !current.grants.contains(&asked.code))
        .map(|asked| ExtraGrant { grant: asked.code, label: asked.label })
        .collect()
}

fn view(chosen: &Chosen, side: &SideDraft) -> SideView {
    let Pin { enablement, plugin } = &chosen.pin;
    let withheld = requested(plugin.manifest()).into_iter().filter(|asked| !enablement.grants.contains(&asked.code));
    SideView {
        version: plugin.version().to_string(),
        digest: enablement.digest.clone(),
        on: side.on,
        parameters_on: side.parameters_day(),
        other_settings: chosen.other_settings,
        withheld: withheld.map(|asked| asked.label.zh).collect(),
    }
}

/// A value for a parameter nobody asks for would change nothing, and look as if it had.
fn check_values(side: &SideDraft, chosen: Option<&Chosen>) -> Result<()> {
    let Some(chosen) = chosen else { return Ok(()) };
    let manifest = chosen.pin.plugin.manifest();
    let problems: Vec<Problem> = side
        .values
        .keys()
        .filter(|code| !manifest.parameters.iter().any(|entry| entry.code == **code))
        .map(|code| Problem::new(code.clone(), "parameter.unknown", unknown(manifest, code)))
        .collect();
    if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
}

/// What a side is decided by: every parameter its release declares, with its value.
async fn values_of(
    snapshot: &mut Snapshot,
    plugin: &str,
    side: &SideDraft,
    chosen: Option<&Chosen>,
) -> Result<BTreeMap<String, Option<i64>>> {
    let mut values = BTreeMap::new();
    for entry in chosen.iter().flat_map(|chosen| &chosen.pin.plugin.manifest().parameters) {
        let value = match side.values.get(&entry.code) {
            Some(value) => Some(*value),
            None => {
                let code = format!("{plugin}.{}", entry.code);
                snapshot.parameter_at(&code, side.parameters_day(), None).await?.map(|parameter| parameter.value)
            }
        };
        values.insert(entry.code.clone(), value);
    }
    Ok(values)
}

fn hash(before: &BTreeMap<String, Option<i64>>, after: &BTreeMap<String, Option<i64>>) -> String {
    let mut hash = Sha256::new();
    for (side, values) in [("before", before), ("after", after)] {
        for (code, value) in values {
            let value = value.map_or_else(|| "-".to_owned(), |value| value.to_string());
            hash.update(format!("{side} {code} {value}\n"));
        }
    }
    hex::encode(hash.finalize())
}

fn parameter_changes(
    before: Option<&Chosen>,
    after: &Chosen,
    draft: &ShadowDraft,
    values_before: &BTreeMap<String, Option<i64>>,
    values_after: &BTreeMap<String, Option<i64>>,
) -> Vec<ParameterChange> {
    let Some(before) = before else { return Vec::new() };
    let entries = |chosen: &Chosen| chosen.pin.plugin.manifest().parameters.clone();
    let mut known: Vec<ParameterEntry> = entries(after);
    known.extend(entries(before).into_iter().filter(|entry| !values_after.contains_key(&entry.code)));
    known
        .into_iter()
        .filter_map(|entry| {
            let value = |values: &BTreeMap<String, Option<i64>>| values.get(&entry.code).copied().flatten();
            let (one, other) = (value(values_before), value(values_after));
            let shown = |value: Option<i64>| value.map(|value| parameter::show(&entry, value));
            (one != other).then(|| ParameterChange {
                before: shown(one),
                after: shown(other),
                supposed: draft.before.values.contains_key(&entry.code) || draft.after.values.contains_key(&entry.code),
                code: entry.code.clone(),
                label: entry.label.clone(),
            })
        })
        .collect()
}
