//! The field catalogue: every statement the kernel can hold about a household or a person, with labels, unit, code table and
//! sensitivity. Manifests declare their inputs by these codes, grants are per code, the importer's columns and the household
//! page are drawn from it. Adding a field is adding a row.
//!
//! Four tables, as plugins see them in column blocks: `household` (one row each), `person` (its members on the day), and per
//! person the **item** tables `income`, `asset` and `spending`, where several facts of one kind stand side by side.

use crate::codes::{self, CodeTable};
use std::fmt;

/// A code of the catalogue, e.g. `person.disability-grade`. Only [`find`] makes one, so it always names an existing field.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldCode(&'static str);

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Table {
    Household,
    Person,
    Income,
    Asset,
    Spending,
}

#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Integer fen; monthly in `income` and `spending`, at its date in `asset`.
    Money,
    Code(&'static CodeTable),
    YesNo,
    Count,
    Date,
    Text,
}

/// How much harm showing it could do; decides masking, who may see it, and what a grant screen warns of.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Sensitivity {
    /// Seen by everyone in scope.
    Internal,
    /// Needs the permission to see finances: money, health, family circumstances.
    Sensitive,
    /// Encrypted at rest, masked on screen, revealed only with a record.
    Sealed,
}

/// Where the value lives.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Origin {
    /// A column of the household, person or membership row.
    Core,
    /// A fact, one current value per subject.
    Fact,
    /// Facts, any number side by side.
    Item,
}

#[derive(Clone, Copy, Debug)]
pub struct Field {
    pub code: FieldCode,
    pub table: Table,
    pub origin: Origin,
    pub kind: Kind,
    pub sensitivity: Sensitivity,
    pub zh: &'static str,
    pub en: &'static str,
    /// Code table of the item's second code, if it has one.
    pub qualifier: Option<&'static CodeTable>,
}

impl FieldCode {
    pub const fn as_str(self) -> &'static str {
        self.0
    }

    pub fn field(self) -> &'static Field {
        find(self.0).expect("a field code is only made from the catalogue")
    }
}

impl fmt::Display for FieldCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Debug for FieldCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Table {
    pub const ALL: [Table; 5] = [Table::Household, Table::Person, Table::Income, Table::Asset, Table::Spending];

    pub const fn code(self) -> &'static str {
        match self {
            Table::Household => "household",
            Table::Person => "person",
            Table::Income => "income",
            Table::Asset => "asset",
            Table::Spending => "spending",
        }
    }

    /// Item tables hold any number of rows per person.
    pub const fn is_items(self) -> bool {
        matches!(self, Table::Income | Table::Asset | Table::Spending)
    }
}

pub fn find(code: &str) -> Option<&'static Field> {
    FIELDS.iter().find(|field| field.code.0 == code)
}

const fn field(
    code: &'static str,
    table: Table,
    origin: Origin,
    kind: Kind,
    sensitivity: Sensitivity,
    zh: &'static str,
    en: &'static str,
) -> Field {
    Field { code: FieldCode(code), table, origin, kind, sensitivity, zh, en, qualifier: None }
}

const fn income(code: &'static str, zh: &'static str, en: &'static str) -> Field {
    field(code, Table::Income, Origin::Item, Kind::Money, Sensitivity::Sensitive, zh, en)
}

const fn asset(code: &'static str, qualifier: Option<&'static CodeTable>, zh: &'static str, en: &'static str) -> Field {
    Field { qualifier, ..field(code, Table::Asset, Origin::Item, Kind::Money, Sensitivity::Sensitive, zh, en) }
}

const fn spending(code: &'static str, zh: &'static str, en: &'static str) -> Field {
    field(code, Table::Spending, Origin::Item, Kind::Money, Sensitivity::Sensitive, zh, en)
}

use Kind::{Code, Count, Text, YesNo};
use Origin::{Core, Fact};
use Sensitivity::{Internal, Sealed, Sensitive};
use Table::{Household, Person};

