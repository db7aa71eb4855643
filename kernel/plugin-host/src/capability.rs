//! What a plugin may read, wish and ask in one county: **requested** by the manifest ∩ **granted** by the county. The only
//! place that says no. Capabilities are words: `read:<field>`, `effect:<kind>` or `effect:<kind>:<target>`, `ask:<topic>`.
//! What is not listed is denied; an empty list means nothing; a capability the kernel learns later is in nobody's list.
//!
//! The words are resolved once per plugin and list into masks over the manifest's own order, so that a call compares
//! numbers, not texts.

mod difference;

pub use difference::{PermissionDifference, difference};

use doudi_documents::kinds;
use doudi_documents::manifest::Manifest;
use doudi_documents::text::Text;
use doudi_domain::catalogue::{self, FieldCode, Table};
use doudi_domain::columns::{Column, ColumnData, Columns, TableColumns};
use std::collections::BTreeSet;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// The target of a payment effect that is aimed at whatever scheme answers.
pub(crate) const ANY: &str = "*";

/// What a county has granted to one digest, as stored.
#[derive(Clone, Debug, Default)]
pub struct Grants {
    words: Arc<BTreeSet<String>>,
    hash: u64,
}

/// One thing a manifest asks for, with the author's reason: a line of the grant screen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Capability {
    /// The word that is granted.
    pub code: String,
    /// 读取 残疾类别.
    pub label: Text,
    /// Why, in the author's words.
    pub purpose: Text,
}

impl Grants {
    pub fn new(words: impl IntoIterator<Item = impl Into<String>>) -> Grants {
        let words: BTreeSet<String> = words.into_iter().map(Into::into).collect();
        let mut hasher = std::hash::DefaultHasher::new();
        words.hash(&mut hasher);
        Grants { words: Arc::new(words), hash: hasher.finish() }
    }

    /// Nothing at all.
    pub fn none() -> Grants {
        Grants::new(Vec::<String>::new())
    }

    /// Everything this manifest asks for, and nothing else.
    pub fn all(manifest: &Manifest) -> Grants {
        Grants::new(requested(manifest).into_iter().map(|capability| capability.code))
    }

    pub fn contains(&self, word: &str) -> bool {
        self.words.contains(word)
    }

    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(String::as_str)
    }
}

impl PartialEq for Grants {
    fn eq(&self, other: &Grants) -> bool {
        Arc::ptr_eq(&self.words, &other.words) || (self.hash == other.hash && self.words == other.words)
    }
}

impl Eq for Grants {}

impl Hash for Grants {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.hash.hash(state);
    }
}

/// Everything a manifest asks for, in its order, each once.
pub fn requested(manifest: &Manifest) -> Vec<Capability> {
    let mut list: Vec<Capability> = Vec::new();
    let mut add = |capability: Capability| {
        if !list.iter().any(|known| known.code == capability.code) {
            list.push(capability);
        }
    };
    for input in &manifest.inputs {
        for code in &input.fields {
            let (zh, en) = catalogue::find(code).map_or((code.as_str(), code.as_str()), |field| (field.zh, field.en));
            add(Capability {
                code: format!("read:{code}"),
                label: Text::new(format!("读取 {zh}"), format!("Read {en}")),
                purpose: input.purpose.clone(),
            });
        }
    }
    for wish in &manifest.effects {
        let (zh, en) = kind_words(&wish.kind);
        if wish.targets.is_empty() {
            add(Capability {
                code: format!("effect:{}", wish.kind),
                label: Text::new(zh, en),
                purpose: wish.purpose.clone(),
            });
        }
        for target in &wish.targets {
            let (target_zh, target_en) = match (catalogue::find(target), manifest.scheme(target)) {
                _ if target == ANY => ("所有救助", "any scheme"),
                (Some(field), _) => (field.zh, field.en),
                (None, Some(scheme)) => (scheme.label.zh.as_str(), scheme.label.in_language(true)),
                (None, None) => (target.as_str(), target.as_str()),
            };
            add(Capability {
                code: format!("effect:{}:{target}", wish.kind),
                label: Text::new(format!("{zh}：{target_zh}"), format!("{en}: {target_en}")),
                purpose: wish.purpose.clone(),
            });
        }
    }
    for topic in &manifest.questions {
        add(Capability {
            code: format!("ask:{topic}"),
            label: Text::new(format!("询问其他措施：{topic}"), format!("Ask other measures: {topic}")),
            purpose: Text::default(),
        });
    }
    list
}

