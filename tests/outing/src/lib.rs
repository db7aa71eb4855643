//! A small measure of the tests: a visit is planned, recorded on the spot, and counted. What the kernel's own pages need of a
//! measure (an offline form, figures, duties) is here and nothing else. The setting `behave` makes figures and duties refuse,
//! break off, or say what cannot be.

use doudi_sdk::prelude::*;
use serde::{Deserialize, Serialize};

mod manifest {
    doudi_sdk::manifest!(crate::Outing);
}

pub struct Outing;

/// What is known of a visit.
#[derive(Serialize, Deserialize, Default)]
struct Visit {
    due: Option<Date>,
    condition: Option<String>,
    people: Option<i64>,
    #[serde(default)]
    note: String,
    #[serde(default)]
    photos: Vec<Id>,
    /// When it was filled in on the phone, and when it arrived.
    taken: Option<String>,
    sent: Option<String>,
    position: Option<serde_json::Value>,
}

#[derive(Deserialize, Default)]
struct Settings {
    #[serde(default)]
    behave: String,
}

fn behave(context: &Context) -> Result<String> {
    let settings: Settings = context.settings()?;
    match settings.behave.as_str() {
        "refuse" => Err(Refusal::new("本县区还没有设定走访计划")),
        "break" => panic!("a measure in a bad mood"),
        _ => Ok(settings.behave),
    }
}

fn month_of(day: Date) -> i64 {
    day.first_of_month().days().into()
}

impl Act for Outing {
    fn act(_: &Context, action: Action) -> Result<Effects> {
        match action.id.as_str() {
            "plan" => {
                let Some(due) = action.values.date("due") else { return Err(Refusal::new("请填写日期")) };
                let visit = Visit { due: Some(due), ..Visit::default() };
                let put = DocumentPut::create("visit", "走访")
                    .household(action.about()?)
                    .state("planned")
                    .due(due)
                    .index("month", month_of(due))
                    .body(&visit);
                Ok(Effects::new().document(put))
            }
            "record" => {
                let document = action.document()?;
                let mut visit: Visit = document.body()?;
                visit.condition = action.values.text("condition").map(str::to_owned);
                visit.people = action.values.number("people");
                visit.note = action.values.text("note").unwrap_or_default().to_owned();
                visit.photos.extend(action.values.ids("photos"));
                visit.taken = action.taken().map(|moment| moment.to_string());
                visit.sent = action.sent().map(|moment| moment.to_string());
                visit.position = action.values.get("position").cloned();
                let photos = action.values.ids("photos");
                let put = document.put().state("visited").body(&visit).note("登记走访");
                Ok(Effects::new().document(put).attach(AttachmentLink::new(document.id, "走访照片", photos)))
            }
            "close" => Ok(Effects::new().document(action.document()?.put().state("closed"))),
            other => Err(Refusal::unknown("操作", other)),
        }
    }
}

/// Every visit of the actor's area that falls due in these days.
fn visits(begins: Date, ends: Date) -> Result<Vec<(Document, Visit)>> {
    let (mut found, mut after) = (Vec::new(), Id(0));
    loop {
        let page = documents::find(documents::Query::of("visit").after(after).limit(200))?;
        for document in &page {
            let visit: Visit = document.body()?;
            if visit.due.is_some_and(|due| begins <= due && due <= ends) {
                found.push((document.clone(), visit));
            }
        }
        match page.last() {
            Some(last) if page.len() == 200 => after = last.id,
            _ => return Ok(found),
        }
    }
}

fn is_done(document: &Document) -> bool {
    document.state != "planned"
}

/// What a visit costs, in fen.
const COST: i64 = 1_250;

