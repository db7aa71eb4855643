//! The body of an application: what was declared, and what each step of the procedure left behind.

use crate::family::{Family, Member};
use crate::origin::Origin;
use crate::rules::household::{Standing, standing};
use crate::rules::{Basis, Case, Terms};
use doudi_sdk::prelude::*;
use serde::{Deserialize, Serialize};

/// The case file. Fields of later steps are empty until the step is taken.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Application {
    pub applicant: Option<Id>,
    /// One member alone (单人户), the applicant.
    pub single: bool,
    /// Monthly fen.
    pub exempt_support: i64,
    pub proxy: bool,
    pub proxy_relation: String,
    /// Who has signed the authority for the finance check.
    pub signed: Vec<Id>,
    /// Who has stated to have no income.
    pub no_income: Vec<Id>,
    pub account_ready: bool,
    /// Code table `near-relative`.
    pub near_relative: i64,
    pub declared: bool,
    pub papers: Vec<Id>,
    /// What was told to be missing, the last time.
    pub asked: Vec<String>,
    pub accepted: Option<Date>,
    /// The town decides (确认权下放).
    pub delegated: bool,
    /// The day by which it must be decided.
    pub limit: Option<Date>,
    pub extended: Option<Extension>,
    pub checks: Vec<Check>,
    pub survey: Option<Visit>,
    pub opinion: Option<Opinion>,
    pub posted: Option<Posted>,
    pub objections: Vec<Objection>,
    pub county_visit: Option<Visit>,
    /// What brought the case, when the family itself did not.
    pub origin: Option<Origin>,
    /// The officer who helped the family to apply (代办).
    pub helper: Option<Id>,
    pub ruling: Option<Ruling>,
}

/// What the decision leaves behind for spot checks and figures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ruling {
    /// The user who decided.
    pub by: Id,
    /// The family was in the register of near relatives that day.
    pub relative: bool,
    /// Monthly fen; 0 when refused.
    pub amount: i64,
}

/// More time, in one of the special cases of 民发〔2022〕83号.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Extension {
    pub reason: String,
    pub note: String,
    pub on: Date,
}

/// The result of the electronic check of finances.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// `pass`, `doubt`, `fail`.
    pub result: String,
    pub report: String,
    pub on: Date,
    pub summary: String,
}

/// A visit to the home, by at least two people.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Visit {
    pub on: Date,
    /// Users who were there.
    pub visitors: Vec<Id>,
    pub met: Option<Id>,
    pub signed: bool,
    pub place: String,
    pub neighbours: String,
    pub findings: String,
}

/// The town's opinion, which is what is posted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Opinion {
    pub grant: bool,
    pub outcome: String,
    pub amount: i64,
    pub members: u32,
    pub covered: u32,
    pub on: Date,
    pub remark: String,
}

/// The posting in the village.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Posted {
    pub place: String,
    pub from: Date,
    pub to: Date,
    pub over: bool,
}

/// An objection raised during the posting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Objection {
    pub content: String,
    /// `survey` or `hearing`.
    pub way: String,
    pub on: Date,
    pub upheld: Option<bool>,
    pub finding: String,
}

impl Application {
    /// States in which nothing more happens.
    pub const CLOSED: [&str; 4] = ["confirmed", "refused", "withdrawn", "ended"];
    /// States in which it waits for somebody.
    pub const OPEN: [&str; 11] = [
        "draft",
        "submitted",
        "supplement",
        "accepted",
        "checking",
        "surveying",
        "assessed",
        "proposed",
        "posting",
        "objection",
        "confirming",
    ];

    /// Takes over what the form says; everything later steps have left stays. A coordinator who fills it in for the family helps it
    /// to apply; a caseworker enters everybody's.
    pub fn fill(&mut self, values: &FormValues, actor: &Actor) {
        self.applicant = values.id("applicant");
        self.single = values.text("basis") == Some("single");
        self.exempt_support =
            if self.single { values.money("exempt-support").map_or(0, |fen| fen.0.max(0)) } else { 0 };
        self.proxy = values.yes("proxy");
        self.proxy_relation = values.text("proxy-relation").unwrap_or_default().to_owned();
        if !self.proxy {
            self.helper = None;
        } else if actor.role == "village-coordinator" {
            self.helper.get_or_insert(actor.user);
        }
        self.signed = values.ids("signed");
        self.no_income = values.ids("no-income");
        self.account_ready = values.yes("account-ready");
        self.near_relative = values.text("near-relative").and_then(|code| code.parse().ok()).unwrap_or(0);
        self.declared = values.yes("declared");
        self.papers = values.ids("papers");
    }

