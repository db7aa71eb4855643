//! What is handed in to be installed: a package with signatures beside it, or a bundle of several. Everything is read,
//! verified and admitted before anything is stored, and then all of it is stored in one transaction.

use super::trust::{self, Known, SignatureView};
use super::{App, in_own_task, plugin};
use doudi_delivery::{Bundle, Parcel, PublicKey, Subject, is_bundle};
use doudi_documents::Text;
use doudi_domain::policy::{self, Permission};
use doudi_domain::{Actor, Error, Problem, Result};
use doudi_storage::package::NewRelease;

/// A package that is in the city now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Installed {
    pub digest: String,
    pub plugin: String,
    pub version: String,
    pub name: Text,
    pub size: u64,
    /// All it has, those it had before included.
    pub signatures: Vec<SignatureView>,
}

/// What came of a delivery.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Received {
    pub packages: Vec<Installed>,
    /// Keys that came along and that the city does not know: whether they are their publisher's is for people to find out.
    pub offered_keys: Vec<(String, PublicKey)>,
    /// Names of what else came along.
    pub samples: Vec<String>,
}

/// Checks and stores. `signatures` are texts that lay beside a single package; a bundle brings its own.
pub async fn receive(app: &App, actor: &Actor, content: Vec<u8>, signatures: Vec<String>) -> Result<Received> {
    policy::require(actor, Permission::Configure)?;
    let keys = app.storage.snapshot(actor.scope()).await?.publisher_keys_list().await?;
    let mut received = Received { packages: Vec::new(), offered_keys: Vec::new(), samples: Vec::new() };
    let mut admitted: Vec<(NewRelease, Installed, Vec<String>)> = Vec::new();
    if is_bundle(&content) {
        if !signatures.is_empty() {
            return Err(Error::refused("离线安装包自带签名，不要另附签名文件"));
        }
        let bundle = tokio::task::spawn_blocking(move || Bundle::read(&content))
            .await
            .map_err(|error| Error::failure("读取离线安装包时内部出错", error))?
            .map_err(|error| Error::invalid("", "bundle", error.to_string()))?;
        received.offered_keys = bundle
            .keys
            .into_iter()
            .filter(|(_, key)| !keys.iter().any(|known| known.public_key == key.text()))
            .collect();
        received.samples = bundle.samples.into_iter().map(|sample| sample.name).collect();
        for parcel in bundle.parcels {
            admitted.push(admit_parcel(app, parcel).await?);
        }
    } else {
        let (new, installed) = plugin::admit(app, content).await?;
        admitted.push((new, installed, signatures));
    }
    let mut stored = Vec::new();
    for (new, installed, signatures) in admitted {
        let subject = Subject {
            plugin: installed.plugin.clone(),
            version: installed.version.clone(),
            digest: installed.digest.clone(),
        };
        let signatures = trust::check_received(&keys, &subject, &new.component, &signatures)?;
        stored.push((new, signatures));
        received.packages.push(installed);
    }
    let (task_app, task_actor) = (app.clone(), actor.clone());
    in_own_task(async move {
        let mut write = task_app.storage.write(&task_actor, task_app.now()).await?;
        for (new, signatures) in &stored {
            write.release_install(new).await?;
            for signature in signatures {
                write.release_signature_add(signature).await?;
            }
        }
        write.commit().await
    })
    .await?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    for installed in &mut received.packages {
        let release = snapshot.release_fetch(&installed.digest).await?;
        let known = Known::of(&mut snapshot, &installed.digest).await?;
        installed.signatures = known.view(&mut snapshot, &release, app.today()).await?.signatures;
    }
    Ok(received)
}

/// A package of a bundle has to be what the bundle's list calls it.
async fn admit_parcel(app: &App, parcel: Parcel) -> Result<(NewRelease, Installed, Vec<String>)> {
    let signatures = parcel.signatures.iter().map(|signature| signature.text().to_owned()).collect();
    let (new, installed) = plugin::admit(app, parcel.package).await?;
    if (&installed.plugin, &installed.version) != (&parcel.plugin, &parcel.version) {
        let message = format!(
            "离线安装包把 {} {} 写成了 {} {}，没有安装任何内容。请发布方用 doudi plugin bundle 重新生成",
            installed.plugin, installed.version, parcel.plugin, parcel.version
        );
        return Err(Error::Invalid(vec![Problem::new("", "bundle.other", message)]));
    }
    Ok((new, installed, signatures))
}
