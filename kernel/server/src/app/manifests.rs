//! Manifests of a county's measures: what they declare, parsed once for each digest.

use doudi_documents::{Manifest, Text};
use doudi_domain::package::Enablement;
use doudi_domain::{Date, Error, Result};
use doudi_storage::Snapshot;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::{Arc, LazyLock, RwLock};

/// Plugins in force: id and Chinese name.
pub(crate) async fn names_in_force(snapshot: &mut Snapshot, today: Date) -> Result<Vec<(String, String)>> {
    let manifests = in_force(snapshot, today).await?;
    Ok(manifests.iter().map(|manifest| (manifest.id.clone(), manifest.name.zh.clone())).collect())
}

/// The name of the measure behind each scheme.
pub(crate) async fn scheme_names(snapshot: &mut Snapshot, today: Date) -> Result<BTreeMap<String, Text>> {
    let mut names = BTreeMap::new();
    for manifest in by_plugin(snapshot, today).await?.into_values() {
        let decisions = manifest.effects.iter().filter(|wish| wish.kind == doudi_documents::kinds::DECISION_RECORD);
        for scheme in decisions.flat_map(|wish| &wish.targets) {
            names.insert(scheme.clone(), manifest.name.clone());
        }
    }
    Ok(names)
}

pub(crate) async fn in_force(snapshot: &mut Snapshot, today: Date) -> Result<Vec<Arc<Manifest>>> {
    let mut manifests = Vec::new();
    for enablement in snapshot.enablements_at(today).await? {
        manifests.push(of_digest(snapshot, &enablement.digest).await?);
    }
    Ok(manifests)
}

/// Manifests by plugin id, for the words of documents whose plugin may be disabled by now: the pin in force, else the one the
/// county ran last, whose documents they are, else the newest release.
pub(crate) async fn by_plugin(snapshot: &mut Snapshot, today: Date) -> Result<BTreeMap<String, Arc<Manifest>>> {
    let mut manifests = BTreeMap::new();
    for manifest in in_force(snapshot, today).await? {
        manifests.insert(manifest.id.clone(), manifest);
    }
    let mut ended: Vec<Enablement> = snapshot.enablements_list().await?;
    ended.retain(|pin| pin.from <= today && pin.to.is_none_or(|to| pin.from < to));
    ended.sort_by_key(|pin| std::cmp::Reverse((pin.from, pin.id)));
    for pin in ended {
        if let Entry::Vacant(missing) = manifests.entry(pin.plugin) {
            missing.insert(of_digest(snapshot, &pin.digest).await?);
        }
    }
    for release in snapshot.releases_list().await? {
        if let Entry::Vacant(missing) = manifests.entry(release.plugin) {
            missing.insert(of_digest(snapshot, &release.digest).await?);
        }
    }
    Ok(manifests)
}

/// A manifest by the digest of its component: parsed once, for a digest never means anything else.
pub(crate) async fn of_digest(snapshot: &mut Snapshot, digest: &str) -> Result<Arc<Manifest>> {
    static PARSED: LazyLock<RwLock<BTreeMap<String, Arc<Manifest>>>> = LazyLock::new(Default::default);
    if let Some(known) = PARSED.read().unwrap_or_else(|poisoned| poisoned.into_inner()).get(digest) {
        return Ok(known.clone());
    }
    let release = snapshot.release_fetch(digest).await?;
    let manifest = Manifest::from_json(&release.manifest)
        .map_err(|error| Error::failure("插件包的清单无法读取，请重新安装该插件", error))?;
    let manifest = Arc::new(manifest);
    PARSED.write().unwrap_or_else(|poisoned| poisoned.into_inner()).insert(digest.to_owned(), manifest.clone());
    Ok(manifest)
}
