//! Present so that the build-dependencies count: macros and build scripts of the house are built with one feature set, too.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
}
