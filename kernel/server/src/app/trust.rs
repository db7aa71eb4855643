//! Whose signature counts: the keys the city knows, what a county asks of packages, what the signatures of a release are worth
//! today, and whether it may be enabled.
//!
//! Asked when a release is enabled, and again whenever it is loaded. What runs keeps running when a key is revoked, because
//! families would otherwise go without a decision for a publisher's mishap: it is shown, logged and found by `doudi trust
//! check`, and nothing new is enabled on such a signature. Stopping it is a person's decision and one button away.

use super::{App, in_own_task, manifests, plugin};
use doudi_delivery::{PublicKey, Signature, Subject};
use doudi_domain::package::{Enablement, Release};
use doudi_domain::policy::{self, Permission};
use doudi_domain::trust::{PublisherKey, ReleaseSignature, Standing, TrustPolicy, TrustRule, Verdict, judge};
use doudi_domain::{Actor, Date, Error, Instant, Problem, Result, TrustPolicyId};
use doudi_storage::Snapshot;
use doudi_storage::trust::{NewPublisherKey, NewReleaseSignature, NewTrustPolicy};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{LazyLock, RwLock};

/// A signature as pages show it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SignatureView {
    pub key_id: String,
    /// Name of the key and who holds it, where the city knows the key.
    pub key: Option<(String, String)>,
    pub standing: Standing,
    pub received_at: Instant,
}

/// Where a release stands with a county.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TrustView {
    pub signatures: Vec<SignatureView>,
    pub policy: Option<TrustPolicy>,
    pub verdict: Verdict,
}

/// A pin, running or planned, whose release no longer is what the county asks for.
#[derive(Clone, Debug)]
pub struct Concern {
    pub enablement: Enablement,
    pub name: String,
    pub version: String,
    pub trust: TrustView,
}

/// On what a release may be enabled.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Grounds {
    pub by: Vec<String>,
    pub policy: Option<TrustPolicyId>,
    /// By an operator's word.
    pub unsigned: bool,
}

// ---------------------------------------------------------------------------------------------------------------------
// The city's keys

/// A key to be trusted in the whole city.
#[derive(Clone, Debug)]
pub struct KeyDraft {
    pub name: String,
    pub publisher: String,
    /// A key file, or its second line.
    pub public_key: String,
    pub from: Date,
    pub to: Option<Date>,
}

pub async fn keys(app: &App, actor: &Actor) -> Result<Vec<PublisherKey>> {
    policy::require(actor, Permission::ConfigurationRead)?;
    app.storage.snapshot(actor.scope()).await?.publisher_keys_list().await
}

/// Only whoever runs the machine: what is trusted in every county is no single county's to decide.
fn require_operator(actor: &Actor, command: &str) -> Result<()> {
    match actor.role() {
        None => Ok(()),
        Some(_) => Err(Error::forbidden(format!("全市信任的公钥由系统运维人员在服务器上管理：{command}"))),
    }
}

pub async fn key_add(app: &App, actor: &Actor, draft: KeyDraft) -> Result<PublisherKey> {
    require_operator(actor, "doudi trust key add")?;
    let mut problems = Vec::new();
    let name = draft.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > 40 || name.contains([',', '，', '、', ' ', '/']) {
        let message = "公钥名称不超过 40 个字，不含空格、逗号、顿号和斜线，例如 某公司-2026";
        problems.push(Problem::new("名称", "trust.key-name", message));
    }
    if draft.publisher.trim().is_empty() {
        problems.push(Problem::new("发布方", "trust.key-publisher", "请写明公钥由谁持有"));
    }
    if draft.to.is_some_and(|to| to <= draft.from) {
        problems.push(Problem::new("有效期", "trust.key-period", "公钥的失效日期应晚于生效日期"));
    }
    let key = PublicKey::parse(&draft.public_key)
        .map_err(|error| problems.push(Problem::new("公钥", "trust.key", error.to_string())));
    let Ok(key) = key else { return Err(Error::Invalid(problems)) };
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    let new = NewPublisherKey {
        name: name.clone(),
        publisher: draft.publisher.trim().to_owned(),
        public_key: key.text().to_owned(),
        key_id: key.id(),
        from: draft.from,
        to: draft.to,
    };
    let (app, actor) = (app.clone(), actor.clone());
    in_own_task(async move {
        let mut write = app.storage.write(&actor, app.now()).await?;
        write.publisher_key_add(&new).await?;
        write.commit().await?;
        let keys = app.storage.snapshot(actor.scope()).await?.publisher_keys_list().await?;
        keys.into_iter().find(|key| key.name == name).ok_or(Error::not_found("公钥"))
    })
    .await
}