fn kind_words(kind: &str) -> (&str, &str) {
    match kind {
        kinds::DOCUMENT_PUT => ("登记和流转本措施的办件", "Create and move its own documents"),
        kinds::DECISION_RECORD => ("作出决定", "Record decisions"),
        kinds::FACT_PROPOSE => ("提出家庭或人员信息", "Propose facts"),
        kinds::EVENT_PUBLISH => ("发布事件", "Publish events"),
        kinds::NOTICE_ISSUE => ("制发文书", "Issue notices"),
        kinds::ATTACHMENT_LINK => ("关联附件", "Link attachments"),
        kinds::PAYMENT_OPEN => ("建立发放清单", "Open payment envelopes"),
        kinds::PAYMENT_DRAW => ("列出付款明细", "Draw payment lines"),
        kinds::PAYMENT_HOLD => ("暂缓付款明细", "Hold payment lines"),
        kinds::PAYMENT_RELEASE => ("恢复暂缓的付款明细", "Release held payment lines"),
        kinds::PAYMENT_DROP => ("剔除付款明细", "Drop payment lines"),
        kinds::PAYMENT_SEAL => ("封存发放清单", "Seal payment envelopes"),
        kinds::PAYMENT_STEP => ("记录发放步骤", "Record payment steps"),
        kinds::PAYMENT_SETTLE => ("登记银行回盘结果", "Record what the bank reports"),
        kinds::PAYMENT_REISSUE => ("重新发放退回的款项", "Re-issue returned payments"),
        other => (other, other),
    }
}

/// Requested ∩ granted, over the positions of the manifest.
#[derive(Debug)]
pub(crate) struct Effective {
    /// The manifest's fields in declaration order, and whether each is granted.
    fields: Vec<(FieldCode, bool)>,
    all_fields: bool,
    /// Per entry of the manifest's `effects`: granted as a whole, or which of its targets.
    effects: Vec<EffectGrant>,
    topics: Vec<(String, bool)>,
}

#[derive(Debug)]
struct EffectGrant {
    kind: String,
    /// Declared targets and whether each is granted; empty when the kind needs none.
    targets: Vec<(String, bool)>,
    whole: bool,
}

/// What the rule says about one wish.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Allowance {
    Undeclared,
    Ungranted,
    Granted,
}

impl Effective {
    pub fn resolve(manifest: &Manifest, grants: &Grants) -> Effective {
        let fields: Vec<(FieldCode, bool)> = manifest
            .fields()
            .into_iter()
            .filter_map(catalogue::find)
            .map(|field| (field.code, grants.contains(&format!("read:{}", field.code))))
            .collect();
        let effects = manifest
            .effects
            .iter()
            .map(|wish| {
                let whole = grants.contains(&format!("effect:{}", wish.kind));
                let granted = |target: &String| whole || grants.contains(&format!("effect:{}:{target}", wish.kind));
                EffectGrant {
                    kind: wish.kind.clone(),
                    targets: wish.targets.iter().map(|target| (target.clone(), granted(target))).collect(),
                    whole,
                }
            })
            .collect();
        let topics =
            manifest.questions.iter().map(|topic| (topic.clone(), grants.contains(&format!("ask:{topic}")))).collect();
        Effective { all_fields: fields.iter().all(|(_, granted)| *granted), fields, effects, topics }
    }

    /// Declared fields the county has granted: what the kernel may prefetch.
    pub fn granted_fields(&self) -> Vec<FieldCode> {
        self.fields.iter().filter(|(_, granted)| *granted).map(|(code, _)| *code).collect()
    }

    /// Declared fields the county has not granted, as capability words.
    pub fn denied_fields(&self) -> impl Iterator<Item = String> {
        self.fields.iter().filter(|(_, granted)| !granted).map(|(code, _)| format!("read:{code}"))
    }

    /// May this kind touch this target? Kinds without targets are asked with `None`.
    pub fn effect(&self, kind: &str, target: Option<&str>) -> Allowance {
        let mut found = Allowance::Undeclared;
        for grant in self.effects.iter().filter(|grant| grant.kind == kind) {
            let allowed = match target {
                None if grant.targets.is_empty() => Some(grant.whole),
                None => None,
                Some(target) => {
                    let any = kinds::OF_ANY_SCHEME.contains(&kind);
                    let names = |name: &str| name == target || (any && name == ANY);
                    grant.targets.iter().find(|(name, _)| names(name)).map(|(_, granted)| *granted)
                }
            };
            match allowed {
                Some(true) => return Allowance::Granted,
                Some(false) => found = Allowance::Ungranted,
                None => {}
            }
        }
        found
    }

    /// The capability that allows a kind to touch a target, as the manifest lists it: by the target's name, or for all of them.
    pub fn word(&self, kind: &str, target: Option<&str>) -> String {
        let Some(target) = target else { return format!("effect:{kind}") };
        let named =
            self.effects.iter().any(|grant| grant.kind == kind && grant.targets.iter().any(|(t, _)| t == target));
        format!("effect:{kind}:{}", if named { target } else { ANY })
    }

    pub fn topic(&self, topic: &str) -> Allowance {
        match self.topics.iter().find(|(name, _)| name == topic) {
            None => Allowance::Undeclared,
            Some((_, false)) => Allowance::Ungranted,
            Some((_, true)) => Allowance::Granted,
        }
    }

