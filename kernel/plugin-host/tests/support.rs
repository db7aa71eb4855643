//! The smallest real plugin, built once, and a made-up snapshot for it to read.
#![allow(dead_code)] // each test binary uses a part

use async_trait::async_trait;
use doudi_documents::Manifest;
use doudi_documents::manifest::SECTION;
use doudi_domain::calendar::{Instant, WorkCalendar};
use doudi_domain::catalogue::{FieldCode, Table};
use doudi_domain::columns::{Column, ColumnData, Columns, TableColumns};
use doudi_domain::decision::Decision;
use doudi_domain::document::Document;
use doudi_domain::identity::Actor;
use doudi_domain::parameter::Parameter;
use doudi_domain::{County, Date, DecisionId, DocumentId, Error, HouseholdId, ParameterId, Result};
use doudi_plugin_host::{Block, CallContext, DocumentQuery, Grants, HostConfig, Plugin, Reads};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

pub const COUNTY: County = County(340_223);
pub const TODAY: Date = Date::constant(2022, 7, 20);

/// `target/`, wherever this test binary was built.
pub fn target() -> PathBuf {
    let exe = std::env::current_exe().expect("a running test has a path");
    exe.ancestors().nth(3).expect("target/debug/deps/test").to_owned()
}

/// The greeting plugin of `examples/`, as a package.
pub fn hello() -> &'static [u8] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    BYTES.get_or_init(|| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/hello-plugin");
        let package = doudi_pack::build_plugin(&folder, &target(), &mut |_| {}).expect("the example builds");
        std::fs::read(package).expect("what was just built can be read")
    })
}

/// The same code with a changed manifest: the last section is replaced.
pub fn hello_with(change: impl FnOnce(&mut Manifest)) -> Vec<u8> {
    let bytes = hello();
    let at = bytes
        .windows(SECTION.len())
        .rposition(|window| window == SECTION.as_bytes())
        .expect("the package has a manifest");
    let mut manifest =
        Manifest::from_json(std::str::from_utf8(&bytes[at + SECTION.len()..]).expect("UTF-8")).expect("a manifest");
    change(&mut manifest);
    // Before the name stand its length (one byte), the section's length (as many bytes as it needs) and its kind, 0.
    let length = bytes.len() - (at - 1);
    let start = at - 1 - leb128(length).len() - 1;
    assert_eq!(bytes[start], 0, "the manifest is the last section");
    let mut section = leb128(SECTION.len());
    section.extend_from_slice(SECTION.as_bytes());
    section.extend_from_slice(manifest.to_canonical_json().as_bytes());
    [&bytes[..start], &[0], &leb128(section.len()), &section].concat()
}

fn leb128(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = (number & 0x7f) as u8;
        number >>= 7;
        bytes.push(if number == 0 { low } else { low | 0x80 });
        if number == 0 {
            return bytes;
        }
    }
}

/// A folder that goes when the test does.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new(name: &str) -> Folder {
        static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let number = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        Folder(std::env::temp_dir().join(format!("doudi-{name}-{}-{number}", std::process::id())))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub fn config(folder: &Folder) -> HostConfig {
    let mut config = HostConfig::new(&folder.0, [7; 32]);
    config.compile_in_process = true;
    config.instances = 40;
    // The machine may be busy: these tests are not about time.
    for limits in [&mut config.rust, &mut config.script] {
        limits.time_interactive *= 20;
        limits.time_action *= 20;
        limits.time_block *= 20;
    }
    config
}

pub fn context(plugin: &Plugin) -> CallContext {
    let actor = Actor::System { division: COUNTY.division() };
    CallContext { grants: Grants::all(plugin.manifest()), ..CallContext::new(actor, TODAY, Instant(1)) }
}

/// Households of 1, 2 and 3 people, all living in; every person earns 1,000 yuan a month. The greeting is 10 yuan each.
#[derive(Clone)]
pub struct Town {
    pub wage: i64,
    pub limit: Option<i64>,
}

impl Default for Town {
    fn default() -> Town {
        Town { wage: 100_000, limit: Some(300_000) }
    }
}

