//! Publishers' keys, the signatures stored with releases, and what a county asks of them. Keys and signatures are the city's,
//! as releases are; a policy is a county's. Whether a signature is true is not asked here.

use crate::engine::{Row, args, broken};
use crate::{Snapshot, Write};
use doudi_domain::trust::{PublisherKey, ReleaseSignature, Revocation, TrustPolicy, TrustRule};
use doudi_domain::{Date, Error, Instant, Result, TrustPolicyId};
use serde_json::json;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewPublisherKey {
    pub name: String,
    pub publisher: String,
    pub public_key: String,
    pub key_id: String,
    pub from: Date,
    /// Exclusive.
    pub to: Option<Date>,
}

/// A signature somebody has checked the form of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewReleaseSignature {
    pub digest: String,
    pub key_id: String,
    pub text: String,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewTrustPolicy {
    pub from: Date,
    pub rule: TrustRule,
    pub keys: Vec<String>,
    pub reason: String,
}

/// More signatures than anyone gives a release. Those by keys nobody knows are fewer: anyone can make them, and they must not
/// take the place of the others.
const MOST_SIGNATURES: i64 = 32;
const MOST_UNKNOWN: i64 = 8;

macro_rules! key_columns {
    () => {
        "name, publisher, public_key, key_id, valid_from, valid_to, added_at, added_by, revoked_at, revoked_by, revoked_reason"
    };
}

fn read_key(row: &Row) -> Result<PublisherKey> {
    let revoked_at: Option<Instant> = row.get("revoked_at")?;
    Ok(PublisherKey {
        name: row.get("name")?,
        publisher: row.get("publisher")?,
        public_key: row.get("public_key")?,
        key_id: row.get("key_id")?,
        from: row.get("valid_from")?,
        to: row.get("valid_to")?,
        revoked: match revoked_at {
            Some(at) => Some(Revocation {
                at,
                by: row.get("revoked_by")?,
                reason: row.get::<Option<String>>("revoked_reason")?.unwrap_or_default(),
            }),
            None => None,
        },
        added_at: row.get("added_at")?,
        added_by: row.get("added_by")?,
    })
}

fn read_signature(row: &Row) -> Result<ReleaseSignature> {
    Ok(ReleaseSignature {
        digest: row.get("digest")?,
        key_id: row.get("key_id")?,
        text: row.get("signature")?,
        received_at: row.get("received_at")?,
        received_by: row.get("received_by")?,
    })
}

fn read_policy(row: &Row) -> Result<TrustPolicy> {
    let rule: String = row.get("rule")?;
    let needed: u32 = row.get("needed")?;
    Ok(TrustPolicy {
        id: row.get("id")?,
        county: row.get("county")?,
        from: row.get("valid_from")?,
        rule: TrustRule::parse(&rule, needed).ok_or_else(|| broken(format!("trust_policy.rule is {rule}")))?,
        keys: serde_json::from_str(&row.get::<String>("keys")?).map_err(broken)?,
        reason: row.get("reason")?,
        set_at: row.get("set_at")?,
        set_by: row.get("set_by")?,
    })
}

impl Snapshot {
    /// The keys the city knows, revoked ones included, by name.
    pub async fn publisher_keys_list(&mut self) -> Result<Vec<PublisherKey>> {
        let sql = concat!("SELECT ", key_columns!(), " FROM publisher_key");
        let mut keys = self.tx.all(sql, args![]).await?.iter().map(read_key).collect::<Result<Vec<_>>>()?;
        // The databases would not agree on the order of words.
        keys.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(keys)
    }

    /// The signatures of all releases, in the order they were received.
    pub async fn release_signatures_list(&mut self) -> Result<Vec<ReleaseSignature>> {
        let sql = "SELECT digest, signature, key_id, received_at, received_by FROM release_signature";
        self.signatures(sql, args![]).await
    }

    /// Those of one release.
    pub async fn release_signatures(&mut self, digest: &str) -> Result<Vec<ReleaseSignature>> {
        let sql = "SELECT digest, signature, key_id, received_at, received_by FROM release_signature WHERE digest = $1";
        self.signatures(sql, args![digest]).await
    }

    async fn signatures(&mut self, sql: &'static str, args: Vec<crate::engine::Arg>) -> Result<Vec<ReleaseSignature>> {
        let rows = self.tx.all(sql, args).await?;
        let mut signatures = rows.iter().map(read_signature).collect::<Result<Vec<_>>>()?;
        signatures.sort_by(|a, b| (a.received_at, &a.text).cmp(&(b.received_at, &b.text)));
        Ok(signatures)
    }

    /// What the county asks on a day; `None` when it has set nothing.
    pub async fn trust_policy_at(&mut self, day: Date) -> Result<Option<TrustPolicy>> {
        let sql = "SELECT id, county, valid_from, rule, needed, keys, reason, set_at, set_by FROM trust_policy
                   WHERE county = $1 AND valid_from <= $2 ORDER BY valid_from DESC, id DESC LIMIT 1";
        let row = self.tx.optional(sql, args![self.reach.county, day]).await?;
        row.as_ref().map(read_policy).transpose()
    }

