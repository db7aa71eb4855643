//! The program `doudi` itself, started as a process: a city from nothing by the commands an administrator types, on both
//! engines; what each reading command says to people and to programs; and what it says when it cannot do what it was asked.

use crate::support::guests;
use crate::support::program::{Home, Ran};
use doudi_storage::test_support;
use serde_json::Value;

const COUNTY: &str = "340223";
const HOUSEHOLDS: usize = 40;

/// Officers of 南陵县 as the case below needs them.
const OFFICERS: [(&str, &str, &str, &str); 6] = [
    ("wang.fang", "王芳", "town-caseworker", "340223101000"),
    ("wu.qiang", "吴强", "town-caseworker", "340223101000"),
    ("li.ming", "李明", "town-reviewer", "340223101000"),
    ("chen.li", "陈立", "county-officer", "340223000000"),
    ("zhao.min", "赵敏", "county-approver", "340223"),
    ("sun.jing", "孙静", "security-admin", "340223"),
];

/// 张建国's application from the first button to the last.
const CASE: &str = r#"
[[case]]
head = "张建国"
tells = "确认同意"
plugin = "dibao"
collection = "application"
steps = [
  { on = "2022-06-27", by = "wang.fang", press = "apply", values = { signed = "@members", no-income = "@members", account-ready = true, declared = true } },
  { on = "2022-06-27", by = "wang.fang", press = "submit" },
  { on = "2022-06-28", by = "wang.fang", press = "accept" },
  { on = "2022-06-29", by = "wang.fang", press = "request-check" },
  { on = "2022-06-30", by = "chen.li", press = "record-check", values = { result = "pass", report = "核对 0611" } },
  { on = "2022-07-04", by = "wang.fang", press = "survey", values = { signed = true, findings = "与申报一致" } },
  { on = "2022-07-05", by = "li.ming", press = "opine", values = { proposal = "grant" } },
  { on = "2022-07-06", by = "wang.fang", press = "post", values = { place = "奎湖村委会公示栏" } },
  { on = "2022-07-14", by = "wang.fang", press = "close-posting" },
  { on = "2022-07-18", by = "zhao.min", press = "confirm", values = { remark = "同意" } },
]
"#;

/// A city with divisions and calendar, nothing else.
fn founded(database: Option<String>) -> Home {
    let home = Home::new(database, "2022-06-23");
    home.doudi(&["migrate"]).ok();
    assert!(home.doudi(&["division", "import", "data/wuhu-divisions.csv"]).ok().contains("1039"));
    home.doudi(&["calendar", "import", "data/statutory-days.csv"]).ok();
    home
}

/// Entries of the audit chains: how much has been written so far.
fn entries(home: &Home) -> i64 {
    let verdicts = home.doudi(&["audit", "verify", "--json"]).json();
    let verdicts = verdicts.as_array().expect("a list");
    assert!(verdicts.iter().all(|verdict| verdict["broken"].is_null()), "{verdicts:?}");
    verdicts.iter().map(|verdict| verdict["entries"].as_i64().expect("a number")).sum()
}

fn number(value: &Value, name: &str) -> i64 {
    value[name].as_i64().unwrap_or_else(|| panic!("no number {name} in {value}"))
}

/// From an empty directory to a decision that replays.
fn a_city_from_nothing(database: Option<String>) {
    let home = founded(database);
    // Doing it again changes nothing and is no error.
    home.doudi(&["migrate"]).ok();
    assert!(home.doudi(&["division", "import", "data/wuhu-divisions.csv"]).ok().contains("新增或更新 0 个"));

    users(&home);
    import(&home);
    plugin(&home);
    parameters(&home);
    assess(&home);
    decisions(&home);

    home.doudi(&["audit", "verify"]).said(0, &["南陵县", "完整", "市级"]);
    home.doudi(&["audit", "verify", "--county", "南陵县"]).said(0, &["完整"]);
    assert!(entries(&home) > 0);
    home.doudi(&["plugin", "disable", "dibao", "--county", COUNTY, "--from", "2022-09-01"]).ok();
}

