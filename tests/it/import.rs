//! The roster importer users have: one file in three encodings gives the same households; a dry run writes nothing; a row that
//! fails never stops the others; the error file is the input plus reasons; what is ambiguous is an error, never a guess; the
//! same file again changes nothing. On both engines.

use crate::support::family::id_number;
use crate::support::people;
use crate::support::server::{TestServer, each_engine};
use doudi_server::app::household::{self, SearchQuery};
use doudi_server::roster::{self, Options, Report};
use jiff::civil::date;

const TODAY: jiff::civil::Date = date(2022, 7, 20);
const HEADINGS: [&str; 10] = [
    "户编号",
    "与户主关系",
    "姓名",
    "公民身份号码",
    "居住村（居）",
    "住址",
    "联系电话",
    "工资性收入（元/月）",
    "残疾类别",
    "残疾等级",
];

fn row(cells: [&str; 10]) -> Vec<String> {
    cells.map(str::to_owned).to_vec()
}

/// Three good households of 许镇.
fn good() -> Vec<Vec<String>> {
    let number = |first: &str| id_number(first);
    vec![
        row([
            "H-1",
            "户主",
            "曾庆元",
            &number("34022319580203011"),
            "340223101201",
            "黄墓村一组",
            "13800000001",
            "",
            "",
            "",
        ]),
        row(["H-1", "妻", "单秀兰", &number("34262319600406022"), "", "", "", "650.50", "", ""]),
        row([
            "H-2",
            "户主",
            "查明",
            &number("34022319900111013"),
            "340223101201",
            "黄墓村二组",
            "",
            "",
            "智力",
            "三级",
        ]),
        row([
            "H-3",
            "户主",
            "解放",
            &number("34022319830715051"),
            "340223101200",
            "丁塘村三组",
            "",
            "1，800元",
            "",
            "",
        ]),
        row(["H-3", "子", "解小军", &number("34022320120101017"), "", "", "", "", "", ""]),
    ]
}

fn csv(rows: &[Vec<String>]) -> String {
    let mut text = HEADINGS.join(",") + "\n";
    for row in rows {
        text.push_str(&row.iter().map(|cell| format!("\"{cell}\"")).collect::<Vec<_>>().join(","));
        text.push('\n');
    }
    text
}

fn xlsx(rows: &[Vec<String>]) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let page = book.add_worksheet();
    for (column, heading) in HEADINGS.iter().enumerate() {
        page.write_string(0, column as u16, *heading).expect("a heading");
    }
    for (line, row) in rows.iter().enumerate() {
        for (column, cell) in row.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
            page.write_string(line as u32 + 1, column as u16, cell).expect("a cell");
        }
    }
    book.save_to_buffer().expect("a workbook")
}

/// The same rows as UTF-8 with and without mark, as GB18030, as a workbook.
fn encodings(rows: &[Vec<String>]) -> Vec<(&'static str, Vec<u8>)> {
    let text = csv(rows);
    let mut marked = b"\xef\xbb\xbf".to_vec();
    marked.extend_from_slice(text.as_bytes());
    let (national, _, lossy) = encoding_rs::GB18030.encode(&text);
    assert!(!lossy, "GB18030 has every character");
    vec![
        ("花名册.csv", text.clone().into_bytes()),
        ("带标记.csv", marked),
        ("国标.csv", national.into_owned()),
        ("花名册.xlsx", xlsx(rows)),
    ]
}

async fn import(server: &TestServer, name: &str, bytes: &[u8], dry_run: bool) -> Report {
    let options = Options { file_name: name.to_owned(), dry_run };
    roster::import(&server.app, &server.actor(people::CHEN_LI), bytes, &options, &mut |_, _| {})
        .await
        .unwrap_or_else(|error| panic!("{name}: {error}: {error:?}"))
}

async fn households(server: &TestServer) -> usize {
    let scope = server.actor(people::CHEN_LI).scope();
    let mut snapshot = server.app.storage.snapshot(scope).await.expect("a snapshot");
    let count = snapshot.household_ids(None, 1_000).await.expect("ids").len();
    snapshot.close().await.expect("closed");
    count
}

fn counts(report: &Report) -> [usize; 4] {
    [report.households_new, report.households_changed, report.households_unchanged, report.households_failed]
}

#[tokio::test(flavor = "multi_thread")]
async fn three_encodings_one_result() {
    for position in 0..4 {
        each_engine(TODAY, async |server| {
            let (name, bytes) = &encodings(&good())[position];
            let dry = import(server, name, bytes, true).await;
            assert_eq!((counts(&dry), dry.rows, dry.rows_failed), ([3, 0, 0, 0], 5, 0), "{name}: {:?}", dry.problems);
            assert_eq!(households(server).await, 0, "{name}: a dry run wrote something");
            let report = import(server, name, bytes, false).await;
            assert_eq!(counts(&report), [3, 0, 0, 0], "{name}: {:?}", report.problems);
            assert!(report.batch.is_some() && report.error_file.is_none());
            assert_eq!(households(server).await, 3);
            // Again, and again from another encoding: nothing changes.
            for (name, bytes) in &encodings(&good()) {
                let again = import(server, name, bytes, false).await;
                assert_eq!(counts(&again), [0, 0, 3, 0], "{name}: {:?}", again.problems);
            }
            assert_eq!(households(server).await, 3);
            check_found(server).await;
        })
        .await;
    }
}

