//! A plugin that keeps failing in a county rests there for a while: visibly, and only there.

use super::*;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn repeated_failures_put_a_plugin_to_rest_in_that_county_only() {
    let mut config = guests::host_config();
    config.strikes = 3;
    config.rest = Duration::from_secs(2);
    let host = PluginHost::new(config).expect("the pool fits");
    let rogue = guests::load(&host, guests::rogue()).await;
    for _ in 0..3 {
        check_failure("trap", act(&host, &rogue, &context(340223), "trap").await, "trapped");
    }
    let text = check_failure("resting", act(&host, &rogue, &context(340223), "good").await, "quarantined");
    assert!(text.contains("已暂停调用"), "{text}");
    assert!(act(&host, &rogue, &context(340281), "good").await.is_ok(), "another county is not punished");
    let honest = guests::load(&host, guests::honest()).await;
    check_serves_on(&host, &honest, "quarantine").await;
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    assert!(act(&host, &rogue, &context(340223), "good").await.is_ok(), "it comes back by itself");
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_and_denials_are_no_strikes_and_success_wipes_them_out() {
    let mut config = guests::host_config();
    config.strikes = 2;
    config.rest = Duration::from_secs(60);
    let host = PluginHost::new(config).expect("the pool fits");
    let rogue = guests::load(&host, guests::rogue()).await;
    for _ in 0..5 {
        act(&host, &rogue, &context(340223), "refuse").await.expect_err("it refuses");
        act(&host, &rogue, &context(340223), "ungranted-kind").await.expect_err("not granted");
        act(&host, &rogue, &context(340223), "trap").await.expect_err("it traps");
        act(&host, &rogue, &context(340223), "good").await.expect("one failure between successes is no pattern");
    }
    for _ in 0..2 {
        act(&host, &rogue, &context(340223), "trap").await.expect_err("it traps");
    }
    assert_eq!(act(&host, &rogue, &context(340223), "good").await.expect_err("resting").code(), "quarantined");
    host.release_from_quarantine(rogue.digest(), doudi_domain::County(340223));
    act(&host, &rogue, &context(340223), "good").await.expect("the administrator has looked");
}
