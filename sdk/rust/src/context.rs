//! What comes with every call: the legal date, on whose behalf, for which county, with which settings. There is no other
//! clock and no other source of chance, and that is why a call can be replayed.

use crate::bindings::kernel::doudi::types::types;
use crate::chance::Chance;
use crate::date::Date;
use crate::refusal::{Refusal, Result};
use doudi_documents::Id;
use serde::de::DeserializeOwned;

/// On whose behalf the kernel calls. A plugin learns the office, never more about the person than this.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Actor {
    /// 0 for the kernel itself.
    pub user: Id,
    /// Role code (`town-caseworker` …), `system` for the kernel itself.
    pub role: String,
    /// 12-digit code of the division the actor works in.
    pub division: i64,
}

/// What comes with every call.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Context {
    /// The legal date of the call: today, or the date a recalculation is for.
    pub today: Date,
    /// Microseconds since 1970-01-01T00:00Z, for records only; rules use `today`.
    pub now: i64,
    /// On whose behalf.
    pub actor: Actor,
    /// 6-digit county.
    pub county: i32,
    /// For sampling; the same in a replay.
    pub seed: u64,
    /// The call is a preview: its effects will not be applied.
    pub trial: bool,
    pub(crate) settings: String,
}

impl Actor {
    /// The kernel acts by itself: a job, an event.
    pub fn is_system(&self) -> bool {
        self.role == "system"
    }
}

impl Context {
    /// The county's settings, by the manifest's own schema.
    ///
    /// # Errors
    /// `internal` when they do not fit the type: the schema in `plugin.toml` and the type disagree.
    pub fn settings<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_str(&self.settings)
            .map_err(|error| Refusal::internal(format!("本县设置与插件的要求不符：{error}")))
    }

    /// The settings as they travel.
    pub fn settings_json(&self) -> &str {
        &self.settings
    }

    /// Random numbers for drawing samples: the same in every replay of this call.
    pub fn chance(&self) -> Chance {
        Chance::new(self.seed)
    }
}

impl From<types::Context> for Context {
    fn from(context: types::Context) -> Context {
        Context {
            today: Date::from_days(context.today),
            now: context.now,
            actor: Actor { user: Id(context.actor.user), role: context.actor.role, division: context.actor.division },
            county: context.county,
            seed: context.seed,
            trial: context.trial,
            settings: context.settings,
        }
    }
}
