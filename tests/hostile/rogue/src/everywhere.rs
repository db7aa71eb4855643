//! What can be done wrong at any point: never returning, breaking off, eating the machine, pestering the kernel.

use crate::doudi::kernel::{calendar, decisions, documents, log, parameters, questions, records};
use crate::doudi::types::types::{Block, Error};
use crate::refusal;
use std::hint::black_box;

/// Returns for names that are not in this file.
pub fn misbehave(behaviour: &str) -> Result<(), Error> {
    match behaviour {
        // Never comes back.
        "spin" => loop {
            black_box(0);
        },
        // Breaks off in the middle.
        "trap" => std::process::abort(),
        "panic" => panic!("a guest in a bad mood"),
        // Calls itself until the stack is gone.
        "recurse" => {
            black_box(deeper(black_box(1)));
        }
        // Reaches outside its own memory.
        "wild-pointer" => {
            // SAFETY: it is not safe, and that is the point: the address lies beyond any memory this guest is given.
            black_box(unsafe { core::ptr::read_volatile(0xffff_fff0 as *const u32) });
        }
        // Takes memory until there is none.
        "hog" => {
            let mut taken = Vec::new();
            loop {
                taken.push(vec![1u8; 1 << 20]);
                black_box(&taken);
            }
        }
        // Takes more at once than there is.
        "hoard" => {
            black_box(vec![1u8; 1 << 30]);
        }
        // Says something that is no text.
        "bad-utf8" => {
            let bytes = black_box(vec![b'a', 0xff, 0xfe, b'b']);
            // SAFETY: it is not safe, and that is the point: the kernel must not believe that it is text.
            let text = unsafe { core::str::from_utf8_unchecked(&bytes) };
            log::write("info", text);
        }
        // Hands over a text that begins in its memory and ends outside.
        "beyond-memory" => {
            // SAFETY: as above; the pointer is ours, the length is a lie.
            let text = unsafe {
                let begin = black_box("a").as_ptr();
                core::str::from_utf8_unchecked(core::slice::from_raw_parts(begin, black_box(0x7fff_ffff)))
            };
            log::write("info", text);
        }
        // Asks questions at a length nobody can record.
        "giant-question" => {
            let topic = "x".repeat(12 << 20);
            for _ in 0..8 {
                let _ = black_box(questions::ask(&topic, 19_000, &Block { tables: Vec::new() }));
            }
        }
        // Asks other measures what nobody has allowed it to ask, over and over.
        "question-storm" => {
            for _ in 0..100_000 {
                let _ = black_box(questions::ask("benefit.payables", 19_000, &Block { tables: Vec::new() }));
            }
        }
        // Days that do not exist.
        "odd-dates" => {
            let asked = [
                calendar::is_working_day(i32::MIN).err(),
                calendar::add_working_days(19_000, u32::MAX).err(),
                calendar::working_days_between(i32::MIN, i32::MAX).err(),
                records::households(&[1], i32::MAX).err(),
                parameters::get("standard", i32::MIN).err(),
            ];
            let codes: Vec<String> =
                asked.into_iter().map(|error| error.map_or("ok".to_owned(), |error| error.code)).collect();
            return Err(refusal("refused", &format!("内核回答：{}", codes.join("、"))));
        }
        // Asks the kernel a small thing far too often, ignoring every answer.
        "call-storm" => {
            for day in 0..1_000_000 {
                let _ = black_box(calendar::is_working_day(19_000 + day % 300));
            }
        }
        // Asks for more rows than a call may read.
        "read-storm" => {
            let ids: Vec<i64> = (1..=4_096).collect();
            for _ in 0..10_000 {
                let _ = black_box(records::households(&ids, 19_000));
            }
        }
        // More ids in one question than the contract allows.
        "too-many-ids" => {
            let ids: Vec<i64> = (1..=100_000).collect();
            let error = records::households(&ids, 19_000).err();
            return Err(refusal(
                "refused",
                &format!("内核回答：{}", error.map_or("全部给出".to_owned(), |error| error.code)),
            ));
        }
        // Writes far more than anybody will read.
        "log-flood" => {
            let line = "废话".repeat(512);
            for _ in 0..500 {
                log::write("info", &line);
            }
        }
        // Uses a level that does not exist.
        "log-odd" => log::write("catastrophe", "line one\nline two \u{1b}[31m"),
        // Says no, properly.
        "refuse" => return Err(refusal("refused", "缺少户口簿")),
        // Says no with a code nobody knows.
        "odd-error" => return Err(refusal("because", "就是不行")),
        // Says no at a length nobody can show.
        "giant-error" => return Err(refusal("refused", &"不".repeat(2_000_000))),
        _ => {}
    }
    Ok(())
}

/// Asks the kernel everything there is to ask, one thing after the other, and breaks off after that many answers. Comes back
/// when there are fewer.
pub fn falter(calls: usize, household: i64, today: i32) {
    let query = || documents::Query {
        collection: "case".to_owned(),
        states: Vec::new(),
        household: Some(household),
        person: None,
        due_by: None,
        by_index: None,
        after: 0,
        limit: 10,
    };
    let asked: [&dyn Fn(); FALTERS] = [
        &|| drop(black_box(records::households(&[household], today))),
        &|| drop(black_box(documents::find(&query()))),
        &|| drop(black_box(documents::get(1))),
        &|| drop(black_box(decisions::get(1))),
        &|| drop(black_box(records::recipients("rogue", today, 0, 10))),
        &|| drop(black_box(decisions::of_household(household))),
        &|| drop(black_box(parameters::get("standard", today))),
        &|| drop(black_box(calendar::is_working_day(today))),
        &|| drop(black_box(calendar::add_working_days(today, 3))),
        &|| drop(black_box(calendar::working_days_between(today, today + 9))),
        &|| drop(black_box(questions::ask("benefit.payables", today, &Block { tables: Vec::new() }))),
        &|| log::write("info", "almost there"),
    ];
    for (answers, ask) in asked.iter().enumerate() {
        if answers == calls {
            std::process::abort();
        }
        ask();
    }
    if calls == FALTERS {
        std::process::abort();
    }
}

/// How many things there are to ask.
const FALTERS: usize = 12;

#[inline(never)]
#[allow(unconditional_recursion)]
fn deeper(depth: u64) -> u64 {
    let frame = [depth; 16];
    black_box(&frame);
    black_box(deeper(black_box(depth + 1))) + frame[3]
}