/// For good. Whatever the key ever signed counts for nothing from now on.
pub async fn key_revoke(app: &App, actor: &Actor, name: &str, reason: &str) -> Result<()> {
    require_operator(actor, "doudi trust key revoke")?;
    let reason = reason.trim().to_owned();
    if reason.is_empty() {
        return Err(Error::invalid("原因", "trust.revoke-reason", "请写明撤销的原因，例如 私钥遗失"));
    }
    let (app, actor, name) = (app.clone(), actor.clone(), name.to_owned());
    in_own_task(async move {
        let mut write = app.storage.write(&actor, app.now()).await?;
        write.publisher_key_revoke(&name, &reason).await?;
        write.commit().await
    })
    .await
}

// ---------------------------------------------------------------------------------------------------------------------
// A county's policy

#[derive(Clone, Debug)]
pub struct PolicyDraft {
    pub from: Date,
    pub rule: TrustRule,
    /// Names of keys; empty trusts nobody.
    pub keys: Vec<String>,
    pub reason: String,
}

/// What the county asks today, if anything, and everything it ever asked, newest first.
pub async fn policies(app: &App, actor: &Actor) -> Result<(Option<TrustPolicy>, Vec<TrustPolicy>)> {
    policy::require(actor, Permission::ConfigurationRead)?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    Ok((snapshot.trust_policy_at(app.today()).await?, snapshot.trust_policies_list().await?))
}

pub async fn policy_set(app: &App, actor: &Actor, draft: PolicyDraft) -> Result<TrustPolicyId> {
    policy::require(actor, Permission::Configure)?;
    let known = app.storage.snapshot(actor.scope()).await?.publisher_keys_list().await?;
    let mut problems = Vec::new();
    if actor.role().is_some() && draft.from < app.today() {
        problems.push(Problem::new("from", "trust.policy-from", "生效日期不能早于今天"));
    }
    if draft.reason.trim().is_empty() {
        problems.push(Problem::new("reason", "trust.policy-reason", "请写明依据，例如 文件名称和文号"));
    }
    let mut seen = BTreeSet::new();
    for name in &draft.keys {
        let problem = match known.iter().find(|key| key.name == *name) {
            None => format!("全市没有登记公钥“{name}”。已登记的见“签名与信任”页，或 doudi trust key list"),
            Some(key) if key.revoked.is_some() => format!("公钥“{name}”已撤销，不能再列入"),
            Some(_) if !seen.insert(name) => format!("公钥“{name}”写了两次"),
            Some(_) => continue,
        };
        problems.push(Problem::new("keys", "trust.policy-key", problem));
    }
    if let TrustRule::AtLeast(number) = draft.rule
        && (number == 0 || number as usize > draft.keys.len().max(1))
    {
        let message = format!("至少几个签名，应在 1 和所选公钥的个数（{}）之间", draft.keys.len());
        problems.push(Problem::new("needed", "trust.policy-needed", message));
    }
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    let new =
        NewTrustPolicy { from: draft.from, rule: draft.rule, keys: draft.keys, reason: draft.reason.trim().to_owned() };
    let (app, actor) = (app.clone(), actor.clone());
    in_own_task(async move {
        let mut write = app.storage.write(&actor, app.now()).await?;
        let id = write.trust_policy_set(&new).await?;
        write.commit().await?;
        Ok(id)
    })
    .await
}

