//! Takes what the pages borrow into the program when it was fetched (`npm ci` in `assets/`), and notes for the compiler which
//! files the pages are made of. Without htmx the pages are plain links and forms; without Swagger UI the page of the API is
//! a plain list.

use std::path::{Path, PathBuf};
use std::{env, fs};

const BORROWED: [(&str, &str); 3] = [
    ("htmx.org/dist/htmx.min.js", "htmx.min.js"),
    ("swagger-ui-dist/swagger-ui-bundle.js", "swagger-ui-bundle.js"),
    ("swagger-ui-dist/swagger-ui.css", "swagger-ui.css"),
];

fn main() -> std::io::Result<()> {
    println!("cargo:rerun-if-changed=assets");
    println!("cargo:rerun-if-changed=templates");
    let out = env::var_os("OUT_DIR").map(PathBuf::from).unwrap_or_default();
    for (package, name) in BORROWED {
        let fetched = Path::new("assets/node_modules").join(package);
        let content = if fetched.is_file() { fs::read(fetched)? } else { Vec::new() };
        fs::write(out.join(name), content)?;
    }
    Ok(())
}
