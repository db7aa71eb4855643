//! The conformance guest in Rust; its siblings answer the same in JavaScript and Python.

use doudi_sdk::decisions;
use doudi_sdk::documents::Query;
use doudi_sdk::prelude::*;
use serde_json::json;

mod manifest {
    doudi_sdk::manifest!(crate::Conformance);
}
use manifest::{Asset, Income, figure, outcome, parameter, reason};

pub struct Conformance;

#[derive(Input, Default)]
#[input(table = "household")]
pub struct Family {
    #[input("household.certificate")]
    certificate: Option<String>,
    #[input("household.hukou-kind")]
    _hukou: Option<Code>,
    #[input(rows)]
    members: Rows<Member>,
}

#[derive(Input, Default)]
#[input(table = "person")]
pub struct Member {
    #[input("person.birth-date")]
    _birth: Option<Date>,
    #[input("person.job-refusals")]
    job_refusals: Option<u32>,
    #[input(items)]
    incomes: Vec<Item<Income>>,
    #[input(items)]
    assets: Vec<Item<Asset>>,
}

impl Assess for Conformance {
    type Family = Family;

    fn assess(context: &Context, mut families: Families<'_, Family>, out: &mut Outcomes) -> Result<()> {
        let rate = parameters::require(parameter::RATE, context.today)?.fen();
        while let Some(family) = families.next() {
            let members = family.members.len() as i64;
            let mut facts = Vec::new();
            let mut sum = Fen::ZERO;
            for member in family.members.iter() {
                facts.extend(member.incomes.iter().map(|item| item.fact));
                facts.extend(member.assets.iter().map(|item| item.fact));
                sum += member.incomes.iter().map(|item| item.value).sum();
            }
            let absent = family.members.iter().filter(|member| member.job_refusals.is_none()).count() as u32;
            let letters = family.certificate.as_ref().map_or(-1, |text| text.chars().count() as i64);
            let outcome = if members > 0 { outcome::SOME } else { outcome::NOBODY };
            out.row(outcome)
                .amount(rate * members)
                .covered(members as u32)
                .figure(figure::SUM, sum)
                .figure(figure::ABSENT, absent)
                .figure(figure::LETTERS, letters)
                .reason(reason::COUNTED, [members, facts.len() as i64], &facts);
        }
        Ok(())
    }
}

impl Act for Conformance {
    fn act(_: &Context, action: Action) -> Result<Effects> {
        if action.id != "write" {
            return Err(Refusal::unknown("操作", &action.id));
        }
        let word = action.values.text("word").unwrap_or_default().to_owned();
        if word.is_empty() {
            return Err(Refusal::invalid("填写有误").problem("word", "请填写文字"));
        }
        let put = DocumentPut::create("note", word.as_str()).state("kept").note("记下").index("word", &word);
        let put = match action.household {
            Some(household) => put.household(household),
            None => put,
        };
        Ok(Effects::new().document(put.body(&json!({ "word": word }))))
    }
}

impl React for Conformance {
    fn react(_: &Context, event: Event) -> Result<Effects> {
        let Some(person) = event.person else { return Ok(Effects::new()) };
        let payload = event.payload::<serde_json::Value>()?;
        Ok(Effects::new().event(EventPublish::new("conformance.heard").person(person).payload(payload)))
    }
}

impl Tick for Conformance {
    fn tick(_: &Context, _: &str, due: Date, cursor: Option<&str>) -> Result<Step> {
        let next = cursor.and_then(|cursor| cursor.parse::<i64>().ok()).unwrap_or(0) + 1;
        let event = EventPublish::new("conformance.step").payload(json!({ "step": next, "due": due.to_string() }));
        let effects = Effects::new().event(event);
        Ok(if next < 3 { Step::then(effects, next) } else { Step::done(effects) })
    }
}

