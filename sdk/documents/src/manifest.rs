//! The manifest: everything the kernel must know of a plugin before any of its code runs. Its source is `plugin.toml`; the
//! packer writes it as canonical JSON into the component's custom section `doudi:manifest`, so that the digest covers it.

use crate::form::Form;
use crate::text::Text;
use crate::workflow::Workflow;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The custom section of the outer component that holds the manifest.
pub const SECTION: &str = "doudi:manifest";
/// Longest manifest in bytes.
pub const MAX_BYTES: usize = 256 * 1024;

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// `dibao`: lower-case words with hyphens; prefix of its parameters, topics and routes.
    pub id: String,
    pub version: semver::Version,
    pub name: Text,
    pub summary: Text,
    pub publisher: String,
    pub license: String,
    /// The measures of the notice it implements, by their ids.
    pub measures: Vec<String>,
    /// Contract versions it runs on: `^1.0`.
    #[schemars(with = "String")]
    pub contract: semver::VersionReq,
    /// Extension points it exports: `assess`, `act` … Must equal the component's exports.
    pub points: Vec<String>,
    /// Kernel interfaces it imports: `records`, `parameters` … Must cover the component's imports.
    #[serde(default)]
    pub imports: Vec<String>,
    /// Fields it reads, and why: the prefetch plan, the purpose limitation and the grant screen in one.
    #[serde(default)]
    pub inputs: Vec<Input>,
    /// Kinds of effects it wishes, and why.
    #[serde(default)]
    pub effects: Vec<EffectWish>,
    /// Names of the schemes its decisions belong to; one without a name is shown by its code.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub schemes: Vec<Scheme>,
    #[serde(default)]
    pub collections: Vec<Collection>,
    #[serde(default)]
    pub forms: Vec<Form>,
    #[serde(default)]
    pub pages: Vec<PageEntry>,
    #[serde(default)]
    pub jobs: Vec<JobEntry>,
    /// Files the kernel writes from payment lines, offered on the documents that have an envelope.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileEntry>,
    /// Files `intake` takes in, offered on the documents of a collection or on a page of their own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub feeds: Vec<FeedEntry>,
    /// Event topics `react` is called for.
    #[serde(default)]
    pub subscriptions: Vec<String>,
    /// Topics `answer` answers, and topics it asks.
    #[serde(default)]
    pub answers: Vec<String>,
    #[serde(default)]
    pub questions: Vec<String>,
    #[serde(default)]
    pub parameters: Vec<ParameterEntry>,
    #[serde(default)]
    pub outcomes: Vec<Outcome>,
    #[serde(default)]
    pub figures: Vec<FigureEntry>,
    /// What the figures of `indicators` mean, for the scorecard; one that is not here is shown under the label it comes with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub indicators: Vec<IndicatorEntry>,
    #[serde(default)]
    pub reasons: Vec<ReasonEntry>,
    /// JSON Schema of the county's settings; absent when there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<Settings>,
    /// `major.minor` of its documents' bodies.
    #[serde(default = "first_state_version")]
    pub state_version: String,
    #[serde(default)]
    pub class: ResourceClass,
    /// Test vectors that must pass before the plugin may be enabled.
    #[serde(default)]
    pub scenarios: Vec<crate::scenario::Scenario>,
}

fn yes() -> bool {
    true
}

fn is_yes(value: &bool) -> bool {
    *value
}

fn first_state_version() -> String {
    "1.0".to_owned()
}

/// Fields read for one purpose, in the order their columns come.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// Catalogue codes: `person.birth-date`, `income.wage`.
    pub fields: Vec<String>,
    /// Shown on the grant screen: 用于判断单人户.
    pub purpose: Text,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EffectWish {
    /// One of [`crate::kinds`].
    pub kind: String,
    /// What it may touch: a scheme for decisions and for opening and drawing payments (`*`: whatever scheme answers), catalogue
    /// codes for facts; empty for its own documents, notices, events and the other payment effects.
    #[serde(default)]
    pub targets: Vec<String>,
    pub purpose: Text,
}

/// What a decision gives or refuses: 最低生活保障. A plugin may decide on several.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scheme {
    /// As `decision.record` names it: `dibao-edge`.
    pub code: String,
    pub label: Text,
}

