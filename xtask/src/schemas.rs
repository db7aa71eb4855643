//! The published JSON Schemas, written from the one Rust definition of the documents.

use anyhow::{Context, Result, bail};

pub fn run(check: bool) -> Result<()> {
    let folder = crate::root().join("wit/schemas");
    std::fs::create_dir_all(&folder)?;
    let mut stale = Vec::new();
    for (name, schema) in doudi_documents::schema::all() {
        let file = folder.join(format!("{name}.json"));
        let text = serde_json::to_string_pretty(&schema).context("a schema is always JSON")? + "\n";
        if std::fs::read_to_string(&file).is_ok_and(|old| old == text) {
            continue;
        }
        if check {
            stale.push(name);
        } else {
            std::fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))?;
            println!("  wrote wit/schemas/{name}.json");
        }
    }
    if !stale.is_empty() {
        bail!("not current in wit/schemas: {}. Run `cargo xtask schemas` and commit the result", stale.join(", "));
    }
    Ok(())
}
