//! Every extension point once, as small as it can be: what each trait looks like, and proof that all their macros fit beside
//! one another in one component. A real plugin exports the few it needs.

use doudi_sdk::codes::{OutcomeEntry, Plugin, ReasonEntry};
use doudi_sdk::prelude::*;

pub struct Everything;

/// Written by `doudi_sdk::manifest!` where there is a `plugin.toml`.
impl Plugin for Everything {
    const ID: &'static str = "everything";
    const VERSION: &'static str = "1.0.0";
    const FIELDS: &'static [&'static str] = &[];
    const OUTCOMES: &'static [OutcomeEntry] =
        &[OutcomeEntry { code: "counted", zh: "已计", en: "Counted", effect: "change" }];
    const FIGURES: &'static [&'static str] = &[];
    const REASONS: &'static [ReasonEntry] = &[];
}

#[derive(Input, Default)]
#[input(table = "household")]
pub struct Household {
    #[input("household.id")]
    id: Id,
}

impl Assess for Everything {
    type Family = Household;

    fn assess(_: &Context, mut families: Families<'_, Household>, out: &mut Outcomes) -> Result<()> {
        while let Some(household) = families.next() {
            out.row(OutcomeCode(0)).amount(Fen(household.id.0));
        }
        Ok(())
    }
}

impl Act for Everything {
    fn act(context: &Context, action: Action) -> Result<Effects> {
        let due = calendar::add_working_days(context.today, 3)?;
        match &action.document {
            Some(document) => Ok(Effects::new().document(document.to("done").due(due))),
            None => Ok(Effects::new().document(
                DocumentPut::create(&action.collection, "事项").household(action.about()?).state("open").due(due),
            )),
        }
    }
}

impl React for Everything {
    fn react(_: &Context, event: Event) -> Result<Effects> {
        let Some(household) = event.household else { return Ok(Effects::new()) };
        log!(info, "{}", event.topic);
        Ok(Effects::new().event(EventPublish::new("everything.heard").household(household)))
    }
}

impl Tick for Everything {
    fn tick(_: &Context, _: &str, due: Date, cursor: Option<&str>) -> Result<Step> {
        let after = cursor.and_then(|cursor| cursor.parse().ok()).map_or(Id(0), Id);
        let ids = records::recipients("everything", due, after, 100)?;
        let effects = ids.iter().map(|id| DocumentPut::create("check", "核查").household(*id).state("open"));
        let effects = effects.fold(Effects::new(), Effects::document);
        Ok(match ids.last() {
            Some(last) => Step::then(effects, last.0),
            None => Step::done(effects),
        })
    }
}

impl View for Everything {
    fn view(_: &Context, request: PageRequest) -> Result<Page> {
        let open = documents::find(documents::Query::of("check").state("open"))?;
        let rows =
            open.iter().fold(PageTable::new(["事项", "期限"]).empty("没有待办事项"), |table, document| {
                table.linked_row(
                    Link::Document { document: document.id },
                    [Cell::text(document.title.as_str()), document.due.into()],
                )
            });
        Ok(Page::new(request.page).table(rows))
    }
}

impl FillForm for Everything {
    fn fill(context: &Context, request: FillRequest) -> Result<Fill> {
        let limit = parameters::require("limit", context.today)?.fen();
        let asked = request.values.money("amount").unwrap_or_default();
        Ok(if asked > limit {
            Fill::new().message("amount", Tone::Bad, format!("最多 {limit} 元"))
        } else {
            Fill::new()
        })
    }
}

impl Answer for Everything {
    fn answer(_: &Context, _: &str, on: Date, block: Block) -> Result<Block> {
        let households = block.table("household")?.int_column("household.id")?;
        let mut amounts = Vec::with_capacity(block.rows());
        for household in households.values() {
            amounts.push(decisions::governing("everything", Id(*household), on)?.map(|decision| decision.amount));
        }
        Ok(Block::of(Table::new("household", block.rows()).optional_ints("amount", amounts)))
    }
}

impl Indicators for Everything {
    fn indicators(_: &Context, _: Date, ends: Date) -> Result<Vec<Indicator>> {
        let asked = questions::ask("benefit.recipients", ends, &Block::new())?;
        let part = asked.iter().map(|reply| reply.block.rows() as i64).sum();
        Ok(vec![Indicator {
            code: "answered".to_owned(),
            label: "有答复".to_owned(),
            part,
            whole: part,
            ..Default::default()
        }])
    }
}

impl Intake for Everything {
    fn intake(_: &Context, _: &str, rows: Block) -> Result<Taken> {
        let rejected = (0..rows.rows() as u32).map(|row| (row, Problem::new("", "本插件不接收数据")));
        Ok(Taken { effects: Effects::new(), rejected: rejected.collect() })
    }
}

impl Migrate for Everything {
    fn migrate(_: &Context, _: &str, documents: Vec<Document>) -> Result<Effects> {
        Ok(documents.iter().map(Document::put).fold(Effects::new(), Effects::document))
    }
}

impl CheckSettings for Everything {
    type Settings = std::collections::BTreeMap<String, i64>;

    fn check_settings(settings: Self::Settings) -> Result<Problems> {
        let mut problems = Problems::new();
        for (name, value) in &settings {
            problems.require(*value >= 0, name, "不能小于 0");
        }
        Ok(problems)
    }
}

doudi_sdk::export!(
    Everything: assess, act, react, tick, view, fill, answer, indicators, intake, migrate, check_settings,
);
