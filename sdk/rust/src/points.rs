//! The extension points: one trait and one macro each, so that a component exports exactly what its author wrote and the
//! kernel knows what is there without running it. A trait's function is what the rule is; the glue below it translates.
//!
//! `doudi_sdk::export!(Hello: assess, view);` exports a type that implements [`Assess`] and [`View`]. Outside the sandbox it
//! only checks that it does.

pub mod act;
pub mod answer;
pub mod assess;
pub mod check_settings;
pub mod fill;
pub mod indicators;
pub mod intake;
pub mod migrate;
pub mod react;
pub mod tick;
pub mod view;

pub use act::{Act, Action, File};
pub use answer::Answer;
pub use assess::Assess;
pub use check_settings::CheckSettings;
pub use fill::{FillForm, FillRequest};
pub use indicators::{Indicator, Indicators};
pub use intake::{Intake, Taken};
pub use migrate::Migrate;
pub use react::{Event, React};
pub use tick::{Step, Tick};
pub use view::{PageRequest, View};

/// Exports extension points: `export!(Hello: assess, view);`. The points are those of `plugin.toml`, with `_` for `-`.
#[macro_export]
macro_rules! export {
    ($plugin:ident: $($point:ident),+ $(,)?) => { $( $crate::__export_point!($point $plugin); )+ };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __export_point {
    (assess $plugin:ident) => {
        $crate::export_assess!($plugin);
    };
    (act $plugin:ident) => {
        $crate::export_act!($plugin);
    };
    (react $plugin:ident) => {
        $crate::export_react!($plugin);
    };
    (tick $plugin:ident) => {
        $crate::export_tick!($plugin);
    };
    (view $plugin:ident) => {
        $crate::export_view!($plugin);
    };
    (fill $plugin:ident) => {
        $crate::export_fill!($plugin);
    };
    (answer $plugin:ident) => {
        $crate::export_answer!($plugin);
    };
    (indicators $plugin:ident) => {
        $crate::export_indicators!($plugin);
    };
    (intake $plugin:ident) => {
        $crate::export_intake!($plugin);
    };
    (migrate $plugin:ident) => {
        $crate::export_migrate!($plugin);
    };
    (check_settings $plugin:ident) => {
        $crate::export_check_settings!($plugin);
    };
}

/// Writes the macro of one point: a check that the trait is there, and in the sandbox the exported function.
macro_rules! export_macro {
    ($d:tt $macro:ident, $module:ident, $trait:ident, $doc:literal) => {
        #[doc = $doc]
        #[macro_export]
        macro_rules! $macro {
                    ($d plugin:ident) => {
                        const _: () = {
                            const fn implements<T: $d crate::$trait>() {}
                            implements::<$d plugin>();
                        };
                        #[cfg(target_arch = "wasm32")]
                        $d crate::bindings::$module::$macro!($d plugin with_types_in $d crate::bindings::$module);
                    };
                }
    };
}

export_macro!($ export_assess, assess, Assess, "Exports [`Assess`](crate::Assess): eligibility and amounts over a block of households.");
export_macro!($ export_act, act, Act, "Exports [`Act`](crate::Act): every button a person presses.");
export_macro!($ export_react, react, React, "Exports [`React`](crate::React): events.");
export_macro!($ export_tick, tick, Tick, "Exports [`Tick`](crate::Tick): due work.");
export_macro!($ export_view, view, View, "Exports [`View`](crate::View): pages.");
export_macro!($ export_fill, fill, FillForm, "Exports [`FillForm`](crate::FillForm): forms that react.");
export_macro!($ export_answer, answer, Answer, "Exports [`Answer`](crate::Answer): what other measures may ask.");
export_macro!($ export_indicators, indicators, Indicators, "Exports [`Indicators`](crate::Indicators): the scorecard.");
export_macro!($ export_intake, intake, Intake, "Exports [`Intake`](crate::Intake): rows of a feed.");
export_macro!($ export_migrate, migrate, Migrate, "Exports [`Migrate`](crate::Migrate): documents of an older state version.");
export_macro!($ export_check_settings, check_settings, CheckSettings, "Exports [`CheckSettings`](crate::CheckSettings): sense in a county's settings.");