// ---------------------------------------------------------------------------------------------------------------------
// Signatures of releases

/// Reads signature texts for a package. One that a known key would have to have made, and did not, is refused with the rest;
/// one by an unknown key is kept, for the key may be registered later.
pub(crate) fn check_received(
    keys: &[PublisherKey],
    subject: &Subject,
    package: &[u8],
    texts: &[String],
) -> Result<Vec<NewReleaseSignature>> {
    let mut good: Vec<NewReleaseSignature> = Vec::new();
    let mut problems = Vec::new();
    for text in texts {
        let checked = Signature::parse(text, subject).and_then(|signature| {
            let id = signature.key_id();
            let mut verdicts = known_as(keys, &id).map(|key| match PublicKey::parse(&key.public_key) {
                Ok(key) => signature.check(&key, package),
                Err(_) => Err(doudi_delivery::SignatureError::Wrong),
            });
            match verdicts.next() {
                None => Ok(signature),
                Some(first) => match verdicts.fold(first, Result::or) {
                    Ok(()) => Ok(signature),
                    Err(error) => Err(error),
                },
            }
        });
        match checked {
            Ok(signature) => good.push(NewReleaseSignature {
                digest: subject.digest.clone(),
                key_id: signature.key_id(),
                text: signature.text().to_owned(),
            }),
            Err(error) => problems.push(Problem::new("签名", "signature", error.to_string())),
        }
    }
    if problems.is_empty() {
        return Ok(good);
    }
    let message = format!("{} {} 的签名有 {} 处问题", subject.plugin, subject.version, problems.len());
    Err(Error::Refused { message, problems })
}

fn known_as<'a>(keys: &'a [PublisherKey], id: &'a str) -> impl Iterator<Item = &'a PublisherKey> {
    keys.iter().filter(move |key| key.key_id == id)
}

/// Adds a signature to a release that is installed already.
pub async fn signature_add(app: &App, actor: &Actor, digest: &str, text: &str) -> Result<()> {
    policy::require(actor, Permission::Configure)?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let release = plugin::find_release(&mut snapshot, digest, None).await?;
    let package = snapshot.component_fetch(&release.digest).await?;
    let keys = snapshot.publisher_keys_list().await?;
    let signatures = check_received(&keys, &subject_of(&release), &package, &[text.to_owned()])?;
    let (app, actor) = (app.clone(), actor.clone());
    in_own_task(async move {
        let mut write = app.storage.write(&actor, app.now()).await?;
        for signature in &signatures {
            write.release_signature_add(signature).await?;
        }
        write.commit().await
    })
    .await
}

fn subject_of(release: &Release) -> Subject {
    Subject { plugin: release.plugin.clone(), version: release.version.clone(), digest: release.digest.clone() }
}

/// What is known of signatures in one snapshot: read once, asked for many releases.
pub(crate) struct Known {
    keys: Vec<PublisherKey>,
    signatures: BTreeMap<String, Vec<ReleaseSignature>>,
}

impl Known {
    /// Of all releases.
    pub async fn all(snapshot: &mut Snapshot) -> Result<Known> {
        let mut signatures: BTreeMap<String, Vec<ReleaseSignature>> = BTreeMap::new();
        for signature in snapshot.release_signatures_list().await? {
            signatures.entry(signature.digest.clone()).or_default().push(signature);
        }
        Ok(Known { keys: snapshot.publisher_keys_list().await?, signatures })
    }

    pub async fn of(snapshot: &mut Snapshot, digest: &str) -> Result<Known> {
        let signatures = BTreeMap::from([(digest.to_owned(), snapshot.release_signatures(digest).await?)]);
        Ok(Known { keys: snapshot.publisher_keys_list().await?, signatures })
    }