    /// All the county ever asked and plans to ask, newest first.
    pub async fn trust_policies_list(&mut self) -> Result<Vec<TrustPolicy>> {
        let sql = "SELECT id, county, valid_from, rule, needed, keys, reason, set_at, set_by FROM trust_policy
                   WHERE county = $1 ORDER BY valid_from DESC, id DESC";
        self.tx.all(sql, args![self.reach.county]).await?.iter().map(read_policy).collect()
    }
}

impl Write {
    /// `Conflict` when the name or the key is known already.
    pub async fn publisher_key_add(&mut self, new: &NewPublisherKey) -> Result<()> {
        let sql =
            "INSERT INTO publisher_key (name, publisher, public_key, key_id, valid_from, valid_to, added_at, added_by)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        let values = args![
            &new.name,
            &new.publisher,
            &new.public_key,
            &new.key_id,
            new.from,
            new.to,
            self.now,
            self.actor.user_id()
        ];
        self.tx.run(sql, values).await?;
        let detail = json!({
            "publisher": new.publisher, "public_key": new.public_key, "from": new.from.to_string(),
            "to": new.to.map(|to| to.to_string()),
        });
        self.audit("trust.key-add", format_args!("publisher-key/{}", new.name), detail);
        Ok(())
    }

    /// For good: a key that was revoked once never counts again.
    pub async fn publisher_key_revoke(&mut self, name: &str, reason: &str) -> Result<()> {
        let sql = "UPDATE publisher_key SET revoked_at = $2, revoked_by = $3, revoked_reason = $4
                   WHERE name = $1 AND revoked_at IS NULL";
        if self.tx.run(sql, args![name, self.now, self.actor.user_id(), reason]).await? == 0 {
            return Err(Error::not_found("有效的公钥"));
        }
        self.audit("trust.key-revoke", format_args!("publisher-key/{name}"), json!({ "reason": reason }));
        Ok(())
    }

    /// Says whether it is new.
    pub async fn release_signature_add(&mut self, new: &NewReleaseSignature) -> Result<bool> {
        let known = self.signatures_count("SELECT COUNT(*) AS count FROM publisher_key WHERE key_id = $1", &new.key_id);
        let is_known = known.await? > 0;
        let (sql, most) = if is_known {
            ("SELECT COUNT(*) AS count FROM release_signature WHERE digest = $1", MOST_SIGNATURES)
        } else {
            let sql = "SELECT COUNT(*) AS count FROM release_signature WHERE digest = $1
                       AND key_id NOT IN (SELECT key_id FROM publisher_key)";
            (sql, MOST_UNKNOWN)
        };
        let there = self.signatures_count(sql, &new.digest).await?;
        let sql = "INSERT INTO release_signature (digest, signature, key_id, received_at, received_by)
                   VALUES ($1, $2, $3, $4, $5) ON CONFLICT (digest, signature) DO NOTHING";
        let values = args![&new.digest, &new.text, &new.key_id, self.now, self.actor.user_id()];
        if self.tx.run(sql, values).await? == 0 {
            return Ok(false);
        }
        if there >= most {
            let whose = if is_known { "" } else { "公钥没有登记的" };
            return Err(Error::refused(format!("一个措施包最多保存 {most} 个{whose}签名，已经满了，没有添加")));
        }
        let detail = json!({ "key": new.key_id });
        self.audit("release.sign", format_args!("release/{}", new.digest), detail);
        Ok(true)
    }

    async fn signatures_count(&mut self, sql: &'static str, of: &str) -> Result<i64> {
        crate::storage::count(&mut self.tx, sql, args![of]).await
    }

    /// From a date on, in place of what would apply then. A second policy of the same date takes the place of the first.
    pub async fn trust_policy_set(&mut self, new: &NewTrustPolicy) -> Result<TrustPolicyId> {
        let id = TrustPolicyId(self.tx.new_id().await?);
        let needed = match new.rule {
            TrustRule::AtLeast(number) => number,
            TrustRule::AllOf | TrustRule::AnyOf => 0,
        };
        let sql = "INSERT INTO trust_policy (county, id, valid_from, rule, needed, keys, reason, set_at, set_by)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        let keys = json!(new.keys).to_string();
        let values = args![
            self.county,
            id,
            new.from,
            new.rule.code(),
            needed,
            keys,
            &new.reason,
            self.now,
            self.actor.user_id()
        ];
        self.tx.run(sql, values).await?;
        let detail = json!({
            "from": new.from.to_string(), "rule": new.rule.code(), "needed": needed, "keys": new.keys,
            "reason": new.reason,
        });
        self.audit("trust.policy-set", format_args!("trust-policy/{id}"), detail);
        Ok(id)
    }

    /// On what a package was enabled: whose signatures, by which policy, or by an operator's word without any.
    pub fn enablement_trust_record(
        &mut self,
        digest: &str,
        by: &[String],
        policy: Option<TrustPolicyId>,
        unsigned: bool,
    ) {
        let detail = json!({ "signed_by": by, "policy": policy.map(|id| id.0), "unsigned": unsigned });
        self.audit("enablement.trust", format_args!("release/{digest}"), detail);
    }
}
