//! Endless loops, traps, memory, storms of calls: at every point, and without harm to the next caller or another county.

use super::*;
use std::time::{Duration, Instant};

/// Behaviour, code of the failure, a piece of its sentence.
pub const TABLE: &[(&str, &str, &str)] = &[
    ("spin", "out-of-time", "计算超过时限"),
    ("trap", "trapped", "程序异常中止"),
    ("panic", "trapped", "程序异常中止"),
    ("recurse", "trapped", "程序异常中止"),
    ("wild-pointer", "trapped", "程序异常中止"),
    ("hog", "out-of-memory", "内存需求超过上限（64 兆字节）"),
    ("hoard", "out-of-memory", "内存需求超过上限（64 兆字节）"),
    ("bad-utf8", "trapped", "返回的数据不符合接口约定"),
    ("beyond-memory", "trapped", "返回的数据不符合接口约定"),
    ("giant-question", "too-much", "超过限额"),
    ("question-storm", "too-much", "超过限额"),
    ("call-storm", "too-much", "超过限额"),
    ("read-storm", "too-much", "超过限额"),
    ("giant-error", "too-much", "超过限额"),
];

/// A nuisance, cut short by the host; the call itself succeeds.
pub const HARMLESS: &[&str] = &["log-flood", "log-odd"];

#[tokio::test(flavor = "multi_thread")]
async fn each_misbehaviour_is_named_and_the_next_call_is_served() {
    let host = guests::host();
    let rogue = guests::load(&host, guests::rogue()).await;
    let honest = guests::load(&host, guests::honest()).await;
    for (behaviour, code, sentence) in TABLE {
        let begun = Instant::now();
        let text = check_failure(behaviour, act(&host, &rogue, &context(340223), behaviour).await, code);
        assert!(text.contains(sentence) && text.contains("“办理”"), "{behaviour}: {text}");
        assert!(begun.elapsed() < Duration::from_secs(5), "{behaviour} took {:?}", begun.elapsed());
        check_serves_on(&host, &honest, behaviour).await;
        // The rogue itself begins anew with each call: nothing of the last one stays.
        assert!(act(&host, &rogue, &context(340223), "good").await.is_ok(), "after {behaviour}");
    }
}

/// Every extension point is guarded alike.
#[tokio::test(flavor = "multi_thread")]
async fn every_point_is_interrupted_and_survives_a_trap() {
    use doudi_plugin_host::{Block, EventInput, FillInput, Point};
    let host = guests::host();
    let rogue = guests::load(&host, guests::rogue()).await;
    for (behaviour, code) in
        [("spin", "out-of-time"), ("trap", "trapped"), ("hog", "out-of-memory"), ("call-storm", "too-much")]
    {
        for point in Point::ALL {
            let context = behaving(340223, behaviour);
            let reads = SmallTown::boxed();
            let block = || Block::from(SmallTown::columns(&[HouseholdId(1)], &[]));
            let what = format!("{behaviour} in {}", point.code());
            let result: Result<String, CallError> = match point {
                Point::Assess => {
                    let fields = rogue.granted_fields(&context.grants);
                    let columns = SmallTown::columns(&[HouseholdId(1)], &fields);
                    let columns = if fields.len() < rogue.manifest().fields().len() {
                        let mut town = SmallTown::default();
                        host.prefetch(&rogue, &context, &mut town, &[HouseholdId(1)], TODAY)
                            .await
                            .expect("a made-up town")
                    } else {
                        columns
                    };
                    host.assess(&rogue, &context, reads, columns).await.map(|called| format!("{:?}", called.value))
                }
                Point::Act => {
                    host.act(&rogue, &context, reads, press("good")).await.map(|called| format!("{:?}", called.value))
                }
                Point::React => {
                    let event = EventInput {
                        topic: "household.changed".into(),
                        household: Some(HouseholdId(1)),
                        person: None,
                        document: None,
                        payload: "{}".into(),
                    };
                    host.react(&rogue, &context, reads, event).await.map(|called| format!("{:?}", called.value))
                }
                Point::Tick => host
                    .tick(&rogue, &context, reads, "never-done", TODAY, None)
                    .await
                    .map(|called| format!("{:?}", called.value)),
                Point::View => {
                    let input = ViewInput { page: "good".into(), ..ViewInput::default() };
                    host.view(&rogue, &context, reads, input).await.map(|called| format!("{:?}", called.value))
                }
                Point::Fill => {
                    let input = FillInput { form: "good".into(), ..FillInput::default() };
                    host.fill(&rogue, &context, reads, input).await.map(|called| format!("{:?}", called.value))
                }
                Point::Answer => host
                    .answer(&rogue, &context, reads, "rogue.answer", TODAY, block())
                    .await
                    .map(|called| format!("{:?}", called.value)),
                Point::Indicators => host
                    .indicators(&rogue, &context, reads, TODAY, TODAY)
                    .await
                    .map(|called| format!("{:?}", called.value)),
                Point::Intake => host
                    .intake(&rogue, &context, reads, "feed", block())
                    .await
                    .map(|called| format!("{:?}", called.value)),
                Point::Migrate => {
                    host.migrate(&rogue, &context, reads, "1.0", &[]).await.map(|called| format!("{:?}", called.value))
                }
                Point::CheckSettings => {
                    host.check_settings(&rogue, &context, reads).await.map(|called| format!("{called:?}"))
                }
            };
            let text = check_failure(&what, result, code);
            assert!(text.contains(point.zh()), "{what}: {text}");
        }
    }
}

