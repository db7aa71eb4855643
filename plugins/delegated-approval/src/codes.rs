//! Parameters by name, from `plugin.toml`: one that is not declared there does not compile.

doudi_sdk::manifest!(crate::DelegatedApproval);
