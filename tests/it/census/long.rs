//! A long list: taken in behind the officer's back, block by block, told how far on its page, gone on with after a server dies,
//! and never twice, however often a step is tried. How long a hundred thousand rows take is measured by the bench (part `month`).

use super::lists::list;
use super::{TODAY, body, enabled};
use crate::support::family::{Family, id_number};
use crate::support::people;
use crate::support::server::{TestServer, each_engine};
use doudi_domain::household::NewHousehold;
use doudi_domain::id_number::IdNumber;
use doudi_domain::person::{NewPerson, Sex};
use doudi_domain::{Actor, DivisionCode, Error, FeedRunId};
use doudi_server::app::intake;
use doudi_server::worker::{TERMS, Worker};
use doudi_storage::import::{ImportHousehold, ImportMember, ImportPerson};
use jiff::civil::date;
use std::fmt::Write as _;

/// The n-th invented person; some share a birthday and none a number.
fn number(n: usize) -> String {
    let (day, sequence) = (n / 999, n % 999 + 1);
    let born = date(1950, 1, 1).saturating_add(jiff::Span::new().days(day as i64));
    let first_17 = format!("340223{:04}{:02}{:02}{sequence:03}", born.year(), born.month(), born.day());
    id_number(&first_17)
}

/// So many households of one, numbered on.
async fn crowd(server: &TestServer, count: usize) {
    let actor = Actor::System { division: DivisionCode::new(people::COUNTY).expect("a code") };
    for from in (0..count).step_by(5_000) {
        let household = |n: usize| {
            let text = number(n);
            let id_number = IdNumber::parse(&text).expect("a number");
            let person = NewPerson {
                name: format!("某{n}"),
                sex: Sex::Male,
                birth_date: id_number.birth_date(),
                id_number,
                ethnicity: 1,
                hukou_address: "某村".into(),
                phone: None,
                division: DivisionCode::new(people::VILLAGE).expect("a code"),
            };
            ImportHousehold {
                household: NewHousehold {
                    number: format!("DL-{n:06}"),
                    division: DivisionCode::new(people::VILLAGE).expect("a code"),
                    hukou_division: None,
                    address: "某组".into(),
                },
                members: vec![ImportMember {
                    person: ImportPerson::New(person),
                    relation: 2,
                    co_resident: true,
                    uncounted_reason: 0,
                    from: date(2020, 1, 1),
                    facts: Vec::new(),
                }],
                facts: Vec::new(),
            }
        };
        let block: Vec<ImportHousehold> = (from..(from + 5_000).min(count)).map(household).collect();
        let mut write = server.app.storage.write(&actor, server.app.now()).await.expect("a write");
        write.household_import_many(&block, "crowd").await.expect("entered");
        write.commit().await.expect("a commit");
    }
}

fn content(rows: usize) -> String {
    let mut text = String::from("身份证号,月工资\n");
    for n in 0..rows {
        // Each thousandth row has a slip in the wage.
        let wage = if n % 1_000 == 999 { "无".to_owned() } else { (1_000 + n % 500).to_string() };
        let _ = writeln!(text, "{},{wage}", number(n));
    }
    text
}

