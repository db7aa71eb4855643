//! The families the demonstration, the guide and the browser test speak of by name. They stand first in the roster, live in
//! 许镇镇, and are made so that each shows one answer of the rules at the standard of 710 yuan.

use crate::family::{Family, Member};
use crate::make_up::Maker;
use doudi_domain::person::Sex;
use doudi_domain::{Date, DivisionCode};
use jiff::civil::date;

/// One of the families: who its head is, and what the file is there to show.
#[derive(Clone, Copy, Debug)]
pub struct Story {
    pub head: &'static str,
    pub village: i64,
    pub shows: &'static str,
    members: &'static [Person],
    cause: i64,
}

#[derive(Clone, Copy, Debug)]
struct Person {
    name: &'static str,
    sex: Sex,
    birth: Date,
    relation: i64,
    /// Fields of the catalogue that differ from what the age suggests.
    codes: &'static [(&'static str, i64)],
    /// Category and grade.
    disability: Option<(i64, i64)>,
    /// Whole yuan.
    items: &'static [(&'static str, i64)],
}

const fn person(name: &'static str, sex: Sex, birth: Date, relation: i64) -> Person {
    Person { name, sex, birth, relation, codes: &[], disability: None, items: &[] }
}

const MARRIED: (&str, i64) = ("person.marital", 21);
const WIDOWED: (&str, i64) = ("person.marital", 30);
const SINGLE: (&str, i64) = ("person.marital", 10);
const CASUAL: (&str, i64) = ("person.employment", 2);
const NO_WORK: (&str, i64) = ("person.employment", 5);
const ILL: (&str, i64) = ("person.major-illness", 1);
const SICK: (&str, i64) = ("person.health", 40);

