//! Whether a manifest agrees with itself and with this kernel: every name it uses stands for something, once. All problems
//! are found, so that an author mends them in one go.

use crate::capability::ANY;
use crate::points::{CONTRACT, IMPORTS, Point};
use crate::reason;
use doudi_documents::form::{FieldKind, Form};
use doudi_documents::kinds;
use doudi_documents::manifest::{Collection, FILE_FIELDS, FeedKind, Manifest, Place};
use doudi_documents::text::Text;
use doudi_documents::workflow::Workflow;
use doudi_domain::identity::Role;
use doudi_domain::{Problem, catalogue};
use std::collections::BTreeSet;

use super::is_word;

/// Everything wrong with a manifest by itself.
pub(crate) fn problems(manifest: &Manifest) -> Vec<Problem> {
    let mut found = Found(Vec::new());
    head(manifest, &mut found);
    inputs(manifest, &mut found);
    effects(manifest, &mut found);
    schemes(manifest, &mut found);
    for collection in &manifest.collections {
        workflow(manifest, collection, &mut found);
    }
    for form in &manifest.forms {
        check_form(manifest, form, &mut found);
    }
    pages_and_jobs(manifest, &mut found);
    files(manifest, &mut found);
    feeds(manifest, &mut found);
    words(manifest, &mut found);
    settings(manifest, &mut found);
    found.0.extend(reason::problems(&manifest.reasons));
    found.0
}

struct Found(Vec<Problem>);

impl Found {
    fn add(&mut self, field: impl Into<String>, code: &str, message: impl Into<String>) {
        self.0.push(Problem::new(field, code, message));
    }

    /// Names of one kind must be words and stand once.
    fn names<'a>(&mut self, place: &str, zh: &str, names: impl IntoIterator<Item = &'a str>) {
        let mut seen = BTreeSet::new();
        for name in names {
            if !is_word(name) {
                self.add(place, "manifest.word", format!("{zh}“{name}”应为小写字母、数字和连字符"));
            }
            if !seen.insert(name) {
                self.add(place, "manifest.twice", format!("{zh}“{name}”出现了两次"));
            }
        }
    }

    fn chinese(&mut self, place: &str, text: &Text) {
        if text.zh.trim().is_empty() {
            self.add(place, "manifest.chinese", format!("{place} 缺少中文"));
        }
    }

    fn roles(&mut self, place: &str, roles: &[String]) {
        for role in roles {
            if Role::parse(role).is_none() {
                self.add(place, "manifest.role", format!("{place} 中没有岗位“{role}”"));
            }
        }
    }
}

fn head(manifest: &Manifest, found: &mut Found) {
    if !is_word(&manifest.id) {
        found.add("id", "manifest.word", format!("插件标识“{}”应为小写字母、数字和连字符", manifest.id));
    }
    found.chinese("name", &manifest.name);
    found.chinese("summary", &manifest.summary);
    if !manifest.contract.matches(&CONTRACT) {
        found.add(
            "contract",
            "manifest.contract",
            format!("插件要求接口版本 {}，本内核为 {CONTRACT}，需要相应版本的内核或插件", manifest.contract),
        );
    }
    found.names("points", "功能点", manifest.points.iter().map(String::as_str));
    for point in manifest.points.iter().filter(|point| Point::parse(point).is_none()) {
        found.add("points", "manifest.point", format!("没有功能点“{point}”，或需要更新版本的内核"));
    }
    if manifest.points.is_empty() {
        found.add("points", "manifest.point", "清单没有申报任何功能点");
    }
    found.names("imports", "接口", manifest.imports.iter().map(String::as_str));
    for import in manifest.imports.iter().filter(|import| !IMPORTS.contains(&import.as_str())) {
        found.add("imports", "manifest.import", format!("没有内核接口“{import}”，或需要更新版本的内核"));
    }
    let numbers: Vec<&str> = manifest.state_version.split('.').collect();
    if numbers.len() != 2 || numbers.iter().any(|number| number.parse::<u32>().is_err()) {
        found.add("state_version", "manifest.state-version", format!("“{}”应如 1.0", manifest.state_version));
    }
}