fn users(home: &Home) {
    for (login, name, role, division) in OFFICERS {
        home.doudi(&["user", "create", login, "--name", name, "--role", role, "--division", division])
            .said(0, &[login]);
    }
    let people = home.doudi(&["user", "list", "--county", COUNTY, "--json"]).json();
    let people = people.as_array().expect("a list");
    assert_eq!(people.len(), OFFICERS.len());
    assert!(people.iter().all(|person| person["active"] == true && person.get("password_hash").is_none()));
    home.doudi(&["user", "password", "wu.qiang"]).said(0, &["新密码", "只显示这一次"]);
    home.doudi(&["user", "disable", "sun.jing"]).ok();
    home.doudi(&["user", "list", "--county", "南陵县"]).said(0, &["孙静  县区安全管理员", "已停用", "共 6 人"]);
}

fn import(home: &Home) {
    let path = |name: &str| home.path(name).to_string_lossy().into_owned();
    let (roster, mistakes, errors) = (path("花名册.xlsx"), path("有错误.xlsx"), path("错误.xlsx"));
    let template = path("模板.xlsx");
    home.doudi(&["household", "template", &template]).ok();
    assert!(std::fs::read(&template).expect("a workbook").starts_with(b"PK"));
    let count = HOUSEHOLDS.to_string();
    let invent = ["roster", &roster, "--divisions", "data/wuhu-divisions.csv", "--households", &count];
    home.run("doudi-demo", &[&invent[..], &["--mistakes", &mistakes]].concat()).ok();

    let before = entries(home);
    let import = |file: &str, more: &[&str]| -> Ran {
        home.doudi(&[&["household", "import", file, "--county", COUNTY, "--json"], more].concat())
    };
    let tried = import(&roster, &["--dry-run"]).json();
    assert_eq!((number(&tried, "households_new"), &tried["dry_run"]), (HOUSEHOLDS as i64, &Value::Bool(true)));
    assert_eq!(entries(home), before, "a dry run writes nothing");

    // Rows that fail: told by line, and the input comes back with a reason in each.
    let failed = import(&mistakes, &["--dry-run", "--errors", &errors]);
    assert_eq!(failed.code, 1, "{}", failed.err);
    let report: Value = serde_json::from_str(&failed.out).expect("JSON in spite of failed rows");
    assert!(number(&report, "rows_failed") > 0, "{report}");
    assert_eq!(report["error_file"], errors.as_str());
    let problems = report["problems"].as_array().expect("a list");
    assert!(problems.iter().all(|problem| number(problem, "line") >= 2 && problem["message"] != ""), "{report}");
    let rows = sheet(&errors);
    let reasons = rows[0].iter().position(|heading| heading == "错误原因").expect("a column of reasons");
    assert_eq!(rows.len() as i64 - 1, number(&report, "rows"), "every row of the input is in the error file");
    let told = rows.iter().skip(1).filter(|row| !row[reasons].is_empty()).count();
    assert_eq!(told as i64, number(&report, "rows_failed"));
    assert_eq!(entries(home), before);

    assert_eq!(number(&import(&roster, &[]).json(), "households_new"), HOUSEHOLDS as i64);
    let again = import(&roster, &[]).json();
    assert_eq!(
        (
            number(&again, "households_new"),
            number(&again, "households_changed"),
            number(&again, "households_unchanged")
        ),
        (0, 0, HOUSEHOLDS as i64),
        "the same file again changes nothing"
    );
}

/// The first sheet of a workbook as text.
fn sheet(path: &str) -> Vec<Vec<String>> {
    use calamine::Reader;
    let mut workbook = calamine::open_workbook_auto(path).expect("a workbook");
    let range = workbook.worksheet_range_at(0).expect("a sheet").expect("a readable sheet");
    range.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect()
}

