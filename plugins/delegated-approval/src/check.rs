//! The body of a check (抽查核查): the decision looked at, who looks, what was seen, what follows from it, and how the town mended it.

use crate::draw::{Draw, Entry};
use crate::rules::clues::Clue;
use crate::rules::quality::Found;
use crate::rules::sample::Reason;
use doudi_sdk::prelude::*;
use serde::{Deserialize, Serialize};

/// The collection.
pub const CHECK: &str = "check";
/// States in which there is no conclusion yet.
pub const OPEN: [&str; 3] = ["open", "checking", "confirming"];
/// States with a conclusion.
pub const CONCLUDED: [&str; 4] = ["rectifying", "reviewing", "following", "settled"];

/// 抽查核查.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Check {
    pub draw: Id,
    /// Code of the period: `2022-07`.
    pub period: String,
    pub town: i64,
    pub case: Id,
    pub decision: Option<Id>,
    pub scheme: String,
    pub label: String,
    pub outcome: String,
    pub decided: Date,
    pub amount: Fen,
    pub surveyor: Option<Id>,
    pub decider: Option<Id>,
    /// A word of [`Reason`].
    pub sample: String,
    /// Why a person added it.
    pub why: String,
    /// Words of [`Clue`].
    pub clues: Vec<String>,
    pub opened: Date,
    pub due: Option<Date>,
    /// The county officer it is assigned to.
    pub officer: Option<Id>,
    pub records: Vec<Record>,
    /// Words of [`FINDINGS`].
    pub findings: Vec<String>,
    /// A word of [`CONCLUSIONS`]; empty until concluded.
    pub conclusion: String,
    /// A word of [`ERRORS`], for an error of substance.
    pub error: String,
    pub opinion: String,
    pub concluded: Option<Date>,
    /// What the town is told to do.
    pub order: String,
    pub mend_by: Option<Date>,
    pub replies: Vec<Reply>,
    pub followed: Vec<Reply>,
}

/// One look at a case: at the home, by telephone, on paper.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// A word of [`WAYS`].
    pub way: String,
    pub on: Date,
    pub by: Vec<Id>,
    pub met: Option<Id>,
    pub found: String,
}

/// A town's reply, or what was seen at a follow-up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    pub on: Date,
    pub by: Id,
    pub text: String,
}

pub const WAYS: [(&str, &str); 3] = [("home", "入户核查"), ("phone", "电话核查"), ("paper", "查阅档案")];

/// 结论.
pub const CONCLUSIONS: [(&str, &str); 3] = [("true", "属实"), ("procedure", "程序问题"), ("substance", "实体错误")];

/// 实体错误 in kinds: what was granted and should not have been, what was refused and should not have been, favours.
pub const ERRORS: [(&str, &str); 5] = [
    ("wrong-cover", "错保"),
    ("missed", "漏保"),
    ("amount", "金额错误"),
    ("favour", "人情保"),
    ("connection", "关系保、优亲厚友"),
];

/// 问题清单: code, words, and whether it touches the decision itself.
pub const FINDINGS: [(&str, &str, bool); 16] = [
    ("survey-alone", "入户调查不足两人", false),
    ("survey-unsigned", "入户调查表没有签字", false),
    ("no-check", "没有开展经济状况核对", false),
    ("posting-missing", "没有公示", false),
    ("posting-short", "公示不足七天或者内容不符合规定", false),
    ("no-meeting", "没有经过联审联批会议", false),
    ("minutes", "会议纪要与实际不符", false),
    ("relative", "近亲属没有备案", false),
    ("no-recusal", "应当回避的没有回避", false),
    ("late", "超过办理时限", false),
    ("no-letter", "没有送达告知书或者理由不清", false),
    ("papers", "档案材料不齐全", false),
    ("members", "共同生活家庭成员认定错误", true),
    ("income", "收入核算错误或者遗漏", true),
    ("assets", "财产核查错误或者遗漏", true),
    ("amount", "救助金额错误", true),
];

fn word(words: &[(&'static str, &'static str)], code: &str) -> &'static str {
    words.iter().find(|(known, _)| *known == code).map_or("", |(_, word)| word)
}

pub fn way_word(code: &str) -> &'static str {
    word(&WAYS, code)
}