/// A kind of document the plugin keeps.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Collection {
    pub id: String,
    pub label: Text,
    /// Names of values documents can be found by.
    #[serde(default)]
    pub indexes: Vec<String>,
    pub workflow: Workflow,
    /// The page (of `view`) drawn on the document's own page, below the stage path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// Shown in 新建申请 on a household's page, and the action that creates it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub create: Option<String>,
    /// Pages of place `menu` with a button 新建…, which asks the form of `create` without a household: for what is not, or not yet,
    /// about a family on file (a clue, a donation, a training).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub create_pages: Vec<String>,
    /// `false`: no button on the household's page, for what is never about a family.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub create_on_household: bool,
}

/// A page of `view`, and where it appears.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PageEntry {
    pub id: String,
    pub title: Text,
    /// `menu` (own entry), `household` (a panel of the household's page), `document` (panel of a document), `hidden`.
    pub place: Place,
    /// Offices that see it; empty means nobody.
    pub roles: Vec<String>,
    /// The page is the same for everybody of an office in a place: the plugin is not told who looks (`actor.user` is 0). For lists and
    /// figures over a whole county. Where one takes long, the kernel may show what it worked out less than a minute ago, saying so,
    /// while it works it out again; whoever changed something since waits for the new one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub shared: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    Menu,
    Household,
    Document,
    Hidden,
}

/// Due work: `tick` is called once per due date, whatever the number of servers.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JobEntry {
    pub id: String,
    pub label: Text,
    pub every: Every,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Every {
    Day,
    /// On Mondays.
    Week,
    /// On the first.
    Month,
    /// On the first of January, April, July and October.
    Quarter,
    /// On 1 January.
    Year,
    /// On 1 July, when standards change.
    July,
}

/// A file of the payment lines of an envelope. The kernel fills in names, ID numbers and accounts, which the plugin never sees.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    pub id: String,
    /// 下载花名册.
    pub label: Text,
    /// The collection whose documents have the envelope.
    pub collection: String,
    /// States of the document in which it is offered; empty: any.
    #[serde(default)]
    pub states: Vec<String>,
    /// Offices that may download it; empty means nobody.
    pub roles: Vec<String>,
    pub format: FileFormat,
    /// Which lines; empty: all but dropped and held ones.
    #[serde(default)]
    pub lines: Vec<crate::effect::PaymentState>,
    /// In this order. For a bank's file the county's setting may say otherwise: see `setting`.
    pub columns: Vec<FileColumn>,
    /// CSV: one character between the fields.
    #[serde(default = "comma")]
    pub delimiter: String,
    /// CSV: `utf-8`, `utf-8-bom` or `gb18030`.
    #[serde(default = "utf8_bom")]
    pub encoding: String,
    /// CSV: whether the first line names the columns.
    #[serde(default = "yes")]
    pub header: bool,
    /// Name of an object in the county's settings whose `columns` (field codes), `delimiter`, `encoding` and `header` take the
    /// place of those above, because every bank wants its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub setting: Option<String>,
}

fn comma() -> String {
    ",".to_owned()
}

