//! How much of the machine one call may use. All limits are on by default; each class of guest has its own set.

use crate::points::Point;
use std::time::Duration;

const MIB: usize = 1024 * 1024;

/// Limits of one resource class.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Largest linear memory, in bytes.
    pub memory: usize,
    /// Largest table of functions.
    pub table_elements: usize,
    /// Time in the guest for `fill` and `view`: somebody looks at the screen.
    pub time_interactive: Duration,
    /// Time in the guest for `act`, `react`, `answer`, `indicators`, `check-settings`.
    pub time_action: Duration,
    /// Time in the guest for a block of `assess` or `intake`.
    pub time_block: Duration,
    /// Time in the guest for a step of `tick` or `migrate`.
    pub time_step: Duration,
    /// The whole call, reads included, may take this many times the guest's own time.
    pub wall_factor: u32,
    /// Calls into the kernel.
    pub host_calls: u32,
    /// Rows read: households, documents, decisions.
    pub rows: u32,
    pub effects: usize,
    /// Bytes of the JSON a call returns, all effects together.
    pub output: usize,
    /// Nesting, items in all, and longest text of returned JSON.
    pub json_depth: usize,
    pub json_items: usize,
    pub json_text: usize,
    /// Lines of diagnostics, and bytes of each.
    pub log_lines: usize,
    pub log_line: usize,
    /// Bytes copied out of the guest in one crossing.
    pub transfer: usize,
    /// Bytes of the record of one call's reads, questions and answers together.
    pub record: usize,
    /// Bytes of the component file.
    pub component: usize,
}

impl Limits {
    /// For Rust guests.
    pub fn rust() -> Limits {
        Limits {
            memory: 64 * MIB,
            table_elements: 20_000,
            time_interactive: Duration::from_millis(500),
            time_action: Duration::from_secs(1),
            time_block: Duration::from_secs(2),
            time_step: Duration::from_secs(10),
            wall_factor: 5,
            host_calls: 1_000,
            rows: 40_000,
            effects: 1_000,
            // Four thousand payment lines in one list.
            output: 4 * MIB,
            json_depth: 16,
            json_items: 100_000,
            json_text: 64 * 1024,
            log_lines: 100,
            log_line: 1024,
            transfer: 16 * MIB,
            record: 16 * MIB,
            component: 4 * MIB,
        }
    }

    /// For JavaScript and Python guests: four times the memory, five times the time.
    pub fn script() -> Limits {
        let rust = Limits::rust();
        Limits {
            memory: 256 * MIB,
            table_elements: 100_000,
            time_interactive: rust.time_interactive * 5,
            time_action: rust.time_action * 5,
            time_block: rust.time_block * 5,
            time_step: rust.time_step * 5,
            component: 32 * MIB,
            ..rust
        }
    }

    /// How long the guest itself may compute at one point.
    pub fn time(&self, point: Point) -> Duration {
        match point {
            Point::Fill | Point::View => self.time_interactive,
            Point::Act | Point::React | Point::Answer | Point::Indicators | Point::CheckSettings => self.time_action,
            Point::Assess | Point::Intake => self.time_block,
            Point::Tick | Point::Migrate => self.time_step,
        }
    }
}
