//! The tree of divisions, as far as the actor may see it: her own and all below, and the chain above.

use super::{App, in_own_task};
use doudi_domain::division::UnitKind;
use doudi_domain::policy::{self, Permission};
use doudi_domain::{Actor, County, Division, DivisionCode, Error, Level, Problem, Result};
use doudi_storage::Snapshot;
use std::collections::BTreeMap;

/// Divisions by code, with the names people use.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    divisions: BTreeMap<DivisionCode, Division>,
}

impl Tree {
    pub async fn read(snapshot: &mut Snapshot) -> Result<Tree> {
        Ok(Tree::new(snapshot.divisions().await?))
    }

    pub fn new(divisions: Vec<Division>) -> Tree {
        Tree { divisions: divisions.into_iter().map(|division| (division.code, division)).collect() }
    }

    pub fn find(&self, code: DivisionCode) -> Option<&Division> {
        self.divisions.get(&code)
    }

    /// The division's own name; its code when it is not on record.
    pub fn name(&self, code: DivisionCode) -> String {
        self.find(code).map_or_else(|| code.to_string(), |division| division.name.clone())
    }

    /// 许镇 某某村: town and village, or the county's name for a county.
    pub fn path(&self, code: DivisionCode) -> String {
        match code.town() {
            Some(town) if town != code => format!("{} {}", self.name(town), self.name(code)),
            _ => self.name(code),
        }
    }

    /// Town-level units and below of a county, in order of code.
    pub fn iter(&self) -> impl Iterator<Item = &Division> {
        self.divisions.values()
    }

    pub fn villages(&self) -> impl Iterator<Item = &Division> {
        self.iter().filter(|division| division.level == Level::Village)
    }

    pub fn towns(&self) -> impl Iterator<Item = &Division> {
        self.iter().filter(|division| division.level == Level::Town)
    }
}

/// The actor's part of the tree.
pub async fn tree(app: &App, actor: &Actor) -> Result<Tree> {
    Tree::read(&mut app.storage.snapshot(actor.scope()).await?).await
}

/// Counties of the city with their names.
pub async fn counties(app: &App) -> Result<Vec<(County, String)>> {
    app.storage.counties().await
}

/// Adds or renames divisions from `code,name,level,parent` with a heading line. Everything wrong is told at once; nothing is
/// written then. Returns how many changed.
pub async fn import(app: &App, actor: &Actor, csv: &[u8]) -> Result<usize> {
    policy::require(actor, Permission::Configure)?;
    let divisions = parse(csv)?;
    let (app, actor) = (app.clone(), actor.clone());
    in_own_task(async move {
        let mut write = app.storage.write(&actor, app.now()).await?;
        let changed = write.division_import(&divisions).await?;
        write.commit().await?;
        Ok(changed)
    })
    .await
}

/// The city a file of divisions is about: its one city-level row.
pub fn city_of(csv: &[u8]) -> Result<DivisionCode> {
    let divisions = parse(csv)?;
    let city = divisions.iter().find(|division| division.level == Level::City);
    city.map(|division| division.code).ok_or_else(|| {
        Error::invalid("", "division.no-city", "文件中没有市一级的区划。请补上一行，例如 340200000000,芜湖市,city,")
    })
}

fn parse(csv: &[u8]) -> Result<Vec<Division>> {
    let mut divisions = Vec::new();
    let mut problems = Vec::new();
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(csv);
    for (index, record) in reader.records().enumerate() {
        let line = format!("第 {} 行", index + 2);
        let mut wrong = |message: String| problems.push(Problem::new(line.clone(), "division.line", message));
        let record = match record {
            Ok(record) => record,
            Err(_) => {
                wrong("不能读取。文件应为 UTF-8 编码的 CSV".into());
                continue;
            }
        };
        let cell = |at: usize| record.get(at).unwrap_or_default().trim_matches(['\u{feff}', ' ']);
        let code = match DivisionCode::parse(cell(0)) {
            Ok(code) => code,
            Err(error) => {
                wrong(error.to_string());
                continue;
            }
        };
        let parent = match cell(3) {
            "" => None,
            text => match DivisionCode::parse(text) {
                Ok(parent) => Some(parent),
                Err(error) => {
                    wrong(format!("上级{error}"));
                    continue;
                }
            },
        };
        match Level::parse(cell(2)) {
            Some(level) if !cell(1).is_empty() => {
                divisions.push(Division { code, name: cell(1).to_owned(), level, parent });
            }
            Some(_) => wrong("缺少名称".into()),
            None => wrong(format!("级别“{}”不能识别，应为 city、county、town 或 village", cell(2))),
        }
    }
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    if divisions.is_empty() {
        return Err(Error::invalid("", "division.empty", "文件中没有区划。应有标题行 code,name,level,parent"));
    }
    Ok(divisions)
}

/// The kind of unit in words: 镇, 街道, 村, 社区.
pub fn unit_word(code: DivisionCode) -> &'static str {
    match code.unit_kind() {
        UnitKind::Area => "县区",
        UnitKind::Subdistrict => "街道",
        UnitKind::Town => "镇",
        UnitKind::Township => "乡",
        UnitKind::Community => "社区",
        UnitKind::Village => "村",
        UnitKind::Special => "园区或虚拟单位",
    }
}
