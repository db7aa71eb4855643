//! `doudi plugin build`.

use super::Place;
use crate::commands::Outcome;
use doudi_domain::Result;

#[derive(clap::Args)]
pub(in crate::commands) struct Build {
    #[command(flatten)]
    place: Place,
}

impl Build {
    pub(super) fn run(&self) -> Result<Outcome> {
        let package = self.place.build()?;
        let bytes = crate::commands::read_file(&package)?;
        say!("摘要：{}", doudi_pack::digest(&bytes));
        Ok(Outcome::Done)
    }
}
