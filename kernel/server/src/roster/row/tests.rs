//! The importer's rows as a table: what stands in the cells, and what the officer reads.

use super::*;
use crate::roster::sheet;
use doudi_domain::division::Division;
use doudi_domain::{County, catalogue};

const TODAY: Date = Date::constant(2022, 7, 6);

fn tree() -> Tree {
    let division = |code: i64, name: &str, level, parent: i64| Division {
        code: DivisionCode::new(code).unwrap(),
        name: name.into(),
        level,
        parent: (parent != 0).then(|| DivisionCode::new(parent).unwrap()),
    };
    Tree::new(vec![
        division(340223000000, "南陵县", Level::County, 0),
        division(340223100000, "籍山镇", Level::Town, 340223000000),
        division(340223101000, "许镇镇", Level::Town, 340223000000),
        division(340223100001, "五里居委会", Level::Village, 340223100000),
        division(340223100201, "龙山村委会", Level::Village, 340223100000),
        division(340223101201, "龙山村委会", Level::Village, 340223101000),
    ])
}

/// A number that passes the check, invented from a prefix, a date and a sequence.
fn id(first_17: &str) -> String {
    format!("{first_17}{}", IdNumber::check_character(first_17.as_bytes()) as char)
}

fn good() -> Vec<(&'static str, String)> {
    vec![
        ("户编号", "H-1".into()),
        ("与户主关系", "户主".into()),
        ("姓名", "张某甲".into()),
        ("公民身份号码", id("34022319700101901")),
        ("居住村（居）", "五里居委会".into()),
        ("住址", "1 号".into()),
    ]
}

fn read(cells: &[(&str, String)]) -> Result<Row, Vec<String>> {
    let quoted = |texts: Vec<&str>| texts.join(",");
    let text = format!(
        "{}\n{}\n",
        quoted(cells.iter().map(|(heading, _)| *heading).collect()),
        quoted(cells.iter().map(|(_, text)| text.as_str()).collect())
    );
    let sheet = sheet::read(text.as_bytes()).unwrap();
    let layout = Layout::of(&sheet).unwrap();
    let scope = Scope { division: County(340223).division() };
    parse(&layout, &sheet.rows[0], &tree(), scope, TODAY)
        .map_err(|problems| problems.iter().map(|problem| format!("{} {}", problem.field, problem.message)).collect())
}

fn with(changes: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
    let mut cells = good();
    for (heading, text) in changes {
        match cells.iter_mut().find(|(known, _)| known == heading) {
            Some(cell) => cell.1 = (*text).to_owned(),
            None => cells.push((heading, (*text).to_owned())),
        }
    }
    cells
}

