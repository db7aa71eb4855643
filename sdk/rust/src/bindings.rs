//! What `wit-bindgen` makes of `wit/`: the kernel's interfaces to import, and one world per extension point to export. Each
//! point is a world of its own, so that a component exports exactly the points whose macro its author wrote. Nothing outside
//! [`crate::host`] and [`crate::points`] looks in here; authors see the plain types of the other modules.

#![allow(unsafe_code, reason = "generated: memory crosses the sandbox through raw pointers")]
#![allow(clippy::all, missing_docs, unused_qualifications, rust_2018_idioms, reason = "generated")]

/// The imports. The packer keeps only the interfaces a plugin really calls.
pub mod kernel {
    wit_bindgen::generate!({
        inline: "
            package doudi:sdk-kernel;
            world kernel {
                import doudi:types/types@1.0.0;
                import doudi:kernel/records@1.3.0;
                import doudi:kernel/documents@1.3.0;
                import doudi:kernel/decisions@1.3.0;
                import doudi:kernel/parameters@1.3.0;
                import doudi:kernel/calendar@1.3.0;
                import doudi:kernel/questions@1.3.0;
                import doudi:kernel/payments@1.3.0;
                import doudi:kernel/divisions@1.3.0;
                import doudi:kernel/log@1.3.0;
            }
        ",
        path: ["../../wit/types", "../../wit/kernel"],
        world: "doudi:sdk-kernel/kernel",
        additional_derives: [PartialEq],
        generate_unused_types: true,
        generate_all,
    });
}

macro_rules! point {
    ($name:ident, $inline:literal, $world:literal, $export:literal) => {
        pub mod $name {
            wit_bindgen::generate!({
                inline: $inline,
                path: ["../../wit/types", "../../wit/measure"],
                world: $world,
                with: { "doudi:types/types@1.0.0": crate::bindings::kernel::doudi::types::types },
                additional_derives: [PartialEq],
                pub_export_macro: true,
                export_macro_name: $export,
                generate_all,
            });
        }
    };
}

point!(
    assess,
    "package doudi:sdk-assess; world assess { export doudi:measure/assess@1.0.0; }",
    "doudi:sdk-assess/assess",
    "export_assess"
);
point!(act, "package doudi:sdk-act; world act { export doudi:measure/act@1.0.0; }", "doudi:sdk-act/act", "export_act");
point!(
    react,
    "package doudi:sdk-react; world react { export doudi:measure/react@1.0.0; }",
    "doudi:sdk-react/react",
    "export_react"
);
point!(
    tick,
    "package doudi:sdk-tick; world tick { export doudi:measure/tick@1.0.0; }",
    "doudi:sdk-tick/tick",
    "export_tick"
);
point!(
    view,
    "package doudi:sdk-view; world view { export doudi:measure/view@1.0.0; }",
    "doudi:sdk-view/view",
    "export_view"
);
point!(
    fill,
    "package doudi:sdk-fill; world fill { export doudi:measure/fill@1.0.0; }",
    "doudi:sdk-fill/fill",
    "export_fill"
);
point!(
    answer,
    "package doudi:sdk-answer; world answer { export doudi:measure/answer@1.0.0; }",
    "doudi:sdk-answer/answer",
    "export_answer"
);
point!(
    indicators,
    "package doudi:sdk-indicators; world indicators { export doudi:measure/indicators@1.0.0; }",
    "doudi:sdk-indicators/indicators",
    "export_indicators"
);
point!(
    intake,
    "package doudi:sdk-intake; world intake { export doudi:measure/intake@1.0.0; }",
    "doudi:sdk-intake/intake",
    "export_intake"
);
point!(
    migrate,
    "package doudi:sdk-migrate; world migrate { export doudi:measure/migrate@1.0.0; }",
    "doudi:sdk-migrate/migrate",
    "export_migrate"
);
point!(
    check_settings,
    "package doudi:sdk-check-settings; world check-settings { export doudi:measure/check-settings@1.0.0; }",
    "doudi:sdk-check-settings/check-settings",
    "export_check_settings"
);