async fn wages_on_record(server: &TestServer) -> i64 {
    server.app.storage.facts_counted("income.wage").await.expect("a count")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_list_is_taken_in_behind_the_officers_back() {
    each_engine(TODAY, async |server| {
        enabled(server).await;
        crowd(server, 2_600).await;
        let document = list(server).await;
        let chen = server.client(people::CHEN_LI).await;
        let address = format!("/documents/{document}/feeds/wages");
        let text = content(2_600);
        let page = chen.post_files(&address, &[], &[("file", "长.csv", "text/csv", text.as_bytes())]).await.ok();
        let page = page.has(&["2600 行", "只试了前 2000 行", "有错误（行） 2"]);
        let run = page.links().into_iter().find(|link| link.ends_with("/run")).expect("the second step");
        let progress = chen.post(&run, &[]).await.done();
        let page = chen.get(&progress).await.ok().has(&["正在处理", "已处理 0 / 2,600 行"]);
        assert!(page.body().contains("http-equiv=\"refresh\""));
        assert_eq!(wages_on_record(server).await, 0);

        Worker::new(server.app.clone()).until_idle().await.expect("work");
        let page = chen.get(&progress).await.ok();
        page.has(&["处理结果", "已处理（行） 2598", "有错误（行） 2", "2001", "下载错误文件"]).lacks(&["http-equiv"]);
        assert_eq!(wages_on_record(server).await, 2_598);
        let told = body(server, people::CHEN_LI, document).await;
        assert_eq!((&told["taken"], &told["failed"]), (&2_598.into(), &2.into()), "{told}");
    })
    .await;
}

/// The step of a block runs twice, as after a server that died between its work and its word: the second time nothing happens.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_is_not_taken_again_and_what_was_not_is() {
    each_engine(TODAY, async |server| {
        enabled(server).await;
        crowd(server, 2_600).await;
        let document = list(server).await;
        let chen = server.actor(people::CHEN_LI);
        let text = content(2_600);
        let run = intake::begin(&server.app, &chen, document, "wages", text.as_bytes(), "长.csv").await.expect("begun");

        // A server takes the first block and dies before it can say so: its transaction is whole, its job is not done.
        one_block(server, run).await;
        let view = intake::run(&server.app, &chen, run).await.expect("there").run;
        assert_eq!((view.block, view.done, view.is_over()), (1, 1_000, false));
        // Another took the job over meanwhile, and both go on: each block is there once.
        let (first, second) = (Worker::new(server.app.clone()), Worker::new(server.app.clone()));
        server.clock.advance_seconds(TERMS.lease_seconds + 1);
        let stepped = tokio::join!(work(first), work(second), again(server, run), again(server, run));
        assert!(stepped.2.is_ok() && stepped.3.is_ok(), "{stepped:?}");
        let view = intake::run(&server.app, &chen, run).await.expect("there").run;
        assert_eq!((view.block, view.taken, view.failed, view.is_over()), (3, 2_598, 2, true));
        assert_eq!(wages_on_record(server).await, 2_598);
        // The end was told once.
        assert_eq!(server.app.storage.events_counted("feed.taken").await.expect("a count"), 1);
    })
    .await;
}

async fn work(mut worker: Worker) -> usize {
    worker.until_idle().await.expect("work")
}

/// What a worker does that believes the job to be its own.
async fn again(server: &TestServer, run: FeedRunId) -> Result<(), Error> {
    doudi_server::worker::take_feed(&server.app, &server.system(people::COUNTY), run, usize::MAX).await
}

async fn one_block(server: &TestServer, run: FeedRunId) {
    doudi_server::worker::take_feed(&server.app, &server.system(people::COUNTY), run, 1).await.expect("a block");
}

/// Who uploaded it is no longer with the county, or the measure is no longer enabled: it ends where it stands, with the reason.
#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_cannot_go_on_ends_with_its_reason() {
    let server = TestServer::new(TODAY).await;
    enabled(&server).await;
    Family::enter(&server).await;
    crowd(&server, 2_100).await;
    let document = list(&server).await;
    let chen = server.actor(people::CHEN_LI);
    let text = content(2_100);
    let begin = || intake::begin(&server.app, &chen, document, "wages", text.as_bytes(), "长.csv");
    let first = begin().await.expect("begun");
    one_block(&server, first).await;
    doudi_server::app::plugin::disable(&server.app, &server.system(people::COUNTY), "census", TODAY)
        .await
        .expect("off");
    Worker::new(server.app.clone()).until_idle().await.expect("work");
    let view = intake::run(&server.app, &chen, first).await.expect("there").run;
    assert_eq!((view.done, view.is_over()), (1_000, true));
    assert!(view.problem.as_deref().is_some_and(|why| why.contains("措施")), "{view:?}");
    server.close().await;
}