fn utf8_bom() -> String {
    "utf-8-bom".to_owned()
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FileFormat {
    /// A spreadsheet with a title, the columns, and a row of totals.
    Xlsx,
    Csv,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FileColumn {
    /// One of [`FILE_FIELDS`].
    pub field: String,
    /// The heading; empty: the kernel's own words for the field.
    #[serde(default)]
    pub label: Text,
}

/// What a column of a [`FileEntry`] may hold, with the heading officers know.
pub const FILE_FIELDS: [(&str, &str); 31] = [
    ("number", "序号"),
    ("serial", "流水号"),
    ("county", "县（市、区）"),
    ("town", "乡镇（街道）"),
    ("village", "村（社区）"),
    ("household", "户编号"),
    ("head-name", "户主姓名"),
    ("head-id", "户主公民身份号码"),
    ("payee-name", "领款人姓名"),
    ("payee-id", "领款人公民身份号码"),
    ("certificate", "低保证号"),
    ("cause", "主要致贫原因"),
    ("hukou", "户籍类别"),
    ("members", "家庭人口"),
    ("covered", "保障人口"),
    ("base", "保障金额"),
    ("supplement", "分类施保金"),
    ("amount", "合计"),
    ("month", "所属月份"),
    ("purpose", "发放类型"),
    ("flag", "变动情况"),
    ("begins", "起始年月"),
    ("budget", "预算科目"),
    ("bank", "开户银行"),
    ("account-name", "户名"),
    ("account-number", "银行账号"),
    ("address", "住址"),
    ("phone", "联系电话"),
    ("state", "发放结果"),
    ("reason", "退回原因"),
    ("settled", "入账日期"),
];

/// A file an officer uploads: each line becomes a row of the blocks `intake` is called with, at most [`crate::feed::BLOCK`] rows each.
/// What was kept of the file stands in the block's table `file`, see [`crate::feed`].
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FeedEntry {
    pub id: String,
    /// 上传银行回盘文件.
    pub label: Text,
    /// How to fill it in, in one or two sentences.
    #[serde(default)]
    pub help: Text,
    /// Uploaded on a document of this collection: the block's table `row` then has the column `document` with its id in every row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collection: Option<String>,
    /// States of the document in which it may be uploaded; empty: any.
    #[serde(default)]
    pub states: Vec<String>,
    /// Offices that may upload it; empty means nobody.
    pub roles: Vec<String>,
    /// Found in the file by heading, in any order.
    pub columns: Vec<FeedColumn>,
    /// Name of an object in the county's settings whose `headings` (column code to heading) and `words` (column code to word to
    /// number) are added to those below, because every bank has its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub setting: Option<String>,
}

/// A column of a feed, and of the table `row` the plugin gets. The table also has `line`: the number of the line in the file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FeedColumn {
    pub code: String,
    /// Headings it is known by, the first is the one of the template.
    pub headings: Vec<String>,
    pub kind: FeedKind,
    #[serde(default)]
    pub required: bool,
    /// For `code`: the words of the file and the number each stands for.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub words: BTreeMap<String, i64>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FeedKind {
    /// A column of texts.
    Text,
    /// A whole number.
    Count,
    /// Yuan with at most two decimals, as fen.
    Money,
    /// `2022-08-12`, `2022/8/12` or `20220812`, as days.
    Date,
    /// One of the words, as its number.
    Code,
    /// A serial the kernel wrote (see the file field `serial`): two columns, the line's id under the column's code and, under
    /// `<code>-attempt`, the attempt.
    Serial,
    /// A citizen's number of 15 or 18 digits, which the kernel checks and looks up among the people of the county; the plugin never
    /// sees it. Two columns of ids: the person under the column's code and, under `<code>-household`, the household. Both are absent
    /// where nobody on file has the number.
    IdNumber,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ParameterEntry {
    /// Without the plugin's id: `standard`. The kernel's code is `dibao.standard`.
    pub code: String,
    pub label: Text,
    pub unit: Unit,
    /// Whether the plugin can answer without it.
    #[serde(default)]
    pub optional: bool,
    #[serde(default)]
    pub article: String,
    /// `false`: nobody has compared the article's number with the text of the rule; pages mark it 条文待核.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub article_verified: bool,
    /// Words for the values of a `code` parameter.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, Text>,
    /// Illustrative value to begin with, always entered as 未核实.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<i64>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    Fen,
    BasisPoints,
    Months,
    Days,
    Count,
    Date,
    Code,
    YesNo,
}

/// A possible result. `assess` names them by position in this list.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    pub code: String,
    pub label: Text,
    pub effect: OutcomeEffect,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OutcomeEffect {
    Grant,
    Refuse,
    Change,
    Stop,
}

/// A named intermediate result. `assess` gives them in this order, one row of numbers per household.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FigureEntry {
    pub code: String,
    pub label: Text,
    pub unit: Unit,
}

/// A figure of the scorecard, in an officer's words: what counts as the part, what as the whole, and which way is better.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IndicatorEntry {
    /// As `indicators` names it: `sent-on-time`.
    pub code: String,
    pub label: Text,
    /// 每月 5 日前报送的名单数 ÷ 应报送的名单数.
    pub definition: Text,
    #[serde(default)]
    pub article: String,
    /// What part and whole are.
    #[serde(default)]
    pub unit: IndicatorUnit,
    #[serde(default)]
    pub better: Better,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum IndicatorUnit {
    #[default]
    Count,
    /// Money.
    Fen,
    /// The figure is no share but a number of days: `part` of them, divided by `whole`.
    Days,
}

/// Which side of its target a figure should be on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Better {
    #[default]
    Higher,
    Lower,
}