fn plugin(home: &Home) {
    let package = home.file("dibao.wasm", guests::plugin("dibao"));
    home.doudi(&["plugin", "install", &package]).said(0, &["最低生活保障", "摘要"]);
    // Nothing is granted by leaving a word out.
    let enable = ["plugin", "enable", "dibao", "--county", COUNTY, "--from", "2022-06-23"];
    home.doudi(&enable).said(1, &["--grant all", "第一次启用"]);
    // Nor is a package without a signature enabled by leaving a word out.
    home.doudi(&[&enable[..], &["--grant", "all"]].concat()).said(1, &["签名不符合要求", "--unsigned"]);
    home.doudi(&[&enable[..], &["--grant", "all", "--unsigned"]].concat()).said(0, &["启用 dibao", "授权"]);
    let packages = home.doudi(&["plugin", "list", "--county", COUNTY, "--json"]).json();
    let package = &packages[0];
    assert_eq!((&package["plugin"], &package["in_force"]), (&"dibao".into(), &true.into()), "{packages}");
    assert_eq!(package["pins"].as_array().expect("pins").len(), 1);
    home.doudi(&["plugin", "list"]).said(0, &["共 1 个插件包"]);
    let digest = &package["digest"].as_str().expect("a digest")[..8];
    home.doudi(&["plugin", "show", digest]).said(0, &["申请的权限", "person.birth-date"]);
    let shown = home.doudi(&["plugin", "show", digest, "--json"]).json();
    assert!(!shown["permissions"].as_array().expect("a list").is_empty());
}

fn parameters(home: &Home) {
    let file = "examples/demo-county/parameters/340223.toml";
    home.doudi(&["parameter", "import", file, "--county", COUNTY]).ok();
    let set = |value: &str| {
        let from = ["--county", COUNTY, "--from", "2022-07-01", "--source", "测试用值"];
        home.doudi(&[&["parameter", "set", "dibao.standard", value], &from[..]].concat())
    };
    set("很多").said(1, &["填写有误"]);
    set("710.00").said(0, &["未核实"]);
    home.doudi(&["parameter", "list", "--county", COUNTY]).said(0, &["dibao.standard", "710.00", "未核实"]);
    let groups = home.doudi(&["parameter", "list", "--county", COUNTY, "--json"]).json();
    let groups = groups.as_array().expect("a list");
    let standard = groups.iter().find(|group| group["code"] == "dibao.standard").expect("the standard");
    let values = standard["values"].as_array().expect("a list");
    assert!(values.iter().any(|value| value["value"] == 71_000 && value["verified"] == false), "{standard}");
}

fn assess(home: &Home) {
    let csv = home.path("试算.csv").to_string_lossy().into_owned();
    let before = entries(home);
    let arguments = ["assess", "dibao", "--county", COUNTY, "--as-of", "2022-07-20"];
    home.doudi(&[&arguments[..], &["--csv", &csv]].concat()).said(0, &["没有写入任何内容"]);
    let totals = home.doudi(&[&arguments[..], &["--json"]].concat()).json();
    assert_eq!(number(&totals, "households"), HOUSEHOLDS as i64);
    let text = std::fs::read_to_string(&csv).expect("the CSV");
    let text = text.strip_prefix('\u{feff}').expect("a byte order mark, for spreadsheets");
    let rows: Vec<Vec<&str>> = text.lines().skip(1).map(|line| line.split(',').collect()).collect();
    assert_eq!(rows.len(), HOUSEHOLDS);
    let fen = |yuan: &str| yuan.replace('.', "").parse::<i64>().unwrap_or_else(|_| panic!("{yuan} is no amount"));
    assert_eq!(rows.iter().map(|row| fen(row[4])).sum::<i64>(), number(&totals, "amount_fen"), "the sum of the lines");
    assert_eq!(entries(home), before, "an assessment writes nothing");
    assert_eq!(number(&home.doudi(&["decision", "replay", "--all", "--json"]).json(), "decisions"), 0);
}