/// What came in can be found, and stands where it should.
async fn check_found(server: &TestServer) {
    let wang_fang = server.actor(people::WANG_FANG);
    for (words, number) in [
        ("曾庆元", "H-1"),
        ("zqy", "H-1"),
        ("shanxiulan", "H-1"),
        ("zhaming", "H-2"),
        ("xiefang", "H-3"),
        ("H-2", "H-2"),
    ] {
        let query = SearchQuery { text: words.to_owned(), ..SearchQuery::default() };
        let found =
            household::search(&server.app, &wang_fang, &query).await.unwrap_or_else(|error| panic!("{words}: {error}"));
        assert!(found.items.iter().any(|row| row.number == number), "{words}: {:?}", found.items);
    }
    let query = SearchQuery { text: "解放".to_owned(), ..SearchQuery::default() };
    let id = household::search(&server.app, &wang_fang, &query).await.expect("found").items[0].id;
    let file = household::file(&server.app, &wang_fang, id, None).await.expect("hers");
    assert_eq!(file.members.len(), 2);
    let wage = file
        .members
        .iter()
        .flat_map(|member| &member.facts)
        .find(|fact| fact.fact.field.as_str() == "income.wage")
        .expect("a wage");
    assert_eq!(wage.fact.value, doudi_domain::fact::Value::Int(180_000));
    assert!(wage.fact.batch.is_some(), "a fact says which batch it came with");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_row_never_stops_the_others() {
    each_engine(TODAY, async |server| {
        let mut rows = good();
        let bad = [
            ("B-1", "34022319580203012", "校验位", 3),
            ("B-2", "340223195802300118", "出生日期", 3),
            ("B-3", "12345", "18 位", 3),
        ];
        for (number, id, _, _) in bad {
            let id = if id.len() == 17 {
                let right = id_number(id);
                let last = if right.ends_with('5') { "6" } else { "5" };
                format!("{id}{last}")
            } else {
                id.to_owned()
            };
            rows.push(row([number, "户主", "王一", &id, "340223101201", "黄墓村", "", "", "", ""]));
        }
        // A village of another county, a name that is no village, an amount that is none, a category without a table entry.
        rows.push(row(["B-4", "户主", "王二", &id_number("34022319700101011"), "340281100001", "", "", "", "", ""]));
        rows.push(row(["B-5", "户主", "王三", &id_number("34022319700101012"), "乌有村", "", "", "", "", ""]));
        rows.push(row(["B-6", "户主", "王四", &id_number("34022319700101013"), "340223101201", "", "", "6,5", "", ""]));
        rows.push(row([
            "B-7",
            "户主",
            "王五",
            &id_number("34022319700101014"),
            "340223101201",
            "",
            "",
            "",
            "隐形",
            "三级",
        ]));
        // Two heads; no head; the same person twice.
        rows.push(row(["B-8", "户主", "王六", &id_number("34022319700101015"), "340223101201", "", "", "", "", ""]));
        rows.push(row(["B-8", "户主", "王七", &id_number("34022319700101016"), "", "", "", "", "", ""]));
        rows.push(row(["B-9", "妻", "王八姑", &id_number("34022319700101018"), "340223101201", "", "", "", "", ""]));
        rows.push(row(["B-10", "户主", "曾庆元", &id_number("34022319580203011"), "340223101201", "", "", "", "", ""]));
        for (name, bytes) in encodings(&rows) {
            let report = import(server, name, &bytes, true).await;
            // H-1 shares a person with B-10: neither is guessed. The others come in.
            assert!(report.households_new >= 2, "{name}: {:?}", report.problems);
            let text: String = report.problems.iter().map(|problem| format!("{problem}\n")).collect();
            for words in ["校验位不符", "出生日期", "应为 18 位", "340281100001", "乌有村", "6,5", "隐形", "户主"]
            {
                assert!(text.contains(words), "{name}: no “{words}” in\n{text}");
            }
            for problem in &report.problems {
                assert!(problem.line >= 2 && problem.line <= rows.len() + 1, "{problem}");
            }
        }
        let (name, bytes) = &encodings(&rows)[3];
        let report = import(server, name, bytes, false).await;
        let file = report.error_file.expect("an error file");
        assert_eq!(file.name, "花名册-错误.xlsx");
        assert_eq!(households(server).await, report.households_new);

        // The error file, mended, is imported as it is: here by taking the bad rows out and the ambiguous person away.
        let text = csv(&rows);
        let csv_report = import(server, "花名册.csv", text.as_bytes(), false).await;
        let errors = csv_report.error_file.expect("an error file");
        let errors = String::from_utf8(errors.bytes).expect("UTF-8 in, UTF-8 out");
        assert_eq!(errors.lines().count(), rows.len() + 1, "the input, line by line");
        assert!(errors.lines().next().expect("headings").ends_with("错误原因"));
        assert!(errors.lines().nth(6).expect("the first bad row").contains("校验位不符"), "{errors}");
        let again = import(server, "花名册-错误.csv", errors.as_bytes(), true).await;
        assert_eq!(again.households_new, 0, "nothing new in it");
        assert_eq!(again.rows_failed, csv_report.rows_failed, "the same rows fail for the same reasons");
    })
    .await;
}

/// A person who is on file in another household is an error row, whatever the number says.
#[tokio::test(flavor = "multi_thread")]
async fn an_ambiguous_match_is_an_error() {
    each_engine(TODAY, async |server| {
        import(server, "a.csv", csv(&good()).as_bytes(), false).await;
        let head = id_number("34022319580203011");
        for (what, rows) in [
            (
                "the same person under another number",
                vec![row(["X-1", "户主", "曾庆元", &head, "340223101201", "", "", "", "", ""])],
            ),
            (
                "the number of a household with another head",
                vec![row(["H-2", "户主", "钱多", &id_number("34022319770707013"), "340223101201", "", "", "", "", ""])],
            ),
        ] {
            let report = import(server, "b.csv", csv(&rows).as_bytes(), false).await;
            assert_eq!((report.households_new, report.households_failed), (0, 1), "{what}: {:?}", report.problems);
            assert!(!report.problems.is_empty(), "{what}");
        }
        assert_eq!(households(server).await, 3);
    })
    .await;
}

/// The template can be filled and comes back: its headings are the importer's.
#[tokio::test(flavor = "multi_thread")]
async fn the_template_is_understood() {
    let server = TestServer::new(TODAY).await;
    let template = roster::template().expect("a template");
    let options = Options { file_name: "模板.xlsx".into(), dry_run: true };
    let empty = roster::import(&server.app, &server.actor(people::CHEN_LI), &template, &options, &mut |_, _| {}).await;
    match empty {
        Ok(report) => {
            assert_eq!((report.rows, report.households_new), (0, 0));
            assert!(report.notes.iter().all(|note| !note.contains("不能识别")), "{:?}", report.notes);
        }
        Err(error) => assert!(matches!(error, doudi_domain::Error::Invalid(_)), "{error:?}"),
    }
    server.close().await;
}

/// A town imports its own villages only; other offices import nothing.
#[tokio::test(flavor = "multi_thread")]
async fn an_import_stays_in_its_scope() {
    each_engine(TODAY, async |server| {
        let bytes = csv(&good()).into_bytes();
        let options = Options { file_name: "a.csv".into(), dry_run: false };
        for login in [people::MA_DONG, people::MENG_FAN] {
            let report = roster::import(&server.app, &server.actor(login), &bytes, &options, &mut |_, _| {}).await;
            if let Ok(report) = report {
                assert_eq!((report.households_new, report.households_failed), (0, 3), "{login}: {:?}", report.problems);
            }
        }
        assert_eq!(households(server).await, 0);
        for login in [people::LI_MING, people::HE_JING, people::SUN_LI, people::ZHOU_MIN] {
            let report = roster::import(&server.app, &server.actor(login), &bytes, &options, &mut |_, _| {}).await;
            assert!(matches!(report, Err(doudi_domain::Error::Forbidden { .. })), "{login}");
        }
    })
    .await;
}

/// Files that are none get a sentence, and nothing else happens.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_roster_gets_a_sentence() {
    let server = TestServer::new(TODAY).await;
    let options = Options { file_name: "x".into(), dry_run: true };
    for (what, bytes) in [
        ("nothing", Vec::new()),
        ("a picture", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec()),
        ("half a workbook", xlsx(&good())[..300].to_vec()),
        ("other columns", "甲,乙,丙\n1,2,3\n".as_bytes().to_vec()),
        ("headings only", (HEADINGS.join(",") + "\n").into_bytes()),
        ("headings twice", format!("{0},{0}\n", HEADINGS.join(",")).into_bytes()),
    ] {
        match roster::import(&server.app, &server.actor(people::CHEN_LI), &bytes, &options, &mut |_, _| {}).await {
            Ok(report) => assert_eq!(report.households_new, 0, "{what}"),
            Err(error) => assert!(
                matches!(error, doudi_domain::Error::Invalid(_) | doudi_domain::Error::Refused { .. }),
                "{what}: {error:?}"
            ),
        }
    }
    server.close().await;
}