/// A sentence of the why page. `{0:fen}`, `{1:count}`, `{2:date}`, `{0:code:disability-category}` stand for the arguments.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReasonEntry {
    pub code: String,
    /// `met`, `not-met`, `finding`.
    pub verdict: String,
    pub article: String,
    /// `false`: nobody has compared the article's number with the text of the rule; pages mark it 条文待核.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub article_verified: bool,
    pub text: Text,
    /// How many numbers the sentence takes.
    #[serde(default)]
    pub args: u32,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    pub schema: serde_json::Value,
    pub defaults: serde_json::Value,
}

/// How much of the machine a call may use.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ResourceClass {
    #[default]
    Rust,
    /// JavaScript and Python: more memory and time, fewer at once.
    Script,
}

impl Manifest {
    /// Reads `plugin.toml`. The message names the line.
    pub fn from_toml(text: &str) -> Result<Manifest, toml_error::Error> {
        toml_error::parse(text)
    }

    /// Canonical JSON: sorted keys, no blanks. What the digest covers.
    pub fn to_canonical_json(&self) -> String {
        // Through `Value`, whose objects are sorted maps.
        let value = serde_json::to_value(self).expect("a manifest holds strings, numbers and lists only");
        value.to_string()
    }

    pub fn from_json(text: &str) -> Result<Manifest, serde_json::Error> {
        serde_json::from_str(text)
    }

    pub fn collection(&self, id: &str) -> Option<&Collection> {
        self.collections.iter().find(|collection| collection.id == id)
    }

    pub fn form(&self, id: &str) -> Option<&Form> {
        self.forms.iter().find(|form| form.id == id)
    }

    pub fn file(&self, id: &str) -> Option<&FileEntry> {
        self.files.iter().find(|file| file.id == id)
    }

    pub fn feed(&self, id: &str) -> Option<&FeedEntry> {
        self.feeds.iter().find(|feed| feed.id == id)
    }

    pub fn page(&self, id: &str) -> Option<&PageEntry> {
        self.pages.iter().find(|page| page.id == id)
    }

    pub fn outcome(&self, code: &str) -> Option<&Outcome> {
        self.outcomes.iter().find(|outcome| outcome.code == code)
    }

    pub fn scheme(&self, code: &str) -> Option<&Scheme> {
        self.schemes.iter().find(|scheme| scheme.code == code)
    }

    pub fn indicator(&self, code: &str) -> Option<&IndicatorEntry> {
        self.indicators.iter().find(|indicator| indicator.code == code)
    }

    pub fn reason(&self, code: &str) -> Option<&ReasonEntry> {
        self.reasons.iter().find(|reason| reason.code == code)
    }

    /// Every declared field once, in declaration order: the order of columns.
    pub fn fields(&self) -> Vec<&str> {
        let mut fields: Vec<&str> = Vec::new();
        for field in self.inputs.iter().flat_map(|input| &input.fields) {
            if !fields.contains(&field.as_str()) {
                fields.push(field);
            }
        }
        fields
    }
}

/// TOML reading, kept apart so that guests that never read TOML do not link it.
mod toml_error {
    /// What is wrong in `plugin.toml`, with line and column.
    #[derive(Debug, thiserror::Error)]
    #[error("plugin.toml: {0}")]
    pub struct Error(pub String);

    #[cfg(feature = "toml")]
    pub fn parse(text: &str) -> Result<super::Manifest, Error> {
        toml::from_str(text).map_err(|error| Error(error.to_string()))
    }

    #[cfg(not(feature = "toml"))]
    pub fn parse(_: &str) -> Result<super::Manifest, Error> {
        Err(Error("this build of doudi-documents reads JSON only; turn on its feature `toml`".into()))
    }
}
pub use toml_error::Error as TomlError;