/// A guest of the script class has the limits of its class: four times the memory, and its own time.
#[tokio::test(flavor = "multi_thread")]
async fn the_script_class_has_its_own_limits() {
    use doudi_documents::manifest::ResourceClass;
    let mut config = guests::host_config();
    config.script.time_action = Duration::from_millis(1_600);
    let host = PluginHost::new(config).expect("the pool fits");
    let script = guests::with_manifest("rogue", |manifest| manifest.class = ResourceClass::Script);
    let script = guests::load(&host, &script).await;
    let rust = guests::load(&host, guests::rogue()).await;
    let text = check_failure("hog", act(&host, &script, &context(340223), "hog").await, "out-of-memory");
    assert!(text.contains("256 兆字节"), "{text}");
    let text = check_failure("spin", act(&host, &script, &context(340223), "spin").await, "out-of-time");
    assert!(text.contains("1600 毫秒"), "{text}");
    let text = check_failure("spin", act(&host, &rust, &context(340223), "spin").await, "out-of-time");
    assert!(text.contains("1000 毫秒"), "{text}");
}

/// The allocator the host itself calls into is guest code like any other.
#[tokio::test(flavor = "multi_thread")]
async fn spinning_while_arguments_are_handed_over_is_interrupted() {
    let host = guests::host();
    let guest = guests::load(&host, &guests::package("spin-realloc")).await;
    let begun = Instant::now();
    check_failure("spin-realloc", view(&host, &guest, "home").await, "out-of-time");
    assert!(begun.elapsed() < Duration::from_secs(5));
    let honest = guests::load(&host, guests::honest()).await;
    check_serves_on(&host, &honest, "spin-realloc").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn floods_of_diagnostics_are_cut_and_do_no_harm() {
    let host = guests::host();
    let rogue = guests::load(&host, guests::rogue()).await;
    for behaviour in HARMLESS {
        let called = act(&host, &rogue, &context(340223), behaviour)
            .await
            .unwrap_or_else(|error| panic!("{behaviour}: {error}"));
        assert!(called.logs.len() <= 100, "{behaviour}: {} lines", called.logs.len());
        for line in &called.logs {
            assert!(line.message.len() <= 1_024, "{behaviour}: a line of {} bytes", line.message.len());
            assert!(["debug", "info", "warn"].contains(&line.level.as_str()), "{behaviour}: level {}", line.level);
            assert!(
                !line.message.contains(['\n', '\u{1b}']),
                "{behaviour}: a line forges other lines: {:?}",
                line.message
            );
        }
    }
}

/// One county's spinning plugin does not make another county wait, even from every place it may have at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_county_is_served_meanwhile() {
    let host = guests::host();
    let rogue = guests::load(&host, guests::rogue()).await;
    let honest = guests::load(&host, guests::honest()).await;
    act(&host, &honest, &context(340281), "good").await.expect("warm");
    let attackers: Vec<_> = (0..30)
        .map(|_| {
            let (host, rogue) = (host.clone(), rogue.clone());
            tokio::spawn(async move { act(&host, &rogue, &context(340223), "spin").await.map(drop) })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(50)).await;
    let mut worst = Duration::ZERO;
    for _ in 0..20 {
        let begun = Instant::now();
        act(&host, &honest, &context(340281), "good").await.expect("the other county is served");
        worst = worst.max(begun.elapsed());
    }
    assert!(worst < Duration::from_millis(900), "a good call of another county took {worst:?}");
    let mut codes = std::collections::BTreeSet::new();
    for attacker in attackers {
        let error = attacker.await.expect("no panic").expect_err("it spins");
        codes.insert(error.code().to_owned());
    }
    // Those that came to run are stopped; those beyond the county's places are turned away.
    assert!(codes.is_subset(&["busy".to_owned(), "out-of-time".to_owned()].into()), "{codes:?}");
    assert!(codes.contains("out-of-time"));
    // All permits are back.
    for _ in 0..10 {
        act(&host, &rogue, &context(340223), "good").await.expect("the first county is served again");
    }
}

/// A caller who gives up (a closed browser) takes its call with it; nothing is left running or held.
#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_call_gives_everything_back() {
    let host = guests::host();
    let rogue = guests::load(&host, guests::rogue()).await;
    for round in 0..60 {
        let (host, rogue) = (host.clone(), rogue.clone());
        let call = tokio::spawn(async move { act(&host, &rogue, &context(340223), "spin").await.map(drop) });
        tokio::time::sleep(Duration::from_millis(round % 7)).await;
        call.abort();
    }
    for _ in 0..10 {
        act(&host, &rogue, &context(340223), "good").await.expect("no permit and no instance was lost");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_never_ends_is_bounded_step_by_step() {
    let host = guests::host();
    let rogue = guests::load(&host, guests::rogue()).await;
    let mut cursor: Option<String> = None;
    for _ in 0..5 {
        let step = host
            .tick(&rogue, &context(340223), SmallTown::boxed(), "never-done", TODAY, cursor.as_deref())
            .await
            .expect("a step is a step")
            .value;
        assert_ne!(step.next, cursor, "a step that does not move would run for ever");
        cursor = step.next;
    }
}
