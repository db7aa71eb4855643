//! A guest that wants to know what time it is. The legal date comes with each call; a clock is not lent, and neither is
//! anything else outside the `doudi:` packages.

wit_bindgen::generate!({
    inline: "
        package doudi:clock-watcher;
        world clock-watcher {
            import wasi:clocks/monotonic-clock@0.2.0;
            export doudi:measure/view@1.0.0;
        }
        package wasi:clocks@0.2.0 {
            interface monotonic-clock { now: func() -> u64; }
        }
    ",
    path: ["../../../wit/types", "../../../wit/measure"],
    world: "doudi:clock-watcher/clock-watcher",
    generate_all,
});

use doudi::types::types::{Context, Error};
use exports::doudi::measure::view::{Guest, Request};

struct Clock;
export!(Clock);

impl Guest for Clock {
    fn view(_: Context, _: Request) -> Result<String, Error> {
        Ok(format!(r#"{{"title":{{"zh":"{}"}},"blocks":[]}}"#, wasi::clocks::monotonic_clock::now()))
    }
}
