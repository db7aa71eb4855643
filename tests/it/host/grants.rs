//! Declared ∩ granted: what is asked for and not granted comes back empty and is noted; what is out of scope is not there.

use super::*;

async fn said(host: &PluginHost, plugin: &Arc<Plugin>, grants: &[&str], action: &str) -> (String, Vec<String>) {
    let context = CallContext { grants: Grants::new(grants.iter().copied()), ..context(340223) };
    let error = act(host, plugin, &context, action).await.expect_err("the rogue says what it saw in a refusal");
    assert_eq!(error.code(), "refused", "{error}");
    (error.to_string(), Vec::new())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ungranted_field_is_absent_in_every_row() {
    let host = guests::host();
    let rogue = guests::load(&host, guests::rogue()).await;
    for (grants, seen) in [
        (&["read:person.sex"][..], "性别 2；残疾等级 空(0)"),
        (&["read:person.disability-grade"], "性别 空(0)；残疾等级 2"),
        (&["read:person.sex", "read:person.disability-grade"], "性别 2；残疾等级 2"),
        (&[], "性别 空(0)；残疾等级 空(0)"), // empty means nothing
        (&["read:*", "read:person", "read:", "*", "read:person.sex "], "性别 空(0)；残疾等级 空(0)"), // no wild cards
        (&["read:income.wage"], "性别 空(0)；残疾等级 空(0)"), // granted, never declared
    ] {
        let (text, _) = said(&host, &rogue, grants, "peek").await;
        assert_eq!(text, seen, "with {grants:?}");
    }
}

/// Columns handed to `assess` are blanked too, whoever fetched them; the denial is noted for the administrator.
#[tokio::test(flavor = "multi_thread")]
async fn the_denial_is_noted() {
    let host = guests::host();
    let rogue = guests::load(&host, guests::rogue()).await;
    let context = context(340223);
    let mut town = SmallTown::default();
    let columns =
        host.prefetch(&rogue, &context, &mut town, &[HouseholdId(1), HouseholdId(2)], TODAY).await.expect("made up");
    let called = host.assess(&rogue, &context, SmallTown::boxed(), columns).await.expect("the rogue can behave");
    assert_eq!(called.value.len(), 2);
    assert_eq!(called.denials, ["read:person.disability-grade"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_out_of_scope_is_not_there() {
    let host = guests::host();
    let rogue = guests::load(&host, guests::rogue()).await;
    let (text, _) = said(&host, &rogue, &GRANTED, "pry").await;
    assert_eq!(text, "看到 3 户", "of two hundred tried");
    let (text, _) = said(&host, &rogue, &GRANTED, "too-many-ids").await;
    assert_eq!(text, "内核回答：limit");
    let (text, _) = said(&host, &rogue, &GRANTED, "odd-dates").await;
    assert_eq!(text, "内核回答：invalid、limit、limit、invalid、unknown");
    let (text, _) = said(&host, &rogue, &GRANTED, "snoop").await;
    assert!(text.ends_with("按号 0；决定 0"), "{text}");
    assert!(!text.starts_with("他人办件 0"), "another plugin's collection is an error, not an empty list: {text}");
}

/// Property of the whole list: for every capability the manifest asks for, the call works with it and not without it.
#[tokio::test(flavor = "multi_thread")]
async fn each_effect_needs_its_own_grant() {
    let host = guests::host();
    let rogue = guests::load(&host, guests::rogue()).await;
    let without = |capability: &str| Grants::new(GRANTED.iter().copied().filter(|granted| *granted != capability));
    let context = CallContext { grants: without("effect:document.put"), ..context(340223) };
    let text = check_failure("no document.put", act(&host, &rogue, &context, "good").await, "denied");
    assert!(text.contains("document.put"), "{text}");
    let context = CallContext { grants: Grants::none(), ..super::context(340223) };
    check_failure("no grants", act(&host, &rogue, &context, "good").await, "denied");
    let everything = CallContext { grants: Grants::all(rogue.manifest()), ..super::context(340223) };
    // With every grant the declared event passes, the undeclared notice still does not.
    assert!(act(&host, &rogue, &everything, "ungranted-kind").await.is_ok());
    let text = check_failure("undeclared", act(&host, &rogue, &everything, "undeclared-kind").await, "bad-output");
    assert!(text.contains("清单没有申报") && text.contains("notice.issue"), "{text}");
    // A topic is the plugin's own, whatever is granted: nobody announces a death in the kernel's name.
    let text = check_failure("foreign topic", act(&host, &rogue, &everything, "foreign-topic").await, "bad-output");
    assert!(text.contains("person.died"), "{text}");
}
