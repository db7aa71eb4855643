//! The rule matrix: which clue is how urgent, what it suggests, who sends it, and what usually turns out to be the matter instead. Data
//! only: the page 预警规则 shows it, a county's settings may switch a rule off or change its level.
//!
//! A hit is a clue (疑点), never a decision (handbook §1.8).

use super::event::Event;
use crate::department::Department::{self, *};
use serde::{Deserialize, Serialize};

/// How soon somebody must look.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    Red,
    #[default]
    Yellow,
}

/// What everybody may know of an alert: a village sees this, and neither the rule nor a figure.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Risk {
    Medical,
    Disability,
    Work,
    Family,
    Schooling,
    Disaster,
    Means,
    WatchList,
    Age,
    Review,
}

/// The four dispositions of 国办发〔2023〕39号, in its order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Disposition {
    /// Entitled already, policy not delivered: deliver it or ask the department (转办).
    Deliver,
    /// Outside, but may qualify: help to apply.
    Apply,
    /// Complex: 一事一议.
    Council,
    /// May no longer qualify: verified and ended.
    End,
}

/// Whom a clue says anything about.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Concerns {
    Anyone,
    /// Only households that receive a benefit now.
    Recipients,
    /// Only households that receive none.
    Uncovered,
}

/// Where a rule gets its clues.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Origin {
    /// A row of a department's data.
    Row(Event),
    /// The monthly look at every household.
    Watch,
    /// Either.
    Both(Event),
}

/// When what a department states becomes a fact of the file.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Recorded {
    /// The department itself decides it (a grade, a place at school, a settlement): at once, with its name.
    AtOnce,
    /// It has usual false positives: only after somebody was there and found it true.
    Verified,
    /// The file has no field a measure may propose.
    Never,
}

/// One rule.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    pub id: RuleId,
    pub code: &'static str,
    pub label: &'static str,
    pub risk: Risk,
    pub level: Level,
    pub hint: Disposition,
    pub departments: &'static [Department],
    pub origin: Origin,
    pub concerns: Concerns,
    pub recorded: Recorded,
    /// What usually turns out to be the matter; shown to whoever verifies.
    pub false_positive: &'static str,
}

macro_rules! rules {
    ($($id:ident $code:literal $label:literal:
        $risk:ident $level:ident $hint:ident, $concerns:ident, $recorded:ident, $origin:expr, [$($department:ident),*],
        $false_positive:literal;)+) => {
        /// A rule by name.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum RuleId { $(#[doc = $label] $id),+ }

        /// Every rule, in the order of the page.
        pub static RULES: &[Rule] = &[$(Rule {
            id: RuleId::$id,
            code: $code,
            label: $label,
            risk: Risk::$risk,
            level: Level::$level,
            hint: Disposition::$hint,
            departments: &[$($department),*],
            origin: $origin,
            concerns: Concerns::$concerns,
            recorded: Recorded::$recorded,
            false_positive: $false_positive,
        }),+];
    };
}

