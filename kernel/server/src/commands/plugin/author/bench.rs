//! `doudi plugin bench`: how long one household on a form, a village and a county take; with `--instructions` how much the plugin
//! carries out for them, which is the same on every machine and so can be compared from release to release.

use super::{Place, host};
use crate::commands::{Outcome, print_json};
use doudi_domain::{Error, Result};
use doudi_plugin_host::{Measured, Point};
use std::time::Duration;

#[derive(clap::Args)]
pub(in crate::commands) struct Bench {
    #[command(flatten)]
    place: Place,
    /// 数指令，不计时：同一个包在任何机器上数出来都一样，适合写进自己的持续集成
    #[arg(long)]
    instructions: bool,
    #[arg(long)]
    json: bool,
}

const SIZES: [u32; 3] = [1, 100, 10_000];

impl Bench {
    pub(super) async fn run(&self) -> Result<Outcome> {
        let host = host(&self.place.target(), self.instructions)?;
        let (host, admitted, _) = self.place.admitted_by(host).await?;
        if !admitted.plugin.offers(Point::Assess) {
            return Err(Error::refused("这个插件没有实现 assess，没有可以逐户测量的内容"));
        }
        let mut rows = Vec::new();
        if !self.json {
            say!("{}", if self.instructions { COUNTS } else { TIMES });
        }
        for households in SIZES {
            let measured =
                host.measure(&admitted.plugin, households).await.map_err(|error| Error::refused(error.to_string()))?;
            let (line, row) = if self.instructions { counted(&measured) } else { timed(&measured) };
            if !self.json {
                say!("{line}");
            }
            rows.push(row);
        }
        if self.json {
            print_json(&rows.into());
        }
        Ok(Outcome::Done)
    }
}

const TIMES: &str = "    户数        总用时        插件内          每户";
const COUNTS: &str = "    户数            指令数          每户";

fn timed(measured: &Measured) -> (String, serde_json::Value) {
    let micros = |time: Duration| time.as_secs_f64() * 1e6;
    let (households, wall, guest) = (measured.households, micros(measured.wall), micros(measured.guest));
    let each = wall / f64::from(households);
    (
        format!("{households:>8}  {:>9.3} ms  {:>9.3} ms  {each:>9.2} µs", wall / 1e3, guest / 1e3),
        serde_json::json!({ "households": households, "wall_us": wall, "guest_us": guest, "each_us": each }),
    )
}

fn counted(measured: &Measured) -> (String, serde_json::Value) {
    let (households, instructions) = (measured.households, measured.instructions.unwrap_or_default());
    let each = instructions / u64::from(households);
    (
        format!("{households:>8}  {instructions:>16}  {each:>12}"),
        serde_json::json!({ "households": households, "instructions": instructions, "each": each }),
    )
}