pub fn conclusion_word(code: &str) -> &'static str {
    word(&CONCLUSIONS, code)
}

pub fn error_word(code: &str) -> &'static str {
    word(&ERRORS, code)
}

/// Whether a finding touches the decision itself.
pub fn touches_decision(code: &str) -> bool {
    FINDINGS.iter().any(|(known, _, substance)| *known == code && *substance)
}

pub fn finding_word(code: &str) -> &'static str {
    FINDINGS.iter().find(|(known, ..)| *known == code).map_or("其他问题", |(_, word, _)| word)
}

impl Check {
    /// A new check of a drawn decision.
    pub fn of(draw: Id, body: &Draw, entry: &Entry, clues: &[Clue], today: Date) -> Check {
        Check {
            draw,
            period: body.period.code(),
            town: entry.town,
            case: entry.case,
            decision: entry.decision,
            scheme: entry.scheme.clone(),
            label: body.label(&entry.scheme).to_owned(),
            outcome: entry.outcome.clone(),
            decided: entry.on,
            amount: entry.amount,
            surveyor: entry.surveyor,
            decider: entry.decider,
            sample: entry.sample.clone(),
            clues: clues.iter().map(|clue| clue.code().to_owned()).collect(),
            opened: today,
            due: body.check_by,
            ..Check::default()
        }
    }

    /// Its document. One for each period and case, however often it is wished.
    pub fn open(&self, entry: &Entry) -> DocumentPut {
        let reason = self.reason().map_or("抽查", Reason::label);
        let put = DocumentPut::create(CHECK, format!("抽查：{}", self.label))
            .key(format!("{}-{}", self.period, self.case.0))
            .household(entry.household)
            .state("open")
            .index("draw", self.draw.0)
            .index("period", &self.period)
            .index("town", self.town)
            .index("officer", 0)
            .note(reason)
            .body(self);
        let put = match entry.person {
            Some(person) => put.person(person),
            None => put,
        };
        match self.due {
            Some(due) => put.due(due),
            None => put,
        }
    }

    pub fn reason(&self) -> Option<Reason> {
        Reason::of(&self.sample)
    }

    pub fn clues(&self) -> impl Iterator<Item = Clue> {
        self.clues.iter().filter_map(|code| Clue::of(code))
    }

    /// Whoever surveyed or decided does not check.
    pub fn handled_by(&self, user: Id) -> bool {
        self.decider == Some(user) || self.surveyor == Some(user)
    }

    /// Near relatives and objections: the county must go to the home (57号 第二十条). So with an error of substance.
    pub fn needs_home(&self) -> bool {
        matches!(self.reason(), Some(Reason::Relative | Reason::Objection)) || self.conclusion == "substance"
    }

    pub fn been_home(&self) -> bool {
        self.records.iter().any(|record| record.way == "home")
    }

    /// Refused, and should have been granted.
    pub fn missed(&self) -> bool {
        self.conclusion == "substance" && self.error == "missed"
    }

    /// Its share in the figures of its town: counted once there is a conclusion that stands.
    pub fn found(&self, state: &str) -> Found {
        if !CONCLUDED.contains(&state) {
            return Found::default();
        }
        Found {
            concluded: 1,
            procedure: usize::from(self.conclusion == "procedure"),
            substance: usize::from(self.conclusion == "substance"),
            missed: usize::from(self.missed()),
        }
    }

    /// Concluded in time; absent while there is time.
    pub fn on_time(&self, state: &str, today: Date) -> Option<bool> {
        let due = self.due?;
        match self.concluded.filter(|_| CONCLUDED.contains(&state)) {
            Some(concluded) => Some(concluded <= due),
            None => (today > due).then_some(false),
        }
    }
}

/// The checks of a period.
///
/// # Errors
/// As [`documents::find`].
pub fn of_period(code: &str) -> Result<Vec<(Document, Check)>> {
    documents::bodies(documents::Query::of(CHECK).index("period", code))
}

/// The checks of a town.
///
/// # Errors
/// As [`documents::find`].
pub fn of_town(town: i64) -> Result<Vec<(Document, Check)>> {
    documents::bodies(documents::Query::of(CHECK).index("town", town))
}
