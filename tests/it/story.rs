//! 张家 applies for dibao, over HTTP, as the right people one after another: search, application, 补正, acceptance, finance
//! check, survey by two, opinion, posting, confirmation, why, letter. At each step those whose task it is not are refused; on
//! both engines.

use crate::support::family::{self, Family};
use crate::support::server::{Client, TestServer, each_engine};
use crate::support::{Page, guests, people};
use doudi_domain::DocumentId;
use doudi_server::app::document;
use doudi_server::app::plugin::GrantChoice;
use jiff::ToSpan;
use jiff::civil::{Date, date};

/// Wednesday.
const BEGIN: Date = date(2022, 7, 20);
const PNG: &[u8] =
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\0IEND\xaeB`\x82";

/// Everybody who might press a button; each step names the few who may.
const PRESSERS: [&str; 10] = [
    people::HE_JING,
    people::WANG_FANG,
    people::LI_MING,
    people::CHEN_LI,
    people::ZHAO_MIN,
    people::WU_TING,
    people::SUN_LI,
    people::ZHOU_MIN,
    people::MA_DONG,
    people::MENG_FAN,
];

struct Case<'a> {
    server: &'a TestServer,
    document: DocumentId,
}

impl Case<'_> {
    async fn state(&self) -> String {
        let view = document::view(&self.server.app, &self.server.actor(people::ZHAO_MIN), self.document).await;
        view.unwrap_or_else(|error| panic!("{error}: {error:?}")).document.state
    }

    async fn due(&self) -> Option<Date> {
        let view = document::view(&self.server.app, &self.server.actor(people::ZHAO_MIN), self.document).await;
        view.unwrap_or_else(|error| panic!("{error}: {error:?}")).document.due
    }

    fn address(&self, action: &str) -> String {
        format!("/documents/{}/actions/{action}", self.document)
    }

    /// Fills in the form of a button and presses it, as a browser does: the hidden key comes from the page.
    async fn try_press(
        &self,
        client: &Client<'_>,
        action: &str,
        fields: &[(&str, &str)],
        files: &[(&str, &str, &str, &[u8])],
    ) -> Page {
        let form = client.get(&self.address(action)).await;
        let key = form.hidden("_key").unwrap_or_default();
        let mut fields = fields.to_vec();
        fields.push(("_key", &key));
        client.post_files(&self.address(action), &fields, files).await
    }

    /// Everybody else is refused and nothing moves; then the right one presses and the case stands where it should.
    async fn press(&self, by: &'static str, also: &[&str], action: &str, fields: &[(&str, &str)], state: &str) {
        let before = self.state().await;
        for login in PRESSERS {
            if login == by || also.contains(&login) {
                continue;
            }
            let page = self.try_press(&self.server.client(login).await, action, fields, &[]).await;
            assert!(matches!(page.status, 403 | 404), "{action} by {login}: {} {}", page.status, page.excerpt());
            assert_eq!(self.state().await, before, "{action} by {login} moved the case");
        }
        self.by(by, action, fields, state).await;
    }

    async fn by(&self, by: &'static str, action: &str, fields: &[(&str, &str)], state: &str) {
        let client = self.server.client(by).await;
        let page = self.try_press(&client, action, fields, &[("papers", "照片.png", "image/png", PNG)]).await;
        let location = page.done();
        assert!(location.starts_with(&format!("/documents/{}", self.document)), "{action}: {location}");
        assert_eq!(self.state().await, state, "after {action}");
        // The page of the case is there for everyone in its path, with the button gone or changed.
        client.get(&format!("/documents/{}", self.document)).await.ok();
    }
}

async fn city(server: &TestServer) -> Family {
    let package = guests::plugin("dibao");
    server.enable(&package, &[people::COUNTY, people::OTHER_COUNTY], date(2022, 1, 1), GrantChoice::All).await;
    let manifest = guests::load(&server.app.host, &package).await.manifest().clone();
    for parameter in &manifest.parameters {
        if let Some(value) = parameter.example {
            server.set_parameter(people::COUNTY, &format!("dibao.{}", parameter.code), value, date(2022, 1, 1)).await;
        }
    }
    Family::enter(server).await
}

#[tokio::test(flavor = "multi_thread")]
async fn from_the_search_to_the_letter() {
    each_engine(BEGIN, async |server| {
        let family = city(server).await;
        let wang_fang = server.client(people::WANG_FANG).await;

        // Search opens empty, finds by name and by initials, and masks.
        wang_fang.get("/households").await.ok().lacks(&[family::NUMBER]);
        for words in ["%E5%BC%A0%E5%BB%BA%E5%9B%BD", "zjg", family::NUMBER] {
            let page = wang_fang.get(&format!("/households?q={words}")).await.ok().has(&["张**"]);
            page.lacks(&[&family::head_number()]);
        }
        let file = wang_fang.get(&format!("/households/{}", family.household)).await.ok().has(&["张*", family::NUMBER]);
        file.lacks(&[family::HEAD, &family::head_number(), family::PHONE]);

        // A new application, incomplete: the wife has neither signed nor said that she has no income.
        let new = format!("/households/{}/new/dibao/application", family.household);
        let form = wang_fang.get(&new).await.ok();
        let key = form.hidden("_key").expect("a key");
        let head = family.head.to_string();
        let wife = family.wife.to_string();
        let fields = [
            ("applicant", head.as_str()),
            ("basis", "family"),
            ("near-relative", "0"),
            ("signed", head.as_str()),
            ("declared", "yes"),
            ("_key", key.as_str()),
        ];
        let location = wang_fang.post_files(&new, &fields, &[("papers", "户口簿.png", "image/png", PNG)]).await.done();
        let again = wang_fang.post_files(&new, &fields, &[]).await.done();
        let place = |location: &str| location.split('?').next().unwrap_or_default().to_owned();
        assert_eq!(place(&again), place(&location), "pressed twice, the same case is shown");
        let number = |location: &str| {
            location.trim_start_matches("/documents/").split('?').next().unwrap_or_default().to_owned()
        };
        let cases =
            doudi_server::app::household::file(&server.app, &server.actor(people::WANG_FANG), family.household, None)
                .await
                .expect("hers")
                .documents;
        assert_eq!(cases.len(), 1, "pressed twice, done once");
        let document = DocumentId(number(&location).parse().unwrap_or_else(|_| panic!("{location}")));
        let case = Case { server, document };
        assert_eq!(case.state().await, "draft");

        // A second application beside the open one is refused, and the open one named.
        let form = wang_fang.get(&new).await.ok();
        let second_key = form.hidden("_key").expect("a key");
        let mut second = fields.to_vec();
        second.pop();
        second.push(("_key", &second_key));
        let page = wang_fang.post_files(&new, &second, &[]).await;
        assert_eq!(page.status, 422, "{}", page.excerpt());
        page.has(&["2022-000001", "正在办理"]);

        // 补正: everything missing is told at once.
        case.press(people::WANG_FANG, &[people::HE_JING], "submit", &[], "submitted").await;
        let page = case.try_press(&wang_fang, "accept", &[], &[]).await;
        assert_eq!(page.status, 422, "{}", page.excerpt());
        page.has(&["授权书", "银行账户", "收入"]);
        assert_eq!(case.state().await, "submitted");
        case.press(people::WANG_FANG, &[], "request-supplement", &[("more", "请补交银行账户复印件")], "supplement")
            .await;
        wang_fang.get(&format!("/documents/{document}")).await.ok().has(&["授权书"]);
        let complete = [
            ("applicant", head.as_str()),
            ("basis", "family"),
            ("near-relative", "0"),
            ("signed", head.as_str()),
            ("signed", wife.as_str()),
            ("no-income", wife.as_str()),
            ("account-ready", "yes"),
            ("declared", "yes"),
        ];
        server.clock.set(BEGIN.saturating_add(2.days()));
        case.press(people::WANG_FANG, &[people::HE_JING], "edit", &complete, "supplement").await;
        case.press(people::WANG_FANG, &[people::HE_JING], "resubmit", &[], "submitted").await;

        // Acceptance on Friday; the check is due on the third working day.
        case.press(people::WANG_FANG, &[], "accept", &[], "accepted").await;
        assert_eq!(case.due().await, Some(date(2022, 7, 27)), "three working days from Friday 22 July");
        case.press(people::WANG_FANG, &[], "request-check", &[], "checking").await;
        let check = [
            ("result", "pass"),
            ("report", "核对报告 2022-0417"),
            ("checked-on", "2022-07-22"),
            ("summary", "未见异常"),
        ];
        case.press(people::CHEN_LI, &[], "record-check", &check, "surveying").await;

        // The survey by two, the opinion by one who was not there.
        server.clock.set(date(2022, 7, 26));
        let second = server.user_id(people::ZHOU_QIANG).to_string();
        let alone = server.user_id(people::WANG_FANG).to_string();
        let mut survey = [
            ("visited-on", "2022-07-26"),
            ("second", alone.as_str()),
            ("met", head.as_str()),
            ("signed", "yes"),
            ("findings", "与申报一致"),
        ];
        assert_eq!(case.try_press(&wang_fang, "survey", &survey, &[]).await.status, 422, "one alone is no survey");
        survey[1].1 = second.as_str();
        case.press(people::WANG_FANG, &[], "survey", &survey, "assessed").await;
        case.press(people::LI_MING, &[], "opine", &[("proposal", "grant"), ("remark", "拟纳入")], "proposed").await;

        // Seven full days of posting: not one day early.
        case.press(people::WANG_FANG, &[], "post", &[("place", "黄墓村村务公开栏")], "posting").await;
        let close = [("no-objection", "yes")];
        for day in [0, 3, 7] {
            server.clock.set(date(2022, 7, 26).saturating_add(day.days()));
            let page =
                case.try_press(&wang_fang, "close-posting", &close, &[("papers", "公示.png", "image/png", PNG)]).await;
            assert!(matches!(page.status, 403 | 422), "day {day}: {} {}", page.status, page.excerpt());
            assert_eq!(case.state().await, "posting", "day {day}");
        }
        server.clock.set(date(2022, 8, 3));
        case.press(people::WANG_FANG, &[], "close-posting", &close, "confirming").await;

        // Confirmation by the county, paid from the next month.
        let page = server.client(people::ZHAO_MIN).await.get("/worklist").await.ok();
        assert!(
            page.links().iter().any(|link| link.starts_with(&format!("/documents/{document}"))),
            "it is on her list"
        );
        case.press(people::ZHAO_MIN, &[], "confirm", &[("remark", "同意")], "confirmed").await;
        let decisions = doudi_server::app::decision::list_of_household(
            &server.app,
            &server.actor(people::ZHAO_MIN),
            family.household,
        )
        .await
        .expect("she may");
        let decision = decisions.last().expect("a decision");
        assert_eq!((decision.amount.0, decision.covered_persons, decision.from), (63_000, 3, date(2022, 9, 1)));
        assert_eq!(decision.decided_by_name, "赵敏");

        // Why: the amount, the standard, the articles; the same bytes again.
        let zhao_min = server.client(people::ZHAO_MIN).await;
        let why = format!("/decisions/{}", decision.id);
        zhao_min.get(&why).await.ok().has(&["630.00", "710.00", "民发〔2021〕57号", "未核实", "1,500.00"]);
        zhao_min.post(&format!("{why}/replay"), &[]).await.ok().has(&["一致"]);
        for login in [people::MENG_FAN, people::MA_DONG] {
            server.client(login).await.get(&why).await.refused(404);
        }

        // The letter, and the posting without anything but name, size and amount.
        let view = document::view(&server.app, &server.actor(people::WANG_FANG), document).await.expect("hers");
        assert!(view.notices.len() >= 2, "a posting and a letter: {:?}", view.notices);
        let (mut letters, mut postings, mut supplements) = (0, 0, 0);
        for notice in &view.notices {
            let page = wang_fang.get(&format!("/notices/{}", notice.id)).await.ok();
            page.clone().lacks(&[&family::head_number(), family::PHONE, &family::head_number()[14..]]);
            if page.text().contains("公示") && !page.text().contains("告知书") {
                postings += 1;
                page.clone().has(&["630"]).lacks(&["残疾", "重病", "1,800", "1800.00", family::ADDRESS]);
            } else if page.text().contains("补正") {
                // The letter of 补正 names members by relation and year of birth, as a measure knows no names.
                supplements += 1;
                page.has(&[family::HEAD, "授权书", "银行账户"]);
            } else {
                letters += 1;
                page.has(&[family::HEAD, "630"]);
            }
        }
        assert_eq!((supplements, postings, letters), (1, 1, 1), "one of 补正, one posting, one decision");
        // Numbered by the county, letters and postings apart, and printed.
        let mut numbers: Vec<&str> = view.notices.iter().map(|notice| notice.number.as_str()).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, ["告字〔2022〕1号", "告字〔2022〕2号", "示字〔2022〕1号"]);
        for notice in &view.notices {
            wang_fang.get(&format!("/notices/{}", notice.id)).await.ok().has(&[&notice.number]);
        }
        // Over: when it ended, no longer how far away the limit is; and the family cannot apply a second time.
        let page = wang_fang.get(&format!("/documents/{document}")).await.ok();
        page.has(&["办结日期", "已办结"]).lacks(&["还剩", "不需要"]);

        // The timeline tells the story; the audit chain holds.
        let file = wang_fang.get(&format!("/households/{}", family.household)).await.ok();
        file.has(&["630.00"]);
        let verdict =
            doudi_server::app::audit::verify(&server.app, &server.actor(people::ZHOU_MIN)).await.expect("she may");
        assert!(verdict.broken.is_none(), "{verdict:?}");
    })
    .await;
}

/// A family above the line: refused in writing, with the finding, the article and where to turn.
#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_comes_with_a_letter() {
    each_engine(BEGIN, async |server| {
        let family = city(server).await;
        let (app, wang_fang) = (&server.app, server.actor(people::WANG_FANG));
        let raise = family::fact(family.wife, "income.wage", "3000", date(2022, 1, 1));
        doudi_server::app::household::record_fact(app, &wang_fang, family.household, raise)
            .await
            .expect("a second wage");
        let client = server.client(people::WANG_FANG).await;
        let (head, wife) = (family.head.to_string(), family.wife.to_string());
        let new = format!("/households/{}/new/dibao/application", family.household);
        let fields = [
            ("applicant", head.as_str()),
            ("basis", "family"),
            ("near-relative", "0"),
            ("signed", head.as_str()),
            ("signed", wife.as_str()),
            ("account-ready", "yes"),
            ("declared", "yes"),
        ];
        let location = client.post_files(&new, &fields, &[]).await.done();
        let id =
            location.trim_start_matches("/documents/").split('?').next().unwrap_or_default().parse().expect("a case");
        let case = Case { server, document: DocumentId(id) };
        case.by(people::WANG_FANG, "submit", &[], "submitted").await;
        case.by(people::WANG_FANG, "accept", &[], "accepted").await;
        case.by(people::WANG_FANG, "request-check", &[], "checking").await;
        let check = [("result", "pass"), ("report", "核对报告 2022-0418"), ("checked-on", "2022-07-20")];
        case.by(people::CHEN_LI, "record-check", &check, "surveying").await;
        let second = server.user_id(people::ZHOU_QIANG).to_string();
        let survey = [
            ("visited-on", "2022-07-20"),
            ("second", second.as_str()),
            ("met", head.as_str()),
            ("signed", "yes"),
            ("findings", "妻子在外务工"),
        ];
        case.by(people::WANG_FANG, "survey", &survey, "assessed").await;
        // The rules say no, so an opinion to grant is refused, even by the right office.
        let li_ming = server.client(people::LI_MING).await;
        assert_eq!(case.try_press(&li_ming, "opine", &[("proposal", "grant")], &[]).await.status, 422);
        case.by(people::LI_MING, "opine", &[("proposal", "refuse")], "confirming").await;
        case.by(people::ZHAO_MIN, "refuse", &[("ground", "rule")], "refused").await;
        let view = document::view(app, &wang_fang, case.document).await.expect("hers");
        let letter = view.notices.last().expect("a letter");
        let page = client.get(&format!("/notices/{}", letter.id)).await.ok();
        page.has(&["行政复议", "行政诉讼", "民发〔2021〕57号"]).lacks(&[&family::head_number(), family::PHONE]);
        let decision = view.decisions.last().expect("a decision");
        assert_eq!(decision.amount.0, 0);
        // A proposal to refuse is not posted, and the path says so.
        client.get(&format!("/documents/{}", case.document)).await.ok().has(&["不需要", "办结日期"]).lacks(&["还剩"]);
        let zhao_min = server.client(people::ZHAO_MIN).await;
        zhao_min.get(&format!("/decisions/{}", decision.id)).await.ok().has(&["条文待核"]);
    })
    .await;
}