pub const STORIES: &[Story] = &[
    Story {
        head: "张建国",
        village: 340_223_101_216,
        shows: "三口之家，工资 1,800 元、就业成本 300 元：每月 630.00 元",
        cause: 5,
        members: &[
            Person {
                codes: &[MARRIED, CASUAL],
                items: &[("income.wage", 1_800), ("income.employment-cost", 300), ("asset.deposit", 4_200)],
                ..person("张建国", Sex::Male, date(1970, 4, 18), 2)
            },
            Person {
                codes: &[MARRIED, NO_WORK, SICK, ILL],
                items: &[("spending.medical", 260)],
                ..person("汪桂兰", Sex::Female, date(1972, 9, 3), 12)
            },
            person("张文涛", Sex::Male, date(2006, 2, 11), 20),
        ],
    },
    Story {
        head: "李秀英",
        village: 340_223_101_216,
        shows: "独居老人，只有养老金：基础养老金中央部分不计入",
        cause: 6,
        members: &[Person {
            codes: &[WIDOWED],
            items: &[("income.pension-basic-central", 98), ("income.pension-other", 62), ("asset.deposit", 3_100)],
            ..person("李秀英", Sex::Female, date(1944, 11, 6), 2)
        }],
    },
    Story {
        head: "王志明",
        village: 340_223_101_204,
        shows: "四口之家，人均 900 元：低保边缘；儿子智力三级，可按单人户申请",
        cause: 2,
        members: &[
            Person {
                codes: &[MARRIED, CASUAL],
                items: &[("income.wage", 2_400), ("asset.deposit", 9_000)],
                ..person("王志明", Sex::Male, date(1969, 1, 22), 2)
            },
            Person {
                codes: &[MARRIED, CASUAL],
                items: &[("income.wage", 1_200)],
                ..person("许红", Sex::Female, date(1971, 6, 30), 12)
            },
            Person {
                codes: &[SINGLE, NO_WORK],
                disability: Some((5, 3)),
                ..person("王磊", Sex::Male, date(1997, 8, 14), 20)
            },
            person("王欣怡", Sex::Female, date(2008, 3, 2), 30),
        ],
    },
    Story {
        head: "陈永红",
        village: 340_223_101_207,
        shows: "收入低于标准，但有一辆普通机动车：财产不符合规定",
        cause: 9,
        members: &[
            Person {
                codes: &[MARRIED, CASUAL],
                items: &[("income.wage", 1_500), ("asset.deposit", 6_000), ("asset.vehicle", 68_000)],
                ..person("陈永红", Sex::Male, date(1978, 12, 9), 2)
            },
            Person { codes: &[MARRIED, NO_WORK], ..person("胡玉梅", Sex::Female, date(1980, 5, 17), 12) },
            person("陈博文", Sex::Male, date(2010, 10, 5), 20),
        ],
    },
    Story {
        head: "刘小红",
        village: 340_223_101_212,
        shows: "单亲家庭，材料不齐，等待补正",
        cause: 3,
        members: &[
            Person {
                codes: &[("person.marital", 40), CASUAL],
                items: &[("income.wage", 1_350), ("income.employment-cost", 150)],
                ..person("刘小红", Sex::Female, date(1984, 7, 25), 2)
            },
            person("方雨桐", Sex::Female, date(2012, 1, 9), 30),
        ],
    },
    Story {
        head: "吴木生",
        village: 340_223_101_212,
        shows: "老年夫妇，入户调查已超期",
        cause: 1,
        members: &[
            Person {
                codes: &[MARRIED],
                items: &[("income.pension-basic-central", 98), ("income.pension-other", 55), ("income.business", 300)],
                ..person("吴木生", Sex::Male, date(1951, 3, 28), 2)
            },
            Person {
                codes: &[MARRIED, ILL, SICK],
                items: &[("income.pension-basic-central", 98), ("income.pension-other", 40), ("spending.medical", 410)],
                ..person("潘翠兰", Sex::Female, date(1953, 10, 13), 12)
            },
        ],
    },
    Story {
        head: "赵来娣",
        village: 340_223_101_204,
        shows: "祖孙二人，孩子父亲服刑不计入，正在公示",
        cause: 5,
        members: &[
            Person {
                codes: &[WIDOWED],
                items: &[("income.pension-basic-central", 98), ("income.pension-other", 70), ("income.property", 60)],
                ..person("赵来娣", Sex::Female, date(1955, 5, 8), 2)
            },
            person("赵小宝", Sex::Male, date(2013, 9, 21), 41),
            Person {
                codes: &[("person.uncounted-reason", 1), ("person.co-resident", 0), NO_WORK],
                ..person("赵军", Sex::Male, date(1983, 2, 27), 20)
            },
        ],
    },
    Story {
        head: "孙卫东",
        village: 340_223_101_207,
        shows: "失业单身，肢体二级残疾，刚刚提交申请",
        cause: 2,
        members: &[Person {
            codes: &[SINGLE, NO_WORK],
            disability: Some((4, 2)),
            items: &[("asset.deposit", 2_400)],
            ..person("孙卫东", Sex::Male, date(1986, 6, 16), 2)
        }],
    },
];

/// The families of the stories, in their order.
pub fn families(maker: &mut Maker<'_>) -> Vec<Family> {
    STORIES.iter().filter_map(|story| family(maker, story)).collect()
}

fn family(maker: &mut Maker<'_>, story: &Story) -> Option<Family> {
    let village = maker.village(DivisionCode::new(story.village).ok()?)?;
    let members = story
        .members
        .iter()
        .map(|person| {
            let mut member = maker.named(person.name.to_owned(), person.sex, person.birth, person.relation);
            plain(&mut member);
            for (code, value) in person.codes {
                member.set(code, *value);
            }
            if let Some((category, grade)) = person.disability {
                member.disabled(category, grade);
            }
            for (field, yuan) in person.items {
                member.item(field, *yuan);
            }
            member
        })
        .collect();
    Some(maker.house(village, members, story.cause))
}

/// Takes chance out of what the story does not mention.
fn plain(member: &mut Member) {
    member.set("person.ethnicity", 1).set("person.near-relative", 0).set("person.health", 10);
}
