//! The parameters' names, from `plugin.toml`: one that is not in the manifest does not compile.

doudi_sdk::manifest!(crate::Coordinators);