pub static FIELDS: &[Field] = &[
    field("household.division", Household, Core, Count, Internal, "居住地村（居）", "Village of residence"),
    field("household.hukou-kind", Household, Fact, Code(&codes::HUKOU_KIND), Internal, "户籍类别", "Hukou"),
    field(
        "household.poverty-cause",
        Household,
        Fact,
        Code(&codes::POVERTY_CAUSE),
        Sensitive,
        "主要致贫原因",
        "Main cause",
    ),
    field("household.housing", Household, Fact, Code(&codes::HOUSING), Internal, "住房状况", "Housing"),
    field("household.monitoring", Household, Fact, Code(&codes::MONITORING), Internal, "防返贫监测", "Watch list"),
    field("household.certificate", Household, Fact, Text, Sensitive, "低保证号", "Certificate number"),
    field("household.account-bank", Household, Fact, Text, Sensitive, "开户银行", "Bank"),
    field("household.account-name", Household, Fact, Text, Sensitive, "户名", "Account holder"),
    field("household.account-number", Household, Fact, Text, Sealed, "银行账号", "Account number"),
    field("person.name", Person, Core, Text, Sensitive, "姓名", "Name"),
    field("person.id-number", Person, Core, Text, Sealed, "公民身份号码", "ID number"),
    field("person.phone", Person, Core, Text, Sealed, "联系电话", "Phone"),
    field("person.sex", Person, Core, Code(&codes::SEX), Internal, "性别", "Sex"),
    field("person.birth-date", Person, Core, Kind::Date, Internal, "出生日期", "Date of birth"),
    field("person.death-date", Person, Core, Kind::Date, Internal, "死亡日期", "Date of death"),
    field("person.ethnicity", Person, Core, Code(&codes::ETHNICITY), Internal, "民族", "Ethnicity"),
    field("person.relation", Person, Core, Code(&codes::RELATION), Internal, "与户主关系", "Relation to head"),
    field("person.co-resident", Person, Core, YesNo, Internal, "是否共同生活", "Lives in the household"),
    field("person.uncounted-reason", Person, Core, Code(&codes::UNCOUNTED), Sensitive, "不计入原因", "Why not counted"),
    field("person.marital", Person, Fact, Code(&codes::MARITAL), Sensitive, "婚姻状况", "Marital status"),
    field("person.education", Person, Fact, Code(&codes::EDUCATION), Internal, "文化程度", "Education"),
    field("person.health", Person, Fact, Code(&codes::HEALTH), Sensitive, "健康状况", "Health"),
    field("person.major-illness", Person, Fact, YesNo, Sensitive, "重特大疾病", "Serious illness"),
    field("person.disability-category", Person, Fact, Code(&codes::DISABILITY), Sensitive, "残疾类别", "Disability"),
    field(
        "person.disability-grade",
        Person,
        Fact,
        Code(&codes::DISABILITY_GRADE),
        Sensitive,
        "残疾等级",
        "Disability grade",
    ),
    field("person.disability-certificate", Person, Fact, Text, Sealed, "残疾人证号", "Disability certificate"),
    field("person.labour-capacity", Person, Fact, Code(&codes::LABOUR), Sensitive, "劳动能力", "Labour capacity"),
    field("person.employment", Person, Fact, Code(&codes::EMPLOYMENT), Sensitive, "就业状况", "Employment"),
    field("person.study", Person, Fact, Code(&codes::STUDY), Internal, "就学状况", "Schooling"),
    field("person.self-care-failed", Person, Fact, Count, Sensitive, "自理能力不能完成项数", "Self-care items failed"),
    field(
        "person.job-refusals",
        Person,
        Fact,
        Count,
        Sensitive,
        "连续无正当理由拒绝就业次数",
        "Consecutive job refusals",
    ),
    field(
        "person.near-relative",
        Person,
        Fact,
        Code(&codes::NEAR_RELATIVE),
        Sensitive,
        "近亲属备案",
        "Near relative of handler",
    ),
    income("income.wage", "工资性收入", "Wage"),
    income("income.employment-cost", "就业成本", "Cost of employment"),
    income("income.business", "经营净收入", "Business net income"),
    income("income.property", "财产净收入", "Property net income"),
    income("income.transfer-in", "转移性收入", "Transfers received"),
    income("income.transfer-out", "转移性支出", "Transfers paid"),
    income("income.support", "赡养（抚养、扶养）费", "Support from obligors"),
    income("income.pension-basic-central", "居民基础养老金（中央部分）", "Basic pension, central part"),
    income("income.pension-other", "其他养老金", "Other pension"),
    income("income.veteran-allowance", "优抚金", "Veterans' allowance"),
    income("income.family-planning-award", "计划生育奖励扶助金", "Family planning award"),
    income("income.scholarship", "奖学金", "Scholarship"),
    income("income.bravery-award", "见义勇为奖励", "Bravery award"),
    income("income.government-aid", "政府给予的救助款物", "Government aid"),
    income("income.city-excluded", "市级以上规定不计入的收入", "Excluded by a city or higher government"),
    income("income.other", "其他收入", "Other income"),
    asset("asset.deposit", None, "存款", "Deposits"),
    asset("asset.securities", None, "证券", "Securities"),
    asset("asset.fund", None, "基金", "Funds"),
    asset("asset.insurance", None, "商业保险", "Commercial insurance"),
    asset("asset.claim", None, "债权", "Claims"),
    asset("asset.housing-fund", None, "住房公积金", "Housing fund"),
    asset("asset.vehicle", Some(&codes::VEHICLE_KIND), "车辆", "Vehicle"),
    asset("asset.home", Some(&codes::HOME_KIND), "房屋", "Home"),
    asset("asset.shop", None, "商业用房", "Shop premises"),
    asset("asset.company", Some(&codes::COMPANY_KIND), "市场主体", "Company"),
    spending("spending.medical", "自付医疗费", "Medical, self-paid"),
    spending("spending.rehabilitation", "残疾康复费", "Rehabilitation"),
    spending("spending.education", "教育费", "Education"),
];

#[cfg(test)]
mod tests;
