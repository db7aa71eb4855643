//! Signatures over the API: the city's keys, what the county asks, what no longer meets it, and adding a signature.

use super::call::{At, Body, Call, Word};
use super::problem::Answer;
use super::reply::{Done, Shown};
use super::shape::{Day, Moment};
use crate::app::trust::{self, Concern, PolicyDraft, TrustView};
use doudi_domain::trust::{PublisherKey, TrustPolicy, TrustRule};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// 措施包的一个签名
#[derive(Serialize, ToSchema)]
pub struct Signature {
    /// 公钥编号
    key_id: String,
    /// 公钥的名称；全市没有登记时为空
    key: Option<String>,
    /// valid 有效、not-yet 未到有效期、expired 已过有效期、revoked 已撤销、unknown-key 公钥未登记、wrong 与措施包不符
    standing: &'static str,
    received_at: Moment,
}

/// 措施包的签名，以及是否符合本县区的要求
#[derive(Serialize, ToSchema)]
pub struct Trust {
    signatures: Vec<Signature>,
    trusted: bool,
    /// 没有一个有效的签名
    unsigned: bool,
    /// 有公钥已撤销
    revoked: bool,
    /// 还缺什么；符合时为空
    lacking: String,
}

impl From<TrustView> for Trust {
    fn from(view: TrustView) -> Trust {
        Trust {
            signatures: view
                .signatures
                .into_iter()
                .map(|signature| Signature {
                    key_id: signature.key_id,
                    key: signature.key.map(|(name, _)| name),
                    standing: signature.standing.code(),
                    received_at: Moment(signature.received_at),
                })
                .collect(),
            trusted: view.verdict.trusted,
            unsigned: view.verdict.unsigned,
            revoked: view.verdict.revoked,
            lacking: view.verdict.lacking,
        }
    }
}

/// 全市登记的一个公钥
#[derive(Serialize, ToSchema)]
struct Key {
    name: String,
    publisher: String,
    public_key: String,
    key_id: String,
    from: Day,
    /// 这一天起收到的签名不再算数
    to: Option<Day>,
    revoked: Option<Revoked>,
}

/// 撤销
#[derive(Serialize, ToSchema)]
struct Revoked {
    at: Moment,
    reason: String,
}

impl From<PublisherKey> for Key {
    fn from(key: PublisherKey) -> Key {
        Key {
            name: key.name,
            publisher: key.publisher,
            public_key: key.public_key,
            key_id: key.key_id,
            from: Day(key.from),
            to: key.to.map(Day),
            revoked: key.revoked.map(|revoked| Revoked { at: Moment(revoked.at), reason: revoked.reason }),
        }
    }
}

/// 全市登记的公钥
#[derive(Serialize, ToSchema)]
pub struct Keys {
    items: Vec<Key>,
}

pub async fn keys(call: Call) -> Answer<Shown<Keys>> {
    let keys = trust::keys(&call.app, &call.actor).await?;
    Ok(Shown(Keys { items: keys.into_iter().map(Key::from).collect() }))
}

/// 签名要求
#[derive(Serialize, ToSchema)]
struct Policy {
    from: Day,
    /// all-of 都要签名、any-of 任何一个、at-least 至少几个
    rule: &'static str,
    /// 只用于 at-least
    needed: Option<u32>,
    /// 公钥的名称；空的名单不信任任何签名
    keys: Vec<String>,
    reason: String,
    set_at: Moment,
    /// 供人阅读的一句话
    sentence: String,
}

impl From<TrustPolicy> for Policy {
    fn from(policy: TrustPolicy) -> Policy {
        Policy {
            from: Day(policy.from),
            rule: policy.rule.code(),
            needed: match policy.rule {
                TrustRule::AtLeast(number) => Some(number),
                TrustRule::AllOf | TrustRule::AnyOf => None,
            },
            sentence: policy.sentence(),
            keys: policy.keys,
            reason: policy.reason,
            set_at: Moment(policy.set_at),
        }
    }
}

/// 本县区的签名要求
#[derive(Serialize, ToSchema)]
pub struct Policies {
    /// 今天适用的；没有设定时为空：全市登记的任何一个有效公钥签名即可
    today: Option<Policy>,
    /// 全部，最近的在前
    items: Vec<Policy>,
}

pub async fn policies(call: Call) -> Answer<Shown<Policies>> {
    let (today, all) = trust::policies(&call.app, &call.actor).await?;
    Ok(Shown(Policies { today: today.map(Policy::from), items: all.into_iter().map(Policy::from).collect() }))
}

/// 从某天起的签名要求
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPolicy {
    /// 不早于今天
    from: Day,
    #[schema(inline)]
    rule: Rule,
    /// 只用于 at-least
    #[schema(minimum = 1, maximum = 99)]
    needed: Option<u32>,
    /// 公钥的名称；空的名单不信任任何签名
    keys: Vec<String>,
    /// 依据的文件名称和文号
    reason: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum Rule {
    AllOf,
    AnyOf,
    AtLeast,
}

pub async fn set_policy(call: Call, Body(new): Body<NewPolicy>) -> Answer<Done> {
    let rule = match new.rule {
        Rule::AllOf => TrustRule::AllOf,
        Rule::AnyOf => TrustRule::AnyOf,
        Rule::AtLeast => TrustRule::AtLeast(new.needed.unwrap_or_default()),
    };
    let draft = PolicyDraft { from: new.from.0, rule, keys: new.keys, reason: new.reason };
    trust::policy_set(&call.app, &call.actor, draft).await?;
    Ok(Done)
}

/// 签名不再符合要求的启用
#[derive(Serialize, ToSchema)]
pub struct Concerns {
    items: Vec<ConcernShape>,
}

/// 一项启用及其缺少的签名；它仍在运行
#[derive(Serialize, ToSchema)]
struct ConcernShape {
    plugin: String,
    version: String,
    digest: String,
    from: Day,
    trust: Trust,
}

impl From<Concern> for ConcernShape {
    fn from(concern: Concern) -> ConcernShape {
        ConcernShape {
            plugin: concern.enablement.plugin,
            version: concern.version,
            digest: concern.enablement.digest,
            from: Day(concern.enablement.from),
            trust: concern.trust.into(),
        }
    }
}

pub async fn concerns(call: Call) -> Answer<Shown<Concerns>> {
    let concerns = trust::concerns(&call.app, &call.actor).await?;
    Ok(Shown(Concerns { items: concerns.into_iter().map(ConcernShape::from).collect() }))
}

/// 为已安装的措施包添加签名
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSignature {
    /// minisign 签名文件的四行
    signature: String,
}

pub async fn add(call: Call, At((digest,)): At<(Word,)>, Body(new): Body<NewSignature>) -> Answer<Done> {
    trust::signature_add(&call.app, &call.actor, &digest.0, &new.signature).await?;
    Ok(Done)
}
