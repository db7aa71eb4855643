//! Takes htmx into the program when it was fetched (`npm ci` in `assets/`), and notes for the compiler which files the pages
//! are made of. Without htmx the pages are plain links and forms.

use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> std::io::Result<()> {
    println!("cargo:rerun-if-changed=assets");
    println!("cargo:rerun-if-changed=templates");
    let fetched = Path::new("assets/node_modules/htmx.org/dist/htmx.min.js");
    let content = if fetched.is_file() { fs::read(fetched)? } else { Vec::new() };
    let out = env::var_os("OUT_DIR").map(PathBuf::from).unwrap_or_default();
    fs::write(out.join("htmx.min.js"), content)
}
