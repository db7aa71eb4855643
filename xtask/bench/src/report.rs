//! The figures, as a table for people and as JSON for programs.

use crate::shadow::Shadow;
use serde::Serialize;

/// Everything measured in one run, on one machine.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    pub plugin: String,
    pub version: String,
    pub digest: String,
    pub component_bytes: u64,
    pub processors: usize,
    pub households: u64,
    pub members: u64,
    pub block_households: u64,
    pub reasons_per_household: f64,
    /// Through the host, computing time: layout, instance, copy in, rule, copy out, check of every answer.
    pub wasm_whole_ns_per_household: f64,
    /// The call alone by the wall clock: copy in, rule, copy out.
    pub wasm_call_ns_per_household: f64,
    /// The plugin's crate compiled for this machine, over the same columns; computing time.
    pub native_ns_per_household: f64,
    pub ratio_wasm_to_native: f64,
    pub households_per_second_per_core: f64,
    /// Instantiate and call `check-settings`.
    pub smallest_call_p50_us: f64,
    pub smallest_call_p99_us: f64,
    /// Instantiate and `assess` one household, with every parameter it reads.
    pub one_household_p50_us: f64,
    pub one_household_p99_us: f64,
    pub compile_ms: f64,
    pub cache_load_ms: f64,
    /// The transaction of a switch with nothing to rewrite, on a SQLite file; and the whole way back.
    pub switch_p50_ms: f64,
    pub switch_worst_ms: f64,
    pub roll_back_p50_ms: f64,
    pub roll_back_worst_ms: f64,
    /// Both with so many documents to take over.
    pub switch_documents: usize,
    pub switch_documents_ms: f64,
    pub roll_back_documents_ms: f64,
    /// A county in a database; absent when it was left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shadow: Option<Shadow>,
}

impl Report {
    pub fn print(&self) {
        println!("{} {}  {} KiB  {}…", self.plugin, self.version, self.component_bytes / 1024, &self.digest[..12]);
        println!(
            "{} households with {} members in blocks of {}, {:.1} reasons each; {} processors, one used\n",
            self.households, self.members, self.block_households, self.reasons_per_household, self.processors
        );
        let line = |what: &str, value: String, aim: &str| println!("{what:58} {value:>16}  {aim}");
        line("native, per household", format!("{:.0} ns", self.native_ns_per_household), "");
        line(
            "WASM, the call (copy in, rule, copy out), per household",
            format!("{:.0} ns", self.wasm_call_ns_per_household),
            "",
        );
        line(
            "WASM, all of the host (layout, checks), per household",
            format!("{:.0} ns", self.wasm_whole_ns_per_household),
            "",
        );
        line("WASM, all of the host / native", format!("{:.2}", self.ratio_wasm_to_native), "aim ≤ 1.5");
        line(
            "households a second and core, with reasons",
            format!("{:.0}", self.households_per_second_per_core),
            "aim ≥ 2,000,000",
        );
        line("instantiate and the smallest call, p50", format!("{:.1} µs", self.smallest_call_p50_us), "aim ≤ 25 µs");
        line("instantiate and the smallest call, p99", format!("{:.1} µs", self.smallest_call_p99_us), "");
        line("instantiate and assess one household, p50", format!("{:.1} µs", self.one_household_p50_us), "");
        line("instantiate and assess one household, p99", format!("{:.1} µs", self.one_household_p99_us), "");
        line("compile the component", format!("{:.0} ms", self.compile_ms), "");
        line("load it from the cache", format!("{:.2} ms", self.cache_load_ms), "");
        line("switch a county to another version, p50", format!("{:.1} ms", self.switch_p50_ms), "aim ≤ 50 ms");
        line("switch a county to another version, worst", format!("{:.1} ms", self.switch_worst_ms), "");
        line("roll back, p50", format!("{:.1} ms", self.roll_back_p50_ms), "aim ≤ 1 s");
        line("roll back, worst", format!("{:.1} ms", self.roll_back_worst_ms), "");
        let documents = self.switch_documents;
        line(&format!("switch with {documents} documents"), format!("{:.0} ms", self.switch_documents_ms), "");
        line(
            &format!("roll back with {documents} documents"),
            format!("{:.0} ms", self.roll_back_documents_ms),
            "aim ≤ 1 s",
        );
        let Some(shadow) = &self.shadow else { return };
        println!("\nshadow runs over {} households with {} members in SQLite\n", shadow.households, shadow.members);
        let seconds = |value: f64| format!("{value:.2} s");
        line("another release, both sides, report kept", seconds(shadow.release_seconds), "aim ≤ 10 s");
        line("another standard, both sides, report kept", seconds(shadow.what_if_seconds), "aim ≤ 10 s");
        line("households of that report that differ", shadow.what_if_rows.to_string(), "");
        line("floor: reading the columns once", seconds(shadow.floor_seconds), "");
    }
}

/// The value below which `share` (in percent) of the sorted values lie.
pub fn percentile(sorted: &[f64], share: usize) -> f64 {
    match sorted.len() {
        0 => 0.0,
        length => sorted[(length * share / 100).min(length - 1)],
    }
}

#[cfg(test)]
mod tests {
    use super::percentile;

    #[test]
    fn percentiles_of_a_hundred_numbers_are_those_numbers() {
        let numbers: Vec<f64> = (0..100).map(f64::from).collect();
        assert_eq!((percentile(&numbers, 50), percentile(&numbers, 99)), (50.0, 99.0));
        assert_eq!(percentile(&[], 50), 0.0);
        assert_eq!(percentile(&[7.0], 99), 7.0);
    }
}