fn facts(rows: impl IntoIterator<Item = (impl Into<String>, impl ToString)>) -> Page {
    let rows = rows
        .into_iter()
        .map(|(label, value)| doudi_sdk::doc::page::Row::new(label.into(), Cell::text(value.to_string())));
    Page::new("回声").facts(rows)
}

/// What a read gave: its value, or the code it was refused with.
fn tried(read: Result<String>) -> String {
    read.unwrap_or_else(|refusal| refusal.code)
}

fn reads(context: &Context) -> Page {
    let today = context.today;
    let day = |text: &str| text.parse::<Date>();
    let rate = || parameters::get("rate", today);
    let found = |found: Option<Parameter>| found.map_or("null".to_owned(), |found| found.value.to_string());
    let asked = || -> Result<String> {
        let page = Block::of(Table::new("page", 1).ints("after", [0_i64]).ints("limit", [5_i64]));
        let mut words = Vec::new();
        for reply in questions::ask("benefit.recipients", today, &page)? {
            let households = reply.block.table("recipient")?.int_column("household")?;
            let ids: Vec<String> = households.values().iter().map(ToString::to_string).collect();
            words.push(format!("{}:{}", reply.plugin, ids.join("+")));
        }
        Ok(words.join(","))
    };
    let certificate = || -> Result<String> {
        let block = records::households(&[Id(1)], today)?;
        let mut families = block.read::<Family>()?;
        Ok(families.next().and_then(|family| family.certificate.clone()).unwrap_or_default())
    };
    let word = |document: Document| {
        document.body::<serde_json::Value>().map(|body| body["word"].as_str().unwrap_or("").to_owned())
    };
    facts([
        ("rate", tried(rate().map(found))),
        ("rate-source", tried(rate().map(|found| found.map_or("null".to_owned(), |found| found.source)))),
        ("other", tried(parameters::get("other", today).map(found))),
        (
            "working",
            tried(day("2022-07-22").and_then(|day| calendar::add_working_days(day, 1)).map(|day| day.to_string())),
        ),
        (
            "between",
            tried(
                day("2022-07-22")
                    .and_then(|first| calendar::working_days_between(first, day("2022-07-26")?))
                    .map(|days| days.to_string()),
            ),
        ),
        ("weekend", tried(day("2022-07-23").and_then(calendar::is_working_day).map(|worked| worked.to_string()))),
        ("household", tried(certificate())),
        ("missing", tried(records::households(&[Id(99)], today).map(|block| block.rows().to_string()))),
        ("document", tried(documents::get(Id(7)).and_then(word))),
        (
            "documents",
            tried(documents::find(Query::of("note").state("kept").limit(10)).map(|found| found.len().to_string())),
        ),
        ("no-document", tried(documents::get(Id(99)).map(|document| document.title))),
        ("decisions", tried(decisions::of_household(Id(1)).map(|found| found.len().to_string()))),
        (
            "in-force",
            tried(decisions::in_force("conformance", today, None, Id(0), 4_096).map(|found| found.len().to_string())),
        ),
        (
            "lines",
            tried(payments::lines(&payments::Query::of_scheme("conformance")).map(|found| found.len().to_string())),
        ),
        ("asked", tried(asked())),
    ])
}

