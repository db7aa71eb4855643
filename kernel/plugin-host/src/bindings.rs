//! The bindings wasmtime generates from `wit/`, and nothing else: this macro is slow to expand, so it stands alone.
//! [`crate::convert`] is the only other file that looks inside.

wasmtime::component::bindgen!({
    path: ["../../wit/types", "../../wit/kernel", "../../wit/measure", "../../wit/host"],
    world: "doudi:host/everything",
    imports: { default: async | trappable },
    exports: { default: async },
    additional_derives: [Clone, PartialEq, serde::Serialize, serde::Deserialize],
});