fn decisions(home: &Home) {
    let script = home.file("case.toml", CASE);
    home.run("doudi-demo", &["cases", "--script", &script]).said(0, &["确认同意"]);
    let replayed = home.doudi(&["decision", "replay", "--all", "--county", COUNTY, "--json"]).json();
    assert_eq!((number(&replayed, "decisions"), number(&replayed, "same")), (1, 1), "{replayed}");
    home.doudi(&["decision", "replay", "--all"]).said(0, &["重算 1 个决定", "不一致 0 个"]);
    let all = home.doudi(&["decision", "list", "--county", COUNTY, "--json"]).json();
    let id = all[0]["id"].as_str().expect("an id").to_owned();
    home.doudi(&["decision", "list", "--county", COUNTY]).said(0, &[&id, "630.00 元", "共 1 个决定"]);
    home.doudi(&["decision", "show", &id]).said(0, &["张", "630.00 元", "民发〔2021〕57号", "未核实", "摘要"]);
    let shown = home.doudi(&["decision", "show", &id, "--json"]).json();
    assert_eq!((number(&shown, "amount_fen"), number(&shown, "covered_persons")), (63_000, 3));
    assert!(shown["reasons"].as_array().expect("reasons").iter().all(|reason| reason["article"] != ""));
    home.doudi(&["decision", "replay", &id]).said(0, &["重算 1 个决定"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_city_is_set_up_by_commands_on_sqlite() {
    tokio::task::spawn_blocking(|| a_city_from_nothing(None)).await.expect("the story ends");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_city_is_set_up_by_commands_on_postgresql() {
    let Some(database) = test_support::postgres().await else { return };
    let url = database.url.clone();
    tokio::task::spawn_blocking(move || a_city_from_nothing(Some(url))).await.expect("the story ends");
    database.remove().await;
}

/// What goes wrong, by whose fault, and the sentence that mends it: 1 what was asked, 2 how it was typed, 3 the machine.
#[test]
fn what_cannot_be_done_gets_a_sentence_and_a_code() {
    let home = founded(None);
    let broken = home.file("花名册.xlsx", b"PK\x03\x04 and then nothing");
    let picture = home.file("照片.png", b"\x89PNG\r\n\x1a\n");
    let latin = home.file("parameters.toml", b"plugin = \"dib\xe4o\"");
    let toml = home.file("other.toml", "plugin = ");
    let nowhere = home.path("nowhere/模板.xlsx").to_string_lossy().into_owned();
    let cases: Vec<(Vec<&str>, i32, &[&str])> = vec![
        (vec!["household", "import", "没有.xlsx", "--county", COUNTY], 1, &["没有.xlsx", "检查路径和权限"]),
        (vec!["household", "import", &broken, "--county", COUNTY], 1, &["错误"]),
        (vec!["household", "import", &picture, "--county", COUNTY], 1, &["错误"]),
        (vec!["household", "import", &broken, "--county", "合肥市"], 1, &["没有县区“合肥市”", "340223 南陵县"]),
        (vec!["user", "list", "--county", "999999"], 1, &["没有县区“999999”", "可填"]),
        (
            vec!["user", "create", "jia", "--name", "甲", "--role", "king", "--division", COUNTY],
            1,
            &["没有职务“king”", "town-caseworker 镇街经办"],
        ),
        (vec!["user", "create", "jia", "--name", "甲", "--role", "auditor", "--division", "34"], 1, &["错误"]),
        (
            vec!["user", "create", "jia", "--name", "甲", "--role", "auditor", "--division", COUNTY, "--password", "1"],
            1,
            &["密码"],
        ),
        (vec!["user", "disable", "nobody"], 1, &["用户"]),
        (vec!["user", "password", "nobody"], 1, &["用户"]),
        (vec!["plugin", "install", &picture], 1, &["错误"]),
        (vec!["plugin", "enable", "dibao", "--county", COUNTY, "--grant", "all"], 1, &["doudi plugin install"]),
        (vec!["plugin", "show", "00000000"], 1, &["错误"]),
        (vec!["assess", "dibao", "--county", COUNTY, "--as-of", "2022-07-20"], 1, &["错误"]),
        (vec!["parameter", "import", &latin, "--county", COUNTY], 1, &["不是 UTF-8"]),
        (vec!["parameter", "import", &toml, "--county", COUNTY], 1, &["错误"]),
        (
            vec![
                "parameter",
                "set",
                "dibao.standard",
                "1",
                "--county",
                COUNTY,
                "--from",
                "2022-07-01",
                "--source",
                "某",
            ],
            1,
            &["错误"],
        ),
        (vec!["decision", "show", "1"], 1, &["决定"]),
        (vec!["decision", "replay", "1"], 1, &["决定"]),
        (vec!["audit", "verify", "--county", "某县"], 1, &["没有县区“某县”"]),
        // Typed wrongly.
        (vec!["asess"], 2, &["没有命令“asess”", "assess", "--help"]),
        (vec!["assess", "dibao", "--county", COUNTY], 2, &["缺少 --as-of"]),
        (vec!["assess", "dibao", "--county", COUNTY, "--as-of", "七月"], 2, &["“七月”不是日期", "2022-07-06"]),
        (vec!["decision", "replay"], 2, &["缺少"]),
        (vec!["user"], 2, &["缺少命令", "doudi user", "--help"]),
        // The machine's fault.
        (vec!["household", "template", &nowhere], 3, &["检查目录的写权限"]),
        (vec!["serve", "--bind", "203.0.113.7", "--port", "0"], 3, &["--port"]),
    ];
    for (arguments, code, words) in cases {
        let ran = home.doudi(&arguments);
        assert!(ran.out.is_empty() || code == 1, "{arguments:?} printed as if it had worked:\n{}", ran.out);
        assert!(!ran.err.contains("panicked"), "{arguments:?}: {}", ran.err);
        ran.said(code, words);
    }
}

/// Before there is anything, and with what belongs to somebody else.
#[test]
fn a_home_that_is_not_ready_says_what_to_do_first() {
    let home = Home::new(None, "2022-06-23");
    home.doudi(&["user", "list", "--county", COUNTY]).said(3, &["doudi migrate"]);
    home.doudi(&["migrate"]).ok();
    home.doudi(&["user", "list", "--county", COUNTY]).said(1, &["doudi division import"]);
    home.doudi(&["plugin", "list"]).said(1, &["doudi division import"]);
    assert_eq!(home.doudi(&["division", "import", "没有.csv"]).code, 1);
    let other = home.file("other.csv", "a,b\n1,2\n");
    home.doudi(&["division", "import", &other]).said(1, &["错误"]);

    // The key file is secret, and a wrong one is refused before anything is read with it.
    use std::os::unix::fs::PermissionsExt;
    let keys = home.path("data/keys");
    let mode = std::fs::metadata(&keys).expect("a key file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "only its owner reads the keys");
    std::fs::write(&keys, "not a key").expect("a file");
    let ran = home.doudi(&["migrate"]);
    assert!(matches!(ran.code, 1 | 3), "{}", ran.err);
    ran.said(1, &["密钥"]);
    // A database that is not there.
    let away = Home::new(Some("postgres://nobody@127.0.0.1:1/nothing".to_owned()), "2022-06-23");
    let ran = away.doudi(&["migrate"]);
    assert!(!ran.err.contains("panicked"));
    ran.said(3, &["稍后重试", "原因"]);
}

/// Help is for whoever types the command: Chinese, on standard output, and no error.
#[test]
fn help_is_no_error() {
    let home = Home::new(None, "2022-06-23");
    home.doudi(&["--help"]).said(0, &["用法：", "命令", "migrate", "显示说明"]);
    home.doudi(&["household", "import", "--help"]).said(0, &["--dry-run", "花名册"]);
    home.doudi(&["--version"]).said(0, &["doudi"]);
}