impl View for Conformance {
    fn view(context: &Context, request: PageRequest) -> Result<Page> {
        if let ("document", Some(document)) = (request.page.as_str(), &request.document) {
            let body = document.body::<serde_json::Value>()?;
            return Ok(facts([
                ("word", body["word"].as_str().unwrap_or_default().to_owned()),
                ("state", document.state.clone()),
                ("revision", document.revision.to_string()),
                ("due", document.due.map_or("null".to_owned(), |due| due.to_string())),
            ]));
        }
        if request.page != "echo" {
            return Err(Refusal::unknown("页面", &request.page));
        }
        match request.query("show").unwrap_or("echo") {
            "echo" => {
                let settings: serde_json::Value = context.settings()?;
                let own = [
                    ("today", context.today.to_string()),
                    ("county", context.county.to_string()),
                    ("role", context.actor.role.clone()),
                    ("division", context.actor.division.to_string()),
                    ("trial", context.trial.to_string()),
                    ("limit", settings["limit"].to_string()),
                ];
                let query = request.query.iter().map(|(name, value)| (name.clone(), value.clone()));
                Ok(facts(query.chain(own.map(|(name, value)| (name.to_owned(), value)))))
            }
            "reads" => Ok(reads(context)),
            "refuse" => Err(Refusal::new("不行").problem("word", "请填写“文字”")),
            "bug" => {
                let nothing: Option<Page> = None;
                Ok(nothing.expect("nothing is nothing"))
            }
            "log" => {
                log!(info, "第一行");
                log!(warn, "第二行 𠮷");
                Ok(facts(Vec::<(String, String)>::new()))
            }
            "big" => Ok(facts([("big", "大".repeat(2_000_000))])),
            "spin" => loop {
                std::hint::spin_loop();
            },
            "grow" => {
                let mut all: Vec<Vec<u8>> = Vec::new();
                loop {
                    all.push(std::hint::black_box(vec![1; 1 << 20]));
                }
            }
            "deep" => Ok(facts([("deep", deeper(0))])),
            "storm" => loop {
                parameters::get("rate", context.today)?;
            },
            other => Err(Refusal::unknown("页面", other)),
        }
    }
}

/// Ends when the stack does.
#[allow(unconditional_recursion, reason = "that is what the suite asks for")]
fn deeper(depth: u64) -> u64 {
    std::hint::black_box(depth) + std::hint::black_box(deeper(depth + 1)) + 1
}

impl FillForm for Conformance {
    fn fill(_: &Context, request: FillRequest) -> Result<Fill> {
        let word = request.values.text("word").unwrap_or_default();
        Ok(Fill::new().set("word", format!("{word}。")))
    }
}

impl Answer for Conformance {
    fn answer(_: &Context, _: &str, _: Date, block: Block) -> Result<Block> {
        Ok(block)
    }
}

impl Indicators for Conformance {
    fn indicators(_: &Context, begins: Date, ends: Date) -> Result<Vec<Indicator>> {
        Ok(vec![Indicator {
            code: "conformance.days".to_owned(),
            label: "天数".to_owned(),
            part: begins.day().into(),
            whole: ends.day().into(),
            target: Some(9_500),
            drill_down: "echo?a=1".to_owned(),
        }])
    }
}

impl Intake for Conformance {
    fn intake(_: &Context, _: &str, rows: Block) -> Result<Taken> {
        let words = rows.table("row")?.text_column("word")?;
        let mut taken = Taken { effects: Effects::new(), rejected: Vec::new() };
        for row in 0..rows.rows() {
            match words.get(row) {
                Some(word) => {
                    let put = DocumentPut::create("note", word).state("kept").body(&json!({ "word": word }));
                    taken.effects = taken.effects.document(put);
                }
                None => taken.rejected.push((row as u32, Problem::new("word", "没有文字"))),
            }
        }
        Ok(taken)
    }
}

impl Migrate for Conformance {
    fn migrate(_: &Context, older: &str, documents: Vec<Document>) -> Result<Effects> {
        let mut effects = Effects::new();
        for document in documents {
            let body = document.body::<serde_json::Value>()?;
            effects = effects.document(document.put().body(&json!({ "word": body["text"], "older": older })));
        }
        Ok(effects)
    }
}

impl CheckSettings for Conformance {
    type Settings = serde_json::Value;

    fn check_settings(settings: Self::Settings) -> Result<Problems> {
        let mut problems = Problems::new();
        problems.require(settings["limit"].as_i64().unwrap_or(0) >= 0, "limit", "不能小于 0");
        Ok(problems)
    }
}

doudi_sdk::export!(
    Conformance: assess, act, react, tick, view, fill, answer, indicators, intake, migrate, check_settings,
);