fn inputs(manifest: &Manifest, found: &mut Found) {
    for (index, input) in manifest.inputs.iter().enumerate() {
        found.chinese(&format!("inputs.{index}.purpose"), &input.purpose);
        for field in input.fields.iter().filter(|field| catalogue::find(field).is_none()) {
            found.add(format!("inputs.{index}"), "manifest.field", format!("目录中没有“{field}”"));
        }
    }
    if !manifest.inputs.is_empty()
        && !manifest.imports.iter().any(|import| import == "records")
        && !manifest.points.iter().any(|point| point == "assess")
    {
        found.add("inputs", "manifest.unused", "申报了要读取的字段，却既不导入 records 也不导出 assess");
    }
}

fn effects(manifest: &Manifest, found: &mut Found) {
    for (index, wish) in manifest.effects.iter().enumerate() {
        let place = format!("effects.{index}");
        found.chinese(&format!("{place}.purpose"), &wish.purpose);
        match wish.kind.as_str() {
            kinds::DECISION_RECORD if wish.targets.is_empty() => {
                found.add(&place, "manifest.target", "decision.record 须列出可作决定的方案；空列表等于什么都不允许");
            }
            kinds::DECISION_RECORD => found.names(&place, "方案", wish.targets.iter().map(String::as_str)),
            kind if kinds::OF_ANY_SCHEME.contains(&kind) => {
                if wish.targets.is_empty() {
                    let message = format!("{kind} 须列出可发放的救助，“*”表示所有；空列表等于什么都不允许");
                    found.add(&place, "manifest.target", message);
                }
                let named = wish.targets.iter().map(String::as_str).filter(|target| *target != ANY);
                found.names(&place, "方案", named);
            }
            kinds::FACT_PROPOSE if wish.targets.is_empty() => {
                found.add(&place, "manifest.target", "fact.propose 须列出可提出的字段；空列表等于什么都不允许");
            }
            kinds::FACT_PROPOSE => {
                for field in wish.targets.iter().filter(|field| catalogue::find(field).is_none()) {
                    found.add(&place, "manifest.field", format!("目录中没有“{field}”"));
                }
            }
            kind if !kinds::ALL.contains(&kind) => {
                found.add(&place, "manifest.effect", format!("没有效果“{kind}”，或需要更新版本的内核"));
            }
            kind if !wish.targets.is_empty() => {
                found.add(&place, "manifest.target", format!("“{kind}”不分对象，targets 应为空"));
            }
            _ => {}
        }
    }
}

/// Names of schemes: once each, in Chinese, and of schemes it decides on.
fn schemes(manifest: &Manifest, found: &mut Found) {
    found.names("schemes", "方案", manifest.schemes.iter().map(|scheme| scheme.code.as_str()));
    let decides = |code: &String| {
        manifest.effects.iter().any(|wish| wish.kind == kinds::DECISION_RECORD && wish.targets.contains(code))
    };
    for scheme in &manifest.schemes {
        let place = format!("schemes.{}", scheme.code);
        found.chinese(&format!("{place}.label"), &scheme.label);
        if !decides(&scheme.code) {
            found.add(&place, "manifest.scheme", format!("“{}”不在 decision.record 申报的方案之中", scheme.code));
        }
    }
}

