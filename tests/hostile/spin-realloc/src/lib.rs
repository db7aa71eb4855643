//! The kernel hands arguments over by asking the guest for memory. This guest never answers: its allocator spins. It exports
//! one point; that its own code is never reached is the point.

wit_bindgen::generate!({
    inline: "package doudi:spin-realloc; world spin-realloc { export doudi:measure/view@1.0.0; }",
    path: ["../../../wit/types", "../../../wit/measure"],
    world: "doudi:spin-realloc/spin-realloc",
    generate_all,
});

use doudi::types::types::{Context, Error};
use exports::doudi::measure::view::{Guest, Request};

struct SpinRealloc;
export!(SpinRealloc);

impl Guest for SpinRealloc {
    fn view(_: Context, _: Request) -> Result<String, Error> {
        Ok(r#"{"blocks":[]}"#.to_owned())
    }
}

/// What the canonical ABI calls to place arguments.
#[unsafe(no_mangle)]
pub extern "C" fn cabi_realloc(_old: *mut u8, _old_size: usize, _align: usize, _size: usize) -> *mut u8 {
    loop {
        core::hint::black_box(0);
    }
}
