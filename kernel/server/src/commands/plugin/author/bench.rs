//! `doudi plugin bench`: how long one household on a form, a village and a county take.

use super::Place;
use crate::commands::{Outcome, print_json};
use doudi_domain::{Error, Result};
use doudi_plugin_host::Point;

#[derive(clap::Args)]
pub(in crate::commands) struct Bench {
    #[command(flatten)]
    place: Place,
    #[arg(long)]
    json: bool,
}

const SIZES: [u32; 3] = [1, 100, 10_000];

impl Bench {
    pub(super) async fn run(&self) -> Result<Outcome> {
        let (host, admitted, _) = self.place.admitted().await?;
        if !admitted.plugin.offers(Point::Assess) {
            return Err(Error::refused("这个插件没有实现 assess，没有可以逐户测量的内容"));
        }
        let mut rows = Vec::new();
        if !self.json {
            say!("{:>8}  {:>12}  {:>12}  {:>12}", "户数", "总用时", "插件内", "每户");
        }
        for households in SIZES {
            let measured =
                host.measure(&admitted.plugin, households).await.map_err(|error| Error::refused(error.to_string()))?;
            let micros = |time: std::time::Duration| time.as_secs_f64() * 1e6;
            let each = micros(measured.wall) / f64::from(households);
            if !self.json {
                say!(
                    "{households:>8}  {:>9.3} ms  {:>9.3} ms  {each:>9.2} µs",
                    micros(measured.wall) / 1e3,
                    micros(measured.guest) / 1e3
                );
            }
            rows.push(serde_json::json!({
                "households": households, "wall_us": micros(measured.wall), "guest_us": micros(measured.guest), "each_us": each,
            }));
        }
        if self.json {
            print_json(&rows.into());
        }
        Ok(Outcome::Done)
    }
}
