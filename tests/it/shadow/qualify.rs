//! "Would qualify if": the smallest change of one fact, to the fen, in a sentence; shown to who may see finances only.

use super::caseload::{Caseload, DAY};
use crate::support::people;
use crate::support::server::{TestServer, each_engine};
use doudi_domain::{Error, Fen};
use doudi_server::app::qualify::{self, Finding};

/// The finding whose sentence contains these words.
fn about<'a>(findings: &'a [Finding], words: &str) -> &'a Finding {
    let found = findings.iter().find(|finding| finding.sentence.contains(words));
    found.unwrap_or_else(|| panic!("nothing about {words} in {findings:#?}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_smallest_change_is_found_to_the_fen_and_told_in_a_sentence() {
    each_engine(DAY, async |server| {
        let caseload = Caseload::enter(server).await;
        let actor = server.actor(people::CHEN_LI);
        let look = async |number: &str| {
            qualify::would_qualify(&server.app, &actor, caseload.id(number), "dibao", DAY)
                .await
                .unwrap_or_else(|error| panic!("{number}: {error}: {error:?}"))
        };
        // 1,500.00 must fall below 1,420.00: by 80.01.
        let edge = look("edge").await;
        assert_eq!((edge.now.outcome.zh.as_str(), edge.pays), ("认定为低保边缘家庭", false));
        let wage = about(&edge.findings, "工资性收入每月减少");
        assert_eq!(wage.size, Some(Fen(8_001)));
        assert!(
            wage.sentence.ends_with("工资性收入每月减少 80.01 元（由 1,500.00 元到 1,419.99 元）"),
            "{}",
            wage.sentence
        );
        assert_eq!((wage.answer.outcome.zh.as_str(), wage.answer.amount), ("纳入低保", Fen(1)));
        let member = about(&edge.findings, "多一名共同生活的成员");
        assert_eq!((member.answer.amount, member.answer.covered), (Fen(3 * 71_000 - 150_000), 3));
        // Amounts come first, the smallest first; the rest has no size.
        let sizes: Vec<Option<Fen>> = edge.findings.iter().map(|finding| finding.size).collect();
        let known: Vec<Fen> = sizes.iter().copied().flatten().collect();
        assert!(known.is_sorted() && sizes[..known.len()].iter().all(Option::is_some), "{sizes:?}");
        // 50,000.00 saved, 34,080.00 allowed: exactly the limit still passes.
        let rich = look("rich").await;
        let deposit = about(&rich.findings, "存款减少");
        assert_eq!(deposit.size, Some(Fen(5_000_000 - 3_408_000)));
        assert_eq!(deposit.answer.amount, Fen(142_000));
        // Who is covered needs nothing.
        let worker = look("worker").await;
        assert!(worker.pays && worker.findings.is_empty());
        // No name in clear.
        for finding in edge.findings.iter().chain(&rich.findings) {
            assert!(!finding.sentence.contains("周某"), "{}", finding.sentence);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_is_for_offices_that_see_finances() {
    let server = TestServer::new(DAY).await;
    let caseload = Caseload::enter(&server).await;
    let path = format!("/households/{}/would-qualify", caseload.id("edge"));
    let page = server.client(people::WANG_FANG).await.get(&path).await.ok();
    page.has(&["差在哪里", "每月减少 80.01 元", "多一名共同生活的成员", "金额精确到分"]);
    server.client(people::HE_JING).await.get(&path).await.refused(403);
    server.client(people::SUN_LI).await.get(&path).await.refused(403);
    server.client(people::MA_DONG).await.get(&path).await.refused(404);
    let neighbour = server.actor(people::MENG_FAN);
    let hidden = qualify::would_qualify(&server.app, &neighbour, caseload.id("edge"), "dibao", DAY).await;
    assert!(matches!(hidden, Err(Error::NotFound { .. })), "{hidden:?}");
    server.close().await;
}