impl Town {
    pub fn boxed() -> Box<dyn Reads> {
        Box::new(Town::default())
    }

    /// The fields that are asked for, of the households that are there.
    pub fn columns(&self, ids: &[HouseholdId], fields: &[FieldCode]) -> Columns {
        let households: Vec<HouseholdId> = ids.iter().copied().filter(|id| (1..=3).contains(&id.0)).collect();
        let ints =
            |name: &str, values: Vec<i64>| Column { name: name.into(), data: ColumnData::Ints(values), nulls: vec![] };
        let mut ends = Vec::new();
        let mut people = Vec::new();
        for household in &households {
            people.extend((1..=household.0).map(|number| household.0 * 10 + number));
            ends.push(people.len() as u32);
        }
        let count = people.len();
        let mut person = vec![ints("person.id", people.clone())];
        for field in fields.iter().filter(|field| field.field().table == Table::Person) {
            person.push(ints(field.as_str(), vec![1; count]));
        }
        let mut tables = vec![
            TableColumns {
                table: Table::Household,
                rows: households.len() as u32,
                ends: vec![],
                columns: vec![ints("household.id", households.iter().map(|id| id.0).collect())],
            },
            TableColumns { table: Table::Person, rows: count as u32, ends, columns: person },
        ];
        if fields.iter().any(|field| field.field().table == Table::Income) {
            let from = i64::from(doudi_domain::calendar::days(Date::constant(2022, 1, 1)));
            let mut to = ints("to", vec![0; count]);
            (0..count).for_each(|row| to.set_null(row));
            to.seal_nulls();
            tables.push(TableColumns {
                table: Table::Income,
                rows: count as u32,
                ends: (1..=count as u32).collect(),
                columns: vec![
                    ints("fact", people.iter().map(|id| id + 1_000).collect()),
                    ints("kind", vec![0; count]),
                    ints("value", vec![self.wage; count]),
                    ints("qualifier", vec![0; count]),
                    ints("from", vec![from; count]),
                    to,
                    ints("source", vec![1; count]),
                ],
            });
        }
        Columns { households, tables }
    }
}

pub const EVERYBODY: [HouseholdId; 3] = [HouseholdId(1), HouseholdId(2), HouseholdId(3)];

#[async_trait]
impl Reads for Town {
    async fn households(&mut self, ids: &[HouseholdId], fields: &[FieldCode], _: Date) -> Result<Columns> {
        Ok(self.columns(ids, fields))
    }

    async fn recipients(&mut self, _: &str, _: Date, _: HouseholdId, _: u32) -> Result<Vec<HouseholdId>> {
        Ok(vec![])
    }

    async fn document_get(&mut self, _: &str, _: DocumentId) -> Result<Document> {
        Err(Error::not_found("办件"))
    }

    async fn documents_find(&mut self, _: &str, _: &DocumentQuery) -> Result<Vec<Document>> {
        Ok(vec![])
    }

    async fn decisions_of_household(&mut self, _: HouseholdId) -> Result<Vec<Decision>> {
        Ok(vec![])
    }

    async fn decision_get(&mut self, _: DecisionId) -> Result<Decision> {
        Err(Error::not_found("决定"))
    }

    async fn parameter(&mut self, code: &str, on: Date) -> Result<Option<Parameter>> {
        let (id, value) = match (code, self.limit) {
            ("hello.greeting", _) => (11, 1_000),
            ("hello.wage-limit", Some(limit)) => (12, limit),
            _ => return Ok(None),
        };
        Ok(Some(Parameter {
            id: ParameterId(id),
            county: COUNTY,
            code: code.to_owned(),
            value,
            from: on,
            source: "示例办法".into(),
            verified: true,
            recorded_at: Instant(0),
            recorded_by: None,
            replaced_by: None,
        }))
    }

    async fn calendar(&mut self) -> Result<Arc<WorkCalendar>> {
        Ok(Arc::default())
    }

    async fn ask(&mut self, _: &str, _: Date, _: Block, _: u8) -> Result<Vec<(String, Block)>> {
        Ok(vec![])
    }
}