    /// Brings columns that were fetched for [`Effective::granted_fields`] into the declared layout: a field that is not
    /// granted becomes a column without any value, and the kinds of items count over all declared fields again.
    pub fn widen(&self, columns: Columns) -> Columns {
        if self.all_fields {
            return columns;
        }
        let households = columns.households;
        let mut fetched = columns.tables;
        let mut tables: Vec<TableColumns> = Vec::new();
        for table in Table::ALL {
            let declared: Vec<(FieldCode, bool)> =
                self.fields.iter().filter(|(code, _)| code.field().table == table).copied().collect();
            let had = fetched.iter().position(|columns| columns.table == table).map(|at| fetched.remove(at));
            if had.is_none() && declared.is_empty() {
                continue;
            }
            let parent_rows = tables
                .iter()
                .find(|columns| columns.table == if table.is_items() { Table::Person } else { Table::Household })
                .map_or(0, |columns| columns.rows);
            let mut had = had.unwrap_or_else(|| TableColumns {
                table,
                rows: 0,
                ends: if table == Table::Household { Vec::new() } else { vec![0; parent_rows as usize] },
                columns: Vec::new(),
            });
            if table.is_items() {
                renumber_kinds(&mut had, &declared);
            } else {
                let rows = had.rows as usize;
                for (position, (code, granted)) in declared.iter().enumerate() {
                    if !granted {
                        // The leading column is the id.
                        let at = (position + 1).min(had.columns.len());
                        had.columns.insert(at, absent(*code, rows));
                    }
                }
            }
            tables.push(had);
        }
        Columns { households, tables }
    }

    /// Blanks what is not granted in columns of the declared layout, whoever fetched them.
    pub fn mask(&self, columns: &mut Columns) {
        if self.all_fields {
            return;
        }
        for table in &mut columns.tables {
            if table.table.is_items() {
                let granted: Vec<bool> = self
                    .fields
                    .iter()
                    .filter(|(code, _)| code.field().table == table.table)
                    .map(|(_, granted)| *granted)
                    .collect();
                keep_items(table, |kind| usize::try_from(kind).is_ok_and(|kind| granted.get(kind) == Some(&true)));
            } else {
                let rows = table.rows as usize;
                for column in &mut table.columns {
                    if let Some((code, false)) = self.fields.iter().find(|(code, _)| code.as_str() == column.name) {
                        *column = absent(*code, rows);
                    }
                }
            }
        }
    }
}

/// A column of a field in which no row has a value.
fn absent(code: FieldCode, rows: usize) -> Column {
    let data = match code.field().kind {
        catalogue::Kind::Text => ColumnData::Texts(vec![String::new(); rows]),
        _ => ColumnData::Ints(vec![0; rows]),
    };
    let mut column = Column { name: code.as_str().to_owned(), data, nulls: vec![0xff; rows.div_ceil(8)] };
    // Bits beyond the last row stay clear, so that equal columns have equal bytes.
    for row in rows..column.nulls.len() * 8 {
        column.clear_null(row);
    }
    column
}

/// `kind` counted the fetched fields of the table; it shall count the declared ones.
fn renumber_kinds(table: &mut TableColumns, declared: &[(FieldCode, bool)]) {
    let positions: Vec<i64> =
        declared.iter().enumerate().filter(|(_, (_, granted))| *granted).map(|(position, _)| position as i64).collect();
    if table.columns.is_empty() {
        for name in ["fact", "kind", "value", "qualifier", "from", "to", "source"] {
            table.columns.push(Column::ints(name));
        }
    }
    if let Some(Column { data: ColumnData::Ints(kinds), .. }) =
        table.columns.iter_mut().find(|column| column.name == "kind")
    {
        for kind in kinds {
            if let Some(position) = usize::try_from(*kind).ok().and_then(|kind| positions.get(kind)) {
                *kind = *position;
            }
        }
    }
}

/// Drops the item rows whose kind is not kept, with their share of the ends and bitmaps.
fn keep_items(table: &mut TableColumns, keep: impl Fn(i64) -> bool) {
    let Some(kinds) = table.column("kind") else { return };
    let kept: Vec<bool> = (0..table.rows as usize).map(|row| kinds.int(row).is_some_and(&keep)).collect();
    if kept.iter().all(|kept| *kept) {
        return;
    }
    let kept_before = |end: u32| kept[..(end as usize).min(kept.len())].iter().filter(|kept| **kept).count() as u32;
    for end in &mut table.ends {
        *end = kept_before(*end);
    }
    table.rows = kept_before(table.rows);
    for column in &mut table.columns {
        let nulls: Vec<bool> = (0..kept.len()).filter(|row| kept[*row]).map(|row| column.is_null(row)).collect();
        let mut rows = kept.iter();
        match &mut column.data {
            ColumnData::Ints(values) => values.retain(|_| *rows.next().unwrap_or(&false)),
            ColumnData::Texts(values) => values.retain(|_| *rows.next().unwrap_or(&false)),
        }
        column.nulls.clear();
        for (row, _) in nulls.iter().enumerate().filter(|(_, null)| **null) {
            column.set_null(row);
        }
        column.seal_nulls();
    }
}

#[cfg(test)]
mod tests;