    /// Where a release stands with the snapshot's county on a day.
    pub async fn view(&self, snapshot: &mut Snapshot, release: &Release, day: Date) -> Result<TrustView> {
        let mut views = Vec::new();
        let mut judged: Vec<(String, Standing)> = Vec::new();
        for signature in self.signatures.get(&release.digest).into_iter().flatten() {
            let mut view = SignatureView {
                key_id: signature.key_id.clone(),
                key: None,
                standing: Standing::Unknown,
                received_at: signature.received_at,
            };
            for key in known_as(&self.keys, &signature.key_id) {
                view.standing = Standing::Wrong;
                if is_true(snapshot, release, key, signature).await? {
                    view.standing = key.standing(signature.received_at.date(), day);
                    view.key = Some((key.name.clone(), key.publisher.clone()));
                    judged.push((key.name.clone(), view.standing));
                    break;
                }
            }
            views.push(view);
        }
        let policy = snapshot.trust_policy_at(day).await?;
        let verdict = judge(policy.as_ref(), &judged);
        Ok(TrustView { signatures: views, policy, verdict })
    }
}

/// Whether a key made a signature over a release. A release is its bytes, so that the answer is always the same and is kept:
/// hashing a package for each page would take longer than drawing it.
async fn is_true(
    snapshot: &mut Snapshot,
    release: &Release,
    key: &PublisherKey,
    signature: &ReleaseSignature,
) -> Result<bool> {
    static ANSWERS: LazyLock<RwLock<BTreeMap<[u8; 32], bool>>> = LazyLock::new(Default::default);
    const MOST: usize = 10_000;
    let mut question = Sha256::new();
    for part in [&release.digest, &release.plugin, &release.version, &key.public_key, &signature.text] {
        question.update((part.len() as u64).to_be_bytes());
        question.update(part);
    }
    let question: [u8; 32] = question.finalize().into();
    if let Some(answer) = ANSWERS.read().unwrap_or_else(|poisoned| poisoned.into_inner()).get(&question) {
        return Ok(*answer);
    }
    let package = snapshot.component_fetch(&release.digest).await?;
    let answer = match (PublicKey::parse(&key.public_key), Signature::parse(&signature.text, &subject_of(release))) {
        (Ok(key), Ok(signature)) => signature.check(&key, &package).is_ok(),
        _ => false,
    };
    let mut answers = ANSWERS.write().unwrap_or_else(|poisoned| poisoned.into_inner());
    if answers.len() >= MOST {
        answers.clear();
    }
    answers.insert(question, answer);
    Ok(answer)
}

/// What an upgrade finds: where the release it leads to stands, and whether the one it leads from runs unsigned, too.
#[derive(Clone, Debug)]
pub struct UpgradeTrust {
    pub to: TrustView,
    pub from_unsigned: bool,
}

impl UpgradeTrust {
    /// An operator has vouched for this measure before, nobody asks for signatures, and none was taken back: the next version
    /// comes as the last one did. From a signed version to an unsigned one nobody goes.
    pub fn as_before(&self) -> bool {
        let verdict = &self.to.verdict;
        self.to.policy.is_none() && verdict.unsigned && !verdict.revoked && self.from_unsigned
    }

    pub(crate) fn grounds(&self) -> Grounds {
        let policy = self.to.policy.as_ref().map(|policy| policy.id);
        Grounds { by: self.to.verdict.by.clone(), policy, unsigned: !self.to.verdict.trusted }
    }
}

pub(crate) async fn of_upgrade(snapshot: &mut Snapshot, from: &str, to: &Release, day: Date) -> Result<UpgradeTrust> {
    let before = snapshot.release_fetch(from).await?;
    let before = Known::of(snapshot, from).await?.view(snapshot, &before, day).await?;
    let to = Known::of(snapshot, &to.digest).await?.view(snapshot, to, day).await?;
    Ok(UpgradeTrust { to, from_unsigned: before.verdict.unsigned })
}

