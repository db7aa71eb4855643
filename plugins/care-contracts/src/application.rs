//! The body of an application: what was declared, and what each step of the procedure left behind.

use crate::family::{Family, describe};
use crate::rules::Terms;
use crate::rules::form::{Form, Wish};
use crate::rules::obligor::{Obligor, Standing};
use doudi_sdk::prelude::*;
use serde::{Deserialize, Serialize};

/// What the file does not know of a person and the rules ask: obligors, the choice of minors, a rule of the province. Kept with
/// the application and with every review, so that each decision shows what it rested on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Circumstances {
    pub obligors: Vec<Obligor>,
    /// Stated: there is none.
    pub none: bool,
    /// The minor chose the orphans' scheme (43号 第九条).
    pub orphan_chosen: bool,
    /// A rule of the province on labour capacity, by its document.
    pub province: String,
}

impl Circumstances {
    /// Whether obligors were stated at all, some or none.
    pub fn is_stated(&self) -> bool {
        self.none || !self.obligors.is_empty()
    }

    /// Everything about obligors that is missing (43号 第十条).
    fn missing(&self, problems: &mut Problems) {
        problems.require(self.is_stated(), "no-obligors", "没有登记法定义务人，也没有声明没有法定义务人");
        if self.none && !self.obligors.is_empty() {
            problems.add("no-obligors", "登记了法定义务人，又声明没有法定义务人，请改正其一");
        }
        for obligor in &self.obligors {
            let reachable = matches!(obligor.standing, Standing::None | Standing::Province);
            if reachable && !obligor.signed {
                problems.add("", format!("义务人{}没有签署核对授权书", describe(obligor.relation, obligor.birth)));
            }
        }
    }
}

/// The case file. Fields of later steps are empty until the step is taken.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Application {
    pub applicant: Option<Id>,
    pub proxy: bool,
    pub proxy_relation: String,
    /// The officer who helped to apply, from discovery.
    pub proxy_officer: Option<Id>,
    pub circumstances: Circumstances,
    pub wish: Wish,
    pub signed: bool,
    pub account_ready: bool,
    pub near_relative: bool,
    pub declared: bool,
    pub papers: Vec<Id>,
    pub wish_papers: Vec<Id>,
    /// What was told to be missing, the last time.
    pub asked: Vec<String>,
    pub accepted: Option<Date>,
    /// The town decides (第二十八条).
    pub delegated: bool,
    /// The day by which the opinion must be given.
    pub limit: Option<Date>,
    pub checks: Vec<Check>,
    pub survey: Option<Survey>,
    pub opinion: Option<Opinion>,
    pub posted: Option<Posted>,
    pub objections: Vec<Objection>,
    /// Drawn for the county's random check (第十六条); absent until the case has reached the county.
    pub drawn: Option<bool>,
    pub county_check: Option<Survey>,
    pub institution: Option<Id>,
    pub decided: Option<Decided>,
}

/// The result of the electronic check of finances.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// `pass`, `doubt`, `fail`.
    pub result: String,
    pub report: String,
    pub on: Date,
    pub summary: String,
}

/// A visit to the home by two people, for an application, a review or the county's check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Survey {
    pub on: Date,
    /// Users who were there.
    pub visitors: Vec<Id>,
    pub met: Option<Id>,
    pub signed: bool,
    pub obligors_verified: bool,
    pub neighbours: String,
    pub findings: String,
}

/// The town's opinion, which is what is posted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opinion {
    pub grant: bool,
    /// Fen a month.
    pub amount: i64,
    pub on: Date,
    pub remark: String,
}

/// The posting in the village.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posted {
    pub place: String,
    pub from: Date,
    pub to: Date,
    pub over: bool,
}

/// An objection raised during a posting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Objection {
    pub content: String,
    pub on: Date,
    pub upheld: Option<bool>,
    pub finding: String,
}

/// Who decided, and when: what other measures ask by `approval.decided`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    pub on: Date,
    pub by: Id,
    pub form: Form,
    pub amount: i64,
}

impl Application {
    /// States in which nothing more happens.
    pub const CLOSED: [&str; 4] = ["confirmed", "refused", "withdrawn", "ended"];
    /// States in which something does.
    pub const OPEN: [&str; 9] =
        ["draft", "submitted", "supplement", "accepted", "surveyed", "proposed", "posting", "objection", "confirming"];

    /// Takes over what the form says; obligors and everything later steps have left stay.
    pub fn fill(&mut self, values: &FormValues) {
        self.applicant = values.id("applicant");
        self.proxy = values.yes("proxy");
        self.proxy_relation = values.text("proxy-relation").unwrap_or_default().to_owned();
        self.circumstances.none = values.yes("no-obligors");
        self.circumstances.orphan_chosen = values.text("orphan") == Some("orphan");
        self.circumstances.province = values.text("labour-province").unwrap_or_default().to_owned();
        self.wish = Wish::parse(values.text("wish").unwrap_or_default());
        self.signed = values.yes("signed");
        self.account_ready = values.yes("account-ready");
        self.near_relative = values.yes("near-relative");
        self.declared = values.yes("declared");
        self.papers = values.ids("papers");
        self.wish_papers = values.ids("wish-papers");
    }

    /// Everything missing, told at once (43号 第十二条: 一次性告知). People are named by relation and year of birth: a measure
    /// knows no names.
    pub fn missing(&self, family: &Family, terms: &Terms) -> Problems {
        let mut problems = Problems::new();
        problems.require(self.applicant.is_some(), "applicant", "没有填写申请人");
        problems.require(self.declared, "declared", "申请人没有作出如实申报的承诺");
        problems.require(self.signed, "signed", "申请人没有签署家庭经济状况核对授权书");
        problems.require(self.account_ready, "account-ready", "没有提供银行账户");
        if self.proxy && self.proxy_relation.is_empty() {
            problems.add("proxy-relation", "没有填写代办人与申请人的关系");
        }
        if self.wish == Wish::Central && self.wish_papers.is_empty() {
            problems.add("wish-papers", "选择集中供养的，没有上传集中供养意愿书");
        }
        self.circumstances.missing(&mut problems);
        let Some(applicant) = self.applicant else { return problems };
        match family.member(applicant) {
            None => problems.add("applicant", "申请人不是本户登记的成员，请先在家庭档案中登记"),
            Some(member) => {
                if member.birth.is_none() {
                    problems.add("", "申请人没有登记出生日期，请在家庭档案中补录");
                }
                if member.disability != 0 && member.grade == 0 {
                    problems.add("", "申请人登记了残疾类别，没有登记残疾等级，请核对残疾人证后补录");
                }
                if self.circumstances.orphan_chosen && member.age(terms.on).is_some_and(|age| age >= 18) {
                    problems.add("orphan", "申请人已满18周岁，不能选择孤儿基本生活保障");
                }
            }
        }
        problems
    }

    /// Whether the user took part in the survey (nobody both surveys and decides).
    pub fn surveyed_by(&self, user: Id) -> bool {
        self.survey.as_ref().is_some_and(|survey| survey.visitors.contains(&user))
    }

    /// Whether the county must look at the home itself: drawn by lot, a handler's near relative, or an objection.
    pub fn needs_county_check(&self) -> bool {
        self.drawn == Some(true) || self.near_relative || !self.objections.is_empty()
    }
}
