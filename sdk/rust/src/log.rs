//! Diagnostics for the operator. Not a record of anything: the audit log is the kernel's. Never write personal data.

use crate::host;

/// For whoever debugs the plugin.
pub fn debug(message: &str) {
    host::log("debug", message);
}

/// Worth knowing.
pub fn info(message: &str) {
    host::log("info", message);
}

/// Somebody should look at it.
pub fn warn(message: &str) {
    host::log("warn", message);
}

/// A line for the operator: `log!(warn, "{count} 户没有参数")`. Levels: `debug`, `info`, `warn`.
#[macro_export]
macro_rules! log {
    ($level:ident, $($message:tt)+) => { $crate::log::$level(&::std::format!($($message)+)) };
}
