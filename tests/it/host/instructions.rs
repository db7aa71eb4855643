//! Instructions are counted where the host is told to: the same number each time, whatever else the machine does, and a guest
//! that never returns ends at its number instead of a moment.

use super::*;

fn counting(instructions: u64) -> PluginHost {
    let mut config = guests::host_config();
    config.count_instructions = true;
    config.rust.instructions = instructions;
    PluginHost::new(config).expect("the pool fits")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_call_takes_the_same_number_of_instructions() {
    let host = counting(50_000_000);
    let honest = guests::load(&host, guests::honest()).await;
    let mut counts = std::collections::BTreeSet::new();
    for _ in 0..3 {
        let called = act(&host, &honest, &context(340223), "good").await.expect("it behaves");
        counts.insert(called.instructions.expect("counted"));
    }
    assert_eq!(counts.len(), 1, "{counts:?}");
    let count = counts.pop_first().expect("one");
    assert!((1_000..1_000_000).contains(&count), "a small button takes {count} instructions");
    let ordinary = guests::host();
    let honest = guests::load(&ordinary, guests::honest()).await;
    let called = act(&ordinary, &honest, &context(340223), "good").await.expect("it behaves");
    assert_eq!(called.instructions, None, "a server does not count");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endless_loop_ends_at_its_number() {
    let host = counting(2_000_000);
    let rogue = guests::load(&host, guests::rogue()).await;
    let text = check_failure("spin", act(&host, &rogue, &context(340223), "spin").await, "too-much");
    assert!(text.contains("计算超过 2000000 条指令"), "{text}");
    assert!(act(&host, &rogue, &context(340223), "good").await.is_ok());
}