/// May this release be enabled from that day on? Everything that is missing is said at once.
pub(crate) async fn require(
    snapshot: &mut Snapshot,
    actor: &Actor,
    release: &Release,
    day: Date,
    accept_unsigned: bool,
) -> Result<Grounds> {
    let trust = Known::of(snapshot, &release.digest).await?.view(snapshot, release, day).await?;
    let policy = trust.policy.as_ref().map(|policy| policy.id);
    if trust.verdict.trusted {
        return Ok(Grounds { by: trust.verdict.by, policy, unsigned: false });
    }
    let operator = actor.role().is_none();
    // The word of an operator stands in for a signature nobody asked for, never for one a county asks for, and never for one
    // that was taken back.
    let may_be_unsigned = policy.is_none() && trust.verdict.unsigned && !trust.verdict.revoked;
    if may_be_unsigned && operator && accept_unsigned {
        return Ok(Grounds { by: Vec::new(), policy, unsigned: true });
    }
    let mut problems = vec![Problem::new("签名", "trust.lacking", trust.verdict.lacking.clone())];
    for signature in trust.signatures.iter().filter(|signature| signature.standing != Standing::Valid) {
        let whose = match &signature.key {
            Some((name, _)) => format!("{name} 的签名"),
            None => format!("公钥编号 {} 的签名", signature.key_id),
        };
        let message = format!("{whose}不算：{}", signature.standing.zh());
        problems.push(Problem::new("签名", format!("trust.{}", signature.standing.code()), message));
    }
    let mend = match (may_be_unsigned, operator) {
        (true, true) => "请向发布方索取签名文件，安装时一并交来；确认来源可靠、确实不要签名时，加 --unsigned",
        _ => "请向发布方索取签名文件（.minisig），在这个措施包的页面上添加",
    };
    problems.push(Problem::new("办法", "trust.mend", mend));
    Err(Error::Refused {
        message: format!("{} {} 的签名不符合要求，没有启用", release.plugin, release.version),
        problems,
    })
}

// ---------------------------------------------------------------------------------------------------------------------
// What runs already

/// Pins of the county, running or planned, whose signatures are not what is asked: those with nothing to ask and nothing
/// signed are not among them.
pub async fn concerns(app: &App, actor: &Actor) -> Result<Vec<Concern>> {
    policy::require(actor, Permission::ConfigurationRead)?;
    let mut snapshot = app.storage.snapshot(actor.scope()).await?;
    let known = Known::all(&mut snapshot).await?;
    let today = app.today();
    let mut concerns = Vec::new();
    for pin in snapshot.enablements_list().await? {
        let ended = pin.to.is_some_and(|to| to <= today || to <= pin.from);
        if ended {
            continue;
        }
        let release = snapshot.release_fetch(&pin.digest).await?;
        let trust = known.view(&mut snapshot, &release, today.max(pin.from)).await?;
        let nothing_asked = trust.policy.is_none() && trust.signatures.is_empty();
        if !trust.verdict.trusted && !nothing_asked {
            let name = manifests::of_digest(&mut snapshot, &pin.digest).await?.name.zh.clone();
            concerns.push(Concern { enablement: pin, name, version: release.version, trust });
        }
    }
    Ok(concerns)
}

/// Says in the log what a release is worth that is being loaded for a county: it will run either way.
pub(crate) async fn look(app: &App, snapshot: &mut Snapshot, digest: &str) -> Result<()> {
    let release = snapshot.release_fetch(digest).await?;
    let trust = Known::of(snapshot, digest).await?.view(snapshot, &release, app.today()).await?;
    let (plugin, version) = (&release.plugin, &release.version);
    if trust.verdict.revoked {
        tracing::error!(plugin, version, digest, "a package runs whose publisher's key was revoked");
    } else if !trust.verdict.trusted && trust.policy.is_some() {
        tracing::warn!(plugin, version, digest, "a package runs that is not signed as its county asks");
    }
    Ok(())
}
