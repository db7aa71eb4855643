//! A small measure for the tests of what contract 1.2 brought: a clue is reported without a family and later given one, a photo
//! that came before is noticed, a department's list becomes facts, and once a quarter households and villages are counted. It
//! tells in its documents' bodies what it was told, so that tests can look.

use doudi_sdk::doc::page::Row;
use doudi_sdk::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// 500,000 yuan a month is a slip.
const MOST: i64 = 50_000_000;
/// A remark that refuses the whole block.
const REFUSES: &str = "整批退回";
/// A remark whose row is to be written about a stranger: the kernel must not let it.
const STRANGER: &str = "写到别人名下";

/// What a clue tells.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Clue {
    /// The values as they came.
    pub values: Value,
    /// Digests of its photos.
    pub photos: Vec<String>,
}

struct Census;

impl Act for Census {
    fn act(context: &Context, action: Action) -> Result<Effects> {
        match action.id.as_str() {
            "report" => report(&action),
            "link" => link(&action),
            "close" => Ok(Effects::new().document(action.document()?.to("closed"))),
            "start" => {
                let title = format!("{} 的名单", context.today);
                Ok(Effects::new().document(DocumentPut::create("list", title).state("open")))
            }
            other => Err(Refusal::unknown("操作", other)),
        }
    }
}

fn report(action: &Action) -> Result<Effects> {
    for file in &action.files {
        if documents::first(documents::Query::of("clue").index("photo", &file.digest))?.is_some() {
            return Err(Refusal::new("同样的照片已在另一条线索中登记过").problem("photos", "请重新拍摄"));
        }
    }
    let clue = Clue {
        values: Value::Object(action.values.0.clone()),
        photos: action.files.iter().map(|file| file.digest.clone()).collect(),
    };
    let put = DocumentPut::create("clue", "群众来电反映的困难").state("open").body(&clue);
    let put = match action.household.or(action.values.id("family")) {
        Some(household) => put.household(household),
        None => {
            let village = action.values.division("village");
            put.division(village.ok_or_else(|| Refusal::invalid("没有所在村居"))?)
        }
    };
    let put = action.files.first().map_or(put.clone(), |file| put.index("photo", &file.digest));
    Ok(Effects::new().document(put))
}

fn link(action: &Action) -> Result<Effects> {
    let family = action.values.id("family").ok_or_else(|| Refusal::invalid("没有家庭"))?;
    Ok(Effects::new().document(action.document()?.to("open").household(family)))
}

impl Intake for Census {
    fn intake(_: &Context, _: &str, block: Block) -> Result<Taken> {
        let file = FeedFile::of(&block)?;
        let table = block.table("row")?;
        let (who, homes) = (table.int_column("who")?, table.int_column("who-household")?);
        let (wages, remarks) = (table.int_column("wage")?, table.text_column("remark")?);
        let mut taken = Taken::default();
        for row in 0..table.rows {
            let at = row as usize;
            let remark = remarks.get(at).unwrap_or_default();
            if remark == REFUSES {
                return Err(Refusal::new(format!("第 {} 批不能接入", file.block + 1)));
            }
            if wages.value(at) > MOST {
                taken.rejected.push((row, Problem::new("wage", "月工资超过 50 万元，请核对")));
                continue;
            }
            let person = if remark == STRANGER { Some(999_999) } else { who.get(at) };
            // Nobody on file, or nobody in a household: nothing to record, and nothing wrong.
            let Some(person) = person.filter(|_| homes.get(at).is_some() || remark == STRANGER) else { continue };
            let wage = FactPropose::of_person(Id(person), "income.wage").value(wages.value(at));
            taken.effects = std::mem::take(&mut taken.effects).fact(wage.from("2022-07-01").source(3));
        }
        Ok(taken)
    }
}

impl React for Census {
    fn react(_: &Context, event: Event) -> Result<Effects> {
        let taken: FeedTaken = event.payload()?;
        let list = documents::get(event.document.ok_or_else(|| Refusal::invalid("没有名单"))?)?;
        Ok(Effects::new().document(list.to("taken").body(&taken)))
    }
}

impl Tick for Census {
    fn tick(_: &Context, _: &str, due: Date, cursor: Option<&str>) -> Result<Step> {
        let (after, before) = cursor.and_then(|cursor| cursor.split_once('/')).unwrap_or(("0", "0"));
        let number = |text: &str| text.parse::<i64>().map_err(|_| Refusal::internal("进度不能读取"));
        let page = records::all(Id(number(after)?), 2)?;
        let households = number(before)? + page.len() as i64;
        if let Some(last) = page.last() {
            return Ok(Step::then(Effects::new(), format!("{}/{households}", last.0)));
        }
        let places = divisions::list()?;
        let count = |wanted: fn(&Division) -> bool| places.iter().filter(|place| wanted(place)).count();
        let body = json!({
            "households": households, "towns": count(Division::is_real_town), "villages": count(Division::is_real_village),
        });
        let put = DocumentPut::create("count", format!("{due} 清点")).key(due.to_string()).state("kept").body(&body);
        Ok(Step::done(Effects::new().document(put)))
    }
}

impl View for Census {
    fn view(_: &Context, _: PageRequest) -> Result<Page> {
        let open = documents::find(documents::Query::of("clue").state("open"))?;
        let rows = open.iter().map(|clue| Row::new(clue.title.as_str(), Cell::division(clue.division)));
        Ok(Page::new("清查").facts(rows.collect::<Vec<_>>()))
    }
}

doudi_sdk::export!(Census: act, intake, react, tick, view);
