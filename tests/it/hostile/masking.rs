//! A measure that says again what somebody typed: on a page, beside a form, in a refusal, in a case's title, on a paper. Nobody
//! reads an ID number, a telephone number or an account there, whatever his office.

use super::TODAY;
use super::pressed::press;
use crate::support::family::{self, Family};
use crate::support::guests;
use crate::support::people;
use crate::support::server::TestServer;
use doudi_domain::Role;
use doudi_server::app::plugin::GrantChoice;
use doudi_server::app::{document, notice};
use jiff::civil::date;

const ACCOUNT: &str = "6222020000000000123";

async fn city() -> (TestServer, Family) {
    let server = TestServer::watched(TODAY, |_| {}).await;
    let every_office: Vec<String> = Role::ALL.iter().map(|role| role.code().to_owned()).collect();
    let rogue = guests::rogue_with("rogue", &["tell-tale"], |manifest| {
        for page in &mut manifest.pages {
            page.roles = every_office.clone();
        }
        manifest.effects.push(doudi_documents::manifest::EffectWish {
            kind: "notice.issue".to_owned(),
            targets: Vec::new(),
            purpose: "用于测试：告知书".into(),
        });
    });
    server.enable(&rogue, &[people::COUNTY], date(2022, 1, 1), GrantChoice::All).await;
    let family = Family::enter(&server).await;
    (server, family)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_shows_no_office_a_number_of_a_person() {
    let (server, _) = city().await;
    let number = family::head_number();
    let grouped = format!("{} {} {}", &number[..6], &number[6..14], &number[14..]);
    let asked = format!(
        "/measures/rogue/echo?number={number}&grouped={}&phone={}&account={ACCOUNT}&kept=2022-07-20",
        grouped.replace(' ', "%20"),
        family::PHONE
    );
    for officer in
        [people::WANG_FANG, people::CHEN_LI, people::ZHAO_MIN, people::WU_TING, people::SUN_LI, people::ZHOU_MIN]
    {
        let page = server.client(officer).await.get(&asked).await.ok();
        let text = page.text();
        // The address itself, which the reader has typed, is not what the plugin says.
        let body = text.replace(&asked, "");
        for secret in [number.as_str(), grouped.as_str(), family::PHONE, ACCOUNT] {
            assert!(!body.contains(secret), "{officer}: “{secret}” is shown in {body}");
        }
        for shown in ["340223********", "138****0417", "**** 0123", "2022-07-20"] {
            assert!(body.contains(shown), "{officer}: no “{shown}” in {body}");
        }
    }
    // The figure of a cell, too: eleven digits that are a telephone number are none of a count.
    let page = server.client(people::WANG_FANG).await.get("/measures/rogue/echo?n=13800000417").await.ok();
    assert!(!page.text().contains("13800000417") && !page.text().contains("13,800,000,417"), "{}", page.text());
    // How often that happened is a figure.
    let figures = server.app.watch.render(&server.app);
    assert!(figures.contains("doudi_plugin_masked_total{"), "{figures}");
    server.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_title_and_a_paper_are_masked_before_they_are_stored() {
    let (server, family) = city().await;
    let pressed = press(&server, &family, "rogue", "tell-tale").await.unwrap_or_else(|error| panic!("{error}"));
    let officer = server.actor(people::WANG_FANG);
    let view = document::view(&server.app, &officer, pressed.document.expect("a case")).await.expect("her own case");
    let number = family::head_number();
    assert_eq!(view.document.title, "340223********".to_owned() + &number[14..]);
    assert!(view.steps.iter().all(|step| !step.note.contains(&number)), "{:?}", view.steps);
    let paper = view.notices.first().expect("a letter").id;
    let print = notice::print(&server.app, &officer, paper).await.expect("her own letter");
    let words = format!("{print:?}");
    assert!(!words.contains(&number) && !words.contains(ACCOUNT), "{words}");
    // A paper may name the telephone that is answered, and the kernel's own names stay.
    assert!(words.contains("13800000417") && words.contains(family::HEAD), "{words}");
    server.close().await;
}
