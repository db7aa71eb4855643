//! `log`: diagnostics for the operator. Bounded in lines and length; never part of the record, because it decides nothing.

use crate::bindings::doudi::kernel::log::Host;
use crate::context::LogLine;
use crate::state::HostState;

impl Host for HostState {
    async fn write(&mut self, level: String, message: String) -> wasmtime::Result<()> {
        self.count_call()?;
        if self.log.lines.len() >= self.limits.log_lines {
            self.log.lines_dropped = self.log.lines_dropped.saturating_add(1);
            return Ok(());
        }
        let level = match level.as_str() {
            "debug" | "warn" => level,
            _ => "info".to_owned(),
        };
        let end = message.floor_char_boundary(self.limits.log_line);
        let message: String = message[..end].chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let message = crate::discretion::sentence(message);
        tracing::debug!(plugin = self.plugin.id(), level, message, "a plugin says");
        self.log.lines.push(LogLine { level, message });
        Ok(())
    }
}
