//! Plugins through the real host, on real databases. Each plugin of `plugins/` has its file here.

#[path = "plugins/care-contracts.rs"]
mod care_contracts;
mod coordinators;
#[path = "plugins/delegated-approval.rs"]
mod delegated_approval;
mod dibao;
mod disbursement;
mod discovery;
mod monitoring;

/// A plugin without tests here would be a measure nobody has tried.
#[test]
fn every_plugin_is_tested() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let names = |folder: &str| {
        let mut names: Vec<String> = std::fs::read_dir(root.join(folder))
            .expect("a folder")
            .map(|entry| entry.expect("readable").file_name().to_string_lossy().trim_end_matches(".rs").to_owned())
            .filter(|name| !name.starts_with('.'))
            .collect();
        names.sort();
        names
    };
    assert_eq!(names("../plugins"), names("it/plugins"));
}