impl Indicators for Outing {
    fn indicators(context: &Context, begins: Date, ends: Date) -> Result<Vec<Indicator>> {
        let behave = behave(context)?;
        let found = visits(begins, ends)?;
        let of = found.len() as i64;
        let done = found.iter().filter(|(document, _)| is_done(document)).count() as i64;
        let urgent = found.iter().filter(|(_, visit)| visit.condition.as_deref() == Some("urgent")).count() as i64;
        let list = format!("list?from={begins}&to={ends}");
        let figure = |code: &str, label: &str, part: i64, whole: i64, target: Option<i64>| Indicator {
            code: code.to_owned(),
            label: label.to_owned(),
            part,
            whole,
            target,
            drill_down: list.clone(),
        };
        let whole = if behave == "lie" { done - 1 } else { of };
        Ok(vec![
            figure("visited", "走访", done, whole, Some(9_500)),
            figure("urgent", "危急", urgent, done, Some(1_000)),
            figure("spent", "经费", done * COST, of * COST, None),
            // Not in the manifest: shown under this label.
            figure("closed", "不再走访", 0, of, Some(0)),
        ])
    }
}

impl Answer for Outing {
    fn answer(context: &Context, _: &str, _: Date, question: Block) -> Result<Block> {
        let behave = behave(context)?;
        let period = topics::Period::begins_ends(&question)?;
        let mut by_day: std::collections::BTreeMap<Date, (i64, i64)> = std::collections::BTreeMap::new();
        for (document, visit) in visits(period.from, period.to)? {
            let Some(due) = visit.due else { continue };
            let counts = by_day.entry(due).or_default();
            counts.0 += i64::from(is_done(&document));
            counts.1 += 1;
        }
        if behave == "lie" {
            by_day.values_mut().for_each(|counts| counts.0 = counts.1 + 1);
        }
        let mut duties = Vec::with_capacity(by_day.len());
        for (day, (done, of)) in by_day {
            // A working day before, when the day itself is none.
            let mut wiser = day;
            while !calendar::is_working_day(wiser)? {
                wiser = wiser.add_days(-1);
            }
            let duty = Duty::new(format!("visit-{day}"), "重点家庭走访", day).advised(wiser).counts(done, of);
            duties.push(duty.article("通知第三条").page(format!("list?from={day}&to={day}")));
        }
        Ok(topics::duties(&duties))
    }
}

impl FillForm for Outing {
    /// The form opens with what is known already.
    fn fill(_: &Context, request: FillRequest) -> Result<Fill> {
        let Some(document) = request.document.filter(|_| request.changed.is_empty()) else { return Ok(Fill::new()) };
        let visit: Visit = document.body()?;
        let mut fill = Fill::new().set("note", visit.note);
        if let Some(condition) = visit.condition {
            fill = fill.set("condition", condition);
        }
        if let Some(people) = visit.people {
            fill = fill.set("people", people);
        }
        Ok(fill)
    }
}

impl View for Outing {
    fn view(context: &Context, request: PageRequest) -> Result<Page> {
        match request.page.as_str() {
            "list" => {
                let day = |name: &str, or: Date| request.query(name).and_then(|text| text.parse().ok()).unwrap_or(or);
                let first = context.today.first_of_month();
                let found = visits(day("from", first), day("to", first.add_months(1).add_days(-1)))?;
                let mut table = PageTable::new(["最迟走访", "家庭", "环节"]).empty("没有要走访的家庭。");
                for (document, visit) in found {
                    table = table.linked_row(
                        Link::Document { document: document.id },
                        [
                            visit.due.map_or(Cell::Empty, Cell::due),
                            document.household.map_or(Cell::Empty, Cell::household),
                            Cell::text(if is_done(&document) { "已走访" } else { "待走访" }),
                        ],
                    );
                }
                Ok(Page::new("走访清单").table(table))
            }
            "visit" => {
                let document = request.document.ok_or_else(|| Refusal::unknown("页面", "visit"))?;
                let visit: Visit = document.body()?;
                let row = |label: &str, text: String| doudi_sdk::doc::page::Row::new(label, Cell::text(text));
                Ok(Page::untitled().facts([
                    row("家庭情况", visit.condition.unwrap_or_default()),
                    row("情况说明", visit.note),
                    row("照片", visit.photos.len().to_string()),
                    row("现场登记时间", visit.taken.unwrap_or_default()),
                    row("收到时间", visit.sent.unwrap_or_default()),
                    row("位置", visit.position.map_or_else(|| "没有".to_owned(), |position| position.to_string())),
                ]))
            }
            other => Err(Refusal::unknown("页面", other)),
        }
    }
}

doudi_sdk::export!(Outing: act, view, fill, answer, indicators);
