//! Signature × policy → outcome, as a county's IT officer would read it.

use super::*;
use jiff::civil::date;

fn policy(rule: TrustRule, keys: &[&str]) -> TrustPolicy {
    TrustPolicy {
        id: TrustPolicyId(1),
        county: County(340223),
        from: date(2022, 7, 1),
        rule,
        keys: keys.iter().map(|key| (*key).to_owned()).collect(),
        reason: "县信息化领导小组纪要".to_owned(),
        set_at: Instant(0),
        set_by: None,
    }
}

/// `公司 有效`, `市局 撤销`: who signed and what it is worth.
fn signatures(words: &str) -> Vec<(String, Standing)> {
    let standing = |word: &str| match word {
        "有效" => Standing::Valid,
        "未到" => Standing::NotYet,
        "过期" => Standing::Expired,
        "撤销" => Standing::Revoked,
        "不符" => Standing::Wrong,
        other => panic!("{other}"),
    };
    let pairs = words.split('，').filter(|pair| !pair.is_empty());
    pairs.map(|pair| pair.split_once(' ').map(|(name, word)| (name.to_owned(), standing(word))).unwrap()).collect()
}

#[test]
fn what_may_be_enabled() {
    use TrustRule::{AllOf, AnyOf, AtLeast};
    let none: Option<TrustPolicy> = None;
    let both = Some(policy(AllOf, &["公司", "市局"]));
    let either = Some(policy(AnyOf, &["公司", "市局"]));
    let two = Some(policy(AtLeast(2), &["公司", "市局", "检测机构"]));
    let nobody = |rule| Some(policy(rule, &[]));
    // 县区要求, 措施包上的签名, 能否启用
    let table: &[(&Option<TrustPolicy>, &str, bool)] = &[
        (&none, "", false),
        (&none, "公司 有效", true),
        (&none, "公司 过期", false),
        (&none, "公司 未到", false),
        (&none, "公司 撤销", false),
        (&none, "公司 不符", false),
        (&none, "公司 撤销，市局 有效", true),
        (&both, "", false),
        (&both, "公司 有效", false),
        (&both, "公司 有效，市局 有效", true),
        (&both, "公司 有效，市局 过期", false),
        (&both, "公司 有效，市局 撤销", false),
        (&both, "公司 有效，公司 有效", false),
        (&both, "公司 有效，市局 有效，检测机构 撤销", true),
        (&either, "", false),
        (&either, "市局 有效", true),
        (&either, "检测机构 有效", false),
        (&either, "公司 撤销", false),
        (&two, "公司 有效", false),
        (&two, "公司 有效，检测机构 有效", true),
        (&two, "公司 有效，公司 有效", false),
        (&two, "公司 有效，市局 不符", false),
    ];
    for (policy, signed, expected) in table {
        let verdict = judge(policy.as_ref(), &signatures(signed));
        let asked = policy.as_ref().map_or_else(|| NO_POLICY.to_owned(), TrustPolicy::sentence);
        assert_eq!(verdict.trusted, *expected, "{asked}｜{signed}");
        assert_eq!(verdict.lacking.is_empty(), *expected, "whoever is refused reads why: {asked}｜{signed}");
    }
    // An empty list is nobody, by every rule.
    for rule in [AllOf, AnyOf, AtLeast(0), AtLeast(1)] {
        for signed in ["", "公司 有效", "公司 有效，市局 有效"] {
            assert!(!judge(nobody(rule).as_ref(), &signatures(signed)).trusted, "{rule:?}｜{signed}");
        }
    }
    // Nor does "at least none" mean none.
    assert!(!judge(Some(&policy(AtLeast(0), &["公司"])), &[]).trusted);
}

#[test]
fn a_refusal_says_who_is_missing() {
    let two = policy(TrustRule::AtLeast(2), &["公司", "市局", "检测机构"]);
    let verdict = judge(Some(&two), &signatures("市局 有效，公司 撤销"));
    assert_eq!(verdict.lacking, "本县区要求：公司、市局、检测机构 中至少 2 个签名；现在有效的是 市局，还差 1 个");
    assert!(verdict.revoked && !verdict.unsigned);
    let both = judge(Some(&policy(TrustRule::AllOf, &["公司", "市局"])), &signatures("公司 有效"));
    assert_eq!(both.lacking, "本县区要求：公司、市局 都要签名；现在有效的是 公司，缺 市局");
    assert_eq!(verdict.by, ["市局"]);
    let verdict = judge(None, &[]);
    assert!(verdict.unsigned && verdict.lacking.contains("现在没有一个有效"), "{}", verdict.lacking);
}

#[test]
fn a_key_counts_in_its_time() {
    let key = |to: Option<Date>, revoked: bool| PublisherKey {
        name: "公司".into(),
        publisher: "某公司".into(),
        public_key: "RW".into(),
        key_id: "00".into(),
        from: date(2022, 1, 1),
        to,
        revoked: revoked.then(|| Revocation { at: Instant(0), by: None, reason: "私钥遗失".into() }),
        added_at: Instant(0),
        added_by: None,
    };
    let end = Some(date(2022, 12, 31));
    // 公钥止期, 撤销, 收到签名之日, 启用之日, 结果
    for (to, revoked, received, day, expected) in [
        (None, false, date(2022, 7, 1), date(2022, 7, 1), Standing::Valid),
        (None, false, date(2021, 12, 1), date(2021, 12, 31), Standing::NotYet),
        // Received before the key counted, enabled when it does.
        (None, false, date(2021, 12, 1), date(2022, 1, 1), Standing::Valid),
        // Received in time, enabled after the key ran out.
        (end, false, date(2022, 12, 30), date(2023, 5, 1), Standing::Valid),
        (end, false, date(2022, 12, 31), date(2022, 12, 31), Standing::Expired),
        (end, false, date(2023, 1, 1), date(2023, 1, 1), Standing::Expired),
        (None, true, date(2022, 7, 1), date(2022, 7, 1), Standing::Revoked),
        (end, true, date(2023, 7, 1), date(2023, 7, 1), Standing::Revoked),
    ] {
        assert_eq!(key(to, revoked).standing(received, day), expected, "{to:?} {revoked} {received} {day}");
    }
}