fn workflow(manifest: &Manifest, collection: &Collection, found: &mut Found) {
    let place = format!("collections.{}", collection.id);
    let Workflow { initial, stages, states, actions } = &collection.workflow;
    found.chinese(&format!("{place}.label"), &collection.label);
    found.names(&place, "索引", collection.indexes.iter().map(String::as_str));
    found.names(&place, "阶段", stages.iter().map(|stage| stage.id.as_str()));
    found.names(&place, "状态", states.iter().map(|state| state.id.as_str()));
    found.names(&place, "操作", actions.iter().map(|action| action.id.as_str()));
    let is_state = |id: &str| states.iter().any(|state| state.id == id);
    if !is_state(initial) {
        found.add(&place, "manifest.state", format!("{place} 没有初始状态“{initial}”"));
    }
    for state in states {
        let place = format!("{place}.states.{}", state.id);
        found.chinese(&format!("{place}.label"), &state.label);
        found.roles(&place, state.role.as_slice());
        if let Some(stage) = &state.stage
            && !stages.iter().any(|known| known.id == *stage)
        {
            found.add(&place, "manifest.stage", format!("{place} 所属的阶段“{stage}”不存在"));
        }
        if let Some(parameter) = state.deadline.as_ref().and_then(|deadline| deadline.parameter.as_ref())
            && !manifest.parameters.iter().any(|known| known.code == *parameter)
        {
            found.add(&place, "manifest.parameter", format!("{place} 的期限引用了未申报的参数“{parameter}”"));
        }
        if state.last && collection.workflow.actions_from(&state.id).next().is_some() {
            found.add(&place, "manifest.last", format!("{place} 是终结状态，却还有操作从这里出发"));
        }
    }
    for action in actions {
        let place = format!("{place}.actions.{}", action.id);
        found.chinese(&format!("{place}.label"), &action.label);
        found.roles(&place, &action.roles);
        for state in action.from.iter().chain(&action.to).filter(|state| !is_state(state)) {
            found.add(&place, "manifest.state", format!("{place} 引用了不存在的状态“{state}”"));
        }
        if action.from.is_empty() || action.to.is_empty() {
            found.add(&place, "manifest.action", format!("{place} 应写明从哪些状态到哪些状态"));
        }
        if action.roles.is_empty() && !action.automatic {
            found.add(&place, "manifest.role", format!("{place} 没有岗位可以办理；空列表等于谁都不允许"));
        }
        if let Some(form) = &action.form
            && manifest.form(form).is_none()
        {
            found.add(&place, "manifest.form", format!("{place} 引用了不存在的表单“{form}”"));
        }
        for other in &action.not_by_actor_of {
            if collection.workflow.action(other).is_none() {
                found.add(&place, "manifest.action", format!("{place} 的回避规则引用了不存在的操作“{other}”"));
            }
        }
        if action.after_deadline {
            let without = action
                .from
                .iter()
                .find(|from| collection.workflow.state(from).is_some_and(|state| state.deadline.is_none()));
            if let Some(state) = without {
                found.add(&place, "manifest.deadline", format!("{place} 须在期满后办理，而状态“{state}”没有期限"));
            }
        }
    }
    if !actions.is_empty()
        && !manifest.points.iter().any(|point| point == "act")
        && actions.iter().any(|a| !a.automatic)
    {
        found.add(&place, "manifest.point", format!("{place} 有操作，插件却没有导出 act"));
    }
    if let Some(page) = &collection.page
        && manifest.page(page).is_none()
    {
        found.add(&place, "manifest.page", format!("{place} 引用了不存在的页面“{page}”"));
    }
    if let Some(create) = &collection.create {
        match collection.workflow.action(create) {
            None => found.add(&place, "manifest.action", format!("{place} 的新建操作“{create}”不存在")),
            Some(action) if !action.from.contains(initial) => {
                found.add(&place, "manifest.action", format!("{place} 的新建操作“{create}”不是从初始状态出发"));
            }
            Some(_) => {}
        }
    }
    let is_menu = |page: &String| manifest.page(page).is_some_and(|page| page.place == Place::Menu);
    for page in collection.create_pages.iter().filter(|page| !is_menu(page)) {
        found.add(&place, "manifest.page", format!("{place} 的新建按钮应放在菜单页上，“{page}”不是菜单页"));
    }
    if collection.create.is_none() && (!collection.create_pages.is_empty() || !collection.create_on_household) {
        found.add(&place, "manifest.action", format!("{place} 写明了新建按钮放在哪里，却没有新建操作"));
    }
}

fn check_form(manifest: &Manifest, form: &Form, found: &mut Found) {
    let place = format!("forms.{}", form.id);
    found.chinese(&format!("{place}.title"), &form.title);
    if form.reacts && !manifest.points.iter().any(|point| point == "fill") {
        found.add(&place, "manifest.point", format!("{place} 要求联动，插件却没有导出 fill"));
    }
    let fields = || form.sections.iter().flat_map(|section| &section.fields);
    found.names(&place, "表单项", fields().map(|field| field.name.as_str()));
    for field in fields() {
        let place = format!("{place}.{}", field.name);
        found.chinese(&format!("{place}.label"), &field.label);
        let chooses = matches!(field.kind, FieldKind::Choice | FieldKind::Choices);
        if chooses && field.choices.is_empty() && !form.reacts {
            found.add(&place, "manifest.choices", format!("{place} 没有可选项"));
        }
        if !chooses && !field.choices.is_empty() {
            found.add(&place, "manifest.choices", format!("{place} 不是选择项，不应有可选项"));
        }
        if field.level.is_some() && field.kind != FieldKind::Division {
            found.add(&place, "manifest.level", format!("{place} 不是区划项，不应限定区划级别"));
        }
        if field.min.zip(field.max).is_some_and(|(min, max)| min > max) {
            found.add(&place, "manifest.range", format!("{place} 的最小值大于最大值"));
        }
        if let Some(when) = &field.when
            && !fields().any(|other| other.name == when.field)
        {
            found.add(&place, "manifest.when", format!("{place} 的显示条件引用了不存在的表单项“{}”", when.field));
        }
    }
}