// Code and label: risk, level, disposition it suggests, whom it concerns, when it becomes a fact, where it comes from, who sends it, and
// what usually turns out to be the matter.
rules! {
    MedicalBurden "medical-burden" "一年自付医疗费过高":
        Medical Yellow Apply, Anyone, AtOnce, Origin::Watch, [MedicalInsurance],
        "商业保险、单位补助尚未报销；他人借用医保卡";
    MajorIllness "major-illness" "确诊重特大疾病":
        Medical Yellow Apply, Anyone, AtOnce, Origin::Row(Event::Illness), [MedicalInsurance, Health],
        "疑似诊断，尚未确诊";
    NewDisability "new-disability" "新评定一级、二级残疾":
        Disability Yellow Apply, Anyone, AtOnce, Origin::Row(Event::Disability), [DisabledFederation],
        "换证、补证，等级没有变化";
    DisabilityEased "disability-eased" "残疾等级减轻":
        Disability Yellow End, Recipients, AtOnce, Origin::Row(Event::Disability), [DisabledFederation],
        "重新评定仍在复核";
    DisabilityExpired "disability-expired" "残疾证到期":
        Disability Yellow Deliver, Recipients, Never, Origin::Row(Event::DisabilityExpired), [DisabledFederation],
        "正在换证";
    SalaryOnAid "salary-on-aid" "在保人员新增社保缴费":
        Means Yellow End, Recipients, Verified, Origin::Row(Event::Contribution), [Hrss],
        "原单位代缴或本人以灵活就业身份缴费";
    PensionOnAid "pension-on-aid" "在保人员领取养老待遇":
        Means Yellow End, Recipients, Verified, Origin::Row(Event::Pension), [Hrss],
        "已计入收入的基础养老金";
    UnemploymentEnded "unemployment-ended" "失业金停发":
        Work Yellow Apply, Anyone, Never, Origin::Row(Event::UnemploymentEnded), [Hrss],
        "已经重新就业";
    PaidAfterDeath "paid-after-death" "去世后仍在享受待遇":
        Family Red End, Recipients, Never, Origin::Both(Event::Death), [Police, CivilAffairs, Health],
        "同名误登，或者登记迟延";
    HeadDied "head-died" "户主去世":
        Family Red Apply, Anyone, Never, Origin::Both(Event::Death), [Police, CivilAffairs, Health],
        "已更换户主，档案尚未更新";
    MovedAway "moved-away" "户口迁出": Family Yellow End, Recipients, Never, Origin::Row(Event::MovedAway), [Police],
        "户口迁出，人仍在本地居住";
    MemberImprisoned "member-imprisoned" "保障家庭成员服刑或强制戒毒":
        Family Yellow End, Recipients, Never, Origin::Row(Event::Imprisoned), [Justice, Police],
        "已经释放";
    ObligorImprisoned "obligor-imprisoned" "家庭成员或赡养抚养义务人服刑":
        Family Yellow Apply, Uncovered, Never, Origin::Row(Event::Imprisoned), [Justice, Police],
        "已经释放";
    Released "released" "不计入人员释放":
        Family Yellow Council, Recipients, Never, Origin::Row(Event::Released), [Justice, Police],
        "释放后没有回到家庭";
    University "university" "子女考取大学":
        Schooling Yellow Deliver, Anyone, AtOnce, Origin::Row(Event::University), [Education],
        "被录取但没有入学";
    DroppedOut "dropped-out" "义务教育阶段失学辍学":
        Schooling Red Deliver, Anyone, AtOnce, Origin::Row(Event::DroppedOut), [Education],
        "转学到外地，学籍尚未接转";
    Disaster "disaster" "火灾或房屋受损": Disaster Red Apply, Anyone, Never, Origin::Row(Event::Disaster), [Emergency],
        "损失轻微，或者不是本户居住的房屋";
    Accident "accident" "意外事故": Disaster Red Apply, Anyone, Never, Origin::Row(Event::Accident), [Emergency, Police],
        "伤情轻微，已由责任方赔付";
    UnsafeHome "unsafe-home" "居住危房":
        Disaster Yellow Deliver, Anyone, Never, Origin::Row(Event::UnsafeHome), [Housing],
        "已另有安全住房";
    Marriage "marriage" "登记结婚":
        Family Yellow Council, Recipients, Never, Origin::Row(Event::Marriage), [CivilAffairs],
        "事实分居";
    HousingFund "housing-fund" "缴存住房公积金":
        Means Yellow End, Recipients, Verified, Origin::Row(Event::HousingFund), [HousingFund],
        "已封存的账户";
    PublicPayroll "public-payroll" "财政供养人员":
        Means Red End, Recipients, Verified, Origin::Row(Event::PublicPayroll), [PublicFinance],
        "领取村干部补贴，不属于财政供养";
    Home "home" "名下另有房产": Means Yellow End, Recipients, Verified, Origin::Row(Event::Home), [RealEstate, Housing],
        "拆迁安置房或者继承份额";
    Vehicle "vehicle" "名下有车辆": Means Yellow End, Recipients, Verified, Origin::Row(Event::Vehicle), [Police],
        "已报废、残疾人代步车或者借名登记";
    Company "company" "登记市场主体": Means Yellow End, Recipients, Verified, Origin::Row(Event::Company), [Market],
        "未实际经营，或者只是合作社成员";
    Taxed "taxed" "申报纳税收入": Means Yellow End, Recipients, Verified, Origin::Row(Event::Taxed), [Tax],
        "身份被企业冒用";
    Deposit "deposit" "大额存款、证券或者保险": Means Yellow End, Recipients, Verified, Origin::Row(Event::Deposit), [Banks],
        "代他人保管的补偿款";
    WatchListUncovered "watch-list-uncovered" "防返贫监测对象未纳入救助":
        WatchList Yellow Apply, Uncovered, AtOnce, Origin::Both(Event::WatchListed), [RuralRevitalisation],
        "风险已经消除";
    Turned16 "turned-16" "家庭成员年满16周岁": Age Yellow Council, Recipients, Never, Origin::Watch, [],
        "仍在全日制学校就读";
    Turned18 "turned-18" "家庭成员年满18周岁": Age Yellow Council, Recipients, Never, Origin::Watch, [],
        "仍在全日制学校就读";
    Turned60 "turned-60" "家庭成员年满60周岁": Age Yellow Apply, Anyone, Never, Origin::Watch, [],
        "子女有赡养能力";
    Unchanged "unchanged" "保障家庭超过12个月没有变动": Review Yellow Council, Recipients, Never, Origin::Watch, [],
        "情况确实没有变化";
    TwoBenefits "two-benefits" "同时享受两项基本生活救助": Review Red End, Recipients, Never, Origin::Watch, [CivilAffairs],
        "同一家庭的不同成员分别享受";
}

