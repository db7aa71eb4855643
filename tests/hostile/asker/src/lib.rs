//! A guest without a will of its own: its settings say which function of the kernel it asks about which id, or which effects it
//! wishes, word for word. With it every function and every kind of effect can be tried under every grant.
//!
//! It is built on the current contract, so that it knows all of it; `tests/it/host/functions.rs` says what it finds.

wit_bindgen::generate!({
    inline: "
        package doudi:asker;
        world asker {
            import doudi:types/types@1.0.0;
            import doudi:kernel/records@1.3.0;
            import doudi:kernel/documents@1.3.0;
            import doudi:kernel/decisions@1.3.0;
            import doudi:kernel/parameters@1.3.0;
            import doudi:kernel/calendar@1.3.0;
            import doudi:kernel/questions@1.3.0;
            import doudi:kernel/payments@1.3.0;
            import doudi:kernel/divisions@1.3.0;
            import doudi:kernel/log@1.3.0;
            export doudi:measure/act@1.0.0;
            export doudi:measure/view@1.0.0;
        }
    ",
    path: ["../../../wit/types", "../../../wit/kernel", "../../../wit/measure"],
    world: "doudi:asker/asker",
    generate_all,
});

use doudi::kernel::{calendar, decisions, divisions, documents, log, parameters, payments, questions, records};
use doudi::types::types::{Block, Context, Effect, Error, Values};
use exports::doudi::measure::act::{Action, Guest};
use exports::doudi::measure::view;
use serde_json::Value;

struct Asker;
export!(Asker);

impl Guest for Asker {
    fn act(context: Context, _: Action) -> Result<Vec<Effect>, Error> {
        let settings: Value = serde_json::from_str(&context.settings).unwrap_or_default();
        let text = |value: &Value, name: &str| value[name].as_str().unwrap_or_default().to_owned();
        if let Some(effects) = settings["effects"].as_array() {
            let wished = effects.iter().map(|effect| Effect {
                kind: text(effect, "kind"),
                target: text(effect, "target"),
                payload: effect["payload"].to_string(),
            });
            return Ok(wished.collect());
        }
        let found = ask(&text(&settings, "ask"), settings["id"].as_i64().unwrap_or(0), context.today);
        Err(Error { code: "refused".to_owned(), message: found, problems: Vec::new() })
    }
}

impl view::Guest for Asker {
    /// A page to begin cases on: it says who looks, as far as it is told, and how many cases there are. Asked to be slow it reads them
    /// many times over, as a list over a county would.
    fn view(context: Context, request: view::Request) -> Result<String, Error> {
        let slow = request.query.iter().any(|(name, _)| name == "slow");
        let mut cases = 0;
        for _ in 0..if slow { 900 } else { 1 } {
            cases = documents::find(&documents::Query { household: None, ..cases_of(0) })?.len();
        }
        let (user, role) = (context.actor.user, context.actor.role);
        let said = format!("user {user}, {role}, cases {cases}");
        Ok(format!(r#"{{"blocks":[{{"block":"paragraph","text":{{"zh":"{said}"}}}}]}}"#))
    }
}

/// Asks one function about one id; how much came back, or the code of the error.
fn ask(function: &str, id: i64, today: i32) -> String {
    let many = |count: usize| format!("ok {count}");
    let nothing = || Block { tables: Vec::new() };
    let rows = |block: Block| block.tables.first().map_or(0, |table| table.rows as usize);
    let found = match function {
        "records.households" => records::households(&[id], today).map(with_values),
        "records.recipients" => records::recipients("asker", today, id - 1, 1).map(|ids| many(ids.len())),
        "records.all" => records::all(id - 1, 1).map(|ids| many(ids.len())),
        "divisions.all" => divisions::all().map(|block| many(rows(block))),
        "documents.get" => documents::get(id).map(|_| many(1)),
        "documents.find" => documents::find(&cases_of(id)).map(|list| many(list.len())),
        "documents.columns" => documents::columns(&cases_of(id), &["state".to_owned()]).map(|block| many(rows(block))),
        "decisions.of-household" => decisions::of_household(id).map(|list| many(list.len())),
        "decisions.get" => decisions::get(id).map(|_| many(1)),
        "decisions.in-force" => decisions::in_force("asker", today, None, id - 1, 1).map(|list| many(list.len())),
        "decisions.in-force-columns" => {
            decisions::in_force_columns("asker", today, None, id - 1, 1, &[]).map(|block| many(rows(block)))
        }
        "parameters.get" => parameters::get("standard", today).map(|value| many(value.iter().count())),
        "calendar.is-working-day" => calendar::is_working_day(today).map(|_| many(1)),
        "calendar.add-working-days" => calendar::add_working_days(today, 3).map(|_| many(1)),
        "calendar.working-days-between" => calendar::working_days_between(today, today + 3).map(|_| many(1)),
        "questions.ask" => questions::ask("rogue.answer", today, &nothing()).map(|list| many(list.len())),
        "payments.lines" => payments::lines(&payments::Query {
            document: None,
            scheme: String::new(),
            households: vec![id],
            person: None,
            states: Vec::new(),
            purpose: String::new(),
            flag: String::new(),
            months_from: None,
            months_to: None,
            after: 0,
            limit: 10,
        })
        .map(|block| many(rows(block))),
        "payments.totals" => payments::totals(id).map(|block| many(rows(block))),
        "payments.conflicts" => payments::conflicts(id, 0, 10).map(|block| many(rows(block))),
        "log.write" => {
            log::write("info", "asked");
            Ok(many(1))
        }
        _ => return "nobody has taught me to ask that".to_owned(),
    };
    found.unwrap_or_else(|error| error.code)
}

/// The cases of a household.
fn cases_of(household: i64) -> documents::Query {
    documents::Query {
        collection: "case".to_owned(),
        states: Vec::new(),
        household: Some(household),
        person: None,
        due_by: None,
        by_index: None,
        after: 0,
        limit: 10,
    }
}

/// Households that came, and whether the declared field has a value in any row.
fn with_values(block: Block) -> String {
    let households = block.tables.first().map_or(0, |table| table.rows);
    let shown = block.tables.iter().flat_map(|table| &table.columns).any(|column| {
        let Values::Ints(values) = &column.values else { return false };
        let absent = |row: usize| column.nulls.get(row / 8).is_some_and(|byte| byte >> (row % 8) & 1 == 1);
        column.name == "person.sex" && (0..values.len()).any(|row| !absent(row))
    });
    format!("ok {households}, {}", if shown { "value" } else { "absent" })
}