fn pages_and_jobs(manifest: &Manifest, found: &mut Found) {
    for page in &manifest.pages {
        let place = format!("pages.{}", page.id);
        found.chinese(&format!("{place}.title"), &page.title);
        found.roles(&place, &page.roles);
        if page.roles.is_empty() && page.place != Place::Hidden {
            found.add(&place, "manifest.role", format!("{place} 没有岗位可以查看；空列表等于谁都不允许"));
        }
    }
    let exports = |point: &str| manifest.points.iter().any(|known| known == point);
    for (used, point, what) in [
        (!manifest.pages.is_empty(), "view", "页面"),
        (!manifest.jobs.is_empty(), "tick", "定期任务"),
        (!manifest.subscriptions.is_empty(), "react", "订阅的事件"),
        (!manifest.answers.is_empty(), "answer", "可答复的问题"),
        (!manifest.feeds.is_empty(), "intake", "数据接入"),
    ] {
        if used && !exports(point) {
            found.add("points", "manifest.point", format!("清单有{what}，插件却没有导出 {point}"));
        }
    }
    if !manifest.questions.is_empty() && !manifest.imports.iter().any(|import| import == "questions") {
        found.add("imports", "manifest.import", "清单有要询问的问题，却没有导入 questions");
    }
}

/// A collection that is named, and its states.
fn of_collection(manifest: &Manifest, place: &str, collection: &str, states: &[String], found: &mut Found) {
    let Some(collection) = manifest.collection(collection) else {
        found.add(place, "manifest.collection", format!("{place} 引用了不存在的办件类别“{collection}”"));
        return;
    };
    for state in states.iter().filter(|state| collection.workflow.state(state).is_none()) {
        found.add(place, "manifest.state", format!("{place} 引用了不存在的状态“{state}”"));
    }
}

fn files(manifest: &Manifest, found: &mut Found) {
    found.names("files", "文件", manifest.files.iter().map(|file| file.id.as_str()));
    for file in &manifest.files {
        let place = format!("files.{}", file.id);
        found.chinese(&format!("{place}.label"), &file.label);
        found.roles(&place, &file.roles);
        of_collection(manifest, &place, &file.collection, &file.states, found);
        let known = |field: &str| FILE_FIELDS.iter().any(|(code, _)| *code == field);
        for column in file.columns.iter().filter(|column| !known(&column.field)) {
            found.add(&place, "manifest.file-field", format!("{place} 没有栏目“{}”", column.field));
        }
        if file.columns.is_empty() {
            found.add(&place, "manifest.file-field", format!("{place} 没有任何栏目"));
        }
        if file.delimiter != "\\t" && file.delimiter.len() != 1 {
            found.add(&place, "manifest.file-format", format!("{place} 的分隔符应为一个字符"));
        }
        if !["utf-8", "utf-8-bom", "gb18030"].contains(&file.encoding.as_str()) {
            found.add(&place, "manifest.file-format", format!("{place} 的文字编码“{}”不认识", file.encoding));
        }
        if !manifest.effects.iter().any(|wish| wish.kind == kinds::PAYMENT_OPEN) {
            found.add(&place, "manifest.unused", "文件由付款明细生成，插件却没有申报 payment.open");
        }
    }
}