    /// The one who would be covered alone.
    pub fn alone(&self) -> Option<Id> {
        self.applicant.filter(|_| self.single)
    }

    /// Who recorded the survey is the first of its visitors.
    pub fn surveyor(&self) -> Option<Id> {
        self.survey.as_ref()?.visitors.first().copied()
    }

    /// Whether the decision was one about near relatives: as recorded with it, else as declared.
    pub fn was_relative(&self) -> bool {
        self.ruling.as_ref().map_or(self.near_relative != 0, |ruling| ruling.relative)
    }

    /// A new draft.
    pub fn draft(&self, household: Id, note: &str) -> DocumentPut {
        let title = if self.single { "低保申请（单人户）" } else { "低保申请" };
        let mut put =
            DocumentPut::create("application", title).household(household).state("draft").note(note).body(self);
        if let Some(applicant) = self.applicant {
            put = put.person(applicant).index("person", applicant.0);
        }
        match &self.origin {
            Some(origin) => put.index("origin", origin.finder.code()).index("source", origin.code()),
            None => put,
        }
    }

    /// What is asked of the rules.
    pub fn case(&self) -> Case {
        let basis = match self.applicant {
            Some(applicant) if self.single => Basis::Single(applicant),
            _ => Basis::Family,
        };
        Case { basis, exempt_support: self.exempt_support, without: None }
    }

    /// Everything missing, told at once (57号: 一次性告知). Members are named by their relation and year of birth:
    /// a measure knows no names.
    pub fn missing(&self, family: &Family, terms: &Terms) -> Problems {
        let mut problems = Problems::new();
        problems.require(self.applicant.is_some(), "applicant", "没有填写申请人");
        if let Some(applicant) = self.applicant
            && family.member(applicant).is_none()
        {
            problems.add("applicant", "申请人不是本户登记的成员，请先在家庭档案中登记");
        }
        problems.require(self.declared, "declared", "申请人没有作出如实申报的承诺");
        problems.require(self.account_ready, "account-ready", "没有提供银行账户");
        if self.proxy && self.proxy_relation.is_empty() {
            problems.add("proxy-relation", "没有填写代办人与申请人的关系");
        }
        for member in family.members.iter() {
            if standing(member, terms.on, terms.adult_born_by) != Standing::Counted {
                continue;
            }
            let who = describe(member);
            let Some(birth) = member.birth else {
                problems.add("", format!("{who}没有登记出生日期，请在家庭档案中补录"));
                continue;
            };
            if member.disability != 0 && member.grade == 0 {
                problems.add("", format!("{who}登记了残疾类别，没有登记残疾等级，请核对残疾人证后补录"));
            }
            if birth > terms.adult_born_by {
                continue;
            }
            if !self.signed.contains(&member.person) {
                problems.add("signed", format!("{who}没有签署家庭经济状况核对授权书"));
            }
            if member.study == 0 && member.incomes.is_empty() && !self.no_income.contains(&member.person) {
                problems.add("no-income", format!("{who}没有申报收入，也没有声明无收入"));
            }
            if member.labour == 0 && birth > terms.old_born_by && member.study == 0 {
                problems.add("", format!("{who}没有登记劳动能力，请在家庭档案中补录"));
            }
        }
        problems
    }

    /// Whether the user took part in the survey (57号 第十六条; nobody both surveys and decides).
    pub fn surveyed_by(&self, user: Id) -> bool {
        self.survey.as_ref().is_some_and(|visit| visit.visitors.contains(&user))
    }

    /// Whether the county must visit the home itself: near relatives of handlers, or an objection (57号 第二十条).
    pub fn needs_county_visit(&self, family: &Family) -> bool {
        self.is_relative(family) || !self.objections.is_empty()
    }

    /// Declared or registered as near relatives of handlers or of the village committee.
    pub fn is_relative(&self, family: &Family) -> bool {
        self.near_relative != 0 || family.members.iter().any(|member| member.near_relative != 0)
    }
}

/// A member in words, without a name: `配偶（1978年出生）`.
pub fn describe(member: &Member) -> String {
    let relation = match member.relation {
        1 | 2 => "户主",
        10..=12 => "配偶",
        20..=27 => "儿子",
        28 => "女婿",
        30..=37 => "女儿",
        38 => "儿媳",
        40..=49 => "孙辈",
        50..=58 => "父母辈",
        61..=64 => "祖父母辈",
        70..=79 => "兄弟姐妹",
        _ => "其他成员",
    };
    match member.birth {
        Some(birth) => format!("{relation}（{}年出生）", birth.year()),
        None => relation.to_owned(),
    }
}