impl RuleId {
    pub fn rule(self) -> &'static Rule {
        &RULES[self as usize]
    }

    pub fn of(code: &str) -> Option<RuleId> {
        RULES.iter().find(|rule| rule.code == code).map(|rule| rule.id)
    }

    pub fn code(self) -> &'static str {
        self.rule().code
    }
}

/// Written as its code, so that documents outlive the order of the matrix.
impl Serialize for RuleId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for RuleId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<RuleId, D::Error> {
        let code = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        RuleId::of(&code).ok_or_else(|| serde::de::Error::custom(format!("没有预警规则“{code}”")))
    }
}

impl Rule {
    /// The statement it listens to, if any.
    pub const fn event(&self) -> Option<Event> {
        match self.origin {
            Origin::Row(event) | Origin::Both(event) => Some(event),
            Origin::Watch => None,
        }
    }
}

/// The rules a statement may raise.
pub fn of_event(event: Event) -> impl Iterator<Item = &'static Rule> {
    RULES.iter().filter(move |rule| rule.event() == Some(event))
}

impl Level {
    pub const fn code(self) -> &'static str {
        match self {
            Level::Red => "red",
            Level::Yellow => "yellow",
        }
    }

    pub const fn label(self) -> &'static str {
        match self {
            Level::Red => "红色",
            Level::Yellow => "黄色",
        }
    }

    pub fn of(code: &str) -> Option<Level> {
        [Level::Red, Level::Yellow].into_iter().find(|level| level.code() == code)
    }
}

impl Risk {
    pub const fn label(self) -> &'static str {
        match self {
            Risk::Medical => "医疗支出风险",
            Risk::Disability => "残疾状况变化",
            Risk::Work => "就业变化",
            Risk::Family => "家庭成员变化",
            Risk::Schooling => "就学变化",
            Risk::Disaster => "灾害事故",
            Risk::Means => "经济状况变化",
            Risk::WatchList => "监测对象未保障",
            Risk::Age => "年龄变化",
            Risk::Review => "待复核",
        }
    }
}

impl Disposition {
    pub const ALL: [Disposition; 4] =
        [Disposition::Deliver, Disposition::Apply, Disposition::Council, Disposition::End];

    pub const fn code(self) -> &'static str {
        match self {
            Disposition::Deliver => "deliver",
            Disposition::Apply => "apply",
            Disposition::Council => "council",
            Disposition::End => "end",
        }
    }

    pub const fn label(self) -> &'static str {
        match self {
            Disposition::Deliver => "政策未落实，转部门落实",
            Disposition::Apply => "可能符合条件，协助申请",
            Disposition::Council => "情况复杂，一事一议",
            Disposition::End => "可能不再符合，核实退出",
        }
    }

    pub fn of(code: &str) -> Option<Disposition> {
        Disposition::ALL.into_iter().find(|disposition| disposition.code() == code)
    }
}

impl Concerns {
    pub const fn label(self) -> &'static str {
        match self {
            Concerns::Anyone => "所有在册家庭",
            Concerns::Recipients => "正在享受救助的家庭",
            Concerns::Uncovered => "没有享受救助的家庭",
        }
    }

    /// Whether a household in this standing is meant.
    pub const fn includes(self, covered: bool) -> bool {
        match self {
            Concerns::Anyone => true,
            Concerns::Recipients => covered,
            Concerns::Uncovered => !covered,
        }
    }
}