#[test]
fn what_is_wrong_is_said_in_a_sentence_beside_its_column() {
    let wrong_end = {
        let right = id("34022319700101901");
        let end = right.chars().last().unwrap();
        (format!("{}{}", &right[..17], if end == '1' { '2' } else { '1' }), end)
    };
    let check = format!("公民身份号码 校验位不符（末位应为 {}）", wrong_end.1);
    type Entered<'a> = &'a [(&'static str, &'a str)];
    type Told<'a> = &'a [&'a str];
    let cases: &[(Entered<'_>, Told<'_>)] = &[
        (&[("公民身份号码", &wrong_end.0)], &[&check]),
        (&[("公民身份号码", "")], &["公民身份号码 没有填写。不会只凭姓名匹配人员，请补上公民身份号码"]),
        (&[("公民身份号码", "340223700101901")], &["公民身份号码 是 15 位的旧号码，请核对后填写 18 位公民身份号码"]),
        (&[("户编号", ""), ("姓名", "")], &["户编号 没有填写", "姓名 没有填写"]),
        (&[("与户主关系", "邻居")], &["与户主关系 “邻居”不在“与户主关系”代码表中，请按填写说明填写文字或代码"]),
        (
            &[("居住村（居）", "龙山村委会")],
            &[
                "居住村（居） “龙山村委会”在本县区有重名：籍山镇 龙山村委会、许镇镇 龙山村委会。请写成“镇名 村名”或填写 12 位代码",
            ],
        ),
        (
            &[("居住村（居）", "无此村")],
            &["居住村（居） “无此村”不是本县区的村（居）名称，请按区划表填写全称或 12 位代码"],
        ),
        (&[("居住村（居）", "340223100000")], &["居住村（居） “340223100000”是镇街代码，请填写到村（居）"]),
        (&[("居住村（居）", "340281100001")], &["居住村（居） 区划代码“340281100001”不在本县区的区划表中"]),
        (&[("工资性收入", "两千")], &["工资性收入（元/月） “两千”不是金额，应为最多两位小数的数字，例如 1800.00"]),
        (&[("工资性收入", "1.005")], &["工资性收入（元/月） “1.005”不是金额，应为最多两位小数的数字，例如 1800.00"]),
        (&[("残疾等级", "五级")], &["残疾等级 “五级”不在“残疾等级”代码表中，请按填写说明填写文字或代码"]),
        (&[("车辆情形", "残疾人代步车")], &["车辆情形 填写了情形，但没有填写“车辆”"]),
        (&[("信息起始日期", "2022-08-01")], &["信息起始日期 日期不能晚于今天"]),
        (&[("联系电话", "12345")], &["联系电话 应为 7 至 15 位数字"]),
        (&[("是否共同生活", "偶尔")], &["是否共同生活 “偶尔”应填“是”或“否”"]),
    ];
    for (changes, expected) in cases {
        assert_eq!(read(&with(changes)).unwrap_err(), *expected, "{changes:?}");
    }
}

#[test]
fn a_good_row_becomes_domain_values() {
    let row = read(&with(&[
        ("居住村（居）", "许镇镇 龙山村委会"),
        ("工资性收入（元/月）", "1800"),
        ("其他收入", "0"),
        ("车辆", "30000.5"),
        ("车辆情形", "残疾人代步车"),
        ("残疾类别", "4"),
        ("主要致贫原因", "因病"),
        ("联系电话", "0553-8000000"),
        ("是否共同生活", "否"),
    ]))
    .unwrap();
    let field = |code: &str| catalogue::find(code).unwrap().code;
    assert_eq!((row.relation, row.ethnicity, row.co_resident), (HEAD, 1, false));
    assert_eq!(row.village.unwrap().value(), 340223101201);
    assert_eq!(row.phone.as_deref(), Some("05538000000"));
    assert_eq!(
        row.household_facts,
        [Stated { field: field("household.poverty-cause"), value: Value::Int(1), qualifier: 0 }]
    );
    assert_eq!(
        row.person_facts,
        [
            Stated { field: field("person.disability-category"), value: Value::Int(4), qualifier: 0 },
            // A stated zero is no income.
            Stated { field: field("income.wage"), value: Value::Int(180_000), qualifier: 0 },
            Stated { field: field("asset.vehicle"), value: Value::Int(3_000_050), qualifier: 1 },
        ]
    );
}

#[test]
fn a_file_without_the_needed_columns_says_which() {
    let sheet = sheet::read("姓名,备注\n张三,无\n".as_bytes()).unwrap();
    let Err(Error::Invalid(problems)) = Layout::of(&sheet).map(|_| ()) else { panic!("accepted") };
    let missing: Vec<&str> = problems.iter().map(|problem| problem.field.as_str()).collect();
    assert_eq!(missing, ["户编号", "与户主关系", "公民身份号码", "居住村（居）"]);
    let twice = sheet::read("姓名,姓名\n张三,李四\n".as_bytes()).unwrap();
    let Err(Error::Invalid(problems)) = Layout::of(&twice).map(|_| ()) else { panic!("accepted") };
    assert!(problems.iter().any(|problem| problem.message.contains("两次")));
}

#[test]
fn a_scope_of_one_town_takes_no_household_of_another() {
    let cells = with(&[("居住村（居）", "340223101201")]);
    let text = format!(
        "{}\n{}\n",
        cells.iter().map(|(heading, _)| *heading).collect::<Vec<_>>().join(","),
        cells.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>().join(",")
    );
    let sheet = sheet::read(text.as_bytes()).unwrap();
    let layout = Layout::of(&sheet).unwrap();
    let scope = Scope { division: DivisionCode::new(340223100000).unwrap() };
    let problems = parse(&layout, &sheet.rows[0], &tree(), scope, TODAY).unwrap_err();
    assert_eq!(problems[0].message, "“340223101201”不在本人负责的区划内");
}