fn feeds(manifest: &Manifest, found: &mut Found) {
    found.names("feeds", "数据接入", manifest.feeds.iter().map(|feed| feed.id.as_str()));
    for feed in &manifest.feeds {
        let place = format!("feeds.{}", feed.id);
        found.chinese(&format!("{place}.label"), &feed.label);
        found.roles(&place, &feed.roles);
        if let Some(collection) = &feed.collection {
            of_collection(manifest, &place, collection, &feed.states, found);
        }
        found.names(&place, "列", feed.columns.iter().map(|column| column.code.as_str()));
        for column in &feed.columns {
            if matches!(column.code.as_str(), "line" | "document") {
                found.add(&place, "manifest.feed-column", format!("列“{}”由内核填写，请换一个名称", column.code));
            }
            // One column of the file makes two of the block: no other may stand in the place of the second.
            let second = match column.kind {
                FeedKind::Serial => Some(format!("{}-attempt", column.code)),
                FeedKind::IdNumber => Some(format!("{}-household", column.code)),
                _ => None,
            };
            if let Some(second) = second.filter(|second| feed.columns.iter().any(|other| other.code == *second)) {
                let message = format!("列“{second}”由内核按“{}”填写，请换一个名称", column.code);
                found.add(&place, "manifest.feed-column", message);
            }
            if column.headings.is_empty() {
                found.add(&place, "manifest.feed-column", format!("列“{}”没有标题", column.code));
            }
            if (column.kind == FeedKind::Code) == column.words.is_empty() {
                let message = format!("列“{}”：代码列应有词语，其他列不应有", column.code);
                found.add(&place, "manifest.feed-column", message);
            }
        }
        if feed.columns.is_empty() {
            found.add(&place, "manifest.feed-column", format!("{place} 没有任何列"));
        }
    }
}

/// Lists of names: once each, and labelled.
fn words(manifest: &Manifest, found: &mut Found) {
    found.names("collections", "办件类别", manifest.collections.iter().map(|c| c.id.as_str()));
    found.names("forms", "表单", manifest.forms.iter().map(|form| form.id.as_str()));
    found.names("pages", "页面", manifest.pages.iter().map(|page| page.id.as_str()));
    found.names("jobs", "任务", manifest.jobs.iter().map(|job| job.id.as_str()));
    found.names("parameters", "参数", manifest.parameters.iter().map(|p| p.code.as_str()));
    found.names("outcomes", "结论", manifest.outcomes.iter().map(|outcome| outcome.code.as_str()));
    found.names("figures", "计算值", manifest.figures.iter().map(|figure| figure.code.as_str()));
    found.names("reasons", "理由", manifest.reasons.iter().map(|reason| reason.code.as_str()));
    for parameter in &manifest.parameters {
        found.chinese(&format!("parameters.{}.label", parameter.code), &parameter.label);
    }
    for outcome in &manifest.outcomes {
        found.chinese(&format!("outcomes.{}.label", outcome.code), &outcome.label);
    }
    for figure in &manifest.figures {
        found.chinese(&format!("figures.{}.label", figure.code), &figure.label);
    }
    for topic in manifest.answers.iter().chain(&manifest.questions).chain(&manifest.subscriptions) {
        if !topic.split('.').all(is_word) || !topic.contains('.') {
            found.add("topics", "manifest.topic", format!("主题“{topic}”应为以点分开的小写单词"));
        }
    }
    if manifest.points.iter().any(|point| point == "assess") && manifest.outcomes.is_empty() {
        found.add("outcomes", "manifest.outcome", "插件导出 assess，却没有申报结论");
    }
    for scenario in &manifest.scenarios {
        let place = format!("scenarios.{}", scenario.name);
        if manifest.outcome(&scenario.expect.outcome).is_none() {
            found.add(&place, "manifest.scenario", format!("{place} 期望的结论“{}”不存在", scenario.expect.outcome));
        }
        for code in scenario.expect.reasons.iter().chain(&scenario.expect.without) {
            if manifest.reason(code).is_none() {
                found.add(&place, "manifest.scenario", format!("{place} 引用了不存在的理由“{code}”"));
            }
        }
        for code in scenario.expect.figures.keys() {
            if !manifest.figures.iter().any(|figure| figure.code == *code) {
                found.add(&place, "manifest.scenario", format!("{place} 引用了不存在的计算值“{code}”"));
            }
        }
        for code in scenario.parameters.keys() {
            if !manifest.parameters.iter().any(|parameter| parameter.code == *code) {
                found.add(&place, "manifest.scenario", format!("{place} 引用了不存在的参数“{code}”"));
            }
        }
    }
}

fn settings(manifest: &Manifest, found: &mut Found) {
    let Some(settings) = &manifest.settings else { return };
    match jsonschema::validator_for(&settings.schema) {
        Err(error) => found.add("settings.schema", "manifest.settings", format!("设置的模式有误：{error}")),
        Ok(validator) => {
            for problem in super::schema_problems(&validator, &settings.defaults) {
                found.add(
                    format!("settings.defaults{}", problem.field),
                    "manifest.settings",
                    format!("设置的默认值不合自身的模式：{}", problem.message),
                );
            }
        }
    }
}

#[cfg(test)]
mod tests;
