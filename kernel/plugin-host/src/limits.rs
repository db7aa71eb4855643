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
    /// Instructions of the guest, where they are counted: in tests and the author's tool, never on a server.
    pub instructions: u64,
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

/// A limit as the console and the README show it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LimitLine {
    pub code: &'static str,
    pub zh: &'static str,
    pub amount: Amount,
}

/// How much, in the unit people read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Amount {
    Bytes(usize),
    Time(Duration),
    Count(usize),
    Times(u32),
}

impl std::fmt::Display for Amount {
    /// `64 MiB`, `500 ms`, `1,000`, `× 5`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match *self {
            Amount::Bytes(bytes) if bytes % MIB == 0 => write!(f, "{} MiB", bytes / MIB),
            Amount::Bytes(bytes) if bytes % 1024 == 0 => write!(f, "{} KiB", bytes / 1024),
            Amount::Bytes(bytes) => write!(f, "{bytes} B"),
            Amount::Time(time) if time.subsec_millis() == 0 => write!(f, "{} s", time.as_secs()),
            Amount::Time(time) => write!(f, "{} ms", time.as_millis()),
            Amount::Count(count) => f.write_str(&grouped(count)),
            Amount::Times(times) => write!(f, "× {times}"),
        }
    }
}

/// `40,000`.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

impl Limits {
    /// Every limit of the class, in the order of the fields: what is not listed here is not a limit.
    pub fn described(&self) -> Vec<LimitLine> {
        // Taken apart by name, so that a new limit cannot be forgotten.
        let Limits {
            memory,
            table_elements,
            time_interactive,
            time_action,
            time_block,
            time_step,
            wall_factor,
            instructions,
            host_calls,
            rows,
            effects,
            output,
            json_depth,
            json_items,
            json_text,
            log_lines,
            log_line,
            transfer,
            record,
            component,
        } = self;
        let line = |code, zh, amount| LimitLine { code, zh, amount };
        let count = |number: u32| Amount::Count(number as usize);
        vec![
            line("memory", "内存", Amount::Bytes(*memory)),
            line("table-elements", "函数表项数", Amount::Count(*table_elements)),
            line("time-interactive", "计算时间：页面和表单", Amount::Time(*time_interactive)),
            line("time-action", "计算时间：办理、响应和答复", Amount::Time(*time_action)),
            line("time-block", "计算时间：一批家庭或一批数据", Amount::Time(*time_block)),
            line("time-step", "计算时间：定期任务和升级的一步", Amount::Time(*time_step)),
            line("wall-factor", "连同读取数据，总时间为计算时间的倍数", Amount::Times(*wall_factor)),
            line("instructions", "指令数（只在测试和开发工具中计数）", Amount::Count(*instructions as usize)),
            line("host-calls", "一次调用请求内核的次数", count(*host_calls)),
            line("rows", "一次调用读取的行数", count(*rows)),
            line("effects", "一次调用要求的改动项数", Amount::Count(*effects)),
            line("output", "一次调用返回的内容", Amount::Bytes(*output)),
            line("json-depth", "返回内容的嵌套层数", Amount::Count(*json_depth)),
            line("json-items", "返回内容的项数", Amount::Count(*json_items)),
            line("json-text", "返回内容中一段文字", Amount::Bytes(*json_text)),
            line("log-lines", "一次调用的运行日志行数", Amount::Count(*log_lines)),
            line("log-line", "一行运行日志", Amount::Bytes(*log_line)),
            line("transfer", "一次传递的数据", Amount::Bytes(*transfer)),
            line("record", "一次调用的留痕", Amount::Bytes(*record)),
            line("component", "插件包文件", Amount::Bytes(*component)),
        ]
    }

    /// For Rust guests.
    pub fn rust() -> Limits {
        Limits {
            memory: 64 * MIB,
            table_elements: 20_000,
            time_interactive: Duration::from_millis(500),
            time_action: Duration::from_secs(1),
            time_block: Duration::from_secs(2),
            time_step: Duration::from_secs(10),
            wall_factor: 10,
            instructions: 50_000_000,
            host_calls: 1_000,
            rows: 40_000,
            // A block of a thousand rows of a department's list: a document, a fact or two and an event each.
            effects: 4_000,
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
            instructions: rust.instructions * 10,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_in_the_unit_people_read() {
        for (amount, text) in [
            (Amount::Bytes(64 * MIB), "64 MiB"),
            (Amount::Bytes(64 * 1024), "64 KiB"),
            (Amount::Bytes(1_000), "1000 B"),
            (Amount::Time(Duration::from_millis(500)), "500 ms"),
            (Amount::Time(Duration::from_secs(10)), "10 s"),
            (Amount::Count(999), "999"),
            (Amount::Count(40_000), "40,000"),
            (Amount::Count(1_234_567), "1,234,567"),
            (Amount::Times(5), "× 5"),
        ] {
            assert_eq!(amount.to_string(), text);
        }
    }

    /// The table of the README is what the code says.
    #[test]
    fn the_readme_names_every_limit_with_its_number() {
        let readme = include_str!("../README.md");
        for (rust, script) in Limits::rust().described().into_iter().zip(Limits::script().described()) {
            let row = format!("| `{}` | {} | {} | {} |", rust.code, rust.zh, rust.amount, script.amount);
            assert!(readme.contains(&row), "kernel/plugin-host/README.md lacks the row\n{row}");
        }
    }
}
