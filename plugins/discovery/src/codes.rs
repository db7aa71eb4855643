//! The words of `plugin.toml` as constants: parameters. A word that is not in the manifest does not compile.

doudi_sdk::manifest!(crate::Discovery);
